//! Rules of sales figures: months, amounts, which orders count. Pure.

pub mod file;
pub mod mapping;

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};

use crate::error::FieldError;
use crate::ids::{ListingId, ProductId};
use crate::platform::state::{OrderStatus, RemoteOrder};
use crate::text_enum;
use crate::values::Vnd;

text_enum! {
    /// Where a product was sold.
    pub enum SalesChannel {
        /// The producer's own shop.
        Shop = "shop",
        /// Fairs and exhibitions.
        Fair = "fair",
        /// OCOP display and sales points.
        PointOfSale = "point_of_sale",
        /// Abroad.
        Export = "export",
        /// An online platform.
        Online = "online",
    }
}

text_enum! {
    /// Where a figure comes from.
    pub enum FigureSource {
        /// A person wrote it.
        Declared = "declared",
        /// A file was imported.
        Imported = "imported",
        /// Orders pulled from a platform.
        Platform = "platform",
    }
}

/// The platform of online sales on none that this program knows: a page of one's own, social networks.
pub const OTHER_PLATFORM: &str = "other";
/// The first month a figure may be about: the programme began in 2018, and growth looks at the years before.
const FIRST_YEAR: i32 = 2010;
/// The largest quantity and number of orders of one figure.
pub const COUNT_MAX: i64 = 1_000_000_000;

/// What was sold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amounts {
    /// Pieces.
    pub quantity: i64,
    /// Revenue, VND.
    pub revenue_vnd: i64,
    /// Orders.
    pub orders: i64,
}

impl Amounts {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            quantity: self.quantity.saturating_add(other.quantity),
            revenue_vnd: self.revenue_vnd.saturating_add(other.revenue_vnd),
            orders: self.orders.saturating_add(other.orders),
        }
    }

    /// These less those.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        Self {
            quantity: self.quantity.saturating_sub(other.quantity),
            revenue_vnd: self.revenue_vnd.saturating_sub(other.revenue_vnd),
            orders: self.orders.saturating_sub(other.orders),
        }
    }

    /// Whether nothing was sold.
    pub fn is_zero(self) -> bool {
        self == Self::default()
    }

    /// What is wrong with amounts that somebody wrote.
    pub fn errors(self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        for (name, value) in [("quantity", self.quantity), ("orders", self.orders)] {
            if !(0..=COUNT_MAX).contains(&value) {
                errors.push(FieldError::new(
                    format!("/{name}"),
                    "count.range",
                    "Số lượng từ 0 đến 1 tỷ.",
                    "A count is from 0 to 10^9.",
                ));
            }
        }
        if Vnd::new(self.revenue_vnd).is_err() {
            errors.push(FieldError::new(
                "/revenue_vnd",
                "vnd.range",
                "Doanh thu là số đồng nguyên từ 0 đến dưới một triệu tỷ.",
                "Revenue is whole dong from 0 to less than 10^15.",
            ));
        }
        errors
    }
}

/// What is wrong with a month: it is written as its first day and has begun.
pub fn month_error(month: NaiveDate, today: NaiveDate) -> Option<FieldError> {
    if month.day() != 1 {
        return Some(FieldError::new(
            "/month",
            "month.first_day",
            "Tháng ghi bằng ngày đầu tháng, ví dụ 2026-11-01.",
            "A month is written as its first day, for example 2026-11-01.",
        ));
    }
    if month > today {
        return Some(FieldError::new(
            "/month",
            "month.future",
            "Tháng này chưa tới.",
            "This month has not begun.",
        ));
    }
    (month.year() < FIRST_YEAR).then(|| {
        FieldError::new("/month", "month.too_early", "Tháng từ 2010-01-01.", "A month is from 2010-01-01 on.")
    })
}

/// The first day of a date's month.
pub fn month_of(date: NaiveDate) -> NaiveDate {
    date.with_day(1).unwrap_or(date)
}

/// What is wrong with a platform beside a channel: online sales name one, others none.
pub fn platform_error(channel: SalesChannel, platform: Option<&str>, known: bool) -> Option<FieldError> {
    let (code, vi, en) = match (channel, platform) {
        (SalesChannel::Online, None) => {
            ("platform.needed", "Doanh số trực tuyến cần ghi tên sàn.", "Online sales name their platform.")
        }
        (SalesChannel::Online, Some(_)) if !known => (
            "platform.unknown",
            "Không có sàn với khóa này; xem /platforms, hoặc ghi other.",
            "There is no platform with this key; see /platforms, or write other.",
        ),
        (SalesChannel::Online, Some(_)) | (_, None) => return None,
        (_, Some(_)) => (
            "platform.not_online",
            "Chỉ doanh số trực tuyến mới ghi sàn.",
            "Only online sales name a platform.",
        ),
    };
    Some(FieldError::new("/platform", code, vi, en))
}

/// Whether an order's lines are within what a figure may hold, together: a platform's number beyond it is a mistake,
/// and no sum of such numbers may stop the others from being counted.
pub fn plausible(order: &RemoteOrder) -> bool {
    let sum = order.lines.iter().try_fold(Amounts::default(), |sum, line| {
        let revenue_vnd = line.quantity.checked_mul(line.unit_price_vnd)?;
        let line = Amounts { quantity: line.quantity, revenue_vnd, orders: 0 };
        line.errors().is_empty().then_some(sum.plus(line))
    });
    sum.is_some_and(|sum| sum.errors().is_empty())
}

/// Whether an order counts as a sale. What was called off or came back does not, nor does what other orders replaced
/// or what the contract does not name.
pub const fn counts(status: OrderStatus) -> bool {
    match status {
        OrderStatus::Open | OrderStatus::Shipping | OrderStatus::Completed | OrderStatus::Returning => true,
        OrderStatus::Cancelled | OrderStatus::Returned | OrderStatus::Replaced | OrderStatus::Unknown => {
            false
        }
    }
}

