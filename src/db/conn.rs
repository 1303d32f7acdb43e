//! Connections: one enum over both databases, how each is opened, and what a wrong address says.

use std::path::{Path, PathBuf};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::r2d2::{ManageConnection, Pool, PooledConnection};
use diesel::sqlite::SqliteConnection;
use diesel::{Connection, ConnectionError};

/// A connection to either database. Made by address only; never through the enum's own `establish`, which would
/// try one database after the other.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// Embedded SQLite.
    Sqlite(SqliteConnection),
    /// PostgreSQL.
    Pg(PgConnection),
}

/// Where the data is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL URL.
    Pg(String),
}

/// Why the database could not be opened; each says what to do. The program ends with code 3.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The scheme is neither `sqlite:` nor `postgres:`.
    #[error(
        "DATABASE_URL begins with neither sqlite: nor postgres:. Write sqlite:FILE or postgres://user@host/name; \
         a file path alone needs sqlite: before it"
    )]
    Scheme,
    /// The folder of the file does not exist.
    #[error("the folder {0} of DATABASE_URL does not exist. Create it or correct the path")]
    NoFolder(PathBuf),
    /// The path is a folder, or the file is no SQLite database.
    #[error("{0} is not a SQLite database. Point DATABASE_URL at another file; this one is left as it is")]
    NotADatabase(PathBuf),
    /// The folder or file may not be written.
    #[error("{0} cannot be written: {1}. Give the service's user write access to the file and its folder")]
    ReadOnly(PathBuf, String),
    /// Another process holds the file.
    #[error("{0} is locked by another process. Stop it, or wait until it has finished")]
    Locked(PathBuf),
    /// The disk is full.
    #[error("the disk of {0} is full. Free some space and start again; nothing was changed")]
    Full(PathBuf),
    /// The schema was made by a newer program.
    #[error(
        "the database's schema ({0}) is newer than this program. Install the newer program, or restore a backup \
         made with this one"
    )]
    Newer(String),
    /// PostgreSQL does not answer or refuses.
    #[error("PostgreSQL cannot be reached: {0}. Check host, port, name and password in DATABASE_URL")]
    Unreachable(String),
    /// Anything else.
    #[error("the database could not be opened: {0}")]
    Other(String),
}

impl Address {
    /// Reads `DATABASE_URL`.
    pub fn parse(url: &str) -> Result<Self, OpenError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Pg(url.to_owned()));
        }
        let path = url.strip_prefix("sqlite:").ok_or(OpenError::Scheme)?;
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() { Err(OpenError::Scheme) } else { Ok(Self::Sqlite(PathBuf::from(path))) }
    }

    /// The address without its password, for the log.
    pub fn display(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite:{}", path.display()),
            Self::Pg(url) => match url::Url::parse(url) {
                Ok(mut parsed) => {
                    let _ = parsed.set_password(None);
                    parsed.to_string()
                }
                Err(_) => "postgres:".to_owned(),
            },
        }
    }
}

/// Opens the writer's connection to a SQLite file, creating the file on the first run.
pub(super) fn open_sqlite_writer(path: &Path) -> Result<SqliteConnection, OpenError> {
    if path.is_dir() {
        return Err(OpenError::NotADatabase(path.to_owned()));
    }
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(OpenError::NoFolder(folder.to_owned()));
    }
    if path.exists() {
        std::fs::OpenOptions::new()
            .append(true)
            .open(path)
            .map_err(|e| OpenError::ReadOnly(path.to_owned(), e.to_string()))?;
    }
    let mut conn = SqliteConnection::establish(&path.to_string_lossy())
        .map_err(|e| explain_sqlite(path, &e.to_string()))?;
    conn.batch_execute(
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
         PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY; \
         PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864",
    )
    .map_err(|e| explain_sqlite(path, &e.to_string()))?;
    Ok(conn)
}

/// What SQLite's message means for the person who starts the service.
pub(super) fn explain_sqlite(path: &Path, message: &str) -> OpenError {
    let path = path.to_owned();
    let has = |needle: &str| message.contains(needle);
    if has("locked") {
        OpenError::Locked(path)
    } else if has("not a database") || has("malformed") {
        OpenError::NotADatabase(path)
    } else if has("full") {
        OpenError::Full(path)
    } else if has("readonly") || has("read-only") || has("unable to open") || has("permission") {
        OpenError::ReadOnly(path, message.to_owned())
    } else {
        OpenError::Other(message.to_owned())
    }
}

