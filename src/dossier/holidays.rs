//! The days that officers of the centre add to the calendar of working days: what the Government announces for a year,
//! or a correction of a day the program holds.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use serde_json::json;

use crate::actor::{Actor, Role};
use crate::audit;
use crate::db::page::{Page, Want};
use crate::db::{Conn, Tx};
use crate::error::{Code, Error, FieldError, Result};
use crate::instant::Instant;
use crate::product::state::text_error;

use super::clock;
use super::state::{self, Certainty, DayKind, Special};
use super::store::time;

pub use time::Holiday;

/// Longest name of a day, in characters.
const NAME_MAX: usize = 200;

/// The special days of a year as they stand, in their order: a day that was added stands in place of the one held.
///
/// # Errors
/// Faults of the database.
pub fn list(conn: &mut Conn, year: i32, want: &Want<NaiveDate>) -> Result<Page<Special>> {
    let mut days: BTreeMap<NaiveDate, Special> =
        state::of_year(year).into_iter().map(|special| (special.day, special)).collect();
    for Holiday { day, kind, name, .. } in time::holidays(conn)? {
        if day.year() == year {
            let name_en = name.clone();
            days.insert(day, Special { day, kind, certainty: Certainty::Added, name_vi: name, name_en });
        }
    }
    let after = |day: &NaiveDate| want.after.is_none_or(|last| *day > last);
    let days: Vec<_> = days.into_values().filter(|special| after(&special.day)).collect();
    Ok(Page::cut(days, want, |special| special.day))
}

/// A day that was added.
///
/// # Errors
/// `request.not_found`, also for a day the program itself holds.
pub fn find(conn: &mut Conn, day: NaiveDate) -> Result<Holiday> {
    time::holiday(conn, day)?.ok_or_else(|| Error::new(Code::NotFound))
}

fn shown(holiday: &Holiday) -> serde_json::Value {
    json!({ "day": holiday.day, "kind": holiday.kind, "name": holiday.name })
}

fn officer(actor: &Actor) -> Result<()> {
    if actor.has(Role::CentralOfficer) { Ok(()) } else { Err(Error::new(Code::Forbidden)) }
}

/// Adds a day on which offices are closed, or on which they work although it is a weekend. Due dates over it follow.
///
/// # Errors
/// `auth.forbidden`, `holiday.exists`, `request.invalid`.
pub fn add(
    tx: &mut Tx<'_>,
    actor: &Actor,
    day: NaiveDate,
    kind: DayKind,
    name: &str,
    now: Instant,
) -> Result<Holiday> {
    officer(actor)?;
    let mut errors: Vec<_> = text_error("/name", name.trim(), 1, NAME_MAX).into_iter().collect();
    if (day - now.date()).num_days().abs() > 3 * 366 {
        errors.push(FieldError::new(
            "/day",
            "holiday.far",
            "Ngày cách hôm nay không quá ba năm.",
            "The day is within three years of today.",
        ));
    }
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    if time::holiday(tx.conn(), day)?.is_some() {
        return Err(Error::new(Code::HolidayExists));
    }
    let name = name.trim().to_owned();
    let holiday = Holiday { day, kind, name, version: 1, created_at: now, updated_at: now };
    time::insert_holiday(tx, &holiday)?;
    clock::day_changed(tx, actor, day, now)?;
    let subject = day.to_string();
    audit::record(tx, actor, "holiday.add", &subject, None::<&()>, Some(&shown(&holiday)), now);
    Ok(holiday)
}

/// Takes an added day away again.
///
/// # Errors
/// `auth.forbidden`, `request.not_found`, `request.stale`.
pub fn remove(tx: &mut Tx<'_>, actor: &Actor, day: NaiveDate, version: i32, now: Instant) -> Result<()> {
    officer(actor)?;
    let holiday = find(tx.conn(), day)?;
    if holiday.version != version {
        return Err(Error::new(Code::PreconditionFailed));
    }
    time::delete_holiday(tx, day)?;
    clock::day_changed(tx, actor, day, now)?;
    let subject = day.to_string();
    audit::record(tx, actor, "holiday.remove", &subject, Some(&shown(&holiday)), None::<&()>, now);
    Ok(())
}
