//! Rules of accounts: passwords, locks, what a role needs. Pure.

use chrono::Duration;

use crate::actor::Role;
use crate::error::{Code, FieldError, Refusal};
use crate::instant::Instant;
use crate::text_enum;

text_enum! {
    /// Whether an account may sign in.
    #[schema(as = AccountStatus)]
    pub enum Status {
        /// It may.
        Active = "active",
        /// It may not; its sessions are closed.
        Disabled = "disabled",
    }
}

/// The shortest password, in characters (NIST SP 800-63B asks for length, not for kinds of characters).
pub const PASSWORD_MIN: usize = 12;
/// The longest password, in bytes: hashing must not be a way to keep the service busy.
pub const PASSWORD_MAX: usize = 256;
/// The demo's password, refused everywhere else.
pub const DEMO_PASSWORD: &str = "ocop-demo-2026";
/// Wrong passwords before the first lock.
const FREE_TRIES: i32 = 5;

/// Passwords of at least twelve characters that everybody knows. Digits and separators at the end do not count, so
/// each line stands for a family.
const COMMON: &[&str] = &[
    "password",
    "passwordpassword",
    "qwertyuiop",
    "qwertyuiopasdf",
    "asdfghjkl",
    "1q2w3e4r5t6y",
    "zaq12wsxcde",
    "administrator",
    "letmeinplease",
    "iloveyou",
    "iloveyouforever",
    "welcome",
    "welcometothejungle",
    "changeme",
    "changemenow",
    "matkhau",
    "matkhaumatkhau",
    "anhyeuem",
    "emyeuanh",
    "vietnam",
    "vietnamvodich",
    "thainguyen",
    "hoilamgi",
    "khongbiet",
    "ocop",
    "ocopvietnam",
    "sanpham",
    "hoptacxa",
    "trustno",
    "football",
    "baseball",
    "superman",
    "sunshine",
    "princess",
    "dragon",
    "monkey",
    "abcdefghijkl",
    "abcdefgh",
    "abc",
    "admin",
    "root",
    "user",
    "test",
    "demo",
    "secret",
    "default",
    "master",
    "qwerty",
    "azerty",
    "googledotcom",
    "correcthorsebattery",
    "correcthorsebatterystaple",
];

/// Whether a password may be used by `username`.
///
/// # Errors
/// `auth.password_weak`.
pub fn check_password(password: &str, username: &str, demo: bool) -> Result<(), Refusal> {
    if demo && password == DEMO_PASSWORD {
        return Ok(());
    }
    let lower = password.to_lowercase();
    let stem = lower.trim_end_matches(|c: char| c.is_ascii_digit() || c.is_ascii_punctuation());
    let letters: Vec<char> = lower.chars().collect();
    let distinct: std::collections::BTreeSet<_> = letters.iter().collect();
    let run = letters.windows(2).all(|w| match w {
        [a, b] => u32::from(*b).abs_diff(u32::from(*a)) <= 1 || (*a == '9' && *b == '0'),
        _ => true,
    });
    let weak = letters.len() < PASSWORD_MIN
        || password.len() > PASSWORD_MAX
        || distinct.len() < 5
        || run
        || password == DEMO_PASSWORD
        || COMMON.contains(&stem)
        || (username.len() >= 4 && stem.contains(&username.to_lowercase()));
    if weak { Err(Code::PasswordWeak.into()) } else { Ok(()) }
}

/// How long an account is locked after its `failed`-th wrong password in a row: half a minute after the fifth, twice
/// as long after each further one, an hour at most.
pub fn lock_after(failed: i32) -> Option<Duration> {
    let over = u32::try_from(failed - FREE_TRIES).ok()?;
    Some(Duration::seconds(30 * (1_i64 << over.min(7))).min(Duration::hours(1)))
}

/// Seconds until a locked account may try again; `None` when it may now.
pub fn locked_for(until: Option<Instant>, now: Instant) -> Option<u64> {
    let left = until?.since(now);
    (left > Duration::zero()).then(|| u64::try_from(left.num_seconds()).unwrap_or(0) + 1)
}

/// Whether a name to sign in with is well formed: 3 to 64 of `a-z 0-9 . _ -`, beginning with a letter.
pub fn username_error(username: &str) -> Option<FieldError> {
    let sound = (3..=64).contains(&username.len())
        && username.starts_with(|c: char| c.is_ascii_lowercase())
        && username.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b));
    (!sound).then(|| {
        FieldError::new(
            "/username",
            "username.invalid",
            "Tên đăng nhập gồm 3–64 ký tự a–z, 0–9, dấu chấm, gạch dưới, gạch ngang và bắt đầu bằng chữ.",
            "A username has 3 to 64 of a-z, 0-9, dot, underscore and hyphen, and begins with a letter.",
        )
    })
}

/// What the roles need that is missing: a place of the right kind. A producer's member may be bound to its producer
/// later, by registering it.
pub fn role_errors(roles: &[Role], province: bool, commune: bool) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if roles.is_empty() {
        errors.push(FieldError::new(
            "/roles",
            "roles.empty",
            "Cần ít nhất một vai trò.",
            "Give at least one role.",
        ));
    }
    if roles.iter().enumerate().any(|(i, role)| roles.iter().take(i).any(|earlier| earlier == role)) {
        errors.push(FieldError::new(
            "/roles",
            "roles.repeated",
            "Mỗi vai trò chỉ ghi một lần.",
            "Give each role once.",
        ));
    }
    if roles.iter().any(|r| r.of_province()) && !province {
        errors.push(FieldError::new(
            "/place_code",
            "place_code.province_needed",
            "Vai trò cấp tỉnh cần mã tỉnh.",
            "A provincial role needs the code of a province.",
        ));
    }
    if roles.contains(&Role::CommuneOfficer) && !commune {
        errors.push(FieldError::new(
            "/place_code",
            "place_code.commune_needed",
            "Vai trò cấp xã cần mã xã.",
            "A commune role needs the code of a commune.",
        ));
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_refused() {
        for weak in [
            "short",
            "password1234!",
            "aaaaaaaaaaaaaa",
            "123456789012",
            "abcdefghijklmn",
            "Matkhau123456",
            "haodat-haodat",
            DEMO_PASSWORD,
            "1212121212121",
        ] {
            assert!(check_password(weak, "haodat", false).is_err(), "{weak}");
        }
        assert!(check_password(&"x1y2z".repeat(60), "haodat", false).is_err(), "too long");
        for strong in ["búp chè sương sớm", "trung du 1926 xanh", "J7f!kQ0w-9rTz"] {
            assert!(check_password(strong, "haodat", false).is_ok(), "{strong}");
        }
        assert!(check_password(DEMO_PASSWORD, "coop", true).is_ok());
    }

    #[test]
    fn locks_grow_to_an_hour() {
        assert_eq!(lock_after(4), None);
        assert_eq!(lock_after(5), Some(Duration::seconds(30)));
        assert_eq!(lock_after(6), Some(Duration::seconds(60)));
        assert_eq!(lock_after(60), Some(Duration::hours(1)));
    }
}
