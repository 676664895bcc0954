//! From what was checked to what a service takes. Nothing unchecked is accepted here, and checked means that no back end
//! panics.

pub mod ir;
mod json;
pub mod manifest;
pub mod overrides;
pub mod payload;
pub mod prompt;
pub mod rust;
pub mod schema;

pub use json::Layout;
