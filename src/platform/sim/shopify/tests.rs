//! The adapter through the one client against this simulator.

use chrono::TimeDelta;
use serde_json::json;

use super::*;
use crate::platform::sim::keeper::{Keeper, clock, offer, tea};
use crate::platform::sim::{Fault, FaultKind};
use crate::platform::state::{Answer, Class, ListingContent, Media, Op, Outcome, Secret};

fn keeper(hasty: bool) -> Keeper {
    let clock = clock();
    let sim = start(0, clock.clone()).unwrap();
    Keeper::new("shopify", sim, clock, &[("access_token", TOKEN), ("client_secret", SECRET)], hasty)
}

async fn there(keeper: &Keeper, sku: &str) -> Value {
    let all = keeper.get("/__sim/products").await;
    all.as_array().unwrap().iter().find(|item| item["sku"] == sku).cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_product_goes_all_the_way() {
    let mut keeper = keeper(false);
    assert_eq!(keeper.run(&Op::Login).await, Ok(Answer::KeysGood));
    assert_eq!(keeper.find(&tea().sku).await, None);
    let (id, outcome, media) = keeper.send(None, tea(), Media::new()).await.unwrap();
    assert_eq!(outcome, Outcome::Live { external_id: id.clone() });
    keeper.run(&offer(&id, 190_000, 3)).await.unwrap();
    keeper.send(Some(&id), ListingContent { price_vnd: 1, stock: 1, ..tea() }, media.clone()).await.unwrap();
    let found = keeper.find(&tea().sku).await.unwrap();
    assert_eq!((found.price_vnd, found.stock), (Some(190_000), Some(3)), "an update leaves price and stock");

    keeper.sells(2, 190_000).await;

    let withdraw = Op::Withdraw { external_id: id.clone(), sku: tea().sku };
    assert_eq!(keeper.run(&withdraw).await, Ok(Answer::Withdrawn));
    assert_eq!(keeper.outcome(&id).await, Outcome::Withdrawn);
    keeper.send(Some(&id), tea(), media).await.unwrap();
    assert_eq!(keeper.outcome(&id).await, Outcome::Live { external_id: id });
    assert_eq!(keeper.get("/__sim/products").await.as_array().unwrap().len(), 1);
    keeper.hides();
}

#[tokio::test]
async fn another_weight_and_barcode_arrive_and_take_no_price_or_stock_along() {
    let mut keeper = keeper(false);
    let first = ListingContent { gtin: Some("8930000000011".into()), ..tea() };
    let (id, ..) = keeper.send(None, first.clone(), Media::new()).await.unwrap();
    let item = there(&keeper, &tea().sku).await;
    assert_eq!(
        (&item["weight_g"], &item["more"]["barcode"]),
        (&json!(tea().weight_g), &json!("8930000000011"))
    );
    keeper.run(&offer(&id, 190_000, 3)).await.unwrap();

    let second = ListingContent {
        weight_g: 777,
        gtin: Some("8930000000028".into()),
        name: "Chè khác".into(),
        ..first
    };
    keeper.send(Some(&id), second.clone(), Media::new()).await.unwrap();
    let item = there(&keeper, &tea().sku).await;
    assert_eq!((&item["weight_g"], &item["more"]["barcode"]), (&json!(777), &json!("8930000000028")));
    assert_eq!(item["name"], "Chè khác");
    assert_eq!((&item["price_vnd"], &item["stock"]), (&json!(190_000), &json!(3)));

    let unknown = ListingContent { weight_g: 0, gtin: None, ..second };
    let (_, outcome, _) = keeper.send(Some(&id), unknown, Media::new()).await.unwrap();
    assert_eq!(outcome, Outcome::Live { external_id: id });
    let item = there(&keeper, &tea().sku).await;
    assert_eq!(
        (&item["weight_g"], &item["more"]["barcode"]),
        (&json!(777), &json!("8930000000028")),
        "what is not known is the seller's affair"
    );
}

#[tokio::test]
async fn a_stock_is_set_again_after_others_came_between() {
    let mut keeper = keeper(false);
    let (id, ..) = keeper.send(None, tea(), Media::new()).await.unwrap();
    for stock in [9, 4, 9, 9, 4] {
        keeper.run(&offer(&id, 180_000, stock)).await.unwrap();
        assert_eq!(there(&keeper, &tea().sku).await["stock"], stock);
        keeper.clock.advance(TimeDelta::seconds(1));
    }
    // What the shop sold or counted meanwhile does not keep the figure from being set.
    keeper.post("/__sim/products", json!({"sku": tea().sku, "stock": 77})).await;
    keeper.run(&offer(&id, 180_000, 4)).await.unwrap();
    assert_eq!(there(&keeper, &tea().sku).await["stock"], 4);
}

#[tokio::test]
async fn an_order_is_worth_what_was_paid_for_what_was_kept() {
    let mut keeper = keeper(false);
    let (id, ..) = keeper.send(None, tea(), Media::new()).await.unwrap();
    keeper.run(&offer(&id, 100_000, 90)).await.unwrap();
    let mut sum = Vec::new();
    for (quantity, sale) in [
        (3, json!({})),
        (3, json!({"discount_vnd": 20_000, "code_vnd": 5_000})),
        (3, json!({"discount_vnd": 20_000, "code_vnd": 5_000, "removed": 1})),
        (2, json!({"removed": 2})),
    ] {
        let placed = keeper.post("/__sim/orders", json!({"sku": tea().sku, "quantity": quantity})).await;
        let mut sale = sale;
        sale["id"] = placed["id"].clone();
        keeper.post("/__sim/sales", sale).await;
        keeper.clock.advance(TimeDelta::seconds(1));
        let page = keeper.orders(None).await;
        let lines = &page.orders.last().unwrap().lines;
        let worth: i64 = lines.iter().map(|line| line.quantity * line.unit_price_vnd).sum();
        sum.push((lines.iter().map(|line| line.quantity).sum::<i64>(), worth));
    }
    assert_eq!(sum, [(3, 300_000), (3, 275_000), (2, 183_333), (0, 0)]);
}

#[tokio::test]
async fn no_line_of_a_long_order_is_lost() {
    let mut keeper = keeper(false);
    keeper.send(None, tea(), Media::new()).await.unwrap();
    for others in [0, 49, 50, 299, 700] {
        let placed = keeper.post("/__sim/orders", json!({"sku": tea().sku, "quantity": 1})).await;
        keeper.post("/__sim/sales", json!({"id": placed["id"], "others": others})).await;
    }
    let page = keeper.orders(None).await;
    assert_eq!(page.unread, Vec::<String>::new());
    let lines: Vec<_> = page.orders.iter().map(|order| order.lines.len()).collect();
    assert_eq!(lines, [1, 50, 51, 300, 701]);
    for order in &page.orders {
        assert_eq!(order.lines.iter().filter(|line| line.sku == tea().sku).count(), 1);
    }
}

#[tokio::test]
async fn skus_that_differ_in_case_alone_are_two_products() {
    let mut keeper = keeper(false);
    let named = |sku: &str| ListingContent { sku: sku.into(), name: format!("Chè {sku}"), ..tea() };
    let (upper, ..) = keeper.send(None, named("AB-1"), Media::new()).await.unwrap();
    assert_eq!(keeper.find("ab-1").await, None);
    let (lower, ..) = keeper.send(None, named("ab-1"), Media::new()).await.unwrap();
    assert_ne!(upper, lower);
    for sku in ["AB-1", "ab-1"] {
        assert_eq!(keeper.find(sku).await.unwrap().name, Some(format!("Chè {sku}")));
    }
    // The shop's owner gives one another SKU: it is still under our handle, and no second one may be made over it.
    keeper.post("/__sim/skus", json!({"sku": "AB-1", "becomes": "MINE"})).await;
    let refused = keeper.run(&Op::FindBySku { sku: "AB-1".into() }).await.unwrap_err();
    assert_eq!((refused.class, refused.code.as_str()), (Class::NeedsAction, "shopify.handle_taken"));
    assert!(refused.message.contains("MINE") && refused.message.contains(&upper), "{refused}");
}

#[tokio::test]
async fn what_is_refused_says_what_to_do() {
    let mut keeper = keeper(false);
    assert_eq!(
        keeper.run(&Op::Review { external_id: "gid://shopify/Product/77".into() }).await.unwrap_err().code,
        "product.gone"
    );
    keeper.credentials.settings.insert("api_version".into(), "2026-01".into());
    let old = keeper.run(&Op::Login).await.unwrap_err();
    assert_eq!((old.class, old.code.as_str()), (Class::NeedsAction, "shopify.api_version"));
    keeper.credentials.settings.insert("api_version".into(), "2026-04".into());
    assert_eq!(keeper.run(&Op::Login).await, Ok(Answer::KeysGood));
    for secret in keeper.credentials.secrets.values_mut() {
        *secret = Secret::new("wrong-keys-of-nobody");
    }
    let login = keeper.run(&Op::Login).await.unwrap_err();
    assert_eq!(login.class, Class::Auth { refreshable: false });
    keeper.hides();
}

#[tokio::test]
async fn a_call_without_an_answer_in_time_leaves_one_product() {
    for kind in [FaultKind::Hang, FaultKind::HangAfterWrite] {
        let mut keeper = keeper(true);
        // The place of stock is looked up before.
        let fault =
            Fault { delay_ms: 3_000, method: Some("POST".into()), every: 2, ..Fault::once(kind, "/admin") };
        keeper.order(&fault).await;
        let lost = keeper.send(None, tea(), Media::new()).await.unwrap_err();
        assert_eq!((lost.class, lost.code.as_str()), (Class::Ambiguous, "transport.timeout"));
        if keeper.find(&tea().sku).await.is_none() {
            keeper.send(None, tea(), Media::new()).await.unwrap();
        }
        assert_eq!(keeper.get("/__sim/products").await.as_array().unwrap().len(), 1);
    }
}

/// What was good before version 2026-04 is refused, by the words that Shopify has for it.
#[tokio::test]
async fn a_stock_is_set_by_the_fields_of_its_version_and_once_a_key() {
    let mut keeper = keeper(false);
    keeper.send(None, tea(), Media::new()).await.unwrap();
    let number = there(&keeper, &tea().sku).await["id"].as_u64().unwrap();
    let url = format!("{}/admin/api/2026-07/graphql.json", keeper.sim.base_url);
    let ask = async |directive: &str, key: &str, input: Value| {
        let query = format!(
            "mutation SetStock($input: InventorySetQuantitiesInput!, $key: String!) {{ \
             inventorySetQuantities(input: $input) {directive} {{ userErrors {{ code }} }} }}"
        );
        let body =
            json!({"operationName": "SetStock", "query": query, "variables": {"input": input, "key": key}});
        let client = reqwest::Client::new().post(&url).header("x-shopify-access-token", TOKEN);
        let reply = client.json(&body).send().await.unwrap().bytes().await.unwrap();
        let reply: Value = serde_json::from_slice(&reply).unwrap();
        let business = reply.pointer("/data/inventorySetQuantities/userErrors");
        match business.and_then(Value::as_array) {
            Some(errors) => errors.first().map(|error| error["code"].clone()).unwrap_or_default(),
            None => reply["errors"][0]["extensions"]["code"].clone(),
        }
    };
    let input = |more: Value, of_quantity: Value| {
        let mut quantity = json!({
            "inventoryItemId": gid("InventoryItem", number), "locationId": LOCATION, "quantity": 5,
        });
        let mut input = json!({"name": "available", "reason": "correction"});
        for (object, fields) in [(&mut quantity, of_quantity), (&mut input, more)] {
            object.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        }
        input["quantities"] = json!([quantity]);
        input
    };
    let good = || input(json!({}), json!({"changeFromQuantity": null}));
    let with = "@idempotent(key: $key)";
    let old = input(json!({"ignoreCompareQuantity": true}), json!({}));
    assert_eq!(ask(with, "a", old).await, "INVALID_VARIABLE");
    let old = input(json!({}), json!({"compareQuantity": 40}));
    assert_eq!(ask(with, "a", old).await, "INVALID_VARIABLE");
    assert_eq!(ask("", "a", good()).await, "BAD_REQUEST");
    assert_eq!(ask("@idempotent(key: $other)", "a", good()).await, "BAD_REQUEST");
    assert_eq!(ask(with, "a", input(json!({}), json!({}))).await, "INVALID_FIELD_ARGUMENTS");
    let stale = input(json!({}), json!({"changeFromQuantity": 1}));
    assert_eq!(ask(with, "a", stale).await, "CHANGE_FROM_QUANTITY_STALE");
    assert_eq!(there(&keeper, &tea().sku).await["stock"], tea().stock);

    assert_eq!(ask(with, "a", good()).await, Value::Null);
    assert_eq!(there(&keeper, &tea().sku).await["stock"], 5);
    keeper.post("/__sim/products", json!({"sku": tea().sku, "stock": 3})).await;
    assert_eq!(ask(with, "a", good()).await, Value::Null, "the answer of before");
    assert_eq!(there(&keeper, &tea().sku).await["stock"], 3, "a repeat with its key sets nothing");
    let other = input(json!({}), json!({"changeFromQuantity": null, "quantity": 6}));
    assert_eq!(ask(with, "a", other).await, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH");
    keeper.clock.advance(TimeDelta::hours(24));
    assert_eq!(ask("@idempotent(key: \"a\")", "", good()).await, Value::Null);
    assert_eq!(there(&keeper, &tea().sku).await["stock"], 5, "a day later it is another request");
}
