//! `ocop account …`: the first administrator has nobody to ask.

use std::io::BufRead as _;

use clap::Subcommand;
use ocop::account::{self, NewAccount, Purpose};
use ocop::actor::{Actor, Role};
use ocop::app::App;
use ocop::clock::Clock;
use ocop::config::Config;

use super::{Done, Failure};

#[derive(Subcommand)]
pub(crate) enum Action {
    /// Make an account; its password is read from standard input.
    Create {
        /// Name to sign in with.
        username: String,
        /// Roles, by comma: admin, central_officer, central_leader, provincial_officer, provincial_leader,
        /// commune_officer, council_member, auditor, producer_member.
        #[arg(long, value_delimiter = ',', required = true)]
        roles: Vec<Role>,
        /// The person's name.
        #[arg(long)]
        full_name: Option<String>,
        /// Code of the province or commune.
        #[arg(long)]
        place: Option<String>,
    },
    /// Make a new signing key; what the old one signed stays good until it expires.
    RotateKey {
        /// What it signs: access_token or star_token.
        #[arg(long, default_value_t = Purpose::AccessToken)]
        purpose: Purpose,
    },
}

pub(crate) async fn run(config: Config, action: Action) -> Done {
    let app = App::open(config, Clock::System).await?;
    let now = app.clock.now();
    match action {
        Action::Create { username, roles, full_name, place } => {
            eprintln!("Password for {username} (at least 12 characters), then Enter:");
            let mut password = String::new();
            std::io::stdin().lock().read_line(&mut password)?;
            let password = password.trim_end_matches(['\r', '\n']);
            let hash = account::hash_password(password, &username, app.config.demo).await?;
            let full_name = full_name.unwrap_or_else(|| username.clone());
            let new =
                NewAccount { username, full_name, roles, place_code: place, producer_id: None, email: None };
            let actor = Actor::system("command-line");
            let made = app
                .db
                .write("account.create", move |tx| account::create(tx, &actor, &new, &hash, now))
                .await
                .map_err(Failure::from)?;
            println!("{} {}", made.id, made.username);
        }
        Action::RotateKey { purpose } => {
            let vault = app.vault.clone();
            let actor = Actor::system("command-line");
            let rotate = move |tx: &mut ocop::db::Tx<'_>| account::rotate(tx, &actor, &vault, purpose, now);
            let id = app.db.write("account.rotate_key", rotate).await?;
            println!("{id}");
        }
    }
    Ok(())
}
