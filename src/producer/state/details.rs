//! What may be written about a producer: every field with its rule.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::error::FieldError;
use crate::text;
use crate::values::{Email, Phone, TaxCode, ValueError};

use super::{EnterpriseForm, Gender, Kind};

/// Longest name, in characters.
const NAME_MAX: usize = 200;
/// Longest one-line field (registration number, ethnicity), in characters.
const LINE_MAX: usize = 100;
/// Longest address, in characters.
const ADDRESS_MAX: usize = 300;
/// Longest text about capacity, in characters.
const TEXT_MAX: usize = 2000;
/// Longest reason of a suspension or dissolution, in characters.
pub const NOTE_MAX: usize = 1000;

/// Who speaks for a producer. Personal data: criterion 3.2 scores it, nobody outside the producer's reach sees it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Representative {
    /// Full name.
    pub full_name: Option<String>,
    /// Gender.
    pub gender: Option<Gender>,
    /// *Dân tộc*.
    pub ethnicity: Option<String>,
    /// Whether the person has a disability.
    pub disability: Option<bool>,
}

impl fmt::Debug for Representative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Representative(…)")
    }
}

/// A producer's data as somebody wrote it.
#[derive(Clone)]
pub struct Written {
    /// Name as on its registration paper.
    pub name: String,
    /// Kind.
    pub kind: Kind,
    /// Legal form; enterprises only.
    pub enterprise_form: Option<EnterpriseForm>,
    /// Share of capital held by people of the place, 0 to 100; enterprises only.
    pub local_capital_percent: Option<i32>,
    /// Tax code.
    pub tax_code: Option<String>,
    /// Number of the registration paper.
    pub registration_number: Option<String>,
    /// Date of the registration paper.
    pub registered_on: Option<NaiveDate>,
    /// Five digits. May only be missing in imports.
    pub commune_code: Option<String>,
    /// Two digits. Read only where the commune is missing.
    pub province_code: Option<String>,
    /// Address within the commune.
    pub address: Option<String>,
    /// Address as on papers of before 1 July 2025.
    pub former_address: Option<String>,
    /// Who speaks for it.
    pub representative: Representative,
    /// Telephone.
    pub phone: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// What it can supply, in words.
    pub capacity: Option<String>,
}

/// A producer's data, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// Name as on its registration paper.
    pub name: String,
    /// Kind.
    pub kind: Kind,
    /// Legal form; enterprises only.
    pub enterprise_form: Option<EnterpriseForm>,
    /// Share of capital held by people of the place, 0 to 100; enterprises only.
    pub local_capital_percent: Option<i32>,
    /// Tax code. A household's may be a personal number.
    pub tax_code: Option<TaxCode>,
    /// Number of the registration paper.
    pub registration_number: Option<String>,
    /// Date of the registration paper.
    pub registered_on: Option<NaiveDate>,
    /// Five digits; `None` only where an import could not say.
    pub commune_code: Option<String>,
    /// Two digits.
    pub province_code: String,
    /// Address within the commune.
    pub address: Option<String>,
    /// Address as on papers of before 1 July 2025.
    pub former_address: Option<String>,
    /// Who speaks for it.
    pub representative: Representative,
    /// Telephone.
    pub phone: Option<Phone>,
    /// E-mail.
    pub email: Option<Email>,
    /// What it can supply, in words.
    pub capacity: Option<String>,
}

impl From<&Details> for Written {
    fn from(d: &Details) -> Self {
        Self {
            name: d.name.clone(),
            kind: d.kind,
            enterprise_form: d.enterprise_form,
            local_capital_percent: d.local_capital_percent,
            tax_code: d.tax_code.clone().map(String::from),
            registration_number: d.registration_number.clone(),
            registered_on: d.registered_on,
            commune_code: d.commune_code.clone(),
            province_code: Some(d.province_code.clone()),
            address: d.address.clone(),
            former_address: d.former_address.clone(),
            representative: d.representative.clone(),
            phone: d.phone.clone().map(String::from),
            email: d.email.clone().map(String::from),
            capacity: d.capacity.clone(),
        }
    }
}

/// Where a written commune or province is, as the tables of places say.
#[derive(Clone, Copy, Debug)]
pub struct Located<'a> {
    /// The province of the written commune; of the written province where no commune is written.
    pub province_code: Option<&'a str>,
    /// Whether a commune must be written.
    pub commune_needed: bool,
}

fn fault(errors: &mut Vec<FieldError>, pointer: &str, code: &'static str, vi: &str, en: &str) {
    errors.push(FieldError::new(pointer, code, vi, en));
}

/// A line without superfluous blanks; `None` when nothing is left, an error when it is too long.
fn line(
    errors: &mut Vec<FieldError>,
    pointer: &str,
    code: &'static str,
    written: Option<&str>,
    max: usize,
) -> Option<String> {
    let tidy = text::tidy(written?);
    if tidy.chars().count() > max {
        errors.push(FieldError::new(
            pointer,
            code,
            format!("Tối đa {max} ký tự."),
            format!("At most {max} characters."),
        ));
    }
    (!tidy.is_empty()).then_some(tidy)
}

