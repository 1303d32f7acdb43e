//! Migrations: embedded, run at start under a lock, with equal names for both databases.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

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

/// The file beside a SQLite file whose lock says who migrates. Not the database's own: closing that would let go of
/// the locks SQLite holds on it in this process.
fn sqlite_lock(path: &Path) -> Result<File, OpenError> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(OpenError::NoFolder(folder.to_owned()));
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let lock = PathBuf::from(name);
    let refused = |e: std::io::Error| match e.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => OpenError::Full(path.to_owned()),
        _ => OpenError::ReadOnly(path.to_owned(), e.to_string()),
    };
    let file = File::options().create(true).truncate(false).write(true).open(&lock).map_err(refused)?;
    file.lock().map_err(refused)?;
    Ok(file)
}

/// Opens PostgreSQL under the lock of migrations: several nodes may start at once, one migrates, the others wait for
/// it. The lock ends with the connection.
fn open_pg_locked(url: &str) -> Result<diesel::PgConnection, OpenError> {
    let mut conn = conn::open_pg(url)?;
    conn.batch_execute("SELECT pg_advisory_lock(727000)").map_err(other)?;
    Ok(conn)
}

/// Runs every migration that is missing.
///
/// # Errors
/// [`OpenError`]: the address, the schema, or a statement that failed (then that migration is undone).
pub fn up(address: &Address) -> Result<(), OpenError> {
    match address {
        Address::Sqlite(path) => {
            let _lock = sqlite_lock(path)?;
            let mut conn = conn::open_sqlite_writer(path)?;
            let explain = |e: String| conn::explain_sqlite(path, &e);
            let known = versions::<Sqlite>(&SQLITE.migrations().map_err(other)?);
            refuse_newer(&conn.applied_migrations().map_err(|e| explain(e.to_string()))?, &known)?;
            conn.run_pending_migrations(SQLITE).map_err(|e| explain(e.to_string()))?;
            Ok(())
        }
        Address::Pg(url) => {
            let mut conn = open_pg_locked(url)?;
            let known = versions::<Pg>(&POSTGRES.migrations().map_err(other)?);
            refuse_newer(&conn.applied_migrations().map_err(other)?, &known)?;
            conn.run_pending_migrations(POSTGRES).map_err(other)?;
            Ok(())
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
        let applied = harness.applied_migrations().map_err(other)?;
        refuse_newer(&applied, &versions::<DB>(&source.migrations().map_err(other)?))?;
        if applied.is_empty() {
            return Ok(None);
        }
        let version = harness.revert_last_migration(source).map_err(other)?;
        Ok(Some(version.to_string()))
    }
    match address {
        Address::Sqlite(path) => {
            let _lock = sqlite_lock(path)?;
            last::<Sqlite>(&mut conn::open_sqlite_writer(path)?, SQLITE)
        }
        Address::Pg(url) => last::<Pg>(&mut open_pg_locked(url)?, POSTGRES),
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
