//! The national scale, made deterministically and straight into a database: producers, products with the words they
//! are found by, certificates, monthly sales figures and their totals, listings, and accounts to sign in with.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use ocop::db::{Address, migrate};
use ocop::text;

use crate::names;

/// How much.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct Scale {
    pub producers: u64,
    pub products: u64,
    pub months: u64,
    /// Sales rows: two a month and product.
    pub sales: u64,
}

impl Scale {
    pub fn national() -> Self {
        Self { producers: 2_000, products: 20_000, months: 50, sales: 2_000_000 }
    }

    pub fn small() -> Self {
        Self { producers: 100, products: 1_000, months: 12, sales: 24_000 }
    }
}

/// The account that signs in, its producer's number, its password.
pub const MEMBER: &str = "bench-member";
pub const ADMIN: &str = "bench-admin";
pub const CENTRE: &str = "bench-centre";
pub const PASSWORD: &str = "mot mat khau rat dai";

pub fn product_id(n: u64) -> String {
    format!("prd_{n:026}")
}

pub fn producer_id(n: u64) -> String {
    format!("pro_{n:026}")
}

enum Raw {
    Sqlite(diesel::SqliteConnection),
    Pg(diesel::PgConnection),
}

impl Raw {
    fn open(address: &Address) -> Self {
        match address {
            Address::Sqlite(path) => {
                let mut conn = diesel::SqliteConnection::establish(&path.to_string_lossy()).unwrap();
                conn.batch_execute("PRAGMA synchronous = OFF; PRAGMA cache_size = -200000").unwrap();
                Self::Sqlite(conn)
            }
            Address::Pg(url) => Self::Pg(diesel::PgConnection::establish(url).unwrap()),
        }
    }

    fn run(&mut self, sql: &str) {
        let done = match self {
            Self::Sqlite(conn) => conn.batch_execute(sql),
            Self::Pg(conn) => conn.batch_execute(sql),
        };
        if let Err(e) = done {
            panic!("{e}\n{}", sql.chars().take(2000).collect::<String>());
        }
    }
}

fn q(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Rows of one table on their way, some hundred to a statement.
struct Rows<'a> {
    raw: &'a mut Raw,
    head: String,
    sql: String,
    waiting: usize,
}

impl<'a> Rows<'a> {
    fn of(raw: &'a mut Raw, table: &str, columns: &str) -> Self {
        Self { raw, head: format!("INSERT INTO {table} ({columns}) VALUES "), sql: String::new(), waiting: 0 }
    }

    fn add(&mut self, values: &str) {
        self.sql.push_str(if self.waiting == 0 { &self.head } else { "," });
        let _ = write!(self.sql, "({values})");
        self.waiting += 1;
        if self.waiting == 400 {
            self.send();
        }
    }

    fn send(&mut self) {
        if std::mem::take(&mut self.waiting) > 0 {
            self.raw.run(&std::mem::take(&mut self.sql));
        }
    }
}

impl Drop for Rows<'_> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.send();
        }
    }
}

/// A name that changes with the schema, this generator and the scale, so that an old file is never taken for a new.
fn name(scale: &Scale) -> String {
    use sha2::{Digest as _, Sha256};
    let mut digest = Sha256::new();
    digest.update(format!("{scale:?}"));
    digest.update(include_str!("scale.rs"));
    digest.update(include_str!("names.rs"));
    let mut files = Vec::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    for entry in std::fs::read_dir(folder).unwrap() {
        files.push(entry.unwrap().path().join("up.sql"));
    }
    files.sort();
    for file in files {
        digest.update(std::fs::read(file).unwrap());
    }
    let hash: String = digest.finalize().iter().take(6).map(|b| format!("{b:02x}")).collect();
    format!("ocop_bench_{}_{hash}", scale.products)
}

