//! Names of producers: what the public sees of them, and how like two of them are.

use std::borrow::Cow;

use crate::text;

use super::Kind;

/// The name as the public sees it. A household's is often a person's: words with a capital become initials, as the
/// provinces print them (`Hộ kinh doanh N.V.H.`), unless they say what it is.
pub fn public_name(kind: Kind, name: &str) -> Cow<'_, str> {
    /// What households call themselves, folded, five words at most; longest first where one begins with another.
    const HEADS: [&str; 9] = [
        "ho san xuat kinh doanh",
        "ho kinh doanh",
        "co so san xuat",
        "ho san xuat",
        "ho gia dinh",
        "co so",
        "hkd",
        "homestay",
        "ho",
    ];
    if kind != Kind::Household {
        return Cow::Borrowed(name);
    }
    let words: Vec<&str> = name.split_whitespace().collect();
    let folded: Vec<String> = words.iter().take(5).map(|word| text::fold(word)).collect();
    let head = HEADS.iter().find_map(|head| {
        let said = head.split(' ').count();
        let same = head.split(' ').eq(folded.iter().take(said).map(String::as_str));
        (same && words.len() > said).then_some(said)
    });
    let (head, rest) = words.split_at(head.unwrap_or_default());
    let capital = |word: &&str| word.chars().next().is_some_and(char::is_uppercase);
    let any = rest.iter().any(capital);
    let mut out = head.join(" ");
    let mut initials = false;
    for word in rest {
        let shorten = !any || capital(word);
        let joined = shorten && initials;
        if !joined && !out.is_empty() {
            out.push(' ');
        }
        match word.chars().next() {
            Some(first) if shorten && !word.contains('.') => {
                out.extend(first.to_uppercase());
                out.push('.');
            }
            _ => out.push_str(word),
        }
        initials = shorten;
    }
    Cow::Owned(out)
}

/// What producers call themselves, folded, longest first: says nothing about which producer it is.
const FORMS: [&str; 32] = [
    "cong ty trach nhiem huu han",
    "doanh nghiep tu nhan",
    "lien hiep hop tac xa",
    "ho san xuat kinh doanh",
    "cong ty co phan",
    "mot thanh vien",
    "san xuat va kinh doanh",
    "san xuat kinh doanh",
    "trach nhiem huu han",
    "co so san xuat",
    "ho kinh doanh",
    "to hop tac",
    "hop tac xa",
    "ho san xuat",
    "trang trai",
    "nong nghiep",
    "thuong mai",
    "san xuat",
    "co phan",
    "cong ty",
    "dich vu",
    "co so",
    "tnhh",
    "dntn",
    "mtv",
    "htx",
    "hkd",
    "tht",
    "cp",
    "tm",
    "sx",
    "dv",
];

/// The words of a name that say which producer it is: `HTX miến Việt Cường` is `mien viet cuong`. A name of nothing
/// else stays whole.
fn core(name: &str) -> String {
    let whole = text::fold(name);
    let mut padded = format!(" {whole} ");
    for form in FORMS {
        padded = padded.replace(&format!(" {form} "), " ");
    }
    let words: Vec<&str> = padded.split(' ').filter(|w| !w.is_empty() && *w != "va").collect();
    if words.is_empty() { whole } else { words.join(" ") }
}

/// How like two names are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// Not.
    Other,
    /// Nearly the same letters, or one has all the words of the other.
    Similar,
    /// The same, apart from accents and the words for the legal form.
    Same,
}

/// A name made ready to be compared with many.
#[derive(Clone, Debug)]
pub struct Name {
    core: String,
    pairs: Vec<(char, char)>,
}

impl Name {
    /// Reads a name.
    pub fn new(name: &str) -> Self {
        let core = core(name);
        let mut pairs: Vec<_> = core.chars().zip(core.chars().skip(1)).collect();
        pairs.sort_unstable();
        Self { core, pairs }
    }

