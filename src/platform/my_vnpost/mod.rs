//! MyVNPost: VNPost's parcels, as the clients that agree with each other describe the interface; VNPost's own documents
//! were not to be had. One token from the account's name, password and customer code, sent in the header `token`.
//! A consignment is read by their number (`type=1`). Before that is known it is found by our own (`saleOrderCode`,
//! `type=2`, which clients ask with and the documents at hand do not explain), so a repeat after an unknown end looks
//! first. No webhook is described: the state is asked for.

mod reply;

use serde_json::{Value, json};

use super::adapter::{Adapter, Parsed};
use super::state::{
    Consignment, Credentials, Descriptor, Failure, HttpReply, HttpSpec, Issue, ListingContent, Method, Op,
    ParcelOp, VNPOST,
};
use crate::instant::Instant;

/// Key of the platform.
pub const KEY: &str = "vnpost";

/// The service that collects cash on delivery, and its one property.
const CASH_SERVICE: &str = "GTG021";
const CASH_AMOUNT: &str = "PROP0018";

/// `type` of a look by their number, and of one by our own.
const BY_NUMBER: u8 = 1;
const BY_REFERENCE: u8 = 2;

/// The adapter.
#[derive(Clone, Copy, Debug)]
pub struct MyVnpost;

impl Adapter for MyVnpost {
    fn descriptor(&self) -> &'static Descriptor {
        static DESCRIPTOR: Descriptor = VNPOST;
        &DESCRIPTOR
    }

    fn build(
        &self,
        op: &Op,
        _: &[HttpReply],
        credentials: &Credentials,
        now: Instant,
    ) -> Result<HttpSpec, Failure> {
        let base = format!("{}/customer-partner", credentials.base_url.trim_end_matches('/'));
        let authorized = |method, path: &str| -> Result<HttpSpec, Failure> {
            let token = credentials.token(now)?;
            Ok(HttpSpec::new(op, method, format!("{base}/{path}"))
                .header("token", token.expose())
                .hides(credentials.secrets.values().chain([token])))
        };
        match op {
            Op::Login => {
                let password = credentials.secret("password")?;
                let body = json!({
                    "username": setting(credentials, "username")?, "password": password.expose(),
                    "customerCode": setting(credentials, "customer_code")?,
                });
                let url = format!("{base}/GetAccessToken");
                Ok(HttpSpec::new(op, Method::Post, url).json(&body)?.hides([password]))
            }
            Op::Parcel(ParcelOp::Create(parcel)) => {
                let receiver = [&parcel.receiver.name, &parcel.receiver.phone, &parcel.receiver.address];
                let body = order(parcel, credentials)?;
                Ok(authorized(Method::Post, "CreateOrder")?.json(&body)?.hides(receiver))
            }
            Op::Parcel(ParcelOp::Read { reference, number }) => {
                let (kind, code) = match number {
                    Some(number) => (BY_NUMBER, number),
                    None => (BY_REFERENCE, reference),
                };
                let code: String = url::form_urlencoded::byte_serialize(code.as_bytes()).collect();
                authorized(Method::Get, &format!("getOrder?type={kind}&code={code}"))
            }
            Op::Parcel(ParcelOp::Cancel { number, handle }) => {
                let id = handle.as_ref().unwrap_or(number);
                authorized(Method::Post, "orderCancel")?.json(&json!({ "OriginalId": id }))
            }
            _ => Err(Failure::unsupported(VNPOST.title, op.name())),
        }
    }

    fn parse(&self, op: &Op, replies: &[HttpReply], _: &Credentials) -> Result<Parsed, Failure> {
        reply::parse(op, replies).map(Parsed::Done)
    }

    fn issues(&self, _: &ListingContent, _: Instant) -> Vec<Issue> {
        Vec::new()
    }
}

fn setting<'a>(credentials: &'a Credentials, name: &str) -> Result<&'a str, Failure> {
    crate::platform::rules::setting(credentials, name)
}

fn order(parcel: &Consignment, credentials: &Credentials) -> Result<Value, Failure> {
    let cash = json!({ "code": CASH_SERVICE, "propValue": format!("{CASH_AMOUNT}:{}", parcel.cod_vnd) });
    let services: Vec<Value> = (parcel.cod_vnd > 0).then_some(cash).into_iter().collect();
    let customer = setting(credentials, "customer_code")?;
    Ok(json!({
        "orderCreationStatus": 1,
        "type": "GUI",
        "customerCode": customer,
        "contractCode": customer,
        "informationOrder": {
            "senderName": setting(credentials, "sender_name")?,
            "senderPhone": setting(credentials, "sender_phone")?,
            "senderAddress": setting(credentials, "sender_address")?,
            "receiverName": parcel.receiver.name.expose(),
            "receiverPhone": parcel.receiver.phone.expose(),
            "receiverAddress": parcel.receiver.address.expose(),
            "serviceCode": setting(credentials, "service")?,
            "addonService": services,
            "additionRequest": [],
            "saleOrderCode": parcel.reference,
            "contentNote": parcel.contents(),
            // The clients write it as a text.
            "weight": parcel.weight_g.to_string(),
        },
    }))
}

#[cfg(test)]
mod tests;
