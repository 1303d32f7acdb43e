//! `/products`.

mod files;

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use crate::actor::Actor;
use crate::app::App;
use crate::db::Conn;
use crate::db::page::Want;
use crate::error::{Code, Error, FieldError, Result};
use crate::http::{Body, List, NoQuery, Patch, Path, Query, Reply, Write, page};
use crate::ids::{ProducerId, ProductId};
use crate::instant::Instant;
use crate::values::Points;

use super::{
    Attributes, Capacity, CapacityChange, Change, Filter, New, Product, Rating, Status, Verb, Written,
};

/// The routes of this noun.
pub fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(list)
        .service(create)
        .service(read)
        .service(update)
        .service(publish)
        .service(unpublish)
        .service(archive)
        .service(restore);
    files::routes(config);
}

/// The star a product bears, copied from the certificate that is valid now. Read-only.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rating)]
pub struct RatingOut {
    #[schema(minimum = 1, maximum = 5)]
    star: u8,
    /// The council's mean, 0 to 100; legacy certificates may lack it.
    #[schema(value_type = Option<f64>, example = 91.25)]
    score: Option<Points>,
    certificate_number: String,
    /// The first moment the certificate is not valid any more.
    valid_until: Instant,
}

impl From<Rating> for RatingOut {
    fn from(rating: Rating) -> Self {
        let Rating { star, score, certificate_number, valid_until } = rating;
        Self { star: star.get(), score, certificate_number, valid_until }
    }
}

/// What looks wrong, but is kept.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Warning)]
pub struct WarningOut {
    /// JSON pointer to the field.
    pointer: String,
    /// Stable code.
    code: &'static str,
    /// What to look at, in Vietnamese.
    detail_vi: String,
    /// The same in English.
    detail_en: String,
}

impl From<FieldError> for WarningOut {
    fn from(e: FieldError) -> Self {
        Self { pointer: e.pointer, code: e.code, detail_vi: e.text.vi, detail_en: e.text.en }
    }
}

/// A product.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Product)]
pub struct ProductOut {
    id: ProductId,
    producer_id: ProducerId,
    /// The producer's province.
    #[schema(example = "19")]
    province_code: String,
    /// The producer's commune.
    #[schema(example = "05503")]
    commune_code: Option<String>,
    #[schema(example = "Chè đinh Hảo Đạt")]
    name: String,
    name_en: Option<String>,
    /// Number of its criteria set in Decision 26/2026/QĐ-TTg.
    #[schema(minimum = 1, maximum = 26)]
    criteria_set: i32,
    description: Option<String>,
    description_en: Option<String>,
    story: Option<String>,
    story_en: Option<String>,
    /// Price of a unit.
    #[schema(minimum = 0)]
    price_vnd: Option<i64>,
    /// What is sold: box, bag, bottle.
    unit: Option<String>,
    /// Net weight of a unit, grams.
    #[schema(minimum = 1)]
    net_weight_g: Option<i32>,
    /// The producer's own number; unique among its products.
    sku: String,
    /// GS1 number of 8, 12, 13 or 14 digits.
    gtin: Option<String>,
    /// Texts, numbers and booleans by name.
    #[schema(value_type = Object)]
    attributes: Map<String, Value>,
    capacity: Option<Capacity>,
    /// Traceability page.
    trace_url: Option<String>,
    status: Status,
    rating: Option<RatingOut>,
    /// Where imported data comes from.
    source: Option<String>,
    created_at: Instant,
    updated_at: Instant,
    /// Only in the answers of POST and PATCH, and only where something looks wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    warnings: Option<Vec<WarningOut>>,
}

