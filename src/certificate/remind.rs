//! Reminders of a certificate's end: 180, 120, 90, 30 days before and on the day itself.

use chrono::Days;

use crate::db::Tx;
use crate::error::Result;
use crate::instant::Instant;
use crate::notice::{self, NewNotice};

use super::{Certificate, state, store};

/// Certificates told of at once.
const BATCH: i64 = 500;

/// Tells producers, communes and provinces of certificates that end soon; at most a batch for each distance. Each
/// distance is told once for an end; where the program did not run on the day, it is told on the next, and where a
/// nearer one has come meanwhile only that. Call it again until it returns 0.
///
/// # Errors
/// Faults of the database.
pub fn remind(tx: &mut Tx<'_>, now: Instant) -> Result<usize> {
    let today = now.date();
    // The end of a certificate whose last day is so many days from today.
    let end = |days: i32| {
        let days = u64::try_from(days).unwrap_or_default().saturating_add(1);
        Instant::start_of_day(today.checked_add_days(Days::new(days)).unwrap_or(today))
    };
    let mut all = 0;
    let nearer = state::REMIND.iter().skip(1).map(|days| end(*days)).chain([now]);
    for (days, after) in state::REMIND.into_iter().zip(nearer) {
        let ending = store::untold(tx.conn(), (after, end(days)), days, BATCH)?;
        for certificate in &ending {
            store::insert_reminder(tx, certificate, days, now)?;
        }
        notice::tell_all(tx, ending.iter().map(|c| told("certificate.expiring", c, now)), now)?;
        all += ending.len();
    }
    Ok(all)
}

/// What is told of the end of a certificate.
pub(super) fn told<'a>(kind: &'static str, certificate: &'a Certificate, now: Instant) -> NewNotice<'a> {
    let last = state::last_day(certificate.valid_until);
    let left = (last - now.date()).num_days();
    NewNotice {
        kind,
        subject_id: certificate.id.as_str(),
        producer_id: certificate.producer_id,
        commune_code: certificate.commune_code.clone(),
        province_code: certificate.province_code.clone(),
        text: state::notice(&certificate.number, &certificate.product_name, last, left),
        due_on: Some(last),
    }
}
