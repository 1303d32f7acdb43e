//! What the public reads: filters, search, pages, and that nothing stale or personal comes out.

use chrono::Duration;
use diesel::prelude::*;
use ocop::db::schema::{product_images, product_terms, products};
use ocop::ids::{CertificateId, ImageId, ProducerId, ProductId};
use ocop::instant::Instant;
use ocop::producer::{Kind, Written};
use ocop::product::{self, Rated};
use ocop::text;
use ocop::values::{Points, Star};
use reqwest::Method;

use crate::support::client::send;
use crate::support::make::cooperative;
use crate::support::{Answer, TestApp, Value, json};

/// A product as a test wants it.
struct Made<'a> {
    name: &'a str,
    set: i32,
    producer: ProducerId,
    maker: &'a str,
    commune: &'a str,
    price: Option<i64>,
    published: bool,
}

impl<'a> Made<'a> {
    fn tea(name: &'a str, producer: ProducerId) -> Self {
        let (maker, commune) = ("Hợp tác xã chè Hảo Đạt", "05503");
        Self { name, set: 11, producer, maker, commune, price: Some(250_000), published: true }
    }
}

async fn make(t: &TestApp, made: Made<'_>) -> ProductId {
    let (id, now) = (ProductId::new(), t.app.clock.now());
    let Made { name, set, producer, maker, commune, price, published } = made;
    let place = ocop::place::places().commune(commune).unwrap();
    let key = text::sort_key(name);
    let words = text::terms(&format!("{name} {maker} {}", place.name));
    let (name, commune) = (name.to_owned(), commune.to_owned());
    t.app
        .db
        .write("test.product", move |tx| {
            diesel::insert_into(products::table)
                .values((
                    (
                        products::id.eq(id),
                        products::producer_id.eq(producer),
                        products::province_code.eq(place.province_code),
                        products::commune_code.eq(&commune),
                        products::name.eq(&name),
                        products::name_key.eq(&key),
                        products::criteria_set.eq(set),
                        products::price_vnd.eq(price),
                    ),
                    (
                        products::sku.eq(id.to_string()),
                        products::attributes.eq("{}"),
                        products::status.eq(if published { "published" } else { "draft" }),
                        products::version.eq(1),
                        products::created_at.eq(now),
                        products::updated_at.eq(now),
                    ),
                ))
                .execute(tx.conn())?;
            for word in words.iter().filter(|_| published) {
                diesel::insert_into(product_terms::table)
                    .values((
                        product_terms::term.eq(word),
                        product_terms::name_key.eq(&key),
                        product_terms::product_id.eq(id),
                    ))
                    .execute(tx.conn())?;
            }
            ocop::event::append(tx, ocop::event::Kind::Created, id.as_str(), &json!({}), now);
            Ok(())
        })
        .await
        .unwrap();
    id
}

async fn rate(t: &TestApp, id: ProductId, star: u8, until: Instant) {
    let now = t.app.clock.now();
    let rated = Rated {
        certificate_id: CertificateId::new(),
        certificate_number: format!("{star}/2026"),
        star: Star::new(star).unwrap(),
        score: Some(Points::from_hundredths(8450)),
        from: now,
        until,
    };
    let write = move |tx: &mut ocop::db::Tx<'_>| product::set_rating(tx, id, Some(rated.clone()), now);
    t.app.db.write("test.rating", write).await.unwrap();
}

fn names(answer: &Answer) -> Vec<String> {
    let rows = answer.body["data"].as_array().unwrap();
    rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
}

async fn found(t: &TestApp, query: &str) -> Vec<String> {
    names(&t.anonymous().get(&format!("/catalogue/products?{query}")).await.is(200))
}

