//! Products that took the place of others. Pure.

use crate::error::FieldError;
use crate::ids::ProductId;
use crate::text_enum;

text_enum! {
    /// Why a product took the place of another.
    #[schema(as = SuccessionReason)]
    pub enum Reason {
        /// It is made otherwise, so it is another product.
        NewRecipe = "new_recipe",
        /// Its producer was divided.
        ProducerSplit = "producer_split",
        /// Its producer became part of another.
        ProducerMerged = "producer_merged",
        /// Anything else.
        Other = "other",
    }
}

/// What is wrong with a product that is named as the successor of `old`; `line` is who follows the successor, each
/// followed by the next.
pub fn succession_error(old: ProductId, successor: ProductId, line: &[ProductId]) -> Option<FieldError> {
    if old == successor {
        return Some(FieldError::new(
            "/successor_id",
            "successor_id.itself",
            "Sản phẩm không thể thay thế chính nó; hãy chọn sản phẩm khác.",
            "A product does not take its own place; name another.",
        ));
    }
    line.contains(&old).then(|| {
        FieldError::new(
            "/successor_id",
            "successor_id.circle",
            "Sản phẩm này lại được thay bằng chính sản phẩm đang sửa; hãy gỡ liên kết kia trước.",
            "That product is itself followed by this one; take that link away first.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_product_follows_itself() {
        let [a, b, c] = [ProductId::new(), ProductId::new(), ProductId::new()];
        let code =
            |old, successor, line: &[ProductId]| succession_error(old, successor, line).map(|e| e.code);
        assert_eq!(code(a, a, &[]), Some("successor_id.itself"));
        assert_eq!(code(a, b, &[]), None);
        assert_eq!(code(a, b, &[c]), None);
        assert_eq!(code(a, b, &[c, a]), Some("successor_id.circle"));
    }
}
