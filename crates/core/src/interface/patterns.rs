//! The patterns of an interface as regular expressions: each is made once, and all together take no more than they should.
//!
//! A pattern of a few letters can stand for an expression of any size, and one of a few megabytes takes seconds for a text
//! that is made for it. So there are limits: for a pattern, for all patterns of an interface in the order in which it has
//! them, and for the steps of matching. A pattern beyond them is not judged, which its check says.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use regex::{Regex, RegexBuilder};
use serde_json::{Map, Value};

/// The sizes for which expressions are made, in bytes: the first that is enough is taken. The last is also the most.
const SIZES: [usize; 6] = [16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20, 10 << 20];
/// The most bytes for all expressions together.
const MOST_BYTES: usize = 64 << 20;
/// The longest pattern, and the most text in all patterns together.
const LONGEST: usize = 4 << 10;
const MOST_TEXT: usize = 64 << 10;
/// How much more work the letters of a pattern are that does not tell upper and lower case apart.
const FOLDED: usize = 16;
/// The bytes that an expression has for each of its states, about.
const STATE: usize = 64;
/// The most steps of matching: a state of an expression looks at a character. Nearly every match takes far fewer.
pub(crate) const MOST_STEPS: usize = 2_000_000_000;

/// The patterns of an interface. It is part of no comparison: it holds nothing that the inputs do not say.
#[derive(Debug, Clone, Default)]
pub(crate) struct Patterns(Arc<OnceLock<HashMap<String, Result<Pattern, Unusable>>>>);

/// A pattern that can be matched.
#[derive(Debug, Clone)]
struct Pattern {
    regex: Regex,
    /// The bytes that it may have at most.
    size: usize,
}

/// Why a pattern cannot be matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// It is no regular expression.
    Malformed,
    /// It is too large.
    TooLarge,
}

/// What a pattern says of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judged {
    /// It matches, or says nothing.
    Fits,
    /// It does not match.
    Differs,
    /// To find out takes too many steps.
    TooMany,
}

impl Judged {
    pub(crate) fn fits(fits: bool) -> Self {
        if fits { Self::Fits } else { Self::Differs }
    }
}

/// The steps that are left for matching.
#[derive(Debug)]
pub(crate) struct Steps(usize);

impl Steps {
    /// Those for one payload.
    pub(crate) fn new() -> Self {
        Self(MOST_STEPS)
    }
}

impl PartialEq for Patterns {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Patterns {
    /// The patterns of these schemas, which are made unless they were.
    pub(super) fn made_for<'s>(&self, schemas: impl Iterator<Item = &'s Map<String, Value>>) -> &Self {
        self.0.get_or_init(|| {
            let mut maker = Maker::new();
            let mut made = HashMap::new();
            for schema in schemas {
                for pattern in patterns_in(schema) {
                    if !made.contains_key(pattern) {
                        made.insert(pattern.to_owned(), maker.make(pattern));
                    }
                }
            }
            made
        });
        self
    }

    /// Whether a pattern can be matched.
    pub(crate) fn usable(&self, pattern: &str) -> Result<(), Unusable> {
        match self.0.get().and_then(|made| made.get(pattern)) {
            Some(Ok(_)) => Ok(()),
            Some(Err(unusable)) => Err(*unusable),
            None => Maker::new().make(pattern).map(|_| ()),
        }
    }

    /// Matches a text.
    pub(crate) fn judge(&self, pattern: &str, text: &str, steps: &mut Steps) -> Judged {
        let made = self.0.get().and_then(|made| made.get(pattern));
        let now = if made.is_none() { Some(Maker::new().make(pattern)) } else { None };
        let Some(Ok(pattern)) = made.or(now.as_ref()) else { return Judged::Fits };
        let Some(left) = steps.0.checked_sub((pattern.size / STATE).saturating_mul(text.len())) else {
            return Judged::TooMany;
        };
        steps.0 = left;
        Judged::fits(pattern.regex.is_match(text))
    }
}

/// The patterns of a schema and of those inside it, as far as they are judged.
fn patterns_in(schema: &Map<String, Value>) -> Vec<&str> {
    let mut found = Vec::new();
    let mut open = vec![schema];
    while let Some(schema) = open.pop() {
        found.extend(schema.get("pattern").and_then(Value::as_str));
        let properties = schema.get("properties").and_then(Value::as_object);
        open.extend(properties.into_iter().flat_map(Map::values).filter_map(Value::as_object).rev());
        let inside = ["additionalProperties", "items"].into_iter().filter_map(|keyword| schema.get(keyword));
        open.extend(inside.filter_map(Value::as_object));
    }
    found
}

