//! Shops that are served by hand: files go out, a person records what became of them, files of orders come back.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::sync::Arc;

use calamine::{Data, Reader as _, Xlsx};
use chrono::Duration;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use ocop::actor::{Actor, Role};
use ocop::certificate::{self, Legacy};
use ocop::ids::{AccountId, ProducerId, ProductId};
use ocop::jobs::{Retry, Worker};
use ocop::listing;
use ocop::print::xlsx::{self, Cell};
use ocop::product;
use ocop::values::Star;
use reqwest::Method;

use crate::support::client::send;
use crate::support::{Answer, Client, TestApp, Value, json};

/// A cooperative with a published tea of four stars, and who works with it.
struct Hand {
    t: TestApp,
    producer: ProducerId,
    product: ProductId,
    certificate: String,
    member: AccountId,
    officer: AccountId,
    worker: Worker,
}

const XLSX: &str = xlsx::ESSENCE;

impl Hand {
    async fn new() -> Self {
        let t = TestApp::new().await;
        let producer = t.producer("Hợp tác xã chè Hảo Đạt", "05503").await;
        let member = t.account("coop", &[Role::ProducerMember], None, Some(producer)).await;
        let officer = t.account("commune", &[Role::CommuneOfficer], Some("05503"), None).await;
        let product = product(&t, member, "TC.200", true).await;
        let certificate = certify(&t, product).await;
        let worker = Worker::new(
            t.app.db.clone(),
            t.app.clock.clone(),
            Arc::new(t.app.clone()),
            Retry::default(),
            t.app.wake.clone(),
        );
        Self { t, producer, product, certificate, member, officer, worker }
    }

    fn coop(&self) -> Client {
        self.t.signed_in(self.member)
    }

    fn commune(&self) -> Client {
        self.t.signed_in(self.officer)
    }

    async fn work(&self) {
        while listing::follow::follow(&self.t.app).await.unwrap() {}
        while self.worker.step().await.unwrap() {}
    }

    async fn shop(&self, platform: &str, credentials: Value) -> Answer {
        let body = json!({"producer_id": self.producer, "platform": platform, "name": "Chè Hảo Đạt",
            "credentials": credentials});
        self.coop().post("/shops", body).await.is(201)
    }

    async fn offer(&self, shop: &str, product: ProductId) -> String {
        let body = json!({"product_id": product, "shop_id": shop, "settings": {"stock": 40}});
        let id = self.coop().post("/listings", body).await.is(201).id();
        self.work().await;
        id
    }

    async fn listing(&self, id: &str) -> Answer {
        self.coop().get(&format!("/listings/{id}")).await.is(200)
    }

    async fn say(&self, id: &str, body: Value) -> Answer {
        let etag = self.listing(id).await.etag();
        self.say_as(&self.coop(), id, &etag, body).await
    }

    async fn say_as(&self, client: &Client, id: &str, etag: &str, body: Value) -> Answer {
        let path = format!("/listings/{id}/submission");
        send(client.request(Method::POST, &path).header("if-match", etag).json(&body)).await
    }

    /// The files of a package.
    async fn package(&self, path: &str) -> (reqwest::header::HeaderMap, BTreeMap<String, Vec<u8>>) {
        let answer = self.coop().request(Method::GET, path).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let headers = answer.headers().clone();
        let mut archive = zip::ZipArchive::new(Cursor::new(answer.bytes().await.unwrap())).unwrap();
        let mut files = BTreeMap::new();
        for index in 0..archive.len() {
            let mut file = archive.by_index(index).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            files.insert(file.name().unwrap().into_owned(), bytes);
        }
        (headers, files)
    }

    async fn import(&self, shop: &str, kind: &str, bytes: Vec<u8>, query: &str) -> Answer {
        let path = format!("/shops/{shop}/orders/import{query}");
        send(self.coop().request(Method::POST, &path).header("content-type", kind).body(bytes)).await
    }

