//! The commands.

mod account;
mod criteria;
mod demo;
mod import;
mod jobs;
mod migrate;
mod serve;
mod simulate;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use ocop::app::StartError;
use ocop::config::{BadSetting, Config, SETTINGS};

/// Backend of the OCOP programme: register, rate, certify, list and count.
#[derive(Parser)]
#[command(version, after_help = settings_help())]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show a whole province at work: the real list, a story, its figures; then keep serving.
    Demo(demo::Options),
    /// Serve HTTP and run the background work.
    Serve,
    /// Run the background work alone, beside other nodes that serve.
    Work,
    /// Change the database's schema.
    Migrate {
        #[command(subcommand)]
        step: migrate::Step,
    },
    /// Make and change accounts.
    Account {
        #[command(subcommand)]
        action: account::Action,
    },
    /// Import a list from a file.
    Import {
        #[command(subcommand)]
        list: import::List,
    },
    /// Work in the background that was given up.
    Jobs {
        #[command(subcommand)]
        action: jobs::Action,
    },
    /// Look at criteria sets.
    Criteria {
        #[command(subcommand)]
        action: criteria::Action,
    },
    /// Be a platform on this machine that speaks its documented contract and refuses what the real one refuses.
    Simulate {
        #[command(subcommand)]
        platform: simulate::Platform,
    },
    /// Print the API document.
    Openapi,
    /// Walk the audit trail and say whether it is whole.
    VerifyAudit,
}

fn settings_help() -> String {
    let mut text = String::from("Settings (environment):\n");
    for s in SETTINGS {
        let default = if s.default.is_empty() { "not set" } else { s.default };
        text.push_str(&format!("  {}\n          {} [{default}]\n", s.name, s.doc));
    }
    text
}

/// Why a command failed.
pub(crate) enum Failure {
    /// Settings.
    Settings(Vec<BadSetting>),
    /// The service could not start.
    Start(StartError),
    /// Anything else, told to the user.
    Told(String),
}

impl From<StartError> for Failure {
    fn from(e: StartError) -> Self {
        Self::Start(e)
    }
}

impl From<ocop::db::OpenError> for Failure {
    fn from(e: ocop::db::OpenError) -> Self {
        Self::Start(e.into())
    }
}

impl From<ocop::error::Error> for Failure {
    fn from(e: ocop::error::Error) -> Self {
        let cause = e.cause().map(|c| format!(" ({c})")).unwrap_or_default();
        Self::Told(format!("{e}{cause}"))
    }
}

impl From<std::io::Error> for Failure {
    fn from(e: std::io::Error) -> Self {
        Self::Told(e.to_string())
    }
}

/// The result of a command.
pub(crate) type Done = Result<(), Failure>;

pub(crate) fn run() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Openapi => {
            print!("{}", ocop::http::document_text());
            Ok(())
        }
        // Needs neither settings nor a database.
        Command::Criteria { action } => criteria::run(action),
        command => Config::from_env().map_err(Failure::Settings).and_then(|config| with(command, config)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Settings(bad)) => {
            for b in bad {
                eprintln!("ocop: {b}");
            }
            ExitCode::from(2)
        }
        Err(Failure::Start(StartError::Db(e))) => {
            eprintln!("ocop: {e}");
            ExitCode::from(3)
        }
        Err(Failure::Start(e)) => {
            eprintln!("ocop: {e}");
            ExitCode::FAILURE
        }
        Err(Failure::Told(text)) => {
            eprintln!("ocop: {text}");
            ExitCode::FAILURE
        }
    }
}

fn with(command: Command, config: Config) -> Done {
    // A story is told, not logged.
    let quiet = matches!(command, Command::Demo(_)) && config.log == "info";
    ocop::telemetry::log(if quiet { "warn" } else { &config.log }).map_err(Failure::Told)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            Command::Demo(options) => demo::run(config, options).await,
            Command::Import { list } => import::run(config, list).await,
            Command::Simulate { platform } => simulate::run(platform).await,
            Command::Serve => serve::serve(config).await,
            Command::Work => serve::work(config).await,
            Command::Migrate { step } => migrate::run(&config, &step),
            Command::Account { action } => account::run(config, action).await,
            Command::Jobs { action } => jobs::run(config, action).await,
            Command::VerifyAudit => verify_audit(config).await,
            Command::Openapi | Command::Criteria { .. } => Ok(()),
        }
    })
}

async fn verify_audit(config: Config) -> Done {
    let app = ocop::app::App::open(config, ocop::clock::Clock::System).await?;
    let verdict = app.db.read("audit.verify", ocop::audit::verify).await?;
    match verdict.broken_at {
        None => {
            println!("the audit trail is whole: {} entries", verdict.entries);
            Ok(())
        }
        Some(seq) => Err(Failure::Told(format!("the audit trail is broken at entry {seq}"))),
    }
}
