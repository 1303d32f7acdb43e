//! A picture and a paper, made here so that the demo ships nobody's.

use std::io::Cursor;

/// A PNG of a cup of green tea: circles on a plain ground.
///
/// # Errors
/// A picture that cannot be encoded.
pub fn picture() -> Result<Vec<u8>, String> {
    const SIZE: u32 = 800;
    let image = image::RgbImage::from_fn(SIZE, SIZE, |x, y| {
        let (dx, dy) = (f64::from(x) - 400.0, f64::from(y) - 400.0);
        let distance = (dx * dx + dy * dy).sqrt();
        if distance < 210.0 {
            image::Rgb([178, 190, 72])
        } else if distance < 250.0 {
            image::Rgb([250, 250, 245])
        } else if distance < 330.0 {
            image::Rgb([232, 226, 212])
        } else {
            image::Rgb([94, 120, 66])
        }
    });
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Png).map_err(|e| e.to_string())?;
    Ok(bytes.into_inner())
}

/// A one-page PDF with a title. Letters outside ASCII are left out: the built-in font has none of them.
pub fn paper(title: &str) -> Vec<u8> {
    let title: String = crate::text::fold(title);
    let stream = format!("BT /F1 20 Tf 72 720 Td ({title}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()),
    ];
    let mut pdf = String::from("%PDF-1.4\n");
    let mut offsets = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        offsets.push(pdf.len());
        pdf.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
    }
    let table = pdf.len();
    pdf.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for offset in offsets {
        pdf.push_str(&format!("{offset:010} 00000 n \n"));
    }
    pdf.push_str(&format!(
        "trailer << /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n",
        objects.len() + 1
    ));
    pdf.into_bytes()
}
