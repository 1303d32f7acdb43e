//! Columns of the product file that a person hands in on a platform. Pure.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::error::FieldError;
use crate::text_enum;

text_enum! {
    /// What a column of a product file holds.
    pub enum ExportField {
        /// Number of the row, from 1.
        RowNumber = "row_number",
        /// SKU.
        Sku = "sku",
        /// Name.
        Name = "name",
        /// Description as plain text, with the star while it is valid.
        Description = "description",
        /// Description as HTML.
        DescriptionHtml = "description_html",
        /// Category on the platform.
        Category = "category",
        /// Attributes as `name: value; …`.
        Attributes = "attributes",
        /// Price, VND.
        PriceVnd = "price_vnd",
        /// Pieces on offer.
        Stock = "stock",
        /// What is sold: box, bag, bottle.
        Unit = "unit",
        /// Weight, grams.
        WeightG = "weight_g",
        /// GS1 number.
        Gtin = "gtin",
        /// Names of the image files, with commas.
        ImageFiles = "image_files",
        /// Public addresses of the images, with commas.
        ImageUrls = "image_urls",
        /// Star of the valid certificate.
        Star = "star",
        /// Its number.
        CertificateNumber = "certificate_number",
        /// Its last day.
        CertificateUntil = "certificate_until",
        /// Name of its file.
        CertificateFile = "certificate_file",
        /// Address where it is checked.
        CertificateUrl = "certificate_url",
        /// The producer.
        Producer = "producer",
        /// Its commune.
        Commune = "commune",
        /// Its province.
        Province = "province",
        /// Address of the traceability page.
        TraceUrl = "trace_url",
        /// The platform's number of the product.
        ExternalId = "external_id",
        /// Empty, for the person who hands it in.
        Blank = "blank",
    }
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ExportColumn)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// What it holds.
    pub field: ExportField,
    /// Its heading, as the platform's template spells it.
    #[schema(min_length = 1, max_length = 100, example = "Tên sản phẩm")]
    pub heading: String,
}

/// Most columns of a file.
pub const COLUMNS_MAX: usize = 60;
/// Longest heading, in characters.
const HEADING_MAX: usize = 100;

/// What is wrong with the columns of a file.
pub fn errors(columns: &[Column]) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if !(1..=COLUMNS_MAX).contains(&columns.len()) {
        errors.push(FieldError::new(
            "/columns",
            "columns.count",
            "Tệp có từ 1 đến 60 cột.",
            "A file has 1 to 60 columns.",
        ));
    }
    if !columns.iter().any(|column| column.field == ExportField::Sku) {
        errors.push(FieldError::new(
            "/columns",
            "columns.no_sku",
            "Tệp phải có cột mã SKU: hình ảnh và đơn hàng được đối chiếu theo mã này.",
            "A file needs a column of SKUs: images and orders are matched by it.",
        ));
    }
    let mut headings = BTreeSet::new();
    for (index, column) in columns.iter().enumerate() {
        let heading = column.heading.trim();
        if !(1..=HEADING_MAX).contains(&heading.chars().count()) {
            errors.push(FieldError::new(
                format!("/columns/{index}/heading"),
                "heading.length",
                "Tiêu đề cột có từ 1 đến 100 ký tự.",
                "A heading has 1 to 100 characters.",
            ));
        } else if !headings.insert(heading) {
            errors.push(FieldError::new(
                format!("/columns/{index}/heading"),
                "heading.twice",
                "Hai cột không được cùng tiêu đề.",
                "Two columns cannot have the same heading.",
            ));
        }
    }
    errors
}
