//! How comfyc touches files: written whole or not at all, and never outside of the folder that was meant.
//!
//! Two kinds of names reach a program. What the *caller* names (`--out`, `--set`) may lie anywhere: [`write()`]. What a
//! *document* names, or what merely lies in a folder, must stay in that folder, links included: [`within`],
//! [`read_within`], [`entries`], [`put`], [`edit`]. In both cases only regular files are read: [`read`], [`open`]. The rules are
//! checked when a file is opened; they do not hold against somebody who changes the folder at the same moment.
//!
//! A build script uses this crate too, so it needs nothing but the standard library.

mod place;
mod write;

pub use place::{entries, open, read, read_within, within};
pub use write::{edit, put, write};
