//! What the cooperative sells by itself and sends by a carrier, in the demo: a parcel to somebody who ordered by phone.

use serde_json::{Value, json};

use super::api::{Client, Failed, Step};
use super::simulator::Depot;
use super::stalls::Carrier;
use super::story::{Ending, Scene, Tell};

/// Opens each carrier, sends its parcels, has them delivered, and reads what that made of the sales figures.
///
/// # Errors
/// The step that did not hold, in words.
pub(super) async fn send(scene: &Scene, coop: &Client, tell: Tell<'_>, ending: &mut Ending) -> Step<()> {
    for carrier in &scene.carriers {
        let shop = open(scene, coop, carrier, ending).await?;
        for quantity in carrier.parcels {
            parcel(scene, coop, carrier, &shop, *quantity, ending).await?;
            tell("coop", &format!("sends {quantity} boxes by {}, and the buyer has them", carrier.title));
        }
        let sales = format!("/sales?product_id={}&limit=100", ending.product);
        ending.sold += super::story::sold(coop, &sales, carrier.platform, carrier.sent()).await?;
        tell("coop", &format!("sees {} boxes sold by way of {} this month", carrier.sent(), carrier.title));
    }
    Ok(())
}

async fn open(scene: &Scene, coop: &Client, carrier: &Carrier, ending: &mut Ending) -> Step<String> {
    let Carrier { platform, title, simulator, credentials, .. } = carrier;
    let shop = json!({
        "producer_id": scene.producer, "platform": platform, "name": format!("Chè Hảo Đạt gửi – {title}"),
        "credentials": credentials,
    });
    let shop = coop.post("/shops", &shop).await?.id()?;
    let path = format!("/shops/{shop}");
    ending.acknowledged.push(path.clone());
    coop.until(&path, "the carrier is connected", |body| body.get("status") == Some(&json!("connected")))
        .await?;
    if carrier.tells {
        let hooks = format!("{}/api/v1/hooks/{platform}/{shop}", scene.base);
        Depot::new(simulator)?.tells(&hooks).await?;
    }
    Ok(shop)
}

async fn parcel(
    scene: &Scene,
    coop: &Client,
    carrier: &Carrier,
    shop: &str,
    quantity: i64,
    ending: &mut Ending,
) -> Step<()> {
    let value = quantity.saturating_mul(450_000);
    let made = coop
        .post(
            "/shipments",
            &json!({
                "shop_id": shop, "weight_g": quantity.saturating_mul(250), "cod_vnd": value,
                "lines": [{"product_id": ending.product, "quantity": quantity, "value_vnd": value}],
                "receiver": {
                    "name": "Trần Minh Anh", "phone": "0912000111",
                    "address": "18 Phan Đình Phùng, phường Ba Đình, Hà Nội",
                },
            }),
        )
        .await?;
    let path = format!("/shipments/{}", made.id()?);
    ending.acknowledged.push(path.clone());
    let is = |status: &'static str| move |body: &Value| body.get("status") == Some(&json!(status));
    let accepted = coop.until(&path, "the carrier has the parcel", is("accepted")).await?;
    let depot = Depot::new(&carrier.simulator)?;
    depot.moves(&accepted.text("/reference")?, carrier.delivered).await?;
    if !carrier.tells {
        coop.post(&format!("{path}/refresh"), &json!({})).await?;
    }
    let delivered = coop.until(&path, "the parcel is delivered", is("delivered")).await?;
    if delivered.body.to_string().contains("0912000111") {
        return Err(Failed(format!("{} kept its receiver: {}", scene.base, delivered.body)));
    }
    Ok(())
}
