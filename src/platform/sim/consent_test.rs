//! The consent of each simulator through its adapter: a code is worth tokens once, for ten minutes, for the application and
//! the address it was given to.

use chrono::TimeDelta;

use super::super::keeper::{Keeper, clicked, clock};
use super::super::market::Review;
use super::super::{SimHandle, haravan, lazada, sapo, shopee, shopify, tiki, tiktok_shop};
use crate::clock::Clock;
use crate::platform::state::{Answer, Class, Failure, Op, Secret};

const REDIRECT: &str = "https://ocop.example/back";
const STATE: &str = "a-state-of-some-length";

struct Case {
    platform: &'static str,
    start: fn(Clock) -> SimHandle,
    open: &'static [(&'static str, &'static str)],
    secret: (&'static str, &'static str),
    /// Whether the exchange names the address again.
    names_address: bool,
}

fn cases() -> Vec<Case> {
    let old = ("app_secret", "demo-secret-of-the-shop");
    vec![
        Case {
            platform: "shopee",
            start: |clock| shopee::start(0, clock, Review::None).unwrap(),
            open: &[("partner_id", "1001141"), ("shop_id", "600000")],
            secret: ("partner_key", shopee::PARTNER_KEY),
            names_address: false,
        },
        Case {
            platform: "tiktok_shop",
            start: |clock| tiktok_shop::start(0, clock, Review::None).unwrap(),
            open: &[("app_key", tiktok_shop::APP_KEY)],
            secret: ("app_secret", tiktok_shop::APP_SECRET),
            names_address: false,
        },
        Case {
            platform: "tiktok_shop",
            start: |clock| tiktok_shop::start(0, clock, Review::None).unwrap(),
            open: &[("app_key", tiktok_shop::APP_KEY), ("service_id", tiktok_shop::SERVICE_ID)],
            secret: ("app_secret", tiktok_shop::APP_SECRET),
            names_address: false,
        },
        Case {
            platform: "lazada",
            start: |clock| lazada::start(0, clock, Review::None).unwrap(),
            open: &[("app_key", lazada::APP_KEY)],
            secret: ("app_secret", lazada::APP_SECRET),
            names_address: false,
        },
        Case {
            platform: "tiki",
            start: |clock| tiki::start(tiki::Options { port: 0, review: Review::None, clock }).unwrap(),
            open: &[("client_id", tiki::CLIENT_ID)],
            secret: ("client_secret", tiki::CLIENT_SECRET),
            names_address: true,
        },
        Case {
            platform: "haravan",
            start: |clock| haravan::start(haravan::Options::new(clock)).unwrap(),
            open: &[("app_key", "demo-app-of-the-shop")],
            secret: old,
            names_address: true,
        },
        Case {
            platform: "sapo",
            start: |clock| sapo::start(sapo::Options::new(clock)).unwrap(),
            open: &[("app_key", "demo-app-of-the-shop")],
            secret: old,
            names_address: false,
        },
        Case {
            platform: "shopify",
            start: |clock| shopify::start(0, clock).unwrap(),
            open: &[("client_id", shopify::CLIENT_ID)],
            secret: ("client_secret", shopify::SECRET),
            names_address: false,
        },
    ]
}

impl Case {
    async fn keeper(&self) -> Keeper {
        let clock = clock();
        let mut keeper =
            Keeper::new(self.platform, (self.start)(clock.clone()), clock, &[self.secret], false);
        for (name, value) in self.open {
            keeper.credentials.settings.insert((*name).to_owned(), (*value).to_owned());
        }
        keeper.post("/__sim/consent", serde_json::json!({ "redirect": REDIRECT })).await;
        keeper
    }

    /// A code of an owner who agrees now, and the address of ours that it was brought to.
    async fn code(&self, keeper: &Keeper) -> Secret {
        let adapter = crate::platform::adapter(self.platform).unwrap();
        let page = adapter.consent_url(&keeper.credentials, REDIRECT, STATE, keeper.clock.now()).unwrap();
        let back = clicked(&page).await;
        assert_eq!(back["state"], STATE, "{}", self.platform);
        Secret::new(&*back["code"])
    }

    async fn exchange(keeper: &mut Keeper, code: &Secret, redirect: &str) -> Result<Answer, Failure> {
        keeper.run(&Op::Consent { code: code.clone(), redirect: redirect.to_owned() }).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_worth_tokens_once_in_time_and_for_whom_it_was_given_to() {
    let refused = Class::Auth { refreshable: false };
    for case in cases() {
        let name = case.platform;
        let mut keeper = case.keeper().await;
        let code = case.code(&keeper).await;
        let answer = Case::exchange(&mut keeper, &code, REDIRECT).await.unwrap();
        assert!(matches!(answer, Answer::Consented { .. }), "{name}: {answer:?}");
        let used = Case::exchange(&mut keeper, &code, REDIRECT).await.unwrap_err();
        assert_eq!(used.class, refused, "{name}: a used code");

        let code = case.code(&keeper).await;
        keeper.clock.advance(TimeDelta::minutes(10));
        let ended = Case::exchange(&mut keeper, &code, REDIRECT).await.unwrap_err();
        assert_eq!(ended.class, refused, "{name}: a code at its end");

        let code = case.code(&keeper).await;
        if case.names_address {
            let other = "https://ocop.example/elsewhere";
            let elsewhere = Case::exchange(&mut keeper, &code, other).await.unwrap_err();
            assert_eq!(elsewhere.class, refused, "{name}: another address");
        }
        let code = case.code(&keeper).await;
        let right =
            keeper.credentials.secrets.insert(case.secret.0.to_owned(), Secret::new("not-the-secret"));
        let wrong = Case::exchange(&mut keeper, &code, REDIRECT).await.unwrap_err();
        assert_eq!(wrong.class, refused, "{name}: another secret: {wrong:?}");
        keeper.credentials.secrets.insert(case.secret.0.to_owned(), right.unwrap());
        // The page sends nobody to an address that is not registered; TikTok Shop is not even told one.
        let adapter = crate::platform::adapter(name).unwrap();
        if name != "tiktok_shop" {
            let (credentials, now) = (&keeper.credentials, keeper.clock.now());
            let page = adapter.consent_url(credentials, "https://evil.example/", STATE, now).unwrap();
            let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build();
            assert_eq!(browser.unwrap().get(page).send().await.unwrap().status(), 400, "{name}");
        }
        let recorded = format!("{:?}", keeper.attempts);
        assert!(!recorded.contains("simcode-"), "{name}: {recorded}");
        keeper.hides();
    }
}
