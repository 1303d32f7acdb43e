//! How many products there are of each kind.

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::db::Conn;
use crate::db::dialect::published;
use crate::db::schema::{producers, products};
use crate::error::Result;
use crate::instant::Instant;
use crate::producer::Status;

/// The counts.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Counts {
    pub stars: Vec<(Option<i32>, i64)>,
    pub sets: Vec<(i32, i64)>,
    pub provinces: Vec<(String, i64)>,
    /// The first moment at which a star begins or ends.
    pub until: Option<Instant>,
}

macro_rules! public {
    () => {
        products::table
            .inner_join(producers::table.on(producers::id.eq(products::producer_id)))
            .filter(published())
            .filter(producers::status.eq(Status::Verified))
    };
}

/// Counts what is public at a moment.
pub(in super::super) fn counts(conn: &mut Conn, now: Instant) -> Result<Counts> {
    let valid = || products::star_from.le(now).and(products::star_until.gt(now));
    let mut stars: Vec<(Option<i32>, i64)> = public!()
        .filter(valid())
        .group_by(products::stars)
        .select((products::stars, count_star()))
        .order(products::stars)
        .load(conn)?;
    let sets: Vec<(i32, i64)> = public!()
        .group_by(products::criteria_set)
        .select((products::criteria_set, count_star()))
        .order(products::criteria_set)
        .load(conn)?;
    let provinces: Vec<(String, i64)> = public!()
        .group_by(products::province_code)
        .select((products::province_code, count_star()))
        .order(products::province_code)
        .load(conn)?;
    let rated: i64 = stars.iter().map(|(_, n)| n).sum();
    let all: i64 = sets.iter().map(|(_, n)| n).sum();
    if all > rated {
        stars.push((None, all - rated));
    }
    let ends: Option<Instant> = products::table
        .filter(products::star_until.gt(now))
        .select(diesel::dsl::min(products::star_until))
        .first(conn)?;
    let begins: Option<Instant> = products::table
        .filter(products::star_from.gt(now))
        .select(diesel::dsl::min(products::star_from))
        .first(conn)?;
    let until = [ends, begins].into_iter().flatten().min();
    Ok(Counts { stars, sets, provinces, until })
}
