//! The registry of codes: one row makes the variant, its slug, its severity, its one-line meaning and its page.
//!
//! The page of a code is `pages/<slug>.md`; a row without one does not compile, and the compiler names the file that is
//! missing. The examples of the pages are tests (`tests/pages.rs`).

use std::fmt::{self, Display};

use schemars::JsonSchema;
use serde::Serialize;

/// How bad a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The document is accepted, but does something its author may not expect.
    Warning,
    /// The document is refused.
    Error,
}

impl Severity {
    /// The word used in reports and in JSON: `error`, `warning`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

macro_rules! codes {
    ($($variant:ident $slug:literal $severity:ident $meaning:literal;)*) => {
        /// The kind of a problem: a stable kebab-case name that tools may match on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $meaning] $variant,)*
        }

        impl Code {
            /// Every code, in the order of the registry.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name: `unknown-class`.
            pub fn slug(self) -> &'static str {
                match self { $(Self::$variant => $slug,)* }
            }

            /// How bad a problem of this kind is.
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }

            /// What it means, in one line.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }

            /// Its page: what it means, why it matters, an example, and what to write instead. Markdown.
            pub fn page(self) -> &'static str {
                match self { $(Self::$variant => include_str!(concat!("pages/", $slug, ".md")),)* }
            }
        }
    };
}

