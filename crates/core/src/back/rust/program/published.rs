//! What a workflow publishes, as statements, and what its nodes say to follow it.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::Variables;
use super::plan::{Plan, Wire};
use super::texts::{Texts, number_literal};
use super::types::class_of;
use crate::back::rust::ident::{Namer, value_name};
use crate::back::rust::layout::{Code, Statement};
use crate::back::rust::model::{InputModel, Model, Takes};
use crate::back::rust::ty::Ty;
use crate::interface::{Input, Key, Media, Payload, Round, Rule, Schema, Target};
use crate::workflow::Workflow;

/// What a workflow publishes, as far as a graph in Rust can.
#[derive(Debug)]
pub(super) struct Publication<'w> {
    workflow: &'w Workflow,
    inputs: Vec<Published<'w>>,
    /// What each input of a node follows, by node and input.
    uses: BTreeMap<(&'w str, &'w str), Use>,
}

#[derive(Debug)]
struct Published<'w> {
    key: &'w Key,
    input: &'w Input,
    default: Option<&'w Json>,
}

/// How an input of a node follows a published one.
#[derive(Debug)]
struct Use {
    which: usize,
    part: Option<usize>,
    rule: Rule,
    /// Whether it must say that it does not give the key.
    follows: bool,
    /// Whether the default is written there.
    written: bool,
}

impl<'w> Publication<'w> {
    pub(super) fn of(workflow: &'w Workflow, given: &'w Payload) -> Self {
        let mut inputs: Vec<Published<'w>> = Vec::new();
        let mut uses = BTreeMap::new();
        for (key, input) in workflow.interface.inputs() {
            let there = |target: &Target| workflow.graph.node(target.node.as_str()).is_some();
            let described = !input.schema.keywords().is_empty();
            if !described || input.targets.is_empty() || !input.targets.iter().all(there) {
                continue;
            }
            let default = given.get(key.as_str()).or_else(|| input.schema.default_value());
            let written =
                default.map(|default| workflow.interface.writes(key.as_str(), default)).unwrap_or_default();
            let is_written = |target: &Target| written.iter().any(|(other, _)| *other == target);
            let which = inputs.len();
            let composite = input.targets.len() > 1;
            for (part, target) in input.targets.iter().enumerate() {
                let part = composite.then_some(part);
                let usage =
                    Use { which, part, rule: Rule::default(), follows: false, written: is_written(target) };
                uses.insert((target.node.as_str(), target.input.as_str()), usage);
            }
            for derived in &input.derived {
                let Some(target) = derived.target.as_ref().filter(|target| there(target)) else { continue };
                let written = is_written(target);
                let usage = Use { which, part: None, rule: derived.rule.clone(), follows: false, written };
                uses.entry((target.node.as_str(), target.input.as_str())).or_insert(usage);
            }
            inputs.push(Published { key, input, default });
        }
        Self { workflow, inputs, uses }
    }

    /// The nodes that follow published inputs, each with what it follows.
    pub(super) fn followers(&self) -> Vec<(&'w str, usize)> {
        let mut followers: Vec<(&str, usize)> =
            self.uses.iter().map(|((node, _), usage)| (*node, usage.which)).collect();
        followers.sort_unstable();
        followers.dedup();
        followers
    }

    /// Finds the inputs that would give a published input its key, since they come first, and must not.
    pub(super) fn settle(&mut self, plan: &Plan<'_>) {
        let rank =
            |node: &str| plan.find(node).and_then(|node| plan.nodes.get(node)).map(|planned| planned.rank);
        let own = |published: &Published<'_>| rank(published.input.targets.first()?.node.as_str());
        let own: Vec<Option<usize>> = self.inputs.iter().map(own).collect();
        for ((node, _), usage) in &mut self.uses {
            let first = own.get(usage.which).copied().flatten();
            usage.follows = usage.part.is_none() && usage.rule == Rule::default() && rank(node) <= first;
        }
        // The targets themselves follow nothing.
        for published in &self.inputs {
            for target in &published.input.targets {
                if let Some(usage) = self.uses.get_mut(&(target.node.as_str(), target.input.as_str())) {
                    usage.follows = false;
                }
            }
        }
    }

