//! Values as the types of inputs take them: outputs that are joined to them, and literals.

use serde_json::Value as Json;

use super::texts::integer_literal;
use super::types::{ANY, is_member};
use super::{Variables, Writer};
use crate::back::rust::layout::Code;
use crate::back::rust::ty::Ty;
use crate::graph::Link;

/// Where a value is written.
#[derive(Clone, Copy)]
pub(super) struct Site<'v> {
    /// The node that takes it.
    pub(super) node: usize,
    /// What variables there are.
    pub(super) variables: &'v Variables,
}

impl Writer<'_> {
    /// A link for a field of a link's type.
    pub(super) fn link_field(&mut self, ty: &Ty, link: &Link, site: Site<'_>) -> Code {
        let source = self.types.link(link, site.node, self.plan).to_owned();
        let code = self.link(link, site.node, site.variables);
        match ty {
            Ty::Generic(name) => {
                let expected = self.types.parameter(site.node, *name).unwrap_or(ANY);
                joined(code, &source, expected)
            }
            Ty::Socket(path) => joined(code, &source, path),
            _ => joined(code, &source, ANY),
        }
    }

    /// A link for a setter of a link's type.
    pub(super) fn link_setter(&mut self, ty: &Ty, link: &Link, site: Site<'_>) -> Code {
        let source = self.types.link(link, site.node, self.plan).to_owned();
        match ty {
            Ty::Any => self.link(link, site.node, site.variables),
            Ty::Union(union) if is_member(self.model, union, &source) => {
                self.link(link, site.node, site.variables)
            }
            ty => self.link_field(ty, link, site),
        }
    }

    /// A link where a literal may stand as well, so that the type must be said.
    pub(super) fn link_value(&mut self, ty: &Ty, link: &Link, site: Site<'_>) -> Code {
        let source = self.types.link(link, site.node, self.plan).to_owned();
        let code = self.link(link, site.node, site.variables);
        let expected = match ty {
            Ty::Socket(path) | Ty::Union(path) => path.clone(),
            Ty::Any => ANY.to_owned(),
            Ty::Generic(name) => self.types.parameter(site.node, *name).unwrap_or(ANY).to_owned(),
            Ty::Choice(_) => "socket::Combo".to_owned(),
            Ty::Choices(place) => {
                format!(
                    "Many<{}>",
                    self.model.choices.get(*place).map(|choice| choice.ident.as_str()).unwrap_or_default()
                )
            }
        };
        if source == expected {
            code
        } else if expected == ANY {
            code.method("any", [])
        } else {
            code.method(format!("cast::<{expected}>"), [])
        }
    }

    /// A literal for an input of a type.
    pub(super) fn literal(&mut self, ty: &Ty, literal: &Json, hint: &str) -> Code {
        let is = |name: &str| matches!(ty, Ty::Socket(path) if path == name);
        let choice = |place: &usize| self.model.choices.get(*place);
        match (ty, literal) {
            (Ty::Any, _) => self.texts.value(literal, hint),
            (_, Json::Number(number)) if is("socket::Int") => match integer_literal(number.as_str()) {
                Some(literal) => Code::word(literal),
                None => self.texts.exact(literal, hint),
            },
            (_, Json::Number(_)) if is("socket::Float") => self.texts.value(literal, hint),
            (_, Json::String(text)) if is("socket::Text") || is("socket::Combo") => {
                self.texts.text(text, hint)
            }
            (_, Json::Bool(_)) if is("socket::Boolean") => self.texts.value(literal, hint),
            (Ty::Choice(place), Json::String(text)) => {
                let (ident, variant) = match choice(place) {
                    Some(choice) => (choice.ident.clone(), choice.variant(literal).map(str::to_owned)),
                    None => return self.texts.exact(literal, hint),
                };
                match variant {
                    Some(variant) => Code::word(format!("{ident}::{variant}")),
                    None => Code::call(format!("{ident}::Other"), [into(self.texts.text(text, hint))]),
                }
            }
            (Ty::Choices(place), Json::Array(options)) if !options.is_empty() => {
                let variants: Option<Vec<Code>> = choice(place).and_then(|choice| {
                    let variant =
                        |option| Some(Code::word(format!("{}::{}", choice.ident, choice.variant(option)?)));
                    options.iter().map(variant).collect()
                });
                variants.map_or_else(|| self.texts.exact(literal, hint), Code::Array)
            }
            _ => self.texts.exact(literal, hint),
        }
    }
}

/// An output of one type where another is expected that is known.
fn joined(code: Code, source: &str, expected: &str) -> Code {
    if source == expected {
        code
    } else if expected == ANY {
        code.method("any", [])
    } else if source == ANY {
        code.method("to", [])
    } else {
        code.method("cast", [])
    }
}

/// A value for a field.
pub(super) fn into(code: Code) -> Code {
    let code = match code {
        Code::Word(number) if number.starts_with('-') => Code::Word(format!("({number})")),
        other => other,
    };
    code.method("into", [])
}
