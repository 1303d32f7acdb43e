//! Lists from spreadsheets: what is made, what is asked, what is refused, and the same list once more.

use ocop::import::{
    self, CERTIFICATE_REQUIRED, CertificateReport, PRODUCT_REQUIRED, SALE_REQUIRED, SalesReport, Table,
};

use crate::support::{Client, TestApp, Value, json};

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

async fn import_certificates(t: &TestApp, text: &str, dry_run: bool) -> CertificateReport {
    let table = Table::read(text.as_bytes(), CERTIFICATE_REQUIRED).unwrap();
    import::certificates(&t.app, &table, dry_run, |_| {}).await.unwrap()
}

fn counts(r: &CertificateReport) -> (usize, usize, usize, usize, usize) {
    (r.rows, r.made, r.completed, r.same, r.refused)
}

/// Line and column of every remark; a question with `?`.
fn remarks(r: &CertificateReport) -> Vec<String> {
    let told = |told: &import::Told| {
        assert!(!told.remark.text.vi.is_empty() && !told.remark.text.en.is_empty());
        let mark = if told.remark.severity == import::Severity::Question { "?" } else { "" };
        format!("{} {}{mark}", told.line, told.remark.column)
    };
    r.remarks.iter().map(told).collect()
}

/// The cooperatives of a name each in its commune, with a tea of this name.
async fn teas(t: &TestApp, producer: &str, communes: &[&str], tea: &str) -> Vec<String> {
    let mut made = Vec::new();
    for commune in communes {
        let producer = t.producer(producer, commune).await;
        let coop =
            t.actor(&format!("m{commune}"), &[ocop::actor::Role::ProducerMember], None, Some(producer)).await;
        made.push(coop.post("/products", json!({"name": tea, "criteria_set": 11})).await.is(201).id());
    }
    made
}

/// A chain as rows: star, step, status, number on the paper.
async fn chain(who: &Client, product: &str) -> Vec<(Value, Value, Value, Value)> {
    let found = who.get(&format!("/products/{product}/history")).await.is(200).body;
    let row =
        |c: &Value| (c["star"].clone(), c["step"].clone(), c["status"].clone(), c["former_number"].clone());
    found["certificates"].as_array().unwrap().iter().map(row).collect()
}

const HEADING: &str = "product_id,product,producer,province_2025,commune_2025_code,scheme,star,score,\
    certificate_number,decision_number,decided_on,year,issuer,former_address,source";