impl ProductOut {
    fn of(product: Product, now: Instant) -> Result<Self> {
        let rating = product.rating(now).map(RatingOut::from);
        let (attributes, capacity) = (product.attributes()?.0, product.capacity()?);
        let Product {
            id,
            producer_id,
            province_code,
            commune_code,
            name,
            name_en,
            name_key: _,
            search: _,
            criteria_set,
            description,
            description_en,
            story,
            story_en,
            price_vnd,
            unit,
            net_weight_g,
            sku,
            gtin,
            attributes: _,
            capacity: _,
            trace_url,
            status,
            star: _,
            star_score: _,
            star_from: _,
            star_until: _,
            certificate_id: _,
            certificate_number: _,
            source,
            version: _,
            created_at,
            updated_at,
        } = product;
        Ok(Self {
            id,
            producer_id,
            province_code,
            commune_code,
            name,
            name_en,
            criteria_set,
            description,
            description_en,
            story,
            story_en,
            price_vnd,
            unit,
            net_weight_g,
            sku,
            gtin,
            attributes,
            capacity,
            trace_url,
            status,
            rating,
            source,
            created_at,
            updated_at,
            warnings: None,
        })
    }
}

/// The tag of a product: its version, and whether the star still shines, which time alone changes.
fn tag(product: &Product, now: Instant) -> String {
    match product.rating(now) {
        Some(rating) => format!("{}-{}", product.version, rating.star.get()),
        None => product.version.to_string(),
    }
}

/// The product as it was written, with what looks wrong.
fn written(conn: &mut Conn, product: Product, now: Instant) -> Result<(ProductOut, String)> {
    let warnings = super::warnings(conn, &product)?;
    let tag = tag(&product, now);
    let mut out = ProductOut::of(product, now)?;
    if !warnings.is_empty() {
        out.warnings = Some(warnings.into_iter().map(WarningOut::from).collect());
    }
    Ok((out, tag))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Rows per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Words of the name or the SKU, with or without accents.
    #[param(max_length = 200)]
    q: Option<String>,
    status: Option<Status>,
    /// Number of the criteria set.
    #[param(minimum = 1, maximum = 26)]
    criteria_set: Option<i32>,
    /// Star that is valid now.
    #[param(minimum = 1, maximum = 5)]
    star: Option<i32>,
    producer_id: Option<ProducerId>,
    /// Five digits.
    commune_code: Option<String>,
}

impl ListQuery {
    fn filter(self) -> Result<(Want<ProductId>, Filter)> {
        let want = Want::of(self.limit, self.cursor.as_deref())?;
        let wrong = |vi: &str, en: &str| Err(Error::told(Code::BadQuery, vi, en));
        if self.q.as_ref().is_some_and(|q| q.chars().count() > 200) {
            return wrong("q có nhiều nhất 200 ký tự.", "q has at most 200 characters.");
        }
        if self.criteria_set.is_some_and(|set| !(1..=26).contains(&set)) {
            return wrong("criteria_set từ 1 đến 26.", "criteria_set is from 1 to 26.");
        }
        if self.star.is_some_and(|star| !(1..=5).contains(&star)) {
            return wrong("star từ 1 đến 5.", "star is from 1 to 5.");
        }
        let digits = |code: &String| code.len() == 5 && code.bytes().all(|b| b.is_ascii_digit());
        if self.commune_code.as_ref().is_some_and(|code| !digits(code)) {
            return wrong("commune_code gồm năm chữ số.", "commune_code has five digits.");
        }
        let filter = Filter {
            words: self.q.as_deref().map(crate::text::terms).unwrap_or_default(),
            status: self.status,
            criteria_set: self.criteria_set,
            star: self.star,
            producer_id: self.producer_id,
            commune_code: self.commune_code,
        };
        Ok((want, filter))
    }
}

/// Products within reach, the newest first.
#[utoipa::path(tag = "products", params(ListQuery), responses((status = 200, body = List<ProductOut>)))]
#[get("/products")]
async fn list(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    Query(query): Query<ListQuery>,
) -> Result<HttpResponse> {
    let (want, filter) = query.filter()?;
    let now = app.clock.now();
    let rows =
        app.db.read("product.list", move |conn| super::list(conn, &actor.reach, &filter, &want, now)).await?;
    let data = rows.data.into_iter().map(|p| ProductOut::of(p, now)).collect::<Result<_>>()?;
    page(&req, crate::db::page::Page { data, next: rows.next })
}

