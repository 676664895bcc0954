//! What documentation says of classes and inputs: facts of the catalog, never its prose.

use std::fmt::Write;

use serde_json::Value as Json;

use super::literal::is_invisible;
use super::model::{Takes, repeated};
use crate::catalog::{Class, Input, Kind, Output};

/// `KSampler (Advanced)`, of `nodes`, in `sampling`.
pub(super) fn class(class: &Class) -> String {
    let mut facts = format!("{}: class {}", code(class.title()), code(&class.name));
    if let Some(module) = class.python_module() {
        let _ = write!(facts, " of {}", code(module));
    }
    if let Some(category) = class.category().filter(|category| !category.is_empty()) {
        let _ = write!(facts, ", in {}", code(category));
    }
    facts.push('.');
    for (is, said) in [
        (class.output_node(), "An output: the server runs a prompt to produce it."),
        (class.is_input_list(), "Takes whole lists instead of running once for each element."),
        (class.api_node(), "Calls a paid service."),
        (class.deprecated(), "Deprecated."),
        (class.experimental(), "Experimental."),
    ] {
        if is {
            facts.push('\n');
            facts.push_str(said);
        }
    }
    facts
}

/// `INT`, 1 to 10000, default `20`.
pub(super) fn input(name: &str, input: &Input, required: bool, takes: &Takes) -> String {
    let mut facts = match (&input.kind, takes) {
        (Kind::Combo(combo), _) if combo.open => "One of the server's own list".to_owned(),
        (Kind::Combo(combo), _) => format!("One of {} options", combo.options.len()),
        (Kind::DynamicCombo(branches), _) => {
            format!("One of {} options that bring inputs of their own", branches.len())
        }
        (Kind::Autogrow(autogrow), Takes::Grow { min, max, .. }) => {
            let each = repeated(autogrow).map(|input| input.kind.describe()).unwrap_or_default();
            format!("From {min} to {max} times {}", each.replace("``", "`"))
        }
        (Kind::Match(matched), _) => {
            format!("{}, the same for all of its kind", code(matched.allowed.as_str()))
        }
        (kind, _) => match kind.socket_type() {
            Some(ty) => code(ty),
            None => "Of a form that is not known".to_owned(),
        },
    };
    let options = &input.options;
    let _ = match (&options.min, &options.max) {
        (Some(min), Some(max)) => write!(facts, ", {min} to {max}"),
        (Some(min), None) => write!(facts, ", at least {min}"),
        (None, Some(max)) => write!(facts, ", at most {max}"),
        (None, None) => Ok(()),
    };
    if let Some(default) = &options.default {
        let _ = write!(facts, ", default {}", value(default));
    }
    if !required {
        facts.push_str(", optional");
    }
    if options.flag("multiline") {
        facts.push_str(", of several lines");
    }
    format!("{}: {facts}.", code(name))
}

/// `LATENT`, output 0.
pub(super) fn output(slot: usize, output: &Output) -> String {
    let list = if output.is_list { ", a list: what takes it runs once for each element" } else { "" };
    format!("Output {slot}, {}{list}.", code(&output.ty.to_string()))
}

/// A value, shortened where it is long.
fn value(value: &Json) -> String {
    const LONGEST: usize = 40;
    let text = value.to_string();
    if text.chars().count() <= LONGEST {
        return code(&text);
    }
    let start: String = text.chars().take(LONGEST).collect();
    format!("{} and so on", code(&start))
}

/// A text as code: on one line, and with nothing in it that would end it.
pub(super) fn code(text: &str) -> String {
    let calm: String = text
        .chars()
        .map(|c| match c {
            '`' => '\'',
            c if c.is_control() || is_invisible(c) => ' ',
            c => c,
        })
        .collect();
    let calm = calm.trim();
    if calm.is_empty() { "nothing".to_owned() } else { format!("`{calm}`") }
}
