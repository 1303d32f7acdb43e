//! Rows of dossiers and their papers.

use diesel::prelude::*;

use crate::actor::Reach;
use crate::db::schema::{agenda_items, council_members, dossiers, sessions};
use crate::db::{Conn, Json, Tx};
use crate::error::{Code, Error, Result};
use crate::ids::{AccountId, DossierId, ProducerId, ProductId};
use crate::instant::Instant;

use super::state::{Kind, Stage, Status};

type Backend = <Conn as Connection>::Backend;

#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = dossiers, treat_none_as_null = true)]
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
    pub prepared_by: Option<AccountId>,
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

/// The dossiers somebody sees: those of its producer and place, and those on the agendas of its councils.
fn within(reach: &Reach) -> dossiers::BoxedQuery<'static, Backend> {
    let query = dossiers::table.into_boxed();
    if reach.all {
        return query;
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
        query = query.or_filter(dossiers::id.eq_any(agendas));
    }
    query
}

pub(super) fn find(conn: &mut Conn, reach: &Reach, id: DossierId) -> Result<Option<Dossier>> {
    let query = within(reach).filter(dossiers::id.eq(id)).select(Dossier::as_select());
    Ok(query.first(conn).optional()?)
}

/// Writes a dossier whose version has been raised by one; refuses when somebody was faster.
pub(super) fn save(tx: &mut Tx<'_>, row: &Dossier) -> Result<()> {
    let old = dossiers::table.filter(dossiers::id.eq(row.id)).filter(dossiers::version.eq(row.version - 1));
    match diesel::update(old).set(row).execute(tx.conn())? {
        1 => Ok(()),
        _ => Err(Error::new(Code::PreconditionFailed)),
    }
}
