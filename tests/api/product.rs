//! Products: drafts, publishing, who sees and writes them, what the change log and the search index learn.

use chrono::Duration;
use ocop::actor::{Actor, Role};
use ocop::db::schema::{audit_entries, events, product_terms};
use ocop::event;
use ocop::ids::{CertificateId, ProducerId, ProductId};
use ocop::product::{self, Rated};
use ocop::values::{Points, Star};

use crate::support::{Client, TestApp, Value, json};

/// A tea that may be published.
pub fn tea(name: &str) -> Value {
    json!({
        "name": name, "criteria_set": 11, "price_vnd": 450_000, "unit": "hộp", "net_weight_g": 200,
        "description": "Chè một tôm một lá hái sớm ở vùng Tân Cương, sao tay từng mẻ nhỏ.",
    })
}

/// A member of a producer in Tân Cương.
pub async fn member(t: &TestApp, name: &str) -> (ProducerId, Client) {
    let producer = t.producer(name, "05503").await;
    let account = ocop::text::slug(name);
    (producer, t.actor(&account, &[Role::ProducerMember], None, Some(producer)).await)
}

async fn happened(t: &TestApp, id: &str) -> Vec<String> {
    use diesel::prelude::*;
    let id = id.to_owned();
    let read = move |conn: &mut ocop::db::Conn| {
        let rows = events::table.filter(events::subject_id.eq(&id)).order(events::seq.asc());
        let kinds: Vec<event::Kind> = rows.select(events::kind).load(conn)?;
        Ok(kinds.iter().map(ToString::to_string).collect())
    };
    t.app.db.read("test.events", read).await.unwrap()
}

async fn terms(t: &TestApp, id: &str) -> Vec<String> {
    use diesel::prelude::*;
    let id = id.to_owned();
    let read = move |conn: &mut ocop::db::Conn| {
        let rows = product_terms::table.filter(product_terms::product_id.eq(&id));
        Ok(rows.select(product_terms::term).order(product_terms::term.asc()).load(conn)?)
    };
    t.app.db.read("test.terms", read).await.unwrap()
}

