//! Products, categories and attributes as Shopee shows them.

use serde_json::Value;

use super::reply::{at, needs, rows, unreadable};
use crate::platform::read::{dong, text, whole};
use crate::platform::state::{Attribute, Category, Failure, ListingContent, Outcome, RemoteProduct};

/// The states in which an answer to "why" is worth asking for.
const REFUSED: [&str; 2] = ["BANNED", "SHOPEE_DELETE"];

/// Whether the platform took it down.
pub(super) fn is_refused(row: &Value) -> bool {
    at(row, "/item_status").is_some_and(|word| REFUSED.contains(&word.as_str()))
}

/// A state by its word.
pub(super) fn outcome(word: &str, external_id: String, reasons: Vec<String>) -> Outcome {
    match word {
        "NORMAL" => Outcome::Live { external_id },
        "REVIEWING" => Outcome::PendingReview { external_id },
        "UNLIST" | "SELLER_DELETE" => Outcome::Withdrawn,
        // Taken down by Shopee: a person has to see why, and nothing is made anew in its place.
        "BANNED" | "SHOPEE_DELETE" => {
            let word = word.to_owned();
            Outcome::Rejected { reasons: if reasons.is_empty() { vec![word] } else { reasons } }
        }
        other => Outcome::Unknown { raw: other.chars().take(100).collect() },
    }
}

/// A product as it stands there.
pub(super) fn product(row: &Value, reasons: Vec<String>) -> Result<RemoteProduct, Failure> {
    let (Some(external_id), Some(raw_status)) = (at(row, "/item_id"), at(row, "/item_status")) else {
        return Err(unreadable(false));
    };
    // The price as it was entered; what buyers pay may be less for a time.
    let vnd = at(row, "/price_info/0/currency").is_none_or(|currency| currency == "VND");
    let price = row.pointer("/price_info/0/original_price").and_then(dong).filter(|_| vnd);
    let places = row.pointer("/stock_info_v2/seller_stock").and_then(Value::as_array);
    let stocks: Option<Vec<i64>> = places
        .filter(|places| !places.is_empty())
        .and_then(|places| places.iter().map(|place| place.get("stock").and_then(whole)).collect());
    let summed = || row.pointer("/stock_info_v2/summary_info/total_available_stock").and_then(whole);
    Ok(RemoteProduct {
        sku: at(row, "/item_sku").unwrap_or_default(),
        name: at(row, "/item_name"),
        price_vnd: price,
        stock: stocks.map(|all| all.iter().sum()).or_else(summed),
        // Whether a product under review takes changes is not documented: it is left alone.
        editable: ["NORMAL", "UNLIST", "BANNED"].contains(&raw_status.as_str()),
        outcome: outcome(&raw_status, external_id.clone(), reasons),
        raw_status,
        external_id,
    })
}

/// The one product of a SKU among those found; a search also brings similar ones. One that Shopee deleted counts only
/// where there is no other: it must not be made anew by a program.
pub(super) fn of_sku<'r>(found: &'r [Value], sku: &str) -> Result<Option<&'r Value>, Failure> {
    let status = |row: &Value, word: &str| at(row, "/item_status").as_deref() == Some(word);
    let ours: Vec<&Value> = found
        .iter()
        .filter(|row| at(row, "/item_sku").as_deref() == Some(sku) && !status(row, "SELLER_DELETE"))
        .collect();
    let standing: Vec<&Value> = ours.iter().copied().filter(|row| !status(row, "SHOPEE_DELETE")).collect();
    match standing.as_slice() {
        [] => Ok(ours.first().copied()),
        [one] if one.get("has_model").and_then(Value::as_bool) == Some(true) => {
            let message = "the product of this SKU has models, each with its own price and stock; give the SKU \
                           to a product without models";
            Err(needs("shopee.models", message))
        }
        [one] => Ok(Some(one)),
        several => {
            let ids: Vec<String> = several.iter().filter_map(|row| at(row, "/item_id")).collect();
            let message = format!("the shop has several products of this SKU: {}", ids.join(", "));
            Err(needs("product.twice", message))
        }
    }
}

/// The places in which a product's stock lies, each once.
pub(super) fn places(row: &Value) -> Vec<String> {
    let all = row.pointer("/stock_info_v2/seller_stock").and_then(Value::as_array).into_iter().flatten();
    let mut places: Vec<String> = all.filter_map(|place| at(place, "/location_id")).collect();
    places.sort();
    places.dedup();
    places
}

