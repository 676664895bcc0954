//! The whole command, from the start of the process to its exit: over the workflow templates of the pinned package, beside
//! the functions of the Python tool that people use today, and on documents of growing size, by the node.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::peer::{PACKAGE, Peer};
use super::verdict::chain;
use super::{ROUNDS, middle, ratio, show};
use crate::conformance::ui::{PACKAGE as TEMPLATES, fetched};
use crate::conformance::{json_files, text};
use crate::{Failure, repository, shared};

/// One round of the other side for so many of ours: it takes twenty times as long.
const EACH: usize = 5;
/// Rounds of a large document.
const FEW: usize = 5;
/// The sizes of large documents.
const SIZES: [u32; 2] = [10_000, 100_000];
/// The command is not tried on the larger size if the smaller one takes longer.
const PATIENCE: Duration = Duration::from_secs(2);
/// The numbers of diagnostics of large reports.
const DIAGNOSTICS: [u32; 2] = [3_200, 32_000];

/// Reads the path of a catalog and a list of workflows as a line of JSON, loads the catalog, and then answers each request,
/// a line of JSON, with the nanoseconds that it takes over all workflows and on how many the functions raise. `load` has it
/// read the catalog again first, as far as the functions need it.
const DRIVER: &str = r#"
import json, logging, sys, time
from comfy_cli.cql.engine import Graph
from comfy_cli.workflow_to_api import convert_ui_to_api
logging.disable(logging.CRITICAL)
catalog, files = json.loads(sys.stdin.readline())

def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)

object_info = read(catalog)
graph = Graph.from_object_info(object_info)
for line in sys.stdin:
    request = json.loads(line)
    check, classes, index, raised = request["check"], object_info, graph, 0
    start = time.perf_counter_ns()
    if request["load"]:
        classes = read(catalog)
        if check:
            index = Graph.from_object_info(classes)
    for path in files:
        try:
            prompt = convert_ui_to_api(read(path), classes)
            if check:
                index.validate_workflow(prompt)
            else:
                json.dumps(prompt, indent=2)
        except Exception:
            raised += 1
    took = time.perf_counter_ns() - start
    print(json.dumps({"took": took, "raised": raised}), flush=True)
"#;

/// Prints all rows.
pub(crate) fn run() -> Result<(), Failure> {
    let comfyc = command()?;
    let folder = Folder::new()?;
    println!("output and generated input: {}", folder.what);
    templates(&comfyc, &folder)?;
    sizes(&comfyc, &folder)?;
    formats(&comfyc, &folder)
}

/// The command, built from the sources as they are now.
pub(crate) fn command() -> Result<PathBuf, Failure> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--release", "--package", "comfyc-cli"]).current_dir(repository());
    let built = cargo.status().map_err(|error| Failure(format!("{}: {error}", env!("CARGO"))))?;
    if !built.success() {
        return Err(Failure("the command to measure cannot be built: cargo build --release".to_owned()));
    }
    // Wherever cargo puts what it builds, this program is there as well.
    let own = std::env::current_exe().map_err(|error| Failure(error.to_string()))?;
    let comfyc = own.with_file_name("comfyc").with_extension(std::env::consts::EXE_EXTENSION);
    if comfyc.is_file() {
        Ok(comfyc)
    } else {
        Err(Failure(format!("cargo build --release left no {}", comfyc.display())))
    }
}

/// Where files are written.
struct Folder {
    inner: TempDir,
    what: String,
}

impl Folder {
    /// On the RAM disk if there is one, so that a disk does not decide what comes out.
    fn new() -> Result<Self, Failure> {
        let ram = Path::new("/dev/shm");
        let (place, what) = if ram.is_dir() {
            (ram.to_owned(), "on a RAM disk, /dev/shm".to_owned())
        } else {
            let place = repository().join("target/bench");
            (place.clone(), format!("in {}, there is no /dev/shm", place.display()))
        };
        let failed = |error: std::io::Error| Failure(format!("{}: {error}", place.display()));
        fs::create_dir_all(&place).map_err(failed)?;
        Ok(Self { inner: TempDir::with_prefix_in("comfyc-bench-", &place).map_err(failed)?, what })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.inner.path().join(name)
    }

    fn file(&self, name: &str, text: &str) -> Result<PathBuf, Failure> {
        let path = self.path(name);
        fs::write(&path, text).map_err(|error| Failure(format!("{}: {error}", path.display())))?;
        Ok(path)
    }
}

/// What one run of the command takes. It may refuse a document, but not fail. What it wrote before is taken away first: an
/// artifact that is there already need not be written.
fn once(command: &mut Command, out: &Path) -> Result<Duration, Failure> {
    let _ = if out.is_dir() { fs::remove_dir_all(out) } else { fs::remove_file(out) };
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status();
    let took = start.elapsed();
    match status {
        Ok(status) if status.code().is_some_and(|code| code <= 1) => Ok(took),
        Ok(status) => Err(Failure(format!("{command:?}: {status}"))),
        Err(error) => Err(Failure(format!("{command:?}: {error}"))),
    }
}

