//! Files that are there whole or not at all. How they are written is [`comfyc_files`]'s business.

use std::path::Path;

use crate::Failure;

/// Writes the file that the caller names, wherever it is; a device or FIFO is written into.
pub(crate) fn write(path: &str, text: &str) -> Result<(), Failure> {
    comfyc_files::write(Path::new(path), text.as_bytes()).map_err(|source| failed(path, source))
}

/// Changes a file that is there. One that is read-only, or a link that leads out of its folder, is refused.
pub(crate) fn edit(path: &str, text: &str) -> Result<(), Failure> {
    comfyc_files::edit(Path::new(path), text.as_bytes()).map_err(|source| failed(path, source))
}

/// Writes the file `name` in the folder that the caller names. What is there must be a file of that folder that can be
/// written into; one that holds the text already is left alone.
pub(crate) fn put(folder: &Path, name: &str, text: &str) -> Result<(), Failure> {
    comfyc_files::put(folder, Path::new(name), text.as_bytes())
        .map_err(|source| failed(&folder.join(name).display().to_string(), source))
}

fn failed(path: &str, source: std::io::Error) -> Failure {
    Failure::File { path: path.to_owned(), source }
}
