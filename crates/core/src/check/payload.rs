//! A payload against the interface it is for.

use std::collections::HashSet;

use serde_json::Value;

use super::value::{Judge, canonical};
use super::{Checked, Rejected};
use crate::diagnostic::{Diagnostic, Diagnostics, Fix, Problem, Subject, show, sole};
use crate::interface::standard::standard;
use crate::interface::{Input, Interface, Key, Media, Patterns, Payload};
use crate::source::Origin;

/// Checks a payload: known keys, required keys, and each value against its input. Accepted is exactly what a JSON Schema
/// validator accepts with the interface's `2020-12` schema; URLs that a service cannot fetch are warned of.
pub fn payload(interface: &Interface, payload: Payload) -> Result<Checked<Payload>, Rejected<Payload>> {
    let diagnostics = problems(interface, &payload);
    Checked::decide(payload, diagnostics)
}

/// What is wrong with a payload.
pub(crate) fn problems(interface: &Interface, payload: &Payload) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    for key in interface.required() {
        if payload.get(key.as_str()).is_none() {
            let title =
                interface.input(key.as_str()).and_then(|input| input.schema.title()).map(str::to_owned);
            let problem = Problem::MissingKey { key: key.to_string(), title };
            diagnostics.report(problem, payload.origin().cloned());
        }
    }
    let mut taken = HashSet::new();
    let mut judge = Judge::new(interface.patterns());
    for (name, given) in payload.iter() {
        let origin = payload.origin_of(name);
        let Some((key, input)) = interface.inputs.get_key_value(name) else {
            let near = judge.guesses.nearest(name, interface.inputs.keys().map(Key::as_str));
            let meant = key_meant(name, given, &near, (interface, payload), &mut judge);
            let meant = meant.filter(|meant| taken.insert(meant.clone()));
            let fix = origin.zip(meant).map(|(at, meant)| Fix::rename(at.pointer.clone(), meant));
            let problem = Problem::UnknownKey { key: name.to_owned(), near };
            diagnostics.push(Diagnostic::new(problem, origin.cloned().map(Origin::key)).with_fix(fix));
            continue;
        };
        let mut found = Diagnostics::default();
        judge.check(key, input, given, origin, &mut found);
        warn_of_private_urls(name, input, given, origin, &mut found);
        for diagnostic in found {
            diagnostics.push(with_rule(diagnostic, input));
        }
        if judge.is_full() {
            break;
        }
    }
    diagnostics
}

/// The members of an enumeration that the other rules of its input take, each once.
pub(crate) fn taken_members<'v>(
    key: &Key,
    input: &Input,
    patterns: &Patterns,
    members: &'v [Value],
) -> Vec<&'v Value> {
    let mut schema = standard(key, input, patterns);
    schema.shift_remove("enum");
    let mut judge = Judge::new(patterns);
    let mut seen = HashSet::new();
    let is_new = |member: &&Value| canonical(member).is_some_and(|text| seen.insert(text));
    let takes = |member: &&Value| {
        let mut found = Diagnostics::default();
        judge.check_with(&schema, (key, input), member, None, &mut found);
        !found.has_errors()
    };
    members.iter().filter(is_new).filter(takes).collect()
}

/// The key that a misspelt one stands for, if it is not given and takes the value: one slip away, or the same without the
/// node (`text` for `6_text`).
fn key_meant(
    name: &str,
    given: &Value,
    near: &[String],
    (interface, payload): (&Interface, &Payload),
    judge: &mut Judge<'_>,
) -> Option<String> {
    let bare = |near: &&String| near.split_once('_').is_some_and(|(_, input)| input == name);
    let meant = match near {
        [one] if bare(&one) => one,
        near => sole(name, near)?,
    };
    let (key, input) = interface.inputs.get_key_value(meant)?;
    let mut found = Diagnostics::default();
    judge.check(key, input, given, None, &mut found);
    (payload.get(meant).is_none() && !found.has_errors()).then(|| meant.to_owned())
}

/// The same diagnostic with the place of the published rule that it breaks.
fn with_rule(diagnostic: Diagnostic, input: &Input) -> Diagnostic {
    let (keyword, label) = match &diagnostic.problem {
        Problem::OutOfRange { limit, .. } => {
            use crate::diagnostic::Limit;
            let keyword = match limit {
                Limit::Minimum(_) => "minimum",
                Limit::Maximum(_) => "maximum",
                Limit::Above(_) => "exclusiveMinimum",
                Limit::Below(_) => "exclusiveMaximum",
                Limit::MultipleOf(_) => "multipleOf",
            };
            (keyword, "the limit")
        }
        Problem::NotAnOption { .. } => ("enum", "the options"),
        Problem::InvalidValue { .. } => ("type", "the type"),
        Problem::FileTooLarge { .. } => ("validations", "the limit"),
        _ => return diagnostic,
    };
    let place = input.schema.get(keyword).and_then(|_| input.origin_of(keyword));
    diagnostic.with_related(place, label)
}

fn warn_of_private_urls(
    key: &str,
    input: &Input,
    given: &Value,
    origin: Option<&Origin>,
    diagnostics: &mut Diagnostics,
) {
    if input.schema.media().is_none() || diagnostics.has_errors() {
        return;
    }
    let elements: Vec<&Value> = match given {
        Value::Array(elements) => elements.iter().collect(),
        one => vec![one],
    };
    for element in
        elements.into_iter().filter(|element| element.as_str().is_some_and(|url| !Media::is_public(url)))
    {
        let subject = Subject::Key(key.to_owned());
        diagnostics.report(Problem::PrivateUrl { subject, value: show(element) }, origin.cloned());
    }
}
