//! The seam to the database: what is committed together, what is undone, and what a wrong address says.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::prelude::*;
use ocop::actor::Actor;
use ocop::db::schema::counters;
use ocop::db::{Address, Db, migrate};
use ocop::error::{Code, Error};
use ocop::{audit, event};

use crate::support::{TestApp, json};

async fn value(db: &Db, name: &'static str) -> Option<i64> {
    db.read("test.value", move |conn| {
        Ok(counters::table.find(name).select(counters::value).first(conn).optional()?)
    })
    .await
    .unwrap()
}

fn put(name: &str, value: i64) -> impl Fn(&mut ocop::db::Tx<'_>) -> ocop::error::Result<()> + Send + use<> {
    let name = name.to_owned();
    move |tx| {
        diesel::insert_into(counters::table)
            .values((counters::name.eq(&name), counters::value.eq(value)))
            .execute(tx.conn())?;
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_fails_or_panics_undoes_only_itself() {
    let t = TestApp::new().await;
    let db = &t.app.db;
    let writes = (0..60).map(|i| {
        let (db, insert) = (db.clone(), put(&format!("n{i}"), i));
        tokio::spawn(async move {
            db.write("test.put", move |tx| {
                insert(tx)?;
                match i % 6 {
                    0 => Err(Error::new(Code::Conflict)),
                    1 => {
                        let text = "no number";
                        text.parse::<u8>().expect("a panic inside a write");
                        Ok(())
                    }
                    _ => Ok(()),
                }
            })
            .await
        })
    });
    let results = futures_util::future::join_all(writes).await;
    for (i, result) in results.into_iter().enumerate() {
        let code = result.unwrap().map_err(|e| e.code());
        let wanted = match i % 6 {
            0 => Err(Code::Conflict),
            1 => Err(Code::Internal),
            _ => Ok(()),
        };
        assert_eq!(code, wanted, "write {i}");
    }
    let kept: Vec<i64> = db
        .read("test.all", |conn| {
            let mine = counters::table.filter(counters::name.like("n%")).select(counters::value);
            Ok(mine.order(counters::value.asc()).load(conn)?)
        })
        .await
        .unwrap();
    assert_eq!(kept, (0..60).filter(|i| i % 6 > 1).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_through_a_reader_fails_at_the_database() {
    let t = TestApp::new().await;
    let result = t
        .app
        .db
        .read("test.cheat", |conn| {
            diesel::insert_into(counters::table)
                .values((counters::name.eq("cheat"), counters::value.eq(1)))
                .execute(conn)?;
            Ok(())
        })
        .await;
    assert!(result.is_err());
    assert_eq!(value(&t.app.db, "cheat").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_write_answers_and_leaves_nothing() {
    let t = TestApp::new().await;
    let insert = put("dry", 1);
    let answer = t.app.db.write("test.dry", move |tx| {
        tx.undo();
        insert(tx)?;
        Ok(counters::table.find("dry").select(counters::value).first::<i64>(tx.conn())?)
    });
    assert_eq!(answer.await.unwrap(), 1);
    assert_eq!(value(&t.app.db, "dry").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn audit_entries_and_events_are_in_the_order_of_commits_and_a_change_shows() {
    let t = TestApp::new().await;
    let (db, now) = (&t.app.db, t.app.clock.now());
    let writes = (0..40).map(|i| {
        db.write("test.audit", move |tx| {
            let actor = Actor::system("test");
            audit::record(tx, &actor, "test.put", &format!("s{i}"), None::<&()>, Some(&json!({"i": i})), now);
            event::append(tx, event::Kind::Updated, &format!("s{i}"), &json!({}), now);
            Ok(())
        })
    });
    for result in futures_util::future::join_all(writes).await {
        result.unwrap();
    }
    let verdict = db.read("test.verify", audit::verify).await.unwrap();
    assert_eq!((verdict.entries, verdict.broken_at), (40, None));
    let seqs: Vec<i64> = db
        .read("test.events", |conn| Ok(event::after(conn, 0, 100)?.iter().map(|e| e.seq).collect()))
        .await
        .unwrap();
    assert_eq!(seqs, (1..=40).collect::<Vec<_>>());

    db.write("test.tamper", |tx| {
        use ocop::db::schema::audit_entries;
        diesel::update(audit_entries::table.filter(audit_entries::seq.eq(17)))
            .set(audit_entries::after.eq("{\"i\":99}"))
            .execute(tx.conn())?;
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(db.read("test.verify", audit::verify).await.unwrap().broken_at, Some(17));
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_go_down_and_up_again() {
    let t = TestApp::new().await;
    let address = t.app.db.address();
    let all = migrate::status(address).unwrap();
    assert!(all.iter().all(|s| s.done) && !all.is_empty());
    for _ in &all {
        assert!(migrate::down(address).unwrap().is_some());
    }
    assert_eq!(migrate::down(address).unwrap(), None);
    assert!(migrate::status(address).unwrap().iter().all(|s| !s.done));
    migrate::up(address).unwrap();
    assert_eq!(migrate::status(address).unwrap(), all);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_writes_that_block_each_other_both_succeed() {
    let t = TestApp::new().await;
    let db = &t.app.db;
    db.write("test.put", put("a", 0)).await.unwrap();
    db.write("test.put", put("b", 0)).await.unwrap();
    let runs = Arc::new(AtomicU32::new(0));
    let add = |first: &'static str, second: &'static str| {
        let (db, runs) = (db.clone(), runs.clone());
        async move {
            db.write("test.cross", move |tx| {
                runs.fetch_add(1, Ordering::Relaxed);
                for name in [first, second] {
                    diesel::update(counters::table.find(name))
                        .set(counters::value.eq(counters::value + 1))
                        .execute(tx.conn())?;
                }
                Ok(())
            })
            .await
        }
    };
    for _ in 0..20 {
        let (one, two) = tokio::join!(add("a", "b"), add("b", "a"));
        one.unwrap();
        two.unwrap();
    }
    assert_eq!((value(db, "a").await, value(db, "b").await), (Some(40), Some(40)));
    assert!(runs.load(Ordering::Relaxed) >= 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_the_server_ended_are_made_anew() {
    let t = TestApp::new().await;
    let Address::Pg(url) = t.app.db.address() else { return };
    t.app.db.write("test.put", put("a", 1)).await.unwrap();
    // As many connections as the pools hold lie idle when the server goes.
    let db = &t.app.db;
    let busy = || db.read("test.busy", |conn| Ok(diesel::sql_query("SELECT pg_sleep(0.05)").execute(conn)?));
    let writes =
        || db.write("test.busy", |tx| Ok(diesel::sql_query("SELECT pg_sleep(0.05)").execute(tx.conn())?));
    let all = tokio::join!(busy(), busy(), busy(), busy(), writes(), writes(), writes(), writes());
    assert!(all.0.is_ok() && all.3.is_ok() && all.4.is_ok() && all.7.is_ok());
    crate::support::app::on_postgres(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    assert_eq!(value(&t.app.db, "a").await, Some(1));
    t.app.db.write("test.put", put("b", 2)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_nothing_is_half_done() {
    let t = TestApp::new().await;
    let Address::Sqlite(_) = t.app.db.address() else { return };
    let db = &t.app.db;
    db.write("test.limit", |tx| {
        // As good as a disk that ends here.
        diesel::connection::SimpleConnection::batch_execute(tx.conn(), "PRAGMA max_page_count = 1")
            .map_err(Error::from)
    })
    .await
    .unwrap();
    let big = "x".repeat(100_000);
    let full = db
        .write("test.big", move |tx| {
            for i in 0..50 {
                diesel::insert_into(counters::table)
                    .values((counters::name.eq(format!("{i}{big}")), counters::value.eq(i)))
                    .execute(tx.conn())?;
            }
            Ok(())
        })
        .await
        .unwrap_err();
    assert_eq!(full.code(), Code::StorageFull, "{full} {:?}", full.cause());
    // The writer goes on, on a disk that has room again.
    db.write("test.put", put("after", 1)).await.unwrap();
    let rows: i64 =
        db.read("test.count", |conn| Ok(counters::table.count().get_result(conn)?)).await.unwrap();
    assert_eq!(rows, 1);
}

/// What the program says and with which code it ends.
fn run(url: &str, folder: &std::path::Path) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_ocop"))
        .args(["migrate", "up"])
        .env_clear()
        .env("DATABASE_URL", url)
        .env("OCOP_DATA_DIR", folder)
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_wrong_address_is_told_with_its_own_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
    let text = folder.path().join("text.db");
    std::fs::write(&text, "this is a shopping list, not a database, and it is long enough to be read as one")
        .unwrap();
    let newer = folder.path().join("newer.db");
    migrate::up(&Address::Sqlite(newer.clone())).unwrap();
    let mut conn = diesel::SqliteConnection::establish(&newer.to_string_lossy()).unwrap();
    diesel::sql_query("INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000000')")
        .execute(&mut conn)
        .unwrap();
    let locked = folder.path().join("locked.db");
    let mut holder = diesel::SqliteConnection::establish(&locked.to_string_lossy()).unwrap();
    diesel::connection::SimpleConnection::batch_execute(
        &mut holder,
        "PRAGMA locking_mode = EXCLUSIVE; CREATE TABLE x (y); BEGIN EXCLUSIVE",
    )
    .unwrap();
    for (url, says) in [
        (at("no/such/folder.db"), "does not exist"),
        (at("text.db"), "is not a SQLite database"),
        (at("newer.db"), "newer than this program"),
        (at("locked.db"), "locked by another process"),
        ("sqlite:/proc/ocop.db".to_owned(), "cannot be written"),
        ("mysql://root@localhost/x".to_owned(), "begins with neither"),
        ("ocop.db".to_owned(), "begins with neither"),
        ("postgres://ocop@127.0.0.1:1/none".to_owned(), "cannot be reached"),
    ] {
        let (code, told) = run(&url, folder.path());
        assert_eq!(code, Some(3), "{url}: {told}");
        assert!(told.contains(says), "{url}: {told}");
    }
    assert!(std::fs::read_to_string(&text).unwrap().starts_with("this is a shopping list"));
    assert_eq!(run(&at("good.db"), folder.path()).0, Some(0));
    let output = Command::new(env!("CARGO_BIN_EXE_ocop"))
        .args(["migrate", "up"])
        .env_clear()
        .env("OCOP_DATADIR", "x")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
}

/// A connection that breaks while it commits may have committed: the closure is not run again.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_whose_commit_is_unknown_is_not_run_again() {
    let t = TestApp::new().await;
    let Address::Pg(url) = t.app.db.address() else { return };
    crate::support::app::on_postgres(
        url,
        "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); RETURN NULL; END $$; \
         CREATE CONSTRAINT TRIGGER die AFTER INSERT ON counters DEFERRABLE INITIALLY DEFERRED \
         FOR EACH ROW WHEN (NEW.name = 'dies') EXECUTE FUNCTION die()",
    );
    let runs = Arc::new(AtomicU32::new(0));
    let (count, insert) = (runs.clone(), put("dies", 1));
    let result = t.app.db.write("test.dies", move |tx| {
        count.fetch_add(1, Ordering::SeqCst);
        insert(tx)
    });
    assert_eq!(result.await.unwrap_err().code(), Code::Unavailable);
    assert_eq!(runs.load(Ordering::SeqCst), 1);
    // The pool goes on with another connection.
    t.app.db.write("test.put", put("lives", 1)).await.unwrap();
}

/// A commit that the database refuses is told as what it is, and not tried again.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_at_the_commit_keeps_its_meaning() {
    let t = TestApp::new().await;
    let Address::Pg(url) = t.app.db.address() else { return };
    crate::support::app::on_postgres(
        url,
        "CREATE TABLE late (name TEXT REFERENCES counters (name) DEFERRABLE INITIALLY DEFERRED); \
         CREATE FUNCTION refer() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN INSERT INTO late VALUES ('nobody'); RETURN NULL; END $$; \
         CREATE TRIGGER refer AFTER INSERT ON counters FOR EACH ROW EXECUTE FUNCTION refer()",
    );
    let runs = Arc::new(AtomicU32::new(0));
    let (count, insert) = (runs.clone(), put("a", 1));
    let result = t.app.db.write("test.late", move |tx| {
        count.fetch_add(1, Ordering::SeqCst);
        insert(tx)
    });
    assert_eq!(result.await.unwrap_err().code(), Code::InUse);
    assert_eq!(runs.load(Ordering::SeqCst), 1);
}

/// Work that PostgreSQL itself ends is told as busy.
#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_takes_too_long_is_ended_and_told() {
    let t = TestApp::new().await;
    let Address::Pg(_) = t.app.db.address() else { return };
    let slow = t.app.db.write("test.slow", |tx| {
        let run = |conn: &mut ocop::db::Conn, text: &str| {
            diesel::connection::SimpleConnection::batch_execute(conn, text).map_err(Error::from)
        };
        run(tx.conn(), "SET LOCAL statement_timeout = '50ms'")?;
        run(tx.conn(), "SELECT pg_sleep(10)")
    });
    assert_eq!(slow.await.unwrap_err().code(), Code::Busy);
    let limit = t.app.db.read("test.limit", |conn| {
        #[derive(diesel::QueryableByName)]
        struct Limit {
            #[diesel(sql_type = diesel::sql_types::Text)]
            limit: String,
        }
        let row: Limit =
            diesel::sql_query("SELECT current_setting('statement_timeout') AS \"limit\"").get_result(conn)?;
        Ok(row.limit)
    });
    assert_eq!(limit.await.unwrap(), "30s");
}

/// A read that no reader takes in time is told as busy and leaves the queue; one that runs is waited for.
#[tokio::test(flavor = "multi_thread")]
async fn a_read_that_stands_in_the_queue_too_long_is_told_and_leaves_it() {
    let t = TestApp::with(|config| config.db.connections = 1).await;
    let db = t.app.db.clone();
    let (let_go, gate) = std::sync::mpsc::channel::<()>();
    let (begun, begins) = tokio::sync::oneshot::channel();
    let (mut begun, gate) = (Some(begun), std::sync::Mutex::new(gate));
    let slow = tokio::spawn(async move {
        let work = move |_: &mut ocop::db::Conn| {
            begun.take().unwrap().send(()).unwrap();
            let _ = gate.lock().unwrap().recv();
            Ok(7)
        };
        db.read("test.slow", work).await
    });
    begins.await.unwrap();
    let runs = Arc::new(AtomicU32::new(0));
    let count = runs.clone();
    let late = t.app.db.read("test.late", move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        Ok(())
    });
    assert_eq!(late.await.unwrap_err().code(), Code::Busy);
    let_go.send(()).unwrap();
    assert_eq!(slow.await.unwrap().unwrap(), 7);
    t.app.db.read("test.next", |_| Ok(())).await.unwrap();
    assert_eq!(runs.load(Ordering::SeqCst), 0, "who was told so is not served after all");
}

/// Several processes may start on one new file at once: one migrates, the others wait for it.
#[test]
fn processes_that_migrate_at_once_do_not_meet() {
    for _ in 0..3 {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("ocop.db").display());
        let runs: Vec<_> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..6).map(|_| scope.spawn(|| run(&url, folder.path()))).collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        for (code, told) in runs {
            assert_eq!(code, Some(0), "{told}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_schema_is_not_taken_down_either() {
    let t = TestApp::new().await;
    t.app
        .db
        .write("test.newer", |tx| {
            let text = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000000')";
            diesel::connection::SimpleConnection::batch_execute(tx.conn(), text).map_err(Error::from)
        })
        .await
        .unwrap();
    let refused = migrate::down(t.app.db.address()).unwrap_err();
    assert!(matches!(refused, ocop::db::OpenError::Newer(_)), "{refused}");
}

/// Ends of `ocop serve` that cannot begin.
fn serve(url: &str, data: &std::path::Path) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_ocop"))
        .arg("serve")
        .env_clear()
        .env("DATABASE_URL", url)
        .env("OCOP_DATA_DIR", data)
        .env("OCOP_LISTEN", "127.0.0.1:0")
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_service_that_cannot_keep_its_data_ends_with_code_3_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (code, told) = serve("mysql://root@localhost/x", &data);
    assert_eq!(code, Some(3), "{told}");
    assert!(!data.exists(), "a mistyped address made the data folder");
    // Nobody writes there, not even root.
    let (code, told) = serve("sqlite:/proc/ocop/ocop.db", std::path::Path::new("/proc/ocop"));
    assert_eq!(code, Some(3), "{told}");
    assert!(told.contains("cannot be written"), "{told}");
    // Every write there fails for want of room.
    if std::path::Path::new("/dev/full").exists() {
        let full = folder.path().join("full.db");
        std::os::unix::fs::symlink("/dev/full", &full).unwrap();
        let (code, told) = serve(&format!("sqlite:{}", full.display()), folder.path());
        assert_eq!(code, Some(3), "{told}");
    }
}
