//! One node against its class, input by input in declared order.

use std::collections::HashSet;

use serde_json::Value as Json;

use super::python;
use crate::catalog::{Catalog, Class, Combo, Declared, Input, Kind, OutputType, Type, declared};
use crate::diagnostic::{Diagnostic, Diagnostics, Limit, Problem, Subject, kind_of, nearest, show};
use crate::graph::{Graph, Link, Node, NodeId, Value};
use crate::number::Num;
use crate::source::Origin;

/// The key of the wrapper by which a list is passed as a literal: `{"__value__": [1, 2]}`.
const WRAPPER: &str = "__value__";

/// Reports what is wrong with a node.
pub(super) fn check(
    id: &NodeId,
    node: &Node,
    graph: &Graph,
    catalog: &Catalog,
    diagnostics: &mut Diagnostics,
) {
    let Some(name) = node.class() else {
        diagnostics
            .report(Problem::MissingClass { node: id.to_string() }, node.origin().cloned().map(Origin::key));
        return;
    };
    let Some(class) = catalog.class(name) else {
        let problem = Problem::UnknownClass { class: name.to_owned(), near: nearest(name, catalog.names()) };
        diagnostics.report(problem, node.origin().map(|origin| origin.member("class_type")));
        check_links_of_unknown(id, node, graph, diagnostics);
        return;
    };
    if let Some(detail) = &class.malformed {
        let problem = Problem::MalformedClass { class: name.to_owned(), detail: detail.clone() };
        diagnostics.report(problem, node.origin().map(|origin| origin.member("class_type")));
        return;
    }
    let inputs = declared(
        class,
        |input| node.literal(input),
        |input| {
            node.input(input).is_some()
                || node
                    .inputs()
                    .any(|(name, _)| name.strip_prefix(input).is_some_and(|rest| rest.starts_with('.')))
        },
    );
    let one = OneNode { id, node, class, graph, catalog };
    for declared in &inputs {
        one.check_input(declared, diagnostics);
    }
    one.check_undeclared(&inputs, diagnostics);
}

/// A link from nowhere is wrong whatever the class says.
fn check_links_of_unknown(id: &NodeId, node: &Node, graph: &Graph, diagnostics: &mut Diagnostics) {
    for (name, input) in node.inputs() {
        if let Value::Link(link) = &input.value
            && graph.node(link.node.as_str()).is_none()
        {
            diagnostics.report(dangling(id, name, link), input.origin.clone());
        }
    }
}

fn dangling(id: &NodeId, input: &str, link: &Link) -> Problem {
    Problem::DanglingLink { node: id.to_string(), input: input.to_owned(), from: link.node.to_string() }
}

struct OneNode<'a> {
    id: &'a NodeId,
    node: &'a Node,
    class: &'a Class,
    graph: &'a Graph,
    catalog: &'a Catalog,
}

