//! Looking at a prompt as the server does: its classes, then every node that an output reaches.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};

use super::entry::{Cause, Entry, NodeErrors, Ring};
use super::{Refusal, Undecided, Verdict, VerdictOptions};
use crate::catalog::{Catalog, Class, Declared, Input, Kind, OutputType, Type, declared_in_use};
use crate::check::input::{self, Finding, GoodLink, Held, Nodes, unwrapped};
use crate::check::validator::{self, Argument, Arguments, Expect, Reason, Ruling};
use crate::check::walk::{Links, Visit};
use crate::check::{DEEPEST_CHAIN, python};
use crate::number::Num;

/// A prompt that has been looked at.
pub(super) struct Trial<'p, 'c> {
    pub(super) seats: Vec<Seat<'p, 'c>>,
    /// The outputs that are asked for, in prompt order.
    pub(super) outputs: Vec<u32>,
    pub(super) links: Links,
    /// What the outputs reach.
    pub(super) visits: Vec<Visit>,
    /// By link.
    pub(super) ends: Vec<End<'p, 'c>>,
    /// What is wrong with a node by itself, by position of the node.
    pub(super) judged: Vec<Option<Box<Judged<'p, 'c>>>>,
    undecided: Vec<Undecided>,
}

/// A node of the prompt.
pub(super) struct Seat<'p, 'c> {
    pub(super) id: &'p str,
    pub(super) class: &'c Class,
    inputs: Option<&'p Map<String, Json>>,
}

/// A link that fits, from the side of its consumer.
pub(super) struct End<'p, 'c> {
    pub(super) input: Cow<'c, str>,
    pub(super) spec: &'c Input,
    pub(super) link: GoodLink<'p>,
}

/// What is wrong with a node by itself.
#[derive(Default)]
pub(super) struct Judged<'p, 'c> {
    /// The node's own errors, were it not for exceptions.
    pub(super) errors: Vec<Entry<'c>>,
    /// The exception the node raises.
    pub(super) raise: Option<Raise<'p>>,
}

/// An exception of Python's.
pub(super) struct Raise<'p> {
    pub(super) kind: &'static str,
    pub(super) message: Cow<'p, str>,
    /// Whether it comes while links are looked at, so that some of them may not be followed.
    pub(super) early: bool,
}

struct Seating<'p, 'c>(HashMap<&'p str, (u32, &'c Class)>);

impl<'c> Nodes<'c> for Seating<'_, 'c> {
    fn find(&self, id: &str) -> Option<(u32, Option<&'c Class>)> {
        self.0.get(id).map(|(position, class)| (*position, Some(*class)))
    }
}