async fn star(t: &TestApp, id: &str, star: Option<u8>, days: i64) {
    let (id, now): (ProductId, _) = (id.parse().unwrap(), t.app.clock.now());
    let rated = star.map(|star| Rated {
        certificate_id: CertificateId::new(),
        certificate_number: "01/GCN".to_owned(),
        star: Star::new(star).unwrap(),
        score: Some(Points::from_hundredths(9125)),
        from: now,
        until: now.plus(Duration::days(days)),
    });
    t.app.db.write("test.star", move |tx| product::set_rating(tx, id, rated.clone(), now)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_writes_publishes_and_takes_back() {
    let t = TestApp::new().await;
    let (producer, coop) = member(&t, "Hợp tác xã chè Hảo Đạt").await;
    let made = coop.post("/products", tea("Chè đinh")).await.is(201);
    assert_eq!(made.header("location"), format!("/api/v1/products/{}", made.id()));
    assert_eq!(made.body["producer_id"], producer.as_str());
    assert_eq!((&made.body["province_code"], &made.body["commune_code"]), (&json!("19"), &json!("05503")));
    assert_eq!((&made.body["status"], &made.body["rating"]), (&json!("draft"), &Value::Null));
    assert!(made.body["sku"].as_str().unwrap().starts_with("CD-"), "{}", made.body["sku"]);
    let path = format!("/products/{}", made.id());
    assert!(happened(&t, &made.id()).await.is_empty(), "drafts are nobody's business");
    assert!(terms(&t, &made.id()).await.is_empty());

    coop.post(&format!("{path}/unpublish"), json!({})).await.is(409).problem("product.wrong_status");
    let published = coop.post(&format!("{path}/publish"), json!({})).await.is(200);
    assert_eq!(published.etag(), "\"2\"");
    assert_eq!(
        terms(&t, &made.id()).await,
        ["cuong", "dat", "dinh", "hao", "hop", "tac", "tan", "xa", "che"].sorted()
    );
    coop.patch(&path, "\"1\"", json!({"name": "x"})).await.is(412).problem("request.stale");
    let incomplete =
        coop.patch(&path, "\"2\"", json!({"price_vnd": null})).await.is(422).problem("product.incomplete");
    assert_eq!(incomplete.body["errors"][0]["pointer"], "/price_vnd");
    let change = json!({"name": "Chè nõn tôm", "attributes": {"vụ": "xuân"}, "capacity": {"per_month": 300}});
    let renamed = coop.patch(&path, "\"2\"", change).await.is(200);
    assert_eq!(renamed.body["capacity"], json!({"per_month": 300, "lead_time_days": null, "season": null}));
    assert!(terms(&t, &made.id()).await.contains(&"tom".to_owned()));
    let merged = json!({"attributes": {"vụ": null, "cao độ": 120}, "capacity": {"season": "quanh năm"}});
    let merged = coop.patch(&path, &renamed.etag(), merged).await.is(200);
    assert_eq!(merged.body["attributes"], json!({"cao độ": 120}));
    assert_eq!(merged.body["capacity"]["per_month"], 300);
    coop.post(&format!("{path}/archive"), json!({})).await.is(200);
    assert!(terms(&t, &made.id()).await.is_empty());
    let tag = coop.get(&path).await.is(200).etag();
    coop.patch(&path, &tag, json!({"name": "y"})).await.is(409).problem("product.wrong_status");
    coop.post(&format!("{path}/restore"), json!({})).await.is(200);
    assert_eq!(happened(&t, &made.id()).await, ["created", "updated", "updated", "withdrawn"]);

    let chain = t.app.db.read("test.verify", ocop::audit::verify).await.unwrap();
    assert_eq!(chain.broken_at, None);
    let id = made.id();
    let ops: Vec<String> = t
        .app
        .db
        .read("test.audit", move |conn| {
            use diesel::prelude::*;
            let rows = audit_entries::table.filter(audit_entries::subject_id.eq(&id));
            Ok(rows.order(audit_entries::seq.asc()).select(audit_entries::op).load(conn)?)
        })
        .await
        .unwrap();
    let verbs = ["create", "publish", "update", "update", "archive", "restore"];
    assert_eq!(ops, verbs.map(|verb| format!("product.{verb}")));
}

trait Sorted {
    fn sorted(self) -> Vec<String>;
}

impl<const N: usize> Sorted for [&str; N] {
    fn sorted(self) -> Vec<String> {
        let mut words: Vec<String> = self.iter().map(|w| (*w).to_owned()).collect();
        words.sort();
        words
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_publishing_lacks_is_told_all_at_once() {
    let t = TestApp::new().await;
    let (_, coop) = member(&t, "Hảo Đạt").await;
    let made = coop.post("/products", json!({"name": "Chè", "criteria_set": 11, "unit": " "})).await.is(201);
    let told = coop.post(&format!("/products/{}/publish", made.id()), json!({})).await.is(422);
    let told = told.problem("product.incomplete");
    let pointers: Vec<_> = told.body["errors"].as_array().unwrap().iter().map(|e| &e["pointer"]).collect();
    assert_eq!(pointers, ["/description", "/price_vnd", "/unit"]);
    let wrong = json!({
        "name": "", "criteria_set": 0, "price_vnd": -1, "gtin": "8934563138164", "trace_url": "http://a.vn",
        "attributes": {"a": []}, "capacity": {"lead_time_days": 999},
    });
    let told = coop.post("/products", wrong).await.is(422).problem("request.invalid");
    let pointers: Vec<_> = told.body["errors"].as_array().unwrap().iter().map(|e| &e["pointer"]).collect();
    assert_eq!(
        pointers,
        [
            "/name",
            "/criteria_set",
            "/price_vnd",
            "/gtin",
            "/capacity/lead_time_days",
            "/trace_url",
            "/attributes/a"
        ]
    );
    coop.post("/products", json!({"name": "a\u{0}b", "criteria_set": 1})).await.is(422);
    coop.post("/products", json!({"name": "a", "criteria_set": 1, "rating": {"star": 5}})).await.is(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_sees_and_writes_within_their_reach() {
    let t = TestApp::new().await;
    let (producer, coop) = member(&t, "Hảo Đạt").await;
    let (_, rival) = member(&t, "Việt Cường").await;
    let made = coop.post("/products", tea("Chè đinh")).await.is(201);
    let path = format!("/products/{}", made.id());
    rival.get(&path).await.is(404);
    rival.patch(&path, "\"1\"", json!({"name": "x"})).await.is(404);
    rival.post(&format!("{path}/publish"), json!({})).await.is(404);
    let theirs = json!({"producer_id": producer, "name": "Chè", "criteria_set": 11});
    let refused = rival.post("/products", theirs.clone()).await.is(422).problem("request.invalid");
    assert_eq!(refused.body["errors"][0]["code"], "producer_id.unknown");
    assert!(rival.get("/products").await.is(200).body["data"].as_array().unwrap().is_empty());
    // Officers of the place write; elsewhere it does not exist; auditors and leaders only read.
    let commune = t.commune().await;
    commune.patch(&path, "\"1\"", json!({"story": "Chuyện cây chè"})).await.is(200);
    commune.post("/products", theirs.clone()).await.is(201);
    commune.post("/products", json!({"name": "Chè", "criteria_set": 11})).await.is(422);
    t.province().await.post("/products", theirs.clone()).await.is(201);
    let other = t.actor("elsewhere", &[Role::CommuneOfficer], Some("05692"), None).await;
    other.get(&path).await.is(404);
    other.post("/products", theirs.clone()).await.is(422);
    let auditor = t.actor("auditor", &[Role::Auditor], None, None).await;
    auditor.get(&path).await.is(200);
    auditor.post("/products", theirs.clone()).await.is(403).problem("auth.forbidden");
    let both = t.actor("both", &[Role::Auditor, Role::ProducerMember], None, None).await;
    both.patch(&path, "\"2\"", json!({"name": "x"})).await.is(403).problem("auth.forbidden");
    both.post("/products", theirs).await.is(403).problem("auth.forbidden");
    t.anonymous().get(&path).await.is(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_producer_that_takes_no_part_adds_and_publishes_nothing() {
    let t = TestApp::new().await;
    let (producer, coop) = member(&t, "Hảo Đạt").await;
    let made = coop.post("/products", tea("Chè đinh")).await.is(201);
    let suspend = move |tx: &mut ocop::db::Tx<'_>| {
        use diesel::prelude::*;
        use ocop::db::schema::producers;
        diesel::update(producers::table.filter(producers::id.eq(producer)))
            .set(producers::status.eq(ocop::producer::Status::Suspended))
            .execute(tx.conn())?;
        Ok(())
    };
    t.app.db.write("test.suspend", suspend).await.unwrap();
    coop.post("/products", tea("Chè")).await.is(409).problem("product.producer_inactive");
    let publish = format!("/products/{}/publish", made.id());
    coop.post(&publish, json!({})).await.is(409).problem("product.producer_inactive");
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_checked() {
    let t = TestApp::new().await;
    let (_, coop) = member(&t, "Hảo Đạt").await;
    let (_, rival) = member(&t, "Việt Cường").await;
    let with = |sku: &str, gtin: &str| json!({"name": "Chè", "criteria_set": 11, "sku": sku, "gtin": gtin});
    let first = coop.post("/products", with("CHE-1", "8934563138165")).await.is(201);
    assert!(first.body.get("warnings").is_none());
    coop.post("/products", with("CHE-1", "")).await.is(409).problem("product.sku_taken");
    let second = rival.post("/products", with("CHE-1", "0 8934563 138165")).await.is(201);
    assert_eq!(second.body["warnings"][0]["code"], "gtin.used_elsewhere");
    let third = coop.post("/products", with("CHE-3", "")).await.is(201);
    let path = format!("/products/{}", third.id());
    coop.patch(&path, "\"1\"", json!({"sku": "CHE-1"})).await.is(409).problem("product.sku_taken");
    coop.patch(&path, "\"1\"", json!({"sku": "CHE-4"})).await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_filtered_and_paged() {
    let t = TestApp::new().await;
    let (producer, coop) = member(&t, "Hảo Đạt").await;
    let mut ids = Vec::new();
    for name in ["Chè đinh", "Chè móc câu", "Miến dong", "Mật ong"] {
        ids.push(coop.post("/products", tea(name)).await.is(201).id());
    }
    let (_, rival) = member(&t, "Việt Cường").await;
    rival.post("/products", tea("Chè Việt Cường")).await.is(201);
    coop.patch(&format!("/products/{}", ids[2]), "\"1\"", json!({"criteria_set": 6})).await.is(200);
    coop.post(&format!("/products/{}/publish", ids[0]), json!({})).await.is(200);
    star(&t, &ids[0], Some(4), 30).await;
    let found = async |client: &Client, query: &str| -> Vec<String> {
        let answer = client.get(&format!("/products?{query}")).await.is(200);
        let rows = answer.body["data"].as_array().unwrap().clone();
        rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(found(&coop, "").await, [&*ids[3], &ids[2], &ids[1], &ids[0]]);
    assert_eq!(found(&coop, "q=CHE%20dinh").await, [&*ids[0]]);
    assert_eq!(found(&coop, "q=m%C3%B3c").await, [&*ids[1]]);
    assert_eq!(found(&coop, "status=published").await, [&*ids[0]]);
    assert_eq!(found(&coop, "criteria_set=6").await, [&*ids[2]]);
    assert_eq!(found(&coop, "star=4").await, [&*ids[0]]);
    assert!(found(&coop, "star=5").await.is_empty());
    let province = t.province().await;
    assert_eq!(found(&province, "").await.len(), 5);
    assert_eq!(found(&province, &format!("producer_id={producer}&commune_code=05503")).await.len(), 4);
    let first = coop.get("/products?limit=3").await.is(200);
    let cursor = first.body["next_cursor"].as_str().unwrap();
    assert_eq!(found(&coop, &format!("limit=3&cursor={cursor}")).await, [&*ids[0]]);
    t.app.clock.advance(Duration::days(31));
    let later = t.actor("later", &[Role::Auditor], None, None).await;
    assert!(found(&later, "star=4").await.is_empty());
    for wrong in ["star=6", "criteria_set=0", "commune_code=1", "commune_code=%00%00%00%00%00", "colour=red"]
    {
        later.get(&format!("/products?{wrong}")).await.is(400).problem("request.bad_query");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_star_shines_while_its_certificate_is_valid() {
    let t = TestApp::new().await;
    let (_, coop) = member(&t, "Hảo Đạt").await;
    let made = coop.post("/products", tea("Chè đinh")).await.is(201);
    let path = format!("/products/{}", made.id());
    coop.post(&format!("{path}/publish"), json!({})).await.is(200);
    star(&t, &made.id(), Some(5), 10).await;
    let rated = coop.get(&path).await.is(200);
    assert_eq!(rated.etag(), "\"3-5\"");
    let rating = &rated.body["rating"];
    assert_eq!((&rating["star"], &rating["score"]), (&json!(5), &json!(91.25)));
    assert_eq!(rating["certificate_number"], "01/GCN");
    coop.patch(&path, &rated.etag(), json!({"criteria_set": 12})).await.is(409).problem("product.rated");
    let renamed = coop.patch(&path, &rated.etag(), json!({"name_en": "Tea"})).await.is(200);
    assert_eq!(renamed.body["rating"]["star"], 5, "a change keeps the star");
    t.app.clock.advance(Duration::days(10));
    let auditor = t.actor("auditor", &[Role::Auditor], None, None).await;
    let lapsed = auditor.get(&path).await.is(200);
    assert_eq!((lapsed.etag(), &lapsed.body["rating"]), ("\"4\"".to_owned(), &Value::Null));
    star(&t, &made.id(), None, 0).await;
    assert_eq!(happened(&t, &made.id()).await, ["created", "star_changed", "updated", "star_changed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_official_list_is_published_as_it_is_and_follows_its_producer() {
    let t = TestApp::new().await;
    let producer = t.producer("Hợp tác xã miến Việt Cường", "05503").await;
    let now = t.app.clock.now();
    let id = t
        .app
        .db
        .write("test.import", move |tx| {
            let producer = ocop::producer::any(tx.conn(), producer)?;
            let written =
                product::Written {
                    name: "Miến dong".into(), criteria_set: 6, ..product::Written::default()
                };
            let actor = Actor::system("import");
            let product = product::register_imported(tx, &actor, &producer, written, true, "list", now)?;
            let mut moved = producer.clone();
            moved.details.commune_code = Some("05692".to_owned());
            product::follow_producer(tx, &actor, &moved, now)?;
            Ok(product.id)
        })
        .await
        .unwrap();
    let path = format!("/products/{id}");
    let province = t.province().await;
    let read = province.get(&path).await.is(200);
    assert_eq!((&read.body["source"], &read.body["commune_code"]), (&json!("list"), &json!("05692")));
    assert!(terms(&t, id.as_str()).await.contains(&"mien".to_owned()));
    assert_eq!(happened(&t, id.as_str()).await, ["created", "updated"]);
    // What the list did not say may stay open; what is there may not be taken away.
    let told = province.patch(&path, &read.etag(), json!({"story": "Chuyện"})).await.is(200);
    let priced = province.patch(&path, &told.etag(), json!({"price_vnd": 90_000})).await.is(200);
    province
        .patch(&path, &priced.etag(), json!({"price_vnd": null}))
        .await
        .is(422)
        .problem("product.incomplete");
}
