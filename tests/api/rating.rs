//! From score sheets to the council's conclusion.

use ocop::actor::Role;

use crate::support::client::send;
use crate::support::make::{Scoring, Seated, Way, choices_worth, one_floor_missed};
use crate::support::{Answer, TestApp, Value, json};

/// The leaf of set 11 with a floor where a lower option than the one chosen is to be had, and that option.
fn other_option(choices: &Value) -> (String, String) {
    let set = ocop::criteria::find("qd26-2026", 11).unwrap();
    let leaf = set.leaves().into_iter().find(|leaf| {
        let chosen = choices[&*leaf.code].as_str();
        let free =
            !set.stops_at(&leaf.code) && !set.leaves().iter().any(|l| l.depends_on() == Some(&*leaf.code));
        free && !leaf.min_points_for_star.is_empty() && leaf.options.iter().any(|o| Some(&*o.id) != chosen)
    });
    let leaf = leaf.unwrap();
    let option = leaf.options.iter().find(|o| Some(&*o.id) != choices[&*leaf.code].as_str()).unwrap();
    (leaf.code.to_string(), option.id.to_string())
}

fn with(choices: &Value, code: &str, option: &str) -> Value {
    let mut changed = choices.clone();
    changed[code] = json!(option);
    changed
}

fn pointers(answer: &Answer) -> Vec<String> {
    let errors = answer.body["errors"].as_array().unwrap();
    errors
        .iter()
        .map(|e| format!("{} {}", e["pointer"].as_str().unwrap(), e["code"].as_str().unwrap()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mean_just_below_ninety_stays_four_stars() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 4).await;
    for (member, total) in [90, 90, 90, 89].into_iter().enumerate() {
        let signed = s.score(member, choices_worth(11, total)).await;
        assert_eq!(signed.body["total"], json!(f64::from(total)));
        assert_eq!((&signed.body["status"], &signed.body["revision"]), (&json!("signed"), &json!(1)));
    }
    s.agree().await;
    let closed = s.conclude(json!({})).await.is(200).body;
    assert_eq!(closed["mean"], json!(89.75));
    assert_eq!((&closed["band_star"], &closed["star"]), (&json!(4), &json!(4)));
    assert_eq!(closed["next_star"]["star"], 5);
    assert_eq!(closed["next_star"]["points_missing"], json!(0.25));
    assert_eq!(closed["spread"], json!(1.0));
    assert_eq!(closed["status"], "concluded");
    let totals: Vec<_> = closed["members"].as_array().unwrap().iter().map(|m| m["total"].clone()).collect();
    assert_eq!(totals, [json!(90.0), json!(90.0), json!(90.0), json!(89.0)]);
    assert_eq!(closed["members"][3]["deviation"], json!(-0.75));
    assert_eq!(closed["members"][3]["deviates"], false);

    // Explained part by part, beside the self-assessment of 100 points.
    let why = &closed["explanation"];
    let sum: f64 = why["parts"].as_array().unwrap().iter().map(|p| p["mean"].as_f64().unwrap()).sum();
    assert!((sum - 89.75).abs() < 0.02, "{why:#}");
    assert_eq!(why["self_total"], json!(100.0));
    let own: f64 = why["parts"].as_array().unwrap().iter().map(|p| p["self_points"].as_f64().unwrap()).sum();
    assert!((own - 100.0).abs() < 0.001);
    let leaves = why["criteria"].as_array().unwrap().iter().filter(|c| c["leaf"] == true).count();
    assert_eq!(leaves, ocop::criteria::find("qd26-2026", 11).unwrap().leaves().len());
    assert_eq!(s.way.province.get(&s.way.path("/result")).await.is(200).body, closed);
}

#[tokio::test(flavor = "multi_thread")]
async fn floors_lower_the_star_and_are_named() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 3).await;
    // More than 90 points, but at a floored criterion fewer than five stars need.
    let (choices, criterion) = one_floor_missed(11, 5);
    for member in 0..3 {
        s.score(member, choices.clone()).await;
    }
    let closed = s.conclude(json!({})).await.is(200).body;
    assert_eq!(closed["band_star"], 5);
    assert!(closed["star"].as_u64().unwrap() < 5);
    let missed = &closed["missed_floors"].as_array().unwrap();
    assert!(missed.iter().any(|m| m["criterion"] == criterion && m["star"] == 5), "{missed:?}");
    assert!(!closed["next_star"]["missed_floors"].as_array().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_is_written_signed_and_written_anew() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 4).await;
    let (mine, sign) = (s.way.path("/sheets/mine"), s.way.path("/sheets/mine/sign"));
    let member = &s.members[2].1;
    let put = |body: Value| send(member.request(reqwest::Method::PUT, &mine).json(&body));
    member.get(&mine).await.is(404);
    member.post(&sign, json!({})).await.is(409).problem("rating.nothing_to_sign");
    member.put(&mine, "\"1\"", json!({"choices": {}})).await.is(412).problem("request.stale");

    let wrong = json!({"choices": {"1.1": "no-such", "99.9": "1.1-1"}, "comment": "x".repeat(2001)});
    put(wrong).await.is(422).problem("request.invalid");
    let wrong = put(json!({"choices": {"1.1": "no-such", "99.9": "1.1-1"}})).await.is(422);
    assert_eq!(
        pointers(&wrong),
        ["/choices/1.1 criteria.unknown_option", "/choices/99.9 criteria.unknown_criterion"]
    );
    let other = put(json!({"choices": {}, "tourism_case": 1})).await.is(422).problem("request.invalid");
    assert_eq!(pointers(&other), ["/tourism_case sheet.other_case"]);

    let first = put(json!({"choices": choices_worth(11, 70), "comment": " Mẫu tốt "})).await.is(200);
    assert_eq!((&first.body["status"], &first.body["comment"]), (&json!("draft"), &json!("Mẫu tốt")));
    assert_eq!(first.body["total"], Value::Null);
    put(json!({"choices": {}})).await.is(428).problem("request.if_match_required");
    let second = member.put(&mine, &first.etag(), json!({"choices": choices_worth(11, 75)})).await.is(200);
    member.put(&mine, &first.etag(), json!({"choices": {}})).await.is(412).problem("request.stale");
    assert_eq!(second.id(), first.id());
    // A draft is nobody else's business.
    assert_eq!(s.way.province.get(&s.way.path("/sheets")).await.is(200).body["data"], json!([]));

    let signed = member.post(&sign, json!({})).await.is(200);
    assert_eq!((&signed.body["status"], &signed.body["total"]), (&json!("signed"), &json!(75.0)));
    member.post(&sign, json!({})).await.is(409).problem("rating.nothing_to_sign");
    member.put(&mine, &second.etag(), json!({"choices": {}})).await.is(412).problem("request.stale");

    // Scoring again: the signed sheet counts until the new one is signed.
    let anew = member.put(&mine, &signed.etag(), json!({"choices": choices_worth(11, 80)})).await.is(200);
    assert_eq!((&anew.body["revision"], &anew.body["status"]), (&json!(2), &json!("draft")));
    assert_ne!(anew.id(), signed.id());
    let seen = s.members[0].1.get(&s.way.path("/sheets")).await.is(200).body;
    assert_eq!((&seen["data"][0]["revision"], &seen["data"][0]["total"]), (&json!(1), &json!(75.0)));
    member.post(&sign, json!({})).await.is(200);
    let seen = s.way.province.get(&s.way.path("/sheets")).await.is(200).body;
    assert_eq!(seen["data"].as_array().unwrap().len(), 1);
    assert_eq!((&seen["data"][0]["revision"], &seen["data"][0]["total"]), (&json!(2), &json!(80.0)));
    assert_eq!(seen["data"][0]["full_name"], "council3");
    assert_eq!(member.get(&mine).await.is(200).body["revision"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_members_without_a_conflict_score() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 4).await;
    let (mine, sign) = (s.way.path("/sheets/mine"), s.way.path("/sheets/mine/sign"));
    let body = json!({"choices": choices_worth(11, 70)});
    let put = |client: &crate::support::Client| send(client.request(reqwest::Method::PUT, &mine).json(&body));
    put(&s.way.coop).await.is(403).problem("auth.forbidden");
    put(&s.way.province).await.is(403).problem("auth.forbidden");
    put(&t.actor("outsider", &[Role::CouncilMember], None, None).await).await.is(404);
    let seatless = t.actor("seatless", &[Role::CouncilMember, Role::Auditor], None, None).await;
    put(&seatless).await.is(403).problem("council.no_seat");

    let biased = &s.members[3].1;
    put(biased).await.is(200);
    biased.post(&s.way.path("/conflicts"), json!({"reason": "Em của giám đốc"})).await.is(201);
    put(biased).await.is(403).problem("rating.conflict_of_interest");
    biased.post(&sign, json!({})).await.is(403).problem("rating.conflict_of_interest");

    // Sheets and names are not for the producer; the result is, without names.
    for member in 0..3 {
        s.score(member, choices_worth(11, 80)).await;
    }
    for path in ["/sheets", "/agreed-sheet"] {
        s.way.coop.get(&s.way.path(path)).await.is(403).problem("auth.forbidden");
    }
    s.way.coop.get(&s.way.path("/result")).await.is(409).problem("rating.not_concluded");
    let closed = s.conclude(json!({})).await.is(200).body;
    let plain = s.way.coop.get(&s.way.path("/result")).await.is(200).body;
    assert_eq!((&plain["star"], &plain["mean"]), (&closed["star"], &closed["mean"]));
    for member in plain["members"].as_array().unwrap() {
        assert_eq!(
            (&member["account_id"], &member["full_name"], &member["seat"]),
            (&Value::Null, &Value::Null, &Value::Null)
        );
    }
    assert!(!plain.to_string().contains("council1") && !plain.to_string().contains("acc_"));
    assert!(closed.to_string().contains("council1"));
    t.actor("elsewhere", &[Role::ProvincialOfficer], Some("01"), None)
        .await
        .get(&s.way.path("/result"))
        .await
        .is(404);

    // After the conclusion nothing is scored any more.
    s.members[1].1.post(&sign, json!({})).await.is(409).problem("dossier.wrong_status");
}

