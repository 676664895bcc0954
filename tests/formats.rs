//! What `--format` prints for programs, against the schemas of the forms.

use serde_json::{Value, json};

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
