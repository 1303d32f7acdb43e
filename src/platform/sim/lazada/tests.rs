//! The adapter through the one client against this simulator.

use std::time::Duration;

use super::*;
use crate::platform::sim::keeper::{Keeper, clock, offer, tea};
use crate::platform::sim::{Fault, FaultKind};
use crate::platform::state::{
    Answer, AttributeChoice, AttributeValue, Class, ListingContent, Media, Op, OrderStatus, Outcome, Secret,
};

fn good_tea() -> ListingContent {
    let values = vec![AttributeValue { id: Some("Green Tea".into()), value: "Trà xanh".into() }];
    let kind = AttributeChoice { id: "tea_type".into(), name: "Loại trà".into(), values };
    ListingContent { category: Some("10000102".into()), attributes: vec![kind], ..tea() }
}

async fn keeper(review: Review, hasty: bool) -> Keeper {
    let clock = clock();
    let sim = start(0, clock.clone(), review).unwrap();
    let keys = [("app_secret", APP_SECRET), ("refresh_token", REFRESH)];
    let mut keeper = Keeper::new("lazada", sim, clock, &keys, hasty);
    for (name, value) in [("app_key", APP_KEY), ("package_size", "20x12x8")] {
        keeper.credentials.settings.insert(name.into(), value.into());
    }
    keeper.log_in().await;
    keeper
}

#[tokio::test]
async fn a_product_goes_all_the_way() {
    let mut keeper = keeper(Review::ByHand, false).await;
    assert_eq!(keeper.find(&tea().sku).await, None);
    let (id, first, media) = keeper.send(None, good_tea(), Media::new()).await.unwrap();
    assert_eq!((first, media.len()), (Outcome::PendingReview { external_id: id.clone() }, 2));
    assert_eq!(keeper.outcome(&id).await, Outcome::PendingReview { external_id: id.clone() });
    keeper.post("/__sim/review", json!({"decision": "reject", "reason": "Ảnh mờ"})).await;
    assert_eq!(keeper.outcome(&id).await, Outcome::Rejected { reasons: vec!["Ảnh mờ".into()] });
    let uploads = keeper.get("/__sim/requests").await["POST /image/upload"].clone();
    let (_, _, again) = keeper.send(Some(&id), good_tea(), media.clone()).await.unwrap();
    assert_eq!(again, media);
    assert_eq!(keeper.get("/__sim/requests").await["POST /image/upload"], uploads, "kept images stay");
    keeper.post("/__sim/review", json!({"decision": "approve"})).await;
    assert_eq!(keeper.outcome(&id).await, Outcome::Live { external_id: id.clone() });

    keeper.run(&offer(&id, 190_000, 3)).await.unwrap();
    let changed = ListingContent { price_vnd: 1, stock: 1, ..good_tea() };
    keeper.send(Some(&id), changed, media.clone()).await.unwrap();
    keeper.post("/__sim/review", json!({"decision": "approve"})).await;
    let found = keeper.find(&tea().sku).await.unwrap();
    assert_eq!((found.price_vnd, found.stock), (Some(190_000), Some(3)), "an update leaves price and stock");
    keeper.run(&offer(&id, 19_000, 3)).await.unwrap();
    assert_eq!(keeper.outcome(&id).await, Outcome::PendingReview { external_id: id.clone() });
    keeper.post("/__sim/review", json!({"decision": "approve"})).await;

    let withdraw = Op::Withdraw { external_id: id.clone(), sku: tea().sku };
    for _ in 0..2 {
        assert_eq!(keeper.run(&withdraw).await, Ok(Answer::Withdrawn));
        assert_eq!(keeper.outcome(&id).await, Outcome::Withdrawn);
    }
    assert_eq!(keeper.get("/__sim/requests").await["POST /product/deactivate"], 1);
    keeper.send(Some(&id), good_tea(), media).await.unwrap();
    keeper.post("/__sim/review", json!({"decision": "approve"})).await;
    assert_eq!(keeper.outcome(&id).await, Outcome::Live { external_id: id });
    let gone = keeper.run(&Op::Review { external_id: "77".into() }).await.unwrap_err();
    assert_eq!(gone.code, "product.gone");
    let products = keeper.get("/__sim/products").await;
    assert_eq!((products.as_array().unwrap().len(), products[0]["images"].as_array().unwrap().len()), (1, 2));
    keeper.hides();
}