fn value<T>(errors: &mut Vec<FieldError>, pointer: &str, written: Option<&str>) -> Option<T>
where
    T: std::str::FromStr<Err = ValueError>,
{
    let written = written.map(str::trim).filter(|text| !text.is_empty())?;
    match written.parse() {
        Ok(value) => Some(value),
        Err(ValueError { code, vi, en }) => {
            errors.push(FieldError::new(pointer, code, vi, en));
            None
        }
    }
}

/// Checks what was written about a producer.
///
/// # Errors
/// Every field that is not right.
pub fn check(written: &Written, located: Located<'_>, today: NaiveDate) -> Result<Details, Vec<FieldError>> {
    let mut errors = Vec::new();
    let e = &mut errors;
    let name = line(e, "/name", "name.length", Some(&written.name), NAME_MAX);
    if name.as_deref().is_none_or(|n| n.chars().count() < 2) {
        fault(
            e,
            "/name",
            "name.length",
            "Tên chủ thể có từ 2 đến 200 ký tự.",
            "A name has 2 to 200 characters.",
        );
    }
    if written.kind != Kind::Enterprise {
        if written.enterprise_form.is_some() {
            fault(
                e,
                "/enterprise_form",
                "enterprise_form.not_enterprise",
                "Chỉ doanh nghiệp có loại hình này.",
                "Only an enterprise has a legal form here.",
            );
        }
        if written.local_capital_percent.is_some() {
            fault(
                e,
                "/local_capital_percent",
                "local_capital_percent.not_enterprise",
                "Chỉ doanh nghiệp khai tỷ lệ vốn góp của cộng đồng địa phương.",
                "Only an enterprise states the share of local capital.",
            );
        }
    }
    if written.local_capital_percent.is_some_and(|p| !(0..=100).contains(&p)) {
        fault(
            e,
            "/local_capital_percent",
            "local_capital_percent.range",
            "Tỷ lệ phần trăm từ 0 đến 100.",
            "A percentage from 0 to 100.",
        );
    }
    let tax_code: Option<TaxCode> = value(e, "/tax_code", written.tax_code.as_deref());
    if tax_code.as_ref().is_some_and(TaxCode::is_personal) && written.kind != Kind::Household {
        fault(
            e,
            "/tax_code",
            "tax_code.personal",
            "Chỉ hộ sản xuất, kinh doanh dùng số định danh cá nhân 12 chữ số làm mã số thuế.",
            "Only a household has a personal number of 12 digits as its tax code.",
        );
    }
    if written.registered_on.is_some_and(|day| day > today) {
        fault(
            e,
            "/registered_on",
            "registered_on.future",
            "Ngày đăng ký không được ở tương lai.",
            "The date of registration is in the future.",
        );
    }
    let province = located.province_code.map(str::to_owned);
    match (&written.commune_code, &province) {
        (None, _) if located.commune_needed => {
            fault(e, "/commune_code", "commune_code.missing", "Cần mã xã.", "Give the code of the commune.");
        }
        (Some(_), None) => fault(
            e,
            "/commune_code",
            "commune_code.unknown",
            "Không có xã với mã này (mã 5 chữ số từ ngày 01/7/2025).",
            "There is no commune with this code (five digits, since 1 July 2025).",
        ),
        (None, None) => fault(
            e,
            "/province_code",
            "province_code.unknown",
            "Không có tỉnh với mã này.",
            "There is no province with this code.",
        ),
        _ => {}
    }
    let representative = Representative {
        full_name: line(
            e,
            "/representative/full_name",
            "representative.name_length",
            written.representative.full_name.as_deref(),
            NAME_MAX,
        ),
        ethnicity: line(
            e,
            "/representative/ethnicity",
            "representative.ethnicity_length",
            written.representative.ethnicity.as_deref(),
            LINE_MAX,
        ),
        ..written.representative.clone()
    };
    let details = Details {
        name: name.unwrap_or_default(),
        kind: written.kind,
        enterprise_form: written.enterprise_form,
        local_capital_percent: written.local_capital_percent,
        tax_code,
        registration_number: line(
            e,
            "/registration_number",
            "registration_number.length",
            written.registration_number.as_deref(),
            LINE_MAX,
        ),
        registered_on: written.registered_on,
        commune_code: written.commune_code.clone(),
        province_code: province.unwrap_or_default(),
        address: line(e, "/address", "address.length", written.address.as_deref(), ADDRESS_MAX),
        former_address: line(
            e,
            "/former_address",
            "former_address.length",
            written.former_address.as_deref(),
            ADDRESS_MAX,
        ),
        representative,
        phone: value(e, "/phone", written.phone.as_deref()),
        email: value(e, "/email", written.email.as_deref()),
        capacity: line(e, "/capacity", "capacity.length", written.capacity.as_deref(), TEXT_MAX),
    };
    if errors.is_empty() { Ok(details) } else { Err(errors) }
}

/// The reason of a suspension or dissolution, which an officer must give.
///
/// # Errors
/// The field that is missing or too long.
pub fn check_note(written: &str) -> Result<String, FieldError> {
    let note = text::tidy(written);
    if (1..=NOTE_MAX).contains(&note.chars().count()) {
        return Ok(note);
    }
    Err(FieldError::new(
        "/note",
        "note.length",
        format!("Hãy nêu lý do, tối đa {NOTE_MAX} ký tự."),
        format!("Give the reason, at most {NOTE_MAX} characters."),
    ))
}
