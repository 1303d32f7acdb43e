//! Rate limits: token buckets per address for callers without an account, and per account for the others.
//!
//! Headers follow the IETF draft "RateLimit header fields for HTTP": `RateLimit-Policy` and `RateLimit`.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use actix_web::HttpMessage as _;
use actix_web::dev::ServiceRequest;
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use crate::actor::Actor;
use crate::error::{Code, Error, Result};

use super::policy::Rule;

type Buckets<K> = RateLimiter<K, DefaultKeyedStateStore<K>, DefaultClock, StateInformationMiddleware>;

/// Requests a second and at once, per address without an account.
const ANONYMOUS: (u32, u32) = (20, 100);
/// Requests a second and at once, per account.
const ACCOUNT: (u32, u32) = (50, 200);
/// Tries to sign in a minute, per address.
const SIGN_IN: u32 = 30;

/// The limits of one process.
pub struct Limits {
    on: bool,
    proxies: Vec<IpAddr>,
    anonymous: Buckets<IpAddr>,
    account: Buckets<crate::ids::AccountId>,
    sign_in: Buckets<IpAddr>,
}

/// What is left for this caller, for the response's headers.
#[derive(Clone, Debug)]
pub(super) struct Left {
    pub policy: &'static str,
    pub remaining: u32,
}

fn quota((per_second, burst): (u32, u32)) -> Quota {
    let one = NonZeroU32::MIN;
    Quota::per_second(NonZeroU32::new(per_second).unwrap_or(one))
        .allow_burst(NonZeroU32::new(burst).unwrap_or(one))
}

fn buckets<K: std::hash::Hash + Eq + Clone>(quota: Quota) -> Buckets<K> {
    RateLimiter::dashmap(quota).with_middleware::<StateInformationMiddleware>()
}

impl Limits {
    /// The limits by the settings.
    pub fn new(on: bool, proxies: Vec<IpAddr>) -> Arc<Self> {
        Arc::new(Self {
            on,
            proxies,
            anonymous: buckets(quota(ANONYMOUS)),
            account: buckets(quota(ACCOUNT)),
            sign_in: buckets(Quota::per_minute(NonZeroU32::new(SIGN_IN).unwrap_or(NonZeroU32::MIN))),
        })
    }

    /// The caller's address: of the connection, or what a trusted proxy says in front of itself.
    fn address(&self, req: &ServiceRequest) -> IpAddr {
        let peer = req.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |a| a.ip());
        if !self.proxies.contains(&peer) {
            return peer;
        }
        let forwarded =
            req.headers().get("x-forwarded-for").and_then(|v| v.to_str().ok()).unwrap_or_default();
        let chain = forwarded.rsplit(',').filter_map(|text| text.trim().parse().ok());
        chain.into_iter().find(|address| !self.proxies.contains(address)).unwrap_or(peer)
    }

    pub(super) fn check_anonymous(&self, req: &ServiceRequest, rule: Option<&Rule>) -> Result<()> {
        if !self.on {
            return Ok(());
        }
        let address = self.address(req);
        if rule.is_some_and(|rule| rule.op == "auth.login") {
            take(&self.sign_in, &address, req, "\"sign-in\";q=30;w=60")?;
        }
        take(&self.anonymous, &address, req, "\"anonymous\";q=20;w=1")
    }

    pub(super) fn check_account(&self, req: &ServiceRequest, actor: &Actor) -> Result<()> {
        match actor.account {
            Some(account) if self.on => take(&self.account, &account, req, "\"account\";q=50;w=1"),
            _ => Ok(()),
        }
    }

    /// Forgets buckets that are full again; called now and then.
    pub fn forget(&self) {
        self.anonymous.retain_recent();
        self.account.retain_recent();
        self.sign_in.retain_recent();
    }
}

fn take<K: std::hash::Hash + Eq + Clone>(
    buckets: &Buckets<K>,
    key: &K,
    req: &ServiceRequest,
    policy: &'static str,
) -> Result<()> {
    match buckets.check_key(key) {
        Ok(state) => {
            req.extensions_mut().insert(Left { policy, remaining: state.remaining_burst_capacity() });
            Ok(())
        }
        Err(until) => {
            req.extensions_mut().insert(Left { policy, remaining: 0 });
            let wait = until.wait_time_from(DefaultClock::default().now());
            Err(Error::new(Code::RateLimited).retry_after(wait.as_secs() + 1))
        }
    }
}
