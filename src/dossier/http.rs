//! `/dossiers`: what the producer writes. Papers stand in [`documents`], the verbs from desk to desk in [`desk`].

mod desk;
mod documents;
mod print;

use actix_web::{HttpRequest, HttpResponse, get, patch, post, put, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

use crate::actor::Actor;
use crate::app::App;
use crate::criteria::http::{ChoicesIn, PreviewOut};
use crate::db::page::Want;
use crate::db::{Conn, Tx};
use crate::error::{Lang, Result};
use crate::http::{Body, List, NoQuery, Path, Query, Reply, Write, language, page};
use crate::ids::{DossierId, PaperId, ProducerId, ProductId};
use crate::instant::Instant;
use crate::values::Points;

use super::{
    CommuneReport, Document, Dossier, Filter, Kind, Reason, Registration, RegistrationPatch, Stage, Status,
};

/// The routes of this noun.
pub fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(list)
        .service(create)
        .service(read)
        .service(register)
        .service(assess)
        .service(documents::attach)
        .service(documents::detach)
        .service(documents::document_file)
        .service(print::form_docx)
        .service(desk::submit)
        .service(desk::report)
        .service(desk::forward)
        .service(desk::give_back)
        .service(desk::accept)
        .service(desk::withdraw);
}

/// A dossier in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DossierLine)]
struct LineOut {
    id: DossierId,
    product_id: ProductId,
    /// The product's name as filed.
    product_name: String,
    producer_id: ProducerId,
    /// The producer's name as filed.
    producer_name: String,
    #[schema(example = "19")]
    province_code: String,
    #[schema(example = "05503")]
    commune_code: String,
    kind: Kind,
    /// The scheme it is scored by.
    #[schema(example = "qd26-2026")]
    scheme: String,
    /// Number of its criteria set, 1 to 26.
    criteria_set: u8,
    stage: Stage,
    status: Status,
    /// Total of the self-assessment.
    self_total: Option<Points>,
    /// Last day on which the commune is to answer; `null` while the dossier is not with it.
    due_on: Option<NaiveDate>,
    /// First filed.
    filed_at: Option<Instant>,
    created_at: Instant,
    updated_at: Instant,
}

impl From<&Dossier> for LineOut {
    fn from(d: &Dossier) -> Self {
        Self {
            id: d.id,
            product_id: d.product_id,
            product_name: d.product_name.clone(),
            producer_id: d.producer_id,
            producer_name: d.producer_name.clone(),
            province_code: d.province_code.clone(),
            commune_code: d.commune_code.clone(),
            kind: d.kind,
            scheme: d.scheme.clone(),
            criteria_set: d.set_no,
            stage: d.stage,
            status: d.status,
            self_total: d.self_total,
            due_on: d.due_on(),
            filed_at: d.filed_at,
            created_at: d.created_at,
            updated_at: d.updated_at,
        }
    }
}

/// A dossier with its forms.
#[derive(Serialize, ToSchema)]
#[schema(as = Dossier)]
struct DossierOut {
    #[serde(flatten)]
    line: LineOut,
    /// Form 01.
    registration: Registration,
    /// Form 02.
    self_assessment: SelfAssessmentOut,
    /// Papers by criterion.
    documents: Vec<DocumentOut>,
    /// Form 03.
    commune_report: Option<CommuneReport>,
    /// Why it was last returned.
    return_reasons: Vec<Reason>,
    /// Last submitted to the commune.
    submitted_at: Option<Instant>,
    /// Forwarded to the province.
    forwarded_at: Option<Instant>,
    /// Accepted by the province.
    accepted_at: Option<Instant>,
    /// Concluded by a council.
    concluded_at: Option<Instant>,
    /// Decided.
    decided_at: Option<Instant>,
}

/// Form 02 and what it alone would bring.
#[derive(Serialize, ToSchema)]
#[schema(as = SelfAssessment)]
struct SelfAssessmentOut {
    /// Code of a leaf to the id of the option chosen.
    #[schema(example = json!({"1.1": "1.1-3"}))]
    choices: BTreeMap<String, String>,
    /// The case declared, for a set with cases.
    tourism_case: Option<u8>,
    /// Points, star, floors and open matters; `null` where the choices no longer fit the product's criteria set,
    /// or the scheme is one of which only the frame is known.
    preview: Option<PreviewOut>,
}

/// A paper that supports a criterion.
#[derive(Serialize, ToSchema)]
#[schema(as = DossierDocument)]
struct DocumentOut {
    paper_id: PaperId,
    /// Code of a leaf of the criteria set.
    #[schema(example = "6.1")]
    criterion: String,
    /// Path of its file, for whoever sees the dossier.
    url: String,
}

