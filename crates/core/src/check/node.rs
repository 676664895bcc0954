//! One node against its class, input by input in declared order.

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use serde_json::Value as Json;
use smallvec::{SmallVec, smallvec};
use std::borrow::Cow;

use super::input::{self, Finding, GoodLink, Held, Nodes, Pair, not_an_option, unwrapped};
use super::validator::{self, Argument, Arguments, Expect, Reason, Ruling};
use super::walk::Links;
use super::{python, silent};
use crate::catalog::{
    Branch, Catalog, Class, Combo, Declared, Kind, OutputType, Replacement, declared, declared_always,
    declared_and_unchosen,
};
use crate::diagnostic::{
    Diagnostic, Diagnostics, Edit, Fix, Guesses, Limit, Problem, Subject, kind_of, show, sole, spelled,
};
use crate::graph::{Graph, Input, Node, NodeId, Value};
use crate::source::Origin;

/// A graph with the classes of its nodes at hand.
pub(super) struct View<'a> {
    pub(super) graph: &'a Graph,
    pub(super) catalog: &'a Catalog,
    /// By position; `None` for one that the catalog does not know.
    classes: Vec<Option<&'a Class>>,
    guesses: Guesses,
}

/// What was found about nodes.
pub(super) struct Found<'a> {
    pub(super) diagnostics: Diagnostics,
    /// The links of declared inputs.
    pub(super) links: Links,
    /// Names near to those of unknown classes, which are often the same.
    near: HashMap<&'a str, Vec<String>>,
}

impl<'a> View<'a> {
    pub(super) fn new(graph: &'a Graph, catalog: &'a Catalog) -> Self {
        let class = |node: &'a Node| node.class().and_then(|class| catalog.class(class));
        Self {
            graph,
            catalog,
            classes: graph.nodes().map(|(_, node)| class(node)).collect(),
            guesses: Guesses::new(),
        }
    }

    /// The classes of the nodes, in their order.
    pub(super) fn classes(&self) -> impl Iterator<Item = Option<&'a Class>> {
        self.classes.iter().copied()
    }

    /// The class of the node at a position, if the catalog knows it.
    pub(super) fn class_at(&self, position: u32) -> Option<&'a Class> {
        self.classes.get(position as usize).copied()?
    }
}

impl<'a> Nodes<'a> for View<'a> {
    fn find(&self, id: &str) -> Option<(u32, Option<&'a Class>)> {
        let position = u32::try_from(self.graph.position(id)?).ok()?;
        Some((position, self.class_at(position)))
    }
}

impl Found<'_> {
    /// Nothing about so many nodes.
    pub(super) fn new(nodes: usize) -> Self {
        Self { diagnostics: Diagnostics::default(), links: Links::new(nodes), near: HashMap::new() }
    }
}

/// What an input holds, as the server would see it.
pub(super) fn held(value: &Value) -> Held<'_> {
    match value {
        Value::Link(link) => {
            Held::Link(Pair { from: Some(link.node.as_str()), slot: Some(link.slot), raw: None })
        }
        Value::Literal(literal) => Held::read(literal),
    }
}

