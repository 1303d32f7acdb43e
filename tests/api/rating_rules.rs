//! Rules of scoring: what is refused and how, grounds for exclusion, ways to a score, schemes scored by parts.

use chrono::{Duration, TimeZone, Utc};
use ocop::actor::Role;
use ocop::clock::Clock;
use ocop::instant::Instant;

use crate::support::client::send;
use crate::support::make::{Scoring, Seated, choices_worth, commune_report, registration};
use crate::support::{Answer, Client, TestApp, Value, json};

async fn put(client: &Client, path: &str, body: &Value) -> Answer {
    send(client.request(reqwest::Method::PUT, path).json(body)).await
}

fn with(choices: &Value, code: &str, option: &str) -> Value {
    let mut changed = choices.clone();
    changed[code] = json!(option);
    changed
}

/// A refusal that says what to do instead in both languages.
async fn refused(request: reqwest::RequestBuilder, status: u16, code: &str) {
    let english = request.try_clone().unwrap().header("accept-language", "en");
    let vi = send(request).await.is(status).problem(code);
    let en = send(english).await.is(status).problem(code);
    let (vi, en) = (vi.body["detail"].as_str().unwrap(), en.body["detail"].as_str().unwrap());
    assert!(vi.len() > 30 && en.len() > 30 && vi != en, "{code}: {vi} / {en}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_out_of_order_is_refused_with_its_own_code() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 4).await;
    let insider =
        t.account("insider", &[Role::CouncilMember, Role::ProducerMember], None, Some(s.way.producer)).await;
    let post = |client: &Client, path: &str| client.request(reqwest::Method::POST, path).json(&json!({}));
    let (mine, sign) = (s.way.path("/sheets/mine"), s.way.path("/sheets/mine/sign"));
    let (conclude, agreed) = (s.way.path("/conclude"), s.way.path("/agreed-sheet"));
    let [chair, secretary, member, biased] = [0, 1, 2, 3].map(|at| &s.members[at].1);
    let sessions = s.way.province.get(&format!("/councils/{}/sessions", s.council)).await.is(200).body;
    let session = format!("/sessions/{}", sessions["data"][0]["id"].as_str().unwrap());
    let agree = |etag: String| {
        let body = json!({"choices": {}});
        secretary.request(reqwest::Method::PUT, &agreed).header("if-match", etag).json(&body)
    };
    // Agree before signatures; conclude without those present; without signatures; not as the chair.
    refused(agree(s.way.etag().await), 409, "rating.no_sheets").await;
    let etag = chair.get(&session).await.is(200).etag();
    let nobody = chair.put(&format!("{session}/attendance"), &etag, json!({"account_ids": []})).await.is(200);
    refused(post(chair, &conclude), 409, "session.no_quorum").await;
    let present: Vec<_> = s.members.iter().map(|(account, _)| account).collect();
    let without_chair = json!({"account_ids": present[1..]});
    let path = format!("{session}/attendance");
    let noted = chair.put(&path, &nobody.etag(), without_chair).await.is(200);
    refused(post(chair, &conclude), 409, "session.no_quorum").await;
    let came = json!({"account_id": present[2], "came_at": "2026-11-23T03:00:00.000000Z", "left_at": null});
    let all = json!({"account_ids": present, "times": [came]});
    let noted = chair.put(&path, &noted.etag(), all).await.is(200);
    assert_eq!(noted.body["times"], json!([came]));
    let odd = json!({"account_ids": present, "times": [
        {"account_id": present[2], "came_at": "2026-11-23T03:00:00Z", "left_at": "2026-11-23T02:00:00Z"}]});
    chair.put(&path, &noted.etag(), odd).await.is(422).problem("request.invalid");
    let stray = json!({"account_ids": present[1..], "times": [{"account_id": present[0]}]});
    chair.put(&path, &noted.etag(), stray).await.is(422).problem("request.invalid");
    refused(post(chair, &conclude), 409, "rating.no_quorum").await;
    refused(post(member, &conclude), 403, "rating.chair_only").await;
    // Score with a conflict, sign nothing.
    refused(post(member, &sign), 409, "rating.nothing_to_sign").await;
    biased.post(&s.way.path("/conflicts"), json!({"reason": "Vợ là kế toán của hợp tác xã"})).await.is(201);
    let sheet = json!({"choices": choices_worth(11, 80)});
    let write = biased.request(reqwest::Method::PUT, &mine).json(&sheet);
    refused(write, 403, "rating.conflict_of_interest").await;
    // Everything else goes its way, then nothing is signed, agreed or concluded any more.
    for at in 0..3 {
        s.score(at, choices_worth(11, 80)).await;
    }
    chair.post(&conclude, json!({})).await.is(200);
    let write = member.request(reqwest::Method::PUT, &mine).header("if-match", "\"2\"").json(&sheet);
    refused(write, 409, "dossier.wrong_status").await;
    refused(post(member, &sign), 409, "dossier.wrong_status").await;
    refused(agree(s.way.etag().await), 409, "dossier.wrong_status").await;
    refused(post(chair, &conclude), 409, "dossier.wrong_status").await;
    chair.post(&format!("{session}/close"), json!({})).await.is(200);
    refused(post(chair, &format!("{session}/open")), 409, "session.wrong_status").await;

    // One's own cooperative.
    let seat = json!({"account_id": insider, "seat": "member"});
    s.way.province.post(&format!("/councils/{}/members", s.council), seat).await.is(201);
    let second = s.another("Chè búp").await;
    let insider = t.signed_in(insider);
    let write = insider.request(reqwest::Method::PUT, &second.way.path("/sheets/mine")).json(&sheet);
    refused(write, 403, "rating.own_producer").await;
}

/// Whether a text is part of a value somewhere in it, or a number of it; ids hold any digits.
fn tells(value: &Value, what: &str) -> bool {
    match value {
        Value::Object(fields) => {
            fields.iter().any(|(name, value)| !name.ends_with("id") && tells(value, what))
        }
        Value::Array(items) => items.iter().any(|item| tells(item, what)),
        Value::String(text) => text.contains(what),
        Value::Number(number) => number.as_f64() == what.parse().ok(),
        _ => false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_a_sheet_before_it_is_signed() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 3).await;
    let mark = "Vị đắng gắt, hậu ngắn";
    let sheet = json!({"choices": choices_worth(11, 81), "comment": mark});
    put(&s.members[2].1, &s.way.path("/sheets/mine"), &sheet).await.is(200);
    let sessions = s.way.province.get(&format!("/councils/{}/sessions", s.council)).await.is(200).body;
    let minutes = format!("/sessions/{}/minutes", sessions["data"][0]["id"].as_str().unwrap());
    let auditor = t.actor("auditor", &[Role::Auditor], None, None).await;
    for client in [&s.members[0].1, &s.members[1].1, &s.way.province, &auditor] {
        assert_eq!(client.get(&s.way.path("/sheets")).await.is(200).body["data"], json!([]));
        let agreed = client.get(&s.way.path("/agreed-sheet")).await.is(200).body;
        assert_eq!((&agreed["choices"]["1.1"], &agreed["total"]), (&Value::Null, &json!(0.0)));
        let minutes = client.get(&minutes).await.is(200).body;
        assert_eq!(
            (&minutes["dossiers"][0]["signed"], &minutes["dossiers"][0]["conclusion"]),
            (&json!(0), &Value::Null)
        );
        for seen in [agreed, minutes] {
            assert!(!tells(&seen, mark) && !tells(&seen, "81"), "{seen}");
        }
    }
    for other in [&s.members[0].1, &s.members[1].1] {
        other.get(&s.way.path("/sheets/mine")).await.is(404).problem("request.not_found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ground_for_exclusion_is_found_by_all_or_settled_by_the_secretary() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 3).await;
    let set = s.way.province.get("/criteria-sets/qd26-2026/11").await.is(200).body;
    let grounds: Vec<_> = set["exclusions"].as_array().unwrap().iter().map(|g| g["id"].clone()).collect();
    assert!(
        grounds.contains(&json!("1.1-disqualify")) && grounds.contains(&json!("disqualifier-1")),
        "{grounds:?}"
    );
    let clean = choices_worth(11, 80);
    let found = with(&clean, "1.1-disqualify", "found");
    s.score(0, clean.clone()).await;
    s.score(1, clean.clone()).await;
    s.score(2, found.clone()).await;
    let open = s.conclude(json!({})).await.is(409).problem("rating.agreed_sheet_open");
    assert_eq!(open.body["errors"][0]["pointer"], "/choices/1.1-disqualify");
    let path = s.way.path("/agreed-sheet");
    let secretary = &s.members[1].1;
    let etag = secretary.get(&path).await.is(200).etag();
    let said = json!({"choices": {"1.1-disqualify": "found"}});
    let agreed = secretary.put(&path, &etag, said).await.is(200).body;
    assert_eq!((&agreed["choices"]["1.1-disqualify"], &agreed["blocking"]), (&json!("found"), &json!([])));
    let closed = s.conclude(json!({})).await.is(200).body;
    assert_eq!((&closed["star"], &closed["band_star"]), (&Value::Null, &json!(4)));
    assert_eq!(closed["excluded_by"], json!(["1.1-disqualify"]));
    assert_eq!(closed["next_star"], Value::Null);
    // Out: neither decision nor certificate.
    let leader = t.actor("leader", &[Role::ProvincialLeader], Some("19"), None).await;
    let decided = leader.post(&s.way.path("/decide"), json!({})).await;
    assert!((200..300).contains(&decided.status), "{:#}", decided.body);
    assert_eq!(s.way.province.get(&s.way.path("")).await.is(200).body["status"], "refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_council_may_leave_a_highest_and_a_lowest_out() {
    let t = TestApp::new().await;
    let s = Scoring::begin_with_settings(&t, 5, json!({"aggregation": "trimmed_mean"})).await;
    for (member, total) in [92, 80, 81, 79, 72].into_iter().enumerate() {
        s.score(member, choices_worth(11, total)).await;
    }
    s.agree().await;
    let explained =
        json!({"explanations": [{"account_id": s.members[0].0, "reason": "Chấm theo lô mẫu đầu vụ."}]});
    s.conclude(json!({})).await.is(409).problem("rating.deviation_unexplained");
    let closed = s.conclude(explained).await.is(200).body;
    assert_eq!((&closed["aggregation"], &closed["mean"]), (&json!("trimmed_mean"), &json!(80.0)));
    let left: Vec<_> = closed["members"].as_array().unwrap().iter().map(|m| m["left_out"].clone()).collect();
    assert_eq!(left, [true, false, false, false, true]);
    assert_eq!(closed["spread"], json!(20.0));
    let wrong = json!({"tier": "province", "province_code": "19", "name": "x", "settings": {"aggregation": "median"}});
    s.way.province.post("/councils", wrong).await.is(422).problem("request.invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_result_tells_who_gave_what_and_how_to_rise_and_the_producer_no_names() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 3).await;
    for (member, total) in [84, 84, 82].into_iter().enumerate() {
        s.score(member, choices_worth(11, total)).await;
    }
    s.agree().await;
    let told = s.conclude(json!({})).await.is(200).body;
    let members = told["members"].as_array().unwrap();
    for member in members {
        let parts = member["parts"].as_object().unwrap();
        let sum: f64 = parts.values().map(|points| points.as_f64().unwrap()).sum();
        assert!((sum - member["total"].as_f64().unwrap()).abs() < 0.001);
        let leaves = ocop::criteria::find("qd26-2026", 11).unwrap().leaves();
        let criteria = member["criteria"].as_object().unwrap();
        let sum: f64 = leaves.iter().map(|leaf| criteria[&*leaf.code].as_f64().unwrap()).sum();
        assert!((sum - member["total"].as_f64().unwrap()).abs() < 0.001);
    }
    assert_eq!(told["floors_tested"], true);
    // The way to five stars: from the agreed sheet, with the options that lead there.
    let next = &told["next_star"];
    assert_eq!(next["star"], 5);
    let steps = next["steps"].as_array().unwrap();
    let points = |step: &Value, key: &str| step[key].as_f64().unwrap();
    let won: f64 = steps.iter().map(|step| points(step, "to_points") - points(step, "from_points")).sum();
    assert!(won >= next["points_missing"].as_f64().unwrap() && !steps.is_empty(), "{next:#}");
    let mut better =
        told["explanation"]["criteria"].as_array().unwrap().iter().filter(|c| c["leaf"] == true).fold(
            json!({}),
            |mut choices, line| {
                if !line["agreed_option"].is_null() {
                    choices[line["criterion"].as_str().unwrap()] = line["agreed_option"].clone();
                }
                choices
            },
        );
    for step in steps {
        let code = step["criterion"].as_str().unwrap();
        assert_eq!(better[code], step["from_option"]);
        better[code] = step["to_option"].clone();
    }
    let preview =
        t.anonymous().post("/criteria-sets/qd26-2026/11/preview", json!({"choices": better})).await.is(200);
    assert_eq!(preview.body["star"], 5, "{:#}", preview.body);
    // Beside the self-assessment of 100 points.
    let why = &told["explanation"];
    assert_eq!((&why["self_star"], &why["self_difference"]), (&json!(5), &json!(-16.67)));
    assert!(
        why["parts"].as_array().unwrap().iter().all(|part| part["least"].as_f64() <= part["most"].as_f64())
    );

    let plain = s.way.coop.get(&s.way.path("/result")).await.is(200).body;
    assert_eq!((&plain["next_star"], &plain["explanation"]), (next, why));
    for member in plain["members"].as_array().unwrap() {
        assert!(
            member["account_id"].is_null() && member["criteria"].is_null() && member["parts"].is_object()
        );
    }
    assert!(!plain.to_string().contains("council1") && !plain.to_string().contains("acc_"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dossier_filed_before_the_new_decision_is_scored_by_parts_within_its_time() {
    let before = Instant::from_utc(Utc.with_ymd_and_hms(2026, 5, 10, 2, 0, 0).unwrap());
    let t = TestApp::on_clock(Clock::fixed(before), |_| {}).await;
    let producer = t.producer("Hợp tác xã chè Hảo Đạt", "05503").await;
    let coop = t.account("coop", &[Role::ProducerMember], None, Some(producer)).await;
    let commune = t.account("commune", &[Role::CommuneOfficer], Some("05503"), None).await;
    let province = t.account("province", &[Role::ProvincialOfficer], Some("19"), None).await;
    let as_now = |account| t.signed_in(account);
    let mut filed = Vec::new();
    for name in ["Chè đinh", "Chè nõn tôm"] {
        let coop = as_now(coop);
        let tea = json!({"name": name, "criteria_set": 11, "price_vnd": 450_000, "unit": "hộp",
            "description": "Chè một tôm một lá hái sớm ở vùng Tân Cương, sao tay từng mẻ nhỏ."});
        let product = coop.post("/products", tea).await.is(201).id();
        let made = coop.post("/dossiers", json!({"product_id": product, "kind": "first"})).await.is(201);
        assert_eq!(made.body["scheme"], "qd148-2023");
        let path = format!("/dossiers/{}", made.id());
        let written = coop.patch(&path, &made.etag(), json!({"registration": registration()})).await.is(200);
        let sheet = json!({"choices": {"1.1": "1.1-1"}, "tourism_case": null});
        coop.put(&format!("{path}/self-assessment"), &written.etag(), sheet)
            .await
            .is(422)
            .problem("dossier.no_criteria");
        coop.post(&format!("{path}/submit"), json!({})).await.is(200);
        let officer = as_now(commune);
        let etag = officer.get(&path).await.is(200).etag();
        officer.put(&format!("{path}/commune-report"), &etag, commune_report()).await.is(200);
        officer.post(&format!("{path}/forward"), json!({})).await.is(200);
        as_now(province).post(&format!("{path}/accept"), json!({})).await.is(200);
        filed.push(made.id());
    }
    // After 22 May 2026 they keep their scheme; a new one follows the decision in force.
    t.app.clock.advance(Duration::days(30));
    let office = as_now(province);
    let Seated { council, members } = t.council(&office, 3).await;
    let day = json!({"held_on": "2026-06-20"});
    let session = office.post(&format!("/councils/{council}/sessions"), day).await.is(201).id();
    office.post(&format!("/sessions/{session}/agenda"), json!({"dossier_ids": filed})).await.is(200);
    let open = office.post(&format!("/sessions/{session}/open"), json!({})).await.is(200);
    let present: Vec<_> = members.iter().map(|(account, _)| account).collect();
    office
        .put(&format!("/sessions/{session}/attendance"), &open.etag(), json!({"account_ids": present}))
        .await
        .is(200);
    let path = format!("/dossiers/{}", filed[0]);
    let mine = format!("{path}/sheets/mine");
    let wrong = put(&members[0].1, &mine, &json!({"choices": {"1.1": "1.1-1"}})).await.is(422);
    let codes: Vec<_> = wrong.body["errors"].as_array().unwrap().iter().map(|e| e["code"].clone()).collect();
    assert_eq!(codes[0], "criteria.choices_not_used");
    put(&members[0].1, &mine, &json!({})).await.is(422).problem("request.invalid");
    let high = json!({"parts": {"A": 40.01, "B": 20, "C": 30}});
    let high = put(&members[0].1, &mine, &high).await.is(422).problem("request.invalid");
    assert_eq!(high.body["errors"][0]["pointer"], "/parts/A");
    for ((_, member), a) in members.iter().zip([31.5, 32.0, 30.25]) {
        let parts = json!({"parts": {"A": a, "B": 20, "C": 28}});
        assert_eq!(put(member, &mine, &parts).await.is(200).body["parts"]["A"], json!(a));
        member.post(&format!("{mine}/sign"), json!({})).await.is(200);
    }
    let agreed = members[1].1.get(&format!("{path}/agreed-sheet")).await.is(200).body;
    assert_eq!((&agreed["blocking"], &agreed["total"]), (&json!([]), &Value::Null));
    let told = members[0].1.post(&format!("{path}/conclude"), json!({})).await.is(200).body;
    assert_eq!(
        (&told["mean"], &told["star"], &told["floors_tested"]),
        (&json!(79.25), &json!(4), &json!(false))
    );
    assert_eq!(
        (&told["next_star"]["points_missing"], &told["next_star"]["steps"]),
        (&json!(10.75), &json!([]))
    );
    let parts = &told["explanation"]["parts"];
    assert_eq!(
        (&parts[0]["mean"], &parts[0]["least"], &parts[0]["most"]),
        (&json!(31.25), &json!(30.25), &json!(32.0))
    );
    assert_eq!(told["explanation"]["criteria"], json!([]));
    let leader = t.actor("leader", &[Role::ProvincialLeader], Some("19"), None).await;
    let made = leader.post(&format!("{path}/decide"), json!({})).await.is(201).body;
    assert_eq!((&made["star"], &made["scheme"]), (&json!(4), &json!("qd148-2023")));

    // Sixty days after 22 May 2026 the old scheme's time is over.
    t.app.clock.advance(Duration::days(43));
    let late = format!("/dossiers/{}", filed[1]);
    let member = t.signed_in(members[0].0);
    let parts = json!({"parts": {"A": 30, "B": 20, "C": 28}});
    let refused =
        put(&member, &format!("{late}/sheets/mine"), &parts).await.is(409).problem("dossier.scheme_ended");
    assert!(refused.body["detail"].as_str().unwrap().contains("điều 11"), "{:#}", refused.body);
    member.post(&format!("{late}/conclude"), json!({})).await.is(409).problem("dossier.scheme_ended");
    // A sheet of a tree takes no points by part.
    let set = "/criteria-sets/qd148-2023/11/preview";
    t.anonymous().post(set, json!({"choices": {}})).await.is(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_dossier_returned_too_late_is_filed_under_the_new_decision() {
    let before = Instant::from_utc(Utc.with_ymd_and_hms(2026, 5, 20, 2, 0, 0).unwrap());
    let t = TestApp::on_clock(Clock::fixed(before), |_| {}).await;
    let producer = t.producer("Hợp tác xã chè Hảo Đạt", "05503").await;
    let coop = t.account("coop", &[Role::ProducerMember], None, Some(producer)).await;
    let commune = t.account("commune", &[Role::CommuneOfficer], Some("05503"), None).await;
    let client = t.signed_in(coop);
    let tea = json!({"name": "Chè đinh", "criteria_set": 11, "price_vnd": 450_000, "unit": "hộp",
        "description": "Chè một tôm một lá hái sớm ở vùng Tân Cương, sao tay từng mẻ nhỏ."});
    let product = client.post("/products", tea).await.is(201).id();
    let made = client.post("/dossiers", json!({"product_id": product, "kind": "first"})).await.is(201);
    let path = format!("/dossiers/{}", made.id());
    client.patch(&path, &made.etag(), json!({"registration": registration()})).await.is(200);
    client.post(&format!("{path}/submit"), json!({})).await.is(200);
    let reasons = json!({"reasons": [{"pointer": "/registration", "text": "Bổ sung giấy tờ."}]});
    // In time it keeps its scheme, also when it is filed again.
    t.app.clock.advance(Duration::days(10));
    let back = t.signed_in(commune).post(&format!("{path}/return"), reasons.clone()).await.is(200);
    assert_eq!(back.body["scheme"], "qd148-2023");
    let again = t.signed_in(coop).post(&format!("{path}/submit"), json!({})).await.is(200);
    assert_eq!(again.body["scheme"], "qd148-2023");
    // Too late it is completed under the decision in force.
    t.app.clock.advance(Duration::days(60));
    let back = t.signed_in(commune).post(&format!("{path}/return"), reasons).await.is(200);
    assert_eq!((&back.body["scheme"], &back.body["filed_at"]), (&json!("qd26-2026"), &Value::Null));
    let client = t.signed_in(coop);
    let missing =
        client.post(&format!("{path}/submit"), json!({})).await.is(422).problem("dossier.incomplete");
    assert_eq!(missing.body["errors"][0]["code"], "self_assessment.part_empty");
    let sheet = json!({"choices": crate::support::make::best_choices(11), "tourism_case": null});
    client.put(&format!("{path}/self-assessment"), &back.etag(), sheet).await.is(200);
    assert_eq!(client.post(&format!("{path}/submit"), json!({})).await.is(200).body["scheme"], "qd26-2026");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_at_once_one_wins_and_the_other_reads_again() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 3).await;
    for member in 0..2 {
        s.score(member, choices_worth(11, 80)).await;
    }
    let sheet = json!({"choices": choices_worth(11, 78)});
    put(&s.members[2].1, &s.way.path("/sheets/mine"), &sheet).await.is(200);
    // Two agreed sheets from the same reading.
    let (path, secretary) = (s.way.path("/agreed-sheet"), &s.members[1].1);
    let etag = secretary.get(&path).await.is(200).etag();
    let agree = || secretary.put(&path, &etag, json!({"choices": {}}));
    let (one, two) = tokio::join!(agree(), agree());
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
    // A signature and an agreed sheet from before it: the agreed sheet is refused unless it came first.
    let etag = secretary.get(&path).await.is(200).etag();
    let sign = s.way.path("/sheets/mine/sign");
    let (signed, agreed) = tokio::join!(
        s.members[2].1.post(&sign, json!({})),
        secretary.put(&path, &etag, json!({"choices": {}}))
    );
    signed.is(200);
    assert!([200, 412].contains(&agreed.status), "{:#}", agreed.body);
    // Two remarks from the same reading.
    let sessions = s.way.province.get(&format!("/councils/{}/sessions", s.council)).await.is(200).body;
    let minutes = format!("/sessions/{}/minutes", sessions["data"][0]["id"].as_str().unwrap());
    let etag = secretary.get(&minutes).await.is(200).etag();
    let remark = |text| secretary.put(&minutes, &etag, json!({"remarks": text}));
    let (one, two) = tokio::join!(remark("Một"), remark("Hai"));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
}
