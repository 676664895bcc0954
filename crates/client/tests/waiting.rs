//! Following a job to its end.

use comfyc_client::{Error, Executor, RequestId, Status, wait};
use serde_json::json;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::runcomfy::runcomfy;
use crate::support::{at_once, give_json, nobody, requests};

const STATUS: &str = "/v1/requests/r/status";
const RESULT: &str = "/v1/requests/r/result";

/// Gives the answers in turn; whatever is mounted later comes after them.
async fn then(server: &MockServer, route: &str, times: u64, answer: ResponseTemplate) {
    Mock::given(path(route)).respond_with(answer).up_to_n_times(times).mount(server).await;
}

fn status(word: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"status": word}))
}

async fn follow(executor: &impl Executor) -> (Result<Status, Error>, Vec<String>) {
    let mut seen = Vec::new();
    let id = RequestId::new("r").unwrap();
    let outcome = wait(executor, &id, &at_once(), |status| seen.push(status.to_string())).await;
    (outcome.map(|outcome| outcome.status), seen)
}

#[tokio::test]
async fn each_change_is_reported_once_and_the_result_is_the_end() {
    let server = MockServer::start().await;
    then(&server, STATUS, 2, status("in_queue")).await;
    then(&server, STATUS, 1, status("warming_up")).await;
    then(&server, STATUS, 2, status("in_progress")).await;
    then(&server, STATUS, 9, status("completed")).await;
    // Ended, but the result is not ready the first time.
    then(&server, RESULT, 1, status("in_progress")).await;
    then(&server, RESULT, 9, status("succeeded")).await;
    let (outcome, seen) = follow(&runcomfy(&server.uri())).await;
    assert_eq!(outcome.unwrap(), Status::Succeeded);
    assert_eq!(seen, ["queued", "unknown (`warming_up`)", "running", "succeeded"]);
    assert_eq!(requests(&server).await.len(), 7 + 2);
}

#[tokio::test]
async fn a_few_passing_errors_do_not_end_the_waiting() {
    let server = MockServer::start().await;
    then(&server, STATUS, 3, ResponseTemplate::new(503)).await;
    then(&server, STATUS, 1, status("in_progress")).await;
    then(&server, STATUS, 3, ResponseTemplate::new(502)).await;
    then(&server, STATUS, 9, status("completed")).await;
    give_json(&server, "GET", RESULT, 200, json!({"status": "failed"})).await;
    let (outcome, seen) = follow(&runcomfy(&server.uri())).await;
    assert_eq!(outcome.unwrap(), Status::Failed);
    assert_eq!(seen, ["running", "failed"]);
}

#[tokio::test]
async fn patience_ends_and_lasting_errors_end_the_waiting_at_once() {
    let (outcome, _) = follow(&runcomfy(&nobody())).await;
    assert!(matches!(outcome, Err(Error::Connect { .. })));

    let server = MockServer::start().await;
    then(&server, STATUS, 99, ResponseTemplate::new(503)).await;
    let (outcome, _) = follow(&runcomfy(&server.uri())).await;
    assert!(matches!(outcome, Err(Error::Service { status: 503, .. })));
    assert_eq!(requests(&server).await.len(), 4, "one and three more");

    let server = MockServer::start().await;
    then(&server, STATUS, 99, ResponseTemplate::new(401)).await;
    let (outcome, _) = follow(&runcomfy(&server.uri())).await;
    assert!(matches!(outcome, Err(Error::Service { status: 401, .. })));
    assert_eq!(requests(&server).await.len(), 1);
}
