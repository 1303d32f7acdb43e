//! Prices and stocks of several listings of a shop in one call, where the platform takes them so.

use ocop::platform::state::Capability;

use crate::conformance::rows::{self, Request, Row, request};
use crate::conformance::stand::{Offer, Stand};
use crate::support::{Value, json};

/// The platforms that take several, and the call that does it.
const TOGETHER: [(&Row, Request); 2] = [
    (&rows::SENDO, request("POST", "/api/partner/product/price-stock")),
    (&rows::WOOCOMMERCE, request("POST", "/wp-json/wc/v3/products/batch")),
];

const SKUS: [&str; 4] = ["A-200", "B-200", "C-200", "D-200"];

struct Stall<'a> {
    m: Stand<'a>,
    listings: Vec<String>,
}

impl<'a> Stall<'a> {
    async fn new(row: &'a Row) -> Self {
        let m = Stand::new(row, false).await;
        let mut listings = Vec::new();
        for sku in SKUS {
            let product = m.product(sku).await;
            listings.push(m.offer(&product, 40).await);
        }
        for listing in &listings {
            m.settled(listing).await;
            m.is_live(listing).await;
        }
        Self { m, listings }
    }

    /// Wants another price of each, and lets nobody send it yet.
    async fn reprice(&self, price_vnd: i64) {
        for (listing, n) in self.listings.iter().zip(0..) {
            self.m.settings(listing, json!({"price_vnd": price_vnd + n, "stock": 30 + n})).await;
        }
    }

    async fn shows(&self, at: usize, price_vnd: i64) {
        let n = i64::try_from(at).unwrap();
        let shown = self.m.shown(SKUS[at]).await;
        assert_eq!(shown, Offer { price_vnd: price_vnd + n, stock: 30 + n, live: true }, "{}", SKUS[at]);
        self.m.is_live(&self.listings[at]).await;
    }

    /// What became of the last call that a listing was part of.
    async fn last(&self, at: usize) -> Value {
        let attempts = self.m.attempts(&self.listings[at]).await;
        attempts.into_iter().find(|attempt| attempt["op"] == "price_stock").unwrap()
    }
}

#[test]
fn every_platform_that_takes_several_at_once_is_tried_so() {
    let takes = |p: &&ocop::platform::state::Descriptor| {
        p.capabilities.contains(&Capability::PriceStock) && p.limits.price_stock_batch.is_some_and(|n| n > 1)
    };
    let keys: Vec<_> = ocop::platform::descriptors().iter().filter(takes).map(|p| p.key).collect();
    assert_eq!(keys, TOGETHER.map(|(row, _)| row.platform));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_goes_in_one_call_and_each_is_told_what_became_of_it() {
    for (row, many) in &TOGETHER {
        let stall = Stall::new(row).await;
        let before = stall.m.calls(many).await;
        stall.reprice(199_000).await;
        stall.m.work().await;
        assert_eq!(stall.m.calls(many).await - before, 1, "{}", row.platform);
        for at in 0..SKUS.len() {
            stall.shows(at, 199_000).await;
            assert_eq!(stall.last(at).await["outcome"], "done");
        }
        // Nothing is sent twice, whoever's turn comes later.
        stall.m.later(chrono::Duration::hours(1)).await;
        assert_eq!(stall.m.calls(many).await - before, 1, "{}", row.platform);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_refused_stops_no_other() {
    for (row, many) in &TOGETHER {
        let stall = Stall::new(row).await;
        let Request { method, path, .. } = many;
        let fault = async |kind: &str| {
            stall.m.tell("/__sim/faults", json!({"kind": kind, "method": method, "path": path})).await;
        };
        // Somebody deletes one there: its own turn finds that.
        stall.m.tell("/__sim/products", json!({"sku": SKUS[1], "gone": true})).await;
        stall.reprice(199_000).await;
        stall.m.work().await;
        for at in [0, 2, 3] {
            stall.shows(at, 199_000).await;
        }
        assert_eq!(stall.m.calls(many).await, 1, "{}", row.platform);
        let seen = stall.m.listing(&stall.listings[1]).await;
        assert_eq!(seen["issues"][0]["code"], "product.deleted_there", "{}: {seen:#}", row.platform);
        // The whole call is refused, for whatever reason: the first goes alone, and the others after it together.
        fault("ok_with_error").await;
        stall.reprice(188_000).await;
        stall.m.work().await;
        for at in [0, 2, 3] {
            stall.shows(at, 188_000).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_one_that_a_call_left_out_goes_alone() {
    let (row, many) = &TOGETHER[1];
    let stall = Stall::new(row).await;
    stall.m.tell("/__sim/faults", json!({"kind": "partial_batch", "path": many.path})).await;
    stall.reprice(199_000).await;
    stall.m.work().await;
    assert_eq!(stall.m.calls(many).await, 1);
    for at in 0..SKUS.len() {
        stall.shows(at, 199_000).await;
        assert_eq!(stall.last(at).await["outcome"], "done");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_fails_or_is_lost_is_sent_again_and_counts_once() {
    for (row, many) in &TOGETHER {
        let stall = Stall::new(row).await;
        for (kind, price_vnd) in (1..)
            .zip(["server_error", "cut_after_write", "html", "too_many_requests"])
            .map(|(n, kind)| (kind, 190_000 + 1_000 * n))
        {
            let Request { method, path, .. } = many;
            stall.m.tell("/__sim/faults", json!({"kind": kind, "method": method, "path": path})).await;
            stall.reprice(price_vnd).await;
            stall.m.work().await;
            stall.m.later(chrono::Duration::minutes(2)).await;
            stall.m.later(chrono::Duration::minutes(10)).await;
            for at in 0..SKUS.len() {
                stall.shows(at, price_vnd).await;
            }
        }
    }
}
