//! Running an import: a CSV file, row by row, with what was made, what is asked and what is refused.

use std::collections::BTreeMap;
use std::io::Read;

use crate::actor::Actor;
use crate::app::App;
use crate::error::{Error, FieldError, Lang};

use super::{Imported, ProductRow, REQUIRED, Remark, Severity, product_row, read_product};

/// A remark on a cell, with its line in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Line in the file; the heading is line 1.
    pub line: u64,
    /// The product's name, to find the row by.
    pub product: String,
    /// The remark.
    pub remark: Remark,
}

/// What an import did, or with a dry run would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows of the list.
    pub rows: u64,
    /// Products made.
    pub products: u64,
    /// Producers made.
    pub producers: u64,
    /// Certificates made.
    pub certificates: u64,
    /// Dossiers made.
    pub dossiers: u64,
    /// Rows that were imported before.
    pub same: u64,
    /// Rows that were imported before and read differently now.
    pub differs: u64,
    /// Rows refused.
    pub refused: u64,
    /// Remarks on cells, in the order of the file.
    pub remarks: Vec<Told>,
}

/// Reads a CSV file: UTF-8 with or without a byte order mark, comma or semicolon.
///
/// # Errors
/// A file without the required columns, told in words.
pub fn rows(mut file: impl Read) -> Result<Vec<BTreeMap<String, String>>, String> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|e| e.to_string())?;
    let text =
        String::from_utf8(bytes).map_err(|_| "the file is not UTF-8: save it as CSV UTF-8".to_owned())?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let heading = text.lines().next().unwrap_or_default();
    let delimiter = if heading.matches(';').count() > heading.matches(',').count() { b';' } else { b',' };
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let columns = reader.headers().map_err(|e| e.to_string())?.clone();
    let missing: Vec<_> =
        REQUIRED.iter().filter(|c| !columns.iter().any(|h| h.trim() == **c)).copied().collect();
    if !missing.is_empty() {
        return Err(format!("the file has no column {}", missing.join(", ")));
    }
    let mut out = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| e.to_string())?;
        let cells = columns.iter().zip(record.iter());
        out.push(cells.map(|(c, v)| (c.trim().to_owned(), v.to_owned())).collect());
    }
    Ok(out)
}

/// Imports a product list. `progress` is told after each row. With `dry_run` everything is checked and undone.
///
/// # Errors
/// A file that cannot be read, or a database that fails: what was imported until then stays, and the same file can
/// simply be imported again.
pub async fn products(
    app: &App,
    rows: &[BTreeMap<String, String>],
    dry_run: bool,
    progress: impl Fn(u64),
) -> Result<Report, Error> {
    let mut report = Report { rows: u64::try_from(rows.len()).unwrap_or(u64::MAX), ..Report::default() };
    for (line, cells) in (2_u64..).zip(rows) {
        let borrowed = cells.iter().map(|(c, v)| (c.as_str(), v.as_str())).collect();
        let reading = read_product(&borrowed);
        let name = cells.get("product").cloned().unwrap_or_default();
        let told = |remark| Told { line, product: name.clone(), remark };
        report.remarks.extend(reading.remarks.into_iter().map(told));
        match reading.row {
            None => report.refused += 1,
            Some(row) => match write(app, &row, dry_run).await {
                Ok(imported) => count(&mut report, &row, imported),
                Err(e) if e.code().status() >= 500 => return Err(e),
                Err(e) => {
                    report.refused += 1;
                    report.remarks.extend(refusals(&e).into_iter().map(told));
                }
            },
        }
        progress(line - 1);
    }
    Ok(report)
}

async fn write(app: &App, row: &ProductRow, dry_run: bool) -> Result<Imported, Error> {
    let (row, now) = (row.clone(), app.clock.now());
    app.db
        .write("import.product", move |tx| {
            if dry_run {
                tx.undo();
            }
            product_row(tx, &Actor::system("import"), &row, now)
        })
        .await
}

fn count(report: &mut Report, row: &ProductRow, imported: Imported) {
    match imported {
        Imported::Made { producer, .. } => {
            report.products += 1;
            report.producers += u64::from(producer);
            report.certificates += u64::from(row.star.is_some());
            report.dossiers += u64::from(row.standing == super::Standing::UnderAssessment);
        }
        Imported::Same => report.same += 1,
        Imported::Differs => report.differs += 1,
    }
}

/// What a noun refuses, as remarks on the row.
fn refusals(error: &Error) -> Vec<Remark> {
    let remark = |column, text: &str| Remark { column, severity: Severity::Refused, text: text.to_owned() };
    if error.fields().is_empty() {
        return vec![remark("product", error.detail(Lang::Vi))];
    }
    let column = |field: &FieldError| match field.pointer.as_str() {
        "/commune_code" => "commune_2025_code",
        "/kind" => "producer_type",
        "/criteria_set" => "subgroup_inferred",
        _ => "product",
    };
    error.fields().iter().map(|f| remark(column(f), f.text.get(Lang::Vi))).collect()
}
