//! Pages of the products that stand in a shop: what every platform's rows have in common.

use chrono::{DateTime, NaiveDateTime};
use serde_json::Value;

use super::read::{text, whole};
use super::state::{ListedProduct, ProductPage, RemoteProduct};
use crate::instant::Instant;

/// Characters kept of a product's name.
const TITLE_MAX: usize = 300;

/// A product with its name and its last change, which stand behind these pointers of its row.
pub(super) fn listed(product: RemoteProduct, row: &Value, title: &str, changed: &str) -> ListedProduct {
    let title = row.pointer(title).and_then(text).unwrap_or_default();
    ListedProduct {
        product,
        title: title.trim().chars().take(TITLE_MAX).collect(),
        changed_at: row.pointer(changed).and_then(instant),
    }
}

/// A page. A row that cannot be read is counted and keeps nobody from the others.
pub(super) fn page<E>(
    rows: impl IntoIterator<Item = Result<ListedProduct, E>>,
    next_cursor: Option<String>,
) -> ProductPage {
    let mut page = ProductPage { products: Vec::new(), unread: 0, next_cursor };
    for row in rows {
        match row {
            Ok(product) => page.products.push(product),
            Err(_) => page.unread = page.unread.saturating_add(1),
        }
    }
    page
}

/// A moment in one of the ways of the contracts: seconds or milliseconds since 1970 as a number or a text, a text with
/// its zone, or one in UTC without. Nothing for what is none of these: it only informs.
fn instant(value: &Value) -> Option<Instant> {
    let at = match whole(value).filter(|number| *number > 0) {
        Some(number) if number > 100_000_000_000 => DateTime::from_timestamp_millis(number)?,
        Some(number) => DateTime::from_timestamp(number, 0)?,
        None => {
            let text = value.as_str()?;
            let zoned = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
            let bare = || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S").map(|at| at.and_utc());
            zoned.or_else(|_| bare()).ok()?
        }
    };
    Some(Instant::from_utc(at))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn moments_are_read_as_the_contracts_write_them() {
        let at = Instant::from_utc("2026-11-27T05:00:00Z".parse().unwrap());
        for value in [
            json!(1_795_755_600),
            json!("1795755600000"),
            json!("2026-11-27T12:00:00+07:00"),
            json!("2026-11-27T05:00:00"),
        ] {
            assert_eq!(instant(&value), Some(at), "{value}");
        }
        for value in [json!(0), json!("hôm qua"), json!(null), json!("")] {
            assert_eq!(instant(&value), None, "{value}");
        }
    }

    #[test]
    fn a_row_that_cannot_be_read_is_counted() {
        let page = page([Err(()), Err(())], Some("2".to_owned()));
        assert_eq!((page.products.len(), page.unread, page.next_cursor.as_deref()), (0, 2, Some("2")));
    }
}
