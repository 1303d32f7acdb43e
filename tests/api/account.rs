//! Signing in, sessions, accounts.

use chrono::Duration;
use ocop::actor::Role;

use crate::support::app::PASSWORD;
use crate::support::client::send;
use crate::support::{TestApp, json};

/// Hashing is bounded for the whole process: a flood leaves the other tests here no room to sign in.
static FLOOD: tokio::sync::RwLock<()> = tokio::sync::RwLock::const_new(());

#[tokio::test(flavor = "multi_thread")]
async fn sign_in_refresh_and_reuse() {
    let _calm = FLOOD.read().await;
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
    let _calm = FLOOD.read().await;
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
    let _calm = FLOOD.read().await;
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
    let _calm = FLOOD.read().await;
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

/// Somebody who tries passwords learns nothing about which names exist.
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_name_is_locked_out_like_a_known_one() {
    let _calm = FLOOD.read().await;
    let t = TestApp::new().await;
    t.account("haodat", &[Role::ProducerMember], None, None).await;
    let anyone = t.anonymous();
    let mut seen = Vec::new();
    for name in ["haodat", "nobody"] {
        let mut answers = Vec::new();
        for _ in 0..7 {
            let answer = anyone.post("/auth/login", json!({"username": name, "password": "wrong"})).await;
            answers.push((
                answer.status,
                answer.header("retry-after").to_owned(),
                answer.body["code"].clone(),
            ));
        }
        seen.push(answers);
    }
    assert_eq!(seen[0][4].0, 429);
    assert_eq!(seen[0], seen[1]);
}

/// Guesses sent at once are counted one after the other.
#[tokio::test(flavor = "multi_thread")]
async fn guesses_at_the_same_time_do_not_get_past_the_lock() {
    let _calm = FLOOD.read().await;
    let t = TestApp::new().await;
    t.account("haodat", &[Role::ProducerMember], None, None).await;
    let anyone = t.anonymous();
    let guess =
        |password: &str| anyone.post("/auth/login", json!({"username": "haodat", "password": password}));
    for _ in 0..4 {
        guess("wrong").await.is(401);
    }
    let guesses = (0..12).map(|i| {
        let body = json!({"username": "haodat", "password": format!("wrong {i}")});
        let guess = anyone.clone();
        async move { guess.post("/auth/login", body).await.status }
    });
    assert_eq!(futures_util::future::join_all(guesses).await, [429; 12]);
    guess(PASSWORD).await.is(429);
    t.app.clock.advance(Duration::seconds(31));
    guess(PASSWORD).await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn ones_own_password_is_changed_tried_repeated_and_locked() {
    let _calm = FLOOD.read().await;
    let t = TestApp::new().await;
    let id = t.account("haodat", &[Role::ProducerMember], None, None).await;
    let anyone = t.anonymous();
    let login =
        |password: &str| anyone.post("/auth/login", json!({"username": "haodat", "password": password}));
    let new = "nuong che xanh ngat 7";
    let change = json!({"current": PASSWORD, "new": new});
    // A dry run changes nothing.
    let user = t.signed_in(id);
    user.post("/auth/password?dry_run=true", change.clone()).await.is(204);
    login(PASSWORD).await.is(200);
    login(new).await.is(401);
    user.post("/auth/password", json!({"current": PASSWORD, "new": "password123456"}))
        .await
        .is(422)
        .problem("auth.password_weak");
    // The change closes what was open, to the access tokens.
    let session = login(PASSWORD).await.is(200).body;
    t.app.clock.advance(Duration::milliseconds(1));
    let keyed = |who: &crate::support::Client| {
        who.request(reqwest::Method::POST, "/auth/password").header("idempotency-key", "change").json(&change)
    };
    send(keyed(&user)).await.is(204);
    user.get("/auth/me").await.is(401).problem("auth.token_invalid");
    anyone.post("/auth/refresh", json!({"refresh_token": session["refresh_token"]})).await.is(401);
    login(PASSWORD).await.is(401);
    // In the same second one may sign in again, and repeat the request.
    let mut again = anyone.clone();
    again.token = login(new).await.is(200).body["access_token"].as_str().map(str::to_owned);
    again.get("/auth/me").await.is(200);
    send(keyed(&again)).await.is(204);
    // Wrong ones lock, here and for signing in.
    for _ in 0..4 {
        again
            .post("/auth/password", json!({"current": "wrong", "new": PASSWORD}))
            .await
            .is(403)
            .problem("auth.password_wrong");
    }
    let locked = again.post("/auth/password", json!({"current": "wrong", "new": PASSWORD})).await.is(429);
    assert_eq!(locked.problem("auth.locked_out").header("retry-after"), "30");
    again.post("/auth/password", json!({"current": new, "new": PASSWORD})).await.is(429);
    login(new).await.is(429);
    t.app.clock.advance(Duration::seconds(31));
    login(new).await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_tried_says_so() {
    let _calm = FLOOD.read().await;
    let t = TestApp::new().await;
    t.account("haodat", &[Role::ProducerMember], None, None).await;
    let anyone = t.anonymous();
    let login = json!({"username": "haodat", "password": PASSWORD});
    let session = anyone.post("/auth/login", login.clone()).await.is(200).body;
    let token = json!({"refresh_token": session["refresh_token"]});
    anyone.post("/auth/login?dry_run=true", login).await.is(400).problem("request.bad_query");
    for path in ["/auth/refresh?dry_run=true", "/auth/logout?dry_run=true"] {
        anyone.post(path, token.clone()).await.is(400).problem("request.bad_query");
    }
    anyone.post("/auth/refresh", token).await.is(200);
}

/// Two keyboards spell one password in two ways.
#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_the_same_composed_and_decomposed() {
    let _calm = FLOOD.read().await;
    use unicode_normalization::UnicodeNormalization as _;
    let t = TestApp::new().await;
    let admin = t.admin().await;
    let composed = "búp chè sương sớm";
    let decomposed: String = composed.nfd().collect();
    assert_ne!(composed, decomposed);
    let body = |name: &str, password: &str| json!({"username": name, "full_name": "Hà", "roles": ["auditor"], "password": password});
    admin.post("/accounts", body("mac", &decomposed)).await.is(201);
    admin.post("/accounts", body("windows", composed)).await.is(201);
    for name in ["mac", "windows"] {
        for password in [composed, &decomposed] {
            t.anonymous().post("/auth/login", json!({"username": name, "password": password})).await.is(200);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_account_is_checked_like_a_new_one() {
    let _calm = FLOOD.read().await;
    let t = TestApp::new().await;
    let admin = t.admin().await;
    let made =
        json!({"username": "canbo", "full_name": "Hà", "roles": ["auditor"], "password": "mot mat khau dai"});
    let account = admin.post("/accounts", made.clone()).await.is(201);
    let path = format!("/accounts/{}", account.id());
    let nobody = ocop::ids::ProducerId::new();
    for (field, value, code) in [
        ("full_name", json!("  "), "full_name.length"),
        ("full_name", json!("x".repeat(201)), "full_name.length"),
        ("email", json!("không phải thư"), "email.format"),
        ("email", json!(format!("{}@x.vn", "a".repeat(300))), "email.format"),
        ("roles", json!(["auditor", "auditor"]), "roles.repeated"),
        ("roles", json!([]), "roles.empty"),
        ("producer_id", json!(nobody), "producer_id.unknown"),
        ("place_code", json!("99999"), "place_code.unknown"),
    ] {
        let answer = admin.patch(&path, &account.etag(), json!({field: value})).await.is(422);
        assert_eq!(answer.problem("request.invalid").body["errors"][0]["code"], code, "{field}");
        let mut new = made.clone();
        new["username"] = json!("other");
        new[field] = value;
        let answer = admin.post("/accounts", new).await.is(422).problem("request.invalid");
        assert_eq!(answer.body["errors"][0]["code"], code, "{field}");
    }
    let good = json!({"full_name": " Hà ", "email": "ha@Example.VN"});
    assert_eq!(admin.patch(&path, &account.etag(), good).await.is(200).body["full_name"], "Hà");
}

/// Another process rotates; this one signs with the new key soon, and the old one dies with what it signed.
#[tokio::test(flavor = "multi_thread")]
async fn rotated_keys_reach_a_running_server_and_retired_ones_end() {
    let _calm = FLOOD.read().await;
    use diesel::prelude::*;
    use ocop::account::Purpose;
    use ocop::db::schema::{refresh_tokens, signing_keys};
    async fn keys(t: &TestApp) -> i64 {
        let of_access = signing_keys::table.filter(signing_keys::purpose.eq(Purpose::AccessToken)).count();
        t.app.db.read("test.keys", move |conn| Ok(of_access.get_result(conn)?)).await.unwrap()
    }
    let t = TestApp::new().await;
    let id = t.account("haodat", &[Role::ProducerMember], None, None).await;
    let old = t.signed_in(id);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let workers = t.app.start_workers(0, &stopped);
    // As by the command line: this process is not told.
    let (vault, now) = (t.app.vault.clone(), t.app.clock.now());
    let system = ocop::actor::Actor::system("test");
    let new = t
        .app
        .db
        .write("test.rotate", move |tx| ocop::account::rotate(tx, &system, &vault, Purpose::AccessToken, now))
        .await
        .unwrap();
    let kid = |token: &str| jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
    let waited = std::time::Instant::now();
    let fresh = loop {
        let client = t.signed_in(id);
        if kid(client.token.as_deref().unwrap()) == new.to_string() {
            break client;
        }
        assert!(waited.elapsed() < std::time::Duration::from_secs(10), "the new key is never used");
        tokio::task::yield_now().await;
    };
    old.get("/auth/me").await.is(200);
    fresh.get("/auth/me").await.is(200);
    let _ = stop.send(true);
    workers.finish(std::time::Duration::from_secs(5)).await;
    assert_eq!(keys(&t).await, 2);
    t.app.clock.advance(Duration::days(31));
    t.anonymous().post("/auth/login", json!({"username": "haodat", "password": PASSWORD})).await.is(200);
    t.app.clock.advance(Duration::days(31));
    let now = t.app.clock.now();
    t.app.db.write("test.sweep", move |tx| ocop::account::forget_old(tx, now)).await.unwrap();
    assert_eq!(keys(&t).await, 1);
    let left: i64 = t
        .app
        .db
        .read("test.tokens", |conn| Ok(refresh_tokens::table.count().get_result(conn)?))
        .await
        .unwrap();
    assert_eq!(left, 0, "expired refresh tokens are swept");
}

/// A key that nobody has is not looked for in the database at each request.
#[tokio::test(flavor = "multi_thread")]
async fn invented_keys_cost_no_reads() {
    let _calm = FLOOD.read().await;
    use base64::Engine as _;
    use diesel::RunQueryDsl as _;
    let t = TestApp::new().await;
    let mut anyone = t.anonymous();
    for turn in 0..20 {
        let part = |text: String| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
        let head =
            part(format!("{{\"typ\":\"JWT\",\"alg\":\"EdDSA\",\"kid\":\"{}\"}}", ocop::ids::KeyId::new()));
        anyone.token = Some(format!("{head}.{}.{}", part("{}".into()), part("x".repeat(64))));
        anyone.get("/auth/me").await.is(401).problem("auth.token_invalid");
        if turn == 0 {
            // The first unknown key is looked for; from here on whoever reads the table fails.
            let away = "ALTER TABLE signing_keys RENAME TO signing_keys_away";
            let moved = move |tx: &mut ocop::db::Tx<'_>| Ok(diesel::sql_query(away).execute(tx.conn())?);
            t.app.db.write("test.away", moved).await.unwrap();
        }
    }
}

/// While many sign in, others are served.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_sign_ins_starves_nobody() {
    let _alone = FLOOD.write().await;
    let t = TestApp::new().await;
    let id = t.account("haodat", &[Role::ProducerMember], None, None).await;
    let user = t.signed_in(id);
    let mut flood = tokio::task::JoinSet::new();
    for i in 0..60 {
        let anyone = t.anonymous();
        flood.spawn(async move {
            let body = json!({"username": format!("name{i}"), "password": "wrong"});
            anyone.post("/auth/login", body).await.status
        });
    }
    // As soon as the first of them is through, the others are being worked on.
    let first = flood.join_next().await.unwrap().unwrap();
    for _ in 0..5 {
        user.get("/auth/me").await.is(200);
    }
    let mut finished = 1;
    while flood.try_join_next().is_some() {
        finished += 1;
    }
    assert!(finished < 60, "five small requests waited for {finished} of 60 sign-ins");
    assert!(matches!(first, 401 | 503));
}
