//! `/sessions`, agendas and attendance.

use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::{IntoParams, ToSchema};

use crate::actor::Actor;
use crate::app::App;
use crate::db::page::Want;
use crate::db::types::hex;
use crate::db::{Conn, Tx};
use crate::dossier;
use crate::error::{Error, FieldError, Lang, Result};
use crate::http::{Body, List, NoQuery, Path, Query, Reply, Write, language, page};
use crate::ids::{AccountId, CouncilId, DossierId, ProductId, SessionId};
use crate::instant::Instant;

use super::super::{NewSession, Presence, Session, SessionKind, SessionStatus};

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
    /// Accounts of the members present; in writing nobody is.
    attendance: Vec<AccountId>,
    /// When they came and left, where that was noted.
    times: Vec<Presence>,
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
            remarks: _,
            version: _,
            created_at,
            updated_at,
        } = session;
        let noted = |presence: &&Presence| presence.came_at.is_some() || presence.left_at.is_some();
        let times = attendance.iter().filter(noted).copied().collect();
        let attendance = attendance.iter().map(|presence| presence.account_id).collect();
        Self { id, council_id, held_on, place, kind, status, attendance, times, created_at, updated_at }
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
    kind: dossier::Kind,
    status: dossier::Status,
    /// What the council should know before it scores; none of it bars the dossier.
    warnings: Vec<WarningOut>,
}

/// A warning.
#[derive(Serialize, ToSchema)]
#[schema(as = AgendaWarning)]
struct WarningOut {
    /// Stable code.
    #[schema(example = "agenda.test_open")]
    code: &'static str,
    detail: String,
}

fn open_tests(count: i64, lang: Lang) -> WarningOut {
    let detail = match lang {
        Lang::Vi => format!("Còn {count} yêu cầu kiểm nghiệm của tổ tư vấn chưa có kết quả."),
        Lang::En => format!("{count} tests that the advisory team asked for have no result yet."),
    };
    WarningOut { code: "agenda.test_open", detail }
}

impl From<dossier::Dossier> for ItemOut {
    fn from(d: dossier::Dossier) -> Self {
        Self {
            dossier_id: d.id,
            product_id: d.product_id,
            product_name: d.product_name,
            producer_name: d.producer_name,
            criteria_set: d.set_no,
            kind: d.kind,
            status: d.status,
            warnings: Vec::new(),
        }
    }
}

fn whole(conn: &mut Conn, session: Session, lang: Lang, location: Option<String>) -> Result<Reply> {
    let mut agenda: Vec<ItemOut> =
        super::super::agenda(conn, session.id)?.into_iter().map(ItemOut::from).collect();
    let ids: Vec<_> = agenda.iter().map(|item| item.dossier_id).collect();
    let untested = super::super::open_tests(conn, &ids)?;
    for item in &mut agenda {
        item.warnings.extend(untested.get(&item.dossier_id).map(|count| open_tests(*count, lang)));
    }
    let version = session.version;
    let out = SessionOut { line: session.into(), agenda };
    let reply = match location {
        Some(location) => Reply::created(location, &out)?,
        None => Reply::ok(&out)?,
    };
    Ok(reply.etag(version))
}

/// Runs one verb and answers the session after it.
async fn run<F>(write: Write, req: &HttpRequest, op: &'static str, mut verb: F) -> Result<HttpResponse>
where
    F: FnMut(&mut Tx<'_>, &Actor, Instant) -> Result<Session> + Send + 'static,
{
    let lang = language(req);
    write
        .run(op, move |tx, actor, now| {
            let session = verb(tx, actor, now)?;
            whole(tx.conn(), session, lang, None)
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
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<CouncilId>,
    Body(input): Body<SessionIn>,
) -> Result<HttpResponse> {
    let SessionIn { held_on, place, kind } = input;
    let new = NewSession { held_on, place, kind: kind.unwrap_or(SessionKind::Meeting) };
    let lang = language(&req);
    write
        .run("session.create", move |tx, actor, now| {
            let session = super::super::plan(tx, actor, id, &new, now)?;
            let location = format!("/api/v1/sessions/{}", session.id);
            whole(tx.conn(), session, lang, Some(location))
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
    let lang = language(&req);
    let work = move |conn: &mut Conn| {
        let (_, session) = super::super::find_session(conn, &actor.reach, id)?;
        // The agenda moves on with its dossiers while the session itself stays the same.
        let version = session.version;
        let reply = whole(conn, session, lang, None)?;
        let digest = hex(&Sha256::digest(&reply.body));
        let tag = format!("{version}-{}", digest.get(..16).unwrap_or_default());
        Ok(reply.etag(tag))
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
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<SessionId>,
    Body(input): Body<AgendaIn>,
) -> Result<HttpResponse> {
    run(write, &req, "session.agenda", move |tx, actor, now| {
        super::super::add_to_agenda(tx, actor, id, &input.dossier_ids, now)
    })
    .await
}

/// Open the session.
#[utoipa::path(tag = "councils", params(("id" = SessionId, Path)), responses((status = 200, body = SessionOut)))]
#[post("/sessions/{id}/open")]
pub(super) async fn open(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<SessionId>,
) -> Result<HttpResponse> {
    run(write, &req, "session.open", move |tx, actor, now| super::super::open(tx, actor, id, now)).await
}

/// Who is present.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AttendanceIn {
    /// Accounts of members, the whole list.
    #[schema(max_items = 50)]
    account_ids: Vec<AccountId>,
    /// When some of them came later or left earlier.
    #[serde(default)]
    #[schema(max_items = 50)]
    times: Vec<Presence>,
}

impl AttendanceIn {
    /// Everybody named, with their times.
    fn present(self) -> Result<Vec<Presence>> {
        let Self { account_ids, times } = self;
        let stray = |(index, presence): (usize, &Presence)| {
            (!account_ids.contains(&presence.account_id)).then(|| {
                FieldError::new(
                    format!("/times/{index}/account_id"),
                    "attendance.not_named",
                    "Người này không có trong danh sách dự họp (account_ids).",
                    "This person is not in the list of those present (account_ids).",
                )
            })
        };
        let errors: Vec<_> = times.iter().enumerate().filter_map(stray).collect();
        if !errors.is_empty() {
            return Err(Error::invalid(errors));
        }
        let timed = |account_id: AccountId| {
            let time = times.iter().find(|presence| presence.account_id == account_id);
            time.copied().unwrap_or(Presence { account_id, came_at: None, left_at: None })
        };
        Ok(account_ids.iter().copied().map(timed).collect())
    }
}

/// Write who is present.
#[utoipa::path(tag = "councils", params(("id" = SessionId, Path), ("If-Match" = String, Header)),
    request_body = AttendanceIn, responses((status = 200, body = SessionOut)))]
#[put("/sessions/{id}/attendance")]
pub(super) async fn attend(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<SessionId>,
    Body(input): Body<AttendanceIn>,
) -> Result<HttpResponse> {
    let (version, present) = (write.version()?, input.present()?);
    run(write, &req, "session.attendance", move |tx, actor, now| {
        super::super::set_attendance(tx, actor, id, version, &present, now)
    })
    .await
}

/// Close the session.
#[utoipa::path(tag = "councils", params(("id" = SessionId, Path)), responses((status = 200, body = SessionOut)))]
#[post("/sessions/{id}/close")]
pub(super) async fn close(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<SessionId>,
) -> Result<HttpResponse> {
    run(write, &req, "session.close", move |tx, actor, now| super::super::close(tx, actor, id, now)).await
}
