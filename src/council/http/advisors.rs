//! `/advisory-teams/{province}`: who reviews a province's dossiers.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actor::Actor;
use crate::app::App;
use crate::db::Conn;
use crate::db::page::Page;
use crate::error::{Code, Error, Result};
use crate::http::{Body, List, NoQuery, Path, Query, Reply, Write, page};
use crate::ids::AccountId;
use crate::instant::Instant;

use super::super::{Advisor, NewAdvisor};

/// Nothing of somebody on the team changes, so there is one version.
const VERSION: i32 = 1;

/// Somebody on a province's advisory team.
#[derive(Serialize, ToSchema)]
#[schema(as = Advisor)]
struct AdvisorOut {
    #[schema(example = "19")]
    province_code: String,
    account_id: AccountId,
    full_name: String,
    /// The person's post.
    office: Option<String>,
    /// Where the person works.
    unit: Option<String>,
    created_at: Instant,
}

impl From<Advisor> for AdvisorOut {
    fn from(advisor: Advisor) -> Self {
        let Advisor { province_code, account_id, full_name, office, unit, created_at } = advisor;
        Self { province_code, account_id, full_name, office, unit, created_at }
    }
}

/// The advisory team of a province.
#[utoipa::path(tag = "councils", params(("province_code" = String, Path, example = "19")),
    responses((status = 200, body = List<AdvisorOut>)))]
#[get("/advisory-teams/{province_code}/members")]
pub(super) async fn list(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path(province): Path<String>,
) -> Result<HttpResponse> {
    let work = move |conn: &mut Conn| super::super::advisors(conn, &actor.reach, &province);
    let data = app.db.read("advisor.list", work).await?.into_iter().map(AdvisorOut::from).collect();
    page(&req, Page { data, next: None })
}

/// Somebody for the team.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AdvisorIn {
    /// An officer of the province, or an account with the role `council_member`.
    account_id: AccountId,
    /// The person's post.
    #[schema(max_length = 200)]
    office: Option<String>,
    /// Where the person works.
    #[schema(max_length = 200)]
    unit: Option<String>,
}

/// Take somebody on the province's advisory team.
#[utoipa::path(tag = "councils", params(("province_code" = String, Path, example = "19")), request_body = AdvisorIn,
    responses((status = 201, body = AdvisorOut)))]
#[post("/advisory-teams/{province_code}/members")]
pub(super) async fn add(
    write: Write,
    _: Query<NoQuery>,
    Path(province): Path<String>,
    Body(input): Body<AdvisorIn>,
) -> Result<HttpResponse> {
    let AdvisorIn { account_id, office, unit } = input;
    let new = NewAdvisor { account_id, office, unit };
    write
        .run("advisor.add", move |tx, actor, now| {
            let advisor = super::super::advise(tx, actor, &province, &new, now)?;
            let location = format!("/api/v1/advisory-teams/{province}/members/{account_id}");
            Ok(Reply::created(location, &AdvisorOut::from(advisor))?.etag(VERSION))
        })
        .await
}

/// Take somebody off the team; what the person wrote stays.
#[utoipa::path(tag = "councils", params(("province_code" = String, Path, example = "19"),
    ("account_id" = AccountId, Path), ("If-Match" = String, Header)), responses((status = 204)))]
#[delete("/advisory-teams/{province_code}/members/{account_id}")]
pub(super) async fn remove(
    write: Write,
    _: Query<NoQuery>,
    Path((province, account)): Path<(String, AccountId)>,
) -> Result<HttpResponse> {
    if write.version()? != VERSION {
        return Err(Error::new(Code::PreconditionFailed));
    }
    write
        .run("advisor.remove", move |tx, actor, now| {
            super::super::dismiss(tx, actor, &province, account, now)?;
            Ok(Reply::none())
        })
        .await
}
