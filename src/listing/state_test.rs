//! The steps of a listing against a platform that is only a model.

use proptest::prelude::*;

use super::*;

fn facts() -> impl Strategy<Value = Facts> {
    let state = proptest::sample::select(ReportedState::ALL);
    let wanted = proptest::sample::select(DesiredState::ALL);
    (wanted, state, proptest::array::uniform12(any::<bool>())).prop_map(|(wanted, reported, b)| Facts {
        wanted,
        reported,
        blocked: b[0],
        stale_star: b[1],
        bound: b[2],
        sent: b[3],
        missing: b[4],
        fresh: b[5],
        editable: b[6],
        content_changed: b[7],
        offer_changed: b[8],
        look: b[9],
        shows_old: b[10],
        gone: b[11],
    })
}

proptest! {
    #[test]
    fn a_product_is_created_only_after_the_platform_did_not_know_its_sku(f in facts()) {
        if next(f) == Next::Create {
            prop_assert!(f.missing && !f.gone && !f.bound && !f.blocked && f.wanted == DesiredState::Listed);
        }
    }

    #[test]
    fn what_is_unchanged_is_not_sent(f in facts()) {
        let f = Facts { content_changed: false, offer_changed: false, bound: true, ..f };
        prop_assert!(!matches!(next(f), Next::Create | Next::Update | Next::Offer));
    }

    #[test]
    fn blocked_content_is_not_sent(f in facts()) {
        let step = next(Facts { blocked: true, ..f });
        prop_assert!(!matches!(step, Next::Create | Next::Update | Next::Offer));
    }

    #[test]
    fn what_is_not_wanted_is_never_offered(f in facts()) {
        let step = next(Facts { wanted: DesiredState::Withdrawn, ..f });
        prop_assert!(!matches!(step, Next::Create | Next::Update | Next::Offer));
    }

    #[test]
    fn a_star_that_ended_never_rests_on_a_product_that_is_up(f in facts()) {
        let f = Facts { stale_star: true, content_changed: true, bound: true, fresh: true, ..f };
        if f.reported.up() {
            prop_assert!(matches!(next(f), Next::Update | Next::Withdraw), "{:?}", next(f));
            prop_assert!(!f.shows_old || next(f) == Next::Withdraw, "the old content stays up: {:?}", next(f));
        }
    }
}

#[test]
fn what_was_deleted_there_waits_for_a_person() {
    let deleted = Facts {
        wanted: DesiredState::Listed,
        blocked: false,
        stale_star: false,
        shows_old: false,
        bound: false,
        sent: true,
        missing: false,
        gone: true,
        reported: ReportedState::None,
        fresh: false,
        look: false,
        editable: true,
        content_changed: true,
        offer_changed: true,
    };
    assert_eq!(next(deleted), Next::LookUp, "it may stand there under another number");
    let missing = Facts { missing: true, ..deleted };
    assert_eq!(next(missing), Next::Gone);
    assert_eq!(next(Facts { blocked: true, ..missing }), Next::Gone);
    assert_eq!(next(Facts { gone: false, ..missing }), Next::Create, "offered again");
    assert_eq!(next(Facts { wanted: DesiredState::Withdrawn, ..missing }), Next::Settled, "given up");
    assert!(Next::Gone.ends());
}

/// A platform that reviews, and a program that may die after any call.
#[derive(Clone, Copy, Debug, Default)]
struct Platform {
    products: u32,
    pending: bool,
    on_sale: bool,
    content: u8,
    offer: u8,
}

#[derive(Clone, Copy, Debug)]
struct Ours {
    wanted: DesiredState,
    bound: bool,
    sent: bool,
    sent_content: Option<u8>,
    sent_offer: Option<u8>,
    reported: ReportedState,
}

fn says(p: Platform) -> ReportedState {
    match (p.pending, p.on_sale) {
        (true, _) => ReportedState::PendingReview,
        (false, true) => ReportedState::Live,
        (false, false) => ReportedState::Withdrawn,
    }
}

