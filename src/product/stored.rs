//! Files of images and papers in the object store, around the transaction that writes their rows.

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use crate::actor::Actor;
use crate::app::App;
use crate::db::types::hex;
use crate::db::{Tx, dialect};
use crate::error::Result;
use crate::ids::{ImageId, PaperId, ProductId};

use super::state;
use super::store::files::{self as rows, Image, Paper};
use super::write::find_to_write;
use super::{Content, Picture, Product};

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

/// The product whose files are to change, locked against others who count or order them.
pub(super) fn open_for_files(tx: &mut Tx<'_>, actor: &Actor, id: ProductId) -> Result<Product> {
    let product = find_to_write(tx.conn(), actor, id)?;
    state::open_to_writing(product.status)?;
    dialect::lock(tx.conn(), id.as_str())?;
    Ok(product)
}