#[tokio::test(flavor = "multi_thread")]
async fn sheets_are_signed_agreed_and_concluded_in_an_open_session_only() {
    let t = TestApp::new().await;
    let way = Way::accepted(&t).await;
    let Seated { council, members } = t.council(&way.province, 3).await;
    let new = json!({"held_on": "2026-12-20"});
    let session = way.province.post(&format!("/councils/{council}/sessions"), new).await.is(201).id();
    let ids = json!({"dossier_ids": [way.dossier]});
    way.province.post(&format!("/sessions/{session}/agenda"), ids).await.is(200);
    let (mine, sign) = (way.path("/sheets/mine"), way.path("/sheets/mine/sign"));
    let body = json!({"choices": choices_worth(11, 80)});
    for (_, member) in &members {
        // Drafting at home is allowed.
        send(member.request(reqwest::Method::PUT, &mine).json(&body)).await.is(200);
        member.post(&sign, json!({})).await.is(409).problem("session.wrong_status");
    }
    let agreed = way.path("/agreed-sheet");
    members[1]
        .1
        .put(&agreed, &way.etag().await, json!({"choices": {}}))
        .await
        .is(409)
        .problem("session.wrong_status");
    let conclude = way.path("/conclude");
    members[0].1.post(&conclude, json!({})).await.is(409).problem("session.wrong_status");
    let open = members[0].1.post(&format!("/sessions/{session}/open"), json!({})).await.is(200);
    let present: Vec<_> = members.iter().map(|(account, _)| account).collect();
    let path = format!("/sessions/{session}/attendance");
    members[1].1.put(&path, &open.etag(), json!({"account_ids": present})).await.is(200);
    for (_, member) in &members {
        member.post(&sign, json!({})).await.is(200);
    }
    members[0].1.post(&conclude, json!({})).await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conclusion_needs_a_quorum_and_the_chair() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 4).await;
    let choices = choices_worth(11, 80);
    for member in 1..3 {
        s.score(member, choices.clone()).await;
    }
    s.members[1].1.post(&s.way.path("/conclude"), json!({})).await.is(403).problem("rating.chair_only");
    s.way.province.post(&s.way.path("/conclude"), json!({})).await.is(403).problem("auth.forbidden");
    s.conclude(json!({})).await.is(409).problem("rating.no_quorum");
    s.score(3, choices.clone()).await;
    // Three of four, but not the chair.
    s.conclude(json!({})).await.is(409).problem("rating.no_quorum");
    s.score(0, choices).await;
    s.conclude(json!({})).await.is(200);
    s.conclude(json!({})).await.is(409).problem("dossier.wrong_status");
}

