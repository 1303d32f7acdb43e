//! `/reports`.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::actor::Actor;
use crate::app::App;
use crate::db::page::Want;
use crate::error::Result;
use crate::http::{List, Query, Reply, matches_tag, page};

use super::{Answer, Figure, Summary};

/// The routes of this noun.
pub fn routes(config: &mut crate::http::Routes<'_, '_>) {
    config.service(summary).service(ids);
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SummaryQuery {
    /// The day; today if nothing is said.
    as_of: Option<NaiveDate>,
    /// Code of a province or commune within reach; as far as one reaches if nothing is said.
    #[param(example = "19")]
    place: Option<String>,
}

/// The programme in a place on a day.
#[utoipa::path(tag = "reports", params(SummaryQuery), responses((status = 200, body = Summary)))]
#[get("/reports/summary")]
async fn summary(
    req: HttpRequest,
    app: web::Data<App>,
    Query(q): Query<SummaryQuery>,
    actor: Actor,
) -> Result<HttpResponse> {
    let area = super::area(&actor.reach, q.place.as_deref())?;
    let as_of = q.as_of.unwrap_or_else(|| app.clock.now().date());
    let Answer { body, tag, .. } = super::summary(&app, area, as_of).await?;
    if req.query_string().contains("fields=") {
        let body = String::from_utf8_lossy(&body).into_owned();
        let etag = Some(tag.trim_matches('"').to_owned());
        return Ok(Reply { status: 200, etag, location: None, body }.respond(&req));
    }
    let mut response =
        if matches_tag(&req, Some(&tag)) { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((header::ETAG, &*tag)).insert_header((header::CACHE_CONTROL, "private, no-cache"));
    Ok(if matches_tag(&req, Some(&tag)) {
        response.finish()
    } else {
        response.content_type("application/json").body(body)
    })
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct IdsQuery {
    /// Which figure, as in its `ids_url`.
    #[param(example = "products.valid.star.4")]
    figure: String,
    /// The day; today if nothing is said.
    as_of: Option<NaiveDate>,
    /// Code of a province or commune within reach.
    #[param(example = "19")]
    place: Option<String>,
    /// Rows per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The ids behind a figure of the summary.
#[utoipa::path(tag = "reports", params(IdsQuery), responses((status = 200, body = List<String>)))]
#[get("/reports/summary/ids")]
async fn ids(
    req: HttpRequest,
    app: web::Data<App>,
    Query(q): Query<IdsQuery>,
    actor: Actor,
) -> Result<HttpResponse> {
    let area = super::area(&actor.reach, q.place.as_deref())?;
    let as_of = q.as_of.unwrap_or_else(|| app.clock.now().date());
    let figure: Figure = q.figure.parse()?;
    let want = Want::of(q.limit, q.cursor.as_deref())?;
    page(&req, super::ids(&app, area, as_of, figure, want).await?)
}
