//! Fixtures written by hand from the documented fields; none was recorded from a real shop.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::platform::parcel;
use crate::platform::state::Severity;
use crate::platform::state::{
    Answer, AttributeChoice, AttributeValue, Class, Expiry, Media, Method, Offer, OrderStatus, OrderWindow,
    Outcome, Secret,
};

fn now() -> Instant {
    Instant::from_utc("2026-11-27T05:00:00.5Z".parse().unwrap())
}

fn credentials() -> Credentials {
    let mut credentials = Credentials::sample(&LAZADA, now());
    for (name, value) in [(parcel::SIZE, "20x12x8"), (BRAND, "30768")] {
        credentials.settings.insert(name.to_owned(), value.to_owned());
    }
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

fn kept() -> Media {
    tea().images.into_iter().enumerate().map(|(n, image)| (image, format!("https://lzd/{n}.jpg"))).collect()
}

fn upsert(id: Option<&str>, media: Media) -> Op {
    Op::Upsert { external_id: id.map(str::to_owned), content: Box::new(tea()), media }
}

fn reply(status: u16, body: &str) -> HttpReply {
    HttpReply { status, headers: vec![], body: body.as_bytes().to_vec() }
}

fn good(data: Value) -> HttpReply {
    reply(200, &json!({"code": "0", "request_id": "r1", "data": data}).to_string())
}

fn bad(code: &str, kind: &str, message: &str, detail: Value) -> HttpReply {
    let body = json!({"code": code, "type": kind, "message": message, "request_id": "r2", "detail": detail});
    reply(200, &body.to_string())
}

/// The path, the query, the form and the whole of the next request.
fn asked(op: &Op, replies: &[HttpReply]) -> (String, BTreeMap<String, String>, Value, HttpSpec) {
    let spec = Lazada.build(op, replies, &credentials(), now()).unwrap();
    let url = url::Url::parse(&spec.url).unwrap();
    let form: BTreeMap<String, String> = url::form_urlencoded::parse(&spec.body).into_owned().collect();
    let payload = form.get("payload").or(form.get("apiRequestBody"));
    let payload = payload.map(|text| serde_json::from_str(text).unwrap()).unwrap_or_default();
    let path = url.path().strip_prefix("/rest").unwrap().to_owned();
    (path, url.query_pairs().into_owned().collect(), payload, spec)
}

fn answer(op: &Op, replies: &[HttpReply]) -> Result<Answer, Failure> {
    match Lazada.parse(op, replies, &credentials())? {
        Parsed::Done(answer) => Ok(answer),
        Parsed::More => panic!("there is more"),
    }
}

fn product(status: &str, of_sku: &str) -> Value {
    json!({
        "item_id": 2096, "status": status,
        "skus": [{"SkuId": 20969, "SellerSku": "TN-CHE-TANCUONG-200G", "Status": of_sku, "price": 180_000.0,
            "quantity": 4}],
    })
}

#[test]
fn requests_are_signed_as_in_the_contracts_vectors() {
    let sign = |path: &str, own: (&'static str, &str)| {
        let parameters: BTreeMap<&str, String> = [
            ("access_token", "test"),
            ("app_key", "123456"),
            ("sign_method", "sha256"),
            ("timestamp", "1517820392000"),
            ("sign", "not signed"),
            own,
        ]
        .into_iter()
        .map(|(name, value)| (name, value.to_owned()))
        .collect();
        request::signature("helloworld", path, &parameters)
    };
    assert_eq!(
        sign("/order/get", ("order_id", "1234")),
        "4190D32361CFB9581350222F345CB77F3B19F0E31D162316848A2C1FFD5FAB4A"
    );
    assert_eq!(
        sign("/product/create", ("payload", r#"{"Request":{"Product":{}}}"#)),
        "44F7C6CB11CEB1A6F0034CA362844BC853F1B3C26B9603AB4AF4D359AD6C49F9"
    );
}

#[test]
fn what_is_signed_is_what_is_sent() {
    for op in Op::samples(now()) {
        let Ok(spec) = Lazada.build(&op, &[], &credentials(), now()) else { continue };
        let url = url::Url::parse(&spec.url).unwrap();
        let form = url::form_urlencoded::parse(&spec.body).into_owned();
        let sent: BTreeMap<String, String> = url.query_pairs().into_owned().chain(form).collect();
        let named: BTreeMap<&str, String> =
            sent.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        let path = url.path().strip_prefix("/rest").unwrap();
        assert_eq!(sent["sign"], request::signature("app_secret-very-secret", path, &named), "{op:?}");
        assert_eq!((sent["timestamp"].as_str(), sent["sign_method"].as_str()), ("1795755600500", "sha256"));
        let shown = format!("{:?}", crate::platform::redact::request(&spec));
        assert!(!shown.contains("very-secret"), "{shown}");
    }
}

#[test]
fn a_product_is_made_after_brand_and_images() {
    let op = upsert(None, Media::new());
    let mut bare = credentials();
    bare.settings.remove(BRAND);
    let build = |replies: &[HttpReply]| Lazada.build(&op, replies, &bare, now()).unwrap();
    let brand = |name: &str| good(json!({"module": [{"brand_id": 30768, "name": name}]}));
    let first = build(&[]);
    assert!(first.url.contains("/category/brands/query?") && first.url.contains("startRow=0"));
    let second = build(&[brand("Other")]);
    assert!(second.url.contains("startRow=200") && !second.write);
    let image = build(&[brand("Other"), brand("No Brand")]);
    let upload = image.upload.clone().unwrap();
    assert_eq!(
        (upload.field, upload.image.as_str(), image.write),
        ("image", tea().images[0].as_str(), false)
    );
    assert!(image.url.contains("/image/upload?") && image.body.is_empty());
    let none = Lazada.parse(&op, &[good(json!({"module": []}))], &bare).unwrap_err();
    assert_eq!((none.class, none.code.as_str()), (Class::NeedsAction, "lazada.brand"));

    let uploaded = |n: u32| good(json!({"image": {"hash_code": "h", "url": format!("https://lzd/{n}.jpg")}}));
    let (path, query, payload, spec) = asked(&op, &[uploaded(0), uploaded(1)]);
    assert_eq!((path.as_str(), spec.method, spec.write), ("/product/create", Method::Post, true));
    assert!(!query.contains_key("payload"));
    let wanted = json!({"Request": {"Product": {
        "PrimaryCategory": "1001",
        "Images": {"Image": ["https://lzd/0.jpg", "https://lzd/1.jpg"]},
        "Attributes": {"name": "Chè Tân Cương 200 g", "description": tea().description_html, "brand_id": "30768"},
        "Skus": {"Sku": [{
            "SellerSku": "TN-CHE-TANCUONG-200G", "quantity": "40", "price": "180000", "package_weight": "0.25",
            "package_length": "20", "package_width": "12", "package_height": "8",
        }]},
    }}});
    assert_eq!(payload, wanted);
    let made = good(json!({"item_id": 2096, "sku_list": [{"seller_sku": "x", "sku_id": 2}]}));
    let done = answer(&op, &[uploaded(0), uploaded(1), made]).unwrap();
    let outcome = Outcome::PendingReview { external_id: "2096".into() };
    assert_eq!(done, Answer::Written { external_id: Some("2096".into()), outcome, media: kept() });
}

#[test]
fn a_change_names_its_sku_and_leaves_price_and_stock() {
    let choice = |id: &str, value: &str| AttributeChoice {
        id: id.into(),
        name: id.into(),
        values: vec![AttributeValue { id: None, value: value.into() }],
    };
    let mut content = tea();
    content.attributes = vec![
        choice("tea_type", "Green Tea"),
        choice("sku.package_content", "1 gói"),
        choice("sku.package_length", "30"),
        choice("sku.package_width", "20"),
        choice("sku.package_height", "10"),
    ];
    let op = Op::Upsert { external_id: Some("2096".into()), content: Box::new(content), media: kept() };
    let (path, query, _, spec) = asked(&op, &[]);
    assert_eq!((path.as_str(), query["item_id"].as_str(), spec.write), ("/product/item/get", "2096", false));
    let (path, _, payload, _) = asked(&op, &[good(product("Active", "active"))]);
    assert_eq!(path, "/product/update");
    let there = &payload["Request"]["Product"];
    assert_eq!((&there["ItemId"], &there["Attributes"]["tea_type"]), (&json!("2096"), &json!("Green Tea")));
    assert_eq!(
        there["Skus"]["Sku"],
        json!([{
            "SkuId": "20969", "Status": "active", "package_content": "1 gói", "package_weight": "0.25",
            "package_length": "30", "package_width": "20", "package_height": "10",
        }])
    );
    let spec = Lazada.preview(&op, &credentials(), now()).unwrap();
    assert!(spec.write && spec.url.contains("/product/update?"));
    let made = Lazada.preview(&upsert(None, Media::new()), &credentials(), now()).unwrap();
    assert!(made.write && made.url.contains("/product/create?"));
    assert!(String::from_utf8(made.body).unwrap().contains("Tân Cương"), "a person can read it");
}

#[test]
fn price_and_stock_and_withdrawal_look_first() {
    let op = sample("price_stock");
    let seen = good(json!({"item_id": 7, "status": "Active", "skus": product("", "active")["skus"]}));
    let (path, _, payload, spec) = asked(&op, std::slice::from_ref(&seen));
    assert_eq!((path.as_str(), spec.write), ("/product/price_quantity/update", true));
    let row = json!({"ItemId": "7", "SkuId": "20969", "SellerSku": "TN-CHE-TANCUONG-200G", "Price": "180000",
        "Quantity": "4"});
    assert_eq!(payload, json!({"Request": {"Product": {"Skus": {"Sku": [row]}}}}));
    let mut several = credentials();
    several.settings.insert(WAREHOUSE.into(), "TN1".into());
    let spec = Lazada.build(&op, std::slice::from_ref(&seen), &several, now()).unwrap();
    let body = String::from_utf8(spec.body).unwrap();
    assert!(body.contains("WarehouseCode%22%3A%22TN1") && body.contains("MultiWarehouseInventories"));
    let done = answer(&op, &[seen.clone(), good(json!({}))]).unwrap();
    assert!(matches!(done, Answer::Items(items) if items[0].result.is_ok()));
    let other = Offer { external_id: "7".into(), sku: "OTHER".into(), price_vnd: 1, stock: 1 };
    let failure = answer(&Op::PriceStock { items: vec![other] }, &[seen]).unwrap_err();
    assert_eq!(failure.code, "lazada.sku_missing");

    let op = sample("withdraw");
    let (path, _, payload, _) = asked(&op, &[good(product("Active", "active"))]);
    assert_eq!(path, "/product/deactivate");
    assert_eq!(payload, json!({"Request": {"Product": {"ItemId": "7", "Skus": {"SkuId": ["20969"]}}}}));
    assert_eq!(answer(&op, &[good(product("InActive", "inactive"))]).unwrap(), Answer::Withdrawn);
}

#[test]
fn states_are_read_and_an_unknown_one_is_never_on_sale() {
    let op = sample("review");
    let state = |status: &str, of_sku: &str| match answer(&op, &[good(product(status, of_sku))]).unwrap() {
        Answer::Reviewed(product) => product.outcome,
        other => panic!("{other:?}"),
    };
    let id = || "2096".to_owned();
    assert_eq!(state("Active", "active"), Outcome::Live { external_id: id() });
    assert_eq!(state("Active", "inactive"), Outcome::Withdrawn);
    assert_eq!(state("InActive", "active"), Outcome::Withdrawn);
    assert_eq!(state("Pending QC", "active"), Outcome::PendingReview { external_id: id() });
    assert_eq!(state("Suspended", "active"), Outcome::Rejected { reasons: vec!["Suspended".into()] });
    for (status, of_sku) in [("Sparkling", "active"), ("", "active"), ("Active", "new"), ("Active", "")] {
        assert!(matches!(state(status, of_sku), Outcome::Unknown { .. }), "{status} {of_sku}");
    }
    for reply in [good(product("Deleted", "deleted")), bad("208", "ISV", "E208: item not found", json!([]))] {
        assert_eq!(answer(&op, &[reply]).unwrap_err().code, "product.gone");
    }
    let find = sample("find_by_sku");
    let (path, query, ..) = asked(&find, &[]);
    assert_eq!(
        (path.as_str(), query["sku_seller_list"].as_str()),
        ("/products/get", r#"["TN-CHE-TANCUONG-200G"]"#)
    );
    let found = |products: Value| answer(&find, &[good(json!({ "products": products }))]);
    assert_eq!(answer(&find, &[good(json!({}))]).unwrap(), Answer::Found(None));
    assert_eq!(found(json!([product("Deleted", "deleted")])).unwrap(), Answer::Found(None));
    let Answer::Found(Some(one)) = found(json!([product("Active", "active")])).unwrap() else { panic!() };
    assert_eq!((one.price_vnd, one.stock, one.editable), (Some(180_000), Some(4), true));
    let two = json!([product("Active", "active"), product("Active", "active")]);
    assert_eq!(found(two).unwrap_err().code, "product.twice");
    assert_eq!(answer(&find, &[good(json!([]))]).unwrap_err().class, Class::Retryable);
}

#[test]
fn each_refusal_has_its_class_and_place() {
    let read = sample("review");
    let write = upsert(None, kept());
    let of = |op: &Op, reply: &HttpReply| answer(op, std::slice::from_ref(reply)).unwrap_err();
    let none = || json!([]);
    for (reply, on_write, on_read) in [
        (bad("IllegalAccessToken", "ISV", "m", none()), Class::Auth { refreshable: true }, None),
        (bad("IncompleteSignature", "ISV", "m", none()), Class::Auth { refreshable: false }, None),
        (bad("ApiCallLimit", "ISV", "m", none()), Class::RateLimited { after: None }, None),
        (bad("998", "ISV", "m", none()), Class::Retryable, None),
        (bad("ServiceTimeout", "ISP", "m", none()), Class::Ambiguous, Some(Class::Retryable)),
        (bad("Odd", "SYSTEM", "m", none()), Class::Ambiguous, Some(Class::Retryable)),
        (bad("500", "ISV", "m", none()), Class::Ambiguous, Some(Class::Retryable)),
        (bad("500", "ISP", "m", json!([{"field": "price", "message": "x"}])), Class::Permanent, None),
        (bad("1001", "ISV", "m", none()), Class::Permanent, None),
        (bad("4143", "ISP", "m", none()), Class::Permanent, None),
        (bad("Odd", "ISV", "m", none()), Class::Permanent, None),
        (reply(200, "<html>"), Class::Ambiguous, Some(Class::Retryable)),
        (reply(200, ""), Class::Ambiguous, Some(Class::Retryable)),
        (reply(200, r#"{"data":{}}"#), Class::Ambiguous, Some(Class::Retryable)),
        (reply(200, r#"{"code":"0"}"#), Class::Ambiguous, Some(Class::Retryable)),
        (reply(500, ""), Class::Ambiguous, Some(Class::Retryable)),
        (reply(429, ""), Class::RateLimited { after: None }, None),
    ] {
        let text = String::from_utf8_lossy(&reply.body).into_owned();
        assert_eq!(of(&write, &reply).class, on_write, "{text} on a write");
        assert_eq!(of(&read, &reply).class, on_read.unwrap_or(on_write), "{text} on a read");
    }
    for (code, field, message, pointer) in [
        ("4135", "", "outerId already exists", "/sku"),
        ("501", "SellerSku", "SellerSku duplicate", "/sku"),
        ("501", "SellerSku", "SellerSku is too long", ""),
        ("501", "PrimaryCategory", "not a leaf", "/category"),
        ("4142", "", "m", "/attributes"),
        ("501", "price", "m", "/price_vnd"),
        ("501", "", "negative sellable on channel inventory", "/stock"),
        ("501", "package_weight", "m", "/weight_g"),
    ] {
        let failure = of(&write, &bad(code, "ISP", "m", json!([{"field": field, "message": message}])));
        assert_eq!(
            (failure.class, failure.fields[0].pointer.as_str()),
            (Class::Permanent, pointer),
            "{code}"
        );
        assert_eq!(failure.request_id.as_deref(), Some("r2"));
    }
}

#[test]
fn a_token_is_got_at_the_host_of_tokens() {
    let spec = Lazada.build(&Op::Login, &[], &credentials(), now()).unwrap();
    assert_eq!((spec.url.as_str(), spec.write), ("https://auth.lazada.com/rest/auth/token/refresh", false));
    let body = json!({"code": "0", "access_token": "a", "expires_in": 2_592_000, "refresh_token": "b"});
    let Answer::Token(grant) = answer(&Op::Login, &[reply(200, &body.to_string())]).unwrap() else {
        panic!()
    };
    assert_eq!(grant.expiry, Expiry::In(std::time::Duration::from_secs(2_592_000)));
    assert_eq!((grant.value, grant.refresh), (Secret::new("a"), Some(Secret::new("b"))));
    let failure = answer(&Op::Login, &[bad("IllegalRefreshToken", "ISV", "m", json!([]))]).unwrap_err();
    assert_eq!(failure.class, Class::Auth { refreshable: false });
    let lifeless = reply(200, r#"{"code":"0","access_token":"a"}"#);
    assert_eq!(answer(&Op::Login, &[lifeless]).unwrap_err().class, Class::Retryable);
    let elsewhere = Credentials { base_url: "http://127.0.0.1:9/".into(), ..credentials() };
    let spec = Lazada.build(&Op::Login, &[], &elsewhere, now()).unwrap();
    assert_eq!(spec.url, "http://127.0.0.1:9/auth/token/refresh");
}

#[test]
fn orders_are_as_far_as_their_pieces() {
    let window = OrderWindow { since: now().plus(chrono::TimeDelta::hours(-1)), until: now() };
    let op = Op::PullOrders { window, cursor: None };
    let (path, query, ..) = asked(&op, &[]);
    assert_eq!(path, "/orders/get");
    for (name, value) in [
        ("update_after", "2026-11-27T04:00:00+00:00"),
        ("update_before", "2026-11-27T05:00:01+00:00"),
        ("sort_by", "updated_at"),
        ("offset", "0"),
        ("limit", "50"),
    ] {
        assert_eq!(query[name], value);
    }
    let row = |id: u64| {
        json!({"order_id": id, "created_at": "2026-11-27 11:00:00 +0700",
        "updated_at": "2026-11-27 11:30:00 +0700", "customer_first_name": "Người Mua"})
    };
    let rows = good(json!({"orders": [row(1), row(2), row(3)]}));
    let (path, query, ..) = asked(&op, std::slice::from_ref(&rows));
    assert_eq!((path.as_str(), query["order_ids"].as_str()), ("/orders/items/get", "[1,2,3]"));
    let piece = |id: u64, status: &str| {
        json!({"order_item_id": id, "sku": "S", "item_price": "180000.00",
        "paid_price": 1, "currency": "VND", "status": status})
    };
    let foreign = json!({"order_item_id": 9, "item_price": 3, "currency": "USD", "status": "pending"});
    let lines = good(json!([
        {"order_id": 1, "order_items": [piece(11, "delivered"), piece(12, "canceled"), piece(13, "shipped")]},
        {"order_id": 2, "order_items": [foreign]},
    ]));
    let Answer::Orders(page) = answer(&op, &[rows, lines]).unwrap() else { panic!() };
    let ids: Vec<&str> = page.orders[0].lines.iter().map(|line| line.line_id.as_str()).collect();
    assert_eq!((page.orders.len(), page.orders[0].status, ids), (1, OrderStatus::Shipping, vec!["11", "13"]));
    assert_eq!(page.orders[0].lines[0].unit_price_vnd, 180_000);
    assert_eq!(page.orders[0].placed_at, Some(Instant::from_utc("2026-11-27T04:00:00Z".parse().unwrap())));
    assert_eq!(page.unread, ["2: it was not paid in dong", "3: it has no lines"]);
    assert_eq!(answer(&op, &[good(json!({"orders": []}))]).unwrap(), Answer::Orders(Default::default()));

    let status = |words: &[&str]| {
        let pieces: Vec<Value> = words.iter().map(|word| piece(1, word)).collect();
        let lines = good(json!([{"order_id": 1, "order_items": pieces}]));
        match answer(&op, &[good(json!({"orders": [row(1)]})), lines]).unwrap() {
            Answer::Orders(page) => (page.orders[0].status, page.orders[0].lines.len()),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(status(&["unpaid", "delivered"]), (OrderStatus::Open, 2));
    assert_eq!(status(&["canceled", "canceled"]), (OrderStatus::Cancelled, 2));
    assert_eq!(status(&["canceled", "returned"]), (OrderStatus::Returned, 2));
    assert_eq!(status(&["shipped_back", "delivered"]), (OrderStatus::Completed, 1));
    assert_eq!(status(&["failed"]), (OrderStatus::Returning, 1));
    assert_eq!(status(&["delivered", "lost_by_3pl"]).0, OrderStatus::Unknown);
}

#[test]
fn a_list_goes_on_where_it_ended_and_is_begun_anew_when_it_is_deep() {
    let window = OrderWindow { since: now().plus(chrono::TimeDelta::hours(-1)), until: now() };
    let next = |cursor: &str, updated: &str| {
        let op = Op::PullOrders { window, cursor: Some(cursor.to_owned()) };
        let rows: Vec<Value> = (1..=50).map(|id| json!({"order_id": id, "updated_at": updated})).collect();
        match answer(&op, &[good(json!({ "orders": rows })), good(json!([]))]) {
            Ok(Answer::Orders(page)) => Ok(page.next_cursor),
            Ok(other) => panic!("{other:?}"),
            Err(failure) => Err(failure.code),
        }
    };
    let later = "2026-11-27 11:30:00 +0700";
    let at = |offset: u32| format!("2026-11-27T04:00:00+00:00~{offset}");
    assert_eq!(next(&at(50), later), Ok(Some(at(100))));
    assert_eq!(next(&at(4_950), later), Ok(Some(at(5_000))));
    assert_eq!(next(&at(5_000), later), Ok(Some("2026-11-27T04:30:00+00:00~0".to_owned())));
    assert_eq!(next(&at(5_000), "2026-11-27 11:00:00 +0700"), Err("lazada.unreadable".to_owned()));
    let torn = Op::PullOrders { window, cursor: Some("torn".into()) };
    assert_eq!(Lazada.build(&torn, &[], &credentials(), now()).unwrap_err().code, "lazada.cursor");
}

/// The vector of the contract.
#[test]
fn a_push_is_believed_by_its_signature_over_key_and_raw_body() {
    let mut credentials = credentials();
    credentials.settings.insert("app_key".into(), "123456".into());
    credentials.secrets.insert("app_secret".into(), Secret::new("helloworld"));
    let hook = |signature: &str, body: &str| {
        let headers = [("authorization".to_owned(), signature.to_owned())];
        let call = HookCall { url: "", query: "", headers: &headers, body: body.as_bytes() };
        Lazada.hook(&call, &credentials, now())
    };
    let body = r#"{"seller_id":"1234567","message_type":0,"data":{"order_status":"unpaid","trade_order_id":"260422900198363","trade_order_line_id":"260422900298363","status_update_time":1603698638},"timestamp":1603766859530,"site":"lazada_vn"}"#;
    let vector = "b0cfd0349e915667babf3c35e2335fb09653527421c46a94bd9e70e874c16322";
    let about =
        |body: &str| Lazada.hook_shop(&HookCall { url: "", query: "", headers: &[], body: body.as_bytes() });
    assert_eq!(
        (about(r#"{"seller_id": "1234567"}"#).as_deref(), about("{}"), about("")),
        (Some("1234567"), None, None)
    );
    let believed = hook(vector, body).unwrap();
    assert_eq!((believed.news, believed.delivery), (News::Orders, sign::digest(body.as_bytes())));
    assert_eq!(hook(vector, &format!("{body} ")), Err(HookRefused::Forged));
    assert_eq!(hook("", body), Err(HookRefused::Forged));
    let news = |body: &str| {
        let signature = sign::hmac_hex("helloworld", &[b"123456", body.as_bytes()]);
        hook(&signature, body).map(|hook| hook.news)
    };
    let product = Ok(News::Products(vec!["2096".into()]));
    assert_eq!(news(r#"{"message_type":1,"data":{"item_id":2096,"status":"APPROVED"}}"#), product);
    assert_eq!(news(r#"{"message_type":4,"data":{"item_id":"2096"}}"#), product);
    assert_eq!(news(r#"{"message_type":8,"data":{}}"#), Ok(News::Shop));
    assert_eq!(news(r#"{"message_type":12,"data":{}}"#), Ok(News::Nothing));
    assert_eq!(news("no json"), Err(HookRefused::Unreadable));
    assert_eq!(news("{}"), Err(HookRefused::Unreadable));
}

#[test]
fn what_they_refuse_is_told_before_it_is_sent() {
    let codes = |change: fn(&mut ListingContent)| {
        let mut content = tea();
        change(&mut content);
        let all = Lazada.issues(&content, now()).into_iter();
        all.filter(|issue| issue.severity == Severity::Error).map(|issue| issue.code).collect::<Vec<_>>()
    };
    assert_eq!(codes(|_| ()), [""; 0]);
    assert_eq!(codes(|c| c.weight_g = 0), ["weight.missing"]);
    assert_eq!(codes(|c| c.price_vnd = 0), ["price.not_positive"]);
    assert_eq!(codes(|c| c.images.clear()), ["images.missing"]);
    assert_eq!(codes(|c| c.images = vec!["https://x/1".into(); 9]), ["images.too_many"]);
    assert_eq!(codes(|c| c.description_html = "è".repeat(25_001)), ["description.too_long"]);
    assert_eq!(codes(|c| c.description_html.push_str("<img src=x>")), ["description.foreign_image"]);
    assert_eq!(codes(|c| c.category = Some("trà".into())), ["category.missing"]);
    for id in ["", "price", "sku.price", "package_length"] {
        let values = vec![AttributeValue { id: None, value: "1".into() }];
        let attributes = vec![AttributeChoice { id: id.into(), name: "x".into(), values }];
        let content = ListingContent { attributes, ..tea() };
        assert!(Lazada.issues(&content, now()).iter().any(|issue| issue.code == "attribute.unknown"), "{id}");
    }
    let settings = |text: &str| BTreeMap::from([(parcel::SIZE.to_owned(), text.to_owned())]);
    assert_eq!(Lazada.settings_errors(&settings("20x12x8")), []);
    assert_eq!(Lazada.settings_errors(&settings("big"))[0].name, parcel::SIZE);
}
