//! The typed problems: what can be wrong, with everything a message needs as data.

use std::fmt::Display;

use serde_json::{Number, Value};

use super::code::Code;
use super::value::{kind_of, plain};

/// What a value belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    /// An input of a node.
    Input {
        /// The node's id.
        node: String,
        /// The input's name.
        input: String,
    },
    /// A published input, or a place inside its value (`loras/0/strength`).
    Key(String),
}

/// A limit of a number.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limit {
    /// The smallest value allowed.
    Minimum(Number),
    /// The largest value allowed.
    Maximum(Number),
    /// The value must be larger than this.
    Above(Number),
    /// The value must be smaller than this.
    Below(Number),
    /// The value must be a multiple of this.
    MultipleOf(Number),
}

/// How a graph built in code contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Misbuilt {
    /// Another node has the id.
    IdTaken {
        /// The id.
        id: String,
    },
    /// A published input gives no input of a node its value as it is.
    DrivesNothing {
        /// Its title.
        title: String,
    },
    /// Fewer or more repeated inputs than there may be.
    Count {
        /// The node's id.
        node: String,
        /// The input that repeats.
        input: String,
        /// How many there must be.
        min: usize,
        /// How many there may be.
        max: usize,
        /// How many there are.
        given: usize,
    },
    /// A value that JSON cannot say.
    Unreadable {
        /// The node's id.
        node: String,
        /// The input.
        input: String,
        /// The value.
        text: String,
    },
}

/// What may stand somewhere: the first few of the names, and how many more there are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Names {
    /// The first ones.
    pub first: Vec<String>,
    /// How many more there are.
    pub more: usize,
}

/// What is wrong. Texts of the document's stand in it as they are, but for those that are too long for a report, which a
/// [`Diagnostic`](super::Diagnostic) holds shortened.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(
    missing_docs,
    reason = "the variants are documented by their codes; the fields are named by the field's own words"
)]
pub enum Problem {
    Syntax {
        syntax: &'static str,
        detail: String,
    },
    WrongShape {
        what: String,
        expected: String,
        found: String,
    },
    UnsupportedDocument {
        found: String,
        hint: Option<&'static str>,
    },
    BadManifest {
        place: String,
        detail: String,
    },
    MalformedClass {
        class: String,
        detail: String,
    },
    NoEmbeddedGraph {
        /// The format of the file.
        file: &'static str,
        /// The names of other texts in it.
        others: Vec<String>,
    },
    UnreadableFile {
        file: String,
        /// What the system says.
        detail: String,
    },
    UnreadableMedia {
        /// The format of the file.
        file: &'static str,
        detail: String,
    },
    DamagedMedia {
        /// The format of the file.
        file: &'static str,
        detail: String,
    },
    UnknownClass {
        class: String,
        near: Vec<String>,
    },
    MissingClass {
        node: String,
    },
    MissingInput {
        node: String,
        class: String,
        input: String,
        ty: String,
    },
    UnknownInput {
        node: String,
        class: String,
        input: String,
        near: Vec<String>,
    },
    DanglingLink {
        node: String,
        input: String,
        from: String,
    },
    BadLink {
        node: String,
        input: String,
        found: String,
    },
    SlotOutOfRange {
        node: String,
        input: String,
        from: String,
        class: String,
        slot: i64,
        outputs: usize,
    },
    TypeMismatch {
        node: String,
        input: String,
        expected: String,
        from: String,
        slot: i64,
        found: String,
    },
    Cycle {
        nodes: Vec<String>,
    },
    InvalidValue {
        subject: Subject,
        expected: String,
        found: String,
    },
    OutOfRange {
        subject: Subject,
        value: String,
        limit: Limit,
    },
    NotAnOption {
        subject: Subject,
        value: String,
        near: Vec<String>,
        options: Names,
    },
    NoOutputs,
    MisbuiltGraph {
        place: String,
        what: Misbuilt,
    },
    UnreachableNode {
        node: String,
        class: String,
    },
    IdleStage {
        node: String,
        when: Option<String>,
        because: Idle,
    },
    UnknownKey {
        key: String,
        near: Vec<String>,
    },
    AmbiguousKey {
        key: String,
        readings: Vec<String>,
    },
    DuplicateKey {
        key: String,
    },
    DuplicateTarget {
        target: String,
        keys: Vec<String>,
    },
    UnknownTarget {
        key: String,
        target: String,
        near: Vec<String>,
    },
    LinkedTarget {
        key: String,
        target: String,
        from: String,
    },
    LooseLimit {
        key: String,
        target: String,
        published: String,
        class: Limit,
    },
    ContradictoryLimits {
        key: String,
        detail: String,
    },
    BadDefault {
        key: String,
        because: Box<Problem>,
    },
    DifferentDefault {
        key: String,
        target: String,
        published: String,
        graph: String,
    },
    DoubtfulSchema {
        key: String,
        detail: String,
    },
    MissingKey {
        key: String,
        title: Option<String>,
    },
    BadComposite {
        key: String,
        value: String,
        parts: usize,
    },
    BadUrl {
        subject: Subject,
        value: String,
    },
    PrivateUrl {
        subject: Subject,
        value: String,
    },
    FileTooLarge {
        subject: Subject,
        limit_mb: String,
    },
    WrongLength {
        subject: Subject,
        unit: &'static str,
        found: usize,
        minimum: Option<usize>,
        maximum: Option<usize>,
    },
    PatternMismatch {
        subject: Subject,
        value: String,
        pattern: String,
    },

