//! Joining diagnostics with their sources, to be shown.
//!
//! Two forms: [`Report`], which any `miette` handler prints for people, and [`Rendered`], which is plain data with lines
//! and columns for machines. In both, those without a place come first, and the others by their place: source by source, in
//! the order they were read, and from the start of each to its end.
//!
//! Whatever a [`Report`] holds of a document is [`escaped`]. A [`Rendered`] holds it as it is, for formats with escapes of their
//! own; its `Display` is for people again.
//!
//! Each source is searched once, and its lines are counted once, whatever is wrong with it.

use std::collections::HashMap;
use std::fmt::{self, Display};
use std::ops::Range;

use miette::{LabeledSpan, NamedSource, SourceCode};
use schemars::JsonSchema;
use serde::Serialize;

use super::excerpt::Excerpt;
use super::{Diagnostic, Diagnostics, Edit, Severity};
use crate::source::{Lines, Origin, Part, Pointer, Position, SourceId, Sources, escaped};

/// The longest pointer and the longest edit that programs are told, in bytes.
const LONGEST: usize = 1024;
/// How many related places people are shown.
const MOST_RELATED: usize = 8;

/// One diagnostic with the parts of the text it points into: labels are places in these parts. The only hand-written
/// `miette::Diagnostic`.
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
pub struct Reported<'a> {
    /// The version of this form: 1. Members may be added to it; those that are here keep their meaning.
    pub version: u32,
    /// How many errors there are.
    pub errors: usize,
    /// How many warnings there are.
    pub warnings: usize,
    /// Those without a place first, the others by their place.
    pub diagnostics: Vec<Rendered<'a>>,
}

/// One diagnostic as plain data.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Rendered<'a> {
    /// The code's name: `unknown-class`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong. A long name or text of the document's is cut, with its length behind the cut.
    pub message: String,
    /// What to do about it, cut likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none", flatten)]
    pub place: Option<Place<'a>>,
    /// Other places that belong to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<Related<'a>>,
    /// The edits that put it right, where there is but one way; their pointers are into the same file. They are left out where a
    /// pointer or a value of theirs has more than 1,024 bytes.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub fix: &'a [Edit],
}

/// A place in a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Place<'a> {
    /// The source's name: a path as it was given, `stdin`, `--set`, or a URL; `picture.png#prompt` for a text inside of a
    /// media file.
    pub file: &'a str,
    /// The media file, where the text is inside of one; lines and columns are those of the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embedded_in: Option<&'a str>,
    /// The JSON Pointer in it. Where that has more than 1,024 bytes, it is the pointer of the innermost place around this one that
    /// has not; lines and columns are those of this place all the same.
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
pub struct Related<'a> {
    /// What is there.
    pub message: &'static str,
    /// Where it is.
    #[serde(flatten)]
    pub place: Place<'a>,
}

/// Diagnostics with the spans of every place that they mention, in the order they are shown.
struct Located<'a> {
    sources: &'a Sources,
    lines: HashMap<SourceId, Lines<'a>>,
    diagnostics: Vec<Found<'a>>,
}

/// A diagnostic with the spans of its place and of those related to it, where they are in the text.
struct Found<'a> {
    diagnostic: &'a Diagnostic,
    span: Option<Range<usize>>,
    related: Vec<Option<Range<usize>>>,
}

