//! `comfyc check --fix`: safe edits made in the files themselves.
//!
//! A round checks the files and edits what has a fix; what an edit brings to light is for the next round, so that a second
//! `--fix` finds nothing to do. Files are written once, at the end, whole.

use std::collections::BTreeMap;
use std::path::Path;

use comfyc::compiler::{Compiler, File};
use comfyc::diagnostic::{Diagnostic, Findings, Fix, apply};
use comfyc::source::{SourceId, Syntax};

use crate::args::Check;
use crate::printer::Printer;
use crate::review::Reviewed;
use crate::{Failure, atomic, files, review};

/// A fix brings at most a few others to light: an unknown class hides the names of its inputs.
const MOST_ROUNDS: usize = 8;

/// Edited texts by the path of their files.
type Edited = BTreeMap<String, String>;

/// Edits the files that `check` names, and says what was changed.
pub(crate) fn run(arguments: &Check, compiler: &Compiler, printer: &Printer) -> Result<(), Failure> {
    if arguments.files.iter().any(|file| file == "-") {
        return Err(Failure::Usage("--fix cannot be used with stdin".to_owned()));
    }
    let mut edited = Edited::new();
    let mut notes = Vec::new();
    for _ in 0..MOST_ROUNDS {
        let before = edited.clone();
        let read = |file: File<'_>| match before.get(file.path()) {
            Some(text) => Ok(text.clone().into_bytes()),
            None => files::read(file),
        };
        let review = review::documents(arguments, compiler, &read)?;
        let mut made = 0;
        for reviewed in &review.reviewed {
            if let Some(file) = reviewed.findings.sources.iter().find_map(|(_, source)| source.embedded_in())
            {
                if reviewed.input.walked {
                    continue;
                }
                return Err(Failure::Usage(format!(
                    "{file}: --fix edits texts, and nothing is written into a media file: build its prompt into a file first"
                )));
            }
            made += round(reviewed, &mut edited, &mut notes);
        }
        if made == 0 {
            break;
        }
    }
    for (path, text) in &edited {
        atomic::edit(path, text)?;
    }
    printer.notes(&notes);
    Ok(())
}

/// Makes the fixes of one document in one round; how many there were.
fn round(reviewed: &Reviewed, edited: &mut Edited, notes: &mut Vec<String>) -> usize {
    let Findings { diagnostics, sources } = &reviewed.findings;
    let mut by_source: BTreeMap<SourceId, Vec<(&Diagnostic, &Fix)>> = BTreeMap::new();
    for diagnostic in diagnostics.iter() {
        if let (Some(origin), Some(fix)) = (&diagnostic.origin, &diagnostic.fix) {
            by_source.entry(origin.source).or_default().push((diagnostic, fix));
        }
    }
    let mut count = 0;
    for (id, found) in by_source {
        let Some(source) = sources.get(id) else { continue };
        if source.syntax() != Syntax::Json || !is_named(&reviewed.input.path, source.name()) {
            continue;
        }
        let fixes: Vec<&Fix> = found.iter().map(|(_, fix)| *fix).collect();
        let (text, made) = apply(source, &fixes);
        let lines = made.iter().zip(&found).filter(|(made, _)| **made);
        let before = notes.len();
        notes.extend(lines.map(|(_, (diagnostic, fix))| {
            format!("fixed: {}: {}: {}", source.name(), diagnostic.problem, fix)
        }));
        if notes.len() > before {
            count += notes.len() - before;
            edited.insert(source.name().to_owned(), text);
        }
    }
    count
}

/// Whether a file is the one to be checked, or the graph of the workflow that is.
fn is_named(input: &str, name: &str) -> bool {
    let (input, name) = (Path::new(input), Path::new(name));
    let folder =
        if input.extension().is_some_and(|ending| ending == "toml") { input.parent() } else { Some(input) };
    input == name || name.parent().is_some_and(|parent| Some(parent) == folder)
}
