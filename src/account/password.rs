//! Passwords: argon2id with OWASP's parameters (19 MiB, 2 passes, 1 lane), on a bounded number of threads so that a
//! flood of sign-ins does not starve other requests.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use tokio::sync::Semaphore;

use crate::error::{Code, Error, Result};

/// Hashes at the same time: a core stays free for other work where there are two.
static RUNNING: LazyLock<Arc<Semaphore>> =
    LazyLock::new(|| Arc::new(Semaphore::new(crate::app::spare_cores())));
/// Hashes that run or wait; more are refused with 503.
static ADMITTED: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(64)));

/// The fewest guesses a password must withstand: about what a throttled attacker makes in a year.
const GUESSES: u64 = 100_000_000;

fn argon() -> Argon2<'static> {
    Argon2::new(
        Algorithm::Argon2id,
        Version::V0x13,
        Params::new(19_456, 2, 1, None).unwrap_or(Params::DEFAULT),
    )
}

fn make(password: &str) -> Result<String> {
    argon()
        .hash_password(password.as_bytes())
        .map(|h| h.to_string())
        .map_err(|e| Error::internal(e.to_string()))
}

/// What an unknown username is checked against, so that its answer takes as long as a known one's.
static NOBODY: LazyLock<String> = LazyLock::new(|| make("nobody has this password").unwrap_or_default());

async fn bounded<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let busy = || Error::new(Code::Busy).retry_after(2);
    let admitted = ADMITTED.clone().try_acquire_owned().map_err(|_| busy())?;
    let running = tokio::time::timeout(Duration::from_secs(5), RUNNING.clone().acquire_owned()).await;
    let Ok(Ok(running)) = running else { return Err(busy()) };
    // The work holds its places itself: a caller who goes away does not end it, so it must not free them either.
    let work = move || {
        let _places = (admitted, running);
        work()
    };
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}

/// Refuses a password that is soon guessed: common ones, names, words, rows of keys, dates, and what is made of them.
///
/// # Errors
/// `auth.password_weak`.
pub fn refuse_guessable(password: &str, username: &str) -> Result<()> {
    match zxcvbn::zxcvbn(password, &[username, "ocop"]).guesses() {
        guesses if guesses < GUESSES => Err(Error::new(Code::PasswordWeak)),
        _ => Ok(()),
    }
}

/// Hashes a password.
///
/// # Errors
/// `service.busy` under a flood.
pub async fn hash(password: String) -> Result<String> {
    bounded(move || make(&password)).await?
}

/// Whether a password fits a hash; `None` as hash takes as long and fits nothing.
///
/// # Errors
/// `service.busy` under a flood.
pub async fn verify(password: String, hash: Option<String>) -> Result<bool> {
    bounded(move || {
        let password = crate::text::composed(&password);
        let known = hash.is_some();
        let text = hash.unwrap_or_else(|| NOBODY.clone());
        let fits = PasswordHash::new(&text)
            .is_ok_and(|parsed| argon().verify_password(password.as_bytes(), &parsed).is_ok());
        known && fits
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_fits_its_password_alone() {
        let hash = hash("búp chè sương sớm".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify("búp chè sương sớm".into(), Some(hash.clone())).await.unwrap());
        assert!(!verify("búp chè sương muộn".into(), Some(hash)).await.unwrap());
        assert!(!verify("nobody has this password".into(), None).await.unwrap());
    }

    #[test]
    fn what_everybody_tries_is_refused() {
        for weak in [
            "trustno1trustno1",
            "iloveyou2020!!",
            "Passw0rd12345",
            "michaeljordan23",
            "qazwsxedcrfv",
            "1q2w3e4r5t6y",
        ] {
            let rule = super::super::state::check_password(weak, "haodat", false);
            assert!(rule.is_err() || refuse_guessable(weak, "haodat").is_err(), "{weak}");
        }
        for strong in
            ["búp chè sương sớm", "trung du 1926 xanh", "mot mat khau dai", "suong som tren doi che"]
        {
            assert!(refuse_guessable(strong, "haodat").is_ok(), "{strong}");
        }
    }

    /// Callers who go away free no place before their work is done.
    #[tokio::test(flavor = "multi_thread")]
    async fn callers_who_go_away_do_not_let_more_work_in() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        let running = Arc::new(AtomicUsize::new(0));
        let most = Arc::new(AtomicUsize::new(0));
        let (release, gate) = std::sync::mpsc::channel::<()>();
        let gate = Arc::new(std::sync::Mutex::new(gate));
        let cores = crate::app::spare_cores();
        for _ in 0..3 * cores {
            let (running, most, gate) = (running.clone(), most.clone(), gate.clone());
            let work = bounded(move || {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                let _ = gate.lock().unwrap().recv();
                running.fetch_sub(1, Ordering::SeqCst);
            });
            // Long enough to begin, or to see that no place is free.
            let _ = tokio::time::timeout(Duration::from_millis(50), work).await;
        }
        assert_eq!(most.load(Ordering::SeqCst), cores);
        drop(release);
    }
}
