//! Products (*sản phẩm*): what a producer makes and may have rated, with images and evidence papers.
//!
//! A product is written as a draft, published to the catalogue and archived when it is not made any more. Its star
//! is never typed in: [`set_rating`] copies it from the certificate that is valid (Decision 26/2026/QĐ-TTg), and
//! [`Product::rating`] shows it only while that lasts.
//!
//! Files are kept in the object store before their row is written, so that no row ever names a file that is not
//! there; a file whose row did not come about is deleted again.

mod attributes;
mod change;
mod content;
pub mod http;
mod images;
mod papers;
pub mod state;
#[cfg(test)]
mod state_test;
mod store;
mod stored;
mod succession;
mod write;

use std::collections::{HashMap, HashSet};

use crate::actor::Reach;
use crate::db::page::{Page, Want};
use crate::db::{Conn, Tx};
use crate::error::{Code, Error, Result};
use crate::event;
use crate::ids::{CertificateId, ProducerId, ProductId};
use crate::instant::Instant;
use crate::values::{Points, Star};

pub use attributes::Attributes;
pub use change::{CapacityChange, Change};
pub use content::{Admission, Content, Picture};
pub use images::{ImageChange, add_image, change_image, image, images, images_of, remove_image};
pub use papers::{NewPaper, add_paper, paper, papers, remove_paper};
pub use state::{Capacity, PaperKind, Rating, Status, SuccessionReason, Verb, Written};
pub use store::files::{Image, Paper};
pub use store::succession::Relative;
pub use store::{Filter, Owner, Product};
pub use stored::Stored;
pub use succession::{Succession, name_successor, succession, take_back_successor};
pub use write::{New, create, find_to_write, follow_producer, move_on, register_imported, update, warnings};

impl Product {
    /// The star it bears at a moment; `None` without a certificate that is valid then.
    pub fn rating(&self, now: Instant) -> Option<Rating> {
        let (from, until) = (self.star_from?, self.star_until?);
        let valid = from <= now && now < until;
        let star = self.star.and_then(|star| Star::new(u8::try_from(star).ok()?))?;
        valid.then(|| Rating {
            star,
            score: self.star_score.map(Points::from_hundredths),
            certificate_number: self.certificate_number.clone().unwrap_or_default(),
            valid_until: until,
        })
    }

    /// Whose it is.
    pub fn owner(&self) -> Owner {
        Owner {
            product_id: self.id,
            producer_id: self.producer_id,
            province_code: self.province_code.clone(),
            commune_code: self.commune_code.clone(),
        }
    }

    /// The attributes.
    ///
    /// # Errors
    /// A row that is no JSON object: a fault of ours.
    pub fn attributes(&self) -> Result<Attributes> {
        Attributes::read(&self.attributes)
    }

    /// The supply capacity.
    ///
    /// # Errors
    /// A row that is no capacity: a fault of ours.
    pub fn capacity(&self) -> Result<Option<Capacity>> {
        self.capacity.as_ref().map(crate::db::Json::get).transpose()
    }
}

/// A product within reach.
///
/// # Errors
/// `request.not_found`, also for what is out of reach.
pub fn find(conn: &mut Conn, reach: &Reach, id: ProductId) -> Result<Product> {
    store::find(conn, reach, id)?.ok_or_else(|| Error::new(Code::NotFound))
}

/// A product whoever asks: for nouns that have checked their own reach, such as a council's agenda.
///
/// # Errors
/// `request.not_found`.
pub fn any(conn: &mut Conn, id: ProductId) -> Result<Product> {
    store::any(conn, id)?.ok_or_else(|| Error::new(Code::NotFound))
}

/// The products of a page's worth of ids, whoever asks.
///
/// # Errors
/// Faults of the database.
pub fn many(conn: &mut Conn, ids: &[ProductId]) -> Result<Vec<Product>> {
    store::many(conn, ids)
}

/// A producer's product by its SKU, whoever asks: for imports.
///
/// # Errors
/// Faults of the database.
pub fn by_sku(conn: &mut Conn, producer: ProducerId, sku: &str) -> Result<Option<Product>> {
    store::by_sku(conn, producer, sku)
}

