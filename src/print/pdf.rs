//! One page of PDF that nobody edits: letters of the embedded font, lines, areas, a QR code.
//!
//! Lengths are points (1/72 inch) and run from the upper left corner. The same calls give the same bytes: no time and
//! no chance is written, so that a digest of the bytes tells whether a page changed.

mod embed;

use pdf_writer::types::LineCapStyle;
use pdf_writer::{Content, Filter, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr};

use crate::error::Result;

use super::font::{Face, font};
use super::qr::Matrix;
use embed::Used;

/// The long side of A4.
pub const A4_LONG: f32 = 841.89;
/// The short side of A4.
pub const A4_SHORT: f32 = 595.28;

/// A colour: red, green, blue from 0 to 1.
pub type Colour = [f32; 3];

/// How text is set.
#[derive(Clone, Copy, Debug)]
pub struct Type {
    /// Face.
    pub face: Face,
    /// Size in points.
    pub size: f32,
    /// Colour.
    pub colour: Colour,
}

/// A page that is being drawn.
pub struct Page {
    width: f32,
    height: f32,
    content: Content,
    used: Vec<Used>,
}

impl Page {
    /// An empty page of this size.
    ///
    /// # Errors
    /// A program built with a broken font file.
    pub fn new(width: f32, height: f32) -> Result<Self> {
        let used = Face::ALL.into_iter().map(|face| Ok(Used::new(font(face)?))).collect::<Result<_>>()?;
        Ok(Self { width, height, content: Content::new(), used })
    }

    /// Writes a line; `x` is its beginning, `y` its base line.
    pub fn text(&mut self, kind: Type, x: f32, y: f32, text: &str) {
        let up = self.height - y;
        self.write(kind, [1.0, 0.0, 0.0, 1.0, x, up], text);
    }

    /// Writes a line around its middle.
    pub fn centred(&mut self, kind: Type, middle: f32, y: f32, text: &str) {
        let x = middle - self.text_width(kind, text) / 2.0;
        self.text(kind, x, y, text);
    }

    /// Writes a line around a middle, rising to the right by an angle, so that what lies under it shines through.
    pub fn across(&mut self, kind: Type, (x, y): (f32, f32), degrees: f32, text: &str) {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let back = self.text_width(kind, text) / 2.0;
        // Capitals are two thirds of the size high.
        let down = kind.size / 3.0;
        let up = self.height - y;
        let (x, up) = (x - back * cos + down * sin, up - back * sin - down * cos);
        self.content.save_state();
        self.content.set_parameters(Name(b"glass"));
        self.write(kind, [cos, sin, -sin, cos, x, up], text);
        self.content.restore_state();
    }

    fn write(&mut self, kind: Type, matrix: [f32; 6], text: &str) {
        let Some(used) = self.used.iter_mut().find(|used| used.font.face == kind.face) else { return };
        let codes = used.encode(text);
        let [red, green, blue] = kind.colour;
        self.content.set_fill_rgb(red, green, blue);
        self.content.begin_text();
        self.content.set_font(Name(kind.face.name().as_bytes()), kind.size);
        self.content.set_text_matrix(matrix);
        self.content.show(Str(&codes));
        self.content.end_text();
    }

    /// Width of a line.
    pub fn text_width(&self, kind: Type, text: &str) -> f32 {
        let used = self.used.iter().find(|used| used.font.face == kind.face);
        used.map_or(0.0, |used| used.font.width(text, kind.size))
    }

