//! From the exact mean of the signed sheets and the agreed sheet to the stars.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{CriteriaSet, StarBands};
use super::sheet::Scored;
use crate::values::{Points, Star};

/// The exact arithmetic mean of totals: compared as a fraction, rounded only to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mean {
    /// Sum in hundredths of a point.
    sum: i64,
    /// How many totals, at least 1.
    count: i64,
}

impl Mean {
    /// The mean of these totals; `None` of nothing.
    pub fn of(totals: &[Points]) -> Option<Self> {
        let count = i64::try_from(totals.len()).ok().filter(|count| *count > 0)?;
        let sum = totals.iter().map(|total| i64::from(total.hundredths())).sum();
        Some(Self { sum, count })
    }

    /// The mean of one total.
    pub fn single(total: Points) -> Self {
        Self { sum: i64::from(total.hundredths()), count: 1 }
    }

    /// Whether the mean is at least `points`, exactly: 89.996 does not reach 90.
    pub fn reaches(self, points: Points) -> bool {
        self.missing(points) <= 0
    }

    /// The mean in print: hundredths, half up.
    pub fn rounded(self) -> Points {
        narrow((self.sum * 2 + self.count).div_euclid(self.count * 2))
    }

    /// What is missing to reach `points`, rounded up to hundredths so that it always suffices; 0 when reached.
    pub fn missing_to(self, points: Points) -> Points {
        let missing = self.missing(points).max(0);
        narrow((missing + self.count - 1).div_euclid(self.count))
    }

    /// A total less the mean, rounded to print.
    pub fn deviation(self, total: Points) -> Points {
        let off = self.missing(total);
        narrow((off.abs() * 2 + self.count).div_euclid(self.count * 2) * off.signum())
    }

    /// Whether a total lies further from the mean than these whole points, exactly.
    pub fn is_far(self, total: Points, allowed: u8) -> bool {
        self.missing(total).abs() > i64::from(allowed) * 100 * self.count
    }

    /// The sum of the totals in hundredths, and how many they are.
    pub fn fraction(self) -> (i64, i64) {
        (self.sum, self.count)
    }

    /// What is missing, in hundredths times the count.
    fn missing(self, points: Points) -> i64 {
        i64::from(points.hundredths()) * self.count - self.sum
    }
}

fn narrow(hundredths: i64) -> Points {
    Points::from_hundredths(i32::try_from(hundredths).unwrap_or(i32::MAX))
}

impl StarBands {
    /// The star of a mean by its points alone.
    pub fn star(&self, mean: Mean) -> Star {
        let reached = self.0.iter().rev().find(|band| mean.reaches(Points::from_whole(i32::from(band.min))));
        reached.or(self.0.first()).map_or(Star::ONE, |band| band.star)
    }

    /// The star above another and the least whole points for it.
    pub(super) fn above(&self, star: Star) -> Option<(Star, Points)> {
        let band = self.0.iter().find(|band| band.star > star)?;
        Some((band.star, Points::from_whole(i32::from(band.min))))
    }
}

/// A floor that is not met: too few points at a criterion for a star.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MissedFloor {
    /// The leaf.
    pub criterion: String,
    /// The star it is missed for.
    pub star: Star,
    /// Least points there for this star.
    pub needed_points: Points,
    /// Points given.
    pub points: Points,
}

/// What would bring the next star.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextStar {
    /// The star above the one reached.
    pub star: Star,
    /// Points missing to its band, rounded up; 0 where only floors are missed.
    pub points_missing: Points,
    /// The floors to meet for it. Meeting them raises the total as well.
    pub missed_floors: Vec<MissedFloor>,
}

/// A rating that explains itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rating {
    /// The mean in print.
    pub score: Points,
    /// The star by points alone.
    pub band_star: Star,
    /// The star with the floors met; `None` where the evaluation was stopped or the dossier is out.
    pub star: Option<Star>,
    /// Whether floors were tested: not where only the frame of a decision is known.
    pub floors_tested: bool,
    /// The floors that lower the star: for each star above it up to `band_star`, in the order of the sheet.
    pub missed_floors: Vec<MissedFloor>,
    /// The criterion where the evaluation stopped.
    pub stopped_by: Option<String>,
    /// Grounds for exclusion that were found.
    pub excluded_by: Vec<String>,
    /// What would bring the next star; `None` at five stars, and where the evaluation was stopped or the dossier is out.
    pub next_star: Option<NextStar>,
}

impl CriteriaSet {
    /// The stars for the mean of the signed sheets, with the floors tested on the agreed sheet (Decision
    /// 26/2026/QĐ-TTg; that floors are tested on the agreed sheet, and that floors of a star hold for every higher
    /// one, are readings of it).
    ///
    /// `agreed` must come from [`check`](CriteriaSet::check) of this same set. For stops that are still open see
    /// [`Scored::open_stops`]: they are to be settled before a council concludes.
    pub fn rate(&self, mean: Mean, agreed: &Scored) -> Rating {
        let band_star = self.star_bands.star(mean);
        let reached = self.lowered(band_star, agreed);
        let rated = agreed.stopped_by.is_none() && agreed.excluded_by.is_empty();
        let mut missed_floors = Vec::new();
        for star in Star::ALL.into_iter().filter(|star| *star > reached && *star <= band_star) {
            missed_floors.extend(self.missed_floors(star, agreed));
        }
        let next = self.star_bands.above(reached).filter(|_| rated);
        Rating {
            score: mean.rounded(),
            band_star,
            star: Some(reached).filter(|_| rated),
            floors_tested: true,
            missed_floors,
            stopped_by: agreed.stopped_by.clone(),
            excluded_by: agreed.excluded_by.clone(),
            next_star: next.map(|(star, least)| NextStar {
                star,
                points_missing: mean.missing_to(least),
                missed_floors: self.missed_floors(star, agreed),
            }),
        }
    }

    /// The highest star up to `star` with every floor met.
    fn lowered(&self, star: Star, agreed: &Scored) -> Star {
        let leaves = &self.index().leaves;
        let met =
            |lower: &Star| *lower <= star && leaves.iter().all(|leaf| agreed.at(leaf) >= leaf.floor(*lower));
        Star::ALL.into_iter().rev().find(met).unwrap_or(Star::ONE)
    }

    /// The floors of a star that a sheet misses, in the order of the sheet.
    pub fn missed_floors(&self, star: Star, agreed: &Scored) -> Vec<MissedFloor> {
        let missed = self.index().leaves.iter().filter_map(|leaf| {
            let (needed_points, points) = (leaf.floor(star), agreed.at(leaf));
            (points < needed_points).then(|| MissedFloor {
                criterion: leaf.code.to_string(),
                star,
                needed_points,
                points,
            })
        });
        missed.collect()
    }
}
