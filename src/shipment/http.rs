//! `/shipments`.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::actor::Actor;
use crate::app::App;
use crate::db::page::Want;
use crate::error::{Lang, Result};
use crate::http::{Body, List, NoQuery, Path, Query, Reply, Write, language, page};
use crate::ids::{ProducerId, ProductId, ShipmentId, ShopId};
use crate::instant::Instant;
use crate::platform::http::IssueOut;

use super::{ByHand, Filter, Line, NewShipment, Settlement, Shipment, ShipmentStatus, To};

/// The routes of this noun.
pub fn routes(config: &mut crate::http::Routes<'_, '_>) {
    config.service(list).service(create).service(read).service(refresh).service(cancel).service(settle);
}

/// One product in a parcel.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = ShipmentLine)]
#[serde(deny_unknown_fields)]
struct LineBody {
    /// A product of the producer's own.
    product_id: ProductId,
    /// Pieces.
    #[schema(minimum = 1, maximum = 100_000)]
    quantity: i64,
    /// What they are sold for together.
    #[schema(minimum = 0)]
    value_vnd: i64,
}

/// A shipment (*vận đơn*). Nothing of its receiver is kept.
#[derive(Serialize, ToSchema)]
#[schema(as = Shipment)]
struct ShipmentOut {
    id: ShipmentId,
    producer_id: ProducerId,
    /// The connection to the carrier.
    shop_id: ShopId,
    /// Key of the carrier.
    #[schema(example = "viettel_post")]
    platform: String,
    /// Our order number at the carrier: by it they find the parcel.
    reference: String,
    status: ShipmentStatus,
    /// The carrier's number.
    carrier_number: Option<String>,
    /// The carrier's own code of the state.
    #[schema(example = "501")]
    carrier_status: Option<String>,
    weight_g: i32,
    cod_vnd: i64,
    value_vnd: i64,
    /// Price of the carriage as the carrier said.
    fee_vnd: Option<i64>,
    lines: Vec<LineBody>,
    /// Whether it is being called off.
    cancel_requested: bool,
    /// What a person should know or do.
    issue: Option<IssueOut>,
    created_at: Instant,
    updated_at: Instant,
}

