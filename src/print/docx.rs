//! Documents for a word processor (WordprocessingML, ISO/IEC 29500), laid out as Decree 30/2020/NĐ-CP on the work with
//! papers wants it (appendix I): A4, margins of 20 mm above, below and to the right and of 30 mm to the left, letters
//! like Times in 13 and 14 points, page numbers from the second page in the middle of the upper margin.
//!
//! A [`Document`] is written from the top: [`head`](Document::head), [`title`](Document::title), text and tables,
//! [`closing`](Document::closing). The same calls give the same bytes.

mod head;
mod pack;
mod table;
mod text;

pub use head::{Closing, Head};
pub use table::{Cell, Table};
pub use text::{Align, Para};

use crate::error::Result;

/// Twentieths of a point, the unit of lengths in such documents.
pub type Twips = u32;

/// The long side of A4.
const LONG: Twips = 16_838;
/// The short side of A4.
const SHORT: Twips = 11_906;
/// 30 mm to the left, where papers are bound.
const LEFT: Twips = 1_701;
/// 20 mm above, below and to the right.
const OTHER: Twips = 1_134;

/// Half points: body text of 13 points.
pub const BODY: u32 = 26;
/// Half points: text in tables, 12 points.
pub const SMALL: u32 = 24;

/// A document that is being written.
#[derive(Debug)]
pub struct Document {
    title: String,
    wide: bool,
    body: String,
}

impl Document {
    /// An empty document of upright A4; its title is for the file's properties.
    pub fn new(title: &str) -> Self {
        Self { title: title.to_owned(), wide: false, body: String::new() }
    }

    /// An empty document of A4 lying on its long side, for wide tables.
    pub fn wide(title: &str) -> Self {
        Self { wide: true, ..Self::new(title) }
    }

    /// Width of the text.
    pub fn width(&self) -> Twips {
        (if self.wide { LONG } else { SHORT }) - LEFT - OTHER
    }

    /// Writes a paragraph.
    pub fn para(&mut self, para: &Para) {
        para.write(&mut self.body);
    }

    /// Begins a new page.
    pub fn page_break(&mut self) {
        self.body.push_str("<w:p><w:r><w:br w:type=\"page\"/></w:r></w:p>");
    }

    /// Writes the heading of a section: bold, kept with what follows.
    pub fn section(&mut self, text: &str) {
        self.para(&Para::new().bold(text).before(160).after(80).keep());
    }

    /// Writes somebody's text as the body of a paper: each line a paragraph, even on both sides, its first line moved
    /// in by a centimetre.
    pub fn prose(&mut self, text: &str) {
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            self.para(&Para::new().text(line).align(Align::Even).first_line());
        }
    }

    /// Writes `label: value`; a dotted line to be filled in by hand where there is no value.
    pub fn field(&mut self, label: &str, value: Option<&str>) {
        let value = value.map(str::trim).filter(|value| !value.is_empty());
        let value = value.unwrap_or("................................................");
        self.para(&Para::new().text(&format!("{label}: ")).text(value).align(Align::Even));
    }

    /// Writes a table.
    pub fn table(&mut self, table: &Table) {
        let width = self.width();
        table.write(&mut self.body, width);
        // Two tables with nothing between them would be one.
        self.para(&Para::new().size(8).after(0));
    }

    /// Keeps the last paragraph, or the last row of a table that was just written, on the page of what follows.
    fn keep_last(&mut self) {
        let after_table = self.body.rsplit("</w:tbl>").next().unwrap_or_default();
        let table = after_table.len() < self.body.len() && after_table.matches("<w:p>").count() == 1;
        let from = self.body.rfind(if table { "<w:tr>" } else { "<w:p>" }).unwrap_or_default();
        let last = self.body.split_off(from);
        let kept = last.replace("<w:pPr><w:keepNext/>", "<w:pPr>").replace("<w:pPr>", "<w:pPr><w:keepNext/>");
        self.body.push_str(&kept);
    }

    /// The document as a file of type [`ESSENCE`].
    ///
    /// # Errors
    /// A fault of the archive.
    pub fn finish(self) -> Result<Vec<u8>> {
        let (width, height, turned) =
            if self.wide { (LONG, SHORT, " w:orient=\"landscape\"") } else { (SHORT, LONG, "") };
        let section = format!(
            "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rId2\"/>\
             <w:pgSz w:w=\"{width}\" w:h=\"{height}\"{turned}/><w:pgMar w:top=\"{OTHER}\" w:right=\"{OTHER}\" \
             w:bottom=\"{OTHER}\" w:left=\"{LEFT}\" w:header=\"567\" w:footer=\"567\" w:gutter=\"0\"/><w:titlePg/>\
             </w:sectPr>"
        );
        pack::pack(&self.title, &format!("{}{section}", self.body))
    }
}

/// The media type of such documents.
pub const ESSENCE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(bytes: Vec<u8>) -> std::collections::BTreeMap<String, String> {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let names: Vec<_> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
        let read = |name: String| {
            let mut text = String::new();
            std::io::Read::read_to_string(&mut archive.by_name(&name).unwrap(), &mut text).unwrap();
            (name, text)
        };
        names.into_iter().map(read).collect()
    }

    fn sample() -> Document {
        let mut document = Document::new("Biên bản");
        document.head(&Head {
            superior: &["Ủy ban nhân dân tỉnh Thái Nguyên"],
            agency: &["Hội đồng"],
            number: Some("Số: ..... /BB-HĐ"),
            place: "Thái Nguyên, ngày 20 tháng 12 năm 2026",
        });
        document.title("Biên bản", &["phiên họp"]);
        document.section("I. Thành phần");
        document.prose("Dòng một\n\n  Dòng hai & <ba>\u{1}");
        document.field("Vắng", None);
        let mut table = Table::new(&[1, 4]);
        table.header(&["TT", "Tên"]);
        table.row(&["1", "Chè đinh"]);
        document.table(&table);
        document.closing(&Closing {
            recipients: &["Như trên"],
            above: &["TM. HỘI ĐỒNG"],
            signers: &[("Chủ tịch", Some("A"))],
        });
        document
    }

    #[test]
    fn every_part_is_xml_and_the_same_calls_give_the_same_bytes() {
        let bytes = sample().finish().unwrap();
        assert_eq!(bytes, sample().finish().unwrap());
        let parts = parts(bytes);
        for (name, text) in &parts {
            let mut reader = quick_xml::Reader::from_str(text);
            loop {
                match reader.read_event() {
                    Ok(quick_xml::events::Event::Eof) => break,
                    Ok(_) => {}
                    Err(e) => panic!("{name}: {e}"),
                }
            }
        }
        let body = &parts["word/document.xml"];
        assert!(body.contains("Dòng hai &amp; &lt;ba&gt;<"), "{body}");
        assert!(
            body.contains("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
                && body.contains("ỦY BAN NHÂN DÂN TỈNH THÁI NGUYÊN")
        );
        // The row before the signatures does not stay behind.
        let (_, last) = body.split_once("Chè đinh</w:t>").unwrap();
        let (before, _) = body.split_once("Chè đinh</w:t>").unwrap();
        assert!(before.rsplit("<w:p>").next().unwrap().starts_with("<w:pPr><w:keepNext/>"), "{before}");
        assert!(last.contains("CHỦ TỊCH"));
        assert!(parts["docProps/core.xml"].contains("Biên bản"));
    }
}
