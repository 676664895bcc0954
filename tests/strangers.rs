//! What strangers may do by their files, links, names and servers, and what they may not. `SECURITY.md` promises it.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{command, path, ran, read};

const SCALE: &str = "workflows/image/scale";
/// A line that cargo would obey.
const INJECTED: &str = "cargo::rustc-link-arg-bins=-wrapper";

fn text(path: &Path) -> &str {
    path.to_str().expect("text")
}

/// A copy of a small workflow, with another manifest.
fn workflow(folder: &Path, manifest: &str) {
    fs::create_dir_all(folder).expect("a folder");
    fs::copy(path(SCALE).join("graph.json"), folder.join("graph.json")).expect("copied");
    fs::write(folder.join("interface.toml"), manifest).expect("written");
}

/// Not a test: what a build script does, in a process of its own, whose output `told_to_cargo` reads.
#[test]
fn a_build_script() {
    let Ok(folder) = std::env::var("COMFYC_TEST_BUILD_SCRIPT") else { return };
    let folder = Path::new(&folder);
    let result = comfyc_build::configure()
        .out_dir(folder.join("out"))
        .used_by(folder.join("workflows"))
        .nodes(folder.join("object_info.json"));
    // As `main` would.
    if let Err(failed) = result {
        eprintln!("Error: {failed:?}");
    }
}

