//! What goes in and out of `/listings`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::Lang;
use crate::http::Patch;
use crate::ids::{AttemptId, ListingId, ProducerId, ProductId, ShopId};
use crate::instant::Instant;
use crate::listing::{Attempt, DesiredState, Drift, Listing, Preview, Reported, ReportedState, Settings};
use crate::platform::http::IssueOut;
use crate::platform::state::{AttributeChoice, AttributeValue, CertificateContent, ListingContent};

/// A chosen value of an attribute.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = ListingAttributeValue)]
#[serde(deny_unknown_fields)]
pub(super) struct ValueForm {
    /// The platform's id of the value; absent for a free text.
    id: Option<String>,
    /// The text.
    value: String,
}

/// An attribute of the platform's category.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = ListingAttribute)]
#[serde(deny_unknown_fields)]
pub(super) struct AttributeForm {
    /// The platform's id.
    id: String,
    /// Its name, as the platform spells it.
    name: String,
    /// The chosen values.
    values: Vec<ValueForm>,
}

fn choice(form: AttributeForm) -> AttributeChoice {
    let AttributeForm { id, name, values } = form;
    let value = |ValueForm { id, value }| AttributeValue { id, value };
    AttributeChoice { id, name, values: values.into_iter().map(value).collect() }
}

fn form(choice: AttributeChoice) -> AttributeForm {
    let AttributeChoice { id, name, values } = choice;
    let value = |AttributeValue { id, value }| ValueForm { id, value };
    AttributeForm { id, name, values: values.into_iter().map(value).collect() }
}

/// What the producer chooses for a product in one shop.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = ListingSettings)]
#[serde(deny_unknown_fields)]
pub(super) struct SettingsForm {
    /// The platform's leaf category.
    #[schema(max_length = 200, example = "1001")]
    category: Option<String>,
    /// Attributes of that category.
    #[serde(default)]
    #[schema(max_items = 50)]
    attributes: Vec<AttributeForm>,
    /// Pieces on offer.
    #[serde(default)]
    #[schema(maximum = 1_000_000)]
    stock: u32,
    /// Name here; otherwise the product's.
    #[schema(min_length = 1, max_length = 255)]
    name: Option<String>,
    /// Price here, VND; otherwise the product's.
    #[schema(minimum = 1)]
    price_vnd: Option<i64>,
    /// Weight with packaging, grams; otherwise the product's net weight.
    #[schema(minimum = 1, maximum = 1_000_000)]
    weight_g: Option<u32>,
}

impl From<SettingsForm> for Settings {
    fn from(f: SettingsForm) -> Self {
        let SettingsForm { category, attributes, stock, name, price_vnd, weight_g } = f;
        Self {
            category,
            attributes: attributes.into_iter().map(choice).collect(),
            stock,
            name,
            price_vnd,
            weight_g,
        }
    }
}

impl From<Settings> for SettingsForm {
    fn from(s: Settings) -> Self {
        let Settings { category, attributes, stock, name, price_vnd, weight_g } = s;
        let attributes = attributes.into_iter().map(form).collect();
        Self { category, attributes, stock, name, price_vnd, weight_g }
    }
}

/// What we want of a listing.
#[derive(Serialize, ToSchema)]
#[schema(as = ListingDesired)]
pub(super) struct DesiredOut {
    state: DesiredState,
    /// Raised each time we want something else.
    revision: i32,
    name: String,
    description_html: String,
    price_vnd: i64,
    stock: u32,
    weight_g: u32,
    images: Vec<String>,
    category: Option<String>,
    gtin: Option<String>,
    /// Star of the certificate; `null` when none is valid.
    star: Option<u8>,
    /// Number of the certificate.
    certificate_number: Option<String>,
}

fn desired(state: DesiredState, revision: i32, content: ListingContent) -> DesiredOut {
    let ListingContent {
        sku: _,
        name,
        description_html,
        price_vnd,
        weight_g,
        stock,
        images,
        category,
        attributes: _,
        gtin,
        certificate,
    } = content;
    let (star, certificate_number) = match certificate {
        Some(CertificateContent { number, star, .. }) => (Some(star.get()), Some(number)),
        None => (None, None),
    };
    DesiredOut {
        state,
        revision,
        name,
        description_html,
        price_vnd,
        stock,
        weight_g,
        images,
        category,
        gtin,
        star,
        certificate_number,
    }
}

/// What the platform says of a listing.
#[derive(Serialize, ToSchema)]
#[schema(as = ListingReported)]
pub(super) struct ReportedOut {
    state: ReportedState,
    /// The platform's id of the product.
    external_id: Option<String>,
    /// The platform's own word for the state.
    raw_status: Option<String>,
    /// Name there, as far as it is told.
    name: Option<String>,
    price_vnd: Option<i64>,
    stock: Option<i64>,
    /// Why it refused, in its words.
    reasons: Vec<String>,
    /// Number of the certificate that it was sent.
    certificate_number: Option<String>,
    /// When it was asked last.
    checked_at: Option<Instant>,
}

/// What somebody changed on the platform itself; `null` where both are the same.
#[derive(Serialize, ToSchema)]
#[schema(as = ListingDrift)]
pub(super) struct DriftOut {
    /// The name that we sent.
    ours_name: Option<String>,
    /// The name that the platform shows.
    theirs_name: Option<String>,
    /// The price that we sent, VND.
    ours_vnd: Option<i64>,
    /// The price that the platform shows, VND.
    theirs_vnd: Option<i64>,
}

