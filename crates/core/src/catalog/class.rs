//! A node class: its inputs by section, its outputs, its flags.

use std::fmt::{self, Display};

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::layout::Layout;
use super::lazy::Lazy;
use super::{Input, wire};

/// A node class as the server declares it.
#[derive(Debug, Clone, PartialEq)]
pub struct Class {
    /// The name that `class_type` gives.
    pub name: String,
    /// What it takes.
    pub inputs: Inputs,
    /// What it produces, by slot.
    pub outputs: Vec<Output>,
    /// What `/object_info` does not say, where it is known.
    pub traits: Option<Traits>,
    /// Every other field of the class, as it came: `display_name`, `category`, `output_node`, `input_order`, ….
    pub fields: Map<String, Value>,
    /// What about it cannot be read, if anything.
    pub(crate) malformed: Option<String>,
    /// Which of `input` and `output` the entry had, so that it can be written again.
    pub(super) had: Had,
    /// How the editor lays it out.
    pub(super) layout: Layout,
    /// What checks ask of it.
    pub(super) marks: Lazy<Marks>,
}

/// Which parts a class's entry had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Had {
    pub(super) input: bool,
    pub(super) output: bool,
}

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

/// One output slot of a class.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// The type it carries.
    pub ty: OutputType,
    /// Its name, where the class gives one.
    pub name: Option<String>,
    /// Whether the node emits a list here, on which its consumers run once for each element.
    pub is_list: bool,
    /// The template whose type this output takes, for outputs of a match type.
    pub template: Option<String>,
}

/// What an output carries.
#[derive(Debug, Clone, PartialEq)]
pub enum OutputType {
    /// A socket type.
    Named(Type),
    /// One of these options: such an output fits every combo.
    Options(Vec<Value>),
    /// A form this crate does not know, kept as it came.
    Opaque(Value),
}

/// A socket type: `IMAGE`, a union such as `INT,FLOAT`, or `*`. The set is open: every pack adds its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Type(String);

/// Facts about a class that `/object_info` does not tell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Traits {
    /// Whether the class is of ComfyUI's V3 kind, where dynamic inputs are expanded.
    pub v3: bool,
    /// The inputs whose values the class checks with code of its own.
    pub validates: Vec<String>,
    /// Whether that code takes every input.
    pub validates_all: bool,
}

/// What a check asks of the class of every node.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Marks {
    /// Whether its nodes are outputs.
    pub(crate) output: bool,
    /// Whether it is deprecated or experimental.
    pub(crate) doubtful: bool,
    /// Whether its inputs depend on the node.
    pub(crate) dynamic: bool,
    /// Whether some of its inputs or outputs share a type.
    pub(crate) shares_types: bool,
    /// Whether one of its outputs may carry anything.
    pub(crate) emits_any: bool,
}

impl Type {
    /// The type of links that carry anything.
    pub const ANY: &'static str = "*";
    /// The type of inputs and outputs whose type follows from another link.
    pub const MATCH: &'static str = "COMFY_MATCHTYPE_V3";
    /// The type of choices.
    pub const COMBO: &'static str = "COMBO";
    /// The type of choices that bring inputs of their own.
    pub const DYNAMIC_COMBO: &'static str = "COMFY_DYNAMICCOMBO_V3";
    /// The type of repeated inputs.
    pub const AUTOGROW: &'static str = "COMFY_AUTOGROW_V3";
    /// The type of inputs behind a slot.
    pub const DYNAMIC_SLOT: &'static str = "COMFY_DYNAMICSLOT_V3";

    /// The type of this spelling.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The members of the union, trimmed; a plain type has one.
    pub fn members(&self) -> impl Iterator<Item = &str> {
        self.0.split(',').map(str::trim)
    }

    /// Whether a link from an output of type `output` fits an input of this type, by the server's rule: equal, or a
    /// wildcard or match type on either side, or unions that share a member.
    ///
    /// ```
    /// # use comfyc::catalog::Type;
    /// assert!(Type::new("INT,FLOAT").accepts(&Type::new("FLOAT")));
    /// assert!(Type::new("IMAGE").accepts(&Type::new("*")));
    /// assert!(!Type::new("IMAGE").accepts(&Type::new("LATENT")));
    /// ```
    pub fn accepts(&self, output: &Self) -> bool {
        Self::fits(&self.0, &output.0)
    }

