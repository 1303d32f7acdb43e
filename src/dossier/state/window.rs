//! When a dossier of a kind may be filed, by the star the product bears. Pure.
//!
//! | kind | the product's star now | otherwise |
//! |---|---|---|
//! | first | none | `dossier.star_valid`: upgrade or renew |
//! | upgrade | three or four | `dossier.no_star`, `dossier.top_star` |
//! | renewal | any; filed 180 to 120 days before it ends | `dossier.no_star`, `dossier.window_not_open`, `dossier.window_closed` |

use chrono::{Days, NaiveDate};

use crate::error::{Code, Refusal};
use crate::values::Star;

use super::Kind;

/// Days before the certificate's last day from which a renewal is filed (Decision 26/2026/QĐ-TTg, article 8).
pub const RENEWAL_OPENS: u64 = 180;
/// Days before the certificate's last day until which a renewal is filed (article 8).
pub const RENEWAL_CLOSES: u64 = 120;
/// Calendar days in which a renewal is decided, from the day its complete dossier came in (article 8).
pub const RENEWAL_DECIDED: u64 = 45;

/// The star a product bears now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Three to five.
    pub star: Star,
    /// Last day of its certificate.
    pub last_day: NaiveDate,
}

impl Held {
    /// The first and the last day on which a renewal is filed.
    pub fn window(self) -> (NaiveDate, NaiveDate) {
        let before = |days| self.last_day.checked_sub_days(Days::new(days)).unwrap_or(self.last_day);
        (before(RENEWAL_OPENS), before(RENEWAL_CLOSES))
    }
}

/// How far a dossier of a kind has come when one asks whether it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// It is begun: a renewal may be written before its window opens.
    Begun,
    /// It is filed for the first time.
    Filed,
}

/// A day as people in Viet Nam write it.
pub fn day(day: NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}

/// Whether a dossier of a kind may be begun or filed today.
///
/// # Errors
/// `dossier.star_valid`, `dossier.no_star`, `dossier.top_star`, `dossier.window_not_open`, `dossier.window_closed`.
pub fn open(kind: Kind, held: Option<Held>, today: NaiveDate, moment: Moment) -> Result<(), Refusal> {
    match (kind, held) {
        (Kind::First, None) => Ok(()),
        (Kind::First, Some(held)) => Err(star_valid(held)),
        (Kind::Upgrade | Kind::Renewal, None) => Err(Refusal::new(
            Code::DossierNoStar,
            "Sản phẩm không có hạng sao còn hiệu lực nên không nâng hạng hay phân hạng lại được; hãy lập hồ sơ đánh \
             giá lần đầu (kind = first) (Quyết định 26/2026/QĐ-TTg, điều 8).",
            "The product has no star that is valid now, so there is nothing to upgrade or renew; file a first dossier \
             (kind = first) instead (Decision 26/2026/QĐ-TTg, article 8).",
        )),
        (Kind::Upgrade, Some(held)) if held.star.get() >= 5 => Err(top_star(held)),
        (Kind::Upgrade, Some(_)) => Ok(()),
        (Kind::Renewal, Some(held)) => renewal(held, today, moment),
    }
}

fn star_valid(held: Held) -> Refusal {
    let (first, last) = held.window();
    let (until, first, last) = (day(held.last_day), day(first), day(last));
    let star = held.star.get();
    let (up_vi, up_en) = match star {
        5.. => ("", ""),
        _ => (
            "nâng hạng (kind = upgrade) bất cứ lúc nào, hoặc ",
            "an upgrade (kind = upgrade) at any time, or ",
        ),
    };
    Refusal::new(
        Code::DossierStarValid,
        format!(
            "Sản phẩm đang có {star} sao đến hết ngày {until}; hãy lập hồ sơ {up_vi}phân hạng lại (kind = renewal), nộp \
             từ {first} đến hết {last} (Quyết định 26/2026/QĐ-TTg, điều 8)."
        ),
        format!(
            "The product has {star} stars until {until}; file {up_en}a renewal (kind = renewal) from {first} to {last} \
             (Decision 26/2026/QĐ-TTg, article 8)."
        ),
    )
}

