//! The requests of each operation, one after the other, and what their answers come to.

use serde_json::{Value, json};

use super::id::Id;
use super::reply;
use super::standing::{self, Stage, Standing};
use super::{catalog, orders, wire};
use crate::platform::listed::{self, listed};
use crate::platform::state::{
    Answer, Credentials, Failure, HttpReply, ItemResult, ListingContent, Media, Method, Offer, Op, Outcome,
};

/// A request.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ask {
    pub(super) method: Method,
    /// Path below the interface's version, with what stands behind `?`.
    pub(super) path: String,
    pub(super) body: Option<Value>,
    /// Whether it is the operation's own write.
    pub(super) write: bool,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    Ask(Ask),
    Done(Answer),
}

/// Products a page.
const PRODUCTS: usize = 20;

/// The state in which a request and an immediate change are answered when they were taken.
const TAKEN: [&str; 3] = ["queuing", "processing", "approved"];

pub(super) fn get(path: impl Into<String>) -> Step {
    Step::Ask(Ask { method: Method::Get, path: path.into(), body: None, write: false })
}

fn post(path: &str, body: Value) -> Step {
    Step::Ask(Ask { method: Method::Post, path: path.to_owned(), body: Some(body), write: true })
}

pub(super) fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// What comes after these replies.
pub(super) fn step(op: &Op, replies: &[HttpReply], credentials: &Credentials) -> Result<Step, Failure> {
    match op {
        // It has a request of its own.
        Op::Login => Err(Failure::permanent("platform.endless", "a login has no further requests")),
        Op::Parcel(_) | Op::Consent { .. } | Op::ConsentedShop => {
            Err(Failure::unsupported("Tiki", op.name()))
        }
        Op::FindBySku { sku } => find(sku, replies),
        Op::Review { external_id } => review(&Id::read(external_id)?, replies),
        Op::Upsert { external_id, content, media: _ } => {
            let id = external_id.as_deref().map(Id::read).transpose()?;
            match id.as_ref().and_then(|id| Some((id.product()?, id))) {
                Some((product, id)) => change(product, id, content, replies),
                // A request that was refused cannot be edited: another one takes its place.
                None => create(content, replies, credentials),
            }
        }
        Op::PriceStock { items } => price_stock(items, replies),
        Op::Withdraw { external_id, sku } => withdraw(&Id::read(external_id)?, sku, replies),
        Op::Products { cursor } => products(cursor.as_deref(), replies),
        Op::PullOrders { window, cursor } => match replies.first() {
            None => Ok(get(orders::path(window, cursor.as_deref())?)),
            Some(reply) => {
                let page = orders::page(&reply::body(reply, false)?, cursor.as_deref());
                page.map(|page| Step::Done(Answer::Orders(page)))
                    .ok_or_else(|| reply::unreadable(false, reply))
            }
        },
        Op::Categories { parent } => catalog::categories(parent.as_deref(), replies),
        Op::Attributes { category } => catalog::attributes(category, replies),
    }
}

/// First the product; where there is none, the newest requests: one whose tracking number was lost must not be sent twice.
fn find(sku: &str, replies: &[HttpReply]) -> Result<Step, Failure> {
    let by_sku = || get(format!("products/findBy?original_sku={}&include=inventory", encoded(sku)));
    match replies {
        [] => Ok(by_sku()),
        [one] => match looked(one, sku)? {
            Some(product) => Ok(Step::Done(Answer::Found(Some(product.shown(false))))),
            None => Ok(get("requests?include=products&page=1&limit=20")),
        },
        // The contract names no such list, only the other documents do. Without it, Tiki refuses the twin.
        [.., last] if matches!(last.status, 404 | 405) => Ok(Step::Done(Answer::Found(None))),
        [.., last] => {
            let body = reply::body(last, false)?;
            let rows =
                body.get("data").and_then(Value::as_array).ok_or_else(|| reply::unreadable(false, last))?;
            let ours = |row: &&Value| {
                let products = row.get("products").and_then(Value::as_array);
                products.is_some_and(|all| {
                    all.iter().any(|p| p.get("original_sku").and_then(Value::as_str) == Some(sku))
                })
            };
            let open = rows.iter().filter(ours).find_map(|row| {
                let Standing { stage, request: Some(request), raw } = standing::read(row)? else {
                    return None;
                };
                let standing = Standing { stage, raw, request: None };
                // What was approved is found as a product, and so is what is to be changed.
                matches!(standing.stage, Stage::Queued | Stage::Review)
                    .then(|| standing.shown(&Id::Request { request, sku: sku.to_owned() }))
            });
            Ok(Step::Done(Answer::Found(open.transpose()?)))
        }
    }
}

