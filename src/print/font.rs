//! The embedded font: Tinos in three faces, with every Vietnamese letter; see NOTICE for where it comes from.

use std::sync::LazyLock;

use ttf_parser::GlyphId;

use crate::error::{Error, Result};

/// A face of the font.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// Upright.
    Regular,
    /// Bold.
    Bold,
    /// Italic.
    Italic,
}

impl Face {
    /// All faces, in the order of their declaration.
    pub const ALL: [Self; 3] = [Self::Regular, Self::Bold, Self::Italic];

    const fn file(self) -> &'static [u8] {
        match self {
            Self::Regular => include_bytes!("font/tinos-regular.ttf"),
            Self::Bold => include_bytes!("font/tinos-bold.ttf"),
            Self::Italic => include_bytes!("font/tinos-italic.ttf"),
        }
    }

    /// Its name in a PDF.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Regular => "Tinos",
            Self::Bold => "Tinos-Bold",
            Self::Italic => "Tinos-Italic",
        }
    }
}

/// A face, read.
pub struct Font {
    /// Which.
    pub face: Face,
    /// Its file.
    pub file: &'static [u8],
    /// Its tables.
    pub tables: ttf_parser::Face<'static>,
}

impl Font {
    /// The glyph of a letter; a box for one the font does not have.
    pub fn glyph(&self, letter: char) -> GlyphId {
        self.tables.glyph_index(letter).unwrap_or(GlyphId(0))
    }

    /// How far a glyph moves the pen, in thousandths of the size.
    pub fn advance(&self, glyph: GlyphId) -> f32 {
        let units = f32::from(self.tables.glyph_hor_advance(glyph).unwrap_or_default());
        units * 1000.0 / f32::from(self.tables.units_per_em())
    }

    /// Width of a line of text, in the unit of `size`.
    pub fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|letter| self.advance(self.glyph(letter))).sum::<f32>() * size / 1000.0
    }

    /// Width of a line of whole points, in twentieths of a point.
    pub fn twips(&self, text: &str, points: u32) -> u32 {
        let advance = |letter| self.tables.glyph_hor_advance(self.glyph(letter)).unwrap_or_default();
        let units: u32 = text.chars().map(|letter| u32::from(advance(letter))).sum();
        units * points * 20 / u32::from(self.tables.units_per_em())
    }
}

static FONTS: LazyLock<Vec<Font>> = LazyLock::new(|| {
    let read = |face: Face| {
        let tables = ttf_parser::Face::parse(face.file(), 0).ok()?;
        Some(Font { face, file: face.file(), tables })
    };
    Face::ALL.into_iter().filter_map(read).collect()
});

/// A face, read once for the life of the program.
///
/// # Errors
/// `service.internal` where the program was built with a broken font file.
pub fn font(face: Face) -> Result<&'static Font> {
    FONTS.iter().find(|font| font.face == face).ok_or_else(|| Error::internal("a built-in font is broken"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_vietnamese_letter_is_there_in_every_face() {
        let vowels = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY";
        let tones = ["", "\u{300}", "\u{301}", "\u{303}", "\u{309}", "\u{323}"];
        let letters =
            vowels.chars().flat_map(|v| tones.map(|tone| crate::text::composed(&format!("{v}{tone}"))));
        let others = "0123456789 bcdđfghjklmnpqrstvwxzBCDĐFGHJKLMNPQRSTVWXZ.,;:-–—'’“”…%/()[]&+*°²³₫×≥≤";
        let all: String = letters.chain([others.to_owned()]).collect();
        for face in Face::ALL {
            let font = font(face).unwrap();
            let lacks: String = all.chars().filter(|c| font.tables.glyph_index(*c).is_none()).collect();
            assert_eq!(lacks, "", "{face:?}");
            assert!(all.chars().all(|c| font.advance(font.glyph(c)) > 0.0));
        }
    }

    #[test]
    fn a_line_is_as_wide_as_its_letters() {
        let font = font(Face::Regular).unwrap();
        let (one, ten) = (font.width("n", 12.0), font.width("nnnnnnnnnn", 12.0));
        assert!((ten - 10.0 * one).abs() < 0.01 && (5.0..7.0).contains(&one), "{one}");
    }
}
