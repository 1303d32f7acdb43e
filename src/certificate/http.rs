//! `/certificates`, `/dossiers/{id}/decide` and `/products/{id}/history`. What is printed stands in [`print`], what is
//! signed for others in [`star`].

mod print;
mod star;

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::actor::{Actor, Reach};
use crate::app::App;
use crate::db::page::Want;
use crate::error::Result;
use crate::http::{Body, List, NoQuery, Path, Query, Reply, Write, page};
use crate::ids::{CertificateId, DossierId, ProducerId, ProductId};
use crate::instant::Instant;
use crate::values::{Points, Star};

use super::{Certificate, Decree, Filter, Outcome, Standing, Status, Step, state};

/// The routes of this noun.
pub fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(decide).service(list);
    // An address with an ending is one of its own: it stands before the one that takes any text.
    config.service(print::pdf).service(print::qr_svg).service(print::qr_png);
    config.service(print::annex_docx).service(print::expiry_docx);
    config.service(star::star_token).service(read).service(history);
}

/// A certificate.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Certificate)]
struct CertificateOut {
    id: CertificateId,
    #[schema(example = "OCOP-19-2026-000001")]
    number: String,
    /// What it is worth at this moment.
    status: Standing,
    #[schema(minimum = 3)]
    star: Star,
    /// The council's mean; some old certificates do not say.
    score: Option<Points>,
    product_id: ProductId,
    /// The product's name when it was issued.
    product_name: String,
    #[schema(example = "19-05503-7-2026")]
    product_code: Option<String>,
    producer_id: ProducerId,
    /// The producer's name when it was issued; a household's is shortened in public.
    producer_name: String,
    #[schema(example = "19")]
    province_code: String,
    #[schema(example = "05503")]
    commune_code: Option<String>,
    /// Number of the decision, or what is known of it.
    decision_number: Option<String>,
    /// Day of the decision; `null` where it is not known.
    decided_on: Option<NaiveDate>,
    /// Year of evaluation; `null` where it is not known.
    year: Option<i32>,
    /// Who decided.
    #[schema(example = "Ủy ban nhân dân tỉnh Thái Nguyên")]
    issuer: String,
    signer_title: Option<String>,
    #[schema(example = "qd26-2026")]
    scheme: String,
    /// Day of issue; `null` where it is not known.
    issued_on: Option<NaiveDate>,
    /// First moment of validity.
    valid_from: Instant,
    /// First moment after its validity.
    valid_until: Instant,
    /// Last day of its validity.
    expires_on: NaiveDate,
    /// Whether the end is known to the day; otherwise it is the earliest it can be.
    end_is_known: bool,
    superseded_at: Option<Instant>,
    revoked_at: Option<Instant>,
    revoked_reason: Option<String>,
    /// Where an old certificate's data comes from.
    source: Option<String>,
}

impl CertificateOut {
    fn of(c: Certificate, now: Instant) -> Self {
        let (standing, star, score, end_is_known) = (c.standing(now), c.star(), c.points(), c.end_is_known());
        let Certificate {
            id,
            number,
            decision_number,
            decided_on,
            year,
            issuer,
            signer_title,
            product_id,
            product_name,
            product_code,
            producer_id,
            producer_name,
            former_address: _,
            province_code,
            commune_code,
            dossier_id: _,
            scheme,
            stars: _,
            score: _,
            issued_on,
            valid_from,
            valid_until,
            status: _,
            superseded_at,
            revoked_at,
            revoked_reason,
            source,
            version: _,
            created_at: _,
            updated_at: _,
        } = c;
        Self {
            id,
            number,
            status: standing,
            star,
            score,
            product_id,
            product_name,
            product_code,
            producer_id,
            producer_name,
            province_code,
            commune_code,
            decision_number,
            decided_on,
            year,
            issuer,
            signer_title,
            scheme,
            issued_on,
            valid_from,
            valid_until,
            expires_on: state::last_day(valid_until),
            end_is_known,
            superseded_at,
            revoked_at,
            revoked_reason,
            source,
        }
    }
}

/// What stands on the decision.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DecreeIn {
    /// The office's number of the decision; without one the program counts for each province and year.
    #[schema(min_length = 1, max_length = 200, example = "2890/QĐ-UBND")]
    decision_number: Option<String>,
    /// The signer's title.
    #[schema(min_length = 1, max_length = 200, example = "Chủ tịch Ủy ban nhân dân")]
    signer_title: Option<String>,
}

/// What a decision without a certificate brought.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Decision)]
struct DecidedOut {
    dossier_id: DossierId,
    outcome: Outcome,
    /// The dossier's status after it.
    status: crate::dossier::Status,
    /// The star the council proposed; `null` where the evaluation was stopped.
    star: Option<Star>,
    /// The council's mean, rounded to print.
    score: Points,
}