/// A new product.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProductIn {
    /// Whose; a producer's member may leave it out.
    producer_id: Option<ProducerId>,
    #[schema(min_length = 1, max_length = 200, example = "Chè đinh Hảo Đạt")]
    name: String,
    #[schema(max_length = 200)]
    name_en: Option<String>,
    /// Number of its criteria set in Decision 26/2026/QĐ-TTg.
    #[schema(minimum = 1, maximum = 26)]
    criteria_set: i32,
    #[schema(max_length = 10_000)]
    description: Option<String>,
    #[schema(max_length = 10_000)]
    description_en: Option<String>,
    #[schema(max_length = 20_000)]
    story: Option<String>,
    #[schema(max_length = 20_000)]
    story_en: Option<String>,
    /// Price of a unit, VND.
    #[schema(minimum = 0, maximum = 999_999_999_999_999_i64)]
    price_vnd: Option<i64>,
    /// What is sold: box, bag, bottle.
    #[schema(max_length = 50)]
    unit: Option<String>,
    /// Net weight of a unit, grams.
    #[schema(minimum = 1, maximum = 100_000_000)]
    net_weight_g: Option<i64>,
    /// The producer's own number; made up where absent.
    #[schema(max_length = 50)]
    sku: Option<String>,
    /// GS1 number with a right check digit.
    #[schema(example = "8934563138165")]
    gtin: Option<String>,
    /// At most 50 texts, numbers and booleans by name.
    #[schema(value_type = Option<Object>)]
    attributes: Option<Map<String, Value>>,
    capacity: Option<Capacity>,
    /// Traceability page, https only.
    #[schema(max_length = 500)]
    trace_url: Option<String>,
}

impl From<ProductIn> for New {
    fn from(input: ProductIn) -> Self {
        let ProductIn {
            producer_id,
            name,
            name_en,
            criteria_set,
            description,
            description_en,
            story,
            story_en,
            price_vnd,
            unit,
            net_weight_g,
            sku,
            gtin,
            attributes,
            capacity,
            trace_url,
        } = input;
        let written = Written {
            name,
            name_en,
            criteria_set,
            description,
            description_en,
            story,
            story_en,
            price_vnd,
            unit,
            net_weight_g,
            sku,
            gtin,
            capacity,
            trace_url,
        };
        Self { producer_id, written, attributes: Attributes(attributes.unwrap_or_default()) }
    }
}

/// Make a draft.
#[utoipa::path(tag = "products", request_body = ProductIn, responses((status = 201, body = ProductOut)))]
#[post("/products")]
async fn create(write: Write, _: Query<NoQuery>, Body(input): Body<ProductIn>) -> Result<HttpResponse> {
    let new = New::from(input);
    write
        .run("product.create", move |tx, actor, now| {
            let product = super::create(tx, actor, new.clone(), now)?;
            let location = format!("/api/v1/products/{}", product.id);
            let (out, tag) = written(tx.conn(), product, now)?;
            Ok(Reply::created(location, &out)?.etag(tag))
        })
        .await
}

/// One product.
#[utoipa::path(tag = "products", params(("id" = ProductId, Path)), responses((status = 200, body = ProductOut)))]
#[get("/products/{id}")]
async fn read(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path(id): Path<ProductId>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let product = app.db.read("product.get", move |conn| super::find(conn, &actor.reach, id)).await?;
    let tag = tag(&product, now);
    Ok(Reply::ok(&ProductOut::of(product, now)?)?.etag(tag).respond(&req))
}

/// What may change of a product: absent keeps, null clears.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProductPatch {
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    name_en: Patch<String>,
    #[schema(minimum = 1, maximum = 26)]
    criteria_set: Option<i32>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 10_000)]
    description: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 10_000)]
    description_en: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 20_000)]
    story: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 20_000)]
    story_en: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0)]
    price_vnd: Patch<i64>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 50)]
    unit: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1)]
    net_weight_g: Patch<i64>,
    #[schema(max_length = 50)]
    sku: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    gtin: Patch<String>,
    /// Merged name by name: null takes one away.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    attributes: Patch<Map<String, Value>>,
    #[serde(default)]
    #[schema(value_type = Option<CapacityPatch>)]
    capacity: Patch<CapacityPatch>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 500)]
    trace_url: Patch<String>,
}

