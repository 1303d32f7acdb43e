//! Vietnamese text made comparable: the only place that folds accents.
//!
//! Use it for search columns, sort columns and name comparison. Do not use it to change what is stored or
//! shown: names keep the spelling of their documents.
//!
//! | function | keeps | for |
//! |---|---|---|
//! | [`fold`] | letters a–z, digits | search without accents |
//! | [`terms`] | the words of [`fold`], once each | the search index |
//! | [`sort_key`] | letters, vowel quality, tones | sorting, and "the same name in another spelling" |
//! | [`tidy`] | everything but superfluous blanks | one line as somebody typed it |
//! | [`slug`] | the words of [`fold`] joined by `-` | file names and links |

use unicode_normalization::char::decompose_compatible;

/// Most terms kept for one text; the rest is not searchable.
pub const MAX_TERMS: usize = 64;
/// Longest term in bytes; longer words are cut, in the index and in the question alike.
pub const MAX_TERM_LEN: usize = 32;
/// Longest slug in bytes.
pub const MAX_SLUG_LEN: usize = 80;

const BREVE: char = '\u{306}';
const CIRCUMFLEX: char = '\u{302}';
const HORN: char = '\u{31b}';

/// The text in lower-case ASCII letters, digits and single spaces.
///
/// Accents go, `đ` becomes `d`, an apostrophe inside a word goes (`M'gar` is `mgar`), all other characters
/// separate words. Composed and decomposed input give the same result; folding twice changes nothing.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    each_piece(text, |piece| match piece {
        Piece::Letter(c) | Piece::Digit(c) => out.push(c),
        Piece::Mark(_) => {}
        Piece::Gap => {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        }
    });
    if out.ends_with(' ') {
        out.pop();
    }
    out
}

/// The different words of the folded text in their first order, at most [`MAX_TERMS`] of at most
/// [`MAX_TERM_LEN`] bytes.
pub fn terms(text: &str) -> Vec<String> {
    let folded = fold(text);
    let mut seen = std::collections::HashSet::new();
    folded
        .split(' ')
        .map(|word| word.get(..MAX_TERM_LEN).unwrap_or(word))
        .filter(|word| !word.is_empty() && seen.insert(*word))
        .take(MAX_TERMS)
        .map(str::to_owned)
        .collect()
}

/// A key whose byte order is the Vietnamese order: a ă â b c d đ e ê … o ô ơ … u ư …; where the letters
/// agree the tones decide, level, huyền, hỏi, ngã, sắc, nặng; numbers by value (`Phường 2` before
/// `Phường 10`).
///
/// ASCII only, so SQLite's BINARY and PostgreSQL's "C" agree. The tone belongs to its word, not to a letter:
/// `Hoà` and `Hòa` have one key, `Văn Lang` and `Văn Lăng` two. Equal keys mean the same name.
pub fn sort_key(text: &str) -> String {
    let mut key = Key::default();
    each_piece(text, |piece| key.take(piece));
    key.finish()
}

/// The folded words joined by `-`, at most [`MAX_SLUG_LEN`] bytes, cut between words where possible.
pub fn slug(text: &str) -> String {
    let whole = fold(text).replace(' ', "-");
    let Some(cut) = whole.get(..MAX_SLUG_LEN) else {
        return whole;
    };
    if whole.as_bytes().get(MAX_SLUG_LEN) == Some(&b'-') {
        return cut.to_owned();
    }
    cut.rsplit_once('-').map_or(cut, |(words, _)| words).to_owned()
}

/// The text composed (NFC), and nothing else changed: two keyboards that spell a letter differently mean the same.
pub fn composed(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    text.nfc().collect()
}

/// The text on one line: composed (NFC), words parted by single blanks, none around, no control characters.
pub fn tidy(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").nfc().collect()
}

/// What a decomposed character means here.
#[derive(Clone, Copy)]
enum Piece {
    /// A lower-case ASCII letter; `đ` arrives as `d` followed by `Mark('đ')`.
    Letter(char),
    Digit(char),
    /// A combining mark that belongs to the letter or word before it.
    Mark(char),
    Gap,
}

