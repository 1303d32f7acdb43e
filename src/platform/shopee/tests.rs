//! Fixtures written by hand from the documented fields; none was recorded from a real shop.

use serde_json::{Value, json};

use super::*;
use crate::platform::call::permit;
use crate::platform::state::{
    Answer, AttributeChoice, AttributeValue, Class, Expiry, Method, News, Outcome, Secret, Token,
};

mod replies;

fn now() -> Instant {
    Instant::from_utc("2026-11-27T05:00:00Z".parse().unwrap())
}

fn credentials() -> Credentials {
    let mut credentials = Credentials { base_url: SHOPEE.base_url.to_owned(), ..Credentials::default() };
    for (name, value) in [("partner_key", "test-partner-key"), ("refresh_token", "refresh-very-secret")] {
        credentials.secrets.insert(name.to_owned(), Secret::new(value));
    }
    for (name, value) in [("partner_id", "1001141"), ("shop_id", "600000")] {
        credentials.settings.insert(name.to_owned(), value.to_owned());
    }
    let value = Secret::new("access-very-secret");
    credentials.token = Some(Token { value, expires_at: now().plus(chrono::TimeDelta::hours(2)) });
    credentials
}

fn sample(wanted: &str) -> Op {
    Op::samples(now()).into_iter().find(|op| op.name() == wanted).unwrap()
}

fn reply(status: u16, body: &Value) -> HttpReply {
    HttpReply { status, headers: vec![], body: body.to_string().into_bytes() }
}

fn good(response: Value) -> HttpReply {
    reply(200, &json!({"error": "", "message": "", "request_id": "r", "response": response}))
}

fn row(status: &str) -> Value {
    json!({
        "item_id": 7, "item_sku": "TN-CHE-TANCUONG-200G", "item_status": status, "has_model": false,
        "price_info": [{"currency": "VND", "original_price": 180_000.0, "current_price": 150_000}],
        "stock_info_v2": {"seller_stock": [{"location_id": "VNZ", "stock": 3}, {"location_id": "VNZ", "stock": 1}]},
    })
}

fn items(status: &str) -> HttpReply {
    good(json!({"item_list": [row(status)]}))
}

fn limits() -> HttpReply {
    good(json!({
        "price_limit": {"min_limit": 1000.0, "max_limit": 120_000_000.0},
        "item_name_length_limit": {"min_limit": 5, "max_limit": 100},
    }))
}

/// The path of each request with its body, until the operation has ended.
fn walked(op: &Op, replies: &[HttpReply], credentials: &Credentials) -> Vec<(String, Value)> {
    (0..replies.len())
        .map(|n| {
            let spec = Shopee.build(op, &replies[..n], credentials, now()).unwrap();
            let ended = Shopee.parse(op, &replies[..=n], credentials).unwrap() != Parsed::More;
            assert_eq!(ended, n + 1 == replies.len(), "{n}");
            let url = url::Url::parse(&spec.url).unwrap();
            let query: std::collections::BTreeMap<_, _> = url.query_pairs().into_owned().collect();
            assert!(query.contains_key("sign") && query["timestamp"] == now().unix_seconds().to_string());
            let reads = spec.method == Method::Get || spec.upload.is_some() || *op == Op::Login;
            assert_eq!(spec.write, !reads, "{}", spec.url);
            let body = serde_json::from_slice(&spec.body).unwrap_or(json!(query));
            (url.path().trim_start_matches("/api/v2/").to_owned(), body)
        })
        .collect()
}

fn answer(op: &Op, replies: &[HttpReply]) -> Result<Answer, Failure> {
    match Shopee.parse(op, replies, &credentials())? {
        Parsed::Done(answer) => Ok(answer),
        Parsed::More => panic!("there is more"),
    }
}

