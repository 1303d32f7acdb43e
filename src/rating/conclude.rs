//! The agreed sheet, the conclusion and its explanation.

use serde_json::Value;

use crate::actor::Actor;
use crate::council::{self, Seat};
use crate::criteria::Scored;
use crate::db::{Conn, Tx};
use crate::dossier::{self, Dossier, Status};
use crate::error::{Code, Error, FieldError, Result};
use crate::ids::DossierId;
use crate::instant::Instant;
use crate::values::Points;

use super::state::{
    self, Agreement, Conclusion, CriterionLine, Explanation, Given, PartLine, Scorer, Vote, by_criterion,
    by_part,
};
use super::{Table, locked_dossier, need_open, sees_names, session_of, store};

/// Refuses everybody but who has this seat in the council.
fn need_seat(conn: &mut Conn, actor: &Actor, dossier: DossierId, seat: Seat, code: Code) -> Result<()> {
    let account = actor.account.ok_or_else(|| Error::new(Code::Unauthenticated))?;
    let member = council::seat(conn, dossier, account)?.ok_or_else(|| Error::new(Code::CouncilNoSeat))?;
    if member.seat == seat { Ok(()) } else { Err(Error::new(code)) }
}

fn need_scoring(dossier: &Dossier) -> Result<()> {
    match dossier.status {
        Status::Scoring => Ok(()),
        status => Err(dossier::state::wrong_status(status).into()),
    }
}

fn unknown(code: &str) -> FieldError {
    FieldError::new(
        format!("/choices/{}", code.replace('~', "~0").replace('/', "~1")),
        crate::criteria::Code::UnknownCriterion.as_str(),
        "Bộ tiêu chí không chấm điểm ở mã tiêu chí này.",
        "The criteria set scores no criterion of this code.",
    )
}

/// The secretary records what the council agreed on where its members chose differently: all of it, in place of what
/// was recorded before. `version` is the dossier's, so that no sheet signed meanwhile is overlooked.
///
/// # Errors
/// `request.not_found`, `council.no_seat`, `rating.secretary_only`, `dossier.wrong_status`, `session.wrong_status`,
/// `request.stale`, `request.invalid` with a pointer for each choice.
pub fn set_agreed(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: DossierId,
    version: i32,
    given: &Given,
    now: Instant,
) -> Result<(Agreement, i32)> {
    let dossier = locked_dossier(tx, actor, id)?;
    need_seat(tx.conn(), actor, id, Seat::Secretary, Code::SecretaryOnly)?;
    need_scoring(&dossier)?;
    need_open(&session_of(tx.conn(), id)?)?;
    let leaves = dossier.criteria_set()?.leaves();
    let strange = given.keys().filter(|code| !leaves.iter().any(|leaf| *leaf.code == ***code));
    let strange: Vec<_> = strange.map(|code| unknown(code)).collect();
    if !strange.is_empty() {
        return Err(Error::invalid(strange));
    }
    let table = Table::of(tx.conn(), dossier)?;
    let agreement = table.agreement(given)?;
    let against = |(code, choice): (&String, &Option<String>)| {
        let same = agreement.choices.get(code) == Some(choice);
        (agreement.unanimous.contains(code) && !same).then(|| {
            FieldError::new(
                format!("/choices/{code}"),
                "agreed_sheet.unanimous",
                "Mọi thành viên đã chọn cùng một phương án ở tiêu chí này; không ghi khác được.",
                "All members chose the same here; nothing else can be recorded.",
            )
        })
    };
    let errors: Vec<_> = given.iter().filter_map(against).collect();
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    let dossier = dossier::set_agreed(tx, actor, id, version, given, now)?;
    Ok((agreement, dossier.version))
}

