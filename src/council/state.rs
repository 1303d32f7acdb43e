//! Rules of councils: seats, settings, sessions. Pure.

mod conflict;
pub(super) mod review;

use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Role};
use crate::error::{Code, FieldError, Refusal};
use crate::ids::AccountId;
use crate::instant::Instant;
use crate::text_enum;

pub use conflict::{Conflict, ConflictKind, ConflictState, Verdict, same_name};
pub use review::{Recommendation, TestStatus, Visit};

text_enum! {
    /// Whose council.
    pub enum Tier {
        /// A province's: three and four stars.
        Province = "province",
        /// The ministry's: five stars.
        Centre = "centre",
    }
}

text_enum! {
    /// Whether a council works.
    #[schema(as = CouncilStatus)]
    pub enum Status {
        /// It does.
        Active = "active",
        /// It does no more.
        Closed = "closed",
    }
}

text_enum! {
    /// A seat on a council.
    pub enum Seat {
        /// The chair (*chủ tịch hội đồng*).
        Chair = "chair",
        /// The secretary (*thư ký*).
        Secretary = "secretary",
        /// Any other member.
        Member = "member",
    }
}

text_enum! {
    /// How a session is held.
    pub enum SessionKind {
        /// In one room.
        Meeting = "meeting",
        /// In writing, for renewals: members send their signed sheets, and nobody has to be present.
        Written = "written",
    }
}

text_enum! {
    /// Where a session stands.
    pub enum SessionStatus {
        /// Its agenda is written.
        Planned = "planned",
        /// Sheets are signed and conclusions drawn.
        Open = "open",
        /// Over.
        Closed = "closed",
    }
}

text_enum! {
    /// How the totals of the signed sheets become one score.
    pub enum Aggregation {
        /// Their arithmetic mean.
        Mean = "mean",
        /// The mean without one highest and one lowest, from five sheets on; of fewer the arithmetic mean.
        TrimmedMean = "trimmed_mean",
    }
}

/// What provinces settle differently, each with its usual value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = CouncilSettings)]
pub struct Settings {
    /// Least share of the members present, with the chair, in percent.
    #[schema(minimum = 1, maximum = 100, default = 75)]
    pub quorum_percent: u8,
    /// A member's total further than this from the mean, in whole points, is a deviation to be explained.
    #[schema(minimum = 1, maximum = 100, default = 10)]
    pub deviation_points: u8,
    /// How totals become a score.
    pub aggregation: Aggregation,
}

impl Default for Settings {
    fn default() -> Self {
        Self { quorum_percent: 75, deviation_points: 10, aggregation: Aggregation::Mean }
    }
}

impl Settings {
    /// What is wrong with the settings.
    pub fn errors(self) -> Vec<FieldError> {
        let fields = [
            ("/settings/quorum_percent", self.quorum_percent),
            ("/settings/deviation_points", self.deviation_points),
        ];
        let wrong = fields.into_iter().filter(|(_, value)| !(1..=100).contains(value));
        wrong
            .map(|(pointer, _)| {
                FieldError::new(pointer, "settings.range", "Nhận từ 1 đến 100.", "Takes 1 to 100.")
            })
            .collect()
    }

    /// Members who must be present of `members`, rounded up.
    pub fn quorum(self, members: usize) -> usize {
        (members * usize::from(self.quorum_percent)).div_ceil(100)
    }
}

/// A member at a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Presence {
    /// Who.
    pub account_id: AccountId,
    /// Since when, where that was not the beginning.
    #[serde(default)]
    pub came_at: Option<Instant>,
    /// Until when, where that was not the end.
    #[serde(default)]
    pub left_at: Option<Instant>,
}

/// Whether somebody sets up a council of this tier and place: the province's office, or the ministry's.
///
/// # Errors
/// `auth.forbidden`.
pub fn manages(actor: &Actor, tier: Tier, province: Option<&str>) -> Result<(), Refusal> {
    let may = match tier {
        Tier::Province => {
            actor.has(Role::ProvincialOfficer)
                && province.is_some()
                && actor.reach.province.as_deref() == province
        }
        Tier::Centre => actor.has(Role::CentralOfficer),
    };
    if may { Ok(()) } else { Err(Code::Forbidden.into()) }
}

impl SessionStatus {
    /// The next status of a session: planned, open, closed.
    ///
    /// # Errors
    /// `session.wrong_status`.
    pub fn follow(self, to: Self) -> Result<Self, Refusal> {
        match (self, to) {
            (Self::Planned, Self::Open) | (Self::Open, Self::Closed) => Ok(to),
            _ => Err(self.wrong()),
        }
    }

