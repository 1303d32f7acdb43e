//! A service on a fresh database: SQLite in a folder of its own, or, where `OCOP_TEST_POSTGRES` names a server, a
//! database of its own there. Migrated once for each process and copied for each test.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::OnceLock;

use chrono::{TimeZone, Utc};
use ocop::account::{self, NewAccount};
use ocop::actor::{Actor, Role};
use ocop::app::App;
use ocop::clock::Clock;
use ocop::config::{Config, Secret};
use ocop::db::{Address, migrate};
use ocop::ids::{AccountId, ProducerId};
use ocop::instant::Instant;
use tokio::sync::watch;

use super::Client;

/// The day every test begins on: a Monday, after Decision 26/2026 came into force, inside the first round of 2027.
pub fn first_day() -> Instant {
    Instant::from_utc(Utc.with_ymd_and_hms(2026, 11, 23, 2, 0, 0).unwrap())
}

/// The hash of `PASSWORD`, made once: hashing for every actor would take most of the tests' time.
pub const PASSWORD: &str = "suong som tren doi che";

/// A running service.
pub struct TestApp {
    pub app: App,
    pub base: String,
    pub http: reqwest::Client,
    stop: watch::Sender<bool>,
    server: Option<std::thread::JoinHandle<()>>,
    _database: Database,
    _folder: tempfile::TempDir,
}

pub fn postgres() -> Option<String> {
    std::env::var("OCOP_TEST_POSTGRES").ok().filter(|url| !url.is_empty())
}

/// Runs one statement on the server's own database.
pub fn on_postgres(url: &str, statement: &str) {
    use diesel::Connection as _;
    use diesel::connection::SimpleConnection as _;
    diesel::PgConnection::establish(url).unwrap().batch_execute(statement).unwrap();
}

pub fn with_database(url: &str, name: &str) -> String {
    let mut url = url::Url::parse(url).unwrap();
    url.set_path(name);
    url.to_string()
}

fn sqlite_template() -> &'static PathBuf {
    static TEMPLATE: OnceLock<PathBuf> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap().keep();
        let file = folder.join("template.db");
        migrate::up(&Address::Sqlite(file.clone())).unwrap();
        file
    })
}

pub fn postgres_template(server: &str) -> &'static str {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let name = format!("t{}", uuid::Uuid::now_v7().simple());
        on_postgres(server, &format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"));
        migrate::up(&Address::Pg(with_database(server, &name))).unwrap();
        name
    })
}

/// A migrated database of one's own; dropped at the end.
pub struct Database {
    pub url: String,
    postgres: Option<(String, String)>,
}

impl Database {
    /// A copy of the template.
    pub fn fresh(folder: &std::path::Path) -> Self {
        let Some(server) = postgres() else {
            let file = folder.join("ocop.db");
            std::fs::copy(sqlite_template(), &file).unwrap();
            return Self { url: format!("sqlite:{}", file.display()), postgres: None };
        };
        let template = postgres_template(&server).to_owned();
        let name = format!("t{}", uuid::Uuid::now_v7().simple());
        on_postgres(&server, &format!("CREATE DATABASE {name} TEMPLATE {template}"));
        Self { url: with_database(&server, &name), postgres: Some((server, name)) }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.postgres {
            on_postgres(server, &format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

/// The settings of a test's service.
pub fn config(folder: &std::path::Path, database_url: String) -> Config {
    let mut config = Config::from_vars([]).unwrap();
    config.data_dir = folder.to_owned();
    config.objects = ocop::config::Objects::Folder(folder.join("objects"));
    config.database_url = Secret(database_url);
    config.master_key = Some(Secret("5a".repeat(32)));
    config.rate_limits = false;
    config.http_workers = 1;
    config.db.connections = 3;
    config.platform_allow_loopback = true;
    config
}

impl TestApp {
    /// A service with the usual settings.
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A service with changed settings.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::on_clock(Clock::fixed(first_day()), change).await
    }

    /// A service on a clock that others share.
    pub async fn on_clock(clock: Clock, change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::fresh(folder.path());
        let mut config = config(folder.path(), database.url.clone());
        change(&mut config);
        let app = App::open(config, clock).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = watch::channel(false);
        let served = app.clone();
        let server = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(served.serve(listener, stopped)).unwrap();
        });
        let http = client();
        Self { app, base, http, stop, server: Some(server), _database: database, _folder: folder }
    }

    /// Asks the server to end.
    pub fn stop(&self) {
        let _ = self.stop.send(true);
    }

    /// Somebody without an account.
    pub fn anonymous(&self) -> Client {
        Client::new(self.http.clone(), format!("{}/api/v1", self.base), None)
    }

    /// Somebody with a new account, signed in.
    pub async fn actor(
        &self,
        username: &str,
        roles: &[Role],
        place: Option<&str>,
        producer: Option<ProducerId>,
    ) -> Client {
        let id = self.account(username, roles, place, producer).await;
        self.signed_in(id)
    }

    /// Somebody who signs in now.
    pub fn signed_in(&self, account: AccountId) -> Client {
        let token = self.app.keys.sign(account, self.app.clock.now()).unwrap();
        Client::new(self.http.clone(), format!("{}/api/v1", self.base), Some(token))
    }

    /// A new account.
    pub async fn account(
        &self,
        username: &str,
        roles: &[Role],
        place: Option<&str>,
        producer: Option<ProducerId>,
    ) -> AccountId {
        static HASH: tokio::sync::OnceCell<String> = tokio::sync::OnceCell::const_new();
        let hash =
            HASH.get_or_init(|| async { account::hash_password(PASSWORD, "x", false).await.unwrap() }).await;
        let new = NewAccount {
            username: username.to_owned(),
            full_name: username.to_owned(),
            roles: roles.to_vec(),
            place_code: place.map(str::to_owned),
            producer_id: producer,
            email: None,
        };
        let now = self.app.clock.now();
        self.app
            .db
            .write("test.account", move |tx| account::create(tx, &Actor::system("test"), &new, hash, now))
            .await
            .unwrap()
            .id
    }

    pub async fn admin(&self) -> Client {
        self.actor("admin", &[Role::Admin], None, None).await
    }

    /// An officer of the province of Thái Nguyên.
    pub async fn province(&self) -> Client {
        self.actor("province", &[Role::ProvincialOfficer], Some("19"), None).await
    }

    /// An officer of the commune of Tân Cương in Thái Nguyên.
    pub async fn commune(&self) -> Client {
        self.actor("commune", &[Role::CommuneOfficer], Some("05503"), None).await
    }
}

/// An HTTP client without proxies.
pub fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        if let Some(server) = self.server.take() {
            let ended = server.join();
            if !std::thread::panicking() {
                ended.expect("the server ends cleanly");
            }
        }
    }
}
