//! Typed Rust: what a catalog or a published schema says, as source text.
//!
//! The text is written by hand and laid out as rustfmt lays it out, so that nothing more than this crate stands between a
//! build script and its output: no parser of Rust, no pretty-printer. It can be `include!`d anywhere (no inner attributes,
//! every path absolute), has no warnings under `deny(warnings)` and clippy's pedantic lints, and is the same for the same
//! input, byte for byte.

mod choices;
mod docs;
mod facts;
mod ident;
pub mod inputs;
mod literal;
mod model;
pub mod nodes;
pub mod select;
mod sockets;
mod text;
