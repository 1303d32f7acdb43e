//! The way of a product, as it should go.

use super::*;

#[tokio::test]
async fn the_journey_from_login_to_withdrawal() {
    let mut keeper = Shopkeeper::ready().await;
    let Answer::Categories(roots) = keeper.run(&Op::Categories { parent: None }).await.unwrap() else {
        panic!()
    };
    assert!(roots.iter().all(|category| !category.leaf));
    let Answer::Categories(leaves) =
        keeper.run(&Op::Categories { parent: Some("100".into()) }).await.unwrap()
    else {
        panic!()
    };
    assert!(leaves.iter().any(|category| category.leaf && category.id == "1001"));
    let Answer::Attributes(attributes) =
        keeper.run(&Op::Attributes { category: "1001".into() }).await.unwrap()
    else {
        panic!()
    };
    assert_eq!(attributes.len(), 3, "two attributes and the brands");

    assert_eq!(keeper.find().await, None);
    let id = keeper.create(tea()).await.unwrap();
    let pending = keeper.find().await.unwrap();
    assert_eq!(pending.outcome, Outcome::PendingReview { external_id: id.clone() });
    assert!(!pending.editable);
    let live = keeper.run(&Op::Review { external_id: id.clone() }).await.unwrap();
    assert!(
        matches!(live, Answer::Reviewed(product) if product.outcome == Outcome::Live { external_id: id.clone() })
    );

    let offer = Offer { external_id: id.clone(), sku: tea().sku, price_vnd: 195_000, stock: 12 };
    let Answer::Items(items) = keeper.run(&Op::PriceStock { items: vec![offer] }).await.unwrap() else {
        panic!()
    };
    assert_eq!(items[0].result, Ok(()));
    let found = keeper.find().await.unwrap();
    assert_eq!((found.price_vnd, found.stock), (Some(195_000), Some(12)));

    let placed = keeper.post("/__sim/orders", json!({"sku": tea().sku, "quantity": 3})).await;
    let number = placed["sales_order"]["order_number"].as_str().unwrap().to_owned();
    let now = keeper.clock.now();
    let pull = Op::PullOrders {
        window: OrderWindow { since: now.plus(TimeDelta::hours(-1)), until: now.plus(TimeDelta::hours(1)) },
        cursor: None,
    };
    let Answer::Orders(page) = keeper.run(&pull).await.unwrap() else { panic!() };
    let line = &page.orders[0].lines[0];
    assert_eq!(
        (page.orders.len(), page.orders[0].order_id.as_str(), page.orders[0].status),
        (1, number.as_str(), OrderStatus::Open)
    );
    assert_eq!((line.sku.as_str(), line.quantity, line.unit_price_vnd), (tea().sku.as_str(), 3, 195_000));
    keeper.post("/__sim/orders", json!({"order_number": number, "status": 13})).await;
    let Answer::Orders(page) = keeper.run(&pull).await.unwrap() else { panic!() };
    assert_eq!(page.orders[0].status, OrderStatus::Cancelled);

    let withdraw = Op::Withdraw { external_id: id.clone(), sku: tea().sku };
    assert_eq!(keeper.run(&withdraw).await.unwrap(), Answer::Withdrawn);
    assert_eq!(keeper.find().await.unwrap().outcome, Outcome::Withdrawn);
    let products = keeper.get("/__sim/products").await;
    assert_eq!(products.as_array().unwrap().len(), 1);
    assert_eq!(products[0]["body"]["certificate_file"][0]["attachment_url"], tea().certificate.unwrap().url);

    // No attempt that was recorded along the way shows a secret or the buyer.
    let token = keeper.credentials.token.as_ref().unwrap().value.expose().to_owned();
    let recorded = format!("{:?} {:?}", keeper.attempts, keeper.credentials);
    for hidden in [token.as_str(), "demo-shop", "demo-secret", "Người nhận", "0900000000", "phố Mô Phỏng"]
    {
        assert!(!recorded.contains(hidden), "{hidden}");
    }
    assert!(recorded.contains("Chè Tân Cương") && recorded.contains("order_number"));
}

