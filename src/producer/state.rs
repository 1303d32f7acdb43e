//! Rules of producers: kinds, states, who may move them. Pure.
//!
//! | from \ verb | verify | suspend | reinstate | dissolve |
//! |---|---|---|---|---|
//! | draft | verified | – | – | dissolved |
//! | verified | – | suspended | – | dissolved |
//! | suspended | – | – | verified | dissolved |
//! | dissolved | – | – | – | – |

mod details;
#[cfg(test)]
mod details_test;
mod name;

use crate::actor::{Actor, Role};
use crate::error::{Code, FieldError, Refusal};
use crate::ids::ProducerId;
use crate::text_enum;

pub use details::{Details, Located, NOTE_MAX, Representative, Written, check, check_note};
pub use name::{Likeness, Name, public_name};

text_enum! {
    /// What a producer is (Decision 26/2026/QĐ-TTg, article 3; the last two only for tourism).
    #[schema(as = ProducerKind)]
    pub enum Kind {
        /// *Hợp tác xã*.
        Cooperative = "cooperative",
        /// *Tổ hợp tác*.
        CooperativeGroup = "cooperative_group",
        /// *Doanh nghiệp nhỏ và vừa*.
        Enterprise = "enterprise",
        /// *Trang trại*.
        Farm = "farm",
        /// *Hộ sản xuất, hộ kinh doanh*.
        Household = "household",
        /// *Hội, hiệp hội*.
        Association = "association",
        /// *Trung tâm điều hành* of a tourism community.
        OperatingCentre = "operating_centre",
    }
}

text_enum! {
    /// Legal form of an enterprise.
    pub enum EnterpriseForm {
        /// *Công ty trách nhiệm hữu hạn*.
        LimitedLiability = "limited_liability",
        /// *Doanh nghiệp tư nhân*.
        Private = "private",
        /// *Công ty cổ phần*.
        JointStock = "joint_stock",
    }
}

text_enum! {
    /// Where a producer stands.
    #[schema(as = ProducerStatus)]
    pub enum Status {
        /// Registered, not yet looked at.
        Draft = "draft",
        /// An officer has compared it with its papers.
        Verified = "verified",
        /// For a time not taking part.
        Suspended = "suspended",
        /// It exists no longer; a successor may be named.
        Dissolved = "dissolved",
    }
}

text_enum! {
    /// Gender of a representative.
    pub enum Gender {
        /// *Nữ*.
        Female = "female",
        /// *Nam*.
        Male = "male",
        /// *Khác*.
        Other = "other",
    }
}

/// What moves a producer from one state to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// An officer has compared it with its papers.
    Verify,
    /// It may not take part for a time.
    Suspend,
    /// It may take part again.
    Reinstate,
    /// It exists no longer.
    Dissolve,
}

impl Status {
    /// The state a verb leads to.
    ///
    /// # Errors
    /// `producer.wrong_status` where the verb makes no sense.
    pub fn after(self, verb: Verb) -> Result<Self, Refusal> {
        match (self, verb) {
            (Self::Draft, Verb::Verify) | (Self::Suspended, Verb::Reinstate) => Ok(Self::Verified),
            (Self::Verified, Verb::Suspend) => Ok(Self::Suspended),
            (Self::Draft | Self::Verified | Self::Suspended, Verb::Dissolve) => Ok(Self::Dissolved),
            _ => Err(Refusal::new(
                Code::ProducerStatus,
                format!("Chủ thể đang ở trạng thái {self}, không thực hiện được việc này."),
                format!("The producer is {self}; this cannot be done to it now."),
            )),
        }
    }
}

/// What somebody is to a producer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// An officer of its place, the administrator, or the program itself.
    Officer,
    /// Its own member, whatever else the account may be.
    Member,
    /// Somebody who may at most look.
    Nobody,
}

/// Whether the actor runs the producers of a place.
pub fn governs(actor: &Actor, commune: Option<&str>, province: &str) -> bool {
    let of = |role, own: &Option<String>, place: Option<&str>| {
        actor.has(role) && place.is_some() && own.as_deref() == place
    };
    actor.account.is_none()
        || actor.has(Role::Admin)
        || of(Role::ProvincialOfficer, &actor.reach.province, Some(province))
        || of(Role::CommuneOfficer, &actor.reach.commune, commune)
}

