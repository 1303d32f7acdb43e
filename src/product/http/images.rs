//! `/products/{id}/images`.

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::actor::Actor;
use crate::app::App;
use crate::db::Conn;
use crate::db::page::Page;
use crate::error::{Code, Error, Result};
use crate::http::input::read as read_body;
use crate::http::{Body, List, NoQuery, Patch, Path, Query, Reply, Write, page};
use crate::ids::{ImageId, ProductId};
use crate::instant::Instant;

use super::super::images::image_to_show;
use super::super::stored::discard_unused_image;
use super::super::{
    Admission, Content, Image, ImageChange, Picture, Stored, add_image, change_image, find, find_to_write,
    image, images, remove_image,
};
use super::upload::{Served, declared, may_upload, serve};

/// The routes of images.
pub(super) fn routes(config: &mut crate::http::Routes<'_, '_>) {
    config
        .service(list_images)
        .service(create_image)
        .service(read_image)
        .service(update_image)
        .service(delete_image)
        .service(image_file)
        .service(image_file_jpg)
        .service(image_file_png);
}

/// An image of a product.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Image)]
pub struct ImageOut {
    id: ImageId,
    product_id: ProductId,
    /// Place in the order, from 0.
    #[schema(minimum = 0, maximum = 19)]
    position: i32,
    /// What it shows, for those who do not see it.
    alt: Option<String>,
    /// `image/jpeg`, or `image/png` where something shines through.
    #[schema(example = "image/jpeg")]
    content_type: String,
    /// Pixels.
    width: i32,
    /// Pixels.
    height: i32,
    /// Size of the file.
    bytes: i64,
    /// SHA-256 of the file, hexadecimal.
    sha256: String,
    /// Path of the file.
    url: String,
    /// Path of the thumbnail, 480 pixels at its longest side.
    thumb_url: String,
    created_at: Instant,
    updated_at: Instant,
}

impl From<Image> for ImageOut {
    fn from(image: Image) -> Self {
        let Image {
            id,
            product_id,
            position,
            alt,
            content_type,
            object_key: _,
            thumb_key: _,
            width,
            height,
            bytes,
            sha256,
            version: _,
            created_at,
            updated_at,
        } = image;
        let url = format!("/api/v1/products/{product_id}/images/{id}/file");
        let thumb_url = format!("{url}?size=thumb");
        Self {
            id,
            product_id,
            position,
            alt,
            content_type,
            width,
            height,
            bytes,
            sha256,
            url,
            thumb_url,
            created_at,
            updated_at,
        }
    }
}

/// Images of a product in their order; at most 20, so there is one page.
#[utoipa::path(tag = "products", params(("id" = ProductId, Path)), responses((status = 200, body = List<ImageOut>)))]
#[get("/products/{id}/images")]
async fn list_images(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path(id): Path<ProductId>,
) -> Result<HttpResponse> {
    let read = move |conn: &mut Conn| {
        find(conn, &actor.reach, id)?;
        images(conn, id)
    };
    let rows = app.db.read("product.images", read).await?;
    page(&req, Page { data: rows.into_iter().map(ImageOut::from).collect(), next: None })
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ImageQuery {
    /// What it shows, for those who do not see it.
    #[param(max_length = 300)]
    alt: Option<String>,
}

/// Add an image: the body is the file, checked by its content and encoded anew without its metadata.
#[utoipa::path(tag = "products", params(("id" = ProductId, Path), ImageQuery),
    request_body(content(("image/jpeg"), ("image/png"), ("image/webp"))),
    responses((status = 201, body = ImageOut)))]
#[post("/products/{id}/images")]
async fn create_image(
    req: HttpRequest,
    write: Write,
    Path(product_id): Path<ProductId>,
    Query(query): Query<ImageQuery>,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let app = write.app().clone();
    may_upload(&app, &write.actor, product_id).await?;
    let kind = declared(&req, &[Content::Jpeg, Content::Png, Content::Webp])?;
    let place = Admission::take()?;
    let bytes = read_body(&req, payload.into_inner(), app.config.upload_limit).await?;
    let picture = Picture::prepare(place, bytes, kind).await?;
    let id = ImageId::new();
    let stored = Stored::picture(&app, product_id, id, picture).await?;
    let unused = stored.clone();
    let answer = write
        .run("product.add_image", move |tx, actor, now| {
            let image = add_image(tx, actor, product_id, (id, &stored), query.alt.clone(), now)?;
            let location = format!("/api/v1/products/{product_id}/images/{id}");
            let version = image.version;
            Ok(Reply::created(location, &ImageOut::from(image))?.etag(version))
        })
        .await;
    discard_unused_image(&app, id, &unused).await;
    answer
}

/// One image's data.
#[utoipa::path(tag = "products", params(("id" = ProductId, Path), ("image_id" = ImageId, Path)),
    responses((status = 200, body = ImageOut)))]
#[get("/products/{id}/images/{image_id}")]
async fn read_image(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path((id, image_id)): Path<(ProductId, ImageId)>,
) -> Result<HttpResponse> {
    let read = move |conn: &mut Conn| {
        find(conn, &actor.reach, id)?;
        image(conn, id, image_id)
    };
    let found = app.db.read("product.image", read).await?;
    let version = found.version;
    Ok(Reply::ok(&ImageOut::from(found))?.etag(version).respond(&req))
}

