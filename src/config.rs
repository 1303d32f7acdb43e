//! Settings: one list of variables with their meaning, default and unit. Unknown `OCOP_…` names are refused, so that
//! a mistyped one is noticed at start.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use crate::http::limits::Rates;

/// A variable this program reads.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// The value when it is not set.
    pub default: &'static str,
    /// What it means, with its unit.
    pub doc: &'static str,
}

/// Every variable this program reads.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "DATABASE_URL",
        default: "sqlite:DATA_DIR/ocop.db",
        doc: "sqlite:FILE or postgres://user:password@host/name?sslmode=…",
    },
    Setting {
        name: "OCOP_DATA_DIR",
        default: "ocop-data",
        doc: "folder of the database, keys and uploaded files",
    },
    Setting { name: "OCOP_LISTEN", default: "127.0.0.1:8080", doc: "address and port of the HTTP server" },
    Setting {
        name: "OCOP_PUBLIC_URL",
        default: "http://LISTEN",
        doc: "address under which others reach the service; written into links and image addresses",
    },
    Setting {
        name: "OCOP_DB_CONNECTIONS",
        default: "0",
        doc: "readers (and on PostgreSQL again writers), to 100; 0 is two a core, at least four",
    },
    Setting {
        name: "OCOP_SLOW_QUERY_MS",
        default: "250",
        doc: "database work that takes longer is logged, milliseconds",
    },
    Setting { name: "OCOP_HTTP_WORKERS", default: "0", doc: "HTTP threads; 0 is one a core" },
    Setting { name: "OCOP_BODY_LIMIT", default: "1048576", doc: "largest JSON body, bytes" },
    Setting { name: "OCOP_UPLOAD_LIMIT", default: "10485760", doc: "largest uploaded file, bytes" },
    Setting {
        name: "OCOP_REQUEST_TIMEOUT",
        default: "30",
        doc: "a request that arrives more slowly is ended, seconds",
    },
    Setting {
        name: "OCOP_SHUTDOWN_TIMEOUT",
        default: "30",
        doc: "running requests and jobs may finish this long, seconds",
    },
    Setting { name: "OCOP_RATE_LIMITS", default: "on", doc: "on, or off for load tests" },
    Setting {
        name: "OCOP_RATE_ADDRESS",
        default: "20",
        doc: "requests a second of an address without an account, 1 to 100000; five times as many at once",
    },
    Setting {
        name: "OCOP_RATE_ACCOUNT",
        default: "50",
        doc: "requests a second of an account, 1 to 100000; four times as many at once",
    },
    Setting {
        name: "OCOP_RATE_SIGN_IN",
        default: "30",
        doc: "tries to sign in a minute of an address, 1 to 100000",
    },
    Setting {
        name: "OCOP_TRUSTED_PROXIES",
        default: "",
        doc: "addresses of proxies whose X-Forwarded-For counts, by comma",
    },
    Setting {
        name: "OCOP_CORS_ORIGINS",
        default: "",
        doc: "origins of browser programs that may call, by comma",
    },
    Setting {
        name: "OCOP_MASTER_KEY",
        default: "",
        doc: "key that seals secrets, 64 hexadecimal digits; otherwise the file DATA_DIR/master.key, made on first run",
    },
    Setting {
        name: "OCOP_MASTER_KEYS_OLD",
        default: "",
        doc: "keys that were the master key before, by comma: still open what they sealed",
    },
    Setting {
        name: "OCOP_OBJECTS",
        default: "file:DATA_DIR/objects",
        doc: "where images and papers are kept: file:FOLDER or s3://bucket/prefix",
    },
    Setting { name: "OCOP_S3_ENDPOINT", default: "", doc: "address of an S3 server other than Amazon's" },
    Setting { name: "OCOP_S3_REGION", default: "", doc: "region of the bucket" },
    Setting { name: "OCOP_S3_ACCESS_KEY_ID", default: "", doc: "access key of the bucket" },
    Setting { name: "OCOP_S3_SECRET_ACCESS_KEY", default: "", doc: "secret key of the bucket" },
    Setting {
        name: "OCOP_WORKERS",
        default: "8",
        doc: "background workers in `serve`; 0 leaves them to `work`",
    },
    Setting {
        name: "OCOP_PLATFORM_HOSTS",
        default: "",
        doc: "base addresses of platforms other than the documented ones: key=URL, by comma",
    },
    Setting {
        name: "OCOP_PLATFORM_ALLOW_LOOPBACK",
        default: "off",
        doc: "on lets platform addresses point at this machine (simulators); never in production",
    },
    Setting {
        name: "OCOP_PLATFORM_RATE",
        default: "10",
        doc: "requests a second to a platform for one shop where its contract names no limit, to 10000; 0 for no limit at all, for tests",
    },
    Setting {
        name: "OCOP_PLATFORM_TIMEOUT",
        default: "60",
        doc: "seconds after which a call to a platform is given up, 1 to 300",
    },
    Setting {
        name: "OCOP_METRICS_TOKEN",
        default: "",
        doc: "bearer token for /metrics; without it only this machine may read them",
    },
    Setting { name: "OCOP_LOG", default: "info", doc: "what is logged, e.g. info,ocop::db=debug" },
];

