//! Rounds, working days, due dates, reminders and samples.

use chrono::Duration;
use ocop::actor::{Actor, Role};

use crate::support::make::{Scoring, Way, best_choices, commune_report, registration};
use crate::support::{Client, TestApp, Value, json};

async fn central(t: &TestApp) -> Client {
    t.actor("central", &[Role::CentralOfficer], None, None).await
}

fn codes(list: &Value) -> Vec<String> {
    list["data"].as_array().unwrap().iter().map(|r| r["code"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn rounds_are_those_of_the_law_until_an_office_moves_its_own() {
    let t = TestApp::new().await;
    let (office, centre) = (t.province().await, central(&t).await);
    let all = office.get("/rounds?province_code=19").await.is(200).body;
    assert_eq!(codes(&all), ["19-2026-1", "19-2026-2"]);
    let second = &all["data"][1];
    assert_eq!(
        *second,
        json!({
            "code": "19-2026-2", "tier": "province", "province_code": "19", "year": 2026, "number": 2,
            "closes_on": "2026-10-30", "ends_on": "2026-12-30", "by_law": true,
        })
    );
    assert_eq!(
        codes(&office.get("/rounds?tier=centre&year=2027").await.is(200).body),
        ["centre-2027-1", "centre-2027-2"]
    );
    // 34 provinces and the centre, page by page.
    let (mut path, mut seen) = ("/rounds?limit=30&year=2027".to_owned(), Vec::new());
    loop {
        let page = office.get(&path).await.is(200).body;
        seen.extend(codes(&page));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/rounds?limit=30&year=2027&cursor={cursor}");
    }
    let distinct: std::collections::BTreeSet<_> = seen.iter().collect();
    assert_eq!((seen.len(), distinct.len(), &*seen[0]), (70, 70, "centre-2027-1"));

    let path = "/rounds/19-2027-1";
    let read = office.get(path).await.is(200);
    let moved = office.patch(path, &read.etag(), json!({"closes_on": "2027-05-15"})).await.is(200);
    assert_eq!((&moved.body["closes_on"], &moved.body["by_law"]), (&json!("2027-05-15"), &json!(false)));
    office.patch(path, &read.etag(), json!({"ends_on": "2027-07-15"})).await.is(412).problem("request.stale");
    let wrong = json!({"closes_on": "2028-05-15", "ends_on": "2027-01-01"});
    let refused = office.patch(path, &moved.etag(), wrong).await.is(422).problem("request.invalid").body;
    assert_eq!(refused["errors"].as_array().unwrap().len(), 2);
    office.patch(path, &moved.etag(), json!({"ends_on": null})).await.is(422).problem("request.invalid");
    let taken = json!({"closes_on": "2027-10-30", "ends_on": "2027-12-30"});
    office.patch(path, &moved.etag(), taken).await.is(409).problem("round.exists");
    office.patch("/rounds/01-2027-1", "\"0\"", json!({})).await.is(403).problem("auth.forbidden");
    office.patch("/rounds/centre-2027-1", "\"0\"", json!({})).await.is(403).problem("auth.forbidden");
    centre.patch("/rounds/centre-2027-1", "\"0\"", json!({"ends_on": "2027-04-15"})).await.is(200);
    for unknown in
        ["/rounds/19-2027-3", "/rounds/99-2027-1", "/rounds/19-2027-01", "/rounds/x", "/rounds/19-1990-1"]
    {
        office.get(unknown).await.is(404).problem("request.not_found");
    }

    let new = |province: Value, closes: &str, ends: &str| json!({"tier": "province", "province_code": province, "closes_on": closes, "ends_on": ends});
    let added = office.post("/rounds", new(json!("19"), "2027-08-15", "2027-09-30")).await.is(201);
    assert_eq!(
        (&added.body["code"], added.header("location")),
        (&json!("19-2027-3"), "/api/v1/rounds/19-2027-3")
    );
    office
        .post("/rounds", new(json!("19"), "2027-08-15", "2027-09-30"))
        .await
        .is(409)
        .problem("round.exists");
    office.post("/rounds", new(json!("01"), "2027-08-15", "2027-09-30")).await.is(403);
    office.post("/rounds", new(Value::Null, "2027-08-15", "2027-09-30")).await.is(422);
    office.post("/rounds", new(json!("19"), "2027-08-16", "2027-08-15")).await.is(422);
    office.post("/rounds", new(json!("19"), "2035-08-16", "2035-08-19")).await.is(422);
    let listed = office.get("/rounds?province_code=19&year=2027").await.is(200).body;
    assert_eq!(codes(&listed), ["19-2027-1", "19-2027-3", "19-2027-2"]);
    assert_eq!(codes(&office.get("/rounds?province_code=01&year=2027").await.body).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_dossier_is_in_the_next_round_to_close_and_told_if_it_came_late() {
    let t = TestApp::new().await;
    let way = Way::accepted(&t).await;
    let dossier = way.coop.get(&way.path("")).await.is(200).body;
    // It arrived on 23 November; the round that closed on 30 October still runs.
    assert_eq!((&dossier["round"], &dossier["due_on"]), (&json!("19-2027-1"), &json!("2027-06-30")));
    let dates = &dossier["round_dates"];
    assert_eq!((&dates["closes_on"], &dates["missed"]), (&json!("2027-04-30"), &json!("19-2026-2")));
    let notice = dates["notice"].as_str().unwrap();
    for words in ["30/10/2026", "19-2027-1", "30/04/2027", "30/06/2027"] {
        assert!(notice.contains(words), "{words}: {notice}");
    }
    let count = async |query: &str| {
        way.province.get(&format!("/dossiers?{query}")).await.is(200).body["data"].as_array().unwrap().len()
    };
    assert_eq!((count("round=19-2027-1").await, count("round=19-2026-2").await), (1, 0));
    // The due date follows the round.
    let tag = way.province.get("/rounds/19-2027-1").await.is(200).etag();
    way.province.patch("/rounds/19-2027-1", &tag, json!({"ends_on": "2027-07-10"})).await.is(200);
    let moved = way.coop.get(&way.path("")).await.is(200).body;
    assert_eq!(
        (&moved["due_on"], &moved["round_dates"]["ends_on"]),
        (&json!("2027-07-10"), &json!("2027-07-10"))
    );
    // Back with the producer no clock runs and it is in no round.
    let reasons = json!({"reasons": [{"pointer": "/documents", "text": "Thiếu"}]});
    let returned = way.province.post(&way.path("/return"), reasons).await.is(200).body;
    assert_eq!((&returned["due_on"], &returned["round"]), (&Value::Null, &Value::Null));

    // On the closing day itself it is in time.
    let (coop, province) = (id(&way.coop).await, id(&way.province).await);
    let until = chrono::NaiveDate::from_ymd_opt(2027, 4, 30).unwrap() - t.app.clock.now().date();
    t.app.clock.advance(until);
    t.signed_in(coop).post(&way.path("/submit"), json!({})).await.is(200);
    // The office may take its time: the day it arrived counts.
    t.app.clock.advance(Duration::days(4));
    let accepted = t.signed_in(province).post(&way.path("/accept"), json!({})).await.is(200).body;
    assert_eq!((&accepted["round"], &accepted["round_dates"]["missed"]), (&json!("19-2027-1"), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_referred_is_in_the_centres_round() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 2).await;
    s.concluded(95).await;
    let concluded = s.way.coop.get(&s.way.path("")).await.is(200).body;
    assert_eq!((&concluded["round"], &concluded["due_on"]), (&json!("19-2027-1"), &json!("2027-06-30")));
    let leader = t.actor("leader", &[Role::ProvincialLeader], Some("19"), None).await;
    leader.post(&s.way.path("/decide"), json!({})).await;
    let referred = s.way.coop.get(&s.way.path("")).await.is(200).body;
    assert_eq!(referred["status"], "referred");
    assert_eq!((&referred["round"], &referred["due_on"]), (&json!("centre-2027-1"), &json!("2027-03-30")));
    // The centre moves its own round, and the due date follows.
    let moved = json!({"ends_on": "2027-04-09"});
    central(&t).await.patch("/rounds/centre-2027-1", "\"0\"", moved).await.is(200);
    assert_eq!(s.way.coop.get(&s.way.path("")).await.is(200).body["due_on"], "2027-04-09");
}

async fn id(client: &Client) -> ocop::ids::AccountId {
    client.get("/auth/me").await.is(200).body["id"].as_str().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn due_dates_follow_the_calendar_and_what_the_centre_adds_to_it() {
    let t = TestApp::new().await;
    let (way, centre) = (Way::begin(&t).await, central(&t).await);
    assert_eq!(way.submit().await.is(200).body["due_on"], "2026-12-14");
    let year = centre.get("/holidays?limit=100").await.is(200).body;
    let day = |list: &Value, day: &str| {
        list["data"].as_array().unwrap().iter().find(|row| row["day"] == day).cloned().unwrap_or_default()
    };
    assert_eq!(day(&year, "2026-02-17")["certainty"], "official");
    assert_eq!(day(&year, "2026-08-22")["kind"], "working_day");
    // Proposed only, so it does not count.
    assert_eq!(day(&year, "2026-11-24")["certainty"], "pending");

    let new = json!({"day": "2026-11-24", "kind": "holiday", "name": "Ngày Văn hóa Việt Nam"});
    way.province.post("/holidays", new.clone()).await.is(403).problem("auth.forbidden");
    let added = centre.post("/holidays", new.clone()).await.is(201);
    assert_eq!(added.header("location"), "/api/v1/holidays/2026-11-24");
    centre.post("/holidays", new).await.is(409).problem("holiday.exists");
    assert_eq!(way.coop.get(&way.path("")).await.is(200).body["due_on"], "2026-12-15");
    let listed = centre.get("/holidays?limit=100").await.is(200).body;
    assert_eq!(day(&listed, "2026-11-24")["certainty"], "added");
    let worked = json!({"day": "2026-12-12", "kind": "working_day", "name": "Làm bù"});
    centre.post("/holidays", worked).await.is(201);
    assert_eq!(way.coop.get(&way.path("")).await.is(200).body["due_on"], "2026-12-14");
    let far = json!({"day": "2046-12-12", "kind": "holiday", "name": ""});
    let refused = centre.post("/holidays", far).await.is(422).problem("request.invalid").body;
    assert_eq!(refused["errors"].as_array().unwrap().len(), 2);
    let one = centre.get("/holidays/2026-11-24").await.is(200);
    centre.delete("/holidays/2026-11-24", &one.etag()).await.is(204);
    centre.get("/holidays/2026-11-24").await.is(404);
    centre.get("/holidays/2026-02-17").await.is(404);
    // The Saturday that works is the fifteenth day.
    assert_eq!(way.coop.get(&way.path("")).await.is(200).body["due_on"], "2026-12-12");
    centre.get("/holidays?year=1000").await.is(400).problem("request.bad_query");
    let other = centre.get("/holidays?year=2028&limit=2").await.is(200).body;
    assert_eq!(
        (&other["data"][0]["day"], &other["data"][1]["day"]),
        (&json!("2028-01-01"), &json!("2028-01-03"))
    );
    assert!(other["next_cursor"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_is_reminded_of_once_and_listed_by_its_day() {
    let t = TestApp::new().await;
    let way = Way::begin(&t).await;
    way.submit().await.is(200);
    let mut ids = vec![way.dossier.clone()];
    let (coop, commune, province) = (id(&way.coop).await, id(&way.commune).await, id(&way.province).await);
    for day in 1..4 {
        t.app.clock.advance(Duration::days(1));
        let coop = t.signed_in(coop);
        let (_, dossier) = Way::draft(&coop, &format!("Chè {day}")).await;
        coop.post(&format!("/dossiers/{dossier}/submit"), json!({})).await.is(200);
        ids.push(dossier);
    }
    // 26 November: due on 14, 15, 16 and 17 December.
    let reminders = async |dossier: &str| {
        let rows =
            t.signed_in(commune).get(&format!("/dossiers/{dossier}")).await.is(200).body["reminders"].clone();
        let rows = rows.as_array().unwrap().clone();
        rows.iter()
            .map(|r| format!("{} {}", r["kind"].as_str().unwrap(), r["due_on"].as_str().unwrap()))
            .collect::<Vec<_>>()
    };
    t.app.tidy().await.unwrap();
    assert_eq!(reminders(&ids[0]).await, Vec::<String>::new());
    // The service was down for two weeks; on 11 December the first is due soon.
    t.app.clock.advance(Duration::days(15));
    t.app.tidy().await.unwrap();
    t.app.tidy().await.unwrap();
    assert_eq!(reminders(&ids[0]).await, ["due_soon 2026-12-14"]);
    assert_eq!(reminders(&ids[1]).await, Vec::<String>::new());
    // On 16 December two are overdue and two due soon.
    t.app.clock.advance(Duration::days(5));
    for _ in 0..3 {
        t.app.tidy().await.unwrap();
    }
    assert_eq!(reminders(&ids[0]).await, ["due_soon 2026-12-14", "overdue 2026-12-14"]);
    assert_eq!(reminders(&ids[1]).await, ["overdue 2026-12-15"]);
    assert_eq!(reminders(&ids[2]).await, ["due_soon 2026-12-16"]);
    assert_eq!(reminders(&ids[3]).await, ["due_soon 2026-12-17"]);
    // The producer and the offices of its place are told, in words, and nobody else.
    let told = async |account| {
        let found = t.signed_in(account).get("/notices?limit=100").await.is(200).body["data"].clone();
        let mut rows = found.as_array().unwrap().clone();
        rows.retain(|n| n["kind"].as_str().unwrap().starts_with("dossier."));
        rows
    };
    let rows = told(coop).await;
    let row = |n: &Value| (n["kind"].clone(), n["subject_id"].clone(), n["due_on"].clone());
    let expected = [
        ("dossier.due_soon", &ids[0], "2026-12-14"),
        ("dossier.overdue", &ids[0], "2026-12-14"),
        ("dossier.overdue", &ids[1], "2026-12-15"),
        ("dossier.due_soon", &ids[2], "2026-12-16"),
        ("dossier.due_soon", &ids[3], "2026-12-17"),
    ];
    let expected = expected.map(|(kind, id, day)| (json!(kind), json!(id), json!(day)));
    // The newest first.
    assert_eq!(rows.iter().rev().map(row).collect::<Vec<_>>(), expected);
    for (index, words) in [(0, "đang ở xã: hạn xử lý hết ngày 17/12/2026, còn 1 ngày"), (3, "quá hạn 2 ngày")]
    {
        let text = rows[index]["text_vi"].as_str().unwrap();
        assert!(text.contains(words), "{text}");
    }
    assert_eq!((told(commune).await, told(province).await), (rows.clone(), rows.clone()));

    let office = t.signed_in(commune);
    let listed = async |client: &Client, query: &str| {
        let (mut path, mut seen) = (format!("/dossiers?limit=1&{query}"), Vec::new());
        loop {
            let page = client.get(&path).await.is(200).body;
            for row in page["data"].as_array().unwrap() {
                seen.push(row["id"].as_str().unwrap().to_owned());
            }
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/dossiers?limit=1&{query}&cursor={cursor}");
        }
        seen
    };
    assert_eq!(listed(&office, "overdue=true").await, ids[..2]);
    assert_eq!(listed(&t.signed_in(province), "overdue=true").await, ids[..2]);
    assert_eq!(listed(&t.signed_in(coop), "due_before=2026-12-17").await, ids[..3]);
    assert_eq!(listed(&office, "overdue=true&due_before=2026-12-15").await, ids[..1]);
    assert_eq!(listed(&office, "overdue=false").await, [ids[3].clone(), ids[2].clone()]);
    let rows = office.get("/dossiers?overdue=true").await.is(200).body;
    assert_eq!(
        (&rows["data"][0]["overdue"], &rows["data"][0]["due_on"]),
        (&json!(true), &json!("2026-12-14"))
    );
    let stranger = t.actor("neighbour", &[Role::CommuneOfficer], Some("05692"), None).await;
    assert_eq!(listed(&stranger, "overdue=true").await, Vec::<String>::new());
    assert_eq!(stranger.get("/notices").await.is(200).body["data"], json!([]));
    office.get("/dossiers?overdue=perhaps").await.is(400).problem("request.bad_query");

    // What moves on has another clock, and is reminded of that one.
    let first = format!("/dossiers/{}", ids[0]);
    let etag = office.get(&first).await.is(200).etag();
    office.put(&format!("{first}/commune-report"), &etag, commune_report()).await.is(200);
    let forwarded = office.post(&format!("{first}/forward"), json!({})).await.is(200).body;
    assert_eq!((&forwarded["due_on"], &forwarded["overdue"]), (&json!("2027-01-07"), &json!(false)));
    assert_eq!(listed(&office, "overdue=true").await, ids[1..2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn dossiers_of_the_scheme_before_are_due_as_the_transition_says() {
    let t = TestApp::new().await;
    let way = Way::begin(&t).await;
    way.coop.post(&way.path("/withdraw"), json!({})).await.is(200);
    let (product, now) = (way.product.parse().unwrap(), t.app.clock.now());
    let write = move |tx: &mut ocop::db::Tx<'_>| {
        ocop::dossier::register_imported(tx, &Actor::system("test"), product, "qd148-2023", now)
    };
    let id = t.app.db.write("test.import", write).await.unwrap().id;
    let row = way.province.get("/dossiers?overdue=true").await.is(200).body["data"][0].clone();
    // Sixty days from 22 May 2026.
    assert_eq!(
        (&row["id"], &row["scheme"], &row["due_on"]),
        (&json!(id), &json!("qd148-2023"), &json!("2026-07-21"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_council_wants_samples_but_of_tourism() {
    let t = TestApp::new().await;
    let way = Way::begin(&t).await;
    way.submit().await.is(200);
    way.samples(5).await.is(409).problem("dossier.wrong_status");
    way.forward().await.is(200);
    let samples = way.path("/samples");
    let body = |day: &str, count: i32| json!({"received_on": day, "count": count, "note": "Hộp 200 g"});
    way.commune.post(&samples, body("2026-11-23", 5)).await.is(403).problem("auth.forbidden");
    for (day, count) in [("2026-11-22", 5), ("2026-11-24", 5), ("2026-11-23", 0), ("2026-11-23", 1001)] {
        way.province.post(&samples, body(day, count)).await.is(422).problem("request.invalid");
    }
    let some = way.province.post(&samples, body("2026-11-23", 3)).await.is(200).body;
    let counted = |body: &Value| {
        let of = |field: &str| body["samples"][field].as_i64().unwrap();
        (of("required"), of("received"), of("missing"))
    };
    assert_eq!(counted(&some), (5, 3, 2));
    way.province.post(&way.path("/accept"), json!({})).await.is(200);

    let seated = t.council(&way.province, 2).await;
    let new = json!({"held_on": "2026-12-20"});
    let session =
        way.province.post(&format!("/councils/{}/sessions", seated.council), new).await.is(201).id();
    let agenda = format!("/sessions/{session}/agenda");
    let ids = json!({"dossier_ids": [way.dossier]});
    let refused = way.province.post(&agenda, ids.clone()).await.is(422).problem("request.invalid").body;
    assert_eq!(refused["errors"].as_array().unwrap().len(), 1);
    assert_eq!(refused["errors"][0]["code"], "agenda.samples_missing");
    assert!(refused["errors"][0]["detail"].as_str().unwrap().contains("3 trên 5 mẫu"), "{refused}");
    let all = way.province.post(&samples, body("2026-11-23", 2)).await.is(200).body;
    assert_eq!(counted(&all), (5, 5, 0));
    assert_eq!(all["samples"]["deliveries"][1]["count"], 2);
    way.province.post(&agenda, ids).await.is(200);

    // A tour hands in nothing.
    let tour = json!({
        "name": "Tham quan đồi chè", "criteria_set": 26, "unit": "lượt",
        "description": "Một ngày hái chè, sao chè và nghỉ tại nhà dân ở Tân Cương.",
    });
    let product = way.coop.post("/products", tour).await.is(201).id();
    let made = way.coop.post("/dossiers", json!({"product_id": product, "kind": "first"})).await.is(201);
    let path = format!("/dossiers/{}", made.id());
    let written = way.coop.patch(&path, &made.etag(), json!({"registration": registration()})).await.is(200);
    let sheet = json!({"choices": best_choices(26), "tourism_case": 1});
    way.coop.put(&format!("{path}/self-assessment"), &written.etag(), sheet).await.is(200);
    way.coop.post(&format!("{path}/submit"), json!({})).await.is(200);
    let etag = way.commune.get(&path).await.is(200).etag();
    way.commune.put(&format!("{path}/commune-report"), &etag, commune_report()).await.is(200);
    way.commune.post(&format!("{path}/forward"), json!({})).await.is(200);
    way.province
        .post(&format!("{path}/samples"), body("2026-11-23", 5))
        .await
        .is(409)
        .problem("dossier.samples_not_needed");
    way.province.post(&format!("{path}/accept"), json!({})).await.is(200);
    way.province.post(&agenda, json!({"dossier_ids": [made.id()]})).await.is(200);
}
