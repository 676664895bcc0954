//! What `--format` prints for programs, against the schemas of the forms.

use std::path::Path;

use comfyc::source::is_hidden;
use serde_json::{Map, Value, json};

use crate::support::{ran, read};

const SEED: &str = "workflows/wan-2-2/first-last-frame";
/// Two errors that are in no file, one of them with a related place in one.
const WRONG: [&str; 4] = ["--set", "57_steps=99", "--set", "6_txt=x"];

/// A folder whose name must be escaped, with a prompt that has an error and a warning, and a broken manifest.
fn folder() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a b, 100%.json");
    let prompt = "{\n  \"1\": {\"class_type\": \"LoadImage\", \"inputs\": {\"image\": \"a.png\", \"imag\": 1}},\n  \"2\": {\"class_type\": \"SaveImage\", \"inputs\": {\n    \"images\": [\"1\", 7], \"filename_prefix\": \"é\"\n  }}\n}\n";
    std::fs::write(&file, prompt).expect("written");
    let file = file.to_str().expect("text").to_owned();
    (folder, file)
}

#[track_caller]
fn validate(schema: &str, text: &str) -> Value {
    // One pattern of the SARIF schema, that of a language tag, is no regular expression: it closes a bracket twice.
    let schema = read(schema).replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$");
    let schema: Value = serde_json::from_str(&schema).expect("a schema");
    let json: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<String> =
        validator.iter_errors(&json).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    json
}

#[test]
fn json_is_as_its_schema_says() {
    let schema = "schemas/report.schema.json";
    let (_folder, file) = folder();
    for arguments in [&[SEED][..], &[&[SEED], &WRONG[..]].concat(), &[&file]] {
        let (stdout, _, _) = ran(&[&["check", "--format", "json"], arguments].concat());
        let report = validate(schema, &stdout);
        assert_eq!(report["version"], 1);
    }
    // The schema says something: it refuses what is not of its form.
    let schema: Value = serde_json::from_str(&read(schema)).expect("a schema");
    let wrong = json!({"version": 1, "errors": 1, "warnings": 0, "diagnostics": [{"code": "x", "severity": "bad", "message": "x"}]});
    assert!(!jsonschema::is_valid(&schema, &wrong));
}

#[test]
fn github_annotations_name_file_lines_and_columns() {
    let (_folder, file) = folder();
    let (stdout, stderr, code) = ran(&["check", &file, "--format", "github"]);
    assert_eq!(code, 1);
    assert!(stderr.starts_with("refused: "), "{stderr}");
    let escaped = file.replace('%', "%25").replace(',', "%2C");
    let lines: Vec<&str> = stdout.lines().collect();
    assert_eq!(
        lines,
        [
            format!(
                "::warning file={escaped},line=2,col=65,endLine=2,endColumn=71,title=unknown-input::\
                 class `LoadImage` of node `1` has no input `imag`"
            ),
            format!(
                "::error file={escaped},line=4,col=15,endLine=4,endColumn=23,title=slot-out-of-range::\
                 input `images` of node `2` links to output 7 of node `1`, but `LoadImage` has 2%0A\
                 the node that the link starts at: {}:2",
                file.replace('%', "%25")
            ),
        ]
    );
    let (stdout, stderr, code) =
        ran(&[&["build", SEED, "--emit", "payload", "--format", "github"], &WRONG[..]].concat());
    assert_eq!((stdout.as_str(), code), ("", 1));
    let first = stderr.lines().next().expect("a line");
    assert_eq!(
        first,
        format!(
            "::error title=out-of-range::--set:1: `57_steps` is 99, but must be at most 20%0A\
             the limit: {SEED}/interface.toml:84"
        )
    );
    let (stdout, stderr, code) = ran(&["check", "no-such.json", "--format", "github"]);
    assert_eq!(code, 2, "{stderr}");
    assert!(stdout.starts_with("::error file=no-such.json,"), "{stdout}");
    assert!(stdout.contains("title=unreadable-file::cannot read `no-such.json`: "), "{stdout}");
}

