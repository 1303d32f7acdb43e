//! What is stopped before it is sent.

use super::*;
use crate::platform::call::permit;
use crate::platform::state::Severity;

#[test]
fn each_rule_is_checked_before_sending_with_its_field() {
    let expired = CertificateContent {
        valid_until: NaiveDate::from_ymd_opt(2026, 11, 20).unwrap(),
        ..tea().certificate.unwrap()
    };
    let odd = AttributeChoice { id: "x".into(), name: "x".into(), values: vec![] };
    let cases: Vec<(ListingContent, &str, &str)> = vec![
        (ListingContent { name: " ".into(), ..tea() }, "name.missing", "/name"),
        (ListingContent { sku: String::new(), ..tea() }, "sku.missing", "/sku"),
        (ListingContent { price_vnd: 0, ..tea() }, "price.not_positive", "/price_vnd"),
        (ListingContent { weight_g: 0, ..tea() }, "weight.missing", "/weight_g"),
        (
            ListingContent { description_html: "è".repeat(99), ..tea() },
            "description.too_short",
            "/description_html",
        ),
        (
            ListingContent { description_html: "è".repeat(100_001), ..tea() },
            "description.too_long",
            "/description_html",
        ),
        (
            ListingContent { description_html: "<IMG src=x>".repeat(21), ..tea() },
            "description.too_many_images",
            "/description_html",
        ),
        (
            ListingContent { images: vec!["https://a.example/1".into(), "javascript:x".into()], ..tea() },
            "image.not_public",
            "/images/1",
        ),
        (ListingContent { category: None, ..tea() }, "category.missing", "/category"),
        (ListingContent { category: Some("tea".into()), ..tea() }, "category.missing", "/category"),
        (ListingContent { attributes: vec![odd], ..tea() }, "attribute.unknown", "/attributes/0"),
        (ListingContent { certificate: Some(expired), ..tea() }, "certificate.expired", "/certificate"),
    ];
    for (content, code, pointer) in cases {
        let issues = Sendo.issues(&content, now());
        assert_eq!(
            issues.iter().map(|issue| (issue.code.as_str(), issue.pointer.as_str())).collect::<Vec<_>>(),
            [(code, pointer)]
        );
        assert_eq!(issues[0].severity, Severity::Error);
        let failure = permit(&Sendo, &upsert(None, content), now()).unwrap_err();
        assert_eq!((failure.class, failure.fields[0].pointer.as_str()), (Class::Permanent, pointer));
    }
    assert!(Sendo.issues(&tea(), now()).is_empty());
    for html in ["è".repeat(100), "è".repeat(100_000)] {
        assert!(Sendo.issues(&ListingContent { description_html: html, ..tea() }, now()).is_empty());
    }
    let bare = Sendo.issues(&ListingContent { images: vec![], certificate: None, ..tea() }, now());
    assert!(bare.len() == 2 && bare.iter().all(|issue| issue.severity == Severity::Warning));
}

#[test]
fn a_certificate_lapses_at_midnight_in_viet_nam() {
    let issues = |time: &str| Sendo.issues(&tea(), at(time)).len();
    assert_eq!(issues("2029-06-30T16:59:59Z"), 0);
    assert_eq!(issues("2029-06-30T17:00:00Z"), 1);
}
