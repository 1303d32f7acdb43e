//! Viettel Post: parcels, as its integration documents and the clients that agree with them describe the interface.
//!
//! Logging in takes two steps and gives a lasting token, sent in the header `Token`. Every answer has the envelope
//! `{status, error, message, data}`; a refusal often comes with HTTP 200, so success is read from `error` and `status`.
//! The documents name no call that reads a parcel back: its way is told by the webhook alone, and whether a repeated
//! `ORDER_NUMBER` is refused is not said. So a consignment whose end is unknown is never sent again; the webhook, which
//! carries our number as `ORDER_REFERENCE`, brings it back.

mod hook;
mod reply;

use serde_json::json;

use super::adapter::{Adapter, Parsed};
use super::state::{
    Consignment, Credentials, Descriptor, Failure, Hook, HookCall, HookRefused, HttpReply, HttpSpec, Issue,
    ListingContent, Method, Op, ParcelOp, VIETTEL_POST,
};
use crate::instant::Instant;

/// Key of the platform.
pub const KEY: &str = "viettel_post";

/// The service of a parcel unless the shop names another: the one the documents use as their example.
const SERVICE_DEFAULT: &str = "VCN";
/// `TYPE` of `UpdateOrder` that calls a consignment off.
const CANCEL: u8 = 4;
/// The receiver pays the cash on delivery and the sender the carriage; without cash nothing is collected.
const COLLECT_GOODS: u8 = 3;
const COLLECT_NOTHING: u8 = 1;

/// The adapter.
#[derive(Clone, Copy, Debug)]
pub struct ViettelPost;

impl Adapter for ViettelPost {
    fn descriptor(&self) -> &'static Descriptor {
        static DESCRIPTOR: Descriptor = VIETTEL_POST;
        &DESCRIPTOR
    }

    fn build(
        &self,
        op: &Op,
        replies: &[HttpReply],
        credentials: &Credentials,
        now: Instant,
    ) -> Result<HttpSpec, Failure> {
        let base = credentials.base_url.trim_end_matches('/');
        match op {
            Op::Login => login(op, base, replies, credentials),
            Op::Parcel(ParcelOp::Create(parcel)) => {
                // Addresses in free text: the lists of areas may still follow the districts that ended in July 2025.
                let url = format!("{base}/order/createOrderNlp");
                let receiver = [&parcel.receiver.name, &parcel.receiver.phone, &parcel.receiver.address];
                let spec = authorized(op, url, credentials, now)?.json(&order(parcel, credentials)?)?;
                Ok(spec.hides(receiver))
            }
            Op::Parcel(ParcelOp::Cancel { number, .. }) => {
                let body = json!({ "TYPE": CANCEL, "ORDER_NUMBER": number, "NOTE": "Người gửi hủy" });
                authorized(op, format!("{base}/order/UpdateOrder"), credentials, now)?.json(&body)
            }
            _ => Err(Failure::unsupported(VIETTEL_POST.title, op.name())),
        }
    }

    fn parse(&self, op: &Op, replies: &[HttpReply], _: &Credentials) -> Result<Parsed, Failure> {
        reply::parse(op, replies)
    }

    fn issues(&self, _: &ListingContent, _: Instant) -> Vec<Issue> {
        Vec::new()
    }

    fn hook(&self, call: &HookCall<'_>, credentials: &Credentials, _: Instant) -> Result<Hook, HookRefused> {
        hook::hook(call, credentials)
    }
}

/// The two steps of logging in: a passing token for the account, a lasting one for the owner.
fn login(op: &Op, base: &str, replies: &[HttpReply], credentials: &Credentials) -> Result<HttpSpec, Failure> {
    let password = credentials.secret("password")?;
    let user = required(credentials, "username")?;
    let body = json!({ "USERNAME": user, "PASSWORD": password.expose() });
    let step = if replies.is_empty() { "user/Login" } else { "user/ownerconnect" };
    let spec = HttpSpec::new(op, Method::Post, format!("{base}/{step}")).json(&body)?.hides([password]);
    match replies.last() {
        None => Ok(spec),
        Some(first) => {
            let token = reply::token(first)?;
            Ok(spec.header("Token", token.expose()).hides([&token]))
        }
    }
}

fn authorized(op: &Op, url: String, credentials: &Credentials, now: Instant) -> Result<HttpSpec, Failure> {
    let token = credentials.token(now)?;
    Ok(HttpSpec::new(op, Method::Post, url)
        .header("Token", token.expose())
        .hides(credentials.secrets.values().chain([token])))
}

/// A setting that a parcel cannot go without.
fn required<'a>(credentials: &'a Credentials, name: &str) -> Result<&'a str, Failure> {
    crate::platform::rules::setting(credentials, name)
}

fn order(parcel: &Consignment, credentials: &Credentials) -> Result<serde_json::Value, Failure> {
    let items: Vec<_> = parcel
        .goods
        .iter()
        .map(|goods| {
            json!({
                "PRODUCT_NAME": goods.name, "PRODUCT_QUANTITY": goods.quantity, "PRODUCT_PRICE": goods.value_vnd,
            })
        })
        .collect();
    let payment = if parcel.cod_vnd > 0 { COLLECT_GOODS } else { COLLECT_NOTHING };
    Ok(json!({
        "ORDER_NUMBER": parcel.reference,
        "SENDER_FULLNAME": required(credentials, "sender_name")?,
        "SENDER_PHONE": required(credentials, "sender_phone")?,
        "SENDER_ADDRESS": required(credentials, "sender_address")?,
        "RECEIVER_FULLNAME": parcel.receiver.name.expose(),
        "RECEIVER_PHONE": parcel.receiver.phone.expose(),
        "RECEIVER_ADDRESS": parcel.receiver.address.expose(),
        "PRODUCT_NAME": parcel.contents(),
        "PRODUCT_QUANTITY": parcel.pieces(),
        "PRODUCT_PRICE": parcel.value_vnd(),
        "PRODUCT_WEIGHT": parcel.weight_g,
        "PRODUCT_TYPE": "HH",
        "ORDER_PAYMENT": payment,
        "ORDER_SERVICE": credentials.setting("service", SERVICE_DEFAULT),
        "ORDER_SERVICE_ADD": "",
        "MONEY_COLLECTION": parcel.cod_vnd,
        "LIST_ITEM": items,
    }))
}

#[cfg(test)]
mod tests;
