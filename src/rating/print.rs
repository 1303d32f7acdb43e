//! Score sheets and minutes as documents. Pure: records in, a document out.

use std::collections::BTreeMap;

use crate::council::{Conflict, Council, Member, Seat, Session, SessionKind, Tier};
use crate::criteria::print as sheets;
use crate::criteria::{Scored, Sheet};
use crate::dossier::Dossier;
use crate::dossier::print::dossier_kind;
use crate::error::Result;
use crate::ids::{AccountId, DossierId};
use crate::place::print as places;
use crate::print::File;
use crate::print::docx::{Align, Cell, Closing, Document, ESSENCE, Head, Para, Table};
use crate::print::words::{capital, date, date_in_full, points, score};
use crate::values::{Points, Star};

use super::state::{Conclusion, Scorer};
use super::{ScoreSheet, SheetStatus};

/// A member's sheet and what stands around it.
#[derive(Clone, Debug)]
pub struct SheetPaper {
    /// What it scores.
    pub dossier: Dossier,
    /// Whose council.
    pub council: Council,
    /// In which session.
    pub session: Session,
    /// Whose; `None` for somebody who has no seat any more.
    pub member: Option<Member>,
    /// The sheet.
    pub sheet: ScoreSheet,
    /// Its points.
    pub scored: Scored,
}

/// A session and what came out of it.
#[derive(Clone, Debug)]
pub struct Minutes {
    /// Whose council.
    pub council: Council,
    /// The session.
    pub session: Session,
    /// Its members.
    pub members: Vec<Member>,
    /// What was on the agenda, in its order.
    pub items: Vec<Item>,
}

/// A dossier on the agenda.
#[derive(Clone, Debug)]
pub struct Item {
    /// The dossier.
    pub dossier: Dossier,
    /// What this session concluded.
    pub conclusion: Option<Conclusion>,
    /// Who of the council did not score it.
    pub conflicts: Vec<Conflict>,
    /// Whether who asks may know which member gave which points.
    pub names: bool,
}

/// A seat in words.
fn seat(seat: Seat) -> &'static str {
    match seat {
        Seat::Chair => "Chủ tịch hội đồng",
        Seat::Secretary => "Thư ký",
        Seat::Member => "Ủy viên",
    }
}

/// The office above a council.
fn superior(council: &Council) -> String {
    match (council.tier, council.province_code.as_deref()) {
        (Tier::Province, Some(code)) => format!("Ủy ban nhân dân {}", places::province(code)),
        _ => "Bộ Nông nghiệp và Môi trường".to_owned(),
    }
}

/// Place and date of a session's papers.
fn dated(council: &Council, session: &Session) -> String {
    let place = council.province_code.as_deref().map_or("Hà Nội", places::province_name);
    format!("{place}, {}", date_in_full(session.held_on))
}

