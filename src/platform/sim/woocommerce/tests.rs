//! The adapter through the one client against this simulator.

use serde_json::json;

use super::*;
use crate::platform::sim::keeper::{Keeper, clock, tea};
use crate::platform::sim::{Fault, FaultKind};
use crate::platform::state::{
    Answer, Class, Failure, ListingContent, Media, Offer, Op, OrderStatus, Outcome, Secret,
};

fn keeper(hasty: bool) -> Keeper {
    let clock = clock();
    let options = Options::new(clock.clone());
    let keys = [
        ("consumer_key", options.consumer_key.clone()),
        ("consumer_secret", options.consumer_secret.clone()),
    ];
    let keys: Vec<_> = keys.iter().map(|(name, key)| (*name, key.as_str())).collect();
    let mut keeper = Keeper::new("woocommerce", start(options.clone()).unwrap(), clock, &keys, hasty);
    keeper.credentials.settings.insert("base_url".into(), keeper.sim.base_url.clone());
    keeper
}

fn good() -> ListingContent {
    ListingContent { category: Some("17".into()), ..tea() }
}

#[tokio::test]
async fn a_product_keeps_its_images_and_goes_out_and_in() {
    let mut keeper = keeper(false);
    assert_eq!(keeper.run(&Op::Login).await, Ok(Answer::KeysGood));
    assert_eq!(keeper.find(&tea().sku).await, None);
    let (id, outcome, media) = keeper.send(None, good(), Media::new()).await.unwrap();
    assert_eq!((outcome, media.len()), (Outcome::Live { external_id: id.clone() }, 2));
    // The shop keeps the images it has; another order of them is another main image.
    let turned = ListingContent { images: good().images.into_iter().rev().collect(), ..good() };
    let (_, _, again) = keeper.send(Some(&id), turned, media.clone()).await.unwrap();
    assert_eq!(again, media);
    let there = keeper.get("/__sim/products").await;
    assert_eq!(
        (&there[0]["images"][0], &there[0]["writes"]),
        (&json!("https://ocop.example/img/2.jpg"), &json!(2))
    );
    assert_eq!(there[0]["weight_g"], 250);
    // Its owner threw one away: it is fetched again.
    let lost = media.keys().map(|ours| (ours.clone(), "9999".to_owned())).collect();
    let (_, _, fetched) = keeper.send(Some(&id), good(), lost).await.unwrap();
    assert_eq!(fetched.len(), 2);
    assert!(fetched.values().all(|name| name != "9999" && !media.values().any(|old| old == name)));

    let offer = |id: &str, price_vnd| Offer { external_id: id.into(), sku: tea().sku, price_vnd, stock: 3 };
    keeper.run(&Op::PriceStock { items: vec![offer(&id, 190_000)] }).await.unwrap();
    let found = keeper.find(&tea().sku).await.unwrap();
    assert_eq!((found.price_vnd, found.stock), (Some(190_000), Some(3)));
    let mixed = Op::PriceStock { items: vec![offer(&id, 195_000), offer("77", 1)] };
    let Answer::Items(items) = keeper.run(&mixed).await.unwrap() else { panic!() };
    assert_eq!(items[0].result, Ok(()));
    assert_eq!(items[1].result.as_ref().unwrap_err().code, "product.gone");

    let withdraw = Op::Withdraw { external_id: id.clone(), sku: tea().sku };
    assert_eq!(keeper.run(&withdraw).await, Ok(Answer::Withdrawn));
    assert_eq!(keeper.find(&tea().sku).await.unwrap().outcome, Outcome::Withdrawn);
    let Answer::Reviewed(seen) = keeper.run(&Op::Review { external_id: id.clone() }).await.unwrap() else {
        panic!()
    };
    assert_eq!((seen.outcome, seen.price_vnd), (Outcome::Withdrawn, Some(195_000)));
    keeper.send(Some(&id), good(), media).await.unwrap();
    assert!(matches!(keeper.find(&tea().sku).await.unwrap().outcome, Outcome::Live { .. }));
    let gone: Vec<Failure> = vec![
        keeper.run(&Op::Review { external_id: "77".into() }).await.unwrap_err(),
        keeper.send(Some("77"), good(), Media::new()).await.unwrap_err(),
    ];
    assert!(gone.iter().all(|failure| failure.code == "product.gone"));
    keeper.hides();
}

