//! `comfyc gen`: the same bytes that a build script writes, whole or not at all.

use serde_json::json;

use crate::support::{path, ran, read};

const SEED: &str = "schemas/runcomfy/community__wan-2-2__first-last-frame.json";
const AUDIO: &str = "schemas/runcomfy/acestep-ai__ace-step-1.5__text-to-audio.json";

/// What a build script would write of these documents.
fn built(file: &str, generate: impl FnOnce(comfyc_build::Configuration) -> comfyc_build::Result) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let written = generate(comfyc_build::configure().out_dir(folder.path()).file(file));
    written.unwrap_or_else(|failed| panic!("{failed:?}"));
    let names: Vec<_> = std::fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(names, [file], "nothing else is left behind");
    std::fs::read_to_string(folder.path().join(file)).expect("a file")
}

#[test]
fn inputs_are_the_bytes_of_a_build_script() {
    let (stdout, stderr, code) = ran(&["gen", "inputs", SEED]);
    assert_eq!((stderr.as_str(), code), ("", 0));
    assert_eq!(stdout, built("seed.rs", |configured| configured.inputs(path(SEED))));
    let (stdout, stderr, code) = ran(&["gen", "inputs", SEED, AUDIO]);
    assert_eq!((stderr.as_str(), code), ("", 0));
    assert_eq!(stdout, built("both.rs", |configured| configured.inputs_together([path(SEED), path(AUDIO)])));
    let folder = "workflows/wan-2-2/first-last-frame";
    let (stdout, _, code) = ran(&["gen", "inputs", folder]);
    assert_eq!(code, 0);
    assert_eq!(stdout, built("folder.rs", |configured| configured.inputs(path(folder))));
}

#[test]
fn nodes_are_the_bytes_of_a_build_script() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = folder.path().join("server.json");
    std::fs::write(&server, comfyc::catalog::Catalog::embedded().to_snapshot()).expect("written");
    let catalog = server.to_str().expect("text");
    let seed = "workflows/wan-2-2/first-last-frame";
    let (stdout, stderr, code) =
        ran(&["gen", "nodes", "--catalog", catalog, "--used-by", seed, "--class", "KSampler"]);
    assert_eq!((stderr.as_str(), code), ("", 0));
    let selected =
        |configured: comfyc_build::Configuration| configured.used_by(path(seed)).classes(["KSampler"]);
    assert_eq!(stdout, built("nodes.rs", |configured| selected(configured).nodes(&server)));
    assert!(stdout.contains("KSamplerAdvanced") && !stdout.contains("SaveAudio"));
    let pack = ["gen", "nodes", "--catalog", catalog, "--pack", "ComfyUI-VideoHelperSuite", "--modules"];
    let (stdout, _, code) = ran(&pack);
    assert_eq!(code, 0);
    let written =
        built("pack.rs", |configured| configured.pack("ComfyUI-VideoHelperSuite").modules().nodes(&server));
    assert_eq!(stdout, written);
}

#[test]
fn a_class_that_the_server_does_not_have_is_reported_where_it_is_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let prompt = folder.path().join("prompt.json");
    std::fs::write(&prompt, "{\n  \"1\": {\"class_type\": \"KSamplr\", \"inputs\": {}}\n}\n")
        .expect("written");
    let (stdout, stderr, code) = ran(&["gen", "nodes", "--used-by", prompt.to_str().expect("text")]);
    assert_eq!((stdout.as_str(), code), ("", 1));
    assert!(stderr.contains("unknown class `KSamplr`") && stderr.contains("prompt.json:2:"), "{stderr}");
    let server = folder.path().join("server.json");
    std::fs::write(&server, comfyc::catalog::Catalog::embedded().to_snapshot()).expect("written");
    let configured = comfyc_build::configure().out_dir(folder.path()).used_by(&prompt);
    let shown = format!("{:?}", configured.nodes(&server).expect_err("there is no such class"));
    assert!(shown.contains("unknown class `KSamplr`") && shown.contains("prompt.json:2:"), "{shown}");
    let (_, stderr, code) = ran(&["gen", "nodes", "--pack", "no such pack"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("the catalog has no pack `no such pack`"), "{stderr}");
}