/// A database of this scale for one run; the master copy is made once and kept under `folder`, or beside it on the
/// PostgreSQL server. Returns its address as a setting.
pub fn prepare(server: Option<&str>, scale: &Scale, folder: &Path) -> String {
    let name = name(scale);
    match server {
        None => {
            let master = folder.join(format!("{name}.db"));
            if !master.exists() {
                for old in std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
                    let text = old.file_name().unwrap_or_default().to_string_lossy().into_owned();
                    if text.starts_with(&format!("ocop_bench_{}_", scale.products)) {
                        std::fs::remove_file(old).unwrap();
                    }
                }
                let fresh = folder.join("fresh.db");
                remove(&fresh);
                fill(&Address::Sqlite(fresh.clone()), scale);
                std::fs::rename(&fresh, &master).unwrap();
            }
            let run = folder.join("run.db");
            remove(&run);
            std::fs::copy(&master, &run).unwrap();
            // Else the first commit of the server would wait for all of it to reach the disk.
            std::fs::File::open(&run).unwrap().sync_all().unwrap();
            format!("sqlite:{}", run.display())
        }
        Some(url) => {
            let mut on = diesel::PgConnection::establish(url).unwrap();
            let with = |name: &str| {
                let mut url = url::Url::parse(url).unwrap();
                url.set_path(name);
                url.to_string()
            };
            if diesel::PgConnection::establish(&with(&name)).is_err() {
                let create = |name: &str| {
                    format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
                };
                let fresh = format!("{name}_fresh");
                on.batch_execute(&format!("DROP DATABASE IF EXISTS {fresh}")).unwrap();
                on.batch_execute(&create(&fresh)).unwrap();
                fill(&Address::Pg(with(&fresh)), scale);
                on.batch_execute(&format!("ALTER DATABASE {fresh} RENAME TO {name}")).unwrap();
            }
            on.batch_execute("DROP DATABASE IF EXISTS ocop_bench_run WITH (FORCE)").unwrap();
            on.batch_execute(&format!("CREATE DATABASE ocop_bench_run TEMPLATE {name}")).unwrap();
            with("ocop_bench_run")
        }
    }
}

fn remove(file: &Path) {
    for ending in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(PathBuf::from(format!("{}{ending}", file.display())));
    }
}

