//! An upgrade or renewal begins from the product's last recognised dossier: its answers, choices and papers carry over
//! and are checked again against the criteria set in force.

use serde::{Deserialize, Serialize};

use crate::criteria::{CriteriaSet, Sheet};
use crate::db::{Conn, Json, Tx};
use crate::error::{FieldError, Result, Text};
use crate::ids::DossierId;

use super::Dossier;
use super::store::{self, Document, beside};

/// Something of the dossier before that could not be taken over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropped {
    /// JSON pointer into the dossier before.
    pub pointer: String,
    /// Why, as a stable code.
    pub code: String,
    /// Why, in Vietnamese.
    pub vi: String,
    /// Why, in English.
    pub en: String,
}

impl Dropped {
    /// Why, in both languages.
    pub fn text(&self) -> Text {
        Text::new(&*self.vi, &*self.en)
    }
}

/// Where a dossier began.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The dossier before; `None` where the product's certificate is older than the program.
    pub previous_id: Option<DossierId>,
    /// What could not be taken over.
    pub dropped: Vec<Dropped>,
}

/// The sheet without what the set does not know or allow, and what that was.
pub(super) fn recheck(set: &CriteriaSet, mut sheet: Sheet) -> (Sheet, Vec<FieldError>) {
    let mut dropped = Vec::new();
    while let Err(problems) = set.check(&sheet) {
        let before = (sheet.choices.len(), sheet.tourism_case);
        for problem in problems {
            match problem.pointer.strip_prefix("/choices/") {
                Some(code) => {
                    sheet.choices.remove(&code.replace("~1", "/").replace("~0", "~"));
                }
                None => sheet.tourism_case = None,
            }
            let pointer = format!("/self_assessment{}", problem.pointer);
            dropped.push(FieldError::new(pointer, problem.code.as_str(), problem.vi, problem.en));
        }
        if before == (sheet.choices.len(), sheet.tourism_case) {
            break;
        }
    }
    (sheet, dropped)
}

/// Fills a new dossier from the one before and keeps where it began. To be called before the new row is written; what
/// it returns is written after it.
pub(super) fn fill(
    conn: &mut Conn,
    row: &mut store::Dossier,
    set: &CriteriaSet,
) -> Result<(beside::Origin, Vec<Document>)> {
    let Some(previous) = store::last_recognised(conn, row.product_id)? else {
        let origin = beside::Origin {
            dossier_id: row.id,
            previous_id: None,
            dropped: Json::of(&Vec::<Dropped>::new()),
        };
        return Ok((origin, Vec::new()));
    };
    let before = Dossier::try_from(previous)?;
    let (sheet, mut dropped) = recheck(set, before.self_sheet);
    row.registration = Json::of(&before.registration);
    row.self_choices = Json::of(&sheet.choices);
    row.tourism_case = sheet.tourism_case.map(i32::from);
    row.self_total = set.check(&sheet).ok().map(|scored| scored.total.hundredths());
    let leaves = set.leaves();
    let (kept, gone): (Vec<_>, Vec<_>) = store::documents(conn, before.id)?
        .into_iter()
        .partition(|document| leaves.iter().any(|leaf| *leaf.code == *document.criterion));
    dropped.extend(gone.into_iter().map(|Document { paper_id, criterion }| {
        FieldError::new(
            format!("/documents/{paper_id}/{criterion}"),
            "criteria.unknown_criterion",
            format!("Bộ tiêu chí đang áp dụng không có tiêu chí {criterion} nên giấy tờ này chưa được gắn lại."),
            format!("The criteria set in force has no criterion {criterion}, so this paper was not attached again."),
        )
    }));
    let dropped: Vec<_> = dropped
        .into_iter()
        .map(|FieldError { pointer, code, text: Text { vi, en } }| Dropped {
            pointer,
            code: code.to_owned(),
            vi,
            en,
        })
        .collect();
    let origin =
        beside::Origin { dossier_id: row.id, previous_id: Some(before.id), dropped: Json::of(&dropped) };
    Ok((origin, kept))
}

/// Writes where a dossier began and the papers it took over.
pub(super) fn keep(tx: &mut Tx<'_>, origin: &beside::Origin, documents: &[Document]) -> Result<()> {
    beside::insert_origin(tx, origin)?;
    for document in documents {
        store::insert_document(tx, origin.dossier_id, document)?;
    }
    Ok(())
}

/// Where a dossier began; `None` for a first rating.
///
/// # Errors
/// Faults of the database.
pub fn origin(conn: &mut Conn, id: DossierId) -> Result<Option<Origin>> {
    let Some(row) = beside::origin(conn, id)? else { return Ok(None) };
    Ok(Some(Origin { previous_id: row.previous_id, dropped: row.dropped.get()? }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::criteria;

    #[test]
    fn choices_that_are_no_more_are_dropped_and_named() {
        let set = criteria::find("qd26-2026", 11).unwrap();
        let choices =
            [("1.1", "1.1-3"), ("1.2", "1.2-9"), ("99", "99-1"), ("5.1", "5.1-0"), ("5.2", "5.2-2")];
        let choices = choices.map(|(code, option)| (code.to_owned(), option.to_owned()));
        let sheet = Sheet { choices: choices.into(), tourism_case: Some(1), ..Sheet::default() };
        let (sheet, dropped) = recheck(set, sheet);
        assert_eq!(sheet.choices.keys().collect::<Vec<_>>(), ["1.1"]);
        assert_eq!(sheet.tourism_case, None);
        let mut pointers: Vec<_> = dropped.iter().map(|field| &*field.pointer).collect();
        pointers.sort_unstable();
        // Without its story the structure of the story is not scored either.
        assert_eq!(
            pointers,
            [
                "/self_assessment/choices/1.2",
                "/self_assessment/choices/5.1",
                "/self_assessment/choices/5.2",
                "/self_assessment/choices/99",
                "/self_assessment/tourism_case",
            ]
        );
        assert!(set.check(&sheet).is_ok());
    }
}
