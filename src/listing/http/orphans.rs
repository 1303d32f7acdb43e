//! `/shops/{id}/orphans`: products that stand in a shop without a listing.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer;
use super::forms::{ListingOut, SettingsForm};
use crate::actor::Actor;
use crate::app::App;
use crate::db::page::Want;
use crate::error::Result;
use crate::http::{Body, List, NoQuery, Path, Query, Reply, Write, language, page};
use crate::ids::{OrphanId, ProductId, ShopId};
use crate::instant::Instant;
use crate::listing::orphans::{self, Orphan};
use crate::listing::{NewListing, ReportedState};

pub(super) fn routes(config: &mut crate::http::Routes<'_, '_>) {
    config.service(list).service(adopt).service(ignore);
}

/// A product that stands in a shop and that no listing here is bound to. It was found by the nightly walk through the
/// shop; nothing is done to it by itself.
#[derive(Serialize, ToSchema)]
#[schema(as = ShopOrphan)]
struct OrphanOut {
    id: OrphanId,
    /// The platform's id of the product.
    external_id: String,
    /// Its SKU there; empty where it has none.
    sku: String,
    /// Its name there.
    title: String,
    /// How it stands there.
    status: ReportedState,
    /// Price there, VND.
    price_vnd: Option<i64>,
    /// Stock there.
    stock: Option<i64>,
    /// When it changed last, where the platform says.
    changed_at: Option<Instant>,
    /// When it was found.
    first_seen_at: Instant,
    /// When it stood there last.
    last_seen_at: Instant,
    /// Whether somebody said that it is none of ours.
    ignored: bool,
    /// The producer's product of the same SKU, unless the shop offers it already: a suggestion for `adopt`.
    product_id: Option<ProductId>,
}

fn out(orphan: Orphan) -> OrphanOut {
    let Orphan {
        id,
        external_id,
        sku,
        title,
        state,
        price_vnd,
        stock,
        changed_at,
        first_seen,
        last_seen,
        ignored,
        product_id,
    } = orphan;
    OrphanOut {
        id,
        external_id,
        sku,
        title,
        status: state,
        price_vnd,
        stock,
        changed_at,
        first_seen_at: first_seen,
        last_seen_at: last_seen,
        ignored,
        product_id,
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OrphanQuery {
    /// `true` for those that are none of ours.
    #[serde(default)]
    ignored: bool,
    /// Rows per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Products that stand in the shop without a listing, oldest first.
#[utoipa::path(tag = "shops", params(("id" = ShopId, Path), OrphanQuery),
    responses((status = 200, body = List<OrphanOut>)))]
#[get("/shops/{id}/orphans")]
async fn list(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    Path(id): Path<ShopId>,
    Query(q): Query<OrphanQuery>,
) -> Result<HttpResponse> {
    let OrphanQuery { ignored, limit, cursor } = q;
    let want = Want::of(limit, cursor.as_deref())?;
    let query = move |conn: &mut crate::db::Conn| orphans::orphans(conn, &actor.reach, id, ignored, &want);
    let rows = app.db.read("shop.orphans", query).await?;
    page(&req, rows.map(out))
}

/// Which product it is, and how it is offered from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AdoptIn {
    product_id: ProductId,
    /// As of a new listing. Without a price the one there stays and is shown as a difference to settle.
    settings: SettingsForm,
}

/// Take over a product that stands in the shop: a listing is bound to it, and brings it into step with a change. Nothing
/// is created there.
#[utoipa::path(tag = "shops", params(("id" = ShopId, Path), ("orphan_id" = OrphanId, Path)), request_body = AdoptIn,
    responses((status = 201, body = ListingOut)))]
#[post("/shops/{id}/orphans/{orphan_id}/adopt")]
async fn adopt(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path((shop_id, orphan)): Path<(ShopId, OrphanId)>,
    Body(input): Body<AdoptIn>,
) -> Result<HttpResponse> {
    let AdoptIn { product_id, settings } = input;
    let new = NewListing { product_id, shop_id, settings: settings.into() };
    let (lang, site) = (language(&req), write.app().config.public_url.clone());
    write
        .run("shop.adopt_orphan", move |tx, actor, now| {
            let listing = orphans::adopt(tx, actor, orphan, &new, &site, now)?;
            let location = format!("/api/v1/listings/{}", listing.id);
            answer(|out| Reply::created(location, out), listing, lang)
        })
        .await
}

/// Whether it is none of ours.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct IgnoreIn {
    /// `true`: it is not shown any more; `false`: it is shown again.
    ignored: bool,
}

/// Say that a product that stands in the shop is none of ours. Nothing is done there.
#[utoipa::path(tag = "shops", params(("id" = ShopId, Path), ("orphan_id" = OrphanId, Path)), request_body = IgnoreIn,
    responses((status = 200, body = OrphanOut)))]
#[post("/shops/{id}/orphans/{orphan_id}/ignore")]
async fn ignore(
    write: Write,
    _: Query<NoQuery>,
    Path((shop_id, orphan)): Path<(ShopId, OrphanId)>,
    Body(input): Body<IgnoreIn>,
) -> Result<HttpResponse> {
    let IgnoreIn { ignored } = input;
    write
        .run("shop.ignore_orphan", move |tx, actor, now| {
            Reply::ok(&out(orphans::ignore(tx, actor, shop_id, orphan, ignored, now)?))
        })
        .await
}
