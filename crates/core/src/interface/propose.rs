//! A first interface for a graph that has none.
//!
//! Proposed are the inputs that callers of a published workflow mostly want: prompts, files, seeds, steps, guidance, sizes,
//! lengths, frame rates. Only inputs that hold a literal are, with the graph's value as default and the class's limits.
//! Samplers that share a schedule are driven together, so that no value leaves one of them without steps. It is a
//! proposal: an author is expected to shorten it.

use std::collections::{HashMap, HashSet};

use serde_json::{Number, Value as Json};

use super::{Builder, Derived, Exposed, Interface, Key, Media, Round, Rule, Target};
use crate::catalog::{Catalog, Class, Input, Kind};
use crate::graph::{Graph, Node, NodeId, Value};
use crate::number::{self, Num};

/// The class whose instances run parts of one schedule.
const STAGED_SAMPLER: &str = "KSamplerAdvanced";

/// What is proposed, in the order it is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Role {
    Prompt,
    File(FileRank),
    Size,
    Length,
    FrameRate,
    Seed,
    Steps,
    Guidance,
}

/// Files come with pictures first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum FileRank {
    Image,
    Video,
    Audio,
}

struct Candidate<'g> {
    role: Role,
    id: &'g NodeId,
    node: &'g Node,
    /// One input, or width and height.
    inputs: Vec<(&'g str, &'g Json, &'g Input)>,
}

/// Proposes an interface for `graph`. Prompts and files are required.
pub fn propose(graph: &Graph, catalog: &Catalog) -> Interface {
    let mut candidates: Vec<Candidate<'_>> = graph
        .nodes()
        .filter_map(|(id, node)| Some((id, node, catalog.class(node.class()?)?)))
        .flat_map(|(id, node, class)| of_node(id, node, class, graph))
        .collect();
    candidates.sort_by_key(|candidate| candidate.role);
    let mut alike: HashMap<Alike<'_>, Vec<&Candidate<'_>>> = HashMap::new();
    let mut siblings: HashMap<&NodeId, usize> = HashMap::new();
    for candidate in &candidates {
        *siblings.entry(candidate.id).or_default() += 1;
        if let Some(key) = alike_key(candidate) {
            alike.entry(key).or_default().push(candidate);
        }
    }
    let mut driven: HashSet<Target> = HashSet::new();
    let mut titles = Titles::default();
    let mut builder = Builder::new();
    for candidate in &candidates {
        let targets: Vec<Target> =
            candidate.inputs.iter().map(|(name, ..)| Target::new(candidate.id.clone(), *name)).collect();
        if targets.iter().any(|target| driven.contains(target)) {
            continue;
        }
        let derived = companions(candidate, &alike, graph);
        driven.extend(targets.iter().cloned());
        driven.extend(derived.iter().filter_map(|derived| derived.target.clone()));
        let alone = siblings.get(candidate.id) == Some(&1);
        let title = titles.unique(&title(candidate, alone));
        builder = builder.expose(exposed(candidate, &targets, title, derived));
    }
    for (id, _) in graph.nodes().filter(|(_, node)| is_output(node, catalog)) {
        builder = builder.output(id.as_str());
    }
    builder.build()
}

fn is_output(node: &Node, catalog: &Catalog) -> bool {
    node.class().and_then(|class| catalog.class(class)).is_some_and(Class::output_node)
}

/// What is worth publishing of one node.
fn of_node<'g>(id: &'g NodeId, node: &'g Node, class: &'g Class, graph: &Graph) -> Vec<Candidate<'g>> {
    let literal = |name: &'g str| Some((name, node.literal(name)?, class.inputs.get(name)?));
    let mut found = Vec::new();
    if let (Some(width), Some(height)) = (literal("width"), literal("height"))
        && [&width, &height].iter().all(|(_, value, _)| value.is_u64())
    {
        found.push(Candidate { role: Role::Size, id, node, inputs: vec![width, height] });
    }
    for (name, input, _) in class.inputs.settable() {
        let Some(held) = literal(name) else { continue };
        let Some(role) = role(name, input, held.1) else { continue };
        let is_negative = role == Role::Prompt && feeds_only_negative(graph, id);
        // A stage that adds no noise has no use for its seed.
        let is_idle_seed =
            role == Role::Seed && node.literal("add_noise").is_some_and(|noise| noise == "disable");
        if !is_negative && !is_idle_seed {
            found.push(Candidate { role, id, node, inputs: vec![held] });
        }
    }
    found
}

