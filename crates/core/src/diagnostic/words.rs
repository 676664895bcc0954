//! The words that problems are shown with.
//!
//! Message: what was found and what was expected, in ComfyUI's words, lower case, no final stop, user text in back-ticks.
//! Help: what to do about it, when that can be said. Label: what stands under the caret.

use std::fmt::{self, Display};

use serde_json::Value;

use super::problem::{Idle, Limit, Misbuilt, Problem, Subject};

impl Problem {
    /// What to do about it, when that can be said.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::UnsupportedDocument { hint, .. } => hint.map(str::to_owned),
            Self::NoEmbeddedGraph { file: "GIF", .. } => {
                Some("no save node writes a graph into a GIF; VideoHelperSuite saves a PNG of the same name beside it".to_owned())
            }
            Self::NoEmbeddedGraph { others, .. } if !others.is_empty() => {
                Some(format!("it holds {}, which is no graph; give the file that the save node wrote", listing(others)))
            }
            Self::NoEmbeddedGraph { .. } => {
                Some("sites and editors that convert or shrink a file drop what is embedded; give the file that the save node wrote".to_owned())
            }
            Self::UnknownClass { near, .. }
            | Self::UnknownInput { near, .. }
            | Self::UnknownKey { near, .. }
            | Self::UnknownTarget { near, .. }
                if !near.is_empty() =>
            {
                Some(format!("did you mean {}?", alternatives(near)))
            }
            Self::UnknownClass { .. } => {
                Some("a class of a custom node pack is known with `--catalog`: an object_info.json or a running ComfyUI".to_owned())
            }
            Self::MissingInput { ty, .. } => Some(format!("it takes {ty}")),
            Self::NotAnOption { near, options, .. } => Some(if near.is_empty() {
                format!("the options are {}", listing(options))
            } else {
                format!("did you mean {}?", alternatives(near))
            }),
            Self::AmbiguousKey { readings, .. } => Some(format!("it reads as {}", readings.join(" or as "))),
            Self::TypeMismatch { expected, .. } => Some(format!("link an output of type `{expected}`")),
            Self::MissingKey { title: Some(title), .. } if !title.is_empty() => Some(format!("it is titled “{title}”")),
            Self::BadComposite { parts, .. } => {
                let form = vec!["720"; *parts].join("x");
                Some(format!("write {parts} numbers joined by `x`, with a label in parentheses if you like: `{form} (label)`"))
            }
            Self::BadUrl { .. } => Some("give a public https:// URL, or a data: URI".to_owned()),
            Self::PrivateUrl { .. } => Some("the service fetches files over public HTTPS, without cookies".to_owned()),
            Self::IdleStage { when: Some(_), .. } => {
                Some("drive the split point from the same key with a derived target (`scale = 0.5`)".to_owned())
            }
            Self::UnreachableNode { .. } => Some("link it towards a node that saves or previews, or remove it".to_owned()),
            Self::NoOutputs => Some("add a node that saves or previews a result, such as `SaveImage`".to_owned()),
            Self::BadDefault { because, .. } | Self::DormantError { because } => because.help(),
            Self::Cycle { .. } => Some("cut one of the links".to_owned()),

            // UI workflows
            Self::LostLink { .. } => Some("link the input again in the editor, or convert with `--repair`".to_owned()),
            Self::NestedMute { .. } => Some("mute the nodes inside as well, or convert with `--deep-mute`".to_owned()),
            Self::RandomPrompt { .. } => Some("choose another seed with `--seed`".to_owned()),
            Self::RoundedNumber { .. } => Some("keep its digits with `--exact-integers`".to_owned()),
            Self::UnlinkedBypass { linked, .. } => Some(format!("`{linked}` is linked and has the same type")),

            // Hints
            Self::FixedSeed { node, input, .. } => Some(format!("publish it: key = \"{node}_{input}\"")),

