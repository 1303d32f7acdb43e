//! Before a certificate's time is over: extension and revocation, and the days on which its end is told of. Pure.

use chrono::{Days, Duration, NaiveDate};

use crate::error::{Code, FieldError, Refusal};
use crate::instant::Instant;
use crate::text_enum;

use super::{Standing, last_day};

/// The longest a certificate is extended in all, days (Decision 26/2026/QĐ-TTg, article 8).
pub const EXTENSION_MAX: i64 = 180;
/// Days in which a revocation follows the conclusion it rests on (article 12).
pub const REVOKE_WITHIN: u64 = 15;
/// How many days before its end a certificate's people are told, the last time on the day itself.
pub const REMIND: [i32; 5] = [180, 120, 90, 30, 0];
/// Longest note, in characters.
pub const NOTE_MAX: usize = 2000;

text_enum! {
    /// What an authority did to a certificate.
    #[schema(as = CertificateActKind)]
    pub enum ActKind {
        /// A later end, while its renewal is under way.
        Extended = "extended",
        /// Taken back.
        Revoked = "revoked",
    }
}

text_enum! {
    /// The ground of a revocation: the six of Decision 26/2026/QĐ-TTg, article 12.
    #[schema(as = RevocationReason)]
    pub enum Reason {
        /// a) *Hồ sơ không trung thực*.
        UntruthfulDossier = "untruthful_dossier",
        /// b) *Không còn đáp ứng tiêu chí*.
        CriteriaNotMet = "criteria_not_met",
        /// c) *Vi phạm pháp luật*.
        BreachOfLaw = "breach_of_law",
        /// d) *Sử dụng sai giấy chứng nhận, nhãn hiệu OCOP*.
        MisuseOfMark = "misuse_of_mark",
        /// đ) *Ngừng sản xuất*.
        ProductionStopped = "production_stopped",
        /// e) *Theo kết luận của cơ quan có thẩm quyền*.
        AuthorityConclusion = "authority_conclusion",
    }
}

/// Whether something may still be done to a certificate.
///
/// # Errors
/// `certificate.not_valid`.
pub fn in_force(standing: Standing) -> Result<(), Refusal> {
    if standing == Standing::Valid {
        return Ok(());
    }
    Err(Refusal::new(
        Code::CertificateEnded,
        format!("Giấy chứng nhận không còn hiệu lực ({standing}) nên không gia hạn hay thu hồi được nữa."),
        format!("The certificate is not in force ({standing}): it is neither extended nor revoked any more."),
    ))
}

/// The new end of a certificate that is extended to the end of a day. `first` is the end it was issued with, `until` the
/// one it has now.
///
/// # Errors
/// `extension.range` where the day is not after the present end, or more than 180 days after the first.
pub fn extended(first: Instant, until: Instant, last: NaiveDate) -> Result<Instant, FieldError> {
    let latest = first.plus(Duration::days(EXTENSION_MAX));
    let wanted = Instant::start_of_day(last.checked_add_days(Days::new(1)).unwrap_or(last));
    if until < wanted && wanted <= latest {
        return Ok(wanted);
    }
    let (from, to) = (last_day(until), last_day(latest));
    Err(FieldError::new(
        "/until",
        "extension.range",
        format!(
            "Chọn một ngày sau {from} và không quá {to}: gia hạn tổng cộng nhiều nhất {EXTENSION_MAX} ngày."
        ),
        format!(
            "Give a day after {from} and not after {to}: {EXTENSION_MAX} days of extension at most in all."
        ),
    ))
}

/// What is wrong with the day of the conclusion a revocation rests on.
pub fn conclusion_error(
    concluded_on: NaiveDate,
    issued_on: Option<NaiveDate>,
    today: NaiveDate,
) -> Option<FieldError> {
    let before = issued_on.is_some_and(|issued| concluded_on < issued);
    (before || concluded_on > today).then(|| {
        FieldError::new(
            "/concluded_on",
            "revocation.concluded_on",
            "Ngày kết luận không thể trước ngày cấp giấy hoặc sau hôm nay.",
            "The conclusion is not before the certificate's issue and not of the future.",
        )
    })
}

/// The last day on which a revocation is in time.
pub fn revoke_by(concluded_on: NaiveDate) -> NaiveDate {
    concluded_on.checked_add_days(Days::new(REVOKE_WITHIN)).unwrap_or(concluded_on)
}

