//! What changed: since the last submission, and against the dossier an upgrade or renewal began from.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::actor::Reach;
use crate::criteria::{self, CriteriaSet};
use crate::db::Conn;
use crate::error::{Code, Error, Result, Text};
use crate::ids::DossierId;
use crate::values::Points;

use super::content::{Content, Filed, Submission, content, submissions};
use super::reason::Reason;
use super::store::beside;
use super::{any, find};

/// A field that reads differently.
#[derive(Clone, Debug, PartialEq)]
pub struct FormChange {
    /// JSON pointer into the dossier.
    pub pointer: String,
    /// What stood there.
    pub before: Value,
    /// What stands there.
    pub after: Value,
}

/// A criterion where another option is chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct ChoiceChange {
    /// Its code.
    pub criterion: String,
    /// Its name; empty where no criteria set known here has it.
    pub label: Text,
    /// The option before.
    pub before: Option<String>,
    /// The option now.
    pub after: Option<String>,
    /// Points before; `None` where the criteria set of that time is not known here.
    pub points_before: Option<Points>,
    /// Points now.
    pub points_after: Option<Points>,
}

/// The difference of two states of a dossier.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// Fields of the forms and names.
    pub forms: Vec<FormChange>,
    /// Choices by criterion.
    pub choices: Vec<ChoiceChange>,
    /// Papers that came to a criterion.
    pub documents_added: Vec<Filed>,
    /// Papers that left one.
    pub documents_removed: Vec<Filed>,
}

impl Changes {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn points(set: Option<&CriteriaSet>, criterion: &str, option: Option<&String>) -> Option<Points> {
    let set = set?;
    let Some(option) = option else { return Some(Points::ZERO) };
    let leaves = set.leaves();
    let leaf = leaves.iter().find(|leaf| &*leaf.code == criterion)?;
    let found = leaf.options.iter().find(|o| &*o.id == option)?;
    Some(Points::from_whole(i32::from(found.points)))
}

/// What is different in `after`.
pub fn compare(before: &Content, after: &Content) -> Changes {
    let mut changes = Changes::default();
    let mut form = |pointer: String, before: Value, after: Value| {
        if before != after {
            changes.forms.push(FormChange { pointer, before, after });
        }
    };
    let values = |content: &Content| serde_json::to_value(&content.registration).unwrap_or_default();
    let (old, new) = (values(before), values(after));
    for (key, value) in new.as_object().into_iter().flatten() {
        form(format!("/registration/{key}"), old.get(key).cloned().unwrap_or_default(), value.clone());
    }
    form("/product_name".to_owned(), (&*before.product_name).into(), (&*after.product_name).into());
    form("/producer_name".to_owned(), (&*before.producer_name).into(), (&*after.producer_name).into());
    form("/scheme".to_owned(), (&*before.scheme).into(), (&*after.scheme).into());
    form("/criteria_set".to_owned(), before.set_no.into(), after.set_no.into());
    form("/self_assessment/tourism_case".to_owned(), before.tourism_case.into(), after.tourism_case.into());
    let (old, new) =
        (criteria::find(&before.scheme, before.set_no), criteria::find(&after.scheme, after.set_no));
    let codes: BTreeSet<_> = before.choices.keys().chain(after.choices.keys()).collect();
    for code in codes {
        let (was, is) = (before.choices.get(code), after.choices.get(code));
        if was == is {
            continue;
        }
        let sets = [new, old].into_iter().flatten();
        let leaf = sets.flat_map(CriteriaSet::leaves).find(|leaf| *leaf.code == **code);
        changes.choices.push(ChoiceChange {
            criterion: code.clone(),
            label: leaf.map_or_else(|| Text::new("", ""), |leaf| Text::new(&*leaf.label_vi, &*leaf.label_en)),
            before: was.cloned(),
            after: is.cloned(),
            points_before: points(old, code, was),
            points_after: points(new, code, is),
        });
    }
    let same = |a: &Filed, b: &Filed| a.paper_id == b.paper_id && a.criterion == b.criterion;
    let without = |these: &[Filed], those: &[Filed]| -> Vec<Filed> {
        these.iter().filter(|a| !those.iter().any(|b| same(a, b))).cloned().collect()
    };
    changes.documents_added = without(&after.documents, &before.documents);
    changes.documents_removed = without(&before.documents, &after.documents);
    changes
}

/// What changed in a dossier.
#[derive(Clone, Debug)]
pub struct Report {
    /// The submission it is compared with: its number and moment; `None` before the first.
    pub since: Option<Submission>,
    /// What changed since; `None` where there is nothing to compare with.
    pub changes: Option<Changes>,
    /// Why it was last returned, and whether something changed there.
    pub reasons: Vec<(Reason, bool)>,
    /// The dossier it began from, and what is different from it.
    pub origin: Option<(DossierId, Changes)>,
}

/// What changed in a dossier since a submission: while the producer completes it, since the last one; while an office
/// or a council reads it, since the one before, so that the reader sees what the completion brought. `since` names
/// another.
///
/// # Errors
/// `request.not_found`, also for a submission that was not.
pub fn changes(conn: &mut Conn, reach: &Reach, id: DossierId, since: Option<i32>) -> Result<Report> {
    let dossier = find(conn, reach, id)?;
    let now = content(conn, &dossier)?;
    let last = submissions(conn, id, 2)?;
    let base = match since {
        Some(number) => {
            let row = beside::snapshot(conn, id, number)?.ok_or_else(|| Error::new(Code::NotFound))?;
            Some(Submission::try_from(row)?)
        }
        None if dossier.status.is_editable() => last.into_iter().next(),
        // What the last submission held is what stands there now.
        None => last.into_iter().nth(1),
    };
    let changes = base.as_ref().map(|base| compare(&base.content, &now));
    let touched = |reason: Reason| {
        let touched = changes.as_ref().is_some_and(|changes| reason.touched(changes));
        (reason, touched)
    };
    let reasons = dossier.return_reasons.into_iter().map(touched).collect();
    let previous = beside::origin(conn, id)?.and_then(|origin| origin.previous_id);
    let origin = match previous {
        Some(previous) => {
            let before = any(conn, previous)?;
            Some((previous, compare(&content(conn, &before)?, &now)))
        }
        None => None,
    };
    Ok(Report { since: base, changes, reasons, origin })
}
