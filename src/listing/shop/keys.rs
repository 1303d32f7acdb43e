//! What a shop is connected with: checked against the platform's list, and sealed before anything else holds it.

use std::collections::BTreeMap;

use crate::app::App;
use crate::error::{Code, Error, FieldError, Result};
use crate::ids::{ProducerId, ShopId};
use crate::listing::remote;
use crate::platform::partner::PROFILE;
use crate::platform::state::{
    AuthField, Capability, ConsentPart, Descriptor, SITE, SettingError, Status as PlatformStatus,
};

use super::Known;

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
    pub(super) awaits: bool,
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
    /// Whether its owner's consent brings the tokens.
    pub(super) awaits: bool,
    /// Whether application and shop are those of before, as far as the keys say it.
    pub(super) same_application: bool,
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

fn blank(given: &BTreeMap<String, String>, name: &str) -> bool {
    given.get(name).is_none_or(|value| value.trim().is_empty())
}

/// Whether a shop waits for its owner's consent: where it was asked for, otherwise where a token is missing without which
/// no shop is connected.
fn awaits(platform: &Descriptor, given: &BTreeMap<String, String>, wanted: Option<bool>) -> bool {
    let mut tokens = platform.auth.iter().filter(|f| f.secret && f.consent == Some(ConsentPart::Brought));
    platform.capabilities.contains(&Capability::Consent)
        && wanted.unwrap_or_else(|| tokens.any(|field| !field.optional && blank(given, field.name)))
}

/// Tokens beside a consent that is to bring them, and a consent where there is none.
fn consent_errors(
    platform: &Descriptor,
    given: &BTreeMap<String, String>,
    wanted: Option<bool>,
) -> Vec<FieldError> {
    if wanted != Some(true) {
        return Vec::new();
    }
    if !platform.capabilities.contains(&Capability::Consent) {
        return vec![FieldError::new(
            "/consent",
            "consent.none",
            Code::ShopNoConsent.vi(),
            Code::ShopNoConsent.en(),
        )];
    }
    let tokens = platform.auth.iter().filter(|f| f.secret && f.consent == Some(ConsentPart::Brought));
    let beside = tokens.filter(|field| !blank(given, field.name));
    let error = |field: &AuthField| {
        FieldError::new(
            format!("/credentials/{}", field.name),
            "credential.brought",
            "Để trống: sự đồng ý của chủ gian hàng mang lại khóa này.",
            "Leave it empty: the owner's consent brings it.",
        )
    };
    beside.map(error).collect()
}

/// What is wrong with the keys given for a platform; of a shop that `awaits` consent what that brings may be missing, and
/// what it needs may not.
fn credential_errors(
    app: &App,
    platform: &Descriptor,
    given: &BTreeMap<String, String>,
    awaits: bool,
) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for field in platform.auth {
        let value = given.get(field.name).map(|value| value.trim()).unwrap_or_default();
        let optional = match field.consent {
            Some(ConsentPart::Brought) if awaits => true,
            Some(ConsentPart::Needed) if awaits => false,
            _ => field.optional,
        };
        let longest = if field.name == PROFILE { PROFILE_MAX } else { VALUE_MAX };
        if optional && value.is_empty() {
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
        errors.extend(wrong.map(|SettingError { name, text }| {
            FieldError::new(format!("/credentials/{name}"), "credential.setting", text.vi, text.en)
        }));
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
    /// Checks and seals what a shop is connected with. `consent` says whether its owner's consent brings the tokens;
    /// where it is not said, it does if one is missing.
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
        consent: Option<bool>,
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
        let awaits = awaits(platform, credentials, consent);
        let mut errors = credential_errors(app, platform, credentials, awaits);
        errors.extend(consent_errors(platform, credentials, consent));
        errors.extend(name_errors(name));
        if !errors.is_empty() {
            return Err(Error::invalid(errors));
        }
        let id = ShopId::new();
        let sealed = remote::seal(app, id, credentials)?;
        let assisted = remote::by_hand(app, platform, credentials);
        let number = number(platform, credentials);
        Ok(Self { id, producer_id, platform, name: name.trim().to_owned(), sealed, assisted, number, awaits })
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
    /// Checks and seals other keys for the shop. One that its owner's consent connected goes on so unless tokens are given;
    /// what the consent said of it is kept where it is not given otherwise.
    ///
    /// # Errors
    /// `request.invalid`; faults of the vault.
    pub fn seal(&mut self, app: &App, shop: &Known, credentials: &BTreeMap<String, String>) -> Result<()> {
        let Some(platform) = crate::platform::descriptor(&shop.row.platform) else {
            return Err(Error::new(Code::PlatformNotAvailable));
        };
        let is_token = |f: &&AuthField| f.secret && f.consent == Some(ConsentPart::Brought);
        let by_hand = platform.auth.iter().filter(is_token).any(|field| !blank(credentials, field.name));
        let awaits = awaits(platform, credentials, shop.row.by_consent.then_some(!by_hand).filter(|on| *on));
        let errors = credential_errors(app, platform, credentials, awaits);
        if !errors.is_empty() {
            return Err(Error::invalid(errors));
        }
        let before = remote::opened_keys(app, &shop.row)?;
        let part = |part| platform.auth.iter().filter(move |field| field.consent == Some(part));
        let same = |name: &str| before.get(name).map(|v| v.trim()) == credentials.get(name).map(|v| v.trim());
        let unchanged = |name: &str| blank(credentials, name) || blank(&before, name) || same(name);
        let same_application = part(ConsentPart::Needed).all(|field| same(field.name))
            && same(SITE)
            && part(ConsentPart::Brought).all(|field| field.secret || unchanged(field.name));
        let mut credentials = credentials.clone();
        if awaits && same_application {
            for field in part(ConsentPart::Brought).filter(|field| !field.secret) {
                if let Some(value) = before.get(field.name).filter(|_| blank(&credentials, field.name)) {
                    credentials.insert(field.name.to_owned(), value.clone());
                }
            }
        }
        let assisted = remote::by_hand(app, platform, &credentials);
        let number = number(platform, &credentials);
        let sealed = remote::seal(app, shop.row.id, &credentials)?;
        self.sealed = Some(Keys { sealed, assisted, number, awaits, same_application });
        Ok(())
    }
}
