//! What a project makes of a kind of problem: silence, a warning or an error.
//!
//! Two places say so: the `[lints]` table of an `interface.toml`, which holds for its workflow, and whoever calls, whose word
//! counts more. A code that is named counts more than `warnings`, wherever either stands, with one exception: what a
//! manifest leaves a warning is still one of the warnings that the caller denies.
//!
//! A warning can be silenced. An error cannot: a server refuses the document all the same, and somebody should be told. It can
//! be lowered to a warning, for the case that the catalog knows less than the server, unless it says that there is no document.

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Code, Diagnostic, Diagnostics, Severity};

/// The name that stands for every code that is a warning.
pub(crate) const WARNINGS: &str = "warnings";

/// What is made of a kind of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// It is not reported.
    Allow,
    /// It is a warning.
    Warn,
    /// It is an error.
    Deny,
}

/// The levels of the codes that somebody spoke of; all others are as their code says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Levels {
    named: BTreeMap<Code, Level>,
    deny_warnings: bool,
}

/// Why a code cannot have a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misplaced {
    /// There is no such code; these are near.
    Unknown(Vec<String>),
    /// An error cannot be silenced.
    Silenced,
    /// Without what it asks for there is no document.
    Unreadable,
    /// All warnings together can only be denied.
    OnlyDenied,
    /// The code was given another level by the same speaker.
    Contradiction,
}

impl Level {
    /// The word for it: `allow`, `warn`, `deny`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }

    /// Whether a code may have this level.
    fn suits(self, code: Code) -> Result<(), Misplaced> {
        match (code.severity(), self) {
            (Severity::Error, Self::Allow) => Err(Misplaced::Silenced),
            (Severity::Error, Self::Warn) if is_unreadable(code) => Err(Misplaced::Unreadable),
            _ => Ok(()),
        }
    }
}

/// Whether a problem of this kind leaves nothing to go on with.
fn is_unreadable(code: Code) -> bool {
    matches!(
        code,
        Code::Syntax
            | Code::WrongShape
            | Code::UnsupportedDocument
            | Code::BadManifest
            | Code::MalformedClass
            | Code::NoEmbeddedGraph
            | Code::UnreadableFile
            | Code::UnreadableMedia
    )
}

impl Levels {
    /// Gives the code of this name a level, or every warning where the name is `warnings`.
    pub fn set(&mut self, name: &str, level: Level) -> Result<(), Misplaced> {
        if name == WARNINGS {
            self.deny_warnings |= level == Level::Deny;
            return if level == Level::Deny { Ok(()) } else { Err(Misplaced::OnlyDenied) };
        }
        let code = Code::of(name).ok_or_else(|| Misplaced::Unknown(Code::near(name)))?;
        level.suits(code)?;
        match self.named.insert(code, level) {
            Some(other) if other != level => Err(Misplaced::Contradiction),
            _ => Ok(()),
        }
    }

    /// These levels, and those of `over` where both speak.
    #[must_use]
    pub fn under(&self, over: &Self) -> Self {
        let mut named = self.named.clone();
        if over.deny_warnings {
            named.values_mut().filter(|level| **level == Level::Warn).for_each(|level| *level = Level::Deny);
        }
        named.extend(&over.named);
        Self { named, deny_warnings: self.deny_warnings || over.deny_warnings }
    }

    /// `diagnostics` at these levels, without those that are allowed.
    #[must_use]
    pub fn judge(&self, diagnostics: Diagnostics) -> Diagnostics {
        diagnostics.into_iter().filter_map(|diagnostic| self.level(diagnostic)).collect()
    }

    fn level(&self, diagnostic: Diagnostic) -> Option<Diagnostic> {
        match self.asked(diagnostic.code()) {
            Some(Level::Allow) => None,
            Some(level) => {
                let severity = if level == Level::Deny { Severity::Error } else { Severity::Warning };
                Some(Diagnostic { level: Some(severity), ..diagnostic })
            }
            None => Some(diagnostic),
        }
    }

    /// How bad a diagnostic is at these levels; `None` if it is allowed.
    pub fn severity(&self, diagnostic: &Diagnostic) -> Option<Severity> {
        match self.asked(diagnostic.code()) {
            Some(Level::Allow) => None,
            Some(Level::Warn) => Some(Severity::Warning),
            Some(Level::Deny) => Some(Severity::Error),
            None => Some(diagnostic.severity()),
        }
    }

    /// The level that somebody asked for.
    fn asked(&self, code: Code) -> Option<Level> {
        self.named.get(&code).copied().or_else(|| self.deny_warnings.then_some(Level::Deny))
    }
}

