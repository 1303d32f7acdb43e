//! Looking at listings: what would be sent, what was sent, what a shop sells under its SKUs.

use crate::actor::Reach;
use crate::app::App;
use crate::db::page::{Page, Want};
use crate::db::{Conn, Tx};
use crate::error::{Code, Error, Result};
use crate::ids::{AttemptId, ListingId, ProducerId, ProductId, ShopId};
use crate::instant::Instant;
use crate::platform::redact::ShownRequest;
use crate::platform::state::{Credentials, Issue, Secret, Severity, Token};
use crate::product;

use super::{Reported, remote, row, store, wanted_content};

/// The request that would be sent for a listing now, and what stands in its way. Sends nothing.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The request without secrets; absent where an issue keeps it from being made.
    pub request: Option<ShownRequest>,
    /// What stands in the way.
    pub issues: Vec<Issue>,
}

/// Shows what would be sent for a listing now: the request that makes the product or changes what it says. Price and stock
/// alone go by a call of their own where the platform has one.
///
/// # Errors
/// `request.not_found`.
pub fn preview(conn: &mut Conn, app: &App, reach: &Reach, id: ListingId, now: Instant) -> Result<Preview> {
    let row = row(conn, reach, id)?;
    let product = product::any(conn, row.product_id)?;
    let site = &app.config.public_url;
    let wanted = wanted_content(conn, &product, row.place(), &row.settings.get()?, site, now)?;
    let Some(adapter) = crate::platform::adapter(&row.platform) else {
        return Ok(Preview { request: None, issues: Vec::new() });
    };
    // Nothing secret is needed to show the request: what stands for the keys is masked anyway.
    let hidden = || Secret::new(crate::platform::redact::MASK);
    let platform = adapter.descriptor();
    let shop = store::any_shop(conn, row.shop_id)?.ok_or_else(|| Error::new(Code::NotFound))?;
    if shop.assisted {
        return Ok(Preview { request: None, issues: wanted.issues(&row.platform, now) });
    }
    let credentials = Credentials {
        secrets: platform.auth.iter().filter(|f| f.secret).map(|f| (f.name.to_owned(), hidden())).collect(),
        token: Some(Token { value: hidden(), expires_at: now.plus(chrono::Duration::hours(1)) }),
        ..remote::unseal(app, &shop, platform)?
    };
    let reported = row.reported.map(|r| r.get::<Reported>()).transpose()?.unwrap_or_default();
    let outgoing = reported.outgoing(&wanted.content, row.reported_state);
    let id = row.external_id.as_deref();
    let (request, mut issues) =
        crate::platform::call::preview(adapter, id, &outgoing, reported.media, &credentials, now);
    issues.extend(wanted.mapped);
    let stopped = issues.iter().any(|issue| issue.severity == Severity::Error);
    Ok(Preview { request: request.filter(|_| !stopped), issues })
}

/// One call to a platform as it may be shown.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// When.
    pub at: Instant,
    /// How long, milliseconds.
    pub took_ms: i64,
    /// What was asked.
    pub op: String,
    /// `done`, or the class of the failure.
    pub outcome: String,
    /// Code of the failure.
    pub code: Option<String>,
    /// Request, reply and message, without secrets.
    pub detail: serde_json::Value,
}

/// The calls made for a listing, the newest first.
///
/// # Errors
/// `request.not_found`.
pub fn attempts(
    conn: &mut Conn,
    reach: &Reach,
    id: ListingId,
    want: &Want<AttemptId>,
) -> Result<Page<Attempt>> {
    row(conn, reach, id)?;
    let page = store::attempts(conn, id, want)?;
    let shown = |row: store::Attempt| -> Result<Attempt> {
        let store::Attempt { id, shop_id: _, listing_id: _, at, took_ms, op, outcome, code, detail } = row;
        Ok(Attempt { id, at, took_ms, op, outcome, code, detail: detail.get()? })
    };
    let data = page.data.into_iter().map(shown).collect::<Result<_>>()?;
    Ok(Page { data, next: page.next })
}

/// What a shop sells under a SKU: whose sales figures an order line counts for.
#[derive(Clone, Debug)]
pub struct Sold {
    /// The SKU.
    pub sku: String,
    /// The listing.
    pub listing_id: ListingId,
    /// The product.
    pub product_id: ProductId,
    /// Its producer.
    pub producer_id: ProducerId,
    /// Its province.
    pub province_code: String,
    /// Its commune.
    pub commune_code: Option<String>,
}

/// What a shop sells under these SKUs.
///
/// # Errors
/// Faults of the database.
pub fn sold_as(conn: &mut Conn, shop: ShopId, skus: &[String]) -> Result<Vec<Sold>> {
    let rows = store::by_skus(conn, shop, skus)?;
    Ok(rows
        .into_iter()
        .map(|row| Sold {
            sku: row.sku,
            listing_id: row.id,
            product_id: row.product_id,
            producer_id: row.producer_id,
            province_code: row.province_code,
            commune_code: row.commune_code,
        })
        .collect())
}

/// Forgets calls to platforms older than `before`: they are kept for looking into, not for ever.
///
/// # Errors
/// Faults of the database.
pub fn forget_attempts(tx: &mut Tx<'_>, before: Instant) -> Result<usize> {
    store::forget_attempts(tx, before)
}

/// How many listings have an issue of one code.
#[derive(Clone, Debug)]
pub struct Troubled {
    /// The code.
    pub code: String,
    /// Listings.
    pub listings: i64,
    /// The issue as one of them has it.
    pub example: Option<Issue>,
}

/// The issues of listings within reach by their code, the most frequent first.
///
/// # Errors
/// Faults of the database.
pub fn troubled(conn: &mut Conn, reach: &Reach, platform: Option<&str>) -> Result<Vec<Troubled>> {
    let rows = store::by_code(conn, reach, platform)?;
    let last: Vec<ListingId> = rows.iter().filter_map(|(_, _, last)| *last).collect();
    let issues = store::issues_of(conn, &last)?;
    let example = |code: &str, id: Option<ListingId>| -> Option<Issue> {
        let all: Vec<Issue> = issues.iter().find(|(of, _)| Some(*of) == id)?.1.get().ok()?;
        all.into_iter().find(|issue| issue.code == code)
    };
    Ok(rows
        .into_iter()
        .map(|(code, listings, last)| Troubled { example: example(&code, last), code, listings })
        .collect())
}

/// How a platform's shops and listings within reach stand.
#[derive(Clone, Debug)]
pub struct Health {
    /// Shops by how their connection is.
    pub shops: Vec<(super::ShopStatus, i64)>,
    /// Shops that rest, because the platform asked for it or does not answer.
    pub resting: i64,
    /// Listings by what the platform says.
    pub listings: Vec<(super::ReportedState, i64)>,
    /// Issues by their code.
    pub issues: Vec<Troubled>,
}

/// How a platform's shops and listings within reach stand.
///
/// # Errors
/// Faults of the database.
pub fn health(conn: &mut Conn, reach: &Reach, platform: &str, now: Instant) -> Result<Health> {
    let store::Standing { shops, resting, listings } = store::platform_standing(conn, reach, platform, now)?;
    Ok(Health { shops, resting, listings, issues: troubled(conn, reach, Some(platform))? })
}
