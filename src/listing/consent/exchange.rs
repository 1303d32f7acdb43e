//! The job that gets the first tokens for the code of a consent.

use chrono::Duration;

use crate::actor::Actor;
use crate::app::App;
use crate::audit;
use crate::db::{Json, Tx};
use crate::error::{Error, Result};
use crate::jobs::{Job, Outcome};
use crate::listing::remote::Line;
use crate::listing::trouble::consent_failed;
use crate::listing::{shop, store};
use crate::platform::state::{Answer, Class, Failure, Issue, Op, Secret};

use super::{ExchangePayload, SEALED_FOR, SealedCode};

/// How long a code may be worth something: platforms give ten minutes to half an hour.
pub(super) const WORTH: Duration = Duration::minutes(30);

/// The issue of a code that could not be used in time.
pub(super) fn too_late() -> Issue {
    consent_failed(
        "sàn không trả lời trước khi mã đồng ý hết hạn",
        "the platform did not answer before the consent's code ended",
    )
}

/// The job that gets the first tokens for a code, keeps them and has the shop tried. The code is erased with what came of
/// it; when the platform took it and we did not learn so, it is refused the next time and the owner is asked again.
///
/// # Errors
/// Faults of the database or the vault; the job is then tried again.
pub async fn exchange(app: &App, job: &Job) -> Result<Outcome> {
    let ExchangePayload { shop_id, state_hash } = job.payload()?;
    let wanted = state_hash.clone();
    let row = app.db.read("consent.code", move |conn| store::consent(conn, &wanted)).await?;
    let Some((sealed, answered)) = row.and_then(|row| row.code.zip(row.answered_at)) else {
        return Ok(Outcome::Done("there is no code any more".to_owned()));
    };
    let mut line = match Line::open_for_consent(app, shop_id).await? {
        Ok(line) => line,
        Err(shut) => return Ok(shut.outcome()),
    };
    let now = app.clock.now();
    if answered.plus(WORTH) <= now {
        return refused(app, &line, state_hash, &too_late(), "the code has ended").await;
    }
    let text = app.vault.open_sealed(SEALED_FOR, &state_hash, &sealed)?;
    let SealedCode { code, settings } = serde_json::from_slice(&text).map_err(Error::internal)?;
    line.learn(settings);
    let redirect = super::redirect(app, line.adapter().descriptor().key);
    let op = Op::Consent { code: Secret::new(code), redirect };
    match line.first_login(&op).await {
        Ok(Answer::Consented { grant, settings }) => {
            line.learn(settings);
            let granted = line.granted(grant)?;
            let (note, keys) = (line.note_success(), line.keys().to_owned());
            let write = move |tx: &mut Tx<'_>| {
                store::erase_code(tx, &state_hash)?;
                note.store(tx)?;
                if !store::note_consent(tx, shop_id, &keys, &granted)? {
                    return Ok(Outcome::Done("the shop was changed meanwhile".to_owned()));
                }
                shop::enqueue_check(tx, shop_id, now)?;
                let actor = Actor::system("consent");
                let after = serde_json::json!({"by_consent": true});
                audit::record(tx, &actor, "shop.consented", shop_id.as_str(), None::<&()>, Some(&after), now);
                Ok(Outcome::Done("the owner's consent brought the tokens".to_owned()))
            };
            let outcome = app.db.write("consent.granted", write).await?;
            app.wake.notify_one();
            Ok(outcome)
        }
        Ok(_) => Err(Error::internal("a consent that brought no tokens")),
        Err(failure) if again(&failure) => line.fail(&failure).await,
        Err(failure) => {
            let issue = consent_failed(
                &format!("sàn từ chối mã đồng ý hoặc khóa ứng dụng ({})", failure.message),
                &format!("the platform refuses the code or the application's keys ({})", failure.message),
            );
            let attempts = line.note_success();
            app.db.write("consent.attempts", move |tx| attempts.store(tx)).await?;
            refused(app, &line, state_hash, &issue, &failure.to_string()).await
        }
    }
}

/// Whether the same code may be tried again.
fn again(failure: &Failure) -> bool {
    matches!(failure.class, Class::Retryable | Class::RateLimited { .. } | Class::Ambiguous)
}

/// The code is worth nothing: it is erased, and a shop that waits says what to do.
async fn refused(app: &App, line: &Line, state_hash: String, issue: &Issue, detail: &str) -> Result<Outcome> {
    let (id, issue) = (line.shop_id(), Json::of(issue));
    app.db
        .write("consent.refused", move |tx| {
            store::erase_code(tx, &state_hash)?;
            store::note_issue(tx, id, &issue)
        })
        .await?;
    Ok(Outcome::Dead(detail.to_owned()))
}
