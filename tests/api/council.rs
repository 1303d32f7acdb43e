//! Councils, their sessions, agendas, attendance and conflicts of interest.

use ocop::actor::Role;

use crate::support::make::{Seated, Way};
use crate::support::{Client, TestApp, Value, json};

async fn plan(office: &Client, council: &str) -> String {
    let new = json!({"held_on": "2026-12-20", "place": "Hội trường Sở Nông nghiệp và Môi trường"});
    office.post(&format!("/councils/{council}/sessions"), new).await.is(201).id()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_province_sets_up_its_council() {
    let t = TestApp::new().await;
    let province = t.province().await;
    let new = json!({
        "tier": "province", "province_code": "19", "name": "Hội đồng OCOP tỉnh", "settings": {"quorum_percent": 60}
    });
    let made = province.post("/councils", new.clone()).await.is(201);
    assert_eq!(made.header("location"), format!("/api/v1/councils/{}", made.id()));
    assert_eq!(
        made.body["settings"],
        json!({"quorum_percent": 60, "deviation_points": 10, "aggregation": "mean"})
    );
    let path = format!("/councils/{}", made.id());

    let chair = t.account("chair", &[Role::CouncilMember], None, None).await;
    let other = t.account("other", &[Role::CouncilMember], None, None).await;
    let officer = t.account("officer", &[Role::CommuneOfficer], Some("05503"), None).await;
    let members = format!("{path}/members");
    let seat = |account: ocop::ids::AccountId, seat: &str| json!({"account_id": account, "seat": seat, "office": "Phó Giám đốc", "unit": "Sở Nông nghiệp và Môi trường"});
    let seated = province.post(&members, seat(chair, "chair")).await.is(201);
    assert_eq!(seated.body["full_name"], "chair");
    province.post(&members, seat(other, "chair")).await.is(409).problem("council.seat_taken");
    let twice = province.post(&members, seat(chair, "member")).await.is(422).problem("request.invalid");
    assert_eq!(twice.body["errors"][0]["code"], "account.seated");
    let unfit = province.post(&members, seat(officer, "member")).await.is(422).problem("request.invalid");
    assert_eq!(unfit.body["errors"][0]["code"], "account.not_council_member");
    province.post(&members, seat(other, "member")).await.is(201);

    let council = province.get(&path).await.is(200);
    assert_eq!(council.body["members"].as_array().unwrap().len(), 2);
    assert_eq!(council.body["quorum"], 2);
    let gone = format!("{members}/{}", seated.id());
    province.delete(&gone, "\"1\"").await.is(412).problem("request.stale");
    let left = province.delete(&gone, &council.etag()).await.is(200);
    assert_eq!(left.body["members"].as_array().unwrap().len(), 1);
    province.delete(&gone, &left.etag()).await.is(404);

    // Seen by its members and the province, not by others.
    t.signed_in(other).get(&path).await.is(200);
    t.signed_in(chair).get(&path).await.is(404);
    let elsewhere = t.actor("elsewhere", &[Role::ProvincialOfficer], Some("01"), None).await;
    elsewhere.get(&path).await.is(404);
    assert_eq!(elsewhere.get("/councils").await.is(200).body["data"], json!([]));
    assert_eq!(province.get("/councils?tier=province").await.is(200).body["data"][0]["id"], made.id());
    assert_eq!(province.get("/councils?tier=centre").await.is(200).body["data"], json!([]));
    elsewhere.post("/councils", new).await.is(403).problem("auth.forbidden");
    t.commune().await.get("/councils").await.is(403).problem("auth.forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_tier_is_set_up_by_its_office() {
    let t = TestApp::new().await;
    let (province, centre) =
        (t.province().await, t.actor("centre", &[Role::CentralOfficer], None, None).await);
    let central = json!({"tier": "centre", "name": "Hội đồng OCOP trung ương"});
    province.post("/councils", central.clone()).await.is(403).problem("auth.forbidden");
    let made = centre.post("/councils", central).await.is(201);
    province.get(&format!("/councils/{}", made.id())).await.is(404);
    for (wrong, pointer) in [
        (json!({"tier": "centre", "province_code": "19", "name": "x"}), "/province_code"),
        (json!({"tier": "province", "name": "x"}), "/province_code"),
        (json!({"tier": "province", "province_code": "00", "name": "x"}), "/province_code"),
        (json!({"tier": "province", "province_code": "19", "name": " "}), "/name"),
        (
            json!({"tier": "province", "province_code": "19", "name": "x", "settings": {"quorum_percent": 0}}),
            "/settings/quorum_percent",
        ),
    ] {
        let refused = province.post("/councils", wrong).await.is(422).problem("request.invalid");
        assert_eq!(refused.body["errors"][0]["pointer"], pointer);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn accepted_dossiers_come_on_an_agenda_and_are_then_seen_by_the_council() {
    let t = TestApp::new().await;
    let way = Way::accepted(&t).await;
    let Seated { council, members } = t.council(&way.province, 4).await;
    let session = plan(&way.province, &council).await;
    let path = format!("/sessions/{session}");
    members[2].1.get(&way.path("")).await.is(404);
    way.province.post(&format!("{path}/open"), json!({})).await.is(409).problem("session.no_agenda");

    let wrong = json!({"dossier_ids": [way.dossier, way.dossier, ocop::ids::DossierId::new()]});
    let refused =
        way.province.post(&format!("{path}/agenda"), wrong).await.is(422).problem("request.invalid");
    let pointers: Vec<_> = refused.body["errors"].as_array().unwrap().iter().map(|e| &e["pointer"]).collect();
    assert_eq!(pointers, [&json!("/dossier_ids/1"), &json!("/dossier_ids/2")]);
    way.province.post(&format!("{path}/agenda"), json!({"dossier_ids": []})).await.is(422);

    let ids = json!({"dossier_ids": [way.dossier]});
    way.coop.post(&format!("{path}/agenda"), ids.clone()).await.is(403).problem("auth.forbidden");
    let put = way.province.post(&format!("{path}/agenda"), ids.clone()).await.is(200).body;
    assert_eq!(put["agenda"][0]["dossier_id"], way.dossier);
    assert_eq!(put["agenda"][0]["status"], "scoring");
    way.province.post(&format!("{path}/agenda"), ids).await.is(422);
    way.coop.post(&way.path("/withdraw"), json!({})).await.is(409).problem("dossier.wrong_status");
    let seen = members[2].1.get(&way.path("")).await.is(200).body;
    assert_eq!(seen["status"], "scoring");
    assert_eq!(members[2].1.get("/dossiers").await.is(200).body["data"][0]["id"], way.dossier);

    // The chair holds the session; a plain member does not.
    members[3].1.post(&format!("{path}/open"), json!({})).await.is(403).problem("auth.forbidden");
    let open = members[0].1.post(&format!("{path}/open"), json!({})).await.is(200);
    assert_eq!(open.body["status"], "open");
    way.province.post(&format!("{path}/open"), json!({})).await.is(409).problem("session.wrong_status");
    let new = t.account("late", &[Role::CouncilMember], None, None).await;
    let late = json!({"account_id": new, "seat": "member"});
    way.province
        .post(&format!("/councils/{council}/members"), late)
        .await
        .is(409)
        .problem("council.in_session");

    let present = json!({"account_ids": [members[0].0, members[1].0, members[2].0]});
    let attended = members[1].1.put(&format!("{path}/attendance"), &open.etag(), present).await.is(200);
    assert_eq!(attended.body["attendance"].as_array().unwrap().len(), 3);
    let strangers = json!({"account_ids": [members[0].0, members[0].0, new]});
    let refused = members[1].1.put(&format!("{path}/attendance"), &attended.etag(), strangers).await.is(422);
    assert_eq!(refused.body["errors"].as_array().unwrap().len(), 2);
    members[1].1.put(&format!("{path}/attendance"), "\"1\"", json!({"account_ids": []})).await.is(412);

    way.province.post(&format!("{path}/close"), json!({})).await.is(409).problem("session.unfinished");
    let sessions = way.province.get(&format!("/councils/{council}/sessions")).await.is(200).body;
    assert_eq!(sessions["data"][0]["id"], session);
    way.province.get(&path).await.is(200);
    let elsewhere = t.actor("elsewhere", &[Role::ProvincialOfficer], Some("01"), None).await;
    elsewhere.get(&path).await.is(404);
    elsewhere.get(&format!("/councils/{council}/sessions")).await.is(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_council_without_chair_or_secretary_does_not_sit() {
    let t = TestApp::new().await;
    let way = Way::accepted(&t).await;
    let Seated { council, .. } = t.council(&way.province, 1).await;
    let session = plan(&way.province, &council).await;
    let ids = json!({"dossier_ids": [way.dossier]});
    way.province.post(&format!("/sessions/{session}/agenda"), ids).await.is(200);
    way.province
        .post(&format!("/sessions/{session}/open"), json!({}))
        .await
        .is(409)
        .problem("council.incomplete");
    let far = json!({"held_on": "2036-12-20"});
    way.province.post(&format!("/councils/{council}/sessions"), far).await.is(422).problem("request.invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn conflicts_are_declared_and_found() {
    let t = TestApp::new().await;
    let way = Way::accepted(&t).await;
    let Seated { council, members } = t.council(&way.province, 3).await;
    // One who works for the producer.
    let insider =
        t.account("insider", &[Role::CouncilMember, Role::ProducerMember], None, Some(way.producer)).await;
    // One whom the office knows to have to do with it.
    let kin = t.account("kin", &[Role::CouncilMember], None, None).await;
    for body in [
        json!({"account_id": insider, "seat": "member"}),
        json!({"account_id": kin, "seat": "member", "producer_id": way.producer}),
    ] {
        way.province.post(&format!("/councils/{council}/members"), body).await.is(201);
    }
    let conflicts = way.path("/conflicts");
    let reason = json!({"reason": "Em ruột của giám đốc hợp tác xã"});
    members[2].1.post(&conflicts, reason.clone()).await.is(404);
    let session = plan(&way.province, &council).await;
    let ids = json!({"dossier_ids": [way.dossier]});
    way.province.post(&format!("/sessions/{session}/agenda"), ids).await.is(200);

    members[2].1.post(&conflicts, json!({"reason": ""})).await.is(422).problem("request.invalid");
    members[2].1.post(&conflicts, reason.clone()).await.is(201);
    members[2].1.post(&conflicts, reason.clone()).await.is(409).problem("council.conflict_declared");
    let seatless = t.actor("seatless", &[Role::CouncilMember, Role::Auditor], None, None).await;
    seatless.post(&conflicts, reason.clone()).await.is(403).problem("council.no_seat");
    way.coop.post(&conflicts, reason.clone()).await.is(403).problem("auth.forbidden");

    let found = way.province.get(&conflicts).await.is(200).body;
    let of = |account: ocop::ids::AccountId| {
        let rows = found["data"].as_array().unwrap();
        rows.iter().find(|row| row["account_id"] == account.as_str()).map(|row| row["reason"].clone())
    };
    assert_eq!(of(members[2].0), Some(reason["reason"].clone()));
    assert_eq!(of(insider), Some(Value::Null));
    assert_eq!(of(kin), Some(Value::Null));
    assert_eq!(of(members[0].0), None);
    way.coop.get(&conflicts).await.is(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_council_reads_the_papers_it_scores_by_and_no_others() {
    let t = TestApp::new().await;
    let way = Way::begin(&t).await;
    let (named, other) = (way.paper(&way.product).await, way.paper(&way.product).await);
    let body = json!({"paper_id": named, "criterion": "1.1"});
    way.coop.post(&way.path("/documents"), body).await.is(200);
    way.submit().await.is(200);
    way.forward().await.is(200);
    way.province.post(&way.path("/accept"), json!({})).await.is(200);
    let Seated { council, members } = t.council(&way.province, 3).await;
    let file = way.path(&format!("/documents/{named}"));
    let member = &members[2].1;
    member.get(&file).await.is(404);
    let session = plan(&way.province, &council).await;
    let ids = json!({"dossier_ids": [way.dossier]});
    way.province.post(&format!("/sessions/{session}/agenda"), ids).await.is(200);

    let read = member.get(&file).await.is(200);
    assert_eq!(read.header("content-type"), "application/pdf");
    assert_eq!(read.header("cache-control"), "private, no-cache");
    assert!(read.body.as_str().unwrap().starts_with("%PDF-1.7"));
    let again = member.request(reqwest::Method::GET, &file).header("if-none-match", read.etag());
    crate::support::client::send(again).await.is(304);
    member.get(&way.path(&format!("/documents/{other}"))).await.is(404);
    for client in [&way.coop, &way.commune, &way.province] {
        client.get(&file).await.is(200);
    }
    // A member of another council of the same province.
    let new = json!({"tier": "province", "province_code": "19", "name": "Hội đồng thứ hai"});
    let second = way.province.post("/councils", new).await.is(201).id();
    let stranger = t.account("stranger", &[ocop::actor::Role::CouncilMember], None, None).await;
    let seat = json!({"account_id": stranger, "seat": "chair"});
    way.province.post(&format!("/councils/{second}/members"), seat).await.is(201);
    t.signed_in(stranger).get(&file).await.is(404);
    t.anonymous().get(&file).await.is(401);
}
