//! `ocop import products FILE`.

use std::path::PathBuf;

use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use ocop::app::App;
use ocop::clock::Clock;
use ocop::config::Config;
use ocop::import::{self, Report, Severity};

use super::{Done, Failure};

#[derive(Subcommand)]
pub(crate) enum List {
    /// A list of products, as provinces keep it in a spreadsheet (CSV, UTF-8).
    Products {
        /// The file.
        file: PathBuf,
        /// Check everything and store nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

pub(crate) async fn run(config: Config, list: List) -> Done {
    let List::Products { file, dry_run } = list;
    let opened = std::fs::File::open(&file).map_err(|e| Failure::Told(format!("{}: {e}", file.display())))?;
    let rows = import::rows(opened).map_err(|e| Failure::Told(format!("{}: {e}", file.display())))?;
    let app = App::open(config, Clock::System).await?;
    let report = products(&app, &rows, dry_run).await?;
    print(&report, dry_run);
    Ok(())
}

/// Imports with a progress bar.
pub(crate) async fn products(
    app: &App,
    rows: &[std::collections::BTreeMap<String, String>],
    dry_run: bool,
) -> Result<Report, Failure> {
    let bar = ProgressBar::new(u64::try_from(rows.len()).unwrap_or(u64::MAX));
    if let Ok(style) = ProgressStyle::with_template("  {bar:40} {pos}/{len} rows") {
        bar.set_style(style);
    }
    let report = import::products(app, rows, dry_run, |done| bar.set_position(done)).await?;
    bar.finish_and_clear();
    Ok(report)
}

/// Prints what was done and every remark with its line and column.
pub(crate) fn print(report: &Report, dry_run: bool) {
    for told in &report.remarks {
        let word = if told.remark.severity == Severity::Refused { "refused" } else { "look at" };
        println!(
            "  line {:>4}  {word}  {}: {} ({})",
            told.line, told.remark.column, told.remark.text, told.product
        );
    }
    let verb = if dry_run { "would be made" } else { "made" };
    println!(
        "  {} rows: {} products, {} producers, {} certificates, {} dossiers {verb}; {} as before, {} differ and were \
         left alone, {} refused",
        report.rows,
        report.products,
        report.producers,
        report.certificates,
        report.dossiers,
        report.same,
        report.differs,
        report.refused
    );
}
