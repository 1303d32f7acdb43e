//! Minutes (*biên bản*) as a document, made from the same [`Minutes`] that the API gives as data.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::council::{
    Conflict, ConflictKind, ConflictState, Member, Presence, Recommendation, Review, Seat, SessionKind,
};
use crate::criteria::print as sheets;
use crate::criteria::{CriteriaSet, Rubric, Sheet};
use crate::dossier::print::{classified, dossier_kind};
use crate::error::Result;
use crate::ids::AccountId;
use crate::print::File;
use crate::print::docx::{Align, Cell, Closing, Document, ESSENCE, Head, Para, Table};
use crate::print::words::{date, points, score, time};
use crate::values::{Points, Star};

use super::super::state::{Conclusion, Scorer};
use super::super::{Minutes, MinutesItem};
use super::{dated, office, seat, superior};

/// The minutes of a session.
///
/// # Errors
/// A fault of the archive.
pub fn minutes(minutes: &Minutes) -> Result<File> {
    let Minutes { council, session, members, items, .. } = minutes;
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
    for (index, MinutesItem { dossier: d, .. }) in items.iter().enumerate() {
        table.cells(vec![
            Cell::text(&(index + 1).to_string()).middle(),
            Cell::text(&d.product_name),
            Cell::text(&d.producer_name),
            Cell::text(&format!("{}; {}", classified(d), dossier_kind(d.kind))),
        ]);
    }
    document.table(&table);
    document.section("IV. Kết quả chấm điểm");
    for (index, item) in items.iter().enumerate() {
        let remark = session.remarks.dossiers.get(&item.dossier.id);
        result(&mut document, index + 1, item, members, remark.map(String::as_str));
    }
    conclusions(&mut document, items, session.remarks.general.as_deref());
    let name = |wanted: Seat| members.iter().find(|m| m.seat == wanted).map(|m| &*m.full_name);
    document.closing(&Closing {
        recipients: &[],
        above: &[],
        signers: &[("Thư ký", name(Seat::Secretary)), ("Chủ tịch hội đồng", name(Seat::Chair))],
    });
    for item in items {
        agreed_sheet(&mut document, item)?;
    }
    let name = format!("Biên bản họp hội đồng {}.docx", session.held_on.format("%Y-%m-%d"));
    Ok(File { content_type: ESSENCE, name, bytes: document.finish()? })
}