/// The chair concludes: with a quorum, with every floored criterion agreed and every deviation explained.
///
/// # Errors
/// `request.not_found`, `council.no_seat`, `rating.chair_only`, `dossier.wrong_status`, `session.wrong_status`,
/// `rating.no_quorum`, `request.invalid`, `rating.deviation_unexplained`, `rating.agreed_sheet_open`.
pub fn conclude(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: DossierId,
    explanations: &[Explanation],
    now: Instant,
) -> Result<Dossier> {
    let dossier = locked_dossier(tx, actor, id)?;
    need_seat(tx.conn(), actor, id, Seat::Chair, Code::ChairOnly)?;
    need_scoring(&dossier)?;
    need_open(&session_of(tx.conn(), id)?)?;
    let table = Table::of(tx.conn(), dossier)?;
    let council = council::any(tx.conn(), table.session.council_id)?;
    let seats: Vec<_> = table.members.iter().map(|m| (m.account_id, m.seat)).collect();
    let signed: Vec<_> = table.ballots.iter().map(|b| b.sheet.account_id).collect();
    state::check_quorum(council.settings, &seats, &signed)?;

    let vote = |b: &super::Ballot| Vote { account_id: b.sheet.account_id, total: b.scored.total };
    let votes: Vec<_> = table.ballots.iter().map(vote).collect();
    let tally =
        state::tally(&votes, council.settings.deviation_points).ok_or_else(|| Error::new(Code::NoQuorum))?;
    let mut reasons = state::check_explanations(&votes, explanations).map_err(Error::invalid)?;
    state::check_deviations(&tally, &reasons)?;

    let agreement = table.agreement(&table.recorded())?;
    let obstacles = agreement.obstacles();
    if !obstacles.is_empty() {
        return Err(Error::new(Code::AgreedSheetOpen).with_fields(obstacles));
    }
    let rating = table.dossier.criteria_set()?.rate(tally.mean, &agreement.scored);
    let mut conclusion =
        Conclusion::of(table.session.id, council.settings, table.members.len(), &tally, rating);
    conclusion.agreed = agreement.choices;
    for (ballot, line) in table.ballots.iter().zip(&tally.lines) {
        conclusion.scorers.push(Scorer {
            account_id: line.account_id,
            full_name: ballot.member.full_name.clone(),
            seat: ballot.member.seat,
            sheet_id: ballot.sheet.id,
            total: line.total,
            deviation_hundredths: line.deviation.hundredths(),
            deviates: line.deviates,
            reason: reasons.remove(&line.account_id),
        });
    }
    let value: Value = serde_json::to_value(&conclusion).map_err(Error::internal)?;
    dossier::conclude(tx, actor, id, &value, now)
}

/// The conclusion of a dossier.
///
/// # Errors
/// `rating.not_concluded`.
pub fn concluded(dossier: &Dossier) -> Result<Conclusion> {
    let value = dossier.conclusion.clone().ok_or_else(|| Error::new(Code::NotConcluded))?;
    serde_json::from_value(value).map_err(Error::internal)
}

/// A conclusion and what explains it.
#[derive(Clone, Debug)]
pub struct Report {
    /// The dossier.
    pub dossier: Dossier,
    /// What was concluded.
    pub conclusion: Conclusion,
    /// Whether the one who asks may know which member gave which points.
    pub names: bool,
    /// Part by part.
    pub parts: Vec<PartLine>,
    /// Criterion by criterion.
    pub criteria: Vec<CriterionLine>,
    /// Total of the producer's own assessment.
    pub own_total: Option<Points>,
}

/// The council's result, explained.
///
/// # Errors
/// `request.not_found`, `rating.not_concluded`.
pub fn result(conn: &mut Conn, actor: &Actor, id: DossierId) -> Result<Report> {
    let dossier = dossier::find(conn, &actor.reach, id)?;
    let conclusion = concluded(&dossier)?;
    let names = sees_names(conn, actor, &dossier)?;
    let set = dossier.criteria_set()?;
    // Only the sheets the conclusion names; none can be signed after it.
    let counted = |sheet: &store::Sheet| conclusion.scorers.iter().any(|s| s.sheet_id == sheet.id);
    let mut sheets: Vec<Scored> = Vec::new();
    for row in store::signed(conn, id, conclusion.session_id)?.into_iter().filter(counted) {
        let sheet = super::ScoreSheet::try_from(row)?.sheet;
        sheets.push(set.check(&sheet).map_err(super::refused)?);
    }
    let own = set.check(&dossier.self_sheet).ok();
    Ok(Report {
        parts: by_part(set, &sheets, own.as_ref()),
        criteria: by_criterion(set, &sheets, &conclusion.agreed, own.as_ref()),
        own_total: own.as_ref().map(|own| own.total),
        names,
        conclusion,
        dossier,
    })
}
