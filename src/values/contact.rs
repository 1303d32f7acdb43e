//! How a person or producer is reached. Personal data: never public, never logged.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::ValueError;

/// An e-mail address: the dotted form of RFC 5321 without quotes or comments, its domain in lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

super::text_value!(Email);

impl Email {
    /// The address. Personal data.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let text = text.trim();
        match text.rsplit_once('@') {
            Some((local, domain)) if text.len() <= 254 && is_local(local) && is_domain(domain) => {
                Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase())))
            }
            _ => Err(ValueError::new(
                "email.format",
                "Địa chỉ thư điện tử không đúng, ví dụ đúng: ten@htx.vn.",
                "This is not an e-mail address such as name@example.vn.",
            )),
        }
    }
}

fn is_local(local: &str) -> bool {
    let part = |p: &str| {
        !p.is_empty() && p.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
    };
    local.len() <= 64 && local.split('.').all(part)
}

fn is_domain(domain: &str) -> bool {
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let ends_in_letters = domain
        .rsplit_once('.')
        .is_some_and(|(_, top)| top.len() >= 2 && !top.bytes().any(|b| b.is_ascii_digit()));
    // A punycode top level (`xn--…`) may contain digits.
    let ends_in_punycode = domain.rsplit_once('.').is_some_and(|(_, top)| top.starts_with("xn--"));
    (ends_in_letters || ends_in_punycode) && domain.split('.').all(label)
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

/// A Vietnamese telephone number in E.164: `+84` and 9 digits (mobile) or 10 (fixed line, area code 2x).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

super::text_value!(Phone);

impl Phone {
    /// The number as `+84912345678`. Personal data.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Phone {
    type Err = ValueError;

    /// Reads `0912 345 678`, `(0208) 3855-688`, `+84 (0)912.345.678`, `0084…`, `84…`. Service numbers
    /// (1800, 1900) cannot be called from abroad and are refused.
    fn from_str(text: &str) -> Result<Self, ValueError> {
        let refused = || {
            ValueError::new(
                "phone.format",
                "Số điện thoại Việt Nam không đúng, ví dụ đúng: 0912345678 hoặc 02083855688.",
                "This is not a Vietnamese telephone number such as 0912345678 or 02083855688.",
            )
        };
        if text.len() > 40 {
            return Err(refused());
        }
        let separator = |c: &char| !(c.is_whitespace() || matches!(c, '.' | '-' | '(' | ')' | '\u{2013}'));
        let compact: String = text.chars().filter(separator).collect();
        let national = ["+84", "0084"].iter().find_map(|prefix| compact.strip_prefix(prefix)).or_else(|| {
            // `84…` without a plus: only at a length no national number has after dropping its 0.
            compact.strip_prefix("84").filter(|_| matches!(compact.len(), 11 | 12))
        });
        // At home the 0 in front is part of the number; after 84 it is often left in by mistake.
        let significant = match national {
            Some(rest) => rest.strip_prefix('0').unwrap_or(rest),
            None => compact.strip_prefix('0').ok_or_else(refused)?,
        };
        let mobile = significant.len() == 9 && significant.starts_with(['3', '5', '7', '8', '9']);
        let fixed = significant.len() == 10 && significant.starts_with('2');
        if !(mobile || fixed) || !significant.bytes().all(|b| b.is_ascii_digit()) {
            return Err(refused());
        }
        Ok(Self(format!("+84{significant}")))
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses() {
        for (text, kept) in [
            ("htx.haodat@gmail.com", "htx.haodat@gmail.com"),
            (" Che.Dinh+ocop@ThaiNguyen.GOV.VN ", "Che.Dinh+ocop@thainguyen.gov.vn"),
            ("a@b.xn--p1ai", "a@b.xn--p1ai"),
        ] {
            assert_eq!(text.parse::<Email>().unwrap().as_str(), kept);
        }
        let long = format!("{}@example.vn", "a".repeat(65));
        for text in [
            "",
            "a",
            "@b.vn",
            "a@",
            "a@b",
            "a b@c.vn",
            "a..b@c.vn",
            "a@-b.vn",
            "a@b..vn",
            "a@1.2.3.4",
            "a@b@c.vn",
            "chè@b.vn",
            "a@b.vn\r\nBcc: x@y.vn",
            long.as_str(),
        ] {
            assert_eq!(text.parse::<Email>().map_err(|e| e.code), Err("email.format"), "{text:?}");
        }
    }

    #[test]
    fn numbers() {
        for (text, kept) in [
            ("0912 345 678", "+84912345678"),
            ("+84 (0)912.345.678", "+84912345678"),
            ("0084912345678", "+84912345678"),
            ("84912345678", "+84912345678"),
            ("0842345678", "+84842345678"),
            ("(0208) 3855-688", "+842083855688"),
            ("842083855688", "+842083855688"),
            ("024 3943 0000", "+842439430000"),
        ] {
            assert_eq!(text.parse::<Phone>().map(String::from), Ok(kept.to_owned()), "{text}");
        }
        for text in [
            "",
            "912345678",
            "0112345678",
            "01234567890",
            "091234567",
            "09123456789",
            "19001234",
            "+1 650 253 0000",
            "0912x45678",
            "091234567٨",
        ] {
            assert_eq!(text.parse::<Phone>().map_err(|e| e.code), Err("phone.format"), "{text:?}");
        }
    }

    #[test]
    fn nothing_personal_is_printed() {
        let printed = format!("{:?} {:?}", "ten@htx.vn".parse::<Email>(), "0912345678".parse::<Phone>());
        assert_eq!(printed, "Ok(Email(…)) Ok(Phone(…))");
        let refused = format!("{:?}", "ten@htx@vn".parse::<Email>());
        assert!(!refused.contains("htx@"), "{refused}");
    }

    proptest! {
        #[test]
        fn a_read_number_reads_again(digits in "0[235789][0-9]{8,9}") {
            if let Ok(phone) = digits.parse::<Phone>() {
                prop_assert_eq!(phone.as_str().parse::<Phone>(), Ok(phone.clone()));
                prop_assert_eq!(serde_json::from_value::<Phone>(serde_json::json!(digits)).unwrap(), phone);
            }
        }

        #[test]
        fn every_mobile_number_is_read(digits in "0[35789][0-9]{8}") {
            prop_assert!(digits.parse::<Phone>().is_ok());
        }

        #[test]
        fn nothing_panics(text in ".{0,50}") {
            let _ = text.parse::<Phone>();
            if let Ok(email) = text.parse::<Email>() {
                prop_assert_eq!(email.as_str().parse::<Email>(), Ok(email.clone()));
            }
        }
    }
}
