//! Answers of the catalogue kept in memory, and how they are forgotten.
//!
//! [`Changes`] counts what was committed, per record and in all. An entry carries the counts of its records as they
//! stood while its rows were read; it is good as long as they have not moved. So an answer that was read before
//! a commit and stored after it is never taken for a new one, whatever the order of the two threads.
//!
//! Commits of this process are counted by the hook of [`Db::after_commit`], before their caller is answered; those of
//! other processes by [`Changes::follow`], which reads the event log at least twice a second.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;

use crate::db::Db;
use crate::event;
use crate::ids::{CertificateId, ProducerId, ProductId};
use crate::instant::Instant;

/// Counters; records share them by hash, so a change may also forget a record that did not change.
const SLOTS: usize = 4096;
/// The most memory for products' answers, bytes.
const BYTES: u64 = 32 << 20;
/// The most memory for pages of lists, bytes.
const LIST_BYTES: u64 = 8 << 20;
/// How long a page is kept: as long as others may keep it.
const LIST_KEPT: Duration = Duration::from_secs(30);
/// What an entry costs beside its body.
const ENTRY: usize = 320;

/// What was committed since the start, as numbers that only grow.
pub struct Changes {
    slots: Vec<AtomicU64>,
    all: AtomicU64,
    certificates: AtomicU64,
    hasher: RandomState,
    /// The last event of the log that was counted.
    seen: AtomicI64,
}

impl Default for Changes {
    fn default() -> Self {
        let slots = std::iter::repeat_with(AtomicU64::default).take(SLOTS).collect();
        Self {
            slots,
            all: AtomicU64::default(),
            certificates: AtomicU64::default(),
            hasher: RandomState::new(),
            seen: AtomicI64::new(-1),
        }
    }
}

impl Changes {
    fn slot(&self, subject: &str) -> Option<&AtomicU64> {
        let slots = u64::try_from(self.slots.len()).ok()?;
        let index = self.hasher.hash_one(subject).checked_rem(slots)?;
        self.slots.get(usize::try_from(index).ok()?)
    }

    /// How often a record changed.
    fn of(&self, subject: &str) -> u64 {
        self.slot(subject).map_or(0, |slot| slot.load(Ordering::SeqCst))
    }

    /// How often anything changed: part of the key of answers that depend on many records.
    pub fn all(&self) -> u64 {
        self.all.load(Ordering::SeqCst)
    }

    /// How often a certificate, or a product or producer it may be of, changed.
    pub fn of_certificates(&self) -> u64 {
        self.certificates.load(Ordering::SeqCst)
    }

    fn count<'a>(&self, subjects: impl IntoIterator<Item = &'a str>) {
        for subject in subjects {
            let prefix = subject.split('_').next().unwrap_or_default();
            // Before the record's own counter: see [`Cache::keep`].
            if matches!(prefix, CertificateId::PREFIX | ProductId::PREFIX | ProducerId::PREFIX) {
                self.certificates.fetch_add(1, Ordering::SeqCst);
            }
            if let Some(slot) = self.slot(subject) {
                slot.fetch_add(1, Ordering::SeqCst);
            }
        }
        self.all.fetch_add(1, Ordering::SeqCst);
    }

    /// Counts every commit of this process.
    pub fn watch(self: &Arc<Self>, db: &Db) {
        let changes = self.clone();
        db.after_commit(Box::new(move |subjects| changes.count(subjects.iter().map(String::as_str))));
    }

    /// Counts the events that other processes have appended since the last call.
    ///
    /// # Errors
    /// Faults of the database.
    pub async fn follow(&self, db: &Db) -> crate::error::Result<()> {
        const STEP: i64 = 1000;
        loop {
            let seen = self.seen.load(Ordering::SeqCst);
            if seen < 0 {
                // The first look is before the first answer.
                self.seen.store(db.read("catalogue.follow", event::last).await?, Ordering::SeqCst);
                return Ok(());
            }
            let rows =
                db.read("catalogue.follow", move |conn| event::subjects_after(conn, seen, STEP)).await?;
            let Some((last, _)) = rows.last() else { return Ok(()) };
            self.count(rows.iter().map(|(_, subject)| subject.as_str()));
            self.seen.store(*last, Ordering::SeqCst);
            if i64::try_from(rows.len()).is_ok_and(|n| n < STEP) {
                return Ok(());
            }
        }
    }
}

/// The counts of the records an answer depends on.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    product: u64,
    producer: u64,
}

/// An answer: JSON, the tag of its content, and until when it is true if nobody changes anything.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The body.
    pub body: Bytes,
    /// The `ETag`, without its quotes.
    pub tag: Arc<str>,
    /// The moment a star in it ends; `None` when it shows none.
    pub until: Option<Instant>,
}

struct Kept {
    answer: Answer,
    producer: ProducerId,
    stamp: Stamp,
}

/// A page of a list, with the cursor of the next.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The page.
    pub answer: Answer,
    /// The cursor.
    pub next: Option<String>,
}

/// The answers kept in memory.
pub struct Cache {
    changes: Arc<Changes>,
    products: moka::sync::Cache<ProductId, Arc<Kept>>,
    lists: moka::sync::Cache<(u64, Box<str>), Arc<Listed>>,
}

