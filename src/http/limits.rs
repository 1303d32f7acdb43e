//! Rate limits: token buckets per address for callers without an account, and per account for the others.
//!
//! Headers follow the IETF draft "RateLimit header fields for HTTP": `RateLimit-Policy` and `RateLimit`.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;

use actix_web::dev::ServiceRequest;
use actix_web::{HttpMessage as _, HttpRequest};
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use crate::actor::Actor;
use crate::error::{Code, Error, Result};

type Buckets<K> = RateLimiter<K, DefaultKeyedStateStore<K>, DefaultClock, StateInformationMiddleware>;

/// How much each caller may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Requests a second of an address without an account; five times as many at once.
    pub address: NonZeroU32,
    /// Requests a second of an account; four times as many at once.
    pub account: NonZeroU32,
    /// Tries to sign in a minute, of an address.
    pub sign_in: NonZeroU32,
}

/// The limits of one process.
pub struct Limits {
    on: bool,
    proxies: Vec<IpAddr>,
    anonymous: Limit<IpAddr>,
    account: Limit<crate::ids::AccountId>,
    sign_in: Limit<IpAddr>,
}

/// Buckets and how they are told to callers.
struct Limit<K: std::hash::Hash + Eq + Clone> {
    name: &'static str,
    policy: Arc<str>,
    buckets: Buckets<K>,
}

/// What is left for this caller, for the response's headers.
#[derive(Clone, Debug)]
pub(super) struct Left {
    pub name: &'static str,
    pub policy: Arc<str>,
    pub remaining: u32,
}

impl<K: std::hash::Hash + Eq + Clone> Limit<K> {
    fn new(name: &'static str, rate: NonZeroU32, seconds: u32, quota: Quota) -> Self {
        let policy = format!("\"{name}\";q={rate};w={seconds}").into();
        let buckets = RateLimiter::dashmap(quota).with_middleware::<StateInformationMiddleware>();
        Self { name, policy, buckets }
    }

    fn take(&self, key: &K, req: &ServiceRequest) -> Result<()> {
        let (taken, remaining) = match self.buckets.check_key(key) {
            Ok(state) => (Ok(()), state.remaining_burst_capacity()),
            Err(until) => {
                let wait = until.wait_time_from(DefaultClock::default().now());
                (Err(Error::new(Code::RateLimited).retry_after(wait.as_secs() + 1)), 0)
            }
        };
        req.extensions_mut().insert(Left { name: self.name, policy: self.policy.clone(), remaining });
        taken
    }
}

/// Whom an address stands for: with IPv6 everybody has a /64 of addresses, with IPv4 one.
fn host(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        v4 => v4,
    }
}

impl Limits {
    /// The limits by the settings.
    pub fn new(on: bool, rates: Rates, proxies: Vec<IpAddr>) -> Arc<Self> {
        let Rates { address, account, sign_in } = rates;
        let burst = |rate: NonZeroU32, times: u32| {
            Quota::per_second(rate)
                .allow_burst(rate.saturating_mul(NonZeroU32::MIN.saturating_add(times - 1)))
        };
        Arc::new(Self {
            on,
            proxies: proxies.into_iter().map(|address| address.to_canonical()).collect(),
            anonymous: Limit::new("anonymous", address, 1, burst(address, 5)),
            account: Limit::new("account", account, 1, burst(account, 4)),
            sign_in: Limit::new("sign-in", sign_in, 60, Quota::per_minute(sign_in)),
        })
    }

    /// The caller's address: of the connection, or what a trusted proxy says in front of itself.
    pub(super) fn address(&self, req: &HttpRequest) -> IpAddr {
        let peer = req.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |a| a.ip().to_canonical());
        if !self.proxies.contains(&peer) {
            return peer;
        }
        let forwarded =
            req.headers().get("x-forwarded-for").and_then(|v| v.to_str().ok()).unwrap_or_default();
        let chain = forwarded.rsplit(',').filter_map(|text| text.trim().parse::<IpAddr>().ok());
        let mut chain = chain.map(|address| address.to_canonical());
        chain.find(|address| !self.proxies.contains(address)).unwrap_or(peer)
    }

    /// Takes one of the address's requests.
    pub(super) fn check_address(&self, req: &ServiceRequest) -> Result<()> {
        if self.on { self.anonymous.take(&host(self.address(req.request())), req) } else { Ok(()) }
    }

    /// Takes one of the address's tries to sign in.
    pub(super) fn check_sign_in(&self, req: &ServiceRequest) -> Result<()> {
        if self.on { self.sign_in.take(&host(self.address(req.request())), req) } else { Ok(()) }
    }

    pub(super) fn check_account(&self, req: &ServiceRequest, actor: &Actor) -> Result<()> {
        match actor.account {
            Some(account) if self.on => self.account.take(&account, req),
            _ => Ok(()),
        }
    }

    /// Forgets buckets that are full again; called now and then.
    pub fn forget(&self) {
        self.anonymous.buckets.retain_recent();
        self.account.buckets.retain_recent();
        self.sign_in.buckets.retain_recent();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_network_is_one_caller() {
        let host = |text: &str| host(text.parse().unwrap()).to_string();
        assert_eq!(host("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(host("2001:db8:1:2:ffff::1"), "2001:db8:1:2::");
        assert_eq!(host("::ffff:192.0.2.7"), "192.0.2.7");
    }
}
