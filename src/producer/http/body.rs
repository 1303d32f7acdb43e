//! Bodies of `/producers`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::Patch;
use crate::ids::ProducerId;
use crate::instant::Instant;
use crate::producer::{
    Change, Details, Duplicate, EnterpriseForm, Gender, Kind, Producer, Reason, Representative,
    RepresentativeChange, Status, Written,
};

/// Who speaks for a producer.
#[derive(Serialize, ToSchema)]
#[schema(as = Representative)]
struct RepresentativeOut {
    #[schema(example = "Nguyễn Thị Búp")]
    full_name: Option<String>,
    gender: Option<Gender>,
    /// *Dân tộc*.
    #[schema(example = "Tày")]
    ethnicity: Option<String>,
    disability: Option<bool>,
}

/// A producer.
#[derive(Serialize, ToSchema)]
#[schema(as = Producer)]
pub(super) struct ProducerOut {
    id: ProducerId,
    #[schema(example = "HTX chè Hảo Đạt")]
    name: String,
    /// The name as the public sees it: a household's is shortened.
    public_name: String,
    kind: Kind,
    enterprise_form: Option<EnterpriseForm>,
    /// Share of capital held by people of the place.
    #[schema(minimum = 0, maximum = 100)]
    local_capital_percent: Option<i32>,
    #[schema(example = "0100233488")]
    tax_code: Option<String>,
    registration_number: Option<String>,
    registered_on: Option<NaiveDate>,
    /// `null` only where an import could not say.
    #[schema(example = "05503")]
    commune_code: Option<String>,
    #[schema(example = "19")]
    province_code: String,
    /// Address within the commune.
    address: Option<String>,
    /// Address as on papers of before 1 July 2025.
    former_address: Option<String>,
    representative: RepresentativeOut,
    #[schema(example = "+84912345678")]
    phone: Option<String>,
    email: Option<String>,
    /// What it can supply.
    capacity: Option<String>,
    status: Status,
    /// Who carries on after its dissolution.
    successor_id: Option<ProducerId>,
    /// Why it was suspended or dissolved.
    note: Option<String>,
    /// Where imported data comes from.
    source: Option<String>,
    created_at: Instant,
    updated_at: Instant,
}

impl From<Producer> for ProducerOut {
    fn from(p: Producer) -> Self {
        let public_name = p.public_name().into_owned();
        let Producer { id, details, status, successor_id, note, source, version: _, created_at, updated_at } =
            p;
        let Details {
            name,
            kind,
            enterprise_form,
            local_capital_percent,
            tax_code,
            registration_number,
            registered_on,
            commune_code,
            province_code,
            address,
            former_address,
            representative: Representative { full_name, gender, ethnicity, disability },
            phone,
            email,
            capacity,
        } = details;
        Self {
            id,
            name,
            public_name,
            kind,
            enterprise_form,
            local_capital_percent,
            tax_code: tax_code.map(String::from),
            registration_number,
            registered_on,
            commune_code,
            province_code,
            address,
            former_address,
            representative: RepresentativeOut { full_name, gender, ethnicity, disability },
            phone: phone.map(String::from),
            email: email.map(String::from),
            capacity,
            status,
            successor_id,
            note,
            source,
            created_at,
            updated_at,
        }
    }
}

/// Who speaks for a producer.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RepresentativeIn {
    #[schema(max_length = 200)]
    full_name: Option<String>,
    gender: Option<Gender>,
    /// *Dân tộc*.
    #[schema(max_length = 100)]
    ethnicity: Option<String>,
    disability: Option<bool>,
}

/// A new producer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProducerIn {
    /// As on its registration paper.
    #[schema(min_length = 2, max_length = 200, example = "HTX chè Hảo Đạt")]
    name: String,
    kind: Kind,
    /// Enterprises only.
    enterprise_form: Option<EnterpriseForm>,
    /// Share of capital held by people of the place; enterprises only.
    #[schema(minimum = 0, maximum = 100)]
    local_capital_percent: Option<i32>,
    /// 10 digits, 10 + `-` + 3 for a dependent unit; a household's may be a personal number of 12.
    #[schema(max_length = 40, example = "0100233488")]
    tax_code: Option<String>,
    #[schema(max_length = 100)]
    registration_number: Option<String>,
    /// Not in the future.
    registered_on: Option<NaiveDate>,
    /// Five digits, since 1 July 2025.
    #[schema(max_length = 5, example = "05503")]
    commune_code: String,
    /// Address within the commune.
    #[schema(max_length = 300)]
    address: Option<String>,
    /// Address as on papers of before 1 July 2025.
    #[schema(max_length = 300)]
    former_address: Option<String>,
    #[serde(default)]
    representative: Option<RepresentativeIn>,
    #[schema(max_length = 40, example = "0912345678")]
    phone: Option<String>,
    #[schema(max_length = 254)]
    email: Option<String>,
    /// What it can supply.
    #[schema(max_length = 2000)]
    capacity: Option<String>,
}