impl<'p, 'c> Trial<'p, 'c> {
    /// Looks at a prompt. The error is the verdict on one that is refused before any node is looked at.
    pub(super) fn run(
        prompt: &'p Json,
        catalog: &'c Catalog,
        options: &VerdictOptions,
    ) -> Result<Self, Box<Verdict<'c>>> {
        let seats = seats(prompt, catalog)?;
        let wanted = |id: &str| {
            options.targets.as_ref().is_none_or(|targets| targets.iter().any(|target| target == id))
        };
        let outputs: Vec<u32> = (0_u32..)
            .zip(&seats)
            .filter(|(_, seat)| seat.class.output_node() && wanted(seat.id))
            .map(|(i, _)| i)
            .collect();
        if outputs.is_empty() {
            let refusal = Refusal::new("prompt_no_outputs", "Prompt has no outputs", "");
            let doubtful = seats.iter().filter(|seat| seat.class.is_custom() && seat.class.v3());
            let why = "a custom node may be an output though its schema does not say so";
            let undecided =
                doubtful.map(|seat| Undecided { node: seat.id.to_owned(), input: None, why }).collect();
            return Err(Box::new(Verdict { undecided, ..Verdict::refused(refusal) }));
        }
        let seating = Seating((0_u32..).zip(&seats).map(|(i, seat)| (seat.id, (i, seat.class))).collect());
        let mut judged = Vec::new();
        judged.resize_with(seats.len(), || None);
        let mut look = Look {
            catalog,
            seating: &seating,
            links: Links::new(seats.len()),
            ends: Vec::new(),
            undecided: HashMap::new(),
            judged,
        };
        for (node, seat) in (0_u32..).zip(&seats) {
            look.at(node, seat);
        }
        let Look { links, ends, mut undecided, judged, .. } = look;
        let visits = links.visits(outputs.iter().copied());
        let undecided = visits.iter().filter_map(|visit| undecided.remove(&visit.node)).flatten().collect();
        Ok(Self { seats, outputs, links, visits, ends, judged, undecided })
    }

    pub(super) fn judged(&self, node: u32) -> Option<&Judged<'p, 'c>> {
        self.judged.get(node as usize)?.as_deref()
    }

    /// The id of a node.
    pub(super) fn id(&self, node: u32) -> &'p str {
        self.seats.get(node as usize).map_or("", |seat| seat.id)
    }

    pub(super) fn verdict(mut self) -> Verdict<'c> {
        let circles = self.links.circles(&self.visits);
        let judged = (0_u32..).zip(&self.judged).filter(|(_, judged)| judged.is_some()).map(|(node, _)| node);
        let spoiled = self.links.leading_to(circles.iter().flatten().copied().chain(judged));
        let is_spoiled = |output: &u32| spoiled.get(*output as usize) == Some(&true);
        let (bad, good): (Vec<u32>, Vec<u32>) = self.outputs.iter().partition(|output| is_spoiled(output));
        let names =
            |outputs: &[u32]| outputs.iter().map(|output| self.id(*output).to_owned()).collect::<Vec<_>>();
        let mut verdict = Verdict {
            ok: Some(!good.is_empty()),
            outputs: names(&good),
            failed: names(&bad),
            ..Verdict::default()
        };
        if self.visits.len() > DEEPEST_CHAIN && self.links.longest_chain(&self.visits) > DEEPEST_CHAIN {
            self.undecided.push(Undecided {
                node: self.outputs.first().map_or("", |output| self.id(*output)).to_owned(),
                input: None,
                why: "the chain of links is so long that the server may run out of stack",
            });
        }
        verdict.undecided = std::mem::take(&mut self.undecided);
        if bad.is_empty() {
            return verdict;
        }
        verdict.node_errors = self.node_errors(&bad, &circles);
        if good.is_empty() {
            let by_node: HashMap<&str, &NodeErrors<'_>> =
                verdict.node_errors.iter().map(|e| (e.node.as_str(), e)).collect();
            let own = verdict
                .failed
                .iter()
                .filter_map(|id| by_node.get(id.as_str()))
                .flat_map(|errors| &errors.errors);
            let lines: Vec<String> =
                own.map(|entry| format!("{}: {}", entry.message(), entry.details())).collect();
            verdict.error = Some(Refusal::new(
                "prompt_outputs_failed_validation",
                "Prompt outputs failed validation",
                lines.join("\n"),
            ));
        }
        verdict
    }

    /// The entries of all reached nodes that have any, in the order they were reached.
    fn node_errors(&mut self, bad: &[u32], circles: &[Vec<u32>]) -> Vec<NodeErrors<'c>> {
        let mut rings: HashMap<u32, Ring> = HashMap::new();
        for circle in circles {
            let ring = Ring::new(
                self.links
                    .ring(circle)
                    .into_iter()
                    .filter_map(|node| self.seats.get(node as usize))
                    .map(|seat| (seat.id, seat.class.name.as_str())),
            );
            rings.extend(circle.iter().map(|node| (*node, ring.clone())));
        }
        let visited_by = self.links.visited_by(&self.visits);
        let mut found = Vec::new();
        for visit in &self.visits {
            let judged = self.judged.get_mut(visit.node as usize).and_then(Option::take);
            let ring = rings.remove(&visit.node);
            if judged.is_none() && ring.is_none() {
                continue;
            }
            let Some(seat) = self.seats.get(visit.node as usize) else { continue };
            let Judged { errors, raise } = judged.map_or_else(Judged::default, |judged| *judged);
            let errors = if let Some(raise) = raise {
                let by = visited_by.get(visit.node as usize).copied().flatten();
                let by = by.and_then(|link| self.ends.get(link));
                vec![exception(&raise, by)]
            } else {
                let cycle = |ring| Cause::Cycle { node: seat.id.to_owned(), ring };
                let cycle = ring.map(|ring| Entry { input: None, cause: cycle(ring) });
                cycle.into_iter().chain(errors).collect()
            };
            let start = self.outputs.get(visit.start as usize).copied().unwrap_or(0);
            found.push(NodeErrors {
                node: seat.id.to_owned(),
                class: &seat.class.name,
                errors,
                since: bad.partition_point(|output| *output < start),
            });
        }
        found
    }
}

