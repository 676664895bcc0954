//! A node class: its inputs, its outputs, its flags.

use serde_json::{Map, Value};

use super::input::Inputs;
use super::layout::{Layout, display_name};
use super::lazy::Lazy;
use super::types::OutputType;

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

impl Class {
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

    /// How the editor lays it out.
    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The title that the editor gives a new node.
    pub(crate) fn editor_title(&self) -> &str {
        self.layout.title().unwrap_or(&self.name)
    }

    fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field)?.as_str()
    }

    fn flag(&self, field: &str) -> bool {
        self.fields.get(field).and_then(Value::as_bool).unwrap_or(false)
    }
}