/// What may change of an image: absent keeps, null clears.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ImagePatch {
    /// Its place, from 0; the others move up.
    #[schema(minimum = 0, maximum = 19)]
    position: Option<i64>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 300)]
    alt: Patch<String>,
}

/// Change an image's text or its place.
#[utoipa::path(tag = "products",
    params(("id" = ProductId, Path), ("image_id" = ImageId, Path), ("If-Match" = String, Header)),
    request_body = ImagePatch, responses((status = 200, body = ImageOut)))]
#[patch("/products/{id}/images/{image_id}")]
async fn update_image(
    write: Write,
    Path((id, image_id)): Path<(ProductId, ImageId)>,
    _: Query<NoQuery>,
    Body(input): Body<ImagePatch>,
) -> Result<HttpResponse> {
    let version = write.version()?;
    let ImagePatch { position, alt } = input;
    let change = ImageChange { position, alt };
    write
        .run("product.change_image", move |tx, actor, now| {
            let changed = change_image(tx, actor, id, image_id, version, change.clone(), now)?;
            let version = changed.version;
            Ok(Reply::ok(&ImageOut::from(changed))?.etag(version))
        })
        .await
}

/// Take an image away.
#[utoipa::path(tag = "products",
    params(("id" = ProductId, Path), ("image_id" = ImageId, Path), ("If-Match" = String, Header)),
    responses((status = 204)))]
#[delete("/products/{id}/images/{image_id}")]
async fn delete_image(
    write: Write,
    Path((id, image_id)): Path<(ProductId, ImageId)>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let version = write.version()?;
    let (app, actor) = (write.app().clone(), write.actor.clone());
    let read = move |conn: &mut Conn| {
        find_to_write(conn, &actor, id)?;
        image(conn, id, image_id)
    };
    let stored = Stored::from(&app.db.read("product.image", read).await?);
    let answer = write
        .run("product.remove_image", move |tx, actor, now| {
            remove_image(tx, actor, id, image_id, version, now)?;
            Ok(Reply::none())
        })
        .await?;
    discard_unused_image(&app, image_id, &stored).await;
    Ok(answer)
}

/// Which file of an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Size {
    /// The picture.
    #[default]
    Full,
    /// 480 pixels at its longest side.
    Thumb,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct FileQuery {
    /// The picture itself where absent.
    #[param(inline)]
    size: Option<Size>,
}

/// An image's file. Public while its product is published; otherwise for those who may see the product.
#[utoipa::path(tag = "products", params(("id" = ProductId, Path), ("image_id" = ImageId, Path), FileQuery),
    responses((status = 200, description = "The file.", content(("image/jpeg"), ("image/png")))))]
#[get("/products/{id}/images/{image_id}/file")]
async fn image_file(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Option<Actor>,
    Query(query): Query<FileQuery>,
    Path((id, image_id)): Path<(ProductId, ImageId)>,
) -> Result<HttpResponse> {
    show(&req, &app, actor, (id, image_id), query.size.unwrap_or_default(), None).await
}

/// An image's file where it is a JPEG: platforms that fetch images judge by the ending of their address.
#[utoipa::path(tag = "products", params(("id" = ProductId, Path), ("image_id" = ImageId, Path), FileQuery),
    responses((status = 200, description = "The file.", content_type = "image/jpeg")))]
#[get("/products/{id}/images/{image_id}/file.jpg")]
async fn image_file_jpg(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Option<Actor>,
    Query(query): Query<FileQuery>,
    Path(ids): Path<(ProductId, ImageId)>,
) -> Result<HttpResponse> {
    show(&req, &app, actor, ids, query.size.unwrap_or_default(), Some("jpg")).await
}

/// An image's file where it is a PNG.
#[utoipa::path(tag = "products", params(("id" = ProductId, Path), ("image_id" = ImageId, Path), FileQuery),
    responses((status = 200, description = "The file.", content_type = "image/png")))]
#[get("/products/{id}/images/{image_id}/file.png")]
async fn image_file_png(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Option<Actor>,
    Query(query): Query<FileQuery>,
    Path(ids): Path<(ProductId, ImageId)>,
) -> Result<HttpResponse> {
    show(&req, &app, actor, ids, query.size.unwrap_or_default(), Some("png")).await
}

async fn show(
    req: &HttpRequest,
    app: &App,
    actor: Option<Actor>,
    (id, image_id): (ProductId, ImageId),
    size: Size,
    ending: Option<&str>,
) -> Result<HttpResponse> {
    let reach = actor.map(|actor| actor.reach).unwrap_or_default();
    let read = move |conn: &mut Conn| image_to_show(conn, &reach, id, image_id);
    let (found, public) = app.db.read("product.image_file", read).await?;
    if ending.is_some_and(|ending| ending != found.ending()) {
        return Err(Error::new(Code::NotFound));
    }
    let (tag, key) = match size {
        Size::Full => (found.sha256.clone(), &found.object_key),
        Size::Thumb => (format!("{}-thumb", found.sha256), &found.thumb_key),
    };
    // An image's bytes never change; another picture is another image.
    let cache = if public { "public, max-age=31536000, immutable" } else { "private, no-cache" };
    serve(req, app, Served { tag, cache, content_type: &found.content_type, key, name: None }).await
}
