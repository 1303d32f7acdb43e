//! The job that brings one listing into step with what we want: decide, call, record, again.

use std::time::Instant as Tick;

use chrono::Duration;

use crate::app::App;
use crate::db::{Conn, Json, Tx};
use crate::error::{Error, Result};
use crate::event;
use crate::ids::{JobId, ListingId};
use crate::instant::Instant;
use crate::jobs::{Closing, Ended, Job, Outcome, Retry};
use crate::platform::state::{
    Answer, Capability, Class, Failure, Issue, ListingContent, Offer, Op, Outcome as Said, RemoteProduct,
    Severity,
};
use crate::product;

use super::remote::{Line, Note, Shut};
use super::state::{self, DesiredState, Facts, Next, ReportedState};
use super::{
    PushPayload, Reported, SentOffer, Wanted, content, hand, on_offer, store, trouble, wanted_content,
};

/// Most calls of one attempt; more means that the platform contradicts itself.
const STEPS: usize = 8;
/// No write begins later than this after the job was taken: its lease must outlast the slowest write.
const WRITES_UNTIL: std::time::Duration = std::time::Duration::from_secs(40);

/// A listing on its way through one attempt.
struct Work {
    app: App,
    id: ListingId,
    sku: String,
    product: serde_json::Value,
    wanted: DesiredState,
    content: ListingContent,
    stored: content::Stored,
    star_until: Option<Instant>,
    /// Nothing is tried again by itself after this attempt.
    last_try: bool,
    /// What the platform's rules, and the categories that were read of it, say of the content.
    checked: Vec<Issue>,
    learned: store::Learned,
    /// What the database has of it.
    saved: store::Learned,
    missing: bool,
    fresh: bool,
    editable: Option<bool>,
    /// The platform takes price and stock by a call of their own.
    offers_apart: bool,
    /// The platform tells of a product by its id.
    reviews: bool,
    /// The platform shows the old content while it reviews a change.
    shows_old: bool,
}

fn load(conn: &mut Conn, app: &App, id: ListingId, now: Instant) -> Result<Option<(Work, store::Listing)>> {
    let Some(row) = store::any_listing(conn, id)? else { return Ok(None) };
    let product = product::any(conn, row.product_id)?;
    let site = &app.config.public_url;
    let Wanted { content, mapped } =
        wanted_content(conn, &product, row.place(), &row.settings.get()?, site, now)?;
    let offered = on_offer(conn, &product)?;
    let learned = store::Learned::from(&row);
    let work = Work {
        app: app.clone(),
        id,
        sku: row.sku.clone(),
        product: serde_json::json!({ "product_id": row.product_id, "platform": row.platform }),
        wanted: if offered { row.desired_state } else { DesiredState::Withdrawn },
        star_until: product.rating(now).map(|rating| rating.valid_until),
        stored: content::stored(&content),
        content,
        last_try: false,
        checked: mapped,
        saved: learned.clone(),
        learned,
        missing: false,
        fresh: false,
        editable: None,
        offers_apart: false,
        reviews: false,
        shows_old: false,
    };
    Ok(Some((work, row)))
}

/// Runs the job.
///
/// # Errors
/// Faults of the database or the vault; the job is then tried again.
pub async fn push(app: &App, job: &Job) -> Result<Ended> {
    let id = job.payload::<PushPayload>()?.listing_id;
    let now = app.clock.now();
    let reader = app.clone();
    let loaded = app.db.read("listing.load", move |conn| {
        let Some((work, row)) = load(conn, &reader, id, now)? else { return Ok(None) };
        Ok(store::any_shop(conn, row.shop_id)?.map(|shop| (work, row, shop)))
    });
    let Some((mut work, row, shop)) = loaded.await? else {
        return Ok(Outcome::Done("there is no such listing".to_owned()).into());
    };
    if superseded(&row, job.id) {
        return Ok(Outcome::Done("a later push does the work".to_owned()).into());
    }
    if shop.assisted {
        let (site, push) = (app.config.public_url.clone(), job.id);
        let prepare = move |tx: &mut Tx<'_>| hand::prepare(tx, id, push, &site, now);
        return app.db.write("listing.prepare", prepare).await.map(Ended::from);
    }
    let mut line = match Line::open_for(app, shop, work.takes_down())? {
        Ok(line) => line,
        Err(shut) => {
            if let Shut::Broken(issue) = &shut {
                work.learned.issues = Json::of(&[issue.as_ref()]);
                work.save(None).await?;
            }
            return Ok(shut.outcome().into());
        }
    };
    work.last_try = job.attempts >= Retry::default().tries;
    let mapped = std::mem::take(&mut work.checked);
    work.checked = line.adapter().issues(&work.content, now);
    work.checked.extend(mapped);
    let platform = line.adapter().descriptor();
    let offers = platform.capabilities;
    work.shows_old = platform.shows_old_in_review;
    work.offers_apart = offers.contains(&Capability::PriceStock);
    work.reviews = offers.contains(&Capability::ReviewPoll);
    work.run(&mut line).await
}

