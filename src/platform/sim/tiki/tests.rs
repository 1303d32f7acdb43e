//! The adapter through the one client against this simulator.

use std::collections::BTreeSet;

use serde_json::json;

use super::*;
use crate::platform::sim::keeper::{Keeper, clock, tea};
use crate::platform::sim::{Fault, FaultKind};
use crate::platform::state::{
    Answer, AttributeChoice, AttributeValue, Class, Failure, ListingContent, Media, Offer, Op, OrderStatus,
    Outcome, RemoteProduct, Secret, Token,
};

fn choice(id: &str, value: &str) -> AttributeChoice {
    let value = AttributeValue { id: None, value: value.into() };
    AttributeChoice { id: id.into(), name: id.into(), values: vec![value] }
}

fn good() -> ListingContent {
    let attributes = vec![choice("origin", "Việt Nam"), choice("brand", "Hảo Đạt")];
    ListingContent { category: Some("1846".into()), attributes, ..tea() }
}

async fn keeper(review: Review, hasty: bool) -> Keeper {
    let clock = clock();
    let sim = start(Options { port: 0, review, clock: clock.clone() }).unwrap();
    let mut keeper = Keeper::new("tiki", sim, clock, &[("client_secret", CLIENT_SECRET)], hasty);
    keeper.credentials.settings.insert("client_id".into(), CLIENT_ID.into());
    log_in(&mut keeper).await.unwrap();
    keeper
}

async fn log_in(keeper: &mut Keeper) -> Result<Option<Secret>, Failure> {
    let Answer::Token(grant) = keeper.run(&Op::Login).await? else { panic!() };
    let expires_at = grant.expires_at(keeper.clock.now());
    keeper.credentials.token = Some(Token { value: grant.value, expires_at });
    Ok(grant.refresh)
}

async fn look(keeper: &mut Keeper, id: &str) -> RemoteProduct {
    match keeper.run(&Op::Review { external_id: id.to_owned() }).await.unwrap() {
        Answer::Reviewed(product) => product,
        other => panic!("{other:?}"),
    }
}

async fn offer(keeper: &mut Keeper, id: &str, price_vnd: i64) -> Result<Answer, Failure> {
    let items = vec![Offer { external_id: id.into(), sku: tea().sku, price_vnd, stock: 7 }];
    keeper.run(&Op::PriceStock { items }).await
}

async fn withdraw(keeper: &mut Keeper, id: &str) -> Result<Answer, Failure> {
    keeper.run(&Op::Withdraw { external_id: id.into(), sku: tea().sku }).await
}

/// A product on sale, by its number.
async fn on_sale(keeper: &mut Keeper) -> String {
    let (track, outcome, _) = keeper.send(None, good(), Media::new()).await.unwrap();
    assert_eq!(outcome, Outcome::Submitted { tracking: track.clone() });
    keeper.post("/__sim/review", json!({"decision": "approve"})).await;
    let made = look(keeper, &track).await;
    assert_eq!(made.outcome, Outcome::Withdrawn, "an approved product is off sale");
    offer(keeper, &made.external_id, 180_000).await.unwrap();
    let live = look(keeper, &made.external_id).await;
    assert_eq!(live.outcome, Outcome::Live { external_id: live.external_id.clone() });
    live.external_id
}

