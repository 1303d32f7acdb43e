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

/// The document keeps one schema of a name: of two types that bear it, one would be told as the other.
#[test]
fn every_schema_has_a_name_of_its_own() {
    let mut names: Vec<(String, String)> = Vec::new();
    for file in files("src", ".rs") {
        let code = code_of(&file);
        // What stands between the end of one item and the name of the next: its attributes.
        let mut attributes = String::new();
        for line in code.lines().map(str::trim) {
            let words: Vec<&str> = line.split_whitespace().filter(|w| !w.starts_with("pub")).collect();
            let named = match words.as_slice() {
                ["struct" | "enum", name, ..] => name.split(['<', '(', '{', ';']).next(),
                _ => None,
            };
            let told = attributes.contains("ToSchema") || attributes.contains("text_enum!");
            if let Some(name) = named {
                let renamed =
                    attributes.split("schema(as = ").nth(1).and_then(|rest| rest.split([')', ',']).next());
                if told {
                    names.push((renamed.unwrap_or(name).to_owned(), file.display().to_string()));
                }
                attributes.clear();
            } else if line.is_empty() || line.starts_with("#[") || line.ends_with("! {") {
                attributes.push_str(line);
            } else if line == "}" {
                attributes.clear();
            }
        }
    }
    names.sort();
    assert!(names.len() > 200, "{}", names.len());
    let twice: Vec<_> = names.windows(2).filter(|pair| pair[0].0 == pair[1].0).collect();
    assert!(twice.is_empty(), "{twice:#?}");
}

#[test]
fn every_error_code_is_used() {
    let mut source = String::new();
    for file in files("src", ".rs") {
        let name = file.to_string_lossy();
        if !file.ends_with("error/codes.rs") && !name.ends_with("tests.rs") && !name.ends_with("_test.rs") {
            source.push_str(&code_of(&file));
        }
    }
    let used: BTreeSet<&str> = source
        .split("Code::")
        .skip(1)
        .filter_map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric()).next())
        .collect();
    let dead: Vec<_> = Code::ALL.iter().filter(|c| !used.contains(c.name())).collect();
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
    "notice",
    "dossier",
    "council",
    "rating",
    "certificate",
    "platform",
    "listing",
    "sales",
    "shipment",
    "import",
    "catalogue",
    "partner",
    "programme",
    "report",
];

/// A file without its comments and its module of tests.
fn code_of(file: &Path) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    code.lines().filter(|l| !l.trim_start().starts_with("//")).map(|l| format!("{l}\n")).collect()
}

/// Adapters: folders of `platform/` but those that are not one platform.
fn is_adapter(rest: &str) -> bool {
    rest.split_once('/').is_some_and(|(folder, _)| !["sim", "state", "transport"].contains(&folder))
}

