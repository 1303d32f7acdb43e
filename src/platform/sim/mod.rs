//! Local servers that speak the platforms' documented contracts, with faults on demand.
//!
//! They stand in for platforms that are closed, need an agreement or must not be filled with trial products: tests,
//! the demo and `ocop simulate` use them. They are servers, so unlike the rest of the noun they use actix. They are
//! written from the contract, not from the adapter, and share no wire type with it: a mistake in one shows up in the
//! other. They listen on loopback only.
//!
//! Every simulator has, beside the platform's own paths:
//! - `POST /__sim/faults`, `DELETE /__sim/faults`: order and cancel faults, see [`Fault`];
//! - `GET /__sim/requests`: how often each of the platform's paths was called;
//! - its own controls, such as orders placed by nobody.

mod consent;
mod faults;
pub mod haravan;
mod journal;
#[cfg(test)]
mod keeper;
pub mod lazada;
pub mod market;
pub mod my_vnpost;
mod parcels;
pub mod partner;
pub mod sapo;
pub mod sendo;
mod server;
pub mod shopee;
pub mod shopify;
mod storefront;
pub mod tiki;
pub mod tiktok_shop;
pub mod viettel_post;
pub mod woocommerce;

pub use faults::{Fault, FaultKind};
pub use server::SimHandle;