fn top_star(held: Held) -> Refusal {
    let (first, last) = held.window();
    let (first, last) = (day(first), day(last));
    Refusal::new(
        Code::DossierTopStar,
        format!(
            "Sản phẩm đã có 5 sao, không còn hạng cao hơn; hãy phân hạng lại (kind = renewal), nộp từ {first} đến hết \
             {last} (Quyết định 26/2026/QĐ-TTg, điều 8)."
        ),
        format!(
            "The product has five stars and there is no higher one; renew it (kind = renewal) from {first} to {last} \
             (Decision 26/2026/QĐ-TTg, article 8)."
        ),
    )
}

fn renewal(held: Held, today: NaiveDate, moment: Moment) -> Result<(), Refusal> {
    let (first, last) = held.window();
    let (from, to, end) = (day(first), day(last), day(held.last_day));
    if today > last {
        let next = held.last_day.succ_opt().map_or_else(|| end.clone(), day);
        return Err(Refusal::new(
            Code::DossierWindowClosed,
            format!(
                "Hồ sơ phân hạng lại chỉ nộp từ {from} đến hết {to} (180 đến 120 ngày trước khi giấy chứng nhận hết hạn \
                 ngày {end}; Quyết định 26/2026/QĐ-TTg, điều 8). Đã quá hạn: từ ngày {next} hãy lập hồ sơ đánh giá lần \
                 đầu (kind = first)."
            ),
            format!(
                "A renewal is filed from {from} to {to} (180 to 120 days before the certificate ends on {end}; Decision \
                 26/2026/QĐ-TTg, article 8). It is too late: file a first dossier (kind = first) from {next} on."
            ),
        ));
    }
    if today < first && moment == Moment::Filed {
        return Err(Refusal::new(
            Code::DossierWindowEarly,
            format!(
                "Hồ sơ phân hạng lại chỉ nộp từ {from} đến hết {to} (180 đến 120 ngày trước khi giấy chứng nhận hết hạn \
                 ngày {end}; Quyết định 26/2026/QĐ-TTg, điều 8). Còn sớm: hãy giữ bản nháp và nộp từ ngày {from}."
            ),
            format!(
                "A renewal is filed from {from} to {to} (180 to 120 days before the certificate ends on {end}; Decision \
                 26/2026/QĐ-TTg, article 8). It is too early: keep the draft and file it from {from} on."
            ),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_kind_has_its_time() {
        let held = |star| Some(Held { star: Star::new(star).unwrap(), last_day: date("2029-11-23") });
        // 180 days before 23 November 2029 is 27 May, 120 days before it 26 July.
        let code = |kind, held, today, moment| {
            open(kind, held, date(today), moment).err().map(|refusal| refusal.code.as_str())
        };
        use Kind::{First, Renewal, Upgrade};
        use Moment::{Begun, Filed};
        for (kind, held, today, moment, expected) in [
            (First, None, "2027-01-01", Filed, None),
            (First, held(3), "2027-01-01", Begun, Some("dossier.star_valid")),
            (Upgrade, None, "2027-01-01", Begun, Some("dossier.no_star")),
            (Upgrade, held(3), "2027-01-01", Filed, None),
            (Upgrade, held(4), "2029-11-23", Filed, None),
            (Upgrade, held(5), "2027-01-01", Begun, Some("dossier.top_star")),
            (Renewal, None, "2027-01-01", Begun, Some("dossier.no_star")),
            (Renewal, held(5), "2027-01-01", Begun, None),
            (Renewal, held(4), "2029-05-26", Filed, Some("dossier.window_not_open")),
            (Renewal, held(4), "2029-05-27", Filed, None),
            (Renewal, held(4), "2029-07-26", Filed, None),
            (Renewal, held(4), "2029-07-27", Filed, Some("dossier.window_closed")),
            (Renewal, held(4), "2029-07-27", Begun, Some("dossier.window_closed")),
        ] {
            assert_eq!(code(kind, held, today, moment), expected, "{kind} on {today}");
        }
        let late = open(Renewal, held(3), date("2029-08-01"), Filed).unwrap_err().detail.unwrap();
        for text in ["27/05/2029", "26/07/2029", "24/11/2029", "article 8", "kind = first"] {
            assert!(late.en.contains(text), "{text}: {}", late.en);
        }
    }
}
