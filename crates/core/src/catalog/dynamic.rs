//! Which inputs a node has, once its dynamic ones are expanded.
//!
//! In a V3 class a dynamic combo, an autogrow or a dynamic slot stands for inputs that depend on the node's own values.
//! They have dotted names: `format.codec`, `images.image0`. What is declared when, is the server's rule (ComfyUI 0.33.0):
//! a dynamic combo whose value is the key of no branch declares nothing, not even itself.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::marks::is_dynamic;
use super::{Autogrow, Branch, Class, Input, Inputs, Kind};
use crate::number;

/// A declared input of one node.
#[derive(Debug, Clone)]
pub struct Declared<'c> {
    /// Its full name.
    pub name: Cow<'c, str>,
    /// Its declaration.
    pub input: &'c Input,
    /// Whether the node must have it.
    pub required: bool,
    /// Whether it stands for the dynamic combo that declared others: its value was judged by choosing a branch.
    pub chooser: bool,
}

/// The inputs of a node, as far as the expansion of dynamic inputs asks for them.
pub trait Holder {
    /// The raw literal value of a named input: `None` for one that is absent, and perhaps for a link.
    fn literal(&self, name: &str) -> Option<&Value>;

    /// The names of all inputs.
    fn names(&self) -> impl Iterator<Item = &str>;
}

impl Holder for Map<String, Value> {
    fn literal(&self, name: &str) -> Option<&Value> {
        self.get(name)
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.keys().map(String::as_str)
    }
}

/// The inputs that `class` declares for a node: required ones, then optional ones.
pub fn declared<'c>(class: &'c Class, node: &impl Holder) -> Vec<Declared<'c>> {
    expand(class, node, false, |_, _, _| ())
}

/// The inputs of a class that declares the same for every node.
pub(crate) fn declared_always(class: &Class) -> impl Iterator<Item = Declared<'_>> {
    class.inputs.settable().map(|(name, input, required)| Declared {
        name: name.into(),
        input,
        required,
        chooser: false,
    })
}

/// The same without those repeated inputs that are absent and need not be there, of which a class may have hundreds.
pub(crate) fn declared_in_use<'c>(class: &'c Class, node: &impl Holder) -> Vec<Declared<'c>> {
    expand(class, node, true, |_, _, _| ())
}

/// The same, telling also of each dynamic combo that chooses no branch: its name, its branches, whether it is required.
pub(crate) fn declared_and_unchosen<'c>(
    class: &'c Class,
    node: &impl Holder,
    unchosen: impl FnMut(Cow<'c, str>, &'c [Branch], bool),
) -> Vec<Declared<'c>> {
    expand(class, node, true, unchosen)
}

fn expand<'c>(
    class: &'c Class,
    node: &impl Holder,
    in_use: bool,
    mut unchosen: impl FnMut(Cow<'c, str>, &'c [Branch], bool),
) -> Vec<Declared<'c>> {
    if !class.is_dynamic() {
        return declared_always(class).collect();
    }
    let mut found: Vec<Declared<'c>> = Vec::new();
    // Explicit work list: the nesting of dynamic inputs is as deep as the catalog's author likes.
    let mut open: Vec<(Cow<'c, str>, &'c Input, bool)> = Vec::new();
    push_listed("", &class.inputs, &mut open);
    while let Some((name, input, required)) = open.pop() {
        let mut chooser = false;
        match &input.kind {
            Kind::DynamicCombo(branches) => {
                let chosen = node
                    .literal(&name)
                    .and_then(|value| branches.iter().find(|branch| branch.is_chosen_by(value)));
                let Some(branch) = chosen else {
                    unchosen(name, branches, required);
                    continue;
                };
                push_listed(&name, &branch.inputs, &mut open);
                chooser = true;
            }
            Kind::Autogrow(autogrow) => {
                push_members(&name, autogrow, node, in_use, &mut open);
                continue;
            }
            Kind::DynamicSlot(slot) => {
                if !node.names().any(|held| {
                    below(held, &name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                }) {
                    continue;
                }
                push_listed(&name, &slot.inputs, &mut open);
            }
            _ => {}
        }
        found.push(Declared { name, input, required, chooser });
    }
    found.sort_by_key(|declared| !declared.required);
    found
}

impl Branch {
    /// Whether this value of the dynamic combo chooses the branch, by Python's equality.
    fn is_chosen_by(&self, value: &Value) -> bool {
        match (&self.key, value) {
            (Value::String(key), Value::String(value)) => key == value,
            (key, value) => number::equal_values(key, value),
        }
    }
}

/// What follows `name` in `held`.
fn below<'h>(held: &'h str, name: &str) -> Option<&'h str> {
    held.strip_prefix(name)
}

/// Adds the inputs of `inputs` under `prefix`, last first, ready to be popped in order.
fn push_listed<'c>(prefix: &str, inputs: &'c Inputs, open: &mut Vec<(Cow<'c, str>, &'c Input, bool)>) {
    let start = open.len();
    open.extend(inputs.settable().map(|(name, input, required)| {
        let name = if prefix.is_empty() { name.into() } else { Cow::Owned(format!("{prefix}.{name}")) };
        (name, input, required)
    }));
    if let Some(added) = open.get_mut(start..) {
        added.reverse();
    }
}

/// Adds the repeated inputs of an autogrow, last first.
fn push_members<'c>(
    name: &str,
    autogrow: &'c Autogrow,
    node: &impl Holder,
    in_use: bool,
    open: &mut Vec<(Cow<'c, str>, &'c Input, bool)>,
) {
    let Some((_, template, _)) = autogrow.template.settable().next() else { return };
    let member = |member: &str| Cow::Owned(format!("{name}.{member}"));
    let start = open.len();
    if !in_use || is_dynamic(&template.kind) {
        open.extend(autogrow.names().map(|(short, needed)| (member(&short), template, needed)));
    } else {
        let needed = autogrow.needed();
        open.extend(autogrow.names().take(needed).map(|(short, _)| (member(&short), template, true)));
        let mut held: Vec<(usize, &str)> = node
            .names()
            .filter_map(|held| below(held, name)?.strip_prefix('.'))
            .filter_map(|short| Some((autogrow.position(short)?, short)))
            .filter(|(position, _)| *position >= needed)
            .collect();
        held.sort_unstable();
        open.extend(held.into_iter().map(|(_, short)| (member(short), template, false)));
    }
    if let Some(added) = open.get_mut(start..) {
        added.reverse();
    }
}