fn office(member: &Member) -> String {
    let parts = [member.office.as_deref(), member.unit.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A member's score sheet.
///
/// # Errors
/// `dossier.no_criteria` for an old scheme.
pub fn sheet(paper: &SheetPaper) -> Result<File> {
    let SheetPaper { dossier: d, council, session, member, sheet, scored } = paper;
    let set = d.criteria_set()?;
    let mut document = Document::new(&format!("Phiếu chấm điểm {}", d.product_name));
    let (above, place) = (superior(council), dated(council, session));
    document.head(&Head { superior: &[&above], agency: &[&council.name], number: None, place: &place });
    document.title("Phiếu chấm điểm", &[&format!("sản phẩm {}", d.product_name)]);
    let signed = match (sheet.status, sheet.signed_at) {
        (SheetStatus::Draft, _) | (_, None) => "Bản nháp, chưa ký".to_owned(),
        (SheetStatus::Superseded, Some(at)) => {
            format!("Đã ký ngày {}, đã thay bằng phiếu khác", date(at.date()))
        }
        (SheetStatus::Signed, Some(at)) => format!("Đã ký ngày {}", date(at.date())),
    };
    let name = member.as_ref().map(|member| &*member.full_name);
    document.field("Thành viên", name);
    document.field("Vai trò", member.as_ref().map(|member| seat(member.seat)));
    let office = member.as_ref().map(office).filter(|office| !office.is_empty());
    document.field("Chức vụ, đơn vị", office.as_deref());
    document.field("Chủ thể", Some(&d.producer_name));
    document.field("Phân loại", Some(&sheets::set_name(set)));
    document.field("Đề nghị", Some(&capital(dossier_kind(d.kind))));
    document.field("Tình trạng phiếu", Some(&format!("{signed}; lần chấm {}", sheet.revision)));
    document.table(&sheets::sheet(set, scored, |_| "Không chọn"));
    if let Some(comment) = sheet.comment.as_deref() {
        document.section("Nhận xét");
        document.prose(comment);
    }
    document
        .closing(&Closing { recipients: &[], above: &[], signers: &[("Thành viên hội đồng", name)] });
    let name = format!("Phiếu chấm điểm - {}.docx", d.product_name);
    Ok(File { content_type: ESSENCE, name, bytes: document.finish()? })
}

/// The minutes of a session.
///
/// # Errors
/// A fault of the archive.
pub fn minutes(minutes: &Minutes) -> Result<File> {
    let Minutes { council, session, members, items } = minutes;
    let mut document = Document::new(&format!("Biên bản họp {}", council.name));
    let (above, place) = (superior(council), dated(council, session));
    document.head(&Head {
        superior: &[&above],
        agency: &[&council.name],
        number: Some("Số: ....... /BB-HĐ"),
        place: &place,
    });
    document.title("Biên bản", &["họp hội đồng đánh giá, phân hạng sản phẩm OCOP"]);
    document.section("I. Thời gian, địa điểm");
    let how = match session.kind {
        SessionKind::Meeting => "họp trực tiếp",
        SessionKind::Written => "lấy ý kiến bằng văn bản",
    };
    document.field("Ngày", Some(&format!("{} ({how})", date(session.held_on))));
    document.field("Địa điểm", session.place.as_deref());
    attendance(&mut document, minutes);
    document.section("III. Chương trình");
    let mut table = Table::new(&[7, 31, 31, 31]);
    table.header(&["TT", "Sản phẩm", "Chủ thể", "Phân loại; đề nghị"]);
    for (index, Item { dossier: d, .. }) in items.iter().enumerate() {
        let set = d.criteria_set().map_or_else(|_| format!("Bộ tiêu chí số {}", d.set_no), sheets::set_name);
        let asked = format!("{set}; {}", dossier_kind(d.kind));
        table.cells(vec![
            Cell::text(&(index + 1).to_string()).middle(),
            Cell::text(&d.product_name),
            Cell::text(&d.producer_name),
            Cell::text(&asked),
        ]);
    }
    document.table(&table);
    document.section("IV. Kết quả chấm điểm");
    for (index, item) in items.iter().enumerate() {
        scores(&mut document, index + 1, item, members);
    }
    conclusions(&mut document, items);
    let name = |wanted: Seat| members.iter().find(|m| m.seat == wanted).map(|m| &*m.full_name);
    document.closing(&Closing {
        recipients: &[],
        above: &[],
        signers: &[("Thư ký", name(Seat::Secretary)), ("Chủ tịch hội đồng", name(Seat::Chair))],
    });
    agreed_sheets(&mut document, items)?;
    let name = format!("Biên bản họp hội đồng {}.docx", session.held_on.format("%Y-%m-%d"));
    Ok(File { content_type: ESSENCE, name, bytes: document.finish()? })
}

fn attendance(document: &mut Document, minutes: &Minutes) {
    let Minutes { council, session, members, .. } = minutes;
    document.section("II. Thành phần");
    let mut table = Table::new(&[7, 29, 33, 19, 12]);
    table.header(&["TT", "Họ và tên", "Chức vụ, đơn vị", "Vai trò", "Có mặt"]);
    for (index, member) in members.iter().enumerate() {
        let here = session.attendance.contains(&member.account_id);
        table.cells(vec![
            Cell::text(&(index + 1).to_string()).middle(),
            Cell::text(&member.full_name),
            Cell::text(&office(member)),
            Cell::text(seat(member.seat)),
            Cell::text(if here { "x" } else { "" }).middle(),
        ]);
    }
    document.table(&table);
    let here = members.iter().filter(|member| session.attendance.contains(&member.account_id)).count();
    document.prose(&format!(
        "Có mặt {here} trên {} thành viên. Kết luận cần ít nhất {} phiếu đã ký ({} %), trong đó có phiếu của chủ tịch \
         hội đồng; phiếu lệch quá {} điểm so với trung bình phải có lý do.",
        members.len(),
        council.settings.quorum(members.len()),
        council.settings.quorum_percent,
        council.settings.deviation_points
    ));
}

/// The star in words.
fn star(star: Option<Star>) -> String {
    star.map_or_else(|| "không xếp hạng".to_owned(), |star| format!("{} sao", star.get()))
}

fn scores(document: &mut Document, number: usize, item: &Item, members: &[Member]) {
    let Item { dossier: d, conclusion, conflicts, names } = item;
    let head = format!("{number}. {} – {}", d.product_name, d.producer_name);
    document.para(&Para::new().bold(&head).before(120).keep());
    let Some(c) = conclusion else {
        document.prose("Phiên họp chưa kết luận hồ sơ này.");
        return;
    };
    let mut scorers: Vec<&Scorer> = c.scorers.iter().collect();
    if !names {
        // In no order that could tell who signed when.
        scorers.sort_by_key(|scorer| std::cmp::Reverse(scorer.total));
    }
    let mut table = Table::new(&[7, 30, 18, 11, 11, 23]);
    table.header(&["TT", "Thành viên", "Vai trò", "Tổng điểm", "Lệch", "Lý do"]);
    for (index, scorer) in scorers.into_iter().enumerate() {
        let off = Points::from_hundredths(scorer.deviation_hundredths);
        let sign = if scorer.deviation_hundredths > 0 { "+" } else { "" };
        let reason = scorer.reason.as_deref().unwrap_or_default();
        table.cells(vec![
            Cell::text(&(index + 1).to_string()).middle(),
            Cell::text(if *names { &scorer.full_name } else { "(không nêu tên)" }),
            Cell::text(if *names { seat(scorer.seat) } else { "" }),
            Cell::text(&points(scorer.total)).middle(),
            Cell::text(&format!("{sign}{}", points(off))).middle(),
            Cell::text(if *names { reason } else { "" }),
        ]);
    }
    document.table(&table);
    document.prose(&format!(
        "Điểm trung bình {} ({} phiếu); chênh lệch cao nhất và thấp nhất {} điểm; hạng theo điểm: {} sao.",
        score(c.score),
        c.scorers.len(),
        points(c.spread),
        c.band_star.get()
    ));
    if let Some(code) = &c.stopped_by {
        document.prose(&format!("Dừng đánh giá ở tiêu chí {code}: 0 điểm."));
    }
    for floor in &c.missed_floors {
        document.prose(&format!(
            "Chưa đạt điều kiện tối thiểu của hạng {} sao ở tiêu chí {}: {} điểm, cần {}.",
            floor.star.get(),
            floor.criterion,
            points(floor.points),
            points(floor.needed_points)
        ));
    }
    if *names && !conflicts.is_empty() {
        let named = |account: AccountId| members.iter().find(|m| m.account_id == account);
        let told = |c: &Conflict| {
            let why = c.reason.as_deref().unwrap_or("có liên quan đến chủ thể");
            named(c.account_id).map(|member| format!("{} ({why})", member.full_name))
        };
        let all: Vec<_> = conflicts.iter().filter_map(told).collect();
        document.prose(&format!("Không tham gia chấm điểm vì xung đột lợi ích: {}.", all.join("; ")));
    }
    document.para(&Para::new().bold(&format!("Kết luận: {}.", star(c.star))).align(Align::Even));
}

fn conclusions(document: &mut Document, items: &[Item]) {
    document.section("V. Kết luận");
    let mut table = Table::new(&[7, 36, 33, 12, 12]);
    table.header(&["TT", "Sản phẩm", "Chủ thể", "Điểm", "Hạng"]);
    for (index, Item { dossier: d, conclusion, .. }) in items.iter().enumerate() {
        let points = conclusion.as_ref().map(|c| score(c.score)).unwrap_or_default();
        let hung = conclusion.as_ref().map_or_else(|| "chưa kết luận".to_owned(), |c| star(c.star));
        table.cells(vec![
            Cell::text(&(index + 1).to_string()).middle(),
            Cell::text(&d.product_name),
            Cell::text(&d.producer_name),
            Cell::text(&points).middle(),
            Cell::text(&hung).middle(),
        ]);
    }
    document.table(&table);
    document.prose(
        "Hội đồng đề nghị cấp có thẩm quyền xem xét kết quả trên. Biên bản được thông qua tại phiên họp; phiếu thống \
         nhất của từng sản phẩm ở phần phụ lục là một phần của biên bản.",
    );
}

/// The agreed sheet of each dossier, behind the signatures.
fn agreed_sheets(document: &mut Document, items: &[Item]) -> Result<()> {
    for Item { dossier: d, conclusion, .. } in items {
        let (Some(c), Ok(set)) = (conclusion, d.criteria_set()) else { continue };
        let picked: BTreeMap<_, _> =
            c.agreed.iter().filter_map(|(code, option)| Some((code.clone(), option.clone()?))).collect();
        let sheet = Sheet { choices: picked, tourism_case: d.self_sheet.tourism_case };
        let scored = set.check(&sheet).map_err(crate::criteria::refused)?;
        document.page_break();
        document.title("Phụ lục", &[&format!("Phiếu thống nhất: {}", d.product_name)]);
        document.field("Chủ thể", Some(&d.producer_name));
        document.field("Phân loại", Some(&sheets::set_name(set)));
        let none = |code: &str| {
            if c.agreed.contains_key(code) {
                "Không đạt phương án nào"
            } else {
                "Hội đồng để ngỏ"
            }
        };
        document.table(&sheets::sheet(set, &scored, none));
    }
    Ok(())
}

/// The declared and found conflicts of many dossiers, as minutes show them.
pub fn conflicts_of(
    declared: &BTreeMap<DossierId, Vec<Conflict>>,
    members: &[Member],
    dossier: &Dossier,
) -> Vec<Conflict> {
    let mut all = declared.get(&dossier.id).cloned().unwrap_or_default();
    for member in members.iter().filter(|member| member.producers.contains(&dossier.producer_id)) {
        if !all.iter().any(|conflict| conflict.account_id == member.account_id) {
            all.push(Conflict { account_id: member.account_id, reason: None });
        }
    }
    all
}
