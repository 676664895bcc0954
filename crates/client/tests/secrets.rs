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

/// Every character of the secret as JSON can spell it too.
fn spelled() -> String {
    SECRET.chars().fold(String::new(), |text, c| format!("{text}\\u{:04x}", u32::from(c)))
}

/// Everything that both executors return of a server which answers all questions with this text. It may not hold the secret.
async fn check_answer(status: u16, body: &str) {
    for secret in [SECRET, &format!("see {SECRET}!"), &spelled(), "%73%33%63%72%33%74-%54%6f%6b%33%6e"] {
        let body = body.replace("SECRET", secret);
        let server = MockServer::start().await;
        Mock::given(any())
            .respond_with(ResponseTemplate::new(status).set_body_string(body))
            .mount(&server)
            .await;
        let url = with_password(&server.uri());
        let comfyui = comfyui(&url);
        check_result(&comfyui.object_info().await);
        check_result(&comfyui.node_replacements().await);
        check_result(&comfyui.version().await);
        for executor in [AnyExecutor::new(runcomfy(&server.uri())), AnyExecutor::new(comfyui)] {
            let id = RequestId::new("r").unwrap();
            check_result(&executor.submit(&job()).await);
            check_result(&executor.status(&id).await);
            check_result(&executor.result(&id).await);
            check_result(&executor.cancel(&id).await);
        }
    }
}

#[track_caller]
fn check_result<T: std::fmt::Debug>(result: &Result<T, Error>) {
    let shown = format!("{result:?}");
    check(&shown);
    assert!(!shown.contains(&spelled()) && !shown.contains("%54%6f"), "{shown}");
    if let Err(error) = result {
        check_error(error);
    }
}

#[tokio::test]
async fn no_field_of_an_answer_brings_a_secret_back() {
    for (status, body) in [
        // A ComfyUI takes the prompt, and warns.
        (
            200,
            r#"{"prompt_id": "r", "number": 1, "node_errors": {"SECRET": {"class_type": "SECRET", "dependent_outputs": ["SECRET"], "errors": [{"type": "SECRET", "message": "SECRET", "details": "SECRET", "extra_info": {"input_name": "SECRET"}}]}}}"#,
        ),
        (200, r#"{"prompt_id": "SECRET"}"#),
        // It refuses it.
        (
            400,
            r#"{"error": {"type": "SECRET", "message": "SECRET", "details": "SECRET", "extra_info": {"SECRET": 1}}, "node_errors": {"1": {"errors": [{"details": "SECRET"}]}}}"#,
        ),
        (400, r#"{"error": "SECRET"}"#),
        // The history of a job: how it failed, and what it made.
        (
            200,
            r#"{"r": {"outputs": {"SECRET": {"SECRET": [{"filename": "SECRET", "subfolder": "SECRET", "type": "SECRET"}, "SECRET"]}}, "status": {"status_str": "error", "messages": [["execution_error", {"exception_message": "SECRET", "exception_type": "SECRET", "node_id": "SECRET", "node_type": "SECRET", "traceback": ["SECRET"]}]]}}}"#,
        ),
        (200, r#"{"r": {"outputs": {"1": {"text": ["SECRET"]}}, "status": {"status_str": "success"}}}"#),
        // RunComfy: states, errors with either status, and results.
        (200, r#"{"request_id": "SECRET", "status": "SECRET"}"#),
        (200, r#"{"request_id": "r", "status": "failed", "error": {"code": "SECRET", "message": "SECRET"}}"#),
        (
            200,
            r#"{"request_id": "r", "status": "failed", "error": [{"errorCode": "SECRET", "error": "SECRET", "debugInfo": "SECRET"}]}"#,
        ),
        (
            200,
            r#"{"request_id": "r", "status": "succeeded", "output": {"SECRET": "https://h/SECRET", "url": {"url": "https://u:SECRET@h/"}}, "cost": {"SECRET": "SECRET"}}"#,
        ),
        (200, r#"{"request_id": "r", "status": "in_queue", "outcome": "SECRET"}"#),
        (200, r#"{"error_code": "SECRET", "error_message": "SECRET"}"#),
        (404, r#"{"error_code": "404001", "error_message": "SECRET", "detail": [{"msg": "SECRET"}]}"#),
        (401, r#"{"code": "SECRET", "detail": "SECRET"}"#),
        // JSON of another shape, which a parser would quote, and no JSON at all.
        (200, r#""SECRET""#),
        (200, r#"{"r": "SECRET", "queue_running": "SECRET", "status": {"SECRET": "SECRET"}}"#),
        (200, r#"{"SECRET": {"input": {"required": {"SECRET": ["SECRET"]}}, "description": "SECRET"}}"#),
        (500, "SECRET"),
        (502, "it was SECRET"),
        (403, r#"{"a": "SECRET""#),
        (200, r#"{"a": "SECRET", NaN"#),
    ] {
        check_answer(status, body).await;
    }
}

#[tokio::test]
async fn a_redirection_is_named_without_a_secret_in_it() {
    let server = MockServer::start().await;
    for target in [format!("http://u:{SECRET}@h/x?token={SECRET}"), format!("http://h/{SECRET}/x")] {
        server.reset().await;
        let answer = ResponseTemplate::new(302).insert_header("location", target.as_str());
        Mock::given(any()).respond_with(answer).mount(&server).await;
        check_all(AnyExecutor::new(runcomfy(&server.uri()))).await;
        check_all(AnyExecutor::new(comfyui(&with_password(&server.uri())))).await;
    }
}

#[test]
fn a_secret_in_the_place_of_a_header_name_is_not_repeated() {
    let headers = vec![(format!("Bearer {SECRET}"), Secret::new("x"))];
    check_error(&ComfyUi::new("http://h", &ComfyOptions { headers, ..ComfyOptions::default() }).unwrap_err());
}

#[tokio::test]
async fn without_leave_no_secret_is_sent_unencrypted_to_another_machine() {
    let elsewhere = "http://198.51.100.1:8188";
    let token = Secret::new(SECRET);
    let options = Options { base_url: elsewhere.to_owned(), ..Options::default() };
    let headers = vec![("x-api-key".to_owned(), token.clone())];
    let with_header = ComfyOptions { headers, ..ComfyOptions::default() };
    for error in [
        RunComfy::new(&token, &options).unwrap_err(),
        ComfyUi::new(elsewhere, &with_header).unwrap_err(),
        ComfyUi::new(&with_password(elsewhere), &ComfyOptions::default()).unwrap_err(),
    ] {
        assert!(matches!(error, Error::Insecure { .. }), "{error}");
        check_error(&error);
    }
    assert!(RunComfy::new(&token, &Options { insecure: true, ..options }).is_ok());
    assert!(ComfyUi::new(elsewhere, &ComfyOptions { insecure: true, ..with_header }).is_ok());
    assert!(ComfyUi::new(elsewhere, &ComfyOptions::default()).is_ok());
}
