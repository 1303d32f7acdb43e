//! The API document (OpenAPI 3.1): gathered from the handlers, completed with what every operation shares.

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, Ref, RefOr, ResponseBuilder, path::Operation,
};
use utoipa::{PartialSchema as _, ToSchema as _};

use crate::error::{Problem, ProblemField};

use super::policy::{RULES, Who};

/// Completes the document the handlers gave: title, security, problem documents as every operation's other answer.
pub fn complete(mut api: OpenApi) -> OpenApi {
    api.info = InfoBuilder::new()
        .title("ocop")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "One Commune One Product: register products, rate them by Decision 26/2026/QĐ-TTg, list and sell them.",
        ))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
        .build();
    let components = api.components.get_or_insert_default();
    for (name, schema) in
        [(Problem::name(), Problem::schema()), (ProblemField::name(), ProblemField::schema())]
    {
        components.schemas.insert(name.into_owned(), schema);
    }
    components.add_security_scheme(
        "bearer",
        SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build()),
    );
    for (path, item) in &mut api.paths.paths {
        for (method, operation) in [
            ("GET", &mut item.get),
            ("POST", &mut item.post),
            ("PUT", &mut item.put),
            ("PATCH", &mut item.patch),
            ("DELETE", &mut item.delete),
        ] {
            if let Some(operation) = operation {
                complete_operation(operation, method, path);
            }
        }
    }
    api
}

fn complete_operation(operation: &mut Operation, method: &str, path: &str) {
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name()))).build();
    let other = ResponseBuilder::new()
        .description("A problem document (RFC 9457); `code` says which.")
        .content("application/problem+json", problem)
        .build();
    operation.responses.responses.insert("default".to_owned(), RefOr::T(other));
    if method == "GET" {
        let same = ResponseBuilder::new().description("Not changed since `If-None-Match`.").build();
        operation.responses.responses.entry("304".to_owned()).or_insert(RefOr::T(same));
    }
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            let said = match status.as_str() {
                "201" => "Made.",
                "202" => "Taken on; done in the background.",
                "204" => "Done.",
                _ => "Found or done.",
            };
            response.description = said.to_owned();
        }
    }
    let rule = RULES.iter().find(|r| r.method == method && r.path == path);
    if let Some(rule) = rule {
        operation.operation_id = Some(rule.op.to_owned());
        if rule.who != Who::Public {
            operation.security = Some(vec![SecurityRequirement::new("bearer", Vec::<String>::new())]);
        }
    }
}