/// Decomposes character by character; the order of marks on one letter does not matter to any caller.
fn each_piece(text: &str, mut take: impl FnMut(Piece)) {
    for c in text.chars() {
        if c.is_ascii() {
            one_piece(c, &mut take);
        } else {
            decompose_compatible(c, |part| one_piece(part, &mut take));
        }
    }
}

fn one_piece(c: char, take: &mut impl FnMut(Piece)) {
    match c {
        'a'..='z' => take(Piece::Letter(c)),
        'A'..='Z' => take(Piece::Letter(c.to_ascii_lowercase())),
        '0'..='9' => take(Piece::Digit(c)),
        // Icelandic eth (ð, Ð) looks the same and is often typed for đ.
        'đ' | 'Đ' | 'ð' | 'Ð' => {
            take(Piece::Letter('d'));
            take(Piece::Mark('đ'));
        }
        '\u{300}'..='\u{36f}' => take(Piece::Mark(c)),
        '\'' | '\u{2019}' | '\u{2bc}' => {}
        _ => take(Piece::Gap),
    }
}

/// Builds a sort key: `letters-of-words tones`, where a blank sorts before `-`, `-` before digits, digits
/// before letters, and `{` and `|` after them.
#[derive(Default)]
struct Key {
    letters: String,
    tones: String,
    tone: Option<char>,
    number: String,
    gap: bool,
    in_word: bool,
}

impl Key {
    fn take(&mut self, piece: Piece) {
        match piece {
            Piece::Letter(c) => {
                self.start();
                self.end_number();
                self.letters.push(c);
            }
            Piece::Digit(c) => {
                self.start();
                self.number.push(c);
            }
            Piece::Mark(mark) => self.mark(mark),
            Piece::Gap => self.end_word(),
        }
    }

    fn start(&mut self) {
        if std::mem::take(&mut self.gap) {
            self.letters.push('-');
        }
        self.in_word = true;
    }

    /// Vowel quality follows its letter at once; tones wait for the end of the word.
    fn mark(&mut self, mark: char) {
        let quality = match (self.letters.chars().next_back(), mark) {
            _ if !self.number.is_empty() => None,
            (Some('a'), BREVE) | (Some('d'), 'đ') | (Some('e' | 'o'), CIRCUMFLEX) | (Some('u'), HORN) => {
                Some('{')
            }
            (Some('a'), CIRCUMFLEX) | (Some('o'), HORN) => Some('|'),
            _ => None,
        };
        if let Some(quality) = quality {
            self.letters.push(quality);
        } else if self.in_word {
            self.tone = match mark {
                '\u{300}' => Some('1'),
                '\u{309}' => Some('2'),
                '\u{303}' => Some('3'),
                '\u{301}' => Some('4'),
                '\u{323}' => Some('5'),
                _ => self.tone,
            };
        }
    }

    /// A number is its length and its digits, so that a longer number is a greater one.
    fn end_number(&mut self) {
        if self.number.is_empty() {
            return;
        }
        let digits = self.number.trim_start_matches('0');
        let length = u32::try_from(digits.len()).ok().and_then(|n| char::from_digit(n, 10)).unwrap_or(':');
        self.letters.push(length);
        self.letters.push_str(digits);
        self.number.clear();
    }

    fn end_word(&mut self) {
        self.end_number();
        if std::mem::take(&mut self.in_word) {
            self.tones.push(self.tone.take().unwrap_or('0'));
            self.gap = true;
        }
    }

