//! One row for each platform, and how the controls of its simulator are worked.

use ocop::clock::Clock;
use ocop::platform::sim::market::Review;
use ocop::platform::sim::{
    SimHandle, haravan, lazada, partner, sapo, sendo, shopee, shopify, tiki, tiktok_shop, woocommerce,
};

use crate::support::{Value, json};

/// A platform.
pub struct Row {
    /// Its key.
    pub platform: &'static str,
    /// Starts its simulator; `true` for reviews that end by hand alone, otherwise there are none.
    pub launch: fn(Clock, bool) -> SimHandle,
    /// What a shop gives to connect; where the platform's list names an address of the shop, the stand adds it.
    pub credentials: fn() -> Value,
    /// What a shop gives that its owner's consent connects, where the platform offers that.
    pub consent: Option<fn() -> Value>,
    /// Settings of a listing: category and attributes.
    pub settings: fn() -> Value,
    /// Whether products are reviewed before they are on sale.
    pub reviews: bool,
    /// Whether an order's status tells that the goods came back.
    pub returns: bool,
    /// The request that creates a product.
    pub create: Request,
    /// The request that looks for a product by its SKU.
    pub look_up: Request,
    /// The request that gets a token; `None` where the keys last.
    pub login: Option<Request>,
    /// What must be seen nowhere beside the secret credentials: beginnings of tokens, the buyer.
    pub hidden: &'static [&'static str],
    /// How the simulator is worked.
    pub controls: Controls,
}

/// A kind of request.
pub struct Request {
    /// Its method.
    pub method: &'static str,
    /// Beginning of its path.
    pub path: &'static str,
    /// Which of those that fit it is, beginning with a listing's first: more than 1 where other requests look the same.
    pub nth: u32,
}

/// Every platform.
pub const ROWS: &[Row] = &[
    SENDO,
    C_THAI_NGUYEN,
    VOSO,
    BUUDIEN,
    WOOCOMMERCE,
    SHOPIFY,
    HARAVAN,
    SAPO,
    LAZADA,
    SHOPEE,
    TIKTOK_SHOP,
    TIKI,
];

/// The first request of this method and path.
pub const fn request(method: &'static str, path: &'static str) -> Request {
    Request { method, path, nth: 1 }
}

/// The controls of a simulator.
pub enum Controls {
    /// Those of `platform::sim::market`.
    Market,
    /// Sendo's own.
    Sendo,
}

/// A product as the simulator has it.
pub struct There {
    pub sku: String,
    pub price_vnd: i64,
    pub stock: i64,
    pub live: bool,
    /// How often its contents were written.
    pub writes: i64,
    /// All of it.
    pub text: String,
}

impl Controls {
    /// A product, from a row of `/__sim/products`.
    pub fn product(&self, row: &Value) -> There {
        let of = |value: &Value| value.as_i64().unwrap();
        let (inner, price, stock, live) = match self {
            Self::Market => (row, "price_vnd", "stock", row["state"] == "live"),
            Self::Sendo => {
                let body = &row["body"];
                let live = row["status"] == 2 && body["stock_availability"] == true;
                (body, "price", "stock_quantity", live)
            }
        };
        There {
            sku: inner["sku"].as_str().unwrap().to_owned(),
            price_vnd: of(&inner[price]),
            stock: of(&inner[stock]),
            live,
            writes: of(&row["writes"]),
            text: row.to_string(),
        }
    }

    /// Whether a row is of a product that was not deleted.
    pub fn stands(&self, row: &Value) -> bool {
        match self {
            Self::Market => true,
            Self::Sendo => row["status"] != 5,
        }
    }

    /// The number of an order that was placed.
    pub fn number(&self, placed: &Value) -> Value {
        match self {
            Self::Market => placed["id"].clone(),
            Self::Sendo => placed["sales_order"]["order_number"].clone(),
        }
    }

    /// What moves an order on to a state of the market's words.
    pub fn advance(&self, number: &Value, state: &str) -> Value {
        match self {
            Self::Market => json!({"id": number, "status": state}),
            Self::Sendo => {
                let code = match state {
                    "shipping" => 6,
                    "completed" => 8,
                    "cancelled" => 13,
                    "returned" => 22,
                    other => panic!("{other}"),
                };
                json!({"order_number": number, "status": code})
            }
        }
    }
}

