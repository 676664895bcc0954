//! Our verdicts against those of a real server, prompt by prompt.
//!
//! Two figures: agreement on the verdict (`ok`, the type of the error, the outputs) and on `node_errors`, by the rule of what
//! may vary from one start of the server to the next. Prompts on which only the server can tell are counted apart. The
//! check of graphs is held to the same answers: what the server refuses is an error of ours, what it accepts whole is none.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use comfyc::catalog::Catalog;
use comfyc::check::{self, server};
use comfyc::diagnostic::Severity;
use comfyc::front::api;
use comfyc::source::{Source, Sources, Syntax};
use serde_json::Value;

use super::{json_files, text};
use crate::Failure;
use crate::codegen::{json, read};

/// Where a set of prompts, its answers and its server's classes are.
pub(crate) struct Set {
    pub(crate) prompts: PathBuf,
    pub(crate) expected: PathBuf,
    pub(crate) catalog: PathBuf,
    pub(crate) traits: PathBuf,
}

/// How far we agree.
#[derive(Debug, Default)]
pub(crate) struct Agreement {
    pub(crate) prompts: usize,
    /// Agreement on the verdict and on `node_errors`.
    pub(crate) verdicts: usize,
    pub(crate) node_errors: usize,
    /// Entries of `node_errors` that are the same to the letter, where neither side has others; and how many were compared.
    pub(crate) letters: (usize, usize),
    /// Prompts with something undecided, and on how many of them we agree.
    pub(crate) undecided: (usize, usize),
    /// Disagreements with nothing undecided, and those of the check of graphs.
    pub(crate) wrong: Vec<String>,
    pub(crate) doubtful: Vec<String>,
    pub(crate) graph: Vec<String>,
    pub(crate) median: Duration,
}

/// What to compare, where it is not the reference data.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Arguments {
    /// Prompts, one `{"id", "prompt"}` a line.
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
}

/// Compares; fails when one decided answer differs.
pub(crate) fn run(arguments: Arguments, shared: &Path) -> Result<(), Failure> {
    if arguments.templates {
        return templates(shared);
    }
    let mut set = reference(shared);
    if let (Some(prompts), Some(expected)) = (arguments.prompts, arguments.expected) {
        (set.prompts, set.expected) = (prompts, expected);
    }
    set.catalog = arguments.catalog.unwrap_or(set.catalog);
    set.traits = arguments.traits.unwrap_or(set.traits);
    report(&compare(&set)?)
}

fn reference(shared: &Path) -> Set {
    let data = shared.join("data");
    Set {
        prompts: data.join("validation/prompts.jsonl"),
        expected: data.join("validation/expected.jsonl"),
        catalog: data.join("object_info/comfyui-0.33.0-with-files.json"),
        traits: data.join("object_info/comfyui-0.33.0-class-traits.json"),
    }
}

fn report(agreement: &Agreement) -> Result<(), Failure> {
    let Agreement { prompts, verdicts, node_errors, letters, undecided, wrong, doubtful, graph, median } =
        agreement;
    for line in wrong.iter().chain(doubtful).chain(graph) {
        println!("{line}");
    }
    println!("verdict      {verdicts} of {prompts}");
    println!("node_errors  {node_errors} of {prompts}");
    println!("entries      {} of {} the same to the letter", letters.0, letters.1);
    println!("undecided    {} prompts, {} of them as expected", undecided.0, undecided.1);
    println!("graph check  {} of {prompts}", prompts - graph.len());
    println!("median       {median:?}");
    if wrong.is_empty() && graph.is_empty() {
        Ok(())
    } else {
        Err(Failure(format!("{} decided wrongly, {} graphs checked otherwise", wrong.len(), graph.len())))
    }
}

/// Compares all prompts of a set.
pub(crate) fn compare(set: &Set) -> Result<Agreement, Failure> {
    let catalog = read(&set.catalog)?.with_traits(&json(&set.traits)?);
    let (prompts, expected) = (text(&set.prompts)?, text(&set.expected)?);
    if prompts.lines().count() != expected.lines().count() {
        return Err(Failure("the prompts and the answers differ in number".to_owned()));
    }
    let mut agreement = Agreement::default();
    let mut times = Vec::new();
    for (prompt, expected) in prompts.lines().zip(expected.lines()) {
        let parse = |line| server::json(line).map_err(|error| Failure(error.to_string()));
        let (prompt, expected) = (parse(prompt)?, parse(expected)?);
        let id = prompt.get("id").and_then(Value::as_str).unwrap_or_default();
        if expected.get("id").and_then(Value::as_str) != Some(id) {
            return Err(Failure(format!("the answer of {id} is not where it should be")));
        }
        let prompt = prompt.get("prompt").cloned().unwrap_or_default();
        one(id, &prompt, &expected, &catalog, &mut agreement, &mut times);
    }
    times.sort_unstable();
    agreement.median = times.get(times.len() / 2).copied().unwrap_or_default();
    Ok(agreement)
}

