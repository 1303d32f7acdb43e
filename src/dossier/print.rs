//! Forms 01, 02 and 03 as documents. Pure: records in, a document out. The forms hold what Decision 26/2026/QĐ-TTg asks
//! for; their wording is this program's.

use chrono::Datelike as _;

use crate::criteria::Rubric;
use crate::criteria::print as sheets;
use crate::error::{Code, Error, Result};
use crate::instant::Instant;
use crate::place::print as places;
use crate::print::File;
use crate::print::docx::{Align, Cell, Closing, Document, ESSENCE, Head, Para, Table};
use crate::print::words::{capital, date, date_blank, date_in_full};
use crate::producer::{Gender, Kind as ProducerKind, Producer};
use crate::product::{Paper, Product};
use crate::values::{Star, Vnd};

use super::{Document as Evidence, Dossier, Kind};

/// What the forms are written from.
#[derive(Clone, Debug)]
pub struct Papers {
    /// The dossier.
    pub dossier: Dossier,
    /// Its product, as it is now.
    pub product: Product,
    /// Its producer, as it is now.
    pub producer: Producer,
    /// Whether who asks may read the representative's data, telephone and e-mail.
    pub private: bool,
    /// The papers of the product.
    pub papers: Vec<Paper>,
    /// Which of them stand for which criterion.
    pub evidence: Vec<Evidence>,
}

/// Which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Registration.
    Registration,
    /// Self-assessment.
    SelfAssessment,
    /// The commune's report.
    CommuneReport,
}

impl Form {
    /// The form of a number as it stands in an address: `01`.
    pub fn of(number: &str) -> Option<Self> {
        match number {
            "01" => Some(Self::Registration),
            "02" => Some(Self::SelfAssessment),
            "03" => Some(Self::CommuneReport),
            _ => None,
        }
    }

    const fn number(self) -> &'static str {
        match self {
            Self::Registration => "01",
            Self::SelfAssessment => "02",
            Self::CommuneReport => "03",
        }
    }
}

/// What a producer is, in words.
pub fn producer_kind(kind: ProducerKind) -> &'static str {
    match kind {
        ProducerKind::Cooperative => "Hợp tác xã",
        ProducerKind::CooperativeGroup => "Tổ hợp tác",
        ProducerKind::Enterprise => "Doanh nghiệp",
        ProducerKind::Farm => "Trang trại",
        ProducerKind::Household => "Hộ sản xuất, kinh doanh",
        ProducerKind::Association => "Hội, hiệp hội",
        ProducerKind::OperatingCentre => "Trung tâm điều hành",
    }
}

/// What a dossier asks for, in words.
pub fn dossier_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::First => "đánh giá, phân hạng lần đầu",
        Kind::Upgrade => "đánh giá nâng hạng",
        Kind::Renewal => "đánh giá, phân hạng lại",
    }
}

/// What a dossier's product is scored by, in words.
pub fn classified(d: &Dossier) -> String {
    d.rubric().map_or_else(
        |_| format!("Bộ sản phẩm số {}", d.set_no),
        |rubric| sheets::rubric_name(rubric, d.set_no),
    )
}

/// A form of a dossier.
///
/// # Errors
/// `dossier.no_criteria` for form 02 of a scheme that is not known, `dossier.report_missing` for form 03 before it is written.
pub fn form(form: Form, papers: &Papers, now: Instant) -> Result<File> {
    let document = match form {
        Form::Registration => registration(papers, now)?,
        Form::SelfAssessment => self_assessment(papers, now)?,
        Form::CommuneReport => commune_report(papers, now)?,
    };
    let name = format!("Biểu {} - {}.docx", form.number(), papers.dossier.product_name);
    Ok(File { content_type: ESSENCE, name, bytes: document.finish()? })
}

/// The mark of a form above its head.
fn mark(document: &mut Document, number: &str) {
    document.para(&Para::new().bold(&format!("Biểu số {number}")).align(Align::Right).after(60));
}

