//! The house rules as tests.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ocop::error::Code;
use ocop::http::policy::RULES;

use crate::support::Value;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, ending: &str, out: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, ending, out);
            } else if path.to_string_lossy().ends_with(ending) {
                out.push(path);
            }
        }
    }
    let mut out = Vec::new();
    walk(&root().join(folder), ending, &mut out);
    out.sort();
    out
}

fn operations() -> BTreeSet<(String, String, String)> {
    let document = serde_json::to_value(ocop::http::document()).unwrap();
    let mut out = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap_or("").to_owned();
            out.insert((method.to_uppercase(), path.clone(), id));
        }
    }
    out
}

#[test]
fn every_operation_has_its_row_in_the_policy_and_every_row_an_operation() {
    let rows: BTreeSet<_> =
        RULES.iter().map(|r| (r.method.to_owned(), r.path.to_owned(), r.op.to_owned())).collect();
    assert_eq!(rows.len(), RULES.len(), "a row stands twice");
    assert_eq!(operations(), rows);
    let names: BTreeSet<_> = RULES.iter().map(|r| r.op).collect();
    assert_eq!(names.len(), RULES.len(), "an operation's name stands twice");
}

#[test]
fn the_document_in_the_repository_is_the_codes() {
    let path = root().join("openapi/openapi.json");
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(stored == ocop::http::document_text(), "run: cargo run -- openapi > openapi/openapi.json");
}

#[test]
fn every_reference_in_the_document_leads_somewhere() {
    fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get("$ref").and_then(Value::as_str));
                map.values().for_each(|inner| references(inner, found));
            }
            Value::Array(rows) => rows.iter().for_each(|inner| references(inner, found)),
            _ => {}
        }
    }
    let document: Value = serde_json::from_str(&ocop::http::document_text()).unwrap();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 100, "{}", found.len());
    let nowhere = |reference: &&&str| document.pointer(reference.trim_start_matches('#')).is_none();
    assert_eq!(found.iter().filter(nowhere).collect::<Vec<_>>(), Vec::<&&str>::new());
}

#[test]
fn every_error_code_is_used() {
    let mut source = String::new();
    for file in files("src", ".rs") {
        if !file.ends_with("error/codes.rs") {
            source.push_str(&std::fs::read_to_string(file).unwrap());
        }
    }
    let dead: Vec<_> =
        Code::ALL.iter().filter(|c| !source.contains(&format!("Code::{}", c.name()))).collect();
    assert!(dead.is_empty(), "never used: {dead:?}");
    let codes: BTreeSet<_> = Code::ALL.iter().map(|c| c.as_str()).collect();
    assert_eq!(codes.len(), Code::ALL.len(), "a code stands twice");
}

#[test]
fn the_readme_lists_every_setting() {
    let mut table = String::from("| variable | default | meaning |\n|---|---|---|\n");
    for s in ocop::config::SETTINGS {
        let default = if s.default.is_empty() { String::new() } else { format!("`{}`", s.default) };
        table.push_str(&format!("| `{}` | {default} | {} |\n", s.name, s.doc.replace('|', "\\|")));
    }
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let (_, rest) = readme.split_once("<!-- settings -->\n").unwrap();
    let (found, _) = rest.split_once("<!-- /settings -->").unwrap();
    assert!(found == table, "the README's table of settings should be:\n{table}");
}

#[test]
fn migrations_are_named_alike_for_both_databases() {
    let names = |database: &str| -> BTreeSet<String> {
        let folder = root().join("migrations").join(database);
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
    for file in files("migrations", "up.sql") {
        assert!(file.with_file_name("down.sql").exists(), "{} has no way back", file.display());
    }
}

/// The nouns in their order: one may call only those before it.
const NOUNS: &[&str] = &[
    "place",
    "account",
    "producer",
    "product",
    "criteria",
    "dossier",
    "council",
    "rating",
    "certificate",
    "platform",
    "listing",
    "sales",
    "import",
    "catalogue",
    "partner",
    "programme",
    "report",
];

/// What a file may not name, by the table of the house.
#[test]
fn nothing_imports_what_it_must_not() {
    let mut faults = Vec::new();
    for file in files("src", ".rs") {
        let relative = file.strip_prefix(root().join("src")).unwrap().to_string_lossy().into_owned();
        let (noun, rest) = relative.split_once('/').unwrap_or(("", &relative));
        if rest.ends_with("tests.rs") || rest.ends_with("_test.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let code: String = text
            .split("#[cfg(test)]\nmod tests {")
            .next()
            .unwrap_or_default()
            .lines()
            .filter(|l| !l.trim_start().starts_with("//"))
            .map(|l| format!("{l}\n"))
            .collect();
        let mut never = |words: &[&str], why: &str| {
            for word in words {
                if code.contains(word) {
                    faults.push(format!("{relative} names {word}: {why}"));
                }
            }
        };
        if noun != "db" {
            never(
                &[".batch_execute(", "sql_query(", "Conn::Sqlite", "Conn::Pg"],
                "only db/ knows which database it is",
            );
        }
        if !["platform", "demo", "cli"].contains(&noun) {
            never(&["reqwest::"], "remote calls go through platform/transport");
        }
        let Some(place) = NOUNS.iter().position(|n| *n == noun) else { continue };
        match rest {
            "state.rs" => {
                never(
                    &["diesel::", "actix_web", "reqwest", "serde_json", "crate::clock", "crate::db"],
                    "state is pure",
                );
            }
            "http.rs" => never(&["diesel::", "super::store", "reqwest"], "http only translates"),
            "store.rs" => never(&["actix_web", "reqwest"], "store only speaks to the database"),
            "mod.rs" => never(&["actix_web", "reqwest", "diesel::"], "the door has verbs only"),
            _ => {}
        }
        if rest != "store.rs" && noun != "platform" && !rest.starts_with("store/") {
            never(
                &["diesel::prelude", "diesel::insert_into", "diesel::update"],
                "only store.rs speaks to the database",
            );
        }
        for (index, other) in NOUNS.iter().enumerate() {
            if index > place && !rest.starts_with("http") {
                never(&[&format!("crate::{other}::")], "a noun calls only nouns before it");
            }
            if index != place {
                never(&[&format!("crate::{other}::store")], "another noun's store is closed");
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
