//! The owner's consent (authorization code, RFC 6749 section 4.1): what the owner's browser brings back from a
//! platform's own page, and what is read of it.

use std::collections::BTreeMap;

use super::Secret;

/// Most bytes of what the browser brings.
const QUERY_MAX: usize = 4_000;
/// Most parameters, and the most bytes of one.
const PARAMETERS_MAX: usize = 20;
const VALUE_MAX: usize = 1_000;
/// Fewest bytes of a code: shorter ones are guessed, and are not found again where they must be masked.
const CODE_MIN: usize = 6;

/// The parameters that a browser brought, each at most once.
#[derive(Clone)]
pub struct ConsentReply<'a> {
    raw: &'a str,
    pairs: BTreeMap<String, String>,
}

impl<'a> ConsentReply<'a> {
    /// The parameters of a query; nothing where they are too many or too long, one comes twice, or a character has no
    /// place in any of them.
    pub fn read(raw: &'a str) -> Option<Self> {
        if raw.len() > QUERY_MAX {
            return None;
        }
        let mut pairs = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(raw.as_bytes()).into_owned() {
            let sound = value.len() <= VALUE_MAX && !value.chars().chain(name.chars()).any(char::is_control);
            if !sound || pairs.len() == PARAMETERS_MAX || pairs.insert(name, value).is_some() {
                return None;
            }
        }
        Some(Self { raw, pairs })
    }

    /// A parameter that says something.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// The query as it came: signatures are made over it.
    pub fn raw(&self) -> &'a str {
        self.raw
    }

    /// The parameters, decoded and sorted by their names.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The code that the parameter `name` brings, with nothing beside it.
    ///
    /// # Errors
    /// `Denied` where the page says `error`; `Unreadable` without a code.
    pub fn code(&self, name: &str) -> Result<Consented, ConsentRefused> {
        if self.get("error").is_some() {
            return Err(ConsentRefused::Denied);
        }
        let code = self.get(name).filter(|code| code.len() >= CODE_MIN).ok_or(ConsentRefused::Unreadable)?;
        Ok(Consented { code: Secret::new(code), settings: BTreeMap::new() })
    }
}

/// What the owner's consent brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consented {
    /// Good once and for some minutes, for [`super::Op::Consent`].
    pub code: Secret,
    /// Which shop it is, by the names of [`super::AuthField`].
    pub settings: BTreeMap<String, String>,
}

/// Why a consent is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentRefused {
    /// The owner said no, or the platform did.
    Denied,
    /// The platform's signature is missing or wrong.
    Forged,
    /// It brings no code, or one of an account that is no shop.
    Unreadable,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sound_parameters_are_read() {
        let reply = ConsentReply::read("code=abc%20def&state=s&empty=").unwrap();
        assert_eq!((reply.get("code"), reply.get("empty"), reply.get("no")), (Some("abc def"), None, None));
        assert_eq!(reply.code("code").unwrap().code.expose(), "abc def");
        let many: Vec<String> = (0..21).map(|n| format!("p{n}=1")).collect();
        for bad in [
            "state=a&state=b".to_owned(),
            "code=a%00b".to_owned(),
            "a%0A=1".to_owned(),
            format!("code={}", "x".repeat(1_001)),
            format!("code={}", "x".repeat(4_001)),
            many.join("&"),
        ] {
            assert!(ConsentReply::read(&bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_refusal_and_a_missing_code_are_told_apart() {
        let code = |query| ConsentReply::read(query).unwrap().code("code").unwrap_err();
        assert_eq!(code("error=access_denied&code=abcdef"), ConsentRefused::Denied);
        for query in ["", "code=", "code=abc", "auth_code=abcdef"] {
            assert_eq!(code(query), ConsentRefused::Unreadable, "{query}");
        }
    }
}
