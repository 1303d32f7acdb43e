//! The picture of a run: one bar a row, as long as its share of the ceiling.

use std::fmt::Write as _;

use crate::Row;

/// The rows that have a ceiling, as an SVG document.
pub fn svg(database: &str, rows: &[Row]) -> String {
    let bars: Vec<&Row> = rows.iter().filter(|r| r.ratio.is_some()).collect();
    let height = 60 + 34 * bars.len();
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 {height}\" font-family=\"sans-serif\" \
         font-size=\"14\"><title>ocop on {database}: share of a bare actix-web server</title>\
         <rect width=\"720\" height=\"{height}\" fill=\"#fff\"/>\
         <text x=\"20\" y=\"30\" font-size=\"16\">{database}: requests a second, and share of the ceiling</text>"
    );
    for (index, row) in bars.iter().enumerate() {
        let y = 50 + 34 * index;
        let ratio = row.ratio.unwrap_or_default();
        let width = (ratio.min(1.0) * 300.0).max(1.0);
        let _ = write!(
            out,
            "<text x=\"20\" y=\"{text}\">{name}</text>\
             <rect x=\"190\" y=\"{y}\" width=\"300\" height=\"22\" fill=\"#e8eee8\"/>\
             <rect x=\"190\" y=\"{y}\" width=\"{width:.0}\" height=\"22\" fill=\"#2e7d4f\"/>\
             <text x=\"500\" y=\"{text}\">{rate:.0}/s · {ratio:.2} · p99 {p99:.1} ms</text>",
            text = y + 16,
            name = row.name,
            rate = row.rate,
            p99 = row.p99_ms.unwrap_or_default(),
        );
    }
    out.push_str("</svg>\n");
    out
}
