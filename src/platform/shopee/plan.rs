//! The requests of each operation, one after the other.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::reply::{self, needs, unreadable};
use super::send::{Ask, number, own_number};
use super::{check, orders, product, wire};
use crate::platform::listed::{self, listed};
use crate::platform::parcel;
use crate::platform::read::text;
use crate::platform::state::{
    Answer, Class, Credentials, Failure, HttpReply, ItemResult, ListingContent, Media, Offer, Op, Outcome,
    RemoteProduct, Secret,
};
use crate::platform::steps::{Replies, Stop};

/// The states that a search by SKU looks in; what the seller deleted is none of them.
const STATES: [&str; 5] = ["NORMAL", "BANNED", "UNLIST", "REVIEWING", "SHOPEE_DELETE"];
/// The states of what stands in a shop.
const STANDING: [&str; 4] = ["NORMAL", "BANNED", "UNLIST", "REVIEWING"];
/// Products of one call for their details.
const PAGE: usize = 50;

struct Walk<'a> {
    replies: Replies<'a>,
    credentials: &'a Credentials,
}

/// The operation's answer, or what stops it.
pub(super) fn plan(op: &Op, replies: &[HttpReply], credentials: &Credentials) -> Result<Answer, Stop<Ask>> {
    let mut walk = Walk { replies: Replies::new(replies), credentials };
    match op {
        Op::Parcel(_) | Op::ConsentedShop => Err(Failure::unsupported("Shopee", op.name()).into()),
        Op::Login => walk.login(),
        Op::Consent { code, .. } => walk.consent(code),
        Op::FindBySku { sku } => walk.find(sku),
        Op::Review { external_id } => {
            let id = number(external_id, "/external_id")?;
            let row = walk.item(id)?;
            Ok(Answer::Reviewed(walk.seen(&row)?))
        }
        Op::Upsert { external_id: None, content, media } => walk.create(content, media),
        Op::Upsert { external_id: Some(id), content, media } => {
            walk.update(number(id, "/external_id")?, content, media)
        }
        Op::PriceStock { items } => walk.offer(items),
        Op::Withdraw { external_id, .. } => walk.withdraw(number(external_id, "/external_id")?),
        Op::Products { cursor } => walk.products(cursor.as_deref()),
        Op::PullOrders { window, cursor } => {
            let list = walk.ask(orders::list(window, cursor.as_deref()))?;
            let (numbers, next) = orders::numbers(&list)?;
            let details = if numbers.is_empty() { Value::Null } else { walk.ask(orders::details(&numbers))? };
            Ok(Answer::Orders(orders::page(&numbers, &details, next)))
        }
        Op::Categories { parent } => {
            let tree = walk.ask(Ask::get("product/get_category").with("language", "vi"))?;
            Ok(Answer::Categories(product::categories(&tree, parent.as_deref())?))
        }
        Op::Attributes { category } => {
            let category = number(category, "/category")?;
            let ask = Ask::get("product/get_attribute_tree").with("category_id_list", category.to_string());
            Ok(Answer::Attributes(product::attributes(&walk.ask(ask)?, category)?))
        }
    }
}

