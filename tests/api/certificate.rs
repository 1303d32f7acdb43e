//! From the decision to the certificate, its chain and its end.

use chrono::{Duration, NaiveDate};
use ocop::actor::{Actor, Role};
use ocop::certificate::{self, Legacy};
use ocop::values::{Points, Star};

use crate::support::make::{Scoring, Way};
use crate::support::{Client, TestApp, Value, json};

async fn leader(t: &TestApp) -> Client {
    t.actor("leader", &[Role::ProvincialLeader], Some("19"), None).await
}

async fn decide(leader: &Client, way: &Way) -> crate::support::Answer {
    leader.post(&way.path("/decide"), json!({})).await
}

/// The stars that the log of public changes tells of, in order.
async fn star_events(t: &TestApp) -> Vec<Value> {
    let events = t.app.db.read("test.events", |conn| ocop::event::after(conn, 0, 100)).await.unwrap();
    let stars = events.into_iter().filter(|e| e.kind == ocop::event::Kind::StarChanged);
    stars.map(|e| e.data.get::<Value>().unwrap()["star"].clone()).collect()
}

/// Runs the service's housekeeping and tells how many certificates are recorded as lapsed.
async fn tidied(t: &TestApp, leader: &Client) -> usize {
    t.app.tidy().await.unwrap();
    leader.get("/certificates?status=lapsed").await.is(200).body["data"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn four_stars_are_recognised_certified_and_shown() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 4).await;
    let leader = leader(&t).await;
    decide(&leader, &s.way).await.is(409).problem("rating.not_concluded");
    s.concluded(80).await;
    let product = format!("/products/{}", s.way.product);
    assert_eq!(s.way.coop.get(&product).await.is(200).body["rating"], Value::Null);
    s.way.province.post(&s.way.path("/decide"), json!({})).await.is(403).problem("auth.forbidden");
    let other = t.actor("hanoi", &[Role::ProvincialLeader], Some("01"), None).await;
    decide(&other, &s.way).await.is(404);
    let long = json!({"decision_number": "x".repeat(201)});
    leader.post(&s.way.path("/decide"), long).await.is(422).problem("request.invalid");

    // A trial run and a refused one use no number up.
    leader.post(&s.way.path("/decide?dry_run=true"), json!({})).await.is(201);
    let made = decide(&leader, &s.way).await.is(201);
    let number = "OCOP-19-2026-000001";
    assert_eq!(made.header("location"), format!("/api/v1/certificates/{number}"));
    let certificate = &made.body;
    for (field, value) in [
        ("number", json!(number)),
        ("status", json!("valid")),
        ("star", json!(4)),
        ("score", json!(80.0)),
        ("product_id", json!(s.way.product)),
        ("product_code", json!("19-05503-1-2026")),
        ("producer_name", json!("Hợp tác xã chè Hảo Đạt")),
        ("decision_number", json!("1/QĐ-UBND")),
        ("decided_on", json!("2026-11-23")),
        ("issuer", json!("Ủy ban nhân dân tỉnh Thái Nguyên")),
        ("issued_on", json!("2026-11-23")),
        ("expires_on", json!("2029-11-23")),
        ("valid_until", json!("2029-11-23T17:00:00.000000Z")),
        ("scheme", json!("qd26-2026")),
        ("end_is_known", json!(true)),
    ] {
        assert_eq!(certificate[field], value, "{field}");
    }
    decide(&leader, &s.way).await.is(409).problem("dossier.wrong_status");
    assert_eq!(s.way.coop.get(&s.way.path("")).await.is(200).body["status"], "recognised");
    let rating = s.way.coop.get(&product).await.is(200).body["rating"].clone();
    assert_eq!((&rating["star"], &rating["certificate_number"]), (&json!(4), &json!(number)));

    // Anyone may check it; the list is for those within reach.
    let public = t.anonymous().get(&format!("/certificates/{number}")).await.is(200);
    assert_eq!((&public.body["status"], &public.body["star"]), (&json!("valid"), &json!(4)));
    t.anonymous().get("/certificates/OCOP-19-2026-000002").await.is(404).problem("request.not_found");
    for (who, count) in [(&s.way.coop, 1), (&s.way.province, 1), (&s.way.commune, 1), (&other, 0)] {
        let listed = who.get("/certificates").await.is(200).body;
        assert_eq!(listed["data"].as_array().unwrap().len(), count);
    }
    for (query, count) in [("star=4", 1), ("star=5", 0), ("status=lapsed", 0), ("province_code=19", 1)] {
        let listed = leader.get(&format!("/certificates?{query}")).await.is(200).body;
        assert_eq!(listed["data"].as_array().unwrap().len(), count, "{query}");
    }
    leader.get("/certificates?star=x").await.is(400).problem("request.bad_query");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_star_ends_with_the_time_and_the_sweep_tidies_up() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 3).await;
    // Access tokens do not last for three years: these two sign in again.
    let officer = t.account("leader", &[Role::ProvincialLeader], Some("19"), None).await;
    let member = t.account("coop2", &[Role::ProducerMember], None, Some(s.way.producer)).await;
    s.concluded(60).await;
    let product = format!("/products/{}", s.way.product);
    s.way.coop.post(&format!("{product}/publish"), json!({})).await.is(200);
    let number = decide(&t.signed_in(officer), &s.way).await.is(201).body["number"].clone();
    assert_eq!(star_events(&t).await, [json!(3)]);
    let path = format!("/certificates/{}", number.as_str().unwrap());
    let history = format!("{product}/history");
    assert_eq!(tidied(&t, &t.signed_in(officer)).await, 0);

    // 2029-11-23 is the last day: it counts to its end, 17:00 UTC.
    let until = chrono::DateTime::parse_from_rfc3339("2029-11-23T17:00:00Z").unwrap().to_utc();
    let left = ocop::instant::Instant::from_utc(until).since(t.app.clock.now());
    t.app.clock.advance(left - Duration::microseconds(1));
    let valid = t.anonymous().get(&path).await.is(200);
    assert_eq!(valid.body["status"], "valid");
    assert_eq!(tidied(&t, &t.signed_in(officer)).await, 0);
    assert_eq!(star_events(&t).await, [json!(3)]);
    t.app.clock.advance(Duration::microseconds(1));
    // At once, before any sweep, and with another tag.
    let lapsed = t.anonymous().get(&path).await.is(200);
    assert_eq!(lapsed.body["status"], "lapsed");
    assert_ne!(lapsed.etag(), valid.etag());
    assert_eq!(t.signed_in(member).get(&product).await.is(200).body["rating"], Value::Null);
    assert_eq!(t.anonymous().get(&history).await.is(200).body["star"], Value::Null);

    assert_eq!(tidied(&t, &t.signed_in(officer)).await, 1);
    assert_eq!(tidied(&t, &t.signed_in(officer)).await, 1);
    assert_eq!(star_events(&t).await, [json!(3), Value::Null]);
    let listed = t.signed_in(officer).get("/certificates?status=lapsed").await.is(200).body;
    assert_eq!(listed["data"][0]["number"], number);
    for (day, star) in [
        ("2026-11-22", Value::Null),
        ("2026-11-23", json!(3)),
        ("2029-11-23", json!(3)),
        ("2029-11-24", Value::Null),
    ] {
        let then = t.anonymous().get(&format!("{history}?as_of={day}")).await.is(200).body;
        assert_eq!((&then["star"], &then["as_of"]), (&star, &json!(day)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_stars_are_refused_and_five_go_to_the_centre() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 3).await;
    let leader = leader(&t).await;
    s.concluded(45).await;
    let refused = decide(&leader, &s.way).await.is(200).body;
    assert_eq!((&refused["outcome"], &refused["status"]), (&json!("refused"), &json!("refused")));
    assert_eq!(refused["star"], 2);
    assert_eq!(leader.get("/certificates").await.is(200).body["data"], json!([]));
    decide(&leader, &s.way).await.is(409).problem("dossier.wrong_status");

    let second = s.another("Chè nõn tôm").await;
    second.concluded(92).await;
    let referred = decide(&leader, &second.way).await.is(200).body;
    assert_eq!((&referred["outcome"], &referred["status"]), (&json!("referred"), &json!("referred")));
    assert_eq!(referred["star"], 5);
    decide(&leader, &second.way).await.is(403).problem("certificate.wrong_authority");
    assert_eq!(leader.get("/certificates").await.is(200).body["data"], json!([]));

    // 90 points and more are the ministry's even where a floor keeps the product below five stars.
    let lowered = s.another("Chè đinh thượng hạng").await;
    let (choices, _) = crate::support::make::one_floor_missed(11, 5);
    for member in 0..3 {
        lowered.score(member, choices.clone()).await;
    }
    let concluded = lowered.conclude(json!({})).await.is(200).body;
    assert!(concluded["mean"].as_f64().unwrap() >= 90.0);
    assert_eq!(concluded["star"], 4);
    assert_eq!(decide(&leader, &lowered.way).await.is(200).body["outcome"], "referred");

    // None of them has used a number up.
    let third = s.another("Chè móc câu").await;
    third.concluded(70).await;
    let made = decide(&leader, &third.way).await.is(201).body;
    assert_eq!(
        (&made["number"], &made["product_code"]),
        (&json!("OCOP-19-2026-000001"), &json!("19-05503-1-2026"))
    );
    let fourth = s.another("Chè búp").await;
    fourth.concluded(50).await;
    let own = json!({"decision_number": " 2890/QĐ-UBND ", "signer_title": "Phó Chủ tịch"});
    let made = leader.post(&fourth.way.path("/decide"), own).await.is(201).body;
    assert_eq!(
        (&made["number"], &made["product_code"]),
        (&json!("OCOP-19-2026-000002"), &json!("19-05503-2-2026"))
    );
    assert_eq!(
        (&made["decision_number"], &made["signer_title"]),
        (&json!("2890/QĐ-UBND"), &json!("Phó Chủ tịch"))
    );
    assert_eq!(made["star"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_prepared_the_decision_does_not_sign_it() {
    let t = TestApp::new().await;
    let both = t.account("chair", &[Role::CouncilMember, Role::ProvincialLeader], Some("19"), None).await;
    let s = Scoring::begin_with_chair(&t, 3, Some(both)).await;
    s.concluded(80).await;
    decide(&t.signed_in(both), &s.way).await.is(403).problem("dossier.preparer_signs");
    // Nor does who accepted the dossier or put it on an agenda.
    let roles = json!({"roles": ["provincial_officer", "provincial_leader"]});
    let (admin, office) = (t.admin().await, s.way.province.get("/auth/me").await.is(200));
    admin.patch(&format!("/accounts/{}", office.id()), &office.etag(), roles).await.is(200);
    decide(&s.way.province, &s.way).await.is(403).problem("dossier.preparer_signs");
    decide(&leader(&t).await, &s.way).await.is(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_decisions_at_once_are_one() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 3).await;
    s.concluded(80).await;
    let leader = leader(&t).await;
    let (one, two) = tokio::join!(decide(&leader, &s.way), decide(&leader, &s.way));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    assert_eq!(leader.get("/certificates").await.is(200).body["data"].as_array().unwrap().len(), 1);
}

fn legacy(product: &str, star: u8, decided_on: Option<&str>, year: Option<i32>) -> Legacy {
    Legacy {
        product_id: product.parse().unwrap(),
        scheme: "qd148-2023".to_owned(),
        star: Star::new(star).unwrap(),
        score: Some(Points::from_hundredths(9086)),
        year,
        decision: Some("2890/QĐ-BNN-VPĐP (30/6/2021)".to_owned()),
        decided_on: decided_on.map(|day| day.parse::<NaiveDate>().unwrap()),
        issuer: "UBND huyện Đồng Hỷ".to_owned(),
        source: Some("danh sách của tỉnh".to_owned()),
    }
}

async fn register(t: &TestApp, legacy: Legacy) -> Result<certificate::Certificate, ocop::error::Error> {
    let now = t.app.clock.now();
    let write = move |tx: &mut ocop::db::Tx<'_>| {
        certificate::register_legacy(tx, &Actor::system("test"), &legacy, now)
    };
    t.app.db.write("test.legacy", write).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_knows_the_star_of_any_day() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 3).await;
    let product = s.way.product.clone();
    let path = format!("/products/{product}/history");
    t.anonymous().get(&path).await.is(404);
    assert_eq!(s.way.coop.get(&path).await.is(200).body["certificates"], json!([]));

    // Recorded out of order: the newer first.
    let newer = register(&t, legacy(&product, 4, Some("2024-06-30"), Some(2024))).await.unwrap();
    let older = register(&t, legacy(&product, 3, Some("2021-06-30"), Some(2020))).await.unwrap();
    assert_eq!(
        (newer.number.as_str(), older.number.as_str()),
        ("OCOP-19-2024-L000001", "OCOP-19-2020-L000001")
    );
    assert_eq!(older.superseded_at, Some(newer.valid_from));
    // Recording it again changes nothing.
    let again = register(&t, legacy(&product, 4, Some("2024-06-30"), Some(2024))).await.unwrap();
    assert_eq!(again.id, newer.id);
    let rating = s.way.coop.get(&format!("/products/{product}")).await.is(200).body["rating"].clone();
    assert_eq!((&rating["star"], &rating["certificate_number"]), (&json!(4), &json!(newer.number)));

    s.concluded(60).await;
    let made = decide(&leader(&t).await, &s.way).await.is(201).body;
    let found = t.anonymous().get(&path).await.is(200).body;
    let row = |c: &Value| (c["star"].clone(), c["step"].clone(), c["status"].clone());
    let rows: Vec<_> = found["certificates"].as_array().unwrap().iter().map(row).collect();
    assert_eq!(
        rows,
        [
            (json!(3), json!("first"), json!("superseded")),
            (json!(4), json!("upgraded"), json!("superseded")),
            (json!(3), json!("downgraded"), json!("valid")),
        ]
    );
    assert_eq!((&found["star"], &found["certificate_number"]), (&json!(3), &made["number"]));
    for (day, star) in [
        ("2021-06-29", Value::Null),
        ("2021-06-30", json!(3)),
        ("2024-06-29", json!(3)),
        ("2024-06-30", json!(4)),
        ("2026-11-22", json!(4)),
        ("2026-11-23", json!(3)),
        ("2029-11-24", Value::Null),
    ] {
        let then = t.anonymous().get(&format!("{path}?as_of={day}")).await.is(200).body;
        assert_eq!(then["star"], star, "{day}");
    }
    t.anonymous().get(&format!("{path}?as_of=2026-13-01")).await.is(400).problem("request.bad_query");
    let old = t.anonymous().get(&format!("/certificates/{}", older.number)).await.is(200).body;
    assert_eq!((&old["issuer"], &old["score"]), (&json!("UBND huyện Đồng Hỷ"), &json!(90.86)));
}

#[tokio::test(flavor = "multi_thread")]
async fn old_certificates_without_a_day_are_valid_only_while_that_is_certain() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 3).await;
    let tea = |name: &'static str| {
        let coop = s.way.coop.clone();
        async move { coop.post("/products", json!({"name": name, "criteria_set": 11})).await.is(201).id() }
    };
    // It is November 2026: decided in 2024 at the earliest on 1 January, so valid until 1 January 2027.
    let cases = [
        ("Trà A", Some(2024), json!(4), "valid", json!("2027-01-01"), "OCOP-19-2024-L000001"),
        ("Trà B", Some(2023), Value::Null, "lapsed", json!("2026-01-01"), "OCOP-19-2023-L000001"),
        ("Trà C", None, Value::Null, "lapsed", Value::Null, "OCOP-19-0000-L000001"),
    ];
    for (name, year, star, status, last, number) in cases {
        let product = tea(name).await;
        let made = register(&t, legacy(&product, 4, None, year)).await.unwrap();
        assert_eq!(made.number, number);
        let shown = t.anonymous().get(&format!("/certificates/{number}")).await.is(200).body;
        assert_eq!((&shown["status"], &shown["end_is_known"]), (&json!(status), &json!(false)), "{name}");
        if year.is_some() {
            assert_eq!(shown["expires_on"], last, "{name}");
        }
        let rating = s.way.coop.get(&format!("/products/{product}")).await.is(200).body["rating"].clone();
        assert_eq!(rating["star"], star, "{name}");
    }
    let product = tea("Trà D").await;
    let codes = |e: ocop::error::Error| e.fields().iter().map(|f| f.code).collect::<Vec<_>>();
    let low = register(&t, legacy(&product, 2, Some("2027-01-01"), None)).await.unwrap_err();
    assert_eq!(codes(low), ["certificate.star", "certificate.decided_on"]);
    let blank = Legacy { issuer: " ".to_owned(), ..legacy(&product, 3, None, Some(2024)) };
    assert_eq!(codes(register(&t, blank).await.unwrap_err()), ["line.length"]);
}
