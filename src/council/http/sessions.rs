//! `/sessions`, agendas, attendance, and `/dossiers/{id}/conflicts`.

use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::actor::Actor;
use crate::app::App;
use crate::db::page::{Page, Want};
use crate::db::{Conn, Tx};
use crate::dossier;
use crate::error::Result;
use crate::http::{Body, List, NoQuery, Path, Query, Reply, Write, page};
use crate::ids::{AccountId, CouncilId, DossierId, ProductId, SessionId};
use crate::instant::Instant;

use super::super::{Conflict, NewSession, Session, SessionKind, SessionStatus};

/// A session in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = SessionLine)]
struct LineOut {
    id: SessionId,
    council_id: CouncilId,
    /// The day.
    held_on: NaiveDate,
    place: Option<String>,
    kind: SessionKind,
    status: SessionStatus,
    /// Accounts of the members present.
    attendance: Vec<AccountId>,
    created_at: Instant,
    updated_at: Instant,
}

impl From<Session> for LineOut {
    fn from(session: Session) -> Self {
        let Session {
            id,
            council_id,
            held_on,
            place,
            kind,
            status,
            attendance,
            version: _,
            created_at,
            updated_at,
        } = session;
        Self { id, council_id, held_on, place, kind, status, attendance, created_at, updated_at }
    }
}

/// A session with its agenda.
#[derive(Serialize, ToSchema)]
#[schema(as = CouncilSession)]
struct SessionOut {
    #[serde(flatten)]
    line: LineOut,
    /// In its order.
    agenda: Vec<ItemOut>,
}

/// A dossier on an agenda.
#[derive(Serialize, ToSchema)]
#[schema(as = AgendaItem)]
struct ItemOut {
    dossier_id: DossierId,
    product_id: ProductId,
    product_name: String,
    producer_name: String,
    /// Number of its criteria set, 1 to 26.
    criteria_set: u8,
    status: dossier::Status,
}

impl From<dossier::Dossier> for ItemOut {
    fn from(d: dossier::Dossier) -> Self {
        Self {
            dossier_id: d.id,
            product_id: d.product_id,
            product_name: d.product_name,
            producer_name: d.producer_name,
            criteria_set: d.set_no,
            status: d.status,
        }
    }
}

fn whole(conn: &mut Conn, session: Session, location: Option<String>) -> Result<Reply> {
    let agenda = super::super::agenda(conn, session.id)?.into_iter().map(ItemOut::from).collect();
    let version = session.version;
    let out = SessionOut { line: session.into(), agenda };
    let reply = match location {
        Some(location) => Reply::created(location, &out)?,
        None => Reply::ok(&out)?,
    };
    Ok(reply.etag(version))
}

/// Runs one verb and answers the session after it.
async fn run<F>(write: Write, op: &'static str, mut verb: F) -> Result<HttpResponse>
where
    F: FnMut(&mut Tx<'_>, &Actor, Instant) -> Result<Session> + Send + 'static,
{
    write
        .run(op, move |tx, actor, now| {
            let session = verb(tx, actor, now)?;
            whole(tx.conn(), session, None)
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
}

/// The sessions of a council, the newest first.
#[utoipa::path(tag = "councils", params(("id" = CouncilId, Path), ListQuery),
    responses((status = 200, body = List<LineOut>)))]
#[get("/councils/{id}/sessions")]
pub(super) async fn list(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    Path(id): Path<CouncilId>,
    Query(q): Query<ListQuery>,
) -> Result<HttpResponse> {
    let want = Want::of(q.limit, q.cursor.as_deref())?;
    let work = move |conn: &mut Conn| super::super::list_sessions(conn, &actor.reach, id, &want);
    let rows = app.db.read("session.list", work).await?;
    page(&req, rows.map(LineOut::from))
}

/// A new session.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SessionIn {
    /// The day.
    held_on: NaiveDate,
    #[schema(max_length = 200)]
    place: Option<String>,
    /// Absent: a meeting.
    kind: Option<SessionKind>,
}

/// Plan a session.
#[utoipa::path(tag = "councils", params(("id" = CouncilId, Path)), request_body = SessionIn,
    responses((status = 201, body = SessionOut)))]
#[post("/councils/{id}/sessions")]
pub(super) async fn create(
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<CouncilId>,
    Body(input): Body<SessionIn>,
) -> Result<HttpResponse> {
    let SessionIn { held_on, place, kind } = input;
    let new = NewSession { held_on, place, kind: kind.unwrap_or(SessionKind::Meeting) };
    write
        .run("session.create", move |tx, actor, now| {
            let session = super::super::plan(tx, actor, id, &new, now)?;
            let location = format!("/api/v1/sessions/{}", session.id);
            whole(tx.conn(), session, Some(location))
        })
        .await
}

