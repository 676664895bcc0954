//! The `comfyc` command: arguments to settings to commands, and nothing that a library crate does not do.
//!
//! `stdout` carries data and nothing else; everything for people goes to `stderr`. Exit codes: 0 done, 1 the document has
//! errors, 2 the tool could not do its job, 130 interrupted. A closed `stdout` is 0.

mod args;
mod atomic;
mod cmd;
mod files;
mod format;
mod outcome;
mod parallel;
mod printer;
mod review;
mod service;
mod settings;
mod setup;
mod walk;

use std::process::ExitCode;

use clap::Parser;
use comfyc::diagnostic::{Code, Diagnostics};

use crate::args::{Arguments, Command};
use crate::printer::Printer;

/// A compiler allocates much in little pieces, and this allocator is quicker with them than the system's. A C compiler is needed
/// anyway, for TLS.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Why the tool could not do its job.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A file cannot be read or written.
    #[error("{}: {source}", comfyc_client::named(path))]
    File {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// `stdout` does not take what is written.
    #[error("cannot write: {0}")]
    Output(#[source] std::io::Error),
    /// The arguments do not go together.
    #[error("{0}")]
    Usage(String),
    /// A server or service failed.
    #[error("{error}{advice}", error = .0, advice = advice(.0))]
    Client(#[from] comfyc_client::Error),
    /// A job ended, and not well.
    #[error("job {id} {status}{why}")]
    Job {
        /// Its id.
        id: String,
        /// How it ended.
        status: String,
        /// What the service says about it.
        why: String,
    },
    /// The asynchronous runtime could not be started.
    #[error("cannot start: {0}")]
    Runtime(#[source] std::io::Error),
    /// The run was interrupted.
    #[error("interrupted")]
    Interrupted,
}

/// What the command line has for an error of the client.
fn advice(error: &comfyc_client::Error) -> &'static str {
    match error {
        comfyc_client::Error::FileOutside { .. } => {
            "; name the folder of its files with --files DIR, or give the key a value with --set"
        }
        comfyc_client::Error::Insecure { .. } => "; use an https:// address, or allow it with --insecure",
        _ => "",
    }
}

/// How a command that did its job ended, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Done {
    /// The documents are fine.
    Clean,
    /// A document has errors, which were reported.
    Refused,
    /// A file could not be read, which was reported.
    Unreadable,
}

impl Done {
    /// How a command ended that found this.
    pub(crate) fn of(found: &Diagnostics) -> Self {
        if found.iter().any(|found| found.code() == Code::UnreadableFile) {
            Self::Unreadable
        } else if found.has_errors() {
            Self::Refused
        } else {
            Self::Clean
        }
    }

    /// The word for it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Clean => "ok",
            Self::Refused => "refused",
            Self::Unreadable => "unreadable",
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let printer = Printer::new(&arguments.output);
    let done = match arguments.command {
        Command::Check(check) => cmd::check::run(&check, &printer),
        Command::Build(build) => cmd::build::run(&build, &printer),
        Command::Catalog { command } => cmd::catalog::run(&command, &printer),
        Command::Gen { command } => cmd::generate::run(&command, &printer),
        Command::Init(init) => cmd::init::run(&init, &printer),
        Command::Run(run) => cmd::run::run(&run, &printer),
        Command::Status(job) => cmd::job::status(&job, &printer),
        Command::Result(job) => cmd::job::result(&job, &printer),
        Command::Cancel(job) => cmd::job::cancel(&job, &printer),
        Command::Explain(explain) => cmd::explain::run(&explain, &printer),
    };
    match done {
        Ok(Done::Clean) => ExitCode::SUCCESS,
        Ok(Done::Refused) => ExitCode::from(1),
        Ok(Done::Unreadable) => ExitCode::from(2),
        Err(Failure::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Failure::Interrupted) => ExitCode::from(130),
        Err(failure) => {
            printer.failure(&failure);
            ExitCode::from(2)
        }
    }
}
