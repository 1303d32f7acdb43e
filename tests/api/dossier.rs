//! Dossiers from draft to the council's door, and every refusal on the way.

use chrono::Duration;
use ocop::actor::Role;

use crate::support::make::{Way, best_choices, commune_report, registration};
use crate::support::{TestApp, Value, json};

fn pointers(problem: &Value) -> Vec<String> {
    let errors = problem["errors"].as_array().unwrap();
    errors.iter().map(|e| e["pointer"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dossier_goes_from_the_producer_over_the_commune_to_the_province() {
    let t = TestApp::new().await;
    let way = Way::begin(&t).await;
    let draft = way.coop.get(&way.path("")).await.is(200).body;
    assert_eq!((&draft["status"], &draft["stage"]), (&json!("draft"), &json!("commune")));
    assert_eq!((&draft["scheme"], &draft["criteria_set"]), (&json!("qd26-2026"), &json!(11)));
    assert_eq!(draft["self_total"], 100.0);
    assert_eq!(draft["self_assessment"]["preview"]["star"], 5);
    assert_eq!(draft["product_name"], "Chè đinh");

    let submitted = way.submit().await.is(200).body;
    assert_eq!((&submitted["status"], &submitted["stage"]), (&json!("submitted"), &json!("commune")));
    // Monday 23 November and fifteen working days.
    assert_eq!(submitted["due_on"], "2026-12-14");
    assert_eq!(submitted["filed_at"], submitted["submitted_at"]);

    let forwarded = way.forward().await.is(200).body;
    assert_eq!((&forwarded["status"], &forwarded["stage"]), (&json!("forwarded"), &json!("province")));
    // The province's office has as many days to accept it.
    assert_eq!(forwarded["due_on"], "2026-12-14");
    assert_eq!(forwarded["commune_report"]["idea_origin"], commune_report()["idea_origin"]);

    let accepted = way.province.post(&way.path("/accept"), json!({})).await.is(200).body;
    assert_eq!((&accepted["status"], &accepted["stage"]), (&json!("accepted"), &json!("province")));
    assert!(accepted["accepted_at"].is_string());
    way.submit().await.is(409).problem("dossier.wrong_status");
    way.province.post(&way.path("/accept"), json!({})).await.is(409).problem("dossier.wrong_status");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_named() {
    let t = TestApp::new().await;
    let way = Way::begin(&t).await;
    let bare = json!({"name": "Chè mẫu", "criteria_set": 11});
    let product = way.coop.post("/products", bare).await.is(201).id();
    let new = json!({"product_id": product, "kind": "first"});
    let made = way.coop.post("/dossiers", new.clone()).await.is(201);
    assert_eq!(made.header("location"), format!("/api/v1/dossiers/{}", made.id()));
    way.coop.post("/dossiers", new).await.is(409).problem("dossier.already_open");
    let submit = format!("/dossiers/{}/submit", made.id());
    let refused = way.coop.post(&submit, json!({})).await.is(422).problem("dossier.incomplete").body;
    let missing = pointers(&refused);
    for pointer in [
        "/registration/business_type",
        "/registration/products",
        "/registration/materials",
        "/registration/labour",
        "/registration/plan",
        "/self_assessment/parts/A",
        "/self_assessment/parts/B",
        "/self_assessment/parts/C",
        "/product/description",
        "/product/unit",
    ] {
        assert!(missing.contains(&pointer.to_owned()), "{pointer} is not in {missing:?}");
    }
    assert!(!missing.contains(&"/producer/status".to_owned()));

    let suspend = format!("/producers/{}/suspend", way.producer);
    let suspended = way.province.post(&suspend, json!({"note": "Đang kiểm tra"})).await;
    assert!(suspended.status < 300, "{suspended:?}");
    way.submit().await.is(409).problem("dossier.producer_inactive");
    let lacking = way.coop.get(&way.path("/completeness")).await.is(200).body;
    assert_eq!(lacking["issues"][0]["pointer"], "/producer/status");
    way.coop.post(&way.path("/withdraw"), json!({})).await.is(200);
    let again = json!({"product_id": way.product, "kind": "first"});
    way.coop.post("/dossiers", again).await.is(409).problem("dossier.producer_inactive");
}

#[tokio::test(flavor = "multi_thread")]
async fn kinds_that_need_a_star_and_unknown_products_are_refused() {
    let t = TestApp::new().await;
    let way = Way::begin(&t).await;
    way.coop.post(&way.path("/withdraw"), json!({})).await.is(200);
    for kind in ["upgrade", "renewal"] {
        let new = json!({"product_id": way.product, "kind": kind});
        way.coop.post("/dossiers", new).await.is(409).problem("dossier.no_star");
    }
    let unknown = json!({"product_id": ocop::ids::ProductId::new(), "kind": "first"});
    way.coop.post("/dossiers", unknown).await.is(404);
    way.coop.post("/dossiers", json!({"product_id": "x", "kind": "first"})).await.is(422);
    // A withdrawn dossier makes room for another.
    let again = json!({"product_id": way.product, "kind": "first"});
    way.coop.post("/dossiers", again).await.is(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_are_merged_checked_and_versioned() {
    let t = TestApp::new().await;
    let way = Way::begin(&t).await;
    let (path, sheet) = (way.path(""), way.path("/self-assessment"));
    let etag = way.etag().await;
    let patch = json!({"registration": {"markets": "Chợ và siêu thị trong tỉnh", "plan": null}});
    let patched = way.coop.patch(&path, &etag, patch).await.is(200);
    assert_eq!(patched.body["registration"]["plan"], Value::Null);
    assert_eq!(patched.body["registration"]["labour"], registration()["labour"]);
    way.coop.patch(&path, &etag, json!({})).await.is(412).problem("request.stale");
    let no_header = way.coop.request(reqwest::Method::PATCH, &path).json(&json!({}));
    crate::support::client::send(no_header).await.is(428).problem("request.if_match_required");

    let wrong = json!({"registration": {
        "labour": {"total": 1, "local": 2}, "products": ["x\u{7}"], "business_type": "y".repeat(201),
        "materials": [{"name": "a", "source": "b", "local": true, "percent": 120}],
    }});
    let refused = way.coop.patch(&path, &patched.etag(), wrong).await.is(422).problem("request.invalid").body;
    assert_eq!(
        pointers(&refused),
        [
            "/registration/business_type",
            "/registration/products/0",
            "/registration/materials/0/percent",
            "/registration/labour",
        ]
    );
    let unknown = json!({"registration": {"colour": "green"}});
    way.coop.patch(&path, &patched.etag(), unknown).await.is(422);

    let story = json!({"choices": {"5.2": "5.2-2"}, "tourism_case": null});
    let refused = way.coop.put(&sheet, &patched.etag(), story).await.is(422).problem("request.invalid").body;
    assert_eq!(pointers(&refused), ["/choices/5.2"]);
    way.coop.put(&sheet, &etag, json!({"choices": {}})).await.is(412);
    let some = way.coop.put(&sheet, &patched.etag(), json!({"choices": {"1.1": "1.1-1"}})).await.is(200).body;
    assert_eq!(some["self_total"], some["self_assessment"]["preview"]["total"]);
    assert!(some["self_total"].as_f64().unwrap() < 10.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_names_its_reasons_and_goes_back_to_whoever_asked() {
    let t = TestApp::new().await;
    let way = Way::begin(&t).await;
    let back = way.path("/return");
    let reasons =
        json!({"reasons": [{"pointer": "/registration/plan", "text": "Bổ sung kế hoạch năm 2027"}]});
    way.commune.post(&back, reasons.clone()).await.is(409).problem("dossier.wrong_status");
    way.submit().await.is(200);
    let refused =
        way.commune.post(&back, json!({"reasons": []})).await.is(422).problem("request.invalid").body;
    assert_eq!(pointers(&refused), ["/reasons"]);
    // The province has its say only when the dossier is there.
    way.province.post(&back, reasons.clone()).await.is(403).problem("auth.forbidden");
    let returned = way.commune.post(&back, reasons.clone()).await.is(200).body;
    assert_eq!((&returned["status"], &returned["stage"]), (&json!("returned"), &json!("commune")));
    assert_eq!(returned["return_reasons"], reasons["reasons"]);
    assert_eq!(returned["due_on"], Value::Null);
    way.commune.post(&way.path("/forward"), json!({})).await.is(409).problem("dossier.wrong_status");

    // A day later it is back; the first filing stays, the working days begin again.
    let id = way.coop.get("/auth/me").await.body["id"].as_str().unwrap().parse().unwrap();
    t.app.clock.advance(Duration::days(1));
    let coop = t.signed_in(id);
    let etag = coop.get(&way.path("")).await.etag();
    let plan = json!({"registration": {"plan": "Năm 2027: thêm 5 ha."}});
    coop.patch(&way.path(""), &etag, plan).await.is(200);
    let again = coop.post(&way.path("/submit"), json!({})).await.is(200).body;
    assert_eq!((&again["status"], &again["stage"]), (&json!("submitted"), &json!("commune")));
    assert_eq!(again["filed_at"], returned["filed_at"]);
    assert_eq!(again["due_on"], "2026-12-15");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_province_returns_comes_back_to_the_province() {
    let t = TestApp::new().await;
    let way = Way::begin(&t).await;
    way.submit().await.is(200);
    way.commune.post(&way.path("/forward"), json!({})).await.is(409).problem("dossier.report_missing");
    way.forward().await.is(200);
    let reasons = json!({"reasons": [{"pointer": "/documents", "text": "Thiếu phiếu kiểm nghiệm"}]});
    way.commune.post(&way.path("/return"), reasons.clone()).await.is(403).problem("auth.forbidden");
    way.province.post(&way.path("/return"), reasons).await.is(200);
    way.province.post(&way.path("/accept"), json!({})).await.is(409).problem("dossier.wrong_status");
    let again = way.submit().await.is(200).body;
    assert_eq!((&again["status"], &again["stage"]), (&json!("forwarded"), &json!("province")));
    way.province.post(&way.path("/accept"), json!({})).await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_and_does_only_what_is_theirs() {
    let t = TestApp::new().await;
    let way = Way::begin(&t).await;
    let rival = t.producer("Hợp tác xã miến Việt Cường", "05692").await;
    let rival = t.actor("rival", &[Role::ProducerMember], None, Some(rival)).await;
    let neighbour = t.actor("neighbour", &[Role::CommuneOfficer], Some("05692"), None).await;
    let elsewhere = t.actor("elsewhere", &[Role::ProvincialOfficer], Some("01"), None).await;
    let auditor = t.actor("auditor", &[Role::Auditor], None, None).await;
    let seatless = t.actor("seatless", &[Role::CouncilMember], None, None).await;
    way.submit().await.is(200);
    for stranger in [&rival, &neighbour, &elsewhere, &seatless] {
        stranger.get(&way.path("")).await.is(404).problem("request.not_found");
        assert_eq!(stranger.get("/dossiers").await.is(200).body["data"], json!([]));
    }
    neighbour.post(&way.path("/forward"), json!({})).await.is(404);
    elsewhere.post(&way.path("/accept"), json!({})).await.is(404);
    rival.post(&way.path("/withdraw"), json!({})).await.is(404);
    rival.post("/dossiers", json!({"product_id": way.product, "kind": "first"})).await.is(404);
    for seeing in [&way.coop, &way.commune, &way.province, &auditor] {
        seeing.get(&way.path("")).await.is(200);
        assert_eq!(seeing.get("/dossiers").await.is(200).body["data"][0]["id"], way.dossier);
    }
    // Seen, but for others to do.
    way.coop.post(&way.path("/forward"), json!({})).await.is(403).problem("auth.forbidden");
    way.commune.post(&way.path("/accept"), json!({})).await.is(403).problem("auth.forbidden");
    way.province.post(&way.path("/forward"), json!({})).await.is(403).problem("auth.forbidden");
    way.commune.post(&way.path("/withdraw"), json!({})).await.is(403).problem("auth.forbidden");
    auditor.post(&way.path("/submit"), json!({})).await.is(403).problem("auth.forbidden");
    let etag = way.etag().await;
    way.province.put(&way.path("/commune-report"), &etag, commune_report()).await.is(403);
    t.anonymous().get(&way.path("")).await.is(401).problem("auth.required");

    // An officer who sees everything by another role still acts only at its own desk.
    let both = t.actor("both", &[Role::Auditor, Role::CommuneOfficer], Some("05692"), None).await;
    both.get(&way.path("")).await.is(200);
    both.post(&way.path("/forward"), json!({})).await.is(403).problem("auth.forbidden");
    // And one who works for the producer does not judge it.
    let own = t
        .actor("own", &[Role::CommuneOfficer, Role::ProducerMember], Some("05503"), Some(way.producer))
        .await;
    own.put(&way.path("/commune-report"), &etag, commune_report()).await.is(403).problem("dossier.own");
    own.post(&way.path("/forward"), json!({})).await.is(403).problem("dossier.own");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_may_write_and_file_for_a_producer() {
    let t = TestApp::new().await;
    let way = Way::begin(&t).await;
    way.coop.post(&way.path("/withdraw"), json!({})).await.is(200);
    let new = json!({"product_id": way.product, "kind": "first"});
    let made = way.commune.post("/dossiers", new).await.is(201);
    let path = format!("/dossiers/{}", made.id());
    let patched =
        way.commune.patch(&path, &made.etag(), json!({"registration": registration()})).await.is(200);
    let sheet = json!({"choices": best_choices(11)});
    way.commune.put(&format!("{path}/self-assessment"), &patched.etag(), sheet).await.is(200);
    way.coop.post(&format!("{path}/submit"), json!({})).await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_rest_while_the_dossier_is_with_an_office() {
    let t = TestApp::new().await;
    let way = Way::begin(&t).await;
    let early = way.etag().await;
    way.commune.put(&way.path("/commune-report"), &early, commune_report()).await.is(409);
    way.submit().await.is(200);
    let etag = way.etag().await;
    way.coop.patch(&way.path(""), &etag, json!({})).await.is(409).problem("dossier.wrong_status");
    let sheet = json!({"choices": {}});
    way.coop.put(&way.path("/self-assessment"), &etag, sheet).await.is(409).problem("dossier.wrong_status");
    let mut report = commune_report();
    report["local_labour"] = json!("");
    let refused = way.commune.put(&way.path("/commune-report"), &etag, report).await.is(422).body;
    assert_eq!(pointers(&refused), ["/local_labour"]);
    way.commune.put(&way.path("/commune-report"), &early, commune_report()).await.is(412);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_producer_withdraws_until_a_council_scores() {
    let t = TestApp::new().await;
    let way = Way::accepted(&t).await;
    let withdrawn = way.coop.post(&way.path("/withdraw"), json!({})).await.is(200).body;
    assert_eq!(withdrawn["status"], "withdrawn");
    way.coop.post(&way.path("/withdraw"), json!({})).await.is(409).problem("dossier.wrong_status");
    way.submit().await.is(409).problem("dossier.wrong_status");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_filtered_and_paged_the_newest_first() {
    let t = TestApp::new().await;
    let way = Way::begin(&t).await;
    way.coop.post(&way.path("/withdraw"), json!({})).await.is(200);
    let mut ids = vec![way.dossier.clone()];
    for index in 0..4 {
        let tea = json!({"name": format!("Chè {index}"), "criteria_set": 11});
        let product = way.coop.post("/products", tea).await.is(201).id();
        let new = json!({"product_id": product, "kind": "first"});
        ids.push(way.coop.post("/dossiers", new).await.is(201).id());
    }
    ids.reverse();
    let mut path = "/dossiers?limit=2".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = way.province.get(&path).await.is(200).body;
        seen.extend(
            page["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/dossiers?limit=2&cursor={cursor}");
    }
    assert_eq!(seen, ids);
    let count = async |query: &str| {
        let page = way.province.get(&format!("/dossiers?{query}")).await.is(200).body;
        page["data"].as_array().unwrap().len()
    };
    assert_eq!(count("status=draft").await, 4);
    assert_eq!(count("status=withdrawn").await, 1);
    assert_eq!(count("status=draft&stage=province").await, 0);
    assert_eq!(count("kind=first&commune_code=05503").await, 5);
    assert_eq!(count("kind=renewal").await, 0);
    assert_eq!(count(&format!("product_id={}", way.product)).await, 1);
    assert_eq!(count(&format!("producer_id={}", way.producer)).await, 5);
    way.province.get("/dossiers?status=lost").await.is(400).problem("request.bad_query");
    way.province.get("/dossiers?colour=green").await.is(400).problem("request.bad_query");
}

#[tokio::test(flavor = "multi_thread")]
async fn papers_stand_by_their_criterion() {
    let t = TestApp::new().await;
    let way = Way::begin(&t).await;
    let paper = way.paper(&way.product).await;
    let documents = way.path("/documents");
    let body = |paper: &str, criterion: &str| json!({"paper_id": paper, "criterion": criterion});
    let attached = way.coop.post(&documents, body(&paper, "1.1")).await.is(200);
    let url = format!("/api/v1{documents}/{paper}");
    let document = |criterion: &str| {
        json!({
            "paper_id": paper, "criterion": criterion, "kind": "other", "title": "GCN", "number": null,
            "issued_on": null, "expires_on": null, "expired": false, "url": url,
        })
    };
    assert_eq!(attached.body["documents"], json!([document("1.1")]));
    let twice = way.coop.post(&documents, body(&paper, "1.1")).await.is(422).problem("request.invalid").body;
    assert_eq!(pointers(&twice), ["/paper_id"]);
    way.coop.post(&documents, body(&paper, "1.2")).await.is(200);
    let other =
        way.coop.post("/products", json!({"name": "Chè khác", "criteria_set": 11})).await.is(201).id();
    let foreign = way.paper(&other).await;
    let refused = way.coop.post(&documents, body(&foreign, "99")).await.is(422).body;
    assert_eq!(pointers(&refused), ["/criterion", "/paper_id"]);

    // The paper is evidence now and stays.
    let at = format!("/products/{}/papers/{paper}", way.product);
    let etag = way.coop.get(&at).await.is(200).etag();
    way.coop.delete(&at, &etag).await.is(409).problem("paper.in_use");

    let one = format!("{documents}/{paper}/1.1");
    way.coop.delete(&one, "\"1\"").await.is(412).problem("request.stale");
    let left = way.coop.delete(&one, &way.etag().await).await.is(200).body;
    assert_eq!(left["documents"], json!([document("1.2")]));
    way.coop.delete(&one, &way.etag().await).await.is(404);
    way.submit().await.is(200);
    way.coop.post(&documents, body(&paper, "1.3")).await.is(409).problem("dossier.wrong_status");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_checks_and_stores_nothing_and_a_repeat_gives_the_same_answer() {
    let t = TestApp::new().await;
    let way = Way::begin(&t).await;
    let dry = way.coop.post(&format!("{}?dry_run=true", way.path("/submit")), json!({})).await.is(200).body;
    assert_eq!(dry["status"], "submitted");
    assert_eq!(way.coop.get(&way.path("")).await.body["status"], "draft");
    let submit = || {
        let request = way.coop.request(reqwest::Method::POST, &way.path("/submit"));
        crate::support::client::send(request.header("idempotency-key", "one"))
    };
    let first = submit().await.is(200).body;
    assert_eq!(submit().await.is(200).body, first);
    way.submit().await.is(409);
}
