//! A shop on WooCommerce, as its REST API v3 is documented: Basic keys, one list of products and their categories, orders,
//! refusals by HTTP status with `{code, message, data}`. Nothing is reviewed. The controls are those of [`super::market`].

mod products;
mod routes;

use std::io;
use std::sync::Mutex;

use actix_web::web::Data;

use super::market::{self, Market, Review};
use super::{SimHandle, faults, server};
use crate::clock::Clock;

/// How the simulator behaves.
#[derive(Clone)]
pub struct Options {
    /// Port on loopback; 0 takes a free one.
    pub port: u16,
    /// The time.
    pub clock: Clock,
    /// The key that is good, `ck_…`.
    pub consumer_key: String,
    /// Its secret, `cs_…`.
    pub consumer_secret: String,
}

impl Options {
    /// A simulator with one pair of keys.
    pub fn new(clock: Clock) -> Self {
        Self {
            port: 0,
            clock,
            consumer_key: "ck_demo_key_of_the_shop".to_owned(),
            consumer_secret: "cs_demo_secret_of_the_shop".to_owned(),
        }
    }
}

/// Starts the simulator.
///
/// # Errors
/// When the port is taken.
pub fn start(options: Options) -> io::Result<SimHandle> {
    let market = Data::new(Mutex::new(Market::new(options.clock.clone(), Review::None, 100)));
    let (port, options) = (options.port, Data::new(options));
    let book = faults::FaultBook::new(routes::VOICE);
    server::launch("woocommerce", port, book, move |config| {
        market::controls(config, &market);
        routes::mount(config, &options);
    })
}

#[cfg(test)]
mod tests;
