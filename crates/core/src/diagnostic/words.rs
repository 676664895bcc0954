//! The words that problems are shown with.
//!
//! Message: what was found and what was expected, in ComfyUI's words, lower case, no final stop, user text in back-ticks.
//! Help: what to do about it, when that can be said. Label: what stands under the caret.

use std::borrow::Cow;
use std::fmt::{self, Display, Write};

use serde_json::{Number, Value};

use super::problem::{Idle, Limit, Misbuilt, Names, Problem, Subject};
use super::shorten::shortened;
use crate::source::{Escape, escaped};

impl Problem {
    /// What to do about it, when that can be said, [`escaped`] for people.
    pub fn help(&self) -> Option<String> {
        self.advice().map(|advice| escaped(&advice).into_owned())
    }

    /// What stands under the caret, [`escaped`] for people.
    pub fn label(&self) -> String {
        escaped(&self.caption()).into_owned()
    }

    /// What is wrong, with the document's texts as they are: for programs.
    pub(super) fn message(&self) -> String {
        Words(self).to_string()
    }

    /// What to do about it, with the document's texts as they are: for programs.
    pub(super) fn advice(&self) -> Option<String> {
        match self {
            Self::UnsupportedDocument { hint, .. } => hint.map(str::to_owned),
            Self::NoEmbeddedGraph { file: "GIF", .. } => {
                Some("no save node writes a graph into a GIF; VideoHelperSuite saves a PNG of the same name beside it".to_owned())
            }
            Self::NoEmbeddedGraph { others, .. } if !others.is_empty() => {
                Some(format!("it holds {}, which is no graph; give the file that the save node wrote", Names::from(others.clone())))
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
                format!("the options are {options}")
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
            Self::BadDefault { because, .. } | Self::DormantError { because } => because.advice(),
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
                format!("the keys are {keys}")
            } else {
                format!("did you mean {}?", alternatives(near))
            }),
            Self::ConvertedValue { becomes, .. } => Some(format!("write {becomes} if that is what you want")),
            Self::OffStep { near, .. } => Some(format!("near it are {}", alternatives(near))),
            _ => None,
        }
    }

    fn caption(&self) -> String {
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
            Self::BadDefault { because, .. } | Self::DormantError { because } => because.caption(),
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

/// The way around a cycle, whose first node comes again at its end; of a long one its start.
fn ring(nodes: &[String]) -> String {
    const SHOWN: usize = 24;
    match (nodes.split_at_checked(SHOWN), nodes.last()) {
        (Some((first, rest)), Some(last)) if rest.len() > 1 => {
            format!("{} -> … ({} more) -> {last}", first.join(" -> "), rest.len() - 1)
        }
        _ => nodes.join(" -> "),
    }
}

/// The first few of a list, and how many more there are.
impl Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self { first, more: 0 } if first.is_empty() => f.write_str("none: the list is empty"),
            Self { first, more: 0 } => f.write_str(&quoted(first)),
            Self { first, more } => write!(f, "{} and {more} more", quoted(first)),
        }
    }
}

/// [`escaped`], for people.
impl Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escape::new(f), "{}", Words(self))
    }
}

/// What is wrong, in words.
struct Words<'p>(&'p Problem);