#[tokio::test]
async fn a_product_is_asked_for_reviewed_put_on_sale_changed_and_taken_off() {
    let mut keeper = keeper(Review::ByHand, false).await;
    assert_eq!(keeper.find(&tea().sku).await, None);
    let (track, ..) = keeper.send(None, good(), Media::new()).await.unwrap();
    assert_eq!(look(&mut keeper, &track).await.outcome, Outcome::Submitted { tracking: track.clone() });
    assert_eq!(
        look(&mut keeper, &track).await.outcome,
        Outcome::PendingReview { external_id: track.clone() }
    );
    // Whoever lost the tracking number finds the request by the SKU.
    let again = keeper.find(&tea().sku).await.unwrap();
    assert!(again.external_id.starts_with("request/"), "{again:?}");
    let pending = look(&mut keeper, &again.external_id).await;
    assert_eq!(pending.outcome, Outcome::PendingReview { external_id: again.external_id.clone() });
    let (twin, ..) = keeper.send(None, good(), Media::new()).await.unwrap();
    let Outcome::Rejected { reasons } = look(&mut keeper, &twin).await.outcome else { panic!() };
    assert_eq!(reasons, ["Mã seller product không duy nhất"]);

    keeper.post("/__sim/review", json!({"decision": "reject", "reason": "Ảnh mờ"})).await;
    for id in [&track, &again.external_id] {
        let refused = look(&mut keeper, id).await;
        assert_eq!(
            (refused.outcome, refused.editable),
            (Outcome::Rejected { reasons: vec!["Ảnh mờ".into()] }, true)
        );
    }
    assert_eq!(keeper.find(&tea().sku).await, None);
    assert_eq!(withdraw(&mut keeper, &track).await, Ok(Answer::Withdrawn));

    let id = on_sale(&mut keeper).await;
    let gone = keeper.run(&Op::Review { external_id: twin }).await.unwrap_err();
    assert_eq!(gone.code, "product.gone", "its SKU is a product now");
    let other = ListingContent { description_html: "<p>Sao lại bằng tay.</p>".into(), ..good() };
    let (change, ..) = keeper.send(Some(&id), other.clone(), Media::new()).await.unwrap();
    assert!(change.contains("/update/"));
    keeper.post("/__sim/review", json!({"decision": "approve"})).await;
    assert_eq!(look(&mut keeper, &change).await.external_id, id);
    let there = keeper.get("/__sim/products").await;
    assert_eq!((&there[0]["description"], &there[0]["writes"]), (&json!(other.description_html), &json!(2)));
    assert_eq!((&there[0]["price_vnd"], &there[0]["stock"]), (&json!(180_000), &json!(7)));
    assert_eq!(there.as_array().unwrap().len(), 1);

    let low = offer(&mut keeper, &id, 17_999).await.unwrap_err();
    assert_eq!((low.class, low.fields[0].pointer.as_str()), (Class::Permanent, "/price_vnd"));
    assert_eq!(withdraw(&mut keeper, &id).await, Ok(Answer::Withdrawn));
    assert_eq!(look(&mut keeper, &id).await.outcome, Outcome::Withdrawn);
    offer(&mut keeper, &id, 170_000).await.unwrap();
    assert_eq!(look(&mut keeper, &id).await.outcome, Outcome::Withdrawn, "a price puts nothing back");
    let (back, ..) = keeper.send(Some(&id), good(), Media::new()).await.unwrap();
    keeper.post("/__sim/review", json!({"decision": "approve"})).await;
    let made = look(&mut keeper, &back).await;
    assert_eq!((made.external_id, made.outcome), (format!("{id}/new"), Outcome::Withdrawn));
    keeper.hides();
}

#[tokio::test]
async fn a_request_under_review_is_taken_back() {
    let mut keeper = keeper(Review::ByHand, false).await;
    let (track, ..) = keeper.send(None, good(), Media::new()).await.unwrap();
    let early = withdraw(&mut keeper, &track).await.unwrap_err();
    assert_eq!((early.class, early.code.as_str()), (Class::Retryable, "tiki.request_queued"));
    assert_eq!(withdraw(&mut keeper, &track).await, Ok(Answer::Withdrawn));
    assert_eq!(keeper.run(&Op::Review { external_id: track }).await.unwrap_err().code, "product.gone");
    keeper.post("/__sim/review", json!({"decision": "approve"})).await;
    assert_eq!(keeper.find(&tea().sku).await, None);
}

#[tokio::test]
async fn reviews_end_by_looks_or_at_once() {
    let mut looked = keeper(Review::AfterReads(2), false).await;
    let (track, ..) = looked.send(None, good(), Media::new()).await.unwrap();
    let mut states = BTreeSet::new();
    for _ in 0..4 {
        states.insert(look(&mut looked, &track).await.raw_status);
    }
    assert_eq!(states, BTreeSet::from(["active=0".into(), "awaiting_approve".into(), "queuing".into()]));
    let mut at_once = keeper(Review::None, false).await;
    let (track, ..) = at_once.send(None, good(), Media::new()).await.unwrap();
    assert_eq!(look(&mut at_once, &track).await.outcome, Outcome::Withdrawn);
}

