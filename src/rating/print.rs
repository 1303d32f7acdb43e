//! Score sheets as documents; minutes stand in [`minutes`](minutes()). Pure: records in, a document out.

mod minutes;

use crate::council::{Council, Member, Seat, Session, Tier};
use crate::criteria::print as sheets;
use crate::criteria::{Rubric, Scored};
use crate::dossier::Dossier;
use crate::dossier::print::dossier_kind;
use crate::error::Result;
use crate::place::print as places;
use crate::print::File;
use crate::print::docx::{Align, Closing, Document, ESSENCE, Head, Para};
use crate::print::words::{capital, date, date_in_full};

use super::{ScoreSheet, SheetStatus};

pub use minutes::minutes;

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
    let place = council.province_code.as_deref().map_or(places::CAPITAL, places::province_name);
    format!("{place}, {}", date_in_full(session.held_on))
}

fn office(member: &Member) -> String {
    let parts = [member.office.as_deref(), member.unit.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A member's score sheet.
///
/// # Errors
/// `dossier.no_criteria` for a scheme that is not known.
pub fn sheet(paper: &SheetPaper) -> Result<File> {
    let SheetPaper { dossier: d, council, session, member, sheet, scored } = paper;
    let rubric = d.rubric()?;
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
    document.field("Phân loại", Some(&sheets::rubric_name(rubric, d.set_no)));
    document.field("Đề nghị", Some(&capital(dossier_kind(d.kind))));
    document.field("Tình trạng phiếu", Some(&format!("{signed}; lần chấm {}", sheet.revision)));
    document.table(&sheets::score_sheet(rubric, scored, |_| "Không chọn"));
    if let Rubric::Parts(scheme) = rubric {
        document.para(&Para::new().italic(&sheets::floors_not_tested(scheme)).align(Align::Even));
    }
    if let Some(comment) = sheet.comment.as_deref() {
        document.section("Nhận xét");
        document.prose(comment);
    }
    document
        .closing(&Closing { recipients: &[], above: &[], signers: &[("Thành viên hội đồng", name)] });
    let name = format!("Phiếu chấm điểm - {}.docx", d.product_name);
    Ok(File { content_type: ESSENCE, name, bytes: document.finish()? })
}