/// The product of a search by SKU. "There is none" is an answer, whatever its status.
fn looked(reply: &HttpReply, sku: &str) -> Result<Option<reply::Product>, Failure> {
    match reply::body(reply, false) {
        Ok(body) => reply::found(&body, sku).map_err(|()| reply::unreadable(false, reply)),
        Err(failure) if failure.code == reply::NOT_FOUND => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// A page of the products that stand there; the cursor is its number.
fn products(cursor: Option<&str>, replies: &[HttpReply]) -> Result<Step, Failure> {
    let page = cursor.map_or(Ok(1), |cursor| catalog::number(cursor, "/cursor"))?;
    let Some(reply) = replies.first() else {
        return Ok(get(format!("products?page={page}&limit={PRODUCTS}&include=inventory")));
    };
    let body = reply::body(reply, false)?;
    let rows = body.get("data").and_then(Value::as_array).ok_or_else(|| reply::unreadable(false, reply))?;
    let last = body.pointer("/paging/last_page").and_then(Value::as_u64);
    // Where it does not say how many pages there are, they follow while they are full.
    let more = last.map_or(rows.len() >= PRODUCTS, |last| page < last) && !rows.is_empty();
    let read = rows.iter().map(|row| {
        let seen = reply::product(row).ok_or(())?;
        Ok::<_, ()>(listed(seen.shown(false), row, "/name", "/updated_at"))
    });
    let next = more.then(|| page.saturating_add(1).to_string());
    Ok(Step::Done(Answer::Products(listed::page(read, next))))
}

fn read_product(product: u64) -> Step {
    get(format!("products/{product}?include=inventory"))
}

fn product(reply: &HttpReply, number: u64) -> Result<reply::Product, Failure> {
    let read = reply::product(&reply::known(reply, false)?).filter(|product| product.number == number);
    read.ok_or_else(|| reply::unreadable(false, reply))
}

fn stands(reply: &HttpReply) -> Result<Standing, Failure> {
    standing::read(&reply::known(reply, false)?).ok_or_else(|| reply::unreadable(false, reply))
}

/// The request that says how an open request stands; `None` for a product.
fn ask_standing(id: &Id) -> Option<Step> {
    match id {
        Id::Asked { track, .. } | Id::Change { track, .. } => {
            Some(get(format!("tracking/{}", encoded(track))))
        }
        Id::Request { request, .. } => Some(get(format!("requests/{}", encoded(request)))),
        Id::Product(_) | Id::New(_) => None,
    }
}

fn review(id: &Id, replies: &[HttpReply]) -> Result<Step, Failure> {
    let (waits, replies) = match (ask_standing(id), replies) {
        (None, replies) => (matches!(id, Id::New(_)), replies),
        (Some(ask), []) => return Ok(ask),
        (Some(_), [first, rest @ ..]) => {
            let standing = stands(first)?;
            let next = match (&standing.stage, id.product()) {
                (Stage::Approved, Some(_)) => rest,
                // Approved, or refused because the SKU exists: an earlier request of ours may have gone through.
                (Stage::Approved | Stage::Rejected(_, true), None) => {
                    let sku = id.sku();
                    let Some(reply) = rest.first() else { return find(sku, &[]) };
                    let done = match looked(reply, sku)? {
                        None => standing.shown(id)?,
                        Some(product) if standing.stage == Stage::Approved => product.shown(true),
                        // What it holds is not what this request held: it is looked up anew and brought into step.
                        Some(_) => return Err(reply::gone()),
                    };
                    return Ok(Step::Done(Answer::Reviewed(done)));
                }
                _ => return Ok(Step::Done(Answer::Reviewed(standing.shown(id)?))),
            };
            (matches!(id, Id::Change { restore: true, .. }), next)
        }
    };
    let number = id.product().unwrap_or_default();
    match replies.first() {
        None => Ok(read_product(number)),
        Some(reply) => Ok(Step::Done(Answer::Reviewed(product(reply, number)?.shown(waits)))),
    }
}

/// The answer to a request that was handed in: its tracking number.
fn handed_in(reply: &HttpReply, id: impl FnOnce(String) -> Id) -> Result<Step, Failure> {
    let body = reply::known(reply, true)?;
    let track = body
        .get("track_id")
        .and_then(Value::as_str)
        .filter(|track| !track.is_empty() && !track.contains('/'));
    let state = body.get("state").and_then(Value::as_str);
    let (Some(track), Some(_)) = (track, state.filter(|state| TAKEN.contains(state))) else {
        return Err(reply::unreadable(true, reply));
    };
    let external_id = id(track.to_owned()).to_string();
    let outcome = Outcome::Submitted { tracking: external_id.clone() };
    Ok(Step::Done(Answer::Written { external_id: Some(external_id), outcome, media: Media::new() }))
}

fn create(
    content: &ListingContent,
    replies: &[HttpReply],
    credentials: &Credentials,
) -> Result<Step, Failure> {
    match replies.first() {
        None => Ok(post("requests", wire::request(content, credentials)?)),
        Some(reply) => handed_in(reply, |track| Id::Asked { track, sku: content.sku.clone() }),
    }
}

fn change(
    product_number: u64,
    id: &Id,
    content: &ListingContent,
    replies: &[HttpReply],
) -> Result<Step, Failure> {
    match replies {
        [] => Ok(read_product(product_number)),
        [read] => {
            let market_price = product(read, product_number)?.market_price;
            Ok(post("requests/updateProductInfo", wire::info(product_number, content, market_price)))
        }
        [read, .., last] => {
            let off = product(read, product_number)?.shown(true).outcome == Outcome::Withdrawn;
            // One that was to go on sale after an earlier change still is.
            let restore = off || matches!(id, Id::New(_) | Id::Change { restore: true, .. });
            handed_in(last, |track| Id::Change { product: product_number, track, restore })
        }
    }
}

/// Whether a change of price, stock or sale was done.
fn done(reply: &HttpReply) -> Result<(), Failure> {
    let body = reply::known(reply, true)?;
    let approved = body.get("state").and_then(Value::as_str) == Some("approved");
    if approved { Ok(()) } else { Err(reply::unreadable(true, reply)) }
}

fn price_stock(items: &[Offer], replies: &[HttpReply]) -> Result<Step, Failure> {
    let [Offer { external_id, sku, price_vnd, stock }] = items else {
        return Err(Failure::permanent(
            "tiki.one_at_a_time",
            "Tiki changes the price of one product at a time",
        ));
    };
    let mut body = json!({"original_sku": sku, "price": price_vnd, "quantity": stock});
    // Approved products are off sale until this call says otherwise; what the seller took off stays so.
    if let (Id::New(_), Some(fields)) = (Id::read(external_id)?, body.as_object_mut()) {
        fields.insert("active".to_owned(), json!(1));
    }
    match replies.first() {
        None => Ok(post("products/updateSku", body)),
        Some(reply) => {
            done(reply)?;
            Ok(Step::Done(Answer::Items(vec![ItemResult { sku: sku.clone(), result: Ok(()) }])))
        }
    }
}

fn withdraw(id: &Id, sku: &str, replies: &[HttpReply]) -> Result<Step, Failure> {
    let off = || Ok(post("products/updateSku", json!({"original_sku": sku, "active": 0})));
    let ended = |reply: &HttpReply| done(reply).map(|()| Step::Done(Answer::Withdrawn));
    if id.product().is_some() {
        return replies.first().map_or_else(off, ended);
    }
    let Some(first) = replies.first() else { return ask_standing(id).ok_or_else(reply::gone) };
    let standing = stands(first)?;
    let request = match id {
        Id::Request { request, .. } => Some(request.clone()),
        _ => standing.request.clone(),
    };
    match (standing.stage, request, replies.get(1)) {
        (Stage::Rejected(..) | Stage::Deleted, ..) => Ok(Step::Done(Answer::Withdrawn)),
        (Stage::Approved, _, None) => off(),
        (Stage::Approved, _, Some(reply)) => ended(reply),
        (Stage::Queued | Stage::Review, Some(request), None) => Ok(Step::Ask(Ask {
            method: Method::Delete,
            path: format!("requests/{}", encoded(&request)),
            body: None,
            write: true,
        })),
        (Stage::Queued | Stage::Review, Some(_), Some(reply)) => {
            let body = reply::known(reply, true)?;
            let deleted = body.get("state").and_then(Value::as_str) == Some("deleted");
            if deleted { Ok(Step::Done(Answer::Withdrawn)) } else { Err(reply::unreadable(true, reply)) }
        }
        // It gets a number that it can be taken back by when Tiki has worked on it.
        (Stage::Queued | Stage::Review | Stage::Unknown, ..) => {
            let message = format!("Tiki says {:?}: the request cannot be taken back yet", standing.raw);
            Err(Failure::unknown_end(false, "tiki.request_queued", message))
        }
    }
}
