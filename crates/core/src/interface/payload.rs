//! The flat object a caller sends: key to value.

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::source::Origin;

/// Values by key, each with where it was said. Its JSON is the flat object, in the order the keys were set.
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

impl<K: Into<String>, V: Into<Value>> FromIterator<(K, V)> for Payload {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(values: I) -> Self {
        let mut payload = Self::new();
        for (key, value) in values {
            payload.set(key, value.into(), None);
        }
        payload
    }
}

impl Serialize for Payload {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members: Map<String, Value> = Map::deserialize(deserializer)?;
        Ok(members.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_payload_is_its_flat_object_in_json() {
        let payload: Payload = [("b", json!(1)), ("a", json!("x"))].into_iter().collect();
        let text = serde_json::to_string(&payload).expect("JSON");
        assert_eq!(text, r#"{"b":1,"a":"x"}"#);
        assert_eq!(serde_json::from_str::<Payload>(&text).expect("a payload"), payload);
        assert!(serde_json::from_str::<Payload>("[1]").is_err());
    }
}