fn fill(address: &Address, scale: &Scale) {
    let begun = std::time::Instant::now();
    migrate::up(address).unwrap();
    let mut raw = Raw::open(address);
    raw.run("BEGIN");
    producers(&mut raw, scale);
    products(&mut raw, scale);
    certificates(&mut raw, scale);
    listings(&mut raw, scale);
    accounts(&mut raw);
    eprintln!("  {} products after {:.1} s", scale.products, begun.elapsed().as_secs_f64());
    sales(&mut raw, scale);
    raw.run("COMMIT");
    raw.run("ANALYZE");
    if let Raw::Sqlite(_) = raw {
        raw.run("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    eprintln!("  {} sales rows after {:.1} s", scale.sales, begun.elapsed().as_secs_f64());
}

const AT: &str = "'2026-06-30 02:00:00'";

fn producers(raw: &mut Raw, scale: &Scale) {
    let mut rows = Rows::of(
        raw,
        "producers",
        "id, name, name_key, search, kind, commune_code, province_code, representative, phone, status, version, \
         created_at, updated_at",
    );
    for n in 0..scale.producers {
        let (kind, name) = names::producer(n);
        let commune = names::commune(n);
        rows.add(&format!(
            "{}, {}, {}, {}, '{kind}', '{}', '{}', '{}', '0912{n:06}', 'verified', 1, {AT}, {AT}",
            q(&producer_id(n)),
            q(&name),
            q(&text::sort_key(&name)),
            q(&text::fold(&name)),
            commune.code,
            commune.province_code,
            "{\"full_name\":\"Nguyễn Thị Búp\"}",
        ));
    }
}

fn products(raw: &mut Raw, scale: &Scale) {
    let story = "Sản phẩm được làm từ nguyên liệu của chính vùng đất này, hái tay vào sáng sớm, chế biến trong ngày \
                 theo cách của ông bà để lại và đóng gói trong túi giấy ba lớp để giữ hương.";
    let mut terms = Vec::new();
    let mut rows = Rows::of(
        raw,
        "products",
        "id, producer_id, province_code, commune_code, name, name_key, criteria_set, description, story, price_vnd, \
         unit, net_weight_g, sku, attributes, status, star, star_score, star_from, star_until, certificate_id, \
         certificate_number, version, created_at, updated_at",
    );
    for n in 0..scale.products {
        let producer = n % scale.producers;
        let commune = names::commune(producer);
        let (set, name) = names::product(n);
        let name = format!("{name} {}", commune.name);
        let key = text::sort_key(&name);
        let (_, maker) = names::producer(producer);
        let random = names::mix(n ^ 0x77);
        let rating = match star(n) {
            Some(star) => format!(
                "{star}, {}, '2026-01-15 02:00:00', '2039-01-15 02:00:00', 'cer_{n:026}', {}",
                7000 + random % 1900,
                q(&number(n, 0)),
            ),
            None => "NULL, NULL, NULL, NULL, NULL, NULL".to_owned(),
        };
        rows.add(&format!(
            "{}, {}, '{}', '{}', {}, {}, {set}, {}, {}, {}, 'hộp', {}, 'SP{n}', '{{}}', 'published', {rating}, 1, \
             {AT}, {AT}",
            q(&product_id(n)),
            q(&producer_id(producer)),
            commune.province_code,
            commune.code,
            q(&name),
            q(&key),
            q(&format!("{name}. {story}")),
            q(story),
            (20 + random % 480) * 1000,
            100 + 50 * (random % 10),
        ));
        let words = text::terms(&format!("{name} {maker} {}", commune.name));
        terms.extend(words.into_iter().map(|word| (word, key.clone(), n)));
    }
    drop(rows);
    // In the order of the key, so that the tree is built from left to right.
    terms.sort();
    let mut rows = Rows::of(raw, "product_terms", "term, name_key, product_id");
    for (term, key, n) in terms {
        rows.add(&format!("{}, {}, {}", q(&term), q(&key), q(&product_id(n))));
    }
}

/// The star a product bears now: half 3, a third 4, some 5; one in seven has none any more.
fn star(n: u64) -> Option<u8> {
    match names::mix(n ^ 0x5151) % 100 {
        0..=14 => None,
        15..=64 => Some(3),
        65..=96 => Some(4),
        _ => Some(5),
    }
}

fn number(n: u64, turn: u64) -> String {
    format!("{}/{turn}-OCOP", n + 1)
}

/// A chain for each product: one before, lapsed or superseded, and the one of today where it has a star.
fn certificates(raw: &mut Raw, scale: &Scale) {
    let mut rows = Rows::of(
        raw,
        "certificates",
        "id, number, decision_number, decided_on, year, issuer, product_id, product_name, producer_id, \
         producer_name, province_code, commune_code, scheme, star, score, issued_on, valid_from, valid_until, \
         status, superseded_at, version, created_at, updated_at",
    );
    for n in 0..scale.products {
        let producer = n % scale.producers;
        let commune = names::commune(producer);
        let (_, name) = names::product(n);
        let (_, maker) = names::producer(producer);
        let star = star(n);
        let mut add = |turn: u64, star: u8, year: u64, until: &str, status: &str, superseded: &str| {
            let id = if turn == 0 { format!("cer_{n:026}") } else { format!("cer_1{n:025}") };
            rows.add(&format!(
                "'{id}', {}, '12/QĐ-UBND', '{year}-01-15', {year}, 'UBND tỉnh', {}, {}, {}, {}, '{}', '{}', \
                 'qd148-2023', {star}, 7500, '{year}-01-15', '{year}-01-15 02:00:00', {until}, '{status}', \
                 {superseded}, 1, {AT}, {AT}",
                q(&number(n, turn)),
                q(&product_id(n)),
                q(&name),
                q(&producer_id(producer)),
                q(&maker),
                commune.province_code,
                commune.code,
            ));
        };
        match star {
            Some(star) => {
                add(1, 3, 2023, "'2026-01-15 02:00:00'", "superseded", "'2026-01-15 02:00:00'");
                add(0, star, 2026, "'2039-01-15 02:00:00'", "valid", "NULL");
            }
            None => add(1, 3, 2021, "'2024-01-15 02:00:00'", "lapsed", "NULL"),
        }
    }
}

/// A shop for every fifth producer, with all its products.
fn listings(raw: &mut Raw, scale: &Scale) {
    let mut rows = Rows::of(
        raw,
        "shops",
        "id, producer_id, province_code, platform, name, status, credentials, failures, version, created_at, updated_at",
    );
    for n in (0..scale.producers).step_by(5) {
        rows.add(&format!(
            "'shp_{n:026}', {}, '19', 'sendo', 'Gian hàng {n}', 'paused', '', 0, 1, {AT}, {AT}",
            q(&producer_id(n)),
        ));
    }
    drop(rows);
    let mut rows = Rows::of(
        raw,
        "listings",
        "id, product_id, producer_id, province_code, shop_id, platform, sku, settings, desired_state, desired, desired_hash, \
         desired_offer_hash, desired_revision, reported_state, issues, version, created_at, updated_at",
    );
    for n in 0..scale.products {
        let producer = n % scale.producers;
        if !producer.is_multiple_of(5) {
            continue;
        }
        let state = if n.is_multiple_of(9) { "rejected" } else { "live" };
        rows.add(&format!(
            "'lst_{n:026}', {}, {}, '19', 'shp_{producer:026}', 'sendo', 'SP{n}', '{{}}', 'listed', '{{}}', 'x', 'x', 1, \
             '{state}', '[]', 1, {AT}, {AT}",
            q(&product_id(n)),
            q(&producer_id(producer)),
        ));
    }
}

fn accounts(raw: &mut Raw) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let hash = runtime.block_on(ocop::account::hash_password(PASSWORD, "x", false)).unwrap();
    let mut rows = Rows::of(
        raw,
        "accounts",
        "id, username, password_hash, full_name, roles, producer_id, status, password_changed_at, \
         version, created_at, updated_at",
    );
    let own = q(&producer_id(1));
    for (n, (username, role, producer)) in [
        (MEMBER, "producer_member", own.as_str()),
        (ADMIN, "admin", "NULL"),
        (CENTRE, "central_officer", "NULL"),
    ]
    .into_iter()
    .enumerate()
    {
        rows.add(&format!(
            "'acc_{n:026}', '{username}', '{hash}', 'Người đo', '[\"{role}\"]', {producer}, 'active', {AT}, 1, \
             {AT}, {AT}"
        ));
    }
}

/// Two figures a month for each product, from its number by arithmetic both databases know.
fn sales(raw: &mut Raw, scale: &Scale) {
    for month in 0..scale.months {
        // The last month is October 2026.
        let index = 2026 * 12 + 9 - (scale.months - 1 - month);
        let first = format!("{:04}-{:02}-01", index / 12, index % 12 + 1);
        for (turn, channel, place) in [(0, "shop", ""), (1, "online", "sendo")] {
            let platform = if place.is_empty() { "NULL".to_owned() } else { q(place) };
            let base = 100_000_000_000 + (month * 2 + turn) * scale.products;
            raw.run(&format!(
                "INSERT INTO sales (id, figure_key, product_id, producer_id, province_code, commune_code, channel, \
                 platform, month, quantity, revenue_vnd, orders, source, version, created_at, updated_at) \
                 SELECT 'sal_000000000000000' || substr(CAST({base} + n AS TEXT), 2), \
                 id || '|{channel}|{place}|{first}|imported', id, producer_id, province_code, commune_code, '{channel}', \
                 {platform}, '{first}', 1 + n % 97, (1 + n % 97) * price_vnd, 1 + n % 31, 'imported', 1, {AT}, {AT} \
                 FROM (SELECT *, CAST(substr(id, 20) AS INTEGER) AS n FROM products) AS numbered"
            ));
        }
    }
    raw.run(
        "INSERT INTO sales_totals (month, province_code, commune_code, channel, platform, quantity, revenue_vnd, \
         orders) SELECT month, province_code, coalesce(commune_code, ''), channel, coalesce(platform, ''), \
         CAST(sum(quantity) AS BIGINT), CAST(sum(revenue_vnd) AS BIGINT), CAST(sum(orders) AS BIGINT) FROM sales \
         GROUP BY 1, 2, 3, 4, 5",
    );
}
