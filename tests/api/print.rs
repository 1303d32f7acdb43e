//! What is printed of certificates, and star tokens: what stands on them, and whom they convince.

use chrono::Duration;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use ocop::account::Purpose;
use ocop::actor::{Actor, Role};
use ocop::certificate::{self, Legacy};
use ocop::instant::Instant;
use ocop::producer::{Kind, Written};
use ocop::values::Star;

use crate::support::make::{Scoring, cooperative};
use crate::support::{Answer, Client, TestApp, Value, json};

const SITE: &str = "https://ocop.thainguyen.example";

async fn app() -> TestApp {
    TestApp::with(|config| SITE.clone_into(&mut config.public_url)).await
}

/// A tea with four stars; its certificate's number is `OCOP-19-2026-000001`.
async fn certified(t: &TestApp) -> Scoring {
    let s = Scoring::begin(t, 3).await;
    s.concluded(80).await;
    let leader = t.actor("leader", &[Role::ProvincialLeader], Some("19"), None).await;
    leader.post(&s.way.path("/decide"), json!({})).await.is(201);
    s
}

const NUMBER: &str = "OCOP-19-2026-000001";

/// What an authority signs to take a certificate back.
fn revocation() -> Value {
    json!({
        "reason": "misuse_of_mark", "concluded_on": "2026-11-23", "decision_number": "121/QĐ-UBND",
        "note": "Nhãn in thêm một sao.",
    })
}

/// An old certificate of a product.
async fn legacy(t: &TestApp, product: &str, decided_on: &str) -> String {
    let legacy = Legacy {
        product_id: product.parse().unwrap(),
        scheme: "qd148-2023".to_owned(),
        star: Star::new(3).unwrap(),
        score: None,
        year: None,
        decision: Some("2890/QĐ-UBND".to_owned()),
        decided_on: Some(decided_on.parse().unwrap()),
        issuer: "Ủy ban nhân dân huyện Đồng Hỷ".to_owned(),
        source: None,
    };
    let now = t.app.clock.now();
    let write = move |tx: &mut ocop::db::Tx<'_>| {
        certificate::register_legacy(tx, &Actor::system("test"), &legacy, now)
    };
    t.app.db.write("test.legacy", write).await.unwrap().number
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_printed_with_what_stands_on_it() {
    let t = app().await;
    let s = certified(&t).await;
    let path = format!("/certificates/{NUMBER}.pdf");
    let page = t.anonymous().download(&path).await.is(200);
    let text = page.pdf();
    for line in [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "ỦY BAN NHÂN DÂN TỈNH THÁI NGUYÊN",
        "GIẤY CHỨNG NHẬN",
        "Chè đinh",
        "ĐẠT HẠNG 4 SAO",
        "Chủ thể: Hợp tác xã chè Hảo Đạt",
        "Địa chỉ: Xã Tân Cương, Tỉnh Thái Nguyên",
        "Mã sản phẩm: 19-05503-1-2026",
        "Đánh giá, phân hạng theo Quyết định số 26/2026/QĐ-TTg của Thủ tướng Chính phủ",
        "Quyết định công nhận số 1/QĐ-UBND ngày 23 tháng 11 năm 2026",
        "Có giá trị từ ngày 23/11/2026 đến hết ngày 23/11/2029",
        &format!("Số: {NUMBER}"),
        "Thái Nguyên, ngày 23 tháng 11 năm 2026",
        "CHỦ TỊCH ỦY BAN NHÂN DÂN",
        &format!("{SITE}/api/v1/certificates/{NUMBER}"),
    ] {
        assert!(text.lines().any(|l| l == line), "{line} is not in\n{text}");
    }
    assert!(!text.contains("HIỆU LỰC") && !text.contains("THAY THẾ"), "{text}");
    assert_eq!(page.header("cache-control"), "public, max-age=30");
    let name = page.header("content-disposition");
    assert!(name.starts_with("inline; filename=\"giay-chung-nhan-ocop-19-2026-000001.pdf\""), "{name}");
    assert!(page.bytes.len() < 100_000, "{}", page.bytes.len());
    // The same again has the same tag and is not sent.
    let tag = page.header("etag").to_owned();
    assert_eq!(t.anonymous().download(&path).await.is(200).bytes, page.bytes);
    let same = t.anonymous().download_unless(&path, &tag).await.is(304);
    assert!(same.bytes.is_empty());
    assert_eq!(same.header("cache-control"), "public, max-age=30");
    t.anonymous().get("/certificates/OCOP-19-2026-000009.pdf").await.is(404).problem("request.not_found");
    t.anonymous().get("/certificates/.pdf").await.is(404).problem("request.not_found");

    // Kept no longer than it is true, and from that moment another page.
    let until = chrono::DateTime::parse_from_rfc3339("2029-11-23T17:00:00Z").unwrap().to_utc();
    let left = Instant::from_utc(until).since(t.app.clock.now());
    t.app.clock.advance(left - Duration::seconds(7));
    let last = t.anonymous().download(&path).await.is(200);
    assert_eq!((last.header("etag"), last.header("cache-control")), (&*tag, "public, max-age=7"));
    t.app.clock.advance(Duration::seconds(7));
    let lapsed = t.anonymous().download_unless(&path, &tag).await.is(200);
    let text = lapsed.pdf();
    assert!(text.contains("HẾT HIỆU LỰC\n"), "{text}");
    assert!(text.contains("Giấy chứng nhận đã hết hiệu lực sau ngày 23/11/2029.\n"), "{text}");
    let _ = s;
}

