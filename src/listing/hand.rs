//! Shops served by hand: where each listing is, and what a person records of it. Nothing is called.
//!
//! `draft` says that the files are ready, `submitted`, `live` and `rejected` what a person recorded. What was handed in
//! last and the certificate it names are kept as for every other shop, so that a star that ends is found in the same
//! way; here it leads to an issue that says what a person has to do there.

use crate::actor::{Actor, Role};
use crate::audit;
use crate::db::{Conn, Json, Tx};
use crate::error::{Code, Error, FieldError, Result};
use crate::event;
use crate::ids::{AttemptId, JobId, ListingId};
use crate::instant::Instant;
use crate::jobs::Outcome;
use crate::platform::state::{Issue, Severity};
use crate::product;

use super::state::hand::{self, Standing, Submission};
use super::{
    DesiredState, Listing, Reported, ReportedState, ShopStatus, content, on_offer, own, row, shop, store,
    trouble, wanted_content,
};

/// Longest reason and number of a platform, in characters.
const REASON_MAX: usize = 1000;
const NUMBER_MAX: usize = 200;

/// What a person records.
#[derive(Clone, Debug)]
pub struct Record {
    /// What became of it.
    pub state: Submission,
    /// Why the platform refused it, or what else is worth knowing.
    pub reason: Option<String>,
    /// The platform's number of the product.
    pub external_id: Option<String>,
}

impl Record {
    fn errors(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let length = |text: &Option<String>| text.as_ref().map(|text| text.trim().chars().count());
        let reason = length(&self.reason);
        if self.state == Submission::Rejected && reason.unwrap_or(0) == 0 {
            errors.push(FieldError::new(
                "/reason",
                "reason.missing",
                "Ghi lý do sàn từ chối.",
                "Write why the platform refused it.",
            ));
        }
        if reason.is_some_and(|length| length > REASON_MAX) {
            errors.push(FieldError::new(
                "/reason",
                "reason.length",
                "Lý do có nhiều nhất 1.000 ký tự.",
                "A reason has at most 1,000 characters.",
            ));
        }
        if length(&self.external_id).is_some_and(|length| !(1..=NUMBER_MAX).contains(&length)) {
            errors.push(FieldError::new(
                "/external_id",
                "external_id.length",
                "Mã sản phẩm trên sàn có từ 1 đến 200 ký tự.",
                "The platform's number of the product has 1 to 200 characters.",
            ));
        }
        errors
    }
}

/// What a listing should be now.
struct Now {
    wanted: DesiredState,
    stored: content::Stored,
    certificate: Option<String>,
    star_until: Option<Instant>,
    checked: Vec<Issue>,
}

impl Now {
    fn of(conn: &mut Conn, row: &store::Listing, site: &str, now: Instant) -> Result<Self> {
        let product = product::any(conn, row.product_id)?;
        let seen = wanted_content(conn, &product, row.place(), &row.settings.get()?, site, now)?;
        let checked = seen.issues(&row.platform, now);
        let content = seen.content;
        Ok(Self {
            wanted: if on_offer(conn, &product)? { row.desired_state } else { DesiredState::Withdrawn },
            stored: content::stored(&content),
            checked,
            star_until: product.rating(now).map(|rating| rating.valid_until),
            certificate: content.certificate.map(|certificate| certificate.number),
        })
    }

    fn standing(&self, l: &store::Learned) -> Standing {
        Standing {
            wanted: self.wanted,
            ready: self.checked.iter().all(|issue| issue.severity != Severity::Error),
            changed: l.sent_hash.as_ref() != Some(&self.stored.hash)
                || l.sent_offer_hash.as_ref() != Some(&self.stored.offer_hash),
            handed_in: l.sent_at.is_some(),
            reported: l.reported_state,
        }
    }

    /// Puts a listing where it belongs, with what stands in the way.
    fn settle(&self, mut l: store::Learned) -> Result<store::Learned> {
        l.reported_state = hand::settle(self.standing(&l));
        let listed = self.wanted == DesiredState::Listed;
        let ended = l.sent_certificate.as_ref().filter(|number| Some(*number) != self.certificate.as_ref());
        let mut issues = if listed { self.checked.clone() } else { Vec::new() };
        if listed && l.reported_state == ReportedState::Rejected {
            let reported: Reported = l.reported.as_ref().map(Json::get).transpose()?.unwrap_or_default();
            issues.push(trouble::rejected(&reported.reasons));
        }
        match ended {
            Some(number) => issues.push(trouble::star_by_hand(number, self.certificate.as_deref())),
            None if !listed && l.reported_state.up() => issues.push(trouble::take_down_by_hand()),
            None if listed && l.sent_at.is_some() && l.reported_state == ReportedState::Draft => {
                issues.push(trouble::change_by_hand());
            }
            None => {}
        }
        if ended.is_some() || !listed {
            // A person has to act now: looking again changes nothing.
            l.sent_star_until = None;
        }
        l.issues = Json::of(&issues);
        Ok(l)
    }

