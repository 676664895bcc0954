//! Workflows of the editor to prompts, against the Python converter that people use today: the templates of the pinned
//! package, text in to text out, both sides in one run with one catalog that both have loaded before.

use std::hint::black_box;
use std::time::Duration;

use comfyc::back::{Layout, prompt};
use comfyc::catalog::Catalog;
use comfyc::diagnostic::Severity;
use comfyc::front::ui;
use comfyc::source::{Source, Sources, Syntax};
use serde_json::json;

use super::peer::{PACKAGE, Peer};
use super::{ROUNDS, middle, quick, ratio, show};
use crate::conformance::ui::{PACKAGE as TEMPLATES, fetched};
use crate::conformance::{json_files, text};
use crate::{Failure, shared};

/// Reads the path of a catalog and then workflows, each a line of JSON that is a text, and answers each with its best time in
/// nanoseconds, or null where the converter raises. How often each is tried is an argument, the same as on our side.
const DRIVER: &str = r#"
import json, logging, sys, time
from comfy_cli.workflow_to_api import convert_ui_to_api
logging.disable(logging.CRITICAL)
with open(json.loads(sys.stdin.readline()), encoding="utf-8") as file:
    object_info = json.load(file)
for line in sys.stdin:
    text = json.loads(line)
    times = []
    try:
        for _ in range(int(sys.argv[1])):
            start = time.perf_counter_ns()
            json.dumps(convert_ui_to_api(json.loads(text), object_info), indent=2)
            times.append(time.perf_counter_ns() - start)
        best = min(times)
    except Exception:
        best = None
    print(json.dumps(best), flush=True)
"#;

/// Prints all rows. What cannot be fetched is passed over aloud.
pub(crate) fn run() -> Result<(), Failure> {
    let Some(shared) = shared() else { return Ok(()) };
    let templates = match fetched() {
        Ok(templates) => templates,
        Err(failure) => {
            println!("workflows to prompts: passed over, {TEMPLATES} cannot be fetched: {failure}");
            return Ok(());
        }
    };
    let object_info = shared.join("data/object_info/comfyui-0.33.0.json");
    let source = Source::new("object_info.json", Syntax::Json, text(&object_info)?);
    let (catalog, _) = Catalog::parse(&source, Sources::default().add(source.clone()));
    let mut workflows = Vec::new();
    for path in json_files(&templates)? {
        let text = text(&path)?;
        // The package holds lists of its templates beside them.
        if text.contains("\"nodes\"") {
            workflows.push(text);
        }
    }
    let mut converter = match Peer::start(DRIVER, &ROUNDS.to_string(), &json!(object_info)) {
        Ok(converter) => Some(converter),
        Err(failure) => {
            println!("  {PACKAGE}: passed over: {failure}");
            None
        }
    };
    let mut ours: Vec<Duration> = Vec::new();
    let mut both: Vec<(Duration, Duration)> = Vec::new();
    // A machine is not equally quick all the time: both sides take turns.
    for workflow in &workflows {
        // Both start from a text that is in memory.
        let source = Source::new("workflow.json", Syntax::Json, workflow.as_str());
        let own = quick(|| {
            black_box(convert(&source, &catalog).len());
        });
        ours.push(own);
        if let Some(converter) = &mut converter {
            both.extend(time(converter, workflow)?.map(|theirs| (own, theirs)));
        }
    }
    let refused = workflows.iter().filter(|workflow| errors(workflow, &catalog) > 0).count();
    show(&format!("workflow to prompt, median of {} templates", ours.len()), middle(&mut ours.clone()));
    show("  all of them", ours.iter().sum());
    println!("  with an error reported: {refused}");
    if converter.is_none() {
        return Ok(());
    }
    // Ratios compare what both convert.
    let (mut ours, mut theirs): (Vec<Duration>, Vec<Duration>) = both.iter().copied().unzip();
    let mut ratios: Vec<f64> = both.iter().map(|(ours, theirs)| ratio(*theirs, *ours)).collect();
    ratios.sort_unstable_by(f64::total_cmp);
    let (ours_total, theirs_total) = (ours.iter().sum(), theirs.iter().sum());
    let (ours_median, theirs_median) = (middle(&mut ours), middle(&mut theirs));
    show(&format!("  {PACKAGE}, median of the {} that it converts", both.len()), theirs_median);
    show(&format!("  {PACKAGE}, all of them"), theirs_total);
    println!("  {PACKAGE} raises on: {}", workflows.len() - both.len());
    println!("  ratio of the medians: {:.0}", ratio(theirs_median, ours_median));
    println!("  ratio of the totals: {:.0}", ratio(theirs_total, ours_total));
    if let (Some(least), Some(median)) = (ratios.first(), ratios.get(ratios.len() / 2)) {
        println!("  ratio by workflow: least {least:.0}, median {median:.0}");
    }
    Ok(())
}

fn convert(source: &Source, catalog: &Catalog) -> String {
    let id = Sources::default().add(source.clone());
    let (graph, diagnostics) = ui::parse(source, id, catalog, &ui::Options::default());
    black_box(diagnostics.len());
    prompt::write(&graph, Layout::Pretty)
}

fn errors(workflow: &str, catalog: &Catalog) -> usize {
    let source = Source::new("workflow.json", Syntax::Json, workflow);
    let id = Sources::default().add(source.clone());
    ui::parse(&source, id, catalog, &ui::Options::default()).1.count(Severity::Error)
}

/// The converter's time for a workflow; `None` for one that it raises on.
fn time(converter: &mut Peer, workflow: &str) -> Result<Option<Duration>, Failure> {
    Ok(converter.ask(&json!(workflow))?.as_u64().map(Duration::from_nanos))
}
