//! Programs that a test compiles with the libraries that cargo has just built for it, so that no library is built twice.
//!
//! The libraries lie beside the test. Where several of a name do, of other features or another compiler, the newest that a
//! program can use is taken. That is sound: cargo has just found the one that this test is linked with newer than its
//! sources, and what is newer still was made of the same.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::SystemTime;

/// `rustc` with libraries of this workspace.
pub(crate) struct Compiler {
    folder: PathBuf,
    libraries: Vec<(&'static str, PathBuf)>,
}

impl Compiler {
    /// The compiler with libraries that `control`, a program that uses all of them, compiles with.
    pub(crate) fn with(names: &[&'static str], control: &str) -> Self {
        let test = std::env::current_exe().expect("a test runs");
        let folder = test.parent().expect("a folder").to_owned();
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-control.rs", names.join("-")));
        std::fs::write(&file, control).expect("a file");
        let mut choices: Vec<Vec<(&'static str, PathBuf)>> = vec![Vec::new()];
        for name in names {
            let found = newest_first(&folder, name);
            let with = |choice: &Vec<(&'static str, PathBuf)>, path: &PathBuf| {
                choice.iter().cloned().chain([(*name, path.clone())]).collect()
            };
            choices = choices.iter().flat_map(|choice| found.iter().map(|path| with(choice, path))).collect();
        }
        let mut said = format!("no library of {names:?} is in {}", folder.display());
        for libraries in choices {
            let compiler = Self { folder: folder.clone(), libraries };
            let output = compiler.check(&file).output().expect("rustc starts");
            if output.status.success() {
                return compiler;
            }
            said = errors(&output);
        }
        panic!("{said}");
    }

    /// The compilation of a program by this driver of the compiler.
    pub(crate) fn program(&self, driver: &str, file: &Path, program: &Path) -> Command {
        let mut command = Command::new(driver);
        if driver != "rustc" {
            command.arg("rustc");
        }
        self.arguments(&mut command, file, program);
        command
    }

    /// A compilation that makes no program.
    pub(crate) fn check(&self, file: &Path) -> Command {
        let mut command = Command::new("rustc");
        let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join(file.file_stem().expect("a name"));
        self.arguments(&mut command, file, &made.with_extension("rmeta"));
        command.args(["--emit", "metadata"]);
        command
    }

    fn arguments(&self, command: &mut Command, file: &Path, made: &Path) {
        command.args(["--edition", "2024", "--crate-type", "bin", "--color", "never", "-L"]);
        command.arg(format!("dependency={}", self.folder.display()));
        for (name, path) in &self.libraries {
            command.arg("--extern").arg(format!("{name}={}", path.display()));
        }
        command.arg("-o").arg(made).arg(file);
    }
}

/// What a compiler said.
pub(crate) fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn newest_first(folder: &Path, name: &str) -> Vec<PathBuf> {
    let start = format!("lib{name}-");
    let is_library = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(&start) && name.ends_with(".rlib")
    };
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut found: Vec<PathBuf> =
        entries.map(|entry| entry.expect("an entry").path()).filter(is_library).collect();
    let age =
        |path: &PathBuf| path.metadata().and_then(|data| data.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    found.sort_by_key(|path| std::cmp::Reverse(age(path)));
    found
}
