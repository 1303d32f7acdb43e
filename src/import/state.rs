//! What the rows of lists mean: pure, one row at a time, each cell refused or questioned by its column.

mod product;
mod sale;

pub use product::{OldStar, PRODUCT_REQUIRED, ProductRow, Reading, Standing, read_product};
pub use sale::{SALE_REQUIRED, SaleRow, read_sale};

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
    /// What is wrong and what to do, in Vietnamese: those who import lists work in it.
    pub text: String,
}

pub(super) fn refuse(column: &'static str, text: impl Into<String>) -> Remark {
    Remark { column, severity: Severity::Refused, text: text.into() }
}

pub(super) fn question(column: &'static str, text: impl Into<String>) -> Remark {
    Remark { column, severity: Severity::Question, text: text.into() }
}
