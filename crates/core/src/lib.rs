//! The ComfyUI workflow compiler as a library: it reads a ComfyUI graph in any form, checks it as a server would, and
//! compiles it to what a service wants to receive.
//!
//! Modules are layers, each using only those before it: [`source`], [`diagnostic`], [`catalog`], [`graph`], [`interface`];
//! then [`front`] (text to graph), [`pass`] (graph to graph) and [`check`], and [`back`] (checked graph to artifact) on top.
//!
//! This crate is pure: it opens no file and no socket, reads no clock and no environment, and starts no thread.

pub mod back;
pub mod catalog;
pub mod check;
pub mod compile;
pub mod diagnostic;
pub mod front;
pub mod graph;
pub mod inputs;
pub mod interface;
pub mod job;
pub mod number;
pub mod pass;
pub mod source;
pub mod workflow;

pub use front::dsl;

/// The page whose examples are Rust, run as tests.
#[cfg(doctest)]
#[doc = include_str!("diagnostic/pages/misbuilt-graph.md")]
struct MisbuiltGraph;

/// The examples of the README, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
