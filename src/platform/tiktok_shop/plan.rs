//! The requests of each operation, one after the other. The same way is walked for building and for reading: a step
//! takes the reply that it has, or stops with the request that brings it.

use serde_json::{Value, json};

use super::reply::{self, gone, refused_items, unreadable};
use super::request::Ask;
use super::{CIPHER, SHOP, WAREHOUSE, orders, wire};
use crate::platform::parcel;
use crate::platform::read::text;
use crate::platform::state::{
    Answer, Class, Credentials, Failure, HttpReply, ItemResult, ListingContent, Media, Offer, Op, Outcome,
};
use crate::platform::steps;

/// Why a walk ends before its answer.
type Stop = steps::Stop<Ask>;

struct Walk<'a> {
    replies: steps::Replies<'a>,
    credentials: &'a Credentials,
    cipher: Option<String>,
}

/// A version of the category tree that shops of South-East Asia must name.
const TREE: &str = "v2";
const PRODUCTS: &str = "/product/202309/products";

/// The operation's answer, or what stops it. Logging in is none of this.
pub(super) fn plan(op: &Op, replies: &[HttpReply], credentials: &Credentials) -> Result<Answer, Stop> {
    let mut walk = Walk { replies: steps::Replies::new(replies), credentials, cipher: None };
    if !matches!(op, Op::Parcel(_) | Op::ConsentedShop) {
        walk.cipher = Some(walk.shop()?);
    }
    match op {
        Op::ConsentedShop => {
            let (number, cipher) = walk.consented()?;
            Ok(Answer::Shop([(SHOP.to_owned(), number), (CIPHER.to_owned(), cipher)].into()))
        }
        Op::Login | Op::Consent { .. } | Op::Parcel(_) => {
            Err(Failure::unsupported("TikTok Shop", op.name()).into())
        }
        Op::FindBySku { sku } => {
            let body = json!({"status": "ALL", "seller_skus": [sku]});
            let ask = Ask::search("/product/202502/products/search", body).with("page_size", "100");
            Ok(Answer::Found(reply::found(&walk.ask(ask)?, sku)?))
        }
        Op::Products { cursor } => {
            let ask = Ask::search("/product/202502/products/search", json!({"status": "ALL"}));
            let ask = ask.with("page_size", "100");
            let ask = match cursor {
                Some(cursor) => ask.with("page_token", cursor),
                None => ask,
            };
            Ok(Answer::Products(reply::products(&walk.ask(ask)?)?))
        }
        Op::Review { external_id } => {
            Ok(Answer::Reviewed(reply::product(&walk.product(external_id)?, None)?))
        }
        Op::Upsert { external_id: None, content, media } => walk.create(content, media),
        Op::Upsert { external_id: Some(id), content, media } => walk.update(id, content, media),
        Op::PriceStock { items } => walk.offer(items),
        Op::Withdraw { external_id, .. } => walk.withdraw(external_id),
        Op::PullOrders { window, cursor } => {
            let ask = Ask::search("/order/202309/orders/search", orders::body(window));
            let ask =
                ask.with("page_size", "100").with("sort_field", "update_time").with("sort_order", "ASC");
            let ask = match cursor {
                Some(cursor) => ask.with("page_token", cursor),
                None => ask,
            };
            Ok(Answer::Orders(orders::page(&walk.ask(ask)?)?))
        }
        Op::Categories { parent } => {
            let ask = Ask::get("/product/202309/categories").with("category_version", TREE);
            let tree = walk.ask(ask.with("locale", "vi-VN"))?;
            Ok(Answer::Categories(reply::categories(&tree, parent.as_deref())?))
        }
        Op::Attributes { category } => {
            let path = format!("/product/202309/categories/{}/attributes", segment(category));
            let ask = Ask::get(path).with("category_version", TREE).with("locale", "vi-VN");
            Ok(Answer::Attributes(reply::attributes(&walk.ask(ask)?)?))
        }
    }
}

