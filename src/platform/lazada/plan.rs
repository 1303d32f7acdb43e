//! The requests of each operation, one after the other. The same way is walked for building and for reading: a step
//! takes the reply that it has, or stops with the request that brings it.

use serde_json::{Value, json};

use super::reply::{self, gone, unreadable};
use super::request::Ask;
use super::{BRAND, WAREHOUSE, orders, wire};
use crate::platform::read::text;
use crate::platform::state::{
    Answer, Class, Credentials, Failure, HttpReply, ItemResult, ListingContent, Media, Offer, Op, Outcome,
};
use crate::platform::{parcel, steps};

/// Why a walk ends before its answer.
type Stop = steps::Stop<Ask>;

struct Walk<'a> {
    replies: steps::Replies<'a>,
    credentials: &'a Credentials,
}

/// Brands a page, and pages that are looked through for "No Brand" before the shop has to name its id.
const BRANDS: u32 = 200;
const BRAND_PAGES: u32 = 20;
/// Products a page; the most that is taken.
const PRODUCTS: u32 = 50;
const LANGUAGE: &str = "vi_VN";

/// The operation's answer, or what stops it. Logging in is none of this.
pub(super) fn plan(op: &Op, replies: &[HttpReply], credentials: &Credentials) -> Result<Answer, Stop> {
    let mut walk = Walk { replies: steps::Replies::new(replies), credentials };
    match op {
        Op::Login => Err(Failure::unsupported("Lazada", "a signed login").into()),
        Op::Parcel(_) | Op::Consent { .. } | Op::ConsentedShop => {
            Err(Failure::unsupported("Lazada", op.name()).into())
        }
        Op::FindBySku { sku } => {
            // Parameters of the guides: all states, only these SKUs.
            let ask = Ask::get("/products/get").with("filter", "all").with("limit", "50");
            let ask = ask.with("sku_seller_list", json!([sku]).to_string());
            Ok(Answer::Found(reply::found(&walk.ask(ask)?, sku)?))
        }
        Op::Products { cursor } => {
            let offset: u32 = cursor.as_deref().map_or(Ok(0), |cursor| {
                cursor.parse().map_err(|_| Failure::permanent("lazada.cursor", "not a place of a page"))
            })?;
            let ask = Ask::get("/products/get").with("filter", "all").with("limit", PRODUCTS.to_string());
            let data = walk.ask(ask.with("offset", offset.to_string()))?;
            Ok(Answer::Products(reply::products(&data, offset, PRODUCTS)?))
        }
        Op::Review { external_id } => {
            Ok(Answer::Reviewed(reply::product(&walk.product(external_id)?, None)?))
        }
        Op::Upsert { external_id: None, content, media } => walk.create(content, media),
        Op::Upsert { external_id: Some(id), content, media } => walk.update(id, content, media),
        Op::PriceStock { items } => walk.offer(items),
        Op::Withdraw { external_id, .. } => walk.withdraw(external_id),
        Op::PullOrders { window, cursor } => {
            let at = orders::Place::new(window, cursor.as_deref())?;
            let rows = walk.ask(at.ask(window))?;
            match orders::numbers(&rows)? {
                None => Ok(Answer::Orders(orders::page(&at, &rows, None)?)),
                Some(ids) => {
                    let lines = walk.ask(Ask::get("/orders/items/get").with("order_ids", ids))?;
                    Ok(Answer::Orders(orders::page(&at, &rows, Some(&lines))?))
                }
            }
        }
        Op::Categories { parent } => {
            let tree = walk.ask(Ask::get("/category/tree/get").with("language_code", LANGUAGE))?;
            Ok(Answer::Categories(reply::categories(&tree, parent.as_deref())?))
        }
        Op::Attributes { category } => {
            let ask = Ask::get("/category/attributes/get").with("primary_category_id", category);
            Ok(Answer::Attributes(reply::attributes(&walk.ask(ask.with("language_code", LANGUAGE))?)?))
        }
    }
}

fn needs(code: &str, message: &str) -> Stop {
    Failure::new(Class::NeedsAction, code, message).into()
}