#[test]
fn no_route_is_registered_twice() {
    let mut faults = Vec::new();
    let mut once = |file: &Path, begin: &str, end: &str| {
        let code = code_of(file);
        let names = code.split(begin).skip(1).filter_map(|rest| rest.split(end).next());
        let names: Vec<_> =
            names.filter(|name| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')).collect();
        for (i, name) in names.iter().enumerate() {
            if names[..i].contains(name) {
                faults.push(format!("{}: {name}", file.display()));
            }
        }
        names.len()
    };
    assert!(once(&root().join("src/http/mod.rs"), "    crate::", "::http::routes(config);") > 10);
    for file in files("src", ".rs") {
        once(&file, ".service(", ")");
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_document_tells_the_habits() {
    let document = serde_json::to_value(ocop::http::document()).unwrap();
    let names = |operation: &serde_json::Value| -> BTreeSet<String> {
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let name = |p: &serde_json::Value| {
            let p = match p["$ref"].as_str() {
                Some(to) => {
                    document.pointer(to.trim_start_matches('#')).expect("the reference leads somewhere")
                }
                None => p,
            };
            p["name"].as_str().unwrap().to_owned()
        };
        parameters.iter().map(name).collect()
    };
    let plain = ["auth.login", "auth.refresh", "auth.logout", "criteria.preview", "listing.preview"];
    for rule in RULES {
        let operation = &document["paths"][rule.path][rule.method.to_lowercase()];
        let names = names(operation);
        let writes = rule.method != "GET" && !plain.contains(&rule.op);
        assert_eq!(names.contains("dry_run"), writes, "{}", rule.op);
        assert_eq!(names.contains("Idempotency-Key"), writes, "{}", rule.op);
        if matches!(rule.method, "PATCH" | "DELETE") {
            assert!(names.contains("If-Match"), "{}", rule.op);
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            assert!(response["headers"]["X-Request-Id"].is_object(), "{} {status}", rule.op);
            let json = response["content"]["application/json"]["schema"]["$ref"].as_str().unwrap_or_default();
            assert_eq!(response["headers"]["Link"].is_object(), json.contains("/List_"), "{}", rule.op);
        }
    }
}

#[derive(diesel::QueryableByName, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Part {
    #[diesel(sql_type = diesel::sql_types::Text)]
    part: String,
}

/// Both databases have the same tables, columns, indexes.
#[test]
fn migrations_make_the_same_of_both_databases() {
    use diesel::{Connection as _, RunQueryDsl as _};
    let Some(server) = crate::support::app::postgres() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("same.db");
    ocop::db::migrate::up(&ocop::db::Address::Sqlite(file.clone())).unwrap();
    let mut sqlite = diesel::SqliteConnection::establish(&file.to_string_lossy()).unwrap();
    let postgres = crate::support::app::postgres_template(&server);
    let url = crate::support::app::with_database(&server, postgres);
    let mut postgres = diesel::PgConnection::establish(&url).unwrap();
    let of_sqlite = [
        "SELECT 'column ' || t.name || '.' || c.name || CASE WHEN c.\"notnull\" = 1 THEN ' not null' ELSE '' END AS part \
         FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'",
        "SELECT 'index ' || t.name || ' (' || (SELECT group_concat(coalesce(name, 'expression'), ', ') FROM \
         (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) || ')' || \
         CASE WHEN i.\"unique\" = 1 THEN ' unique' ELSE '' END || CASE WHEN i.partial = 1 THEN ' partial' ELSE '' END \
         AS part FROM sqlite_master t JOIN pragma_index_list(t.name) i WHERE t.type = 'table' \
         AND t.name NOT LIKE 'sqlite_%'",
    ];
    let of_postgres = [
        "SELECT 'column ' || table_name || '.' || column_name || CASE WHEN is_nullable = 'NO' THEN ' not null' ELSE '' \
         END AS part FROM information_schema.columns WHERE table_schema = 'public'",
        "SELECT 'index ' || t.relname || ' (' || (SELECT string_agg(coalesce(a.attname, 'expression'), ', ' ORDER BY k.n) \
         FROM unnest(i.indkey) WITH ORDINALITY k (at, n) LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.at \
         AND k.at > 0 WHERE k.n <= i.indnkeyatts) || ')' || CASE WHEN i.indisunique THEN ' unique' ELSE '' END || \
         CASE WHEN i.indpred IS NOT NULL THEN ' partial' ELSE '' END AS part FROM pg_index i \
         JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace s ON s.oid = t.relnamespace WHERE s.nspname = 'public'",
    ];
    let mut left: Vec<Part> =
        of_sqlite.iter().flat_map(|q| diesel::sql_query(*q).load(&mut sqlite).unwrap()).collect();
    let mut right: Vec<Part> =
        of_postgres.iter().flat_map(|q| diesel::sql_query(*q).load(&mut postgres).unwrap()).collect();
    left.sort();
    right.sort();
    let only = |these: &[Part], those: &[Part]| -> Vec<String> {
        these.iter().filter(|p| !those.contains(p)).map(|p| p.part.clone()).collect()
    };
    assert!(left.len() > 200, "{}", left.len());
    let (sqlite, postgres) = (only(&left, &right), only(&right, &left));
    assert!(
        sqlite.is_empty() && postgres.is_empty(),
        "only SQLite: {sqlite:#?}\nonly PostgreSQL: {postgres:#?}"
    );
}

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
        if rest.contains("/tests/") {
            continue;
        }
        let code = code_of(&file);
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
        let part = rest.split(['/', '.']).next().unwrap_or_default();
        match part {
            "state" => {
                never(
                    &["diesel::", "actix_web", "reqwest", "serde_json", "crate::clock", "crate::db"],
                    "state is pure",
                );
            }
            "http" => {
                never(&["diesel::", "super::store::", "super::store;", "reqwest"], "http only translates")
            }
            "store" => never(&["actix_web", "reqwest"], "store only speaks to the database"),
            "mod" => never(&["actix_web", "reqwest", "diesel::"], "the door has verbs only"),
            _ => {}
        }
        if part == "store" && ["report", "catalogue"].contains(&noun) {
            never(
                &["Tx<", "Tx,", "::Tx", "diesel::insert_into", "diesel::update", "diesel::delete"],
                "it only reads",
            );
        }
        if noun == "platform" && is_adapter(rest) {
            never(
                &[
                    "diesel",
                    "actix_web",
                    "tokio::",
                    "std::net",
                    "std::fs",
                    "std::io",
                    "crate::db",
                    "crate::clock",
                ],
                "an adapter only builds and reads messages",
            );
            for other in NOUNS.iter().filter(|n| **n != "platform") {
                never(&[&format!("crate::{other}::")], "an adapter knows no noun");
            }
        }
        if part != "store" && noun != "platform" {
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
