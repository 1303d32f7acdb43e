//! Unpacks the tables in `data/` (gzip of CSV without quotes, rows by code).

use std::collections::BTreeMap;
use std::io::Read;

use super::units::{Commune, CommuneKind, Extent, FormerKind, FormerUnit, Link, Places, Province};
use crate::text;

/// Which table and row cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("table {table}, line {line}")]
pub(super) struct Unreadable {
    table: &'static str,
    line: usize,
}

pub(super) fn load() -> Result<Places, Unreadable> {
    let provinces = rows("provinces", include_bytes!("data/provinces.csv.gz"), |[code, kind, name]| {
        Some(Province { code, kind, name })
    })?;
    let communes = rows("communes", include_bytes!("data/communes.csv.gz"), commune)?;
    let formers = rows("former_communes", include_bytes!("data/former_communes.csv.gz"), former)?;
    let mut places = Places { provinces, communes, formers, ..Places::default() };
    places.links = rows("succession", include_bytes!("data/succession.csv.gz"), |row| link(&places, row))?;
    let sorted = places.provinces.is_sorted_by_key(|p| p.code)
        && places.communes.is_sorted_by_key(|c| c.code)
        && places.formers.is_sorted_by_key(|f| f.code)
        && places.links.is_sorted_by_key(|l| l.former);
    // Units are numbered in 16 bits.
    if !sorted || places.communes.len() + places.formers.len() > usize::from(u16::MAX) {
        return Err(Unreadable { table: "order of rows", line: 0 });
    }
    let codes = places.communes.iter().enumerate();
    places.commune_codes = codes
        .map(|(at, c)| c.code.parse().map_err(|_| Unreadable { table: "communes", line: at + 2 }))
        .collect::<Result<_, _>>()?;
    places.links_by_commune = (0..).take(places.links.len()).collect();
    let links = &places.links;
    places.links_by_commune.sort_by_key(|l| links.get(usize::from(*l)).map(|l| l.commune));
    index(&mut places);
    Ok(places)
}

/// Reads every row after the heading. The text stays for the life of the program, so that units are slices
/// of it.
fn rows<T, const N: usize>(
    table: &'static str,
    packed: &[u8],
    mut read: impl FnMut([&'static str; N]) -> Option<T>,
) -> Result<Vec<T>, Unreadable> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed)
        .read_to_string(&mut text)
        .map_err(|_| Unreadable { table, line: 0 })?;
    let text: &'static str = Box::leak(text.into_boxed_str());
    let numbered = text.lines().enumerate().skip(1);
    numbered
        .map(|(at, line)| fields(line).and_then(&mut read).ok_or(Unreadable { table, line: at + 1 }))
        .collect()
}

fn fields<const N: usize>(line: &'static str) -> Option<[&'static str; N]> {
    let mut out = [""; N];
    let mut parts = line.split(',');
    for field in &mut out {
        *field = parts.next()?;
    }
    parts.next().is_none().then_some(out)
}

fn commune(
    [code, kind, name, province_code, latitude, longitude, area]: [&'static str; 7],
) -> Option<Commune> {
    let number = |text: &str| {
        if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) }
    };
    let kind = match kind {
        "Xã" => CommuneKind::Commune,
        "Phường" => CommuneKind::Ward,
        "Đặc khu" => CommuneKind::SpecialZone,
        _ => return None,
    };
    let (latitude, longitude, area_km2) = (number(latitude)?, number(longitude)?, number(area)?);
    Some(Commune { code, kind, name, province_code, latitude, longitude, area_km2 })
}

fn former(
    [code, kind, name, district_code, district, province_code, province]: [&'static str; 7],
) -> Option<FormerUnit> {
    let (kind, name) = match kind {
        "Xã" => (FormerKind::Commune, name),
        "Phường" => (FormerKind::Ward, name),
        "Thị trấn" => (FormerKind::Township, name),
        "Huyện" => (FormerKind::District, name),
        // Five townships of the source carry their type in the name.
        "" => (FormerKind::Township, name.strip_prefix("Thị Trấn ")?),
        _ => return None,
    };
    Some(FormerUnit { code, kind, name, district_code, district, province_code, province })
}

fn link(places: &Places, [former, commune, extent, likely]: [&'static str; 4]) -> Option<Link> {
    let extent = match extent {
        "whole" => Extent::Whole,
        "part" => Extent::Part,
        _ => return None,
    };
    let commune = places.communes.binary_search_by(|c| c.code.cmp(commune)).ok()?;
    Some(Link {
        former: places.former_at(former)?,
        commune: u16::try_from(commune).ok()?,
        extent,
        likely: likely == "1",
    })
}

/// Folded names, the words in them and the order of names, for communes and then former units.
fn index(places: &mut Places) {
    let names = || places.communes.iter().map(|c| c.name).chain(places.formers.iter().map(|f| f.name));
    let folded: Vec<String> = names().map(text::fold).collect();
    let buffer: &'static str = Box::leak(folded.join("\n").into_boxed_str());
    let folded: Vec<&'static str> = buffer.split('\n').collect();

    let mut words: BTreeMap<&'static str, Vec<u16>> = BTreeMap::new();
    for (unit, name) in (0_u16..).zip(&folded) {
        for word in name.split(' ') {
            let units = words.entry(word).or_default();
            if units.last() != Some(&unit) {
                units.push(unit);
            }
        }
    }

    let mut by_name: Vec<(String, u16)> = names().map(text::sort_key).zip(0..).collect();
    by_name.sort_unstable();
    let mut order = vec![0; by_name.len()];
    for (rank, (_, unit)) in (0..).zip(by_name) {
        if let Some(slot) = order.get_mut(usize::from(unit)) {
            *slot = rank;
        }
    }

    places.folded = folded;
    places.words = words;
    places.order = order;
}
