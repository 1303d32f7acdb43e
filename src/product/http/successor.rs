//! `/products/{id}/successor`. What came of it stands in `/products/{id}/history`.

use actix_web::{HttpResponse, delete, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::Result;
use crate::http::{Body, NoQuery, Path, Query, Reply, Write};
use crate::ids::ProductId;
use crate::instant::Instant;

use super::super::{Relative, SuccessionReason};
use super::tag;

/// The routes of this part.
pub(super) fn routes(config: &mut crate::http::Routes<'_, '_>) {
    config.service(name_successor).service(take_back_successor);
}

/// Which product takes the place of this one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SuccessorIn {
    /// A product within your reach.
    successor_id: ProductId,
    reason: SuccessionReason,
}

/// A product before or after another.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RelatedProduct)]
pub(crate) struct RelativeOut {
    product_id: ProductId,
    #[schema(example = "Chè đinh Hảo Đạt")]
    name: String,
    /// Why the one took the other's place.
    reason: SuccessionReason,
    named_at: Instant,
}

impl From<Relative> for RelativeOut {
    fn from(relative: Relative) -> Self {
        let Relative { owner, name, status: _, reason, named_at } = relative;
        Self { product_id: owner.product_id, name, reason, named_at }
    }
}

/// Name the product that takes this one's place, or another than before. The star does not pass over: the successor is
/// rated by itself.
#[utoipa::path(tag = "products", params(("id" = ProductId, Path), ("If-Match" = String, Header)),
    request_body = SuccessorIn, responses((status = 200, body = RelativeOut)))]
#[put("/products/{id}/successor")]
async fn name_successor(
    write: Write,
    Path(id): Path<ProductId>,
    _: Query<NoQuery>,
    Body(input): Body<SuccessorIn>,
) -> Result<HttpResponse> {
    let version = write.version()?;
    let SuccessorIn { successor_id, reason } = input;
    write
        .run("product.name_successor", move |tx, actor, now| {
            let heir = (successor_id, reason);
            let (product, named) = super::super::name_successor(tx, actor, id, version, heir, now)?;
            Ok(Reply::ok(&RelativeOut::from(named))?.etag(tag(&product, now)))
        })
        .await
}

/// Take back the successor that was named.
#[utoipa::path(tag = "products", params(("id" = ProductId, Path), ("If-Match" = String, Header)),
    responses((status = 204)))]
#[delete("/products/{id}/successor")]
async fn take_back_successor(
    write: Write,
    Path(id): Path<ProductId>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let version = write.version()?;
    write
        .run("product.take_back_successor", move |tx, actor, now| {
            super::super::take_back_successor(tx, actor, id, version, now)?;
            Ok(Reply::none())
        })
        .await
}
