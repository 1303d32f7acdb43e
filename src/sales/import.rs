//! Imported figures: many at once, and the same however often they are imported.

use std::collections::HashMap;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::instant::Instant;

use super::state::FigureSource;
use super::{NewFigure, changed, clashes, lock, store};

/// What became of imported rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// New figures.
    pub inserted: usize,
    /// Figures of an earlier import that are now others.
    pub updated: usize,
    /// Figures that were there already.
    pub unchanged: usize,
    /// Figures that would count again what a person declared or a platform's orders count, by their index.
    pub refused: Vec<(usize, Code)>,
}

/// Writes imported figures, replacing those that an earlier import wrote for the same product, channel, platform and
/// month: repeating an import changes nothing. The rows have passed [`NewFigure::errors`], and none stands twice; the
/// caller writes the audit trail of the import as a whole. Some thousand rows a transaction keep others' writes from
/// waiting long.
///
/// # Errors
/// Faults of the database; `request.conflict` where a figure stands twice among the rows.
pub fn import_rows(tx: &mut Tx<'_>, rows: &[NewFigure], now: Instant) -> Result<Imported> {
    let mut done = Imported::default();
    let mut totals = store::Totals::default();
    lock(tx)?;
    let clashes = clashes(tx.conn(), rows, &[FigureSource::Declared])?;
    let (clashing, rows): (Vec<_>, Vec<_>) =
        rows.iter().zip(clashes).enumerate().partition(|(_, (_, clash))| clash.is_some());
    done.refused = clashing.into_iter().filter_map(|(index, (_, clash))| Some((index, clash?))).collect();
    for chunk in rows.chunks(store::CHUNK) {
        let row = |(_, (figure, _)): &(_, (&NewFigure, _))| figure.row(FigureSource::Imported, None, now);
        let new: Vec<store::Sale> = chunk.iter().map(row).collect();
        let keys: Vec<&str> = new.iter().map(|row| row.figure_key.as_str()).collect();
        let mut there: HashMap<String, store::Sale> =
            store::by_keys(tx.conn(), &keys)?.into_iter().map(|row| (row.figure_key.clone(), row)).collect();
        let mut fresh = Vec::with_capacity(new.len());
        for row in new {
            match there.remove(&row.figure_key) {
                None => {
                    totals.add(&row, row.amounts());
                    fresh.push(row);
                }
                Some(old) if old.amounts() == row.amounts() => done.unchanged += 1,
                Some(mut old) => {
                    totals.add(&old, row.amounts().less(old.amounts()));
                    old.set_amounts(row.amounts());
                    old.version += 1;
                    old.updated_at = now;
                    store::save(tx, &old)?;
                    done.updated += 1;
                }
            }
        }
        store::insert_many(tx, &fresh)?;
        done.inserted += fresh.len();
    }
    totals.write(tx)?;
    if done.inserted + done.updated > 0 {
        changed(tx, "sales", now);
    }
    Ok(done)
}