    /// A text in lines no wider than `width`, broken between words; a word that is wider is broken within.
    pub fn lines(&self, kind: Type, width: f32, text: &str) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let mut line = String::new();
        for word in text.split_whitespace() {
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if self.text_width(kind, &longer) <= width {
                line = longer;
                continue;
            }
            lines.extend(Some(std::mem::take(&mut line)).filter(|line| !line.is_empty()));
            for letter in word.chars() {
                line.push(letter);
                if self.text_width(kind, &line) > width {
                    line.pop();
                    lines.push(std::mem::take(&mut line));
                    line.push(letter);
                }
            }
        }
        lines.extend(Some(line).filter(|line| !line.is_empty()));
        lines
    }

    /// A text in at most `most` lines: as large as it can be, from the size of `kind` down to `least`. What does not
    /// fit even then ends with an ellipsis.
    pub fn fitted(&self, kind: Type, least: f32, width: f32, most: usize, text: &str) -> (Type, Vec<String>) {
        let mut kind = kind;
        loop {
            let mut lines = self.lines(kind, width, text);
            if lines.len() <= most {
                return (kind, lines);
            }
            if kind.size - 1.0 < least {
                lines.truncate(most);
                if let Some(last) = lines.last_mut() {
                    while !last.is_empty() && self.text_width(kind, &format!("{last}…")) > width {
                        last.pop();
                    }
                    last.push('…');
                }
                return (kind, lines);
            }
            kind.size -= 1.0;
        }
    }

    /// Fills a rectangle.
    pub fn area(&mut self, colour: Colour, x: f32, y: f32, width: f32, height: f32) {
        self.fill(colour);
        self.content.rect(x, self.height - y - height, width, height);
        self.content.fill_nonzero();
    }

    /// Draws a rectangle's outline.
    pub fn frame(&mut self, colour: Colour, thick: f32, x: f32, y: f32, width: f32, height: f32) {
        self.pen(colour, thick);
        self.content.rect(x, self.height - y - height, width, height);
        self.content.stroke();
    }

    /// Draws a line.
    pub fn line(&mut self, colour: Colour, thick: f32, from: (f32, f32), to: (f32, f32)) {
        self.pen(colour, thick);
        self.content.move_to(from.0, self.height - from.1);
        self.content.line_to(to.0, self.height - to.1);
        self.content.stroke();
    }

    /// Draws a star of five points around a middle; filled, or its outline alone.
    pub fn star(&mut self, colour: Colour, (x, y): (f32, f32), radius: f32, filled: bool) {
        self.fill(colour);
        self.pen(colour, radius / 14.0);
        let mut turn = 90.0_f32;
        for corner in 0..10_u8 {
            // The inner corners of a regular star, where its edges cross.
            let far = if corner % 2 == 0 { radius } else { radius * 0.381_966 };
            let (sin, cos) = turn.to_radians().sin_cos();
            let (x, y) = (x + far * cos, self.height - y + far * sin);
            if corner == 0 {
                self.content.move_to(x, y);
            } else {
                self.content.line_to(x, y);
            }
            turn += 36.0;
        }
        self.content.close_path();
        if filled {
            self.content.fill_nonzero()
        } else {
            self.content.stroke()
        };
    }

    /// Draws a QR code on white, with its border as large as `side`.
    pub fn code(&mut self, code: &Matrix, x: f32, y: f32, side: f32) {
        self.area([1.0, 1.0, 1.0], x, y, side, side);
        self.fill([0.0, 0.0, 0.0]);
        let whole = |n: usize| u16::try_from(n).map_or(0.0, f32::from);
        let module = side / whole(code.whole_side());
        for (column, row, length) in code.runs() {
            let (left, top) = (x + whole(column) * module, y + whole(row) * module);
            self.content.rect(left, self.height - top - module, whole(length) * module, module);
        }
        self.content.fill_nonzero();
    }

    fn fill(&mut self, [red, green, blue]: Colour) {
        self.content.set_fill_rgb(red, green, blue);
    }

    fn pen(&mut self, [red, green, blue]: Colour, thick: f32) {
        self.content.set_stroke_rgb(red, green, blue).set_line_width(thick);
        self.content.set_line_cap(LineCapStyle::RoundCap);
    }

    /// The page as a file.
    ///
    /// # Errors
    /// A fault of the font.
    pub fn finish(self, title: &str) -> Result<Vec<u8>> {
        let mut next = 1;
        let mut new = || {
            let made = Ref::new(next);
            next += 1;
            made
        };
        let (catalogue, pages, page, content, info) = (new(), new(), new(), new(), new());
        let mut pdf = Pdf::new();
        pdf.catalog(catalogue)
            .pages(pages)
            .lang(TextStr("vi-VN"))
            .viewer_preferences()
            .display_doc_title(true);
        pdf.pages(pages).kids([page]).count(1);
        pdf.document_info(info).title(TextStr(title)).producer(TextStr("ocop"));
        let used: Vec<_> =
            self.used.iter().filter(|used| !used.is_empty()).map(|used| (used, new())).collect();
        let mut sheet = pdf.page(page);
        sheet.parent(pages).media_box(Rect::new(0.0, 0.0, self.width, self.height)).contents(content);
        let mut resources = sheet.resources();
        resources
            .ext_g_states()
            .insert(Name(b"glass"))
            .start::<pdf_writer::writers::ExtGraphicsState<'_>>()
            .non_stroking_alpha(0.22);
        let mut fonts = resources.fonts();
        for (used, at) in &used {
            fonts.pair(Name(used.font.face.name().as_bytes()), *at);
        }
        fonts.finish();
        resources.finish();
        sheet.finish();
        for (used, at) in &used {
            used.embed(&mut pdf, *at, &mut new)?;
        }
        pdf.stream(content, &embed::deflate(&self.content.finish())?).filter(Filter::FlateDecode);
        Ok(pdf.finish())
    }
}