#[test]
fn a_product_is_made_after_its_limits_its_carriers_and_its_images() {
    let create = sample("upsert");
    let channels = good(json!({"logistics_channel_list": [
        {"logistics_channel_id": 1, "enabled": true, "fee_type": "SIZE_INPUT", "mask_channel_id": 0},
        {"logistics_channel_id": 2, "enabled": false, "fee_type": "SIZE_INPUT", "mask_channel_id": 0},
        {"logistics_channel_id": 3, "enabled": true, "fee_type": "SIZE_INPUT", "mask_channel_id": 1},
        {"logistics_channel_id": 4, "enabled": true, "fee_type": "SIZE_SELECTION", "mask_channel_id": 0},
        {"logistics_channel_id": 5, "enabled": true, "mask_channel_id": 0, "weight_limit": {"item_max_weight": 0.2}},
    ]}));
    let image = |id: &str| good(json!({"image_info": {"image_id": id}}));
    // The documents' example of this answer has no `error` and dashes for texts.
    let made = json!({"message": "-", "warning": "-", "response": {"item_id": 7, "item_status": "NORMAL"}});
    let replies = [limits(), channels, image("i1"), image("i2"), reply(200, &made)];
    let mut shop = credentials();
    shop.settings.insert("package_size".to_owned(), "20x12x8".to_owned());
    let requests = walked(&create, &replies, &shop);
    let paths: Vec<&str> = requests.iter().map(|(path, _)| path.as_str()).collect();
    let upload = "media_space/upload_image";
    assert_eq!(
        paths,
        ["product/get_item_limit", "logistics/get_channel_list", upload, upload, "product/add_item"]
    );
    let (_, body) = &requests[4];
    let mut wanted = json!({
        "original_price": 180_000, "weight": 0.25, "item_name": "Chè Tân Cương 200 g",
        "item_sku": "TN-CHE-TANCUONG-200G", "item_status": "NORMAL", "category_id": 1001, "condition": "NEW",
        "image": {"image_id_list": ["i1", "i2"]}, "logistic_info": [{"logistic_id": 1, "enabled": true}],
        "brand": {"brand_id": 0, "original_brand_name": "NoBrand"}, "seller_stock": [{"stock": 40}],
        "dimension": {"package_length": 20, "package_width": 12, "package_height": 8}, "attribute_list": [],
        "gtin_code": "00",
    });
    wanted["description"] = json!("Chè búp hái tay ở Tân Cương, sao thủ công. ".repeat(4).trim());
    assert_eq!(*body, wanted);
    let Answer::Written { external_id, outcome, media } = answer(&create, &replies).unwrap() else {
        panic!()
    };
    assert_eq!((external_id.as_deref(), outcome), (Some("7"), Outcome::Live { external_id: "7".into() }));
    assert_eq!(media.values().collect::<Vec<_>>(), ["i1", "i2"]);

    let spec = Shopee.build(&create, &replies[..2], &credentials(), now()).unwrap();
    assert!(
        !spec.url.contains("access_token") && !spec.url.contains("shop_id"),
        "an upload is the partner's"
    );
    let upload = spec.upload.unwrap();
    assert_eq!((upload.field, upload.image.as_str()), ("image", "https://ocop.example/img/1.jpg"));
    let spec = Shopee.build(&create, &replies[..4], &credentials(), now()).unwrap();
    assert!(spec.url.contains("access_token=access-very-secret&shop_id=600000"), "{}", spec.url);
    let shown = crate::platform::redact::request(&spec);
    assert!(!format!("{shown:?}").contains("very-secret"), "{shown:?}");
}