/// The reminder that is due at a moment for a certificate that ends at `until`: the least number of days of
/// [`REMIND`] that is not less than what is left; `None` while more than the greatest is left.
pub fn reminder(until: Instant, now: Instant) -> Option<i32> {
    let left = (last_day(until) - now.date()).num_days();
    if until <= now {
        return Some(0);
    }
    REMIND.iter().rev().copied().find(|days| left <= i64::from(*days))
}

/// What people are told `left` days before the last day of a certificate, in Vietnamese and English.
pub fn notice(number: &str, product: &str, last: NaiveDate, left: i64) -> (String, String) {
    let day = last.format("%d/%m/%Y");
    match left {
        ..0 => (
            format!(
                "Giấy chứng nhận {number} của sản phẩm {product} đã hết hiệu lực từ sau ngày {day}: gỡ hạng sao khỏi \
                 bao bì, niêm yết; muốn có lại hạng sao thì nộp hồ sơ đánh giá lần đầu."
            ),
            format!(
                "Certificate {number} of {product} ended after {last}: take the star off packages and listings; to \
                 have a star again, file a first dossier."
            ),
        ),
        0 => (
            format!(
                "Hôm nay, {day}, là ngày cuối cùng giấy chứng nhận {number} của sản phẩm {product} có hiệu lực."
            ),
            format!("Today, {last}, is the last day of certificate {number} of {product}."),
        ),
        1..=119 => (
            format!(
                "Giấy chứng nhận {number} của sản phẩm {product} hết hiệu lực sau ngày {day} (còn {left} ngày). Thời \
                 hạn nộp hồ sơ phân hạng lại là từ 180 đến 120 ngày trước ngày đó."
            ),
            format!(
                "Certificate {number} of {product} ends after {last} (in {left} days). A renewal is filed 180 to 120 \
                 days before."
            ),
        ),
        _ => (
            format!(
                "Giấy chứng nhận {number} của sản phẩm {product} hết hiệu lực sau ngày {day} (còn {left} ngày): nộp \
                 hồ sơ phân hạng lại từ 180 đến 120 ngày trước ngày đó."
            ),
            format!(
                "Certificate {number} of {product} ends after {last} (in {left} days): file its renewal 180 to 120 \
                 days before."
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn end(text: &str) -> Instant {
        Instant::start_of_day(day(text).succ_opt().unwrap())
    }

    #[test]
    fn extensions_are_180_days_at_most_in_all() {
        let first = end("2029-11-23");
        for (until, wanted, right) in [
            ("2029-11-23", "2029-11-23", false),
            ("2029-11-23", "2029-11-24", true),
            ("2029-11-23", "2030-05-22", true),
            ("2029-11-23", "2030-05-23", false),
            ("2030-05-01", "2030-05-22", true),
            ("2030-05-22", "2030-05-23", false),
            ("2030-01-10", "2030-01-01", false),
        ] {
            let found = extended(first, end(until), day(wanted));
            assert_eq!(found.is_ok(), right, "{until} {wanted}");
            assert!(found.is_err() || found == Ok(end(wanted)));
        }
    }

    #[test]
    fn a_conclusion_is_between_issue_and_today() {
        let today = day("2027-03-01");
        for (concluded, wrong) in
            [("2026-11-22", true), ("2026-11-23", false), ("2027-03-01", false), ("2027-03-02", true)]
        {
            assert_eq!(
                conclusion_error(day(concluded), Some(day("2026-11-23")), today).is_some(),
                wrong,
                "{concluded}"
            );
        }
        assert_eq!(revoke_by(day("2027-03-01")), day("2027-03-16"));
    }

    #[test]
    fn the_end_is_told_180_120_90_30_days_before_and_on_the_day() {
        let until = end("2029-11-23");
        for (today, due) in [
            ("2029-05-26", None),
            ("2029-05-27", Some(180)),
            ("2029-07-25", Some(180)),
            ("2029-07-26", Some(120)),
            ("2029-08-25", Some(90)),
            ("2029-10-24", Some(30)),
            ("2029-11-22", Some(30)),
            ("2029-11-23", Some(0)),
            ("2029-11-24", Some(0)),
        ] {
            assert_eq!(reminder(until, Instant::start_of_day(day(today))), due, "{today}");
        }
    }

    proptest! {
        #[test]
        fn every_notice_names_number_product_and_day(left in -400_i64..400) {
            let (vi, en) = notice("OCOP-19-2026-000001", "Chè đinh", day("2029-11-23"), left);
            for text in [&vi, &en] {
                prop_assert!(text.contains("OCOP-19-2026-000001") && text.contains("Chè đinh"));
            }
            prop_assert!(vi.contains("23/11/2029") && en.contains("2029-11-23"));
        }
    }
}