pub const SENDO: Row = Row {
    platform: "sendo",
    launch: |clock, by_hand| {
        let review = if by_hand { sendo::Review::ByHand } else { sendo::Review::Immediate };
        sendo::start(sendo::Options { review, ..sendo::Options::new(clock) }).unwrap()
    },
    credentials: || json!({"shop_key": "demo-shop", "secret_key": "demo-secret"}),
    consent: None,
    settings: || json!({"category": "1001"}),
    reviews: true,
    returns: true,
    create: request("POST", "/api/partner/product"),
    look_up: request("GET", "/api/partner/product"),
    login: Some(request("POST", "/login")),
    hidden: &["sim-", "0900000000", "Người nhận mô phỏng"],
    controls: Controls::Sendo,
};

fn partner(clock: Clock, by_hand: bool, auth: partner::Auth) -> SimHandle {
    let review = if by_hand { Review::ByHand } else { Review::None };
    partner::start(partner::Options { port: 0, auth, review, clock }).unwrap()
}

fn partner_keys() -> Value {
    json!({"client_id": partner::CLIENT_ID, "client_secret": partner::CLIENT_SECRET})
}

pub const C_THAI_NGUYEN: Row = Row {
    platform: "c_thai_nguyen",
    launch: |clock, by_hand| partner(clock, by_hand, partner::Auth::ApiKey),
    credentials: partner_keys,
    consent: None,
    settings: || json!({}),
    reviews: true,
    returns: true,
    create: request("POST", "/v1/products"),
    look_up: request("GET", "/v1/products"),
    login: None,
    hidden: &["Người Mua"],
    controls: Controls::Market,
};

pub const VOSO: Row = Row {
    platform: "voso",
    launch: |clock, by_hand| partner(clock, by_hand, partner::Auth::OauthClient),
    login: Some(request("POST", "/oauth/token")),
    hidden: &["partner-", "Người Mua"],
    ..C_THAI_NGUYEN
};

pub const BUUDIEN: Row = Row {
    platform: "buudien",
    launch: |clock, by_hand| partner(clock, by_hand, partner::Auth::Hmac),
    ..C_THAI_NGUYEN
};

pub const SHOPIFY: Row = Row {
    platform: "shopify",
    launch: |clock, _| shopify::start(0, clock).unwrap(),
    credentials: || json!({"access_token": shopify::TOKEN, "client_secret": shopify::SECRET}),
    consent: Some(|| json!({"client_id": shopify::CLIENT_ID, "client_secret": shopify::SECRET})),
    settings: || json!({}),
    reviews: false,
    returns: true,
    // Everything goes to one path: a listing looks for its product, then for the place of stock, then it is made.
    create: Request { method: "POST", path: "/admin/api/", nth: 3 },
    look_up: request("POST", "/admin/api/"),
    login: None,
    hidden: &["Người Mua"],
    controls: Controls::Market,
};

pub const LAZADA: Row = Row {
    platform: "lazada",
    launch: |clock, by_hand| {
        lazada::start(0, clock, if by_hand { Review::ByHand } else { Review::None }).unwrap()
    },
    credentials: || {
        json!({
            "app_key": lazada::APP_KEY, "app_secret": lazada::APP_SECRET, "refresh_token": lazada::REFRESH,
            "package_size": "20x12x8",
        })
    },
    consent: Some(
        || json!({"app_key": lazada::APP_KEY, "app_secret": lazada::APP_SECRET, "package_size": "20x12x8"}),
    ),
    settings: || {
        let values = json!([{"id": "Green Tea", "value": "Trà xanh"}]);
        json!({"category": "10000102", "attributes": [{"id": "tea_type", "name": "Loại trà", "values": values}]})
    },
    reviews: true,
    returns: true,
    create: request("POST", "/product/create"),
    look_up: request("GET", "/products/get"),
    login: Some(request("POST", "/auth/token/refresh")),
    hidden: &["lza-", "lzr-", "Người Mua"],
    controls: Controls::Market,
};

pub const SHOPEE: Row = Row {
    platform: "shopee",
    launch: |clock, by_hand| {
        shopee::start(0, clock, if by_hand { Review::ByHand } else { Review::None }).unwrap()
    },
    credentials: || {
        json!({
            "partner_id": shopee::PARTNER_ID.to_string(), "partner_key": shopee::PARTNER_KEY,
            "shop_id": shopee::SHOP_ID.to_string(), "refresh_token": shopee::REFRESH,
        })
    },
    consent: Some(
        || json!({"partner_id": shopee::PARTNER_ID.to_string(), "partner_key": shopee::PARTNER_KEY}),
    ),
    settings: || {
        let (attribute, value) = shopee::ATTRIBUTE;
        let values = json!([{"id": value, "value": "Việt Nam"}]);
        json!({"category": shopee::CATEGORY, "attributes": [{"id": attribute, "name": "Xuất xứ", "values": values}]})
    },
    reviews: true,
    returns: false,
    create: request("POST", "/api/v2/product/add_item"),
    look_up: request("GET", "/api/v2/product/search_item"),
    login: Some(request("POST", "/api/v2/auth/access_token/get")),
    hidden: &["shopee-access-", "shopee-refresh-", "Người Mua"],
    controls: Controls::Market,
};

