//! The goods of the shop on Shopify: what is made and changed. A field that the documents do not name for version 2026-07
//! is refused, as a GraphQL server does.

use actix_web::HttpResponse;
use serde_json::{Value, json};

use super::super::market::{Item, Market, State};
use super::{Keys, LOCATION, at, data, gid, handle_of, invalid, number, refused, shown};

/// The first field of an object that is none of these.
fn unknown<'v>(object: &'v Value, known: &[&str]) -> Option<&'v str> {
    object.as_object()?.keys().map(String::as_str).find(|key| !known.contains(key))
}

fn undefined(field: &str, of: &str) -> HttpResponse {
    let message = format!(
        "Variable of type {of} was provided invalid value for {field} (Field is not defined on {of})"
    );
    invalid("INVALID_VARIABLE", &message)
}

const ARTICLE: [&str; 6] = ["id", "sku", "price", "barcode", "optionValues", "inventoryItem"];

/// Takes a barcode and a weight where they are given; otherwise says why not.
fn details_refused(item: &mut Item, variant: &Value) -> Option<HttpResponse> {
    let barcode = at(variant, "/barcode");
    if barcode.as_str().is_some_and(|code| code.trim().is_empty()) {
        return Some(refused("productVariantsBulkUpdate", &["variants", "0", "barcode"], "Barcode is blank"));
    }
    if !barcode.is_null()
        && let Some(more) = item.more.as_object_mut()
    {
        more.insert("barcode".to_owned(), barcode.clone());
    }
    let stock = at(variant, "/inventoryItem");
    if let Some(field) = unknown(stock, &["tracked", "measurement"]) {
        return Some(undefined(field, "InventoryItemInput"));
    }
    let weight = at(stock, "/measurement/weight");
    if weight.is_null() {
        return None;
    }
    let grams = at(weight, "/value").as_u64().and_then(|grams| u32::try_from(grams).ok());
    match grams.filter(|_| at(weight, "/unit") == "GRAMS") {
        Some(grams) => {
            item.weight_g = grams;
            None
        }
        None => Some(invalid("INVALID_VARIABLE", "a weight has a value and a unit")),
    }
}

/// Makes or changes by the identifier; lists that are given replace what was there.
pub(super) fn set(market: &mut Market, variables: &Value) -> HttpResponse {
    const NAME: &str = "productSet";
    let (identifier, input) = (at(variables, "/identifier"), at(variables, "/input"));
    let known =
        ["title", "descriptionHtml", "status", "files", "category", "handle", "productOptions", "variants"];
    if let Some(field) = unknown(input, &known) {
        return undefined(field, "ProductSetInput");
    }
    let title = at(input, "/title").as_str().unwrap_or_default();
    if title.is_empty() || title.chars().count() > 255 {
        return refused(NAME, &["input", "title"], "Title can't be blank or longer than 255");
    }
    let by_id = number(at(identifier, "/id"), "Product");
    let handle = handle_of(at(identifier, "/handle"));
    let there = market
        .items
        .iter()
        .find(|item| Some(item.id) == by_id || (by_id.is_none() && at(&item.more, "/handle") == &handle))
        .map(|item| item.id);
    let id = match (there, by_id) {
        (Some(id), _) => id,
        (None, Some(_)) => return refused(NAME, &["input", "id"], "Product does not exist"),
        (None, None) => {
            let Some(sku) = at(input, "/variants/0/sku").as_str() else {
                return refused(NAME, &["input", "variants"], "A new product needs a variant");
            };
            match market.create(sku) {
                Some(item) => {
                    item.more = json!({ "handle": handle });
                    item.id
                }
                None => return refused(NAME, &["input", "handle"], "Handle has already been taken"),
            }
        }
    };
    let Some(item) = market.item(id) else { return invalid("INTERNAL_SERVER_ERROR", "lost") };
    item.name = title.to_owned();
    at(input, "/descriptionHtml").as_str().unwrap_or_default().clone_into(&mut item.description);
    item.state = if at(input, "/status") == "ACTIVE" { State::Live } else { State::Off };
    if let Some(files) = at(input, "/files").as_array() {
        item.images =
            files.iter().filter_map(|f| at(f, "/originalSource").as_str()).map(str::to_owned).collect();
    }
    if there.is_some() {
        item.writes += 1;
    }
    if let Some(variant) = at(input, "/variants").as_array().and_then(|all| all.first()) {
        let article: Vec<&str> = ARTICLE.into_iter().chain(["inventoryQuantities"]).collect();
        if let Some(field) = unknown(variant, &article) {
            return undefined(field, "ProductVariantSetInput");
        }
        let price = at(variant, "/price").as_str().and_then(|price| price.parse::<i64>().ok());
        let quantity = at(variant, "/inventoryQuantities/0");
        if let Some(field) = unknown(quantity, &["locationId", "name", "quantity"]) {
            return undefined(field, "ProductSetInventoryInput");
        }
        let (Some(price), Some(stock)) = (price, at(quantity, "/quantity").as_i64()) else {
            return refused(NAME, &["input", "variants", "0", "price"], "Price and quantity must be given");
        };
        if at(quantity, "/locationId") != LOCATION || at(variant, "/inventoryItem/tracked") != true {
            return refused(NAME, &["input", "variants"], "The location is not known");
        }
        // The variant that was there is replaced with its SKU.
        at(variant, "/sku").as_str().unwrap_or_default().clone_into(&mut item.sku);
        (item.price_vnd, item.stock) = (price, stock);
        if let Some(refusal) = details_refused(item, variant) {
            return refusal;
        }
    }
    data(NAME, json!({"product": shown(item), "userErrors": []}))
}

