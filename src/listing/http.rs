//! `/listings`; `/shops` in [`shops`].

mod shops;

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::actor::Actor;
use crate::app::App;
use crate::db::page::Want;
use crate::error::{Lang, Result};
use crate::http::{Body, List, NoQuery, Patch, Path, Query, Reply, Write, language, page};
use crate::ids::{AttemptId, ListingId, ProducerId, ProductId, ShopId};
use crate::instant::Instant;
use crate::platform::http::IssueOut;
use crate::platform::state::{AttributeChoice, AttributeValue, CertificateContent, ListingContent};

use super::{Attempt, DesiredState, Filter, Listing, NewListing, Preview, Reported, ReportedState, Settings};

/// The routes of this noun.
pub fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    shops::routes(config);
    config
        .service(list)
        .service(create)
        .service(read)
        .service(update)
        .service(show_preview)
        .service(sync_now)
        .service(take_down)
        .service(list_attempts)
        .service(list_issues);
}

/// A chosen value of an attribute.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = ListingAttributeValue)]
#[serde(deny_unknown_fields)]
struct ValueForm {
    /// The platform's id of the value; absent for a free text.
    id: Option<String>,
    /// The text.
    value: String,
}

/// An attribute of the platform's category.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = ListingAttribute)]
#[serde(deny_unknown_fields)]
struct AttributeForm {
    /// The platform's id.
    id: String,
    /// Its name, as the platform spells it.
    name: String,
    /// The chosen values.
    values: Vec<ValueForm>,
}

fn choice(form: AttributeForm) -> AttributeChoice {
    let AttributeForm { id, name, values } = form;
    let value = |ValueForm { id, value }| AttributeValue { id, value };
    AttributeChoice { id, name, values: values.into_iter().map(value).collect() }
}

fn form(choice: AttributeChoice) -> AttributeForm {
    let AttributeChoice { id, name, values } = choice;
    let value = |AttributeValue { id, value }| ValueForm { id, value };
    AttributeForm { id, name, values: values.into_iter().map(value).collect() }
}

/// What the producer chooses for a product in one shop.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = ListingSettings)]
#[serde(deny_unknown_fields)]
struct SettingsForm {
    /// The platform's leaf category.
    #[schema(max_length = 200, example = "1001")]
    category: Option<String>,
    /// Attributes of that category.
    #[serde(default)]
    #[schema(max_items = 50)]
    attributes: Vec<AttributeForm>,
    /// Pieces on offer.
    #[serde(default)]
    #[schema(maximum = 1_000_000)]
    stock: u32,
    /// Price here, VND; otherwise the product's.
    #[schema(minimum = 1)]
    price_vnd: Option<i64>,
    /// Weight with packaging, grams; otherwise the product's net weight.
    #[schema(minimum = 1, maximum = 1_000_000)]
    weight_g: Option<u32>,
}

impl From<SettingsForm> for Settings {
    fn from(f: SettingsForm) -> Self {
        let SettingsForm { category, attributes, stock, price_vnd, weight_g } = f;
        Self {
            category,
            attributes: attributes.into_iter().map(choice).collect(),
            stock,
            price_vnd,
            weight_g,
        }
    }
}

impl From<Settings> for SettingsForm {
    fn from(s: Settings) -> Self {
        let Settings { category, attributes, stock, price_vnd, weight_g } = s;
        Self { category, attributes: attributes.into_iter().map(form).collect(), stock, price_vnd, weight_g }
    }
}

/// What we want of a listing.
#[derive(Serialize, ToSchema)]
#[schema(as = ListingDesired)]
struct DesiredOut {
    state: DesiredState,
    /// Raised each time we want something else.
    revision: i32,
    name: String,
    description_html: String,
    price_vnd: i64,
    stock: u32,
    weight_g: u32,
    images: Vec<String>,
    category: Option<String>,
    gtin: Option<String>,
    /// Star of the certificate; `null` when none is valid.
    star: Option<u8>,
    /// Number of the certificate.
    certificate_number: Option<String>,
}

fn desired(state: DesiredState, revision: i32, content: ListingContent) -> DesiredOut {
    let ListingContent {
        sku: _,
        name,
        description_html,
        price_vnd,
        weight_g,
        stock,
        images,
        category,
        attributes: _,
        gtin,
        certificate,
    } = content;
    let (star, certificate_number) = match certificate {
        Some(CertificateContent { number, star, .. }) => (Some(star.get()), Some(number)),
        None => (None, None),
    };
    DesiredOut {
        state,
        revision,
        name,
        description_html,
        price_vnd,
        stock,
        weight_g,
        images,
        category,
        gtin,
        star,
        certificate_number,
    }
}

/// What the platform says of a listing.
#[derive(Serialize, ToSchema)]
#[schema(as = ListingReported)]
struct ReportedOut {
    state: ReportedState,
    /// The platform's id of the product.
    external_id: Option<String>,
    /// The platform's own word for the state.
    raw_status: Option<String>,
    price_vnd: Option<i64>,
    stock: Option<i64>,
    /// Why it refused, in its words.
    reasons: Vec<String>,
    /// Number of the certificate that it was sent.
    certificate_number: Option<String>,
    /// When it was asked last.
    checked_at: Option<Instant>,
}

