//! `/dossiers/{id}/conflicts`.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actor::Actor;
use crate::app::App;
use crate::db::Conn;
use crate::db::page::Page;
use crate::dossier;
use crate::error::Result;
use crate::http::{Body, List, NoQuery, Path, Query, Reply, Write, page};
use crate::ids::{AccountId, DossierId};

use super::super::{Conflict, ConflictKind, ConflictState, Verdict};

/// Why a member does not score a dossier.
#[derive(Serialize, ToSchema)]
#[schema(as = Conflict)]
struct ConflictOut {
    account_id: AccountId,
    kind: ConflictKind,
    state: ConflictState,
    /// What the member declared, or what was noted when a suspicion was settled; `null` where it was found.
    reason: Option<String>,
}

impl From<Conflict> for ConflictOut {
    fn from(Conflict { account_id, kind, state, reason }: Conflict) -> Self {
        Self { account_id, kind, state, reason }
    }
}

/// Who does not score a dossier, declared and found, and who is suspected because of a name.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path)), responses((status = 200, body = List<ConflictOut>)))]
#[get("/dossiers/{id}/conflicts")]
pub(super) async fn list(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path(id): Path<DossierId>,
) -> Result<HttpResponse> {
    let work = move |conn: &mut Conn| {
        let dossier = dossier::find(conn, &actor.reach, id)?;
        super::super::conflicts(conn, &dossier)
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

/// How a suspicion is settled.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConflictCheckIn)]
struct CheckIn {
    verdict: Verdict,
    /// What it rests on.
    #[schema(min_length = 1, max_length = 2000)]
    note: String,
}

/// Settle a suspected conflict, as the council's secretary or chair: the member has the name of the producer's
/// representative.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path), ("account_id" = AccountId, Path)),
    request_body = CheckIn, responses((status = 200, body = List<ConflictOut>)))]
#[post("/dossiers/{id}/conflicts/{account_id}/check")]
pub(super) async fn check(
    write: Write,
    _: Query<NoQuery>,
    Path((id, account)): Path<(DossierId, AccountId)>,
    Body(input): Body<CheckIn>,
) -> Result<HttpResponse> {
    let CheckIn { verdict, note } = input;
    write
        .run("conflict.check", move |tx, actor, now| {
            let all = super::super::check_conflict(tx, actor, id, account, (verdict, &note), now)?;
            let data = all.into_iter().map(ConflictOut::from).collect();
            Reply::ok(&List { data, next_cursor: None })
        })
        .await
}
