//! Diagnostics with the texts they point into.

use std::io;

use super::{Diagnostic, Diagnostics, Levels, Problem};
use crate::source::{Origin, Pointer, Source, SourceId, Sources, Syntax};

/// What was found in one document or in several, with all texts that it points into.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// What was found.
    pub diagnostics: Diagnostics,
    /// The texts.
    pub sources: Sources,
}

impl Findings {
    /// Adds what was found elsewhere, with its texts.
    pub fn append(&mut self, other: Self) {
        let offset = self.sources.append(&other.sources);
        let moved = |mut found: Diagnostic| {
            for origin in found.origin.iter_mut().chain(found.related.iter_mut().map(|(origin, _)| origin)) {
                origin.source = origin.source.shifted(offset);
            }
            found
        };
        self.diagnostics.append(other.diagnostics.into_iter().map(moved).collect());
    }

    /// The same at these levels.
    pub(crate) fn judged(self, levels: &Levels) -> Self {
        Self { diagnostics: levels.judge(self.diagnostics), ..self }
    }

    /// Adds the text of these bytes; `None`, with a report, if they are not UTF-8.
    pub(crate) fn add_text(&mut self, name: &str, syntax: Syntax, bytes: Vec<u8>) -> Option<SourceId> {
        let (broken, text) = match String::from_utf8(bytes) {
            Ok(text) => (None, text),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                (Some(at), String::from_utf8_lossy(error.as_bytes()).into_owned())
            }
        };
        let id = self.sources.add(Source::new(name, syntax, text));
        let Some(at) = broken else { return Some(id) };
        let detail = format!("byte {at} is not UTF-8");
        self.diagnostics.report(Problem::Syntax { syntax: "text", detail }, Some(Origin::offset(id, at)));
        None
    }

    /// Reports that a file cannot be read.
    pub(crate) fn unreadable(&mut self, path: &str, error: &io::Error) {
        let id = self.sources.add(Source::new(path, Syntax::Json, ""));
        let problem = Problem::UnreadableFile { file: path.to_owned(), detail: error.to_string() };
        self.diagnostics.report(problem, Some(Origin::offset(id, 0)));
    }

    /// Reports, at the text that was read last, that a document cannot be used for what is asked.
    pub(crate) fn unsupported(&mut self, name: &str, found: &str) {
        let last = self.sources.iter().last().map(|(id, _)| id);
        let id = last.unwrap_or_else(|| self.sources.add(Source::new(name, Syntax::Json, "")));
        let problem = Problem::UnsupportedDocument { found: found.to_owned(), hint: None };
        self.diagnostics.report(problem, Some(Origin::value(id, Pointer::root())));
    }
}
