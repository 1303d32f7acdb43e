//! Councils (*hội đồng*): who scores dossiers, in which session, and who may not because of an interest in them
//! (Decision 26/2026/QĐ-TTg, articles 6 and 7; quorum and deviation are settings, by the practice of provinces).

pub mod http;
mod seats;
mod sessions;
pub mod state;
mod store;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::actor::Reach;
use crate::db::Conn;
use crate::db::page::{Page, Want};
use crate::dossier;
use crate::error::{Code, Error, Result};
use crate::ids::{AccountId, CouncilId, DossierId, MemberId, ProducerId, SessionId};
use crate::instant::Instant;

pub use seats::{NewCouncil, NewMember, create, seat_member, unseat};
pub use sessions::{
    NewSession, add_to_agenda, agenda, close, declare_conflict, find_session, list_sessions, open, plan,
    set_attendance,
};
pub use state::{Seat, SessionKind, SessionStatus, Settings, Status, Tier};

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
    /// Accounts of the members present.
    pub attendance: Vec<AccountId>,
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
            minutes: _,
            version,
            created_at,
            updated_at,
        } = row;
        let attendance = attendance.get()?;
        Ok(Self { id, council_id, held_on, place, kind, status, attendance, version, created_at, updated_at })
    }
}

/// Why a member may not score a dossier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Whose.
    pub account_id: AccountId,
    /// What was declared; `None` where it was found: the member has to do with the producer.
    pub reason: Option<String>,
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

/// An account's seat in the council that has a dossier on its agenda.
///
/// # Errors
/// Faults of the database.
pub fn seat(conn: &mut Conn, dossier: DossierId, account: AccountId) -> Result<Option<Member>> {
    let Some(session) = session_of(conn, dossier)? else { return Ok(None) };
    Ok(members(conn, session.council_id)?.into_iter().find(|member| member.account_id == account))
}

/// Who of the council may not score a dossier: declared, or found because the member has to do with its producer.
///
/// # Errors
/// `request.not_found`.
pub fn conflicts(conn: &mut Conn, dossier: DossierId) -> Result<Vec<Conflict>> {
    let producer = dossier::any(conn, dossier)?.producer_id;
    let declared = store::conflicts(conn, dossier)?;
    let mut all: Vec<_> = declared
        .into_iter()
        .map(|row| Conflict { account_id: row.account_id, reason: Some(row.reason) })
        .collect();
    if let Some(session) = session_of(conn, dossier)? {
        for member in members(conn, session.council_id)? {
            if member.producers.contains(&producer) {
                all.push(Conflict { account_id: member.account_id, reason: None });
            }
        }
    }
    Ok(all)
}

/// What members declared on many dossiers, by dossier.
///
/// # Errors
/// Faults of the database.
pub fn declared_conflicts(
    conn: &mut Conn,
    dossiers: &[DossierId],
) -> Result<BTreeMap<DossierId, Vec<Conflict>>> {
    let mut all: BTreeMap<DossierId, Vec<Conflict>> = BTreeMap::new();
    for row in store::conflicts_of(conn, dossiers)? {
        let conflict = Conflict { account_id: row.account_id, reason: Some(row.reason) };
        all.entry(row.dossier_id).or_default().push(conflict);
    }
    Ok(all)
}
