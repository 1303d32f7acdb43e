//! `/councils` and who sits on them. Sessions stand in [`sessions`], conflicts of interest in [`conflicts`], the advisory
//! team in [`advisors`] and [`reviews`].

mod advisors;
mod conflicts;
mod reviews;
mod sessions;

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::actor::Actor;
use crate::app::App;
use crate::db::page::Want;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::http::{Body, List, NoQuery, Path, Query, Reply, Write, page};
use crate::ids::{AccountId, CouncilId, MemberId, ProducerId};
use crate::instant::Instant;

use super::{Council, Member, NewCouncil, NewMember, Seat, Settings, Status, Tier};

/// The routes of this noun.
pub fn routes(config: &mut crate::http::Routes<'_, '_>) {
    config
        .service(list)
        .service(create)
        .service(read)
        .service(add_member)
        .service(remove_member)
        .service(sessions::list)
        .service(sessions::create)
        .service(sessions::read)
        .service(sessions::add_agenda)
        .service(sessions::open)
        .service(sessions::attend)
        .service(sessions::close)
        .service(conflicts::list)
        .service(conflicts::declare)
        .service(conflicts::check)
        .service(advisors::list)
        .service(advisors::add)
        .service(advisors::remove)
        .service(reviews::list)
        .service(reviews::create)
        .service(reviews::revise)
        .service(reviews::list_tests)
        .service(reviews::request_test)
        .service(reviews::update_test);
}

/// A council in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CouncilLine)]
struct LineOut {
    id: CouncilId,
    tier: Tier,
    /// Province of a province's council.
    #[schema(example = "19")]
    province_code: Option<String>,
    name: String,
    settings: Settings,
    status: Status,
    created_at: Instant,
    updated_at: Instant,
}

impl From<Council> for LineOut {
    fn from(council: Council) -> Self {
        let Council { id, tier, province_code, name, settings, status, version: _, created_at, updated_at } =
            council;
        Self { id, tier, province_code, name, settings, status, created_at, updated_at }
    }
}

/// A council with its members.
#[derive(Serialize, ToSchema)]
#[schema(as = Council)]
struct CouncilOut {
    #[serde(flatten)]
    line: LineOut,
    /// In the order they were seated.
    members: Vec<MemberOut>,
    /// Members who have to be present.
    quorum: usize,
}

/// A member of a council.
#[derive(Serialize, ToSchema)]
#[schema(as = CouncilMember)]
struct MemberOut {
    id: MemberId,
    account_id: AccountId,
    full_name: String,
    seat: Seat,
    /// The person's post.
    office: Option<String>,
    /// Where the person works.
    unit: Option<String>,
    /// Producers the person has to do with: it does not score their dossiers.
    producer_ids: Vec<ProducerId>,
    created_at: Instant,
}

impl From<Member> for MemberOut {
    fn from(member: Member) -> Self {
        let Member { id, council_id: _, account_id, full_name, seat, office, unit, producers, created_at } =
            member;
        Self { id, account_id, full_name, seat, office, unit, producer_ids: producers, created_at }
    }
}

fn whole(conn: &mut Conn, council: Council, location: Option<String>) -> Result<Reply> {
    let members = super::members(conn, council.id)?;
    let version = council.version;
    let out = CouncilOut {
        quorum: council.settings.quorum(members.len()),
        line: council.into(),
        members: members.into_iter().map(MemberOut::from).collect(),
    };
    let reply = match location {
        Some(location) => Reply::created(location, &out)?,
        None => Reply::ok(&out)?,
    };
    Ok(reply.etag(version))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Of this tier.
    tier: Option<Tier>,
    /// Of this province.
    province_code: Option<String>,
    /// Rows per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The councils one sees, the newest first.
#[utoipa::path(tag = "councils", params(ListQuery), responses((status = 200, body = List<LineOut>)))]
#[get("/councils")]
async fn list(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    Query(q): Query<ListQuery>,
) -> Result<HttpResponse> {
    let ListQuery { tier, province_code, limit, cursor } = q;
    let want = Want::of(limit, cursor.as_deref())?;
    let work = move |conn: &mut Conn| super::list(conn, &actor.reach, tier, province_code.clone(), &want);
    let rows = app.db.read("council.list", work).await?;
    page(&req, rows.map(LineOut::from))
}

/// A new council.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CouncilIn {
    tier: Tier,
    /// Province of a province's council; absent for the ministry's.
    #[schema(example = "19")]
    province_code: Option<String>,
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// Absent: the usual values.
    #[serde(default)]
    settings: Settings,
}

/// Set a council up.
#[utoipa::path(tag = "councils", request_body = CouncilIn, responses((status = 201, body = CouncilOut)))]
#[post("/councils")]
async fn create(write: Write, _: Query<NoQuery>, Body(input): Body<CouncilIn>) -> Result<HttpResponse> {
    let CouncilIn { tier, province_code, name, settings } = input;
    let new = NewCouncil { tier, province_code, name, settings };
    write
        .run("council.create", move |tx, actor, now| {
            let council = super::create(tx, actor, &new, now)?;
            let location = format!("/api/v1/councils/{}", council.id);
            whole(tx.conn(), council, Some(location))
        })
        .await
}

/// One council with its members.
#[utoipa::path(tag = "councils", params(("id" = CouncilId, Path)), responses((status = 200, body = CouncilOut)))]
#[get("/councils/{id}")]
async fn read(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path(id): Path<CouncilId>,
) -> Result<HttpResponse> {
    let work = move |conn: &mut Conn| {
        let council = super::find(conn, &actor.reach, id)?;
        whole(conn, council, None)
    };
    Ok(app.db.read("council.get", work).await?.respond(&req))
}

/// A new member.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MemberIn {
    /// An account with the role `council_member`.
    account_id: AccountId,
    seat: Seat,
    /// The person's post.
    #[schema(max_length = 200)]
    office: Option<String>,
    /// Where the person works.
    #[schema(max_length = 200)]
    unit: Option<String>,
    /// A producer the person has to do with, beyond that of its account.
    producer_id: Option<ProducerId>,
}

/// Seat a member; the `ETag` is the council's.
#[utoipa::path(tag = "councils", params(("id" = CouncilId, Path)), request_body = MemberIn,
    responses((status = 201, body = MemberOut)))]
#[post("/councils/{id}/members")]
async fn add_member(
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<CouncilId>,
    Body(input): Body<MemberIn>,
) -> Result<HttpResponse> {
    let MemberIn { account_id, seat, office, unit, producer_id } = input;
    let new = NewMember { account_id, seat, office, unit, producer_id };
    write
        .run("council.seat", move |tx, actor, now| {
            let (council, member) = super::seat_member(tx, actor, id, &new, now)?;
            let location = format!("/api/v1/councils/{id}/members/{}", member.id);
            Ok(Reply::created(location, &MemberOut::from(member))?.etag(council.version))
        })
        .await
}

/// Take a member's seat away; `If-Match` is the council's `ETag`.
#[utoipa::path(tag = "councils", params(("id" = CouncilId, Path), ("member_id" = MemberId, Path),
    ("If-Match" = String, Header)), responses((status = 200, body = CouncilOut)))]
#[delete("/councils/{id}/members/{member_id}")]
async fn remove_member(
    write: Write,
    _: Query<NoQuery>,
    Path((id, member)): Path<(CouncilId, MemberId)>,
) -> Result<HttpResponse> {
    let version = write.version()?;
    write
        .run("council.unseat", move |tx: &mut Tx<'_>, actor, now| {
            let council = super::unseat(tx, actor, id, member, version, now)?;
            whole(tx.conn(), council, None)
        })
        .await
}
