//! The certificate as a page to hang on a wall; offices' papers about certificates stand in [`papers`]. Pure: a record
//! in, a page out.

pub mod papers;

use chrono::NaiveDate;

use crate::criteria;
use crate::error::Result;
use crate::instant::Instant;
use crate::place::{places, print::CAPITAL};
use crate::print::File;
use crate::print::font::Face;
use crate::print::pdf::{A4_LONG, A4_SHORT, Colour, Page, Type};
use crate::print::qr::Matrix;
use crate::print::words::{date, date_in_full};

use super::state::{ActKind, Reason, Standing, Tier, last_day};
use super::{Act, Certificate};

const GREEN: Colour = [0.05, 0.36, 0.22];
const GOLD: Colour = [0.80, 0.58, 0.10];
const RED: Colour = [0.75, 0.09, 0.09];
const BLACK: Colour = [0.1, 0.1, 0.1];
const GREY: Colour = [0.35, 0.35, 0.35];

/// Where the foot of the page begins.
const FOOT: f32 = 466.0;

/// Everything that stands on the page; what it is worth is part of it.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The certificate.
    pub certificate: Certificate,
    /// Its producer's name as the public may read it.
    pub producer: String,
    /// What its authority did to it since, in order.
    pub acts: Vec<Act>,
    /// What it is worth now.
    pub standing: Standing,
    /// The address where anybody checks it.
    pub check: String,
}

/// The address where anybody checks a certificate.
pub fn check_address(site: &str, number: &str) -> String {
    format!("{}/api/v1/certificates/{number}", site.trim_end_matches('/'))
}

/// The ground of a revocation in words (Decision 26/2026/QĐ-TTg, article 12).
fn ground(reason: Reason) -> &'static str {
    match reason {
        Reason::UntruthfulDossier => "hồ sơ không trung thực",
        Reason::CriteriaNotMet => "sản phẩm không còn đáp ứng tiêu chí",
        Reason::BreachOfLaw => "vi phạm pháp luật",
        Reason::MisuseOfMark => "sử dụng sai giấy chứng nhận, nhãn hiệu OCOP",
        Reason::ProductionStopped => "ngừng sản xuất",
        Reason::AuthorityConclusion => "theo kết luận của cơ quan có thẩm quyền",
    }
}

/// By which decision and why a certificate was taken back: ` theo Quyết định số …, lý do: …`. Nothing where no act tells.
fn revoked_by(acts: &[Act]) -> String {
    let Some(act) = acts.iter().rfind(|act| act.kind == ActKind::Revoked) else { return String::new() };
    let why = act.reason.map(|reason| format!(", lý do: {}", ground(reason))).unwrap_or_default();
    format!(" theo Quyết định số {}{why}", act.decision_number)
}

/// The last extension.
fn extension(acts: &[Act]) -> Option<&Act> {
    acts.iter().rfind(|act| act.kind == ActKind::Extended)
}

/// The end a certificate was issued with.
fn first_end(c: &Certificate, acts: &[Act]) -> Instant {
    acts.iter().find_map(|act| act.old_until).unwrap_or(c.valid_until)
}

/// Up to when a certificate was extended, and by which decision: `gia hạn đến hết ngày … theo Quyết định số … ngày …`.
fn extended_to(c: &Certificate, acts: &[Act]) -> Option<String> {
    extension(acts).map(|act| {
        format!(
            "gia hạn đến hết ngày {} theo Quyết định số {} ngày {}",
            date(last_day(c.valid_until)),
            act.decision_number,
            date(act.acted_at.date())
        )
    })
}

/// What a certificate that is not valid says across the page, and since when.
fn void(sheet: &Sheet) -> Option<(&'static str, String)> {
    let c = &sheet.certificate;
    let since = |at: Option<Instant>| at.map(|at| format!(" từ ngày {}", date(at.date())));
    Some(match sheet.standing {
        Standing::Valid => return None,
        Standing::Lapsed => {
            let last = date(last_day(c.valid_until));
            let know = if c.end_is_known() { "" } else { " (ngày sớm nhất có thể)" };
            ("HẾT HIỆU LỰC", format!("Giấy chứng nhận đã hết hiệu lực sau ngày {last}{know}."))
        }
        Standing::Revoked => (
            "ĐÃ THU HỒI",
            format!(
                "Giấy chứng nhận đã bị thu hồi{}{}.",
                since(c.revoked_at).unwrap_or_default(),
                revoked_by(&sheet.acts)
            ),
        ),
        Standing::Superseded => (
            "ĐÃ THAY THẾ",
            format!(
                "Giấy chứng nhận đã được thay bằng giấy chứng nhận khác{}.",
                since(c.superseded_at).unwrap_or_default()
            ),
        ),
        Standing::NotYet => (
            "CHƯA CÓ HIỆU LỰC",
            format!("Giấy chứng nhận chỉ có hiệu lực từ ngày {}.", date(c.valid_from.date())),
        ),
    })
}

