//! A service of one's own for each test, and people who use it.

pub mod app;
pub mod client;
pub mod make;
pub mod paper;

pub use app::TestApp;
pub use client::{Answer, Client};
pub use serde_json::{Value, json};
