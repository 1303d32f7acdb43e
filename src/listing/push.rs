//! The job that brings one listing into step with what we want: decide, call, record, again.

mod batch;
mod learn;

use std::time::Instant as Tick;

use chrono::Duration;

use crate::app::App;
use crate::db::{Conn, Json, Tx};
use crate::error::Result;
use crate::ids::{JobId, ListingId};
use crate::instant::Instant;
use crate::jobs::{Ended, Job, Outcome, Retry};
use crate::platform::adapter::Adapter;
use crate::platform::state::{Capability, Class, Failure, Issue, ListingContent, Op, Severity};

use learn::reported_of;

use super::remote::{Line, Shut};
use super::state::{self, DesiredState, Facts, Next};
use super::wanted::{Current, wanted_now};
use super::{PushPayload, Wanted, content, hand, store, trouble};

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
    let current = wanted_now(conn, std::slice::from_ref(&row), &app.config.public_url, now)?.pop();
    Ok(current.map(|current| Work::of(app, current)).map(|work| (work, row)))
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
    work.bound_for(line.adapter(), now);
    work.run(&mut line).await
}

fn superseded(row: &store::Listing, job: JobId) -> bool {
    row.push_id != Some(job)
}

impl Work {
    /// A listing and what it should say now.
    fn of(app: &App, current: Current<'_>) -> Self {
        let Current { row, place: _, offered, star_until, wanted: Wanted { content, mapped }, stored } =
            current;
        let learned = store::Learned::from(row);
        Self {
            app: app.clone(),
            id: row.id,
            sku: row.sku.clone(),
            product: serde_json::json!({ "product_id": row.product_id, "platform": row.platform }),
            wanted: if offered { row.desired_state } else { DesiredState::Withdrawn },
            star_until,
            stored,
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
        }
    }

    /// Takes in what its platform checks and can do.
    fn bound_for(&mut self, adapter: &dyn Adapter, now: Instant) {
        let mapped = std::mem::take(&mut self.checked);
        self.checked = adapter.issues(&self.content, now);
        self.checked.extend(mapped);
        let platform = adapter.descriptor();
        self.shows_old = platform.shows_old_in_review;
        self.offers_apart = platform.capabilities.contains(&Capability::PriceStock);
        self.reviews = platform.capabilities.contains(&Capability::ReviewPoll);
    }

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
        // With others in one call, until the platform refuses one that may be another's fault.
        let mut together = true;
        for left in (0..STEPS).rev() {
            let step = state::next(self.facts());
            let others = if together { self.companions(step, line, started).await? } else { Vec::new() };
            if matches!(step, Next::Create | Next::Update | Next::Offer | Next::Withdraw)
                && started.elapsed() > WRITES_UNTIL
            {
                let detail = "the platform is slow; the write begins a new attempt".to_owned();
                return Ok(Outcome::Wait { detail, after: Duration::milliseconds(1) }.into());
            }
            let Some(mut op) = self.op(step) else { return self.end(step, line).await };
            batch::join(&mut op, &others);
            if step == Next::Withdraw && self.learned.sent_hash.is_some() {
                // From here on it may be down: whoever wants it up again must send everything anew.
                (self.learned.sent_hash, self.learned.sent_offer_hash) = (None, None);
                self.save(None).await?;
            }
            // Before the first create there is a look: this is written while the platform is asked.
            let marked = self.mark(step);
            let (marked, answer) = futures_util::join!(marked, line.call(Some(self.id), &op));
            marked?;
            let alone = others.is_empty();
            let answer = match answer? {
                Ok(answer) => self.shared(answer, others, line).await?,
                Err(failure) => Err(failure),
            };
            match answer {
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
                Err(failure) if !alone && matches!(failure.class, Class::Permanent | Class::NeedsAction) => {
                    together = false;
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
        let upsert = |id: Option<String>| Op::Upsert {
            external_id: id,
            content: Box::new(outgoing),
            media: reported_of(&self.learned).media,
        };
        Some(match step {
            Next::LookUp => Op::FindBySku { sku: self.sku.clone() },
            Next::Create => upsert(None),
            Next::Update => upsert(Some(external_id)),
            Next::Offer if self.offers_apart => Op::PriceStock { items: vec![self.offer()] },
            Next::Offer => upsert(Some(external_id)),
            Next::Withdraw => Op::Withdraw { external_id, sku: self.sku.clone() },
            Next::Review if self.reviews => Op::Review { external_id },
            Next::Review => Op::FindBySku { sku: self.sku.clone() },
            Next::Wait | Next::Blocked | Next::Stuck | Next::Gone | Next::Settled => return None,
        })
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
