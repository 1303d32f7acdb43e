//! Images and papers of a product: rows in the transaction, files in the object store around it.

use bytes::Bytes;
use chrono::{Datelike as _, NaiveDate};
use sha2::{Digest as _, Sha256};

use crate::actor::{Actor, Reach};
use crate::app::App;
use crate::audit;
use crate::db::types::hex;
use crate::db::{Conn, Tx, dialect};
use crate::error::{Code, Error, FieldError, Result};
use crate::http::Patch;
use crate::ids::{ImageId, PaperId, ProductId};
use crate::instant::Instant;

use super::state::{self, PaperKind, Status};
use super::store::files::{self as rows, Image, Paper};
use super::write::{announce, find_to_write};
use super::{Content, Picture, Product, find};

/// A file in the object store that waits for its row.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Kind.
    pub content: Content,
    /// Where it is.
    pub key: String,
    /// Where its thumbnail is; images alone have one.
    pub thumb: Option<String>,
    /// Pixels, width and height; images alone have them.
    pub size: (u32, u32),
    /// Its size.
    pub bytes: i64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

fn measure(bytes: &[u8]) -> (i64, String) {
    (i64::try_from(bytes.len()).unwrap_or(i64::MAX), hex(&Sha256::digest(bytes)))
}

impl Stored {
    /// Keeps a picture and its thumbnail.
    ///
    /// # Errors
    /// The object store does not take them.
    pub async fn picture(app: &App, product: ProductId, id: ImageId, picture: Picture) -> Result<Self> {
        let Picture { content, full, thumb, width, height } = picture;
        let (bytes, sha256) = measure(&full);
        let place = format!("products/{product}/images/{id}");
        let key = format!("{place}.{}", content.extension());
        let thumb_key = format!("{place}-thumb.{}", content.extension());
        let size = (width, height);
        let stored = Self { content, key, thumb: Some(thumb_key.clone()), size, bytes, sha256 };
        let kept = async {
            app.objects.put(&stored.key, full.into()).await?;
            app.objects.put(&thumb_key, thumb.into()).await
        };
        if let Err(error) = kept.await {
            stored.discard(app).await;
            return Err(error);
        }
        Ok(stored)
    }

    /// Keeps a paper's file as it was sent.
    ///
    /// # Errors
    /// The object store does not take it.
    pub async fn paper(
        app: &App,
        product: ProductId,
        id: PaperId,
        content: Content,
        file: Vec<u8>,
    ) -> Result<Self> {
        let (bytes, sha256) = measure(&file);
        let key = format!("products/{product}/papers/{id}.{}", content.extension());
        app.objects.put(&key, Bytes::from(file)).await?;
        Ok(Self { content, key, thumb: None, size: (0, 0), bytes, sha256 })
    }

    async fn discard(&self, app: &App) {
        for key in std::iter::once(&self.key).chain(&self.thumb) {
            app.objects.discard(key).await;
        }
    }
}

impl From<&Image> for Stored {
    fn from(image: &Image) -> Self {
        let side = |n: i32| u32::try_from(n).unwrap_or_default();
        Self {
            content: Content::of_essence(&image.content_type).unwrap_or(Content::Jpeg),
            key: image.object_key.clone(),
            thumb: Some(image.thumb_key.clone()),
            size: (side(image.width), side(image.height)),
            bytes: image.bytes,
            sha256: image.sha256.clone(),
        }
    }
}

impl From<&Paper> for Stored {
    fn from(paper: &Paper) -> Self {
        Self {
            content: Content::of_essence(&paper.content_type).unwrap_or(Content::Pdf),
            key: paper.object_key.clone(),
            thumb: None,
            size: (0, 0),
            bytes: paper.bytes,
            sha256: paper.sha256.clone(),
        }
    }
}

/// Deletes an image's files unless its row is there: after a write that failed, was a dry run or a repeat, and after
/// the row was deleted. What cannot be deleted now is only a file that nobody names.
pub(super) async fn discard_unused_image(app: &App, id: ImageId, stored: &Stored) {
    match app.db.read("product.image", move |conn| rows::image(conn, id)).await {
        Ok(None) => stored.discard(app).await,
        Ok(Some(_)) => {}
        Err(error) => tracing::warn!(%error, key = stored.key, "an uploaded file may be left without a row"),
    }
}

/// Deletes a paper's file unless its row is there.
pub(super) async fn discard_unused_paper(app: &App, id: PaperId, stored: &Stored) {
    match app.db.read("product.paper", move |conn| rows::paper(conn, id)).await {
        Ok(None) => stored.discard(app).await,
        Ok(Some(_)) => {}
        Err(error) => tracing::warn!(%error, key = stored.key, "an uploaded file may be left without a row"),
    }
}

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

/// An image to be shown, and whether everybody may see it: those of published products are public.
pub(super) fn image_to_show(
    conn: &mut Conn,
    reach: &Reach,
    product: ProductId,
    id: ImageId,
) -> Result<(Image, bool)> {
    let of = super::any(conn, product)?;
    let public = of.status == Status::Published;
    if !public {
        find(conn, reach, product)?;
    }
    Ok((image(conn, product, id)?, public))
}

