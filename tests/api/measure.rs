//! What the law's work takes. The numbers mean something in the release profile alone, where they are held against the
//! targets: `cargo test --release --test api measure -- --ignored --nocapture --test-threads 1`; the other profile makes
//! less of everything and only prints.

use std::time::{Duration, Instant};

use ocop::actor::{Actor, Role};
use ocop::certificate::{self, Legacy};
use ocop::db::Tx;
use ocop::product;
use ocop::values::Star;

use crate::support::make::{Scoring, choices_worth, cooperative};
use crate::support::{TestApp, json};

const RELEASE: bool = !cfg!(debug_assertions);

/// As many in the release profile as the project promises for, fewer in the other.
fn scale(release: usize, other: usize) -> usize {
    if RELEASE { release } else { other }
}

/// Prints the times and holds the one that counts against its target.
#[track_caller]
fn told(what: &str, mut took: Vec<Duration>, share: f64, target: Duration) {
    took.sort_unstable();
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
    let ms = |d: Duration| d.as_secs_f64() * 1000.0;
    println!(
        "{what}: {} times, p50 {:.2} ms, p99 {:.2} ms, longest {:.2} ms; target p{:.0} < {:.0} ms",
        took.len(),
        ms(at(0.5)),
        ms(at(0.99)),
        ms(at(1.0)),
        share * 100.0,
        ms(target),
    );
    assert!(!RELEASE || at(share) < target, "{what} takes too long");
}

