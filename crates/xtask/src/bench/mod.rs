//! Benchmarks: each in rounds, with the median of the rounds, on this repository's own files and on the reference data
//! where that is beside it. Absolute times say something about the machine; compare ratios and changes.

mod cli;
mod convert;
mod nodes;
mod peer;
mod verdict;

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use comfyc::back::schema::{self, Dialect};
use comfyc::back::{Layout, prompt};
use comfyc::catalog::Catalog;
use comfyc::check;
use comfyc::front::api;
use comfyc::front::published::{self, Published};
use comfyc::source::{Source, Sources, Syntax};
use serde_json::Value;

use crate::conformance::{json_files, text};
use crate::{Failure, repository, shared};

/// Rounds of each benchmark, and how often another side does what it is compared by.
pub(crate) const ROUNDS: usize = 21;

/// A part of the benchmarks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// Reading, checking and writing, and the start of the process.
    Documents,
    /// Workflows of the editor to prompts.
    Convert,
    /// The whole command, over workflow templates and large documents.
    Cli,
    /// The answer of a server.
    Verdict,
    /// Typed nodes, generated and compiled.
    Nodes,
}

/// Runs every benchmark, or those of one part, and prints its median.
pub(crate) fn run(part: Option<Part>) -> Result<(), Failure> {
    if cfg!(debug_assertions) {
        return Err(Failure(
            "benchmarks want a release build: cargo run --release -p xtask -- bench".to_owned(),
        ));
    }
    let wanted = |one: Part| part.is_none_or(|part| part == one);
    if wanted(Part::Documents) {
        documents()?;
    }
    if wanted(Part::Convert) {
        convert::run()?;
    }
    if wanted(Part::Cli) {
        cli::run()?;
    }
    if wanted(Part::Verdict) {
        verdict::run(&Catalog::embedded())?;
    }
    if wanted(Part::Nodes) {
        nodes::run()?;
    }
    Ok(())
}

fn documents() -> Result<(), Failure> {
    let seed = text(&repository().join("workflows/wan-2-2/first-last-frame/graph.json"))?;
    let published = text(&repository().join("schemas/runcomfy/community__wan-2-2__first-last-frame.json"))?;
    let embedded = Catalog::embedded();

    if let Some(shared) = shared() {
        let object_info = text(&shared.join("data/object_info/comfyui-0.33.0-with-files.json"))?;
        let megabytes = object_info.len() / 1_000;
        let open = median(|| {
            black_box(catalog(&object_info));
        });
        let whole = median(|| {
            black_box(catalog(&object_info).classes().count());
        });
        let value = median(|| {
            black_box(serde_json::from_str::<Value>(&object_info).is_ok());
        });
        show(&format!("object_info of {megabytes} kB: read and split into classes"), open);
        show("  the same, and every class read", whole);
        show("  serde_json to an untyped value, for comparison", value);
        println!("  ratio untyped value / read and split: {:.1}", ratio(value, open));
        let mut round_trips = Vec::new();
        let mut checks = Vec::new();
        for path in json_files(&shared.join("data/golden/templates"))? {
            let text = text(&path)?;
            round_trips.push(quick(|| {
                black_box(round_trip(&text));
            }));
            let graph = graph(&text);
            checks.push(quick(|| {
                black_box(check::graph(graph.clone(), &embedded).is_ok());
            }));
        }
        show(
            &format!("prompt read and written, median of {} templates", round_trips.len()),
            middle(&mut round_trips),
        );
        show("prompt checked, median of the same", middle(&mut checks));
    } else {
        println!("the reference data, ../shared, is not here: its benchmarks are passed over");
    }
    show(
        "embedded catalog read and split",
        median(|| {
            black_box(Catalog::embedded());
        }),
    );
    show(
        "seed prompt read and written",
        median(|| {
            black_box(round_trip(&seed));
        }),
    );
    show(
        "published schema read and written",
        median(|| {
            black_box(schema_round_trip(&published));
        }),
    );
    let graph = graph(&seed);
    show(
        "seed prompt checked",
        median(|| {
            black_box(check::graph(graph.clone(), &embedded).is_ok());
        }),
    );
    process_start()
}

/// `comfyc check` of a small prompt, process start to exit, against a process that does nothing.
fn process_start() -> Result<(), Failure> {
    let binary = cli::command()?;
    let prompt = repository().join("workflows/image/scale/graph.json");
    let start = |arguments: &[&Path]| {
        let mut command = Command::new(&binary);
        command.arg("check").args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
        median(|| {
            black_box(command.status().is_ok());
        })
    };
    let check = start(&[&prompt]);
    let mut command = Command::new("true");
    let nothing = median(|| {
        black_box(command.status().is_ok());
    });
    show("process: `comfyc check` of a prompt of 3 nodes", check);
    show("process: `true`, for comparison", nothing);
    Ok(())
}

fn catalog(text: &str) -> Catalog {
    let source = Source::new("object_info.json", Syntax::Json, text);
    Catalog::parse(&source, Sources::default().add(source.clone())).0
}

fn graph(text: &str) -> comfyc::graph::Graph {
    let source = Source::new("prompt.json", Syntax::Json, text);
    api::parse(&source, Sources::default().add(source.clone())).0
}

fn round_trip(text: &str) -> String {
    prompt::write(&graph(text), Layout::Pretty)
}

fn schema_round_trip(text: &str) -> Option<String> {
    let source = Source::new("schema.json", Syntax::Json, text);
    match published::parse(&source, Sources::default().add(source.clone())).0 {
        Some(Published::Input(interface)) => {
            Some(schema::write(&interface, Dialect::RunComfy, Layout::Pretty))
        }
        _ => None,
    }
}

/// The median time of a thing over all rounds, after one that does not count.
pub(crate) fn median(mut thing: impl FnMut()) -> Duration {
    thing();
    let mut times: Vec<Duration> = (0..ROUNDS).map(|_| once(&mut thing)).collect();
    middle(&mut times)
}

/// The best time of a thing over all rounds: for things of which there are many, each too short for its median to mean much.
pub(crate) fn quick(mut thing: impl FnMut()) -> Duration {
    (0..ROUNDS).map(|_| once(&mut thing)).min().unwrap_or_default()
}

fn once(thing: &mut impl FnMut()) -> Duration {
    let start = Instant::now();
    thing();
    start.elapsed()
}

pub(crate) fn middle(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

pub(crate) fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64().max(f64::MIN_POSITIVE)
}

pub(crate) fn show(what: &str, time: Duration) {
    println!("{what}: {:.3} ms", time.as_secs_f64() * 1000.0);
}