fn exception<'c>(raise: &Raise<'_>, by: Option<&End<'_, 'c>>) -> Entry<'c> {
    let (kind, message) = (raise.kind, raise.message.clone().into_owned());
    match by {
        None => Entry { input: None, cause: Cause::Exception { kind, message } },
        Some(End { input, spec, link }) => Entry {
            input: Some((input.clone(), spec)),
            cause: Cause::InnerException { kind, message, link: link.to_json() },
        },
    }
}

/// The nodes with their classes, or the verdict on a prompt that has something else among its nodes.
fn seats<'p, 'c>(prompt: &'p Json, catalog: &'c Catalog) -> Result<Vec<Seat<'p, 'c>>, Box<Verdict<'c>>> {
    let fail = |exception: String| Box::new(Verdict::failed(exception));
    let Json::Object(nodes) = prompt else { return Err(fail("the prompt is not an object".to_owned())) };
    let mut seats = Vec::with_capacity(nodes.len());
    let mut missing: Option<(&str, &Map<String, Json>)> = None;
    for (id, node) in nodes {
        let Json::Object(fields) = node else { return Err(fail(format!("node {id:?} is not an object"))) };
        let inputs = match fields.get("inputs") {
            None => None,
            Some(Json::Object(inputs)) => Some(inputs),
            Some(_) => return Err(fail(format!("`inputs` of node {id:?} is not an object"))),
        };
        let class = match fields.get("class_type") {
            Some(Json::String(name)) => catalog.class(name),
            Some(Json::Array(_) | Json::Object(_)) => {
                return Err(fail(format!("`class_type` of node {id:?} cannot be a name")));
            }
            _ => None,
        };
        match class {
            Some(class) => seats.push(Seat { id, class, inputs }),
            None => missing = missing.or(Some((id, fields))),
        }
    }
    match missing {
        None => Ok(seats),
        Some((id, fields)) => Err(match missing_class(id, fields) {
            Ok(refusal) => Box::new(Verdict::refused(refusal)),
            Err(exception) => fail(exception),
        }),
    }
}

fn missing_class(id: &str, fields: &Map<String, Json>) -> Result<Refusal, String> {
    let title = match fields.get("_meta") {
        None => None,
        Some(Json::Object(meta)) => meta.get("title"),
        Some(_) => return Err(format!("`_meta` of node {id:?} is not an object")),
    };
    let class = fields.get("class_type");
    let message = match (class, title) {
        (None, Some(title)) if !title.is_null() => format!("Node '{}' has", python::text(title)),
        (None, _) => format!("Node 'ID #{id}' has"),
        (Some(_), Some(title)) if !title.is_null() => format!("Node '{}' not", python::text(title)),
        (Some(class), _) => format!("Node '{}' not", python::text(class)),
    };
    let rest = match class {
        None => " no class_type. The workflow may be corrupted or a custom node is missing.",
        Some(_) => " found. The custom node may not be installed.",
    };
    Ok(Refusal {
        extra_info: json!({"node_id": id, "class_type": class, "node_title": title}),
        ..Refusal::new("missing_node_type", message + rest, format!("Node ID '#{id}'"))
    })
}

/// Looking at nodes, one after the other.
struct Look<'l, 'p, 'c> {
    catalog: &'c Catalog,
    seating: &'l Seating<'p, 'c>,
    links: Links,
    ends: Vec<End<'p, 'c>>,
    /// By node.
    undecided: HashMap<u32, Vec<Undecided>>,
    judged: Vec<Option<Box<Judged<'p, 'c>>>>,
}

