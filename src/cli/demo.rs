//! `ocop demo`: everything on loopback, the real list, the story, the figures; then keeps serving.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant as Tick};

use clap::Args;
use comfy_table::{CellAlignment, Table, presets::UTF8_FULL_CONDENSED};
use ocop::app::App;
use ocop::clock::Clock;
use ocop::config::{Config, Objects, Secret};
use ocop::demo::{self, story};
use serde_json::Value;
use tokio::sync::watch;

use super::{Done, Failure, import, serve};

#[derive(Args)]
pub(crate) struct Options {
    /// Port of the service on loopback; 0 takes a free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Folder of the demo's data; a fresh one by default.
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// End after the story; the exit code says whether it held.
    #[arg(long)]
    exit: bool,
}

/// The demo's settings: those of the environment, but on loopback, in `folder` and with the simulator. A PostgreSQL
/// address in `DATABASE_URL` is kept.
fn settings(
    config: Config,
    folder: &Path,
    address: SocketAddr,
    hosts: std::collections::BTreeMap<String, String>,
) -> Config {
    let postgres = config.database_url.0.starts_with("postgres");
    let file = Secret(format!("sqlite:{}", folder.join("ocop.db").display()));
    Config {
        demo: true,
        data_dir: folder.to_owned(),
        objects: Objects::Folder(folder.join("objects")),
        database_url: if postgres { config.database_url } else { file },
        listen: address,
        public_url: format!("http://{address}"),
        platform_allow_loopback: true,
        platform_hosts: hosts,
        ..config
    }
}

pub(crate) async fn run(config: Config, options: Options) -> Done {
    ocop::telemetry::measure();
    let started = Tick::now();
    let folder = match &options.data_dir {
        Some(folder) => folder.clone(),
        None => fresh_folder()?,
    };
    std::fs::create_dir_all(&folder)?;
    let listener = TcpListener::bind(("127.0.0.1", options.port))
        .map_err(|e| Failure::Told(format!("port {}: {e}; choose another with --port", options.port)))?;
    let address = listener.local_addr()?;
    let fair = demo::stalls::Fair::open(&folder)?;
    let app = App::open(settings(config, &folder, address, fair.hosts.clone()), Clock::System).await?;
    claim(&app, &folder).await?;
    println!("ocop demo · {} · data in {}", app.config.public_url, folder.display());

    println!("\nThe real list of Thái Nguyên's products");
    let list = ocop::import::Table::read(demo::LIST.as_bytes(), ocop::import::PRODUCT_REQUIRED)
        .map_err(Failure::Told)?;
    let report = import::products(&app, &list, false).await?;
    import::print(&report, false);
    demo::people(&app, demo::PASSWORD).await?;

    let stop = serve::stop_signal()?;
    let (end, ended) = watch::channel(false);
    let workers = app.start_workers(app.config.workers.max(1), &ended);
    let served = app.clone();
    // The server's future stays on one thread, and this one has a story to tell.
    let server =
        std::thread::spawn(move || actix_web::rt::System::new().block_on(served.serve(listener, ended)));

    println!("\nThe story");
    let producer = demo::cooperative(&app).await?.to_string();
    let scene = story::Scene {
        base: app.config.public_url.clone(),
        stalls: fair.stalls.clone(),
        carriers: fair.carriers.clone(),
        today: app.clock.now().date(),
        producer,
        patience: Duration::from_secs(5),
        password: demo::PASSWORD,
    };
    let tell =
        |who: &str, what: &str| println!("  {:>6.2} s  {who:<9} {what}", started.elapsed().as_secs_f64());
    let told = story::run(&scene, &tell).await;
    let held = match &told {
        Ok(ending) => check(ending, fair.sold()),
        Err(failed) => Err(failed.to_string()),
    };
    if let Ok(ending) = &told {
        println!("\nThe province's figures\n{}", figures(&ending.summary));
    }
    match &held {
        Ok(()) => println!("The story held ({:.1} s).", started.elapsed().as_secs_f64()),
        Err(why) => println!("The story did not hold: {why}"),
    }
    if !options.exit {
        invite(&app, told.as_ref().ok());
        let mut stop = stop;
        let _ = stop.wait_for(|stopped| *stopped).await;
    }
    let _ = end.send(true);
    if let Ok(Err(e)) = tokio::task::spawn_blocking(move || server.join()).await.map(|r| r.unwrap_or(Ok(())))
    {
        return Err(e.into());
    }
    workers.finish(Duration::from_secs(10)).await;
    held.map_err(Failure::Told)
}

