//! Why nothing was generated, as a build script shows it.

use std::error::Error;
use std::fmt::{self, Debug, Display};
use std::path::{Path, PathBuf};

use comfyc::check::Rejected;
use comfyc::diagnostic::{Findings, Severity};
use comfyc::source::without_commands;
use miette::{GraphicalReportHandler, GraphicalTheme};

/// What a build script's `main` returns: a failure is printed with its reports, and fails the build.
pub type Result<T = ()> = std::result::Result<T, Failed>;

/// Why nothing was generated.
///
/// Its `Debug` form is for people, because that is what a `main` that returns it prints: each report with file, line and
/// code, as `comfyc check` prints it. `Display` is one line.
pub struct Failed(Why);

enum Why {
    /// A file cannot be read or written.
    File(PathBuf, std::io::Error),
    /// Documents have errors.
    Rejected(Rejected),
    /// The configuration asks for something that is not there.
    Usage(String),
}

impl Failed {
    pub(crate) fn file(path: &Path, error: std::io::Error) -> Self {
        Self(Why::File(path.to_owned(), error))
    }

    pub(crate) fn refused(findings: Findings) -> Self {
        Self(Why::Rejected(Rejected::new((), findings.diagnostics).with_sources(findings.sources)))
    }

    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self(Why::Usage(text.into()))
    }
}

impl Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Why::File(path, error) => write!(f, "{}: {error}", path.display()),
            Why::Usage(text) => f.write_str(text),
            Why::Rejected(rejected) => {
                let errors =
                    || rejected.diagnostics.iter().filter(|found| found.severity() == Severity::Error);
                if let Some(first) = errors().next() {
                    write!(f, "{}: {}", first.code(), first.problem)?;
                }
                match errors().count() {
                    0 | 1 => Ok(()),
                    more => write!(f, ", and {} more", more - 1),
                }
            }
        }
    }
}

impl Debug for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Why::Rejected(rejected) = &self.0 else { return Display::fmt(self, f) };
        Display::fmt(self, f)?;
        f.write_str("\n\n")?;
        let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor());
        let handler = handler.with_links(false).with_width(120);
        for report in rejected.reports() {
            let mut text = String::new();
            handler.render_report(&mut text, report)?;
            writeln!(f, "{}\n", without_commands(text.trim_end()))?;
        }
        Ok(())
    }
}

impl Error for Failed {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0 {
            Why::File(_, error) => Some(error),
            Why::Rejected(rejected) => Some(rejected),
            Why::Usage(_) => None,
        }
    }
}
