//! What every carrier must hold, whatever its line does: a parcel is made exactly once or honestly unsure, a sale is
//! counted once, what is called off or comes back is none, and nothing of the receiver stays. A carrier is a row.

use chrono::Duration;

use crate::conformance::FAULTS;
use crate::shipment::Post;
use crate::support::{Value, json};

/// A carrier: its paths and its codes.
struct Carrier {
    platform: &'static str,
    login: &'static str,
    create: &'static str,
    cancel: &'static str,
    /// Where it can be asked about a parcel; where not, it tells by webhook.
    read: Option<&'static str>,
    other: i64,
    delivered: i64,
    returned: i64,
}

const VIETTEL_POST: Carrier = Carrier {
    platform: "viettel_post",
    login: "/user",
    create: "/order/createOrderNlp",
    cancel: "/order/UpdateOrder",
    read: None,
    other: 200,
    delivered: 501,
    returned: 504,
};

const VNPOST: Carrier = Carrier {
    platform: "vnpost",
    login: "/customer-partner/GetAccessToken",
    create: "/customer-partner/CreateOrder",
    cancel: "/customer-partner/orderCancel",
    read: Some("/customer-partner/getOrder"),
    other: 70,
    delivered: 90,
    returned: 100,
};

impl Carrier {
    async fn post(&self) -> Post {
        Post::new(self.platform).await
    }

    /// How a shipment stands after this fault struck the call that makes its parcel.
    fn after(&self, kind: &str) -> &'static str {
        match kind {
            "ok_with_error" => "failed",
            "too_many_requests" | "slow" | "hang_after_write" | "token_expired" => "accepted",
            _ if self.read.is_some() => "accepted",
            _ => "unsure",
        }
    }
}

/// Parcels with a shipment's reference that were not called off.
async fn there(m: &Post, seen: &Value) -> usize {
    let all = m.parcels().await;
    all.iter().filter(|p| p["reference"] == seen["reference"] && p["cancelled"] == false).count()
}

/// Pieces, revenue and orders of all months together.
async fn sold(m: &Post) -> (i64, i64, i64) {
    m.sales().await.iter().fold((0, 0, 0), |sum, row| (sum.0 + row.0, sum.1 + row.1, sum.2 + row.2))
}

async fn patience(m: &Post, id: &str, wanted: &str) -> Value {
    m.work().await;
    for _ in 0..8 {
        let seen = m.shipment(id).await;
        if seen["status"] == wanted {
            return seen;
        }
        m.later(Duration::hours(2)).await;
    }
    panic!("not {wanted}: {:#}", m.shipment(id).await)
}

async fn a_fault_makes_no_second_parcel(c: &Carrier) {
    let m = c.post().await;
    let mut delivered = 0;
    for kind in FAULTS {
        m.fault(kind, c.create).await;
        let id = m.ship().await;
        let seen = patience(&m, &id, c.after(kind)).await;
        let made = there(&m, &seen).await;
        match c.after(kind) {
            "accepted" => assert_eq!(made, 1, "{kind}"),
            "failed" => assert_eq!(made, 0, "{kind}"),
            _ => assert_eq!(made == 1, kind.ends_with("after_write"), "{kind}"),
        }
        let (known, number) = (seen["status"] == "accepted", !seen["carrier_number"].is_null());
        assert_eq!(known, number, "{kind}: {seen:#}");
        assert_eq!(known, seen["issue"].is_null(), "{kind}: {seen:#}");
        if made == 1 {
            m.moves(&seen, c.delivered).await;
            m.moves(&seen, c.delivered).await;
            assert_eq!(m.shipment(&id).await["status"], "delivered", "{kind}");
            delivered += 1;
        }
        assert!(there(&m, &seen).await <= 1, "{kind}");
        assert_eq!(sold(&m).await, (2 * delivered, 500_000 * delivered, delivered), "{kind}");
        m.nothing_of_the_receiver().await;
    }
}