impl Display for Misplaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(near) => match near.first() {
                Some(near) => write!(f, "there is no such code: did you mean `{near}`?"),
                None => f.write_str("there is no such code: `comfyc explain` lists all of them"),
            },
            Self::Silenced => f.write_str("an error cannot be silenced, only lowered to a warning"),
            Self::Unreadable => {
                f.write_str("this error cannot be lowered: without what it asks for there is no document")
            }
            Self::OnlyDenied => {
                f.write_str("all warnings together can only be denied: name those that you mean")
            }
            Self::Contradiction => f.write_str("it is given two levels"),
        }
    }
}

/// The JSON Schema of a `[lints]` table: every code with its meaning and the levels that it may have.
pub(crate) fn lints_schema(_: &mut SchemaGenerator) -> Schema {
    let mut properties = Map::new();
    properties.insert(
        WARNINGS.to_owned(),
        json!({"description": "every warning that is not named", "enum": [Level::Deny.as_str()]}),
    );
    for code in Code::ALL {
        let levels: Vec<Value> = [Level::Allow, Level::Warn, Level::Deny]
            .into_iter()
            .filter(|level| level.suits(*code).is_ok())
            .map(|level| level.as_str().into())
            .collect();
        properties.insert(code.slug().to_owned(), json!({"description": code.meaning(), "enum": levels}));
    }
    json_schema!({"type": "object", "properties": properties, "additionalProperties": false})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Problem;

    fn levels(given: &[(&str, Level)]) -> Levels {
        let mut levels = Levels::default();
        for (name, level) in given {
            levels.set(name, *level).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        levels
    }

    /// What becomes of a warning, `different-default`, and of an error, `unknown-key`.
    #[track_caller]
    fn check(manifest: &[(&str, Level)], caller: &[(&str, Level)], expected: [Option<Severity>; 2]) {
        let levels = levels(manifest).under(&levels(caller));
        let text = || "x".to_owned();
        let problems = [
            Problem::DifferentDefault { key: text(), target: text(), published: text(), graph: text() },
            Problem::UnknownKey { key: text(), near: Vec::new() },
        ];
        let found = problems.map(|problem| {
            let judged = levels.judge(Diagnostics::from_iter([Diagnostic::new(problem, None)]));
            let severity = judged.iter().map(Diagnostic::severity).next();
            assert_eq!(judged.has_errors(), severity == Some(Severity::Error));
            assert_eq!(levels.judge(judged.clone()), judged, "judging twice changes nothing");
            severity
        });
        assert_eq!(found, expected);
    }

    #[test]
    fn the_caller_counts_more_than_the_manifest_and_a_name_more_than_all_warnings() {
        use Level::{Allow, Deny, Warn};
        const WARNING: Option<Severity> = Some(Severity::Warning);
        const ERROR: Option<Severity> = Some(Severity::Error);
        check(&[], &[], [WARNING, ERROR]);
        check(&[("different-default", Allow)], &[], [None, ERROR]);
        check(&[("different-default", Deny)], &[], [ERROR, ERROR]);
        check(&[("unknown-key", Warn)], &[], [WARNING, WARNING]);
        check(&[("different-default", Allow)], &[("different-default", Warn)], [WARNING, ERROR]);
        check(&[], &[("warnings", Deny)], [ERROR, ERROR]);
        check(&[], &[("warnings", Deny), ("different-default", Warn)], [WARNING, ERROR]);
        check(&[("warnings", Deny)], &[("different-default", Allow)], [None, ERROR]);
        check(&[("warnings", Deny), ("unknown-key", Warn)], &[], [ERROR, WARNING]);
        check(&[("different-default", Allow)], &[("warnings", Deny)], [None, ERROR]);
        check(&[("different-default", Warn), ("unknown-key", Warn)], &[("warnings", Deny)], [ERROR, ERROR]);
    }

    #[test]
    fn what_cannot_be_said_is_refused() {
        let refused = |name, level| Levels::default().set(name, level).expect_err(name);
        assert_eq!(refused("idle-stge", Level::Deny), Misplaced::Unknown(vec!["idle-stage".to_owned()]));
        assert_eq!(refused("unknown-class", Level::Allow), Misplaced::Silenced);
        assert_eq!(refused("syntax", Level::Warn), Misplaced::Unreadable);
        assert_eq!(refused("warnings", Level::Allow), Misplaced::OnlyDenied);
        let mut twice = levels(&[("idle-stage", Level::Deny)]);
        assert_eq!(twice.set("idle-stage", Level::Deny), Ok(()));
        assert_eq!(twice.set("idle-stage", Level::Allow), Err(Misplaced::Contradiction));
    }
}
