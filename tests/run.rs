//! `comfyc run` and its companions against servers on loopback that speak as RunComfy and ComfyUI do.

use serde_json::{Value, json};
use wiremock::matchers::{body_string, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::command;

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
