//! A shop on Haravan as its Omni APIs are documented: a bearer token, stock by place.

use std::io;

use super::SimHandle;
use super::storefront::{self, Shape};

pub use super::storefront::{Keys, Options};

static SHAPE: Shape = Shape {
    platform: "haravan",
    prefix: "/com",
    name: "title",
    html: "body_html",
    times: "at",
    since: "updated_at_min",
    page_max: 50,
    counted: "haravan",
    grams: true,
    places: true,
    signed_in: |request, keys| {
        let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
        header.and_then(|value| value.strip_prefix("Bearer ")) == Some(&keys.token)
    },
    consent: ["/connect/authorize", "/connect/token"],
    signs: false,
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
