//! Rows of products and of the words they are found by.

pub(super) mod files;
pub(super) mod succession;

use diesel::prelude::*;

use crate::actor::Reach;
use crate::db::page::{Page, Want};
use crate::db::schema::{product_terms, products};
use crate::db::{Conn, Json, Tx};
use crate::error::{Code, Error, Result};
use crate::ids::{CertificateId, ProducerId, ProductId};
use crate::instant::Instant;

use super::state::Status;

/// A product (*sản phẩm*). `star`, `star_score`, `star_from`, `star_until` and `certificate_*` are a copy of its
/// certificate: read them through [`super::Product::rating`], which compares with the time.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = products, treat_none_as_null = true, treat_none_as_default_value = false)]
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
    /// Name and SKU without accents.
    pub search: String,
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

/// Whose a product is: its producer and place, as figures and lists group by them.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = products)]
pub struct Owner {
    /// The product.
    #[diesel(column_name = id)]
    pub product_id: ProductId,
    /// Its producer.
    pub producer_id: ProducerId,
    /// Its province.
    pub province_code: String,
    /// Its commune.
    pub commune_code: Option<String>,
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

pub(super) fn many(conn: &mut Conn, ids: &[ProductId]) -> Result<Vec<Product>> {
    let rows = products::table.filter(products::id.eq_any(ids.to_vec()));
    Ok(rows.select(Product::as_select()).load(conn)?)
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

/// A product, how far it is, its star and the certificate it has it from.
pub(super) type Starred = (ProductId, Status, Option<i32>, Option<CertificateId>);

pub(super) fn stars_of(conn: &mut Conn, ids: &[ProductId]) -> Result<Vec<Starred>> {
    let rows = products::table.filter(products::id.eq_any(ids)).order(products::id.asc());
    Ok(rows.select((products::id, products::status, products::stars, products::certificate_id)).load(conn)?)
}

/// Takes the copies of certificates away and raises the versions.
pub(super) fn clear_stars(tx: &mut Tx<'_>, ids: &[ProductId], now: Instant) -> Result<()> {
    let none = Stars {
        star: None,
        star_score: None,
        star_from: None,
        star_until: None,
        certificate_id: None,
        certificate_number: None,
        updated_at: now,
    };
    diesel::update(products::table.filter(products::id.eq_any(ids)))
        .set((none, products::version.eq(products::version + 1)))
        .execute(tx.conn())?;
    Ok(())
}

/// Which products a list holds.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Words of the name or the SKU, folded.
    pub words: Vec<String>,
    /// State.
    pub status: Option<Status>,
    /// Number of the criteria set.
    pub criteria_set: Option<i32>,
    /// Star that is valid now.
    pub star: Option<i32>,
    /// Producer.
    pub producer_id: Option<ProducerId>,
    /// Commune.
    pub commune_code: Option<String>,
}

/// Products within reach, the newest first.
pub(super) fn list(
    conn: &mut Conn,
    reach: &Reach,
    filter: &Filter,
    want: &Want<ProductId>,
    now: Instant,
) -> Result<Page<Product>> {
    let mut query = products::table.select(Product::as_select()).into_boxed();
    if !reach.all {
        query = query.filter(
            products::province_code
                .nullable()
                .eq(reach.province.clone())
                .or(products::commune_code.eq(reach.commune.clone()))
                .or(products::producer_id.nullable().eq(reach.producer)),
        );
    }
    let Filter { words, status, criteria_set, star, producer_id, commune_code } = filter;
    for word in words {
        // Folded words are letters and digits: nothing in them means more to LIKE.
        query = query.filter(products::search.like(format!("%{word}%")));
    }
    if let Some(status) = status {
        query = query.filter(products::status.eq(*status));
    }
    if let Some(set) = criteria_set {
        query = query.filter(products::criteria_set.eq(*set));
    }
    if let Some(star) = star {
        query = query
            .filter(products::stars.eq(*star))
            .filter(products::star_from.le(now))
            .filter(products::star_until.gt(now));
    }
    if let Some(producer) = producer_id {
        query = query.filter(products::producer_id.eq(*producer));
    }
    if let Some(commune) = commune_code {
        query = query.filter(products::commune_code.eq(commune.clone()));
    }
    if let Some(after) = &want.after {
        query = query.filter(products::id.lt(*after));
    }
    let rows = query.order(products::id.desc()).limit(want.fetch()).load(conn)?;
    Ok(Page::cut(rows, want, |row: &Product| row.id))
}

pub(super) fn insert(tx: &mut Tx<'_>, product: &Product) -> Result<()> {
    diesel::insert_into(products::table).values(product).execute(tx.conn())?;
    Ok(())
}

/// Writes a product whose version has been raised by one; refuses when somebody was faster.
pub(super) fn save(tx: &mut Tx<'_>, product: &Product) -> Result<()> {
    let row =
        products::table.filter(products::id.eq(product.id)).filter(products::version.eq(product.version - 1));
    match diesel::update(row).set(product).execute(tx.conn())? {
        1 => Ok(()),
        _ => Err(Error::new(Code::PreconditionFailed)),
    }
}

/// The product of this number of a producer.
pub(super) fn by_sku(conn: &mut Conn, producer: ProducerId, sku: &str) -> Result<Option<Product>> {
    let row = products::table
        .filter(products::producer_id.eq(producer))
        .filter(products::sku.eq(sku))
        .select(Product::as_select());
    Ok(row.first(conn).optional()?)
}

/// The ids of a producer's products of these SKUs.
pub(super) fn by_skus(
    conn: &mut Conn,
    producer: ProducerId,
    skus: &[String],
) -> Result<std::collections::HashMap<String, ProductId>> {
    let rows: Vec<(String, ProductId)> = products::table
        .filter(products::producer_id.eq(producer))
        .filter(products::sku.eq_any(skus))
        .select((products::sku, products::id))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Whether another product bears one of these spellings of a GTIN.
pub(super) fn gtin_elsewhere(conn: &mut Conn, forms: Vec<String>, own: ProductId) -> Result<bool> {
    let rows = products::table.filter(products::gtin.eq_any(forms)).filter(products::id.ne(own));
    let other: Option<ProductId> = rows.select(products::id).first(conn).optional()?;
    Ok(other.is_some())
}

/// The products of a producer.
pub(super) fn of_producer(conn: &mut Conn, producer: ProducerId) -> Result<Vec<Product>> {
    let rows = products::table.filter(products::producer_id.eq(producer)).order(products::id.asc());
    Ok(rows.select(Product::as_select()).load(conn)?)
}

pub(super) fn owners(conn: &mut Conn, ids: &[ProductId]) -> Result<Vec<Owner>> {
    Ok(products::table.filter(products::id.eq_any(ids)).select(Owner::as_select()).load(conn)?)
}

/// Makes a product be found by these words and no others.
pub(super) fn set_terms(tx: &mut Tx<'_>, id: ProductId, name_key: &str, terms: &[String]) -> Result<()> {
    diesel::delete(product_terms::table.filter(product_terms::product_id.eq(id))).execute(tx.conn())?;
    for term in terms {
        diesel::insert_into(product_terms::table)
            .values((
                product_terms::term.eq(term),
                product_terms::name_key.eq(name_key),
                product_terms::product_id.eq(id),
            ))
            .execute(tx.conn())?;
    }
    Ok(())
}