#[tokio::test(flavor = "multi_thread")]
async fn old_certificates_find_their_products_and_keep_what_their_papers_say() {
    let t = TestApp::new().await;
    let admin = t.admin().await;
    let tea = teas(&t, "Hợp tác xã chè Hảo Đạt", &["05503"], "Chè đinh").await.remove(0);
    let twins = teas(&t, "HTX Việt Cường", &["05692", "05665"], "Miến dong").await;
    let text = format!(
        "{HEADING}\n\
         {tea},,,,,,4,\"75,5\",12/GCN-OCOP,2616/QĐ-UBND,29/12/2021,2021,UBND huyện Đồng Hỷ,\"Xóm Nam Hưng, xã Tân Cương\",sổ huyện\n\
         ,Chè đinh,hợp tác xã chè  Hảo Đạt,Thái Nguyên,,,5,92.10,1/GCN-TW,2361/QĐ-BNNMT,2024-06-26,,Bộ NN&PTNT,,\n\
         ,Miến dong,HTX Việt Cường,Thái Nguyên,,,3,,,,2024-05-02,,UBND huyện Na Rì,,\n\
         ,Miến dong,HTX Việt Cường,Thái Nguyên,05665,148/QĐ-TTg,3,,,,2024-05-02,,UBND huyện Na Rì,,\n\
         ,Miến khô,HTX Việt Cường,Thái Nguyên,05665,,3,,,,2024-05-02,,UBND huyện Na Rì,,\n\
         ,Miến dong,HTX Việt Cương,Thái Nguyên,,,3,,,,2024-05-02,,UBND huyện Na Rì,,\n\
         prd_00000000000000000000000001,,,,,,3,,,,2024-05-02,,UBND huyện,,\n\
         {tea},Chè khác,,,,,3,,,,2024-05-02,,UBND huyện,,\n\
         {tea},,,,,,2,,,,,,,,\n\
         {tea},,,,,,3,,,,2026-06-01,,UBND tỉnh,,\n\
         {tea},,,,,,3,,,,2024-06-26,,UBND tỉnh,,\n\
         {tea},,,,,,4,,,,2030-01-01,,UBND tỉnh,,\n"
    );
    let would = import_certificates(&t, &text, true).await;
    t.anonymous().get(&format!("/products/{tea}/history")).await.is(404);
    let report = import_certificates(&t, &text, false).await;
    assert_eq!(counts(&report), (12, 3, 0, 0, 9));
    let asked = [
        "4 product",
        "6 product",
        "7 producer",
        "8 product_id",
        "9 product",
        "10 star",
        "10 issuer",
        "11 scheme",
        "12 decided_on",
        "13 decided_on",
    ];
    assert_eq!(remarks(&report), asked);
    assert_eq!((counts(&would), remarks(&would)), (counts(&report), remarks(&report)));
    let plain = |rows: &[import::RecordedRow]| -> Vec<_> {
        rows.iter()
            .map(|r| (r.line, r.product_id.to_string(), r.star.get(), r.last_day.to_string()))
            .collect()
    };
    assert_eq!(plain(&would.recorded), plain(&report.recorded));
    assert!(would.recorded.iter().all(|r| r.number.is_none()) && report.recorded[1].number.is_some());
    let ambiguous = &report.remarks[0].remark.text;
    assert!(twins.iter().all(|id| ambiguous.vi.contains(id) && ambiguous.en.contains(id)), "{ambiguous:?}");

    let rows = chain(&t.anonymous(), &tea).await;
    let expected = [(4, "first", "superseded", "12/GCN-OCOP"), (5, "upgraded", "valid", "1/GCN-TW")];
    assert_eq!(rows, expected.map(|(a, b, c, d)| (json!(a), json!(b), json!(c), json!(d))));
    assert_eq!(chain(&admin, &twins[0]).await, []);
    assert_eq!(chain(&admin, &twins[1]).await.len(), 1);
    let old = t.anonymous().get("/certificates/OCOP-19-2021-L000001").await.is(200).body;
    for (field, value) in [
        ("former_number", json!("12/GCN-OCOP")),
        ("decision_number", json!("2616/QĐ-UBND")),
        ("issuer", json!("UBND huyện Đồng Hỷ")),
        ("scheme", json!("qd1048-2019")),
        ("score", json!(75.5)),
        ("source", json!("sổ huyện")),
        ("valid_until", json!("2024-12-29T17:00:00.000000Z")),
    ] {
        assert_eq!(old[field], value, "{field}");
    }
    let shown = admin.get(&format!("/products/{tea}")).await.is(200).body["rating"].clone();
    assert_eq!((&shown["star"], &shown["score"]), (&json!(5), &json!(92.1)));

    // Once more, as after a run that was cut off: nothing twice.
    let again = import_certificates(&t, &text, false).await;
    assert_eq!(counts(&again), (12, 0, 0, 3, 9));
    assert_eq!(again.recorded, []);
    assert_eq!(chain(&t.anonymous(), &tea).await, rows);
    // What was recorded otherwise stays, and is told.
    let other = text.replace("75,5", "70").replace("UBND huyện Đồng Hỷ", "UBND huyện Phú Lương");
    let other = import_certificates(&t, &other, false).await;
    assert_eq!(counts(&other), (12, 0, 0, 3, 9));
    assert_eq!(remarks(&other)[..2], ["2 score?", "2 issuer?"]);
    assert_eq!(t.anonymous().get("/certificates/OCOP-19-2021-L000001").await.is(200).body, old);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_known_by_its_year_is_completed_and_its_chain_put_in_order() {
    let t = TestApp::new().await;
    let tea = teas(&t, "Hợp tác xã chè Hảo Đạt", &["05503"], "Chè đinh").await.remove(0);
    let admin = t.admin().await;
    let list = |rows: &[&str]| {
        let rows: Vec<_> = rows.iter().map(|row| format!("{tea},{row}\n")).collect();
        format!(
            "product_id,star,decision_number,decided_on,year,issuer,certificate_number\n{}",
            rows.concat()
        )
    };
    let star = async || admin.get(&format!("/products/{tea}")).await.is(200).body["rating"]["star"].clone();
    let first = list(&["3,,2023-03-01,,UBND huyện,", "4,,,2025,Không rõ cơ quan,"]);
    assert_eq!(counts(&import_certificates(&t, &first, false).await), (2, 2, 0, 0, 0));
    assert_eq!(star().await, json!(4));
    // Of the same year and star, now with its day: no second certificate.
    let known = list(&["4,5/QĐ-UBND,2025-02-03,,UBND tỉnh,7/GCN"]);
    let done = import_certificates(&t, &known, false).await;
    assert_eq!((counts(&done), remarks(&done).len()), ((1, 0, 1, 0, 0), 0));
    assert_eq!(done.recorded[0].last_day.to_string(), "2028-02-03");
    assert_eq!(counts(&import_certificates(&t, &known, false).await), (1, 0, 0, 1, 0));
    let rows = chain(&t.anonymous(), &tea).await;
    let expected = [
        (json!(3), json!("first"), json!("superseded"), Value::Null),
        (json!(4), json!("upgraded"), json!("valid"), json!("7/GCN")),
    ];
    assert_eq!(rows, expected);
    let found = t.anonymous().get("/certificates/OCOP-19-2025-L000001").await.is(200).body;
    assert_eq!(
        (&found["issuer"], &found["end_is_known"], &found["valid_from"]),
        (&json!("UBND tỉnh"), &json!(true), &json!("2025-02-02T17:00:00.000000Z"))
    );
    let before = t.anonymous().get("/certificates/OCOP-19-2023-L000001").await.is(200).body;
    assert_eq!(before["superseded_at"], found["valid_from"]);
    // One of an unknown time takes no star away, and says that it may be the same.
    let vague = list(&["4,,,,UBND tỉnh,"]);
    let vague = vague.replace("issuer", "issuer,scheme").replace("UBND tỉnh,", "UBND tỉnh,qd148-2023,");
    let vague = import_certificates(&t, &vague, false).await;
    assert_eq!((counts(&vague), remarks(&vague)), ((1, 1, 0, 0, 0), vec!["2 decided_on?".to_owned()]));
    assert_eq!(star().await, json!(4));
    // Which of a year came first is not guessed.
    let same_year = import_certificates(&t, &list(&["5,,,2025,Bộ,"]), false).await;
    assert_eq!((counts(&same_year).4, remarks(&same_year)), (1, vec!["2 decided_on".to_owned()]));
    // All of it is in the trail.
    assert_eq!(t.app.db.read("test.verify", ocop::audit::verify).await.unwrap().broken_at, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_neither_repeats_nor_ends_what_was_certified_here() {
    use crate::support::make::Scoring;
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 3).await;
    s.concluded(80).await;
    let leader = t.actor("leader", &[ocop::actor::Role::ProvincialLeader], Some("19"), None).await;
    leader.post(&s.way.path("/decide"), json!({})).await.is(201);
    t.app.clock.advance(chrono::Duration::days(30));
    let product = &s.way.product;
    let text = format!(
        "product_id,star,decided_on,issuer\n\
         {product},4,2026-11-23,Ủy ban nhân dân tỉnh Thái Nguyên\n\
         {product},3,2026-11-23,Ủy ban nhân dân tỉnh Thái Nguyên\n\
         {product},5,2026-12-10,Bộ\n\
         {product},3,2022-12-10,UBND huyện\n"
    );
    let report = import_certificates(&t, &text, false).await;
    assert_eq!(
        (counts(&report), remarks(&report)),
        ((4, 1, 0, 1, 2), vec!["3 decided_on".to_owned(), "4 decided_on".to_owned()])
    );
    let rows = chain(&t.anonymous(), product).await;
    let rows: Vec<_> = rows.into_iter().map(|(star, step, status, _)| (star, step, status)).collect();
    let expected = [(3, "first", "lapsed"), (4, "first", "valid")];
    assert_eq!(rows, expected.map(|(star, step, status)| (json!(star), json!(step), json!(status))));
}

#[test]
fn a_file_that_is_no_such_table_is_told_in_words() {
    assert!(
        Table::read(&b"product_id,channel\n"[..], SALE_REQUIRED).unwrap_err().contains("month, quantity")
    );
    assert!(Table::read(&b"\xff\xfe"[..], SALE_REQUIRED).unwrap_err().contains("UTF-8"));
}
