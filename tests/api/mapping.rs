//! Categories and attributes of a platform, the maps from products to them, suggestions and completeness, against the
//! simulated Sendo.

use std::sync::Arc;

use chrono::Duration;
use diesel::prelude::*;
use ocop::actor::Role;
use ocop::clock::Clock;
use ocop::db::schema::{audit_entries, jobs};
use ocop::ids::ProductId;
use ocop::jobs::{Retry, Worker};
use ocop::listing;
use ocop::platform::sim::{SimHandle, sendo, woocommerce};

use crate::listing::rate;
use crate::support::app::first_day;
use crate::support::{Client, TestApp, Value, json};

struct Map {
    t: TestApp,
    sim: SimHandle,
    coop: Client,
    ministry: Client,
    product: ProductId,
    shop: String,
    worker: Worker,
}

const MAP: &str = "/platforms/sendo/category-map";

impl Map {
    /// A cooperative with a published tea and a connected shop on Sendo.
    async fn new() -> Self {
        let clock = Clock::fixed(first_day());
        let mut options = sendo::Options::new(clock.clone());
        options.review = sendo::Review::Immediate;
        let sim = sendo::start(options).unwrap();
        let url = sim.base_url.clone();
        let t = TestApp::on_clock(clock, |config| {
            config.platform_hosts.insert("sendo".to_owned(), url);
        })
        .await;
        let producer = t.producer("Hợp tác xã chè Hảo Đạt", "05503").await;
        let coop = t.actor("coop", &[Role::ProducerMember], None, Some(producer)).await;
        let ministry = t.actor("ministry", &[Role::CentralOfficer], None, None).await;
        let product = t.published(&coop, good("Trà búp Tân Cương", 11, "TC-200")).await;
        let worker = Worker::new(
            t.app.db.clone(),
            t.app.clock.clone(),
            Arc::new(t.app.clone()),
            Retry::default(),
            t.app.wake.clone(),
        );
        let keys = json!({"shop_key": "demo-shop", "secret_key": "demo-secret"});
        let body =
            json!({"producer_id": producer, "platform": "sendo", "name": "Hảo Đạt", "credentials": keys});
        let shop = coop.post("/shops", body).await.is(201).id();
        let m = Self { t, sim, coop, ministry, product, shop, worker };
        m.work().await;
        m
    }

    async fn work(&self) {
        while listing::follow::follow(&self.t.app).await.unwrap() {}
        while self.worker.step().await.unwrap() {}
    }

    /// Reads the platform's categories.
    async fn read(&self) {
        let body = json!({"shop_id": self.shop});
        self.coop.post("/platforms/sendo/categories/refresh", body).await.is(202);
        self.work().await;
    }

    async fn map(&self, etag: &str, pairs: &[(i32, &str)]) -> String {
        self.ministry.put(MAP, etag, categories(pairs)).await.is(200).etag()
    }

    async fn offer(&self, product: ProductId, settings: Value) -> String {
        let body = json!({"product_id": product, "shop_id": self.shop, "settings": settings});
        let id = self.coop.post("/listings", body).await.is(201).id();
        self.work().await;
        id
    }

    async fn listing(&self, id: &str) -> Value {
        self.coop.get(&format!("/listings/{id}")).await.is(200).body
    }

    /// What the simulator has of a SKU.
    async fn sold(&self, sku: &str) -> Value {
        let url = format!("{}/__sim/products", self.sim.base_url);
        let all: Vec<Value> = self.t.http.get(url).send().await.unwrap().json().await.unwrap();
        all.into_iter()
            .find(|row| row["body"]["sku"] == sku)
            .map(|row| row["body"].clone())
            .unwrap_or_default()
    }

    async fn complete(&self, product: ProductId, platform: &str) -> Value {
        let all = self.coop.get(&format!("/products/{product}/completeness")).await.is(200).body;
        all["data"].as_array().unwrap().iter().find(|row| row["platform"] == platform).unwrap().clone()
    }
}

fn good(name: &str, set: i32, sku: &str) -> Value {
    json!({
        "name": name, "criteria_set": set, "price_vnd": 250_000, "unit": "hộp", "net_weight_g": 200, "sku": sku,
        "description": "Búp chè một tôm hai lá, hái sớm khi còn sương, sao tay trên chảo gang. ".repeat(3),
    })
}

