//! The project's own tests beside the unit tests: artifacts of the workflows, the command line end to end, properties, and
//! the rules of the house. None needs the reference data or the internet.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that fails has done its work"
)]

mod agreement;
mod as_server;
mod catalogs;
mod cli;
mod driver;
mod fixes;
mod folders;
mod formats;
mod generate;
mod goldens;
mod house;
mod identity;
mod interfaces;
mod levels;
mod many;
mod media;
mod pages;
mod panics;
mod readme;
mod run;
mod rust;
mod strangers;
mod stress;
mod support;
mod ui;
