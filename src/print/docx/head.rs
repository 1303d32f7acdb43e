//! What every paper of an office has: the national heading beside the office, the kind of paper, the recipients beside
//! the signature (Decree 30/2020/NĐ-CP, appendix I).

use super::super::font::{Face, font};
use super::table::{Cell, Table};
use super::text::{Align, Para};
use super::{BODY, Document, SMALL, Twips};

/// Shares of the office's block and of the national heading.
const BLOCKS: [Twips; 2] = [41, 59];
/// Space between the two blocks.
const GUTTER: Twips = 90;
const NATION: &str = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM";
const MOTTO: &str = "Độc lập - Tự do - Hạnh phúc";

/// The head of a paper.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// The office above the one that issues, in lines; empty where there is none to name.
    pub superior: &'a [&'a str],
    /// Who issues, in lines.
    pub agency: &'a [&'a str],
    /// Number and symbol.
    pub number: Option<&'a str>,
    /// Place and date.
    pub place: &'a str,
}

/// The end of a paper.
#[derive(Clone, Copy, Debug)]
pub struct Closing<'a> {
    /// Who receives it; empty for a paper that names none.
    pub recipients: &'a [&'a str],
    /// For whom the signer signs, in lines: `TM. HỘI ĐỒNG`.
    pub above: &'a [&'a str],
    /// Each signer's title and name; without a name it is left to be written. More than one stand side by side.
    pub signers: &'a [(&'a str, Option<&'a str>)],
}

fn middle(size: u32) -> Para {
    Para::new().size(size).align(Align::Middle).after(0)
}

/// Width of a line of 13 points, bold.
fn bold_width(text: &str) -> Twips {
    font(Face::Bold).map_or(0, |font| font.twips(text, 13))
}

impl Document {
    /// Writes the head.
    pub fn head(&mut self, head: &Head<'_>) {
        let all: Twips = BLOCKS.iter().sum();
        let [left, right] = BLOCKS.map(|share| self.width() * share / all);
        let mut office: Vec<_> =
            head.superior.iter().map(|line| middle(SMALL).sides(GUTTER).text(&line.to_uppercase())).collect();
        let mut longest = 0;
        for line in head.agency {
            let line = line.to_uppercase();
            longest = longest.max(bold_width(&line)).min(left);
            office.push(middle(SMALL).sides(GUTTER).bold(&line));
        }
        // A third to a half of the letters' length.
        office.push(Para::rule(left.saturating_sub(longest * 2 / 5) / 2));
        let nation = vec![
            middle(SMALL).bold(NATION),
            middle(BODY).bold(MOTTO),
            Para::rule(right.saturating_sub(bold_width(MOTTO)) / 2),
        ];
        let mut table = Table::bare(&BLOCKS);
        table.cells(vec![Cell::of(office), Cell::of(nation)]);
        let number = head.number.map(|number| middle(BODY).text(number)).into_iter().collect();
        table.cells(vec![Cell::of(number), Cell::of(vec![middle(BODY).italic(head.place)])]);
        self.table(&table);
    }

    /// Writes the kind of paper and what it is about.
    pub fn title(&mut self, kind: &str, about: &[&str]) {
        self.para(&middle(BODY + 2).bold(&kind.to_uppercase()).before(120).keep());
        let mut longest = 0;
        for line in about {
            longest = longest.max(bold_width(line));
            self.para(&middle(BODY + 1).bold(line).keep());
        }
        if !about.is_empty() {
            let line = longest.min(self.width()) * 2 / 5;
            self.para(&Para::rule((self.width() - line) / 2));
        }
        self.para(&Para::new().size(8).after(0));
    }

    /// Writes recipients and signatures; what stands before them stays on their page.
    pub fn closing(&mut self, closing: &Closing<'_>) {
        self.keep_last();
        let mut cells = Vec::new();
        let mut shares = Vec::new();
        if let Some((last, others)) = closing.recipients.split_last() {
            let mut list = vec![Para::new().size(SMALL).after(0).bold_italic("Nơi nhận:")];
            let small = || Para::new().size(SMALL - 2).after(0);
            list.extend(others.iter().map(|line| small().text(&format!("- {line};"))));
            list.push(small().text(&format!("- {last}.")));
            cells.push(Cell::of(list));
            shares.push(42);
        } else if closing.signers.len() == 1 {
            cells.push(Cell::of(Vec::new()));
            shares.push(42);
        }
        for (title, name) in closing.signers {
            let mut lines: Vec<_> = closing.above.iter().map(|line| middle(BODY).bold(line).keep()).collect();
            lines.push(middle(BODY).bold(&title.to_uppercase()).keep());
            lines.push(middle(BODY).italic("(Ký, ghi rõ họ tên)").after(1_200).keep());
            lines.push(middle(BODY).bold(name.unwrap_or_default()));
            cells.push(Cell::of(lines));
            shares.push(58);
        }
        self.para(&Para::new().size(8).after(0).before(120).keep());
        let mut table = Table::bare(&shares);
        table.cells(cells);
        self.table(&table);
    }
}
