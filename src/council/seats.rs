//! Setting a council up: the council itself and who sits on it.

use serde_json::json;

use crate::account;
use crate::actor::{Actor, Role};
use crate::audit;
use crate::db::{Conn, Json, Tx, dialect};
use crate::error::{Code, Error, FieldError, Result};
use crate::ids::{AccountId, CouncilId, MemberId, ProducerId};
use crate::instant::Instant;
use crate::producer;
use crate::product::state::text_error;

use super::state::{self, Seat, Settings, Status, Tier};
use super::{Council, Member, row, store};

/// Longest name or post, in characters.
const LINE_MAX: usize = 200;
/// Most members of a council.
const MEMBERS_MAX: usize = 50;

/// A new council.
#[derive(Clone, Debug)]
pub struct NewCouncil {
    /// Whose.
    pub tier: Tier,
    /// Its province; none for the ministry's.
    pub province_code: Option<String>,
    /// Its name.
    pub name: String,
    /// Quorum and deviation.
    pub settings: Settings,
}

/// Sets a council up.
///
/// # Errors
/// `request.invalid`, `auth.forbidden`.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, new: &NewCouncil, now: Instant) -> Result<Council> {
    let NewCouncil { tier, province_code, name, settings } = new;
    let known = |code: &str| crate::place::places().province(code).is_some();
    let placed = match (tier, province_code.as_deref()) {
        (Tier::Province, Some(code)) => known(code),
        (Tier::Centre, None) => true,
        _ => false,
    };
    let mut errors = Vec::new();
    if !placed {
        errors.push(FieldError::new(
            "/province_code",
            "province_code.tier",
            "Hội đồng cấp tỉnh cần mã tỉnh; hội đồng trung ương không có mã tỉnh.",
            "A province's council needs the code of its province; the ministry's has none.",
        ));
    }
    errors.extend(text_error("/name", name.trim(), 1, LINE_MAX));
    errors.extend(settings.errors());
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    state::manages(actor, *tier, province_code.as_deref())?;
    let row = store::Council {
        id: CouncilId::new(),
        tier: *tier,
        province_code: province_code.clone(),
        name: name.trim().to_owned(),
        settings: Json::of(settings),
        status: Status::Active,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    store::insert(tx, &row)?;
    let shown =
        json!({ "tier": tier, "province_code": province_code, "name": row.name, "settings": settings });
    audit::record(tx, actor, "council.create", row.id.as_str(), None::<&()>, Some(&shown), now);
    row.try_into()
}

/// A new member.
#[derive(Clone, Debug)]
pub struct NewMember {
    /// The person's account.
    pub account_id: AccountId,
    /// The seat.
    pub seat: Seat,
    /// The person's post.
    pub office: Option<String>,
    /// Where the person works.
    pub unit: Option<String>,
    /// A producer the person has to do with, beyond that of its account.
    pub producer_id: Option<ProducerId>,
}

/// A council whose seats the actor may change now.
fn changeable(tx: &mut Tx<'_>, actor: &Actor, id: CouncilId) -> Result<store::Council> {
    let row = row(tx.conn(), &actor.reach, id)?;
    state::manages(actor, row.tier, row.province_code.as_deref())?;
    if row.status == Status::Closed {
        return Err(Error::new(Code::CouncilClosed));
    }
    dialect::lock(tx.conn(), id.as_str())?;
    if store::is_in_session(tx.conn(), id)? {
        return Err(Error::new(Code::CouncilInSession));
    }
    Ok(row)
}

fn raise(tx: &mut Tx<'_>, mut row: store::Council, now: Instant) -> Result<Council> {
    row.version += 1;
    row.updated_at = now;
    store::save(tx, &row)?;
    row.try_into()
}

/// Seats a member. The council gets a new version.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `council.closed`, `council.in_session`, `council.seat_taken`,
/// `request.invalid`.
pub fn seat_member(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: CouncilId,
    new: &NewMember,
    now: Instant,
) -> Result<(Council, Member)> {
    let council = changeable(tx, actor, id)?;
    let NewMember { account_id, seat, office, unit, producer_id } = new;
    let present = super::members(tx.conn(), id)?;
    let mut errors = Vec::new();
    for (pointer, text) in [("/office", office), ("/unit", unit)] {
        errors.extend(text.as_deref().and_then(|text| text_error(pointer, text.trim(), 1, LINE_MAX)));
    }
    errors.extend(account_error(tx.conn(), *account_id)?);
    if let Some(id) = producer_id
        && producer::many(tx.conn(), &[*id])?.is_empty()
    {
        errors.push(FieldError::new(
            "/producer_id",
            "producer.unknown",
            "Không có chủ thể này.",
            "There is no such producer.",
        ));
    }
    if present.iter().any(|member| member.account_id == *account_id) {
        errors.push(FieldError::new(
            "/account_id",
            "account.seated",
            "Người này đã là thành viên hội đồng.",
            "This person sits on the council already.",
        ));
    }
    if present.len() >= MEMBERS_MAX {
        errors.push(FieldError::new(
            "/account_id",
            "council.full",
            format!("Hội đồng có nhiều nhất {MEMBERS_MAX} thành viên."),
            format!("A council has {MEMBERS_MAX} members at most."),
        ));
    }
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    state::seat_free(&present.iter().map(|member| member.seat).collect::<Vec<_>>(), *seat)?;
    let row = store::Member {
        id: MemberId::new(),
        council_id: id,
        account_id: *account_id,
        seat: *seat,
        office: office.as_deref().map(|text| text.trim().to_owned()),
        unit: unit.as_deref().map(|text| text.trim().to_owned()),
        producer_id: *producer_id,
        created_at: now,
    };
    store::insert_member(tx, &row)?;
    let shown =
        json!({ "member_id": row.id, "account_id": account_id, "seat": seat, "producer_id": producer_id });
    audit::record(tx, actor, "council.seat", id.as_str(), None::<&()>, Some(&shown), now);
    let council = raise(tx, council, now)?;
    let person = account::get(tx.conn(), *account_id)?;
    Ok((council, Member::from((row, person.full_name, person.producer_id))))
}

/// What keeps an account from a seat: it has to be an active council member's.
fn account_error(conn: &mut Conn, id: AccountId) -> Result<Option<FieldError>> {
    let fit = match account::get(conn, id) {
        Ok(account) => {
            account.status == account::Status::Active && account.roles.contains(&Role::CouncilMember)
        }
        Err(e) if e.code() == Code::NotFound => false,
        Err(e) => return Err(e),
    };
    Ok((!fit).then(|| {
        FieldError::new(
            "/account_id",
            "account.not_council_member",
            "Cần một tài khoản đang hoạt động với vai trò thành viên hội đồng.",
            "Give an active account with the role council_member.",
        )
    }))
}

/// Takes a member's seat away. `version` is the council's.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `request.stale`, `council.closed`, `council.in_session`.
pub fn unseat(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: CouncilId,
    member: MemberId,
    version: i32,
    now: Instant,
) -> Result<Council> {
    let council = changeable(tx, actor, id)?;
    if council.version != version {
        return Err(Error::new(Code::PreconditionFailed));
    }
    if !store::delete_member(tx, id, member)? {
        return Err(Error::new(Code::NotFound));
    }
    let shown = json!({ "member_id": member });
    audit::record(tx, actor, "council.unseat", id.as_str(), Some(&shown), None::<&()>, now);
    raise(tx, council, now)
}
