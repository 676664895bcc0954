//! A workflow's JSON without what no prompt depends on: places, sizes and colours, the editor's own settings, notes on
//! models. That is about half of a file, and reading it is a large part of the work.
//!
//! Lists keep all their elements, so every place keeps its pointer. What is not of the form that a workflow has is not read
//! here at all.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};

/// A part of a workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The root or a definition.
    Graph,
    Graphs,
    Definitions,
    Extra,
    Nodes,
    Node,
    Slots,
    Slot,
    /// Anything, all of it.
    Whole,
}

impl Part {
    /// What a member is; `None` for one that nothing depends on.
    fn member(self, name: &str) -> Option<Self> {
        Some(match (self, name) {
            (Self::Graph, "nodes") => Self::Nodes,
            (Self::Graph | Self::Node, "inputs" | "outputs") => Self::Slots,
            (Self::Graph, "definitions") => Self::Definitions,
            (Self::Graph, "extra") => Self::Extra,
            (Self::Graph, "id" | "name" | "links" | "state" | "last_node_id" | "last_link_id")
            | (Self::Extra, "groupNodes" | "ue_links")
            | (
                Self::Node,
                "id" | "type" | "mode" | "title" | "properties" | "widgets_values" | "widgets_values_named",
            )
            | (Self::Slot, "name" | "type" | "link" | "links" | "linkIds" | "widget" | "label") => {
                Self::Whole
            }
            (Self::Definitions, "subgraphs") => Self::Graphs,
            _ => return None,
        })
    }

    /// What an element is; `None` for what is no list.
    fn element(self) -> Option<Self> {
        match self {
            Self::Graphs => Some(Self::Graph),
            Self::Nodes => Some(Self::Node),
            Self::Slots => Some(Self::Slot),
            _ => None,
        }
    }
}

/// How `serde_json` hands numbers over, with their spelling.
const NUMBER: &str = "$serde_json::private::Number";

/// Reads a workflow; `None` when the text is none, or has another form in any of its parts.
pub(super) fn read(text: &str) -> Option<Json> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let json = Part::Graph.deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some(json)
}

impl<'de> DeserializeSeed<'de> for Part {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        match self {
            Self::Whole => serde::Deserialize::deserialize(deserializer),
            _ => deserializer.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Part {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a part of a workflow")
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        let element = self.element().ok_or_else(|| A::Error::custom("no list"))?;
        let mut elements = Vec::new();
        while let Some(element) = list.next_element_seed(element)? {
            elements.push(element);
        }
        Ok(Json::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Json, A::Error> {
        if self.element().is_some() {
            return Err(A::Error::custom("no object"));
        }
        let mut members = Map::new();
        while let Some(member) = object.next_key_seed(Name(self))? {
            match member {
                Some((name, part)) => {
                    let value = object.next_value_seed(part)?;
                    members.insert(name, value);
                }
                None => {
                    object.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Json::Object(members))
    }
}

/// The name of a member of a part, when the member is kept.
struct Name(Part);

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<(String, Part)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Option<(String, Part)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        if name == NUMBER {
            return Err(E::custom("a number"));
        }
        Ok(self.0.member(name).map(|part| (name.to_owned(), part)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_no_prompt_depends_on_is_left_out() {
        let text = r#"{"version": 0.4, "config": {}, "extra": {"ds": 1, "ue_links": [2]}, "nodes": [
            {"id": 1.50, "pos": [1, 2], "type": "A", "widgets_values": {"pos": 1}, "inputs": [{"name": "x", "shape": 7}]}, null],
            "definitions": {"subgraphs": [{"id": "s", "nodes": [], "groups": [1]}]}}"#;
        let expected = r#"{"extra":{"ue_links":[2]},"nodes":[{"id":1.50,"type":"A","widgets_values":{"pos":1},"inputs":[{"name":"x"}]},null],"definitions":{"subgraphs":[{"id":"s","nodes":[]}]}}"#;
        assert_eq!(read(text).map(|json| json.to_string()).as_deref(), Some(expected));
    }

    #[test]
    fn what_has_another_form_is_left_to_others() {
        for text in ["[]", "5", r#"{"nodes": {}}"#, r#"{"nodes": [5]}"#, r#"{"nodes": [[]]}"#, "{} x", "{"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("null"), Some(json!(null)));
    }
}
