//! Faults, refusals and restarts.

use super::*;

#[tokio::test]
async fn each_fault_has_its_class_for_a_write_and_for_a_read() {
    // Waiting out a fault that never answers is left to a client of less patience.
    let swap = |keeper: &mut Shopkeeper, kind| {
        if matches!(kind, FaultKind::Hang | FaultKind::HangAfterWrite) {
            std::mem::swap(&mut keeper.transport, &mut keeper.hasty);
        }
    };
    let mut keeper = Shopkeeper::ready().await;
    let path = "/api/partner/product";
    let read = Op::FindBySku { sku: tea().sku };
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
        let sku = format!("SKU-{kind:?}");
        let content = ListingContent { sku: sku.clone(), ..tea() };
        swap(&mut keeper, kind);
        keeper.order(&Fault::once(kind, path)).await;
        assert_eq!(keeper.create(content).await.unwrap_err().class, on_write, "{kind:?} on a write");
        swap(&mut keeper, kind);
        // What an unknown end is settled by: the product is there exactly when the fault struck after the write.
        let Answer::Found(found) = keeper.run(&Op::FindBySku { sku }).await.unwrap() else { panic!() };
        assert_eq!(found.is_some(), done, "{kind:?}");
        swap(&mut keeper, kind);
        keeper.order(&Fault::once(kind, path)).await;
        assert_eq!(
            keeper.run(&read).await.unwrap_err().class,
            on_read.unwrap_or(on_write),
            "{kind:?} on a read"
        );
        swap(&mut keeper, kind);
    }
    keeper.order(&Fault { delay_ms: 50, ..Fault::once(FaultKind::Slow, path) }).await;
    assert!(keeper.create(tea()).await.is_ok());
}

#[tokio::test]
async fn faults_can_be_taken_back() {
    let mut keeper = Shopkeeper::ready().await;
    keeper.order(&Fault { times: 0, ..Fault::once(FaultKind::ServerError, "") }).await;
    assert!(keeper.run(&Op::Categories { parent: None }).await.is_err());
    keeper.control(reqwest::Method::DELETE, "/__sim/faults", json!(null)).await;
    assert!(keeper.run(&Op::Categories { parent: None }).await.is_ok());
}

