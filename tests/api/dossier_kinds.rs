//! Upgrades and renewals: when they may be filed, and what they begin from.

use chrono::NaiveDate;
use ocop::actor::{Actor, Role};
use ocop::certificate::{self, Legacy};
use ocop::ids::AccountId;
use ocop::instant::Instant;
use ocop::values::Star;

use crate::support::make::{Scoring, Way, best_choices};
use crate::support::{Client, TestApp, Value, json};

/// Moves the clock to nine in the morning of a day.
fn travel(t: &TestApp, day: &str) {
    let day: NaiveDate = day.parse().unwrap();
    let at = Instant::start_of_day(day).plus(chrono::Duration::hours(9));
    t.app.clock.advance(at.since(t.app.clock.now()));
}

async fn account(client: &Client) -> AccountId {
    client.get("/auth/me").await.is(200).body["id"].as_str().unwrap().parse().unwrap()
}

/// A tea that was recognised with this many points, with a paper at one criterion.
async fn recognised(t: &TestApp, points: u8) -> (Scoring, String) {
    let way = Way::begin(t).await;
    let paper = way.paper(&way.product).await;
    way.coop.post(&way.path("/documents"), json!({"paper_id": paper, "criterion": "1.1"})).await.is(200);
    way.accept().await;
    let seated = t.council(&way.province, 4).await;
    let s = Scoring { way, council: seated.council, members: seated.members };
    s.put_on_agenda().await;
    s.concluded(points).await;
    let leader = t.actor("leader", &[Role::ProvincialLeader], Some("19"), None).await;
    leader.post(&s.way.path("/decide"), json!({})).await.is(201);
    (s, paper)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_begins_with_what_the_last_recognised_dossier_said() {
    let t = TestApp::new().await;
    let (s, paper) = recognised(&t, 75).await;
    let way = &s.way;
    let first = json!({"product_id": way.product, "kind": "first"});
    let refused = way.coop.post("/dossiers", first).await.is(409).problem("dossier.star_valid").body;
    // It says what to do instead, and when.
    for words in ["4 sao", "upgrade", "renewal", "23/11/2029", "27/05/2029", "26/07/2029", "điều 8"] {
        assert!(refused["detail"].as_str().unwrap().contains(words), "{words}: {refused}");
    }
    let before = way.coop.get(&way.path("")).await.is(200).body;
    let new = json!({"product_id": way.product, "kind": "upgrade"});
    let made = way.coop.post("/dossiers", new.clone()).await.is(201);
    for field in ["registration", "self_total"] {
        assert_eq!(made.body[field], before[field], "{field}");
    }
    assert_eq!(made.body["self_assessment"]["choices"], best_choices(11));
    assert_eq!(made.body["documents"][0]["paper_id"], paper);
    assert_eq!(made.body["origin"], json!({"dossier_id": way.dossier, "dropped": []}));
    assert_eq!((&made.body["kind"], &made.body["status"]), (&json!("upgrade"), &json!("draft")));
    way.coop.post("/dossiers", new).await.is(409).problem("dossier.already_open");

    // The council will see only what is different from the dossier before.
    let path = format!("/dossiers/{}", made.id());
    let changes = way.coop.get(&format!("{path}/changes")).await.is(200).body;
    assert_eq!((&changes["since"], &changes["changes"]), (&Value::Null, &Value::Null));
    assert_eq!(changes["against_origin"]["dossier_id"], way.dossier);
    assert_eq!(changes["against_origin"]["changes"]["none"], true);
    let mut choices = best_choices(11);
    choices["1.1"] = json!("1.1-2");
    let plan = json!({"registration": {"plan": "Thêm một xưởng sấy."}});
    let patched = way.coop.patch(&path, &made.etag(), plan).await.is(200);
    let sheet = json!({"choices": choices});
    way.coop.put(&format!("{path}/self-assessment"), &patched.etag(), sheet).await.is(200);
    way.coop.post(&format!("{path}/submit"), json!({})).await.is(200);
    let changes = way.province.get(&format!("{path}/changes")).await.is(200).body;
    let against = &changes["against_origin"]["changes"];
    assert_eq!(against["forms"].as_array().unwrap().len(), 1);
    assert_eq!(against["forms"][0]["pointer"], "/registration/plan");
    assert_eq!(against["forms"][0]["after"], "Thêm một xưởng sấy.");
    assert_eq!(
        against["choices"],
        json!([{
            "criterion": "1.1", "label": "Nguồn nguyên liệu", "before": "1.1-3", "after": "1.1-2",
            "points_before": 3.0, "points_after": 2.0,
        }])
    );
    assert_eq!((&against["documents_added"], &against["documents_removed"]), (&json!([]), &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_is_filed_180_to_120_days_before_the_end_and_decided_within_45() {
    let t = TestApp::new().await;
    let (s, _) = recognised(&t, 80).await;
    let way = &s.way;
    let renewal = json!({"product_id": way.product, "kind": "renewal"});
    // It may be written long before, and filed in time.
    let made = way.coop.post("/dossiers", renewal.clone()).await.is(201);
    let path = format!("/dossiers/{}", made.id());
    let submit = format!("{path}/submit");
    let (coop, commune, province) =
        (account(&way.coop).await, account(&way.commune).await, account(&way.province).await);
    travel(&t, "2029-05-26");
    let early = t.signed_in(coop).post(&submit, json!({})).await.is(409).problem("dossier.window_not_open");
    for words in ["27/05/2029", "26/07/2029", "điều 8", "bản nháp"] {
        assert!(early.body["detail"].as_str().unwrap().contains(words), "{words}: {}", early.body);
    }
    let lacking = t.signed_in(coop).get(&format!("{path}/completeness")).await.is(200).body;
    assert_eq!((&lacking["complete"], &lacking["issues"][0]["pointer"]), (&json!(false), &json!("/kind")));
    travel(&t, "2029-05-27");
    let (coop, commune, province) = (t.signed_in(coop), t.signed_in(commune), t.signed_in(province));
    let filed = coop.post(&submit, json!({})).await.is(200).body;
    // A Sunday; fifteen working days come before the 45 days of the renewal.
    assert_eq!(filed["due_on"], "2029-06-15");
    let etag = commune.get(&path).await.is(200).etag();
    let report = crate::support::make::commune_report();
    commune.put(&format!("{path}/commune-report"), &etag, report).await.is(200);
    commune.post(&format!("{path}/forward"), json!({})).await.is(200);
    let accepted = province.post(&format!("{path}/accept"), json!({})).await.is(200).body;
    assert_eq!(accepted["due_on"], "2029-07-11");
    assert_eq!(accepted["round"], "19-2029-2");
    coop.post(&format!("{path}/withdraw"), json!({})).await.is(200);

    let id = account(&coop).await;
    travel(&t, "2029-07-26");
    let on_time = t.signed_in(id).post("/dossiers", renewal.clone()).await.is(201).id();
    t.signed_in(id).post(&format!("/dossiers/{on_time}/withdraw"), json!({})).await.is(200);
    travel(&t, "2029-07-27");
    let late =
        t.signed_in(id).post("/dossiers", renewal.clone()).await.is(409).problem("dossier.window_closed");
    // A first dossier, from the day after the end.
    for words in ["27/05/2029", "26/07/2029", "24/11/2029", "kind = first"] {
        assert!(late.body["detail"].as_str().unwrap().contains(words), "{words}: {}", late.body);
    }
    travel(&t, "2029-11-23");
    let first = json!({"product_id": way.product, "kind": "first"});
    t.signed_in(id).post("/dossiers", first.clone()).await.is(409).problem("dossier.star_valid");
    travel(&t, "2029-11-24");
    t.signed_in(id).post("/dossiers", renewal).await.is(409).problem("dossier.no_star");
    t.signed_in(id).post("/dossiers", first).await.is(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_certified_before_this_program_begins_with_empty_forms() {
    let t = TestApp::new().await;
    let way = Way::begin(&t).await;
    let legacy = |star: u8| Legacy {
        decision: Some("12/QĐ-UBND".to_owned()),
        decided_on: Some(NaiveDate::from_ymd_opt(2025, 1, if star == 5 { 9 } else { 8 }).unwrap()),
        year: None,
        issuer: "Ủy ban nhân dân thành phố Thái Nguyên".to_owned(),
        product_id: way.product.parse().unwrap(),
        scheme: "qd148-2023".to_owned(),
        star: Star::new(star).unwrap(),
        score: None,
        source: None,
    };
    let register = async |star: u8| {
        let (now, legacy) = (t.app.clock.now(), legacy(star));
        let write = move |tx: &mut ocop::db::Tx<'_>| {
            certificate::register_legacy(tx, &Actor::system("test"), &legacy, now)
        };
        t.app.db.write("test.legacy", write).await.unwrap();
    };
    // A first dossier begun before the certificate was recorded is not filed any more.
    register(4).await;
    way.submit().await.is(409).problem("dossier.star_valid");
    way.coop.post(&way.path("/withdraw"), json!({})).await.is(200);
    let upgrade = json!({"product_id": way.product, "kind": "upgrade"});
    let made = way.coop.post("/dossiers", upgrade.clone()).await.is(201);
    assert_eq!(made.body["origin"], json!({"dossier_id": null, "dropped": []}));
    assert_eq!(made.body["registration"]["products"], json!([]));
    assert_eq!(made.body["self_assessment"]["choices"], json!({}));
    let changes = way.coop.get(&format!("/dossiers/{}/changes", made.id())).await.is(200).body;
    assert_eq!(changes["against_origin"], Value::Null);
    way.coop.post(&format!("/dossiers/{}/withdraw", made.id()), json!({})).await.is(200);
    register(5).await;
    way.coop.post("/dossiers", upgrade).await.is(409).problem("dossier.top_star");
}
