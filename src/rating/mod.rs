//! Rating (*chấm điểm, phân hạng*): from the members' score sheets to the council's conclusion (Decision 26/2026/QĐ-TTg,
//! articles 6 and 7; quorum and deviation are each council's settings).
//!
//! Members write drafts ([`write()`]) and sign them ([`sign`](sign())); the secretary records what was agreed where members
//! chose differently ([`set_agreed`]); the chair concludes ([`conclude()`]). The mean is exact, the floors are tested on
//! the agreed sheet, and [`result`](result()) explains what came out.
//!
//! Under a scheme of which only the frame is known, members give points by part; then nothing is to be agreed on, and
//! the result says that floors were not tested.
//!
//! Signing and concluding take the dossier's lock and make a new version of it, so that a sheet signed at the moment
//! of the conclusion is either in it or refused.

mod agreement;
mod conclude;
mod explain;
pub mod http;
mod minutes;
mod paper;
pub mod print;
mod result;
mod sheet;
pub mod state;
mod store;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::council::{self, Member, Panel};
use crate::criteria::{Rubric, Scored, Sheet};
use crate::db::{Conn, Json, Tx};
use crate::dossier::{self, Dossier};
use crate::error::{Code, Error, Result};
use crate::ids::{AccountId, DossierId, SessionId, SheetId};
use crate::instant::Instant;
use crate::values::Points;

pub use conclude::{conclude, concluded, set_agreed};
pub use minutes::{Minutes, MinutesItem, minutes};
pub use paper::{own_paper, sheet_paper};
pub use result::{MemberLine, Report, result};
pub use sheet::{Draft, agreement, mine, sheets, sign, write};
pub use state::{Agreement, Conclusion, Explanation, Given, SheetStatus};

/// A score sheet (*phiếu chấm điểm*).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreSheet {
    /// Its id.
    pub id: SheetId,
    /// What it scores.
    pub dossier_id: DossierId,
    /// In which session.
    pub session_id: SessionId,
    /// Whose.
    pub account_id: AccountId,
    /// Raised when its member scores again.
    pub revision: i32,
    /// The choices, with the case of the dossier.
    pub sheet: Sheet,
    /// What the member has to say.
    pub comment: Option<String>,
    /// Where it stands.
    pub status: SheetStatus,
    /// Sum of the points.
    pub total: Option<Points>,
    /// Signed.
    pub signed_at: Option<Instant>,
    /// Raised by each change, also from one revision to the next.
    pub version: i32,
    /// Made.
    pub created_at: Instant,
    /// Changed.
    pub updated_at: Instant,
}

impl TryFrom<store::Sheet> for ScoreSheet {
    type Error = Error;

    fn try_from(row: store::Sheet) -> Result<Self> {
        let tourism_case = row.tourism_case.map(u8::try_from).transpose().map_err(Error::internal)?;
        Ok(Self {
            sheet: Sheet {
                choices: row.choices.get()?,
                tourism_case,
                parts: row.parts.as_ref().map(Json::get).transpose()?.unwrap_or_default(),
            },
            total: row.total.map(Points::from_hundredths),
            id: row.id,
            dossier_id: row.dossier_id,
            session_id: row.session_id,
            account_id: row.account_id,
            revision: row.revision,
            comment: row.comment,
            status: row.status,
            signed_at: row.signed_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// What the audit trail keeps of a sheet.
fn shown(sheet: &ScoreSheet) -> Value {
    json!({
        "dossier_id": sheet.dossier_id, "account_id": sheet.account_id, "revision": sheet.revision,
        "choices": sheet.sheet.choices, "parts": sheet.sheet.parts, "tourism_case": sheet.sheet.tourism_case,
        "status": sheet.status, "total": sheet.total,
    })
}

/// The council that has the dossier on its agenda.
fn panel_of(conn: &mut Conn, dossier: &Dossier) -> Result<Panel> {
    council::panel(conn, dossier)?.ok_or_else(|| Error::new(Code::NotFound))
}

/// A signed sheet that counts.
#[derive(Clone, Debug)]
struct Ballot {
    sheet: ScoreSheet,
    scored: Scored,
    member: Member,
}

/// The council at work on a dossier: its members and the signed sheets that count. Sheets of people who have no seat
/// any more, or have an interest, do not.
struct Table {
    dossier: Dossier,
    rubric: Rubric,
    panel: Panel,
    ballots: Vec<Ballot>,
}

impl Table {
    fn of(conn: &mut Conn, dossier: Dossier, panel: Panel) -> Result<Self> {
        let rubric = dossier.rubric()?;
        let mut ballots = Vec::new();
        for row in store::signed(conn, dossier.id, panel.session.id)? {
            let member = panel.seat(row.account_id).filter(|member| !panel.bars(member.account_id));
            let Some(member) = member.cloned() else { continue };
            let sheet = ScoreSheet::try_from(row)?;
            let scored = rubric.check(&sheet.sheet).map_err(crate::criteria::refused)?;
            ballots.push(Ballot { sheet, scored, member });
        }
        Ok(Self { dossier, rubric, panel, ballots })
    }

    fn agreement(&self, recorded: &Given) -> Result<Agreement> {
        let Some(set) = self.rubric.tree() else { return Ok(Agreement::default()) };
        let sheets: Vec<&BTreeMap<_, _>> = self.ballots.iter().map(|b| &b.sheet.sheet.choices).collect();
        let case = self.dossier.self_sheet.tourism_case;
        state::agree(set, case, &sheets, recorded).map_err(crate::criteria::refused)
    }

    fn recorded(&self) -> Given {
        self.dossier.agreed_choices.clone().unwrap_or_default()
    }
}

/// Whether somebody may see which member gave which points: the staff of the dossier's province and above, and the
/// council. Never the producer, whatever other roles its member has.
fn sees_names(conn: &mut Conn, actor: &crate::actor::Actor, dossier: &Dossier) -> Result<bool> {
    let reach = &actor.reach;
    if reach.producer == Some(dossier.producer_id) {
        return Ok(false);
    }
    if reach.all || reach.province.as_deref() == Some(&dossier.province_code) {
        return Ok(true);
    }
    let seat = |conn: &mut Conn, account: AccountId| council::seat(conn, dossier.id, account);
    Ok(match reach.seat {
        Some(account) => seat(conn, account)?.is_some(),
        None => false,
    })
}

/// A dossier within reach, for a write.
fn locked_dossier(tx: &mut Tx<'_>, actor: &crate::actor::Actor, id: DossierId) -> Result<Dossier> {
    dossier::lock(tx, id)?;
    dossier::find(tx.conn(), &actor.reach, id)
}
