//! Sendo as its help pages describe it: what it takes, what it refuses, and reviews that end when told or asked.
//!
//! Refusals come as `success: false` inside HTTP 200, as the contract warns. Controls beside those of every simulator:
//! - `GET /__sim/products`, `GET /__sim/orders`: all there is;
//! - `POST /__sim/products` `{"sku", "price_vnd"?, "stock"?, "name"?, "state"?: "off", "gone"?}`: the seller changes a
//!   product by hand, or deletes it;
//! - `POST /__sim/review` `{"sku"?, "decision": "approve"|"reject", "reason"?}`: ends reviews (all without a SKU);
//! - `POST /__sim/orders` `{"sku", "quantity"}` places an order, `{"order_number", "status"}` moves one on;
//! - `POST /__sim/hooks` `{"type", "data"}` answers a webhook as Sendo would send it;
//! - `POST /__sim/tokens/expire`: ends every token.

mod catalog;
mod orders;
mod products;
mod routes;
mod rules;
mod world;

use std::io;
use std::path::PathBuf;
use std::sync::Mutex;

use actix_web::web::Data;

use super::{SimHandle, faults, journal, server};
use crate::clock::Clock;
use world::World;

/// When a review ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Review {
    /// At once: the category needs none.
    Immediate,
    /// After the product was read so often while pending.
    AfterReads(u32),
    /// By `POST /__sim/review` alone.
    ByHand,
}

/// A shop that the simulator knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shop {
    /// `shop_key`.
    pub shop_key: String,
    /// `secret_key`.
    pub secret_key: String,
}

/// How the simulator behaves.
#[derive(Clone)]
pub struct Options {
    /// Port on loopback; 0 takes a free one.
    pub port: u16,
    /// The shops.
    pub shops: Vec<Shop>,
    /// File that keeps products and orders; without one they end with the simulator.
    pub journal: Option<PathBuf>,
    /// When a review ends.
    pub review: Review,
    /// The time.
    pub clock: Clock,
    /// Life of a token in seconds; the contract says eight hours.
    pub token_seconds: u32,
    /// Logins per second from all clients; the contract says five per address.
    pub logins_per_second: usize,
    /// Path of the price and stock call, which the contract does not name.
    pub price_stock_path: String,
}

impl Options {
    /// A simulator with one shop, `demo-shop` and `demo-secret`, that ends a review at the second look.
    pub fn new(clock: Clock) -> Self {
        Self {
            port: 0,
            shops: vec![Shop { shop_key: "demo-shop".to_owned(), secret_key: "demo-secret".to_owned() }],
            journal: None,
            review: Review::AfterReads(2),
            clock,
            token_seconds: 8 * 3600,
            logins_per_second: 5,
            price_stock_path: "/api/partner/product/price-stock".to_owned(),
        }
    }
}

/// Starts the simulator.
///
/// # Errors
/// When the port is taken or the journal cannot be read.
pub fn start(options: Options) -> io::Result<SimHandle> {
    let (journal, lines) = journal::Journal::open(options.journal.as_deref())?;
    let port = options.port;
    let path = options.price_stock_path.clone();
    let world = Data::new(Mutex::new(World::new(options, journal, &lines)));
    let book = faults::FaultBook::new(routes::VOICE);
    server::launch("sendo", port, book, move |config| routes::mount(config, &world, &path))
}

#[cfg(test)]
mod tests;