/// Opens connections of one kind for a pool.
#[derive(Debug)]
pub(super) struct Manager {
    address: Address,
    read_only: bool,
}

/// A connection of a pool.
pub(super) struct Held {
    /// The connection.
    pub conn: Conn,
    /// Whether the server has gone away behind it: it is not lent again.
    pub lost: bool,
}

/// A pool of connections.
pub(super) type ConnPool = Pool<Manager>;
/// A connection lent by a pool.
pub(super) type Pooled = PooledConnection<Manager>;

impl ManageConnection for Manager {
    type Connection = Held;
    type Error = OpenError;

    fn connect(&self) -> Result<Held, OpenError> {
        let conn = match &self.address {
            Address::Sqlite(path) => Conn::Sqlite(open_sqlite_reader(path)?),
            Address::Pg(url) => {
                let mut conn = open_pg(url)?;
                let access = if self.read_only { READER } else { "" };
                conn.batch_execute(&format!(
                    "SET statement_timeout = '30s'; SET lock_timeout = '5s'; \
                     SET idle_in_transaction_session_timeout = '30s'; SET TIME ZONE 'UTC'; {access}"
                ))
                .map_err(|e| OpenError::Unreachable(e.to_string()))?;
                Conn::Pg(conn)
            }
        };
        Ok(Held { conn, lost: false })
    }

    /// Asking the server before each use would double its round trips: [`super::Db`] tries again where the first
    /// statement finds that it has gone away.
    fn is_valid(&self, _: &mut Held) -> Result<(), OpenError> {
        Ok(())
    }

    fn has_broken(&self, held: &mut Held) -> bool {
        held.lost
            || std::thread::panicking()
            || match &mut held.conn {
                Conn::Sqlite(c) => diesel::r2d2::R2D2Connection::is_broken(c),
                Conn::Pg(c) => diesel::r2d2::R2D2Connection::is_broken(c),
            }
    }
}

const WAIT: Duration = Duration::from_secs(3);

/// What readers on PostgreSQL are told besides: they only read; what they ask is short, so that compiling a plan to
/// machine code never pays, and neither does planning a statement anew for each value: that takes longer than running
/// it. The bundled SQLite keeps its plans in the same way.
const READER: &str =
    "SET default_transaction_read_only = on; SET jit = off; SET plan_cache_mode = force_generic_plan;";

/// A pool of `size` connections. The first is opened now, so that a wrong address is told at start.
pub(super) fn pool(address: Address, size: u32, read_only: bool) -> Result<ConnPool, OpenError> {
    let manager = Manager { address, read_only };
    manager.connect()?;
    let pool =
        Pool::builder().max_size(size).min_idle(Some(1)).connection_timeout(WAIT).test_on_check_out(false);
    Ok(pool.build_unchecked(manager))
}

/// Opens a reader of a SQLite file: read-only, so that a write through it fails at the database.
fn open_sqlite_reader(path: &Path) -> Result<SqliteConnection, OpenError> {
    let absolute = std::path::absolute(path).map_err(|e| OpenError::Other(e.to_string()))?;
    let mut uri = url::Url::from_file_path(&absolute)
        .map_err(|()| OpenError::Other("the path in DATABASE_URL is not valid".to_owned()))?;
    uri.set_query(Some("mode=ro"));
    let mut conn =
        SqliteConnection::establish(uri.as_str()).map_err(|e| explain_sqlite(path, &e.to_string()))?;
    conn.batch_execute(
        "PRAGMA busy_timeout = 5000; PRAGMA query_only = ON; PRAGMA cache_size = -2000; \
         PRAGMA temp_store = MEMORY",
    )
    .map_err(|e| explain_sqlite(path, &e.to_string()))?;
    Ok(conn)
}

/// Opens one PostgreSQL connection.
pub(super) fn open_pg(url: &str) -> Result<PgConnection, OpenError> {
    PgConnection::establish(url).map_err(|e| match e {
        ConnectionError::BadConnection(text) => OpenError::Unreachable(text.trim().to_owned()),
        other => OpenError::Unreachable(other.to_string()),
    })
}
