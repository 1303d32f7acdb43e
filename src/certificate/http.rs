//! `/certificates` and `/dossiers/{id}/decide`. Chains stand in `history`, what is printed in `print`, what is signed for
//! others in `star`.

mod authorities;
mod checks;
mod endings;
mod history;
mod print;
mod star;

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::actor::Actor;
use crate::app::App;
use crate::db::page::Want;
use crate::error::Result;
use crate::http::{Body, List, NoQuery, Path, Query, Reply, Write, page};
use crate::ids::{CertificateId, DossierId, ProducerId, ProductId};
use crate::instant::Instant;
use crate::values::{Points, Star};

use super::{
    Act, ActKind, Certificate, Choice, Decree, Filter, Outcome, Reason, Standing, Status, Tier, state,
};

/// The routes of this noun.
pub fn routes(config: &mut crate::http::Routes<'_, '_>) {
    config.service(decide).service(list);
    // An address with an ending is one of its own: it stands before the one that takes any text.
    config.service(print::pdf).service(print::qr_svg).service(print::qr_png);
    config.service(print::annex_docx).service(print::expiry_docx);
    config.service(star::star_token).service(read).service(history::history);
    endings::routes(config);
    checks::routes(config);
    authorities::routes(config);
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
    /// Whose authority it is: a province's Chairman's or the Minister's.
    tier: Tier,
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
    /// The number on an old certificate's paper, as written there: not a number to look up by.
    #[schema(example = "12/GCN-OCOP")]
    former_number: Option<String>,
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
            tier,
            former_number,
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
            tier,
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
            former_number,
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
    /// The signer's title, where it is not the authority's usual one.
    #[schema(min_length = 1, max_length = 200, example = "Chủ tịch Ủy ban nhân dân")]
    signer_title: Option<String>,
    /// For a dossier that came back from the centre, and only for one: what becomes of it.
    choice: Option<Choice>,
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
/// One and two stars are refused without a decision, 90 points and more are referred to the centre (200). There the
/// Minister recognises five stars (201) or returns the dossier to the Chairman (200), who chooses: recognise on the
/// central result, or have it evaluated again.
#[utoipa::path(tag = "certificates", params(("id" = DossierId, Path)), request_body = DecreeIn,
    responses((status = 201, body = CertificateOut), (status = 200, body = DecidedOut)))]
#[post("/dossiers/{id}/decide")]
async fn decide(
    write: Write,
    Path(id): Path<DossierId>,
    _: Query<NoQuery>,
    Body(input): Body<DecreeIn>,
) -> Result<HttpResponse> {
    let DecreeIn { decision_number, signer_title, choice } = input;
    let decree = Decree { decision_number, signer_title, choice };
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

/// A certificate as anyone checks it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CheckedCertificate)]
struct CheckedOut {
    #[serde(flatten)]
    certificate: CertificateOut,
    /// What its authority did to it since, in order.
    acts: Vec<ActOut>,
}

/// What an authority did to a certificate.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CertificateAct)]
struct ActOut {
    kind: ActKind,
    /// The ground of a revocation.
    reason: Option<Reason>,
    #[schema(example = "120/QĐ-UBND")]
    decision_number: String,
    /// Day of the conclusion a revocation rests on.
    concluded_on: Option<NaiveDate>,
    /// The last day after an extension.
    until: Option<NaiveDate>,
    acted_at: Instant,
}

impl From<Act> for ActOut {
    fn from(act: Act) -> Self {
        let Act {
            id: _,
            certificate_id: _,
            kind,
            reason,
            note: _,
            decision_number,
            concluded_on,
            old_until: _,
            new_until,
            account_id: _,
            acted_at,
        } = act;
        Self { kind, reason, decision_number, concluded_on, until: new_until.map(state::last_day), acted_at }
    }
}

/// Check a claimed star: public.
#[utoipa::path(tag = "certificates", params(("number" = String, Path, example = "OCOP-19-2026-000001")),
    responses((status = 200, body = CheckedOut)))]
#[get("/certificates/{number}")]
async fn read(
    req: HttpRequest,
    app: web::Data<App>,
    _: Query<NoQuery>,
    Path(number): Path<String>,
) -> Result<HttpResponse> {
    let look = move |conn: &mut crate::db::Conn| super::check(conn, &number);
    let (found, name, acts) = app.db.read("certificate.get", look).await?;
    let (version, now) = (found.version, app.clock.now());
    let certificate = CertificateOut { producer_name: name, ..CertificateOut::of(found, now) };
    // What it is worth changes with the time alone.
    let tag = format!("{version}-{}", certificate.status);
    let out = CheckedOut { certificate, acts: acts.into_iter().map(ActOut::from).collect() };
    Ok(Reply::ok(&out)?.etag(tag).respond(&req))
}
