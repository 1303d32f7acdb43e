//! What is told of a shop or a listing in trouble: the issue, and what to do about it.

use crate::platform::state::{Capability, Descriptor, Failure, Issue, Text};

use super::Drift;

/// The issue of a shop whose keys are refused, with the names of the fields to correct.
pub(super) fn refused_keys(failure: &Failure, platform: &Descriptor) -> Issue {
    let names = |lang: fn(&crate::platform::state::Label) -> &'static str| {
        let needed = platform.auth.iter().filter(|field| !field.optional || field.secret);
        needed.map(|field| lang(&field.label)).collect::<Vec<_>>().join(", ")
    };
    let pointer = match platform.auth {
        [only] => format!("/credentials/{}", only.name),
        _ => "/credentials".to_owned(),
    };
    Issue::error(
        "shop.credentials_refused",
        &pointer,
        Text::made(
            format!("{} từ chối khóa kết nối của gian hàng: {}", platform.title, failure.message),
            format!("{} refuses the shop's keys: {}", platform.title, failure.message),
        ),
        if platform.capabilities.contains(&Capability::Consent) {
            Text::made(
                format!(
                    "Bấm kết nối để chủ gian hàng đồng ý lại trên trang của {} (POST /shops/{{id}}/consent), hoặc kiểm \
                     tra và nhập lại: {}.",
                    platform.title,
                    names(|label| label.vi)
                ),
                format!(
                    "Connect again by the owner's consent on the page of {} (POST /shops/{{id}}/consent), or check and \
                     enter again: {}.",
                    platform.title,
                    names(|label| label.en)
                ),
            )
        } else {
            Text::made(
                format!("Kiểm tra và nhập lại: {}.", names(|label| label.vi)),
                format!("Check and enter again: {}.", names(|label| label.en)),
            )
        },
    )
}

/// The issue of a shop that waits for its owner's consent.
pub(super) fn consent_needed(platform: &Descriptor) -> Issue {
    Issue::warning(
        "shop.consent_needed",
        "",
        Text::made(
            format!("Gian hàng đang chờ chủ gian hàng đồng ý trên trang của {}.", platform.title),
            format!("The shop waits for its owner's consent on the page of {}.", platform.title),
        ),
        CONSENT_AGAIN,
    )
}

/// The issue of a shop whose owner's consent brought nothing.
pub(super) fn consent_failed(vi: &str, en: &str) -> Issue {
    Issue::error(
        "shop.consent_failed",
        "",
        Text::made(format!("Chưa kết nối được: {vi}."), format!("The shop is not connected: {en}.")),
        CONSENT_AGAIN,
    )
}

/// What is known between the owner's consent and the first tokens.
pub(super) fn consent_received() -> Issue {
    Issue::warning(
        "shop.consent_received",
        "",
        Text::fixed(
            "Đã nhận sự đồng ý của chủ gian hàng; đang hoàn tất kết nối.",
            "The owner's consent was received; the connection is being made.",
        ),
        Text::fixed(
            "Không cần làm gì; hãy xem lại sau ít phút.",
            "There is nothing to do; look again shortly.",
        ),
    )
}

const CONSENT_AGAIN: Text = Text::fixed(
    "Bấm kết nối (POST /shops/{id}/consent), mở địa chỉ nhận được trong 15 phút và chọn đồng ý.",
    "Connect (POST /shops/{id}/consent), open the address you get within 15 minutes, and agree there.",
);

/// Code of the issue that orders could not be read.
pub(super) const ORDERS_UNREAD: &str = "shop.orders_unread";

/// The issue of a shop whose platform gives orders that are none; the others are counted.
pub(super) fn orders_unread(unread: &[String]) -> Issue {
    let (count, some) = (unread.len(), unread.iter().take(5).cloned().collect::<Vec<_>>().join("; "));
    Issue::warning(
        ORDERS_UNREAD,
        "",
        Text::made(
            format!("Có {count} đơn hàng của sàn không đọc được nên chưa tính vào doanh số: {some}"),
            format!("{count} orders of the platform could not be read and are not counted: {some}"),
        ),
        Text::fixed(
            "Đối chiếu các đơn này trên trang quản lý của sàn; các đơn khác vẫn được tính.",
            "Compare these orders in the platform's own pages; all others are counted.",
        ),
    )
}

/// The issue while a platform does not answer as it should; it goes away by itself.
pub(super) fn unreachable(failure: &Failure) -> Issue {
    Issue::warning(
        "platform.unreachable",
        "",
        Text::made(
            format!("Sàn chưa nhận được yêu cầu ({}): {}", failure.code, failure.message),
            format!("The platform did not take the request ({}): {}", failure.code, failure.message),
        ),
        Text::fixed(
            "Không cần làm gì: hệ thống tự gửi lại.",
            "There is nothing to do: the request is sent again by itself.",
        ),
    )
}

/// The issue of a product that the platform's review refused.
pub(super) fn rejected(reasons: &[String]) -> Issue {
    let told = reasons.join("; ");
    Issue::error(
        "platform.rejected",
        "",
        Text::made(format!("Sàn từ chối duyệt: {told}"), format!("The platform's review refused it: {told}")),
        Text::fixed(
            "Sửa theo lý do của sàn rồi gửi lại.",
            "Correct what the platform names and send it again.",
        ),
    )
}

