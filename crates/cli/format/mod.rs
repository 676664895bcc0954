//! Reports for programs: one file for each form. All are made from [`comfyc::diagnostic::Reported`]; none decides anything.

pub(crate) mod github;
pub(crate) mod json;
pub(crate) mod sarif;

use comfyc::diagnostic::Place;

/// The path of a place in a file. What was typed, piped in or downloaded has none.
fn path(place: &Place) -> Option<&str> {
    let name = place.embedded_in.as_deref().unwrap_or(&place.file);
    let elsewhere = matches!(name, "--set" | "stdin") || name.contains("://");
    (!elsewhere).then_some(name)
}

/// Where something is that is in no file of text: `--set`, with the line where there is one.
fn elsewhere(place: &Place) -> String {
    match place.line {
        Some(line) => format!("{}:{line}", place.file),
        None => place.file.clone(),
    }
}

/// What is wrong and what to do about it.
fn message_and_help(message: &str, help: Option<&str>) -> String {
    help.map_or_else(|| message.to_owned(), |help| format!("{message}\nhelp: {help}"))
}
