//! Conflicts of interest: declared by the member, found by the program, or suspected because of a name.

use crate::ids::AccountId;
use crate::text;
use crate::text_enum;

text_enum! {
    /// Where a conflict of interest comes from.
    pub enum ConflictKind {
        /// The member declared it.
        Declared = "declared",
        /// The member works for the producer, or the office noted that it has to do with it.
        Producer = "producer",
        /// The member has the name of the producer's representative. Names collide, so a person settles it.
        Namesake = "namesake",
    }
}

text_enum! {
    /// What a conflict of interest means for the member.
    pub enum ConflictState {
        /// The member does not score the dossier.
        Barred = "barred",
        /// Suspected: the member may score, but the council does not conclude before it is settled.
        ToCheck = "to_check",
        /// Suspected, and found to be nothing.
        Dismissed = "dismissed",
    }
}

text_enum! {
    /// How a suspicion was settled.
    #[schema(as = ConflictVerdict)]
    pub enum Verdict {
        /// It is a conflict of interest.
        Confirmed = "confirmed",
        /// It is none.
        Dismissed = "dismissed",
    }
}

/// Why a member may not, or perhaps may not, score a dossier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Whose.
    pub account_id: AccountId,
    /// Where it comes from.
    pub kind: ConflictKind,
    /// What it means.
    pub state: ConflictState,
    /// What was declared, or noted when a suspicion was settled.
    pub reason: Option<String>,
}

impl Conflict {
    /// Whether the member does not score.
    pub fn bars(&self) -> bool {
        self.state == ConflictState::Barred
    }
}

/// Whether two full names are the same: case, blanks and the way accents are typed do not count, accents do.
pub fn same_name(one: &str, other: &str) -> bool {
    let plain = |name: &str| text::tidy(name).to_lowercase();
    let one = plain(one);
    !one.is_empty() && one == plain(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_but_for_case_blanks_and_keyboards() {
        assert!(same_name("Nguyễn Văn Hòa", " nguyễn  văn hòa "));
        assert!(same_name("Nguyễn", "Nguye\u{302}\u{303}n"));
        assert!(!same_name("Nguyễn Văn Hòa", "Nguyễn Văn Hoa"));
        assert!(!same_name(" ", ""));
    }
}
