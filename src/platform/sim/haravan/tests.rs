//! The adapter through the one client against this simulator.

use super::*;
use crate::platform::sim::keeper::{Keeper, clock, tea};
use crate::platform::sim::{Fault, FaultKind};
use crate::platform::state::{Answer, Class, ListingContent, Media, Offer, Op, Outcome, Secret};

fn keeper(hasty: bool) -> Keeper {
    let clock = clock();
    let sim = start(Options::new(clock.clone())).unwrap();
    Keeper::new("haravan", sim, clock, &[("access_token", "demo-token-of-the-shop")], hasty)
}

#[tokio::test]
async fn a_product_goes_all_the_way() {
    let mut keeper = keeper(false);
    assert_eq!(keeper.run(&Op::Login).await, Ok(Answer::KeysGood));
    assert_eq!(keeper.find(&tea().sku).await, None);
    let (id, outcome, media) = keeper.send(None, tea(), Media::new()).await.unwrap();
    assert_eq!((outcome, media.len()), (Outcome::Live { external_id: id.clone() }, 2));
    let offer = |price_vnd, stock| Op::PriceStock {
        items: vec![Offer { external_id: id.clone(), sku: tea().sku, price_vnd, stock }],
    };
    keeper.run(&offer(190_000, 3)).await.unwrap();
    let (_, _, again) = keeper
        .send(Some(&id), ListingContent { price_vnd: 1, stock: 1, ..tea() }, media.clone())
        .await
        .unwrap();
    assert_eq!(again, media, "the images that are there are not fetched again");
    let found = keeper.find(&tea().sku).await.unwrap();
    assert_eq!((found.price_vnd, found.stock), (Some(190_000), Some(3)), "an update leaves price and stock");

    keeper.sells(2, 190_000).await;

    let withdraw = Op::Withdraw { external_id: id.clone(), sku: tea().sku };
    assert_eq!(keeper.run(&withdraw).await, Ok(Answer::Withdrawn));
    assert_eq!(keeper.find(&tea().sku).await.unwrap().outcome, Outcome::Withdrawn);
    keeper.send(Some(&id), tea(), media).await.unwrap();
    let Answer::Reviewed(seen) = keeper.run(&Op::Review { external_id: id }).await.unwrap() else { panic!() };
    assert!(matches!(seen.outcome, Outcome::Live { .. }));
    assert_eq!(keeper.run(&Op::Review { external_id: "77".into() }).await.unwrap_err().code, "product.gone");
    assert_eq!(keeper.get("/__sim/products").await.as_array().unwrap().len(), 1);
    keeper.hides();
}

#[tokio::test]
async fn what_is_refused_says_what_to_do() {
    let mut keeper = keeper(false);
    keeper.send(None, tea(), Media::new()).await.unwrap();
    // Nothing there keeps a SKU from being there twice: that is seen, and left to a person.
    keeper.send(None, tea(), Media::new()).await.unwrap();
    let twice = keeper.run(&Op::FindBySku { sku: tea().sku }).await.unwrap_err();
    assert_eq!(twice.class, Class::NeedsAction);
    for secret in keeper.credentials.secrets.values_mut() {
        *secret = Secret::new("wrong-keys-of-nobody");
    }
    let login = keeper.run(&Op::Login).await.unwrap_err();
    assert_eq!(login.class, Class::Auth { refreshable: false });
    keeper.hides();
}

#[tokio::test]
async fn a_call_without_an_answer_in_time_leaves_one_product() {
    for kind in [FaultKind::Hang, FaultKind::HangAfterWrite] {
        let mut keeper = keeper(true);
        let fault = Fault { delay_ms: 3_000, method: Some("POST".into()), ..Fault::once(kind, "/com") };
        keeper.order(&fault).await;
        let lost = keeper.send(None, tea(), Media::new()).await.unwrap_err();
        assert_eq!((lost.class, lost.code.as_str()), (Class::Ambiguous, "transport.timeout"));
        if keeper.find(&tea().sku).await.is_none() {
            keeper.send(None, tea(), Media::new()).await.unwrap();
        }
        assert_eq!(keeper.get("/__sim/products").await.as_array().unwrap().len(), 1);
    }
}
