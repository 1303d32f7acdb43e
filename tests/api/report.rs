//! The summary: published totals come out of certificates again, every figure has its ids, everybody sees their own.

use chrono::NaiveDate;
use diesel::prelude::*;
use ocop::actor::Role;
use ocop::db::Tx;
use ocop::db::schema::{certificates, listings, products, sales, sales_totals, shops};
use ocop::ids::{CertificateId, ListingId, ProducerId, ProductId, SaleId, ShopId};
use ocop::instant::Instant;

use crate::support::{Client, TestApp, Value, json};

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

#[derive(Clone, Copy)]
struct Place(&'static str, &'static str);
const TAN_CUONG: Place = Place("19", "05503");
const HOP_THANH: Place = Place("19", "05632");
const HA_NOI: Place = Place("01", "00004");

fn product(tx: &mut Tx<'_>, producer: ProducerId, place: Place, set: i32, now: Instant) -> ProductId {
    let id = ProductId::new();
    diesel::insert_into(products::table)
        .values((
            products::id.eq(id),
            products::producer_id.eq(producer),
            products::province_code.eq(place.0),
            products::commune_code.eq(place.1),
            products::name.eq("Chè"),
            products::name_key.eq("che 0"),
            products::criteria_set.eq(set),
            products::sku.eq(id.to_string()),
            products::attributes.eq("{}"),
            products::status.eq("published"),
            products::version.eq(1),
            products::created_at.eq(now),
            products::updated_at.eq(now),
        ))
        .execute(tx.conn())
        .unwrap();
    id
}

/// A certificate of 36 months from the last day of June.
fn certify(tx: &mut Tx<'_>, product: ProductId, producer: ProducerId, place: Place, star: i32, year: i32) {
    let (id, from) = (CertificateId::new(), Instant::start_of_day(day(year, 6, 30)));
    diesel::insert_into(certificates::table)
        .values((
            (
                certificates::id.eq(id),
                certificates::number.eq(id.to_string()),
                certificates::year.eq(year),
                certificates::issuer.eq("UBND tỉnh"),
                certificates::product_id.eq(product),
                certificates::product_name.eq("Chè"),
                certificates::producer_id.eq(producer),
                certificates::producer_name.eq("HTX"),
                certificates::province_code.eq(place.0),
                certificates::commune_code.eq(place.1),
            ),
            (
                certificates::scheme.eq("qd148-2023"),
                certificates::stars.eq(star),
                certificates::valid_from.eq(from),
                certificates::valid_until.eq(Instant::start_of_day(day(year + 3, 6, 30))),
                certificates::status.eq("valid"),
                certificates::version.eq(1),
                certificates::created_at.eq(from),
                certificates::updated_at.eq(from),
            ),
        ))
        .execute(tx.conn())
        .unwrap();
    let event = ocop::event::Kind::StarChanged;
    ocop::event::append(tx, event, product.as_str(), &json!({}), from);
}

async fn ids(client: &Client, url: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut path = format!("{}&limit=100", url.trim_start_matches("/api/v1"));
    loop {
        let answer = client.get(&path).await.is(200);
        all.extend(answer.body["data"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()));
        match answer.body["next_cursor"].as_str() {
            Some(next) => path = format!("{}&limit=100&cursor={next}", url.trim_start_matches("/api/v1")),
            None => return all,
        }
    }
}

/// Asks for the ids of every figure anywhere in a summary, and that there are as many as it says.
async fn every_figure_has_its_ids(client: &Client, value: &Value) -> usize {
    let mut open = vec![value.clone()];
    let mut seen = 0;
    while let Some(value) = open.pop() {
        match value {
            Value::Array(rows) => open.extend(rows),
            Value::Object(fields) => {
                if let (Some(url), Some(figure)) = (fields.get("ids_url"), fields.get("value")) {
                    let mut found = ids(client, url.as_str().unwrap()).await;
                    found.dedup();
                    assert_eq!(found.len() as i64, figure.as_i64().unwrap(), "{url}");
                    seen += 1;
                }
                open.extend(fields.into_iter().map(|(_, value)| value));
            }
            _ => {}
        }
    }
    seen
}

