//! The guard against forged addresses (SSRF): which hosts may be called, and which addresses they may have.

use std::collections::HashSet;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::platform::state::{Class, Failure};

/// An address that is not called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the host has no public address")
    }
}

impl std::error::Error for Refused {}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self::new(Class::NeedsAction, "transport.private_address", refused.to_string())
    }
}

/// The list of hosts.
#[derive(Debug)]
pub(super) struct Guard {
    hosts: HashSet<String>,
    allow_loopback: bool,
}

impl Guard {
    pub(super) fn new(hosts: impl Iterator<Item = String>, allow_loopback: bool) -> Self {
        Self { hosts: hosts.map(|host| host.trim().to_ascii_lowercase()).collect(), allow_loopback }
    }

    /// The address, if it may be called. What a name resolves to is checked later, by [`Resolver`], on the very
    /// addresses that are connected to.
    ///
    /// `own` is the address of a shop that runs on a host of its own, as its owner gave it: that host may be called
    /// for this shop alone, if its address is public.
    pub(super) fn check(&self, address: &str, own: Option<&str>) -> Result<Url, Failure> {
        let refused = |code: &str, message: &str| Failure::new(Class::NeedsAction, code, message);
        let url = Url::parse(address)
            .map_err(|_| refused("transport.bad_address", "the platform's address is not a URL"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("transport.bad_address", "the platform's address carries credentials"));
        }
        let loopback = match url.host() {
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => {
                return Err(refused("transport.bad_address", "the platform's address names no host"));
            }
        };
        if loopback {
            let scheme_fits = matches!(url.scheme(), "http" | "https");
            return if self.allow_loopback && scheme_fits { Ok(url) } else { Err(Refused.into()) };
        }
        if url.scheme() != "https" {
            return Err(refused("transport.not_https", "platforms are called over https only"));
        }
        let ip = match url.host() {
            Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
            Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
            _ => None,
        };
        if ip.is_some_and(|ip| !is_public(ip)) {
            return Err(Refused.into());
        }
        let host = url.host_str().unwrap_or_default();
        let entry = listed(address);
        let owned = entry.is_some() && entry == own.and_then(listed);
        if owned || entry.is_some_and(|entry| self.hosts.contains(&entry)) {
            Ok(url)
        } else {
            Err(refused(
                "transport.unknown_host",
                &format!("the host {host:?} is not in the list of platforms"),
            ))
        }
    }
}

/// How an address stands in the list: its host, with the port where that is not the scheme's own.
pub(super) fn listed(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

/// Whether an address is reachable for everybody: neither private nor local nor reserved, and not one of those
/// wrapped in IPv6 (IANA special-purpose registries, RFC 6890).
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let reserved = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || ip.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19));
    !reserved
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [first, second, .., seventh, eighth] = ip.segments();
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match (first, second) {
        (0x64, 0xff9b) => embedded(seventh, eighth),
        (0x2002, high) => ip.segments().get(2).is_some_and(|low| embedded(high, *low)),
        // 2001::/23 protocol assignments (Teredo among them), documentation twice.
        (0x2001, second) if second < 0x200 || second == 0xdb8 => false,
        (0x3fff, _) => false,
        // Global unicast; everything else is local, mapped or reserved.
        (first, _) => (0x2000..0x4000).contains(&first),
    }
}

/// Resolves names and keeps only the addresses that may be called.
#[derive(Debug)]
pub(super) struct Resolver {
    pub(super) allow_loopback: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_loopback = self.allow_loopback;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let kept: Vec<SocketAddr> = found
                .filter(|address| is_public(address.ip()) || (allow_loopback && address.ip().is_loopback()))
                .collect();
            if kept.is_empty() {
                return Err(Refused.into());
            }
            let addresses: Addrs = Box::new(kept.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_known_in_every_disguise() {
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "198.18.0.1",
            "192.0.0.8",
            "224.0.0.1",
            "255.255.255.255",
            "203.0.113.9",
            "::1",
            "::",
            "::ffff:10.0.0.1",
            "::ffff:8.8.8.8",
            "fe80::1",
            "fc00::1",
            "fec0::1",
            "ff02::1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001::1",
            "2001:db8::1",
            "3fff::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in ["8.8.8.8", "103.1.2.3", "2606:4700::1111", "64:ff9b::808:808", "2002:808:808::"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn only_listed_hosts_over_https() {
        let guard =
            Guard::new(["open.sendo.vn".to_owned(), "Shop.Example:8443".to_owned()].into_iter(), false);
        let code = |address: &str| guard.check(address, None).map_err(|failure| failure.code).err();
        assert_eq!(code("https://open.sendo.vn/login"), None);
        assert_eq!(code("https://OPEN.sendo.vn:443/login"), None);
        assert_eq!(code("https://shop.example:8443/x"), None);
        for (address, refusal) in [
            ("https://shop.example/x", "transport.unknown_host"),
            ("https://open.sendo.vn:8443/login", "transport.unknown_host"),
            ("https://open.sendo.vn.evil.example/", "transport.unknown_host"),
            ("https://8.8.8.8/", "transport.unknown_host"),
            ("http://open.sendo.vn/login", "transport.not_https"),
            ("ftp://open.sendo.vn/login", "transport.not_https"),
            ("https://user:pw@open.sendo.vn/login", "transport.bad_address"),
            ("open.sendo.vn", "transport.bad_address"),
            ("https://127.0.0.1/", "transport.private_address"),
            ("https://0x7f.1/", "transport.private_address"),
            ("https://2130706433/", "transport.private_address"),
            ("https://[::1]/", "transport.private_address"),
            ("https://[::ffff:127.0.0.1]/", "transport.private_address"),
            ("https://localhost/", "transport.private_address"),
            ("https://169.254.169.254/latest", "transport.private_address"),
        ] {
            assert_eq!(code(address).as_deref(), Some(refusal), "{address}");
        }
    }

    #[test]
    fn loopback_needs_the_development_flag_and_opens_nothing_else() {
        let guard = Guard::new(std::iter::empty(), true);
        assert!(guard.check("http://127.0.0.1:9/x", None).is_ok());
        assert!(guard.check("http://[::1]:9/x", None).is_ok());
        assert!(guard.check("http://localhost:9/x", None).is_ok());
        assert!(guard.check("file://localhost/etc/passwd", None).is_err());
        assert!(guard.check("http://10.0.0.1/x", None).is_err());
        assert!(guard.check("https://10.0.0.1/x", None).is_err());
        assert!(guard.check("https://shop.example/x", None).is_err());
    }
}