/// Changes of a variant what is given.
pub(super) fn variants(market: &mut Market, variables: &Value) -> HttpResponse {
    const NAME: &str = "productVariantsBulkUpdate";
    let variant = at(variables, "/variants/0");
    // The SKU is a field of what is in stock here, and quantities are no field of an update.
    if let Some(field) = unknown(variant, &["id", "price", "barcode", "inventoryItem", "optionValues"]) {
        return undefined(field, "ProductVariantsBulkInput");
    }
    let Some(item) = number(at(variant, "/id"), "ProductVariant")
        .and_then(|id| market.item(id))
        .filter(|item| at(variables, "/productId") == gid("Product", item.id).as_str())
    else {
        return refused(NAME, &["variants", "0", "id"], "Product variant does not exist");
    };
    match at(variant, "/price") {
        Value::Null => {}
        price => match price.as_str().and_then(|price| price.parse::<i64>().ok()).filter(|price| *price >= 0)
        {
            Some(price) => item.price_vnd = price,
            None => return refused(NAME, &["variants", "0", "price"], "Price is not valid"),
        },
    }
    if let Some(refusal) = details_refused(item, variant) {
        return refusal;
    }
    data(NAME, json!({"productVariants": [{"id": at(variant, "/id")}], "userErrors": []}))
}

/// The key that the mutation was sent with: a literal, or a variable that the operation declares.
fn key(query: &str, variables: &Value) -> Option<String> {
    let call = query.split_once("inventorySetQuantities(")?.1.split_once(')')?.1;
    let given = call.trim_start().strip_prefix("@idempotent(key:")?.split_once(')')?.0.trim();
    let key = match given.strip_prefix('$') {
        Some(name) if query.contains(&format!("${name}: String!")) => variables.get(name)?.as_str()?,
        Some(_) => return None,
        None => given.strip_prefix('"')?.strip_suffix('"')?,
    };
    Some(key.to_owned()).filter(|key| !key.is_empty() && key.len() <= 255)
}

fn stock_refused(code: &str, field: &[&str], message: &str) -> HttpResponse {
    let error = json!({"code": code, "field": field, "message": message});
    data("inventorySetQuantities", json!({"inventoryAdjustmentGroup": null, "userErrors": [error]}))
}

/// Sets a stock, once for every key of the last day.
pub(super) fn stock(market: &mut Market, keys: &mut Keys, query: &str, variables: &Value) -> HttpResponse {
    const QUANTITY: [&str; 4] = ["inventoryItemId", "locationId", "quantity", "changeFromQuantity"];
    let done =
        || data("inventorySetQuantities", json!({"inventoryAdjustmentGroup": {"id": "1"}, "userErrors": []}));
    let input = at(variables, "/input");
    let one = at(input, "/quantities/0");
    if let Some(field) = unknown(input, &["name", "reason", "referenceDocumentUri", "quantities"]) {
        return undefined(field, "InventorySetQuantitiesInput");
    }
    if let Some(field) = unknown(one, &QUANTITY) {
        return undefined(field, "InventoryQuantityInput");
    }
    let Some(key) = key(query, variables) else {
        let message = "The @idempotent directive is required for this mutation but was not provided.";
        return invalid("BAD_REQUEST", message);
    };
    let Some(from) = one.get("changeFromQuantity") else {
        let message = "InventoryQuantityInput must include the following argument: changeFromQuantity.";
        return invalid("INVALID_FIELD_ARGUMENTS", message);
    };
    let now = market.now();
    keys.retain(|_, (at, _)| now.since(*at) < chrono::TimeDelta::hours(24));
    if let Some((_, before)) = keys.get(&key) {
        if before == input {
            return done();
        }
        let message = "The same idempotency key cannot be used with different operation parameters.";
        return stock_refused("IDEMPOTENCY_KEY_PARAMETER_MISMATCH", &[], message);
    }
    let Some(item) = number(at(one, "/inventoryItemId"), "InventoryItem").and_then(|id| market.item(id))
    else {
        let field = ["input", "quantities", "0", "inventoryItemId"];
        return stock_refused("INVALID_INVENTORY_ITEM", &field, "Inventory item not found");
    };
    if !from.is_null() && from.as_i64() != Some(item.stock) {
        let field = ["input", "quantities", "0", "changeFromQuantity"];
        return stock_refused("CHANGE_FROM_QUANTITY_STALE", &field, "The quantity is another by now");
    }
    let sound = at(input, "/name") == "available"
        && at(input, "/reason") == "correction"
        && at(one, "/locationId") == LOCATION;
    match at(one, "/quantity").as_i64().filter(|quantity| sound && *quantity >= 0) {
        Some(quantity) => {
            item.stock = quantity;
            keys.insert(key, (now, input.clone()));
            done()
        }
        None => stock_refused("INVALID_QUANTITY", &["input"], "The quantity is not valid"),
    }
}