/// A setting that is not right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {problem}")]
pub struct BadSetting {
    /// The variable.
    pub name: String,
    /// What is wrong and what to write instead.
    pub problem: String,
}

/// A secret setting: never printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

/// Where uploaded files are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Objects {
    /// A folder.
    Folder(PathBuf),
    /// A bucket of an S3 service.
    S3 {
        /// The bucket.
        bucket: String,
        /// What every key begins with.
        prefix: String,
        /// Address of a server other than Amazon's.
        endpoint: Option<String>,
        /// Region.
        region: Option<String>,
        /// Access key.
        access_key_id: Option<String>,
        /// Secret key.
        secret_access_key: Option<Secret>,
    },
}

/// All settings.
#[derive(Clone, Debug)]
pub struct Config {
    /// `sqlite:…` or `postgres:…`.
    pub database_url: Secret,
    /// Folder of the database, keys and files.
    pub data_dir: PathBuf,
    /// Address of the HTTP server.
    pub listen: SocketAddr,
    /// Address under which others reach the service, without a slash at the end.
    pub public_url: String,
    /// Database connections.
    pub db: crate::db::Limits,
    /// HTTP threads; 0 is one a core.
    pub http_workers: usize,
    /// Largest JSON body, bytes.
    pub body_limit: usize,
    /// Largest uploaded file, bytes.
    pub upload_limit: usize,
    /// Slowest request.
    pub request_timeout: Duration,
    /// Longest wait for running work when ending.
    pub shutdown_timeout: Duration,
    /// Whether rate limits apply.
    pub rate_limits: bool,
    /// How much each caller may ask.
    pub rates: Rates,
    /// Proxies whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<std::net::IpAddr>,
    /// Browser origins that may call.
    pub cors_origins: Vec<String>,
    /// The master key in hexadecimal, when set.
    pub master_key: Option<Secret>,
    /// Former master keys.
    pub master_keys_old: Vec<Secret>,
    /// Where files are kept.
    pub objects: Objects,
    /// Background workers in `serve`.
    pub workers: usize,
    /// Base addresses of platforms, by their key.
    pub platform_hosts: BTreeMap<String, String>,
    /// Whether platforms may be on this machine.
    pub platform_allow_loopback: bool,
    /// Requests a second to a platform for one shop where its contract names no limit; `None` for no limit.
    pub platform_rate: Option<std::num::NonZeroU32>,
    /// After this time a call to a platform is given up.
    pub platform_timeout: Duration,
    /// Bearer token for `/metrics`.
    pub metrics_token: Option<Secret>,
    /// Log filter.
    pub log: String,
    /// Whether the demo's accounts and password are allowed. Set by `ocop demo` alone.
    pub demo: bool,
}

impl Config {
    /// Reads the settings of this process.
    ///
    /// # Errors
    /// Every setting that is not right.
    pub fn from_env() -> Result<Self, Vec<BadSetting>> {
        Self::from_vars(std::env::vars())
    }

    /// Reads settings from any list of variables.
    ///
    /// # Errors
    /// Every setting that is not right.
    pub fn from_vars(vars: impl IntoIterator<Item = (String, String)>) -> Result<Self, Vec<BadSetting>> {
        let mut given = BTreeMap::new();
        let mut bad = Vec::new();
        for (name, value) in vars {
            if SETTINGS.iter().any(|s| s.name == name) {
                given.insert(name, value);
            } else if name.starts_with("OCOP_") {
                let problem = "is not a setting of this program; the README lists them".to_owned();
                bad.push(BadSetting { name, problem });
            }
        }
        let mut read = Reader { given, bad };
        let config = read.config();
        if read.bad.is_empty() { Ok(config) } else { Err(read.bad) }
    }
}

struct Reader {
    given: BTreeMap<String, String>,
    bad: Vec<BadSetting>,
}

