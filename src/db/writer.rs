//! The SQLite writer: one thread, one connection, group commit.
//!
//! The thread takes the first queued closure, begins a transaction, runs it and whatever else is queued each inside
//! its savepoint, commits once (`synchronous=FULL`) and only then answers every caller. A closure that fails or
//! panics undoes only itself.

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
    fn run(&mut self, conn: &mut Conn);
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
    pub(super) fn start(conn: Conn, shared: std::sync::Arc<Shared>) -> std::io::Result<Self> {
        let (queue, waiting) = sync_channel(QUEUE);
        std::thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || run(conn, &waiting, &shared))?;
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

fn run(mut conn: Conn, waiting: &Receiver<Box<dyn Work>>, shared: &Shared) {
    let mut group: Vec<Box<dyn Work>> = Vec::with_capacity(GROUP);
    while let Ok(first) = waiting.recv() {
        let started = Tick::now();
        let committed = match dialect::begin(&mut conn) {
            Ok(()) => {
                let mut next = Some(first);
                while let Some(mut work) = next.take() {
                    work.run(&mut conn);
                    group.push(work);
                    if group.len() < GROUP {
                        next = waiting.try_recv().ok();
                    }
                }
                dialect::commit(&mut conn).map_err(|e| {
                    let _ = dialect::rollback(&mut conn);
                    e.to_string()
                })
            }
            Err(e) => {
                group.push(first);
                Err(e.to_string())
            }
        };
        if let Err(cause) = &committed {
            tracing::error!(cause, writes = group.len(), "a group of writes could not be committed");
        }
        metrics::histogram!("ocop_db_group_size").record(u32::try_from(group.len()).unwrap_or(u32::MAX));
        metrics::histogram!("ocop_db_commit_seconds").record(started.elapsed().as_secs_f64());
        for work in group.drain(..) {
            work.answer(&committed, shared);
        }
    }
}
