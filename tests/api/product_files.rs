//! Images and papers: what is taken, what is refused, who sees it, where it is kept.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use reqwest::Method;
use sha2::{Digest as _, Sha256};

use crate::product::{member, tea};
use crate::support::client::send;
use crate::support::{Answer, Client, TestApp, Value, json};

fn green(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let image: DynamicImage = RgbImage::from_pixel(width, height, Rgb([20, 120, 40])).into();
    let mut out = Cursor::new(Vec::new());
    image.write_to(&mut out, format).unwrap();
    out.into_inner()
}

async fn upload(client: &Client, path: &str, kind: &str, bytes: Vec<u8>) -> Answer {
    send(client.request(Method::POST, path).header("content-type", kind).body(bytes)).await
}

/// Status, headers and bytes of a file.
async fn fetch(client: &Client, path: &str) -> (u16, reqwest::header::HeaderMap, Vec<u8>) {
    let answer = client.request(Method::GET, path).send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    (status, headers, answer.bytes().await.unwrap().to_vec())
}

/// Files in the object store.
fn kept(t: &TestApp) -> usize {
    fn count(folder: &std::path::Path) -> usize {
        let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
        entries.map(|e| e.unwrap().path()).map(|p| if p.is_dir() { count(&p) } else { 1 }).sum()
    }
    match &t.app.config.objects {
        ocop::config::Objects::Folder(folder) => count(folder),
        ocop::config::Objects::S3 { .. } => 0,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn images_are_taken_ordered_and_shown() {
    let t = TestApp::new().await;
    let (_, coop) = member(&t, "Hảo Đạt").await;
    let product = coop.post("/products", tea("Chè đinh")).await.is(201).id();
    let images = format!("/products/{product}/images");
    let mut ids = Vec::new();
    for (kind, format) in [
        ("image/jpeg", ImageFormat::Jpeg),
        ("image/png", ImageFormat::Png),
        ("image/webp", ImageFormat::WebP),
    ] {
        let bytes = green(960, 640, format);
        let made = upload(&coop, &format!("{images}?alt=B%C3%BAp%20ch%C3%A8"), kind, bytes).await.is(201);
        assert_eq!(
            (&made.body["alt"], &made.body["content_type"]),
            (&json!("Búp chè"), &json!("image/jpeg"))
        );
        assert_eq!((&made.body["width"], &made.body["position"]), (&json!(960), &json!(ids.len())));
        ids.push(made.id());
    }
    assert_eq!(kept(&t), 6);
    let order = async || -> Vec<String> {
        let list = coop.get(&images).await.is(200).body["data"].as_array().unwrap().clone();
        assert!(list.iter().enumerate().all(|(at, image)| image["position"] == at));
        list.iter().map(|image| image["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(order().await, ids);
    let last = format!("{images}/{}", ids[2]);
    send(coop.request(Method::PATCH, &last).json(&json!({"position": 0}))).await.is(428);
    let moved = coop.patch(&last, "\"1\"", json!({"position": 0, "alt": null})).await.is(200);
    assert_eq!((&moved.body["alt"], moved.etag()), (&Value::Null, "\"2\"".to_owned()));
    coop.patch(&last, "\"1\"", json!({"position": 1})).await.is(412);
    coop.patch(&last, "\"2\"", json!({"position": 20})).await.is(422);
    assert_eq!(order().await, [&*ids[2], &ids[0], &ids[1]]);

    // A draft's picture is not public; a published one's is, for good.
    let file = format!("{last}/file");
    assert_eq!(fetch(&t.anonymous(), &file).await.0, 404);
    let (status, headers, _) = fetch(&coop, &file).await;
    assert_eq!((status, headers["cache-control"].to_str().unwrap()), (200, "private, no-cache"));
    coop.post(&format!("/products/{product}/publish"), json!({})).await.is(200);
    let (status, headers, bytes) = fetch(&t.anonymous(), &file).await;
    assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "image/jpeg"));
    assert_eq!(headers["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(headers["etag"].to_str().unwrap(), format!("\"{}\"", hex(&bytes)));
    let again = t.anonymous().request(Method::GET, &file).header("if-none-match", &headers["etag"]);
    let again = send(again).await;
    assert_eq!((again.status, again.body.is_null()), (304, true));
    let (status, _, thumb) = fetch(&t.anonymous(), &format!("{file}?size=thumb")).await;
    let thumb = image::load_from_memory_with_format(&thumb, ImageFormat::Jpeg).unwrap();
    assert_eq!((status, thumb.width(), thumb.height()), (200, 480, 320));
    t.anonymous().get(&format!("{file}?size=huge")).await.is(400);
    t.anonymous().get(&images).await.is(401);

    coop.delete(&last, "\"1\"").await.is(412);
    send(coop.request(Method::DELETE, &format!("{last}?dry_run=true")).header("if-match", "\"2\""))
        .await
        .is(204);
    assert_eq!(fetch(&t.anonymous(), &file).await.0, 200, "a dry run deletes nothing");
    coop.delete(&last, "\"2\"").await.is(204);
    assert_eq!((kept(&t), order().await), (4, vec![ids[0].clone(), ids[1].clone()]));
    assert_eq!(fetch(&t.anonymous(), &file).await.0, 404);
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// A producer who is not in the catalogue any more shows no pictures either.
#[tokio::test(flavor = "multi_thread")]
async fn pictures_go_with_their_producer() {
    let t = TestApp::new().await;
    let (producer, coop) = member(&t, "Hảo Đạt").await;
    let product = coop.post("/products", tea("Chè đinh")).await.is(201).id();
    let images = format!("/products/{product}/images");
    let image = upload(&coop, &images, "image/jpeg", green(60, 40, ImageFormat::Jpeg)).await.is(201).id();
    coop.post(&format!("/products/{product}/publish"), json!({})).await.is(200);
    let file = format!("{images}/{image}/file");
    let officer = t.commune().await;
    assert_eq!(fetch(&t.anonymous(), &file).await.0, 200);
    officer.post(&format!("/producers/{producer}/suspend"), json!({"note": "x"})).await.is(200);
    assert_eq!(fetch(&t.anonymous(), &file).await.0, 404);
    assert_eq!(fetch(&coop, &file).await.0, 200);
    officer.post(&format!("/producers/{producer}/reinstate"), json!({})).await.is(200);
    assert_eq!(fetch(&t.anonymous(), &file).await.0, 200);
}

/// Uploads beyond what can be worked on are refused before they are read.
#[tokio::test(flavor = "multi_thread")]
async fn too_many_pictures_at_once_are_refused_early() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let t = TestApp::new().await;
    let (_, coop) = member(&t, "Hảo Đạt").await;
    let product = coop.post("/products", tea("Chè đinh")).await.is(201).id();
    let images = format!("/products/{product}/images");
    let picture = green(60, 40, ImageFormat::Jpeg);
    // Each says how much it will send and sends nothing yet; the server asks for it where there is a place.
    let head = format!(
        "POST /api/v1{images} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: image/jpeg\r\n\
         Content-Length: {}\r\n\r\n",
        coop.token.as_deref().unwrap(),
        picture.len()
    );
    let mut waiting = Vec::new();
    let mut refused = String::new();
    for _ in 0..40 {
        let mut socket =
            tokio::net::TcpStream::connect(t.base.strip_prefix("http://").unwrap()).await.unwrap();
        socket.write_all(head.as_bytes()).await.unwrap();
        let mut bytes = vec![0; 2000];
        match tokio::time::timeout(std::time::Duration::from_millis(300), socket.read(&mut bytes)).await {
            Ok(n) => {
                refused = String::from_utf8_lossy(&bytes[..n.unwrap()]).into_owned();
                break;
            }
            Err(_) => waiting.push(socket),
        }
    }
    assert!(refused.starts_with("HTTP/1.1 503 ") && refused.contains("retry-after"), "{refused}");
    // Those that wait go on, and their places are free again.
    drop(waiting.split_off(1));
    let mut one = waiting.pop().unwrap();
    one.write_all(&picture).await.unwrap();
    let mut bytes = vec![0; 2000];
    let n = one.read(&mut bytes).await.unwrap();
    assert!(bytes[..n].starts_with(b"HTTP/1.1 201 "));
    drop(one);
    let again = std::time::Instant::now();
    while upload(&coop, &images, "image/jpeg", picture.clone()).await.status != 201 {
        assert!(again.elapsed() < std::time::Duration::from_secs(10), "no place is free again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_image_is_refused_and_leaves_nothing_behind() {
    let t = TestApp::with(|config| config.upload_limit = 100_000).await;
    let (_, coop) = member(&t, "Hảo Đạt").await;
    let (_, rival) = member(&t, "Việt Cường").await;
    let product = coop.post("/products", tea("Chè đinh")).await.is(201).id();
    let images = format!("/products/{product}/images");
    let png = green(4, 4, ImageFormat::Png);
    let cases = [
        ("image/jpeg", b"a text, renamed to jpg".to_vec(), 422, "file.type_mismatch"),
        ("image/jpeg", png.clone(), 422, "file.type_mismatch"),
        ("image/png", png[..40].to_vec(), 422, "image.unreadable"),
        ("image/png", bomb(), 422, "image.too_many_pixels"),
        ("application/pdf", b"%PDF-1.7".to_vec(), 415, "request.unsupported_type"),
        ("image/svg+xml", b"<svg/>".to_vec(), 415, "request.unsupported_type"),
        ("image/png", vec![0; 100_001], 413, "request.too_large"),
    ];
    for (kind, bytes, status, code) in cases {
        upload(&coop, &images, kind, bytes).await.is(status).problem(code);
    }
    let long = format!("{images}?alt={}", "x".repeat(301));
    upload(&coop, &long, "image/png", png.clone()).await.is(422).problem("request.invalid");
    upload(&rival, &images, "image/png", png.clone()).await.is(404);
    let auditor = t.actor("auditor", &[ocop::actor::Role::Auditor], None, None).await;
    upload(&auditor, &images, "image/png", png.clone()).await.is(403);
    upload(&coop, &format!("{images}?dry_run=true"), "image/png", png.clone()).await.is(201);
    assert_eq!(kept(&t), 0);

    // A repeated upload gets the stored answer, and keeps one picture.
    let post = || {
        let request = coop.request(Method::POST, &images).header("idempotency-key", "one");
        request.header("content-type", "image/png")
    };
    let first = send(post().body(png.clone())).await.is(201);
    let again = send(post().body(png.clone())).await.is(201);
    assert_eq!((first.body, kept(&t)), (again.body, 2));
    let other = green(5, 5, ImageFormat::Png);
    send(post().body(other)).await.is(422).problem("idempotency.key_reused");
    for _ in 1..20 {
        upload(&coop, &images, "image/png", png.clone()).await.is(201);
    }
    upload(&coop, &images, "image/png", png).await.is(409).problem("product.too_many_images");
    assert_eq!(kept(&t), 40);
}

/// A small file that says it is 30,000 pixels wide and high.
fn bomb() -> Vec<u8> {
    let mut png = green(1, 1, ImageFormat::Png);
    png[16..20].copy_from_slice(&30_000_u32.to_be_bytes());
    png[20..24].copy_from_slice(&30_000_u32.to_be_bytes());
    let mut crc = flate2::Crc::new();
    crc.update(&png[12..29]);
    png[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    png
}

#[tokio::test(flavor = "multi_thread")]
async fn papers_are_kept_as_they_are_and_shown_to_few() {
    let t = TestApp::new().await;
    let (_, coop) = member(&t, "Hảo Đạt").await;
    let (_, rival) = member(&t, "Việt Cường").await;
    let product = coop.post("/products", tea("Chè đinh")).await.is(201).id();
    coop.post(&format!("/products/{product}/publish"), json!({})).await.is(200);
    let theirs = rival.post("/products", tea("Miến")).await.is(201).id();
    let papers = format!("/products/{product}/papers");
    let query = "kind=food_safety_certificate&title=Gi%E1%BA%A5y%20ATTP&number=12/ATTP&issued_on=2025-01-02&\
                 expires_on=2028-01-02";
    let pdf = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n".to_vec();
    let made = upload(&coop, &format!("{papers}?{query}"), "application/pdf", pdf.clone()).await.is(201);
    assert_eq!(
        (&made.body["kind"], &made.body["expires_on"]),
        (&json!("food_safety_certificate"), &json!("2028-01-02"))
    );
    assert_eq!(made.body["sha256"], hex(&pdf));
    let path = format!("{papers}/{}", made.id());
    let (status, headers, bytes) = fetch(&coop, &format!("{path}/file")).await;
    assert_eq!((status, bytes), (200, pdf.clone()));
    assert_eq!(headers["content-type"], "application/pdf");
    assert_eq!(headers["content-disposition"], "attachment; filename=\"giay-attp.pdf\"");
    assert_eq!(headers["cache-control"], "private, no-cache");
    // Never public, not for another producer, not under another product.
    assert_eq!(fetch(&t.anonymous(), &format!("{path}/file")).await.0, 401);
    for hidden in [path.clone(), format!("{path}/file"), papers.clone()] {
        assert_eq!(fetch(&rival, &hidden).await.0, 404, "{hidden}");
    }
    assert_eq!(fetch(&rival, &format!("/products/{theirs}/papers/{}/file", made.id())).await.0, 404);
    t.commune().await.get(&path).await.is(200);

    let wrong = [
        ("kind=other&title=x", "application/pdf", b"<html>".to_vec(), 422, "file.type_mismatch"),
        ("kind=other&title=x", "image/png", b"%PDF-1.7".to_vec(), 422, "file.type_mismatch"),
        ("kind=other&title=x", "text/html", b"<html>".to_vec(), 415, "request.unsupported_type"),
        ("kind=secret&title=x", "application/pdf", pdf.clone(), 400, "request.bad_query"),
        ("kind=other", "application/pdf", pdf.clone(), 400, "request.bad_query"),
        ("kind=other&title=%20", "application/pdf", pdf.clone(), 422, "request.invalid"),
        ("kind=other&title=x&issued_on=2027-01-01", "application/pdf", pdf.clone(), 422, "request.invalid"),
        (
            "kind=other&title=x&issued_on=2026-01-02&expires_on=2026-01-01",
            "application/pdf",
            pdf,
            422,
            "request.invalid",
        ),
    ];
    for (query, kind, bytes, status, code) in wrong {
        upload(&coop, &format!("{papers}?{query}"), kind, bytes).await.is(status).problem(code);
    }
    let scan = green(40, 40, ImageFormat::WebP);
    upload(&coop, &format!("{papers}?kind=trademark&title=NH"), "image/webp", scan).await.is(201);
    assert_eq!(kept(&t), 2);
    assert_eq!(coop.get(&papers).await.is(200).body["data"].as_array().unwrap().len(), 2);
    rival.delete(&path, "\"1\"").await.is(404);
    coop.delete(&path, "\"1\"").await.is(204);
    coop.get(&path).await.is(404);
    assert_eq!(kept(&t), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_go_to_a_bucket_by_the_settings() {
    let bucket = Bucket::start();
    let endpoint = bucket.endpoint.clone();
    let t = TestApp::with(|config| {
        config.objects = ocop::config::Objects::S3 {
            bucket: "ocop".to_owned(),
            prefix: "test/files".to_owned(),
            endpoint: Some(endpoint),
            region: None,
            access_key_id: Some("id".to_owned()),
            secret_access_key: Some(ocop::config::Secret("secret".to_owned())),
        };
    })
    .await;
    let (_, coop) = member(&t, "Hảo Đạt").await;
    let product = coop.post("/products", tea("Chè đinh")).await.is(201).id();
    let images = format!("/products/{product}/images");
    let made = upload(&coop, &images, "image/png", green(4, 4, ImageFormat::Png)).await.is(201);
    let key = format!("/ocop/test/files/products/{product}/images/{}.jpg", made.id());
    let stored = bucket.files.lock().unwrap().get(&key).cloned().unwrap();
    let path = format!("{images}/{}", made.id());
    assert_eq!(fetch(&coop, &format!("{path}/file")).await.2, stored);
    // Platforms that fetch images judge by the ending.
    assert_eq!(fetch(&coop, &format!("{path}/file.jpg")).await.2, stored);
    coop.get(&format!("{path}/file.png")).await.is(404);
    coop.delete(&path, "\"1\"").await.is(204);
    assert!(bucket.files.lock().unwrap().is_empty());
}

type Files = std::sync::Arc<std::sync::Mutex<std::collections::BTreeMap<String, Vec<u8>>>>;

/// The little of an S3 service that files need: put, get, delete, each signed.
struct Bucket {
    endpoint: String,
    files: Files,
    handle: actix_web::dev::ServerHandle,
}

impl Bucket {
    fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let files = Files::default();
        let shared = files.clone();
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let app = move || {
                    let data = actix_web::web::Data::new(shared.clone());
                    actix_web::App::new().app_data(data).default_service(actix_web::web::to(answer))
                };
                let server = actix_web::HttpServer::new(app).workers(1).disable_signals().listen(listener);
                let server = server.unwrap().run();
                tell.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        Self { endpoint, files, handle: told.recv().unwrap() }
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

async fn answer(
    req: actix_web::HttpRequest,
    files: actix_web::web::Data<Files>,
    body: actix_web::web::Bytes,
) -> actix_web::HttpResponse {
    use actix_web::HttpResponse;
    let signed = req.headers().get("authorization").and_then(|v| v.to_str().ok());
    if !signed.is_some_and(|v| v.starts_with("AWS4-HMAC-SHA256 Credential=id/")) {
        return HttpResponse::Forbidden().finish();
    }
    let key = req.path().to_owned();
    let mut files = files.lock().unwrap();
    match req.method().as_str() {
        "PUT" => {
            files.insert(key, body.to_vec());
            HttpResponse::Ok().insert_header(("etag", "\"1\"")).finish()
        }
        "GET" => match files.get(&key) {
            Some(bytes) => HttpResponse::Ok()
                .insert_header(("etag", "\"1\""))
                .insert_header(("last-modified", "Mon, 23 Nov 2026 02:00:00 GMT"))
                .body(bytes.clone()),
            None => HttpResponse::NotFound().finish(),
        },
        "DELETE" => {
            files.remove(&key);
            HttpResponse::NoContent().finish()
        }
        _ => HttpResponse::MethodNotAllowed().finish(),
    }
}
