//! Why an address was not called, in the words of who gave it: our own guard of addresses, and the check of certificates.

use super::registry::SITE_SETTING;
use super::{Issue, Text};

const CORRECT: Text = Text::fixed(
    "Sửa địa chỉ gian hàng (bắt đầu bằng https://, tên miền mở được từ Internet) rồi lưu lại để kết nối. Nếu gian hàng \
     không khai địa chỉ, hãy báo người quản trị hệ thống.",
    "Correct the shop's address (it begins with https://, and its host can be reached from the Internet) and save it to \
     connect. Where the shop gives no address, tell the administrator of this system.",
);

const RENEW: Text = Text::fixed(
    "Nhờ đơn vị quản lý máy chủ của gian hàng gia hạn hoặc cài lại chứng chỉ, kiểm tra tên miền của địa chỉ gian hàng, rồi \
     lưu lại để kết nối.",
    "Have whoever runs the shop's server renew or install its certificate, check the host in the shop's address, and save \
     it to connect.",
);

/// The issue of a failure with this code, if the guard or the certificate stood in the way.
pub(super) fn issue(code: &str) -> Option<Issue> {
    let (detail, resolution) = match code {
        "transport.private_address" => (
            Text::fixed(
                "Địa chỉ gian hàng dẫn vào mạng nội bộ, không phải địa chỉ công khai trên Internet, nên không được gọi.",
                "The shop's address leads into a private network and is no public address, so it is not called.",
            ),
            CORRECT,
        ),
        "transport.unknown_host" => (
            Text::fixed(
                "Máy chủ cần gọi không phải máy chủ trong địa chỉ gian hàng, cũng không thuộc sàn nào đã biết.",
                "The host to be called is neither the one of the shop's address nor one of a known platform.",
            ),
            CORRECT,
        ),
        "transport.not_https" => (
            Text::fixed(
                "Địa chỉ gian hàng không bắt đầu bằng https:// nên khóa kết nối sẽ bị lộ trên đường truyền.",
                "The shop's address does not begin with https://, so its keys would be seen on the way.",
            ),
            CORRECT,
        ),
        "transport.bad_address" => (
            Text::fixed(
                "Địa chỉ gian hàng không phải một địa chỉ web hợp lệ.",
                "The shop's address is no valid web address.",
            ),
            CORRECT,
        ),
        "transport.certificate" => (
            Text::fixed(
                "Chứng chỉ bảo mật (https) của máy chủ gian hàng đã hết hạn, sai tên miền hoặc không được tin cậy.",
                "The security certificate (https) of the shop's server has ended, is for another host or is not trusted.",
            ),
            RENEW,
        ),
        _ => return None,
    };
    Some(Issue::error(code, &format!("/credentials/{SITE_SETTING}"), detail, resolution))
}
