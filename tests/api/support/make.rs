//! Records that tests begin with, made without HTTP.

use ocop::actor::{Actor, Role};
use ocop::ids::{AccountId, ProducerId, ProductId};
use ocop::producer::{self, Kind, Representative, Written};

use super::{Answer, Client, TestApp, Value, json};

/// What somebody may write about a cooperative of a commune.
pub fn cooperative(name: &str, commune: &str) -> Written {
    Written {
        name: name.to_owned(),
        kind: Kind::Cooperative,
        enterprise_form: None,
        local_capital_percent: None,
        tax_code: None,
        registration_number: Some("170207000012".to_owned()),
        registered_on: None,
        commune_code: Some(commune.to_owned()),
        province_code: None,
        address: None,
        former_address: None,
        representative: Representative::default(),
        phone: None,
        email: None,
        capacity: None,
    }
}

impl TestApp {
    /// A verified producer as written.
    pub async fn written(&self, written: Written) -> ProducerId {
        let now = self.app.clock.now();
        let write = move |tx: &mut ocop::db::Tx<'_>| {
            producer::register_imported(tx, &Actor::system("test"), &written, true, "test", now)
        };
        self.app.db.write("test.producer", write).await.unwrap().id
    }

    /// A verified cooperative of a commune.
    pub async fn producer(&self, name: &str, commune: &str) -> ProducerId {
        self.written(cooperative(name, commune)).await
    }

    /// A published product as its producer's member writes it.
    pub async fn published(&self, member: &Client, body: Value) -> ProductId {
        let id = member.post("/products", body).await.is(201).id();
        member.post(&format!("/products/{id}/publish"), json!({})).await.is(200);
        id.parse().unwrap()
    }
}

/// Form 01, complete.
pub fn registration() -> Value {
    json!({
        "business_type": "Sản xuất, chế biến chè", "products": ["Chè búp khô"],
        "materials": [{"name": "Búp chè", "source": "Xã Tân Cương", "local": true, "percent": 100}],
        "labour": {"total": 24, "local": 20}, "plan": "Mở rộng vùng nguyên liệu thêm 5 ha trong năm 2027.",
    })
}

/// Form 03, complete.
pub fn commune_report() -> Value {
    json!({
        "local_material": "Toàn bộ búp chè hái tại xã.", "local_labour": "20 trên 24 lao động là người của xã.",
        "idea_origin": "Nghề chè của địa phương.", "local_identity": "Chè Tân Cương có chỉ dẫn địa lý.",
    })
}

/// For each leaf of a set of Decision 26/2026 the option with the most points; for set 26 those of case 1.
pub fn best_choices(set_no: u8) -> Value {
    let set = ocop::criteria::find("qd26-2026", set_no).unwrap();
    let best = |leaf: &ocop::criteria::Criterion| {
        let options = leaf.options.iter().filter(|option| option.case.is_none_or(|case| case == 1));
        options.max_by_key(|option| option.points).unwrap().id.to_string()
    };
    set.leaves().into_iter().map(|leaf| (leaf.code.to_string(), Value::String(best(leaf)))).collect()
}

/// A cooperative of Tân Cương with a tea and its dossier, and the people on its way.
pub struct Way {
    pub producer: ProducerId,
    pub product: String,
    /// The dossier's id.
    pub dossier: String,
    pub coop: Client,
    pub commune: Client,
    pub province: Client,
}

impl Way {
    /// A draft with complete forms.
    pub async fn begin(t: &TestApp) -> Self {
        let producer = t.producer("Hợp tác xã chè Hảo Đạt", "05503").await;
        let coop = t.actor("coop", &[Role::ProducerMember], None, Some(producer)).await;
        let tea = json!({
            "name": "Chè đinh", "criteria_set": 11, "price_vnd": 450_000, "unit": "hộp",
            "description": "Chè một tôm một lá hái sớm ở vùng Tân Cương, sao tay từng mẻ nhỏ.",
        });
        let product = coop.post("/products", tea).await.is(201).id();
        let made = coop.post("/dossiers", json!({"product_id": product, "kind": "first"})).await.is(201);
        let path = format!("/dossiers/{}", made.id());
        let written = coop.patch(&path, &made.etag(), json!({"registration": registration()})).await.is(200);
        let sheet = json!({"choices": best_choices(11), "tourism_case": null});
        coop.put(&format!("{path}/self-assessment"), &written.etag(), sheet).await.is(200);
        let (commune, province) = (t.commune().await, t.province().await);
        Self { producer, product, dossier: made.id(), coop, commune, province }
    }

    /// The address of the dossier, or of something below it.
    pub fn path(&self, below: &str) -> String {
        format!("/dossiers/{}{below}", self.dossier)
    }

    /// The dossier's `ETag` now.
    pub async fn etag(&self) -> String {
        self.province.get(&self.path("")).await.is(200).etag()
    }

    /// A paper of a product.
    pub async fn paper(&self, product: &str) -> String {
        let path = format!("/products/{product}/papers?kind=other&title=GCN");
        let pdf = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n".to_vec();
        let request =
            self.coop.request(reqwest::Method::POST, &path).header("content-type", "application/pdf");
        super::client::send(request.body(pdf)).await.is(201).id()
    }

    /// The producer submits.
    pub async fn submit(&self) -> Answer {
        self.coop.post(&self.path("/submit"), json!({})).await
    }

    /// The commune reports and forwards.
    pub async fn forward(&self) -> Answer {
        let etag = self.etag().await;
        self.commune.put(&self.path("/commune-report"), &etag, commune_report()).await.is(200);
        self.commune.post(&self.path("/forward"), json!({})).await
    }

    /// All the way to the province's acceptance.
    pub async fn accepted(t: &TestApp) -> Self {
        let way = Self::begin(t).await;
        way.submit().await.is(200);
        way.forward().await.is(200);
        way.province.post(&way.path("/accept"), json!({})).await.is(200);
        way
    }
}

/// A council of Thái Nguyên: accounts and people, the chair first, the secretary second.
pub struct Seated {
    /// The council's id.
    pub council: String,
    pub members: Vec<(AccountId, Client)>,
}

impl TestApp {
    /// A council of the province with this many members.
    pub async fn council(&self, office: &Client, size: usize) -> Seated {
        let new =
            json!({"tier": "province", "province_code": "19", "name": "Hội đồng OCOP tỉnh Thái Nguyên"});
        let council = office.post("/councils", new).await.is(201).id();
        let mut members = Vec::new();
        for index in 0..size {
            let name = format!("council{}", index + 1);
            let account = self.account(&name, &[Role::CouncilMember], None, None).await;
            let seat = ["chair", "secretary"].get(index).unwrap_or(&"member");
            let member = json!({"account_id": account, "seat": seat});
            office.post(&format!("/councils/{council}/members"), member).await.is(201);
            members.push((account, self.signed_in(account)));
        }
        Seated { council, members }
    }
}
