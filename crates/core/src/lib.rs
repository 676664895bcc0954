//! The ComfyUI workflow compiler as a library: it reads a ComfyUI graph in any form, checks it as a server would, and
//! compiles it to what a service wants to receive.
//!
//! The driver, [`Compiler`], does all of it:
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # std::env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))?;
//! use comfyc::{Catalog, Compiler};
//!
//! let compiler = Compiler::new(Catalog::embedded());
//! let workflow = compiler.workflow("workflows/wan-2-2/first-last-frame", |file| std::fs::read(file))?;
//! let job = compiler.job(&workflow, [("57_steps", "6")])?;
//! let prompt = job.prompt_json();
//! # assert!(prompt.contains("\"steps\": 6"));
//! # Ok(())
//! # }
//! ```
//!
//! Below it, modules are layers, each using only those before it: [`source`], [`diagnostic`], [`catalog`], [`graph`],
//! [`interface`]; then [`front`] (text to graph) and [`check`], and [`back`] (graph to artifact) on top.
//!
//! This crate is pure: it opens no file and no socket, reads no clock and no environment, and starts no thread.

pub mod back;
pub mod catalog;
pub mod check;
pub mod compile;
pub mod compiler;
pub mod diagnostic;
pub mod front;
pub mod graph;
pub mod inputs;
pub mod interface;
pub mod job;
pub mod number;
pub mod source;
pub mod workflow;

pub use catalog::Catalog;
pub use check::{Checked, Rejected};
pub use compiler::Compiler;
pub use diagnostic::Diagnostics;
pub use front::dsl;
pub use graph::Graph;
pub use interface::{Interface, Payload};
pub use job::Job;
pub use workflow::Workflow;

/// The page whose examples are Rust, run as tests.
#[cfg(doctest)]
#[doc = include_str!("diagnostic/pages/misbuilt-graph.md")]
struct MisbuiltGraph;

/// The examples of the README, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
