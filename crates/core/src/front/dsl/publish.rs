//! What a graph written in Rust publishes.

use std::fmt;
use std::marker::PhantomData;
use std::ops::RangeInclusive;

use serde_json::Value as Json;

use super::arg::{Arg, Fills, fills};
use super::held::{Held, Input, Use};
use super::socket::{Any, Socket};
use crate::interface::{Media, Round, Rule};

/// A published input, given to as many inputs of nodes as are to follow it.
///
/// The first node that takes it as it is gives it its key, `57_steps`; all others follow.
#[derive(Clone, Copy)]
pub struct Exposed<'g> {
    input: usize,
    scale: f64,
    offset: f64,
    round: Option<Round>,
    follows: bool,
    brand: PhantomData<fn(&'g ()) -> &'g ()>,
}

/// One of the numbers of a published input that holds several, such as `"720x480"`.
#[derive(Clone, Copy)]
pub struct Part<'g> {
    input: usize,
    index: usize,
    brand: PhantomData<fn(&'g ()) -> &'g ()>,
}

/// An input to publish under this title. It is published by [`Scope::expose`](super::Scope::expose), whose calls are in
/// display order, or else where it is used.
///
/// Its type follows from the input that takes it.
pub fn input(title: impl Into<String>) -> Input {
    let keywords = [("title", Json::from(title.into())), ("description", "".into()), ("type", Json::Null)];
    let keywords = keywords.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Input { keywords, media: None, required: false }
}

impl Input {
    /// What it does.
    #[must_use]
    pub fn description(self, description: impl Into<String>) -> Self {
        self.said("description", description.into().into())
    }

    /// The value of a caller who leaves it out. The graph takes it as well.
    #[must_use]
    pub fn default<'g>(self, value: impl Fills<'g, Any>) -> Self {
        self.keyword("default", value)
    }

    /// The smallest and the largest value.
    #[must_use]
    pub fn range<'g, V: Fills<'g, Any>>(self, range: RangeInclusive<V>) -> Self {
        let (minimum, maximum) = range.into_inner();
        self.keyword("minimum", minimum).keyword("maximum", maximum)
    }

    /// The values there are.
    #[must_use]
    pub fn options<'g, V: Fills<'g, Any>>(self, options: impl IntoIterator<Item = V>) -> Self {
        let options: Json = options.into_iter().map(literal).collect();
        self.said("enum", options)
    }

    /// The kind of file it takes, where its class does not tell.
    #[must_use]
    pub fn media(mut self, media: Media) -> Self {
        self.media = Some(media);
        self
    }

    /// Makes it one that a caller must give.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Any other keyword of its schema. Keywords are published in the order they are first said, after title, description
    /// and type.
    #[must_use]
    pub fn keyword<'g>(self, name: impl Into<String>, value: impl Fills<'g, Any>) -> Self {
        self.said(name, literal(value))
    }

    fn said(mut self, name: impl Into<String>, value: Json) -> Self {
        self.keywords.insert(name.into(), value);
        self
    }
}

/// The JSON of a literal; a link is none.
fn literal<'g>(value: impl Fills<'g, Any>) -> Json {
    let value: Arg<'g, Any> = value.fill();
    match value.held() {
        Held::Json(json) => json,
        _ => Json::Null,
    }
}

impl<'g> Exposed<'g> {
    pub(super) fn new(input: usize) -> Self {
        Self { input, scale: 1.0, offset: 0.0, round: None, follows: false, brand: PhantomData }
    }

    pub(super) fn index(self) -> usize {
        self.input
    }

    /// The number at this place, counted from 0, of a value such as `"720x480"`.
    #[must_use]
    pub fn part(self, index: usize) -> Part<'g> {
        Part { input: self.input, index, brand: PhantomData }
    }

    /// This many times the value.
    #[must_use]
    pub fn scale(self, factor: f64) -> Self {
        Self { scale: self.scale * factor, offset: self.offset * factor, ..self }
    }

    /// The value and this much more.
    #[must_use]
    pub fn offset(self, more: f64) -> Self {
        Self { offset: self.offset + more, ..self }
    }

    /// The next whole number below.
    #[must_use]
    pub fn floor(self) -> Self {
        Self { round: Some(Round::Floor), ..self }
    }

    /// The next whole number above.
    #[must_use]
    pub fn ceil(self) -> Self {
        Self { round: Some(Round::Ceil), ..self }
    }

    /// The nearest whole number, halves away from zero.
    #[must_use]
    pub fn round(self) -> Self {
        Self { round: Some(Round::Nearest), ..self }
    }

    /// The value as it is, for an input that does not give it its key though it comes first.
    #[must_use]
    pub fn follow(self) -> Self {
        Self { follows: true, ..self }
    }

    pub(super) fn usage(self, ty: &'static str) -> Use {
        let rule = Rule { scale: self.scale, offset: self.offset, round: self.round };
        Use { input: self.input, part: None, rule, follows: self.follows, ty }
    }
}

impl Part<'_> {
    pub(super) fn usage(self) -> Use {
        Use { input: self.input, part: Some(self.index), rule: Rule::default(), follows: false, ty: "string" }
    }
}

fills!([T: Socket] Exposed<'g> as T, |v| Arg::new(Held::Exposed(v.usage(T::PUBLISHED), None)));
fills!([T: Socket] Part<'g> as T, |v| Arg::new(Held::Exposed(v.usage(), None)));
fills!([T: Socket] Input as T, |v| Arg::new(Held::Input(Box::new(v), T::PUBLISHED, None)));

impl fmt::Debug for Exposed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "published input {}", self.input)
    }
}

impl fmt::Debug for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "part {} of published input {}", self.index, self.input)
    }
}
