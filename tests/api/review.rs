//! The advisory team: who is on it, its reviews with site visits, and the tests it asks for.

use ocop::actor::Role;

use crate::support::make::{Seated, Way};
use crate::support::{TestApp, Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_province_has_its_advisory_team() {
    let t = TestApp::new().await;
    let province = t.province().await;
    let expert = t.account("expert", &[Role::CouncilMember], None, None).await;
    let officer = t.account("commune2", &[Role::CommuneOfficer], Some("05503"), None).await;
    let stranger = t.account("hanoi", &[Role::ProvincialOfficer], Some("01"), None).await;
    let path = "/advisory-teams/19/members";
    let new = json!({"account_id": expert, "office": "Chuyên viên", "unit": "Chi cục Chất lượng"});
    let added = province.post(path, new.clone()).await.is(201);
    assert_eq!(added.body["full_name"], "expert");
    for wrong in [
        new,
        json!({"account_id": officer}),
        json!({"account_id": stranger}),
        json!({"account_id": ocop::ids::AccountId::new()}),
    ] {
        province.post(path, wrong).await.is(422).problem("request.invalid");
    }
    province
        .post("/advisory-teams/01/members", json!({"account_id": expert}))
        .await
        .is(403)
        .problem("auth.forbidden");
    assert_eq!(province.get(path).await.is(200).body["data"][0]["unit"], "Chi cục Chất lượng");
    t.signed_in(expert).get(path).await.is(200);
    t.signed_in(stranger).get(path).await.is(404);
    province.get("/advisory-teams/99/members").await.is(404);
    let one = format!("{path}/{expert}");
    province.delete(&one, "\"2\"").await.is(412).problem("request.stale");
    province.delete(&one, &added.etag()).await.is(204);
    province.delete(&one, &added.etag()).await.is(404);
    t.signed_in(expert).get(path).await.is(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_team_reviews_an_accepted_dossier_and_the_council_reads_it() {
    let t = TestApp::new().await;
    let way = Way::begin(&t).await;
    let paper = way.paper(&way.product).await;
    let account = t.account("expert", &[Role::CouncilMember], None, None).await;
    let insider =
        t.account("insider", &[Role::CouncilMember, Role::ProducerMember], None, Some(way.producer)).await;
    for who in [account, insider] {
        way.province.post("/advisory-teams/19/members", json!({"account_id": who})).await.is(201);
    }
    let (expert, reviews, tests) = (t.signed_in(account), way.path("/reviews"), way.path("/tests"));
    let opinion = json!({
        "recommendation": "needs_completion", "opinion": "Thiếu phiếu kiểm nghiệm dư lượng.",
        "visit": {"visited_on": "2026-11-20", "people": ["Lê Thị Mai", "Giám đốc hợp tác xã"],
            "findings": "Xưởng sao sạch, kho chưa tách khu."},
    });
    // Not before the province has accepted it; then the team sees it.
    way.submit().await.is(200);
    expert.get(&way.path("")).await.is(404);
    expert.post(&reviews, opinion.clone()).await.is(404);
    way.forward().await.is(200);
    way.province.post(&way.path("/accept"), json!({})).await.is(200);
    expert.get(&way.path("")).await.is(200);
    way.province.post(&reviews, opinion.clone()).await.is(403).problem("review.advisors_only");
    t.signed_in(insider).post(&reviews, opinion.clone()).await.is(403).problem("dossier.own");
    let mut late = opinion.clone();
    late["visit"]["visited_on"] = json!("2026-12-01");
    late["visit"]["people"] = json!([]);
    assert_eq!(expert.post(&reviews, late).await.is(422).body["errors"].as_array().unwrap().len(), 2);
    let made = expert.post(&reviews, opinion.clone()).await.is(201);
    assert_eq!(made.body["visit"], opinion["visit"]);
    expert.post(&reviews, opinion.clone()).await.is(409).problem("review.exists");
    let one = format!("{reviews}/{}", made.id());
    let ready = json!({"recommendation": "ready", "opinion": "Đã bổ sung.", "visit": null});
    expert.put(&one, "\"7\"", ready.clone()).await.is(412).problem("request.stale");
    let second = t.account("expert2", &[Role::CouncilMember], None, None).await;
    way.province.post("/advisory-teams/19/members", json!({"account_id": second})).await.is(201);
    t.signed_in(second).put(&one, &made.etag(), ready.clone()).await.is(403).problem("review.author_only");

    // Tests: asked for, told at the agenda, received with the paper.
    let pesticide =
        json!({"what": "Dư lượng thuốc bảo vệ thực vật", "laboratory": "QUATEST 1", "due_on": "2026-12-15"});
    let far = json!({"what": "x", "due_on": "2026-11-01"});
    expert.post(&tests, far).await.is(422).problem("request.invalid");
    let asked = expert.post(&tests, pesticide).await.is(201);
    let metals = expert.post(&tests, json!({"what": "Kim loại nặng", "due_on": "2026-12-15"})).await.is(201);
    assert_eq!(asked.body["status"], "open");
    let Seated { council, members } = t.council(&way.province, 3).await;
    let day = json!({"held_on": "2026-12-20"});
    let session = way.province.post(&format!("/councils/{council}/sessions"), day).await.is(201).id();
    let ids = json!({"dossier_ids": [way.dossier]});
    let put = way.province.post(&format!("/sessions/{session}/agenda"), ids).await.is(200).body;
    let warning = &put["agenda"][0]["warnings"][0];
    assert_eq!(warning["code"], "agenda.test_open");
    assert!(warning["detail"].as_str().unwrap().contains('2'), "{warning}");

    let at = |test: &str| format!("{tests}/{test}");
    let bare = json!({"status": "received"});
    expert.patch(&at(&asked.id()), &asked.etag(), bare).await.is(422).problem("request.invalid");
    let strange = json!({"status": "received", "result": "Đạt", "paper_id": ocop::ids::PaperId::new()});
    expert.patch(&at(&asked.id()), &asked.etag(), strange).await.is(422).problem("request.invalid");
    let result =
        json!({"status": "received", "result": "Không phát hiện", "paper_id": paper, "laboratory": null});
    let received = expert.patch(&at(&asked.id()), &asked.etag(), result.clone()).await.is(200);
    assert_eq!((&received.body["paper_id"], &received.body["laboratory"]), (&json!(paper), &Value::Null));
    expert.patch(&at(&asked.id()), &asked.etag(), result.clone()).await.is(412).problem("request.stale");
    expert.patch(&at(&asked.id()), &received.etag(), result).await.is(409).problem("test.wrong_status");
    let cancel = json!({"status": "cancelled", "result": "Đã có trong phiếu trước."});
    way.province
        .patch(&at(&metals.id()), &metals.etag(), cancel.clone())
        .await
        .is(403)
        .problem("review.advisors_only");
    expert.patch(&at(&metals.id()), &metals.etag(), cancel).await.is(200);
    let session = way.province.get(&format!("/sessions/{session}")).await.is(200).body;
    assert_eq!(session["agenda"][0]["warnings"], json!([]));
    expert.put(&one, &made.etag(), ready).await.is(200);

    // The council and the office read all of it; the producer's people nothing.
    for reader in [&members[2].1, &way.province] {
        assert_eq!(reader.get(&reviews).await.is(200).body["data"][0]["recommendation"], "ready");
        assert_eq!(reader.get(&tests).await.is(200).body["data"].as_array().unwrap().len(), 2);
    }
    way.coop.get(&reviews).await.is(403).problem("auth.forbidden");
    t.signed_in(insider).get(&tests).await.is(403).problem("auth.forbidden");
}
