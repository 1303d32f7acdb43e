//! Orders, pages, calls from the shop, and what is checked before sending.

use super::*;
use crate::platform::call::permit;
use crate::platform::state::Severity;

#[test]
fn orders_are_read_without_their_buyers() {
    let line = |total: &str, quantity: i64| json!({"id": 315, "product_id": 794, "sku": "A", "quantity": quantity, "total": total, "price": 1.5, "name": "x"});
    let order = |status: &str| {
        json!({
            "id": 727, "number": "727", "status": status, "date_created_gmt": "2026-11-21T04:30:00",
            "billing": {"first_name": "Nguyễn Văn A", "phone": "0912345678"},
            "line_items": [line("540000.00", 3), {"id": 316, "product_id": 5, "sku": "", "quantity": 1, "price": 66666.667}],
        })
    };
    let answer = parse(&pull(None), 200, &json!([order("processing")]).to_string()).unwrap();
    assert!(!format!("{answer:?}").contains("Nguyễn") && !format!("{answer:?}").contains("0912"));
    let Answer::Orders(page) = answer else { panic!() };
    let read = &page.orders[0];
    assert_eq!((read.order_id.as_str(), read.placed_at), ("727", Some(at("2026-11-21T04:30:00Z"))));
    let lines: Vec<_> = read
        .lines
        .iter()
        .map(|l| (l.line_id.as_str(), l.sku.as_str(), l.quantity, l.unit_price_vnd))
        .collect();
    assert_eq!(lines, [("315", "A", 3, 180_000), ("316", "#5", 1, 66_667)]);
    for (word, status) in [
        ("pending", OrderStatus::Open),
        ("on-hold", OrderStatus::Open),
        ("completed", OrderStatus::Completed),
        ("cancelled", OrderStatus::Cancelled),
        ("failed", OrderStatus::Cancelled),
        ("trash", OrderStatus::Cancelled),
        ("refunded", OrderStatus::Returned),
        ("checkout-draft", OrderStatus::Unknown),
        ("giao-hang", OrderStatus::Unknown),
    ] {
        let Answer::Orders(page) = parse(&pull(None), 200, &json!([order(word)]).to_string()).unwrap() else {
            panic!()
        };
        assert_eq!(page.orders[0].status, status, "{word}");
    }
    let bad = json!([{"id": 1, "line_items": [{"id": 2, "quantity": -1, "price": 1}]}, order("completed"), "no order", {"line_items": []}]);
    let Answer::Orders(page) = parse(&pull(None), 200, &bad.to_string()).unwrap() else { panic!() };
    assert_eq!(page.orders.len(), 1);
    let unread =
        ["1: a line has no id, quantity or price", "?: the row has another shape", "?: it has no number"];
    assert_eq!(page.unread, unread);
}

