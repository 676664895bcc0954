//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use comfyc::back::rust::program;
use comfyc::front::media::Form;
use comfyc::front::ui::{Clock, Editor};

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
    /// How reports are printed: `check` prints them to stdout when they are not for people
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
    /// For GitHub Actions: annotations of the changed files.
    Github,
    /// For code scanning: a SARIF 2.1.0 log.
    Sarif,
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
    /// Write typed Rust, the same that a build script writes
    Gen {
        #[command(subcommand)]
        command: GenCommand,
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
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct CatalogArguments {
    /// The classes to check against: an `object_info.json`, a snapshot, or the URL of a running ComfyUI; else those built in
    #[arg(long, value_name = "FILE|URL")]
    pub(crate) catalog: Option<String>,
    /// What `/object_info` does not say of the catalog's classes: `{"classes": {name: {"v3", "validates", "kwargs"}}}`
    #[arg(long, value_name = "FILE")]
    pub(crate) traits: Option<String>,
    #[command(flatten)]
    pub(crate) network: Network,
}

/// What may be sent, and how.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct Network {
    /// Send tokens, headers and passwords unencrypted, to `http://` addresses beyond this machine
    #[arg(long)]
    pub(crate) insecure: bool,
}

/// What is made of the kinds of problems. It counts more than the `[lints]` of an interface.toml.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct LevelArguments {
    /// Make a kind of problem an error; `warnings` is every warning that is not named
    #[arg(long, value_name = "CODE")]
    pub(crate) deny: Vec<String>,
    /// Make a kind of problem a warning
    #[arg(long, value_name = "CODE")]
    pub(crate) warn: Vec<String>,
    /// Do not report a kind of warning
    #[arg(long, value_name = "CODE")]
    pub(crate) allow: Vec<String>,
    /// Take the `[lints]` of this TOML file, an interface.toml or any other, for those of every document; `none` ignores the
    /// documents' own
    #[arg(long, value_name = "FILE|none")]
    pub(crate) lints_from: Option<String>,
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
    #[command(flatten)]
    pub(crate) network: Network,
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
    #[command(flatten)]
    pub(crate) network: Network,
}

#[derive(Debug, Subcommand)]
pub(crate) enum GenCommand {
    /// The nodes of a catalog as types, to write graphs with
    Nodes(GenNodes),
    /// The inputs of a published schema or a workflow as a struct
    Inputs(GenInputs),
}

#[derive(Debug, Args)]
pub(crate) struct GenNodes {
    #[command(flatten)]
    pub(crate) catalog: CatalogArguments,
    /// Only this class; classes, packs and workflows add up
    #[arg(long = "class", value_name = "CLASS")]
    pub(crate) classes: Vec<String>,
    /// Only the classes of this pack: `custom_nodes.ComfyUI-KJNodes`, `ComfyUI-KJNodes`, `nodes`
    #[arg(long = "pack", value_name = "PACK")]
    pub(crate) packs: Vec<String>,
    /// Only the classes that this workflow uses
    #[arg(long, value_name = "FILE")]
    pub(crate) used_by: Vec<String>,
    /// A module for each Python module that defines classes, instead of one for all
    #[arg(long)]
    pub(crate) modules: bool,
    /// The file to write, whole or not at all; else stdout
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<String>,
    #[command(flatten)]
    pub(crate) reading: Reading,
}

#[derive(Debug, Args)]
pub(crate) struct GenInputs {
    /// Published schemas, workflow folders or interface.toml; `-` is stdin. Several become a module each
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<String>,
    /// The file to write, whole or not at all; else stdout
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<String>,
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

/// How a workflow of the editor is read. The default is what the editor does.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "Reading workflows of the editor")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Reading {
    /// The editor whose export is wanted: frontend 1.58.1, or 1.49.6, which ComfyUI 0.33.0 comes with
    #[arg(long, value_enum, value_name = "VERSION", default_value_t)]
    pub(crate) editor: EditorArgument,
    /// Keep the digits of integers above 2^53, which the editor rounds
    #[arg(long)]
    pub(crate) exact_integers: bool,
    /// Leave out all that is inside muted and bypassed subgraphs, however deep
    #[arg(long)]
    pub(crate) deep_mute: bool,
    /// Drop links whose origin is not there, with a warning
    #[arg(long)]
    pub(crate) repair: bool,
    /// Read `widgets_values_named` where a node has it
    #[arg(long)]
    pub(crate) named_values: bool,
    /// Give the values of Primitives to the widgets inside subgraphs
    #[arg(long)]
    pub(crate) primitive_values: bool,
    /// Do as an editor without node packs: nodes of unknown classes are placeholders, which no server takes
    #[arg(long)]
    pub(crate) placeholders: bool,
    /// Decides the choices of dynamic prompts, `{a|b}`, and draws the seeds that rgthree's Seed node leaves to the editor
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seed: Option<u64>,
    /// The local time that `%date:…%` in file names is replaced by; without it, it stays as it is
    #[arg(long, value_name = "YYYY-MM-DDTHH:MM:SS", value_parser = clock)]
    pub(crate) clock: Option<Clock>,
    /// Which of the graphs in a picture or another media file is read, when it holds both
    #[arg(long, value_enum, value_name = "FORM", default_value_t, help_heading = "Reading media")]
    pub(crate) embedded: FormArgument,
}

/// A version of the editor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum EditorArgument {
    /// Frontend 1.58.1.
    #[default]
    #[value(name = "1.58")]
    V1_58,
    /// Frontend 1.49.6.
    #[value(name = "1.49")]
    V1_49,
}

