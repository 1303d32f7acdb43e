//! `ocop simulate PLATFORM`.

use std::path::PathBuf;

use clap::Subcommand;
use ocop::clock::Clock;
use ocop::platform::sim::sendo;

use super::{Done, serve};

#[derive(Subcommand)]
pub(crate) enum Platform {
    /// Sendo, as its documents described it before the marketplace closed on 15 April 2025.
    Sendo {
        /// Port on loopback.
        #[arg(long, default_value_t = 8091)]
        port: u16,
        /// File that keeps products and orders over a restart.
        #[arg(long)]
        journal: Option<PathBuf>,
    },
}

pub(crate) async fn run(platform: Platform) -> Done {
    let mut stop = serve::stop_signal()?;
    let Platform::Sendo { port, journal } = platform;
    let options = sendo::Options { port, journal, ..sendo::Options::new(Clock::System) };
    for shop in &options.shops {
        println!("shop_key {} · secret_key {}", shop.shop_key, shop.secret_key);
    }
    let simulator = sendo::start(options)?;
    println!("Sendo's simulator at {} (Ctrl-C ends)", simulator.base_url);
    let _ = stop.wait_for(|stopped| *stopped).await;
    Ok(())
}
