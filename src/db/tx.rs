//! A transaction in progress. Made by [`super::Db::write`] alone.

use crate::audit;
use crate::event;

use super::Conn;

/// A write in progress: everything done through it is committed together, or not at all.
///
/// Audit entries and events are collected and written at the end of the closure, so that the lock which orders them
/// on PostgreSQL is held for the shortest time.
pub struct Tx<'a> {
    conn: &'a mut Conn,
    pub(super) undo: bool,
    pub(super) audit: Vec<audit::Entry>,
    pub(super) events: Vec<event::Entry>,
}

impl<'a> Tx<'a> {
    pub(super) fn new(conn: &'a mut Conn) -> Self {
        Self { conn, undo: false, audit: Vec::new(), events: Vec::new() }
    }

    /// The connection, for the noun's own `store`.
    pub fn conn(&mut self) -> &mut Conn {
        self.conn
    }

    /// Undo everything when the closure returns, whatever it returns: a dry run.
    pub fn undo(&mut self) {
        self.undo = true;
    }

    pub(crate) fn collect_audit(&mut self, entry: audit::Entry) {
        self.audit.push(entry);
    }

    pub(crate) fn collect_event(&mut self, entry: event::Entry) {
        self.events.push(entry);
    }

    /// Writes what was collected. Called by the seam before the commit.
    pub(super) fn flush(&mut self) -> crate::error::Result<()> {
        if self.audit.is_empty() && self.events.is_empty() {
            return Ok(());
        }
        super::dialect::order_appends(self.conn)?;
        audit::flush(self.conn, &self.audit)?;
        event::flush(self.conn, &self.events)
    }

    /// The records that changed: what caches must forget after the commit.
    pub(super) fn subjects(&self) -> Vec<String> {
        let events = self.events.iter().map(|e| e.subject_id.clone());
        events.chain(self.audit.iter().map(|e| e.subject_id.clone())).collect()
    }
}
