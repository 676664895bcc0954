//! What can be wrong with a user's document, as data.
//!
//! A [`Problem`] is what is wrong, with typed fields; a [`Diagnostic`] is a problem at a place; [`Diagnostics`] are all
//! those of one document, in the order they were found. Nothing here holds pre-formatted text: message, label and help
//! are made from the fields when a [`Report`] joins a diagnostic with the sources to show it. Codes are registered once,
//! in [`Code`]; each has a page under `pages/`. [`Levels`] say which kinds of problem a project takes more or less seriously.
//!
//! Errors about the world (files, networks, servers) are not diagnostics and have no place here.

mod code;
mod excerpt;
mod findings;
mod fix;
mod guesses;
mod json;
mod levels;
mod problem;
mod report;
mod shorten;
mod value;
mod words;

use std::collections::BTreeSet;

pub use code::{Code, Severity};
pub use findings::Findings;
pub use fix::{Edit, Fix, apply};
pub(crate) use fix::{sole, spelled};
pub(crate) use guesses::Guesses;
pub(crate) use json::json_error;
pub(crate) use levels::lints_schema;
pub use levels::{Level, Levels, Misplaced};
pub use problem::{Idle, Limit, Misbuilt, Names, Problem, Subject};
pub use report::{Place, Related, Rendered, Report, Reported, render};
pub(crate) use value::{kind_of, plain};
pub(crate) use words::show;

use crate::source::Origin;

/// One problem at one place.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    /// What is wrong.
    pub problem: Problem,
    /// Where, when that is known.
    pub origin: Option<Origin>,
    /// Other places that belong to it, each with what it is.
    pub related: Vec<(Origin, &'static str)>,
    /// How bad it is here, where [`Levels`] say something else than its code does.
    pub level: Option<Severity>,
    /// How to put it right, where there is but one way.
    pub fix: Option<Fix>,
}

/// The problems of one document, in the order they were found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostic {
    /// A problem at a place. Texts that are too long for a report are shortened.
    pub fn new(mut problem: Problem, origin: Option<Origin>) -> Self {
        problem.shorten();
        Self { problem, origin, related: Vec::new(), level: None, fix: None }
    }

    /// The same with another place that belongs to it; nothing is added when the place is not known.
    #[must_use]
    pub fn with_related(mut self, origin: Option<Origin>, label: &'static str) -> Self {
        self.related.extend(origin.map(|origin| (origin, label)));
        self
    }

    /// The same with a way to put it right.
    #[must_use]
    pub fn with_fix(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix;
        self
    }

    /// The code of the problem.
    pub fn code(&self) -> Code {
        self.problem.code()
    }

    /// How bad it is: as its code says, unless [`Levels`] say otherwise.
    pub fn severity(&self) -> Severity {
        self.level.unwrap_or_else(|| self.code().severity())
    }
}

impl Diagnostics {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Adds a problem at a place.
    pub fn report(&mut self, problem: Problem, origin: Option<Origin>) {
        self.0.push(Diagnostic::new(problem, origin));
    }

    /// Adds all of `other`.
    pub fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Takes out those after the first `at`.
    #[must_use]
    pub fn split_off(&mut self, at: usize) -> Self {
        Self(self.0.split_off(at.min(self.0.len())))
    }

    /// Whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|d| d.severity() == Severity::Error)
    }

    /// How many there are of `severity`.
    pub fn count(&self, severity: Severity) -> usize {
        self.0.iter().filter(|d| d.severity() == severity).count()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }

    /// The set of codes among them.
    pub fn codes(&self) -> BTreeSet<Code> {
        self.0.iter().map(Diagnostic::code).collect()
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(diagnostics: I) -> Self {
        Self(diagnostics.into_iter().collect())
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// The candidates nearest to what was written, best first and at most three: what a report suggests instead.
///
/// A candidate is near when it differs by at most a quarter of its letters, or by two in a short name, or when it ends in what was written after the
/// node id (`text` for `6_text`).
pub fn nearest<'c>(written: &str, candidates: impl IntoIterator<Item = &'c str>) -> Vec<String> {
    let mut no_end = usize::MAX;
    nearest_for(&mut no_end, written, candidates)
}

/// The same among the first candidates that the work of comparing leaves time for: it is taken from `left`.
fn nearest_for<C: AsRef<str>>(
    left: &mut usize,
    written: &str,
    candidates: impl IntoIterator<Item = C>,
) -> Vec<String> {
    /// Names longer than this are not compared: the cost is quadratic and no real name comes near it.
    const LONGEST: usize = 256;
    /// How many pairs of letters are compared while one candidate is passed over.
    const PAIRS: usize = 4;
    if written.len() > LONGEST {
        return Vec::new();
    }
    let wanted = written.to_lowercase();
    let (length, letters) = (wanted.chars().count(), letters(&wanted));
    let mut scored: Vec<(usize, C)> = Vec::new();
    for candidate in candidates {
        if *left == 0 {
            break;
        }
        *left -= 1;
        let text = candidate.as_ref();
        if text.len() > LONGEST || text == written {
            continue;
        }
        let before = text.strip_suffix(written).and_then(|before| before.strip_suffix('_'));
        let suffix = before.is_some_and(|node| !node.contains('_'));
        let count = if text.is_ascii() { text.len() } else { text.chars().count() };
        let limit = (count / 4).max(2);
        // Each edit changes the length by one at most, and brings or takes one letter at most.
        if !suffix && count.abs_diff(length) > limit {
            continue;
        }
        let own = if text.is_ascii() { self::letters(text) } else { self::letters(&text.to_lowercase()) };
        if !suffix && lacking(&letters, &own).max(lacking(&own, &letters)) > limit {
            continue;
        }
        *left = left.saturating_sub(count * length / PAIRS);
        let distance = strsim::damerau_levenshtein(&wanted, &text.to_lowercase());
        if suffix || distance <= limit {
            scored.push((distance, candidate));
        }
    }
    let mut scored: Vec<(usize, &str)> =
        scored.iter().map(|(distance, candidate)| (*distance, candidate.as_ref())).collect();
    scored.sort_unstable();
    scored.dedup();
    scored.into_iter().take(3).map(|(_, candidate)| candidate.to_owned()).collect()
}

/// How often a text has each character, with those that differ by 64, and both cases of a plain letter, taken for one.
type Letters = [u8; 64];

fn letters(text: &str) -> Letters {
    let mut counts: Letters = [0; 64];
    for c in text.chars() {
        let c = c.to_ascii_lowercase();
        if let Some(count) = usize::try_from(u32::from(c) % 64).ok().and_then(|at| counts.get_mut(at)) {
            *count = count.saturating_add(1);
        }
    }
    counts
}

/// How many characters of one text the other does not have.
fn lacking(one: &Letters, other: &Letters) -> usize {
    one.iter().zip(other).map(|(one, other)| usize::from(one.saturating_sub(*other))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_few_and_best_first() {
        let keys = ["6_text", "62_image", "57_steps", "7_text"];
        assert_eq!(nearest("6_txt", keys), ["6_text", "7_text"]);
        assert_eq!(nearest("text", keys), ["6_text", "7_text"]);
        assert!(nearest("completely_other", keys).is_empty());
    }
}