impl OneNode<'_> {
    fn check_input(&self, declared: &Declared<'_>, diagnostics: &mut Diagnostics) {
        let name = declared.name.as_ref();
        let Some(held) = self.node.input(name) else {
            if declared.required {
                let problem = Problem::MissingInput {
                    node: self.id.to_string(),
                    class: self.class.name.clone(),
                    input: name.to_owned(),
                    ty: declared.input.kind.describe(),
                };
                let place = self.node.origin().map(|origin| {
                    if self.node.has_inputs() { origin.member("inputs") } else { origin.clone() }
                });
                diagnostics.report(problem, place.map(Origin::key));
            }
            return;
        };
        match &held.value {
            Value::Link(link) => self.check_link(name, declared, link, held.origin.as_ref(), diagnostics),
            Value::Literal(Json::Array(elements)) => {
                let found = show(&Json::Array(elements.clone()));
                let problem = Problem::BadLink { node: self.id.to_string(), input: name.to_owned(), found };
                diagnostics.report(problem, held.origin.clone());
            }
            Value::Literal(literal) if !declared.chooser => {
                let literal = match literal.get(WRAPPER) {
                    Some(wrapped) => wrapped,
                    None => literal,
                };
                self.check_literal(name, declared.input, literal, held.origin.as_ref(), diagnostics);
            }
            Value::Literal(_) => {}
        }
    }

    fn check_link(
        &self,
        name: &str,
        declared: &Declared<'_>,
        link: &Link,
        place: Option<&Origin>,
        diagnostics: &mut Diagnostics,
    ) {
        let Some((_, origin)) = self.graph.get(link.node.as_str()) else {
            diagnostics.report(dangling(self.id, name, link), place.cloned());
            return;
        };
        let Some(class) = origin.class().and_then(|class| self.catalog.class(class)) else { return };
        let outputs = class.outputs.len();
        let slot =
            if link.slot < 0 { link.slot.checked_add_unsigned(outputs as u64) } else { Some(link.slot) };
        let output =
            slot.and_then(|slot| usize::try_from(slot).ok()).and_then(|slot| class.outputs.get(slot));
        let Some(output) = output else {
            let problem = Problem::SlotOutOfRange {
                node: self.id.to_string(),
                input: name.to_owned(),
                from: link.node.to_string(),
                class: class.name.clone(),
                slot: link.slot,
                outputs,
            };
            diagnostics.push(
                Diagnostic::new(problem, place.cloned()).with_related(
                    origin.origin().cloned().map(Origin::key),
                    "the node that the link starts at",
                ),
            );
            return;
        };
        if fits(&declared.input.kind, &output.ty) || self.class.validates_types() {
            return;
        }
        let problem = Problem::TypeMismatch {
            node: self.id.to_string(),
            input: name.to_owned(),
            expected: declared.input.kind.socket_type().map_or_else(String::new, |ty| ty.to_string()),
            from: link.node.to_string(),
            slot: link.slot,
            found: output.ty.to_string(),
        };
        diagnostics.push(
            Diagnostic::new(problem, place.cloned())
                .with_related(origin.origin().cloned().map(Origin::key), "the node that the link starts at"),
        );
    }

    fn check_literal(
        &self,
        name: &str,
        input: &Input,
        literal: &Json,
        place: Option<&Origin>,
        diagnostics: &mut Diagnostics,
    ) {
        let subject = || Subject::input(self.id, name);
        let mut report = |problem| diagnostics.report(problem, place.cloned());
        let converted = match &input.kind {
            Kind::Named(ty) => match ty.as_str() {
                "INT" => python::int(literal).map(Some).ok_or("a whole number"),
                "FLOAT" => python::float(literal).map(Some).ok_or("a number"),
                _ => Ok(None),
            },
            _ => Ok(None),
        };
        let converted = match converted {
            Ok(converted) => converted,
            Err(expected) => {
                let found = format!("{} {}", kind_of(literal), show(literal));
                report(Problem::InvalidValue { subject: subject(), expected: expected.to_owned(), found });
                return;
            }
        };
        if self.class.validates(name) {
            return;
        }
        if let Some(value) = &converted {
            for limit in crossed(value, input) {
                report(Problem::OutOfRange { subject: subject(), value: show(literal), limit });
            }
        }
        if let Kind::Combo(combo) = &input.kind {
            for missing in not_members(combo, literal) {
                report(not_an_option(subject(), combo, missing));
            }
        }
    }

    /// Inputs that the class does not declare: the server ignores them. Values of widgets that only the editor knows are
    /// none of the user's doing and are passed over.
    fn check_undeclared(&self, inputs: &[Declared<'_>], diagnostics: &mut Diagnostics) {
        let names: HashSet<&str> = inputs.iter().map(|declared| declared.name.as_ref()).collect();
        for (name, held) in self.node.inputs().filter(|(name, _)| !names.contains(name)) {
            if self.class.knows(name) {
                continue;
            }
            if let Value::Link(link) = &held.value
                && self.graph.node(link.node.as_str()).is_none()
            {
                diagnostics.report(dangling(self.id, name, link), held.origin.clone());
                continue;
            }
            let free: Vec<&str> =
                names.iter().copied().filter(|name| self.node.input(name).is_none()).collect();
            let problem = Problem::UnknownInput {
                node: self.id.to_string(),
                class: self.class.name.clone(),
                input: name.to_owned(),
                near: nearest(name, free),
            };
            diagnostics.report(problem, held.origin.clone().map(Origin::key));
        }
    }
}