    // UI workflows
    LostLink {
        node: String,
        input: String,
        link: i64,
    },
    LinkLoop {
        node: String,
        input: String,
    },
    SubgraphCycle {
        subgraph: String,
    },
    TooLarge {
        what: &'static str,
        limit: usize,
    },
    DuplicateNode {
        node: String,
    },
    CutLink {
        node: String,
        input: String,
        why: &'static str,
    },
    PassThrough {
        node: String,
        output: i64,
    },
    NestedMute {
        node: String,
    },
    UnlinkedBypass {
        node: String,
        taken: String,
        linked: String,
    },
    IgnoredPrimitive {
        node: String,
        target: String,
        why: &'static str,
    },
    RandomPrompt {
        node: String,
        input: String,
    },
    UnexpandedText {
        node: String,
        input: String,
        what: &'static str,
    },
    NullValue {
        node: String,
        input: String,
    },
    RoundedNumber {
        subject: Subject,
        written: String,
        rounded: String,
    },
    NoClock {
        node: String,
        input: String,
    },
    LiveCapture {
        node: String,
        input: String,
    },
    ObjectValues {
        node: String,
        class: String,
    },
    UnusedValues {
        node: String,
        class: String,
        count: usize,
    },
    GroupNode {
        node: String,
        group: String,
    },
    UnsetName {
        node: String,
        name: String,
    },
    ImplicitLinks {
        node: String,
        class: String,
    },
    DrawnSeed {
        node: String,
        value: String,
        drawn: Option<i64>,
    },

    // Hints
    FixedSeed {
        node: String,
        input: String,
        value: String,
    },
    WildcardLink {
        node: String,
        input: String,
        expected: String,
        from: String,
    },

    // Server parity
    NoInputs {
        node: String,
        class: String,
    },
    DormantError {
        because: Box<Problem>,
    },
    UnlistedFile {
        subject: Subject,
        value: String,
    },
    UnknownBranch {
        subject: Subject,
        value: Option<String>,
        near: Vec<String>,
        keys: Names,
    },
    DeprecatedClass {
        class: String,
    },
    ExperimentalClass {
        class: String,
    },
    ConvertedValue {
        subject: Subject,
        value: String,
        becomes: String,
    },
    OffStep {
        subject: Subject,
        value: String,
        step: Number,
        near: Vec<String>,
    },
    MatchDisagreement {
        node: String,
        types: Vec<(String, String)>,
    },
    DeepChain {
        length: usize,
        limit: usize,
    },
}

/// Why a sampler stage does nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Idle {
    /// It starts where the schedule has already ended.
    StartsAfterEnd {
        /// `start_at_step`.
        start: String,
        /// `steps`.
        steps: String,
    },
    /// It ends where it starts, or before.
    EmptyRange {
        /// `start_at_step`.
        start: String,
        /// `end_at_step`.
        end: String,
    },
    /// The stage before it ends where its own schedule has ended already, so nothing is left to go on with.
    NothingLeft {
        /// The stage before it.
        before: String,
        /// That stage's `end_at_step`.
        end: String,
        /// That stage's `steps`.
        steps: String,
    },
}

impl Subject {
    /// An input of a node.
    pub fn input(node: impl Display, input: impl Into<String>) -> Self {
        Self::Input { node: node.to_string(), input: input.into() }
    }
}

impl Names {
    /// How many a report tells.
    const SHOWN: usize = 12;

    /// The options of an input.
    pub(crate) fn of_options(options: &[Value]) -> Self {
        Self::first_of(options, Self::SHOWN)
    }

    /// So many of some options.
    pub(crate) fn first_of(options: &[Value], shown: usize) -> Self {
        let first = options.iter().take(shown).map(|option| plain(option).into_owned()).collect();
        Self { first, more: options.len().saturating_sub(shown) }
    }
}

impl From<Vec<String>> for Names {
    fn from(mut names: Vec<String>) -> Self {
        let more = names.len().saturating_sub(Self::SHOWN);
        names.truncate(Self::SHOWN);
        names.shrink_to_fit();
        Self { first: names, more }
    }
}

