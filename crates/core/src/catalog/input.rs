//! A declared input: its type with what belongs to the type, and its options.

use indexmap::IndexMap;
use serde_json::{Map, Number, Value};

use super::{Inputs, Type};

/// One declared input.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Its type.
    pub kind: Kind,
    /// Its options: limits, default, and every other keyword.
    pub options: Options,
    /// How the declaration is written, so that it can be written again.
    pub(super) form: Form,
}

/// What an input takes.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A socket type: `INT`, `MODEL`, `INT,FLOAT`, `*`, or any other name.
    Named(Type),
    /// One of a list.
    Combo(Combo),
    /// A choice that decides which further inputs there are (`COMFY_DYNAMICCOMBO_V3`).
    DynamicCombo(Vec<Branch>),
    /// As many inputs of one form as are wanted (`COMFY_AUTOGROW_V3`).
    Autogrow(Autogrow),
    /// Inputs that are there when a link is (`COMFY_DYNAMICSLOT_V3`).
    DynamicSlot(DynamicSlot),
    /// A type shared with other inputs and outputs of the node (`COMFY_MATCHTYPE_V3`).
    Match(MatchType),
    /// A form this crate does not know, kept as it came.
    Opaque(Value),
}

/// A choice among options.
#[derive(Debug, Clone, PartialEq)]
pub struct Combo {
    /// The options in the server's order; mostly strings.
    pub options: Vec<Value>,
    /// Whether the list is of one machine's files or devices, so that another value may be right elsewhere.
    pub open: bool,
    /// Whether more than one may be chosen (`multiselect`).
    pub multiselect: bool,
}

/// One choice of a dynamic combo and the inputs it brings.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// The value that chooses it.
    pub key: Value,
    /// The inputs there are then, named `<combo>.<name>` in a prompt.
    pub inputs: Inputs,
}

/// Inputs that repeat.
#[derive(Debug, Clone, PartialEq)]
pub struct Autogrow {
    /// The form of each: in practice one input.
    pub template: Inputs,
    /// The names of the repeated inputs, where the class lists them.
    pub names: Option<Vec<String>>,
    /// Else their common prefix, followed by 0, 1, ….
    pub prefix: Option<String>,
    /// How many there must be.
    pub min: usize,
    /// How many there may be.
    pub max: usize,
}

/// Inputs behind a slot.
#[derive(Debug, Clone, PartialEq)]
pub struct DynamicSlot {
    /// The inputs there are when the slot is used, named `<slot>.<name>` in a prompt.
    pub inputs: Inputs,
}

/// A type shared under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchType {
    /// The name: all inputs of one template take the same type.
    pub template: String,
    /// The types it may be.
    pub allowed: Type,
}

/// The options of an input.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// The value of a new node.
    pub default: Option<Value>,
    /// The smallest value the server takes.
    pub min: Option<Number>,
    /// The largest value the server takes.
    pub max: Option<Number>,
    /// The step of the editor's widget; the server does not enforce it.
    pub step: Option<Number>,
    /// Every other keyword as it came: `multiline`, `control_after_generate`, `image_upload`, `lazy`, ….
    pub other: Map<String, Value>,
}

/// How a declaration is written.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Form {
    /// How the type is written.
    pub(super) ty: TypeForm,
    /// Whether there is an options object at all.
    pub(super) has_options: bool,
    /// Elements after the options, and a second element that is no object.
    pub(super) rest: Vec<Value>,
}

/// How the type of a declaration is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum TypeForm {
    /// `["INT", …]`; a combo without options.
    #[default]
    Listed,
    /// `"INT"`, as some hidden inputs are written.
    Bare,
    /// `[["a", "b"], …]`: a combo whose type is its options.
    OptionsAsType,
    /// `["COMBO", {"options": ["a", "b"]}]`.
    OptionsAsKeyword,
}

impl Options {
    /// Whether keyword `name` is set to true.
    pub fn flag(&self, name: &str) -> bool {
        self.other.get(name).and_then(Value::as_bool).unwrap_or(false)
    }
}

impl Kind {
    /// The type as a link sees it.
    pub fn socket_type(&self) -> Option<Type> {
        match self {
            Self::Named(ty) => Some(ty.clone()),
            Self::Combo(_) => Some(Type::new(Type::COMBO)),
            Self::Match(_) => Some(Type::new(Type::MATCH)),
            Self::DynamicCombo(_) => Some(Type::new(Type::DYNAMIC_COMBO)),
            Self::Autogrow(_) => Some(Type::new(Type::AUTOGROW)),
            Self::DynamicSlot(_) => Some(Type::new(Type::DYNAMIC_SLOT)),
            Self::Opaque(_) => None,
        }
    }

    /// What it takes, in words for a message.
    pub fn describe(&self) -> String {
        match self {
            Self::Named(ty) => format!("`{ty}`"),
            Self::Combo(_) | Self::DynamicCombo(_) => "one of a list of options".to_owned(),
            Self::Autogrow(_) => "a growing list of links".to_owned(),
            Self::DynamicSlot(_) => "a link".to_owned(),
            Self::Match(m) => format!("`{}`", m.allowed),
            Self::Opaque(value) => format!("`{value}`"),
        }
    }
}

impl Autogrow {
    /// The names of the repeated inputs in order, each with whether it must be there.
    pub fn names(&self) -> impl Iterator<Item = (String, bool)> + '_ {
        let required =
            self.template.required.as_ref().is_some_and(|inputs: &IndexMap<_, _>| !inputs.is_empty());
        let count = self.names.as_ref().map_or(self.max, Vec::len);
        (0..count).map(move |i| {
            let name = match &self.names {
                Some(names) => names.get(i).cloned().unwrap_or_default(),
                None => format!("{}{i}", self.prefix.as_deref().unwrap_or_default()),
            };
            (name, required && i < self.min)
        })
    }
}
