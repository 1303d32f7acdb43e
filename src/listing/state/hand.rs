//! Rules of listings in shops that are served by hand: a person hands the files in and records what became of them.
//! Pure.

use crate::error::{Code, Refusal};
use crate::listing::state::{DesiredState, ReportedState};
use crate::text_enum;

text_enum! {
    /// What a person records of a listing after going to the platform.
    pub enum Submission {
        /// The files were handed in.
        Submitted = "submitted",
        /// The platform shows the product as the files say.
        Confirmed = "confirmed",
        /// The platform refused it.
        Rejected = "rejected",
        /// The product was taken down there.
        TakenDown = "taken_down",
    }
}

/// All that decides where a listing is that is served by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What we want; a product that is not published is wanted nowhere.
    pub wanted: DesiredState,
    /// Nothing keeps the files from being made.
    pub ready: bool,
    /// The content differs from what was handed in.
    pub changed: bool,
    /// Something was handed in and not taken down since.
    pub handed_in: bool,
    /// Where it was.
    pub reported: ReportedState,
}

/// Where the listing is now: `draft` stands for files that are ready and wait for a person. What was handed in stays
/// as a person recorded it until the content changes; what is wanted no more stays up until a person has taken it down.
pub const fn settle(s: Standing) -> ReportedState {
    use ReportedState::{Draft, Live, None, Rejected, Submitted, Withdrawn};
    match (s.wanted, s.reported) {
        (DesiredState::Withdrawn, None) => None,
        (DesiredState::Withdrawn, other) if s.handed_in && other.up() => other,
        (DesiredState::Withdrawn, _) => Withdrawn,
        (DesiredState::Listed, Submitted | Live | Rejected) if !s.changed => s.reported,
        (DesiredState::Listed, _) if s.ready || s.handed_in => Draft,
        (DesiredState::Listed, _) => None,
    }
}

/// Whether a person may record this of a settled listing.
///
/// # Errors
/// `listing.step_not_possible`.
pub fn permit(s: Standing, what: Submission) -> Result<(), Refusal> {
    use ReportedState::{Draft, Live, Rejected, Submitted};
    let wanted = matches!(s.wanted, DesiredState::Listed) && s.ready;
    let possible = match what {
        Submission::Submitted => wanted && matches!(s.reported, Draft | Rejected),
        Submission::Confirmed => wanted && matches!(s.reported, Draft | Submitted | Rejected),
        Submission::Rejected => s.handed_in && matches!(s.reported, Draft | Submitted | Live),
        Submission::TakenDown => s.handed_in,
    };
    if possible { Ok(()) } else { Err(Code::ListingStep.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Standing> {
        let mut all = Vec::new();
        for wanted in DesiredState::ALL.iter().copied() {
            for reported in ReportedState::ALL.iter().copied() {
                for bits in 0..8 {
                    let (ready, changed, handed_in) = (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0);
                    all.push(Standing { wanted, ready, changed, handed_in, reported });
                }
            }
        }
        all
    }

    #[test]
    fn a_settled_listing_stays_where_it_is() {
        for standing in all() {
            let reported = settle(standing);
            assert_eq!(settle(Standing { reported, ..standing }), reported, "{standing:?}");
        }
    }

    #[test]
    fn what_was_not_handed_in_is_never_said_to_be_there() {
        for standing in all().into_iter().filter(|s| s.wanted == DesiredState::Withdrawn && !s.handed_in) {
            assert!(!settle(standing).up(), "{standing:?}");
        }
        for standing in all().into_iter().filter(|s| !s.handed_in) {
            assert!(permit(standing, Submission::TakenDown).is_err());
            assert!(permit(standing, Submission::Rejected).is_err());
        }
    }

    #[test]
    fn changed_content_goes_back_to_the_files_and_unready_content_is_not_handed_in() {
        for standing in all() {
            let now = Standing { reported: settle(standing), ..standing };
            if standing.wanted == DesiredState::Listed && standing.changed {
                assert!(matches!(now.reported, ReportedState::Draft | ReportedState::None), "{standing:?}");
            }
            if !standing.ready || standing.wanted == DesiredState::Withdrawn {
                assert!(permit(now, Submission::Submitted).is_err(), "{standing:?}");
                assert!(permit(now, Submission::Confirmed).is_err(), "{standing:?}");
            }
        }
    }
}
