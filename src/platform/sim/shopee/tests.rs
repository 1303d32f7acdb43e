//! The adapter through the one client against this simulator.

use std::time::Duration;

use chrono::TimeDelta;

use super::*;
use crate::platform::sim::keeper::{Keeper, clock, offer, tea};
use crate::platform::sim::{Fault, FaultKind};
use crate::platform::state::{
    Answer, AttributeChoice, AttributeValue, Class, HookCall, ListingContent, Media, News, Op, OrderStatus,
    Outcome, Secret,
};

fn good_tea() -> ListingContent {
    let values = vec![AttributeValue { id: Some(ATTRIBUTE.1.into()), value: "Việt Nam".into() }];
    let origin = AttributeChoice { id: ATTRIBUTE.0.into(), name: "Xuất xứ".into(), values };
    ListingContent { category: Some(CATEGORY.into()), attributes: vec![origin], ..tea() }
}

async fn keeper(review: Review, hasty: bool) -> Keeper {
    let clock = clock();
    let sim = start(0, clock.clone(), review).unwrap();
    let keys = [("partner_key", PARTNER_KEY), ("refresh_token", REFRESH)];
    let mut keeper = Keeper::new("shopee", sim, clock, &keys, hasty);
    for (name, number) in [("partner_id", PARTNER_ID), ("shop_id", SHOP_ID)] {
        keeper.credentials.settings.insert(name.into(), number.to_string());
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
    let withdraw = Op::Withdraw { external_id: id.clone(), sku: tea().sku };
    assert_eq!(keeper.run(&withdraw).await.unwrap_err().class, Class::Retryable, "nor taken off sale");
    keeper.post("/__sim/review", json!({"decision": "reject", "reason": "Ảnh mờ"})).await;
    let refused = Outcome::Rejected { reasons: vec!["Inappropriate Image; Ảnh mờ".into()] };
    assert_eq!(keeper.outcome(&id).await, refused);
    assert_eq!(keeper.find(&tea().sku).await.unwrap().outcome, refused);
    let uploads = "POST /api/v2/media_space/upload_image";
    let (_, changed, again) = keeper.send(Some(&id), good_tea(), media.clone()).await.unwrap();
    assert_eq!((changed, again), (Outcome::PendingReview { external_id: id.clone() }, media.clone()));
    assert_eq!(keeper.get("/__sim/requests").await[uploads], 2, "kept images stay");
    keeper.post("/__sim/review", json!({"decision": "approve"})).await;
    assert_eq!(keeper.outcome(&id).await, Outcome::Live { external_id: id.clone() });

    keeper.run(&offer(&id, 190_000, 3)).await.unwrap();
    let changed = ListingContent { price_vnd: 2_000, stock: 9, ..good_tea() };
    keeper.send(Some(&id), changed, media.clone()).await.unwrap();
    keeper.post("/__sim/review", json!({"decision": "approve"})).await;
    let found = keeper.find(&tea().sku).await.unwrap();
    assert_eq!((found.price_vnd, found.stock), (Some(190_000), Some(3)), "an update leaves price and stock");
    let dear = keeper.run(&offer(&id, 900_000_000, 3)).await.unwrap_err();
    assert_eq!((dear.class, dear.fields[0].pointer.as_str()), (Class::Permanent, "/price_vnd"));
    keeper.credentials.settings.insert("location_id".into(), "ELSEWHERE".into());
    assert_eq!(keeper.run(&offer(&id, 190_000, 3)).await.unwrap_err().class, Class::NeedsAction);
    keeper.credentials.settings.remove("location_id");

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
    assert_eq!(products[0]["more"]["weight"], 0.25);
    keeper.hides();
}

#[tokio::test]
async fn orders_come_page_by_page_with_their_lines_after_their_numbers() {
    let mut keeper = keeper(Review::None, false).await;
    keeper.send(None, ListingContent { stock: 1_000, ..good_tea() }, Media::new()).await.unwrap();
    for _ in 0..51 {
        keeper.post("/__sim/orders", json!({"sku": tea().sku, "quantity": 3})).await;
    }
    keeper.clock.advance(TimeDelta::seconds(5));
    let first = keeper.orders(None).await;
    assert_eq!((first.orders.len(), first.next_cursor.as_deref()), (50, Some("50")));
    let line = &first.orders[0].lines[0];
    assert_eq!((line.sku.as_str(), line.quantity, line.unit_price_vnd), (tea().sku.as_str(), 3, 180_000));
    let last = keeper.orders(first.next_cursor).await;
    assert_eq!((last.orders.len(), last.next_cursor, last.unread.len()), (1, None, 0));
    keeper.clock.advance(TimeDelta::hours(2));
    assert_eq!(keeper.orders(None).await.orders, []);
    let id = keeper.get("/__sim/orders").await[50]["id"].clone();
    for (word, status) in [
        ("shipping", OrderStatus::Shipping),
        ("completed", OrderStatus::Completed),
        ("cancelled", OrderStatus::Cancelled),
    ] {
        keeper.post("/__sim/orders", json!({"id": id, "status": word})).await;
        keeper.clock.advance(TimeDelta::seconds(5));
        let page = keeper.orders(None).await;
        assert_eq!((page.orders.len(), page.orders[0].status), (1, status));
        assert_eq!(page.orders[0].lines, last.orders[0].lines, "the same lines at each pull");
    }
    keeper.hides();
}

#[tokio::test]
async fn tokens_end_and_the_newest_refresh_token_brings_another() {
    let mut keeper = keeper(Review::None, false).await;
    let find = Op::FindBySku { sku: "x".into() };
    keeper.clock.advance(TimeDelta::minutes(230));
    keeper.find("x").await;
    keeper.post("/__sim/tokens/expire", json!({})).await;
    let ended = keeper.run(&find).await.unwrap_err();
    assert_eq!((ended.class, ended.code.as_str()), (Class::Auth { refreshable: true }, "auth.token_expired"));
    keeper.log_in().await;
    keeper.find("x").await;
    // A token that was used has had its day.
    let newest = keeper.credentials.secrets.insert("refresh_token".into(), Secret::new(REFRESH)).unwrap();
    let spent = keeper.run(&Op::Login).await.unwrap_err();
    assert_eq!(
        (spent.class, spent.code.as_str()),
        (Class::Auth { refreshable: false }, "shopee.keys_refused")
    );
    keeper.credentials.secrets.insert("refresh_token".into(), newest);
    keeper.log_in().await;
    keeper.credentials.secrets.insert("partner_key".into(), Secret::new("wrong-key"));
    let forged = keeper.run(&find).await.unwrap_err();
    assert_eq!(
        (forged.class, forged.code.as_str()),
        (Class::Auth { refreshable: false }, "shopee.error_sign")
    );
    keeper.credentials.secrets.insert("partner_key".into(), Secret::new(PARTNER_KEY));
    keeper.credentials.settings.insert("shop_id".into(), "600001".into());
    assert_eq!(keeper.run(&find).await.unwrap_err().class, Class::Auth { refreshable: false });
    keeper.hides();
}

#[tokio::test]
async fn what_is_refused_says_what_to_do() {
    let mut keeper = keeper(Review::None, false).await;
    let pointer = |failure: &crate::platform::state::Failure| failure.fields[0].pointer.clone();
    let nowhere = ListingContent { category: Some("100003".into()), ..good_tea() };
    let refused = keeper.send(None, nowhere, Media::new()).await.unwrap_err();
    assert_eq!((refused.class, pointer(&refused).as_str()), (Class::Permanent, "/category"));
    let silent = ListingContent { attributes: vec![], ..good_tea() };
    assert_eq!(pointer(&keeper.send(None, silent, Media::new()).await.unwrap_err()), "/attributes");
    let forgotten: Media = tea().images.into_iter().map(|image| (image, "of-another-shop".into())).collect();
    assert_eq!(pointer(&keeper.send(None, good_tea(), forgotten).await.unwrap_err()), "/images");
    // The category's limits are asked for, and nothing is uploaded where they do not hold.
    let uploads = keeper.get("/__sim/requests").await["POST /api/v2/media_space/upload_image"].clone();
    for (content, at) in [
        (ListingContent { name: "Chè".into(), ..good_tea() }, "/name"),
        (ListingContent { stock: 4, ..good_tea() }, "/stock"),
        (ListingContent { price_vnd: 999, ..good_tea() }, "/price_vnd"),
        (ListingContent { description_html: "a".repeat(2_001), ..good_tea() }, "/description_html"),
    ] {
        let refused = keeper.send(None, content, Media::new()).await.unwrap_err();
        assert_eq!((refused.code.as_str(), pointer(&refused).as_str()), ("content.refused", at));
    }
    assert_eq!(keeper.get("/__sim/requests").await["POST /api/v2/media_space/upload_image"], uploads);
    assert_eq!(keeper.get("/__sim/products").await, json!([]));
    // A search finds similar ones; nothing there keeps a SKU from being there twice: that is left to a person.
    keeper
        .send(None, ListingContent { sku: format!("{}-B", tea().sku), ..good_tea() }, Media::new())
        .await
        .unwrap();
    assert_eq!(keeper.find(&tea().sku).await, None);
    for _ in 0..2 {
        keeper.send(None, good_tea(), Media::new()).await.unwrap();
    }
    let twice = keeper.run(&Op::FindBySku { sku: tea().sku }).await.unwrap_err();
    assert_eq!((twice.class, twice.code.as_str()), (Class::NeedsAction, "product.twice"));
    keeper.credentials.settings.insert("logistics_channels".into(), "50022".into());
    assert_eq!(keeper.send(None, good_tea(), Media::new()).await.unwrap_err().class, Class::Permanent);
}

#[tokio::test]
async fn categories_and_attributes_are_read_in_vietnamese() {
    let mut keeper = keeper(Review::None, false).await;
    let Answer::Categories(roots) = keeper.run(&Op::Categories { parent: None }).await.unwrap() else {
        panic!()
    };
    assert_eq!((roots.len(), roots[0].id.as_str(), roots[0].leaf), (1, "100001", false));
    let parent = Some(roots[0].id.clone());
    let Answer::Categories(below) = keeper.run(&Op::Categories { parent }).await.unwrap() else { panic!() };
    assert_eq!((below.len(), below[0].id.as_str(), below[0].leaf), (2, CATEGORY, true));
    let op = Op::Attributes { category: CATEGORY.into() };
    let Answer::Attributes(attributes) = keeper.run(&op).await.unwrap() else { panic!() };
    assert_eq!((attributes[0].name.as_str(), attributes[0].required), ("Xuất xứ", true));
    assert_eq!(attributes[0].values, [("1001".to_owned(), "Việt Nam".to_owned())]);
    assert_eq!((attributes[1].name.as_str(), attributes[1].values.len()), ("Flavour", 0));
}

#[tokio::test]
async fn a_push_message_is_believed_by_its_signature_over_address_and_body() {
    let keeper = keeper(Review::None, false).await;
    let url = "https://ocop.example/api/v1/hooks/shopee/shp_1";
    let push = json!({"url": url, "code": 3, "data": {"ordersn": "1", "status": "SHIPPED"}});
    let sent = keeper.post("/__sim/hooks", push).await;
    let headers =
        vec![("authorization".to_owned(), sent["headers"]["authorization"].as_str().unwrap().to_owned())];
    let body = sent["body"].as_str().unwrap().as_bytes();
    let adapter = crate::platform::adapter("shopee").unwrap();
    let call = HookCall { url, query: "", headers: &headers, body };
    assert_eq!(adapter.hook(&call, &keeper.credentials, keeper.clock.now()).unwrap().news, News::Orders);
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
        keeper.order(&fault("/api/v2/product/add_item")).await;
        let lost = keeper.send(None, good_tea(), Media::new()).await.unwrap_err();
        assert_eq!(lost.class, on_write, "{kind:?} on a write");
        keeper.order(&fault("/api/v2/product/search_item")).await;
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
