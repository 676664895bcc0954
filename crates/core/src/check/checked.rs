//! Evidence that something was checked.

use std::error::Error;
use std::fmt::{self, Debug, Display};
use std::ops::Deref;
use std::sync::OnceLock;

use crate::diagnostic::{Diagnostic, Diagnostics, Findings, Levels, Problem, Report, Severity, render};
use crate::graph::Graph;
use crate::interface::{Interface, Payload};
use crate::source::Sources;
use crate::workflow::Workflow;

/// A value that passed its check, with the warnings it got. It can be read but not changed: a changed value has not been
/// checked. [`Job`](crate::Job)s are made from checked values only, and executors take nothing else.
#[derive(Debug, Clone)]
pub struct Checked<T> {
    value: T,
    warnings: Diagnostics,
    sources: Sources,
    /// Whether nothing was checked.
    assumed: bool,
}

/// The one error about a user's documents: a value that was rejected, as far as it could be made, and why.
///
/// `Display` and `Debug` print the diagnostics, each with its place, so that a `main` that returns this error says what is
/// wrong. As a [`miette::Diagnostic`] it has one related [`Report`] for each, with the text around its place.
pub struct Rejected<T = ()> {
    /// The value.
    pub value: T,
    /// At least one error, and whatever else was found.
    pub diagnostics: Diagnostics,
    /// The texts that the diagnostics point into; empty if the value was not read from text.
    pub sources: Sources,
    /// The diagnostics joined with the sources, made when they are first asked for.
    reports: OnceLock<Vec<Report>>,
}

impl<T> Checked<T> {
    /// Accepts `value` if `diagnostics` hold no error.
    pub(crate) fn decide(value: T, diagnostics: Diagnostics) -> Result<Self, Rejected<T>> {
        if diagnostics.has_errors() {
            Err(Rejected::new(value, diagnostics))
        } else {
            Ok(Self::accepted(value, diagnostics))
        }
    }

    /// Accepts `value`, whose check found warnings at most.
    pub(super) fn accepted(value: T, warnings: Diagnostics) -> Self {
        Self { value, warnings, sources: Sources::default(), assumed: false }
    }

    /// Declares a value checked without a check. Whatever takes the artifacts made from it may refuse them; no back end
    /// panics. The interface of a workflow must be bound to its graph ([`Interface::bind`]), or its keys write nothing.
    pub fn assume_checked(value: T) -> Self {
        Self { assumed: true, ..Self::accepted(value, Diagnostics::default()) }
    }

    /// Whether the value was declared checked without a check.
    pub(super) fn is_assumed(&self) -> bool {
        self.assumed
    }

    /// The same value with the texts it was read from, so that later reports can show them.
    #[must_use]
    pub fn with_sources(self, sources: Sources) -> Self {
        Self { sources, ..self }
    }

    /// What the check warned of.
    pub fn warnings(&self) -> &Diagnostics {
        &self.warnings
    }

    /// The texts that the value and its warnings point into.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The value, which then counts as unchecked.
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T: PartialEq> PartialEq for Checked<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value && self.warnings == other.warnings
    }
}

impl<T> Deref for Checked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> Rejected<T> {
    /// A value that was rejected for these reasons.
    pub fn new(value: T, diagnostics: Diagnostics) -> Self {
        Self { value, diagnostics, sources: Sources::default(), reports: OnceLock::new() }
    }

    /// The same with the texts that the diagnostics point into.
    #[must_use]
    pub fn with_sources(self, sources: Sources) -> Self {
        Self { sources, reports: OnceLock::new(), ..self }
    }

    /// Accepts the value after all if `levels` leave no error.
    pub fn judged(self, levels: &Levels) -> Result<Checked<T>, Self> {
        let sources = self.sources;
        match Checked::decide(self.value, levels.judge(self.diagnostics)) {
            Ok(checked) => Ok(checked.with_sources(sources)),
            Err(rejected) => Err(rejected.with_sources(sources)),
        }
    }

    /// The same reasons with another value.
    pub fn with_value<U>(self, value: U) -> Rejected<U> {
        Rejected { value, diagnostics: self.diagnostics, sources: self.sources, reports: self.reports }
    }

    /// The reasons with their texts, without the value.
    pub fn into_findings(self) -> Findings {
        Findings { diagnostics: self.diagnostics, sources: self.sources }
    }

    /// The diagnostics joined with their texts, in the order they are shown.
    pub fn reports(&self) -> &[Report] {
        self.reports.get_or_init(|| Report::all(&self.diagnostics, &self.sources))
    }
}

impl Rejected {
    /// A rejection for one reason, of something that has no place in a text.
    pub fn because(problem: Problem) -> Self {
        Self::new((), [Diagnostic::new(problem, None)].into_iter().collect())
    }
}

/// All diagnostics, each as `error[code]: message` with its place and its help below.
impl<T> Display for Rejected<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, rendered) in render(&self.diagnostics, &self.sources).into_iter().enumerate() {
            write!(f, "{}{rendered}", if i == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

/// The same as `Display`, on lines of their own: what a `main` that returns this error prints.
impl<T> Debug for Rejected<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rejected\n{self}")
    }
}

impl<T> Error for Rejected<T> {}

impl<T> miette::Diagnostic for Rejected<T> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(miette::Severity::Error)
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        Some(Box::new(self.reports().iter().map(|report| report as &dyn miette::Diagnostic)))
    }
}

impl<T: Clone> Clone for Rejected<T> {
    fn clone(&self) -> Self {
        let (value, diagnostics) = (self.value.clone(), self.diagnostics.clone());
        Self { value, diagnostics, sources: self.sources.clone(), reports: OnceLock::new() }
    }
}

impl<T: PartialEq> PartialEq for Rejected<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value && self.diagnostics == other.diagnostics
    }
}

/// Lets `?` carry the rejection of any value out of a function that has no use for the value.
macro_rules! without_value {
    ($($value:ty),*) => {$(
        impl From<Rejected<$value>> for Rejected {
            fn from(rejected: Rejected<$value>) -> Self {
                rejected.with_value(())
            }
        }
    )*};
}
without_value!(Graph, Interface, Payload, Workflow);

impl<T> Rejected<T> {
    /// The errors in one line, joined by semicolons.
    pub fn summary(&self) -> String {
        let errors = self.diagnostics.iter().filter(|found| found.severity() == Severity::Error);
        let texts: Vec<String> = errors.map(|found| found.problem.to_string()).collect();
        texts.join("; ")
    }
}
