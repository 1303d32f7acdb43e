//! The story: a tea goes from its cooperative's registration through commune, council and decision to a certificate,
//! appears on a platform, sells, and shows up in the province's figures. Every step goes through the public API.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::api::{Client, Failed, Got, Step};
use super::files;
use super::stalls::{Carrier, Stall};

/// Where the story happens.
#[derive(Clone, Debug)]
pub struct Scene {
    /// Address of the service.
    pub base: String,
    /// Where the tea is sold.
    pub stalls: Vec<Stall>,
    /// Who carries what the cooperative sells by itself.
    pub carriers: Vec<Carrier>,
    /// Today in Viet Nam.
    pub today: NaiveDate,
    /// The cooperative's producer.
    pub producer: String,
    /// How long a service that does not answer is waited for.
    pub patience: Duration,
    /// The password of everybody in it.
    pub password: &'static str,
}

/// What the story ended with, to be checked and shown.
#[derive(Clone, Debug, Default)]
pub struct Ending {
    /// The product.
    pub product: String,
    /// The dossier.
    pub dossier: String,
    /// Number of the certificate.
    pub certificate: String,
    /// The listing.
    pub listing: String,
    /// Stars the public check gives.
    pub star: u64,
    /// Records whose making was acknowledged: path and id, for the check that none was lost.
    pub acknowledged: Vec<String>,
    /// Quantity in the sales figures.
    pub sold: i64,
    /// The province's summary.
    pub summary: Value,
}

/// Tells one step to whoever watches.
pub type Tell<'a> = &'a (dyn Fn(&str, &str) + Send + Sync);

/// What the tea's members agree on: option by criterion of set 11, 75 points and every floor of four stars.
pub fn honest_choices() -> BTreeMap<&'static str, &'static str> {
    BTreeMap::from([
        ("1.1", "1.1-3"),
        ("1.2", "1.2-2"),
        ("1.3", "1.3-3"),
        ("1.4", "1.4-2"),
        ("1.5", "1.5-3"),
        ("1.6", "1.6-2"),
        ("1.7", "1.7-2"),
        ("2.1", "2.1-4"),
        ("2.2", "2.2-3"),
        ("2.3", "2.3-3"),
        ("2.4", "2.4-2"),
        ("3.1", "3.1-3"),
        ("3.2", "3.2-1"),
        ("3.3", "3.3-3"),
        ("3.4", "3.4-2"),
        ("3.5", "3.5-2"),
        ("4.1", "4.1-3"),
        ("4.2", "4.2-3"),
        ("4.3", "4.3-3"),
        ("5.1", "5.1-5"),
        ("5.2", "5.2-3"),
        ("5.3", "5.3-3"),
        ("6.1.1", "6.1.1-3"),
        ("6.1.2", "6.1.2-3"),
        ("6.2.1", "6.2.1-3"),
        ("6.2.2", "6.2.2-4"),
        ("6.2.3", "6.2.3-3"),
        ("7", "7-3"),
        ("8", "8-2"),
        ("9", "9-2"),
        ("10", "10-2"),
        ("11", "11-2"),
    ])
}

/// Where each member sees the tea otherwise.
const OPINIONS: [(&str, &str, &str); 4] = [
    ("council1", "6.2.3", "6.2.3-4"),
    ("council2", "8", "8-2"),
    ("council3", "4.3", "4.3-4"),
    ("council4", "6.2.2", "6.2.2-3"),
];

struct People {
    coop: Client,
    commune: Client,
    province: Client,
    leader: Client,
    council: Vec<Client>,
    anyone: Client,
}

