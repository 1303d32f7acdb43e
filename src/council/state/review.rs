//! What the advisory team writes about a dossier.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::error::FieldError;
use crate::product::state::text_error;
use crate::text_enum;

/// Longest opinion, findings or result, in characters.
pub const TEXT_MAX: usize = 10_000;
/// Longest name of a person, laboratory or test, in characters.
pub const LINE_MAX: usize = 200;
/// Most people named at a visit.
const PEOPLE_MAX: usize = 30;

text_enum! {
    /// What an advisor recommends to the council.
    pub enum Recommendation {
        /// The council can score it.
        Ready = "ready",
        /// Something is to be completed first.
        NeedsCompletion = "needs_completion",
        /// It does not meet what the law asks for.
        NotReady = "not_ready",
    }
}

text_enum! {
    /// Where a requested test stands.
    pub enum TestStatus {
        /// Without a result.
        Open = "open",
        /// Its result has come.
        Received = "received",
        /// Not needed any more.
        Cancelled = "cancelled",
    }
}

/// A visit to where the product is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SiteVisit)]
pub struct Visit {
    /// The day.
    pub visited_on: NaiveDate,
    /// Names of those who went and of those they met.
    #[schema(min_items = 1, max_items = 30)]
    pub people: Vec<String>,
    /// What was found.
    #[schema(min_length = 1, max_length = 10000)]
    pub findings: String,
}

impl Visit {
    /// What is wrong with it.
    pub fn errors(&self, today: NaiveDate) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if self.visited_on > today {
            errors.push(FieldError::new(
                "/visit/visited_on",
                "visit.future",
                "Ngày khảo sát không sau hôm nay.",
                "The visit is not after today.",
            ));
        }
        if !(1..=PEOPLE_MAX).contains(&self.people.len()) {
            errors.push(FieldError::new(
                "/visit/people",
                "list.length",
                format!("Cần nêu từ 1 đến {PEOPLE_MAX} người tham gia."),
                format!("Name 1 to {PEOPLE_MAX} people."),
            ));
        }
        for (index, person) in self.people.iter().enumerate().take(PEOPLE_MAX) {
            errors.extend(text_error(&format!("/visit/people/{index}"), person.trim(), 1, LINE_MAX));
        }
        errors.extend(text_error("/visit/findings", self.findings.trim(), 1, TEXT_MAX));
        errors
    }
}
