//! Fixtures written by hand from the documented fields; none was recorded from a real shop.

mod replies;

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::platform::call::permit;
use crate::platform::state::Severity;
use crate::platform::state::{Answer, Class, Media, Method, Offer, OrderWindow, Secret};

fn now() -> Instant {
    Instant::from_utc("2026-11-27T05:00:00.5Z".parse().unwrap())
}

fn credentials() -> Credentials {
    let mut credentials = Credentials::sample(&TIKTOK_SHOP, now());
    for (name, value) in [(CIPHER, "ROW_cipher"), (WAREHOUSE, "73001")] {
        credentials.settings.insert(name.to_owned(), value.to_owned());
    }
    credentials.settings.remove(SHOP);
    credentials
}

fn sample(wanted: &str) -> Op {
    Op::samples(now()).into_iter().find(|op| op.name() == wanted).unwrap()
}

fn tea() -> ListingContent {
    match sample("upsert") {
        Op::Upsert { content, .. } => *content,
        _ => unreachable!(),
    }
}

fn upsert(id: Option<&str>, media: Media) -> Op {
    Op::Upsert { external_id: id.map(str::to_owned), content: Box::new(tea()), media }
}

fn kept() -> Media {
    tea().images.into_iter().enumerate().map(|(n, image)| (image, format!("tos/{n}"))).collect()
}

fn good(data: Value) -> HttpReply {
    reply(200, &json!({"code": 0, "message": "Success", "request_id": "r1", "data": data}).to_string())
}

fn reply(status: u16, body: &str) -> HttpReply {
    HttpReply { status, headers: vec![], body: body.as_bytes().to_vec() }
}

/// The path, the query and the body of the next request.
fn asked(op: &Op, replies: &[HttpReply]) -> (String, BTreeMap<String, String>, Value, HttpSpec) {
    let spec = TiktokShop.build(op, replies, &credentials(), now()).unwrap();
    let url = url::Url::parse(&spec.url).unwrap();
    let query = url.query_pairs().into_owned().collect();
    (url.path().to_owned(), query, serde_json::from_slice(&spec.body).unwrap_or_default(), spec)
}

fn answer(op: &Op, replies: &[HttpReply]) -> Result<Answer, Failure> {
    match TiktokShop.parse(op, replies, &credentials())? {
        Parsed::Done(answer) => Ok(answer),
        Parsed::More => panic!("there is more"),
    }
}

fn more(op: &Op, replies: &[HttpReply]) -> bool {
    TiktokShop.parse(op, replies, &credentials()).unwrap() == Parsed::More
}

fn product(status: &str) -> Value {
    json!({
        "id": "1729", "title": "Chè", "status": status,
        "skus": [{
            "id": "17299", "seller_sku": "TN-CHE-TANCUONG-200G",
            "price": {"currency": "VND", "tax_exclusive_price": "180000", "sale_price": "150000"},
            "inventory": [{"warehouse_id": "73001", "quantity": 4}],
        }],
    })
}

