//! Paragraphs and the letters in them.

use std::fmt::Write as _;

use super::{BODY, Twips};

/// Where lines stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// At the left.
    #[default]
    Left,
    /// In the middle.
    Middle,
    /// At the right.
    Right,
    /// Even on both sides.
    Even,
}

impl Align {
    const fn word(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Middle => "center",
            Self::Right => "right",
            Self::Even => "both",
        }
    }
}

#[derive(Clone, Debug)]
struct Run {
    text: String,
    bold: bool,
    italic: bool,
}

/// A paragraph.
#[derive(Clone, Debug)]
pub struct Para {
    runs: Vec<Run>,
    size: u32,
    align: Align,
    first: Twips,
    sides: Twips,
    before: Twips,
    after: Twips,
    keep: bool,
    ruled: bool,
}

impl Default for Para {
    fn default() -> Self {
        Self::new()
    }
}

impl Para {
    /// An empty one, in the size of the body.
    pub const fn new() -> Self {
        Self {
            runs: Vec::new(),
            size: BODY,
            align: Align::Left,
            first: 0,
            sides: 0,
            before: 0,
            after: 120,
            keep: false,
            ruled: false,
        }
    }

    fn run(mut self, text: &str, bold: bool, italic: bool) -> Self {
        self.runs.push(Run { text: text.to_owned(), bold, italic });
        self
    }

    /// Adds upright letters.
    pub fn text(self, text: &str) -> Self {
        self.run(text, false, false)
    }

    /// Adds bold letters.
    pub fn bold(self, text: &str) -> Self {
        self.run(text, true, false)
    }

    /// Adds italic letters.
    pub fn italic(self, text: &str) -> Self {
        self.run(text, false, true)
    }

    /// Adds bold italic letters.
    pub fn bold_italic(self, text: &str) -> Self {
        self.run(text, true, true)
    }

    /// Size of all letters, in half points.
    pub const fn size(mut self, half_points: u32) -> Self {
        self.size = half_points;
        self
    }

    /// Where lines stand.
    pub const fn align(mut self, align: Align) -> Self {
        self.align = align;
        self
    }

    /// Moves the first line in by a centimetre.
    pub const fn first_line(mut self) -> Self {
        self.first = 567;
        self
    }

    /// Space above.
    pub const fn before(mut self, space: Twips) -> Self {
        self.before = space;
        self
    }

    /// Space below.
    pub const fn after(mut self, space: Twips) -> Self {
        self.after = space;
        self
    }

    /// Space to the left and to the right.
    pub(super) const fn sides(mut self, space: Twips) -> Self {
        self.sides = space;
        self
    }

    /// Stays on the page of the paragraph that follows.
    pub const fn keep(mut self) -> Self {
        self.keep = true;
        self
    }

    /// A line above an empty paragraph, moved in by this much on both sides.
    pub(super) fn rule(sides: Twips) -> Self {
        Self { size: 4, sides, ruled: true, before: 50, after: 60, ..Self::new() }
    }

    pub(super) fn write(&self, out: &mut String) {
        let Self { runs, size, align, first, sides, before, after, keep, ruled } = self;
        out.push_str("<w:p><w:pPr>");
        if *keep {
            out.push_str("<w:keepNext/>");
        }
        if *ruled {
            out.push_str(
                "<w:pBdr><w:top w:val=\"single\" w:sz=\"6\" w:space=\"0\" w:color=\"000000\"/></w:pBdr>",
            );
        }
        // Writing to a string does not fail.
        let _ = write!(
            out,
            "<w:spacing w:before=\"{before}\" w:after=\"{after}\"/><w:ind w:left=\"{sides}\" w:right=\"{sides}\" \
             w:firstLine=\"{first}\"/><w:jc w:val=\"{}\"/><w:rPr><w:sz w:val=\"{size}\"/></w:rPr></w:pPr>",
            align.word()
        );
        for run in runs {
            let (bold, italic) =
                (if run.bold { "<w:b/>" } else { "" }, if run.italic { "<w:i/>" } else { "" });
            let _ = write!(
                out,
                "<w:r><w:rPr>{bold}{italic}<w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/></w:rPr>\
                 <w:t xml:space=\"preserve\">{}</w:t></w:r>",
                escaped(&run.text)
            );
        }
        out.push_str("</w:p>");
    }
}

/// A text as XML holds it; characters that XML has no place for are left out, line ends become blanks.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\r' | '\t' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}
