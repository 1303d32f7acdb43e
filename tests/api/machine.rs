//! The whole way of a rating as a state machine: random actions of all roles, legal and not, against a model that knows
//! nothing of the program. After every step the program says the same as the model: where the dossier is, which
//! star the product shows, and to whom it refuses what.

use std::collections::BTreeMap;

use chrono::{Days, Duration, Months, NaiveDate};
use ocop::actor::Role;
use ocop::ids::AccountId;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestError, TestRunner};
use reqwest::Method;

use crate::support::client::send;
use crate::support::make::{best_choices, choices_worth, commune_report, registration};
use crate::support::{Answer, Client, TestApp, Value, json};

/// Steps of each run.
const STEPS: usize = 700;

/// What members give: two, three, four, five stars.
const TOTALS: [u8; 4] = [45, 60, 80, 95];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Person {
    Coop,
    OtherCoop,
    Commune,
    OtherCommune,
    Office,
    OtherOffice,
    Chairman,
    OtherChairman,
    CentralOffice,
    Minister,
    Auditor,
    /// Of the province's council: chair, secretary, member.
    Member(usize),
    /// Of the centre's.
    Central(usize),
    Nobody,
}

const PEOPLE: [Person; 18] = [
    Person::Coop,
    Person::OtherCoop,
    Person::Commune,
    Person::OtherCommune,
    Person::Office,
    Person::OtherOffice,
    Person::Chairman,
    Person::OtherChairman,
    Person::CentralOffice,
    Person::Minister,
    Person::Auditor,
    Person::Member(0),
    Person::Member(1),
    Person::Member(2),
    Person::Central(0),
    Person::Central(1),
    Person::Central(2),
    Person::Nobody,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Create(usize),
    Submit,
    Report,
    Forward,
    Return,
    Accept,
    Samples,
    Agenda,
    Sign(u8),
    Conclude,
    Decide(usize),
    Withdraw,
    Revoke,
    Extend,
    Suspend,
    Reinstate,
    Wait(i64),
}

const KINDS: [&str; 3] = ["first", "upgrade", "renewal"];
const CHOICES: [Option<&str>; 3] = [None, Some("recognise"), Some("evaluate_again")];

/// A dossier as the model knows it.
#[derive(Clone, Debug)]
struct Paper {
    id: String,
    kind: &'static str,
    status: &'static str,
    stage: &'static str,
    filed: bool,
    reported: bool,
    samples: bool,
    /// The council that scores or scored last is the centre's.
    central: bool,
    sheets: BTreeMap<usize, u8>,
    total: Option<u8>,
}

#[derive(Clone, Debug)]
struct Star {
    star: u8,
    number: String,
    central: bool,
    /// Its last day, and the one it was issued with.
    last: NaiveDate,
    first_last: NaiveDate,
}

#[derive(Default)]
struct Model {
    paper: Option<Paper>,
    star: Option<Star>,
    suspended: bool,
}

fn stars(total: u8) -> u8 {
    match total {
        90.. => 5,
        70.. => 4,
        50.. => 3,
        30.. => 2,
        _ => 1,
    }
}

impl Model {
    fn valid(&self, today: NaiveDate) -> Option<&Star> {
        self.star.as_ref().filter(|star| today <= star.last)
    }

    fn at(&self, status: &[&str]) -> bool {
        self.paper.as_ref().is_some_and(|paper| status.contains(&paper.status))
    }

    fn open(&self) -> bool {
        self.paper.is_some() && !self.at(&["recognised", "refused", "withdrawn"])
    }

    /// Whether a dossier of a kind may be begun, or filed for the first time.
    fn in_window(&self, kind: &str, filing: bool, today: NaiveDate) -> bool {
        match (kind, self.valid(today)) {
            ("first", star) => star.is_none(),
            (_, None) => false,
            ("upgrade", Some(star)) => star.star < 5,
            (_, Some(star)) => {
                let left = (star.last - today).num_days();
                left >= 120 && (!filing || left <= 180)
            }
        }
    }