/// The page.
///
/// # Errors
/// A program built with a broken font.
pub fn page(sheet: &Sheet) -> Result<File> {
    let c = &sheet.certificate;
    let mut page = Page::new(A4_LONG, A4_SHORT)?;
    let middle = A4_LONG / 2.0;
    border(&mut page);
    let bold = |size: f32, colour: Colour| Type { face: Face::Bold, size, colour };
    let plain = |size: f32| Type { face: Face::Regular, size, colour: BLACK };

    let motto = "Độc lập - Tự do - Hạnh phúc";
    page.centred(bold(13.0, BLACK), middle, 74.0, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM");
    page.centred(bold(14.0, BLACK), middle, 92.0, motto);
    let half = page.text_width(bold(14.0, BLACK), motto) / 2.0;
    page.line(BLACK, 0.8, (middle - half, 98.0), (middle + half, 98.0));

    let (kind, lines) = page.fitted(bold(15.0, GREEN), 10.0, 640.0, 1, &c.issuer.to_uppercase());
    for line in lines {
        page.centred(kind, middle, 124.0, &line);
    }
    page.centred(bold(38.0, RED), middle, 168.0, "GIẤY CHỨNG NHẬN");
    page.centred(bold(15.0, GREEN), middle, 193.0, "SẢN PHẨM CHƯƠNG TRÌNH MỖI XÃ MỘT SẢN PHẨM (OCOP)");

    let mut at = block(&mut page, bold(28.0, BLACK), 20.0, 13.0, 234.0, &c.product_name);
    let stars = c.star().get();
    at += 10.0;
    let mut x = middle - 2.0 * 46.0;
    for place in 1..=5 {
        page.star(GOLD, (x, at), 19.0, place <= stars);
        x += 46.0;
    }
    at += 40.0;
    page.centred(bold(20.0, RED), middle, at, &format!("ĐẠT HẠNG {stars} SAO"));
    at = block(&mut page, plain(15.0), 12.0, 9.0, at + 24.0, &format!("Chủ thể: {}", sheet.producer));
    // Closer together where they would run into what stands at the foot.
    let facts = facts(c, &sheet.acts);
    let count = u16::try_from(facts.len()).unwrap_or(u16::MAX);
    let pitch = ((FOOT - at) / f32::from(count.max(1))).min(16.5);
    for line in facts {
        let (kind, lines) = page.fitted(plain((pitch * 0.8).min(13.0)), 8.0, 660.0, 1, &line);
        for line in lines {
            page.centred(kind, middle, at, &line);
        }
        at += pitch;
    }
    foot(&mut page, sheet)?;
    if let Some((word, sentence)) = void(sheet) {
        page.across(bold(86.0, RED), (middle, A4_SHORT / 2.0 + 10.0), 27.0, word);
        let kind = bold(13.0, [1.0, 1.0, 1.0]);
        page.area(RED, 36.0, 36.0, A4_LONG - 72.0, 19.0);
        let (kind, lines) = page.fitted(kind, 6.0, A4_LONG - 84.0, 1, &sentence);
        for line in lines {
            page.centred(kind, middle, 50.0, &line);
        }
    }
    let title = format!("Giấy chứng nhận {} – {}", c.number, c.product_name);
    let bytes = page.finish(&title)?;
    Ok(File {
        content_type: "application/pdf", name: format!("Giấy chứng nhận {}.pdf", c.number), bytes
    })
}

/// A text in the middle: in one line down to a size, otherwise in two lines of that size or less; where the next begins.
fn block(page: &mut Page, kind: Type, two: f32, least: f32, mut at: f32, text: &str) -> f32 {
    let width = 680.0;
    let (mut kind, mut lines) = page.fitted(kind, two, width, 1, text);
    if page.lines(kind, width, text).len() > 1 {
        (kind, lines) = page.fitted(Type { size: two, ..kind }, least, width, 2, text);
    }
    for line in lines {
        page.centred(kind, A4_LONG / 2.0, at, &line);
        at += kind.size * 1.2;
    }
    at
}

/// The lines between the producer and the signature.
fn facts(c: &Certificate, acts: &[Act]) -> Vec<String> {
    let mut lines = Vec::new();
    let commune = c.commune_code.as_deref().and_then(|code| places().commune(code));
    let province = places().province(&c.province_code);
    let parts = [commune.map(|p| p.full_name()), province.map(|p| format!("{} {}", p.kind, p.name))];
    let address: Vec<_> = parts.into_iter().flatten().collect();
    if !address.is_empty() {
        lines.push(format!("Địa chỉ: {}", address.join(", ")));
    }
    if let Some(code) = &c.product_code {
        lines.push(format!("Mã sản phẩm: {code}"));
    }
    if let Some(number) = &c.former_number {
        lines.push(format!("Số trên giấy chứng nhận đã cấp: {number}"));
    }
    let scheme = criteria::scheme(&c.scheme).map(|s| format!("Quyết định số {}", s.decision));
    if let Some(scheme) = scheme {
        lines.push(format!("Đánh giá, phân hạng theo {scheme} của Thủ tướng Chính phủ"));
    }
    if let Some(number) = &c.decision_number {
        let day = c.decided_on.map(|day| format!(" {}", date_in_full(day))).unwrap_or_default();
        lines.push(format!("Quyết định công nhận số {number}{day}"));
    }
    let (from, last) = (date(c.valid_from.date()), date(last_day(first_end(c, acts))));
    lines.push(if c.end_is_known() {
        format!("Có giá trị từ ngày {from} đến hết ngày {last}")
    } else {
        format!("Không rõ ngày quyết định; chắc chắn có giá trị đến hết ngày {last}")
    });
    lines.extend(extended_to(c, acts).map(|text| format!("Được {text}")));
    lines
}

fn border(page: &mut Page) {
    page.area([1.0, 0.995, 0.975], 22.0, 22.0, A4_LONG - 44.0, A4_SHORT - 44.0);
    page.frame(GREEN, 3.0, 22.0, 22.0, A4_LONG - 44.0, A4_SHORT - 44.0);
    page.frame(GOLD, 1.2, 29.0, 29.0, A4_LONG - 58.0, A4_SHORT - 58.0);
}

/// The code that leads to the check, the number, and who signs.
fn foot(page: &mut Page, sheet: &Sheet) -> Result<()> {
    let c = &sheet.certificate;
    let small = Type { face: Face::Regular, size: 9.0, colour: GREY };
    page.code(&Matrix::of(&sheet.check)?, 46.0, 461.0, 94.0);
    page.text(
        Type { face: Face::Bold, size: 11.0, colour: BLACK },
        148.0,
        490.0,
        &format!("Số: {}", c.number),
    );
    let told = "Quét mã để kiểm tra tình trạng hiện tại của giấy chứng nhận:";
    page.text(small, 148.0, 507.0, told);
    let mut at = 519.0;
    for line in page.lines(small, 330.0, &sheet.check) {
        page.text(small, 148.0, at, &line);
        at += 11.0;
    }
    page.text(
        small,
        148.0,
        at + 2.0,
        "Bản in từ hệ thống OCOP; giá trị pháp lý theo quyết định công nhận nêu trên.",
    );

    let place = match c.tier {
        Tier::Province => places().province(&c.province_code).map_or("", |p| p.name),
        Tier::Centre => CAPITAL,
    };
    let day: Option<NaiveDate> = c.issued_on.or(c.decided_on);
    let italic = Type { face: Face::Italic, size: 13.0, colour: BLACK };
    if let Some(day) = day {
        let place =
            if c.dossier_id.is_some() && !place.is_empty() { format!("{place}, ") } else { String::new() };
        page.centred(italic, 662.0, 484.0, &format!("{place}{}", date_in_full(day)));
    }
    let title = c.signer_title.clone().unwrap_or_else(|| c.issuer.clone()).to_uppercase();
    let kind = Type { face: Face::Bold, size: 13.0, colour: BLACK };
    let (kind, lines) = page.fitted(kind, 8.0, 290.0, 2, &title);
    let mut at = 503.0;
    for line in lines {
        page.centred(kind, 662.0, at, &line);
        at += 16.0;
    }
    Ok(())
}
