//! `ocop migrate up|down|status`.

use clap::Subcommand;
use ocop::config::Config;
use ocop::db::{Address, migrate};

use super::Done;

#[derive(Subcommand)]
pub(crate) enum Step {
    /// Run every migration that is missing.
    Up,
    /// Undo the last migration.
    Down,
    /// Say which migrations the database has.
    Status,
}

pub(crate) fn run(config: &Config, step: &Step) -> Done {
    let address = Address::parse(&config.database_url.0)?;
    if matches!(address, Address::Sqlite(_)) {
        ocop::app::data_folder(&config.data_dir)?;
    }
    match step {
        Step::Up => {
            migrate::up(&address)?;
            println!("{} is up to date", address.display());
        }
        Step::Down => match migrate::down(&address)? {
            Some(name) => println!("undone: {name}"),
            None => println!("nothing to undo"),
        },
        Step::Status => {
            for step in migrate::status(&address)? {
                println!("{}  {}", if step.done { "done   " } else { "missing" }, step.name);
            }
        }
    }
    Ok(())
}
