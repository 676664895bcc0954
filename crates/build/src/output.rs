//! What a build script tells cargo, and the file it writes.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::{Failed, Result};

/// Tells cargo that the output depends on this file or folder.
#[expect(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]
pub(crate) fn depends_on(path: &Path) {
    println!("cargo::rerun-if-changed={}", path.display());
}

/// Tells cargo why the build fails, in one line; the reports follow on stderr when `main` returns the failure.
#[expect(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]
pub(crate) fn told(result: Result) -> Result {
    if let Err(failed) = &result {
        println!("cargo::error={}", failed.to_string().replace('\n', " "));
    }
    result
}

/// `OUT_DIR`, where cargo wants what a build script writes.
pub(crate) fn out_dir() -> Result<PathBuf> {
    let wanted =
        || Failed::usage("OUT_DIR is not set: this is no build script, so name a folder with `out_dir`");
    std::env::var_os("OUT_DIR").map(PathBuf::from).ok_or_else(wanted)
}

/// Puts `text` into `folder/name`: whole or not at all, and not when it is there already, so that what depends on it is not
/// built again.
pub(crate) fn write(folder: &Path, name: &str, text: &str) -> Result {
    let path = folder.join(name);
    if fs::read(&path).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(());
    }
    let beside = folder.join(format!(".{name}.{}", std::process::id()));
    let written = fill(&beside, &path, text);
    if written.is_err() {
        // The first failure is the one to tell of.
        let _ = fs::remove_file(&beside);
    }
    written.map_err(|error| Failed::file(&path, error))
}

fn fill(beside: &Path, path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = fs::File::create(beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    drop(file);
    fs::rename(beside, path)
}
