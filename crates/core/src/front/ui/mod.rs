//! From the JSON that the editor of ComfyUI saves to a graph, as the editor itself exports it (`File > Export (API)`),
//! byte for byte. The editor is frontend 1.58.1, unless [`Options::editor`] asks for 1.49.6, which ComfyUI 0.33.0 comes with; of
//! the scripts of node packs, `packs` holds what is known.
//!
//! `editor` is the table of what the two do otherwise, and the rest asks it:
//!
//! | what | 1.49.6 | 1.58.1 |
//! |---|---|---|
//! | `_meta` | the title | the title, and the pack that the class is from |
//! | the title of a node without one | the editor's own for some classes | the server's `display_name` |
//! | the title of a node of an unknown class | none | an empty one |
//! | which input a link leads to | each that names it | the one that the list of links says, set right by the names of the saved inputs |
//! | a link that the list does not have | keeps the editor from exporting | is none |
//! | a curve | is tagged when it is a list | is tagged |
//! | a field of several lines | holds what it is given, but for null | makes a text of it |
//! | null in a Primitive | is brought within limits | is zero |
//! | null for a widget of an instance | is no value where it comes from `proxyWidgets`, the quarantine or an instance inside | is a value |
//!
//! The editor does not convert a file: it loads it into a live graph and writes that out. So does this module, in the
//! editor's own steps, because its results depend on their order:
//!
//! 1. `lean` reads the text, in which `tokens` finds the tokens and of which `scan` passes over what no prompt depends on;
//!    `wire` reads it by way of its JSON where it has an unusual form, and `group` replaces legacy group nodes by subgraphs.
//!    `packs` rewrites nodes of packs that exist only in the editor.
//! 2. `live` makes the nodes: `definition` tells which slots and widgets the editor makes for a class, `node` and
//!    `dynamic` make them, `restore` reads saved values into them. `subgraph`, `proxy` and `replace` do instances of subgraphs.
//! 3. `fixups`, `matches` and `primitive` do what the editor does right after loading.
//! 4. `flatten` writes out what runs: `resolve` follows links through subgraphs, bypassed nodes and Reroutes,
//!    `serialize` expands texts.
//!
//! Where the editor does something that its user will not expect, the result is still the editor's and a diagnostic says
//! so; [`Options`] hold the other readings. Where the editor fails or makes a prompt that no server takes, this module
//! goes on: a node of an unknown class keeps its name, a subgraph whose input is its output is followed through, a
//! `widgets_values` object is read by names, legacy group nodes get their values right.
//!
//! Nothing here recurses on the nesting of subgraphs or along links. What would grow out of all proportion is cut off with an
//! error; `room` says what that is.

mod arena;
mod definition;
mod dynamic;
mod editor;
mod few;
mod fixups;
mod flatten;
mod fnv;
mod group;
mod lean;
mod links;
mod live;
mod load;
mod matches;
mod meta;
mod node;
mod packs;
mod paths;
mod positions;
mod primitive;
mod proxy;
mod realign;
mod replace;
mod resolve;
mod restore;
mod room;
mod scan;
mod serialize;
mod subgraph;
#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "`json!` reads best in place")]
mod tests;
mod tokens;
mod wire;

use serde_json::Value as Json;

pub use self::editor::Editor;
use self::room::Room;
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostics, Problem, json_error};
use crate::graph::Graph;
use crate::source::{Origin, Pointer, Source, SourceId};

/// The readings that can be chosen. The default is what the editor does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Options {
    /// The version of the editor whose export is wanted.
    pub editor: Editor,
    /// Keep the digits of integers. The editor rounds those above 2⁵³, which changes large seeds.
    pub exact_integers: bool,
    /// Leave out everything inside a muted or bypassed subgraph. The editor does so only for those of the workflow
    /// itself, and runs what is in those inside another subgraph.
    pub deep_mute: bool,
    /// Drop links whose origin is not there with a warning instead of an error.
    pub repair: bool,
    /// Read `widgets_values_named` where a node has it. The editor does so only with an experimental setting.
    pub named_values: bool,
    /// Give the value of a Primitive that is linked to an instance of a subgraph to the widget inside. The editor takes
    /// the value that is inside.
    pub primitive_values: bool,
    /// Know nothing of node packs. A node of an unknown class is written as the editor's placeholder: without a class, its
    /// values under `UNKNOWN`, `UNKNOWN_1` and so on, and values that a pack saved by name are lost, as they are in the editor.
    /// No server takes such a prompt.
    pub placeholders: bool,
    /// Decides the choices of dynamic prompts, 0 when there is none, and, when there is one, the seeds that rgthree's Seed
    /// node draws when the editor queues.
    pub seed: Option<u64>,
    /// The time that `%date:…%` in file names is replaced by. Without one it stays as it is.
    pub clock: Option<Clock>,
    /// The most bytes, about, that the workflow may come to once subgraphs, group nodes and `%…%` are written out. Without it,
    /// 64 MB and what is in proportion to its text: no real workflow needs as much.
    pub expansion: Option<usize>,
}

/// A local time, in plain fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// The year, as in 2026.
    pub year: i32,
    /// From 1 to 12.
    pub month: u8,
    /// From 1 to 31.
    pub day: u8,
    /// From 0 to 23.
    pub hour: u8,
    /// From 0 to 59.
    pub minute: u8,
    /// From 0 to 59.
    pub second: u8,
}

