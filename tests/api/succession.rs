//! Products that took the place of others: who names them, what the history shows, and that no star passes over.

use ocop::actor::Role;

use crate::support::make::Scoring;
use crate::support::{Answer, Client, TestApp, Value, json};

fn heir(id: &str, reason: &str) -> Value {
    json!({"successor_id": id, "reason": reason})
}

async fn name(who: &Client, old: &str, body: Value) -> Answer {
    let path = format!("/products/{old}");
    let etag = who.get(&path).await.is(200).etag();
    who.put(&format!("{path}/successor"), &etag, body).await
}

async fn draft(who: &Client, name: &str) -> String {
    who.post("/products", json!({"name": name, "criteria_set": 11})).await.is(201).id()
}

/// Who follows and who went before, as somebody sees it.
async fn line(who: &Client, id: &str) -> (Value, Vec<Value>) {
    let found = who.get(&format!("/products/{id}/history")).await.is(200).body;
    let before = found["predecessors"].as_array().unwrap().iter().map(|p| p["product_id"].clone());
    (found["successor"]["product_id"].clone(), before.collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_recipe_takes_the_place_of_a_product_and_not_its_star() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 3).await;
    s.concluded(80).await;
    let leader = t.actor("leader", &[Role::ProvincialLeader], Some("19"), None).await;
    leader.post(&s.way.path("/decide"), json!({})).await.is(201);
    let (coop, old) = (&s.way.coop, &s.way.product);
    let new = draft(coop, "Chè đinh ướp sen").await;

    let path = format!("/products/{old}/successor");
    coop.put(&path, "\"1\"", heir(&new, "new_recipe")).await.is(412).problem("request.stale");
    let bare = coop.request(reqwest::Method::PUT, &path).json(&heir(&new, "new_recipe"));
    crate::support::client::send(bare).await.is(428);
    name(coop, old, heir(&new, "because")).await.is(422);
    name(coop, old, json!({"reason": "other"})).await.is(422);
    let unknown = heir("prd_00000000000000000000000001", "other");
    for (body, code) in [(unknown, "successor_id.unknown"), (heir(old, "other"), "successor_id.itself")] {
        let refused = name(coop, old, body).await.is(422).problem("request.invalid");
        assert_eq!(refused.body["errors"][0]["code"], code);
        assert_eq!(refused.body["errors"][0]["pointer"], "/successor_id");
    }
    let auditor = t.actor("auditor", &[Role::Auditor], None, None).await;
    let tag = auditor.get(&format!("/products/{old}")).await.is(200).etag();
    auditor.put(&path, &tag, heir(&new, "other")).await.is(403).problem("auth.forbidden");

    let named = name(coop, old, heir(&new, "new_recipe")).await.is(200);
    assert_eq!((&named.body["product_id"], &named.body["name"]), (&json!(new), &json!("Chè đinh ướp sen")));
    assert_eq!(named.etag(), coop.get(&format!("/products/{old}")).await.is(200).etag());
    // Both ways, for those who may see the draft; for the public once it is published.
    assert_eq!(line(coop, old).await, (json!(new), vec![]));
    assert_eq!(line(coop, &new).await, (Value::Null, vec![json!(old)]));
    assert_eq!(line(&t.anonymous(), old).await, (Value::Null, vec![]));
    let shown = json!({
        "price_vnd": 250_000, "unit": "hộp", "description": "Chè đinh ướp hương sen Tây Hồ theo từng mẻ nhỏ, sao tay.",
    });
    let etag = coop.get(&format!("/products/{new}")).await.is(200).etag();
    coop.patch(&format!("/products/{new}"), &etag, shown).await.is(200);
    coop.post(&format!("/products/{new}/publish"), json!({})).await.is(200);
    coop.post(&format!("/products/{old}/archive"), json!({})).await.is(200);
    assert_eq!(line(&t.anonymous(), old).await, (json!(new), vec![]));
    assert_eq!(line(&t.anonymous(), &new).await, (Value::Null, vec![json!(old)]));
    let reason = coop.get(&format!("/products/{new}/history")).await.is(200).body["predecessors"][0].clone();
    assert_eq!((&reason["reason"], &reason["name"]), (&json!("new_recipe"), &json!("Chè đinh")));

    // The star stays where it was earned: the new product begins with a first rating.
    assert_eq!(coop.get(&format!("/products/{old}")).await.is(200).body["rating"]["star"], 4);
    assert_eq!(coop.get(&format!("/products/{new}")).await.is(200).body["rating"], Value::Null);
    let upgrade = json!({"product_id": new, "kind": "upgrade"});
    coop.post("/dossiers", upgrade).await.is(409).problem("dossier.no_star");

    // No circle, also over a third.
    let third = draft(coop, "Chè đinh ướp nhài").await;
    name(coop, &new, heir(&third, "new_recipe")).await.is(200);
    for last in [&new, &third] {
        let refused = name(coop, last, heir(old, "other")).await.is(422);
        assert_eq!(refused.body["errors"][0]["code"], "successor_id.circle");
    }
    // Named anew, and taken back.
    name(coop, old, heir(&third, "new_recipe")).await.is(200);
    // Of one moment, the older product first.
    assert_eq!(line(coop, &third).await.1, [json!(old), json!(new)]);
    let etag = coop.get(&format!("/products/{old}")).await.is(200).etag();
    coop.delete(&path, &etag).await.is(204);
    coop.delete(&path, &etag).await.is(412).problem("request.stale");
    let etag = coop.get(&format!("/products/{old}")).await.is(200).etag();
    coop.delete(&path, &etag).await.is(404).problem("request.not_found");
    assert_eq!(line(coop, &third).await.1, [json!(new)]);
    assert_eq!(t.app.db.read("test.verify", ocop::audit::verify).await.unwrap().broken_at, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn producers_that_merge_have_their_officers_name_the_successor() {
    let t = TestApp::new().await;
    let one = t.producer("Hợp tác xã chè Hảo Đạt", "05503").await;
    let two = t.producer("Hợp tác xã chè Tân Hương", "05503").await;
    let far = t.producer("Hợp tác xã cam Cao Phong", "00004").await;
    let first = t.actor("first", &[Role::ProducerMember], None, Some(one)).await;
    let second = t.actor("second", &[Role::ProducerMember], None, Some(two)).await;
    let third = t.actor("third", &[Role::ProducerMember], None, Some(far)).await;
    let (old, also, new) =
        (draft(&first, "Chè búp").await, draft(&second, "Chè nõn").await, draft(&second, "Chè búp").await);
    let other = draft(&third, "Cam").await;
    // A member knows only its own products; an officer those of its place.
    let refused = name(&first, &old, heir(&new, "producer_merged")).await.is(422);
    assert_eq!(refused.body["errors"][0]["code"], "successor_id.unknown");
    let commune = t.commune().await;
    let refused = name(&commune, &old, heir(&other, "producer_merged")).await.is(422);
    assert_eq!(refused.body["errors"][0]["code"], "successor_id.unknown");
    name(&commune, &old, heir(&new, "producer_merged")).await.is(200);
    name(&commune, &also, heir(&new, "producer_merged")).await.is(200);
    assert_eq!(line(&commune, &new).await.1, [json!(old), json!(also)]);
    // Each member sees of the line what it may see.
    assert_eq!(line(&first, &old).await.0, Value::Null);
    assert_eq!(line(&second, &new).await.1, [json!(also)]);
    third.get(&format!("/products/{new}/history")).await.is(404);

    // Two at once: one names, the other is told.
    let path = format!("/products/{old}");
    let etag = commune.get(&path).await.is(200).etag();
    let put = |heir: Value| {
        let (commune, path, etag) = (&commune, format!("{path}/successor"), etag.clone());
        async move { commune.put(&path, &etag, heir).await.status }
    };
    let (a, b) = tokio::join!(put(heir(&also, "other")), put(heir(&new, "other")));
    let mut statuses = [a, b];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
}
