//! `comfyc check --fix`: safe edits made in the files themselves.
//!
//! A round checks the files and edits what has a fix; what an edit brings to light is for the next round, so that a second
//! `--fix` finds nothing to do. Files are written once, at the end, whole.

use std::collections::BTreeMap;

use comfyc::catalog::Catalog;
use comfyc::diagnostic::{Diagnostic, Fix, apply};
use comfyc::source::{SourceId, Syntax};

use super::check::documents;
use crate::args::Check;
use crate::load::Loader;
use crate::printer::Printer;
use crate::{Failure, atomic};

/// A fix brings at most a few others to light: an unknown class hides the names of its inputs.
const MOST_ROUNDS: usize = 8;

/// Edits the files that `check` names, and says what was changed.
pub(crate) fn run(arguments: &Check, catalog: &Catalog, printer: &Printer) -> Result<(), Failure> {
    if arguments.files.iter().any(|file| file == "-") {
        return Err(Failure::Usage("--fix edits files, and `-` is none".to_owned()));
    }
    let mut edited: BTreeMap<String, String> = BTreeMap::new();
    let mut notes = Vec::new();
    for _ in 0..MOST_ROUNDS {
        let mut loader = Loader::new(&arguments.catalog, &arguments.reading, &arguments.levels)?
            .with_texts(edited.clone());
        documents(arguments, &mut loader, catalog)?;
        if let Some(file) = loader.sources.iter().find_map(|(_, source)| source.embedded_in()) {
            return Err(Failure::Usage(format!(
                "{file}: --fix edits texts, and nothing is written into a media file: build its prompt into a file first"
            )));
        }
        if round(arguments, &loader, &mut edited, &mut notes) == 0 {
            break;
        }
    }
    for (path, text) in &edited {
        atomic::write(path, text)?;
    }
    for note in &notes {
        printer.note(note);
    }
    Ok(())
}

/// Makes the fixes of one round; how many there were.
fn round(
    arguments: &Check,
    loader: &Loader,
    edited: &mut BTreeMap<String, String>,
    notes: &mut Vec<String>,
) -> usize {
    let mut by_source: BTreeMap<SourceId, Vec<(&Diagnostic, &Fix)>> = BTreeMap::new();
    for diagnostic in loader.diagnostics.iter() {
        if let (Some(origin), Some(fix)) = (&diagnostic.origin, &diagnostic.fix) {
            by_source.entry(origin.source).or_default().push((diagnostic, fix));
        }
    }
    let mut count = 0;
    for (id, found) in by_source {
        let Some(source) = loader.sources.get(id) else { continue };
        if source.syntax() != Syntax::Json || !is_named(arguments, source.name()) {
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

/// Whether a file is one of those to be checked, or the graph of a workflow that is.
fn is_named(arguments: &Check, name: &str) -> bool {
    let parent = std::path::Path::new(name).parent();
    arguments.files.iter().any(|file| {
        file == name
            || parent.is_some_and(|parent| {
                let file = std::path::Path::new(file);
                file == parent
                    || (file.extension().is_some_and(|e| e == "toml") && file.parent() == Some(parent))
            })
    })
}
