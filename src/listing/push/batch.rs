//! Prices and stocks of several listings of a shop in one call, where the platform takes them so: the one whose turn it is
//! takes along others that wait and want nothing else. Theirs is stored with the call; when their own turn comes, there is
//! nothing left to do. Whatever fails of theirs is theirs to send alone.

use std::time::{Duration, Instant as Tick};

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::ids::ListingId;
use crate::jobs;
use crate::listing::remote::Line;
use crate::listing::state::{self, DesiredState, Facts, Next, ReportedState};
use crate::listing::wanted::wanted_now;
use crate::listing::{PUSH, PushPayload, store};
use crate::platform::state::{Answer, Class, Failure, ItemResult, ListingContent, Offer, Op};

use super::Work;

/// Waiting pushes of a shop that are looked through for one call.
const LOOKED_THROUGH: i64 = 100;
/// Most products of one call, whatever the platform takes: each was looked at before, and the first waits for the last.
const TOGETHER: u32 = 20;
/// Nobody else is looked at later than this after the job was taken.
const GATHERED_FOR: Duration = Duration::from_secs(10);

/// Lets the others go along in a call about price and stock.
pub(super) fn join(op: &mut Op, others: &[Work]) {
    if let Op::PriceStock { items } = op {
        items.extend(others.iter().map(Work::offer));
    }
}

impl Work {
    /// What goes out of price and stock.
    pub(super) fn offer(&self) -> Offer {
        let ListingContent { price_vnd, stock, .. } = self.outgoing();
        let external_id = self.learned.external_id.clone().unwrap_or_default();
        Offer { external_id, sku: self.sku.clone(), price_vnd, stock }
    }

    /// The others of the shop that go along with this step: none unless it is about price and stock alone. Each is looked
    /// at before, as it would be in its own turn: what was sold there meanwhile must not be written over.
    pub(super) async fn companions(&self, step: Next, line: &mut Line, begun: Tick) -> Result<Vec<Self>> {
        let adapter = line.adapter();
        let most = adapter.descriptor().limits.price_stock_batch.unwrap_or(1).min(TOGETHER);
        let most = usize::try_from(most.saturating_sub(1)).unwrap_or(usize::MAX);
        if step != Next::Offer || !self.offers_apart || most == 0 {
            return Ok(Vec::new());
        }
        let mut others = Vec::new();
        for mut other in self.waiting(line).await? {
            if others.len() == most || begun.elapsed() > GATHERED_FOR {
                break;
            }
            other.bound_for(adapter, self.app.clock.now());
            if !other.wants_an_offer() {
                continue;
            }
            if let Some(op) = other.op(state::next(other.facts())).filter(|op| !op.is_write()) {
                match line.call(Some(other.id), &op).await? {
                    Ok(answer) => other.absorb(&op, answer)?,
                    // Its own turn tells what became of it.
                    Err(Failure { class: Class::Permanent, .. }) => continue,
                    Err(_) => break,
                }
            }
            if state::next(other.facts()) == Next::Offer {
                others.push(other);
            }
        }
        Ok(others)
    }

    /// Whether nothing but price and stock differs from what was sent, of a product that is on sale.
    fn wants_an_offer(&self) -> bool {
        let Facts { wanted, blocked, stale_star, bound, reported, content_changed, offer_changed, .. } =
            self.facts();
        let on_sale = bound && wanted == DesiredState::Listed && reported == ReportedState::Live;
        on_sale && offer_changed && !content_changed && !blocked && !stale_star
    }

    /// The other listings of the shop whose pushes wait and are due.
    async fn waiting(&self, line: &Line) -> Result<Vec<Self>> {
        let (app, own, shop, now) = (self.app.clone(), self.id, line.shop_id(), self.app.clock.now());
        let read = move |conn: &mut Conn| {
            let pushes = jobs::due_in(conn, PUSH, shop.as_str(), now, LOOKED_THROUGH)?;
            let mut ids = Vec::with_capacity(pushes.len());
            for push in &pushes {
                ids.push(push.payload::<PushPayload>()?.listing_id);
            }
            ids.retain(|id| *id != own);
            let mut rows = store::many(conn, &ids)?;
            rows.retain(|row| pushes.iter().any(|push| row.push_id == Some(push.id)));
            let current = wanted_now(conn, &rows, &app.config.public_url, now)?;
            Ok(current.into_iter().map(|current| Self::of(&app, current)).collect())
        };
        self.app.db.read("listing.waiting", read).await
    }

    /// Stores what the call brought the others, and gives back what it brought this one.
    pub(super) async fn shared(
        &mut self,
        answer: Answer,
        mut others: Vec<Self>,
        line: &mut Line,
    ) -> Result<std::result::Result<Answer, Failure>> {
        let Answer::Items(items) = answer else { return Ok(Ok(answer)) };
        let (mut own, mut closings) = (None, Vec::new());
        let mut along: Vec<ListingId> = Vec::new();
        for ItemResult { sku, result } in items {
            if sku == self.sku {
                own = Some(result);
            } else if let (Some(other), Ok(())) = (others.iter_mut().find(|other| other.sku == sku), &result)
            {
                let op = Op::PriceStock { items: vec![other.offer()] };
                other.absorb(&op, Answer::Items(vec![ItemResult { sku, result }]))?;
                other.settle_issues(Vec::new());
                closings.extend(other.closing(None));
                along.push(other.id);
            }
        }
        line.shared_by(&along);
        if !closings.is_empty() {
            let write = move |tx: &mut Tx<'_>| closings.iter_mut().try_for_each(|closing| closing(tx));
            self.app.db.write("listing.learn_together", write).await?;
        }
        Ok(match own {
            Some(Err(failure)) => Err(failure),
            own => Ok(Answer::Items(
                own.map(|result| ItemResult { sku: self.sku.clone(), result }).into_iter().collect(),
            )),
        })
    }
}
