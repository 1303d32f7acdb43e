//! `/products/{id}/history`: a product's chain of certificates.

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::actor::{Actor, Reach};
use crate::app::App;
use crate::error::Result;
use crate::http::{Path, Query, Reply};
use crate::ids::ProductId;
use crate::instant::Instant;
use crate::product::http::RelativeOut;
use crate::values::{Points, Star};

use super::super::{Standing, Step};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct HistoryQuery {
    /// The day whose end is asked for; today's state is that of this moment.
    as_of: Option<NaiveDate>,
}

/// One certificate of a chain.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CertificateLink)]
struct LinkOut {
    number: String,
    /// The number on an old certificate's paper, as written there.
    former_number: Option<String>,
    #[schema(minimum = 3)]
    star: Star,
    /// What it was in the chain.
    step: Step,
    /// What it is worth at this moment.
    status: Standing,
    score: Option<Points>,
    #[schema(example = "qd26-2026")]
    scheme: String,
    decision_number: Option<String>,
    decided_on: Option<NaiveDate>,
    year: Option<i32>,
    issuer: String,
    valid_from: Instant,
    valid_until: Instant,
    superseded_at: Option<Instant>,
    revoked_at: Option<Instant>,
}

/// A product's certificates, and its star on a day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProductHistory)]
struct HistoryOut {
    product_id: ProductId,
    as_of: NaiveDate,
    /// The star at the end of that day; `null` without a valid certificate.
    #[schema(minimum = 3)]
    star: Option<Star>,
    /// The certificate that gave it.
    certificate_number: Option<String>,
    /// All certificates in the order of validity.
    certificates: Vec<LinkOut>,
    /// The product that took this one's place. No star passed over by it.
    successor: Option<RelativeOut>,
    /// The products whose place this one took, the first recorded first.
    predecessors: Vec<RelativeOut>,
}

/// A product's chain of certificates, and its star on any day.
#[utoipa::path(tag = "products", params(("id" = ProductId, Path), HistoryQuery),
    responses((status = 200, body = HistoryOut)))]
#[get("/products/{id}/history")]
pub(super) async fn history(
    req: HttpRequest,
    app: web::Data<App>,
    Path(id): Path<ProductId>,
    Query(q): Query<HistoryQuery>,
    actor: Option<Actor>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let reach = actor.map_or_else(Reach::default, |actor| actor.reach);
    let look = move |conn: &mut crate::db::Conn| super::super::history(conn, &reach, id, q.as_of, now);
    let super::super::History { chain, as_of, star, number, succession } =
        app.db.read("certificate.history", look).await?;
    let link = |l: super::super::Link| LinkOut {
        star: l.certificate.star(),
        score: l.certificate.points(),
        step: l.step,
        status: l.standing,
        number: l.certificate.number,
        former_number: l.certificate.former_number,
        scheme: l.certificate.scheme,
        decision_number: l.certificate.decision_number,
        decided_on: l.certificate.decided_on,
        year: l.certificate.year,
        issuer: l.certificate.issuer,
        valid_from: l.certificate.valid_from,
        valid_until: l.certificate.valid_until,
        superseded_at: l.certificate.superseded_at,
        revoked_at: l.certificate.revoked_at,
    };
    let certificates = chain.into_iter().map(link).collect();
    let out = HistoryOut {
        product_id: id,
        as_of,
        star,
        certificate_number: number,
        certificates,
        successor: succession.successor.map(RelativeOut::from),
        predecessors: succession.predecessors.into_iter().map(RelativeOut::from).collect(),
    };
    Ok(Reply::ok(&out)?.respond(&req))
}