/// What is measured over the templates, on both sides.
struct Row {
    name: &'static str,
    /// Ours.
    command: Command,
    /// Theirs.
    check: bool,
    load: bool,
    ours: Vec<Duration>,
    theirs: Vec<Duration>,
}

/// All templates in one command, and the same work by the functions of the other side in a process that is running already.
///
/// The fair comparisons are two: neither side reads a catalog (ours has one built in, theirs has loaded it before), and both
/// read the same one from its file.
fn templates(comfyc: &Path, folder: &Folder) -> Result<(), Failure> {
    let Some(shared) = shared() else {
        println!("the reference data, ../shared, is not here: the templates are passed over");
        return Ok(());
    };
    let templates = match fetched() {
        Ok(templates) => templates,
        Err(failure) => {
            println!("the whole command: passed over, {TEMPLATES} cannot be fetched: {failure}");
            return Ok(());
        }
    };
    let mut files = Vec::new();
    for path in json_files(&templates)? {
        // The package holds lists of its templates beside them.
        if text(&path)?.contains("\"nodes\"") {
            files.push(path);
        }
    }
    let catalog = shared.join("data/object_info/comfyui-0.33.0.json");
    let out = folder.path("out");
    let mut rows = Vec::new();
    for (name, check, load) in [
        ("build", false, false),
        ("check", true, false),
        ("build, each reading the catalog", false, true),
        ("check, each reading the catalog", true, true),
    ] {
        let mut command = Command::new(comfyc);
        if check {
            command.arg("check");
        } else {
            command.args(["build", "--emit", "prompt", "--out"]).arg(&out);
        }
        if load {
            command.arg("--catalog").arg(&catalog);
        }
        command.args(&files);
        rows.push(Row { name, command, check, load, ours: Vec::new(), theirs: Vec::new() });
    }
    let mut other = match Peer::start(DRIVER, "", &json!([catalog, files])) {
        Ok(other) => Some(other),
        Err(failure) => {
            println!("  {PACKAGE}: passed over: {failure}");
            None
        }
    };
    let (mut raised, mut written) = (0, 0);
    // The first round does not count. A machine is not equally quick all the time: both sides take turns.
    for round in 0..=ROUNDS {
        for row in &mut rows {
            let time = once(&mut row.command, &out)?;
            written = written.max(fs::read_dir(&out).map_or(0, Iterator::count));
            if round > 0 {
                row.ours.push(time);
            }
            let Some(other) = other.as_mut().filter(|_| round % EACH == 0) else { continue };
            let answer = other.ask(&json!({"check": row.check, "load": row.load}))?;
            let number = |name: &str| answer.get(name).and_then(Value::as_u64);
            let (Some(took), Some(count)) = (number("took"), number("raised")) else {
                return Err(Failure(format!("{PACKAGE} answers `{answer}`")));
            };
            raised = count;
            if round > 0 {
                row.theirs.push(Duration::from_nanos(took));
            }
        }
    }
    println!("the whole command over {} templates in one run, {written} prompts written", files.len());
    for row in &mut rows {
        let ours = middle(&mut row.ours);
        let does = if row.check { "start to exit" } else { "start to exit, files written" };
        show(&format!("  {}: comfyc, {does}", row.name), ours);
        if !row.theirs.is_empty() {
            let theirs = middle(&mut row.theirs);
            let does = if row.check { "converts and validates" } else { "converts" };
            show(&format!("  {}: {PACKAGE}, {does} in its process", row.name), theirs);
            println!("  ratio {}: {:.1}", row.name, ratio(theirs, ours));
        }
    }
    if other.is_some() {
        println!("  {PACKAGE} raises on: {raised}");
    }
    Ok(())
}

/// The time of a command for each of two sizes, or nothing for the larger one if the smaller took too long.
fn growing(
    out: &Path,
    mut command: impl FnMut(usize) -> Command,
) -> Result<(Duration, Option<Duration>), Failure> {
    let mut median = |at: usize| -> Result<Duration, Failure> {
        let mut command = command(at);
        let mut times = vec![once(&mut command, out)?];
        if times.iter().all(|time| *time < PATIENCE) {
            for _ in 1..FEW {
                times.push(once(&mut command, out)?);
            }
        }
        Ok(middle(&mut times))
    };
    let small = median(0)?;
    let large = if small < PATIENCE { Some(median(1)?) } else { None };
    Ok((small, large))
}

