//! What Sendo refuses in a product (17992165478425) and in a price and stock entry (17992275087129).

use serde_json::Value;

use super::catalog::{ATTRIBUTES, BRANDS, CATEGORIES};

/// One refused property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) property: &'static str,
    pub(super) code: &'static str,
    pub(super) message: String,
}

fn fault(property: &'static str, code: &'static str, message: impl Into<String>) -> Fault {
    Fault { property, code, message: message.into() }
}

/// Everything wrong with a product as sent.
pub(super) fn product(body: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    if body.get("id").and_then(Value::as_i64).is_none_or(|id| id < 0) {
        faults.push(fault("id", "INVALID", "id phải là số nguyên, 0 để tạo mới"));
    }
    for property in ["name", "sku"] {
        if body.get(property).and_then(Value::as_str).is_none_or(|text| text.trim().is_empty()) {
            faults.push(fault(property, "REQUIRED", format!("{property} là bắt buộc")));
        }
    }
    for property in ["price", "weight"] {
        if !body.get(property).and_then(Value::as_f64).is_some_and(|number| number > 0.0) {
            faults.push(fault(property, "INVALID", format!("{property} phải lớn hơn 0")));
        }
    }
    faults.extend(stock(body));
    let description = body.get("description").and_then(Value::as_str).unwrap_or_default();
    if !(100..=100_000).contains(&description.chars().count()) {
        faults.push(fault("description", "LENGTH", "Mô tả phải từ 100 đến 100.000 ký tự"));
    }
    if description.to_lowercase().matches("<img").count() > 20 {
        faults.push(fault("description", "IMAGES", "Mô tả có tối đa 20 ảnh"));
    }
    faults.extend(pictures(body));
    faults.extend(category(body));
    faults
}

/// The stock rule, shared by both calls.
pub(super) fn stock(body: &Value) -> Option<Fault> {
    let Some(quantity) = body.get("stock_quantity").and_then(Value::as_i64) else {
        return Some(fault("stock_quantity", "INVALID", "stock_quantity phải là số nguyên"));
    };
    match body.get("stock_availability").and_then(Value::as_bool) {
        None => Some(fault("stock_availability", "REQUIRED", "stock_availability là bắt buộc")),
        Some(true) if quantity <= 0 => {
            Some(fault("stock_availability", "INVALID", "Hết hàng thì stock_availability phải là false"))
        }
        Some(_) => None,
    }
}

/// The promotion rule of the price and stock call, and its price.
pub(super) fn offer(body: &Value) -> Vec<Fault> {
    let mut faults: Vec<Fault> = stock(body).into_iter().collect();
    let given = |property: &str| body.get(property).is_some_and(|value| !value.is_null());
    if given("special_price") && !(given("promotion_start_date") && given("promotion_end_date")) {
        faults.push(fault(
            "promotion_start_date",
            "REQUIRED",
            "Giá khuyến mãi cần ngày bắt đầu và ngày kết thúc",
        ));
    }
    if given("price") && !body.get("price").and_then(Value::as_f64).is_some_and(|price| price > 0.0) {
        faults.push(fault("price", "INVALID", "price phải lớn hơn 0"));
    }
    faults
}

fn pictures(body: &Value) -> Vec<Fault> {
    let url = |picture: &Value| {
        let address = picture.get("picture_url").and_then(Value::as_str);
        address.is_some_and(|address| address.starts_with("https://") || address.starts_with("http://"))
    };
    let mut faults = Vec::new();
    if body.get("avatar").is_some_and(|avatar| !avatar.is_null() && !url(avatar)) {
        faults.push(fault("avatar.picture_url", "INVALID", "Địa chỉ ảnh đại diện không hợp lệ"));
    }
    if body.get("pictures").and_then(Value::as_array).is_some_and(|pictures| !pictures.iter().all(url)) {
        faults.push(fault("pictures.picture_url", "INVALID", "Địa chỉ ảnh không hợp lệ"));
    }
    let files = body.get("certificate_file").and_then(Value::as_array).into_iter().flatten();
    let named =
        |file: &Value, key: &str| file.get(key).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
    if !files.into_iter().all(|file| named(file, "file_name") && named(file, "attachment_url")) {
        faults.push(fault("certificate_file", "INVALID", "Tệp chứng nhận cần tên và địa chỉ"));
    }
    faults
}

fn category(body: &Value) -> Vec<Fault> {
    let id = body.get("cat_4_id").and_then(Value::as_i64);
    let Some(category) = CATEGORIES.iter().find(|category| Some(category.id) == id && category.level == 4)
    else {
        return vec![fault("cat_4_id", "INVALID", "Ngành hàng cấp 4 không tồn tại")];
    };
    let stated: Vec<i64> = body
        .get("attributes")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|attribute| attribute.get("attribute_id").and_then(Value::as_i64))
        .collect();
    let of_category = || ATTRIBUTES.iter().filter(|attribute| attribute.category == category.id);
    let brand = body.get("brand_id").and_then(Value::as_i64);
    let foreign = brand.is_some_and(|id| !BRANDS.iter().any(|(own, of, _)| (*own, *of) == (id, category.id)));
    let foreign = foreign.then(|| fault("brand_id", "INVALID", "Thương hiệu không thuộc ngành hàng"));
    let unknown = stated.iter().filter(|id| !of_category().any(|attribute| attribute.id == **id));
    let missing = of_category().filter(|attribute| attribute.required && !stated.contains(&attribute.id));
    let unknown =
        unknown.map(|id| fault("attributes", "INVALID", format!("Thuộc tính {id} không thuộc ngành hàng")));
    unknown
        .chain(
            missing.map(|attribute| {
                fault("attributes", "REQUIRED", format!("Thiếu thuộc tính {}", attribute.name))
            }),
        )
        .chain(foreign)
        .collect()
}