#[tokio::test]
async fn what_is_refused_says_what_to_do() {
    let mut keeper = keeper(Review::None, false).await;
    for (content, pointer) in [
        (ListingContent { category: Some("1840".into()), ..good() }, "/category"),
        (ListingContent { attributes: vec![choice("origin", "Việt Nam")], ..good() }, "/attributes"),
        (ListingContent { attributes: vec![choice("colour", "xanh")], ..good() }, "/attributes"),
    ] {
        let refused = keeper.send(None, content, Media::new()).await.unwrap_err();
        assert_eq!((refused.class, refused.fields[0].pointer.as_str()), (Class::Permanent, pointer));
    }
    let gone = keeper.send(Some("77"), good(), Media::new()).await.unwrap_err();
    assert_eq!(gone.code, "product.gone");
    let unknown = keeper.run(&Op::Attributes { category: "5".into() }).await.unwrap_err();
    assert_eq!(unknown.class, Class::Permanent);

    keeper.post("/__sim/tokens/expire", json!({})).await;
    let ended = keeper.run(&Op::FindBySku { sku: tea().sku }).await.unwrap_err();
    assert_eq!(ended.class, Class::Auth { refreshable: true });
    keeper.credentials.secrets.insert("refresh_token".into(), Secret::new(REFRESH_TOKEN));
    let next = log_in(&mut keeper).await.unwrap().unwrap();
    assert_eq!(keeper.find(&tea().sku).await, None);
    let spent = log_in(&mut keeper).await.unwrap_err();
    assert_eq!(spent.class, Class::Auth { refreshable: false }, "a refresh token is good once");
    keeper.credentials.secrets.insert("refresh_token".into(), next);
    log_in(&mut keeper).await.unwrap();
    keeper.credentials.secrets.insert("client_secret".into(), Secret::new("another-secret"));
    assert_eq!(log_in(&mut keeper).await.unwrap_err().class, Class::Auth { refreshable: false });
    keeper.hides();
}

#[tokio::test]
async fn orders_come_page_by_page_with_their_states() {
    let mut keeper = keeper(Review::None, false).await;
    on_sale(&mut keeper).await;
    for _ in 0..21 {
        keeper.post("/__sim/orders", json!({"sku": tea().sku, "quantity": 2})).await;
    }
    let first = keeper.orders(None).await;
    assert_eq!((first.orders.len(), first.next_cursor.as_deref()), (20, Some("2")));
    let last = keeper.orders(first.next_cursor.clone()).await;
    assert_eq!((last.orders.len(), last.next_cursor), (1, None));
    let line = &last.orders[0].lines[0];
    assert_eq!((line.sku.as_str(), line.quantity, line.unit_price_vnd), (tea().sku.as_str(), 2, 180_000));
    assert_eq!(last.orders[0].placed_at, Some(keeper.clock.now()));
    let numbers: BTreeSet<_> = first.orders.iter().chain(&last.orders).map(|order| &order.order_id).collect();
    assert_eq!(numbers.len(), 21);
    let id: u64 = last.orders[0].order_id.parse().unwrap();
    for (word, status) in [
        ("shipping", OrderStatus::Shipping),
        ("completed", OrderStatus::Completed),
        ("cancelled", OrderStatus::Cancelled),
        ("returned", OrderStatus::Returned),
    ] {
        keeper.clock.advance(chrono::Duration::hours(9));
        log_in(&mut keeper).await.unwrap();
        assert_eq!(keeper.orders(None).await.orders, []);
        keeper.post("/__sim/orders", json!({"id": id, "status": word})).await;
        let page = keeper.orders(None).await;
        assert_eq!((page.orders.len(), page.orders[0].status), (1, status));
        assert_eq!(page.orders[0].lines, last.orders[0].lines);
    }
    keeper.hides();
}

#[tokio::test]
async fn a_call_without_an_answer_in_time_leaves_one_product() {
    for kind in [FaultKind::Hang, FaultKind::HangAfterWrite] {
        let mut keeper = keeper(Review::None, true).await;
        let path = "/integration/v2/requests";
        keeper
            .order(&Fault { delay_ms: 3_000, method: Some("POST".into()), ..Fault::once(kind, path) })
            .await;
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