/// Looks at the node at a position.
pub(super) fn check<'a>(
    position: u32,
    id: &'a NodeId,
    node: &'a Node,
    view: &'a View<'a>,
    found: &mut Found<'a>,
) {
    let Some(name) = node.class() else {
        let problem = Problem::MissingClass { node: id.to_string() };
        found.diagnostics.report(problem, node.origin().cloned().map(Origin::key));
        return;
    };
    let place = || node.class_origin();
    let Some(class) = view.class_at(position) else {
        let mut near: Vec<String> =
            view.catalog.replacements(name).iter().map(|new| new.new_class.clone()).collect();
        if near.is_empty() {
            near.clone_from(
                found.near.entry(name).or_insert_with(|| view.guesses.nearest(name, view.catalog.names())),
            );
        }
        let fix = match view.catalog.replacements(name).first() {
            Some(rule) => node.origin().and_then(|origin| replaced(node, origin, rule, view.catalog)),
            None => place().zip(sole(name, &near)).map(|(at, near)| Fix::replace(at.pointer, near)),
        };
        let problem = Problem::UnknownClass { class: name.to_owned(), near };
        found.diagnostics.push(Diagnostic::new(problem, place()).with_fix(fix));
        links_of_unknown(position, id, node, view, found);
        return;
    };
    if let Some(detail) = &class.malformed {
        let problem = Problem::MalformedClass { class: name.to_owned(), detail: detail.clone() };
        found.diagnostics.report(problem, place());
        return;
    }
    if !node.has_inputs() {
        let problem = Problem::NoInputs { node: id.to_string(), class: name.to_owned() };
        found.diagnostics.report(problem, node.origin().cloned().map(Origin::key));
    }
    let one = OneNode { position, id, node, class, view };
    let mut known = Known::new(node);
    let mut unchosen = Vec::new();
    if class.marks().dynamic {
        let keep = |name, branches, required| unchosen.push((name, branches, required));
        for declared in declared_and_unchosen(class, node, keep) {
            one.check_input(&declared, &mut known, found);
        }
    } else {
        for declared in declared_always(class) {
            one.check_input(&declared, &mut known, found);
        }
    }
    one.check_own_rules(&mut found.diagnostics);
    one.check_unchosen(&unchosen, &mut found.diagnostics);
    one.check_undeclared(&known, &unchosen, &mut found.diagnostics);
}

/// Which inputs of a node are declared, by their position.
struct Known(SmallVec<[bool; 32]>);

impl Known {
    fn new(node: &Node) -> Self {
        Self(smallvec![false; node.input_count()])
    }

    /// The input of this name, which is declared.
    fn take<'n>(&mut self, node: &'n Node, name: &str) -> Option<&'n Input> {
        let (position, input) = node.input_and_position(name)?;
        if let Some(known) = self.0.get_mut(position) {
            *known = true;
        }
        Some(input)
    }
}

/// The server's replacement of a class that is gone, where it is no more than new names for the class and its inputs: every
/// input is mapped, none is set, and the outputs keep their slots.
fn replaced(node: &Node, origin: &Origin, rule: &Replacement, catalog: &Catalog) -> Option<Fix> {
    catalog.class(&rule.new_class)?;
    let list = |name: &str| rule.rule.get(name).and_then(Json::as_array);
    let stays = |entry: &Json| entry.get("old_idx").is_some_and(|old| entry.get("new_idx") == Some(old));
    if !list("output_mapping").is_none_or(|slots| slots.iter().all(stays)) {
        return None;
    }
    let mut names: HashMap<&str, &str> = HashMap::new();
    for entry in list("input_mapping").into_iter().flatten() {
        let text = |name: &str| entry.get(name).and_then(Json::as_str);
        let (old, new) = text("old_id").zip(text("new_id"))?;
        if entry.get("set_value").is_some() || names.insert(old, new).is_some() || node.input(old).is_none() {
            return None;
        }
    }
    let mut edits = vec![Edit::Replace {
        pointer: origin.pointer.join("class_type"),
        value: rule.new_class.as_str().into(),
    }];
    let mut taken = HashSet::new();
    for (name, input) in node.inputs() {
        let new = *names.get(name)?;
        if !taken.insert(new) {
            return None;
        }
        if new != name {
            let pointer = input.origin.as_ref()?.pointer.clone();
            edits.push(Edit::Rename { pointer, key: new.to_owned() });
        }
    }
    Some(Fix { edits })
}

/// A link from nowhere is wrong whatever the class says.
fn links_of_unknown(position: u32, id: &NodeId, node: &Node, view: &View<'_>, found: &mut Found<'_>) {
    for (name, input) in node.inputs() {
        let Value::Link(link) = &input.value else { continue };
        match view.find(link.node.as_str()) {
            Some((origin, _)) => found.links.add(position, origin),
            None => found.diagnostics.report(dangling(id, name, link.node.as_str()), input.origin.clone()),
        }
    }
}

fn dangling(id: &NodeId, input: &str, from: &str) -> Problem {
    Problem::DanglingLink { node: id.to_string(), input: input.to_owned(), from: from.to_owned() }
}

