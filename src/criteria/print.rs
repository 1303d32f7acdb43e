//! A sheet of choices as a table. Pure: a set and a scored sheet in, a table out.

use crate::print::docx::{Align, Cell, Table};
use crate::print::words::points;

use super::state::{CriteriaSet, Criterion, Scored};
use crate::values::Points;

/// The name of a set in a sentence: `Bộ tiêu chí số 11: Chè …`.
pub fn set_name(set: &CriteriaSet) -> String {
    format!("Bộ tiêu chí số {}: {}", set.set_no, set.name_vi)
}

/// Every part, group and criterion of a sheet with the option chosen and its points. `none` says what it means that a
/// criterion has no option.
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