#[test]
fn sarif_is_as_the_standard_says() {
    // The schema is the one that the crate serde-sarif 0.8.0 carries, see tests/fixtures/README.md.
    let schema = "tests/fixtures/sarif-schema-2.1.0.json";
    let (_folder, file) = folder();
    for arguments in [&[SEED][..], &[&[SEED], &WRONG[..]].concat(), &[&file]] {
        let (stdout, stderr, _) = ran(&[&["check", "--format", "sarif"], arguments].concat());
        assert_eq!(stderr, "");
        let log = validate(schema, &stdout);
        let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().expect("rules");
        for result in log["runs"][0]["results"].as_array().expect("results") {
            let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
            assert_eq!(rules[index]["id"], result["ruleId"]);
        }
    }
    let (stdout, _, _) = ran(&["check", &file, "--format", "sarif"]);
    let log: Value = serde_json::from_str(&stdout).expect("JSON");
    let result = &log["runs"][0]["results"][0];
    assert_eq!((&result["ruleId"], &result["level"]), (&"unknown-input".into(), &"warning".into()));
    let physical = &result["locations"][0]["physicalLocation"];
    assert_eq!(physical["region"], json!({"startLine": 2, "startColumn": 65, "endLine": 2, "endColumn": 71}));
    let uri = physical["artifactLocation"]["uri"].as_str().expect("a URI");
    assert!(uri.starts_with("file:///") && uri.ends_with("/a%20b%2C%20100%25.json"), "{uri}");

    let (stdout, _, _) = ran(&[&["check", "--format", "sarif", SEED], &WRONG[..]].concat());
    let log: Value = serde_json::from_str(&stdout).expect("JSON");
    let result = &log["runs"][0]["results"][0];
    let location = &result["locations"][0];
    assert_eq!(location["physicalLocation"], Value::Null);
    assert_eq!(location["logicalLocations"][0]["fullyQualifiedName"], "--set/57_steps");
    let related = &result["relatedLocations"][0];
    assert_eq!(related["message"]["text"], "the limit");
    let uri = &related["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, &format!("{SEED}/interface.toml"));
}

const FORMATS: [&str; 4] = ["human", "json", "github", "sarif"];

/// What a terminal or the log of a public run would obey, or a reader not see.
const HOSTILE: [&str; 16] = [
    "a\u{1b}[31mb",
    "bell\u{7}",
    "\u{9b}31m\u{7f}",
    "\u{202e}gnp.exe",
    "a\u{2066}b\u{2069}\u{200f}",
    "\u{61c}c",
    "line\u{2028}separator\u{85}",
    "zero\u{200b}width\u{feff}",
    "tag\u{e0041}",
    "a\n::stop-commands::x",
    "a\r\n::error::b",
    "::error::a",
    " \u{a0}::error::a",
    "##[error]a",
    "a ##[group]b",
    "a::e::b::e::c::e::d::e::a::e::b::e::c::e::d::e::a::e::b::e::c::e::d::e::a::e::b::e::c::e::d::e::a::e::b::e::c::e::d",
];

/// Nothing that is printed may be obeyed by a terminal or a log, unless it is ours.
#[track_caller]
fn is_safe(arguments: &[&str]) -> (String, String) {
    let (stdout, stderr, code) = ran(arguments);
    assert!([0, 1, 2].contains(&code), "{arguments:?}: {code} {stderr}");
    for text in [&stdout, &stderr] {
        for line in text.lines() {
            let hidden: Vec<char> = line.chars().filter(|c| is_hidden(*c)).collect();
            assert!(hidden.is_empty(), "{arguments:?}: {hidden:?} in {line}");
            assert!(!line.contains("##["), "{arguments:?}: {line}");
            let command = line.trim_start().strip_prefix("::");
            let ours = |command: &str| ["error ", "warning "].iter().any(|ours| command.starts_with(ours));
            let is_ours =
                arguments.contains(&"github") && line.starts_with("::") && command.is_some_and(ours);
            assert!(command.is_none() || is_ours, "{arguments:?}: {line}");
        }
        assert!(!text.contains('\r'), "{arguments:?}");
    }
    (stdout, stderr)
}

/// A catalog whose every text is hostile, and a prompt in which everything is, and much is wrong.
fn hostile() -> (Value, Value) {
    let (mut catalog, mut prompt) = (Map::new(), Map::new());
    for (i, text) in HOSTILE.iter().enumerate() {
        let class = json!({
            "input": {"required": {
                text.to_string(): [[text, "other"], {"default": text, "tooltip": text}],
                format!("{text}number"): ["INT", {"min": 1, "max": 2}],
                format!("{text}link"): [text],
            }},
            "output": [text], "output_name": [text], "output_is_list": [false],
            "name": text, "display_name": format!("{text}!"), "description": text, "category": text,
            "python_module": text, "output_node": true, "deprecated": true,
        });
        catalog.insert((*text).to_owned(), class);
        let node = json!({
            "class_type": text,
            "inputs": {
                text.to_string(): format!("{text}?"),
                format!("{text}number"): text,
                format!("{text}numbe"): text,
                format!("{text}link"): [format!("{text}gone"), 0],
                "multi": "one\ntwo\nthree",
            },
            "_meta": {"title": text},
        });
        prompt.insert((*text).to_owned(), node);
        let links = json!({text.to_string(): "other", format!("{text}number"): 7, format!("{text}link"): [format!("{text}1"), 3]});
        prompt.insert(format!("{text}1"), json!({"class_type": text, "inputs": links}));
        prompt.insert(format!("{text}2"), json!({"class_type": format!("{text}x"), "inputs": {}}));
        prompt.insert(format!("{text}3"), json!({"inputs": i}));
    }
    (catalog.into(), prompt.into())
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let file = folder.join(name);
    std::fs::write(&file, text).expect("written");
    file.to_str().expect("text").to_owned()
}

#[test]
fn nothing_of_a_stranger_is_obeyed_by_a_terminal_or_a_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let (catalog, prompt) = hostile();
    let catalog = write(folder.path(), "catalog.json", &catalog.to_string());
    let changed = write(
        folder.path(),
        "changed.json",
        &read(&catalog).replace("\"other\"", "\"another\"").replace("\"INT\"", "\"FLOAT\""),
    );
    let files = [
        write(folder.path(), "lines.json", &format!("{prompt:#}")),
        write(folder.path(), "line.json", &prompt.to_string()),
        write(folder.path(), "broken.json", &format!("{{\"a\": 1,\n{}}}", HOSTILE.join("\t"))),
        write(folder.path(), "broken.toml", &format!("[[inputs]]\nkey = 1\n{} = [", HOSTILE.join("\t"))),
    ];
    for format in FORMATS {
        let common = ["--format", format, "--catalog", &catalog];
        for file in &files {
            is_safe(&[&["check", file], &common[..]].concat());
        }
        is_safe(&[&["build", &files[0]], &common[..]].concat());
        is_safe(
            &[
                &["check", SEED, "--format", format],
                &HOSTILE.map(|text| format!("--set={text}=1")).each_ref().map(String::as_str)[..],
            ]
            .concat(),
        );
        is_safe(
            &[
                &["check", SEED, "--format", format],
                &HOSTILE.map(|text| format!("--set=57_steps={text}")).each_ref().map(String::as_str)[..],
            ]
            .concat(),
        );
        is_safe(&["catalog", "diff", &catalog, &changed, "--format", format]);
        is_safe(&[&["catalog", "show"], &common[..]].concat());
        for text in HOSTILE {
            is_safe(&[&["catalog", "show", text], &common[..]].concat());
            is_safe(&[&["catalog", "show", &format!("{text}x")], &common[..]].concat());
            is_safe(&["check", &format!("{text}.json"), "--format", format]);
        }
    }
    // Programs get what is there, and people see it.
    let (json, _) = is_safe(&["check", &files[0], "--format", "json", "--catalog", &catalog]);
    let report: Value = serde_json::from_str(&json).expect("JSON");
    let messages: Vec<&str> = report["diagnostics"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["message"].as_str())
        .collect();
    let (_, people) = is_safe(&["check", &files[1], "--catalog", &catalog]);
    for text in HOSTILE {
        assert!(messages.iter().any(|message| message.contains(&format!("`{text}`"))), "{text:?}");
    }
    assert!(people.contains(r"`\u{202e}gnp.exe`") && people.contains(r"`##\u{5b}error]a`"), "{people}");
}