pub const TIKTOK_SHOP: Row = Row {
    platform: "tiktok_shop",
    launch: |clock, by_hand| {
        tiktok_shop::start(0, clock, if by_hand { Review::ByHand } else { Review::None }).unwrap()
    },
    credentials: || {
        json!({
            "app_key": tiktok_shop::APP_KEY, "app_secret": tiktok_shop::APP_SECRET,
            "refresh_token": tiktok_shop::REFRESH, "shop_id": tiktok_shop::SHOP_ID,
        })
    },
    consent: Some(|| json!({"app_key": tiktok_shop::APP_KEY, "app_secret": tiktok_shop::APP_SECRET})),
    settings: || {
        let values = json!([{"id": "1000", "value": "Việt Nam"}]);
        json!({"category": "600002", "attributes": [{"id": "100107", "name": "Xuất xứ", "values": values}]})
    },
    reviews: true,
    returns: false,
    create: request("POST", "/product/202309/products"),
    look_up: request("POST", "/product/202502/products/search"),
    login: Some(request("GET", "/api/v2/token/refresh")),
    hidden: &["tta-", "ttr-", "Người Mua"],
    controls: Controls::Market,
};

pub const WOOCOMMERCE: Row = Row {
    platform: "woocommerce",
    launch: |clock, _| woocommerce::start(woocommerce::Options::new(clock)).unwrap(),
    credentials: || json!({"consumer_key": "ck_demo_key_of_the_shop", "consumer_secret": "cs_demo_secret_of_the_shop"}),
    consent: None,
    settings: || json!({"category": "17"}),
    reviews: false,
    returns: true,
    create: request("POST", "/wp-json/wc/v3/products"),
    look_up: request("GET", "/wp-json/wc/v3/products"),
    login: None,
    hidden: &[],
    controls: Controls::Market,
};

fn app_keys() -> Value {
    json!({"app_key": "demo-app-of-the-shop", "app_secret": "demo-secret-of-the-shop"})
}

pub const HARAVAN: Row = Row {
    platform: "haravan",
    launch: |clock, _| haravan::start(haravan::Options::new(clock)).unwrap(),
    credentials: || json!({"access_token": "demo-token-of-the-shop"}),
    consent: Some(app_keys),
    settings: || json!({}),
    reviews: false,
    returns: true,
    create: request("POST", "/com/products.json"),
    look_up: request("GET", "/com/products.json"),
    login: None,
    hidden: &[],
    controls: Controls::Market,
};

pub const SAPO: Row = Row {
    platform: "sapo",
    launch: |clock, _| sapo::start(sapo::Options::new(clock)).unwrap(),
    credentials: || json!({"app_key": "demo-app-of-the-shop", "app_secret": "demo-secret-of-the-shop"}),
    consent: Some(app_keys),
    settings: || json!({}),
    reviews: false,
    returns: true,
    create: request("POST", "/admin/products.json"),
    look_up: request("GET", "/admin/variants.json"),
    login: None,
    hidden: &[],
    controls: Controls::Market,
};

pub const TIKI: Row = Row {
    platform: "tiki",
    launch: |clock, by_hand| {
        let review = if by_hand { Review::ByHand } else { Review::None };
        tiki::start(tiki::Options { port: 0, review, clock }).unwrap()
    },
    credentials: || json!({"client_id": tiki::CLIENT_ID, "client_secret": tiki::CLIENT_SECRET}),
    consent: Some(|| json!({"client_id": tiki::CLIENT_ID, "client_secret": tiki::CLIENT_SECRET})),
    settings: || {
        json!({"category": "1846", "attributes": [
            {"id": "origin", "name": "Xuất xứ", "values": [{"value": "Việt Nam"}]},
            {"id": "brand", "name": "Thương hiệu", "values": [{"value": "Hảo Đạt"}]},
        ]})
    },
    reviews: true,
    returns: true,
    create: request("POST", "/integration/v2/requests"),
    look_up: request("GET", "/integration/v2/products"),
    login: Some(request("POST", "/sc/oauth2/token")),
    // The last are the keys as they are sent.
    hidden: &["tkat-", "Người Mua", "MTIzNDU2Nzg5MDEyMzQ1Njp0aWtpLWRlbW8tY2xpZW50LXNlY3JldA"],
    controls: Controls::Market,
};