    /// Quantity, revenue and orders of the figures.
    async fn sold(&self) -> Vec<(i64, i64, i64)> {
        let figures = self.coop().get("/sales").await.is(200).body["data"].clone();
        let number = |row: &Value, name: &str| row[name].as_i64().unwrap();
        let row = |row: &Value| (number(row, "quantity"), number(row, "revenue_vnd"), number(row, "orders"));
        figures.as_array().unwrap().iter().map(row).collect()
    }
}

async fn product(t: &TestApp, member: AccountId, sku: &str, with_images: bool) -> ProductId {
    let coop = t.signed_in(member);
    let body = json!({
        "name": format!("Trà búp {sku}"), "criteria_set": 11, "price_vnd": 250_000, "unit": "hộp",
        "net_weight_g": 200, "sku": sku,
        "description": "Búp chè một tôm hai lá, hái sớm khi còn sương.\nSao tay trên chảo gang, đủ ba lần sao.",
    });
    let id = coop.post("/products", body).await.is(201).id();
    for colour in 0..if with_images { 2 } else { 0 } {
        let image: DynamicImage = RgbImage::from_pixel(60, 40, Rgb([20, 120, 40 + colour])).into();
        let mut out = Cursor::new(Vec::new());
        image.write_to(&mut out, ImageFormat::Jpeg).unwrap();
        let path = format!("/products/{id}/images");
        let upload = coop.request(Method::POST, &path).header("content-type", "image/jpeg");
        send(upload.body(out.into_inner())).await.is(201);
    }
    coop.post(&format!("/products/{id}/publish"), json!({})).await.is(200);
    id.parse().unwrap()
}

/// Four stars of before, valid until the end of June 2028; their certificate can be printed.
async fn certify(t: &TestApp, product: ProductId) -> String {
    let now = t.app.clock.now();
    let register = move |tx: &mut ocop::db::Tx<'_>| {
        let legacy = Legacy {
            product_id: product,
            scheme: "qd148-2023".to_owned(),
            star: Star::new(4).unwrap(),
            score: None,
            year: Some(2025),
            decision: None,
            decided_on: "2025-06-30".parse().ok(),
            issuer: "UBND huyện Đồng Hỷ".to_owned(),
            source: None,
        };
        certificate::register_legacy(tx, &Actor::system("test"), &legacy, now)
    };
    t.app.db.write("test.legacy", register).await.unwrap().number
}

