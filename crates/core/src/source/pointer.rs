//! JSON Pointers (RFC 6901).
//!
//! Every part of a graph has one, and hardly any is ever looked at. So a pointer is its last token and the steps before
//! that, shared by all that have them, and its text is written when it is asked for.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::{self, Display, Write};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A JSON Pointer: `""` is the whole document, `/57/inputs/steps` a member of a member. Pointers are compared by their text.
///
/// A pointer is as long as its place is deep, which the parsers bound.
#[derive(Debug, Clone, Default)]
pub struct Pointer {
    before: Steps,
    /// The last token, as long as no other pointer goes on from here.
    last: Option<Token>,
}

/// Steps from the root down that pointers share.
type Steps = Option<Arc<Step>>;

/// The last of such steps.
#[derive(Debug)]
struct Step {
    before: Steps,
    token: Token,
}

/// One step of a pointer: the name of a member or the position of an element.
#[derive(Debug, Clone)]
pub enum Token {
    /// A position.
    Index(usize),
    /// A name that a format knows.
    Field(&'static str),
    /// A name that is the document's own.
    Name(Box<str>),
}

impl Pointer {
    /// The pointer to the whole document.
    pub fn root() -> Self {
        Self::default()
    }

    /// The pointer to member or element `token` of what this points at.
    #[must_use]
    pub fn join(&self, token: impl Into<Token>) -> Self {
        Self { before: self.clone().into_steps(), last: Some(token.into()) }
    }

    /// The same pointer, made to be gone on from more than once.
    #[must_use]
    pub(crate) fn shared(self) -> Self {
        Self { before: self.into_steps(), last: None }
    }

    fn into_steps(self) -> Steps {
        match self.last {
            Some(token) => Some(Arc::new(Step { before: self.before, token })),
            None => self.before,
        }
    }

    /// The unescaped tokens from the root down.
    pub fn tokens(&self) -> impl Iterator<Item = String> + '_ {
        self.steps().into_iter().map(Token::to_string)
    }

    pub(super) fn steps(&self) -> Vec<&Token> {
        let mut steps: Vec<&Token> = self.upwards().map(|(_, token)| token).collect();
        steps.reverse();
        steps
    }

    /// The tokens from the last one up to the root, each with what tells the place from others where it is shared: the same
    /// address is the same place.
    pub(super) fn upwards(&self) -> impl Iterator<Item = (Option<Address>, &Token)> {
        let before = std::iter::successors(self.before.as_deref(), |step| step.before.as_deref());
        let shared = before.map(|step| (Some(Address(std::ptr::from_ref(step))), &step.token));
        self.last.iter().map(|token| (None, token)).chain(shared)
    }

    /// Whether its text has at most `longest` bytes.
    pub(crate) fn is_within(&self, longest: usize) -> bool {
        let least: usize = self.upwards().map(|(_, token)| 1 + token.least_length()).sum();
        least <= longest && self.to_string().len() <= longest
    }

    /// The text of the innermost place around this one, or of this one itself, whose text has at most `longest` bytes.
    pub(crate) fn within(&self, longest: usize) -> String {
        let mut text = String::new();
        for token in self.steps() {
            let before = text.len();
            if before + 1 + token.least_length() <= longest {
                // Writing to memory cannot fail.
                let _ = write_token(&mut text, token);
            }
            if before == text.len() || text.len() > longest {
                text.truncate(before);
                break;
            }
        }
        text
    }
}

/// Where steps that pointers share are kept. It is only ever compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Address(*const Step);

/// A token as it is compared: whatever the document holds there, `5` is a position in a list and a name in an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Key<'a> {
    Index(usize),
    Name(&'a str),
}

impl<'a> Key<'a> {
    pub(super) fn of(name: &'a str) -> Self {
        let is_index = name == "0"
            || (!name.starts_with('0') && !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()));
        let index = if is_index { name.parse().ok() } else { None };
        index.map_or(Self::Name(name), Self::Index)
    }
}

