//! `ocop jobs …`: work in the background that was given up, and its replay by hand.

use clap::Subcommand;
use comfy_table::{Table, presets};
use ocop::actor::Actor;
use ocop::app::App;
use ocop::clock::Clock;
use ocop::config::Config;
use ocop::ids::JobId;
use ocop::jobs;

use super::{Done, Failure};

/// Most jobs that are shown.
const SHOWN: i64 = 200;

#[derive(Subcommand)]
pub(crate) enum Action {
    /// Show the work that was given up and why, the newest first.
    GivenUp,
    /// Have such work done again, once its reason is gone.
    Replay {
        /// Its id, as `given-up` shows it.
        job: JobId,
    },
}

pub(crate) async fn run(config: Config, action: Action) -> Done {
    let app = App::open(config, Clock::System).await?;
    match action {
        Action::GivenUp => {
            let rows = app.db.read("jobs.given_up", |conn| jobs::given_up(conn, SHOWN)).await?;
            let mut table = Table::new();
            table.load_preset(presets::NOTHING).set_header(["job", "ended", "work", "of", "tries", "why"]);
            for job in &rows {
                table.add_row([
                    job.id.to_string(),
                    job.finished_at.map(|at| at.to_string()).unwrap_or_default(),
                    job.kind.clone(),
                    job.lane.clone(),
                    job.attempts.to_string(),
                    job.last_error.clone().unwrap_or_default(),
                ]);
            }
            println!("{table}");
            Ok(())
        }
        Action::Replay { job } => {
            let (actor, now) = (Actor::system("command-line"), app.clock.now());
            let write = move |tx: &mut ocop::db::Tx<'_>| jobs::requeue(tx, &actor, job, now);
            if app.db.write("job.replay", write).await? {
                println!("{job} is queued again");
                Ok(())
            } else {
                Err(Failure::Told(format!(
                    "no work with the id {job} was given up: see `ocop jobs given-up`"
                )))
            }
        }
    }
}
