//! `ocop import products|certificates|sales FILE`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use ocop::app::App;
use ocop::clock::Clock;
use ocop::config::Config;
use ocop::import::{self, CertificateReport, ProductReport, SalesReport, Severity, Table, Told};

use super::{Done, Failure};

#[derive(Subcommand)]
pub(crate) enum List {
    /// A list of products, as provinces keep it in a spreadsheet (CSV, UTF-8).
    Products(Given),
    /// Old certificates (CSV, UTF-8): star, issuer, and the product by product_id or by product, producer, province_2025
    /// and commune_2025_code; where known scheme, score, certificate_number, decision_number, decided_on, year,
    /// former_address, source.
    Certificates(Given),
    /// Monthly sales figures (CSV, UTF-8): product_id, channel, platform, month, quantity, revenue_vnd, orders.
    Sales(Given),
}

#[derive(Args)]
pub(crate) struct Given {
    /// The file.
    file: PathBuf,
    /// Check everything and store nothing.
    #[arg(long)]
    dry_run: bool,
}

pub(crate) async fn run(config: Config, list: List) -> Done {
    match list {
        List::Products(Given { file, dry_run }) => {
            let table = read(&file, import::PRODUCT_REQUIRED)?;
            let app = App::open(config, Clock::System).await?;
            print(&products(&app, &table, dry_run).await?, dry_run);
        }
        List::Certificates(Given { file, dry_run }) => {
            let table = read(&file, import::CERTIFICATE_REQUIRED)?;
            let app = App::open(config, Clock::System).await?;
            let bar = bar(&table);
            let report = import::certificates(&app, &table, dry_run, |done| bar.set_position(done)).await?;
            bar.finish_and_clear();
            print_certificates(&report, dry_run);
        }
        List::Sales(Given { file, dry_run }) => {
            let table = read(&file, import::SALE_REQUIRED)?;
            let app = App::open(config, Clock::System).await?;
            let bar = bar(&table);
            let report = import::sales(&app, &table, dry_run, |done| bar.set_position(done)).await?;
            bar.finish_and_clear();
            print_sales(&report, dry_run);
        }
    }
    Ok(())
}

fn read(file: &Path, required: &[&str]) -> Result<Table, Failure> {
    let told = |e: String| Failure::Told(format!("{}: {e}", file.display()));
    let opened = std::fs::File::open(file).map_err(|e| told(e.to_string()))?;
    Table::read(opened, required).map_err(told)
}

fn bar(table: &Table) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(table.len()).unwrap_or(u64::MAX));
    if let Ok(style) = ProgressStyle::with_template("  {bar:40} {pos}/{len} rows") {
        bar.set_style(style);
    }
    bar
}

/// Imports products with a progress bar.
pub(crate) async fn products(app: &App, table: &Table, dry_run: bool) -> Result<ProductReport, Failure> {
    let bar = bar(table);
    let report = import::products(app, table, dry_run, |done| bar.set_position(done)).await?;
    bar.finish_and_clear();
    Ok(report)
}

/// Prints every remark with its row and column.
fn print_remarks(remarks: &[Told]) {
    for Told { line, subject, remark } in remarks {
        let word = if remark.severity == Severity::Refused { "refused" } else { "look at" };
        println!("  row {line:>4}  {word}  {}: {} ({subject})", remark.column, remark.text.vi);
        println!("            {}", remark.text.en);
    }
}

const fn verb(dry_run: bool) -> &'static str {
    if dry_run { "would be made" } else { "made" }
}

/// Prints what was done and every remark.
pub(crate) fn print(report: &ProductReport, dry_run: bool) {
    if dry_run {
        for (line, row) in &report.made {
            let stars: Vec<String> = row.stars.iter().map(|s| format!("{} sao", s.star.get())).collect();
            println!(
                "  row {line:>4}  would be made: {} · {} · bộ {} · {}",
                row.product,
                row.producer,
                row.criteria_set,
                if stars.is_empty() { "chưa có sao".to_owned() } else { stars.join(", ") }
            );
        }
    }
    print_remarks(&report.remarks);
    println!(
        "  {} rows: {} products, {} producers, {} certificates, {} dossiers {}; {} as before, {} differ and were \
         left alone, {} refused",
        report.rows,
        report.products,
        report.producers,
        report.certificates,
        report.dossiers,
        verb(dry_run),
        report.same,
        report.differs,
        report.refused
    );
}

fn print_certificates(report: &CertificateReport, dry_run: bool) {
    if dry_run {
        for row in &report.recorded {
            let word = if row.completed { "completed" } else { "made" };
            let end = if row.end_is_known { "" } else { " (sớm nhất)" };
            println!(
                "  row {:>4}  would be {word}: {} ({}) · {} sao · đến {}{end}",
                row.line,
                row.product,
                row.product_id,
                row.star.get(),
                row.last_day.format("%d/%m/%Y"),
            );
        }
    }
    print_remarks(&report.remarks);
    println!(
        "  {} rows: {} certificates {}, {} completed, {} as before, {} refused",
        report.rows,
        report.made,
        verb(dry_run),
        report.completed,
        report.same,
        report.refused
    );
}

fn print_sales(report: &SalesReport, dry_run: bool) {
    print_remarks(&report.remarks);
    println!(
        "  {} rows: {} figures {}, {} changed, {} as before, {} refused",
        report.rows,
        report.inserted,
        verb(dry_run),
        report.updated,
        report.unchanged,
        report.refused
    );
}
