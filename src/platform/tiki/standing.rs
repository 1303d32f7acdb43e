//! How far a request is, by Tiki's words.

use serde_json::Value;

use super::id::Id;
use super::reply;
use crate::platform::read::{text, whole};
use crate::platform::state::{Failure, Outcome, RemoteProduct};

/// The code with which a request is rejected whose SKU exists.
const SKU_TAKEN: i64 = 420;

/// Why a request was rejected, and whether because its SKU exists. The reason is a sentence, or JSON as a text.
fn reasons(reason: &Value) -> (Vec<String>, bool) {
    let parsed = reason.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let reason = parsed.as_ref().filter(|parsed| parsed.is_object()).unwrap_or(reason);
    let errors = reason.get("errors").unwrap_or(reason);
    let code = |error: &Value| error.get("code").and_then(whole) == Some(SKU_TAKEN);
    let mut told = reply::messages(errors);
    if told.is_empty() {
        told = reply::messages(reason);
    }
    let exists =
        errors.as_array().is_some_and(|all| all.iter().any(code)) || told.iter().any(|m| reply::taken(m));
    (told, exists)
}

/// How far a request is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// In the queue; Tiki has no request number for it yet.
    Queued,
    /// Under review.
    Review,
    /// Approved.
    Approved,
    /// Refused: Tiki's reasons, and whether the SKU exists.
    Rejected(Vec<String>, bool),
    /// Taken back or thrown away.
    Deleted,
    /// A word that the contract does not name.
    Unknown,
}

/// A request as `/tracking/{id}` and `/requests/{id}` show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) stage: Stage,
    pub(super) raw: String,
    pub(super) request: Option<String>,
}

/// Reads a request.
pub(super) fn read(body: &Value) -> Option<Standing> {
    let raw = body.get("state").and_then(text)?;
    let stage = match raw.as_str() {
        "queuing" | "processing" => Stage::Queued,
        // Requests for a change have words of their own for the last two.
        "drafted"
        | "bot_awaiting_approve"
        | "md_awaiting_approve"
        | "awaiting_approve"
        | "update_product_awaiting_approve" => Stage::Review,
        "approved" | "update_product_approved" => Stage::Approved,
        "rejected" => {
            let said = body.get("reason").or_else(|| body.get("reasons")).unwrap_or(&Value::Null);
            let (reasons, exists) = reasons(said);
            Stage::Rejected(reasons, exists)
        }
        "deleted" => Stage::Deleted,
        _ => Stage::Unknown,
    };
    Some(Standing { stage, raw, request: body.get("request_id").and_then(text) })
}

impl Standing {
    /// The listing while its request has not become a product.
    pub(super) fn shown(self, id: &Id) -> Result<RemoteProduct, Failure> {
        let Self { stage, raw, .. } = self;
        let external_id = id.to_string();
        let (outcome, editable) = match stage {
            Stage::Queued | Stage::Approved => (Outcome::Submitted { tracking: external_id.clone() }, false),
            Stage::Review => (Outcome::PendingReview { external_id: external_id.clone() }, false),
            // It cannot be edited: what is sent next is a new request.
            Stage::Rejected(reasons, _) => (Outcome::Rejected { reasons }, true),
            Stage::Unknown => (Outcome::Unknown { raw: raw.clone() }, false),
            Stage::Deleted => return Err(reply::gone()),
        };
        let sku = id.sku().to_owned();
        Ok(RemoteProduct {
            external_id,
            sku,
            outcome,
            raw_status: raw,
            editable,
            name: None,
            price_vnd: None,
            stock: None,
        })
    }
}