fn codes(listing: &Answer) -> Vec<String> {
    let issues = listing.body["issues"].as_array().unwrap();
    issues.iter().map(|issue| issue["code"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_without_an_address_is_served_by_hand_and_nothing_is_called() {
    let h = Hand::new().await;
    for platform in ["voso", "buudien", "c_thai_nguyen"] {
        let shop = h.shop(platform, json!({})).await;
        assert_eq!((&shop.body["status"], &shop.body["assisted"]), (&json!("connected"), &json!(true)));
        assert!(shop.body["warning"].as_str().unwrap().contains("thỏa thuận"), "{:#}", shop.body);
        let told = h.coop().get(&format!("/platforms/{platform}")).await.is(200).body;
        assert_eq!(told["status"], "needs_agreement");
        let pull = h.coop().post(&format!("/shops/{}/pull-orders", shop.id()), json!({})).await;
        pull.is(409).problem("shop.assisted");
        let listing = h.offer(&shop.id(), h.product).await;
        let seen = h.listing(&listing).await;
        assert_eq!((&seen.body["status"], &seen.body["in_step"]), (&json!("draft"), &json!(false)));
        assert_eq!(seen.body["issues"], json!([]));
        let preview = h.coop().post(&format!("/listings/{listing}/preview"), json!({})).await.is(200).body;
        assert_eq!(preview, json!({"request": null, "issues": []}));
        let attempts = h.coop().get(&format!("/listings/{listing}/attempts")).await.is(200).body;
        assert_eq!(attempts["data"], json!([]), "nothing was called");
        h.t.app.clock.advance(Duration::hours(30));
        let compare = move |tx: &mut ocop::db::Tx<'_>| {
            listing::follow::compare(tx, ocop::instant::Instant::start_of_day("2027-01-01".parse().unwrap()))
        };
        assert_eq!(h.t.app.db.write("test.compare", compare).await.unwrap(), 0);

        // Paused and let go on, it is connected again without keys; keys with an address make it a live one.
        let path = format!("/shops/{}", shop.id());
        let etag = h.coop().get(&path).await.etag();
        let paused = h.coop().patch(&path, &etag, json!({"paused": true})).await.is(200);
        let on = h.coop().patch(&path, &paused.etag(), json!({"paused": false})).await.is(200);
        assert_eq!(on.body["status"], "connected");
        let keys = json!({"credentials": {"base_url": "https://partner.example.vn", "client_id": "a", "client_secret": "b"}});
        let live = h.coop().patch(&path, &on.etag(), keys).await.is(200);
        assert_eq!((&live.body["status"], &live.body["assisted"]), (&json!("connecting"), &json!(false)));
        let back = h.coop().patch(&path, &live.etag(), json!({"credentials": {}})).await.is(200);
        assert_eq!((&back.body["status"], &back.body["assisted"]), (&json!("connected"), &json!(true)));
    }
    // Without an image there are no files to hand in.
    let bare = product(&h.t, h.member, "BARE", false).await;
    let shop = h.shop("voso", json!({})).await.id();
    let listing = h.offer(&shop, bare).await;
    let seen = h.listing(&listing).await;
    assert_eq!((&seen.body["status"], codes(&seen)), (&json!("none"), vec!["images.missing".to_owned()]));
    h.say(&listing, json!({"state": "submitted"})).await.is(409).problem("listing.step_not_possible");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_records_what_became_of_a_listing() {
    let h = Hand::new().await;
    let shop = h.shop("voso", json!({})).await.id();
    let listing = h.offer(&shop, h.product).await;
    let old = h.listing(&listing).await.etag();
    h.say(&listing, json!({"state": "rejected", "reason": "x"}))
        .await
        .is(409)
        .problem("listing.step_not_possible");
    let said = h.say(&listing, json!({"state": "submitted"})).await.is(200);
    assert_eq!((&said.body["status"], codes(&said)), (&json!("submitted"), Vec::new()));
    h.say_as(&h.coop(), &listing, &old, json!({"state": "confirmed"})).await.is(412);
    let bare = h.coop().post(&format!("/listings/{listing}/submission"), json!({"state": "confirmed"})).await;
    bare.is(428);
    let silent = h.say(&listing, json!({"state": "rejected", "reason": " "})).await.is(422);
    assert_eq!(silent.body["errors"][0]["pointer"], "/reason");
    let refused = h.say(&listing, json!({"state": "rejected", "reason": "Ảnh mờ"})).await.is(200);
    assert_eq!(
        (&refused.body["status"], codes(&refused)),
        (&json!("rejected"), vec!["platform.rejected".to_owned()])
    );
    assert_eq!(refused.body["reported"]["reasons"], json!(["Ảnh mờ"]));

    // An officer of the place helps; one of another place sees nothing, others may not.
    let etag = refused.etag();
    let hanoi = h.t.actor("hanoi", &[Role::ProvincialOfficer], Some("01"), None).await;
    h.say_as(&hanoi, &listing, &etag, json!({"state": "confirmed"})).await.is(404);
    let auditor = h.t.actor("auditor", &[Role::Auditor], None, None).await;
    h.say_as(&auditor, &listing, &etag, json!({"state": "confirmed"})).await.is(403);
    let confirm = json!({"state": "confirmed", "external_id": "VS-778"});
    let live = h.say_as(&h.commune(), &listing, &etag, confirm).await.is(200);
    assert_eq!(
        (&live.body["status"], &live.body["in_step"]),
        (&json!("live"), &json!(true)),
        "{:#}",
        live.body
    );
    assert_eq!(live.body["reported"]["external_id"], "VS-778");
    assert_eq!(live.body["reported"]["certificate_number"], json!(h.certificate));
    let attempts = h.coop().get(&format!("/listings/{listing}/attempts")).await.is(200).body["data"].clone();
    let history: Vec<_> =
        attempts.as_array().unwrap().iter().map(|a| a["outcome"].as_str().unwrap()).collect();
    assert_eq!(history, ["confirmed", "rejected", "submitted"]);
    assert_eq!(attempts[1]["message"], "Ảnh mờ");

    // A change waits for a person; taken down, the shop can be closed.
    let path = format!("/products/{}", h.product);
    let etag = h.coop().get(&path).await.etag();
    h.coop().patch(&path, &etag, json!({"price_vnd": 260_000})).await.is(200);
    h.work().await;
    let seen = h.listing(&listing).await;
    assert_eq!(
        (&seen.body["status"], codes(&seen)),
        (&json!("draft"), vec!["listing.change_by_hand".to_owned()])
    );
    h.coop().post(&format!("/listings/{listing}/withdraw"), json!({})).await.is(202);
    h.work().await;
    let seen = h.listing(&listing).await;
    assert_eq!(
        (&seen.body["status"], codes(&seen)),
        (&json!("draft"), vec!["listing.take_down_by_hand".to_owned()])
    );
    let shop_path = format!("/shops/{shop}");
    let etag = h.coop().get(&shop_path).await.etag();
    h.coop().delete(&shop_path, &etag).await.is(409).problem("shop.has_listings");
    let down = h.say(&listing, json!({"state": "taken_down"})).await.is(200);
    assert_eq!((&down.body["status"], &down.body["in_step"]), (&json!("withdrawn"), &json!(true)));
    h.coop().delete(&shop_path, &etag).await.is(204);
    h.say(&listing, json!({"state": "taken_down"})).await.is(409).problem("shop.closed");

    // Where the platform is called, nobody records by hand.
    let live = h.shop("voso", json!({"base_url": "https://partner.example.vn"})).await;
    assert_eq!((&live.body["status"], &live.body["assisted"]), (&json!("connecting"), &json!(false)));
    let body = json!({"product_id": h.product, "shop_id": live.id(), "settings": {"stock": 1}});
    let other = h.coop().post("/listings", body).await.is(201).id();
    h.say(&other, json!({"state": "submitted"})).await.is(409).problem("shop.not_assisted");
    let export = h.coop().get(&format!("/shops/{}/export", live.id())).await;
    export.is(409).problem("shop.not_assisted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_star_that_ends_or_is_taken_asks_a_person_to_act_there() {
    for taken in [true, false] {
        let h = Hand::new().await;
        let shop = h.shop("buudien", json!({})).await.id();
        let listing = h.offer(&shop, h.product).await;
        h.say(&listing, json!({"state": "confirmed"})).await.is(200);
        if taken {
            let (product, now) = (h.product, h.t.app.clock.now());
            let take = move |tx: &mut ocop::db::Tx<'_>| product::set_rating(tx, product, None, now);
            h.t.app.db.write("test.rating", take).await.unwrap();
        } else {
            h.t.app.clock.advance(Duration::days(800));
        }
        h.work().await;
        let seen = h.listing(&listing).await;
        assert_eq!(seen.body["status"], "draft", "taken: {taken}");
        assert_eq!(codes(&seen), ["listing.star_ended_by_hand"]);
        assert!(
            seen.body["issues"][0]["detail"].as_str().unwrap().contains(&h.certificate),
            "{:#}",
            seen.body
        );
        let counted = h.coop().get("/listings?issue=listing.star_ended_by_hand").await.is(200).body;
        assert_eq!(counted["data"].as_array().unwrap().len(), 1);
        // That it is on sale no more is an event of its own.
        h.work().await;
        assert_eq!(h.listing(&listing).await.etag(), seen.etag());
        assert!(!listing::follow::follow(&h.t.app).await.unwrap(), "nothing is left to be followed");
        // Handed in anew without the star, the platform still shows the old one until it is confirmed.
        let said = h.say(&listing, json!({"state": "submitted"})).await.is(200);
        assert_eq!((&said.body["status"], codes(&said).len()), (&json!("submitted"), 1));
        let said = h.say(&listing, json!({"state": "rejected", "reason": "Chờ duyệt lại"})).await.is(200);
        assert_eq!(codes(&said), ["platform.rejected", "listing.star_ended_by_hand"]);
        let said = h.say(&listing, json!({"state": "confirmed"})).await.is(200);
        assert_eq!((&said.body["status"], &said.body["in_step"]), (&json!("live"), &json!(true)));
        assert_eq!((codes(&said), &said.body["reported"]["certificate_number"]), (Vec::new(), &Value::Null));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_package_holds_the_table_the_images_the_certificates_and_a_note() {
    let h = Hand::new().await;
    let shop = h.shop("voso", json!({})).await.id();
    let listing = h.offer(&shop, h.product).await;
    let plain = product(&h.t, h.member, "TC_200", true).await;
    h.offer(&shop, plain).await;
    let (headers, files) = h.package(&format!("/shops/{shop}/export")).await;
    assert_eq!(headers["content-type"], "application/zip");
    assert!(headers["content-disposition"].to_str().unwrap().contains("voso-che-hao-dat-2026-11-23.zip"));
    let names: Vec<_> = files.keys().map(String::as_str).collect();
    // The two SKUs are the same name of a file but for a point.
    let expected = [
        "chung-nhan/TC_200.pdf",
        "hinh-anh/TC_200-1.jpg",
        "hinh-anh/TC_200-2.jpg",
        "hinh-anh/TC_200_-1.jpg",
        "hinh-anh/TC_200_-2.jpg",
        "san-pham.xlsx",
        "thu-gui.docx",
    ];
    assert_eq!(names, expected);
    assert!(files["chung-nhan/TC_200.pdf"].starts_with(b"%PDF"));
    assert!(image::load_from_memory(&files["hinh-anh/TC_200-1.jpg"]).is_ok());
    let mut note = zip::ZipArchive::new(Cursor::new(files["thu-gui.docx"].clone())).unwrap();
    let mut text = String::new();
    note.by_name("word/document.xml").unwrap().read_to_string(&mut text).unwrap();
    assert!(text.contains("Kính gửi") && text.contains("Voso") && text.contains("Đăng mới"), "{text}");

    let table = |files: &BTreeMap<String, Vec<u8>>| -> Vec<Vec<Data>> {
        let mut book: Xlsx<_> =
            calamine::open_workbook_from_rs(Cursor::new(files["san-pham.xlsx"].clone())).unwrap();
        book.worksheet_range_at(0).unwrap().unwrap().rows().map(<[Data]>::to_vec).collect()
    };
    let rows = table(&files);
    assert_eq!(rows.len(), 3);
    let cell = |row: usize, heading: &str| {
        let column = rows[0].iter().position(|cell| cell == &Data::String(heading.to_owned())).unwrap();
        rows[row][column].clone()
    };
    let text = |text: &str| Data::String(text.to_owned());
    assert_eq!(cell(1, "Mã sản phẩm (SKU)"), text("TC.200"));
    assert_eq!(cell(1, "Giá bán (đồng)"), Data::Float(250_000.0));
    assert_eq!(cell(1, "Tệp hình ảnh"), text("TC_200-1.jpg, TC_200-2.jpg"));
    assert_eq!(cell(1, "Số giấy chứng nhận"), text(&h.certificate));
    assert_eq!((cell(1, "Hạng sao OCOP"), cell(2, "Hạng sao OCOP")), (Data::Float(4.0), Data::Empty));
    assert!(cell(1, "Mô tả sản phẩm").to_string().ends_with("hiệu lực đến hết ngày 30/06/2028."));

    // What is confirmed is not handed in again, unless everything is asked for.
    h.say(&listing, json!({"state": "confirmed"})).await.is(200);
    let (_, rest) = h.package(&format!("/shops/{shop}/export")).await;
    assert_eq!((table(&rest).len(), rest.contains_key("chung-nhan/TC_200.pdf")), (2, false));
    let (_, all) = h.package(&format!("/shops/{shop}/export?all=true")).await;
    assert_eq!(table(&all).len(), 3);
    let (headers, next) = h.package(&format!("/shops/{shop}/export?all=true&after={listing}")).await;
    assert_eq!((table(&next).len(), headers.get("link")), (2, None));
    h.commune().get(&format!("/shops/{shop}/export")).await.is(200);
    let hanoi = h.t.actor("hanoi", &[Role::ProvincialOfficer], Some("01"), None).await;
    hanoi.get(&format!("/shops/{shop}/export")).await.is(404);

    // The administrator changes the columns by the platform's template.
    let path = "/platforms/voso/export-columns";
    let shipped = h.coop().get(path).await.is(200);
    assert_eq!((&shipped.body["changed"], shipped.etag()), (&json!(false), "\"0\"".to_owned()));
    let columns = json!({"columns": [{"field": "name", "heading": "Ten SP"}, {"field": "sku", "heading": "Ma SP"},
        {"field": "blank", "heading": "Danh muc"}]});
    h.coop().put(path, "\"0\"", columns.clone()).await.is(403);
    let admin = h.t.admin().await;
    let unknown = json!({"columns": [{"field": "buyer", "heading": "x"}]});
    admin.put(path, "\"0\"", unknown).await.is(422);
    let twice = json!({"columns": [{"field": "name", "heading": "x"}, {"field": "unit", "heading": "x"}]});
    let told = admin.put(path, "\"0\"", twice).await.is(422).body["errors"].clone();
    let told: Vec<_> = told.as_array().unwrap().iter().map(|e| e["code"].as_str().unwrap()).collect();
    assert_eq!(told, ["columns.no_sku", "heading.twice"]);
    let changed = admin.put(path, "\"0\"", columns.clone()).await.is(200);
    assert_eq!((&changed.body["changed"], changed.etag()), (&json!(true), "\"1\"".to_owned()));
    admin.put(path, "\"0\"", columns.clone()).await.is(412);
    admin.put(path, "\"1\"", columns).await.is(200);
    let (_, files) = h.package(&format!("/shops/{shop}/export")).await;
    assert_eq!(table(&files)[0], [text("Ten SP"), text("Ma SP"), text("Danh muc")]);
    admin.get("/platforms/sendo/export-columns").await.is(404);
}

const ORDERS: &str = "\u{feff}Người mua;Mã đơn hàng;Mã SKU;Số lượng;Đơn giá;Trạng thái;Ngày đặt hàng\n\
    Nguyễn Thị Bình;VS1;TC.200;2;250.000;Đã giao;20/11/2026\n\
    Trần Văn An;VS2;TC.200;1;250.000;Đang giao;21/11/2026\n\
    Lê Thị Cúc;VS3;TC.200;x;250.000;Đã giao;21/11/2026\n\
    Lê Thị Cúc;VS4;LẠ-1;1;10.000;Đã giao;21/11/2026\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_orders_is_counted_once_and_what_is_called_off_is_taken_back() {
    let h = Hand::new().await;
    let shop = h.shop("voso", json!({})).await.id();
    h.offer(&shop, h.product).await;
    let csv = |text: &str| text.as_bytes().to_vec();
    let would = h.import(&shop, "text/csv", csv(ORDERS), "?dry_run=true").await.is(200).body;
    assert!(h.sold().await.is_empty(), "a dry run stores nothing");
    let did = h.import(&shop, "text/csv", csv(ORDERS), "").await.is(200).body;
    assert_eq!(would, did);
    let counts = |body: &Value| {
        ["rows", "orders", "changed", "unchanged", "refused"].map(|name| body[name].as_i64().unwrap())
    };
    assert_eq!(counts(&did), [4, 4, 3, 0, 1]);
    let told = |body: &Value| -> Vec<(i64, String, String, bool)> {
        let row = |r: &Value| {
            let word = |name: &str| r[name].as_str().unwrap().to_owned();
            (r["line"].as_i64().unwrap(), word("column"), word("code"), r["refused"].as_bool().unwrap())
        };
        body["remarks"].as_array().unwrap().iter().map(row).collect()
    };
    assert_eq!(
        told(&did),
        [
            (4, "Số lượng".to_owned(), "quantity.format".to_owned(), true),
            (5, "Mã SKU".to_owned(), "sku.not_listed".to_owned(), false),
        ]
    );
    assert!(did["remarks"][0]["reason"].as_str().unwrap().contains("số nguyên"));
    assert!(!did.to_string().contains("Nguyễn"), "nothing of a buyer is told");
    assert_eq!(h.sold().await, [(3, 750_000, 2)]);
    let again = h.import(&shop, "text/csv", csv(ORDERS), "").await.is(200).body;
    assert_eq!(counts(&again), [4, 4, 0, 3, 1]);
    assert_eq!(h.sold().await, [(3, 750_000, 2)], "the same file counts nothing twice");
    let off = ORDERS.replace("1;250.000;Đang giao", "1;250.000;Đã hủy");
    assert_eq!(counts(&h.import(&shop, "text/csv", csv(&off), "").await.is(200).body), [4, 4, 1, 2, 1]);
    assert_eq!(h.sold().await, [(2, 500_000, 1)]);
    // Nothing of the buyers is anywhere in the database.
    let lines =
        h.t.app
            .db
            .read("test.lines", |conn| {
                use diesel::prelude::*;
                use ocop::db::schema::platform_order_lines::dsl as lines;
                Ok(lines::platform_order_lines
                    .select((lines::order_number, lines::sku, lines::status))
                    .load::<(String, String, String)>(conn)?)
            })
            .await
            .unwrap();
    assert_eq!(lines.len(), 3);
    assert!(!format!("{lines:?}").contains("Nguyễn"));

    h.import(&shop, "image/png", csv(ORDERS), "").await.is(415);
    for bad in [&b"a;b\n1;2\n"[..], b"\xff\xfe\x00", b"PK\x03\x04 no workbook"] {
        let refused = h.import(&shop, "text/csv", bad.to_vec(), "").await.is(422);
        assert_eq!(refused.body["errors"][0]["code"], "file.unreadable", "{:#}", refused.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_lines_of_an_order_count_each_and_a_file_that_grew_counts_what_is_new() {
    let h = Hand::new().await;
    let shop = h.shop("voso", json!({})).await.id();
    h.offer(&shop, h.product).await;
    let head = ORDERS.lines().next().unwrap();
    let line = |order: &str| format!("Lê Thị Cúc;{order};TC.200;2;250.000;Đã giao;20/11/2026");
    let file = |orders: &[&str]| {
        let lines: Vec<String> = orders.iter().map(|order| line(order)).collect();
        format!("{head}\n{}\n", lines.join("\n")).into_bytes()
    };
    let counts = |body: &Value| ["orders", "changed", "unchanged"].map(|name| body[name].as_i64().unwrap());
    for (orders, told, sold) in [
        (&["VS5"][..], [1, 1, 0], (2, 500_000, 1)),
        (&["VS5", "VS5"], [1, 1, 0], (4, 1_000_000, 1)),
        (&["VS5", "VS5"], [1, 0, 1], (4, 1_000_000, 1)),
        // The same rows at other places of a longer file.
        (&["VS6", "VS5", "VS6", "VS5", "VS6"], [2, 1, 1], (10, 2_500_000, 2)),
        (&["VS6", "VS6", "VS6", "VS5", "VS5"], [2, 0, 2], (10, 2_500_000, 2)),
    ] {
        let did = h.import(&shop, "text/csv", file(orders), "").await.is(200).body;
        assert_eq!(counts(&did), told, "{orders:?}");
        assert_eq!(h.sold().await, [sold], "{orders:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_says_how_its_workbooks_are_read() {
    let h = Hand::new().await;
    let shop = h.shop("buudien", json!({})).await.id();
    h.offer(&shop, h.product).await;
    let path = format!("/shops/{shop}/orders/mapping");
    let proposed = h.coop().get(&path).await.is(200);
    assert_eq!((&proposed.body["saved"], proposed.etag()), (&json!(false), "\"0\"".to_owned()));
    assert_eq!(proposed.body["statuses"]["Đã hủy"], "cancelled");
    let mapping = json!({
        "columns": {"order_id": "Order", "line_id": "Line", "sku": "Code", "quantity": "Qty", "total": "Total",
            "status": "State", "date": "Day"},
        "statuses": {"done": "completed", "void": "cancelled"},
    });
    let mut bad = mapping.clone();
    bad["columns"]["total"] = Value::Null;
    let refused = h.coop().put(&path, "\"0\"", bad).await.is(422);
    assert_eq!(refused.body["errors"][0]["code"], "price.missing");
    let saved = h.coop().put(&path, "\"0\"", mapping.clone()).await.is(200);
    assert_eq!((&saved.body["saved"], saved.etag()), (&json!(true), "\"1\"".to_owned()));
    h.commune().put(&path, "\"0\"", mapping.clone()).await.is(412);
    h.commune().put(&path, "\"1\"", mapping).await.is(200);
    let hanoi = h.t.actor("hanoi", &[Role::ProvincialOfficer], Some("01"), None).await;
    hanoi.get(&path).await.is(404);

    let text = |text: &str| Cell::Text(text.to_owned());
    let row = |order: i64, line: &str, quantity: i64, total: i64, state: &str| {
        let (quantity, total) = (Cell::Number(quantity), Cell::Number(total));
        vec![
            Cell::Number(order),
            text(line),
            text("TC.200"),
            quantity,
            total,
            text(state),
            text("2026-11-20"),
        ]
    };
    let headings = ["Order", "Line", "Code", "Qty", "Total", "State", "Day"].map(str::to_owned);
    let book = |rows: &[Vec<Cell>]| xlsx::workbook("Orders", &headings, rows, h.t.app.clock.now()).unwrap();
    let both = [row(1001, "1", 3, 100_000, "Done"), row(1001, "2", 1, 50_000, "done")];
    let did = h.import(&shop, XLSX, book(&both), "").await.is(200).body;
    assert_eq!((&did["changed"], &did["remarks"]), (&json!(1), &json!([])), "{did:#}");
    assert_eq!(h.sold().await, [(4, 150_000, 1)], "a total is kept to the dong");
    let one_off = [row(1001, "1", 3, 100_000, "Done"), row(1001, "2", 1, 50_000, "VOID")];
    h.import(&shop, XLSX, book(&one_off), "").await.is(200);
    assert_eq!(h.sold().await, [(3, 100_000, 1)], "one line was called off");
    let all_off = [row(1001, "1", 3, 100_000, "void"), row(1001, "2", 1, 50_000, "void")];
    h.import(&shop, XLSX, book(&all_off), "").await.is(200);
    assert_eq!(h.sold().await, [(0, 0, 0)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workbook_that_unfolds_without_end_is_refused() {
    use std::io::Write as _;
    let h = Hand::new().await;
    let shop = h.shop("voso", json!({})).await.id();
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file("xl/workbook.xml", zip::write::SimpleFileOptions::default()).unwrap();
    let zeros = vec![b' '; 1024 * 1024];
    for _ in 0..60 {
        archive.write_all(&zeros).unwrap();
    }
    let bomb = archive.finish().unwrap().into_inner();
    assert!(bomb.len() < 1024 * 1024);
    let refused = h.import(&shop, XLSX, bomb, "").await.is(422);
    assert_eq!(refused.body["errors"][0]["code"], "file.unreadable");
}