/// A listing (*niêm yết*): a product offered in a shop.
#[derive(Serialize, ToSchema)]
#[schema(as = Listing)]
pub(super) struct ListingOut {
    id: ListingId,
    product_id: ProductId,
    producer_id: ProducerId,
    shop_id: ShopId,
    /// Key of the platform.
    platform: String,
    /// The SKU by which the platform knows the product.
    sku: String,
    /// The same as `reported.state`.
    status: ReportedState,
    /// Whether the platform shows what we want.
    in_step: bool,
    settings: SettingsForm,
    desired: DesiredOut,
    reported: ReportedOut,
    /// A name or price that somebody changed on the platform itself; settled by `/listings/{id}/drift`.
    drift: Option<DriftOut>,
    /// What stands in the way.
    issues: Vec<IssueOut>,
    created_at: Instant,
    updated_at: Instant,
}

pub(super) fn out(listing: Listing, lang: Lang) -> ListingOut {
    let Listing {
        id,
        product_id,
        producer_id,
        shop_id,
        platform,
        sku,
        settings,
        desired_state,
        desired: content,
        desired_revision,
        reported_state,
        reported,
        external_id,
        sent_certificate,
        in_step,
        issues,
        checked_at,
        version: _,
        created_at,
        updated_at,
    } = listing;
    let drift = reported.drift(reported_state).map(|Drift { name, price_vnd }| {
        let (ours_name, theirs_name) = name.unzip();
        let (ours_vnd, theirs_vnd) = price_vnd.unzip();
        DriftOut { ours_name, theirs_name, ours_vnd, theirs_vnd }
    });
    let Reported { raw_status, name, price_vnd, stock, reasons, media: _, sent: _, sent_name: _, gone: _ } =
        reported;
    ListingOut {
        id,
        product_id,
        producer_id,
        shop_id,
        platform,
        sku,
        status: reported_state,
        in_step,
        settings: settings.into(),
        desired: desired(desired_state, desired_revision, content),
        reported: ReportedOut {
            state: reported_state,
            external_id,
            raw_status,
            name,
            price_vnd,
            stock,
            reasons,
            certificate_number: sent_certificate,
            checked_at,
        },
        drift,
        issues: issues.into_iter().map(|issue| IssueOut::new(issue, lang)).collect(),
        created_at,
        updated_at,
    }
}

/// What may change of a listing: absent keeps, null clears.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ListingPatch {
    pub(super) settings: SettingsPatch,
}

/// What may change of the settings.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = ListingSettingsPatch)]
#[serde(deny_unknown_fields)]
pub(super) struct SettingsPatch {
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    category: Patch<String>,
    attributes: Option<Vec<AttributeForm>>,
    stock: Option<u32>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    name: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    price_vnd: Patch<i64>,
    #[serde(default)]
    #[schema(value_type = Option<u32>)]
    weight_g: Patch<u32>,
}

impl SettingsPatch {
    /// The settings after the patch.
    pub(super) fn apply(self, old: Settings) -> Settings {
        let Self { category, attributes, stock, name, price_vnd, weight_g } = self;
        Settings {
            category: category.apply(old.category),
            attributes: attributes.map_or(old.attributes, |given| given.into_iter().map(choice).collect()),
            stock: stock.unwrap_or(old.stock),
            name: name.apply(old.name),
            price_vnd: price_vnd.apply(old.price_vnd),
            weight_g: weight_g.apply(old.weight_g),
        }
    }
}

/// A request as it would be sent, without secrets.
#[derive(Serialize, ToSchema)]
#[schema(as = ListingRequest)]
pub(super) struct RequestOut {
    #[schema(example = "POST")]
    method: String,
    url: String,
    /// Names and values, in order.
    headers: Vec<Vec<String>>,
    body: String,
}

/// What would be sent now, and what stands in its way.
#[derive(Serialize, ToSchema)]
#[schema(as = ListingPreview)]
pub(super) struct PreviewOut {
    /// `null` where an issue keeps it from being made.
    request: Option<RequestOut>,
    issues: Vec<IssueOut>,
}

impl PreviewOut {
    /// A preview in one language.
    pub(super) fn new(preview: Preview, lang: Lang) -> Self {
        let Preview { request, issues } = preview;
        let request = request.map(|r| RequestOut {
            method: r.method.to_owned(),
            url: r.url,
            headers: r.headers.into_iter().map(|(name, value)| vec![name, value]).collect(),
            body: r.body,
        });
        Self { request, issues: issues.into_iter().map(|issue| IssueOut::new(issue, lang)).collect() }
    }
}

/// One call to the platform, without secrets.
#[derive(Serialize, ToSchema)]
#[schema(as = ListingAttempt)]
pub(super) struct AttemptOut {
    id: AttemptId,
    at: Instant,
    /// Milliseconds it took.
    took_ms: i64,
    /// What was asked.
    #[schema(example = "upsert")]
    op: String,
    /// `done`, or the class of the failure.
    #[schema(example = "done")]
    outcome: String,
    /// Code of the failure.
    code: Option<String>,
    /// What happened, where it failed.
    message: Option<String>,
    /// What was sent: `method`, `url`, `headers`, `body`.
    #[schema(value_type = Option<Object>)]
    request: serde_json::Value,
    /// What came back: `status`, `body`.
    #[schema(value_type = Option<Object>)]
    reply: serde_json::Value,
}

pub(super) fn attempt(attempt: Attempt) -> AttemptOut {
    let Attempt { id, at, took_ms, op, outcome, code, mut detail } = attempt;
    let mut part = |name: &str| detail.get_mut(name).map(serde_json::Value::take).unwrap_or_default();
    let message = part("message").as_str().map(str::to_owned);
    AttemptOut { id, at, took_ms, op, outcome, code, message, request: part("request"), reply: part("reply") }
}
