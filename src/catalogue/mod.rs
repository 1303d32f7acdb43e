//! The catalogue (*danh mục công khai*): what anybody may read of published products and their producers.
//!
//! It only reads. A star is shown while its certificate is valid and not a moment longer; a household's name is
//! shortened; nothing personal comes out. Answers about one product are kept in memory and forgotten by the commits
//! that change them: [`cache`].

pub mod cache;
pub mod http;
pub mod state;
mod store;
pub mod view;

use std::sync::Arc;

use crate::criteria;
use crate::db::page::{Page, Want};
use crate::db::{Conn, Db};
use crate::error::{Code, Error, Result};
use crate::ids::{ImageId, ProducerId, ProductId};
use crate::instant::Instant;
use crate::producer;
use crate::values::Points;

pub use cache::{Answer, Cache, Changes, Listed};
pub use state::{Filter, Key, Sort};
pub use store::ProducerFilter;
pub use view::{Card, Count, Facets, Maker, Picture, Place, Producer, Product, Rating, Star};

/// What the catalogue keeps in memory.
pub struct Catalogue {
    /// What was committed.
    pub changes: Arc<Changes>,
    /// Answers about products.
    pub cache: Cache,
    weights: store::Weights,
    facets: moka::future::Cache<u64, Arc<(Facets, Option<Instant>)>>,
}

impl Catalogue {
    /// An empty memory that hears of every commit from now on.
    ///
    /// # Errors
    /// Faults of the database.
    pub async fn open(db: &Db) -> Result<Self> {
        let changes = Arc::<Changes>::default();
        changes.watch(db);
        changes.follow(db).await?;
        Ok(Self {
            cache: Cache::new(changes.clone()),
            changes,
            weights: store::Weights::default(),
            facets: moka::future::Cache::new(1),
        })
    }

    /// How many published products there are of each kind, counted once after each commit, and until when that is true
    /// if nobody changes anything: until the next star ends.
    ///
    /// # Errors
    /// Faults of the database.
    pub async fn facets(&self, db: &Db, now: Instant) -> Result<(Facets, Option<Instant>)> {
        let key = self.changes.all();
        if let Some(kept) = self.facets.get(&key).await {
            if kept.1.is_none_or(|until| now < until) {
                return Ok((*kept).clone());
            }
            self.facets.invalidate(&key).await;
        }
        let count = async { db.read("catalogue.facets", move |conn| facets(conn, now)).await.map(Arc::new) };
        let kept = self.facets.try_get_with(key, count).await.map_err(|e| Error::internal(e.to_string()))?;
        Ok((*kept).clone())
    }
}

fn maker(id: ProducerId, name: &str, kind: producer::Kind) -> Maker {
    Maker { id, name: producer::public_name(kind, name).into_owned(), kind }
}

/// Published products in an order.
///
/// # Errors
/// `request.bad_cursor` for the cursor of another order.
pub fn products(
    conn: &mut Conn,
    catalogue: &Catalogue,
    filter: &Filter,
    sort: Sort,
    want: &Want<Key>,
    now: Instant,
) -> Result<Page<Card>> {
    if want.after.as_ref().is_some_and(|key| !key.fits(sort)) {
        return Err(Error::new(Code::BadCursor));
    }
    let lines = store::list(conn, filter, sort, want, now, &catalogue.weights)?;
    let page = Page::cut(lines, want, |line| line.key(sort));
    Ok(page.map(|line| card(line, now)))
}

fn card(line: store::Line, now: Instant) -> Card {
    let rating = state::borne(line.star, line.star_from, line.star_until, now)
        .map(|(star, valid_until)| Star { star, valid_until });
    Card {
        id: line.id,
        name: line.name,
        name_en: line.name_en,
        criteria_set: line.criteria_set,
        industry: state::industry(line.criteria_set),
        producer: maker(line.producer_id, &line.maker.producer_name, line.maker.kind),
        place: Place::of(line.province_code, line.commune_code),
        price_vnd: line.price_vnd,
        unit: line.unit,
        net_weight_g: line.net_weight_g,
        rating,
        image: line.image.map(|image| format!("{}?size=thumb", image_url(line.id, image))),
    }
}

fn image_url(product: ProductId, image: ImageId) -> String {
    format!("/api/v1/products/{product}/images/{image}/file")
}

fn picture(product: ProductId, image: &store::Image) -> Picture {
    let url = image_url(product, image.id);
    Picture {
        thumb_url: format!("{url}?size=thumb"),
        url,
        alt: image.alt.clone(),
        width: image.width,
        height: image.height,
    }
}

