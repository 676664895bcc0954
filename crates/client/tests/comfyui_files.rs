//! Bringing files to a ComfyUI.

use std::path::{Path, PathBuf};

use comfyc::check::Checked;
use comfyc::interface::{Exposed, Media, Rule};
use comfyc::job::Job;
use comfyc_client::comfyui::{ComfyUi, Options};
use comfyc_client::{Error, Executor as _};
use serde_json::{Value, json};
use tempfile::TempDir;
use wiremock::MockServer;

use crate::comfyui::{comfyui, posted};
use crate::support::{Recipe, image, job_with, recipe, replay, requests};

/// A folder with a file in it.
fn file(name: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, b"bytes of the file").unwrap();
    (folder, path)
}

/// A prompt that loads pictures from these nodes.
fn loading(nodes: &[&str]) -> Value {
    let load = |_| json!({"class_type": "LoadImage", "inputs": {"image": "held.png"}});
    nodes.iter().map(|id| ((*id).to_owned(), load(id))).collect()
}

/// The multipart bodies that were uploaded.
async fn uploaded(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.unwrap();
    let uploads = requests.iter().filter(|request| request.url.path() == "/upload/image");
    uploads.map(|request| String::from_utf8_lossy(&request.body).into_owned()).collect()
}

fn field(body: &str, name: &str) -> String {
    let start = body.find(&format!("name=\"{name}\"")).unwrap();
    let (_, rest) = body[start..].split_once("\r\n\r\n").unwrap();
    rest.split_once("\r\n--").unwrap().0.to_owned()
}

#[tokio::test]
async fn a_local_file_is_uploaded_first_and_named_as_the_server_says() {
    for (upload, stored) in [
        ("upload", "red.png"),
        ("upload_same_name_other_bytes", "red (1).png"),
        ("upload_subfolder", "sub/dir/green.png"),
    ] {
        let server = replay(&[upload, "success/submit"]).await;
        let (_folder, path) = file("red.png");
        comfyui(&server).submit(&job_with(path.to_str().unwrap())).await.unwrap();
        assert_eq!(requests(&server).await, ["POST /upload/image", "POST /prompt"]);
        assert_eq!(posted(&server, "/prompt").await["prompt"]["1"]["inputs"]["image"], stored);
    }
}