/// Runs the whole story.
///
/// # Errors
/// The step that did not hold, in words.
pub async fn run(scene: &Scene, tell: Tell<'_>) -> Step<Ending> {
    let anyone = Client::new(&scene.base, scene.patience)?;
    let people = People {
        coop: anyone.sign_in("coop", scene.password).await?,
        commune: anyone.sign_in("commune", scene.password).await?,
        province: anyone.sign_in("province", scene.password).await?,
        leader: anyone.sign_in("leader", scene.password).await?,
        council: {
            let mut members = Vec::new();
            for (name, ..) in OPINIONS {
                members.push(anyone.sign_in(name, scene.password).await?);
            }
            members
        },
        anyone,
    };
    let mut ending = Ending::default();
    product(scene, &people, tell, &mut ending).await?;
    dossier(scene, &people, tell, &mut ending).await?;
    rating(scene, &people, tell, &mut ending).await?;
    selling(scene, &people, tell, &mut ending).await?;
    super::parcels::send(scene, &people.coop, tell, &mut ending).await?;
    let summary = people.province.get("/reports/summary?place=19").await?;
    tell("province", "reads the summary of its figures");
    ending.summary = summary.body;
    Ok(ending)
}

async fn product(scene: &Scene, people: &People, tell: Tell<'_>, ending: &mut Ending) -> Step<()> {
    let coop = &people.coop;
    let made = coop
        .post(
            "/products",
            &json!({
                "producer_id": scene.producer,
                "name": "Trà đinh sương sớm Hảo Đạt",
                "name_en": "Hao Dat early-dew bud tea",
                "criteria_set": 11,
                "description": "Trà đinh hái một tôm lúc sương chưa tan trên đồi chè trung du Tân Cương, sao chảo gang, \
                    đóng gói trong ngày. Nước xanh vàng trong, hương cốm, vị chát dịu và hậu ngọt sâu.",
                "story": "Đồi chè của ông bà trồng từ những hạt giống đầu tiên mang về Tân Cương; nay mười hai hộ \
                    cùng giữ cách sao tay và cùng chia giá bán.",
                "price_vnd": 450_000,
                "unit": "hộp",
                "net_weight_g": 200,
            }),
        )
        .await?;
    ending.product = made.id()?;
    let path = format!("/products/{}", ending.product);
    ending.acknowledged.push(path.clone());
    tell("coop", "registers a new tea: Trà đinh sương sớm Hảo Đạt, 450,000 đ a box of 200 g");
    let image = files::picture().map_err(Failed)?;
    coop.upload(&format!("{path}/images?alt=Tr%C3%A0%20%C4%91inh"), "image/png", image).await?;
    let current = coop.get(&path).await?;
    publish(coop, &path, &current).await?;
    tell("coop", "adds a picture and publishes the page");
    Ok(())
}

async fn publish(coop: &Client, path: &str, _current: &Got) -> Step<()> {
    coop.post(&format!("{path}/publish"), &json!({})).await.map(|_| ())
}

