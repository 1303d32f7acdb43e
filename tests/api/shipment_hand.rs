//! An unsure shipment is settled by a person who looked on the carrier's own page. The carrier's word goes before the
//! person's, whenever it comes, and never leads to a second parcel.

use chrono::Duration;
use ocop::actor::Role;
use reqwest::Method;

use crate::shipment::{Post, RECEIVER};
use crate::support::client::send;
use crate::support::{Value, json};

const CREATE: &str = "/order/createOrderNlp";

impl Post {
    /// An unsure shipment at Viettel Post, which has its parcel or has it not.
    async fn unsure(&self, there: bool) -> Value {
        self.fault(if there { "cut_after_write" } else { "cut" }, CREATE).await;
        let id = self.ship().await;
        self.work().await;
        let seen = self.shipment(&id).await;
        assert_eq!(seen["status"], "unsure", "{seen:#}");
        seen
    }

    async fn etag(&self, id: &str) -> String {
        self.coop().get(&format!("/shipments/{id}")).await.is(200).etag()
    }

    async fn settle(&self, seen: &Value, body: Value) -> crate::support::client::Answer {
        let id = seen["id"].as_str().unwrap();
        let request = self.coop().request(Method::POST, &format!("/shipments/{id}/settlement"));
        send(request.header("if-match", self.etag(id).await).json(&body)).await
    }

    /// The carrier's word about a parcel, not sent yet.
    async fn word(&self, seen: &Value, code: i64) -> Value {
        let body = json!({"reference": seen["reference"], "code": code});
        self.tell("/__sim/parcels", body).await["webhook"].clone()
    }

    async fn again(&self, seen: &Value) -> Value {
        self.shipment(seen["id"].as_str().unwrap()).await
    }
}

fn receiver() -> Value {
    json!({"name": RECEIVER[0], "phone": RECEIVER[1], "address": RECEIVER[2]})
}

