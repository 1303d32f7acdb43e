//! The seam to the database. [`Db::read`] and [`Db::write`] are the only ways through it.
//!
//! A [`Tx`] is made by `write` alone, so a write outside a transaction does not compile; the closures are sync, so a
//! remote call inside a transaction does not compile; readers are opened read-only.

mod conn;
pub mod dialect;
pub mod migrate;
pub mod page;
#[allow(missing_docs, reason = "the tables are described by the migrations")]
pub mod schema;
mod tx;
pub mod types;
mod writer;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant as Tick};

pub use conn::{Address, Conn, OpenError};
pub use tx::Tx;
pub use types::Json;

use crate::error::{Code, Error, Result};

/// What is called after a commit with the subjects of its events: caches forget them.
pub type AfterCommit = Box<dyn Fn(&[String]) + Send + Sync>;

struct Shared {
    after_commit: RwLock<Vec<AfterCommit>>,
    slow: Duration,
}

impl Shared {
    fn tell(&self, subjects: &[String]) {
        if subjects.is_empty() {
            return;
        }
        let hooks = self.after_commit.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        for hook in hooks.iter() {
            hook(subjects);
        }
    }
}

enum Writes {
    Sqlite(writer::Writer),
    Pg(conn::ConnPool),
}

struct Inner {
    address: Address,
    readers: conn::ConnPool,
    writes: Writes,
    shared: Arc<Shared>,
    /// Threads of readers alone, one for each connection: while there is work none of them goes to sleep, and none
    /// waits for a connection.
    reading: Option<tokio::runtime::Runtime>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(reading) = self.reading.take() {
            reading.shutdown_background();
        }
    }
}

/// Takes a read that nobody waits for any more out of the queue.
struct Asked<T>(tokio::task::JoinHandle<T>);

impl<T> Drop for Asked<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The longest that a read stands in the queue.
const QUEUED: Duration = Duration::from_secs(5);

impl Inner {
    /// A connection of a pool.
    fn lend(&self, pool: &conn::ConnPool) -> Result<conn::Pooled> {
        pool.get().map_err(|e| Error::new(Code::Unavailable).because(e).retry_after(1))
    }
}

/// The database.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

/// How many connections, and what counts as slow.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Readers on SQLite; readers, and again writers, on PostgreSQL.
    pub connections: u32,
    /// Work that takes longer is logged with its name.
    pub slow: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        // More would only wait for each other: what SQLite reads is in memory, and its readers take turns at a core.
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let connections = u32::try_from(cores.saturating_mul(2)).unwrap_or(4).clamp(4, 100);
        Self { connections, slow: Duration::from_millis(250) }
    }
}

impl Db {
    /// Opens the database: creates the file on the first run, runs the migrations this program knows under a lock,
    /// refuses a newer schema.
    ///
    /// # Errors
    /// [`OpenError`], each with a text for the person who starts the service.
    pub fn open(address: Address, limits: Limits) -> Result<Self, OpenError> {
        migrate::up(&address)?;
        let shared = Arc::new(Shared { after_commit: RwLock::new(Vec::new()), slow: limits.slow });
        let writes = match &address {
            Address::Sqlite(path) => {
                let conn = Conn::Sqlite(conn::open_sqlite_writer(path)?);
                let writer = writer::Writer::start(conn, path.clone(), shared.clone())
                    .map_err(|e| OpenError::Other(e.to_string()))?;
                Writes::Sqlite(writer)
            }
            Address::Pg(_) => Writes::Pg(conn::pool(address.clone(), limits.connections, false)?),
        };
        let readers = conn::pool(address.clone(), limits.connections, true)?;
        let reading = tokio::runtime::Builder::new_current_thread()
            .max_blocking_threads(usize::try_from(limits.connections).unwrap_or(8))
            .thread_name("ocop-reader")
            .build()
            .map_err(|e| OpenError::Other(e.to_string()))?;
        Ok(Self(Arc::new(Inner { address, readers, writes, shared, reading: Some(reading) })))
    }

    /// Where the data is.
    pub fn address(&self) -> &Address {
        &self.0.address
    }

    /// Calls `hook` after each commit with the subjects of its events.
    pub fn after_commit(&self, hook: AfterCommit) {
        self.0.shared.after_commit.write().unwrap_or_else(std::sync::PoisonError::into_inner).push(hook);
    }