/// What the actor is to the producer `id` of a place.
pub fn part(actor: &Actor, id: ProducerId, commune: Option<&str>, province: &str) -> Part {
    if actor.has(Role::ProducerMember) && actor.reach.producer == Some(id) {
        Part::Member
    } else if governs(actor, commune, province) {
        Part::Officer
    } else {
        Part::Nobody
    }
}

/// What a producer lacks to be verified: something to compare with its papers, and a commune.
pub fn lacking(details: &Details) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if details.commune_code.is_none() {
        errors.push(FieldError::new(
            "/commune_code",
            "commune_code.missing",
            "Cần mã xã.",
            "Give the code of the commune.",
        ));
    }
    if details.registration_number.is_none() && details.tax_code.is_none() {
        errors.push(FieldError::new(
            "/registration_number",
            "registration_number.missing",
            "Cần số giấy đăng ký hoặc mã số thuế để đối chiếu.",
            "Give the number of the registration paper, or a tax code, to compare with.",
        ));
    }
    errors
}

/// The fields that say who a producer is and that `after` changes: once verified, only an officer changes them.
pub fn identity_changes(before: &Details, after: &Details) -> Vec<FieldError> {
    let changed = [
        ("/name", before.name != after.name),
        ("/kind", before.kind != after.kind),
        ("/tax_code", before.tax_code != after.tax_code),
        ("/registration_number", before.registration_number != after.registration_number),
        ("/registered_on", before.registered_on != after.registered_on),
        ("/commune_code", before.commune_code != after.commune_code),
    ];
    let locked = changed.into_iter().filter(|(_, changed)| *changed).map(|(pointer, _)| {
        FieldError::new(
            pointer,
            "producer.identity_locked",
            "Đã xác minh: hãy đề nghị cán bộ xã hoặc tỉnh sửa.",
            "Verified: ask an officer of the commune or province to change it.",
        )
    });
    locked.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::AccountId;

    #[test]
    fn the_table_of_the_module_holds() {
        use Status::{Dissolved, Draft, Suspended, Verified};
        for (from, to) in [
            (Draft, [Some(Verified), None, None, Some(Dissolved)]),
            (Verified, [None, Some(Suspended), None, Some(Dissolved)]),
            (Suspended, [None, None, Some(Verified), Some(Dissolved)]),
            (Dissolved, [None; 4]),
        ] {
            let verbs = [Verb::Verify, Verb::Suspend, Verb::Reinstate, Verb::Dissolve];
            assert_eq!(verbs.map(|verb| from.after(verb).ok()), to, "{from}");
        }
    }

    #[test]
    fn who_is_what_to_a_producer() {
        let id = ProducerId::new();
        let actor =
            |roles: &[Role], place, producer| Actor::new(AccountId::new(), "x", roles, place, producer);
        let is = |actor: &Actor| part(actor, id, Some("05503"), "19");
        assert_eq!(is(&actor(&[Role::CommuneOfficer], Some("05503"), None)), Part::Officer);
        assert_eq!(is(&actor(&[Role::CommuneOfficer], Some("05692"), None)), Part::Nobody);
        assert_eq!(is(&actor(&[Role::ProvincialOfficer], Some("19"), None)), Part::Officer);
        assert_eq!(is(&actor(&[Role::ProvincialLeader], Some("19"), None)), Part::Nobody);
        assert_eq!(is(&actor(&[Role::Auditor], None, None)), Part::Nobody);
        assert_eq!(is(&actor(&[Role::ProducerMember], None, Some(id))), Part::Member);
        assert_eq!(is(&actor(&[Role::ProducerMember], None, Some(ProducerId::new()))), Part::Nobody);
        let both = actor(&[Role::CommuneOfficer, Role::ProducerMember], Some("05503"), Some(id));
        assert_eq!(is(&both), Part::Member);
        assert_eq!(part(&actor(&[Role::CommuneOfficer], None, None), id, None, "19"), Part::Nobody);
    }
}
