//! A spreadsheet saved as CSV.

use std::collections::BTreeMap;
use std::io::Read;

use csv::StringRecord;

/// Columns and rows of a CSV file.
#[derive(Clone, Debug)]
pub struct Table {
    columns: StringRecord,
    rows: Vec<StringRecord>,
}

impl Table {
    /// Reads a CSV file: UTF-8 with or without a byte order mark, comma or semicolon.
    ///
    /// # Errors
    /// A file that is no such table or lacks one of the required columns, told in words.
    pub fn read(mut file: impl Read, required: &[&str]) -> Result<Self, String> {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|e| e.to_string())?;
        let text =
            String::from_utf8(bytes).map_err(|_| "the file is not UTF-8: save it as CSV UTF-8".to_owned())?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let heading = text.lines().next().unwrap_or_default();
        let delimiter = if heading.matches(';').count() > heading.matches(',').count() { b';' } else { b',' };
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let columns = reader.headers().map_err(|e| e.to_string())?.clone();
        let missing: Vec<_> =
            required.iter().filter(|c| !columns.iter().any(|h| h == **c)).copied().collect();
        if !missing.is_empty() {
            return Err(format!("the file has no column {}", missing.join(", ")));
        }
        let rows = reader.records().collect::<Result<_, _>>().map_err(|e| e.to_string())?;
        Ok(Self { columns, rows })
    }

    /// How many rows it has below the heading.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has a heading only.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows: their line in the file (the heading is line 1) and their cells by column.
    pub fn rows(&self) -> impl Iterator<Item = (u64, BTreeMap<&str, &str>)> {
        (2..).zip(&self.rows).map(|(line, row)| (line, self.columns.iter().zip(row).collect()))
    }
}