fn role(name: &str, input: &Input, value: &Json) -> Option<Role> {
    let number = value.is_number();
    match &input.kind {
        Kind::Combo(_) if value.is_string() => [
            ("image_upload", FileRank::Image),
            ("video_upload", FileRank::Video),
            ("audio_upload", FileRank::Audio),
        ]
        .into_iter()
        .find(|(option, _)| input.options.flag(option))
        .map(|(_, rank)| Role::File(rank)),
        Kind::Named(ty) => match (ty.as_str(), name) {
            ("STRING", _) if value.is_string() && is_prompt(name, input) => Some(Role::Prompt),
            ("INT", "seed" | "noise_seed") if number => Some(Role::Seed),
            ("INT", "steps") if number => Some(Role::Steps),
            ("FLOAT", "cfg" | "guidance" | "shift") if number => Some(Role::Guidance),
            ("INT", "length" | "num_frames" | "frames" | "frame_count")
            | ("INT" | "FLOAT", "duration" | "seconds")
                if number =>
            {
                Some(Role::Length)
            }
            ("INT" | "FLOAT", "fps" | "frame_rate") if number => Some(Role::FrameRate),
            _ => None,
        },
        _ => None,
    }
}

fn is_prompt(name: &str, input: &Input) -> bool {
    let named = matches!(name, "text" | "prompt" | "positive_prompt" | "lyrics" | "tags");
    named || (input.options.flag("multiline") && name.contains("prompt") && !name.contains("negative"))
}

/// Whether everything a node feeds calls it negative.
fn feeds_only_negative(graph: &Graph, id: &NodeId) -> bool {
    let mut consumers = graph.consumers(id.as_str()).peekable();
    consumers.peek().is_some() && consumers.all(|consumer| consumer.input.contains("negative"))
}

/// What samplers must share for one number to drive all of them: the role, the class, the input and its value as text.
type Alike<'g> = (Role, Option<&'g str>, &'g str, String);

/// `None` for what is not driven together.
fn alike_key<'g>(candidate: &Candidate<'g>) -> Option<Alike<'g>> {
    let [(name, value, _)] = candidate.inputs.as_slice() else { return None };
    let follows = matches!(candidate.role, Role::Steps | Role::Guidance);
    follows.then(|| (candidate.role, candidate.node.class(), *name, value.to_string()))
}

/// Further inputs that must follow a published one: the same number on the other stages of a sampler chain, and the step
/// at which one stage hands over to the next.
fn companions<'g>(
    candidate: &Candidate<'g>,
    alike: &HashMap<Alike<'g>, Vec<&Candidate<'g>>>,
    graph: &Graph,
) -> Vec<Derived> {
    let [(name, value, _)] = candidate.inputs.as_slice() else { return Vec::new() };
    let Some(same) = alike_key(candidate).and_then(|key| alike.get(&key)) else { return Vec::new() };
    let derive = |node: &NodeId, input: &str, rule: Rule| {
        let target = Target::new(node.clone(), input);
        Derived { written: target.to_string(), target: Some(target), rule }
    };
    let same: Vec<&Candidate<'_>> = same.iter().filter(|other| other.id != candidate.id).copied().collect();
    let mut derived: Vec<Derived> =
        same.iter().map(|other| derive(other.id, name, Rule::default())).collect();
    if candidate.role == Role::Steps && candidate.node.class() == Some(STAGED_SAMPLER) {
        for (id, node) in
            std::iter::once((candidate.id, candidate.node)).chain(same.iter().map(|c| (c.id, c.node)))
        {
            for input in ["start_at_step", "end_at_step"] {
                if let Some(scale) = node.literal(input).and_then(|at| share(at, value))
                    && !is_linked(graph, id, input)
                {
                    derived.push(derive(
                        id,
                        input,
                        Rule { scale, round: Some(Round::Floor), ..Rule::default() },
                    ));
                }
            }
        }
    }
    derived
}

fn is_linked(graph: &Graph, id: &NodeId, input: &str) -> bool {
    matches!(graph.node(id.as_str()).and_then(|node| node.value(input)), Some(Value::Link(_)))
}