            Self::MisbuiltGraph { what, .. } => Some(
                match what {
                    Misbuilt::IdTaken { .. } => "give each node an id of its own, or none",
                    Misbuilt::DrivesNothing { .. } => "give it to an input of a node, or do not publish it",
                    Misbuilt::Count { .. } => "leave some out, or use another node",
                    Misbuilt::Unreadable { .. } => "give a finite number, or the text of a JSON value",
                }
                .to_owned(),
            ),

            // Server parity
            Self::NoInputs { .. } => Some("give it `\"inputs\": {}`".to_owned()),
            Self::UnknownBranch { near, keys, .. } => Some(if near.is_empty() {
                format!("the keys are {}", listing(keys))
            } else {
                format!("did you mean {}?", alternatives(near))
            }),
            Self::ConvertedValue { becomes, .. } => Some(format!("write {becomes} if that is what you want")),
            Self::OffStep { near, .. } => Some(format!("near it are {}", alternatives(near))),
            _ => None,
        }
    }

    /// What stands under the caret.
    pub fn label(&self) -> String {
        match self {
            Self::OutOfRange { limit, .. } => format!("must be {limit}"),
            Self::InvalidValue { expected, .. } | Self::WrongShape { expected, .. } => {
                format!("expected {expected}")
            }
            Self::TypeMismatch { found, .. } => format!("this link carries `{found}`"),
            Self::LooseLimit { class, .. } => format!("the class allows {class}"),
            Self::DifferentDefault { graph, .. } => format!("the graph holds {graph}"),
            Self::MissingInput { input, .. } => format!("`{input}` is absent here"),
            Self::MissingKey { key, .. } => format!("`{key}` is absent here"),
            Self::BadDefault { because, .. } | Self::DormantError { because } => because.label(),
            other => other.code().meaning().to_owned(),
        }
    }
}

