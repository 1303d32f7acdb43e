//! Pages of products. The walk follows one index in the order that is asked for, so its cost does not grow with the
//! table: a set and a star, a province, a place in the order of names are each found at once.

use diesel::prelude::*;

use crate::db::dialect::{each, published};
use crate::db::schema::{producers, product_images, product_terms, products};
use crate::db::{Conn, page::Want};
use crate::error::Result;
use crate::ids::{ImageId, ProducerId, ProductId};
use crate::instant::Instant;
use crate::producer::{Kind, Status};

use super::super::state::{Filter, Key, Sort};
use super::search::{Driver, Plan, Weights, plan};

/// A product in a list.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = products)]
pub(in super::super) struct Line {
    pub id: ProductId,
    pub producer_id: ProducerId,
    pub province_code: String,
    pub commune_code: Option<String>,
    pub name: String,
    pub name_en: Option<String>,
    pub name_key: String,
    pub criteria_set: i32,
    pub price_vnd: Option<i64>,
    pub unit: Option<String>,
    pub net_weight_g: Option<i32>,
    #[diesel(column_name = stars)]
    pub star: Option<i32>,
    pub star_from: Option<Instant>,
    pub star_until: Option<Instant>,
    #[diesel(embed)]
    pub maker: Maker,
    /// Its first image.
    #[diesel(select_expression = first_image())]
    pub image: Option<ImageId>,
}

#[diesel::dsl::auto_type]
fn first_image() -> _ {
    product_images::table
        .filter(product_images::product_id.eq(products::id))
        .order((product_images::position, product_images::id))
        .select(product_images::id)
        .limit(1_i64)
        .single_value()
}

/// Who makes it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = producers)]
pub(in super::super) struct Maker {
    #[diesel(column_name = name)]
    pub producer_name: String,
    pub kind: Kind,
}

impl Line {
    pub(in super::super) fn key(&self, sort: Sort) -> Key {
        match sort {
            Sort::Name => Key::Name(self.name_key.clone(), self.id),
            Sort::Price | Sort::PriceDown => Key::Price(self.price_vnd.unwrap_or_default(), self.id),
            Sort::Newest => Key::Made(self.id),
        }
    }
}

/// Everything but the way in: what a row must be, whichever index led to it. The other words of a question are looked up
/// by the name key and id of the table that leads, so that rows without them cost no look at their product.
macro_rules! narrow {
    ($query:expr, $filter:expr, $plan:expr, $sort:expr, $now:expr, $key:expr, $id:expr) => {{
        let (filter, plan, now): (&Filter, &Plan, Instant) = ($filter, $plan, $now);
        let mut query = $query.filter(producers::status.eq(Status::Verified));
        if let Some(star) = filter.star {
            query = query
                .filter(products::stars.eq(star))
                .filter(each(products::star_from.le(now).and(products::star_until.gt(now))));
        }
        match (filter.sets.as_slice(), &plan.driver) {
            ([], _) | (_, Driver::Sets(_)) => {}
            ([set], _) => query = query.filter(products::criteria_set.eq(*set)),
            (sets, _) => query = query.filter(products::criteria_set.eq_any(sets.to_vec())),
        }
        if let Some(code) = &filter.province_code {
            query = query.filter(products::province_code.eq(code.clone()));
        }
        if let Some(code) = &filter.commune_code {
            query = query.filter(products::commune_code.eq(code.clone()));
        }
        if let Some(id) = filter.producer_id {
            query = query.filter(products::producer_id.eq(id));
        }
        // Where prices are the order, their range is the part of the index that is walked.
        let by_price = matches!($sort, Sort::Price | Sort::PriceDown);
        query = match filter.price_min {
            Some(least) if by_price => query.filter(products::price_vnd.ge(least)),
            Some(least) => query.filter(each(products::price_vnd.ge(least))),
            None => query,
        };
        query = match filter.price_max {
            Some(most) if by_price => query.filter(products::price_vnd.le(most)),
            Some(most) => query.filter(each(products::price_vnd.le(most))),
            None => query,
        };
        let other = diesel::alias!(product_terms as other);
        let of_row = || {
            other.filter(
                other
                    .field(product_terms::name_key)
                    .eq($key)
                    .and(other.field(product_terms::product_id).eq($id)),
            )
        };
        for word in &plan.words {
            query = query.filter(diesel::dsl::exists(
                of_row()
                    .filter(other.field(product_terms::term).eq(word.clone()))
                    .select(other.field(product_terms::product_id)),
            ));
        }
        if let Some((from, to)) = &plan.prefix {
            query = query.filter(diesel::dsl::exists(
                other
                    .filter(other.field(product_terms::product_id).eq($id))
                    .filter(other.field(product_terms::term).ge(from.clone()))
                    .filter(other.field(product_terms::term).lt(to.clone()))
                    .select(other.field(product_terms::product_id)),
            ));
        }
        query
    }};
}

