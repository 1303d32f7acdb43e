//! The package of a shop that is served by hand: a table of its products, their images and certificates, and a note.

use std::collections::{BTreeSet, HashMap, VecDeque};

use crate::actor::Actor;
use crate::db::page::Want;
use crate::db::{Conn, Json};
use crate::error::Result;
use crate::ids::{ListingId, ProductId, ShopId};
use crate::instant::Instant;
use crate::place::print::{commune_name, province_name};
use crate::platform::state::ListingContent;
use crate::print::docx::{Document, Table};
use crate::print::words::date;
use crate::print::xlsx::{self, Cell};
use crate::producer;
use crate::product::{self, Image, Product};

use super::columns::export_columns;
use super::mapping::{Maps, Place};
use super::state::column::ExportField;
use super::{Reported, ReportedState, Settings, content, hand, shop, store, wanted_with};

/// Most listings of one package.
pub const EXPORT_MAX: i64 = 500;

/// A part of a package.
#[derive(Clone, Debug)]
pub enum Entry {
    /// A file that is made.
    Made {
        /// Its name.
        name: String,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// An image from the store.
    Image {
        /// Its name.
        name: String,
        /// Where it is.
        key: String,
    },
    /// A certificate, printed when its turn comes.
    Certificate {
        /// Name of the file.
        name: String,
        /// Number of the certificate.
        number: String,
    },
}

impl Entry {
    /// Its name in the package.
    pub fn name(&self) -> &str {
        match self {
            Self::Made { name, .. } | Self::Image { name, .. } | Self::Certificate { name, .. } => name,
        }
    }
}

/// What a person hands in.
#[derive(Clone, Debug)]
pub struct Package {
    /// Name of the file.
    pub name: String,
    /// Its parts, those that are made first.
    pub entries: VecDeque<Entry>,
    /// The last listing of it, where there are more than one package holds.
    pub more_after: Option<ListingId>,
}

/// A product on its way into the package.
struct Row {
    listing: store::Listing,
    product: Product,
    content: ListingContent,
    description: String,
    images: Vec<(String, Image)>,
    certificate: Option<String>,
}

/// The package of a shop: its wanted listings that are not confirmed yet, or `all` that are wanted, from the listing
/// after `after` on.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `shop.closed`, `shop.not_assisted`.
pub fn package(
    conn: &mut Conn,
    actor: &Actor,
    id: ShopId,
    (all, after): (bool, Option<ListingId>),
    site: &str,
    now: Instant,
) -> Result<Package> {
    let shop = shop::row(conn, &actor.reach, id)?;
    hand::serves(actor, &shop)?;
    let columns = export_columns(conn, &shop.platform)?.columns;
    let want = Want { limit: EXPORT_MAX, after };
    let page = store::listings_to_export(conn, &actor.reach, id, all, &want)?;
    let more_after = page.next.as_ref().and(page.data.last().map(|row| row.id));
    let maker = producer::any(conn, shop.producer_id)?;
    // All products of a shop are of its producer.
    let takes_part = product::state::producer_takes_part(maker.status).is_ok();
    let offered = if takes_part { page.data } else { Vec::new() };
    let name = maker.public_name().into_owned();
    let rows = rows_of(conn, offered, (&name, site), now)?;
    let title = crate::platform::descriptor(&shop.platform).map_or("", |platform| platform.title);
    let headings: Vec<String> = columns.iter().map(|column| column.heading.clone()).collect();
    let cells: Vec<Vec<Cell>> = (1_i64..)
        .zip(&rows)
        .map(|(number, row)| columns.iter().map(|column| cell(column.field, number, row, &name)).collect())
        .collect();
    let table = xlsx::workbook("Sản phẩm", &headings, &cells, now)?;
    let note = note(title, &name, &shop.name, &rows, more_after.is_some(), now)?;
    let made = |name: &str, bytes| Entry::Made { name: name.to_owned(), bytes };
    let mut entries = VecDeque::from([made("san-pham.xlsx", table), made("thu-gui.docx", note)]);
    for row in rows {
        entries
            .extend(row.images.into_iter().map(|(name, image)| Entry::Image { name, key: image.object_key }));
        let number = row.content.certificate.map(|certificate| certificate.number);
        entries.extend(row.certificate.zip(number).map(|(name, number)| Entry::Certificate { name, number }));
    }
    Ok(Package { name: format!("{} {} {}.zip", shop.platform, shop.name, now.date()), entries, more_after })
}

fn rows_of(
    conn: &mut Conn,
    listings: Vec<store::Listing>,
    (maker, site): (&str, &str),
    now: Instant,
) -> Result<Vec<Row>> {
    let ids: Vec<ProductId> = listings.iter().map(|row| row.product_id).collect();
    let mut products: HashMap<ProductId, Product> =
        product::many(conn, &ids)?.into_iter().map(|product| (product.id, product)).collect();
    let mut images: HashMap<ProductId, Vec<Image>> = HashMap::new();
    for image in product::images_of(conn, &ids)? {
        images.entry(image.product_id).or_default().push(image);
    }
    let settings: Vec<Settings> = listings.iter().map(|row| row.settings.get()).collect::<Result<_>>()?;
    let place = |(row, settings)| Some(Place::of(row, products.get(&row.product_id)?, settings));
    let places: Vec<Place<'_>> = listings.iter().zip(&settings).filter_map(place).collect();
    let maps = Maps::load(conn, &places)?;
    drop(places);
    let mut names = BTreeSet::new();
    let mut rows = Vec::with_capacity(listings.len());
    for (listing, settings) in listings.into_iter().zip(settings) {
        let Some(product) = products.remove(&listing.product_id) else { continue };
        if product.status != product::Status::Published {
            continue;
        }
        let pictures = images.remove(&product.id).unwrap_or_default();
        let carried = (listing.sku.as_str(), pictures.as_slice(), Some(maker));
        let place = Place::of(&listing, &product, &settings);
        let content = wanted_with(&maps, &place, &product, carried, site, now)?.content;
        let stem = stem(&listing.sku, &mut names);
        let picture =
            |(number, image): (usize, Image)| (format!("hinh-anh/{stem}-{number}.{}", image.ending()), image);
        rows.push(Row {
            images: (1..).zip(pictures).map(picture).collect(),
            certificate: content.certificate.as_ref().map(|_| format!("chung-nhan/{stem}.pdf")),
            description: content::plain(&product, content.certificate.as_ref()),
            listing,
            product,
            content,
        });
    }
    Ok(rows)
}

/// An SKU as the beginning of a file's name, different from all before it also where letters' case does not count.
fn stem(sku: &str, taken: &mut BTreeSet<String>) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let mut stem: String = sku.chars().map(plain).collect();
    while !taken.insert(stem.to_ascii_lowercase()) {
        stem.push('_');
    }
    stem
}

