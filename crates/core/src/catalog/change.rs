//! One change between two catalogs, as data and in words. What changed is found in [`diff`](super::diff).

use std::fmt::{self, Display};

use serde::Serialize;
use serde_json::Value;

use crate::diagnostic::Names;

/// How many options are shown.
const SHOWN: usize = 8;

/// One change of a class.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The class.
    pub class: String,
    /// What changed.
    pub change: What,
    /// The input that it is about. Inputs behind a choice are written with it: `format[mp4].codec`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    /// The output slot that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<usize>,
    /// What was there, or what is gone.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub old: Value,
    /// What is there now, or what has come.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub new: Value,
    /// Whether a prompt can break of it.
    pub breaking: bool,
}

/// The kinds of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum What {
    /// The class is new.
    ClassAdded,
    /// The class is gone; `new` names the class that the server puts in its place, if it does.
    ClassRemoved,
    /// The class has become an output, or is none any more.
    OutputNodeChanged,
    /// The class is now marked as to be avoided.
    ClassDeprecated,
    /// The input is new; `new` holds its type and whether it is required.
    InputAdded,
    /// The input is gone: the server ignores what prompts give for it.
    InputRemoved,
    /// An optional input is now required.
    InputRequired,
    /// A required input is now optional.
    InputOptional,
    /// The input takes another type.
    TypeChanged,
    /// `min` is higher, or `max` lower, or there is one now.
    LimitNarrowed,
    /// `min` is lower, or `max` higher, or gone.
    LimitWidened,
    /// The value of a new node is another.
    DefaultChanged,
    /// Options that are gone.
    OptionsRemoved,
    /// Options that have come.
    OptionsAdded,
    /// A list of one machine's files or devices has other members.
    OptionsVary,
    /// An output slot is new.
    OutputAdded,
    /// An output slot is gone.
    OutputRemoved,
    /// An output carries another type.
    OutputTypeChanged,
    /// An output has another name.
    OutputRenamed,
}

impl What {
    /// The word for it in JSON and for people: `class-added`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClassAdded => "class-added",
            Self::ClassRemoved => "class-removed",
            Self::OutputNodeChanged => "output-node-changed",
            Self::ClassDeprecated => "class-deprecated",
            Self::InputAdded => "input-added",
            Self::InputRemoved => "input-removed",
            Self::InputRequired => "input-required",
            Self::InputOptional => "input-optional",
            Self::TypeChanged => "type-changed",
            Self::LimitNarrowed => "limit-narrowed",
            Self::LimitWidened => "limit-widened",
            Self::DefaultChanged => "default-changed",
            Self::OptionsRemoved => "options-removed",
            Self::OptionsAdded => "options-added",
            Self::OptionsVary => "options-vary",
            Self::OutputAdded => "output-added",
            Self::OutputRemoved => "output-removed",
            Self::OutputTypeChanged => "output-type-changed",
            Self::OutputRenamed => "output-renamed",
        }
    }
}

impl Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { class, change, input, output, old, new, .. } = self;
        write!(f, "{} `{class}`", change.as_str())?;
        if let Some(input) = input {
            write!(f, " input `{input}`")?;
        }
        if let Some(slot) = output {
            write!(f, " output {slot}")?;
        }
        let side = |value: &Value| match value {
            Value::Array(items) => Names::first_of(items, SHOWN).to_string(),
            Value::String(text) => format!("`{text}`"),
            Value::Object(members) => {
                let shown =
                    |value: &Value| if value.is_null() { "none".to_owned() } else { value.to_string() };
                members
                    .iter()
                    .map(|(name, value)| format!("{name} {}", shown(value)))
                    .collect::<Vec<_>>()
                    .join(", ")
            }
            other => other.to_string(),
        };
        match (change, old, new) {
            (_, Value::Null, Value::Null) => Ok(()),
            (What::ClassRemoved, _, new) => write!(f, ": the server replaces it by {}", side(new)),
            (What::OptionsVary, old, new) => {
                let count = |value: &Value| value.as_array().map_or(0, Vec::len);
                write!(f, ": {} gone, {} new, of this machine", count(old), count(new))
            }
            (_, old, Value::Null) | (_, Value::Null, old) => write!(f, ": {}", side(old)),
            (_, old, new) => write!(f, ": {} -> {}", side(old), side(new)),
        }
    }
}