#[tokio::test(flavor = "multi_thread")]
async fn totals_far_from_the_mean_are_explained_or_scored_again() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 4).await;
    for (member, total) in [90, 90, 90, 60].into_iter().enumerate() {
        s.score(member, choices_worth(11, total)).await;
    }
    s.agree().await;
    let refused = s.conclude(json!({})).await.is(409).problem("rating.deviation_unexplained");
    assert!(refused.body["detail"].as_str().unwrap().contains(s.members[3].0.as_str()), "{:#}", refused.body);
    let said =
        |account: &str, reason: &str| json!({"explanations": [{"account_id": account, "reason": reason}]});
    let empty = s.conclude(said(s.members[3].0.as_str(), " ")).await.is(422).problem("request.invalid");
    assert_eq!(pointers(&empty), ["/explanations/0/reason explanation.length"]);
    let stranger = ocop::ids::AccountId::new();
    let wrong = s.conclude(said(stranger.as_str(), "x")).await.is(422).problem("request.invalid");
    assert_eq!(pointers(&wrong), ["/explanations/0/account_id explanation.account"]);
    let reason = "Mẫu thử cảm quan của thành viên này khác lô.";
    let closed = s.conclude(said(s.members[3].0.as_str(), reason)).await.is(200).body;
    assert_eq!(
        (&closed["members"][3]["reason"], &closed["members"][3]["deviates"]),
        (&json!(reason), &json!(true))
    );
    assert_eq!(closed["mean"], json!(82.5));
    let plain = s.way.coop.get(&s.way.path("/result")).await.is(200).body;
    assert_eq!(plain["members"][3]["reason"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secretary_records_what_members_chose_differently() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 3).await;
    let choices = choices_worth(11, 80);
    let (code, option) = other_option(&choices);
    for member in 0..2 {
        s.score(member, choices.clone()).await;
    }
    s.score(2, with(&choices, &code, &option)).await;
    let path = s.way.path("/agreed-sheet");
    let pointer = format!("/choices/{code}");
    let refused = s.conclude(json!({})).await.is(409).problem("rating.agreed_sheet_open");
    assert_eq!(pointers(&refused), [format!("{pointer} agreed_sheet.open")]);

    let secretary = &s.members[1].1;
    let open = secretary.get(&path).await.is(200);
    assert_eq!((&open.body["open"], &open.body["blocking"]), (&json!([&code]), &json!([&code])));
    // The dossier's own tag, behind whose version stands what else its answer depends on.
    let is_dossiers = |tag: &str, own: &str| own.starts_with(tag.trim_end_matches('"'));
    assert!(is_dossiers(&open.etag(), &s.way.etag().await));
    let right = json!({"choices": {&code: option}});
    s.members[0].1.put(&path, &open.etag(), right.clone()).await.is(403).problem("rating.secretary_only");
    send(secretary.request(reqwest::Method::PUT, &path).json(&right)).await.is(428);
    secretary.put(&path, "\"1\"", right.clone()).await.is(412).problem("request.stale");
    let chosen = |code: &&Value| !open.body["choices"][code.as_str().unwrap()].is_null();
    let same = open.body["unanimous"].as_array().unwrap().iter().find(chosen).unwrap().as_str().unwrap();
    let against = secretary.put(&path, &open.etag(), json!({"choices": {same: null}})).await.is(422);
    assert_eq!(pointers(&against), [format!("/choices/{same} agreed_sheet.unanimous")]);
    let unknown = secretary.put(&path, &open.etag(), json!({"choices": {"99.9": null}})).await.is(422);
    assert_eq!(pointers(&unknown), ["/choices/99.9 criteria.unknown_criterion"]);
    let strange = secretary.put(&path, &open.etag(), json!({"choices": {&code: "no-such"}})).await.is(422);
    assert_eq!(pointers(&strange), [format!("{pointer} criteria.unknown_option")]);

    let settled = secretary.put(&path, &open.etag(), right).await.is(200);
    assert_eq!((&settled.body["open"], &settled.body["choices"][&code]), (&json!([]), &json!(option)));
    assert!(is_dossiers(&settled.etag(), &s.way.etag().await));
    // None of the options is met: that, too, is an agreement.
    let none = secretary.put(&path, &settled.etag(), json!({"choices": {&code: null}})).await.is(200);
    assert_eq!((&none.body["blocking"], &none.body["choices"][&code]), (&json!([]), &Value::Null));
    let closed = s.conclude(json!({})).await.is(200).body;
    let criteria = closed["explanation"]["criteria"].as_array().unwrap();
    let line = criteria.iter().find(|line| line["criterion"] == code).unwrap();
    assert_eq!((&line["agreed_points"], &line["agreed_option"]), (&json!(0.0), &Value::Null));
    secretary
        .put(&path, &s.way.etag().await, json!({"choices": {}}))
        .await
        .is(409)
        .problem("dossier.wrong_status");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_conclusions_at_once_are_one() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 3).await;
    for member in 0..3 {
        s.score(member, choices_worth(11, 80)).await;
    }
    let (one, two, three) = tokio::join!(s.conclude(json!({})), s.conclude(json!({})), s.conclude(json!({})));
    let mut statuses = [one.status, two.status, three.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_signed_at_the_moment_of_the_conclusion_is_in_it_or_refused() {
    for round in 0..6_u64 {
        let t = TestApp::new().await;
        let s = Scoring::begin(&t, 4).await;
        for member in 0..3 {
            s.score(member, choices_worth(11, 80)).await;
        }
        let late = &s.members[3].1;
        let mine = s.way.path("/sheets/mine");
        let body = json!({"choices": choices_worth(11, 80)});
        send(late.request(reqwest::Method::PUT, &mine).json(&body)).await.is(200);
        let path = s.way.path("/sheets/mine/sign");
        let (signed, closed) = if round % 2 == 0 {
            tokio::join!(late.post(&path, json!({})), s.conclude(json!({})))
        } else {
            let (closed, signed) = tokio::join!(s.conclude(json!({})), late.post(&path, json!({})));
            (signed, closed)
        };
        let counted = closed.is(200).body["members"].as_array().unwrap().len();
        match signed.status {
            200 => assert_eq!(counted, 4, "signed and not counted"),
            409 => {
                signed.problem("dossier.wrong_status");
                assert_eq!(counted, 3);
            }
            other => panic!("{other} {:#}", signed.body),
        }
    }
}
