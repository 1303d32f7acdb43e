//! The HTTP habits that every endpoint keeps: who may, what comes in, what goes out, repeats, limits, the document.

mod envelope;
pub mod file;
mod guard;
mod health;
pub mod input;
mod jwks;
pub mod limits;
pub mod openapi;
pub mod policy;
pub mod reply;
mod routes;
mod write;

use std::sync::LazyLock;

use actix_web::dev::{ServiceFactory, ServiceRequest};
use actix_web::middleware::{Compress, Condition, from_fn};
use actix_web::web;
use utoipa_actix_web::AppExt as _;

pub use envelope::{is_look, language, request_id};
pub use input::{Body, NoQuery, Patch, Path, Query};
pub use reply::{List, Reply, cached, cached_page, content_tag, linked, matches_tag, page, wanted_fields};
pub use routes::Routes;
pub use write::{Running, Write, forget_old, refuse_dry_run};

use crate::app::App;
use crate::error::{Code, Error};

/// Every route of the API, under `/api/v1`.
fn api(config: &mut Routes<'_, '_>) {
    // The router tries one route after the other: the most asked for stand first.
    crate::catalogue::http::routes(config);
    crate::product::http::routes(config);
    crate::account::http::routes(config);
    crate::place::http::routes(config);
    crate::producer::http::routes(config);
    crate::criteria::http::routes(config);
    crate::dossier::http::routes(config);
    crate::council::http::routes(config);
    crate::report::http::routes(config);
    crate::rating::http::routes(config);
    crate::certificate::http::routes(config);
    crate::notice::http::routes(config);
    crate::platform::http::routes(config);
    crate::listing::http::routes(config);
    crate::sales::http::routes(config);
    crate::shipment::http::routes(config);
}

/// The API document.
pub fn document() -> utoipa::openapi::OpenApi {
    let (_, api) = actix_web::App::new()
        .into_utoipa_app()
        .service(
            utoipa_actix_web::scope("/api/v1").configure(|document| api(&mut Routes::Describe(document))),
        )
        .split_for_parts();
    openapi::complete(api)
}

/// The API document as the text of `openapi/openapi.json`.
pub fn document_text() -> String {
    let mut text = document().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// The whole service for one HTTP thread.
pub fn service(
    app: App,
) -> actix_web::App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = actix_web::dev::ServiceResponse<impl actix_web::body::MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    let cors = cors(&app.config.cors_origins);
    let nouns =
        web::scope("/api/v1").wrap(from_fn(guard::guard)).configure(|router| api(&mut Routes::Serve(router)));
    actix_web::App::new()
        .app_data(web::Data::new(app.clone()))
        .service(nouns)
        .service(health::livez)
        .service(health::readyz)
        .service(health::metrics)
        .service(health::error_page)
        .service(jwks::jwks)
        .service(web::redirect("/docs", "/docs/"))
        .service(docs())
        .route("/openapi.json", web::get().to(openapi_json))
        .default_service(web::to(nowhere))
        .wrap(Compress::default())
        .wrap(Condition::new(!app.config.cors_origins.is_empty(), cors))
        .wrap(from_fn(envelope::envelope))
}

fn docs() -> utoipa_swagger_ui::SwaggerUi {
    // The page loads its own files and the document; nothing from elsewhere.
    utoipa_swagger_ui::SwaggerUi::new("/docs/{_:.*}").config(utoipa_swagger_ui::Config::from("/openapi.json"))
}

async fn openapi_json() -> actix_web::HttpResponse {
    // Made when somebody asks: most never do, and it takes some megabytes.
    static DOCUMENT: LazyLock<web::Bytes> = LazyLock::new(|| document_text().into());
    actix_web::HttpResponse::Ok()
        .insert_header(("cache-control", "public, max-age=300"))
        .content_type("application/json")
        .body(DOCUMENT.clone())
}

async fn nowhere(req: actix_web::HttpRequest) -> Result<actix_web::HttpResponse, Error> {
    let code = if req.match_pattern().is_some() { Code::MethodNotAllowed } else { Code::NotFound };
    Err(Error::new(code))
}

fn cors(origins: &[String]) -> actix_cors::Cors {
    let cors = actix_cors::Cors::default()
        .allowed_methods(["GET", "POST", "PUT", "PATCH", "DELETE"])
        .allowed_headers([
            "authorization",
            "content-type",
            "if-match",
            "if-none-match",
            "idempotency-key",
            "accept-language",
            "x-request-id",
            "traceparent",
        ])
        .expose_headers(["etag", "link", "location", "retry-after", "ratelimit", "x-request-id"])
        .max_age(600);
    origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}
