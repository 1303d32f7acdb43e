//! Viettel Post, as its integration documents describe it: two steps of logging in, the envelope of every answer, and
//! the webhook with its shared `TOKEN`. Whether a repeated `ORDER_NUMBER` is refused is not documented; this one takes
//! it, which is the worse case for whoever repeats.
//!
//! Controls: those of [`super::parcels`].

use std::io;

use actix_web::web::{self, Json, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use chrono::FixedOffset;
use serde_json::{Value, json};

use super::faults::{FaultBook, Voice};
use super::parcels::{self, Depot, Parcel, Shared, lock};
use super::{SimHandle, server};
use crate::clock::Clock;

/// The account that it knows.
pub const USERNAME: &str = "0987000001";
/// Its password.
pub const PASSWORD: &str = "viettel-demo-password";
/// The value registered for the webhook.
pub const WEBHOOK_TOKEN: &str = "viettel-demo-webhook-token";

/// Starts the simulator.
///
/// # Errors
/// When the port is taken.
pub fn start(port: u16, clock: Clock) -> io::Result<SimHandle> {
    let depot = Depot::new(clock, 10_345_000_000);
    let book = FaultBook::new(Voice {
        refusal: || refused(205, "Dữ liệu không hợp lệ"),
        token_expired: || refused(202, "Token invalid"),
    });
    server::launch("viettel-post", port, book, move |config| mount(config, &depot))
}

fn mount(config: &mut ServiceConfig, depot: &Shared) {
    parcels::controls(config, depot, |parcel| Some(webhook(parcel)));
    config
        .route("/user/Login", web::post().to(login))
        .route("/user/ownerconnect", web::post().to(connect))
        .route("/order/createOrderNlp", web::post().to(create))
        .route("/order/UpdateOrder", web::post().to(update));
}

fn envelope(data: &Value) -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": 200, "error": false, "message": "OK", "data": data}))
}

/// A refusal comes with HTTP 200.
fn refused(status: u16, message: &str) -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": status, "error": true, "message": message, "data": null}))
}

fn known(body: &Value) -> bool {
    body.pointer("/USERNAME") == Some(&json!(USERNAME)) && body.pointer("/PASSWORD") == Some(&json!(PASSWORD))
}

fn admitted(req: &HttpRequest, depot: &Depot, prefix: &str) -> bool {
    let token = req.headers().get("Token").and_then(|value| value.to_str().ok()).unwrap_or_default();
    token.starts_with(prefix) && depot.knows(token)
}

async fn login(depot: Shared, Json(body): Json<Value>) -> HttpResponse {
    if !known(&body) {
        return refused(201, "Tên đăng nhập hoặc mật khẩu không đúng");
    }
    let token = lock(&depot).token("passing", 600);
    envelope(&json!({"userId": 722, "token": token, "partner": 0, "expired": 0}))
}

async fn connect(req: HttpRequest, depot: Shared, Json(body): Json<Value>) -> HttpResponse {
    let mut depot = lock(&depot);
    if !admitted(&req, &depot, "passing") {
        return refused(202, "Token invalid");
    }
    if !known(&body) {
        return refused(201, "Tên đăng nhập hoặc mật khẩu không đúng");
    }
    let life = 30 * 86_400;
    let token = depot.token("lasting", life);
    let expired = (depot.now().unix_seconds() + life) * 1000;
    envelope(&json!({"userId": 722, "token": token, "partner": 722, "expired": expired}))
}