/// An id as one segment of a path: theirs are digits, and nothing else may lead elsewhere.
fn segment(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

fn needs(code: &str, message: &str) -> Stop {
    Failure::new(Class::NeedsAction, code, message).into()
}

impl Walk<'_> {
    /// The reply's data, or the question.
    fn ask(&mut self, mut ask: Ask) -> Result<Value, Stop> {
        ask.cipher.clone_from(&self.cipher);
        let (reply, ask) = self.replies.to(ask)?;
        Ok(reply::data(reply, ask.write)?)
    }

    fn setting(&self, name: &str) -> Option<String> {
        Some(self.credentials.setting(name, "").trim()).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// The cipher of the shop that is meant.
    fn shop(&mut self) -> Result<String, Stop> {
        match self.setting(CIPHER) {
            Some(cipher) => Ok(cipher),
            None => Ok(self.consented()?.1),
        }
    }

    /// Number and cipher of the shop that is meant: the one that the settings name by either, otherwise the only one of
    /// the consent.
    fn consented(&mut self) -> Result<(String, String), Stop> {
        let data = self.ask(Ask::get("/authorization/202309/shops"))?;
        let all = data.get("shops").and_then(Value::as_array).ok_or_else(|| unreadable(false))?;
        let (number, cipher) = (self.setting(SHOP), self.setting(CIPHER));
        let is = |shop: &Value, name: &str, wanted: &Option<String>| {
            wanted.is_none() || shop.get(name).and_then(text) == *wanted
        };
        let meant = |shop: &&Value| match &number {
            Some(_) => is(shop, "id", &number),
            None => is(shop, "cipher", &cipher),
        };
        let shops: Vec<&Value> = all.iter().filter(meant).collect();
        match shops.as_slice() {
            [shop] => {
                let of = |name: &str| shop.get(name).and_then(text);
                // Without a number the shop is known by its cipher alone.
                let cipher = of("cipher").ok_or_else(|| unreadable(false))?;
                Ok((of("id").unwrap_or_default(), cipher))
            }
            [] if !all.is_empty() => {
                Err(needs("tiktok_shop.other_shop", "the consent does not cover the shop of this shop_id"))
            }
            [] => Err(needs("tiktok_shop.no_shop", "the consent covers no shop")),
            _ => Err(needs(
                "tiktok_shop.several_shops",
                "the consent covers several shops: name its shop_id or shop_cipher",
            )),
        }
    }

    /// The warehouse whose stock is set. The look-up is known from client libraries, not from the document read.
    fn warehouse(&mut self) -> Result<String, Stop> {
        if let Some(warehouse) = self.setting(WAREHOUSE) {
            return Ok(warehouse);
        }
        let data = self.ask(Ask::get("/logistics/202309/warehouses"))?;
        let all = data.get("warehouses").and_then(Value::as_array).ok_or_else(|| unreadable(false))?;
        let sales: Vec<&Value> = all
            .iter()
            .filter(|warehouse| warehouse.get("type").and_then(Value::as_str) == Some("SALES_WAREHOUSE"))
            .collect();
        let default = sales.iter().find(|row| row.get("is_default").and_then(Value::as_bool) == Some(true));
        let chosen = match (default, sales.as_slice()) {
            (Some(row), _) | (None, [row]) => row.get("id").and_then(text),
            _ => None,
        };
        chosen.ok_or_else(|| {
            needs("tiktok_shop.warehouse", "the shop has no one sales warehouse: name its warehouse_id")
        })
    }

    /// A product with all that stands there. The document names the path for PUT; GET at it is known from client
    /// libraries.
    fn product(&mut self, id: &str) -> Result<Value, Stop> {
        let data = self.ask(Ask::get(format!("{PRODUCTS}/{}", segment(id)))).map_err(|stop| match stop {
            Stop::Failed(failure) => Stop::Failed(reply::perhaps_gone(failure)),
            ask @ Stop::Ask(_) => ask,
        })?;
        if data.get("status").and_then(Value::as_str) == Some("DELETED") {
            Err(gone().into())
        } else {
            Ok(data)
        }
    }

    /// What TikTok calls the images; those that it does not have yet are uploaded.
    fn images(&mut self, content: &ListingContent, known: &Media) -> Result<Media, Stop> {
        let mut media = Media::new();
        for image in &content.images {
            let uri = match known.get(image) {
                Some(uri) => uri.clone(),
                None => {
                    let data = self.ask(Ask::image(image))?;
                    data.get("uri").and_then(text).ok_or_else(|| unreadable(false))?
                }
            };
            media.insert(image.clone(), uri);
        }
        Ok(media)
    }

    fn create(&mut self, content: &ListingContent, known: &Media) -> Result<Answer, Stop> {
        let warehouse = self.warehouse()?;
        let media = self.images(content, known)?;
        let made = wire::product(content, &media, parcel::of(self.credentials), &warehouse);
        let data = self.ask(Ask::write(PRODUCTS, made))?;
        let external_id = data.get("product_id").and_then(text).ok_or_else(|| unreadable(true))?;
        // What is listed is audited first; what became of it is asked.
        let outcome = Outcome::PendingReview { external_id: external_id.clone() };
        Ok(Answer::Written { external_id: Some(external_id), outcome, media })
    }

    /// The partial edit, and the activation of what was taken off sale: an edit alone leaves it there.
    fn update(&mut self, id: &str, content: &ListingContent, known: &Media) -> Result<Answer, Stop> {
        let media = self.images(content, known)?;
        let path = format!("{PRODUCTS}/{}/partial_edit", segment(id));
        self.ask(Ask::write(path, wire::edit(content, &media, parcel::of(self.credentials))))?;
        let seen = reply::product(&self.product(id)?, None)?;
        if seen.raw_status == "SELLER_DEACTIVATED" {
            let data = self.ask(Ask::write(format!("{PRODUCTS}/activate"), json!({"product_ids": [id]})))?;
            refused_items(&data)?;
        }
        let outcome = Outcome::PendingReview { external_id: id.to_owned() };
        Ok(Answer::Written { external_id: Some(id.to_owned()), outcome, media })
    }

    fn offer(&mut self, items: &[Offer]) -> Result<Answer, Stop> {
        let [Offer { external_id, sku, price_vnd, stock }] = items else {
            return Err(Failure::permanent("tiktok_shop.one_offer", "one product a call").into());
        };
        let product = self.product(external_id)?;
        let (id, stands) = reply::sku(&product, sku)
            .ok_or_else(|| needs("tiktok_shop.sku_missing", "the product there has another SKU than ours"))?;
        let warehouse = match (self.setting(WAREHOUSE), stands) {
            (Some(warehouse), _) | (None, Some(warehouse)) => warehouse,
            (None, None) => self.warehouse()?,
        };
        let path = |what: &str| format!("{PRODUCTS}/{}/{what}/update", segment(external_id));
        let priced = json!({"skus": [{"id": id, "price": wire::price(*price_vnd)}]});
        refused_items(&self.ask(Ask::write(path("prices"), priced))?)?;
        let stocked = json!({"skus": [{"id": id, "inventory": wire::inventory(&warehouse, *stock)}]});
        refused_items(&self.ask(Ask::write(path("inventory"), stocked))?)?;
        Ok(Answer::Items(vec![ItemResult { sku: sku.clone(), result: Ok(()) }]))
    }

    /// What is neither on sale nor on its way there need not be taken off.
    fn withdraw(&mut self, id: &str) -> Result<Answer, Stop> {
        let seen = reply::product(&self.product(id)?, None)?;
        let off = ["SELLER_DEACTIVATED", "PLATFORM_DEACTIVATED", "FREEZE", "FAILED", "DRAFT"];
        if !off.contains(&seen.raw_status.as_str()) {
            let data =
                self.ask(Ask::write(format!("{PRODUCTS}/deactivate"), json!({"product_ids": [id]})))?;
            refused_items(&data)?;
        }
        Ok(Answer::Withdrawn)
    }
}
