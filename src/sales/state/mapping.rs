//! How a platform's file of orders is read: which column is what, and what its words mean. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::FieldError;
use crate::platform::state::OrderStatus;
use crate::text::fold;

/// Headings of the columns that are read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = OrderColumns)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// The platform's number of the order.
    #[schema(max_length = 100, example = "Mã đơn hàng")]
    pub order_id: String,
    /// What tells the lines of an order apart; without it, the SKU does.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub line_id: Option<String>,
    /// SKU.
    #[schema(max_length = 100, example = "Mã SKU")]
    pub sku: String,
    /// Pieces.
    #[schema(max_length = 100, example = "Số lượng")]
    pub quantity: String,
    /// Price of one piece, VND.
    #[serde(default)]
    #[schema(max_length = 100, example = "Đơn giá")]
    pub unit_price: Option<String>,
    /// Price of the whole line, VND; it goes before the price of a piece.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub total: Option<String>,
    /// How far the order is.
    #[schema(max_length = 100, example = "Trạng thái")]
    pub status: String,
    /// Day of the order.
    #[schema(max_length = 100, example = "Ngày đặt hàng")]
    pub date: String,
}

/// How a platform's file of orders is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// Its columns.
    pub columns: Columns,
    /// What the words of the status mean; accents and case do not matter.
    pub statuses: BTreeMap<String, OrderStatus>,
}

/// Longest heading or word, in characters.
pub(super) const WORD_MAX: usize = 100;
/// Most words of a status.
const WORDS_MAX: usize = 100;
impl Mapping {
    /// What is proposed where nobody has said how a file is read.
    pub fn proposed() -> Self {
        let words = [
            ("Chờ xác nhận", OrderStatus::Open),
            ("Chờ duyệt", OrderStatus::Open),
            ("Đã duyệt", OrderStatus::Open),
            ("Chờ lấy hàng", OrderStatus::Open),
            ("Đang giao", OrderStatus::Shipping),
            ("Đã giao", OrderStatus::Completed),
            ("Giao thành công", OrderStatus::Completed),
            ("Hoàn thành", OrderStatus::Completed),
            ("Đã hủy", OrderStatus::Cancelled),
            ("Đang hoàn", OrderStatus::Returning),
            ("Đã hoàn", OrderStatus::Returned),
        ];
        Self {
            columns: Columns {
                order_id: "Mã đơn hàng".to_owned(),
                line_id: None,
                sku: "Mã SKU".to_owned(),
                quantity: "Số lượng".to_owned(),
                unit_price: Some("Đơn giá".to_owned()),
                total: None,
                status: "Trạng thái".to_owned(),
                date: "Ngày đặt hàng".to_owned(),
            },
            statuses: words.into_iter().map(|(word, status)| (word.to_owned(), status)).collect(),
        }
    }

    /// What each column is for and its heading.
    pub(super) fn named(&self) -> Vec<(&'static str, &str)> {
        let Columns { order_id, line_id, sku, quantity, unit_price, total, status, date } = &self.columns;
        let mut all = vec![
            ("order_id", order_id.as_str()),
            ("sku", sku),
            ("quantity", quantity),
            ("status", status),
            ("date", date),
        ];
        let optional = [("line_id", line_id), ("unit_price", unit_price), ("total", total)];
        all.extend(optional.into_iter().filter_map(|(name, text)| Some((name, text.as_deref()?))));
        all
    }

    /// What is wrong with it.
    pub fn errors(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let sound = |text: &str| (1..=WORD_MAX).contains(&text.trim().chars().count());
        let named = self.named();
        for (index, (name, heading)) in named.iter().enumerate() {
            if !sound(heading) {
                errors.push(FieldError::new(
                    format!("/columns/{name}"),
                    "heading.length",
                    "Tiêu đề cột có từ 1 đến 100 ký tự.",
                    "A heading has 1 to 100 characters.",
                ));
            }
            if named.iter().take(index).any(|(_, other)| same(other, heading)) {
                errors.push(FieldError::new(
                    format!("/columns/{name}"),
                    "heading.twice",
                    "Mỗi cột của tệp chỉ dùng cho một mục.",
                    "Each column of the file serves one purpose.",
                ));
            }
        }
        if self.columns.unit_price.is_none() && self.columns.total.is_none() {
            errors.push(FieldError::new(
                "/columns/unit_price",
                "price.missing",
                "Cần cột đơn giá hoặc cột thành tiền.",
                "A column of prices or of totals is needed.",
            ));
        }
        let words: Vec<String> = self.statuses.keys().map(|word| fold(word)).collect();
        let bad = !(1..=WORDS_MAX).contains(&words.len()) || !self.statuses.keys().all(|word| sound(word));
        if bad {
            errors.push(FieldError::new(
                "/statuses",
                "statuses.length",
                "Có từ 1 đến 100 từ trạng thái, mỗi từ từ 1 đến 100 ký tự.",
                "There are 1 to 100 words of the status, each of 1 to 100 characters.",
            ));
        }
        let mut once = words.clone();
        once.sort();
        once.dedup();
        if once.len() != words.len() {
            errors.push(FieldError::new(
                "/statuses",
                "statuses.twice",
                "Hai từ trạng thái chỉ khác nhau ở dấu hoặc chữ hoa.",
                "Two words of the status differ in accents or case alone.",
            ));
        }
        errors
    }
}

/// Whether two words are the same but for accents and case.
pub(super) fn same(a: &str, b: &str) -> bool {
    fold(a) == fold(b)
}
