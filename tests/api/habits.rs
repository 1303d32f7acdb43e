//! The habits of every endpoint: errors, repeats, dry runs, conditional requests, pages, languages.

use reqwest::Method;

use crate::support::client::send;
use crate::support::{TestApp, json};

fn account(username: &str) -> serde_json::Value {
    json!({"username": username, "full_name": "Một người", "roles": ["auditor"], "password": "mot mat khau dai"})
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_is_a_problem_document() {
    let t = TestApp::new().await;
    let admin = t.admin().await;
    admin.get("/nowhere").await.is(404).problem("request.not_found");
    let allow = admin.request(Method::DELETE, "/auth/me");
    let answer = send(allow).await.is(405).problem("request.method_not_allowed");
    assert_eq!(answer.header("allow"), "GET");
    let post = || admin.request(Method::POST, "/accounts");
    send(post().body("x")).await.is(415).problem("request.unsupported_type");
    send(post().header("content-type", "application/json").body("{"))
        .await
        .is(400)
        .problem("request.bad_json");
    send(post().json(&json!({"username": 1}))).await.is(422).problem("request.invalid");
    send(post().header("content-type", "application/json").body("x".repeat(2 << 20)))
        .await
        .is(413)
        .problem("request.too_large");
    admin.get("/accounts?colour=red").await.is(400).problem("request.bad_query");
    admin.get("/accounts?limit=101").await.is(400).problem("request.bad_query");
    admin.get("/accounts?cursor=x").await.is(400).problem("request.bad_cursor");
    admin.get("/accounts/prd_1").await.is(404).problem("request.not_found");
    let path = format!("/accounts/{}", ocop::ids::AccountId::new());
    admin.get(&path).await.is(404);
    send(admin.request(Method::PATCH, &path).json(&json!({})))
        .await
        .is(428)
        .problem("request.if_match_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_error_names_the_field() {
    let t = TestApp::new().await;
    let admin = t.admin().await;
    let mut body = account("abc");
    body["roles"][0] = json!("king");
    let answer = admin.post("/accounts", body).await.is(422).problem("request.invalid");
    assert_eq!(answer.body["errors"][0]["pointer"], "/roles/0");
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_follow_accept_language() {
    let t = TestApp::new().await;
    let get = || t.anonymous().request(Method::GET, "/auth/me");
    assert_eq!(send(get()).await.body["detail"], "Cần đăng nhập.");
    assert_eq!(
        send(get().header("accept-language", "en-GB,vi;q=0.5")).await.body["detail"],
        "Sign in first."
    );
    assert_eq!(send(get().header("accept-language", "vi,en;q=0.5")).await.body["detail"], "Cần đăng nhập.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_post_gets_the_stored_answer() {
    let t = TestApp::new().await;
    let admin = t.admin().await;
    let post = |key: &'static str, name: &str| {
        admin.request(Method::POST, "/accounts").header("idempotency-key", key).json(&account(name))
    };
    let first = send(post("k1", "first")).await.is(201);
    let again = send(post("k1", "first")).await.is(201);
    assert_eq!(again.body, first.body);
    assert_eq!(again.etag(), first.etag());
    assert_eq!(again.header("location"), first.header("location"));
    send(post("k1", "second")).await.is(422).problem("idempotency.key_reused");
    send(post("k2", "second")).await.is(201);
    // Somebody else's key is another key.
    let other = t.actor("other", &[ocop::actor::Role::Admin], None, None).await;
    send(other.request(Method::POST, "/accounts").header("idempotency-key", "k1").json(&account("third")))
        .await
        .is(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_checks_everything_and_stores_nothing() {
    let t = TestApp::new().await;
    let admin = t.admin().await;
    admin.post("/accounts?dry_run=true", account("dry")).await.is(201);
    admin.post("/accounts?dry_run=true", account("admin")).await.is(409);
    let names = admin.get("/accounts").await.is(200).body;
    assert_eq!(names["data"].as_array().unwrap().len(), 1);
    admin.post("/accounts?dry_run=perhaps", account("dry")).await.is(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_paged_and_linked() {
    let t = TestApp::new().await;
    let admin = t.admin().await;
    for i in 0..5 {
        t.account(&format!("person{i}"), &[ocop::actor::Role::Auditor], None, None).await;
    }
    let mut names = Vec::new();
    let mut path = "/accounts?limit=4&fields=username".to_owned();
    loop {
        let answer = admin.get(&path).await.is(200);
        for row in answer.body["data"].as_array().unwrap() {
            assert_eq!(row.as_object().unwrap().len(), 2, "id and the field asked for");
            names.push(row["username"].as_str().unwrap().to_owned());
        }
        let Some(cursor) = answer.body["next_cursor"].as_str() else { break };
        assert!(answer.header("link").contains("rel=\"next\"") && answer.header("link").contains(cursor));
        path = format!("/accounts?limit=4&fields=username&cursor={cursor}");
    }
    assert_eq!(names, ["admin", "person0", "person1", "person2", "person3", "person4"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_record_is_not_sent_again() {
    let t = TestApp::new().await;
    let admin = t.admin().await;
    let me = admin.get("/auth/me").await.is(200);
    let path = format!("/accounts/{}", me.id());
    let again = send(admin.request(Method::GET, &path).header("if-none-match", me.etag())).await;
    assert_eq!((again.status, again.body.is_null()), (304, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_health_answer() {
    let t = TestApp::new().await;
    for (path, status) in [
        ("/livez", 200),
        ("/readyz", 200),
        ("/metrics", 200),
        ("/docs/", 200),
        ("/openapi.json", 200),
        ("/docs/errors/request.stale", 200),
        ("/x", 404),
    ] {
        let answer = send(t.http.get(format!("{}{path}", t.base))).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(!answer.header("x-request-id").is_empty());
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rate_limits_answer_429_with_a_time_to_wait() {
    let t = TestApp::with(|config| config.rate_limits = true).await;
    let anyone = t.anonymous();
    let mut limited = None;
    for _ in 0..200 {
        let answer = anyone.get("/auth/me").await;
        assert!(answer.header("ratelimit-policy").contains("anonymous"));
        if answer.status == 429 {
            limited = Some(answer);
            break;
        }
    }
    let limited = limited.expect("200 requests at once are too many").problem("request.rate_limited");
    assert!(limited.header("retry-after").parse::<u64>().unwrap() >= 1);
}

/// `%61` is `a` to the router, so it must be to the guard.
#[tokio::test(flavor = "multi_thread")]
async fn a_path_spelled_otherwise_is_guarded_the_same() {
    let t = TestApp::new().await;
    let admin = t.admin().await;
    let nobody = t.actor("nobody", &[ocop::actor::Role::CouncilMember], None, None).await;
    for path in ["/%61ccounts", "/account%73", "/accounts/%61cc_00000000000000000000000001"] {
        t.anonymous().get(path).await.is(401).problem("auth.required");
        nobody.get(path).await.is(403).problem("auth.forbidden");
    }
    admin.get("/%61ccounts").await.is(200);
    for path in ["/accounts/", "//accounts", "/accounts%2F", "/accounts/./"] {
        let answer = t.anonymous().get(path).await;
        assert!(answer.status == 404 || answer.status == 401, "{path}: {}", answer.status);
    }
}