fn categories(pairs: &[(i32, &str)]) -> Value {
    let one = |(set, category): &(i32, &str)| json!({"criteria_set": set, "category": category});
    json!({"categories": pairs.iter().map(one).collect::<Vec<_>>()})
}

fn column(list: &Value, name: &str) -> Vec<String> {
    let rows = list["data"].as_array().unwrap();
    rows.iter().map(|row| row[name].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tree_is_read_in_the_background_and_found_without_accents() {
    let m = Map::new().await;
    let path = "/platforms/sendo/categories";
    assert_eq!(m.coop.get(path).await.is(200).body["data"], json!([]));
    let refresh = "/platforms/sendo/categories/refresh";
    assert_eq!(m.coop.get(refresh).await.is(200).body["finished_at"], Value::Null);
    m.read().await;
    let tree = m.coop.get(refresh).await.is(200).body;
    assert_eq!((&tree["finished_at"], &tree["issue"]), (&json!(m.t.app.clock.now()), &Value::Null));

    let found = m.coop.get(&format!("{path}?q=tra%20LA")).await.is(200).body;
    assert_eq!(column(&found, "id"), ["1001"]);
    assert_eq!(found["data"][0]["path"], "Thực phẩm và đồ uống › Trà, cà phê › Trà › Trà lá, chè khô");
    assert_eq!((&found["data"][0]["parent"], &found["data"][0]["leaf"]), (&json!("100"), &json!(true)));
    let roots = m.coop.get(&format!("{path}?parent=")).await.is(200).body;
    assert_eq!(column(&roots, "id"), ["2", "1"], "by the Vietnamese order of their names");
    let teas = m.coop.get(&format!("{path}?parent=100")).await.is(200).body;
    assert_eq!(column(&teas, "id").len(), 3);
    // Page by page nothing is lost and nothing stands twice.
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = m.coop.get(&format!("{path}?limit=4{cursor}")).await.is(200).body;
        seen.extend(column(&page, "id"));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen.len(), 21);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 21);

    // A platform without an interface for it, somebody else's shop, a shop of another platform.
    let body = json!({"shop_id": m.shop});
    let voso = "/platforms/voso/categories/refresh";
    m.coop.post(voso, body.clone()).await.is(409).problem("platform.no_categories");
    m.coop.post("/platforms/woocommerce/categories/refresh", body.clone()).await.is(422);
    let other = m.t.producer("Hợp tác xã miến Việt Cường", "05692").await;
    let other = m.t.actor("other", &[Role::ProducerMember], None, Some(other)).await;
    other.post(refresh, body.clone()).await.is(404);
    m.ministry.post(refresh, body).await.is(202);
    m.coop.get("/platforms/woocommerce/categories").await.is(409).problem("platform.own_categories");
}

