//! What an uploaded file is, told by its content and never by its name; pictures made safe to show.
//!
//! A picture is decoded under limits and encoded anew, which leaves out everything but its pixels: no place, no
//! camera, nothing behind the end of the file.

use std::io::Cursor;
use std::sync::{Arc, LazyLock};

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, ImageResult, Limits};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Code, Error, Result};

/// The most pixels of an uploaded picture.
const PIXELS_MAX: u64 = 40_000_000;
/// The longest side of an uploaded picture.
const SIDE_MAX: u32 = 20_000;
/// The most memory a picture's pixels may take: 40 megapixels with four bytes each.
const MEMORY_MAX: u64 = 4 * PIXELS_MAX;
/// The longest side of a kept picture; larger ones are made smaller.
const KEPT_SIDE: u32 = 2560;
/// The longest side of a thumbnail.
const THUMB_SIDE: u32 = 480;
/// JPEG quality of what is kept.
const QUALITY: u8 = 85;

/// Pictures worked on at once: each may take [`MEMORY_MAX`] and a whole core.
static DESKS: LazyLock<Arc<Semaphore>> =
    LazyLock::new(|| Arc::new(Semaphore::new(crate::app::spare_cores())));
/// Pictures that are received, wait or are worked on: each may take the largest upload. More are refused with 503.
static ADMITTED: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(16)));

/// A place among the pictures that are worked on.
pub struct Admission(OwnedSemaphorePermit);

impl Admission {
    /// Takes a place; to be had before the first byte of an upload is read.
    ///
    /// # Errors
    /// `service.busy` when there is none.
    pub fn take() -> Result<Self> {
        let place = ADMITTED.clone().try_acquire_owned();
        place.map(Self).map_err(|_| Error::new(Code::Busy).retry_after(5))
    }
}

/// A kind of file that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// `application/pdf`.
    Pdf,
    /// `image/jpeg`.
    Jpeg,
    /// `image/png`.
    Png,
    /// `image/webp`.
    Webp,
}

impl Content {
    const ALL: [Self; 4] = [Self::Pdf, Self::Jpeg, Self::Png, Self::Webp];

    /// Its media type.
    pub const fn essence(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }

    /// The ending of its files.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
        }
    }

    /// The kind of a media type.
    pub fn of_essence(essence: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.essence().eq_ignore_ascii_case(essence))
    }

    /// The kind of a file by its first bytes.
    fn sniff(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"%PDF-") {
            return Some(Self::Pdf);
        }
        match image::guess_format(bytes).ok()? {
            ImageFormat::Jpeg => Some(Self::Jpeg),
            ImageFormat::Png => Some(Self::Png),
            ImageFormat::WebP => Some(Self::Webp),
            _ => None,
        }
    }

    const fn format(self) -> Option<ImageFormat> {
        match self {
            Self::Pdf => None,
            Self::Jpeg => Some(ImageFormat::Jpeg),
            Self::Png => Some(ImageFormat::Png),
            Self::Webp => Some(ImageFormat::WebP),
        }
    }

    /// Refuses a file that is not what its `Content-Type` says.
    ///
    /// # Errors
    /// `file.type_mismatch`; `image.unreadable` and `image.too_many_pixels` for an image whose head says so.
    pub fn check(self, bytes: &[u8]) -> Result<()> {
        if Self::sniff(bytes) != Some(self) {
            return Err(Error::new(Code::FileMismatch));
        }
        match self.format() {
            Some(format) => open(bytes, format).map(|_| ()),
            None => Ok(()),
        }
    }
}

/// A picture ready to be kept.
#[derive(Clone, Debug)]
pub struct Picture {
    /// JPEG, or PNG where something shines through.
    pub content: Content,
    /// The picture's file.
    pub full: Vec<u8>,
    /// Its thumbnail's file.
    pub thumb: Vec<u8>,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

impl Picture {
    /// Decodes and encodes an upload, off the async threads and few at a time.
    ///
    /// # Errors
    /// `file.type_mismatch`, `image.unreadable`, `image.too_many_pixels`.
    pub async fn prepare(place: Admission, bytes: Vec<u8>, declared: Content) -> Result<Self> {
        let desk = DESKS.clone().acquire_owned().await.map_err(Error::internal)?;
        // The work holds its places itself: a caller who goes away does not end it, so it must not free them either.
        let work = move || {
            let _places = (place.0, desk);
            Self::of(&bytes, declared)
        };
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
    }

    fn of(bytes: &[u8], declared: Content) -> Result<Self> {
        let Some(format) = declared.format() else { return Err(Error::new(Code::BadType)) };
        if Content::sniff(bytes) != Some(declared) {
            return Err(Error::new(Code::FileMismatch));
        }
        let mut decoder = open(bytes, format)?;
        let orientation = decoder.orientation().map_err(refused)?;
        let mut image = DynamicImage::from_decoder(decoder).map_err(refused)?;
        image.apply_orientation(orientation);
        if image.width().max(image.height()) > KEPT_SIDE {
            image = image.resize(KEPT_SIDE, KEPT_SIDE, FilterType::Triangle);
        }
        let content = if shines_through(&image) { Content::Png } else { Content::Jpeg };
        let full = encode(&image, content).map_err(refused)?;
        let (width, height) = (image.width(), image.height());
        if width.max(height) > THUMB_SIDE {
            image = image.thumbnail(THUMB_SIDE, THUMB_SIDE);
        }
        let thumb = encode(&image, content).map_err(refused)?;
        Ok(Self { content, full, thumb, width, height })
    }
}

/// Reads a picture's head and refuses what would take too much to decode.
fn open(bytes: &[u8], format: ImageFormat) -> Result<impl image::ImageDecoder + '_> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(MEMORY_MAX + (16 << 20));
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(refused)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS_MAX || decoder.total_bytes() > MEMORY_MAX {
        return Err(Error::new(Code::ImageTooLarge));
    }
    if width == 0 || height == 0 {
        return Err(Error::new(Code::ImageUnreadable));
    }
    Ok(decoder)
}

