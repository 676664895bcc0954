//! `comfyc run` and its companions against servers on loopback that speak as RunComfy and ComfyUI do.

use serde_json::{Value, json};
use wiremock::matchers::{body_string, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{command, path as path_of};

const SEED: &str = "workflows/wan-2-2/first-last-frame";
const TOKEN: &str = "a-secret-of-the-caller";
/// What the service takes for the seed workflow with another number of steps.
const BODY: &str = r#"{"62_image":"Runcomfy_Example_1259_2.png","6_text":"Puppy, playing, happy, barking, joyful","68_image":"Runcomfy_Example_1259_1.png","57_steps":8}"#;

/// A service on loopback, and what keeps it alive.
struct Service {
    runtime: tokio::runtime::Runtime,
    server: MockServer,
}

impl Service {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let server = runtime.block_on(MockServer::start());
        Self { runtime, server }
    }

    fn answers(&self, mock: Mock) {
        self.runtime.block_on(mock.mount(&self.server));
    }

    /// How often a path was asked for.
    fn asked(&self, wanted: &str) -> usize {
        let requests = self.runtime.block_on(self.server.received_requests()).unwrap_or_default();
        requests.iter().filter(|request| request.url.path() == wanted).count()
    }

    /// Runs the tool with this service as RunComfy.
    fn ran(&self, arguments: &[&str]) -> (String, String, i32) {
        let output = command(arguments)
            .env("RUNCOMFY_MODEL_API_BASE", self.server.uri())
            .env("RUNCOMFY_TOKEN", TOKEN)
            .output()
            .expect("the tool starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        assert!(!stdout.contains(TOKEN) && !stderr.contains(TOKEN));
        (stdout, stderr, output.status.code().expect("it ended by itself"))
    }
}

fn submission() -> Mock {
    Mock::given(method("POST"))
        .and(path("/v1/models/community/wan-2-2/first-last-frame"))
        .and(header("authorization", format!("Bearer {TOKEN}")))
        .and(body_string(BODY))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"request_id": "req-1"})))
}

fn answer(route: &str, body: Value) -> Mock {
    Mock::given(path(route)).respond_with(ResponseTemplate::new(200).set_body_json(body))
}

#[test]
fn a_job_runs_to_its_result() {
    let service = Service::start();
    service.answers(submission());
    service
        .answers(answer("/v1/requests/req-1/status", json!({"request_id": "req-1", "status": "completed"})));
    let output = json!({"video": "https://example.com/v.mp4"});
    service.answers(answer(
        "/v1/requests/req-1/result",
        json!({"request_id": "req-1", "status": "succeeded", "output": output, "input": {"6_text": "https://example.com/not-an-output"}}),
    ));
    let (stdout, stderr, code) = service.ran(&["run", SEED, "--on", "runcomfy", "--set", "57_steps=8"]);
    assert_eq!(code, 0, "{stderr}");
    let result: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!((&result["request_id"], &result["status"]), (&json!("req-1"), &json!("succeeded")));
    assert_eq!(result["outputs"][0]["url"], "https://example.com/v.mp4");
    assert_eq!(result["outputs"].as_array().map(Vec::len), Some(1));
    assert!(stderr.contains("submitted: req-1"));
    assert_eq!(service.asked("/v1/models/community/wan-2-2/first-last-frame"), 1);
}

#[test]
fn a_failed_job_is_exit_code_two_with_its_reason() {
    let service = Service::start();
    let error = json!([{"errorCode": "500", "error": "the node fell over", "debugInfo": ""}]);
    service.answers(answer(
        "/v1/requests/req-1/result",
        json!({"request_id": "req-1", "status": "failed", "error": error}),
    ));
    let (stdout, stderr, code) = service.ran(&["result", "req-1", "--on", "runcomfy"]);
    assert_eq!(code, 2);
    assert!(stdout.contains("\"failed\"") && stderr.contains("the node fell over"), "{stdout}{stderr}");
}

