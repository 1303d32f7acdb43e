//! `/products`.

mod images;
mod papers;
mod successor;
mod upload;
mod wire;

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::actor::Actor;
use crate::app::App;
use crate::db::Conn;
use crate::db::page::Want;
use crate::error::{Code, Error, Result};
use crate::http::{Body, List, NoQuery, Path, Query, Reply, Write, page};
use crate::ids::{ProducerId, ProductId};
use crate::instant::Instant;

pub(crate) use papers::serve_paper;
pub(crate) use successor::RelativeOut;

use super::{Change, Filter, New, Product, Status, Verb};
use wire::{ProductIn, ProductOut, ProductPatch, WarningOut};

/// The routes of this noun.
pub fn routes(config: &mut crate::http::Routes<'_, '_>) {
    config
        .service(list)
        .service(create)
        .service(read)
        .service(update)
        .service(publish)
        .service(unpublish)
        .service(archive)
        .service(restore);
    images::routes(config);
    papers::routes(config);
    successor::routes(config);
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
