//! Platforms without a public interface (C-Thái Nguyên, Voso, Buudien.vn): a partner's interface is configuration.
//!
//! No agreement and no document of these platforms is public, so each one's profile is a proposal: paths, fields and
//! words that an agreement may replace in the shop's setting `profile` without a line of code. A shop that names an
//! address is spoken to by it; the simulator in [`super::sim::partner`] shows that the whole of it works.

mod profile;
mod reply;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::adapter::{Adapter, Parsed};
use super::sign;
use super::state::{
    Class, Credentials, Descriptor, Failure, HttpReply, HttpSpec, Issue, ListingContent, Method, Op,
    PLATFORMS, Secret, SettingError, Text,
};
use crate::instant::Instant;
use profile::{Auth, Call, Encoding, Part, Profile, filled, offered, path};

/// Name of the setting that holds another profile than the one proposed.
pub const PROFILE: &str = "profile";

/// A partner.
#[derive(Clone, Copy, Debug)]
pub struct Partner {
    key: &'static str,
    proposed: &'static str,
}

/// C-Thái Nguyên.
pub static C_THAI_NGUYEN: Partner =
    Partner { key: "c_thai_nguyen", proposed: include_str!("profiles/c_thai_nguyen.json") };
/// Voso.
pub static VOSO: Partner = Partner { key: "voso", proposed: include_str!("profiles/voso.json") };
/// Buudien.vn.
pub static BUUDIEN: Partner = Partner { key: "buudien", proposed: include_str!("profiles/buudien.json") };

impl Partner {
    fn profile(&self, settings: &BTreeMap<String, String>) -> Result<Profile, Failure> {
        let own = settings.get(PROFILE).map(|text| text.trim()).filter(|text| !text.is_empty());
        Profile::read(own.unwrap_or(self.proposed)).map_err(|wrong| {
            Failure::new(
                Class::NeedsAction,
                "partner.profile",
                format!("the profile cannot be used: {wrong}"),
            )
        })
    }
}

/// A request before it is signed.
struct Request {
    method: Method,
    path: String,
    body: Option<serde_json::Value>,
}

impl Request {
    fn spec(self, op: &Op, credentials: &Credentials) -> Result<HttpSpec, Failure> {
        if credentials.base_url.is_empty() {
            return Err(Failure::new(
                Class::NeedsAction,
                "partner.no_address",
                "the shop names no address of the partner's interface",
            ));
        }
        let spec = HttpSpec::new(op, self.method, format!("{}{}", credentials.base_url, self.path));
        match &self.body {
            Some(body) => spec.json(body),
            None => Ok(spec),
        }
    }
}

fn login(op: &Op, credentials: &Credentials, at: &str, scope: Option<&str>) -> Result<HttpSpec, Failure> {
    let (id, secret) = (credentials.setting("client_id", ""), credentials.secret("client_secret")?);
    let spec = Request { method: Method::Post, path: at.to_owned(), body: None }.spec(op, credentials)?;
    let form = [("grant_type", "client_credentials"), ("scope", scope.unwrap_or_default())];
    Ok(basic(spec.form(form.into_iter().filter(|(_, value)| !value.is_empty())), id, secret))
}

fn basic(spec: HttpSpec, id: &str, secret: &Secret) -> HttpSpec {
    let both = Secret::new(STANDARD.encode(format!("{id}:{}", secret.expose())));
    spec.header("authorization", format!("Basic {}", both.expose())).hides([secret, &both])
}

/// The request with what shows who calls.
fn sealed(spec: HttpSpec, auth: &Auth, credentials: &Credentials, now: Instant) -> Result<HttpSpec, Failure> {
    let id = credentials.setting("client_id", "");
    let secret = || credentials.secret("client_secret");
    Ok(match auth {
        Auth::None => spec,
        Auth::ApiKey { header } => spec.header(header, secret()?.expose()).hides([secret()?]),
        Auth::Basic => basic(spec, id, secret()?),
        Auth::Bearer => {
            spec.header("authorization", format!("Bearer {}", secret()?.expose())).hides([secret()?])
        }
        Auth::OauthClient { .. } => {
            let token = credentials.token(now)?;
            spec.header("authorization", format!("Bearer {}", token.expose())).hides([token]).hides(secret())
        }
        Auth::Hmac { key_header, time_header, signature_header, parts, encoding } => {
            let time = now.unix_seconds().to_string();
            let path = spec.url.strip_prefix(&credentials.base_url).unwrap_or(&spec.url);
            let bytes = |part: &Part| match part {
                Part::Method => spec.method.as_str().as_bytes(),
                Part::Path => path.as_bytes(),
                Part::Time => time.as_bytes(),
                Part::Body => spec.body.as_slice(),
                Part::Key => id.as_bytes(),
            };
            let parts: Vec<&[u8]> = parts.iter().map(bytes).collect();
            let signature = match encoding {
                Encoding::Hex => sign::hmac_hex(secret()?.expose(), &parts),
                Encoding::Base64 => sign::hmac_base64(secret()?.expose(), &parts),
            };
            let signature = Secret::new(signature);
            spec.header(key_header, id)
                .header(time_header, time)
                .header(signature_header, signature.expose())
                .hides([secret()?, &signature])
        }
    })
}

