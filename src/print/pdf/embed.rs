//! Fonts inside a PDF: only the glyphs that a page uses, and what letter each is, so that text can be copied.

use std::collections::BTreeMap;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish as _, Name, Pdf, Rect, Ref, Str};
use subsetter::GlyphRemapper;

use crate::error::{Error, Result};

use super::super::font::{Face, Font};

/// Glyph numbers are what a text holds; they mean themselves.
const SYSTEM: SystemInfo<'static> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// A face and what of it a page uses.
pub(super) struct Used {
    pub(super) font: &'static Font,
    glyphs: GlyphRemapper,
    /// New glyph number to its letter and its advance.
    letters: BTreeMap<u16, (char, f32)>,
}

impl Used {
    pub(super) fn new(font: &'static Font) -> Self {
        Self { font, glyphs: GlyphRemapper::new(), letters: BTreeMap::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.letters.is_empty()
    }

    /// A text as the numbers of its glyphs, two bytes each.
    pub(super) fn encode(&mut self, text: &str) -> Vec<u8> {
        let mut codes = Vec::with_capacity(2 * text.len());
        for letter in text.chars() {
            let glyph = self.font.glyph(letter);
            let new = self.glyphs.remap(glyph.0);
            self.letters.entry(new).or_insert((letter, self.font.advance(glyph)));
            codes.extend(new.to_be_bytes());
        }
        codes
    }

    /// Writes the face with the glyphs that are used.
    pub(super) fn embed(&self, pdf: &mut Pdf, at: Ref, new: &mut impl FnMut() -> Ref) -> Result<()> {
        let (cid, descriptor, file, unicode) = (new(), new(), new(), new());
        let tables = &self.font.tables;
        // A name of six capitals in front says that it is a part of the font.
        let name = format!("OCOPVN+{}", self.font.face.name());
        let name = Name(name.as_bytes());
        pdf.type0_font(at)
            .base_font(name)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(cid)
            .to_unicode(unicode);
        let mut font = pdf.cid_font(cid);
        font.subtype(CidFontType::Type2).base_font(name).system_info(SYSTEM).font_descriptor(descriptor);
        font.cid_to_gid_map_predefined(Name(b"Identity")).default_width(0.0);
        let mut widths = font.widths();
        for (glyph, (_, advance)) in &self.letters {
            widths.consecutive(*glyph, [*advance]);
        }
        widths.finish();
        font.finish();

        let scale = 1000.0 / f32::from(tables.units_per_em());
        let length = |units: i16| f32::from(units) * scale;
        let bounds = tables.global_bounding_box();
        let italic = self.font.face == Face::Italic;
        let mut flags = FontFlags::SERIF | FontFlags::NON_SYMBOLIC;
        flags.set(FontFlags::ITALIC, italic);
        pdf.font_descriptor(descriptor)
            .name(name)
            .flags(flags)
            .bbox(Rect::new(
                length(bounds.x_min),
                length(bounds.y_min),
                length(bounds.x_max),
                length(bounds.y_max),
            ))
            .italic_angle(tables.italic_angle())
            .ascent(length(tables.ascender()))
            .descent(length(tables.descender()))
            .cap_height(length(tables.capital_height().unwrap_or(tables.ascender())))
            .stem_v(if self.font.face == Face::Bold { 140.0 } else { 80.0 })
            .font_file2(file);

        let mut map = UnicodeCmap::new(Name(b"letters"), SYSTEM);
        for (glyph, (letter, _)) in &self.letters {
            map.pair(*glyph, *letter);
        }
        pdf.cmap(unicode, &map.finish());
        let part =
            subsetter::subset(self.font.file, 0, &self.glyphs).map_err(|e| Error::internal(e.to_string()))?;
        pdf.stream(file, &deflate(&part)?).filter(Filter::FlateDecode);
        Ok(())
    }
}

/// Compresses a stream of a PDF.
pub(super) fn deflate(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).map_err(Error::internal)?;
    encoder.finish().map_err(Error::internal)
}
