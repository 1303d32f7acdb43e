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
    /// Points by part, and the set has criteria.
    PartsNotUsed,
    /// Choices, and the scheme is scored by parts.
    ChoicesNotUsed,
    /// The scheme has no such part.
    UnknownPart,
    /// A part has no points.
    PartMissing,
    /// More points than the part has.
    PartRange,
    /// Open: nothing is chosen.
    Unanswered,
    /// Open: nothing is chosen where 0 points end the evaluation and no option carries 0.
    StopUnanswered,
    /// Open: no case is declared yet.
    CaseUndeclared,
}

impl Code {
    /// Every code: those that refuse a sheet, then those that are only open matters.
    pub const ALL: [Self; 16] = [
        Self::UnknownCriterion,
        Self::UnknownOption,
        Self::OptionElsewhere,
        Self::OtherCase,
        Self::CaseMissing,
        Self::UnknownCase,
        Self::CaseNotUsed,
        Self::NotApplicable,
        Self::PartsNotUsed,
        Self::ChoicesNotUsed,
        Self::UnknownPart,
        Self::PartMissing,
        Self::PartRange,
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
            Self::PartsNotUsed => "criteria.parts_not_used",
            Self::ChoicesNotUsed => "criteria.choices_not_used",
            Self::UnknownPart => "criteria.unknown_part",
            Self::PartMissing => "criteria.part_missing",
            Self::PartRange => "criteria.part_points",
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
        Self { pointer: format!("/choices/{}", escaped(criterion)), code, vi, en }
    }

    /// A code of no leaf and no ground for exclusion.
    pub(super) fn unknown_criterion(code: &str, set_no: u8) -> Self {
        Self::at(
            code,
            Code::UnknownCriterion,
            format!("Bộ tiêu chí số {set_no} không chấm điểm ở mã tiêu chí này."),
            format!("Criteria set {set_no} scores no criterion of this code."),
        )
    }

    /// Something other than `found` at a ground for exclusion.
    pub(super) fn not_found_word(id: &str) -> Self {
        Self::at(
            id,
            Code::UnknownOption,
            format!("Căn cứ loại {id} chỉ nhận giá trị found khi phát hiện; nếu không, hãy bỏ trống."),
            format!("The ground for exclusion {id} takes found where it was found; otherwise leave it out."),
        )
    }

    /// Points by part on a sheet of choices.
    pub(super) fn parts_not_used(set_no: u8) -> Self {
        Self {
            pointer: "/parts".to_owned(),
            code: Code::PartsNotUsed,
            vi: format!("Bộ tiêu chí số {set_no} chấm theo từng tiêu chí; hãy bỏ điểm theo phần."),
            en: format!("Criteria set {set_no} is scored criterion by criterion; leave points by part out."),
        }
    }

    /// A problem with the points of a part.
    pub(super) fn part(part: &str, code: Code, vi: String, en: String) -> Self {
        Self { pointer: format!("/parts/{}", escaped(part)), code, vi, en }
    }

    /// Choices on a sheet of points by part.
    pub(super) fn choices_not_used(scheme: &str) -> Self {
        Self {
            pointer: "/choices".to_owned(),
            code: Code::ChoicesNotUsed,
            vi: format!(
                "Quyết định {scheme} ở đây chỉ có khung; hãy chấm điểm theo phần (parts), không chọn phương án."
            ),
            en: format!(
                "Only the frame of decision {scheme} is known here; give points by part (parts), no choices."
            ),
        }
    }

    /// A problem with the case declared.
    pub(super) fn case(code: Code, vi: String, en: String) -> Self {
        Self { pointer: "/tourism_case".to_owned(), code, vi, en }
    }
}

/// A key as a segment of a JSON pointer (RFC 6901).
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