#[test]
fn settings_of_the_shop_go_before_what_is_looked_up() {
    let Op::Upsert { content, .. } = sample("upsert") else { panic!() };
    let values = vec![
        AttributeValue { id: Some("12".into()), value: "Việt Nam".into() },
        AttributeValue { id: None, value: "Hương cốm".into() },
    ];
    let attributes = vec![AttributeChoice { id: "4811".into(), name: "Xuất xứ".into(), values }];
    let gtin = Some("8938505974194".to_owned());
    let content = ListingContent { attributes, gtin, ..*content };
    let media: Media = content.images.iter().map(|image| (image.clone(), "kept".to_owned())).collect();
    let op = Op::Upsert { external_id: None, content: Box::new(content), media };
    let mut shop = credentials();
    shop.settings.insert(CHANNELS.to_owned(), "50021, 50022".to_owned());
    shop.settings.insert(LOCATION.to_owned(), "VNZ".to_owned());
    let made = good(json!({"item_id": 7}));
    let requests = walked(&op, &[limits(), made.clone()], &shop);
    let (path, body) = &requests[1];
    assert_eq!(path, "product/add_item");
    assert_eq!(body["logistic_info"][1], json!({"logistic_id": 50022, "enabled": true}));
    assert_eq!(body["seller_stock"], json!([{"location_id": "VNZ", "stock": 40}]));
    assert_eq!(body["gtin_code"], "8938505974194");
    assert_eq!(
        body["attribute_list"],
        json!([{"attribute_id": 4811, "attribute_value_list": [
            {"value_id": 12, "original_value_name": "Việt Nam"}, {"value_id": 0, "original_value_name": "Hương cốm"},
        ]}])
    );
    let Answer::Written { outcome, .. } = answer(
        &op,
        &[
            limits(),
            good(json!({"logistics_channel_list": [
        {"logistics_channel_id": 1, "enabled": true}]})),
            made,
        ],
    )
    .unwrap() else {
        panic!()
    };
    assert_eq!(outcome, Outcome::PendingReview { external_id: "7".into() }, "without a word nothing is live");
}

