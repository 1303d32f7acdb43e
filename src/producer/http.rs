//! `/producers`: for those whose reach covers them. The public reads producers in the catalogue.

mod body;

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::actor::Actor;
use crate::app::App;
use crate::db::page::Want;
use crate::error::{Code, Error, Result};
use crate::http::{Body, List, NoQuery, Path, Query, Reply, Write, page};
use crate::ids::ProducerId;

use super::{Change, Filter, Kind, Producer, Status, Written};

use body::{DuplicateOut, ProducerIn, ProducerOut, ProducerPatch};

/// The routes of this noun.
pub fn routes(config: &mut crate::http::Routes<'_, '_>) {
    config
        .service(list)
        .service(create)
        .service(read)
        .service(update)
        .service(verify)
        .service(suspend)
        .service(reinstate)
        .service(dissolve)
        .service(list_duplicates);
}

fn one(producer: Producer) -> Result<Reply> {
    let version = producer.version;
    Ok(Reply::ok(&ProducerOut::from(producer))?.etag(version))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Words of the name or the tax code; accents and case do not matter.
    #[param(max_length = 200, example = "che hao dat")]
    q: Option<String>,
    status: Option<Status>,
    kind: Option<Kind>,
    #[param(example = "19")]
    province_code: Option<String>,
    #[param(example = "05503")]
    commune_code: Option<String>,
    /// Rows per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Longest question, in characters.
const Q_MAX: usize = 200;

/// The producers within reach, by name.
#[utoipa::path(tag = "producers", params(ListQuery), responses((status = 200, body = List<ProducerOut>)))]
#[get("/producers")]
async fn list(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    Query(query): Query<ListQuery>,
) -> Result<HttpResponse> {
    let ListQuery { q, status, kind, province_code, commune_code, limit, cursor } = query;
    if q.as_deref().is_some_and(|q| q.chars().count() > Q_MAX) {
        return Err(Error::told(
            Code::BadQuery,
            format!("q có tối đa {Q_MAX} ký tự."),
            format!("q has at most {Q_MAX} characters."),
        ));
    }
    let want = Want::of(limit, cursor.as_deref())?;
    let filter = Filter { q, status, kind, province_code, commune_code };
    let rows =
        app.db.read("producer.list", move |conn| super::list(conn, &actor.reach, &filter, &want)).await?;
    page(&req, rows.map(ProducerOut::from))
}

/// Register a producer as a draft; a member without a producer is bound to it.
#[utoipa::path(tag = "producers", request_body = ProducerIn, responses((status = 201, body = ProducerOut)))]
#[post("/producers")]
async fn create(write: Write, _: Query<NoQuery>, Body(input): Body<ProducerIn>) -> Result<HttpResponse> {
    let written = Written::from(input);
    write
        .run("producer.create", move |tx, actor, now| {
            let producer = super::register(tx, actor, &written, now)?;
            let (location, version) = (format!("/api/v1/producers/{}", producer.id), producer.version);
            Ok(Reply::created(location, &ProducerOut::from(producer))?.etag(version))
        })
        .await
}

/// One producer.
#[utoipa::path(tag = "producers", params(("id" = ProducerId, Path)), responses((status = 200, body = ProducerOut)))]
#[get("/producers/{id}")]
async fn read(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path(id): Path<ProducerId>,
) -> Result<HttpResponse> {
    let producer = app.db.read("producer.get", move |conn| super::find(conn, &actor.reach, id)).await?;
    Ok(one(producer)?.respond(&req))
}

/// Change what is registered about a producer.
#[utoipa::path(tag = "producers", params(("id" = ProducerId, Path), ("If-Match" = String, Header)),
    request_body = ProducerPatch, responses((status = 200, body = ProducerOut)))]
#[patch("/producers/{id}")]
async fn update(
    write: Write,
    Path(id): Path<ProducerId>,
    _: Query<NoQuery>,
    Body(input): Body<ProducerPatch>,
) -> Result<HttpResponse> {
    let version = write.version()?;
    let moves = input.moves();
    let change = Change::from(input);
    write
        .run("producer.update", move |tx, actor, now| {
            let producer = super::update(tx, actor, id, version, change.clone(), now)?;
            if moves {
                crate::product::follow_producer(tx, actor, &producer, now)?;
            }
            one(producer)
        })
        .await
}

/// An officer has compared the producer with its papers: draft → verified.
#[utoipa::path(tag = "producers", params(("id" = ProducerId, Path)), responses((status = 200, body = ProducerOut)))]
#[post("/producers/{id}/verify")]
async fn verify(write: Write, Path(id): Path<ProducerId>, _: Query<NoQuery>) -> Result<HttpResponse> {
    write.run("producer.verify", move |tx, actor, now| one(super::verify(tx, actor, id, now)?)).await
}

/// Why a producer is suspended.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SuspendIn {
    /// The reason.
    #[schema(min_length = 1, max_length = 1000)]
    note: String,
}

/// The producer takes no part for a time: verified → suspended.
#[utoipa::path(tag = "producers", params(("id" = ProducerId, Path)), request_body = SuspendIn,
    responses((status = 200, body = ProducerOut)))]
#[post("/producers/{id}/suspend")]
async fn suspend(
    write: Write,
    Path(id): Path<ProducerId>,
    _: Query<NoQuery>,
    Body(SuspendIn { note }): Body<SuspendIn>,
) -> Result<HttpResponse> {
    write.run("producer.suspend", move |tx, actor, now| one(super::suspend(tx, actor, id, &note, now)?)).await
}

/// The producer takes part again: suspended → verified.
#[utoipa::path(tag = "producers", params(("id" = ProducerId, Path)), responses((status = 200, body = ProducerOut)))]
#[post("/producers/{id}/reinstate")]
async fn reinstate(write: Write, Path(id): Path<ProducerId>, _: Query<NoQuery>) -> Result<HttpResponse> {
    write.run("producer.reinstate", move |tx, actor, now| one(super::reinstate(tx, actor, id, now)?)).await
}

/// Why a producer is dissolved, and who carries on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DissolveIn {
    /// The reason.
    #[schema(min_length = 1, max_length = 1000)]
    note: String,
    /// Another verified producer within reach.
    successor_id: Option<ProducerId>,
}

/// The producer exists no longer.
#[utoipa::path(tag = "producers", params(("id" = ProducerId, Path)), request_body = DissolveIn,
    responses((status = 200, body = ProducerOut)))]
#[post("/producers/{id}/dissolve")]
async fn dissolve(
    write: Write,
    Path(id): Path<ProducerId>,
    _: Query<NoQuery>,
    Body(input): Body<DissolveIn>,
) -> Result<HttpResponse> {
    let DissolveIn { note, successor_id } = input;
    write
        .run("producer.dissolve", move |tx, actor, now| {
            one(super::dissolve(tx, actor, id, &note, successor_id, now)?)
        })
        .await
}

/// The producers that may be the same, the likeliest first, at most 20; a person judges.
#[utoipa::path(tag = "producers", params(("id" = ProducerId, Path)), responses((status = 200, body = List<DuplicateOut>)))]
#[get("/producers/{id}/duplicates")]
async fn list_duplicates(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path(id): Path<ProducerId>,
) -> Result<HttpResponse> {
    let found =
        app.db.read("producer.duplicates", move |conn| super::duplicates(conn, &actor.reach, id)).await?;
    let data = found.into_iter().map(DuplicateOut::from).collect();
    page(&req, crate::db::page::Page { data, next: None })
}