#[test]
fn generated_inputs_are_as_recorded() {
    let (stdout, _, _) = ran(&["gen", "inputs", AUDIO]);
    insta::with_settings!({ snapshot_path => "goldens", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("inputs", stdout);
    });
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("inputs.rs");
    let out = out.to_str().expect("text");
    let (stdout, _, code) = ran(&["gen", "inputs", SEED, "--out", out]);
    assert_eq!((stdout.as_str(), code), ("", 0));
    let written = std::fs::read_to_string(out).expect("a file");
    let broken = folder.path().join("broken.json");
    std::fs::write(&broken, read(SEED).replace("\"minimum\": 6", "\"minimum\": 60")).expect("written");
    let (stdout, stderr, code) = ran(&["gen", "inputs", broken.to_str().expect("text"), "--out", out]);
    assert_eq!((stdout.as_str(), code), ("", 1));
    assert!(stderr.contains("contradictory-limits") && stderr.contains("broken.json:"), "{stderr}");
    assert_eq!(std::fs::read_to_string(out).expect("a file"), written);
    let failed = comfyc_build::configure().out_dir(folder.path()).inputs(&broken).expect_err("it has errors");
    assert_eq!(
        failed.to_string(),
        "contradictory-limits: no value satisfies `57_steps`: the minimum 60 is above the maximum 20"
    );
    let shown = format!("{failed:?}");
    assert!(shown.contains("broken.json:") && shown.contains("\"maximum\": 20"), "{shown}");
    let (_, stderr, code) = ran(&["gen", "inputs", "workflows/image/scale/graph.json"]);
    assert_eq!(code, 1, "{stderr}");
    assert!(stderr.contains("inputs are generated from a published input schema or a workflow"), "{stderr}");
}

/// Each would take more than a minute if any part of it were read again for every other one.
#[test]
fn large_documents_are_generated_from_in_linear_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let long = "#".repeat(1_000_000);
    let options: Vec<String> = (0..20_000).map(|i| format!("option {i}")).collect();
    let mut properties = serde_json::Map::new();
    properties.insert("hashes".to_owned(), json!({"type": "string", "description": long, "title": long}));
    properties
        .insert("options".to_owned(), json!({"type": "string", "enum": options, "default": "option 7"}));
    for i in 0..20_000 {
        properties.insert(format!("key {i}"), json!({"type": "integer", "title": "Same", "default": i}));
    }
    let required: Vec<String> = properties.keys().cloned().collect();
    let schema = json!({"type": "object", "required": required, "properties": properties});
    let file = folder.path().join("schema.json");
    std::fs::write(&file, schema.to_string()).expect("written");
    let (stdout, stderr, code) = ran(&["gen", "inputs", file.to_str().expect("text")]);
    assert_eq!((stderr.as_str(), code), ("", 0));
    assert!(stdout.contains("pub same20000: ") && stdout.contains("Option19999 = "));

    let classes: serde_json::Map<String, serde_json::Value> = (0..5_000)
        .map(|i| {
            let class = json!({
                "input": {"required": {"choice": [["a", format!("b{}", i % 100)]], "same": [format!("T{i}")]}},
                "output": ["IMAGE"],
                "display_name": "Same",
                "python_module": format!("custom_nodes.pack{i}"),
            });
            // Other signs each time, of which no name is made.
            let signs: String = (0..13).map(|bit| if i >> bit & 1 == 1 { '!' } else { '?' }).collect();
            (format!("Same {signs}"), class)
        })
        .collect();
    let file = folder.path().join("object_info.json");
    std::fs::write(&file, serde_json::Value::from(classes).to_string()).expect("written");
    let (stdout, stderr, code) =
        ran(&["gen", "nodes", "--modules", "--catalog", file.to_str().expect("text")]);
    assert_eq!((stderr.as_str(), code), ("", 0));
    assert!(stdout.contains("pub struct Same5000<"));
}