#[test]
fn requests_are_signed_as_in_the_contracts_vectors() {
    let sign = |secret: &str, path: &str, query: &[(&'static str, &str)], body: &str| {
        let query = query.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        request::signature(secret, path, &query, body.as_bytes())
    };
    let official = [("app_key", "29a39d"), ("timestamp", "1623812664")];
    let expected = "b596b73e0cc6de07ac26f036364178ab16b0a907af13d43f0a0cd2345f582dc8";
    assert_eq!(sign("e59af819cc", "/authorization/202309/shops", &official, ""), expected);
    let more = [official[0], official[1], ("sign", "x"), ("access_token", "y")];
    assert_eq!(sign("e59af819cc", "/authorization/202309/shops", &more, ""), expected, "neither is signed");
    assert_eq!(
        sign("app_secret", "/test-api", &[("foo", "bar")], ""),
        "d3cb7fe11ecae942802ceeca67e7cf10120cc12f1517d45fbc1c8cfe5413c80f"
    );
    let query = [
        ("app_key", "68xu9ks5p4i8"),
        ("shop_cipher", "ROW_xkMbgAAAeVAQra0eZWebFQq5aIK"),
        ("timestamp", "1696909648"),
    ];
    let body = r#"{"address":"https://partner.tiktokshop.com","event_type":"PACKAGE_UPDATE"}"#;
    assert_eq!(
        sign("e59af819cc", "/event/202309/webhooks", &query, body),
        "cd0d6268252f4ba293bf7ea4c0a2873bf9beec600d22530638564ab301435f7a"
    );
}

#[test]
fn a_product_is_made_after_its_images_with_the_title_they_want() {
    let op = upsert(None, Media::new());
    let mut replies = Vec::new();
    for n in 0..2 {
        let (path, query, _, spec) = asked(&op, &replies);
        let upload = spec.upload.unwrap();
        assert_eq!((path.as_str(), spec.write), ("/product/202309/images/upload", false));
        assert_eq!((upload.image.as_str(), upload.field), (tea().images[n].as_str(), "data"));
        assert_eq!(upload.fields, [("use_case", "MAIN_IMAGE".to_owned())]);
        assert!(!query.contains_key("shop_cipher"), "an upload names no shop");
        replies.push(good(json!({"uri": format!("tos/{n}"), "url": "https://x"})));
        assert!(more(&op, &replies));
    }
    let (path, query, body, spec) = asked(&op, &replies);
    assert_eq!((path.as_str(), spec.method, spec.write), ("/product/202309/products", Method::Post, true));
    assert_eq!((query["shop_cipher"].as_str(), query["timestamp"].as_str()), ("ROW_cipher", "1795755600"));
    assert!(spec.headers.contains(&("x-tts-access-token".to_owned(), "token-very-secret".to_owned())));
    let Value::Object(mut rest) = body else { panic!() };
    assert!(rest.remove("description").unwrap().as_str().unwrap().contains("Tân Cương"));
    let wanted = json!({
        "save_mode": "LISTING", "title": "Chè Tân Cương 200 g - Sản phẩm OCOP 4 sao", "category_id": "1001",
        "category_version": "v2", "main_images": [{"uri": "tos/0"}, {"uri": "tos/1"}],
        "package_weight": {"value": "0.25", "unit": "KILOGRAM"}, "external_product_id": "TN-CHE-TANCUONG-200G",
        "skus": [{
            "seller_sku": "TN-CHE-TANCUONG-200G", "inventory": [{"warehouse_id": "73001", "quantity": 40}],
            "price": {"amount": "180000", "currency": "VND"},
        }],
    });
    assert_eq!(Value::Object(rest), wanted);
    replies.push(good(json!({"product_id": "1729", "skus": [{"id": "17299"}], "warnings": []})));
    let Answer::Written { external_id, outcome, media } = answer(&op, &replies).unwrap() else { panic!() };
    let id = "1729".to_owned();
    assert_eq!((external_id, media), (Some(id.clone()), kept()));
    assert_eq!(outcome, crate::platform::state::Outcome::PendingReview { external_id: id });
}

#[test]
fn an_update_carries_neither_price_nor_stock_and_puts_what_was_off_on_sale_again() {
    let op = upsert(Some("1729"), kept());
    let (path, _, body, spec) = asked(&op, &[]);
    assert_eq!((path.as_str(), spec.write), ("/product/202309/products/1729/partial_edit", true));
    assert!(body.get("skus").is_none() && body.get("save_mode").is_none() && body["title"].is_string());
    let edited = good(json!({"product_id": "1729"}));
    let (path, _, _, spec) = asked(&op, std::slice::from_ref(&edited));
    assert_eq!(
        (path.as_str(), spec.method, spec.write),
        ("/product/202309/products/1729", Method::Get, false)
    );
    let written = answer(&op, &[edited.clone(), good(product("PENDING"))]).unwrap();
    assert!(matches!(written, Answer::Written { external_id: Some(_), .. }));
    let off = [edited, good(product("SELLER_DEACTIVATED"))];
    let (path, _, body, spec) = asked(&op, &off);
    assert_eq!((path.as_str(), spec.write), ("/product/202309/products/activate", true));
    assert_eq!(body, json!({"product_ids": ["1729"]}));
    let refused =
        json!({"errors": [{"code": 12_052_014, "message": "no", "detail": {"product_id": "1729"}}]});
    assert_eq!(
        answer(&op, &[off[0].clone(), off[1].clone(), good(refused)]).unwrap_err().class,
        Class::Permanent
    );
}

#[test]
fn the_size_of_the_usual_parcel_goes_with_the_product() {
    let mut shop = credentials();
    shop.settings.insert(parcel::SIZE.to_owned(), "20 x 12 x 8".to_owned());
    let size = json!({"length": "20", "width": "12", "height": "8", "unit": "CENTIMETER"});
    for op in [upsert(None, kept()), upsert(Some("1729"), kept())] {
        let sent = |shop: &Credentials| {
            let spec = TiktokShop.build(&op, &[], shop, now()).unwrap();
            serde_json::from_slice::<Value>(&spec.body).unwrap()
        };
        assert_eq!(sent(&shop)["package_dimensions"], size);
        assert!(sent(&credentials()).get("package_dimensions").is_none());
    }
    shop.settings.insert(parcel::SIZE.to_owned(), "small".to_owned());
    assert_eq!(TiktokShop.settings_errors(&shop.settings)[0].name, parcel::SIZE);
}

#[test]
fn price_and_stock_go_to_the_sku_of_their_product() {
    let offer = Offer { external_id: "1729".into(), sku: tea().sku, price_vnd: 190_000, stock: 3 };
    let op = Op::PriceStock { items: vec![offer] };
    let replies = [good(product("ACTIVATE")), good(json!({})), good(json!({"errors": []}))];
    let paths = ["", "/prices/update", "/inventory/update"]
        .map(|tail| format!("/product/202309/products/1729{tail}"));
    for (n, wanted) in paths.iter().enumerate() {
        let (path, _, _, spec) = asked(&op, &replies[..n]);
        assert_eq!((&path, spec.write), (wanted, n > 0));
    }
    assert_eq!(
        asked(&op, &replies[..1]).2,
        json!({"skus": [{"id": "17299", "price": {"amount": "190000", "currency": "VND"}}]})
    );
    assert_eq!(
        asked(&op, &replies[..2]).2,
        json!({"skus": [{"id": "17299", "inventory": [{"warehouse_id": "73001", "quantity": 3}]}]})
    );
    assert!(matches!(answer(&op, &replies).unwrap(), Answer::Items(items) if items[0].result.is_ok()));
    let partly = json!({"errors": [{"code": 12_052_015, "message": "Failed", "detail": {"sku_id": "17299",
        "extra_errors": [{"code": 1, "message": "quantity is too high"}]}}]});
    let failure = answer(&op, &[replies[0].clone(), replies[1].clone(), good(partly)]).unwrap_err();
    assert_eq!((failure.class, failure.fields[0].pointer.as_str()), (Class::Permanent, "/stock"));
    assert!(failure.message.contains("too high"));
    let other = Offer { external_id: "1729".into(), sku: "OTHER".into(), price_vnd: 1, stock: 1 };
    let failure = answer(&Op::PriceStock { items: vec![other] }, &replies[..1]).unwrap_err();
    assert_eq!(failure.code, "tiktok_shop.sku_missing");
}

#[test]
fn the_shop_and_its_warehouse_are_looked_up_where_nobody_named_them() {
    let mut unnamed = credentials();
    unnamed.settings.remove(CIPHER);
    unnamed.settings.insert(WAREHOUSE.to_owned(), " ".to_owned());
    let op = upsert(None, kept());
    let ask = |replies: &[HttpReply]| TiktokShop.build(&op, replies, &unnamed, now());
    let spec = ask(&[]).unwrap();
    assert!(spec.url.contains("/authorization/202309/shops?") && !spec.url.contains("shop_cipher"));
    let shop = |cipher: &str| json!({"id": "7", "region": "VN", "cipher": cipher});
    let one = good(json!({"shops": [shop("ROW_one")]}));
    let spec = ask(std::slice::from_ref(&one)).unwrap();
    assert!(spec.url.contains("/logistics/202309/warehouses?") && spec.url.contains("shop_cipher=ROW_one"));
    let place = |id: &str, kind: &str, first: bool| json!({"id": id, "type": kind, "is_default": first});
    let places = |all: &[Value]| good(json!({"warehouses": all}));
    let chosen = |all: &[Value]| {
        let spec = ask(&[one.clone(), places(all)])?;
        let body: Value = serde_json::from_slice(&spec.body).unwrap();
        Ok::<_, Failure>(body["skus"][0]["inventory"][0]["warehouse_id"].as_str().unwrap().to_owned())
    };
    let back = place("1", "RETURN_WAREHOUSE", true);
    let (a, b) = (place("2", "SALES_WAREHOUSE", false), place("3", "SALES_WAREHOUSE", true));
    assert_eq!(chosen(&[back.clone(), a.clone()]).unwrap(), "2");
    assert_eq!(chosen(&[back, a.clone(), b]).unwrap(), "3");
    assert_eq!(chosen(&[a.clone(), a]).unwrap_err().code, "tiktok_shop.warehouse");
    for (shops, code) in [(json!([]), "no_shop"), (json!([shop("a"), shop("b")]), "several_shops")] {
        let failure = TiktokShop.parse(&op, &[good(json!({ "shops": shops }))], &unnamed).unwrap_err();
        assert_eq!((failure.class, failure.code), (Class::NeedsAction, format!("tiktok_shop.{code}")));
    }
    // A shop's number chooses among several, and none but that shop.
    let number = |id: &str| json!({"id": id, "cipher": format!("ROW_{id}")});
    let several = good(json!({"shops": [number("7"), number("8")]}));
    unnamed.settings.insert(SHOP.to_owned(), "8".to_owned());
    let spec = TiktokShop.build(&op, std::slice::from_ref(&several), &unnamed, now()).unwrap();
    assert!(spec.url.contains("shop_cipher=ROW_8"), "{}", spec.url);
    unnamed.settings.insert(SHOP.to_owned(), "9".to_owned());
    let failure = TiktokShop.parse(&op, &[several], &unnamed).unwrap_err();
    assert_eq!((failure.class, failure.code.as_str()), (Class::NeedsAction, "tiktok_shop.other_shop"));
}

#[test]
fn reads_ask_for_what_the_contract_names() {
    let window = OrderWindow { since: now().plus(chrono::TimeDelta::hours(-1)), until: now() };
    let pull = Op::PullOrders { window, cursor: Some("p2".into()) };
    let (path, query, body, _) = asked(&pull, &[]);
    assert_eq!(path, "/order/202309/orders/search");
    for (name, value) in
        [("page_size", "100"), ("page_token", "p2"), ("sort_field", "update_time"), ("sort_order", "ASC")]
    {
        assert_eq!(query[name], value);
    }
    assert_eq!(body, json!({"update_time_ge": 1_795_752_000, "update_time_lt": 1_795_755_601}));
    let (path, query, body, _) = asked(&sample("find_by_sku"), &[]);
    assert_eq!((path.as_str(), query["page_size"].as_str()), ("/product/202502/products/search", "100"));
    assert_eq!(body, json!({"status": "ALL", "seller_skus": ["TN-CHE-TANCUONG-200G"]}));
    let (path, query, ..) = asked(&Op::Attributes { category: "600002".into() }, &[]);
    assert_eq!(path, "/product/202309/categories/600002/attributes");
    assert_eq!(query["category_version"], "v2");
    let (path, ..) = asked(&Op::Review { external_id: "../17?x".into() }, &[]);
    assert_eq!(path, "/product/202309/products/___17_x", "an id leads nowhere else");
}

#[test]
fn the_secrets_of_a_login_are_hidden_and_go_to_the_host_of_tokens() {
    let spec = TiktokShop.build(&Op::Login, &[], &credentials(), now()).unwrap();
    assert!(
        spec.url
            .starts_with("https://auth.tiktok-shops.com/api/v2/token/refresh?app_key=app_key&app_secret=")
    );
    let shown = format!("{:?}", crate::platform::redact::request(&spec));
    assert!(!shown.contains("very-secret") && shown.contains("grant_type=refresh_token"), "{shown}");
    let elsewhere = Credentials { base_url: "http://127.0.0.1:9/".into(), ..credentials() };
    let spec = TiktokShop.build(&Op::Login, &[], &elsewhere, now()).unwrap();
    assert!(spec.url.starts_with("http://127.0.0.1:9/api/v2/token/refresh?"));
}

#[test]
fn what_they_refuse_is_told_before_it_is_sent() {
    let codes = |change: fn(&mut ListingContent)| {
        let mut content = tea();
        change(&mut content);
        let mut codes: Vec<_> =
            TiktokShop.issues(&content, now()).into_iter().map(|issue| issue.code).collect();
        codes.retain(|code| code != "name.extended");
        codes
    };
    assert_eq!(codes(|_| ()), [""; 0]);
    assert_eq!(TiktokShop.issues(&tea(), now())[0].severity, Severity::Notice, "the longer name is told");
    assert_eq!(codes(|c| c.certificate = None), ["name.too_short", "certificate.missing"]);
    assert_eq!(codes(|c| c.name = "Trà ".repeat(70)), ["name.too_long"]);
    assert_eq!(codes(|c| c.name = "Chè Tân Cương 茶 loại đặc biệt".into()), ["name.characters"]);
    assert_eq!(codes(|c| c.sku = "TN CHE".into()), ["sku.form"]);
    assert_eq!(codes(|c| c.price_vnd = 180_000_001), ["price.too_high"]);
    assert_eq!(codes(|c| c.price_vnd = 0), ["price.not_positive"]);
    assert_eq!(codes(|c| c.stock = 100_000), ["stock.too_high"]);
    assert_eq!(codes(|c| c.weight_g = 0), ["weight.missing"]);
    assert_eq!(codes(|c| c.images.clear()), ["images.missing"]);
    assert_eq!(codes(|c| c.images = vec!["https://x/1".into(); 10]), ["images.too_many"]);
    assert_eq!(codes(|c| c.description_html = "è".repeat(10_001)), ["description.too_long"]);
    assert_eq!(codes(|c| c.description_html.push_str("<img src=x>")), ["description.foreign_image"]);
    assert_eq!(codes(|c| c.category = Some("trà".into())), ["category.missing"]);
    let content = Box::new(ListingContent { stock: 100_000, ..tea() });
    let op = Op::Upsert { external_id: None, content, media: kept() };
    assert_eq!(permit(&TiktokShop, &op, now()).unwrap_err().code, "content.refused");
}

/// The vector of the contract.
#[test]
fn a_webhook_is_believed_by_its_signature_over_key_and_raw_body() {
    let mut credentials = credentials();
    credentials.settings.insert("app_key".into(), "fake_app_key".into());
    credentials.secrets.insert("app_secret".into(), Secret::new("fake_app_secret"));
    let hook = |signature: &str, body: &str| {
        let headers = [("authorization".to_owned(), signature.to_owned())];
        let call = HookCall { url: "", query: "", headers: &headers, body: body.as_bytes() };
        TiktokShop.hook(&call, &credentials, now())
    };
    let body = r#"{"type":1,"shop_id":"7494726673780148744","timestamp":1664095733,"data":{"order_id":"576684019603311365","order_status":"AWAITING_SHIPMENT","update_time":1664095610}}"#;
    let vector = "21109834de72ec53c9959716d8514ae388ce1f123e5ffdcafc46713fcdf62b27";
    let news = hook(vector, body).unwrap();
    assert_eq!((news.news, news.delivery), (News::Orders, sign::digest(body.as_bytes())));
    assert_eq!(hook(vector, &format!("{body} ")), Err(HookRefused::Forged));
    assert_eq!(hook("", body), Err(HookRefused::Forged));
    let signed = |body: &str| {
        let signature = sign::hmac_hex("fake_app_secret", &[b"fake_app_key", body.as_bytes()]);
        hook(&signature, body)
    };
    let product = signed(r#"{"type":5,"tts_notification_id":"n7","data":{"product_id":"1729"}}"#).unwrap();
    assert_eq!(product, Hook { delivery: "n7".into(), news: News::Products(vec!["1729".into()]) });
    assert_eq!(signed(r#"{"type":6}"#).unwrap().news, News::Shop);
    assert_eq!(signed(r#"{"type":12,"data":{}}"#).unwrap().news, News::Orders);
    assert_eq!(signed(r#"{"type":99}"#).unwrap().news, News::Nothing);
    assert_eq!(signed(r#"{"type":5,"data":{}}"#), Err(HookRefused::Unreadable));
    assert_eq!(signed("no json"), Err(HookRefused::Unreadable));
}

#[test]
fn a_call_to_the_one_address_names_its_shop() {
    let shop = |body: &str| {
        TiktokShop.hook_shop(&HookCall { url: "", query: "", headers: &[], body: body.as_bytes() })
    };
    let number = Some("7494726673780148744".to_owned());
    assert_eq!(shop(r#"{"type":1,"shop_id":"7494726673780148744","data":{}}"#), number);
    assert_eq!(shop(r#"{"type":1,"shop_id":7494726673780148744}"#), number);
    for none in ["", "no json", "[]", r#"{"type":1}"#, r#"{"shop_id":""}"#, r#"{"shop_id":{"a":1}}"#] {
        assert_eq!(shop(none), None, "{none}");
    }
}

#[test]
fn a_preview_shows_the_product_without_sending_anything_before() {
    let mut bare = credentials();
    bare.settings.remove(CIPHER);
    bare.settings.remove(WAREHOUSE);
    for op in [upsert(None, Media::new()), upsert(Some("1729"), Media::new())] {
        let spec = TiktokShop.preview(&op, &bare, now()).unwrap();
        assert!(spec.write && String::from_utf8(spec.body).unwrap().contains("Tân Cương"));
    }
}
