//! Repository tasks, run as `cargo xtask TASK`.
#![expect(clippy::print_stderr, clippy::print_stdout, reason = "this is a command-line tool")]

mod bench;
mod bench_verdict;
mod ci;
mod codegen;
mod conformance;
mod conformance_validation;

use std::fmt::{self, Display};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Why a task failed, for people.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) String);

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Repository tasks")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run every gate: formatting, lints, tests, documentation, generated files, dependencies.
    Ci {
        /// Leave the tests out, for a run that has them already.
        #[arg(long)]
        no_tests: bool,
    },
    /// Compare with the reference data beside the repository.
    Conformance,
    /// Measure.
    Bench,
    /// Write the generated files.
    Codegen {
        /// Only compare; fail when one is not up to date.
        #[arg(long)]
        check: bool,
    },
    /// Compare our verdicts on recorded prompts with those of a real ComfyUI server.
    ConformanceValidation {
        /// Prompts, one `{"id", "prompt"}` a line, in place of the reference data.
        #[arg(long, requires = "expected")]
        prompts: Option<PathBuf>,
        /// The server's answers, one a line.
        #[arg(long, requires = "prompts")]
        expected: Option<PathBuf>,
        /// The server's `/object_info`.
        #[arg(long)]
        catalog: Option<PathBuf>,
        /// What `/object_info` does not say of that server's classes.
        #[arg(long)]
        traits: Option<PathBuf>,
        /// Print what the check of graphs says about the exported templates instead.
        #[arg(long)]
        templates: bool,
    },
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Ci { no_tests } => ci::run(!no_tests),
        Task::Conformance => conformance::run(),
        Task::Bench => bench::run(),
        Task::Codegen { check } => codegen::run(check),
        Task::ConformanceValidation { prompts, expected, catalog, traits, templates } => {
            conformance_validation::command(prompts, expected, catalog, traits, templates)
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The reference data beside the repository, where it is.
pub(crate) fn shared() -> Option<PathBuf> {
    let path = repository().join("../shared");
    path.is_dir().then_some(path)
}
