//! Rows of images and papers.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DbError};

use crate::db::schema::{papers, product_images};
use crate::db::{Conn, Tx};
use crate::error::{Code, Error, Result};
use crate::ids::{ImageId, PaperId, ProducerId, ProductId};
use crate::instant::Instant;

use super::super::state::PaperKind;

/// An image of a product. The files themselves are in the object store.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = product_images, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Image {
    /// Its id.
    pub id: ImageId,
    /// Of which product.
    pub product_id: ProductId,
    /// Place in the order, from 0.
    pub position: i32,
    /// What it shows, for those who do not see it.
    pub alt: Option<String>,
    /// `image/jpeg` or `image/png`.
    pub content_type: String,
    /// Where the picture is.
    pub object_key: String,
    /// Where its thumbnail is.
    pub thumb_key: String,
    /// Pixels.
    pub width: i32,
    /// Pixels.
    pub height: i32,
    /// Size of the picture's file.
    pub bytes: i64,
    /// SHA-256 of the picture's file, hexadecimal.
    pub sha256: String,
    /// Raised by each change.
    pub version: i32,
    /// Made.
    pub created_at: Instant,
    /// Changed.
    pub updated_at: Instant,
}

impl Image {
    /// The usual ending of a file of its kind: `png` or `jpg`.
    pub fn ending(&self) -> &'static str {
        if self.content_type == "image/png" { "png" } else { "jpg" }
    }
}

/// The images of a product in their order.
pub(in crate::product) fn images(conn: &mut Conn, product: ProductId) -> Result<Vec<Image>> {
    Ok(product_images::table
        .filter(product_images::product_id.eq(product))
        .order((product_images::position.asc(), product_images::id.asc()))
        .select(Image::as_select())
        .load(conn)?)
}

/// The images of several products, by product and in their order.
pub(in crate::product) fn images_of(conn: &mut Conn, products: &[ProductId]) -> Result<Vec<Image>> {
    Ok(product_images::table
        .filter(product_images::product_id.eq_any(products.to_vec()))
        .order((product_images::product_id.asc(), product_images::position.asc(), product_images::id.asc()))
        .select(Image::as_select())
        .load(conn)?)
}

pub(in crate::product) fn image(conn: &mut Conn, id: ImageId) -> Result<Option<Image>> {
    Ok(product_images::table.find(id).select(Image::as_select()).first(conn).optional()?)
}

pub(in crate::product) fn insert_image(tx: &mut Tx<'_>, image: &Image) -> Result<()> {
    diesel::insert_into(product_images::table).values(image).execute(tx.conn())?;
    Ok(())
}

/// Writes an image whose version has been raised by one; refuses when somebody was faster.
pub(in crate::product) fn save_image(tx: &mut Tx<'_>, image: &Image) -> Result<()> {
    let row = product_images::table
        .filter(product_images::id.eq(image.id))
        .filter(product_images::version.eq(image.version - 1));
    match diesel::update(row).set(image).execute(tx.conn())? {
        1 => Ok(()),
        _ => Err(Error::new(Code::PreconditionFailed)),
    }
}

pub(in crate::product) fn delete_image(tx: &mut Tx<'_>, id: ImageId) -> Result<()> {
    diesel::delete(product_images::table.filter(product_images::id.eq(id))).execute(tx.conn())?;
    Ok(())
}

/// An evidence paper of a product. The file itself is in the object store, as it was uploaded.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = papers, treat_none_as_default_value = false)]
pub struct Paper {
    /// Its id.
    pub id: PaperId,
    /// Of which product.
    pub product_id: ProductId,
    /// Of which producer.
    pub producer_id: ProducerId,
    /// What it is.
    pub kind: PaperKind,
    /// Title.
    pub title: String,
    /// Number on the paper.
    pub number: Option<String>,
    /// Issued.
    pub issued_on: Option<NaiveDate>,
    /// The last day it is good.
    pub expires_on: Option<NaiveDate>,
    /// `application/pdf` or an image's type.
    pub content_type: String,
    /// Where the file is.
    pub object_key: String,
    /// Its size.
    pub bytes: i64,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// Raised by each change.
    pub version: i32,
    /// Made.
    pub created_at: Instant,
    /// Changed.
    pub updated_at: Instant,
}

/// The papers of a product, the oldest first.
pub(in crate::product) fn papers(conn: &mut Conn, product: ProductId) -> Result<Vec<Paper>> {
    let rows = papers::table.filter(papers::product_id.eq(product)).order(papers::id.asc());
    Ok(rows.select(Paper::as_select()).load(conn)?)
}

pub(in crate::product) fn count_papers(conn: &mut Conn, product: ProductId) -> Result<i64> {
    Ok(papers::table.filter(papers::product_id.eq(product)).count().get_result(conn)?)
}

pub(in crate::product) fn paper(conn: &mut Conn, id: PaperId) -> Result<Option<Paper>> {
    Ok(papers::table.find(id).select(Paper::as_select()).first(conn).optional()?)
}

pub(in crate::product) fn insert_paper(tx: &mut Tx<'_>, paper: &Paper) -> Result<()> {
    diesel::insert_into(papers::table).values(paper).execute(tx.conn())?;
    Ok(())
}

/// Deletes a paper; refuses while a dossier names it.
pub(in crate::product) fn delete_paper(tx: &mut Tx<'_>, id: PaperId) -> Result<()> {
    let row = papers::table.filter(papers::id.eq(id));
    match diesel::delete(row).execute(tx.conn()) {
        Ok(_) => Ok(()),
        Err(DbError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _)) => {
            Err(Error::new(Code::PaperInUse))
        }
        Err(e) => Err(e.into()),
    }
}
