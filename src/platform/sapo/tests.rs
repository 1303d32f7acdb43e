//! Sapo's own words and steps; what it shares with Haravan is tested there.

use serde_json::{Value, json};

use super::*;
use crate::platform::state::{Answer, Class, Media, Method, News, OrderStatus, Outcome};
use crate::platform::storefront::fixtures::{
    build, find, now, parse, price, product, pull, raw, reply, review, tea, upsert, withdraw,
};

fn credentials() -> Credentials {
    let base_url = "https://hop.mysapo.net/admin/".to_owned();
    // A private application has no token.
    Credentials { base_url, token: None, ..Credentials::sample(&SAPO, now()) }
}

fn there() -> HttpReply {
    let mut body = product(json!({"published_on": "2026-11-01T00:00:00Z"}));
    body["product"]["variants"][1]["inventory_management"] = json!("bizweb");
    reply(200, &body)
}

#[test]
fn a_new_product_is_sent_in_sapos_words() {
    let (spec, body) = build(&Sapo, &credentials(), &upsert(None, tea(), Media::new()), &[]);
    assert_eq!(
        (spec.method, spec.url.as_str()),
        (Method::Post, "https://hop.mysapo.net/admin/products.json")
    );
    let pair = STANDARD.encode("app_key:app_secret-very-secret");
    assert!(spec.headers.contains(&("authorization".into(), format!("Basic {pair}"))));
    assert_eq!(
        (&body["product"]["name"], &body["product"]["content"]),
        (&json!(tea().name), &json!(tea().description_html))
    );
    let variant = json!({
        "sku": tea().sku, "weight": 250, "weight_unit": "g", "price": 180_000, "inventory_management": "bizweb",
        "inventory_policy": "deny", "inventory_quantity": 40,
    });
    assert_eq!(body["product"]["variants"], json!([variant]));
    let mut token = credentials();
    token.secrets.insert("access_token".into(), Secret::new("granted-token"));
    let (spec, _) = build(&Sapo, &token, &find(), &[]);
    assert!(spec.headers.contains(&("x-sapo-access-token".into(), "granted-token".into())));
    assert!(spec.headers.iter().all(|(name, _)| name != "authorization"));
}

#[test]
fn a_sku_is_looked_for_among_variants_and_its_product_read() {
    let (spec, _) = build(&Sapo, &credentials(), &find(), &[]);
    assert_eq!(spec.url, "https://hop.mysapo.net/admin/variants.json?sku=TN-CHE-TANCUONG-200G");
    let list = |rows: Value| reply(200, &json!({ "variants": rows }));
    assert_eq!(parse(&Sapo, &find(), &[list(json!([]))]), Ok(Some(Answer::Found(None))));
    assert_eq!(
        parse(&Sapo, &find(), &[list(json!([{"sku": "X", "product_id": 1}]))]),
        Ok(Some(Answer::Found(None)))
    );
    let row = |id: u64| json!({"sku": tea().sku, "product_id": id});
    let one = list(json!([row(7)]));
    assert_eq!(parse(&Sapo, &find(), std::slice::from_ref(&one)), Ok(None));
    let (spec, _) = build(&Sapo, &credentials(), &find(), std::slice::from_ref(&one));
    assert_eq!(spec.url, "https://hop.mysapo.net/admin/products/7.json");
    let Ok(Some(Answer::Found(Some(found)))) = parse(&Sapo, &find(), &[one, there()]) else { panic!() };
    assert_eq!((found.outcome, found.stock), (Outcome::Live { external_id: "7".into() }, Some(40)));
    let twice = parse(&Sapo, &find(), &[list(json!([row(7), row(8)]))]).unwrap_err();
    assert_eq!((twice.class, twice.code.as_str()), (Class::NeedsAction, "sapo.sku_twice"));
    for body in ["", "<html>", "{}", "[]"] {
        assert_eq!(parse(&Sapo, &find(), &[raw(200, body)]).unwrap_err().class, Class::Retryable, "{body}");
    }
}

