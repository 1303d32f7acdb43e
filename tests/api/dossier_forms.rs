//! What a dossier lacks, what changed in it, and acting out of order or at once.

use crate::support::make::{Scoring, Way, best_choices, commune_report};
use crate::support::{Client, TestApp, Value, json};

async fn paper(way: &Way, query: &str) -> String {
    let path = format!("/products/{}/papers?{query}", way.product);
    let pdf = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n".to_vec();
    let request = way.coop.request(reqwest::Method::POST, &path).header("content-type", "application/pdf");
    crate::support::client::send(request.body(pdf)).await.is(201).id()
}

fn issue<'a>(body: &'a Value, pointer: &str) -> &'a Value {
    let found = body["issues"].as_array().unwrap().iter().find(|issue| issue["pointer"] == pointer);
    found.unwrap_or_else(|| panic!("no issue at {pointer}: {body:#}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_told_with_the_rule_that_asks_for_it() {
    let t = TestApp::new().await;
    let way = Way::begin(&t).await;
    let path = way.path("/completeness");
    let whole = way.coop.get(&path).await.is(200).body;
    assert_eq!(whole["complete"], true);
    // Set 11 wants test reports by its criterion 8, and contracts by its criterion on export.
    for (code, words) in [("8", "phiếu kiểm nghiệm"), ("11", "hợp đồng xuất khẩu")] {
        let asked = issue(&whole, &format!("/self_assessment/choices/{code}"));
        assert_eq!((&asked["code"], &asked["severity"]), (&json!("evidence.missing"), &json!("advice")));
        assert!(asked["rule"].as_str().unwrap().contains("bộ tiêu chí số 11"), "{asked}");
        assert!(asked["detail"].as_str().unwrap().contains(words), "{asked}");
    }
    assert_eq!(issue(&whole, "/self_assessment/choices/1.1")["code"], "evidence.none");

    // A paper there answers it; one that ended does not prove anything, one without a date is asked for it.
    let good = paper(&way, "kind=test_report&title=PKN&issued_on=2026-10-01&expires_on=2027-10-01").await;
    let old =
        paper(&way, "kind=food_safety_certificate&title=ATTP&issued_on=2023-11-22&expires_on=2026-11-22");
    let (old, undated) = (old.await, paper(&way, "kind=trademark&title=NH").await);
    for (paper, criterion) in [(&good, "8"), (&old, "9"), (&old, "7"), (&undated, "4.2")] {
        let body = json!({"paper_id": paper, "criterion": criterion});
        way.coop.post(&way.path("/documents"), body).await.is(200);
    }
    let lacking = way.coop.get(&path).await.is(200).body;
    assert_eq!(lacking["complete"], false);
    let pointers: Vec<_> = lacking["issues"].as_array().unwrap().iter().map(|i| &i["pointer"]).collect();
    assert!(!pointers.contains(&&json!("/self_assessment/choices/8")), "{pointers:?}");
    let ended = issue(&lacking, &format!("/documents/{old}"));
    assert_eq!((&ended["code"], &ended["severity"]), (&json!("paper.expired"), &json!("blocking")));
    assert_eq!(*pointers[0], format!("/documents/{old}"), "the gravest comes first, and once");
    assert_eq!(issue(&lacking, &format!("/documents/{undated}"))["code"], "paper.undated");
    let english = way.coop.request(reqwest::Method::GET, &path).header("accept-language", "en");
    let english = crate::support::client::send(english).await.is(200).body;
    assert_eq!(
        issue(&english, &format!("/documents/{old}"))["detail"],
        "The paper “ATTP” ended on 22/11/2026; attach one that is still good and take this one away."
    );
    let shown = way.coop.get(&way.path("")).await.is(200).body;
    let row = shown["documents"].as_array().unwrap().iter().find(|d| d["paper_id"] == old).unwrap();
    assert_eq!(
        (&row["issued_on"], &row["expires_on"], &row["expired"]),
        (&json!("2023-11-22"), &json!("2026-11-22"), &json!(true))
    );
    // Filing asks the same question.
    let refused = way.submit().await.is(422).problem("dossier.incomplete").body;
    assert_eq!(refused["errors"].as_array().unwrap().len(), 1);
    assert_eq!(refused["errors"][0]["pointer"], format!("/documents/{old}"));
    for criterion in ["9", "7"] {
        let one = way.path(&format!("/documents/{old}/{criterion}"));
        way.coop.delete(&one, &way.etag().await).await.is(200);
    }
    assert_eq!(way.coop.get(&path).await.is(200).body["complete"], true);
    way.submit().await.is(200);
    // Whoever sees the dossier sees this too; nobody else.
    way.commune.get(&path).await.is(200);
    let neighbour = t.actor("neighbour", &[ocop::actor::Role::CommuneOfficer], Some("05692"), None).await;
    neighbour.get(&path).await.is(404);
    neighbour.get(&way.path("/changes")).await.is(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_completion_shows_only_what_changed_and_whether_each_reason_was_followed() {
    let t = TestApp::new().await;
    let way = Way::begin(&t).await;
    let first = paper(&way, "kind=other&title=GCN&number=01").await;
    let attach = |paper: &str, criterion: &str| json!({"paper_id": paper, "criterion": criterion});
    way.coop.post(&way.path("/documents"), attach(&first, "1.1")).await.is(200);
    let changes = way.path("/changes");
    let none = way.coop.get(&changes).await.is(200).body;
    assert_eq!(none, json!({"since": null, "changes": null, "reasons": [], "against_origin": null}));
    way.submit().await.is(200);
    let back = way.path("/return");
    let wrong = json!({"reasons": [
        {"criterion": "77", "text": "x"}, {"paper_id": ocop::ids::PaperId::new(), "text": "x"}, {"text": "x"},
    ]});
    let refused = way.commune.post(&back, wrong).await.is(422).problem("request.invalid").body;
    let pointers: Vec<_> = refused["errors"].as_array().unwrap().iter().map(|e| &e["pointer"]).collect();
    assert_eq!(pointers, ["/reasons/0/criterion", "/reasons/1/paper_id", "/reasons/2/pointer"]);
    let reasons = json!({"reasons": [
        {"pointer": "/registration/plan", "text": "Thiếu kế hoạch năm 2027"},
        {"criterion": "2.1", "text": "Chấm cao hơn minh chứng"},
        {"paper_id": first, "text": "Bản chụp mờ"},
        {"pointer": "/registration/labour", "text": "Ghi rõ lao động nữ"},
    ]});
    let returned = way.commune.post(&back, reasons).await.is(200).body;
    assert_eq!(
        returned["return_reasons"][1],
        json!({"pointer": "/self_assessment/choices/2.1", "criterion": "2.1", "text": "Chấm cao hơn minh chứng"})
    );

    // Nothing yet; then a form, a choice and a paper.
    let before = way.coop.get(&changes).await.is(200).body;
    assert_eq!((&before["since"]["submission"], &before["changes"]["none"]), (&json!(1), &json!(true)));
    let plan = json!({"registration": {"plan": "Năm 2027: thêm 5 ha."}});
    let patched = way.coop.patch(&way.path(""), &way.etag().await, plan).await.is(200);
    let mut choices = best_choices(11);
    let best = choices["2.1"].clone();
    choices["2.1"] = json!("2.1-2");
    let sheet = way.path("/self-assessment");
    way.coop.put(&sheet, &patched.etag(), json!({"choices": choices})).await.is(200);
    let second = paper(&way, "kind=other&title=GCN&number=02").await;
    way.coop.post(&way.path("/documents"), attach(&second, "1.1")).await.is(200);
    let one = way.path(&format!("/documents/{first}/1.1"));
    way.coop.delete(&one, &way.etag().await).await.is(200);
    let expected = |body: &Value| {
        let found = &body["changes"];
        assert_eq!(body["since"]["submission"], 1);
        assert_eq!(found["none"], false);
        assert_eq!(found["forms"].as_array().unwrap().len(), 1, "{found:#}");
        assert_eq!(found["forms"][0]["pointer"], "/registration/plan");
        assert_eq!(found["choices"].as_array().unwrap().len(), 1);
        assert_eq!(found["choices"][0]["criterion"], "2.1");
        assert_eq!((&found["choices"][0]["before"], &found["choices"][0]["after"]), (&best, &json!("2.1-2")));
        assert_eq!(
            (&found["choices"][0]["points_before"], &found["choices"][0]["points_after"]),
            (&json!(3.0), &json!(1.0))
        );
        assert_eq!(found["documents_added"][0]["number"], "02");
        assert_eq!(found["documents_removed"][0]["paper_id"], first);
        let followed: Vec<_> = body["reasons"].as_array().unwrap().iter().map(|r| &r["changed"]).collect();
        assert_eq!(followed, [true, true, true, false]);
    };
    expected(&way.coop.get(&changes).await.is(200).body);
    way.submit().await.is(200);
    // The office sees what the completion brought, also after it goes on.
    expected(&way.commune.get(&changes).await.is(200).body);
    way.forward().await.is(200);
    expected(&way.province.get(&changes).await.is(200).body);
    let now = way.province.get(&format!("{changes}?since=2")).await.is(200).body;
    assert_eq!((&now["since"]["submission"], &now["changes"]["none"]), (&json!(2), &json!(true)));
    way.province.get(&format!("{changes}?since=3")).await.is(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_that_is_not_the_products_any_more_is_assessed_again() {
    let t = TestApp::new().await;
    let way = Way::begin(&t).await;
    let product = format!("/products/{}", way.product);
    let tag = way.coop.get(&product).await.is(200).etag();
    way.coop.patch(&product, &tag, json!({"criteria_set": 12})).await.is(200);
    let refused = way.submit().await.is(409).problem("dossier.set_changed").body;
    assert!(refused["detail"].as_str().unwrap().contains("bộ số 12"), "{refused}");
    let lacking = way.coop.get(&way.path("/completeness")).await.is(200).body;
    assert_eq!(issue(&lacking, "/criteria_set")["severity"], "blocking");
    let sheet = json!({"choices": best_choices(12)});
    let path = way.path("/self-assessment");
    let again = way.coop.put(&path, &way.etag().await, sheet).await.is(200).body;
    assert_eq!(again["criteria_set"], 12);
    assert_eq!(way.submit().await.is(200).body["criteria_set"], 12);
}

/// Every verb of a dossier, by whom, and whether a status has a place for it.
async fn act(way: &Way, verb: &str) -> crate::support::Answer {
    let etag = way.etag().await;
    let reasons = json!({"reasons": [{"pointer": "/documents", "text": "Thiếu"}]});
    let status = way.province.get(&way.path("")).await.body["stage"].clone();
    let office: &Client = if status == "commune" { &way.commune } else { &way.province };
    match verb {
        "patch" => way.coop.patch(&way.path(""), &etag, json!({})).await,
        "assess" => way.coop.put(&way.path("/self-assessment"), &etag, json!({"choices": {}})).await,
        "report" => way.commune.put(&way.path("/commune-report"), &etag, commune_report()).await,
        "return" => office.post(&way.path("/return"), reasons).await,
        "submit" | "withdraw" => way.coop.post(&way.path(&format!("/{verb}")), json!({})).await,
        "forward" => way.commune.post(&way.path("/forward"), json!({})).await,
        "accept" => way.province.post(&way.path("/accept"), json!({})).await,
        "samples" => way.samples(1).await,
        _ => panic!("{verb}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_out_of_order_is_refused_with_the_article_and_what_to_do() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 2).await;
    let fresh = async || {
        let (product, dossier) = Way::draft(&s.way.coop, "Chè khác").await;
        let Way { producer, coop, commune, province, .. } = &s.way;
        Way {
            producer: *producer,
            product,
            dossier,
            coop: coop.clone(),
            commune: commune.clone(),
            province: province.clone(),
        }
    };
    let verbs = ["patch", "assess", "report", "return", "submit", "withdraw", "forward", "accept", "samples"];
    let check = async |way: &Way, status: &str, allowed: &[&str], remedy: &str| {
        let now = way.province.get(&way.path("")).await.is(200).body;
        assert_eq!(now["status"], status);
        for verb in verbs.iter().filter(|verb| !allowed.contains(verb)) {
            // Samples are dated by the filing; a draft has none.
            if *verb == "samples" && now["filed_at"] == Value::Null {
                continue;
            }
            let refused = act(way, verb).await.is(409).problem("dossier.wrong_status").body;
            let detail = refused["detail"].as_str().unwrap();
            assert!(detail.contains(remedy), "{verb} of a {status} dossier: {detail}");
            let transition = ["return", "submit", "withdraw", "forward", "accept"].contains(verb);
            assert!(!transition || detail.contains("26/2026/QĐ-TTg, điều"), "{verb}: {detail}");
        }
        assert_eq!(way.province.get(&way.path("")).await.body["updated_at"], now["updated_at"]);
    };
    let way = fresh().await;
    check(&way, "draft", &["patch", "assess", "submit", "withdraw"], "submit").await;
    way.submit().await.is(200);
    check(&way, "submitted", &["report", "return", "forward", "withdraw"], "forward").await;
    act(&way, "return").await.is(200);
    check(&way, "returned", &["patch", "assess", "submit", "withdraw"], "submit").await;
    way.submit().await.is(200);
    way.forward().await.is(200);
    check(&way, "forwarded", &["return", "accept", "withdraw", "samples"], "accept").await;
    act(&way, "accept").await.is(200);
    check(&way, "accepted", &["return", "withdraw", "samples"], "phiên họp").await;
    act(&way, "withdraw").await.is(200);
    check(&way, "withdrawn", &[], "hồ sơ mới").await;
    check(&s.way, "scoring", &[], "conclude").await;
    s.concluded(75).await;
    check(&s.way, "concluded", &[], "decide").await;
    let leader = t.actor("leader", &[ocop::actor::Role::ProvincialLeader], Some("19"), None).await;
    leader.post(&s.way.path("/decide"), json!({})).await.is(201);
    check(&s.way, "recognised", &[], "upgrade").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_officers_who_act_at_once_one_wins_and_nothing_is_half_done() {
    let t = TestApp::new().await;
    let way = Way::begin(&t).await;
    way.submit().await.is(200);
    way.forward().await.is(200);
    let second = t.actor("second", &[ocop::actor::Role::ProvincialOfficer], Some("19"), None).await;
    let reasons = json!({"reasons": [{"pointer": "/documents", "text": "Thiếu"}]});
    let (accept, back) = (way.path("/accept"), way.path("/return"));
    for round in 0..6 {
        let (one, two) =
            tokio::join!(way.province.post(&accept, json!({})), second.post(&back, reasons.clone()));
        let now = way.province.get(&way.path("")).await.is(200).body;
        // A dossier may be accepted and returned after that, never accepted once it was returned.
        match (one.status, two.status) {
            (200, 200) => assert_eq!(now["status"], "returned"),
            (200, 409 | 412) => assert_eq!(now["status"], "accepted"),
            (409 | 412, 200) => assert_eq!(now["status"], "returned"),
            other => panic!("round {round}: {other:?}"),
        }
        let settled = now["status"] == "accepted";
        assert_eq!(now["round"].is_string(), settled, "{now:#}");
        assert_eq!(now["due_on"].is_string(), settled);
        if settled {
            second.post(&back, reasons.clone()).await.is(200);
        }
        way.submit().await.is(200);
    }
    // The same verb twice: once.
    let (one, two) = tokio::join!(way.province.post(&accept, json!({})), second.post(&accept, json!({})));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert!(statuses[0] == 200 && [409, 412].contains(&statuses[1]), "{statuses:?}");
    // Samples recorded at once are both kept, or one is told to read again.
    let (one, two) = tokio::join!(way.samples(2), way.samples(3));
    let kept: i64 =
        [(one.status, 2), (two.status, 3)].iter().filter(|(s, _)| *s == 200).map(|(_, n)| n).sum();
    assert!(kept > 0);
    let now = way.province.get(&way.path("")).await.is(200).body;
    assert_eq!(now["samples"]["received"], kept);
    // What each submission held is kept, one by one.
    let last = way.province.get(&way.path("/changes?since=7")).await.is(200).body;
    assert_eq!(last["changes"]["none"], true);
}
