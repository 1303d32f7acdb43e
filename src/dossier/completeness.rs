//! What a dossier still lacks, why, and by which rule. Filing refuses what is blocking here; the rest is advice.

use std::collections::BTreeSet;

use crate::actor::Reach;
use crate::criteria::state::NoteKind;
use crate::criteria::{CriteriaSet, Criterion, Note, Rubric};
use crate::db::Conn;
use crate::error::{Code, Error, FieldError, Refusal, Result, Text};
use crate::ids::DossierId;
use crate::instant::Instant;
use crate::producer::{self, Producer};
use crate::product::{self, PaperKind, Product};
use crate::text_enum;
use crate::values::Points;

use super::content::{Filed, filed};
use super::state::{self, Held, Moment};
use super::{Dossier, find, prepare};

text_enum! {
    /// How grave something is that a dossier lacks.
    #[schema(as = CompletenessSeverity)]
    pub enum Severity {
        /// The dossier cannot be filed so.
        Blocking = "blocking",
        /// It can, though an office or a council may ask for it.
        Advice = "advice",
    }
}

/// Something a dossier lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// Where, what and what to do.
    pub field: FieldError,
    /// How grave.
    pub severity: Severity,
    /// The rule that asks for it.
    pub rule: Text,
}

fn decision(vi: &str, en: &str) -> Text {
    Text::new(format!("Quyết định 26/2026/QĐ-TTg, {vi}"), format!("Decision 26/2026/QĐ-TTg, {en}"))
}

fn blocking(field: FieldError, rule: &Text) -> Issue {
    Issue { field, severity: Severity::Blocking, rule: rule.clone() }
}

fn advice(field: FieldError, rule: &Text) -> Issue {
    Issue { field, severity: Severity::Advice, rule: rule.clone() }
}

/// The star a product bears, as the rules of filing see it.
pub(super) fn held(product: &Product, now: Instant) -> Option<Held> {
    let rating = product.rating(now)?;
    let last_day = rating.valid_until.plus(-chrono::Duration::microseconds(1)).date();
    Some(Held { star: rating.star, last_day })
}

/// Everything a dossier lacks, by the criteria set of its filing day.
///
/// # Errors
/// Faults of the database.
pub(super) fn check(
    conn: &mut Conn,
    dossier: &Dossier,
    product: &Product,
    producer: &Producer,
    now: Instant,
) -> Result<Vec<Issue>> {
    let mut issues = Vec::new();
    if dossier.filed_at.is_none()
        && let Err(refusal) = state::open(dossier.kind, held(product, now), now.date(), Moment::Filed)
    {
        let rule = decision("điều 8", "article 8");
        issues.push(blocking(told("/kind", refusal), &rule));
    }
    if i32::from(dossier.set_no) != product.criteria_set {
        let refusal = set_changed(i32::from(dossier.set_no), product.criteria_set);
        let rule = decision("danh mục bộ sản phẩm", "list of product sets");
        issues.push(blocking(told("/criteria_set", refusal), &rule));
    }
    let form = decision("biểu 01 (phiếu đăng ký)", "form 01 (registration)");
    issues.extend(dossier.registration.missing().into_iter().map(|field| blocking(field, &form)));
    let scheme = prepare::scheme_for(&dossier.scheme, dossier.kind, dossier.status, now);
    match scheme.and_then(|scheme| prepare::rubric_of(scheme, product.criteria_set)) {
        // By the frame of a decision the self-assessment and its evidence are on paper.
        Ok(Rubric::Parts(_)) => {}
        Ok(Rubric::Tree(set)) => {
            let form = decision("biểu 02 (phiếu tự đánh giá)", "form 02 (self-assessment)");
            let missing = state::missing_choices(set, &dossier.self_sheet);
            issues.extend(missing.into_iter().map(|field| blocking(field, &form)));
            let papers = filed(conn, dossier)?;
            issues.extend(evidence(set, dossier, &papers));
            issues.extend(papers_of(&papers, now));
        }
        Err(e) if e.code() == Code::DossierNoCriteria => {
            issues.push(blocking(
                told("/criteria_set", Code::DossierNoCriteria.into()),
                &decision("điều 11", "article 11"),
            ));
        }
        Err(e) => return Err(e),
    }
    let rule =
        decision("điều 5 đến 8 (chủ thể và sản phẩm tham gia)", "articles 5 to 8 (producers and products)");
    issues.extend(missing_of(producer, product).into_iter().map(|field| blocking(field, &rule)));
    issues.sort_by_key(|issue| issue.severity);
    Ok(issues)
}

