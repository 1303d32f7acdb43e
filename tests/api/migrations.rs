//! Every migration is walked down and up again on a database that has been worked with.

use std::path::Path;

use chrono::{Duration, NaiveDate};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use ocop::actor::{Actor, Role};
use ocop::certificate::{self, Legacy};
use ocop::db::{Address, migrate};
use ocop::values::Star;

use crate::support::make::{Scoring, Way, choices_worth};
use crate::support::{TestApp, json};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text)]
    line: String,
}

/// What a query answers, on a connection of its own: those of the service have prepared statements of the schema before.
fn lines(address: &Address, query: &str) -> Vec<String> {
    let query = diesel::sql_query(query);
    let rows: Vec<Line> = match address {
        Address::Sqlite(path) => {
            query.load(&mut SqliteConnection::establish(&path.to_string_lossy()).unwrap()).unwrap()
        }
        Address::Pg(url) => query.load(&mut PgConnection::establish(url).unwrap()).unwrap(),
    };
    rows.into_iter().map(|row| row.line).collect()
}

fn run(address: &Address, statement: &str) {
    match address {
        Address::Sqlite(path) => {
            let mut conn = SqliteConnection::establish(&path.to_string_lossy()).unwrap();
            conn.batch_execute(&format!("PRAGMA busy_timeout = 5000; {statement}")).unwrap();
        }
        Address::Pg(url) => PgConnection::establish(url).unwrap().batch_execute(statement).unwrap(),
    }
}

/// Tables that the newest migrations made or changed: all of them have rows before the walk.
const FILLED: &[&str] = &[
    "dossier_origins",
    "dossier_snapshots",
    "dossier_samples",
    "dossier_reminders",
    "rounds",
    "holidays",
    "conflict_checks",
    "advisors",
    "reviews",
    "requested_tests",
    "authorities",
    "certificate_acts",
    "certificate_checks",
    "certificate_reminders",
    "notices",
    "product_successors",
    "score_sheets",
    "agenda_items",
    "certificates",
];

/// What is read before and after, and the migration that made its table: what stays must be the same.
const KEPT: &[(&str, &str)] = &[
    ("foundation", "SELECT name || ' ' || value AS line FROM counters ORDER BY name"),
    ("foundation", "SELECT seq || ' ' || hash AS line FROM audit_entries ORDER BY seq"),
    ("products", "SELECT id || ' ' || coalesce(certificate_number, '') AS line FROM products ORDER BY id"),
    ("dossiers", "SELECT id || ' ' || status || ' ' || stage AS line FROM dossiers ORDER BY id"),
    (
        "ratings",
        "SELECT number || ' ' || tier || ' ' || star || ' ' || status AS line FROM certificates ORDER BY number",
    ),
    (
        "ratings",
        "SELECT id || ' ' || status || ' ' || total AS line FROM score_sheets WHERE status = 'signed' ORDER BY id",
    ),
];