#[tokio::test]
async fn orders_come_page_by_page_with_their_states() {
    let mut keeper = keeper(false);
    keeper.send(None, ListingContent { stock: 1_000, ..good() }, Media::new()).await.unwrap();
    for _ in 0..101 {
        keeper.post("/__sim/orders", json!({"sku": tea().sku, "quantity": 2})).await;
    }
    let first = keeper.orders(None).await;
    assert_eq!((first.orders.len(), first.next_cursor.as_deref()), (100, Some("2")));
    let line = &first.orders[0].lines[0];
    assert_eq!((line.sku.as_str(), line.quantity, line.unit_price_vnd), (tea().sku.as_str(), 2, 180_000));
    assert_eq!(first.orders[0].placed_at, Some(keeper.clock.now()));
    let last = keeper.orders(first.next_cursor).await;
    assert_eq!((last.orders.len(), last.next_cursor), (1, None));
    let id: u64 = last.orders[0].order_id.parse().unwrap();
    keeper.clock.advance(chrono::Duration::hours(3));
    assert_eq!(keeper.orders(None).await.orders, []);
    for (word, status) in [
        ("shipping", OrderStatus::Open),
        ("completed", OrderStatus::Completed),
        ("cancelled", OrderStatus::Cancelled),
        ("returned", OrderStatus::Returned),
    ] {
        keeper.post("/__sim/orders", json!({"id": id, "status": word})).await;
        let page = keeper.orders(None).await;
        assert_eq!((page.orders.len(), page.orders[0].status), (1, status));
        assert_eq!(page.orders[0].lines, last.orders[0].lines);
    }
    keeper.hides();
}

#[tokio::test]
async fn what_is_refused_says_what_to_do() {
    let mut keeper = keeper(false);
    keeper.send(None, good(), Media::new()).await.unwrap();
    let twice = keeper.send(None, good(), Media::new()).await.unwrap_err();
    assert_eq!((twice.class, twice.fields[0].pointer.as_str()), (Class::Permanent, "/sku"));
    let nowhere = ListingContent { category: Some("999".into()), sku: "OTHER".into(), ..good() };
    let refused = keeper.send(None, nowhere, Media::new()).await.unwrap_err();
    assert_eq!((refused.class, refused.fields[0].pointer.as_str()), (Class::Permanent, "/category"));
    keeper.credentials.secrets.insert("consumer_secret".into(), Secret::new("cs_wrong_secret"));
    let login = keeper.run(&Op::Login).await.unwrap_err();
    assert_eq!(login.class, Class::Auth { refreshable: false });
    let find = keeper.run(&Op::FindBySku { sku: tea().sku }).await.unwrap_err();
    assert_eq!(find.class, Class::Auth { refreshable: true });
    keeper.credentials.base_url.push_str("/blog");
    let elsewhere = keeper.run(&Op::Login).await.unwrap_err();
    assert_eq!((elsewhere.class, elsewhere.code.as_str()), (Class::NeedsAction, "woocommerce.no_interface"));
    keeper.hides();
}

#[tokio::test]
async fn a_call_without_an_answer_in_time_leaves_one_product() {
    for kind in [FaultKind::Hang, FaultKind::HangAfterWrite] {
        let mut keeper = keeper(true);
        let fault = Fault { delay_ms: 3_000, method: Some("POST".into()), ..Fault::once(kind, "/wp-json") };
        keeper.order(&fault).await;
        let lost = keeper.send(None, good(), Media::new()).await.unwrap_err();
        assert_eq!((lost.class, lost.code.as_str()), (Class::Ambiguous, "transport.timeout"));
        let found = keeper.find(&tea().sku).await;
        assert_eq!(found.is_some(), kind == FaultKind::HangAfterWrite);
        if found.is_none() {
            keeper.send(None, good(), Media::new()).await.unwrap();
        }
        assert_eq!(keeper.get("/__sim/products").await.as_array().unwrap().len(), 1);
    }
}
