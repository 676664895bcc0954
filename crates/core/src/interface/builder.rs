//! An interface said in Rust.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{Derived, Input, Interface, Key, Media, Output, Rule, Schema, ValueType};

/// Builds an interface input by input, in display order.
///
/// ```
/// use comfyc::interface::{Builder, Exposed, Rule, Round};
///
/// let interface = Builder::new()
///     .expose(Exposed::string("6_text").title("Prompt").required())
///     .expose(
///         Exposed::integer("57_steps").title("Steps").default(20).minimum(6).maximum(20)
///             .drives("58_steps", Rule::default())
///             .drives("57_end_at_step", Rule { scale: 0.5, round: Some(Round::Floor), ..Rule::default() }),
///     )
///     .build();
/// assert_eq!(interface.inputs().len(), 2);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Builder {
    interface: Interface,
    /// The keys that are required.
    required: HashSet<Key>,
}

/// One input to publish.
#[derive(Debug, Clone)]
pub struct Exposed {
    key: Key,
    keywords: Map<String, Value>,
    derived: Vec<Derived>,
    media: Option<Media>,
    required: bool,
}

impl Builder {
    /// A builder of an interface without inputs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Publishes an input; one of the same key is replaced.
    #[must_use]
    pub fn expose(mut self, exposed: Exposed) -> Self {
        let Exposed { key, keywords, derived, media, required } = exposed;
        let mut input = Input::new(Schema::new(keywords));
        input.derived = derived;
        input.media = media.or(input.media);
        if required && self.required.insert(key.clone()) {
            self.interface.required.push(key.clone());
        }
        self.interface.inputs.insert(key, input);
        self
    }

    /// Sets the order in which required keys are published, where it is not the display order.
    #[must_use]
    pub fn require<'k>(mut self, keys: impl IntoIterator<Item = &'k str>) -> Self {
        self.interface.required = keys.into_iter().map(Key::new).collect();
        self.required = self.interface.required.iter().cloned().collect();
        self
    }

    /// Names a node whose results are the workflow's.
    #[must_use]
    pub fn output(mut self, node: impl Into<String>) -> Self {
        self.interface.outputs.push(Output { node: node.into(), title: None, origin: None });
        self
    }

    /// The interface.
    pub fn build(self) -> Interface {
        self.interface
    }
}

impl Exposed {
    /// An input of text.
    pub fn string(key: impl Into<String>) -> Self {
        Self::new(key, ValueType::String.as_str())
    }

    /// An input of whole numbers.
    pub fn integer(key: impl Into<String>) -> Self {
        Self::new(key, ValueType::Integer.as_str())
    }

    /// An input of numbers, published as `float`.
    pub fn number(key: impl Into<String>) -> Self {
        Self::new(key, "float")
    }

    /// An input of true or false.
    pub fn boolean(key: impl Into<String>) -> Self {
        Self::new(key, ValueType::Boolean.as_str())
    }

    fn new(key: impl Into<String>, ty: &str) -> Self {
        let keywords = [("title", ""), ("description", ""), ("type", ty)];
        Self {
            key: Key::new(key),
            keywords: keywords.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect(),
            derived: Vec::new(),
            media: None,
            required: false,
        }
    }

    /// Its title.
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Self {
        self.keyword("title", title.into())
    }

    /// Its description.
    #[must_use]
    pub fn description(self, description: impl Into<String>) -> Self {
        self.keyword("description", description.into())
    }

    /// The value of a caller who leaves it out.
    #[must_use]
    pub fn default(self, value: impl Into<Value>) -> Self {
        self.keyword("default", value)
    }

    /// The smallest value.
    #[must_use]
    pub fn minimum(self, value: impl Into<Value>) -> Self {
        self.keyword("minimum", value)
    }

    /// The largest value.
    #[must_use]
    pub fn maximum(self, value: impl Into<Value>) -> Self {
        self.keyword("maximum", value)
    }

    /// The values allowed.
    #[must_use]
    pub fn members<V: Into<Value>>(self, members: impl IntoIterator<Item = V>) -> Self {
        self.keyword("enum", members.into_iter().map(Into::into).collect::<Value>())
    }

    /// Any other keyword. Keywords are published in the order they are set.
    #[must_use]
    pub fn keyword(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.keywords.insert(name.into(), value.into());
        self
    }

    /// The kind of file it takes.
    #[must_use]
    pub fn media(mut self, media: Media) -> Self {
        self.media = Some(media);
        self
    }

    /// A further input that the same value drives.
    #[must_use]
    pub fn drives(mut self, target: impl Into<String>, rule: Rule) -> Self {
        self.derived.push(Derived { written: target.into(), target: None, rule });
        self
    }

    /// Makes it required.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }
}
