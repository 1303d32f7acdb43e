//! Shops served by hand: the package, what a person records, the columns of each platform's file.

use std::collections::VecDeque;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use bytes::Bytes;
use futures_util::stream;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{ListingOut, answer};
use crate::actor::Actor;
use crate::app::App;
use crate::certificate;
use crate::db::Conn;
use crate::error::{Code, Result};
use crate::http::file::{self, make};
use crate::http::{Body, NoQuery, Path, Query, Reply, Write, language};
use crate::ids::{ListingId, ShopId};
use crate::listing::state::column::Column;
use crate::listing::{self, Entry, ExportColumns, Record, Submission};
use crate::print::archive::{Archive, ESSENCE};

pub(super) fn routes(config: &mut crate::http::Routes<'_, '_>) {
    config.service(record).service(export).service(show_columns).service(set_columns);
}

/// What became of a listing that a person handed in.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = ListingRecord)]
#[serde(deny_unknown_fields)]
struct RecordIn {
    state: Submission,
    /// Why the platform refused it (needed then), or what else is worth knowing.
    #[schema(max_length = 1000)]
    reason: Option<String>,
    /// The platform's number of the product.
    #[schema(min_length = 1, max_length = 200)]
    external_id: Option<String>,
}

/// Record what became of a listing in a shop that is served by hand: `submitted`, `confirmed`, `rejected` with its
/// reason, or `taken_down`. `status` of such a listing is `draft` while the files are ready and wait for a person.
#[utoipa::path(tag = "listings", params(("id" = ListingId, Path), ("If-Match" = String, Header)),
    request_body = RecordIn, responses((status = 200, body = ListingOut)))]
#[post("/listings/{id}/submission")]
async fn record(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<ListingId>,
    Body(input): Body<RecordIn>,
) -> Result<HttpResponse> {
    let version = write.version()?;
    let RecordIn { state, reason, external_id } = input;
    let said = Record { state, reason, external_id };
    let (lang, site) = (language(&req), write.app().config.public_url.clone());
    write
        .run("listing.record", move |tx, actor, now| {
            answer(Reply::ok, listing::record(tx, actor, id, version, &said, &site, now)?, lang)
        })
        .await
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ExportQuery {
    /// Also what the platform shows already.
    #[param(default = false)]
    all: Option<bool>,
    /// Listings after this one: a package holds 500, and its `Link` header leads to the next.
    after: Option<ListingId>,
}

/// The package of a shop that is served by hand, as a ZIP: a table of its products (XLSX, with the columns of the
/// platform), their images named by SKU and number, the valid certificates (PDF) and a note in Vietnamese (DOCX). Without
/// `all`, only what is wanted and not confirmed yet.
#[utoipa::path(tag = "shops", params(("id" = ShopId, Path), ExportQuery),
    responses((status = 200, description = "The package.", content(("application/zip")))))]
#[get("/shops/{id}/export")]
async fn export(
    app: web::Data<App>,
    actor: Actor,
    Path(id): Path<ShopId>,
    Query(query): Query<ExportQuery>,
) -> Result<HttpResponse> {
    let (now, site) = (app.clock.now(), app.config.public_url.clone());
    let all = query.all.unwrap_or(false);
    let read = move |conn: &mut Conn| listing::package(conn, &actor, id, (all, query.after), &site, now);
    let package = app.db.read("shop.export", read).await?;
    let packing = Packing {
        app: app.get_ref().clone(),
        archive: Some(Archive::default()),
        left: package.entries,
        missing: Vec::new(),
    };
    let mut response = file::sent(&package.name, ESSENCE, stream::try_unfold(packing, Packing::next));
    if let Some(last) = package.more_after {
        let next = format!("</api/v1/shops/{id}/export?all={all}&after={last}>; rel=\"next\"");
        if let Ok(next) = header::HeaderValue::try_from(next) {
            response.headers_mut().insert(header::LINK, next);
        }
    }
    Ok(response)
}

