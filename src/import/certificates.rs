//! The import of old certificates: each row finds its product, then becomes a certificate of the product's chain.
//!
//! A row that was imported before is found again in the chain, so the same list may be given twice, and one that was cut
//! off is simply given once more.

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::actor::Actor;
use crate::app::App;
use crate::certificate::state::last_day;
use crate::certificate::{self, Legacy, OldPaper, Recorded};
use crate::db::{Conn, Tx};
use crate::error::{Code, Error, FieldError, Lang, Result};
use crate::ids::ProductId;
use crate::instant::Instant;
use crate::producer::{self, Producer};
use crate::product::{self, Product};
use crate::text::sort_key;
use crate::values::Star;

use super::state::{CertificateRow, Remark, Severity, Wanted, question, read_certificate, refuse};
use super::{Table, Told};

/// What an import did, or with a dry run would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CertificateReport {
    /// Rows of the list.
    pub rows: usize,
    /// Certificates made.
    pub made: usize,
    /// Certificates of which something was not known before.
    pub completed: usize,
    /// Rows that say nothing new.
    pub same: usize,
    /// Rows refused.
    pub refused: usize,
    /// Remarks on cells, in the order of the file.
    pub remarks: Vec<Told>,
    /// The rows that were made or completed something, in the order of the file.
    pub recorded: Vec<RecordedRow>,
}

/// A row that became a certificate, or completed one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedRow {
    /// Row of the spreadsheet.
    pub line: u64,
    /// The product it was found to be about.
    pub product_id: ProductId,
    /// Its name.
    pub product: String,
    /// The star.
    pub star: Star,
    /// The number the certificate is recorded under; a dry run gives none to new ones.
    pub number: Option<String>,
    /// Its last day; the earliest it can be where the day of the decision is not known.
    pub last_day: NaiveDate,
    /// Whether that is known to the day.
    pub end_is_known: bool,
    /// Whether it was recorded before, and is completed.
    pub completed: bool,
}

/// Imports a list of old certificates. `progress` is told how many rows are done. With `dry_run` everything is checked
/// and undone.
///
/// # Errors
/// A database that fails: what was imported until then stays, and the same file can simply be imported again.
pub async fn certificates(
    app: &App,
    list: &Table,
    dry_run: bool,
    progress: impl Fn(u64),
) -> Result<CertificateReport> {
    let mut report = CertificateReport { rows: list.len(), ..CertificateReport::default() };
    // The rows of a product in their order: each sees what those before it made, in a dry run too.
    let mut groups: Vec<(ProductId, Vec<Row>)> = Vec::new();
    let mut index: HashMap<ProductId, usize> = HashMap::new();
    for (line, cells) in list.rows() {
        let cell = |column: &str| cells.get(column).copied().filter(|text| !text.is_empty());
        let subject = cell("product").or_else(|| cell("product_id")).unwrap_or_default().to_owned();
        let read = match read_certificate(&cells) {
            Ok(row) => row,
            Err(remarks) => {
                report.refuse(line, &subject, remarks);
                continue;
            }
        };
        let wanted = read.wanted.clone();
        match app.db.read("import.find_product", move |conn| find(conn, &wanted)).await? {
            Ok((product, asked)) => {
                report.ask(line, &subject, asked);
                let at = *index.entry(product).or_insert_with(|| {
                    groups.push((product, Vec::new()));
                    groups.len() - 1
                });
                if let Some((_, rows)) = groups.get_mut(at) {
                    rows.push(Row { line, subject, read });
                }
            }
            Err(remark) => report.refuse(line, &subject, [remark]),
        }
    }
    let mut done = report.refused;
    for (product, rows) in groups {
        done += rows.len();
        report.record(app, product, rows, dry_run).await?;
        progress(u64::try_from(done).unwrap_or(u64::MAX));
    }
    report.remarks.sort_by_key(|told| told.line);
    report.recorded.sort_by_key(|row| row.line);
    Ok(report)
}

/// A row whose product is found.
#[derive(Clone)]
struct Row {
    line: u64,
    subject: String,
    read: CertificateRow,
}

impl CertificateReport {
    fn ask(&mut self, line: u64, subject: &str, remarks: impl IntoIterator<Item = Remark>) {
        let told = |remark| Told { line, subject: subject.to_owned(), remark };
        self.remarks.extend(remarks.into_iter().map(told));
    }