    /// Runs a read-only closure on a reader, off the async threads. It runs again where the connection turns out to be
    /// lost.
    ///
    /// # Errors
    /// What the closure returns; `service.busy` when no connection is free in time.
    pub async fn read<T, F>(&self, op: &'static str, mut f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Conn) -> Result<T> + Send + 'static,
    {
        // There is none only while the database is dropped.
        let Some(reading) = &self.0.reading else { return Err(Error::new(Code::Busy).retry_after(1)) };
        let inner = self.0.clone();
        let begun = Arc::new(AtomicBool::new(false));
        let begins = begun.clone();
        let work = move || {
            begins.store(true, Ordering::Relaxed);
            let started = Tick::now();
            let mut spare = inner.readers.max_size();
            let result = loop {
                let mut held = inner.lend(&inner.readers)?;
                let result = catch_unwind(AssertUnwindSafe(|| f(&mut held.conn)))
                    .unwrap_or_else(|_| Err(Error::internal(format!("a panic in {op}"))));
                held.lost = result.as_ref().is_err_and(|e| database_error(e).is_some_and(lost));
                if !held.lost || spare == 0 {
                    break result;
                }
                spare -= 1;
            };
            note(op, started, inner.shared.slow);
            result
        };
        let mut asked = Asked(reading.spawn_blocking(work));
        let done = match tokio::time::timeout(QUEUED, &mut asked.0).await {
            Ok(done) => done,
            Err(_) if begun.load(Ordering::Relaxed) => (&mut asked.0).await,
            // Whoever stands in the queue so long is told, and leaves it.
            Err(_) => return Err(Error::new(Code::Busy).retry_after(1)),
        };
        done.map_err(Error::internal)?
    }

    /// Runs a closure in a transaction and commits it. It may be run again after a serialisation failure, so it
    /// must have no effect but on the database.
    ///
    /// # Errors
    /// What the closure returns (then everything is undone), or why the commit failed.
    pub async fn write<T, F>(&self, op: &'static str, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        match &self.0.writes {
            Writes::Sqlite(writer) => {
                let (reply, answer) = tokio::sync::oneshot::channel();
                let work = Queued { op, f, done: None, subjects: Vec::new(), reply };
                writer.send(Box::new(work))?;
                answer.await.map_err(Error::internal)?
            }
            Writes::Pg(_) => {
                let inner = self.0.clone();
                tokio::task::spawn_blocking(move || write_pg(&inner, op, f)).await.map_err(Error::internal)?
            }
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn ping(&self) -> Result<()> {
        self.read("db.ping", |conn| {
            use diesel::connection::SimpleConnection;
            conn.batch_execute("SELECT 1").map_err(Error::from)
        })
        .await
    }
}

fn note(op: &'static str, started: Tick, slow: Duration) {
    let took = started.elapsed();
    crate::telemetry::took("ocop_db_seconds", op, "all", took);
    if took > slow {
        tracing::warn!(
            op,
            millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            "slow database work"
        );
    }
}

/// Runs one closure in a savepoint (or, on PostgreSQL, the transaction itself). Leaves nothing of a failed one.
fn attempt<T>(
    op: &'static str,
    conn: &mut Conn,
    f: &mut impl FnMut(&mut Tx<'_>) -> Result<T>,
) -> (Result<T>, bool, Vec<String>) {
    let mut tx = Tx::new(conn);
    let result = catch_unwind(AssertUnwindSafe(|| {
        let value = f(&mut tx)?;
        tx.flush()?;
        Ok(value)
    }))
    .unwrap_or_else(|_| Err(Error::internal(format!("a panic in {op}"))));
    let keep = result.is_ok() && !tx.undo;
    let subjects = if keep { tx.subjects() } else { Vec::new() };
    (result, keep, subjects)
}

struct Queued<T, F> {
    op: &'static str,
    f: F,
    done: Option<Result<T>>,
    subjects: Vec<String>,
    reply: tokio::sync::oneshot::Sender<Result<T>>,
}

impl<T, F> writer::Work for Queued<T, F>
where
    T: Send,
    F: FnMut(&mut Tx<'_>) -> Result<T> + Send,
{
    fn run(&mut self, conn: &mut Conn) -> std::result::Result<(), String> {
        let started = Tick::now();
        if let Err(e) = dialect::savepoint(conn) {
            return Err(e.to_string());
        }
        let (result, keep, subjects) = attempt(self.op, conn, &mut self.f);
        self.subjects = subjects;
        note(self.op, started, Duration::from_millis(100));
        let end = if keep { dialect::commit(conn) } else { dialect::rollback(conn) };
        // Where the savepoint is gone, SQLite has rolled the whole group back; the closure's own error says why.
        let lost = end.err().map(|e| match result.as_ref().err().and_then(Error::cause) {
            Some(cause) => cause.to_string(),
            None => e.to_string(),
        });
        self.done = Some(result);
        lost.map_or(Ok(()), Err)
    }

    fn answer(self: Box<Self>, committed: &std::result::Result<(), String>, shared: &Shared) {
        let result = match (self.done, committed) {
            (Some(Err(e)), _) => Err(e),
            (Some(Ok(value)), Ok(())) => {
                shared.tell(&self.subjects);
                Ok(value)
            }
            (_, Err(cause)) => Err(storage_error(cause)),
            (None, Ok(())) => Err(Error::internal("a write was not run")),
        };
        // A caller who went away does not need the answer; the write stands.
        let _ = self.reply.send(result);
    }
}

fn storage_error(cause: &str) -> Error {
    let code = if cause.contains("full") {
        Code::StorageFull
    } else if cause.contains("locked") || cause.contains("busy") {
        Code::Busy
    } else {
        Code::Unavailable
    };
    Error::new(code).because(cause.to_owned()).retry_after(1)
}

/// Tries after a serialisation failure, a deadlock or a connection that broke before the commit.
const TRIES: u32 = 4;

fn write_pg<T>(inner: &Inner, op: &'static str, mut f: impl FnMut(&mut Tx<'_>) -> Result<T>) -> Result<T> {
    let Writes::Pg(pool) = &inner.writes else { return Err(Error::internal("no PostgreSQL pool")) };
    let started = Tick::now();
    let (mut tries, mut spare) = (0, pool.max_size());
    loop {
        let mut held = inner.lend(pool)?;
        if let Err(e) = dialect::begin(&mut held.conn) {
            // Connections that died with the server they led to are no try of this write.
            held.lost = true;
            if spare > 0 {
                spare -= 1;
                continue;
            }
            return Err(Error::new(Code::Unavailable).because(e).retry_after(1));
        }
        tries += 1;
        let (result, keep, subjects) = attempt(op, &mut held.conn, &mut f);
        if !keep {
            let _ = dialect::rollback(&mut held.conn);
        }
        held.lost = result.as_ref().is_err_and(|e| database_error(e).is_some_and(lost));
        match result {
            Ok(value) if keep => match dialect::commit(&mut held.conn) {
                Ok(()) => {
                    note(op, started, inner.shared.slow);
                    inner.shared.tell(&subjects);
                    return Ok(value);
                }
                Err(e) if tries < TRIES && undone(&e) => {}
                // A connection lost during the commit leaves its outcome unknown: never run the closure again.
                Err(e) if lost(&e) => return Err(Error::new(Code::Unavailable).because(e)),
                Err(e) => return Err(Error::from(e)),
            },
            // Nothing was sent to be committed: a lost connection has left nothing behind either.
            Err(e) if tries < TRIES && database_error(&e).is_some_and(|e| undone(e) || lost(e)) => {}
            other => {
                note(op, started, inner.shared.slow);
                return other;
            }
        }
        metrics::counter!("ocop_db_retries_total", "op" => op).increment(1);
        std::thread::sleep(Duration::from_millis(u64::from(5 * tries)));
    }
}

/// The database's error behind one of ours.
fn database_error(error: &Error) -> Option<&diesel::result::Error> {
    error.cause()?.downcast_ref()
}

/// Whether PostgreSQL gave the transaction up and has kept nothing of it: a serialisation failure or a deadlock.
fn undone(error: &diesel::result::Error) -> bool {
    use diesel::result::{DatabaseErrorKind as Kind, Error as Db};
    match error {
        Db::DatabaseError(Kind::SerializationFailure, _) => true,
        // diesel has no kind for a deadlock (40P01).
        Db::DatabaseError(Kind::Unknown, info) => info.message().contains("deadlock detected"),
        Db::RollbackErrorOnCommit { commit_error, .. } => undone(commit_error),
        _ => false,
    }
}

/// Whether the connection broke.
fn lost(error: &diesel::result::Error) -> bool {
    use diesel::result::{DatabaseErrorKind as Kind, Error as Db};
    match error {
        Db::DatabaseError(Kind::ClosedConnection | Kind::UnableToSendCommand, _)
        | Db::BrokenTransactionManager => true,
        // What libpq itself says of a dead connection comes without a code.
        Db::DatabaseError(Kind::Unknown, info) => {
            let text = info.message();
            ["server closed the connection", "terminating connection", "no connection to the server"]
                .iter()
                .any(|needle| text.contains(needle))
        }
        Db::RollbackErrorOnCommit { commit_error, .. } => lost(commit_error),
        _ => false,
    }
}