/// Whether a link from an output of this type fits an input of this kind, by the server's rule.
fn fits(kind: &Kind, output: &OutputType) -> bool {
    match (kind, output) {
        (Kind::Combo(_), OutputType::Options(_)) | (Kind::Opaque(_), _) | (_, OutputType::Opaque(_)) => true,
        (_, OutputType::Options(_)) => {
            kind.socket_type().is_some_and(|ty| ty.as_str() == Type::ANY || ty.as_str() == Type::MATCH)
        }
        (_, OutputType::Named(ty)) => kind.socket_type().is_none_or(|expected| expected.accepts(ty)),
    }
}

/// The limits of an input that a number crosses. NaN crosses none, as in Python.
pub(super) fn crossed(value: &Num, input: &Input) -> Vec<Limit> {
    let below = input
        .options
        .min
        .as_ref()
        .filter(|min| *value < Num::read(min))
        .map(|min| Limit::Minimum(min.clone()));
    let above = input
        .options
        .max
        .as_ref()
        .filter(|max| *value > Num::read(max))
        .map(|max| Limit::Maximum(max.clone()));
    below.into_iter().chain(above).collect()
}

/// The values that are not among the options: the literal itself, or elements of it where several may be chosen. An open
/// list is of another machine, so nothing is said about it.
pub(super) fn not_members<'v>(combo: &Combo, literal: &'v Json) -> Vec<&'v Json> {
    if combo.open {
        return Vec::new();
    }
    let chosen: Vec<&Json> = match literal {
        Json::Array(elements) if combo.multiselect => elements.iter().collect(),
        one => vec![one],
    };
    chosen
        .into_iter()
        .filter(|value| !combo.options.iter().any(|option| python::equal(option, value)))
        .collect()
}

pub(super) fn not_an_option(subject: Subject, combo: &Combo, found: &Json) -> Problem {
    let options: Vec<String> = combo
        .options
        .iter()
        .map(|option| option.as_str().map_or_else(|| option.to_string(), str::to_owned))
        .collect();
    let written = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
    let near = nearest(&written, options.iter().map(String::as_str));
    Problem::NotAnOption { subject, value: show(found), near, options }
}

impl Class {
    /// Whether code of the class's own judges the value of this input instead of its declared limits.
    fn validates(&self, input: &str) -> bool {
        self.traits
            .as_ref()
            .is_some_and(|traits| traits.validates_all || traits.validates.iter().any(|name| name == input))
    }

    /// Whether code of the class's own judges the types of its links.
    fn validates_types(&self) -> bool {
        self.traits.as_ref().is_some_and(|traits| traits.validates.iter().any(|name| name == "input_types"))
    }

    /// Whether an undeclared input is one that the editor or the pack adds to nodes of this class.
    fn knows(&self, input: &str) -> bool {
        let hidden = self.inputs.hidden.as_ref().is_some_and(|hidden| hidden.contains_key(input));
        hidden || self.editor_adds(input) || self.pack_adds(input)
    }

    /// Names of inputs that the editor writes besides the declared ones.
    fn editor_adds(&self, input: &str) -> bool {
        matches!(
            input,
            "upload"
                | "audioUI"
                | "upload 3d model"
                | "upload extra resources"
                | "clear"
                | "viewport_state"
                | "refresh"
        ) || (input == "image" && matches!(self.name.as_str(), "Preview3D" | "SaveGLB"))
            || (self.name == "CustomCombo" && (input == "index" || input.starts_with("option")))
    }

    /// Names of inputs that a class takes depending on a value: VideoHelperSuite lists them under `formats`.
    fn pack_adds(&self, input: &str) -> bool {
        self.inputs
            .settable()
            .filter_map(|(_, declared, _)| declared.options.other.get("formats")?.as_object())
            .any(|formats| {
                let mut widgets = formats.values().filter_map(Json::as_array).flatten();
                widgets.any(|widget| widget.get(0).and_then(Json::as_str) == Some(input))
            })
    }
}
