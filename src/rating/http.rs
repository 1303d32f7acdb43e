//! `/dossiers/{id}/sheets`, `/agreed-sheet`, `/conclude` and `/result`; `/sessions/{id}/minutes`.

mod minutes;
mod print;
mod result;

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actor::Actor;
use crate::app::App;
use crate::council::{Member, Seat};
use crate::error::{Code, Error, FieldError, Result};
use crate::http::{Body, List, NoQuery, Path, Query, Reply, Write};
use crate::ids::{AccountId, DossierId, SessionId, SheetId};
use crate::instant::Instant;
use crate::values::Points;

use super::{Agreement, Draft, Explanation, ScoreSheet, SheetStatus};
use result::{ResultOut, outcome};

/// The routes of this noun.
pub fn routes(config: &mut crate::http::Routes<'_, '_>) {
    config
        .service(print::own_docx)
        .service(print::sheet_docx)
        .service(print::minutes_docx)
        .service(read_mine)
        .service(write_mine)
        .service(sign_mine)
        .service(list)
        .service(read_agreed)
        .service(write_agreed)
        .service(close)
        .service(read_result)
        .service(minutes::read)
        .service(minutes::remark);
}

/// A score sheet.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ScoreSheet)]
struct SheetOut {
    id: SheetId,
    dossier_id: DossierId,
    session_id: SessionId,
    /// Whose.
    account_id: AccountId,
    /// The member's name; `null` on one's own sheet.
    full_name: Option<String>,
    /// The member's seat; `null` on one's own sheet.
    seat: Option<Seat>,
    /// Raised when the member scores again.
    revision: i32,
    /// Criterion to option, and grounds for exclusion that were found.
    choices: BTreeMap<String, String>,
    /// Points by part, where the scheme is scored by parts; otherwise `null`.
    #[schema(example = json!({"A": 33.0, "B": 21.0, "C": 30.0}))]
    parts: Option<BTreeMap<String, Points>>,
    /// The case the dossier declares (set 26).
    tourism_case: Option<u8>,
    comment: Option<String>,
    status: SheetStatus,
    /// Sum of the points; `null` until it is signed.
    total: Option<Points>,
    signed_at: Option<Instant>,
    created_at: Instant,
    updated_at: Instant,
}

impl SheetOut {
    fn of(sheet: ScoreSheet, member: Option<Member>) -> Self {
        let ScoreSheet {
            id,
            dossier_id,
            session_id,
            account_id,
            revision,
            sheet,
            comment,
            status,
            total,
            signed_at,
            version: _,
            created_at,
            updated_at,
        } = sheet;
        Self {
            id,
            dossier_id,
            session_id,
            account_id,
            seat: member.as_ref().map(|m| m.seat),
            full_name: member.map(|m| m.full_name),
            revision,
            choices: sheet.choices,
            parts: Some(sheet.parts).filter(|parts| !parts.is_empty()),
            tourism_case: sheet.tourism_case,
            comment,
            status,
            total,
            signed_at,
            created_at,
            updated_at,
        }
    }
}

fn own(sheet: ScoreSheet) -> Result<Reply> {
    let version = sheet.version;
    Ok(Reply::ok(&SheetOut::of(sheet, None))?.etag(version))
}

/// One's own newest sheet: the draft, or after signing the signed one.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path)), responses((status = 200, body = SheetOut)))]
#[get("/dossiers/{id}/sheets/mine")]
async fn read_mine(
    req: HttpRequest,
    app: web::Data<App>,
    _: Query<NoQuery>,
    Path(id): Path<DossierId>,
    actor: Actor,
) -> Result<HttpResponse> {
    let sheet = app.db.read("rating.sheet", move |conn| super::mine(conn, &actor, id)).await?;
    Ok(own(sheet)?.respond(&req))
}

/// A member's choices.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SheetIn {
    /// Criterion to option; a criterion left out scores 0. The id of a ground for exclusion with `found` where it was
    /// found.
    #[schema(example = json!({"1.1": "1.1-3"}))]
    choices: Option<BTreeMap<String, String>>,
    /// Points by part, in place of choices, for a dossier whose scheme is scored by parts.
    #[schema(example = json!({"A": 33.0, "B": 21.0, "C": 30.0}))]
    parts: Option<BTreeMap<String, Points>>,
    /// The dossier's case (set 26); may be left out.
    tourism_case: Option<u8>,
    #[schema(max_length = 2000)]
    comment: Option<String>,
}

/// Save one's draft. `If-Match` is needed once a sheet of one's own exists; behind a signed sheet a new revision begins.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path), ("If-Match" = Option<String>, Header)),
    request_body = SheetIn, responses((status = 200, body = SheetOut)))]
#[put("/dossiers/{id}/sheets/mine")]
async fn write_mine(
    write: Write,
    Path(id): Path<DossierId>,
    _: Query<NoQuery>,
    Body(input): Body<SheetIn>,
) -> Result<HttpResponse> {
    let version = match write.version() {
        Ok(version) => Some(version),
        Err(e) if e.code() == Code::PreconditionRequired => None,
        Err(e) => return Err(e),
    };
    let SheetIn { choices, parts, tourism_case, comment } = input;
    if choices.is_none() && parts.is_none() {
        return Err(Error::invalid(vec![FieldError::new(
            "/choices",
            "sheet.empty",
            "Cần choices (phương án theo tiêu chí), hoặc parts (điểm theo phần) với bộ tiêu chí cũ.",
            "Give choices (options by criterion), or parts (points by part) under an old scheme.",
        )]));
    }
    let (choices, parts) = (choices.unwrap_or_default(), parts.unwrap_or_default());
    let draft = Draft { choices, parts, tourism_case, comment };
    write
        .run("rating.write_sheet", move |tx, actor, now| {
            own(super::write(tx, actor, id, version, &draft, now)?)
        })
        .await
}