/// `a`, `b` or `c`.
fn alternatives(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("`{one}`"),
        [first @ .., last] => format!("{} or `{last}`", quoted(first)),
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The first few of a list, and how many more there are.
fn listing(names: &[String]) -> String {
    const SHOWN: usize = 12;
    match names.split_at_checked(SHOWN) {
        Some((shown, rest)) if !rest.is_empty() => format!("{} and {} more", quoted(shown), rest.len()),
        _ if names.is_empty() => "none: the list is empty".to_owned(),
        _ => quoted(names),
    }
}

impl Display for Problem {
    #[expect(
        clippy::too_many_lines,
        reason = "one arm for each problem; splitting the list would hide its completeness"
    )]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { syntax, detail } => write!(f, "invalid {syntax}: {detail}"),
            Self::WrongShape { what, expected, found } => {
                write!(f, "{what} must be {expected}, found {found}")
            }
            Self::UnsupportedDocument { found, .. } => write!(f, "cannot use this document: {found}"),
            Self::BadManifest { place, detail } if place == "." => write!(f, "bad interface.toml: {detail}"),
            Self::BadManifest { place, detail } => write!(f, "bad interface.toml at `{place}`: {detail}"),
            Self::MalformedClass { class, detail } => write!(f, "cannot read class `{class}`: {detail}"),
            Self::NoEmbeddedGraph { file, .. } => {
                write!(f, "this {file} file holds no ComfyUI graph, neither a `prompt` nor a `workflow`")
            }
            Self::UnreadableFile { file, detail } => write!(f, "cannot read `{file}`: {detail}"),
            Self::UnreadableMedia { file, detail } => {
                write!(f, "cannot find a graph in this {file} file: {detail}")
            }
            Self::DamagedMedia { file, detail } => write!(f, "this {file} file is damaged: {detail}"),
            Self::UnknownClass { class, .. } => write!(f, "unknown class `{class}`"),
            Self::MissingClass { node } => write!(f, "node `{node}` has no `class_type`"),
            Self::MissingInput { node, class, input, .. } => {
                write!(f, "required input `{input}` of node `{node}` (`{class}`) is missing")
            }
            Self::UnknownInput { node, class, input, .. } => {
                write!(f, "class `{class}` of node `{node}` has no input `{input}`")
            }
            Self::DanglingLink { node, input, from } => {
                write!(
                    f,
                    "input `{input}` of node `{node}` links to node `{from}`, which is not in the graph"
                )
            }
            Self::BadLink { node, input, found } => {
                write!(f, "input `{input}` of node `{node}` holds the list {found}, which is not a link")
            }
            Self::SlotOutOfRange { node, input, from, class, slot, outputs } => write!(
                f,
                "input `{input}` of node `{node}` links to output {slot} of node `{from}`, but `{class}` has {outputs}"
            ),
            Self::TypeMismatch { node, input, expected, from, slot, found } => write!(
                f,
                "input `{input}` of node `{node}` takes `{expected}`, but output {slot} of node `{from}` is `{found}`"
            ),
            Self::Cycle { nodes } => write!(f, "nodes form a cycle: {}", nodes.join(" -> ")),
            Self::InvalidValue { subject, expected, found } => {
                write!(f, "{subject} must be {expected}, found {found}")
            }
            Self::OutOfRange { subject, value, limit } => {
                write!(f, "{subject} is {value}, but must be {limit}")
            }
            Self::NotAnOption { subject, value, .. } => write!(f, "{value} is not an option of {subject}"),
            Self::NoOutputs => f.write_str("the graph has no output node"),
            Self::MisbuiltGraph { place, what } => write!(f, "{what} ({place})"),
            Self::UnreachableNode { node, class } => {
                write!(f, "node `{node}` (`{class}`) feeds no output, so it never runs")
            }
            Self::IdleStage { node, when: None, because } => {
                write!(f, "sampler stage `{node}` does nothing: {because}")
            }
            Self::IdleStage { node, when: Some(when), because } => {
                write!(f, "with {when}, sampler stage `{node}` does nothing: {because}")
            }
            Self::UnknownKey { key, .. } => write!(f, "unknown key `{key}`"),
            Self::AmbiguousKey { key, .. } => write!(f, "key `{key}` is ambiguous"),
            Self::DuplicateKey { key } => write!(f, "key `{key}` is published twice"),
            Self::DuplicateTarget { target, keys } => {
                write!(f, "{target} is written by more than one key: {}", quoted(keys))
            }
            Self::UnknownTarget { key, target, .. } => {
                write!(f, "key `{key}` drives `{target}`, which the graph does not have")
            }
            Self::LinkedTarget { key, target, from } => {
                write!(
                    f,
                    "key `{key}` writes {target}, which is linked to node `{from}`: the link would be lost"
                )
            }
            Self::LooseLimit { key, target, published, class } => {
                write!(f, "key `{key}` allows {published}, but {target} must be {class}")
            }
            Self::ContradictoryLimits { key, detail } => write!(f, "no value satisfies `{key}`: {detail}"),
            Self::BadDefault { because, .. } => write!(f, "bad default: {because}"),
            Self::DifferentDefault { key, target, published, graph } => {
                write!(f, "the default {published} of key `{key}` replaces {graph} in {target}")
            }
            Self::DoubtfulSchema { key, detail } => write!(f, "`{key}`: {detail}"),
            Self::MissingKey { key, .. } => write!(f, "required key `{key}` is missing"),
            Self::BadComposite { key, value, parts } => {
                write!(f, "`{key}` must be {parts} numbers joined by `x`, found {value}")
            }
            Self::BadUrl { subject, value } => {
                write!(f, "{subject} must be a URL or a data URI, found {value}")
            }
            Self::PrivateUrl { subject, value } => {
                write!(f, "{subject} holds {value}, which is not a public HTTPS URL")
            }
            Self::FileTooLarge { subject, limit_mb } => {
                write!(f, "the file of {subject} is larger than {limit_mb} MB")
            }
            Self::WrongLength { subject, unit, found, minimum, maximum } => match (minimum, maximum) {
                (Some(minimum), _) => {
                    write!(f, "{subject} has {found} {unit}, but must have at least {minimum}")
                }
                (None, Some(maximum)) => {
                    write!(f, "{subject} has {found} {unit}, but must have at most {maximum}")
                }
                (None, None) => write!(f, "{subject} has {found} {unit}, and some are equal"),
            },
            Self::PatternMismatch { subject, value, pattern } => {
                write!(f, "{subject} is {value}, but must match `{pattern}`")
            }

            // UI workflows
            Self::LostLink { node, input, link } => {
                write!(
                    f,
                    "input `{input}` of node `{node}` names link {link}, which the workflow does not have"
                )
            }
            Self::LinkLoop { node, input } => {
                write!(f, "input `{input}` of node `{node}` leads back to itself")
            }
            Self::SubgraphCycle { subgraph } => write!(f, "subgraph `{subgraph}` contains itself"),
            Self::TooLarge { what, limit } => write!(f, "more than {limit} {what}"),
            Self::DuplicateNode { node } => {
                write!(f, "two nodes have the id `{node}`; the later one is taken")
            }
            Self::CutLink { node, input, why } => {
                write!(f, "the link of input `{input}` of node `{node}` is dropped: {why}")
            }
            Self::PassThrough { node, output } => {
                write!(
                    f,
                    "output {output} of subgraph `{node}` is one of its inputs, which the editor cannot export"
                )
            }
            Self::NestedMute { node } => {
                write!(
                    f,
                    "subgraph `{node}` is muted or bypassed inside another, so the nodes in it run all the same"
                )
            }
            Self::UnlinkedBypass { node, taken, .. } => {
                write!(f, "bypassed node `{node}` forwards its input `{taken}`, which is not linked")
            }
            Self::IgnoredPrimitive { node, target, why } => {
                write!(f, "the value of Primitive `{node}` does not reach node `{target}`: {why}")
            }
            Self::RandomPrompt { node, input } => {
                write!(f, "`{input}` of node `{node}` has a choice in braces, made here by the seed")
            }
            Self::UnexpandedText { node, input, what } => {
                write!(
                    f,
                    "{what} in `{input}` of node `{node}` is not expanded, since the text is set on a subgraph"
                )
            }
            Self::NullValue { node, input } => {
                write!(f, "a subgraph sets `{input}` of node `{node}` to null")
            }
            Self::RoundedNumber { subject, written, rounded } => {
                write!(f, "{subject} is {written}, which JavaScript rounds to {rounded}")
            }
            Self::NoClock { node, input } => {
                write!(f, "the date in `{input}` of node `{node}` is left as it is: there is no clock")
            }
            Self::LiveCapture { node, input } => {
                write!(
                    f,
                    "`{input}` of node `{node}` is empty: the editor would take a picture of its 3D view"
                )
            }
            Self::ObjectValues { node, class } => {
                write!(
                    f,
                    "the values of node `{node}` (`{class}`) are saved by name and read by name; the editor without the pack's script reads none of them"
                )
            }
            Self::UnusedValues { node, class, count } => {
                write!(
                    f,
                    "node `{node}` (`{class}`) has {count} saved values more than its class has widgets; they are left out"
                )
            }
            Self::GroupNode { node, group } => {
                write!(f, "node `{node}` is an instance of the legacy group node `{group}`")
            }
            Self::UnsetName { node, name } => {
                write!(f, "node `{node}` gets `{name}`, which no node sets where it can be seen")
            }
            Self::ImplicitLinks { node, class } => write!(
                f,
                "node `{node}` (`{class}`) links inputs that are not linked, and the file does not say which"
            ),
            Self::DrawnSeed { node, value, drawn: Some(drawn) } => {
                write!(f, "seed {value} of node `{node}` stands for one that the editor draws: here {drawn}")
            }
            Self::DrawnSeed { node, value, drawn: None } => write!(
                f,
                "seed {value} of node `{node}` stands for one that the editor draws when it queues; it is left as it is"
            ),

            // Hints
            Self::FixedSeed { node, input, value } => {
                write!(f, "`{input}` of node `{node}` stays at {value}: no key publishes it")
            }
            Self::WildcardLink { node, input, expected, from } => write!(
                f,
                "input `{input}` of node `{node}` takes `{expected}`, and what node `{from}` gives shows only when it runs"
            ),

            // Server parity
            Self::NoInputs { node, class } => write!(f, "node `{node}` (`{class}`) has no `inputs`"),
            Self::DormantError { because } => write!(f, "in a node that never runs: {because}"),
            Self::UnlistedFile { subject, value } => {
                write!(f, "{subject} names {value}, a file that the server does not list")
            }
            Self::UnknownBranch { subject, value: Some(value), .. } => {
                write!(f, "{value} is no key of {subject}, so the inputs behind it are ignored")
            }
            Self::UnknownBranch { subject, value: None, .. } => {
                write!(f, "{subject} chooses nothing, so the inputs behind it are ignored")
            }
            Self::DeprecatedClass { class } => write!(f, "class `{class}` is deprecated"),
            Self::ExperimentalClass { class } => write!(f, "class `{class}` is experimental"),
            Self::ConvertedValue { subject, value, becomes } => {
                write!(f, "{subject} is {value}, which the server turns into {becomes}")
            }
            Self::OffStep { subject, value, step, .. } => {
                write!(f, "{subject} is {value}, which is between its steps of {step}")
            }
            Self::MatchDisagreement { node, types } => {
                let types: Vec<String> =
                    types.iter().map(|(input, ty)| format!("`{input}` takes `{ty}`")).collect();
                write!(f, "inputs of node `{node}` must have one type, but {}", types.join(" and "))
            }
            Self::DeepChain { length, limit } => {
                write!(
                    f,
                    "a chain of {length} nodes is longer than the {limit} or so that the server can follow"
                )
            }
        }
    }
}