#[tokio::test(flavor = "multi_thread")]
async fn old_certificates_say_what_is_known_and_a_household_keeps_its_name() {
    let t = app().await;
    let household = Written {
        name: "Hộ kinh doanh Nguyễn Thị Hải".to_owned(),
        kind: Kind::Household,
        ..cooperative("x", "05503")
    };
    let producer = t.written(household).await;
    let member = t.actor("hai", &[Role::ProducerMember], None, Some(producer)).await;
    let long = "Chè móc câu ướp hương sen thu hái một tôm hai lá vào buổi sớm ở đồi chè cổ thụ hơn trăm tuổi của \
                bản Phúc Thuận, sao suốt bằng chảo gang trên bếp củi, đóng hộp thiếc 100 gam";
    let product = member.post("/products", json!({"name": long, "criteria_set": 11})).await.is(201).id();
    let first = legacy(&t, &product, "2024-03-05").await;
    let second = legacy(&t, &product, "2025-06-30").await;
    let page = |number: String| {
        let client = t.anonymous();
        async move { client.download(&format!("/certificates/{number}.pdf")).await.is(200).pdf() }
    };
    let text = page(first).await;
    assert!(text.contains("ĐÃ THAY THẾ\n"), "{text}");
    assert!(text.contains("ỦY BAN NHÂN DÂN HUYỆN ĐỒNG HỶ\n"), "{text}");
    assert!(text.contains("thay bằng giấy chứng nhận khác từ ngày 30/06/2025."), "{text}");
    assert!(!text.contains("Thị Hải"), "{text}");
    let text = page(second).await;
    assert!(!text.contains("THAY THẾ") && text.contains("theo Quyết định số 148/QĐ-TTg"), "{text}");
    assert!(text.contains("Quyết định công nhận số 2890/QĐ-UBND ngày 30 tháng 6 năm 2025\n"), "{text}");
    // A long name is set smaller, in two lines, and whole.
    let lines: Vec<_> = text.lines().collect();
    let begin = lines.iter().position(|line| line.starts_with("Chè móc câu")).unwrap();
    assert_eq!(lines[begin..begin + 2].join(" "), long);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_leads_to_the_check() {
    let t = app().await;
    certified(&t).await;
    let code = ocop::print::qr::Matrix::of(&format!("{SITE}/api/v1/certificates/{NUMBER}")).unwrap();
    let path = format!("/certificates/{NUMBER}/qr");
    let svg = t.anonymous().download(&format!("{path}.svg")).await.is(200);
    assert_eq!(svg.header("content-type"), "image/svg+xml");
    assert_eq!(svg.header("cache-control"), "public, max-age=3600");
    assert_eq!(String::from_utf8(svg.bytes.clone()).unwrap(), code.svg());
    t.anonymous().download_unless(&format!("{path}.svg"), svg.header("etag")).await.is(304);
    let png = t.anonymous().download(&format!("{path}.png?size=300")).await.is(200);
    assert_eq!(png.header("content-type"), "image/png");
    assert_eq!(png.bytes, code.png(300).unwrap());
    let usual = t.anonymous().download(&format!("{path}.png")).await.is(200);
    assert_eq!(usual.bytes, code.png(600).unwrap());
    assert_ne!(usual.header("etag"), png.header("etag"));
    for size in [0, 99, 2001] {
        t.anonymous().get(&format!("{path}.png?size={size}")).await.is(422).problem("request.invalid");
    }
    t.anonymous().get(&format!("{path}.png?size=x")).await.is(400).problem("request.bad_query");
    t.anonymous().get("/certificates/OCOP-19-2026-000009/qr.svg").await.is(404).problem("request.not_found");
}

/// The published keys.
async fn published(t: &TestApp) -> JwkSet {
    let answer = t.http.get(format!("{}/.well-known/jwks.json", t.base)).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/jwk-set+json");
    let text = answer.text().await.unwrap();
    for key in serde_json::from_str::<Value>(&text).unwrap()["keys"].as_array().unwrap() {
        assert_eq!(
            (&key["kty"], &key["crv"], &key["alg"]),
            (&json!("OKP"), &json!("Ed25519"), &json!("EdDSA"))
        );
        assert_eq!(key.get("d"), None, "a private key is published");
    }
    serde_json::from_str(&text).unwrap()
}

/// What somebody does who has the published keys alone and trusts the service.
fn checked(keys: &JwkSet, token: &str, now: Instant) -> Result<Value, String> {
    let header = jsonwebtoken::decode_header(token).map_err(|e| e.to_string())?;
    if header.typ.as_deref() != Some("ocop-star+jwt") {
        return Err("no star token".to_owned());
    }
    let key = keys.find(&header.kid.ok_or("no kid")?).ok_or("unknown key")?;
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_issuer(&[SITE]);
    validation.set_audience(&["ocop-star"]);
    // The service's clock stands still in tests.
    validation.validate_exp = false;
    let key = DecodingKey::from_jwk(key).map_err(|e| e.to_string())?;
    let claims = jsonwebtoken::decode::<Value>(token, &key, &validation).map_err(|e| e.to_string())?.claims;
    if claims["exp"].as_i64().unwrap() <= now.unix_seconds() { Err("expired".to_owned()) } else { Ok(claims) }
}

async fn get_unless(client: &Client, path: &str, tag: &str) -> Answer {
    let request = client.request(reqwest::Method::GET, path).header("if-none-match", tag);
    crate::support::client::send(request).await
}

async fn star_token(client: &Client, number: &str) -> (String, Value) {
    let answer = client.get(&format!("/certificates/{number}/star-token")).await.is(200);
    (answer.body["token"].as_str().unwrap().to_owned(), answer.body)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_star_is_proved_offline_and_by_no_other_token() {
    let t = app().await;
    let s = certified(&t).await;
    let now = t.app.clock.now();
    let (token, body) = star_token(&t.anonymous(), NUMBER).await;
    let keys = published(&t).await;
    let claims = checked(&keys, &token, now).unwrap();
    assert_eq!(claims, body["claims"]);
    for (name, value) in [
        ("iss", json!(SITE)),
        ("aud", json!("ocop-star")),
        ("sub", json!(NUMBER)),
        ("star", json!(4)),
        ("producer", json!("Hợp tác xã chè Hảo Đạt")),
        ("product", json!({"id": s.way.product, "code": "19-05503-1-2026", "name": "Chè đinh"})),
        ("scheme", json!("qd26-2026")),
        ("valid_until", json!("2029-11-23T17:00:00.000000Z")),
        ("exp", json!(now.unix_seconds() + 24 * 3600)),
    ] {
        assert_eq!(claims[name], value, "{name}");
    }
    // Five minutes give one token; then there is a new one.
    assert_eq!(star_token(&t.anonymous(), NUMBER).await.0, token);
    t.app.clock.advance(Duration::minutes(5));
    assert_ne!(star_token(&t.anonymous(), NUMBER).await.0, token);
    t.app.clock.advance(Duration::minutes(24 * 60 - 5));
    assert_eq!(checked(&keys, &token, t.app.clock.now()).unwrap_err(), "expired");

    // A changed star, and a token signed for somebody else.
    let parts: Vec<_> = token.split('.').collect();
    let five = {
        use base64::Engine as _;
        let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let plain = String::from_utf8(engine.decode(parts[1]).unwrap()).unwrap();
        engine.encode(plain.replace("\"star\":4", "\"star\":5"))
    };
    checked(&keys, &format!("{}.{five}.{}", parts[0], parts[2]), now).unwrap_err();
    let access = t.actor("someone", &[Role::Auditor], None, None).await;
    let bearer = access.token.clone().unwrap();
    assert_eq!(checked(&keys, &bearer, now).unwrap_err(), "no star token");
    let kid = jsonwebtoken::decode_header(&bearer).unwrap().kid.unwrap();
    assert!(keys.find(&kid).is_none(), "the key of access tokens is published");
    // And a star token signs nobody in.
    access.get("/auth/me").await.is(200);
    let (fresh, _) = star_token(&t.anonymous(), NUMBER).await;
    let posing = Client::new(t.http.clone(), format!("{}/api/v1", t.base), Some(fresh));
    posing.get("/auth/me").await.is(401).problem("auth.token_invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_token_outlives_its_certificate() {
    let t = app().await;
    certified(&t).await;
    let path = format!("/certificates/{NUMBER}/star-token");
    t.anonymous().get("/certificates/OCOP-19-2026-000009/star-token").await.is(404);
    let until = chrono::DateTime::parse_from_rfc3339("2029-11-23T17:00:00Z").unwrap().to_utc();
    let until = Instant::from_utc(until);
    t.app.clock.advance(until.since(t.app.clock.now()) - Duration::seconds(20));
    let last = t.anonymous().get(&path).await.is(200);
    assert_eq!(last.body["expires_at"], "2029-11-23T17:00:00.000000Z");
    assert_eq!(last.body["claims"]["exp"], until.unix_seconds());
    t.app.clock.advance(Duration::seconds(20));
    let refused = t.anonymous().get(&path).await.is(409).problem("certificate.not_valid");
    assert!(refused.body["detail"].as_str().unwrap().contains(NUMBER));
    let token = last.body["token"].as_str().unwrap();
    assert_eq!(checked(&published(&t).await, token, t.app.clock.now()).unwrap_err(), "expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn from_its_revocation_a_certificate_has_no_token_and_says_why() {
    let t = app().await;
    certified(&t).await;
    let (path, page) = (format!("/certificates/{NUMBER}/star-token"), format!("/certificates/{NUMBER}.pdf"));
    let first = t.anonymous().get(&path).await.is(200);
    // Who keeps a token asks before it is given again; what has not changed is not sent again.
    assert_eq!(first.header("cache-control"), "public, no-cache");
    get_unless(&t.anonymous(), &path, &first.etag()).await.is(304);
    let printed = t.anonymous().download(&page).await.is(200);
    assert!(!printed.pdf().contains("THU HỒI"));

    let leader = t.actor("leader2", &[Role::ProvincialLeader], Some("19"), None).await;
    leader.post(&format!("/certificates/{NUMBER}/revoke"), revocation()).await.is(200);
    for tag in [String::new(), first.etag()] {
        let refused = get_unless(&t.anonymous(), &path, &tag).await.is(409).problem("certificate.not_valid");
        assert!(refused.body["detail"].as_str().unwrap().contains("revoked"), "{}", refused.body);
    }
    let text = t.anonymous().download_unless(&page, printed.header("etag")).await.is(200).pdf();
    assert!(text.contains("ĐÃ THU HỒI\n"), "{text}");
    let why = "Giấy chứng nhận đã bị thu hồi từ ngày 23/11/2026 theo Quyết định số 121/QĐ-UBND, lý do: sử dụng sai giấy \
               chứng nhận, nhãn hiệu OCOP.\n";
    assert!(text.contains(why), "{text}");
    assert!(!text.contains("in thêm"), "what was concluded is not for everybody: {text}");
    let notice = leader.download(&format!("/certificates/{NUMBER}/expiry-notice.docx")).await.is(200).docx();
    assert!(notice.contains("đã bị thu hồi theo Quyết định số 121/QĐ-UBND, lý do: sử dụng sai"), "{notice}");
}

#[tokio::test(flavor = "multi_thread")]
async fn five_stars_are_the_ministers_on_every_paper() {
    let t = app().await;
    let s = Scoring::begin(&t, 3).await;
    s.concluded(92).await;
    let leader = t.actor("leader", &[Role::ProvincialLeader], Some("19"), None).await;
    leader.post(&s.way.path("/decide"), json!({})).await.is(200);
    let session = s.at_the_centre(&t, 95).await;
    let minister = t.actor("minister", &[Role::CentralLeader], None, None).await;
    minister.post(&s.way.path("/decide"), json!({})).await.is(201);
    let text = t.anonymous().download("/certificates/OCOP-TW-2026-000001.pdf").await.is(200).pdf();
    for line in [
        "BỘ NÔNG NGHIỆP VÀ MÔI TRƯỜNG",
        "ĐẠT HẠNG 5 SAO",
        "Địa chỉ: Xã Tân Cương, Tỉnh Thái Nguyên",
        "Quyết định công nhận số 1/QĐ-BNNMT ngày 23 tháng 11 năm 2026",
        "Số: OCOP-TW-2026-000001",
        "Hà Nội, ngày 23 tháng 11 năm 2026",
        "BỘ TRƯỞNG",
    ] {
        assert!(text.lines().any(|l| l == line), "{line} is not in\n{text}");
    }
    assert!(!text.contains("ỦY BAN NHÂN DÂN"), "{text}");
    let token = t.anonymous().get("/certificates/OCOP-TW-2026-000001/star-token").await.is(200).body;
    assert_eq!(token["claims"]["star"], 5);

    // The list of the Ministry's decision is the Ministry's; the province's own office has lists of its own alone.
    let annex = "/certificates/annex.docx?decision_number=1/Q%C4%90-BNNMT&authority=TW";
    let text = minister.download(annex).await.is(200).docx();
    for line in [
        "(Kèm theo Quyết định số 1/QĐ-BNNMT ngày 23 tháng 11 năm 2026 của Bộ Nông nghiệp và Môi trường)",
        "xã Tân Cương, tỉnh Thái Nguyên",
        "OCOP-TW-2026-000001; đến hết 23/11/2029",
        "Danh sách có 1 sản phẩm: 1 sản phẩm 5 sao.",
    ] {
        assert!(text.lines().any(|l| l == line), "{line} is not in\n{text}");
    }
    s.way.province.get(annex).await.is(404).problem("request.not_found");
    minister.get(&annex.replace("=TW", "=19")).await.is(404).problem("request.not_found");

    let notice = "/certificates/OCOP-TW-2026-000001/expiry-notice.docx";
    let text = s.way.coop.download(notice).await.is(200).docx();
    for line in [
        "BỘ NÔNG NGHIỆP VÀ MÔI TRƯỜNG",
        "Hà Nội, ngày ..... tháng ..... năm 2026",
        "- Ủy ban nhân dân tỉnh Thái Nguyên;",
        "- Ủy ban nhân dân xã Tân Cương;",
    ] {
        assert!(text.lines().any(|l| l == line), "{line} is not in\n{text}");
    }
    let minutes = minister.download(&format!("/sessions/{session}/minutes.docx")).await.is(200).docx();
    for line in ["BỘ NÔNG NGHIỆP VÀ MÔI TRƯỜNG", "HỘI ĐỒNG OCOP TRUNG ƯƠNG", "Kết luận: 5 sao."]
    {
        assert!(minutes.lines().any(|l| l == line), "{line} is not in\n{minutes}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extension_stands_beside_the_first_end() {
    let t = app().await;
    let s = certified(&t).await;
    let product: ocop::ids::ProductId = s.way.product.parse().unwrap();
    let office = t.account("office", &[Role::ProvincialOfficer], Some("19"), None).await;
    let leader = t.account("leader2", &[Role::ProvincialLeader], Some("19"), None).await;
    t.app.clock.advance(Duration::days(1000));
    // A renewal that has been filed and is not decided.
    let renewal = move |tx: &mut ocop::db::Tx<'_>| {
        use diesel::prelude::*;
        use ocop::db::schema::dossiers;
        let own = dossiers::table.filter(dossiers::product_id.eq(product.as_str()));
        diesel::update(own)
            .set((dossiers::kind.eq("renewal"), dossiers::status.eq("accepted")))
            .execute(tx.conn())?;
        // A name that fills the page.
        let long =
            "Chè móc câu ướp hương sen thu hái một tôm hai lá vào buổi sớm ở đồi chè cổ thụ hơn trăm tuổi";
        diesel::update(ocop::db::schema::certificates::table)
            .set(ocop::db::schema::certificates::product_name.eq(format!("{long} của bản Phúc Thuận")))
            .execute(tx.conn())?;
        Ok(())
    };
    t.app.db.write("test.renewal", renewal).await.unwrap();
    let body = |until: &str, number: &str| json!({"until": until, "decision_number": number, "note": "Chờ kết quả."});
    let path = format!("/certificates/{NUMBER}/extend");
    let signer = t.signed_in(leader);
    signer.post(&path, body("2029-12-31", "5/QĐ-UBND")).await.is(200);
    signer.post(&path, body("2030-02-28", "9/QĐ-UBND")).await.is(200);
    let text = t.anonymous().download(&format!("/certificates/{NUMBER}.pdf")).await.is(200).pdf();
    for line in [
        "Có giá trị từ ngày 23/11/2026 đến hết ngày 23/11/2029",
        "Được gia hạn đến hết ngày 28/02/2030 theo Quyết định số 9/QĐ-UBND ngày 19/08/2029",
    ] {
        assert!(text.lines().any(|l| l == line), "{line} is not in\n{text}");
    }
    let notice = format!("/certificates/{NUMBER}/expiry-notice.docx");
    let text = t.signed_in(office).download(&notice).await.is(200).docx();
    assert!(
        text.contains("Giấy chứng nhận đã được gia hạn đến hết ngày 28/02/2030 theo Quyết định"),
        "{text}"
    );
    assert!(text.contains("đến hết ngày 28 tháng 02 năm 2030") && !text.contains("từ 180 đến 120"), "{text}");
    // The list of the decision says what was decided then.
    let annex = "/certificates/annex.docx?decision_number=1/Q%C4%90-UBND&authority=19";
    let text = t.signed_in(office).download(annex).await.is(200).docx();
    assert!(text.contains(&format!("{NUMBER}; đến hết 23/11/2029")), "{text}");
    let token = t.anonymous().get(&format!("/certificates/{NUMBER}/star-token")).await.is(200).body;
    assert_eq!(token["claims"]["valid_until"], "2030-02-28T17:00:00.000000Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retired_key_is_published_until_what_it_signed_has_expired() {
    let t = app().await;
    certified(&t).await;
    let (old, _) = star_token(&t.anonymous(), NUMBER).await;
    let (vault, now) = (t.app.vault.clone(), t.app.clock.now());
    let rotate = move |tx: &mut ocop::db::Tx<'_>| {
        ocop::account::rotate(tx, &Actor::system("test"), &vault, Purpose::StarToken, now)
    };
    let new = t.app.db.write("test.rotate", rotate).await.unwrap();
    t.app.star_keys.follow(&t.app).await.unwrap();
    let (fresh, _) = star_token(&t.anonymous(), NUMBER).await;
    assert_eq!(jsonwebtoken::decode_header(&fresh).unwrap().kid, Some(new.to_string()));
    let keys = published(&t).await;
    assert_eq!(keys.keys.len(), 2);
    checked(&keys, &old, now).unwrap();
    checked(&keys, &fresh, now).unwrap();
    // Whoever was signed in stays so: access tokens have keys of their own.
    let someone = t.actor("someone", &[Role::Auditor], None, None).await;
    someone.get("/auth/me").await.is(200);

    t.app.clock.advance(Duration::hours(24));
    assert_eq!(published(&t).await.keys.len(), 2);
    t.app.tidy().await.unwrap();
    t.app.star_keys.follow(&t.app).await.unwrap();
    assert_eq!(published(&t).await.keys.len(), 2, "another process may have signed a moment longer");
    t.app.clock.advance(Duration::minutes(2));
    let left = published(&t).await;
    assert_eq!(left.keys.len(), 1);
    checked(&left, &fresh, now).unwrap();
}
