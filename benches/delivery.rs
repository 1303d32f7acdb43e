//! Delivery to platforms, measured against a bare loop that sends the same requests with the same concurrency.
//!
//! `cargo bench --bench delivery -- [--database sqlite|postgres://user@host/postgres] [--listings 10000] [--shops 20]
//! [--workers 8] [--latency MS]`. One `ocop work` delivers to simulators on loopback, then looks again at what has
//! not changed, then brings single prices through. `--latency` is what every answer of a platform takes longer, as on
//! the real way there; without it the platform costs nothing and everything is our own work.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic,
    missing_docs,
    reason = "a benchmark stops at the first surprise"
)]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt as _};
use ocop::app::App;
use ocop::clock::Clock;
use ocop::config::Config;
use ocop::demo::{self, api, files};
use ocop::import::{self, PRODUCT_REQUIRED, Table};
use ocop::platform::sim::{SimHandle, market, partner};
use serde_json::{Value, json};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PASSWORD: &str = "bon muoi cay che gia";
const PATIENCE: Duration = Duration::from_secs(300);
/// Prices that are changed one after the other.
const PRICES: usize = 100;

struct Args {
    database: Option<String>,
    listings: usize,
    shops: usize,
    workers: usize,
    latency: u64,
}

fn args() -> Args {
    let mut args = Args { database: None, listings: 10_000, shops: 20, workers: 8, latency: 0 };
    let mut given = std::env::args().skip(1);
    while let Some(arg) = given.next() {
        let mut value = || given.next().unwrap_or_else(|| panic!("{arg} needs a value"));
        match arg.as_str() {
            "--database" => args.database = Some(value()).filter(|v| v != "sqlite"),
            "--listings" => args.listings = value().parse().unwrap(),
            "--shops" => args.shops = value().parse().unwrap(),
            "--workers" => args.workers = value().parse().unwrap(),
            "--latency" => args.latency = value().parse().unwrap(),
            // cargo bench says this by itself.
            "--bench" => {}
            other => panic!("unknown argument {other}; see the head of benches/delivery.rs"),
        }
    }
    args
}

/// A running program; ends with its value.
struct Program(Child);

impl Program {
    fn start(verb: &str, config: &Config, workers: usize) -> Self {
        let log = std::fs::File::create(config.data_dir.join(format!("{verb}.log"))).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_ocop"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("OCOP_")) {
            command.env_remove(name);
        }
        let child = command
            .arg(verb)
            .env("DATABASE_URL", &config.database_url.0)
            .env("OCOP_DATA_DIR", &config.data_dir)
            .env("OCOP_LISTEN", config.listen.to_string())
            .env("OCOP_RATE_LIMITS", "off")
            .env("OCOP_PLATFORM_RATE", "0")
            .env("OCOP_PLATFORM_ALLOW_LOOPBACK", "on")
            .env("OCOP_WORKERS", workers.to_string())
            .env("OCOP_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        Self(child)
    }

    /// The most memory it had, MiB.
    fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1024.0
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The platforms: one for each shop, so that each has its own goods.
struct Platforms {
    http: reqwest::Client,
    sims: Vec<SimHandle>,
}

impl Platforms {
    async fn start(args: &Args) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let options = || partner::Options {
            port: 0,
            auth: partner::Auth::ApiKey,
            review: market::Review::None,
            clock: Clock::System,
        };
        let sims: Vec<_> = (0..args.shops).map(|_| partner::start(options()).unwrap()).collect();
        let platforms = Self { http, sims };
        if args.latency > 0 {
            let slow = json!({"kind": "slow", "times": 0, "every": 1, "delay_ms": args.latency});
            for sim in &platforms.sims {
                let address = format!("{}/__sim/faults", sim.base_url);
                platforms.http.post(address).json(&slow).send().await.unwrap().error_for_status().unwrap();
            }
        }
        platforms
    }

    async fn products(&self, shop: usize) -> Vec<Value> {
        let address = format!("{}/__sim/products", self.sims[shop].base_url);
        self.http.get(address).send().await.unwrap().json().await.unwrap()
    }