    /// Whether the law lets this person do this now.
    fn allows(&self, who: Person, act: Act, today: NaiveDate) -> bool {
        let writer = matches!(who, Person::Coop | Person::Commune | Person::Office);
        let paper = self.paper.as_ref();
        let stage = paper.map_or("", |paper| paper.stage);
        match act {
            Act::Create(kind) => {
                writer && !self.open() && !self.suspended && self.in_window(KINDS[kind], false, today)
            }
            Act::Submit => {
                let fits = |p: &Paper| p.filed || self.in_window(p.kind, true, today);
                writer && self.at(&["draft", "returned"]) && !self.suspended && paper.is_some_and(fits)
            }
            Act::Report => who == Person::Commune && self.at(&["submitted"]),
            Act::Forward => {
                who == Person::Commune && self.at(&["submitted"]) && paper.is_some_and(|p| p.reported)
            }
            Act::Return => match stage {
                "commune" => who == Person::Commune && self.at(&["submitted"]),
                "province" => who == Person::Office && self.at(&["forwarded", "accepted"]),
                _ => false,
            },
            Act::Accept => who == Person::Office && self.at(&["forwarded"]),
            Act::Samples => {
                let here =
                    self.at(&["forwarded", "accepted"]) || (self.at(&["returned"]) && stage == "province");
                who == Person::Office && here
            }
            Act::Agenda => match who {
                Person::Office => self.at(&["accepted"]) && paper.is_some_and(|p| p.samples),
                Person::CentralOffice => self.at(&["referred"]),
                _ => false,
            },
            Act::Sign(_) => {
                let seated = match who {
                    Person::Member(_) => paper.is_some_and(|p| !p.central),
                    Person::Central(_) => paper.is_some_and(|p| p.central),
                    _ => false,
                };
                seated && self.at(&["scoring"])
            }
            Act::Conclude => {
                let chair = match who {
                    Person::Member(0) => paper.is_some_and(|p| !p.central),
                    Person::Central(0) => paper.is_some_and(|p| p.central),
                    _ => false,
                };
                // All three have signed, and the same: otherwise deviations and floors keep the chair waiting.
                let agreed = paper.is_some_and(|p| {
                    p.sheets.len() == 3 && p.sheets.values().all(|total| Some(total) == p.sheets.get(&0))
                });
                chair && self.at(&["scoring"]) && agreed
            }
            Act::Decide(choice) => {
                let signer = match stage {
                    "centre" => who == Person::Minister,
                    _ => who == Person::Chairman,
                };
                let came_back = stage == "province" && paper.is_some_and(|p| p.central);
                signer && self.at(&["concluded"]) && came_back == CHOICES[choice].is_some()
            }
            Act::Withdraw => {
                let early = match stage {
                    "commune" => self.at(&["draft", "submitted", "returned"]),
                    "province" => self.at(&["forwarded", "returned", "accepted"]),
                    _ => false,
                };
                who == Person::Coop && early
            }
            Act::Revoke => self.signs(who, today),
            Act::Extend => {
                let renewal = paper.is_some_and(|p| p.kind == "renewal" && p.filed);
                let room = self
                    .valid(today)
                    .is_some_and(|star| star.last + Days::new(60) <= star.first_last + Days::new(180));
                self.signs(who, today) && renewal && self.open() && room
            }
            Act::Suspend => matches!(who, Person::Office | Person::Commune) && !self.suspended,
            Act::Reinstate => matches!(who, Person::Office | Person::Commune) && self.suspended,
            Act::Wait(_) => true,
        }
    }

    fn signs(&self, who: Person, today: NaiveDate) -> bool {
        self.valid(today).is_some_and(|star| match star.central {
            true => who == Person::Minister,
            false => who == Person::Chairman,
        })
    }

