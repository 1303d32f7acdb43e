//! What may be written about a producer.

use chrono::NaiveDate;

use super::details::*;
use super::{EnterpriseForm, Kind};

fn written(kind: Kind) -> Written {
    Written {
        name: "HTX  chè Hảo Đạt ".to_owned(),
        kind,
        enterprise_form: None,
        local_capital_percent: None,
        tax_code: None,
        registration_number: None,
        registered_on: None,
        commune_code: Some("05503".to_owned()),
        province_code: None,
        address: Some(" ".to_owned()),
        former_address: None,
        representative: Representative::default(),
        phone: None,
        email: None,
        capacity: None,
    }
}

const HERE: Located<'static> = Located { province_code: Some("19"), commune_needed: true };

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
}

fn codes(written: &Written, located: Located<'_>) -> Vec<&'static str> {
    check(written, located, day()).err().unwrap_or_default().iter().map(|e| e.code).collect()
}

#[test]
fn what_is_right_is_tidied() {
    let details = check(&written(Kind::Cooperative), HERE, day()).unwrap();
    assert_eq!(details.name, "HTX chè Hảo Đạt");
    assert_eq!((details.address, details.province_code.as_str()), (None, "19"));
}

#[test]
fn every_fault_is_told() {
    let bad = Written {
        name: "x".to_owned(),
        enterprise_form: Some(EnterpriseForm::Private),
        local_capital_percent: Some(101),
        tax_code: Some("0100233480".to_owned()),
        registered_on: day().succ_opt(),
        phone: Some("113".to_owned()),
        email: Some("nobody".to_owned()),
        capacity: Some("x".repeat(2001)),
        representative: Representative { full_name: Some("x".repeat(201)), ..Representative::default() },
        ..written(Kind::Farm)
    };
    let nowhere = Located { province_code: None, commune_needed: true };
    assert_eq!(
        codes(&bad, nowhere),
        [
            "name.length",
            "enterprise_form.not_enterprise",
            "local_capital_percent.not_enterprise",
            "local_capital_percent.range",
            "tax_code.check_digit",
            "registered_on.future",
            "commune_code.unknown",
            "representative.name_length",
            "phone.format",
            "email.format",
            "capacity.length",
        ]
    );
}

#[test]
fn a_personal_number_is_for_households() {
    let personal = |kind| Written { tax_code: Some("019088001234".to_owned()), ..written(kind) };
    assert_eq!(codes(&personal(Kind::Farm), HERE), ["tax_code.personal"]);
    assert_eq!(codes(&personal(Kind::Household), HERE), Vec::<&str>::new());
}

#[test]
fn only_imports_may_lack_the_commune() {
    let nowhere = Written { commune_code: None, ..written(Kind::Farm) };
    assert_eq!(codes(&nowhere, HERE), ["commune_code.missing"]);
    assert!(check(&nowhere, Located { commune_needed: false, ..HERE }, day()).is_ok());
    assert_eq!(
        codes(&nowhere, Located { province_code: None, commune_needed: false }),
        ["province_code.unknown"]
    );
}

#[test]
fn a_reason_must_be_given() {
    assert_eq!(check_note(" a\nb ").as_deref(), Ok("a b"));
    assert!(check_note(" \n").is_err() && check_note(&"x".repeat(1001)).is_err());
}
