//! Rules of councils: seats, settings, sessions. Pure.

use serde::{Deserialize, Serialize};

use crate::error::FieldError;
use crate::text_enum;

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
        /// In writing.
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
}

impl Default for Settings {
    fn default() -> Self {
        Self { quorum_percent: 75, deviation_points: 10 }
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

#[cfg(test)]
mod tests {
    use super::*;

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
        let wrong = Settings { quorum_percent: 101, deviation_points: 0 };
        let pointers: Vec<_> = wrong.errors().into_iter().map(|e| e.pointer).collect();
        assert_eq!(pointers, ["/settings/quorum_percent", "/settings/deviation_points"]);
    }
}
