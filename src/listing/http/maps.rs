//! The maps from products to a platform's categories and attributes.

use actix_web::{HttpRequest, HttpResponse, get, put, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::db::Conn;
use crate::error::{Error, FieldError, Result};
use crate::http::{Body, NoQuery, Path, Query, Reply, Write};
use crate::instant::Instant;
use crate::listing::mapping::{self, Kept};
use crate::listing::state::mapping::{CategoryMap, ProductField, Rule, Source};

pub(super) fn routes(config: &mut crate::http::Routes<'_, '_>) {
    config.service(show_categories).service(set_categories).service(show_attributes).service(set_attributes);
}

/// The category of a criteria set.
#[derive(Serialize, ToSchema)]
#[schema(as = MappedCategory)]
struct CategoryOut {
    criteria_set: i32,
    /// The platform's id of the leaf category.
    category: String,
    /// The names from the root to it; `null` where the platform's categories were not read.
    path: Option<String>,
}

/// Which leaf category products of a criteria set get where their listing names none.
#[derive(Serialize, ToSchema)]
#[schema(as = CategoryMap)]
struct CategoryMapOut {
    categories: Vec<CategoryOut>,
    /// Raised by each change; 0 while nothing is mapped. Earlier ones are kept: see `version`.
    version: i32,
    /// Account that changed it.
    changed_by: Option<String>,
    changed_at: Option<Instant>,
}

fn categories_out(kept: Kept<CategoryMap>) -> Result<Reply> {
    let Kept { map, version, changed_by, changed_at, paths } = kept;
    let one = |(criteria_set, category): (i32, String)| CategoryOut {
        criteria_set,
        path: paths.get(&category).cloned(),
        category,
    };
    let categories = map.into_iter().map(one).collect();
    Ok(Reply::ok(&CategoryMapOut { categories, version, changed_by, changed_at })?.etag(version))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct VersionQuery {
    /// An earlier version; without it the newest.
    #[param(minimum = 1)]
    version: Option<i32>,
}

/// The category map of a platform.
#[utoipa::path(tag = "platforms", params(("key" = String, Path, example = "sendo"), VersionQuery),
    responses((status = 200, body = CategoryMapOut)))]
#[get("/platforms/{key}/category-map")]
async fn show_categories(
    req: HttpRequest,
    app: web::Data<App>,
    Path(key): Path<String>,
    Query(VersionQuery { version }): Query<VersionQuery>,
) -> Result<HttpResponse> {
    let query = move |conn: &mut Conn| mapping::category_map(conn, &key, version);
    Ok(categories_out(app.db.read("platform.category_map", query).await?)?.respond(&req))
}

/// The category that a criteria set is to have.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = MappedCategoryIn)]
#[serde(deny_unknown_fields)]
struct CategoryIn {
    #[schema(minimum = 1, maximum = 26)]
    criteria_set: i32,
    /// The platform's id of the leaf category.
    #[schema(min_length = 1, max_length = 200, example = "1001")]
    category: String,
}

/// The whole map: what is not in it has no category by the map.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = CategoryMapIn)]
#[serde(deny_unknown_fields)]
struct CategoryMapIn {
    #[schema(max_items = 26)]
    categories: Vec<CategoryIn>,
}

/// Change the category map of a platform, in full. Listings that follow it are brought into step in the background.
#[utoipa::path(tag = "platforms", params(("key" = String, Path, example = "sendo"), ("If-Match" = String, Header)),
    request_body = CategoryMapIn, responses((status = 200, body = CategoryMapOut)))]
#[put("/platforms/{key}/category-map")]
async fn set_categories(
    write: Write,
    _: Query<NoQuery>,
    Path(key): Path<String>,
    Body(CategoryMapIn { categories }): Body<CategoryMapIn>,
) -> Result<HttpResponse> {
    let version = write.version()?;
    let pair = |CategoryIn { criteria_set, category }: CategoryIn| (criteria_set, category);
    let pairs: Vec<(i32, String)> = categories.into_iter().map(pair).collect();
    write
        .run("platform.set_category_map", move |tx, actor, now| {
            categories_out(mapping::set_category_map(tx, actor, &key, version, &pairs, now)?)
        })
        .await
}

/// How one attribute is filled: by exactly one of `value`, `field` and `product_attribute`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = MappedAttribute)]
#[serde(deny_unknown_fields)]
struct RuleForm {
    /// The platform's id of the attribute.
    #[schema(min_length = 1, max_length = 200, example = "502")]
    attribute_id: String,
    /// Its name, as the platform spells it.
    #[schema(min_length = 1, max_length = 200, example = "Xuất xứ")]
    name: String,
    /// The same text for every product.
    #[schema(max_length = 200)]
    value: Option<String>,
    /// The platform's id of `value`, where it offers values to choose from.
    #[schema(max_length = 200)]
    value_id: Option<String>,
    /// A field of the product.
    field: Option<ProductField>,
    /// A free attribute of the product, by its name.
    #[schema(max_length = 200)]
    product_attribute: Option<String>,
}

