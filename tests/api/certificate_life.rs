//! What happens to certificates: five stars at the centre, checks, revocation, reminders, and how authorities number.

use chrono::Duration;
use ocop::actor::Role;

use crate::support::make::Scoring;
use crate::support::{Answer, Client, TestApp, Value, json};

async fn leader(t: &TestApp) -> Client {
    t.actor("leader", &[Role::ProvincialLeader], Some("19"), None).await
}

async fn minister(t: &TestApp) -> Client {
    t.actor("minister", &[Role::CentralLeader], None, None).await
}

async fn decide(who: &Client, s: &Scoring, body: Value) -> Answer {
    who.post(&s.way.path("/decide"), body).await
}

fn revocation(reason: &str) -> Value {
    json!({
        "reason": reason, "concluded_on": "2026-11-23", "decision_number": "121/QĐ-UBND",
        "note": "Kết luận kiểm tra ngày 23/11/2026: nguyên liệu không đúng hồ sơ.",
    })
}

/// A tea of four stars, and its certificate's number.
async fn certified(t: &TestApp, leader: &Client) -> (Scoring, String) {
    let s = Scoring::begin(t, 3).await;
    s.concluded(80).await;
    s.way.coop.post(&format!("/products/{}/publish", s.way.product), json!({})).await.is(200);
    let number = decide(leader, &s, json!({})).await.is(201).body["number"].as_str().unwrap().to_owned();
    (s, number)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_minister_recognises_five_stars() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 3).await;
    let (leader, minister) = (leader(&t).await, minister(&t).await);
    s.concluded(92).await;
    decide(&minister, &s, json!({})).await.is(403).problem("certificate.wrong_authority");
    assert_eq!(decide(&leader, &s, json!({})).await.is(200).body["outcome"], "referred");
    s.at_the_centre(&t, 95).await;
    decide(&leader, &s, json!({})).await.is(403).problem("certificate.wrong_authority");
    let choice = json!({"choice": "recognise"});
    decide(&minister, &s, choice).await.is(422).problem("decision.no_choice");
    let made = decide(&minister, &s, json!({})).await.is(201).body;
    for (field, value) in [
        ("star", json!(5)),
        ("tier", json!("centre")),
        ("number", json!("OCOP-TW-2026-000001")),
        ("decision_number", json!("1/QĐ-BNNMT")),
        ("issuer", json!("Bộ Nông nghiệp và Môi trường")),
        ("signer_title", json!("Bộ trưởng")),
        ("product_code", json!("19-05503-1-2026")),
    ] {
        assert_eq!(made[field], value, "{field}");
    }
    // Who certified takes it back, and nobody else.
    let path = "/certificates/OCOP-TW-2026-000001/revoke";
    let refused = leader.post(path, revocation("breach_of_law")).await;
    refused.is(403).problem("certificate.wrong_authority");
    minister.post(path, revocation("breach_of_law")).await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_centre_returns_the_chairman_recognises_or_has_evaluated_again() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 3).await;
    let (leader, minister) = (leader(&t).await, minister(&t).await);
    s.concluded(92).await;
    decide(&leader, &s, json!({})).await.is(200);
    s.at_the_centre(&t, 85).await;
    let returned = decide(&minister, &s, json!({})).await.is(200).body;
    assert_eq!((&returned["outcome"], &returned["status"]), (&json!("returned"), &json!("concluded")));
    decide(&minister, &s, json!({})).await.is(403).problem("certificate.wrong_authority");
    decide(&leader, &s, json!({})).await.is(422).problem("decision.choice_needed");
    let again = decide(&leader, &s, json!({"choice": "evaluate_again"})).await.is(200).body;
    assert_eq!((&again["outcome"], &again["status"]), (&json!("evaluated_again"), &json!("accepted")));

    // The province's own council concludes once more; its result is decided on as any other.
    s.put_on_agenda().await;
    s.concluded(82).await;
    let made = decide(&leader, &s, json!({})).await.is(201).body;
    assert_eq!((&made["star"], &made["number"]), (&json!(4), &json!("OCOP-19-2026-000001")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chairman_recognises_on_the_central_result() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 3).await;
    let (leader, minister) = (leader(&t).await, minister(&t).await);
    s.concluded(92).await;
    decide(&leader, &s, json!({})).await.is(200);
    s.at_the_centre(&t, 85).await;
    decide(&minister, &s, json!({})).await.is(200);
    let made = decide(&leader, &s, json!({"choice": "recognise"})).await.is(201).body;
    assert_eq!((&made["star"], &made["score"], &made["tier"]), (&json!(4), &json!(85.0), &json!("province")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_star_is_gone_at_once() {
    let t = TestApp::new().await;
    let leader = leader(&t).await;
    let (s, number) = certified(&t, &leader).await;
    let (path, product) = (format!("/certificates/{number}/revoke"), format!("/products/{}", s.way.product));
    let shown = format!("/catalogue{product}");
    assert_eq!(t.anonymous().get(&shown).await.is(200).body["rating"]["star"], 4);

    s.way.province.post(&path, revocation("breach_of_law")).await.is(403).problem("auth.forbidden");
    let other = t.actor("hanoi", &[Role::ProvincialLeader], Some("01"), None).await;
    other.post(&path, revocation("breach_of_law")).await.is(403).problem("certificate.wrong_authority");
    for (field, value) in [
        ("concluded_on", json!("2026-11-24")),
        ("concluded_on", json!("2026-11-22")),
        ("note", json!(" ")),
        ("decision_number", json!("")),
    ] {
        let mut body = revocation("breach_of_law");
        body[field] = value;
        let wrong = leader.post(&path, body).await.is(422).problem("request.invalid");
        assert_eq!(wrong.body["errors"][0]["pointer"], format!("/{field}"));
    }
    leader.post(&path, revocation("other")).await.is(422);
    let (one, two) = tokio::join!(
        leader.post(&path, revocation("misuse_of_mark")),
        leader.post(&path, revocation("misuse_of_mark"))
    );
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert!(statuses[0] == 200 && [409, 412].contains(&statuses[1]), "{statuses:?}");
    leader.post(&path, revocation("misuse_of_mark")).await.is(409).problem("certificate.not_valid");

    assert_eq!(t.anonymous().get(&shown).await.is(200).body["rating"], Value::Null);
    assert_eq!(s.way.coop.get(&product).await.is(200).body["rating"], Value::Null);
    let checked = t.anonymous().get(&format!("/certificates/{number}")).await.is(200).body;
    assert_eq!(
        (&checked["status"], &checked["revoked_reason"]),
        (&json!("revoked"), &json!("misuse_of_mark"))
    );
    let acts = checked["acts"].as_array().unwrap();
    assert_eq!(acts.len(), 1);
    assert_eq!((&acts[0]["kind"], &acts[0]["decision_number"]), (&json!("revoked"), &json!("121/QĐ-UBND")));
    assert!(acts[0].get("note").is_none(), "what was concluded is not for everybody");
    let told = s.way.coop.get("/notices").await.is(200).body["data"].clone();
    assert_eq!(told[0]["kind"], "certificate.revoked");
    assert!(told[0]["text_vi"].as_str().unwrap().contains("121/QĐ-UBND"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_extended_only_while_its_renewal_is_under_way() {
    let t = TestApp::new().await;
    let leader = leader(&t).await;
    let (_, number) = certified(&t, &leader).await;
    let path = format!("/certificates/{number}/extend");
    let body = json!({"until": "2029-12-31", "decision_number": "5/QĐ-UBND", "note": "Chờ kết quả."});
    leader.post(&path, body.clone()).await.is(409).problem("certificate.no_renewal");
    let other = t.actor("hanoi", &[Role::ProvincialLeader], Some("01"), None).await;
    other.post(&path, body.clone()).await.is(403).problem("certificate.wrong_authority");
    leader.post("/certificates/OCOP-19-2026-000009/extend", body).await.is(404).problem("request.not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn officers_check_and_who_checked_does_not_revoke() {
    let t = TestApp::new().await;
    let both = [Role::ProvincialOfficer, Role::ProvincialLeader];
    let both = t.actor("both", &both, Some("19"), None).await;
    let leader = leader(&t).await;
    let (s, number) = certified(&t, &leader).await;
    let path = format!("/certificates/{number}/checks");
    let check = json!({
        "checked_on": "2026-11-23", "checked_by": "Đoàn kiểm tra của tỉnh",
        "findings": ["Nhãn in thêm một sao"], "remedy_by": "2026-12-01",
    });
    for (who, status) in [(&s.way.coop, 403), (&leader, 403), (&t.anonymous(), 401)] {
        who.post(&path, check.clone()).await.is(status);
    }
    for (field, value) in [
        ("checked_on", json!("2026-11-24")),
        ("findings", json!([""])),
        ("remedy_by", Value::Null),
        ("remedy_by", json!("2026-11-22")),
    ] {
        let mut body = check.clone();
        body[field] = value;
        s.way.commune.post(&path, body).await.is(422).problem("request.invalid");
    }
    let made = both.post(&path, check).await.is(201);
    let fine = json!({"checked_on": "2026-11-23", "checked_by": "Xã Tân Cương"});
    let fine = s.way.commune.post(&path, fine).await.is(201);
    let listed = s.way.coop.get(&path).await.is(200).body["data"].clone();
    assert_eq!((&listed[0]["id"], &listed[1]["id"]), (&json!(fine.id()), &json!(made.id())));
    assert_eq!(listed[1]["findings"], json!(["Nhãn in thêm một sao"]));
    let hanoi = t.actor("hanoi", &[Role::ProvincialOfficer], Some("01"), None).await;
    hanoi.get(&path).await.is(404);

    let revoke = format!("/certificates/{number}/revoke");
    both.post(&revoke, revocation("misuse_of_mark")).await.is(403).problem("certificate.preparer_signs");
    let remedy = |id: String| format!("{path}/{id}/remedy");
    let body = json!({"remedied_on": "2026-11-23", "note": "Đã in lại nhãn."});
    let nothing = s.way.commune.post(&remedy(fine.id()), body.clone()).await;
    nothing.is(409).problem("certificate.nothing_to_remedy");
    let done = s.way.commune.post(&remedy(made.id()), body.clone()).await.is(200).body;
    assert_eq!((&done["remedied_on"], &done["overdue"]), (&json!("2026-11-23"), &json!(false)));
    s.way.commune.post(&remedy(made.id()), body).await.is(409).problem("certificate.nothing_to_remedy");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_is_told_five_times_and_each_once() {
    let t = TestApp::new().await;
    let account = t.account("watch", &[Role::ProducerMember], None, None).await;
    let leader = leader(&t).await;
    let (s, _) = certified(&t, &leader).await;
    let coop = t.account("coop2", &[Role::ProducerMember], None, Some(s.way.producer)).await;
    let office = t.account("office", &[Role::ProvincialOfficer], Some("19"), None).await;
    let hanoi = t.account("hanoi", &[Role::ProvincialOfficer], Some("01"), None).await;
    let expiring = |account| {
        let who = t.signed_in(account);
        async move {
            let rows = who.get("/notices?limit=100").await.is(200).body["data"].as_array().unwrap().clone();
            rows.into_iter().filter(|n| n["kind"] != "certificate.revoked").collect::<Vec<_>>()
        }
    };
    // It ends with 23 November 2029: 1,096 days from today.
    let mut told = 0;
    for (days_left, kinds) in [
        (181, 0),
        (180, 1),
        (150, 1),
        (120, 2),
        // Nobody ran the service for two months: only the nearest is told.
        (40, 3),
        (30, 4),
        (0, 5),
        (-1, 6),
        (-30, 6),
    ] {
        let day = t.app.clock.now().date();
        let last: chrono::NaiveDate = "2029-11-23".parse().unwrap();
        t.app.clock.advance(last - Duration::days(days_left) - day);
        for _ in 0..2 {
            t.app.tidy().await.unwrap();
        }
        told = expiring(coop).await.len();
        assert_eq!(told, kinds, "{days_left} days left");
    }
    assert_eq!(expiring(office).await.len(), told);
    assert!(expiring(hanoi).await.is_empty() && expiring(account).await.is_empty());
    let rows = expiring(coop).await;
    assert_eq!(
        (&rows[0]["kind"], &rows[1]["kind"]),
        (&json!("certificate.lapsed"), &json!("certificate.expiring"))
    );
    assert!(rows[5]["text_vi"].as_str().unwrap().contains("còn 180 ngày"), "{}", rows[5]);
    assert_eq!(rows[5]["due_on"], "2029-11-23");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_authority_numbers_by_its_own_pattern_without_gaps() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 3).await;
    let (leader, office) = (leader(&t).await, &s.way.province);
    let own = office.get("/authorities/19").await.is(200);
    assert_eq!(own.body["certificate_pattern"], "OCOP-{authority}-{year}-{serial:6}");
    let set = json!({
        "name": "Ủy ban nhân dân tỉnh Thái Nguyên", "certificate_pattern": "TN.{year}.{serial:3}",
        "decision_pattern": "{serial}/QĐ-UBND-OCOP", "signer_title": "Phó Chủ tịch Ủy ban nhân dân",
    });
    office.put("/authorities/01", "\"0\"", set.clone()).await.is(403).problem("auth.forbidden");
    office.put("/authorities/TW", "\"0\"", set.clone()).await.is(403).problem("auth.forbidden");
    office.put("/authorities/xx", "\"0\"", set.clone()).await.is(404);
    let mut wrong = set.clone();
    wrong["certificate_pattern"] = json!("{serial}/OCOP");
    let wrong = office.put("/authorities/19", &own.etag(), wrong).await.is(422).problem("request.invalid");
    assert_eq!(wrong.body["errors"][0]["pointer"], "/certificate_pattern");
    let set_now = office.put("/authorities/19", &own.etag(), set.clone()).await.is(200);
    office.put("/authorities/19", &own.etag(), set).await.is(412).problem("request.stale");
    assert_eq!(office.get("/authorities/19").await.is(200).etag(), set_now.etag());

    let mut all = vec![s];
    for name in ["Chè A", "Chè B", "Chè C", "Chè D", "Chè E"] {
        let next = all[0].another(name).await;
        all.push(next);
    }
    let mut decisions = tokio::task::JoinSet::new();
    for s in &all {
        s.concluded(72).await;
    }
    for s in all {
        let leader = leader.clone();
        decisions.spawn(async move { decide(&leader, &s, json!({})).await.is(201).body });
    }
    let made = decisions.join_all().await;
    let mut numbers: Vec<_> = made.iter().map(|c| c["number"].as_str().unwrap().to_owned()).collect();
    numbers.sort();
    assert_eq!(numbers, (1..=6).map(|n| format!("TN.2026.00{n}")).collect::<Vec<_>>());
    let mut numbers: Vec<_> =
        made.iter().map(|c| c["decision_number"].as_str().unwrap().to_owned()).collect();
    numbers.sort();
    assert_eq!(numbers, (1..=6).map(|n| format!("{n}/QĐ-UBND-OCOP")).collect::<Vec<_>>());
    assert!(made.iter().all(|c| c["signer_title"] == "Phó Chủ tịch Ủy ban nhân dân"));
}
