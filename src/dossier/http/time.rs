//! `/rounds` and `/holidays`.

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::db::Conn;
use crate::db::page::Want;
use crate::error::{Code, Error, FieldError, Result};
use crate::http::{Body, List, NoQuery, Patch, Path, Query, Reply, Write, page};

use super::super::state::{Certainty, DayKind, Office, RoundCode, Special, Tier};
use super::super::{Round, holidays, rounds};

/// A round of evaluation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Round)]
struct RoundOut {
    /// Its name: office, year, number.
    #[schema(example = "19-2026-2")]
    code: String,
    tier: Tier,
    /// Province of a province's round.
    #[schema(example = "19")]
    province_code: Option<String>,
    /// The year in which it closes.
    year: i32,
    /// Its number in that year.
    number: i32,
    /// Last day on which a dossier arrives in time.
    closes_on: NaiveDate,
    /// Last day of the evaluation.
    ends_on: NaiveDate,
    /// Whether it stands as the law has it, neither moved nor added.
    by_law: bool,
}

impl From<Round> for RoundOut {
    fn from(round: Round) -> Self {
        let Round { code, closes_on, ends_on, version } = round;
        Self {
            tier: code.office.tier(),
            province_code: code.office.province().map(str::to_owned),
            year: code.year,
            number: code.number,
            code: code.to_string(),
            closes_on,
            ends_on,
            by_law: version == 0,
        }
    }
}

fn whole(round: Round, location: bool) -> Result<Reply> {
    let version = round.version;
    let out = RoundOut::from(round);
    let reply = match location {
        true => Reply::created(format!("/api/v1/rounds/{}", out.code), &out)?,
        false => Reply::ok(&out)?,
    };
    Ok(reply.etag(version))
}

fn code_of(text: &str) -> Result<RoundCode> {
    text.parse().map_err(|()| Error::new(Code::NotFound))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RoundsQuery {
    /// That close in this year; without it this year.
    year: Option<i32>,
    /// Of this tier.
    tier: Option<Tier>,
    /// Of this province.
    province_code: Option<String>,
    /// Rows per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The rounds of a year in the order they close: those of the law, and what offices moved or added.
#[utoipa::path(tag = "rounds", params(RoundsQuery), responses((status = 200, body = List<RoundOut>)))]
#[get("/rounds")]
pub(super) async fn list_rounds(
    req: HttpRequest,
    app: web::Data<App>,
    Query(q): Query<RoundsQuery>,
) -> Result<HttpResponse> {
    let RoundsQuery { year, tier, province_code, limit, cursor } = q;
    let want = Want::of(limit, cursor.as_deref())?;
    let year = year.unwrap_or_else(|| app.clock.now().date().year());
    let filter = rounds::RoundFilter { year, tier, province_code };
    let rows = app.db.read("round.list", move |conn: &mut Conn| rounds::list(conn, &filter, &want)).await?;
    page(&req, rows.map(RoundOut::from))
}

/// A new round.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RoundIn {
    tier: Tier,
    /// Province of a province's round.
    #[serde(default)]
    #[schema(example = "19")]
    province_code: Option<String>,
    /// Last day on which a dossier arrives in time.
    closes_on: NaiveDate,
    /// Last day of the evaluation.
    ends_on: NaiveDate,
}

/// Add a round to those of one's office.
#[utoipa::path(tag = "rounds", request_body = RoundIn, responses((status = 201, body = RoundOut)))]
#[post("/rounds")]
pub(super) async fn add_round(
    write: Write,
    _: Query<NoQuery>,
    Body(input): Body<RoundIn>,
) -> Result<HttpResponse> {
    let RoundIn { tier, province_code, closes_on, ends_on } = input;
    let office = Office::of(tier, province_code.as_deref()).ok_or_else(|| {
        Error::invalid(vec![FieldError::new(
            "/province_code",
            "round.province",
            "Đợt của tỉnh có mã tỉnh; đợt của trung ương không có.",
            "A province's round has a province; the centre's has none.",
        )])
    })?;
    write
        .run("round.add", move |tx, actor, now| {
            whole(rounds::add_round(tx, actor, &office, closes_on, ends_on, now)?, true)
        })
        .await
}

/// A round.
#[utoipa::path(tag = "rounds", params(("code" = String, Path, example = "19-2026-2")),
    responses((status = 200, body = RoundOut)))]
#[get("/rounds/{code}")]
pub(super) async fn read_round(
    req: HttpRequest,
    app: web::Data<App>,
    _: Query<NoQuery>,
    Path(code): Path<String>,
) -> Result<HttpResponse> {
    let code = code_of(&code)?;
    let round = app.db.read("round.get", move |conn| rounds::round(conn, &code)).await?;
    Ok(whole(round, false)?.respond(&req))
}

/// What may change of a round: absent keeps.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RoundPatch {
    /// Last day on which a dossier arrives in time.
    #[serde(default)]
    #[schema(value_type = Option<NaiveDate>)]
    closes_on: Patch<NaiveDate>,
    /// Last day of the evaluation.
    #[serde(default)]
    #[schema(value_type = Option<NaiveDate>)]
    ends_on: Patch<NaiveDate>,
}

/// Move the dates of a round of one's office; the due dates of the dossiers in it follow.
#[utoipa::path(tag = "rounds", params(("code" = String, Path, example = "19-2026-2"), ("If-Match" = String, Header)),
    request_body = RoundPatch, responses((status = 200, body = RoundOut)))]
