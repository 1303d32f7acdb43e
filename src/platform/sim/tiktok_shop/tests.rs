//! The adapter through the one client against this simulator.

use std::time::Duration;

use super::*;
use crate::platform::sim::keeper::{Keeper, clock, offer, tea};
use crate::platform::sim::{Fault, FaultKind};
use crate::platform::state::{
    Answer, AttributeChoice, AttributeValue, Class, ListingContent, Media, Op, OrderStatus, Outcome, Secret,
};

fn good_tea() -> ListingContent {
    let values = vec![AttributeValue { id: Some("1000".into()), value: "Việt Nam".into() }];
    let origin = AttributeChoice { id: "100107".into(), name: "Xuất xứ".into(), values };
    ListingContent { category: Some("600002".into()), attributes: vec![origin], ..tea() }
}

async fn keeper(review: Review, hasty: bool) -> Keeper {
    let clock = clock();
    let sim = start(0, clock.clone(), review).unwrap();
    let keys = [("app_secret", APP_SECRET), ("refresh_token", REFRESH)];
    let mut keeper = Keeper::new("tiktok_shop", sim, clock, &keys, hasty);
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
    let early = keeper.send(Some(&id), good_tea(), media.clone()).await.unwrap_err();
    assert_eq!(early.class, Class::Permanent, "a product under review is not changed");
    keeper.post("/__sim/review", json!({"decision": "reject", "reason": "Ảnh mờ"})).await;
    assert_eq!(keeper.outcome(&id).await, Outcome::Rejected { reasons: vec!["Product: Ảnh mờ".into()] });
    let uploads = keeper.get("/__sim/requests").await["POST /product/202309/images/upload"].clone();
    let (_, _, again) = keeper.send(Some(&id), good_tea(), media.clone()).await.unwrap();
    assert_eq!(again, media);
    assert_eq!(
        keeper.get("/__sim/requests").await["POST /product/202309/images/upload"],
        uploads,
        "kept images stay"
    );
    keeper.post("/__sim/review", json!({"decision": "approve"})).await;
    assert_eq!(keeper.outcome(&id).await, Outcome::Live { external_id: id.clone() });

    keeper.run(&offer(&id, 190_000, 3)).await.unwrap();
    let changed = ListingContent { price_vnd: 1, stock: 1, ..good_tea() };
    keeper.send(Some(&id), changed, media.clone()).await.unwrap();
    keeper.post("/__sim/review", json!({"decision": "approve"})).await;
    let found = keeper.find(&tea().sku).await.unwrap();
    assert_eq!((found.price_vnd, found.stock), (Some(190_000), Some(3)), "an update leaves price and stock");
    let refused = keeper.run(&offer(&id, 190_000, 100_000)).await.unwrap_err();
    assert_eq!((refused.class, refused.fields[0].pointer.as_str()), (Class::Permanent, "/stock"));

    let withdraw = Op::Withdraw { external_id: id.clone(), sku: tea().sku };
    for _ in 0..2 {
        assert_eq!(keeper.run(&withdraw).await, Ok(Answer::Withdrawn));
        assert_eq!(keeper.outcome(&id).await, Outcome::Withdrawn);
    }
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
async fn orders_come_page_by_page_and_pieces_are_counted() {
    let mut keeper = keeper(Review::None, false).await;
    keeper.send(None, ListingContent { stock: 1_000, ..good_tea() }, Media::new()).await.unwrap();
    for _ in 0..101 {
        keeper.post("/__sim/orders", json!({"sku": tea().sku, "quantity": 3})).await;
    }
    keeper.clock.advance(chrono::TimeDelta::seconds(5));
    let first = keeper.orders(None).await;
    assert_eq!((first.orders.len(), first.next_cursor.as_deref()), (100, Some("100")));
    let line = &first.orders[0].lines[0];
    assert_eq!((line.sku.as_str(), line.quantity, line.unit_price_vnd), (tea().sku.as_str(), 3, 180_000));
    let last = keeper.orders(first.next_cursor).await;
    assert_eq!((last.orders.len(), last.next_cursor, last.unread.len()), (1, None, 0));
    keeper.clock.advance(chrono::TimeDelta::hours(2));
    assert_eq!(keeper.orders(None).await.orders, []);
    let id: u64 = last.orders[0].order_id.parse().unwrap();
    for (word, status) in [
        ("shipping", OrderStatus::Shipping),
        ("completed", OrderStatus::Completed),
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
    keeper.clock.advance(chrono::TimeDelta::days(6));
    keeper.find("x").await;
    keeper.post("/__sim/tokens/expire", json!({})).await;
    let find = Op::FindBySku { sku: "x".into() };
    let ended = keeper.run(&find).await.unwrap_err();
    assert_eq!((ended.class, ended.code.as_str()), (Class::Auth { refreshable: true }, "auth.token_expired"));
    keeper.log_in().await;
    keeper.find("x").await;
    // A token that was used has had its day.
    let newest = keeper.credentials.secrets.insert("refresh_token".into(), Secret::new(REFRESH)).unwrap();
    assert_eq!(keeper.run(&Op::Login).await.unwrap_err().class, Class::Auth { refreshable: false });
    keeper.credentials.secrets.insert("refresh_token".into(), newest);
    keeper.log_in().await;
    keeper.credentials.secrets.insert("app_secret".into(), Secret::new("wrong-secret"));
    let forged = keeper.run(&find).await.unwrap_err();
    assert_eq!(
        (forged.class, forged.code.as_str()),
        (Class::Auth { refreshable: false }, "tiktok_shop.106001")
    );
    keeper.credentials.secrets.insert("app_secret".into(), Secret::new(APP_SECRET));
    keeper.credentials.settings.insert("shop_cipher".into(), "ROW_of-another".into());
    assert_eq!(keeper.run(&find).await.unwrap_err().class, Class::NeedsAction);
    keeper.hides();
}

#[tokio::test]
async fn what_is_refused_says_what_to_do() {
    let mut keeper = keeper(Review::None, false).await;
    let nowhere = ListingContent { category: Some("600003".into()), ..good_tea() };
    let refused = keeper.send(None, nowhere, Media::new()).await.unwrap_err();
    assert_eq!((refused.class, refused.fields[0].pointer.as_str()), (Class::Permanent, "/category"));
    let silent = ListingContent { attributes: vec![], ..good_tea() };
    let refused = keeper.send(None, silent, Media::new()).await.unwrap_err();
    assert_eq!(refused.fields[0].pointer, "/attributes");
    let forgotten: Media =
        tea().images.into_iter().map(|image| (image, "tos-of-another-shop".into())).collect();
    let refused = keeper.send(None, good_tea(), forgotten).await.unwrap_err();
    assert_eq!(refused.fields[0].pointer, "/images");
    assert_eq!(keeper.get("/__sim/products").await, json!([]));
    // Nothing there keeps a SKU from being there twice: that is seen, and left to a person.
    for _ in 0..2 {
        keeper.send(None, good_tea(), Media::new()).await.unwrap();
    }
    let twice = keeper.run(&Op::FindBySku { sku: tea().sku }).await.unwrap_err();
    assert_eq!((twice.class, twice.code.as_str()), (Class::NeedsAction, "product.twice"));
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
        keeper.order(&fault("/product/202309/products")).await;
        let lost = keeper.send(None, good_tea(), Media::new()).await.unwrap_err();
        assert_eq!(lost.class, on_write, "{kind:?} on a write");
        keeper.order(&fault("/product/202502/products/search")).await;
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