#[test]
fn a_job_is_asked_for_and_cancelled_by_its_id() {
    let service = Service::start();
    let waiting = json!({"request_id": "req-1", "status": "in_queue", "queue_position": 3});
    service.answers(answer("/v1/requests/req-1/status", waiting));
    let late = json!({"request_id": "req-1", "status": "in_progress", "outcome": "not_cancellable"});
    service.answers(
        Mock::given(method("POST"))
            .and(path("/v1/requests/req-1/cancel"))
            .respond_with(ResponseTemplate::new(202).set_body_json(late)),
    );
    let (stdout, _, code) = service.ran(&["status", "req-1", "--on", "runcomfy"]);
    assert_eq!((stdout.trim_end(), code), (r#"{"request_id":"req-1","status":"queued (position 3)"}"#, 0));
    let (stdout, stderr, code) = service.ran(&["cancel", "req-1", "--on", "runcomfy"]);
    assert_eq!(stderr, "");
    assert_eq!((stdout.trim_end(), code), (r#"{"request_id":"req-1","outcome":"not_cancellable"}"#, 0));
}

#[test]
fn a_wrong_payload_is_never_sent() {
    let service = Service::start();
    let (_, stderr, code) = service.ran(&["run", SEED, "--on", "runcomfy", "--set", "57_steps=99"]);
    assert_eq!(code, 1, "{stderr}");
    assert_eq!(service.asked("/v1/models/community/wan-2-2/first-last-frame"), 0);
}

#[test]
fn without_a_token_nothing_is_sent() {
    let output = command(&["run", SEED, "--on", "runcomfy"]).output().expect("the tool starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("RUNCOMFY_TOKEN"));
}

#[test]
fn a_comfyui_gets_the_whole_prompt_and_the_local_file() {
    let service = Service::start();
    let folder = tempfile::tempdir().expect("a folder");
    let picture = folder.path().join("local.png");
    std::fs::write(&picture, b"not a real picture").expect("written");
    let uploaded = json!({"name": "local (1).png", "subfolder": "", "type": "input"});
    service.answers(answer("/upload/image", uploaded));
    service.answers(
        Mock::given(method("POST"))
            .and(path("/prompt"))
            .respond_with(ResponseTemplate::new(400).set_body_json(json!({
                "error": {"type": "prompt_outputs_failed_validation", "message": "Prompt outputs failed validation", "details": "", "extra_info": {}},
                "node_errors": {"1": {"errors": [{"type": "custom_validation_failed", "message": "Custom validation failed", "details": "image - Invalid image file", "extra_info": {"input_name": "image"}}], "dependent_outputs": ["3"], "class_type": "LoadImage"}},
            }))),
    );
    let url = service.server.uri();
    let assignment = format!("1_image={}", picture.display());
    let (_, stderr, code) =
        service.ran(&["run", "workflows/image/scale", "--on", &url, "--set", &assignment]);
    assert_eq!(code, 2);
    assert!(
        stderr.contains("node `1`, input `image`: Custom validation failed: image - Invalid image file"),
        "{stderr}"
    );
    let received = service.runtime.block_on(service.server.received_requests()).expect("requests");
    let sent = received.iter().find(|request| request.url.path() == "/prompt").expect("it was sent");
    let sent: Value = serde_json::from_slice(&sent.body).expect("JSON");
    assert_eq!(sent["prompt"]["1"]["inputs"]["image"], "local (1).png");
    assert_eq!(sent["prompt"]["2"]["inputs"]["width"], 256);
}

#[test]
fn a_running_comfyui_can_be_the_catalog() {
    let service = Service::start();
    let text = json!({"Only": {"input": {"required": {}}, "output": [], "output_node": true}});
    service.answers(answer("/object_info", text));
    let url = service.server.uri();
    let (_, stderr, code) = service.ran(&["check", "workflows/image/scale/graph.json", "--catalog", &url]);
    assert_eq!(code, 1);
    assert!(stderr.contains("unknown class `LoadImage`"), "{stderr}");
}

/// A copy of the workflow that scales a picture, whose manifest names that picture.
fn named_by_default(folder: &std::path::Path, default: &str) {
    std::fs::create_dir_all(folder).expect("a folder");
    let graph = path_of("workflows/image/scale/graph.json");
    std::fs::copy(graph, folder.join("graph.json")).expect("copied");
    let manifest =
        format!("[[inputs]]\nkey = '1_image'\ntype = 'string'\nmedia = 'image'\ndefault = '{default}'\n");
    std::fs::write(folder.join("interface.toml"), manifest).expect("written");
}

#[test]
fn a_workflow_uploads_its_own_files_and_those_of_the_folder_that_is_allowed() {
    let root = tempfile::tempdir().expect("a folder");
    let (own, other) = (root.path().join("own"), root.path().join("other"));
    std::fs::create_dir(&other).expect("a folder");
    std::fs::write(other.join("picture.png"), "elsewhere").expect("written");
    let [own_text, other_text] = [&own, &other].map(|folder| folder.to_str().expect("text"));
    let absolute = other.join("picture.png");
    for default in ["../other/picture.png", absolute.to_str().expect("text"), "/etc/hostname"] {
        named_by_default(&own, default);
        let service = Service::start();
        service.answers(answer("/upload/image", json!({"name": "stored.png", "subfolder": ""})));
        service.answers(answer("/prompt", json!({"prompt_id": "p-1", "number": 1, "node_errors": {}})));
        let url = service.server.uri();
        let interface = format!("{own_text}/interface.toml");
        let graph = format!("{own_text}/graph.json");
        for workflow in [&[own_text][..], &[&interface], &[&graph, "--interface", &interface]] {
            let (_, stderr, code) = service.ran(&[&["run", "--on", &url, "--detach"], workflow].concat());
            assert_eq!(code, 2, "{stderr}");
            for said in ["`1_image`", default, "--files DIR"] {
                assert!(stderr.contains(said), "{said}: {stderr}");
            }
        }
        assert_eq!((service.asked("/upload/image"), service.asked("/prompt")), (0, 0));
        let (_, stderr, code) =
            service.ran(&["run", own_text, "--on", &url, "--detach", "--files", other_text]);
        let allowed = default.contains("other");
        assert_eq!((code, service.asked("/upload/image")), if allowed { (0, 1) } else { (2, 0) }, "{stderr}");
        // What the caller names may lie anywhere.
        let given = format!("1_image={}", absolute.display());
        let (_, stderr, code) = service.ran(&["run", own_text, "--on", &url, "--detach", "--set", &given]);
        assert_eq!(code, 0, "{stderr}");
        let inputs = root.path().join("inputs.json");
        std::fs::write(&inputs, json!({"1_image": absolute}).to_string()).expect("written");
        let inputs = inputs.to_str().expect("text");
        let (_, stderr, code) = service.ran(&["run", own_text, "--on", &url, "--detach", "--inputs", inputs]);
        assert_eq!(code, 0, "{stderr}");
    }
    // Beside the workflow, not in the working directory.
    named_by_default(&own, "README.md");
    let service = Service::start();
    service.answers(answer("/prompt", json!({"prompt_id": "p-1", "number": 1, "node_errors": {}})));
    let (_, stderr, code) = service.ran(&["run", own_text, "--on", &service.server.uri(), "--detach"]);
    assert_eq!((code, service.asked("/upload/image")), (0, 0), "{stderr}");
}

#[test]
fn no_password_of_a_url_is_shown() {
    let hidden = |arguments: &[&str]| {
        let (stdout, stderr, code) = Service::start().ran(arguments);
        assert!(
            !stdout.contains("passw0rd") && !stderr.contains("passw0rd"),
            "{arguments:?}: {stdout}{stderr}"
        );
        (stdout, stderr, code)
    };
    let scale = "workflows/image/scale";
    // Nobody listens there.
    let url = "http://user:passw0rd@127.0.0.1:9/comfy";
    for arguments in [
        &["check", scale, "--catalog", url][..],
        &["check", scale, "--against", url, "--against", "built-in"],
        &["catalog", "fetch", url],
        &["catalog", "show", "--catalog", url],
        &["catalog", "diff", "built-in", url],
        &["run", scale, "--on", url, "--set", "1_image=a.png"],
        &["status", "r", "--on", url],
        &["status", "r", "--on", "ftp://user:passw0rd@h"],
        &["status", "r", "--on", "user:passw0rd@h:8188"],
        &["status", "r", "--on", "http://user:passw0rd@"],
        &["status", "r", "--on", "comfyui", "--header", "Bearer passw0rd: x"],
        &["status", "r", "--on", "comfyui", "--header", "Bearer passw0rd"],
        &["check", scale, "--catalog", "ftp://user:passw0rd@h/x.json"],
        &["check", "HTTP://user:passw0rd@h/x.json"],
        &["check", scale, "--traits", "ftp://user:passw0rd@h/x.json"],
        &["check", scale, "--inputs", "ftp://user:passw0rd@h/x.json"],
        &["check", scale, "--interface", "ftp://user:passw0rd@h/x.json"],
        &["check", "--for", "ftp://user:passw0rd@h/x.json", "x.json"],
        &["check", "--for", scale, "ftp://user:passw0rd@h/x.json"],
        &["build", "ftp://user:passw0rd@h/x.json"],
        &["gen", "inputs", "ftp://user:passw0rd@h/x.json"],
        &["gen", "nodes", "--used-by", "ftp://user:passw0rd@h/x.json"],
        &["init", "ftp://user:passw0rd@h/x.json"],
    ] {
        assert_eq!(hidden(arguments).2, 2, "{arguments:?}");
    }
    // In reports on a catalog, and in what is said of one.
    let service = Service::start();
    service.answers(answer("/object_info", json!({"A": {"input": {"required": {"a": 5}}, "output": []}})));
    let url = service.server.uri().replacen("http://", "http://user:passw0rd@", 1);
    for format in ["human", "json", "github", "sarif"] {
        hidden(&["check", scale, "--catalog", &url, "--format", format]);
        hidden(&["check", scale, "--against", "built-in", "--against", &url, "--format", format]);
        hidden(&["catalog", "fetch", &url, "--format", format]);
        hidden(&["catalog", "diff", "built-in", &url, "--format", format]);
    }
}

#[cfg(unix)]
#[test]
fn the_hint_after_an_interruption_names_no_password() {
    use std::io::{BufRead, BufReader, Read};
    let service = Service::start();
    service.answers(answer("/prompt", json!({"prompt_id": "p-1", "number": 1, "node_errors": {}})));
    service.answers(answer("/history/p-1", json!({})));
    service.answers(answer("/queue", json!({"queue_running": [[1, "p-1"]], "queue_pending": []})));
    let url = service.server.uri().replacen("http://", "http://user:passw0rd@", 1);
    let mut child = command(&["run", "workflows/image/scale", "--set", "1_image=a.png", "--on", &url])
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the tool starts");
    let mut stderr = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut line = String::new();
    while !line.contains("submitted") {
        line.clear();
        assert_ne!(stderr.read_line(&mut line).expect("text"), 0, "it ended");
    }
    // The signal is waited for as soon as the first question is asked.
    while service.asked("/history/p-1") == 0 {
        std::thread::yield_now();
    }
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.expect("it starts").success());
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).expect("text");
    assert_eq!(child.wait().expect("it ends").code(), Some(130), "{rest}");
    let expected = format!("comfyc result p-1 --on {}", service.server.uri());
    assert!(rest.contains(&expected) && !rest.contains("passw0rd"), "{rest}");
}

#[test]
fn a_secret_is_sent_unencrypted_only_by_leave() {
    // A network of documentation: nobody is there, and nothing may be sent.
    let elsewhere = "http://192.0.2.1:8188";
    let with_password = "http://user:passw0rd@192.0.2.1:8188";
    let header = ["--header", "X-Api-Key: key"];
    for arguments in [
        &["status", "r", "--on", elsewhere, header[0], header[1]][..],
        &["status", "r", "--on", with_password],
        &["run", "workflows/image/scale", "--set", "1_image=a.png", "--on", with_password],
        &["check", "workflows/image/scale", "--catalog", with_password],
        &["catalog", "fetch", elsewhere, header[0], header[1]],
        &["catalog", "diff", "built-in", with_password],
        &["catalog", "show", "--catalog", with_password],
    ] {
        let (_, stderr, code) = Service::start().ran(arguments);
        assert!(
            code == 2 && stderr.contains("is not encrypted") && stderr.contains("--insecure"),
            "{stderr}"
        );
    }
    let output = command(&["status", "r", "--on", "runcomfy"])
        .env("RUNCOMFY_MODEL_API_BASE", elsewhere)
        .env("RUNCOMFY_TOKEN", TOKEN)
        .output()
        .expect("the tool starts");
    assert!(String::from_utf8_lossy(&output.stderr).contains("is not encrypted"));
    // To this machine, and by leave to one that is not called so. Port 9 is nobody's.
    for arguments in [
        &["status", "r", "--on", "http://user:passw0rd@127.0.0.1:9"][..],
        &["status", "r", "--on", "http://user:passw0rd@0.0.0.0:9", "--insecure"],
        &["check", "workflows/image/scale", "--catalog", "http://user:passw0rd@0.0.0.0:9", "--insecure"],
        &["catalog", "fetch", "http://0.0.0.0:9", header[0], header[1], "--insecure"],
    ] {
        let (_, stderr, code) = Service::start().ran(arguments);
        assert!(code == 2 && stderr.contains("cannot connect"), "{stderr}");
    }
}

#[test]
fn only_the_variable_that_is_documented_holds_the_token() {
    let output = command(&["status", "r", "--on", "runcomfy"])
        .env("YOUR_API_TOKEN", TOKEN)
        .output()
        .expect("the tool starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("set RUNCOMFY_TOKEN"));
}