    /// Whether agenda and attendance may still change.
    ///
    /// # Errors
    /// `session.wrong_status`.
    pub fn writable(self) -> Result<(), Refusal> {
        if self == Self::Closed { Err(self.wrong()) } else { Ok(()) }
    }

    /// Whether sheets are signed and conclusions drawn.
    ///
    /// # Errors
    /// `session.wrong_status`.
    pub fn sitting(self) -> Result<(), Refusal> {
        if self == Self::Open { Ok(()) } else { Err(self.wrong()) }
    }

    fn wrong(self) -> Refusal {
        let (vi, en) = match self {
            Self::Planned => (
                "Phiên họp chưa mở; văn phòng, chủ tịch hoặc thư ký mở phiên trước (POST /sessions/{id}/open).",
                "The session is not open yet; the office, the chair or the secretary opens it first (POST /sessions/{id}/open).",
            ),
            Self::Open => (
                "Phiên họp đang mở; hãy kết thúc việc của phiên này (POST /sessions/{id}/close) hoặc tiếp tục trong phiên.",
                "The session is open; go on in it, or close it (POST /sessions/{id}/close).",
            ),
            Self::Closed => (
                "Phiên họp đã kết thúc; hãy lập phiên họp mới (POST /councils/{id}/sessions).",
                "The session is over; plan another (POST /councils/{id}/sessions).",
            ),
        };
        Refusal::new(Code::SessionState, vi, en)
    }
}

/// Whether a seat can be taken: a council has one chair and one secretary.
///
/// # Errors
/// `council.seat_taken`.
pub fn seat_free(taken: &[Seat], wanted: Seat) -> Result<(), Refusal> {
    if wanted != Seat::Member && taken.contains(&wanted) { Err(Code::SeatTaken.into()) } else { Ok(()) }
}

/// Whether a council can hold a session: it has a chair and a secretary.
///
/// # Errors
/// `council.incomplete`.
pub fn complete(taken: &[Seat]) -> Result<(), Refusal> {
    let whole = taken.contains(&Seat::Chair) && taken.contains(&Seat::Secretary);
    if whole { Ok(()) } else { Err(Code::CouncilIncomplete.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_planned_then_open_then_closed() {
        use SessionStatus::{Closed, Open, Planned};
        for from in SessionStatus::ALL {
            for to in SessionStatus::ALL {
                let right = matches!((from, to), (Planned, Open) | (Open, Closed));
                assert_eq!(from.follow(*to).is_ok(), right, "{from} to {to}");
            }
        }
        assert!(Planned.writable().is_ok() && Open.writable().is_ok() && Closed.writable().is_err());
    }

    #[test]
    fn each_tier_has_its_office() {
        let actor = |role, place| Actor::new(crate::ids::AccountId::new(), "x", &[role], place, None);
        let province = actor(Role::ProvincialOfficer, Some("19"));
        let centre = actor(Role::CentralOfficer, None);
        assert!(manages(&province, Tier::Province, Some("19")).is_ok());
        assert!(manages(&province, Tier::Province, Some("01")).is_err());
        assert!(manages(&province, Tier::Centre, None).is_err());
        assert!(manages(&centre, Tier::Centre, None).is_ok());
        assert!(manages(&centre, Tier::Province, Some("19")).is_err());
    }

    #[test]
    fn a_council_has_one_chair_and_one_secretary() {
        let taken = [Seat::Chair, Seat::Member];
        assert!(seat_free(&taken, Seat::Chair).is_err());
        assert!(seat_free(&taken, Seat::Secretary).is_ok() && seat_free(&taken, Seat::Member).is_ok());
        assert!(complete(&taken).is_err() && complete(&[Seat::Secretary, Seat::Chair]).is_ok());
    }

    #[test]
    fn three_quarters_of_the_members_rounded_up_are_a_quorum() {
        let settings = Settings::default();
        for (members, needed) in [(0, 0), (1, 1), (4, 3), (5, 4), (7, 6), (8, 6), (9, 7)] {
            assert_eq!(settings.quorum(members), needed, "{members}");
        }
    }

    #[test]
    fn settings_have_limits() {
        assert!(Settings::default().errors().is_empty());
        let wrong = Settings { quorum_percent: 101, deviation_points: 0, ..Settings::default() };
        let pointers: Vec<_> = wrong.errors().into_iter().map(|e| e.pointer).collect();
        assert_eq!(pointers, ["/settings/quorum_percent", "/settings/deviation_points"]);
    }
}
