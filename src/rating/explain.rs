//! The result explained: part by part and criterion by criterion, beside the producer's own assessment.

use std::collections::BTreeMap;

use crate::criteria::state::{CriteriaSet, Criterion, Mean, PartFrame, Scored};
use crate::values::{Points, Star};

/// One part of the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartLine {
    /// `A`, `B` or `C`.
    pub part: String,
    /// Its name in Vietnamese.
    pub label_vi: String,
    /// Its name in English.
    pub label_en: String,
    /// Greatest points.
    pub max: Points,
    /// Mean of the members' points, rounded.
    pub mean: Points,
    /// Fewest points a member gave.
    pub least: Points,
    /// Most points a member gave.
    pub most: Points,
    /// The producer's own points.
    pub own: Option<Points>,
}

/// One criterion of the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CriterionLine {
    /// Its code.
    pub criterion: String,
    /// Its name in Vietnamese.
    pub label_vi: String,
    /// Its name in English.
    pub label_en: String,
    /// Whether points are given here; otherwise it is the sum of narrower criteria.
    pub leaf: bool,
    /// Greatest points.
    pub max: Points,
    /// Mean of the members' points, rounded.
    pub mean: Points,
    /// Fewest points a member gave.
    pub least: Points,
    /// Most points a member gave.
    pub most: Points,
    /// Points on the agreed sheet; `None` where the council left it open.
    pub agreed: Option<Points>,
    /// The agreed option of a leaf.
    pub agreed_option: Option<String>,
    /// The producer's own points.
    pub own: Option<Points>,
    /// The producer's own option.
    pub own_option: Option<String>,
    /// Least points here for each star that asks for some.
    pub floors: BTreeMap<Star, Points>,
}

fn mean(points: impl Iterator<Item = Points>) -> Points {
    Mean::of(&points.collect::<Vec<_>>()).map_or(Points::ZERO, Mean::rounded)
}

/// The parts, in order.
pub fn by_part(parts: &[PartFrame], sheets: &[Scored], own: Option<&Scored>) -> Vec<PartLine> {
    let given = |scored: &Scored, part: &str| scored.parts.get(part).copied().unwrap_or_default();
    let line = |part: &PartFrame| {
        let points: Vec<_> = sheets.iter().map(|sheet| given(sheet, &part.code)).collect();
        PartLine {
            part: part.code.to_string(),
            label_vi: part.label_vi.to_string(),
            label_en: part.label_en.to_string(),
            max: Points::from_whole(i32::from(part.max)),
            mean: mean(points.iter().copied()),
            least: points.iter().min().copied().unwrap_or_default(),
            most: points.iter().max().copied().unwrap_or_default(),
            own: own.map(|own| given(own, &part.code)),
        }
    };
    parts.iter().map(line).collect()
}

/// Every group and leaf, in the order of the sheet. `agreed` are the agreed options: `None` where none is met.
pub fn by_criterion(
    set: &CriteriaSet,
    sheets: &[Scored],
    agreed: &BTreeMap<String, Option<String>>,
    own: Option<&Scored>,
) -> Vec<CriterionLine> {
    let mut lines = Vec::new();
    for criterion in set.parts.iter().flat_map(|part| &part.criteria) {
        explain(criterion, &Sources { sheets, agreed, own }, &mut lines);
    }
    lines
}

struct Sources<'a> {
    sheets: &'a [Scored],
    agreed: &'a BTreeMap<String, Option<String>>,
    own: Option<&'a Scored>,
}

fn explain(criterion: &Criterion, from: &Sources<'_>, lines: &mut Vec<CriterionLine>) -> Option<Points> {
    let code = &*criterion.code;
    let at = lines.len();
    // Sheets have the same lines in the same order.
    let given = |sheet: &Scored| sheet.criteria.get(at).map_or(Points::ZERO, |line| line.points);
    let points: Vec<_> = from.sheets.iter().map(given).collect();
    let own_line = from.own.and_then(|own| own.criteria.get(at));
    let floor = |star: Star| {
        let least = criterion.floor(star);
        (least > 0).then(|| (star, Points::from_whole(i32::from(least))))
    };
    lines.push(CriterionLine {
        criterion: code.to_owned(),
        label_vi: criterion.label_vi.to_string(),
        label_en: criterion.label_en.to_string(),
        leaf: criterion.is_leaf(),
        max: Points::from_whole(i32::from(criterion.max)),
        mean: mean(points.iter().copied()),
        least: points.iter().min().copied().unwrap_or_default(),
        most: points.iter().max().copied().unwrap_or_default(),
        agreed: None,
        agreed_option: from.agreed.get(code).cloned().flatten(),
        own: own_line.map(|line| line.points),
        own_option: own_line.and_then(|line| line.option.clone()),
        floors: Star::ALL.into_iter().filter_map(floor).collect(),
    });
    let agreed = if criterion.is_leaf() {
        from.agreed.get(code).map(|option| points_of(criterion, option.as_deref()))
    } else {
        let narrower: Vec<_> = criterion.criteria.iter().map(|c| explain(c, from, lines)).collect();
        let sum: Option<i32> = narrower.into_iter().map(|points| points.map(Points::hundredths)).sum();
        sum.map(Points::from_hundredths)
    };
    if let Some(line) = lines.get_mut(at) {
        line.agreed = agreed;
    }
    agreed
}

fn points_of(leaf: &Criterion, option: Option<&str>) -> Points {
    let option = leaf.options.iter().find(|o| Some(&*o.id) == option);
    Points::from_whole(option.map_or(0, |o| i32::from(o.points)))
}
