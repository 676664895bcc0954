//! `comfyc catalog`: snapshots of what a server knows, and what changed between two.

use std::collections::HashSet;

use comfyc::catalog::{Catalog, Change, Class, Inputs, Kind, What, diff};
use comfyc::diagnostic::{Findings, nearest};
use comfyc_client::comfyui::{ComfyUi, Options};
use comfyc_client::named;
use serde_json::{Value, json};

use crate::args::{CatalogCommand, CatalogDiff, CatalogFetch, CatalogShow};
use crate::printer::Printer;
use crate::service::{block_on, headers};
use crate::setup::{self, usable};
use crate::{Done, Failure, atomic};

pub(crate) fn run(command: &CatalogCommand, printer: &Printer) -> Result<Done, Failure> {
    match command {
        CatalogCommand::Fetch(fetch) => self::fetch(fetch, printer),
        CatalogCommand::Show(show) => self::show(show, printer),
        CatalogCommand::Diff(diff) => compare(diff, printer),
    }
}

/// Writes a snapshot of a running server, or compares it with one.
fn fetch(arguments: &CatalogFetch, printer: &Printer) -> Result<Done, Failure> {
    let insecure = arguments.network.insecure;
    let options = Options { headers: headers(&arguments.headers)?, insecure, ..Options::default() };
    let url = named(&arguments.url);
    let (object_info, replacements, version) = block_on(async {
        let server = ComfyUi::new(&arguments.url, &options)?;
        Ok((server.object_info().await?, server.node_replacements().await?, server.version().await?))
    })?;
    let mut findings = Findings::default();
    let mut catalog = setup::catalog_of(&url, &object_info, &mut findings);
    usable(&findings, printer)?;
    if catalog.is_empty() {
        return Err(Failure::Usage(format!("{url}: the server tells of no class")));
    }
    if let Some(replacements) = &replacements {
        catalog.set_replacements(replacements);
    }
    let catalog = catalog.named(version.map(|version| format!("ComfyUI {version}")));
    if let Some(locked) = &arguments.locked {
        let old = setup::catalog_at(Some(locked), arguments.network, &mut findings)?;
        usable(&findings, printer)?;
        let changes = diff(&old, &catalog.clone().taught_by(Catalog::embedded()));
        let differs = changes.iter().any(|change| change.change != What::OptionsVary);
        if differs {
            told(&changes, printer)?;
        }
        if let Some(out) = arguments.out.as_deref().filter(|_| !differs) {
            atomic::write(out, &catalog.to_snapshot())?;
        }
        printer.note(&format!("{url}: {}", if differs { "differs" } else { "is as locked" }));
        return Ok(if differs { Done::Refused } else { Done::Clean });
    }
    let snapshot = catalog.to_snapshot();
    match arguments.out.as_deref().filter(|out| *out != "-") {
        Some(out) => {
            atomic::write(out, &snapshot)?;
            printer.note(&format!("{out}: {} classes", catalog.len()));
        }
        None => printer.data(&snapshot)?,
    }
    Ok(Done::Clean)
}

fn compare(arguments: &CatalogDiff, printer: &Printer) -> Result<Done, Failure> {
    let mut findings = Findings::default();
    let old = setup::catalog_at(Some(&arguments.old), arguments.network, &mut findings)?;
    let new = setup::catalog_at(Some(&arguments.new), arguments.network, &mut findings)?;
    usable(&findings, printer)?;
    let changes = diff(&old, &new);
    told(&changes, printer)?;
    let breaking = changes.iter().filter(|change| change.breaking).count();
    printer.note(&format!("{} changes, {breaking} breaking", changes.len()));
    Ok(if breaking > 0 { Done::Refused } else { Done::Clean })
}

/// Prints changes: those that break first, for people.
fn told(changes: &[Change], printer: &Printer) -> Result<(), Failure> {
    let (breaking, other): (Vec<&Change>, Vec<&Change>) = changes.iter().partition(|change| change.breaking);
    if !printer.is_human() {
        let report = json!({"version": 1, "breaking": breaking.len(), "changes": changes});
        return printer.json(&format!("{report:#}"));
    }
    let lines: Vec<String> = breaking
        .into_iter()
        .map(|change| format!("breaking: {change}"))
        .chain(other.into_iter().map(|change| format!("          {change}")))
        .collect();
    if lines.is_empty() { Ok(()) } else { printer.lines(lines.iter().map(String::as_str)) }
}