fn superseded(row: &store::Listing, job: JobId) -> bool {
    row.push_id != Some(job)
}

impl Work {
    /// Whether there is something to be taken down: that is done from a paused shop, too.
    fn takes_down(&self) -> bool {
        let facts = self.facts();
        facts.stale_star || (facts.wanted == DesiredState::Withdrawn && (facts.bound || facts.sent))
    }

    fn facts(&self) -> Facts {
        let l = &self.learned;
        let certificate = self.content.certificate.as_ref().map(|c| &c.number);
        Facts {
            wanted: self.wanted,
            blocked: self.checked.iter().any(|issue| issue.severity == Severity::Error),
            stale_star: l.sent_certificate.is_some() && l.sent_certificate.as_ref() != certificate,
            shows_old: self.shows_old,
            bound: l.external_id.is_some(),
            sent: l.sent_at.is_some(),
            missing: self.missing,
            gone: reported_of(l).gone,
            reported: l.reported_state,
            fresh: self.fresh,
            look: l.checked_at.is_none(),
            editable: self.editable.unwrap_or(!l.reported_state.open()),
            content_changed: l.sent_hash.as_ref() != Some(&self.stored.hash),
            offer_changed: l.sent_offer_hash.as_ref() != Some(&self.stored.offer_hash),
        }
    }

    async fn run(&mut self, line: &mut Line) -> Result<Ended> {
        let started = Tick::now();
        for left in (0..STEPS).rev() {
            let step = state::next(self.facts());
            if matches!(step, Next::Create | Next::Update | Next::Offer | Next::Withdraw)
                && started.elapsed() > WRITES_UNTIL
            {
                let detail = "the platform is slow; the write begins a new attempt".to_owned();
                return Ok(Outcome::Wait { detail, after: Duration::milliseconds(1) }.into());
            }
            let Some(op) = self.op(step) else { return self.end(step, line).await };
            if step == Next::Withdraw && self.learned.sent_hash.is_some() {
                // From here on it may be down: whoever wants it up again must send everything anew.
                (self.learned.sent_hash, self.learned.sent_offer_hash) = (None, None);
                self.save(None).await?;
            }
            // Before the first create there is a look: this is written while the platform is asked.
            let marked = self.mark(step);
            let (marked, answer) = futures_util::join!(marked, line.call(Some(self.id), &op));
            marked?;
            match answer? {
                Ok(answer) => {
                    self.absorb(&op, answer)?;
                    self.settle_issues(Vec::new());
                    // That there is nothing yet need not be kept: what follows is stored with its own record of it.
                    // Nor what the attempt ends with: that is written with its end.
                    let nothing_yet = self.missing && matches!(op, Op::FindBySku { .. });
                    let last = left > 0 && state::next(self.facts()).ends();
                    if !nothing_yet && !last {
                        self.save(Some(line)).await?;
                    }
                }
                Err(failure) if failure.code == "product.gone" => self.forget(),
                Err(failure) => return self.fail(&op, failure, line).await,
            }
        }
        let detail = "the platform's answers do not come to an end".to_owned();
        Ok(Outcome::Again { detail, after: None }.into())
    }

    /// Records that a product may exist from here on, before the first that may make one: whoever withdraws it later
    /// must look.
    fn mark(&mut self, step: Next) -> impl Future<Output = Result<()>> + use<> {
        let begins = self.wanted == DesiredState::Listed && matches!(step, Next::LookUp | Next::Create);
        let write = (begins && self.learned.sent_at.is_none()).then(|| {
            self.learned.sent_at = Some(self.app.clock.now());
            (self.app.clone(), self.closing(None))
        });
        async move {
            match write {
                Some((app, Some(mut closing))) => app.db.write("listing.begin", move |tx| closing(tx)).await,
                _ => Ok(()),
            }
        }
    }

    /// The call of a step; `None` where the attempt ends.
    fn op(&self, step: Next) -> Option<Op> {
        let external_id = self.learned.external_id.clone().unwrap_or_default();
        let outgoing = self.outgoing();
        let ListingContent { price_vnd, stock, .. } = outgoing;
        let upsert = |id: Option<String>| Op::Upsert {
            external_id: id,
            content: Box::new(outgoing),
            media: reported_of(&self.learned).media,
        };
        Some(match step {
            Next::LookUp => Op::FindBySku { sku: self.sku.clone() },
            Next::Create => upsert(None),
            Next::Update => upsert(Some(external_id)),
            Next::Offer if self.offers_apart => {
                Op::PriceStock { items: vec![Offer { external_id, sku: self.sku.clone(), price_vnd, stock }] }
            }
            Next::Offer => upsert(Some(external_id)),
            Next::Withdraw => Op::Withdraw { external_id, sku: self.sku.clone() },
            Next::Review if self.reviews => Op::Review { external_id },
            Next::Review => Op::FindBySku { sku: self.sku.clone() },
            Next::Wait | Next::Blocked | Next::Stuck | Next::Gone | Next::Settled => return None,
        })
    }

