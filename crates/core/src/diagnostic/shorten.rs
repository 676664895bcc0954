//! How much of a document's own texts a report tells.
//!
//! A name may have megabytes, and a thousand things may be wrong with what has it. So a diagnostic holds, and every form of
//! report tells, the start of a long text and how long it is.

use std::borrow::Cow;

use super::problem::{Idle, Misbuilt, Names, Problem, Subject};

/// The longest name that is told whole, in characters: as long as the longest that is suggested.
pub(super) const LONGEST_NAME: usize = 256;
/// The longest text that is told whole: what a parser says, or what holds several names.
const LONGEST_TEXT: usize = 1_000;

fn name(text: &mut String) {
    shorten(text, LONGEST_NAME);
}

fn text(text: &mut String) {
    shorten(text, LONGEST_TEXT);
}

fn names<const N: usize>(texts: [&mut String; N]) {
    texts.into_iter().for_each(name);
}

fn texts<const N: usize>(texts: [&mut String; N]) {
    texts.into_iter().for_each(text);
}

impl Names {
    fn each(&mut self) {
        self.first.iter_mut().for_each(name);
    }
}

impl Subject {
    fn shorten(&mut self) {
        match self {
            Self::Input { node, input } => names([node, input]),
            Self::Key(key) => name(key),
        }
    }
}

impl Misbuilt {
    fn shorten(&mut self) {
        match self {
            Self::IdTaken { id: only } | Self::DrivesNothing { title: only } => name(only),
            Self::Count { node, input, .. } => names([node, input]),
            Self::Unreadable { node, input, text } => names([node, input, text]),
        }
    }
}

impl Idle {
    fn shorten(&mut self) {
        match self {
            Self::StartsAfterEnd { start: a, steps: b } | Self::EmptyRange { start: a, end: b } => {
                names([a, b]);
            }
            Self::NothingLeft { before, end, steps } => names([before, end, steps]),
        }
    }
}

impl Problem {
    /// Makes every text as short as reports tell it, so that a name of megabytes is not held, and written, once for each
    /// thing that is wrong with what has it.
    #[expect(
        clippy::too_many_lines,
        reason = "one list of all problems; splitting it would hide its completeness"
    )]
    pub(super) fn shorten(&mut self) {
        match self {
            Self::Syntax { detail: only, .. }
            | Self::UnsupportedDocument { found: only, .. }
            | Self::UnreadableMedia { detail: only, .. }
            | Self::DamagedMedia { detail: only, .. } => text(only),
            Self::WrongShape { what, expected, found } => texts([what, expected, found]),
            Self::BadManifest { place: about, detail }
            | Self::UnreadableFile { file: about, detail }
            | Self::MalformedClass { class: about, detail }
            | Self::ContradictoryLimits { key: about, detail }
            | Self::DoubtfulSchema { key: about, detail } => {
                name(about);
                text(detail);
            }
            Self::NoEmbeddedGraph { others: list, .. } | Self::Cycle { nodes: list } => {
                list.iter_mut().for_each(name);
            }
            Self::UnknownClass { class: about, near: list } | Self::UnknownKey { key: about, near: list } => {
                name(about);
                list.iter_mut().for_each(name);
            }
            Self::AmbiguousKey { key, readings } => {
                name(key);
                readings.iter_mut().for_each(text);
            }
            Self::UnknownInput { node, class, input, near } => {
                names([node, class, input]);
                near.iter_mut().for_each(name);
            }
            Self::UnknownTarget { key, target, near } => {
                name(key);
                text(target);
                near.iter_mut().for_each(name);
            }
            Self::DuplicateTarget { target, keys } => {
                text(target);
                keys.iter_mut().for_each(name);
            }
            Self::MatchDisagreement { node, types } => {
                name(node);
                for (input, ty) in types {
                    names([input, ty]);
                }
            }
            Self::MisbuiltGraph { place, what } => {
                text(place);
                what.shorten();
            }
            Self::IdleStage { node, when, because } => {
                name(node);
                when.iter_mut().for_each(text);
                because.shorten();
            }
            Self::BadDefault { key, because } => {
                name(key);
                because.shorten();
            }
            Self::DormantError { because } => because.shorten(),

            // What has a subject
            Self::InvalidValue { subject, expected: a, found: b }
            | Self::PatternMismatch { subject, value: a, pattern: b }
            | Self::RoundedNumber { subject, written: a, rounded: b }
            | Self::ConvertedValue { subject, value: a, becomes: b } => {
                subject.shorten();
                texts([a, b]);
            }
            Self::OutOfRange { subject, value, .. }
            | Self::BadUrl { subject, value }
            | Self::PrivateUrl { subject, value }
            | Self::FileTooLarge { subject, limit_mb: value }
            | Self::UnlistedFile { subject, value } => {
                subject.shorten();
                text(value);
            }
            Self::NotAnOption { subject, value, near, options } => {
                subject.shorten();
                text(value);
                near.iter_mut().for_each(name);
                options.each();
            }
            Self::UnknownBranch { subject, value, near, keys } => {
                subject.shorten();
                value.iter_mut().for_each(text);
                near.iter_mut().for_each(name);
                keys.each();
            }
            Self::OffStep { subject, value, near, .. } => {
                subject.shorten();
                text(value);
                near.iter_mut().for_each(name);
            }
            Self::WrongLength { subject, .. } => subject.shorten(),

            // What has names only
            Self::MissingClass { node: a }
            | Self::DuplicateKey { key: a }
            | Self::SubgraphCycle { subgraph: a }
            | Self::DuplicateNode { node: a }
            | Self::PassThrough { node: a, .. }
            | Self::NestedMute { node: a }
            | Self::DeprecatedClass { class: a }
            | Self::ExperimentalClass { class: a } => name(a),
            Self::MissingKey { key, title } => {
                name(key);
                title.iter_mut().for_each(name);
            }
            Self::UnreachableNode { node: a, class: b }
            | Self::LostLink { node: a, input: b, .. }
            | Self::LinkLoop { node: a, input: b }
            | Self::CutLink { node: a, input: b, .. }
            | Self::IgnoredPrimitive { node: a, target: b, .. }
            | Self::RandomPrompt { node: a, input: b }
            | Self::UnexpandedText { node: a, input: b, .. }
            | Self::NullValue { node: a, input: b }
            | Self::NoClock { node: a, input: b }
            | Self::LiveCapture { node: a, input: b }
            | Self::ObjectValues { node: a, class: b }
            | Self::UnusedValues { node: a, class: b, .. }
            | Self::GroupNode { node: a, group: b }
            | Self::UnsetName { node: a, name: b }
            | Self::ImplicitLinks { node: a, class: b }
            | Self::DrawnSeed { node: a, value: b, .. }
            | Self::NoInputs { node: a, class: b } => names([a, b]),
            Self::DanglingLink { node: a, input: b, from: c }
            | Self::BadLink { node: a, input: b, found: c }
            | Self::UnlinkedBypass { node: a, taken: b, linked: c }
            | Self::FixedSeed { node: a, input: b, value: c } => names([a, b, c]),
            Self::BadComposite { key: a, value: b, .. } => texts([a, b]),
            Self::LooseLimit { key: a, target: b, published: c, .. }
            | Self::LinkedTarget { key: a, target: b, from: c } => texts([a, b, c]),
            Self::DifferentDefault { key, target, published, graph } => {
                texts([key, target, published, graph]);
            }
            Self::SlotOutOfRange { node: a, input: b, from: c, class: d, .. } => names([a, b, c, d]),
            Self::WildcardLink { node, input, expected: ty, from: of }
            | Self::MissingInput { node, class: of, input, ty } => {
                names([node, input, of]);
                text(ty);
            }
            Self::TypeMismatch { node, input, expected, from, found, .. } => {
                names([node, input, from]);
                texts([expected, found]);
            }
            Self::NoOutputs | Self::TooLarge { .. } | Self::DeepChain { .. } => {}
        }
    }
}