/// Products in their order, one more than the page has.
pub(in super::super) fn list(
    conn: &mut Conn,
    filter: &Filter,
    sort: Sort,
    want: &Want<Key>,
    now: Instant,
    weights: &Weights,
) -> Result<Vec<Line>> {
    let Some(plan) = plan(conn, filter, sort, weights)? else { return Ok(Vec::new()) };
    let mut lines = Vec::new();
    match &plan.driver {
        Driver::Walk => lines = walk(conn, filter, &plan, sort, want, now, None)?,
        Driver::Sets(sets) => {
            for set in sets {
                lines.extend(walk(conn, filter, &plan, sort, want, now, Some(*set))?);
            }
        }
        Driver::Terms(terms) => {
            for term in terms {
                lines.extend(by_term(conn, filter, &plan, sort, want, now, term)?);
            }
        }
    }
    if plan.branches() > 1 {
        lines.sort_by_cached_key(|line| line.key(sort));
        if matches!(sort, Sort::PriceDown | Sort::Newest) {
            lines.reverse();
        }
        lines.dedup_by_key(|line| line.id);
        lines.truncate(usize::try_from(want.fetch()).unwrap_or(usize::MAX));
    }
    Ok(lines)
}

/// Along the index of the order.
fn walk(
    conn: &mut Conn,
    filter: &Filter,
    plan: &Plan,
    sort: Sort,
    want: &Want<Key>,
    now: Instant,
    set: Option<i32>,
) -> Result<Vec<Line>> {
    let query = products::table
        .inner_join(producers::table.on(producers::id.eq(products::producer_id)))
        .filter(published())
        .select(Line::as_select())
        .into_boxed();
    let mut query = narrow!(query, filter, plan, sort, now, products::name_key, products::id);
    if let Some(set) = set {
        query = query.filter(products::criteria_set.eq(set));
    }
    query = match sort {
        Sort::Name => query.order((products::name_key.asc(), products::id.asc())),
        Sort::Price => query
            .filter(products::price_vnd.is_not_null())
            .order((products::price_vnd.asc(), products::id.asc())),
        Sort::PriceDown => query
            .filter(products::price_vnd.is_not_null())
            .order((products::price_vnd.desc(), products::id.desc())),
        Sort::Newest => query.order(products::id.desc()),
    };
    query = match (sort, want.after.clone()) {
        (Sort::PriceDown, Some(Key::Price(price, id))) => query
            .filter(products::price_vnd.le(price))
            .filter(products::price_vnd.lt(price).or(products::id.lt(id))),
        (_, Some(Key::Price(price, id))) => query
            .filter(products::price_vnd.ge(price))
            .filter(products::price_vnd.gt(price).or(products::id.gt(id))),
        (_, Some(Key::Name(name, id))) => query
            .filter(products::name_key.ge(name.clone()))
            .filter(products::name_key.gt(name).or(products::id.gt(id))),
        (_, Some(Key::Made(id))) => query.filter(products::id.lt(id)),
        (_, None) => query,
    };
    Ok(query.limit(want.fetch()).load(conn)?)
}

/// Along the products of a word; only published ones have words.
fn by_term(
    conn: &mut Conn,
    filter: &Filter,
    plan: &Plan,
    sort: Sort,
    want: &Want<Key>,
    now: Instant,
    term: &str,
) -> Result<Vec<Line>> {
    let query = product_terms::table
        .inner_join(products::table.on(products::id.eq(product_terms::product_id)))
        .inner_join(producers::table.on(producers::id.eq(products::producer_id)))
        .filter(product_terms::term.eq(term.to_owned()))
        .select(Line::as_select())
        .into_boxed();
    let mut query =
        narrow!(query, filter, plan, sort, now, product_terms::name_key, product_terms::product_id);
    query = match sort {
        Sort::Name => query.order((product_terms::name_key.asc(), product_terms::product_id.asc())),
        Sort::Price => query
            .filter(products::price_vnd.is_not_null())
            .order((products::price_vnd.asc(), products::id.asc())),
        Sort::PriceDown => query
            .filter(products::price_vnd.is_not_null())
            .order((products::price_vnd.desc(), products::id.desc())),
        Sort::Newest => query.order(product_terms::product_id.desc()),
    };
    query = match (sort, want.after.clone()) {
        (Sort::PriceDown, Some(Key::Price(price, id))) => query
            .filter(products::price_vnd.le(price))
            .filter(products::price_vnd.lt(price).or(products::id.lt(id))),
        (_, Some(Key::Price(price, id))) => query
            .filter(products::price_vnd.ge(price))
            .filter(products::price_vnd.gt(price).or(products::id.gt(id))),
        (_, Some(Key::Name(name, id))) => query
            .filter(product_terms::name_key.ge(name.clone()))
            .filter(product_terms::name_key.gt(name).or(product_terms::product_id.gt(id))),
        (_, Some(Key::Made(id))) => query.filter(products::id.lt(id)),
        (_, None) => query,
    };
    Ok(query.limit(want.fetch()).load(conn)?)
}
