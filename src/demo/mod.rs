//! The demo: a whole province in a fresh folder, with the real list of Thái Nguyên's products and a story that runs
//! through the public API. Its accounts share a password that is refused everywhere else.

pub mod api;
pub mod files;
mod parcels;
mod simulator;
pub mod stalls;
pub mod story;

use crate::account::{self, NewAccount};
use crate::actor::{Actor, Role};
use crate::app::App;
use crate::error::Result;
use crate::ids::ProducerId;
use crate::producer;

/// The password of every demo account.
pub const PASSWORD: &str = account::state::DEMO_PASSWORD;

/// The real list: products of Thái Nguyên with what public sources say of them.
pub const LIST: &str = include_str!("thai-nguyen-products.csv");

/// The province of the demo.
const PROVINCE: &str = "19";

/// An account of the demo.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// Name to sign in with.
    pub username: &'static str,
    /// Who it is.
    pub full_name: &'static str,
    /// Roles.
    pub roles: &'static [Role],
    /// Province or commune.
    pub place: Option<&'static str>,
    /// Name of the producer it works for, as in the list.
    pub producer: Option<&'static str>,
}

const fn person(username: &'static str, full_name: &'static str, roles: &'static [Role]) -> Person {
    Person { username, full_name, roles, place: None, producer: None }
}

/// Everybody in the demo.
pub const PEOPLE: &[Person] = &[
    person("admin", "Quản trị hệ thống", &[Role::Admin]),
    Person {
        place: Some(PROVINCE),
        ..person("province", "Cán bộ OCOP tỉnh Thái Nguyên", &[Role::ProvincialOfficer])
    },
    Person {
        place: Some(PROVINCE), ..person("leader", "Chủ tịch UBND tỉnh", &[Role::ProvincialLeader])
    },
    Person {
        place: Some("05503"), ..person("commune", "Cán bộ xã Tân Cương", &[Role::CommuneOfficer])
    },
    person("council1", "Chủ tịch hội đồng", &[Role::CouncilMember]),
    person("council2", "Thư ký hội đồng", &[Role::CouncilMember]),
    person("council3", "Ủy viên hội đồng", &[Role::CouncilMember]),
    person("council4", "Ủy viên hội đồng", &[Role::CouncilMember]),
    Person {
        producer: Some("HTX chè Hảo Đạt"),
        ..person("coop", "HTX chè Hảo Đạt", &[Role::ProducerMember])
    },
    Person {
        producer: Some("HTX miến Việt Cường"),
        ..person("coop2", "HTX miến Việt Cường", &[Role::ProducerMember])
    },
    person("centre", "Cán bộ OCOP trung ương", &[Role::CentralOfficer]),
    person("minister", "Bộ trưởng", &[Role::CentralLeader]),
    person("auditor", "Kiểm toán viên", &[Role::Auditor]),
];

/// Makes the accounts that are not there yet, all with one password. Producers come from the list, so import it
/// before.
///
/// # Errors
/// `auth.password_weak`; faults of the database.
pub async fn people(app: &App, password: &str) -> Result<()> {
    let hash = account::hash_password(password, "demo", app.config.demo).await?;
    for person in PEOPLE {
        let (hash, now) = (hash.clone(), app.clock.now());
        app.db
            .write("demo.people", move |tx| {
                let producer_id = match person.producer {
                    Some(name) => producer::named(tx.conn(), PROVINCE, name)?.first().map(|p| p.id),
                    None => None,
                };
                let new = NewAccount {
                    username: person.username.to_owned(),
                    full_name: person.full_name.to_owned(),
                    roles: person.roles.to_vec(),
                    place_code: person.place.map(str::to_owned),
                    producer_id,
                    email: None,
                };
                match account::create(tx, &Actor::system("demo"), &new, &hash, now) {
                    Err(e) if e.code() == crate::error::Code::UsernameTaken => Ok(()),
                    other => other.map(|_| ()),
                }
            })
            .await?;
    }
    Ok(())
}

/// The producer of the demo's cooperative.
///
/// # Errors
/// `request.not_found` before the list is in.
pub async fn cooperative(app: &App) -> Result<ProducerId> {
    app.db
        .read("demo.cooperative", |conn| {
            let found = producer::named(conn, PROVINCE, "HTX chè Hảo Đạt")?;
            found.first().map(|p| p.id).ok_or_else(|| crate::error::Code::NotFound.into())
        })
        .await
}
