//! Identifiers: a prefix that names the noun, `_`, and a UUIDv7 (RFC 9562) in 26 lower-case Crockford base32
//! characters. They sort by the time they were made.

use std::fmt;
use std::str::FromStr;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const BODY: usize = 26;
/// Three letters, an underscore, 26 characters.
const LENGTH: usize = 4 + BODY;

/// A text that is no identifier of the noun it was read for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id that begins with {0}_")]
pub struct NotAnId(pub &'static str);

fn encode(prefix: &str, uuid: Uuid) -> [u8; LENGTH] {
    let mut out = [b'_'; LENGTH];
    for (slot, byte) in out.iter_mut().zip(prefix.bytes()) {
        *slot = byte;
    }
    let mut rest = uuid.as_u128();
    for slot in out.iter_mut().skip(4).rev() {
        let index = usize::try_from(rest & 31).unwrap_or_default();
        *slot = ALPHABET.get(index).copied().unwrap_or(b'0');
        rest >>= 5;
    }
    out
}

fn decode(prefix: &'static str, text: &str) -> Result<[u8; LENGTH], NotAnId> {
    let bytes: [u8; LENGTH] = text.as_bytes().try_into().map_err(|_| NotAnId(prefix))?;
    let body = text.strip_prefix(prefix).and_then(|t| t.strip_prefix('_')).ok_or(NotAnId(prefix))?;
    // 26 characters hold 130 bits: the first may only use the lowest three of its five.
    let fits = body.as_bytes().first().is_some_and(|b| (b'0'..=b'7').contains(b));
    if fits && body.bytes().all(|b| ALPHABET.contains(&b)) { Ok(bytes) } else { Err(NotAnId(prefix)) }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $Name:ident = $prefix:literal),+ $(,)?) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
        #[diesel(sql_type = Text)]
        pub struct $Name([u8; LENGTH]);

        impl $Name {
            /// The letters before the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// A new identifier, later in order than every one made before it in this process.
            #[allow(clippy::new_without_default, reason = "a new identifier is not a default value")]
            pub fn new() -> Self {
                Self(encode($prefix, Uuid::now_v7()))
            }

            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                std::str::from_utf8(&self.0).unwrap_or_default()
            }
        }

        impl fmt::Display for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $Name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                decode($prefix, text).map(Self)
            }
        }

        impl Serialize for $Name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $Name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl utoipa::PartialSchema for $Name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some(concat!("^", $prefix, "_[0-7][0-9a-hjkmnp-tv-z]{25}$")))
                    .examples([serde_json::json!(concat!($prefix, "_01hzy3v7q8e4t9b6n2m5k0d7rx"))])
                    .into()
            }
        }

        impl utoipa::ToSchema for $Name {}

        impl<DB: Backend> FromSql<Text, DB> for $Name
        where
            String: FromSql<Text, DB>,
        {
            fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
                Ok(String::from_sql(raw)?.parse()?)
            }
        }

        impl<DB: Backend> ToSql<Text, DB> for $Name
        where
            str: ToSql<Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                self.as_str().to_sql(out)
            }
        }
    )+ };
}

ids! {
    /// A person's way in.
    AccountId = "acc",
    /// A refresh token's row.
    RefreshId = "ref",
    /// A key that signs tokens.
    KeyId = "key",
    /// A producer (*chủ thể*).
    ProducerId = "pro",
    /// A product (*sản phẩm*).
    ProductId = "prd",
    /// An image of a product.
    ImageId = "img",
    /// An evidence paper.
    PaperId = "pap",
    /// A dossier (*hồ sơ*).
    DossierId = "dos",
    /// A council (*hội đồng*).
    CouncilId = "cou",
    /// A seat on a council.
    MemberId = "mem",
    /// A council's session.
    SessionId = "ses",
    /// A score sheet (*phiếu chấm điểm*).
    SheetId = "sco",
    /// A review of a dossier by the advisory team.
    ReviewId = "rev",
    /// A test that the advisory team asked for.
    TestId = "tst",
    /// A certificate (*giấy chứng nhận*).
    CertificateId = "cer",
    /// What an authority did to a certificate.
    ActId = "act",
    /// A check after certification.
    CheckId = "chk",
    /// A notice.
    NoticeId = "ntc",
    /// A shop (*gian hàng*) on a platform.
    ShopId = "shp",
    /// A listing (*niêm yết*).
    ListingId = "lst",
    /// A product that stands in a shop without a listing.
    OrphanId = "orp",
    /// A sales figure (*doanh số*).
    SaleId = "sal",
    /// A shipment (*vận đơn*).
    ShipmentId = "spm",
    /// An import of a file.
    ImportId = "imp",
    /// A job in the queue.
    JobId = "job",
    /// One attempt at a job.
    AttemptId = "att",
    /// An event in the log of public changes.
    EventId = "evt",
    /// An entry of the audit trail.
    AuditId = "aud",
    /// A request to this service.
    RequestId = "req",
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ids_sort_by_time_and_read_back() {
        let made: Vec<ProductId> = (0..1000).map(|_| ProductId::new()).collect();
        assert!(made.is_sorted());
        for id in made {
            assert_eq!(id.to_string().parse(), Ok(id));
            assert!(id.as_str().starts_with("prd_") && id.as_str().len() == 30);
        }
    }

    proptest! {
        #[test]
        fn any_uuid_reads_back(n: u128) {
            let text = String::from_utf8(encode("dos", Uuid::from_u128(n)).to_vec()).unwrap();
            prop_assert_eq!(text.parse::<DossierId>().unwrap().to_string(), text.clone());
            prop_assert!(text.parse::<ProductId>().is_err());
        }

        #[test]
        fn other_texts_are_refused(text in "\\PC{0,40}") {
            prop_assume!(!text.starts_with("prd_"));
            prop_assert!(text.parse::<ProductId>().is_err());
        }
    }
}
