//! `/listings`; `/shops` in [`shops`].

mod assisted;
mod categories;
mod consent;
mod forms;
mod health;
mod hooks;
mod maps;
mod orphans;
mod shops;

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::actor::Actor;
use crate::app::App;
use crate::db::page::Want;
use crate::error::{Lang, Result};
use crate::http::{Body, List, NoQuery, Path, Query, Reply, Write, language, page};
use crate::ids::{ListingId, ProducerId, ProductId, ShopId};
use crate::platform::http::IssueOut;

use super::{Filter, Keep, Listing, NewListing, ReportedState, Settings};
use forms::{AttemptOut, ListingOut, ListingPatch, PreviewOut, SettingsForm, attempt, out};

/// The routes of this noun.
pub fn routes(config: &mut crate::http::Routes<'_, '_>) {
    assisted::routes(config);
    categories::routes(config);
    maps::routes(config);
    consent::routes(config);
    hooks::routes(config);
    health::routes(config);
    shops::routes(config);
    orphans::routes(config);
    config
        .service(list)
        .service(create)
        .service(read)
        .service(update)
        .service(show_preview)
        .service(sync_now)
        .service(settle)
        .service(take_down)
        .service(list_attempts)
        .service(list_issues);
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListingQuery {
    /// What the platform says.
    status: Option<ReportedState>,
    /// In one shop.
    shop_id: Option<ShopId>,
    /// Of one product.
    product_id: Option<ProductId>,
    /// Of one producer.
    producer_id: Option<ProducerId>,
    /// On one platform.
    platform: Option<String>,
    /// With an issue of this code; see `/listings/issues`.
    issue: Option<String>,
    /// Rows per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Listings, oldest first.
#[utoipa::path(tag = "listings", params(ListingQuery), responses((status = 200, body = List<ListingOut>)))]
#[get("/listings")]
async fn list(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    Query(q): Query<ListingQuery>,
) -> Result<HttpResponse> {
    let ListingQuery { status, shop_id, product_id, producer_id, platform, issue, limit, cursor } = q;
    let want = Want::of(limit, cursor.as_deref())?;
    let filter = Filter { status, shop_id, product_id, producer_id, platform, issue };
    let query = move |conn: &mut crate::db::Conn| super::list(conn, &actor.reach, &filter, &want);
    let rows = app.db.read("listing.list", query).await?;
    let lang = language(&req);
    page(&req, rows.map(|listing| out(listing, lang)))
}

/// A new listing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ListingIn {
    product_id: ProductId,
    shop_id: ShopId,
    settings: SettingsForm,
}

fn answer(reply: impl FnOnce(&ListingOut) -> Result<Reply>, listing: Listing, lang: Lang) -> Result<Reply> {
    let version = listing.version;
    Ok(reply(&out(listing, lang))?.etag(version))
}

/// Offer a product in a shop. It is sent in the background.
#[utoipa::path(tag = "listings", request_body = ListingIn, responses((status = 201, body = ListingOut)))]
#[post("/listings")]
async fn create(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Body(input): Body<ListingIn>,
) -> Result<HttpResponse> {
    let ListingIn { product_id, shop_id, settings } = input;
    let new = NewListing { product_id, shop_id, settings: settings.into() };
    let (lang, site) = (language(&req), write.app().config.public_url.clone());
    write
        .run("listing.create", move |tx, actor, now| {
            let listing = super::create(tx, actor, &new, &site, now)?;
            let location = format!("/api/v1/listings/{}", listing.id);
            answer(|out| Reply::created(location, out), listing, lang)
        })
        .await
}

/// One listing.
#[utoipa::path(tag = "listings", params(("id" = ListingId, Path)), responses((status = 200, body = ListingOut)))]
#[get("/listings/{id}")]
async fn read(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path(id): Path<ListingId>,
) -> Result<HttpResponse> {
    let listing = app.db.read("listing.get", move |conn| super::get(conn, &actor.reach, id)).await?;
    Ok(answer(Reply::ok, listing, language(&req))?.respond(&req))
}

/// Change stock, price, category or attributes; the platform follows in the background.
#[utoipa::path(tag = "listings", params(("id" = ListingId, Path), ("If-Match" = String, Header)),
    request_body = ListingPatch, responses((status = 200, body = ListingOut)))]
