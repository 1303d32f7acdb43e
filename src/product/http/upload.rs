//! What uploads and files have in common.

use actix_web::body::SizedStream;
use actix_web::http::header;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};

use crate::actor::Actor;
use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::http::reply::matches_tag;
use crate::ids::ProductId;

use super::super::{Content, find_to_write};

/// The kind of an upload by its `Content-Type`; only those of `kinds` are taken.
pub(super) fn declared(req: &HttpRequest, kinds: &[Content]) -> Result<Content> {
    let kind = Content::of_essence(req.content_type()).filter(|kind| kinds.contains(kind));
    kind.ok_or_else(|| {
        let all: Vec<_> = kinds.iter().map(|kind| kind.essence()).collect();
        let all = all.join(", ");
        Error::told(
            Code::BadType,
            format!("Hãy gửi nội dung tệp với Content-Type: {all}."),
            format!("Send the file's bytes with Content-Type: {all}."),
        )
    })
}

/// Refuses an upload before its bytes are read.
pub(super) async fn may_upload(app: &App, actor: &Actor, id: ProductId) -> Result<()> {
    let actor = actor.clone();
    app.db.read("product.may_upload", move |conn| find_to_write(conn, &actor, id)).await.map(|_| ())
}

/// How a file is told to caches.
pub(super) struct Served<'a> {
    pub tag: String,
    pub cache: &'static str,
    pub content_type: &'a str,
    pub key: &'a str,
    /// The name to save it under; without one it is shown.
    pub name: Option<String>,
}

pub(super) async fn serve(req: &HttpRequest, app: &App, served: Served<'_>) -> Result<HttpResponse> {
    let tag = format!("\"{}\"", served.tag);
    let mut response = HttpResponse::Ok();
    response.insert_header((header::ETAG, tag.as_str()));
    response.insert_header((header::CACHE_CONTROL, served.cache));
    if matches_tag(req, Some(&tag)) {
        return Ok(response.status(actix_web::http::StatusCode::NOT_MODIFIED).finish());
    }
    if let Some(name) = served.name {
        response.insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")));
    }
    let object = app.objects.get(served.key).await?;
    response.content_type(served.content_type);
    Ok(response.body(SizedStream::new(object.size, object.stream)))
}