/// Sign one's draft: it is locked and counts, in place of the one signed before.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path)), responses((status = 200, body = SheetOut)))]
#[post("/dossiers/{id}/sheets/mine/sign")]
async fn sign_mine(write: Write, Path(id): Path<DossierId>, _: Query<NoQuery>) -> Result<HttpResponse> {
    write.run("rating.sign_sheet", move |tx, actor, now| own(super::sign(tx, actor, id, now)?)).await
}

/// The signed sheets that count: for staff and for the council.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path)), responses((status = 200, body = List<SheetOut>)))]
#[get("/dossiers/{id}/sheets")]
async fn list(
    req: HttpRequest,
    app: web::Data<App>,
    _: Query<NoQuery>,
    Path(id): Path<DossierId>,
    actor: Actor,
) -> Result<HttpResponse> {
    let rows = app.db.read("rating.sheets", move |conn| super::sheets(conn, &actor, id)).await?;
    let data = rows.into_iter().map(|(sheet, member)| SheetOut::of(sheet, Some(member))).collect();
    Ok(Reply::ok(&List::<SheetOut> { data, next_cursor: None })?.respond(&req))
}

/// The council's agreed sheet so far.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AgreedSheet)]
struct AgreedOut {
    /// Criterion to the agreed option, `null` where it is agreed that none is met; at a ground for exclusion `found`, or
    /// `null` where it was not found. What is open is absent.
    choices: BTreeMap<String, Option<String>>,
    /// Criteria filled in because all members chose the same.
    unanimous: Vec<String>,
    /// Criteria still without an agreement.
    open: Vec<String>,
    /// Criteria that must be settled before the conclusion: with a floor, or where 0 points end the evaluation.
    blocking: Vec<String>,
    /// Sum of the agreed points; `null` where the scheme is scored by parts, and nothing is to be agreed on.
    total: Option<Points>,
}

fn agreed((agreement, version): (Agreement, i32)) -> Result<Reply> {
    let Agreement { choices, unanimous, open, blocking, scored } = agreement;
    let unanimous = unanimous.into_iter().collect();
    let total = (!scored.parts.is_empty()).then_some(scored.total);
    Ok(Reply::ok(&AgreedOut { choices, unanimous, open, blocking, total })?.etag(version))
}

/// The agreed sheet so far. Its `ETag` is the dossier's.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path)), responses((status = 200, body = AgreedOut)))]
#[get("/dossiers/{id}/agreed-sheet")]
async fn read_agreed(
    req: HttpRequest,
    app: web::Data<App>,
    _: Query<NoQuery>,
    Path(id): Path<DossierId>,
    actor: Actor,
) -> Result<HttpResponse> {
    let found = app.db.read("rating.agreed_sheet", move |conn| super::agreement(conn, &actor, id)).await?;
    Ok(agreed(found)?.respond(&req))
}

/// What the council agreed on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AgreedIn {
    /// Where the members chose differently: criterion to option, or `null` where the council agreed that none is met.
    choices: BTreeMap<String, Option<String>>,
}

/// The secretary records what was agreed where the members chose differently. `If-Match` takes the dossier's `ETag`.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path), ("If-Match" = String, Header)),
    request_body = AgreedIn, responses((status = 200, body = AgreedOut)))]
#[put("/dossiers/{id}/agreed-sheet")]
async fn write_agreed(
    write: Write,
    Path(id): Path<DossierId>,
    _: Query<NoQuery>,
    Body(input): Body<AgreedIn>,
) -> Result<HttpResponse> {
    let version = write.version()?;
    let AgreedIn { choices } = input;
    write
        .run("rating.agree", move |tx, actor, now| {
            agreed(super::set_agreed(tx, actor, id, version, &choices, now)?)
        })
        .await
}

/// A minuted reason.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ExplanationIn {
    /// Whose total lies far from the mean.
    account_id: AccountId,
    /// Why it stands.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
}

/// What the chair adds to the conclusion.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConcludeIn {
    /// A reason for each total further from the mean than the council allows.
    #[serde(default)]
    #[schema(max_items = 100)]
    explanations: Vec<ExplanationIn>,
}

/// The chair concludes. The answer is the result.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path)), request_body = ConcludeIn,
    responses((status = 200, body = ResultOut)))]
#[post("/dossiers/{id}/conclude")]
async fn close(
    write: Write,
    Path(id): Path<DossierId>,
    _: Query<NoQuery>,
    Body(input): Body<ConcludeIn>,
) -> Result<HttpResponse> {
    let said = input.explanations.into_iter();
    let said: Vec<_> = said.map(|e| Explanation { account_id: e.account_id, reason: e.reason }).collect();
    write
        .run("rating.conclude", move |tx, actor, now| {
            super::conclude(tx, actor, id, &said, now)?;
            outcome(super::result(tx.conn(), actor, id)?)
        })
        .await
}

/// The result, explained. The producer sees the totals without the members' names.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path)), responses((status = 200, body = ResultOut)))]
#[get("/dossiers/{id}/result")]
async fn read_result(
    req: HttpRequest,
    app: web::Data<App>,
    _: Query<NoQuery>,
    Path(id): Path<DossierId>,
    actor: Actor,
) -> Result<HttpResponse> {
    let report = app.db.read("rating.result", move |conn| super::result(conn, &actor, id)).await?;
    Ok(outcome(report)?.respond(&req))
}