/// Thái Nguyên published 129 products at the end of 2021 (54 + 73 + 2) and 173 at the end of 2022 (91 + 80 + 2), 121
/// of them tea: cumulative, without what had lapsed.
#[tokio::test(flavor = "multi_thread")]
async fn published_totals_come_out_of_the_certificates() {
    let t = TestApp::new().await;
    let (a, b) =
        (t.producer("HTX chè Hảo Đạt", "05503").await, t.producer("HTX miến Việt Cường", "05632").await);
    let now = t.app.clock.now();
    t.app
        .db
        .write("test.certificates", move |tx| {
            let mut made = 0;
            for (star, count, year) in
                [(3, 54, 2021), (4, 73, 2021), (5, 2, 2021), (3, 37, 2022), (4, 7, 2022)]
            {
                for _ in 0..count {
                    let (producer, place, set) =
                        if made < 121 { (a, TAN_CUONG, 11) } else { (b, HOP_THANH, 6) };
                    let id = product(tx, producer, place, set, now);
                    certify(tx, id, producer, place, star, year);
                    made += 1;
                }
            }
            // Renewed with a higher star in 2024.
            let id = product(tx, a, TAN_CUONG, 11, now);
            certify(tx, id, a, TAN_CUONG, 3, 2023);
            certify(tx, id, a, TAN_CUONG, 4, 2024);
            Ok(())
        })
        .await
        .unwrap();
    let province = t.province().await;
    let at = |date: &str| {
        let path = format!("/reports/summary?as_of={date}");
        let province = &province;
        async move { province.get(&path).await.is(200).body }
    };
    let stars = |summary: &Value, count: &str| -> Vec<i64> {
        let rows = summary["products"]["by_star"].as_array().unwrap();
        rows.iter().map(|row| row[count]["value"].as_i64().unwrap()).collect()
    };
    let first = at("2021-12-31").await;
    assert_eq!(first["products"]["cumulative"]["value"], 129);
    assert_eq!(stars(&first, "cumulative"), [54, 73, 2]);
    assert_eq!(stars(&first, "valid"), [54, 73, 2]);
    let second = at("2022-12-31").await;
    assert_eq!(second["products"]["cumulative"]["value"], 173);
    assert_eq!(stars(&second, "cumulative"), [91, 80, 2]);
    let tea = &second["products"]["by_criteria_set"][1];
    assert_eq!(tea["criteria_set"], 11);
    assert_eq!(
        (&tea["cumulative"]["value"], &tea["cumulative"]["share_percent"]),
        (&json!(121), &json!(69.94))
    );
    assert_eq!(at("2021-06-29").await["products"]["cumulative"]["value"], 0);
    assert_eq!(at("2021-06-30").await["products"]["cumulative"]["value"], 129);
    let fourth = at("2024-12-31").await;
    assert_eq!(stars(&fourth, "cumulative"), [91, 81, 2]);
    assert_eq!(stars(&fourth, "valid"), [37, 8, 0], "those of 2021 have lapsed");
    assert!(every_figure_has_its_ids(&province, &fourth).await > 15);
    assert_eq!(fourth["producers"]["value"], 2);

    // A commune of the province, by place.
    let path = "/reports/summary?as_of=2022-12-31&place=05632";
    let below = province.get(path).await.is(200).body;
    assert_eq!(below["products"]["cumulative"]["value"], 52);
    assert_eq!(below["place"], json!({"code": "05632", "name": "Xã Hợp Thành"}));
    assert!(every_figure_has_its_ids(&province, &below).await > 5);
    let commune = t.commune().await;
    let own = commune.get("/reports/summary?as_of=2022-12-31").await.is(200).body;
    assert_eq!(own["products"]["cumulative"]["value"], 121);
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_their_own_place() {
    let t = TestApp::new().await;
    let (province, commune) = (t.province().await, t.commune().await);
    let centre = t.actor("centre", &[Role::CentralOfficer], None, None).await;
    let auditor = t.actor("auditor", &[Role::Auditor], None, None).await;
    let coop = t.producer("HTX", "05503").await;
    let member = t.actor("coop", &[Role::ProducerMember], None, Some(coop)).await;
    let council = t.actor("council", &[Role::CouncilMember], None, None).await;
    for (client, place, status) in [
        (&centre, "", 200),
        (&centre, "?place=01", 200),
        (&auditor, "?place=00004", 200),
        (&province, "", 200),
        (&province, "?place=19", 200),
        (&province, "?place=05632", 200),
        (&province, "?place=01", 404),
        (&province, "?place=00004", 404),
        (&commune, "", 200),
        (&commune, "?place=05503", 200),
        (&commune, "?place=05632", 404),
        (&commune, "?place=19", 404),
        (&centre, "?place=99", 400),
        (&centre, "?as_of=2026-11-24", 400),
        (&centre, "?as_of=yesterday", 400),
        (&member, "", 403),
        (&council, "", 403),
    ] {
        client.get(&format!("/reports/summary{place}")).await.is(status);
    }
    t.anonymous().get("/reports/summary").await.is(401);
    let path = "/reports/summary/ids?figure=products.valid";
    member.get(path).await.is(403);
    commune.get(&format!("{path}&place=19")).await.is(404);
    commune.get("/reports/summary/ids?figure=products.x").await.is(400).problem("request.bad_query");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_is_seen_by_the_next_reader() {
    let t = TestApp::new().await;
    let coop = t.producer("HTX", "05503").await;
    let centre = t.actor("centre", &[Role::CentralOfficer], None, None).await;
    let far = t.producer("HTX", "00004").await;
    let now = t.app.clock.now();
    let before = centre.get("/reports/summary").await.is(200);
    assert_eq!(before.body["products"]["valid"]["value"], 0);
    t.app
        .db
        .write("test.sales", move |tx| {
            let tea = product(tx, coop, TAN_CUONG, 11, now);
            certify(tx, tea, coop, TAN_CUONG, 4, 2026);
            let other = product(tx, far, HA_NOI, 6, now);
            shop(tx, tea, coop, now);
            for (product, producer, place, channel, platform, month, revenue) in [
                (tea, coop, TAN_CUONG, "online", Some("sendo"), day(2026, 11, 1), 1_000_000_i64),
                (tea, coop, TAN_CUONG, "fair", None, day(2025, 12, 1), 3_000_000),
                (tea, coop, TAN_CUONG, "fair", None, day(2025, 11, 1), 9_000_000),
                (other, far, HA_NOI, "shop", None, day(2026, 1, 1), 4_000_000),
            ] {
                sale(tx, product, producer, place, (channel, platform, month, revenue), now);
            }
            Ok(())
        })
        .await
        .unwrap();
    let after = centre.get("/reports/summary").await.is(200);
    assert_ne!(after.etag(), before.etag());
    let body = &after.body;
    assert_eq!(body["products"]["valid"]["value"], 1);
    assert_eq!(body["listings"]["by_state"][0]["state"], "live");
    assert_eq!(body["sales"]["revenue_vnd"], 8_000_000);
    assert_eq!((&body["sales"]["from"], &body["sales"]["to"]), (&json!("2025-12-01"), &json!("2026-11-01")));
    assert_eq!(body["sales"]["by_channel"][0]["channel"], "fair");
    assert_eq!(body["sales"]["by_channel"][0]["share_percent"], 37.5);
    assert_eq!(body["sales"]["by_platform"][0]["revenue_vnd"], 1_000_000);
    assert!(every_figure_has_its_ids(&centre, body).await > 10);
    for (rows, count) in [("sales", 3), ("sales.channel.fair", 1), ("sales.platform.sendo", 1)] {
        let url = format!("/reports/summary/ids?figure={rows}");
        assert_eq!(ids(&centre, &url).await.len(), count, "{rows}");
    }
    let province = t.province().await;
    let own = province.get("/reports/summary").await.is(200).body;
    assert_eq!(own["sales"]["revenue_vnd"], 4_000_000);
    assert_eq!(ids(&province, own["sales"]["ids_url"].as_str().unwrap()).await.len(), 2);
    let commune = t.commune().await.get("/reports/summary").await.is(200).body;
    assert_eq!(commune["sales"]["revenue_vnd"], 4_000_000);
    assert_eq!(commune["listings"]["value"], 1);
    // What platforms said on a past day is not kept, and today's is not that day's.
    let past = centre.get("/reports/summary?as_of=2026-11-22").await.is(200).body;
    assert_eq!(past["listings"], Value::Null);
    assert!(ids(&centre, "/reports/summary/ids?figure=listings&as_of=2026-11-22").await.is_empty());
    assert_eq!(ids(&centre, "/reports/summary/ids?figure=listings").await.len(), 1);
}

fn shop(tx: &mut Tx<'_>, product: ProductId, producer: ProducerId, now: Instant) {
    let (shop, listing) = (ShopId::new(), ListingId::new());
    diesel::insert_into(shops::table)
        .values((
            shops::id.eq(shop),
            shops::producer_id.eq(producer),
            shops::platform.eq("sendo"),
            shops::name.eq("Gian hàng"),
            shops::status.eq("paused"),
            shops::credentials.eq(""),
            shops::failures.eq(0),
            shops::province_code.eq("19"),
            shops::version.eq(1),
            shops::created_at.eq(now),
            shops::updated_at.eq(now),
        ))
        .execute(tx.conn())
        .unwrap();
    diesel::insert_into(listings::table)
        .values((
            (
                listings::id.eq(listing),
                listings::product_id.eq(product),
                listings::producer_id.eq(producer),
                listings::province_code.eq("19"),
                listings::commune_code.eq("05503"),
                listings::shop_id.eq(shop),
                listings::platform.eq("sendo"),
                listings::sku.eq("x"),
                listings::settings.eq("{}"),
                listings::desired_state.eq("listed"),
                listings::desired.eq("{}"),
                listings::desired_hash.eq("x"),
            ),
            (
                listings::desired_offer_hash.eq("x"),
                listings::desired_revision.eq(1),
                listings::reported_state.eq("live"),
                listings::issues.eq("[]"),
                listings::version.eq(1),
                listings::created_at.eq(now),
                listings::updated_at.eq(now),
            ),
        ))
        .execute(tx.conn())
        .unwrap();
}

fn sale(
    tx: &mut Tx<'_>,
    product: ProductId,
    producer: ProducerId,
    place: Place,
    (channel, platform, month, revenue): (&str, Option<&str>, NaiveDate, i64),
    now: Instant,
) {
    let id = SaleId::new();
    diesel::insert_into(sales::table)
        .values((
            (
                sales::id.eq(id),
                sales::figure_key.eq(id.to_string()),
                sales::product_id.eq(product),
                sales::producer_id.eq(producer),
                sales::province_code.eq(place.0),
                sales::commune_code.eq(place.1),
                sales::channel.eq(channel),
                sales::platform.eq(platform),
                sales::month.eq(month),
            ),
            (
                sales::quantity.eq(10_i64),
                sales::revenue_vnd.eq(revenue),
                sales::orders.eq(5_i64),
                sales::source.eq("declared"),
                sales::version.eq(1),
                sales::created_at.eq(now),
                sales::updated_at.eq(now),
            ),
        ))
        .execute(tx.conn())
        .unwrap();
    diesel::insert_into(sales_totals::table)
        .values((
            sales_totals::month.eq(month),
            sales_totals::province_code.eq(place.0),
            sales_totals::commune_code.eq(place.1),
            sales_totals::channel.eq(channel),
            sales_totals::platform.eq(platform.unwrap_or("")),
            sales_totals::quantity.eq(10_i64),
            sales_totals::revenue_vnd.eq(revenue),
            sales_totals::orders.eq(5_i64),
        ))
        .execute(tx.conn())
        .unwrap();
}
