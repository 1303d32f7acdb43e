//! Signatures by HMAC-SHA256 (RFC 2104), as nearly every platform asks for them and sends them. What is signed is each
//! platform's own affair; its vectors are tests of its adapter.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::db::types::hex;

fn mac(key: &str, parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes a key of any length; the error cannot happen, and would give a signature nobody accepts.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else { return [0; 32] };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// The signature of the parts put together, in lower-case hexadecimal digits.
pub fn hmac_hex(key: &str, parts: &[&[u8]]) -> String {
    hex(&mac(key, parts))
}

/// The signature of the parts put together, in Base64 with padding.
pub fn hmac_base64(key: &str, parts: &[&[u8]]) -> String {
    STANDARD.encode(mac(key, parts))
}

/// A digest of a body: by it a delivery without a number of its own is known again.
pub fn digest(body: &[u8]) -> String {
    hex(&Sha256::digest(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_that_of_the_rfc_and_of_its_parts_together() {
        // RFC 4231, test case 2.
        let whole = hmac_hex("Jefe", &[b"what do ya want for nothing?"]);
        assert_eq!(whole, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assert_eq!(hmac_hex("Jefe", &[b"what do ya want ", b"", b"for nothing?"]), whole);
        assert_eq!(hmac_base64("secret", &[br#"{"id":1}"#]), "A971iWIMgT8Zj9A9eWfikrFj7wQ16/Qwcc4OlRl2PLc=");
    }
}
