//! `comfyc check --against OLD --against NEW`: what a new catalog refuses that the old one did not.

use std::collections::HashSet;

use comfyc::diagnostic::{Diagnostic, Findings};
use comfyc::source::Sources;
use comfyc_client::named;

use crate::args::{CatalogArguments, Check};
use crate::printer::{Printer, counts};
use crate::review;
use crate::setup::Setup;
use crate::{Done, Failure};

/// Checks the documents with both catalogs, and reports what only the new one says.
pub(crate) fn run(arguments: &Check, printer: &Printer) -> Result<Done, Failure> {
    let [old, new] = arguments.against.as_slice() else {
        return Err(Failure::Usage("--against is given twice: the old catalog, then the new one".to_owned()));
    };
    if arguments.files.iter().any(|file| file == "-") {
        return Err(Failure::Usage("--against reads the documents twice, so stdin cannot be one".to_owned()));
    }
    let checked = |catalog: &str| {
        let catalog = CatalogArguments { catalog: Some(catalog.to_owned()), ..arguments.catalog.clone() };
        let setup = Setup::new(&catalog, &arguments.reading, &arguments.levels)?.usable(printer)?;
        let mut review = review::documents(arguments, &setup.compiler, &review::on_disk)?;
        let done = review.done();
        let mut findings = setup.findings;
        findings.append(review.take_findings());
        Ok::<(Findings, Done), Failure>((findings, done))
    };
    let ((before, _), (mut after, done)) = (checked(old)?, checked(new)?);
    let known: HashSet<String> =
        before.diagnostics.iter().map(|found| mark(found, &before.sources)).collect();
    let all = std::mem::take(&mut after.diagnostics);
    after.diagnostics =
        all.into_iter().filter(|found| !known.contains(&mark(found, &after.sources))).collect();
    printer.answer(&after)?;
    let breaks = after.diagnostics.has_errors();
    printer.note(&format!(
        "{}: {} with {} after {}: {}",
        if breaks { "breaks" } else { "ok" },
        arguments.files.join(", "),
        named(new),
        named(old),
        counts(&after.diagnostics)
    ));
    Ok(match done {
        // What cannot be read cannot be compared, with either catalog.
        Done::Unreadable => Done::Unreadable,
        _ if breaks => Done::Refused,
        _ => Done::Clean,
    })
}

/// What tells a diagnostic from others, whatever catalog it is from.
fn mark(found: &Diagnostic, sources: &Sources) -> String {
    let place = found.origin.as_ref().map(|origin| {
        let file = sources.get(origin.source).map_or("", |source| source.name());
        format!("{file}\n{}", origin.pointer)
    });
    format!("{}\n{}\n{}", found.code(), place.unwrap_or_default(), found.problem)
}
