//! How much of what each platform wants a product has already, before there is a shop.

use crate::actor::Reach;
use crate::db::Conn;
use crate::error::Result;
use crate::ids::ProductId;
use crate::instant::Instant;
use crate::listing::state::{Settings, mapping};
use crate::listing::wanted_with;
use crate::platform::state::{Descriptor, Issue, ListingContent, Severity};
use crate::{producer, product};

use super::{Maps, Place};

/// How a product would stand on a platform with nothing chosen for it there.
#[derive(Clone, Debug)]
pub struct Complete {
    /// The platform.
    pub platform: &'static Descriptor,
    /// Checks passed.
    pub passed: usize,
    /// Checks.
    pub checks: usize,
    /// Whether it could be sent as it is.
    pub ready: bool,
    /// The category by the map.
    pub category: Option<String>,
    /// What is missing.
    pub issues: Vec<Issue>,
}

/// A content with nothing in it: what a platform says to it names every field that it looks at.
fn blank() -> ListingContent {
    ListingContent {
        sku: String::new(),
        name: String::new(),
        description_html: String::new(),
        price_vnd: 0,
        weight_g: 0,
        stock: 0,
        images: Vec::new(),
        category: None,
        attributes: Vec::new(),
        gtin: None,
        certificate: None,
    }
}

/// How a product within reach would stand on each platform that shops can be connected to. Nothing is called.
///
/// # Errors
/// `request.not_found`.
pub fn completeness(
    conn: &mut Conn,
    reach: &Reach,
    id: ProductId,
    site: &str,
    now: Instant,
) -> Result<Vec<Complete>> {
    let product = product::find(conn, reach, id)?;
    let images = product::images(conn, id)?;
    let settings = Settings::default();
    let platforms: Vec<&'static Descriptor> =
        crate::platform::descriptors().iter().filter(|p| p.adapter && p.takes_products()).collect();
    let place = |platform: &'static Descriptor| Place {
        platform: platform.key,
        shop: None,
        set: product.criteria_set,
        settings: &settings,
    };
    let places: Vec<Place<'_>> = platforms.iter().map(|platform| place(platform)).collect();
    let maps = Maps::load(conn, &places)?;
    let brand = if maps.want_brand() {
        Some(producer::any(conn, product.producer_id)?.public_name().into_owned())
    } else {
        None
    };
    let mut out = Vec::with_capacity(platforms.len());
    for platform in platforms {
        let Some(adapter) = crate::platform::adapter(platform.key) else { continue };
        let carried = (product.sku.as_str(), images.as_slice(), brand.as_deref());
        let wanted = wanted_with(&maps, &place(platform), &product, carried, site, now)?;
        let issues = wanted.issues(platform.key, now);
        let (passed, checks) = mapping::passed(&adapter.issues(&blank(), now), &issues);
        out.push(Complete {
            platform,
            passed,
            checks,
            ready: issues.iter().all(|issue| issue.severity != Severity::Error),
            category: wanted.content.category,
            issues,
        });
    }
    Ok(out)
}