#[cfg(unix)]
#[test]
fn names_of_files_are_not_obeyed_either() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, prompt) = hostile();
    let files: Vec<String> =
        HOSTILE.map(|text| write(folder.path(), &format!("{text}.json"), &format!("{prompt:#}"))).into();
    let workflow = folder.path().join("::error::\u{1b}##[a]\nb");
    std::fs::create_dir(&workflow).expect("a folder");
    write(&workflow, "graph.json", "{\"1\": {\"class_type\": \"SaveImage\", \"inputs\": {}}}");
    write(&workflow, "interface.toml", "[[inputs]]\nkey = \"1_x\\u202e##[a]\"\n");
    let workflow = workflow.to_str().expect("text");
    let files: Vec<&str> = files.iter().map(String::as_str).chain([workflow]).collect();
    for format in FORMATS {
        is_safe(&[&["check", "--format", format], &files[..]].concat());
        is_safe(&[&["build", "--format", format, "--unchecked", "--out", workflow], &files[..]].concat());
    }
}

#[test]
fn a_note_is_one_line_that_can_be_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(
        folder.path(),
        "100%.json",
        "{\"1\": {\"class_type\": \"PreviewAny\", \"inputs\": {\"source\": \"x\"}}}",
    );
    let (_, stderr, code) = ran(&["check", &file, "--format", "github"]);
    assert_eq!((code, stderr), (0, format!("ok: {file}: prompt, 1 nodes: no problems\n")));
}

