//! Migrations: embedded, run at start under a lock, with equal names for both databases.

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::pg::Pg;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::conn::{self, Address, OpenError};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// One migration and whether it has been run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The migration's name.
    pub name: String,
    /// Whether the database has it.
    pub done: bool,
}

fn other(e: impl std::fmt::Display) -> OpenError {
    OpenError::Other(e.to_string())
}

/// Refuses a schema this program does not know.
fn refuse_newer(applied: &[MigrationVersion<'_>], known: &[String]) -> Result<(), OpenError> {
    match applied.iter().map(ToString::to_string).find(|v| !known.contains(v)) {
        Some(version) => Err(OpenError::Newer(version)),
        None => Ok(()),
    }
}

fn versions<DB: diesel::backend::Backend>(all: &[Box<dyn Migration<DB>>]) -> Vec<String> {
    all.iter().map(|m| m.name().version().to_string()).collect()
}

/// Runs every migration that is missing.
///
/// # Errors
/// [`OpenError`]: the address, the schema, or a statement that failed (then that migration is undone).
pub fn up(address: &Address) -> Result<(), OpenError> {
    match address {
        Address::Sqlite(path) => {
            let mut conn = conn::open_sqlite_writer(path)?;
            let explain = |e: String| conn::explain_sqlite(path, &e);
            let known = versions::<Sqlite>(&SQLITE.migrations().map_err(other)?);
            refuse_newer(&conn.applied_migrations().map_err(|e| explain(e.to_string()))?, &known)?;
            conn.run_pending_migrations(SQLITE).map_err(|e| explain(e.to_string()))?;
            Ok(())
        }
        Address::Pg(url) => {
            let mut conn = conn::open_pg(url)?;
            // Several nodes may start at once: one migrates, the others wait for it.
            conn.batch_execute("SELECT pg_advisory_lock(727000)").map_err(other)?;
            let known = versions::<Pg>(&POSTGRES.migrations().map_err(other)?);
            refuse_newer(&conn.applied_migrations().map_err(other)?, &known)?;
            conn.run_pending_migrations(POSTGRES).map_err(other)?;
            conn.batch_execute("SELECT pg_advisory_unlock(727000)").map_err(other)
        }
    }
}

/// Undoes the last migration and returns its name; `None` when there is none.
///
/// # Errors
/// [`OpenError`].
pub fn down(address: &Address) -> Result<Option<String>, OpenError> {
    fn last<DB: diesel::backend::Backend>(
        harness: &mut impl MigrationHarness<DB>,
        source: EmbeddedMigrations,
    ) -> Result<Option<String>, OpenError>
    where
        EmbeddedMigrations: MigrationSource<DB>,
    {
        if harness.applied_migrations().map_err(other)?.is_empty() {
            return Ok(None);
        }
        let version = harness.revert_last_migration(source).map_err(other)?;
        Ok(Some(version.to_string()))
    }
    match address {
        Address::Sqlite(path) => last::<Sqlite>(&mut conn::open_sqlite_writer(path)?, SQLITE),
        Address::Pg(url) => last::<Pg>(&mut conn::open_pg(url)?, POSTGRES),
    }
}

/// Every migration of this program, and whether the database has it.
///
/// # Errors
/// [`OpenError`].
pub fn status(address: &Address) -> Result<Vec<Step>, OpenError> {
    fn steps<DB: diesel::backend::Backend>(
        applied: &[MigrationVersion<'_>],
        all: &[Box<dyn Migration<DB>>],
    ) -> Vec<Step> {
        let applied: Vec<String> = applied.iter().map(ToString::to_string).collect();
        all.iter()
            .map(|m| Step {
                name: m.name().to_string(),
                done: applied.contains(&m.name().version().to_string()),
            })
            .collect()
    }
    match address {
        Address::Sqlite(path) => {
            let mut conn = conn::open_sqlite_writer(path)?;
            let applied = conn.applied_migrations().map_err(other)?;
            Ok(steps::<Sqlite>(&applied, &SQLITE.migrations().map_err(other)?))
        }
        Address::Pg(url) => {
            let mut conn = conn::open_pg(url)?;
            let applied = conn.applied_migrations().map_err(other)?;
            Ok(steps::<Pg>(&applied, &POSTGRES.migrations().map_err(other)?))
        }
    }
}
