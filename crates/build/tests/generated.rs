//! What is generated compiles without a warning, and does what it should: a build script that reads every schema of the
//! repository, and a program with what it writes, compiled as cargo would, with clippy where that is installed, and run.
//!
//! `COMFYC_SCHEMAS=<folder>` adds the schemas of a folder.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that fails has done its work"
)]

mod hostile;
mod rustc;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustc::{Compiler, errors};

#[test]
fn generated_inputs_compile_without_a_warning_and_take_what_their_schema_takes() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.join("../..");
    let fixture = Path::new(env!("CARGO_TARGET_TMPDIR")).join("generated-inputs");
    let _ = fs::remove_dir_all(&fixture);
    for folder in ["src", "schemas", "out"] {
        fs::create_dir_all(fixture.join(folder)).expect("a folder");
    }
    // The default configuration of rustfmt, whatever the repository's is.
    fs::write(fixture.join("rustfmt.toml"), "").expect("a file");
    fs::copy(here.join("tests/fixture/main.rs"), fixture.join("src/main.rs")).expect("a file");
    fs::write(fixture.join("schemas/empty.json"), r#"{"type": "object", "properties": {}}"#).expect("a file");
    fs::write(fixture.join("schemas/hashes.json"), hostile::hashes()).expect("a file");
    for odd in ["odd.json", "long.json"] {
        fs::copy(here.join("tests/fixture").join(odd), fixture.join("schemas").join(odd)).expect("a file");
    }
    let mut folders = vec![root.join("schemas/runcomfy")];
    folders.extend(std::env::var_os("COMFYC_SCHEMAS").map(PathBuf::from));
    for folder in folders {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let text = fs::read_to_string(&path).expect("a file");
            if path.extension().is_some_and(|e| e == "json")
                && text.contains("\"properties\"")
                && !text.contains("\"output\": {")
                && !text.contains("class_type")
            {
                fs::write(fixture.join("schemas").join(path.file_name().expect("a name")), text)
                    .expect("a file");
            }
        }
    }
    let mut modules = String::from("schemas! {\n");
    let mut stems: Vec<String> = fs::read_dir(fixture.join("schemas"))
        .expect("a folder")
        .map(|entry| {
            entry.expect("an entry").path().file_stem().expect("a name").to_string_lossy().into_owned()
        })
        .collect();
    stems.sort();
    // Tried by a test of its own in the program.
    fs::write(fixture.join("schemas/hostile.json"), hostile::schema()).expect("a file");
    fs::write(fixture.join("object_info.json"), hostile::object_info()).expect("a file");
    for (i, stem) in stems.iter().enumerate() {
        let module = match stem.as_str() {
            "empty" | "odd" => stem.clone(),
            "community__wan-2-2__first-last-frame" => "seed".to_owned(),
            _ => format!("schema_{i}"),
        };
        modules.extend(["    ", &module, " \"", stem, "\",\n"]);
    }
    modules.push_str("}\n");
    fs::write(fixture.join("src/schemas.rs"), modules).expect("a file");

    let script = fixture.join("build-script");
    let compiler = Compiler::with(&["comfyc_build"], "fn main() -> comfyc_build::Result {\n    Ok(())\n}\n");
    run(compiler.program("rustc", &here.join("tests/fixture/build.rs"), &script), &fixture);
    let told = run(Command::new(&script), &fixture);
    assert!(told.lines().any(|line| line.starts_with("cargo::rerun-if-changed=")), "{told}");

    let program = fixture.join("program");
    let compiler = Compiler::with(&["comfyc"], "fn main() {\n    comfyc::inputs::Payload::new();\n}\n");
    let driver = if answers("clippy-driver") {
        "clippy-driver"
    } else {
        eprintln!("passed over: clippy is not installed");
        "rustc"
    };
    run(compiler.program(driver, Path::new("src/main.rs"), &program), &fixture);
    println!("{}", run(Command::new(&program), &fixture));

    if !answers("rustfmt") {
        eprintln!("passed over: rustfmt is not installed");
        return;
    }
    for entry in fs::read_dir(fixture.join("out")).expect("a folder") {
        let path = entry.expect("an entry").path();
        // Nodes may have longer lines than rustfmt makes.
        if path.file_name().is_some_and(|name| name.to_string_lossy().ends_with("_nodes.rs")) {
            continue;
        }
        let output = Command::new("rustfmt")
            .args(["--check", "--edition", "2024", "--config-path"])
            .arg(fixture.join("rustfmt.toml"))
            .arg(&path)
            .output()
            .expect("rustfmt starts");
        let difference = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success(),
            "{}: {difference}{}",
            path.display(),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

fn answers(program: &str) -> bool {
    let status = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// Runs a command as cargo runs a build script and its compiler, and returns what it prints.
fn run(mut command: Command, fixture: &Path) -> String {
    command.current_dir(fixture).env("CARGO_MANIFEST_DIR", fixture).env("OUT_DIR", fixture.join("out"));
    let output = command.output().expect("it starts");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{printed}{}", errors(&output));
    printed
}