async fn create(req: HttpRequest, depot: Shared, Json(body): Json<Value>) -> HttpResponse {
    let mut depot = lock(&depot);
    if !admitted(&req, &depot, "lasting") {
        return refused(202, "Token invalid");
    }
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::trim).unwrap_or_default();
    let whole = |name: &str| body.get(name).and_then(Value::as_i64);
    for name in [
        "ORDER_NUMBER",
        "SENDER_FULLNAME",
        "SENDER_PHONE",
        "SENDER_ADDRESS",
        "RECEIVER_FULLNAME",
        "RECEIVER_PHONE",
        "RECEIVER_ADDRESS",
        "PRODUCT_NAME",
        "ORDER_SERVICE",
    ] {
        if text(name).is_empty() {
            return refused(205, &format!("{name} không được để trống"));
        }
    }
    if !["HH", "TH"].contains(&text("PRODUCT_TYPE")) {
        return refused(205, "PRODUCT_TYPE không hợp lệ");
    }
    let phone = text("RECEIVER_PHONE");
    if !(9..=12).contains(&phone.len()) || !phone.bytes().all(|byte| byte.is_ascii_digit()) {
        return refused(205, &format!("Số điện thoại người nhận không hợp lệ: {phone}"));
    }
    let (Some(weight_g @ 1..), Some(cod_vnd @ 0..)) = (whole("PRODUCT_WEIGHT"), whole("MONEY_COLLECTION"))
    else {
        return refused(205, "PRODUCT_WEIGHT hoặc MONEY_COLLECTION không hợp lệ");
    };
    if whole("PRODUCT_QUANTITY").is_none_or(|n| n < 1) || whole("PRODUCT_PRICE").is_none_or(|n| n < 0) {
        return refused(205, "PRODUCT_QUANTITY hoặc PRODUCT_PRICE không hợp lệ");
    }
    let number = depot.id().to_string();
    let parcel = Parcel {
        handle: number.clone(),
        number,
        reference: text("ORDER_NUMBER").to_owned(),
        code: 100,
        cancelled: false,
        weight_g,
        cod_vnd,
        fee_vnd: 16_500 + weight_g.div_euclid(500) * 2_500,
        receiver: ["RECEIVER_FULLNAME", "RECEIVER_PHONE", "RECEIVER_ADDRESS"]
            .map(|name| text(name).to_owned()),
        changed_at: depot.now(),
    };
    let answer = json!({
        "ORDER_NUMBER": parcel.number, "MONEY_COLLECTION": cod_vnd, "EXCHANGE_WEIGHT": weight_g,
        "MONEY_TOTAL": parcel.fee_vnd, "MONEY_TOTAL_FEE": parcel.fee_vnd,
    });
    depot.parcels.push(parcel);
    envelope(&answer)
}

async fn update(req: HttpRequest, depot: Shared, Json(body): Json<Value>) -> HttpResponse {
    let mut depot = lock(&depot);
    if !admitted(&req, &depot, "lasting") {
        return refused(202, "Token invalid");
    }
    if body.get("TYPE").and_then(Value::as_i64) != Some(4) {
        return refused(205, "TYPE không hợp lệ");
    }
    let number = body.get("ORDER_NUMBER").and_then(Value::as_str).unwrap_or_default();
    let Some(parcel) = depot.parcels.iter_mut().find(|parcel| parcel.number == number) else {
        return refused(204, "Không tìm thấy vận đơn");
    };
    if (500..=550).contains(&parcel.code) {
        return refused(205, "Vận đơn không được phép hủy ở trạng thái này");
    }
    parcel.cancelled = true;
    envelope(&Value::Null)
}

fn webhook(parcel: &Parcel) -> Value {
    let name = match parcel.code {
        501 => "Phát thành công",
        503 => "Tiêu hủy",
        504 => "Hoàn thành công",
        505 => "Chờ chuyển hoàn",
        _ => "Đang vận chuyển",
    };
    let at = FixedOffset::east_opt(7 * 3600).map(|zone| parcel.changed_at.utc().with_timezone(&zone));
    json!({
        "DATA": {
            "ORDER_NUMBER": parcel.number, "ORDER_REFERENCE": parcel.reference, "ORDER_STATUS": parcel.code,
            "STATUS_NAME": name, "ORDER_STATUSDATE": at.map(|at| at.format("%d/%m/%Y %H:%M:%S").to_string()),
            "LOCALION_CURRENTLY": "Bưu cục Hoàn Kiếm", "NOTE": format!("Giao cho {}", parcel.receiver.join(", ")),
            "MONEY_COLLECTION": parcel.cod_vnd, "MONEY_FEECOD": 0, "MONEY_TOTAL": parcel.fee_vnd,
            "EXPECTED_DELIVERY": "2 ngày", "PRODUCT_WEIGHT": parcel.weight_g, "ORDER_SERVICE": "VCN",
            "IS_RETURNING": matches!(parcel.code, 504 | 505),
        },
        "TOKEN": WEBHOOK_TOKEN,
    })
}