impl<'p, 'c> Look<'_, 'p, 'c> {
    fn at(&mut self, node: u32, seat: &Seat<'p, 'c>) {
        let mut found = Judged::default();
        let Some(inputs) = seat.inputs else {
            found.raise = Some(Raise { kind: "KeyError", message: "'inputs'".into(), early: true });
            self.note(node, found);
            return;
        };
        for declared in declared_in_use(seat.class, inputs) {
            let held = inputs.get(declared.name.as_ref()).map(Held::read);
            let Some(finding) = input::judge(seat.class, &declared, held, self.seating) else { continue };
            if let Some(why) = doubt(seat.class, &declared, &finding, self.seating) {
                self.doubt(node, seat, Some(declared.name.as_ref()), why);
            }
            match finding {
                Finding::Literal(_) => {}
                Finding::Fits { link } => {
                    self.links.add(node, link.origin);
                    self.ends.push(End { input: declared.name, spec: declared.input, link });
                }
                finding => match raise(&finding, self.seating) {
                    Some(raise) => found.raise = found.raise.or(Some(raise)),
                    None => found.errors.extend(
                        Cause::of(&finding, &declared, seat.class)
                            .map(|cause| Entry { input: Some((declared.name, declared.input)), cause }),
                    ),
                },
            }
        }
        if found.raise.is_none() {
            self.rule(node, seat, inputs, &mut found);
        }
        self.note(node, found);
    }

    fn note(&mut self, node: u32, found: Judged<'p, 'c>) {
        if (found.raise.is_some() || !found.errors.is_empty())
            && let Some(place) = self.judged.get_mut(node as usize)
        {
            *place = Some(Box::new(found));
        }
    }

    /// Has the class's own validator judge.
    fn rule(
        &mut self,
        node: u32,
        seat: &Seat<'p, 'c>,
        inputs: &'p Map<String, Json>,
        found: &mut Judged<'p, 'c>,
    ) {
        let given = Given { inputs, seating: self.seating };
        match validator::judge(seat.class, self.catalog, &given) {
            None | Some(Ruling::Passes) => {}
            Some(Ruling::Raises { input, reason }) => {
                let (kind, message) = exception_of_validator(seat.class, &input, &reason, inputs);
                found.raise = Some(Raise { kind, message: message.into(), early: false });
            }
            Some(Ruling::Refuses { input, all, reason }) => {
                let text = match reason {
                    Reason::Outside { what } => refused_file(inputs, &input, what),
                    _ => None,
                };
                refuse(seat, inputs, input, all, text.as_deref(), found);
            }
            Some(Ruling::Unknown { input, expect, why, all }) => {
                self.doubt(node, seat, input.as_deref(), why);
                match (expect, input) {
                    (Expect::Refuses { what }, Some(input)) => {
                        let text = refused_file(inputs, &input, what);
                        refuse(seat, inputs, input, all, text.as_deref(), found);
                    }
                    (Expect::Raises, Some(input)) => {
                        let (kind, message) =
                            exception_of_validator(seat.class, &input, &Reason::Absent, inputs);
                        found.raise = Some(Raise { kind, message: message.into(), early: false });
                    }
                    _ => {}
                }
            }
        }
    }

    fn doubt(&mut self, node: u32, seat: &Seat<'_, '_>, input: Option<&str>, why: &'static str) {
        let doubt = Undecided { node: seat.id.to_owned(), input: input.map(str::to_owned), why };
        self.undecided.entry(node).or_default().push(doubt);
    }
}

/// What Python says when a validator fails.
fn exception_of_validator(
    class: &Class,
    input: &str,
    reason: &Reason,
    inputs: &Map<String, Json>,
) -> (&'static str, String) {
    match reason {
        Reason::Absent => {
            let method = if class.v3() { "validate_inputs" } else { "VALIDATE_INPUTS" };
            (
                "TypeError",
                format!("{}.{method}() missing 1 required positional argument: '{input}'", class.name),
            )
        }
        Reason::NotAName => {
            let ty = match inputs.get(input).map(Held::read) {
                Some(Held::Literal(literal)) => python::type_name(unwrapped(literal)),
                Some(Held::List(list)) => python::type_name(list),
                Some(Held::Link(_)) | None => "NoneType",
            };
            ("AttributeError", format!("'{ty}' object has no attribute 'endswith'"))
        }
        other => ("ValueError", format!("'{input}' must be {}", other.expected())),
    }
}

fn refused_file(inputs: &Map<String, Json>, input: &str, what: &str) -> Option<String> {
    let file = unwrapped(inputs.get(input)?).as_str()?;
    Some(format!("Invalid {what} file: {file}"))
}

/// Adds the entries of a refusal: one for each input that the validator got.
fn refuse<'c>(
    seat: &Seat<'_, 'c>,
    inputs: &Map<String, Json>,
    input: String,
    all: bool,
    text: Option<&str>,
    found: &mut Judged<'_, 'c>,
) {
    let names: Vec<Cow<'c, str>> = if all {
        let declared = declared_in_use(seat.class, inputs).into_iter().map(|declared| declared.name);
        declared.filter(|name| inputs.contains_key(name.as_ref())).collect()
    } else {
        vec![Cow::Owned(input)]
    };
    found.errors.extend(names.into_iter().map(|name| {
        let cause = Cause::Custom { name: name.into_owned(), text: text.map(str::to_owned) };
        Entry { input: None, cause }
    }));
}

