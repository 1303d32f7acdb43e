//! Rows of dossiers and their papers.

use diesel::prelude::*;

use crate::actor::{Only, Reach};
use crate::db::page::{Page, Want};
use crate::db::schema::{advisors, agenda_items, council_members, dossier_papers, dossiers, sessions};
use crate::db::{Conn, Json, Tx};
use crate::error::{Code, Error, Result};
use crate::ids::{DossierId, PaperId, ProducerId, ProductId};
use crate::instant::Instant;

use super::state::{Kind, Stage, Status};

type Backend = <Conn as Connection>::Backend;

#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = dossiers, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct Dossier {
    pub id: DossierId,
    pub product_id: ProductId,
    pub product_name: String,
    pub producer_id: ProducerId,
    pub producer_name: String,
    pub province_code: String,
    pub commune_code: String,
    pub kind: Kind,
    pub scheme: String,
    pub set_no: i32,
    pub stage: Stage,
    pub status: Status,
    pub tourism_case: Option<i32>,
    pub registration: Json,
    pub self_choices: Json,
    pub self_total: Option<i32>,
    pub commune_report: Option<Json>,
    pub return_reasons: Option<Json>,
    pub agreed_choices: Option<Json>,
    pub conclusion: Option<Json>,
    pub prepared_by: Json,
    pub filed_at: Option<Instant>,
    pub submitted_at: Option<Instant>,
    pub forwarded_at: Option<Instant>,
    pub accepted_at: Option<Instant>,
    pub concluded_at: Option<Instant>,
    pub decided_at: Option<Instant>,
    pub version: i32,
    pub created_at: Instant,
    pub updated_at: Instant,
}

/// The dossiers somebody sees: those of its producer and place, those on the agendas of its councils, and those that
/// provinces have accepted on whose advisory teams it works.
fn within(reach: &Reach) -> dossiers::BoxedQuery<'static, Backend> {
    let query = dossiers::table.into_boxed();
    if reach.all {
        return query;
    }
    // One condition lets the index give the order of a list; see `within!`.
    match reach.only().filter(|_| reach.seat.is_none()) {
        Some(Only::Province(code)) => return query.filter(dossiers::province_code.eq(code)),
        Some(Only::Commune(code)) => return query.filter(dossiers::commune_code.eq(code)),
        Some(Only::Producer(id)) => return query.filter(dossiers::producer_id.eq(id)),
        None => {}
    }
    let Reach { all: _, province, commune, producer, seat } = reach.clone();
    // No dossier has an empty id: whoever reaches nothing sees nothing.
    let mut query = query.filter(dossiers::id.eq(""));
    if let Some(code) = province {
        query = query.or_filter(dossiers::province_code.eq(code));
    }
    if let Some(code) = commune {
        query = query.or_filter(dossiers::commune_code.eq(code));
    }
    if let Some(id) = producer {
        query = query.or_filter(dossiers::producer_id.eq(id));
    }
    if let Some(account) = seat {
        let agendas = agenda_items::table
            .inner_join(sessions::table.on(sessions::id.eq(agenda_items::session_id)))
            .inner_join(council_members::table.on(council_members::council_id.eq(sessions::council_id)))
            .filter(council_members::account_id.eq(account))
            .select(agenda_items::dossier_id);
        let teams = advisors::table.filter(advisors::account_id.eq(account)).select(advisors::province_code);
        query = query
            .or_filter(dossiers::id.eq_any(agendas))
            .or_filter(dossiers::accepted_at.is_not_null().and(dossiers::province_code.eq_any(teams)));
    }
    query
}

pub(super) fn find(conn: &mut Conn, reach: &Reach, id: DossierId) -> Result<Option<Dossier>> {
    let query = within(reach).filter(dossiers::id.eq(id)).select(Dossier::as_select());
    Ok(query.first(conn).optional()?)
}

/// Which dossiers are wanted; what is `None` is not asked.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// In this status.
    pub status: Option<Status>,
    /// On this desk.
    pub stage: Option<Stage>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// About this product.
    pub product_id: Option<ProductId>,
    /// Of this producer.
    pub producer_id: Option<ProducerId>,
    /// Of this commune.
    pub commune_code: Option<String>,
}

