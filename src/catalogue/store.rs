//! What the catalogue reads: published products of verified producers.

mod facets;
mod list;
mod search;

use diesel::prelude::*;

use crate::db::schema::{producers, product_images, products};
use crate::db::{Conn, Json};
use crate::error::Result;
use crate::ids::{ImageId, ProducerId, ProductId};
use crate::instant::Instant;
use crate::{producer, product};

pub(super) use facets::{Counts, counts};
pub(super) use list::{Line, list};
pub(super) use search::Weights;

/// Who makes a product, as the public may know it before the name is shortened.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = producers)]
pub(super) struct Maker {
    pub name: String,
    pub kind: producer::Kind,
    pub status: producer::Status,
}

impl Maker {
    fn public(&self) -> bool {
        self.status == producer::Status::Verified
    }
}

/// A published product.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = products)]
pub(super) struct Detail {
    pub id: ProductId,
    pub producer_id: ProducerId,
    pub province_code: String,
    pub commune_code: Option<String>,
    pub name: String,
    pub name_en: Option<String>,
    pub criteria_set: i32,
    pub description: Option<String>,
    pub description_en: Option<String>,
    pub story: Option<String>,
    pub story_en: Option<String>,
    pub price_vnd: Option<i64>,
    pub unit: Option<String>,
    pub net_weight_g: Option<i32>,
    pub gtin: Option<String>,
    pub attributes: Json,
    pub trace_url: Option<String>,
    pub status: product::Status,
    #[diesel(column_name = stars)]
    pub star: Option<i32>,
    pub star_score: Option<i32>,
    pub star_from: Option<Instant>,
    pub star_until: Option<Instant>,
    pub certificate_number: Option<String>,
    pub updated_at: Instant,
}

/// A published product and its maker.
pub(super) fn detail(conn: &mut Conn, id: ProductId) -> Result<Option<(Detail, Maker)>> {
    let row: Option<(Detail, Maker)> = products::table
        .inner_join(producers::table.on(producers::id.eq(products::producer_id)))
        .filter(products::id.eq(id))
        .select((Detail::as_select(), Maker::as_select()))
        .first(conn)
        .optional()?;
    Ok(row.filter(|(detail, maker)| detail.status == product::Status::Published && maker.public()))
}

/// An image of a product.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = product_images)]
pub(super) struct Image {
    pub id: ImageId,
    pub alt: Option<String>,
    pub width: i32,
    pub height: i32,
}

/// The images of a product in their order.
pub(super) fn images(conn: &mut Conn, of: ProductId) -> Result<Vec<Image>> {
    Ok(product_images::table
        .filter(product_images::product_id.eq(of))
        .order((product_images::position, product_images::id))
        .select(Image::as_select())
        .load(conn)?)
}

/// A producer of the public list.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = producers)]
pub(super) struct Producer {
    pub id: ProducerId,
    pub name: String,
    pub kind: producer::Kind,
    pub province_code: String,
    pub commune_code: Option<String>,
}

/// Which producers are wanted.
#[derive(Clone, Debug, Default)]
pub struct ProducerFilter {
    /// What they are.
    pub kind: Option<producer::Kind>,
    /// Two digits.
    pub province_code: Option<String>,
    /// Five digits.
    pub commune_code: Option<String>,
}

/// Where a producer stands in the order of names, whether the public sees it still or not.
pub(super) fn name_key(conn: &mut Conn, id: ProducerId) -> Result<Option<String>> {
    Ok(producers::table.find(id).select(producers::name_key).first(conn).optional()?)
}

/// Verified producers by name.
pub(super) fn producers(
    conn: &mut Conn,
    filter: &ProducerFilter,
    after: Option<(String, ProducerId)>,
    limit: i64,
) -> Result<Vec<Producer>> {
    let mut query = producers::table
        .filter(producers::status.eq(producer::Status::Verified))
        .select(Producer::as_select())
        .into_boxed();
    let ProducerFilter { kind, province_code, commune_code } = filter.clone();
    if let Some(kind) = kind {
        query = query.filter(producers::kind.eq(kind));
    }
    if let Some(code) = province_code {
        query = query.filter(producers::province_code.eq(code));
    }
    if let Some(code) = commune_code {
        query = query.filter(producers::commune_code.eq(code));
    }
    if let Some((key, id)) = after {
        query = query
            .filter(producers::name_key.ge(key.clone()))
            .filter(producers::name_key.gt(key).or(producers::id.gt(id)));
    }
    Ok(query.order((producers::name_key, producers::id)).limit(limit).load(conn)?)
}

/// How many published products each of these producers has.
pub(super) fn products_of(conn: &mut Conn, ids: &[ProducerId]) -> Result<Vec<(ProducerId, i64)>> {
    Ok(products::table
        .filter(products::producer_id.eq_any(ids.to_vec()))
        .filter(crate::db::dialect::published())
        .group_by(products::producer_id)
        .select((products::producer_id, diesel::dsl::count_star()))
        .load(conn)?)
}