    /// What an allowed action brings; `answer` tells ids and numbers.
    fn apply(&mut self, who: Person, act: Act, answer: &Answer, today: NaiveDate) {
        let held = self.valid(today).map(|star| star.star);
        if let Act::Create(kind) = act {
            self.paper = Some(Paper {
                id: answer.id(),
                kind: KINDS[kind],
                status: "draft",
                stage: "commune",
                filed: false,
                reported: false,
                samples: false,
                central: false,
                sheets: BTreeMap::new(),
                total: None,
            });
            return;
        }
        match act {
            Act::Revoke => return self.star = None,
            Act::Extend => {
                if let Some(star) = &mut self.star {
                    star.last = star.last + Days::new(60);
                }
                return;
            }
            Act::Suspend | Act::Reinstate => return self.suspended = act == Act::Suspend,
            Act::Wait(_) => return,
            _ => {}
        }
        let Some(paper) = &mut self.paper else { return };
        match act {
            Act::Submit => {
                paper.filed = true;
                paper.status = if paper.stage == "commune" { "submitted" } else { "forwarded" };
            }
            Act::Report => paper.reported = true,
            Act::Forward => (paper.status, paper.stage) = ("forwarded", "province"),
            Act::Return => paper.status = "returned",
            Act::Accept => paper.status = "accepted",
            Act::Samples => paper.samples = true,
            Act::Agenda => {
                paper.status = "scoring";
                paper.central = paper.stage == "centre";
                paper.sheets.clear();
            }
            Act::Sign(total) => {
                let (Person::Member(seat) | Person::Central(seat)) = who else { return };
                paper.sheets.insert(seat, total);
            }
            Act::Conclude => {
                paper.status = "concluded";
                paper.total = paper.sheets.get(&0).copied();
            }
            Act::Withdraw => paper.status = "withdrawn",
            Act::Decide(choice) => {
                let star = stars(paper.total.unwrap());
                let higher = paper.kind != "upgrade" || held.is_none_or(|held| star > held);
                let at_the_centre = paper.stage == "centre";
                if CHOICES[choice] == Some("evaluate_again") {
                    paper.status = "accepted";
                } else if at_the_centre && !(star == 5 && higher) {
                    paper.stage = "province";
                } else if !at_the_centre && star == 5 {
                    (paper.status, paper.stage) = ("referred", "centre");
                } else if star < 3 || !higher {
                    paper.status = "refused";
                } else {
                    paper.status = "recognised";
                    let last = today.checked_add_months(Months::new(36)).unwrap();
                    let number = answer.body["number"].as_str().unwrap().to_owned();
                    self.star = Some(Star { star, number, central: at_the_centre, last, first_last: last });
                }
            }
            _ => {}
        }
    }

    /// Something that leads on from here, and who does it.
    fn sensible(&self, turn: u8, today: NaiveDate) -> (Person, Act) {
        let Some(paper) = self.paper.as_ref().filter(|_| self.open()) else {
            let kind = match self.valid(today) {
                None => 0,
                Some(star) if star.star < 5 && turn < 128 => 1,
                Some(star) if (star.last - today).num_days() > 180 => {
                    return (Person::Nobody, Act::Wait((star.last - today).num_days() - 170));
                }
                Some(_) => 2,
            };
            return (Person::Coop, Act::Create(kind));
        };
        if self.suspended {
            return (Person::Office, Act::Reinstate);
        }
        match (paper.status, paper.stage) {
            ("draft" | "returned", _) => (Person::Coop, Act::Submit),
            ("submitted", _) if !paper.reported => (Person::Commune, Act::Report),
            ("submitted", _) => (Person::Commune, Act::Forward),
            ("forwarded", _) => (Person::Office, Act::Accept),
            ("accepted", _) if !paper.samples => (Person::Office, Act::Samples),
            ("accepted", _) => (Person::Office, Act::Agenda),
            ("referred", _) => (Person::CentralOffice, Act::Agenda),
            ("scoring", _) => {
                let person = if paper.central { Person::Central } else { Person::Member };
                let total = paper.sheets.get(&0).copied().unwrap_or(TOTALS[usize::from(turn) % 4]);
                match (0..3).find(|seat| paper.sheets.get(seat) != Some(&total)) {
                    Some(seat) => (person(seat), Act::Sign(total)),
                    None => (person(0), Act::Conclude),
                }
            }
            (_, "centre") => (Person::Minister, Act::Decide(0)),
            _ if paper.central => (Person::Chairman, Act::Decide(1 + usize::from(turn) % 2)),
            _ => (Person::Chairman, Act::Decide(0)),
        }
    }
}

