//! The star of a row of a product list: what its cells tell of the decision.

use std::collections::BTreeMap;

use chrono::{Datelike as _, Months, NaiveDate};

use crate::certificate::state::UNKNOWN_ISSUER;
use crate::values::{Points, Star};

use super::super::{Remark, question, refuse};
use super::{OldStar, Standing};

/// The stars of a row, the first recognition first.
pub(super) fn old_stars(
    cells: &BTreeMap<&str, &str>,
    standing: Option<Standing>,
    remarks: &mut Vec<Remark>,
) -> Vec<OldStar> {
    let Some(star) = old_star(cells, standing, remarks) else { return Vec::new() };
    let decision = cells.get("decision").copied().unwrap_or_default();
    // A recognition and the next one in the same cell: the number and the score are the first one's.
    let Some((_, again)) = decision.split_once(AGAIN) else { return vec![star] };
    let decided_on = dates(again).0;
    remarks.push(question(
        "decision",
        "Có lần công nhận lại: hãy bổ sung số quyết định và điểm của lần đó.",
        "It was recognised again: add that decision's number and score.",
    ));
    let renewed = OldStar { score: None, decided_on, number: None, ..star.clone() };
    let first = OldStar { year: star.decided_on.map(|day| day.year()), ..star };
    vec![first, renewed]
}

/// Before the date of a renewed recognition.
const AGAIN: &str = "công nhận lại";

fn old_star(
    cells: &BTreeMap<&str, &str>,
    standing: Option<Standing>,
    remarks: &mut Vec<Remark>,
) -> Option<OldStar> {
    let get = |column: &str| cells.get(column).copied().unwrap_or_default();
    let stars = get("stars");
    if stars.is_empty() {
        if standing == Some(Standing::Certified) {
            remarks.push(refuse(
                "stars",
                "Đã ghi là được chứng nhận nhưng thiếu hạng sao.",
                "It is said to be certified, but the star is missing.",
            ));
        }
        return None;
    }
    if standing.is_some_and(|s| s != Standing::Certified) {
        remarks.push(refuse(
            "stars",
            "Có hạng sao nhưng trạng thái không phải là đã chứng nhận.",
            "It has a star, but its status is not certified.",
        ));
        return None;
    }
    let Some(star) = stars.parse::<u8>().ok().filter(|s| (3..=5).contains(s)).and_then(Star::new) else {
        remarks.push(refuse("stars", "Hạng sao phải là 3, 4 hoặc 5.", "A star is 3, 4 or 5."));
        return None;
    };
    let score = match get("score") {
        "" => None,
        text => match text.parse::<Points>() {
            Ok(points) if points <= Points::from_whole(100) => Some(points),
            _ => {
                remarks.push(refuse(
                    "score",
                    "Điểm phải từ 0 đến 100, nhiều nhất hai chữ số lẻ.",
                    "A score is from 0 to 100 with at most two decimals.",
                ));
                return None;
            }
        },
    };
    let year = match get("year") {
        "" => None,
        text => match text.parse::<i32>().ok().filter(|y| (2018..=2100).contains(y)) {
            Some(year) => Some(year),
            None => {
                remarks.push(refuse(
                    "year",
                    "Năm phải từ 2018 (năm bắt đầu chương trình).",
                    "A year is not before 2018, when the programme began.",
                ));
                return None;
            }
        },
    };
    let decision = get("decision").split(AGAIN).next().unwrap_or_default().trim_end_matches([',', ';', ' ']);
    let (decided_on, expires_on) = dates(decision);
    let decided_on = decided_on.or_else(|| expires_on?.checked_sub_months(VALID_MONTHS));
    if decided_on.is_none() {
        remarks.push(question(
            "decision",
            "Chưa rõ ngày quyết định nên chưa biết hạn của giấy chứng nhận.",
            "The day of the decision is not known, nor therefore the certificate's end.",
        ));
    }
    Some(OldStar { star, score, year, decided_on, number: number(decision), issuer: issuer(decision) })
}

/// How long a certificate is valid: where a list names only its last day, the decision was this long before.
const VALID_MONTHS: Months = Months::new(36);

/// Who decided, as the list has it; an authority is not read out of a number.
pub(super) fn issuer(decision: &str) -> String {
    let named = decision.split([',', '(']).next().unwrap_or_default();
    let words = named.split_whitespace().take_while(|word| !word.starts_with(|c: char| c.is_ascii_digit()));
    match words.collect::<Vec<_>>().join(" ") {
        named if named.is_empty() || named.starts_with("hạn") || named.starts_with("đánh giá") => {
            UNKNOWN_ISSUER.to_owned()
        }
        named => named,
    }
}

/// A decision's number, e.g. `2890/QĐ-BNN-VPĐP`, where the text begins with one.
fn number(decision: &str) -> Option<String> {
    let first = decision.split([' ', ',']).next()?;
    (first.contains("/QĐ") && first.starts_with(|c: char| c.is_ascii_digit())).then(|| first.to_owned())
}

/// The date of the decision and the last day it names: `(30/6/2021; …)`, `hạn đến 10/01/2023`. The date of an
/// evaluation (`đánh giá …`) or of a council's session (`Hội đồng …`) is not the decision's.
pub(super) fn dates(decision: &str) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let (mut decided, mut expires) = (None, None);
    let words: Vec<&str> = decision.split_whitespace().collect();
    for (index, word) in words.iter().enumerate() {
        let Some(date) = date(word) else { continue };
        let before = words.get(..index).unwrap_or_default().join(" ");
        if before.ends_with("hạn đến") {
            expires = Some(date);
        } else if !before.ends_with("đánh giá") && !before.starts_with("Hội đồng") {
            decided = Some(date);
        }
    }
    (decided, expires)
}

fn date(word: &str) -> Option<NaiveDate> {
    let word = word.trim_matches(|c: char| !c.is_ascii_digit());
    let mut parts = word.split('/');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}
