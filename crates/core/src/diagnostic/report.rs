//! Joining diagnostics with their sources, to be shown.
//!
//! Two forms: [`Report`], which any `miette` handler prints for people, and [`Rendered`], which is plain data with lines
//! and columns for machines. In both, those without a place come first, and the others by their place: source by source, in
//! the order they were read, and from the start of each to its end.

use std::collections::HashMap;
use std::fmt::{self, Display};
use std::ops::Range;

use miette::{LabeledSpan, NamedSource, SourceCode};
use schemars::JsonSchema;
use serde::Serialize;

use super::excerpt::{Excerpt, MARKED};
use super::{Diagnostic, Diagnostics, Edit, Severity};
use crate::source::{Origin, Part, Pointer, Source, SourceId, Sources};

/// One diagnostic with the text it points into. The only hand-written `miette::Diagnostic`.
#[derive(Debug)]
pub struct Report {
    code: &'static str,
    severity: Severity,
    message: String,
    help: Option<String>,
    source: Option<NamedSource<Excerpt>>,
    labels: Vec<LabeledSpan>,
    related: Vec<Note>,
}

/// A related place in another text.
#[derive(Debug)]
struct Note {
    message: &'static str,
    source: NamedSource<Excerpt>,
    label: LabeledSpan,
}

/// All diagnostics of a run as plain data: what `--format json` prints. `schemas/report.schema.json` is made from it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Reported {
    /// The version of this form: 1. Members may be added to it; those that are here keep their meaning.
    pub version: u32,
    /// How many errors there are.
    pub errors: usize,
    /// How many warnings there are.
    pub warnings: usize,
    /// Those without a place first, the others by their place.
    pub diagnostics: Vec<Rendered>,
}

/// One diagnostic as plain data.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Rendered {
    /// The code's name: `unknown-class`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none", flatten)]
    pub place: Option<Place>,
    /// Other places that belong to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<Related>,
    /// The edits that put it right, where there is but one way; their pointers are into the same file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fix: Vec<Edit>,
}

/// A place in a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Place {
    /// The source's name: a path as it was given, `stdin`, `--set`, or a URL; `picture.png#prompt` for a text inside of a
    /// media file.
    pub file: String,
    /// The media file, where the text is inside of one; lines and columns are those of the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embedded_in: Option<String>,
    /// The JSON Pointer in it.
    pub pointer: String,
    /// The first line, counted from 1; absent when the pointer is not in the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The first column in characters, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// The line of the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_line: Option<usize>,
    /// The column after the last character.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_column: Option<usize>,
}

/// Another place that belongs to a diagnostic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Related {
    /// What is there.
    pub message: &'static str,
    /// Where it is.
    #[serde(flatten)]
    pub place: Place,
}

/// The spans of every place that `diagnostics` mention: one pass over each source.
struct Located<'a> {
    sources: &'a Sources,
    found: HashMap<&'a Origin, Range<usize>>,
}

impl<'a> Located<'a> {
    fn new(diagnostics: &'a Diagnostics, sources: &'a Sources) -> Self {
        let origins: Vec<&Origin> = diagnostics
            .iter()
            .flat_map(|d| d.origin.iter().chain(d.related.iter().map(|(origin, _)| origin)))
            .collect();
        let mut found = HashMap::new();
        for (id, source) in sources.iter() {
            let here: Vec<&Origin> = origins.iter().filter(|origin| origin.source == id).copied().collect();
            let places: Vec<(&Pointer, Part)> = here.iter().map(|o| (&o.pointer, o.part)).collect();
            if places.is_empty() {
                continue;
            }
            for (origin, span) in here.into_iter().zip(source.locate(&places)) {
                if let Some(span) = span {
                    found.insert(origin, span);
                }
            }
        }
        Self { sources, found }
    }

