//! Records that tests begin with, made without HTTP.

use std::collections::BTreeMap;

use ocop::actor::{Actor, Role};
use ocop::ids::{AccountId, ProducerId, ProductId};
use ocop::producer::{self, Kind, Representative, Written};
use ocop::values::Points;

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
        Self::begin_for(t, producer, coop).await
    }

    /// A draft with complete forms of a producer of Tân Cương.
    pub async fn begin_for(t: &TestApp, producer: ProducerId, coop: Client) -> Self {
        let (product, dossier) = Self::draft(&coop, "Chè đinh").await;
        let (commune, province) = (t.commune().await, t.province().await);
        Self { producer, product, dossier, coop, commune, province }
    }

    /// A tea and the draft of its dossier with complete forms.
    pub async fn draft(coop: &Client, name: &str) -> (String, String) {
        let tea = json!({
            "name": name, "criteria_set": 11, "price_vnd": 450_000, "unit": "hộp",
            "description": "Chè một tôm một lá hái sớm ở vùng Tân Cương, sao tay từng mẻ nhỏ.",
        });
        let product = coop.post("/products", tea).await.is(201).id();
        let made = coop.post("/dossiers", json!({"product_id": product, "kind": "first"})).await.is(201);
        let path = format!("/dossiers/{}", made.id());
        let written = coop.patch(&path, &made.etag(), json!({"registration": registration()})).await.is(200);
        let sheet = json!({"choices": best_choices(11), "tourism_case": null});
        coop.put(&format!("{path}/self-assessment"), &written.etag(), sheet).await.is(200);
        (product, made.id())
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
        way.accept().await;
        way
    }

    /// From the draft to the province's acceptance.
    pub async fn accept(&self) {
        self.submit().await.is(200);
        self.forward().await.is(200);
        self.province.post(&self.path("/accept"), json!({})).await.is(200);
        self.samples(5).await.is(200);
    }

    /// The province records samples, on the day the dossier was filed.
    pub async fn samples(&self, count: i32) -> Answer {
        let filed = self.province.get(&self.path("")).await.is(200).body["filed_at"].clone();
        let filed: chrono::DateTime<chrono::Utc> = filed.as_str().unwrap().parse().unwrap();
        let day = ocop::instant::Instant::from_utc(filed).date();
        let body = json!({"received_on": day, "count": count});
        self.province.post(&self.path("/samples"), body).await
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
        self.council_with(office, size, json!({})).await
    }

    /// A council of the province with this many members and settings.
    pub async fn council_with(&self, office: &Client, size: usize, settings: Value) -> Seated {
        let name = "Hội đồng OCOP tỉnh Thái Nguyên";
        let new = json!({"tier": "province", "province_code": "19", "name": name, "settings": settings});
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

/// Choices for a set of Decision 26/2026 that are worth exactly `total` points and meet every floor of the star of
/// that many points; for set 26 those of case 1. The same total gives the same choices.
pub fn choices_worth(set_no: u8, total: u8) -> Value {
    let set = ocop::criteria::find("qd26-2026", set_no).unwrap();
    let star = set.star_bands.star(ocop::criteria::Mean::single(Points::from_whole(i32::from(total))));
    let leaves = set.leaves();
    // What has been chosen so far, by the points it is worth.
    let mut ways: BTreeMap<u8, Vec<(String, String)>> = BTreeMap::from([(0, Vec::new())]);
    for leaf in &leaves {
        let needed = leaves.iter().any(|other| other.depends_on() == Some(&*leaf.code));
        let least = if needed || set.stops_at(&leaf.code) { 1 } else { 0 };
        let fits = |o: &&ocop::criteria::ScoreOption| {
            o.case.is_none_or(|case| case == 1) && o.points >= leaf.floor(star).max(least)
        };
        let mut next = BTreeMap::new();
        for (sum, way) in ways {
            for option in leaf.options.iter().filter(fits) {
                let mut way = way.clone();
                way.push((leaf.code.to_string(), option.id.to_string()));
                next.entry(sum + option.points).or_insert(way);
            }
            if leaf.floor(star).max(least) == 0 {
                next.entry(sum).or_insert(way);
            }
        }
        ways = next;
    }
    let way = ways.remove(&total).unwrap_or_else(|| panic!("set {set_no} cannot give {total} points"));
    way.into_iter().map(|(code, option)| (code, Value::String(option))).collect()
}

/// The best choices of a set but at one criterion, where the points are fewer than a star needs, though enough for
/// the one below, and the total stays at 90 or more; and that criterion's code.
pub fn one_floor_missed(set_no: u8, star: u8) -> (Value, String) {
    let set = ocop::criteria::find("qd26-2026", set_no).unwrap();
    let star = ocop::values::Star::new(star).unwrap();
    let leaves = set.leaves();
    let (leaf, option) = leaves
        .iter()
        .find_map(|leaf| {
            let depended = leaves.iter().any(|l| l.depends_on() == Some(&*leaf.code));
            let lower = ocop::values::Star::new(star.get() - 1).unwrap();
            let below = |o: &&ocop::criteria::ScoreOption| {
                (leaf.floor(lower).max(1)..leaf.floor(star)).contains(&o.points)
            };
            let option =
                leaf.options.iter().find(below).filter(|_| !depended && !set.stops_at(&leaf.code))?;
            let top = leaf.options.iter().map(|o| o.points).max().unwrap();
            (top - option.points < 10).then_some((leaf, option))
        })
        .unwrap();
    let mut choices = choices_worth(set_no, 100);
    choices[&*leaf.code] = json!(option.id);
    (choices, leaf.code.to_string())
}

/// The chair, who stands first, opens a session with everybody present.
pub async fn open_session(session: &str, members: &[(AccountId, Client)]) {
    let chair = &members[0].1;
    let open = chair.post(&format!("/sessions/{session}/open"), json!({})).await.is(200);
    let present: Vec<_> = members.iter().map(|(account, _)| account).collect();
    let path = format!("/sessions/{session}/attendance");
    chair.put(&path, &open.etag(), json!({"account_ids": present})).await.is(200);
}

/// A dossier on the agenda of a council in session.
pub struct Scoring {
    pub way: Way,
    pub council: String,
    /// Accounts and people, the chair first, the secretary second.
    pub members: Vec<(AccountId, Client)>,
}

impl Scoring {
    /// A council of this many members.
    pub async fn begin(t: &TestApp, size: usize) -> Self {
        Self::begin_with_chair(t, size, None).await
    }

    /// A council with settings of its own.
    pub async fn begin_with_settings(t: &TestApp, size: usize, settings: Value) -> Self {
        Self::of(t, Way::accepted(t).await, size, settings).await
    }

    /// A dossier of a producer of Tân Cương.
    pub async fn begin_for(t: &TestApp, producer: ProducerId, coop: Client, size: usize) -> Self {
        let way = Way::begin_for(t, producer, coop).await;
        way.accept().await;
        Self::of(t, way, size, json!({})).await
    }

    async fn of(t: &TestApp, way: Way, size: usize, settings: Value) -> Self {
        let Seated { council, members } = t.council_with(&way.province, size, settings).await;
        let scoring = Self { way, council, members };
        scoring.put_on_agenda().await;
        scoring
    }

    /// A council with a given chair, or a new one.
    pub async fn begin_with_chair(t: &TestApp, size: usize, chair: Option<AccountId>) -> Self {
        let way = Way::accepted(t).await;
        let Seated { council, mut members } = match chair {
            None => t.council(&way.province, size).await,
            Some(chair) => {
                let new = json!({"tier": "province", "province_code": "19", "name": "Hội đồng"});
                let council = way.province.post("/councils", new).await.is(201).id();
                let mut members = vec![(chair, t.signed_in(chair))];
                for index in 1..size {
                    let account =
                        t.account(&format!("council{}", index + 1), &[Role::CouncilMember], None, None).await;
                    members.push((account, t.signed_in(account)));
                }
                for ((account, _), seat) in
                    members.iter().zip(["chair", "secretary"].iter().chain(std::iter::repeat(&"member")))
                {
                    let member = json!({"account_id": account, "seat": seat});
                    way.province.post(&format!("/councils/{council}/members"), member).await.is(201);
                }
                Seated { council, members }
            }
        };
        members.truncate(size);
        let scoring = Self { way, council, members };
        scoring.put_on_agenda().await;
        scoring
    }

    pub async fn put_on_agenda(&self) {
        let office = &self.way.province;
        let new = json!({"held_on": "2026-12-20"});
        let session = office.post(&format!("/councils/{}/sessions", self.council), new).await.is(201).id();
        let ids = json!({"dossier_ids": [self.way.dossier]});
        office.post(&format!("/sessions/{session}/agenda"), ids).await.is(200);
        open_session(&session, &self.members).await;
    }

    /// Another product of the same producer before the same council, in a session of its own.
    pub async fn another(&self, name: &str) -> Self {
        let Way { producer, coop, commune, province, .. } = &self.way;
        let (product, dossier) = Way::draft(coop, name).await;
        let way = Way {
            producer: *producer,
            product,
            dossier,
            coop: coop.clone(),
            commune: commune.clone(),
            province: province.clone(),
        };
        way.accept().await;
        let scoring = Self { way, council: self.council.clone(), members: self.members.clone() };
        scoring.put_on_agenda().await;
        scoring
    }

    /// A member writes and signs a sheet, also in place of the one signed before.
    pub async fn score(&self, member: usize, choices: Value) -> Answer {
        let client = &self.members[member].1;
        let path = self.way.path("/sheets/mine");
        let before = client.get(&path).await;
        let body = json!({"choices": choices});
        let request = client.request(reqwest::Method::PUT, &path).json(&body);
        let request = if before.status == 200 { request.header("if-match", before.etag()) } else { request };
        super::client::send(request).await.is(200);
        client.post(&format!("{path}/sign"), json!({})).await.is(200)
    }

    /// The secretary records the chair's choice wherever the members chose differently.
    pub async fn agree(&self) {
        let secretary = &self.members[1].1;
        let path = self.way.path("/agreed-sheet");
        let open = secretary.get(&path).await.is(200);
        let chair = self.members[0].1.get(&self.way.path("/sheets/mine")).await.is(200).body;
        let codes = open.body["open"].as_array().unwrap().iter();
        let choices: Value = codes
            .map(|code| {
                let code = code.as_str().unwrap();
                (code.to_owned(), chair["choices"][code].clone())
            })
            .collect();
        let agreed = secretary.put(&path, &open.etag(), json!({"choices": choices})).await.is(200);
        assert_eq!(agreed.body["blocking"], json!([]));
    }

    /// The chair concludes.
    pub async fn conclude(&self, body: Value) -> Answer {
        self.members[0].1.post(&self.way.path("/conclude"), body).await
    }

    /// All members give the same choices, worth this many points, and the chair concludes.
    pub async fn concluded(&self, total: u8) {
        for member in 0..self.members.len() {
            self.score(member, choices_worth(11, total)).await;
        }
        self.conclude(json!({})).await.is(200);
    }

    /// The dossier before a council of the centre, after the province referred it: concluded with this many points. The
    /// session.
    pub async fn at_the_centre(&self, t: &TestApp, total: u8) -> String {
        let office = t.actor("centre", &[Role::CentralOfficer], None, None).await;
        let council = json!({"tier": "centre", "name": "Hội đồng OCOP trung ương"});
        let council = office.post("/councils", council).await.is(201).id();
        let mut members = Vec::new();
        for (index, seat) in ["chair", "secretary", "member"].iter().enumerate() {
            let account = t.account(&format!("central{index}"), &[Role::CouncilMember], None, None).await;
            let member = json!({"account_id": account, "seat": seat});
            office.post(&format!("/councils/{council}/members"), member).await.is(201);
            members.push((account, t.signed_in(account)));
        }
        let session = json!({"held_on": "2026-12-20"});
        let session = office.post(&format!("/councils/{council}/sessions"), session).await.is(201).id();
        let agenda = json!({"dossier_ids": [self.way.dossier]});
        office.post(&format!("/sessions/{session}/agenda"), agenda).await.is(200);
        open_session(&session, &members).await;
        for (_, member) in &members {
            let sheet = json!({"choices": choices_worth(11, total)});
            let path = self.way.path("/sheets/mine");
            let request = member.request(reqwest::Method::PUT, &path).json(&sheet);
            super::client::send(request).await.is(200);
            member.post(&format!("{path}/sign"), json!({})).await.is(200);
        }
        members[0].1.post(&self.way.path("/conclude"), json!({})).await.is(200);
        session
    }
}
