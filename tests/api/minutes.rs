//! Suspected conflicts, sessions in writing, and the minutes of a session.

use diesel::prelude::*;
use ocop::actor::Role;
use ocop::ids::AccountId;

use crate::support::client::send;
use crate::support::make::{Scoring, Seated, Way, choices_worth, cooperative};
use crate::support::{Client, TestApp, Value, json};

async fn session_of(s: &Scoring) -> String {
    let sessions = s.way.province.get(&format!("/councils/{}/sessions", s.council)).await.is(200).body;
    format!("/sessions/{}", sessions["data"][0]["id"].as_str().unwrap())
}

fn state_of(rows: &Value, account: AccountId) -> Option<(Value, Value)> {
    let row = rows["data"].as_array().unwrap().iter().find(|row| row["account_id"] == account.as_str())?;
    Some((row["kind"].clone(), row["state"].clone()))
}

/// A producer whose representative has the name of the third member of every council here.
async fn namesake(t: &TestApp) -> ocop::ids::ProducerId {
    let mut written = cooperative("Hợp tác xã chè La Bằng", "05503");
    written.representative.full_name = Some("COUNCIL3 ".to_owned());
    t.written(written).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namesake_of_the_representative_is_checked_before_the_conclusion() {
    let t = TestApp::new().await;
    let producer = namesake(&t).await;
    let coop = t.actor("coop", &[Role::ProducerMember], None, Some(producer)).await;
    let s = Scoring::begin_for(&t, producer, coop, 4).await;
    let path = s.way.path("/conflicts");
    let (suspect, secretary, chair) = (s.members[2].0, &s.members[1].1, &s.members[0].1);
    let found = s.way.province.get(&path).await.is(200).body;
    assert_eq!(state_of(&found, suspect), Some((json!("namesake"), json!("to_check"))));
    assert_eq!(found["data"].as_array().unwrap().len(), 1);
    // A suspicion bars nobody, but the council does not conclude before it is settled.
    for member in 0..4 {
        s.score(member, choices_worth(11, 80)).await;
    }
    s.conclude(json!({})).await.is(409).problem("council.conflict_open");
    let check = s.way.path(&format!("/conflicts/{suspect}/check"));
    let said =
        |verdict: &str| json!({"verdict": verdict, "note": "Trùng họ tên, khác năm sinh và quê quán."});
    s.members[3].1.post(&check, said("dismissed")).await.is(403).problem("council.conflict_checker");
    s.members[2].1.post(&check, said("dismissed")).await.is(403).problem("council.conflict_checker");
    s.way.province.post(&check, said("dismissed")).await.is(403).problem("auth.forbidden");
    let other = s.way.path(&format!("/conflicts/{}/check", s.members[3].0));
    secretary.post(&other, said("dismissed")).await.is(404).problem("request.not_found");
    secretary
        .post(&check, json!({"verdict": "dismissed", "note": " "}))
        .await
        .is(422)
        .problem("request.invalid");
    let confirmed = chair.post(&check, said("confirmed")).await.is(200).body;
    assert_eq!(state_of(&confirmed, suspect), Some((json!("namesake"), json!("barred"))));
    s.members[2]
        .1
        .post(&s.way.path("/sheets/mine/sign"), json!({}))
        .await
        .is(403)
        .problem("rating.conflict_of_interest");
    assert_eq!(secretary.get(&s.way.path("/sheets")).await.is(200).body["data"].as_array().unwrap().len(), 3);
    let dismissed = secretary.post(&check, said("dismissed")).await.is(200).body;
    assert_eq!(state_of(&dismissed, suspect), Some((json!("namesake"), json!("dismissed"))));
    let closed = s.conclude(json!({})).await.is(200).body;
    assert_eq!(closed["members"].as_array().unwrap().len(), 4);
    secretary.post(&check, said("confirmed")).await.is(409).problem("dossier.wrong_status");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_minutes_hold_the_whole_session() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 4).await;
    let session = session_of(&s).await;
    let (minutes, secretary) = (format!("{session}/minutes"), &s.members[1].1);
    s.members[3].1.post(&s.way.path("/conflicts"), json!({"reason": "Họ hàng"})).await.is(201);
    for (member, total) in [90, 88, 70].into_iter().enumerate() {
        s.score(member, choices_worth(11, total)).await;
    }
    s.agree().await;
    let explained = json!({"explanations": [{"account_id": s.members[2].0, "reason": "Nước thứ hai nhạt."}]});
    s.conclude(explained).await.is(200);

    let first = secretary.get(&minutes).await.is(200);
    let remarks = json!({"remarks": "Họp đúng giờ.", "dossiers": {&s.way.dossier: "Cần bổ sung nhãn phụ."}});
    s.members[0]
        .1
        .put(&minutes, &first.etag(), remarks.clone())
        .await
        .is(403)
        .problem("rating.secretary_only");
    secretary.put(&minutes, "\"1\"", remarks.clone()).await.is(412).problem("request.stale");
    let strange = json!({"dossiers": {ocop::ids::DossierId::new().as_str(): "x"}});
    secretary.put(&minutes, &first.etag(), strange).await.is(422).problem("request.invalid");
    send(secretary.request(reqwest::Method::PUT, &minutes).json(&remarks)).await.is(428);
    let written = secretary.put(&minutes, &first.etag(), remarks).await.is(200);
    secretary.put(&minutes, &first.etag(), json!({})).await.is(412).problem("request.stale");

    let body = s.way.province.get(&minutes).await.is(200).body;
    assert_eq!(body, written.body);
    assert_eq!(
        (&body["quorum"], &body["kind"], &body["remarks"]),
        (&json!(3), &json!("meeting"), &json!("Họp đúng giờ."))
    );
    let members = body["members"].as_array().unwrap();
    assert_eq!(members.len(), 4);
    assert!(members.iter().all(|member| member["took_part"] == true));
    let dossier = &body["dossiers"][0];
    assert_eq!((&dossier["signed"], &dossier["remark"]), (&json!(3), &json!("Cần bổ sung nhãn phụ.")));
    assert_eq!(dossier["conflicts"][0]["full_name"], "council4");
    assert_eq!(
        (&dossier["conflicts"][0]["state"], &dossier["conflicts"][0]["reason"]),
        (&json!("barred"), &json!("Họ hàng"))
    );
    let conclusion = &dossier["conclusion"];
    assert_eq!((&conclusion["mean"], &conclusion["spread"]), (&json!(82.67), &json!(20.0)));
    let far = conclusion["totals"].as_array().unwrap().iter().find(|line| line["deviates"] == true).unwrap();
    assert_eq!((&far["full_name"], &far["reason"]), (&json!("council3"), &json!("Nước thứ hai nhạt.")));
    assert!(conclusion["agreed"].as_object().unwrap().len() > 30);
    // The session's minutes are the council's and the province's, not the producer's.
    s.way.coop.get(&minutes).await.is(403).problem("auth.forbidden");
    t.actor("elsewhere", &[Role::ProvincialOfficer], Some("01"), None).await.get(&minutes).await.is(404);
    s.members[0].1.post(&format!("{session}/close"), json!({})).await.is(200);
    let etag = secretary.get(&minutes).await.is(200).etag();
    secretary.put(&minutes, &etag, json!({})).await.is(409).problem("session.wrong_status");
}

