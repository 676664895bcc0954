//! What a caller gives for the published inputs of a workflow.

use serde_json::Value;

use crate::diagnostic::Findings;
use crate::front::document;
use crate::graph::Graph;
use crate::interface::{Interface, Payload, ValueType};
use crate::source::{Origin, Pointer, Source, Syntax};

/// The name under which assignments are shown in reports.
const ASSIGNMENTS: &str = "--set";

/// Values for published inputs: those of a payload, those of a payload's text, and assignments of text to keys, of which
/// later ones replace earlier ones.
///
/// The text of an assignment is read by the type that is published for its key: `6` is a number where one is asked for and a
/// text where a text is. Text that is not of the type stays text, and the check says so.
#[derive(Debug, Clone, Default)]
pub struct Given {
    payload: Payload,
    text: Option<(String, Vec<u8>)>,
    set: Vec<(String, String)>,
}

impl Given {
    /// The same with the values of a payload's JSON text, under this name in reports.
    #[must_use]
    pub fn with_text(self, name: impl Into<String>, text: impl Into<Vec<u8>>) -> Self {
        Self { text: Some((name.into(), text.into())), ..self }
    }

    /// The same with one more assignment.
    #[must_use]
    pub fn set(mut self, key: impl Into<String>, text: impl Into<String>) -> Self {
        self.set.push((key.into(), text.into()));
        self
    }

    /// Whether nothing is given.
    pub fn is_empty(&self) -> bool {
        self.payload.is_empty() && self.text.is_none() && self.set.is_empty()
    }

    /// The keys that are assigned.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.set.iter().map(|(key, _)| key.as_str())
    }

    /// The values for `interface`. Their texts are added to `findings`. `None` if the text of the payload is none: the findings
    /// then say why, and what is missing without it is not to be told besides.
    pub(super) fn values(
        &self,
        interface: &Interface,
        graph: Option<&Graph>,
        findings: &mut Findings,
    ) -> Option<Payload> {
        let mut payload = self.payload.clone();
        if let Some((name, text)) = &self.text {
            let read = read_payload(name, text.clone(), findings)?;
            if payload.is_empty() {
                payload = read;
            } else {
                for (key, value) in read.iter() {
                    payload.set(key, value.clone(), read.origin_of(key).cloned());
                }
            }
        }
        if self.set.is_empty() {
            return Some(payload);
        }
        let shown: Vec<String> =
            self.set.iter().map(|(key, text)| format!("{key}={text}").replace('\n', "⏎")).collect();
        let id = findings.sources.add(Source::new(ASSIGNMENTS, Syntax::Assignments, shown.join("\n")));
        for (key, text) in &self.set {
            let origin = Origin::value(id, Pointer::root().join(key));
            payload.set(key, typed(key, text, graph, interface), Some(origin));
        }
        Some(payload)
    }
}

/// Reads the text of a payload; if it is none, the findings say why.
pub(super) fn read_payload(name: &str, text: Vec<u8>, findings: &mut Findings) -> Option<Payload> {
    let id = findings.add_text(name, Syntax::Json, text)?;
    let read = document::parse_payload(findings.sources.get(id)?, id);
    read.map_err(|found| findings.diagnostics.push(found)).ok()
}

/// The value that a text stands for under a key: text where text is published, or where nothing is and the graph holds text;
/// else the JSON it spells, or the text itself where it spells none.
fn typed(key: &str, text: &str, graph: Option<&Graph>, interface: &Interface) -> Value {
    let ty = interface.input(key).map(|input| (input.schema.value_type(), input.schema.types().is_none()));
    let holds_text = || {
        let target = interface.input(key).and_then(|input| input.targets.first());
        let held = target.and_then(|target| graph?.node(target.node.as_str())?.literal(&target.input));
        held.is_some_and(Value::is_string)
    };
    match ty {
        Some((Some(ValueType::String), _)) => text.into(),
        Some((None, true)) if holds_text() => text.into(),
        _ => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
    }
}

impl From<Payload> for Given {
    fn from(payload: Payload) -> Self {
        Self { payload, ..Self::default() }
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Given {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(assignments: I) -> Self {
        assignments.into_iter().fold(Self::default(), |given, (key, text)| given.set(key, text))
    }
}

impl<K: Into<String>, V: Into<String>, const N: usize> From<[(K, V); N]> for Given {
    fn from(assignments: [(K, V); N]) -> Self {
        assignments.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::interface::{Builder, Exposed};

    #[test]
    fn text_is_read_by_the_published_type() {
        let interface = Builder::new()
            .expose(Exposed::integer("1_steps"))
            .expose(Exposed::string("2_text"))
            .expose(Exposed::boolean("3_on"))
            .build();
        let given =
            Given::from([("1_steps", "6"), ("2_text", "6"), ("3_on", "true"), ("4_x", "[1]"), ("5_y", "a")]);
        let payload = given.values(&interface, None, &mut Findings::default()).unwrap();
        let expected = json!({"1_steps": 6, "2_text": "6", "3_on": true, "4_x": [1], "5_y": "a"});
        assert_eq!(payload.to_json(), expected);
    }

    #[test]
    fn later_values_replace_earlier_ones() {
        let payload: Payload = [("a", 1), ("b", 1), ("c", 1)].into_iter().collect();
        let text = r#"{"b": 2, "c": 2}"#;
        let given = Given::from(payload).with_text("p.json", text).set("c", "2").set("c", "3");
        let mut findings = Findings::default();
        let payload = given.values(&Interface::new(), None, &mut findings).unwrap();
        assert_eq!(payload.to_json(), json!({"a": 1, "b": 2, "c": 3}));
        assert!(findings.diagnostics.is_empty());
    }
}