impl Walk<'_> {
    /// The reply's data, or the question.
    fn ask(&mut self, ask: Ask) -> Result<Value, Stop> {
        let (reply, ask) = self.replies.to(ask)?;
        Ok(reply::data(reply, ask.write)?)
    }

    fn setting(&self, name: &str) -> Option<String> {
        Some(self.credentials.setting(name, "").trim()).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// A product with all that stands there.
    fn product(&mut self, id: &str) -> Result<Value, Stop> {
        let data =
            self.ask(Ask::get("/product/item/get").with("item_id", id)).map_err(|stop| match stop {
                Stop::Failed(failure) => Stop::Failed(reply::perhaps_gone(failure)),
                ask @ Stop::Ask(_) => ask,
            })?;
        if reply::deleted(&data) { Err(gone().into()) } else { Ok(data) }
    }

    /// The product's SKU of ours, by its number there.
    fn sku(&mut self, id: &str, sku: &str) -> Result<String, Stop> {
        let product = self.product(id)?;
        reply::sku_id(&product, sku)
            .ok_or_else(|| needs("lazada.sku_missing", "the product there has another SKU than ours"))
    }

    /// What Lazada calls the images; those that it does not have yet are uploaded.
    fn images(&mut self, content: &ListingContent, known: &Media) -> Result<Media, Stop> {
        let mut media = Media::new();
        for image in &content.images {
            let url = match known.get(image) {
                Some(url) => url.clone(),
                None => {
                    let data = self.ask(Ask::image(image))?;
                    data.pointer("/image/url").and_then(text).ok_or_else(|| unreadable(false))?
                }
            };
            media.insert(image.clone(), url);
        }
        Ok(media)
    }

    /// The brand that the listing or the shop names, otherwise "No Brand" of this country.
    fn brand(&mut self, content: &ListingContent) -> Result<String, Stop> {
        if let Some(brand) = wire::stated(content, BRAND).or_else(|| self.setting(BRAND)) {
            return Ok(brand);
        }
        for page in 0..BRAND_PAGES {
            let ask = Ask::get("/category/brands/query").with("pageSize", BRANDS.to_string());
            let data = self.ask(ask.with("startRow", page.saturating_mul(BRANDS).to_string()))?;
            let (found, count) = reply::no_brand(&data)?;
            if let Some(brand) = found {
                return Ok(brand);
            }
            if count == 0 {
                break;
            }
        }
        Err(needs("lazada.brand", "the id of \"No Brand\" was not found: name the shop's brand_id"))
    }

    /// The parcel: length, width and height.
    fn parcel(&self, content: &ListingContent) -> Result<[String; 3], Stop> {
        let shop = parcel::of(self.credentials).map(|sides| sides.map(|side| side.to_string()));
        wire::own_parcel(content).or(shop).ok_or_else(|| {
            needs(
                "lazada.parcel",
                "the size of the parcel is missing: name the shop's package_size, such as 20x12x8, or the listing's \
                 package_length, package_width and package_height",
            )
        })
    }

    fn create(&mut self, content: &ListingContent, known: &Media) -> Result<Answer, Stop> {
        let parcel = self.parcel(content)?;
        let brand = self.brand(content)?;
        let media = self.images(content, known)?;
        let payload = wire::product(content, &media, &brand, &parcel);
        let data = self.ask(Ask::write("/product/create", "payload", &payload))?;
        let external_id = data.get("item_id").and_then(text).ok_or_else(|| unreadable(true))?;
        // What is new is checked first; what became of it is asked.
        let outcome = Outcome::PendingReview { external_id: external_id.clone() };
        Ok(Answer::Written { external_id: Some(external_id), outcome, media })
    }

    fn update(&mut self, id: &str, content: &ListingContent, known: &Media) -> Result<Answer, Stop> {
        let parcel = self.parcel(content)?;
        let sku_id = self.sku(id, &content.sku)?;
        // The brand that stands there stays where nobody names one.
        let brand = wire::stated(content, BRAND).or_else(|| self.setting(BRAND));
        let media = self.images(content, known)?;
        let payload = wire::change(content, &media, brand.as_deref(), &parcel, id, &sku_id);
        self.ask(Ask::write("/product/update", "payload", &payload))?;
        let outcome = Outcome::PendingReview { external_id: id.to_owned() };
        Ok(Answer::Written { external_id: Some(id.to_owned()), outcome, media })
    }

    fn offer(&mut self, items: &[Offer]) -> Result<Answer, Stop> {
        let [offer] = items else {
            return Err(Failure::permanent("lazada.one_offer", "one product a call").into());
        };
        let sku_id = self.sku(&offer.external_id, &offer.sku)?;
        let payload = wire::offer(offer, &sku_id, self.setting(WAREHOUSE).as_deref());
        self.ask(Ask::write("/product/price_quantity/update", "payload", &payload))?;
        Ok(Answer::Items(vec![ItemResult { sku: offer.sku.clone(), result: Ok(()) }]))
    }

    /// What is not on sale there need not be taken off.
    fn withdraw(&mut self, id: &str) -> Result<Answer, Stop> {
        let product = self.product(id)?;
        if reply::product(&product, None)?.outcome != Outcome::Withdrawn {
            let payload = wire::withdrawal(id, &reply::sku_ids(&product));
            self.ask(Ask::write("/product/deactivate", "apiRequestBody", &payload))?;
        }
        Ok(Answer::Withdrawn)
    }
}