fn form(rule: Rule) -> RuleForm {
    let Rule { attribute_id, name, source } = rule;
    let (mut value, mut value_id, mut field, mut product_attribute) = (None, None, None, None);
    match source {
        Source::Value { id, value: text } => (value_id, value) = (id, Some(text)),
        Source::Field(of) => field = Some(of),
        Source::Attribute(of) => product_attribute = Some(of),
    }
    RuleForm { attribute_id, name, value, value_id, field, product_attribute }
}

fn rule(at: usize, form: RuleForm) -> std::result::Result<Rule, FieldError> {
    let RuleForm { attribute_id, name, value, value_id, field, product_attribute } = form;
    let source = match (value, value_id, field, product_attribute) {
        (Some(value), id, None, None) => Source::Value { id, value },
        (None, None, Some(field), None) => Source::Field(field),
        (None, None, None, Some(name)) => Source::Attribute(name),
        _ => {
            return Err(FieldError::new(
                format!("/attributes/{at}"),
                "attribute.one_source",
                "Chọn đúng một nguồn: value (kèm value_id nếu có), field hoặc product_attribute.",
                "Give exactly one source: value (with value_id where there is one), field or product_attribute.",
            ));
        }
    };
    Ok(Rule { attribute_id, name, source })
}

/// How the attributes of a category are filled where a listing states none.
#[derive(Serialize, ToSchema)]
#[schema(as = AttributeMap)]
struct AttributeMapOut {
    attributes: Vec<RuleForm>,
    /// The names from the root to the category; `null` where the platform's categories were not read.
    path: Option<String>,
    /// Raised by each change; 0 while nothing is mapped. Earlier ones are kept: see `version`.
    version: i32,
    /// Account that changed it.
    changed_by: Option<String>,
    changed_at: Option<Instant>,
}

fn attributes_out(kept: Kept<Vec<Rule>>, category: &str) -> Result<Reply> {
    let Kept { map, version, changed_by, changed_at, paths } = kept;
    let attributes = map.into_iter().map(form).collect();
    let path = paths.get(category).cloned();
    Ok(Reply::ok(&AttributeMapOut { attributes, path, version, changed_by, changed_at })?.etag(version))
}

/// The attribute map of a category.
#[utoipa::path(tag = "platforms",
    params(("key" = String, Path, example = "sendo"), ("category" = String, Path, example = "1001"), VersionQuery),
    responses((status = 200, body = AttributeMapOut)))]
#[get("/platforms/{key}/attribute-map/{category}")]
async fn show_attributes(
    req: HttpRequest,
    app: web::Data<App>,
    Path((key, category)): Path<(String, String)>,
    Query(VersionQuery { version }): Query<VersionQuery>,
) -> Result<HttpResponse> {
    let of = category.clone();
    let query = move |conn: &mut Conn| mapping::attribute_map(conn, &key, &of, version);
    let found = app.db.read("platform.attribute_map", query).await?;
    Ok(attributes_out(found, &category)?.respond(&req))
}

/// The whole map of a category.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = AttributeMapIn)]
#[serde(deny_unknown_fields)]
struct AttributeMapIn {
    #[schema(max_items = 50)]
    attributes: Vec<RuleForm>,
}

/// Change how the attributes of a category are filled, in full. A value is sent as the platform offers it, or not at
/// all. Listings in the category are brought into step in the background.
#[utoipa::path(tag = "platforms",
    params(("key" = String, Path, example = "sendo"), ("category" = String, Path, example = "1001"),
        ("If-Match" = String, Header)),
    request_body = AttributeMapIn, responses((status = 200, body = AttributeMapOut)))]
#[put("/platforms/{key}/attribute-map/{category}")]
async fn set_attributes(
    write: Write,
    _: Query<NoQuery>,
    Path((key, category)): Path<(String, String)>,
    Body(AttributeMapIn { attributes }): Body<AttributeMapIn>,
) -> Result<HttpResponse> {
    let version = write.version()?;
    let (mut rules, mut errors) = (Vec::new(), Vec::new());
    for (at, form) in attributes.into_iter().enumerate() {
        match rule(at, form) {
            Ok(rule) => rules.push(rule),
            Err(error) => errors.push(error),
        }
    }
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    write
        .run("platform.set_attribute_map", move |tx, actor, now| {
            let place = (key.as_str(), category.as_str());
            attributes_out(mapping::set_attribute_map(tx, actor, place, version, &rules, now)?, &category)
        })
        .await
}
