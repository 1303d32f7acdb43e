//! `/auth` and `/accounts`.

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::actor::{Actor, Role};
use crate::app::App;
use crate::db::page::Want;
use crate::error::Result;
use crate::http::{Body, List, NoQuery, Patch, Path, Query, Reply, Write, page, refuse_dry_run};
use crate::ids::{AccountId, ProducerId};
use crate::instant::Instant;

use super::{Account, Change, NewAccount, Status};

/// The routes of this noun.
pub fn routes(config: &mut crate::http::Routes<'_, '_>) {
    config
        .service(login)
        .service(refresh)
        .service(logout)
        .service(me)
        .service(change_password)
        .service(list)
        .service(create)
        .service(read)
        .service(update);
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Account)]
pub struct AccountOut {
    id: AccountId,
    #[schema(example = "haodat")]
    username: String,
    full_name: String,
    roles: Vec<Role>,
    /// Province of a provincial role, commune of a commune role.
    #[schema(example = "05503")]
    place_code: Option<String>,
    producer_id: Option<ProducerId>,
    email: Option<String>,
    status: Status,
    last_login_at: Option<Instant>,
    created_at: Instant,
    updated_at: Instant,
}

impl From<Account> for AccountOut {
    fn from(a: Account) -> Self {
        let Account {
            id,
            username,
            full_name,
            roles,
            place_code,
            producer_id,
            email,
            status,
            last_login_at,
            version: _,
            created_at,
            updated_at,
        } = a;
        Self {
            id,
            username,
            full_name,
            roles,
            place_code,
            producer_id,
            email,
            status,
            last_login_at,
            created_at,
            updated_at,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LoginIn {
    #[schema(max_length = 64)]
    username: String,
    #[schema(max_length = 256)]
    password: String,
}

/// A session's tokens.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
struct SessionOut {
    /// Send it as `Authorization: Bearer …`.
    access_token: String,
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// Seconds the access token is good.
    expires_in: i64,
    /// Good for one refresh within 30 days.
    refresh_token: String,
    account: AccountOut,
}

fn session(s: super::Session) -> Result<Reply> {
    let super::Session { access_token, refresh_token, account } = s;
    Reply::ok(&SessionOut {
        access_token,
        token_type: "Bearer",
        expires_in: super::ACCESS.num_seconds(),
        refresh_token,
        account: account.into(),
    })
}

/// Sign in.
#[utoipa::path(tag = "auth", request_body = LoginIn, responses((status = 200, body = SessionOut)))]
#[post("/auth/login")]
async fn login(
    req: HttpRequest,
    app: web::Data<App>,
    _: Query<NoQuery>,
    Body(input): Body<LoginIn>,
) -> Result<HttpResponse> {
    refuse_dry_run(&req)?;
    Ok(session(super::login(&app, &input.username, &input.password).await?)?.respond(&req))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RefreshIn {
    #[schema(max_length = 100)]
    refresh_token: String,
}

/// Change a refresh token for a new pair.
#[utoipa::path(tag = "auth", request_body = RefreshIn, responses((status = 200, body = SessionOut)))]
#[post("/auth/refresh")]
async fn refresh(
    req: HttpRequest,
    app: web::Data<App>,
    _: Query<NoQuery>,
    Body(input): Body<RefreshIn>,
) -> Result<HttpResponse> {
    refuse_dry_run(&req)?;
    Ok(session(super::refresh(&app, &input.refresh_token).await?)?.respond(&req))
}

/// Close the session of a refresh token.
#[utoipa::path(tag = "auth", request_body = RefreshIn, responses((status = 204)))]
#[post("/auth/logout")]
async fn logout(
    req: HttpRequest,
    app: web::Data<App>,
    _: Query<NoQuery>,
    Body(input): Body<RefreshIn>,
) -> Result<HttpResponse> {
    refuse_dry_run(&req)?;
    super::logout(&app, &input.refresh_token).await?;
    Ok(Reply::none().respond(&req))
}

/// The account that asks.
#[utoipa::path(tag = "auth", responses((status = 200, body = AccountOut)))]
#[get("/auth/me")]
async fn me(req: HttpRequest, app: web::Data<App>, _: Query<NoQuery>, actor: Actor) -> Result<HttpResponse> {
    let id = actor.account.ok_or(crate::error::Code::Unauthenticated)?;
    let account = app.db.read("auth.me", move |conn| super::get(conn, id)).await?;
    Ok(Reply::ok(&AccountOut::from(account.clone()))?.etag(account.version).respond(&req))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordIn {
    #[schema(max_length = 256)]
    current: String,
    /// At least 12 characters.
    #[schema(min_length = 12, max_length = 256)]
    new: String,
}

/// Change one's own password; all sessions are closed.
#[utoipa::path(tag = "auth", request_body = PasswordIn, responses((status = 204)))]
#[post("/auth/password")]
async fn change_password(
    write: Write,
    _: Query<NoQuery>,
    Body(input): Body<PasswordIn>,
) -> Result<HttpResponse> {
    // The current password of a repeated request is the old one by now.
    if let Some(answer) = write.repeated().await? {
        return Ok(answer);
    }
    let prepared = super::prepare_password(write.app(), &write.actor, &input.current, &input.new).await?;
    write
        .run("account.password", move |tx, actor, now| {
            super::set_password(tx, actor, &prepared, now)?;
            Ok(Reply::none())
        })
        .await
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Rows per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Accounts by username.
#[utoipa::path(tag = "accounts", params(ListQuery), responses((status = 200, body = List<AccountOut>)))]
#[get("/accounts")]
async fn list(req: HttpRequest, app: web::Data<App>, Query(q): Query<ListQuery>) -> Result<HttpResponse> {
    let want = Want::of(q.limit, q.cursor.as_deref())?;
    let rows = app.db.read("account.list", move |conn| super::list(conn, &want)).await?;
    page(&req, rows.map(AccountOut::from))
}

/// A new account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountIn {
    /// 3 to 64 of a-z, 0-9, dot, underscore, hyphen.
    #[schema(example = "haodat")]
    username: String,
    full_name: String,
    roles: Vec<Role>,
    /// Province of a provincial role, commune of a commune role.
    place_code: Option<String>,
    producer_id: Option<ProducerId>,
    email: Option<String>,
    /// At least 12 characters.
    #[schema(min_length = 12, max_length = 256)]
    password: String,
}

/// Make an account.
#[utoipa::path(tag = "accounts", request_body = AccountIn, responses((status = 201, body = AccountOut)))]
#[post("/accounts")]
async fn create(write: Write, _: Query<NoQuery>, Body(input): Body<AccountIn>) -> Result<HttpResponse> {
    let AccountIn { username, full_name, roles, place_code, producer_id, email, password } = input;
    let hash = super::hash_password(&password, &username, write.app().config.demo).await?;
    let new = NewAccount { username, full_name, roles, place_code, producer_id, email };
    write
        .run("account.create", move |tx, actor, now| {
            let account = super::create(tx, actor, &new, &hash, now)?;
            let version = account.version;
            let location = format!("/api/v1/accounts/{}", account.id);
            Ok(Reply::created(location, &AccountOut::from(account))?.etag(version))
        })
        .await
}

/// One account.
#[utoipa::path(tag = "accounts", params(("id" = AccountId, Path)), responses((status = 200, body = AccountOut)))]
#[get("/accounts/{id}")]
async fn read(
    req: HttpRequest,
    app: web::Data<App>,
    _: Query<NoQuery>,
    Path(id): Path<AccountId>,
) -> Result<HttpResponse> {
    let account = app.db.read("account.get", move |conn| super::get(conn, id)).await?;
    let version = account.version;
    Ok(Reply::ok(&AccountOut::from(account))?.etag(version).respond(&req))
}

/// What may change of an account: absent keeps, null clears.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountPatch {
    full_name: Option<String>,
    roles: Option<Vec<Role>>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    place_code: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<ProducerId>)]
    producer_id: Patch<ProducerId>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    email: Patch<String>,
    status: Option<Status>,
    /// A new password; closes the account's sessions.
    #[schema(min_length = 12, max_length = 256)]
    password: Option<String>,
}

/// Change an account.
#[utoipa::path(tag = "accounts", params(("id" = AccountId, Path), ("If-Match" = String, Header)),
    request_body = AccountPatch, responses((status = 200, body = AccountOut)))]
#[patch("/accounts/{id}")]
async fn update(
    write: Write,
    Path(id): Path<AccountId>,
    _: Query<NoQuery>,
    Body(input): Body<AccountPatch>,
) -> Result<HttpResponse> {
    let version = write.version()?;
    let AccountPatch { full_name, roles, place_code, producer_id, email, status, password } = input;
    let password_hash = match password {
        Some(password) => {
            let app = write.app().clone();
            let username = app.db.read("account.get", move |conn| super::get(conn, id)).await?.username;
            Some(super::hash_password(&password, &username, app.config.demo).await?)
        }
        None => None,
    };
    let change = Change { full_name, roles, place_code, producer_id, email, status, password_hash };
    write
        .run("account.update", move |tx, actor, now| {
            let account = super::update(tx, actor, id, version, change.clone(), now)?;
            let version = account.version;
            Ok(Reply::ok(&AccountOut::from(account))?.etag(version))
        })
        .await
}
