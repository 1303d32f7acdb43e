//! Categories and their attributes.

use serde_json::Value;

use super::plan::{Step, get};
use super::reply;
use crate::platform::read::{text, whole};
use crate::platform::state::{Answer, Attribute, Category, Failure, FieldError, HttpReply};

/// The category above all others: the documents' samples show it as the parent of the uppermost ones, and name no other
/// way to ask for these.
const ROOT: u64 = 2;
/// Most pages of one list of children; more means that the answers contradict themselves.
const PAGES_MAX: i64 = 50;

/// A number of Tiki's.
pub(super) fn number(text: &str, pointer: &str) -> Result<u64, Failure> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| {
        let message = format!("{text:?} is not a number of Tiki's");
        Failure::permanent("content.number", message.clone()).with_fields(vec![FieldError {
            pointer: pointer.to_owned(),
            code: "content.number".to_owned(),
            message,
        }])
    })
}

/// The rows of a list, and the page after it where there is one. Older answers are lists, newer ones pages.
fn rows(body: &Value) -> Option<(&Vec<Value>, Option<i64>)> {
    let rows = body.get("data").unwrap_or(body).as_array()?;
    let page = |key: &str| body.pointer(&format!("/paging/{key}")).and_then(whole);
    let next = match (page("current_page"), page("last_page")) {
        (Some(current), Some(last)) if current < last.min(PAGES_MAX) => current.checked_add(1),
        _ => None,
    };
    Some((rows, next))
}

pub(super) fn categories(parent: Option<&str>, replies: &[HttpReply]) -> Result<Step, Failure> {
    let asked = parent.map_or(Ok(ROOT), |parent| number(parent, "/category"))?;
    let path = format!("categories?lang=vi&parent={asked}");
    let mut all = Vec::new();
    for (at, reply) in replies.iter().enumerate() {
        let body = reply::body(reply, false)?;
        let unreadable = || reply::unreadable(false, reply);
        let (rows, next) = rows(&body).ok_or_else(unreadable)?;
        for row in rows {
            all.push(category(row, parent).ok_or_else(unreadable)?);
        }
        if let Some(next) = next.filter(|_| replies.len() == at.saturating_add(1)) {
            return Ok(get(format!("{path}&page={next}")));
        }
    }
    if replies.is_empty() { Ok(get(path)) } else { Ok(Step::Done(Answer::Categories(all))) }
}

fn yes(row: &Value, keys: [&str; 2]) -> Option<bool> {
    let value = keys.iter().find_map(|key| row.get(*key))?;
    value.as_bool().or_else(|| whole(value).map(|flag| flag == 1))
}

fn category(row: &Value, parent: Option<&str>) -> Option<Category> {
    Some(Category {
        id: row.get("id").and_then(text)?,
        name: row.get("name").and_then(text)?,
        parent: parent.map(str::to_owned),
        // Only a primary category can have products.
        leaf: yes(row, ["primary", "is_primary"])?,
    })
}

/// Attributes are known by their codes: a product states them as an object of codes.
pub(super) fn attributes(category: &str, replies: &[HttpReply]) -> Result<Step, Failure> {
    let Some(reply) = replies.first() else {
        return Ok(get(format!("categories/{}", number(category, "/category")?)));
    };
    let body = reply::body(reply, false)?;
    let read = |row: &Value| {
        let id = row.get("code").and_then(text)?;
        let name = row.get("display_name").or_else(|| row.get("name")).and_then(text);
        let required = yes(row, ["is_required", "required"])?;
        Some(Attribute { name: name.unwrap_or_else(|| id.clone()), id, required, values: Vec::new() })
    };
    let rows = body.get("attributes").and_then(Value::as_array);
    let all = rows.and_then(|rows| rows.iter().map(read).collect::<Option<Vec<_>>>());
    all.map(|all| Step::Done(Answer::Attributes(all))).ok_or_else(|| reply::unreadable(false, reply))
}
