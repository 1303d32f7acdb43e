//! The one HTTP client for platforms: time-outs, a limit per shop, a size limit, and the guard against forged addresses.
//!
//! Make it once and share it. It knows no platform: what a reply means is the adapter's business. Redirects are not
//! followed, proxies of the environment are not used, and nothing is repeated here: a repeat needs a decision.

mod breaker;
mod classify;
mod guard;
mod limiter;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect;

pub use guard::{Refused, is_public};

use super::state::{Class, Failure, HttpReply, HttpSpec, Method, PLATFORMS, Secret};
use breaker::Breaker;
use guard::{Guard, Resolver};
use limiter::Limiter;

/// How the client behaves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Time to open a connection, TLS included.
    pub connect_timeout: Duration,
    /// Longest silence while reading.
    pub read_timeout: Duration,
    /// Longest whole call, even where a request allows more.
    pub total_timeout: Duration,
    /// How long an unused connection is kept.
    pub pool_idle_timeout: Duration,
    /// Unused connections kept per host.
    pub pool_max_idle_per_host: usize,
    /// Most bytes of a reply's body.
    pub reply_max_bytes: usize,
    /// Hosts that may be called besides those of the descriptors: `host`, or `host:port` where it is not 443.
    pub hosts: Vec<String>,
    /// Development only: loopback addresses may be called, also without TLS.
    pub allow_loopback: bool,
    /// Requests per second and shop where the contract names no limit; `None` for no limit, also not one of our address
    /// ([`Limits::requests_per_minute`](super::state::Limits::requests_per_minute)).
    pub per_second: Option<NonZeroU32>,
    /// Longest wait for the limiter before the call is put back.
    pub limiter_wait: Duration,
    /// How long nobody is sent to a host that let calls time out one after the other; longer each time.
    pub silence: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            read_timeout: Duration::from_secs(20),
            total_timeout: Duration::from_secs(60),
            pool_idle_timeout: Duration::from_secs(60),
            pool_max_idle_per_host: 8,
            reply_max_bytes: 4 * 1024 * 1024,
            hosts: Vec::new(),
            allow_loopback: false,
            per_second: NonZeroU32::new(10),
            limiter_wait: Duration::from_secs(10),
            silence: Duration::from_secs(30),
        }
    }
}

impl Settings {
    /// With the hosts of these configured base addresses on the list; what is not a URL is left out.
    #[must_use]
    pub fn with_addresses<'a>(mut self, addresses: impl IntoIterator<Item = &'a str>) -> Self {
        self.hosts.extend(addresses.into_iter().filter_map(guard::listed));
        self
    }
}

/// The client could not be made; the text says why.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client for platforms cannot be made: {0}")]
pub struct BuildError(String);

/// The client. Cheap to share behind an `Arc`; holds the connection pool and the limiter's counters.
#[derive(Debug)]
pub struct Transport {
    client: reqwest::Client,
    guard: Guard,
    limiter: Limiter,
    breaker: Breaker,
    total_timeout: Duration,
    reply_max_bytes: usize,
}

