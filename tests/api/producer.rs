//! Producers: who registers, sees, changes and moves them.

use ocop::actor::{Actor, Role};
use ocop::producer::{Kind, Written};
use ocop::product;
use reqwest::Method;

use crate::support::client::send;
use crate::support::make::cooperative;
use crate::support::{Client, TestApp, Value, json};

fn body(name: &str, commune: &str) -> Value {
    json!({
        "name": name, "kind": "cooperative", "commune_code": commune, "registration_number": "170207000012",
        "registered_on": "2016-12-01", "address": "Xóm Hồng Thái 2", "phone": "0912 345 678",
        "email": "Chao@HaoDat.vn", "tax_code": "0100233488",
        "representative": {"full_name": "Đào Thanh Hảo", "gender": "female", "ethnicity": "Kinh", "disability": false},
    })
}

async fn member(t: &TestApp, name: &str) -> Client {
    t.actor(name, &[Role::ProducerMember], None, None).await
}

fn field_codes(answer: &crate::support::Answer) -> Vec<&str> {
    answer.body["errors"].as_array().unwrap().iter().map(|e| e["code"].as_str().unwrap()).collect()
}

fn names(answer: &crate::support::Answer) -> Vec<&str> {
    answer.body["data"].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_registers_its_producer_and_an_officer_verifies_it() {
    let t = TestApp::new().await;
    let coop = member(&t, "coop").await;
    let made = coop.post("/producers", body("HTX  chè Hảo Đạt", "05503")).await.is(201);
    let path = format!("/producers/{}", made.id());
    assert_eq!(made.header("location"), format!("/api/v1{path}"));
    for (field, value) in [
        ("name", json!("HTX chè Hảo Đạt")),
        ("status", json!("draft")),
        ("province_code", json!("19")),
        ("phone", json!("+84912345678")),
        ("email", json!("Chao@haodat.vn")),
    ] {
        assert_eq!(made.body[field], value, "{field}");
    }
    let account = coop.get("/auth/me").await.is(200).body;
    assert_eq!(account["producer_id"], made.body["id"], "the account is bound");
    coop.get(&path).await.is(200);
    coop.post("/producers", body("Another", "05503")).await.is(409).problem("producer.already_bound");
    coop.post(&format!("{path}/verify"), json!({})).await.is(403).problem("auth.forbidden");

    let officer = t.commune().await;
    let verified = officer.post(&format!("{path}/verify"), json!({})).await.is(200);
    assert_eq!((&verified.body["status"], verified.etag()), (&json!("verified"), "\"2\"".to_owned()));
    officer.post(&format!("{path}/verify"), json!({})).await.is(409).problem("producer.wrong_status");
    officer.post(&format!("{path}/suspend"), json!({"note": " "})).await.is(422).problem("request.invalid");
    let suspended = officer.post(&format!("{path}/suspend"), json!({"note": "Kiểm tra lại"})).await.is(200);
    assert_eq!(
        (&suspended.body["status"], &suspended.body["note"]),
        (&json!("suspended"), &json!("Kiểm tra lại"))
    );
    let back = officer.post(&format!("{path}/reinstate"), json!({})).await.is(200);
    assert_eq!((&back.body["status"], &back.body["note"]), (&json!("verified"), &json!(null)));

    let kinds = t.app.db.read("test", |conn| ocop::event::after(conn, 0, 100)).await.unwrap();
    let kinds: Vec<_> = kinds.iter().map(|e| e.kind.as_str()).collect();
    assert_eq!(kinds, ["created", "withdrawn", "created"], "what the public sees of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_moves_their_own_producer() {
    let t = TestApp::new().await;
    let id = t.producer("HTX chè Hảo Đạt", "05503").await;
    let both = t.actor("both", &[Role::CommuneOfficer, Role::ProducerMember], Some("05503"), Some(id)).await;
    both.post(&format!("/producers/{id}/suspend"), json!({"note": "x"}))
        .await
        .is(403)
        .problem("producer.own");
}

#[tokio::test(flavor = "multi_thread")]
async fn officers_register_in_their_own_place() {
    let t = TestApp::new().await;
    let (commune, province) = (t.commune().await, t.province().await);
    commune.post("/producers", body("A", "05692")).await.is(422).problem("request.invalid");
    commune.post("/producers", body("HTX A", "05692")).await.is(403).problem("auth.outside_area");
    province.post("/producers", body("HTX A", "00004")).await.is(403).problem("auth.outside_area");
    let made = province.post("/producers", body("HTX A", "05692")).await.is(201);
    t.admin()
        .await
        .post("/producers", body("HTX B", "00004"))
        .await
        .is(409)
        .problem("producer.tax_code_taken");
    // Draft of another commune: not to be seen, so not to be verified.
    commune.get(&format!("/producers/{}", made.id())).await.is(404);
    commune.post(&format!("/producers/{}/verify", made.id()), json!({})).await.is(404);
    let auditor = t.actor("auditor", &[Role::Auditor], None, None).await;
    auditor.get(&format!("/producers/{}", made.id())).await.is(200);
    auditor.post("/producers", body("HTX C", "00004")).await.is(403).problem("auth.forbidden");
    t.anonymous().get("/producers").await.is(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_field_by_field_in_both_languages() {
    let t = TestApp::new().await;
    let officer = t.province().await;
    let bad = json!({
        "name": " ", "kind": "farm", "enterprise_form": "private", "tax_code": "0100233480",
        "commune_code": "99999", "registered_on": "2026-11-24", "phone": "1", "email": "x",
    });
    let answer = officer.post("/producers", bad.clone()).await.is(422).problem("request.invalid");
    assert_eq!(
        field_codes(&answer),
        [
            "name.length",
            "enterprise_form.not_enterprise",
            "tax_code.check_digit",
            "registered_on.future",
            "commune_code.unknown",
            "phone.format",
            "email.format",
        ]
    );
    assert_eq!(answer.body["errors"][3]["detail"], "Ngày đăng ký không được ở tương lai.");
    let english = officer.request(Method::POST, "/producers").header("accept-language", "en").json(&bad);
    assert_eq!(
        send(english).await.is(422).body["errors"][3]["detail"],
        "The date of registration is in the future."
    );
    let personal =
        json!({"name": "Trại A", "kind": "farm", "commune_code": "05503", "tax_code": "019088001234"});
    let answer = officer.post("/producers", personal).await.is(422);
    assert_eq!(field_codes(&answer), ["tax_code.personal"]);
    let household = json!({"name": "Hộ kinh doanh Đào Thị Chè", "kind": "household", "commune_code": "05503", "tax_code": "019088001234"});
    let made = officer.post("/producers", household).await.is(201);
    assert_eq!(made.body["public_name"], "Hộ kinh doanh Đ.T.C.");
    officer.post(&format!("/producers/{}/verify", made.id()), json!({})).await.is(200);
    let bare = json!({"name": "Hộ Mây", "kind": "household", "commune_code": "05503"});
    let made = officer.post("/producers", bare).await.is(201);
    let answer = officer.post(&format!("/producers/{}/verify", made.id()), json!({})).await.is(422);
    assert_eq!(field_codes(&answer.problem("producer.incomplete")), ["registration_number.missing"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_it_is_is_locked_for_the_member_once_verified() {
    let t = TestApp::new().await;
    let coop = member(&t, "coop").await;
    let made = coop.post("/producers", body("HTX chè Hảo Đạt", "05503")).await.is(201);
    let path = format!("/producers/{}", made.id());
    let stale = json!({"name": "HTX chè Hảo Đạt Tân Cương"});
    coop.patch(&path, "\"7\"", stale.clone()).await.is(412).problem("request.stale");
    let changed = coop.patch(&path, &made.etag(), stale).await.is(200);
    let officer = t.commune().await;
    let verified = officer.post(&format!("{path}/verify"), json!({})).await.is(200);
    coop.patch(&path, &changed.etag(), json!({"phone": null})).await.is(412);

    let identity = json!({"name": "Khác", "tax_code": null, "commune_code": "05692", "phone": "0987654321"});
    let answer = coop.patch(&path, &verified.etag(), identity.clone()).await.is(403);
    let pointers: Vec<_> = answer.body["errors"].as_array().unwrap().iter().map(|e| &e["pointer"]).collect();
    assert_eq!(pointers, ["/name", "/tax_code", "/commune_code"]);
    answer.problem("producer.identity_locked");
    let free = json!({
        "name": "HTX chè Hảo Đạt Tân Cương", "phone": "0987654321", "email": null,
        "representative": {"ethnicity": "Tày"},
    });
    let free = coop.patch(&path, &verified.etag(), free).await.is(200);
    assert_eq!(free.body["representative"]["ethnicity"], "Tày");
    assert_eq!(free.body["representative"]["full_name"], "Đào Thanh Hảo", "a merge patch keeps the rest");
    assert_eq!((&free.body["phone"], &free.body["email"]), (&json!("+84987654321"), &json!(null)));

    // The commune's officer may not give the producer away; the province's may move it.
    officer
        .patch(&path, &free.etag(), json!({"commune_code": "05692"}))
        .await
        .is(403)
        .problem("auth.outside_area");
    let bare = json!({"tax_code": null, "registration_number": null});
    officer.patch(&path, &free.etag(), bare).await.is(422).problem("producer.incomplete");
    let province = t.province().await;
    province.patch(&path, &free.etag(), json!({"commune_code": "05692"})).await.is(200);
    officer.get(&path).await.is(404);

    let dissolved = province.post(&format!("{path}/dissolve"), json!({"note": "Giải thể"})).await.is(200);
    coop.patch(&path, &dissolved.etag(), json!({"phone": null})).await.is(409).problem("producer.dissolved");
}

#[tokio::test(flavor = "multi_thread")]
async fn products_go_where_their_producer_goes() {
    let t = TestApp::new().await;
    let id = t.producer("HTX chè Hảo Đạt", "05503").await;
    let now = t.app.clock.now();
    let made = t.app.db.write("test.product", move |tx| {
        let producer = ocop::producer::any(tx.conn(), id)?;
        let written = product::Written {
            name: "Chè tôm nõn".to_owned(),
            criteria_set: 11,
            ..product::Written::default()
        };
        product::register_imported(tx, &Actor::system("test"), &producer, written, true, "test", now)
    });
    let path = format!("/products/{}", made.await.unwrap().id);
    let province = t.province().await;
    assert_eq!(province.get(&path).await.is(200).body["commune_code"], "05503");
    let producer = province.get(&format!("/producers/{id}")).await.is(200);
    let moved = json!({"commune_code": "05692", "name": "HTX chè Đồng Hỷ"});
    province.patch(&format!("/producers/{id}"), &producer.etag(), moved).await.is(200);
    assert_eq!(province.get(&path).await.is(200).body["commune_code"], "05692");
    let found = t.anonymous().get("/catalogue/products?q=dong%20hy").await.is(200);
    assert_eq!(found.body["data"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dissolved_producer_names_a_successor() {
    let t = TestApp::new().await;
    let (old, new) =
        (t.producer("Tổ hợp tác Đồng Hỷ", "05692").await, t.producer("HTX Đồng Hỷ", "05692").await);
    let province = t.province().await;
    let path = format!("/producers/{old}/dissolve");
    for wrong in [old, ocop::ids::ProducerId::new(), t.producer("HTX Hà Nội", "00004").await] {
        let answer = province.post(&path, json!({"note": "x", "successor_id": wrong})).await.is(422);
        assert_eq!(field_codes(&answer), ["successor_id.unknown"]);
    }
    let gone = province.post(&path, json!({"note": "Thành HTX", "successor_id": new})).await.is(200);
    assert_eq!((&gone.body["status"], &gone.body["successor_id"]), (&json!("dissolved"), &json!(new)));
    province.post(&format!("/producers/{old}/reinstate"), json!({})).await.problem("producer.wrong_status");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_filter_and_page_by_name() {
    let t = TestApp::new().await;
    for (name, commune) in [
        ("HTX chè Đồng Hỷ", "05692"),
        ("HTX chè Hảo Đạt", "05503"),
        ("HTX chè An Khánh", "05503"),
        ("HTX bún Hà Nội", "00004"),
    ] {
        t.producer(name, commune).await;
    }
    let farm = Written {
        kind: Kind::Farm,
        tax_code: Some("0100233488".to_owned()),
        ..cooperative("Trại Đào", "05503")
    };
    let farm = t.written(farm).await;
    let (province, commune) = (t.province().await, t.commune().await);
    let all = province.get("/producers").await.is(200);
    assert_eq!(names(&all), ["HTX chè An Khánh", "HTX chè Đồng Hỷ", "HTX chè Hảo Đạt", "Trại Đào"]);
    assert_eq!(names(&commune.get("/producers").await.is(200)).len(), 3);
    for (query, count) in [
        ("q=CHE%20dat", 1),
        ("q=0100233488", 1),
        ("q=%25", 0),
        ("kind=farm", 1),
        ("status=draft", 0),
        ("status=verified&commune_code=05503", 3),
        ("province_code=01", 0),
    ] {
        assert_eq!(
            names(&province.get(&format!("/producers?{query}")).await.is(200)).len(),
            count,
            "{query}"
        );
    }
    province.get("/producers?status=gone").await.is(400).problem("request.bad_query");
    let bound = t.actor("farmer", &[Role::ProducerMember], None, Some(farm)).await;
    assert_eq!(names(&bound.get("/producers").await.is(200)), ["Trại Đào"]);
    let councillor = t.actor("councillor", &[Role::CouncilMember], None, None).await;
    assert!(names(&councillor.get("/producers").await.is(200)).is_empty());

    let (mut seen, mut path) = (Vec::new(), "/producers?limit=3".to_owned());
    loop {
        let answer = province.get(&path).await.is(200);
        seen.extend(names(&answer).into_iter().map(str::to_owned));
        let Some(cursor) = answer.body["next_cursor"].as_str() else { break };
        path = format!("/producers?limit=3&cursor={cursor}");
    }
    assert_eq!(seen, names(&all));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_two_named_viet_cuong_stay_two() {
    let t = TestApp::new().await;
    let first = t.producer("HTX miến Việt Cường", "05692").await;
    let second = t.producer("HTX Việt Cường", "02143").await;
    let third = t.producer("Hợp tác xã Việt Cường", "05503").await;
    let phone =
        Written { phone: Some("0912345678".to_owned()), ..cooperative("HTX chè Hảo Đạt", "05503") };
    t.written(phone.clone()).await;
    let other = t.written(Written {
        name: "HTX rau Tân Hương".to_owned(),
        commune_code: Some("00004".to_owned()),
        ..phone
    });
    let other = other.await;
    // Registration papers of the builder are all alike; here each has its own.
    for (at, id) in [first, second, third, other].into_iter().enumerate() {
        let admin = t.actor(&format!("admin{at}"), &[Role::Admin], None, None).await;
        let path = format!("/producers/{id}");
        let etag = admin.get(&path).await.etag();
        admin.patch(&path, &etag, json!({"registration_number": format!("1700{at}")})).await.is(200);
    }
    let province = t.province().await;
    let answer = province.get(&format!("/producers/{second}/duplicates")).await.is(200);
    assert_eq!(names(&answer), ["Hợp tác xã Việt Cường", "HTX miến Việt Cường"]);
    assert_eq!(answer.body["data"][0]["reasons"], json!(["same_name"]));
    assert_eq!(answer.body["data"][1]["reasons"], json!(["similar_name"]));
    assert_eq!(answer.body["data"][0].get("phone"), None);
    for id in [first, second, third] {
        assert_eq!(province.get(&format!("/producers/{id}")).await.is(200).body["status"], "verified");
    }
    let named =
        |name: &'static str| t.app.db.read("test", move |conn| ocop::producer::named(conn, "19", name));
    let found: Vec<_> = named("htx  việt cường").await.unwrap().iter().map(|p| p.id).collect();
    assert_eq!(found, [second]);
    let both = t.app.db.read("test", move |conn| ocop::producer::many(conn, &[first, second])).await.unwrap();
    assert_eq!(both.len(), 2);

    // A telephone is found across provinces; the other is verified, so an officer may see that it exists.
    let answer = t.admin().await.get(&format!("/producers/{other}/duplicates")).await.is(200);
    assert_eq!(answer.body["data"][0]["reasons"], json!(["phone"]));
    let member = t.actor("member", &[Role::ProducerMember], None, Some(first)).await;
    member.get(&format!("/producers/{first}/duplicates")).await.is(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn personal_data_stays_out_of_trail_and_log() {
    let t = TestApp::new().await;
    let officer = t.province().await;
    let mut household = body("Hộ kinh doanh Đào Thị Chè", "05503");
    household["kind"] = json!("household");
    household["tax_code"] = json!("019088001234");
    let id = officer.post("/producers", household).await.is(201).id();
    officer.post(&format!("/producers/{id}/verify"), json!({})).await.is(200);
    let events = t.app.db.read("test", |conn| ocop::event::after(conn, 0, 100)).await.unwrap();
    assert_eq!(events.len(), 1);
    let producer: ocop::ids::ProducerId = id.parse().unwrap();
    let found = t.app.db.read("test", move |conn| ocop::producer::any(conn, producer)).await.unwrap();
    let mut told: Vec<String> = events.iter().map(|e| format!("{e:?}")).collect();
    told.push(format!("{:?}", found.details.representative));
    told.push(format!("{:?} {:?} {:?}", found.details.phone, found.details.email, found.details.tax_code));
    let trail = t.app.db.read("test", move |conn| {
        use diesel::prelude::*;
        use ocop::db::schema::audit_entries as a;
        let rows = a::table.filter(a::subject_id.eq(&id)).select(ocop::audit::Row::as_select());
        Ok(rows.load::<ocop::audit::Row>(conn)?)
    });
    told.push(format!("{:?}", trail.await.unwrap()));
    let told = told.concat();
    assert!(told.contains("Đ.T.C."), "the trail says which: {told}");
    for secret in ["912345678", "haodat", "019088001234", "Kinh", "female", "Đào Th"] {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
}