#[patch("/listings/{id}")]
async fn update(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<ListingId>,
    Body(input): Body<ListingPatch>,
) -> Result<HttpResponse> {
    let version = write.version()?;
    let (lang, site) = (language(&req), write.app().config.public_url.clone());
    write
        .run("listing.update", move |tx, actor, now| {
            let change = |old: Settings| input.settings.clone().apply(old);
            answer(Reply::ok, super::update(tx, actor, id, version, change, &site, now)?, lang)
        })
        .await
}

/// Show the exact request that would be sent now. Nothing is sent.
#[utoipa::path(tag = "listings", params(("id" = ListingId, Path)),
    responses((status = 200, body = PreviewOut)))]
#[post("/listings/{id}/preview")]
async fn show_preview(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path(id): Path<ListingId>,
) -> Result<HttpResponse> {
    let (now, service) = (app.clock.now(), app.get_ref().clone());
    let query = move |conn: &mut crate::db::Conn| super::preview(conn, &service, &actor.reach, id, now);
    let seen = app.db.read("listing.preview", query).await?;
    Ok(Reply::ok(&PreviewOut::new(seen, language(&req)))?.respond(&req))
}

/// Want the product on sale, and ask the platform how things are.
#[utoipa::path(tag = "listings", params(("id" = ListingId, Path)), responses((status = 202, body = ListingOut)))]
#[post("/listings/{id}/sync")]
async fn sync_now(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<ListingId>,
) -> Result<HttpResponse> {
    let (lang, site) = (language(&req), write.app().config.public_url.clone());
    write
        .run("listing.sync", move |tx, actor, now| {
            answer(Reply::accepted, super::sync(tx, actor, id, &site, now)?, lang)
        })
        .await
}

/// Which price counts from now on.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[schema(as = ListingDriftIn)]
#[serde(deny_unknown_fields)]
struct DriftIn {
    keep: Keep,
}

/// Settle what somebody changed on the platform itself (`drift`): send ours again, or take theirs over.
#[utoipa::path(tag = "listings", params(("id" = ListingId, Path)), request_body = DriftIn,
    responses((status = 202, body = ListingOut)))]
#[post("/listings/{id}/drift")]
async fn settle(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<ListingId>,
    Body(DriftIn { keep }): Body<DriftIn>,
) -> Result<HttpResponse> {
    let (lang, site) = (language(&req), write.app().config.public_url.clone());
    write
        .run("listing.settle", move |tx, actor, now| {
            answer(Reply::accepted, super::settle(tx, actor, id, keep, &site, now)?, lang)
        })
        .await
}

/// Take the product off sale.
#[utoipa::path(tag = "listings", params(("id" = ListingId, Path)), responses((status = 202, body = ListingOut)))]
#[post("/listings/{id}/withdraw")]
async fn take_down(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<ListingId>,
) -> Result<HttpResponse> {
    let (lang, site) = (language(&req), write.app().config.public_url.clone());
    write
        .run("listing.withdraw", move |tx, actor, now| {
            answer(Reply::accepted, super::withdraw(tx, actor, id, &site, now)?, lang)
        })
        .await
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AttemptQuery {
    /// Rows per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The calls made for a listing in the last 30 days, the newest first.
#[utoipa::path(tag = "listings", params(("id" = ListingId, Path), AttemptQuery),
    responses((status = 200, body = List<AttemptOut>)))]
#[get("/listings/{id}/attempts")]
async fn list_attempts(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    Path(id): Path<ListingId>,
    Query(q): Query<AttemptQuery>,
) -> Result<HttpResponse> {
    let want = Want::of(q.limit, q.cursor.as_deref())?;
    let query = move |conn: &mut crate::db::Conn| super::attempts(conn, &actor.reach, id, &want);
    page(&req, app.db.read("listing.attempts", query).await?.map(attempt))
}

/// What stands in the way of a listing; all on one page.
#[utoipa::path(tag = "listings", params(("id" = ListingId, Path)),
    responses((status = 200, body = List<IssueOut>)))]
#[get("/listings/{id}/issues")]
async fn list_issues(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path(id): Path<ListingId>,
) -> Result<HttpResponse> {
    let listing = app.db.read("listing.get", move |conn| super::get(conn, &actor.reach, id)).await?;
    let lang = language(&req);
    let data: Vec<_> = listing.issues.into_iter().map(|issue| IssueOut::new(issue, lang)).collect();
    Ok(Reply::ok(&List { data, next_cursor: None })?.respond(&req))
}
