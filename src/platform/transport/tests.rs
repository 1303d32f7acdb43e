//! The client against sockets that misbehave. What the simulators can do is tested with them.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread::JoinHandle;

use super::*;
use crate::platform::state::{Rate, Secret};

fn transport(change: impl FnOnce(&mut Settings)) -> Transport {
    let mut settings = Settings { allow_loopback: true, per_second: None, ..Settings::default() };
    change(&mut settings);
    Transport::new(&settings).unwrap()
}

fn spec(url: String, write: bool) -> HttpSpec {
    HttpSpec {
        method: if write { Method::Post } else { Method::Get },
        url,
        headers: vec![("authorization".into(), "bearer hush-hush".into())],
        body: if write { b"{}".to_vec() } else { Vec::new() },
        upload: None,
        secrets: vec![Secret::new("hush-hush")],
        timeout: Duration::from_secs(10),
        write,
        rate: Rate { bucket: "data", per_second: None, per_host: false },
    }
}

/// Answers one connection with these bytes and closes it.
fn answer_once(bytes: Vec<u8>) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("http://{}/x?sign=hush-hush", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut buffer = [0; 4096];
        let _ = stream.read(&mut buffer).unwrap();
        // The client may hang up early, which is its right.
        let _ = stream.write_all(&bytes);
    });
    (address, server)
}

#[tokio::test]
async fn nothing_listens_so_nothing_was_sent() {
    let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let failure = transport(|_| {})
        .send("s", None, &spec(format!("http://127.0.0.1:{port}/x?sign=hush-hush"), true))
        .await
        .unwrap_err();
    assert_eq!((failure.class, failure.code.as_str()), (Class::Retryable, "transport.connect"));
    assert!(!format!("{failure:?}").contains("hush"));
}

#[tokio::test]
async fn a_connection_cut_before_the_answer_leaves_a_write_unknown_and_a_read_repeatable() {
    for (write, class) in [(true, Class::Ambiguous), (false, Class::Retryable)] {
        for bytes in [&b""[..], b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{", b"nonsense\r\n\r\n"] {
            let (address, server) = answer_once(bytes.to_vec());
            let failure = transport(|_| {}).send("s", None, &spec(address, write)).await.unwrap_err();
            assert_eq!((failure.class, failure.code.as_str()), (class, "transport.cut"), "{bytes:?}");
            assert!(!format!("{failure:?}").contains("hush"));
            server.join().unwrap();
        }
    }
}

#[tokio::test]
async fn silence_is_a_timeout() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("http://{}/x", listener.local_addr().unwrap());
    let transport = transport(|settings| settings.total_timeout = Duration::from_millis(100));
    let failure = transport.send("s", None, &spec(address.clone(), true)).await.unwrap_err();
    assert_eq!((failure.class, failure.code.as_str()), (Class::Ambiguous, "transport.timeout"));
    let failure = transport.send("s", None, &spec(address, false)).await.unwrap_err();
    assert_eq!((failure.class, failure.code.as_str()), (Class::Retryable, "transport.timeout"));
}

#[tokio::test]
async fn a_reply_without_end_is_cut_off() {
    let mut endless = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
    endless.resize(200_000, b'x');
    let declared = b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\nx".to_vec();
    for bytes in [endless, declared] {
        let (address, server) = answer_once(bytes);
        let failure = transport(|settings| settings.reply_max_bytes = 10_000)
            .send("s", None, &spec(address, false))
            .await
            .unwrap_err();
        assert_eq!((failure.code.as_str(), failure.status), ("transport.reply_too_large", Some(200)));
        server.join().unwrap();
    }
}

#[tokio::test]
async fn a_redirect_comes_back_as_it_is() {
    let (address, server) = answer_once(
        b"HTTP/1.1 302 Found\r\nlocation: https://evil.example/\r\ncontent-length: 0\r\n\r\n".to_vec(),
    );
    let reply = transport(|_| {}).send("s", None, &spec(address, false)).await.unwrap();
    assert_eq!(reply.status, 302);
    assert_eq!(reply.status_failure(false).unwrap().class, Class::NeedsAction);
    server.join().unwrap();
}

#[tokio::test]
async fn addresses_outside_the_list_are_not_called() {
    let strict = Transport::new(&Settings::default()).unwrap();
    for address in ["http://127.0.0.1:1/", "https://localhost/", "https://evil.example/", "https://10.0.0.1/"]
    {
        let failure = strict.send("s", None, &spec(address.into(), true)).await.unwrap_err();
        assert_eq!(failure.class, Class::NeedsAction, "{address}");
    }
}

#[test]
fn configured_addresses_open_their_hosts_alone() {
    let settings = Settings::default().with_addresses([
        "https://Shop.Example:8443/api",
        "https://other.example",
        "nonsense",
    ]);
    assert_eq!(settings.hosts, ["shop.example:8443", "other.example"]);
}

#[tokio::test]
async fn a_name_that_resolves_to_loopback_is_refused() {
    // A client of its own needs the crypto that the transport's brings along.
    drop(transport(|_| {}));
    // Straight at the resolver: the list of hosts would stop this name before it is resolved.
    let client = |allow_loopback| {
        let builder =
            reqwest::Client::builder().no_proxy().dns_resolver(Arc::new(Resolver { allow_loopback }));
        builder.tls_certs_only([]).build().unwrap()
    };
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    for (allow_loopback, code) in [(false, "transport.private_address"), (true, "transport.connect")] {
        let error = client(allow_loopback).get(format!("http://localhost:{port}/")).send().await.unwrap_err();
        assert_eq!(classify::error(&error, true).code, code);
    }
}

#[tokio::test]
async fn a_header_that_cannot_be_sent_is_not_quoted() {
    let mut broken = spec("http://127.0.0.1:1/".into(), true);
    broken.headers = vec![("authorization".into(), "bearer hush\nhush".into())];
    let failure = transport(|_| {}).send("s", None, &broken).await.unwrap_err();
    assert_eq!(failure.code, "transport.bad_header");
    assert!(!failure.to_string().contains("hush"));
}

#[tokio::test]
async fn a_host_that_hangs_is_left_alone_for_a_while() {
    // It takes connections and never answers.
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("http://{}/x", listener.local_addr().unwrap());
    let hasty = |settings: &mut Settings| {
        settings.total_timeout = Duration::from_millis(60);
        settings.silence = Duration::from_millis(250);
    };
    let transport = transport(hasty);
    let call = async || transport.send("s", None, &spec(address.clone(), true)).await.unwrap_err();
    for _ in 0..3 {
        assert_eq!(call().await.code, "transport.timeout");
    }
    let refused = call().await;
    assert_eq!(refused.code, "transport.silent", "no worker waits for it any more");
    let Class::RateLimited { after: Some(after) } = refused.class else { panic!("{refused:?}") };
    tokio::time::sleep(after).await;
    assert_eq!(call().await.code, "transport.timeout", "one looks whether it is back");
    assert_eq!(call().await.code, "transport.silent");
}

#[test]
fn a_header_with_a_secret_is_marked_so() {
    let list =
        [("x-shop-token".to_owned(), "Bearer hush-hush".to_owned()), ("accept".to_owned(), "*/*".to_owned())];
    let headers = headers(&list, &[Secret::new("hush-hush")]).unwrap();
    assert!(headers["x-shop-token"].is_sensitive() && !headers["accept"].is_sensitive());
    assert!(!format!("{headers:?}").contains("hush"));
}
