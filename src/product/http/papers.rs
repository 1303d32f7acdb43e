//! `/products/{id}/papers`.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::actor::Actor;
use crate::app::App;
use crate::db::Conn;
use crate::db::page::Page;
use crate::error::Result;
use crate::http::input::read as read_body;
use crate::http::{List, NoQuery, Path, Query, Reply, Write, page};
use crate::ids::{PaperId, ProductId};
use crate::instant::Instant;

use super::super::stored::discard_unused_paper;
use super::super::{
    Content, NewPaper, Paper, PaperKind, Stored, add_paper, find, paper, papers, remove_paper,
};
use super::upload::{Served, declared, may_upload, serve};

/// The routes of papers.
pub(super) fn routes(config: &mut crate::http::Routes<'_, '_>) {
    config
        .service(list_papers)
        .service(create_paper)
        .service(read_paper)
        .service(delete_paper)
        .service(paper_file);
}

/// An evidence paper.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Paper)]
pub struct PaperOut {
    id: PaperId,
    product_id: ProductId,
    kind: PaperKind,
    title: String,
    /// Number on the paper.
    number: Option<String>,
    issued_on: Option<NaiveDate>,
    /// The last day it is good.
    expires_on: Option<NaiveDate>,
    #[schema(example = "application/pdf")]
    content_type: String,
    /// Size of the file.
    bytes: i64,
    /// SHA-256 of the file, hexadecimal.
    sha256: String,
    /// Path of the file.
    url: String,
    created_at: Instant,
    updated_at: Instant,
}

impl From<Paper> for PaperOut {
    fn from(paper: Paper) -> Self {
        let Paper {
            id,
            product_id,
            producer_id: _,
            kind,
            title,
            number,
            issued_on,
            expires_on,
            content_type,
            object_key: _,
            bytes,
            sha256,
            version: _,
            created_at,
            updated_at,
        } = paper;
        let url = format!("/api/v1/products/{product_id}/papers/{id}/file");
        Self {
            id,
            product_id,
            kind,
            title,
            number,
            issued_on,
            expires_on,
            content_type,
            bytes,
            sha256,
            url,
            created_at,
            updated_at,
        }
    }
}

/// Papers of a product, the oldest first; at most 100, so there is one page.
#[utoipa::path(tag = "products", params(("id" = ProductId, Path)), responses((status = 200, body = List<PaperOut>)))]
#[get("/products/{id}/papers")]
async fn list_papers(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path(id): Path<ProductId>,
) -> Result<HttpResponse> {
    let read = move |conn: &mut Conn| {
        find(conn, &actor.reach, id)?;
        papers(conn, id)
    };
    let rows = app.db.read("product.papers", read).await?;
    page(&req, Page { data: rows.into_iter().map(PaperOut::from).collect(), next: None })
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PaperQuery {
    kind: PaperKind,
    #[param(min_length = 1, max_length = 200)]
    title: String,
    /// Number on the paper.
    #[param(max_length = 100)]
    number: Option<String>,
    issued_on: Option<NaiveDate>,
    /// The last day it is good.
    expires_on: Option<NaiveDate>,
}

/// Add a paper: the body is the file, kept as it is. Never public.
#[utoipa::path(tag = "products", params(("id" = ProductId, Path), PaperQuery),
    request_body(content(("application/pdf"), ("image/jpeg"), ("image/png"), ("image/webp"))),
    responses((status = 201, body = PaperOut)))]
