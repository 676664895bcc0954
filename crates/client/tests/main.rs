//! Wire tests: every server is on loopback, and no test is timed.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test that fails has done its work; clippy.toml allows this in test functions, not in their helpers"
)]

mod any;
mod comfyui;
mod comfyui_files;
mod live;
mod once;
mod runcomfy;
mod secrets;
mod support;
mod waiting;
