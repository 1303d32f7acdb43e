//! Who asks: the account behind a request, its roles and how far they reach. Every query starts from it.

use crate::ids::{AccountId, ProducerId};
use crate::text_enum;

text_enum! {
    /// A role. What each may do stands in [`crate::http::policy`].
    pub enum Role {
        /// Runs the installation: accounts, settings, keys. Rates nothing.
        Admin = "admin",
        /// Officer of the ministry's OCOP office.
        CentralOfficer = "central_officer",
        /// The Minister, who recognises five stars.
        CentralLeader = "central_leader",
        /// Officer of the province's OCOP office.
        ProvincialOfficer = "provincial_officer",
        /// Chairman of the province, who recognises three and four stars.
        ProvincialLeader = "provincial_leader",
        /// Officer of a commune.
        CommuneOfficer = "commune_officer",
        /// Sits on a council and signs score sheets.
        CouncilMember = "council_member",
        /// Reads everything, writes nothing.
        Auditor = "auditor",
        /// Works for one producer.
        ProducerMember = "producer_member",
    }
}

impl Role {
    /// Whether the role is bound to a province.
    pub const fn of_province(self) -> bool {
        matches!(self, Self::ProvincialOfficer | Self::ProvincialLeader)
    }

    /// Whether the role sees the whole country.
    pub const fn of_country(self) -> bool {
        matches!(self, Self::Admin | Self::CentralOfficer | Self::CentralLeader | Self::Auditor)
    }
}

/// How far somebody sees: the union of what each of their roles sees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Everything.
    pub all: bool,
    /// A province's code.
    pub province: Option<String>,
    /// A commune's code.
    pub commune: Option<String>,
    /// One producer.
    pub producer: Option<ProducerId>,
    /// Dossiers on the agendas of the councils where this account has a seat.
    pub seat: Option<AccountId>,
}

impl Reach {
    /// Whether this reaches a producer and what belongs to it.
    pub fn covers(&self, producer: ProducerId, commune: &str, province: &str) -> bool {
        self.all
            || self.province.as_deref() == Some(province)
            || self.commune.as_deref() == Some(commune)
            || self.producer == Some(producer)
    }
}

/// The one part of a reach, where it has just one: a query by a single column takes its order from the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Only {
    /// A province.
    Province(String),
    /// A commune.
    Commune(String),
    /// A producer.
    Producer(ProducerId),
}

impl Reach {
    /// The reach by province, commune or producer, if it has exactly one of these; a seat on a council is no part of it.
    pub fn only(&self) -> Option<Only> {
        match (&self.province, &self.commune, self.producer) {
            (Some(code), None, None) => Some(Only::Province(code.clone())),
            (None, Some(code), None) => Some(Only::Commune(code.clone())),
            (None, None, Some(id)) => Some(Only::Producer(id)),
            _ => None,
        }
    }
}

/// Narrows a boxed query of a table with province, commune and producer to what the reach covers. Almost everybody
/// reaches by one of them, and one condition lets the index `(column, ..., id)` give the order; alternatives would be
/// collected and sorted, however short the page.
#[macro_export]
macro_rules! within {
    ($query:expr, $table:ident, $reach:expr) => {{
        let reach: &$crate::actor::Reach = $reach;
        let query = $query;
        match reach.only() {
            _ if reach.all => query,
            Some($crate::actor::Only::Province(code)) => query.filter($table::province_code.eq(code)),
            Some($crate::actor::Only::Commune(code)) => {
                query.filter($table::commune_code.is_not_null().and($table::commune_code.eq(code)))
            }
            Some($crate::actor::Only::Producer(id)) => query.filter($table::producer_id.eq(id)),
            None => {
                // Three conditions that are false where the reach has no such part.
                let province = reach.province.clone().unwrap_or_default();
                let commune = reach.commune.clone().unwrap_or_default();
                let producer = reach.producer.map(|id| id.to_string()).unwrap_or_default();
                query.filter(
                    $table::province_code
                        .eq(province)
                        .or($table::commune_code.is_not_null().and($table::commune_code.eq(commune)))
                        .or($table::producer_id.eq(producer)),
                )
            }
        }
    }};
}

/// The account behind a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The account; for the program's own work, [`Actor::system`].
    pub account: Option<AccountId>,
    /// Its name to sign in with.
    pub username: String,
    /// Its roles.
    pub roles: Vec<Role>,
    /// What it sees.
    pub reach: Reach,
    /// The request it acts in.
    pub request_id: Option<String>,
}

impl Actor {
    /// The actor of an account.
    pub fn new(
        account: AccountId,
        username: &str,
        roles: &[Role],
        place_code: Option<&str>,
        producer: Option<ProducerId>,
    ) -> Self {
        let mut reach = Reach::default();
        for role in roles {
            match role {
                r if r.of_country() => reach.all = true,
                r if r.of_province() => reach.province = place_code.map(str::to_owned),
                Role::CommuneOfficer => reach.commune = place_code.map(str::to_owned),
                Role::CouncilMember => reach.seat = Some(account),
                Role::ProducerMember => reach.producer = producer,
                _ => {}
            }
        }
        Self {
            account: Some(account),
            username: username.to_owned(),
            roles: roles.to_vec(),
            reach,
            request_id: None,
        }
    }

    /// The program itself: jobs, imports from the command line, the nightly sweep. `name` says which.
    pub fn system(name: &str) -> Self {
        Self {
            account: None,
            username: format!("system:{name}"),
            roles: Vec::new(),
            reach: Reach { all: true, ..Reach::default() },
            request_id: None,
        }
    }

    /// Whether the actor has a role.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// How the audit trail names the actor.
    pub fn name(&self) -> String {
        self.account.map_or_else(|| self.username.clone(), |id| id.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reach_is_the_union_of_the_roles() {
        let producer = ProducerId::new();
        let account = AccountId::new();
        let actor = Actor::new(
            account,
            "x",
            &[Role::CommuneOfficer, Role::ProducerMember],
            Some("05503"),
            Some(producer),
        );
        assert!(actor.reach.covers(ProducerId::new(), "05503", "19"));
        assert!(actor.reach.covers(producer, "00004", "01"));
        assert!(!actor.reach.covers(ProducerId::new(), "05692", "19"));
        assert_eq!(actor.reach.only(), None);
        let officer = Actor::new(account, "z", &[Role::ProvincialOfficer], Some("19"), None);
        assert_eq!(officer.reach.only(), Some(Only::Province("19".to_owned())));
        let member = Actor::new(account, "z", &[Role::ProducerMember], None, Some(producer));
        assert_eq!(member.reach.only(), Some(Only::Producer(producer)));
        let nobody = Actor::new(account, "y", &[Role::CouncilMember], None, None);
        assert_eq!(nobody.reach.only(), None);
        assert!(!nobody.reach.covers(producer, "05503", "19"));
    }
}
