//! Rows of products.

use diesel::prelude::*;

use crate::actor::Reach;
use crate::db::schema::products;
use crate::db::{Conn, Json, Tx};
use crate::error::Result;
use crate::ids::{CertificateId, ProducerId, ProductId};
use crate::instant::Instant;

use super::state::Status;

/// A product (*sản phẩm*). `star`, `star_score`, `star_from`, `star_until` and `certificate_*` are a copy of its
/// certificate: read them through [`super::Product::rating`], which compares with the time.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = products, treat_none_as_null = true)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// Who makes it.
    pub producer_id: ProducerId,
    /// The producer's province.
    pub province_code: String,
    /// The producer's commune.
    pub commune_code: Option<String>,
    /// Name.
    pub name: String,
    /// Name in English.
    pub name_en: Option<String>,
    /// Sort key of the name.
    pub name_key: String,
    /// Number of its criteria set, 1 to 26.
    pub criteria_set: i32,
    /// What it is.
    pub description: Option<String>,
    /// The same in English.
    pub description_en: Option<String>,
    /// Its story.
    pub story: Option<String>,
    /// The same in English.
    pub story_en: Option<String>,
    /// Price of a unit, VND.
    pub price_vnd: Option<i64>,
    /// What is sold: box, bag, bottle.
    pub unit: Option<String>,
    /// Net weight of a unit, grams.
    pub net_weight_g: Option<i32>,
    /// The producer's own number of it.
    pub sku: String,
    /// GS1 number, as given.
    pub gtin: Option<String>,
    /// Free attributes: a JSON object of texts, numbers and booleans.
    pub attributes: Json,
    /// Supply capacity: [`super::Capacity`].
    pub capacity: Option<Json>,
    /// Address of its traceability page.
    pub trace_url: Option<String>,
    /// How far it is.
    pub status: Status,
    /// Copy of the certificate's star.
    #[diesel(column_name = stars)]
    pub star: Option<i32>,
    /// Copy of its score, hundredths.
    pub star_score: Option<i32>,
    /// Copy of the first moment it is valid.
    pub star_from: Option<Instant>,
    /// Copy of the first moment it is not valid any more.
    pub star_until: Option<Instant>,
    /// The certificate.
    pub certificate_id: Option<CertificateId>,
    /// Copy of its number.
    pub certificate_number: Option<String>,
    /// Where imported data came from.
    pub source: Option<String>,
    /// Raised by each change.
    pub version: i32,
    /// Made.
    pub created_at: Instant,
    /// Changed.
    pub updated_at: Instant,
}

/// A product within reach.
pub(super) fn find(conn: &mut Conn, reach: &Reach, id: ProductId) -> Result<Option<Product>> {
    let row = any(conn, id)?;
    Ok(row.filter(|p| {
        reach.covers(p.producer_id, p.commune_code.as_deref().unwrap_or_default(), &p.province_code)
    }))
}

/// A product, whoever asks.
pub(super) fn any(conn: &mut Conn, id: ProductId) -> Result<Option<Product>> {
    Ok(products::table.find(id).select(Product::as_select()).first(conn).optional()?)
}

/// The copy of a certificate.
#[derive(AsChangeset)]
#[diesel(table_name = products, treat_none_as_null = true)]
pub(super) struct Stars {
    #[diesel(column_name = stars)]
    pub star: Option<i32>,
    pub star_score: Option<i32>,
    pub star_from: Option<Instant>,
    pub star_until: Option<Instant>,
    pub certificate_id: Option<CertificateId>,
    pub certificate_number: Option<String>,
    pub updated_at: Instant,
}

/// Writes the copy of a certificate and raises the version.
pub(super) fn save_stars(tx: &mut Tx<'_>, id: ProductId, stars: &Stars) -> Result<()> {
    diesel::update(products::table.filter(products::id.eq(id)))
        .set((stars, products::version.eq(products::version + 1)))
        .execute(tx.conn())?;
    Ok(())
}
