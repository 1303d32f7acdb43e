//! The agreed sheet and the conclusion.

use serde_json::Value;

use crate::actor::Actor;
use crate::council::{self, ConflictState, Panel, Seat, SessionKind};
use crate::db::Tx;
use crate::dossier::{self, Dossier, Status};
use crate::error::{Code, Error, FieldError, Result};
use crate::ids::DossierId;
use crate::instant::Instant;

use super::state::{self, Agreement, Conclusion, Explanation, Given, Scorer, Vote};
use super::{Table, locked_dossier, panel_of};

/// Refuses everybody but who has this seat in the council.
fn need_seat(panel: &Panel, actor: &Actor, seat: Seat, code: Code) -> Result<()> {
    let account = actor.account.ok_or_else(|| Error::new(Code::Unauthenticated))?;
    let member = panel.seat(account).ok_or_else(|| Error::new(Code::CouncilNoSeat))?;
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
/// `rating.no_sheets`, `request.stale`, `request.invalid` with a pointer for each choice.
pub fn set_agreed(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: DossierId,
    version: i32,
    given: &Given,
    now: Instant,
) -> Result<(Agreement, i32)> {
    let dossier = locked_dossier(tx, actor, id)?;
    let panel = panel_of(tx.conn(), &dossier)?;
    need_seat(&panel, actor, Seat::Secretary, Code::SecretaryOnly)?;
    need_scoring(&dossier)?;
    panel.session.status.sitting()?;
    let table = Table::of(tx.conn(), dossier, panel)?;
    let strange = given.keys().filter(|code| !table.rubric.asks(code));
    let strange: Vec<_> = strange.map(|code| unknown(code)).collect();
    if !strange.is_empty() {
        return Err(Error::invalid(strange));
    }
    if table.ballots.is_empty() {
        return Err(Error::new(Code::NoSheets));
    }
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

/// The chair concludes: with a quorum of those present (in writing nobody has to be) and of signed sheets, with every
/// suspected conflict settled, every floored criterion agreed and every deviation explained.
///
/// # Errors
/// `request.not_found`, `council.no_seat`, `rating.chair_only`, `dossier.wrong_status`, `session.wrong_status`,
/// `dossier.scheme_ended`, `session.no_quorum`, `rating.no_quorum`, `council.conflict_open`, `request.invalid`, `rating.deviation_unexplained`, `rating.agreed_sheet_open`.
pub fn conclude(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: DossierId,
    explanations: &[Explanation],
    now: Instant,
) -> Result<Dossier> {
    let dossier = locked_dossier(tx, actor, id)?;
    let panel = panel_of(tx.conn(), &dossier)?;
    need_seat(&panel, actor, Seat::Chair, Code::ChairOnly)?;
    need_scoring(&dossier)?;
    panel.session.status.sitting()?;
    dossier.in_time(now)?;
    let council = council::any(tx.conn(), panel.session.council_id)?;
    let table = Table::of(tx.conn(), dossier, panel)?;
    let Panel { session, members, conflicts } = &table.panel;
    let seats: Vec<_> = members.iter().map(|m| (m.account_id, m.seat)).collect();
    if session.kind == SessionKind::Meeting {
        let present: Vec<_> = session.attendance.iter().map(|presence| presence.account_id).collect();
        state::check_attendance(council.settings, &seats, &present)?;
    }
    let signed: Vec<_> = table.ballots.iter().map(|b| b.sheet.account_id).collect();
    state::check_quorum(council.settings, &seats, &signed)?;
    if conflicts.iter().any(|conflict| conflict.state == ConflictState::ToCheck) {
        return Err(Error::new(Code::ConflictOpen));
    }

    let vote = |b: &super::Ballot| Vote { account_id: b.sheet.account_id, total: b.scored.total };
    let votes: Vec<_> = table.ballots.iter().map(vote).collect();
    let tally = state::tally(&votes, council.settings).ok_or_else(|| Error::new(Code::NoQuorum))?;
    let mut reasons = state::check_explanations(&votes, explanations).map_err(Error::invalid)?;
    state::check_deviations(&tally, &reasons)?;

    let agreement = table.agreement(&table.recorded())?;
    let obstacles = agreement.obstacles();
    if !obstacles.is_empty() {
        return Err(Error::new(Code::AgreedSheetOpen).with_fields(obstacles));
    }
    let rating = table.rubric.rate(tally.mean, &agreement.scored);
    let mut conclusion = Conclusion::of(session.id, council.settings, members.len(), &tally, rating);
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
            left_out: line.left_out,
            reason: reasons.remove(&line.account_id),
        });
    }
    let value: Value = serde_json::to_value(&conclusion).map_err(Error::internal)?;
    council::record_conclusion(tx, session.id, id, &value, now)?;
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