#[post("/products/{id}/papers")]
async fn create_paper(
    req: HttpRequest,
    write: Write,
    Path(product_id): Path<ProductId>,
    Query(query): Query<PaperQuery>,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let app = write.app().clone();
    may_upload(&app, &write.actor, product_id).await?;
    let PaperQuery { kind, title, number, issued_on, expires_on } = query;
    let new = NewPaper { kind, title, number, issued_on, expires_on }.checked(app.clock.now().date())?;
    let content = declared(&req, &[Content::Pdf, Content::Jpeg, Content::Png, Content::Webp])?;
    let bytes = read_body(&req, payload.into_inner(), app.config.upload_limit).await?;
    content.check(&bytes)?;
    let id = PaperId::new();
    let stored = Stored::paper(&app, product_id, id, content, bytes).await?;
    let unused = stored.clone();
    let answer = write
        .run("product.add_paper", move |tx, actor, now| {
            let added = add_paper(tx, actor, product_id, (id, &stored), new.clone(), now)?;
            let location = format!("/api/v1/products/{product_id}/papers/{id}");
            let version = added.version;
            Ok(Reply::created(location, &PaperOut::from(added))?.etag(version))
        })
        .await;
    discard_unused_paper(&app, id, &unused).await;
    answer
}

/// A paper of a product within reach.
async fn paper_within_reach(
    app: &App,
    actor: Actor,
    id: ProductId,
    paper_id: PaperId,
    op: &'static str,
) -> Result<Paper> {
    let read = move |conn: &mut Conn| {
        find(conn, &actor.reach, id)?;
        paper(conn, id, paper_id)
    };
    app.db.read(op, read).await
}

/// One paper's data.
#[utoipa::path(tag = "products", params(("id" = ProductId, Path), ("paper_id" = PaperId, Path)),
    responses((status = 200, body = PaperOut)))]
#[get("/products/{id}/papers/{paper_id}")]
async fn read_paper(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path((id, paper_id)): Path<(ProductId, PaperId)>,
) -> Result<HttpResponse> {
    let found = paper_within_reach(&app, actor, id, paper_id, "product.paper").await?;
    let version = found.version;
    Ok(Reply::ok(&PaperOut::from(found))?.etag(version).respond(&req))
}

/// Take a paper away; one that a dossier names stays.
#[utoipa::path(tag = "products",
    params(("id" = ProductId, Path), ("paper_id" = PaperId, Path), ("If-Match" = String, Header)),
    responses((status = 204)))]
#[delete("/products/{id}/papers/{paper_id}")]
async fn delete_paper(
    write: Write,
    Path((id, paper_id)): Path<(ProductId, PaperId)>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let version = write.version()?;
    let app = write.app().clone();
    let found = paper_within_reach(&app, write.actor.clone(), id, paper_id, "product.paper").await?;
    let stored = Stored::from(&found);
    let answer = write
        .run("product.remove_paper", move |tx, actor, now| {
            remove_paper(tx, actor, id, paper_id, version, now)?;
            Ok(Reply::none())
        })
        .await?;
    discard_unused_paper(&app, paper_id, &stored).await;
    Ok(answer)
}

/// A paper's file, for those who may see the product; never public.
#[utoipa::path(tag = "products", params(("id" = ProductId, Path), ("paper_id" = PaperId, Path)),
    responses((status = 200, description = "The file.",
        content(("application/pdf"), ("image/jpeg"), ("image/png"), ("image/webp")))))]
#[get("/products/{id}/papers/{paper_id}/file")]
async fn paper_file(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path((id, paper_id)): Path<(ProductId, PaperId)>,
) -> Result<HttpResponse> {
    let found = paper_within_reach(&app, actor, id, paper_id, "product.paper_file").await?;
    serve_paper(&req, &app, &found).await
}

/// A paper's file as an answer. Whether the one who asks may see it is the caller's to check.
pub(crate) async fn serve_paper(req: &HttpRequest, app: &App, found: &Paper) -> Result<HttpResponse> {
    let ending = Content::of_essence(&found.content_type).map_or("bin", Content::extension);
    let slug = crate::text::slug(&found.title);
    let slug = if slug.is_empty() { "paper" } else { &slug };
    let served = Served {
        tag: found.sha256.clone(),
        cache: "private, no-cache",
        content_type: &found.content_type,
        key: &found.object_key,
        name: Some(format!("{slug}.{ending}")),
    };
    serve(req, app, served).await
}