    fn finish(mut self) -> String {
        self.end_word();
        if !self.letters.is_empty() {
            self.letters.push(' ');
            self.letters.push_str(&self.tones);
        }
        self.letters
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    #[test]
    fn folds_accents_case_and_d() {
        for (text, folded) in [
            ("Đồng Hỷ", "dong hy"),
            ("  CHÈ\tTân  Cương. ", "che tan cuong"),
            ("Bà Rịa - Vũng Tàu", "ba ria vung tau"),
            ("Cư M'gar", "cu mgar"),
            ("Ðắk Lắk (Buôn Ma Thuột)", "dak lak buon ma thuot"),
            ("Nước ３ sao ½", "nuoc 3 sao 1 2"),
            ("北", ""),
            ("", ""),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
    }

    #[test]
    fn decomposed_input_is_the_same() {
        let name = "Thường Tín, Ứng Hòa, Đặng Xá";
        let apart: String = name.nfd().collect();
        assert_ne!(apart, name);
        assert_eq!(fold(&apart), fold(name));
        assert_eq!(sort_key(&apart), sort_key(name));
    }

    #[test]
    fn sorts_like_a_dictionary() {
        let order = [
            "An",
            "An Bình",
            "Ăn",
            "Ân",
            "Ba",
            "Bà",
            "Bả",
            "Bã",
            "Bá",
            "Bạ",
            "Ba Bể",
            "Dạ",
            "Đa",
            "Em",
            "Êm",
            "Lang",
            "Lăng",
            "Lâng",
            "Ô 2",
            "Ô 10",
            "Ôm",
            "Ơn",
            "Tân Cương",
            "Tấn Cương",
            "Tư",
            "Xã",
        ];
        for pair in order.windows(2) {
            assert!(sort_key(pair[0]) < sort_key(pair[1]), "{} < {}", pair[0], pair[1]);
        }
    }

    #[test]
    fn the_place_of_the_tone_does_not_matter_the_tone_does() {
        assert_eq!(sort_key("Hoà Bình"), sort_key("hòa  bình"));
        assert_eq!(sort_key("Uỷ"), sort_key("ủy"));
        assert_eq!(sort_key("Phường 01"), sort_key("phường 1"));
        assert_ne!(sort_key("Văn Lang"), sort_key("Văn Lăng"));
        assert_ne!(sort_key("Hòa"), sort_key("Hóa"));
    }

    #[test]
    fn terms_are_unique_and_bounded() {
        assert_eq!(terms("Chè đinh, CHÈ nõn"), ["che", "dinh", "non"]);
        assert_eq!(terms(&"x".repeat(500)), ["x".repeat(MAX_TERM_LEN)]);
        let many: Vec<String> = (0..500).map(|n| n.to_string()).collect();
        assert_eq!(terms(&many.join(" ")).len(), MAX_TERMS);
    }

    #[test]
    fn slugs_are_cut_between_words() {
        assert_eq!(slug("Chè Tôm Nõn — hộp 100 g"), "che-tom-non-hop-100-g");
        let long = slug(&"miến dong ".repeat(20));
        assert!(long.len() <= MAX_SLUG_LEN && long.ends_with("mien-dong"), "{long}");
        assert_eq!(slug(&"a".repeat(100)).len(), MAX_SLUG_LEN);
    }

    proptest! {
        #[test]
        fn folding_is_idempotent_and_plain(text in ".{0,60}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once.clone());
            prop_assert!(once.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b' '));
            prop_assert!(!once.starts_with(' ') && !once.ends_with(' ') && !once.contains("  "));
        }

        #[test]
        fn normal_form_and_case_do_not_matter(text in "[a-zA-ZàáảãạăằắâấêềôốơờưứđĐÊƠ ]{0,40}") {
            let apart: String = text.nfd().collect();
            prop_assert_eq!(fold(&apart), fold(&text));
            prop_assert_eq!(sort_key(&apart), sort_key(&text));
            prop_assert_eq!(sort_key(&text.to_lowercase()), sort_key(&text));
        }

        #[test]
        fn keys_are_ascii_and_equal_keys_fold_equally(a in ".{0,30}", b in "[aăâáạ]{0,2}") {
            prop_assert!(sort_key(&a).is_ascii());
            for other in ["a", "ă", "â", "á", "ạ", "aa", "ắ"] {
                if sort_key(&b) == sort_key(other) {
                    prop_assert_eq!(fold(&b), fold(other));
                }
            }
        }

        #[test]
        fn slugs_and_terms_are_plain(text in ".{0,200}") {
            let slug = slug(&text);
            prop_assert!(slug.len() <= MAX_SLUG_LEN && !slug.starts_with('-') && !slug.ends_with('-'));
            prop_assert!(slug.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
            prop_assert!(terms(&text).iter().all(|t| t.len() <= MAX_TERM_LEN && !t.is_empty()));
        }
    }
}
