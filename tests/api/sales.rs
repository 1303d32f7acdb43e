//! Declared and imported sales figures, and their totals.

use chrono::NaiveDate;
use diesel::prelude::*;
use ocop::actor::Role;
use ocop::db::schema::{sales, sales_totals};
use ocop::ids::ProductId;
use ocop::product::Owner;
use ocop::sales::{Amounts, Imported, NewFigure, SalesChannel, import_rows};

use crate::support::{TestApp, Value, json};

fn tea() -> Value {
    json!({
        "name": "Trà búp Tân Cương", "criteria_set": 11, "price_vnd": 250_000, "unit": "hộp", "net_weight_g": 200,
        "description": "Búp chè một tôm hai lá, hái sớm khi còn sương, sao tay trên chảo gang.",
    })
}

type Sums = (i64, i64, i64);

/// The sums of all figures and of all totals.
async fn sums(t: &TestApp) -> (Sums, Sums) {
    t.app
        .db
        .read("test.sums", |conn| {
            let figures: Vec<Sums> =
                sales::table.select((sales::quantity, sales::revenue_vnd, sales::orders)).load(conn)?;
            let totals: Vec<Sums> = sales_totals::table
                .select((sales_totals::quantity, sales_totals::revenue_vnd, sales_totals::orders))
                .load(conn)?;
            let sum = |rows: &[Sums]| rows.iter().fold((0, 0, 0), |a, b| (a.0 + b.0, a.1 + b.1, a.2 + b.2));
            Ok((sum(&figures), sum(&totals)))
        })
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_declared_corrected_and_taken_back() {
    let t = TestApp::new().await;
    let producer = t.producer("Hợp tác xã chè Hảo Đạt", "05503").await;
    let coop = t.actor("coop", &[Role::ProducerMember], None, Some(producer)).await;
    let product = t.published(&coop, tea()).await;
    let body = json!({
        "product_id": product, "channel": "fair", "month": "2026-11-01", "quantity": 10,
        "revenue_vnd": 2_500_000, "orders": 8,
    });
    let made = coop.post("/sales", body.clone()).await.is(201);
    assert_eq!((&made.body["source"], &made.body["producer_id"]), (&json!("declared"), &json!(producer)));
    coop.post("/sales", body.clone()).await.is(409).problem("sale.exists");
    let path = format!("/sales/{}", made.id());
    let changed =
        coop.patch(&path, &made.etag(), json!({"quantity": 12, "revenue_vnd": 3_000_000})).await.is(200);
    assert_eq!((&changed.body["quantity"], &changed.body["orders"]), (&json!(12), &json!(8)));
    coop.patch(&path, &made.etag(), json!({"quantity": 1})).await.is(412);
    assert_eq!(sums(&t).await, ((12, 3_000_000, 8), (12, 3_000_000, 8)));

    let mut online = body.clone();
    online["channel"] = json!("online");
    coop.post("/sales", online.clone()).await.is(422);
    online["platform"] = json!("other");
    online["month"] = json!("2026-10-01");
    coop.post("/sales", online).await.is(201);
    let months = |from: &str, to: &str| format!("/sales?month_from={from}&month_to={to}");
    let rows = coop.get("/sales").await.is(200).body;
    assert_eq!(
        (&rows["data"][0]["month"], &rows["data"][1]["month"]),
        (&json!("2026-11-01"), &json!("2026-10-01"))
    );
    let rows = coop.get(&months("2026-10-01", "2026-10-01")).await.is(200).body;
    assert_eq!(rows["data"].as_array().unwrap().len(), 1);
    let first = coop.get("/sales?limit=1").await.is(200).body;
    let next =
        coop.get(&format!("/sales?limit=1&cursor={}", first["next_cursor"].as_str().unwrap())).await.is(200);
    assert_eq!(
        (&next.body["data"][0]["month"], &next.body["next_cursor"]),
        (&json!("2026-10-01"), &json!(null))
    );

    coop.delete(&path, &changed.etag()).await.is(204);
    coop.get(&path).await.is(404);
    assert_eq!(sums(&t).await, ((10, 2_500_000, 8), (10, 2_500_000, 8)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_told_field_by_field_and_others_see_nothing() {
    let t = TestApp::new().await;
    let producer = t.producer("Hợp tác xã chè Hảo Đạt", "05503").await;
    let coop = t.actor("coop", &[Role::ProducerMember], None, Some(producer)).await;
    let product = t.published(&coop, tea()).await;
    let body = json!({
        "product_id": product, "channel": "shop", "platform": "sendo", "month": "2026-12-01", "quantity": -1,
        "revenue_vnd": 1_000_000_000_000_000_i64, "orders": 0,
    });
    let answer = coop.post("/sales", body).await.is(422).problem("request.invalid");
    let pointers: Vec<_> =
        answer.body["errors"].as_array().unwrap().iter().map(|e| e["pointer"].clone()).collect();
    assert_eq!(pointers, ["/quantity", "/revenue_vnd", "/month", "/platform"]);
    let body = json!({"product_id": product, "channel": "shop", "month": "2026-11-01", "quantity": 1, "revenue_vnd": 1});
    let other = t.producer("Hợp tác xã miến Việt Cường", "05692").await;
    let other = t.actor("other", &[Role::ProducerMember], None, Some(other)).await;
    other.post("/sales", body.clone()).await.is(404);
    t.actor("auditor", &[Role::Auditor], None, None).await.post("/sales", body.clone()).await.is(403);
    let made = t.commune().await.post("/sales", body).await.is(201);
    other.get(&format!("/sales/{}", made.id())).await.is(404);
    assert_eq!(other.get("/sales").await.is(200).body["data"], json!([]));
    assert_eq!(coop.get("/sales").await.is(200).body["data"][0]["id"], made.body["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_repeated_changes_nothing() {
    let t = TestApp::new().await;
    let producer = t.producer("Hợp tác xã chè Hảo Đạt", "05503").await;
    let month =
        |i: i32| NaiveDate::from_ymd_opt(2016 + i / 12, u32::try_from(i % 12 + 1).unwrap(), 1).unwrap();
    let mut rows = Vec::new();
    for _ in 0..12 {
        let owner = Owner {
            product_id: ProductId::new(),
            producer_id: producer,
            province_code: "19".to_owned(),
            commune_code: Some("05503".to_owned()),
        };
        for i in 0..100 {
            rows.push(NewFigure {
                owner: owner.clone(),
                channel: SalesChannel::PointOfSale,
                platform: None,
                month: month(i),
                amounts: Amounts { quantity: i64::from(i), revenue_vnd: i64::from(i) * 1000, orders: 1 },
            });
        }
    }
    let now = t.app.clock.now();
    let import = |rows: Vec<NewFigure>| {
        let db = t.app.db.clone();
        async move { db.write("test.import", move |tx| import_rows(tx, &rows, now)).await.unwrap() }
    };
    let done = |inserted, updated, unchanged| Imported { inserted, updated, unchanged, refused: Vec::new() };
    let all = (12 * 4950, 12 * 4_950_000, 1200);
    assert_eq!(import(rows.clone()).await, done(1200, 0, 0));
    assert_eq!(sums(&t).await, (all, all));
    assert_eq!(import(rows.clone()).await, done(0, 0, 1200));
    assert_eq!(sums(&t).await, (all, all));
    rows[7].amounts.quantity += 5;
    assert_eq!(import(rows).await, done(0, 1, 1199));
    let more = (all.0 + 5, all.1, all.2);
    assert_eq!(sums(&t).await, (more, more));
}
