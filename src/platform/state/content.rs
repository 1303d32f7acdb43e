//! The contents of a listing in no platform's dialect, and the fingerprints that say whether they changed.

use std::fmt::Write as _;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::values::Star;

/// All that a platform is told about a product: adapters translate it, nothing else is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingContent {
    /// Our stock-keeping unit; unique within a shop and the key by which a product is found again.
    pub sku: String,
    /// Name shown to buyers.
    pub name: String,
    /// Description as HTML.
    pub description_html: String,
    /// Price in VND.
    pub price_vnd: i64,
    /// Weight with packaging, in grams.
    pub weight_g: u32,
    /// Pieces on offer.
    pub stock: u32,
    /// Public addresses of the images, the main one first.
    pub images: Vec<String>,
    /// The platform's leaf category, from the category map.
    pub category: Option<String>,
    /// The platform's attributes, from the attribute map.
    pub attributes: Vec<AttributeChoice>,
    /// Global trade item number; never invented.
    pub gtin: Option<String>,
    /// The certificate behind the star; absent when none is valid, and then no star is shown.
    pub certificate: Option<CertificateContent>,
}

/// An attribute of the platform's category with the chosen values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeChoice {
    /// The platform's id of the attribute.
    pub id: String,
    /// Its name, as the platform spells it.
    pub name: String,
    /// The chosen values.
    pub values: Vec<AttributeValue>,
}

/// A chosen value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeValue {
    /// The platform's id; absent for a free text.
    pub id: Option<String>,
    /// The text.
    pub value: String,
}

/// The OCOP certificate as buyers may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateContent {
    /// Number printed on the certificate.
    pub number: String,
    /// Its star.
    pub star: Star,
    /// Last day it is valid, civil date in Viet Nam.
    pub valid_until: NaiveDate,
    /// Public address of the certificate's file.
    pub url: String,
}

impl ListingContent {
    /// Fingerprint of everything but price and stock: while it stands, the content is not sent again.
    pub fn content_hash(&self) -> String {
        // Taken apart in full, so that a new field cannot be forgotten.
        let Self {
            sku,
            name,
            description_html,
            price_vnd: _,
            weight_g,
            stock: _,
            images,
            category,
            attributes,
            gtin,
            certificate,
        } = self;
        let mut hash = Fingerprint::new("content/1");
        hash.text(sku).text(name).text(description_html).number(i64::from(*weight_g));
        hash.list(images.len());
        for image in images {
            hash.text(image);
        }
        hash.maybe(category.as_deref());
        hash.list(attributes.len());
        for AttributeChoice { id, name, values } in attributes {
            hash.text(id).text(name).list(values.len());
            for AttributeValue { id, value } in values {
                hash.maybe(id.as_deref()).text(value);
            }
        }
        hash.maybe(gtin.as_deref());
        match certificate {
            None => hash.list(0),
            Some(CertificateContent { number, star, valid_until, url }) => hash
                .list(1)
                .text(number)
                .number(i64::from(star.get()))
                .text(&valid_until.to_string())
                .text(url),
        };
        hash.finish()
    }

    /// Fingerprint of price and stock, which are sent apart from the content.
    pub fn offer_hash(&self) -> String {
        let mut hash = Fingerprint::new("offer/1");
        hash.number(self.price_vnd).number(i64::from(self.stock));
        hash.finish()
    }
}

/// SHA-256 over length-prefixed parts, so that moving a letter from one field to the next changes it.
struct Fingerprint(Sha256);

impl Fingerprint {
    fn new(domain: &str) -> Self {
        let mut hash = Self(Sha256::new());
        hash.text(domain);
        hash
    }

    fn list(&mut self, len: usize) -> &mut Self {
        self.number(i64::try_from(len).unwrap_or(i64::MAX))
    }

    fn number(&mut self, number: i64) -> &mut Self {
        self.0.update(number.to_le_bytes());
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.list(text.len());
        self.0.update(text.as_bytes());
        self
    }

    fn maybe(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            None => self.list(0),
            Some(text) => self.list(1).text(text),
        }
    }

    fn finish(self) -> String {
        self.0.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
            // Writing into a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A tea that every rule of every adapter accepts.
    pub(crate) fn tea() -> ListingContent {
        ListingContent {
            sku: "TN-CHE-TANCUONG-200G".into(),
            name: "Chè Tân Cương 200 g".into(),
            description_html: format!("<p>{}</p>", "Chè búp hái tay ở Tân Cương, sao thủ công. ".repeat(4)),
            price_vnd: 180_000,
            weight_g: 250,
            stock: 40,
            images: vec!["https://ocop.example/img/1.jpg".into(), "https://ocop.example/img/2.jpg".into()],
            category: Some("1001".into()),
            attributes: vec![],
            gtin: None,
            certificate: Some(CertificateContent {
                number: "19-05503-7-2026".into(),
                star: Star::new(4).unwrap(),
                valid_until: NaiveDate::from_ymd_opt(2029, 6, 30).unwrap(),
                url: "https://ocop.example/certificates/19-05503-7-2026.pdf".into(),
            }),
        }
    }

    #[test]
    fn price_and_stock_change_the_offer_alone() {
        let before = tea();
        let after = ListingContent { price_vnd: 190_000, stock: 39, ..tea() };
        assert_eq!(before.content_hash(), after.content_hash());
        assert_ne!(before.offer_hash(), after.offer_hash());
    }

    #[test]
    fn losing_the_star_changes_the_content() {
        let lapsed = ListingContent { certificate: None, ..tea() };
        assert_ne!(tea().content_hash(), lapsed.content_hash());
        assert_eq!(tea().offer_hash(), lapsed.offer_hash());
    }

    proptest! {
        #[test]
        fn moving_text_between_fields_is_a_change(text in "[a-z]{2,12}", cut in 1usize..11) {
            prop_assume!(cut < text.len());
            let whole = ListingContent { sku: text.clone(), name: String::new(), ..tea() };
            let parted = ListingContent { sku: text[..cut].into(), name: text[cut..].into(), ..tea() };
            prop_assert_ne!(whole.content_hash(), parted.content_hash());
        }
    }
}