fn out(shipment: Shipment, lang: Lang) -> ShipmentOut {
    let Shipment {
        id,
        producer_id,
        shop_id,
        platform,
        reference,
        status,
        carrier_number,
        carrier_status,
        weight_g,
        cod_vnd,
        value_vnd,
        fee_vnd,
        lines,
        cancel_wanted,
        issue,
        version: _,
        created_at,
        updated_at,
    } = shipment;
    let line = |Line { product_id, quantity, value_vnd }| LineBody { product_id, quantity, value_vnd };
    ShipmentOut {
        id,
        producer_id,
        shop_id,
        platform,
        reference,
        status,
        carrier_number,
        carrier_status,
        weight_g,
        cod_vnd,
        value_vnd,
        fee_vnd,
        lines: lines.into_iter().map(line).collect(),
        cancel_requested: cancel_wanted,
        issue: issue.map(|issue| IssueOut::new(issue, lang)),
        created_at,
        updated_at,
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ShipmentQuery {
    /// In this state.
    status: Option<ShipmentStatus>,
    /// By this carrier.
    platform: Option<String>,
    /// Rows per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Shipments, the newest first.
#[utoipa::path(tag = "shipments", params(ShipmentQuery), responses((status = 200, body = List<ShipmentOut>)))]
#[get("/shipments")]
async fn list(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    Query(q): Query<ShipmentQuery>,
) -> Result<HttpResponse> {
    let ShipmentQuery { status, platform, limit, cursor } = q;
    let want = Want::of(limit, cursor.as_deref())?;
    let filter = Filter { status, platform };
    let query = move |conn: &mut crate::db::Conn| super::list(conn, &actor.reach, &filter, &want);
    let rows = app.db.read("shipment.list", query).await?;
    let lang = language(&req);
    page(&req, rows.map(|shipment| out(shipment, lang)))
}

/// To whom a parcel goes. Passed through to the carrier; never shown again.
#[derive(Deserialize, ToSchema)]
#[schema(as = ShipmentReceiver)]
#[serde(deny_unknown_fields)]
struct ReceiverIn {
    #[schema(min_length = 2, max_length = 100)]
    name: String,
    /// 9 to 12 digits.
    #[schema(max_length = 13)]
    phone: String,
    /// The whole address in one line.
    #[schema(min_length = 10, max_length = 300)]
    address: String,
}

/// A shipment to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ShipmentIn {
    /// The connection to the carrier.
    shop_id: ShopId,
    #[schema(min_items = 1, max_items = 20)]
    lines: Vec<LineBody>,
    /// Weight of the parcel, grams.
    #[schema(minimum = 1, maximum = 50_000)]
    weight_g: i32,
    /// Cash to be collected from the receiver.
    #[serde(default)]
    #[schema(minimum = 0)]
    cod_vnd: i64,
    receiver: ReceiverIn,
}

/// Send a parcel of one's own products by a carrier. It is handed over in the background: `status` tells how that went.
/// The receiver is sealed until the carrier has the parcel, then erased; it is never shown or logged.
#[utoipa::path(tag = "shipments", request_body = ShipmentIn, responses((status = 201, body = ShipmentOut)))]
#[post("/shipments")]
async fn create(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Body(input): Body<ShipmentIn>,
) -> Result<HttpResponse> {
    let ShipmentIn { shop_id, lines, weight_g, cod_vnd, receiver: ReceiverIn { name, phone, address } } =
        input;
    let line = |LineBody { product_id, quantity, value_vnd }| Line { product_id, quantity, value_vnd };
    let lines = lines.into_iter().map(line).collect();
    let to = To { name, phone, address };
    let new = NewShipment::seal(write.app(), shop_id, lines, (weight_g, cod_vnd), &to)?;
    let lang = language(&req);
    write
        .run("shipment.create", move |tx, actor, now| {
            let shipment = super::create(tx, actor, &new, now)?;
            let version = shipment.version;
            let location = format!("/api/v1/shipments/{}", shipment.id);
            Ok(Reply::created(location, &out(shipment, lang))?.etag(version))
        })
        .await
}

/// One shipment.
#[utoipa::path(tag = "shipments", params(("id" = ShipmentId, Path)), responses((status = 200, body = ShipmentOut)))]
#[get("/shipments/{id}")]
async fn read(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path(id): Path<ShipmentId>,
) -> Result<HttpResponse> {
    let shipment = app.db.read("shipment.get", move |conn| super::get(conn, &actor.reach, id)).await?;
    let version = shipment.version;
    Ok(Reply::ok(&out(shipment, language(&req)))?.etag(version).respond(&req))
}

/// Ask the carrier now how a shipment stands, in the background; without it that happens every half an hour.
#[utoipa::path(tag = "shipments", params(("id" = ShipmentId, Path)), responses((status = 202, body = ShipmentOut)))]
#[post("/shipments/{id}/refresh")]
async fn refresh(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<ShipmentId>,
) -> Result<HttpResponse> {
    let lang = language(&req);
    write
        .run("shipment.refresh", move |tx, actor, now| {
            Reply::accepted(&out(super::refresh(tx, actor, id, now)?, lang))
        })
        .await
}

/// Call a shipment off: at once where nothing was sent yet, otherwise the carrier is asked in the background.
#[utoipa::path(tag = "shipments", params(("id" = ShipmentId, Path)), responses((status = 202, body = ShipmentOut)))]
#[post("/shipments/{id}/cancel")]
async fn cancel(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<ShipmentId>,
) -> Result<HttpResponse> {
    let lang = language(&req);
    write
        .run("shipment.cancel", move |tx, actor, now| {
            Reply::accepted(&out(super::cancel(tx, actor, id, now)?, lang))
        })
        .await
}

/// What a person found out on the carrier's own page.
#[derive(Deserialize, ToSchema)]
#[schema(as = ShipmentSettlement)]
#[serde(deny_unknown_fields)]
struct SettlementIn {
    state: ByHand,
    /// The carrier's number: needed where it is `there`.
    #[schema(min_length = 4, max_length = 50)]
    carrier_number: Option<String>,
    /// To whom it is sent again where it is `not_there`: the first receiver is forgotten. Without one it is called off.
    receiver: Option<ReceiverIn>,
}

/// Settle a shipment that is `unsure`, after a look on the carrier's own page for its `reference`: `there` with its
/// number, then it is followed as any other; `not_there`, then it is sent again to the receiver given, or called off.
/// What the carrier tells later goes before this. 412 also where it has just told something: read the shipment again.
#[utoipa::path(tag = "shipments", params(("id" = ShipmentId, Path), ("If-Match" = String, Header)),
    request_body = SettlementIn, responses((status = 200, body = ShipmentOut)))]
#[post("/shipments/{id}/settlement")]
async fn settle(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<ShipmentId>,
    Body(input): Body<SettlementIn>,
) -> Result<HttpResponse> {
    let version = write.version()?;
    let SettlementIn { state, carrier_number, receiver } = input;
    let to = receiver.map(|ReceiverIn { name, phone, address }| To { name, phone, address });
    let said = Settlement::seal(write.app(), id, state, carrier_number.as_deref(), to.as_ref())?;
    let lang = language(&req);
    write
        .run("shipment.settle", move |tx, actor, now| {
            let shipment = super::record(tx, actor, id, version, &said, now)?;
            let version = shipment.version;
            Ok(Reply::ok(&out(shipment, lang))?.etag(version))
        })
        .await
}
