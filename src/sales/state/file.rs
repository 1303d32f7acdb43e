//! Orders from the rows of a file that a platform's console gave to a person. Pure. Only the columns that are named
//! are looked at, so that nothing of a buyer is read.
//!
//! Where the file numbers its lines, two rows of one number are one line. Where it does not, every row is a line of
//! its own, however much it is like another: [`numbered`] gives it a number that depends on what the order's rows say
//! and on nothing else, neither on their place in the file nor on the rest of it. An order takes the place of what was
//! known of it, so the same file counts nothing again, and a longer one only what is new. A file must hold an order
//! whole, as consoles write it.

use std::collections::HashMap;

use chrono::{Datelike as _, NaiveDate};

use crate::error::Text;
use crate::instant::Instant;
use crate::platform::state::{OrderLine, OrderStatus, RemoteOrder};
use crate::text::fold;

use super::mapping::{Mapping, WORD_MAX, same};
use super::{FIRST_YEAR, counts, plausible};

/// A row of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its line in the file, from 1.
    pub line: u64,
    /// Its cells.
    pub cells: Vec<String>,
}

/// Rows in which the headings are looked for: consoles write titles above.
const HEAD_ROWS: usize = 20;

/// What is to be told of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The line in the file.
    pub line: u64,
    /// Heading of the column.
    pub column: String,
    /// Stable code.
    pub code: &'static str,
    /// Why. Never with what stands in the cell: that may be a buyer's.
    pub reason: Text,
    /// Whether the row's order was left out for it.
    pub refused: bool,
}

/// What a file holds.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// Rows below the headings that are not empty.
    pub rows: usize,
    /// Sound orders, with the line on which each begins.
    pub orders: Vec<(u64, RemoteOrder)>,
    /// Orders left out.
    pub refused: usize,
    /// What is to be told.
    pub remarks: Vec<Remark>,
}

/// A sound row.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sound {
    line: u64,
    line_id: String,
    sku: String,
    quantity: i64,
    revenue_vnd: i64,
    status: OrderStatus,
    word: String,
    day: NaiveDate,
}

/// The orders of a file. An order with a row that is not sound is left out whole: half of it would be counted wrong.
///
/// # Errors
/// Headings that the file lacks.
pub fn orders(mapping: &Mapping, rows: &[Row], today: NaiveDate) -> Result<Read, Text> {
    let (head, places) = headings(mapping, rows)?;
    let words: HashMap<String, (&str, OrderStatus)> =
        mapping.statuses.iter().map(|(word, status)| (fold(word), (word.as_str(), *status))).collect();
    let mut read = Read::default();
    let mut order_of: HashMap<String, usize> = HashMap::new();
    let mut found: Vec<(u64, String, Vec<Sound>, bool)> = Vec::new();
    for row in rows.iter().skip(head + 1).filter(|row| row.cells.iter().any(|cell| !cell.is_empty())) {
        read.rows += 1;
        let cell = |name: &str| {
            let place = places.iter().find(|(named, ..)| *named == name).map(|(_, place, _)| *place);
            place.and_then(|place| row.cells.get(place)).map(|text| text.trim()).unwrap_or_default()
        };
        let heading =
            |name: &str| places.iter().find(|(named, ..)| *named == name).map_or("", |(_, _, text)| *text);
        let mut tell = |name: &str, code: &'static str, reason: Text| {
            let column = heading(name).to_owned();
            read.remarks.push(Remark { line: row.line, column, code, reason, refused: true });
        };
        let number = cell("order_id");
        if !named(number) {
            tell(
                "order_id",
                "order_id.format",
                Text::new(
                    "Mã đơn hàng có từ 1 đến 100 ký tự, không có khoảng trắng.",
                    "An order's number has 1 to 100 characters without spaces.",
                ),
            );
            read.refused += 1;
            continue;
        }
        let index = *order_of.entry(number.to_owned()).or_insert_with(|| {
            found.push((row.line, number.to_owned(), Vec::new(), true));
            found.len() - 1
        });
        let sound = sound(mapping, row.line, &cell, &words, today, &mut tell);
        let Some((_, _, lines, good)) = found.get_mut(index) else { continue };
        let Some(sound) = sound else {
            *good = false;
            continue;
        };
        let twice = mapping.columns.line_id.is_some();
        match lines.iter().find(|other| twice && other.line_id == sound.line_id) {
            // The same row once more.
            Some(other) if Sound { line: other.line, ..sound.clone() } == *other => {}
            Some(_) => {
                *good = false;
                tell(
                    "line_id",
                    "line_id.twice",
                    Text::new(
                        "Đơn hàng có hai dòng cùng mã nhưng khác nội dung.",
                        "The order has two different lines of this number.",
                    ),
                );
            }
            None => lines.push(sound),
        }
    }
    for (line, number, lines, good) in found {
        let order = order(number, lines, mapping.columns.line_id.is_none());
        if good && plausible(&order) {
            read.orders.push((line, order));
            continue;
        }
        read.refused += 1;
        if good {
            read.remarks.push(Remark {
                line,
                column: mapping.columns.quantity.clone(),
                code: "amounts.range",
                reason: Text::new(
                    "Số lượng hoặc số tiền của đơn hàng lớn quá mức có thể.",
                    "The amounts of this order cannot be right.",
                ),
                refused: true,
            });
        }
    }
    read.remarks.sort_by_key(|remark| remark.line);
    Ok(read)
}

