//! Each platform's page for a shop owner's consent and the exchange of its code, as their contracts write them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::instant::Instant;
use crate::platform::adapter::{Adapter, Parsed};
use crate::platform::redact;
use crate::platform::sign;
use crate::platform::state::{
    Answer, Capability, Class, ConsentRefused, ConsentReply, Consented, Credentials, Expiry, Failure,
    HttpReply, HttpSpec, Op, Secret,
};

const REDIRECT: &str = "https://ocop.example/api/v1/hooks/x/consent";
const STATE: &str = "state-of-43-characters";
const CODE: &str = "code very-secret";

/// The time of the contract's vectors of Shopee.
fn now() -> Instant {
    Instant::from_utc(chrono::DateTime::from_timestamp(1_610_000_000, 0).unwrap())
}

fn adapter(key: &str) -> &'static dyn Adapter {
    crate::platform::adapter(key).unwrap()
}

/// A shop that gave its application's keys and no tokens.
fn credentials(key: &str, open: &[(&str, &str)], secret: (&str, &str)) -> Credentials {
    let mut credentials =
        Credentials { base_url: adapter(key).descriptor().base_url.to_owned(), ..Credentials::default() };
    for (name, value) in open {
        credentials.settings.insert((*name).to_owned(), (*value).to_owned());
    }
    credentials.secrets.insert(secret.0.to_owned(), Secret::new(secret.1));
    credentials
}

fn of(key: &str) -> Credentials {
    match key {
        "shopee" => credentials(key, &[("partner_id", "1001141")], ("partner_key", "test-partner-key")),
        "tiktok_shop" | "lazada" | "haravan" => {
            credentials(key, &[("app_key", "app-1")], ("app_secret", "hush-hush"))
        }
        "tiki" => credentials(key, &[("client_id", "Aladdin")], ("client_secret", "open sesame")),
        "sapo" => Credentials {
            base_url: "https://hop.mysapo.net/admin/".to_owned(),
            ..credentials(key, &[("app_key", "app-1")], ("app_secret", "hush"))
        },
        "shopify" => Credentials {
            base_url: "https://hop.myshopify.com".to_owned(),
            ..credentials(key, &[("client_id", "app-1")], ("client_secret", "hush"))
        },
        other => panic!("{other}"),
    }
}

const ALL: [&str; 7] = ["shopee", "tiktok_shop", "lazada", "tiki", "haravan", "sapo", "shopify"];

fn page(key: &str) -> (String, BTreeMap<String, String>) {
    let url = adapter(key).consent_url(&of(key), REDIRECT, STATE, now()).unwrap();
    let url = url::Url::parse(&url).unwrap();
    let address = format!("{}://{}{}", url.scheme(), url.host_str().unwrap(), url.path());
    (address, url.query_pairs().into_owned().collect())
}

fn op() -> Op {
    Op::Consent { code: Secret::new(CODE), redirect: REDIRECT.to_owned() }
}

fn exchange(key: &str) -> HttpSpec {
    let mut credentials = of(key);
    if key == "shopee" {
        credentials.settings.insert("shop_id".to_owned(), "600000".to_owned());
    }
    adapter(key).build(&op(), &[], &credentials, now()).unwrap()
}

fn form(text: &[u8]) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(text).into_owned().collect()
}

fn parsed(key: &str, status: u16, body: &Value) -> Result<Answer, Failure> {
    let reply = HttpReply { status, headers: vec![], body: body.to_string().into_bytes() };
    match adapter(key).parse(&op(), &[reply], &of(key))? {
        Parsed::Done(answer) => Ok(answer),
        Parsed::More => panic!("there is more"),
    }
}

#[test]
fn every_platform_that_says_so_has_a_page_and_no_other() {
    for platform in crate::platform::descriptors().iter().filter(|platform| platform.adapter) {
        let offered = platform.capabilities.contains(&Capability::Consent);
        assert_eq!(offered, ALL.contains(&platform.key), "{}", platform.key);
        let credentials = Credentials { base_url: "https://h.example".to_owned(), ..Credentials::default() };
        let asked = adapter(platform.key).consent_url(&credentials, REDIRECT, STATE, now());
        let failure = asked.unwrap_err();
        let class = if offered { Class::NeedsAction } else { Class::Permanent };
        assert_eq!(failure.class, class, "{}", platform.key);
        assert_eq!(failure.fields.is_empty(), !offered, "{}: the missing key is named", platform.key);
    }
}