/// `check` and `build` by the node: what is linear takes the same for each node of a document ten times as large.
fn sizes(comfyc: &Path, folder: &Folder) -> Result<(), Failure> {
    for (what, form) in [
        ("a prompt, a chain", (|nodes| chain(nodes).to_string()) as fn(u32) -> String),
        ("a prompt, wide", |nodes| wide(nodes).to_string()),
        ("a workflow of the editor, a chain", |nodes| workflow(nodes, false)),
        ("a workflow of the editor, wide", |nodes| workflow(nodes, true)),
    ] {
        let mut files = Vec::new();
        for nodes in SIZES {
            files.push(folder.file(&format!("{nodes}.json"), &form(nodes))?);
        }
        for verb in ["check", "build"] {
            let out = folder.path("large.json");
            let (small, large) = growing(&out, |at| {
                let mut command = Command::new(comfyc);
                command.arg(verb).args(files.get(at)).args(["--warn", "deep-chain"]);
                if verb == "build" {
                    command.args(["--emit", "prompt", "--out"]).arg(&out);
                }
                command
            })?;
            let each = |time: Duration, nodes: u32| time.as_secs_f64() * 1e9 / f64::from(nodes);
            let [few, many] = SIZES;
            let small = each(small, few);
            match large.map(|large| each(large, many)) {
                Some(large) => println!(
                    "{verb} of {what}: {small:.0} ns a node with {few} nodes, {large:.0} ns with {many}, ratio {:.2}",
                    large / small
                ),
                None => {
                    println!(
                        "{verb} of {what}: {small:.0} ns a node with {few} nodes; {many} passed over, too slow"
                    );
                }
            }
        }
    }
    Ok(())
}

/// The same reports in each format.
fn formats(comfyc: &Path, folder: &Folder) -> Result<(), Failure> {
    let mut files = Vec::new();
    for diagnostics in DIAGNOSTICS {
        files.push(folder.file(&format!("{diagnostics}.json"), &doubtful(diagnostics).to_string())?);
    }
    let mut human = None;
    for format in ["human", "json", "github", "sarif"] {
        let (small, large) = growing(&folder.path("none"), |at| {
            let mut command = Command::new(comfyc);
            command.args(["check", "--format", format]).args(files.get(at));
            command
        })?;
        let [few, many] = DIAGNOSTICS;
        show(&format!("{few} diagnostics, --format {format}"), small);
        let Some(large) = large else {
            println!("  {many} passed over, too slow");
            continue;
        };
        show(&format!("{many} diagnostics, --format {format}"), large);
        match human {
            None => human = Some(large),
            Some(human) => println!("  ratio {format} / human: {:.2}", ratio(large, human)),
        }
    }
    Ok(())
}

/// Pictures that each come from one, and are shown.
fn wide(nodes: u32) -> Value {
    let node = |id: u32| match id {
        0 => {
            json!({"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 0}})
        }
        id if id % 2 == 1 => json!({"class_type": "ImageInvert", "inputs": {"image": ["0", 0]}}),
        id => json!({"class_type": "PreviewImage", "inputs": {"images": [(id - 1).to_string(), 0]}}),
    };
    Value::Object((0..nodes).map(|id| (id.to_string(), node(id))).collect())
}

/// A prompt with so many warnings: numbers that are written as texts.
fn doubtful(diagnostics: u32) -> Value {
    let inputs = json!({"width": "8", "height": "8", "batch_size": "1", "color": "0"});
    let nodes = (0..diagnostics / 4).flat_map(|pair| {
        let (origin, end) = ((2 * pair).to_string(), (2 * pair + 1).to_string());
        [
            (origin.clone(), json!({"class_type": "EmptyImage", "inputs": inputs})),
            (end, json!({"class_type": "PreviewImage", "inputs": {"images": [origin, 0]}})),
        ]
    });
    Value::Object(nodes.collect())
}

/// The same as [`chain`] or [`wide`] as the editor saves it.
fn workflow(nodes: u32, is_wide: bool) -> String {
    let (mut list, mut links) = (String::new(), String::new());
    for id in 0..nodes {
        let (class, input) = match id {
            0 => ("EmptyImage", None),
            id if is_wide && id % 2 == 1 => ("ImageInvert", Some(("image", 0))),
            id if is_wide || id + 1 == nodes => ("PreviewImage", Some(("images", id - 1))),
            id => ("ImageInvert", Some(("image", id - 1))),
        };
        let inputs = input.map_or_else(String::new, |(name, from)| {
            let _ = write!(links, "[{id},{from},0,{id},0,\"IMAGE\"],");
            format!(r#"{{"name":"{name}","type":"IMAGE","link":{id}}}"#)
        });
        let values = if id == 0 { "8,8,1,0" } else { "" };
        let outputs = match (class, is_wide) {
            ("PreviewImage", _) => String::new(),
            ("EmptyImage", true) => {
                let fed = (1..nodes).step_by(2).map(|id| id.to_string()).collect::<Vec<_>>().join(",");
                format!(r#"{{"name":"IMAGE","type":"IMAGE","links":[{fed}]}}"#)
            }
            _ => format!(r#"{{"name":"IMAGE","type":"IMAGE","links":[{}]}}"#, id + 1),
        };
        let _ = write!(
            list,
            r#"{{"id":{id},"type":"{class}","pos":[{id},0],"size":[210,46],"flags":{{}},"order":{id},"mode":0,"inputs":[{inputs}],"outputs":[{outputs}],"properties":{{"Node name for S&R":"{class}"}},"widgets_values":[{values}]}},"#
        );
    }
    format!(
        r#"{{"last_node_id":{nodes},"last_link_id":{nodes},"nodes":[{}],"links":[{}],"groups":[],"config":{{}},"extra":{{}},"version":0.4}}"#,
        list.trim_end_matches(','),
        links.trim_end_matches(',')
    )
}
