//! Evidence that something was checked.

use std::ops::Deref;

use crate::diagnostic::{Diagnostics, Levels};

/// A value that passed its check, with the warnings it got. It can be read but not changed: what is changed is no longer
/// checked. Back ends take nothing else.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked<T> {
    value: T,
    warnings: Diagnostics,
}

/// A value that was refused: the value, as far as it could be made, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Rejected<T> {
    /// The value.
    pub value: T,
    /// At least one error, and whatever else was found.
    pub diagnostics: Diagnostics,
}

impl<T> Checked<T> {
    /// Accepts `value` when `diagnostics` hold no error.
    pub(super) fn decide(value: T, diagnostics: Diagnostics) -> Result<Self, Rejected<T>> {
        if diagnostics.has_errors() {
            Err(Rejected { value, diagnostics })
        } else {
            Ok(Self::accepted(value, diagnostics))
        }
    }

    /// Accepts `value`, whose check found no more than warnings.
    pub(super) fn accepted(value: T, warnings: Diagnostics) -> Self {
        Self { value, warnings }
    }

    /// Declares a value checked without a check. The artifacts made of it may be refused by whatever takes them; the back
    /// ends still do not panic.
    pub fn assume_checked(value: T) -> Self {
        Self { value, warnings: Diagnostics::default() }
    }

    /// What the check warned of.
    pub fn warnings(&self) -> &Diagnostics {
        &self.warnings
    }

    /// The value, which then counts as unchecked.
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T> Rejected<T> {
    /// Accepts the value after all when `levels` leave no error.
    pub fn judged(self, levels: &Levels) -> Result<Checked<T>, Self> {
        Checked::decide(self.value, levels.judge(self.diagnostics))
    }
}

impl<T> Deref for Checked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
