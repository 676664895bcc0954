//! The types of outputs, those of match types included: what a variable is when the program compiles.

use std::collections::{BTreeMap, HashMap};

use super::plan::Plan;
use crate::back::rust::model::{ClassModel, InputModel, Model, Takes};
use crate::back::rust::ty::Ty;
use crate::catalog::{Autogrow, Kind};
use crate::graph::{Link, Node, Value};

/// An output without a type.
pub(super) const ANY: &str = "socket::Any";

/// The types of a plan's nodes.
#[derive(Debug, Default)]
pub(super) struct Types {
    /// What the type parameters of each node stand for.
    generics: HashMap<usize, BTreeMap<char, String>>,
    outputs: HashMap<(usize, i64), String>,
}

impl Types {
    /// The types, node by node in the order in which they are added, since types follow links.
    pub(super) fn of(plan: &Plan<'_>, model: &Model<'_>) -> Self {
        let mut types = Self::default();
        for node in plan.in_order() {
            let Some(class) = plan.nodes.get(node).and_then(|planned| class_of(planned.node, model)) else {
                continue;
            };
            let generics = types.parameters(node, class, plan, model);
            for (slot, output) in (0..).zip(&class.outputs) {
                let ty = match &output.ty {
                    Ty::Socket(path) | Ty::Union(path) => path.clone(),
                    Ty::Generic(name) => generics.get(name).cloned().unwrap_or_else(|| ANY.to_owned()),
                    Ty::Any | Ty::Choice(_) | Ty::Choices(_) => ANY.to_owned(),
                };
                types.outputs.insert((node, slot), ty);
            }
            types.generics.insert(node, generics);
        }
        types
    }

    /// The type of an output.
    pub(super) fn output(&self, node: usize, slot: i64) -> &str {
        self.outputs.get(&(node, slot)).map_or(ANY, String::as_str)
    }

    /// The type at the other end of a link.
    pub(super) fn link(&self, link: &Link, to: usize, plan: &Plan<'_>) -> &str {
        match plan.wire(link, to) {
            Some(super::Wire::Output(from, slot)) => self.output(from, slot),
            _ => ANY,
        }
    }

    /// What a type parameter of a node stands for; nothing where no link says it.
    pub(super) fn parameter(&self, node: usize, name: char) -> Option<&str> {
        self.generics.get(&node)?.get(&name).map(String::as_str)
    }

    /// What the first link says of each type parameter.
    fn parameters(
        &self,
        node: usize,
        class: &ClassModel<'_>,
        plan: &Plan<'_>,
        model: &Model<'_>,
    ) -> BTreeMap<char, String> {
        let mut found = BTreeMap::new();
        let Some(planned) = plan.nodes.get(node).filter(|_| !class.generics.is_empty()) else { return found };
        for input in model.fields(class.set) {
            let (name, link) = match &input.takes {
                Takes::Link(Ty::Generic(name)) => (
                    *name,
                    match planned.node.value(&input.name) {
                        Some(Value::Link(link)) => Some(link),
                        _ => None,
                    },
                ),
                Takes::Grow { element: Ty::Generic(name), .. } => {
                    (*name, repeated(input, "", planned.node).and_then(|links| links.into_iter().next()))
                }
                _ => continue,
            };
            let Some(link) = link.filter(|_| !found.contains_key(&name)) else { continue };
            let fits = class
                .generics
                .iter()
                .find(|generic| generic.name == name)
                .and_then(|generic| generic.fits.as_deref());
            let source = self.link(link, node, plan);
            let fitting = fits.is_none_or(|union| is_member(model, union, source));
            found.insert(name, if fitting { source.to_owned() } else { ANY.to_owned() });
        }
        found
    }
}

/// The generated class of a node, where the node can be written with it.
pub(super) fn class_of<'m, 'c>(node: &Node, model: &'m Model<'c>) -> Option<&'m ClassModel<'c>> {
    model.classes.get(node.class()?).filter(|_| node.has_inputs())
}

/// Whether an output of this type fits a union as it is.
pub(super) fn is_member(model: &Model<'_>, union: &str, source: &str) -> bool {
    let within = |path: &str| path.strip_prefix("sockets::").unwrap_or(path).to_owned();
    let name = within(union);
    source == ANY
        || model
            .sockets
            .unions
            .values()
            .any(|union| union.ident == name && union.members.contains(&within(source)))
}

/// The links of repeated inputs behind `prefix`, where they can be written as one list: each is a link, and they have the
/// first names in order, as many as there may be.
pub(super) fn repeated<'n>(input: &InputModel<'_>, prefix: &str, node: &'n Node) -> Option<Vec<&'n Link>> {
    let values = elements(input, prefix, node)?;
    values
        .into_iter()
        .map(|(_, value)| match value {
            Value::Link(link) => Some(link),
            Value::Literal(_) => None,
        })
        .collect()
}

/// The values of repeated inputs with their places among the node's inputs, where they can be written as one list.
pub(super) fn elements<'n>(
    input: &InputModel<'_>,
    prefix: &str,
    node: &'n Node,
) -> Option<Vec<(usize, &'n Value)>> {
    let (Kind::Autogrow(autogrow), Takes::Grow { min, max, .. }) = (&input.input.kind, &input.takes) else {
        return None;
    };
    let root = format!("{prefix}{}.", input.name);
    let mut values = Vec::new();
    for (place, (name, input)) in node.inputs().enumerate() {
        let Some(short) = name.strip_prefix(&root) else { continue };
        if element_name(autogrow, values.len()) != short {
            return None;
        }
        values.push((place, &input.value));
    }
    (!values.is_empty() && values.len() >= *min && values.len() <= *max).then_some(values)
}

/// The name of a repeated input, as the nodes give them.
pub(super) fn element_name(autogrow: &Autogrow, place: usize) -> String {
    let listed = autogrow.names.as_ref().and_then(|names| names.get(place));
    listed.cloned().unwrap_or_else(|| format!("{}{place}", autogrow.prefix.as_deref().unwrap_or_default()))
}