/// How many jobs of a kind wait.
async fn waiting(t: &TestApp, kind: &'static str) -> i64 {
    let query = move |conn: &mut ocop::db::Conn| {
        let queued = jobs::table.filter(jobs::kind.eq(kind)).filter(jobs::status.eq("queued"));
        Ok(queued.count().get_result(conn)?)
    };
    t.app.db.read("test.waiting", query).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tree_is_read_again_each_week_and_a_failure_is_told() {
    let m = Map::new().await;
    m.t.app.tidy().await.unwrap();
    m.t.app.tidy().await.unwrap();
    assert_eq!(waiting(&m.t, listing::mapping::CATEGORIES).await, 1, "a new shop's platform is read, once");
    m.work().await;
    m.t.app.tidy().await.unwrap();
    assert_eq!(waiting(&m.t, listing::mapping::CATEGORIES).await, 0);
    m.t.app.clock.advance(Duration::days(7));
    m.t.app.tidy().await.unwrap();
    assert_eq!(waiting(&m.t, listing::mapping::CATEGORIES).await, 1);
    // What was read stays while the platform answers nonsense.
    let fault = json!({"kind": "html", "path": "/api/partner/category", "times": 1000});
    let url = format!("{}/__sim/faults", m.sim.base_url);
    let ordered = m.t.http.post(url).json(&fault).send().await.unwrap();
    assert!(ordered.status().is_success(), "{}", ordered.text().await.unwrap());
    m.work().await;
    let member = m.t.actor("auditor", &[Role::Auditor], None, None).await;
    let tree = member.get("/platforms/sendo/categories/refresh").await.is(200).body;
    assert!(tree["issue"]["detail"].is_string(), "{tree:#}");
    let found = member.get("/platforms/sendo/categories?q=tra%20la").await.is(200).body;
    assert_eq!(column(&found, "id"), ["1001"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn listings_follow_the_category_map_unless_they_chose() {
    let m = Map::new().await;
    m.read().await;
    let follows = m.offer(m.product, json!({"stock": 5})).await;
    assert!(m.listing(&follows).await["issues"].to_string().contains("category.missing"));
    let own = m.t.published(&m.coop, good("Trà nhài", 11, "TC-300")).await;
    let own = m.offer(own, json!({"stock": 5, "category": "1003"})).await;

    let first = m.ministry.get(MAP).await.is(200);
    assert_eq!((&first.body["version"], &first.body["categories"]), (&json!(0), &json!([])));
    m.coop.put(MAP, &first.etag(), categories(&[(11, "1001")])).await.is(403);
    let wrong = categories(&[(11, "100"), (27, "1001"), (12, "1001"), (12, "1002")]);
    let refused = m.ministry.put(MAP, &first.etag(), wrong).await.is(422);
    let told: Vec<_> =
        refused.body["errors"].as_array().unwrap().iter().map(|e| e["pointer"].clone()).collect();
    assert_eq!(told, ["/categories/0/category", "/categories/1/criteria_set", "/categories/3/criteria_set"]);
    let second = m.map(&first.etag(), &[(11, "1001"), (12, "1122")]).await;
    m.ministry.put(MAP, &first.etag(), categories(&[])).await.is(412);
    m.work().await;
    let seen = m.listing(&follows).await;
    assert_eq!((&seen["desired"]["category"], &seen["status"]), (&json!("1001"), &json!("live")), "{seen:#}");
    assert_eq!(m.sold("TC-200").await["cat_4_id"], 1001);
    assert_eq!(m.sold("TC-300").await["cat_4_id"], 1003);
    let revision = m.listing(&own).await["desired"]["revision"].clone();

    let third = m.map(&second, &[(11, "1002")]).await;
    m.work().await;
    assert_eq!(m.sold("TC-200").await["cat_4_id"], 1002, "a changed map reaches what follows it");
    assert_eq!(m.listing(&own).await["desired"]["revision"], revision, "and nothing else");
    // The same once more is no new version, and the old ones are kept.
    assert_eq!(m.map(&third, &[(11, "1002")]).await, third);
    let old = m.coop.get(&format!("{MAP}?version=1")).await.is(200).body;
    assert_eq!((&old["categories"][0]["category"], &old["version"]), (&json!("1001"), &json!(1)));
    assert!(old["categories"][0]["path"].as_str().unwrap().ends_with("Trà lá, chè khô"));
    m.coop.get(&format!("{MAP}?version=9")).await.is(404);
    let written: i64 =
        m.t.app
            .db
            .read("test.audit", |conn| {
                let of = audit_entries::table.filter(audit_entries::op.eq("platform.category_map"));
                Ok(of.count().get_result(conn)?)
            })
            .await
            .unwrap();
    assert_eq!(written, 2);
    let woo = "/platforms/woocommerce/category-map";
    m.ministry.put(woo, "\"0\"", categories(&[])).await.is(409).problem("platform.own_categories");
}

#[tokio::test(flavor = "multi_thread")]
async fn attributes_come_from_the_product_and_only_as_the_platform_offers_them() {
    let m = Map::new().await;
    m.read().await;
    m.map("\"0\"", &[(11, "1001")]).await;
    m.work().await;
    let listed = "/platforms/sendo/categories/1001/attributes";
    let known = m.coop.get(listed).await.is(200).body;
    assert_eq!(known["fetched_at"], json!(m.t.app.clock.now()), "the map has them read");
    assert_eq!(known["data"][0]["values"][0], json!({"id": "1", "value": "Trà xanh"}));
    m.coop.get("/platforms/sendo/categories/9999/attributes").await.is(404);

    let product = format!("/products/{}", m.product);
    let etag = m.coop.get(&product).await.etag();
    m.coop.patch(&product, &etag, json!({"attributes": {"Loại": "TRA XANH"}})).await.is(200);
    let listing = m.offer(m.product, json!({"stock": 5})).await;
    assert_eq!(m.sold("TC-200").await["attributes"], json!([]));
    let path = "/platforms/sendo/attribute-map/1001";
    let wrong = json!({"attributes": [
        {"attribute_id": "501", "name": "Loại trà", "value": "x", "field": "brand"},
    ]});
    let refused = m.ministry.put(path, "\"0\"", wrong).await.is(422);
    assert_eq!(refused.body["errors"][0]["code"], "attribute.one_source");
    let unknown = json!({"attributes": [{"attribute_id": "503", "name": "Hạn sử dụng", "field": "unit"}]});
    let refused = m.ministry.put(path, "\"0\"", unknown).await.is(422);
    assert_eq!(refused.body["errors"][0]["pointer"], "/attributes/0/attribute_id");
    let rules = json!({"attributes": [
        {"attribute_id": "501", "name": "Loại trà", "product_attribute": "Loại"},
        {"attribute_id": "502", "name": "Xuất xứ", "value": "Việt Nam", "value_id": "11"},
    ]});
    m.coop.put(path, "\"0\"", rules.clone()).await.is(403);
    let written = m.ministry.put(path, "\"0\"", rules).await.is(200);
    assert_eq!(written.body["attributes"][0]["product_attribute"], "Loại");
    m.work().await;
    let values = |body: &Value| -> Vec<(Value, Value)> {
        let all = body["attributes"].as_array().unwrap();
        all.iter().map(|a| (a["attribute_id"].clone(), a["attribute_values"][0]["id"].clone())).collect()
    };
    assert_eq!(values(&m.sold("TC-200").await), [(json!(501), json!(1)), (json!(502), json!(11))]);

    // A listing's own choice goes before the map.
    let at = m.coop.get(&format!("/listings/{listing}")).await.etag();
    let own = json!([{"id": "501", "name": "Loại trà", "values": [{"id": "2", "value": "Trà đen"}]}]);
    m.coop
        .patch(&format!("/listings/{listing}"), &at, json!({"settings": {"attributes": own}}))
        .await
        .is(200);
    m.work().await;
    assert_eq!(values(&m.sold("TC-200").await)[0], (json!(501), json!(2)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_category_demands_is_told_before_it_is_sent() {
    let m = Map::new().await;
    m.read().await;
    m.map("\"0\"", &[(11, "1001"), (8, "1111")]).await;
    m.work().await;
    let meat = m.t.published(&m.coop, good("Thịt trâu gác bếp", 8, "TT-200")).await;
    let listing = m.offer(meat, json!({"stock": 5})).await;
    let codes = |seen: &Value| -> Vec<String> {
        let issues = seen["issues"].as_array().unwrap().iter();
        issues.filter(|i| i["severity"] == "error").map(|i| i["code"].as_str().unwrap().to_owned()).collect()
    };
    let seen = m.listing(&listing).await;
    assert_eq!(codes(&seen), ["attribute.required"], "{seen:#}");
    assert_eq!(m.sold("TT-200").await, Value::Null, "nothing was sent");
    let preview = m.coop.post(&format!("/listings/{listing}/preview"), json!({})).await.is(200).body;
    assert!(preview["request"].is_null(), "{preview:#}");
    let rules = json!({"attributes": [
        {"attribute_id": "503", "name": "Hạn sử dụng", "value": "Từ 3 tháng", "value_id": "22"},
    ]});
    m.ministry.put("/platforms/sendo/attribute-map/1111", "\"0\"", rules).await.is(200);
    m.work().await;
    let seen = m.listing(&listing).await;
    assert_eq!((codes(&seen), &seen["status"]), (vec![], &json!("live")), "{seen:#}");
    // An inner category takes no products.
    let at = m.coop.get(&format!("/listings/{listing}")).await.etag();
    let patched = json!({"settings": {"category": "110"}});
    let seen = m.coop.patch(&format!("/listings/{listing}"), &at, patched).await.is(200).body;
    assert_eq!(codes(&seen), ["category.not_leaf"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_star_in_an_attribute_ends_with_its_certificate() {
    let m = Map::new().await;
    m.read().await;
    m.map("\"0\"", &[(11, "1002")]).await;
    m.work().await;
    // The category offers no attributes; the map of one that is not read may name any.
    let path = "/platforms/buudien/attribute-map/tra";
    let rules = json!({"attributes": [
        {"attribute_id": "sao", "name": "Hạng sao OCOP", "field": "star"},
        {"attribute_id": "hieu", "name": "Thương hiệu", "field": "brand"},
        {"attribute_id": "nguon", "name": "Xuất xứ", "field": "origin_province"},
    ]});
    m.ministry.put(path, "\"0\"", rules).await.is(200);
    let by_hand = json!({
        "producer_id": m.coop.get(&format!("/shops/{}", m.shop)).await.body["producer_id"], "platform": "buudien",
        "name": "Bưu điện", "credentials": {},
    });
    let shop = m.coop.post("/shops", by_hand).await.is(201).id();
    rate(&m.t, m.product, Some(m.t.app.clock.now().plus(Duration::minutes(5)))).await;
    let body = json!({"product_id": m.product, "shop_id": shop, "settings": {"category": "tra", "stock": 1}});
    let listing = m.coop.post("/listings", body).await.is(201).id();
    m.work().await;
    let wanted = || async {
        let query = |conn: &mut ocop::db::Conn| {
            use ocop::db::schema::listings;
            Ok(listings::table
                .filter(listings::platform.eq("buudien"))
                .select(listings::desired)
                .first(conn)?)
        };
        let text: String = m.t.app.db.read("test.desired", query).await.unwrap();
        let content: Value = serde_json::from_str(&text).unwrap();
        let all = content["attributes"].as_array().unwrap().clone();
        all.iter().map(|a| a["values"][0]["value"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(wanted().await, ["4 sao", "Hợp tác xã chè Hảo Đạt", "Thái Nguyên"]);
    assert_eq!(m.listing(&listing).await["desired"]["star"], 4);
    rate(&m.t, m.product, None).await;
    m.work().await;
    assert_eq!(wanted().await, ["Hợp tác xã chè Hảo Đạt", "Thái Nguyên"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn completeness_says_what_is_missing_before_there_is_a_shop() {
    let m = Map::new().await;
    let before = m.complete(m.product, "sendo").await;
    assert_eq!((&before["ready"], &before["category"]), (&json!(false), &Value::Null), "{before:#}");
    assert_eq!(before["status"], "closed");
    m.map("\"0\"", &[(11, "1001")]).await;
    let after = m.complete(m.product, "sendo").await;
    assert_eq!((&after["ready"], &after["category"]), (&json!(true), &json!("1001")), "{after:#}");
    let number = |row: &Value, name: &str| row[name].as_u64().unwrap();
    assert_eq!(number(&after, "passed"), number(&before, "passed") + 1);
    assert_eq!(number(&after, "percent"), number(&after, "passed") * 100 / number(&after, "checks"));
    assert!(number(&after, "percent") < 100, "no image and no star yet");
    let bare = json!({"name": "Chè", "criteria_set": 11, "sku": "X"});
    let bare: ProductId = m.coop.post("/products", bare).await.is(201).id().parse().unwrap();
    let row = m.complete(bare, "shopify").await;
    assert!(row["issues"].to_string().contains("price"), "{row:#}");
    assert!(number(&row, "percent") < number(&m.complete(m.product, "shopify").await, "percent"));
    let other = m.t.producer("Hợp tác xã miến Việt Cường", "05692").await;
    let other = m.t.actor("other", &[Role::ProducerMember], None, Some(other)).await;
    other.get(&format!("/products/{}/completeness", m.product)).await.is(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn suggestions_say_why_and_choose_nothing() {
    let m = Map::new().await;
    m.read().await;
    let honey = m.t.published(&m.coop, good("Mật ong hoa nhãn Định Hóa", 4, "MO-500")).await;
    let path = format!("/products/{honey}/suggestions?platform=sendo");
    let found = m.coop.get(&path).await.is(200).body;
    assert_eq!(found["data"][0]["category"], "1121", "{found:#}");
    assert_eq!(found["data"][0]["name_words"], json!(["mat", "ong"]));
    assert!(found["data"].as_array().unwrap().iter().all(|row| row["in_use"] == false));
    let listing = m.offer(honey, json!({"stock": 5})).await;
    assert!(m.listing(&listing).await["desired"]["category"].is_null());
    // The map's choice is shown also where no word is the same.
    m.map("\"0\"", &[(4, "2001")]).await;
    let found = m.coop.get(&format!("/listings/{listing}/suggestions")).await.is(200).body;
    let rows = found["data"].as_array().unwrap();
    let used: Vec<_> = rows.iter().filter(|row| row["in_use"] == true).collect();
    assert_eq!(used.len(), 1);
    assert_eq!((&used[0]["category"], &used[0]["score"]), (&json!("2001"), &json!(0)));
    assert_eq!(rows[0]["category"], "1121");
    m.coop.get(&format!("/products/{honey}/suggestions?platform=nowhere")).await.is(404);
    let own = format!("/products/{honey}/suggestions?platform=woocommerce");
    m.coop.get(&own).await.is(409).problem("platform.own_categories");
    assert_eq!(
        m.coop.get(&format!("/products/{honey}/suggestions?platform=voso")).await.is(200).body["data"],
        json!([])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_on_its_own_host_has_its_own_categories() {
    let m = Map::new().await;
    let sim = woocommerce::start(woocommerce::Options::new(m.t.app.clock.clone())).unwrap();
    let producer = m.coop.get(&format!("/shops/{}", m.shop)).await.body["producer_id"].clone();
    let keys = json!({
        "base_url": sim.base_url, "consumer_key": "ck_demo_key_of_the_shop",
        "consumer_secret": "cs_demo_secret_of_the_shop",
    });
    let body =
        json!({"producer_id": producer, "platform": "woocommerce", "name": "Chè", "credentials": keys});
    let shop = m.coop.post("/shops", body).await.is(201).id();
    m.work().await;
    m.coop.post("/platforms/woocommerce/categories/refresh", json!({"shop_id": shop})).await.is(202);
    m.work().await;
    let path = format!("/platforms/woocommerce/categories?shop_id={shop}");
    let found = m.coop.get(&path).await.is(200).body;
    assert!(!found["data"].as_array().unwrap().is_empty(), "{found:#}");
    let other = m.t.producer("Hợp tác xã miến Việt Cường", "05692").await;
    let other = m.t.actor("other", &[Role::ProducerMember], None, Some(other)).await;
    other.get(&path).await.is(404);
    let m_path = format!("/platforms/sendo/categories?shop_id={shop}");
    m.coop.get(&m_path).await.is(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_is_too_small_for_a_platform_is_named_before_there_is_a_shop() {
    let m = Map::new().await;
    for (width, height) in [(960, 960), (200, 900)] {
        let mut file = std::io::Cursor::new(Vec::new());
        let green = image::RgbImage::from_pixel(width, height, image::Rgb([20, 120, 40]));
        green.write_to(&mut file, image::ImageFormat::Jpeg).unwrap();
        let upload = m.coop.request(reqwest::Method::POST, &format!("/products/{}/images", m.product));
        let upload = upload.header("content-type", "image/jpeg").body(file.into_inner());
        crate::support::client::send(upload).await.is(201);
    }
    let path = format!("/products/{}/completeness", m.product);
    for (lang, told) in [
        ("vi", "Hình ảnh 2 có cỡ 200 x 900 điểm ảnh; TikTok Shop cần mỗi cạnh ít nhất 300."),
        ("en", "Image 2 has 200 x 900 pixels; TikTok Shop wants at least 300 on each side."),
    ] {
        let get = m.coop.request(reqwest::Method::GET, &path).header("accept-language", lang);
        let all = crate::support::client::send(get).await.is(200).body;
        let sizes = |row: &Value| -> Vec<Value> {
            let issues = row["issues"].as_array().unwrap().iter();
            issues.filter(|issue| issue["code"] == "images.size").cloned().collect()
        };
        for row in all["data"].as_array().unwrap() {
            let (found, wanted) = (sizes(row), usize::from(row["platform"] == "tiktok_shop"));
            assert_eq!(found.len(), wanted, "{row:#}");
            if let [issue] = found.as_slice() {
                assert_eq!((&issue["pointer"], &issue["detail"]), (&json!("/images/1"), &json!(told)));
                assert_eq!((&issue["severity"], &row["ready"]), (&json!("error"), &json!(false)));
            }
        }
    }
}
