//! `POST /certificates/{number}/extend` and `…/revoke`.

use actix_web::{HttpResponse, post};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::error::Result;
use crate::http::{Body, NoQuery, Path, Query, Reply, Write};

use super::super::{Extension, Reason, Revocation, extend, revoke};
use super::CertificateOut;

pub(super) fn routes(config: &mut crate::http::Routes<'_, '_>) {
    config.service(extend_one).service(revoke_one);
}

/// An extension.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ExtensionIn {
    /// The new last day: after the present one, at most 180 days after the one it was issued with.
    until: NaiveDate,
    /// Number of the decision.
    #[schema(min_length = 1, max_length = 200, example = "120/QĐ-UBND")]
    decision_number: String,
    /// Why.
    #[schema(min_length = 1, max_length = 2000)]
    note: String,
}

/// The authority that certified extends a certificate in force whose renewal has been filed and is not decided.
#[utoipa::path(tag = "certificates", params(("number" = String, Path, example = "OCOP-19-2026-000001")),
    request_body = ExtensionIn, responses((status = 200, body = CertificateOut)))]
#[post("/certificates/{number}/extend")]
async fn extend_one(
    write: Write,
    Path(number): Path<String>,
    _: Query<NoQuery>,
    Body(input): Body<ExtensionIn>,
) -> Result<HttpResponse> {
    let ExtensionIn { until, decision_number, note } = input;
    let extension = Extension { until, decision_number, note };
    write
        .run("certificate.extend", move |tx, actor, now| {
            let certificate = extend(tx, actor, &number, &extension, now)?;
            let version = certificate.version;
            Ok(Reply::ok(&CertificateOut::of(certificate, now))?.etag(version))
        })
        .await
}

/// A revocation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RevocationIn {
    /// The ground.
    reason: Reason,
    /// Day of the conclusion it rests on; the revocation follows within 15 days.
    concluded_on: NaiveDate,
    /// Number of the decision.
    #[schema(min_length = 1, max_length = 200, example = "121/QĐ-UBND")]
    decision_number: String,
    /// What was concluded.
    #[schema(min_length = 1, max_length = 2000)]
    note: String,
}

/// The authority that certified takes a certificate back; the star is gone at once.
#[utoipa::path(tag = "certificates", params(("number" = String, Path, example = "OCOP-19-2026-000001")),
    request_body = RevocationIn, responses((status = 200, body = CertificateOut)))]
#[post("/certificates/{number}/revoke")]
async fn revoke_one(
    write: Write,
    Path(number): Path<String>,
    _: Query<NoQuery>,
    Body(input): Body<RevocationIn>,
) -> Result<HttpResponse> {
    let RevocationIn { reason, concluded_on, decision_number, note } = input;
    let revocation = Revocation { reason, concluded_on, decision_number, note };
    write
        .run("certificate.revoke", move |tx, actor, now| {
            let certificate = revoke(tx, actor, &number, &revocation, now)?;
            let version = certificate.version;
            Ok(Reply::ok(&CertificateOut::of(certificate, now))?.etag(version))
        })
        .await
}
