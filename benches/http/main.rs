//! The benchmark: the release server on loopback at the national scale, measured against the ceiling, a bare
//! actix-web server that answers as many bytes from memory.
//!
//! `cargo bench --bench http -- [--database sqlite|postgres://user@host/postgres] [--seconds 5] [--small]
//! [--only NAME]`. Everything runs on this machine, so only the ratios of one run mean something: each row is
//! measured between two halves of its own ceiling. Results go to `target/bench/`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic,
    missing_docs,
    reason = "a benchmark stops at the first surprise"
)]

mod chart;
mod load;
mod names;
mod scale;
mod server;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use load::{Make, Outcome, Plan};
use scale::Scale;
use serde_json::{Value, json};
use server::{Memory, Server};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Connections that ask at the same time.
const CONNECTIONS: usize = 32;

/// One line of the table.
#[derive(serde::Serialize)]
pub struct Row {
    pub name: &'static str,
    /// Requests, or rows of an import, a second.
    pub rate: f64,
    pub p50_ms: Option<f64>,
    pub p99_ms: Option<f64>,
    pub bytes: u64,
    /// Requests a second of the ceiling at the same size.
    pub ceiling: Option<f64>,
    pub ratio: Option<f64>,
    /// What the project promises on SQLite with two cores.
    pub target: Option<&'static str>,
}

#[derive(Default)]
struct Args {
    database: Option<String>,
    seconds: f64,
    small: bool,
    only: Option<String>,
}

fn args() -> Args {
    let mut args = Args { seconds: 5.0, ..Args::default() };
    let mut given = std::env::args().skip(1);
    while let Some(arg) = given.next() {
        let mut value = || given.next().unwrap_or_else(|| panic!("{arg} needs a value"));
        match arg.as_str() {
            "--database" => args.database = Some(value()).filter(|v| v != "sqlite"),
            "--seconds" => args.seconds = value().parse().unwrap(),
            "--only" => args.only = Some(value()),
            "--small" => args.small = true,
            // cargo bench says this by itself.
            "--bench" => {}
            "--ceiling" => {
                server::serve_ceiling(value().parse().unwrap(), &value());
                std::process::exit(0);
            }
            other => panic!("unknown argument {other}; see the head of benches/http/main.rs"),
        }
    }
    args
}

