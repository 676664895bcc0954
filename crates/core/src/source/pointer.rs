//! JSON Pointers (RFC 6901).
//!
//! Every part of a graph has one, and hardly any is ever looked at. So a pointer is its last token and the steps before
//! that, shared by all that have them, and its text is written when it is asked for.

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

    fn steps(&self) -> Vec<&Token> {
        let before = std::iter::successors(self.before.as_deref(), |step| step.before.as_deref());
        let mut steps: Vec<&Token> = self.last.iter().chain(before.map(|step| &step.token)).collect();
        steps.reverse();
        steps
    }
}

/// As RFC 6901 writes it.
impl Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.steps().into_iter().try_for_each(|token| {
            f.write_char('/')?;
            write!(Escaped(f), "{token}")
        })
    }
}

impl PartialEq for Pointer {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
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
        self.to_string().cmp(&other.to_string())
    }
}

impl Hash for Pointer {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.to_string().hash(state);
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

pub(super) fn push_token(pointer: &mut String, token: impl Display) {
    pointer.push('/');
    // Writing to memory cannot fail.
    let _ = write!(Escaped(pointer), "{token}");
}

/// Writes text as a token of a pointer.
struct Escaped<'a, W>(&'a mut W);

impl<W: Write> Write for Escaped<'_, W> {
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
