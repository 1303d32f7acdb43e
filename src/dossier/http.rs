//! `/dossiers`: what the producer writes. Papers stand in [`documents`], the verbs from desk to desk in [`desk`], what a
//! dossier lacks and what changed in [`progress`], rounds and working days in [`time`]; answers in [`view`].

mod desk;
mod documents;
mod print;
mod progress;
mod time;
mod view;

use actix_web::{HttpRequest, HttpResponse, get, patch, post, put, web};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::actor::Actor;
use crate::app::App;
use crate::criteria::http::ChoicesIn;
use crate::db::page::Want;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::http::{Body, List, NoQuery, Path, Query, Write, language, page};
use crate::ids::{DossierId, ProducerId, ProductId};
use crate::instant::Instant;

use super::{Dossier, Filter, Kind, RegistrationPatch, Stage, Status};
use view::{DossierOut, LineOut, whole};

/// The routes of this noun.
pub fn routes(config: &mut crate::http::Routes<'_, '_>) {
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
        .service(desk::withdraw)
        .service(progress::completeness)
        .service(progress::what_changed)
        .service(progress::samples)
        .service(time::list_rounds)
        .service(time::add_round)
        .service(time::read_round)
        .service(time::move_round)
        .service(time::list_holidays)
        .service(time::add_holiday)
        .service(time::read_holiday)
        .service(time::remove_holiday);
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
            whole(tx.conn(), dossier, (lang, now), None)
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
    /// In this round.
    #[param(example = "19-2026-2")]
    round: Option<String>,
    /// Past its due date, or not. What is overdue comes in the order of due dates.
    overdue: Option<bool>,
    /// Due before this day; in the order of due dates.
    due_before: Option<NaiveDate>,
    /// Rows per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The dossiers one sees, the newest first; with `overdue=true` or `due_before` the earliest due first.
#[utoipa::path(tag = "dossiers", params(ListQuery), responses((status = 200, body = List<LineOut>)))]
#[get("/dossiers")]
async fn list(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    Query(q): Query<ListQuery>,
) -> Result<HttpResponse> {
    let ListQuery {
        status,
        stage,
        kind,
        product_id,
        producer_id,
        commune_code,
        round,
        overdue,
        due_before,
        limit,
        cursor,
    } = q;
    let today = app.clock.now().date();
    let due_before = match overdue {
        Some(true) => Some(due_before.map_or(today, |day| day.min(today))),
        _ => due_before,
    };
    let in_time_on = overdue.filter(|overdue| !overdue).map(|_| today);
    let filter = Filter {
        status,
        stage,
        kind,
        product_id,
        producer_id,
        commune_code,
        round_code: round,
        due_before,
        in_time_on,
    };
    let rows = if due_before.is_some() {
        let want = Want::of(limit, cursor.as_deref())?;
        let work = move |conn: &mut Conn| super::list_due(conn, &actor.reach, &filter, &want);
        app.db.read("dossier.list_due", work).await?
    } else {
        let want = Want::of(limit, cursor.as_deref())?;
        let work = move |conn: &mut Conn| super::list(conn, &actor.reach, &filter, &want);
        app.db.read("dossier.list", work).await?
    };
    page(&req, rows.map(|dossier| LineOut::of(&dossier, today)))
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
            whole(tx.conn(), dossier, (lang, now), Some(location))
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
    let (lang, now) = (language(&req), app.clock.now());
    let reply = app
        .db
        .read("dossier.get", move |conn| {
            let dossier = super::find(conn, &actor.reach, id)?;
            whole(conn, dossier, (lang, now), None)
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
