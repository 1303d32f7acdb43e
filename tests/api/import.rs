//! Lists from spreadsheets: what is made, what is asked, what is refused, and the same list once more.

use ocop::import::{self, PRODUCT_REQUIRED, SALE_REQUIRED, SalesReport, Table};

use crate::support::{TestApp, json};

fn sales_table(text: &str) -> Table {
    Table::read(text.as_bytes(), SALE_REQUIRED).unwrap()
}

async fn import_sales(t: &TestApp, text: &str, dry_run: bool) -> SalesReport {
    import::sales(&t.app, &sales_table(text), dry_run, |_| {}).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_list_is_imported_once_however_often_it_is_given() {
    let t = TestApp::new().await;
    let list = Table::read(ocop::demo::LIST.as_bytes(), PRODUCT_REQUIRED).unwrap();
    let run = |dry_run| import::products(&t.app, &list, dry_run, |_| {});
    let would = run(true).await.unwrap();
    let admin = t.admin().await;
    assert_eq!(admin.get("/products").await.is(200).body["data"], json!([]), "a dry run stores nothing");
    let first = run(false).await.unwrap();
    let counts =
        |r: &import::ProductReport| (r.rows, r.products, r.producers, r.certificates, r.dossiers, r.refused);
    // One of the 83 stars was recognised twice.
    assert_eq!(counts(&first), (117, 111, 79, 84, 3, 6));
    assert_eq!(counts(&would), counts(&first));
    let again = run(false).await.unwrap();
    assert_eq!((again.products, again.producers, again.same, again.refused), (0, 0, 111, 6));

    // Of an old scheme whose transition is over: read, returned, withdrawn, but scored by nobody any more.
    let province = t.province().await;
    let under = province.get("/dossiers?status=accepted").await.is(200).body["data"].clone();
    let under: Vec<_> = under.as_array().unwrap().iter().collect();
    assert_eq!(under.len(), 3);
    for row in &under {
        let path = format!("/dossiers/{}", row["id"].as_str().unwrap());
        let read = province.get(&path).await.is(200).body;
        assert_eq!(
            (&read["scheme"], &read["self_assessment"]["preview"]),
            (&json!("qd148-2023"), &json!(null))
        );
    }
    let at = |index: usize, verb: &str| format!("/dossiers/{}{verb}", under[index]["id"].as_str().unwrap());
    let member = |index: usize| {
        let producer = under[index]["producer_id"].as_str().unwrap().parse().unwrap();
        let t = &t;
        async move {
            t.actor(&format!("member{index}"), &[ocop::actor::Role::ProducerMember], None, Some(producer))
                .await
        }
    };
    // No council takes it up.
    let council = t.council(&province, 2).await.council;
    let day = json!({"held_on": "2026-12-20"});
    let session = province.post(&format!("/councils/{council}/sessions"), day).await.is(201).id();
    let ids = json!({"dossier_ids": [under[0]["id"]]});
    let refused = province.post(&format!("/sessions/{session}/agenda"), ids).await.is(422);
    assert_eq!(refused.body["errors"][0]["code"], "dossier.scheme_ended");
    let first = member(0).await;
    first.post(&at(0, "/withdraw"), json!({})).await.is(200);
    let anew = json!({"product_id": under[0]["product_id"], "kind": "first"});
    first.post("/dossiers", anew).await.is(201);
    // Returned, it is completed and filed under the scheme in force.
    let reasons =
        json!({"reasons": [{"pointer": "/self_assessment", "text": "Nộp lại theo bộ tiêu chí mới."}]});
    let back = province.post(&at(1, "/return"), reasons).await.is(200);
    assert_eq!((&back.body["status"], &back.body["scheme"]), (&json!("returned"), &json!("qd26-2026")));
    let set = u8::try_from(back.body["criteria_set"].as_u64().unwrap()).unwrap();
    let sheet = json!({"choices": crate::support::make::best_choices(set), "tourism_case": null});
    let sheet = member(1).await.put(&at(1, "/self-assessment"), &back.etag(), sheet).await.is(200);
    assert!(sheet.body["self_assessment"]["preview"]["total"].is_number(), "{:#}", sheet.body);

    let found = admin.get("/producers?q=vi%E1%BB%87t%20c%C6%B0%E1%BB%9Dng").await.is(200).body;
    assert_eq!(found["data"].as_array().unwrap().len(), 2, "the two cooperatives stay two: {found:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sales_are_imported_row_by_row_and_each_refusal_names_its_cell() {
    let t = TestApp::new().await;
    let producer = t.producer("Hợp tác xã chè Hảo Đạt", "05503").await;
    let coop = t.actor("coop", &[ocop::actor::Role::ProducerMember], None, Some(producer)).await;
    let product = t
        .published(
            &coop,
            json!({"name": "Trà búp Tân Cương", "criteria_set": 11, "price_vnd": 250_000, "unit": "hộp",
                "description": "Búp chè một tôm hai lá, hái sớm khi còn sương, sao tay trên chảo gang."}),
        )
        .await;
    let declared = json!({"product_id": product, "channel": "fair", "month": "2026-10-01", "quantity": 1, "revenue_vnd": 1});
    coop.post("/sales", declared.clone()).await.is(201);

    let text = format!(
        "\u{feff}product_id;channel;platform;month;quantity;revenue_vnd\n\
         {product};online;sendo;10/2026;12;3.000.000\n\
         {product};shop;;2026-09;5;1250000\n\
         {product};shop;;09/2026;5;1250000\n\
         {product};shop;;2026-08;x;1\n\
         {product};online;;2026-08;1;1\n\
         {product};shop;;2030-01;1;1\n\
         prd_00000000000000000000000001;shop;;2026-08;1;1\n\
         {product};fair;;2026-10;9;9\n"
    );
    let would = import_sales(&t, &text, true).await;
    assert_eq!(
        coop.get("/sales").await.body["data"].as_array().unwrap().len(),
        1,
        "a dry run stores nothing"
    );
    let report = import_sales(&t, &text, false).await;
    assert_eq!(would, report);
    assert_eq!((report.rows, report.inserted, report.refused), (8, 2, 6));
    let remarks: Vec<_> = report.remarks.iter().map(|told| (told.line, told.remark.column)).collect();
    let expected = [
        (4, "product_id"),
        (5, "quantity"),
        (6, "platform"),
        (7, "month"),
        (8, "product_id"),
        (9, "product_id"),
    ];
    assert_eq!(remarks, expected);
    let figures = coop.get("/sales?channel=online").await.is(200).body;
    assert_eq!(
        (&figures["data"][0]["quantity"], &figures["data"][0]["source"]),
        (&json!(12), &json!("imported"))
    );

    let again = import_sales(&t, &text, false).await;
    assert_eq!((again.inserted, again.updated, again.unchanged), (0, 0, 2));
    let corrected = import_sales(&t, &text.replace(";12;", ";13;"), false).await;
    assert_eq!((corrected.inserted, corrected.updated, corrected.unchanged), (0, 1, 1));
    // What a file counts is not declared once more.
    let twice = json!({"product_id": product, "channel": "shop", "month": "2026-09-01", "quantity": 1, "revenue_vnd": 1});
    coop.post("/sales", twice).await.is(409).problem("sale.exists");
}

#[test]
fn a_file_that_is_no_such_table_is_told_in_words() {
    assert!(
        Table::read(&b"product_id,channel\n"[..], SALE_REQUIRED).unwrap_err().contains("month, quantity")
    );
    assert!(Table::read(&b"\xff\xfe"[..], SALE_REQUIRED).unwrap_err().contains("UTF-8"));
}