impl Cache {
    /// An empty cache that forgets by these changes.
    pub fn new(changes: Arc<Changes>) -> Self {
        let weigh = |_: &ProductId, kept: &Arc<Kept>| {
            u32::try_from(kept.answer.body.len().saturating_add(ENTRY)).unwrap_or(u32::MAX)
        };
        let weigh_list = |(_, query): &(u64, Box<str>), kept: &Arc<Listed>| {
            let bytes = kept.answer.body.len().saturating_add(query.len()).saturating_add(ENTRY);
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        let lists = moka::sync::Cache::builder()
            .max_capacity(LIST_BYTES)
            .time_to_live(LIST_KEPT)
            .weigher(weigh_list)
            .build();
        let products = moka::sync::Cache::builder().max_capacity(BYTES).weigher(weigh).build();
        Self { changes, products, lists }
    }

    /// The page that a query string asks for, if it is still true; else the key to keep it by, to be taken before
    /// the rows are read. A commit to any product, producer or certificate makes another key.
    ///
    /// # Errors
    /// The key, where there is no such page.
    pub fn list(&self, query: &str, now: Instant) -> Result<Arc<Listed>, (u64, Box<str>)> {
        let key = (self.changes.of_certificates(), query.into());
        match self.lists.get(&key) {
            Some(kept) if kept.answer.until.is_none_or(|until| now < until) => Ok(kept),
            _ => Err(key),
        }
    }

    /// Keeps a page whose rows were read after its key was taken.
    pub fn keep_list(&self, key: (u64, Box<str>), listed: Arc<Listed>) {
        self.lists.insert(key, listed);
    }

    fn stamp(&self, product: ProductId, producer: ProducerId) -> Stamp {
        Stamp { product: self.changes.of(product.as_str()), producer: self.changes.of(producer.as_str()) }
    }

    /// To be taken before the rows of a product are read, for [`Cache::keep`].
    pub fn mark(&self) -> u64 {
        self.changes.of_certificates()
    }

    /// The answer about a product, if it is still true.
    pub fn product(&self, id: ProductId, now: Instant) -> Option<Answer> {
        let kept = self.products.get(&id)?;
        let fresh = kept.stamp == self.stamp(id, kept.producer);
        let answer = &kept.answer;
        (fresh && answer.until.is_none_or(|until| now < until)).then(|| answer.clone())
    }

    /// Keeps an answer whose rows were read after `mark` was taken, unless anything was committed since: whose producer
    /// the product is was not known before the rows were.
    pub fn keep(&self, id: ProductId, producer: ProducerId, mark: u64, answer: Answer) {
        let stamp = self.stamp(id, producer);
        // In this order: what was committed after the mark moves the mark's counter first, so a stamp with its trace
        // is never kept.
        if self.mark() == mark {
            self.products.insert(id, Arc::new(Kept { answer, producer, stamp }));
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{Duration, TimeZone as _, Utc};

    use super::*;

    fn answer(until: Option<Instant>) -> Answer {
        Answer { body: Bytes::from_static(b"{}"), tag: "x".into(), until }
    }

    fn setting() -> (Arc<Changes>, Cache, ProductId, ProducerId, Instant) {
        let changes = Arc::<Changes>::default();
        let now = Instant::from_utc(Utc.with_ymd_and_hms(2026, 11, 23, 2, 0, 0).unwrap());
        (changes.clone(), Cache::new(changes), ProductId::new(), ProducerId::new(), now)
    }

    #[test]
    fn a_commit_between_reading_and_keeping_is_seen() {
        let (changes, cache, product, producer, now) = setting();
        for changed in [product.as_str(), producer.as_str()] {
            let mark = cache.mark();
            changes.count([changed]);
            cache.keep(product, producer, mark, answer(None));
            assert!(cache.product(product, now).is_none());
        }
        cache.keep(product, producer, cache.mark(), answer(None));
        assert!(cache.product(product, now).is_some());
    }

    #[test]
    fn a_change_of_the_producer_forgets_its_products() {
        let (changes, cache, product, producer, now) = setting();
        cache.keep(product, producer, cache.mark(), answer(None));
        assert!(cache.product(product, now).is_some());
        changes.count([producer.as_str()]);
        assert!(cache.product(product, now).is_none());
    }

    #[test]
    fn a_page_is_forgotten_by_a_commit_to_any_product_and_when_a_star_ends() {
        let (changes, cache, product, _, now) = setting();
        let until = now.plus(Duration::seconds(1));
        let keep = || {
            let key = cache.list("star=4", now).map(|_| ()).unwrap_err();
            cache.keep_list(key, Arc::new(Listed { answer: answer(Some(until)), next: None }));
        };
        keep();
        assert!(cache.list("star=4", now).is_ok());
        assert!(cache.list("star=5", now).is_err());
        assert!(cache.list("star=4", until).is_err());
        changes.count(["acc_1"]);
        assert!(cache.list("star=4", now).is_ok(), "accounts are in no list");
        let key = cache.list("star=3", now).map(|_| ()).unwrap_err();
        changes.count([product.as_str()]);
        assert!(cache.list("star=4", now).is_err());
        cache.keep_list(key, Arc::new(Listed { answer: answer(None), next: None }));
        assert!(cache.list("star=3", now).is_err(), "read before the commit, kept after it");
    }

    #[test]
    fn a_star_ends_by_itself() {
        let (_, cache, product, producer, now) = setting();
        let until = now.plus(Duration::seconds(1));
        cache.keep(product, producer, cache.mark(), answer(Some(until)));
        assert!(cache.product(product, now).is_some());
        assert!(cache.product(product, until).is_none());
    }
}