#[test]
fn the_pages_are_those_of_the_contracts() {
    for (key, address, own) in [
        ("tiktok_shop", "https://auth.tiktok-shops.com/oauth/authorize", vec![("app_key", "app-1")]),
        (
            "lazada",
            "https://auth.lazada.com/oauth/authorize",
            vec![
                ("response_type", "code"),
                ("force_auth", "true"),
                ("client_id", "app-1"),
                ("country", "vn"),
                ("redirect_uri", REDIRECT),
            ],
        ),
        (
            "tiki",
            "https://api.tiki.vn/sc/oauth2/auth",
            vec![
                ("response_type", "code"),
                ("client_id", "Aladdin"),
                ("scope", "offline product order inventory"),
                ("redirect_uri", REDIRECT),
            ],
        ),
        (
            "haravan",
            "https://accounts.haravan.com/connect/authorize",
            vec![("response_type", "code"), ("client_id", "app-1"), ("redirect_uri", REDIRECT)],
        ),
        (
            "sapo",
            "https://hop.mysapo.net/admin/oauth/authorize",
            vec![("client_id", "app-1"), ("redirect_uri", REDIRECT)],
        ),
        (
            "shopify",
            "https://hop.myshopify.com/admin/oauth/authorize",
            vec![("client_id", "app-1"), ("redirect_uri", REDIRECT)],
        ),
    ] {
        let (at, query) = page(key);
        assert_eq!(at, address, "{key}");
        assert_eq!(query.get("state").map(String::as_str), Some(STATE), "{key}");
        for (name, value) in own {
            assert_eq!(query.get(name).map(String::as_str), Some(value), "{key} {name}");
        }
    }
    assert!(page("haravan").1["scope"].contains("com.write_products"));
    assert!(page("sapo").1["scope"].contains("write_products"));
    assert!(page("shopify").1["scope"].contains("write_products"));

    let (at, query) = page("shopee");
    assert_eq!(at, "https://partner.shopeemobile.com/api/v2/shop/auth_partner");
    let signed = sign::hmac_hex("test-partner-key", &[b"1001141/api/v2/shop/auth_partner1610000000"]);
    let wanted = [
        ("partner_id", "1001141"),
        ("timestamp", "1610000000"),
        ("sign", signed.as_str()),
        ("redirect", &format!("{REDIRECT}?state={STATE}")),
    ];
    assert_eq!(query, wanted.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect());
    // Sellers outside the US have a page that goes by the service's number.
    let mut abroad = of("tiktok_shop");
    abroad.settings.insert("service_id".to_owned(), " 7300000000000000042 ".to_owned());
    assert_eq!(
        adapter("tiktok_shop").consent_url(&abroad, REDIRECT, STATE, now()).unwrap(),
        format!(
            "https://services.tiktokshop.com/open/authorize?service_id=7300000000000000042&state={STATE}"
        )
    );
    // No secret is in any of them.
    for key in ALL {
        let (at, query) = page(key);
        for secret in of(key).secrets.values() {
            assert!(!format!("{at}{query:?}").contains(secret.expose()), "{key}");
        }
    }
}

