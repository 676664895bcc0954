//! The contract of the Model API.

use std::time::Duration;

use comfyc::interface::Exposed;
use comfyc_client::outcome::Content;
use comfyc_client::runcomfy::{Options, RunComfy};
use comfyc_client::{Cancellation, Error, Executor as _, RequestId, Secret, Status};
use serde_json::{Value, json};
use wiremock::matchers::{header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{Recipe, give, give_json, image, job, recipe, requests};

const MODEL: &str = "/v1/models/community/wan-2-2/first-last-frame";
const STATUS: &str = "/v1/requests/req-1/status";
const RESULT: &str = "/v1/requests/req-1/result";
const CANCEL: &str = "/v1/requests/req-1/cancel";

pub(crate) fn runcomfy(base: &str) -> RunComfy {
    let options = Options { base_url: base.to_owned(), ..Options::default() };
    RunComfy::new(&Secret::new("rc-token-1"), &options).unwrap()
}

fn id() -> RequestId {
    RequestId::new("req-1").unwrap()
}

async fn with(verb: &str, route: &str, status: u16, json: Value) -> (MockServer, RunComfy) {
    let server = MockServer::start().await;
    give_json(&server, verb, route, status, json).await;
    let executor = runcomfy(&server.uri());
    (server, executor)
}

#[tokio::test]
async fn a_submission_is_the_payload_byte_for_byte() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path(MODEL))
        .and(header("authorization", "Bearer rc-token-1"))
        .and(header("content-type", "application/json"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({
            "request_id": "req-1",
            "status_url": "https://elsewhere.invalid/status",
            "result_url": "https://elsewhere.invalid/result",
            "cancel_url": "https://elsewhere.invalid/cancel",
        })))
        .expect(1)
        .mount(&server)
        .await;
    // Number spelling is the caller's; key order is the interface's: what is required, then the rest.
    let payload =
        r#"{"68_image":"b.png","6_text":"ä \"x\"","57_cfg":3.50,"57_noise_seed":18446744073709551615}"#;
    let prompt = json!({
        "68": {"class_type": "LoadImage", "inputs": {"image": "a.png"}},
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": ""}},
        "57": {"class_type": "KSamplerAdvanced", "inputs": {"noise_seed": 0, "steps": 20, "cfg": 1}},
    });
    let inputs = vec![
        Exposed::number("57_cfg"),
        Exposed::integer("57_noise_seed"),
        Exposed::integer("57_steps").default(20),
        image("68_image"),
        Exposed::string("6_text").required(),
    ];
    // Given in another order.
    let given =
        r#"{"57_noise_seed":18446744073709551615,"57_cfg":3.50,"6_text":"ä \"x\"","68_image":"b.png"}"#;
    let job = Recipe { prompt, inputs, payload: serde_json::from_str(given).unwrap(), ..recipe() }.job();
    let receipt = runcomfy(&server.uri()).submit(&job).await.unwrap();
    assert_eq!(receipt.id, id());
    assert!(receipt.warnings.is_empty());
    let sent = server.received_requests().await.unwrap();
    assert_eq!(std::str::from_utf8(&sent[0].body).unwrap(), payload);
}

#[tokio::test]
async fn a_model_id_is_used_as_it_is_below_any_base_path() {
    let server = MockServer::start().await;
    give_json(&server, "POST", "/api/v1/models/Google/Veo3.1/Fast_x~1", 200, json!({"request_id": "r"}))
        .await;
    let job = Recipe { model: Some("Google/Veo3.1/Fast_x~1"), ..recipe() }.job();
    runcomfy(&format!("{}/api/", server.uri())).submit(&job).await.unwrap();
    assert_eq!(requests(&server).await, ["POST /api/v1/models/Google/Veo3.1/Fast_x~1"]);
}

#[tokio::test]
async fn a_job_without_model_or_with_a_bad_one_is_not_sent() {
    let server = MockServer::start().await;
    let executor = runcomfy(&server.uri());
    let error = executor.submit(&Recipe { model: None, ..recipe() }.job()).await.unwrap_err();
    assert!(matches!(error, Error::MissingModel), "{error}");
    assert!(!error.is_retryable());
    for model in ["../requests/x", ""] {
        let error = executor.submit(&Recipe { model: Some(model), ..recipe() }.job()).await.unwrap_err();
        assert!(matches!(error, Error::ModelId(_)), "{error}");
    }
    assert!(requests(&server).await.is_empty());
}

#[tokio::test]
async fn an_empty_token_is_refused() {
    for token in ["", " \n"] {
        let error = RunComfy::new(&Secret::new(token), &Options::default()).unwrap_err();
        assert!(matches!(error, Error::MissingToken));
    }
}

