//! What a listing should say: the product, what was chosen for it, and what the platform's maps add.

use crate::db::Conn;
use crate::error::Result;
use crate::ids::ShopId;
use crate::instant::Instant;
use crate::platform::state::{Issue, ListingContent};
use crate::product::{self, Product};

use super::mapping::{Maps, Place};
use super::state::Settings;
use super::{content, image_url};

/// What a listing of a product should say, and what the platform's own data says against its category.
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

/// What a listing should say, with everything read before: its SKU, the images' public addresses, the producer's name.
pub(super) fn wanted_with(
    maps: &Maps,
    place: &Place<'_>,
    product: &Product,
    (sku, images, brand): (&str, &[String], Option<&str>),
    site: &str,
    now: Instant,
) -> Result<Wanted> {
    let mapped = maps.mapped(place, product, brand, now)?;
    let issues = mapped.issues.clone();
    let mut content = content::content(product, images, (place.settings, mapped), site, now);
    sku.clone_into(&mut content.sku);
    Ok(Wanted { content, mapped: issues })
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
    let images: Vec<String> =
        product::images(conn, product.id)?.iter().map(|image| image_url(site, image)).collect();
    let place = Place { platform, shop: Some(shop), set: product.criteria_set, settings };
    let maps = Maps::load(conn, &[place])?;
    let brand = brand(conn, &maps, product)?;
    wanted_with(&maps, &place, product, (sku, &images, brand.as_deref()), site, now)
}

/// The producer's public name, where the maps ask for it.
pub(super) fn brand(conn: &mut Conn, maps: &Maps, product: &Product) -> Result<Option<String>> {
    if !maps.want_brand() {
        return Ok(None);
    }
    Ok(Some(crate::producer::any(conn, product.producer_id)?.public_name().into_owned()))
}
