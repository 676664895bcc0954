//! Names of nodes, inputs and options as Rust identifiers: the one place where a name is bent.
//!
//! Whatever the text, the result is an identifier that `rustc` and clippy have nothing to say about: only ASCII, in the case
//! that is usual for its kind, and no keyword. Two texts may give the same one; [`Namer`] keeps those apart.

use std::collections::BTreeMap;

/// Every word that is, or is reserved as, a keyword of some edition. `Self` and `self` are no identifiers even in raw form.
const KEYWORDS: [&str; 52] = [
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do",
    "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual",
    "where", "while", "yield",
];

/// Names that are in scope everywhere: a type of such a name would hide what everyone else means by it.
const PRELUDE: [&str; 45] = [
    "AsMut",
    "AsRef",
    "AsyncFn",
    "AsyncFnMut",
    "AsyncFnOnce",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "DoubleEndedIterator",
    "Drop",
    "Eq",
    "Err",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Future",
    "Hash",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Self",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Vec",
];

/// The name of a type: `KSamplerAdvanced`, `VHS_VideoCombine` to `VHSVideoCombine`, `Image Comparer (rgthree)` to
/// `ImageComparerRgthree`. Letters keep their case but for the first of each part. A name of the standard prelude gets
/// `suffix`, and a text without a letter or digit is `Unnamed`.
pub(crate) fn type_name(text: &str, suffix: &str) -> String {
    let name = camel(text);
    if PRELUDE.contains(&name.as_str()) { format!("{name}{suffix}") } else { name }
}

/// The name of an enum's variant for an option: as [`type_name`], but a sign counts (`-1` is `Minus1`), and the prelude
/// does not, since a variant is written behind its enum.
pub(crate) fn variant_name(text: &str) -> String {
    let name = match text.strip_prefix('-').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
        Some(rest) => format!("Minus{}", camel(rest).trim_start_matches('N')),
        None => camel(text),
    };
    if name == "Self" { "SelfValue".to_owned() } else { name }
}

/// The name of a field, setter, function or variable: `noise_seed`, `fooBar` to `foo_bar`, `IMAGE` to `image`. A keyword gets
/// a trailing `_` (`type_`), and a text without a letter or digit is `unnamed`.
pub(crate) fn value_name(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for part in parts(text) {
        words.extend(words_of(&part));
    }
    let name = words.join("_");
    if name.is_empty() {
        "unnamed".to_owned()
    } else if name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("n{name}")
    } else if is_keyword(&name) {
        format!("{name}_")
    } else {
        name
    }
}

/// Whether a word cannot be an identifier as it is.
pub(crate) fn is_keyword(name: &str) -> bool {
    KEYWORDS.contains(&name)
}

/// The identifiers of one scope, each given once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Namer {
    /// Each name with the last number that was put behind it.
    taken: BTreeMap<String, u32>,
}

impl Namer {
    /// A scope in which these names are taken already.
    pub(crate) fn reserving<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        Self { taken: names.into_iter().map(|name| (name.to_owned(), 1)).collect() }
    }

    /// Whether a name is taken.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.taken.contains_key(name)
    }

    /// `wanted`, or the first of `wanted2`, `wanted3`, … that nobody else has.
    pub(crate) fn name(&mut self, wanted: impl Into<String>) -> String {
        let wanted = wanted.into();
        let Some(last) = self.taken.get(&wanted).copied() else {
            self.taken.insert(wanted.clone(), 1);
            return wanted;
        };
        let between = if wanted.ends_with(|c: char| c.is_ascii_digit()) { "_" } else { "" };
        let mut count = last;
        let mut name;
        loop {
            count = count.saturating_add(1);
            name = format!("{wanted}{between}{count}");
            if !self.taken.contains_key(&name) {
                break;
            }
        }
        self.taken.insert(wanted, count);
        self.taken.insert(name.clone(), 1);
        name
    }
}

