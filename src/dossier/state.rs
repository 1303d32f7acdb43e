//! Rules of dossiers: the way from a draft to a decision, and what the forms hold. Pure.
//!
//! The table of transitions (Decision 26/2026/QĐ-TTg, articles 5 to 8). Anything that stands in no row is refused.
//!
//! | from | stage | action | to | stage |
//! |---|---|---|---|---|
//! | draft | commune | submit | submitted | commune |
//! | submitted | commune | forward | forwarded | province |
//! | submitted | commune | return | returned | commune |
//! | returned | commune | submit | submitted | commune |
//! | forwarded | province | accept | accepted | province |
//! | forwarded | province | return | returned | province |
//! | accepted | province | return | returned | province |
//! | returned | province | submit | forwarded | province |
//! | accepted | province | score | scoring | province |
//! | scoring | province | conclude | concluded | province |
//! | concluded | province | recognise | recognised | province |
//! | concluded | province | refuse | refused | province |
//! | concluded | province | refer | referred | centre |
//! | referred | centre | score | scoring | centre |
//! | scoring | centre | conclude | concluded | centre |
//! | concluded | centre | recognise | recognised | centre |
//! | concluded | centre | refer | concluded | province |
//! | concluded | province | evaluate_again | accepted | province |
//! | draft | commune | withdraw | withdrawn | commune |
//! | submitted | commune | withdraw | withdrawn | commune |
//! | returned | commune | withdraw | withdrawn | commune |
//! | forwarded | province | withdraw | withdrawn | province |
//! | returned | province | withdraw | withdrawn | province |
//! | accepted | province | withdraw | withdrawn | province |
//!
//! The centre does not refuse: what does not reach five stars there goes back, and the Chairman of the province
//! decides on the central result.

mod calendar;
mod refusal;
mod reminder;
mod round;
mod window;

use crate::actor::{Actor, Role};
use crate::criteria::state as criteria;
use crate::criteria::state::{CriteriaSet, Criterion, Problem, Sheet};
use crate::error::{Code, FieldError, Refusal};
use crate::ids::ProducerId;
use crate::text_enum;

pub use calendar::{Calendar, Certainty, DayKind, Reminder, Special, of_year};
pub use refusal::{out_of_order, wrong_status};
pub use reminder::reminder_text;
pub use round::{Office, Round, RoundCode, Tier, by_law, date_errors, missed, next_to_close};
pub use window::{Held, Moment, RENEWAL_DECIDED, day, open};

text_enum! {
    /// What a dossier asks for.
    #[schema(as = DossierKind)]
    pub enum Kind {
        /// First rating of a product.
        First = "first",
        /// A higher star.
        Upgrade = "upgrade",
        /// Rating again before the certificate ends (*phân hạng lại*).
        Renewal = "renewal",
    }
}

text_enum! {
    /// Whose desk a dossier is on.
    pub enum Stage {
        /// The commune's.
        Commune = "commune",
        /// The province's.
        Province = "province",
        /// The ministry's.
        Centre = "centre",
    }
}

text_enum! {
    /// Where a dossier stands.
    #[schema(as = DossierStatus)]
    pub enum Status {
        /// The producer writes it.
        Draft = "draft",
        /// The commune checks it.
        Submitted = "submitted",
        /// Back with the producer, for completion.
        Returned = "returned",
        /// The province's office checks it.
        Forwarded = "forwarded",
        /// It waits for a council.
        Accepted = "accepted",
        /// It is on a council's agenda.
        Scoring = "scoring",
        /// The council has concluded and proposed.
        Concluded = "concluded",
        /// Recognised with stars.
        Recognised = "recognised",
        /// Not recognised.
        Refused = "refused",
        /// With the centre, for five stars.
        Referred = "referred",
        /// Taken back by the producer.
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// What moves a dossier.
    pub enum Action {
        /// The producer files it, also again after completion.
        Submit = "submit",
        /// The commune sends it on.
        Forward = "forward",
        /// The commune or the province asks for completion.
        Return = "return",
        /// The province takes it in.
        Accept = "accept",
        /// A council takes it on its agenda.
        Score = "score",
        /// The council concludes.
        Conclude = "conclude",
        /// A leader recognises the product.
        Recognise = "recognise",
        /// A leader refuses it.
        Refuse = "refuse",
        /// The province hands it to the centre, or the centre hands it back.
        Refer = "refer",
        /// The Chairman of the province has it evaluated again after the centre handed it back.
        EvaluateAgain = "evaluate_again",
        /// The producer takes it back.
        Withdraw = "withdraw",
    }
}

text_enum! {
    /// A leader's decision on a concluded dossier.
    #[schema(as = DossierDecision)]
    pub enum Decision {
        /// The product is recognised.
        Recognised = "recognised",
        /// It is not.
        Refused = "refused",
        /// It is for the other tier to decide.
        Referred = "referred",
        /// The province's council is to evaluate it again.
        EvaluatedAgain = "evaluated_again",
    }
}

impl Decision {
    /// The action that carries it out.
    pub const fn action(self) -> Action {
        match self {
            Self::Recognised => Action::Recognise,
            Self::Refused => Action::Refuse,
            Self::Referred => Action::Refer,
            Self::EvaluatedAgain => Action::EvaluateAgain,
        }
    }
}

impl Status {
    /// Whether nothing moves the dossier any more.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Recognised | Self::Refused | Self::Withdrawn)
    }

    /// Whether its forms may be written.
    pub const fn is_editable(self) -> bool {
        matches!(self, Self::Draft | Self::Returned)
    }
}

