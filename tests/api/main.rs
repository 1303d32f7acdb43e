//! The one test binary: the HTTP API with a real database, one file a noun.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions
)]
#![allow(clippy::disallowed_methods, reason = "tests read which database they run on from the environment")]

mod account;
mod assisted;
mod authorisation;
mod catalogue;
mod certificate;
mod certificate_life;
mod chaos;
mod conformance;
mod consent;
mod council;
mod crash;
mod criteria;
mod db;
mod dossier;
mod dossier_forms;
mod dossier_kinds;
mod dossier_time;
mod guards;
mod habits;
mod hooks;
mod import;
mod jobs;
mod listing;
mod machine;
mod mapping;
mod measure;
mod migrations;
mod minutes;
mod minutes_paper;
mod papers;
mod place;
mod print;
mod producer;
mod product;
mod product_files;
mod rating;
mod rating_rules;
mod report;
mod review;
mod sales;
mod shipment;
mod shipment_conformance;
mod shipment_crash;
mod shipment_hand;
mod shop_address;
mod succession;
#[allow(dead_code, unused_imports, reason = "verbs that the next tests take up")]
mod support;
mod together;
