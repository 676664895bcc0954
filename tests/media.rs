//! Graphs inside of media files: the files in `fixtures/media`, as ComfyUI and others wrote them, and what is made of them.

use std::io::Write;
use std::process::Stdio;

use comfyc::front::media;
use comfyc::source::{Origin, Source, Sources, Syntax};
use serde_json::Value;

use crate::support::{command, path, ran};

const FOLDER: &str = "tests/fixtures/media";

/// Files that hold both forms, or, where it says so, but one.
const HOLD: [&str; 30] = [
    "capitals.webp",
    "comment.mp4",
    "comment.webm",
    "packed.png",
    "save-animated-png.png",
    "save-animated-webp.webp",
    "save-audio.flac",
    "save-audio.mp3",
    "save-audio.opus",
    "save-glb.glb",
    "save-image-advanced.exr",
    "save-image-advanced.png",
    "save-image.png",
    "save-latent.latent",
    "save-svg.svg",
    "save-video.mkv",
    "save-video.mp4",
    "save-video.webm",
    "save-webm.webm",
    "tags.avif",
    "tags.jpg",
    "tags.tif",
    "user-comment.avif",
    "user-comment.jpg",
    "vhs-ffv1.mkv",
    "vhs-gif.png",
    "vhs-h264.mp4",
    "vhs-vp9.webm",
    "vorbis.ogg",
    // But a prompt.
    "nan.png",
];

/// Files that hold none.
const EMPTY: [&str; 5] = ["parameters.png", "plain.jpg", "vhs-prores.mov", "vhs.gif", "vhs.webp"];

fn bytes(file: &str) -> Vec<u8> {
    std::fs::read(path(FOLDER).join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// A PNG with one text.
fn png(keyword: &str, text: &str) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let data = format!("{keyword}\0{text}");
    for (kind, data) in [("tEXt", data.as_bytes()), ("IEND", b"".as_slice())] {
        let body = [kind.as_bytes(), data].concat();
        let mut crc = u32::MAX;
        for byte in &body {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
            }
        }
        bytes.extend(u32::try_from(data.len()).expect("short").to_be_bytes());
        bytes.extend(body);
        bytes.extend((!crc).to_be_bytes());
    }
    bytes
}

/// A picture with a prompt that has an error, in a folder.
fn wrong() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("wrong.png");
    let prompt = r#"{"1": {"class_type": "LoadImage", "inputs": {"imag": "a.png"}}, "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}}"#;
    std::fs::write(&file, png("prompt", prompt)).expect("written");
    let file = file.to_str().expect("text").to_owned();
    (folder, file)
}

#[test]
fn every_file_is_told_of() {
    let mut known: Vec<&str> = HOLD.iter().chain(&EMPTY).copied().collect();
    known.sort_unstable();
    let mut there: Vec<String> = std::fs::read_dir(path(FOLDER))
        .expect("a folder")
        .map(|file| file.expect("a file").file_name().to_string_lossy().into_owned())
        .collect();
    there.sort();
    assert_eq!(known, there);
}

#[test]
fn both_forms_of_every_file_are_the_same_prompt() {
    for file in HOLD {
        let path = format!("{FOLDER}/{file}");
        let built = |form: &str| {
            let (stdout, stderr, code) = ran(&["build", &path, "--emit", "prompt", "--embedded", form]);
            assert_eq!(code, 0, "{file}: {stderr}");
            let (other, is_there) = match form {
                "prompt" => ("workflow", file != "nan.png"),
                _ => ("prompt", true),
            };
            let note = format!("--embedded {other} reads the other graph in it");
            let read = if file == "nan.png" { "prompt" } else { form };
            assert!(stderr.contains(&format!("note: {path}: reading the {read} in this ")), "{stderr}");
            assert_eq!(stderr.contains(&note), is_there && file != "nan.png", "{file}: {stderr}");
            // Python wrote the prompt and keeps `6.0`; JavaScript says `6`.
            let text = stdout.replace(".0,\n", ",\n").replace(".0\n", "\n");
            serde_json::from_str::<Value>(&text).expect("a prompt")
        };
        let (ran, saved) = (built("prompt"), built("workflow"));
        for (id, node) in ran.as_object().expect("nodes") {
            assert_eq!(node["class_type"], saved[id]["class_type"], "{file}");
            // The editor adds inputs that the prompts sent for these files leave to their defaults.
            for (input, value) in node["inputs"].as_object().expect("inputs") {
                assert_eq!(*value, saved[id]["inputs"][input], "{file}: {id}.{input}");
            }
        }
    }
}

