//! Signing in, sessions, accounts.

use chrono::Duration;
use ocop::actor::Role;

use crate::support::app::PASSWORD;
use crate::support::{TestApp, json};

#[tokio::test(flavor = "multi_thread")]
async fn sign_in_refresh_and_reuse() {
    let t = TestApp::new().await;
    t.account("haodat", &[Role::ProducerMember], None, None).await;
    let anyone = t.anonymous();
    anyone
        .post("/auth/login", json!({"username": "haodat", "password": "wrong"}))
        .await
        .is(401)
        .problem("auth.login_failed");
    anyone
        .post("/auth/login", json!({"username": "nobody", "password": PASSWORD}))
        .await
        .is(401)
        .problem("auth.login_failed");
    let session =
        anyone.post("/auth/login", json!({"username": "haodat", "password": PASSWORD})).await.is(200).body;
    assert_eq!(session["expires_in"], 900);
    let mut user = anyone.clone();
    user.token = session["access_token"].as_str().map(str::to_owned);
    assert_eq!(user.get("/auth/me").await.is(200).body["username"], "haodat");

    let first = json!({"refresh_token": session["refresh_token"]});
    let second = anyone.post("/auth/refresh", first.clone()).await.is(200).body;
    assert_ne!(second["refresh_token"], session["refresh_token"]);
    anyone.post("/auth/refresh", first).await.is(401).problem("auth.refresh_reused");
    anyone
        .post("/auth/refresh", json!({"refresh_token": second["refresh_token"]}))
        .await
        .is(401)
        .problem("auth.token_invalid");

    t.app.clock.advance(Duration::minutes(15));
    user.get("/auth/me").await.is(401).problem("auth.token_invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_lock_with_growing_delay() {
    let t = TestApp::new().await;
    t.account("haodat", &[Role::ProducerMember], None, None).await;
    let anyone = t.anonymous();
    let wrong = json!({"username": "haodat", "password": "wrong"});
    let right = json!({"username": "haodat", "password": PASSWORD});
    for _ in 0..4 {
        anyone.post("/auth/login", wrong.clone()).await.is(401);
    }
    let locked = anyone.post("/auth/login", wrong.clone()).await.is(429).problem("auth.locked_out");
    assert_eq!(locked.header("retry-after"), "30");
    anyone.post("/auth/login", right.clone()).await.is(429);
    t.app.clock.advance(Duration::seconds(31));
    assert_eq!(anyone.post("/auth/login", wrong).await.is(429).header("retry-after"), "60");
    t.app.clock.advance(Duration::seconds(61));
    anyone.post("/auth/login", right).await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_made_changed_and_disabled_by_the_administrator() {
    let t = TestApp::new().await;
    let admin = t.admin().await;
    let body = json!({
        "username": "tan-cuong", "full_name": "Nguyễn Thị Búp", "roles": ["commune_officer"], "place_code": "05503",
        "password": "mot mat khau dai"
    });
    t.anonymous().post("/accounts", body.clone()).await.is(401).problem("auth.required");
    t.province().await.post("/accounts", body.clone()).await.is(403).problem("auth.forbidden");
    let made = admin.post("/accounts", body.clone()).await.is(201);
    assert_eq!(made.header("location"), format!("/api/v1/accounts/{}", made.id()));
    admin.post("/accounts", body).await.is(409).problem("account.username_taken");
    let path = format!("/accounts/{}", made.id());
    let etag = made.etag();
    admin.patch(&path, "\"7\"", json!({"status": "disabled"})).await.is(412).problem("request.stale");

    let anyone = t.anonymous();
    let login = json!({"username": "tan-cuong", "password": "mot mat khau dai"});
    let session = anyone.post("/auth/login", login.clone()).await.is(200).body;
    let mut officer = anyone.clone();
    officer.token = session["access_token"].as_str().map(str::to_owned);
    officer.get("/auth/me").await.is(200);
    admin.patch(&path, &etag, json!({"status": "disabled"})).await.is(200);
    officer.get("/auth/me").await.is(401);
    anyone.post("/auth/login", login).await.is(401).problem("auth.login_failed");
    anyone.post("/auth/refresh", json!({"refresh_token": session["refresh_token"]})).await.is(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_an_account_is_told_field_by_field() {
    let t = TestApp::new().await;
    let admin = t.admin().await;
    let body = json!({
        "username": "A", "full_name": " ", "roles": ["commune_officer"], "place_code": "19", "password": "mot mat khau dai"
    });
    let answer = admin.post("/accounts", body).await.is(422).problem("request.invalid");
    let codes: Vec<_> = answer.body["errors"].as_array().unwrap().iter().map(|e| e["code"].clone()).collect();
    assert_eq!(codes, ["username.invalid", "full_name.length", "place_code.commune_needed"]);
    let weak = json!({"username": "tan", "full_name": "x", "roles": ["admin"], "password": "password1234"});
    admin.post("/accounts", weak).await.is(422).problem("auth.password_weak");
}