async fn dossier(scene: &Scene, people: &People, tell: Tell<'_>, ending: &mut Ending) -> Step<()> {
    let coop = &people.coop;
    let made = coop.post("/dossiers", &json!({"product_id": ending.product, "kind": "first"})).await?;
    ending.dossier = made.id()?;
    let path = format!("/dossiers/{}", ending.dossier);
    ending.acknowledged.push(path.clone());
    let registration = json!({"registration": {
        "business_type": "Sản xuất, chế biến và kinh doanh chè",
        "products": ["Trà đinh sương sớm Hảo Đạt"],
        "materials": [{"name": "Búp chè tươi", "source": "Ba xóm của xã Tân Cương", "local": true, "percent": 100}],
        "labour": {"total": 18, "local": 18},
        "plan": "Mỗi năm ba lứa xuân, hè, thu; bán tại hợp tác xã, ở hội chợ và trên sàn thương mại điện tử.",
    }});
    let etag = coop.get(&path).await?.etag;
    coop.patch(&path, &etag, &registration).await?;
    let etag = coop.get(&path).await?.etag;
    let sheet = json!({"choices": honest_choices(), "tourism_case": null});
    coop.put(&format!("{path}/self-assessment"), &etag, &sheet).await?;
    let preview = people.anyone.post("/criteria-sets/qd26-2026/11/preview", &sheet).await?;
    tell("coop", &format!("assesses itself under set 11: {} points", preview.at("/total")));
    let papers = [
        ("quality_declaration", "Bản công bố chất lượng", "8"),
        ("food_safety_certificate", "Giấy ATTP", "9"),
    ];
    for (kind, title, criterion) in papers {
        let query = format!("kind={kind}&title={}", url_encode(title));
        let paper = format!("/products/{}/papers?{query}", ending.product);
        let paper = coop.upload(&paper, "application/pdf", files::paper(title)).await?;
        coop.post(&format!("{path}/documents"), &json!({"paper_id": paper.id()?, "criterion": criterion}))
            .await?;
    }
    coop.post(&format!("{path}/submit"), &json!({})).await?;
    tell("coop", "attaches its papers and submits the dossier to Tân Cương");
    let commune = &people.commune;
    let etag = commune.get(&path).await?.etag;
    let report = json!({
        "local_material": "Toàn bộ búp chè hái tại ba xóm của xã.",
        "local_labour": "Mười tám lao động, đều là người trong xã.",
        "idea_origin": "Cách sao đinh của các hộ trồng chè trung du ở Tân Cương.",
        "local_identity": "Gắn với vùng chè Tân Cương và lễ hội Hương sắc trà xuân.",
    });
    commune.put(&format!("{path}/commune-report"), &etag, &report).await?;
    commune.post(&format!("{path}/forward"), &json!({})).await?;
    tell("commune", "reports on material, labour and identity, and forwards it to the province");
    people.province.post(&format!("{path}/accept"), &json!({})).await?;
    let samples = json!({"received_on": scene.today, "count": 5, "note": "Năm hộp 200 g, còn niêm phong."});
    people.province.post(&format!("{path}/samples"), &samples).await?;
    tell("province", "finds the dossier complete, accepts it and takes in five samples");
    Ok(())
}

