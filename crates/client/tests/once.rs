//! A submission is sent at most once, and a lost answer is told from a lost request.

use std::sync::atomic::Ordering;

use comfyc_client::comfyui::{ComfyUi, Options};
use comfyc_client::{Error, Executor, RequestId};
use serde_json::json;
use wiremock::{MockServer, ResponseTemplate};

use crate::runcomfy::runcomfy;
use crate::support::{answer_then_hang_up, give, give_json, hang_up, job, nobody, requests};

#[tokio::test]
async fn a_submission_whose_answer_is_lost_is_not_repeated() {
    let (url, connections, _) = hang_up();
    let error = runcomfy(&url).submit(&job()).await.unwrap_err();
    assert!(matches!(error, Error::OutcomeUnknown { id: None, .. }), "{error}");
    assert!(!error.is_retryable());
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_submission_over_a_kept_connection_is_not_repeated_either() {
    let (url, requests) = answer_then_hang_up(r#"{"status": "in_progress"}"#);
    let executor = runcomfy(&url);
    executor.status(&RequestId::new("r").unwrap()).await.unwrap();
    let error = executor.submit(&job()).await.unwrap_err();
    assert!(matches!(error, Error::OutcomeUnknown { .. }), "{error}");
    let heads = requests.lock().unwrap().clone();
    assert_eq!(heads, ["GET /v1/requests/r/status", "POST /v1/models/community/wan-2-2/first-last-frame"]);
}

#[tokio::test]
async fn a_lost_answer_of_comfyui_names_the_id_that_was_sent() {
    let (url, connections, sent) = hang_up();
    let error = ComfyUi::new(&url, &Options::default()).unwrap().submit(&job()).await.unwrap_err();
    let Error::OutcomeUnknown { id: Some(id), .. } = error else { panic!("{error}") };
    assert_eq!(connections.load(Ordering::SeqCst), 1);
    let sent = String::from_utf8(sent.lock().unwrap().clone()).unwrap();
    assert!(sent.contains(&format!(r#""prompt_id":"{id}""#)), "{sent}");
}

#[tokio::test]
async fn a_lost_answer_to_a_question_may_be_asked_again() {
    let (url, connections, _) = hang_up();
    let error = runcomfy(&url).status(&RequestId::new("r").unwrap()).await.unwrap_err();
    assert!(matches!(error, Error::Transport { .. }) && error.is_retryable(), "{error}");
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_submission_that_reached_nobody_may_be_repeated() {
    let comfyui = ComfyUi::new(&nobody(), &Options::default()).unwrap();
    for error in
        [runcomfy(&nobody()).submit(&job()).await.unwrap_err(), comfyui.submit(&job()).await.unwrap_err()]
    {
        assert!(matches!(error, Error::Connect { .. }) && error.is_retryable(), "{error}");
    }
}

#[tokio::test]
async fn answers_that_leave_it_open_are_outcome_unknown() {
    const ROUTE: &str = "/v1/models/community/wan-2-2/first-last-frame";
    for answer in [
        ResponseTemplate::new(500),
        ResponseTemplate::new(502).set_body_string("<html>"),
        ResponseTemplate::new(504),
        ResponseTemplate::new(408),
        ResponseTemplate::new(200).set_body_json(json!({"error_code": 500_001, "error_message": "x"})),
        ResponseTemplate::new(200).set_body_json(json!({"status": "in_queue"})),
        ResponseTemplate::new(200).set_body_json(json!({"request_id": "../../models"})),
        ResponseTemplate::new(200).set_body_json(json!([])),
        ResponseTemplate::new(200).set_body_string("{\"request_id\": \"r"),
    ] {
        let server = MockServer::start().await;
        give(&server, "POST", ROUTE, answer).await;
        let error = runcomfy(&server.uri()).submit(&job()).await.unwrap_err();
        assert!(matches!(error, Error::OutcomeUnknown { .. }), "{error}");
        assert_eq!(requests(&server).await.len(), 1);
    }
    for (status, code) in [(422, "422001"), (429, "429001"), (400, "400001"), (401, "401001")] {
        let server = MockServer::start().await;
        give_json(&server, "POST", ROUTE, status, json!({"error_code": code})).await;
        let error = runcomfy(&server.uri()).submit(&job()).await.unwrap_err();
        assert!(matches!(error, Error::Service { .. }), "{error}");
        assert_eq!(error.is_retryable(), status == 429);
        assert_eq!(requests(&server).await.len(), 1);
    }
}

#[tokio::test]
async fn a_server_error_of_comfyui_leaves_it_open() {
    let server = MockServer::start().await;
    // What ComfyUI sends for an error of its own.
    let text = "500 Internal Server Error\n\nServer got itself in trouble";
    give(&server, "POST", "/prompt", ResponseTemplate::new(500).set_body_string(text)).await;
    let error = ComfyUi::new(&server.uri(), &Options::default()).unwrap().submit(&job()).await.unwrap_err();
    assert!(matches!(error, Error::OutcomeUnknown { id: Some(_), .. }), "{error}");
}
