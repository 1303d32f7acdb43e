//! Councils (*hội đồng*): who scores dossiers, in which session, and who may not because of an interest in them
//! (Decision 26/2026/QĐ-TTg, articles 6 and 7; quorum, deviation and the way totals become a score are settings, by the
//! practice of provinces). The advisory team (*tổ tư vấn*), which reviews dossiers before a council, stands in
//! [`advisor`](advise) and [`review`](reviews).

mod advisor;
mod agenda;
mod conflict;
pub mod http;
mod minutes;
mod review;
mod seats;
mod sessions;
pub mod state;
mod store;

use chrono::NaiveDate;

use crate::actor::Reach;
use crate::db::page::{Page, Want};
use crate::db::{Conn, Json};
use crate::error::{Code, Error, Result};
use crate::ids::{AccountId, CouncilId, DossierId, MemberId, ProducerId, SessionId};
use crate::instant::Instant;

pub use advisor::{Advisor, NewAdvisor, advise, advisors, dismiss};
pub use agenda::{Item, add_to_agenda, agenda, items, record_conclusion, reviews_of};
pub use conflict::{Panel, check_conflict, conflicts, conflicts_of, declare_conflict, panel};
pub use minutes::{Remarks, write_remarks};
pub use review::{
    NewReview, NewTest, RequestedTest, Review, TestPatch, open_tests, request_test, review, reviews, revise,
    tests, update_test,
};
pub use seats::{NewCouncil, NewMember, create, seat_member, unseat};
pub use sessions::{NewSession, close, find_session, list_sessions, open, plan, set_attendance};
pub use state::{
    Aggregation, Conflict, ConflictKind, ConflictState, Presence, Recommendation, Seat, SessionKind,
    SessionStatus, Settings, Status, TestStatus, Tier, Verdict, Visit,
};

/// A council.
#[derive(Clone, Debug)]
pub struct Council {
    /// Its id.
    pub id: CouncilId,
    /// Whose council.
    pub tier: Tier,
    /// Province of a province's council.
    pub province_code: Option<String>,
    /// Its name.
    pub name: String,
    /// Quorum and deviation.
    pub settings: Settings,
    /// Whether it works.
    pub status: Status,
    /// Raised by each change.
    pub version: i32,
    /// Made.
    pub created_at: Instant,
    /// Changed.
    pub updated_at: Instant,
}

impl TryFrom<store::Council> for Council {
    type Error = Error;

    fn try_from(row: store::Council) -> Result<Self> {
        let store::Council {
            id,
            tier,
            province_code,
            name,
            settings,
            status,
            version,
            created_at,
            updated_at,
        } = row;
        let settings = settings.get()?;
        Ok(Self { id, tier, province_code, name, settings, status, version, created_at, updated_at })
    }
}

/// A member of a council.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its id.
    pub id: MemberId,
    /// Of which council.
    pub council_id: CouncilId,
    /// The person's account.
    pub account_id: AccountId,
    /// The person's name.
    pub full_name: String,
    /// The seat.
    pub seat: Seat,
    /// The person's post.
    pub office: Option<String>,
    /// Where the person works.
    pub unit: Option<String>,
    /// Producers the person has to do with: by its account, and as the office noted it.
    pub producers: Vec<ProducerId>,
    /// Seated.
    pub created_at: Instant,
}

impl From<store::Person> for Member {
    fn from((row, full_name, own): store::Person) -> Self {
        let store::Member { id, council_id, account_id, seat, office, unit, producer_id, created_at } = row;
        let producers = own.into_iter().chain(producer_id).collect();
        Self { id, council_id, account_id, full_name, seat, office, unit, producers, created_at }
    }
}

