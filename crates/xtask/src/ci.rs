//! Every gate, one after the other. A tool that is not installed is named and passed over; everything else must pass.

use std::process::{Command, Stdio};

use crate::{Failure, codegen, repository};

/// Runs the gates; with `tests`, those too.
pub(crate) fn run(tests: bool) -> Result<(), Failure> {
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
        println!("== wasm: passed over, the target wasm32-unknown-unknown is not installed");
    }
    if answers("cargo", &["deny", "--version"]) {
        cargo("dependencies", &["deny", "check", "bans", "licenses", "sources"], &[])?;
    } else {
        println!("== dependencies: passed over, cargo-deny is not installed");
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
    let status = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}
