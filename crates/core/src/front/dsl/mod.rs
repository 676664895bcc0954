//! Graphs written in Rust, where a wrong link does not compile.
//!
//! ```
//! use comfyc::dsl::*;
//!
//! let built = workflow(|g| {
//!     let steps = g.expose(input("Steps").default(20).range(1..=50));
//!     let loader = g.raw("CheckpointLoaderSimple").set("ckpt_name", "sd15.safetensors");
//!     g.raw("KSampler").at("57").set("model", loader.out(0)).set("steps", steps);
//! });
//! assert!(built.diagnostics.is_empty());
//! assert_eq!(built.workflow.interface.inputs().len(), 1);
//! ```
//!
//! The example is untyped, since types come with generated nodes: `comfyc-nodes` has those of a plain ComfyUI, and
//! `comfyc-build` makes them from the `/object_info` of any server. A generated class is a plain struct of the inputs that
//! a node cannot do without: sockets, and widgets that have no default. Leaving one out does not compile, and nothing is
//! positional. [`Scope::add`] puts the node into the graph, every other widget at the catalog's default as the editor does
//! for a new node, and gives back its outputs as fields and a setter for each other input.
//!
//! # A handle belongs to its graph
//!
//! [`workflow`] calls its closure with a lifetime of its own, and every handle bears it. So the output of one graph does not
//! fit a node of another: it does not compile, at no cost when it runs. The price is a `<'g>` on functions that take or
//! give handles, which read `fn pass<'g>(g: Scope<'g>, model: Out<'g, socket::Model>) -> Out<'g, socket::Latent>`.
//!
//! # What the types say, and what they do not
//!
//! An output fits an input when ComfyUI's own rule joins them: equal types, a wildcard, unions that share a member. A
//! widget takes a literal, a published input, or a link of its type. Limits are not in the types; `check` knows them. For
//! whatever a server takes and a catalog does not say, there are ways round: [`Node::set`], [`Out::cast`], [`open`],
//! [`exact`], [`Scope::raw`] and [`Scope::link`]. With them every prompt can be written.
//!
//! # What is refused
//!
//! What a graph gets wrong that no type catches, and that would otherwise get lost, is in [`Built::diagnostics`]
//! (`misbuilt-graph`): two nodes of one id, a published input that drives nothing, too many repeated inputs, a number that
//! JSON cannot say.

mod arg;
mod finish;
mod grow;
mod held;
mod node;
mod out;
mod publish;
mod scope;
pub mod socket;
mod spec;
mod state;
#[cfg(test)]
mod tests;
pub(crate) mod trial;

pub use serde_json::{Value as Json, json};

pub use arg::{Arg, Choice, Exact, Fills, Many, Open, Openable, exact, open};
pub use finish::{Built, workflow};
pub use grow::Grow;
pub use held::Input;
pub use node::{Class, Handle, Node, Raw};
pub use out::Out;
pub use publish::{Exposed, Part, input};
pub use scope::Scope;
pub use socket::{Fits, Socket};
pub use spec::{Branch, Repeat, Settings, Spec};

pub use crate::interface::Media;