/// The Chairman of the province decides: three and four stars are recognised, and the answer is the certificate (201).
/// One and two stars are refused without a decision, five are referred to the centre (200).
#[utoipa::path(tag = "certificates", params(("id" = DossierId, Path)), request_body = DecreeIn,
    responses((status = 201, body = CertificateOut), (status = 200, body = DecidedOut)))]
#[post("/dossiers/{id}/decide")]
async fn decide(
    write: Write,
    Path(id): Path<DossierId>,
    _: Query<NoQuery>,
    Body(input): Body<DecreeIn>,
) -> Result<HttpResponse> {
    let DecreeIn { decision_number, signer_title } = input;
    let decree = Decree { decision_number, signer_title };
    write
        .run("certificate.decide", move |tx, actor, now| {
            let super::Decided { outcome, dossier, star, score, certificate } =
                super::decide(tx, actor, id, &decree, now)?;
            match certificate {
                Some(certificate) => {
                    let location = format!("/api/v1/certificates/{}", certificate.number);
                    let version = certificate.version;
                    Ok(Reply::created(location, &CertificateOut::of(certificate, now))?.etag(version))
                }
                None => {
                    let out =
                        DecidedOut { dossier_id: dossier.id, outcome, status: dossier.status, star, score };
                    Ok(Reply::ok(&out)?.etag(dossier.version))
                }
            }
        })
        .await
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
    /// Of one product.
    product_id: Option<ProductId>,
    /// Of one producer.
    producer_id: Option<ProducerId>,
    /// Of one province.
    #[param(example = "19")]
    province_code: Option<String>,
    /// Of one commune.
    #[param(example = "05503")]
    commune_code: Option<String>,
    /// With this star.
    #[param(minimum = 3, maximum = 5)]
    star: Option<i32>,
    /// How it stands in the records, which a daily sweep brings after the time.
    #[param(inline)]
    status: Option<Status>,
}

/// Certificates of one's own producer and place, the newest first.
#[utoipa::path(tag = "certificates", params(ListQuery), responses((status = 200, body = List<CertificateOut>)))]
#[get("/certificates")]
async fn list(
    req: HttpRequest,
    app: web::Data<App>,
    Query(q): Query<ListQuery>,
    actor: Actor,
) -> Result<HttpResponse> {
    let want = Want::of(q.limit, q.cursor.as_deref())?;
    let ListQuery { limit: _, cursor: _, product_id, producer_id, province_code, commune_code, star, status } =
        q;
    let filter = Filter { product_id, producer_id, province_code, commune_code, star, status };
    let look = move |conn: &mut crate::db::Conn| super::list(conn, &actor.reach, &filter, &want);
    let rows = app.db.read("certificate.list", look).await?;
    let now = app.clock.now();
    page(&req, rows.map(|certificate| CertificateOut::of(certificate, now)))
}

/// Check a claimed star: public.
#[utoipa::path(tag = "certificates", params(("number" = String, Path, example = "OCOP-19-2026-000001")),
    responses((status = 200, body = CertificateOut)))]
#[get("/certificates/{number}")]
async fn read(
    req: HttpRequest,
    app: web::Data<App>,
    _: Query<NoQuery>,
    Path(number): Path<String>,
) -> Result<HttpResponse> {
    let (found, name) = app.db.read("certificate.get", move |conn| super::check(conn, &number)).await?;
    let (version, now) = (found.version, app.clock.now());
    let out = CertificateOut { producer_name: name, ..CertificateOut::of(found, now) };
    // What it is worth changes with the time alone.
    Ok(Reply::ok(&out)?.etag(format!("{version}-{}", out.status)).respond(&req))
}

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
}

/// A product's chain of certificates, and its star on any day.
#[utoipa::path(tag = "products", params(("id" = ProductId, Path), HistoryQuery),
    responses((status = 200, body = HistoryOut)))]
#[get("/products/{id}/history")]
async fn history(
    req: HttpRequest,
    app: web::Data<App>,
    Path(id): Path<ProductId>,
    Query(q): Query<HistoryQuery>,
    actor: Option<Actor>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let reach = actor.map_or_else(Reach::default, |actor| actor.reach);
    let look = move |conn: &mut crate::db::Conn| super::history(conn, &reach, id, q.as_of, now);
    let super::History { chain, as_of, star, number } = app.db.read("certificate.history", look).await?;
    let link = |l: super::Link| LinkOut {
        star: l.certificate.star(),
        score: l.certificate.points(),
        step: l.step,
        status: l.standing,
        number: l.certificate.number,
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
    let out = HistoryOut { product_id: id, as_of, star, certificate_number: number, certificates };
    Ok(Reply::ok(&out)?.respond(&req))
}
