//! Likely duplicates: listed for a person to judge, never merged. Names collide, so a name alone proves nothing.

use crate::actor::Reach;
use crate::db::Conn;
use crate::error::Result;
use crate::ids::ProducerId;
use crate::text_enum;
use crate::values::TaxCode;

use super::state::{Likeness, Name};
use super::{Kind, Status, find, public_name, store};

text_enum! {
    /// Why two producers may be one.
    pub enum Reason {
        /// The same ten digits of the tax code: one is a dependent unit of the other.
        TaxCode = "tax_code",
        /// The same number of the registration paper.
        RegistrationNumber = "registration_number",
        /// The same name apart from accents and legal form.
        SameName = "same_name",
        /// A similar name.
        SimilarName = "similar_name",
        /// The same telephone.
        Phone = "phone",
        /// The same commune; only beside another reason.
        Commune = "commune",
    }
}

impl Reason {
    const fn weight(self) -> u32 {
        match self {
            Self::TaxCode => 60,
            Self::RegistrationNumber | Self::SameName => 40,
            Self::Phone => 30,
            Self::SimilarName => 25,
            Self::Commune => 15,
        }
    }
}

/// A producer that may be the same as another: nothing personal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// Its id.
    pub id: ProducerId,
    /// Its name as the public sees it.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// Where it stands.
    pub status: Status,
    /// Its commune.
    pub commune_code: Option<String>,
    /// Its province.
    pub province_code: String,
    /// Why.
    pub reasons: Vec<Reason>,
    /// The sum of the reasons' weights: for the order alone.
    pub weight: u32,
}

/// Most duplicates listed.
const MOST: usize = 20;

/// The producers that may be the same as `id`, the likeliest first, at most 20: those within reach or public.
///
/// # Errors
/// `request.not_found`.
pub fn duplicates(conn: &mut Conn, reach: &Reach, id: ProducerId) -> Result<Vec<Duplicate>> {
    let producer = find(conn, reach, id)?;
    let own = &producer.details;
    let name = Name::new(&own.name);
    let mut found: Vec<Duplicate> = store::likely(conn, reach, &producer)?
        .into_iter()
        .filter_map(|other| {
            let mut reasons = Vec::new();
            let head = |code: &Option<TaxCode>| code.as_ref().map(|t| t.head().to_owned());
            if own.tax_code.is_some() && head(&own.tax_code) == head(&other.tax_code) {
                reasons.push(Reason::TaxCode);
            }
            if own.registration_number.is_some() && own.registration_number == other.registration_number {
                reasons.push(Reason::RegistrationNumber);
            }
            match name.like(&Name::new(&other.name)) {
                Likeness::Same => reasons.push(Reason::SameName),
                Likeness::Similar => reasons.push(Reason::SimilarName),
                Likeness::Other => {}
            }
            if own.phone.is_some() && own.phone == other.phone {
                reasons.push(Reason::Phone);
            }
            if reasons.is_empty() {
                return None;
            }
            if own.commune_code.is_some() && own.commune_code == other.commune_code {
                reasons.push(Reason::Commune);
            }
            Some(Duplicate {
                id: other.id,
                name: public_name(other.kind, &other.name).into_owned(),
                kind: other.kind,
                status: other.status,
                commune_code: other.commune_code,
                province_code: other.province_code,
                weight: reasons.iter().map(|r| r.weight()).sum(),
                reasons,
            })
        })
        .collect();
    found.sort_by(|a, b| b.weight.cmp(&a.weight).then(a.id.cmp(&b.id)));
    found.truncate(MOST);
    Ok(found)
}
