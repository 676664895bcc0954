//! From arguments to a compiler.

use std::io;

use comfyc::catalog::Catalog;
use comfyc::compiler::{Compiler, Given};
use comfyc::diagnostic::{Findings, Level, Levels};
use comfyc::front::{manifest, ui};
use comfyc::source::{Source, Sources, Syntax};
use comfyc_client::named;
use serde_json::Value;

use crate::args::{CatalogArguments, LevelArguments, Network, Reading, Values};
use crate::printer::Printer;
use crate::{Failure, files, service};

/// The word for the catalog that is built in, where a file or URL is asked for.
const BUILT_IN: &str = "built-in";

/// A compiler, and what was found in the catalog it was given.
pub(crate) struct Setup {
    pub(crate) compiler: Compiler,
    pub(crate) findings: Findings,
    /// Whether the catalog is one of the caller's.
    pub(crate) own_catalog: bool,
}

impl Setup {
    /// The compiler that the arguments ask for.
    pub(crate) fn new(
        catalog: &CatalogArguments,
        reading: &Reading,
        levels: &LevelArguments,
    ) -> Result<Self, Failure> {
        let lints = levels.lints_from.as_deref().map(lints_from).transpose()?;
        let levels = self::levels(levels)?;
        let mut findings = Findings::default();
        let classes = self::catalog(catalog, &mut findings)?;
        let mut options = ui::Options::default();
        options.editor = reading.editor.into();
        options.exact_integers = reading.exact_integers;
        options.deep_mute = reading.deep_mute;
        options.repair = reading.repair;
        options.named_values = reading.named_values;
        options.primitive_values = reading.primitive_values;
        options.placeholders = reading.placeholders;
        options.seed = reading.seed;
        options.clock = reading.clock;
        findings.diagnostics = levels.judge(findings.diagnostics);
        let mut compiler = Compiler::new(classes)
            .with_levels(levels)
            .with_reading(options)
            .with_embedded(reading.embedded.into());
        if let Some(lints) = lints {
            compiler = compiler.with_lints(lints);
        }
        Ok(Self { compiler, findings, own_catalog: catalog.catalog.is_some() })
    }

    /// The same, for a command that cannot do with a broken catalog.
    pub(crate) fn usable(self, printer: &Printer) -> Result<Self, Failure> {
        usable(&self.findings, printer)?;
        Ok(self)
    }
}

/// Fails if a catalog cannot be read.
pub(crate) fn usable(findings: &Findings, printer: &Printer) -> Result<(), Failure> {
    if !findings.diagnostics.has_errors() {
        return Ok(());
    }
    printer.reports(findings);
    Err(Failure::Usage("the catalog cannot be read".to_owned()))
}

/// The catalog that the arguments name, or the one built in.
pub(crate) fn catalog(arguments: &CatalogArguments, findings: &mut Findings) -> Result<Catalog, Failure> {
    let catalog = catalog_at(arguments.catalog.as_deref(), arguments.network, findings)?;
    let Some(path) = &arguments.traits else { return Ok(catalog) };
    let told: Value = serde_json::from_slice(&files::bytes(path)?)
        .map_err(|source| Failure::File { path: path.clone(), source: source.into() })?;
    if !told.get("classes").is_some_and(Value::is_object) {
        return Err(Failure::Usage(format!("{path}: --traits wants a file with `classes`")));
    }
    Ok(catalog.with_traits(&told))
}

/// The catalog at a path or URL, or the one built in.
pub(crate) fn catalog_at(
    from: Option<&str>,
    network: Network,
    findings: &mut Findings,
) -> Result<Catalog, Failure> {
    let embedded = Catalog::embedded();
    let Some(from) = from.filter(|from| *from != BUILT_IN) else { return Ok(embedded) };
    let text = if from.starts_with("http://") || from.starts_with("https://") {
        service::object_info(from, network)?
    } else {
        match String::from_utf8(files::bytes(from)?) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        }
    };
    Ok(catalog_of(&named(from), &text, findings).taught_by(embedded))
}

/// The catalog of an `/object_info` answer, as it is.
pub(crate) fn catalog_of(name: &str, text: &str, findings: &mut Findings) -> Catalog {
    let source = Source::new(name, Syntax::Json, text);
    let id = findings.sources.add(source.clone());
    let (catalog, diagnostics) = Catalog::parse(&source, id);
    findings.diagnostics.append(diagnostics);
    catalog
}

/// The values that the arguments give for published inputs: `--inputs`, then `--set`.
pub(crate) fn given(values: &Values) -> Result<Given, Failure> {
    let mut given = Given::default();
    if let Some(path) = &values.inputs {
        given = given.with_text(files::shown(path), files::bytes(path)?);
    }
    for assignment in &values.set {
        let Some((key, text)) = assignment.split_once('=') else {
            return Err(Failure::Usage(format!("--set wants KEY=VALUE, found `{assignment}`")));
        };
        given = given.set(key, text);
    }
    Ok(given)
}

/// The levels of the `[lints]` in a file, or none.
fn lints_from(file: &str) -> Result<Levels, Failure> {
    if file == "none" {
        return Ok(Levels::default());
    }
    let failed = |source| Failure::File { path: file.to_owned(), source };
    let text = String::from_utf8(files::bytes(file)?).map_err(|error| failed(io::Error::other(error)))?;
    let source = Source::new(file, Syntax::Toml, text);
    let (lints, found) = manifest::lints(&source, Sources::default().add(source.clone()));
    match found.iter().next() {
        Some(found) => Err(Failure::Usage(format!("{file}: {}", found.problem))),
        None => Ok(lints),
    }
}

/// The levels that the arguments ask for.
fn levels(arguments: &LevelArguments) -> Result<Levels, Failure> {
    let LevelArguments { deny, warn, allow, .. } = arguments;
    let mut asked = Levels::default();
    for (codes, level) in [(deny, Level::Deny), (warn, Level::Warn), (allow, Level::Allow)] {
        for code in codes {
            asked
                .set(code, level)
                .map_err(|error| Failure::Usage(format!("--{} {code}: {error}", level.as_str())))?;
        }
    }
    Ok(asked)
}