#[test]
fn an_excerpt_keeps_its_lines_and_its_carets() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "{\"1\": {\"class_type\": \"Save\u{202e}Image\",\n\t\"inputs\": {\"é\u{9b}\": \"##[a]\",\t\"b\": 1}}}\n";
    let file = write(folder.path(), "a.json", text);
    let (_, stderr) = is_safe(&["check", &file]);
    let expected = r###"
 1 │ {"1": {"class_type": "Save\u{202e}Image",
   ·                      ─────────┬─────────
   ·                               ╰── the catalog has no class of this name
 2 │     "inputs": {"é\u{9b}": "##\u{5b}a]", "b": 1}}}
"###;
    assert!(stderr.contains(expected.trim_start_matches('\n')), "{stderr}");
}

#[test]
fn tens_of_thousands_of_reports_are_printed_in_every_format() {
    const NODES: usize = 16_000;
    let folder = tempfile::tempdir().expect("a folder");
    let node = |i: usize| {
        let image = if i == 0 { json!("x") } else { json!("y") };
        let inputs = json!({"image": image, "é": "é", "b": i});
        (i.to_string(), json!({"class_type": "LoadImage", "inputs": inputs}))
    };
    let prompt: Map<String, Value> = (0..NODES).map(node).collect();
    let prompt = Value::from(prompt);
    for (name, text) in [("lines.json", format!("{prompt:#}")), ("line.json", prompt.to_string())] {
        let file = write(folder.path(), name, &text);
        for format in FORMATS {
            let (stdout, stderr, code) = ran(&["check", &file, "--format", format]);
            assert_eq!(code, 1);
            let count = match format {
                "human" if stderr.contains("\n… and ") => 2 * NODES,
                "json" => stdout.matches("\"unknown-input\"").count(),
                "github" => stdout.matches("title=unknown-input::").count(),
                _ => stdout.matches("\"ruleId\": \"unknown-input\"").count(),
            };
            assert_eq!(count, 2 * NODES, "{format}");
        }
    }
}