/// One attempt; `dies` is the number of calls after which nothing is recorded any more.
fn attempt(ours: &mut Ours, p: &mut Platform, content: u8, offer: u8, mut dies: u32) -> Option<Next> {
    let (mut fresh, mut missing, mut editable) = (false, false, None);
    for _ in 0..8 {
        let step = next(Facts {
            wanted: ours.wanted,
            blocked: false,
            stale_star: false,
            shows_old: false,
            bound: ours.bound,
            sent: ours.sent,
            missing,
            gone: false,
            reported: ours.reported,
            fresh,
            editable: editable.unwrap_or(!ours.reported.open()),
            content_changed: ours.sent_content != Some(content),
            offer_changed: ours.sent_offer != Some(offer),
            look: false,
        });
        if step == Next::Withdraw {
            // Recorded before the call: it may be down from here on.
            (ours.sent_content, ours.sent_offer) = (None, None);
        }
        let before = *ours;
        match step {
            Next::LookUp if p.products == 0 => missing = true,
            Next::LookUp | Next::Review => {
                (ours.bound, ours.reported, fresh) = (true, says(*p), true);
                editable = Some(!p.pending);
            }
            Next::Create => {
                *p = Platform { products: p.products + 1, pending: true, on_sale: offer > 0, content, offer };
                (ours.bound, ours.reported, fresh) = (true, says(*p), true);
                (ours.sent_content, ours.sent_offer, ours.sent) = (Some(content), Some(offer), true);
                editable = Some(false);
            }
            Next::Update => {
                assert!(!p.pending, "it was told that changes are refused now");
                (p.content, p.offer, p.on_sale) = (content, offer, offer > 0);
                (ours.sent_content, ours.sent_offer) = (Some(content), Some(offer));
                (ours.reported, fresh) = (says(*p), true);
            }
            Next::Offer => {
                (p.offer, p.on_sale) = (offer, offer > 0);
                ours.sent_offer = Some(offer);
                (ours.reported, fresh) = (says(*p), true);
            }
            Next::Withdraw => {
                p.on_sale = false;
                (ours.sent_content, ours.sent_offer) = (None, None);
                (ours.reported, fresh) = (ReportedState::Withdrawn, false);
            }
            end => return Some(end),
        }
        if dies == 0 {
            *ours = Ours { sent: true, ..before };
            return None;
        }
        dies -= 1;
    }
    panic!("it does not come to an end: {ours:?} {p:?}");
}

proptest! {
    #[test]
    fn whatever_happens_there_is_one_product_and_it_becomes_what_we_want(
        script in proptest::collection::vec((any::<bool>(), 0..3_u8, 1..3_u8, 0..6_u32), 1..12),
    ) {
        let mut p = Platform::default();
        let mut ours = Ours {
            wanted: DesiredState::Listed, bound: false, sent: false, sent_content: None, sent_offer: None,
            reported: ReportedState::None,
        };
        let mut last = (0, 0);
        for (listed, content, offer, dies) in script {
            ours.wanted = if listed { DesiredState::Listed } else { DesiredState::Withdrawn };
            last = (content, offer);
            attempt(&mut ours, &mut p, content, offer, dies);
            prop_assert!(p.products <= 1);
        }
        for _ in 0..4 {
            p.pending = false;
            attempt(&mut ours, &mut p, last.0, last.1, u32::MAX);
        }
        p.pending = false;
        prop_assert_eq!(attempt(&mut ours, &mut p, last.0, last.1, u32::MAX), Some(Next::Settled));
        match ours.wanted {
            DesiredState::Listed => prop_assert_eq!((p.products, p.on_sale, p.content, p.offer), (1, true, last.0, last.1)),
            DesiredState::Withdrawn => prop_assert!(!p.on_sale),
        }
    }

    #[test]
    fn polls_and_rests_grow_within_their_bounds(seconds in 0..10_000_000_i64, failures in 0..1000_i32) {
        let poll = poll_after(Duration::seconds(seconds));
        prop_assert!(poll >= Duration::seconds(2) && poll <= Duration::minutes(30));
        let rest = rest_after(failures);
        prop_assert_eq!(rest.is_none(), failures < 5);
        prop_assert!(rest.is_none_or(|r| r >= Duration::seconds(30) && r <= Duration::minutes(10)));
    }
}

#[test]
fn a_shop_with_products_up_is_not_closed() {
    for status in ShopStatus::ALL {
        assert!(check_close(*status, true).is_err(), "{status}");
        assert_eq!(check_close(*status, false).is_ok(), *status != ShopStatus::Closed, "{status}");
    }
    assert_eq!(pause(ShopStatus::Connected, true), Ok(ShopStatus::Paused));
    assert_eq!(pause(ShopStatus::Paused, false), Ok(ShopStatus::Connecting));
    assert_eq!(pause(ShopStatus::Broken, false), Ok(ShopStatus::Broken));
    assert!(pause(ShopStatus::Closed, true).is_err());
}