fn one(
    id: &str,
    prompt: &Value,
    expected: &Value,
    catalog: &Catalog,
    agreement: &mut Agreement,
    times: &mut Vec<Duration>,
) {
    let options = server::VerdictOptions::default();
    // The first look reads the classes.
    server::verdict(prompt, catalog, &options);
    let start = Instant::now();
    let verdict = server::verdict(prompt, catalog, &options);
    times.push(start.elapsed());
    let differences = server::differences(prompt, catalog, &options, expected);
    agreement.prompts += 1;
    agreement.verdicts += usize::from(differences.verdict.is_empty());
    agreement.node_errors += usize::from(differences.node_errors.is_empty());
    let agreed = differences.verdict.is_empty() && differences.node_errors.is_empty();
    if !verdict.undecided.is_empty() {
        agreement.undecided.0 += 1;
        agreement.undecided.1 += usize::from(agreed);
    }
    if !agreed {
        let lines: Vec<&str> =
            differences.verdict.iter().chain(&differences.node_errors).map(String::as_str).collect();
        let line = format!("{id}: {}", lines.join("; "));
        if verdict.undecided.is_empty() {
            agreement.wrong.push(line);
        } else {
            let why: Vec<&str> = verdict.undecided.iter().map(|undecided| undecided.why).collect();
            agreement.doubtful.push(format!("(undecided) {line} ({})", why.join(", ")));
        }
    }
    letters(id, &verdict.to_json(), expected, agreement);
    graph(id, prompt, &verdict, catalog, agreement);
}

/// Compares the text of entries: those of nodes that have one error on both sides.
fn letters(id: &str, verdict: &Value, expected: &Value, agreement: &mut Agreement) {
    let show = std::env::var_os("COMFYC_SHOW_LETTERS").is_some();
    if verdict.get("error") != expected.get("error") && expected.get("exception").is_none() {
        let kind = |answer: &Value| answer.get("error").and_then(|error| error.get("type")).cloned();
        if kind(verdict) == kind(expected) && show {
            println!("{id}: ours {}, recorded {}", verdict["error"], expected["error"]);
        }
    }
    let nodes =
        |answer: &Value| answer.get("node_errors").and_then(Value::as_object).cloned().unwrap_or_default();
    let (ours, theirs) = (nodes(verdict), nodes(expected));
    for (node, theirs) in &theirs {
        let Some(ours) = ours.get(node) else { continue };
        let (Some(a), Some(b)) = (ours["errors"].as_array(), theirs["errors"].as_array()) else { continue };
        for theirs in b {
            agreement.letters.1 += 1;
            let same = |ours: &&Value| {
                ours["message"] == theirs["message"]
                    && ours["details"] == theirs["details"]
                    && ours["extra_info"] == theirs["extra_info"]
            };
            if a.iter().find(same).is_some() {
                agreement.letters.0 += 1;
            } else if show {
                println!("{id} {node}:\n  ours     {}\n  recorded {theirs}", Value::from(a.clone()));
            }
        }
    }
}

/// Checks the exported templates with the embedded catalog and prints all that is said about them, for people to judge.
pub(crate) fn templates(shared: &Path) -> Result<(), Failure> {
    let catalog = Catalog::embedded();
    let files = json_files(&shared.join("data/golden/templates"))?;
    let mut refused = 0;
    for path in &files {
        let source = Source::new(path.display().to_string(), Syntax::Json, text(path)?);
        let (graph, mut diagnostics) = api::parse(&source, Sources::default().add(source.clone()));
        match check::graph(graph, &catalog) {
            Ok(checked) => diagnostics.append(checked.warnings().clone()),
            Err(rejected) => diagnostics.append(rejected.diagnostics),
        }
        refused += usize::from(diagnostics.has_errors());
        let name = path.file_name().unwrap_or_default().display();
        for diagnostic in diagnostics.iter() {
            println!("{} {name}: {}", diagnostic.code(), diagnostic.problem);
        }
    }
    println!("{} templates, {refused} refused", files.len());
    Ok(())
}

/// Whether the check of graphs says the same.
fn graph(
    id: &str,
    prompt: &Value,
    verdict: &server::Verdict<'_>,
    catalog: &Catalog,
    agreement: &mut Agreement,
) {
    let source = Source::new(id, Syntax::Json, prompt.to_string());
    let (graph, mut diagnostics) = api::parse(&source, Sources::default().add(source.clone()));
    let checked = check::graph(graph, catalog);
    match &checked {
        Ok(checked) => diagnostics.append(checked.warnings().clone()),
        Err(rejected) => diagnostics.append(rejected.diagnostics.clone()),
    }
    let whole = verdict.ok == Some(true) && verdict.node_errors.is_empty();
    if whole == diagnostics.has_errors() && verdict.undecided.is_empty() {
        let errors: Vec<String> = diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity() == Severity::Error)
            .map(|diagnostic| diagnostic.problem.to_string())
            .collect();
        agreement.graph.push(format!(
            "{id}: the server {}, the check of the graph says {errors:?}",
            if whole { "accepts" } else { "refuses" }
        ));
    }
}