#[tokio::test(flavor = "multi_thread")]
async fn renewals_are_scored_in_writing_and_signed_sheets_are_the_attendance() {
    let t = TestApp::new().await;
    let way = Way::accepted(&t).await;
    let Seated { council, members } = t.council(&way.province, 4).await;
    let new = json!({"held_on": "2026-12-20", "kind": "written"});
    let session = way.province.post(&format!("/councils/{council}/sessions"), new).await.is(201).id();
    let (agenda, ids) = (format!("/sessions/{session}/agenda"), json!({"dossier_ids": [way.dossier]}));
    let refused = way.province.post(&agenda, ids.clone()).await.is(422).problem("request.invalid");
    assert_eq!(refused.body["errors"][0]["code"], "agenda.written_renewals");

    let id: ocop::ids::DossierId = way.dossier.parse().unwrap();
    let renew = move |tx: &mut ocop::db::Tx<'_>| {
        use ocop::db::schema::dossiers;
        diesel::update(dossiers::table.find(id.as_str()))
            .set(dossiers::kind.eq("renewal"))
            .execute(tx.conn())?;
        Ok(())
    };
    t.app.db.write("test.renewal", renew).await.unwrap();
    way.province.post(&agenda, ids).await.is(200);
    let open = members[0].1.post(&format!("/sessions/{session}/open"), json!({})).await.is(200);
    let attendance = format!("/sessions/{session}/attendance");
    let all = json!({"account_ids": [members[0].0]});
    members[1].1.put(&attendance, &open.etag(), all).await.is(409).problem("session.written");
    let sheet = json!({"choices": choices_worth(11, 80)});
    let score = |member: &Client| {
        let member = member.clone();
        let (mine, sheet) = (way.path("/sheets/mine"), sheet.clone());
        async move {
            send(member.request(reqwest::Method::PUT, &mine).json(&sheet)).await.is(200);
            member.post(&format!("{mine}/sign"), json!({})).await.is(200)
        }
    };
    for (_, member) in &members[..2] {
        score(member).await;
    }
    members[0].1.post(&way.path("/conclude"), json!({})).await.is(409).problem("rating.no_quorum");
    score(&members[2].1).await;
    members[0].1.post(&way.path("/conclude"), json!({})).await.is(200);
    let minutes = way.province.get(&format!("/sessions/{session}/minutes")).await.is(200).body;
    let took: Vec<_> =
        minutes["members"].as_array().unwrap().iter().map(|m| m["took_part"].clone()).collect();
    assert_eq!(took, [true, true, true, false]);
    assert_eq!(minutes["kind"], "written");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_minutes_keep_what_a_session_concluded_when_the_centre_scores_anew() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 3).await;
    s.concluded(92).await;
    let leader = t.actor("leader", &[Role::ProvincialLeader], Some("19"), None).await;
    let referred = leader.post(&s.way.path("/decide"), json!({})).await;
    assert!((200..300).contains(&referred.status), "{:#}", referred.body);
    let centre = t.actor("centre", &[Role::CentralOfficer], None, None).await;
    let new = json!({"tier": "centre", "name": "Hội đồng OCOP trung ương"});
    let council = centre.post("/councils", new).await.is(201).id();
    let day = json!({"held_on": "2026-12-28"});
    let session = centre.post(&format!("/councils/{council}/sessions"), day).await.is(201).id();
    let ids = json!({"dossier_ids": [s.way.dossier]});
    centre.post(&format!("/sessions/{session}/agenda"), ids).await.is(200);
    s.way.province.get(&s.way.path("/result")).await.is(409).problem("rating.not_concluded");
    let minutes = s.way.province.get(&format!("{}/minutes", session_of(&s).await)).await.is(200).body;
    assert_eq!(minutes["dossiers"][0]["conclusion"]["mean"], json!(92.0));
    let central = centre.get(&format!("/sessions/{session}/minutes")).await.is(200).body;
    assert_eq!((&central["tier"], &central["dossiers"][0]["conclusion"]), (&json!("centre"), &Value::Null));
}