/// Places of one source, each with where its span is to be put.
#[derive(Default)]
struct Wanted<'a, 'f> {
    places: Vec<(&'a Pointer, Part)>,
    spans: Vec<&'f mut Option<Range<usize>>>,
}

impl<'a> Located<'a> {
    fn new(diagnostics: impl IntoIterator<Item = &'a Diagnostic>, sources: &'a Sources) -> Self {
        let mut found: Vec<Found<'a>> = diagnostics
            .into_iter()
            .map(|diagnostic| Found { diagnostic, span: None, related: vec![None; diagnostic.related.len()] })
            .collect();
        let mut wanted: HashMap<SourceId, Wanted<'_, '_>> = HashMap::new();
        for Found { diagnostic, span, related } in &mut found {
            let origins = diagnostic.origin.iter().chain(diagnostic.related.iter().map(|(origin, _)| origin));
            let main = diagnostic.origin.as_ref().map(|_| span);
            for (origin, span) in origins.zip(main.into_iter().chain(related)) {
                let wanted = wanted.entry(origin.source).or_default();
                wanted.places.push((&origin.pointer, origin.part));
                wanted.spans.push(span);
            }
        }
        let mut lines = HashMap::new();
        for (id, source) in sources.iter() {
            let Some(Wanted { places, spans }) = wanted.remove(&id) else { continue };
            lines.insert(id, Lines::new(source.text()));
            for (span, found) in spans.into_iter().zip(source.locate(&places)) {
                *span = found;
            }
        }
        // Those of one place stay in the order they were found.
        found.sort_by_key(|found| {
            let origin = found.diagnostic.origin.as_ref();
            origin.map(|origin| (origin.source, found.span.as_ref().map(|span| span.start)))
        });
        Self { sources, lines, diagnostics: found }
    }

    fn place(&self, origin: &Origin, span: Option<&Range<usize>>) -> Option<Place<'a>> {
        let source = self.sources.get(origin.source)?;
        let lines = self.lines.get(&origin.source);
        let position = |offset| lines.map(|lines| lines.at(offset));
        let start: Option<Position> = span.and_then(|span| position(span.start));
        let end: Option<Position> = span.and_then(|span| position(span.end));
        Some(Place {
            file: source.name(),
            embedded_in: source.embedded_in(),
            pointer: origin.pointer.within(LONGEST),
            line: start.map(|start| start.line),
            column: start.map(|start| start.column),
            end_line: end.map(|end| end.line),
            end_column: end.map(|end| end.column),
        })
    }

    /// What is shown of a source, with these labels in it.
    fn excerpt(
        &self,
        id: SourceId,
        labels: Vec<(Range<usize>, String)>,
    ) -> Option<(NamedSource<Excerpt>, Vec<LabeledSpan>)> {
        let source = self.sources.get(id)?;
        let (spans, texts): (Vec<Range<usize>>, Vec<String>) = labels.into_iter().unzip();
        let (excerpt, spans) = match self.lines.get(&id) {
            Some(lines) => Excerpt::new(source.text(), lines, &spans),
            None => (Excerpt::default(), Vec::new()),
        };
        let labels = texts.into_iter().zip(spans);
        let labels = labels.map(|(text, span)| LabeledSpan::new_with_span(Some(text), span)).collect();
        Some((NamedSource::new(escaped(source.name()), excerpt), labels))
    }
}

/// Joins `diagnostics` with `sources` for machines.
pub fn render<'a>(diagnostics: &'a Diagnostics, sources: &'a Sources) -> Vec<Rendered<'a>> {
    let located = Located::new(diagnostics.iter(), sources);
    let rendered = |Found { diagnostic, span, related }: &Found<'a>| {
        let places = diagnostic.related.iter().zip(related);
        let related = places.filter_map(|((origin, message), span)| {
            Some(Related { message, place: located.place(origin, span.as_ref())? })
        });
        let fix = diagnostic.fix.as_ref().map(|fix| fix.edits.as_slice());
        Rendered {
            code: diagnostic.code().slug(),
            severity: diagnostic.severity(),
            message: diagnostic.problem.message(),
            help: diagnostic.problem.advice(),
            place: diagnostic.origin.as_ref().and_then(|origin| located.place(origin, span.as_ref())),
            related: related.collect(),
            fix: fix.filter(|edits| edits.iter().all(|edit| edit.is_within(LONGEST))).unwrap_or_default(),
        }
    };
    located.diagnostics.iter().map(rendered).collect()
}

fn is_empty<T>(list: &&[T]) -> bool {
    list.is_empty()
}

