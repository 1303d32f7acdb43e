//! The queue of background work: what becomes of jobs whose handler panics, whose worker dies or loses its lease.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use chrono::Duration;
use diesel::prelude::*;
use ocop::db::schema::{job_attempts, jobs as jobs_rows};
use ocop::error::Result;
use ocop::jobs::{self, Ended, Handler, Job, NewJob, Outcome, Retry, Status, Worker};

use crate::support::{TestApp, json};

/// What a test's jobs do, by their kind.
#[derive(Default)]
struct Doer {
    ran: AtomicUsize,
    cut: Arc<AtomicBool>,
}

/// Tells when it is dropped before its end.
struct Tell(Arc<AtomicBool>);

impl Drop for Tell {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Handler for Doer {
    fn run<'a>(&'a self, job: &'a Job) -> Pin<Box<dyn Future<Output = Result<Ended>> + Send + 'a>> {
        Box::pin(async move {
            self.ran.fetch_add(1, Ordering::SeqCst);
            let outcome = match job.kind.as_str() {
                "test.panics" => panic!("as some code does"),
                "test.hangs" => {
                    let _tell = Tell(self.cut.clone());
                    std::future::pending::<()>().await;
                    Outcome::Done(String::new())
                }
                "test.waits" => Outcome::Wait { detail: "a review".to_owned(), after: Duration::minutes(1) },
                _ => Outcome::Done("well".to_owned()),
            };
            Ok(Ended::from(outcome))
        })
    }
}

fn worker(t: &TestApp, doer: &Arc<Doer>) -> Worker {
    let retry = Retry { tries: 3, ..Retry::default() };
    Worker::new(t.app.db.clone(), t.app.clock.clone(), doer.clone(), retry, t.app.wake.clone())
}

async fn queue(t: &TestApp, kind: &'static str, lane: &'static str) {
    let now = t.app.clock.now();
    let write = move |tx: &mut ocop::db::Tx<'_>| {
        jobs::enqueue(tx, &NewJob { kind, lane, run_at: now }, &json!({}), now)
    };
    t.app.db.write("test.enqueue", write).await.unwrap();
}

