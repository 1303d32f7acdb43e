//! Signed requests.

use serde_json::Value;

use crate::instant::Instant;
use crate::platform::state::{Class, Credentials, Failure, HttpSpec, Method, Op, Secret, Upload};
use crate::platform::{consent, sign};

/// A request without what is the same in all: partner, time, token and signature.
#[derive(Debug)]
pub(super) struct Ask {
    method: Method,
    /// The part behind `/api/v2/`.
    path: &'static str,
    query: Vec<(&'static str, String)>,
    body: Option<Value>,
    image: Option<String>,
    /// Of the partner alone, without a shop and its token.
    public: bool,
    /// Whether it changes something there whose loss must be noticed.
    pub(super) writes: bool,
    /// A secret of this request alone.
    hides: Option<Secret>,
}

impl Ask {
    /// A look.
    pub(super) fn get(path: &'static str) -> Self {
        Self {
            method: Method::Get,
            path,
            query: Vec::new(),
            body: None,
            image: None,
            public: false,
            writes: false,
            hides: None,
        }
    }

    /// A change.
    pub(super) fn post(path: &'static str, body: Value) -> Self {
        Self { method: Method::Post, body: Some(body), writes: true, ..Self::get(path) }
    }

    /// A new token for the refresh token in the body.
    pub(super) fn token(body: Value) -> Self {
        Self { public: true, writes: false, ..Self::post("auth/access_token/get", body) }
    }

    /// The first token for the code in the body.
    pub(super) fn first_token(body: Value, code: &Secret) -> Self {
        let token = Self::token(body);
        Self { path: "auth/token/get", hides: Some(code.clone()), ..token }
    }

    /// An image. Its call is one of the partner: neither token nor shop go with it.
    pub(super) fn upload(image: &str) -> Self {
        Self {
            method: Method::Post,
            image: Some(image.to_owned()),
            public: true,
            ..Self::get("media_space/upload_image")
        }
    }

    /// With a parameter.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }
}

/// The partner's or the shop's number.
pub(super) fn own_number(credentials: &Credentials, name: &str) -> Result<u64, Failure> {
    credentials.setting(name, "").trim().parse().map_err(|_| {
        let message = format!("the setting {name} must be a number");
        Failure::new(Class::NeedsAction, "shopee.setting", message)
    })
}

/// A number of Shopee's.
pub(super) fn number(text: &str, pointer: &str) -> Result<u64, Failure> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| digits && *number > 0).ok_or_else(|| {
        Failure::permanent("shopee.id", format!("{pointer} is not a number of Shopee's: {text:?}"))
    })
}

/// Seconds, good for five minutes.
fn signature(key: &str, partner: u64, path: &str, timestamp: i64, shop: Option<(&str, u64)>) -> String {
    let shop = shop.map(|(token, shop)| format!("{token}{shop}")).unwrap_or_default();
    sign::hmac_hex(key, &[format!("{partner}{path}{timestamp}{shop}").as_bytes()])
}

/// The page where the seller consents, signed like a call of the partner and good for five minutes.
pub(super) fn consent(credentials: &Credentials, redirect: &str, now: Instant) -> Result<String, Failure> {
    const PATH: &str = "/api/v2/shop/auth_partner";
    let key = consent::secret(credentials, "partner_key")?;
    consent::setting(credentials, "partner_id")?;
    let (partner, timestamp) = (own_number(credentials, "partner_id")?, now.unix_seconds());
    let sign = signature(key.expose(), partner, PATH, timestamp, None);
    let address = format!("{}{PATH}", credentials.base_url.trim_end_matches('/'));
    let (partner, timestamp) = (partner.to_string(), timestamp.to_string());
    let query = [("partner_id", &partner), ("timestamp", &timestamp), ("sign", &sign)];
    let query = query.into_iter().map(|(name, value)| (name, value.as_str()));
    Ok(consent::page(&address, query.chain([("redirect", redirect)])))
}

/// The request as it is sent.
pub(super) fn spec(op: &Op, ask: Ask, credentials: &Credentials, now: Instant) -> Result<HttpSpec, Failure> {
    let key = credentials.secret("partner_key")?;
    let partner = own_number(credentials, "partner_id")?;
    let path = format!("/api/v2/{}", ask.path);
    let timestamp = now.unix_seconds();
    let token = if ask.public { None } else { Some(credentials.token(now)?) };
    let shop = match token {
        Some(token) => Some((token.expose(), own_number(credentials, "shop_id")?)),
        None => None,
    };
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("partner_id", &partner.to_string());
    query.append_pair("timestamp", &timestamp.to_string());
    query.append_pair("sign", &signature(key.expose(), partner, &path, timestamp, shop));
    if let Some((token, shop)) = shop {
        query.append_pair("access_token", token).append_pair("shop_id", &shop.to_string());
    }
    query.extend_pairs(&ask.query);
    let base = credentials.base_url.trim_end_matches('/');
    let url = format!("{base}{path}?{}", query.finish());
    // The keys are not in the request; they are named so that a reply which quotes them is masked too.
    let spec =
        HttpSpec::new(op, ask.method, url).hides(credentials.secrets.values()).hides(token).hides(&ask.hides);
    let spec = match ask.body {
        Some(body) => spec.json(&body)?,
        None => spec,
    };
    Ok(match ask.image {
        Some(image) => {
            // `normal` makes the image square, as the pictures of a product are.
            let fields = vec![("scene", "normal".to_owned())];
            spec.upload(Upload { image, field: "image", fields })
        }
        None if ask.writes => spec,
        None => spec.reads(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of the contract.
    #[test]
    fn requests_are_signed_without_separators_and_without_the_body() {
        let sign = |path, shop| signature("test-partner-key", 1_001_141, path, 1_610_000_000, shop);
        assert_eq!(
            sign("/api/v2/auth/token/get", None),
            "1f9bed8c2d290499d7fb6e48e2a2509bacddffe226ce10dac2a0eb8060806c49"
        );
        assert_eq!(
            sign("/api/v2/product/add_item", Some(("c09222e3fc40ffb25fc947f738b1abf1", 600_000))),
            "19b2921c54cacdd287ffda191396269285b09f895bf2b5ecc3fe5e5be1b07763"
        );
    }

    #[test]
    fn numbers_are_digits_alone() {
        assert_eq!(number("34001", "/category"), Ok(34_001));
        for text in ["", "0", "-1", "+1", "1.0", "1/../2", "99999999999999999999999"] {
            assert_eq!(number(text, "/category").unwrap_err().code, "shopee.id", "{text}");
        }
    }
}