fn refused(error: ImageError) -> Error {
    let code = match &error {
        ImageError::Limits(_) => Code::ImageTooLarge,
        _ => Code::ImageUnreadable,
    };
    Error::new(code).because(error)
}

fn shines_through(image: &DynamicImage) -> bool {
    image.color().has_alpha() && image.to_rgba8().pixels().any(|pixel| pixel.0[3] < u8::MAX)
}

fn encode(image: &DynamicImage, content: Content) -> ImageResult<Vec<u8>> {
    let mut out = Vec::new();
    match content {
        Content::Png => image.to_rgba8().write_to(&mut Cursor::new(&mut out), ImageFormat::Png)?,
        _ => JpegEncoder::new_with_quality(&mut out, QUALITY).encode_image(&image.to_rgb8())?,
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage, Rgba, RgbaImage};

    use super::*;

    fn file(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        image.write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    fn green(width: u32, height: u32) -> DynamicImage {
        RgbImage::from_pixel(width, height, Rgb([20, 120, 40])).into()
    }

    #[test]
    fn pictures_become_jpeg_with_a_thumbnail() {
        for (format, content) in [
            (ImageFormat::Jpeg, Content::Jpeg),
            (ImageFormat::Png, Content::Png),
            (ImageFormat::WebP, Content::Webp),
        ] {
            let picture = Picture::of(&file(&green(960, 640), format), content).unwrap();
            assert_eq!((picture.content, picture.width, picture.height), (Content::Jpeg, 960, 640));
            let thumb = image::load_from_memory_with_format(&picture.thumb, ImageFormat::Jpeg).unwrap();
            assert_eq!((thumb.width(), thumb.height()), (480, 320));
        }
        let small = Picture::of(&file(&green(10, 20), ImageFormat::Png), Content::Png).unwrap();
        assert_eq!((small.width, small.height), (10, 20));
        let wide = Picture::of(&file(&green(5120, 100), ImageFormat::Jpeg), Content::Jpeg).unwrap();
        assert_eq!((wide.width, wide.height), (2560, 50));
    }

    #[test]
    fn what_shines_through_stays_png() {
        let glass: DynamicImage = RgbaImage::from_pixel(20, 20, Rgba([1, 2, 3, 100])).into();
        assert_eq!(Picture::of(&file(&glass, ImageFormat::Png), Content::Png).unwrap().content, Content::Png);
        let solid: DynamicImage = RgbaImage::from_pixel(20, 20, Rgba([1, 2, 3, 255])).into();
        assert_eq!(
            Picture::of(&file(&solid, ImageFormat::Png), Content::Png).unwrap().content,
            Content::Jpeg
        );
    }

    #[test]
    fn a_picture_taken_upright_stays_upright_and_loses_its_metadata() {
        // An APP1 segment with one Exif entry: orientation 6, the camera was turned to the right.
        let tiff = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        let length = u16::try_from(2 + 6 + tiff.len()).unwrap().to_be_bytes();
        let plain = file(&green(40, 20), ImageFormat::Jpeg);
        let turned = [&plain[..2], b"\xff\xe1", &length, b"Exif\0\0", tiff, &plain[2..]].concat();
        let picture = Picture::of(&turned, Content::Jpeg).unwrap();
        assert_eq!((picture.width, picture.height), (20, 40));
        assert!(!picture.full.windows(4).any(|w| w == b"Exif"));
    }

    #[test]
    fn files_are_what_they_say() {
        let png = file(&green(4, 4), ImageFormat::Png);
        let code = |bytes: &[u8], content: Content| Picture::of(bytes, content).unwrap_err().code();
        assert_eq!(code(b"just a text", Content::Jpeg), Code::FileMismatch);
        assert_eq!(code(&png, Content::Jpeg), Code::FileMismatch);
        assert_eq!(code(&png[..40], Content::Png), Code::ImageUnreadable);
        assert_eq!(code(b"%PDF-1.7", Content::Pdf), Code::BadType);
        assert!(Content::Pdf.check(b"%PDF-1.7\n").is_ok() && Content::Png.check(&png).is_ok());
        assert_eq!(Content::Pdf.check(&png).unwrap_err().code(), Code::FileMismatch);
    }

    #[test]
    fn a_bomb_is_refused_by_its_head() {
        for (width, height) in [(30_000_u32, 30_000_u32), (10_000, 10_000), (u32::MAX >> 1, 1)] {
            let mut png = file(&green(1, 1), ImageFormat::Png);
            png[16..20].copy_from_slice(&width.to_be_bytes());
            png[20..24].copy_from_slice(&height.to_be_bytes());
            let mut crc = flate2::Crc::new();
            crc.update(&png[12..29]);
            png[29..33].copy_from_slice(&crc.sum().to_be_bytes());
            let error = Picture::of(&png, Content::Png).unwrap_err();
            assert_eq!(error.code(), Code::ImageTooLarge, "{width}x{height}: {:?}", error.cause());
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(bytes: Vec<u8>, cut in 0_usize..200, at in 0_usize..200, byte: u8) {
            let mut webp = file(&green(8, 8), ImageFormat::WebP);
            let at = at % webp.len();
            webp[at] = byte;
            let _ = Picture::of(&webp[..webp.len() - cut.min(webp.len())], Content::Webp);
            for content in Content::ALL {
                let _ = content.check(&bytes);
            }
        }
    }
}