/// For people, in plain text: what is wrong, where, and what to do about it, each on a line.
impl Display for Rendered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]: {}", self.severity.as_str(), self.code, escaped(&self.message))?;
        if let Some(place) = &self.place {
            write!(f, "\n  at {place}")?;
        }
        for related in self.related.iter().take(MOST_RELATED) {
            write!(f, "\n  {}: {}", related.message, related.place)?;
        }
        if let Some(more) = beyond(self.related.len()) {
            write!(f, "\n  {more}")?;
        }
        match &self.help {
            Some(help) => write!(f, "\n  help: {}", escaped(help)),
            None => Ok(()),
        }
    }
}

/// `a.json:2:15`, for people.
impl Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", escaped(self.file))?;
        match (self.line, self.column) {
            (Some(line), Some(column)) => write!(f, ":{line}:{column}"),
            _ => Ok(()),
        }
    }
}

/// How many related places people are not shown.
fn beyond(related: usize) -> Option<String> {
    (related > MOST_RELATED).then(|| format!("{} more places belong to it", related - MOST_RELATED))
}

impl<'a> Reported<'a> {
    /// The version of the form that is written here.
    pub const VERSION: u32 = 1;

    /// Joins all of `diagnostics` with `sources`.
    pub fn new(diagnostics: &'a Diagnostics, sources: &'a Sources) -> Self {
        Self {
            version: Self::VERSION,
            errors: diagnostics.count(Severity::Error),
            warnings: diagnostics.count(Severity::Warning),
            diagnostics: render(diagnostics, sources),
        }
    }
}

impl Report {
    /// Joins all of `diagnostics` with `sources`.
    pub fn all(diagnostics: &Diagnostics, sources: &Sources) -> Vec<Self> {
        Self::first(diagnostics, sources, usize::MAX)
    }

    /// The same of those that are shown first, at most so many.
    pub fn first(diagnostics: &Diagnostics, sources: &Sources, most: usize) -> Vec<Self> {
        // Sources that come after all that is shown need not be searched.
        let source = |diagnostic: &Diagnostic| diagnostic.origin.as_ref().map(|origin| origin.source);
        let mut by_source: Vec<&Diagnostic> = diagnostics.iter().collect();
        by_source.sort_by_key(|diagnostic| source(diagnostic));
        let last = by_source.get(most.saturating_sub(1)).map(|diagnostic| source(diagnostic));
        let shown = |diagnostic: &&Diagnostic| last.is_none_or(|last| source(diagnostic) <= last);
        let located = Located::new(by_source.into_iter().take_while(shown), sources);
        located.diagnostics.iter().take(most).map(|found| Self::new(found, &located)).collect()
    }

    fn new(Found { diagnostic, span, related }: &Found<'_>, located: &Located<'_>) -> Self {
        let main = diagnostic.origin.as_ref().map(|origin| origin.source);
        let mut labels: Vec<(Range<usize>, String)> = Vec::new();
        labels.extend(span.clone().map(|span| (span, diagnostic.problem.label())));
        let mut notes = Vec::new();
        for ((origin, message), span) in diagnostic.related.iter().zip(related).take(MOST_RELATED) {
            let Some(label) = span.clone().map(|span| (span, (*message).to_owned())) else { continue };
            if main == Some(origin.source) {
                labels.push(label);
            } else if let Some((source, mut labels)) = located.excerpt(origin.source, vec![label]) {
                notes.extend(labels.pop().map(|label| Note { message, source, label }));
            }
        }
        let (source, labels) = main.and_then(|id| located.excerpt(id, labels)).unzip();
        let help = diagnostic.problem.help().into_iter().chain(beyond(diagnostic.related.len()));
        let help = help.collect::<Vec<_>>().join("; ");
        Self {
            code: diagnostic.code().slug(),
            severity: diagnostic.severity(),
            message: diagnostic.problem.to_string(),
            help: Some(help).filter(|help| !help.is_empty()),
            source,
            labels: labels.unwrap_or_default(),
            related: notes,
        }
    }
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
    use crate::diagnostic::{Fix, Problem};
    use crate::source::{Source, Syntax};

    fn at(source: SourceId, tokens: &[&str]) -> Origin {
        let pointer = tokens.iter().fold(Pointer::root(), |pointer, token| pointer.join(*token));
        Origin::value(source, pointer)
    }

