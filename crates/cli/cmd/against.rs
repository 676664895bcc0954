//! `comfyc check --against OLD --against NEW`: what a new catalog refuses that the old one did not.

use std::sync::Arc;

use std::collections::HashSet;

use comfyc::diagnostic::{Diagnostic, Diagnostics};
use comfyc::source::Sources;

use super::check::documents;
use super::usable;
use crate::args::{CatalogArguments, Check};
use crate::load::Loader;
use crate::printer::{Printer, counts};
use crate::{Done, Failure};

/// Checks the documents with both catalogs, and reports what only the new one says.
pub(crate) fn run(arguments: &Check, printer: &Printer) -> Result<Done, Failure> {
    let [old, new] = arguments.against.as_slice() else {
        return Err(Failure::Usage("--against is given twice: the old catalog, then the new one".to_owned()));
    };
    if arguments.files.iter().any(|file| file == "-") {
        return Err(Failure::Usage(
            "--against reads the documents twice, which `-` does not allow".to_owned(),
        ));
    }
    let checked = |catalog: &str| {
        let catalog = CatalogArguments { catalog: Some(catalog.to_owned()), ..arguments.catalog.clone() };
        let mut loader = Loader::new(&catalog, &arguments.reading, &arguments.levels)?;
        usable(&loader, printer)?;
        let catalog = Arc::clone(&loader.catalog);
        documents(arguments, &mut loader, &catalog)?;
        Ok::<Loader, Failure>(loader)
    };
    let (before, mut after) = (checked(old)?, checked(new)?);
    let known: HashSet<String> =
        before.diagnostics.iter().map(|found| mark(found, &before.sources)).collect();
    let mut fresh = Diagnostics::default();
    for found in std::mem::take(&mut after.diagnostics) {
        if !known.contains(&mark(&found, &after.sources)) {
            fresh.push(found);
        }
    }
    printer.answer(&fresh, &after.sources)?;
    let verdict = if fresh.has_errors() { "breaks" } else { "ok" };
    printer.note(&format!(
        "{verdict}: {} with {new} after {old}: {}",
        arguments.files.join(", "),
        counts(&fresh)
    ));
    Ok(if fresh.has_errors() { Done::Refused } else { Done::Clean })
}

/// What tells a diagnostic from others, whatever catalog it is from.
fn mark(found: &Diagnostic, sources: &Sources) -> String {
    let place = found.origin.as_ref().map(|origin| {
        let file = sources.get(origin.source).map_or("", |source| source.name());
        format!("{file}\n{}", origin.pointer)
    });
    format!("{}\n{}\n{}", found.code(), place.unwrap_or_default(), found.problem)
}
