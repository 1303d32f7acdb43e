//! What an attempt learns of its listing: what goes out, what the answers mean, and what is stored of them.

use crate::db::Json;
use crate::error::{Error, Result};
use crate::event;
use crate::instant::Instant;
use crate::jobs::Closing;
use crate::listing::remote::{Line, Note};
use crate::listing::state::{DesiredState, ReportedState};
use crate::listing::{Reported, SentOffer, store, trouble};
use crate::platform::state::{Answer, Issue, ListingContent, Op, Outcome as Said, RemoteProduct};

use super::Work;

impl Work {
    /// What we want of price and stock.
    fn wished(&self) -> SentOffer {
        SentOffer { price_vnd: self.content.price_vnd, stock: self.content.stock }
    }

    /// What goes out.
    pub(super) fn outgoing(&self) -> ListingContent {
        reported_of(&self.learned).outgoing(&self.content, self.learned.reported_state)
    }

    /// Takes over what the platform answered.
    pub(super) fn absorb(&mut self, op: &Op, answer: Answer) -> Result<()> {
        let now = self.app.clock.now();
        self.learned.checked_at = Some(now);
        match answer {
            Answer::Found(None) => {
                if self.learned.external_id.is_some() {
                    self.forget();
                }
                self.missing = true;
            }
            Answer::Found(Some(product)) | Answer::Reviewed(product) => self.see(product),
            Answer::Written { external_id, outcome, media } => {
                let (outgoing, before) = (self.outgoing(), reported_of(&self.learned));
                let known = self.learned.sent_offer_hash.take();
                self.sent(now);
                // Price and stock have a call of their own: an update has left them as they were.
                let apart = matches!(op, Op::Upsert { external_id: Some(_), .. }) && self.offers_apart;
                if apart {
                    self.learned.sent_offer_hash = known;
                }
                self.learned.sent_hash = Some(self.stored.hash.clone());
                let tracking = match &outcome {
                    Said::Submitted { tracking } => Some(tracking.clone()),
                    Said::Draft { external_id }
                    | Said::PendingReview { external_id }
                    | Said::Live { external_id } => Some(external_id.clone()),
                    _ => None,
                };
                self.learned.external_id = external_id.or(tracking).or(self.learned.external_id.take());
                self.learned.reported_state = ReportedState::from(&outcome);
                self.learned.reported = Some(Json::of(&Reported {
                    reasons: reasons(&outcome),
                    raw_status: match outcome {
                        Said::Unknown { raw } => Some(raw),
                        _ => None,
                    },
                    name: Some(outgoing.name),
                    sent_name: Some(self.content.name.clone()),
                    price_vnd: if apart { before.price_vnd } else { Some(outgoing.price_vnd) },
                    stock: if apart { before.stock } else { Some(i64::from(outgoing.stock)) },
                    media,
                    sent: if apart { before.sent } else { Some(self.wished()) },
                    gone: false,
                }));
                self.fresh = true;
                self.editable = None;
            }
            Answer::Items(items) => {
                if items.is_empty() {
                    return Err(Error::internal("an offer without a result"));
                }
                let (outgoing, sent) = (self.outgoing(), Some(self.wished()));
                self.sent(now);
                if self.learned.reported_state == ReportedState::Withdrawn {
                    // An offer can bring back what was off sale: it is looked at.
                    (self.learned.checked_at, self.fresh) = (None, false);
                }
                self.learned.reported = Some(Json::of(&Reported {
                    price_vnd: Some(outgoing.price_vnd),
                    stock: Some(i64::from(outgoing.stock)),
                    sent,
                    ..reported_of(&self.learned)
                }));
            }
            Answer::Withdrawn => {
                let l = &mut self.learned;
                // Some platforms take down by a stock of none: that is no sale.
                l.reported =
                    l.reported.is_some().then(|| Json::of(&Reported { sent: None, ..reported_of(l) }));
                l.reported_state = ReportedState::Withdrawn;
                (l.sent_hash, l.sent_offer_hash) = (None, None);
                (l.sent_certificate, l.sent_star_until) = (None, None);
                (self.fresh, self.editable) = (false, None);
            }
            _ => return Err(Error::internal(format!("the wrong kind of answer to {}", op.name()))),
        }
        Ok(())
    }