/// Place and date: of the moment a paper was handed over, otherwise to be filled in.
fn dated(place: &str, at: Option<Instant>, now: Instant) -> String {
    let day = at.map_or_else(|| date_blank(now.date().year()), |at| date_in_full(at.date()));
    format!("{place}, {day}")
}

fn begin(papers: &Papers, title: &str, number: &str, now: Instant) -> Document {
    let d = &papers.dossier;
    let mut document = Document::new(&format!("{title} {}", d.product_name));
    mark(&mut document, number);
    let place = dated(places::commune_name(&d.commune_code), d.submitted_at, now);
    document.head(&Head { superior: &[], agency: &[&d.producer_name], number: None, place: &place });
    document
}

fn registration(papers: &Papers, now: Instant) -> Result<Document> {
    let Papers { dossier: d, producer, .. } = papers;
    let mut document = begin(papers, "Phiếu đăng ký", "01", now);
    document.title("Phiếu đăng ký", &["đánh giá, phân hạng sản phẩm Chương trình Mỗi xã một sản phẩm"]);
    let to = format!("Kính gửi: Ủy ban nhân dân {}", places::commune(&d.commune_code));
    document.para(&Para::new().text(&to).align(Align::Middle).after(160));

    document.section("I. Chủ thể");
    about_producer(&mut document, papers);
    document.section("II. Sản phẩm đăng ký");
    about_product(&mut document, papers);

    let form = &d.registration;
    document.section("III. Sản xuất, kinh doanh");
    document.field("1. Loại hình, ngành nghề kinh doanh", form.business_type.as_deref());
    long(&mut document, "2. Giới thiệu chủ thể", form.introduction.as_deref());
    document.field("3. Các sản phẩm chính", Some(&form.products.join("; ")));
    document.para(&Para::new().text("4. Nguyên liệu:").keep());
    let mut table = Table::new(&[7, 32, 35, 13, 13]);
    table.header(&["TT", "Nguyên liệu", "Nguồn", "Địa phương", "Tỷ lệ (%)"]);
    for (index, material) in form.materials.iter().enumerate() {
        let percent = material.percent.map(|percent| percent.to_string()).unwrap_or_default();
        table.cells(vec![
            Cell::text(&(index + 1).to_string()).middle(),
            Cell::text(&material.name),
            Cell::text(&material.source),
            Cell::text(if material.local { "Có" } else { "Không" }).middle(),
            Cell::text(&percent).middle(),
        ]);
    }
    if form.materials.is_empty() {
        table.row(&["", "", "", "", ""]);
    }
    document.table(&table);
    let labour = form.labour.map(|l| format!("{} người, trong đó {} người địa phương", l.total, l.local));
    document.field("5. Lao động", labour.as_deref());
    long(&mut document, "6. Quy trình, quy mô sản xuất", form.production.as_deref());
    long(&mut document, "7. Thị trường tiêu thụ", form.markets.as_deref());
    long(&mut document, "8. Kế hoạch sản xuất, kinh doanh", form.plan.as_deref());

    document.section("IV. Cam kết");
    document.prose(
        "Chủ thể cam kết các thông tin và giấy tờ trong hồ sơ là đúng sự thật, chịu trách nhiệm trước pháp luật về \
         những thông tin đó và tuân thủ các quy định của Chương trình.",
    );
    let representative = papers.private.then_some(producer.details.representative.full_name.as_deref());
    let signers = [("Đại diện chủ thể", representative.flatten())];
    document.closing(&Closing { recipients: &[], above: &[], signers: &signers });
    Ok(document)
}

