//! The Python tool to compare with: in an environment of its own, in a process that is asked and answers by the line.

use std::fs;
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::{Failure, python, repository};

/// The package that holds it.
pub(super) const PACKAGE: &str = "comfy-cli==1.23.0";

/// The tool, ready to be asked.
pub(super) struct Peer {
    child: Child,
    asked: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Peer {
    /// Starts a driver, a Python program that reads a line of JSON first, and then answers each line with a line.
    pub(super) fn start(driver: &str, argument: &str, first: &Value) -> Result<Self, Failure> {
        let python = environment()?;
        let failed = |error: std::io::Error| Failure(format!("{}: {error}", python.display()));
        let mut child = Command::new(&python)
            .args(["-c", driver, argument])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        let (Some(mut asked), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Failure(format!("{} has no pipes", python.display())));
        };
        writeln!(asked, "{first}").map_err(failed)?;
        Ok(Self { child, asked, answers: BufReader::new(answers).lines() })
    }

    /// The answer to a question.
    pub(super) fn ask(&mut self, question: &Value) -> Result<Value, Failure> {
        let failed = |error: std::io::Error| Failure(format!("{PACKAGE}: {error}"));
        writeln!(self.asked, "{question}").map_err(failed)?;
        let answer = self.answers.next().transpose().map_err(failed)?;
        let answer = answer.ok_or_else(|| Failure(format!("{PACKAGE} does not answer")))?;
        serde_json::from_str(&answer)
            .map_err(|error| Failure(format!("{PACKAGE} answers `{answer}`: {error}")))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The Python of an environment that holds the package and nothing else, made when it is not there yet.
fn environment() -> Result<PathBuf, Failure> {
    let folder = repository().join("target/bench").join(PACKAGE);
    let inside = folder.join("bin/python");
    let complete = folder.join("complete");
    if !complete.is_file() {
        fs::create_dir_all(&folder).map_err(|error| Failure(format!("{}: {error}", folder.display())))?;
        python(Path::new("python3"), &folder, &["-m", "venv", "--clear", "."])?;
        python(&inside, &folder, &["-m", "pip", "install", "--quiet", PACKAGE])?;
        fs::write(&complete, PACKAGE).map_err(|error| Failure(format!("{}: {error}", complete.display())))?;
    }
    Ok(inside)
}
