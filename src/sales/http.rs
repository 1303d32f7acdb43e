//! `/sales`; files of orders in [`files`].

mod files;

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::actor::Actor;
use crate::app::App;
use crate::db::page::Want;
use crate::error::Result;
use crate::http::{Body, List, NoQuery, Path, Query, Reply, Write, page};
use crate::ids::{ProducerId, ProductId, SaleId, ShopId};
use crate::instant::Instant;

use super::{Amounts, Declared, FigureSource, Filter, Sale, SalesChannel};

/// The routes of this noun.
pub fn routes(config: &mut crate::http::Routes<'_, '_>) {
    files::routes(config);
    config.service(list).service(declare).service(read).service(update).service(remove);
}

/// A sales figure (*doanh số*): what a product sold in a month by one channel.
#[derive(Serialize, ToSchema)]
#[schema(as = Sale)]
struct SaleOut {
    id: SaleId,
    product_id: ProductId,
    producer_id: ProducerId,
    channel: SalesChannel,
    /// Key of the platform; online sales only.
    #[schema(example = "sendo")]
    platform: Option<String>,
    /// The shop whose orders were counted.
    shop_id: Option<ShopId>,
    /// The month, by its first day.
    #[schema(example = "2026-11-01")]
    month: NaiveDate,
    /// Pieces.
    quantity: i64,
    revenue_vnd: i64,
    orders: i64,
    source: FigureSource,
    /// Whether it adds to totals and reports: not where the platform's orders count the same sales.
    counts: bool,
    created_at: Instant,
    updated_at: Instant,
}

impl From<Sale> for SaleOut {
    fn from(sale: Sale) -> Self {
        let Sale {
            id,
            product_id,
            producer_id,
            channel,
            platform,
            shop_id,
            month,
            amounts: Amounts { quantity, revenue_vnd, orders },
            source,
            counts,
            version: _,
            created_at,
            updated_at,
        } = sale;
        Self {
            id,
            product_id,
            producer_id,
            channel,
            platform,
            shop_id,
            month,
            quantity,
            revenue_vnd,
            orders,
            source,
            counts,
            created_at,
            updated_at,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SaleQuery {
    /// Of one product.
    product_id: Option<ProductId>,
    /// Of one producer.
    producer_id: Option<ProducerId>,
    /// Of one channel.
    channel: Option<SalesChannel>,
    /// From this month on, by its first day.
    month_from: Option<NaiveDate>,
    /// Up to this month, by its first day.
    month_to: Option<NaiveDate>,
    /// Rows per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Sales figures, the latest month first.
#[utoipa::path(tag = "sales", params(SaleQuery), responses((status = 200, body = List<SaleOut>)))]
#[get("/sales")]
async fn list(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    Query(q): Query<SaleQuery>,
) -> Result<HttpResponse> {
    let SaleQuery { product_id, producer_id, channel, month_from, month_to, limit, cursor } = q;
    let want = Want::of(limit, cursor.as_deref())?;
    let filter = Filter { product_id, producer_id, channel, month_from, month_to };
    let query = move |conn: &mut crate::db::Conn| super::list(conn, &actor.reach, &filter, &want);
    page(&req, app.db.read("sale.list", query).await?.map(SaleOut::from))
}

/// A figure to be declared.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SaleIn {
    product_id: ProductId,
    channel: SalesChannel,
    /// Key of the platform, or `other`; online sales only.
    #[schema(max_length = 50)]
    platform: Option<String>,
    /// The month, by its first day; it has begun.
    #[schema(example = "2026-11-01")]
    month: NaiveDate,
    /// Pieces.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    quantity: i64,
    #[schema(minimum = 0)]
    revenue_vnd: i64,
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    orders: i64,
}

fn answer(reply: impl FnOnce(&SaleOut) -> Result<Reply>, sale: Sale) -> Result<Reply> {
    let version = sale.version;
    Ok(reply(&sale.into())?.etag(version))
}

/// Declare what a product sold in a month.
#[utoipa::path(tag = "sales", request_body = SaleIn, responses((status = 201, body = SaleOut)))]
#[post("/sales")]
async fn declare(write: Write, _: Query<NoQuery>, Body(input): Body<SaleIn>) -> Result<HttpResponse> {
    let SaleIn { product_id, channel, platform, month, quantity, revenue_vnd, orders } = input;
    let amounts = Amounts { quantity, revenue_vnd, orders };
    let new = Declared { product_id, channel, platform, month, amounts };
    write
        .run("sale.declare", move |tx, actor, now| {
            let sale = super::declare(tx, actor, &new, now)?;
            let location = format!("/api/v1/sales/{}", sale.id);
            answer(|out| Reply::created(location, out), sale)
        })
        .await
}

/// One sales figure.
#[utoipa::path(tag = "sales", params(("id" = SaleId, Path)), responses((status = 200, body = SaleOut)))]
#[get("/sales/{id}")]
async fn read(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path(id): Path<SaleId>,
) -> Result<HttpResponse> {
    let sale = app.db.read("sale.get", move |conn| super::get(conn, &actor.reach, id)).await?;
    Ok(answer(Reply::ok, sale)?.respond(&req))
}

/// What may change of a declared figure.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SalePatch {
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    quantity: Option<i64>,
    #[schema(minimum = 0)]
    revenue_vnd: Option<i64>,
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    orders: Option<i64>,
}

/// Correct a declared figure.
#[utoipa::path(tag = "sales", params(("id" = SaleId, Path), ("If-Match" = String, Header)),
    request_body = SalePatch, responses((status = 200, body = SaleOut)))]
#[patch("/sales/{id}")]
async fn update(
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<SaleId>,
    Body(input): Body<SalePatch>,
) -> Result<HttpResponse> {
    let version = write.version()?;
    let SalePatch { quantity, revenue_vnd, orders } = input;
    write
        .run("sale.update", move |tx, actor, now| {
            let change = |old: Amounts| Amounts {
                quantity: quantity.unwrap_or(old.quantity),
                revenue_vnd: revenue_vnd.unwrap_or(old.revenue_vnd),
                orders: orders.unwrap_or(old.orders),
            };
            answer(Reply::ok, super::update(tx, actor, id, version, change, now)?)
        })
        .await
}

/// Take back a declared figure.
#[utoipa::path(tag = "sales", params(("id" = SaleId, Path), ("If-Match" = String, Header)),
    responses((status = 204)))]
#[delete("/sales/{id}")]
async fn remove(write: Write, _: Query<NoQuery>, Path(id): Path<SaleId>) -> Result<HttpResponse> {
    let version = write.version()?;
    write
        .run("sale.delete", move |tx, actor, now| {
            super::delete(tx, actor, id, version, now)?;
            Ok(Reply::none())
        })
        .await
}