/// `target/bench`, beside the folder of the program.
fn folder() -> PathBuf {
    let target = Path::new(env!("CARGO_BIN_EXE_ocop")).ancestors().nth(2).unwrap();
    let folder = target.join("bench");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

struct Bench {
    args: Args,
    scale: Scale,
    server: Server,
    rows: Vec<Row>,
}

fn main() {
    let args = args();
    let folder = folder();
    let scale = if args.small { Scale::small() } else { Scale::national() };
    eprintln!("making the scale (kept for the next run) …");
    let database_url = scale::prepare(args.database.as_deref(), &scale, &folder);
    let data = folder.join("data");
    std::fs::create_dir_all(&data).unwrap();
    // The first start makes the keys; the second is the one measured.
    drop(Server::ocop(&database_url, &data));
    let server = Server::ocop(&database_url, &data);
    let (started_in, idle) = (server.started_in, server.memory());
    let mut bench = Bench { args, scale, server, rows: Vec::new() };
    bench.reads();
    bench.writes();
    let loaded = bench.server.memory();
    bench.import(&database_url, &data);
    report(&folder, &bench, started_in, idle, loaded);
}

fn get(path: impl Fn(u64) -> String + Send + Sync + 'static, token: Option<&str>) -> Make {
    let auth = token.map(|t| format!("authorization: Bearer {t}\r\n")).unwrap_or_default();
    Arc::new(move |n, out| {
        let path = path(n);
        out.extend_from_slice(
            format!("GET /api/v1{path} HTTP/1.1\r\nhost: localhost\r\naccept: */*\r\n{auth}\r\n").as_bytes(),
        );
    })
}

impl Bench {
    fn skip(&self, name: &str) -> bool {
        self.args.only.as_ref().is_some_and(|only| !name.contains(only.as_str()))
    }

    fn plan(&self, address: std::net::SocketAddr, share: f64) -> Plan {
        let time = Duration::from_secs_f64(self.args.seconds * share);
        Plan { address, connections: CONNECTIONS, warm: Duration::from_millis(500), time }
    }

    /// Measures a request between two halves of the ceiling at its size.
    fn measure(&mut self, name: &'static str, target: Option<&'static str>, ceiling: bool, make: &Make) {
        if self.skip(name) {
            return;
        }
        let probe =
            Plan { connections: 4, time: Duration::from_millis(500), ..self.plan(self.server.address, 1.0) };
        let bytes = load::run(probe, make).bytes;
        let top = ceiling.then(|| Server::ceiling(bytes as usize));
        let half = |bench: &Self| {
            let top = top.as_ref()?;
            let plain: Make = Arc::new(|_, out| {
                out.extend_from_slice(b"GET /x HTTP/1.1\r\nhost: localhost\r\naccept: */*\r\n\r\n");
            });
            Some(load::run(bench.plan(top.address, 0.5), &plain).rate())
        };
        let before = half(self);
        let outcome = load::run(self.plan(self.server.address, 1.0), make);
        let after = half(self);
        let ceiling = before.zip(after).map(|(a, b)| (a + b) / 2.0);
        self.note(name, target, ceiling, &outcome);
    }

    fn note(
        &mut self,
        name: &'static str,
        target: Option<&'static str>,
        ceiling: Option<f64>,
        outcome: &Outcome,
    ) {
        let ms = |d: Duration| d.as_secs_f64() * 1000.0;
        let row = Row {
            name,
            rate: outcome.rate(),
            p50_ms: Some(ms(outcome.p50)),
            p99_ms: Some(ms(outcome.p99)),
            bytes: outcome.bytes,
            ceiling,
            ratio: ceiling.map(|c| outcome.rate() / c),
            target,
        };
        let mb = self.server.memory().resident / 1024;
        eprintln!(
            "  {name}: {:.0}/s, p50 {:.2} ms, p99 {:.2} ms, {} bytes, ratio {:.2}, {mb} MiB, {:?}",
            row.rate,
            ms(outcome.p50),
            ms(outcome.p99),
            row.bytes,
            row.ratio.unwrap_or_default(),
            outcome.statuses,
        );
        if let Some(refused) = &outcome.refused {
            panic!("an answer was refused, so the numbers mean nothing: {refused}");
        }
        self.rows.push(row);
    }

    fn reads(&mut self) {
        let products = self.scale.products;
        let detail = get(
            move |n| format!("/catalogue/products/{}", scale::product_id(names::mix(n) % products)),
            None,
        );
        self.measure("product detail", Some("≥ 0.5"), true, &detail);
        let question = |n: u64| {
            let random = names::mix(n);
            let set = [11, 11, 11, 1, 7, 8, 14][(random % 7) as usize];
            format!("/catalogue/products?criteria_set={set}&star={}&sort=name", 3 + (random >> 8) % 3)
        };
        let list = get(question, None);
        self.measure("list of 20", Some("≥ 0.25"), true, &list);
        // A price nobody asked for before: the page cannot be in the server's memory.
        let list = get(move |n| format!("{}&price_min={}", question(n), n % 20_000), None);
        self.measure("list, not kept", Some("≥ 0.07"), true, &list);
        let search = get(|_| "/catalogue/products?q=ch%C3%A8%20t%C3%A2n%20c%C6%B0%C6%A1ng".to_owned(), None);
        self.measure("search", Some("≥ 0.10"), true, &search);
        let search = get(
            |n| {
                format!(
                    "/catalogue/products?q=ch%C3%A8%20t%C3%A2n%20c%C6%B0%C6%A1ng&price_min={}",
                    n % 20_000
                )
            },
            None,
        );
        self.measure("search, not kept", None, true, &search);
        let token = self.token(scale::CENTRE);
        // Days and provinces enough that hardly an answer is in the server's cache.
        let provinces: Vec<_> = ocop::place::places().provinces().iter().map(|p| p.code).collect();
        let summary = get(
            move |n| {
                let random = names::mix(n);
                let day = format!("2026-{:02}-{:02}", 1 + random % 10, 1 + (random >> 8) % 28);
                match provinces.get((random >> 16) as usize % (provinces.len() + 1)) {
                    Some(code) => format!("/reports/summary?as_of={day}&place={code}"),
                    None => format!("/reports/summary?as_of={day}"),
                }
            },
            Some(&token),
        );
        self.measure("summary", Some("p99 < 50 ms"), false, &summary);
    }

    fn writes(&mut self) {
        let token = self.token(scale::MEMBER);
        let producer = scale::producer_id(1);
        let run = std::process::id();
        let create: Make = Arc::new(move |n, out| {
            let body = json!({
                "producer_id": producer, "name": format!("Chè tôm nõn Tân Cương {run}-{n}"), "criteria_set": 11,
                "description": "Chè một tôm hai lá, sao tay trên chảo gang, nước xanh vàng, vị chát dịu ngọt hậu.",
                "price_vnd": 250_000, "unit": "hộp", "net_weight_g": 200,
            })
            .to_string();
            let head = format!(
                "POST /api/v1/products HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
                 idempotency-key: {run}-{n}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            out.extend_from_slice(head.as_bytes());
            out.extend_from_slice(body.as_bytes());
        });
        self.measure("create product", Some("≥ 5,000/s"), false, &create);
    }

    /// Imports a file of 100,000 figures by the program's own command, while the server runs.
    fn import(&mut self, database_url: &str, folder: &Path) {
        const NAME: &str = "import of sales";
        if self.skip(NAME) {
            return;
        }
        let file = folder.join("sales.csv");
        let mut text = String::from("product_id,channel,platform,month,quantity,revenue_vnd,orders\n");
        let rows = if self.args.small { 5_000 } else { 100_000 };
        for n in 0..rows {
            let product = n % self.scale.products;
            let turn = n / self.scale.products;
            let channel = ["fair", "point_of_sale", "export"][(turn % 3) as usize];
            let month = if turn < 3 { "2026-10" } else { "2026-09" };
            let quantity = 1 + names::mix(n) % 50;
            let id = scale::product_id(product);
            let _ =
                writeln!(text, "{id},{channel},,{month},{quantity},{},{}", quantity * 250_000, quantity / 2);
        }
        std::fs::write(&file, text).unwrap();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_ocop"));
        server::settings(&mut command, database_url, folder);
        let begun = std::time::Instant::now();
        let done = command.args(["import", "sales"]).arg(&file).output().unwrap();
        let took = begun.elapsed();
        let said = String::from_utf8_lossy(&done.stdout).trim().to_owned();
        assert!(
            said.contains(&format!("{rows} figures made")),
            "{said} {}",
            String::from_utf8_lossy(&done.stderr)
        );
        let rate = rows as f64 / took.as_secs_f64();
        eprintln!("  {NAME}: {rate:.0} rows/s, {:.1} s", took.as_secs_f64());
        let bytes = std::fs::metadata(&file).unwrap().len() / rows;
        let row = Row {
            name: NAME,
            rate,
            p50_ms: None,
            p99_ms: None,
            bytes,
            ceiling: None,
            ratio: None,
            target: None,
        };
        self.rows.push(row);
    }

    fn token(&self, username: &str) -> String {
        let body = json!({"username": username, "password": scale::PASSWORD}).to_string();
        let request = format!(
            "POST /api/v1/auth/login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let text = runtime.block_on(async {
            let mut wire = load::Wire::open(self.server.address).await.unwrap();
            wire.ask(request.as_bytes()).await.unwrap();
            wire.text()
        });
        let (_, body) = text.split_once("\r\n\r\n").unwrap();
        let answer: Value = serde_json::from_str(body).unwrap();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("no token: {text}")).to_owned()
    }
}