/// What may change of a representative: absent keeps, null clears.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RepresentativePatch {
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    full_name: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<Gender>)]
    gender: Patch<Gender>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 100)]
    ethnicity: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    disability: Patch<bool>,
}

/// What may change of a producer: absent keeps, null clears. Once verified, only officers change `name`, `kind`,
/// `tax_code`, `registration_number`, `registered_on` and `commune_code`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProducerPatch {
    #[schema(min_length = 2, max_length = 200)]
    name: Option<String>,
    kind: Option<Kind>,
    #[serde(default)]
    #[schema(value_type = Option<EnterpriseForm>)]
    enterprise_form: Patch<EnterpriseForm>,
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 0, maximum = 100)]
    local_capital_percent: Patch<i32>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 40)]
    tax_code: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 100)]
    registration_number: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<NaiveDate>)]
    registered_on: Patch<NaiveDate>,
    #[schema(max_length = 5)]
    commune_code: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 300)]
    address: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 300)]
    former_address: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<RepresentativePatch>)]
    representative: Patch<RepresentativePatch>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 40)]
    phone: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 254)]
    email: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2000)]
    capacity: Patch<String>,
}

impl ProducerPatch {
    /// Whether it changes what the producer's products have a copy of: its name as the public sees it, which depends on
    /// what it is, or its place.
    pub(super) fn moves(&self) -> bool {
        self.name.is_some() || self.kind.is_some() || self.commune_code.is_some()
    }
}

/// A producer that may be the same as another.
#[derive(Serialize, ToSchema)]
#[schema(as = ProducerDuplicate)]
pub(super) struct DuplicateOut {
    id: ProducerId,
    /// As the public sees it.
    name: String,
    kind: Kind,
    status: Status,
    commune_code: Option<String>,
    province_code: String,
    /// Why.
    reasons: Vec<Reason>,
}

impl From<Duplicate> for DuplicateOut {
    fn from(d: Duplicate) -> Self {
        let Duplicate { id, name, kind, status, commune_code, province_code, reasons, weight: _ } = d;
        Self { id, name, kind, status, commune_code, province_code, reasons }
    }
}

impl From<ProducerIn> for Written {
    fn from(input: ProducerIn) -> Self {
        let RepresentativeIn { full_name, gender, ethnicity, disability } =
            input.representative.unwrap_or_default();
        Self {
            name: input.name,
            kind: input.kind,
            enterprise_form: input.enterprise_form,
            local_capital_percent: input.local_capital_percent,
            tax_code: input.tax_code,
            registration_number: input.registration_number,
            registered_on: input.registered_on,
            commune_code: Some(input.commune_code),
            province_code: None,
            address: input.address,
            former_address: input.former_address,
            representative: Representative { full_name, gender, ethnicity, disability },
            phone: input.phone,
            email: input.email,
            capacity: input.capacity,
        }
    }
}

impl From<ProducerPatch> for Change {
    fn from(input: ProducerPatch) -> Self {
        Self {
            name: input.name,
            kind: input.kind,
            enterprise_form: input.enterprise_form,
            local_capital_percent: input.local_capital_percent,
            tax_code: input.tax_code,
            registration_number: input.registration_number,
            registered_on: input.registered_on,
            commune_code: input.commune_code,
            address: input.address,
            former_address: input.former_address,
            representative: match input.representative {
                Patch::Keep => Patch::Keep,
                Patch::Clear => Patch::Clear,
                Patch::Set(RepresentativePatch { full_name, gender, ethnicity, disability }) => {
                    Patch::Set(RepresentativeChange { full_name, gender, ethnicity, disability })
                }
            },
            phone: input.phone,
            email: input.email,
            capacity: input.capacity,
        }
    }
}