codes! {
    // Documents
    Syntax "syntax" Error "the text is not JSON or TOML";
    WrongShape "wrong-shape" Error "a part of the document has another form than its place asks for";
    UnsupportedDocument "unsupported-document" Error "the document is of no kind that can be read here";
    BadManifest "bad-manifest" Error "an interface.toml is not of the form it must have";
    MalformedClass "malformed-class" Error "a class of a catalog cannot be read";
    NoEmbeddedGraph "no-embedded-graph" Error "a picture or another media file holds no graph";
    UnreadableFile "unreadable-file" Error "a file cannot be read";
    UnreadableMedia "unreadable-media" Error "a media file is too damaged to find a graph in it";
    DamagedMedia "damaged-media" Warning "a media file is damaged, but a graph could be read";

    // Graphs
    UnknownClass "unknown-class" Error "the catalog has no class of this name";
    MissingClass "missing-class" Error "a node names no class";
    MissingInput "missing-input" Error "a required input is absent";
    UnknownInput "unknown-input" Warning "the class declares no such input, and the server ignores it";
    DanglingLink "dangling-link" Error "a link starts at a node that is not there";
    BadLink "bad-link" Error "a list is taken for a link but is none";
    SlotOutOfRange "slot-out-of-range" Error "a link starts at an output that the class does not have";
    TypeMismatch "type-mismatch" Error "a link joins an output to an input of another type";
    Cycle "cycle" Error "nodes feed each other in a circle";
    InvalidValue "invalid-value" Error "a value is not of the type that its input takes";
    OutOfRange "out-of-range" Error "a number lies outside its limits";
    NotAnOption "not-an-option" Error "a value is not among the options";
    NoOutputs "no-outputs" Error "no node of the graph produces a result";
    UnreachableNode "unreachable-node" Warning "a node feeds no output, so it never runs";
    IdleStage "idle-stage" Warning "a sampler stage does nothing";

    // Keys and interfaces
    UnknownKey "unknown-key" Error "no input is published under this key";
    AmbiguousKey "ambiguous-key" Error "a key can be read as more than one set of inputs";
    DuplicateKey "duplicate-key" Error "a key is published twice";
    DuplicateTarget "duplicate-target" Error "two keys write the same input";
    UnknownTarget "unknown-target" Error "a derived target names an input that is not there";
    LinkedTarget "linked-target" Warning "a key replaces a link by a value";
    LooseLimit "loose-limit" Error "a published limit lies outside the limits of the class";
    ContradictoryLimits "contradictory-limits" Error "no value satisfies the limits";
    BadDefault "bad-default" Error "a default breaks the rules of its own input";
    DifferentDefault "different-default" Warning "a default differs from the value in the graph";
    DoubtfulSchema "doubtful-schema" Warning "a published schema says something that cannot be taken at its word";

    // Payloads
    MissingKey "missing-key" Error "a required key is absent";
    BadComposite "bad-composite" Error "a composite value is not numbers joined by `x`";
    BadUrl "bad-url" Error "a file input is neither a URL nor a data URI";
    PrivateUrl "private-url" Warning "a URL that the service cannot fetch";
    FileTooLarge "file-too-large" Error "a file is larger than the published limit";
    WrongLength "wrong-length" Error "a text or a list has too few or too many elements";
    PatternMismatch "pattern-mismatch" Error "a text does not match the published pattern";

    // UI workflows
    LostLink "lost-link" Error "an input names a link that the workflow does not have";
    LinkLoop "link-loop" Error "the nodes between an input and its origin go round in a circle";
    SubgraphCycle "subgraph-cycle" Error "a subgraph contains itself";
    TooLarge "too-large" Error "the workflow is larger than can be worked on";
    DuplicateNode "duplicate-node" Warning "two nodes have the same id, and the later replaces the first";
    CutLink "cut-link" Warning "a link is dropped";
    PassThrough "pass-through" Warning "an output of a subgraph is one of its inputs, which the editor cannot export";
    NestedMute "nested-mute" Warning "nodes inside a muted or bypassed subgraph run all the same";
    UnlinkedBypass "unlinked-bypass" Warning "a bypassed node forwards an input that is not linked";
    IgnoredPrimitive "ignored-primitive" Warning "the value of a Primitive does not arrive";
    RandomPrompt "random-prompt" Warning "a text has a choice in braces, which is made anew for each seed";
    UnexpandedText "unexpanded-text" Warning "a text on a subgraph is not expanded as the same text inside would be";
    NullValue "null-value" Warning "a subgraph replaces a value inside by null";
    RoundedNumber "rounded-number" Warning "an integer is too large for JavaScript, which rounds it";
    NoClock "no-clock" Warning "a date in a file name needs a clock";
    LiveCapture "live-capture" Warning "the editor would take a picture at this place";
    ObjectValues "object-values" Warning "values are saved by name, which only the pack's own script can read in the editor";
    UnusedValues "unused-values" Warning "a node has more values than widgets";
    UnsetName "unset-name" Error "a node takes a value by a name that no node gives";
    ImplicitLinks "implicit-links" Warning "a node of cg-use-everywhere, whose links are not in the file";
    DrawnSeed "drawn-seed" Warning "a seed that the editor draws when it queues";
    GroupNode "group-node" Warning "a legacy group node, whose values the editor shifts when it converts it";

    // Graphs built in code
    MisbuiltGraph "misbuilt-graph" Error "a graph built in code contradicts itself";

    // Hints
    FixedSeed "fixed-seed" Warning "a seed is published under no key, so every run starts from the same";
    WildcardLink "wildcard-link" Warning "a link fits only because its output may carry anything";

    // Server parity
    NoInputs "no-inputs" Error "a node has no `inputs` at all, and the server fails on it";
    DormantError "dormant-error" Warning "an error in a node that no output needs, so the server does not look at it";
    UnlistedFile "unlisted-file" Warning "the server lists no file of this name";
    UnknownBranch "unknown-branch" Warning "the value of a dynamic combo is none of its keys, so the inputs behind it are ignored";
    DeprecatedClass "deprecated-class" Warning "the class is to be avoided, and may go";
    ExperimentalClass "experimental-class" Warning "the class is likely to change";
    ConvertedValue "converted-value" Warning "the server turns a value into another before it runs";
    OffStep "off-step" Warning "a number lies between the steps of its input";
    MatchDisagreement "match-disagreement" Warning "inputs that share a type are linked to different types";
    DeepChain "deep-chain" Warning "a chain of links is longer than the server can follow";
}

impl Code {
    /// The code of this name.
    pub fn of(slug: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.slug() == slug)
    }

    /// The names nearest to one that no code has.
    pub fn near(slug: &str) -> Vec<String> {
        super::nearest(slug, Self::ALL.iter().map(|code| code.slug()))
    }
}

impl Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn slugs_are_unique_kebab_case() {
        let slugs: BTreeSet<_> = Code::ALL.iter().map(|code| code.slug()).collect();
        assert_eq!(slugs.len(), Code::ALL.len());
        assert!(slugs.iter().all(|slug| slug.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
    }
}
