//! What replies mean. The HTTP status speaks; a refusal carries `{code, message, data}`.

use serde_json::Value;

use super::{orders, wire};
use crate::platform::adapter::Parsed;
use crate::platform::listed::{self, listed};
use crate::platform::read::{dong, text, whole};
use crate::platform::state::{
    Answer, Category, Class, Failure, FieldError, HttpReply, ItemResult, ListingContent, Media, Offer, Op,
    Outcome, ProductPage, RemoteProduct,
};

/// What a reply to this operation means.
pub(super) fn answer(op: &Op, reply: &HttpReply) -> Result<Answer, Failure> {
    let body = read(op, reply)?;
    let unexpected = |what: &str| {
        let message = format!("the shop reported success but {what}");
        Failure::unknown_end(op.is_write(), "woocommerce.unexpected_reply", message).with_status(reply.status)
    };
    let product = || {
        let read = serde_json::from_value::<wire::RemoteProduct>(body.clone()).ok();
        read.and_then(|wire| Some((remote(&wire)?, wire))).ok_or_else(|| unexpected("sent no product"))
    };
    // The product asked for, and no other.
    let same = |id: &str| {
        product().and_then(|found| {
            if found.0.external_id == id { Ok(found) } else { Err(unexpected("sent another product")) }
        })
    };
    match op {
        Op::Login => {
            if body.is_array() {
                Ok(Answer::KeysGood)
            } else {
                Err(unexpected("sent no list of products"))
            }
        }
        Op::FindBySku { sku } => {
            find(&body, sku).unwrap_or_else(|| Err(unexpected("sent no list of products")))
        }
        Op::Review { external_id } => Ok(Answer::Reviewed(same(external_id)?.0)),
        Op::Upsert { external_id, content, media: _ } => {
            let (product, wire) = match external_id {
                None => product()?,
                Some(id) => same(id)?,
            };
            let (id, outcome) = (product.external_id, product.outcome);
            Ok(Answer::Written { external_id: Some(id), outcome, media: kept(content, &wire) })
        }
        Op::PriceStock { items } => match items.as_slice() {
            [only] => {
                same(&only.external_id)?;
                Ok(Answer::Items(vec![ItemResult { sku: only.sku.clone(), result: Ok(()) }]))
            }
            items => batch(op, &body, items).ok_or_else(|| unexpected("sent no results")),
        },
        Op::Withdraw { external_id, .. } => match same(external_id)?.0.outcome {
            Outcome::Withdrawn => Ok(Answer::Withdrawn),
            _ => Err(unexpected("the product is not a draft")),
        },
        Op::Products { cursor } => products(&body, reply, cursor.as_deref())
            .map(Answer::Products)
            .ok_or_else(|| unexpected("sent no list of products")),
        Op::PullOrders { cursor, .. } => orders::page(&body, reply, cursor.as_deref())
            .map(Answer::Orders)
            .ok_or_else(|| unexpected("sent no list of orders")),
        Op::Categories { .. }
        | Op::Attributes { .. }
        | Op::Parcel(_)
        | Op::Consent { .. }
        | Op::ConsentedShop => Err(unexpected("nothing of the kind was asked")),
    }
}

/// Pages of categories, until the last. A product may stand in any of them.
pub(super) fn categories(op: &Op, replies: &[HttpReply]) -> Result<Parsed, Failure> {
    let unexpected = || {
        Failure::unknown_end(
            op.is_write(),
            "woocommerce.unexpected_reply",
            "the shop sent no list of categories",
        )
    };
    let category = |row: wire::Category| {
        let parent = text(&row.parent).filter(|parent| parent != "0");
        Some(Category { id: text(&row.id)?, name: text(&row.name)?, parent, leaf: true })
    };
    let mut found = Vec::new();
    let mut open = false;
    for (page, reply) in (1..).zip(replies) {
        let body = read(op, reply)?;
        let rows: Vec<wire::Category> = serde_json::from_value(body).map_err(|_| unexpected())?;
        open = orders::more(reply, page, rows.len());
        found.extend(rows.into_iter().map(category).collect::<Option<Vec<_>>>().ok_or_else(unexpected)?);
    }
    Ok(if open { Parsed::More } else { Parsed::Done(Answer::Categories(found)) })
}

/// Whether the shop refuses because it does not know the number of an image any more.
pub(super) fn lost_image(reply: &HttpReply) -> bool {
    reply.status == 400 && refusal(reply).is_some_and(|r| r.code == "woocommerce_product_invalid_image_id")
}