    fn source(&self, origin: &Origin) -> Option<&'a Source> {
        self.sources.get(origin.source)
    }

    /// `diagnostics` in the order they are shown. Those of one place stay in the order they were found.
    fn sorted(&self, diagnostics: &'a Diagnostics) -> Vec<&'a Diagnostic> {
        let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
        sorted.sort_by_key(|diagnostic| diagnostic.origin.as_ref().map(|origin| self.position(origin)));
        sorted
    }

    /// Where a place is among all: its source, and its first byte when it is in the text.
    fn position(&self, origin: &Origin) -> (SourceId, Option<usize>) {
        (origin.source, self.found.get(origin).map(|span| span.start))
    }

    fn place(&self, origin: &Origin) -> Option<Place> {
        let source = self.source(origin)?;
        let span = self.found.get(origin);
        let start = span.map(|s| line_and_column(source.text(), s.start));
        let end = span.map(|s| line_and_column(source.text(), s.end));
        Some(Place {
            file: source.name().to_owned(),
            embedded_in: source.embedded_in().map(str::to_owned),
            pointer: origin.pointer.to_string(),
            line: start.map(|p| p.0),
            column: start.map(|p| p.1),
            end_line: end.map(|p| p.0),
            end_column: end.map(|p| p.1),
        })
    }

    fn label(&self, origin: &Origin, text: String) -> Option<LabeledSpan> {
        let source = self.source(origin)?;
        let span = self.found.get(origin)?.clone();
        Some(LabeledSpan::new_with_span(Some(text), shorten(source.text(), span)))
    }
}

/// A caret under a whole subtree would underline pages: only the first line of it is marked, and only the start of a long one.
fn shorten(text: &str, span: Range<usize>) -> Range<usize> {
    let marked = text.get(span.clone()).unwrap_or_default();
    let marked = marked.split(['\n', '\r']).next().unwrap_or_default();
    let length = marked.char_indices().nth(MARKED).map_or(marked.len(), |(at, _)| at);
    span.start..span.start + length
}

fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column =
        before.rsplit('\n').next().unwrap_or(before).trim_start_matches('\u{feff}').chars().count() + 1;
    (line, column)
}

/// Joins `diagnostics` with `sources` for machines.
pub fn render(diagnostics: &Diagnostics, sources: &Sources) -> Vec<Rendered> {
    let located = Located::new(diagnostics, sources);
    located
        .sorted(diagnostics)
        .into_iter()
        .map(|diagnostic| Rendered {
            code: diagnostic.code().slug(),
            severity: diagnostic.severity(),
            message: diagnostic.problem.to_string(),
            help: diagnostic.problem.help(),
            place: diagnostic.origin.as_ref().and_then(|origin| located.place(origin)),
            related: diagnostic
                .related
                .iter()
                .filter_map(|(origin, message)| Some(Related { message, place: located.place(origin)? }))
                .collect(),
            fix: diagnostic.fix.as_ref().map(|fix| fix.edits.clone()).unwrap_or_default(),
        })
        .collect()
}

impl Reported {
    /// The version of the form that is written here.
    pub const VERSION: u32 = 1;

    /// Joins all of `diagnostics` with `sources`.
    pub fn new(diagnostics: &Diagnostics, sources: &Sources) -> Self {
        Self {
            version: Self::VERSION,
            errors: diagnostics.count(Severity::Error),
            warnings: diagnostics.count(Severity::Warning),
            diagnostics: render(diagnostics, sources),
        }
    }
}

impl Report {
    /// Joins all of `diagnostics` with `sources`, each source being searched once.
    pub fn all(diagnostics: &Diagnostics, sources: &Sources) -> Vec<Self> {
        let located = Located::new(diagnostics, sources);
        located.sorted(diagnostics).into_iter().map(|diagnostic| Self::new(diagnostic, &located)).collect()
    }

    fn new(diagnostic: &Diagnostic, located: &Located<'_>) -> Self {
        let main = diagnostic.origin.as_ref();
        let mut labels: Vec<LabeledSpan> =
            main.and_then(|origin| located.label(origin, diagnostic.problem.label())).into_iter().collect();
        let mut related = Vec::new();
        for (origin, message) in &diagnostic.related {
            let Some(label) = located.label(origin, (*message).to_owned()) else { continue };
            if main.is_some_and(|main| main.source == origin.source) {
                labels.push(label);
            } else if let Some(source) = located.source(origin) {
                related.push(Note { message, source: named(source), label });
            }
        }
        Self {
            code: diagnostic.code().slug(),
            severity: diagnostic.severity(),
            message: diagnostic.problem.to_string(),
            help: diagnostic.problem.help(),
            source: main.and_then(|origin| located.source(origin)).map(named),
            labels,
            related,
        }
    }
}