/// Why it was taken down, in Shopee's words.
pub(super) fn reasons(response: &Value, id: u64) -> Vec<String> {
    let row = rows(response, "item_list").find(|row| row.get("item_id").and_then(Value::as_u64) == Some(id));
    let details = row.into_iter().flat_map(|row| rows(row, "item_status_details"));
    let told = details.map(|detail| {
        let words = ["violation_type", "violation_reason", "suggestion"];
        let words: Vec<String> = words.iter().filter_map(|word| detail.get(*word).and_then(text)).collect();
        words.join("; ")
    });
    told.filter(|text| !text.is_empty()).collect()
}

/// The carriers' channels that this product can go by: those that the shop switched on and buyers choose from (others
/// stand behind one of these), that need no choice of the seller's and take the weight.
pub(super) fn channels(response: &Value, content: &ListingContent) -> Result<Vec<u64>, Failure> {
    let all = response.get("logistics_channel_list").and_then(Value::as_array);
    let all = all.ok_or_else(|| unreadable(false))?;
    let kilograms = f64::from(content.weight_g) / 1000.0;
    let fits = |row: &&Value| {
        let flag = |name: &str| row.get(name).and_then(Value::as_bool);
        let chosen =
            ["SIZE_SELECTION", "CUSTOM_PRICE"].map(|word| row.get("fee_type").is_some_and(|t| t == word));
        let most = row.pointer("/weight_limit/item_max_weight").and_then(Value::as_f64);
        flag("enabled") == Some(true)
            && row.get("mask_channel_id").and_then(whole).unwrap_or(0) == 0
            && !chosen.contains(&true)
            && most.is_none_or(|most| most <= 0.0 || kilograms <= most)
    };
    let ids =
        all.iter().filter(fits).filter_map(|row| row.get("logistics_channel_id").and_then(Value::as_u64));
    let ids: Vec<u64> = ids.collect();
    if ids.is_empty() {
        let message = "no carrier that the shop has switched on takes this product: switch one on in Shopee's \
                       seller centre or name its number in logistics_channels";
        return Err(needs("shopee.carriers", message));
    }
    Ok(ids)
}

/// The children of a category, from the whole tree; 0 is its root.
pub(super) fn categories(response: &Value, parent: Option<&str>) -> Result<Vec<Category>, Failure> {
    let all = response.get("category_list").and_then(Value::as_array).ok_or_else(|| unreadable(false))?;
    let category = |row: &Value| {
        Some(Category {
            id: at(row, "/category_id")?,
            name: at(row, "/display_category_name").or_else(|| at(row, "/original_category_name"))?,
            parent: at(row, "/parent_category_id").filter(|id| id != "0"),
            leaf: row.get("has_children").and_then(Value::as_bool) == Some(false),
        })
    };
    let all: Option<Vec<Category>> = all.iter().map(category).collect();
    let parent = parent.filter(|id| *id != "0");
    let all = all.ok_or_else(|| unreadable(false))?;
    Ok(all.into_iter().filter(|category| category.parent.as_deref() == parent).collect())
}

/// A name in Vietnamese, where it was translated.
fn named(row: &Value) -> Option<String> {
    // Shopee writes the language of Viet Nam either way.
    let ours = |row: &&Value| row.get("language").is_some_and(|word| word == "vi" || word == "vn");
    rows(row, "multi_lang").find(ours).and_then(|row| at(row, "/value")).or_else(|| at(row, "/name"))
}

/// A category's attributes. Those that come up only behind a value of another one are not read.
pub(super) fn attributes(response: &Value, category: u64) -> Result<Vec<Attribute>, Failure> {
    let list = response.get("list").and_then(Value::as_array).ok_or_else(|| unreadable(false))?;
    let ours = |row: &&Value| row.get("category_id").and_then(Value::as_u64) == Some(category);
    let tree = list.iter().find(ours).ok_or_else(|| unreadable(false))?;
    let attribute = |row: &Value| {
        let values = rows(row, "attribute_value_list");
        Some(Attribute {
            id: at(row, "/attribute_id")?,
            name: named(row)?,
            required: row.get("mandatory").and_then(Value::as_bool).unwrap_or(false),
            values: values.filter_map(|row| Some((at(row, "/value_id")?, named(row)?))).collect(),
        })
    };
    rows(tree, "attribute_tree").map(attribute).collect::<Option<_>>().ok_or_else(|| unreadable(false))
}