fn url_encode(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

async fn rating(scene: &Scene, people: &People, tell: Tell<'_>, ending: &mut Ending) -> Step<()> {
    let province = &people.province;
    let council =
        json!({"tier": "province", "province_code": "19", "name": "Hội đồng OCOP tỉnh Thái Nguyên"});
    let council = province.post("/councils", &council).await?.id()?;
    let mut present = Vec::new();
    for (index, member) in people.council.iter().enumerate() {
        let account = member.get("/auth/me").await?.id()?;
        let seat = match index {
            0 => "chair",
            1 => "secretary",
            _ => "member",
        };
        let body = json!({"account_id": account, "seat": seat, "office": "Ủy viên", "unit": "Sở Nông nghiệp và Môi trường"});
        province.post(&format!("/councils/{council}/members"), &body).await?;
        present.push(account);
    }
    let session = json!({"held_on": scene.today, "place": "Thái Nguyên"});
    let session = province.post(&format!("/councils/{council}/sessions"), &session).await?.id()?;
    province.post(&format!("/sessions/{session}/agenda"), &json!({"dossier_ids": [ending.dossier]})).await?;
    let open = province.post(&format!("/sessions/{session}/open"), &json!({})).await?;
    let path = format!("/sessions/{session}/attendance");
    province.put(&path, &open.etag, &json!({"account_ids": present})).await?;
    tell("province", "calls the council of four and puts the tea on its agenda");
    let path = format!("/dossiers/{}", ending.dossier);
    for (member, (name, criterion, option)) in people.council.iter().zip(OPINIONS) {
        let mut choices = honest_choices();
        choices.insert(criterion, option);
        member
            .put(&format!("{path}/sheets/mine"), "", &json!({"choices": choices, "tourism_case": null}))
            .await?;
        let signed = member.post(&format!("{path}/sheets/mine/sign"), &json!({})).await?;
        tell(name, &format!("tastes, scores and signs: {} points", signed.at("/total")));
    }
    let [chair, secretary, ..] = people.council.as_slice() else { return Err(Failed("no council".into())) };
    let etag = secretary.get(&path).await?.etag;
    secretary.put(&format!("{path}/agreed-sheet"), &etag, &json!({"choices": honest_choices()})).await?;
    let concluded = chair.post(&format!("{path}/conclude"), &json!({})).await?;
    let result = chair.get(&format!("{path}/result")).await?;
    let (mean, star) = (result.at("/mean"), result.at("/star"));
    tell(
        "council1",
        &format!("concludes with quorum: mean {mean} points, {star} stars ({})", concluded.at("/status")),
    );
    people.leader.post(&format!("{path}/decide"), &json!({"signer_title": "Chủ tịch UBND tỉnh"})).await?;
    let product = people.anyone.get(&format!("/catalogue/products/{}", ending.product)).await?;
    ending.certificate = product.text("/rating/certificate_number")?;
    let check = people.anyone.get(&format!("/certificates/{}", ending.certificate)).await?;
    ending.acknowledged.push(format!("/certificates/{}", ending.certificate));
    ending.star = check.at("/star").as_u64().unwrap_or_default();
    tell(
        "leader",
        &format!("decides: certificate {} until {}", ending.certificate, check.at("/valid_until")),
    );
    Ok(())
}

async fn selling(scene: &Scene, people: &People, tell: Tell<'_>, ending: &mut Ending) -> Step<()> {
    let coop = &people.coop;
    tell(
        "coop",
        "opens its shops (simulators here: the real platforms are closed, need keys or an agreement)",
    );
    let mut shops = Vec::new();
    for Stall { platform, title, credentials, settings, .. } in &scene.stalls {
        let shop = json!({
            "producer_id": scene.producer, "platform": platform, "name": format!("Chè Hảo Đạt – {title}"),
            "credentials": credentials,
        });
        let shop = coop.post("/shops", &shop).await?.id()?;
        let path = format!("/shops/{shop}");
        ending.acknowledged.push(path.clone());
        coop.until(&path, "the shop is connected", |body| body.get("status") == Some(&json!("connected")))
            .await?;
        let listing = json!({"product_id": ending.product, "shop_id": shop, "settings": settings});
        let listing = coop.post("/listings", &listing).await?.id()?;
        ending.acknowledged.push(format!("/listings/{listing}"));
        shops.push((path, listing));
    }
    for (Stall { title, .. }, (_, listing)) in scene.stalls.iter().zip(&shops) {
        let live = |body: &Value| body.pointer("/reported/state") == Some(&json!("live"));
        coop.until(&format!("/listings/{listing}"), "the listing is live", live).await?;
        tell("coop", &format!("sees the tea live on {title} with {} stars", ending.star));
    }
    ending.listing = shops.first().map(|(_, listing)| listing.clone()).unwrap_or_default();
    let sku = coop.get(&format!("/products/{}", ending.product)).await?.text("/sku")?;
    for stall in &scene.stalls {
        let buyer = super::simulator::Buyer::new(&stall.simulator)?;
        for quantity in stall.buys {
            buyer.order(&sku, *quantity).await?;
            tell("buyer", &format!("orders {quantity} boxes on {}", stall.title));
        }
    }
    for (path, _) in &shops {
        coop.post(&format!("{path}/pull-orders"), &json!({})).await?;
    }
    let sales = format!("/sales?product_id={}&limit=100", ending.product);
    for stall in &scene.stalls {
        let sold = sold(coop, &sales, stall.platform, stall.bought()).await?;
        ending.sold += sold;
        tell("coop", &format!("sees {sold} boxes sold on {} this month", stall.title));
    }
    Ok(())
}

/// Waits until so many boxes are in a platform's figures; how many there are.
pub(super) async fn sold(coop: &Client, sales: &str, platform: &str, boxes: i64) -> Step<i64> {
    let count = |body: &Value| {
        let rows = body["data"].as_array().into_iter().flatten();
        let here = rows.filter(|row| row["platform"] == platform);
        here.filter_map(|row| row["quantity"].as_i64()).sum::<i64>()
    };
    let figures = coop.until(sales, "every box is in the sales figures", |body| count(body) >= boxes).await?;
    Ok(count(&figures.body))
}
