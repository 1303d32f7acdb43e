//! A platform's category tree as it grows by its replies, and the categories that fit a product. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::platform::state::Category;
use crate::text::{fold, tidy};

/// Deepest category that is kept; more means that the platform's tree bites its tail.
const DEPTH: usize = 12;
/// Longest id and name, in characters.
const TEXT_MAX: usize = 200;
/// What stands between the names of a path.
pub const STEP: &str = " › ";

/// A category on its way into the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planted {
    /// The platform's id.
    pub id: String,
    /// Name.
    pub name: String,
    /// The category above; empty at the root.
    pub parent: String,
    /// The names from the root to it.
    pub path: String,
    /// Whether products may be put here.
    pub leaf: bool,
    /// Whether the same reply brought what is below it.
    pub expanded: bool,
}

/// The categories of a reply to the question for the children of `asked`, with their paths. Some platforms answer with
/// the whole tree at once. What has no readable id, and what hangs in the air, is left out.
pub fn planted(asked: Option<(&str, &str)>, reply: Vec<Category>) -> Vec<Planted> {
    let sound =
        |id: &str| !id.is_empty() && id.chars().count() <= TEXT_MAX && id.chars().all(|c| !c.is_control());
    let above = asked.map_or("", |(id, _)| id);
    let mut rows: BTreeMap<String, (String, String, bool)> = BTreeMap::new();
    let mut order = Vec::new();
    for Category { id, name, parent, leaf } in reply {
        let name: String = tidy(&name).chars().take(TEXT_MAX).collect();
        if sound(&id) && id != above && !rows.contains_key(&id) {
            order.push(id.clone());
            rows.insert(id, (name, parent.unwrap_or_default(), leaf));
        }
    }
    let path = |id: &str| -> Option<String> {
        let mut names = Vec::new();
        let mut at = id;
        while let Some((name, parent, _)) = rows.get(at) {
            names.push(name.as_str());
            if names.len() > DEPTH {
                return None;
            }
            at = parent;
        }
        // The root, or what was asked for. Some platforms do not name the parent they were asked for.
        match asked {
            Some((id, path)) if at == id || at.is_empty() => names.push(path),
            None if at.is_empty() => {}
            _ => return None,
        }
        names.reverse();
        (names.iter().flat_map(|names| names.split(STEP)).count() <= DEPTH).then(|| names.join(STEP))
    };
    let parents: BTreeSet<&str> = rows.values().map(|(_, parent, _)| parent.as_str()).collect();
    let one = |id: &String| {
        let (name, parent, leaf) = rows.get(id)?;
        let parent = if parent.is_empty() { above } else { parent };
        Some(Planted {
            path: path(id)?,
            name: name.clone(),
            parent: parent.to_owned(),
            leaf: *leaf,
            expanded: parents.contains(id.as_str()),
            id: id.clone(),
        })
    };
    order.iter().filter_map(one).collect()
}

/// Words that are in many names and tell nothing.
const EMPTY_WORDS: &[&str] =
    &["va", "cac", "loai", "khac", "san", "pham", "tu", "cua", "cho", "theo", "ocop"];

/// The words of a text that tell something, folded, in their order.
pub fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let telling = |word: &&str| word.len() > 1 && !EMPTY_WORDS.contains(word);
    folded.split(' ').filter(telling).map(str::to_owned).collect()
}

/// A category that may fit a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fit {
    /// The platform's id.
    pub id: String,
    /// Name.
    pub name: String,
    /// The names from the root to it.
    pub path: String,
    /// The higher, the better it fits.
    pub score: usize,
    /// Words of the product's name that its name has.
    pub name_words: Vec<String>,
    /// Words of the criteria set's name that its name has.
    pub set_words: Vec<String>,
}