#[tokio::test]
async fn a_simulator_that_is_gone_is_retried_and_one_started_again_remembers() {
    let dir = tempfile::tempdir().unwrap();
    let clock = clock();
    // Holds the port without listening on it, so that no other test's simulator takes it while ours is gone.
    let kept = tokio::net::TcpSocket::new_v4().unwrap();
    kept.set_reuseaddr(true).unwrap();
    kept.bind((std::net::Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let options = Options {
        port: kept.local_addr().unwrap().port(),
        journal: Some(dir.path().join("sendo.jsonl")),
        review: Review::Immediate,
        ..Shopkeeper::options(&clock)
    };
    let mut keeper = Shopkeeper::at(options.clone(), clock.clone());
    keeper.login().await;
    let id = keeper.create(tea()).await.unwrap();
    keeper.post("/__sim/orders", json!({"sku": tea().sku, "quantity": 2})).await;
    let (products, orders) = (keeper.get("/__sim/products").await, keeper.get("/__sim/orders").await);
    // A client without an open connection: a worker of the stopped server may answer one for a moment yet.
    let Shopkeeper { sim, hasty: transport, credentials, .. } = keeper;
    sim.stop().unwrap();
    let (_, result) =
        call(&transport, &NoImages, &Sendo, "shp_1", &upsert(Some(&id), tea()), &credentials, clock.now())
            .await;
    let class = result.unwrap_err().class;
    assert!(matches!(class, Class::Retryable | Class::Ambiguous), "{class:?}");

    let mut keeper = Shopkeeper::at(options, clock);
    assert_eq!(keeper.get("/__sim/products").await, products);
    assert_eq!(keeper.get("/__sim/orders").await, orders);
    keeper.credentials.token = credentials.token.clone();
    let stale = keeper.run(&Op::FindBySku { sku: tea().sku }).await.unwrap_err();
    assert_eq!(stale.class, Class::Auth { refreshable: true }, "tokens do not outlive the platform");
    keeper.login().await;
    assert_eq!(keeper.find().await.unwrap().external_id, id);
    assert_eq!(keeper.create(ListingContent { sku: "SECOND".into(), ..tea() }).await.unwrap(), "7002");
}

#[tokio::test]
async fn hurried_logins_are_refused() {
    let clock = clock();
    let keeper = Shopkeeper::at(Options { logins_per_second: 1, ..Shopkeeper::options(&clock) }, clock);
    // Past our own limiter, straight at the simulator.
    let client = reqwest::Client::new();
    let mut refused = 0;
    for _ in 0..10 {
        let reply = client.post(format!("{}/login", keeper.sim.base_url)).body("{}").send().await.unwrap();
        if reply.status() == 429 {
            assert_eq!(reply.headers()["retry-after"], "1");
            refused += 1;
        }
    }
    assert!(refused > 0);
}

#[tokio::test]
async fn our_own_limit_keeps_logins_below_the_platforms() {
    let clock = clock();
    let mut keeper = Shopkeeper::at(Options { logins_per_second: 5, ..Shopkeeper::options(&clock) }, clock);
    for _ in 0..7 {
        keeper.login().await;
    }
}

#[tokio::test]
async fn wrong_keys_and_expired_tokens_are_refused() {
    let mut keeper = Shopkeeper::new();
    let good = keeper.credentials.secrets.clone();
    keeper.credentials.secrets.insert("secret_key".into(), Secret::new("wrong-secret"));
    let failure = keeper.run(&Op::Login).await.unwrap_err();
    assert_eq!(
        (failure.class, failure.code.as_str()),
        (Class::Auth { refreshable: false }, "sendo.keys_refused")
    );
    keeper.credentials.secrets = good;
    keeper.login().await;
    keeper.clock.advance(TimeDelta::hours(7));
    keeper.find().await;
    keeper.post("/__sim/tokens/expire", json!({})).await;
    let failure = keeper.run(&Op::FindBySku { sku: "x".into() }).await.unwrap_err();
    assert_eq!(
        (failure.class, failure.code.as_str()),
        (Class::Auth { refreshable: true }, "auth.token_expired")
    );
    keeper.clock.advance(TimeDelta::hours(1));
    // Our own clock knows by now: nothing is sent.
    let before = keeper.get("/__sim/requests").await;
    assert_eq!(
        keeper.run(&Op::FindBySku { sku: "x".into() }).await.unwrap_err().class,
        Class::Auth { refreshable: true }
    );
    assert_eq!(keeper.get("/__sim/requests").await, before);
    let now = keeper.clock.now();
    keeper.credentials.token =
        Some(Token { value: Secret::new("never-given"), expires_at: now.plus(TimeDelta::hours(1)) });
    assert_eq!(keeper.run(&Op::FindBySku { sku: "x".into() }).await.unwrap_err().code, "http.unauthorized");
}

#[tokio::test]
async fn the_simulator_refuses_what_the_contract_refuses() {
    let keeper = Shopkeeper::ready().await;
    let token = keeper.credentials.token.as_ref().unwrap().value.expose().to_owned();
    let good = {
        let spec = Sendo.build(&upsert(None, tea()), &[], &keeper.credentials, keeper.clock.now()).unwrap();
        serde_json::from_slice::<Value>(&spec.body).unwrap()
    };
    let send = async |path: &str, body: Value| {
        let client = reqwest::Client::new();
        let request = client
            .post(format!("{}{path}", keeper.sim.base_url))
            .header("authorization", format!("Bearer {token}"));
        let reply = request.json(&body).send().await.unwrap();
        serde_json::from_slice::<Value>(&reply.bytes().await.unwrap()).unwrap()
    };
    let product = "/api/partner/product";
    for (key, value, property) in [
        ("id", json!(-1), "id"),
        ("name", json!(""), "name"),
        ("sku", json!(null), "sku"),
        ("price", json!(0), "price"),
        ("weight", json!("x"), "weight"),
        ("stock_quantity", json!(null), "stock_quantity"),
        ("stock_quantity", json!(0), "stock_availability"),
        ("description", json!("è".repeat(99)), "description"),
        ("description", json!("<img>".repeat(21)), "description"),
        ("cat_4_id", json!(100), "cat_4_id"),
        ("cat_4_id", json!(1111), "attributes"),
        ("avatar", json!({"picture_url": "x"}), "avatar.picture_url"),
        ("certificate_file", json!([{"file_name": "x"}]), "certificate_file"),
        ("attributes", json!([{"attribute_id": 999}]), "attributes"),
    ] {
        let mut body = good.clone();
        body[key] = value.clone();
        let reply = send(product, body).await;
        assert_eq!(reply["success"], false, "{key} {value}");
        assert_eq!(reply["error"]["error_details"][0]["property_name"], property, "{key} {value}: {reply}");
    }
    assert_eq!(send(product, good.clone()).await["success"], true);
    assert_eq!(send(product, good.clone()).await["error"]["error_details"][0]["code"], "DUPLICATE");
    let mut unknown = good;
    unknown["id"] = json!(123);
    unknown["sku"] = json!("OTHER");
    assert_eq!(send(product, unknown).await["status_code"], 404);
    let offers = "/api/partner/product/price-stock";
    let entry = |extra: Value| {
        let mut entry = json!({"product_id": 7001, "stock_quantity": 1, "stock_availability": true});
        entry.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        json!([entry])
    };
    assert_eq!(send(offers, entry(json!({"special_price": 1}))).await["success"], false);
    assert_eq!(send(offers, entry(json!({"stock_quantity": 0}))).await["success"], false);
    assert_eq!(send(offers, json!([])).await["success"], false);
    assert_eq!(send(offers, entry(json!({}))).await["success"], true);
    let search = "/api/partner/salesorder/search";
    let days = |from: &str, to: &str| json!({"page_size": 50, "order_status_date_from": from, "order_status_date_to": to});
    assert_eq!(send(search, days("2026/11/18", "2026/11/21")).await["success"], false);
    assert_eq!(send(search, days("2026-11-19", "2026-11-21")).await["success"], false);
    assert_eq!(send(search, days("2026/11/19", "2026/11/21")).await["success"], true);
    assert_eq!(send(search, json!({"page_size": 51})).await["success"], false);
    assert_eq!(send(search, json!({"token": "stale"})).await["success"], false);
}