/// A text cut to `longest` characters, with its length behind the cut: `aaaa… (200000 characters)`. Cutting twice is cutting
/// once.
pub(crate) fn shortened(text: &str, longest: usize) -> Cow<'_, str> {
    if text.len() <= longest || text.char_indices().nth(longest).is_none() {
        return Cow::Borrowed(text);
    }
    let end = format!("… ({} characters)", text.chars().count());
    let kept = longest.saturating_sub(end.chars().count());
    let cut = text.char_indices().nth(kept).map_or(text.len(), |(at, _)| at);
    Cow::Owned(format!("{}{end}", text.get(..cut).unwrap_or_default()))
}

fn shorten(text: &mut String, longest: usize) {
    if let Cow::Owned(short) = shortened(text, longest) {
        *text = short;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_text_says_how_long_it_was() {
        let long = "é".repeat(1_000);
        let short = shortened(&long, 30);
        assert_eq!(short, format!("{}… (1000 characters)", "é".repeat(11)));
        assert_eq!(shortened(&short, 30), short);
        assert_eq!(shortened("é".repeat(30).as_str(), 30), "é".repeat(30));
        assert_eq!(shortened("", 0), "");
    }

    #[test]
    fn names_and_lists_are_held_short() {
        let long = || "x".repeat(100_000);
        let options: Vec<String> = (0..1_000).map(|_| long()).collect();
        let mut problem = Problem::DormantError {
            because: Box::new(Problem::NotAnOption {
                subject: Subject::input(long(), long()),
                value: long(),
                near: vec![long()],
                options: options.into(),
            }),
        };
        problem.shorten();
        let (said, help) = (problem.to_string(), problem.help().expect("help"));
        assert!(
            said.len() + help.len() < 3_000 && said.matches("… (100000 characters)").count() == 3,
            "{said}"
        );
        assert_eq!(format!("{problem:?}").matches("(100000 characters)").count(), 3 + 1 + 12);
    }
}
