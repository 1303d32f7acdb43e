//! What goes wrong, and how it is told: RFC 9457 problem documents with a stable code.
//!
//! Use [`Error::new`] with a [`Code`] for a refusal the caller can act on; use [`Error::internal`] for a fault of
//! ours: its cause is logged once, never sent.

mod codes;

use std::fmt;

use serde::Serialize;

pub use codes::Code;

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A text in both languages of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Vietnamese, the default.
    pub vi: String,
    /// English.
    pub en: String,
}

impl Text {
    /// A text in both languages.
    pub fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { vi: vi.into(), en: en.into() }
    }

    /// The text in one language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Vi => &self.vi,
            Lang::En => &self.en,
        }
    }
}

/// The languages of the API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// Vietnamese.
    #[default]
    Vi,
    /// English.
    En,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// JSON pointer (RFC 6901) into the body, or the name of a parameter.
    pub pointer: String,
    /// A stable code, e.g. `tax_code.check_digit`.
    pub code: &'static str,
    /// What is wrong and what to do.
    pub text: Text,
}

impl FieldError {
    /// What is wrong with the field at `pointer`.
    pub fn new(
        pointer: impl Into<String>,
        code: &'static str,
        vi: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self { pointer: pointer.into(), code, text: Text::new(vi, en) }
    }
}

/// A refusal by a pure rule (`state.rs`): the code, and a text where the code's own says too little.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub code: Code,
    /// What exactly, and what to do instead.
    pub detail: Option<Text>,
}

impl Refusal {
    /// A refusal told in full.
    pub fn new(code: Code, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code, detail: Some(Text::new(vi, en)) }
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self { code, detail: None }
    }
}

/// An error on its way to the caller.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    code: Code,
    detail: Option<Text>,
    fields: Vec<FieldError>,
    retry_after: Option<u64>,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// A refusal with the code's own text.
    pub fn new(code: Code) -> Self {
        Self(Box::new(Inner { code, detail: None, fields: Vec::new(), retry_after: None, cause: None }))
    }

    /// A refusal told in full.
    pub fn told(code: Code, vi: impl Into<String>, en: impl Into<String>) -> Self {
        let mut error = Self::new(code);
        error.0.detail = Some(Text::new(vi, en));
        error
    }

    /// Fields that are not right: 422 with a pointer for each.
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        let mut error = Self::new(Code::Invalid);
        error.0.fields = fields;
        error
    }

    /// A fault of ours: 500. The cause is for the log alone.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let mut error = Self::new(Code::Internal);
        error.0.cause = Some(cause.into());
        error
    }

    /// The same error with a cause for the log.
    pub fn because(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// The same error with the seconds after which it is worth trying again.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// The same error with field errors.
    pub fn with_fields(mut self, fields: Vec<FieldError>) -> Self {
        self.0.fields = fields;
        self
    }

    /// Its code.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// Its field errors.
    pub fn fields(&self) -> &[FieldError] {
        &self.0.fields
    }

    /// Its cause, for the log.
    pub fn cause(&self) -> Option<&(dyn std::error::Error + Send + Sync + 'static)> {
        self.0.cause.as_deref()
    }

    /// Seconds to wait before another try.
    pub fn wait(&self) -> Option<u64> {
        self.0.retry_after
    }

    /// What it says in one language.
    pub fn detail(&self, lang: Lang) -> &str {
        match (&self.0.detail, lang) {
            (Some(text), _) => text.get(lang),
            (None, Lang::Vi) => self.0.code.vi(),
            (None, Lang::En) => self.0.code.en(),
        }
    }

    /// The document a client receives. `instance` is the request id.
    pub fn problem(&self, lang: Lang, instance: &str) -> Problem {
        let code = self.0.code;
        let title = match lang {
            Lang::Vi => code.vi(),
            Lang::En => code.en(),
        };
        Problem {
            r#type: format!("/docs/errors/{}", code.as_str()),
            title: title.to_owned(),
            status: code.status(),
            detail: self.detail(lang).to_owned(),
            instance: instance.to_owned(),
            code: code.as_str().to_owned(),
            errors: self
                .0
                .fields
                .iter()
                .map(|f| ProblemField {
                    pointer: f.pointer.clone(),
                    code: f.code.to_owned(),
                    detail: f.text.get(lang).to_owned(),
                })
                .collect(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code.as_str(), self.detail(Lang::En))?;
        for field in &self.0.fields {
            write!(f, "; {}: {}", field.pointer, field.text.en)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let mut error = Self::new(refusal.code);
        error.0.detail = refusal.detail;
        error
    }
}

impl From<diesel::result::Error> for Error {
    /// Unique violations are the net below checks made in the transaction; a full disk is told as such.
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind as Kind, Error as Db};
        let code = match &error {
            Db::NotFound => Code::NotFound,
            Db::DatabaseError(Kind::UniqueViolation | Kind::SerializationFailure, _) => Code::Conflict,
            Db::DatabaseError(Kind::ForeignKeyViolation, _) => Code::InUse,
            Db::DatabaseError(Kind::ClosedConnection, _) => Code::Unavailable,
            Db::DatabaseError(_, info) => {
                let text = info.message();
                if text.contains("disk is full") || text.contains("No space left") {
                    Code::StorageFull
                } else if text.contains("lock timeout")
                    || text.contains("statement timeout")
                    || text.contains("deadlock")
                    || text.contains("database is locked")
                {
                    Code::Busy
                } else {
                    Code::Internal
                }
            }
            _ => Code::Internal,
        };
        Self::new(code).because(error)
    }
}

/// RFC 9457 problem details.
#[derive(Clone, Debug, PartialEq, Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Problem {
    /// Address of the page that explains the code.
    pub r#type: String,
    /// The code's general meaning.
    pub title: String,
    /// HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What happened here and what to do.
    pub detail: String,
    /// The request's id.
    pub instance: String,
    /// Stable code.
    #[schema(example = "request.invalid")]
    pub code: String,
    /// What is wrong with which field.
    pub errors: Vec<ProblemField>,
}

/// One field's error in a [`Problem`].
#[derive(Clone, Debug, PartialEq, Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct ProblemField {
    /// JSON pointer into the body, or a parameter's name.
    pub pointer: String,
    /// Stable code.
    pub code: String,
    /// What is wrong and what to do.
    pub detail: String,
}
