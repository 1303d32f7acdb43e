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
    assert_eq!(answer.header("allow"), "GET, HEAD");
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
        ("/docs", 200),
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

/// PostgreSQL stores no NUL: whoever sends one is told so, wherever it stands.
#[tokio::test(flavor = "multi_thread")]
async fn the_character_nul_is_refused_everywhere() {
    let t = TestApp::new().await;
    let admin = t.admin().await;
    let anyone = t.anonymous();
    for path in [
        "/certificates/%00",
        "/certificates/a%00b",
        "/places/communes/%00",
        "/criteria-sets/%00/1",
        "/platforms/%00",
    ] {
        admin.get(path).await.is(404).problem("request.not_found");
    }
    for path in [
        "/catalogue/products?q=a%00b",
        "/catalogue/products?province_code=%00",
        "/catalogue/producers?commune_code=%00",
        "/places/former?q=%00",
        "/places/communes?q=%00",
        "/catalogue/products?%00=1",
    ] {
        anyone.get(path).await.is(400).problem("request.bad_query");
    }
    let login = json!({"username": "a\0b", "password": "x"});
    let answer = anyone.post("/auth/login", login).await.is(422).problem("request.invalid");
    assert_eq!(answer.body["errors"][0]["pointer"], "/username");
    assert_eq!(answer.body["errors"][0]["code"], "field.nul");
    let mut body = account("tan");
    body["full_name"] = json!("Một\0người");
    admin.post("/accounts", body).await.is(422).problem("request.invalid");
    // What only looks like one is text.
    let mut body = account("tan");
    body["full_name"] = json!(r"Một \u0000 người");
    assert_eq!(admin.post("/accounts", body).await.is(201).body["full_name"], r"Một \u0000 người");
}