/// The choices of a member: two sheets in turn, so that the secretary has something to record.
fn sheet(member: usize) -> serde_json::Value {
    choices_worth(11, if member.is_multiple_of(2) { 80 } else { 82 })
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn concluding_a_dossier_with_fifteen_members() {
    let t = TestApp::new().await;
    let mut s = Scoring::begin(&t, 15).await;
    let mut took = Vec::new();
    for n in 0..scale(20, 3) {
        if n > 0 {
            s = s.another(&format!("Chè {n}")).await;
        }
        for member in 0..s.members.len() {
            s.score(member, sheet(member)).await;
        }
        s.agree().await;
        let begun = Instant::now();
        let done = s.conclude(json!({})).await;
        took.push(begun.elapsed());
        assert_eq!(done.is(200).body["members"].as_array().unwrap().len(), 15);
    }
    told("conclude with 15 members", took, 0.99, Duration::from_millis(20));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn previewing_a_sheet() {
    let t = TestApp::new().await;
    let (client, body) = (t.anonymous(), json!({"choices": sheet(0)}));
    let mut took = Vec::new();
    for n in 0..scale(5_000, 300) {
        let begun = Instant::now();
        let answer = client.post("/criteria-sets/qd26-2026/11/preview", body.clone()).await;
        // The first meet a cold program.
        took.extend(Some(begun.elapsed()).filter(|_| n >= 100));
        assert_eq!(answer.is(200).body["total"], 80.0);
    }
    told("preview of a sheet", took, 0.99, Duration::from_millis(2));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn printing_a_certificate() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 3).await;
    s.concluded(80).await;
    let leader = t.actor("leader", &[Role::ProvincialLeader], Some("19"), None).await;
    let number = leader.post(&s.way.path("/decide"), json!({})).await.is(201).body["number"].clone();
    let path = format!("{}/api/v1/certificates/{}.pdf", t.base, number.as_str().unwrap());
    let mut took = Vec::new();
    for _ in 0..scale(300, 10) {
        let begun = Instant::now();
        let page = t.http.get(&path).send().await.unwrap();
        assert_eq!(page.status(), 200);
        assert!(page.bytes().await.unwrap().starts_with(b"%PDF"));
        took.push(begun.elapsed());
    }
    told("a certificate's page", took, 0.99, Duration::from_millis(150));
}

/// So many published products of one producer, each with a certificate that ends on the same day.
async fn certified(t: &TestApp, count: usize) {
    let (now, mut left) = (t.app.clock.now(), count);
    let producer = t.written(cooperative("Hợp tác xã chè Hảo Đạt", "05503")).await;
    while left > 0 {
        let some = left.min(500);
        let write = move |tx: &mut Tx<'_>| {
            let actor = Actor::system("test");
            let maker = ocop::producer::any(tx.conn(), producer)?;
            for n in 0..some {
                let written = product::Written {
                    name: format!("Chè {left}-{n}"),
                    criteria_set: 11,
                    ..product::Written::default()
                };
                let made = product::register_imported(tx, &actor, &maker, written, true, "test", now)?;
                let legacy = Legacy {
                    product_id: made.id,
                    scheme: "qd148-2023".to_owned(),
                    star: Star::new(4).unwrap(),
                    score: None,
                    year: None,
                    decision: Some("12/QĐ-UBND".to_owned()),
                    decided_on: "2025-06-30".parse().ok(),
                    issuer: "UBND tỉnh Thái Nguyên".to_owned(),
                    source: None,
                };
                certificate::register_legacy(tx, &actor, &legacy, now)?;
            }
            Ok(())
        };
        t.app.db.write("test.certified", write).await.unwrap();
        left -= some;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn sweeping_certificates_that_end_on_one_day() {
    let t = TestApp::new().await;
    let count = scale(20_000, 2_000);
    certified(&t, count).await;
    let shown = || async {
        let found = t.anonymous().get("/catalogue/products?star=4&limit=1").await.is(200).body;
        found["data"].as_array().unwrap().len()
    };
    assert_eq!(shown().await, 1);
    // The first day after 36 months.
    t.app.clock.advance("2028-07-01".parse::<chrono::NaiveDate>().unwrap() - t.app.clock.now().date());
    let begun = Instant::now();
    let mut swept = 0;
    loop {
        let now = t.app.clock.now();
        match t.app.db.write("test.sweep", move |tx| certificate::sweep(tx, now)).await.unwrap() {
            0 => break,
            some => swept += some,
        }
    }
    let took = begun.elapsed();
    assert_eq!((swept, shown().await), (count, 0));
    told(&format!("the sweep over {count} certificates"), vec![took], 1.0, Duration::from_secs(2));
    let begun = Instant::now();
    t.app.tidy().await.unwrap();
    println!("the rest of the day's housekeeping: {:.0} ms", begun.elapsed().as_secs_f64() * 1000.0);
    assert_eq!(t.app.db.read("test.verify", ocop::audit::verify).await.unwrap().broken_at, None);
}

/// No measurement alone: none of fifty signatures of one moment may be lost.
#[tokio::test(flavor = "multi_thread")]
async fn fifty_members_who_sign_at_once_lose_nothing() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 50).await;
    let path = s.way.path("/sheets/mine");
    for (index, (_, member)) in s.members.iter().enumerate() {
        let request = member.request(reqwest::Method::PUT, &path).json(&json!({"choices": sheet(index)}));
        crate::support::client::send(request).await.is(200);
    }
    let sign = format!("{path}/sign");
    let begun = Instant::now();
    let signed = s.members.iter().map(|(_, member)| member.post(&sign, json!({})));
    let answers = futures_util::future::join_all(signed).await;
    println!("fifty members sign at once in {:.0} ms", begun.elapsed().as_secs_f64() * 1000.0);
    let refused: Vec<_> = answers.iter().filter(|answer| answer.status != 200).collect();
    assert!(refused.is_empty(), "{refused:#?}");
    s.agree().await;
    let done = s.conclude(json!({})).await.is(200).body;
    let members = done["members"].as_array().unwrap();
    let of = |total: f64| members.iter().filter(|m| m["total"] == json!(total)).count();
    assert_eq!((members.len(), of(80.0), of(82.0)), (50, 25, 25));
    assert_eq!(done["mean"], json!(81.0));
    assert_eq!(t.app.db.read("test.verify", ocop::audit::verify).await.unwrap().broken_at, None);
}