/// Which of a producer's products have these SKUs, whoever asks.
///
/// # Errors
/// Faults of the database.
pub fn by_skus(conn: &mut Conn, producer: ProducerId, skus: &[String]) -> Result<HashMap<String, ProductId>> {
    store::by_skus(conn, producer, skus)
}

/// A producer's products, whoever asks: for imports.
///
/// # Errors
/// Faults of the database.
pub fn of_producer(conn: &mut Conn, producer: ProducerId) -> Result<Vec<Product>> {
    store::of_producer(conn, producer)
}

/// Whose these products are, whoever asks: for imports. What does not exist is left out.
///
/// # Errors
/// Faults of the database.
pub fn owners(conn: &mut Conn, products: &[ProductId]) -> Result<HashMap<ProductId, Owner>> {
    Ok(store::owners(conn, products)?.into_iter().map(|owner| (owner.product_id, owner)).collect())
}

/// Products within reach, the newest first.
///
/// # Errors
/// Faults of the database.
pub fn list(
    conn: &mut Conn,
    reach: &Reach,
    filter: &Filter,
    want: &Want<ProductId>,
    now: Instant,
) -> Result<Page<Product>> {
    store::list(conn, reach, filter, want, now)
}

/// What a product takes over from its certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rated {
    /// The certificate.
    pub certificate_id: CertificateId,
    /// Its number.
    pub certificate_number: String,
    /// 3 to 5.
    pub star: Star,
    /// The council's mean; legacy certificates may lack it.
    pub score: Option<Points>,
    /// The first moment it is valid.
    pub from: Instant,
    /// The first moment it is not valid any more.
    pub until: Instant,
}

/// Takes the star from products whose certificate has ended, where it is that one they have a copy of. Only the
/// certificate's own verbs call this, in their transaction; they write the audit trail. The events go out here.
///
/// # Errors
/// Faults of the database.
pub fn end_ratings(tx: &mut Tx<'_>, ended: &[(ProductId, CertificateId)], now: Instant) -> Result<()> {
    let ids: Vec<_> = ended.iter().map(|(product, _)| *product).collect();
    let mut stars = store::stars_of(tx.conn(), &ids)?;
    let ended: HashSet<_> = ended.iter().copied().collect();
    stars.retain(|(id, _, _, copy)| copy.is_some_and(|copy| ended.contains(&(*id, copy))));
    store::clear_stars(tx, &stars.iter().map(|(id, ..)| *id).collect::<Vec<_>>(), now)?;
    for (id, status, star, _) in stars {
        if status == Status::Published && star.is_some() {
            let data = serde_json::json!({"noun": "product", "star": null, "valid_until": null});
            event::append(tx, event::Kind::StarChanged, id.as_str(), &data, now);
        }
    }
    Ok(())
}

/// Copies the certificate that is valid now to its product; `None` when none is. Only the certificate's own verbs
/// call this, in their transaction; they write the audit trail. The event goes out here.
///
/// # Errors
/// `request.not_found`.
pub fn set_rating(tx: &mut Tx<'_>, id: ProductId, rated: Option<Rated>, now: Instant) -> Result<()> {
    let before = any(tx.conn(), id)?;
    let stars = match rated {
        None => store::Stars {
            star: None,
            star_score: None,
            star_from: None,
            star_until: None,
            certificate_id: None,
            certificate_number: None,
            updated_at: now,
        },
        Some(Rated { certificate_id, certificate_number, star, score, from, until }) => store::Stars {
            star: Some(i32::from(star.get())),
            star_score: score.map(Points::hundredths),
            star_from: Some(from),
            star_until: Some(until),
            certificate_id: Some(certificate_id),
            certificate_number: Some(certificate_number),
            updated_at: now,
        },
    };
    store::save_stars(tx, id, &stars)?;
    let told = |star: Option<i32>, until: Option<Instant>| star.zip(until);
    if before.status == Status::Published
        && told(before.star, before.star_until) != told(stars.star, stars.star_until)
    {
        let data =
            serde_json::json!({"noun": "product", "star": stars.star, "valid_until": stars.star_until});
        event::append(tx, event::Kind::StarChanged, id.as_str(), &data, now);
    }
    Ok(())
}