/// Makes expressions as long as there is room.
struct Maker {
    bytes: usize,
    text: usize,
}

impl Maker {
    fn new() -> Self {
        Self { bytes: MOST_BYTES, text: MOST_TEXT }
    }

    fn make(&mut self, pattern: &str) -> Result<Pattern, Unusable> {
        let weight = if is_folded(pattern) { FOLDED } else { 1 };
        let text = self.text.checked_sub(pattern.len().saturating_mul(weight));
        let (Some(text), true) = (text, pattern.len() <= LONGEST) else { return Err(Unusable::TooLarge) };
        self.text = text;
        for size in SIZES {
            let Some(bytes) = self.bytes.checked_sub(size) else { break };
            match RegexBuilder::new(pattern).size_limit(size).dfa_size_limit(1 << 20).build() {
                Ok(regex) => {
                    self.bytes = bytes;
                    return Ok(Pattern { regex, size });
                }
                Err(regex::Error::CompiledTooBig(_)) => {}
                Err(_) => return Err(Unusable::Malformed),
            }
        }
        self.bytes = self.bytes.saturating_sub(SIZES.last().copied().unwrap_or_default());
        Err(Unusable::TooLarge)
    }
}

/// Whether a pattern may hold a flag by which upper and lower case are one.
fn is_folded(pattern: &str) -> bool {
    pattern.split("(?").skip(1).any(|group| {
        let flags = group.split(|c: char| !c.is_ascii_alphabetic() && c != '-').next().unwrap_or_default();
        flags.contains('i')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(pattern: &str, text: &str) -> Judged {
        Patterns::default().judge(pattern, text, &mut Steps::new())
    }

    #[test]
    fn patterns_of_real_schemas_are_matched() {
        for (pattern, text, expected) in [
            ("^a+$", "aaa", Judged::Fits),
            ("^a+$", "b", Judged::Differs),
            (r"^\w{1,64}$", "abc", Judged::Fits),
            (r"^\w{1,100}$", "a b", Judged::Differs),
            (r"^.{1,2000}$", "", Judged::Differs),
            (r"(?i)^https?://[^\s]+$", "HTTP://x", Judged::Fits),
            ("(", "anything", Judged::Fits),
        ] {
            assert_eq!(judge(pattern, text), expected, "{pattern}");
        }
    }

    #[test]
    fn patterns_beyond_the_limits_are_too_large() {
        let usable = |pattern: &str| Patterns::default().usable(pattern);
        assert_eq!(usable("("), Err(Unusable::Malformed));
        assert_eq!(usable(r"\w{1000}\w{1000}"), Err(Unusable::TooLarge));
        assert_eq!(usable(&"a".repeat(5_000)), Err(Unusable::TooLarge));
        assert_eq!(usable(&format!("(?s-i:{})", "[a-z]".repeat(700))), Ok(()));
        assert_eq!(usable(&format!("(?mi:{})", "[a-z]".repeat(820))), Err(Unusable::TooLarge));
    }

    #[test]
    fn all_patterns_of_an_interface_share_their_room() {
        let schemas: Vec<Map<String, Value>> = (0..500)
            .map(|i| Map::from_iter([("pattern".to_owned(), format!(r"\w{{1,100}}x{i}").into())]))
            .collect();
        let patterns = Patterns::default();
        patterns.made_for(schemas.iter());
        let usable = (0..500).filter(|i| patterns.usable(&format!(r"\w{{1,100}}x{i}")).is_ok()).count();
        assert!((1..20).contains(&usable), "{usable}");
    }

    #[test]
    fn matching_has_an_end() {
        // Made to keep thousands of states awake at every letter.
        let pattern = "[ab]*a[ab]{5000}[cd]";
        assert_eq!(judge(pattern, &"ab".repeat(10)), Judged::Differs);
        assert_eq!(judge(pattern, &"ab".repeat(500_000)), Judged::TooMany);
        assert_eq!(judge("^a", &"ab".repeat(500_000)), Judged::Fits);
    }
}