    fn refuse(&mut self, line: u64, subject: &str, remarks: impl IntoIterator<Item = Remark>) {
        self.refused += 1;
        self.ask(line, subject, remarks);
    }

    /// Records the rows of one product.
    async fn record(&mut self, app: &App, product: ProductId, rows: Vec<Row>, dry_run: bool) -> Result<()> {
        let now = app.clock.now();
        let told: Vec<_> = rows.iter().map(|row| (row.line, row.subject.clone())).collect();
        let write = move |tx: &mut Tx<'_>| {
            if dry_run {
                tx.undo();
            }
            rows.iter().map(|row| record(tx, product, row, dry_run, now)).collect::<Result<Vec<_>>>()
        };
        let outcomes = match app.db.write("import.certificates", write).await {
            Ok(outcomes) => outcomes,
            Err(e) if e.code().status() >= 500 => return Err(e),
            // Somebody worked on this product at the same moment: nothing of it is kept.
            Err(e) => told.iter().map(|_| Outcome::Refused(remarks_of(&e))).collect(),
        };
        for ((line, subject), outcome) in told.into_iter().zip(outcomes) {
            match outcome {
                Outcome::Refused(remarks) => self.refuse(line, &subject, remarks),
                Outcome::Done(how, row, remarks) => {
                    self.ask(line, &subject, remarks);
                    match how {
                        Recorded::Made => self.made += 1,
                        Recorded::Completed => self.completed += 1,
                        Recorded::Same => self.same += 1,
                    }
                    self.recorded.extend(Some(row).filter(|_| how != Recorded::Same));
                }
            }
        }
        Ok(())
    }
}

/// What became of a row.
enum Outcome {
    Done(Recorded, RecordedRow, Vec<Remark>),
    Refused(Vec<Remark>),
}

/// Records one row. A refusal has written nothing; any other error undoes the rows of the whole product.
fn record(tx: &mut Tx<'_>, product_id: ProductId, row: &Row, dry_run: bool, now: Instant) -> Result<Outcome> {
    let CertificateRow {
        wanted: _,
        scheme,
        star,
        score,
        number,
        decision,
        decided_on,
        year,
        issuer,
        former_address,
        source,
    } = row.read.clone();
    let legacy = Legacy { product_id, scheme, star, score, year, decision, decided_on, issuer, source };
    let paper = OldPaper { number, former_address };
    let recording = match certificate::record_legacy(tx, &Actor::system("import"), &legacy, &paper, now) {
        Ok(recording) => recording,
        Err(e) if e.code() == Code::Invalid => return Ok(Outcome::Refused(remarks_of(&e))),
        Err(e) => return Err(e),
    };
    let mut remarks: Vec<_> = recording
        .kept
        .iter()
        .map(|field| Remark { column: column(field), severity: Severity::Question, text: field.text.clone() })
        .collect();
    if !recording.perhaps.is_empty() {
        let numbers = recording.perhaps.join(", ");
        remarks.push(question(
            "decided_on",
            format!("Sản phẩm đã có giấy cùng hạng sao mà chưa đủ ngày để so: {numbers}; nếu là một, hãy bổ sung ngày và năm rồi nhập lại."),
            format!("The product has a certificate of the same star, but days are missing to compare: {numbers}; if it is the same, add day and year and import again."),
        ));
    }
    let c = recording.certificate;
    let done = RecordedRow {
        line: row.line,
        star: c.star(),
        last_day: last_day(c.valid_until),
        end_is_known: c.end_is_known(),
        completed: recording.how == Recorded::Completed,
        product_id,
        product: c.product_name,
        // Those of other products of the list would count on from where this one is undone.
        number: Some(c.number).filter(|_| !dry_run || recording.how != Recorded::Made),
    };
    Ok(Outcome::Done(recording.how, done, remarks))
}

/// The column of a field that the certificates' noun names.
fn column(field: &FieldError) -> &'static str {
    match field.pointer.as_str() {
        "/star" => "star",
        "/score" => "score",
        "/year" => "year",
        "/issuer" => "issuer",
        "/decision" => "decision_number",
        "/number" => "certificate_number",
        "/former_address" => "former_address",
        "/scheme" => "scheme",
        _ => "decided_on",
    }
}

