//! QR codes (ISO/IEC 18004) as a matrix, as SVG and as PNG.

use std::fmt::Write as _;

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder as _};
use qrcode::{Color, EcLevel, QrCode};

use crate::error::{Error, Result};

/// Light modules around a code, so that cameras find it.
const QUIET: usize = 4;

/// A code as a square of dark and light modules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    side: usize,
    dark: Vec<bool>,
}

impl Matrix {
    /// The code of a text, readable with a seventh of it damaged (level M).
    ///
    /// # Errors
    /// A text of more than some two thousand bytes.
    pub fn of(text: &str) -> Result<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(Error::internal)?;
        let side = code.width();
        Ok(Self { side, dark: code.into_colors().into_iter().map(|c| c == Color::Dark).collect() })
    }

    /// Modules of a side, the light ones around it included.
    pub fn whole_side(&self) -> usize {
        self.side + 2 * QUIET
    }

    /// Whether a module is dark; counted from the light border's corner.
    pub fn is_dark(&self, column: usize, row: usize) -> bool {
        let place = |at: usize| at.checked_sub(QUIET).filter(|at| *at < self.side);
        let index = place(row).zip(place(column)).map(|(row, column)| row * self.side + column);
        index.and_then(|index| self.dark.get(index)).is_some_and(|dark| *dark)
    }

    /// Each run of dark modules in a row: column, row, length.
    pub fn runs(&self) -> Vec<(usize, usize, usize)> {
        let mut runs: Vec<(usize, usize, usize)> = Vec::new();
        for row in 0..self.whole_side() {
            for column in (0..self.whole_side()).filter(|column| self.is_dark(*column, row)) {
                match runs.last_mut() {
                    Some((from, at, length)) if *at == row && *from + *length == column => *length += 1,
                    _ => runs.push((column, row, 1)),
                }
            }
        }
        runs
    }

    /// The code as a picture for any size.
    pub fn svg(&self) -> String {
        let side = self.whole_side();
        let mut path = String::new();
        for (column, row, length) in self.runs() {
            // Writing to a string does not fail.
            let _ = write!(path, "M{column} {row}h{length}v1h-{length}z");
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
             <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path d=\"{path}\"/></svg>\n"
        )
    }

    /// The code as a picture of `pixels` × `pixels`: each module the same whole number of pixels, the rest is border.
    ///
    /// # Errors
    /// Too few pixels for one a module; a fault of the encoder.
    pub fn png(&self, pixels: u32) -> Result<Vec<u8>> {
        let all = usize::try_from(pixels).map_err(Error::internal)?;
        let scale = all / self.whole_side();
        if scale == 0 {
            return Err(Error::internal("a QR code needs more pixels"));
        }
        let border = (all - scale * self.whole_side()) / 2;
        let module = |at: usize| at.checked_sub(border).map_or(usize::MAX, |at| at / scale);
        let mut grey = Vec::with_capacity(all * all);
        for row in 0..all {
            grey.extend(
                (0..all).map(|column| if self.is_dark(module(column), module(row)) { 0 } else { u8::MAX }),
            );
        }
        let mut out = Vec::new();
        PngEncoder::new(&mut out)
            .write_image(&grey, pixels, pixels, ExtendedColorType::L8)
            .map_err(Error::internal)?;
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_show_the_matrix() {
        let code = Matrix::of("https://ocop.example/api/v1/certificates/OCOP-19-2026-000001").unwrap();
        let side = code.whole_side();
        assert!((33..=60).contains(&side), "{side}");
        // The finder pattern at the first corner, behind the border.
        assert!(!code.is_dark(3, 3) && code.is_dark(4, 4) && code.is_dark(10, 4) && !code.is_dark(11, 4));
        assert_eq!(code.runs().first(), Some(&(4, 4, 7)));
        assert!(code.svg().contains(&format!("viewBox=\"0 0 {side} {side}\"")));
        let png = image::load_from_memory(&code.png(512).unwrap()).unwrap().to_luma8();
        let scale = 512 / u32::try_from(side).unwrap();
        let border = (512 - scale * u32::try_from(side).unwrap()) / 2;
        for (column, row) in [(0, 0), (3, 3), (4, 4), (11, 4), (10, 4), (20, 17), (side - 5, 6)] {
            let at = |n: usize| border + u32::try_from(n).unwrap() * scale + scale / 2;
            let dark = png.get_pixel(at(column), at(row)).0[0] == 0;
            assert_eq!(dark, code.is_dark(column, row), "{column} {row}");
        }
        assert!(code.png(20).is_err());
    }
}
