//! What the simulators have in common for a shop owner's consent: a page that is agreed to at once, codes that are good once
//! and for ten minutes.
//!
//! The page is a GET that sends the browser back with a code; with `sim_answer=no` behind its own parameters the owner
//! says no. Control: `POST /__sim/consent` `{"redirect"}` registers the address that browsers are sent back to; without
//! it any is good, except where the platform is not told one.

use std::sync::{Mutex, PoisonError};

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{self, Data, Json, ServiceConfig};
use chrono::TimeDelta;
use serde::Deserialize;

use crate::instant::Instant;

/// Minutes of a code's life.
const MINUTES: i64 = 10;

#[derive(Debug)]
struct Issued {
    code: String,
    redirect: String,
    until: Instant,
    used: bool,
}

#[derive(Debug, Default)]
struct Inner {
    registered: Option<String>,
    codes: Vec<Issued>,
}

/// The codes of a simulator.
#[derive(Debug, Default)]
pub(super) struct Consents(Mutex<Inner>);

/// Why a code is worth nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoCode {
    /// It was never given out, or has been used.
    Unknown,
    /// Its ten minutes are over.
    Ended,
    /// It was brought to another address than is said.
    Elsewhere,
}

#[derive(Deserialize)]
struct Registered {
    redirect: String,
}

impl Consents {
    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Mounts the control.
    pub(super) fn control(config: &mut ServiceConfig, consents: &Data<Self>) {
        config.app_data(consents.clone()).route(
            "/__sim/consent",
            web::post().to(
                |consents: Data<Self>, Json(Registered { redirect }): Json<Registered>| async move {
                    consents.inner().registered = Some(redirect);
                    HttpResponse::NoContent().finish()
                },
            ),
        );
    }

    /// The address to send the browser to: the one that is said, if it is the one that is registered.
    pub(super) fn back(&self, said: Option<&str>) -> Option<String> {
        let registered = self.inner().registered.clone();
        match (said, registered) {
            (Some(said), Some(registered)) => {
                (said.split('?').next() == Some(registered.as_str())).then(|| said.to_owned())
            }
            (Some(said), None) => Some(said.to_owned()),
            (None, registered) => registered,
        }
    }

    /// A code for who consents now.
    pub(super) fn issue(&self, redirect: &str, now: Instant) -> String {
        let code = format!("simcode-{}", uuid::Uuid::new_v4().simple());
        let until = now.plus(TimeDelta::minutes(MINUTES));
        let issued = Issued { code: code.clone(), redirect: redirect.to_owned(), until, used: false };
        self.inner().codes.push(issued);
        code
    }

    /// Uses a code; `redirect` where the platform is told it again.
    pub(super) fn redeem(&self, code: &str, redirect: Option<&str>, now: Instant) -> Result<(), NoCode> {
        let mut inner = self.inner();
        let found = inner.codes.iter_mut().find(|issued| issued.code == code && !issued.used);
        let issued = found.ok_or(NoCode::Unknown)?;
        issued.used = true;
        if issued.until <= now {
            return Err(NoCode::Ended);
        }
        match redirect {
            Some(said) if said != issued.redirect => Err(NoCode::Elsewhere),
            _ => Ok(()),
        }
    }
}

/// Sends the browser to an address with these parameters added.
pub(super) fn sent_back(redirect: &str, parameters: &[(&str, &str)]) -> HttpResponse {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    let mark = if redirect.contains('?') { '&' } else { '?' };
    HttpResponse::Found().insert_header((header::LOCATION, format!("{redirect}{mark}{query}"))).finish()
}

#[cfg(test)]
#[path = "consent_test.rs"]
mod adapters;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_good_once_for_its_time_and_its_address() {
        let consents = Consents::default();
        let now = Instant::from_utc(chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let code = consents.issue("https://a.example/back", now);
        assert_eq!(consents.redeem("simcode-other", None, now), Err(NoCode::Unknown));
        assert_eq!(consents.redeem(&code, Some("https://a.example/back"), now), Ok(()));
        assert_eq!(consents.redeem(&code, None, now), Err(NoCode::Unknown), "used");
        let code = consents.issue("https://a.example/back", now);
        assert_eq!(consents.redeem(&code, None, now.plus(TimeDelta::minutes(10))), Err(NoCode::Ended));
        let code = consents.issue("https://a.example/back", now);
        assert_eq!(consents.redeem(&code, Some("https://b.example/back"), now), Err(NoCode::Elsewhere));
    }

    #[test]
    fn browsers_are_sent_to_the_registered_address_alone() {
        let consents = Consents::default();
        assert_eq!((consents.back(None), consents.back(Some("x"))), (None, Some("x".to_owned())));
        consents.inner().registered = Some("https://a.example/back".to_owned());
        assert_eq!(consents.back(None).as_deref(), Some("https://a.example/back"));
        assert_eq!(
            consents.back(Some("https://a.example/back?state=1")).as_deref(),
            Some("https://a.example/back?state=1")
        );
        assert_eq!(consents.back(Some("https://a.example/backdoor")), None);
    }
}