#[tokio::test]
async fn orders_come_page_by_page_and_each_piece_is_a_line() {
    let mut keeper = keeper(Review::None, false).await;
    keeper.send(None, ListingContent { stock: 1_000, ..good_tea() }, Media::new()).await.unwrap();
    for _ in 0..51 {
        keeper.post("/__sim/orders", json!({"sku": tea().sku, "quantity": 3})).await;
    }
    keeper.clock.advance(chrono::TimeDelta::seconds(5));
    let first = keeper.orders(None).await;
    assert_eq!((first.orders.len(), first.unread.len()), (50, 0));
    let line = &first.orders[0].lines[0];
    assert_eq!((line.sku.as_str(), line.quantity, line.unit_price_vnd), (tea().sku.as_str(), 1, 180_000));
    assert_eq!((first.orders[0].lines.len(), first.orders[0].status), (3, OrderStatus::Open));
    let last = keeper.orders(first.next_cursor).await;
    assert_eq!((last.orders.len(), last.next_cursor, last.unread.len()), (1, None, 0));
    assert_eq!(last.orders[0].placed_at, Some(clock().now()));
    keeper.clock.advance(chrono::TimeDelta::hours(2));
    assert_eq!(keeper.orders(None).await.orders, []);
    let id: u64 = last.orders[0].order_id.parse().unwrap();
    for (word, status) in [
        ("shipping", OrderStatus::Shipping),
        ("completed", OrderStatus::Completed),
        ("returned", OrderStatus::Returned),
        ("cancelled", OrderStatus::Cancelled),
    ] {
        keeper.post("/__sim/orders", json!({"id": id, "status": word})).await;
        keeper.clock.advance(chrono::TimeDelta::seconds(5));
        let page = keeper.orders(None).await;
        assert_eq!((page.orders.len(), page.orders[0].status), (1, status));
        assert_eq!(page.orders[0].lines, last.orders[0].lines, "the same lines at each pull");
    }
    keeper.hides();
}

#[tokio::test]
async fn tokens_end_and_the_newest_refresh_token_brings_another() {
    let mut keeper = keeper(Review::None, false).await;
    keeper.clock.advance(chrono::TimeDelta::days(29));
    keeper.find("x").await;
    keeper.post("/__sim/tokens/expire", json!({})).await;
    let find = Op::FindBySku { sku: "x".into() };
    assert_eq!(keeper.run(&find).await.unwrap_err().class, Class::Auth { refreshable: true });
    keeper.log_in().await;
    keeper.find("x").await;
    // A token that was used has had its day.
    let newest = keeper.credentials.secrets.insert("refresh_token".into(), Secret::new(REFRESH)).unwrap();
    let ended = keeper.run(&Op::Login).await.unwrap_err();
    assert_eq!(
        (ended.class, ended.code.as_str()),
        (Class::Auth { refreshable: false }, "lazada.keys_refused")
    );
    keeper.credentials.secrets.insert("refresh_token".into(), newest);
    keeper.log_in().await;
    keeper.credentials.secrets.insert("app_secret".into(), Secret::new("wrong-secret"));
    let forged = keeper.run(&find).await.unwrap_err();
    assert_eq!(
        (forged.class, forged.code.as_str()),
        (Class::Auth { refreshable: false }, "lazada.IncompleteSignature")
    );
    keeper.hides();
}

#[tokio::test]
async fn what_is_refused_says_what_to_do() {
    let mut keeper = keeper(Review::None, false).await;
    let refused = |failure: crate::platform::state::Failure| {
        assert_eq!(failure.class, Class::Permanent, "{failure}");
        failure.fields[0].pointer.clone()
    };
    let nowhere = ListingContent { category: Some("10000101".into()), ..good_tea() };
    assert_eq!(refused(keeper.send(None, nowhere, Media::new()).await.unwrap_err()), "/category");
    let silent = ListingContent { attributes: vec![], ..good_tea() };
    assert_eq!(refused(keeper.send(None, silent, Media::new()).await.unwrap_err()), "/attributes");
    let elsewhere: Media =
        tea().images.into_iter().map(|image| (image, "https://x.example/1.jpg".into())).collect();
    assert_eq!(refused(keeper.send(None, good_tea(), elsewhere).await.unwrap_err()), "/images");
    assert_eq!(keeper.get("/__sim/products").await, json!([]));
    keeper.send(None, good_tea(), Media::new()).await.unwrap();
    assert_eq!(refused(keeper.send(None, good_tea(), Media::new()).await.unwrap_err()), "/sku");
    keeper.credentials.settings.insert("brand_id".into(), "1".into());
    let other = ListingContent { sku: "OTHER".into(), ..good_tea() };
    assert_eq!(refused(keeper.send(None, other.clone(), Media::new()).await.unwrap_err()), "/attributes");
    keeper.credentials.settings.remove("package_size");
    let bare = keeper.send(None, other, Media::new()).await.unwrap_err();
    assert_eq!((bare.class, bare.code.as_str()), (Class::NeedsAction, "lazada.parcel"));
}

