//! Marketplaces and sales channels (*sàn thương mại điện tử*): what each one is, and how to speak to it.
//!
//! The pieces, from rules to wire:
//! - [`state`]: descriptors as data, operations, outcomes, failures, the neutral [`state::ListingContent`];
//! - [`mod@adapter`]: the trait with two pure halves, `build` and `parse`; one folder per platform ([`sendo`]);
//! - [`transport`]: the one HTTP client, with time-outs, limits and the guard against forged addresses;
//! - [`request`]: writing a request;
//! - [`sign`]: the signatures that platforms ask for and send;
//! - [`redact`]: nothing that is stored or logged leaves without passing here;
//! - [`call`]: build, send, parse and redact in one step: what a background job uses;
//! - [`sim`]: local servers that speak the documented contracts, for tests and the demo.
//!
//! Use [`call::call`] from a job, never from a request: a remote call does not belong into a transaction or
//! into the time a person waits. Shops, listings and their rows are the nouns after this one.

pub mod adapter;
pub mod call;
mod consent;
pub mod haravan;
pub mod http;
pub mod lazada;
mod listed;
pub mod my_vnpost;
mod parcel;
pub mod partner;
mod read;
pub mod redact;
pub mod request;
mod rules;
pub mod sapo;
pub mod sendo;
pub mod shopee;
pub mod shopify;
pub mod sign;
pub mod sim;
pub mod state;
mod steps;
mod storefront;
pub mod tiki;
pub mod tiktok_shop;
pub mod transport;
pub mod viettel_post;
pub mod woocommerce;

use adapter::Adapter;
use state::Descriptor;

/// Every platform the programme knows, with its honest status.
pub fn descriptors() -> &'static [Descriptor] {
    state::PLATFORMS
}

/// The platform of this key, such as `sendo`.
pub fn descriptor(key: &str) -> Option<&'static Descriptor> {
    state::PLATFORMS.iter().find(|platform| platform.key == key)
}