/// What somebody changed on the platform itself, each with the choice that is open.
pub(super) fn drifted(drift: Drift) -> Vec<Issue> {
    let Drift { name, price_vnd } = drift;
    let price = price_vnd.map(|(ours, theirs)| {
        Issue::warning(
            "listing.drift",
            "/price_vnd",
            Text::made(
                format!(
                    "Giá trên sàn là {theirs} đồng, khác giá đã gửi {ours} đồng: có người đã sửa trên sàn."
                ),
                format!("The platform shows {theirs} VND, we sent {ours} VND: somebody changed it there."),
            ),
            Text::fixed(
                "Chọn giữ giá của hệ thống hay giá trên sàn; chưa chọn thì giá trên sàn được giữ nguyên.",
                "Choose our price or the platform's; until then the platform's stays.",
            ),
        )
    });
    let name = name.map(|(ours, theirs)| {
        Issue::warning(
            "listing.name_drift",
            "/name",
            Text::made(
                format!("Tên trên sàn là “{theirs}”, khác tên đã gửi “{ours}”: có người đã sửa trên sàn."),
                format!("The platform shows “{theirs}”, we sent “{ours}”: somebody changed it there."),
            ),
            Text::fixed(
                "Chọn giữ tên của hệ thống hay tên trên sàn; chưa chọn thì tên trên sàn được giữ nguyên.",
                "Choose our name or the platform's; until then the platform's stays.",
            ),
        )
    });
    [price, name].into_iter().flatten().collect()
}

/// The issue of a push that will not be tried again by itself.
pub(super) fn gave_up(failure: &Failure) -> Issue {
    Issue::error(
        "platform.gave_up",
        "",
        Text::made(
            format!("Đã gửi nhiều lần mà sàn vẫn không nhận ({}): {}", failure.code, failure.message),
            format!(
                "It was sent many times and the platform did not take it ({}): {}",
                failure.code, failure.message
            ),
        ),
        Text::fixed(
            "Kiểm tra nội dung và gian hàng rồi bấm đồng bộ để gửi lại.",
            "Look at the content and the shop, then sync to send it again.",
        ),
    )
}

/// The issue of a product that was on sale and that somebody deleted at the platform.
pub(super) fn deleted_there() -> Issue {
    Issue::error(
        "product.deleted_there",
        "",
        Text::fixed(
            "Sản phẩm đang bán đã bị xóa trên sàn, không do hệ thống này xóa.",
            "The product was on sale and was deleted at the platform, not from here.",
        ),
        Text::fixed(
            "Bấm đồng bộ để đăng lại thành sản phẩm mới, hoặc gỡ niêm yết nếu không bán ở đây nữa.",
            "Sync to offer it again as a new product, or withdraw the listing to give it up here.",
        ),
    )
}

/// The issue of a product at which the platform accepts no changes.
pub(super) fn stuck() -> Issue {
    Issue::error(
        "platform.not_editable",
        "",
        Text::fixed(
            "Sản phẩm trên sàn đã bị gỡ hoặc khóa nên không nhận thay đổi.",
            "The product was taken down or locked at the platform and accepts no changes.",
        ),
        Text::fixed(
            "Mở lại sản phẩm trên trang quản lý của sàn rồi bấm đồng bộ.",
            "Open the product again in the platform's own pages, then sync.",
        ),
    )
}

/// The issue of a shop served by hand whose product still names a certificate there that is not valid any more.
pub(super) fn star_by_hand(number: &str, now: Option<&str>) -> Issue {
    let (vi, en) = match now {
        Some(now) => (
            format!("Thay bằng giấy chứng nhận số {now} trên trang quản lý của sàn, rồi ghi lại kết quả."),
            format!("Replace it by certificate {now} in the platform's own pages, then record it here."),
        ),
        None => (
            format!(
                "Bỏ hạng sao và giấy chứng nhận số {number} khỏi sản phẩm trên sàn, hoặc gỡ sản phẩm xuống, rồi ghi lại \
                 kết quả."
            ),
            format!(
                "Remove the star and certificate {number} from the product there, or take the product down, then \
                 record it here."
            ),
        ),
    };
    Issue::warning(
        "listing.star_ended_by_hand",
        "/certificate",
        Text::made(
            format!(
                "Sản phẩm trên sàn còn ghi giấy chứng nhận số {number}, nay không còn hiệu lực hoặc đã được thay."
            ),
            format!("The platform still names certificate {number}, which is no longer the valid one."),
        ),
        Text::made(vi, en),
    )
}

/// The issue of a shop served by hand whose product is to say something else than what was handed in.
pub(super) fn change_by_hand() -> Issue {
    Issue::warning(
        "listing.change_by_hand",
        "",
        Text::fixed(
            "Nội dung sản phẩm đã thay đổi so với hồ sơ đã nộp.",
            "The product is to say something else than what was handed in.",
        ),
        Text::fixed(
            "Xuất lại tệp, sửa trên trang quản lý của sàn, rồi ghi lại kết quả.",
            "Export the files again, change the product in the platform's own pages, then record it here.",
        ),
    )
}

/// The issue of a shop served by hand where a product is still up that is wanted no more.
pub(super) fn take_down_by_hand() -> Issue {
    Issue::warning(
        "listing.take_down_by_hand",
        "",
        Text::fixed(
            "Sản phẩm không còn được bán nhưng vẫn ở trên sàn.",
            "The product is wanted no more and is still on the platform.",
        ),
        Text::fixed(
            "Gỡ sản phẩm trên trang quản lý của sàn, rồi ghi lại là đã gỡ (taken_down).",
            "Take it down in the platform's own pages, then record it here (taken_down).",
        ),
    )
}
