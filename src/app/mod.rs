//! The service put together: settings, database, clock, keys; its HTTP server and its workers.

mod work;

use std::sync::Arc;

use tokio::sync::{Notify, watch};

use crate::account::{Keys, Purpose, SigningKeys};
use crate::catalogue::Catalogue;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Address, Db, OpenError};
use crate::http::{Running, limits::Limits};
use crate::jobs::{Retry, Stop, Worker};
use crate::object::Objects;
use crate::platform::transport::{self, Transport};
use crate::report::Reports;
use crate::seal::Vault;

/// Everything a request or a job may need. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// What [`App`] derefs to.
pub struct Inner {
    /// Settings.
    pub config: Config,
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Sealed secrets.
    pub vault: Vault,
    /// Uploaded files.
    pub objects: Objects,
    /// Keys and caches of signing in.
    pub keys: Keys,
    /// Keys of star tokens.
    pub star_keys: SigningKeys,
    /// What the catalogue keeps in memory.
    pub catalogue: Arc<Catalogue>,
    /// What reports keep in memory.
    pub reports: Arc<Reports>,
    /// Rate limits.
    pub limits: Arc<Limits>,
    /// `Idempotency-Key`s that are running.
    pub running: Arc<Running>,
    /// Wakes the workers when a job was queued.
    pub wake: Arc<Notify>,
    /// The one client for platforms.
    pub transport: Transport,
}

impl std::ops::Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// Cores that heavy work may take: all but one, so that one answers requests meanwhile.
pub fn spare_cores() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1))
}

/// Why the service could not start; the program ends with code 3 for the database, 2 for settings, 1 otherwise.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error(transparent)]
    Db(#[from] OpenError),
    /// A folder or key file.
    #[error("{0}")]
    Other(String),
}

/// Background work that runs.
pub struct Workers(tokio::task::JoinSet<()>);

impl Workers {
    /// Waits until the running jobs are finished, at most `span`; what is left is leased again later.
    pub async fn finish(mut self, span: std::time::Duration) {
        let all = async { while self.0.join_next().await.is_some() {} };
        if tokio::time::timeout(span, all).await.is_err() {
            tracing::warn!("jobs were still running at the end; they will be taken up again");
        }
    }
}

impl App {
    /// Opens the database and the keys of these settings.
    ///
    /// # Errors
    /// [`StartError`], with a text for the person who starts the service.
    pub async fn open(config: Config, clock: Clock) -> Result<Self, StartError> {
        let other = |what: &str, e: &dyn std::fmt::Display| StartError::Other(format!("{what}: {e}"));
        // A mistyped address leaves nothing behind.
        let address = Address::parse(&config.database_url.0)?;
        data_folder(&config.data_dir)?;
        let vault = Vault::open(&config).map_err(StartError::Other)?;
        let objects = Objects::open(&config.objects).map_err(|e| other("the file store", &e))?;
        let limits = config.db;
        let db = tokio::task::spawn_blocking(move || Db::open(address, limits))
            .await
            .map_err(|e| other("starting", &e))??;
        let keys = Keys::open(&db, &vault, &clock).await.map_err(|e| other("the signing keys", &e))?;
        keys.watch(&db);
        let star_keys = SigningKeys::open(Purpose::StarToken, &db, &vault, &clock)
            .await
            .map_err(|e| other("the signing keys", &e))?;
        let catalogue = Catalogue::open(&db).await.map_err(|e| other("the event log", &e))?;
        let transport = transport(&config).map_err(|e| other("platforms", &e))?;
        Ok(Self(Arc::new(Inner {
            limits: Limits::new(config.rate_limits, config.rates, config.trusted_proxies.clone()),
            config,
            db,
            clock,
            vault,
            objects,
            keys,
            star_keys,
            catalogue: Arc::new(catalogue),
            reports: Arc::default(),
            running: Arc::default(),
            wake: Arc::default(),
            transport,
        })))
    }

    /// Starts `count` background workers and the housekeeping, until `stop`.
    pub fn start_workers(&self, count: usize, stop: &Stop) -> Workers {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..count {
            let handler = Arc::new(self.clone());
            let worker = Worker::new(
                self.db.clone(),
                self.clock.clone(),
                handler,
                Retry::default(),
                self.wake.clone(),
            );
            tasks.spawn(worker.run(stop.clone()));
        }
        tasks.spawn(work::housekeeping(self.clone(), stop.clone()));
        tasks.spawn(work::follow_others(self.clone(), stop.clone()));
        tasks.spawn(work::follow_products(self.clone(), stop.clone()));
        Workers(tasks)
    }

    /// Serves HTTP on an open socket until `stop`; running requests are finished first.
    ///
    /// # Errors
    /// Sockets and threads.
    pub async fn serve(
        self,
        listener: std::net::TcpListener,
        mut stop: watch::Receiver<bool>,
    ) -> std::io::Result<()> {
        let config = self.config.clone();
        let app = self.clone();
        let mut server = actix_web::HttpServer::new(move || crate::http::service(app.clone()))
            .client_request_timeout(config.request_timeout)
            .client_disconnect_timeout(std::time::Duration::from_secs(5))
            .keep_alive(std::time::Duration::from_secs(75))
            .shutdown_timeout(config.shutdown_timeout.as_secs())
            .disable_signals();
        if config.http_workers > 0 {
            server = server.workers(config.http_workers);
        }
        let server = server.listen(listener)?.run();
        let handle = server.handle();
        let ends = tokio::spawn(async move {
            let _ = stop.wait_for(|stopped| *stopped).await;
            handle.stop(true).await;
        });
        let result = server.await;
        ends.abort();
        result
    }
}

/// Makes the data folder on the first run, and finds out now whether it can be written.
///
/// # Errors
/// [`OpenError`], each with a text for the person who starts the service.
pub fn data_folder(folder: &std::path::Path) -> Result<(), OpenError> {
    let probe = folder.join(format!(".write-{}", std::process::id()));
    let written = std::fs::create_dir_all(folder).and_then(|()| {
        std::fs::write(&probe, b"ocop")?;
        std::fs::remove_file(&probe)
    });
    written.map_err(|e| match e.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            let _ = std::fs::remove_file(&probe);
            OpenError::Full(folder.to_owned())
        }
        _ => OpenError::ReadOnly(folder.to_owned(), e.to_string()),
    })
}

/// The client for platforms: besides the documented hosts it may call those of the settings.
fn transport(config: &Config) -> Result<Transport, transport::BuildError> {
    let usual = transport::Settings::default();
    let settings = transport::Settings {
        allow_loopback: config.platform_allow_loopback,
        per_second: config.platform_rate,
        total_timeout: config.platform_timeout,
        read_timeout: usual.read_timeout.min(config.platform_timeout),
        ..usual
    };
    Transport::new(&settings.with_addresses(config.platform_hosts.values().map(String::as_str)))
}