impl Token {
    pub(super) fn key(&self) -> Key<'_> {
        match self {
            Self::Index(index) => Key::Index(*index),
            Self::Field(name) => Key::of(name),
            Self::Name(name) => Key::of(name),
        }
    }

    pub(super) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Index(index) => index.to_string().into(),
            Self::Field(name) => (*name).into(),
            Self::Name(name) => (&**name).into(),
        }
    }

    /// The bytes of the token before what must be escaped is.
    fn least_length(&self) -> usize {
        match self {
            Self::Index(_) => 1,
            Self::Field(name) => name.len(),
            Self::Name(name) => name.len(),
        }
    }
}

fn write_token(out: &mut impl Write, token: &Token) -> fmt::Result {
    out.write_char('/')?;
    write!(Tildes(out), "{token}")
}

/// As RFC 6901 writes it.
impl Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.steps().into_iter().try_for_each(|token| write_token(f, token))
    }
}

/// Texts are equal when their tokens are, so nothing is written, and steps that are shared are not looked at.
impl PartialEq for Pointer {
    fn eq(&self, other: &Self) -> bool {
        let (mut one, mut two) = (self.upwards(), other.upwards());
        loop {
            match (one.next(), two.next()) {
                (None, None) => return true,
                (Some((Some(a), _)), Some((Some(b), _))) if a == b => return true,
                (Some((_, a)), Some((_, b))) if a.key() == b.key() => {}
                _ => return false,
            }
        }
    }
}

impl Eq for Pointer {}

impl PartialOrd for Pointer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Pointer {
    fn cmp(&self, other: &Self) -> Ordering {
        if self == other { Ordering::Equal } else { self.to_string().cmp(&other.to_string()) }
    }
}

impl Hash for Pointer {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.upwards().for_each(|(_, token)| token.key().hash(state));
    }
}

impl Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => index.fmt(f),
            Self::Field(name) => f.write_str(name),
            Self::Name(name) => f.write_str(name),
        }
    }
}

impl From<usize> for Token {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

impl From<&usize> for Token {
    fn from(index: &usize) -> Self {
        Self::Index(*index)
    }
}

impl From<&str> for Token {
    fn from(name: &str) -> Self {
        Self::Name(name.into())
    }
}

impl From<&String> for Token {
    fn from(name: &String) -> Self {
        Self::Name(name.as_str().into())
    }
}

impl From<String> for Token {
    fn from(name: String) -> Self {
        Self::Name(name.into())
    }
}

/// Writes text as a token of a pointer.
struct Tildes<'a, W>(&'a mut W);

impl<W: Write> Write for Tildes<'_, W> {
    fn write_str(&mut self, token: &str) -> fmt::Result {
        if !token.contains(['~', '/']) {
            return self.0.write_str(token);
        }
        token.chars().try_for_each(|c| match c {
            '~' => self.0.write_str("~0"),
            '/' => self.0.write_str("~1"),
            other => self.0.write_char(other),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn pointers_are_equal_when_their_texts_are() {
        let root = Pointer::root();
        let shared = root.join("a").shared();
        let pointers = [
            root.clone(),
            root.join(""),
            root.join("a"),
            shared.clone(),
            root.join("a/b"),
            root.join("a").join("b"),
            shared.join("b"),
            shared.join("b"),
            shared.join("b").shared(),
            root.join("b"),
            root.join(5),
            root.join("5"),
            root.join("05"),
            root.join(Token::Field("5")),
            root.join(0),
            root.join("0"),
            root.join("5").join("a"),
            root.join(5).shared().join("a"),
            root.join("99999999999999999999999"),
        ];
        for one in &pointers {
            for two in &pointers {
                assert_eq!(one == two, one.to_string() == two.to_string(), "{one} {two}");
                assert_eq!(one.cmp(two), one.to_string().cmp(&two.to_string()), "{one} {two}");
            }
        }
        let texts: HashSet<String> = pointers.iter().map(ToString::to_string).collect();
        assert_eq!(pointers.iter().collect::<HashSet<_>>().len(), texts.len());
    }

    #[test]
    fn a_long_pointer_gives_way_to_the_place_around_it() {
        let pointer = Pointer::root().join("a~").join(12).join("x".repeat(50)).join("b");
        for (longest, text) in [(0, ""), (3, ""), (4, "/a~0"), (6, "/a~0"), (7, "/a~0/12"), (57, "/a~0/12")] {
            assert_eq!(pointer.within(longest), text, "{longest}");
        }
        assert_eq!(pointer.within(100), pointer.to_string());
    }
}