type Places<'a> = Vec<(&'static str, usize, &'a str)>;

/// The row of the headings and where the columns are.
fn headings<'a>(mapping: &'a Mapping, rows: &[Row]) -> Result<(usize, Places<'a>), Text> {
    let named = mapping.named();
    let places = |row: &Row| -> Places<'a> {
        let place = |heading: &str| row.cells.iter().position(|cell| same(cell, heading));
        named.iter().filter_map(|(name, heading)| Some((*name, place(heading)?, *heading))).collect()
    };
    let best = rows.iter().take(HEAD_ROWS).map(places).enumerate().rev().max_by_key(|(_, found)| found.len());
    let (head, found) = best.unwrap_or_default();
    let missing: Vec<&str> = named
        .iter()
        .filter(|(name, _)| !found.iter().any(|(there, ..)| there == name))
        .map(|(_, heading)| *heading)
        .collect();
    if missing.is_empty() {
        return Ok((head, found));
    }
    let missing = missing.join(", ");
    Err(Text::new(
        format!("Tệp không có cột: {missing}. Hãy sửa cách đọc tệp của gian hàng."),
        format!("The file has no column: {missing}. Correct the shop's mapping."),
    ))
}

fn named(text: &str) -> bool {
    (1..=WORD_MAX).contains(&text.chars().count())
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

fn sound<'a>(
    mapping: &Mapping,
    line: u64,
    cell: &impl Fn(&str) -> &'a str,
    words: &HashMap<String, (&str, OrderStatus)>,
    today: NaiveDate,
    tell: &mut impl FnMut(&str, &'static str, Text),
) -> Option<Sound> {
    let sku = cell("sku");
    if !(1..=WORD_MAX).contains(&sku.chars().count()) {
        tell("sku", "sku.missing", Text::new("Thiếu mã SKU.", "The SKU is missing."));
    }
    let quantity = whole(cell("quantity")).filter(|quantity| *quantity > 0);
    if quantity.is_none() {
        tell(
            "quantity",
            "quantity.format",
            Text::new("Số lượng là số nguyên lớn hơn 0.", "A quantity is a whole number above 0."),
        );
    }
    let total = Some(cell("total")).filter(|text| !text.is_empty());
    let by_piece = total.is_none() && mapping.columns.unit_price.is_some();
    let column = if by_piece { "unit_price" } else { "total" };
    let amount = whole(total.unwrap_or_else(|| if by_piece { cell("unit_price") } else { "" }));
    if amount.is_none() {
        tell(
            column,
            "price.format",
            Text::new(
                "Số tiền là số đồng nguyên, ví dụ 250000 hoặc 250.000.",
                "An amount is whole dong, for example 250000 or 250.000.",
            ),
        );
    }
    let status = words.get(&fold(cell("status"))).copied();
    if status.is_none() {
        tell(
            "status",
            "status.unknown",
            Text::new(
                "Trạng thái này chưa có trong cách đọc tệp; hãy thêm từ đó.",
                "This word of the status is not in the mapping; add it.",
            ),
        );
    }
    let day = date(cell("date")).filter(|day| *day <= today && day.year() >= FIRST_YEAR);
    if day.is_none() {
        tell(
            "date",
            "date.format",
            Text::new(
                "Ngày ghi dạng 25/11/2026 hoặc 2026-11-25, từ năm 2010 và không ở tương lai.",
                "A date is written 25/11/2026 or 2026-11-25, from 2010 on and not in the future.",
            ),
        );
    }
    let line_id = match &mapping.columns.line_id {
        Some(_) => Some(cell("line_id")).filter(|id| named(id)),
        None => Some(sku),
    };
    if line_id.is_none() {
        tell(
            "line_id",
            "line_id.format",
            Text::new(
                "Mã dòng có từ 1 đến 100 ký tự, không có khoảng trắng.",
                "A line's number has 1 to 100 characters without spaces.",
            ),
        );
    }
    if !(1..=WORD_MAX).contains(&sku.chars().count()) {
        return None;
    }
    let (quantity, amount, (word, status)) = (quantity?, amount?, status?);
    Some(Sound {
        line,
        line_id: line_id?.to_owned(),
        sku: sku.to_owned(),
        quantity,
        revenue_vnd: if by_piece { quantity.saturating_mul(amount) } else { amount },
        status,
        word: word.to_owned(),
        day: day?,
    })
}

/// An order from its rows: where some of its lines count and others were called off, those that count. `bare` is a file
/// that does not number its lines.
fn order(order_id: String, mut lines: Vec<Sound>, bare: bool) -> RemoteOrder {
    if lines.iter().any(|line| counts(line.status)) {
        lines.retain(|line| counts(line.status));
    }
    if bare {
        numbered(&mut lines);
    }
    let first = lines.first();
    RemoteOrder {
        order_id,
        placed_at: lines.iter().map(|line| line.day).min().map(Instant::start_of_day),
        status: first.map_or(OrderStatus::Unknown, |line| line.status),
        raw_status: first.map(|line| line.word.clone()).unwrap_or_default(),
        lines: lines.iter().flat_map(priced).collect(),
    }
}

/// Numbers the lines of an order whose file does not: the first of a SKU is 1, the next 2, in the order of what they
/// say. Rows that say the same get numbers all the same, and it does not matter which gets which.
fn numbered(lines: &mut [Sound]) {
    lines.sort_by(|a, b| {
        let key = |line: &Sound| (line.day, line.quantity, line.revenue_vnd);
        a.sku.cmp(&b.sku).then_with(|| key(a).cmp(&key(b))).then_with(|| a.word.cmp(&b.word))
    });
    let mut before = String::new();
    let mut ordinal = 0_usize;
    for line in lines {
        ordinal = if line.sku == before { ordinal.saturating_add(1) } else { 1 };
        before.clone_from(&line.sku);
        // The number stands first: whatever a SKU is made of, two lines never share one.
        line.line_id = format!("{ordinal}:{}", line.sku);
    }
}

/// A line whose pieces do not all cost the same to the dong is two: lines of the same number are added up.
fn priced(line: &Sound) -> Vec<OrderLine> {
    let quantity = line.quantity.max(1);
    let (price, over) = (line.revenue_vnd / quantity, line.revenue_vnd % quantity);
    let part = |quantity: i64, unit_price_vnd: i64| OrderLine {
        line_id: line.line_id.clone(),
        sku: line.sku.clone(),
        quantity,
        unit_price_vnd,
    };
    [part(quantity - over, price), part(over, price + 1)]
        .into_iter()
        .filter(|part| part.quantity > 0)
        .collect()
}

/// A whole number as people and consoles write it: `250000`, `250.000`, `250,000 đ`, `250.000,00`. `None` for what is
/// none, or may mean two things.
pub fn whole(text: &str) -> Option<i64> {
    let mut text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let lower = text.to_lowercase();
    if let Some(unit) = ["₫", "đồng", "vnđ", "vnd", "đ"].iter().find(|unit| lower.ends_with(**unit)) {
        let keep = text.chars().count().checked_sub(unit.chars().count())?;
        text = text.chars().take(keep).collect();
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let Some(last) = text.rfind(['.', ',']) else {
        return if digits(&text) { text.parse().ok() } else { None };
    };
    let (head, tail) = (text.get(..last)?, text.get(last + 1..)?);
    let mark = text.get(last..=last)?;
    let grouped = |text: &str, mark: &str| -> Option<String> {
        let groups: Vec<&str> = text.split(mark).collect();
        let (first, rest) = groups.split_first()?;
        let sound = digits(first) && (rest.is_empty() || first.len() <= 3);
        (sound && rest.iter().all(|group| digits(group) && group.len() == 3)).then(|| groups.concat())
    };
    if tail.len() == 3 {
        return grouped(&text, mark)?.parse().ok();
    }
    if !tail.bytes().all(|b| b == b'0') || tail.is_empty() {
        return None;
    }
    grouped(head, if mark == "." { "," } else { "." })?.parse().ok()
}

/// A day as people and consoles write it, with or without a time.
pub fn date(text: &str) -> Option<NaiveDate> {
    let words = text.split(|c: char| c.is_whitespace() || c == 'T');
    let read = |word: &str| {
        let ways = ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d", "%Y/%m/%d"];
        ways.iter().find_map(|way| NaiveDate::parse_from_str(word, way).ok())
    };
    words.filter_map(read).next()
}

#[cfg(test)]
#[path = "file_test.rs"]
mod tests;