/// The whole dossier as an answer: 201 with its address, or 200.
fn whole(conn: &mut Conn, dossier: Dossier, lang: Lang, location: Option<String>) -> Result<Reply> {
    let documents = super::documents(conn, dossier.id)?;
    let preview = dossier.criteria_set().ok().and_then(|set| set.preview(&dossier.self_sheet).ok());
    let tag = match lang {
        Lang::Vi => format!("{}-vi", dossier.version),
        Lang::En => format!("{}-en", dossier.version),
    };
    let out = DossierOut {
        line: LineOut::from(&dossier),
        registration: dossier.registration,
        self_assessment: SelfAssessmentOut {
            choices: dossier.self_sheet.choices,
            tourism_case: dossier.self_sheet.tourism_case,
            preview: preview.map(|preview| PreviewOut::told(preview, lang)),
        },
        documents: documents
            .into_iter()
            .map(|Document { paper_id, criterion }| DocumentOut {
                url: format!("/api/v1/dossiers/{}/documents/{paper_id}", dossier.id),
                paper_id,
                criterion,
            })
            .collect(),
        commune_report: dossier.commune_report,
        return_reasons: dossier.return_reasons,
        submitted_at: dossier.submitted_at,
        forwarded_at: dossier.forwarded_at,
        accepted_at: dossier.accepted_at,
        concluded_at: dossier.concluded_at,
        decided_at: dossier.decided_at,
    };
    let reply = match location {
        Some(location) => Reply::created(location, &out)?,
        None => Reply::ok(&out)?,
    };
    Ok(reply.etag(tag))
}

/// Runs one verb and answers the dossier after it.
async fn run<F>(write: Write, req: &HttpRequest, op: &'static str, mut verb: F) -> Result<HttpResponse>
where
    F: FnMut(&mut Tx<'_>, &Actor, Instant) -> Result<Dossier> + Send + 'static,
{
    let lang = language(req);
    write
        .run(op, move |tx, actor, now| {
            let dossier = verb(tx, actor, now)?;
            whole(tx.conn(), dossier, lang, None)
        })
        .await
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// In this status.
    status: Option<Status>,
    /// On this desk.
    stage: Option<Stage>,
    /// Of this kind.
    kind: Option<Kind>,
    /// About this product.
    product_id: Option<ProductId>,
    /// Of this producer.
    producer_id: Option<ProducerId>,
    /// Of this commune.
    commune_code: Option<String>,
    /// Rows per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The dossiers one sees, the newest first.
#[utoipa::path(tag = "dossiers", params(ListQuery), responses((status = 200, body = List<LineOut>)))]
#[get("/dossiers")]
async fn list(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    Query(q): Query<ListQuery>,
) -> Result<HttpResponse> {
    let ListQuery { status, stage, kind, product_id, producer_id, commune_code, limit, cursor } = q;
    let want = Want::of(limit, cursor.as_deref())?;
    let filter = Filter { status, stage, kind, product_id, producer_id, commune_code };
    let work = move |conn: &mut Conn| super::list(conn, &actor.reach, &filter, &want);
    let rows = app.db.read("dossier.list", work).await?;
    page(&req, rows.map(|dossier| LineOut::from(&dossier)))
}

/// A new dossier.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DossierIn {
    product_id: ProductId,
    kind: Kind,
}

/// Begin a dossier of a product.
#[utoipa::path(tag = "dossiers", request_body = DossierIn, responses((status = 201, body = DossierOut)))]
#[post("/dossiers")]
async fn create(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Body(input): Body<DossierIn>,
) -> Result<HttpResponse> {
    let DossierIn { product_id, kind } = input;
    let lang = language(&req);
    write
        .run("dossier.create", move |tx, actor, now| {
            let dossier = super::create(tx, actor, product_id, kind, now)?;
            let location = format!("/api/v1/dossiers/{}", dossier.id);
            whole(tx.conn(), dossier, lang, Some(location))
        })
        .await
}

/// One dossier, with what its self-assessment would bring.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path)), responses((status = 200, body = DossierOut)))]
#[get("/dossiers/{id}")]
async fn read(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path(id): Path<DossierId>,
) -> Result<HttpResponse> {
    let lang = language(&req);
    let reply = app
        .db
        .read("dossier.get", move |conn| {
            let dossier = super::find(conn, &actor.reach, id)?;
            whole(conn, dossier, lang, None)
        })
        .await?;
    Ok(reply.respond(&req))
}

/// What may change of a dossier.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DossierPatch {
    /// Form 01: absent keeps, null clears.
    #[serde(default)]
    registration: RegistrationPatch,
}

/// Write form 01, the registration.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path), ("If-Match" = String, Header)),
    request_body = DossierPatch, responses((status = 200, body = DossierOut)))]
#[patch("/dossiers/{id}")]
async fn register(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<DossierId>,
    Body(input): Body<DossierPatch>,
) -> Result<HttpResponse> {
    let version = write.version()?;
    let DossierPatch { registration } = input;
    run(write, &req, "dossier.register", move |tx, actor, now| {
        super::register(tx, actor, id, version, registration.clone(), now)
    })
    .await
}

/// Write form 02, the self-assessment, as a whole.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path), ("If-Match" = String, Header)),
    request_body = ChoicesIn, responses((status = 200, body = DossierOut)))]
#[put("/dossiers/{id}/self-assessment")]
async fn assess(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<DossierId>,
    Body(input): Body<ChoicesIn>,
) -> Result<HttpResponse> {
    let version = write.version()?;
    let sheet = input.into();
    run(write, &req, "dossier.assess", move |tx, actor, now| {
        super::assess(tx, actor, id, version, &sheet, now)
    })
    .await
}