    fn sent(&mut self, now: Instant) {
        let l = &mut self.learned;
        l.sent_at = Some(now);
        l.sent_offer_hash = Some(self.stored.offer_hash.clone());
        l.sent_certificate = self.content.certificate.as_ref().map(|c| c.number.clone());
        l.sent_star_until = self.star_until;
    }

    fn see(&mut self, product: RemoteProduct) {
        let RemoteProduct { external_id, sku: _, outcome, raw_status, editable, name, price_vnd, stock } =
            product;
        let l = &mut self.learned;
        let before = l.external_id.replace(external_id);
        if outcome == Said::Withdrawn
            && before.is_some()
            && before != l.external_id
            && !matches!(l.reported_state, ReportedState::Live | ReportedState::Withdrawn)
        {
            // What was only a request has become a product, off sale until it is offered.
            l.sent_offer_hash = None;
        }
        l.reported_state = ReportedState::from(&outcome);
        let reported = Reported {
            raw_status: Some(raw_status),
            name,
            price_vnd,
            stock,
            reasons: reasons(&outcome),
            gone: false,
            ..reported_of(l)
        };
        l.reported = Some(Json::of(&reported));
        (self.fresh, self.editable) = (true, Some(editable));
    }

    /// The platform does not know the product any more: it is looked for, then made anew. One that was on sale was deleted
    /// by somebody, so a person is asked first.
    pub(super) fn forget(&mut self) {
        let l = &mut self.learned;
        let gone = l.reported_state == ReportedState::Live && self.wanted == DesiredState::Listed;
        let reported = gone.then(|| Json::of(&Reported { gone, ..Reported::default() }));
        (l.external_id, l.reported, l.reported_state) = (None, reported, ReportedState::None);
        (l.sent_hash, l.sent_offer_hash, l.sent_certificate, l.sent_star_until) = (None, None, None, None);
        (self.missing, self.fresh, self.editable) = (false, false, None);
    }

    /// What stands in the way now: our own checks, the review's reasons, and what came on top.
    pub(super) fn settle_issues(&mut self, more: Vec<Issue>) {
        let mut issues = if self.wanted == DesiredState::Listed { self.checked.clone() } else { Vec::new() };
        if self.learned.reported_state == ReportedState::Rejected && self.wanted == DesiredState::Listed {
            issues.push(trouble::rejected(&reported_of(&self.learned).reasons));
        }
        if self.wanted == DesiredState::Listed {
            let drift = reported_of(&self.learned).drift(self.learned.reported_state);
            issues.extend(drift.map(trouble::drifted).unwrap_or_default());
        }
        issues.extend(more);
        self.learned.issues = Json::of(&issues);
    }

    /// Stores what is new, with the calls that brought it.
    pub(super) async fn save(&mut self, line: Option<&mut Line>) -> Result<()> {
        match self.closing(line) {
            Some(mut closing) => self.app.db.write("listing.learn", move |tx| closing(tx)).await,
            None => Ok(()),
        }
    }

    /// What is to be stored of what is new, with the calls that brought it; public when it appears or goes.
    pub(super) fn closing(&mut self, line: Option<&mut Line>) -> Option<Closing> {
        let note = line.map(Line::note_success);
        let (id, learned, now) = (self.id, self.learned.clone(), self.app.clock.now());
        let changed = learned != self.saved;
        let was_live = self.saved.reported_state == ReportedState::Live;
        let is_live = learned.reported_state == ReportedState::Live;
        let product = self.product.clone();
        if !changed && note.as_ref().is_none_or(Note::is_empty) {
            return None;
        }
        self.saved = learned.clone();
        Some(Box::new(move |tx| {
            if let Some(note) = &note {
                note.store(tx)?;
            }
            if changed {
                store::learn(tx, id, &learned, now)?;
            }
            if was_live != is_live {
                let kind = if is_live { event::Kind::Created } else { event::Kind::Withdrawn };
                event::append(tx, kind, id.as_str(), &product, now);
            }
            Ok(())
        }))
    }
}

pub(super) fn reported_of(learned: &store::Learned) -> Reported {
    learned.reported.as_ref().and_then(|r| r.get().ok()).unwrap_or_default()
}

fn reasons(outcome: &Said) -> Vec<String> {
    match outcome {
        Said::Rejected { reasons } => reasons.clone(),
        _ => Vec::new(),
    }
}
