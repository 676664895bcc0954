//! The statement that adds a node.

use std::collections::BTreeSet;

use super::plan::{Planned, Wire};
use super::types::{ANY, class_of};
use super::{Variables, Writer};
use crate::back::rust::ident::Namer;
use crate::back::rust::layout::{Code, Statement};
use crate::graph::{Link, Meta, Value};

/// The slot that stands for a node itself among the variables.
pub(super) const HANDLE: i64 = i64::MIN;

impl Writer<'_> {
    /// Adds a node, with variables for its outputs that are used.
    pub(super) fn node(
        &mut self,
        node: usize,
        scope: usize,
        namer: &mut Namer,
        variables: &mut Variables,
    ) -> Statement {
        let plan = self.plan;
        let Some(planned) = plan.nodes.get(node) else { return Statement::Value(Code::word("()")) };
        let (code, usual) = match class_of(planned.node, self.model) {
            Some(class) => (self.typed(planned, node, class, variables), Some(class.class.title())),
            None => (self.raw(planned, node, variables), planned.node.class()),
        };
        let code = self.finished(code, planned, usual.filter(|_| !self.untitled));
        let is_output = self.publication.outputs().any(|(id, _)| id == planned.id.as_str());
        let used: BTreeSet<i64> = self.used.get(&node).into_iter().flatten().copied().collect();
        let mut slots = used.iter();
        match (slots.next(), slots.next()) {
            (None, _) if !is_output => Statement::Do(code),
            (Some(&slot), None) if !is_output => {
                let wire = Wire::Output(node, slot);
                let name = namer.name(self.wire_name(wire, |node| plan.holds(scope, node), true));
                variables.insert(wire, Code::word(name.as_str()));
                Statement::Let(name, self.output(code, node, slot))
            }
            _ => {
                let name = namer.name(self.title_name(node).unwrap_or_else(|| self.class_name(node)));
                variables.insert(Wire::Output(node, HANDLE), Code::word(name.as_str()));
                for &slot in &used {
                    variables
                        .insert(Wire::Output(node, slot), self.output(Code::word(name.as_str()), node, slot));
                }
                Statement::Let(name, code)
            }
        }
    }

    /// A node without types, all of its inputs by name.
    fn raw(&mut self, planned: &Planned<'_>, node: usize, variables: &Variables) -> Code {
        let g = Code::word("g");
        let mut code = match planned.node.class() {
            Some(class) => g.method("raw", [self.texts.text(class, "class")]),
            None => g.method("raw_without_class", []),
        };
        code = code.method("at", [self.texts.text(planned.short, "id")]);
        for (name, input) in planned.node.inputs() {
            let published = self.publication.value(planned.id.as_str(), name, variables);
            if published.as_ref().is_none_or(|(_, has_default)| !has_default) {
                let value = match &input.value {
                    Value::Link(link) => self.untyped_link(link, node, variables),
                    Value::Literal(literal) => self.texts.value(literal, &self.hint(node, name)),
                };
                code = code.method("set", [self.texts.text(name, "input"), value]);
            }
            if let Some((published, _)) = published {
                code = code.method("set", [self.texts.text(name, "input"), published]);
            }
        }
        code
    }

    /// What a long text of an input is to be called.
    pub(super) fn hint(&self, node: usize, input: &str) -> String {
        let role = || {
            let slots = self.used.get(&node).into_iter().flatten();
            let mut roles = slots.filter_map(|&slot| self.roles.role(Wire::Output(node, slot), |_| true));
            roles.find(|role| self.output_name(node, 0).as_ref() != Some(role))
        };
        let name = self.title_name(node).or_else(role).unwrap_or_else(|| self.class_name(node));
        format!("{name} {input}")
    }

    /// What all nodes may have: a title, other members of `_meta`, other fields.
    fn finished(&mut self, mut code: Code, planned: &Planned<'_>, usual: Option<&str>) -> Code {
        let node = planned.node;
        match node.meta() {
            None if usual.is_none() => {}
            None => code = code.method("untitled", []),
            Some(Meta::Title(title)) if Some(title.as_str()) == usual => {}
            Some(Meta::Title(title)) => code = code.method("titled", [self.texts.text(title, "title")]),
            Some(Meta::Other(meta)) => code = code.method("meta", [self.texts.exact(meta, "meta")]),
            Some(Meta::TitleAndPack(_)) => {
                let meta = node.meta_json().unwrap_or_default();
                code = code.method("meta", [self.texts.exact(&meta, "meta")]);
            }
        }
        for (field, value) in node.other().into_iter().flatten() {
            code = code.method("field", [self.texts.text(field, "field"), self.texts.exact(value, field)]);
        }
        if !node.has_inputs() {
            code = code.method("without_inputs", []);
        }
        code
    }

    /// The output at the other end of a link.
    pub(super) fn link(&mut self, link: &Link, to: usize, variables: &Variables) -> Code {
        let variable = self.plan.wire(link, to).and_then(|wire| variables.get(&wire).cloned());
        variable.unwrap_or_else(|| {
            let id = self.texts.text(link.node.as_str(), "id");
            Code::word("g").method("link", [id, Code::word(link.slot.to_string())])
        })
    }

    /// The same, for an input that is set by name.
    pub(super) fn untyped_link(&mut self, link: &Link, to: usize, variables: &Variables) -> Code {
        let is_typed = self.types.link(link, to, self.plan) != ANY;
        let code = self.link(link, to, variables);
        if is_typed { code.method("any", []) } else { code }
    }

    /// An output of a node that is given.
    fn output(&self, code: Code, node: usize, slot: i64) -> Code {
        match self.output_ident(node, slot) {
            Some(ident) => code.field(ident),
            None => code.method("out", [Code::word(slot.to_string())]),
        }
    }

    /// The field of an output, where its node has types.
    fn output_ident(&self, node: usize, slot: i64) -> Option<&str> {
        let class = class_of(self.plan.nodes.get(node)?.node, self.model)?;
        Some(class.outputs.get(usize::try_from(slot).ok()?)?.ident.as_str())
    }

    /// What an output is.
    pub(super) fn output_name(&self, node: usize, slot: i64) -> Option<String> {
        self.output_ident(node, slot).map(str::to_owned)
    }

    /// The type of a parameter or result.
    pub(super) fn wire_type(&self, wire: Wire) -> String {
        match wire {
            Wire::Output(node, slot) => format!("Out<'g, {}>", self.types.output(node, slot)),
            Wire::Published(_) => "Exposed<'g>".to_owned(),
        }
    }
}
