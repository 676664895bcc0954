//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// The ComfyUI workflow compiler: check, compile and run ComfyUI graphs.
#[derive(Debug, Parser)]
#[command(name = "comfyc", version, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// How reports are printed.
#[derive(Debug, Clone, Args)]
pub(crate) struct Output {
    /// How reports are printed: `check` prints them to stdout when they are JSON
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
    /// Print no summary
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

/// A form of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Human,
    /// For programs: one JSON object.
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say whether a document would be accepted, and if not, why and where
    Check(Check),
    /// Compile a workflow, a prompt or a published schema
    Build(Build),
    /// Snapshots of what a server knows, and what changed between two
    Catalog {
        #[command(subcommand)]
        command: CatalogCommand,
    },
    /// Propose an interface.toml for a graph
    Init(Init),
    /// Compile, check and submit a workflow, and wait for its result
    Run(Run),
    /// Ask for the status of a submitted job
    Status(JobArguments),
    /// Ask for the result of a submitted job
    Result(JobArguments),
    /// Cancel a submitted job
    Cancel(JobArguments),
    /// Explain a code of a report
    Explain(Explain),
}

/// The catalog to check against.
#[derive(Debug, Clone, Args)]
pub(crate) struct CatalogArguments {
    /// The classes to check against: an `object_info.json`, a snapshot, or the URL of a running ComfyUI; else those built in
    #[arg(long, value_name = "FILE|URL")]
    pub(crate) catalog: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CatalogCommand {
    /// Write a snapshot of a running ComfyUI: its classes with all it says of them, and its node replacements
    Fetch(CatalogFetch),
    /// List the classes, or show one
    Show(CatalogShow),
    /// Tell what changed between two catalogs; the exit code is 1 when a change can break a prompt
    Diff(CatalogDiff),
}

#[derive(Debug, Args)]
pub(crate) struct CatalogFetch {
    /// The URL of a running ComfyUI
    #[arg(value_name = "URL")]
    pub(crate) url: String,
    /// The file to write, whole or not at all; else stdout
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<String>,
    /// Compare with this snapshot, print what changed and fail if anything did but lists of files
    #[arg(long, value_name = "FILE")]
    pub(crate) locked: Option<String>,
    /// A header to send with every request, for a proxy in front of the server
    #[arg(long = "header", value_name = "NAME: VALUE")]
    pub(crate) headers: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct CatalogShow {
    /// The class to show
    #[arg(value_name = "CLASS")]
    pub(crate) class: Option<String>,
    #[command(flatten)]
    pub(crate) catalog: CatalogArguments,
}

#[derive(Debug, Args)]
pub(crate) struct CatalogDiff {
    /// What was: an `object_info.json`, a snapshot, the URL of a running ComfyUI, or `built-in`
    #[arg(value_name = "OLD")]
    pub(crate) old: String,
    /// What is
    #[arg(value_name = "NEW")]
    pub(crate) new: String,
}

/// Values for published inputs.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Values {
    /// The value of a published input; a later one replaces an earlier one
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// A JSON file of values by key; --set replaces them
    #[arg(long, value_name = "FILE")]
    pub(crate) inputs: Option<String>,
    /// The interface of a graph that has none beside it: an interface.toml or a published schema
    #[arg(long, value_name = "FILE")]
    pub(crate) interface: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Documents: workflow folders, interface.toml, prompts, published schemas, payloads (with --for), `object_info.json`;
    /// `-` is stdin
    #[arg(required_unless_present = "jsonl", value_name = "FILE")]
    pub(crate) files: Vec<String>,
    /// The workflow or published schema that the files are payloads for
    #[arg(long = "for", value_name = "WORKFLOW")]
    pub(crate) for_workflow: Option<String>,
    /// Given twice, the old catalog and the new one: report only what the new one says and the old one did not
    #[arg(long, value_name = "FILE|URL", conflicts_with_all = ["as_server", "fix", "catalog"])]
    pub(crate) against: Vec<String>,
    /// Edit prompts and payloads in place where there is but one way to put a problem right, then report what remains
    #[arg(long, conflicts_with = "as_server")]
    pub(crate) fix: bool,
    #[command(flatten)]
    pub(crate) server: ServerArguments,
    #[command(flatten)]
    pub(crate) values: Values,
    #[command(flatten)]
    pub(crate) catalog: CatalogArguments,
}

/// `check` as a server.
#[derive(Debug, Args)]
pub(crate) struct ServerArguments {
    /// Print what a ComfyUI server would answer to each prompt, as JSON; the exit code is 0 when every prompt is ok
    #[arg(long, conflicts_with_all = ["for_workflow", "set", "inputs", "interface"])]
    pub(crate) as_server: bool,
    /// Read one `{"id", "prompt"}` a line, from the files or stdin, and answer each with a line
    #[arg(long, requires = "as_server")]
    pub(crate) jsonl: bool,
    /// What `/object_info` does not say of the catalog's classes: `{"classes": {name: {"v3", "validates", "kwargs"}}}`
    #[arg(long, value_name = "FILE")]
    pub(crate) traits: Option<String>,
    /// Replace nodes of classes that are gone first, as the server does, by the catalog's replacements
    #[arg(long, requires = "as_server")]
    pub(crate) replace: bool,
    /// Ask for this output only (`partial_execution_targets`); may be repeated
    #[arg(long = "target", value_name = "ID", requires = "as_server")]
    pub(crate) targets: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Build {
    /// A workflow folder, an interface.toml, a prompt or a published schema; `-` is stdin
    #[arg(value_name = "FILE")]
    pub(crate) file: String,
    /// What to make of it
    #[arg(long, value_enum, default_value_t = Emit::Prompt)]
    pub(crate) emit: Emit,
    /// How a schema is written down
    #[arg(long, value_enum, default_value_t = DialectArgument::Runcomfy)]
    pub(crate) dialect: DialectArgument,
    /// Every key that has a value, not only those required or set (payload, overrides)
    #[arg(long)]
    pub(crate) full: bool,
    /// One line
    #[arg(long)]
    pub(crate) compact: bool,
    /// Print the artifact in spite of errors; the exit code tells of them all the same
    #[arg(long)]
    pub(crate) unchecked: bool,
    #[command(flatten)]
    pub(crate) values: Values,
    #[command(flatten)]
    pub(crate) catalog: CatalogArguments,
}

/// An artifact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Emit {
    /// The prompt that a ComfyUI server takes.
    Prompt,
    /// The flat payload of RunComfy's Model API.
    Payload,
    /// The overrides of RunComfy's Serverless API.
    Overrides,
    /// The published schema.
    Schema,
}

/// A schema dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DialectArgument {
    /// As RunComfy publishes it.
    Runcomfy,
    /// Standard JSON Schema 2020-12.
    #[value(name = "2020-12")]
    Draft2020,
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// A prompt; `-` is stdin
    #[arg(value_name = "FILE")]
    pub(crate) file: String,
    #[command(flatten)]
    pub(crate) catalog: CatalogArguments,
}

/// Where jobs run.
#[derive(Debug, Clone, Args)]
pub(crate) struct Service {
    /// `runcomfy`, `comfyui`, or the URL of a ComfyUI server
    #[arg(long, value_name = "SERVICE|URL")]
    pub(crate) on: String,
    /// A header to send with every request to a ComfyUI server, for a proxy in front of it
    #[arg(long = "header", value_name = "NAME: VALUE")]
    pub(crate) headers: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// A workflow folder, an interface.toml or a prompt; `-` is stdin
    #[arg(value_name = "WORKFLOW")]
    pub(crate) workflow: String,
    #[command(flatten)]
    pub(crate) service: Service,
    /// Print the request id and do not wait
    #[arg(long)]
    pub(crate) detach: bool,
    #[command(flatten)]
    pub(crate) values: Values,
    #[command(flatten)]
    pub(crate) catalog: CatalogArguments,
}

#[derive(Debug, Args)]
pub(crate) struct JobArguments {
    /// The id that the submission answered
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) service: Service,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// A code: `unknown-key`; without one, all of them
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,
}