fn cell(field: ExportField, number: i64, row: &Row, producer: &str) -> Cell {
    let Row { listing, product, content, description, images, certificate } = row;
    let text = |text: &str| Cell::Text(text.to_owned());
    let held = content.certificate.as_ref();
    match field {
        ExportField::RowNumber => Cell::Number(number),
        ExportField::Sku => text(&content.sku),
        ExportField::Name => text(&content.name),
        ExportField::Description => text(description),
        ExportField::DescriptionHtml => text(&content.description_html),
        ExportField::Category => content.category.clone().into(),
        ExportField::Attributes => {
            let told = content.attributes.iter().map(|choice| {
                let values: Vec<&str> = choice.values.iter().map(|value| value.value.as_str()).collect();
                format!("{}: {}", choice.name, values.join(", "))
            });
            Cell::Text(told.collect::<Vec<_>>().join("; "))
        }
        ExportField::PriceVnd => Cell::Number(content.price_vnd),
        ExportField::Stock => Cell::Number(content.stock.into()),
        ExportField::Unit => product.unit.clone().into(),
        ExportField::WeightG if content.weight_g == 0 => Cell::Empty,
        ExportField::WeightG => Cell::Number(content.weight_g.into()),
        ExportField::Gtin => content.gtin.clone().into(),
        ExportField::ImageFiles => {
            let names = images.iter().map(|(name, _)| name.rsplit('/').next().unwrap_or_default());
            Cell::Text(names.collect::<Vec<_>>().join(", "))
        }
        ExportField::ImageUrls => Cell::Text(content.images.join(", ")),
        ExportField::Star => held.map_or(Cell::Empty, |held| Cell::Number(held.star.get().into())),
        ExportField::CertificateNumber => held.map(|held| held.number.clone()).into(),
        ExportField::CertificateUntil => held.map(|held| date(held.valid_until)).into(),
        ExportField::CertificateFile => {
            let name = certificate.as_deref().and_then(|name| name.rsplit('/').next());
            name.map(str::to_owned).into()
        }
        ExportField::CertificateUrl => held.map(|held| held.url.clone()).into(),
        ExportField::Producer => text(producer),
        ExportField::Commune => {
            product.commune_code.as_deref().map_or(Cell::Empty, |c| text(commune_name(c)))
        }
        ExportField::Province => text(province_name(&product.province_code)),
        ExportField::TraceUrl => product.trace_url.clone().into(),
        ExportField::ExternalId => listing.external_id.clone().into(),
        ExportField::Blank => Cell::Empty,
    }
}

