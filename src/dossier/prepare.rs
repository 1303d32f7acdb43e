//! What the producer does before it files: begin a dossier, write form 01 and form 02, attach papers.

use serde_json::json;

use crate::actor::Actor;
use crate::audit;
use crate::criteria::{self, Rubric, Scheme, Sheet};
use crate::db::{Json, Tx, dialect};
use crate::error::{Code, Error, FieldError, Result};
use crate::ids::{DossierId, PaperId, ProductId};
use crate::instant::Instant;
use crate::{producer, product};

use super::forms::{Registration, RegistrationPatch};
use super::state::{self, Kind, Stage, Status};
use super::store::{self, Document};
use super::{Dossier, belongs, change, finish_by, fresh, row, shown, tree_of};

/// Most papers of a dossier.
const DOCUMENTS_MAX: usize = 200;

/// How a dossier of a scheme is scored.
pub(super) fn rubric_of(scheme: &Scheme, set_no: i32) -> Result<Rubric> {
    let rubric = u8::try_from(set_no).ok().and_then(|set_no| criteria::rubric(&scheme.id, set_no));
    rubric.ok_or_else(|| Error::new(Code::DossierNoCriteria))
}

fn in_force(now: Instant) -> Result<&'static Scheme> {
    criteria::in_force(now.date()).ok_or_else(|| Error::new(Code::DossierNoCriteria))
}

/// The scheme of a dossier that is being written: a draft follows the one in force; once filed it keeps its own, unless
/// that has run out meanwhile (Decision 26/2026/QĐ-TTg, article 11).
pub(super) fn scheme_of(row: &store::Dossier, now: Instant) -> Result<&'static Scheme> {
    let filed = criteria::scheme(&row.scheme).filter(|_| row.status != Status::Draft);
    let kept = filed.filter(|scheme| finish_by(scheme, row.kind).is_none_or(|last| now.date() <= last));
    kept.map_or_else(|| in_force(now), Ok)
}

/// Begins a dossier. A product has one open dossier at a time.
///
/// # Errors
/// `request.not_found` for a product out of reach, `auth.forbidden`, `dossier.kind_unavailable`,
/// `dossier.already_open`, `dossier.no_criteria`, `request.invalid` for a product without a commune.
pub fn create(
    tx: &mut Tx<'_>,
    actor: &Actor,
    product: ProductId,
    kind: Kind,
    now: Instant,
) -> Result<Dossier> {
    let product = product::find(tx.conn(), &actor.reach, product)?;
    let producer = producer::any(tx.conn(), product.producer_id)?;
    let commune_code = commune_of(&product)?;
    let scheme = in_force(now)?;
    rubric_of(scheme, product.criteria_set)?;
    let set_no = product.criteria_set;
    let row = blank(product, producer.details.name, commune_code, kind, (&scheme.id, set_no), now);
    belongs(&row).writer(actor)?;
    state::kind_open(kind)?;
    dialect::lock(tx.conn(), row.product_id.as_str())?;
    if store::open_of(tx.conn(), row.product_id)?.is_some() {
        return Err(Error::new(Code::DossierOpen));
    }
    store::insert(tx, &row)?;
    audit::record(tx, actor, "dossier.create", row.id.as_str(), None::<&()>, Some(&shown(&row)), now);
    row.try_into()
}

