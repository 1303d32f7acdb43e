//! Images of a product: their order, their texts, who sees them.

use crate::actor::{Actor, Reach};
use crate::audit;
use crate::db::{Conn, Tx};
use crate::error::{Code, Error, FieldError, Result};
use crate::http::Patch;
use crate::ids::{ImageId, ProductId};
use crate::instant::Instant;
use crate::producer;

use super::state::{self, Status};
use super::store::files::{self as rows, Image};
use super::stored::open_for_files;
use super::write::announce;
use super::{Stored, find};

/// The images of a product in their order, whoever asks.
///
/// # Errors
/// Faults of the database.
pub fn images(conn: &mut Conn, product: ProductId) -> Result<Vec<Image>> {
    rows::images(conn, product)
}

/// The images of a page's worth of products, by product and in their order, whoever asks.
///
/// # Errors
/// Faults of the database.
pub fn images_of(conn: &mut Conn, products: &[ProductId]) -> Result<Vec<Image>> {
    rows::images_of(conn, products)
}

/// An image of a product, whoever asks.
///
/// # Errors
/// `request.not_found`.
pub fn image(conn: &mut Conn, product: ProductId, id: ImageId) -> Result<Image> {
    let found = rows::image(conn, id)?.filter(|image| image.product_id == product);
    found.ok_or_else(|| Error::new(Code::NotFound))
}

/// An image to be shown, and whether everybody may see it: those of published products of verified producers are
/// public, like the catalogue.
pub(super) fn image_to_show(
    conn: &mut Conn,
    reach: &Reach,
    product: ProductId,
    id: ImageId,
) -> Result<(Image, bool)> {
    let of = super::any(conn, product)?;
    let public = of.status == Status::Published && producer::any(conn, of.producer_id)?.is_public();
    if !public {
        find(conn, reach, product)?;
    }
    Ok((image(conn, product, id)?, public))
}

fn alt_of(alt: Option<String>) -> Result<Option<String>> {
    let alt = alt.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
    let error = alt.as_deref().and_then(|t| state::text_error("/alt", t, 1, state::ALT_MAX));
    error.map_or(Ok(alt), |error| Err(Error::invalid(vec![error])))
}

fn shown(image: &Image) -> serde_json::Value {
    serde_json::json!({
        "image_id": image.id, "position": image.position, "alt": image.alt, "sha256": image.sha256,
    })
}

/// Adds an image behind the others.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `product.wrong_status`, `product.too_many_images`, `request.invalid`.
pub fn add_image(
    tx: &mut Tx<'_>,
    actor: &Actor,
    product_id: ProductId,
    (id, stored): (ImageId, &Stored),
    alt: Option<String>,
    now: Instant,
) -> Result<Image> {
    let product = open_for_files(tx, actor, product_id)?;
    let others = rows::images(tx.conn(), product_id)?.len();
    if others >= state::IMAGES_MAX {
        return Err(Error::new(Code::TooManyImages));
    }
    let side = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    let image = Image {
        id,
        product_id,
        position: i32::try_from(others).unwrap_or(i32::MAX),
        alt: alt_of(alt)?,
        content_type: stored.content.essence().to_owned(),
        object_key: stored.key.clone(),
        thumb_key: stored.thumb.clone().unwrap_or_default(),
        width: side(stored.size.0),
        height: side(stored.size.1),
        bytes: stored.bytes,
        sha256: stored.sha256.clone(),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    rows::insert_image(tx, &image)?;
    let subject = product_id.as_str();
    audit::record(tx, actor, "product.add_image", subject, None::<&()>, Some(&shown(&image)), now);
    announce(tx, product.status, &product, now);
    Ok(image)
}

/// What may change of an image.
#[derive(Clone, Debug, Default)]
pub struct ImageChange {
    /// Its place, from 0; the others move up.
    pub position: Option<i64>,
    /// What it shows.
    pub alt: Patch<String>,
}

/// Changes an image's text or its place among the others.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `request.stale`, `product.wrong_status`, `request.invalid`.
pub fn change_image(
    tx: &mut Tx<'_>,
    actor: &Actor,
    product_id: ProductId,
    id: ImageId,
    version: i32,
    change: ImageChange,
    now: Instant,
) -> Result<Image> {
    let product = open_for_files(tx, actor, product_id)?;
    let mut images = rows::images(tx.conn(), product_id)?;
    let image = images.iter_mut().find(|i| i.id == id).ok_or_else(|| Error::new(Code::NotFound))?;
    if image.version != version {
        return Err(Error::new(Code::PreconditionFailed));
    }
    let before = image.clone();
    image.alt = alt_of(change.alt.apply(image.alt.take()))?;
    let to = match change.position {
        None => before.position,
        Some(to) => i32::try_from(to).ok().filter(|to| (0..20).contains(to)).ok_or_else(|| {
            let (vi, en) = ("Vị trí từ 0 đến 19.", "A position is from 0 to 19.");
            Error::invalid(vec![FieldError::new("/position", "number.range", vi, en)])
        })?,
    };
    let ids: Vec<ImageId> = images.iter().map(|i| i.id).collect();
    let order = state::moved(&ids, id, usize::try_from(to).unwrap_or_default());
    let after = put_in_order(tx, images, &order, Some(id), now)?.ok_or_else(|| Error::new(Code::NotFound))?;
    let (subject, op) = (product_id.as_str(), "product.change_image");
    audit::record(tx, actor, op, subject, Some(&shown(&before)), Some(&shown(&after)), now);
    announce(tx, product.status, &product, now);
    Ok(after)
}

/// Writes the images whose place is another now, and `one` in any case; returns `one`.
fn put_in_order(
    tx: &mut Tx<'_>,
    images: Vec<Image>,
    order: &[ImageId],
    one: Option<ImageId>,
    now: Instant,
) -> Result<Option<Image>> {
    let mut found = None;
    for mut image in images {
        let place = order.iter().position(|id| *id == image.id).and_then(|at| i32::try_from(at).ok());
        let position = place.unwrap_or(image.position);
        if position != image.position || one == Some(image.id) {
            image.position = position;
            image.version += 1;
            image.updated_at = now;
            rows::save_image(tx, &image)?;
        }
        if one == Some(image.id) {
            found = Some(image);
        }
    }
    Ok(found)
}

/// Takes an image away.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `request.stale`, `product.wrong_status`.
pub fn remove_image(
    tx: &mut Tx<'_>,
    actor: &Actor,
    product_id: ProductId,
    id: ImageId,
    version: i32,
    now: Instant,
) -> Result<()> {
    let product = open_for_files(tx, actor, product_id)?;
    let image = image(tx.conn(), product_id, id)?;
    if image.version != version {
        return Err(Error::new(Code::PreconditionFailed));
    }
    rows::delete_image(tx, id)?;
    let rest = rows::images(tx.conn(), product_id)?;
    let order: Vec<ImageId> = rest.iter().map(|i| i.id).collect();
    put_in_order(tx, rest, &order, None, now)?;
    let subject = product_id.as_str();
    audit::record(tx, actor, "product.remove_image", subject, Some(&shown(&image)), None::<&()>, now);
    announce(tx, product.status, &product, now);
    Ok(())
}
