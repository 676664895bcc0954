//! Every gate, one after the other. What cannot be asked here, because a tool is not installed or the internet is not there, is
//! passed over, and named again at the end; everything else must pass.

use std::process::{Command, Stdio};

use crate::{Failure, codegen, repository};

/// Runs the gates; with `tests`, those too.
pub(crate) fn run(tests: bool) -> Result<(), Failure> {
    let mut passed_over = Vec::new();
    cargo("formatting", &["fmt", "--all", "--check"], &[])?;
    cargo("lints", &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"], &[])?;
    if tests {
        cargo("tests", &["test", "--workspace", "--locked"], &[])?;
    }
    cargo(
        "documentation",
        &["doc", "--workspace", "--no-deps", "--locked"],
        &[("RUSTDOCFLAGS", "-D warnings")],
    )?;
    println!("== generated files");
    codegen::run(true)?;
    if wasm_is_installed() {
        cargo(
            "wasm",
            &[
                "check",
                "-p",
                "comfyc",
                "--features",
                "media",
                "--target",
                "wasm32-unknown-unknown",
                "--locked",
            ],
            &[],
        )?;
    } else {
        passed_over.push("wasm: the target wasm32-unknown-unknown is not installed");
    }
    if answers("cargo", &["deny", "--version"]) {
        cargo("dependencies", &["deny", "check", "bans", "licenses", "sources"], &[])?;
        // What is known of the dependencies changes while they do not: it is fetched anew each time.
        if answers("cargo", &["deny", "fetch", "db"]) {
            cargo("advisories", &["deny", "check", "--disable-fetch", "advisories"], &[])?;
        } else {
            passed_over.push("advisories: the database of RustSec cannot be fetched");
        }
    } else {
        passed_over.push("dependencies and advisories: cargo-deny is not installed");
    }
    for gate in passed_over {
        println!("== PASSED OVER: {gate}");
        if std::env::var_os("GITHUB_ACTIONS").is_some() {
            println!("::warning title=a gate was passed over::{gate}");
        }
    }
    Ok(())
}

fn cargo(gate: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Result<(), Failure> {
    println!("== {gate}: cargo {}", arguments.join(" "));
    let mut command = Command::new(env!("CARGO"));
    command.args(arguments).current_dir(repository()).envs(variables.iter().copied());
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(Failure(format!("{gate}: cargo {} failed", arguments.join(" ")))),
        Err(error) => Err(Failure(format!("{gate}: cargo cannot be started: {error}"))),
    }
}

fn wasm_is_installed() -> bool {
    let output = Command::new("rustc").args(["--print", "sysroot"]).output();
    output.is_ok_and(|output| {
        let sysroot = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        std::path::Path::new(&sysroot).join("lib/rustlib/wasm32-unknown-unknown").is_dir()
    })
}

fn answers(program: &str, arguments: &[&str]) -> bool {
    let status = Command::new(program)
        .args(arguments)
        .current_dir(repository())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}
