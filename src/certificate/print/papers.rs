//! The list annexed to a decision, and the notice that a certificate ends. Pure: records in, a document out.

use chrono::Datelike as _;

use crate::criteria;
use crate::error::Result;
use crate::instant::Instant;
use crate::place::print as places;
use crate::print::File;
use crate::print::docx::{Align, Cell, Closing, Document, ESSENCE, Head, Para, Table};
use crate::print::words::{date, date_blank, date_in_full, score};

use super::super::state::{Standing, Tier, last_day};
use super::super::{Act, Authority, Certificate};
use super::{extended_to, extension, revoked_by};

/// A decision and what it recognised.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Its number.
    pub number: String,
    /// Its day, where all its certificates agree on one.
    pub decided_on: Option<chrono::NaiveDate>,
    /// Who decided.
    pub issuer: String,
    /// Its certificates, the highest star first.
    pub certificates: Vec<Certificate>,
}

/// A certificate whose end is to be told.
#[derive(Clone, Debug)]
pub struct Ending {
    /// The certificate.
    pub certificate: Certificate,
    /// Its producer's address within the commune.
    pub address: Option<String>,
    /// The authority that certified, as it is now.
    pub by: Authority,
    /// What it did to the certificate since, in order.
    pub acts: Vec<Act>,
}

/// The list annexed to a decision.
///
/// # Errors
/// A fault of the archive.
pub fn annex(decision: &Decision) -> Result<File> {
    let Decision { number, decided_on, issuer, certificates } = decision;
    let mut document = Document::wide(&format!("Phụ lục kèm theo Quyết định {number}"));
    document.title("Phụ lục", &["Danh sách sản phẩm được công nhận đạt hạng sao OCOP"]);
    let day = decided_on.map_or_else(String::new, |day| format!(" {}", date_in_full(day)));
    let attached = format!("(Kèm theo Quyết định số {number}{day} của {issuer})");
    document.para(&Para::new().italic(&attached).align(Align::Middle).after(160));
    let mut table = Table::new(&[5, 20, 21, 14, 15, 7, 6, 21]);
    table.header(&[
        "TT",
        "Sản phẩm",
        "Chủ thể",
        "Địa chỉ",
        "Mã sản phẩm",
        "Điểm",
        "Hạng",
        "Số giấy chứng nhận; hiệu lực",
    ]);
    for (index, c) in certificates.iter().enumerate() {
        let until = format!("{}; đến hết {}", c.number, date(last_day(c.valid_until)));
        table.cells(vec![
            Cell::text(&(index + 1).to_string()).middle(),
            Cell::text(&c.product_name),
            Cell::text(&c.producer_name),
            Cell::text(&match c.tier {
                Tier::Province => c.commune_code.as_deref().map(places::commune).unwrap_or_default(),
                // The Ministry's decisions are of all provinces.
                Tier::Centre => places::address(None, c.commune_code.as_deref(), &c.province_code),
            }),
            Cell::text(c.product_code.as_deref().unwrap_or_default()).middle(),
            Cell::text(&c.points().map(score).unwrap_or_default()).middle(),
            Cell::text(&format!("{} sao", c.stars)).middle(),
            Cell::text(&until),
        ]);
    }
    document.table(&table);
    let of = |star: i32| certificates.iter().filter(|c| c.stars == star).count();
    let counts = [5, 4, 3].into_iter().filter(|star| of(*star) > 0);
    let counts: Vec<_> = counts.map(|star| format!("{} sản phẩm {star} sao", of(star))).collect();
    let sum = format!("Danh sách có {} sản phẩm: {}.", certificates.len(), counts.join(", "));
    document.para(&Para::new().italic(&sum));
    Ok(File {
        content_type: ESSENCE,
        name: format!("Phụ lục Quyết định {}.docx", number.replace('/', "-")),
        bytes: document.finish()?,
    })
}

