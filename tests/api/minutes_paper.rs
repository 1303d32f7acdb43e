//! Minutes as a document: what the data holds stands in it, in words; and papers of dossiers that are scored by parts.

use chrono::{TimeZone as _, Utc};
use diesel::prelude::*;
use ocop::actor::Role;
use ocop::clock::Clock;
use ocop::instant::Instant;

use crate::support::client::send;
use crate::support::make::{Scoring, choices_worth, cooperative};
use crate::support::{TestApp, json};

async fn session_of(s: &Scoring) -> String {
    let sessions = s.way.province.get(&format!("/councils/{}/sessions", s.council)).await.is(200).body;
    format!("/sessions/{}", sessions["data"][0]["id"].as_str().unwrap())
}

#[track_caller]
fn holds(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.lines().any(|l| l.contains(line)), "{line:?} is not in\n{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_the_minutes_know_is_printed() {
    let t = TestApp::new().await;
    // The representative has the name of the council's third member.
    let mut written = cooperative("Hợp tác xã chè La Bằng", "05503");
    written.representative.full_name = Some("council3".to_owned());
    let producer = t.written(written).await;
    let coop = t.actor("coop", &[Role::ProducerMember], None, Some(producer)).await;
    let s = Scoring::begin_for(&t, producer, coop, 4).await;
    let session = session_of(&s).await;
    let (minutes, secretary) = (format!("{session}/minutes.docx"), &s.members[1].1);
    let suspected = s.way.province.download(&minutes).await.is(200).docx();
    let namesake = "council3 (trùng tên người đại diện của chủ thể";
    holds(&suspected, &[&format!("Nghi có xung đột lợi ích, chưa làm rõ: {namesake}).")]);

    let expert = t.account("expert", &[Role::CouncilMember], None, None).await;
    s.way.province.post("/advisory-teams/19/members", json!({"account_id": expert})).await.is(201);
    let opinion =
        json!({"recommendation": "needs_completion", "opinion": "Thiếu phiếu kiểm nghiệm dư lượng."});
    t.signed_in(expert).post(&s.way.path("/reviews"), opinion).await.is(201);
    let note = "Trùng họ tên, khác năm sinh.";
    let check = s.way.path(&format!("/conflicts/{}/check", s.members[2].0));
    secretary.post(&check, json!({"verdict": "dismissed", "note": note})).await.is(200);
    let etag = secretary.get(&session).await.is(200).etag();
    let (chair, third) = (s.members[0].0, s.members[2].0);
    let present = json!({"account_ids": [chair, s.members[1].0, third], "times": [
        {"account_id": third, "came_at": "2026-11-23T01:35:00Z", "left_at": "2026-11-23T04:00:00Z"}]});
    secretary.put(&format!("{session}/attendance"), &etag, present).await.is(200);
    for (member, total) in [(0, 80), (1, 80), (2, 50)] {
        s.score(member, choices_worth(11, total)).await;
    }
    s.agree().await;
    let reason = "Bao bì chưa có truy xuất nguồn gốc; ".repeat(20);
    s.conclude(json!({"explanations": [{"account_id": third, "reason": reason}]})).await.is(200);
    let etag = secretary.get(&format!("{session}/minutes")).await.is(200).etag();
    let remarks = json!({"remarks": "Họp đúng giờ.\nKết thúc 11 giờ.", "dossiers": {&s.way.dossier: "Bổ sung nhãn phụ."}});
    secretary.put(&format!("{session}/minutes"), &etag, remarks).await.is(200);

    // As data; nothing of it for who works for the producer besides.
    let data = s.way.province.get(&format!("{session}/minutes")).await.is(200).body;
    assert_eq!(data["dossiers"][0]["reviews"][0]["recommendation"], "needs_completion");
    let roles = &[Role::ProvincialOfficer, Role::ProducerMember];
    let both = t.actor("both", roles, Some("19"), Some(producer)).await;
    let data = both.get(&format!("{session}/minutes")).await.is(200).body;
    assert_eq!(data["dossiers"][0]["reviews"], json!([]));
    let veiled = both.download(&minutes).await.is(200).docx();
    for hidden in ["phiếu kiểm nghiệm", note, "Bao bì chưa có"] {
        assert!(!veiled.contains(hidden), "{hidden} is in\n{veiled}");
    }

    // As a paper.
    let text = s.way.province.download(&minutes).await.is(200).docx();
    holds(
        &text,
        &[
            "x (đến lúc 08:35, về lúc 11:00)",
            "Có mặt 3 trên 4 thành viên.",
            "Ý kiến tổ tư vấn – expert (cần hoàn thiện): Thiếu phiếu kiểm nghiệm dư lượng.",
            "Ghi dưới bảng.",
            &format!("Lý do của council3: {}", reason.trim()),
            &format!("Đã làm rõ, không có xung đột lợi ích: {namesake}: Trùng họ tên, khác năm sinh)."),
            "Ghi chú của thư ký: Bổ sung nhãn phụ.",
            "Ghi chú của thư ký về phiên họp:",
            "Kết thúc 11 giờ.",
            "Phiếu thống nhất: Chè đinh",
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn left_out_totals_and_grounds_for_exclusion_are_told() {
    let t = TestApp::new().await;
    let s = Scoring::begin_with_settings(&t, 5, json!({"aggregation": "trimmed_mean"})).await;
    let set = ocop::criteria::find("qd26-2026", 11).unwrap();
    let ground = set.exclusions().first().unwrap();
    for (member, total) in [82, 80, 80, 80, 78].into_iter().enumerate() {
        let mut choices = choices_worth(11, total);
        choices[&*ground.id] = json!("found");
        s.score(member, choices).await;
    }
    s.agree().await;
    let sheet = s.members[4].1.download(&s.way.path("/sheets/mine.docx")).await.is(200).docx();
    let out = format!("Thuộc trường hợp bị loại: {}", ground.vi);
    holds(&sheet, &[&out]);
    s.conclude(json!({})).await.is(200);
    let text =
        s.way.province.download(&format!("{}/minutes.docx", session_of(&s).await)).await.is(200).docx();
    holds(
        &text,
        &["Điểm trung bình sau khi bỏ một phiếu cao nhất và một phiếu thấp nhất 80,00 (5 phiếu)", &out],
    );
    assert_eq!(text.matches("Không tính vào trung bình.").count(), 2, "{text}");
    holds(&text, &["Kết luận: không xếp hạng."]);
}

#[tokio::test(flavor = "multi_thread")]
async fn papers_by_parts_say_that_floors_were_not_tested() {
    let day = Instant::from_utc(Utc.with_ymd_and_hms(2026, 6, 1, 2, 0, 0).unwrap());
    let t = TestApp::on_clock(Clock::fixed(day), |_| {}).await;
    let s = Scoring::begin(&t, 3).await;
    // As one filed before 22 May 2026 under the decision of that time: its self-assessment is on paper.
    let id: ocop::ids::DossierId = s.way.dossier.parse().unwrap();
    let old = move |tx: &mut ocop::db::Tx<'_>| {
        use ocop::db::schema::dossiers;
        diesel::update(dossiers::table.find(id.as_str()))
            .set((dossiers::scheme.eq("qd148-2023"), dossiers::self_choices.eq("{}")))
            .execute(tx.conn())?;
        Ok(())
    };
    t.app.db.write("test.old", old).await.unwrap();
    let untested = "Chấm theo phần của Quyết định số 148/QĐ-TTg: không kiểm tra được điều kiện tối thiểu";
    let form = s.way.coop.download(&s.way.path("/forms/02.docx")).await.is(200).docx();
    holds(&form, &["Bộ sản phẩm số 11, chấm theo phần của Quyết định số 148/QĐ-TTg", untested]);
    let labels: Vec<_> =
        ocop::criteria::scheme("qd148-2023").unwrap().parts.iter().map(|p| &p.label_vi).collect();
    assert!(form.contains(&format!("\nA\n{}\n40\n..........\n", labels[0])), "{form}");
    for (_, member) in &s.members {
        let sheet = json!({"parts": {"A": 31.5, "B": 20, "C": 28}});
        let mine = s.way.path("/sheets/mine");
        send(member.request(reqwest::Method::PUT, &mine).json(&sheet)).await.is(200);
        member.post(&format!("{mine}/sign"), json!({})).await.is(200);
    }
    let sheet = s.members[2].1.download(&s.way.path("/sheets/mine.docx")).await.is(200).docx();
    holds(&sheet, &[untested]);
    for row in [format!("\nA\n{}\n40\n31,50\n", labels[0]), "\nTổng điểm\n100\n79,50\n".to_owned()] {
        assert!(sheet.contains(&row), "{row:?} is not in\n{sheet}");
    }
    s.conclude(json!({})).await.is(200);
    let minutes = format!("{}/minutes.docx", session_of(&s).await);
    let text = s.way.province.download(&minutes).await.is(200).docx();
    holds(&text, &["Điểm trung bình 79,50 (3 phiếu)", untested, "Kết luận: 4 sao."]);
    assert!(!text.contains("Phiếu thống nhất"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_writing_signed_sheets_are_the_attendance() {
    let t = TestApp::new().await;
    let s = Scoring::begin(&t, 4).await;
    let session: ocop::ids::SessionId =
        session_of(&s).await.trim_start_matches("/sessions/").parse().unwrap();
    let id: ocop::ids::DossierId = s.way.dossier.parse().unwrap();
    let written = move |tx: &mut ocop::db::Tx<'_>| {
        use ocop::db::schema::{dossiers, sessions};
        diesel::update(dossiers::table.find(id.as_str()))
            .set(dossiers::kind.eq("renewal"))
            .execute(tx.conn())?;
        diesel::update(sessions::table.find(session.as_str()))
            .set((sessions::kind.eq("written"), sessions::attendance.eq("[]")))
            .execute(tx.conn())?;
        Ok(())
    };
    t.app.db.write("test.written", written).await.unwrap();
    for member in 0..3 {
        s.score(member, choices_worth(11, 80)).await;
    }
    s.conclude(json!({})).await.is(200);
    let text = s.way.province.download(&format!("/sessions/{session}/minutes.docx")).await.is(200).docx();
    holds(
        &text,
        &[
            "(lấy ý kiến bằng văn bản)",
            "Đã gửi phiếu",
            "Đã gửi phiếu ký 3 trên 4 thành viên.",
            "đánh giá, phân hạng lại",
            "Kết luận: 4 sao.",
        ],
    );
    assert_eq!(text.matches("\nx\n").count(), 3, "{text}");
}
