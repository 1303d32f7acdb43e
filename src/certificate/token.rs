//! Star tokens: a signed statement that a product bears a star now, for a platform that checks it without asking.
//!
//! A token is a compact JWS (RFC 7515) with `alg` `EdDSA`, `typ` `ocop-star+jwt` and the `kid` of a key in
//! `/.well-known/jwks.json`. Whoever checks one: takes the key of its `kid` from there (and asks again for a `kid` that
//! is new), checks the signature and `typ`, that `iss` is the service it trusts and `aud` is `ocop-star`, and that
//! `exp` is not over. A token is good for 24 hours at most and never longer than its certificate. From the moment of a
//! revocation there is no new token, and caches ask before they give an old one again; those who check offline know of
//! it when their token ends, and those who ask `/certificates/{number}` at once.

use serde::Serialize;
use utoipa::ToSchema;

use crate::account::Purpose;
use crate::error::{Code, Refusal};
use crate::ids::ProductId;
use crate::instant::Instant;
use crate::values::Star;

use super::Certificate;
use super::state::Standing;

/// For whom star tokens are: whoever checks a star.
pub const AUDIENCE: &str = "ocop-star";

/// A new token begins every five minutes, so that whoever asks again with its tag is not sent the same.
const EVERY: i64 = 300;

/// What a star token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = StarClaims)]
pub struct Claims {
    /// The service that signed: its public address.
    pub iss: String,
    /// For whom: `ocop-star`.
    pub aud: String,
    /// The certificate's number.
    #[schema(example = "OCOP-19-2026-000001")]
    pub sub: String,
    /// Signed, seconds since 1970.
    pub iat: i64,
    /// Good before this, seconds since 1970.
    pub exp: i64,
    /// The product that bears the star.
    pub product: Bearer,
    /// The producer's name as the public may read it.
    pub producer: String,
    /// The star.
    #[schema(minimum = 3)]
    pub star: Star,
    /// The scheme it was rated by.
    #[schema(example = "qd26-2026")]
    pub scheme: String,
    /// First moment at which the certificate is no longer valid.
    pub valid_until: Instant,
}

/// The product in a star token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = StarBearer)]
pub struct Bearer {
    /// Its id.
    pub id: ProductId,
    /// Its code; old certificates have none.
    #[schema(example = "19-05503-7-2026")]
    pub code: Option<String>,
    /// Its name on the certificate.
    pub name: String,
}

/// What a token of a certificate says at a moment.
///
/// # Errors
/// `certificate.not_valid`.
pub fn claims(c: &Certificate, producer: &str, site: &str, now: Instant) -> Result<Claims, Refusal> {
    let standing = c.standing(now);
    if standing != Standing::Valid {
        return Err(Refusal::new(
            Code::CertificateEnded,
            format!("Giấy chứng nhận {} hiện không có hiệu lực ({standing}) nên không có mã sao.", c.number),
            format!("Certificate {} is not valid now ({standing}); there is no star token for it.", c.number),
        ));
    }
    let end = c.life().changes_after(now).unwrap_or(c.valid_until);
    let seconds = now.unix_seconds();
    let begun = seconds - seconds.rem_euclid(EVERY);
    Ok(Claims {
        iss: site.trim_end_matches('/').to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: c.number.clone(),
        iat: begun.max(c.valid_from.unix_seconds()),
        exp: (begun + Purpose::StarToken.life().num_seconds()).min(end.unix_seconds()),
        product: Bearer { id: c.product_id, code: c.product_code.clone(), name: c.product_name.clone() },
        producer: producer.to_owned(),
        star: c.star(),
        scheme: c.scheme.clone(),
        valid_until: end,
    })
}
