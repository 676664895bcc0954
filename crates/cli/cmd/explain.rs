//! `comfyc explain`: the page of a code, or the list of all.

use comfyc::diagnostic::Code;

use crate::args::Explain;
use crate::printer::Printer;
use crate::{Done, Failure};

pub(crate) fn run(arguments: &Explain, printer: &Printer) -> Result<Done, Failure> {
    let Some(wanted) = &arguments.code else {
        let line =
            |code: &Code| format!("{} ({}): {}", code.slug(), code.severity().as_str(), code.meaning());
        let lines: Vec<String> = Code::ALL.iter().map(line).collect();
        printer.data(&lines.join("\n"))?;
        return Ok(Done::Clean);
    };
    if let Some(code) = Code::of(wanted) {
        printer.data(&format!("# {} ({})\n\n{}", code.slug(), code.severity().as_str(), code.page()))?;
        Ok(Done::Clean)
    } else {
        let near = Code::near(wanted);
        let hint = near.first().map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
        Err(Failure::Usage(format!("there is no code `{wanted}`{hint}")))
    }
}
