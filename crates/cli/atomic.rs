//! Files that are there whole or not at all.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::Failure;

/// Puts `text` into the file at `path`: into a new file beside it, which then takes its name. What was there stays until then,
/// and its permissions are kept. Where `path` is a link, the file that it leads to is replaced.
pub(crate) fn write(path: &str, text: &str) -> Result<(), Failure> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from(path));
    let beside = beside(&target);
    let written = fill(&beside, &target, text);
    if written.is_err() {
        // The first failure is the one to tell of.
        let _ = fs::remove_file(&beside);
    }
    written.map_err(|source| Failure::File { path: path.to_owned(), source })
}

fn fill(beside: &Path, target: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(beside)?;
    file.write_all(text.as_bytes())?;
    if let Ok(old) = fs::metadata(target) {
        file.set_permissions(old.permissions())?;
    }
    file.sync_all()?;
    drop(file);
    fs::rename(beside, target)
}

fn beside(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!(".{name}.comfyc-{}", std::process::id()))
}