fn about_producer(document: &mut Document, papers: &Papers) {
    let Papers { dossier: d, producer, private, .. } = papers;
    let details = &producer.details;
    document.field("1. Tên chủ thể", Some(&d.producer_name));
    document.field("2. Loại hình", Some(producer_kind(details.kind)));
    let day = details.registered_on.map(|day| format!(", ngày {}", date(day))).unwrap_or_default();
    let registered = details.registration_number.as_ref().map(|number| format!("{number}{day}"));
    document.field("3. Số đăng ký", registered.as_deref());
    let tax_code = details.tax_code.as_ref().filter(|code| *private || !code.is_personal());
    document.field("4. Mã số thuế", tax_code.map(|code| code.as_str()));
    let within = details.address.as_deref();
    let address = places::address(within, Some(&d.commune_code), &d.province_code);
    document.field("5. Địa chỉ", Some(&address));
    if let Some(former) = details.former_address.as_deref() {
        document.field("    Địa chỉ trước ngày 01/7/2025", Some(former));
    }
    if *private {
        let person = &details.representative;
        document.field("6. Người đại diện", person.full_name.as_deref());
        let gender = person.gender.map(|gender| match gender {
            Gender::Female => "nữ",
            Gender::Male => "nam",
            Gender::Other => "khác",
        });
        let disabled = person.disability.map(|yes| if yes { "có" } else { "không" });
        let parts = [
            gender.map(|word| format!("giới tính {word}")),
            person.ethnicity.as_ref().map(|name| format!("dân tộc {name}")),
            disabled.map(|word| format!("khuyết tật: {word}")),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        if !parts.is_empty() {
            document.field("    Thông tin người đại diện", Some(&parts.join("; ")));
        }
        document.field("7. Điện thoại", details.phone.as_ref().map(|phone| phone.as_str()));
        document.field("8. Thư điện tử", details.email.as_ref().map(|email| email.as_str()));
    }
    if let Some(capacity) = details.capacity.as_deref() {
        long(document, "Năng lực cung ứng", Some(capacity));
    }
}

fn about_product(document: &mut Document, papers: &Papers) {
    let Papers { dossier: d, product, .. } = papers;
    document.field("1. Tên sản phẩm", Some(&d.product_name));
    document.field("2. Phân loại", Some(&classified(d)));
    document.field("3. Đề nghị", Some(&capital(dossier_kind(d.kind))));
    document.field("4. Đơn vị tính", product.unit.as_deref());
    if let Some(weight) = product.net_weight_g {
        document.field("    Khối lượng tịnh", Some(&format!("{weight} g")));
    }
    if let Some(price) = product.price_vnd {
        let price = Vnd::new(price).map(|price| price.to_string()).unwrap_or_default();
        document.field("    Giá bán", Some(&price));
    }
    long(document, "5. Mô tả", product.description.as_deref());
}

/// A label, and a text of any length below it.
fn long(document: &mut Document, label: &str, text: Option<&str>) {
    match text.map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => {
            document.para(&Para::new().text(&format!("{label}:")).keep());
            document.prose(text);
        }
        None => document.field(label, None),
    }
}

