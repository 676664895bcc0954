//! Typed Rust: a catalog as nodes, a published schema as a struct, a graph as a program; all as source text.
//!
//! The text is laid out here, so that nothing more than this crate stands between a build script and its output: no parser
//! of Rust, no pretty-printer. Structs of inputs and programs are as rustfmt lays them out; nodes may have longer lines. What
//! is generated for a module can be `include!`d anywhere (no inner attributes, paths that do not depend on the place), has no
//! warnings under `deny(warnings)` and clippy's pedantic lints, and is the same for the same input, byte for byte.

mod choices;
mod docs;
mod facts;
mod ident;
pub mod inputs;
mod layout;
mod literal;
mod model;
pub mod nodes;
pub mod program;
pub mod select;
mod sockets;
mod text;
mod ty;
