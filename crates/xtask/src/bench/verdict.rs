//! Our verdict on prompts of growing size, and, where a ComfyUI checkout is at hand, against the server's own validator in its
//! own process.

use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use comfyc::catalog::Catalog;
use comfyc::check::server::{VerdictOptions, verdict};
use serde_json::{Map, Value, json};

use super::{ROUNDS, median, middle, quick, ratio, show};
use crate::conformance::{json_files, text};
use crate::{Failure, repository, shared};

/// The checkout of ComfyUI to compare with.
const CHECKOUT: &str = "COMFYC_COMFYUI_CHECKOUT";
/// The Python that can import it.
const PYTHON: &str = "COMFYC_PYTHON";

/// Reads prompts, one a line, and prints the best time in nanoseconds in which the server's validator is done with each.
/// Every run gets a copy, because the validator writes converted values into what it is given.
const DRIVER: &str = r#"
import asyncio, copy, json, logging, os, sys, time
checkout, tries = sys.argv[1], int(sys.argv[2])
sys.path.insert(0, checkout)
os.chdir(checkout)
sys.argv = ["main.py", "--cpu"]
import comfy.options
comfy.options.enable_args_parsing()
import execution, nodes

async def measure(lines):
    await nodes.init_extra_nodes(init_custom_nodes=False, init_api_nodes=True)
    logging.disable(logging.CRITICAL)
    best = []
    for line in lines:
        prompt = json.loads(line)
        times = []
        for _ in range(tries):
            fresh = copy.deepcopy(prompt)
            start = time.perf_counter_ns()
            await execution.validate_prompt("bench", fresh, None)
            times.append(time.perf_counter_ns() - start)
        best.append(min(times))
    return best

best = asyncio.run(measure(sys.stdin.readlines()))
sys.stdout.flush()
print("\n" + json.dumps(best), flush=True)
os._exit(0)
"#;

/// Prints all rows.
pub(crate) fn run(catalog: &Catalog) -> Result<(), Failure> {
    for nodes in [100, 1_000, 10_000, 100_000] {
        let prompt = chain(nodes);
        let time = median(|| look(&prompt, catalog));
        show(&format!("verdict on a chain of {nodes} nodes"), time);
        println!("  for each node: {:.0} ns", time.as_secs_f64() * 1e9 / f64::from(nodes));
    }
    let Some(checkout) = std::env::var_os(CHECKOUT) else {
        println!("the server's own validator: passed over, {CHECKOUT} names no ComfyUI");
        return Ok(());
    };
    let prompts = prompts()?;
    let mut ours: Vec<Duration> = prompts.iter().map(|prompt| quick(|| look(prompt, catalog))).collect();
    let mut theirs = server(Path::new(&checkout), &prompts)?;
    if theirs.len() != prompts.len() {
        return Err(Failure("the server's validator did not answer on every prompt".to_owned()));
    }
    let (ours, theirs) = (middle(&mut ours), middle(&mut theirs));
    show(&format!("verdict, median of {} prompts", prompts.len()), ours);
    show("  the server's own validator on the same, in its process", theirs);
    println!("  ratio of the medians: {:.0}", ratio(theirs, ours));
    Ok(())
}

fn look(prompt: &Value, catalog: &Catalog) {
    black_box(verdict(prompt, catalog, &VerdictOptions::default()).ok);
}

/// A picture that is inverted over and over.
pub(crate) fn chain(nodes: u32) -> Value {
    let mut prompt = Map::new();
    prompt.insert(
        "0".to_owned(),
        json!({"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 0}}),
    );
    for i in 1..nodes {
        let class = if i + 1 == nodes { "PreviewImage" } else { "ImageInvert" };
        let input = if i + 1 == nodes { "images" } else { "image" };
        let inputs = json!({input: [(i - 1).to_string(), 0]});
        prompt.insert(i.to_string(), json!({"class_type": class, "inputs": inputs}));
    }
    Value::Object(prompt)
}

/// Real prompts where the reference data is, else this repository's and a chain that a server can follow.
fn prompts() -> Result<Vec<Value>, Failure> {
    let read = |path: &Path| -> Result<Value, Failure> {
        serde_json::from_str(&text(path)?).map_err(|error| Failure(format!("{}: {error}", path.display())))
    };
    if let Some(shared) = shared() {
        return json_files(&shared.join("data/golden/templates"))?.iter().map(|path| read(path)).collect();
    }
    let seed = repository().join("workflows/wan-2-2/first-last-frame/graph.json");
    Ok(vec![read(&seed)?, chain(100), chain(500)])
}

/// The times of the server's own validator.
fn server(checkout: &Path, prompts: &[Value]) -> Result<Vec<Duration>, Failure> {
    let python = std::env::var_os(PYTHON).unwrap_or_else(|| "python3".into());
    let failed = |error: std::io::Error| Failure(format!("{}: {error}", Path::new(&python).display()));
    let mut child = Command::new(&python)
        .args(["-c", DRIVER])
        .arg(checkout)
        .arg(ROUNDS.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        for prompt in prompts {
            writeln!(stdin, "{prompt}").map_err(failed)?;
        }
    }
    let output = child.wait_with_output().map_err(failed)?;
    let said = String::from_utf8_lossy(&output.stdout);
    let times: Vec<u64> =
        said.lines().last().and_then(|line| serde_json::from_str(line).ok()).ok_or_else(|| {
            Failure(format!(
                "{} cannot run the ComfyUI at {}",
                Path::new(&python).display(),
                checkout.display()
            ))
        })?;
    Ok(times.into_iter().map(Duration::from_nanos).collect())
}