/// Names of every page.
async fn pages(t: &TestApp, query: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/catalogue/products?limit=2&{query}{cursor}");
        let answer = t.anonymous().get(&path).await.is(200);
        all.extend(names(&answer));
        match answer.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn search_ignores_accents_and_takes_the_beginning_of_the_last_word() {
    let t = TestApp::new().await;
    let hao_dat = t.producer("Hợp tác xã chè Hảo Đạt", "05503").await;
    make(&t, Made::tea("Chè đinh Tân Cương", hao_dat)).await;
    make(&t, Made::tea("Chè tôm nõn", hao_dat)).await;
    let phu_luong = t.producer("Hợp tác xã nông sản Phú Lương", "05632").await;
    let other =
        |name, set| Made { commune: "05632", maker: "Phú Lương", set, ..Made::tea(name, phu_luong) };
    make(&t, other("Trà tân cổ", 11)).await;
    make(&t, other("Miến dong", 6)).await;
    make(&t, Made { published: false, ..other("Chè Tân Cương nháp", 11) }).await;

    // The second is found by its commune.
    for q in ["ch%C3%A8%20t%C3%A2n%20c%C6%B0%C6%A1ng", "che%20tan%20cuong", "CUONG%20che", "che%20tan%20cu"] {
        assert_eq!(found(&t, &format!("q={q}")).await, ["Chè đinh Tân Cương", "Chè tôm nõn"], "{q}");
    }
    assert_eq!(found(&t, "q=tan%20c").await, ["Chè đinh Tân Cương", "Chè tôm nõn", "Trà tân cổ"]);
    assert_eq!(found(&t, "q=mien").await, ["Miến dong"]);
    assert_eq!(found(&t, "q=m").await, ["Miến dong"]);
    assert_eq!(found(&t, "q=dinh%20mien").await, Vec::<String>::new());
    assert_eq!(found(&t, "q=%E5%8C%97").await, Vec::<String>::new(), "a question without a word of ours");
    assert_eq!(found(&t, "q=").await.len(), 4);
    assert_eq!(found(&t, "q=tan&province_code=19&criteria_set=11&sort=-price&limit=1").await.len(), 1);
    for sort in ["name", "price", "-price", "newest"] {
        assert_eq!(pages(&t, &format!("q=t&sort={sort}")).await.len(), 4, "{sort}");
        assert_eq!(pages(&t, &format!("q=che&sort={sort}")).await.len(), 2, "{sort}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_and_orders() {
    let t = TestApp::new().await;
    let maker = t.producer("Hợp tác xã chè Hảo Đạt", "05503").await;
    let far = t.producer("Hợp tác xã cam", "00004").await;
    let a = make(&t, Made { price: Some(90_000), ..Made::tea("Chè búp", maker) }).await;
    make(&t, Made { price: Some(500_000), ..Made::tea("Chè đinh", maker) }).await;
    make(&t, Made { price: None, set: 26, ..Made::tea("Du lịch vườn chè", maker) }).await;
    make(&t, Made { price: Some(90_000), set: 1, commune: "00004", ..Made::tea("Cam sành", far) }).await;
    rate(&t, a, 4, t.app.clock.now().plus(Duration::days(10))).await;

    assert_eq!(found(&t, "sort=name").await, ["Cam sành", "Chè búp", "Chè đinh", "Du lịch vườn chè"]);
    assert_eq!(pages(&t, "sort=price").await, ["Chè búp", "Cam sành", "Chè đinh"]);
    assert_eq!(pages(&t, "sort=-price").await, ["Chè đinh", "Cam sành", "Chè búp"]);
    assert_eq!(pages(&t, "sort=newest").await, ["Cam sành", "Du lịch vườn chè", "Chè đinh", "Chè búp"]);
    assert_eq!(found(&t, "star=4").await, ["Chè búp"]);
    assert_eq!(found(&t, "star=3").await, Vec::<String>::new());
    assert_eq!(found(&t, "criteria_set=11&star=4").await, ["Chè búp"]);
    assert_eq!(found(&t, "criteria_set=26").await, ["Du lịch vườn chè"]);
    assert_eq!(pages(&t, "industry=I").await, ["Cam sành", "Chè búp", "Chè đinh"]);
    assert_eq!(pages(&t, "industry=I&sort=-price").await, ["Chè đinh", "Cam sành", "Chè búp"]);
    assert_eq!(pages(&t, "industry=VI").await, ["Du lịch vườn chè"]);
    assert_eq!(found(&t, "province_code=19&criteria_set=11").await, ["Chè búp", "Chè đinh"]);
    assert_eq!(found(&t, "commune_code=00004").await, ["Cam sành"]);
    assert_eq!(found(&t, &format!("producer_id={far}")).await, ["Cam sành"]);
    assert_eq!(found(&t, "price_min=90001").await, ["Chè đinh"]);
    assert_eq!(found(&t, "price_max=90000").await, ["Cam sành", "Chè búp"]);

    let anyone = t.anonymous();
    for bad in ["star=2", "criteria_set=27", "industry=X", "sort=colour", "q2=x", "producer_id=prd_1"] {
        let path = format!("/catalogue/products?{bad}");
        anyone.get(&path).await.is(400).problem("request.bad_query");
    }
    let cursor =
        anyone.get("/catalogue/products?limit=1&sort=name").await.is(200).body["next_cursor"].clone();
    let path = format!("/catalogue/products?sort=price&cursor={}", cursor.as_str().unwrap());
    anyone.get(&path).await.is(400).problem("request.bad_cursor");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_star_leaves_the_page_at_the_moment_it_ends() {
    let t = TestApp::new().await;
    let maker = t.producer("Hợp tác xã chè Hảo Đạt", "05503").await;
    let id = make(&t, Made::tea("Chè đinh", maker)).await;
    let path = format!("/catalogue/products/{id}");
    let anyone = t.anonymous();
    let plain = anyone.get(&path).await.is(200);
    assert_eq!(plain.body["rating"], Value::Null);
    assert_eq!(plain.header("cache-control"), "public, max-age=30");
    assert_eq!(anyone.get(&path).await.is(200).etag(), plain.etag(), "the kept answer is the same");

    rate(&t, id, 5, t.app.clock.now().plus(Duration::seconds(20))).await;
    let rated = anyone.get(&path).await.is(200);
    assert_eq!(rated.body["rating"]["star"], 5);
    assert_eq!(rated.body["rating"]["score"], 84.5);
    assert_eq!(rated.header("cache-control"), "public, max-age=20", "no longer than the star");
    assert_ne!(rated.etag(), plain.etag());
    let again = anyone.request(Method::GET, &path).header("if-none-match", rated.etag());
    send(again).await.is(304);
    assert_eq!(found(&t, "star=5").await, ["Chè đinh"]);
    let facets = anyone.get("/catalogue/facets").await.is(200);
    assert_eq!(facets.body["stars"][0], json!({"value": 5, "name": null, "products": 1}));
    assert_eq!(
        facets.header("cache-control"),
        "public, max-age=20",
        "no longer than the star that ends first"
    );

    t.app.clock.advance(Duration::seconds(20));
    assert_eq!(anyone.get(&path).await.is(200).body["rating"], Value::Null);
    assert_eq!(found(&t, "star=5").await, Vec::<String>::new());
    assert_eq!(found(&t, "").await, ["Chè đinh"]);
    let facets = anyone.get("/catalogue/facets").await.is(200).body;
    assert_eq!(facets["stars"][0], json!({"value": null, "name": null, "products": 1}));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_published_products_of_verified_producers_are_public_and_nothing_personal() {
    let t = TestApp::new().await;
    let household = Written {
        kind: Kind::Household,
        phone: Some("0912345678".to_owned()),
        ..cooperative("Nguyễn Văn Hùng", "05503")
    };
    let household = t.written(household).await;
    let id = make(&t, Made { maker: "x", ..Made::tea("Chè búp", household) }).await;
    let draft = make(&t, Made { published: false, ..Made::tea("Chè nháp", household) }).await;
    let image = ImageId::new();
    let now = t.app.clock.now();
    t.app
        .db
        .write("test.image", move |tx| {
            diesel::insert_into(product_images::table)
                .values((
                    product_images::id.eq(image),
                    product_images::product_id.eq(id),
                    product_images::position.eq(1),
                    product_images::alt.eq("Gói chè"),
                    product_images::content_type.eq("image/jpeg"),
                    product_images::object_key.eq("x"),
                    product_images::thumb_key.eq("y"),
                    product_images::width.eq(800),
                    product_images::height.eq(600),
                    product_images::bytes.eq(1000_i64),
                    product_images::sha256.eq("0"),
                    product_images::version.eq(1),
                    product_images::created_at.eq(now),
                    product_images::updated_at.eq(now),
                ))
                .execute(tx.conn())?;
            Ok(())
        })
        .await
        .unwrap();
    let anyone = t.anonymous();
    anyone.get(&format!("/catalogue/products/{draft}")).await.is(404).problem("request.not_found");
    anyone.get(&format!("/catalogue/products/{}", ProductId::new())).await.is(404);
    let shown = anyone.get(&format!("/catalogue/products/{id}")).await.is(200);
    assert_eq!(shown.body["producer"]["kind"], "household");
    assert_eq!(shown.body["commune"], "Xã Tân Cương");
    assert_eq!(shown.body["images"][0]["alt"], "Gói chè");
    let list = anyone.get("/catalogue/products").await.is(200);
    assert!(list.body["data"][0]["image"].as_str().unwrap().contains(image.as_str()));
    let makers = anyone.get("/catalogue/producers?kind=household&province_code=19").await.is(200);
    assert_eq!(makers.body["data"][0]["products"], 1);
    for body in [&shown.body, &list.body, &makers.body] {
        let text = body.to_string();
        assert!(!text.contains("Hùng") && !text.contains("0912"), "{text}");
    }
    let sparse = anyone.get(&format!("/catalogue/products/{id}?fields=name")).await.is(200);
    assert_eq!(sparse.body, json!({"id": id, "name": "Chè búp"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_process_commits_is_seen() {
    let t = TestApp::new().await;
    let maker = t.producer("Hợp tác xã chè Hảo Đạt", "05503").await;
    let id = make(&t, Made::tea("Chè đinh", maker)).await;
    let path = format!("/catalogue/products/{id}");
    let anyone = t.anonymous();
    assert_eq!(anyone.get(&path).await.is(200).body["name"], "Chè đinh");
    let address = ocop::db::Address::parse(&t.app.config.database_url.0).unwrap();
    let (now, limits) = (t.app.clock.now(), t.app.config.db);
    let other =
        tokio::task::spawn_blocking(move || ocop::db::Db::open(address, limits)).await.unwrap().unwrap();
    other
        .write("test.rename", move |tx| {
            diesel::update(products::table.find(id))
                .set(products::name.eq("Chè móc câu"))
                .execute(tx.conn())?;
            ocop::event::append(tx, ocop::event::Kind::Updated, id.as_str(), &json!({}), now);
            Ok(())
        })
        .await
        .unwrap();
    t.app.catalogue.changes.follow(&t.app.db).await.unwrap();
    assert_eq!(anyone.get(&path).await.is(200).body["name"], "Chè móc câu");
}

/// Every plan gives what a plain look through all products gives.
#[tokio::test(flavor = "multi_thread")]
async fn every_question_agrees_with_a_look_at_all_products() {
    let t = TestApp::new().await;
    let maker = t.producer("Tổ hợp", "05503").await;
    let words = ["chè", "tân", "cương", "trà", "tấm", "cà", "chén", "đinh", "nõn", "tôm"];
    let mut all = Vec::new();
    for n in 0..60_usize {
        let name = format!("{} {} {}", words[n % 10], words[(n / 3) % 10], words[(n * 7 + 3) % 10]);
        let made = Made { maker: "Tổ hợp", set: [11, 1, 3][n % 3], ..Made::tea(&name, maker) };
        make(&t, made).await;
        all.push((name, [11, 1, 3][n % 3]));
    }
    for q in
        ["che", "c", "t", "tan cuong", "tra ta", "non tom", "che che", "dinh c", "ta", "xyz", "tan ch dinh"]
    {
        for set in [None, Some(1)] {
            let mut expected: Vec<_> = all
                .iter()
                .filter(|(_, s)| set.is_none_or(|set| set == *s))
                .filter(|(name, _)| {
                    let have = text::terms(&format!("{name} Tổ hợp Tân Cương"));
                    let asked = text::terms(q);
                    let (last, fixed) = asked.split_last().unwrap();
                    fixed.iter().all(|w| have.contains(w)) && have.iter().any(|w| w.starts_with(last))
                })
                .map(|(name, _)| name.clone())
                .collect();
            expected.sort_by_cached_key(|name| text::sort_key(name));
            let filter = set.map(|set| format!("&criteria_set={set}")).unwrap_or_default();
            let query = format!("q={}{filter}", q.replace(' ', "%20"));
            assert_eq!(pages(&t, &query).await, expected, "{query}");
        }
    }
}

/// A household's full name is the key of its place in the order; a cursor must not tell it.
#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_tells_nobody_the_name_of_a_household() {
    use base64::Engine as _;
    let t = TestApp::new().await;
    for name in ["Nguyễn Văn Hùng", "Nguyễn Văn Hưng", "Trần Thị Bưởi"] {
        t.written(Written { kind: Kind::Household, ..cooperative(name, "05503") }).await;
    }
    let anyone = t.anonymous();
    let (mut path, mut seen) = ("/catalogue/producers?limit=1".to_owned(), Vec::new());
    loop {
        let page = anyone.get(&path).await.is(200).body;
        seen.push(page["data"][0]["id"].as_str().unwrap().to_owned());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        let told = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(cursor).unwrap();
        let told = String::from_utf8(told).unwrap().to_lowercase();
        for word in ["nguyen", "van", "hung", "hùng", "buoi"] {
            assert!(!told.contains(word), "{told}");
        }
        path = format!("/catalogue/producers?limit=1&cursor={cursor}");
    }
    assert_eq!(seen.len(), 3);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 3, "each stands on one page");
    let nobody = serde_json::to_vec(&ProducerId::new()).unwrap();
    let nobody = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(nobody);
    let refused = anyone.get(&format!("/catalogue/producers?cursor={nobody}")).await.is(400);
    refused.problem("request.bad_cursor");
}

/// Who turns out to be a household is not found by its full name any more.
#[tokio::test(flavor = "multi_thread")]
async fn the_name_of_what_became_a_household_is_not_searched() {
    let t = TestApp::new().await;
    let farm = t.written(Written { kind: Kind::Farm, ..cooperative("Nguyễn Văn Hùng", "05503") }).await;
    let member = t.actor("hung", &[ocop::actor::Role::ProducerMember], None, Some(farm)).await;
    t.published(&member, crate::product::tea("Mật ong rừng")).await;
    assert_eq!(found(&t, "q=hung").await.len(), 1);
    let officer = t.commune().await;
    let path = format!("/producers/{farm}");
    let etag = officer.get(&path).await.is(200).etag();
    officer.patch(&path, &etag, json!({"kind": "household"})).await.is(200);
    assert!(found(&t, "q=hung").await.is_empty());
    assert_eq!(found(&t, "q=mat+ong").await.len(), 1);
}