/// The product whose files are to change, locked against others who count or order them.
fn open_for_files(tx: &mut Tx<'_>, actor: &Actor, id: ProductId) -> Result<Product> {
    let product = find_to_write(tx.conn(), actor, id)?;
    state::open_to_writing(product.status)?;
    dialect::lock(tx.conn(), id.as_str())?;
    Ok(product)
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

/// A new paper as somebody wrote it.
#[derive(Clone, Debug)]
pub struct NewPaper {
    /// What it is.
    pub kind: PaperKind,
    /// Title.
    pub title: String,
    /// Number on the paper.
    pub number: Option<String>,
    /// Issued.
    pub issued_on: Option<NaiveDate>,
    /// The last day it is good.
    pub expires_on: Option<NaiveDate>,
}

impl NewPaper {
    /// The same with blanks trimmed.
    ///
    /// # Errors
    /// `request.invalid` with the name of each parameter.
    pub fn checked(self, today: NaiveDate) -> Result<Self> {
        let number = self.number.map(|n| n.trim().to_owned()).filter(|n| !n.is_empty());
        let paper = Self { title: self.title.trim().to_owned(), number, ..self };
        let mut errors = Vec::new();
        errors.extend(state::text_error("title", &paper.title, 1, 200));
        errors.extend(paper.number.as_deref().and_then(|n| state::text_error("number", n, 1, 100)));
        let mut wrong = |pointer: &str, vi: &str, en: &str| {
            errors.push(FieldError::new(pointer, "date.range", vi, en));
        };
        if paper.issued_on.is_some_and(|day| day > today || day.year() < 1945) {
            wrong(
                "issued_on",
                "Ngày cấp không sau hôm nay và từ năm 1945.",
                "It was issued between 1945 and today.",
            );
        }
        if paper.expires_on.is_some_and(|day| !(1945..=2200).contains(&day.year())) {
            wrong("expires_on", "Ngày hết hạn từ năm 1945 đến 2200.", "It ends between 1945 and 2200.");
        }
        if paper.issued_on.zip(paper.expires_on).is_some_and(|(from, until)| until < from) {
            wrong(
                "expires_on",
                "Ngày hết hạn không trước ngày cấp.",
                "It does not end before it was issued.",
            );
        }
        if errors.is_empty() { Ok(paper) } else { Err(Error::invalid(errors)) }
    }
}

/// The papers of a product, the oldest first, whoever asks: callers check the product's reach.
///
/// # Errors
/// Faults of the database.
pub fn papers(conn: &mut Conn, product: ProductId) -> Result<Vec<Paper>> {
    rows::papers(conn, product)
}

/// A paper of a product, whoever asks: callers check the product's reach.
///
/// # Errors
/// `request.not_found`.
pub fn paper(conn: &mut Conn, product: ProductId, id: PaperId) -> Result<Paper> {
    let found = rows::paper(conn, id)?.filter(|paper| paper.product_id == product);
    found.ok_or_else(|| Error::new(Code::NotFound))
}

fn shown_paper(paper: &Paper) -> serde_json::Value {
    serde_json::json!({
        "paper_id": paper.id, "kind": paper.kind, "title": paper.title, "number": paper.number,
        "issued_on": paper.issued_on, "expires_on": paper.expires_on, "sha256": paper.sha256,
    })
}

/// Adds a paper.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `product.wrong_status`, `product.too_many_papers`.
pub fn add_paper(
    tx: &mut Tx<'_>,
    actor: &Actor,
    product_id: ProductId,
    (id, stored): (PaperId, &Stored),
    new: NewPaper,
    now: Instant,
) -> Result<Paper> {
    let product = open_for_files(tx, actor, product_id)?;
    if rows::count_papers(tx.conn(), product_id)? >= state::PAPERS_MAX {
        return Err(Error::new(Code::TooManyPapers));
    }
    let NewPaper { kind, title, number, issued_on, expires_on } = new;
    let paper = Paper {
        id,
        product_id,
        producer_id: product.producer_id,
        kind,
        title,
        number,
        issued_on,
        expires_on,
        content_type: stored.content.essence().to_owned(),
        object_key: stored.key.clone(),
        bytes: stored.bytes,
        sha256: stored.sha256.clone(),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    rows::insert_paper(tx, &paper)?;
    let subject = product_id.as_str();
    audit::record(tx, actor, "product.add_paper", subject, None::<&()>, Some(&shown_paper(&paper)), now);
    Ok(paper)
}

/// Takes a paper away.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `request.stale`, `product.wrong_status`, `paper.in_use`.
pub fn remove_paper(
    tx: &mut Tx<'_>,
    actor: &Actor,
    product_id: ProductId,
    id: PaperId,
    version: i32,
    now: Instant,
) -> Result<()> {
    open_for_files(tx, actor, product_id)?;
    let paper = paper(tx.conn(), product_id, id)?;
    if paper.version != version {
        return Err(Error::new(Code::PreconditionFailed));
    }
    rows::delete_paper(tx, id)?;
    let subject = product_id.as_str();
    audit::record(tx, actor, "product.remove_paper", subject, Some(&shown_paper(&paper)), None::<&()>, now);
    Ok(())
}
