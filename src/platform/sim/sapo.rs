//! A shop on Sapo as its documents and third-party clients describe it: Basic keys of a private application or an access
//! token, variants found by SKU, stock with the price.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::SimHandle;
use super::storefront::{self, Shape};

pub use super::storefront::{Keys, Options};

static SHAPE: Shape = Shape {
    platform: "sapo",
    prefix: "/admin",
    name: "name",
    html: "content",
    times: "on",
    since: "modified_on_min",
    page_max: 250,
    counted: "bizweb",
    grams: false,
    places: false,
    signed_in: |request, keys| {
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        let pair = format!("Basic {}", STANDARD.encode(format!("{}:{}", keys.key, keys.secret)));
        header("authorization") == Some(&pair) || header("x-sapo-access-token") == Some(&keys.token)
    },
    consent: ["/admin/oauth/authorize", "/admin/oauth/access_token"],
    signs: true,
};

/// Starts the simulator.
///
/// # Errors
/// When the port is taken.
pub fn start(options: Options) -> io::Result<SimHandle> {
    storefront::launch(&SHAPE, options)
}

#[cfg(test)]
mod tests;
