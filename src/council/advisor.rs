//! The advisory team (*tổ tư vấn*) of a province: who reviews accepted dossiers before a council scores them.

use serde_json::json;

use crate::account;
use crate::actor::{Actor, Reach, Role};
use crate::audit;
use crate::db::{Conn, Tx};
use crate::error::{Code, Error, FieldError, Result};
use crate::ids::AccountId;
use crate::instant::Instant;
use crate::product::state::text_error;

use super::state::{self, Tier};
use super::store::reviews as store;

/// Longest post or unit, in characters.
const LINE_MAX: usize = 200;
/// Most people on a team.
const TEAM_MAX: usize = 100;

/// Somebody on a province's advisory team.
#[derive(Clone, Debug)]
pub struct Advisor {
    /// The province.
    pub province_code: String,
    /// The person's account.
    pub account_id: AccountId,
    /// The person's name.
    pub full_name: String,
    /// The person's post.
    pub office: Option<String>,
    /// Where the person works.
    pub unit: Option<String>,
    /// Since when.
    pub created_at: Instant,
}

impl From<(store::Advisor, String)> for Advisor {
    fn from((row, full_name): (store::Advisor, String)) -> Self {
        let store::Advisor { province_code, account_id, office, unit, created_at } = row;
        Self { province_code, account_id, full_name, office, unit, created_at }
    }
}

/// Somebody new on the team.
#[derive(Clone, Debug)]
pub struct NewAdvisor {
    /// An account that sits on councils, or works in the province's office.
    pub account_id: AccountId,
    /// The person's post.
    pub office: Option<String>,
    /// Where the person works.
    pub unit: Option<String>,
}

/// The team of a province, for whoever reaches the province and for the team itself.
///
/// # Errors
/// `request.not_found`.
pub fn advisors(conn: &mut Conn, reach: &Reach, province: &str) -> Result<Vec<Advisor>> {
    let team: Vec<_> = store::advisors(conn, province)?.into_iter().map(Advisor::from).collect();
    let on_it = team.iter().any(|advisor| Some(advisor.account_id) == reach.seat);
    let known = crate::place::places().province(province).is_some();
    let sees = reach.all || reach.province.as_deref() == Some(province) || on_it;
    if known && sees { Ok(team) } else { Err(Error::new(Code::NotFound)) }
}

/// Takes somebody on the team.
///
/// # Errors
/// `auth.forbidden` outside one's province, `request.invalid`.
pub fn advise(
    tx: &mut Tx<'_>,
    actor: &Actor,
    province: &str,
    new: &NewAdvisor,
    now: Instant,
) -> Result<Advisor> {
    state::manages(actor, Tier::Province, Some(province))?;
    let NewAdvisor { account_id, office, unit } = new;
    let mut errors = Vec::new();
    for (pointer, text) in [("/office", office), ("/unit", unit)] {
        errors.extend(text.as_deref().and_then(|text| text_error(pointer, text.trim(), 1, LINE_MAX)));
    }
    let account = match account::get(tx.conn(), *account_id) {
        Ok(account) => Some(account),
        Err(e) if e.code() == Code::NotFound => None,
        Err(e) => return Err(e),
    };
    let fit = account.as_ref().is_some_and(|account| {
        let office = account.roles.contains(&Role::ProvincialOfficer);
        let here = !office || account.place_code.as_deref() == Some(province);
        account.status == account::Status::Active
            && ((office && here) || account.roles.contains(&Role::CouncilMember))
    });
    if !fit {
        errors.push(FieldError::new(
            "/account_id",
            "account.no_advisor",
            "Cần một tài khoản đang hoạt động: cán bộ của tỉnh này, hoặc người có vai trò thành viên hội đồng.",
            "Give an active account: an officer of this province, or one with the role council_member.",
        ));
    }
    let team = store::advisors(tx.conn(), province)?;
    if team.iter().any(|(advisor, _)| advisor.account_id == *account_id) || team.len() >= TEAM_MAX {
        errors.push(FieldError::new(
            "/account_id",
            "account.advising",
            format!("Người này đã ở trong tổ, hoặc tổ đã đủ {TEAM_MAX} người."),
            format!("This person is on the team already, or the team has {TEAM_MAX} people."),
        ));
    }
    let Some(account) = account.filter(|_| errors.is_empty()) else { return Err(Error::invalid(errors)) };
    let row = store::Advisor {
        province_code: province.to_owned(),
        account_id: *account_id,
        office: office.as_deref().map(|text| text.trim().to_owned()),
        unit: unit.as_deref().map(|text| text.trim().to_owned()),
        created_at: now,
    };
    store::insert_advisor(tx, &row)?;
    let shown = json!({ "province_code": province });
    audit::record(tx, actor, "advisor.add", account_id.as_str(), None::<&()>, Some(&shown), now);
    Ok((row, account.full_name).into())
}

/// Takes somebody off the team. What the person wrote stays.
///
/// # Errors
/// `auth.forbidden` outside one's province, `request.not_found`.
pub fn dismiss(
    tx: &mut Tx<'_>,
    actor: &Actor,
    province: &str,
    account: AccountId,
    now: Instant,
) -> Result<()> {
    state::manages(actor, Tier::Province, Some(province))?;
    if !store::delete_advisor(tx, province, account)? {
        return Err(Error::new(Code::NotFound));
    }
    let shown = json!({ "province_code": province });
    audit::record(tx, actor, "advisor.remove", account.as_str(), Some(&shown), None::<&()>, now);
    Ok(())
}
