//! What a node comes to hold when its inputs are set one after the other, without a graph: for what writes programs, which
//! must know what is left to say.

use serde_json::Value as Json;

use super::finish::ordered;
use super::held::Held;
use super::spec::Inputs;

/// The inputs of a node as they are set. Each value is a number that the caller knows.
#[derive(Debug)]
pub(crate) struct Trial {
    inputs: Inputs,
    declared: Vec<String>,
    widgets: usize,
}

/// What an input holds in the end.
#[derive(Debug, PartialEq)]
pub(crate) enum Found {
    /// The default.
    Default(Json),
    /// The value of this number.
    Given(usize),
}

impl Trial {
    /// A new node, or what is behind a value of a dynamic combo: see [`Spec`](super::Spec).
    pub(crate) fn new(widgets: &[(String, String)], sockets: &[String]) -> Self {
        let texts: Vec<(&str, &str)> =
            widgets.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let names: Vec<&str> = sockets.iter().map(String::as_str).collect();
        let inputs = Inputs::new(&texts, &names);
        let declared = inputs.inputs.keys().cloned().collect();
        let widgets = inputs.inputs.values().filter(|setting| !setting.socket).count();
        Self { inputs, declared, widgets }
    }

    /// Sets an input; a socket is written after the widgets.
    pub(crate) fn hold(&mut self, name: &str, value: usize, socket: bool) {
        self.inputs.hold(name, Held::Named { name: value, slot: 0 }, socket);
    }

    /// Sets repeated inputs by their names.
    pub(crate) fn grow(&mut self, name: &str, items: &[(String, usize)], widgets: bool) {
        self.inputs.forget(name);
        for (slot, value) in items {
            self.hold(&format!("{name}.{slot}"), *value, !widgets);
        }
    }

    /// Sets a dynamic combo, with the inputs behind its value.
    pub(crate) fn branch(&mut self, name: &str, value: usize, behind: Self) {
        self.inputs.branch(name, Json::Null, behind.inputs);
        self.hold(name, value, false);
    }

    /// Sets a dynamic combo to nothing that a server knows.
    pub(crate) fn branch_of_null(&mut self, name: &str) {
        self.inputs.branch(name, Json::Null, Inputs::default());
    }

    /// Leaves an input out.
    pub(crate) fn without(&mut self, name: &str) {
        self.inputs.hold(name, Held::Open, false);
    }

    /// What there is in the end, in order.
    pub(crate) fn finish(&self) -> Vec<(String, Found)> {
        ordered(self.inputs.clone(), &self.declared, self.widgets, None)
            .into_iter()
            .filter_map(|(name, held)| match held {
                Held::Json(json) => Some((name, Found::Default(json))),
                Held::Named { name: value, .. } => Some((name, Found::Given(value))),
                _ => None,
            })
            .collect()
    }
}