/// A listing (*niêm yết*): a product offered in a shop.
#[derive(Serialize, ToSchema)]
#[schema(as = Listing)]
struct ListingOut {
    id: ListingId,
    product_id: ProductId,
    producer_id: ProducerId,
    shop_id: ShopId,
    /// Key of the platform.
    platform: String,
    /// The SKU by which the platform knows the product.
    sku: String,
    /// The same as `reported.state`.
    status: ReportedState,
    /// Whether the platform shows what we want.
    in_step: bool,
    settings: SettingsForm,
    desired: DesiredOut,
    reported: ReportedOut,
    /// What stands in the way.
    issues: Vec<IssueOut>,
    created_at: Instant,
    updated_at: Instant,
}

fn out(listing: Listing, lang: Lang) -> ListingOut {
    let Listing {
        id,
        product_id,
        producer_id,
        shop_id,
        platform,
        sku,
        settings,
        desired_state,
        desired: content,
        desired_revision,
        reported_state,
        reported: Reported { raw_status, price_vnd, stock, reasons },
        external_id,
        sent_certificate,
        in_step,
        issues,
        checked_at,
        version: _,
        created_at,
        updated_at,
    } = listing;
    ListingOut {
        id,
        product_id,
        producer_id,
        shop_id,
        platform,
        sku,
        status: reported_state,
        in_step,
        settings: settings.into(),
        desired: desired(desired_state, desired_revision, content),
        reported: ReportedOut {
            state: reported_state,
            external_id,
            raw_status,
            price_vnd,
            stock,
            reasons,
            certificate_number: sent_certificate,
            checked_at,
        },
        issues: issues.into_iter().map(|issue| IssueOut::new(issue, lang)).collect(),
        created_at,
        updated_at,
    }
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
    let ListingQuery { status, shop_id, product_id, producer_id, platform, limit, cursor } = q;
    let want = Want::of(limit, cursor.as_deref())?;
    let filter = Filter { status, shop_id, product_id, producer_id, platform };
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

/// What may change of a listing: absent keeps, null clears.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ListingPatch {
    settings: SettingsPatch,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = ListingSettingsPatch)]
#[serde(deny_unknown_fields)]
struct SettingsPatch {
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    category: Patch<String>,
    attributes: Option<Vec<AttributeForm>>,
    stock: Option<u32>,
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    price_vnd: Patch<i64>,
    #[serde(default)]
    #[schema(value_type = Option<u32>)]
    weight_g: Patch<u32>,
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
    let SettingsPatch { category, attributes, stock, price_vnd, weight_g } = input.settings;
    let attributes: Option<Vec<AttributeChoice>> =
        attributes.map(|given| given.into_iter().map(choice).collect());
    let (lang, site) = (language(&req), write.app().config.public_url.clone());
    write
        .run("listing.update", move |tx, actor, now| {
            let change = |old: Settings| Settings {
                category: category.clone().apply(old.category),
                attributes: attributes.clone().unwrap_or(old.attributes),
                stock: stock.unwrap_or(old.stock),
                price_vnd: price_vnd.clone().apply(old.price_vnd),
                weight_g: weight_g.clone().apply(old.weight_g),
            };
            answer(Reply::ok, super::update(tx, actor, id, version, change, &site, now)?, lang)
        })
        .await
}

/// A request as it would be sent, without secrets.
#[derive(Serialize, ToSchema)]
#[schema(as = ListingRequest)]
struct RequestOut {
    #[schema(example = "POST")]
    method: String,
    url: String,
    /// Names and values, in order.
    headers: Vec<Vec<String>>,
    body: String,
}

/// What would be sent now, and what stands in its way.
#[derive(Serialize, ToSchema)]
#[schema(as = ListingPreview)]
struct PreviewOut {
    /// `null` where an issue keeps it from being made.
    request: Option<RequestOut>,
    issues: Vec<IssueOut>,
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
    let Preview { request, issues } = app.db.read("listing.preview", query).await?;
    let lang = language(&req);
    let request = request.map(|r| RequestOut {
        method: r.method.to_owned(),
        url: r.url,
        headers: r.headers.into_iter().map(|(name, value)| vec![name, value]).collect(),
        body: r.body,
    });
    let issues = issues.into_iter().map(|issue| IssueOut::new(issue, lang)).collect();
    Ok(Reply::ok(&PreviewOut { request, issues })?.respond(&req))
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

/// One call to the platform, without secrets.
#[derive(Serialize, ToSchema)]
#[schema(as = ListingAttempt)]
struct AttemptOut {
    id: AttemptId,
    at: Instant,
    /// Milliseconds it took.
    took_ms: i64,
    /// What was asked.
    #[schema(example = "upsert")]
    op: String,
    /// `done`, or the class of the failure.
    #[schema(example = "done")]
    outcome: String,
    /// Code of the failure.
    code: Option<String>,
    /// What happened, where it failed.
    message: Option<String>,
    /// What was sent: `method`, `url`, `headers`, `body`.
    #[schema(value_type = Option<Object>)]
    request: serde_json::Value,
    /// What came back: `status`, `body`.
    #[schema(value_type = Option<Object>)]
    reply: serde_json::Value,
}

fn attempt(attempt: Attempt) -> AttemptOut {
    let Attempt { id, at, took_ms, op, outcome, code, mut detail } = attempt;
    let mut part = |name: &str| detail.get_mut(name).map(serde_json::Value::take).unwrap_or_default();
    let message = part("message").as_str().map(str::to_owned);
    AttemptOut { id, at, took_ms, op, outcome, code, message, request: part("request"), reply: part("reply") }
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