    /// [`Self::accepts`] on the spellings.
    pub(super) fn fits(input: &str, output: &str) -> bool {
        let open = |ty: &str| ty == Self::ANY || ty == Self::MATCH;
        if input == output || open(input) || open(output) {
            return true;
        }
        let mut inputs = input.split(',').map(str::trim);
        let outputs = output.split(',').map(str::trim);
        outputs.clone().any(|member| member == Self::ANY)
            || inputs.any(|member| member == Self::ANY || outputs.clone().any(|other| other == member))
    }
}

impl Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Display for OutputType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(ty) => ty.fmt(f),
            Self::Options(_) => f.write_str(Type::COMBO),
            Self::Opaque(value) => value.fmt(f),
        }
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

/// The name that a class says it has to show.
pub(super) fn display_name(fields: &Map<String, Value>) -> Option<&str> {
    fields.get("display_name")?.as_str().filter(|name| !name.is_empty())
}

impl Class {
    /// The class as `/object_info` tells it, with everything that was read and nothing else.
    pub fn to_json(&self) -> Value {
        wire::class_to_json(self)
    }

    /// The title the editor gives to a new node of this class: `display_name`, else the class name.
    pub fn title(&self) -> &str {
        display_name(&self.fields).unwrap_or(&self.name)
    }

    /// The name that the class says it has to show.
    pub(crate) fn display_name(&self) -> Option<&str> {
        display_name(&self.fields)
    }

    /// The Python module that defines it: `nodes`, `comfy_extras.nodes_wan`, `custom_nodes.ComfyUI-KJNodes`.
    pub fn python_module(&self) -> Option<&str> {
        self.text("python_module")
    }

    /// The pack it belongs to: `None` for classes of ComfyUI itself.
    pub fn pack(&self) -> Option<&str> {
        self.python_module()?.strip_prefix("custom_nodes.")
    }

    /// The menu path: `image/batch`.
    pub fn category(&self) -> Option<&str> {
        self.text("category")
    }

    /// Whether nodes of this class are outputs: the server runs a prompt to produce them.
    pub fn output_node(&self) -> bool {
        self.flag("output_node")
    }

    /// Whether the class is marked as to be avoided.
    pub fn deprecated(&self) -> bool {
        self.flag("deprecated")
    }

    /// Whether the class is marked as likely to change.
    pub fn experimental(&self) -> bool {
        self.flag("experimental")
    }

    /// Whether the class calls a paid service.
    pub fn api_node(&self) -> bool {
        self.flag("api_node")
    }

    /// Whether the class takes whole lists instead of running once for each element.
    pub fn is_input_list(&self) -> bool {
        self.flag("is_input_list")
    }

    /// Whether the class is of ComfyUI's V3 kind. Where no traits are known, the form of its `/object_info` entry tells:
    /// only V3 classes have a `price_badge` field there.
    pub fn v3(&self) -> bool {
        self.traits.as_ref().map_or_else(|| self.fields.contains_key("price_badge"), |traits| traits.v3)
    }

    /// Whether it comes from a pack of custom nodes: what the catalog says of its types and options is likely, not certain.
    pub fn is_custom(&self) -> bool {
        self.pack().is_some()
    }

    /// Whether code of the class's own judges the value of this input instead of its declared limits.
    pub fn validates(&self, input: &str) -> bool {
        self.traits
            .as_ref()
            .is_some_and(|traits| traits.validates_all || traits.validates.iter().any(|name| name == input))
    }

    /// Whether code of the class's own judges the types of its links.
    pub fn validates_types(&self) -> bool {
        self.traits.as_ref().is_some_and(|traits| traits.validates.iter().any(|name| name == "input_types"))
    }

    fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field)?.as_str()
    }

    fn flag(&self, field: &str) -> bool {
        self.fields.get(field).and_then(Value::as_bool).unwrap_or(false)
    }
}
