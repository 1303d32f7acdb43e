//! A shop's line while its owner's consent becomes its first tokens.

use std::collections::BTreeMap;

use crate::app::App;
use crate::error::Result;
use crate::ids::ShopId;
use crate::listing::state::ShopStatus;
use crate::listing::store;
use crate::platform::state::{Answer, Capability, ConsentPart, Descriptor, Failure, Op, TokenGrant};

use super::keys::{seal, sealed_token};
use super::{Line, Shut};

impl Line {
    /// Opens the line of a shop that is to get its first tokens: whatever was refused before, and whether it is paused.
    pub(in crate::listing) async fn open_for_consent(
        app: &App,
        id: ShopId,
    ) -> Result<std::result::Result<Self, Shut>> {
        let shop = app.db.read("shop.open", move |conn| store::any_shop(conn, id)).await?;
        match shop {
            None => Ok(Err(Shut::Stays("there is no such shop"))),
            Some(shop) if shop.assisted => Ok(Err(Shut::Stays("the shop is served by hand"))),
            Some(shop) if shop.status == ShopStatus::Closed => Ok(Err(Shut::Stays("the shop is closed"))),
            Some(shop) => Self::opened(app, shop),
        }
    }

    /// The sealed credentials that the line was opened with.
    pub(in crate::listing) fn keys(&self) -> &str {
        &self.shop.credentials
    }

    /// Takes what the consent says of the shop among its settings, for the calls that follow.
    pub(in crate::listing) fn learn(&mut self, settings: BTreeMap<String, String>) {
        self.credentials.settings.extend(settings.into_iter().filter(|(_, value)| !value.is_empty()));
    }

    /// Whether the shop was opened by consent and its platform has to be asked which one it is.
    pub(in crate::listing) fn is_nameless(&self) -> bool {
        let Descriptor { capabilities, auth, .. } = self.adapter.descriptor();
        let brought =
            auth.iter().filter(|field| !field.secret && field.consent == Some(ConsentPart::Brought));
        let unknown = |name: &str| self.credentials.setting(name, "").trim().is_empty();
        self.shop.by_consent
            && capabilities.contains(&Capability::ShopLookup)
            && brought.into_iter().any(|field| unknown(field.name))
    }

    /// Exchanges a consent's code; nobody logs in before.
    pub(in crate::listing) async fn first_login(&mut self, op: &Op) -> std::result::Result<Answer, Failure> {
        self.once(None, op).await
    }

    /// What a consent's tokens are kept as, with the settings that were learned; what it takes the place of among the
    /// credentials is left out.
    pub(in crate::listing) fn granted(&self, grant: TokenGrant) -> Result<store::Granted> {
        let until = grant.expires_at(self.app.clock.now());
        let refresh = grant.refresh.map(|refresh| refresh.expose().to_owned());
        let (credentials, number) = self.named()?;
        let token = sealed_token(&self.app, self.shop.id, &grant.value, until, refresh)?;
        Ok(store::Granted { credentials, number, token, until })
    }

    /// The shop's credentials sealed anew, with what was learned and without tokens given by hand, and its number.
    pub(in crate::listing) fn named(&self) -> Result<(String, Option<String>)> {
        let platform = self.adapter.descriptor();
        let mut all: BTreeMap<String, String> = self.credentials.settings.clone();
        for field in platform.auth.iter().filter(|f| f.secret && f.consent != Some(ConsentPart::Brought)) {
            if let Some(secret) = self.credentials.secrets.get(field.name) {
                all.insert(field.name.to_owned(), secret.expose().to_owned());
            }
        }
        let number =
            platform.shop_number.and_then(|name| all.get(name)).map(|number| number.trim().to_owned());
        Ok((seal(&self.app, self.shop.id, &all)?, number.filter(|number| !number.is_empty())))
    }
}