    /// How like another name it is. Names under two words are only compared whole.
    pub fn like(&self, other: &Self) -> Likeness {
        if self.core == other.core {
            return Likeness::Same;
        }
        let contains = |a: &Self, b: &Self| {
            b.core.contains(' ') && b.core.split(' ').all(|word| a.core.split(' ').any(|w| w == word))
        };
        // Dice's coefficient over pairs of letters, at least four fifths.
        let shared = shared(&self.pairs, &other.pairs);
        let alike = shared * 10 >= (self.pairs.len() + other.pairs.len()) * 4 && shared > 0;
        if alike || contains(self, other) || contains(other, self) {
            Likeness::Similar
        } else {
            Likeness::Other
        }
    }
}

/// How many elements two sorted lists share.
fn shared(a: &[(char, char)], b: &[(char, char)]) -> usize {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    let mut count = 0;
    while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => drop(a.next()),
            std::cmp::Ordering::Greater => drop(b.next()),
            std::cmp::Ordering::Equal => {
                count += 1;
                a.next();
                b.next();
            }
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn households_are_shortened_others_are_not() {
        for (name, public) in [
            ("Hộ kinh doanh Nguyễn Thị Búp", "Hộ kinh doanh N.T.B."),
            ("HỘ KINH DOANH NGUYỄN THỊ BÚP", "HỘ KINH DOANH N.T.B."),
            ("hộ kinh doanh nguyễn thị búp", "hộ kinh doanh N.T.B."),
            ("Cơ sở sản xuất chè Hoàng Văn Nếp", "Cơ sở sản xuất chè H.V.N."),
            ("Hộ kinh doanh N.V.H.", "Hộ kinh doanh N.V.H."),
            ("Đặng Thị Mây", "Đ.T.M."),
            ("HKD", "H."),
        ] {
            assert_eq!(public_name(Kind::Household, name), public);
        }
        assert_eq!(public_name(Kind::Cooperative, "HTX chè Hảo Đạt"), "HTX chè Hảo Đạt");
    }

    #[test]
    fn likeness_ignores_accents_and_legal_forms() {
        let like = |a: &str, b: &str| Name::new(a).like(&Name::new(b));
        assert_eq!(like("HTX chè Hảo Đạt", "Hợp tác xã Chè Hảo Đạt"), Likeness::Same);
        assert_eq!(like("Công ty TNHH MTV Trà Việt", "Công ty CP Trà Việt"), Likeness::Same);
        assert_eq!(like("HTX miến Việt Cường", "HTX Việt Cường"), Likeness::Similar);
        assert_eq!(like("HTX chè Tân Hương", "HTX chè Tân Hươg"), Likeness::Similar);
        assert_eq!(like("HTX chè Tân Hương", "HTX chè Hảo Đạt"), Likeness::Other);
        assert_eq!(like("HTX Chè", "HTX chè Hảo Đạt"), Likeness::Other);
        assert_eq!(like("HTX", "Hợp tác xã"), Likeness::Other);
    }

    proptest! {
        #[test]
        fn a_public_name_is_stable_and_hides_the_words(words in proptest::collection::vec("[A-ZĐ][a-zăâêôơưđáạ]{1,6}", 1..5)) {
            let name = format!("Hộ kinh doanh {}", words.join(" "));
            let public = public_name(Kind::Household, &name).into_owned();
            prop_assert_eq!(public_name(Kind::Household, &public), public.as_str());
            for word in words {
                prop_assert!(!public.split(' ').any(|w| w == word));
            }
        }

        #[test]
        fn likeness_is_mutual(a in ".{0,30}", b in ".{0,30}") {
            let (a, b) = (Name::new(&a), Name::new(&b));
            prop_assert_eq!(a.like(&b), b.like(&a));
            prop_assert_eq!(a.like(&a), Likeness::Same);
        }
    }
}