/// The adapter of this platform; `None` where none exists (see [`Descriptor::adapter`]).
pub fn adapter(key: &str) -> Option<&'static dyn Adapter> {
    match key {
        "buudien" => Some(&partner::BUUDIEN),
        "c_thai_nguyen" => Some(&partner::C_THAI_NGUYEN),
        lazada::KEY => Some(&lazada::Lazada),
        sendo::KEY => Some(&sendo::Sendo),
        shopee::KEY => Some(&shopee::Shopee),
        shopify::KEY => Some(&shopify::Shopify),
        "voso" => Some(&partner::VOSO),
        haravan::KEY => Some(&haravan::Haravan),
        tiktok_shop::KEY => Some(&tiktok_shop::TiktokShop),
        sapo::KEY => Some(&sapo::Sapo),
        tiki::KEY => Some(&tiki::Tiki),
        viettel_post::KEY => Some(&viettel_post::ViettelPost),
        my_vnpost::KEY => Some(&my_vnpost::MyVnpost),
        woocommerce::KEY => Some(&woocommerce::WooCommerce),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::platform::state::{Capability, Op};

    #[test]
    fn keys_are_unique_and_every_declared_adapter_exists() {
        let keys: BTreeSet<_> = descriptors().iter().map(|platform| platform.key).collect();
        assert_eq!(keys.len(), descriptors().len());
        for platform in descriptors() {
            assert_eq!(adapter(platform.key).is_some(), platform.adapter, "{}", platform.key);
            if let Some(adapter) = adapter(platform.key) {
                assert_eq!(adapter.descriptor().key, platform.key);
            }
        }
    }

    #[test]
    fn contents_that_a_platform_does_not_take_are_stopped_before_the_first_request_is_built() {
        let now =
            crate::instant::Instant::from_utc(chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        for platform in descriptors().iter().filter(|p| p.adapter && p.takes_products()) {
            let adapter = adapter(platform.key).unwrap();
            for mut op in Op::samples(now) {
                let credentials = crate::platform::state::Credentials::sample(platform, now);
                let Op::Upsert { content, media, .. } = &mut op else {
                    assert_eq!(call::permit(adapter, &op, now), Ok(()));
                    continue;
                };
                (content.name, content.price_vnd) = (" ".to_owned(), 0);
                let (shown, issues) = call::preview(adapter, None, content, media.clone(), &credentials, now);
                assert!(shown.is_none() && !issues.is_empty(), "{}", platform.key);
                assert_eq!(call::permit(adapter, &op, now).unwrap_err().code, "content.refused");
            }
        }
    }

    #[test]
    fn the_next_page_of_products_is_asked_for_where_the_last_one_ended() {
        let now =
            crate::instant::Instant::from_utc(chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let lists = |p: &&Descriptor| p.capabilities.contains(&state::Capability::ProductList);
        for platform in descriptors().iter().filter(lists) {
            let adapter = adapter(platform.key).unwrap();
            let mut credentials = crate::platform::state::Credentials::sample(platform, now);
            for number in ["partner_id", "shop_id"] {
                credentials.settings.insert(number.to_owned(), "1".to_owned());
            }
            let asked = |cursor: Option<&str>| {
                let op = Op::Products { cursor: cursor.map(str::to_owned) };
                // Some ask for their shop first.
                let shop = serde_json::json!({
                    "code": 0, "data": {"shops": [{"id": "1", "cipher": "c"}]},
                });
                let shop = state::HttpReply {
                    status: 200,
                    headers: Vec::new(),
                    body: shop.to_string().into_bytes(),
                };
                let spec = match adapter.build(&op, &[], &credentials, now) {
                    Ok(spec) if spec.url.contains("/authorization/") => {
                        adapter.build(&op, &[shop], &credentials, now)
                    }
                    other => other,
                };
                spec.map(|spec| format!("{} {}", spec.url, String::from_utf8_lossy(&spec.body)))
            };
            let (first, later) = (asked(None).unwrap(), asked(Some("4711")).unwrap());
            assert!(!first.contains("4711") && later.contains("4711"), "{}: {first} {later}", platform.key);
        }
    }

    #[test]
    fn a_declared_capability_is_one_that_works_and_the_others_say_so() {
        let now =
            crate::instant::Instant::from_utc(chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        for platform in descriptors().iter().filter(|platform| platform.adapter) {
            let adapter = adapter(platform.key).unwrap();
            for op in Op::samples(now) {
                let credentials = crate::platform::state::Credentials::sample(platform, now);
                let built = adapter.build(&op, &[], &credentials, now);
                let unsupported = matches!(&built, Err(failure) if failure.code == "platform.unsupported");
                let declared = op.capability().is_none_or(|needed| platform.capabilities.contains(&needed));
                assert_eq!(!unsupported, declared, "{} {op:?}", platform.key);
            }
            let declares = |capability| platform.capabilities.contains(&capability);
            for (capability, works) in beside_operations(platform, adapter, now) {
                assert_eq!(works, declares(capability), "{} {capability:?}", platform.key);
            }
            let operations: BTreeSet<_> = Op::samples(now).iter().filter_map(Op::capability).collect();
            for capability in platform.capabilities.iter().filter(|c| !operations.contains(c)) {
                let shown = beside_operations(platform, adapter, now).iter().any(|(c, _)| c == capability);
                assert!(shown, "{}: nothing shows that {capability:?} works", platform.key);
            }
        }
    }

    /// The capabilities that no operation stands for, and whether each can be seen to work.
    fn beside_operations(
        platform: &'static Descriptor,
        adapter: &dyn Adapter,
        now: crate::instant::Instant,
    ) -> Vec<(Capability, bool)> {
        use state::{HookCall, HookRefused};

        let mut credentials = state::Credentials::sample(platform, now);
        for (name, value) in [("partner_id", "1"), ("shop_id", "1"), ("package_size", "20x12x8")] {
            credentials.settings.insert(name.to_owned(), value.to_owned());
        }
        if credentials.base_url.is_empty() {
            credentials.base_url = "https://shop.example".to_owned();
        }
        // A partner's, by an agreement.
        credentials.secrets.entry("client_secret".to_owned()).or_insert_with(|| state::Secret::new("s"));
        // The word in the address of a platform that signs nothing.
        credentials.secrets.entry("webhook_token".to_owned()).or_insert_with(|| state::Secret::new("s"));
        // A product's request names its images as addresses, or by what they are called once they were uploaded.
        let upsert = Op::samples(now).into_iter().find(|op| matches!(op, Op::Upsert { .. })).unwrap();
        let Op::Upsert { content, .. } = &upsert else { panic!("no upsert") };
        let request = adapter.preview(&upsert, &credentials, now);
        assert_eq!(request.is_ok(), platform.takes_products(), "{} {request:?}", platform.key);
        let by_url = request.as_ref().is_ok_and(|spec| {
            let names = |image: &String| String::from_utf8_lossy(&spec.body).contains(image.as_str());
            content.images.iter().any(names)
        });
        // A call that is signed by nobody is refused as forged where calls are read at all.
        let call = HookCall { url: "https://ocop.example/hook", query: "", headers: &[], body: b"{}" };
        let hook = adapter.hook(&call, &credentials, now) != Err(HookRefused::Unsupported);
        // A shop that may be without keys and address is served by hand: its files are made and read by the nouns of
        // listings and sales, for every shop of this kind.
        let by_hand = platform.base_url.is_empty() && platform.auth.iter().all(|field| field.optional);
        vec![
            (Capability::ImageByUrl, by_url),
            (Capability::ImageUpload, request.is_ok() && !by_url),
            (Capability::WebhookIn, hook),
            (Capability::FileExport, by_hand),
            (Capability::FileImport, by_hand),
            // No adapter publishes a feed, and none brings a buyer to our page of a product.
            (Capability::FeedOut, false),
            (Capability::ProductLink, false),
        ]
    }
}
