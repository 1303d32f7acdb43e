//! What a listing should say: the product, what was chosen for it, and what the platform's maps add.

use std::collections::HashMap;

use crate::db::Conn;
use crate::error::Result;
use crate::ids::{ProducerId, ProductId, ShopId};
use crate::instant::Instant;
use crate::platform::state::{Issue, ListingContent, PictureSize, picture_issues};
use crate::producer::{self, Producer};
use crate::product::{self, Image, Product};

use super::mapping::{Maps, Place};
use super::state::Settings;
use super::{content, image_url, on_offer_of, store};

/// What a listing of a product should say, and what speaks against it beside the contents: the platform's own data of its
/// category, and the sizes of its images.
pub(super) struct Wanted {
    pub(super) content: ListingContent,
    pub(super) mapped: Vec<Issue>,
}

impl Wanted {
    /// What stands in the way of offering it, before anything is sent.
    pub(super) fn issues(&self, platform: &str, now: Instant) -> Vec<Issue> {
        let adapter = crate::platform::adapter(platform);
        let mut issues = adapter.map(|a| a.issues(&self.content, now)).unwrap_or_default();
        issues.extend(self.mapped.iter().cloned());
        issues
    }
}

/// A listing as it is kept, and what it should say now.
pub(super) struct Current<'a> {
    pub(super) row: &'a store::Listing,
    /// The province and commune of the product.
    pub(super) place: (String, Option<String>),
    /// Whether the product may be on sale.
    pub(super) offered: bool,
    /// When the star in it ends.
    pub(super) star_until: Option<Instant>,
    pub(super) wanted: Wanted,
    pub(super) stored: content::Stored,
}

impl Current<'_> {
    /// Whether it should say something else than what is kept as our wish.
    pub(super) fn differs(&self) -> bool {
        self.stored.hash != self.row.desired_hash || self.stored.offer_hash != self.row.desired_offer_hash
    }
}

/// What each of these listings should say now, read in a fixed number of queries; one without its product is left out.
pub(super) fn wanted_now<'a>(
    conn: &mut Conn,
    rows: &'a [store::Listing],
    site: &str,
    now: Instant,
) -> Result<Vec<Current<'a>>> {
    let mut ids: Vec<ProductId> = rows.iter().map(|row| row.product_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let products: HashMap<ProductId, Product> =
        product::many(conn, &ids)?.into_iter().map(|product| (product.id, product)).collect();
    let mut images: HashMap<ProductId, Vec<Image>> = HashMap::new();
    for image in product::images_of(conn, &ids)? {
        images.entry(image.product_id).or_default().push(image);
    }
    let mut makers: Vec<ProducerId> = products.values().map(|product| product.producer_id).collect();
    makers.sort_unstable();
    makers.dedup();
    let makers: HashMap<ProducerId, Producer> =
        producer::many(conn, &makers)?.into_iter().map(|maker| (maker.id, maker)).collect();
    let settings: Vec<Settings> = rows.iter().map(|row| row.settings.get()).collect::<Result<_>>()?;
    let there = |(row, settings): (&'a store::Listing, _)| {
        let product = products.get(&row.product_id)?;
        Some((row, product, makers.get(&product.producer_id)?, Place::of(row, product, settings)))
    };
    let there: Vec<_> = rows.iter().zip(&settings).filter_map(there).collect();
    let places: Vec<Place<'_>> = there.iter().map(|(.., place)| *place).collect();
    let maps = Maps::load(conn, &places)?;
    there
        .into_iter()
        .map(|(row, product, maker, place)| {
            let pictures = images.get(&row.product_id).map(Vec::as_slice).unwrap_or_default();
            let brand = maps.want_brand().then(|| maker.public_name());
            let carried = (row.sku.as_str(), pictures, brand.as_deref());
            let wanted = wanted_with(&maps, &place, product, carried, site, now)?;
            Ok(Current {
                row,
                place: (product.province_code.clone(), product.commune_code.clone()),
                offered: on_offer_of(product, maker),
                star_until: product.rating(now).map(|rating| rating.valid_until),
                stored: content::stored(&wanted.content),
                wanted,
            })
        })
        .collect()
}

/// What a listing should say, with everything read before: its SKU, the images, the producer's name.
pub(super) fn wanted_with(
    maps: &Maps,
    place: &Place<'_>,
    product: &Product,
    (sku, images, brand): (&str, &[Image], Option<&str>),
    site: &str,
    now: Instant,
) -> Result<Wanted> {
    let mapped = maps.mapped(place, product, brand, now)?;
    let mut issues = mapped.issues.clone();
    if let Some(platform) = crate::platform::descriptor(place.platform) {
        issues.extend(picture_issues(platform, images.iter().map(size)));
    }
    let images: Vec<String> = images.iter().map(|image| image_url(site, image)).collect();
    let mut content = content::content(product, &images, (place.settings, mapped), site, now);
    sku.clone_into(&mut content.sku);
    Ok(Wanted { content, mapped: issues })
}

fn size(image: &Image) -> PictureSize {
    let side = |pixels| u32::try_from(pixels).unwrap_or_default();
    let bytes = u64::try_from(image.bytes).unwrap_or_default();
    PictureSize { width: side(image.width), height: side(image.height), bytes }
}

/// What a listing should say.
pub(super) fn wanted_content(
    conn: &mut Conn,
    product: &Product,
    (platform, shop, sku): (&str, ShopId, &str),
    settings: &Settings,
    site: &str,
    now: Instant,
) -> Result<Wanted> {
    let images = product::images(conn, product.id)?;
    let place = Place { platform, shop: Some(shop), set: product.criteria_set, settings };
    let maps = Maps::load(conn, &[place])?;
    let brand = brand(conn, &maps, product)?;
    wanted_with(&maps, &place, product, (sku, &images, brand.as_deref()), site, now)
}

/// The producer's public name, where the maps ask for it.
fn brand(conn: &mut Conn, maps: &Maps, product: &Product) -> Result<Option<String>> {
    if !maps.want_brand() {
        return Ok(None);
    }
    Ok(Some(crate::producer::any(conn, product.producer_id)?.public_name().into_owned()))
}
