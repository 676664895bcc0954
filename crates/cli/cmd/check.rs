//! `comfyc check`: would these documents be accepted?

use super::{against, as_server, fix};
use crate::args::Check;
use crate::printer::Printer;
use crate::review;
use crate::setup::Setup;
use crate::{Done, Failure};

pub(crate) fn run(arguments: &Check, printer: &Printer) -> Result<Done, Failure> {
    if arguments.server.as_server {
        return as_server::run(arguments, printer);
    }
    if !arguments.against.is_empty() {
        return against::run(arguments, printer);
    }
    let setup = Setup::new(&arguments.catalog, &arguments.reading, &arguments.levels)?;
    if arguments.fix {
        fix::run(arguments, &setup.compiler, printer)?;
    }
    let mut review = review::documents(arguments, &setup.compiler, &review::on_disk)?;
    let lines = review.lines();
    let done = review.done().max(Done::of(&setup.findings.diagnostics));
    let mut findings = setup.findings;
    findings.append(review.take_findings());
    printer.answer(&findings)?;
    printer.notes(&lines);
    Ok(done)
}