impl Model {
    /// The next step of somebody who does not wait for the one before it.
    fn hasty(&self, turn: u8) -> (Person, Act) {
        let Some(paper) = self.paper.as_ref().filter(|_| self.open()) else {
            return (Person::Coop, Act::Submit);
        };
        let (person, leader): (fn(usize) -> Person, _) = match paper.central {
            true => (Person::Central, Person::Minister),
            false => (Person::Member, Person::Chairman),
        };
        let steps = match paper.status {
            "draft" | "returned" => [
                (Person::Commune, Act::Report),
                (Person::Commune, Act::Forward),
                (Person::Office, Act::Accept),
            ],
            "submitted" => [
                (Person::Commune, Act::Forward),
                (Person::Office, Act::Accept),
                (Person::Office, Act::Agenda),
            ],
            "forwarded" => [
                (Person::Office, Act::Agenda),
                (Person::Member(0), Act::Sign(80)),
                (Person::Office, Act::Agenda),
            ],
            "accepted" => [
                (Person::Office, Act::Agenda),
                (Person::Member(0), Act::Sign(80)),
                (Person::Chairman, Act::Decide(0)),
            ],
            "referred" => [
                (Person::Central(0), Act::Sign(95)),
                (Person::Central(0), Act::Conclude),
                (Person::Minister, Act::Decide(0)),
            ],
            "scoring" => [(person(0), Act::Conclude), (person(0), Act::Conclude), (leader, Act::Decide(0))],
            // What was concluded is not scored again, nor decided by who does not sign it.
            _ => [(person(1), Act::Sign(95)), (person(0), Act::Conclude), (Person::Minister, Act::Decide(1))],
        };
        steps[usize::from(turn) % steps.len()]
    }
}

/// The program, and who may call it.
struct World {
    t: TestApp,
    accounts: BTreeMap<Person, AccountId>,
    producer: String,
    product: String,
    councils: [String; 2],
    model: Model,
}