struct OneNode<'a> {
    position: u32,
    id: &'a NodeId,
    node: &'a Node,
    class: &'a Class,
    view: &'a View<'a>,
}

/// A dynamic combo that chooses no branch.
type Unchosen<'a> = (Cow<'a, str>, &'a [Branch], bool);

impl<'a> OneNode<'a> {
    fn check_input(&self, declared: &Declared<'a>, known: &mut Known, found: &mut Found<'_>) {
        let name = declared.name.as_ref();
        let held_input = known.take(self.node, name);
        let Some(finding) =
            input::judge(self.class, declared, held_input.map(|input| held(&input.value)), self.view)
        else {
            return;
        };
        let place = held_input.and_then(|input| input.origin.as_ref());
        if let Finding::Fits { link } | Finding::Mismatch { link, .. } = &finding {
            found.links.add(self.position, link.origin);
        }
        if let Finding::NotAnOption { literal, combo } = &finding {
            for missing in input::not_members(combo, literal) {
                let problem = not_an_option(self.subject(name), combo, missing, &self.view.guesses);
                let fix = self.option_meant(name, combo, &problem).zip(place);
                let fix = fix.map(|(option, at)| Fix::replace(at.pointer.clone(), option.clone()));
                found.diagnostics.push(Diagnostic::new(problem, place.cloned()).with_fix(fix));
            }
            return;
        }
        let Some(problem) = self.problem(declared, &finding) else { return };
        let place = match finding {
            Finding::Missing => self.place_of_inputs(),
            _ => place.cloned(),
        };
        let fix = place.as_ref().and_then(|place| self.value_meant(declared, &finding, &problem, place));
        let mut diagnostic = Diagnostic::new(problem, place).with_fix(fix);
        if let Finding::Mismatch { link: GoodLink { from, .. }, .. } | Finding::NoSlot { from, .. } = finding
        {
            let origin = self.view.graph.node(from).and_then(Node::origin);
            diagnostic =
                diagnostic.with_related(origin.cloned().map(Origin::key), "the node that the link starts at");
        }
        found.diagnostics.push(diagnostic);
    }

