//! Deciding whether a document would be accepted, and evidence of it.

mod checked;
pub use checked::{Checked, Rejected};
