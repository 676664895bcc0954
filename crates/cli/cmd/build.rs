//! `comfyc build`: compile documents to artifacts.

use comfyc::back::Layout;
use comfyc::back::rust::program;
use comfyc::back::schema::Dialect;
use comfyc::compiler;
use comfyc::diagnostic::Findings;

use super::outputs::{self, Output};
use crate::args::{Build, DialectArgument, Emit};
use crate::printer::Printer;
use crate::review::{self, Review, Reviewed};
use crate::setup::{self, Setup};
use crate::walk::{self, Input};
use crate::{Done, Failure, files, parallel};

/// What became of one document.
struct Built {
    reviewed: Reviewed,
    artifact: Option<String>,
    /// Why there is no such artifact of a document of its kind.
    failure: Option<Failure>,
}

pub(crate) fn run(arguments: &Build, printer: &Printer) -> Result<Done, Failure> {
    let inputs = walk::expand(&arguments.files)?;
    let paths: Vec<String> = inputs.inputs.iter().map(|input| input.path.clone()).collect();
    let outputs = outputs::plan(&paths, arguments.out.as_deref(), suffix(arguments.emit))?;
    let setup = Setup::new(&arguments.catalog, &arguments.reading, &arguments.levels)?;
    let given = setup::given(&arguments.values)?;
    let emit = emit(arguments, &setup);
    let mut options = compiler::Options::default();
    options.layout = if arguments.compact { Layout::Compact } else { Layout::Pretty };
    options.full = arguments.full;
    options.unchecked = arguments.unchecked;
    let build = |input: &Input| {
        let interface = arguments.values.interface.as_deref();
        let document = files::document(&setup.compiler, &input.path, interface, files::read)?;
        let mut compilation = setup.compiler.compile(document, &given);
        let (artifact, failure) = match compilation.emit(&emit, options) {
            Ok(artifact) => (artifact, None),
            Err(why) => (None, Some(Failure::Usage(format!("{}: {why}", input.path)))),
        };
        Ok::<_, Failure>(Built { reviewed: Reviewed::of(input, compilation), artifact, failure })
    };
    if arguments.out.is_none() {
        let Some(input) = inputs.inputs.first() else {
            let text = format!("{}: there is no document", arguments.files.join(", "));
            return Err(Failure::Usage(text));
        };
        let Built { mut reviewed, artifact, failure } = build(input)?;
        let line = review::line(&input.path, &reviewed.findings.diagnostics);
        let done = reviewed.done();
        let mut findings = setup.findings;
        findings.append(std::mem::take(&mut reviewed.findings));
        printer.reports(&findings);
        if let Some(note) = &reviewed.note {
            printer.note(note);
        }
        if let Some(failure) = failure {
            return Err(failure);
        }
        printer.note(&line);
        if let Some(artifact) = artifact {
            printer.data(&artifact)?;
        }
        return Ok(done);
    }
    let work: Vec<(&Input, &Output)> = inputs.inputs.iter().zip(&outputs).collect();
    // One document that is refused, or cannot be written, does not stop the others.
    let results = parallel::map(&work, |(input, output)| {
        let Built { reviewed, artifact, failure } = build(input)?;
        let written =
            artifact.map(|artifact| output.write(&artifact, arguments.emit, arguments.force)).transpose();
        // A folder may hold documents of other kinds.
        let passed_over = failure.is_some() && input.walked;
        let failure = written.err().or(failure.filter(|_| !passed_over));
        Ok::<_, Failure>((Some(reviewed).filter(|_| !passed_over), failure))
    });
    let mut review = Review::passing_over(inputs.passed_over);
    let mut failures = Vec::new();
    for result in results {
        let (reviewed, failure) = result?;
        failures.extend(failure);
        match reviewed {
            Some(reviewed) => review.add(reviewed),
            None => review.pass_over(),
        }
    }
    end(review, setup.findings, failures, printer)
}

/// Reports on all documents. The last failure to write is the command's.
fn end(
    mut review: Review,
    mut findings: Findings,
    mut failures: Vec<Failure>,
    printer: &Printer,
) -> Result<Done, Failure> {
    let (lines, done) = (review.brief_lines(), review.done());
    findings.append(review.take_findings());
    printer.reports(&findings);
    printer.notes(&lines);
    let last = failures.pop();
    for failure in &failures {
        printer.failure(failure);
    }
    last.map_or(Ok(done), Err)
}

/// The artifact that the arguments ask for.
fn emit(arguments: &Build, setup: &Setup) -> compiler::Emit {
    match arguments.emit {
        Emit::Prompt => compiler::Emit::Prompt,
        Emit::Payload => compiler::Emit::Payload,
        Emit::Overrides => compiler::Emit::Overrides,
        Emit::Schema => compiler::Emit::Schema(match arguments.dialect {
            DialectArgument::Runcomfy => Dialect::RunComfy,
            DialectArgument::Draft2020 => Dialect::Draft2020,
        }),
        Emit::Rust => compiler::Emit::Rust(program::Options {
            function: arguments.function.clone(),
            nodes: arguments.nodes.clone(),
            // The program would check with a catalog that the workflow was not written for.
            unchecked: setup.own_catalog,
        }),
        Emit::Ir => compiler::Emit::Ir,
    }
}

/// What the name of a file says of the artifact in it.
fn suffix(emit: Emit) -> &'static str {
    match emit {
        Emit::Prompt => ".prompt.json",
        Emit::Payload => ".payload.json",
        Emit::Overrides => ".overrides.json",
        Emit::Schema => ".schema.json",
        Emit::Rust => ".rs",
        Emit::Ir => ".ir.json",
    }
}
