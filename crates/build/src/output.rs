//! What a build script tells cargo, and the file it writes.
//!
//! Cargo takes each line that a build script prints as a directive, some of which run programs. File names and the words of
//! documents are other people's, so [`tell`] is the only place of this crate that prints.

use std::io;
use std::path::{Path, PathBuf};

use comfyc::source::escaped;

use crate::{Failed, Result};

/// Tells cargo that the output depends on this file or folder. A path with a control character is an error: cargo could take
/// the rest of it for another directive.
pub(crate) fn depends_on(path: &Path) -> io::Result<()> {
    tell("rerun-if-changed", &path.display().to_string())
}

/// Tells cargo why the build fails, in one line; the reports follow on stderr when `main` returns the failure.
pub(crate) fn told(result: Result) -> Result {
    if let Err(failed) = &result {
        let line = escaped(&failed.to_string()).into_owned();
        tell("error", &line).map_err(|_| Failed::usage(line))?;
    }
    result
}

/// Prints a directive: on one line, or not at all.
#[expect(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]
fn tell(directive: &str, value: &str) -> io::Result<()> {
    println!("{}", line(directive, value)?);
    Ok(())
}

fn line(directive: &str, value: &str) -> io::Result<String> {
    if value.contains(char::is_control) {
        let text = "a name with a control character cannot be told to cargo";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    Ok(format!("cargo::{directive}={value}"))
}

/// `OUT_DIR`, where cargo wants what a build script writes.
pub(crate) fn out_dir() -> Result<PathBuf> {
    let wanted =
        || Failed::usage("OUT_DIR is not set: this is no build script, so name a folder with `out_dir`");
    std::env::var_os("OUT_DIR").map(PathBuf::from).ok_or_else(wanted)
}

/// Puts `text` into `folder/name`, as [`comfyc_files::put`] does: what is there already is not written again, so that what
/// depends on it is not built again.
pub(crate) fn write(folder: &Path, name: &str, text: &str) -> Result {
    comfyc_files::put(folder, Path::new(name), text.as_bytes())
        .map_err(|error| Failed::file(&folder.join(name), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directive_is_one_line_or_none() {
        assert_eq!(line("rerun-if-changed", "a b/ü.json").unwrap(), "cargo::rerun-if-changed=a b/ü.json");
        for value in ["a\nb", "a\rb", "a\ncargo::rustc-link-arg=-wrapper", "a\0", "a\u{1b}[2J", "a\u{85}b"] {
            assert!(line("rerun-if-changed", value).is_err(), "{value:?}");
        }
    }

    #[test]
    fn a_failure_is_told_on_one_line_whatever_it_quotes() {
        let failed = Failed::usage("bad `\r\ncargo::rustc-cfg=x\u{1b}`");
        let line = line("error", &escaped(&failed.to_string())).unwrap();
        assert_eq!(line, r"cargo::error=bad `\r\ncargo::rustc-cfg=x\u{1b}`");
    }
}
