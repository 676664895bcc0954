//! From what was checked to what a service takes. Nothing unchecked is accepted here.

pub mod prompt;