#[tokio::test]
async fn an_upload_has_the_fields_that_comfyui_reads() {
    let server = replay(&["upload_subfolder", "success/submit"]).await;
    let options = Options { upload_folder: "sub/dir".to_owned(), overwrite: true, ..Options::default() };
    let (_folder, path) = file("größe \"1\".png");
    let executor = ComfyUi::new(&server.uri(), &options).unwrap();
    executor.submit(&job_with(path.to_str().unwrap())).await.unwrap();
    let bodies = uploaded(&server).await;
    assert_eq!(field(&bodies[0], "image"), "bytes of the file");
    assert!(bodies[0].contains(r#"filename="größe \"1\".png""#), "{}", bodies[0]);
    assert_eq!(field(&bodies[0], "type"), "input");
    assert_eq!(field(&bodies[0], "subfolder"), "sub/dir");
    assert_eq!(field(&bodies[0], "overwrite"), "true");
}

#[tokio::test]
async fn one_file_goes_to_all_its_places_and_is_uploaded_once() {
    let server = replay(&["upload_same_name_other_bytes", "success/submit"]).await;
    let (_folder, path) = file("red.png");
    let prompt = loading(&["1", "3", "4", "5"]);
    let inputs = vec![image("1_image").drives("4_image", Rule::default()), image("3_image")];
    let payload = json!({"1_image": path.to_str().unwrap(), "3_image": path.to_str().unwrap()});
    comfyui(&server).submit(&Recipe { prompt, inputs, payload, ..recipe() }.job()).await.unwrap();
    assert_eq!(uploaded(&server).await.len(), 1);
    let prompt = &posted(&server, "/prompt").await["prompt"];
    for (node, expected) in
        [("1", "red (1).png"), ("3", "red (1).png"), ("4", "red (1).png"), ("5", "held.png")]
    {
        assert_eq!(prompt[node]["inputs"]["image"], expected, "{node}");
    }
}

#[tokio::test]
async fn a_value_that_is_no_local_file_is_left_for_the_server() {
    let server = replay(&["success/submit"]).await;
    for value in ["red.png", "sub/dir/green.png", "clip.mp4 [output]", "", "\0", "C:\\x.png"] {
        let job = job_with(value);
        comfyui(&server).submit(&job).await.unwrap();
        let prompt = &posted(&server, "/prompt").await["prompt"];
        assert_eq!(*prompt, serde_json::from_str::<Value>(&job.prompt_json()).unwrap());
        assert_eq!(prompt["1"]["inputs"]["image"], value);
    }
    assert!(uploaded(&server).await.is_empty());
}

#[tokio::test]
async fn a_data_uri_is_decoded_and_uploaded_under_the_name_of_its_key() {
    for (uri, media, name) in [
        ("data:image/png;base64,Ynl0ZXM=", Media::Image, "57_8_image.png"),
        ("DATA:image/jpeg;base64,Ynl0ZXM=", Media::Image, "57_8_image.jpg"),
        ("data:video/webm,bytes", Media::Video, "57_8_image.webm"),
        ("data:;base64,Ynl0ZXM=", Media::Audio, "57_8_image.wav"),
        ("data:application/../../x;base64,Ynl0ZXM=", Media::Video, "57_8_image.mp4"),
    ] {
        let server = replay(&["upload", "success/submit"]).await;
        let options = Options { overwrite: true, ..Options::default() };
        let prompt = loading(&["57:8"]);
        let inputs = vec![Exposed::string("57:8_image").media(media)];
        let job = Recipe { prompt, inputs, payload: json!({ "57:8_image": uri }), ..recipe() }.job();
        ComfyUi::new(&server.uri(), &options).unwrap().submit(&job).await.unwrap();
        let bodies = uploaded(&server).await;
        assert_eq!(field(&bodies[0], "image"), "bytes");
        assert!(bodies[0].contains(&format!("filename=\"{name}\"")), "{}", bodies[0]);
        assert_eq!(
            field(&bodies[0], "overwrite"),
            "false",
            "another job may wait for its own file of this name"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_brought_to_the_server_is_an_error_before_anything_is_sent() {
    let server = replay(&["success/submit"]).await;
    for value in
        ["https://h/a.png", "HTTP://h/a.png", "https://[", "data:image/png;base64,@@@", "data:image/png"]
    {
        let error = comfyui(&server).submit(&job_with(value)).await.unwrap_err();
        assert!(matches!(error, Error::RemoteFile { .. } | Error::DataUri { .. }), "{error}");
    }
    assert!(requests(&server).await.is_empty());
}

#[tokio::test]
async fn a_file_that_no_input_holds_stays_where_it_is() {
    let server = replay(&["success/submit"]).await;
    let (_folder, path) = file("red.png");
    // The second key writes over what the first has written.
    let inputs = vec![image("1_image"), image("3_image").drives("1_image", Rule::default())];
    let payload = json!({"1_image": path.to_str().unwrap(), "3_image": "there.png"});
    let job = Recipe { prompt: loading(&["1", "3"]), inputs, payload, ..recipe() }.job();
    comfyui(&server).submit(&job).await.unwrap();
    assert_eq!(requests(&server).await, ["POST /prompt"]);
    assert_eq!(posted(&server, "/prompt").await["prompt"]["1"]["inputs"]["image"], "there.png");
}

#[tokio::test]
async fn a_list_of_files_may_only_name_what_the_server_has() {
    let server = replay(&["success/submit", "upload"]).await;
    let (_folder, path) = file("red.png");
    let local = path.to_str().unwrap();
    let given = |single: &str, list: Value| {
        let mut prompt = loading(&["1"]);
        prompt["5"] = json!({"class_type": "OfSomePack", "inputs": {"images": []}});
        let list_input = Exposed::string("5_images").keyword("type", "array").media(Media::Image);
        let inputs = vec![list_input, image("1_image")];
        Recipe { prompt, inputs, payload: json!({"1_image": single, "5_images": list}), ..recipe() }.job()
    };
    let names = json!(["a.png", "sub/b.png", "c.png"]);
    comfyui(&server).submit(&given("red.png", names.clone())).await.unwrap();
    assert_eq!(posted(&server, "/prompt").await["prompt"]["5"]["inputs"]["images"], names);
    for (list, expected) in [
        (json!(["a.png", local]), "`5_images` is a list of files, but"),
        (json!(["data:,x"]), "`5_images` is a list of files, but"),
        (json!(["https://h/a.png"]), "`5_images` is the address"),
    ] {
        // Also when the same file has been uploaded for another input.
        for single in ["red.png", local, "data:,x"] {
            let error = comfyui(&server).submit(&given(single, list.clone())).await.unwrap_err();
            assert!(error.to_string().starts_with(expected), "{error}");
            assert!(!error.is_retryable());
        }
    }
    let sent = requests(&server).await;
    assert_eq!(sent.iter().filter(|request| *request == "POST /prompt").count(), 1);
}

#[tokio::test]
async fn a_refused_upload_names_the_input_and_the_job_is_not_sent() {
    let server = replay(&["upload_traversal", "success/submit"]).await;
    let (_folder, path) = file("red.png");
    let error = comfyui(&server).submit(&job_with(path.to_str().unwrap())).await.unwrap_err();
    assert_eq!(error.to_string(), "cannot upload `red.png` for `1_image`");
    assert!(!error.is_retryable());
    let Error::Upload { source, .. } = error else { panic!("{error}") };
    assert!(matches!(*source, Error::Service { status: 400, .. }), "{source}");
    assert_eq!(requests(&server).await, ["POST /upload/image"]);
}

/// A job whose workflow names a file, and whose caller does not.
#[track_caller]
fn defaulting(default: &str) -> Checked<Job> {
    let inputs = vec![image("1_image").default(default), Exposed::string("3_filename_prefix")];
    Recipe { inputs, payload: json!({}), ..recipe() }.job()
}

fn with_folders(server: &MockServer, folders: &[&Path]) -> ComfyUi {
    let folders = folders.iter().map(|folder| (*folder).to_owned()).collect();
    ComfyUi::new(&server.uri(), &Options { folders, ..Options::default() }).unwrap()
}

#[tokio::test]
async fn a_file_that_the_workflow_names_is_taken_from_its_folders() {
    let (own, _) = file("red.png");
    let (other, _) = file("blue.png");
    std::fs::create_dir(own.path().join("sub")).unwrap();
    std::fs::write(own.path().join("sub/green.png"), "bytes of the file").unwrap();
    let absolute = own.path().join("sub/green.png");
    for default in
        ["red.png", "./red.png", "sub/green.png", "sub/../red.png", "blue.png", absolute.to_str().unwrap()]
    {
        let server = replay(&["upload", "success/submit"]).await;
        with_folders(&server, &[own.path(), other.path()]).submit(&defaulting(default)).await.unwrap();
        assert_eq!(requests(&server).await, ["POST /upload/image", "POST /prompt"], "{default}");
    }
    // There is no such file, so the server may have one.
    for default in ["green.png", "/no/such/file.png", "../nothing.png"] {
        let server = replay(&["upload", "success/submit"]).await;
        with_folders(&server, &[own.path()]).submit(&defaulting(default)).await.unwrap();
        assert_eq!(posted(&server, "/prompt").await["prompt"]["1"]["inputs"]["image"], default);
        assert_eq!(requests(&server).await, ["POST /prompt"], "{default}");
    }
}

#[tokio::test]
async fn the_first_folder_that_has_the_file_counts() {
    let (own, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    std::fs::write(own.path().join("red.png"), "own").unwrap();
    std::fs::write(other.path().join("red.png"), "other").unwrap();
    let server = replay(&["upload", "success/submit"]).await;
    with_folders(&server, &[other.path(), own.path()]).submit(&defaulting("red.png")).await.unwrap();
    assert_eq!(field(&uploaded(&server).await[0], "image"), "other");
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_elsewhere_that_the_workflow_names_is_refused_before_anything_is_sent() {
    use std::os::unix::fs::symlink;
    let (_elsewhere, outside) = file("outside.png");
    let root = TempDir::new().unwrap();
    let own = root.path().join("own");
    std::fs::create_dir_all(own.join(".ssh")).unwrap();
    for name in ["own/red.png", "own/.ssh/id", "own/.env", "secret.png"] {
        std::fs::write(root.path().join(name), "bytes").unwrap();
    }
    symlink(&outside, own.join("link.png")).unwrap();
    symlink("..", own.join("up")).unwrap();
    symlink(".env", own.join("env.png")).unwrap();
    let hidden = own.join(".env");
    for default in [
        outside.to_str().unwrap(),
        "/etc/hostname",
        "../secret.png",
        "red.png/../../secret.png",
        "up/secret.png",
        "link.png",
        ".ssh/id",
        "env.png",
        hidden.to_str().unwrap(),
    ] {
        let server = replay(&["upload", "success/submit"]).await;
        // The first file is a good one, and is not sent either.
        let prompt = loading(&["1", "3"]);
        let inputs = vec![image("1_image").default("red.png"), image("3_image").default(default)];
        let job = Recipe { prompt, inputs, payload: json!({}), ..recipe() }.job();
        let sent = with_folders(&server, &[&own]).submit(&job).await;
        if default.contains("red.png/") {
            // No file, whatever it would be without the first part.
            assert!(sent.is_ok());
            continue;
        }
        let error = sent.unwrap_err();
        assert!(matches!(&error, Error::FileOutside { key, .. } if key == "3_image"), "{default}: {error}");
        assert!(error.to_string().contains(default) && !error.is_retryable(), "{error}");
        assert!(requests(&server).await.is_empty());
    }
    // Without a folder there is no file of the workflow's own.
    let server = replay(&["upload", "success/submit"]).await;
    let error = comfyui(&server).submit(&defaulting(outside.to_str().unwrap())).await.unwrap_err();
    assert!(matches!(error, Error::FileOutside { .. }), "{error}");
}

#[tokio::test]
async fn the_caller_and_the_workflow_mean_different_files_by_one_name() {
    // Relative to the folder of the tests, as the caller means it.
    let name = "tests/fixtures/red.png";
    let own = TempDir::new().unwrap();
    std::fs::create_dir_all(own.path().join("tests/fixtures")).unwrap();
    std::fs::write(own.path().join(name), "of the workflow").unwrap();
    let server = replay(&["upload", "success/submit"]).await;
    let inputs = vec![image("1_image"), image("3_image").default(name)];
    let payload = json!({"1_image": name});
    let job = Recipe { prompt: loading(&["1", "3"]), inputs, payload, ..recipe() }.job();
    with_folders(&server, &[own.path()]).submit(&job).await.unwrap();
    let bodies = uploaded(&server).await;
    assert_eq!(bodies.len(), 2);
    assert_eq!(field(&bodies[1], "image"), "of the workflow");
    assert_ne!(field(&bodies[0], "image"), "of the workflow");
}