fn named(source: &Source) -> NamedSource<Excerpt> {
    NamedSource::new(source.name(), Excerpt(source.shared()))
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report {}

impl miette::Diagnostic for Report {
    fn code<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        (!self.labels.is_empty()).then(|| Box::new(self.labels.iter().cloned()) as Box<_>)
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        (!self.related.is_empty())
            .then(|| Box::new(self.related.iter().map(|note| note as &dyn miette::Diagnostic)) as Box<_>)
    }
}

impl Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

impl std::error::Error for Note {}

impl miette::Diagnostic for Note {
    fn severity(&self) -> Option<miette::Severity> {
        Some(miette::Severity::Advice)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(self.label.clone())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Problem;
    use crate::source::Syntax;

    #[test]
    fn of_a_long_line_only_what_stands_next_to_a_place_is_shown() {
        let mut sources = Sources::default();
        let far = "x".repeat(1000);
        let text = format!(r#"{{"a": "{far}", "one": [1, "é{far}"], "b": "{far}", "two": 2, "c": "{far}"}}"#);
        let id = sources.add(Source::new("a.json", Syntax::Json, format!("\n{text}\n").as_str()));
        let at = |token: &str| Origin::value(id, Pointer::root().join(token));
        let problem = Problem::DuplicateKey { key: "k".to_owned() };
        let diagnostic = Diagnostic::new(problem, Some(at("one"))).with_related(Some(at("two")), "here");
        let mut diagnostics = Diagnostics::default();
        diagnostics.push(diagnostic);
        let report = Report::all(&diagnostics, &sources).remove(0);
        let source = miette::Diagnostic::source_code(&report).expect("a source");
        let labels: Vec<LabeledSpan> = miette::Diagnostic::labels(&report).expect("labels").collect();
        for (label, starts) in labels.iter().zip(["[1, \"é", "2"]) {
            let shown = source.read_span(label.inner(), 1, 1).expect("an excerpt");
            let excerpt = String::from_utf8(shown.data().to_vec()).expect("whole characters");
            assert!(excerpt.len() < 300 && excerpt.contains(starts) && shown.line() == 1, "{excerpt}");
            assert_eq!(source.read_span(label.inner(), 0, 0).expect("a place").line(), 1);
        }
        let both = (labels[0].offset(), labels[1].offset() - labels[0].offset() + 1);
        assert!(source.read_span(&both.into(), 1, 1).is_err());
    }

    #[test]
    fn reports_follow_the_text_and_those_without_a_place_come_first() {
        let mut sources = Sources::default();
        let first = sources.add(Source::new("a.json", Syntax::Json, r#"{"one": 1, "two": 2}"#));
        let second = sources.add(Source::new("b.toml", Syntax::Toml, "one = 1\ntwo = 2\n"));
        let mut diagnostics = Diagnostics::default();
        let mut found = |name: &str, origin: Option<Origin>| {
            diagnostics.report(Problem::DuplicateKey { key: name.to_owned() }, origin);
        };
        let at = |source, token: &str| Some(Origin::value(source, Pointer::root().join(token)));
        found("b two", at(second, "two"));
        found("b one", at(second, "one"));
        found("b gone", at(second, "three"));
        found("a two", at(first, "two"));
        found("nowhere", None);
        found("a one", at(first, "one"));
        found("a one again", at(first, "one"));
        let expected = ["nowhere", "a one", "a one again", "a two", "b gone", "b one", "b two"]
            .map(|name| format!("key `{name}` is published twice"));
        let rendered: Vec<String> =
            render(&diagnostics, &sources).into_iter().map(|rendered| rendered.message).collect();
        assert_eq!(rendered, expected);
        let reports: Vec<String> =
            Report::all(&diagnostics, &sources).iter().map(ToString::to_string).collect();
        assert_eq!(reports, expected);
    }
}