/// Reads a workflow. There is always a graph: what cannot be read is reported and left out of it.
///
/// ```
/// use comfyc::{catalog::Catalog, front::ui, source::{Source, Sources, Syntax}};
///
/// let text = r#"{"version": 0.4, "links": [], "nodes": [
///     {"id": 5, "type": "EmptyLatentImage", "widgets_values": [512, 768, 1]}]}"#;
/// let source = Source::new("workflow.json", Syntax::Json, text);
/// let id = Sources::default().add(source.clone());
/// let (graph, diagnostics) = ui::parse(&source, id, &Catalog::embedded(), &ui::Options::default());
/// assert!(diagnostics.is_empty());
/// assert_eq!(graph.node("5").unwrap().literal("height").unwrap(), 768);
/// ```
pub fn parse(source: &Source, id: SourceId, catalog: &Catalog, options: &Options) -> (Graph, Diagnostics) {
    let origin = Origin::value(id, Pointer::root());
    if let Some(read) = read(source, &origin, catalog, options) {
        return read;
    }
    let error = match serde_json::from_str(source.body()) {
        Ok(json) => return lower(json, &origin, catalog, options),
        Err(error) => error,
    };
    if let Some(json) =
        with_bare_words(source.body()).filter(|json| json.get("nodes").is_some_and(Json::is_array))
    {
        return lower(json, &origin, catalog, options);
    }
    let mut diagnostics = Diagnostics::default();
    diagnostics.push(json_error(&error, source, id, "a workflow, an object with `nodes`"));
    (Graph::default(), diagnostics)
}

/// The graph of a workflow in the form that nearly every one has, whose text stands at `origin`. `None` for any other text,
/// which is then read by way of its JSON.
pub(super) fn read(
    source: &Source,
    origin: &Origin,
    catalog: &Catalog,
    options: &Options,
) -> Option<(Graph, Diagnostics)> {
    let values = lean::Values::new();
    // No other kind of document names nodes so, and looking for the name costs next to nothing.
    let file = source.body().contains("\"nodes\"").then(|| lean::read(source.body(), &values, origin))??;
    let nodes = file.parts().map(|part| part.nodes.len()).sum();
    let room = Room::new(options, source.body().len(), nodes);
    Some(load(file, catalog, options, &values, room, Diagnostics::default()))
}

/// The graph of a workflow that stands at `origin`.
#[expect(clippy::needless_pass_by_value, reason = "every front end takes the document it lowers")]
pub fn lower(json: Json, origin: &Origin, catalog: &Catalog, options: &Options) -> (Graph, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    if !json.get("nodes").is_some_and(Json::is_array) {
        let problem = Problem::wrong_shape("a workflow", "an object with a list of `nodes`", &json);
        diagnostics.report(problem, Some(origin.clone()));
        return (Graph::default(), diagnostics);
    }
    let nodes = json.get("nodes").and_then(Json::as_array).map_or(0, Vec::len);
    let mut room = Room::new(options, room::of_text(&json), nodes);
    let rewritten =
        group::rewrite(&json, origin, catalog, !options.placeholders, &mut room, &mut diagnostics);
    let file = match &rewritten {
        Some(rewritten) => group::read(rewritten, origin, &mut diagnostics),
        None => wire::read(&json, origin, &mut diagnostics),
    };
    load(file, catalog, options, &lean::Values::new(), room, diagnostics)
}

/// The graph of a workflow that was read.
fn load<'a>(
    mut file: wire::File<'a>,
    catalog: &'a Catalog,
    options: &'a Options,
    values: &'a lean::Values,
    mut room: Room,
    mut diagnostics: Diagnostics,
) -> (Graph, Diagnostics) {
    if !options.placeholders {
        packs::rewrite(&mut file, catalog, &mut room, &mut diagnostics);
    }
    let mut live = live::Live::load(file, catalog, options, values, room, diagnostics);
    if live.room.lacked() {
        return (Graph::default(), live.diagnostics);
    }
    live.fix();
    live.flatten()
}

/// A text that holds the bare words `NaN` and `Infinity`, which Python writes and JSON does not have: they are read as null, as
/// the editor reads them. `None` for any other text.
pub(super) fn with_bare_words(text: &str) -> Option<Json> {
    serde_json::from_str(&without_bare_words(text)?).ok()
}

/// The text with `NaN`, `Infinity` and `-Infinity` outside of strings replaced by `null`; `None` when there are none.
fn without_bare_words(text: &str) -> Option<String> {
    let mut done = String::with_capacity(text.len());
    let mut rest = text;
    let mut changed = false;
    while let Some(at) = rest.find(['"', 'N', 'I', '-']) {
        let (before, from) = rest.split_at_checked(at)?;
        done.push_str(before);
        let word = ["NaN", "Infinity", "-Infinity"].into_iter().find(|word| from.starts_with(word));
        let length = match word {
            Some(word) => {
                changed = true;
                done.push_str("null");
                word.len()
            }
            None if from.starts_with('"') => {
                let length = string_length(from);
                done.push_str(from.get(..length)?);
                length
            }
            None => {
                done.push_str(from.get(..1)?);
                1
            }
        };
        rest = from.get(length..)?;
    }
    done.push_str(rest);
    changed.then_some(done)
}

/// The length of the string literal that a text starts with.
fn string_length(text: &str) -> usize {
    let mut bytes = text.bytes().enumerate().skip(1);
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}
