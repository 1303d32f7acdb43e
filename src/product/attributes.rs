//! Free attributes of a product: a small JSON object of texts, numbers and booleans.

use serde_json::{Map, Value};

use crate::db::Json;
use crate::error::{FieldError, Result};

use super::state;

/// The most attributes.
const KEYS_MAX: usize = 50;
/// Longest name of an attribute, in characters.
const KEY_MAX: usize = 60;
/// Longest text of an attribute, in characters.
const VALUE_MAX: usize = 1000;

/// A product's attributes by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes(pub Map<String, Value>);

impl Attributes {
    pub(super) fn read(json: &Json) -> Result<Self> {
        // Most products have none, and lists read many.
        if json.as_str() == "{}" { Ok(Self::default()) } else { json.get().map(Self) }
    }

    /// The attributes after a merge patch (RFC 7396): null takes one away.
    pub(super) fn merge(&mut self, patch: Map<String, Value>) {
        for (key, value) in patch {
            if value.is_null() {
                self.0.remove(&key);
            } else {
                self.0.insert(key, value);
            }
        }
    }

    pub(super) fn errors(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if self.0.len() > KEYS_MAX {
            errors.push(FieldError::new(
                "/attributes",
                "attributes.too_many",
                format!("Nhiều nhất {KEYS_MAX} thuộc tính."),
                format!("At most {KEYS_MAX} attributes."),
            ));
            return errors;
        }
        for (key, value) in &self.0 {
            let pointer = format!("/attributes/{}", key.replace('~', "~0").replace('/', "~1"));
            if let Some(mut error) = state::text_error("/attributes", key.trim(), 1, KEY_MAX) {
                error.code = "attributes.name";
                errors.push(error);
                continue;
            }
            match value {
                Value::String(text) => errors.extend(state::text_error(&pointer, text, 0, VALUE_MAX)),
                Value::Bool(_) | Value::Number(_) => {}
                Value::Null | Value::Array(_) | Value::Object(_) => errors.push(FieldError::new(
                    pointer,
                    "attributes.value",
                    "Thuộc tính là văn bản, số hoặc đúng/sai.",
                    "An attribute is a text, a number or a boolean.",
                )),
            }
        }
        errors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: Value) -> Attributes {
        Attributes(value.as_object().unwrap().clone())
    }

    #[test]
    fn wrong_attributes_are_told_by_pointer() {
        let sound = of(serde_json::json!({"Vùng trồng": "Tân Cương", "độ cao": 120, "hữu cơ": true}));
        assert!(sound.errors().is_empty());
        let wrong = of(serde_json::json!({"a/b": [1], "": 1, "c": "x".repeat(1001), "d": null}));
        let mut told: Vec<_> = wrong.errors().into_iter().map(|e| (e.pointer, e.code)).collect();
        told.sort();
        assert_eq!(
            told,
            [
                ("/attributes".to_owned(), "attributes.name"),
                ("/attributes/a~1b".to_owned(), "attributes.value"),
                ("/attributes/c".to_owned(), "text.length"),
                ("/attributes/d".to_owned(), "attributes.value"),
            ]
        );
        let many: Map<String, Value> = (0..51).map(|n| (n.to_string(), Value::from(n))).collect();
        assert_eq!(Attributes(many).errors().len(), 1);
    }

    #[test]
    fn a_patch_merges() {
        let mut attributes = of(serde_json::json!({"a": 1, "b": 2}));
        attributes.merge(serde_json::json!({"a": null, "c": "x"}).as_object().unwrap().clone());
        assert_eq!(attributes, of(serde_json::json!({"b": 2, "c": "x"})));
        assert_eq!(Attributes::read(&Json::of(&attributes.0)).unwrap(), attributes);
    }
}