/// A line of an order, as far as figures need it. Nothing about the buyer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Unique within the order.
    pub line: String,
    /// The SKU sold.
    pub sku: String,
    /// The listing, where the SKU is one of ours.
    pub listing_id: Option<ListingId>,
    /// Its product.
    pub product_id: Option<ProductId>,
    /// Pieces.
    pub quantity: i64,
    /// Revenue, VND.
    pub revenue_vnd: i64,
    /// The platform's word for the order's state.
    pub status: String,
    /// Whether it counts.
    pub counted: bool,
    /// Day of the order in Viet Nam.
    pub ordered_on: NaiveDate,
}

/// What an order's lines add to the figures: by product and month. An order counts once for each product in it.
pub fn contribution(lines: &[Line]) -> BTreeMap<(ProductId, NaiveDate), Amounts> {
    let mut out: BTreeMap<_, Amounts> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.counted) {
        let Some(product) = line.product_id else { continue };
        let sum = out.entry((product, month_of(line.ordered_on))).or_default();
        sum.quantity = sum.quantity.saturating_add(line.quantity);
        sum.revenue_vnd = sum.revenue_vnd.saturating_add(line.revenue_vnd);
        sum.orders = 1;
    }
    out
}

/// What changes in the figures when an order's lines become others.
pub fn difference(before: &[Line], after: &[Line]) -> BTreeMap<(ProductId, NaiveDate), Amounts> {
    let mut out = contribution(after);
    for (key, old) in contribution(before) {
        let sum = out.entry(key).or_default();
        *sum = sum.less(old);
    }
    out.retain(|_, amounts| !amounts.is_zero());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn months_are_first_days_that_have_begun() {
        let today = day("2026-11-23");
        assert!(month_error(day("2026-11-01"), today).is_none());
        assert!(month_error(day("2026-11-02"), today).is_some());
        assert!(month_error(day("2026-12-01"), today).is_some());
        assert!(month_error(day("2009-12-01"), today).is_some());
        assert_eq!(month_of(day("2026-02-28")), day("2026-02-01"));
    }

    #[test]
    fn online_sales_name_their_platform_and_others_none() {
        assert!(platform_error(SalesChannel::Online, None, false).is_some());
        assert!(platform_error(SalesChannel::Online, Some("x"), false).is_some());
        assert!(platform_error(SalesChannel::Online, Some("sendo"), true).is_none());
        assert!(platform_error(SalesChannel::Fair, Some("sendo"), true).is_some());
        assert!(platform_error(SalesChannel::Fair, None, false).is_none());
    }

    #[test]
    fn an_order_beyond_all_bounds_is_not_plausible() {
        let order = |lines: &[(i64, i64)]| RemoteOrder {
            order_id: "1".to_owned(),
            placed_at: None,
            status: OrderStatus::Open,
            raw_status: String::new(),
            lines: lines
                .iter()
                .map(|(quantity, price)| crate::platform::state::OrderLine {
                    line_id: String::new(),
                    sku: String::new(),
                    quantity: *quantity,
                    unit_price_vnd: *price,
                })
                .collect(),
        };
        assert!(plausible(&order(&[(3, 250_000), (COUNT_MAX - 3, 0)])));
        assert!(plausible(&order(&[])));
        for lines in [
            [(COUNT_MAX, 0), (1, 0)],
            [(i64::MAX, 2), (1, 1)],
            [(2, i64::MAX), (1, 1)],
            [(1, 1_000_000_000_000_000), (0, 0)],
            [(1, 999_999_999_999_999), (1, 1)],
            [(-1, 5), (1, 1)],
        ] {
            assert!(!plausible(&order(&lines)), "{lines:?}");
        }
        let most = Amounts { quantity: i64::MAX, revenue_vnd: i64::MAX, orders: i64::MAX };
        assert_eq!(most.plus(most), most);
        assert_eq!(Amounts::default().less(most).less(most).quantity, i64::MIN);
    }

    prop_compose! {
        fn lines(products: Vec<ProductId>)
            (rows in proptest::collection::vec((0..3_usize, 0..5_i64, 0..2_i64, any::<bool>(), 0..3_u32), 0..5))
            -> Vec<Line> {
            rows.into_iter().enumerate().map(|(i, (p, quantity, price, counted, month))| Line {
                line: i.to_string(), sku: p.to_string(), listing_id: None,
                product_id: products.get(p).copied(), quantity, revenue_vnd: quantity * price, counted, status: String::new(),
                ordered_on: NaiveDate::from_ymd_opt(2026, 1 + month, 20).unwrap(),
            }).collect()
        }
    }

    proptest! {
        /// However often an order changes, the figures end at its last state.
        #[test]
        fn differences_add_up_to_the_last_state(
            versions in Just(vec![ProductId::new(), ProductId::new()])
                .prop_flat_map(|products| proptest::collection::vec(lines(products), 1..6)),
        ) {
            let mut sums: BTreeMap<(ProductId, NaiveDate), Amounts> = BTreeMap::new();
            let mut before = Vec::new();
            for after in &versions {
                for (key, change) in difference(&before, after) {
                    let sum = sums.entry(key).or_default();
                    *sum = sum.plus(change);
                }
                prop_assert!(difference(after, after).is_empty());
                before.clone_from(after);
            }
            sums.retain(|_, a| !a.is_zero());
            let mut last = contribution(&before);
            last.retain(|_, a| !a.is_zero());
            prop_assert_eq!(sums, last);
        }
    }
}