    /// What we want of price and stock.
    fn wished(&self) -> SentOffer {
        SentOffer { price_vnd: self.content.price_vnd, stock: self.content.stock }
    }

    /// What goes out: of name, price and stock only what we want otherwise than when we sent it last. The rest belongs
    /// to the platform, where sales lower the stock and the seller may have changed name and price.
    fn outgoing(&self) -> ListingContent {
        let mut content = self.content.clone();
        let reported = reported_of(&self.learned);
        let theirs = reported.own_name(self.learned.reported_state);
        if let Some(theirs) = theirs.filter(|_| reported.sent_name.as_ref() == Some(&content.name)) {
            theirs.clone_into(&mut content.name);
        }
        let Reported { price_vnd, stock, sent, .. } = reported;
        let Some(sent) = sent else { return content };
        if sent.price_vnd == content.price_vnd {
            content.price_vnd = price_vnd.unwrap_or(content.price_vnd);
        }
        if sent.stock == content.stock {
            let theirs = stock.map(|stock| u32::try_from(stock.max(0)).unwrap_or(u32::MAX));
            content.stock = theirs.unwrap_or(content.stock);
        }
        content
    }

    /// Takes over what the platform answered.
    fn absorb(&mut self, op: &Op, answer: Answer) -> Result<()> {
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
                if let Some(Err(failure)) = items.into_iter().next().map(|item| item.result) {
                    return Err(Error::internal(failure));
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
    fn forget(&mut self) {
        let l = &mut self.learned;
        let gone = l.reported_state == ReportedState::Live && self.wanted == DesiredState::Listed;
        let reported = gone.then(|| Json::of(&Reported { gone, ..Reported::default() }));
        (l.external_id, l.reported, l.reported_state) = (None, reported, ReportedState::None);
        (l.sent_hash, l.sent_offer_hash, l.sent_certificate, l.sent_star_until) = (None, None, None, None);
        (self.missing, self.fresh, self.editable) = (false, false, None);
    }

    /// What stands in the way now: our own checks, the review's reasons, and what came on top.
    fn settle_issues(&mut self, more: Vec<Issue>) {
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
    async fn save(&mut self, line: Option<&mut Line>) -> Result<()> {
        match self.closing(line) {
            Some(mut closing) => self.app.db.write("listing.learn", move |tx| closing(tx)).await,
            None => Ok(()),
        }
    }

    /// What is to be stored of what is new, with the calls that brought it; public when it appears or goes.
    fn closing(&mut self, line: Option<&mut Line>) -> Option<Closing> {
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

    async fn end(&mut self, step: Next, line: &mut Line) -> Result<Ended> {
        let more = match step {
            Next::Stuck => vec![trouble::stuck()],
            Next::Gone => vec![trouble::deleted_there()],
            _ => Vec::new(),
        };
        self.settle_issues(more);
        let now = self.app.clock.now();
        let outcome = match step {
            Next::Wait => Outcome::Wait {
                detail: format!("the platform says {}", self.learned.reported_state),
                after: state::poll_after(self.learned.sent_at.map_or(Duration::zero(), |at| now.since(at))),
            },
            Next::Blocked => Outcome::Done("the content has to be put right first".to_owned()),
            Next::Gone => Outcome::Done("it was deleted at the platform: a person decides".to_owned()),
            Next::Stuck => Outcome::Dead("the platform accepts no changes to the product".to_owned()),
            _ => Outcome::Done(format!("in step: {}", self.learned.reported_state)),
        };
        Ok(Ended::with(outcome, self.closing(Some(line))))
    }

    async fn fail(&mut self, op: &Op, failure: Failure, line: &mut Line) -> Result<Ended> {
        // The SKU is there already: an earlier create went through, and the next look finds it.
        let there = matches!(op, Op::Upsert { external_id: None, .. })
            && failure.class == Class::Permanent
            && failure.fields.iter().any(|field| field.pointer == "/sku");
        let failure = if there { Failure { class: Class::Ambiguous, ..failure } } else { failure };
        let outcome = line.fail(&failure).await?;
        let issues = match failure.class {
            Class::Auth { refreshable: false } => {
                vec![trouble::refused_keys(&failure, line.adapter().descriptor())]
            }
            Class::Permanent | Class::NeedsAction => failure.issues(),
            _ if self.last_try && matches!(outcome, Outcome::Again { .. }) => {
                vec![trouble::gave_up(&failure)]
            }
            _ => vec![trouble::unreachable(&failure)],
        };
        self.settle_issues(issues);
        Ok(Ended::with(outcome, self.closing(None)))
    }
}

fn reported_of(learned: &store::Learned) -> Reported {
    learned.reported.as_ref().and_then(|r| r.get().ok()).unwrap_or_default()
}

fn reasons(outcome: &Said) -> Vec<String> {
    match outcome {
        Said::Rejected { reasons } => reasons.clone(),
        _ => Vec::new(),
    }
}
