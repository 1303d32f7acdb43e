//! MyVNPost, as the clients that agree with each other describe it: one token, consignments that are found again by the
//! sender's order number, refusals as `{status, error, message, path}`. Whether a repeated `saleOrderCode` is refused is
//! not known; this one takes it.
//!
//! Controls: those of [`super::parcels`]; there is no webhook.

use std::collections::HashMap;
use std::io;

use actix_web::http::StatusCode;
use actix_web::web::{self, Json, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::faults::{FaultBook, Voice};
use super::parcels::{self, Depot, Parcel, Shared, lock};
use super::{SimHandle, server};
use crate::clock::Clock;

/// The account that it knows.
pub const USERNAME: &str = "htx-chetancuong";
/// Its password.
pub const PASSWORD: &str = "vnpost-demo-password";
/// Its customer code.
pub const CUSTOMER: &str = "C007725";
/// Its service.
pub const SERVICE: &str = "CTN009";

/// Starts the simulator.
///
/// # Errors
/// When the port is taken.
pub fn start(port: u16, clock: Clock) -> io::Result<SimHandle> {
    let depot = Depot::new(clock, 70_000_000);
    let book = FaultBook::new(Voice {
        refusal: || error(400, "Bad Request", "Dữ liệu không hợp lệ"),
        token_expired: || error(401, "Unauthorized", "Token không hợp lệ"),
    });
    server::launch("my-vnpost", port, book, move |config| mount(config, &depot))
}

fn mount(config: &mut ServiceConfig, depot: &Shared) {
    parcels::controls(config, depot, |_| None);
    config
        .route("/customer-partner/GetAccessToken", web::post().to(login))
        .route("/customer-partner/CreateOrder", web::post().to(create))
        .route("/customer-partner/getOrder", web::get().to(read))
        .route("/customer-partner/orderCancel", web::post().to(cancel));
}

fn error(status: u16, error: &str, message: &str) -> HttpResponse {
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    HttpResponse::build(code).json(json!({
        "status": status, "timestamp": "2026-11-27T08:00:00.000+00:00", "error": error, "message": message,
        "path": "/customer-partner",
    }))
}

fn admitted(req: &HttpRequest, depot: &Depot) -> bool {
    let token = req.headers().get("token").and_then(|value| value.to_str().ok()).unwrap_or_default();
    depot.knows(token)
}

fn unauthorized() -> HttpResponse {
    error(401, "Unauthorized", "Token không hợp lệ")
}

async fn login(depot: Shared, Json(body): Json<Value>) -> HttpResponse {
    let given = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    if (given("username"), given("password"), given("customerCode")) != (USERNAME, PASSWORD, CUSTOMER) {
        return error(400, "Bad Request", "Tên đăng nhập, mật khẩu hoặc mã khách hàng không đúng");
    }
    let token = lock(&depot).token("vnp", 7 * 86_400);
    HttpResponse::Ok().json(json!({ "success": true, "token": token }))
}

fn shown(parcel: &Parcel) -> Value {
    let [name, phone, address] = &parcel.receiver;
    json!({
        "orderHdrID": parcel.handle, "originalID": parcel.handle, "itemCode": parcel.number, "status": parcel.code,
        "saleOrderCode": parcel.reference, "weight": parcel.weight_g, "totalFee": parcel.fee_vnd,
        "codAmount": parcel.cod_vnd, "receiverName": name, "receiverPhone": phone, "receiverAddress": address,
    })
}

async fn create(req: HttpRequest, depot: Shared, Json(body): Json<Value>) -> HttpResponse {
    let mut depot = lock(&depot);
    if !admitted(&req, &depot) {
        return unauthorized();
    }
    let invalid = |message: &str| error(400, "Bad Request", message);
    if body.get("customerCode") != Some(&json!(CUSTOMER)) || body.get("type") != Some(&json!("GUI")) {
        return invalid("customerCode hoặc type không hợp lệ");
    }
    let order = body.get("informationOrder").unwrap_or(&Value::Null);
    let text = |name: &str| order.get(name).and_then(Value::as_str).map(str::trim).unwrap_or_default();
    for name in [
        "saleOrderCode",
        "senderName",
        "senderPhone",
        "senderAddress",
        "receiverName",
        "receiverPhone",
        "receiverAddress",
        "contentNote",
    ] {
        if text(name).is_empty() {
            return invalid(&format!("{name} không được để trống"));
        }
    }
    if text("serviceCode") != SERVICE {
        return invalid("Dịch vụ không có trong hợp đồng");
    }
    let Some(weight_g) = text("weight").parse::<i64>().ok().filter(|grams| (1..=50_000).contains(grams))
    else {
        return invalid("weight không hợp lệ");
    };
    let cash = order.pointer("/addonService/0");
    let cod_vnd = match cash {
        None => Some(0),
        Some(cash) if cash.get("code") == Some(&json!("GTG021")) => cash
            .get("propValue")
            .and_then(Value::as_str)
            .and_then(|value| value.strip_prefix("PROP0018:"))
            .and_then(|value| value.parse().ok()),
        Some(_) => None,
    };
    let Some(cod_vnd) = cod_vnd else { return invalid("addonService không hợp lệ") };
    let handle = depot.id();
    let parcel = Parcel {
        number: format!("CT{handle}VN"),
        handle: handle.to_string(),
        reference: text("saleOrderCode").to_owned(),
        code: 20,
        cancelled: false,
        weight_g,
        cod_vnd,
        fee_vnd: 18_000 + weight_g.div_euclid(500) * 2_200,
        receiver: ["receiverName", "receiverPhone", "receiverAddress"].map(|name| text(name).to_owned()),
        changed_at: depot.now(),
    };
    let answer = shown(&parcel);
    depot.parcels.push(parcel);
    HttpResponse::Ok().json(answer)
}

async fn read(req: HttpRequest, depot: Shared, Query(asked): Query<HashMap<String, String>>) -> HttpResponse {
    let depot = lock(&depot);
    if !admitted(&req, &depot) {
        return unauthorized();
    }
    let code = asked.get("code").map(String::as_str).unwrap_or_default();
    let by_reference = match asked.get("type").map(String::as_str) {
        Some("1") => false,
        Some("2") => true,
        _ => return error(400, "Bad Request", "type không hợp lệ"),
    };
    let of = |parcel: &&Parcel| if by_reference { parcel.reference == code } else { parcel.number == code };
    let found: Vec<Value> = depot.parcels.iter().filter(of).map(shown).collect();
    HttpResponse::Ok().json(found)
}

async fn cancel(req: HttpRequest, depot: Shared, Json(body): Json<Value>) -> HttpResponse {
    let mut depot = lock(&depot);
    if !admitted(&req, &depot) {
        return unauthorized();
    }
    let id = body.get("OriginalId").and_then(Value::as_str).unwrap_or_default();
    let row = |word: &str, message: &str| {
        HttpResponse::Ok().json(json!([{ "type": word, "message": message, "originalId": id, "caseId": 1 }]))
    };
    match depot.parcels.iter_mut().find(|parcel| parcel.handle == id) {
        None => row("ERROR", "Không tìm thấy đơn hàng"),
        // Only what has not been picked up can be called off.
        Some(parcel) if parcel.code != 20 => row("ERROR", "Đơn hàng đã được lấy, không hủy được"),
        Some(parcel) => {
            parcel.cancelled = true;
            row("SUCCESS", "Hủy đơn hàng thành công")
        }
    }
}