async fn a_login_that_fails_costs_no_parcel(c: &Carrier) {
    let m = c.post().await;
    for (n, kind) in FAULTS.into_iter().enumerate() {
        // Refused keys are a matter of their own, see below.
        if ["ok_with_error", "token_expired"].contains(&kind) {
            continue;
        }
        m.tell("/__sim/tokens/expire", json!({})).await;
        m.fault(kind, c.login).await;
        let id = m.ship().await;
        let seen = patience(&m, &id, "accepted").await;
        assert_eq!((there(&m, &seen).await, m.parcels().await.len()), (1, n + 1), "{kind}");
    }
    m.nothing_of_the_receiver().await;
}

async fn refused_keys_send_nothing(c: &Carrier) {
    let m = c.post().await;
    let shop = m.connect(Some("a-wrong-password")).await;
    m.work().await;
    let seen = m.coop().get(&format!("/shops/{shop}")).await.is(200).body;
    assert_ne!(seen["status"], "connected", "{seen:#}");
    assert!(!seen.to_string().contains("a-wrong-password"), "{seen:#}");
    let mut body = m.body();
    body["shop_id"] = json!(shop);
    m.coop().post("/shipments", body).await.is(409).problem("shop.not_connected");

    // Refused later: what was not sent is told to be so, and its receiver forgotten.
    m.tell("/__sim/tokens/expire", json!({})).await;
    m.tell("/__sim/faults", json!({"kind": "ok_with_error", "path": c.login, "times": 0})).await;
    let id = m.ship().await;
    let seen = patience(&m, &id, "failed").await;
    assert!(!seen["issue"].is_null(), "{seen:#}");
    assert!(m.parcels().await.is_empty());
    m.nothing_of_the_receiver().await;
}

async fn a_parcel_that_is_called_off_is_called_off_there(c: &Carrier) {
    let m = c.post().await;
    for kind in FAULTS {
        let id = m.ship().await;
        let seen = patience(&m, &id, "accepted").await;
        m.fault(kind, c.cancel).await;
        let path = format!("/shipments/{id}/cancel");
        m.coop().post(&path, json!({})).await.is(202);
        if kind == "ok_with_error" {
            m.work().await;
            let kept = m.shipment(&id).await;
            let told = (&kept["status"], &kept["cancel_requested"], kept["issue"].is_null());
            assert_eq!(told, (&json!("accepted"), &json!(false), false), "{kept:#}");
            m.coop().post(&path, json!({})).await.is(202);
        }
        patience(&m, &id, "cancelled").await;
        assert_eq!(there(&m, &seen).await, 0, "{kind}");
        if c.read.is_none() {
            // The carrier delivered it all the same, and then not.
            m.moves(&seen, c.delivered).await;
            assert_eq!(sold(&m).await, (2, 500_000, 1), "{kind}");
            m.moves(&seen, c.returned).await;
        }
        assert_eq!(sold(&m).await, (0, 0, 0), "{kind}");
    }
    m.nothing_of_the_receiver().await;
}

/// Every order in which three things can come.
const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

async fn what_comes_twice_or_in_disorder_counts_once(c: &Carrier) {
    let m = c.post().await;
    for (codes, wanted) in
        [([c.other, c.other, c.delivered], "delivered"), ([c.other, c.delivered, c.returned], "returned")]
    {
        let mut counted = sold(&m).await.0;
        for order in ORDERS {
            let id = m.ship().await;
            let seen = patience(&m, &id, "accepted").await;
            let mut words = Vec::new();
            for code in codes {
                m.t.app.clock.advance(Duration::minutes(1));
                let body = json!({"reference": seen["reference"], "code": code});
                words.push(m.tell("/__sim/parcels", body).await["webhook"].clone());
            }
            for at in order {
                // The same once more, and once more with another place on the way.
                let mut other = words[at].clone();
                other["DATA"]["LOCALION_CURRENTLY"] = json!("Bưu cục Thái Nguyên");
                for word in [&words[at], &words[at], &other] {
                    assert_eq!(m.hook(word).await, 200);
                    m.work().await;
                }
            }
            counted += if wanted == "delivered" { 2 } else { 0 };
            assert_eq!(m.shipment(&id).await["status"], wanted, "{order:?}");
            assert_eq!(sold(&m).await.0, counted, "{wanted} {order:?}");
        }
    }
    m.nothing_of_the_receiver().await;
}