    /// Waits until every shop has so many products.
    async fn filled(&self, each: usize, begun: Instant) -> Duration {
        for shop in 0..self.sims.len() {
            while self.products(shop).await.len() < each {
                assert!(begun.elapsed() < PATIENCE, "shop {shop} is not filled");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        begun.elapsed()
    }

    async fn writes(&self) -> u64 {
        let mut writes = 0;
        for shop in 0..self.sims.len() {
            writes += self.products(shop).await.iter().map(|p| p["writes"].as_u64().unwrap()).sum::<u64>();
        }
        writes
    }

    /// What delivery sends, by nothing but an HTTP client: for each listing a look by its SKU, then the product.
    async fn bare(&self, goods: &[(String, String)], concurrency: usize) -> Duration {
        let begun = Instant::now();
        stream::iter(&self.sims)
            .for_each_concurrent(concurrency, |sim| async {
                for (sku, body) in goods {
                    let find = self.http.get(format!("{}/v1/products?sku={sku}", sim.base_url));
                    let found = find.header("x-api-key", partner::CLIENT_SECRET).send().await.unwrap();
                    found.error_for_status().unwrap().bytes().await.unwrap();
                    let made = self
                        .http
                        .post(format!("{}/v1/products", sim.base_url))
                        .header("x-api-key", partner::CLIENT_SECRET)
                        .header("content-type", "application/json")
                        .body(body.clone());
                    let made = made.send().await.unwrap().error_for_status().unwrap();
                    made.bytes().await.unwrap();
                }
            })
            .await;
        begun.elapsed()
    }
}

/// A fresh database of either kind.
fn database(args: &Args, folder: &Path) -> String {
    use diesel::Connection as _;
    use diesel::connection::SimpleConnection as _;
    let Some(server) = &args.database else {
        return format!("sqlite://{}", folder.join("delivery.db").display());
    };
    let name = "ocop_delivery";
    let mut conn = diesel::PgConnection::establish(server).unwrap();
    conn.batch_execute(&format!("DROP DATABASE IF EXISTS {name}")).unwrap();
    conn.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    let mut url = url::Url::parse(server).unwrap();
    url.set_path(name);
    url.to_string()
}

fn folder() -> PathBuf {
    let target = Path::new(env!("CARGO_BIN_EXE_ocop")).ancestors().nth(2).unwrap();
    let folder = target.join("bench/delivery");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

async fn prepare(config: &Config) -> String {
    let app = App::open(config.clone(), Clock::System).await.unwrap();
    let (heading, rows) = demo::LIST.split_once('\n').unwrap();
    let ours = rows.lines().filter(|row| row.contains("Hảo Đạt") || row.contains("Việt Cường"));
    let list = ours.fold(heading.to_owned(), |list, row| format!("{list}\n{row}"));
    let list = Table::read(list.as_bytes(), PRODUCT_REQUIRED).unwrap();
    import::products(&app, &list, false, |_| {}).await.unwrap();
    demo::people(&app, PASSWORD).await.unwrap();
    demo::cooperative(&app).await.unwrap().to_string()
}

/// Does something for each, some at a time, and tells what came of it in order.
async fn each<T, F: Future<Output = T>>(count: usize, what: impl Fn(usize) -> F) -> Vec<T> {
    stream::iter(0..count).map(what).buffered(16).collect().await
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(run(args()));
}

async fn run(args: Args) {
    let folder = folder();
    let mut config = Config::from_vars([]).unwrap();
    config.data_dir = folder.clone();
    config.objects = ocop::config::Objects::Folder(folder.join("objects"));
    config.database_url = ocop::config::Secret(database(&args, &folder));
    config.listen = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let producer = prepare(&config).await;
    let platforms = Arc::new(Platforms::start(&args).await);
    // It answers and delivers nothing.
    let _server = Program::start("serve", &config, 0);
    let base = format!("http://{}", config.listen);
    let coop = api::Client::new(&base, PATIENCE).unwrap().sign_in("coop", PASSWORD).await.unwrap();

    let goods = args.listings.div_ceil(args.shops);
    eprintln!("making {goods} products, {} shops and their listings …", args.shops);
    let products = each(goods, |n| {
        let (coop, producer) = (coop.clone(), producer.clone());
        async move {
            let body = json!({
                "producer_id": producer, "name": format!("Chè Hảo Đạt số {n}"), "criteria_set": 11,
                "description":
                    "Chè búp hái tay ở Tân Cương, sao thủ công trên chảo gang, nước xanh, vị ngọt hậu. ".repeat(6),
                "price_vnd": 200_000 + n, "unit": "hộp", "net_weight_g": 200, "sku": format!("BENCH-{n}"),
            });
            let id = coop.post("/products", &body).await.unwrap().id().unwrap();
            let image = files::picture().unwrap();
            coop.upload(&format!("/products/{id}/images?alt=Ch%C3%A8"), "image/png", image).await.unwrap();
            coop.post(&format!("/products/{id}/publish"), &json!({})).await.unwrap();
            id
        }
    })
    .await;
    let shops = each(args.shops, |n| {
        let (coop, producer, base) = (coop.clone(), producer.clone(), &platforms.sims[n].base_url);
        async move {
            let body = json!({
                "producer_id": producer, "platform": "c_thai_nguyen", "name": format!("Gian hàng {n}"),
                "credentials": {"base_url": base, "client_secret": partner::CLIENT_SECRET},
            });
            coop.post("/shops", &body).await.unwrap().id().unwrap()
        }
    })
    .await;
    let listings = each(goods * args.shops, |n| {
        let (coop, product, shop) = (coop.clone(), &products[n % goods], &shops[n / goods]);
        async move {
            let body = json!({"product_id": product, "shop_id": shop, "settings": {"stock": 1000}});
            coop.post("/listings", &body).await.unwrap().id().unwrap()
        }
    })
    .await;
    // The same requests for the bare loop: one shop's stand for all.
    let requests = each(goods, |n| {
        let (coop, listing) = (coop.clone(), &listings[n]);
        async move {
            let shown = coop.post(&format!("/listings/{listing}/preview"), &json!({})).await.unwrap();
            (format!("BENCH-{n}"), shown.text("/request/body").unwrap())
        }
    })
    .await;
    assert!(serde_json::from_str::<Value>(&requests[0].1).is_ok(), "the preview shows the whole body");

    let mut bare = Vec::new();
    bare.push(Platforms::start(&args).await.bare(&requests, args.workers).await);
    let begun = Instant::now();
    let work = Program::start("work", &config, args.workers);
    let delivered = platforms.filled(goods, begun).await;
    bare.push(Platforms::start(&args).await.bare(&requests, args.workers).await);
    let rate = |took: Duration| (goods * args.shops) as f64 / took.as_secs_f64();
    let ceiling = bare.iter().map(|took| rate(*took)).sum::<f64>() / 2.0;
    let kind = if args.database.is_some() { "postgres" } else { "sqlite" };
    println!(
        "{kind}: {} listings in {} shops, {} workers, {} ms latency: {:.0}/s in {:.1} s; bare loop {ceiling:.0}/s; \
         ratio {:.2} (≥ 0.7); memory at most {:.0} MiB (≤ 150)",
        goods * args.shops,
        args.shops,
        args.workers,
        args.latency,
        rate(delivered),
        delivered.as_secs_f64(),
        rate(delivered) / ceiling,
        work.memory(),
    );

    // What nobody changed is not sent again.
    let settled = |body: &Value| body["data"].as_array().is_some_and(Vec::is_empty);
    coop.until("/listings?status=none&limit=1", "everything is recorded", settled).await.unwrap();
    let before = platforms.writes().await;
    let begun = Instant::now();
    for shop in &shops {
        let seen = coop.post(&format!("/shops/{shop}/sync"), &json!({})).await.unwrap();
        assert_eq!((&seen.body["looked_at"], &seen.body["queued"]), (&json!(goods), &json!(0)));
    }
    let took = begun.elapsed();
    println!(
        "unchanged: all {} listings looked through in {:.2} s (< 5), {} writes to platforms (0)",
        goods * args.shops,
        took.as_secs_f64(),
        platforms.writes().await - before,
    );

    // A price on its way while nothing else happens.
    let mut took = Vec::new();
    for n in 0..PRICES {
        let path = format!("/listings/{}", listings[n % goods]);
        let read = coop.get(&path).await.unwrap();
        let price = 300_000 + n as i64;
        let begun = Instant::now();
        let change = json!({"settings": {"price_vnd": price}});
        coop.patch(&path, &read.etag, &change).await.unwrap();
        let there = |p: &Value| p["sku"] == format!("BENCH-{}", n % goods) && p["price_vnd"] == price;
        while !platforms.products(0).await.iter().any(there) {
            assert!(begun.elapsed() < PATIENCE, "a price does not arrive");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        took.push(begun.elapsed());
    }
    took.sort_unstable();
    println!(
        "a price reaches its platform: p50 {:.0} ms, p99 {:.0} ms (< 2,000), {PRICES} times",
        took[PRICES / 2].as_secs_f64() * 1000.0,
        took[PRICES * 99 / 100].as_secs_f64() * 1000.0,
    );
}