/// What a listing's state means to the person who hands it in.
fn told(listing: &store::Listing) -> &'static str {
    match listing.reported_state {
        ReportedState::Live => "Sàn đã đăng",
        ReportedState::Submitted => "Đã nộp, chờ sàn",
        ReportedState::Rejected => "Sàn từ chối, nộp lại",
        _ if listing.sent_at.is_some() => "Sửa nội dung đã nộp",
        _ => "Đăng mới",
    }
}

fn reasons(reported: Option<&Json>) -> String {
    let reported: Option<Reported> = reported.and_then(|reported| reported.get().ok());
    reported.map(|reported| reported.reasons.join("; ")).unwrap_or_default()
}

/// The note that goes with the files.
fn note(title: &str, producer: &str, shop: &str, rows: &[Row], more: bool, now: Instant) -> Result<Vec<u8>> {
    let mut paper = Document::new("Thư gửi hồ sơ sản phẩm OCOP");
    paper.section("HỒ SƠ SẢN PHẨM OCOP GỬI SÀN THƯƠNG MẠI ĐIỆN TỬ");
    paper.field("Kính gửi", Some(title));
    paper.field("Chủ thể", Some(producer));
    paper.field("Gian hàng", Some(shop));
    paper.field("Ngày lập", Some(&date(now.date())));
    let certified = rows.iter().filter(|row| row.certificate.is_some()).count();
    paper.prose(&format!(
        "Kèm theo thư này là {} sản phẩm (tệp san-pham.xlsx), hình ảnh trong thư mục hinh-anh đặt tên theo mã SKU và số \
         thứ tự, và {certified} giấy chứng nhận OCOP đang có hiệu lực trong thư mục chung-nhan. Giá ghi bằng đồng.",
        rows.len()
    ));
    if more {
        paper.prose(&format!(
            "Gian hàng còn sản phẩm khác: mỗi gói có nhiều nhất {EXPORT_MAX} sản phẩm, các sản phẩm còn lại ở gói sau."
        ));
    }
    let mut table = Table::new(&[8, 22, 40, 12, 30]);
    table.header(&["STT", "Mã SKU", "Tên sản phẩm", "Hạng sao", "Việc cần làm"]);
    for (number, row) in (1..).zip(rows) {
        let star = row.content.certificate.as_ref().map(|held| held.star.get().to_string());
        let mut todo = told(&row.listing).to_owned();
        let why = reasons(row.listing.reported.as_ref());
        if row.listing.reported_state == ReportedState::Rejected && !why.is_empty() {
            todo = format!("{todo}: {why}");
        }
        let star = star.unwrap_or_default();
        table.row(&[&format!("{number}"), &row.content.sku, &row.content.name, &star, &todo]);
    }
    paper.table(&table);
    paper.prose("Sau khi nộp, ghi kết quả của từng sản phẩm vào hệ thống: đã nộp, sàn đã đăng, hay sàn từ chối và lý do.");
    paper.finish()
}
