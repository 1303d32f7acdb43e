//! What a shop is connected with: checked against the platform's list, and sealed before anything else holds it.

use std::collections::BTreeMap;

use crate::app::App;
use crate::error::{Code, Error, FieldError, Result};
use crate::ids::{ProducerId, ShopId};
use crate::listing::remote;
use crate::platform::partner::PROFILE;
use crate::platform::state::{Descriptor, SITE, Status as PlatformStatus};

use super::Shop;

/// A shop to be connected. The keys are sealed when it is made, so that nothing else holds them.
#[derive(Clone)]
pub struct NewShop {
    pub(super) id: ShopId,
    pub(super) producer_id: ProducerId,
    pub(super) platform: &'static Descriptor,
    pub(super) name: String,
    pub(super) sealed: String,
    pub(super) assisted: bool,
    pub(super) number: Option<String>,
}

/// Other keys of a shop.
#[derive(Clone)]
pub(super) struct Keys {
    /// Sealed.
    pub(super) sealed: String,
    /// Whether the shop is served by hand with them.
    pub(super) assisted: bool,
    /// The shop's number on its platform.
    pub(super) number: Option<String>,
}

/// The number by which the platform names the shop, where it is one of the settings and given.
fn number(platform: &Descriptor, given: &BTreeMap<String, String>) -> Option<String> {
    let number = given.get(platform.shop_number?)?.trim();
    (!number.is_empty()).then(|| number.to_owned())
}

pub(super) fn name_errors(name: &str) -> Option<FieldError> {
    let sound = (1..=200).contains(&name.trim().chars().count());
    (!sound).then(|| {
        FieldError::new(
            "/name",
            "name.length",
            "Tên gian hàng có từ 1 đến 200 ký tự.",
            "A shop's name has 1 to 200 characters.",
        )
    })
}

/// Longest key or setting, in characters; a profile of a partner's interface is longer.
const VALUE_MAX: usize = 2000;
const PROFILE_MAX: usize = 20_000;

/// Whether the address of a shop on its own host is one that may be called: https, nothing but a host and a path.
fn address_is_sound(app: &App, address: &str) -> bool {
    let Ok(url) = url::Url::parse(address) else { return false };
    let loopback = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    let scheme = url.scheme() == "https" || (app.config.platform_allow_loopback && loopback);
    scheme
        && url.host_str().is_some()
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
}

/// What is wrong with the keys given for a platform.
fn credential_errors(app: &App, platform: &Descriptor, given: &BTreeMap<String, String>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for field in platform.auth {
        let value = match given.get(field.name) {
            None if field.optional => continue,
            given => given.map(|v| v.trim()).unwrap_or_default(),
        };
        let longest = if field.name == PROFILE { PROFILE_MAX } else { VALUE_MAX };
        if field.optional && value.is_empty() {
            continue;
        }
        if value.is_empty() || value.chars().count() > longest {
            errors.push(FieldError::new(
                format!("/credentials/{}", field.name),
                "credential.missing",
                format!("Cần nhập: {}.", field.label.vi),
                format!("Give: {}.", field.label.en),
            ));
        }
    }
    if let Some(address) =
        given.get(SITE).map(|a| a.trim()).filter(|a| !a.is_empty() && !address_is_sound(app, a))
    {
        errors.push(FieldError::new(
            format!("/credentials/{SITE}"),
            "credential.address",
            format!("Địa chỉ gian hàng phải bắt đầu bằng https:// và chỉ có tên miền, đường dẫn: {address}"),
            format!("A shop's address begins with https:// and holds only a host and a path: {address}"),
        ));
    }
    if let Some(adapter) = crate::platform::adapter(platform.key) {
        let wrong = adapter.settings_errors(given).into_iter();
        errors.extend(
            wrong.map(|e| FieldError::new(e.pointer, "credential.setting", e.message.clone(), e.message)),
        );
    }
    for name in given.keys().filter(|name| platform.auth.iter().all(|field| field.name != name.as_str())) {
        errors.push(FieldError::new(
            format!("/credentials/{}", name.replace('~', "~0").replace('/', "~1")),
            "credential.unknown",
            format!("{} không dùng khóa này.", platform.title),
            format!("{} has no such key.", platform.title),
        ));
    }
    errors
}

impl NewShop {
    /// Checks and seals what a shop is connected with.
    ///
    /// # Errors
    /// `request.invalid`, `platform.not_available` without an adapter, `platform.closed` where the platform does not
    /// trade any more and the settings name no other address for it.
    pub fn seal(
        app: &App,
        producer_id: ProducerId,
        platform: &str,
        name: &str,
        credentials: &BTreeMap<String, String>,
    ) -> Result<Self> {
        let Some(platform) = crate::platform::descriptor(platform) else {
            return Err(Error::invalid(vec![FieldError::new(
                "/platform",
                "platform.unknown",
                "Không có sàn với khóa này; xem /platforms.",
                "There is no platform with this key; see /platforms.",
            )]));
        };
        if !platform.adapter {
            return Err(Error::told(Code::PlatformNotAvailable, platform.note.vi, platform.note.en));
        }
        if platform.status == PlatformStatus::Closed && !app.config.platform_hosts.contains_key(platform.key)
        {
            return Err(Error::told(Code::PlatformClosed, platform.note.vi, platform.note.en));
        }
        let mut errors = credential_errors(app, platform, credentials);
        errors.extend(name_errors(name));
        if !errors.is_empty() {
            return Err(Error::invalid(errors));
        }
        let id = ShopId::new();
        let sealed = remote::seal(app, id, credentials)?;
        let assisted = remote::by_hand(app, platform, credentials);
        let number = number(platform, credentials);
        Ok(Self { id, producer_id, platform, name: name.trim().to_owned(), sealed, assisted, number })
    }
}

/// What may change of a shop.
#[derive(Clone, Default)]
pub struct Change {
    /// Another name.
    pub name: Option<String>,
    /// Other keys, sealed by [`Change::seal`].
    pub(super) sealed: Option<Keys>,
    /// Pause it, or let it go on.
    pub paused: Option<bool>,
}

impl Change {
    /// Checks and seals other keys for the shop.
    ///
    /// # Errors
    /// `request.invalid`.
    pub fn seal(&mut self, app: &App, shop: &Shop, credentials: &BTreeMap<String, String>) -> Result<()> {
        let platform = crate::platform::descriptor(&shop.platform);
        let errors = platform.map(|platform| credential_errors(app, platform, credentials));
        if let Some(errors) = errors.filter(|errors| !errors.is_empty()) {
            return Err(Error::invalid(errors));
        }
        let assisted = platform.is_some_and(|platform| remote::by_hand(app, platform, credentials));
        let number = platform.and_then(|platform| number(platform, credentials));
        self.sealed = Some(Keys { sealed: remote::seal(app, shop.id, credentials)?, assisted, number });
        Ok(())
    }
}