impl Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input { node, input } => write!(f, "`{input}` of node `{node}`"),
            Self::Key(key) => write!(f, "`{key}`"),
        }
    }
}

impl Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Minimum(n) => write!(f, "at least {n}"),
            Self::Maximum(n) => write!(f, "at most {n}"),
            Self::Above(n) => write!(f, "above {n}"),
            Self::Below(n) => write!(f, "below {n}"),
            Self::MultipleOf(n) => write!(f, "a multiple of {n}"),
        }
    }
}

impl Display for Idle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StartsAfterEnd { start, steps } => {
                write!(f, "it starts at step {start} of {steps}, and hands its latent on unchanged")
            }
            Self::EmptyRange { start, end } => write!(f, "it starts at step {start} and ends at step {end}"),
            Self::NothingLeft { before, end, steps } => {
                write!(
                    f,
                    "stage `{before}` before it ends at step {end} of {steps}, and leaves it no noise to work on"
                )
            }
        }
    }
}

/// How a JSON value is shown inside a message: on one line, cut when long.
pub(crate) fn show(value: &Value) -> String {
    const LONGEST: usize = 80;
    let text = value.to_string();
    if text.chars().count() <= LONGEST {
        return text;
    }
    let mut cut: String = text.chars().take(LONGEST).collect();
    cut.push('…');
    cut
}

/// What kind of JSON value this is, in the words of JSON.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

impl Display for Misbuilt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IdTaken { id } => write!(f, "two nodes have the id `{id}`"),
            Self::DrivesNothing { title } => {
                write!(f, "the published input `{title}` gives no input of a node its value as it is")
            }
            Self::Count { node, input, min, max, given } => {
                write!(f, "`{input}` of node `{node}` repeats {given} times, and takes from {min} to {max}")
            }
            Self::Unreadable { node, input, text } => {
                write!(f, "`{input}` of node `{node}` is `{text}`, which JSON cannot say")
            }
        }
    }
}
