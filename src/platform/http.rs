//! `/platforms`: what each platform is, can do and allows, in the caller's language.

use actix_web::{HttpRequest, HttpResponse, get};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{Code, Error, Lang, Result};
use crate::http::{List, NoQuery, Path, Query, Reply, language};

use super::state::{
    AuthField, Capability, ConsentPart, Descriptor, Issue, Kind, Label, Limits, Severity, Status, Text,
};

/// The routes of this noun.
pub fn routes(config: &mut crate::http::Routes<'_, '_>) {
    config.service(list).service(read);
}

fn label(label: &Label, lang: Lang) -> &'static str {
    match lang {
        Lang::Vi => label.vi,
        Lang::En => label.en,
    }
}

fn text(text: &Text, lang: Lang) -> String {
    match lang {
        Lang::Vi => text.vi.clone().into_owned(),
        Lang::En => text.en.clone().into_owned(),
    }
}

/// Something to know or to put right before a product can be offered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Issue)]
pub struct IssueOut {
    /// Stable code; lists are grouped by it.
    #[schema(example = "description.too_short")]
    code: String,
    /// How far it stands in the way.
    severity: Severity,
    /// JSON pointer into the content, or the credentials of the shop; empty where it concerns the whole.
    #[schema(example = "/description_html")]
    pointer: String,
    /// What is wrong.
    detail: String,
    /// What to do about it.
    resolution: String,
}

impl IssueOut {
    /// An issue in one language.
    pub fn new(issue: Issue, lang: Lang) -> Self {
        let Issue { code, severity, pointer, detail, resolution } = issue;
        Self { code, severity, pointer, detail: text(&detail, lang), resolution: text(&resolution, lang) }
    }
}

/// A credential or setting that a shop gives when it is connected.
#[derive(Serialize, ToSchema)]
#[schema(as = PlatformField)]
struct FieldOut {
    /// Its name in `credentials`.
    #[schema(example = "shop_key")]
    name: &'static str,
    /// Whether it is sealed and never shown again.
    secret: bool,
    /// Whether a shop connects without it.
    optional: bool,
    /// Its part in the owner's consent, on a platform of the capability `consent`: `needed` before, or `brought` by it.
    consent: Option<ConsentPart>,
    /// Label for a form.
    label: &'static str,
}

/// A platform (*sàn thương mại điện tử*). `status` is what was found on `checked_on`, not a promise.
#[derive(Serialize, ToSchema)]
#[schema(as = Platform)]
struct PlatformOut {
    /// Stable key.
    #[schema(example = "sendo")]
    key: &'static str,
    /// Name as people know it.
    title: &'static str,
    /// How a product reaches it.
    kind: Kind,
    /// Whether it can be used.
    status: Status,
    /// What a person should know about the status.
    note: &'static str,
    /// Where the status was found.
    status_source: &'static str,
    /// When it was looked up.
    checked_on: NaiveDate,
    /// Whether shops on it can be connected.
    available: bool,
    /// What can be asked of it.
    capabilities: Vec<Capability>,
    /// Limits of its contract.
    limits: Limits,
    /// What a shop gives to connect.
    credentials: Vec<FieldOut>,
}

fn out(platform: &Descriptor, lang: Lang) -> PlatformOut {
    let Descriptor {
        key,
        title,
        kind,
        status,
        note,
        status_source,
        checked_on,
        adapter,
        capabilities,
        limits,
        auth,
        shop_number: _,
        shows_old_in_review: _,
        base_url: _,
        hosts: _,
    } = platform;
    let field = |f: &AuthField| FieldOut {
        name: f.name,
        secret: f.secret,
        optional: f.optional,
        consent: f.consent,
        label: label(&f.label, lang),
    };
    PlatformOut {
        key,
        title,
        kind: *kind,
        status: *status,
        note: label(note, lang),
        status_source,
        checked_on: *checked_on,
        available: *adapter,
        capabilities: capabilities.to_vec(),
        limits: *limits,
        credentials: auth.iter().map(field).collect(),
    }
}

/// Every platform the programme knows; all on one page.
#[utoipa::path(tag = "platforms", responses((status = 200, body = List<PlatformOut>)))]
#[get("/platforms")]
async fn list(req: HttpRequest, _: Query<NoQuery>) -> Result<HttpResponse> {
    let lang = language(&req);
    let data = super::descriptors().iter().map(|platform| out(platform, lang)).collect();
    Ok(Reply::ok(&List { data, next_cursor: None })?.respond(&req))
}

/// One platform.
#[utoipa::path(tag = "platforms", params(("key" = String, Path)), responses((status = 200, body = PlatformOut)))]
#[get("/platforms/{key}")]
async fn read(req: HttpRequest, _: Query<NoQuery>, Path(key): Path<String>) -> Result<HttpResponse> {
    let platform = super::descriptor(&key).ok_or_else(|| Error::new(Code::NotFound))?;
    let lang = language(&req);
    let word = if lang == Lang::En { "en" } else { "vi" };
    let tag = format!("{}-{word}", env!("CARGO_PKG_VERSION"));
    Ok(Reply::ok(&out(platform, lang))?.etag(tag).respond(&req))
}
