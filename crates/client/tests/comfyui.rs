//! The contract of a ComfyUI server, from recorded exchanges.

use comfyc_client::comfyui::{ComfyUi, Options};
use comfyc_client::outcome::{Artifact, Content};
use comfyc_client::{Cancellation, Error, Executor as _, Outcome, RequestId, Secret, Status};
use serde_json::{Value, json};
use wiremock::matchers::{body_json, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{answer, give, give_json, id_of, job, recorded, replay, requests};

pub(crate) fn comfyui(server: &MockServer) -> ComfyUi {
    ComfyUi::new(&server.uri(), &Options::default()).unwrap()
}

/// The last body that was posted to a route.
pub(crate) async fn posted(server: &MockServer, route: &str) -> Value {
    let requests = server.received_requests().await.unwrap();
    let last = requests.iter().rev().find(|request| request.url.path() == route).unwrap();
    serde_json::from_slice(&last.body).unwrap()
}

/// Channel, node, file name, folder and type of each file, or the raw JSON of what is none.
fn listed(outcome: &Outcome) -> Vec<String> {
    let line = |artifact: &Artifact| {
        let node = artifact.node.as_deref().unwrap_or("-");
        match &artifact.content {
            Content::File { filename, subfolder, folder, .. } => {
                format!("{node} {} {folder}:{subfolder}/{filename}", artifact.channel)
            }
            _ => format!("{node} {} = {}", artifact.channel, artifact.raw),
        }
    };
    outcome.artifacts.iter().map(line).collect()
}

#[tokio::test]
async fn a_submission_is_the_prompt_under_an_id_of_the_clients_choice() {
    let server = replay(&["success/submit"]).await;
    let receipt = comfyui(&server).submit(&job()).await.unwrap();
    assert_eq!(receipt.id, id_of("success"), "the server's word counts");
    assert!(receipt.warnings.is_empty());
    let body = posted(&server, "/prompt").await;
    assert_eq!(body["prompt"], recorded("success/submit").sent["prompt"]);
    let id = body["prompt_id"].as_str().unwrap();
    assert_eq!(uuid::Uuid::parse_str(id).unwrap().hyphenated().to_string(), id, "canonical and lowercase");
    assert!(!body["client_id"].as_str().unwrap().is_empty());
    assert_eq!(body.as_object().unwrap().len(), 3);
}

#[tokio::test]
async fn an_id_can_be_chosen_before_the_job_is_sent() {
    let server = replay(&["success/submit"]).await;
    let id = ComfyUi::new_id();
    comfyui(&server).submit_as(&job(), &id).await.unwrap();
    assert_eq!(posted(&server, "/prompt").await["prompt_id"], id.as_str());
}

#[tokio::test]
async fn a_refused_prompt_keeps_what_each_node_has_done_wrong() {
    let server = replay(&["invalid/submit"]).await;
    let error = comfyui(&server).submit(&job()).await.unwrap_err();
    let expected = "ComfyUI refuses the prompt: Prompt outputs failed validation (Required input is missing: filename_prefix)";
    assert_eq!(error.to_string(), expected);
    assert!(!error.is_retryable());
    let Error::Refused(refusal) = error else { panic!("{error}") };
    assert_eq!(refusal.kind, "prompt_outputs_failed_validation");
    let found: Vec<_> = refusal
        .node_errors
        .iter()
        .map(|e| (e.node.as_str(), e.class.as_deref().unwrap(), e.kind.as_str(), e.input.as_deref().unwrap()))
        .collect();
    assert_eq!(
        found,
        [
            ("1", "LoadImage", "custom_validation_failed", "image"),
            ("2", "ImageScale", "value_smaller_than_min", "width"),
            ("2", "ImageScale", "value_not_in_list", "upscale_method"),
            ("3", "SaveImage", "required_input_missing", "filename_prefix"),
        ]
    );
    assert_eq!(refusal.node_errors[0].details, "image - Invalid image file: missing.png");
    assert_eq!(refusal.node_errors[0].dependent_outputs, ["3"]);
    assert_eq!(refusal.raw, recorded("invalid/submit").json);
}

#[tokio::test]
async fn refusals_of_the_whole_prompt_name_no_node_error() {
    for (scenario, kind, message) in [
        (
            "unknown_class/submit",
            "missing_node_type",
            "Node 'NoSuchNode' not found. The custom node may not be installed.",
        ),
        ("prompt_bad_id", "invalid_prompt_id", "prompt_id must be a valid UUID"),
    ] {
        let server = replay(&[scenario]).await;
        let error = comfyui(&server).submit(&job()).await.unwrap_err();
        let Error::Refused(refusal) = error else { panic!("{error}") };
        assert_eq!((refusal.kind.as_str(), refusal.message.as_str()), (kind, message));
        assert!(refusal.node_errors.is_empty());
    }
}

#[tokio::test]
async fn a_partly_invalid_prompt_is_accepted_with_warnings() {
    let server = replay(&["invalid_partial/submit"]).await;
    let receipt = comfyui(&server).submit(&job()).await.unwrap();
    assert_eq!(receipt.id, id_of("invalid_partial"));
    let nodes: Vec<_> = receipt.warnings.iter().map(|warning| warning.node.as_str()).collect();
    assert_eq!(nodes, ["1", "2", "2", "3"]);
}

#[tokio::test]
async fn the_history_decides_how_a_job_ended() {
    for (scenario, expected) in [
        ("success", Status::Succeeded),
        ("success_cached_second_run", Status::Succeeded),
        ("invalid_partial", Status::Succeeded),
        ("execution_error", Status::Failed),
        ("cancelled_while_running", Status::Cancelled),
    ] {
        let server = replay(&[&format!("{scenario}/history")]).await;
        assert_eq!(comfyui(&server).status(&id_of(scenario)).await.unwrap(), expected, "{scenario}");
        assert_eq!(requests(&server).await.len(), 1);
    }
}

/// A server on which this job has not ended.
async fn without_history(id: &RequestId) -> MockServer {
    let server = MockServer::start().await;
    let nothing = recorded("GET /history/none");
    give(&server, "GET", &format!("/history/{id}"), answer(&nothing)).await;
    server
}

#[tokio::test]
async fn the_queue_tells_running_from_waiting() {
    let running = recorded("cancelled_while_running/queue_running");
    let id = id_of("cancelled_while_running");
    let server = without_history(&id).await;
    give(&server, "GET", "/queue", answer(&running)).await;
    assert_eq!(comfyui(&server).status(&id).await.unwrap(), Status::Running);

    // The second prompt of that scenario waits; the heap's order is not the order of the line.
    let second = recorded("cancelled_while_running/submit_second").json;
    let waiting = RequestId::new(second["prompt_id"].as_str().unwrap()).unwrap();
    let item = |number: i64, id: &str| json!([number, id, {}, {}, ["3"]]);
    let mut queue = running.json;
    queue["queue_pending"] = json!([
        item(21, "later"),
        item(second["number"].as_i64().unwrap(), waiting.as_str()),
        item(-3, "put-to-the-front"),
    ]);
    let server = without_history(&waiting).await;
    give_json(&server, "GET", "/queue", 200, queue).await;
    assert_eq!(comfyui(&server).status(&waiting).await.unwrap(), Status::Queued { position: Some(1) });
}

#[tokio::test]
async fn jobs_are_asked_where_history_and_queue_are_silent() {
    for (scenario, expected) in [
        ("success/job", Status::Succeeded),
        ("execution_error/job", Status::Failed),
        ("cancelled_while_running/job", Status::Cancelled),
        ("cancelled_while_running/second_job", Status::Queued { position: None }),
        ("success/job_right_after", Status::Running),
    ] {
        let job = recorded(scenario);
        let id = RequestId::new(job.json["id"].as_str().unwrap()).unwrap();
        let server = without_history(&id).await;
        give(&server, "GET", "/queue", answer(&recorded("empty queue"))).await;
        give(&server, "GET", &job.path, answer(&job)).await;
        assert_eq!(comfyui(&server).status(&id).await.unwrap(), expected, "{scenario}");
    }
}

#[tokio::test]
async fn a_job_that_a_restarted_server_has_forgotten_is_lost() {
    let missing = recorded("cancelled_while_running/job_after_cancel");
    let second = recorded("cancelled_while_running/submit_second").json;
    let id = RequestId::new(second["prompt_id"].as_str().unwrap()).unwrap();
    let server = without_history(&id).await;
    give(&server, "GET", "/queue", answer(&recorded("empty queue"))).await;
    give(&server, "GET", &missing.path, answer(&missing)).await;
    let executor = comfyui(&server);
    assert_eq!(executor.status(&id).await.unwrap(), Status::Lost);
    let outcome = executor.result(&id).await.unwrap();
    assert_eq!((outcome.status, outcome.artifacts.len()), (Status::Lost, 0));
}

#[tokio::test]
async fn a_job_that_ends_between_two_questions_is_not_lost() {
    let history = recorded("success/history");
    let server = MockServer::start().await;
    Mock::given(path(history.path.as_str()))
        .respond_with(answer(&recorded("GET /history/none")))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    give(&server, "GET", &history.path, answer(&history)).await;
    give(&server, "GET", "/queue", answer(&recorded("empty queue"))).await;
    // An older server: there is no /api/jobs.
    assert_eq!(comfyui(&server).status(&id_of("success")).await.unwrap(), Status::Succeeded);
}

#[tokio::test]
async fn a_result_lists_files_and_other_things_by_node_and_channel() {
    for (scenario, expected) in [
        (
            "success",
            vec!["4 images temp:/ComfyUI_temp_bezan_00001_.png", "3 images output:rec/ok_00002_.png"],
        ),
        (
            "success_cached_second_run",
            vec!["4 images temp:/ComfyUI_temp_bezan_00001_.png", "3 images output:rec/ok_00002_.png"],
        ),
        ("video", vec!["4 images output:rec/vid_00002_.mp4", "4 animated = true"]),
        ("invalid_partial", vec!["10 images output:rec/p_00002_.png"]),
    ] {
        let server = replay(&[&format!("{scenario}/history")]).await;
        let outcome = comfyui(&server).result(&id_of(scenario)).await.unwrap();
        assert_eq!(outcome.status, Status::Succeeded);
        assert_eq!(outcome.failure, None);
        assert_eq!(listed(&outcome), expected, "{scenario}");
    }
}

#[tokio::test]
async fn the_video_of_the_first_workflow_is_found_under_gifs_with_its_address() {
    let history = recorded("flf2v/history");
    let id = RequestId::new(history.path.trim_start_matches("/history/")).unwrap();
    let server = replay(&["flf2v/history"]).await;
    let outcome = comfyui(&server).result(&id).await.unwrap();
    assert_eq!(listed(&outcome), ["73 gifs output:video/ComfyUI_00001.mp4"]);
    let view = format!("{}/view?filename=ComfyUI_00001.mp4&subfolder=video&type=output", server.uri());
    assert_eq!(outcome.artifacts[0].url(), Some(view.as_str()));
    assert_eq!(outcome.artifacts[0].raw["format"], "video/h264-mp4");
}

#[tokio::test]
async fn an_execution_error_names_node_class_and_exception() {
    let server = replay(&["execution_error/history"]).await;
    let outcome = comfyui(&server).result(&id_of("execution_error")).await.unwrap();
    assert_eq!(outcome.status, Status::Failed);
    let failure = outcome.failure.unwrap();
    assert_eq!(failure.node.as_deref(), Some("6"));
    assert_eq!(failure.class.as_deref(), Some("LoadImage"));
    assert_eq!(failure.kind.as_deref(), Some("PIL.UnidentifiedImageError"));
    assert_eq!(failure.message, "cannot identify image file 'input/2d_bad.png'");
    assert_eq!(failure.raw["current_inputs"], json!({"image": ["2d_bad.png"]}));
}

#[tokio::test]
async fn an_interrupted_job_is_cancelled_and_not_failed() {
    for name in ["cancelled_while_running/history", "flf2v_cancelled_in_sampler/history"] {
        let history = recorded(name);
        let id = RequestId::new(history.path.trim_start_matches("/history/")).unwrap();
        let server = replay(&[name]).await;
        let outcome = comfyui(&server).result(&id).await.unwrap();
        assert_eq!(outcome.status, Status::Cancelled);
        let failure = outcome.failure.unwrap();
        assert_eq!(failure.message, "it was interrupted");
        assert!(failure.node.is_some() && failure.class.is_some());
    }
}

#[tokio::test]
async fn the_result_of_a_job_that_goes_on_is_its_status() {
    let id = id_of("success");
    let server = without_history(&id).await;
    give(&server, "GET", "/queue", answer(&recorded("success/queue_right_after"))).await;
    let outcome = comfyui(&server).result(&id).await.unwrap();
    assert_eq!((outcome.status, outcome.artifacts.len()), (Status::Running, 0));
}

#[tokio::test]
async fn cancelling_asks_for_the_job_by_its_id() {
    for (name, expected) in [
        ("cancelled_while_running/cancel_running", Cancellation::Cancelled),
        ("cancelled_while_running/cancel_pending", Cancellation::Cancelled),
        ("cancel_unknown", Cancellation::NotCancellable),
    ] {
        let exchange = recorded(name);
        let id = exchange.path.trim_start_matches("/api/jobs/").trim_end_matches("/cancel");
        let server = replay(&[name]).await;
        assert_eq!(comfyui(&server).cancel(&RequestId::new(id).unwrap()).await.unwrap(), expected);
        assert_eq!(requests(&server).await.len(), 1);
    }
}

/// A server without `/api/jobs` that answers `/queue` with these bodies in turn.
async fn older(queues: Vec<Value>) -> MockServer {
    let server = without_history(&id_of("success")).await;
    // What aiohttp says to a POST where it serves files.
    give(&server, "POST", &format!("/api/jobs/{}/cancel", id_of("success")), ResponseTemplate::new(405))
        .await;
    for queue in queues {
        let answer = ResponseTemplate::new(200).set_body_json(queue);
        Mock::given(method("GET"))
            .and(path("/queue"))
            .respond_with(answer)
            .up_to_n_times(1)
            .mount(&server)
            .await;
    }
    server
}

fn queue(running: bool, waiting: bool) -> Value {
    let mut queue = recorded("success/queue_right_after").json;
    let item = queue["queue_running"].clone();
    queue["queue_pending"] = if waiting { item } else { json!([]) };
    if !running {
        queue["queue_running"] = json!([]);
    }
    queue
}

#[tokio::test]
async fn an_older_server_takes_a_waiting_job_out_of_its_queue() {
    let id = id_of("success");
    let server = older(vec![queue(false, true), queue(false, false)]).await;
    Mock::given(method("POST"))
        .and(path("/queue"))
        .and(body_json(json!({"delete": [id.as_str()]})))
        .respond_with(ResponseTemplate::new(200))
        .expect(1)
        .mount(&server)
        .await;
    assert_eq!(comfyui(&server).cancel(&id).await.unwrap(), Cancellation::Cancelled);
    assert!(!requests(&server).await.contains(&"POST /interrupt".to_owned()));
}

#[tokio::test]
async fn an_older_server_interrupts_this_job_also_when_it_has_just_begun() {
    let id = id_of("success");
    for queues in [vec![queue(true, false)], vec![queue(false, true), queue(true, false)]] {
        let server = older(queues).await;
        give(&server, "POST", "/queue", ResponseTemplate::new(200)).await;
        Mock::given(method("POST"))
            .and(path("/interrupt"))
            .and(body_json(json!({"prompt_id": id.as_str()})))
            .respond_with(ResponseTemplate::new(200))
            .expect(1)
            .mount(&server)
            .await;
        assert_eq!(comfyui(&server).cancel(&id).await.unwrap(), Cancellation::Cancelled);
    }
}

#[tokio::test]
async fn an_older_server_is_not_interrupted_for_a_job_that_does_not_run() {
    let mut others = queue(true, false);
    others["queue_running"][0][1] = json!("somebody-elses");
    let server = older(vec![others]).await;
    assert_eq!(comfyui(&server).cancel(&id_of("success")).await.unwrap(), Cancellation::NotCancellable);
    assert!(!requests(&server).await.contains(&"POST /interrupt".to_owned()));
}

#[tokio::test]
async fn headers_password_and_path_of_a_proxy_are_used_on_every_call() {
    let server = MockServer::start().await;
    let history = recorded("success/history");
    Mock::given(method("GET"))
        .and(path(format!("/comfy{}", history.path)))
        .and(header("authorization", "Basic dXNlcjpwYXNz"))
        .and(header("x-api-key", "k-1"))
        .respond_with(answer(&history))
        .expect(1)
        .mount(&server)
        .await;
    let base = format!("{}/comfy/", server.uri().replacen("http://", "http://user:pass@", 1));
    let headers = vec![("X-Api-Key".to_owned(), Secret::new("k-1"))];
    let executor = ComfyUi::new(&base, &Options { headers, ..Options::default() }).unwrap();
    let outcome = executor.result(&id_of("success")).await.unwrap();
    let view = outcome.artifacts[1].url().unwrap();
    let expected = format!("{}/comfy/view?filename=ok_00002_.png&subfolder=rec&type=output", server.uri());
    assert_eq!(view, expected, "without user and password");
}
