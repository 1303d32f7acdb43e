//! The council's result with everything that explains it.

use std::collections::BTreeMap;

use crate::actor::Actor;
use crate::criteria::{Scored, Sheet, Step};
use crate::db::Conn;
use crate::dossier::{self, Dossier};
use crate::error::Result;
use crate::ids::DossierId;
use crate::values::{Points, Star};

use super::state::{Conclusion, CriterionLine, PartLine, Scorer, by_criterion, by_part};
use super::{ScoreSheet, concluded, sees_names, store};

/// A conclusion and what explains it.
#[derive(Clone, Debug)]
pub struct Report {
    /// The dossier.
    pub dossier: Dossier,
    /// What was concluded. Its scorers stand in `members`.
    pub conclusion: Conclusion,
    /// Whether the one who asks may know which member gave which points.
    pub names: bool,
    /// Who scored, with the points.
    pub members: Vec<MemberLine>,
    /// Part by part.
    pub parts: Vec<PartLine>,
    /// Criterion by criterion; none where the scheme is scored by parts.
    pub criteria: Vec<CriterionLine>,
    /// The way to the next star with the fewest points, from the agreed sheet.
    pub steps: Vec<Step>,
    /// Total of the producer's own assessment.
    pub own_total: Option<Points>,
    /// The star it alone would have brought.
    pub own_star: Option<Star>,
}

/// What a member gave.
#[derive(Clone, Debug)]
pub struct MemberLine {
    /// Who, and the total.
    pub scorer: Scorer,
    /// Points by part.
    pub parts: BTreeMap<String, Points>,
    /// Points by group and leaf.
    pub criteria: BTreeMap<String, Points>,
}

/// The council's result, explained.
///
/// # Errors
/// `request.not_found`, `rating.not_concluded`.
pub fn result(conn: &mut Conn, actor: &Actor, id: DossierId) -> Result<Report> {
    let dossier = dossier::find(conn, &actor.reach, id)?;
    let mut conclusion = concluded(&dossier)?;
    let names = sees_names(conn, actor, &dossier)?;
    let rubric = dossier.rubric()?;
    // Only the sheets the conclusion names; none can be signed after it.
    let mut sheets: BTreeMap<_, Scored> = BTreeMap::new();
    for row in store::signed(conn, id, conclusion.session_id)? {
        let sheet = ScoreSheet::try_from(row)?;
        if conclusion.scorers.iter().any(|scorer| scorer.sheet_id == sheet.id) {
            sheets.insert(sheet.id, rubric.check(&sheet.sheet).map_err(crate::criteria::refused)?);
        }
    }
    let line = |scorer: Scorer| {
        let scored = sheets.get(&scorer.sheet_id);
        MemberLine {
            parts: scored.map(|scored| scored.parts.clone()).unwrap_or_default(),
            criteria: scored.map(by_code).unwrap_or_default(),
            scorer,
        }
    };
    let members: Vec<_> = std::mem::take(&mut conclusion.scorers).into_iter().map(line).collect();
    // The score leaves out whom the council's way to it leaves out; so do the means that explain it.
    let counted: Vec<_> = members
        .iter()
        .filter(|member| !member.scorer.left_out)
        .filter_map(|member| sheets.get(&member.scorer.sheet_id).cloned())
        .collect();
    let own = rubric.tree().and_then(|set| set.check(&dossier.self_sheet).ok());
    let preview =
        rubric.tree().filter(|_| own.is_some()).and_then(|set| set.preview(&dossier.self_sheet).ok());
    Ok(Report {
        parts: by_part(&rubric.parts(), &counted, own.as_ref()),
        criteria: rubric
            .tree()
            .map(|set| by_criterion(set, &counted, &conclusion.agreed, own.as_ref()))
            .unwrap_or_default(),
        steps: steps(&dossier, &conclusion),
        own_total: own.as_ref().map(|own| own.total),
        own_star: preview.and_then(|preview| preview.star),
        names,
        members,
        conclusion,
        dossier,
    })
}

fn by_code(scored: &Scored) -> BTreeMap<String, Points> {
    scored.criteria.iter().map(|line| (line.criterion.clone(), line.points)).collect()
}

/// The way to the next star from the agreed sheet. Over criteria that the council left open no way leads.
fn steps(dossier: &Dossier, conclusion: &Conclusion) -> Vec<Step> {
    let Some((next, set)) = conclusion.next_star.as_ref().zip(dossier.criteria_set().ok()) else {
        return Vec::new();
    };
    let picked = conclusion.agreed.iter().filter_map(|(code, option)| Some((code.clone(), option.clone()?)));
    let tourism_case = dossier.self_sheet.tourism_case;
    let agreed = Sheet { choices: picked.collect(), tourism_case, ..Sheet::default() };
    let Ok(mut scored) = set.check(&agreed) else { return Vec::new() };
    let open = |code: &&str| !conclusion.agreed.contains_key(*code);
    scored.unsettled = set.leaves().iter().map(|leaf| &*leaf.code).filter(open).map(str::to_owned).collect();
    set.way(next, &scored)
}
