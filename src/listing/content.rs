//! From a product to what its listings say. Pure: the same product at the same time gives the same content.

use crate::db::Json;
use crate::instant::Instant;
use crate::platform::state::{CertificateContent, ListingContent};
use crate::product::Product;

use super::mapping::Mapped;
use super::state::Settings;

/// What a listing should say now. The star and its certificate are in it only while the certificate is valid.
pub(super) fn content(
    product: &Product,
    images: &[String],
    (settings, mapped): (&Settings, Mapped),
    public_url: &str,
    now: Instant,
) -> ListingContent {
    let certificate = product.rating(now).map(|rating| CertificateContent {
        // The last day on which it is valid: `valid_until` is the first moment on which it is not.
        valid_until: rating.valid_until.plus(-chrono::Duration::microseconds(1)).date(),
        url: format!("{public_url}/api/v1/certificates/{}", path_segment(&rating.certificate_number)),
        star: rating.star,
        number: rating.certificate_number,
    });
    // The maps have taken up the category and the attributes that were chosen.
    let Settings { category: _, attributes: _, stock, name, price_vnd, weight_g } = settings.clone();
    let Mapped { category, attributes, issues: _ } = mapped;
    ListingContent {
        sku: product.sku.clone(),
        name: name.unwrap_or_else(|| product.name.clone()),
        description_html: description(product, certificate.as_ref()),
        price_vnd: price_vnd.or(product.price_vnd).unwrap_or(0),
        weight_g: weight_g.or(product.net_weight_g.and_then(|w| u32::try_from(w).ok())).unwrap_or(0),
        stock,
        images: images.to_vec(),
        category,
        attributes,
        gtin: product.gtin.clone(),
        certificate,
    }
}

/// The description as plain text: for a person who types it in, or pastes it.
pub(super) fn plain(product: &Product, certificate: Option<&CertificateContent>) -> String {
    let told = [&product.description, &product.story].into_iter().flatten();
    let mut lines: Vec<String> =
        told.flat_map(|text| text.lines()).map(|line| line.trim().to_owned()).collect();
    lines.retain(|line| !line.is_empty());
    lines.extend(certificate.map(|held| {
        let (star, until) = (held.star.get(), held.valid_until.format("%d/%m/%Y"));
        format!(
            "Sản phẩm OCOP {star} sao, giấy chứng nhận số {}, hiệu lực đến hết ngày {until}.",
            held.number
        )
    }));
    lines.join("\n")
}

/// Content as it is stored with its two fingerprints.
pub(super) struct Stored {
    pub json: Json,
    pub hash: String,
    pub offer_hash: String,
}

pub(super) fn stored(content: &ListingContent) -> Stored {
    Stored { json: Json::of(content), hash: content.content_hash(), offer_hash: content.offer_hash() }
}

fn description(product: &Product, certificate: Option<&CertificateContent>) -> String {
    let mut html = String::new();
    for text in [&product.description, &product.story].into_iter().flatten() {
        for paragraph in text.split('\n').map(str::trim).filter(|p| !p.is_empty()) {
            html.push_str("<p>");
            escape(paragraph, &mut html);
            html.push_str("</p>");
        }
    }
    if let Some(certificate) = certificate {
        html.push_str(&format!("<p>Sản phẩm OCOP {} sao, giấy chứng nhận số ", certificate.star.get()));
        escape(&certificate.number, &mut html);
        html.push_str(&format!(
            ", hiệu lực đến hết ngày {}.</p>",
            certificate.valid_until.format("%d/%m/%Y")
        ));
    }
    html
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
}

/// A text as one segment of a path (RFC 3986, 3.3): certificate numbers contain slashes.
fn path_segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_for_html_and_for_a_path() {
        let mut out = String::new();
        escape("Chè <b>\"búp\"</b> & lá", &mut out);
        assert_eq!(out, "Chè &lt;b&gt;&quot;búp&quot;&lt;/b&gt; &amp; lá");
        assert_eq!(path_segment("12/QĐ-1"), "12%2FQ%C4%90-1");
    }
}