/// The notice that a certificate ends, or has ended, to its producer.
///
/// # Errors
/// A fault of the archive.
pub fn expiry_notice(ending: &Ending, now: Instant) -> Result<File> {
    let Ending { certificate: c, address, by, acts } = ending;
    let last = last_day(c.valid_until);
    let mut document = Document::new(&format!("Thông báo {}", c.number));
    let place = match c.tier {
        Tier::Province => places::province_name(&c.province_code),
        Tier::Centre => places::CAPITAL,
    };
    let place = format!("{place}, {}", date_blank(now.date().year()));
    document.head(&Head {
        superior: &[&by.name],
        agency: &["Cơ quan thường trực", "Chương trình OCOP"],
        number: Some("Số: ....... /TB-......."),
        place: &place,
    });
    let ended = c.standing(now) != Standing::Valid;
    let about = if ended {
        "về việc giấy chứng nhận OCOP hết hiệu lực"
    } else {
        "về việc giấy chứng nhận OCOP sắp hết hiệu lực"
    };
    document.title("Thông báo", &[about]);
    document
        .para(&Para::new().text(&format!("Kính gửi: {}", c.producer_name)).align(Align::Middle).after(160));

    let decision = c.decision_number.as_ref().map(|number| {
        let day = c.decided_on.map_or_else(String::new, |day| format!(" {}", date_in_full(day)));
        format!(" theo Quyết định số {number}{day} của {}", c.issuer)
    });
    document.prose(&format!(
        "Sản phẩm {} được công nhận hạng {} sao, giấy chứng nhận số {}{}.",
        c.product_name,
        c.stars,
        c.number,
        decision.unwrap_or_default()
    ));
    let days = (last - now.date()).num_days();
    let known = if c.end_is_known() {
        ""
    } else {
        " (ngày sớm nhất có thể, vì ngày quyết định không rõ)"
    };
    document.prose(&match c.standing(now) {
        Standing::Valid | Standing::NotYet => format!(
            "Giấy chứng nhận có giá trị đến hết {}{known}, còn {days} ngày kể từ ngày {}.",
            date_in_full(last),
            date(now.date())
        ),
        Standing::Lapsed => format!("Giấy chứng nhận đã hết giá trị sau {}{known}.", date_in_full(last)),
        Standing::Superseded => "Giấy chứng nhận đã được thay bằng giấy chứng nhận khác.".to_owned(),
        Standing::Revoked => format!("Giấy chứng nhận đã bị thu hồi{}.", revoked_by(acts)),
    });
    if let Some(text) = extended_to(c, acts) {
        document.prose(&format!("Giấy chứng nhận đã được {text}."));
    }
    document.prose(
        "Sau thời điểm đó sản phẩm không còn hạng sao: chủ thể không được in, gắn nhãn hiệu và hạng sao OCOP trên sản \
         phẩm, bao bì, tài liệu quảng bá; hạng sao không còn được hiển thị trên các kênh của Chương trình.",
    );
    let days_before = |days: i64| date(last - chrono::Duration::days(days));
    if c.standing(now) == Standing::Valid && extension(acts).is_some() {
        document.prose(
            "Sản phẩm có hạng sao sau thời điểm đó nếu hồ sơ đánh giá, phân hạng lại đã nộp được công nhận.",
        );
    } else if c.standing(now) == Standing::Valid {
        let scheme = criteria::in_force(now.date()).map_or("", |scheme| &*scheme.decision);
        document.prose(&format!(
            "Để được đánh giá, phân hạng lại theo Quyết định số {scheme}, chủ thể nộp hồ sơ trong khoảng từ 180 đến 120 \
             ngày trước khi giấy chứng nhận hết giá trị, tức từ ngày {} đến ngày {}.",
            days_before(180),
            days_before(120)
        ));
    } else {
        document
            .prose("Để được công nhận lại, chủ thể nộp hồ sơ đánh giá, phân hạng theo quy định hiện hành.");
    }
    document.section("Thông tin giấy chứng nhận");
    let mut table = Table::new(&[35, 65]);
    let score = c.points().map(score).unwrap_or_default();
    let at = places::address(address.as_deref(), c.commune_code.as_deref(), &c.province_code);
    for (label, value) in [
        ("Số giấy chứng nhận", &*c.number),
        ("Sản phẩm", &c.product_name),
        ("Mã sản phẩm", c.product_code.as_deref().unwrap_or("không có")),
        ("Chủ thể", &c.producer_name),
        ("Địa chỉ", &at),
        (
            "Hạng; điểm",
            &format!("{} sao; {}", c.stars, if score.is_empty() { "không rõ điểm" } else { &score }),
        ),
        ("Hiệu lực", &format!("từ {} đến hết {}", date(c.valid_from.date()), date(last))),
    ] {
        table.cells(vec![Cell::bold(label), Cell::text(value)]);
    }
    document.table(&table);
    let commune = c.commune_code.as_deref().map(places::commune).unwrap_or_default();
    let copy = format!("Ủy ban nhân dân {commune}");
    let province = format!("Ủy ban nhân dân {}", places::province(&c.province_code));
    let recipients: Vec<&str> = ["Như trên"]
        .into_iter()
        .chain(Some(&*province).filter(|_| c.tier == Tier::Centre))
        .chain(Some(&*copy).filter(|_| !commune.is_empty()))
        .chain(["Lưu: VT"])
        .collect();
    document.closing(&Closing {
        recipients: &recipients,
        above: &[],
        signers: &[("Thủ trưởng cơ quan", None)],
    });
    Ok(File {
        content_type: ESSENCE,
        name: format!("Thông báo hết hạn {}.docx", c.number),
        bytes: document.finish()?,
    })
}
