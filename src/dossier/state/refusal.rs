//! What is told to somebody who acts out of order: the rule, the article, and whose turn it is. Pure.

use crate::error::{Code, Refusal};

use super::{Action, Stage, Status};

/// When an action is in order.
const fn rule(action: Action) -> (&'static str, &'static str) {
    match action {
        Action::Submit => (
            "Chỉ nộp được hồ sơ đang soạn hoặc được trả lại để bổ sung",
            "Only a draft, or a dossier returned for completion, is filed",
        ),
        Action::Forward => (
            "Xã chỉ chuyển lên tỉnh hồ sơ chủ thể đã nộp cho xã",
            "The commune forwards a dossier that was filed with it",
        ),
        Action::Return => (
            "Chỉ trả lại để bổ sung khi hồ sơ đang ở xã hoặc tỉnh và chưa vào hội đồng",
            "A dossier is returned while it lies with the commune or the province and no council scores it",
        ),
        Action::Accept => (
            "Tỉnh chỉ tiếp nhận hồ sơ xã đã chuyển lên",
            "The province accepts a dossier that the commune has forwarded",
        ),
        Action::Score => (
            "Chỉ đưa vào chương trình hội đồng hồ sơ tỉnh đã tiếp nhận, hoặc hồ sơ đã chuyển trung ương",
            "A council takes up a dossier that the province has accepted or that was referred to the centre",
        ),
        Action::Conclude => {
            ("Hội đồng chỉ kết luận hồ sơ đang chấm", "A council concludes on a dossier that it is scoring")
        }
        Action::Recognise | Action::Refuse => {
            ("Chỉ quyết định sau khi hội đồng kết luận", "A decision follows the conclusion of the council")
        }
        Action::Refer => (
            "Chỉ chuyển cấp sau khi hội đồng kết luận",
            "A dossier goes to the other tier after the conclusion of the council",
        ),
        Action::EvaluateAgain => (
            "Chỉ đánh giá lại hồ sơ trung ương đã trả về tỉnh",
            "A dossier is evaluated again after the centre handed it back",
        ),
        Action::Withdraw => (
            "Chủ thể chỉ rút hồ sơ khi hội đồng chưa chấm",
            "A producer withdraws a dossier until a council scores it",
        ),
    }
}

/// Whose turn it is, and what to do instead.
const fn turn(status: Status, stage: Stage) -> (&'static str, &'static str) {
    match (status, stage) {
        (Status::Draft, _) => (
            "hồ sơ đang soạn: chủ thể hoàn thiện rồi nộp (submit)",
            "it is a draft: the producer completes and files it (submit)",
        ),
        (Status::Submitted, _) => (
            "hồ sơ đang ở xã: xã báo cáo rồi chuyển tỉnh (forward) hoặc trả lại (return)",
            "it lies with the commune, which reports and forwards it (forward) or returns it (return)",
        ),
        (Status::Returned, _) => (
            "hồ sơ đã trả lại: chủ thể bổ sung rồi nộp lại (submit)",
            "it was returned: the producer completes it and files it again (submit)",
        ),
        (Status::Forwarded, _) => (
            "hồ sơ đang ở tỉnh: tỉnh tiếp nhận (accept) hoặc trả lại (return)",
            "it lies with the province, which accepts it (accept) or returns it (return)",
        ),
        (Status::Accepted, _) => (
            "hồ sơ chờ hội đồng: tỉnh đưa vào chương trình phiên họp, hoặc trả lại (return)",
            "it waits for a council: the province puts it on a session's agenda, or returns it (return)",
        ),
        (Status::Scoring, _) => (
            "hội đồng đang chấm: thành viên ký phiếu, chủ tịch hội đồng kết luận (conclude)",
            "a council is scoring it: members sign their sheets and the chair concludes (conclude)",
        ),
        (Status::Concluded, Stage::Centre) => (
            "hội đồng trung ương đã kết luận: chờ quyết định (decide)",
            "the central council has concluded: it waits for the decision (decide)",
        ),
        (Status::Concluded, _) => (
            "hội đồng đã kết luận: chờ lãnh đạo tỉnh quyết định (decide)",
            "the council has concluded: it waits for the province's leader (decide)",
        ),
        (Status::Referred, _) => (
            "hồ sơ đã chuyển trung ương: chờ hội đồng trung ương",
            "it was referred to the centre: it waits for the central council",
        ),
        (Status::Recognised, _) => (
            "sản phẩm đã được công nhận: lập hồ sơ mới để nâng hạng (upgrade) hoặc phân hạng lại (renewal)",
            "the product was recognised: begin a new dossier to upgrade (upgrade) or renew (renewal)",
        ),
        (Status::Refused, _) => {
            ("hồ sơ không được công nhận: lập hồ sơ mới", "it was not recognised: begin a new dossier")
        }
        (Status::Withdrawn, _) => ("hồ sơ đã rút: lập hồ sơ mới", "it was withdrawn: begin a new dossier"),
    }
}

/// The refusal of an action that the table of transitions does not know.
pub fn out_of_order(status: Status, stage: Stage, action: Action) -> Refusal {
    let (rule_vi, rule_en) = rule(action);
    let (turn_vi, turn_en) = turn(status, stage);
    Refusal::new(
        Code::DossierState,
        format!("{rule_vi} (Quyết định 26/2026/QĐ-TTg, điều 5 đến 8); {turn_vi}."),
        format!("{rule_en} (Decision 26/2026/QĐ-TTg, articles 5 to 8); {turn_en}."),
    )
}

/// The refusal of something that the status does not allow.
pub fn wrong_status(status: Status) -> Refusal {
    let (turn_vi, turn_en) = turn(status, Stage::Province);
    Refusal::new(
        Code::DossierState,
        format!("Hồ sơ đang ở trạng thái {status}, không làm được việc này; {turn_vi}."),
        format!("The dossier is {status}; this cannot be done with it: {turn_en}."),
    )
}
