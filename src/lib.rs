//! `ocop`: the backend of Viet Nam's OCOP programme (One Commune One Product, *Mỗi xã một sản phẩm*).

pub mod account;
pub mod actor;
pub mod app;
pub mod audit;
pub mod catalogue;
pub mod clock;
pub mod config;
pub mod council;
pub mod criteria;
pub mod db;
pub mod dossier;
pub mod error;
pub mod event;
pub mod http;
pub mod ids;
pub mod instant;
pub mod jobs;
pub mod place;
pub mod platform;
pub mod producer;
pub mod product;
pub mod seal;
pub mod telemetry;
pub mod text;
pub mod text_enum;
pub mod values;