impl World {
    async fn new() -> Self {
        let t = TestApp::new().await;
        let producer = t.producer("Hợp tác xã chè Hảo Đạt", "05503").await;
        let other = t.producer("Hợp tác xã miến Việt Cường", "05503").await;
        let mut accounts = BTreeMap::new();
        for person in PEOPLE {
            let (role, place, of) = match person {
                Person::Coop => (Role::ProducerMember, None, Some(producer)),
                Person::OtherCoop => (Role::ProducerMember, None, Some(other)),
                Person::Commune => (Role::CommuneOfficer, Some("05503"), None),
                Person::OtherCommune => (Role::CommuneOfficer, Some("00004"), None),
                Person::Office => (Role::ProvincialOfficer, Some("19"), None),
                Person::OtherOffice => (Role::ProvincialOfficer, Some("01"), None),
                Person::Chairman => (Role::ProvincialLeader, Some("19"), None),
                Person::OtherChairman => (Role::ProvincialLeader, Some("01"), None),
                Person::CentralOffice => (Role::CentralOfficer, None, None),
                Person::Minister => (Role::CentralLeader, None, None),
                Person::Auditor => (Role::Auditor, None, None),
                Person::Member(_) | Person::Central(_) => (Role::CouncilMember, None, None),
                Person::Nobody => continue,
            };
            let name = format!("{person:?}").to_lowercase().replace(['(', ')'], "-");
            accounts.insert(person, t.account(name.trim_end_matches('-'), &[role], place, of).await);
        }
        let mut world = Self {
            t,
            accounts,
            producer: producer.to_string(),
            product: String::new(),
            councils: Default::default(),
            model: Model::default(),
        };
        let tea = json!({
            "name": "Chè đinh", "criteria_set": 11, "price_vnd": 450_000, "unit": "hộp",
            "description": "Chè một tôm một lá hái sớm ở vùng Tân Cương, sao tay từng mẻ nhỏ.",
        });
        let coop = world.client(Person::Coop);
        world.product = coop.post("/products", tea).await.is(201).id();
        coop.post(&format!("/products/{}/publish", world.product), json!({})).await.is(200);
        for (index, (office, new)) in [
            (Person::Office, json!({"tier": "province", "province_code": "19", "name": "Hội đồng tỉnh"})),
            (Person::CentralOffice, json!({"tier": "centre", "name": "Hội đồng trung ương"})),
        ]
        .into_iter()
        .enumerate()
        {
            let office = world.client(office);
            let council = office.post("/councils", new).await.is(201).id();
            for (seat, name) in ["chair", "secretary", "member"].iter().enumerate() {
                let person = if index == 0 { Person::Member(seat) } else { Person::Central(seat) };
                let member = json!({"account_id": world.accounts[&person], "seat": name});
                office.post(&format!("/councils/{council}/members"), member).await.is(201);
            }
            world.councils[index] = council;
        }
        world
    }

    fn today(&self) -> NaiveDate {
        self.t.app.clock.now().date()
    }

    fn client(&self, person: Person) -> Client {
        match self.accounts.get(&person) {
            Some(account) => self.t.signed_in(*account),
            None => self.t.anonymous(),
        }
    }

    fn path(&self, below: &str) -> String {
        let id = self.model.paper.as_ref().map_or("dos_00000000000000000000000000", |paper| &paper.id);
        format!("/dossiers/{id}{below}")
    }

    async fn etag(&self) -> String {
        self.client(Person::Auditor).get(&self.path("")).await.etag()
    }