/// A dossier in which nothing is written yet.
fn blank(
    product: product::Product,
    producer_name: String,
    commune_code: String,
    kind: Kind,
    (scheme, set_no): (&str, i32),
    now: Instant,
) -> store::Dossier {
    store::Dossier {
        id: DossierId::new(),
        product_id: product.id,
        product_name: product.name,
        producer_id: product.producer_id,
        producer_name,
        province_code: product.province_code,
        commune_code,
        kind,
        scheme: scheme.to_owned(),
        set_no,
        stage: Stage::Commune,
        status: Status::Draft,
        tourism_case: None,
        registration: Json::of(&Registration::default()),
        self_choices: Json::of(&Sheet::default().choices),
        self_total: None,
        commune_report: None,
        return_reasons: None,
        agreed_choices: None,
        conclusion: None,
        prepared_by: Json::of(&json!([])),
        filed_at: None,
        submitted_at: None,
        forwarded_at: None,
        accepted_at: None,
        concluded_at: None,
        decided_at: None,
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

/// Notes a dossier that lay with the province before this program, by the scheme it was filed under. Its forms are on
/// paper; where only the frame of its scheme is known, the council scores it by parts. Once its scheme has run out, the
/// province returns it to be filed under the one in force, or the producer withdraws it.
///
/// # Errors
/// `request.not_found`, `request.invalid` for a product without a commune.
pub fn register_imported(
    tx: &mut Tx<'_>,
    actor: &Actor,
    product: ProductId,
    scheme: &str,
    now: Instant,
) -> Result<Dossier> {
    let product = product::any(tx.conn(), product)?;
    let producer = producer::any(tx.conn(), product.producer_id)?;
    let commune_code = commune_of(&product)?;
    let set_no = product.criteria_set;
    let mut row = blank(product, producer.details.name, commune_code, Kind::First, (scheme, set_no), now);
    (row.stage, row.status, row.accepted_at) = (Stage::Province, Status::Accepted, Some(now));
    store::insert(tx, &row)?;
    audit::record(tx, actor, "dossier.import", row.id.as_str(), None::<&()>, Some(&shown(&row)), now);
    row.try_into()
}

fn commune_of(product: &product::Product) -> Result<String> {
    product.commune_code.clone().ok_or_else(|| {
        Error::invalid(vec![FieldError::new(
            "/product_id",
            "product.commune_missing",
            "Chủ thể của sản phẩm chưa có xã; hãy bổ sung trước.",
            "The producer has no commune yet; add it first.",
        )])
    })
}

/// A dossier whose forms the actor may write now.
fn writable(tx: &mut Tx<'_>, actor: &Actor, id: DossierId) -> Result<store::Dossier> {
    let row = row(tx.conn(), &actor.reach, id)?;
    belongs(&row).writer(actor)?;
    state::editable(row.status)?;
    Ok(row)
}

/// Writes form 01.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `request.stale`, `dossier.wrong_status`, `request.invalid`.
pub fn register(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: DossierId,
    version: i32,
    patch: RegistrationPatch,
    now: Instant,
) -> Result<Dossier> {
    let row = writable(tx, actor, id)?;
    fresh(&row, version)?;
    let form = patch.apply(row.registration.get()?);
    let errors = form.errors();
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    change(tx, actor, "dossier.register", row, now, |row| {
        row.registration = Json::of(&form);
        Ok(())
    })
}

/// Writes form 02, the self-assessment, as a whole.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `request.stale`, `dossier.wrong_status`; `request.invalid` with a pointer
/// to each impossible choice.
pub fn assess(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: DossierId,
    version: i32,
    sheet: &Sheet,
    now: Instant,
) -> Result<Dossier> {
    let row = writable(tx, actor, id)?;
    fresh(&row, version)?;
    let scheme = scheme_of(&row, now)?;
    let set = tree_of(rubric_of(scheme, row.set_no)?, &scheme.id)?;
    let scored = set.check(sheet).map_err(criteria::refused)?;
    change(tx, actor, "dossier.assess", row, now, |row| {
        row.scheme = scheme.id.to_string();
        row.self_choices = Json::of(&sheet.choices);
        row.tourism_case = sheet.tourism_case.map(i32::from);
        row.self_total = Some(scored.total.hundredths());
        Ok(())
    })
}

/// Attaches a paper of the product to a criterion.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `dossier.wrong_status`, `request.invalid`.
pub fn attach(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: DossierId,
    paper: PaperId,
    criterion: &str,
    now: Instant,
) -> Result<Dossier> {
    let row = writable(tx, actor, id)?;
    let rubric = rubric_of(scheme_of(&row, now)?, row.set_no)?;
    let document = Document { paper_id: paper, criterion: criterion.to_owned() };
    let held = store::documents(tx.conn(), id)?;
    let mut errors = Vec::new();
    if !rubric.scores(criterion) {
        errors.push(FieldError::new(
            "/criterion",
            "criteria.unknown_criterion",
            "Bộ tiêu chí của hồ sơ không chấm điểm ở mã tiêu chí này.",
            "The dossier's criteria set scores no criterion of this code.",
        ));
    }
    match product::paper(tx.conn(), row.product_id, paper) {
        Ok(_) => {}
        Err(e) if e.code() == Code::NotFound => errors.push(FieldError::new(
            "/paper_id",
            "paper.unknown",
            "Sản phẩm không có giấy tờ này.",
            "The product has no such paper.",
        )),
        Err(e) => return Err(e),
    }
    if held.contains(&document) {
        errors.push(FieldError::new(
            "/paper_id",
            "document.attached",
            "Giấy tờ này đã gắn với tiêu chí đó.",
            "The paper is attached to this criterion already.",
        ));
    } else if held.len() >= DOCUMENTS_MAX {
        errors.push(FieldError::new(
            "/paper_id",
            "document.too_many",
            format!("Một hồ sơ có nhiều nhất {DOCUMENTS_MAX} giấy tờ."),
            format!("A dossier has {DOCUMENTS_MAX} papers at most."),
        ));
    }
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    store::insert_document(tx, id, &document)?;
    note(tx, actor, "dossier.attach", row, &document, now)
}

/// Takes a paper away from a criterion.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `request.stale`, `dossier.wrong_status`.
pub fn detach(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: DossierId,
    version: i32,
    paper: PaperId,
    criterion: &str,
    now: Instant,
) -> Result<Dossier> {
    let row = writable(tx, actor, id)?;
    let document = Document { paper_id: paper, criterion: criterion.to_owned() };
    fresh(&row, version)?;
    if !store::delete_document(tx, id, &document)? {
        return Err(Error::new(Code::NotFound));
    }
    note(tx, actor, "dossier.detach", row, &document, now)
}

/// A new version of a dossier whose papers changed, and an entry in the trail that names the paper.
fn note(
    tx: &mut Tx<'_>,
    actor: &Actor,
    op: &'static str,
    mut row: store::Dossier,
    document: &Document,
    now: Instant,
) -> Result<Dossier> {
    row.version += 1;
    row.updated_at = now;
    store::save(tx, &row)?;
    let named = json!({ "paper_id": document.paper_id, "criterion": document.criterion });
    audit::record(tx, actor, op, row.id.as_str(), None::<&()>, Some(&named), now);
    row.try_into()
}
