//! Work in the background: a queue of rows written in the transaction of the change that wants the work.
//!
//! A job is leased by a conditional update, runs without a transaction, and its attempt and new state are recorded
//! in a second one. A job may run twice; its effect may not. Jobs of one lane (a shop) run one at a time, in order.

mod queue;
mod retry;
mod worker;

pub use queue::{
    Attempt, Job, NewJob, Status, enqueue, ensure, finish, forget, hasten, last_attempts, lease, lease_next,
    next_due, renew, requeue, undone,
};
pub use retry::{Retry, delay};
pub use worker::{Closing, Ended, Handler, Outcome, Stop, Worker};