#[tokio::test(flavor = "multi_thread")]
async fn head_answers_like_get_without_the_body() {
    let t = TestApp::new().await;
    let admin = t.admin().await;
    for path in ["/accounts", "/places/provinces", "/auth/me"] {
        let get = admin.request(Method::GET, path).send().await.unwrap();
        let head = admin.request(Method::HEAD, path).send().await.unwrap();
        assert_eq!(head.status(), 200, "{path}");
        for name in ["content-length", "content-type", "etag"] {
            assert_eq!(head.headers().get(name), get.headers().get(name), "{path} {name}");
        }
        assert!(head.headers().contains_key("content-length"));
        assert!(head.bytes().await.unwrap().is_empty());
    }
    let head = send(admin.request(Method::HEAD, "/auth/login")).await.is(405);
    assert_eq!(head.header("allow"), "POST");
    send(admin.request(Method::HEAD, "/accounts/none")).await.is(404);
    for path in ["/livez", "/openapi.json", "/docs/"] {
        let url = format!("{}{path}", t.base);
        assert_eq!(t.http.head(&url).send().await.unwrap().status(), 200, "{path}");
        let refused = send(t.http.post(&url)).await.is(405).problem("request.method_not_allowed");
        assert_eq!(refused.header("allow"), "GET, HEAD", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_does_not_get_around_the_limits() {
    let t = TestApp::with(|config| {
        config.rate_limits = true;
        config.rates.sign_in = std::num::NonZeroU32::new(3).unwrap();
        config.rates.address = std::num::NonZeroU32::new(2).unwrap();
        config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    let from = |who: &crate::support::Client, method, path, address: &str| {
        who.request(method, path).header("x-forwarded-for", address.to_owned())
    };
    // Bad tokens: the address pays for each.
    let mut liar = t.anonymous();
    let mut statuses = Vec::new();
    for i in 0..15 {
        liar.token = Some(format!("e30.e30.{i}"));
        statuses.push(send(from(&liar, Method::GET, "/auth/me", "192.0.2.1")).await.status);
    }
    assert!(statuses.contains(&401) && statuses.ends_with(&[429]), "{statuses:?}");
    // A good token does not make guessing passwords cheaper.
    let user = t.actor("haodat", &[ocop::actor::Role::ProducerMember], None, None).await;
    let guess = || {
        from(&user, Method::POST, "/auth/login", "192.0.2.2").json(&json!({"username": "x", "password": "y"}))
    };
    for _ in 0..3 {
        send(guess()).await.is(401).problem("auth.login_failed");
    }
    let limited = send(guess()).await.is(429).problem("request.rate_limited");
    assert_eq!(limited.header("ratelimit-policy"), "\"sign-in\";q=3;w=60");
    // One network of IPv6 is one caller.
    let anyone = t.anonymous();
    let mut statuses = Vec::new();
    for i in 0..15 {
        let address = format!("2001:db8:1:2::{i}");
        statuses.push(send(from(&anyone, Method::GET, "/places/provinces", &address)).await.status);
    }
    assert!(statuses.ends_with(&[429]), "{statuses:?}");
    send(from(&anyone, Method::GET, "/places/provinces", "2001:db8:1:3::1")).await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn measurements_are_not_shown_to_those_behind_a_proxy() {
    let t = TestApp::new().await;
    let get = || t.http.get(format!("{}/metrics", t.base));
    send(get()).await.is(200);
    send(get().header("x-forwarded-for", "192.0.2.1")).await.is(404);
    send(get().header("forwarded", "for=192.0.2.1")).await.is(404);
    let t = TestApp::with(|config| config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()]).await;
    let get = || t.http.get(format!("{}/metrics", t.base));
    send(get().header("x-forwarded-for", "127.0.0.1")).await.is(404);
    let t = TestApp::with(|config| config.metrics_token = Some(ocop::config::Secret("tok".into()))).await;
    let get = || t.http.get(format!("{}/metrics", t.base));
    send(get()).await.is(404);
    send(get().bearer_auth("tok").header("x-forwarded-for", "192.0.2.1")).await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn strict_transport_is_asked_for_behind_tls_alone() {
    for (url, wanted) in [("https://ocop.example", "max-age=31536000"), ("http://ocop.example", "")] {
        let t = TestApp::with(|config| config.public_url = url.to_owned()).await;
        let answer = send(t.http.get(format!("{}/livez", t.base))).await.is(200);
        assert_eq!(answer.header("strict-transport-security"), wanted);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_programs_of_the_settings_may_call_and_no_others() {
    let t = TestApp::with(|config| config.cors_origins = vec!["https://ocop.example".into()]).await;
    let preflight = |origin: &'static str| {
        t.anonymous()
            .request(Method::OPTIONS, "/accounts")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,idempotency-key,content-type")
    };
    let allowed = send(preflight("https://ocop.example")).await.is(200);
    assert_eq!(allowed.header("access-control-allow-origin"), "https://ocop.example");
    assert!(allowed.header("access-control-allow-methods").contains("POST"));
    let refused = send(preflight("https://elsewhere.example")).await;
    assert!(refused.status >= 400 && refused.header("access-control-allow-origin").is_empty());
    let get =
        t.anonymous().request(Method::GET, "/places/provinces").header("origin", "https://ocop.example");
    let answer = send(get).await.is(200);
    assert_eq!(answer.header("access-control-allow-origin"), "https://ocop.example");
    assert!(answer.header("access-control-expose-headers").to_lowercase().contains("etag"));
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_compressed_for_those_who_ask() {
    let t = TestApp::new().await;
    let get = |coding: &'static str| {
        t.anonymous()
            .request(Method::GET, "/places/communes?limit=100")
            .header("accept-encoding", coding)
            .send()
    };
    let plain = get("identity").await.unwrap().bytes().await.unwrap();
    for coding in ["gzip", "br", "zstd"] {
        let answer = get(coding).await.unwrap();
        assert_eq!(answer.headers()["content-encoding"], coding);
        assert!(answer.headers()["vary"].to_str().unwrap().to_lowercase().contains("accept-encoding"));
        let packed = answer.bytes().await.unwrap();
        assert!(packed.len() * 2 < plain.len(), "{coding}: {} of {}", packed.len(), plain.len());
        if coding == "gzip" {
            let mut text = Vec::new();
            std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&*packed), &mut text).unwrap();
            assert_eq!(text, plain);
        }
    }
}

/// Sends bytes as they are and reads what comes back until the other side ends.
async fn raw(base: &str, pieces: &[&str]) -> (tokio::net::TcpStream, String) {
    use tokio::io::AsyncWriteExt as _;
    let mut socket = tokio::net::TcpStream::connect(base.strip_prefix("http://").unwrap()).await.unwrap();
    for piece in pieces {
        socket.write_all(piece.as_bytes()).await.unwrap();
    }
    socket.flush().await.unwrap();
    let head = read_head(&mut socket).await;
    (socket, head)
}

async fn read_head(socket: &mut tokio::net::TcpStream) -> String {
    use tokio::io::AsyncReadExt as _;
    let mut text = Vec::new();
    let mut byte = [0u8; 1024];
    while !String::from_utf8_lossy(&text).contains("\r\n\r\n") {
        let n = socket.read(&mut byte).await.unwrap();
        assert!(n > 0, "the connection ended: {}", String::from_utf8_lossy(&text));
        text.extend_from_slice(&byte[..n]);
    }
    String::from_utf8_lossy(&text).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_comes_too_slowly_is_given_up() {
    let t = TestApp::with(|config| config.request_timeout = std::time::Duration::from_secs(1)).await;
    let head = "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n";
    let (_socket, answer) = raw(&t.base, &[head, "{\"user"]).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("request.timeout") || answer.contains("application/problem+json"), "{answer}");
}

/// Holds the database's one writer until it is let go.
struct Held {
    let_go: Option<std::sync::mpsc::Sender<()>>,
    done: tokio::task::JoinHandle<()>,
}

impl Held {
    /// On PostgreSQL there are several writers: the lock of `name` is held instead.
    async fn new(t: &TestApp, name: &str) -> Self {
        let (let_go, gate) = std::sync::mpsc::channel::<()>();
        let (tell, begun) = tokio::sync::oneshot::channel();
        let (db, name, mut tell) = (t.app.db.clone(), name.to_owned(), Some(tell));
        let done = tokio::spawn(async move {
            let held = db.write("test.hold", move |tx| {
                ocop::db::dialect::lock(tx.conn(), &name)?;
                if let Some(tell) = tell.take() {
                    let _ = tell.send(());
                }
                let _ = gate.recv();
                Ok(())
            });
            held.await.unwrap();
        });
        begun.await.unwrap();
        Self { let_go: Some(let_go), done }
    }

    async fn release(mut self) {
        drop(self.let_go.take());
        self.done.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_of_a_request_that_still_runs_is_told_so() {
    let t = TestApp::new().await;
    let admin = t.admin().await;
    let post =
        || admin.request(Method::POST, "/accounts").header("idempotency-key", "slow").json(&account("slow"));
    let held = Held::new(&t, "slow").await;
    let first = tokio::spawn(send(post()));
    while !t.app.running.any() {
        tokio::task::yield_now().await;
    }
    let second = send(post()).await;
    second.is(409).problem("idempotency.still_running");
    held.release().await;
    first.await.unwrap().is(201);
    send(post()).await.is(201);
}

/// Who stops the service loses no request that was accepted.
#[tokio::test(flavor = "multi_thread")]
async fn ending_waits_for_what_runs() {
    let t = TestApp::new().await;
    let admin = t.admin().await;
    let held = Held::new(&t, "last").await;
    let request =
        admin.request(Method::POST, "/accounts").header("idempotency-key", "last").json(&account("last"));
    let running = tokio::spawn(send(request));
    while !t.app.running.any() {
        tokio::task::yield_now().await;
    }
    t.stop();
    // New connections are refused from now on, while the request still runs.
    let refused = std::time::Instant::now();
    while tokio::net::TcpStream::connect(t.base.strip_prefix("http://").unwrap()).await.is_ok() {
        assert!(refused.elapsed() < std::time::Duration::from_secs(10), "the socket stays open");
        tokio::task::yield_now().await;
    }
    assert!(!running.is_finished());
    held.release().await;
    running.await.unwrap().is(201);
}
