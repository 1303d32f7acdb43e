//! A score sheet as a table: of choices, or of points by part. Pure: a rubric and a scored sheet in, a table out.

use crate::print::docx::{Align, Cell, Table};
use crate::print::words::points;

use super::state::{CriteriaSet, Criterion, Rubric, Scheme, Scored};
use crate::values::Points;

/// The name of a set in a sentence: `Bộ tiêu chí số 11: Chè …`.
pub fn set_name(set: &CriteriaSet) -> String {
    format!("Bộ tiêu chí số {}: {}", set.set_no, set.name_vi)
}

/// What a product is scored by, in a sentence: its set, or the decision of which only the frame is known.
pub fn rubric_name(rubric: Rubric, set_no: u8) -> String {
    match rubric {
        Rubric::Tree(set) => set_name(set),
        Rubric::Parts(scheme) => {
            format!("Bộ sản phẩm số {set_no}, chấm theo phần của Quyết định số {}", scheme.decision)
        }
    }
}

/// What papers say below points by part.
pub fn floors_not_tested(scheme: &Scheme) -> String {
    format!(
        "Chấm theo phần của Quyết định số {}: không kiểm tra được điều kiện tối thiểu của từng tiêu chí, hạng sao chỉ \
         theo tổng điểm.",
        scheme.decision
    )
}

/// The sheet of a rubric. `none` says what it means that a criterion has no option.
pub fn score_sheet(rubric: Rubric, scored: &Scored, none: impl Fn(&str) -> &'static str) -> Table {
    match rubric {
        Rubric::Tree(set) => sheet(set, scored, none),
        Rubric::Parts(scheme) => parts(scheme, Some(scored)),
    }
}

/// The points of each part; without any given there are dots to be filled in by hand.
pub fn parts(scheme: &Scheme, scored: Option<&Scored>) -> Table {
    let given = |value: Option<Points>| value.map_or_else(|| "..........".to_owned(), points);
    let mut table = Table::new(&[9, 61, 15, 15]);
    table.header(&["Phần", "Nội dung", "Tối đa", "Điểm"]);
    for part in &scheme.parts {
        let value = scored.map(|scored| scored.parts.get(&*part.code).copied().unwrap_or_default());
        table.cells(vec![
            Cell::text(&part.code).middle(),
            Cell::text(&part.label_vi),
            Cell::text(&part.max.to_string()).middle(),
            Cell::text(&given(value)).middle(),
        ]);
    }
    table.cells(vec![
        Cell::bold("Tổng điểm").over(2).aligned(Align::Right).shaded(),
        Cell::bold(&scheme.total_max.to_string()).middle().shaded(),
        Cell::bold(&given(scored.map(|scored| scored.total))).middle().shaded(),
    ]);
    table
}

/// Every part, group and criterion of a sheet with the option chosen and its points, and the grounds for exclusion that
/// were found. `none` says what it means that a criterion has no option.
pub fn sheet(set: &CriteriaSet, scored: &Scored, none: impl Fn(&str) -> &'static str) -> Table {
    let mut table = Table::new(&[9, 36, 37, 9, 9]);
    table.header(&["Mã", "Tiêu chí", "Phương án chọn", "Tối đa", "Điểm"]);
    for part in &set.parts {
        let given = scored.parts.get(&*part.code).copied().unwrap_or_default();
        table.cells(vec![
            Cell::bold(&format!("Phần {}: {}", part.code, part.label_vi)).over(3).shaded(),
            Cell::bold(&part.max.to_string()).middle().shaded(),
            Cell::bold(&points(given)).middle().shaded(),
        ]);
        for criterion in &part.criteria {
            rows(&mut table, criterion, scored, &none);
        }
    }
    table.cells(vec![
        Cell::bold("Tổng điểm").over(3).aligned(Align::Right).shaded(),
        Cell::bold(&set.total_max.to_string()).middle().shaded(),
        Cell::bold(&points(scored.total)).middle().shaded(),
    ]);
    for ground in set.exclusions().iter().filter(|ground| scored.excluded_by.contains(&ground.id.to_string()))
    {
        table.cells(vec![
            Cell::bold(ground.criterion.as_deref().unwrap_or("-")),
            Cell::text(&format!("Thuộc trường hợp bị loại: {}", ground.vi)).over(4),
        ]);
    }
    table
}

fn rows(table: &mut Table, criterion: &Criterion, scored: &Scored, none: &impl Fn(&str) -> &'static str) {
    let code = &*criterion.code;
    let max = points(Points::from_whole(i32::from(criterion.max)));
    let given = points(scored.points(code));
    if !criterion.is_leaf() {
        table.cells(vec![
            Cell::bold(code),
            Cell::bold(&criterion.label_vi).over(2),
            Cell::bold(&max).middle(),
            Cell::bold(&given).middle(),
        ]);
        for narrower in &criterion.criteria {
            rows(table, narrower, scored, none);
        }
        return;
    }
    let line = scored.criteria.iter().find(|line| line.criterion == code);
    let chosen = line.and_then(|line| line.option.as_deref());
    let option = criterion.options.iter().find(|option| Some(&*option.id) == chosen);
    table.cells(vec![
        Cell::text(code),
        Cell::text(&criterion.label_vi),
        option.map_or_else(|| Cell::italic(none(code)), |option| Cell::text(&option.label_vi)),
        Cell::text(&max).middle(),
        Cell::text(&given).middle(),
    ]);
}
