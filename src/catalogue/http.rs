//! `/catalogue`: public and cacheable.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::app::App;
use crate::db::page::Want;
use crate::error::Result;
use crate::http::{List, NoQuery, Path, Query, Reply, content_tag, linked, matches_tag, wanted_fields};
use crate::ids::{ProducerId, ProductId};
use crate::instant::Instant;
use crate::producer;

use super::{Answer, Card, Facets, Filter, Listed, Producer, ProducerFilter, Product, Sort, state};

/// The routes of this noun.
pub fn routes(config: &mut crate::http::Routes<'_, '_>) {
    config.service(list).service(read).service(producers).service(facets);
}

/// How long others may keep an answer, seconds.
const KEEP: i64 = 30;

/// An answer others may keep, but for no longer than it is true.
fn public(mut response: HttpResponse, until: Option<Instant>, now: Instant) -> HttpResponse {
    let left = until.map_or(KEEP, |until| until.since(now).num_seconds().clamp(0, KEEP));
    let value = match left {
        KEEP => header::HeaderValue::from_static("public, max-age=30"),
        left => header::HeaderValue::try_from(format!("public, max-age={left}"))
            .unwrap_or(header::HeaderValue::from_static("no-cache")),
    };
    response.headers_mut().insert(header::CACHE_CONTROL, value);
    response
}

/// A value with the tag of its content.
fn tagged<T: Serialize>(value: &T) -> Result<Reply> {
    let reply = Reply::ok(value)?;
    let tag = content_tag(&reply.body);
    Ok(reply.etag(tag))
}

/// A value as it is answered and kept.
fn answer<T: Serialize>(value: &T, until: Option<Instant>) -> Result<Answer> {
    let reply = tagged(value)?;
    let tag = format!("\"{}\"", reply.etag.unwrap_or_default()).into();
    Ok(Answer { body: reply.body.into(), tag, until })
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ProductsQuery {
    /// Words of the product's, producer's and commune's name, without accents if you like; the last may be the
    /// beginning of a word.
    #[param(max_length = 200, example = "che tan cuong")]
    q: Option<String>,
    /// The star it bears now.
    #[param(minimum = 3, maximum = 5)]
    star: Option<u8>,
    /// Number of the criteria set.
    #[param(minimum = 1, maximum = 26)]
    criteria_set: Option<i32>,
    /// Roman number of the industry.
    #[param(example = "I")]
    industry: Option<String>,
    /// Five digits.
    commune_code: Option<String>,
    /// Two digits.
    province_code: Option<String>,
    /// Who makes it.
    producer_id: Option<ProducerId>,
    /// Least price, VND.
    #[param(minimum = 0)]
    price_min: Option<i64>,
    /// Greatest price, VND.
    #[param(minimum = 0)]
    price_max: Option<i64>,
    /// The order; `name` if nothing is said.
    #[param(inline)]
    sort: Option<Sort>,
    /// Rows per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Published products.
#[utoipa::path(tag = "catalogue", params(ProductsQuery),
    responses((status = 200, body = List<Card>)))]
#[get("/catalogue/products")]
async fn list(req: HttpRequest, app: web::Data<App>, Query(q): Query<ProductsQuery>) -> Result<HttpResponse> {
    let want = Want::of(q.limit, q.cursor.as_deref())?;
    let filter = Filter {
        words: state::words(q.q.as_deref().unwrap_or_default())?,
        star: state::star(q.star)?,
        sets: state::sets(q.criteria_set, q.industry.as_deref())?,
        province_code: q.province_code,
        commune_code: q.commune_code,
        producer_id: q.producer_id,
        price_min: q.price_min,
        price_max: q.price_max,
    };
    let (sort, now) = (q.sort.unwrap_or(Sort::Name), app.clock.now());
    let listed = match app.catalogue.cache.list(req.query_string(), now) {
        Ok(listed) => listed,
        Err(key) => {
            let memory = app.catalogue.clone();
            app.db
                .read("catalogue.products", move |conn| {
                    let rows = super::products(conn, &memory, &filter, sort, &want, now)?;
                    let until =
                        rows.data.iter().filter_map(|card| Some(card.rating.as_ref()?.valid_until)).min();
                    let next = rows.next.clone();
                    let answer = answer(&List { data: rows.data, next_cursor: rows.next }, until)?;
                    let listed = Arc::new(Listed { answer, next });
                    memory.cache.keep_list(key.clone(), listed.clone());
                    Ok(listed)
                })
                .await?
        }
    };
    let Listed { answer, next } = &*listed;
    Ok(linked(&req, respond(&req, answer.clone(), now), next.as_deref()))
}

