//! What a partner's answers mean, by its profile.

use std::time::Duration;

use serde_json::Value;

use super::profile::{Auth, Profile, Word};
use crate::instant::Instant;
use crate::platform::state::{
    Answer, Class, Expiry, Failure, FieldError, HttpReply, ItemResult, Media, Op, OrderLine, OrderPage,
    OrderStatus, Outcome, RemoteOrder, RemoteProduct, Secret, TokenGrant,
};

/// How long a token lives whose answer does not say (RFC 6749 leaves it open): short.
const TOKEN_LIFE: Duration = Duration::from_secs(300);

/// A value as a text: numbers are ids to some partners.
fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A whole number, also where it is written as a text or with a fraction of nothing.
fn whole(value: Option<&Value>) -> Option<i64> {
    match value? {
        Value::Number(number) => {
            number.as_i64().or_else(|| number.to_string().strip_suffix(".0")?.parse().ok())
        }
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

pub(super) fn answer(profile: &Profile, op: &Op, reply: &HttpReply) -> Result<Answer, Failure> {
    let write = op.is_write();
    let body: Option<Value> = serde_json::from_slice(&reply.body).ok();
    let missing = matches!(reply.status, 404 | 410);
    match op {
        Op::FindBySku { .. } if missing => return Ok(Answer::Found(None)),
        Op::Withdraw { .. } if missing => return Ok(Answer::Withdrawn),
        Op::Review { .. } | Op::Upsert { external_id: Some(_), .. } | Op::PriceStock { .. } if missing => {
            return Err(Failure::permanent("product.gone", "the partner does not know the product"));
        }
        _ => {}
    }
    if let Some(failure) = reply.status_failure(write) {
        return Err(refusal(profile, op, failure, body.as_ref()));
    }
    if reply.status == 204 && matches!(op, Op::Withdraw { .. }) {
        return Ok(Answer::Withdrawn);
    }
    let Some(body) = body else {
        return Err(Failure::unknown_end(write, "partner.unreadable", "the answer is not JSON")
            .with_status(reply.status));
    };
    let token = matches!((op, &profile.auth), (Op::Login, Auth::OauthClient { .. }));
    if let Some(success) = profile.success.as_ref().filter(|_| !token)
        && body.pointer(&success.pointer) != Some(&success.equals)
    {
        let failure =
            Failure::permanent("partner.refused", "the partner refused it").with_status(reply.status);
        return Err(refusal(profile, op, failure, Some(&body)));
    }
    let unreadable = || {
        Failure::unknown_end(write, "partner.unreadable", "the answer does not hold what the profile says")
            .with_status(reply.status)
    };
    match op {
        Op::Login if token => grant(&body).map(Answer::Token).ok_or_else(unreadable),
        Op::Login => Ok(Answer::KeysGood),
        Op::FindBySku { sku } => {
            let rows = body.pointer(&profile.found).and_then(Value::as_array).ok_or_else(unreadable)?;
            let found = rows.iter().find(|row| text(row.pointer(&profile.product.sku)).as_ref() == Some(sku));
            found.map(|row| product(profile, row).ok_or_else(unreadable)).transpose().map(Answer::Found)
        }
        Op::Review { .. } => {
            let row = body.pointer(&profile.written).ok_or_else(unreadable)?;
            product(profile, row).map(Answer::Reviewed).ok_or_else(unreadable)
        }
        Op::Upsert { .. } => {
            let row = body.pointer(&profile.written).ok_or_else(unreadable)?;
            let RemoteProduct { external_id, outcome, .. } = product(profile, row).ok_or_else(unreadable)?;
            Ok(Answer::Written { external_id: Some(external_id), outcome, media: Media::new() })
        }
        Op::PriceStock { items } => {
            let done = |sku: &String| ItemResult { sku: sku.clone(), result: Ok(()) };
            Ok(Answer::Items(items.iter().map(|item| done(&item.sku)).collect()))
        }
        Op::Withdraw { .. } => Ok(Answer::Withdrawn),
        Op::PullOrders { .. } => orders(profile, &body).map(Answer::Orders).ok_or_else(unreadable),
        Op::Products { .. }
        | Op::Categories { .. }
        | Op::Attributes { .. }
        | Op::Parcel(_)
        | Op::Consent { .. }
        | Op::ConsentedShop => Err(unreadable()),
    }
}

/// A refusal in the partner's own words.
fn refusal(profile: &Profile, op: &Op, failure: Failure, body: Option<&Value>) -> Failure {
    let said = |pointer: &str| text(body.and_then(|body| body.pointer(pointer)));
    let message = said(&profile.error.message).unwrap_or_else(|| failure.message.clone());
    // Keys that last are tried once more by themselves before a person is asked for others.
    let class = match failure.class {
        Class::Auth { .. } => Class::Auth { refreshable: !matches!(op, Op::Login) },
        class => class,
    };
    let mut refused =
        Failure { class, request_id: failure.request_id, ..Failure::new(class, &failure.code, message) };
    refused.status = failure.status;
    if failure.status == Some(409) && matches!(op, Op::Upsert { external_id: None, .. }) {
        let code = said(&profile.error.code).unwrap_or_else(|| "sku.taken".to_owned());
        let message = refused.message.clone();
        return refused.with_fields(vec![FieldError { pointer: "/sku".to_owned(), code, message }]);
    }
    refused
}

fn grant(body: &Value) -> Option<TokenGrant> {
    let value = Secret::new(text(body.get("access_token"))?);
    let seconds = whole(body.get("expires_in")).and_then(|seconds| u64::try_from(seconds).ok());
    let expiry = Expiry::In(seconds.map_or(TOKEN_LIFE, Duration::from_secs));
    Some(TokenGrant { value, expiry, refresh: None })
}

fn product(profile: &Profile, row: &Value) -> Option<RemoteProduct> {
    let at = &profile.product;
    let external_id = text(row.pointer(&at.id))?;
    let raw_status = text(row.pointer(&at.status))?;
    let id = || external_id.clone();
    let outcome = match profile.statuses.get(&raw_status) {
        Some(Word::Draft) => Outcome::Draft { external_id: id() },
        Some(Word::Pending) => Outcome::PendingReview { external_id: id() },
        Some(Word::Live) => Outcome::Live { external_id: id() },
        Some(Word::Rejected) => {
            Outcome::Rejected { reasons: text(row.pointer(&at.reason)).into_iter().collect() }
        }
        Some(Word::Withdrawn) => Outcome::Withdrawn,
        None => Outcome::Unknown { raw: raw_status.clone() },
    };
    Some(RemoteProduct {
        sku: text(row.pointer(&at.sku))?,
        editable: !matches!(outcome, Outcome::PendingReview { .. } | Outcome::Unknown { .. }),
        outcome,
        raw_status,
        name: at.name.as_ref().and_then(|name| text(row.pointer(name))),
        price_vnd: whole(row.pointer(&at.price_vnd)),
        stock: whole(row.pointer(&at.stock)),
        external_id,
    })
}

fn orders(profile: &Profile, body: &Value) -> Option<OrderPage> {
    let at = &profile.orders;
    let mut page = OrderPage { next_cursor: text(body.pointer(&at.next)), ..OrderPage::default() };
    for row in body.pointer(&at.rows)?.as_array()? {
        match order(profile, row) {
            Some(order) => page.orders.push(order),
            None => page.unread.push(text(row.pointer(&at.id)).unwrap_or_else(|| "?".to_owned())),
        }
    }
    Some(page)
}

fn order(profile: &Profile, row: &Value) -> Option<RemoteOrder> {
    let at = &profile.orders;
    let raw_status = text(row.pointer(&at.status))?;
    let placed = row.pointer(&at.placed_at).and_then(Value::as_str);
    let placed = placed.and_then(|text| chrono::DateTime::parse_from_rfc3339(text).ok());
    let line = |line: &Value| {
        Some(OrderLine {
            line_id: text(line.pointer(&at.line_id))?,
            sku: text(line.pointer(&at.sku))?,
            quantity: whole(line.pointer(&at.quantity))?,
            unit_price_vnd: whole(line.pointer(&at.unit_price_vnd))?,
        })
    };
    Some(RemoteOrder {
        order_id: text(row.pointer(&at.id))?,
        placed_at: placed.map(|at| Instant::from_utc(at.to_utc())),
        status: profile.order_statuses.get(&raw_status).copied().unwrap_or(OrderStatus::Unknown),
        raw_status,
        lines: row.pointer(&at.lines)?.as_array()?.iter().map(line).collect::<Option<_>>()?,
    })
}