impl Adapter for Partner {
    fn descriptor(&self) -> &'static Descriptor {
        PLATFORMS.iter().find(|platform| platform.key == self.key).unwrap_or(&super::state::SENDO)
    }

    fn build(
        &self,
        op: &Op,
        _: &[HttpReply],
        credentials: &Credentials,
        now: Instant,
    ) -> Result<HttpSpec, Failure> {
        let profile = self.profile(&credentials.settings)?;
        let plain = |call: &Call, values: &[(&str, &str)]| Request {
            method: call.method,
            path: path(&call.path, values),
            body: None,
        };
        let carrying = |call: &Call, values: &[(&str, &str)], content: &ListingContent| Request {
            body: call.body.as_ref().map(|body| filled(body, content)),
            ..plain(call, values)
        };
        let request = match op {
            Op::Login => match &profile.auth {
                Auth::OauthClient { path, scope } => return login(op, credentials, path, scope.as_deref()),
                _ => plain(&profile.check, &[]),
            },
            Op::FindBySku { sku } => plain(&profile.find, &[("sku", sku)]),
            Op::Review { external_id } => plain(&profile.read, &[("id", external_id)]),
            Op::Upsert { external_id, content, media: _ } => match external_id {
                None => carrying(&profile.create, &[], content),
                Some(id) => carrying(&profile.update, &[("id", id)], content),
            },
            Op::PriceStock { items } => {
                let [offer] = items.as_slice() else {
                    return Err(Failure::permanent("partner.one_offer", "one product a call"));
                };
                let body = profile.offer.body.as_ref().map(|body| offered(body, offer));
                Request { body, ..plain(&profile.offer, &[("id", &offer.external_id)]) }
            }
            Op::Withdraw { external_id, .. } => plain(&profile.withdraw, &[("id", external_id)]),
            Op::PullOrders { window, cursor } => {
                let call =
                    Call { method: profile.orders.method, path: profile.orders.path.clone(), body: None };
                let (since, until) = (window.since.to_string(), window.until.to_string());
                let cursor = cursor.as_deref().unwrap_or_default();
                plain(&call, &[("since", &since), ("until", &until), ("cursor", cursor)])
            }
            Op::Products { .. }
            | Op::Categories { .. }
            | Op::Attributes { .. }
            | Op::Parcel(_)
            | Op::Consent { .. }
            | Op::ConsentedShop => {
                return Err(Failure::unsupported(self.descriptor().title, op.name()));
            }
        };
        sealed(request.spec(op, credentials)?, &profile.auth, credentials, now)
    }

    fn parse(&self, op: &Op, replies: &[HttpReply], credentials: &Credentials) -> Result<Parsed, Failure> {
        let Some(reply) = replies.last() else {
            return Err(Failure::permanent("platform.no_reply", "there is no reply to read"));
        };
        let profile = self.profile(&credentials.settings)?;
        reply::answer(&profile, op, reply).map(Parsed::Done)
    }

    fn issues(&self, content: &ListingContent, _: Instant) -> Vec<Issue> {
        let mut issues = Vec::new();
        let mut missing = |lacks: bool, code: &str, pointer: &str, vi: &'static str, en: &'static str| {
            if lacks {
                let resolution = Text::fixed("Bổ sung rồi gửi lại.", "Add it, then send it again.");
                issues.push(Issue::error(code, pointer, Text::fixed(vi, en), resolution));
            }
        };
        let no_price = content.price_vnd <= 0;
        missing(no_price, "price.missing", "/price_vnd", "Chưa có giá bán.", "There is no price.");
        missing(
            content.images.is_empty(),
            "images.missing",
            "/images",
            "Chưa có hình ảnh.",
            "There is no image.",
        );
        issues
    }

    fn settings_errors(&self, settings: &BTreeMap<String, String>) -> Vec<SettingError> {
        let wrong = self.profile(settings).err();
        wrong
            .map(|Failure { message, .. }| SettingError {
                name: PROFILE,
                // Where in the JSON it is wrong is for whoever writes it.
                text: Text::made(
                    format!("Hồ sơ giao diện chưa dùng được; hãy sửa chỗ được nêu: {message}"),
                    format!("The profile of the interface cannot be used; correct what is named: {message}"),
                ),
            })
            .into_iter()
            .collect()
    }
}

#[cfg(test)]
mod tests;
