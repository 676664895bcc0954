#![doc = include_str!("../docs/guide.md")]

mod configure;
mod documents;
mod failed;
mod output;

use std::path::Path;

pub use configure::{Configuration, configure};
pub use failed::{Failed, Result};

/// Writes the nodes of a server's `/object_info`, or of a snapshot that `comfyc catalog fetch` made, to `OUT_DIR/<stem>.rs`.
///
/// ```no_run
/// fn main() -> comfyc_build::Result {
///     comfyc_build::nodes("object_info.json")
/// }
/// ```
pub fn nodes(path: impl AsRef<Path>) -> Result {
    configure().nodes(path)
}

/// Writes the typed inputs of a published schema, or of a workflow folder's `interface.toml`, to `OUT_DIR/<stem>.rs`.
///
/// ```no_run
/// fn main() -> comfyc_build::Result {
///     comfyc_build::inputs("schemas/wan-flf2v.json")
/// }
/// ```
pub fn inputs(path: impl AsRef<Path>) -> Result {
    configure().inputs(path)
}