async fn a_look_that_fails_or_comes_late_counts_once(c: &Carrier) {
    let m = c.post().await;
    let read = c.read.unwrap();
    for (n, kind) in (1..).zip(FAULTS) {
        let id = m.ship().await;
        let seen = patience(&m, &id, "accepted").await;
        m.tell("/__sim/parcels", json!({"reference": seen["reference"], "code": c.delivered})).await;
        m.fault(kind, read).await;
        patience(&m, &id, "delivered").await;
        assert_eq!((sold(&m).await.0, there(&m, &seen).await), (2 * n, 1), "{kind}");
    }
    let id = m.ship().await;
    let seen = patience(&m, &id, "accepted").await;
    let before = sold(&m).await.0;
    for (code, more) in [
        (c.other, 0),
        (c.delivered, 2),
        (c.other, 2),
        (c.delivered, 2),
        (c.returned, 0),
        (c.delivered, 0),
        (c.other, 0),
    ] {
        m.moves(&seen, code).await;
        assert_eq!(sold(&m).await.0, before + more, "{code}");
    }
    assert_eq!(m.shipment(&id).await["status"], "returned");
    m.nothing_of_the_receiver().await;
}

/// A real time-out, longer than the line waits: the parcel is there and nobody says so.
async fn a_time_out_after_the_write(c: &Carrier) {
    let m = c.post().await;
    m.tell("/__sim/faults", json!({"kind": "hang_after_write", "path": c.create, "delay_ms": 20_700})).await;
    let id = m.ship().await;
    let wanted = if c.read.is_some() { "accepted" } else { "unsure" };
    let seen = patience(&m, &id, wanted).await;
    assert_eq!((there(&m, &seen).await, m.parcels().await.len()), (1, 1), "{}", c.platform);
    m.moves(&seen, c.delivered).await;
    assert_eq!(m.shipment(&id).await["status"], "delivered");
    assert_eq!(sold(&m).await, (2, 500_000, 1));
    m.nothing_of_the_receiver().await;
}

/// The tests of one carrier, each by name.
macro_rules! carrier {
    ($name:ident, $row:expr, $told:ident) => {
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread")]
            async fn a_fault_makes_no_second_parcel() {
                super::a_fault_makes_no_second_parcel(&$row).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn a_login_that_fails_costs_no_parcel() {
                super::a_login_that_fails_costs_no_parcel(&$row).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn refused_keys_send_nothing() {
                super::refused_keys_send_nothing(&$row).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn a_parcel_that_is_called_off_is_called_off_there() {
                super::a_parcel_that_is_called_off_is_called_off_there(&$row).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn $told() {
                super::$told(&$row).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn a_time_out_after_the_write() {
                super::a_time_out_after_the_write(&$row).await;
            }
        }
    };
}

carrier!(viettel_post, VIETTEL_POST, what_comes_twice_or_in_disorder_counts_once);
carrier!(vnpost, VNPOST, a_look_that_fails_or_comes_late_counts_once);

#[test]
fn every_carrier_has_its_row() {
    let carriers = ocop::platform::descriptors().iter().filter(|p| p.adapter && !p.takes_products());
    let keys: Vec<_> = carriers.map(|p| p.key).collect();
    assert_eq!(keys, [VIETTEL_POST.platform, VNPOST.platform]);
}