#[patch("/rounds/{code}")]
pub(super) async fn move_round(
    write: Write,
    _: Query<NoQuery>,
    Path(code): Path<String>,
    Body(input): Body<RoundPatch>,
) -> Result<HttpResponse> {
    let (version, code) = (write.version()?, code_of(&code)?);
    let RoundPatch { closes_on, ends_on } = input;
    let mut errors = Vec::new();
    let mut day = |pointer: &str, patch: Patch<NaiveDate>| match patch {
        Patch::Keep => None,
        Patch::Set(day) => Some(day),
        Patch::Clear => {
            errors.push(FieldError::new(
                pointer,
                "date.required",
                "Đợt đánh giá phải có ngày này; không xóa được.",
                "A round has this date; it cannot be cleared.",
            ));
            None
        }
    };
    let dates = (day("/closes_on", closes_on), day("/ends_on", ends_on));
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    write
        .run("round.move", move |tx, actor, now| {
            whole(rounds::move_round(tx, actor, &code, version, dates, now)?, false)
        })
        .await
}

/// A day that is not what its weekday says.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CalendarDay)]
struct DayOut {
    day: NaiveDate,
    kind: DayKind,
    /// How far that is settled.
    certainty: Certainty,
    name: String,
    /// The name in English; for a day that was added, the same.
    name_en: String,
}

impl From<Special> for DayOut {
    fn from(special: Special) -> Self {
        let Special { day, kind, certainty, name_vi, name_en } = special;
        Self { day, kind, certainty, name: name_vi, name_en }
    }
}

/// A day that was added to the calendar.
#[derive(Serialize, ToSchema)]
#[schema(as = AddedDay)]
struct AddedOut {
    day: NaiveDate,
    kind: DayKind,
    name: String,
    created_at: crate::instant::Instant,
}

fn added(holiday: holidays::Holiday, location: bool) -> Result<Reply> {
    let holidays::Holiday { day, kind, name, version, created_at, updated_at: _ } = holiday;
    let out = AddedOut { day, kind, name, created_at };
    let reply = match location {
        true => Reply::created(format!("/api/v1/holidays/{day}"), &out)?,
        false => Reply::ok(&out)?,
    };
    // A day that is removed and added again is another one.
    Ok(reply.etag(format!("{version}-{}", created_at.unix_micros())))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct HolidaysQuery {
    /// Of this year; without it this year.
    #[param(minimum = 1945, maximum = 2200)]
    year: Option<i32>,
    /// Rows per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The public holidays of a year and the days made up for them, by which due dates are counted.
#[utoipa::path(tag = "rounds", params(HolidaysQuery), responses((status = 200, body = List<DayOut>)))]
#[get("/holidays")]
pub(super) async fn list_holidays(
    req: HttpRequest,
    app: web::Data<App>,
    Query(q): Query<HolidaysQuery>,
) -> Result<HttpResponse> {
    let HolidaysQuery { year, limit, cursor } = q;
    let want = Want::of(limit, cursor.as_deref())?;
    let year = year.unwrap_or_else(|| app.clock.now().date().year());
    if !(1945..=2200).contains(&year) {
        return Err(Error::told(
            Code::BadQuery,
            "year phải từ 1945 đến 2200.",
            "year must be from 1945 to 2200.",
        ));
    }
    let rows = app.db.read("holiday.list", move |conn: &mut Conn| holidays::list(conn, year, &want)).await?;
    page(&req, rows.map(DayOut::from))
}

/// A day to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HolidayIn {
    day: NaiveDate,
    kind: DayKind,
    /// Why.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
}

/// Add a day on which offices are closed, or work although it is a weekend; due dates over it follow.
#[utoipa::path(tag = "rounds", request_body = HolidayIn, responses((status = 201, body = AddedOut)))]
#[post("/holidays")]
pub(super) async fn add_holiday(
    write: Write,
    _: Query<NoQuery>,
    Body(input): Body<HolidayIn>,
) -> Result<HttpResponse> {
    let HolidayIn { day, kind, name } = input;
    write
        .run("holiday.add", move |tx, actor, now| {
            added(holidays::add(tx, actor, day, kind, &name, now)?, true)
        })
        .await
}

/// A day that was added.
#[utoipa::path(tag = "rounds", params(("day" = NaiveDate, Path)), responses((status = 200, body = AddedOut)))]
#[get("/holidays/{day}")]
pub(super) async fn read_holiday(
    req: HttpRequest,
    app: web::Data<App>,
    _: Query<NoQuery>,
    Path(day): Path<NaiveDate>,
) -> Result<HttpResponse> {
    let holiday = app.db.read("holiday.get", move |conn| holidays::find(conn, day)).await?;
    Ok(added(holiday, false)?.respond(&req))
}

/// Take an added day away again.
#[utoipa::path(tag = "rounds", params(("day" = NaiveDate, Path), ("If-Match" = String, Header)),
    responses((status = 204, description = "Taken away.")))]
#[delete("/holidays/{day}")]
pub(super) async fn remove_holiday(
    write: Write,
    _: Query<NoQuery>,
    Path(day): Path<NaiveDate>,
) -> Result<HttpResponse> {
    let version = write.version()?;
    write
        .run("holiday.remove", move |tx, actor, now| {
            holidays::remove(tx, actor, day, version, now)?;
            Ok(Reply::none())
        })
        .await
}
