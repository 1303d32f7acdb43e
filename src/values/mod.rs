//! Values that are checked once, when they are made, and trusted everywhere after.
//!
//! Each is read with `FromStr` (input files, forms) or serde (JSON) and refuses with a [`ValueError`]. Values
//! that may belong to a person print no content with `Debug` and have no `Display`, so they cannot reach a
//! log by accident; `as_str` gives the text to those who may see it.

mod contact;
mod gtin;
mod money;
mod score;
mod tax_code;

use std::borrow::Cow;

pub use contact::{Email, Phone};
pub use gtin::Gtin;
pub use money::Vnd;
pub use score::{Points, Star};
pub use tax_code::TaxCode;

/// Why a text or number is not the value it should be. Never contains the refused input.
///
/// `Display` is `code: English text`, so the code survives where a library keeps only a message (serde).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {en}")]
pub struct ValueError {
    /// Stable name of the reason: `<value>.<reason>`, for example `tax_code.check_digit`.
    pub code: &'static str,
    /// The reason for the person who typed the value, in Vietnamese.
    pub vi: Cow<'static, str>,
    /// The same in English.
    pub en: Cow<'static, str>,
}

impl ValueError {
    /// A refusal with its stable code and both texts.
    pub fn new(
        code: &'static str,
        vi: impl Into<Cow<'static, str>>,
        en: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { code, vi: vi.into(), en: en.into() }
    }
}

/// The conversions every value kept as text shares: `TryFrom<String>`, `From<T> for String`, serde as a string.
macro_rules! text_value {
    ($value:ident) => {
        impl TryFrom<String> for $value {
            type Error = crate::values::ValueError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$value> for String {
            fn from(value: $value) -> String {
                value.0
            }
        }
    };
}
use text_value;