impl Transport {
    /// Makes the client and installs the TLS provider, if the process has none yet.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(settings: &Settings) -> Result<Self, BuildError> {
        // Already installed by another part of the process is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Self::builder(settings).build().or_else(|error| {
            // A machine without root certificates still runs the demo on loopback; every TLS call fails there.
            tracing::warn!(%error, "no root certificates: platforms over TLS cannot be reached");
            Self::builder(settings).tls_certs_only([]).build()
        });
        let known = PLATFORMS.iter().flat_map(|platform| platform.hosts.iter().chain([&platform.base_url]));
        let known = known.filter_map(|address| guard::listed(address));
        let shared = PLATFORMS.iter().filter_map(|p| Some((p.key, p.limits.requests_per_minute?)));
        Ok(Self {
            client: client.map_err(|error| BuildError(error.to_string()))?,
            guard: Guard::new(known.chain(settings.hosts.iter().cloned()), settings.allow_loopback),
            limiter: Limiter::new(settings.per_second, shared, settings.limiter_wait),
            breaker: Breaker::new(settings.silence),
            total_timeout: settings.total_timeout,
            reply_max_bytes: settings.reply_max_bytes,
        })
    }

    fn builder(settings: &Settings) -> reqwest::ClientBuilder {
        reqwest::Client::builder()
            .user_agent(concat!("ocop/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(settings.connect_timeout)
            .read_timeout(settings.read_timeout)
            .timeout(settings.total_timeout)
            .pool_idle_timeout(settings.pool_idle_timeout)
            .pool_max_idle_per_host(settings.pool_max_idle_per_host)
            .tcp_nodelay(true)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .dns_resolver(Arc::new(Resolver { allow_loopback: settings.allow_loopback }))
    }

    /// Sends a request for a shop and reads the whole reply, whatever its status. `own_host` is the address of a shop
    /// on a host of its own.
    ///
    /// # Errors
    /// `NeedsAction` for an address outside the list or a certificate that does not hold, `RateLimited` when our own
    /// limit kept it waiting too long or the host has not answered for a while, `Retryable` when nothing was sent or only a read was lost, `Ambiguous` when a
    /// write was sent and its end is unknown, `Permanent` for a request that is not one.
    pub async fn send(
        &self,
        shop_key: &str,
        own_host: Option<&str>,
        spec: &HttpSpec,
    ) -> Result<HttpReply, Failure> {
        let url = self.guard.check(&spec.url, own_host)?;
        let host = breaker::name(&url);
        self.breaker.enter(&host, Instant::now())?;
        self.limiter.wait(shop_key, url.host_str().unwrap_or_default(), spec.rate).await?;
        let reply = self.exchange(url, spec).await;
        match &reply {
            Err(Failure { code, .. }) if breaker::TIMEOUTS.contains(&code.as_str()) => {
                self.breaker.silent(&host, Instant::now());
            }
            _ => self.breaker.answered(&host),
        }
        reply
    }

    async fn exchange(&self, url: url::Url, spec: &HttpSpec) -> Result<HttpReply, Failure> {
        let request = self
            .client
            .request(method(spec.method), url)
            .headers(headers(&spec.headers, &spec.secrets)?)
            .timeout(spec.timeout.min(self.total_timeout));
        let request = if spec.body.is_empty() { request } else { request.body(spec.body.clone()) };
        let unknown = |error: reqwest::Error| classify::error(&error, spec.write);
        let mut reply = request.send().await.map_err(unknown)?;
        let status = reply.status().as_u16();
        let too_large = || {
            let message = format!("the reply is longer than {} bytes", self.reply_max_bytes);
            Failure::unknown_end(spec.write, "transport.reply_too_large", message).with_status(status)
        };
        if reply
            .content_length()
            .is_some_and(|length| usize::try_from(length).is_ok_and(|length| length > self.reply_max_bytes))
        {
            return Err(too_large());
        }
        let mut body = Vec::new();
        while let Some(chunk) = reply.chunk().await.map_err(unknown)? {
            if body.len() + chunk.len() > self.reply_max_bytes {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        let headers = reply.headers().iter();
        let headers = headers.map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        Ok(HttpReply { status, headers: headers.collect(), body })
    }
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    }
}

/// The headers; those that carry a secret are kept out of whatever the libraries show or log.
fn headers(list: &[(String, String)], secrets: &[Secret]) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::with_capacity(list.len());
    for (name, value) in list {
        // The value is not named: it may be a secret.
        let refused = || {
            Failure::new(
                Class::NeedsAction,
                "transport.bad_header",
                format!("the header {name:?} cannot be sent"),
            )
        };
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused())?;
        let secret = secrets.iter().any(|secret| value.contains(secret.expose()));
        let mut value = HeaderValue::from_str(value).map_err(|_| refused())?;
        value.set_sensitive(secret || key == reqwest::header::AUTHORIZATION);
        headers.append(key, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests;
