//! The categories and attributes of platforms, and how products stand to them.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::actor::Actor;
use crate::app::App;
use crate::db::Conn;
use crate::db::page::Want;
use crate::error::{Lang, Result};
use crate::http::{Body, List, NoQuery, Path, Query, Reply, Write, language, page};
use crate::ids::{ListingId, ProductId, ShopId};
use crate::instant::Instant;
use crate::listing::mapping::{self, CategoryFilter, Complete, PlatformCategory, Suggestion, Tree};
use crate::listing::state::tree::Fit;
use crate::platform::http::IssueOut;
use crate::platform::state::{Attribute, Status as PlatformStatus};

pub(super) fn routes(config: &mut crate::http::Routes<'_, '_>) {
    config
        .service(list)
        .service(show_tree)
        .service(refresh)
        .service(list_attributes)
        .service(refresh_attributes)
        .service(suggest_for_product)
        .service(suggest_for_listing)
        .service(complete);
}

/// A category of a platform, as it was read last.
#[derive(Serialize, ToSchema)]
#[schema(as = PlatformCategory)]
struct CategoryOut {
    /// The platform's id.
    #[schema(example = "1001")]
    id: String,
    #[schema(example = "Trà lá, chè khô")]
    name: String,
    /// The names from the root to it.
    #[schema(example = "Thực phẩm và đồ uống › Trà, cà phê › Trà › Trà lá, chè khô")]
    path: String,
    /// The category above; `null` at the root.
    parent: Option<String>,
    /// Whether products may be put here.
    leaf: bool,
    /// When its attributes were read; `null` where they were not.
    attributes_fetched_at: Option<Instant>,
    fetched_at: Instant,
}

fn category(row: PlatformCategory) -> CategoryOut {
    let PlatformCategory { id, name, path, parent, leaf, attributes_at, fetched_at } = row;
    CategoryOut { id, name, path, parent, leaf, attributes_fetched_at: attributes_at, fetched_at }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CategoryQuery {
    /// Of this shop: needed where each shop has categories of its own.
    shop_id: Option<ShopId>,
    /// Words of the name, with or without accents.
    q: Option<String>,
    /// Those right below this category; empty for those at the root.
    parent: Option<String>,
    /// Only those where products may be put, or only the others.
    leaf: Option<bool>,
    /// Rows per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The categories of a platform by name, as they were read last: weekly, or when somebody asks for it.
#[utoipa::path(tag = "platforms", params(("key" = String, Path, example = "sendo"), CategoryQuery),
    responses((status = 200, body = List<CategoryOut>)))]
#[get("/platforms/{key}/categories")]
async fn list(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    Path(key): Path<String>,
    Query(q): Query<CategoryQuery>,
) -> Result<HttpResponse> {
    let CategoryQuery { shop_id, q, parent, leaf, limit, cursor } = q;
    let want = Want::of(limit, cursor.as_deref())?;
    let filter = CategoryFilter { shop_id, q, parent, leaf };
    let query = move |conn: &mut Conn| mapping::categories(conn, &actor.reach, &key, &filter, &want);
    page(&req, app.db.read("platform.categories", query).await?.map(category))
}

/// When the categories of a platform were read.
#[derive(Serialize, ToSchema)]
#[schema(as = PlatformCategoryTree)]
struct TreeOut {
    /// When the last reading began; later than `finished_at` while it is under way.
    started_at: Option<Instant>,
    /// When the last reading that came to its end did.
    finished_at: Option<Instant>,
    /// When they are read again by themselves.
    due_at: Option<Instant>,
    /// Why they could not be read.
    issue: Option<IssueOut>,
}

fn tree_out(tree: Tree, lang: Lang) -> TreeOut {
    let Tree { started_at, finished_at, due_at, issue } = tree;
    TreeOut { started_at, finished_at, due_at, issue: issue.map(|issue| IssueOut::new(issue, lang)) }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TreeQuery {
    /// Of this shop: needed where each shop has categories of its own.
    shop_id: Option<ShopId>,
}

/// When the categories of a platform were read, and why not.
#[utoipa::path(tag = "platforms", params(("key" = String, Path, example = "sendo"), TreeQuery),
    responses((status = 200, body = TreeOut)))]
