//! `/sessions/{id}/minutes`.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, get, put, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use crate::actor::Actor;
use crate::app::App;
use crate::council::{
    self, Aggregation, Conflict, ConflictKind, ConflictState, Member, Presence, Recommendation, Remarks,
    Review, Seat, SessionKind, SessionStatus, Tier,
};
use crate::criteria::MissedFloor;
use crate::db::Conn;
use crate::db::types::hex;
use crate::dossier::{Kind, Status};
use crate::error::Result;
use crate::http::{Body, NoQuery, Path, Query, Reply, Write};
use crate::ids::{AccountId, CouncilId, DossierId, SessionId};
use crate::instant::Instant;
use crate::values::{Points, Star};

use super::super::state::{Conclusion, Scorer};
use super::super::{Minutes, MinutesItem};

/// The minutes of a session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Minutes)]
struct MinutesOut {
    session_id: SessionId,
    council_id: CouncilId,
    council_name: String,
    tier: Tier,
    /// Province of a province's council.
    province_code: Option<String>,
    /// The day.
    held_on: NaiveDate,
    place: Option<String>,
    kind: SessionKind,
    status: SessionStatus,
    /// Least share of the members who take part and sign, in percent.
    quorum_percent: u8,
    /// Members who have to take part and sign.
    quorum: usize,
    /// Everybody with a seat.
    members: Vec<MemberOut>,
    /// The agenda in its order.
    dossiers: Vec<DossierMinutesOut>,
    /// The secretary's remarks on the session.
    remarks: Option<String>,
}

/// A member in the minutes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MinutesMember)]
struct MemberOut {
    account_id: AccountId,
    full_name: String,
    seat: Seat,
    /// The person's post.
    office: Option<String>,
    /// Where the person works.
    unit: Option<String>,
    /// Whether the person was present; in writing, whether it signed a sheet.
    took_part: bool,
    /// Since when, where that was not the beginning.
    came_at: Option<Instant>,
    /// Until when, where that was not the end.
    left_at: Option<Instant>,
}

/// A dossier in the minutes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MinutesDossier)]
struct DossierMinutesOut {
    dossier_id: DossierId,
    product_name: String,
    producer_name: String,
    kind: Kind,
    #[schema(example = "qd26-2026")]
    scheme: String,
    /// Number of its criteria set, 1 to 26.
    criteria_set: u8,
    /// Where it stands now.
    status: Status,
    /// Sheets signed in this session.
    signed: usize,
    /// What the advisory team wrote about it; empty for the producer's own people.
    reviews: Vec<ReviewOut>,
    /// Who did not score it.
    conflicts: Vec<ConflictOut>,
    /// What this session concluded; `null` before it has.
    conclusion: Option<ConclusionOut>,
    concluded_at: Option<Instant>,
    /// The secretary's remark.
    remark: Option<String>,
}

/// An advisor's review in the minutes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MinutesReview)]
struct ReviewOut {
    account_id: AccountId,
    full_name: String,
    recommendation: Recommendation,
    opinion: String,
}

impl From<Review> for ReviewOut {
    fn from(review: Review) -> Self {
        let Review { account_id, full_name, recommendation, opinion, .. } = review;
        Self { account_id, full_name, recommendation, opinion }
    }
}

/// A conflict of interest in the minutes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MinutesConflict)]
struct ConflictOut {
    account_id: AccountId,
    full_name: String,
    kind: ConflictKind,
    state: ConflictState,
    reason: Option<String>,
}

/// What a session concluded on a dossier.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MinutesConclusion)]
struct ConclusionOut {
    /// Rounded to print; the star comes from the exact mean.
    mean: Points,
    /// How totals became the mean.
    aggregation: Aggregation,
    /// The star by points alone.
    band_star: Star,
    /// The star proposed; `null` where the evaluation was stopped or the dossier is out.
    star: Option<Star>,
    /// Whether floors were tested: not where only the frame of the scheme is known.
    floors_tested: bool,
    stopped_by: Option<String>,
    excluded_by: Vec<String>,
    missed_floors: Vec<MissedFloor>,
    /// Greatest less least total.
    spread: Points,
    /// The signed totals; empty for those who may not know who gave them.
    totals: Vec<TotalOut>,
    /// The agreed sheet: criterion to option, `null` where none is met.
    agreed: BTreeMap<String, Option<String>>,
}

/// A member's total in the minutes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MinutesTotal)]
struct TotalOut {
    account_id: AccountId,
    full_name: String,
    seat: Seat,
    total: Points,
    /// Total less mean, rounded.
    deviation: Points,
    /// Whether it needed a reason.
    deviates: bool,
    /// Whether it was left out of the mean.
    left_out: bool,
    /// The minuted reason.
    reason: Option<String>,
}

impl From<Scorer> for TotalOut {
    fn from(scorer: Scorer) -> Self {
        let Scorer {
            account_id,
            full_name,
            seat,
            sheet_id: _,
            total,
            deviation_hundredths,
            deviates,
            left_out,
            reason,
        } = scorer;
        let deviation = Points::from_hundredths(deviation_hundredths);
        Self { account_id, full_name, seat, total, deviation, deviates, left_out, reason }
    }
}

