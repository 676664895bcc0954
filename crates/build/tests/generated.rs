//! What is generated compiles without a warning, and does what it should: a crate of its own with the inputs of every schema
//! of the repository, built once by cargo, with clippy where that is installed, and run.
//!
//! `COMFYC_SCHEMAS=<folder>` adds the schemas of a folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[test]
fn generated_inputs_compile_without_a_warning_and_take_what_their_schema_takes() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.join("../..");
    let fixture = Path::new(env!("CARGO_TARGET_TMPDIR")).join("generated-inputs");
    let _ = fs::remove_dir_all(&fixture);
    fs::create_dir_all(fixture.join("src")).expect("a folder");
    fs::create_dir_all(fixture.join("schemas")).expect("a folder");
    let manifest = format!(
        "[package]\nname = \"generated-inputs\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\ncomfyc.path = {:?}\n\n[build-dependencies]\ncomfyc-build.path = {here:?}\n\n\
         [profile.dev]\ndebug = false\n",
        root.join("crates/core"),
    );
    fs::write(fixture.join("Cargo.toml"), manifest).expect("a file");
    // The default configuration of rustfmt, whatever the repository's is.
    fs::write(fixture.join("rustfmt.toml"), "").expect("a file");
    fs::copy(root.join("Cargo.lock"), fixture.join("Cargo.lock")).expect("a file");
    fs::copy(here.join("tests/fixture/build.rs"), fixture.join("build.rs")).expect("a file");
    fs::copy(here.join("tests/fixture/main.rs"), fixture.join("src/main.rs")).expect("a file");
    fs::write(fixture.join("schemas/empty.json"), r#"{"type": "object", "properties": {}}"#).expect("a file");
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
    for (i, stem) in stems.iter().enumerate() {
        let module = match stem.as_str() {
            "empty" | "odd" => stem.clone(),
            "community__wan-2-2__first-last-frame" => "seed".to_owned(),
            _ => format!("schema_{i}"),
        };
        modules.push_str(&format!("    {module} {stem:?},\n"));
    }
    modules.push_str("}\n");
    fs::write(fixture.join("src/schemas.rs"), modules).expect("a file");

    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["run", "--offline", "--quiet"]).current_dir(&fixture);
    cargo.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("generated"));
    if answers("clippy-driver") {
        cargo.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver");
    } else {
        eprintln!("passed over: clippy is not installed");
    }
    let output = cargo.output().expect("cargo starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    println!("{}", String::from_utf8_lossy(&output.stdout));

    let out_dir = newest_out_dir(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("generated/debug/build"));
    if !answers("rustfmt") {
        eprintln!("passed over: rustfmt is not installed");
        return;
    }
    for entry in fs::read_dir(out_dir).expect("a folder") {
        let path = entry.expect("an entry").path();
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

/// The folder that the build script wrote to last.
fn newest_out_dir(builds: &Path) -> PathBuf {
    let mut found: Vec<PathBuf> = fs::read_dir(builds)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path().join("out"))
        .filter(|path| path.join("odd.rs").is_file())
        .collect();
    found.sort_by_key(|path| fs::metadata(path).and_then(|data| data.modified()).expect("a time"));
    found.pop().expect("the build script has run")
}
