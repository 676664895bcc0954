//! Declared inputs: the type of each with what belongs to the type, and its options.

use indexmap::IndexMap;
use serde_json::{Map, Number, Value};

use super::lazy::Lazy;
use super::types::{OutputType, Type};
use super::widget::{Shown, WidgetType};

/// The declared inputs of a class by section; a section that is absent differs from an empty one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inputs {
    /// Inputs a node must have.
    pub required: Option<IndexMap<String, Input>>,
    /// Inputs a node may have.
    pub optional: Option<IndexMap<String, Input>>,
    /// Inputs the server fills in itself.
    pub hidden: Option<IndexMap<String, Input>>,
    /// Sections of any other name, and those that hold no object.
    pub other: Map<String, Value>,
}

/// One declared input.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Its type.
    pub kind: Kind,
    /// Its options: limits, default, and every other keyword.
    pub options: Options,
    /// How the declaration is written, so that it can be written again.
    pub(super) form: Form,
    /// How the editor shows it.
    pub(super) shown: Shown,
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
    /// The positions of the options that are texts, in the order of those.
    pub(super) sorted: Lazy<Vec<usize>>,
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

impl Combo {
    /// Whether a text is one of the options. A server may list thousands of files.
    pub(crate) fn has_text(&self, text: &str) -> bool {
        /// A list of so many options is looked through as quickly as in any other way.
        const FEW: usize = 32;
        if self.options.len() <= FEW {
            return self.options.iter().any(|option| option.as_str() == Some(text));
        }
        let option = |at: &usize| self.options.get(*at).and_then(Value::as_str);
        let sorted = self.sorted.get(|| {
            let mut sorted: Vec<usize> = (0..self.options.len()).filter(|at| option(at).is_some()).collect();
            sorted.sort_unstable_by_key(option);
            sorted
        });
        sorted.binary_search_by_key(&Some(text), option).is_ok()
    }
}

impl Inputs {
    /// Required inputs, then optional ones, each with whether it is required: the order of the class's own definition.
    pub fn settable(&self) -> impl Iterator<Item = (&str, &Input, bool)> {
        let required = self.required.iter().flatten().map(|(name, input)| (name.as_str(), input, true));
        let optional = self.optional.iter().flatten().map(|(name, input)| (name.as_str(), input, false));
        required.chain(optional)
    }

    /// The declared input of this name, required before optional.
    pub fn get(&self, name: &str) -> Option<&Input> {
        [&self.required, &self.optional].into_iter().flatten().find_map(|section| section.get(name))
    }
}

impl Options {
    /// Whether keyword `name` is set to true.
    pub fn flag(&self, name: &str) -> bool {
        self.other.get(name).and_then(Value::as_bool).unwrap_or(false)
    }
}

impl Input {
    /// Whether the type of this input is written as its list of options, as old classes write it. To a link such a type is
    /// that list and nothing else, where a `COMBO` is a `COMBO` whatever its options.
    pub fn is_list_typed(&self) -> bool {
        self.form.ty == TypeForm::OptionsAsType
    }

    /// Whether a link from an output of this type fits this input, by the server's rule ([`Type::accepts`] for named
    /// types). A form that this crate does not know fits.
    pub fn accepts(&self, output: &OutputType) -> bool {
        let open = |ty: &str| ty == Type::ANY || ty == Type::MATCH;
        match (&self.kind, output) {
            (Kind::Opaque(_), _) | (_, OutputType::Opaque(_)) => true,
            (Kind::Combo(combo), OutputType::Options(options)) if self.is_list_typed() => {
                combo.open || combo.options == *options
            }
            (kind, OutputType::Options(_)) => {
                kind.socket_type().is_some_and(|ty| open(ty) || ty == Type::COMBO)
            }
            (Kind::Combo(_), OutputType::Named(ty)) if self.is_list_typed() => open(ty.as_str()),
            (kind, OutputType::Named(ty)) => {
                kind.socket_type().is_none_or(|own| Type::fits(own, ty.as_str()))
            }
        }
    }

    /// Whether its options are files that users upload to the server's input folder.
    pub fn takes_uploads(&self) -> bool {
        let elsewhere = self
            .options
            .other
            .get("image_folder")
            .and_then(Value::as_str)
            .is_some_and(|folder| folder != "input");
        let uploads = ["image_upload", "audio_upload", "video_upload", "file_upload"];
        !elsewhere && uploads.iter().any(|keyword| self.options.flag(keyword))
    }

    /// How the editor shows it.
    pub(crate) fn shown(&self) -> &Shown {
        &self.shown
    }

    /// The widget that the editor makes of this input; `None` for a socket.
    pub(crate) fn widget(&self, optional: bool) -> Option<WidgetType> {
        self.shown.widget(optional)
    }
}

impl Kind {
    /// The name of the type as a link sees it.
    pub fn socket_type(&self) -> Option<&str> {
        match self {
            Self::Named(ty) => Some(ty.as_str()),
            Self::Combo(_) => Some(Type::COMBO),
            Self::Match(_) => Some(Type::MATCH),
            Self::DynamicCombo(_) => Some(Type::DYNAMIC_COMBO),
            Self::Autogrow(_) => Some(Type::AUTOGROW),
            Self::DynamicSlot(_) => Some(Type::DYNAMIC_SLOT),
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
        let needed = self.needed();
        let count = self.names.as_ref().map_or(self.max, Vec::len);
        (0..count).map(move |i| {
            let name = match &self.names {
                Some(names) => names.get(i).cloned().unwrap_or_default(),
                None => format!("{}{i}", self.prefix.as_deref().unwrap_or_default()),
            };
            (name, i < needed)
        })
    }

    /// How many of them, from the first on, must be there: `min`, if the template itself is required.
    pub fn needed(&self) -> usize {
        let required =
            self.template.required.as_ref().is_some_and(|inputs: &IndexMap<_, _>| !inputs.is_empty());
        if required { self.min } else { 0 }
    }

    /// The position of the repeated input of this name among [`Self::names`].
    pub fn position(&self, name: &str) -> Option<usize> {
        if let Some(names) = &self.names {
            return names.iter().position(|known| known == name);
        }
        let digits = name.strip_prefix(self.prefix.as_deref().unwrap_or_default())?;
        let canonical = digits == "0" || !digits.starts_with(['0', '+']);
        digits.parse().ok().filter(|position| canonical && *position < self.max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_have_the_options_that_they_list() {
        for count in [0, 1, 32, 33, 5_000] {
            let mut options: Vec<Value> =
                (0..count).map(|i| format!("{}.png", i * 7919 % 5_000).into()).collect();
            options.extend([Value::Null, 5.into()]);
            let combo = Combo { options, open: false, multiselect: false, sorted: Lazy::default() };
            for i in 0..count {
                assert!(combo.has_text(&format!("{}.png", i * 7919 % 5_000)));
            }
            assert!(!combo.has_text("5") && !combo.has_text("null") && !combo.has_text("5000.png"));
        }
    }

    #[test]
    fn a_copy_that_is_changed_has_other_options() {
        let options: Vec<Value> = (0..100).map(|i| i.to_string().into()).collect();
        let combo = Combo { options, open: false, multiselect: false, sorted: Lazy::default() };
        assert!(combo.has_text("99"));
        let mut copy = combo.clone();
        copy.options.clear();
        copy.options.extend((100..200).map(|i| Value::from(i.to_string())));
        assert!(copy.has_text("199") && !copy.has_text("99"));
        assert_eq!(combo, combo.clone());
    }
}
