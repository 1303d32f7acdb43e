//! What the check of a sheet has to say.

use serde::Serialize;

/// What is wrong with a sheet, or still open on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// The set has no such leaf.
    UnknownCriterion,
    /// No leaf of the set has such an option.
    UnknownOption,
    /// The option belongs to another leaf.
    OptionElsewhere,
    /// The option belongs to the case that was not declared.
    OtherCase,
    /// An option of a case is chosen and no case is declared.
    CaseMissing,
    /// The set has cases, and this is none of them.
    UnknownCase,
    /// The set has no cases.
    CaseNotUsed,
    /// Chosen although the criterion it depends on scored 0.
    NotApplicable,
    /// Open: nothing is chosen.
    Unanswered,
    /// Open: nothing is chosen where 0 points end the evaluation and no option carries 0.
    StopUnanswered,
    /// Open: no case is declared yet.
    CaseUndeclared,
}

impl Code {
    /// Every code: those that refuse a sheet, then those that are only open matters.
    pub const ALL: [Self; 11] = [
        Self::UnknownCriterion,
        Self::UnknownOption,
        Self::OptionElsewhere,
        Self::OtherCase,
        Self::CaseMissing,
        Self::UnknownCase,
        Self::CaseNotUsed,
        Self::NotApplicable,
        Self::Unanswered,
        Self::StopUnanswered,
        Self::CaseUndeclared,
    ];

    /// The stable name of the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownCriterion => "criteria.unknown_criterion",
            Self::UnknownOption => "criteria.unknown_option",
            Self::OptionElsewhere => "criteria.option_elsewhere",
            Self::OtherCase => "criteria.other_case",
            Self::CaseMissing => "criteria.case_missing",
            Self::UnknownCase => "criteria.unknown_case",
            Self::CaseNotUsed => "criteria.case_not_used",
            Self::NotApplicable => "criteria.not_applicable",
            Self::Unanswered => "criteria.unanswered",
            Self::StopUnanswered => "criteria.stop_unanswered",
            Self::CaseUndeclared => "criteria.case_undeclared",
        }
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}

/// One thing wrong or open, with the place in the body of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// RFC 6901 pointer, such as `/choices/5.2`.
    pub pointer: String,
    /// What it is.
    pub code: Code,
    /// What to do, in Vietnamese.
    pub vi: String,
    /// What to do, in English.
    pub en: String,
}

impl Problem {
    /// A problem with the choice at a criterion.
    pub(super) fn at(criterion: &str, code: Code, vi: String, en: String) -> Self {
        let escaped = criterion.replace('~', "~0").replace('/', "~1");
        Self { pointer: format!("/choices/{escaped}"), code, vi, en }
    }

    /// A problem with the case declared.
    pub(super) fn case(code: Code, vi: String, en: String) -> Self {
        Self { pointer: "/tourism_case".to_owned(), code, vi, en }
    }
}
