//! Repository tasks, run as `cargo xtask TASK`.
#![expect(clippy::print_stderr, clippy::print_stdout, reason = "this is a command-line tool")]

mod bench;
mod ci;
mod codegen;
mod conformance;
mod nodes;

use std::fmt::{self, Display};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::{Parser, Subcommand};

/// That of the command, so that what is measured here is what it takes.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
    Conformance {
        /// The one run to do; all when absent.
        #[command(subcommand)]
        suite: Option<conformance::Suite>,
    },
    /// Measure.
    Bench {
        /// The one part to measure; all when absent.
        #[arg(value_enum)]
        part: Option<bench::Part>,
    },
    /// Write the generated files.
    Codegen {
        /// Only compare; fail when one is not up to date.
        #[arg(long)]
        check: bool,
    },
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Ci { no_tests } => ci::run(!no_tests),
        Task::Conformance { suite } => conformance::run(suite),
        Task::Bench { part } => bench::run(part),
        Task::Codegen { check } => codegen::run(check),
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

/// Runs a Python in a folder; what it says when it fails is the failure.
pub(crate) fn python(python: &Path, folder: &Path, arguments: &[&str]) -> Result<(), Failure> {
    match Command::new(python).args(arguments).current_dir(folder).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(Failure(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
        Err(error) => Err(Failure(format!("{}: {error}", python.display()))),
    }
}
