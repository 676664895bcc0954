//! Printing: data to stdout, everything for people to stderr.
//!
//! What people read is escaped here, whatever names and texts of strangers are in it, and so is the JSON that is made here.
//! Artifacts are printed as they are.
#![expect(clippy::print_stderr, reason = "this is where the tool speaks to people")]

use std::borrow::Cow;
use std::error::Error;
use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};

use comfyc::diagnostic::{Diagnostics, Findings, Report, Reported, Severity};
use comfyc::source::{Sources, escaped, escaped_json, without_commands};
use miette::{GraphicalReportHandler, GraphicalTheme};
use serde_json::json;

use crate::Failure;
use crate::args::{Format, Output};
use crate::format::{github, json, sarif};

/// Prints for one run of the tool.
#[derive(Debug)]
pub(crate) struct Printer {
    format: Format,
    quiet: bool,
}

/// Past this many reports, a person is told how many more there are.
const MOST_REPORTS: usize = 200;

impl Printer {
    pub(crate) fn new(output: &Output) -> Self {
        Self { format: output.format, quiet: output.quiet }
    }

    /// Prints an artifact to stdout, with a final line break.
    #[expect(clippy::unused_self, reason = "all printing goes through the printer")]
    pub(crate) fn data(&self, text: &str) -> Result<(), Failure> {
        let end: &[u8] = if text.ends_with('\n') { b"" } else { b"\n" };
        let mut stdout = std::io::stdout().lock();
        let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.write_all(end));
        written.and_then(|()| stdout.flush()).map_err(Failure::Output)
    }

    /// Prints lines for people to stdout.
    pub(crate) fn lines<'l>(&self, lines: impl IntoIterator<Item = &'l str>) -> Result<(), Failure> {
        let lines: Vec<Cow<'_, str>> = lines.into_iter().map(escaped).collect();
        self.data(&lines.join("\n"))
    }

    /// Prints JSON that is no artifact to stdout, with a final line break.
    pub(crate) fn json(&self, json: &str) -> Result<(), Failure> {
        self.data(&escaped_json(json))
    }

    /// Whether people read what is printed.
    pub(crate) fn is_human(&self) -> bool {
        self.format == Format::Human
    }

    /// Says something to people, unless they want quiet. The log of a GitHub run is read by people too.
    pub(crate) fn note(&self, text: &str) {
        self.notes(&[text.to_owned()]);
    }

    /// Says several things to people, all at once.
    pub(crate) fn notes(&self, texts: &[String]) {
        if !self.quiet && matches!(self.format, Format::Human | Format::Github) {
            let lines = texts.iter().fold(String::new(), |lines, text| lines + &escaped(text) + "\n");
            eprint!("{lines}");
        }
    }

    /// Reports that belong to an artifact: always to stderr.
    pub(crate) fn reports(&self, findings: &Findings) {
        let Findings { diagnostics, sources } = findings;
        let reported = || Reported::new(diagnostics, sources);
        match self.format {
            Format::Human => Self::human(diagnostics, sources),
            Format::Sarif => eprintln!("{}", sarif::log(&reported())),
            Format::Json | Format::Github if diagnostics.is_empty() => {}
            Format::Json => eprintln!("{}", json::compact(&reported())),
            Format::Github => eprint!("{}", github::lines(&reported())),
        }
    }

    /// Reports that are themselves the answer: those for programs go to stdout.
    pub(crate) fn answer(&self, findings: &Findings) -> Result<(), Failure> {
        let Findings { diagnostics, sources } = findings;
        let reported = || Reported::new(diagnostics, sources);
        match self.format {
            Format::Human => {
                Self::human(diagnostics, sources);
                Ok(())
            }
            Format::Json => self.data(&json::pretty(&reported())),
            Format::Sarif => self.data(&sarif::log(&reported())),
            Format::Github if diagnostics.is_empty() => Ok(()),
            Format::Github => self.data(&github::lines(&reported())),
        }
    }

    /// A line on stderr that shows where a job stands, on a terminal.
    pub(crate) fn progress(&self) -> indicatif::ProgressBar {
        if self.quiet || self.format != Format::Human {
            return indicatif::ProgressBar::hidden();
        }
        let bar = indicatif::ProgressBar::new_spinner();
        bar.enable_steady_tick(std::time::Duration::from_millis(120));
        bar
    }

    fn human(diagnostics: &Diagnostics, sources: &Sources) {
        let terminal = std::io::stderr().is_terminal();
        let plain = !terminal || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let theme = if plain { GraphicalTheme::unicode_nocolor() } else { GraphicalTheme::unicode() };
        let mut handler = GraphicalReportHandler::new_themed(theme).with_links(false);
        if !terminal {
            handler = handler.with_width(120);
        }
        let mut all = String::new();
        for report in Report::first(diagnostics, sources, MOST_REPORTS) {
            let mut text = String::new();
            if handler.render_report(&mut text, &report).is_ok() {
                all.push_str(&without_commands(text.trim_end()));
                all.push_str("\n\n");
            }
        }
        if diagnostics.len() > MOST_REPORTS {
            let _ = writeln!(all, "… and {} more\n", diagnostics.len() - MOST_REPORTS);
        }
        eprint!("{all}");
    }

    /// Says why the tool could not do its job, with every cause.
    pub(crate) fn failure(&self, failure: &Failure) {
        let mut text = failure.to_string();
        let mut cause = failure.source();
        while let Some(error) = cause {
            let more = error.to_string();
            if !text.contains(&more) {
                text.push_str(": ");
                text.push_str(&more);
            }
            cause = error.source();
        }
        match self.format {
            Format::Human | Format::Sarif => eprintln!("comfyc: {}", escaped(&text)),
            Format::Github => eprintln!("{}", github::failure(&text)),
            Format::Json => {
                eprintln!("{}", escaped_json(&json!({"version": 1, "failure": text}).to_string()));
            }
        }
    }
}

/// `2 errors, 1 warning`, or `no problems`.
pub(crate) fn counts(diagnostics: &Diagnostics) -> String {
    let count = |severity: Severity| match diagnostics.count(severity) {
        0 => None,
        1 => Some(format!("1 {}", severity.as_str())),
        n => Some(format!("{n} {}s", severity.as_str())),
    };
    let parts: Vec<String> =
        [count(Severity::Error), count(Severity::Warning)].into_iter().flatten().collect();
    if parts.is_empty() { "no problems".to_owned() } else { parts.join(", ") }
}