    fn duplicate(key: impl Into<String>) -> Problem {
        Problem::DuplicateKey { key: key.into() }
    }

    #[test]
    fn places_of_one_long_line_and_of_many_lines_have_their_lines_and_columns() {
        const PLACES: usize = 32_000;
        for (between, line, column) in [("", 1, 2 + 14 * (PLACES - 1)), ("\n", PLACES, 1)] {
            let members: Vec<String> = (0..PLACES).map(|i| format!("\"{i:05}\":\"é\"{between}")).collect();
            let text = format!("{{{}}}", members.join(",")).replace("\n,", ",\n");
            let mut sources = Sources::default();
            let id = sources.add(Source::new("a.json", Syntax::Json, text));
            let found = (0..PLACES).map(|i| at(id, &[&format!("{i:05}")]));
            let diagnostics: Diagnostics =
                found.map(|origin| Diagnostic::new(duplicate("k"), Some(origin.key()))).collect();
            let rendered = render(&diagnostics, &sources);
            let place = rendered.last().and_then(|last| last.place.as_ref()).expect("a place");
            assert_eq!(
                (place.line, place.column),
                (Some(line), Some(column - usize::from(line == 1) * 2 * (PLACES - 1)))
            );
            assert_eq!(Report::all(&diagnostics, &sources).len(), PLACES);
        }
    }

