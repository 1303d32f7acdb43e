//! Operations of several requests written as one function: it takes the replies that are there, in their order, and stops
//! where the next one is missing. Building asks where it stopped, parsing whether it came to its end, so the two never
//! disagree.

use std::slice;

use super::adapter::Parsed;
use super::state::{Answer, Failure, HttpReply};

/// Why a function of requests ends before its answer.
#[derive(Debug)]
pub(super) enum Stop<A> {
    /// This request comes next.
    Ask(Box<A>),
    /// What was answered, or what would be sent, does not do.
    Failed(Failure),
}

impl<A> From<Failure> for Stop<A> {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// The replies so far.
#[derive(Debug)]
pub(super) struct Replies<'a>(slice::Iter<'a, HttpReply>);

impl<'a> Replies<'a> {
    pub(super) fn new(replies: &'a [HttpReply]) -> Self {
        Self(replies.iter())
    }

    /// The reply to this request, or the stop that sends it.
    pub(super) fn to<A>(&mut self, ask: A) -> Result<(&'a HttpReply, A), Stop<A>> {
        match self.0.next() {
            Some(reply) => Ok((reply, ask)),
            None => Err(Stop::Ask(Box::new(ask))),
        }
    }
}

/// The request that comes next.
///
/// # Errors
/// What failed; `platform.no_step` where everything was answered.
pub(super) fn next<A>(walked: Result<Answer, Stop<A>>) -> Result<A, Failure> {
    match walked {
        Err(Stop::Ask(ask)) => Ok(*ask),
        Err(Stop::Failed(failure)) => Err(failure),
        Ok(_) => Err(Failure::permanent("platform.no_step", "the operation has ended already")),
    }
}

/// What the replies mean.
///
/// # Errors
/// What failed.
pub(super) fn parsed<A>(walked: Result<Answer, Stop<A>>) -> Result<Parsed, Failure> {
    match walked {
        Ok(answer) => Ok(Parsed::Done(answer)),
        Err(Stop::Ask(_)) => Ok(Parsed::More),
        Err(Stop::Failed(failure)) => Err(failure),
    }
}
