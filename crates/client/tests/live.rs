//! Against a real ComfyUI, only where `COMFYC_LIVE_COMFYUI` names one.

use std::io::Write as _;
use std::time::Duration;

use comfyc_client::comfyui::{ComfyUi, Options};
use comfyc_client::{Cancellation, Executor as _, Status, WaitOptions, wait};
use serde_json::json;

use crate::support::{Recipe, image};

/// The server's URL, if there is one.
fn live() -> Option<String> {
    let url = std::env::var("COMFYC_LIVE_COMFYUI").ok();
    if url.is_none() {
        // Not `eprintln!`, which is kept back when a test passes.
        let _ = writeln!(std::io::stderr(), "skipped: COMFYC_LIVE_COMFYUI is not set");
    }
    url
}

fn often() -> WaitOptions {
    let pause = Duration::from_millis(100);
    WaitOptions { first: pause, longest: pause, ..WaitOptions::default() }
}

#[tokio::test]
async fn a_real_comfyui_cancels_a_running_and_a_waiting_job() {
    let Some(url) = live() else { return };
    let executor = ComfyUi::new(&url, &Options::default()).unwrap();
    // The prompt of the recordings: a chain of blurs. Its own colour keeps the server's cache out of it.
    let colour = u32::from_str_radix(&ComfyUi::new_id().as_str()[..6], 16).unwrap();
    let size = 1024;
    let inputs = json!({"width": size, "height": size, "batch_size": 1, "color": colour});
    let mut prompt = json!({"1": {"class_type": "EmptyImage", "inputs": inputs}});
    for node in 2..60 {
        let inputs = json!({"image": [(node - 1).to_string(), 0], "blur_radius": 15, "sigma": 5.0});
        prompt[node.to_string()] = json!({"class_type": "ImageBlur", "inputs": inputs});
    }
    let inputs = json!({"images": ["59", 0], "filename_prefix": "comfyc/blur"});
    prompt["60"] = json!({"class_type": "SaveImage", "inputs": inputs});
    let job = Recipe { model: None, prompt, inputs: vec![], payload: json!({}) }.job();
    let first = executor.submit(&job).await.unwrap().id;
    let second = executor.submit(&job).await.unwrap().id;
    assert!(matches!(executor.status(&second).await.unwrap(), Status::Queued { position: Some(_) }));
    assert_eq!(executor.cancel(&second).await.unwrap(), Cancellation::Cancelled);
    assert_eq!(executor.status(&second).await.unwrap(), Status::Lost);
    while executor.status(&first).await.unwrap() != Status::Running {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(executor.cancel(&first).await.unwrap(), Cancellation::Cancelled);
    let outcome = wait(&executor, &first, &often(), |_| {}).await.unwrap();
    assert_eq!(outcome.status, Status::Cancelled);
    assert_eq!(outcome.failure.unwrap().message, "it was interrupted");
}

#[tokio::test]
async fn a_real_comfyui_scales_an_uploaded_picture() {
    let Some(url) = live() else { return };
    let options = Options { upload_folder: "comfyc".to_owned(), ..Options::default() };
    let executor = ComfyUi::new(&url, &options).unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("größe (1).png");
    std::fs::write(&path, include_bytes!("fixtures/red.png")).unwrap();
    let prompt = json!({
        "1": {"class_type": "LoadImage", "inputs": {"image": "to be replaced"}},
        "2": {"class_type": "ImageScale", "inputs": {
            "image": ["1", 0], "upscale_method": "nearest-exact", "width": 16, "height": 24, "crop": "disabled",
        }},
        "3": {"class_type": "SaveImage", "inputs": {"images": ["2", 0], "filename_prefix": "comfyc/live"}},
    });
    let payload = json!({"1_image": path.to_str().unwrap()});
    let job = Recipe { model: None, prompt, inputs: vec![image("1_image")], payload }.job();
    let id = ComfyUi::new_id();
    let receipt = executor.submit_as(&job, &id).await.unwrap();
    assert_eq!(receipt.id, id);
    assert!(receipt.warnings.is_empty());
    let outcome = wait(&executor, &id, &often(), |status| eprintln!("{status}")).await.unwrap();
    assert_eq!((&outcome.status, outcome.artifacts.len()), (&Status::Succeeded, 1));
    assert_eq!(outcome.artifacts[0].node.as_deref(), Some("3"));
    eprintln!("{}", outcome.artifacts[0].url().unwrap());
    assert_eq!(executor.cancel(&id).await.unwrap(), Cancellation::NotCancellable);
    assert_eq!(executor.status(&ComfyUi::new_id()).await.unwrap(), Status::Lost);
}