/// The product of a SKU in a list; `None` where it is no list.
fn find(body: &Value, sku: &str) -> Option<Result<Answer, Failure>> {
    let rows: Vec<wire::RemoteProduct> = serde_json::from_value(body.clone()).ok()?;
    // The search may know more than one way to match.
    let fitting: Vec<_> = rows.iter().filter(|row| text(&row.sku).as_deref() == Some(sku)).collect();
    let by_hand = |code, message| Some(Err(Failure::new(Class::NeedsAction, code, message)));
    match fitting.as_slice() {
        [] => Some(Ok(Answer::Found(None))),
        [one] if one.kind == "variation" => {
            by_hand("woocommerce.sku_of_variation", "the SKU is that of a variation of another product")
        }
        [one] => Some(Ok(Answer::Found(Some(remote(one)?)))),
        _ => by_hand("woocommerce.sku_twice", "several products of the shop have this SKU"),
    }
}

/// A page of the products that stand in the shop; `None` where the body is none.
fn products(body: &Value, reply: &HttpReply, cursor: Option<&str>) -> Option<ProductPage> {
    let rows = body.as_array()?;
    let page: u64 = cursor.map_or(Some(1), |cursor| cursor.parse().ok())?;
    let next = orders::more(reply, page, rows.len()).then(|| page.saturating_add(1).to_string());
    let read = rows.iter().map(|row| {
        let wire: wire::RemoteProduct = serde_json::from_value(row.clone()).map_err(|_| ())?;
        Ok::<_, ()>(listed(remote(&wire).ok_or(())?, row, "/name", "/date_modified_gmt"))
    });
    Some(listed::page(read, next))
}

/// A product as we know it; `None` where it has no id.
fn remote(wire: &wire::RemoteProduct) -> Option<RemoteProduct> {
    let external_id = whole(&wire.id).filter(|id| *id > 0)?.to_string();
    let raw_status = text(&wire.status).unwrap_or_default();
    let outcome = match raw_status.as_str() {
        "publish" => Outcome::Live { external_id: external_id.clone() },
        "pending" => Outcome::PendingReview { external_id: external_id.clone() },
        "draft" | "private" | "trash" => Outcome::Withdrawn,
        other => Outcome::Unknown { raw: other.chars().take(100).collect() },
    };
    Some(RemoteProduct {
        external_id,
        sku: text(&wire.sku).unwrap_or_default(),
        outcome,
        editable: raw_status != "trash",
        raw_status,
        // WordPress keeps some signs as entities.
        name: text(&wire.name).map(|name| name.replace("&amp;", "&")),
        price_vnd: dong(&wire.regular_price),
        stock: whole(&wire.stock_quantity),
    })
}

/// What the shop calls the images that were sent, in their order; nothing where it kept another number of them.
fn kept(content: &ListingContent, wire: &wire::RemoteProduct) -> Media {
    if wire.images.len() != content.images.len() {
        return Media::new();
    }
    let pairs = content.images.iter().zip(&wire.images);
    pairs.filter_map(|(ours, theirs)| Some((ours.clone(), text(&theirs.id)?))).collect()
}

/// One result for each product; each may be refused for itself inside a success.
fn batch(op: &Op, body: &Value, items: &[Offer]) -> Option<Answer> {
    let rows = body.get("update")?.as_array()?;
    let result = |item: &Offer| {
        let row = rows.iter().find(|row| row.get("id").and_then(text).as_deref() == Some(&item.external_id));
        let result = match row {
            None => Err(Failure::unknown_end(
                op.is_write(),
                "woocommerce.unexpected_reply",
                "the shop said nothing of this product",
            )),
            Some(row) => match row.get("error") {
                None | Some(Value::Null) => Ok(()),
                Some(error) => {
                    let refusal: wire::Refusal = serde_json::from_value(error.clone()).unwrap_or_default();
                    let status = refusal.data.get("status").and_then(whole);
                    Err(refused(op, status.and_then(|s| u16::try_from(s).ok()).unwrap_or(400), &refusal))
                }
            },
        };
        ItemResult { sku: item.sku.clone(), result }
    };
    Some(Answer::Items(items.iter().map(result).collect()))
}

fn refusal(reply: &HttpReply) -> Option<wire::Refusal> {
    serde_json::from_slice::<wire::Refusal>(&reply.body).ok().filter(|refusal| !refusal.code.is_empty())
}

