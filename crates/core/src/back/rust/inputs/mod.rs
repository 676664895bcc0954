//! A published schema as a typed struct.
//!
//! One struct has a field for every key, named by title or role (`prompt`, `steps`); the required ones are given as a struct
//! literal, all others by setters. Enumerations become enums, limits become types that only hold what lies within them, and
//! what has no such form stays JSON, never left out. The struct holds the schema as text, and that schema is asked whenever
//! inputs are read or become a payload ([`crate::inputs`]); so the types need not say everything to be safe.

mod about;
mod default;
mod fields;
mod kind;
mod text;
mod types;

use std::collections::BTreeMap;
use std::path::Path;

use super::ident::{Namer, value_name};
use crate::front::manifest;
use crate::interface::Interface;

/// What the generated text is to be like.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// The name of the struct.
    pub name: String,
    /// Names of fields by key, where another one than usual is wanted.
    pub renamed: BTreeMap<String, String>,
    /// Types of fields by key, instead of those generated: paths of types that serde reads and writes.
    pub replaced: BTreeMap<String, String>,
    /// Traits to derive besides, for the struct and its enums.
    pub derived: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        let (renamed, replaced) = (BTreeMap::new(), BTreeMap::new());
        Self { name: "Inputs".to_owned(), renamed, replaced, derived: Vec::new() }
    }
}

/// The text of a module with the inputs of one published schema.
///
/// ```
/// # use comfyc::{back::rust::inputs, interface::{Builder, Exposed}};
/// let interface = Builder::new().expose(Exposed::integer("57_steps").title("Steps").minimum(6).maximum(20)).build();
/// let text = inputs::write(&interface, &inputs::Options::default());
/// assert!(text.contains("pub steps: Option<Steps>"));
/// ```
pub fn write(interface: &Interface, options: &Options) -> String {
    text::module(interface, &fields::of(interface, options), options, text::WIDTH)
}

/// The name of what is generated from a document: its file's without the extension; for an `interface.toml`, its folder's.
pub fn stem(document: &Path) -> String {
    let named = match document.file_name() {
        Some(name) if name == manifest::FILE => document.parent().unwrap_or(document),
        _ => document,
    };
    named.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The text of several such modules, each in a `pub mod` that is called after the [`stem`] of its document.
pub fn write_modules<'i>(
    interfaces: impl IntoIterator<Item = (&'i Path, &'i Interface)>,
    options: &Options,
) -> String {
    let mut names = Namer::default();
    let parts: Vec<String> = interfaces
        .into_iter()
        .map(|(document, interface)| {
            let name = names.name(value_name(&stem(document)));
            text::nested(&name, interface, &fields::of(interface, options), options)
        })
        .collect();
    parts.join("\n")
}
