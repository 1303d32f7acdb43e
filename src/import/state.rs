//! What the rows of lists mean: pure, one row at a time, each cell refused or questioned by its column.

mod certificate;
mod product;
mod sale;

pub use certificate::{CERTIFICATE_REQUIRED, CertificateRow, Wanted, read_certificate, scheme_of};
pub use product::{OldStar, PRODUCT_REQUIRED, ProductRow, Reading, Standing, read_product};
pub use sale::{SALE_REQUIRED, SaleRow, read_sale};

use crate::error::Text;

/// How bad a remark is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The row is imported; a person should look.
    Question,
    /// The row is not imported.
    Refused,
}

/// A remark on one cell of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The column.
    pub column: &'static str,
    /// Whether the row is refused.
    pub severity: Severity,
    /// What is wrong and what to do.
    pub text: Text,
}

pub(super) fn refuse(column: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Remark {
    Remark { column, severity: Severity::Refused, text: Text::new(vi, en) }
}

pub(super) fn question(column: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Remark {
    Remark { column, severity: Severity::Question, text: Text::new(vi, en) }
}