#[tokio::test]
async fn a_refused_product_is_corrected_and_reviewed_again() {
    let clock = clock();
    let mut keeper = Shopkeeper::at(Options { review: Review::ByHand, ..Shopkeeper::options(&clock) }, clock);
    keeper.login().await;
    let id = keeper.create(tea()).await.unwrap();
    for _ in 0..5 {
        assert!(matches!(keeper.find().await.unwrap().outcome, Outcome::PendingReview { .. }));
    }
    let failure = keeper.run(&upsert(Some(&id), tea())).await.unwrap_err();
    assert_eq!(failure.class, Class::Permanent, "a pending product cannot be updated");
    keeper.post("/__sim/review", json!({"decision": "reject", "reason": "Ảnh mờ"})).await;
    assert_eq!(keeper.find().await.unwrap().outcome, Outcome::Rejected { reasons: vec!["Ảnh mờ".into()] });
    keeper.run(&upsert(Some(&id), tea())).await.unwrap();
    assert!(matches!(keeper.find().await.unwrap().outcome, Outcome::PendingReview { .. }));
    keeper.post("/__sim/review", json!({"sku": tea().sku, "decision": "approve"})).await;
    assert!(matches!(keeper.find().await.unwrap().outcome, Outcome::Live { .. }));
    keeper.post("/__sim/review", json!({"sku": tea().sku, "decision": "cancel"})).await;
    let product = keeper.find().await.unwrap();
    assert_eq!((product.outcome, product.editable), (Outcome::Withdrawn, false));
    assert_eq!(keeper.run(&upsert(Some(&id), tea())).await.unwrap_err().class, Class::Permanent);
    keeper.post("/__sim/review", json!({"sku": tea().sku, "decision": "delete"})).await;
    assert_eq!(keeper.find().await, None, "what was deleted is not there");
    assert_eq!(keeper.run(&upsert(Some(&id), tea())).await.unwrap_err().class, Class::Permanent);
}

#[tokio::test]
async fn orders_come_page_by_page_until_the_last() {
    let clock = clock();
    let mut keeper =
        Shopkeeper::at(Options { review: Review::Immediate, ..Shopkeeper::options(&clock) }, clock);
    keeper.login().await;
    keeper.create(ListingContent { stock: 1_000, ..tea() }).await.unwrap();
    for _ in 0..101 {
        keeper.post("/__sim/orders", json!({"sku": tea().sku})).await;
    }
    let now = keeper.clock.now();
    let window =
        OrderWindow { since: now.plus(TimeDelta::hours(-24)), until: now.plus(TimeDelta::hours(24)) };
    let (mut cursor, mut seen, mut pages) = (None, std::collections::BTreeSet::new(), 0);
    loop {
        let Answer::Orders(page) = keeper.run(&Op::PullOrders { window, cursor }).await.unwrap() else {
            panic!()
        };
        seen.extend(page.orders.into_iter().map(|order| order.order_id));
        pages += 1;
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!((seen.len(), pages), (101, 3));
}

#[tokio::test]
async fn a_preview_shows_the_request_without_secrets_and_sends_nothing() {
    let keeper = Shopkeeper::ready().await;
    let before = keeper.get("/__sim/requests").await;
    let now = keeper.clock.now();
    let (shown, issues) = preview(&Sendo, None, &tea(), Media::new(), &keeper.credentials, now);
    let shown = shown.unwrap();
    assert!(issues.is_empty() && shown.body.contains("TN-CHE-TANCUONG-200G"));
    assert!(!format!("{shown:?}").contains(keeper.credentials.token.as_ref().unwrap().value.expose()));
    let (shown, issues) = preview(
        &Sendo,
        None,
        &ListingContent { category: None, ..tea() },
        Media::new(),
        &keeper.credentials,
        now,
    );
    assert!(shown.is_none() && issues.iter().any(|issue| issue.severity == Severity::Error));
    assert_eq!(keeper.get("/__sim/requests").await, before);
}
