//! A published schema as a typed struct.
//!
//! One struct has a field for every key, named by title or role (`prompt`, `steps`); the required ones are given as a struct
//! literal, all others by setters. Enumerations become enums, limits become types that only hold what lies within them, and
//! what has no such form stays JSON, never left out. The struct holds the schema as text, and that schema is asked whenever
//! inputs are read or become a payload ([`crate::inputs`]); so the types need not say everything to be safe.

mod fields;
mod kind;
mod text;

use std::collections::BTreeMap;

use crate::check::Checked;
use crate::interface::Interface;

/// What the generated text is to be like.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// The name of the struct.
    pub name: String,
    /// Names of fields by key, where another one than usual is wanted.
    pub rename: BTreeMap<String, String>,
    /// Types of fields by key, instead of those generated: paths of types that serde reads and writes.
    pub replace: BTreeMap<String, String>,
    /// Traits to derive besides, for the struct and for every enum and number.
    pub derive: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        let (rename, replace) = (BTreeMap::new(), BTreeMap::new());
        Self { name: "Inputs".to_owned(), rename, replace, derive: Vec::new() }
    }
}

/// The text of a module with the inputs of one published schema.
///
/// ```
/// # use comfyc::{back::rust::inputs, check::Checked, interface::{Builder, Exposed}};
/// let interface = Builder::new().expose(Exposed::integer("57_steps").title("Steps").minimum(6).maximum(20)).build();
/// let text = inputs::write(&comfyc::check::published(interface).unwrap(), &inputs::Options::default());
/// assert!(text.contains("pub steps: Option<Steps>"));
/// ```
pub fn write(interface: &Checked<Interface>, options: &Options) -> String {
    text::module(interface, &fields::of(interface, options), options)
}