#[test]
fn price_and_stock_go_together_and_are_read_back() {
    let op = price(190_000, 3);
    let (spec, body) = build(&Sapo, &credentials(), &op, &[there()]);
    assert_eq!(
        (spec.method, spec.url.as_str()),
        (Method::Put, "https://hop.mysapo.net/admin/variants/71.json")
    );
    assert_eq!(body, json!({"variant": {"id": 71, "price": 190_000, "inventory_quantity": 3}}));
    let said = |price: i64, stock: Value| {
        let variant = json!({"variant": {"id": 71, "price": price, "inventory_quantity": stock}});
        parse(&Sapo, &op, &[there(), reply(200, &variant)])
    };
    assert!(matches!(said(190_000, json!(3)), Ok(Some(Answer::Items(_)))));
    let kept = said(190_000, json!(40)).unwrap_err();
    assert_eq!((kept.class, kept.code.as_str()), (Class::NeedsAction, "sapo.stock_not_taken"));
    assert_eq!(said(180_000, json!(3)).unwrap_err().class, Class::Ambiguous);
}

#[test]
fn a_withdrawal_is_believed_when_it_is_seen() {
    let (_, body) = build(&Sapo, &credentials(), &withdraw(), &[]);
    assert_eq!(body, json!({"product": {"id": 7, "published_on": null}}));
    let hidden = reply(200, &product(json!({"published_on": null})));
    assert_eq!(parse(&Sapo, &withdraw(), &[hidden]), Ok(Some(Answer::Withdrawn)));
    assert_eq!(parse(&Sapo, &withdraw(), &[there()]).unwrap_err().code, "sapo.not_hidden");
    let silent = reply(200, &product(json!({})));
    assert_eq!(parse(&Sapo, &withdraw(), std::slice::from_ref(&silent)).unwrap_err().class, Class::Ambiguous);
    let Ok(Some(Answer::Reviewed(seen))) = parse(&Sapo, &review(), &[silent]) else { panic!() };
    assert!(matches!(seen.outcome, Outcome::Unknown { .. }));
    assert_eq!(parse(&Sapo, &Op::Login, &[raw(404, "<html>")]).unwrap_err().code, "sapo.no_interface");
}

#[test]
fn orders_are_searched_by_their_change() {
    let (spec, _) = build(&Sapo, &credentials(), &pull(), &[]);
    let url = "https://hop.mysapo.net/admin/orders.json?status=any&modified_on_min=2026-11-20T17:00:00Z&limit=250&page=1";
    assert_eq!(spec.url, url);
    let order = json!({"id": 5, "created_on": "2026-11-21T04:30:00Z", "cancelled_on": "2026-11-21T04:40:00Z", "line_items": []});
    let Ok(Some(Answer::Orders(page))) = parse(&Sapo, &pull(), &[reply(200, &json!({"orders": [order]}))])
    else {
        panic!()
    };
    assert_eq!((page.orders[0].status, page.next_cursor), (OrderStatus::Cancelled, None));
}

#[test]
fn calls_are_believed_by_their_signature_alone() {
    let body = br#"{"id":123}"#;
    let signature = crate::platform::sign::hmac_base64("app_secret-very-secret", &[body]);
    let hook = |signature: &str, topic: Option<&str>| {
        let mut headers = vec![("x-sapo-hmac-sha256".to_owned(), signature.to_owned())];
        headers.extend(topic.map(|topic| ("x-sapo-topic".to_owned(), topic.to_owned())));
        Sapo.hook(&HookCall { url: "", query: "", headers: &headers, body }, &credentials(), now())
            .map(|hook| hook.news)
    };
    assert_eq!(hook(&signature, Some("orders/create")), Ok(News::Orders));
    assert_eq!(hook(&signature, None), Ok(News::Orders));
    assert_eq!(hook(&signature, Some("products/update")), Ok(News::Products(vec!["123".into()])));
    assert_eq!(hook("AAAA", Some("orders/create")), Err(HookRefused::Forged));
}