impl Walk<'_> {
    /// What the reply holds, or the question.
    fn ask(&mut self, ask: Ask) -> Result<Value, Stop<Ask>> {
        let (reply, ask) = self.replies.to(ask)?;
        Ok(reply::response(reply, ask.writes)?)
    }

    /// The same of a call about one product.
    fn ask_of(&mut self, ask: Ask) -> Result<Value, Stop<Ask>> {
        self.ask(ask).map_err(|stop| match stop {
            Stop::Failed(failure) => Stop::Failed(reply::perhaps_gone(failure)),
            ask @ Stop::Ask(_) => ask,
        })
    }

    fn login(&mut self) -> Result<Answer, Stop<Ask>> {
        let refresh = self.credentials.secret("refresh_token")?;
        let body = json!({
            "refresh_token": refresh.expose(), "partner_id": own_number(self.credentials, "partner_id")?,
            "shop_id": own_number(self.credentials, "shop_id")?,
        });
        let (reply, _) = self.replies.to(Ask::token(body))?;
        Ok(reply::token(reply)?)
    }

    /// The first tokens. The code is in the body alone; with it comes the number of the shop that it is for.
    fn consent(&mut self, code: &Secret) -> Result<Answer, Stop<Ask>> {
        let body = json!({
            "code": code.expose(), "partner_id": own_number(self.credentials, "partner_id")?,
            "shop_id": own_number(self.credentials, "shop_id")?,
        });
        let (reply, _) = self.replies.to(Ask::first_token(body, code))?;
        Ok(reply::token(reply)?.of_consent(BTreeMap::new()))
    }

    /// Details of products by their numbers.
    fn items(&mut self, ids: &[u64]) -> Result<Vec<Value>, Stop<Ask>> {
        let list: Vec<String> = ids.iter().map(u64::to_string).collect();
        let ask = Ask::get("product/get_item_base_info").with("item_id_list", list.join(","));
        let response = self.ask_of(ask)?;
        let all = response.get("item_list").and_then(Value::as_array).cloned();
        Ok(all.ok_or_else(|| unreadable(false))?)
    }

    /// The details of one; what its seller deleted is not there.
    fn item(&mut self, id: u64) -> Result<Value, Stop<Ask>> {
        let all = self.items(&[id])?;
        let row = all.into_iter().find(|row| row.get("item_id").and_then(Value::as_u64) == Some(id));
        let deleted = |row: &Value| row.get("item_status").is_some_and(|word| word == "SELLER_DELETE");
        Ok(row.filter(|row| !deleted(row)).ok_or_else(reply::gone)?)
    }

    /// A product with the reasons, where Shopee took it down.
    fn seen(&mut self, row: &Value) -> Result<RemoteProduct, Stop<Ask>> {
        let id = row.get("item_id").and_then(Value::as_u64).ok_or_else(|| unreadable(false))?;
        let reasons = if product::is_refused(row) {
            let ask = Ask::get("product/get_item_violation_info").with("item_id_list", id.to_string());
            match self.ask(ask) {
                Ok(told) => product::reasons(&told, id),
                // It knows of no violation: the state alone tells.
                Err(Stop::Failed(Failure { class: Class::Permanent, .. })) => Vec::new(),
                Err(stop) => return Err(stop),
            }
        } else {
            Vec::new()
        };
        Ok(product::product(row, reasons)?)
    }

    /// A page of what stands in the shop: the numbers, then the details.
    fn products(&mut self, cursor: Option<&str>) -> Result<Answer, Stop<Ask>> {
        let offset = cursor.map_or(Ok(0), |cursor| number(cursor, "/cursor"))?;
        let mut ask = Ask::get("product/get_item_list")
            .with("offset", offset.to_string())
            .with("page_size", PAGE.to_string());
        for state in STANDING {
            ask = ask.with("item_status", state);
        }
        let list = self.ask(ask)?;
        let ids: Vec<u64> =
            reply::rows(&list, "item").filter_map(|row| row.get("item_id")?.as_u64()).collect();
        let more = list.get("has_next_page").and_then(Value::as_bool).ok_or_else(|| unreadable(false))?;
        let next = list.get("next_offset").and_then(text);
        let next = if more { Some(next.ok_or_else(|| unreadable(false))?) } else { None };
        let rows = if ids.is_empty() { Vec::new() } else { self.items(&ids)? };
        // One whose details are missing counts as unread.
        let lost = ids.len().saturating_sub(rows.len());
        let read = rows.iter().map(|row| {
            product::product(row, Vec::new()).map(|seen| listed(seen, row, "/item_name", "/update_time"))
        });
        let mut page = listed::page(read, next);
        page.unread = page.unread.saturating_add(lost);
        Ok(Answer::Products(page))
    }

    fn find(&mut self, sku: &str) -> Result<Answer, Stop<Ask>> {
        let (mut found, mut offset, mut seen) = (Vec::new(), None, 0_usize);
        loop {
            let mut ask =
                Ask::get("product/search_item").with("item_sku", sku).with("page_size", PAGE.to_string());
            for state in STATES {
                ask = ask.with("item_status", state);
            }
            if let Some(offset) = offset {
                ask = ask.with("offset", offset);
            }
            let page = match self.ask_of(ask) {
                Err(Stop::Failed(failure)) if failure.code == "product.gone" => break,
                page => page?,
            };
            let total = page.get("total_count").and_then(Value::as_u64);
            let ids: Vec<u64> = match page.get("item_id_list").and_then(Value::as_array) {
                Some(ids) => ids.iter().map(Value::as_u64).collect::<Option<_>>(),
                None if total == Some(0) => Some(Vec::new()),
                None => None,
            }
            .ok_or_else(|| unreadable(false))?;
            if ids.is_empty() {
                break;
            }
            seen = seen.saturating_add(ids.len());
            found.extend(self.items(&ids)?);
            offset = page.get("next_offset").and_then(text);
            let all = total.is_none_or(|total| u64::try_from(seen).is_ok_and(|seen| seen >= total));
            if all || offset.is_none() {
                break;
            }
        }
        match product::of_sku(&found, sku)? {
            Some(row) => Ok(Answer::Found(Some(self.seen(row)?))),
            None => Ok(Answer::Found(None)),
        }
    }

    /// The limits that Shopee tells for the product's category.
    fn limits(&mut self, content: &ListingContent, new: bool) -> Result<(), Stop<Ask>> {
        let category = number(content.category.as_deref().unwrap_or_default(), "/category")?;
        let limits =
            self.ask(Ask::get("product/get_item_limit").with("category_id", category.to_string()))?;
        let issues = check::limited(content, &limits, new);
        if !issues.is_empty() {
            return Err(Failure::from_issues(&issues).into());
        }
        let sized = limits.pointer("/dimension_limit/dimension_mandatory").and_then(Value::as_bool);
        if new && sized == Some(true) && parcel::of(self.credentials).is_none() {
            let message = "the category wants the size of the parcel: tell the shop's usual package_size";
            return Err(needs("shopee.package_size", message).into());
        }
        Ok(())
    }

    /// What Shopee calls the images; those that it does not have yet are uploaded.
    fn images(&mut self, content: &ListingContent, known: &Media) -> Result<Media, Stop<Ask>> {
        let mut media = Media::new();
        for image in &content.images {
            let id = match known.get(image) {
                Some(id) => id.clone(),
                None => {
                    let told = self.ask(Ask::upload(image))?;
                    // One image answers as the first of a list or alone.
                    let ids = ["/image_info/image_id", "/image_info_list/0/image_info/image_id"];
                    let id = ids.iter().find_map(|id| reply::at(&told, id));
                    id.ok_or_else(|| {
                        let why = reply::at(&told, "/image_info_list/0/message");
                        why.map_or_else(|| unreadable(false), |why| Failure::permanent("shopee.image", why))
                    })?
                }
            };
            media.insert(image.clone(), id);
        }
        Ok(media)
    }

    fn create(&mut self, content: &ListingContent, known: &Media) -> Result<Answer, Stop<Ask>> {
        self.limits(content, true)?;
        let mut channels = wire::channels(self.credentials)?;
        if channels.is_empty() {
            let told = self.ask(Ask::get("logistics/get_channel_list"))?;
            channels = product::channels(&told, content)?;
        }
        let media = self.images(content, known)?;
        let stored = self.ask(wire::create(content, &media, &channels, self.credentials)?)?;
        let external_id = reply::at(&stored, "/item_id").ok_or_else(|| unreadable(true))?;
        let outcome = match reply::at(&stored, "/item_status") {
            Some(word) => product::outcome(&word, external_id.clone(), Vec::new()),
            // What became of it is asked.
            None => Outcome::PendingReview { external_id: external_id.clone() },
        };
        Ok(Answer::Written { external_id: Some(external_id), outcome, media })
    }

    /// A product that was taken off sale stays there when it is changed: it is put back by a call of its own.
    fn update(&mut self, id: u64, content: &ListingContent, known: &Media) -> Result<Answer, Stop<Ask>> {
        self.limits(content, false)?;
        let media = self.images(content, known)?;
        self.ask_of(wire::update(id, content, &media, self.credentials)?)?;
        let row = self.item(id)?;
        let external_id = id.to_string();
        let mut outcome = product::product(&row, Vec::new())?.outcome;
        if outcome == Outcome::Withdrawn {
            reply::listed(&self.ask_of(wire::unlist(id, false))?, "")?;
            outcome = Outcome::PendingReview { external_id: external_id.clone() };
        }
        // Why it was taken down once was answered by this change; whether that does, is asked.
        if matches!(outcome, Outcome::Rejected { .. }) {
            outcome = Outcome::PendingReview { external_id: external_id.clone() };
        }
        Ok(Answer::Written { external_id: Some(external_id), outcome, media })
    }

    fn offer(&mut self, items: &[Offer]) -> Result<Answer, Stop<Ask>> {
        let [offer] = items else {
            return Err(Failure::permanent("shopee.one_offer", "one product a call").into());
        };
        let id = number(&offer.external_id, "/external_id")?;
        // A product whose stock lies in a place is refused a stock without one, and the other way round.
        let row = self.item(id)?;
        let places = product::places(&row);
        let told = wire::location(self.credentials);
        let place = match (told, places.as_slice()) {
            (_, []) => None,
            (Some(told), places) if places.contains(&told) => Some(told),
            (None, [one]) => Some(one.clone()),
            (Some(_), places) => {
                let message =
                    format!("the product's stock lies in {}, not in location_id", places.join(", "));
                return Err(needs("shopee.location", message).into());
            }
            (None, places) => {
                let message = format!("name the location_id whose stock is set: {}", places.join(", "));
                return Err(needs("shopee.location", message).into());
            }
        };
        reply::listed(&self.ask_of(wire::price(id, offer))?, "/price_vnd")?;
        reply::listed(&self.ask_of(wire::stock(id, place.as_deref(), offer))?, "/stock")?;
        Ok(Answer::Items(vec![ItemResult { sku: offer.sku.clone(), result: Ok(()) }]))
    }

    /// What is not on sale need not be taken off. Shopee takes nothing off that is under review; it cannot be bought
    /// then, so that is waited for.
    fn withdraw(&mut self, id: u64) -> Result<Answer, Stop<Ask>> {
        let row = self.item(id)?;
        match product::product(&row, Vec::new())?.outcome {
            Outcome::Withdrawn | Outcome::Rejected { .. } => {}
            Outcome::PendingReview { .. } => {
                let message = "Shopee takes no product off sale while it is under review";
                return Err(Failure::new(Class::Retryable, "shopee.under_review", message).into());
            }
            _ => reply::listed(&self.ask_of(wire::unlist(id, true))?, "")?,
        }
        Ok(Answer::Withdrawn)
    }
}