fn remarks_of(error: &Error) -> Vec<Remark> {
    if error.fields().is_empty() {
        let (vi, en) = (error.detail(Lang::Vi), error.detail(Lang::En));
        return vec![refuse("product_id", vi, en)];
    }
    let remark =
        |f: &FieldError| Remark { column: column(f), severity: Severity::Refused, text: f.text.clone() };
    error.fields().iter().map(remark).collect()
}

/// A product that a row names without doubt, with what a person should look at.
type Found = Result<(ProductId, Option<Remark>), Remark>;

/// The product a row is about: one, or a refusal; never a guess.
fn find(conn: &mut Conn, wanted: &Wanted) -> Result<Found> {
    match wanted {
        Wanted::Id(id, name) => by_id(conn, *id, name.as_deref()),
        Wanted::Named { product, producer, province_code, commune_code } => {
            by_names(conn, (product, producer), province_code, commune_code.as_deref())
        }
    }
}

fn by_id(conn: &mut Conn, id: ProductId, name: Option<&str>) -> Result<Found> {
    let product = match product::any(conn, id) {
        Ok(product) => product,
        Err(e) if e.code() == Code::NotFound => {
            return Ok(Err(refuse(
                "product_id",
                "Không có sản phẩm với mã này; xem mã ở trang sản phẩm.",
                "There is no product of this id; its page shows it.",
            )));
        }
        Err(e) => return Err(e),
    };
    let other = name.filter(|name| sort_key(name) != product.name_key);
    Ok(match other {
        None => Ok((id, None)),
        Some(name) => Err(refuse(
            "product",
            format!("Mã này là của «{}», không phải «{name}»; hãy sửa mã hoặc tên.", product.name),
            format!("This id is that of “{}”, not of “{name}”; correct the one or the other.", product.name),
        )),
    })
}

fn by_names(
    conn: &mut Conn,
    (product, producer): (&str, &str),
    province: &str,
    commune: Option<&str>,
) -> Result<Found> {
    let named = producer::named(conn, province, producer)?;
    if named.is_empty() {
        return Ok(Err(refuse(
            "producer",
            format!(
                "Trong tỉnh không có chủ thể tên «{producer}»; hãy nhập danh sách sản phẩm trước hoặc sửa tên."
            ),
            format!(
                "No producer of the province is named “{producer}”; import the product list first, or correct the name."
            ),
        )));
    }
    let here = |p: &&Producer| {
        commune.is_none_or(|code| p.details.commune_code.as_deref().is_none_or(|c| c == code))
    };
    let (mut found, key) = (Vec::new(), sort_key(product));
    for maker in named.iter().filter(here) {
        let own = product::of_producer(conn, maker.id)?.into_iter().filter(|p| p.name_key == key);
        found.extend(own.map(|product| (product, maker)));
    }
    let ids = |found: &[(Product, &Producer)]| {
        found.iter().map(|(product, _)| product.id.to_string()).collect::<Vec<_>>().join(", ")
    };
    Ok(match found.as_slice() {
        [] => Err(refuse(
            "product",
            format!(
                "Chủ thể «{producer}» ở địa bàn này không có sản phẩm «{product}»; hãy nhập sản phẩm trước, hoặc sửa tên hay xã."
            ),
            format!(
                "“{producer}” of this place has no product “{product}”; import the product first, or correct name or commune."
            ),
        )),
        [(one, maker)] => {
            let sure = commune.is_none() || maker.details.commune_code.is_some();
            let asked = question(
                "commune_2025_code",
                format!("Chủ thể chưa ghi xã nên được ghép theo tên trong tỉnh ({}); hãy kiểm tra.", one.id),
                format!(
                    "The producer has no commune yet and is found by its name in the province ({}); check it.",
                    one.id
                ),
            );
            Ok((one.id, Some(asked).filter(|_| !sure)))
        }
        several => Err(refuse(
            "product",
            format!("Có {} sản phẩm cùng tên: {}; hãy ghi product_id hoặc xã.", several.len(), ids(several)),
            format!(
                "{} products have this name: {}; write product_id or the commune.",
                several.len(),
                ids(several)
            ),
        )),
    })
}
