//! Which inputs a node has, once its dynamic ones are expanded.
//!
//! In a V3 class a dynamic combo, an autogrow or a dynamic slot stands for inputs that depend on the node's own values.
//! They have dotted names: `format.codec`, `images.image0`. What is declared when, is the server's rule (ComfyUI 0.33.0):
//! a dynamic combo whose value is the key of no branch declares nothing, not even itself.

use std::borrow::Cow;

use indexmap::IndexMap;
use serde_json::Value;

use super::{Class, Input, Inputs, Kind};

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

/// The inputs that `class` declares for a node, given the node's literal values: required ones, then optional ones.
///
/// `literal` gives the raw literal value of a named input, and `None` for a link or an absent input; `present` tells
/// whether the node has an input of that name or below it.
pub fn declared<'c, 'v>(
    class: &'c Class,
    literal: impl Fn(&str) -> Option<&'v Value>,
    present: impl Fn(&str) -> bool,
) -> Vec<Declared<'c>> {
    if !class.v3() {
        return class
            .inputs
            .settable()
            .map(|(name, input, required)| Declared { name: name.into(), input, required, chooser: false })
            .collect();
    }
    let mut found: IndexMap<Cow<'c, str>, Declared<'c>> = IndexMap::new();
    // Explicit work list: the nesting of dynamic inputs is as deep as the catalog's author likes.
    let mut open: Vec<(Cow<'c, str>, &'c Input, bool)> = listed("", &class.inputs);
    while let Some((name, input, required)) = open.pop() {
        let mut chooser = false;
        match &input.kind {
            Kind::DynamicCombo(branches) => {
                let Some(value) = literal(&name) else { continue };
                let Some(branch) = branches.iter().find(|branch| branch.key == *value) else { continue };
                open.extend(listed(&name, &branch.inputs));
                chooser = true;
            }
            Kind::Autogrow(autogrow) => {
                let Some((_, template, _)) = autogrow.template.settable().next() else { continue };
                let mut members: Vec<_> = autogrow
                    .names()
                    .map(|(member, needed)| (Cow::Owned(format!("{name}.{member}")), template, needed))
                    .collect();
                members.reverse();
                open.extend(members);
                continue;
            }
            Kind::DynamicSlot(slot) => {
                if !present(&name) {
                    continue;
                }
                open.extend(listed(&name, &slot.inputs));
            }
            _ => {}
        }
        found.entry(name.clone()).or_insert(Declared { name, input, required, chooser });
    }
    let mut inputs: Vec<_> = found.into_values().collect();
    inputs.sort_by_key(|declared| !declared.required);
    inputs
}

/// The inputs of `inputs` under `prefix`, last first, ready to be popped in order.
fn listed<'c>(prefix: &str, inputs: &'c Inputs) -> Vec<(Cow<'c, str>, &'c Input, bool)> {
    let mut list: Vec<_> = inputs
        .settable()
        .map(|(name, input, required)| {
            let name = if prefix.is_empty() { name.into() } else { Cow::Owned(format!("{prefix}.{name}")) };
            (name, input, required)
        })
        .collect();
    list.reverse();
    list
}
