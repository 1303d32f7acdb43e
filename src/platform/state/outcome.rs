//! What a platform made of a request, and what to do when it failed.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Issue, Text};

/// The state of a product at the platform, as far as the platform said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Outcome {
    /// Kept there, not handed in for review.
    Draft {
        /// The platform's id.
        external_id: String,
    },
    /// Taken; what becomes of it is asked with `tracking`.
    Submitted {
        /// The platform's id or tracking number.
        tracking: String,
    },
    /// Under review; it cannot be bought and often cannot be changed.
    PendingReview {
        /// The platform's id.
        external_id: String,
    },
    /// On sale.
    Live {
        /// The platform's id.
        external_id: String,
    },
    /// Refused by the review.
    Rejected {
        /// The platform's reasons, in its words.
        reasons: Vec<String>,
    },
    /// Not on sale, or gone.
    Withdrawn,
    /// A word that the contract does not name. Never success.
    Unknown {
        /// The word.
        raw: String,
    },
}

/// What to do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "class", rename_all = "snake_case")]
pub enum Class {
    /// Nothing happened there; try again later.
    Retryable,
    /// Too many requests: the whole shop waits.
    RateLimited {
        /// How long, where the platform said.
        after: Option<Duration>,
    },
    /// Not logged in. `refreshable`: log in again, once, under the shop's lock; otherwise the shop must be connected anew.
    Auth {
        /// Whether logging in again can help.
        refreshable: bool,
    },
    /// The request itself is refused; a repeat would be refused too.
    Permanent,
    /// A person must do something outside of this program: rights, agreement, settings.
    NeedsAction,
    /// A write may or may not have happened: look up by SKU, then decide.
    Ambiguous,
}

/// A field that the platform (or our own check) refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// JSON pointer into the listing's content; empty where the platform named none of ours.
    pub pointer: String,
    /// The platform's code or property.
    pub code: String,
    /// The platform's words.
    pub message: String,
}

/// Why an operation did not succeed. Texts come from outside and are shortened; [`super::super::redact`] has
/// taken the secrets out before anything is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What to do.
    pub class: Class,
    /// Stable code of ours, for example `http.server_error`.
    pub code: String,
    /// What happened, for the record.
    pub message: String,
    /// The fields refused, if any.
    pub fields: Vec<FieldError>,
    /// HTTP status, if there was a reply.
    pub status: Option<u16>,
    /// The platform's id of the request, if it gave one.
    pub request_id: Option<String>,
}

/// Characters kept of a text that came from outside.
const MESSAGE_MAX: usize = 500;

impl Failure {
    /// A failure of this class.
    pub fn new(class: Class, code: &str, message: impl Into<String>) -> Self {
        let message: String = message.into();
        let message = if message.chars().count() > MESSAGE_MAX {
            message.chars().take(MESSAGE_MAX).chain(['…']).collect()
        } else {
            message
        };
        Self { class, code: code.to_owned(), message, fields: Vec::new(), status: None, request_id: None }
    }

    /// The request is refused and a repeat would be too.
    pub fn permanent(code: &str, message: impl Into<String>) -> Self {
        Self::new(Class::Permanent, code, message)
    }

    /// The platform or its adapter does not offer this.
    pub fn unsupported(platform: &str, what: &str) -> Self {
        Self::permanent("platform.unsupported", format!("{platform} does not offer {what}"))
    }

    /// The end of the call is unknown: `Ambiguous` for a write, `Retryable` for a read.
    pub fn unknown_end(write: bool, code: &str, message: impl Into<String>) -> Self {
        Self::new(if write { Class::Ambiguous } else { Class::Retryable }, code, message)
    }

    /// Refused by our own checks: nothing was sent.
    pub fn from_issues(issues: &[Issue]) -> Self {
        let fields = issues
            .iter()
            .map(|issue| FieldError {
                pointer: issue.pointer.clone(),
                code: issue.code.clone(),
                message: issue.detail.en.to_string(),
            })
            .collect();
        Self {
            fields,
            ..Self::permanent("content.refused", "the content breaks rules of the platform; nothing was sent")
        }
    }

    /// With the status of the reply.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// With the fields refused.
    #[must_use]
    pub fn with_fields(mut self, fields: Vec<FieldError>) -> Self {
        self.fields = fields;
        self
    }

    /// Whether the same request may be sent again without a person and without a look-up.
    pub fn repeats(&self) -> bool {
        matches!(self.class, Class::Retryable | Class::RateLimited { .. } | Class::Auth { refreshable: true })
    }

    /// That the shop's address or its certificate stands in the way of every call, if it does.
    pub fn address_issue(&self) -> Option<Issue> {
        super::unreached::issue(&self.code)
    }

    /// What a person has to put right; empty while the program goes on by itself.
    pub fn issues(&self) -> Vec<Issue> {
        if let Some(issue) = self.address_issue() {
            return vec![issue];
        }
        let resolution = match self.class {
            Class::Retryable
            | Class::RateLimited { .. }
            | Class::Ambiguous
            | Class::Auth { refreshable: true } => return Vec::new(),
            Class::Auth { refreshable: false } => Text::fixed(
                "Kiểm tra khóa kết nối của gian hàng rồi kết nối lại.",
                "Check the shop's keys and connect the shop again.",
            ),
            Class::Permanent => {
                Text::fixed("Sửa nội dung được nêu rồi gửi lại.", "Correct what is named and send it again.")
            }
            Class::NeedsAction => Text::fixed(
                "Liên hệ đơn vị vận hành sàn hoặc người quản trị để xử lý điều kiện được nêu.",
                "Ask the platform's operator or the administrator to settle what is named.",
            ),
        };
        let issue = |pointer: &str, code: &str, message: &str| {
            let detail = Text::made(
                format!("Sàn không chấp nhận: {message}"),
                format!("The platform refused it: {message}"),
            );
            Issue::error(code, pointer, detail, resolution.clone())
        };
        if self.fields.is_empty() {
            vec![issue("", &self.code, &self.message)]
        } else {
            self.fields.iter().map(|field| issue(&field.pointer, &field.code, &field.message)).collect()
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_not_called_is_told_to_who_gave_it() {
        for code in ["private_address", "unknown_host", "not_https", "bad_address", "certificate"] {
            let code = format!("transport.{code}");
            let issues = Failure::new(Class::NeedsAction, &code, "the host has no public address").issues();
            let [issue] = issues.as_slice() else { panic!("{issues:?}") };
            assert_eq!(
                (issue.code.as_str(), issue.pointer.as_str()),
                (code.as_str(), "/credentials/base_url")
            );
            for text in [&issue.detail, &issue.resolution] {
                assert!(
                    !text.vi.contains("public") && text.vi != text.en && !text.en.contains("  "),
                    "{text:?}"
                );
            }
            assert!(!issue.detail.en.contains("refused"), "nobody there was asked");
        }
        let other = Failure::new(Class::NeedsAction, "http.forbidden", "no scope").issues();
        assert_eq!(
            (other[0].pointer.as_str(), other[0].detail.en.as_ref()),
            ("", "The platform refused it: no scope")
        );
    }
}
