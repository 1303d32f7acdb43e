//! Certificates of before this program: how long they count as valid, which record is which paper, and what cannot be
//! true beside what is known. Pure.

use chrono::{Datelike as _, NaiveDate};

use crate::error::FieldError;
use crate::instant::Instant;
use crate::values::Star;

use super::{Life, Standing, expiry};

/// The year the programme began (Decision 490/QĐ-TTg of 7 May 2018): nothing was certified before.
const FIRST_YEAR: i32 = 2018;
/// The issuer of an old certificate whose source names none.
pub const UNKNOWN_ISSUER: &str = "Không rõ cơ quan";

/// Validity of an old certificate, from what is known of it.
///
/// | known | valid from | valid until |
/// |---|---|---|
/// | the day of the decision | that day | 36 months later |
/// | only the year | the last day of the year: then it was decided for certain | 36 months after the first day of the year: until then it is valid for certain |
/// | nothing | the day it is recorded | the same day: it counts as recognised, never as valid |
///
/// So a star is shown only while it is certain, and a certificate is never valid before the day it was recorded if
/// its year has not ended.
pub fn legacy_validity(decided_on: Option<NaiveDate>, year: Option<i32>, now: Instant) -> (Instant, Instant) {
    let recorded = Instant::start_of_day(now.date());
    if let Some(day) = decided_on {
        return (Instant::start_of_day(day), expiry(day));
    }
    let days =
        year.and_then(|year| NaiveDate::from_ymd_opt(year, 1, 1).zip(NaiveDate::from_ymd_opt(year, 12, 31)));
    match days {
        Some((first, last)) => (Instant::start_of_day(last).min(recorded), expiry(first)),
        None => (recorded, recorded),
    }
}

/// What is wrong with an old certificate's star, year and date.
pub fn legacy_errors(
    star: Star,
    decided_on: Option<NaiveDate>,
    year: Option<i32>,
    today: NaiveDate,
) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if star.get() < 3 {
        errors.push(FieldError::new(
            "/star",
            "certificate.star",
            "Chỉ sản phẩm từ 3 sao có giấy chứng nhận.",
            "Only products with three stars or more are certified.",
        ));
    }
    if decided_on.is_some_and(|day| day > today || day.year() < FIRST_YEAR) {
        errors.push(FieldError::new(
            "/decided_on",
            "certificate.decided_on",
            "Ngày quyết định không thể trước năm 2018 hoặc sau hôm nay.",
            "A decision is not older than 2018 and not of the future.",
        ));
    }
    let fits = |year: i32| {
        // Products evaluated in one year are often decided in the next.
        let decided = decided_on.map_or(year, |day| day.year());
        (FIRST_YEAR..=today.year()).contains(&year) && (year..=year + 1).contains(&decided)
    };
    if year.is_some_and(|year| !fits(year)) {
        errors.push(FieldError::new(
            "/year",
            "certificate.year",
            "Năm đánh giá phải từ 2018 đến năm nay và khớp với ngày quyết định.",
            "The year is from 2018 to this one and fits the day of the decision.",
        ));
    }
    errors
}

/// The number an old certificate is recorded under: `OCOP-19-2021-L000001`.
pub fn legacy_number(authority: &str, year: Option<i32>, serial: i64) -> String {
    let year = year.map_or_else(|| "0000".to_owned(), |year| year.to_string());
    format!("OCOP-{authority}-{year}-L{serial:06}")
}

/// What tells one old certificate of a product from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traits<'a> {
    /// 3 to 5.
    pub star: Star,
    /// Day of the decision.
    pub decided_on: Option<NaiveDate>,
    /// Year of evaluation.
    pub year: Option<i32>,
    /// Number of the decision.
    pub decision: Option<&'a str>,
    /// Number on the paper.
    pub number: Option<&'a str>,
}