/// The refusal of a dossier that was assessed by another set than its product belongs to.
pub(super) fn set_changed(assessed: i32, set: i32) -> Refusal {
    Refusal::new(
        Code::DossierSetChanged,
        format!(
            "Hồ sơ tự chấm theo bộ số {assessed} nhưng sản phẩm nay thuộc bộ số {set}; hãy tự chấm lại theo bộ số {set} \
             (PUT self-assessment), hoặc đổi lại bộ của sản phẩm (Quyết định 26/2026/QĐ-TTg, danh mục bộ sản phẩm)."
        ),
        format!(
            "The dossier was assessed by set {assessed}, but its product belongs to set {set} now; assess it again by set \
             {set} (PUT self-assessment), or move the product back (Decision 26/2026/QĐ-TTg, list of product sets)."
        ),
    )
}

fn told(pointer: &str, refusal: Refusal) -> FieldError {
    let code = refusal.code;
    let text = refusal.detail.unwrap_or_else(|| Text::new(code.vi(), code.en()));
    FieldError { pointer: pointer.to_owned(), code: code.as_str(), text }
}

/// A leaf with the notes on evidence that stand at it or above it.
fn leaves_with_evidence<'a>(
    criteria: &'a [Criterion],
    above: &[&'a Note],
    out: &mut Vec<(&'a Criterion, Vec<&'a Note>)>,
) {
    for criterion in criteria {
        let own = criterion.notes.iter().filter(|note| note.kind == NoteKind::Evidence);
        let notes: Vec<_> = above.iter().copied().chain(own).collect();
        if criterion.is_leaf() {
            out.push((criterion, notes));
        } else {
            leaves_with_evidence(&criterion.criteria, &notes, out);
        }
    }
}

/// Criteria where points are claimed and no paper stands. A council gives points for evidence alone.
fn evidence(set: &CriteriaSet, dossier: &Dossier, papers: &[Filed]) -> Vec<Issue> {
    let Ok(scored) = set.check(&dossier.self_sheet) else { return Vec::new() };
    let shown: BTreeSet<_> = papers.iter().map(|paper| &*paper.criterion).collect();
    let mut leaves = Vec::new();
    for part in &set.parts {
        leaves_with_evidence(&part.criteria, &[], &mut leaves);
    }
    let mut issues = Vec::new();
    for (leaf, notes) in leaves {
        let (code, points) = (&*leaf.code, scored.points(&leaf.code));
        if points == Points::ZERO || shown.contains(code) {
            continue;
        }
        let pointer = format!("/self_assessment/choices/{code}");
        let (label_vi, label_en) = (&leaf.label_vi, &leaf.label_en);
        if notes.is_empty() {
            let rule = decision("biểu 02: minh chứng theo tiêu chí", "form 02: evidence by criterion");
            let vi = format!(
                "Tiêu chí {code} ({label_vi}) tự chấm {points} điểm nhưng chưa gắn giấy tờ; hội đồng chấm theo minh chứng."
            );
            let en = format!(
                "{points} points are claimed at {code} ({label_en}) without a paper; a council scores by evidence."
            );
            issues.push(advice(FieldError::new(pointer, "evidence.none", vi, en), &rule));
            continue;
        }
        let join = |text: fn(&Note) -> &str| notes.iter().map(|n| text(n)).collect::<Vec<_>>().join("; ");
        let (asked_vi, asked_en) = (join(|note| &note.vi), join(|note| &note.en));
        let rule = decision(
            &format!("bộ tiêu chí số {}, tiêu chí {code}: {asked_vi}", set.set_no),
            &format!("criteria set {}, criterion {code}: {asked_en}", set.set_no),
        );
        let vi = format!(
            "Tiêu chí {code} ({label_vi}) tự chấm {points} điểm nhưng thiếu minh chứng luật yêu cầu: {asked_vi}. Hãy gắn \
             giấy tờ hoặc chấm lại."
        );
        let en = format!(
            "{points} points are claimed at {code} ({label_en}) without the evidence the law asks for: {asked_en}. \
             Attach a paper or choose again."
        );
        issues.push(advice(FieldError::new(pointer, "evidence.missing", vi, en), &rule));
    }
    issues
}