fn show(arguments: &CatalogShow, printer: &Printer) -> Result<Done, Failure> {
    let mut findings = Findings::default();
    let catalog = setup::catalog(&arguments.catalog, &mut findings)?;
    usable(&findings, printer)?;
    let Some(name) = &arguments.class else {
        let names: Vec<&str> = catalog.names().collect();
        if printer.is_human() {
            printer.lines(names)?;
        } else {
            printer.json(&format!("{:#}", json!({"version": 1, "of": catalog.of(), "classes": names})))?;
        }
        return Ok(Done::Clean);
    };
    let Some(class) = catalog.class(name) else {
        let near = nearest(name, catalog.names());
        let hint = near.first().map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
        return Err(Failure::Usage(format!("the catalog has no class `{name}`{hint}")));
    };
    if printer.is_human() {
        printer.lines(described(class).iter().map(String::as_str))?;
    } else {
        printer.json(&format!("{:#}", class.to_json()))?;
    }
    Ok(Done::Clean)
}

/// A class for people: a line for each input and output.
fn described(class: &Class) -> Vec<String> {
    let mut head = class.name.clone();
    if class.title() != class.name {
        head = format!("{head}: {}", class.title());
    }
    let flags = [
        (class.output_node(), "output"),
        (class.api_node(), "paid service"),
        (class.deprecated(), "deprecated"),
        (class.experimental(), "experimental"),
    ];
    let about: Vec<&str> = [class.category(), class.python_module()]
        .into_iter()
        .flatten()
        .chain(flags.into_iter().filter_map(|(set, flag)| set.then_some(flag)))
        .collect();
    let mut lines = vec![head, format!("  {}", about.join(", "))];
    let inputs = inputs_of(&class.inputs);
    let width = |texts: &mut dyn Iterator<Item = &str>| texts.map(|t| t.chars().count()).max().unwrap_or(0);
    let names = width(&mut inputs.iter().map(|[name, ..]| name.as_str()));
    let types = width(&mut inputs.iter().map(|[_, ty, _]| ty.as_str()));
    if !inputs.is_empty() {
        lines.push("inputs".to_owned());
    }
    for [name, ty, more] in &inputs {
        lines.push(format!("  {name:names$}  {ty:types$}  {more}").trim_end().to_owned());
    }
    if !class.outputs.is_empty() {
        lines.push("outputs".to_owned());
    }
    for (slot, output) in class.outputs.iter().enumerate() {
        let list = if output.is_list { ", a list" } else { "" };
        let name = output.name.as_deref().filter(|name| *name != output.ty.to_string());
        let name = name.map_or_else(String::new, |name| format!(" {name}"));
        lines.push(format!("  {slot}  {}{name}{list}", output.ty));
    }
    lines
}

/// The inputs of a class, each as name, type and the rest; those behind a choice follow it.
fn inputs_of(inputs: &Inputs) -> Vec<[String; 3]> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), inputs)];
    while let Some((prefix, inputs)) = open.pop() {
        for (name, input, required) in inputs.settable() {
            let path = format!("{prefix}{name}");
            let mut more = Vec::new();
            if !required {
                more.push("optional".to_owned());
            }
            let options = &input.options;
            match (&options.min, &options.max) {
                (Some(min), Some(max)) => more.push(format!("{min} to {max}")),
                (Some(min), None) => more.push(format!("at least {min}")),
                (None, Some(max)) => more.push(format!("at most {max}")),
                (None, None) => {}
            }
            if let Some(default) = options.default.as_ref().filter(|default| !default.is_null()) {
                more.push(format!("default {default}"));
            }
            match &input.kind {
                Kind::Combo(combo) if combo.open => more.push("files or devices of the server".to_owned()),
                Kind::Combo(combo) => more.push(listed(&combo.options)),
                Kind::DynamicCombo(branches) => {
                    more.push(listed(&branches.iter().map(|branch| branch.key.clone()).collect::<Vec<_>>()));
                    open.extend(
                        branches
                            .iter()
                            .rev()
                            .map(|branch| (format!("{path}[{}].", plain(&branch.key)), &branch.inputs)),
                    );
                }
                Kind::Autogrow(grow) => {
                    more.push(format!("{} to {} of them", grow.needed(), grow.names().count()));
                    open.push((format!("{path}[]."), &grow.template));
                }
                Kind::DynamicSlot(slot) => open.push((format!("{path}."), &slot.inputs)),
                Kind::Match(ty) => more.push(format!("one of {}", ty.allowed)),
                _ => {}
            }
            let ty = input.kind.socket_type().unwrap_or("?").to_owned();
            found.push([path, ty, more.join("; ")]);
        }
    }
    found
}

/// The first few options, and how many there are.
fn listed(options: &[Value]) -> String {
    const SHOWN: usize = 6;
    let mut seen = HashSet::new();
    let texts: Vec<String> = options.iter().map(plain).filter(|text| seen.insert(text.clone())).collect();
    let shown = texts.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if texts.len() > SHOWN { format!("{shown}, … ({} in all)", texts.len()) } else { shown }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