#[get("/platforms/{key}/categories/refresh")]
async fn show_tree(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    Path(key): Path<String>,
    Query(TreeQuery { shop_id }): Query<TreeQuery>,
) -> Result<HttpResponse> {
    let query = move |conn: &mut Conn| mapping::tree(conn, &actor.reach, &key, shop_id);
    let tree = app.db.read("platform.category_tree", query).await?;
    Ok(Reply::ok(&tree_out(tree, language(&req)))?.respond(&req))
}

/// The shop through which a platform is read.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[schema(as = PlatformRefresh)]
#[serde(deny_unknown_fields)]
struct RefreshIn {
    /// A connected shop on the platform.
    shop_id: ShopId,
}

/// Have the categories of a platform read again, in the background.
#[utoipa::path(tag = "platforms", params(("key" = String, Path, example = "sendo")), request_body = RefreshIn,
    responses((status = 202, body = TreeOut)))]
#[post("/platforms/{key}/categories/refresh")]
async fn refresh(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path(key): Path<String>,
    Body(RefreshIn { shop_id }): Body<RefreshIn>,
) -> Result<HttpResponse> {
    let lang = language(&req);
    write
        .run("platform.refresh_categories", move |tx, actor, now| {
            Reply::accepted(&tree_out(mapping::refresh_categories(tx, actor, &key, shop_id, now)?, lang))
        })
        .await
}

/// A value to choose.
#[derive(Serialize, ToSchema)]
#[schema(as = PlatformAttributeValue)]
struct ValueOut {
    id: String,
    value: String,
}

/// An attribute of a platform's category.
#[derive(Serialize, ToSchema)]
#[schema(as = PlatformAttribute)]
struct AttributeOut {
    id: String,
    name: String,
    /// Whether a product must state it.
    required: bool,
    /// Values to choose from; empty for a free text.
    values: Vec<ValueOut>,
}

/// The attributes of a category, as they were read last.
#[derive(Serialize, ToSchema)]
#[schema(as = PlatformAttributes)]
struct AttributesOut {
    data: Vec<AttributeOut>,
    /// When they were read; `null` where they were not.
    fetched_at: Option<Instant>,
}

/// The attributes of a category. Those of the categories that the maps name are read weekly, others when somebody asks.
#[utoipa::path(tag = "platforms",
    params(("key" = String, Path, example = "sendo"), ("category" = String, Path, example = "1001")),
    responses((status = 200, body = AttributesOut)))]
#[get("/platforms/{key}/categories/{category}/attributes")]
async fn list_attributes(
    req: HttpRequest,
    app: web::Data<App>,
    _: Query<NoQuery>,
    Path((key, category)): Path<(String, String)>,
) -> Result<HttpResponse> {
    let query = move |conn: &mut Conn| mapping::attributes(conn, &key, &category);
    let (found, fetched_at) = app.db.read("platform.attributes", query).await?;
    let value = |(id, value): (String, String)| ValueOut { id, value };
    let attribute = |Attribute { id, name, required, values }: Attribute| AttributeOut {
        id,
        name,
        required,
        values: values.into_iter().map(value).collect(),
    };
    let data = found.into_iter().map(attribute).collect();
    Ok(Reply::ok(&AttributesOut { data, fetched_at })?.respond(&req))
}

/// Have the attributes of a category read again, in the background.
#[utoipa::path(tag = "platforms",
    params(("key" = String, Path, example = "sendo"), ("category" = String, Path, example = "1001")),
    request_body = RefreshIn, responses((status = 202, body = RefreshOut)))]
#[post("/platforms/{key}/categories/{category}/attributes/refresh")]
async fn refresh_attributes(
    write: Write,
    _: Query<NoQuery>,
    Path((key, category)): Path<(String, String)>,
    Body(RefreshIn { shop_id }): Body<RefreshIn>,
) -> Result<HttpResponse> {
    write
        .run("platform.refresh_attributes", move |tx, actor, now| {
            mapping::refresh_attributes(tx, actor, (&key, &category), shop_id, now)?;
            Reply::accepted(&RefreshOut { shop_id, category: category.clone() })
        })
        .await
}

/// What is read in the background.
#[derive(Serialize, ToSchema)]
#[schema(as = PlatformRefreshing)]
struct RefreshOut {
    shop_id: ShopId,
    category: String,
}

