//! What a row of a sales list means.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::ids::ProductId;
use crate::sales::state::{Amounts, SalesChannel};

use super::{Remark, refuse};

/// The columns a sales list cannot do without; `platform` and `orders` may be left out.
pub const SALE_REQUIRED: &[&str] = &["product_id", "channel", "month", "quantity", "revenue_vnd"];

/// What a product sold in a month, as a list has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleRow {
    /// The product.
    pub product_id: ProductId,
    /// Where it was sold.
    pub channel: SalesChannel,
    /// On which platform; online sales only.
    pub platform: Option<String>,
    /// The month, by its first day.
    pub month: NaiveDate,
    /// What was sold.
    pub amounts: Amounts,
}

/// Reads one row of a sales list; with remarks there is no row. `cells` are by column.
///
/// # Errors
/// The cells that cannot be read.
pub fn read_sale(cells: &BTreeMap<&str, &str>) -> Result<SaleRow, Vec<Remark>> {
    let mut remarks = Vec::new();
    let get = |column: &str| cells.get(column).copied().unwrap_or_default();
    let product_id = get("product_id").parse().ok();
    if product_id.is_none() {
        let id = get("product_id");
        remarks.push(refuse(
            "product_id",
            format!("«{id}» không phải mã sản phẩm (prd_…)."),
            format!("“{id}” is no product's id (prd_…)."),
        ));
    }
    let channel = get("channel").parse().ok();
    if channel.is_none() {
        let channel = get("channel");
        remarks.push(refuse(
            "channel",
            format!(
                "Kênh bán phải là shop, fair, point_of_sale, export hoặc online, không phải «{channel}»."
            ),
            format!("A channel is shop, fair, point_of_sale, export or online, not “{channel}”."),
        ));
    }
    let month = month(get("month"));
    if month.is_none() {
        let month = get("month");
        remarks.push(refuse(
            "month",
            format!("Tháng ghi như 2026-10 hoặc 10/2026, không phải «{month}»."),
            format!("A month is written like 2026-10 or 10/2026, not “{month}”."),
        ));
    }
    let mut amount = |column: &'static str, empty: Option<i64>| {
        let read = whole(get(column)).or_else(|| empty.filter(|_| get(column).is_empty()));
        if read.is_none() {
            let given = get(column);
            remarks.push(refuse(
                column,
                format!("Cần một số nguyên không âm, không phải «{given}»."),
                format!("Give a whole number that is not negative, not “{given}”."),
            ));
        }
        read
    };
    let amounts = (amount("quantity", None), amount("revenue_vnd", None), amount("orders", Some(0)));
    match (product_id, channel, month, amounts) {
        (Some(product_id), Some(channel), Some(month), (Some(quantity), Some(revenue_vnd), Some(orders))) => {
            let platform = Some(get("platform").to_owned()).filter(|p| !p.is_empty());
            Ok(SaleRow {
                product_id,
                channel,
                platform,
                month,
                amounts: Amounts { quantity, revenue_vnd, orders },
            })
        }
        _ => Err(remarks),
    }
}

/// A month as people and spreadsheets write it: `2026-10`, `2026-10-01`, `10/2026`, `01/10/2026`.
fn month(text: &str) -> Option<NaiveDate> {
    let numbers: Vec<&str> = text.split(['-', '/']).collect();
    let (year, month, day) = match (numbers.as_slice(), text.contains('/')) {
        ([year, month], false) | ([month, year], true) => (year, month, &"1"),
        ([year, month, day], false) | ([day, month, year], true) => (year, month, day),
        _ => return None,
    };
    let digits = |text: &str| text.parse().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
    let year = i32::try_from(digits(year).filter(|_| year.len() == 4)?).ok()?;
    NaiveDate::from_ymd_opt(year, digits(month)?, digits(day)?)
}

/// A whole number, also with thousands set apart: `1250000`, `1.250.000`, `1,250,000`, `1 250 000`.
fn whole(text: &str) -> Option<i64> {
    let mark = text.chars().find(|c| matches!(c, '.' | ',' | ' ' | '\u{a0}'));
    let groups: Vec<&str> = mark.map_or_else(|| vec![text], |mark| text.split(mark).collect());
    let (first, rest) = groups.split_first()?;
    let digits = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
    let apart = rest.is_empty() || (1..=3).contains(&first.len());
    if !apart || !digits(first) || !rest.iter().all(|group| group.len() == 3 && digits(group)) {
        return None;
    }
    groups.concat().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_read_as_people_write_them() {
        let october = NaiveDate::from_ymd_opt(2026, 10, 1);
        for text in ["2026-10", "2026-10-01", "10/2026", "01/10/2026", "1/10/2026"] {
            assert_eq!(month(text), october, "{text}");
        }
        assert_eq!(month("2026-10-05"), NaiveDate::from_ymd_opt(2026, 10, 5));
        for text in ["", "2026", "10-2026", "2026/10", "2026-13", "26-10", "2026-+1", "31/02/2026"] {
            assert_eq!(month(text), None, "{text}");
        }
    }

    #[test]
    fn thousands_may_be_set_apart_and_decimals_are_not_taken_for_them() {
        for (text, number) in
            [("0", 0), ("1250000", 1_250_000), ("1.250.000", 1_250_000), ("12,500", 12_500), ("1 250", 1250)]
        {
            assert_eq!(whole(text), Some(number), "{text}");
        }
        for text in [
            "",
            "-1",
            "+1",
            "1.5",
            "1.25",
            "1.250,5",
            "1250.000",
            ".500",
            "1,2,3",
            "một",
            "9999999999999999999",
        ] {
            assert_eq!(whole(text), None, "{text}");
        }
    }

    #[test]
    fn every_cell_that_cannot_be_read_is_named() {
        let id = ProductId::new().to_string();
        let good = BTreeMap::from([
            ("product_id", id.as_str()),
            ("channel", "online"),
            ("platform", "sendo"),
            ("month", "10/2026"),
            ("quantity", "12"),
            ("revenue_vnd", "3.000.000"),
        ]);
        let row = read_sale(&good).unwrap();
        assert_eq!(row.amounts, Amounts { quantity: 12, revenue_vnd: 3_000_000, orders: 0 });
        assert_eq!((row.product_id.to_string(), row.platform.as_deref()), (id.clone(), Some("sendo")));
        for column in ["product_id", "channel", "month", "quantity", "revenue_vnd", "orders"] {
            let cells = good.iter().map(|(c, v)| (*c, *v)).chain([(column, "?")]).collect();
            let remarks = read_sale(&cells).unwrap_err();
            assert_eq!(remarks.iter().map(|r| r.column).collect::<Vec<_>>(), [column]);
        }
        assert_eq!(read_sale(&BTreeMap::new()).unwrap_err().len(), 5);
    }
}