/// Where an action leads from a status and stage.
///
/// # Errors
/// `dossier.wrong_status` where the table has no such row.
pub fn next(status: Status, stage: Stage, action: Action) -> Result<(Status, Stage), Refusal> {
    use {Action as A, Stage as G, Status as S};
    Ok(match (status, stage, action) {
        (S::Draft | S::Returned, G::Commune, A::Submit) => (S::Submitted, G::Commune),
        (S::Returned, G::Province, A::Submit) | (S::Submitted, G::Commune, A::Forward) => {
            (S::Forwarded, G::Province)
        }
        (S::Submitted, G::Commune, A::Return) | (S::Forwarded | S::Accepted, G::Province, A::Return) => {
            (S::Returned, stage)
        }
        (S::Forwarded, G::Province, A::Accept) => (S::Accepted, G::Province),
        (S::Accepted, G::Province, A::Score) | (S::Referred, G::Centre, A::Score) => (S::Scoring, stage),
        (S::Scoring, G::Province | G::Centre, A::Conclude) => (S::Concluded, stage),
        (S::Concluded, G::Province | G::Centre, A::Recognise) => (S::Recognised, stage),
        (S::Concluded, G::Province, A::Refuse) => (S::Refused, stage),
        (S::Concluded, G::Province, A::Refer) => (S::Referred, G::Centre),
        (S::Concluded, G::Centre, A::Refer) => (S::Concluded, G::Province),
        (S::Concluded, G::Province, A::EvaluateAgain) => (S::Accepted, G::Province),
        (S::Draft | S::Submitted | S::Returned, G::Commune, A::Withdraw)
        | (S::Forwarded | S::Returned | S::Accepted, G::Province, A::Withdraw) => (S::Withdrawn, stage),
        _ => return Err(out_of_order(status, stage, action)),
    })
}

/// Whose dossier it is: what decides who may work on it.
#[derive(Clone, Copy, Debug)]
pub struct Belongs<'a> {
    /// The producer.
    pub producer: ProducerId,
    /// Its commune.
    pub commune: &'a str,
    /// Its province.
    pub province: &'a str,
}

impl Belongs<'_> {
    fn of_producer(&self, actor: &Actor) -> bool {
        actor.has(Role::ProducerMember) && actor.reach.producer == Some(self.producer)
    }

    fn of_commune(&self, actor: &Actor) -> bool {
        actor.has(Role::CommuneOfficer) && actor.reach.commune.as_deref() == Some(self.commune)
    }

    fn of_province(&self, actor: &Actor) -> bool {
        actor.has(Role::ProvincialOfficer) && actor.reach.province.as_deref() == Some(self.province)
    }

    /// Whether somebody may write and submit the producer's forms: its member, or an officer of its place for it.
    ///
    /// # Errors
    /// `auth.forbidden`.
    pub fn writer(&self, actor: &Actor) -> Result<(), Refusal> {
        let may = self.of_producer(actor) || self.of_commune(actor) || self.of_province(actor);
        if may { Ok(()) } else { Err(Code::Forbidden.into()) }
    }

    /// Whether somebody may take the dossier back: the producer's member.
    ///
    /// # Errors
    /// `auth.forbidden`.
    pub fn owner(&self, actor: &Actor) -> Result<(), Refusal> {
        if self.of_producer(actor) { Ok(()) } else { Err(Code::Forbidden.into()) }
    }

    /// Whether somebody may judge the dossier as the officer of a stage. An officer who works for the producer may not.
    ///
    /// # Errors
    /// `auth.forbidden`, `dossier.own`.
    pub fn officer(&self, actor: &Actor, stage: Stage) -> Result<(), Refusal> {
        let may = match stage {
            Stage::Commune => self.of_commune(actor),
            Stage::Province => self.of_province(actor),
            Stage::Centre => false,
        };
        if !may {
            return Err(Code::Forbidden.into());
        }
        if self.of_producer(actor) { Err(Code::DossierOwn.into()) } else { Ok(()) }
    }
}

/// Whether the producer's forms may be written.
///
/// # Errors
/// `dossier.wrong_status`.
pub fn editable(status: Status) -> Result<(), Refusal> {
    if status.is_editable() { Ok(()) } else { Err(wrong_status(status)) }
}

/// What of a self-assessment a submission needs and this one lacks: something chosen in every part, and none of the
/// matters that keep a sheet from being rated at all.
pub fn missing_choices(set: &CriteriaSet, sheet: &Sheet) -> Vec<FieldError> {
    let mut missing = Vec::new();
    for part in &set.parts {
        let chosen = |leaf: &&Criterion| sheet.choices.contains_key(&*leaf.code);
        if !part.leaves().iter().any(chosen) {
            missing.push(FieldError::new(
                format!("/self_assessment/parts/{}", part.code),
                "self_assessment.part_empty",
                format!("Chưa tự chấm phần {} ({}).", part.code, part.label_vi),
                format!("Nothing is chosen in part {} ({}).", part.code, part.label_en),
            ));
        }
    }
    match set.check(sheet) {
        Ok(scored) => {
            let open = set.open_matters(sheet, &scored).into_iter();
            let blocking = |p: &Problem| {
                matches!(p.code, criteria::Code::StopUnanswered | criteria::Code::CaseUndeclared)
            };
            missing.extend(open.filter(blocking).map(field));
        }
        Err(problems) => missing.extend(problems.into_iter().map(field)),
    }
    missing
}

fn field(problem: Problem) -> FieldError {
    let Problem { pointer, code, vi, en } = problem;
    FieldError::new(format!("/self_assessment{pointer}"), code.as_str(), vi, en)
}
