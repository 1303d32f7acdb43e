//! Rows of producers.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::actor::Reach;
use crate::db::schema::producers;
use crate::db::{Conn, Json, Tx};
use crate::error::{Error, Result};
use crate::ids::ProducerId;
use crate::instant::Instant;
use crate::text;

use super::Producer;
use super::state::{Details, EnterpriseForm, Kind, Status};

#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = producers, treat_none_as_null = true)]
pub(super) struct Row {
    id: ProducerId,
    name: String,
    name_key: String,
    search: String,
    kind: Kind,
    enterprise_form: Option<EnterpriseForm>,
    local_capital_percent: Option<i32>,
    tax_code: Option<String>,
    registration_number: Option<String>,
    registered_on: Option<NaiveDate>,
    commune_code: Option<String>,
    province_code: String,
    address: Option<String>,
    former_address: Option<String>,
    representative: Json,
    phone: Option<String>,
    email: Option<String>,
    capacity: Option<String>,
    status: Status,
    successor_id: Option<ProducerId>,
    note: Option<String>,
    source: Option<String>,
    version: i32,
    created_at: Instant,
    updated_at: Instant,
}

impl From<&Producer> for Row {
    fn from(p: &Producer) -> Self {
        let d = &p.details;
        let tax_code = d.tax_code.clone().map(String::from);
        Self {
            id: p.id,
            name: d.name.clone(),
            name_key: text::sort_key(&d.name),
            search: text::fold(&format!("{} {}", d.name, tax_code.as_deref().unwrap_or_default())),
            kind: d.kind,
            enterprise_form: d.enterprise_form,
            local_capital_percent: d.local_capital_percent,
            tax_code,
            registration_number: d.registration_number.clone(),
            registered_on: d.registered_on,
            commune_code: d.commune_code.clone(),
            province_code: d.province_code.clone(),
            address: d.address.clone(),
            former_address: d.former_address.clone(),
            representative: Json::of(&d.representative),
            phone: d.phone.clone().map(String::from),
            email: d.email.clone().map(String::from),
            capacity: d.capacity.clone(),
            status: p.status,
            successor_id: p.successor_id,
            note: p.note.clone(),
            source: p.source.clone(),
            version: p.version,
            created_at: p.created_at,
            updated_at: p.updated_at,
        }
    }
}

impl TryFrom<Row> for Producer {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id,
            details: Details {
                name: row.name,
                kind: row.kind,
                enterprise_form: row.enterprise_form,
                local_capital_percent: row.local_capital_percent,
                tax_code: row.tax_code.map(|t| t.parse()).transpose().map_err(Error::internal)?,
                registration_number: row.registration_number,
                registered_on: row.registered_on,
                commune_code: row.commune_code,
                province_code: row.province_code,
                address: row.address,
                former_address: row.former_address,
                representative: row.representative.get()?,
                phone: row.phone.map(|t| t.parse()).transpose().map_err(Error::internal)?,
                email: row.email.map(|t| t.parse()).transpose().map_err(Error::internal)?,
                capacity: row.capacity,
            },
            status: row.status,
            successor_id: row.successor_id,
            note: row.note,
            source: row.source,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

fn all(rows: Vec<Row>) -> Result<Vec<Producer>> {
    rows.into_iter().map(Producer::try_from).collect()
}

/// The producer, when the reach covers it.
pub(super) fn find(conn: &mut Conn, reach: &Reach, id: ProducerId) -> Result<Option<Producer>> {
    let mut query = producers::table.filter(producers::id.eq(id)).select(Row::as_select()).into_boxed();
    if !reach.all {
        query = query.filter(
            producers::province_code
                .nullable()
                .eq(reach.province.clone())
                .or(producers::commune_code.eq(reach.commune.clone()))
                .or(producers::id.nullable().eq(reach.producer)),
        );
    }
    query.first(conn).optional()?.map(Producer::try_from).transpose()
}

pub(super) fn many(conn: &mut Conn, ids: &[ProducerId]) -> Result<Vec<Producer>> {
    all(producers::table.filter(producers::id.eq_any(ids.to_vec())).select(Row::as_select()).load(conn)?)
}

pub(super) fn by_tax_code(conn: &mut Conn, tax_code: &str) -> Result<Option<Producer>> {
    let row = producers::table.filter(producers::tax_code.eq(tax_code)).select(Row::as_select());
    row.first(conn).optional()?.map(Producer::try_from).transpose()
}

/// Producers of one name in a province, in whatever spelling of its tones.
pub(super) fn named(conn: &mut Conn, province_code: &str, name: &str) -> Result<Vec<Producer>> {
    let rows = producers::table
        .filter(producers::province_code.eq(province_code))
        .filter(producers::name_key.eq(text::sort_key(name)))
        .order(producers::id.asc())
        .select(Row::as_select());
    all(rows.load(conn)?)
}

pub(super) fn insert(tx: &mut Tx<'_>, producer: &Producer) -> Result<()> {
    diesel::insert_into(producers::table).values(Row::from(producer)).execute(tx.conn())?;
    Ok(())
}
