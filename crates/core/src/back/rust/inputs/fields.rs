//! The fields of a typed struct: one for every key, each with its names and its type.

use std::collections::HashSet;

use serde_json::Value;

use super::Options;
use super::kind::{self, Kind, takes, targets};
use crate::back::rust::ident::{Namer, type_name, value_name};
use crate::interface::{Input, Interface, Key};

/// One published input as a field.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field<'i> {
    pub(super) key: &'i str,
    pub(super) input: &'i Input,
    /// The name of the field and its setter.
    pub(super) name: String,
    /// The name of its own type, if it has one.
    pub(super) ty: String,
    pub(super) kind: Kind,
    pub(super) required: bool,
    /// The published default, when the schema takes it.
    pub(super) default: Option<&'i Value>,
}

/// Titles longer than this are sentences and name nothing.
const LONGEST_TITLE: usize = 40;

/// The fields of an interface in display order.
pub(super) fn of<'i>(interface: &'i Interface, options: &Options) -> Vec<Field<'i>> {
    // What is called on the struct keeps its name.
    let mut names = Namer::reserving(["new", "payload", "default"]);
    let required = required_name(options);
    let mut types = Namer::reserving([options.name.as_str(), &required]);
    // Names that were asked for come before those that are made up.
    let asked: Vec<&String> =
        interface.inputs().filter_map(|(key, _)| options.renamed.get(key.as_str())).collect();
    let asked: Vec<String> = asked.into_iter().map(|name| names.name(value_name(name))).collect();
    let mut asked = asked.into_iter();
    let required_keys: HashSet<&Key> = interface.required().iter().collect();
    let patterns = interface.patterns();
    interface
        .inputs()
        .map(|(key, input)| {
            let renamed = options.renamed.contains_key(key.as_str());
            let name = if renamed { asked.next() } else { None };
            let name = name.unwrap_or_else(|| names.name(readable(key, input)));
            let kind = match options.replaced.get(key.as_str()) {
                Some(path) => Kind::Replaced(path.clone()),
                None => kind::of(key, input, patterns),
            };
            let own = matches!(kind, Kind::Choice(_) | Kind::Integer(_) | Kind::Number(_));
            let ty = if own { types.name(type_name(&name, "Input")) } else { String::new() };
            let default = input.schema.default_value().filter(|default| takes(key, input, patterns, default));
            let required = required_keys.contains(key);
            Field { key: key.as_str(), input, name, ty, kind, required, default }
        })
        .collect()
}

/// The name of the struct of required inputs.
pub(super) fn required_name(options: &Options) -> String {
    if options.name == Options::default().name {
        "Required".to_owned()
    } else {
        format!("{}Required", options.name)
    }
}

/// A name for a field: its title without what stands in parentheses, else what the key writes without the nodes, else the
/// key.
fn readable(key: &Key, input: &Input) -> String {
    if let Some(title) = input.schema.title() {
        let short = match title.split_once('(') {
            Some((before, _)) if before.chars().any(char::is_alphanumeric) => before,
            _ => title,
        };
        let says = short.chars().any(|c| c.is_ascii_alphabetic());
        if says && short.is_ascii() && short.len() <= LONGEST_TITLE {
            return value_name(short);
        }
    }
    let targets = targets(key, input);
    if targets.is_empty() {
        return value_name(key.as_str());
    }
    let inputs: Vec<&str> = targets.iter().map(|target| target.input.as_str()).collect();
    value_name(&inputs.join("_"))
}