/// The parts of a text between what is no letter or digit. A letter outside ASCII becomes the hexadecimal of its number, a
/// part of its own: `图` is `U56FE`.
fn parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            if let Some(part) = parts.last_mut() {
                part.push(c);
            }
        } else {
            if c.is_alphanumeric() {
                parts.push(format!("U{:X}", u32::from(c)));
            }
            parts.push(String::new());
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

fn camel(text: &str) -> String {
    let mut name = String::new();
    for part in parts(text) {
        let digits = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        if digits(name.chars().next_back()) && digits(part.chars().next()) {
            name.push('_');
        }
        let mut chars = part.chars();
        name.extend(chars.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(chars.as_str());
    }
    if name.is_empty() {
        "Unnamed".to_owned()
    } else if name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("N{name}")
    } else {
        name
    }
}

/// The words of a part in lower case: a new one begins where a capital follows a small letter or digit, and at the last
/// capital of several before a small letter (`HTTPServer`).
fn words_of(part: &str) -> Vec<String> {
    let chars: Vec<char> = part.chars().collect();
    let hexadecimal = chars.first() == Some(&'U')
        && chars.len() > 2
        && chars.iter().skip(1).all(|c| c.is_ascii_hexdigit() && !c.is_ascii_lowercase());
    if hexadecimal {
        return vec![part.to_ascii_lowercase()];
    }
    let mut words = vec![String::new()];
    for (i, c) in chars.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|before| chars.get(before));
        let after = chars.get(i + 1);
        let begins = c.is_ascii_uppercase()
            && before.is_some_and(|before| {
                !before.is_ascii_uppercase() || after.is_some_and(char::is_ascii_lowercase)
            });
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(c.to_ascii_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_keep_their_spelling_but_for_the_first_letter_of_each_part() {
        for (text, expected) in [
            ("KSamplerAdvanced", "KSamplerAdvanced"),
            ("ImageRemoveAlpha+", "ImageRemoveAlpha"),
            ("VHS_VideoCombine", "VHSVideoCombine"),
            ("unCLIPConditioning", "UnCLIPConditioning"),
            ("Image Comparer (rgthree)", "ImageComparerRgthree"),
            ("3DLoader", "N3DLoader"),
            ("SD 1.5", "SD1_5"),
            ("🔧 Tool", "Tool"),
            ("图 像", "U56FEU50CF"),
            ("", "Unnamed"),
            ("+", "Unnamed"),
            ("String", "StringNode"),
            ("self", "SelfNode"),
            ("move", "Move"),
            ("Strings", "Strings"),
        ] {
            assert_eq!(type_name(text, "Node"), expected, "{text}");
        }
    }

    #[test]
    fn variants_may_be_called_what_the_prelude_has() {
        for (text, expected) in
            [("none", "None"), ("self", "SelfValue"), ("-1", "Minus1"), ("16:9", "N16_9"), ("2K", "N2K")]
        {
            assert_eq!(variant_name(text), expected, "{text}");
        }
    }

    #[test]
    fn values_are_in_snake_case_and_no_keywords() {
        for (text, expected) in [
            ("noise_seed", "noise_seed"),
            ("fooBar", "foo_bar"),
            ("IMAGE", "image"),
            ("HTTPServer", "http_server"),
            ("type", "type_"),
            ("move", "move_"),
            ("Self", "self_"),
            ("gen", "gen_"),
            ("1st frame", "n1st_frame"),
            ("format.codec", "format_codec"),
            ("a__b", "a_b"),
            ("_", "unnamed"),
            ("widthX2", "width_x2"),
            ("图像 a", "u56fe_u50cf_a"),
            ("Resolution (W:H)", "resolution_w_h"),
        ] {
            assert_eq!(value_name(text), expected, "{text}");
        }
    }

    #[test]
    fn every_keyword_is_survived() {
        for word in KEYWORDS {
            assert!(!is_keyword(&value_name(word)), "{word}");
            assert!(!is_keyword(&type_name(word, "Node")), "{word}");
            assert!(!is_keyword(&variant_name(word)), "{word}");
        }
    }

    #[test]
    fn names_of_a_scope_are_numbered_from_the_second() {
        let mut scope = Namer::reserving(["new"]);
        let named: Vec<String> =
            ["a", "a", "new", "a1", "a1", "type_", "type_", "a"].map(|name| scope.name(name)).into();
        assert_eq!(named, ["a", "a2", "new2", "a1", "a1_2", "type_", "type_2", "a3"]);
    }
}
