//! The table that a person got from a platform's console: CSV or XLSX, as rows of texts. What is not needed of it is
//! never kept. Bounded in rows, columns and what a packed file may unfold to.

use std::io::{Cursor, Read as _};

use calamine::{DataRef, DataType as _, Reader as _, Xlsx, open_workbook_from_rs};

use crate::error::Text;

use super::state::file::Row;

/// Most rows of a file.
pub const ROWS_MAX: usize = 10_000;
/// Most columns that are looked at.
const COLUMNS_MAX: usize = 200;
/// Longest text of a cell, in characters.
const CELL_MAX: usize = 500;
/// Most bytes a packed file may unfold to.
const UNFOLDED_MAX: u64 = 48 * 1024 * 1024;

fn too_long() -> Text {
    Text::new(
        format!("Tệp có quá {ROWS_MAX} dòng; hãy chia thành nhiều tệp."),
        format!("The file has more than {ROWS_MAX} rows; divide it."),
    )
}

/// Reads a file.
///
/// # Errors
/// What is no such table, told in words.
pub fn read(bytes: &[u8]) -> Result<Vec<Row>, Text> {
    if bytes.starts_with(b"PK\x03\x04") { workbook(bytes) } else { csv(bytes) }
}

fn cut(text: &str) -> String {
    text.trim().chars().take(CELL_MAX).collect()
}

fn csv(bytes: &[u8]) -> Result<Vec<Row>, Text> {
    let text = std::str::from_utf8(bytes).map_err(|_| {
        Text::new(
            "Không đọc được tệp: hãy dùng tệp Excel (XLSX) hoặc lưu dạng CSV UTF-8.",
            "The file cannot be read: use an Excel file (XLSX), or save it as CSV UTF-8.",
        )
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let head: String = text.lines().take(20).collect();
    let count = |delimiter: char| head.matches(delimiter).count();
    let delimiter = [(b',', count(',')), (b';', count(';')), (b'\t', count('\t'))];
    let delimiter = delimiter.into_iter().max_by_key(|(_, count)| *count).map_or(b',', |(byte, _)| byte);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| {
            let line = e.position().map_or(0, csv::Position::line);
            Text::new(format!("Dòng {line} của tệp không đọc được."), format!("Line {line} cannot be read."))
        })?;
        if rows.len() > ROWS_MAX {
            return Err(too_long());
        }
        let line = record.position().map_or(0, csv::Position::line);
        rows.push(Row { line, cells: record.iter().take(COLUMNS_MAX).map(cut).collect() });
    }
    Ok(rows)
}

fn broken() -> Text {
    Text::new(
        "Không đọc được tệp Excel: hãy mở tệp, lưu lại dạng XLSX không có mật khẩu rồi gửi lại.",
        "The Excel file cannot be read: open it, save it as XLSX without a password and send it again.",
    )
}

/// Refuses a file that unfolds to more than it should, before it is unfolded into memory.
fn bounded(bytes: &[u8]) -> Result<(), Text> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken())?;
    let mut left = UNFOLDED_MAX;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| broken())?;
        let read = std::io::copy(&mut part.take(left + 1), &mut std::io::sink()).map_err(|_| broken())?;
        left = left.checked_sub(read).ok_or_else(too_long)?;
    }
    Ok(())
}

fn workbook(bytes: &[u8]) -> Result<Vec<Row>, Text> {
    bounded(bytes)?;
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).map_err(|_| broken())?;
    let first = book.sheet_names().first().cloned().ok_or_else(broken)?;
    // Cell by cell: a sheet as a whole would take room for every empty cell before its last one.
    let mut cells = book.worksheet_cells_reader(&first).map_err(|_| broken())?;
    let mut rows: Vec<Row> = Vec::new();
    while let Some(cell) = cells.next_cell().map_err(|_| broken())? {
        let (row, column) = cell.get_position();
        let (line, column) = (u64::from(row) + 1, usize::try_from(column).unwrap_or(usize::MAX));
        let text = text_of(cell.get_value());
        if column >= COLUMNS_MAX || text.is_empty() {
            continue;
        }
        if rows.last().is_none_or(|last| last.line != line) {
            if rows.len() > ROWS_MAX {
                return Err(too_long());
            }
            rows.push(Row { line, cells: Vec::new() });
        }
        if let Some(last) = rows.last_mut() {
            if last.cells.len() <= column {
                last.cells.resize(column + 1, String::new());
            }
            if let Some(place) = last.cells.get_mut(column) {
                *place = text;
            }
        }
    }
    Ok(rows)
}

fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => cut(text),
        DataRef::SharedString(text) => cut(text),
        DataRef::Int(number) => number.to_string(),
        // A fraction is written so that nobody takes its point for one between thousands.
        DataRef::Float(number) if number.fract() == 0.0 => number.to_string(),
        DataRef::Float(number) => format!("{number:.6}"),
        DataRef::DateTime(_) => {
            value.as_datetime().map(|at| at.format("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
        }
        DataRef::Bool(_) | DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}