/// Runs the build script with the documents in `folder`: the lines that cargo would take for directives, and stderr.
fn told_to_cargo(folder: &Path) -> (Vec<String>, String) {
    fs::create_dir_all(folder.join("out")).expect("a folder");
    let catalog = r#"{"A": {"input": {"required": {}}, "output": [], "output_node": true, "name": "A"}}"#;
    fs::write(folder.join("object_info.json"), catalog).expect("written");
    let output = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "strangers::a_build_script", "--nocapture"])
        .env("COMFYC_TEST_BUILD_SCRIPT", folder)
        .output()
        .expect("it starts");
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    // The harness puts the name of the test before the first line.
    let directives =
        stdout.lines().filter_map(|line| line.split_once("cargo:").map(|(_, rest)| format!("cargo:{rest}")));
    (directives.collect(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// What is no regular file. A device or FIFO would be as good, but a test that fails would never end.
#[cfg(unix)]
fn socket(path: &Path) -> std::os::unix::net::UnixListener {
    std::os::unix::net::UnixListener::bind(path).expect("a socket")
}

#[cfg(unix)]
#[test]
fn no_name_of_a_file_is_a_directive_to_cargo() {
    let graph = r#"{"1": {"class_type": "A", "inputs": {}}}"#;
    let odd = format!("x\n{INJECTED}\n.json");
    for nested in [odd.clone(), format!("{odd}/a.json"), format!("dir\n{INJECTED}/interface.toml")] {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("workflows").join(&nested);
        fs::create_dir_all(file.parent().expect("a parent")).expect("a folder");
        fs::write(&file, graph).expect("written");
        let (told, stderr) = told_to_cargo(folder.path());
        assert!(!told.iter().any(|line| line.starts_with(INJECTED)), "{told:#?}");
        assert!(told.iter().any(|line| line.starts_with("cargo::error=")), "{told:#?}");
        assert!(stderr.contains("a name with a control character"), "{stderr}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    workflow(&folder.path().join("workflows"), &format!("graph = \"a\\n{INJECTED}\"\n"));
    let (told, stderr) = told_to_cargo(folder.path());
    assert!(!told.iter().any(|line| line.starts_with(INJECTED)), "{told:#?}");
    assert!(stderr.contains("it contains a control character"), "{stderr}");
}

#[cfg(unix)]
#[test]
fn a_build_script_reads_what_is_in_its_folders_and_nothing_else() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().expect("a folder");
    let workflows = folder.path().join("workflows");
    fs::create_dir(&workflows).expect("a folder");
    fs::write(workflows.join("a.json"), r#"{"1": {"class_type": "A", "inputs": {}}}"#).expect("written");
    fs::write(folder.path().join("secret.json"), r#"{"1": {"class_type": "SECRET"}}"#).expect("written");
    // Links out and round in circles, and what is no file, are passed over.
    symlink("../secret.json", workflows.join("b.json")).expect("a link");
    let _socket = socket(&folder.path().join("socket"));
    symlink("../socket", workflows.join("c.json")).expect("a link");
    symlink(".", workflows.join("d")).expect("a link");
    symlink("..", workflows.join("e")).expect("a link");
    let _own = socket(&workflows.join("f.json"));
    let (told, stderr) = told_to_cargo(folder.path());
    assert!(
        !stderr.contains("SECRET") && !told.iter().any(|line| line.starts_with("cargo::error")),
        "{stderr}"
    );
    assert!(folder.path().join("out/object_info.rs").is_file());
    // A workflow's own parts may not lead out of it.
    workflow(&workflows.join("w"), "");
    fs::remove_file(workflows.join("w/graph.json")).expect("removed");
    symlink("../../secret.json", workflows.join("w/graph.json")).expect("a link");
    let (_, stderr) = told_to_cargo(folder.path());
    assert!(
        stderr.contains("graph.json`: it leads out of the folder") && !stderr.contains("SECRET"),
        "{stderr}"
    );
}

#[cfg(unix)]
#[test]
fn generated_code_is_written_into_its_folder_only() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().expect("a folder");
    let workflows = folder.path().join("workflows");
    fs::create_dir(&workflows).expect("a folder");
    fs::write(workflows.join("a.json"), r#"{"1": {"class_type": "A", "inputs": {}}}"#).expect("written");
    fs::create_dir(folder.path().join("out")).expect("a folder");
    fs::write(folder.path().join("kept"), "kept").expect("written");
    symlink("../kept", folder.path().join("out/object_info.rs")).expect("a link");
    let (told, stderr) = told_to_cargo(folder.path());
    assert!(told.iter().any(|line| line.contains("leads out of its folder")), "{told:#?} {stderr}");
    assert_eq!(fs::read_to_string(folder.path().join("kept")).expect("text"), "kept");
}

#[test]
fn the_graph_of_a_workflow_is_below_it() {
    let root = tempfile::tempdir().expect("a folder");
    fs::write(root.path().join("secret"), "{\"SECRET\": 1").expect("written");
    let folder = root.path().join("workflow");
    let absolute = root.path().join("secret");
    for graph in ["../secret", "sub/../../secret", text(&absolute)] {
        workflow(&folder, &format!("graph = '{graph}'\n"));
        for arguments in [&["check"][..], &["build"], &["gen", "inputs"], &["run", "--on", "comfyui"]] {
            let (stdout, stderr, code) = ran(&[arguments, &[text(&folder)]].concat());
            assert_eq!(code, 1, "{stderr}");
            assert!(!stdout.contains("SECRET") && !stderr.contains("SECRET"), "{stderr}");
            assert!(stderr.contains("bad interface.toml at `graph`"), "{stderr}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_part_of_a_workflow_that_is_a_link_out_of_it_is_not_read() {
    use std::os::unix::fs::symlink;
    let root = tempfile::tempdir().expect("a folder");
    fs::write(root.path().join("secret"), "[SECRET\n").expect("written");
    for name in ["graph.json", "interface.toml", "sub.json"] {
        let folder = root.path().join("workflow");
        workflow(&folder, if name == "sub.json" { "graph = 'sub.json'\n" } else { "" });
        let _ = fs::remove_file(folder.join(name));
        symlink("../secret", folder.join(name)).expect("a link");
        let (stdout, stderr, code) = ran(&["check", text(&folder)]);
        assert_ne!(code, 0, "{name}");
        assert!(!stdout.contains("SECRET") && !stderr.contains("SECRET"), "{stderr}");
        assert!(stderr.contains("it leads out of the folder of the document"), "{stderr}");
        fs::remove_dir_all(folder).expect("removed");
    }
    // Of a folder without a manifest too.
    let folder = root.path().join("graph-only");
    fs::create_dir(&folder).expect("a folder");
    symlink("../secret", folder.join("graph.json")).expect("a link");
    let (_, stderr, code) = ran(&["check", text(&folder)]);
    assert!(code != 0 && !stderr.contains("SECRET"), "{stderr}");
    // What is no file, and may never end, is not read, whoever names it.
    let _socket = socket(&root.path().join("a.json"));
    symlink("a.json", root.path().join("b.json")).expect("a link");
    for name in ["a.json", "b.json"] {
        let file = root.path().join(name);
        for options in [&[][..], &["--as-server"], &["--as-server", "--jsonl"]] {
            let (_, stderr, code) = ran(&[&["check"], options, &[text(&file)]].concat());
            assert!(code == 2 && stderr.contains("not a regular file"), "{options:?}: {stderr}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn out_writes_into_what_is_no_file_and_replaces_none_of_it() {
    use std::io::Read;
    use std::os::unix::fs::{FileTypeExt, symlink};
    let folder = tempfile::tempdir().expect("a folder");
    let schema = "schemas/runcomfy/community__wan-2-2__first-last-frame.json";
    let generate = |out: &str| command(&["gen", "inputs", schema, "--quiet", "--out", out]);
    let expected = ran(&["gen", "inputs", schema, "--quiet"]).0;

    // What `/dev/stdout` is, but in a folder of the test's own: one that fails must not spoil the machine.
    let stdout = folder.path().join("stdout");
    symlink("/proc/self/fd/1", &stdout).expect("a link");
    let output = generate(text(&stdout)).stdout(Stdio::piped()).output().expect("it starts");
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
    assert!(fs::symlink_metadata(&stdout).expect("a link").is_symlink());

    let log = folder.path().join("log");
    fs::write(&log, "before\n").expect("written");
    let appended = fs::OpenOptions::new().append(true).open(&log).expect("a file");
    assert!(generate(text(&stdout)).stdout(appended).status().expect("it starts").success());
    assert_eq!(fs::read_to_string(&log).expect("text"), format!("before\n{expected}"));

    let fifo = folder.path().join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().expect("it starts").success());
    // Open at both ends, so that nobody waits for the other.
    let mut reader = fs::OpenOptions::new().read(true).write(true).open(&fifo).expect("a FIFO");
    assert!(generate(text(&fifo)).status().expect("it starts").success());
    assert!(fs::metadata(&fifo).expect("a FIFO").file_type().is_fifo());
    let mut read = vec![0; expected.len()];
    reader.read_exact(&mut read).expect("all of it");
    assert_eq!(String::from_utf8_lossy(&read), expected);

    symlink("nowhere", folder.path().join("dangling")).expect("a link");
    let output = generate(text(&folder.path().join("dangling"))).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && said.contains("a link that leads nowhere"), "{said}");
    assert!(!folder.path().join("nowhere").exists());
}

#[cfg(unix)]
#[test]
fn build_writes_into_its_folder_and_over_its_own_files_only() {
    use std::os::unix::fs::symlink;
    let root = tempfile::tempdir().expect("a folder");
    let out = root.path().join("out");
    let outside = root.path().join("outside.json");
    fs::create_dir(&out).expect("a folder");
    fs::write(&outside, "{}").expect("written");
    let artifact = out.join("scale.prompt.json");
    let given = ["build", SCALE, "--set", "1_image=a.png", "--out", text(&out)];
    let build = |more: &[&str]| ran(&[&given[..], more].concat());

    symlink("../outside.json", &artifact).expect("a link");
    let (_, stderr, code) = build(&["--force"]);
    assert!(code == 2 && stderr.contains("it is a link that leads out of its folder"), "{stderr}");
    assert_eq!(fs::read_to_string(&outside).expect("text"), "{}");
    fs::remove_file(&artifact).expect("removed");

    assert_eq!(build(&[]).2, 0);
    let first = fs::read_to_string(&artifact).expect("text");
    assert_eq!((build(&[]).2, build(&["--set", "1_image=b.png"]).2), (0, 0));
    assert_ne!(fs::read_to_string(&artifact).expect("text"), first);

    fs::write(&artifact, "{\"mine\": 1}").expect("written");
    let (_, stderr, code) = build(&[]);
    assert!(code == 2 && stderr.contains("--force replaces it"), "{stderr}");
    assert_eq!(fs::read_to_string(&artifact).expect("text"), "{\"mine\": 1}");
    assert_eq!(build(&["--force"]).2, 0);
    assert_eq!(fs::read_to_string(&artifact).expect("text"), first);

    let mut permissions = fs::metadata(&artifact).expect("a file").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&artifact, permissions).expect("set");
    let (_, stderr, code) = build(&["--set", "1_image=b.png", "--force"]);
    assert!(code == 2 && stderr.contains("it is read-only"), "{stderr}");
    assert_eq!(fs::read_to_string(&artifact).expect("text"), first);
}

#[test]
fn every_artifact_is_known_again_and_nothing_else_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = text(folder.path());
    for (emit, suffix, other) in [
        ("prompt", "prompt.json", r#"{"a": 1}"#),
        ("payload", "payload.json", r#"{"1": {"class_type": "A"}}"#),
        ("overrides", "overrides.json", r#"{"1_a": 2}"#),
        ("schema", "schema.json", r#"{"a": 1}"#),
        ("rust", "rs", "fn main() {}"),
        ("ir", "ir.json", "[]"),
    ] {
        let given = ["build", SCALE, "--set", "1_image=a.png", "--emit", emit, "--out", out];
        let build = |more: &[&str]| ran(&[&given[..], more].concat());
        let (_, stderr, code) = build(&[]);
        assert_eq!(code, 0, "{stderr}");
        // Other bytes of the same kind.
        let more: &[&str] =
            if emit == "schema" { &["--dialect", "2020-12"] } else { &["--set", "1_image=b.png"] };
        let (_, stderr, code) = build(more);
        assert_eq!(code, 0, "{emit}: {stderr}");
        let artifact = folder.path().join(format!("scale.{suffix}"));
        fs::write(&artifact, other).expect("written");
        let (_, stderr, code) = build(&[]);
        assert!(code == 2 && stderr.contains("--force replaces it"), "{emit}: {stderr}");
        fs::write(&artifact, "").expect("written");
        assert_eq!(build(&[]).2, 0);
    }
}

#[cfg(unix)]
#[test]
fn fix_edits_no_file_that_is_protected_or_elsewhere() {
    use std::os::unix::fs::symlink;
    const WRONG: &str = r#"{"1": {"class_type": "EmptyImge", "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 0}}, "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}}"#;
    let root = tempfile::tempdir().expect("a folder");
    let folder = root.path().join("folder");
    fs::create_dir(&folder).expect("a folder");
    fs::write(root.path().join("outside.json"), WRONG).expect("written");
    symlink("../outside.json", folder.join("link.json")).expect("a link");
    fs::write(folder.join("own.json"), WRONG).expect("written");
    let mut permissions = fs::metadata(folder.join("own.json")).expect("a file").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(folder.join("own.json"), permissions).expect("set");
    for (name, why) in [("link.json", "a link that leads out"), ("own.json", "it is read-only")] {
        let file = folder.join(name);
        let (_, stderr, code) = ran(&["check", "--fix", text(&file)]);
        assert!(code == 2 && stderr.contains(why), "{stderr}");
        assert_eq!(fs::read_to_string(&file).expect("text"), WRONG);
    }
}

#[test]
fn a_pull_request_does_not_set_its_own_levels() {
    let folder = tempfile::tempdir().expect("a folder");
    let stranger = folder.path().join("workflow");
    workflow(&stranger, "[lints]\nunknown-class = 'warn'\n");
    fs::write(stranger.join("graph.json"), r#"{"1": {"class_type": "NoSuch", "inputs": {}}}"#)
        .expect("written");
    let lints = folder.path().join("lints.toml");
    let lints_say = |lines: &str| fs::write(&lints, format!("[lints]\n{lines}")).expect("written");
    let check = |more: &[&str]| ran(&[&["check", text(&stranger)], more].concat()).2;
    let from_file = ["--lints-from", text(&lints)];
    assert_eq!(check(&[]), 0);
    assert_eq!(check(&["--lints-from", "none"]), 1);
    lints_say("idle-stage = 'deny'");
    assert_eq!(check(&from_file), 1);
    lints_say("unknown-class = 'warn'");
    assert_eq!(check(&from_file), 0);
    // The command line still counts more, and a file that says nothing valid is no leave.
    assert_eq!(check(&["--lints-from", "none", "--warn", "unknown-class"]), 0);
    assert_eq!(check(&[&from_file[..], &["--deny", "unknown-class"]].concat()), 1);
    lints_say("unknown-class = 'allow'");
    assert_eq!(check(&from_file), 2);
    assert_eq!(check(&["--lints-from", text(&folder.path().join("missing.toml"))]), 2);
    // Graphs alone have the levels of the file too.
    lints_say("unknown-class = 'warn'");
    assert_eq!(ran(&[&["check", text(&stranger.join("graph.json"))], &from_file[..]].concat()).2, 0);
}

#[test]
fn the_hook_takes_no_file_for_an_option() {
    let hook = read(".pre-commit-hooks.yaml");
    let entry = hook.lines().find_map(|line| line.trim().strip_prefix("entry: comfyc ")).expect("an entry");
    assert!(entry.ends_with(" --"), "{entry}");
    let folder = tempfile::tempdir().expect("a folder");
    let name = "--catalog=x/graph.json";
    fs::create_dir(folder.path().join("--catalog=x")).expect("a folder");
    fs::write(folder.path().join(name), r#"{"1": {"class_type": "NoSuch", "inputs": {}}}"#).expect("written");
    let arguments: Vec<&str> = entry.split(' ').chain([name]).collect();
    let output = command(&arguments).current_dir(folder.path()).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && said.contains("unknown class `NoSuch`"), "{said}");
}

/// Runs the script of the action's last step in a folder, with a `comfyc` that prints its arguments.
#[cfg(unix)]
fn action(folder: &Path, files: &str, arguments: &str) -> (String, Option<i32>) {
    use std::os::unix::fs::PermissionsExt;
    let action = read(".github/actions/check/action.yml");
    let (_, script) = action.rsplit_once("      run: |\n").expect("a script");
    let tool = folder.join("temp/comfyc/bin");
    fs::create_dir_all(&tool).expect("a folder");
    fs::write(tool.join("comfyc"), "#!/bin/sh\nprintf '<%s>' \"$@\"\n").expect("written");
    fs::set_permissions(tool.join("comfyc"), fs::Permissions::from_mode(0o755)).expect("set");
    let output = Command::new("bash")
        .args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script])
        .current_dir(folder.join("repository"))
        .env("RUNNER_TEMP", folder.join("temp"))
        .env("FILES", files)
        .env("ARGUMENTS", arguments)
        .output()
        .expect("bash starts");
    (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.code())
}

#[cfg(unix)]
#[test]
fn the_action_runs_no_name_of_a_file_and_follows_no_link() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().expect("a folder");
    let repository = folder.path().join("repository");
    fs::create_dir(&repository).expect("a folder");
    for name in
        ["--catalog=x.json", "$(touch pwned).json", "`touch pwned`.json", "a b.json", "c\nd.json", "-"]
    {
        fs::write(repository.join(name), "").expect("written");
    }
    let (stdout, code) = action(folder.path(), "*\nmissing.json", "--deny warnings");
    assert_eq!(code, Some(0), "{stdout}");
    assert!(stdout.starts_with("<check><--format><github><--deny><warnings><--><"), "{stdout}");
    for name in [
        "<--catalog=x.json>",
        "<$(touch pwned).json>",
        "<a b.json>",
        "<c\nd.json>",
        "<./->",
        "<missing.json>",
    ] {
        assert!(stdout.split_once("<-->").expect("files").1.contains(name), "{stdout}");
    }
    assert!(!repository.join("pwned").exists());

    fs::create_dir(repository.join(".git")).expect("a folder");
    fs::write(repository.join(".git/config"), "SECRET").expect("written");
    fs::create_dir(repository.join("workflows")).expect("a folder");
    symlink("../.git/config", repository.join("workflows/graph.json")).expect("a link");
    symlink(".git", repository.join("linked\n::set-output name=x::y")).expect("a link");
    for files in ["workflows/*.json", "workflows/graph.json", "link*/config", "*/config"] {
        let (stdout, code) = action(folder.path(), files, "");
        assert_eq!(code, Some(2), "{files}: {stdout}");
        assert!(stdout.starts_with("::error title=comfyc::") && stdout.lines().count() == 1, "{stdout}");
    }
}

#[test]
fn one_place_writes_files_and_one_speaks_to_cargo() {
    let mut open: Vec<_> = ["build", "cli", "client", "core"].map(|name| path("crates").join(name)).into();
    let mut read = 0;
    while let Some(at) = open.pop() {
        if at.is_dir() {
            let inside = fs::read_dir(&at).expect("a folder").map(|entry| entry.expect("an entry").path());
            open.extend(inside.filter(|path| !path.ends_with("tests") && !path.ends_with("embedded")));
            continue;
        }
        if at.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        read += 1;
        let text = fs::read_to_string(&at).expect("text");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let mut forbidden = vec!["fs::write(", "fs::rename(", "File::create(", "OpenOptions"];
        if at.starts_with(path("crates/build")) && !at.ends_with("output.rs") {
            forbidden.extend(["print!(", "println!(", "cargo::"]);
        }
        for word in forbidden {
            let found = code.lines().find(|line| line.contains(word) && !line.trim_start().starts_with("//"));
            assert!(found.is_none(), "{}: {found:?}", at.display());
        }
    }
    assert!(read > 100);
}