/// From when to when a member was there, where that was not the whole session.
fn while_there(presence: &Presence) -> String {
    let Presence { account_id: _, came_at, left_at } = presence;
    let parts =
        [came_at.map(|at| format!("đến lúc {}", time(at))), left_at.map(|at| format!("về lúc {}", time(at)))];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn attendance(document: &mut Document, minutes: &Minutes) {
    let Minutes { council, session, members, took_part, .. } = minutes;
    document.section("II. Thành phần");
    let meeting = session.kind == SessionKind::Meeting;
    let mut table = Table::new(&[7, 27, 31, 17, 18]);
    table.header(&[
        "TT",
        "Họ và tên",
        "Chức vụ, đơn vị",
        "Vai trò",
        if meeting { "Có mặt" } else { "Đã gửi phiếu" },
    ]);
    for (index, member) in members.iter().enumerate() {
        let here = took_part.contains(&member.account_id);
        let presence = session.attendance.iter().find(|p| meeting && p.account_id == member.account_id);
        let times = presence.map(while_there).unwrap_or_default();
        let mark = match (here, times.is_empty()) {
            (false, _) => String::new(),
            (true, true) => "x".to_owned(),
            (true, false) => format!("x ({times})"),
        };
        table.cells(vec![
            Cell::text(&(index + 1).to_string()).middle(),
            Cell::text(&member.full_name),
            Cell::text(&office(member)),
            Cell::text(seat(member.seat)),
            Cell::text(&mark).middle(),
        ]);
    }
    document.table(&table);
    let here = members.iter().filter(|member| took_part.contains(&member.account_id)).count();
    document.prose(&format!(
        "{} {here} trên {} thành viên. Kết luận cần ít nhất {} phiếu đã ký ({} %), trong đó có phiếu của chủ tịch hội \
         đồng; phiếu lệch quá {} điểm so với trung bình phải có lý do.",
        if meeting { "Có mặt" } else { "Đã gửi phiếu ký" },
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

fn result(
    document: &mut Document,
    number: usize,
    item: &MinutesItem,
    members: &[Member],
    remark: Option<&str>,
) {
    let MinutesItem { dossier: d, signed, reviews, conclusion, names, .. } = item;
    let head = format!("{number}. {} – {}", d.product_name, d.producer_name);
    document.para(&Para::new().bold(&head).before(120).keep());
    for Review { full_name, recommendation, opinion, .. } in reviews {
        let word = match recommendation {
            Recommendation::Ready => "đủ điều kiện chấm điểm",
            Recommendation::NeedsCompletion => "cần hoàn thiện",
            Recommendation::NotReady => "chưa đạt yêu cầu",
        };
        document.prose(&format!("Ý kiến tổ tư vấn – {full_name} ({word}): {opinion}"));
    }
    match conclusion {
        Some(c) => {
            scores(document, c, *names);
            findings(document, item, c);
        }
        None => document.prose(&format!("Phiên họp chưa kết luận hồ sơ này. Số phiếu đã ký: {signed}.")),
    }
    if *names {
        interests(document, &item.conflicts, members);
    }
    if let Some(remark) = remark {
        document.prose(&format!("Ghi chú của thư ký: {remark}"));
    }
    if let Some(c) = conclusion {
        document.para(&Para::new().bold(&format!("Kết luận: {}.", star(c.star))).align(Align::Even));
    }
}

/// Whether a reason is too long for a narrow column.
fn is_long(reason: &str) -> bool {
    reason.chars().count() > 80
}

/// The totals with their deviations, and the mean.
fn scores(document: &mut Document, c: &Conclusion, names: bool) {
    let mut scorers: Vec<&Scorer> = c.scorers.iter().collect();
    if !names {
        // In no order that could tell who signed when.
        scorers.sort_by_key(|scorer| Reverse(scorer.total));
    }
    let mut table = Table::new(&[7, 30, 18, 11, 11, 23]);
    table.header(&["TT", "Thành viên", "Vai trò", "Tổng điểm", "Lệch", "Lý do"]);
    for (index, scorer) in scorers.into_iter().enumerate() {
        let off = Points::from_hundredths(scorer.deviation_hundredths);
        let sign = if scorer.deviation_hundredths > 0 { "+" } else { "" };
        let out = scorer.left_out.then_some("Không tính vào trung bình.");
        let reason = scorer.reason.as_deref().filter(|_| names);
        let reason = reason.map(|reason| if is_long(reason) { "Ghi dưới bảng." } else { reason });
        let told: Vec<_> = [out, reason].into_iter().flatten().collect();
        table.cells(vec![
            Cell::text(&(index + 1).to_string()).middle(),
            Cell::text(if names { &scorer.full_name } else { "(không nêu tên)" }),
            Cell::text(if names { seat(scorer.seat) } else { "" }),
            Cell::text(&points(scorer.total)).middle(),
            Cell::text(&format!("{sign}{}", points(off))).middle(),
            Cell::text(&told.join(" ")),
        ]);
    }
    document.table(&table);
    for scorer in c.scorers.iter().filter(|_| names) {
        if let Some(reason) = scorer.reason.as_deref().filter(|reason| is_long(reason)) {
            document.prose(&format!("Lý do của {}: {reason}", scorer.full_name));
        }
    }
    let trimmed = if c.scorers.iter().any(|scorer| scorer.left_out) {
        " sau khi bỏ một phiếu cao nhất và một phiếu thấp nhất"
    } else {
        ""
    };
    document.prose(&format!(
        "Điểm trung bình{trimmed} {} ({} phiếu); chênh lệch cao nhất và thấp nhất {} điểm; hạng theo điểm: {} sao.",
        score(c.score),
        c.scorers.len(),
        points(c.spread),
        c.band_star.get()
    ));
}

/// What lowered the star, or kept it from being tested.
fn findings(document: &mut Document, item: &MinutesItem, c: &Conclusion) {
    let rubric = item.dossier.rubric().ok();
    if let Some(Rubric::Parts(scheme)) = rubric.filter(|_| !c.floors_tested) {
        document.prose(&sheets::floors_not_tested(scheme));
    }
    if let Some(code) = &c.stopped_by {
        document.prose(&format!("Dừng đánh giá ở tiêu chí {code}: 0 điểm."));
    }
    let grounds = rubric.and_then(Rubric::tree).map(CriteriaSet::exclusions).unwrap_or_default();
    for id in &c.excluded_by {
        let ground = grounds.iter().find(|ground| *ground.id == **id);
        document.prose(&format!("Thuộc trường hợp bị loại: {}", ground.map_or(&**id, |ground| &ground.vi)));
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
}

/// Who did not score because of an interest, and what became of suspicions.
fn interests(document: &mut Document, conflicts: &[Conflict], members: &[Member]) {
    let named = |account: AccountId| members.iter().find(|m| m.account_id == account);
    let told = |conflict: &Conflict| {
        let whence = match conflict.kind {
            ConflictKind::Declared => "tự khai",
            ConflictKind::Producer => "có liên quan đến chủ thể",
            ConflictKind::Namesake => "trùng tên người đại diện của chủ thể",
        };
        let why = match conflict.reason.as_deref() {
            Some(reason) => format!("{whence}: {}", reason.trim_end_matches('.')),
            None => whence.to_owned(),
        };
        named(conflict.account_id).map(|member| format!("{} ({why})", member.full_name))
    };
    for (state, sentence) in [
        (ConflictState::Barred, "Không tham gia chấm điểm vì xung đột lợi ích"),
        (ConflictState::ToCheck, "Nghi có xung đột lợi ích, chưa làm rõ"),
        (ConflictState::Dismissed, "Đã làm rõ, không có xung đột lợi ích"),
    ] {
        let all: Vec<_> = conflicts.iter().filter(|c| c.state == state).filter_map(told).collect();
        if !all.is_empty() {
            document.prose(&format!("{sentence}: {}.", all.join("; ")));
        }
    }
}

fn conclusions(document: &mut Document, items: &[MinutesItem], remark: Option<&str>) {
    document.section("V. Kết luận");
    let mut table = Table::new(&[7, 36, 33, 12, 12]);
    table.header(&["TT", "Sản phẩm", "Chủ thể", "Điểm", "Hạng"]);
    for (index, MinutesItem { dossier: d, conclusion, .. }) in items.iter().enumerate() {
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
    if let Some(remark) = remark {
        document.para(&Para::new().text("Ghi chú của thư ký về phiên họp:").keep());
        document.prose(remark);
    }
    document.prose("Hội đồng đề nghị cấp có thẩm quyền xem xét kết quả trên.");
    if items.iter().any(|item| item.conclusion.is_some() && item.dossier.criteria_set().is_ok()) {
        document.prose(
            "Phiếu thống nhất của từng sản phẩm chấm theo tiêu chí ở phần phụ lục là một phần của biên bản.",
        );
    }
}

/// The agreed sheet of a dossier that is scored by criteria, behind the signatures.
fn agreed_sheet(document: &mut Document, item: &MinutesItem) -> Result<()> {
    let MinutesItem { dossier: d, conclusion, .. } = item;
    let (Some(c), Ok(set)) = (conclusion, d.criteria_set()) else { return Ok(()) };
    let picked: BTreeMap<_, _> =
        c.agreed.iter().filter_map(|(code, option)| Some((code.clone(), option.clone()?))).collect();
    let tourism_case = d.self_sheet.tourism_case;
    let sheet = Sheet { choices: picked, tourism_case, ..Sheet::default() };
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
    Ok(())
}