fn not_there() -> Value {
    json!({"state": "not_there", "receiver": receiver()})
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_is_followed_as_any_other() {
    let m = Post::new("viettel_post").await;
    let seen = m.unsure(true).await;
    let number = m.parcels().await[0]["number"].clone();
    let body = json!({"state": "there", "carrier_number": number});
    let path = format!("/shipments/{}/settlement", seen["id"].as_str().unwrap());
    m.coop().post(&path, body.clone()).await.is(428);
    let stale = m.coop().request(Method::POST, &path).header("if-match", "\"1\"").json(&body);
    send(stale).await.is(412);
    let stranger = m.t.producer("Hợp tác xã khác", "05503").await;
    let stranger = m.t.actor("other", &[Role::ProducerMember], None, Some(stranger)).await;
    let theirs =
        stranger.request(Method::POST, &path).header("if-match", m.etag(seen["id"].as_str().unwrap()).await);
    send(theirs.json(&body)).await.is(404);

    let settled = m.settle(&seen, body.clone()).await.is(200);
    assert_eq!(settled.etag(), m.etag(seen["id"].as_str().unwrap()).await);
    let known = (&settled.body["status"], &settled.body["carrier_number"], &settled.body["issue"]);
    assert_eq!(known, (&json!("accepted"), &number, &json!(null)));
    m.settle(&seen, body).await.is(409).problem("shipment.not_unsure");
    m.moves(&seen, 501).await;
    assert_eq!(m.again(&seen).await["status"], "delivered");
    assert_eq!(m.sales().await, [(2, 500_000, 1, "viettel_post".to_owned())]);

    // Called off: the number that a person wrote down serves.
    let other = m.unsure(true).await;
    let number = m.parcels().await[1]["number"].clone();
    m.settle(&other, json!({"state": "there", "carrier_number": number})).await.is(200);
    m.coop().post(&format!("/shipments/{}/cancel", other["id"].as_str().unwrap()), json!({})).await.is(202);
    m.work().await;
    assert_eq!(m.again(&other).await["status"], "cancelled");
    assert_eq!(m.parcels().await[1]["cancelled"], true);

    // A slip of the pen gives way to the carrier's own number.
    let third = m.unsure(true).await;
    m.settle(&third, json!({"state": "there", "carrier_number": " 10345-wrong "})).await.is(200);
    assert_eq!(m.again(&third).await["carrier_number"], "10345-wrong");
    m.moves(&third, 501).await;
    let third = m.again(&third).await;
    assert_eq!((&third["status"], &third["issue"]), (&json!("delivered"), &json!(null)));
    assert_eq!(third["carrier_number"], m.parcels().await[2]["number"]);
    assert_eq!(m.parcels().await.len(), 3);
    m.nothing_of_the_receiver().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_sent_again_or_called_off() {
    let m = Post::new("viettel_post").await;
    let seen = m.unsure(false).await;
    assert!(m.parcels().await.is_empty());
    let settled = m.settle(&seen, not_there()).await.is(200);
    assert_eq!(settled.body["status"], "sending");
    assert!(!settled.body.to_string().contains("Người Nhận"), "{}", settled.body);
    m.work().await;
    assert_eq!(m.again(&seen).await["status"], "accepted");
    let there = m.parcels().await;
    assert_eq!((there.len(), &there[0]["receiver"]), (1, &json!(RECEIVER)));

    // Long after the first try, the second has its own day; an unknown end of it is unsure once more.
    let late = m.unsure(false).await;
    m.later(Duration::hours(40)).await;
    m.fault("cut", CREATE).await;
    m.settle(&late, not_there()).await.is(200);
    m.work().await;
    assert_eq!(m.again(&late).await["status"], "unsure");
    m.settle(&late, not_there()).await.is(200);
    m.work().await;
    assert_eq!(m.again(&late).await["status"], "accepted");
    assert_eq!(m.parcels().await.len(), 2);

    let off = m.unsure(false).await;
    let settled = m.settle(&off, json!({"state": "not_there"})).await.is(200);
    assert_eq!((&settled.body["status"], &settled.body["issue"]), (&json!("cancelled"), &json!(null)));
    m.later(Duration::hours(1)).await;
    assert_eq!(m.parcels().await.len(), 2);

    // Wished away while the call was under way, and never heard of: the wish is kept.
    m.tell("/__sim/faults", json!({"kind": "hang", "path": CREATE, "delay_ms": 1500})).await;
    let id = m.ship().await;
    let before = m.calls(CREATE).await;
    let wish = async {
        while m.calls(CREATE).await == before {
            tokio::task::yield_now().await;
        }
        m.coop().post(&format!("/shipments/{id}/cancel"), json!({})).await.is(202);
    };
    tokio::join!(m.work(), wish);
    let seen = m.shipment(&id).await;
    assert_eq!((&seen["status"], &seen["cancel_requested"]), (&json!("unsure"), &json!(true)), "{seen:#}");
    m.settle(&seen, json!({"state": "there", "carrier_number": "10349999999"})).await.is(200);
    m.work().await;
    let seen = m.again(&seen).await;
    assert_eq!(
        (&seen["status"], &seen["issue"]["code"]),
        (&json!("accepted"), &json!("viettel_post.refused"))
    );
    m.nothing_of_the_receiver().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_errs_makes_no_second_parcel_when_the_carrier_tells_meanwhile() {
    let m = Post::new("viettel_post").await;
    // The word is there before the person's.
    let seen = m.unsure(true).await;
    let word = m.word(&seen, 200).await;
    assert_eq!(m.hook(&word).await, 200);
    m.settle(&seen, not_there()).await.is(412);
    m.work().await;
    assert_eq!(m.again(&seen).await["status"], "accepted");
    m.settle(&seen, not_there()).await.is(409).problem("shipment.not_unsure");

    // It comes after the person's and before the parcel goes out.
    let seen = m.unsure(true).await;
    m.settle(&seen, not_there()).await.is(200);
    let word = m.word(&seen, 200).await;
    assert_eq!(m.hook(&word).await, 200);
    m.work().await;
    m.later(Duration::hours(2)).await;
    let known = m.again(&seen).await;
    assert_eq!((&known["status"], &known["issue"]), (&json!("accepted"), &json!(null)), "{known:#}");
    assert_eq!(m.parcels().await.len(), 2);

    // Called off because it was not found: it is followed again.
    let seen = m.unsure(true).await;
    m.settle(&seen, json!({"state": "not_there"})).await.is(200);
    m.moves(&seen, 200).await;
    assert_eq!(m.again(&seen).await["status"], "accepted");
    m.coop().post(&format!("/shipments/{}/cancel", seen["id"].as_str().unwrap()), json!({})).await.is(202);
    m.work().await;
    assert_eq!(m.parcels().await[2]["cancelled"], true);
    m.moves(&seen, 200).await;
    assert_eq!(m.again(&seen).await["status"], "cancelled", "now it is");

    // It comes too late: both are told, and one sale is counted.
    let seen = m.unsure(true).await;
    m.settle(&seen, not_there()).await.is(200);
    m.work().await;
    assert_eq!(m.parcels().await.len(), 5);
    m.moves(&seen, 501).await;
    let known = m.again(&seen).await;
    assert_eq!(
        (&known["status"], &known["issue"]["code"]),
        (&json!("accepted"), &json!("shipment.two_numbers"))
    );
    let (first, second) = (&m.parcels().await[3]["number"], &m.parcels().await[4]["number"]);
    assert_eq!(&known["carrier_number"], second);
    assert!(known["issue"]["detail"].as_str().unwrap().contains(first.as_str().unwrap()), "{known:#}");
    assert!(m.sales().await.is_empty());
    m.nothing_of_the_receiver().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_says_must_fit() {
    let m = Post::new("viettel_post").await;
    let first = m.ship().await;
    m.work().await;
    let taken = m.shipment(&first).await["carrier_number"].clone();
    let seen = m.unsure(false).await;
    for (body, pointer, code) in [
        (json!({"state": "there"}), "/carrier_number", "carrier_number.format"),
        (json!({"state": "there", "carrier_number": taken}), "/carrier_number", "carrier_number.taken"),
        (
            json!({"state": "there", "carrier_number": "10345777777", "receiver": receiver()}),
            "/receiver",
            "receiver.there",
        ),
        (
            json!({"state": "not_there", "carrier_number": "10345777777"}),
            "/carrier_number",
            "carrier_number.not_there",
        ),
        (
            json!({"state": "not_there", "receiver": {"name": "Lê An", "phone": "09x", "address": RECEIVER[2]}}),
            "/receiver/phone",
            "phone.digits",
        ),
    ] {
        let refused = m.settle(&seen, body).await.is(422);
        let error = &refused.body["errors"][0];
        assert_eq!((&error["pointer"], &error["code"]), (&json!(pointer), &json!(code)), "{error}");
    }
    m.work().await;
    assert_eq!(m.again(&seen).await["status"], "unsure");
    assert_eq!(m.parcels().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_carrier_that_can_be_asked_is_asked_before_it_is_sent_again() {
    let m = Post::new("vnpost").await;
    m.fault("cut_after_write", "/customer-partner/CreateOrder").await;
    let read = "/customer-partner/getOrder";
    m.tell("/__sim/faults", json!({"kind": "server_error", "path": read, "times": 0})).await;
    let id = m.ship().await;
    for _ in 0..30 {
        m.later(Duration::hours(1)).await;
    }
    let seen = m.shipment(&id).await;
    assert_eq!(seen["status"], "unsure", "{seen:#}");
    m.t.http.delete(format!("{}/__sim/faults", m.sim.base_url)).send().await.unwrap();
    m.settle(&seen, not_there()).await.is(200);
    m.later(Duration::hours(2)).await;
    let seen = m.again(&seen).await;
    let there = m.parcels().await;
    assert_eq!((there.len(), &seen["status"]), (1, &json!("accepted")), "{seen:#}");
    assert_eq!(seen["carrier_number"], there[0]["number"]);
    m.nothing_of_the_receiver().await;
}