/// A category that may fit a product. Nothing is chosen by it.
#[derive(Serialize, ToSchema)]
#[schema(as = CategorySuggestion)]
struct SuggestionOut {
    category: String,
    name: String,
    /// The names from the root to it.
    path: String,
    /// The higher, the better it fits; 0 where no word is the same.
    score: usize,
    /// Words of the product's name that the category's name has, without accents.
    name_words: Vec<String>,
    /// Words of the criteria set's name that the category's name has, without accents.
    set_words: Vec<String>,
    /// Whether the listing has it now, by its own settings or by the platform's category map.
    in_use: bool,
}

fn suggestions(found: Vec<Suggestion>, req: &HttpRequest) -> Result<HttpResponse> {
    let one = |Suggestion { fit, in_use }: Suggestion| {
        let Fit { id, name, path, score, name_words, set_words } = fit;
        SuggestionOut { category: id, name, path, score, name_words, set_words, in_use }
    };
    let data = found.into_iter().map(one).collect();
    Ok(Reply::ok(&List { data, next_cursor: None })?.respond(req))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SuggestionQuery {
    /// Key of the platform.
    platform: String,
    /// Of this shop: needed where each shop has categories of its own.
    shop_id: Option<ShopId>,
}

/// Categories of a platform that may fit a product, the best first; ten at most.
#[utoipa::path(tag = "listings", params(("id" = ProductId, Path), SuggestionQuery),
    responses((status = 200, body = List<SuggestionOut>)))]
#[get("/products/{id}/suggestions")]
async fn suggest_for_product(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    Path(id): Path<ProductId>,
    Query(SuggestionQuery { platform, shop_id }): Query<SuggestionQuery>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let query =
        move |conn: &mut Conn| mapping::for_product(conn, &actor.reach, id, (&platform, shop_id), now);
    suggestions(app.db.read("listing.product_suggestions", query).await?, &req)
}

/// Categories that may fit a listing, the best first; ten at most.
#[utoipa::path(tag = "listings", params(("id" = ListingId, Path)),
    responses((status = 200, body = List<SuggestionOut>)))]
#[get("/listings/{id}/suggestions")]
async fn suggest_for_listing(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path(id): Path<ListingId>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let query = move |conn: &mut Conn| mapping::for_listing(conn, &actor.reach, id, now);
    suggestions(app.db.read("listing.suggestions", query).await?, &req)
}

/// How a product would stand on a platform with nothing chosen for it there.
#[derive(Serialize, ToSchema)]
#[schema(as = ProductCompleteness)]
struct CompleteOut {
    /// Key of the platform.
    #[schema(example = "sendo")]
    platform: &'static str,
    title: &'static str,
    /// Whether the platform can be used.
    status: PlatformStatus,
    /// Percentage of the checks passed.
    #[schema(maximum = 100)]
    percent: usize,
    /// Fields that the platform looks at.
    checks: usize,
    /// Those without an issue.
    passed: usize,
    /// Whether it could be sent as it is: no issue is an error.
    ready: bool,
    /// The category by the platform's category map.
    category: Option<String>,
    /// What is missing.
    issues: Vec<IssueOut>,
}

fn complete_out(found: Complete, lang: Lang) -> CompleteOut {
    let Complete { platform, passed, checks, ready, category, issues } = found;
    CompleteOut {
        platform: platform.key,
        title: platform.title,
        status: platform.status,
        percent: passed.saturating_mul(100).checked_div(checks).unwrap_or(100),
        checks,
        passed,
        ready,
        category,
        issues: issues.into_iter().map(|issue| IssueOut::new(issue, lang)).collect(),
    }
}

/// What each platform would say to a product, before a shop is connected; all on one page. Nothing is called.
#[utoipa::path(tag = "listings", params(("id" = ProductId, Path)),
    responses((status = 200, body = List<CompleteOut>)))]
#[get("/products/{id}/completeness")]
async fn complete(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path(id): Path<ProductId>,
) -> Result<HttpResponse> {
    let (now, site) = (app.clock.now(), app.config.public_url.clone());
    let query = move |conn: &mut Conn| mapping::completeness(conn, &actor.reach, id, &site, now);
    let found = app.db.read("listing.completeness", query).await?;
    let lang = language(&req);
    let data: Vec<CompleteOut> = found.into_iter().map(|one| complete_out(one, lang)).collect();
    Ok(Reply::ok(&List { data, next_cursor: None })?.respond(&req))
}
