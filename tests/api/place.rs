//! Places over HTTP.

use reqwest::Method;

use crate::support::client::send;
use crate::support::{TestApp, json};

#[tokio::test(flavor = "multi_thread")]
async fn places_are_public_and_cacheable() {
    let t = TestApp::new().await;
    let anyone = t.anonymous();
    let all = anyone.get("/places/provinces").await.is(200);
    assert_eq!(all.body["data"].as_array().unwrap().len(), 34);
    assert_eq!(all.header("cache-control"), "public, max-age=3600");
    let again = anyone.request(Method::GET, "/places/provinces").header("if-none-match", all.etag());
    let again = send(again).await.is(304);
    assert_eq!(again.header("cache-control"), "public, max-age=3600");

    let found = anyone.get("/places/communes?province_code=19&q=tan%20cuong").await.is(200).body;
    assert_eq!(found["data"][0]["code"], "05503");
    assert_eq!(found["data"][0]["full_name"], "Xã Tân Cương");
    assert_eq!(found["data"][0]["matched_former"], json!(null));
    let through = anyone.get("/places/communes?q=hoa%20thuong&province_code=19").await.is(200).body;
    assert_eq!(through["data"][0]["code"], "05692");
    assert_eq!(through["data"][0]["matched_former"]["full_name"], "Thị trấn Hóa Thượng");

    let commune = anyone.get("/places/communes/05692").await.is(200).body;
    assert_eq!(commune["province"], "Tỉnh Thái Nguyên");
    assert!(commune["latitude"].as_f64().unwrap() > 21.0);
    let before: Vec<_> = commune["predecessors"].as_array().unwrap().iter().map(|p| &p["name"]).collect();
    assert!(before.contains(&&json!("Hóa Thượng")), "{before:?}");
    assert_eq!(commune["statuses"], json!([]));
    anyone.get("/places/communes/00000").await.is(404).problem("request.not_found");
    anyone.get("/places/communes?colour=red").await.is(400).problem("request.bad_query");

    let former = anyone.get("/places/former?q=hoa%20thuong%2C%20dong%20hy").await.is(200).body;
    assert_eq!(former["data"][0]["district"], "Huyện Đồng Hỷ");
    assert_eq!(former["data"][0]["successors"][0]["code"], "05692");
}

#[tokio::test(flavor = "multi_thread")]
async fn communes_come_in_pages_that_meet() {
    let t = TestApp::new().await;
    let anyone = t.anonymous();
    let mut codes = Vec::new();
    let mut path = "/places/communes?province_code=19&limit=40".to_owned();
    loop {
        let answer = anyone.get(&path).await.is(200);
        codes.extend(
            answer.body["data"].as_array().unwrap().iter().map(|c| c["code"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = answer.body["next_cursor"].as_str() else { break };
        assert!(answer.header("link").contains("rel=\"next\""));
        path = format!("/places/communes?province_code=19&limit=40&cursor={cursor}");
    }
    let different: std::collections::BTreeSet<_> = codes.iter().collect();
    assert_eq!((codes.len(), different.len()), (92, 92));
    anyone.get("/places/communes?cursor=e30").await.is(400).problem("request.bad_cursor");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_communes_status_is_recorded_by_its_province() {
    let t = TestApp::new().await;
    let path = "/places/communes/05503/statuses";
    let first = json!({"status": "not_yet", "since": "2026-01-10", "criteria_met": 17});
    t.anonymous().post(path, first.clone()).await.is(401);
    t.commune().await.post(path, first.clone()).await.is(403).problem("auth.forbidden");
    let elsewhere = t.actor("hanoi", &[ocop::actor::Role::ProvincialOfficer], Some("01"), None).await;
    elsewhere.post(path, first.clone()).await.is(403).problem("auth.outside_area");

    let officer = t.province().await;
    officer.post("/places/communes/00000/statuses", first.clone()).await.is(404);
    let made = officer.post(path, first).await.is(201);
    assert_eq!(made.header("location"), "/api/v1/places/communes/05503");
    let status = |status: &str, since: &str, met: u8, decision: Option<&str>| json!({"status": status, "since": since, "criteria_met": met, "decision": decision});
    for (body, code) in [
        (status("met", "2026-05-10", 20, Some("1/QĐ-UBND")), "place.too_many_criteria"),
        (status("met", "2026-11-24", 19, Some("1/QĐ-UBND")), "place.status_in_future"),
        (status("met", "2026-01-09", 19, Some("1/QĐ-UBND")), "place.status_before_last"),
        (status("advanced", "2026-05-10", 19, Some("1/QĐ-UBND")), "place.status_skips_stage"),
        (status("met", "2026-05-10", 18, Some("1/QĐ-UBND")), "place.criteria_open"),
        (status("met", "2026-05-10", 19, Some("  ")), "place.no_decision"),
        (status("met", "2026-05-10", 19, Some(&"x".repeat(101))), "request.invalid"),
        (status("best", "2026-05-10", 19, None), "request.invalid"),
    ] {
        officer.post(path, body).await.problem(code);
    }
    officer.post(path, status("met", "2026-05-10", 19, Some("1/QĐ-UBND"))).await.is(201);
    let commune = t.anonymous().get("/places/communes/05503").await.is(200);
    assert_eq!(
        commune.body["statuses"],
        json!([
            {"status": "met", "since": "2026-05-10", "criteria_met": 19, "decision": "1/QĐ-UBND"},
            {"status": "not_yet", "since": "2026-01-10", "criteria_met": 17, "decision": null},
        ])
    );
    assert_eq!(commune.header("cache-control"), "public, max-age=60");
}
