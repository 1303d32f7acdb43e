//! Rounds of evaluation (*đợt đánh giá*; Decision 26/2026/QĐ-TTg, articles 5 to 8): those of the law, and what an
//! office moved or added. Only the latter are rows.

use chrono::{Datelike as _, NaiveDate};
use serde_json::json;

use crate::actor::Actor;
use crate::audit;
use crate::db::page::{Page, Want};
use crate::db::{Conn, Tx, dialect};
use crate::error::{Code, Error, FieldError, Result};
use crate::instant::Instant;
use crate::place::places;

use super::clock;
use super::state::{self, Office, Round, RoundCode, Tier};
use super::store::time;

/// First and last year of rounds.
const YEARS: std::ops::RangeInclusive<i32> = 2018..=2100;
/// Most rounds of an office in a year.
const ROUNDS_MAX: i32 = 24;

impl TryFrom<time::Round> for Round {
    type Error = Error;

    fn try_from(row: time::Round) -> Result<Self> {
        let code = row.code.parse().map_err(|()| Error::internal(format!("{:?} is no round", row.code)))?;
        Ok(Self { code, closes_on: row.closes_on, ends_on: row.ends_on, version: row.version })
    }
}

/// The rounds of some offices in some years, as they stand.
fn of_offices(conn: &mut Conn, offices: &[Office], from: i32, to: i32) -> Result<Vec<Round>> {
    let stored: Vec<Round> =
        time::rounds_of(conn, from, to)?.into_iter().map(Round::try_from).collect::<Result<_>>()?;
    let mut rounds: Vec<Round> = offices
        .iter()
        .flat_map(|office| (from..=to).flat_map(|year| state::by_law(office, year)))
        .filter(|round| stored.iter().all(|moved| moved.code != round.code))
        .collect();
    rounds.extend(stored.into_iter().filter(|round| offices.contains(&round.code.office)));
    rounds.sort_by(|a, b| (a.closes_on, &a.code).cmp(&(b.closes_on, &b.code)));
    Ok(rounds)
}

/// The round of an office that a dossier which arrives on a day goes to: the next to close.
pub(super) fn next(conn: &mut Conn, office: &Office, arrived: NaiveDate) -> Result<Round> {
    let offices = [office.clone()];
    let rounds = of_offices(conn, &offices, arrived.year(), arrived.year() + 1)?;
    let next = state::next_to_close(&rounds, arrived).cloned();
    next.ok_or_else(|| Error::internal(format!("no round follows {arrived}")))
}

/// The round of an office that still runs and that a dossier which arrived on a day came too late for.
pub(super) fn missed(conn: &mut Conn, office: &Office, arrived: NaiveDate) -> Result<Option<Round>> {
    let offices = [office.clone()];
    let rounds = of_offices(conn, &offices, arrived.year() - 1, arrived.year())?;
    Ok(state::missed(&rounds, arrived).cloned())
}

/// A round by its name.
///
/// # Errors
/// `request.not_found`.
pub fn round(conn: &mut Conn, code: &RoundCode) -> Result<Round> {
    if let Some(row) = time::round(conn, &code.to_string())? {
        return row.try_into();
    }
    let known = match &code.office {
        Office::Province(province) => places().province(province).is_some(),
        Office::Centre => true,
    };
    let law = state::by_law(&code.office, code.year).into_iter().find(|round| round.code == *code);
    law.filter(|_| known && YEARS.contains(&code.year)).ok_or_else(|| Error::new(Code::NotFound))
}

/// Which rounds are wanted; what is `None` is not asked.
#[derive(Clone, Debug)]
pub struct RoundFilter {
    /// That close in this year.
    pub year: i32,
    /// Of this tier.
    pub tier: Option<Tier>,
    /// Of this province.
    pub province_code: Option<String>,
}

/// Where a page of rounds ends: closing day and name.
pub type RoundKey = (NaiveDate, String);

/// The rounds of a year in the order they close.
///
/// # Errors
/// Faults of the database.
pub fn list(conn: &mut Conn, filter: &RoundFilter, want: &Want<RoundKey>) -> Result<Page<Round>> {
    let RoundFilter { year, tier, province_code } = filter;
    if !YEARS.contains(year) {
        return Ok(Page { data: Vec::new(), next: None });
    }
    let provinces = places().provinces().iter().map(|province| Office::Province(province.code.to_owned()));
    let offices: Vec<Office> = provinces
        .chain([Office::Centre])
        .filter(|office| tier.is_none_or(|tier| office.tier() == tier))
        .filter(|office| province_code.is_none() || office.province() == province_code.as_deref())
        .collect();
    let key = |round: &Round| (round.closes_on, round.code.to_string());
    let mut rounds = of_offices(conn, &offices, *year, *year)?;
    rounds.sort_by_key(key);
    if let Some(after) = &want.after {
        rounds.retain(|round| key(round) > *after);
    }
    Ok(Page::cut(rounds, want, key))
}

