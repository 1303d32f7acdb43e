//! The import of a product list, row by row, with what was made, what is asked and what is refused.

use std::collections::HashSet;

use crate::actor::Actor;
use crate::app::App;
use crate::error::{Error, FieldError, Lang, Text};

use super::state::{ProductRow, Remark, Severity, Standing, read_product};
use super::{Imported, Table, Told, product_row};

/// What an import did, or with a dry run would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductReport {
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
    /// The rows that became products, by their number.
    pub made: Vec<(u64, ProductRow)>,
}

/// Imports a product list. `progress` is told after each row. With `dry_run` everything is checked and undone.
///
/// # Errors
/// A file that cannot be read, or a database that fails: what was imported until then stays, and the same file can
/// simply be imported again.
pub async fn products(
    app: &App,
    list: &Table,
    dry_run: bool,
    progress: impl Fn(u64),
) -> Result<ProductReport, Error> {
    let mut report =
        ProductReport { rows: u64::try_from(list.len()).unwrap_or(u64::MAX), ..ProductReport::default() };
    let mut seen = HashSet::new();
    for (line, cells) in list.rows() {
        let reading = read_product(&cells);
        let name = cells.get("product").copied().unwrap_or_default();
        let told = |remark| Told { line, subject: name.to_owned(), remark };
        report.remarks.extend(reading.remarks.into_iter().map(told));
        match reading.row {
            None => report.refused += 1,
            Some(row) => match write(app, &row, dry_run).await {
                Ok(imported) => {
                    let imported = if dry_run { undone(&mut seen, &row, imported) } else { imported };
                    report.count(line, row, imported);
                }
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

/// In a dry run each row is undone before the next: what an earlier row would have made is remembered here.
fn undone(seen: &mut HashSet<String>, row: &ProductRow, imported: Imported) -> Imported {
    match imported {
        Imported::Made { .. } if !seen.insert(row.product_key()) => Imported::Same,
        Imported::Made { product, producer } => {
            Imported::Made { product, producer: producer && seen.insert(row.producer_key()) }
        }
        before => before,
    }
}

impl ProductReport {
    fn count(&mut self, line: u64, row: ProductRow, imported: Imported) {
        match imported {
            Imported::Made { producer, .. } => {
                self.products += 1;
                self.producers += u64::from(producer);
                self.certificates += u64::try_from(row.stars.len()).unwrap_or(u64::MAX);
                self.dossiers += u64::from(row.standing == Standing::UnderAssessment);
                self.made.push((line, row));
            }
            Imported::Same => self.same += 1,
            Imported::Differs => self.differs += 1,
        }
    }
}

/// What a noun refuses, as remarks on the row.
fn refusals(error: &Error) -> Vec<Remark> {
    let remark = |column, text| Remark { column, severity: Severity::Refused, text };
    if error.fields().is_empty() {
        let told = Text::new(error.detail(Lang::Vi), error.detail(Lang::En));
        return vec![remark("product", told)];
    }
    let column = |field: &FieldError| match field.pointer.as_str() {
        "/commune_code" => "commune_2025_code",
        "/kind" => "producer_type",
        "/criteria_set" => "subgroup_inferred",
        _ => "product",
    };
    error.fields().iter().map(|f| remark(column(f), f.text.clone())).collect()
}
