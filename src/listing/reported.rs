//! What a platform said of a listing, and what somebody changed there.

use serde::{Deserialize, Serialize};

use crate::platform::state::{ListingContent, Media};

use super::ReportedState;

/// Details of what a platform says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    /// The platform's own word for the state.
    pub raw_status: Option<String>,
    /// Name there.
    #[serde(default)]
    pub name: Option<String>,
    /// Price there, VND.
    pub price_vnd: Option<i64>,
    /// Stock there.
    pub stock: Option<i64>,
    /// Why it refused, in its words.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// What it calls the images that it keeps.
    #[serde(default)]
    pub media: Media,
    /// Price and stock as we wanted them when we sent them last.
    #[serde(default)]
    pub sent: Option<SentOffer>,
    /// The name as we wanted it when we sent it last.
    #[serde(default)]
    pub sent_name: Option<String>,
    /// It was on sale and is there no more: a person decides whether it is offered again.
    #[serde(default)]
    pub gone: bool,
}

/// Price and stock as we wanted them when we sent them last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentOffer {
    /// VND.
    pub price_vnd: i64,
    /// Pieces.
    pub stock: u32,
}

impl Reported {
    /// What the seller changed on the platform itself after we sent it; `state` is what the platform says. The stock is
    /// not in it: that falls there with each sale. Nor is the name while a change may still be under review, or was
    /// refused: then what is there is what was there before.
    pub fn drift(&self, state: ReportedState) -> Option<Drift> {
        let price_vnd = self.sent.map(|sent| sent.price_vnd).zip(self.price_vnd);
        let price_vnd = price_vnd.filter(|(ours, theirs)| ours != theirs);
        let name = self.sent_name.clone().zip(self.own_name(state).map(str::to_owned));
        let name = name.filter(|(ours, theirs)| !ours.split_whitespace().eq(theirs.split_whitespace()));
        (price_vnd.is_some() || name.is_some()).then_some(Drift { name, price_vnd })
    }

    /// What goes out of this content: of name, price and stock only what we want otherwise than when we sent it last. The
    /// rest belongs to the platform, where sales lower the stock and the seller may have changed name and price.
    pub(super) fn outgoing(&self, content: &ListingContent, state: ReportedState) -> ListingContent {
        let mut content = content.clone();
        if let Some(theirs) = self.own_name(state).filter(|_| self.sent_name.as_ref() == Some(&content.name))
        {
            theirs.clone_into(&mut content.name);
        }
        let Some(sent) = self.sent else { return content };
        if sent.price_vnd == content.price_vnd {
            content.price_vnd = self.price_vnd.unwrap_or(content.price_vnd);
        }
        if sent.stock == content.stock {
            let theirs = self.stock.map(|stock| u32::try_from(stock.max(0)).unwrap_or(u32::MAX));
            content.stock = theirs.unwrap_or(content.stock);
        }
        content
    }

    /// The name that the platform shows and will go on showing.
    pub(super) fn own_name(&self, state: ReportedState) -> Option<&str> {
        let stands = matches!(state, ReportedState::Live | ReportedState::Withdrawn);
        self.name.as_deref().filter(|_| stands)
    }
}

/// What somebody changed on the platform itself: each ours, then theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// The name.
    pub name: Option<(String, String)>,
    /// The price, VND.
    pub price_vnd: Option<(i64, i64)>,
}

/// Which of two counts from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ListingDriftChoice)]
pub enum Keep {
    /// Ours: it is sent again.
    Ours,
    /// The platform's: it becomes that of this listing.
    Theirs,
}