fn shown(round: &Round) -> serde_json::Value {
    json!({ "closes_on": round.closes_on, "ends_on": round.ends_on })
}

fn row(round: &Round, now: Instant) -> time::Round {
    time::Round {
        code: round.code.to_string(),
        tier: round.code.office.tier(),
        province_code: round.code.office.province().map(str::to_owned),
        year: round.code.year,
        number: round.code.number,
        closes_on: round.closes_on,
        ends_on: round.ends_on,
        version: round.version,
        created_at: now,
        updated_at: now,
    }
}

/// A round closes on a day of its own.
fn free(conn: &mut Conn, round: &Round) -> Result<()> {
    let offices = [round.code.office.clone()];
    let others = of_offices(conn, &offices, round.code.year, round.code.year)?;
    let taken = others.iter().find(|other| other.code != round.code && other.closes_on == round.closes_on);
    match taken {
        None => Ok(()),
        Some(other) => Err(Error::told(
            Code::RoundExists,
            format!("Đợt {} đã chốt hồ sơ vào ngày này; hãy chọn ngày khác.", other.code),
            format!("Round {} closes on this day; choose another.", other.code),
        )),
    }
}

/// Adds a round to those of an office.
///
/// # Errors
/// `auth.forbidden`, `round.exists`, `request.invalid`.
pub fn add_round(
    tx: &mut Tx<'_>,
    actor: &Actor,
    office: &Office,
    closes_on: NaiveDate,
    ends_on: NaiveDate,
    now: Instant,
) -> Result<Round> {
    office.manages(actor)?;
    let year = closes_on.year();
    let mut errors = state::date_errors(year, closes_on, ends_on);
    if (year - now.date().year()).abs() > 2 {
        errors.push(FieldError::new(
            "/closes_on",
            "round.far",
            "Đợt đánh giá nằm trong hai năm quanh năm nay.",
            "A round lies within two years of this one.",
        ));
    }
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    // Two officers who add at once get two numbers.
    dialect::lock(tx.conn(), &format!("rounds/{}/{year}", office.province().unwrap_or("centre")))?;
    let offices = [office.clone()];
    let held = of_offices(tx.conn(), &offices, year, year)?;
    let number = held.iter().map(|round| round.code.number).max().unwrap_or(0) + 1;
    if number > ROUNDS_MAX {
        return Err(Error::invalid(vec![FieldError::new(
            "/closes_on",
            "round.too_many",
            format!("Mỗi năm có nhiều nhất {ROUNDS_MAX} đợt."),
            format!("A year has {ROUNDS_MAX} rounds at most."),
        )]));
    }
    let code = RoundCode { office: office.clone(), year, number };
    let round = Round { code, closes_on, ends_on, version: 1 };
    free(tx.conn(), &round)?;
    time::insert_round(tx, &row(&round, now))?;
    audit::record(tx, actor, "round.add", &round.code.to_string(), None::<&()>, Some(&shown(&round)), now);
    Ok(round)
}

/// Moves the dates of a round, and with them the due dates of the dossiers in it.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `request.stale`, `round.exists`, `request.invalid`.
pub fn move_round(
    tx: &mut Tx<'_>,
    actor: &Actor,
    code: &RoundCode,
    version: i32,
    (closes_on, ends_on): (Option<NaiveDate>, Option<NaiveDate>),
    now: Instant,
) -> Result<Round> {
    let before = round(tx.conn(), code)?;
    code.office.manages(actor)?;
    dialect::lock(
        tx.conn(),
        &format!("rounds/{}/{}", code.office.province().unwrap_or("centre"), code.year),
    )?;
    if before.version != version {
        return Err(Error::new(Code::PreconditionFailed));
    }
    let after = Round {
        code: code.clone(),
        closes_on: closes_on.unwrap_or(before.closes_on),
        ends_on: ends_on.unwrap_or(before.ends_on),
        version: before.version + 1,
    };
    let errors = state::date_errors(code.year, after.closes_on, after.ends_on);
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    free(tx.conn(), &after)?;
    if before.version == 0 {
        time::insert_round(tx, &row(&after, now))?;
    } else {
        time::save_round(tx, &row(&after, now))?;
    }
    clock::round_moved(tx, actor, &after, now)?;
    audit::record(
        tx,
        actor,
        "round.move",
        &code.to_string(),
        Some(&shown(&before)),
        Some(&shown(&after)),
        now,
    );
    Ok(after)
}