    /// Tries an action, in as many calls as it takes; the answer is that of the call that decides.
    async fn perform(&self, who: Person, act: Act) -> Answer {
        let client = self.client(who);
        let today = self.today();
        let number = self.model.star.as_ref().map_or("OCOP-19-2026-999999", |star| &star.number);
        let plain = |verb: &str| format!("{}/{verb}", self.path(""));
        match act {
            Act::Create(kind) => {
                let body = json!({"product_id": self.product, "kind": KINDS[kind]});
                let made = client.post("/dossiers", body).await;
                if made.status == 201 {
                    // Its forms are filled in, as the producer would.
                    let (coop, path) = (self.client(Person::Coop), format!("/dossiers/{}", made.id()));
                    let form = json!({"registration": registration()});
                    let written = coop.patch(&path, &made.etag(), form).await.is(200);
                    let sheet = json!({"choices": best_choices(11), "tourism_case": null});
                    coop.put(&format!("{path}/self-assessment"), &written.etag(), sheet).await.is(200);
                }
                made
            }
            Act::Submit => client.post(&plain("submit"), json!({})).await,
            Act::Report => {
                client.put(&self.path("/commune-report"), &self.etag().await, commune_report()).await
            }
            Act::Forward => client.post(&plain("forward"), json!({})).await,
            Act::Return => {
                let reasons =
                    json!({"reasons": [{"pointer": "/registration/plan", "text": "Bổ sung kế hoạch."}]});
                client.post(&plain("return"), reasons).await
            }
            Act::Accept => client.post(&plain("accept"), json!({})).await,
            Act::Samples => {
                client.post(&self.path("/samples"), json!({"received_on": today, "count": 5})).await
            }
            Act::Agenda => self.agenda(&client, who).await,
            Act::Sign(total) => {
                let path = self.path("/sheets/mine");
                let before = client.get(&path).await;
                let request = client.request(Method::PUT, &path);
                let request = request.json(&json!({"choices": choices_worth(11, total)}));
                let request =
                    if before.status == 200 { request.header("if-match", before.etag()) } else { request };
                let written = send(request).await;
                if written.status == 200 {
                    client.post(&format!("{path}/sign"), json!({})).await
                } else {
                    written
                }
            }
            Act::Conclude => client.post(&plain("conclude"), json!({})).await,
            Act::Decide(choice) => {
                let body = CHOICES[choice].map_or(json!({}), |choice| json!({"choice": choice}));
                client.post(&plain("decide"), body).await
            }
            Act::Withdraw => client.post(&plain("withdraw"), json!({})).await,
            Act::Revoke => {
                let body = json!({
                    "reason": "criteria_not_met", "concluded_on": today, "decision_number": "1/QĐ",
                    "note": "Kết luận kiểm tra.",
                });
                client.post(&format!("/certificates/{number}/revoke"), body).await
            }
            Act::Extend => {
                let until = self.model.star.as_ref().map_or(today, |star| star.last) + Days::new(60);
                let body = json!({"until": until, "decision_number": "2/QĐ", "note": "Chờ kết quả."});
                client.post(&format!("/certificates/{number}/extend"), body).await
            }
            Act::Suspend | Act::Reinstate => {
                let verb = if act == Act::Suspend { "suspend" } else { "reinstate" };
                client
                    .post(&format!("/producers/{}/{verb}", self.producer), json!({"note": "Kiểm tra."}))
                    .await
            }
            Act::Wait(days) => {
                self.t.app.clock.advance(Duration::days(days));
                if days % 2 == 0 {
                    self.t.app.tidy().await.unwrap();
                }
                self.t.anonymous().get("/criteria-sets").await
            }
        }
    }

    /// A session with the dossier on its agenda, open, all members present.
    async fn agenda(&self, office: &Client, who: Person) -> Answer {
        let central = who == Person::CentralOffice;
        let council = &self.councils[usize::from(central)];
        let new = json!({"held_on": self.today()});
        let session = office.post(&format!("/councils/{council}/sessions"), new).await;
        if session.status != 201 {
            return session;
        }
        let (session, id) = (session.id(), self.model.paper.as_ref().map(|paper| &paper.id));
        let listed = office.post(&format!("/sessions/{session}/agenda"), json!({"dossier_ids": [id]})).await;
        if listed.status == 200 {
            let person = if central { Person::Central } else { Person::Member };
            let chair = self.client(person(0));
            let open = chair.post(&format!("/sessions/{session}/open"), json!({})).await.is(200);
            let present: Vec<_> = (0..3).map(|seat| self.accounts[&person(seat)]).collect();
            let path = format!("/sessions/{session}/attendance");
            chair.put(&path, &open.etag(), json!({"account_ids": present})).await.is(200);
        }
        listed
    }

    /// Does something and compares what the program did with what the model says.
    async fn step(&mut self, who: Person, act: Act) {
        let today = self.today();
        let allowed = self.model.allows(who, act, today);
        let answer = self.perform(who, act).await;
        let told = format!(
            "{who:?} {act:?} on {today}: {} {:#}; {:?}",
            answer.status, answer.body, self.model.paper
        );
        assert_eq!((200..300).contains(&answer.status), allowed, "{told}; {:?}", self.model.star);
        if allowed {
            self.model.apply(who, act, &answer, today);
        } else {
            assert!([401, 403, 404, 409, 412, 422].contains(&answer.status), "{told}");
            assert!(answer.body["code"].is_string() && answer.body["detail"].is_string(), "{told}");
        }
        self.compare(&told).await;
    }