fn report(folder: &Path, bench: &Bench, started_in: Duration, idle: Memory, loaded: Memory) {
    let database = if bench.args.database.is_some() { "postgres" } else { "sqlite" };
    let mut table = comfy_table::Table::new();
    table.load_preset(comfy_table::presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["", "a second", "p50 ms", "p99 ms", "bytes", "ceiling/s", "ratio", "target"]);
    for row in &bench.rows {
        let number =
            |value: Option<f64>, digits: usize| value.map_or(String::new(), |v| format!("{v:.digits$}"));
        table.add_row([
            row.name.to_owned(),
            format!("{:.0}", row.rate),
            number(row.p50_ms, 2),
            number(row.p99_ms, 2),
            row.bytes.to_string(),
            number(row.ceiling, 0),
            number(row.ratio, 2),
            row.target.unwrap_or("").to_owned(),
        ]);
    }
    let mib = |kib: u64| kib as f64 / 1024.0;
    println!(
        "{database}, {} products, {} sales rows, {CONNECTIONS} connections",
        bench.scale.products, bench.scale.sales
    );
    println!("{table}");
    println!(
        "start to first answer {:.0} ms (≤ 150) · memory idle {:.0} MiB (≤ 60), loaded {:.0} MiB (≤ 200)",
        started_in.as_secs_f64() * 1000.0,
        mib(idle.resident),
        mib(loaded.resident),
    );
    let document = json!({
        "database": database, "scale": bench.scale, "connections": CONNECTIONS, "rows": bench.rows,
        "start_ms": started_in.as_secs_f64() * 1000.0,
        "memory_idle_kib": idle.resident, "memory_loaded_kib": loaded.resident,
        "memory_loaded_anonymous_kib": loaded.anonymous,
    });
    let text = serde_json::to_string_pretty(&document).unwrap();
    std::fs::write(folder.join(format!("http-{database}.json")), text).unwrap();
    std::fs::write(folder.join(format!("http-{database}.svg")), chart::svg(database, &bench.rows)).unwrap();
    println!("written to {}", folder.display());
}
