//! `comfyc check --as-server`: what a ComfyUI server would answer.

use std::io::{BufRead, Write};

use comfyc::catalog::Catalog;
use comfyc::check::server::{Verdict, VerdictOptions, answer, json};
use comfyc::source::escaped_json;
use serde_json::{Map, Value, json};

use crate::args::Check;
use crate::printer::Printer;
use crate::setup::Setup;
use crate::{Done, Failure, files};

pub(crate) fn run(arguments: &Check, printer: &Printer) -> Result<Done, Failure> {
    let server = &arguments.server;
    let setup = Setup::new(&arguments.catalog, &arguments.reading, &arguments.levels)?.usable(printer)?;
    let catalog = setup.compiler.catalog();
    let mut options = VerdictOptions::default();
    options.replace = server.replace;
    options.targets = (!server.targets.is_empty()).then(|| server.targets.clone());
    let mut answerer = Answerer { catalog, options, all_ok: true };
    if server.jsonl {
        lines(&arguments.files, &mut answerer)?;
    } else if let [file] = arguments.files.as_slice() {
        let answer = answerer.document(&files::prompt(file)?);
        printer.json(&format!("{answer:#}"))?;
    } else {
        for file in &arguments.files {
            let answer = answerer.document(&files::prompt(file)?);
            printer.json(&with_id(file.as_str().into(), answer).to_string())?;
        }
    }
    Ok(if answerer.all_ok { Done::Clean } else { Done::Refused })
}

/// Answers prompts, and remembers whether all were fine.
struct Answerer<'c> {
    catalog: &'c Catalog,
    options: VerdictOptions,
    all_ok: bool,
}

impl Answerer<'_> {
    fn body(&mut self, body: &Value) -> Value {
        let answer = answer(body, self.catalog, &self.options);
        self.all_ok &= answer.ok == Some(true);
        answer.to_json()
    }

    /// The answer to a body as it comes, which need not be JSON.
    fn document(&mut self, bytes: &[u8]) -> Value {
        match read(bytes) {
            Ok(body) => self.body(&body),
            Err(why) => {
                self.all_ok = false;
                Verdict::of_unreadable(&why).to_json()
            }
        }
    }

    /// The answer to line `number`, which says which prompt it is of.
    fn line(&mut self, number: usize, bytes: &[u8]) -> Value {
        let refused = |why: &str| json!({"line": number, "ok": null, "failure": why});
        let line = match read(bytes) {
            Ok(Value::Object(line)) => line,
            Ok(_) => {
                self.all_ok = false;
                return refused("the line is not an object");
            }
            Err(why) => {
                self.all_ok = false;
                return refused(&why);
            }
        };
        let id = line.get("id").cloned().unwrap_or_default();
        if !line.contains_key("prompt") {
            self.all_ok = false;
            return with_id(id, refused("the line has no `prompt`"));
        }
        let answer = self.body(&Value::Object(line));
        with_id(id, answer)
    }
}

/// Answers line by line, each as soon as it is read.
fn lines(files: &[String], answerer: &mut Answerer<'_>) -> Result<(), Failure> {
    let stdin = ["-".to_owned()];
    let files = if files.is_empty() { &stdin } else { files };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for path in files {
        let failed = |source| Failure::File { path: path.clone(), source };
        let mut input = files::lines(path)?;
        let mut line = Vec::new();
        for number in 1.. {
            line.clear();
            if input.read_until(b'\n', &mut line).map_err(failed)? == 0 {
                break;
            }
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let answer = answerer.line(number, &line);
            writeln!(out, "{}", escaped_json(&answer.to_string())).map_err(Failure::Output)?;
            // Whoever waits for an answer before the next question gets it.
            if input.buffer().is_empty() {
                out.flush().map_err(Failure::Output)?;
            }
        }
    }
    out.flush().map_err(Failure::Output)
}

fn read(bytes: &[u8]) -> Result<Value, String> {
    let text =
        std::str::from_utf8(bytes).map_err(|error| format!("byte {} is not UTF-8", error.valid_up_to()))?;
    json(text).map_err(|error| format!("invalid JSON: {error}"))
}

/// The answer with what it is of in front.
fn with_id(id: Value, answer: Value) -> Value {
    let mut whole = Map::new();
    whole.insert("id".to_owned(), id);
    if let Value::Object(members) = answer {
        whole.extend(members);
    }
    Value::Object(whole)
}