#[tokio::test]
async fn categories_and_attributes_are_read() {
    let mut keeper = keeper(Review::None, false).await;
    let Answer::Categories(top) = keeper.run(&Op::Categories { parent: None }).await.unwrap() else {
        panic!()
    };
    assert_eq!((top.len(), top[0].id.as_str(), top[0].leaf), (1, "10000100", false));
    let below = Op::Categories { parent: Some("10000101".into()) };
    let Answer::Categories(leaves) = keeper.run(&below).await.unwrap() else { panic!() };
    assert_eq!((leaves[0].id.as_str(), leaves[0].leaf, leaves.len()), ("10000102", true, 1));
    assert_eq!(leaves[0].parent.as_deref(), Some("10000101"));
    let of = Op::Attributes { category: "10000102".into() };
    let Answer::Attributes(all) = keeper.run(&of).await.unwrap() else { panic!() };
    let ids: Vec<(&str, bool)> = all.iter().map(|one| (one.id.as_str(), one.required)).collect();
    assert_eq!(
        ids,
        [
            ("tea_type", true),
            ("flavor", false),
            ("sku.package_content", false),
            ("sku.package_length", false)
        ]
    );
    assert_eq!(all[0].values, [("Green Tea".to_owned(), "Trà xanh".to_owned())]);
}

#[tokio::test]
async fn each_fault_has_its_class_and_leaves_one_product() {
    for (kind, on_write, on_read, done) in [
        (FaultKind::TooManyRequests, Class::RateLimited { after: Some(Duration::from_secs(2)) }, None, false),
        (FaultKind::ServerError, Class::Ambiguous, Some(Class::Retryable), false),
        (FaultKind::ServerErrorAfterWrite, Class::Ambiguous, Some(Class::Retryable), true),
        (FaultKind::Hang, Class::Ambiguous, Some(Class::Retryable), false),
        (FaultKind::HangAfterWrite, Class::Ambiguous, Some(Class::Retryable), true),
        (FaultKind::Cut, Class::Ambiguous, Some(Class::Retryable), false),
        (FaultKind::CutAfterWrite, Class::Ambiguous, Some(Class::Retryable), true),
        (FaultKind::Html, Class::Ambiguous, Some(Class::Retryable), false),
        (FaultKind::Empty, Class::Ambiguous, Some(Class::Retryable), false),
        (FaultKind::OkWithError, Class::Permanent, None, false),
        (FaultKind::TokenExpired, Class::Auth { refreshable: true }, None, false),
    ] {
        let mut keeper = keeper(Review::None, true).await;
        let fault = |path: &str| Fault { delay_ms: 3_000, ..Fault::once(kind, path) };
        keeper.order(&fault("/product/create")).await;
        let lost = keeper.send(None, good_tea(), Media::new()).await.unwrap_err();
        assert_eq!(lost.class, on_write, "{kind:?} on a write");
        keeper.order(&fault("/products/get")).await;
        let unseen = keeper.run(&Op::FindBySku { sku: tea().sku }).await.unwrap_err();
        assert_eq!(unseen.class, on_read.unwrap_or(on_write), "{kind:?} on a read");
        let found = keeper.find(&tea().sku).await;
        assert_eq!(found.is_some(), done, "{kind:?}");
        if found.is_none() {
            keeper.send(None, good_tea(), Media::new()).await.unwrap();
        }
        assert_eq!(keeper.get("/__sim/products").await.as_array().unwrap().len(), 1);
    }
}