/// One session with its agenda.
#[utoipa::path(tag = "councils", params(("id" = SessionId, Path)), responses((status = 200, body = SessionOut)))]
#[get("/sessions/{id}")]
pub(super) async fn read(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path(id): Path<SessionId>,
) -> Result<HttpResponse> {
    let work = move |conn: &mut Conn| {
        let (_, session) = super::super::find_session(conn, &actor.reach, id)?;
        // The agenda moves on with its dossiers while the session itself stays the same.
        let states: Vec<_> = super::super::agenda(conn, id)?.iter().map(|d| d.version.to_string()).collect();
        let tag = format!("{}-{}", session.version, states.join("."));
        Ok(whole(conn, session, None)?.etag(tag))
    };
    Ok(app.db.read("session.get", work).await?.respond(&req))
}

/// Dossiers for an agenda.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AgendaIn {
    /// Accepted dossiers of the province; for the ministry's council referred ones.
    #[schema(min_items = 1, max_items = 200)]
    dossier_ids: Vec<DossierId>,
}

/// Put dossiers on the agenda; they are being scored from then on.
#[utoipa::path(tag = "councils", params(("id" = SessionId, Path)), request_body = AgendaIn,
    responses((status = 200, body = SessionOut)))]
#[post("/sessions/{id}/agenda")]
pub(super) async fn add_agenda(
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<SessionId>,
    Body(input): Body<AgendaIn>,
) -> Result<HttpResponse> {
    run(write, "session.agenda", move |tx, actor, now| {
        super::super::add_to_agenda(tx, actor, id, &input.dossier_ids, now)
    })
    .await
}

/// Open the session.
#[utoipa::path(tag = "councils", params(("id" = SessionId, Path)), responses((status = 200, body = SessionOut)))]
#[post("/sessions/{id}/open")]
pub(super) async fn open(write: Write, _: Query<NoQuery>, Path(id): Path<SessionId>) -> Result<HttpResponse> {
    run(write, "session.open", move |tx, actor, now| super::super::open(tx, actor, id, now)).await
}

/// Who is present.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AttendanceIn {
    /// Accounts of members, the whole list.
    #[schema(max_items = 50)]
    account_ids: Vec<AccountId>,
}

/// Write who is present.
#[utoipa::path(tag = "councils", params(("id" = SessionId, Path), ("If-Match" = String, Header)),
    request_body = AttendanceIn, responses((status = 200, body = SessionOut)))]
#[put("/sessions/{id}/attendance")]
pub(super) async fn attend(
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<SessionId>,
    Body(input): Body<AttendanceIn>,
) -> Result<HttpResponse> {
    let version = write.version()?;
    run(write, "session.attendance", move |tx, actor, now| {
        super::super::set_attendance(tx, actor, id, version, &input.account_ids, now)
    })
    .await
}

/// Close the session.
#[utoipa::path(tag = "councils", params(("id" = SessionId, Path)), responses((status = 200, body = SessionOut)))]
#[post("/sessions/{id}/close")]
pub(super) async fn close(
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<SessionId>,
) -> Result<HttpResponse> {
    run(write, "session.close", move |tx, actor, now| super::super::close(tx, actor, id, now)).await
}

/// Why a member does not score a dossier.
#[derive(Serialize, ToSchema)]
#[schema(as = Conflict)]
struct ConflictOut {
    account_id: AccountId,
    /// What the member declared; `null` where it was found: the member has to do with the producer.
    reason: Option<String>,
}

impl From<Conflict> for ConflictOut {
    fn from(Conflict { account_id, reason }: Conflict) -> Self {
        Self { account_id, reason }
    }
}

/// Who does not score a dossier, declared and found.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path)), responses((status = 200, body = List<ConflictOut>)))]
#[get("/dossiers/{id}/conflicts")]
pub(super) async fn list_conflicts(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path(id): Path<DossierId>,
) -> Result<HttpResponse> {
    let work = move |conn: &mut Conn| {
        dossier::find(conn, &actor.reach, id)?;
        super::super::conflicts(conn, id)
    };
    let data = app.db.read("conflict.list", work).await?.into_iter().map(ConflictOut::from).collect();
    page(&req, Page { data, next: None })
}

/// A conflict of interest.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConflictIn {
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
}

/// Declare one's own conflict of interest.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path)), request_body = ConflictIn,
    responses((status = 201, body = List<ConflictOut>)))]
#[post("/dossiers/{id}/conflicts")]
pub(super) async fn declare(
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<DossierId>,
    Body(input): Body<ConflictIn>,
) -> Result<HttpResponse> {
    write
        .run("conflict.declare", move |tx, actor, now| {
            let all = super::super::declare_conflict(tx, actor, id, &input.reason, now)?;
            let data = all.into_iter().map(ConflictOut::from).collect();
            let location = format!("/api/v1/dossiers/{id}/conflicts");
            Reply::created(location, &List { data, next_cursor: None })
        })
        .await
}