#[test]
fn pages_follow_by_the_header_or_while_they_are_full() {
    let next = |rows: usize, pages: Option<&str>| {
        let rows = vec![json!({"id": 1, "line_items": []}); rows];
        let headers = pages.map(|pages| ("x-wp-totalpages".to_owned(), pages.to_owned()));
        let reply =
            HttpReply { headers: headers.into_iter().collect(), ..reply(200, &json!(rows).to_string()) };
        match WooCommerce.parse(&pull(Some("2")), &[reply], &Credentials::default()).unwrap() {
            Parsed::Done(Answer::Orders(page)) => page.next_cursor,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(next(100, Some("3")).as_deref(), Some("3"));
    assert_eq!((next(100, Some("2")), next(0, Some("9")), next(99, None)), (None, None, None));
    assert_eq!(next(100, None).as_deref(), Some("3"));
    let rows: Vec<_> = (1..=100).map(|id| json!({"id": id, "parent": 0, "name": "x"})).collect();
    let (full, last) =
        (reply(200, &json!(rows).to_string()), reply(200, r#"[{"id":7,"parent":3,"name":"Chè"}]"#));
    let op = Op::Categories { parent: None };
    assert_eq!(
        WooCommerce.parse(&op, std::slice::from_ref(&full), &Credentials::default()),
        Ok(Parsed::More)
    );
    let second = WooCommerce.build(&op, std::slice::from_ref(&full), &credentials(), now()).unwrap();
    assert!(second.url.ends_with("parent=0&per_page=100&page=2"));
    let Ok(Parsed::Done(Answer::Categories(all))) =
        WooCommerce.parse(&op, &[full, last], &Credentials::default())
    else {
        panic!()
    };
    assert_eq!((all.len(), all[100].parent.as_deref(), all[100].leaf), (101, Some("3"), true));
}

#[test]
fn calls_are_believed_by_their_signature_alone() {
    let mut credentials = credentials();
    credentials.secrets.insert("webhook_secret".into(), Secret::new("secret"));
    let hook = |topic: &str, signature: &str, body: &[u8], credentials: &Credentials| {
        let headers = [
            ("x-wc-webhook-topic", topic),
            ("x-wc-webhook-signature", signature),
            ("x-wc-webhook-delivery-id", "d-1"),
        ];
        let headers: Vec<_> = headers.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let call = HookCall { url: "https://ocop.example/x", query: "", headers: &headers, body };
        WooCommerce.hook(&call, credentials, now())
    };
    let good = "A971iWIMgT8Zj9A9eWfikrFj7wQ16/Qwcc4OlRl2PLc=";
    let body = br#"{"id":1}"#;
    let told = |news| Ok(Hook { delivery: "d-1".into(), news });
    assert_eq!(hook("order.updated", good, body, &credentials), told(News::Orders));
    assert_eq!(hook("product.updated", good, body, &credentials), told(News::Products(vec!["1".into()])));
    assert_eq!(hook("coupon.created", good, body, &credentials), told(News::Nothing));
    assert_eq!(hook("order.updated", good, br#"{"id":2}"#, &credentials), Err(HookRefused::Forged));
    assert_eq!(hook("order.updated", "", body, &credentials), Err(HookRefused::Forged));
    let without = Credentials::sample(&WOOCOMMERCE, now());
    assert_eq!(hook("order.updated", good, body, &without), Err(HookRefused::Forged));
    let ping = HookCall { url: "", query: "", headers: &[], body: b"webhook_id=7" };
    assert_eq!(WooCommerce.hook(&ping, &without, now()).unwrap().news, News::Nothing);
    let odd = HookCall { body: b"webhook_id=7&x", ..ping };
    assert_eq!(WooCommerce.hook(&odd, &without, now()), Err(HookRefused::Forged));
}

#[test]
fn each_rule_is_checked_before_sending_with_its_field() {
    let nameless = AttributeChoice { id: "1".into(), name: " ".into(), values: vec![] };
    let cases = [
        (ListingContent { name: " ".into(), ..tea() }, "name.missing", "/name"),
        (ListingContent { sku: String::new(), ..tea() }, "sku.missing", "/sku"),
        (ListingContent { price_vnd: 0, ..tea() }, "price.not_positive", "/price_vnd"),
        (ListingContent { category: Some("tea".into()), ..tea() }, "category.unknown", "/category"),
        (ListingContent { attributes: vec![nameless], ..tea() }, "attribute.unknown", "/attributes/0"),
        (ListingContent { images: vec!["javascript:x".into()], ..tea() }, "image.not_public", "/images/0"),
    ];
    for (content, code, pointer) in cases {
        let issues = WooCommerce.issues(&content, now());
        assert_eq!((issues.len(), issues[0].code.as_str(), issues[0].pointer.as_str()), (1, code, pointer));
        let refused = permit(&WooCommerce, &upsert(None, content, Media::new()), now()).unwrap_err();
        assert_eq!((refused.class, refused.fields[0].pointer.as_str()), (Class::Permanent, pointer));
    }
    assert!(WooCommerce.issues(&tea(), now()).is_empty());
    let bare = ListingContent { category: None, images: vec![], certificate: None, weight_g: 0, ..tea() };
    let issues = WooCommerce.issues(&bare, now());
    assert!(issues.len() == 3 && issues.iter().all(|issue| issue.severity == Severity::Warning));
}