impl Problem {
    /// The code of this problem.
    pub fn code(&self) -> Code {
        match self {
            Self::Syntax { .. } => Code::Syntax,
            Self::WrongShape { .. } => Code::WrongShape,
            Self::UnsupportedDocument { .. } => Code::UnsupportedDocument,
            Self::BadManifest { .. } => Code::BadManifest,
            Self::MalformedClass { .. } => Code::MalformedClass,
            Self::NoEmbeddedGraph { .. } => Code::NoEmbeddedGraph,
            Self::UnreadableFile { .. } => Code::UnreadableFile,
            Self::UnreadableMedia { .. } => Code::UnreadableMedia,
            Self::DamagedMedia { .. } => Code::DamagedMedia,
            Self::UnknownClass { .. } => Code::UnknownClass,
            Self::MissingClass { .. } => Code::MissingClass,
            Self::MissingInput { .. } => Code::MissingInput,
            Self::UnknownInput { .. } => Code::UnknownInput,
            Self::DanglingLink { .. } => Code::DanglingLink,
            Self::BadLink { .. } => Code::BadLink,
            Self::SlotOutOfRange { .. } => Code::SlotOutOfRange,
            Self::TypeMismatch { .. } => Code::TypeMismatch,
            Self::Cycle { .. } => Code::Cycle,
            Self::InvalidValue { .. } => Code::InvalidValue,
            Self::OutOfRange { .. } => Code::OutOfRange,
            Self::NotAnOption { .. } => Code::NotAnOption,
            Self::NoOutputs => Code::NoOutputs,
            Self::MisbuiltGraph { .. } => Code::MisbuiltGraph,
            Self::UnreachableNode { .. } => Code::UnreachableNode,
            Self::IdleStage { .. } => Code::IdleStage,
            Self::UnknownKey { .. } => Code::UnknownKey,
            Self::AmbiguousKey { .. } => Code::AmbiguousKey,
            Self::DuplicateKey { .. } => Code::DuplicateKey,
            Self::DuplicateTarget { .. } => Code::DuplicateTarget,
            Self::UnknownTarget { .. } => Code::UnknownTarget,
            Self::LinkedTarget { .. } => Code::LinkedTarget,
            Self::LooseLimit { .. } => Code::LooseLimit,
            Self::ContradictoryLimits { .. } => Code::ContradictoryLimits,
            Self::BadDefault { .. } => Code::BadDefault,
            Self::DifferentDefault { .. } => Code::DifferentDefault,
            Self::DoubtfulSchema { .. } => Code::DoubtfulSchema,
            Self::MissingKey { .. } => Code::MissingKey,
            Self::BadComposite { .. } => Code::BadComposite,
            Self::BadUrl { .. } => Code::BadUrl,
            Self::PrivateUrl { .. } => Code::PrivateUrl,
            Self::FileTooLarge { .. } => Code::FileTooLarge,
            Self::WrongLength { .. } => Code::WrongLength,
            Self::PatternMismatch { .. } => Code::PatternMismatch,

            // UI workflows
            Self::LostLink { .. } => Code::LostLink,
            Self::LinkLoop { .. } => Code::LinkLoop,
            Self::SubgraphCycle { .. } => Code::SubgraphCycle,
            Self::TooLarge { .. } => Code::TooLarge,
            Self::DuplicateNode { .. } => Code::DuplicateNode,
            Self::CutLink { .. } => Code::CutLink,
            Self::PassThrough { .. } => Code::PassThrough,
            Self::NestedMute { .. } => Code::NestedMute,
            Self::UnlinkedBypass { .. } => Code::UnlinkedBypass,
            Self::IgnoredPrimitive { .. } => Code::IgnoredPrimitive,
            Self::RandomPrompt { .. } => Code::RandomPrompt,
            Self::UnexpandedText { .. } => Code::UnexpandedText,
            Self::NullValue { .. } => Code::NullValue,
            Self::RoundedNumber { .. } => Code::RoundedNumber,
            Self::NoClock { .. } => Code::NoClock,
            Self::LiveCapture { .. } => Code::LiveCapture,
            Self::ObjectValues { .. } => Code::ObjectValues,
            Self::UnusedValues { .. } => Code::UnusedValues,
            Self::GroupNode { .. } => Code::GroupNode,
            Self::UnsetName { .. } => Code::UnsetName,
            Self::ImplicitLinks { .. } => Code::ImplicitLinks,
            Self::DrawnSeed { .. } => Code::DrawnSeed,

            // Hints
            Self::FixedSeed { .. } => Code::FixedSeed,
            Self::WildcardLink { .. } => Code::WildcardLink,

            // Server parity
            Self::NoInputs { .. } => Code::NoInputs,
            Self::DormantError { .. } => Code::DormantError,
            Self::UnlistedFile { .. } => Code::UnlistedFile,
            Self::UnknownBranch { .. } => Code::UnknownBranch,
            Self::DeprecatedClass { .. } => Code::DeprecatedClass,
            Self::ExperimentalClass { .. } => Code::ExperimentalClass,
            Self::ConvertedValue { .. } => Code::ConvertedValue,
            Self::OffStep { .. } => Code::OffStep,
            Self::MatchDisagreement { .. } => Code::MatchDisagreement,
            Self::DeepChain { .. } => Code::DeepChain,
        }
    }
}

impl Problem {
    /// A part of a document is another kind of JSON value than its place asks for.
    pub(crate) fn wrong_shape(what: impl Into<String>, expected: &str, found: &Value) -> Self {
        let (expected, found) = (expected.to_owned(), kind_of(found).to_owned());
        Self::WrongShape { what: what.into(), expected, found }
    }
}
