//! How platforms and listings stand: issues by their code, and a platform at a glance.

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::actor::Actor;
use crate::app::App;
use crate::db::Conn;
use crate::error::{Code, Error, Lang, Result};
use crate::http::{List, NoQuery, Path, Query, Reply, language};
use crate::listing::{self, Health, ReportedState, ShopStatus, Troubled};
use crate::platform::http::IssueOut;

pub(super) fn routes(config: &mut crate::http::Routes<'_, '_>) {
    config.service(troubled).service(health);
}

/// How many listings have an issue of one code.
#[derive(Serialize, ToSchema)]
#[schema(as = ListingIssueCount)]
struct TroubledOut {
    /// Give it as `issue` to `/listings` to see them.
    #[schema(example = "name.too_short")]
    code: String,
    listings: i64,
    /// The issue as one of them has it.
    example: Option<IssueOut>,
}

fn troubled_out(rows: Vec<Troubled>, lang: Lang) -> Vec<TroubledOut> {
    rows.into_iter()
        .map(|Troubled { code, listings, example }| TroubledOut {
            code,
            listings,
            example: example.map(|issue| IssueOut::new(issue, lang)),
        })
        .collect()
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TroubledQuery {
    /// On one platform.
    platform: Option<String>,
}

/// The issues of listings by their code, the most frequent first; there are few codes, so all on one page.
#[utoipa::path(tag = "listings", params(TroubledQuery), responses((status = 200, body = List<TroubledOut>)))]
#[get("/listings/issues")]
async fn troubled(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    Query(TroubledQuery { platform }): Query<TroubledQuery>,
) -> Result<HttpResponse> {
    let query = move |conn: &mut Conn| listing::troubled(conn, &actor.reach, platform.as_deref());
    let rows = app.db.read("listing.troubled", query).await?;
    Ok(Reply::ok(&List { data: troubled_out(rows, language(&req)), next_cursor: None })?.respond(&req))
}

/// Shops in one state.
#[derive(Serialize, ToSchema)]
#[schema(as = PlatformShopCount)]
struct ShopCount {
    status: ShopStatus,
    shops: i64,
}

/// Listings in one state.
#[derive(Serialize, ToSchema)]
#[schema(as = PlatformListingCount)]
struct ListingCount {
    status: ReportedState,
    listings: i64,
}

/// A platform at a glance: only the shops and listings that the caller may see are counted.
#[derive(Serialize, ToSchema)]
#[schema(as = PlatformHealth)]
struct HealthOut {
    /// Shops by how their connection is.
    shops: Vec<ShopCount>,
    /// Shops that rest, because the platform asked for it or does not answer.
    resting: i64,
    /// Listings by what the platform says.
    listings: Vec<ListingCount>,
    /// Issues by their code.
    issues: Vec<TroubledOut>,
}

/// How things are on a platform.
#[utoipa::path(tag = "platforms", params(("key" = String, Path, example = "sendo")),
    responses((status = 200, body = HealthOut)))]
#[get("/platforms/{key}/health")]
async fn health(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path(key): Path<String>,
) -> Result<HttpResponse> {
    let platform = crate::platform::descriptor(&key).ok_or_else(|| Error::new(Code::NotFound))?.key;
    let now = app.clock.now();
    let query = move |conn: &mut Conn| listing::health(conn, &actor.reach, platform, now);
    let Health { shops, resting, listings, issues } = app.db.read("platform.health", query).await?;
    let out = HealthOut {
        shops: shops.into_iter().map(|(status, shops)| ShopCount { status, shops }).collect(),
        resting,
        listings: listings.into_iter().map(|(status, listings)| ListingCount { status, listings }).collect(),
        issues: troubled_out(issues, language(&req)),
    };
    Ok(Reply::ok(&out)?.respond(&req))
}