pub(super) fn list(
    conn: &mut Conn,
    reach: &Reach,
    filter: &Filter,
    want: &Want<DossierId>,
) -> Result<Page<Dossier>> {
    let Filter { status, stage, kind, product_id, producer_id, commune_code } = filter.clone();
    let mut query = within(reach);
    if let Some(status) = status {
        query = query.filter(dossiers::status.eq(status));
    }
    if let Some(stage) = stage {
        query = query.filter(dossiers::stage.eq(stage));
    }
    if let Some(kind) = kind {
        query = query.filter(dossiers::kind.eq(kind));
    }
    if let Some(id) = product_id {
        query = query.filter(dossiers::product_id.eq(id));
    }
    if let Some(id) = producer_id {
        query = query.filter(dossiers::producer_id.eq(id));
    }
    if let Some(code) = commune_code {
        query = query.filter(dossiers::commune_code.eq(code));
    }
    if let Some(after) = want.after {
        query = query.filter(dossiers::id.lt(after));
    }
    let rows =
        query.order(dossiers::id.desc()).limit(want.fetch()).select(Dossier::as_select()).load(conn)?;
    Ok(Page::cut(rows, want, |row| row.id))
}

pub(super) fn many(conn: &mut Conn, ids: &[DossierId]) -> Result<Vec<Dossier>> {
    Ok(dossiers::table.filter(dossiers::id.eq_any(ids)).select(Dossier::as_select()).load(conn)?)
}

/// The product's dossier that is not at its end.
pub(super) fn open_of(conn: &mut Conn, product: ProductId) -> Result<Option<DossierId>> {
    let ends = Status::ALL.iter().copied().filter(|status| status.is_final());
    Ok(dossiers::table
        .filter(dossiers::product_id.eq(product))
        .filter(dossiers::status.ne_all(ends.collect::<Vec<_>>()))
        .select(dossiers::id)
        .first(conn)
        .optional()?)
}

pub(super) fn insert(tx: &mut Tx<'_>, row: &Dossier) -> Result<()> {
    diesel::insert_into(dossiers::table).values(row).execute(tx.conn())?;
    Ok(())
}

/// Writes a dossier whose version has been raised by one; refuses when somebody was faster.
pub(super) fn save(tx: &mut Tx<'_>, row: &Dossier) -> Result<()> {
    let old = dossiers::table.filter(dossiers::id.eq(row.id)).filter(dossiers::version.eq(row.version - 1));
    match diesel::update(old).set(row).execute(tx.conn())? {
        1 => Ok(()),
        _ => Err(Error::new(Code::PreconditionFailed)),
    }
}

/// A paper that supports a criterion of a dossier.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = dossier_papers)]
pub struct Document {
    /// The paper.
    pub paper_id: PaperId,
    /// The criterion's code.
    pub criterion: String,
}

pub(super) fn documents(conn: &mut Conn, id: DossierId) -> Result<Vec<Document>> {
    Ok(dossier_papers::table
        .filter(dossier_papers::dossier_id.eq(id))
        .order((dossier_papers::criterion.asc(), dossier_papers::paper_id.asc()))
        .select(Document::as_select())
        .load(conn)?)
}

pub(super) fn insert_document(tx: &mut Tx<'_>, id: DossierId, document: &Document) -> Result<()> {
    let Document { paper_id, criterion } = document;
    diesel::insert_into(dossier_papers::table)
        .values((
            dossier_papers::dossier_id.eq(id),
            dossier_papers::paper_id.eq(paper_id),
            dossier_papers::criterion.eq(criterion),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Takes a paper away; `false` when it was not there.
pub(super) fn delete_document(tx: &mut Tx<'_>, id: DossierId, document: &Document) -> Result<bool> {
    let Document { paper_id, criterion } = document;
    let row = dossier_papers::table
        .filter(dossier_papers::dossier_id.eq(id))
        .filter(dossier_papers::paper_id.eq(paper_id))
        .filter(dossier_papers::criterion.eq(criterion));
    Ok(diesel::delete(row).execute(tx.conn())? == 1)
}
