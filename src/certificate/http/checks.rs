//! `/certificates/{number}/checks`: checks after certification.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::actor::Actor;
use crate::app::App;
use crate::db::page::Want;
use crate::error::Result;
use crate::http::{Body, List, NoQuery, Path, Query, Reply, Write, page};
use crate::ids::{AccountId, CheckId};
use crate::instant::Instant;

use super::super::{Check, NewCheck, checks, record_check, remedy_check};

pub(super) fn routes(config: &mut crate::http::Routes<'_, '_>) {
    config.service(list).service(record).service(remedy);
}

/// A check after certification.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CertificateCheck)]
struct CheckOut {
    id: CheckId,
    checked_on: NaiveDate,
    /// Who checked: people and their offices.
    checked_by: String,
    /// What was found; none where all is in order.
    findings: Vec<String>,
    /// By when it is to be put right.
    remedy_by: Option<NaiveDate>,
    /// The day it was.
    remedied_on: Option<NaiveDate>,
    /// How.
    remedy_note: Option<String>,
    /// Findings that were not put right in time.
    overdue: bool,
    /// Who recorded it.
    recorded_by: AccountId,
    created_at: Instant,
}

impl CheckOut {
    fn of(row: Check, now: Instant) -> Result<Self> {
        let Check {
            id,
            certificate_id: _,
            checked_on,
            checked_by,
            findings,
            remedy_by,
            remedied_on,
            remedy_note,
            account_id,
            version: _,
            created_at,
            updated_at: _,
        } = row;
        let overdue = remedied_on.is_none() && remedy_by.is_some_and(|day| day < now.date());
        Ok(Self {
            id,
            checked_on,
            checked_by,
            findings: findings.get()?,
            remedy_by,
            remedied_on,
            remedy_note,
            overdue,
            recorded_by: account_id,
            created_at,
        })
    }
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
}

/// The checks of a certificate of one's own producer or place, the newest first.
#[utoipa::path(tag = "certificates",
    params(("number" = String, Path, example = "OCOP-19-2026-000001"), ListQuery),
    responses((status = 200, body = List<CheckOut>)))]
#[get("/certificates/{number}/checks")]
async fn list(
    req: HttpRequest,
    app: web::Data<App>,
    Path(number): Path<String>,
    Query(q): Query<ListQuery>,
    actor: Actor,
) -> Result<HttpResponse> {
    let want = Want::of(q.limit, q.cursor.as_deref())?;
    let now = app.clock.now();
    let look = move |conn: &mut crate::db::Conn| {
        let crate::db::page::Page { data, next } = checks(conn, &actor.reach, &number, &want)?;
        let data = data.into_iter().map(|row| CheckOut::of(row, now)).collect::<Result<_>>()?;
        Ok(crate::db::page::Page { data, next })
    };
    page(&req, app.db.read("certificate.checks", look).await?)
}

/// A check as it is recorded.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CertificateCheckIn)]
struct CheckIn {
    /// The day.
    checked_on: NaiveDate,
    /// Who checked: people and their offices.
    #[schema(min_length = 1, max_length = 200)]
    checked_by: String,
    /// What was found; leave it empty where all is in order.
    #[serde(default)]
    #[schema(max_items = 50)]
    findings: Vec<String>,
    /// By when findings are to be put right.
    remedy_by: Option<NaiveDate>,
}

/// Record a check: officers of the certificate's commune, province, or the ministry.
#[utoipa::path(tag = "certificates",
    params(("number" = String, Path, example = "OCOP-19-2026-000001")),
    request_body = CheckIn, responses((status = 201, body = CheckOut)))]
#[post("/certificates/{number}/checks")]
async fn record(
    write: Write,
    Path(number): Path<String>,
    _: Query<NoQuery>,
    Body(input): Body<CheckIn>,
) -> Result<HttpResponse> {
    let CheckIn { checked_on, checked_by, findings, remedy_by } = input;
    let new = NewCheck { checked_on, checked_by, findings, remedy_by };
    write
        .run("certificate.check", move |tx, actor, now| {
            let row = record_check(tx, actor, &number, &new, now)?;
            let version = row.version;
            let location = format!("/api/v1/certificates/{number}/checks");
            Ok(Reply::created(location, &CheckOut::of(row, now)?)?.etag(version))
        })
        .await
}

/// How findings were put right.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RemedyIn {
    /// The day.
    remedied_on: NaiveDate,
    /// How.
    #[schema(min_length = 1, max_length = 2000)]
    note: String,
}

/// Record that the findings of a check were put right.
#[utoipa::path(tag = "certificates",
    params(("number" = String, Path, example = "OCOP-19-2026-000001"), ("id" = CheckId, Path)),
    request_body = RemedyIn, responses((status = 200, body = CheckOut)))]
#[post("/certificates/{number}/checks/{id}/remedy")]
async fn remedy(
    write: Write,
    Path((number, id)): Path<(String, CheckId)>,
    _: Query<NoQuery>,
    Body(input): Body<RemedyIn>,
) -> Result<HttpResponse> {
    let RemedyIn { remedied_on, note } = input;
    write
        .run("certificate.remedy", move |tx, actor, now| {
            let row = remedy_check(tx, actor, &number, id, (remedied_on, &note), now)?;
            let version = row.version;
            Ok(Reply::ok(&CheckOut::of(row, now)?)?.etag(version))
        })
        .await
}
