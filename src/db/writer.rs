//! The SQLite writer: one thread, one connection, group commit.
//!
//! The thread takes the first queued closure, begins a transaction, runs it and whatever else is queued each inside
//! its savepoint, commits once (`synchronous=FULL`) and only then answers every caller. A closure that fails or
//! panics undoes only itself.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Instant as Tick;

use crate::error::{Code, Error, Result};

use super::{Conn, Shared, dialect};

/// The most closures in one commit: enough for the fsync to vanish, few enough that nobody waits long.
const GROUP: usize = 256;
/// The most closures that wait; more are refused with 503.
const QUEUE: usize = 4096;

/// A queued write.
pub(super) trait Work: Send {
    /// Runs the closure in a savepoint of the running transaction.
    ///
    /// # Errors
    /// Why the whole transaction is lost: SQLite itself rolls back on a full disk or a failed write to it.
    fn run(&mut self, conn: &mut Conn) -> std::result::Result<(), String>;
    /// Tells the caller how it ended. `committed` is the result of the one commit.
    fn answer(self: Box<Self>, committed: &std::result::Result<(), String>, shared: &Shared);
}

/// The way to the writer thread.
#[derive(Clone)]
pub(super) struct Writer {
    queue: SyncSender<Box<dyn Work>>,
}

impl Writer {
    /// Starts the thread. It ends when the last `Writer` is dropped, after the queue is empty.
    pub(super) fn start(conn: Conn, path: PathBuf, shared: Arc<Shared>) -> std::io::Result<Self> {
        let (queue, waiting) = sync_channel(QUEUE);
        let thread = std::thread::Builder::new().name("sqlite-writer".into());
        thread.spawn(move || run(conn, &path, &waiting, &shared))?;
        Ok(Self { queue })
    }

    /// Queues a write; refuses at once when the queue is full.
    pub(super) fn send(&self, work: Box<dyn Work>) -> Result<()> {
        self.queue.try_send(work).map_err(|e| match e {
            TrySendError::Full(_) => Error::new(Code::Busy).retry_after(1),
            TrySendError::Disconnected(_) => Error::new(Code::Unavailable),
        })
    }
}

fn run(mut conn: Conn, path: &std::path::Path, waiting: &Receiver<Box<dyn Work>>, shared: &Shared) {
    let mut group: Vec<Box<dyn Work>> = Vec::with_capacity(GROUP);
    while let Ok(first) = waiting.recv() {
        let started = Tick::now();
        let committed = commit_group(&mut conn, first, waiting, &mut group);
        if let Err(cause) = &committed {
            tracing::error!(cause, writes = group.len(), "a group of writes could not be committed");
            // Its transaction may be in any state: only a new connection is sure to be in none.
            match super::conn::open_sqlite_writer(path) {
                Ok(fresh) => conn = Conn::Sqlite(fresh),
                Err(e) => tracing::error!(cause = %e, "the database could not be opened again"),
            }
        }
        metrics::histogram!("ocop_db_group_size").record(u32::try_from(group.len()).unwrap_or(u32::MAX));
        metrics::histogram!("ocop_db_commit_seconds").record(started.elapsed().as_secs_f64());
        for work in group.drain(..) {
            work.answer(&committed, shared);
        }
    }
}

/// Runs what is queued in one transaction and commits it. An error means that nothing of the group is kept.
fn commit_group(
    conn: &mut Conn,
    first: Box<dyn Work>,
    waiting: &Receiver<Box<dyn Work>>,
    group: &mut Vec<Box<dyn Work>>,
) -> std::result::Result<(), String> {
    if let Err(e) = dialect::begin(conn) {
        group.push(first);
        return Err(e.to_string());
    }
    let mut next = Some(first);
    while let Some(mut work) = next.take() {
        let ran = work.run(conn);
        group.push(work);
        ran?;
        if group.len() < GROUP {
            next = waiting.try_recv().ok();
        }
    }
    dialect::commit(conn).map_err(|e| e.to_string())
}