impl Traits<'_> {
    /// The year of evaluation; without one that of the decision.
    fn year(&self) -> Option<i32> {
        self.year.or_else(|| self.decided_on.map(|day| day.year()))
    }

    /// Whether both are the same certificate of a product: the same star, of the same day; where one of the days is not
    /// known, of the same year and not of different decisions; where nothing is known, by the same numbers.
    pub fn is(&self, other: &Traits<'_>) -> bool {
        let differ = |one: Option<&str>, other: Option<&str>| one.zip(other).is_some_and(|(a, b)| a != b);
        let same = match (self.decided_on.zip(other.decided_on), self.year().zip(other.year())) {
            (Some((one, two)), _) => one == two,
            (None, Some((one, two))) => {
                one == two && !differ(self.decision, other.decision) && !differ(self.number, other.number)
            }
            (None, None) => {
                let nothing = self.year().is_none() && other.year().is_none();
                nothing && (self.decision, self.number) == (other.decision, other.number)
            }
        };
        self.star == other.star && same
    }
}

/// A certificate beside which an old one is to be recorded.
#[derive(Clone, Copy, Debug)]
pub struct Beside<'a> {
    /// Its number.
    pub number: &'a str,
    /// Its star.
    pub star: Star,
    /// Its life.
    pub life: Life,
    /// Whether this program issued it.
    pub issued_here: bool,
    /// Day of the decision.
    pub decided_on: Option<NaiveDate>,
    /// Year of evaluation.
    pub year: Option<i32>,
}

/// What forbids to record an old certificate that is valid `from` one moment `until` another, of this day and year: what
/// is known beside it would become untrue, or its place in the chain is not known.
pub fn clash(
    beside: &[Beside<'_>],
    (from, until): (Instant, Instant),
    decided_on: Option<NaiveDate>,
    year: Option<i32>,
) -> Option<FieldError> {
    if until <= from {
        return None;
    }
    let year_of = |day: Option<NaiveDate>, year: Option<i32>| day.map(|day| day.year()).or(year);
    beside.iter().filter(|other| other.life.from < other.life.until).find_map(|other| {
        let Beside { number, star, .. } = other;
        let star = star.get();
        if other.issued_here && other.life.standing(from) == Standing::Valid {
            return Some(FieldError::new(
                "/decided_on",
                "certificate.ends_issued",
                format!("Giấy {number} ({star} sao) do hệ thống cấp đang có hiệu lực vào ngày đó; danh sách không chấm dứt được giấy ấy, hãy kiểm tra ngày quyết định."),
                format!("Certificate {number} ({star} stars), issued here, is in force on that day and no list ends it; check the day of the decision."),
            ));
        }
        if other.life.from == from || (decided_on.is_some() && other.decided_on == decided_on) {
            return Some(FieldError::new(
                "/decided_on",
                "certificate.same_day",
                format!("Sản phẩm đã có giấy {number} ({star} sao) bắt đầu đúng ngày đó; hãy kiểm tra hạng sao và ngày quyết định."),
                format!("The product has certificate {number} ({star} stars) from that very day; check the star and the day of the decision."),
            ));
        }
        let one_day_unknown = other.decided_on.is_none() != decided_on.is_none();
        let years = year_of(other.decided_on, other.year).zip(year_of(decided_on, year));
        (one_day_unknown && years.is_some_and(|(one, other)| one == other)).then(|| {
            FieldError::new(
                "/decided_on",
                "certificate.order_unknown",
                format!("Sản phẩm có giấy {number} ({star} sao) cùng năm mà một trong hai chưa rõ ngày, nên không biết giấy nào trước; hãy bổ sung ngày quyết định."),
                format!("The product has certificate {number} ({star} stars) of the same year, and of one of the two the day is not known: add it, to tell which came first."),
            )
        })
    })
}

/// When each certificate of a chain, in the order of validity, gives way to a later one: to the first that begins while it
/// is in force. One that was never valid takes nobody's place.
pub fn ends(chain: &[Life]) -> Vec<Option<Instant>> {
    let end = |(index, life): (usize, &Life)| {
        let alone = Life { superseded_at: None, ..*life };
        let later = chain.iter().skip(index + 1).filter(|next| next.from < next.until).map(|next| next.from);
        later.into_iter().find(|from| alone.standing(*from) == Standing::Valid)
    };
    chain.iter().enumerate().map(end).collect()
}
