//! The tables of units and the questions answered by code.

use std::collections::BTreeMap;

use serde::Serialize;

/// A province or a city of province rank since 1 July 2025.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Province {
    /// Two digits, for example `19`.
    pub code: &'static str,
    /// `Tỉnh` or `Thành phố`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Name without its type, for example `Thái Nguyên`.
    pub name: &'static str,
}

/// What a commune-level unit is since 1 July 2025.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CommuneKind {
    /// *Xã*.
    Commune,
    /// *Phường*.
    Ward,
    /// *Đặc khu*: an island.
    SpecialZone,
}

impl CommuneKind {
    /// The word before the name: `Xã`, `Phường`, `Đặc khu`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Commune => "Xã",
            Self::Ward => "Phường",
            Self::SpecialZone => "Đặc khu",
        }
    }
}

/// A commune, ward or special zone since 1 July 2025.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Commune {
    /// Five digits, for example `05503`.
    pub code: &'static str,
    /// Commune, ward or special zone.
    #[serde(rename = "type")]
    pub kind: CommuneKind,
    /// Name without its type. Not unique: Thái Nguyên has Văn Lang and Văn Lăng.
    pub name: &'static str,
    /// Code of its [`Province`].
    pub province_code: &'static str,
    /// Degrees north, WGS 84, where known.
    pub latitude: Option<f64>,
    /// Degrees east, WGS 84, where known.
    pub longitude: Option<f64>,
    /// Square kilometres, where known.
    pub area_km2: Option<f64>,
}

impl Commune {
    /// Type and name: `Xã Tân Cương`.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.kind.label(), self.name)
    }
}

/// What a unit was before 1 July 2025.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FormerKind {
    /// *Xã*.
    Commune,
    /// *Phường*.
    Ward,
    /// *Thị trấn*.
    Township,
    /// *Huyện*: an island district that had no communes.
    District,
}

impl FormerKind {
    /// The word before the name: `Xã`, `Phường`, `Thị trấn`, `Huyện`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Commune => "Xã",
            Self::Ward => "Phường",
            Self::Township => "Thị trấn",
            Self::District => "Huyện",
        }
    }
}

/// A unit as it was before 1 July 2025, with its district and province of then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct FormerUnit {
    /// Five digits; three for an island district without communes.
    pub code: &'static str,
    /// Commune, ward, township or island district.
    #[serde(rename = "type")]
    pub kind: FormerKind,
    /// Name without its type.
    pub name: &'static str,
    /// Three digits.
    pub district_code: &'static str,
    /// Type and name: `Huyện Đồng Hỷ`.
    pub district: &'static str,
    /// Two digits of then: not always a province of today.
    pub province_code: &'static str,
    /// Type and name: `Tỉnh Bắc Kạn`.
    pub province: &'static str,
}

impl FormerUnit {
    /// Type and name: `Thị trấn Hóa Thượng`.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.kind.label(), self.name)
    }
}

/// How much of a former unit went to a commune.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// All of it.
    Whole,
    /// Some of it: the unit was divided.
    Part,
}

/// A former unit went, whole or in part, to a commune.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Succession<'a> {
    /// The unit before.
    pub former: &'a FormerUnit,
    /// The commune after.
    pub commune: &'a Commune,
    /// Whole, or part of a divided unit.
    pub extent: Extent,
    /// For a divided unit: the usual successor. A hint for the person who confirms, never a decision.
    pub likely: bool,
}

/// A row of the succession table by position.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub(super) former: u16,
    pub(super) commune: u16,
    pub(super) extent: Extent,
    pub(super) likely: bool,
}

/// All units. Made once by [`places`](super::places); about 3 MiB.
#[derive(Debug, Default)]
pub struct Places {
    pub(super) provinces: Vec<Province>,
    /// By code.
    pub(super) communes: Vec<Commune>,
    /// The codes of `communes` as numbers, side by side: a lookup touches few lines of memory.
    pub(super) commune_codes: Vec<u32>,
    /// By code.
    pub(super) formers: Vec<FormerUnit>,
    /// By former unit.
    pub(super) links: Vec<Link>,
    /// Positions in `links` by commune.
    pub(super) links_by_commune: Vec<u16>,
    /// Word of a folded name → units that have it, in order. A unit is a position in `communes`, or above
    /// those the position in `formers` plus the number of communes.
    pub(super) words: BTreeMap<&'static str, Vec<u16>>,
    /// Folded name by unit.
    pub(super) folded: Vec<&'static str>,
    /// Place in the Vietnamese order of names by unit.
    pub(super) order: Vec<u16>,
}

impl Places {
    /// All provinces, by code.
    pub fn provinces(&self) -> &[Province] {
        &self.provinces
    }

    /// All communes, by code.
    pub fn all_communes(&self) -> &[Commune] {
        &self.communes
    }

    /// All former units, by code.
    pub fn all_former_units(&self) -> &[FormerUnit] {
        &self.formers
    }

    /// The province of this two-digit code.
    pub fn province(&self, code: &str) -> Option<&Province> {
        self.provinces.iter().find(|p| p.code == code)
    }

    /// The commune of this five-digit code.
    pub fn commune(&self, code: &str) -> Option<&Commune> {
        let number = code.parse().ok()?;
        let at = self.commune_codes.binary_search(&number).ok()?;
        self.communes.get(at).filter(|commune| commune.code == code)
    }

    /// The former unit of this code. Codes were reused: a code may name both a former unit and a commune.
    pub fn former_unit(&self, code: &str) -> Option<&FormerUnit> {
        self.formers.get(usize::from(self.former_at(code)?))
    }

    /// What this commune was made of, by former code; empty for an unknown code.
    pub fn predecessors(&self, commune_code: &str) -> Vec<Succession<'_>> {
        let code_of = |link: &u16| {
            let link = self.links.get(usize::from(*link));
            link.and_then(|l| self.communes.get(usize::from(l.commune))).map_or("", |c| c.code)
        };
        let from = self.links_by_commune.partition_point(|l| code_of(l) < commune_code);
        let rest = self.links_by_commune.get(from..).unwrap_or_default().iter();
        rest.take_while(|l| code_of(l) == commune_code)
            .filter_map(|l| self.succession(*self.links.get(usize::from(*l))?))
            .collect()
    }

    /// What became of this former unit, the likely successor first, then by commune code; empty for an
    /// unknown code. More than one: the unit was divided and a person must say which.
    pub fn successors(&self, former_code: &str) -> Vec<Succession<'_>> {
        let Some(at) = self.former_at(former_code) else {
            return Vec::new();
        };
        let mut found: Vec<_> = self.links_of(at).iter().filter_map(|link| self.succession(*link)).collect();
        found.sort_by_key(|s| (!s.likely, s.commune.code));
        found
    }

    pub(super) fn former_at(&self, code: &str) -> Option<u16> {
        let at = self.formers.binary_search_by(|f| f.code.cmp(code)).ok()?;
        u16::try_from(at).ok()
    }

    pub(super) fn links_of(&self, former: u16) -> &[Link] {
        let from = self.links.partition_point(|l| l.former < former);
        let to = self.links.partition_point(|l| l.former <= former);
        self.links.get(from..to).unwrap_or_default()
    }

    pub(super) fn succession(&self, link: Link) -> Option<Succession<'_>> {
        Some(Succession {
            former: self.formers.get(usize::from(link.former))?,
            commune: self.communes.get(usize::from(link.commune))?,
            extent: link.extent,
            likely: link.likely,
        })
    }
}
