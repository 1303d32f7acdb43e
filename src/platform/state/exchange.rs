//! A request and a reply as data, and the credentials that go into the first.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use chrono::TimeDelta;
use zeroize::Zeroize;

use super::{Class, Failure};
use crate::instant::Instant;

/// A text that must not be seen: wiped when dropped, hidden in `Debug`, not serialisable.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself: only for building a request and for sealing.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// An access token and when it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The token.
    pub value: Secret,
    /// End of its life.
    pub expires_at: Instant,
}

/// All that an adapter knows about one shop.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    /// Address of the platform's interface, without a slash at the end.
    pub base_url: String,
    /// Settings that are not secret, by the names of [`super::AuthField`].
    pub settings: BTreeMap<String, String>,
    /// Secrets, by the names of [`super::AuthField`].
    pub secrets: BTreeMap<String, Secret>,
    /// The present access token.
    pub token: Option<Token>,
}

/// A token is not used in the last minute of its life: clocks differ and requests take time.
const TOKEN_MARGIN: TimeDelta = TimeDelta::seconds(60);

impl Credentials {
    /// The secret of this name.
    ///
    /// # Errors
    /// `NeedsAction` when the shop has none.
    pub fn secret(&self, name: &str) -> Result<&Secret, Failure> {
        self.secrets.get(name).filter(|secret| !secret.expose().is_empty()).ok_or_else(|| {
            Failure::new(
                Class::NeedsAction,
                "shop.credential_missing",
                format!("the shop has no credential {name:?}"),
            )
        })
    }

    /// The setting of this name, or its documented default.
    pub fn setting<'a>(&'a self, name: &str, default: &'a str) -> &'a str {
        self.settings.get(name).map_or(default, String::as_str)
    }

    /// A token that is still good at `now`.
    ///
    /// # Errors
    /// `Auth{refreshable}` when there is none or it is about to end.
    pub fn token(&self, now: Instant) -> Result<&Secret, Failure> {
        let refused = |code, message: &str| Failure::new(Class::Auth { refreshable: true }, code, message);
        let token =
            self.token.as_ref().ok_or_else(|| refused("auth.token_missing", "the shop is not logged in"))?;
        if token.expires_at <= now.plus(TOKEN_MARGIN) {
            return Err(refused("auth.token_expired", "the shop's token is at its end"));
        }
        Ok(&token.value)
    }
}

/// HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
    /// PUT
    Put,
    /// PATCH
    Patch,
    /// DELETE
    Delete,
}

impl Method {
    /// As written on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// Which counter of the limiter a request draws from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rate {
    /// Name of the counter, for example `login`. The key of a platform with [`super::Limits::requests_per_minute`] is
    /// the counter that all its shops draw from.
    pub bucket: &'static str,
    /// Requests per second; `None` takes the configured default.
    pub per_second: Option<u32>,
    /// Whether all shops draw from one counter per host (a limit per address), not one each.
    pub per_host: bool,
}

/// An image that goes out with a request as `multipart/form-data` (RFC 7578). The adapter names it, the call fetches it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Public address of the image, as in [`super::ListingContent::images`].
    pub image: String,
    /// Name of the form's field.
    pub field: &'static str,
    /// The other fields of the form.
    pub fields: Vec<(&'static str, String)>,
}

/// A request, complete and not yet sent. `Debug` shows no header values, no query and no body.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpSpec {
    /// Method.
    pub method: Method,
    /// Absolute address.
    pub url: String,
    /// Headers, with the authorization.
    pub headers: Vec<(String, String)>,
    /// Body; empty for none.
    pub body: Vec<u8>,
    /// An image instead of a body.
    pub upload: Option<Upload>,
    /// Every secret value that occurs anywhere above: redaction by value uses them.
    pub secrets: Vec<Secret>,
    /// Time for the whole call, from the first connection attempt to the last byte.
    pub timeout: Duration,
    /// Whether the call changes something there, so that an unknown end is [`Class::Ambiguous`].
    pub write: bool,
    /// Which limit it counts against.
    pub rate: Rate,
}

impl fmt::Debug for HttpSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.url.split_once('?').map_or(self.url.as_str(), |(path, _)| path);
        f.debug_struct("HttpSpec")
            .field("method", &self.method)
            .field("url", &url)
            .field("headers", &self.headers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>())
            .field("body_bytes", &self.body.len())
            .field("write", &self.write)
            .finish_non_exhaustive()
    }
}

/// A reply. `Debug` shows no header values and no body: both may carry tokens and buyers' data.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpReply {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body, at most as long as the transport allows.
    pub body: Vec<u8>,
}

impl HttpReply {
    /// The first header of this lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for HttpReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpReply")
            .field("status", &self.status)
            .field("headers", &self.headers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>())
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

#[cfg(test)]
impl Credentials {
    /// Credentials with every field that the platform asks for and a good token.
    pub(crate) fn sample(platform: &super::Descriptor, now: Instant) -> Self {
        let mut credentials = Self { base_url: platform.base_url.to_owned(), ..Self::default() };
        for field in platform.auth.iter().filter(|field| !field.optional) {
            if field.secret {
                credentials
                    .secrets
                    .insert(field.name.to_owned(), Secret::new(format!("{}-very-secret", field.name)));
            } else {
                credentials.settings.insert(field.name.to_owned(), field.name.to_owned());
            }
        }
        credentials.token = Some(Token {
            value: Secret::new("token-very-secret"),
            expires_at: now.plus(TimeDelta::hours(8)),
        });
        credentials
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_ends_a_minute_early() {
        let now = Instant::from_utc(chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let with = |seconds| Credentials {
            token: Some(Token { value: Secret::new("t"), expires_at: now.plus(TimeDelta::seconds(seconds)) }),
            ..Credentials::default()
        };
        assert!(with(61).token(now).is_ok());
        assert_eq!(with(60).token(now).unwrap_err().class, Class::Auth { refreshable: true });
        assert_eq!(Credentials::default().token(now).unwrap_err().code, "auth.token_missing");
    }

    #[test]
    fn debug_shows_no_secret() {
        let spec = HttpSpec {
            method: Method::Post,
            url: "https://h.example/p?sign=hush".into(),
            headers: vec![("authorization".into(), "bearer hush".into())],
            body: b"hush".to_vec(),
            upload: None,
            secrets: vec![Secret::new("hush")],
            timeout: Duration::from_secs(1),
            write: true,
            rate: Rate { bucket: "data", per_second: None, per_host: false },
        };
        let reply =
            HttpReply { status: 200, headers: vec![("x".into(), "hush".into())], body: b"hush".to_vec() };
        assert!(!format!("{spec:?} {reply:?} {:?}", Secret::new("hush")).contains("hush"));
    }
}
