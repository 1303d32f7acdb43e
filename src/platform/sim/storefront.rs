//! Shops with the old REST shape, as Haravan and Sapo keep it: products of one variant, orders, and stock by place where
//! the platform has places. SKUs are no keys here: who creates twice has two products. The controls are those of
//! [`super::market`].

mod authorize;
mod orders;
mod products;
mod routes;

use std::io;
use std::sync::Mutex;

use actix_web::HttpRequest;
use actix_web::web::Data;

use super::consent::Consents;
use super::market::{self, Market, Review};
use super::{SimHandle, faults, server};
use crate::clock::Clock;

/// The one place of a shop with places.
pub(super) const PLACE: u64 = 963_414;

/// How one of the two puts things.
pub(super) struct Shape {
    pub(super) platform: &'static str,
    /// Beginning of all paths.
    pub(super) prefix: &'static str,
    pub(super) name: &'static str,
    pub(super) html: &'static str,
    /// End of the names of times: `at` or `on`.
    pub(super) times: &'static str,
    /// The filter that begins the window of orders, and the most rows of a page.
    pub(super) since: &'static str,
    pub(super) page_max: usize,
    pub(super) counted: &'static str,
    pub(super) grams: bool,
    pub(super) places: bool,
    /// Whether a request has the good keys.
    pub(super) signed_in: fn(&HttpRequest, &Keys) -> bool,
    /// The page of the owner's consent, and where its code is exchanged.
    pub(super) consent: [&'static str; 2],
    /// Whether what the page sends back is signed and names the shop; otherwise the exchange names the address again.
    pub(super) signs: bool,
}

/// The keys that are good: an application's key and secret, or a token.
#[derive(Clone, Debug)]
pub struct Keys {
    /// The application's key.
    pub key: String,
    /// Its secret.
    pub secret: String,
    /// The access token.
    pub token: String,
}

/// How the simulator behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// Port on loopback; 0 takes a free one.
    pub port: u16,
    /// The time.
    pub clock: Clock,
    /// What is good.
    pub keys: Keys,
}

impl Options {
    /// A simulator of one shop.
    pub fn new(clock: Clock) -> Self {
        let keys = Keys {
            key: "demo-app-of-the-shop".to_owned(),
            secret: "demo-secret-of-the-shop".to_owned(),
            token: "demo-token-of-the-shop".to_owned(),
        };
        Self { port: 0, clock, keys }
    }
}

pub(super) fn launch(shape: &'static Shape, options: Options) -> io::Result<SimHandle> {
    let market = Data::new(Mutex::new(Market::new(options.clock.clone(), Review::None, 1_000)));
    let (port, keys) = (options.port, Data::new(options.keys));
    let consents: Data<Consents> = Data::default();
    let book = faults::FaultBook::new(routes::VOICE);
    server::launch(shape.platform, port, book, move |config| {
        market::controls(config, &market);
        Consents::control(config, &consents);
        authorize::mount(config, shape, &keys);
        routes::mount(config, shape, &keys);
    })
}
