//! The import of a sales list: some thousand rows a transaction, so that others' writes do not wait long.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::json;

use crate::actor::Actor;
use crate::app::App;
use crate::audit;
use crate::db::Tx;
use crate::error::Result;
use crate::ids::ProductId;
use crate::instant::Instant;
use crate::product::{self, Owner};
use crate::sales::{self, NewFigure};

use super::state::{Remark, SaleRow, Severity, read_sale, refuse};
use super::{Table, Told};

/// What an import did, or with a dry run would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SalesReport {
    /// Rows of the list.
    pub rows: usize,
    /// New figures.
    pub inserted: usize,
    /// Figures of an earlier import that are others now.
    pub updated: usize,
    /// Figures that were there already.
    pub unchanged: usize,
    /// Rows refused.
    pub refused: usize,
    /// Remarks on cells, in the order of the file.
    pub remarks: Vec<Told>,
}

/// Rows of one transaction.
const CHUNK: usize = 2_000;

/// Imports a sales list. A figure of an earlier import is replaced, so the same file can be imported again and a
/// corrected one after it. `progress` is told how many rows are done. With `dry_run` everything is checked and undone.
///
/// # Errors
/// A database that fails: what was imported until then stays, and the same file can simply be imported again.
pub async fn sales(app: &App, list: &Table, dry_run: bool, progress: impl Fn(u64)) -> Result<SalesReport> {
    let mut report = SalesReport { rows: list.len(), ..SalesReport::default() };
    let mut seen = HashSet::new();
    let mut chunk = Vec::with_capacity(CHUNK);
    for (line, cells) in list.rows() {
        let subject = cells.get("product_id").copied().unwrap_or_default();
        match read_sale(&cells) {
            Ok(row) if !seen.insert((row.product_id, row.channel, row.platform.clone(), row.month)) => {
                let remark = refuse(
                    "product_id",
                    "Sản phẩm, kênh, sàn và tháng này đã có ở một dòng trước; hãy cộng vào một dòng.",
                    "A row before has this product, channel, platform and month; add them up in one row.",
                );
                report.refuse(line, subject, [remark]);
            }
            Ok(row) => chunk.push((line, row)),
            Err(remarks) => report.refuse(line, subject, remarks),
        }
        if chunk.len() == CHUNK {
            report.store(app, std::mem::take(&mut chunk), dry_run).await?;
            progress(line - 1);
        }
    }
    report.store(app, chunk, dry_run).await?;
    progress(u64::try_from(list.len()).unwrap_or(u64::MAX));
    report.remarks.sort_by_key(|told| told.line);
    Ok(report)
}

impl SalesReport {
    fn refuse(&mut self, line: u64, subject: &str, remarks: impl IntoIterator<Item = Remark>) {
        self.refused += 1;
        let told = |remark| Told { line, subject: subject.to_owned(), remark };
        self.remarks.extend(remarks.into_iter().map(told));
    }

    async fn store(&mut self, app: &App, rows: Vec<(u64, SaleRow)>, dry_run: bool) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let now = app.clock.now();
        let rows = Arc::new(rows);
        let shared = rows.clone();
        let stored = app
            .db
            .write("import.sales", move |tx| {
                if dry_run {
                    tx.undo();
                }
                store(tx, &shared, now)
            })
            .await?;
        self.inserted += stored.done.inserted;
        self.updated += stored.done.updated;
        self.unchanged += stored.done.unchanged;
        for (index, remarks) in stored.refused {
            if let Some((line, row)) = rows.get(index) {
                self.refuse(*line, row.product_id.as_str(), remarks);
            }
        }
        Ok(())
    }
}

/// What became of the rows of one transaction.
#[derive(Default)]
struct Stored {
    done: sales::Imported,
    /// By index.
    refused: Vec<(usize, Vec<Remark>)>,
}

fn store(tx: &mut Tx<'_>, rows: &[(u64, SaleRow)], now: Instant) -> Result<Stored> {
    let mut stored = Stored::default();
    let ids: Vec<ProductId> = rows.iter().map(|(_, row)| row.product_id).collect();
    let owners = product::owners(tx.conn(), &ids)?;
    let (mut indices, mut figures) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
    for (index, (_, row)) in rows.iter().enumerate() {
        match figure(row, owners.get(&row.product_id), now.date()) {
            Ok(figure) => {
                indices.push(index);
                figures.push(figure);
            }
            Err(remarks) => stored.refused.push((index, remarks)),
        }
    }
    let done = sales::import_rows(tx, &figures, now)?;
    for (at, code) in &done.refused {
        let index = indices.get(*at).copied().unwrap_or_default();
        stored.refused.push((index, vec![refuse("product_id", code.vi(), code.en())]));
    }
    let (inserted, updated, unchanged) = (done.inserted, done.updated, done.unchanged);
    stored.done = done;
    if inserted + updated > 0 {
        let counts = json!({"inserted": inserted, "updated": updated, "unchanged": unchanged});
        audit::record(tx, &Actor::system("import"), "import.sales", "sales", None::<&()>, Some(&counts), now);
    }
    Ok(stored)
}

/// The figure of a row, or what is wrong with it.
fn figure(row: &SaleRow, owner: Option<&Owner>, today: NaiveDate) -> Result<NewFigure, Vec<Remark>> {
    let Some(owner) = owner else {
        return Err(vec![refuse(
            "product_id",
            "Không có sản phẩm với mã này; xem mã ở trang sản phẩm.",
            "There is no product of this id; its page shows it.",
        )]);
    };
    let SaleRow { product_id: _, channel, platform, month, amounts } = row.clone();
    let figure = NewFigure { owner: owner.clone(), channel, platform, month, amounts };
    let remarks: Vec<Remark> = figure
        .errors(today)
        .iter()
        .map(|error| {
            let column = match error.pointer.as_str() {
                "/quantity" => "quantity",
                "/revenue_vnd" => "revenue_vnd",
                "/orders" => "orders",
                "/platform" => "platform",
                _ => "month",
            };
            Remark { column, severity: Severity::Refused, text: error.text.clone() }
        })
        .collect();
    if remarks.is_empty() { Ok(figure) } else { Err(remarks) }
}
