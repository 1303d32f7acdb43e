//! Tables.

use std::fmt::Write as _;

use super::text::{Align, Para};
use super::{SMALL, Twips};

/// A cell: some paragraphs over one or more columns.
#[derive(Clone, Debug)]
pub struct Cell {
    paras: Vec<Para>,
    columns: usize,
    shaded: bool,
}

impl Cell {
    /// A cell of these paragraphs.
    pub fn of(paras: Vec<Para>) -> Self {
        Self { paras, columns: 1, shaded: false }
    }

    /// Upright text at the left.
    pub fn text(text: &str) -> Self {
        Self::of(text.lines().map(|line| plain().text(line)).collect())
    }

    /// Bold text at the left.
    pub fn bold(text: &str) -> Self {
        Self::of(vec![plain().bold(text)])
    }

    /// Italic text at the left.
    pub fn italic(text: &str) -> Self {
        Self::of(vec![plain().italic(text)])
    }

    /// Its lines stand in the middle.
    pub fn middle(self) -> Self {
        self.aligned(Align::Middle)
    }

    /// Its lines stand elsewhere.
    pub fn aligned(mut self, align: Align) -> Self {
        self.paras = self.paras.into_iter().map(|para| para.align(align)).collect();
        self
    }

    /// It takes this many columns.
    pub const fn over(mut self, columns: usize) -> Self {
        self.columns = columns;
        self
    }

    /// It has a grey ground.
    pub const fn shaded(mut self) -> Self {
        self.shaded = true;
        self
    }
}

fn plain() -> Para {
    Para::new().size(SMALL).after(0)
}

/// A table over the whole width of the text.
#[derive(Clone, Debug)]
pub struct Table {
    shares: Vec<Twips>,
    lines: bool,
    rows: Vec<(bool, Vec<Cell>)>,
}

impl Table {
    /// A table whose columns have these shares of the width.
    pub fn new(shares: &[Twips]) -> Self {
        Self { shares: shares.to_vec(), lines: true, rows: Vec::new() }
    }

    /// A table without lines: for what stands side by side.
    pub fn bare(shares: &[Twips]) -> Self {
        Self { lines: false, ..Self::new(shares) }
    }

    /// Adds a row of headings, repeated on each page.
    pub fn header(&mut self, titles: &[&str]) {
        let cells = titles.iter().map(|title| Cell::bold(title).middle().shaded()).collect();
        self.rows.push((true, cells));
    }

    /// Adds a row of plain texts.
    pub fn row(&mut self, texts: &[&str]) {
        self.cells(texts.iter().map(|text| Cell::text(text)).collect());
    }

    /// Adds a row.
    pub fn cells(&mut self, cells: Vec<Cell>) {
        self.rows.push((false, cells));
    }

    pub(super) fn write(&self, out: &mut String, width: Twips) {
        let all: Twips = self.shares.iter().sum::<Twips>().max(1);
        let mut widths: Vec<Twips> = self.shares.iter().map(|share| width * share / all).collect();
        let rest = width.saturating_sub(widths.iter().sum());
        if let Some(last) = widths.last_mut() {
            *last += rest;
        }
        let side = if self.lines { 80 } else { 0 };
        // Writing to a string does not fail.
        let _ = write!(
            out,
            "<w:tbl><w:tblPr><w:tblW w:w=\"{width}\" w:type=\"dxa\"/>{}<w:tblLayout w:type=\"fixed\"/><w:tblCellMar>\
             <w:top w:w=\"30\" w:type=\"dxa\"/><w:left w:w=\"{side}\" w:type=\"dxa\"/><w:bottom w:w=\"30\" w:type=\"dxa\"/>\
             <w:right w:w=\"{side}\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr><w:tblGrid>",
            if self.lines { BORDERS } else { "" }
        );
        for column in &widths {
            let _ = write!(out, "<w:gridCol w:w=\"{column}\"/>");
        }
        out.push_str("</w:tblGrid>");
        for (index, (head, cells)) in self.rows.iter().enumerate() {
            let begin = out.len();
            out.push_str("<w:tr><w:trPr><w:cantSplit/>");
            if *head {
                out.push_str("<w:tblHeader/>");
            }
            out.push_str("</w:trPr>");
            let mut columns = widths.iter();
            for cell in cells {
                let width: Twips = columns.by_ref().take(cell.columns).sum();
                cell.write(out, width, *head);
            }
            out.push_str("</w:tr>");
            if index + 2 == self.rows.len() {
                // The last row, often a sum, does not stand alone on a page.
                let row = out.split_off(begin);
                out.push_str(&row.replace("<w:pPr>", "<w:pPr><w:keepNext/>"));
            }
        }
        out.push_str("</w:tbl>");
    }
}

const BORDERS: &str = "<w:tblBorders><w:top w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"000000\"/>\
     <w:left w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"000000\"/>\
     <w:bottom w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"000000\"/>\
     <w:right w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"000000\"/>\
     <w:insideH w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"000000\"/>\
     <w:insideV w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"000000\"/></w:tblBorders>";

impl Cell {
    fn write(&self, out: &mut String, width: Twips, head: bool) {
        let _ = write!(out, "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/>");
        if self.columns > 1 {
            let _ = write!(out, "<w:gridSpan w:val=\"{}\"/>", self.columns);
        }
        if self.shaded {
            out.push_str("<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"E7E6E6\"/>");
        }
        if head {
            out.push_str("<w:vAlign w:val=\"center\"/>");
        }
        out.push_str("</w:tcPr>");
        // A cell without a paragraph is not well formed.
        if self.paras.is_empty() {
            plain().write(out);
        }
        for para in &self.paras {
            para.write(out);
        }
        out.push_str("</w:tc>");
    }
}