    #[test]
    fn each_of_many_sources_has_its_own() {
        const SOURCES: usize = 20_000;
        let mut sources = Sources::default();
        let mut diagnostics = Diagnostics::default();
        for i in 0..SOURCES {
            let id = sources.add(Source::new(format!("{i}.json"), Syntax::Json, r#"{"a": 1}"#));
            diagnostics.report(duplicate("k"), Some(at(id, &["a"])));
        }
        let rendered = render(&diagnostics, &sources);
        assert!(rendered.iter().enumerate().all(|(i, one)| {
            one.place
                .as_ref()
                .is_some_and(|place| place.file == format!("{i}.json") && place.column == Some(7))
        }));
    }

    #[test]
    fn the_first_reports_are_the_first_of_all() {
        let mut sources = Sources::default();
        let mut diagnostics = Diagnostics::default();
        let ids: Vec<SourceId> = (0..3)
            .map(|i| sources.add(Source::new(format!("{i}.json"), Syntax::Json, r#"{"a": 1, "b": 2}"#)))
            .collect();
        for (i, token) in [(2, "a"), (0, "b"), (1, "b"), (0, "a"), (1, "a"), (1, "c")] {
            let origin = ids.get(i).map(|id| at(*id, &[token]));
            diagnostics.report(duplicate(format!("{i}{token}")), origin);
        }
        diagnostics.report(duplicate("nowhere"), None);
        let messages = |reports: Vec<Report>| reports.iter().map(ToString::to_string).collect::<Vec<_>>();
        let all = messages(Report::all(&diagnostics, &sources));
        assert_eq!(all.len(), 7);
        for most in 0..=8 {
            let first = messages(Report::first(&diagnostics, &sources, most));
            assert_eq!(first.as_slice(), all.get(..most).unwrap_or(&all));
        }
    }

    #[test]
    fn people_are_shown_what_is_hidden_and_programs_are_given_it() {
        const NAME: &str = "a\u{1b}[31m\u{202e}\n##[error]";
        const SHOWN: &str = r"a\u{1b}[31m\u{202e}\n##\u{5b}error]";
        let mut sources = Sources::default();
        let id = sources.add(Source::new(NAME, Syntax::Json, "{\"a\u{202e}##[b\": 1}"));
        let other = sources.add(Source::new(NAME, Syntax::Json, "[\"::\u{9b}\"]"));
        let problem = Problem::UnknownKey { key: NAME.to_owned(), near: vec![NAME.to_owned()] };
        let origin = at(id, &["a\u{202e}##[b"]).key();
        let related = Origin::value(other, Pointer::root().join(0));
        let mut diagnostics = Diagnostics::default();
        diagnostics.push(Diagnostic::new(problem, Some(origin)).with_related(Some(related), "there"));
        let rendered = render(&diagnostics, &sources).remove(0);
        assert_eq!(rendered.message, format!("unknown key `{NAME}`"));
        assert_eq!(
            rendered.place.as_ref().map(|place| (place.file, &*place.pointer)),
            Some((NAME, "/a\u{202e}##[b"))
        );
        let text = rendered.to_string();
        let expected = format!(
            "error[unknown-key]: unknown key `{SHOWN}`\n  at {SHOWN}:1:2\n  there: {SHOWN}:1:2\n  help: did you mean `{SHOWN}`?"
        );
        assert_eq!(text, expected);
        let report = Report::all(&diagnostics, &sources).remove(0);
        assert_eq!(report.to_string(), format!("unknown key `{SHOWN}`"));
        let shown = |source: &NamedSource<Excerpt>, label: &LabeledSpan| {
            let lines = source.read_span(label.inner(), 1, 1).expect("an excerpt");
            (
                lines.name().expect("a name").to_owned(),
                String::from_utf8(lines.data().to_vec()).expect("text"),
            )
        };
        let main = report.source.as_ref().expect("a source");
        assert_eq!(
            shown(main, &report.labels[0]),
            (SHOWN.to_owned(), r#"{"a\u{202e}##\u{5b}b": 1}"#.to_owned())
        );
        let note = &report.related[0];
        assert_eq!(shown(&note.source, &note.label), (SHOWN.to_owned(), r#"["::\u{9b}"]"#.to_owned()));
    }

    #[test]
    fn long_names_cost_no_more_for_each_thing_that_is_wrong() {
        let name = "n".repeat(200_000);
        let inputs: Vec<String> = (0..2_000).map(|i| format!("\"{i}\": {i}")).collect();
        let text = format!("{{\"{name}\": {{{}}}}}", inputs.join(",\n"));
        let mut sources = Sources::default();
        let id = sources.add(Source::new("a.json", Syntax::Json, text));
        let node = at(id, &[&name]).shared();
        let mut diagnostics = Diagnostics::default();
        for i in 0..2_000 {
            let origin = node.member(i.to_string());
            let problem = Problem::UnknownInput {
                node: name.clone(),
                class: name.clone(),
                input: i.to_string(),
                near: vec![name.clone()],
            };
            let fix = Fix::replace(origin.pointer.clone(), i);
            diagnostics.push(Diagnostic::new(problem, Some(origin)).with_fix(Some(fix)));
        }
        let reported = Reported::new(&diagnostics, &sources);
        let last = &reported.diagnostics[1_999];
        assert!(last.message.contains("n… (200000 characters)`"), "{}", last.message);
        let place = last.place.as_ref().expect("a place");
        assert_eq!((place.pointer.as_str(), place.line, last.fix), ("", Some(2_000), &[][..]));
        let json = serde_json::to_string(&reported).expect("JSON");
        assert!(json.len() < 4_000_000, "{}", json.len());
        assert!(
            Report::all(&diagnostics, &sources).iter().all(|report| format!("{report:?}").len() < 10_000)
        );
    }

    #[test]
    fn of_many_related_places_a_few_are_shown() {
        let mut sources = Sources::default();
        let text = format!("[{}]", vec!["1"; 500].join(",\n"));
        let id = sources.add(Source::new("a.json", Syntax::Json, text));
        let mut diagnostic = Diagnostic::new(duplicate("k"), Some(Origin::value(id, Pointer::root())));
        for i in 0..500 {
            let place = Origin::value(id, Pointer::root().join(i));
            diagnostic = diagnostic.with_related(Some(place), "here");
        }
        let diagnostics: Diagnostics = [diagnostic].into_iter().collect();
        let report = Report::all(&diagnostics, &sources).remove(0);
        assert_eq!(report.labels.len(), 1 + MOST_RELATED);
        assert_eq!(report.help.as_deref(), Some("492 more places belong to it"));
        let rendered = render(&diagnostics, &sources).remove(0);
        assert_eq!((rendered.related.len(), rendered.to_string().lines().count()), (500, 3 + MOST_RELATED));
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