#[test]
fn an_update_carries_no_price_and_stock_and_puts_back_what_was_taken_off() {
    let Op::Upsert { content, .. } = sample("upsert") else { panic!() };
    let media: Media = content.images.iter().map(|image| (image.clone(), "kept".to_owned())).collect();
    let op = Op::Upsert { external_id: Some("7".into()), content, media };
    let done = good(json!({"success_list": [{"item_id": 7, "unlist": false}]}));
    let replies = [limits(), good(json!({"item_id": 7})), items("UNLIST"), done];
    let requests = walked(&op, &replies, &credentials());
    assert_eq!(
        (requests[1].0.as_str(), requests[3].0.as_str()),
        ("product/update_item", "product/unlist_item")
    );
    let body = requests[1].1.as_object().unwrap();
    for left in ["original_price", "seller_stock", "logistic_info", "brand", "item_status", "gtin_code"] {
        assert!(!body.contains_key(left), "{left}");
    }
    assert_eq!(requests[3].1, json!({"item_list": [{"item_id": 7, "unlist": false}]}));
    for (word, outcome) in [
        ("NORMAL", Outcome::Live { external_id: "7".into() }),
        ("REVIEWING", Outcome::PendingReview { external_id: "7".into() }),
        ("BANNED", Outcome::PendingReview { external_id: "7".into() }),
        ("SOLD_OUT", Outcome::Unknown { raw: "SOLD_OUT".into() }),
    ] {
        let replies = [limits(), good(json!({"item_id": 7})), items(word)];
        match answer(&op, &replies).unwrap() {
            Answer::Written { outcome: seen, .. } => assert_eq!(seen, outcome, "{word}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn price_and_stock_go_by_two_calls_to_the_place_where_the_stock_lies() {
    let op = sample("price_stock");
    let done = good(json!({"success_list": [{"model_id": 0}], "failure_list": []}));
    let requests = walked(&op, &[items("NORMAL"), done.clone(), done.clone()], &credentials());
    assert_eq!(
        requests[1],
        (
            "product/update_price".to_owned(),
            json!({"item_id": 7, "price_list": [{"model_id": 0, "original_price": 180_000}]})
        )
    );
    let stocks = json!([{"model_id": 0, "seller_stock": [{"location_id": "VNZ", "stock": 4}]}]);
    assert_eq!(requests[2], ("product/update_stock".to_owned(), json!({"item_id": 7, "stock_list": stocks})));

    let refused = good(json!({"success_list": [], "failure_list": [
        {"model_id": 0, "failed_reason": "Price is out of range"}]}));
    let failure = answer(&op, &[items("NORMAL"), refused.clone()]).unwrap_err();
    assert_eq!((failure.class, failure.fields[0].pointer.as_str()), (Class::Permanent, "/price_vnd"));
    let failure = answer(&op, &[items("NORMAL"), done, refused]).unwrap_err();
    assert_eq!(failure.fields[0].pointer, "/stock", "half of it was done");
    let neither = good(json!({"success_list": [], "failure_list": []}));
    assert_eq!(answer(&op, &[items("NORMAL"), neither]).unwrap_err().class, Class::Ambiguous);

    let places = json!({"item_id": 7, "item_status": "NORMAL", "stock_info_v2": {"seller_stock": [
        {"location_id": "A", "stock": 1}, {"location_id": "B", "stock": 1}]}});
    let spread = good(json!({ "item_list": [places] }));
    let failure = Shopee.parse(&op, std::slice::from_ref(&spread), &credentials()).unwrap_err();
    assert_eq!((failure.class, failure.code.as_str()), (Class::NeedsAction, "shopee.location"));
    let mut told = credentials();
    told.settings.insert(LOCATION.to_owned(), "B".to_owned());
    assert_eq!(Shopee.parse(&op, &[spread], &told), Ok(Parsed::More));
}

#[test]
fn a_product_is_taken_off_sale_only_where_it_is_on() {
    let op = sample("withdraw");
    let done = good(json!({"success_list": [{"item_id": 7, "unlist": true}], "failure_list": []}));
    let requests = walked(&op, &[items("NORMAL"), done], &credentials());
    assert_eq!(requests[1].1, json!({"item_list": [{"item_id": 7, "unlist": true}]}));
    for word in ["UNLIST", "BANNED", "SHOPEE_DELETE"] {
        assert_eq!(answer(&op, &[items(word)]), Ok(Answer::Withdrawn), "{word}");
    }
    assert_eq!(answer(&op, &[items("REVIEWING")]).unwrap_err().class, Class::Retryable);
    assert_eq!(answer(&op, &[items("SELLER_DELETE")]).unwrap_err().code, "product.gone");
    let promoted = good(json!({"failure_list": [{"item_id": 7, "failed_reason": "under promotion"}]}));
    let failure = answer(&op, &[items("NORMAL"), promoted]).unwrap_err();
    assert_eq!((failure.class, failure.message.as_str()), (Class::Permanent, "under promotion"));
}

#[test]
fn a_login_sends_the_newest_refresh_token_and_brings_the_next() {
    let requests = walked(&Op::Login, &[reply(200, &token_body())], &credentials());
    let (path, body) = &requests[0];
    assert_eq!(path, "auth/access_token/get");
    assert_eq!(
        *body,
        json!({"refresh_token": "refresh-very-secret", "partner_id": 1_001_141, "shop_id": 600_000})
    );
    let Answer::Token(grant) = answer(&Op::Login, &[reply(200, &token_body())]).unwrap() else { panic!() };
    assert_eq!((grant.value.expose(), grant.refresh.unwrap().expose()), ("a", "r"));
    assert_eq!(grant.expiry, Expiry::In(std::time::Duration::from_secs(14_400)));
}

fn token_body() -> Value {
    json!({"error": "", "message": "", "request_id": "x", "access_token": "a", "refresh_token": "r", "expire_in": 14_400})
}

/// The vector of the contract.
#[test]
fn a_push_message_is_signed_over_the_address_and_the_raw_body() {
    let body = r#"{"code":3,"shop_id":600000,"timestamp":1610000000,"data":{"ordersn":"201218V2Y6E59M","status":"READY_TO_SHIP"}}"#;
    let signature = "d89f5205450ec7831815e7a09b65ffe468b5f2774da0ebf9498f6e65a1a04a88";
    let hook = |url: &str, signature: &str, body: &str, credentials: &Credentials| {
        let headers = vec![("authorization".to_owned(), signature.to_owned())];
        Shopee.hook(
            &HookCall { url, query: "", headers: &headers, body: body.as_bytes() },
            credentials,
            now(),
        )
    };
    let url = "https://ocop.example/webhooks/shopee";
    let about =
        |body: &str| Shopee.hook_shop(&HookCall { url, query: "", headers: &[], body: body.as_bytes() });
    assert_eq!(
        (about(r#"{"shop_id": 220, "code": 3}"#).as_deref(), about("{}"), about("")),
        (Some("220"), None, None)
    );
    let believed = hook(url, signature, body, &credentials()).unwrap();
    assert_eq!((believed.news, believed.delivery.len()), (News::Orders, 64));
    assert_eq!(hook(&format!("{url}/"), signature, body, &credentials()), Err(HookRefused::Forged));
    assert_eq!(hook(url, signature, &format!("{body} "), &credentials()), Err(HookRefused::Forged));
    assert_eq!(hook(url, "", body, &credentials()), Err(HookRefused::Forged));
    // What is registered there may be written otherwise.
    let mut told = credentials();
    told.settings.insert(PUSH_URL.to_owned(), url.to_owned());
    assert_eq!(hook("https://elsewhere.example/", signature, body, &told).unwrap().news, News::Orders);

    let news = |body: Value| {
        let body = body.to_string();
        let signature =
            crate::platform::sign::hmac_hex("test-partner-key", &[url.as_bytes(), b"|", body.as_bytes()]);
        hook(url, &signature, &body, &credentials()).map(|hook| hook.news)
    };
    let seven = News::Products(vec!["7".into()]);
    assert_eq!(news(json!({"code": 6, "shop_id": 600_000, "data": {"item_id": 7}})), Ok(seven));
    assert_eq!(news(json!({"code": 6, "shop_id": 600_000, "data": {}})), Err(HookRefused::Unreadable));
    assert_eq!(news(json!({"code": 4, "shop_id": 600_000})), Ok(News::Orders));
    assert_eq!(news(json!({"code": 2, "shop_id": 600_000})), Ok(News::Shop));
    assert_eq!(news(json!({"code": 10, "shop_id": 600_000})), Ok(News::Nothing));
    assert_eq!(news(json!({"code": 3, "shop_id": 600_001})), Ok(News::Nothing), "of another shop");
    assert_eq!(news(json!({"shop_id": 600_000})), Err(HookRefused::Unreadable));
}

#[test]
fn settings_and_contents_are_checked_before_anything_is_sent() {
    let settings =
        [("partner_id", "x"), ("shop_id", "600000"), (CHANNELS, "1, 2"), ("package_size", "20x12")];
    let settings = settings.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let wrong: Vec<&str> = Shopee.settings_errors(&settings).into_iter().map(|e| e.name).collect();
    assert_eq!(wrong, ["partner_id", "package_size"]);
    let Op::Upsert { content, .. } = sample("upsert") else { panic!() };
    assert!(Shopee.issues(&content, now()).is_empty());
    let empty = ListingContent {
        images: vec![],
        category: Some("tea".into()),
        weight_g: 0,
        gtin: Some("12".into()),
        name: "Chè".into(),
        ..*content
    };
    let issues = Shopee.issues(&empty, now());
    let codes: Vec<&str> = issues.iter().map(|issue| issue.code.as_str()).collect();
    for code in ["images.missing", "category.missing", "weight.missing", "gtin.form", "name.unusual"] {
        assert!(codes.contains(&code), "{code}: {codes:?}");
    }
    let op = Op::Upsert { external_id: None, content: Box::new(empty), media: Media::new() };
    assert_eq!(permit(&Shopee, &op, now()).unwrap_err().code, "content.refused");
}

#[test]
fn a_preview_shows_the_write_with_stand_ins() {
    let spec = Shopee.preview(&sample("upsert"), &credentials(), now()).unwrap();
    let body: Value = serde_json::from_slice(&spec.body).unwrap();
    assert!(spec.url.contains("/api/v2/product/add_item?"));
    assert_eq!(body["image"]["image_id_list"], json!(["…", "…"]));
}
