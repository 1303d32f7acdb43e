//! Samples (*mẫu sản phẩm*): a council tastes and looks at what it scores. Five are handed in, none for tourism; the
//! criteria set says how many.

use chrono::NaiveDate;

use crate::actor::Actor;
use crate::db::{Conn, Tx};
use crate::error::{Code, Error, FieldError, Result, Text};
use crate::ids::DossierId;
use crate::instant::Instant;
use crate::product::state::text_error;

use super::state::{self, Stage, Status};
use super::store::beside;
use super::{Dossier, belongs, change, row};

pub use beside::Delivery;

/// Longest note, in characters.
const NOTE_MAX: usize = 2000;
/// Most samples at once.
const COUNT_MAX: i32 = 1000;
/// Most deliveries of a dossier.
const DELIVERIES_MAX: usize = 50;

/// Samples that came in.
#[derive(Clone, Debug)]
pub struct NewSamples {
    /// The day.
    pub received_on: NaiveDate,
    /// How many.
    pub count: i32,
    /// In what state, and whatever else is to be said.
    pub note: Option<String>,
}

/// What a dossier is to have in samples and has.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    /// How many its criteria set asks for; 0 where the set is not known here.
    pub required: i32,
    /// How many came in.
    pub received: i32,
    /// When and how.
    pub deliveries: Vec<Delivery>,
}

impl Samples {
    /// How many are still to come.
    pub fn missing(&self) -> i32 {
        (self.required - self.received).max(0)
    }
}

fn counted(dossier: &Dossier, deliveries: Vec<Delivery>) -> Samples {
    Samples {
        required: dossier.criteria_set().map_or(0, |set| i32::from(set.requires_samples)),
        received: deliveries.iter().map(|delivery| delivery.count).sum(),
        deliveries,
    }
}

/// The samples of a dossier.
///
/// # Errors
/// Faults of the database.
pub fn samples(conn: &mut Conn, dossier: &Dossier) -> Result<Samples> {
    Ok(counted(dossier, beside::deliveries(conn, &[dossier.id])?))
}

/// Why dossiers that wait for a council of their province are not ready for it; those that are do not appear.
///
/// # Errors
/// Faults of the database.
pub fn not_ready(conn: &mut Conn, dossiers: &[Dossier]) -> Result<Vec<(DossierId, Text)>> {
    let waiting: Vec<_> = dossiers.iter().filter(|dossier| dossier.stage == Stage::Province).collect();
    let ids: Vec<_> = waiting.iter().map(|dossier| dossier.id).collect();
    let all = beside::deliveries(conn, &ids)?;
    let mut reasons = Vec::new();
    for dossier in waiting {
        let own = all.iter().filter(|delivery| delivery.dossier_id == dossier.id).cloned().collect();
        let Samples { required, received, .. } = counted(dossier, own);
        if received < required {
            let text = Text::new(
                format!(
                    "Hồ sơ mới có {received} trên {required} mẫu sản phẩm; tỉnh ghi nhận mẫu (POST \
                     /dossiers/{}/samples) trước khi đưa vào chương trình (Quyết định 26/2026/QĐ-TTg, điều 5 đến 8).",
                    dossier.id
                ),
                format!(
                    "{received} of {required} samples have come in; the province records them (POST \
                     /dossiers/{}/samples) before the dossier goes on an agenda (Decision 26/2026/QĐ-TTg, articles 5 to 8).",
                    dossier.id
                ),
            );
            reasons.push((dossier.id, text));
        }
    }
    Ok(reasons)
}

/// Records samples that the province's office received. What comes in several times is added up.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `dossier.own`, `dossier.wrong_status`, `dossier.samples_not_needed`,
/// `request.invalid`.
pub fn receive(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: DossierId,
    new: &NewSamples,
    now: Instant,
) -> Result<Dossier> {
    let row = row(tx.conn(), &actor.reach, id)?;
    belongs(&row).officer(actor, Stage::Province)?;
    let with_province = matches!(row.status, Status::Forwarded | Status::Accepted)
        || (row.status == Status::Returned && row.stage == Stage::Province);
    if !with_province {
        return Err(state::wrong_status(row.status).into());
    }
    let dossier = Dossier::try_from(row.clone())?;
    if dossier.criteria_set().is_ok_and(|set| set.requires_samples == 0) {
        return Err(Error::new(Code::SamplesNotNeeded));
    }
    let NewSamples { received_on, count, note } = new;
    let note = note.as_deref().map(str::trim).filter(|note| !note.is_empty());
    let mut errors: Vec<_> =
        note.and_then(|note| text_error("/note", note, 1, NOTE_MAX)).into_iter().collect();
    let filed = row.filed_at.unwrap_or(row.created_at).date();
    if !(filed..=now.date()).contains(received_on) {
        errors.push(FieldError::new(
            "/received_on",
            "date.range",
            format!("Ngày nhận mẫu từ ngày nộp hồ sơ ({}) đến hôm nay.", state::day(filed)),
            format!("Samples came in between the filing ({filed}) and today."),
        ));
    }
    if !(1..=COUNT_MAX).contains(count) {
        errors.push(FieldError::new(
            "/count",
            "number.range",
            format!("Cần một số từ 1 đến {COUNT_MAX}."),
            format!("Give a number from 1 to {COUNT_MAX}."),
        ));
    }
    let held = beside::deliveries(tx.conn(), &[id])?;
    if held.len() >= DELIVERIES_MAX {
        errors.push(FieldError::new(
            "/count",
            "samples.too_many",
            format!("Một hồ sơ ghi nhận mẫu nhiều nhất {DELIVERIES_MAX} lần."),
            format!("Samples of a dossier are recorded {DELIVERIES_MAX} times at most."),
        ));
    }
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    let delivery = Delivery {
        dossier_id: id,
        position: held.last().map_or(0, |last| last.position) + 1,
        received_on: *received_on,
        count: *count,
        note: note.map(str::to_owned),
        account_id: actor.account,
        created_at: now,
    };
    // The version first: of two officers who record at once, one is told to read again.
    let dossier = change(tx, actor, "dossier.samples", row, now, |_| Ok(()))?;
    beside::insert_delivery(tx, &delivery)?;
    let shown = serde_json::json!({ "received_on": received_on, "count": count });
    crate::audit::record(tx, actor, "dossier.receive_samples", id.as_str(), None::<&()>, Some(&shown), now);
    Ok(dossier)
}
