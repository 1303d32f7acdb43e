//! Every platform with an adapter, driven through our HTTP API against its simulator: the whole way of a product, each
//! fault on a write and on a read, an expired token, and nothing secret anywhere.
//!
//! A platform joins with one `Row` in `conformance/rows.rs` and one line in `platforms!` below. The row says how its
//! simulator is started, what a shop gives to connect with and without its owner's consent, its category and
//! attributes, and which requests create a product, look for it and get a token. A simulator on `platform::sim::market`
//! has the uniform controls (`Controls::Market`); one with controls of its own needs a variant of `Controls` that maps
//! them. The simulator must review by hand alone where the row's `launch` is told so, and not at all otherwise.

pub mod rows;
pub mod stand;

use chrono::Duration;
use ocop::platform::state::Capability;

use crate::support::{Value, json};
use rows::Row;
use stand::{Offer, Stand};

/// The nine tests of each platform.
macro_rules! platforms {
    ($($name:ident: $row:expr;)*) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread")]
            async fn a_product_goes_all_the_way() {
                super::journey(&$row).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn a_fault_on_a_write_leaves_one_product() {
                super::faults(&$row, &$row.create).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn a_fault_on_a_read_leaves_one_product() {
                super::faults(&$row, &$row.look_up).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn what_the_seller_changed_there_is_shown_and_settled() {
                super::drift(&$row).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn a_call_that_never_ends_makes_no_second_product() {
                super::hangs(&$row).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn a_fault_at_a_later_call_leaves_nothing_undone() {
                super::later_faults(&$row).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn a_star_that_ended_is_gone_within_a_minute() {
                super::star(&$row).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn what_stands_there_without_a_listing_is_found_and_taken_over() {
                super::orphans(&$row).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn an_expired_token_is_refreshed_once() {
                super::expiry(&$row).await;
            }
        }
    )*};
}

platforms! {
    woocommerce: super::rows::WOOCOMMERCE;
    sendo: super::rows::SENDO;
    c_thai_nguyen: super::rows::C_THAI_NGUYEN;
    voso: super::rows::VOSO;
    buudien: super::rows::BUUDIEN;
    shopify: super::rows::SHOPIFY;
    haravan: super::rows::HARAVAN;
    sapo: super::rows::SAPO;
    lazada: super::rows::LAZADA;
    tiki: super::rows::TIKI;
    tiktok_shop: super::rows::TIKTOK_SHOP;
    shopee: super::rows::SHOPEE;
}

const SKU: &str = "TC-200";

/// From the connection, by the owner's consent where the platform offers that, to the withdrawal.
async fn journey(row: &Row) {
    let m = Stand::consented(row, true).await;
    let reviews = row.reviews;
    categories(&m).await;
    let product = m.product(SKU).await;
    let listing = m.offer(&product, 40).await;
    m.work().await;
    if reviews {
        let pending = m.listing(&listing).await;
        let waits = ["pending_review", "submitted"].contains(&pending["status"].as_str().unwrap());
        assert!(waits && pending["in_step"] == false, "{pending:#}");
        m.decide(SKU, "reject", "Ảnh mờ").await;
        m.later(Duration::minutes(10)).await;
        let refused = m.listing(&listing).await;
        assert_eq!(refused["status"], "rejected", "{refused:#}");
        assert!(refused["issues"].to_string().contains("Ảnh mờ"), "{refused:#}");
        m.describe(&product, "Đã chụp lại ảnh bao bì, nhìn rõ tên và nhãn. ").await;
        m.work().await;
        m.decide(SKU, "approve", "").await;
        m.later(Duration::minutes(10)).await;
    }
    m.is_live(&listing).await;
    let offer = |price_vnd, stock| Offer { price_vnd, stock, live: true };
    assert_eq!(m.shown(SKU).await, offer(250_000, 40));

    // Price and stock go without the content.
    let writes = m.there(SKU).await.writes;
    m.settings(&listing, json!({"price_vnd": 199_000, "stock": 30})).await;
    m.work().await;
    assert_eq!(m.shown(SKU).await, offer(199_000, 30));
    assert_eq!(m.there(SKU).await.writes, writes, "the content was not sent again");
    // Changed together, both arrive.
    m.describe(&product, "Thêm lời dặn về cách pha. ").await;
    m.settings(&listing, json!({"price_vnd": 210_000, "stock": 20})).await;
    m.settled(&listing).await;
    assert_eq!(m.shown(SKU).await, offer(210_000, 20));
    assert!(m.there(SKU).await.text.contains("cách pha"), "{}", m.there(SKU).await.text);

    orders(&m, &product).await;

    for _ in 0..2 {
        m.coop().post(&format!("/listings/{listing}/withdraw"), json!({})).await.is(202);
        m.work().await;
        assert_eq!(m.listing(&listing).await["status"], "withdrawn");
        assert!(!m.there(SKU).await.live, "{}", m.there(SKU).await.text);
        m.coop().post(&format!("/listings/{listing}/sync"), json!({})).await.is(202);
        m.settled(&listing).await;
        m.is_live(&listing).await;
        assert!(m.there(SKU).await.live);
    }
    m.secrets(&listing).await;
}

/// The row's category can be found from the root down, and its required attributes are those that the row states.
async fn categories(m: &Stand<'_>) {
    let capabilities = m.platform().capabilities;
    let Some(wanted) = (m.row.settings)()["category"].as_str().map(str::to_owned) else { return };
    let (base, shop) = (format!("/platforms/{}/categories", m.row.platform), json!({"shop_id": m.shop()}));
    if capabilities.contains(&Capability::CategoryLookup) {
        m.coop().post(&format!("{base}/refresh"), shop.clone()).await.is(202);
        m.work().await;
        // Where each shop has categories of its own, it has to be named.
        let own = m.coop().get(&base).await.status == 409;
        let of = if own { format!("&shop_id={}", m.shop()) } else { String::new() };
        let (mut cursor, mut found) = (String::new(), false);
        while !found {
            let page = m.coop().get(&format!("{base}?leaf=true&limit=100{of}{cursor}")).await.is(200).body;
            found = page["data"].as_array().unwrap().iter().any(|row| row["id"] == wanted.as_str());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert!(found, "{wanted} is nowhere among the categories for products");
    }
    if capabilities.contains(&Capability::AttributeLookup) {
        let path = format!("{base}/{wanted}/attributes");
        m.coop().post(&format!("{path}/refresh"), shop).await.is(202);
        m.work().await;
        let read = m.coop().get(&path).await.is(200).body;
        assert!(!read["fetched_at"].is_null(), "{read:#}");
        let settings = (m.row.settings)().to_string();
        for attribute in read["data"].as_array().unwrap().iter().filter(|row| row["required"] == true) {
            assert!(settings.contains(&attribute["id"].to_string()), "{attribute:#} is not stated");
        }
    }
}

/// What is sold counts once; what is called off or comes back is taken out again.
async fn orders(m: &Stand<'_>, product: &str) {
    let pull = Duration::minutes(11);
    let first = m.place(SKU, 3).await;
    m.later(pull).await;
    assert_eq!(m.sold(product).await, (3, 630_000, 1));
    let second = m.place(SKU, 1).await;
    m.later(pull).await;
    m.later(pull).await;
    assert_eq!(m.sold(product).await, (4, 840_000, 2));
    m.advance(&second, "completed").await;
    m.advance(&first, "cancelled").await;
    m.later(pull).await;
    assert_eq!(m.sold(product).await, (1, 210_000, 1));
    m.advance(&second, "returned").await;
    m.later(pull).await;
    let left = if m.row.returns { (0, 0, 0) } else { (1, 210_000, 1) };
    assert_eq!(m.sold(product).await, left);
}

/// Every fault that the simulators know. The delays are short; what never ends has a test of its own.
pub const FAULTS: [&str; 12] = [
    "too_many_requests",
    "server_error",
    "server_error_after_write",
    "slow",
    "hang",
    "hang_after_write",
    "cut",
    "cut_after_write",
    "html",
    "empty",
    "ok_with_error",
    "token_expired",
];

/// Each fault once on one kind of request; afterwards there is exactly one product, as we want it.
async fn faults(row: &Row, strikes: &rows::Request) {
    let m = Stand::new(row, false).await;
    for (n, kind) in FAULTS.into_iter().enumerate() {
        let sku = format!("F{n}-200");
        let product = m.product(&sku).await;
        m.work().await;
        let rows::Request { method, path, nth } = strikes;
        let fault = json!({"kind": kind, "method": method, "path": path, "every": nth, "delay_ms": 200});
        m.tell("/__sim/faults", fault).await;
        let listing = m.offer(&product, 40).await;
        m.settled(&listing).await;
        if m.listing(&listing).await["in_step"] == false {
            // The platform refused it: a person looks at it and sends it again.
            m.coop().post(&format!("/listings/{listing}/sync"), json!({})).await.is(202);
            m.settled(&listing).await;
        }
        let seen = m.listing(&listing).await;
        assert_eq!((&seen["status"], &seen["in_step"]), (&json!("live"), &json!(true)), "{kind}: {seen:#}");
        assert_eq!(m.shown(&sku).await, Offer { price_vnd: 250_000, stock: 40, live: true }, "{kind}");
        let attempts = m.attempts(&listing).await;
        let failed = attempts.iter().any(|a| a["outcome"] != "done");
        assert_eq!(failed, !["slow", "hang_after_write"].contains(&kind), "{kind}: {attempts:#?}");
        m.forget_faults().await;
    }
    m.hides(Vec::new()).await;
}

/// Real time-outs: the call was done there or was not, and nobody said so.
async fn hangs(row: &Row) {
    let m = Stand::hasty(row).await;
    for (n, kind) in ["hang", "hang_after_write"].into_iter().enumerate() {
        for (k, strikes) in [&row.create, &row.look_up].into_iter().enumerate() {
            let sku = format!("H{n}{k}-200");
            let product = m.product(&sku).await;
            let rows::Request { method, path, nth } = strikes;
            let fault =
                json!({"kind": kind, "method": method, "path": path, "every": nth, "delay_ms": 4_000});
            m.tell("/__sim/faults", fault).await;
            let listing = m.offer(&product, 40).await;
            m.settled(&listing).await;
            m.is_live(&listing).await;
            assert_eq!(m.shown(&sku).await, Offer { price_vnd: 250_000, stock: 40, live: true }, "{kind}");
            let attempts = m.attempts(&listing).await;
            let codes: Vec<_> = attempts.iter().filter_map(|a| a["code"].as_str()).collect();
            assert!(codes.contains(&"transport.timeout"), "{kind}: {attempts:#?}");
            m.forget_faults().await;
        }
    }
}

/// Each fault at the first call of a change of contents, of price and stock, and of a withdrawal.
async fn later_faults(row: &Row) {
    let m = Stand::new(row, false).await;
    let product = m.product(SKU).await;
    let listing = m.offer(&product, 40).await;
    m.settled(&listing).await;
    let strike = async |kind: &str| {
        m.tell("/__sim/faults", json!({"kind": kind, "delay_ms": 200})).await;
    };
    let path = format!("/listings/{listing}");
    // What was refused is looked at by a person and sent again.
    let again = async |verb: &str| {
        m.settled(&listing).await;
        if m.listing(&listing).await["in_step"] == false {
            m.coop().post(&format!("{path}/{verb}"), json!({})).await.is(202);
            m.settled(&listing).await;
        }
        m.forget_faults().await;
    };
    // What only takes its time fails nothing: it has a test of its own.
    let fails = |kind: &&str| !["slow", "hang", "hang_after_write"].contains(kind);
    for (kind, n) in FAULTS.into_iter().filter(fails).zip(1..) {
        strike(kind).await;
        m.describe(&product, &format!("Lứa chè thứ {n}. ")).await;
        again("sync").await;
        m.is_live(&listing).await;
        assert!(m.there(SKU).await.text.contains(&format!("Lứa chè thứ {n}. ")), "{kind}");

        strike(kind).await;
        m.settings(&listing, json!({"price_vnd": 250_000 + 1_000 * n, "stock": 40 + n})).await;
        again("sync").await;
        m.is_live(&listing).await;
        let shown = Offer { price_vnd: 250_000 + 1_000 * n, stock: 40 + n, live: true };
        assert_eq!(m.shown(SKU).await, shown, "{kind}");

        strike(kind).await;
        m.coop().post(&format!("{path}/withdraw"), json!({})).await.is(202);
        again("withdraw").await;
        assert!(!m.there(SKU).await.live, "{kind}: {:#?}", m.attempts(&listing).await);
        m.coop().post(&format!("{path}/sync"), json!({})).await.is(202);
        m.settled(&listing).await;
        m.is_live(&listing).await;
        assert_eq!(m.shown(SKU).await, shown, "{kind}: back on sale");
    }
    assert_eq!(m.made().await, 1);
    m.secrets(&listing).await;
}

/// The seller changes a price on the platform itself and sells there: neither is written over until somebody chooses.
async fn drift(row: &Row) {
    let m = Stand::new(row, false).await;
    let product = m.product(SKU).await;
    let listing = m.offer(&product, 40).await;
    m.settled(&listing).await;
    let offer = |price_vnd, stock| Offer { price_vnd, stock, live: true };
    let look = async || {
        m.coop().post(&format!("/listings/{listing}/sync"), json!({})).await.is(202);
        m.work().await;
        m.listing(&listing).await
    };
    m.tell("/__sim/products", json!({"sku": SKU, "price_vnd": 222_000, "stock": 31})).await;
    let seen = look().await;
    let price = json!({"ours_name": null, "theirs_name": null, "ours_vnd": 250_000, "theirs_vnd": 222_000});
    assert_eq!(seen["drift"], price, "{seen:#}");
    assert_eq!((&seen["in_step"], &seen["issues"][0]["code"]), (&json!(false), &json!("listing.drift")));
    let counted = m.coop().get("/listings/issues").await.is(200).body;
    assert_eq!(
        (&counted["data"][0]["code"], &counted["data"][0]["listings"]),
        (&json!("listing.drift"), &json!(1))
    );
    assert_eq!(
        m.coop().get("/listings?issue=listing.drift").await.is(200).body["data"].as_array().unwrap().len(),
        1
    );
    let health = m.coop().get(&format!("/platforms/{}/health", row.platform)).await.is(200).body;
    assert_eq!(health["listings"], json!([{"status": "live", "listings": 1}]), "{health:#}");
    assert_eq!(health["shops"], json!([{"status": "connected", "shops": 1}]));

    m.describe(&product, "Thêm lời dặn về cách pha. ").await;
    m.settled(&listing).await;
    assert!(m.there(SKU).await.text.contains("cách pha"));
    assert_eq!(
        m.shown(SKU).await,
        offer(222_000, 31),
        "new content leaves the seller's price and what sales left"
    );
    m.settings(&listing, json!({"stock": 50})).await;
    m.settled(&listing).await;
    assert_eq!(m.shown(SKU).await, offer(222_000, 50), "a new stock leaves the seller's price");

    let settle = async |keep: &str| {
        m.coop().post(&format!("/listings/{listing}/drift"), json!({ "keep": keep })).await.is(202);
        m.settled(&listing).await;
        let seen = m.listing(&listing).await;
        assert_eq!((&seen["drift"], &seen["in_step"]), (&json!(null), &json!(true)), "{seen:#}");
    };
    settle("ours").await;
    assert_eq!(m.shown(SKU).await, offer(250_000, 50));
    m.tell("/__sim/products", json!({"sku": SKU, "price_vnd": 199_000})).await;
    assert_eq!(look().await["drift"]["theirs_vnd"], 199_000);
    settle("theirs").await;
    assert_eq!(m.listing(&listing).await["settings"]["price_vnd"], 199_000);
    assert_eq!(m.shown(SKU).await, offer(199_000, 50));

    // A name that was changed there is the seller's, too, until somebody chooses or we want another.
    let theirs = "Trà búp Tân Cương Hảo Đạt, loại đặc biệt, hộp 200 g";
    let ours = m.listing(&listing).await["desired"]["name"].as_str().unwrap().to_owned();
    m.tell("/__sim/products", json!({"sku": SKU, "name": theirs})).await;
    let seen = look().await;
    let name = json!({"ours_name": ours, "theirs_name": theirs, "ours_vnd": null, "theirs_vnd": null});
    assert_eq!((&seen["drift"], &seen["in_step"]), (&name, &json!(false)), "{seen:#}");
    assert_eq!(seen["issues"][0]["code"], "listing.name_drift");
    let preview = m.coop().post(&format!("/listings/{listing}/preview"), json!({})).await.is(200).body;
    let shown = preview["request"]["body"].as_str().unwrap();
    assert!(shown.contains(theirs) && !shown.contains(&ours), "what would go out is shown: {shown}");
    m.describe(&product, "Hãm nước 85 độ. ").await;
    m.settled(&listing).await;
    let there = m.there(SKU).await;
    assert!(there.text.contains("85 độ") && there.text.contains(theirs), "{}", there.text);
    settle("ours").await;
    assert!(!m.there(SKU).await.text.contains(theirs) && m.there(SKU).await.text.contains(&ours));
    m.tell("/__sim/products", json!({"sku": SKU, "name": theirs})).await;
    look().await;
    settle("theirs").await;
    assert_eq!(m.listing(&listing).await["settings"]["name"], theirs);
    assert!(m.there(SKU).await.text.contains(theirs));
    m.settings(&listing, json!({"name": null})).await;
    m.settled(&listing).await;
    assert!(m.there(SKU).await.text.contains(&ours), "our own wish counts again");

    // Taken down there by hand: a day later the nightly look sees it.
    m.tell("/__sim/products", json!({"sku": SKU, "state": "off"})).await;
    m.compare(Duration::hours(25)).await;
    assert_eq!(m.listing(&listing).await["status"], "withdrawn");
}

/// A minute after its star has ended buyers see none, even where nobody reviews the change; a review that ends
/// later brings the product back without it.
async fn star(row: &Row) {
    let shows_star = |there: &rows::There| there.live && there.text.contains("OCOP 4 sao");
    for change_waits in [false, true] {
        let m = Stand::new(row, true).await;
        let product = m.product(SKU).await;
        let listing = m.offer(&product, 40).await;
        m.settled(&listing).await;
        m.is_live(&listing).await;
        assert!(shows_star(&m.there(SKU).await), "{}", m.there(SKU).await.text);
        if change_waits {
            // It carries the star, too.
            m.describe(&product, "Thêm lời dặn về cách pha. ").await;
            m.work().await;
        }
        m.take_star(&product).await;
        m.work().await;
        m.later(Duration::minutes(1)).await;
        let there = m.there(SKU).await;
        let attempts = m.attempts(&listing).await;
        assert!(!shows_star(&there), "change waits: {change_waits}; {}\n{attempts:#?}", there.text);
        m.settled(&listing).await;
        m.is_live(&listing).await;
        let there = m.there(SKU).await;
        assert!(there.live && !shows_star(&there), "{}", there.text);
    }
}

/// Two listings need the token when it has ended; one of them gets another.
async fn expiry(row: &Row) {
    let Some(login) = &row.login else { return };
    let m = Stand::new(row, false).await;
    let mut listings = Vec::new();
    for sku in ["E1-200", "E2-200"] {
        let product = m.product(sku).await;
        listings.push(m.offer(&product, 40).await);
    }
    for listing in &listings {
        m.settled(listing).await;
        m.is_live(listing).await;
    }
    let before = m.calls(login).await;
    m.tell("/__sim/tokens/expire", json!({})).await;
    for listing in &listings {
        m.settings(listing, json!({"price_vnd": 199_000})).await;
    }
    tokio::join!(m.work(), m.work());
    assert_eq!(m.calls(login).await, before + 1);
    for (listing, sku) in listings.iter().zip(["E1-200", "E2-200"]) {
        m.is_live(listing).await;
        assert_eq!(m.shown(sku).await.price_vnd, 199_000);
    }
}

/// What a person made there by hand before: one product of ours and one that is none.
async fn orphans(row: &Row) {
    const HAND: &str = "H-200";
    let m = Stand::new(row, false).await;
    let product = m.product(SKU).await;
    let listing = m.offer(&product, 40).await;
    m.settled(&listing).await;
    m.walk().await;
    assert_eq!(m.orphans("").await, [json!(null); 0], "what a listing knows is no orphan");
    if !m.platform().capabilities.contains(&Capability::ProductList) {
        return;
    }
    let ours = m.product(HAND).await;
    for sku in [HAND, "X-200"] {
        m.made_by_hand(&listing, sku, 180_000).await;
    }
    m.passes(Duration::hours(25));
    m.walk().await;
    let found = m.orphans("").await;
    let told: Vec<_> = found.iter().map(|row| (row["sku"].as_str().unwrap(), &row["product_id"])).collect();
    assert_eq!(told, [(HAND, &json!(ours)), ("X-200", &json!(null))], "{found:#?}");
    assert!(found[0]["title"].as_str().unwrap().contains("Bán tay"), "{found:#?}");
    assert_eq!(found[0]["price_vnd"], 180_000, "{found:#?}");

    // One is none of ours: it is shown no more, also after the next night.
    let path = |row: &Value, verb: &str| {
        format!("/shops/{}/orphans/{}/{verb}", m.shop(), row["id"].as_str().unwrap())
    };
    m.coop().post(&path(&found[1], "ignore"), json!({"ignored": true})).await.is(200);
    m.passes(Duration::hours(25));
    m.walk().await;
    assert_eq!((m.orphans("").await.len(), m.orphans("?ignored=true").await.len()), (1, 1));

    // The other one is taken over: changed there, never made a second time.
    let mut settings = (row.settings)();
    settings["stock"] = json!(25);
    let body = json!({"product_id": ours, "settings": settings});
    let creates = m.made().await;
    let taken = m.coop().post(&path(&found[0], "adopt"), body.clone()).await.is(201).id();
    m.coop().post(&path(&found[0], "adopt"), body).await.is(404);
    m.settled(&taken).await;
    let seen = m.listing(&taken).await;
    let drift = json!({
        "ours_name": seen["desired"]["name"], "theirs_name": found[0]["title"],
        "ours_vnd": 250_000, "theirs_vnd": 180_000,
    });
    assert_eq!(seen["drift"], drift, "{seen:#} {:#?}", m.attempts(&taken).await);
    assert_eq!(m.shown(HAND).await, Offer { price_vnd: 180_000, stock: 25, live: true });
    let there = m.there(HAND).await.text;
    assert!(
        there.contains("sao tay") && there.contains("Bán tay"),
        "our text under the seller's name: {there}"
    );
    m.coop().post(&format!("/listings/{taken}/drift"), json!({"keep": "ours"})).await.is(202);
    m.settled(&taken).await;
    m.is_live(&taken).await;
    assert_eq!(m.shown(HAND).await, Offer { price_vnd: 250_000, stock: 25, live: true });
    assert!(!m.there(HAND).await.text.contains("Bán tay"), "{}", m.there(HAND).await.text);
    assert_eq!(m.made().await, creates, "no second product");
    assert!(m.orphans("").await.is_empty());
    deleted(&m, &taken, HAND).await;
}

/// Products that somebody deletes there: a person is asked before one is made anew.
async fn deleted(m: &Stand<'_>, listing: &str, sku: &str) {
    let creates = m.made().await;
    for sku in [sku, "X-200"] {
        m.tell("/__sim/products", json!({"sku": sku, "gone": true})).await;
    }
    m.compare(Duration::hours(25)).await;
    m.walk().await;
    let seen = m.listing(listing).await;
    assert_eq!(
        (&seen["status"], &seen["in_step"], &seen["issues"][0]["code"]),
        (&json!("none"), &json!(false), &json!("product.deleted_there")),
        "{seen:#}"
    );
    assert_eq!(m.made().await, creates - 2, "nothing was made in its place");
    assert!(m.orphans("?ignored=true").await.is_empty(), "what is gone there is gone here");
    m.coop().post(&format!("/listings/{listing}/sync"), json!({})).await.is(202);
    m.settled(listing).await;
    m.is_live(listing).await;
    assert!(m.there(sku).await.live);
}

/// A platform that refuses to list its products is asked again the next night, not at each housekeeping.
#[tokio::test(flavor = "multi_thread")]
async fn a_walk_that_is_refused_rests_for_a_day() {
    let row = &rows::WOOCOMMERCE;
    let m = Stand::new(row, false).await;
    let list = rows::request("GET", "/wp-json/wc/v3/products");
    m.tell(
        "/__sim/faults",
        json!({"kind": "ok_with_error", "method": list.method, "path": list.path, "times": 0}),
    )
    .await;
    let before = m.calls(&list).await;
    m.walk().await;
    m.walk().await;
    assert_eq!(m.calls(&list).await - before, 1);
    m.forget_faults().await;
    m.passes(Duration::hours(25));
    m.walk().await;
    assert_eq!(m.calls(&list).await - before, 2);
}

/// A walk of several pages that is cut off goes on where it stood.
#[tokio::test(flavor = "multi_thread")]
async fn a_walk_that_is_cut_off_goes_on() {
    let row = &rows::SHOPIFY;
    let m = Stand::new(row, false).await;
    let product = m.product(SKU).await;
    let listing = m.offer(&product, 40).await;
    m.settled(&listing).await;
    for n in 0..30 {
        m.made_by_hand(&listing, &format!("H{n}-200"), 180_000).await;
    }
    let before = m.calls(&row.create).await;
    let fault =
        json!({"kind": "server_error", "method": row.create.method, "path": row.create.path, "every": 2});
    m.tell("/__sim/faults", fault).await;
    m.walk().await;
    m.forget_faults().await;
    assert_eq!(m.orphans("?limit=100").await.len(), 24, "the first page has the one that a listing knows");
    m.later(Duration::minutes(5)).await;
    assert_eq!(m.orphans("?limit=100").await.len(), 30);
    let pulls_aside = m.rows(|conn| {
        use diesel::prelude::*;
        use ocop::db::schema::platform_attempts::dsl as attempts;
        Ok(attempts::platform_attempts
            .filter(attempts::op.eq("products"))
            .select(attempts::outcome)
            .order(attempts::id.asc())
            .load::<String>(conn)?)
    });
    assert_eq!(pulls_aside.await, ["done", "retryable", "done"]);
    assert!(m.calls(&row.create).await > before);
    m.nobody().get(&format!("/shops/{}/orphans", m.shop())).await.is(401);
}

/// A star that has ended is taken down before whatever else the shop waits for.
#[tokio::test(flavor = "multi_thread")]
async fn a_star_that_ended_waits_behind_nothing() {
    let m = Stand::new(&rows::SHOPIFY, false).await;
    let mut all = Vec::new();
    for n in 0..5 {
        let product = m.product(&format!("S{n}-200")).await;
        let listing = m.offer(&product, 40).await;
        m.settled(&listing).await;
        m.is_live(&listing).await;
        all.push((product, listing));
    }
    let calls = async || {
        m.rows(|conn| {
            use diesel::prelude::*;
            use ocop::db::schema::platform_attempts::dsl as attempts;
            let of = attempts::platform_attempts.filter(attempts::listing_id.is_not_null());
            let of = of.order(attempts::id.asc()).select(attempts::listing_id.assume_not_null());
            Ok(of.load::<ocop::ids::ListingId>(conn)?)
        })
        .await
    };
    for (_, listing) in &all {
        m.settings(listing, json!({"price_vnd": 199_000})).await;
    }
    m.passes(Duration::minutes(1));
    let (product, ended) = &all[4];
    m.take_star(product).await;
    let before = calls().await.len();
    m.work().await;
    assert_eq!(calls().await[before].to_string(), *ended, "it goes before what waited longer");
    for (_, listing) in &all {
        m.is_live(listing).await;
    }
}
