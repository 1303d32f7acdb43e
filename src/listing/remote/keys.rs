//! A shop's keys and token: sealed at rest, unsealed for as long as a job needs them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::error::{Error, Result};
use crate::ids::ShopId;
use crate::instant::Instant;
use crate::listing::store;
use crate::platform::state::{Capability, Credentials, Descriptor, Secret, Token};

/// What a shop's credentials are sealed for.
const SEALED_FOR: &str = "shop";
/// What its token is sealed for.
const TOKEN_SEALED_FOR: &str = "shop.token";

/// The key whose value changes each time a token is got: the newest is kept with the token.
pub(super) const REFRESH: &str = "refresh_token";

/// Seals a shop's credentials.
pub(in crate::listing) fn seal(
    app: &App,
    id: ShopId,
    credentials: &BTreeMap<String, String>,
) -> Result<String> {
    let text = serde_json::to_vec(credentials).map_err(Error::internal)?;
    app.vault.seal(SEALED_FOR, id.as_str(), &text)
}

/// The address of a platform's interface: that of the configuration, otherwise the documented one, otherwise that of
/// the shop itself.
fn base_url(app: &App, platform: &Descriptor, settings: &BTreeMap<String, String>) -> String {
    let known = app.config.platform_hosts.get(platform.key).map_or(platform.base_url, String::as_str);
    let own = settings.get(crate::platform::state::SITE);
    let address = if known.is_empty() { own.map_or("", String::as_str) } else { known };
    address.trim_end_matches('/').to_owned()
}

/// Whether a shop is served by hand: its platform takes files, and neither its credentials nor the settings name an
/// address that could be called. The one place where this is decided; a shop keeps the answer until it is given others.
pub(in crate::listing) fn by_hand(
    app: &App,
    platform: &Descriptor,
    credentials: &BTreeMap<String, String>,
) -> bool {
    platform.capabilities.contains(&Capability::FileExport)
        && base_url(app, platform, credentials).trim().is_empty()
}

#[derive(Serialize, Deserialize)]
struct SealedToken {
    value: String,
    until: Instant,
    #[serde(default)]
    refresh: Option<String>,
}

/// What a shop's token is kept as, with the refresh token that came with it.
pub(super) fn sealed_token(
    app: &App,
    id: ShopId,
    value: &Secret,
    until: Instant,
    refresh: Option<String>,
) -> Result<String> {
    let token = SealedToken { value: value.expose().to_owned(), until, refresh };
    let text = serde_json::to_vec(&token).map_err(Error::internal)?;
    app.vault.seal(TOKEN_SEALED_FOR, id.as_str(), &text)
}

/// A shop's credentials as they were given. A closed shop has none left.
pub(in crate::listing) fn opened_keys(app: &App, shop: &store::Shop) -> Result<BTreeMap<String, String>> {
    if shop.credentials.is_empty() {
        return Ok(BTreeMap::new());
    }
    let text = app.vault.open_sealed(SEALED_FOR, shop.id.as_str(), &shop.credentials)?;
    serde_json::from_slice(&text).map_err(Error::internal)
}

/// What the adapter needs to know of a shop. A closed shop has no keys left.
pub(in crate::listing) fn unseal(
    app: &App,
    shop: &store::Shop,
    platform: &Descriptor,
) -> Result<Credentials> {
    let all = opened_keys(app, shop)?;
    let mut credentials = Credentials { base_url: base_url(app, platform, &all), ..Credentials::default() };
    for (name, value) in all {
        let open = platform.auth.iter().any(|field| field.name == name && !field.secret);
        if open {
            credentials.settings.insert(name, value);
        } else {
            credentials.secrets.insert(name, Secret::new(value));
        }
    }
    if let Some(sealed) = &shop.token {
        let text = app.vault.open_sealed(TOKEN_SEALED_FOR, shop.id.as_str(), sealed)?;
        let token: SealedToken = serde_json::from_slice(&text).map_err(Error::internal)?;
        credentials.token = Some(Token { value: Secret::new(token.value), expires_at: token.until });
        if let Some(refresh) = token.refresh {
            credentials.secrets.insert(REFRESH.to_owned(), Secret::new(refresh));
        }
    }
    Ok(credentials)
}
