//! Passwords: argon2id with OWASP's parameters (19 MiB, 2 passes, 1 lane), on a bounded number of threads so that a
//! flood of sign-ins does not starve other requests.

use std::sync::LazyLock;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use tokio::sync::Semaphore;

use crate::error::{Code, Error, Result};

/// Hashes at the same time: one core stays free for other work on two cores.
static RUNNING: Semaphore = Semaphore::const_new(2);
/// Hashes that run or wait; more are refused with 503.
static ADMITTED: Semaphore = Semaphore::const_new(64);

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
    let _admitted = ADMITTED.try_acquire().map_err(|_| busy())?;
    let running = tokio::time::timeout(Duration::from_secs(5), RUNNING.acquire()).await;
    let Ok(Ok(_running)) = running else { return Err(busy()) };
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
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
}
