//! Imports of lists: what officers keep in spreadsheets becomes producers, products and certificates.
//!
//! Each row is all or nothing; a second run of the same list makes nothing twice, so an import that was cut off is
//! simply run again. What a list does not say is asked by row and column, never guessed.

mod certificates;
mod products;
mod sales;
pub mod state;
mod store;
mod table;

use sha2::{Digest as _, Sha256};

use crate::actor::Actor;
use crate::certificate::{self, Legacy};
use crate::db::Tx;
use crate::db::types::hex;
use crate::dossier;
use crate::error::Result;
use crate::ids::ProductId;
use crate::instant::Instant;
use crate::producer::{self, Producer};
use crate::product;

pub use certificates::{CertificateReport, RecordedRow, certificates};
pub use products::{ProductReport, products};
pub use sales::{SalesReport, sales};
pub use state::{CERTIFICATE_REQUIRED, PRODUCT_REQUIRED, ProductRow, Remark, SALE_REQUIRED, Severity};
pub use table::Table;

use state::{OldStar, Standing};

/// A remark on a cell, with its line in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Row of the spreadsheet; the heading is row 1.
    pub line: u64,
    /// The product's name or id, to find the row by.
    pub subject: String,
    /// The remark.
    pub remark: Remark,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    /// A product was made; `producer` says whether its producer was made too.
    Made {
        /// The product.
        product: ProductId,
        /// Whether the producer is new.
        producer: bool,
    },
    /// The same row was imported before.
    Same,
    /// The row was imported before and reads differently now: what people have worked on since is left alone.
    Differs,
}

/// Imports one row of a product list: the producer where it is new, the product, its old certificate or its dossier.
///
/// # Errors
/// What the nouns refuse; then nothing of the row is kept.
pub fn product_row(tx: &mut Tx<'_>, actor: &Actor, row: &ProductRow, now: Instant) -> Result<Imported> {
    let content = hex(&Sha256::digest(format!("{row:?}")));
    let key = row.product_key();
    if let Some((_, before)) = store::find(tx.conn(), "product", &key)? {
        return Ok(if before == content { Imported::Same } else { Imported::Differs });
    }
    let (producer, new_producer) = producer_of(tx, actor, row, now)?;
    let certified = row.standing == Standing::Certified;
    let product =
        product::register_imported(tx, actor, &producer, written(row), certified, &row.source, now)?;
    store::insert(tx, "product", &key, product.id.as_str(), &content, now)?;
    for star in &row.stars {
        certificate::register_legacy(tx, actor, &legacy(row, star, product.id), now)?;
    }
    if row.standing == Standing::UnderAssessment {
        dossier::register_imported(tx, actor, product.id, OLD_SCHEME, now)?;
    }
    Ok(Imported::Made { product: product.id, producer: new_producer })
}

/// The scheme by which dossiers were scored between 2023 and Decision 26/2026/QĐ-TTg.
const OLD_SCHEME: &str = "qd148-2023";
/// The one before, by which a star of unknown time is taken to be.
const FIRST_SCHEME: &str = "qd1048-2019";

fn written(row: &ProductRow) -> product::Written {
    product::Written {
        name: row.product.clone(),
        name_en: None,
        criteria_set: row.criteria_set,
        description: None,
        description_en: None,
        story: None,
        story_en: None,
        price_vnd: None,
        unit: None,
        net_weight_g: None,
        sku: None,
        gtin: None,
        capacity: None,
        trace_url: None,
    }
}

fn legacy(row: &ProductRow, star: &OldStar, product_id: ProductId) -> Legacy {
    let known = star.decided_on.is_some() || star.year.is_some();
    let otherwise = if known { OLD_SCHEME } else { FIRST_SCHEME };
    let scheme = state::scheme_of(star.decided_on, star.year).unwrap_or(otherwise);
    Legacy {
        product_id,
        scheme: scheme.to_owned(),
        star: star.star,
        score: star.score,
        year: star.year,
        decision: star.number.clone(),
        decided_on: star.decided_on,
        issuer: star.issuer.clone(),
        source: Some(row.source.clone()),
    }
}

fn producer_of(tx: &mut Tx<'_>, actor: &Actor, row: &ProductRow, now: Instant) -> Result<(Producer, bool)> {
    let key = row.producer_key();
    if let Some((id, _)) = store::find(tx.conn(), "producer", &key)? {
        let id = id.parse().map_err(crate::error::Error::internal)?;
        return Ok((producer::any(tx.conn(), id)?, false));
    }
    let written = producer::Written {
        name: row.producer.clone(),
        kind: row.kind,
        commune_code: row.commune_code.clone(),
        province_code: Some(row.province_code.clone()),
        former_address: Some(row.former_address.clone()).filter(|a| !a.is_empty()),
        enterprise_form: None,
        local_capital_percent: None,
        tax_code: None,
        registration_number: None,
        registered_on: None,
        address: None,
        representative: producer::Representative::default(),
        phone: None,
        email: None,
        capacity: None,
    };
    let made = producer::register_imported(tx, actor, &written, true, &row.source, now)?;
    store::insert(tx, "producer", &key, made.id.as_str(), "", now)?;
    Ok((made, true))
}
