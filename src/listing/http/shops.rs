//! `/shops`.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::actor::Actor;
use crate::app::App;
use crate::db::page::Want;
use crate::error::{Lang, Result};
use crate::http::{Body, List, NoQuery, Path, Query, Reply, Write, language, page};
use crate::ids::{ProducerId, ShopId};
use crate::instant::Instant;
use crate::listing::shop::{self, Change, NewShop, Shop, ShopFilter};
use crate::listing::state::ShopStatus;
use crate::platform::http::IssueOut;
use crate::platform::state::Status as PlatformStatus;

pub(super) fn routes(config: &mut crate::http::Routes<'_, '_>) {
    config
        .service(list)
        .service(connect)
        .service(read)
        .service(update)
        .service(close)
        .service(sync)
        .service(pull_orders);
}

/// A shop (*gian hàng*) on a platform. Its keys are never shown.
#[derive(Serialize, ToSchema)]
#[schema(as = Shop)]
struct ShopOut {
    id: ShopId,
    producer_id: ProducerId,
    /// Key of the platform.
    #[schema(example = "sendo")]
    platform: String,
    name: String,
    /// Whether the shop is served by hand: products go out as files (`/shops/{id}/export`), what became of them is
    /// recorded (`/listings/{id}/submission`), orders come back as files. Nothing is ever sent.
    assisted: bool,
    status: ShopStatus,
    /// Whether the shop waits for its owner's consent on the platform's own page: `POST /shops/{id}/consent` gives the
    /// address.
    awaits_consent: bool,
    /// What one should know of the platform, for example that it does not trade any more.
    warning: Option<String>,
    /// Why the shop is broken or rests.
    issue: Option<IssueOut>,
    /// Nothing is sent before: the platform asked for it, or does not answer.
    rest_until: Option<Instant>,
    /// Orders are known up to here.
    orders_until: Option<Instant>,
    /// When the keys were tried last.
    checked_at: Option<Instant>,
    created_at: Instant,
    updated_at: Instant,
}

fn out(shop: Shop, lang: Lang) -> ShopOut {
    let Shop {
        id,
        producer_id,
        platform,
        name,
        assisted,
        status,
        awaits_consent,
        issue,
        rest_until,
        orders_until,
        checked_at,
        version: _,
        created_at,
        updated_at,
    } = shop;
    let closed = crate::platform::descriptor(&platform).filter(|p| p.status != PlatformStatus::Active);
    let warning = closed.map(|p| if lang == Lang::En { p.note.en } else { p.note.vi }.to_owned());
    ShopOut {
        id,
        producer_id,
        platform,
        name,
        assisted,
        status,
        awaits_consent,
        warning,
        issue: issue.map(|issue| IssueOut::new(issue, lang)),
        rest_until,
        orders_until,
        checked_at,
        created_at,
        updated_at,
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ShopQuery {
    /// Of one producer.
    producer_id: Option<ProducerId>,
    /// On one platform.
    platform: Option<String>,
    /// Rows per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Shops, oldest first.
#[utoipa::path(tag = "shops", params(ShopQuery), responses((status = 200, body = List<ShopOut>)))]
#[get("/shops")]
async fn list(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    Query(q): Query<ShopQuery>,
) -> Result<HttpResponse> {
    let ShopQuery { producer_id, platform, limit, cursor } = q;
    let want = Want::of(limit, cursor.as_deref())?;
    let filter = ShopFilter { producer_id, platform };
    let query = move |conn: &mut crate::db::Conn| shop::list(conn, &actor.reach, &filter, &want);
    let rows = app.db.read("shop.list", query).await?;
    let lang = language(&req);
    page(&req, rows.map(|shop| out(shop, lang)))
}

/// A shop to be connected.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ShopIn {
    producer_id: ProducerId,
    /// Key of the platform; see `/platforms`.
    #[schema(max_length = 50, example = "sendo")]
    platform: String,
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// What the platform's `credentials` name. Sealed at once and never shown again. Without an address on a platform
    /// that takes files, the shop is served by hand and connected at once.
    credentials: BTreeMap<String, String>,
    /// Whether its owner's consent brings the tokens, on a platform of the capability `consent`: the shop then waits for
    /// `POST /shops/{id}/consent`. Where it is not said, it does if a token is missing without which no shop is connected.
    consent: Option<bool>,
}

/// Connect a shop. Its keys are tried in the background: `status` tells how that went. Without tokens it waits for its
/// owner's consent, where the platform offers that.
#[utoipa::path(tag = "shops", request_body = ShopIn, responses((status = 201, body = ShopOut)))]
#[post("/shops")]
async fn connect(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Body(input): Body<ShopIn>,
) -> Result<HttpResponse> {
    let ShopIn { producer_id, platform, name, credentials, consent } = input;
    let new = NewShop::seal(write.app(), producer_id, &platform, &name, &credentials, consent)?;
    let lang = language(&req);
    write
        .run("shop.connect", move |tx, actor, now| {
            let shop = shop::connect(tx, actor, &new, now)?;
            let version = shop.version;
            Ok(Reply::created(format!("/api/v1/shops/{}", shop.id), &out(shop, lang))?.etag(version))
        })
        .await
}

/// One shop.
#[utoipa::path(tag = "shops", params(("id" = ShopId, Path)), responses((status = 200, body = ShopOut)))]
#[get("/shops/{id}")]
async fn read(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path(id): Path<ShopId>,
) -> Result<HttpResponse> {
    let shop = app.db.read("shop.get", move |conn| shop::get(conn, &actor.reach, id)).await?;
    let version = shop.version;
    Ok(Reply::ok(&out(shop, language(&req)))?.etag(version).respond(&req))
}

/// What may change of a shop.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ShopPatch {
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// Other keys, all of them: they replace the old ones and are tried at once.
    credentials: Option<BTreeMap<String, String>>,
    /// `true` stops sending and pulling, `false` lets it go on.
    paused: Option<bool>,
}

/// Change a shop.
#[utoipa::path(tag = "shops", params(("id" = ShopId, Path), ("If-Match" = String, Header)),
    request_body = ShopPatch, responses((status = 200, body = ShopOut)))]