    /// The statements that publish inputs.
    pub(super) fn statements(
        &self,
        model: &Model<'_>,
        namer: &mut Namer,
        texts: &mut Texts,
        variables: &mut Variables,
    ) -> Vec<Statement> {
        let mut statements = Vec::new();
        for (which, published) in self.inputs.iter().enumerate() {
            let name = namer.name(self.name(which));
            variables.insert(Wire::Published(which), Code::word(name.as_str()));
            let code = self.input(published, model, texts);
            statements.push(Statement::Let(name, Code::word("g").method("expose", [code])));
        }
        let interface = &self.workflow.interface;
        let known = |key: &Key| self.inputs.iter().position(|published| published.key == key);
        let required: Vec<usize> = interface.required().iter().filter_map(known).collect();
        if !required.is_empty() {
            let variable = |which: &usize| variables.get(&Wire::Published(*which)).cloned();
            let required = Code::Array(required.iter().filter_map(variable).collect());
            statements.push(Statement::Do(Code::word("g").method("require", [required])));
        }
        statements
    }

    /// An input to publish.
    fn input(&self, published: &Published<'_>, model: &Model<'_>, texts: &mut Texts) -> Code {
        let Published { key, input, default } = published;
        let schema = &input.schema;
        let title = schema.title().unwrap_or_default();
        let mut code = Code::call("input", [texts.text(title, &format!("{title} title"))]);
        let mut done: Vec<&str> = vec!["title"];
        for (name, value) in schema.keywords() {
            if done.contains(&name.as_str()) {
                continue;
            }
            let hint = format!("{title} {name}");
            code = match (name.as_str(), value) {
                ("description", Json::String(text)) if text.is_empty() => code,
                ("description", Json::String(text)) => code.method("description", [texts.text(text, &hint)]),
                ("type", Json::String(ty)) if self.type_of(input, model, default.is_some()) == Some(ty) => {
                    code
                }
                ("default", value) => code.method("default", [texts.value(default.unwrap_or(value), &hint)]),
                ("minimum", _) if range(schema).is_some() => {
                    done.push("maximum");
                    code.method("range", [Code::word(range(schema).unwrap_or_default())])
                }
                ("enum", Json::Array(options)) if is_plain(options) => {
                    let options = options.iter().map(|option| texts.value(option, &hint)).collect();
                    code.method("options", [Code::Array(options)])
                }
                (_, value) => {
                    code.method("keyword", [texts.text(name, "keyword"), texts.value(value, &hint)])
                }
            };
        }
        if let (Some(default), None) = (default, schema.get("default")) {
            code = code.method("default", [texts.value(default, &format!("{} default", key.as_str()))]);
        }
        let media = match input.media.filter(|media| schema.media().is_none_or(|(known, _)| known != *media))
        {
            Some(Media::Image) => "Image",
            Some(Media::Video) => "Video",
            Some(Media::Audio) => "Audio",
            None => return code,
        };
        code.method("media", [Code::word(format!("Media::{media}"))])
    }