impl From<EditorArgument> for Editor {
    fn from(argument: EditorArgument) -> Self {
        match argument {
            EditorArgument::V1_58 => Self::V1_58,
            EditorArgument::V1_49 => Self::V1_49,
        }
    }
}

/// A graph in a media file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormArgument {
    /// What the server ran.
    #[default]
    Prompt,
    /// What the editor opens.
    Workflow,
}

impl From<FormArgument> for Form {
    fn from(argument: FormArgument) -> Self {
        match argument {
            FormArgument::Prompt => Self::Prompt,
            FormArgument::Workflow => Self::Workflow,
        }
    }
}

/// A local time as ISO 8601 writes it.
fn clock(text: &str) -> Result<Clock, String> {
    let wrong = || "a time is written 2026-11-22T13:05:09".to_owned();
    let (date, time) = text.split_once('T').ok_or_else(wrong)?;
    let mut numbers = date.splitn(3, '-').chain(time.splitn(3, ':')).map(str::parse::<u16>);
    let mut within = |least: u16, most: u16| match numbers.next() {
        Some(Ok(number)) if (least..=most).contains(&number) => Ok(number),
        _ => Err(wrong()),
    };
    let year = within(0, 9999)?;
    let mut small = |least, most| within(least, most).map(|n| u8::try_from(n).unwrap_or_default());
    Ok(Clock {
        year: year.into(),
        month: small(1, 12)?,
        day: small(1, 31)?,
        hour: small(0, 23)?,
        minute: small(0, 59)?,
        second: small(0, 59)?,
    })
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Documents: workflow folders, interface.toml, workflows of the editor, prompts, published schemas, payloads (with --for), `object_info.json`,
    /// pictures and other media that ComfyUI saved; `-` is stdin
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
    #[command(flatten)]
    pub(crate) reading: Reading,
    #[command(flatten)]
    pub(crate) levels: LevelArguments,
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
    /// Replace nodes of classes that are gone first, as the server does, by the catalog's replacements
    #[arg(long, requires = "as_server")]
    pub(crate) replace: bool,
    /// Ask for this output only (`partial_execution_targets`); may be repeated
    #[arg(long = "target", value_name = "ID", requires = "as_server")]
    pub(crate) targets: Vec<String>,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Build {
    /// Workflow folders, interface.toml, workflows of the editor, prompts, published schemas, and pictures or other files that ComfyUI
    /// saved; `-` is stdin
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<String>,
    /// What to make of them
    #[arg(long, value_enum, default_value_t = Emit::Prompt)]
    pub(crate) emit: Emit,
    /// The folder to write into, one file for each FILE, whole or not at all: `a.json` makes `a.prompt.json`; else stdout
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Replace files in that folder that are no artifacts of the kind
    #[arg(long, requires = "out")]
    pub(crate) force: bool,
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
    /// The function to write, without a program around it (rust)
    #[arg(long = "fn", value_name = "NAME", value_parser = function_name)]
    pub(crate) function: Option<String>,
    /// The module of generated nodes that the program uses, in place of `comfyc_nodes` (rust)
    #[arg(long, value_name = "MODULE", value_parser = module_path)]
    pub(crate) nodes: Option<String>,
    #[command(flatten)]
    pub(crate) values: Values,
    #[command(flatten)]
    pub(crate) catalog: CatalogArguments,
    #[command(flatten)]
    pub(crate) reading: Reading,
    #[command(flatten)]
    pub(crate) levels: LevelArguments,
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
    /// A Rust program that builds the workflow and prints its prompt.
    Rust,
    /// The graph as the compiler holds it: nodes, values, links, and where each was said.
    Ir,
}

/// A name that a function can have.
fn function_name(text: &str) -> Result<String, String> {
    if program::is_function_name(text) {
        Ok(text.to_owned())
    } else {
        Err("no name of a Rust function".to_owned())
    }
}

/// The path of a module.
fn module_path(text: &str) -> Result<String, String> {
    if program::is_module_path(text) {
        Ok(text.to_owned())
    } else {
        Err("no path of a Rust module".to_owned())
    }
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
    /// A prompt, a workflow of the editor, or a picture or another file that ComfyUI saved; `-` is stdin
    #[arg(value_name = "FILE")]
    pub(crate) file: String,
    #[command(flatten)]
    pub(crate) catalog: CatalogArguments,
    #[command(flatten)]
    pub(crate) reading: Reading,
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
    /// A workflow folder, an interface.toml, a workflow of the editor, a prompt, or a picture or another file that ComfyUI saved;
    /// `-` is stdin
    #[arg(value_name = "WORKFLOW")]
    pub(crate) workflow: String,
    #[command(flatten)]
    pub(crate) service: Service,
    /// Print the request id and do not wait
    #[arg(long)]
    pub(crate) detach: bool,
    /// The folder of the files that the workflow's defaults name; else only those in the workflow's own folder are uploaded
    #[arg(long, value_name = "DIR")]
    pub(crate) files: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) values: Values,
    #[command(flatten)]
    pub(crate) catalog: CatalogArguments,
    #[command(flatten)]
    pub(crate) reading: Reading,
    #[command(flatten)]
    pub(crate) levels: LevelArguments,
}

#[derive(Debug, Args)]
pub(crate) struct JobArguments {
    /// The id that the submission answered
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) service: Service,
    #[command(flatten)]
    pub(crate) network: Network,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// A code: `unknown-key`; without one, all of them
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,
}
