//! `/shops/{id}/orders`: files of orders for shops that are served by hand.

use std::collections::BTreeMap;

use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actor::Actor;
use crate::app::App;
use crate::db::Conn;
use crate::error::{Code, Error, Lang, Result};
use crate::http::file::make;
use crate::http::input::read as read_body;
use crate::http::{Body, NoQuery, Path, Query, Reply, Write, language};
use crate::ids::ShopId;
use crate::platform::state::OrderStatus;
use crate::sales::files::{self, OrderMapping, Report};
use crate::sales::state::file::Remark;
use crate::sales::state::mapping::{Columns, Mapping};

pub(super) fn routes(config: &mut crate::http::Routes<'_, '_>) {
    config.service(show_mapping).service(set_mapping).service(import);
}

/// Largest file, in bytes.
const FILE_MAX: usize = 5 * 1024 * 1024;

/// How a shop's file of orders is read.
#[derive(Serialize, ToSchema)]
#[schema(as = OrderMapping)]
struct MappingOut {
    /// Headings of its columns.
    columns: Columns,
    /// What the words of the status mean; accents and case do not matter.
    statuses: BTreeMap<String, OrderStatus>,
    /// `false` while it is what is proposed.
    saved: bool,
}

fn mapping_out(found: OrderMapping) -> Result<Reply> {
    let OrderMapping { mapping: Mapping { columns, statuses }, version } = found;
    Ok(Reply::ok(&MappingOut { columns, statuses, saved: version > 0 })?.etag(version))
}

/// How the files of orders are read that the platform's console gives; a proposal until somebody says so.
#[utoipa::path(tag = "shops", params(("id" = ShopId, Path)), responses((status = 200, body = MappingOut)))]
#[get("/shops/{id}/orders/mapping")]
async fn show_mapping(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path(id): Path<ShopId>,
) -> Result<HttpResponse> {
    let read = move |conn: &mut Conn| files::mapping(conn, &actor.reach, id);
    Ok(mapping_out(app.db.read("shop.order_mapping", read).await?)?.respond(&req))
}

/// How a shop's files of orders are to be read.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = OrderMappingIn)]
#[serde(deny_unknown_fields)]
struct MappingIn {
    columns: Columns,
    /// What the words of the status mean.
    statuses: BTreeMap<String, OrderStatus>,
}

/// Say how the files of orders are read that the platform's console gives. Only the columns that are named are read.
#[utoipa::path(tag = "shops", params(("id" = ShopId, Path), ("If-Match" = String, Header)),
    request_body = MappingIn, responses((status = 200, body = MappingOut)))]
#[put("/shops/{id}/orders/mapping")]
async fn set_mapping(
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<ShopId>,
    Body(input): Body<MappingIn>,
) -> Result<HttpResponse> {
    let version = write.version()?;
    let MappingIn { columns, statuses } = input;
    let mapping = Mapping { columns, statuses };
    write
        .run("shop.set_order_mapping", move |tx, actor, now| {
            mapping_out(files::set_mapping(tx, actor, id, version, mapping.clone(), now)?)
        })
        .await
}

/// What is to be told of a row.
#[derive(Serialize, ToSchema)]
#[schema(as = OrderImportRemark)]
struct RemarkOut {
    /// The line in the file, from 1.
    line: u64,
    /// Heading of the column.
    column: String,
    #[schema(example = "quantity.format")]
    code: &'static str,
    reason: String,
    /// Whether the row's order was left out for it.
    refused: bool,
}

/// What became of a file of orders.
#[derive(Serialize, ToSchema)]
#[schema(as = OrderImport)]
struct ReportOut {
    /// Rows with something in them.
    rows: usize,
    orders: usize,
    /// Orders that are new or have changed.
    changed: usize,
    /// Orders that were known as they are: they count nothing twice.
    unchanged: usize,
    /// Orders left out for a fault; the others are taken.
    refused: usize,
    /// What is to be told, the first 200.
    remarks: Vec<RemarkOut>,
    /// How many remarks there are.
    remarks_total: usize,
}

fn report_out(report: Report, lang: Lang) -> ReportOut {
    let Report { rows, orders, changed, unchanged, refused, remarks, told } = report;
    let remark = |Remark { line, column, code, reason, refused }: Remark| RemarkOut {
        line,
        column,
        code,
        reason: reason.get(lang).to_owned(),
        refused,
    };
    let remarks = remarks.into_iter().map(remark).collect();
    ReportOut { rows, orders, changed, unchanged, refused, remarks, remarks_total: told }
}

/// What may be sent as a file: programs do not agree on the name of CSV.
const KINDS: &[&str] = &[
    "text/csv",
    "application/csv",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
];

/// Import the file of orders that the platform's console gives: the body is the file, CSV (UTF-8) or XLSX. Orders are
/// known by their number, so the same file once more counts nothing twice; what was called off is taken back. An order
/// with a faulty row is left out whole and told. `dry_run=true` checks and tells, and stores nothing.
#[utoipa::path(tag = "shops", params(("id" = ShopId, Path)),
    request_body(content(("text/csv"), ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
    responses((status = 200, body = ReportOut)))]
#[post("/shops/{id}/orders/import")]
async fn import(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<ShopId>,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let (app, reach) = (write.app().clone(), write.actor.reach.clone());
    let may = move |conn: &mut Conn| files::mapping(conn, &reach, id);
    app.db.read("shop.order_mapping", may).await?;
    if !KINDS.contains(&req.content_type().to_ascii_lowercase().as_str()) {
        return Err(Error::told(
            Code::BadType,
            "Hãy gửi nội dung tệp CSV hoặc XLSX với Content-Type tương ứng.",
            "Send the bytes of a CSV or XLSX file with its Content-Type.",
        ));
    }
    let bytes = read_body(&req, payload.into_inner(), FILE_MAX).await?;
    let rows = make(move || files::read(&bytes)).await?;
    let lang = language(&req);
    write
        .run("shop.import_orders", move |tx, actor, now| {
            Reply::ok(&report_out(files::import(tx, actor, id, &rows, now)?, lang))
        })
        .await
}