/// The body of a success.
fn read(op: &Op, reply: &HttpReply) -> Result<Value, Failure> {
    let failure = match reply.status_failure(op.is_write()) {
        None => {
            return serde_json::from_slice(&reply.body).map_err(|_| {
                let message = "the shop answered with something that is not the documented JSON";
                Failure::unknown_end(op.is_write(), "woocommerce.not_json", message).with_status(reply.status)
            });
        }
        Some(failure) => failure,
    };
    match (reply.status, refusal(reply)) {
        (300..=399 | 408 | 429 | 500.., _) => Err(failure),
        // WordPress itself always answers in JSON.
        (404, None) => Err(no_interface(reply.status)),
        (404, Some(refusal)) if refusal.code == "rest_no_route" => Err(no_interface(reply.status)),
        (401, None) if matches!(op, Op::Login) => {
            Err(Failure { class: Class::Auth { refreshable: false }, ..failure })
        }
        (_, None) => Err(failure),
        (status, Some(refusal)) => {
            Err(Failure { request_id: failure.request_id, ..refused(op, status, &refusal) })
        }
    }
}

fn no_interface(status: u16) -> Failure {
    let message = "there is no REST API of WooCommerce at the shop's address: check the address, that WooCommerce is \
                   active, and that WordPress uses permalinks";
    Failure::new(Class::NeedsAction, "woocommerce.no_interface", message).with_status(status)
}

/// What a refusal in WooCommerce's own words means.
fn refused(op: &Op, status: u16, refusal: &wire::Refusal) -> Failure {
    let wire::Refusal { code, message, data } = refusal;
    let told = format!("{message} ({code})");
    let bound = matches!(
        op,
        Op::Review { .. }
            | Op::Withdraw { .. }
            | Op::PriceStock { .. }
            | Op::Upsert { external_id: Some(_), .. }
    );
    let field = |pointer: &str| {
        vec![FieldError {
            pointer: pointer.to_owned(),
            code: code.clone(),
            message: message.chars().take(500).collect(),
        }]
    };
    let permanent =
        |pointer: &str| Failure::permanent("woocommerce.refused", told.as_str()).with_fields(field(pointer));
    let failure = match (code.as_str(), status) {
        ("woocommerce_rest_product_invalid_id", _) if bound => {
            Failure::permanent("product.gone", "the shop no longer knows the product")
        }
        // The keys are good, but for reading alone, or of a user who may not.
        (word, 401 | 403) if word.starts_with("woocommerce_rest_cannot_") => {
            Failure::new(Class::NeedsAction, "woocommerce.no_right", told.as_str())
        }
        (_, 401) => {
            let refreshable = !matches!(op, Op::Login);
            Failure::new(Class::Auth { refreshable }, "woocommerce.keys_refused", told.as_str())
        }
        (_, 403) => Failure::new(Class::NeedsAction, "http.forbidden", told.as_str()),
        ("product_invalid_sku", _) => permanent("/sku"),
        // The shop could not fetch an image in time; it may have made the product before.
        ("woocommerce_product_image_upload_error", _) if passing(message) => {
            Failure::unknown_end(op.is_write(), "woocommerce.image_not_fetched", told.as_str())
        }
        ("woocommerce_product_image_upload_error" | "woocommerce_product_invalid_image_id", _) => {
            permanent("/images")
        }
        _ => {
            let params = data.get("params").and_then(Value::as_object).into_iter().flatten();
            let fields = params.map(|(name, why)| FieldError {
                pointer: pointer(name).to_owned(),
                code: code.clone(),
                message: why.as_str().unwrap_or(message).chars().take(500).collect(),
            });
            Failure::permanent("woocommerce.refused", told.as_str()).with_fields(fields.take(50).collect())
        }
    };
    failure.with_status(status)
}

/// Whether an image may be fetched another time: WordPress quotes its client's words.
fn passing(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    ["curl error", "timed out", "resolve host", "service unavailable", "too many requests"]
        .iter()
        .any(|word| message.contains(word))
}

/// Where a refused parameter stands in our content; empty where it is none of ours.
fn pointer(parameter: &str) -> &'static str {
    match parameter.split(['[', '.']).next().unwrap_or_default() {
        "sku" => "/sku",
        "name" => "/name",
        "regular_price" | "price" => "/price_vnd",
        "weight" => "/weight_g",
        "stock_quantity" | "manage_stock" => "/stock",
        "description" => "/description_html",
        "categories" => "/category",
        "images" => "/images",
        "attributes" => "/attributes",
        _ => "",
    }
}
