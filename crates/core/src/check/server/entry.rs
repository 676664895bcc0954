//! The entries of `node_errors`, written when they are asked for.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Number, Value as Json, json};

use crate::catalog::{Class, Declared, Input, Kind, OutputType, Type};
use crate::check::input::{Converted, Finding};
use crate::check::{DEEPEST_CHAIN, python};
use crate::number::{NAN, Num};

/// How many of the outputs that a node spoils are listed: there may be as many of both as there are nodes.
const MOST_DEPENDENTS: usize = 1000;
/// Longer option lists are not repeated in an answer.
const LONGEST_LIST: usize = 20;

/// What is wrong with one node.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeErrors<'c> {
    /// The node's id.
    pub node: String,
    /// Its class.
    pub class: &'c str,
    /// Its errors.
    pub errors: Vec<Entry<'c>>,
    /// How many refused outputs were looked at before this node was.
    pub(super) since: usize,
}

/// One error of a node.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<'c> {
    /// The input it is about, with its declaration.
    pub(super) input: Option<(Cow<'c, str>, &'c Input)>,
    pub(super) cause: Cause<'c>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cause<'c> {
    Missing { shown: String },
    BadList { received: Json },
    Mismatch { received: &'c OutputType, link: Json },
    NotConvertible { ty: &'static str, received: Json },
    TooSmall { value: Num, min: &'c Number },
    TooBig { value: Num, max: &'c Number },
    NotAnOption { received: Json, options: &'c [Json] },
    Custom { name: String, text: Option<String> },
    Cycle { node: String, ring: Ring },
    Exception { kind: &'static str, message: String },
    InnerException { kind: &'static str, message: String, link: Json },
}

/// A way around a cycle, shared by the nodes on it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ring(Arc<(Vec<String>, String)>);

impl Ring {
    /// The ring of these nodes and their classes. Of one that is longer than any server could follow only the beginning is
    /// kept, since every node on it repeats it.
    pub(super) fn new<'n>(nodes: impl Iterator<Item = (&'n str, &'n str)> + Clone) -> Self {
        const SHOWN: usize = 10;
        let long = nodes.clone().count() > DEEPEST_CHAIN;
        let shown = nodes.take(if long { SHOWN } else { usize::MAX });
        let ids = shown.clone().map(|(id, _)| id.to_owned()).collect();
        let mut path: Vec<String> = shown.map(|(id, class)| format!("{id} ({class})")).collect();
        if long {
            path.push("…".to_owned());
        }
        path.extend(path.first().cloned());
        Self(Arc::new((ids, path.join(" -> "))))
    }
}

impl<'c> Cause<'c> {
    /// What the server makes of a finding that is an error and no exception.
    pub(super) fn of(finding: &Finding<'c, '_>, declared: &Declared<'c>, class: &Class) -> Option<Self> {
        let num = |value: &Converted<'_>| match (&declared.input.kind, value.num()) {
            (Kind::Named(ty), int @ Num::Int(_)) if ty.as_str() == "FLOAT" => Num::Float(int.to_f64()),
            (_, num) => num,
        };
        Some(match finding {
            Finding::Missing => {
                let name = declared.name.as_ref();
                let leaf = name.rsplit('.').next().filter(|_| class.v3()).unwrap_or(name);
                Self::Missing { shown: leaf.to_owned() }
            }
            Finding::BadList(list) => Self::BadList { received: (*list).clone() },
            Finding::Mismatch { link, output } => Self::Mismatch { received: output, link: link.to_json() },
            Finding::NotConvertible { literal, ty } => {
                Self::NotConvertible { ty, received: (*literal).clone() }
            }
            Finding::TooSmall { value, min, .. } => Self::TooSmall { value: num(value), min },
            Finding::TooBig { value, max, .. } => Self::TooBig { value: num(value), max },
            Finding::NotAnOption { literal, combo } => {
                Self::NotAnOption { received: (*literal).clone(), options: &combo.options }
            }
            _ => return None,
        })
    }
}

impl NodeErrors<'_> {
    pub(super) fn to_json(&self, failed: &[String]) -> Json {
        let dependents: Vec<&String> = failed.iter().skip(self.since).take(MOST_DEPENDENTS).collect();
        let errors: Vec<Json> = self.errors.iter().map(Entry::to_json).collect();
        json!({"errors": errors, "dependent_outputs": dependents, "class_type": self.class})
    }
}

impl Entry<'_> {
    /// The server's word for it: `required_input_missing`.
    pub fn kind(&self) -> &'static str {
        match &self.cause {
            Cause::Missing { .. } => "required_input_missing",
            Cause::BadList { .. } => "bad_linked_input",
            Cause::Mismatch { .. } => "return_type_mismatch",
            Cause::NotConvertible { .. } => "invalid_input_type",
            Cause::TooSmall { .. } => "value_smaller_than_min",
            Cause::TooBig { .. } => "value_bigger_than_max",
            Cause::NotAnOption { .. } => "value_not_in_list",
            Cause::Custom { .. } => "custom_validation_failed",
            Cause::Cycle { .. } => "dependency_cycle",
            Cause::Exception { .. } => "exception_during_validation",
            Cause::InnerException { .. } => "exception_during_inner_validation",
        }
    }

    /// The input it is about. For an exception in a node that another consumes, it is the consumer's.
    pub fn input_name(&self) -> Option<&str> {
        match &self.cause {
            Cause::Custom { name, .. } => Some(name),
            _ => self.input.as_ref().map(|(name, _)| name.as_ref()),
        }
    }

    /// The server's message.
    pub fn message(&self) -> String {
        match &self.cause {
            Cause::Missing { .. } => "Required input is missing".to_owned(),
            Cause::BadList { .. } => {
                "Bad linked input, must be a length-2 list of [node_id, slot_index]".to_owned()
            }
            Cause::Mismatch { .. } => "Return type mismatch between linked nodes".to_owned(),
            Cause::NotConvertible { ty, .. } => format!("Failed to convert an input value to a {ty} value"),
            Cause::TooSmall { value, min } => {
                format!("Value {} smaller than min of {}", shown(value), python::repr_number(min))
            }
            Cause::TooBig { value, max } => {
                format!("Value {} bigger than max of {}", shown(value), python::repr_number(max))
            }
            Cause::NotAnOption { .. } => "Value not in list".to_owned(),
            Cause::Custom { .. } => "Custom validation failed for node".to_owned(),
            Cause::Cycle { .. } => "Dependency cycle detected".to_owned(),
            Cause::Exception { .. } => "Exception when validating node".to_owned(),
            Cause::InnerException { .. } => "Exception when validating inner node".to_owned(),
        }
    }

    /// The server's details.
    pub fn details(&self) -> String {
        let name = self.input_name().unwrap_or_default();
        match &self.cause {
            Cause::Missing { shown } => shown.clone(),
            Cause::BadList { .. }
            | Cause::TooSmall { .. }
            | Cause::TooBig { .. }
            | Cause::Custom { text: None, .. } => name.to_owned(),
            Cause::Mismatch { received, .. } => {
                let own = self.input.as_ref().map_or(Json::Null, |(_, input)| type_json(input));
                let (received, own) = (python::text(&output_json(received)), python::text(&own));
                format!("{name}, received_type({received}) mismatch input_type({own})")
            }
            Cause::NotConvertible { ty, received } => {
                format!("{name}, {}, {}", python::text(received), python::conversion_error(ty, received))
            }
            Cause::NotAnOption { received, options } => {
                let list = if options.len() > LONGEST_LIST {
                    format!("(list of length {})", options.len())
                } else {
                    python::repr(&Json::Array(options.to_vec()))
                };
                format!("{name}: {} not in {list}", python::repr(received))
            }
            Cause::Custom { text: Some(text), .. } => format!("{name} - {text}"),
            Cause::Cycle { ring, .. } => ring.0.1.clone(),
            Cause::Exception { message, .. } | Cause::InnerException { message, .. } => message.clone(),
        }
    }

    /// The server's further facts.
    pub fn extra_info(&self) -> Json {
        let name = self.input_name();
        let config = || self.input.as_ref().map_or(Json::Null, |(_, input)| config(input));
        match &self.cause {
            Cause::Missing { .. } | Cause::Custom { .. } => json!({"input_name": name}),
            Cause::BadList { received } => {
                json!({"input_name": name, "input_config": config(), "received_value": received})
            }
            Cause::Mismatch { received, link } => json!({
                "input_name": name, "input_config": config(), "received_type": output_json(received), "linked_node": link,
            }),
            Cause::NotConvertible { ty, received } => json!({
                "input_name": name, "input_config": config(), "received_value": writable(received),
                "exception_message": python::conversion_error(ty, received),
            }),
            Cause::TooSmall { value, .. } | Cause::TooBig { value, .. } => {
                json!({"input_name": name, "input_config": config(), "received_value": writable_number(value)})
            }
            Cause::NotAnOption { received, options } => {
                let config = if options.len() > LONGEST_LIST { Json::Null } else { config() };
                json!({"input_name": name, "input_config": config, "received_value": writable(received)})
            }
            Cause::Cycle { node, ring } => json!({"node_id": node, "cycle_nodes": ring.0.0}),
            Cause::Exception { kind, .. } => json!({"exception_type": kind}),
            Cause::InnerException { kind, message, link } => json!({
                "input_name": name, "input_config": config(), "exception_message": message, "exception_type": kind,
                "linked_node": link,
            }),
        }
    }

    /// The entry as the server writes it.
    pub fn to_json(&self) -> Json {
        json!({"type": self.kind(), "message": self.message(), "details": self.details(), "extra_info": self.extra_info()})
    }
}

fn shown(value: &Num) -> String {
    match value {
        Num::Int(int) => int.to_string(),
        Num::Float(float) => python::repr_float(*float),
    }
}

/// The declaration with an options object, be it empty.
fn config(input: &Input) -> Json {
    match input.to_json() {
        Json::Array(mut elements) => {
            if elements.len() == 1 {
                elements.push(json!({}));
            }
            Json::Array(elements)
        }
        bare => json!([bare, {}]),
    }
}

fn type_json(input: &Input) -> Json {
    match (&input.kind, input.kind.socket_type()) {
        (Kind::Combo(combo), _) if input.is_list_typed() => Json::Array(combo.options.clone()),
        (_, Some(ty)) => ty.into(),
        (Kind::Opaque(value), None) => value.clone(),
        _ => Json::Null,
    }
}

fn output_json(output: &OutputType) -> Json {
    match output {
        OutputType::Named(ty) => Type::as_str(ty).into(),
        OutputType::Options(options) => Json::Array(options.clone()),
        OutputType::Opaque(value) => value.clone(),
    }
}

/// A number; an infinite one as a literal that reads as such.
fn writable_number(value: &Num) -> Option<Number> {
    match value {
        Num::Float(float) if float.is_infinite() => {
            if *float > 0.0 { "1e999" } else { "-1e999" }.parse().ok()
        }
        other => other.to_number(),
    }
}

/// A value in which NaN, which JSON cannot write, is null.
fn writable(value: &Json) -> Json {
    match value {
        Json::Number(number) if number.as_str() == NAN => Json::Null,
        other => other.clone(),
    }
}
