//! Reports for programs: one file for each form. All are made from [`comfyc::diagnostic::Reported`]; none decides anything.

pub(crate) mod github;
pub(crate) mod json;
pub(crate) mod sarif;

use std::borrow::Cow;

use comfyc::diagnostic::Place;

/// The path of a place in a file. What was typed, piped in or downloaded has none.
fn path<'p>(place: &Place<'p>) -> Option<&'p str> {
    let name = place.embedded_in.unwrap_or(place.file);
    let elsewhere = matches!(name, "--set" | "stdin") || name.contains("://");
    (!elsewhere).then_some(name)
}

/// What is wrong and what to do about it.
fn message_and_help<'m>(message: &'m str, help: Option<&str>) -> Cow<'m, str> {
    help.map_or(Cow::Borrowed(message), |help| format!("{message}\nhelp: {help}").into())
}
