//! The way to a star with the fewest points: which options, at which criteria, beyond those of a sheet.

use serde::Serialize;
use utoipa::ToSchema;

use super::index::{Index, Leaf};
use super::model::CriteriaSet;
use super::sheet::Scored;
use super::stars::NextStar;
use crate::values::{Points, Star};

/// One step on the way: a better option at a criterion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = StarStep)]
pub struct Step {
    /// The leaf.
    pub criterion: String,
    /// The option chosen now; `null` where none is.
    pub from_option: Option<String>,
    /// Points now.
    pub from_points: Points,
    /// The option that leads on.
    pub to_option: String,
    /// Its points.
    pub to_points: Points,
}

/// What may change together: a leaf and those that are scored only where it has points.
struct Move {
    /// Whole points won.
    gain: usize,
    /// Leaf and option.
    changes: Vec<(usize, usize)>,
}

/// Points won and the steps they take, group by group: for each sum the fewest steps and the move that led there.
type Table = Vec<Option<(usize, usize)>>;

impl CriteriaSet {
    /// The steps that meet every floor of the next star and win the points missing to its band: with the fewest points
    /// in sum, then the fewest steps, then first on the sheet. What is gained is counted from the given sheet, as if
    /// every member would give it. Empty where no options lead there.
    pub fn way(&self, next: &NextStar, agreed: &Scored) -> Vec<Step> {
        let index = self.index();
        let missing = usize::try_from((next.points_missing.hundredths() + 99) / 100).unwrap_or_default();
        let groups: Vec<_> =
            groups(index).iter().map(|group| moves(index, group, next.star, agreed)).collect();
        let changes = cheapest(&groups, missing);
        let step = |(at, option): (usize, usize)| {
            let leaf = index.leaves.get(at)?;
            let (now, to) = (agreed.criteria.get(leaf.line)?, leaf.options.get(option)?);
            Some(Step {
                criterion: leaf.code.to_string(),
                from_option: now.option.clone(),
                from_points: now.points,
                to_option: to.id.to_string(),
                to_points: Points::from_whole(to.points.into()),
            })
        };
        changes.into_iter().filter_map(step).collect()
    }
}

/// Leaves that stand alone, and those that wait for another together with it.
fn groups(index: &Index) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (at, leaf) in index.leaves.iter().enumerate() {
        let with = leaf.needs.and_then(|needs| groups.iter_mut().find(|group| group.contains(&needs)));
        match with {
            Some(group) => group.push(at),
            None => groups.push(vec![at]),
        }
    }
    groups
}

fn whole(points: Points) -> usize {
    usize::try_from(points.hundredths() / 100).unwrap_or_default()
}

/// Everything a group may become with every floor of the star met, also staying as it is.
fn moves(index: &Index, group: &[usize], star: Star, agreed: &Scored) -> Vec<Move> {
    let mut all = vec![Move { gain: 0, changes: Vec::new() }];
    for at in group {
        let Some(leaf) = index.leaves.get(*at) else { continue };
        let now = agreed.at(leaf);
        let mut next = Vec::new();
        for begun in &all {
            if now >= leaf.floor(star) {
                next.push(Move { gain: begun.gain, changes: begun.changes.clone() });
            }
            if !applies(index, leaf, begun, agreed)
                || agreed.unsettled.iter().any(|code| **code == *leaf.code)
            {
                continue;
            }
            for (option, choice) in leaf.options.iter().enumerate() {
                let points = Points::from_whole(choice.points.into());
                let fits = choice.case.is_none() || choice.case == agreed.tourism_case;
                if fits && points > now && points >= leaf.floor(star) {
                    let mut changes = begun.changes.clone();
                    changes.push((*at, option));
                    next.push(Move { gain: begun.gain + whole(points) - whole(now), changes });
                }
            }
        }
        all = next;
    }
    all
}

/// Whether a leaf is scored after what has changed.
fn applies(index: &Index, leaf: &Leaf, begun: &Move, agreed: &Scored) -> bool {
    let Some(needed) = leaf.needs.and_then(|needs| Some((needs, index.leaves.get(needs)?))) else {
        return true;
    };
    let (at, needed) = needed;
    // A step only ever leads to more points, so any step there gives some.
    agreed.at(needed) > Points::ZERO || begun.changes.iter().any(|(changed, _)| *changed == at)
}

/// The changes that win at least `missing` points, with the fewest points, then the fewest steps.
fn cheapest(groups: &[Vec<Move>], missing: usize) -> Vec<(usize, usize)> {
    // What floors ask for may be more than the points missing; no sheet wins more than a hundred.
    let most = missing.max(100) + 1;
    let mut tables: Vec<Table> = Vec::new();
    let mut now: Table = vec![None; most];
    if let Some(start) = now.first_mut() {
        *start = Some((0, 0));
    }
    for group in groups {
        let mut next: Table = vec![None; most];
        for (won, entry) in now.iter().enumerate() {
            let Some((steps, _)) = entry else { continue };
            for (which, step) in group.iter().enumerate() {
                let steps = steps + step.changes.len();
                let Some(slot) = next.get_mut(won + step.gain) else { continue };
                if slot.is_none_or(|(fewest, _)| steps < fewest) {
                    *slot = Some((steps, which));
                }
            }
        }
        tables.push(std::mem::replace(&mut now, next));
    }
    let Some(mut won) = now.iter().enumerate().skip(missing).find_map(|(won, entry)| entry.map(|_| won))
    else {
        return Vec::new();
    };
    tables.push(now);
    let mut changes = Vec::new();
    for (group, table) in groups.iter().zip(tables.iter().skip(1)).rev() {
        let Some(step) = table.get(won).and_then(|e| e.as_ref()).and_then(|(_, which)| group.get(*which))
        else {
            return Vec::new();
        };
        changes.extend(&step.changes);
        won = won.saturating_sub(step.gain);
    }
    changes.sort_unstable();
    changes
}