    /// Takes over what a person recorded.
    fn take(&self, mut l: store::Learned, record: &Record, now: Instant) -> store::Learned {
        let handed_in = |l: &mut store::Learned| {
            l.sent_at = Some(now);
            l.sent_hash = Some(self.stored.hash.clone());
            l.sent_offer_hash = Some(self.stored.offer_hash.clone());
            l.sent_star_until = self.star_until;
        };
        let mut reasons = Vec::new();
        match record.state {
            Submission::Submitted => {
                handed_in(&mut l);
                // Until it is confirmed, the platform goes on showing what it showed before.
                l.sent_certificate = l.sent_certificate.or_else(|| self.certificate.clone());
                l.reported_state = ReportedState::Submitted;
            }
            Submission::Confirmed => {
                if l.reported_state != ReportedState::Submitted {
                    handed_in(&mut l);
                }
                l.sent_certificate.clone_from(&self.certificate);
                l.reported_state = ReportedState::Live;
            }
            Submission::Rejected => {
                reasons.extend(record.reason.iter().map(|reason| reason.trim().to_owned()));
                // What it showed before may still name a star that ended.
                l.sent_certificate =
                    l.sent_certificate.filter(|number| Some(number) != self.certificate.as_ref());
                l.reported_state = ReportedState::Rejected;
            }
            Submission::TakenDown => {
                (l.sent_at, l.sent_hash, l.sent_offer_hash) = (None, None, None);
                (l.sent_certificate, l.sent_star_until, l.external_id) = (None, None, None);
                l.reported_state = ReportedState::Withdrawn;
            }
        }
        if let Some(number) = record.external_id.as_ref().filter(|_| record.state != Submission::TakenDown) {
            l.external_id = Some(number.trim().to_owned());
        }
        l.reported = Some(Json::of(&Reported { reasons, ..Reported::default() }));
        l.checked_at = Some(now);
        l
    }
}

/// Stores what is new; public when a product appears or goes.
fn save(tx: &mut Tx<'_>, row: &store::Listing, learned: &store::Learned, now: Instant) -> Result<()> {
    if *learned == store::Learned::from(row) {
        return Ok(());
    }
    store::learn(tx, row.id, learned, now)?;
    let live = |state: ReportedState| state == ReportedState::Live;
    if live(row.reported_state) != live(learned.reported_state) {
        let kind = if live(learned.reported_state) { event::Kind::Created } else { event::Kind::Withdrawn };
        let product = serde_json::json!({ "product_id": row.product_id, "platform": row.platform });
        event::append(tx, kind, row.id.as_str(), &product, now);
    }
    Ok(())
}

/// The push of a listing in a shop that is served by hand: it only prepares.
pub(super) fn prepare(
    tx: &mut Tx<'_>,
    id: ListingId,
    push: JobId,
    site: &str,
    now: Instant,
) -> Result<Outcome> {
    let Some(row) = store::any_listing(tx.conn(), id)?.filter(|row| row.push_id == Some(push)) else {
        return Ok(Outcome::Done("a later push does the work".to_owned()));
    };
    let learned = Now::of(tx.conn(), &row, site, now)?.settle(store::Learned::from(&row))?;
    save(tx, &row, &learned, now)?;
    Ok(Outcome::Done(format!("by hand: {}", learned.reported_state)))
}

/// Records what became of a listing in a shop that is served by hand: its producer does, or an officer of its place
/// who helps it. Each record speaks of the content as it is now, and stays in the listing's attempts and in the audit.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `request.stale`, `request.invalid`, `shop.closed`, `shop.not_assisted`,
/// `listing.step_not_possible`.
pub fn record(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ListingId,
    version: i32,
    record: &Record,
    site: &str,
    now: Instant,
) -> Result<Listing> {
    crate::db::dialect::lock(tx.conn(), id.as_str())?;
    let row = row(tx.conn(), &actor.reach, id)?;
    let shop = shop::row(tx.conn(), &actor.reach, row.shop_id)?;
    serves(actor, &shop)?;
    if row.version != version {
        return Err(Error::new(Code::PreconditionFailed));
    }
    let errors = record.errors();
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    let seen = Now::of(tx.conn(), &row, site, now)?;
    let learned = seen.settle(store::Learned::from(&row))?;
    hand::permit(seen.standing(&learned), record.state)?;
    let learned = seen.settle(seen.take(learned, record, now))?;
    save(tx, &row, &learned, now)?;
    let attempt = store::Attempt {
        id: AttemptId::new(),
        shop_id: row.shop_id,
        listing_id: Some(id),
        at: now,
        took_ms: 0,
        op: "by_hand".to_owned(),
        outcome: record.state.as_str().to_owned(),
        code: None,
        detail: Json::of(&serde_json::json!({ "message": record.reason })),
    };
    store::insert_attempts(tx, &[attempt])?;
    let before = serde_json::json!({ "state": row.reported_state, "external_id": row.external_id });
    let after = serde_json::json!({
        "state": learned.reported_state, "recorded": record.state, "reason": record.reason,
        "external_id": learned.external_id, "certificate": learned.sent_certificate,
    });
    audit::record(tx, actor, "listing.record", id.as_str(), Some(&before), Some(&after), now);
    super::get(tx.conn(), &actor.reach, id)
}

/// Whether somebody may serve a shop by hand now.
///
/// # Errors
/// `auth.forbidden`, `shop.closed`, `shop.not_assisted`.
pub(super) fn serves(actor: &Actor, shop: &store::Shop) -> Result<()> {
    let officer = [Role::CommuneOfficer, Role::ProvincialOfficer];
    if !actor.roles.iter().any(|role| officer.contains(role)) {
        own(actor, shop.producer_id)?;
    }
    if shop.status == ShopStatus::Closed {
        return Err(Error::new(Code::ShopClosed));
    }
    if shop.assisted { Ok(()) } else { Err(Error::new(Code::ShopNotAssisted)) }
}
