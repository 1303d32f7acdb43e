//! Work in the background: a queue of rows written in the transaction of the change that wants the work.
//!
//! A job is leased by a conditional update, runs without a transaction, and its attempt and new state are recorded
//! in a second one. A job may run twice; its effect may not. Jobs of one lane (a shop) run one at a time, in order.

mod look;
mod queue;
mod retry;
mod worker;

pub use look::{due_in, given_up, next_due, undone, waits_again};
pub use queue::{
    Job, NewJob, Status, enqueue, ensure, finish, forget, hasten, hasten_one, lease, lease_next, renew,
    requeue,
};
pub use retry::{Retry, delay};
pub use worker::{Closing, Ended, Handler, Outcome, Stop, Worker};
