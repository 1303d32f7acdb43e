//! The summary as it is answered.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::producer;

/// A figure, and where the ids behind it are listed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportFigure)]
pub struct Figure {
    /// The figure.
    pub value: i64,
    /// Its part of the whole in percent, two digits.
    pub share_percent: f64,
    /// The list of ids.
    #[schema(example = "/api/v1/reports/summary/ids?figure=products.valid.star.4&as_of=2026-11-23&place=19")]
    pub ids_url: String,
}

/// Both counts of products.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportCounts)]
pub struct Counts {
    /// Ever certified, whatever became of it: as the provinces publish their totals.
    pub cumulative: Figure,
    /// Certified at that moment.
    pub valid: Figure,
}

/// Products of a star.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportStar)]
pub struct OfStar {
    /// 3 to 5.
    pub star: i32,
    /// How many.
    #[serde(flatten)]
    pub counts: Counts,
}

/// Products of an industry.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportIndustry)]
pub struct OfIndustry {
    /// Roman number.
    pub industry: &'static str,
    /// Its name.
    pub name: &'static str,
    /// How many.
    #[serde(flatten)]
    pub counts: Counts,
}

/// Products of a criteria set.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportSet)]
pub struct OfSet {
    /// 1 to 26.
    pub criteria_set: i32,
    /// Its name.
    pub name: Option<&'static str>,
    /// How many.
    #[serde(flatten)]
    pub counts: Counts,
}

/// Products.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportProducts)]
pub struct Products {
    /// All.
    #[serde(flatten)]
    pub counts: Counts,
    /// By star: cumulative by the latest certificate.
    pub by_star: Vec<OfStar>,
    /// By industry.
    pub by_industry: Vec<OfIndustry>,
    /// By criteria set.
    pub by_criteria_set: Vec<OfSet>,
}

/// Producers of a kind.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportKind)]
pub struct OfKind {
    /// What they are.
    pub kind: producer::Kind,
    /// How many.
    #[serde(flatten)]
    pub figure: Figure,
}

/// Producers with a product ever certified.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportProducers)]
pub struct Producers {
    /// All.
    #[serde(flatten)]
    pub figure: Figure,
    /// By kind.
    pub by_kind: Vec<OfKind>,
}

/// Listings in a state.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportListingState)]
pub struct OfState {
    /// What the platform says.
    #[schema(example = "live")]
    pub state: String,
    /// How many.
    #[serde(flatten)]
    pub figure: Figure,
}

/// Listings as they stand today.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportListings)]
pub struct Listings {
    /// All.
    #[serde(flatten)]
    pub figure: Figure,
    /// By state.
    pub by_state: Vec<OfState>,
}

/// What was sold.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportAmounts)]
pub struct Amounts {
    /// VND.
    pub revenue_vnd: i64,
    /// Part of the whole revenue in percent, two digits.
    pub share_percent: f64,
    /// Pieces.
    pub quantity: i64,
    /// Orders.
    pub orders: i64,
    /// The list of ids of sales figures.
    pub ids_url: String,
}

/// Sales through a channel.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportChannel)]
pub struct OfChannel {
    /// The channel.
    #[schema(example = "online")]
    pub channel: String,
    /// What was sold.
    #[serde(flatten)]
    pub amounts: Amounts,
}

/// Sales on a platform.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportPlatform)]
pub struct OfPlatform {
    /// The platform.
    #[schema(example = "sendo")]
    pub platform: String,
    /// What was sold.
    #[serde(flatten)]
    pub amounts: Amounts,
}

/// Sales of the twelve months up to and with that of the day.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportSales)]
pub struct Sales {
    /// The first month, by its first day.
    pub from: NaiveDate,
    /// The last month, by its first day.
    pub to: NaiveDate,
    /// All.
    #[serde(flatten)]
    pub amounts: Amounts,
    /// By channel.
    pub by_channel: Vec<OfChannel>,
    /// By platform, of online sales.
    pub by_platform: Vec<OfPlatform>,
}

/// The place a summary is about.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportPlace)]
pub struct Place {
    /// Code of the province or commune.
    #[schema(example = "19")]
    pub code: String,
    /// Its name.
    #[schema(example = "Thái Nguyên")]
    pub name: String,
}

/// The programme in a place on a day.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportSummary)]
pub struct Summary {
    /// The day.
    pub as_of: NaiveDate,
    /// The place; `null` is the whole country.
    pub place: Option<Place>,
    /// Products.
    pub products: Products,
    /// Producers.
    pub producers: Producers,
    /// Listings; `null` for a past day, of which it is not kept what platforms said.
    pub listings: Option<Listings>,
    /// Sales.
    pub sales: Sales,
}
