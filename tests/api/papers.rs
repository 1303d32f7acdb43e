//! The papers that offices sign, as documents: what stands in them, and who gets them.

use chrono::Duration;
use ocop::actor::Role;

use crate::support::client::send;
use crate::support::make::{Scoring, Way, choices_worth, commune_report};
use crate::support::{TestApp, json};

#[track_caller]
fn holds(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.lines().any(|l| l.contains(line)), "{line:?} is not in\n{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_forms_of_a_dossier_are_printed_for_whoever_sees_it() {
    let t = TestApp::new().await;
    let way = Way::begin(&t).await;
    let producer = format!("/producers/{}", way.producer);
    let etag = way.province.get(&producer).await.is(200).etag();
    let person = json!({
        "representative": {"full_name": "Đào Thanh Hảo", "gender": "female", "ethnicity": "Tày"},
        "phone": "0912345678", "address": "Xóm Hồng Thái", "registered_on": "2018-05-20",
    });
    way.province.patch(&producer, &etag, person).await.is(200);
    let paper = way.paper(&way.product).await;
    let body = json!({"paper_id": paper, "criterion": "1.1"});
    way.coop.post(&way.path("/documents"), body).await.is(200);

    let file = way.coop.download(&way.path("/forms/01.docx")).await.is(200);
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename=\"bieu-01-che-dinh.docx\"; \
         filename*=UTF-8''Bi%E1%BB%83u%2001%20-%20Ch%C3%A8%20%C4%91inh.docx"
    );
    let form = file.docx();
    holds(
        &form,
        &[
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc",
            "HỢP TÁC XÃ CHÈ HẢO ĐẠT",
            "Tân Cương, ngày ..... tháng ..... năm 2026",
            "PHIẾU ĐĂNG KÝ",
            "Kính gửi: Ủy ban nhân dân xã Tân Cương",
            "1. Tên chủ thể: Hợp tác xã chè Hảo Đạt",
            "3. Số đăng ký: 170207000012, ngày 20/05/2018",
            "5. Địa chỉ: Xóm Hồng Thái, xã Tân Cương, tỉnh Thái Nguyên",
            "6. Người đại diện: Đào Thanh Hảo",
            "giới tính nữ; dân tộc Tày",
            "1. Tên sản phẩm: Chè đinh",
            "2. Phân loại: Bộ tiêu chí số 11: ",
            "Giá bán: 450.000 ₫",
            "Búp chè",
            "5. Lao động: 24 người, trong đó 20 người địa phương",
            "Mở rộng vùng nguyên liệu thêm 5 ha trong năm 2027.",
            "ĐẠI DIỆN CHỦ THỂ",
        ],
    );
    let tag = file.header("etag").to_owned();
    way.coop.download_unless(&way.path("/forms/01.docx"), &tag).await.is(304);

    let form = way.coop.download(&way.path("/forms/02.docx")).await.is(200).docx();
    let set = ocop::criteria::find("qd26-2026", 11).unwrap();
    holds(&form, &["PHIẾU TỰ ĐÁNH GIÁ", "Hạng tự đánh giá: 5 sao", "Tổng điểm", "GCN"]);
    for part in &set.parts {
        holds(&form, &[&format!("Phần {}: {}", part.code, part.label_vi)]);
        for leaf in part.leaves() {
            let best = leaf.options.iter().max_by_key(|option| option.points).unwrap();
            holds(&form, &[&leaf.code, &leaf.label_vi, &best.label_vi]);
        }
    }
    assert!(form.contains("\nTổng điểm\n100\n100\n"), "the greatest and the given total in\n{form}");

    let unwritten = way.coop.get(&way.path("/forms/03.docx")).await;
    unwritten.is(409).problem("dossier.report_missing");
    way.submit().await.is(200);
    let etag = way.etag().await;
    way.commune.put(&way.path("/commune-report"), &etag, commune_report()).await.is(200);
    let form = way.commune.download(&way.path("/forms/03.docx")).await.is(200).docx();
    holds(
        &form,
        &[
            "ỦY BAN NHÂN DÂN",
            "XÃ TÂN CƯƠNG",
            "Số: ....... /BC-UBND",
            "Kính gửi: Ủy ban nhân dân tỉnh Thái Nguyên",
            "20 trên 24 lao động là người của xã.",
            "Chè Tân Cương có chỉ dẫn địa lý.",
            "TM. ỦY BAN NHÂN DÂN",
            "Nơi nhận:",
            "- Lưu: VT.",
        ],
    );
    // The day of the filing now stands on form 01.
    let form = way.province.download(&way.path("/forms/01.docx")).await.is(200).docx();
    holds(&form, &["Tân Cương, ngày 23 tháng 11 năm 2026"]);

    way.coop.get(&way.path("/forms/04.docx")).await.is(404);
    way.coop.get(&way.path("/forms/.docx")).await.is(404);
    t.anonymous().get(&way.path("/forms/01.docx")).await.is(401);
    let other = t.producer("Hợp tác xã khác", "05503").await;
    let other = t.actor("other", &[Role::ProducerMember], None, Some(other)).await;
    let elsewhere = t.actor("elsewhere", &[Role::CommuneOfficer], Some("05692"), None).await;
    for stranger in [other, elsewhere] {
        stranger.get(&way.path("/forms/01.docx")).await.is(404).problem("request.not_found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_council_reads_the_forms_without_personal_data() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 3).await;
    let producer = format!("/producers/{}", s.way.producer);
    let etag = s.way.province.get(&producer).await.is(200).etag();
    let person =
        json!({"representative": {"full_name": "Đào Thanh Hảo", "ethnicity": "Tày"}, "phone": "0912345678"});
    s.way.province.patch(&producer, &etag, person).await.is(200);
    let path = s.way.path("/forms/01.docx");
    let phone = "912345678";
    let form = s.way.province.download(&path).await.is(200).docx();
    assert!(form.contains("Đào Thanh Hảo") && form.replace(' ', "").contains(phone), "{form}");
    let form = s.members[2].1.download(&path).await.is(200).docx();
    holds(&form, &["Hợp tác xã chè Hảo Đạt", "Búp chè"]);
    assert!(!form.contains("Thanh Hảo") && !form.contains("Tày"), "{form}");
    assert!(!form.replace(' ', "").contains(phone), "{form}");
    let form = s.members[2].1.download(&s.way.path("/forms/02.docx")).await.is(200).docx();
    assert!(!form.contains("Thanh Hảo"), "{form}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_score_sheet_is_its_members_until_it_is_signed() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 3).await;
    let mine = s.way.path("/sheets/mine.docx");
    let member = &s.members[2].1;
    member.get(&mine).await.is(404);
    let body = json!({"choices": choices_worth(11, 80), "comment": "Bao bì đẹp & chắc chắn"});
    let request = member.request(reqwest::Method::PUT, &s.way.path("/sheets/mine")).json(&body);
    let draft = send(request).await.is(200);
    let paper = member.download(&mine).await.is(200).docx();
    holds(
        &paper,
        &[
            "ỦY BAN NHÂN DÂN TỈNH THÁI NGUYÊN",
            "HỘI ĐỒNG OCOP TỈNH THÁI NGUYÊN",
            "PHIẾU CHẤM ĐIỂM",
            "Thành viên: council3",
            "Vai trò: Ủy viên",
            "Bản nháp, chưa ký; lần chấm 1",
            "Bao bì đẹp & chắc chắn",
            "THÀNH VIÊN HỘI ĐỒNG",
        ],
    );
    assert!(paper.contains("\n80\n"), "{paper}");
    let signed_path = s.way.path(&format!("/sheets/{}.docx", draft.id()));
    for other in [&s.members[0].1, &s.way.province] {
        other.get(&signed_path).await.is(404).problem("request.not_found");
    }
    member.post(&s.way.path("/sheets/mine/sign"), json!({})).await.is(200);
    holds(&member.download(&mine).await.is(200).docx(), &["Đã ký ngày 23/11/2026; lần chấm 1"]);
    for other in [&s.members[0].1, &s.way.province] {
        let paper = other.download(&signed_path).await.is(200).docx();
        holds(&paper, &["Thành viên: council3", "Đã ký ngày 23/11/2026"]);
    }
    s.way.coop.get(&signed_path).await.is(403).problem("auth.forbidden");
    s.way.coop.get(&mine).await.is(403).problem("auth.forbidden");
    let both =
        t.actor("both", &[Role::ProvincialOfficer, Role::ProducerMember], Some("19"), Some(s.way.producer));
    both.await.get(&signed_path).await.is(403).problem("auth.forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn minutes_tell_the_whole_session() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 4).await;
    let councils = s.way.province.get(&format!("/councils/{}/sessions", s.council)).await.is(200);
    let session = format!("/sessions/{}", councils.body["data"][0]["id"].as_str().unwrap());
    let minutes = format!("{session}/minutes.docx");
    let empty = s.way.province.download(&minutes).await.is(200).docx();
    holds(
        &empty,
        &[
            "Phiên họp chưa kết luận hồ sơ này. Số phiếu đã ký: 0.",
            "chưa kết luận",
            "Có mặt 4 trên 4 thành viên.",
        ],
    );

    s.members[3].1.post(&s.way.path("/conflicts"), json!({"reason": "Em ruột của giám đốc"})).await.is(201);
    for (member, total) in [(0, 80), (1, 80), (2, 50)] {
        s.score(member, choices_worth(11, total)).await;
    }
    // A signed total is nobody's to read in minutes before the conclusion.
    let open = s.way.province.download(&minutes).await.is(200).docx();
    assert!(!open.contains("\n50\n"), "{open}");
    let etag = s.way.province.get(&session).await.is(200).etag();
    let present = json!({"account_ids": [s.members[0].0, s.members[1].0, s.members[2].0]});
    s.way.province.put(&format!("{session}/attendance"), &etag, present).await.is(200);
    s.agree().await;
    let reason = "Đánh giá thấp vì bao bì chưa có truy xuất nguồn gốc";
    s.conclude(json!({"explanations": [{"account_id": s.members[2].0, "reason": reason}]})).await.is(200);

    let text = s.way.province.download(&minutes).await.is(200).docx();
    holds(
        &text,
        &[
            "HỘI ĐỒNG OCOP TỈNH THÁI NGUYÊN",
            "Số: ....... /BB-HĐ",
            "Thái Nguyên, ngày 20 tháng 12 năm 2026",
            "BIÊN BẢN",
            "Ngày: 20/12/2026 (họp trực tiếp)",
            "Có mặt 3 trên 4 thành viên. Kết luận cần ít nhất 3 phiếu đã ký (75 %)",
            "1. Chè đinh – Hợp tác xã chè Hảo Đạt",
            "council1",
            "-20",
            "+10",
            reason,
            "Điểm trung bình 70,00 (3 phiếu); chênh lệch cao nhất và thấp nhất 30 điểm",
            "Không tham gia chấm điểm vì xung đột lợi ích: council4 (tự khai: Em ruột của giám đốc).",
            "V. Kết luận",
            "THƯ KÝ",
            "CHỦ TỊCH HỘI ĐỒNG",
            "Phiếu thống nhất: Chè đinh",
        ],
    );
    let set = ocop::criteria::find("qd26-2026", 11).unwrap();
    let chosen = choices_worth(11, 80);
    for leaf in set.leaves() {
        let option = leaf.options.iter().find(|option| chosen[&*leaf.code] == *option.id);
        holds(&text, &[&leaf.label_vi]);
        holds(&text, &[option.map_or("Không đạt phương án nào", |option| &option.label_vi)]);
    }

    let seen = s.members[2].1.download(&minutes).await.is(200).docx();
    holds(&seen, &[reason, "council3"]);
    // Who works for the producer learns the totals, not whose they are.
    let roles = &[Role::ProvincialOfficer, Role::ProducerMember];
    let both = t.actor("both", roles, Some("19"), Some(s.way.producer)).await;
    let veiled = both.download(&minutes).await.is(200).docx();
    holds(&veiled, &["-20", "(không nêu tên)", "Điểm trung bình 70,00 (3 phiếu)"]);
    assert!(!veiled.contains(reason) && !veiled.contains("Em ruột"), "{veiled}");
    s.way.coop.get(&minutes).await.is(403).problem("auth.forbidden");
    let elsewhere = t.actor("elsewhere", &[Role::ProvincialOfficer], Some("01"), None).await;
    elsewhere.get(&minutes).await.is(404).problem("request.not_found");
    t.anonymous().get(&minutes).await.is(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_has_its_list_and_a_certificate_its_notice() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 3).await;
    s.concluded(60).await;
    let officer = t.account("leader", &[Role::ProvincialLeader], Some("19"), None).await;
    let leader = t.signed_in(officer);
    let own = json!({"decision_number": "2890/QĐ-UBND"});
    leader.post(&s.way.path("/decide"), own.clone()).await.is(201);
    let second = s.another("Chè nõn tôm").await;
    second.concluded(80).await;
    leader.post(&second.way.path("/decide"), own.clone()).await.is(201);
    let third = s.another("Chè khác").await;
    third.concluded(70).await;
    leader.post(&third.way.path("/decide"), json!({})).await.is(201);

    let annex = "/certificates/annex.docx?decision_number=2890/Q%C4%90-UBND&authority=19";
    let file = s.way.province.download(annex).await.is(200);
    assert!(file.header("content-disposition").contains("filename=\"phu-luc-quyet-dinh-2890-qd-ubnd.docx\""));
    let text = file.docx();
    holds(
        &text,
        &[
            "PHỤ LỤC",
            "(Kèm theo Quyết định số 2890/QĐ-UBND ngày 23 tháng 11 năm 2026 của Ủy ban nhân dân tỉnh Thái Nguyên)",
            "Danh sách có 2 sản phẩm: 1 sản phẩm 4 sao, 1 sản phẩm 3 sao.",
            "19-05503-1-2026",
            "OCOP-19-2026-000002; đến hết 23/11/2029",
        ],
    );
    // The highest star first.
    assert!(text.find("Chè nõn tôm").unwrap() < text.find("Chè đinh").unwrap(), "{text}");
    assert!(!text.contains("Chè khác"), "{text}");
    s.way.coop.get(annex).await.is(403).problem("auth.forbidden");
    let elsewhere = t.actor("elsewhere", &[Role::ProvincialOfficer], Some("01"), None).await;
    elsewhere.get(annex).await.is(404).problem("request.not_found");
    t.actor("auditor", &[Role::Auditor], None, None).await.download(annex).await.is(200).docx();
    s.way.province.get(&annex.replace("2890", "2891")).await.is(404);
    s.way.province.get("/certificates/annex.docx?authority=19").await.is(400).problem("request.bad_query");

    // The same number on another day: then the day is needed.
    t.app.clock.advance(Duration::minutes(5));
    let fourth = s.another("Chè ngày sau").await;
    fourth.concluded(70).await;
    t.app.clock.advance(Duration::hours(24));
    t.signed_in(officer).post(&fourth.way.path("/decide"), own).await.is(201);
    let office = t.actor("office", &[Role::ProvincialOfficer], Some("19"), None).await;
    let asked = office.get(annex).await.is(422).problem("request.invalid");
    assert_eq!(asked.body["errors"][0]["code"], "decision.several_days");
    let text = office.download(&format!("{annex}&decided_on=2026-11-24")).await.is(200).docx();
    holds(&text, &["Chè ngày sau", "Danh sách có 1 sản phẩm: 1 sản phẩm 4 sao."]);

    let notice = "/certificates/OCOP-19-2026-000001/expiry-notice.docx";
    let text = office.download(notice).await.is(200).docx();
    holds(
        &text,
        &[
            "ỦY BAN NHÂN DÂN TỈNH THÁI NGUYÊN",
            "THÔNG BÁO",
            "về việc giấy chứng nhận OCOP sắp hết hiệu lực",
            "Kính gửi: Hợp tác xã chè Hảo Đạt",
            "giấy chứng nhận số OCOP-19-2026-000001 theo Quyết định số 2890/QĐ-UBND ngày 23 tháng 11 năm 2026",
            "đến hết ngày 23 tháng 11 năm 2029, còn 1095 ngày",
            "từ ngày 27/05/2029 đến ngày 26/07/2029",
            "Ủy ban nhân dân xã Tân Cương;",
        ],
    );
    let member = t.actor("member", &[Role::ProducerMember], None, Some(s.way.producer)).await;
    member.download(notice).await.is(200).docx();
    t.anonymous().get(notice).await.is(401);
    let other = t.producer("Hợp tác xã khác", "05503").await;
    t.actor("other", &[Role::ProducerMember], None, Some(other)).await.get(notice).await.is(404);
    t.app.clock.advance(Duration::days(1100));
    let office = t.actor("office2", &[Role::ProvincialOfficer], Some("19"), None).await;
    let text = office.download(notice).await.is(200).docx();
    holds(
        &text,
        &["về việc giấy chứng nhận OCOP hết hiệu lực", "đã hết giá trị sau ngày 23 tháng 11 năm 2029"],
    );
}