/// Ratings to the ministry, a revocation, checks, an old certificate, reviews, holidays: rows wherever the law's work
/// leaves some.
async fn worked_with(t: &TestApp) {
    let s = Scoring::begin(t, 4).await;
    let leader = t.actor("leader", &[Role::ProvincialLeader], Some("19"), None).await;
    let minister = t.actor("minister", &[Role::CentralLeader], None, None).await;
    let conclude = async |s: &Scoring, total: u8| {
        let interest = json!({"reason": "Em họ của giám đốc"});
        s.members[3].1.post(&s.way.path("/conflicts"), interest).await.is(201);
        for member in 0..3 {
            s.score(member, choices_worth(11, total)).await;
        }
        s.conclude(json!({})).await.is(200);
        leader.post(&s.way.path("/decide"), json!({})).await
    };
    conclude(&s, 92).await.is(200);
    s.at_the_centre(t, 95).await;
    minister.post(&s.way.path("/decide"), json!({})).await.is(201);
    let other = s.another("Chè búp").await;
    let number = conclude(&other, 80).await.is(201).body["number"].as_str().unwrap().to_owned();
    let check = json!({"checked_on": "2026-11-23", "checked_by": "Đoàn kiểm tra của tỉnh"});
    s.way.province.post(&format!("/certificates/{number}/checks"), check).await.is(201);
    let revocation = json!({
        "reason": "misuse_of_mark", "concluded_on": "2026-11-23", "decision_number": "121/QĐ-UBND", "note": "Nhãn sai.",
    });
    leader.post(&format!("/certificates/{number}/revoke"), revocation).await.is(200);

    // A certificate of before, which ends soon, and an upgrade begun from it.
    let coop = &s.way.coop;
    let old = coop.post("/products", json!({"name": "Chè nõn", "criteria_set": 11})).await.is(201).id();
    let legacy = Legacy {
        product_id: old.parse().unwrap(),
        scheme: "qd148-2023".to_owned(),
        star: Star::new(3).unwrap(),
        score: None,
        year: None,
        decision: Some("12/QĐ-UBND".to_owned()),
        decided_on: NaiveDate::from_ymd_opt(2023, 12, 20),
        issuer: "UBND huyện Đồng Hỷ".to_owned(),
        source: None,
    };
    let now = t.app.clock.now();
    let write = move |tx: &mut ocop::db::Tx<'_>| {
        certificate::register_legacy(tx, &Actor::system("test"), &legacy, now)
    };
    t.app.db.write("test.legacy", write).await.unwrap();
    coop.post("/dossiers", json!({"product_id": old, "kind": "upgrade"})).await.is(201);
    let etag = coop.get(&format!("/products/{old}")).await.is(200).etag();
    let heir = json!({"successor_id": other.way.product, "reason": "new_recipe"});
    coop.put(&format!("/products/{old}/successor"), &etag, heir).await.is(200);

    // A dossier that waits for its council, reviewed; and one that the commune leaves lying.
    let (product, dossier) = Way::draft(coop, "Chè móc câu").await;
    let (commune, province) = (s.way.commune.clone(), s.way.province.clone());
    let way = Way { producer: s.way.producer, product, dossier, coop: coop.clone(), commune, province };
    way.accept().await;
    let expert = t.account("expert", &[Role::CouncilMember], None, None).await;
    way.province.post("/advisory-teams/19/members", json!({"account_id": expert})).await.is(201);
    let expert = t.signed_in(expert);
    let opinion = json!({"recommendation": "ready", "opinion": "Đủ điều kiện trình hội đồng."});
    expert.post(&way.path("/reviews"), opinion).await.is(201);
    let test = json!({"what": "Dư lượng thuốc bảo vệ thực vật", "due_on": "2026-12-10"});
    expert.post(&way.path("/tests"), test).await.is(201);
    let (_, left) = Way::draft(coop, "Chè xanh").await;
    coop.post(&format!("/dossiers/{left}/submit"), json!({})).await.is(200);

    let centre = t.actor("centre2", &[Role::CentralOfficer], None, None).await;
    centre.patch("/rounds/centre-2027-1", "\"0\"", json!({"ends_on": "2027-04-15"})).await.is(200);
    let holiday = json!({"day": "2026-11-24", "kind": "holiday", "name": "Ngày Văn hóa Việt Nam"});
    centre.post("/holidays", holiday).await.is(201);
    let own = way.province.get("/authorities/19").await.is(200);
    let manner = json!({
        "name": "Ủy ban nhân dân tỉnh Thái Nguyên", "certificate_pattern": "TN.{year}.{serial:3}",
        "decision_pattern": "{serial}/QĐ-UBND", "signer_title": "Phó Chủ tịch",
    });
    way.province.put("/authorities/19", &own.etag(), manner).await.is(200);
    t.app.clock.advance(Duration::days(22));
    t.app.tidy().await.unwrap();
    run(
        t.app.db.address(),
        "INSERT INTO conflict_checks (dossier_id, account_id, verdict, note, checked_by, checked_at) \
         SELECT dossier_id, account_id, 'dismissed', 'Trùng tên', account_id, declared_at FROM conflicts",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_migration_goes_down_and_up_again_with_rows_in_its_tables() {
    let t = TestApp::new().await;
    worked_with(&t).await;
    let address = t.app.db.address();
    for table in FILLED {
        let rows = lines(address, &format!("SELECT CAST(count(*) AS TEXT) AS line FROM {table}"));
        assert_ne!(rows, ["0"], "{table} has no row");
    }
    let all = migrate::status(address).unwrap();
    let read = |query: &str| lines(address, query);
    let before: Vec<_> = KEPT.iter().map(|(_, query)| read(query)).collect();
    assert!(before.iter().all(|lines| !lines.is_empty()));
    // One step down and up, two steps, and so on to the empty database: each meets the rows of its own tables.
    for depth in 1..=all.len() {
        for _ in 0..depth {
            assert!(migrate::down(address).unwrap().is_some());
        }
        let kept = all.len() - depth;
        assert_eq!(migrate::status(address).unwrap().iter().filter(|step| step.done).count(), kept);
        migrate::up(address).unwrap();
        assert_eq!(migrate::status(address).unwrap(), all);
        for ((made_by, query), before) in KEPT.iter().zip(&before) {
            let at = all.iter().position(|step| step.name.ends_with(made_by)).unwrap();
            if at < kept {
                assert_eq!(&read(query), before, "{depth} steps down and up, {query}");
            }
        }
    }
}

/// What goes down is the whole of what went up: no table, index or column is left behind or missing.
#[test]
fn the_way_down_leaves_nothing_and_the_way_up_brings_all_back() {
    let folder = tempfile::tempdir().unwrap();
    let database = crate::support::app::Database::fresh(folder.path());
    let address = match database.url.strip_prefix("sqlite:") {
        Some(file) => Address::Sqlite(Path::new(file).to_owned()),
        None => Address::Pg(database.url.clone()),
    };
    let query = match &address {
        Address::Sqlite(_) => {
            "SELECT type || ' ' || name AS line FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' \
             AND tbl_name NOT LIKE '\\_\\_%' ESCAPE '\\' UNION ALL SELECT t.name || '.' || c.name FROM sqlite_master t \
             JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\' ORDER BY 1"
        }
        Address::Pg(_) => {
            "SELECT tablename || ' ' || indexname AS line FROM pg_indexes WHERE schemaname = 'public' \
             AND tablename NOT LIKE '\\_\\_%' UNION ALL SELECT table_name || '.' || column_name \
             FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%' ORDER BY 1"
        }
    };
    let schema = || lines(&address, query);
    let whole = schema();
    let mut at_each = vec![whole.clone()];
    while migrate::down(&address).unwrap().is_some() {
        at_each.push(schema());
    }
    assert_eq!(at_each.last().unwrap(), &Vec::<String>::new());
    assert!(at_each.windows(2).all(|pair| pair[0] != pair[1]), "each step takes something away");
    migrate::up(&address).unwrap();
    assert_eq!(schema(), whole);
}