/// A published product, and the moment until which this is true if nobody changes anything.
///
/// # Errors
/// `request.not_found`, also for what is not published.
pub fn product(conn: &mut Conn, id: ProductId, now: Instant) -> Result<(Product, Option<Instant>)> {
    let (row, made_by) = store::detail(conn, id)?.ok_or_else(|| Error::new(Code::NotFound))?;
    let images = store::images(conn, id)?;
    let borne = state::borne(row.star, row.star_from, row.star_until, now);
    let rating = borne.map(|(star, valid_until)| Rating {
        star,
        score: row.star_score.map(Points::from_hundredths),
        certificate_number: row.certificate_number,
        valid_until,
    });
    let set = u8::try_from(row.criteria_set).ok().and_then(|set| criteria::find(state::SCHEME, set));
    let until = [row.star_from, row.star_until].into_iter().flatten().filter(|at| *at > now).min();
    let product = Product {
        id: row.id,
        name: row.name,
        name_en: row.name_en,
        criteria_set: row.criteria_set,
        criteria_set_name: set.map(|set| &*set.name_vi),
        industry: set.map(|set| &*set.group.code),
        producer: maker(row.producer_id, &made_by.name, made_by.kind),
        place: Place::of(row.province_code, row.commune_code),
        description: row.description,
        description_en: row.description_en,
        story: row.story,
        story_en: row.story_en,
        price_vnd: row.price_vnd,
        unit: row.unit,
        net_weight_g: row.net_weight_g,
        gtin: row.gtin,
        attributes: row.attributes.get()?,
        trace_url: row.trace_url,
        rating,
        images: images.iter().map(|image| picture(id, image)).collect(),
        updated_at: row.updated_at,
    };
    Ok((product, until))
}

/// Verified producers by name.
///
/// A cursor names the last producer alone: the key of its place in the order is its full name, which is nobody's
/// business where it is a household's.
///
/// # Errors
/// `request.bad_cursor`; faults of the database.
pub fn producers(
    conn: &mut Conn,
    filter: &ProducerFilter,
    want: &Want<ProducerId>,
) -> Result<Page<Producer>> {
    let after = match want.after {
        None => None,
        Some(id) => {
            let key = store::name_key(conn, id)?.ok_or_else(|| Error::new(Code::BadCursor))?;
            Some((key, id))
        }
    };
    let rows = store::producers(conn, filter, after, want.fetch())?;
    let page = Page::cut(rows, want, |row| row.id);
    let ids: Vec<ProducerId> = page.data.iter().map(|row| row.id).collect();
    let counts: std::collections::HashMap<_, _> = store::products_of(conn, &ids)?.into_iter().collect();
    Ok(page.map(|row| Producer {
        id: row.id,
        name: producer::public_name(row.kind, &row.name).into_owned(),
        kind: row.kind,
        place: Place::of(row.province_code, row.commune_code),
        products: counts.get(&row.id).copied().unwrap_or_default(),
    }))
}

fn facets(conn: &mut Conn, now: Instant) -> Result<(Facets, Option<Instant>)> {
    let store::Counts { stars, sets, provinces, until } = store::counts(conn, now)?;
    let mut industries: Vec<Count<String>> = Vec::new();
    for (set, products) in &sets {
        let Some(set) = u8::try_from(*set).ok().and_then(|set| criteria::find(state::SCHEME, set)) else {
            continue;
        };
        match industries.iter_mut().find(|count| count.value == *set.group.code) {
            Some(count) => count.products += products,
            None => {
                let name = Some(&*set.group.vi);
                industries.push(Count { value: set.group.code.to_string(), name, products: *products });
            }
        }
    }
    let set_name = |set: i32| {
        let set = u8::try_from(set).ok()?;
        criteria::find(state::SCHEME, set).map(|set| &*set.name_vi)
    };
    let province_name = |code: &str| crate::place::places().province(code).map(|p| p.name);
    let facets = Facets {
        products: sets.iter().map(|(_, n)| n).sum(),
        stars: stars.into_iter().map(|(value, products)| Count { value, name: None, products }).collect(),
        criteria_sets: sets
            .into_iter()
            .map(|(value, products)| Count { value, name: set_name(value), products })
            .collect(),
        industries,
        provinces: provinces
            .into_iter()
            .map(|(value, products)| Count { name: province_name(&value), value, products })
            .collect(),
    };
    Ok((facets, until))
}