    /// The type that is published by itself, after the input that gives the key.
    fn type_of(&self, input: &Input, model: &Model<'_>, has_default: bool) -> Option<&'static str> {
        let [target] = input.targets.as_slice() else { return Some("string") };
        let class = class_of(self.workflow.graph.node(target.node.as_str())?, model)?;
        let of_name = |input: &&InputModel<'_>| input.name == target.input;
        let declared = model.sets.get(class.set)?.inputs.iter().find(of_name)?;
        let Takes::Value(ty) = &declared.takes else { return None };
        // A field that has a literal first follows by name.
        if declared.field && !has_default {
            return None;
        }
        match ty {
            Ty::Choice(_) => Some("string"),
            Ty::Socket(path) => match path.as_str() {
                "socket::Int" => Some("integer"),
                "socket::Float" => Some("float"),
                "socket::Boolean" => Some("boolean"),
                "socket::Text" | "socket::Combo" => Some("string"),
                _ => None,
            },
            _ => None,
        }
    }

    /// The nodes whose results are the workflow's, with titles.
    pub(super) fn outputs(&self) -> impl Iterator<Item = (&'w str, Option<&'w str>)> + use<'w> {
        self.workflow.interface.outputs().iter().map(|output| (output.node.as_str(), output.title.as_deref()))
    }

    /// What an input follows; and whether nothing but that need be said of it.
    pub(super) fn value(&self, node: &str, input: &str, variables: &Variables) -> Option<(Code, bool)> {
        let usage = self.uses.get(&(node, input))?;
        let mut code = variables.get(&Wire::Published(usage.which))?.clone();
        if let Some(part) = usage.part {
            return Some((code.method("part", [Code::word(part.to_string())]), usage.written));
        }
        let Rule { scale, offset, round } = &usage.rule;
        let is = |a: f64, b: f64| a.to_bits() == b.to_bits();
        if !is(*scale, 1.0) {
            code = code.method("scale", [Code::word(float(*scale))]);
        }
        if !is(*offset, 0.0) {
            code = code.method("offset", [Code::word(float(*offset))]);
        }
        code = match round {
            Some(Round::Floor) => code.method("floor", []),
            Some(Round::Ceil) => code.method("ceil", []),
            Some(Round::Nearest) => code.method("round", []),
            None if usage.follows => code.method("follow", []),
            None => code,
        };
        Some((code, usage.written))
    }

    /// What the variable of a published input is to be called.
    pub(super) fn name(&self, which: usize) -> String {
        let Some(Published { key, input, .. }) = self.inputs.get(which) else {
            return "published".to_owned();
        };
        let title = input.schema.title().unwrap_or_default();
        let words = title.split('(').next().unwrap_or_default();
        super::names::of_title(words, "", "").unwrap_or_else(|| {
            let target = input.targets.first().map_or(key.as_str(), |target| target.input.as_str());
            value_name(target)
        })
    }
}

/// The limits as a range, where both are there and Rust has them as numbers of one type.
fn range(schema: &Schema) -> Option<String> {
    let (minimum, maximum) = (schema.get("minimum")?.as_number()?, schema.get("maximum")?.as_number()?);
    let places = |name: &str| schema.keywords().keys().position(|keyword| keyword == name);
    if places("maximum")? != places("minimum")?.checked_add(1)? {
        return None;
    }
    let [from, to] = [number_literal(minimum.as_str())?, number_literal(maximum.as_str())?];
    let typed = |text: &str| text.ends_with("64");
    if typed(&from) || typed(&to) {
        return None;
    }
    let whole = |text: &str| !text.contains('.');
    let fraction = |text: String| if whole(&text) { format!("{text}.0") } else { text };
    Some(if whole(&from) && whole(&to) {
        format!("{from}..={to}")
    } else {
        format!("{}..={}", fraction(from), fraction(to))
    })
}

/// Whether options are of one type that Rust has: texts, or numbers that need no type.
fn is_plain(options: &[Json]) -> bool {
    let number = |option: &Json| {
        let text = option.as_number().and_then(|number| number_literal(number.as_str()));
        text.is_some_and(|text| !text.contains('.') && !text.ends_with("64"))
    };
    !options.is_empty() && (options.iter().all(Json::is_string) || options.iter().all(number))
}

fn float(value: f64) -> String {
    if value.is_nan() {
        "f64::NAN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "f64::INFINITY" } else { "f64::NEG_INFINITY" }.to_owned()
    } else {
        format!("{value:?}")
    }
}