    async fn compare(&self, told: &str) {
        if let Some(paper) = &self.model.paper {
            let found = self.client(Person::Auditor).get(&self.path("")).await.is(200).body;
            assert_eq!(
                (&found["status"], &found["stage"]),
                (&json!(paper.status), &json!(paper.stage)),
                "{told}"
            );
        }
        let star = self.model.valid(self.today());
        let number = star.map(|star| star.number.clone());
        let shown = self.client(Person::Coop).get(&format!("/products/{}", self.product)).await.is(200).body;
        assert_eq!(shown["rating"]["certificate_number"], json!(number), "{told}");
        assert_eq!(shown["rating"]["star"], json!(star.map(|star| star.star)), "{told}");
        let public = self.t.anonymous().get(&format!("/catalogue/products/{}", self.product)).await;
        if self.model.suspended {
            assert_eq!(public.status, 404, "{told}");
        } else {
            assert_eq!(
                public.is(200).body["rating"],
                star.map_or(Value::Null, |_| shown["rating"].clone()),
                "{told}"
            );
        }
        if let Some(star) = &self.model.star {
            let checked =
                self.t.anonymous().get(&format!("/certificates/{}", star.number)).await.is(200).body;
            let status = if self.today() <= star.last { "valid" } else { "lapsed" };
            assert_eq!(
                (&checked["status"], &checked["expires_on"]),
                (&json!(status), &json!(star.last)),
                "{told}"
            );
        }
    }
}

/// A step's numbers: what kind of step, who, what, and a turn of chance.
type Dice = (u8, u8, u8, u8);

fn random(dice: Dice) -> (Person, Act) {
    let (_, who, what, turn) = dice;
    let choice = usize::from(turn) % 3;
    let act = match what % 17 {
        0 => Act::Create(choice),
        1 => Act::Submit,
        2 => Act::Report,
        3 => Act::Forward,
        4 => Act::Return,
        5 => Act::Accept,
        6 => Act::Samples,
        7 => Act::Agenda,
        8 => Act::Sign(TOTALS[usize::from(turn) % 4]),
        9 => Act::Conclude,
        10 => Act::Decide(choice),
        11 => Act::Withdraw,
        12 => Act::Revoke,
        13 => Act::Extend,
        14 => Act::Suspend,
        15 => Act::Reinstate,
        _ => Act::Wait([1, 7, 40, 200][usize::from(turn) % 4]),
    };
    (PEOPLE[usize::from(who) % PEOPLE.len()], act)
}

/// Runs of their own, so that each core has one.
macro_rules! runs {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            run();
        }
    )*};
}

runs! {
    the_program_and_a_simple_model_never_disagree
    nor_by_other_dice
    nor_by_a_third_throw
}

fn run() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let config = Config { cases: 1, max_shrink_iters: 40, failure_persistence: None, ..Config::default() };
    let steps = prop::collection::vec(any::<Dice>(), STEPS);
    let result = TestRunner::new(config).run(&steps, |steps| {
        runtime.block_on(async {
            let mut world = World::new().await;
            for dice in steps {
                // Half the steps lead on, so that runs come far; the others try whatever comes, or what comes too early.
                let (who, act) = match dice.0 % 8 {
                    0..4 => world.model.sensible(dice.3, world.today()),
                    // The right person at the wrong time, or the wrong person at the right one.
                    4 => (
                        PEOPLE[usize::from(dice.1) % PEOPLE.len()],
                        world.model.sensible(dice.3, world.today()).1,
                    ),
                    5 => (world.model.sensible(dice.3, world.today()).0, random(dice).1),
                    6 => world.model.hasty(dice.3),
                    _ => random(dice),
                };
                world.step(who, act).await;
            }
        });
        Ok(())
    });
    // The steps themselves say less than what went wrong at the last.
    match result {
        Ok(()) => {}
        Err(TestError::Fail(reason, steps)) => panic!("after {} steps at most: {reason}", steps.len()),
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}

