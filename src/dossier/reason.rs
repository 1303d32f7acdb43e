//! Why a dossier is returned: a reason for each item, be it a field of a form, a criterion or a paper. Pure.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::FieldError;
use crate::ids::PaperId;
use crate::product::state::text_error;

use super::changes::Changes;
use super::forms::{LINE_MAX, ROWS_MAX, TEXT_MAX, rows, texts};

/// Why a dossier is returned: a place in it, and what to do there. Name a field by its `pointer`, a criterion or a paper
/// by itself; the pointer of these is filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReturnReason)]
pub struct Reason {
    /// JSON pointer into the dossier.
    #[serde(default)]
    #[schema(required = false, max_length = 200, example = "/registration/materials")]
    pub pointer: String,
    /// Code of the criterion it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "6.1")]
    pub criterion: Option<String>,
    /// The paper of the dossier it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paper_id: Option<PaperId>,
    /// What is missing or wrong.
    #[schema(min_length = 1, max_length = 5000)]
    pub text: String,
}

impl Reason {
    /// The reason with its pointer.
    pub fn placed(mut self) -> Self {
        if self.pointer.is_empty() {
            self.pointer = match (&self.criterion, self.paper_id) {
                (_, Some(paper)) => format!("/documents/{paper}"),
                (Some(code), None) => format!("/self_assessment/choices/{code}"),
                (None, None) => String::new(),
            };
        }
        self
    }

    /// Whether something changed where the reason points.
    pub fn touched(&self, changes: &Changes) -> bool {
        let below = |pointer: &str| {
            let rest = pointer.strip_prefix(&*self.pointer);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let papers = || changes.documents_added.iter().chain(&changes.documents_removed);
        let criterion =
            self.criterion.as_deref().or_else(|| self.pointer.strip_prefix("/self_assessment/choices/"));
        changes.forms.iter().any(|form| below(&form.pointer))
            || (self.pointer == "/self_assessment" && !changes.choices.is_empty())
            || (self.pointer == "/documents" && papers().next().is_some())
            || criterion.is_some_and(|code| {
                changes.choices.iter().any(|choice| choice.criterion == code)
                    || papers().any(|paper| paper.criterion == code)
            })
            || self
                .paper_id
                .is_some_and(|id| changes.documents_removed.iter().any(|paper| paper.paper_id == id))
    }
}

/// What of a dossier reasons may name.
#[derive(Debug)]
pub struct Items<'a> {
    /// The criteria of its set; `None` where only the frame of its scheme is known.
    pub criteria: Option<&'a [String]>,
    /// Its papers.
    pub papers: &'a [PaperId],
}

/// What is wrong with the reasons of a return: there is at least one, and each names something of the dossier.
pub fn reason_errors(reasons: &[Reason], items: &Items<'_>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    rows(&mut errors, "/reasons", reasons.len(), 1);
    for (index, reason) in reasons.iter().enumerate().take(ROWS_MAX) {
        let Reason { pointer, criterion, paper_id, text } = reason;
        let at = format!("/reasons/{index}/pointer");
        match text_error(&at, pointer, 1, LINE_MAX) {
            None if !pointer.starts_with('/') => errors.push(FieldError::new(
                at,
                "pointer.format",
                "Vị trí bắt đầu bằng dấu gạch chéo (/).",
                "A pointer begins with a slash.",
            )),
            other => errors.extend(other),
        }
        let unknown = |code: &String| items.criteria.is_some_and(|known| !known.contains(code));
        if criterion.as_ref().is_some_and(unknown) {
            errors.push(FieldError::new(
                format!("/reasons/{index}/criterion"),
                "criteria.unknown_criterion",
                "Bộ tiêu chí của hồ sơ không chấm điểm ở mã tiêu chí này.",
                "The dossier's criteria set scores no criterion of this code.",
            ));
        }
        if paper_id.is_some_and(|id| !items.papers.contains(&id)) {
            errors.push(FieldError::new(
                format!("/reasons/{index}/paper_id"),
                "paper.unknown",
                "Hồ sơ không có giấy tờ này.",
                "The dossier has no such paper.",
            ));
        }
        texts(&mut errors, TEXT_MAX, &[(&format!("/reasons/{index}/text"), Some(text))]);
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_return_needs_a_reason_that_points_somewhere() {
        let (codes, paper) = (["1.1".to_owned()], PaperId::new());
        let papers = [paper];
        let items = Items { criteria: Some(&codes), papers: &papers };
        let pointers = |reasons: &[Reason]| -> Vec<String> {
            reason_errors(reasons, &items).into_iter().map(|e| e.pointer).collect()
        };
        assert_eq!(pointers(&[]), ["/reasons"]);
        let reason = |pointer: &str, text: &str| Reason {
            pointer: pointer.to_owned(),
            criterion: None,
            paper_id: None,
            text: text.to_owned(),
        };
        assert!(pointers(&[reason("/registration/plan", "Bổ sung kế hoạch năm 2027")]).is_empty());
        assert_eq!(
            pointers(&[reason("plan", ""), reason("", "x")]),
            ["/reasons/0/pointer", "/reasons/0/text", "/reasons/1/pointer"]
        );
        let of = |code: &str| Reason { criterion: Some(code.to_owned()), ..reason("", "x") }.placed();
        assert_eq!(of("1.1").pointer, "/self_assessment/choices/1.1");
        assert_eq!(pointers(&[of("1.1"), of("9.9")]), ["/reasons/1/criterion"]);
        let about = |id| Reason { paper_id: Some(id), ..reason("", "x") }.placed();
        assert_eq!(about(paper).pointer, format!("/documents/{paper}"));
        assert_eq!(pointers(&[about(paper), about(PaperId::new())]), ["/reasons/1/paper_id"]);
    }
}
