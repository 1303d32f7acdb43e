//! Reading what was printed: the bytes of an answer, the text in a PDF and in a DOCX.

use std::collections::BTreeMap;
use std::io::Read as _;

use super::Client;

/// A file as it came.
pub struct Download {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub bytes: Vec<u8>,
}

impl Client {
    /// Loads a file.
    pub async fn download(&self, path: &str) -> Download {
        self.download_unless(path, "").await
    }

    /// Loads a file unless it has this tag.
    pub async fn download_unless(&self, path: &str, tag: &str) -> Download {
        let request = self.request(reqwest::Method::GET, path).header("if-none-match", tag);
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.unwrap().to_vec();
        // For a person who wants to look at what was printed.
        if let Some(folder) = std::env::var_os("OCOP_TEST_PRINTED").filter(|_| status == 200) {
            let name = path.split('?').next().unwrap().trim_start_matches('/').replace('/', "_");
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(std::path::Path::new(&folder).join(name), &bytes).unwrap();
        }
        Download { status, headers, bytes }
    }
}

impl Download {
    /// The file, after its status was checked.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.bytes));
        self
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    /// The text of a document, one line a paragraph, after its type was checked.
    #[track_caller]
    pub fn docx(&self) -> String {
        assert_eq!(self.header("content-type"), ocop::print::docx::ESSENCE);
        assert_eq!(self.header("cache-control"), "private, no-cache");
        assert!(self.header("content-disposition").starts_with("attachment; filename=\""));
        docx_text(&self.bytes)
    }

    /// The text of a PDF, one line a piece, after its type was checked.
    #[track_caller]
    pub fn pdf(&self) -> String {
        assert_eq!(self.header("content-type"), "application/pdf");
        pdf_text(&self.bytes)
    }
}

/// The text of a document, one line a paragraph; every part is read as XML.
pub fn docx_text(bytes: &[u8]) -> String {
    use quick_xml::events::Event;
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut body = String::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let whole = part.name().unwrap() == "word/document.xml";
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        let mut reader = quick_xml::Reader::from_str(&text);
        loop {
            match reader.read_event().unwrap() {
                Event::Eof => break,
                Event::Text(text) if whole => body.push_str(&text.decode().unwrap()),
                Event::GeneralRef(name) if whole => body.push(match &*name.decode().unwrap() {
                    "amp" => '&',
                    "lt" => '<',
                    "gt" => '>',
                    "quot" => '"',
                    other => panic!("&{other};"),
                }),
                Event::End(end) if whole && end.name().as_ref() == b"w:p" => body.push('\n'),
                _ => {}
            }
        }
    }
    body
}

/// The streams of a PDF, unpacked.
fn streams(bytes: &[u8]) -> Vec<Vec<u8>> {
    let find = |from: usize, what: &[u8]| {
        bytes[from..].windows(what.len()).position(|window| window == what).map(|at| from + at)
    };
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(begin) = find(at, b"\nstream\n") {
        let begin = begin + 8;
        let end = find(begin, b"\nendstream").unwrap();
        let raw = &bytes[begin..end];
        let mut plain = Vec::new();
        match flate2::read::ZlibDecoder::new(raw).read_to_end(&mut plain) {
            Ok(_) => all.push(plain),
            Err(_) => all.push(raw.to_vec()),
        }
        at = end;
    }
    all
}

/// The bytes of a string, in brackets with escapes or as digits.
fn string(written: &[u8]) -> Vec<u8> {
    let inner = &written[1..written.len() - 1];
    if written[0] == b'<' {
        let digit = |d: &u8| u8::try_from(char::from(*d).to_digit(16).unwrap()).unwrap();
        return inner.chunks(2).map(|two| digit(&two[0]) * 16 + digit(&two[1])).collect();
    }
    let mut out = Vec::new();
    let mut rest = inner.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let escaped = rest.next().unwrap();
        if !escaped.is_ascii_digit() {
            let named = b"nrtbf".iter().position(|b| *b == escaped);
            out.push(named.map_or(escaped, |at| b"\n\r\t\x08\x0c"[at]));
            continue;
        }
        let mut value = u32::from(escaped - b'0');
        for _ in 0..2 {
            if let Some(digit) = rest.next_if(u8::is_ascii_digit) {
                value = value * 8 + u32::from(digit - b'0');
            }
        }
        out.push(u8::try_from(value).unwrap());
    }
    out
}

/// The text of a PDF of ours as somebody copies it: by the map from glyphs to letters that stands in it for each face.
pub fn pdf_text(bytes: &[u8]) -> String {
    assert!(bytes.starts_with(b"%PDF-") && bytes.ends_with(b"%%EOF"));
    let streams = streams(bytes);
    let texts: Vec<_> = streams.iter().map(|s| String::from_utf8_lossy(s).into_owned()).collect();
    let hex = |text: &str| u32::from_str_radix(text.trim_matches(['<', '>']), 16).unwrap();
    // Faces stand in the page's resources in the order in which their maps stand in the file.
    let maps: Vec<BTreeMap<u32, char>> = texts
        .iter()
        .filter(|text| text.contains("begincmap"))
        .map(|text| {
            let lines = text.lines().filter(|line| line.starts_with('<') && line.matches('<').count() == 2);
            let pairs = lines.filter_map(|line| line.split_once(' '));
            let pair = |(glyph, letter): (&str, &str)| Some((hex(glyph), char::from_u32(hex(letter))?));
            pairs.filter_map(pair).collect()
        })
        .collect();
    let file = String::from_utf8_lossy(bytes);
    let fonts = file.split("/Font <<").nth(1).or(file.split("/Font\n<<").nth(1)).unwrap();
    let names: Vec<_> = fonts
        .split(">>")
        .next()
        .unwrap()
        .split('/')
        .skip(1)
        .map(|part| part.split_whitespace().next().unwrap().to_owned())
        .collect();
    assert_eq!(names.len(), maps.len());
    let page = streams.iter().find(|s| s.windows(2).any(|w| w == b"BT")).unwrap();
    let mut out = String::new();
    let mut map = &maps[0];
    let mut rest = &page[..];
    while let Some(end) = rest.iter().position(|b| *b == b'\n') {
        let line = &rest[..end];
        if line.ends_with(b" Tf") {
            let name = String::from_utf8_lossy(line);
            let name = name.trim_start_matches('/').split(' ').next().unwrap();
            map = &maps[names.iter().position(|n| n == name).unwrap()];
        }
        if let Some(codes) = line.strip_suffix(b" Tj") {
            let glyphs = string(codes);
            out.extend(glyphs.chunks(2).map(|two| map[&u32::from(u16::from_be_bytes([two[0], two[1]]))]));
            out.push('\n');
        }
        rest = &rest[end + 1..];
    }
    out
}