/// The exception that a finding is on the server.
fn raise<'p>(finding: &Finding<'_, 'p>, seating: &Seating<'p, '_>) -> Option<Raise<'p>> {
    let (kind, message): (_, Cow<'p, str>) = match finding {
        Finding::Dangling(from) => ("KeyError", python::repr(&Json::from(*from)).into()),
        Finding::NotALink(pair) => {
            let origin = pair.from.and_then(|from| seating.find(from)).and_then(|(_, class)| class);
            match (origin, pair.raw.and_then(|raw| raw.get(1)), pair.raw.and_then(|raw| raw.get(0))) {
                (Some(origin), Some(slot), _) => {
                    let list = if origin.v3() { "list" } else { "tuple" };
                    (
                        "TypeError",
                        format!("{list} indices must be integers or slices, not {}", python::type_name(slot))
                            .into(),
                    )
                }
                (_, _, Some(from @ (Json::Array(_) | Json::Object(_)))) => {
                    ("TypeError", format!("unhashable type: '{}'", python::type_name(from)).into())
                }
                (_, _, from) => ("KeyError", python::repr(from.unwrap_or(&Json::Null)).into()),
            }
        }
        Finding::NoSlot { class, .. } => (
            "IndexError",
            if class.v3() { "list index out of range" } else { "tuple index out of range" }.into(),
        ),
        Finding::NotComparable { literal, limit, sign } => {
            let limit = match Num::read(limit) {
                Num::Int(_) => "int",
                Num::Float(_) => "float",
            };
            let found = python::type_name(literal);
            (
                "TypeError",
                format!("'{sign}' not supported between instances of '{found}' and '{limit}'").into(),
            )
        }
        _ => return None,
    };
    Some(Raise { kind, message, early: true })
}

/// Why a finding is likely but not certain.
fn doubt(
    class: &Class,
    declared: &Declared<'_>,
    finding: &Finding<'_, '_>,
    seating: &Seating<'_, '_>,
) -> Option<&'static str> {
    let input = declared.input;
    match finding {
        Finding::Mismatch { link, .. } => {
            let origin = seating.find(link.from).and_then(|(_, class)| class);
            let custom = class.is_custom() || origin.is_some_and(Class::is_custom);
            custom.then_some("types of custom nodes may compare as they like")
        }
        Finding::NoSlot { class, .. } => {
            class.is_custom().then_some("a custom node may have outputs that it does not list")
        }
        Finding::Literal(_)
        | Finding::NotComparable { .. }
        | Finding::TooSmall { .. }
        | Finding::TooBig { .. }
            if is_any(&input.kind) && class.is_custom() =>
        {
            Some("a custom node's `*` may be every type, and convert or refuse a literal")
        }
        Finding::Literal(literal) => match &input.kind {
            Kind::Combo(combo)
                if combo.open
                    && !class.validates(&declared.name)
                    && !input::strangers(combo, literal).is_empty() =>
            {
                Some("the catalog's list is of another machine")
            }
            _ => None,
        },
        Finding::NotAnOption { .. } if class.is_custom() && input.is_list_typed() => {
            Some("a custom node's options may be a tuple, which the server does not check")
        }
        Finding::NotAnOption { .. } | Finding::TooSmall { .. } | Finding::TooBig { .. }
            if class.is_custom() && class.traits.is_none() =>
        {
            Some("the class may judge this value with code of its own")
        }
        _ => None,
    }
}

fn is_any(kind: &Kind) -> bool {
    matches!(kind, Kind::Named(ty) if ty.as_str() == Type::ANY)
}

/// A node's inputs, as its class's validator gets them.
struct Given<'l, 'p, 'c> {
    inputs: &'p Map<String, Json>,
    seating: &'l Seating<'p, 'c>,
}

impl<'c> Arguments<'c> for Given<'_, '_, 'c> {
    fn value(&self, name: &str) -> Option<Argument<'_>> {
        Some(match Held::read(self.inputs.get(name)?) {
            Held::Link(_) => Argument::Link,
            Held::List(list) => Argument::Literal(list),
            Held::Literal(literal) => Argument::Literal(unwrapped(literal)),
        })
    }

    fn received(&self, name: &str) -> Option<&'c OutputType> {
        let Held::Link(pair) = Held::read(self.inputs.get(name)?) else { return None };
        let (_, class) = self.seating.find(pair.from?)?;
        input::output_at(class?, pair.slot?)
    }
}