impl Display for Words<'_> {
    #[expect(
        clippy::too_many_lines,
        reason = "one arm for each problem; splitting the list would hide its completeness"
    )]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Problem::Syntax { syntax, detail } => write!(f, "invalid {syntax}: {detail}"),
            Problem::WrongShape { what, expected, found } => {
                write!(f, "{what} must be {expected}, found {found}")
            }
            Problem::UnsupportedDocument { found, .. } => write!(f, "cannot use this document: {found}"),
            Problem::BadManifest { place, detail } if place == "." => {
                write!(f, "bad interface.toml: {detail}")
            }
            Problem::BadManifest { place, detail } => write!(f, "bad interface.toml at `{place}`: {detail}"),
            Problem::MalformedClass { class, detail } => write!(f, "cannot read class `{class}`: {detail}"),
            Problem::NoEmbeddedGraph { file, .. } => {
                write!(f, "this {file} file holds no ComfyUI graph, neither a `prompt` nor a `workflow`")
            }
            Problem::UnreadableFile { file, detail } => write!(f, "cannot read `{file}`: {detail}"),
            Problem::UnreadableMedia { file, detail } => {
                write!(f, "cannot find a graph in this {file} file: {detail}")
            }
            Problem::DamagedMedia { file, detail } => write!(f, "this {file} file is damaged: {detail}"),
            Problem::UnknownClass { class, .. } => write!(f, "unknown class `{class}`"),
            Problem::MissingClass { node } => write!(f, "node `{node}` has no `class_type`"),
            Problem::MissingInput { node, class, input, .. } => {
                write!(f, "required input `{input}` of node `{node}` (`{class}`) is missing")
            }
            Problem::UnknownInput { node, class, input, .. } => {
                write!(f, "class `{class}` of node `{node}` has no input `{input}`")
            }
            Problem::DanglingLink { node, input, from } => {
                write!(
                    f,
                    "input `{input}` of node `{node}` links to node `{from}`, which is not in the graph"
                )
            }
            Problem::BadLink { node, input, found } => {
                write!(f, "input `{input}` of node `{node}` holds the list {found}, which is not a link")
            }
            Problem::SlotOutOfRange { node, input, from, class, slot, outputs } => write!(
                f,
                "input `{input}` of node `{node}` links to output {slot} of node `{from}`, but `{class}` has {outputs}"
            ),
            Problem::TypeMismatch { node, input, expected, from, slot, found } => write!(
                f,
                "input `{input}` of node `{node}` takes `{expected}`, but output {slot} of node `{from}` is `{found}`"
            ),
            Problem::Cycle { nodes } => write!(f, "nodes form a cycle: {}", ring(nodes)),
            Problem::InvalidValue { subject, expected, found } => {
                write!(f, "{subject} must be {expected}, found {found}")
            }
            Problem::OutOfRange { subject, value, limit } => {
                write!(f, "{subject} is {value}, but must be {limit}")
            }
            Problem::NotAnOption { subject, value, .. } => write!(f, "{value} is not an option of {subject}"),
            Problem::NoOutputs => f.write_str("the graph has no output node"),
            Problem::MisbuiltGraph { place, what } => write!(f, "{what} ({place})"),
            Problem::UnreachableNode { node, class } => {
                write!(f, "node `{node}` (`{class}`) feeds no output, so it never runs")
            }
            Problem::IdleStage { node, when: None, because } => {
                write!(f, "sampler stage `{node}` does nothing: {because}")
            }
            Problem::IdleStage { node, when: Some(when), because } => {
                write!(f, "with {when}, sampler stage `{node}` does nothing: {because}")
            }
            Problem::UnknownKey { key, .. } => write!(f, "unknown key `{key}`"),
            Problem::AmbiguousKey { key, .. } => write!(f, "key `{key}` is ambiguous"),
            Problem::DuplicateKey { key } => write!(f, "key `{key}` is published twice"),
            Problem::DuplicateTarget { target, keys } => {
                write!(f, "{target} is written by more than one key: {}", quoted(keys))
            }
            Problem::UnknownTarget { key, target, .. } => {
                write!(f, "key `{key}` drives `{target}`, which the graph does not have")
            }
            Problem::LinkedTarget { key, target, from } => {
                write!(
                    f,
                    "key `{key}` writes {target}, which is linked to node `{from}`: the link would be lost"
                )
            }
            Problem::LooseLimit { key, target, published, class } => {
                write!(f, "key `{key}` allows {published}, but {target} must be {class}")
            }
            Problem::ContradictoryLimits { key, detail } => write!(f, "no value satisfies `{key}`: {detail}"),
            Problem::BadDefault { because, .. } => write!(f, "bad default: {}", Words(because)),
            Problem::DifferentDefault { key, target, published, graph } => {
                write!(f, "the default {published} of key `{key}` replaces {graph} in {target}")
            }
            Problem::DoubtfulSchema { key, detail } => write!(f, "`{key}`: {detail}"),
            Problem::MissingKey { key, .. } => write!(f, "required key `{key}` is missing"),
            Problem::BadComposite { key, value, parts } => {
                write!(f, "`{key}` must be {parts} numbers joined by `x`, found {value}")
            }
            Problem::BadUrl { subject, value } => {
                write!(f, "{subject} must be a URL or a data URI, found {value}")
            }
            Problem::PrivateUrl { subject, value } => {
                write!(f, "{subject} holds {value}, which is not a public HTTPS URL")
            }
            Problem::FileTooLarge { subject, limit_mb } => {
                write!(f, "the file of {subject} is larger than {limit_mb} MB")
            }
            Problem::WrongLength { subject, unit, found, minimum, maximum } => match (minimum, maximum) {
                (Some(minimum), _) => {
                    write!(f, "{subject} has {found} {unit}, but must have at least {minimum}")
                }
                (None, Some(maximum)) => {
                    write!(f, "{subject} has {found} {unit}, but must have at most {maximum}")
                }
                (None, None) => write!(f, "{subject} has {found} {unit}, and some are equal"),
            },
            Problem::PatternMismatch { subject, value, pattern } => {
                write!(f, "{subject} is {value}, but must match `{pattern}`")
            }

            // UI workflows
            Problem::LostLink { node, input, link } => {
                write!(
                    f,
                    "input `{input}` of node `{node}` names link {link}, which the workflow does not have"
                )
            }
            Problem::LinkLoop { node, input } => {
                write!(f, "input `{input}` of node `{node}` leads back to itself")
            }
            Problem::SubgraphCycle { subgraph } => write!(f, "subgraph `{subgraph}` contains itself"),
            Problem::TooLarge { what, limit } => write!(f, "more than {limit} {what}"),
            Problem::DuplicateNode { node } => {
                write!(f, "two nodes have the id `{node}`; the later one is taken")
            }
            Problem::CutLink { node, input, why } => {
                write!(f, "the link of input `{input}` of node `{node}` is dropped: {why}")
            }
            Problem::PassThrough { node, output } => {
                write!(
                    f,
                    "output {output} of subgraph `{node}` is one of its inputs, which the editor cannot export"
                )
            }
            Problem::NestedMute { node } => {
                write!(
                    f,
                    "subgraph `{node}` is muted or bypassed inside another, so the nodes in it run all the same"
                )
            }
            Problem::UnlinkedBypass { node, taken, .. } => {
                write!(f, "bypassed node `{node}` forwards its input `{taken}`, which is not linked")
            }
            Problem::IgnoredPrimitive { node, target, why } => {
                write!(f, "the value of Primitive `{node}` does not reach node `{target}`: {why}")
            }
            Problem::RandomPrompt { node, input } => {
                write!(f, "`{input}` of node `{node}` has a choice in braces, made here by the seed")
            }
            Problem::UnexpandedText { node, input, what } => {
                write!(
                    f,
                    "{what} in `{input}` of node `{node}` is not expanded, since the text is set on a subgraph"
                )
            }
            Problem::NullValue { node, input } => {
                write!(f, "a subgraph sets `{input}` of node `{node}` to null")
            }
            Problem::RoundedNumber { subject, written, rounded } => {
                write!(f, "{subject} is {written}, which JavaScript rounds to {rounded}")
            }
            Problem::NoClock { node, input } => {
                write!(f, "the date in `{input}` of node `{node}` is left as it is: there is no clock")
            }
            Problem::LiveCapture { node, input } => {
                write!(
                    f,
                    "`{input}` of node `{node}` is empty: the editor would take a picture of its 3D view"
                )
            }
            Problem::ObjectValues { node, class } => {
                write!(
                    f,
                    "the values of node `{node}` (`{class}`) are saved by name and read by name; the editor without the pack's script reads none of them"
                )
            }
            Problem::UnusedValues { node, class, count } => {
                write!(
                    f,
                    "node `{node}` (`{class}`) has {count} saved values more than its class has widgets; they are left out"
                )
            }
            Problem::GroupNode { node, group } => {
                write!(f, "node `{node}` is an instance of the legacy group node `{group}`")
            }
            Problem::UnsetName { node, name } => {
                write!(f, "node `{node}` gets `{name}`, which no node sets where it can be seen")
            }
            Problem::ImplicitLinks { node, class } => write!(
                f,
                "node `{node}` (`{class}`) links inputs that are not linked, and the file does not say which"
            ),
            Problem::DrawnSeed { node, value, drawn: Some(drawn) } => {
                write!(f, "seed {value} of node `{node}` stands for one that the editor draws: here {drawn}")
            }
            Problem::DrawnSeed { node, value, drawn: None } => write!(
                f,
                "seed {value} of node `{node}` stands for one that the editor draws when it queues; it is left as it is"
            ),

            // Hints
            Problem::FixedSeed { node, input, value } => {
                write!(f, "`{input}` of node `{node}` stays at {value}: no key publishes it")
            }
            Problem::WildcardLink { node, input, expected, from } => write!(
                f,
                "input `{input}` of node `{node}` takes `{expected}`, and what node `{from}` gives shows only when it runs"
            ),

            // Server parity
            Problem::NoInputs { node, class } => write!(f, "node `{node}` (`{class}`) has no `inputs`"),
            Problem::DormantError { because } => write!(f, "in a node that never runs: {}", Words(because)),
            Problem::UnlistedFile { subject, value } => {
                write!(f, "{subject} names {value}, a file that the server does not list")
            }
            Problem::UnknownBranch { subject, value: Some(value), .. } => {
                write!(f, "{value} is no key of {subject}, so the inputs behind it are ignored")
            }
            Problem::UnknownBranch { subject, value: None, .. } => {
                write!(f, "{subject} chooses nothing, so the inputs behind it are ignored")
            }
            Problem::DeprecatedClass { class } => write!(f, "class `{class}` is deprecated"),
            Problem::ExperimentalClass { class } => write!(f, "class `{class}` is experimental"),
            Problem::ConvertedValue { subject, value, becomes } => {
                write!(f, "{subject} is {value}, which the server turns into {becomes}")
            }
            Problem::OffStep { subject, value, step, .. } => {
                write!(f, "{subject} is {value}, which is between its steps of {}", digits(step))
            }
            Problem::MatchDisagreement { node, types } => {
                let types: Vec<String> =
                    types.iter().map(|(input, ty)| format!("`{input}` takes `{ty}`")).collect();
                write!(f, "inputs of node `{node}` must have one type, but {}", types.join(" and "))
            }
            Problem::DeepChain { length, limit } => {
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
        let (words, number) = match self {
            Self::Minimum(n) => ("at least", n),
            Self::Maximum(n) => ("at most", n),
            Self::Above(n) => ("above", n),
            Self::Below(n) => ("below", n),
            Self::MultipleOf(n) => ("a multiple of", n),
        };
        write!(f, "{words} {}", digits(number))
    }
}

/// A number, cut when long.
fn digits(number: &Number) -> Cow<'_, str> {
    shortened(number.as_str(), LONGEST_VALUE)
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

/// The longest value that a message tells whole, in characters.
const LONGEST_VALUE: usize = 100;

/// How a JSON value is told in a message: on one line, cut when long.
pub(crate) fn show(value: &Value) -> String {
    let text = value.to_string();
    match shortened(&text, LONGEST_VALUE) {
        Cow::Owned(short) => short,
        Cow::Borrowed(_) => text,
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