#[test]
fn a_code_is_exchanged_as_the_contracts_say_and_hidden() {
    let shopee = exchange("shopee");
    // The vector of the contract.
    assert_eq!(
        shopee.url,
        "https://partner.shopeemobile.com/api/v2/auth/token/get?partner_id=1001141&timestamp=1610000000\
         &sign=1f9bed8c2d290499d7fb6e48e2a2509bacddffe226ce10dac2a0eb8060806c49"
    );
    assert_eq!(
        serde_json::from_slice::<Value>(&shopee.body).unwrap(),
        json!({"code": CODE, "partner_id": 1_001_141, "shop_id": 600_000})
    );
    let tiktok = exchange("tiktok_shop");
    let (at, query) = tiktok.url.split_once('?').unwrap();
    assert_eq!((tiktok.method.as_str(), at), ("GET", "https://auth.tiktok-shops.com/api/v2/token/get"));
    let sent = form(query.as_bytes());
    for (name, value) in [
        ("app_key", "app-1"),
        ("app_secret", "hush-hush"),
        ("auth_code", CODE),
        ("grant_type", "authorized_code"),
    ] {
        assert_eq!(sent[name], value);
    }
    let lazada = exchange("lazada");
    assert_eq!(lazada.url, "https://auth.lazada.com/rest/auth/token/create");
    let sent = form(&lazada.body);
    let text = format!("/auth/token/createapp_keyapp-1code{CODE}sign_methodsha256timestamp1610000000000");
    assert_eq!(sent["sign"], sign::hmac_hex("hush-hush", &[text.as_bytes()]).to_ascii_uppercase());
    let tiki = exchange("tiki");
    assert_eq!(tiki.url, "https://api.tiki.vn/sc/oauth2/token");
    assert!(tiki.headers.contains(&("authorization".into(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==".into())));
    let haravan = exchange("haravan");
    assert_eq!(haravan.url, "https://accounts.haravan.com/connect/token");
    for spec in [&tiki, &haravan] {
        let sent = form(&spec.body);
        assert_eq!(
            (sent["grant_type"].as_str(), sent["code"].as_str(), sent["redirect_uri"].as_str()),
            ("authorization_code", CODE, REDIRECT)
        );
    }
    let sapo = exchange("sapo");
    assert_eq!(sapo.url, "https://hop.mysapo.net/admin/oauth/access_token");
    assert_eq!(form(&sapo.body)["code"], CODE);
    let shopify = exchange("shopify");
    assert_eq!(shopify.url, "https://hop.myshopify.com/admin/oauth/access_token");
    assert_eq!(
        serde_json::from_slice::<Value>(&shopify.body).unwrap(),
        json!({"client_id": "app-1", "client_secret": "hush", "code": CODE})
    );
    for key in ALL {
        let spec = exchange(key);
        let shown = format!("{:?}", redact::request(&spec));
        assert!(!shown.contains("very-secret"), "{key}: {shown}");
        assert!(!spec.write, "{key}: a repeat does no harm");
    }
}

#[test]
fn the_first_tokens_are_read_and_a_refusal_is_for_good() {
    let grant = |key, body: &Value| match parsed(key, 200, body).unwrap() {
        Answer::Consented { grant, settings } => (grant, settings),
        other => panic!("{other:?}"),
    };
    let body = json!({"error": "", "access_token": "a", "refresh_token": "r", "expire_in": 14_400});
    let reply = HttpReply { status: 200, headers: vec![], body: body.to_string().into_bytes() };
    let mut shopee = of("shopee");
    shopee.settings.insert("shop_id".to_owned(), "600000".to_owned());
    let Parsed::Done(Answer::Consented { grant: got, .. }) =
        adapter("shopee").parse(&op(), &[reply], &shopee).unwrap()
    else {
        panic!()
    };
    assert_eq!((got.value.expose(), got.refresh.unwrap().expose()), ("a", "r"));

    let tiktok = json!({"code": 0, "message": "ok", "data": {
        "access_token": "a", "access_token_expire_in": 1_700_000_000, "refresh_token": "r",
    }});
    let (got, settings) = grant("tiktok_shop", &tiktok);
    assert!(matches!(got.expiry, Expiry::At(_)) && got.refresh.is_some() && settings.is_empty());

    let info = json!([{"country": "sg", "seller_id": "1"}, {"country": "vn", "seller_id": 200_160_000}]);
    let lazada = json!({
        "code": "0", "access_token": "a", "refresh_token": "r", "expires_in": 604_800, "country_user_info": info,
    });
    assert_eq!(grant("lazada", &lazada).1["seller_id"], "200160000");
    let without = json!({"code": "0", "access_token": "a", "refresh_token": "r", "expires_in": 604_800});
    assert!(grant("lazada", &without).1.is_empty());

    let tiki = json!({"access_token": "a", "refresh_token": "r", "expires_in": 3_600});
    assert!(grant("tiki", &tiki).0.refresh.is_some());
    for key in ["haravan", "sapo", "shopify"] {
        let (got, _) = grant(key, &json!({"access_token": "lasting"}));
        assert_eq!((got.value.expose(), got.refresh), ("lasting", None), "{key}");
        assert_eq!(got.expiry, Expiry::In(super::LASTS));
        // Later requests go out with it.
        let mut credentials = of(key);
        let later = now().plus(chrono::TimeDelta::days(3_650));
        let token = crate::platform::state::Token { value: got.value, expires_at: later };
        credentials.token = Some(token);
        let op = Op::FindBySku { sku: "S".to_owned() };
        let spec = adapter(key).build(&op, &[], &credentials, now()).unwrap();
        assert!(format!("{:?}", spec.headers).contains("lasting"), "{key}");
        assert!(!format!("{:?}", redact::request(&spec)).contains("lasting"), "{key}");
        let failure = adapter(key).build(&op, &[], &credentials, later);
        if key != "sapo" {
            assert_eq!(failure.unwrap_err().class, Class::Auth { refreshable: false }, "{key}");
        }
    }
    let refused = Class::Auth { refreshable: false };
    for (key, status, body) in [
        (
            "tiktok_shop",
            200,
            json!({"code": 36_004_004, "message": "Invalid authorization code", "data": {}}),
        ),
        (
            "lazada",
            200,
            json!({"code": "InvalidCode", "type": "ISV", "message": "Invalid authorization code"}),
        ),
        ("tiki", 400, json!({"error": "invalid_grant"})),
        ("haravan", 400, json!({"error": "invalid_grant"})),
        ("sapo", 400, json!({"error": "invalid_grant"})),
        ("shopify", 400, json!({"error": "invalid_request"})),
    ] {
        assert_eq!(parsed(key, status, &body).unwrap_err().class, refused, "{key}");
        assert_eq!(parsed(key, 503, &json!("busy")).unwrap_err().class, Class::Retryable, "{key}");
    }
}

#[test]
fn what_the_browser_brings_is_read_by_each_platforms_rules() {
    let read = |key: &str, query: &str| adapter(key).consented(&ConsentReply::read(query).unwrap(), &of(key));
    let code = |consented: Result<Consented, _>| consented.map(|c| c.code.expose().to_owned());
    for key in ["tiktok_shop", "lazada", "tiki", "haravan"] {
        assert_eq!(code(read(key, "code=abcdefgh&state=x")), Ok("abcdefgh".to_owned()), "{key}");
        assert_eq!(code(read(key, "error=access_denied&state=x")), Err(ConsentRefused::Denied), "{key}");
    }
    let shopee = read("shopee", "state=x&code=abcdefgh&shop_id=600000").unwrap();
    assert_eq!(shopee.settings["shop_id"], "600000");
    for query in [
        "code=abcdefgh&main_account_id=7",
        "code=abcdefgh&shop_id=",
        "code=abcdefgh&shop_id=1%2F2",
        "shop_id=600000",
    ] {
        assert_eq!(read("shopee", query).unwrap_err(), ConsentRefused::Unreadable, "{query}");
    }
    for key in ["sapo", "shopify"] {
        let text = "code=abcdefgh&state=x&timestamp=1610000000";
        let hmac = sign::hmac_hex("hush", &[text.as_bytes()]);
        assert_eq!(code(read(key, &format!("{text}&hmac={hmac}"))), Ok("abcdefgh".to_owned()), "{key}");
        for query in [text.to_owned(), format!("{text}&hmac=00"), format!("{text}1&hmac={hmac}")] {
            assert_eq!(code(read(key, &query)), Err(ConsentRefused::Forged), "{key} {query}");
        }
        let denied = "error=access_denied&state=x";
        let hmac = sign::hmac_hex("hush", &[denied.as_bytes()]);
        let denied = read(key, &format!("{denied}&hmac={hmac}"));
        assert_eq!(denied.unwrap_err(), ConsentRefused::Denied, "{key}");
    }
}

/// Haravan's documents name no end of a token, and newer applications of Shopify get one that ends: where a refresh token
/// comes with it, it is renewed.
#[test]
fn a_token_that_ends_is_renewed_where_it_can_be() {
    let body = json!({"access_token": "a-secret", "refresh_token": "r-secret", "expires_in": 3_600});
    for (key, address) in [
        ("haravan", "https://accounts.haravan.com/connect/token"),
        ("shopify", "https://hop.myshopify.com/admin/oauth/access_token"),
    ] {
        let Answer::Consented { grant, .. } = parsed(key, 200, &body).unwrap() else { panic!("{key}") };
        assert_eq!(grant.expiry, Expiry::In(std::time::Duration::from_secs(3_600)), "{key}");
        let mut credentials = of(key);
        let expires_at = grant.expires_at(now());
        credentials.token = Some(crate::platform::state::Token { value: grant.value, expires_at });
        credentials.secrets.insert("refresh_token".to_owned(), grant.refresh.unwrap());
        let look = Op::FindBySku { sku: "S".to_owned() };
        assert!(adapter(key).build(&look, &[], &credentials, now()).is_ok(), "{key}");
        let ended = adapter(key).build(&look, &[], &credentials, expires_at).unwrap_err();
        assert_eq!(ended.class, Class::Auth { refreshable: true }, "{key}");

        let login = adapter(key).build(&Op::Login, &[], &credentials, expires_at).unwrap();
        assert_eq!(login.url, address);
        let sent = String::from_utf8(login.body.clone()).unwrap();
        assert!(sent.contains("refresh_token") && sent.contains("r-secret"), "{key}: {sent}");
        assert!(!format!("{:?}", redact::request(&login)).contains("r-secret"), "{key}");
        let reply =
            |status, body: &Value| HttpReply { status, headers: vec![], body: body.to_string().into_bytes() };
        let parse = |reply: HttpReply| adapter(key).parse(&Op::Login, &[reply], &credentials);
        assert!(matches!(parse(reply(200, &body)), Ok(Parsed::Done(Answer::Token(_)))), "{key}");
        let refused = parse(reply(400, &json!({"error": "invalid_grant"}))).unwrap_err();
        assert_eq!(refused.class, Class::Auth { refreshable: false }, "{key}: the owner is asked again");
        // A token given by hand is the shop's own and lasts.
        credentials.secrets.insert("access_token".to_owned(), Secret::new("by-hand"));
        assert!(adapter(key).build(&look, &[], &credentials, expires_at).is_ok(), "{key}");
    }
}
