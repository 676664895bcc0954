//! `comfyc explain`: what a code means.

use comfyc::diagnostic::{Code, nearest};

use crate::args::Explain;
use crate::printer::Printer;
use crate::{Done, Failure};

pub(crate) fn run(arguments: &Explain, printer: &Printer) -> Result<Done, Failure> {
    let line = |code: &Code| format!("{} ({}): {}", code.slug(), code.severity().as_str(), code.meaning());
    let Some(wanted) = &arguments.code else {
        let lines: Vec<String> = Code::ALL.iter().map(line).collect();
        printer.data(&lines.join("\n"))?;
        return Ok(Done::Clean);
    };
    if let Some(code) = Code::ALL.iter().find(|code| code.slug() == wanted) {
        printer.data(&line(code))?;
        Ok(Done::Clean)
    } else {
        let near = nearest(wanted, Code::ALL.iter().map(|code| code.slug()));
        let hint = near.first().map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
        Err(Failure::Usage(format!("there is no code `{wanted}`{hint}")))
    }
}
