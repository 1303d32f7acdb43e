//! Values of replies, read leniently: platforms write figures now as numbers, now as texts.

use serde_json::Value;

/// A whole number, written as number, decimal without fraction or text.
pub(super) fn whole(value: &Value) -> Option<i64> {
    let text = figure(value)?;
    let (digits, fraction) = text.split_once('.').unwrap_or((&text, ""));
    if fraction.bytes().all(|byte| byte == b'0') { digits.parse().ok() } else { None }
}

/// An amount of money as whole dong, rounded to the nearest; half a dong goes up. Nothing negative.
pub(super) fn dong(value: &Value) -> Option<i64> {
    let text = figure(value)?;
    let (digits, fraction) = text.split_once('.').unwrap_or((&text, ""));
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let whole: i64 = digits.parse().ok().filter(|whole| *whole >= 0)?;
    whole.checked_add(i64::from(fraction.as_bytes().first().is_some_and(|first| *first >= b'5')))
}

fn figure(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.trim().to_owned()),
        _ => None,
    }
}

/// A text, written as text or number; `None` where it is empty or something else.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn figures_are_read_in_every_dress() {
        for same in [json!(180_000), json!("180000"), json!(180_000.0), json!(" 180000.00 ")] {
            assert_eq!((whole(&same), dong(&same)), (Some(180_000), Some(180_000)), "{same}");
        }
        assert_eq!((whole(&json!("1.5")), dong(&json!("1.5")), dong(&json!(2.49))), (None, Some(2), Some(2)));
        for odd in [json!(""), json!("1e5"), json!("1,5"), json!(null), json!("x"), json!("1.x")] {
            assert_eq!(dong(&odd), None, "{odd}");
        }
        assert_eq!((whole(&json!(-3)), dong(&json!(-3))), (Some(-3), None));
        assert_eq!((text(&json!(7)), text(&json!(" ")), text(&json!([]))), (Some("7".into()), None, None));
    }
}
