//! No secret in any `Debug` or `Display`, whatever goes wrong and whatever a server repeats.

use std::error::Error as _;

use comfyc_client::comfyui::{ComfyUi, Options as ComfyOptions};
use comfyc_client::runcomfy::{Options, RunComfy};
use comfyc_client::{AnyExecutor, Error, Executor, RequestId, Secret};
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{hang_up, job, job_with, nobody};

const SECRET: &str = "s3cr3t-Tok3n";

#[track_caller]
fn check(shown: &str) {
    assert!(!shown.contains(SECRET), "{shown}");
    // "user:s3cr3t-Tok3n" in base64.
    assert!(!shown.contains("dXNlcjpzM2NyM3QtVG9rM24"), "{shown}");
}

/// Everything that a program could print of an error.
#[track_caller]
fn check_error(error: &Error) {
    check(&format!("{error} {error:?} {error:#?}"));
    let mut source = error.source();
    while let Some(error) = source {
        check(&format!("{error} {error:?}"));
        source = error.source();
    }
}

fn comfyui(base: &str) -> ComfyUi {
    let headers = vec![("x-api-key".to_owned(), Secret::new(SECRET))];
    ComfyUi::new(base, &ComfyOptions { headers, ..ComfyOptions::default() }).unwrap()
}

fn with_password(url: &str) -> String {
    url.replacen("http://", &format!("http://user:{SECRET}@"), 1)
}

fn runcomfy(base: &str) -> RunComfy {
    RunComfy::new(&Secret::new(SECRET), &Options { base_url: base.to_owned(), ..Options::default() }).unwrap()
}

async fn check_all(executor: AnyExecutor) {
    let id = RequestId::new("r").unwrap();
    check(&format!("{executor:?}"));
    check_error(&executor.submit(&job()).await.unwrap_err());
    check_error(&executor.status(&id).await.unwrap_err());
    check_error(&executor.result(&id).await.unwrap_err());
    check_error(&executor.cancel(&id).await.unwrap_err());
}

#[tokio::test]
async fn executors_and_their_options_do_not_show_secrets() {
    check(&format!("{:?}", runcomfy(&with_password("http://127.0.0.1:1"))));
    check(&format!("{:?}", comfyui(&with_password("http://127.0.0.1:1/comfy"))));
    let headers = vec![("authorization".to_owned(), Secret::new(SECRET))];
    check(&format!("{:?}", ComfyOptions { headers, ..ComfyOptions::default() }));
}

#[tokio::test]
async fn network_errors_do_not_show_secrets() {
    for url in [nobody(), hang_up().0] {
        for url in [with_password(&url), url] {
            check_all(AnyExecutor::new(runcomfy(&url))).await;
            check_all(AnyExecutor::new(comfyui(&url))).await;
        }
    }
}

#[tokio::test]
async fn a_server_that_repeats_a_secret_is_not_quoted() {
    let basic = format!("Basic dXNlcjpzM2NyM3QtVG9rM24= or Bearer {SECRET}");
    for (status, body) in [
        (401, json!({"message": format!("bad token {SECRET}")})),
        (403, json!(basic)),
        (400, json!({"error": {"type": SECRET, "message": SECRET, "details": basic}, "node_errors": {}})),
        (400, json!({"error": {"message": "m"}, "node_errors": {SECRET: {"errors": [{"details": SECRET}]}}})),
        (200, json!({"error_code": SECRET, "error_message": SECRET})),
        (404, json!({"error_code": 404_001, "error_message": SECRET})),
        (502, json!({"detail": SECRET})),
    ] {
        let server = MockServer::start().await;
        Mock::given(any())
            .respond_with(ResponseTemplate::new(status).set_body_json(body))
            .mount(&server)
            .await;
        check_all(AnyExecutor::new(runcomfy(&with_password(&server.uri())))).await;
        if status != 200 {
            let executor = comfyui(&with_password(&server.uri()));
            check_error(&executor.submit(&job()).await.unwrap_err());
            check_error(&executor.status(&RequestId::new("r").unwrap()).await.unwrap_err());
        }
    }
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(401).set_body_string(SECRET)).mount(&server).await;
    check_all(AnyExecutor::new(runcomfy(&server.uri()))).await;
}

#[test]
fn settings_that_cannot_be_used_are_not_repeated() {
    for base in [
        format!("{SECRET}:x"),
        format!("ftp://user:{SECRET}@h"),
        format!("http://h?token={SECRET}"),
        format!("http://user:{SECRET}@"),
    ] {
        check_error(&ComfyUi::new(&base, &ComfyOptions::default()).unwrap_err());
    }
    let headers = vec![("x-key".to_owned(), Secret::new(format!("{SECRET}\n{SECRET}")))];
    let options = ComfyOptions { headers, ..ComfyOptions::default() };
    check_error(&ComfyUi::new("http://h", &options).unwrap_err());
    check_error(&RunComfy::new(&Secret::new(format!("{SECRET}\u{7f}")), &Options::default()).unwrap_err());
}

#[tokio::test]
async fn an_address_given_as_a_file_is_shown_without_its_secrets() {
    let job = job_with(&format!("https://user:{SECRET}@h/a.png?sig={SECRET}"));
    let error = comfyui("http://127.0.0.1:1").submit(&job).await.unwrap_err();
    check_error(&error);
    let expected = "`1_image` is the address `https://h/a.png`, but a ComfyUI takes the name of a file that it has or a \
                    local path";
    assert_eq!(error.to_string(), expected);
}