impl World {
    /// A dossier of a kind from its draft to the decision, each council giving it so many points.
    async fn rate(&mut self, kind: usize, total: u8, central: Option<u8>, extended: bool) {
        self.step(Person::Coop, Act::Create(kind)).await;
        self.step(Person::Coop, Act::Submit).await;
        if extended {
            self.step(Person::Minister, Act::Extend).await;
        }
        self.step(Person::Commune, Act::Report).await;
        self.step(Person::Commune, Act::Forward).await;
        self.step(Person::Office, Act::Accept).await;
        self.step(Person::Office, Act::Samples).await;
        self.step(Person::Office, Act::Agenda).await;
        self.council(Person::Member, total).await;
        self.step(Person::Chairman, Act::Decide(0)).await;
        if let Some(total) = central {
            self.step(Person::CentralOffice, Act::Agenda).await;
            self.council(Person::Central, total).await;
            self.step(Person::Minister, Act::Decide(0)).await;
        }
    }

    async fn council(&mut self, person: fn(usize) -> Person, total: u8) {
        for seat in 0..3 {
            self.step(person(seat), Act::Sign(total)).await;
        }
        self.step(person(0), Act::Conclude).await;
    }

    /// Waits until so many days are left of the star.
    async fn until_left(&mut self, days: i64) {
        let left = (self.model.star.as_ref().unwrap().last - self.today()).num_days();
        self.step(Person::Nobody, Act::Wait(left - days)).await;
        self.t.app.tidy().await.unwrap();
    }
}

/// From the first three stars to five, through renewal, downgrade and lapse to a first rating again and its revocation.
#[tokio::test(flavor = "multi_thread")]
async fn the_whole_life_of_a_star() {
    let mut world = World::new().await;
    world.rate(0, 60, None, false).await;
    world.rate(1, 80, None, false).await;
    world.rate(1, 95, Some(95), false).await;
    world.until_left(170).await;
    world.rate(2, 95, Some(95), true).await;
    world.until_left(150).await;
    world.rate(2, 80, None, false).await;
    world.until_left(-10).await;
    world.rate(0, 60, None, false).await;
    world.step(Person::Nobody, Act::Wait(30)).await;
    world.step(Person::Chairman, Act::Revoke).await;

    let history = format!("/products/{}/history", world.product);
    let chain =
        world.t.anonymous().get(&history).await.is(200).body["certificates"].as_array().unwrap().clone();
    let text = |link: &Value, field: &str| link[field].as_str().unwrap_or_default().to_owned();
    for link in &chain {
        println!(
            "{:<22} {} sao  {:<10} {:<10}  {} – {}",
            text(link, "number"),
            link["star"],
            text(link, "step"),
            text(link, "status"),
            &text(link, "valid_from")[..10],
            &text(link, "valid_until")[..10],
        );
    }
    let row = |link: &Value| (link["star"].as_u64().unwrap(), text(link, "step"), text(link, "status"));
    let rows: Vec<_> = chain.iter().map(row).collect();
    let expected = [
        (3, "first", "superseded"),
        (4, "upgraded", "superseded"),
        (5, "upgraded", "superseded"),
        (5, "renewed", "superseded"),
        (4, "downgraded", "lapsed"),
        (3, "first", "revoked"),
    ];
    assert_eq!(rows, expected.map(|(star, step, status)| (star, step.to_owned(), status.to_owned())));
    // The star of any past day is known.
    for link in &chain {
        let day = world.t.app.clock.now();
        let from: chrono::DateTime<chrono::Utc> = text(link, "valid_from").parse().unwrap();
        let day_of = ocop::instant::Instant::from_utc(from).date();
        if day_of < day.date() {
            let then = world.t.anonymous().get(&format!("{history}?as_of={day_of}")).await.is(200).body;
            // Several certificates of one day: the last of them counts.
            assert!(then["star"].as_u64() >= link["star"].as_u64(), "{day_of}: {then}");
        }
    }
    let acts =
        world.t.anonymous().get("/certificates/OCOP-TW-2026-000001").await.is(200).body["acts"].clone();
    assert_eq!(acts[0]["kind"], "extended");
}
