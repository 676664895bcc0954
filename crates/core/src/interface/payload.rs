//! The flat object a caller sends: key to value.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::source::Origin;

/// Values by key, each with where it was said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Payload {
    values: IndexMap<String, (Value, Option<Origin>)>,
    origin: Option<Origin>,
}

impl Payload {
    /// A payload without a place in a document.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty payload said at this place.
    pub fn at(origin: Origin) -> Self {
        Self { values: IndexMap::new(), origin: Some(origin) }
    }

    /// Sets a key, which keeps its place when it was set before.
    pub fn set(&mut self, key: impl Into<String>, value: Value, origin: Option<Origin>) {
        self.values.insert(key.into(), (value, origin));
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.values.get(key).map(|(value, _)| value)
    }

    /// Where the value of a key was said.
    pub fn origin_of(&self, key: &str) -> Option<&Origin> {
        self.values.get(key)?.1.as_ref()
    }

    /// Where the payload itself was said.
    pub fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// Keys and values in the order they were set.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter().map(|(key, (value, _))| (key.as_str(), value))
    }

    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The JSON object to send.
    pub fn to_json(&self) -> Value {
        Value::Object(self.iter().map(|(key, value)| (key.to_owned(), value.clone())).collect::<Map<_, _>>())
    }
}