/// What may change of a capacity.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CapacityPatch {
    /// Units a month.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0)]
    per_month: Patch<i64>,
    /// Days from order to delivery.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0)]
    lead_time_days: Patch<i64>,
    /// When it is made, in words.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    season: Patch<String>,
}

impl From<ProductPatch> for Change {
    fn from(patch: ProductPatch) -> Self {
        let ProductPatch {
            name,
            name_en,
            criteria_set,
            description,
            description_en,
            story,
            story_en,
            price_vnd,
            unit,
            net_weight_g,
            sku,
            gtin,
            attributes,
            capacity,
            trace_url,
        } = patch;
        let capacity = match capacity {
            Patch::Keep => Patch::Keep,
            Patch::Clear => Patch::Clear,
            Patch::Set(CapacityPatch { per_month, lead_time_days, season }) => {
                Patch::Set(CapacityChange { per_month, lead_time_days, season })
            }
        };
        Self {
            name,
            name_en,
            criteria_set,
            description,
            description_en,
            story,
            story_en,
            price_vnd,
            unit,
            net_weight_g,
            sku,
            gtin,
            attributes,
            capacity,
            trace_url,
        }
    }
}

/// Change a product. A published one must keep what publishing needs.
#[utoipa::path(tag = "products", params(("id" = ProductId, Path), ("If-Match" = String, Header)),
    request_body = ProductPatch, responses((status = 200, body = ProductOut)))]
#[patch("/products/{id}")]
async fn update(
    write: Write,
    Path(id): Path<ProductId>,
    _: Query<NoQuery>,
    Body(input): Body<ProductPatch>,
) -> Result<HttpResponse> {
    let version = write.version()?;
    let change = Change::from(input);
    write
        .run("product.update", move |tx, actor, now| {
            let product = super::update(tx, actor, id, version, change.clone(), now)?;
            let (out, tag) = written(tx.conn(), product, now)?;
            Ok(Reply::ok(&out)?.etag(tag))
        })
        .await
}

async fn move_on(write: Write, id: ProductId, op: &'static str, verb: Verb) -> Result<HttpResponse> {
    write
        .run(op, move |tx, actor, now| {
            let product = super::move_on(tx, actor, id, verb, now)?;
            let tag = tag(&product, now);
            Ok(Reply::ok(&ProductOut::of(product, now)?)?.etag(tag))
        })
        .await
}

/// Publish a draft: it appears in the catalogue. 422 names every field that is missing.
#[utoipa::path(tag = "products", params(("id" = ProductId, Path)), responses((status = 200, body = ProductOut)))]
#[post("/products/{id}/publish")]
async fn publish(write: Write, Path(id): Path<ProductId>, _: Query<NoQuery>) -> Result<HttpResponse> {
    move_on(write, id, "product.publish", Verb::Publish).await
}

/// Take a published product out of the catalogue.
#[utoipa::path(tag = "products", params(("id" = ProductId, Path)), responses((status = 200, body = ProductOut)))]
#[post("/products/{id}/unpublish")]
async fn unpublish(write: Write, Path(id): Path<ProductId>, _: Query<NoQuery>) -> Result<HttpResponse> {
    move_on(write, id, "product.unpublish", Verb::Unpublish).await
}

/// Archive a product that is not made any more.
#[utoipa::path(tag = "products", params(("id" = ProductId, Path)), responses((status = 200, body = ProductOut)))]
#[post("/products/{id}/archive")]
async fn archive(write: Write, Path(id): Path<ProductId>, _: Query<NoQuery>) -> Result<HttpResponse> {
    move_on(write, id, "product.archive", Verb::Archive).await
}

/// Make a draft of an archived product.
#[utoipa::path(tag = "products", params(("id" = ProductId, Path)), responses((status = 200, body = ProductOut)))]
#[post("/products/{id}/restore")]
async fn restore(write: Write, Path(id): Path<ProductId>, _: Query<NoQuery>) -> Result<HttpResponse> {
    move_on(write, id, "product.restore", Verb::Restore).await
}