/// A package while it is sent.
struct Packing {
    app: App,
    archive: Option<Archive>,
    left: VecDeque<Entry>,
    missing: Vec<String>,
}

impl Packing {
    /// The next bytes. What cannot be found any more is named in a file at the end.
    async fn next(mut self) -> Result<Option<(Bytes, Self)>> {
        let Some(mut archive) = self.archive.take() else { return Ok(None) };
        while let Some(entry) = self.left.pop_front() {
            let name = entry.name().to_owned();
            match self.bytes(entry).await {
                Ok(bytes) => {
                    let part = archive.add(&name, &bytes)?;
                    self.archive = Some(archive);
                    return Ok(Some((part, self)));
                }
                Err(error) if error.code() == Code::NotFound => self.missing.push(name),
                Err(error) => return Err(error),
            }
        }
        if self.missing.is_empty() {
            return Ok(Some((archive.finish()?, self)));
        }
        let told = format!("Không còn tìm thấy các tệp sau:\n{}\n", self.missing.join("\n"));
        self.missing.clear();
        let part = archive.add("THIEU-TEP.txt", told.as_bytes())?;
        self.archive = Some(archive);
        Ok(Some((part, self)))
    }

    async fn bytes(&self, entry: Entry) -> Result<Vec<u8>> {
        match entry {
            Entry::Made { bytes, .. } => Ok(bytes),
            Entry::Image { key, .. } => self.app.objects.read(&key).await,
            Entry::Certificate { number, .. } => {
                let (now, site) = (self.app.clock.now(), self.app.config.public_url.clone());
                let read = move |conn: &mut Conn| certificate::sheet(conn, &number, &site, now);
                let sheet = self.app.db.read("shop.export_certificate", read).await?;
                Ok(make(move || certificate::page(&sheet)).await?.bytes)
            }
        }
    }
}

/// The columns of a platform's product file.
#[derive(Serialize, ToSchema)]
#[schema(as = ExportColumns)]
struct ColumnsOut {
    /// In their order.
    columns: Vec<Column>,
    /// Whether an administrator changed those that are shipped.
    changed: bool,
}

fn columns_out(found: ExportColumns) -> Result<Reply> {
    let ExportColumns { columns, version } = found;
    Ok(Reply::ok(&ColumnsOut { columns, changed: version > 0 })?.etag(version))
}

/// The columns of the file of products for a platform that takes files.
#[utoipa::path(tag = "platforms", params(("key" = String, Path, example = "voso")),
    responses((status = 200, body = ColumnsOut)))]
#[get("/platforms/{key}/export-columns")]
async fn show_columns(
    req: HttpRequest,
    app: web::Data<App>,
    _: Query<NoQuery>,
    Path(key): Path<String>,
) -> Result<HttpResponse> {
    let read = move |conn: &mut Conn| listing::export_columns(conn, &key);
    Ok(columns_out(app.db.read("platform.export_columns", read).await?)?.respond(&req))
}

/// The columns that a platform's file is to have.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = ExportColumnsIn)]
#[serde(deny_unknown_fields)]
struct ColumnsIn {
    #[schema(min_items = 1, max_items = 60)]
    columns: Vec<Column>,
}

/// Change the columns of the file of products for a platform: by the template that its operator gives.
#[utoipa::path(tag = "platforms", params(("key" = String, Path, example = "voso"), ("If-Match" = String, Header)),
    request_body = ColumnsIn, responses((status = 200, body = ColumnsOut)))]
#[put("/platforms/{key}/export-columns")]
async fn set_columns(
    write: Write,
    _: Query<NoQuery>,
    Path(key): Path<String>,
    Body(input): Body<ColumnsIn>,
) -> Result<HttpResponse> {
    let version = write.version()?;
    write
        .run("platform.set_export_columns", move |tx, actor, now| {
            let columns = input.columns.clone();
            columns_out(listing::set_export_columns(tx, actor, &key, version, columns, now)?)
        })
        .await
}