/// A session of a council.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Of which council.
    pub council_id: CouncilId,
    /// The day.
    pub held_on: NaiveDate,
    /// Where.
    pub place: Option<String>,
    /// How.
    pub kind: SessionKind,
    /// Where it stands.
    pub status: SessionStatus,
    /// The members present.
    pub attendance: Vec<Presence>,
    /// What the secretary wrote into the minutes.
    pub remarks: Remarks,
    /// Raised by each change.
    pub version: i32,
    /// Made.
    pub created_at: Instant,
    /// Changed.
    pub updated_at: Instant,
}

impl TryFrom<store::Session> for Session {
    type Error = Error;

    fn try_from(row: store::Session) -> Result<Self> {
        let store::Session {
            id,
            council_id,
            held_on,
            place,
            kind,
            status,
            attendance,
            minutes,
            version,
            created_at,
            updated_at,
        } = row;
        // Lists of before the times were noted hold accounts alone.
        let noted: Vec<Noted> = attendance.get()?;
        let attendance = noted.into_iter().map(Presence::from).collect();
        let remarks = minutes.as_ref().map(Json::get).transpose()?.unwrap_or_default();
        Ok(Self {
            id,
            council_id,
            held_on,
            place,
            kind,
            status,
            attendance,
            remarks,
            version,
            created_at,
            updated_at,
        })
    }
}

/// A member present as it is stored.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Noted {
    Account(AccountId),
    Presence(Presence),
}

impl From<Noted> for Presence {
    fn from(noted: Noted) -> Self {
        match noted {
            Noted::Account(account_id) => Self { account_id, came_at: None, left_at: None },
            Noted::Presence(presence) => presence,
        }
    }
}

/// A council as far as somebody sees it.
///
/// # Errors
/// `request.not_found`.
pub fn find(conn: &mut Conn, reach: &Reach, id: CouncilId) -> Result<Council> {
    row(conn, reach, id)?.try_into()
}

/// A council, whoever asks.
///
/// # Errors
/// `request.not_found`.
pub fn any(conn: &mut Conn, id: CouncilId) -> Result<Council> {
    find(conn, &Reach { all: true, ..Reach::default() }, id)
}

fn row(conn: &mut Conn, reach: &Reach, id: CouncilId) -> Result<store::Council> {
    store::find(conn, reach, id)?.ok_or_else(|| Error::new(Code::NotFound))
}

/// Councils somebody sees, the newest first.
///
/// # Errors
/// Faults of the database.
pub fn list(
    conn: &mut Conn,
    reach: &Reach,
    tier: Option<Tier>,
    province: Option<String>,
    want: &Want<CouncilId>,
) -> Result<Page<Council>> {
    let Page { data, next } = store::list(conn, reach, tier, province, want)?;
    Ok(Page { data: data.into_iter().map(Council::try_from).collect::<Result<_>>()?, next })
}

/// The members of a council in the order they were seated.
///
/// # Errors
/// Faults of the database.
pub fn members(conn: &mut Conn, council: CouncilId) -> Result<Vec<Member>> {
    Ok(store::members(conn, council)?.into_iter().map(Member::from).collect())
}

/// The last session on whose agenda a dossier was put.
///
/// # Errors
/// Faults of the database.
pub fn session_of(conn: &mut Conn, dossier: DossierId) -> Result<Option<Session>> {
    store::session_of(conn, dossier)?.map(Session::try_from).transpose()
}

/// Whose council held a session.
///
/// # Errors
/// `request.not_found`.
pub fn tier_of(conn: &mut Conn, session: SessionId) -> Result<Tier> {
    let row = store::find_session(conn, session)?.ok_or_else(|| Error::new(Code::NotFound))?;
    Ok(any(conn, row.council_id)?.tier)
}

/// An account's seat in the council that has a dossier on its agenda.
///
/// # Errors
/// Faults of the database.
pub fn seat(conn: &mut Conn, dossier: DossierId, account: AccountId) -> Result<Option<Member>> {
    let Some(session) = session_of(conn, dossier)? else { return Ok(None) };
    Ok(members(conn, session.council_id)?.into_iter().find(|member| member.account_id == account))
}