/// Papers that prove nothing any more, or do not say since when.
fn papers_of(papers: &[Filed], now: Instant) -> Vec<Issue> {
    let rule = decision("biểu 02: minh chứng còn hiệu lực", "form 02: evidence that is still good");
    let mut seen = BTreeSet::new();
    let mut issues = Vec::new();
    for paper in papers.iter().filter(|paper| seen.insert(paper.paper_id)) {
        let pointer = format!("/documents/{}", paper.paper_id);
        let title = &paper.title;
        if paper.expired(now.date()) {
            let until = paper.expires_on.map(state::day).unwrap_or_default();
            let vi = format!(
                "Giấy tờ “{title}” hết hạn ngày {until}; hãy gắn bản còn hiệu lực rồi gỡ bản này khỏi hồ sơ."
            );
            let en = format!(
                "The paper “{title}” ended on {until}; attach one that is still good and take this one away."
            );
            issues.push(blocking(FieldError::new(pointer, "paper.expired", vi, en), &rule));
        } else if paper.issued_on.is_none() && has_date(paper.kind) {
            let vi = format!("Giấy tờ “{title}” chưa ghi ngày cấp; hãy tải lên lại cùng ngày cấp.");
            let en = format!("The paper “{title}” has no date of issue; upload it again with its date.");
            issues.push(advice(FieldError::new(pointer, "paper.undated", vi, en), &rule));
        }
    }
    issues
}

/// Whether papers of a kind are issued by an authority or laboratory on a day.
const fn has_date(kind: PaperKind) -> bool {
    use PaperKind as K;
    !matches!(kind, K::PriceList | K::Story | K::ProductPlan | K::Other)
}

/// What of the producer and its product a submission needs and is not so.
fn missing_of(producer: &Producer, product: &Product) -> Vec<FieldError> {
    let mut missing = Vec::new();
    if producer.status != producer::Status::Verified {
        let status = producer.status;
        missing.push(FieldError::new(
            "/producer/status",
            "producer.not_verified",
            format!("Chủ thể đang ở trạng thái {status}; cần được xác minh trước khi nộp hồ sơ."),
            format!("The producer is {status}; it has to be verified before a dossier is filed."),
        ));
    }
    if product.status == product::Status::Archived {
        missing.push(FieldError::new(
            "/product/status",
            "product.archived",
            "Sản phẩm đã ngừng.",
            "The product is not made any more.",
        ));
    }
    let blank = |text: &Option<String>| text.as_deref().is_none_or(|text| text.trim().is_empty());
    if blank(&product.description) {
        missing.push(FieldError::new(
            "/product/description",
            "product.description_missing",
            "Sản phẩm chưa có mô tả.",
            "The product has no description.",
        ));
    }
    if blank(&product.unit) {
        missing.push(FieldError::new(
            "/product/unit",
            "product.unit_missing",
            "Sản phẩm chưa có đơn vị tính.",
            "The product has no unit of sale.",
        ));
    }
    missing
}

/// What a dossier lacks, for whoever sees it: the gravest first.
///
/// # Errors
/// `request.not_found`.
pub fn completeness(conn: &mut Conn, reach: &Reach, id: DossierId, now: Instant) -> Result<Vec<Issue>> {
    let dossier = find(conn, reach, id)?;
    let product = product::any(conn, dossier.product_id)?;
    let producer = producer::any(conn, dossier.producer_id)?;
    check(conn, &dossier, &product, &producer, now)
}

/// Refuses a dossier that lacks something it cannot be filed without.
///
/// # Errors
/// `dossier.incomplete` with everything that is blocking.
pub(super) fn refuse(issues: Vec<Issue>) -> Result<()> {
    let blocking = issues.into_iter().filter(|issue| issue.severity == Severity::Blocking);
    let fields: Vec<_> = blocking.map(|issue| issue.field).collect();
    if fields.is_empty() { Ok(()) } else { Err(Error::new(Code::DossierIncomplete).with_fields(fields)) }
}