/// One published product.
#[utoipa::path(tag = "catalogue", params(("id" = ProductId, Path)),
    responses((status = 200, body = Product)))]
#[get("/catalogue/products/{id}")]
async fn read(
    req: HttpRequest,
    app: web::Data<App>,
    _: Query<NoQuery>,
    Path(id): Path<ProductId>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let answer = match app.catalogue.cache.product(id, now) {
        Some(answer) => answer,
        None => fresh(&app, id, now).await?,
    };
    Ok(respond(&req, answer, now))
}

/// The answer from the database; kept for the next who asks.
async fn fresh(app: &App, id: ProductId, now: Instant) -> Result<Answer> {
    let memory = app.catalogue.clone();
    app.db
        .read("catalogue.product", move |conn| {
            let mark = memory.cache.mark();
            let (product, until) = super::product(conn, id, now)?;
            let answer = answer(&product, until)?;
            memory.cache.keep(id, product.producer.id, mark, answer.clone());
            Ok(answer)
        })
        .await
}

fn respond(req: &HttpRequest, answer: Answer, now: Instant) -> HttpResponse {
    let Answer { body, tag, until } = answer;
    if wanted_fields(req).is_some() {
        let body = String::from_utf8_lossy(&body).into_owned();
        let etag = Some(tag.trim_matches('"').to_owned());
        return public(Reply { status: 200, etag, location: None, body }.respond(req), until, now);
    }
    let response = if matches_tag(req, Some(&tag)) {
        HttpResponse::NotModified().insert_header((header::ETAG, &*tag)).finish()
    } else {
        HttpResponse::Ok().insert_header((header::ETAG, &*tag)).content_type("application/json").body(body)
    };
    public(response, until, now)
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ProducersQuery {
    /// What they are.
    kind: Option<producer::Kind>,
    /// Five digits.
    commune_code: Option<String>,
    /// Two digits.
    province_code: Option<String>,
    /// Rows per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Verified producers by name.
#[utoipa::path(tag = "catalogue", params(ProducersQuery),
    responses((status = 200, body = List<Producer>)))]
#[get("/catalogue/producers")]
async fn producers(
    req: HttpRequest,
    app: web::Data<App>,
    Query(q): Query<ProducersQuery>,
) -> Result<HttpResponse> {
    let want = Want::of(q.limit, q.cursor.as_deref())?;
    let filter =
        ProducerFilter { kind: q.kind, province_code: q.province_code, commune_code: q.commune_code };
    let rows = app.db.read("catalogue.producers", move |conn| super::producers(conn, &filter, &want)).await?;
    let next = rows.next.clone();
    let reply = tagged(&List { data: rows.data, next_cursor: rows.next })?;
    Ok(public(linked(&req, reply.respond(&req), next.as_deref()), None, app.clock.now()))
}

/// How many published products there are of each kind.
#[utoipa::path(tag = "catalogue", responses((status = 200, body = Facets)))]
#[get("/catalogue/facets")]
async fn facets(req: HttpRequest, app: web::Data<App>, _: Query<NoQuery>) -> Result<HttpResponse> {
    let now = app.clock.now();
    let (facets, until) = app.catalogue.facets(&app.db, now).await?;
    Ok(public(tagged(&facets)?.respond(&req), until, now))
}
