//! What platforms tell us by themselves: webhooks. They only say what to look at; the record is what we then ask for.

use subtle::ConstantTimeEq as _;

use super::ParcelNews;

/// A call that came in, as it is.
#[derive(Clone, Copy, Debug)]
pub struct HookCall<'a> {
    /// The address it was sent to, as the platform knows it: some sign it.
    pub url: &'a str,
    /// What stands behind `?` in the address.
    pub query: &'a str,
    /// Headers, names in lower case.
    pub headers: &'a [(String, String)],
    /// The body, byte for byte: signatures are made over it.
    pub body: &'a [u8],
}

impl HookCall<'_> {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether a header holds exactly this text, compared in constant time.
    pub fn header_is(&self, name: &str, text: &str) -> bool {
        self.header(name).is_some_and(|value| same(value, text))
    }
}

/// Whether two texts are the same, in a time that does not tell where they differ.
pub fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

/// A call that is what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// By what a repeat is known: the platform's number of the delivery, otherwise a digest of the body.
    pub delivery: String,
    /// What is to be done.
    pub news: News,
}

/// What a call wants us to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// Orders changed: pull them.
    Orders,
    /// Products changed, by the platform's ids: review them.
    Products(Vec<String>),
    /// The shop's consent or keys changed: try them.
    Shop,
    /// A parcel is elsewhere. Of a carrier that can be asked it is a reason to look; of one that cannot it is all
    /// there is.
    Parcel(Box<ParcelNews>),
    /// Prove that the address is ours by answering with this text.
    Challenge(String),
    /// Nothing that concerns us.
    Nothing,
}

/// Why a call is not believed. Nothing of it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookRefused {
    /// The platform sends none, or its adapter reads none.
    Unsupported,
    /// The signature is missing or wrong, or it is too old.
    Forged,
    /// It is signed and cannot be read.
    Unreadable,
}
