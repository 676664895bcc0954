//! Diagnostics with the texts they point into.

use super::{Diagnostic, Diagnostics};
use crate::source::Sources;

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
}
