//! Criteria sets in public, and trying a sheet.

use reqwest::Method;

use crate::support::client::send;
use crate::support::make::best_choices;
use crate::support::{TestApp, Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn schemes_and_sets_are_public_and_cacheable() {
    let t = TestApp::new().await;
    let anyone = t.anonymous();
    let list = anyone.get("/criteria-sets").await.is(200);
    assert_eq!(list.header("cache-control"), "public, max-age=3600");
    let schemes = list.body["data"].as_array().unwrap();
    assert_eq!(schemes[0]["id"], "qd26-2026", "the newest first");
    assert_eq!(schemes[0]["sets"].as_array().unwrap().len(), 26);
    assert_eq!(schemes[0]["sets"][10]["set_no"], 11);

    let first = anyone.get("/criteria-sets?limit=1").await.is(200).body;
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = anyone.get(&format!("/criteria-sets?limit=1&cursor={cursor}")).await.is(200).body;
    assert_eq!(first["data"][0], schemes[0]);
    assert_eq!(second["data"][0], schemes[1]);

    let set = anyone.get("/criteria-sets/qd26-2026/11").await.is(200);
    assert_eq!(set.body["parts"].as_array().unwrap().len(), 3);
    assert_eq!(set.body["parts"][0]["criteria"][0]["code"], "1");
    let again =
        anyone.request(Method::GET, "/criteria-sets/qd26-2026/11").header("if-none-match", set.etag());
    send(again).await.is(304);
    for unknown in ["qd26-2026/27", "qd26-2026/x", "qd1-1999/1"] {
        anyone.get(&format!("/criteria-sets/{unknown}")).await.is(404).problem("request.not_found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_is_tried_without_an_account() {
    let t = TestApp::new().await;
    let anyone = t.anonymous();
    let path = "/criteria-sets/qd26-2026/11/preview";
    let best =
        anyone.post(path, json!({"choices": best_choices(11), "tourism_case": null})).await.is(200).body;
    assert_eq!(best["total"], 100.0);
    assert_eq!(best["parts"], json!({"A": 40.0, "B": 25.0, "C": 35.0}));
    assert_eq!((&best["band_star"], &best["star"]), (&json!(5), &json!(5)));
    assert_eq!((&best["missed_floors"], &best["next_star"]), (&json!([]), &Value::Null));
    assert_eq!((&best["stopped_by"], &best["problems"]), (&Value::Null, &json!([])));

    // The same without the choice of a criterion with a floor for five stars: the points would do, the floor not.
    let set = ocop::criteria::find("qd26-2026", 11).unwrap();
    let five = ocop::values::Star::new(5).unwrap();
    let floored = set.leaves().into_iter().find(|leaf| leaf.floor(five) > 0 && leaf.max <= 5).unwrap();
    let mut choices = best_choices(11);
    choices.as_object_mut().unwrap().remove(&*floored.code);
    let lowered = anyone.post(path, json!({"choices": choices})).await.is(200).body;
    assert_eq!(lowered["band_star"], 5);
    assert!(lowered["star"].as_u64().unwrap() < 5, "{lowered:#}");
    let missed = lowered["missed_floors"].as_array().unwrap().last().unwrap();
    assert_eq!(missed["criterion"], *floored.code);
    assert_eq!((&missed["star"], &missed["points"]), (&json!(5), &json!(0.0)));
    assert_eq!(missed["needed_points"], f64::from(floored.floor(five)));
    assert_eq!(lowered["next_star"]["star"].as_u64().unwrap(), lowered["star"].as_u64().unwrap() + 1);
    assert_eq!(lowered["problems"][0]["pointer"], format!("/choices/{}", floored.code));
}

#[tokio::test(flavor = "multi_thread")]
async fn impossible_choices_are_refused_with_a_pointer() {
    let t = TestApp::new().await;
    let anyone = t.anonymous();
    for (set, sheet, pointer, code) in [
        (11, json!({"choices": {"99.1": "99.1-1"}}), "/choices/99.1", "criteria.unknown_criterion"),
        (11, json!({"choices": {"1.1": "1.1-99"}}), "/choices/1.1", "criteria.unknown_option"),
        (11, json!({"choices": {"5.2": "5.2-2"}}), "/choices/5.2", "criteria.not_applicable"),
        (11, json!({"choices": {}, "tourism_case": 1}), "/tourism_case", "criteria.case_not_used"),
        (26, json!({"choices": {}, "tourism_case": 3}), "/tourism_case", "criteria.unknown_case"),
    ] {
        let path = format!("/criteria-sets/qd26-2026/{set}/preview");
        let answer = anyone.post(&path, sheet).await.is(422).problem("request.invalid");
        assert_eq!(answer.body["errors"][0]["pointer"], pointer);
        assert_eq!(answer.body["errors"][0]["code"], code);
    }
    // An option of the case that was not declared.
    let answer = anyone
        .post("/criteria-sets/qd26-2026/26/preview", json!({"choices": best_choices(26), "tourism_case": 2}))
        .await
        .is(422)
        .problem("request.invalid");
    let codes: Vec<_> = answer.body["errors"].as_array().unwrap().iter().map(|e| e["code"].clone()).collect();
    assert!(!codes.is_empty() && codes.iter().all(|code| code == "criteria.other_case"), "{codes:?}");
    let whole = anyone
        .post("/criteria-sets/qd26-2026/26/preview", json!({"choices": best_choices(26), "tourism_case": 1}))
        .await
        .is(200);
    assert_eq!(whole.body["total"], 100.0);
    anyone.post("/criteria-sets/qd26-2026/11/preview", json!({})).await.is(422).problem("request.invalid");
    let extra = json!({"choices": {}, "sheet": 1});
    anyone.post("/criteria-sets/qd26-2026/11/preview", extra).await.is(422).problem("request.invalid");
    anyone.post("/criteria-sets/qd26-2026/40/preview", json!({"choices": {}})).await.is(404);
}

fn check(paths: &[&std::path::Path]) -> (Option<i32>, String, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_ocop"));
    let output = command.args(["criteria", "check"]).args(paths).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_new_scheme_is_checked_from_the_command_line() {
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/criteria/data");
    for scheme in ["qd26-2026", "qd148-2023"] {
        let (code, out, err) = check(&[&data.join(scheme)]);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
        assert!(out.ends_with("files are sound\n"), "{out}");
    }
    // A folder in which a sum, a floor, an id, a note and a set number are wrong, and a file that is no JSON.
    let folder = tempfile::tempdir().unwrap();
    let tea = std::fs::read_to_string(data.join("qd26-2026/11-che-tuoi-che-che-bien.json")).unwrap();
    let spoil = |name: &str, changes: &[(&str, &str)]| {
        let spoilt = changes.iter().fold(tea.clone(), |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replacen(from, to, 1)
        });
        std::fs::write(folder.path().join(name), spoilt).unwrap();
    };
    std::fs::copy(data.join("qd26-2026/scheme.json"), folder.path().join("scheme.json")).unwrap();
    let floor = ("\"min_for_star\": 3", "\"min_for_star\": 4");
    spoil("11.json", &[("\"max\": 18", "\"max\": 17"), floor, ("\"1.2-1\"", "\"1.2-2\"")]);
    spoil("12.json", &[("\"depends_on\": \"5.1\"", "\"depends_on\": \"5.9\"")]);
    std::fs::write(folder.path().join("13.json"), "{").unwrap();
    let (code, out, err) = check(&[folder.path()]);
    assert_eq!(code, Some(1), "{out}");
    for told in [
        "11.json: 1: narrower criteria add up to 18",
        "11.json: 1.1: min_points_for_star is not what its options say",
        "11.json: 1.2-2: the option id appears twice",
        "12.json: 5.2: depends on 5.9, which is no leaf before it",
        "12.json: -: set 11 appears twice",
        "13.json: -: EOF while parsing",
    ] {
        assert!(out.contains(told), "{told} is not in {out}");
    }
    assert!(err.contains("problems in 4 files"), "{err}");
    assert_eq!(check(&[&folder.path().join("none.json")]).0, Some(1));
}
