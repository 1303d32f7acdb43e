//! Rows of producers.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::actor::Reach;
use crate::db::page::{Page, Want};
use crate::db::schema::producers;
use crate::db::{Conn, Json, Tx};
use crate::error::{Code, Error, Result};
use crate::ids::ProducerId;
use crate::instant::Instant;
use crate::text;
use crate::values::{Phone, TaxCode};

use super::state::{Details, EnterpriseForm, Kind, Status};
use super::{Filter, Key, Producer};

#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = producers, treat_none_as_null = true, treat_none_as_default_value = false)]
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
    let row: Option<Row> = producers::table.find(id).select(Row::as_select()).first(conn).optional()?;
    let within =
        row.filter(|p| reach.covers(p.id, p.commune_code.as_deref().unwrap_or_default(), &p.province_code));
    within.map(Producer::try_from).transpose()
}

/// Most words of a question that are looked at.
const WORDS: usize = 8;

/// The producers within reach, by name. The column `search` holds tax codes, some of them personal: only lists that
/// begin with a reach may use it.
pub(super) fn list(
    conn: &mut Conn,
    reach: &Reach,
    filter: &Filter,
    want: &Want<Key>,
) -> Result<Page<Producer>> {
    let mut query = producers::table.select(Row::as_select()).into_boxed();
    if !reach.all {
        query = query.filter(
            producers::province_code
                .nullable()
                .eq(reach.province.clone())
                .or(producers::commune_code.eq(reach.commune.clone()))
                .or(producers::id.nullable().eq(reach.producer)),
        );
    }
    let Filter { q, status, kind, province_code, commune_code } = filter;
    if let Some(q) = q.as_deref().filter(|q| !q.trim().is_empty()) {
        let words = text::terms(q);
        if words.is_empty() {
            return Ok(Page { data: Vec::new(), next: None });
        }
        // The words of a question are plain letters and digits: nothing in them means more to LIKE.
        for word in words.iter().take(WORDS) {
            query = query.filter(producers::search.like(format!("%{word}%")));
        }
    }
    if let Some(status) = status {
        query = query.filter(producers::status.eq(*status));
    }
    if let Some(kind) = kind {
        query = query.filter(producers::kind.eq(*kind));
    }
    if let Some(code) = province_code {
        query = query.filter(producers::province_code.eq(code.clone()));
    }
    if let Some(code) = commune_code {
        query = query.filter(producers::commune_code.eq(code.clone()));
    }
    if let Some((name_key, id)) = &want.after {
        query = query
            .filter(producers::name_key.ge(name_key.clone()))
            .filter(producers::name_key.gt(name_key.clone()).or(producers::id.gt(*id)));
    }
    let rows =
        query.order((producers::name_key.asc(), producers::id.asc())).limit(want.fetch()).load(conn)?;
    let page = Page::cut(rows, want, |row: &Row| (row.name_key.clone(), row.id));
    Ok(Page { data: all(page.data)?, next: page.next })
}

/// What a likely duplicate is judged by.
pub(super) struct Likely {
    pub id: ProducerId,
    pub name: String,
    pub kind: Kind,
    pub status: Status,
    pub commune_code: Option<String>,
    pub province_code: String,
    pub tax_code: Option<TaxCode>,
    pub registration_number: Option<String>,
    pub phone: Option<Phone>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = producers)]
struct LikelyRow {
    id: ProducerId,
    name: String,
    kind: Kind,
    status: Status,
    commune_code: Option<String>,
    province_code: String,
    tax_code: Option<String>,
    registration_number: Option<String>,
    phone: Option<String>,
}

/// The others of its province, and those anywhere with its tax code's head or its telephone; within reach or public.
pub(super) fn likely(conn: &mut Conn, reach: &Reach, producer: &Producer) -> Result<Vec<Likely>> {
    let own = &producer.details;
    let head = own.tax_code.as_ref().map(|t| t.head().to_owned());
    let rows: Vec<LikelyRow> = producers::table
        .filter(producers::id.ne(producer.id))
        .filter(
            producers::province_code
                .nullable()
                .eq(own.province_code.clone())
                .or(producers::tax_code.eq(head.clone()))
                // A dependent unit's code: the head, a hyphen, three digits.
                .or(producers::tax_code.like(head.map(|h| format!("{h}-%"))))
                .or(producers::phone.eq(own.phone.clone().map(String::from))),
        )
        .select(LikelyRow::as_select())
        .load(conn)?;
    let seen = rows.into_iter().filter(|row| {
        row.status == Status::Verified
            || reach.covers(row.id, row.commune_code.as_deref().unwrap_or_default(), &row.province_code)
    });
    let likely = seen.map(|row| {
        Ok(Likely {
            id: row.id,
            name: row.name,
            kind: row.kind,
            status: row.status,
            commune_code: row.commune_code,
            province_code: row.province_code,
            tax_code: row.tax_code.map(|t| t.parse()).transpose().map_err(Error::internal)?,
            registration_number: row.registration_number,
            phone: row.phone.map(|t| t.parse()).transpose().map_err(Error::internal)?,
        })
    });
    likely.collect()
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

/// Writes a producer whose version has been raised by one; refuses when somebody was faster.
pub(super) fn save(tx: &mut Tx<'_>, producer: &Producer) -> Result<()> {
    let row = producers::table
        .filter(producers::id.eq(producer.id))
        .filter(producers::version.eq(producer.version - 1));
    match diesel::update(row).set(Row::from(producer)).execute(tx.conn())? {
        1 => Ok(()),
        _ => Err(Error::new(Code::PreconditionFailed)),
    }
}
