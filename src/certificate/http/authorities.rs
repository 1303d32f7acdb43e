//! `/authorities/{code}`: how an authority writes its numbers.

use actix_web::{HttpRequest, HttpResponse, get, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::error::Result;
use crate::http::{Body, NoQuery, Path, Query, Reply, Write};

use super::super::{Authority, Manner, authority, set_authority};

pub(super) fn routes(config: &mut crate::http::Routes<'_, '_>) {
    config.service(read).service(set);
}

/// How an authority writes its numbers, and who signs for it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Authority)]
struct AuthorityOut {
    /// A province's code, or `TW` for the Ministry.
    #[schema(example = "19")]
    code: String,
    /// Its name on decisions and certificates.
    #[schema(example = "Ủy ban nhân dân tỉnh Thái Nguyên")]
    name: String,
    /// Pattern of certificate numbers.
    #[schema(example = "OCOP-{authority}-{year}-{serial:6}")]
    certificate_pattern: String,
    /// Pattern of decision numbers.
    #[schema(example = "{serial}/QĐ-UBND")]
    decision_pattern: String,
    /// The signer's title.
    #[schema(example = "Chủ tịch Ủy ban nhân dân")]
    signer_title: String,
}

impl From<Authority> for AuthorityOut {
    fn from(row: Authority) -> Self {
        let Authority {
            code,
            name,
            certificate_pattern,
            decision_pattern,
            signer_title,
            version: _,
            created_at: _,
            updated_at: _,
        } = row;
        Self { code, name, certificate_pattern, decision_pattern, signer_title }
    }
}

/// How an authority writes its numbers, and who signs for it.
#[utoipa::path(tag = "certificates", params(("code" = String, Path, example = "19")),
    responses((status = 200, body = AuthorityOut)))]
#[get("/authorities/{code}")]
async fn read(
    req: HttpRequest,
    app: web::Data<App>,
    Path(code): Path<String>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let row = app.db.read("authority.get", move |conn| authority(conn, &code)).await?;
    let version = row.version;
    Ok(Reply::ok(&AuthorityOut::from(row))?.etag(version).respond(&req))
}

/// What is set of an authority.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MannerIn {
    /// Its name on decisions and certificates.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// Pattern of certificate numbers: plain letters, digits, `-`, `.`, `_`, and `{authority}`, `{year}`, `{serial}`
    /// (`{serial:6}` fills up to six digits).
    #[schema(min_length = 1, max_length = 60, example = "OCOP-{authority}-{year}-{serial:6}")]
    certificate_pattern: String,
    /// Pattern of decision numbers, with the same places to fill.
    #[schema(min_length = 1, max_length = 60, example = "{serial}/QĐ-UBND")]
    decision_pattern: String,
    /// The signer's title.
    #[schema(min_length = 1, max_length = 200)]
    signer_title: String,
}

/// Set how one's own authority writes its numbers. Numbers given before stay; each pattern counts from 1.
#[utoipa::path(tag = "certificates", params(("code" = String, Path, example = "19")),
    request_body = MannerIn, responses((status = 200, body = AuthorityOut)))]
#[put("/authorities/{code}")]
async fn set(
    write: Write,
    Path(code): Path<String>,
    _: Query<NoQuery>,
    Body(input): Body<MannerIn>,
) -> Result<HttpResponse> {
    let version = write.version()?;
    let MannerIn { name, certificate_pattern, decision_pattern, signer_title } = input;
    let manner = Manner { name, certificate_pattern, decision_pattern, signer_title };
    write
        .run("authority.set", move |tx, actor, now| {
            let row = set_authority(tx, actor, &code, version, &manner, now)?;
            let version = row.version;
            Ok(Reply::ok(&AuthorityOut::from(row))?.etag(version))
        })
        .await
}