/// Makes sure that the accounts with the known password come only into a demo's own database.
async fn claim(app: &App, folder: &Path) -> Done {
    let mark = folder.join("demo");
    let used = app.db.read("demo.accounts", ocop::account::any_exists).await?;
    if used && !mark.exists() {
        let text = "this database has accounts of its own: give the demo an empty one, or leave out --data-dir and DATABASE_URL";
        return Err(Failure::Told(text.to_owned()));
    }
    Ok(std::fs::write(mark, "accounts here have a password that everybody knows\n")?)
}

fn fresh_folder() -> Result<PathBuf, Failure> {
    let name = format!("ocop-demo-{}", ocop::ids::RequestId::new());
    Ok(std::env::temp_dir().join(name))
}

/// Whether the story ended as it should.
fn check(ending: &story::Ending, bought: i64) -> Result<(), String> {
    if ending.star != 4 {
        return Err(format!("the certificate says {} stars, not 4", ending.star));
    }
    let valid = ending.summary.pointer("/products/by_star/1/valid/value").and_then(Value::as_i64);
    if ending.summary.pointer("/products/by_star/1/star") != Some(&4.into()) || valid.unwrap_or_default() < 1
    {
        return Err("the province's summary does not know the four-star tea".to_owned());
    }
    if ending.sold != bought {
        return Err(format!("the figures say {} boxes, not {bought}", ending.sold));
    }
    Ok(())
}

/// The summary as a table: how many products, producers, listings and sales there are, and their shares.
fn figures(summary: &Value) -> Table {
    let mut table = Table::new();
    table.load_preset(UTF8_FULL_CONDENSED);
    table.set_header(["", "valid now", "share", "ever rated", "share"]);
    let counts = |name: &str, of: &Value| -> Vec<String> {
        let part = |pointer: &str| of.pointer(pointer).map(ToString::to_string).unwrap_or_default();
        let share = |pointer: &str| format!("{} %", part(pointer));
        vec![
            name.to_owned(),
            part("/valid/value"),
            share("/valid/share_percent"),
            part("/cumulative/value"),
            share("/cumulative/share_percent"),
        ]
    };
    let each = |pointer: &str| summary.pointer(pointer).and_then(Value::as_array).into_iter().flatten();
    let text = |of: &Value, key: &str| of[key].as_str().unwrap_or_default().to_owned();
    for row in each("/products/by_star") {
        table.add_row(counts(&format!("{} stars", row["star"]), row));
    }
    table.add_row(counts("all products", &summary["products"]));
    for row in each("/products/by_industry") {
        table.add_row(counts(&format!("{} {}", text(row, "industry"), text(row, "name")), row));
    }
    let figure =
        |name: String, of: &Value| vec![name, of["value"].to_string(), format!("{} %", of["share_percent"])];
    for row in each("/producers/by_kind") {
        table.add_row(figure(format!("producers: {}", text(row, "kind")), row));
    }
    for row in each("/listings/by_state") {
        table.add_row(figure(format!("listings: {}", text(row, "state")), row));
    }
    for row in each("/sales/by_platform") {
        let sold = format!("{} sold for {} đ", row["quantity"], row["revenue_vnd"]);
        table.add_row(vec![format!("sales on {}", text(row, "platform")), sold]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn invite(app: &App, ending: Option<&story::Ending>) {
    let base = &app.config.public_url;
    println!("\nLook around (Ctrl-C ends):");
    println!("  API page     {base}/docs/");
    println!("  catalogue    {base}/api/v1/catalogue/products?q=che+tan+cuong");
    if let Some(ending) = ending {
        println!("  the tea      {base}/api/v1/catalogue/products/{}", ending.product);
        println!("  certificate  {base}/api/v1/certificates/{}", ending.certificate);
    }
    println!("  health       {base}/livez {base}/readyz {base}/metrics");
    println!("\nAccounts, all with the password {}:", demo::PASSWORD);
    for person in demo::PEOPLE {
        println!("  {:<9} {}", person.username, person.full_name);
    }
}
