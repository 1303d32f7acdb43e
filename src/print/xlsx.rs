//! A table for a spreadsheet: one sheet of headings and rows.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, XlsxError};

use crate::error::{Error, Result};
use crate::instant::Instant;

/// Media type of a workbook.
pub const ESSENCE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Most characters of a cell.
const CELL_MAX: usize = 32_767;
/// Widest column, in letters.
const WIDEST: usize = 60;

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// A text, never read as a formula.
    Text(String),
    /// A whole number.
    Number(i64),
    /// Nothing.
    Empty,
}

impl From<Option<String>> for Cell {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::Empty, Self::Text)
    }
}

impl Cell {
    fn letters(&self) -> usize {
        match self {
            Self::Text(text) => text.lines().map(|line| line.chars().count()).max().unwrap_or(0),
            Self::Number(number) => number.to_string().len(),
            Self::Empty => 0,
        }
    }
}

/// The workbook: the headings stay in sight, columns are as wide as what they hold.
///
/// # Errors
/// More rows or columns than a sheet takes.
pub fn workbook(sheet: &str, headings: &[String], rows: &[Vec<Cell>], now: Instant) -> Result<Vec<u8>> {
    made(sheet, headings, rows, now).map_err(Error::internal)
}

fn made(
    sheet: &str,
    headings: &[String],
    rows: &[Vec<Cell>],
    now: Instant,
) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_timestamp(now.unix_seconds())?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let page = book.add_worksheet();
    page.set_name(sheet)?;
    let head = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::VerticalCenter);
    let text = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let number = Format::new().set_num_format("#,##0").set_align(FormatAlign::Top);
    for (column, heading) in (0_u16..).zip(headings) {
        let cells = || rows.iter().filter_map(|row| row.get(usize::from(column)));
        let widest = cells().map(Cell::letters).max().unwrap_or(0).max(heading.chars().count());
        page.set_column_width(column, u16::try_from(widest.min(WIDEST) + 2).unwrap_or(10))?;
        page.write_string_with_format(0, column, heading, &head)?;
    }
    page.set_freeze_panes(1, 0)?;
    for (line, row) in (1_u32..).zip(rows) {
        for (column, cell) in (0_u16..).zip(row) {
            match cell {
                Cell::Text(value) => {
                    let value: String = value.chars().take(CELL_MAX).collect();
                    page.write_string_with_format(line, column, value, &text)?;
                }
                Cell::Number(value) => {
                    // Whole numbers below 2^53 are exact; no price or weight comes near.
                    let value: f64 = value.to_string().parse().unwrap_or_default();
                    page.write_number_with_format(line, column, value, &number)?;
                }
                Cell::Empty => {}
            }
        }
    }
    book.save_to_buffer()
}
