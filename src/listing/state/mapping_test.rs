use super::*;

fn attribute(id: &str, required: bool, values: &[(&str, &str)]) -> Attribute {
    let value = |(id, text): &(&str, &str)| ((*id).to_owned(), (*text).to_owned());
    Attribute {
        id: id.into(),
        name: format!("Thuộc tính {id}"),
        required,
        values: values.iter().map(value).collect(),
    }
}

fn rule(id: &str, source: Source) -> Rule {
    Rule { attribute_id: id.into(), name: format!("Thuộc tính {id}"), source }
}

fn chosen(id: &str, value: &str) -> AttributeChoice {
    let value = AttributeValue { id: None, value: value.into() };
    AttributeChoice { id: id.into(), name: String::new(), values: vec![value] }
}

#[test]
fn rules_fill_what_was_not_chosen_and_never_guess_a_value() {
    let facts = Facts {
        fields: [
            (ProductField::OriginProvince, "Thái Nguyên".into()),
            (ProductField::NetWeight, "200 g".into()),
        ]
        .into(),
        attributes: [("Loại".into(), "trà XANH".into()), ("Hương".into(), "sen".into())].into(),
    };
    let known = [
        attribute("1", false, &[("11", "Trà xanh"), ("12", "Trà đen")]),
        attribute("2", false, &[("21", "Nhài")]),
        attribute("3", false, &[]),
        attribute("4", false, &[("41", "Việt Nam")]),
    ];
    let rules = [
        rule("1", Source::Attribute("Loại".into())),
        rule("2", Source::Attribute("Hương".into())),
        rule("3", Source::Field(ProductField::NetWeight)),
        rule("4", Source::Value { id: Some("41".into()), value: "Việt Nam".into() }),
        rule("5", Source::Field(ProductField::Star)),
    ];
    let filled = fill(&rules, Some(&known), &facts, &[chosen("3", "nửa cân")]);
    let told: Vec<_> = filled
        .iter()
        .map(|c| (c.id.as_str(), c.values[0].id.as_deref(), c.values[0].value.as_str()))
        .collect();
    assert_eq!(told, [("3", None, "nửa cân"), ("1", Some("11"), "Trà xanh"), ("4", Some("41"), "Việt Nam")]);
}

#[test]
fn what_a_category_demands_is_an_issue_until_it_is_stated() {
    let known = [attribute("1", true, &[]), attribute("2", false, &[])];
    let codes = |standing, filled: &[AttributeChoice]| -> Vec<String> {
        issues(Some("7"), standing, Some(&known), filled).into_iter().map(|issue| issue.code).collect()
    };
    assert_eq!(codes(Standing::Leaf, &[]), ["attribute.required"]);
    assert_eq!(codes(Standing::Leaf, &[chosen("1", "x")]), Vec::<String>::new());
    assert_eq!(codes(Standing::Inner, &[chosen("1", "x")]), ["category.not_leaf"]);
    assert_eq!(codes(Standing::Gone, &[chosen("1", "x")]), ["category.gone"]);
    assert_eq!(issues(None, Standing::Unread, None, &[]), []);
}

#[test]
fn wrong_maps_are_told_by_pointer() {
    let pairs = [(0, "1".to_owned()), (11, String::new()), (11, "5".to_owned()), (12, "7".to_owned())];
    let told: Vec<_> = category_errors(&pairs, |id| Some(id == "7"))
        .into_iter()
        .map(|error| (error.pointer, error.code))
        .collect();
    let expected = [
        ("/categories/0/criteria_set", "criteria_set.range"),
        ("/categories/0/category", "category.not_leaf"),
        ("/categories/1/category", "category.length"),
        ("/categories/2/criteria_set", "criteria_set.twice"),
        ("/categories/2/category", "category.not_leaf"),
    ];
    assert_eq!(told, expected.map(|(pointer, code)| (pointer.to_owned(), code)));
    let known = [attribute("1", false, &[("11", "Trà xanh")])];
    let value = |id: Option<&str>| Source::Value { id: id.map(str::to_owned), value: "x".into() };
    let rules = [
        rule("1", value(Some("11"))),
        rule("1", value(None)),
        rule("9", Source::Field(ProductField::Brand)),
        rule("1", value(Some("12"))),
    ];
    let told: Vec<_> =
        rule_errors(&rules, Some(&known)).into_iter().map(|error| (error.pointer, error.code)).collect();
    let expected = [
        ("/attributes/1/attribute_id", "attribute.twice"),
        ("/attributes/2/attribute_id", "attribute.unknown"),
        ("/attributes/3/attribute_id", "attribute.twice"),
        ("/attributes/3/value", "attribute.value"),
    ];
    assert_eq!(told, expected.map(|(pointer, code)| (pointer.to_owned(), code)));
    // What was not read cannot refuse anything.
    assert!(rule_errors(&rules[2..], None).is_empty());
}

#[test]
fn each_field_counts_once() {
    let issue = |pointer: &str| Issue::error("x", pointer, Text::fixed("", ""), Text::fixed("", ""));
    let blank = ["/name", "/images", "/category", "/price_vnd"].map(issue);
    assert_eq!(passed(&blank, &[]), (4, 4));
    assert_eq!(passed(&blank, &["/images/0", "/images/1", "/attributes"].map(issue)), (3, 5));
}
