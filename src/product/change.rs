//! What may change of a product: a merge patch (RFC 7396) of its fields.

use serde_json::{Map, Value};

use crate::http::Patch;

use super::Attributes;
use super::state::{Capacity, Written};

/// What may change of a product: absent keeps, null clears.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Name.
    pub name: Option<String>,
    /// Name in English.
    pub name_en: Patch<String>,
    /// Number of its criteria set.
    pub criteria_set: Option<i32>,
    /// What it is.
    pub description: Patch<String>,
    /// The same in English.
    pub description_en: Patch<String>,
    /// Its story.
    pub story: Patch<String>,
    /// The same in English.
    pub story_en: Patch<String>,
    /// Price of a unit, VND.
    pub price_vnd: Patch<i64>,
    /// What is sold.
    pub unit: Patch<String>,
    /// Net weight, grams.
    pub net_weight_g: Patch<i64>,
    /// The producer's own number; never cleared.
    pub sku: Option<String>,
    /// GS1 number.
    pub gtin: Patch<String>,
    /// Attributes: merged one by one.
    pub attributes: Patch<Map<String, Value>>,
    /// Supply capacity: merged one by one.
    pub capacity: Patch<CapacityChange>,
    /// Traceability page.
    pub trace_url: Patch<String>,
}

/// What may change of a capacity.
#[derive(Clone, Debug, Default)]
pub struct CapacityChange {
    /// Units a month.
    pub per_month: Patch<i64>,
    /// Days to delivery.
    pub lead_time_days: Patch<i64>,
    /// Season, in words.
    pub season: Patch<String>,
}

impl CapacityChange {
    fn apply(self, old: Option<Capacity>) -> Capacity {
        let old = old.unwrap_or_default();
        Capacity {
            per_month: self.per_month.apply(old.per_month),
            lead_time_days: self.lead_time_days.apply(old.lead_time_days),
            season: self.season.apply(old.season),
        }
    }
}

impl Change {
    pub(super) fn apply(self, old: Written, attributes: &mut Attributes) -> Written {
        match self.attributes {
            Patch::Keep => {}
            Patch::Clear => *attributes = Attributes::default(),
            Patch::Set(patch) => attributes.merge(patch),
        }
        Written {
            name: self.name.unwrap_or(old.name),
            name_en: self.name_en.apply(old.name_en),
            criteria_set: self.criteria_set.unwrap_or(old.criteria_set),
            description: self.description.apply(old.description),
            description_en: self.description_en.apply(old.description_en),
            story: self.story.apply(old.story),
            story_en: self.story_en.apply(old.story_en),
            price_vnd: self.price_vnd.apply(old.price_vnd),
            unit: self.unit.apply(old.unit),
            net_weight_g: self.net_weight_g.apply(old.net_weight_g),
            sku: self.sku.or(old.sku),
            gtin: self.gtin.apply(old.gtin),
            capacity: match self.capacity {
                Patch::Keep => old.capacity,
                Patch::Clear => None,
                Patch::Set(patch) => Some(patch.apply(old.capacity)),
            },
            trace_url: self.trace_url.apply(old.trace_url),
        }
    }
}
