//! One list of routes, read for two purposes: to serve them, and to describe them in the API document.

use actix_web::dev::HttpServiceFactory;
use actix_web::web;
use utoipa_actix_web::OpenApiFactory;
use utoipa_actix_web::service_config;

/// Where a noun puts its routes. Each HTTP thread makes its own router at start; it describes nothing then, for the
/// document takes some megabytes that would never be used.
pub enum Routes<'a, 'b> {
    /// Into the router of an HTTP thread.
    Serve(&'a mut web::ServiceConfig),
    /// Into the API document.
    Describe(&'a mut service_config::ServiceConfig<'b>),
}

impl Routes<'_, '_> {
    /// Adds one route.
    pub fn service<F: HttpServiceFactory + OpenApiFactory + 'static>(&mut self, factory: F) -> &mut Self {
        match self {
            Self::Serve(router) => _ = web::ServiceConfig::service(router, factory),
            Self::Describe(document) => _ = service_config::ServiceConfig::service(document, factory),
        }
        self
    }
}