impl Reader {
    fn text(&self, name: &str) -> Option<String> {
        self.given.get(name).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty())
    }

    fn wrong(&mut self, name: &str, problem: impl Into<String>) {
        self.bad.push(BadSetting { name: name.to_owned(), problem: problem.into() });
    }

    fn number(&mut self, name: &str, default: u64, range: std::ops::RangeInclusive<u64>) -> u64 {
        let Some(text) = self.text(name) else { return default };
        match text.parse() {
            Ok(n) if range.contains(&n) => n,
            _ => {
                self.wrong(name, format!("write a number from {} to {}", range.start(), range.end()));
                default
            }
        }
    }

    fn size(&mut self, name: &str, default: u64, range: std::ops::RangeInclusive<u64>) -> usize {
        usize::try_from(self.number(name, default, range)).unwrap_or(usize::MAX)
    }

    fn rate(&mut self, name: &str, default: u64) -> NonZeroU32 {
        let rate = u32::try_from(self.number(name, default, 1..=100_000)).ok();
        rate.and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN)
    }

    /// Origins as browsers send them (RFC 6454): scheme, host, and the port where it is not the scheme's own.
    fn origins(&mut self) -> Vec<String> {
        let origins = self.list("OCOP_CORS_ORIGINS");
        for text in &origins {
            let origin = url::Url::parse(text).map(|url| url.origin());
            if !origin.is_ok_and(|origin| origin.is_tuple() && origin.ascii_serialization() == *text) {
                let problem =
                    format!("{text:?} is not an origin: write each as https://host or http://host:port");
                self.wrong("OCOP_CORS_ORIGINS", problem);
            }
        }
        origins
    }

    fn switch(&mut self, name: &str, default: bool) -> bool {
        match self.text(name).as_deref() {
            None => default,
            Some("on") => true,
            Some("off") => false,
            Some(_) => {
                self.wrong(name, "write on or off");
                default
            }
        }
    }

    fn list(&self, name: &str) -> Vec<String> {
        let text = self.text(name).unwrap_or_default();
        text.split(',').map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned).collect()
    }

    fn key(&mut self, name: &str, text: String) -> Secret {
        if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            self.wrong(name, "write 64 hexadecimal digits (32 bytes)");
        }
        Secret(text)
    }

    fn config(&mut self) -> Config {
        let data_dir = PathBuf::from(self.text("OCOP_DATA_DIR").unwrap_or_else(|| "ocop-data".to_owned()));
        let listen = self.text("OCOP_LISTEN").unwrap_or_else(|| "127.0.0.1:8080".to_owned());
        let listen = listen.parse().unwrap_or_else(|_| {
            self.wrong("OCOP_LISTEN", "write an address and a port, e.g. 0.0.0.0:8080");
            SocketAddr::from(([127, 0, 0, 1], 8080))
        });
        let public_url = self.text("OCOP_PUBLIC_URL").unwrap_or_else(|| format!("http://{listen}"));
        if !public_url.starts_with("http://") && !public_url.starts_with("https://") {
            self.wrong("OCOP_PUBLIC_URL", "write an address that begins with https:// or http://");
        }
        let database_url =
            self.text("DATABASE_URL").unwrap_or_else(|| format!("sqlite:{}/ocop.db", data_dir.display()));
        let mut trusted_proxies = Vec::new();
        for text in self.list("OCOP_TRUSTED_PROXIES") {
            match text.parse() {
                Ok(address) => trusted_proxies.push(address),
                Err(_) => self.wrong("OCOP_TRUSTED_PROXIES", format!("{text:?} is not an IP address")),
            }
        }
        let mut platform_hosts = BTreeMap::new();
        for text in self.list("OCOP_PLATFORM_HOSTS") {
            match text.split_once('=') {
                Some((key, url)) if url::Url::parse(url).is_ok() => {
                    platform_hosts.insert(key.to_owned(), url.trim_end_matches('/').to_owned());
                }
                _ => self
                    .wrong("OCOP_PLATFORM_HOSTS", format!("{text:?}: write key=URL, e.g. sendo=https://…")),
            }
        }
        let master_key = self.text("OCOP_MASTER_KEY").map(|text| self.key("OCOP_MASTER_KEY", text));
        let old = self.list("OCOP_MASTER_KEYS_OLD");
        let master_keys_old = old.into_iter().map(|text| self.key("OCOP_MASTER_KEYS_OLD", text)).collect();
        Config {
            objects: self.objects(&data_dir),
            database_url: Secret(database_url),
            data_dir,
            listen,
            public_url: public_url.trim_end_matches('/').to_owned(),
            db: crate::db::Limits {
                connections: match u32::try_from(self.number("OCOP_DB_CONNECTIONS", 0, 0..=100)) {
                    Ok(connections @ 1..) => connections,
                    _ => crate::db::Limits::default().connections,
                },
                slow: Duration::from_millis(self.number("OCOP_SLOW_QUERY_MS", 250, 1..=60_000)),
            },
            http_workers: self.size("OCOP_HTTP_WORKERS", 0, 0..=256),
            body_limit: self.size("OCOP_BODY_LIMIT", 1 << 20, 1024..=64 << 20),
            upload_limit: self.size("OCOP_UPLOAD_LIMIT", 10 << 20, 1024..=100 << 20),
            request_timeout: Duration::from_secs(self.number("OCOP_REQUEST_TIMEOUT", 30, 1..=3600)),
            shutdown_timeout: Duration::from_secs(self.number("OCOP_SHUTDOWN_TIMEOUT", 30, 0..=3600)),
            rate_limits: self.switch("OCOP_RATE_LIMITS", true),
            rates: Rates {
                address: self.rate("OCOP_RATE_ADDRESS", 20),
                account: self.rate("OCOP_RATE_ACCOUNT", 50),
                sign_in: self.rate("OCOP_RATE_SIGN_IN", 30),
            },
            trusted_proxies,
            cors_origins: self.origins(),
            master_key,
            master_keys_old,
            workers: self.size("OCOP_WORKERS", 8, 0..=64),
            platform_hosts,
            platform_allow_loopback: self.switch("OCOP_PLATFORM_ALLOW_LOOPBACK", false),
            platform_rate: u32::try_from(self.number("OCOP_PLATFORM_RATE", 10, 0..=10_000))
                .ok()
                .and_then(std::num::NonZeroU32::new),
            platform_timeout: Duration::from_secs(self.number("OCOP_PLATFORM_TIMEOUT", 60, 1..=300)),
            metrics_token: self.text("OCOP_METRICS_TOKEN").map(Secret),
            log: self.text("OCOP_LOG").unwrap_or_else(|| "info".to_owned()),
            demo: false,
        }
    }

    fn objects(&mut self, data_dir: &std::path::Path) -> Objects {
        let text =
            self.text("OCOP_OBJECTS").unwrap_or_else(|| format!("file:{}/objects", data_dir.display()));
        if let Some(folder) = text.strip_prefix("file:") {
            return Objects::Folder(PathBuf::from(folder));
        }
        let Some(rest) = text.strip_prefix("s3://") else {
            self.wrong("OCOP_OBJECTS", "write file:FOLDER or s3://bucket/prefix");
            return Objects::Folder(data_dir.join("objects"));
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        Objects::S3 {
            bucket: bucket.to_owned(),
            prefix: prefix.trim_matches('/').to_owned(),
            endpoint: self.text("OCOP_S3_ENDPOINT"),
            region: self.text("OCOP_S3_REGION"),
            access_key_id: self.text("OCOP_S3_ACCESS_KEY_ID"),
            secret_access_key: self.text("OCOP_S3_SECRET_ACCESS_KEY").map(Secret),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vars(list: &[(&str, &str)]) -> Result<Config, Vec<BadSetting>> {
        Config::from_vars(list.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
    }

    #[test]
    fn defaults_need_nothing() {
        let config = vars(&[("PATH", "/bin")]).unwrap();
        assert_eq!(config.database_url.0, "sqlite:ocop-data/ocop.db");
        assert!(config.rate_limits && !config.platform_allow_loopback);
    }

    #[test]
    fn every_wrong_setting_is_told_at_once() {
        let bad =
            vars(&[("OCOP_LISTEN", "here"), ("OCOP_RATE_LIMIT", "off"), ("OCOP_WORKERS", "-1")]).unwrap_err();
        let names: Vec<_> = bad.iter().map(|b| b.name.as_str()).collect();
        assert_eq!(names, ["OCOP_RATE_LIMIT", "OCOP_LISTEN", "OCOP_WORKERS"]);
    }

    #[test]
    fn origins_are_written_as_browsers_send_them() {
        for wrong in
            ["*", "https://ocop.example/", "ocop.example", "https://ocop.example:443", "null", "file:///x"]
        {
            let bad = vars(&[("OCOP_CORS_ORIGINS", wrong)]).unwrap_err();
            assert_eq!(bad[0].name, "OCOP_CORS_ORIGINS", "{wrong}");
        }
        let config = vars(&[("OCOP_CORS_ORIGINS", "https://ocop.example, http://localhost:3000")]).unwrap();
        assert_eq!(config.cors_origins, ["https://ocop.example", "http://localhost:3000"]);
    }

    #[test]
    fn secrets_are_not_printed() {
        let key = "a".repeat(64);
        let config =
            vars(&[("OCOP_MASTER_KEY", &key), ("DATABASE_URL", "postgres://u:hunter2@h/d")]).unwrap();
        let shown = format!("{config:?}");
        assert!(!shown.contains(&key) && !shown.contains("hunter2"));
    }
}
