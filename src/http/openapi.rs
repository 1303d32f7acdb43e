//! The API document (OpenAPI 3.1): gathered from the handlers, completed with what every operation shares.

use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
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
            "One Commune One Product: register products, rate them by Decision 26/2026/QĐ-TTg, list and sell them.\n\n\
             Every GET takes `fields`: names of fields, by comma; the answer, or each row of a list, then has `id` and \
             these alone. The schemas describe whole answers.",
        ))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
        .build();
    let components = api.components.get_or_insert_default();
    for (name, schema) in
        [(Problem::name(), Problem::schema()), (ProblemField::name(), ProblemField::schema())]
    {
        components.schemas.insert(name.into_owned(), schema);
    }
    let extended: Vec<String> = components.schemas.values().flat_map(extended_by).collect();
    for name in extended {
        // A schema that others extend does not forbid what they add.
        if let Some(RefOr::T(Schema::Object(object))) = components.schemas.get_mut(&name) {
            object.additional_properties = None;
        }
    }
    components.add_security_scheme(
        "bearer",
        SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build()),
    );
    let parameters = HABITS.iter().map(|(name, habit)| ((*name).to_owned(), RefOr::T(habit.parameter())));
    components.parameters.extend(parameters);
    let headers = HEADERS.iter().map(|(name, text)| ((*name).to_owned(), RefOr::T(header(text))));
    components.headers.extend(headers);
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

/// The names of the schemas that a schema extends.
fn extended_by(schema: &RefOr<Schema>) -> Vec<String> {
    let RefOr::T(Schema::AllOf(all)) = schema else { return Vec::new() };
    let name = |item: &RefOr<Schema>| match item {
        RefOr::Ref(to) => to.ref_location.rsplit('/').next().map(str::to_owned),
        RefOr::T(_) => None,
    };
    all.items.iter().filter_map(name).collect()
}

/// A parameter that many operations take.
struct Habit {
    name: &'static str,
    place: ParameterIn,
    kind: Type,
    text: &'static str,
}

impl Habit {
    fn parameter(&self) -> Parameter {
        ParameterBuilder::new()
            .name(self.name)
            .parameter_in(self.place.clone())
            .description(Some(self.text))
            .schema(Some(ObjectBuilder::new().schema_type(SchemaType::Type(self.kind.clone()))))
            .build()
    }
}

const HABITS: &[(&str, Habit)] = &[
    (
        "dry_run",
        Habit {
            name: "dry_run",
            place: ParameterIn::Query,
            kind: Type::Boolean,
            text: "`true` checks and answers like the real request and stores nothing.",
        },
    ),
    (
        "idempotency_key",
        Habit {
            name: "Idempotency-Key",
            place: ParameterIn::Header,
            kind: Type::String,
            text: "1 to 255 ASCII characters of your choice: a repeat with the same key and body within 24 hours gets the \
                   stored answer, another body 422, one that still runs 409.",
        },
    ),
    (
        "if_none_match",
        Habit {
            name: "If-None-Match",
            place: ParameterIn::Header,
            kind: Type::String,
            text: "`ETag` of the answer you have: 304 where it is still the same.",
        },
    ),
];

const HEADERS: &[(&str, &str)] = &[
    ("X-Request-Id", "The request's id: yours, where it is sound, otherwise one of ours."),
    ("ETag", "Version of the record or digest of the answer, for `If-Match` and `If-None-Match`."),
    ("Link", "`rel=\"next\"`: the next page, where there is one."),
    ("Location", "Path of what was made."),
];

fn header(text: &str) -> Header {
    let schema = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
    HeaderBuilder::new().schema(Some(schema)).description(Some(text)).build()
}

/// Operations that write nothing, or that cannot be tried or repeated: they have neither dry run nor key.
const PLAIN: &[&str] = &["auth.login", "auth.refresh", "auth.logout", "criteria.preview", "listing.preview"];

/// The parameters and headers an operation has by habit.
fn habits(operation: &mut Operation, op: &str, method: &str) {
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        let mut names = vec!["X-Request-Id"];
        let body = response.content.get("application/json");
        if let Some(body) = body.filter(|_| status.starts_with('2')) {
            let schema = if let RefOr::T(content) = body { content.schema.as_ref() } else { None };
            let list = matches!(schema, Some(RefOr::Ref(r)) if r.ref_location.contains("/List_"));
            match op.strip_prefix("auth.") {
                Some(what) if what != "me" => {}
                _ if list => names.push("Link"),
                _ => names.push("ETag"),
            }
            if status == "201" {
                names.push("Location");
            }
        }
        for name in names {
            let to = Ref::new(format!("#/components/headers/{name}"));
            response.headers.insert(name.to_owned(), RefOr::Ref(to));
        }
    }
    let names: &[&str] = match method {
        "GET" => &["if_none_match"],
        _ if PLAIN.contains(&op) => &[],
        _ => &["dry_run", "idempotency_key"],
    };
    let parameters = names.iter().map(|name| RefOr::Ref(Ref::new(format!("#/components/parameters/{name}"))));
    if !names.is_empty() {
        operation.parameters.get_or_insert_default().extend(parameters);
    }
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
        habits(operation, rule.op, method);
        if rule.who != Who::Public {
            operation.security = Some(vec![SecurityRequirement::new("bearer", Vec::<String>::new())]);
        }
    }
}