fn conclusion(conclusion: Conclusion, names: bool) -> ConclusionOut {
    let totals = conclusion.scorers.into_iter().filter(|_| names).map(TotalOut::from).collect();
    ConclusionOut {
        mean: conclusion.score,
        aggregation: conclusion.aggregation,
        band_star: conclusion.band_star,
        star: conclusion.star,
        floors_tested: conclusion.floors_tested,
        stopped_by: conclusion.stopped_by,
        excluded_by: conclusion.excluded_by,
        missed_floors: conclusion.missed_floors,
        spread: conclusion.spread,
        totals,
        agreed: conclusion.agreed,
    }
}

fn member(member: Member, took_part: &[AccountId], times: &[Presence]) -> MemberOut {
    let Member { account_id, full_name, seat, office, unit, .. } = member;
    let time = times.iter().find(|presence| presence.account_id == account_id);
    MemberOut {
        took_part: took_part.contains(&account_id),
        came_at: time.and_then(|time| time.came_at),
        left_at: time.and_then(|time| time.left_at),
        account_id,
        full_name,
        seat,
        office,
        unit,
    }
}

fn item(
    item: MinutesItem,
    members: &[MemberOut],
    remarks: &mut BTreeMap<DossierId, String>,
) -> DossierMinutesOut {
    let MinutesItem { dossier, signed, reviews, conflicts, conclusion: concluded, concluded_at, names } =
        item;
    let name =
        |account: AccountId| members.iter().find(|m| m.account_id == account).map(|m| m.full_name.clone());
    let conflict = |Conflict { account_id, kind, state, reason }: Conflict| ConflictOut {
        full_name: name(account_id).unwrap_or_default(),
        account_id,
        kind,
        state,
        reason,
    };
    DossierMinutesOut {
        remark: remarks.remove(&dossier.id),
        dossier_id: dossier.id,
        product_name: dossier.product_name,
        producer_name: dossier.producer_name,
        kind: dossier.kind,
        scheme: dossier.scheme,
        criteria_set: dossier.set_no,
        status: dossier.status,
        signed,
        reviews: reviews.into_iter().map(ReviewOut::from).collect(),
        conflicts: conflicts.into_iter().map(conflict).collect(),
        conclusion: concluded.map(|concluded| conclusion(concluded, names)),
        concluded_at,
    }
}

/// The minutes as an answer. Their tag begins with the session's version, behind which stands what else they depend on.
fn whole(minutes: Minutes) -> Result<Reply> {
    let Minutes { council, session, members, took_part, items } = minutes;
    let members: Vec<_> = members.into_iter().map(|m| member(m, &took_part, &session.attendance)).collect();
    let Remarks { general, mut dossiers } = session.remarks;
    let out = MinutesOut {
        session_id: session.id,
        council_id: council.id,
        council_name: council.name,
        tier: council.tier,
        province_code: council.province_code,
        held_on: session.held_on,
        place: session.place,
        kind: session.kind,
        status: session.status,
        quorum_percent: council.settings.quorum_percent,
        quorum: council.settings.quorum(members.len()),
        dossiers: items.into_iter().map(|i| item(i, &members, &mut dossiers)).collect(),
        members,
        remarks: general,
    };
    let reply = Reply::ok(&out)?;
    let digest = hex(&Sha256::digest(&reply.body));
    let tag = format!("{}-{}", session.version, digest.get(..16).unwrap_or_default());
    Ok(reply.etag(tag))
}

/// The minutes of a session as data: members, attendance, agenda, totals, deviations with their reasons, agreed sheets,
/// conclusions and remarks.
#[utoipa::path(tag = "councils", params(("id" = SessionId, Path)), responses((status = 200, body = MinutesOut)))]
#[get("/sessions/{id}/minutes")]
pub(super) async fn read(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path(id): Path<SessionId>,
) -> Result<HttpResponse> {
    let work = move |conn: &mut Conn| whole(super::super::minutes(conn, &actor, id)?);
    Ok(app.db.read("session.minutes", work).await?.respond(&req))
}

/// The secretary's remarks.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RemarksIn {
    /// On the session as a whole.
    #[schema(min_length = 1, max_length = 10000)]
    remarks: Option<String>,
    /// On a dossier of its agenda, by id.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    dossiers: BTreeMap<DossierId, String>,
}

/// Write the secretary's remarks, all of them, while the session is open. `If-Match` takes the session's `ETag`.
#[utoipa::path(tag = "councils", params(("id" = SessionId, Path), ("If-Match" = String, Header)),
    request_body = RemarksIn, responses((status = 200, body = MinutesOut)))]
#[put("/sessions/{id}/minutes")]
pub(super) async fn remark(
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<SessionId>,
    Body(input): Body<RemarksIn>,
) -> Result<HttpResponse> {
    let version = write.version()?;
    let RemarksIn { remarks, dossiers } = input;
    let remarks = Remarks { general: remarks, dossiers };
    write
        .run("session.write_minutes", move |tx, actor, now| {
            council::write_remarks(tx, actor, id, version, &remarks, now)?;
            whole(super::super::minutes(tx.conn(), actor, id)?)
        })
        .await
}