/// The share of the steps at which a stage begins or ends, when that is inside the schedule.
fn share(at: &Json, steps: &Json) -> Option<f64> {
    let (Json::Number(at), Json::Number(steps)) = (at, steps) else { return None };
    let (at, steps) = (Num::read(at).to_f64(), Num::read(steps).to_f64());
    (at > 0.0 && at < steps).then(|| (at / steps * 1000.0).round() / 1000.0)
}

/// What it is called; it is `alone` when nothing else of its node is published.
fn title(candidate: &Candidate<'_>, alone: bool) -> String {
    let named =
        candidate.node.title().filter(|title| !title.is_empty() && Some(*title) != candidate.node.class());
    let what = match (candidate.role, candidate.inputs.as_slice()) {
        (Role::Size, _) => "Size".to_owned(),
        (Role::Prompt, [("text", ..)]) => "Prompt".to_owned(),
        (_, [(name, ..)]) => words(name),
        (_, _) => String::new(),
    };
    match named {
        Some(title) if alone => title.to_owned(),
        Some(title) if candidate.role == Role::Prompt || matches!(candidate.role, Role::File(_)) => {
            title.to_owned()
        }
        _ => what,
    }
}

/// `noise_seed` as `Noise Seed`.
fn words(name: &str) -> String {
    let capitalised = name.split('_').map(|word| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    });
    capitalised.collect::<Vec<String>>().join(" ")
}

/// The titles that are taken.
#[derive(Default)]
struct Titles {
    taken: HashSet<String>,
    /// The last number behind each title that was wanted more than once.
    last: HashMap<String, usize>,
}

impl Titles {
    /// The title, or the first of `title 2`, `title 3`, … that is free.
    fn unique(&mut self, title: &str) -> String {
        if self.taken.insert(title.to_owned()) {
            return title.to_owned();
        }
        let last = self.last.entry(title.to_owned()).or_insert(1);
        loop {
            *last += 1;
            let numbered = format!("{title} {last}");
            if self.taken.insert(numbered.clone()) {
                return numbered;
            }
        }
    }
}

fn exposed(candidate: &Candidate<'_>, targets: &[Target], title: String, derived: Vec<Derived>) -> Exposed {
    let key = Key::of(targets).to_string();
    let [(_, value, input)] = candidate.inputs.as_slice() else {
        let size: Vec<String> = candidate.inputs.iter().map(|(_, value, _)| value.to_string()).collect();
        return Exposed::string(key).title(title).default(size.join("x"));
    };
    let mut exposed = match candidate.role {
        Role::Prompt => Exposed::string(key).title(title).required(),
        Role::File(rank) => {
            let media = match rank {
                FileRank::Image => Media::Image,
                FileRank::Video => Media::Video,
                FileRank::Audio => Media::Audio,
            };
            Exposed::string(key).title(title).required().media(media)
        }
        _ if matches!(&input.kind, Kind::Named(ty) if ty.as_str() == "INT") => {
            Exposed::integer(key).title(title)
        }
        _ => Exposed::number(key).title(title),
    };
    exposed = exposed.default((*value).clone());
    if candidate.role != Role::Seed && !matches!(candidate.role, Role::Prompt | Role::File(_)) {
        let in_range = |limit: &&Number, above: bool| match value {
            Json::Number(held) => {
                if above {
                    !number::less(held, limit)
                } else {
                    !number::less(limit, held)
                }
            }
            _ => false,
        };
        // Fewer steps than this would leave a driven stage without any.
        let shared = derived.iter().map(|derived| derived.rule.scale).filter(|scale| *scale < 1.0);
        let least = shared.map(|scale| (1.0 / scale).ceil()).fold(0.0, f64::max);
        let least = Num::Float(least).to_integer().and_then(|least| Num::Int(least).to_number());
        let least =
            least.filter(|least| input.options.min.as_ref().is_none_or(|min| number::less(min, least)));
        if let Some(min) = least.as_ref().or(input.options.min.as_ref()).filter(|min| in_range(min, true)) {
            exposed = exposed.minimum(Json::Number(min.clone()));
        }
        if let Some(max) = input.options.max.as_ref().filter(|max| in_range(max, false)) {
            exposed = exposed.maximum(Json::Number(max.clone()));
        }
    }
    derived.into_iter().fold(exposed, |exposed, derived| exposed.drives(derived.written, derived.rule))
}