    /// The option that a misspelt one stands for.
    fn option_meant<'c>(&self, name: &str, combo: &'c Combo, problem: &Problem) -> Option<&'c Json> {
        let Problem::NotAnOption { near, .. } = problem else { return None };
        let near = sole(self.node.literal(name)?.as_str()?, near)?;
        combo.options.iter().find(|option| option.as_str() == Some(near))
    }

    /// The number that a text stands for, or the link that `[5, 0]` does.
    fn value_meant(
        &self,
        declared: &Declared<'a>,
        finding: &Finding<'_, '_>,
        problem: &Problem,
        place: &Origin,
    ) -> Option<Fix> {
        match (finding, problem) {
            (Finding::Literal(_), Problem::ConvertedValue { .. }) => {
                let text = self.node.literal(&declared.name)?.as_str()?;
                let ty = declared.input.kind.socket_type()?;
                let number = ["INT", "FLOAT"].contains(&ty).then(|| spelled(text, ty == "INT"))??;
                Some(Fix::replace(place.pointer.clone(), number))
            }
            (Finding::NotALink(Pair { from: None, slot, raw: Some(raw) }), _) => {
                let Json::Number(number) = raw.get(0)? else { return None };
                let id = number.as_str();
                let pair = Pair { from: Some(id), slot: *slot, raw: None };
                let judged = input::judge(self.class, declared, Some(Held::Link(pair)), self.view)?;
                matches!(judged, Finding::Fits { .. }).then(|| Fix::replace(place.pointer.join(0), id))
            }
            _ => None,
        }
    }

    /// The input that a misspelt one stands for, if it can take what the other holds.
    fn input_meant(&self, name: &str, near: &[String]) -> Option<String> {
        let near = sole(name, near)?;
        let declared = declared(self.class, self.node).into_iter().find(|declared| declared.name == near)?;
        let value = held(&self.node.input(name)?.value);
        let judged = input::judge(self.class, &declared, Some(value), self.view)?;
        matches!(judged, Finding::Fits { .. } | Finding::Literal(_)).then(|| near.to_owned())
    }

    fn subject(&self, input: &str) -> Subject {
        Subject::input(self.id, input)
    }

    /// Where the node's set of inputs was said.
    fn place_of_inputs(&self) -> Option<Origin> {
        let origin = self.node.origin()?;
        Some(if self.node.has_inputs() { origin.member("inputs") } else { origin.clone() }.key())
    }

    /// What is wrong, or worth a warning, in a finding.
    fn problem(&self, declared: &Declared<'_>, finding: &Finding<'_, '_>) -> Option<Problem> {
        // Hardly any finding is a problem.
        let (node, input) = (|| self.id.to_string(), || declared.name.to_string());
        let subject = || self.subject(&declared.name);
        let invalid = |literal: &Json, expected: &str| Problem::InvalidValue {
            subject: subject(),
            expected: expected.to_owned(),
            found: format!("{} {}", kind_of(literal), show(literal)),
        };
        Some(match finding {
            Finding::Missing => Problem::MissingInput {
                node: node(),
                class: self.class.name.clone(),
                input: input(),
                ty: declared.input.kind.describe(),
            },
            Finding::BadList(list) => Problem::BadLink { node: node(), input: input(), found: show(list) },
            Finding::NotALink(pair) => Problem::BadLink {
                node: node(),
                input: input(),
                found: pair.raw.map(show).unwrap_or_default(),
            },
            Finding::Dangling(from) => dangling(self.id, &declared.name, from),
            Finding::NoSlot { from, class, slot } => Problem::SlotOutOfRange {
                node: node(),
                input: input(),
                from: (*from).to_owned(),
                class: class.name.clone(),
                slot: *slot,
                outputs: class.outputs.len(),
            },
            Finding::Mismatch { link, output } => Problem::TypeMismatch {
                node: node(),
                input: input(),
                expected: declared.input.kind.socket_type().unwrap_or_default().to_owned(),
                from: link.from.to_owned(),
                slot: link.slot,
                found: output.to_string(),
            },
            Finding::NotConvertible { literal, ty } => {
                invalid(literal, if *ty == "INT" { "a whole number" } else { "a number" })
            }
            Finding::NotComparable { literal, .. } => invalid(literal, "a number"),
            Finding::TooSmall { literal, min, .. } => Problem::OutOfRange {
                subject: subject(),
                value: show(literal),
                limit: Limit::Minimum((*min).clone()),
            },
            Finding::TooBig { literal, max, .. } => Problem::OutOfRange {
                subject: subject(),
                value: show(literal),
                limit: Limit::Maximum((*max).clone()),
            },
            Finding::Literal(literal) if !declared.chooser => {
                return silent::check(subject, declared.input, literal);
            }
            Finding::Literal(_) | Finding::Fits { .. } | Finding::NotAnOption { .. } => return None,
        })
    }

    /// What the class's own validator says.
    fn check_own_rules(&self, diagnostics: &mut Diagnostics) {
        let Some(ruling) = validator::judge(self.class, self.view.catalog, self) else { return };
        let (input, reason) = match ruling {
            Ruling::Passes
            | Ruling::Unknown { input: None, .. }
            | Ruling::Unknown { expect: Expect::Raises, .. } => {
                return;
            }
            Ruling::Unknown { input: Some(input), .. } => {
                let open = matches!(self.class.inputs.get(&input).map(|i| &i.kind), Some(Kind::Combo(combo)) if combo.open);
                if let Some(literal) = self.node.literal(&input).filter(|_| !open) {
                    let value = show(unwrapped(literal));
                    let problem = Problem::UnlistedFile { subject: self.subject(&input), value };
                    diagnostics.report(problem, self.node.input(&input).and_then(|held| held.origin.clone()));
                }
                return;
            }
            Ruling::Refuses { input, reason, .. } | Ruling::Raises { input, reason } => (input, reason),
        };
        let input =
            if let Reason::WrongTask { .. } = reason { "original_model_task_id".to_owned() } else { input };
        let Some(held) = self.node.input(&input) else {
            let missing =
                self.class.inputs.required.as_ref().is_some_and(|required| required.contains_key(&input));
            if !missing {
                let ty = reason.expected().to_owned();
                let (node, class) = (self.id.to_string(), self.class.name.clone());
                diagnostics.report(Problem::MissingInput { node, class, input, ty }, self.place_of_inputs());
            }
            return;
        };
        let found = match (&reason, &held.value) {
            (Reason::WrongTask { found }, _) => format!("`{found}`"),
            (_, Value::Link(_)) => "a link".to_owned(),
            (_, Value::Literal(literal)) => show(literal),
        };
        let problem = Problem::InvalidValue {
            subject: self.subject(&input),
            expected: reason.expected().to_owned(),
            found,
        };
        diagnostics.report(problem, held.origin.clone());
    }

    /// Dynamic combos that choose nothing: the server then knows none of the inputs behind them, nor the combo itself.
    fn check_unchosen(&self, unchosen: &[Unchosen<'_>], diagnostics: &mut Diagnostics) {
        for (name, branches, required) in unchosen {
            let held = self.node.input(name);
            if held.is_none() && !required {
                continue;
            }
            let value = held.map(|input| match &input.value {
                Value::Link(_) => "a link".to_owned(),
                Value::Literal(literal) => show(literal),
            });
            let keys: Vec<String> = branches.iter().map(|branch| python::text(&branch.key)).collect();
            let written = self.node.literal(name).and_then(Json::as_str).unwrap_or_default();
            let near = self.view.guesses.nearest(written, keys.iter().map(String::as_str));
            let place = match held {
                Some(input) => input.origin.clone(),
                None => self.place_of_inputs(),
            };
            diagnostics.report(
                Problem::UnknownBranch { subject: self.subject(name), value, near, keys: keys.into() },
                place,
            );
        }
    }

    /// Inputs that the class does not declare: the server ignores them. Values of widgets that only the editor knows are
    /// none of the user's doing and are passed over.
    fn check_undeclared(&self, known: &Known, unchosen: &[Unchosen<'_>], diagnostics: &mut Diagnostics) {
        if known.0.iter().all(|known| *known) {
            return;
        }
        let behind = |name: &str| {
            unchosen.iter().any(|(combo, ..)| {
                name.strip_prefix(combo.as_ref()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        };
        let mut free: Option<Vec<String>> = None;
        let mut taken = HashSet::new();
        for ((name, held), _) in self.node.inputs().zip(&known.0).filter(|(_, known)| !**known) {
            if self.class.knows(name) || behind(name) {
                continue;
            }
            let free = free.get_or_insert_with(|| {
                let all =
                    declared(self.class, self.node).into_iter().map(|declared| declared.name.into_owned());
                all.filter(|name| self.node.input(name).is_none()).collect()
            });
            let near = self.view.guesses.nearest(name, free.iter().map(String::as_str));
            let meant = self.input_meant(name, &near).filter(|meant| taken.insert(meant.clone()));
            let fix = held.origin.clone().zip(meant).map(|(at, meant)| Fix::rename(at.pointer, meant));
            let (node, class) = (self.id.to_string(), self.class.name.clone());
            let problem = Problem::UnknownInput { node, class, input: name.to_owned(), near };
            let place = held.origin.clone().map(Origin::key);
            diagnostics.push(Diagnostic::new(problem, place).with_fix(fix));
        }
    }
}

impl<'a> Arguments<'a> for OneNode<'a> {
    fn value(&self, name: &str) -> Option<Argument<'_>> {
        Some(match held(self.node.value(name)?) {
            Held::Link(_) => Argument::Link,
            Held::List(list) => Argument::Literal(list),
            Held::Literal(literal) => Argument::Literal(unwrapped(literal)),
        })
    }

    fn received(&self, name: &str) -> Option<&'a OutputType> {
        let Held::Link(pair) = held(self.node.value(name)?) else { return None };
        let (_, class) = self.view.find(pair.from?)?;
        input::output_at(class?, pair.slot?)
    }
}

impl Class {
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