#[tokio::test]
async fn both_vocabularies_of_states_are_understood() {
    for (word, expected) in [
        ("in_queue", Status::Queued { position: Some(2) }),
        ("pending", Status::Queued { position: Some(2) }),
        ("waiting", Status::Queued { position: Some(2) }),
        ("in_progress", Status::Running),
        ("starting", Status::Running),
        ("processing", Status::Running),
        ("completed", Status::Completed),
        ("succeeded", Status::Succeeded),
        ("failed", Status::Failed),
        ("cancelled", Status::Cancelled),
        ("canceled", Status::Cancelled),
        ("warming_up", Status::Unknown("warming_up".to_owned())),
    ] {
        let answer = json!({"request_id": "req-1", "status": word, "queue_position": 2});
        let (_server, executor) = with("GET", STATUS, 200, answer).await;
        assert_eq!(executor.status(&id()).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn a_result_lists_every_address_of_its_output_and_no_other() {
    let (_server, executor) = with(
        "GET",
        RESULT,
        200,
        json!({
            "request_id": "req-1",
            "status": "succeeded",
            "input": {"62_image": "https://cdn.test/input.png"},
            "output": {
                "image": "https://cdn.test/a.png",
                "images": ["https://cdn.test/b.png", "https://cdn.test/c.png"],
                "video": "https://cdn.test/d.mp4?sig=1",
                "videos": [],
                "audios": ["https://cdn.test/e.wav"],
                "text": "a caption",
            },
            "created_at": "2026-11-01T00:00:00Z",
            "finished_at": "2026-11-01T00:01:00Z",
        }),
    )
    .await;
    let outcome = executor.result(&id()).await.unwrap();
    assert_eq!(outcome.status, Status::Succeeded);
    assert_eq!((outcome.failure, outcome.cost), (None, None));
    let found: Vec<_> = outcome.artifacts.iter().map(|a| (a.channel.as_str(), a.url())).collect();
    assert_eq!(
        found,
        [
            ("image", Some("https://cdn.test/a.png")),
            ("images", Some("https://cdn.test/b.png")),
            ("images", Some("https://cdn.test/c.png")),
            ("video", Some("https://cdn.test/d.mp4?sig=1")),
            ("audios", Some("https://cdn.test/e.wav")),
            ("text", None),
        ]
    );
    assert_eq!(outcome.artifacts[5].content, Content::Value);
    assert_eq!(outcome.artifacts[5].raw, "a caption");
}

#[tokio::test]
async fn a_failed_result_says_why_in_any_shape() {
    for (error, message, kind) in [
        (json!("out of memory"), "out of memory", None),
        (json!({"error_code": 500_001, "error_message": "node 57 failed"}), "node 57 failed", Some("500001")),
        (json!([{"errorCode": 12, "error": "a", "debugInfo": {}}, {"error": "b"}]), "a; b", Some("12")),
        (json!({"unheard": "of"}), r#"{"unheard":"of"}"#, None),
        (json!(null), "no reason given", None),
    ] {
        let answer = json!({"request_id": "req-1", "status": "failed", "error": error});
        let (_server, executor) = with("GET", RESULT, 200, answer).await;
        let outcome = executor.result(&id()).await.unwrap();
        assert_eq!(outcome.status, Status::Failed);
        let failure = outcome.failure.unwrap();
        assert_eq!((failure.message.as_str(), failure.kind.as_deref()), (message, kind));
    }
}

#[tokio::test]
async fn a_pending_result_is_a_status_without_artifacts() {
    let answer = json!({"request_id": "req-1", "status": "in_progress", "output": null, "error": null});
    let (_server, executor) = with("GET", RESULT, 200, answer).await;
    let outcome = executor.result(&id()).await.unwrap();
    assert_eq!(outcome.status, Status::Running);
    assert!(outcome.artifacts.is_empty() && outcome.failure.is_none());
}

#[tokio::test]
async fn the_cost_is_asked_for_only_when_it_is_wanted() {
    let server = MockServer::start().await;
    Mock::given(path(RESULT))
        .and(query_param("include_cost", "true"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"status": "succeeded", "cost": 0.25})))
        .expect(1)
        .mount(&server)
        .await;
    let options = Options { base_url: server.uri(), include_cost: true, ..Options::default() };
    let executor = RunComfy::new(&Secret::new("t"), &options).unwrap();
    assert_eq!(executor.result(&id()).await.unwrap().cost, Some(json!(0.25)));
    let error = runcomfy(&server.uri()).result(&id()).await.unwrap_err();
    assert!(matches!(error, Error::Service { status: 404, .. }), "it was not asked for");
}

#[tokio::test]
async fn cancelling_has_two_outcomes() {
    for (outcome, expected) in
        [("cancelled", Cancellation::Cancelled), ("not_cancellable", Cancellation::NotCancellable)]
    {
        let answer = json!({"request_id": "req-1", "status": "in_progress", "outcome": outcome});
        let (server, executor) = with("POST", CANCEL, 202, answer).await;
        assert_eq!(executor.cancel(&id()).await.unwrap(), expected);
        assert_eq!(requests(&server).await, ["POST /v1/requests/req-1/cancel"]);
    }
}

#[tokio::test]
async fn an_error_may_come_with_http_200() {
    let refusal = json!({"error_code": 400_002, "error_message": "insufficient balance"});
    for (verb, route) in [("POST", MODEL), ("GET", STATUS), ("GET", RESULT), ("POST", CANCEL)] {
        let (_server, executor) = with(verb, route, 200, refusal.clone()).await;
        let error = match route {
            MODEL => executor.submit(&job()).await.map(|_| ()),
            STATUS => executor.status(&id()).await.map(|_| ()),
            RESULT => executor.result(&id()).await.map(|_| ()),
            _ => executor.cancel(&id()).await.map(|_| ()),
        }
        .unwrap_err();
        assert!(!error.is_retryable());
        let Error::Service { status: 200, code, message, .. } = error else { panic!("{route}: {error}") };
        assert_eq!((code.as_deref(), message.as_str()), (Some("400002"), "insufficient balance"));
    }
}

#[tokio::test]
async fn an_expired_request_is_told_from_a_wrong_address() {
    for status in [404, 200] {
        let answer = json!({"error_code": 404_001, "error_message": "request not found"});
        let (_server, executor) = with("GET", RESULT, status, answer).await;
        let error = executor.result(&id()).await.unwrap_err();
        assert!(matches!(&error, Error::UnknownRequest { id, .. } if id.as_str() == "req-1"), "{error}");
    }
    let error = runcomfy(&MockServer::start().await.uri()).result(&id()).await.unwrap_err();
    assert!(matches!(error, Error::Service { status: 404, .. }), "{error}");
}

#[tokio::test]
async fn every_http_error_keeps_its_status_and_words() {
    for (status, body, message, retryable) in [
        (401, json!({"message": "bad token"}), "bad token", false),
        (402, json!({"error": "no balance"}), "no balance", false),
        (422, json!({"detail": [{"loc": ["body"], "msg": "6_text: required"}]}), "6_text: required", false),
        (429, json!({"message": "slow down"}), "slow down", true),
        (500, json!({"error": {"message": "oops"}}), "oops", true),
        (503, json!({}), "service unavailable", true),
    ] {
        let server = MockServer::start().await;
        let answer = ResponseTemplate::new(status).set_body_json(body).insert_header("retry-after", "7");
        give(&server, "GET", STATUS, answer).await;
        let error = runcomfy(&server.uri()).status(&id()).await.unwrap_err();
        assert_eq!(error.is_retryable(), retryable, "{status}");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        let Error::Service { status: found, message: said, .. } = error else { panic!("{error}") };
        assert_eq!((found, said.as_str()), (status, message));
    }
}

#[tokio::test]
async fn a_page_of_html_is_not_shown() {
    let server = MockServer::start().await;
    give(&server, "GET", STATUS, ResponseTemplate::new(502).set_body_string("<html>…</html>")).await;
    let error = runcomfy(&server.uri()).status(&id()).await.unwrap_err();
    assert!(error.to_string().ends_with("answered 502: bad gateway"), "{error}");
    let server = MockServer::start().await;
    give(&server, "GET", STATUS, ResponseTemplate::new(200).set_body_string("<html>…</html>")).await;
    let error = runcomfy(&server.uri()).status(&id()).await.unwrap_err();
    assert!(matches!(error, Error::Unreadable { .. }), "{error}");
}

#[tokio::test]
async fn a_redirect_is_reported_and_not_followed() {
    let elsewhere = MockServer::start().await;
    let server = MockServer::start().await;
    let target = format!("{}/x?token=hidden", elsewhere.uri());
    give(&server, "POST", MODEL, ResponseTemplate::new(307).insert_header("location", target)).await;
    let error = runcomfy(&server.uri()).submit(&job()).await.unwrap_err();
    let expected = format!("it has moved to {}/x; give that as the base URL", elsewhere.uri());
    assert!(error.to_string().ends_with(&expected), "{error}");
    assert!(requests(&elsewhere).await.is_empty());
}

#[tokio::test]
async fn addresses_in_answers_are_never_called() {
    let elsewhere = MockServer::start().await;
    let (server, executor) = with("GET", STATUS, 200, json!({
        "request_id": "req-1", "status": "completed",
        "status_url": format!("{}/status", elsewhere.uri()), "result_url": format!("{}/result", elsewhere.uri()),
    }))
    .await;
    executor.status(&id()).await.unwrap();
    executor.result(&id()).await.unwrap_err();
    assert!(requests(&elsewhere).await.is_empty());
    assert_eq!(requests(&server).await, [format!("GET {STATUS}"), format!("GET {RESULT}")]);
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_bytes(vec![b' '; (64 << 20) + 1]);
    give(&server, "GET", STATUS, answer).await;
    let error = runcomfy(&server.uri()).status(&id()).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }), "{error}");
}