#[test]
fn a_file_without_a_graph_is_refused() {
    for file in EMPTY {
        let path = format!("{FOLDER}/{file}");
        for command in [&["check", &path][..], &["build", &path], &["init", &path]] {
            let (stdout, stderr, code) = ran(command);
            assert_eq!((stdout.as_str(), code), ("", 1), "{file}: {stderr}");
            assert!(stderr.starts_with("no-embedded-graph\n") && stderr.contains(&path), "{stderr}");
        }
    }
}

#[test]
fn stdin_may_be_a_picture() {
    let mut child = command(&["build", "-", "--compact"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    child.stdin.take().expect("stdin").write_all(&bytes("save-image.png")).expect("written");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());
    assert!(output.stdout.starts_with(br#"{"1":{"inputs":{"width":16,"#));
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(stderr.starts_with("note: stdin: reading the prompt in this PNG file"), "{stderr}");
}

#[test]
fn reports_point_into_the_embedded_text() {
    let (_folder, file) = wrong();
    let (_, stderr, code) = ran(&["check", &file]);
    assert_eq!(code, 1);
    assert!(stderr.contains(&format!("╭─[{file}#prompt:1:")), "{stderr}");

    let (stdout, _, _) = ran(&["check", &file, "--format", "json"]);
    let report: Value = serde_json::from_str(&stdout).expect("JSON");
    let place = &report["diagnostics"][0];
    assert_eq!(place["file"], format!("{file}#prompt"));
    assert_eq!(place["embedded_in"], file.as_str());
    assert_eq!((&place["pointer"], &place["line"]), (&"/1/inputs".into(), &1.into()));

    // A line of the text is no line of the picture.
    let (stdout, _, _) = ran(&["check", &file, "--format", "github"]);
    let line = stdout.lines().next().expect("a line");
    assert!(
        line.starts_with(&format!("::error file={file},title=missing-input::{file}#prompt:1: ")),
        "{line}"
    );

    let (stdout, _, _) = ran(&["check", &file, "--format", "sarif"]);
    let log: Value = serde_json::from_str(&stdout).expect("JSON");
    let location = &log["runs"][0]["results"][0]["locations"][0];
    let uri = location["physicalLocation"]["artifactLocation"]["uri"].as_str().expect("a URI");
    assert!(uri.ends_with("/wrong.png"), "{uri}");
    assert!(location["physicalLocation"].get("region").is_none());
    assert_eq!(location["logicalLocations"][0]["fullyQualifiedName"], format!("{file}#prompt/1/inputs"));
}

#[test]
fn nothing_is_written_into_a_picture() {
    let (_folder, file) = wrong();
    let before = std::fs::read(&file).expect("a file");
    let (_, stderr, code) = ran(&["check", "--fix", &file]);
    assert_eq!(code, 2);
    assert!(stderr.contains("nothing is written into a media file"), "{stderr}");
    assert_eq!(std::fs::read(&file).expect("a file"), before);
}

#[test]
fn a_server_answers_to_the_prompt_inside() {
    let path = format!("{FOLDER}/save-image.png");
    let (stdout, stderr, code) = ran(&["check", "--as-server", &path]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("\"ok\": true"), "{stdout}");
}

#[test]
fn a_text_that_is_not_json_is_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.png");
    std::fs::write(&file, png("workflow", r#"{"nodes": [}"#)).expect("written");
    let (_, stderr, code) = ran(&["check", file.to_str().expect("text")]);
    assert_eq!(code, 1);
    assert!(stderr.contains("invalid JSON") && stderr.contains("a.png#workflow:1:12"), "{stderr}");
}

/// Whatever is cut off or changed, there is a graph or an error, and no panic.
#[test]
fn damaged_files_are_read_or_refused() {
    let id = Sources::default().add(Source::new("file", Syntax::Json, ""));
    let origin = Origin::offset(id, 0);
    let read = |bytes: &[u8], file: &str, at: usize| {
        let Some(container) = media::detect(bytes) else { return };
        let (embedded, diagnostics) = media::read(bytes, container, &origin);
        assert_eq!(embedded.is_empty(), diagnostics.has_errors(), "{file} at {at}");
    };
    for file in HOLD.iter().chain(&EMPTY) {
        let whole = bytes(file);
        let step = whole.len() / 1500 + 1;
        for at in (0..whole.len()).step_by(step) {
            read(&whole[..at], file, at);
            for change in [0xff, 0x80, 0x01] {
                let mut changed = whole.clone();
                changed[at] ^= change;
                read(&changed, file, at);
            }
        }
    }
}
