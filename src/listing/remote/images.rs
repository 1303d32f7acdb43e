//! Images for platforms that take them as files.

use crate::app::App;
use crate::error::{Code, Error};
use crate::ids::{ImageId, ProductId};
use crate::platform::call::{Image, Images};
use crate::platform::state::{Class, Failure};
use crate::product;

/// Images from our own store, by their public addresses.
pub(super) struct StoredImages<'a>(pub(super) &'a App);

impl Images for StoredImages<'_> {
    async fn load(&self, address: &str) -> std::result::Result<Image, Failure> {
        let missing = || Failure::permanent("image.missing", "one of the images is not there any more");
        let told = |error: Error| match error.code() {
            Code::NotFound => missing(),
            _ => Failure::new(Class::Retryable, "image.unavailable", "the store of images does not answer"),
        };
        let path = address.strip_prefix(&self.0.config.public_url).unwrap_or_default();
        let ids = path.strip_prefix("/api/v1/products/").and_then(|rest| rest.split_once("/file."));
        let (product, id) = ids.and_then(|(ids, _)| ids.split_once("/images/")).ok_or_else(missing)?;
        let product: ProductId = product.parse().map_err(|_| missing())?;
        let id: ImageId = id.parse().map_err(|_| missing())?;
        let found = self.0.db.read("listing.image", move |conn| product::image(conn, product, id)).await;
        let found = found.map_err(told)?;
        let bytes = self.0.objects.read(&found.object_key).await.map_err(told)?;
        let content_type = if found.ending() == "png" { "image/png" } else { "image/jpeg" };
        Ok(Image { name: format!("{id}.{}", found.ending()), content_type, bytes })
    }
}