/// Kind, status and last error of every job, and outcome and detail of every attempt.
async fn seen(t: &TestApp) -> (Vec<(String, Status, Option<String>)>, Vec<(String, String)>) {
    let read = |conn: &mut ocop::db::Conn| {
        let rows = jobs_rows::table
            .select((jobs_rows::kind, jobs_rows::status, jobs_rows::last_error))
            .order(jobs_rows::kind);
        let attempts =
            job_attempts::table.order(job_attempts::id).select((job_attempts::outcome, job_attempts::detail));
        Ok((rows.load(conn)?, attempts.load(conn)?))
    };
    t.app.db.read("test.jobs", read).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_a_failed_attempt_and_the_worker_goes_on() {
    let t = TestApp::new().await;
    let doer = Arc::new(Doer::default());
    let worker = worker(&t, &doer);
    queue(&t, "test.panics", "a").await;
    queue(&t, "test.well", "b").await;
    for _ in 0..4 {
        while worker.step().await.unwrap() {}
        t.app.clock.advance(Duration::hours(1));
    }
    let (rows, attempts) = seen(&t).await;
    let panicked = Some("the work panicked".to_owned());
    assert_eq!(
        rows,
        [("test.panics".to_owned(), Status::Dead, panicked), ("test.well".to_owned(), Status::Done, None)]
    );
    let words: Vec<_> = attempts.iter().map(|(word, _)| word.as_str()).collect();
    assert_eq!(words.iter().filter(|word| **word == "again").count(), 2, "{attempts:?}");
    assert_eq!(words.iter().filter(|word| **word == "dead").count(), 1, "{attempts:?}");
    assert_eq!(doer.ran.load(Ordering::SeqCst), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_kills_its_workers_is_given_up() {
    let t = TestApp::new().await;
    queue(&t, "test.kills", "a").await;
    queue(&t, "test.well", "a").await;
    let retry = Retry { tries: 3, ..Retry::default() };
    for round in 1..=4 {
        let now = t.app.clock.now();
        let lease = move |tx: &mut ocop::db::Tx<'_>| {
            jobs::lease(tx, "one that dies", Duration::seconds(15), &retry, now)
        };
        let taken = t.app.db.write("test.lease", lease).await.unwrap().unwrap();
        let expected = if round <= 3 { ("test.kills", round) } else { ("test.well", 1) };
        assert_eq!((taken.kind.as_str(), taken.attempts), expected);
        t.app.clock.advance(Duration::minutes(1));
    }
    let (rows, attempts) = seen(&t).await;
    assert_eq!((rows[0].1, rows[0].2.as_deref()), (Status::Dead, Some("its workers did not come back")));
    assert_eq!(attempts.len(), 1);
}

/// What [`jobs::lease`] takes now, by kind and lane; `None` when all that is due waits for its lane.
async fn taken(t: &TestApp) -> Option<(String, String)> {
    let (now, retry) = (t.app.clock.now(), Retry::default());
    let lease = move |tx: &mut ocop::db::Tx<'_>| jobs::lease(tx, "one", Duration::seconds(15), &retry, now);
    t.app.db.write("test.lease", lease).await.unwrap().map(|job| (job.kind, job.lane))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lane_has_one_job_at_a_time_in_its_order_and_others_pass_it() {
    let t = TestApp::new().await;
    for (kind, lane) in [("test.one", "a"), ("test.two", "a"), ("test.three", "b"), ("test.four", "a")] {
        queue(&t, kind, lane).await;
        t.app.clock.advance(Duration::seconds(1));
    }
    let is = |kind: &str, lane: &str| Some((kind.to_owned(), lane.to_owned()));
    assert_eq!(taken(&t).await, is("test.one", "a"));
    assert_eq!(taken(&t).await, is("test.three", "b"));
    assert_eq!(taken(&t).await, None);
    // Whoever has a lane gets nothing more of it while its job is not finished, and nobody but the dead one's heir.
    let now = t.app.clock.now();
    let next = move |tx: &mut ocop::db::Tx<'_>| jobs::lease_next(tx, "a", "one", Duration::seconds(15), now);
    assert!(t.app.db.write("test.next", next).await.unwrap().is_none());
    t.app.clock.advance(Duration::minutes(1));
    assert_eq!(taken(&t).await, is("test.one", "a"), "its worker died");
    assert_eq!(taken(&t).await, is("test.three", "b"));
    assert_eq!(taken(&t).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_that_stay_in_a_lane_finish_all_of_them_and_stop_with_nothing_held() {
    let t = TestApp::new().await;
    let doer = Arc::new(Doer::default());
    for n in 0..50 {
        queue(&t, "test.well", ["a", "b", "c"][n % 3]).await;
    }
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let runs: Vec<_> = (0..2).map(|_| tokio::spawn(worker(&t, &doer).run(stopped.clone()))).collect();
    while doer.ran.load(Ordering::SeqCst) < 50 {
        tokio::task::yield_now().await;
    }
    stop.send(true).unwrap();
    for run in runs {
        run.await.unwrap();
    }
    let (rows, attempts) = seen(&t).await;
    assert!(rows.iter().all(|(_, status, _)| *status == Status::Done), "{rows:?}");
    assert_eq!((rows.len(), attempts.len(), doer.ran.load(Ordering::SeqCst)), (50, 50, 50));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_lost_its_lease_lets_the_work_go() {
    let t = TestApp::new().await;
    let doer = Arc::new(Doer::default());
    let worker = worker(&t, &doer);
    queue(&t, "test.hangs", "a").await;
    let stolen = async {
        while doer.ran.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        let steal = |tx: &mut ocop::db::Tx<'_>| {
            diesel::update(jobs_rows::table)
                .set(jobs_rows::leased_by.eq(Some("another")))
                .execute(tx.conn())?;
            Ok(())
        };
        t.app.db.write("test.steal", steal).await.unwrap();
    };
    let (went, ()) = tokio::join!(worker.step(), stolen);
    assert!(went.unwrap());
    assert!(doer.cut.load(Ordering::SeqCst), "the work was cut short");
    let (rows, attempts) = seen(&t).await;
    assert_eq!((rows[0].1, attempts.len()), (Status::Leased, 0), "it is the other's now");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ended_a_month_ago_is_forgotten_and_waiting_leaves_no_trace() {
    let t = TestApp::new().await;
    let doer = Arc::new(Doer::default());
    let worker = worker(&t, &doer);
    queue(&t, "test.well", "a").await;
    queue(&t, "test.waits", "b").await;
    queue(&t, "test.panics", "c").await;
    while worker.step().await.unwrap() {}
    let (rows, attempts) = seen(&t).await;
    assert_eq!(rows.len(), 3);
    assert_eq!(attempts.len(), 2, "{attempts:?}");
    t.app.clock.advance(Duration::days(29));
    t.app.tidy().await.unwrap();
    assert_eq!(seen(&t).await.1.len(), 2);
    t.app.clock.advance(Duration::days(2));
    t.app.tidy().await.unwrap();
    let (rows, attempts) = seen(&t).await;
    let left: Vec<_> = rows.iter().map(|row| row.0.as_str()).collect();
    assert_eq!(left, ["test.panics", "test.waits"], "what is not at its end stays");
    assert!(attempts.is_empty(), "{attempts:?}");
}

/// Runs `ocop jobs …` on the test's database; what it printed and whether it ended well.
fn command(t: &TestApp, arguments: &[&str]) -> (String, bool) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_ocop"))
        .arg("jobs")
        .args(arguments)
        .env_clear()
        .env("OCOP_DATA_DIR", &t.app.config.data_dir)
        .env("OCOP_MASTER_KEY", t.app.config.master_key.as_ref().map_or("", |key| &key.0))
        .env("DATABASE_URL", &t.app.config.database_url.0)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8(text).unwrap(), output.status.success())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_up_is_told_with_its_reason_and_replayed_by_hand() {
    let t = TestApp::new().await;
    let doer = Arc::new(Doer::default());
    let worker = worker(&t, &doer);
    queue(&t, "test.panics", "shop 7").await;
    queue(&t, "test.well", "shop 8").await;
    for _ in 0..4 {
        while worker.step().await.unwrap() {}
        t.app.clock.advance(Duration::hours(1));
    }
    let (told, good) = command(&t, &["given-up"]);
    assert!(good && told.contains("test.panics") && told.contains("shop 7"), "{told}");
    assert!(told.contains("the work panicked") && !told.contains("test.well"), "{told}");
    let id = told.split_whitespace().find(|word| word.starts_with("job_")).unwrap().to_owned();
    let (told, good) = command(&t, &["replay", &id]);
    assert!(good && told.contains("queued again"), "{told}");
    // Once: it waits now, and is done as any other.
    let (told, good) = command(&t, &["replay", &id]);
    assert!(!good && told.contains("given-up"), "{told}");
    let ran = doer.ran.load(Ordering::SeqCst);
    // The command lives by the real clock.
    let real = ocop::clock::Clock::System.now();
    t.app.clock.advance(real.since(t.app.clock.now()) + Duration::hours(1));
    while worker.step().await.unwrap() {}
    assert_eq!(doer.ran.load(Ordering::SeqCst), ran + 1);
}