/// How well a category fits a product by the words of its name and of its criteria set's; `None` where no word is the
/// same. Two words side by side in both weigh as much as one more: most Vietnamese words are written as two. A word that
/// only the path has weighs little.
pub fn fit(product: &[String], set: &[String], (id, name, path): (String, String, String)) -> Option<Fit> {
    let (own, all) = (words(&name), words(&path));
    let shared = |of: &[String], among: &[String]| -> Vec<String> {
        let mut seen = BTreeSet::new();
        of.iter().filter(|word| among.contains(word) && seen.insert(word.as_str())).cloned().collect()
    };
    let pairs = |of: &[String]| of.windows(2).filter(|two| own.windows(2).any(|pair| pair == *two)).count();
    let (name_words, set_words) = (shared(product, &own), shared(set, &own));
    if name_words.is_empty() && set_words.is_empty() {
        return None;
    }
    let beyond = shared(product, &all).len().saturating_sub(name_words.len());
    let met = own.iter().filter(|word| product.contains(word) || set.contains(word)).count();
    let score = name_words.len() * 30 + pairs(product) * 30 + set_words.len() * 20 + pairs(set) * 20 + beyond * 10
        // Of two that share the same words, the one with fewer others.
        + met * 10 / own.len().max(1);
    Some(Fit { id, name, path, score, name_words, set_words })
}

/// The best first, at most `most`.
pub fn best(mut fits: Vec<Fit>, most: usize) -> Vec<Fit> {
    fits.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| (&a.path, &a.id).cmp(&(&b.path, &b.id))));
    fits.truncate(most);
    fits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn category(id: &str, parent: Option<&str>, leaf: bool) -> Category {
        Category { id: id.into(), name: format!("N{id}"), parent: parent.map(str::to_owned), leaf }
    }

    fn told(planted: &[Planted]) -> Vec<(&str, &str, &str, bool)> {
        planted.iter().map(|p| (p.id.as_str(), p.parent.as_str(), p.path.as_str(), p.expanded)).collect()
    }

    #[test]
    fn a_reply_is_one_level_or_the_whole_tree() {
        let root = planted(None, vec![category("1", None, false), category("2", None, true)]);
        assert_eq!(told(&root), [("1", "", "N1", false), ("2", "", "N2", false)]);
        let below =
            planted(Some(("1", "N1")), vec![category("3", Some("1"), true), category("4", None, true)]);
        assert_eq!(told(&below), [("3", "1", "N1 › N3", false), ("4", "1", "N1 › N4", false)]);
        let whole = planted(
            None,
            vec![category("3", Some("2"), true), category("2", Some("1"), false), category("1", None, false)],
        );
        assert_eq!(
            told(&whole),
            [("3", "2", "N1 › N2 › N3", false), ("2", "1", "N1 › N2", true), ("1", "", "N1", true)]
        );
    }

    #[test]
    fn a_tree_that_bites_its_tail_and_ids_that_are_none_are_left_out() {
        let strange = vec![
            category("1", Some("2"), false),
            category("2", Some("1"), false),
            category("", None, true),
            category("a\0", None, true),
            category("9", Some("8"), true),
            category("7", None, true),
            category("7", Some("1"), true),
        ];
        assert_eq!(told(&planted(None, strange)), [("7", "", "N7", false)]);
    }

    #[test]
    fn the_category_with_the_products_words_comes_first() {
        let product = words("Mật ong hoa nhãn Định Hóa");
        let set = words("Mật ong, các sản phẩm từ mật ong");
        let some = [
            ("1", "Mật ong", "Thực phẩm › Mật ong và gia vị › Mật ong"),
            ("2", "Hoa khô", "Nhà cửa › Hoa khô"),
            ("3", "Gia vị", "Thực phẩm › Mật ong và gia vị › Gia vị"),
            ("4", "Mật mía", "Thực phẩm › Mật mía"),
        ];
        let owned = |(id, name, path): (&str, &str, &str)| (id.to_owned(), name.to_owned(), path.to_owned());
        let fits: Vec<_> = some.into_iter().filter_map(|c| fit(&product, &set, owned(c))).collect();
        let order: Vec<_> = best(fits, 9).into_iter().map(|fit| fit.id).collect();
        assert_eq!(order, ["1", "4", "2"]);
    }
}