#[patch("/shops/{id}")]
async fn update(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<ShopId>,
    Body(input): Body<ShopPatch>,
) -> Result<HttpResponse> {
    let version = write.version()?;
    let ShopPatch { name, credentials, paused } = input;
    let mut change = Change::default();
    (change.name, change.paused) = (name, paused);
    if let Some(credentials) = credentials {
        let (app, actor) = (write.app().clone(), write.actor.clone());
        let shop = app.db.read("shop.known", move |conn| shop::known(conn, &actor, id)).await?;
        change.seal(&app, &shop, &credentials)?;
    }
    let lang = language(&req);
    write
        .run("shop.update", move |tx, actor, now| {
            let shop = shop::update(tx, actor, id, version, change.clone(), now)?;
            let version = shop.version;
            Ok(Reply::ok(&out(shop, lang))?.etag(version))
        })
        .await
}

/// What came of bringing a shop into step.
#[derive(Serialize, ToSchema)]
struct ShopSyncOut {
    /// Listings that were compared with what their platform was told.
    looked_at: usize,
    /// Those that differ and go out now.
    queued: usize,
    /// Whether more of them differ: call again.
    more: bool,
}

/// Bring a shop into step: every listing is compared with what its platform was told, and what differs is sent, at most
/// 500 at once. What is the same is not sent again.
#[utoipa::path(tag = "shops", params(("id" = ShopId, Path)), responses((status = 202, body = ShopSyncOut)))]
#[post("/shops/{id}/sync")]
async fn sync(write: Write, _: Query<NoQuery>, Path(id): Path<ShopId>) -> Result<HttpResponse> {
    let (app, actor) = (write.app().clone(), write.actor.clone());
    let (site, now) = (app.config.public_url.clone(), app.clock.now());
    let look = site.clone();
    let found =
        app.db.read("shop.differing", move |conn| shop::differing(conn, &actor, id, &look, now)).await?;
    write
        .run("shop.sync", move |tx, actor, now| {
            let queued = shop::sync(tx, actor, id, &found, &site, now)?;
            let more = found.ids.len() > queued;
            Reply::accepted(&ShopSyncOut { looked_at: found.looked_at, queued, more })
        })
        .await
}

/// Close a shop for good; its keys are forgotten.
#[utoipa::path(tag = "shops", params(("id" = ShopId, Path), ("If-Match" = String, Header)),
    responses((status = 204)))]
#[delete("/shops/{id}")]
async fn close(write: Write, _: Query<NoQuery>, Path(id): Path<ShopId>) -> Result<HttpResponse> {
    let version = write.version()?;
    write
        .run("shop.close", move |tx, actor, now| {
            shop::close(tx, actor, id, version, now)?;
            Ok(Reply::none())
        })
        .await
}

/// Pull a shop's orders now, in the background.
#[utoipa::path(tag = "shops", params(("id" = ShopId, Path)), responses((status = 202, body = ShopOut)))]
#[post("/shops/{id}/pull-orders")]
async fn pull_orders(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<ShopId>,
) -> Result<HttpResponse> {
    let lang = language(&req);
    write
        .run("shop.pull_orders", move |tx, actor, now| {
            Reply::accepted(&out(shop::pull_orders(tx, actor, id, now)?, lang))
        })
        .await
}
