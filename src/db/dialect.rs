//! The few statements that the two databases spell differently. Nothing outside this file may ask which one it is.

use diesel::connection::SimpleConnection;
use diesel::result::QueryResult;
use diesel::{Connection, RunQueryDsl};

use super::Conn;

/// Makes the appends of audit entries and events happen one transaction after the other, so that their sequence is
/// the order of commits. SQLite has one writer at a time and needs nothing.
pub(super) fn order_appends(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        Conn::Sqlite(_) => Ok(()),
        Conn::Pg(pg) => pg.batch_execute("SELECT pg_advisory_xact_lock(727001)"),
    }
}

/// Takes a lock named by `name` until the end of the transaction: for numbers without gaps and checks that span
/// rows. SQLite has one writer at a time and needs nothing.
pub fn lock(conn: &mut Conn, name: &str) -> QueryResult<()> {
    match conn {
        Conn::Sqlite(_) => Ok(()),
        Conn::Pg(pg) => diesel::sql_query("SELECT pg_advisory_xact_lock(727002, hashtext($1))")
            .bind::<diesel::sql_types::Text, _>(name)
            .execute(pg)
            .map(|_| ()),
    }
}

/// The most rows that one statement inserts: far from the number of values either database takes in one.
pub const AT_ONCE: usize = 500;

/// Any statement that both backends can build but the enum cannot, for example an upsert with `on_conflict`:
/// `dialect::both!(conn, statement)` runs the statement on the connection's own backend.
#[macro_export]
macro_rules! both {
    ($conn:expr, $run:ident, $statement:expr) => {
        match $conn {
            $crate::db::Conn::Sqlite(c) => diesel::RunQueryDsl::$run($statement, c),
            $crate::db::Conn::Pg(c) => diesel::RunQueryDsl::$run($statement, c),
        }
    };
}

/// Whether a product is published.
#[derive(Clone, Copy, Debug, diesel::query_builder::QueryId, diesel::expression::ValidGrouping)]
pub struct Published;

/// Whether a product is published, written out: only so does either database use an index of published products. A
/// type of its own, because statements with literal SQL are parsed and planned anew each time.
pub fn published() -> Published {
    Published
}

impl diesel::Expression for Published {
    type SqlType = diesel::sql_types::Bool;
}

impl<Tables> diesel::AppearsOnTable<Tables> for Published {}

impl<Tables> diesel::SelectableExpression<Tables> for Published {}

impl<DB: diesel::backend::Backend> diesel::query_builder::QueryFragment<DB> for Published {
    fn walk_ast<'b>(&'b self, mut out: diesel::query_builder::AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("products.status = 'published'");
        Ok(())
    }
}

/// A condition that is looked at row by row, for any value bound to it: see [`each`].
#[derive(Clone, Copy, Debug, diesel::query_builder::QueryId, diesel::expression::ValidGrouping)]
pub struct Each<Condition>(Condition);

/// A condition that nearly every row meets, so that it never is the way in: planned before its value is known, a range
/// counts as narrow, and a list would rather collect and sort all rows in it than walk along the index of its order.
pub fn each<Condition>(condition: Condition) -> Each<Condition> {
    Each(condition)
}

impl<Condition: diesel::Expression> diesel::Expression for Each<Condition> {
    type SqlType = diesel::sql_types::Bool;
}

impl<Condition, Tables> diesel::AppearsOnTable<Tables> for Each<Condition>
where
    Condition: diesel::AppearsOnTable<Tables>,
    Self: diesel::Expression,
{
}

impl<Condition, Tables> diesel::SelectableExpression<Tables> for Each<Condition>
where
    Condition: diesel::SelectableExpression<Tables>,
    Self: diesel::AppearsOnTable<Tables>,
{
}

impl<DB, Condition> diesel::query_builder::QueryFragment<DB> for Each<Condition>
where
    DB: diesel::backend::Backend,
    Condition: diesel::query_builder::QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: diesel::query_builder::AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("CASE WHEN ");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(" THEN 1 ELSE 0 END <> 0");
        Ok(())
    }
}

/// The sum of a BigInt column, by its full name, as BigInt: PostgreSQL would answer a numeric.
pub fn total(
    column: &'static str,
) -> diesel::expression::SqlLiteral<diesel::sql_types::Nullable<diesel::sql_types::BigInt>> {
    diesel::dsl::sql(&format!("CAST(sum({column}) AS BIGINT)"))
}

/// Begins the outermost transaction. SQLite takes the write lock at once, so that a later upgrade cannot fail.
pub(super) fn begin(conn: &mut Conn) -> QueryResult<()> {
    use diesel::connection::{AnsiTransactionManager, TransactionManager};
    match conn {
        Conn::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE"),
        Conn::Pg(c) => AnsiTransactionManager::begin_transaction(c),
    }
}

/// Begins a savepoint inside the outermost transaction.
pub(super) fn savepoint(conn: &mut Conn) -> QueryResult<()> {
    use diesel::connection::TransactionManager;
    <Conn as Connection>::TransactionManager::begin_transaction(conn)
}

/// Commits the innermost savepoint or the outermost transaction.
pub(super) fn commit(conn: &mut Conn) -> QueryResult<()> {
    use diesel::connection::TransactionManager;
    <Conn as Connection>::TransactionManager::commit_transaction(conn)
}

/// Rolls back the innermost savepoint or the outermost transaction.
pub(super) fn rollback(conn: &mut Conn) -> QueryResult<()> {
    use diesel::connection::TransactionManager;
    <Conn as Connection>::TransactionManager::rollback_transaction(conn)
}