fn self_assessment(papers: &Papers, now: Instant) -> Result<Document> {
    let d = &papers.dossier;
    let rubric = d.rubric()?;
    let mut document = begin(papers, "Phiếu tự đánh giá", "02", now);
    document.title("Phiếu tự đánh giá", &[&format!("sản phẩm {}", d.product_name)]);
    document.field("Chủ thể", Some(&d.producer_name));
    document.field("Phân loại", Some(&sheets::rubric_name(rubric, d.set_no)));
    if let Some(case) = d.self_sheet.tourism_case {
        document.field("Trường hợp áp dụng", Some(&case.to_string()));
    }
    let star = match rubric {
        Rubric::Tree(set) => {
            // Choices that no longer fit the set are shown as none: the form is open to be written anew.
            let scored = set.check(&d.self_sheet).or_else(|_| set.check(&crate::criteria::Sheet::default()));
            let scored = scored.map_err(crate::criteria::refused)?;
            document.table(&sheets::sheet(set, &scored, |_| "Không chọn"));
            set.preview(&d.self_sheet).ok().and_then(|preview| preview.star)
        }
        Rubric::Parts(scheme) => {
            // The producer assesses itself on paper: without points of its own there is room to write them.
            document.table(&sheets::parts(scheme, rubric.check(&d.self_sheet).ok().as_ref()));
            document.para(&Para::new().italic(&sheets::floors_not_tested(scheme)).align(Align::Even));
            None
        }
    };
    let star = star.map(Star::get).map(|star| format!("{star} sao (do chủ thể tự đánh giá)"));
    document.field("Hạng tự đánh giá", star.as_deref());

    document.section("Giấy tờ chứng minh");
    let mut table = Table::new(&[7, 12, 41, 24, 16]);
    table.header(&["TT", "Tiêu chí", "Giấy tờ", "Số, ngày cấp", "Hết hạn"]);
    for (index, Evidence { paper_id, criterion, .. }) in papers.evidence.iter().enumerate() {
        let paper = papers.papers.iter().find(|paper| paper.id == *paper_id);
        let number = paper.and_then(|p| p.number.clone());
        let day = paper.and_then(|p| p.issued_on).map(date);
        let issued: Vec<_> = [number, day].into_iter().flatten().collect();
        table.row(&[
            &(index + 1).to_string(),
            criterion,
            paper.map_or("", |p| &*p.title),
            &issued.join(", "),
            &paper.and_then(|p| p.expires_on).map(date).unwrap_or_default(),
        ]);
    }
    if papers.evidence.is_empty() {
        table.row(&["", "", "Chưa có giấy tờ nào", "", ""]);
    }
    document.table(&table);
    let representative = papers.producer.details.representative.full_name.as_deref();
    let signers = [("Đại diện chủ thể", representative.filter(|_| papers.private))];
    document.closing(&Closing { recipients: &[], above: &[], signers: &signers });
    Ok(document)
}

fn commune_report(papers: &Papers, now: Instant) -> Result<Document> {
    let d = &papers.dossier;
    let report = d.commune_report.as_ref().ok_or_else(|| {
        Error::told(
            Code::DossierReport,
            "Xã chưa lập báo cáo (biểu 03) của hồ sơ này.",
            "The commune has not written its report (form 03) on this dossier.",
        )
    })?;
    let mut document = Document::new(&format!("Báo cáo {}", d.product_name));
    mark(&mut document, "03");
    let commune = places::commune(&d.commune_code);
    let place = dated(places::commune_name(&d.commune_code), d.forwarded_at, now);
    document.head(&Head {
        superior: &[],
        agency: &["Ủy ban nhân dân", &commune],
        number: Some("Số: ....... /BC-UBND"),
        place: &place,
    });
    let about = format!("về sản phẩm {} đề nghị đánh giá, phân hạng", d.product_name);
    document.title("Báo cáo", &[&about]);
    let to = format!("Kính gửi: Ủy ban nhân dân {}", places::province(&d.province_code));
    document.para(&Para::new().text(&to).align(Align::Middle).after(160));
    let set = classified(d);
    document.prose(&format!(
        "Ủy ban nhân dân {commune} đã kiểm tra hồ sơ sản phẩm {} ({set}) của {}, {} và báo cáo như sau:",
        d.product_name,
        d.producer_name,
        dossier_kind(d.kind)
    ));
    for (label, text) in [
        ("1. Sử dụng nguyên liệu địa phương", Some(&report.local_material)),
        ("2. Sử dụng lao động địa phương", Some(&report.local_labour)),
        ("3. Nguồn gốc ý tưởng sản phẩm", Some(&report.idea_origin)),
        ("4. Bản sắc, trí tuệ địa phương", Some(&report.local_identity)),
        ("5. Ý kiến khác", report.remark.as_ref()),
    ] {
        if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
            document.section(label);
            document.prose(text);
        }
    }
    document.prose(&format!(
        "Ủy ban nhân dân {commune} kính đề nghị Ủy ban nhân dân {} xem xét, tổ chức đánh giá, phân hạng sản phẩm.",
        places::province(&d.province_code)
    ));
    document.closing(&Closing {
        recipients: &["Như trên", &d.producer_name, "Lưu: VT"],
        above: &["TM. ỦY BAN NHÂN DÂN"],
        signers: &[("Chủ tịch", None)],
    });
    Ok(document)
}
