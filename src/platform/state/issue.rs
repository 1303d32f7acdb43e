//! What a person has to know or do before a product can be offered.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// A sentence for people, in both languages of the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// Vietnamese, the default.
    pub vi: Cow<'static, str>,
    /// English.
    pub en: Cow<'static, str>,
}

impl Text {
    /// A fixed sentence.
    pub const fn fixed(vi: &'static str, en: &'static str) -> Self {
        Self { vi: Cow::Borrowed(vi), en: Cow::Borrowed(en) }
    }

    /// A sentence with figures in it.
    pub fn made(vi: String, en: String) -> Self {
        Self { vi: Cow::Owned(vi), en: Cow::Owned(en) }
    }
}

/// A fixed label of a screen, in both languages of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Label {
    /// Vietnamese, the default.
    pub vi: &'static str,
    /// English.
    pub en: &'static str,
}

/// A setting of a shop that cannot be as it is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingError {
    /// Its name in the shop's credentials.
    pub name: &'static str,
    /// What it should be.
    pub text: Text,
}

/// How far an issue stands in the way.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing; nothing is stopped.
    Notice,
    /// The platform may refuse or show it badly; it is sent all the same.
    Warning,
    /// Nothing is sent until it is put right.
    Error,
}

/// One thing to put right, tied to the field it concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// Stable code, for example `description.too_short`; lists are grouped by it.
    pub code: String,
    /// How far it stands in the way.
    pub severity: Severity,
    /// JSON pointer (RFC 6901) into the listing's content; empty where it concerns the whole.
    pub pointer: String,
    /// What is wrong.
    pub detail: Text,
    /// What to do about it.
    pub resolution: Text,
}

impl Issue {
    /// An issue that stops the sending.
    pub fn error(code: &str, pointer: &str, detail: Text, resolution: Text) -> Self {
        Self {
            code: code.to_owned(),
            severity: Severity::Error,
            pointer: pointer.to_owned(),
            detail,
            resolution,
        }
    }

    /// An issue that is only pointed out.
    pub fn warning(code: &str, pointer: &str, detail: Text, resolution: Text) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, pointer, detail, resolution) }
    }
}
