//! Bringing files to a ComfyUI.

use std::path::PathBuf;

use comfyc_client::comfyui::{ComfyUi, Options};
use comfyc_client::submission::{FileInput, Media};
use comfyc_client::{Error, Executor as _, Submission};
use tempfile::TempDir;
use wiremock::MockServer;

use crate::comfyui::{comfyui, posted};
use crate::support::{image, job, replay, requests};

/// A folder with a file in it.
fn file(name: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, b"bytes of the file").unwrap();
    (folder, path)
}

fn with(files: Vec<FileInput>) -> Submission {
    Submission { files, ..job() }
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
        comfyui(&server).submit(&with(vec![image(path.to_str().unwrap())])).await.unwrap();
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
    executor.submit(&with(vec![image(path.to_str().unwrap())])).await.unwrap();
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
    let mut first = image(path.to_str().unwrap());
    first.places.push(("4".to_owned(), "picture".to_owned()));
    let second = FileInput { places: vec![("3".to_owned(), "mask".to_owned())], ..first.clone() };
    comfyui(&server).submit(&with(vec![first, second])).await.unwrap();
    assert_eq!(uploaded(&server).await.len(), 1);
    let prompt = &posted(&server, "/prompt").await["prompt"];
    for (node, input) in [("1", "image"), ("4", "picture"), ("3", "mask")] {
        assert_eq!(prompt[node]["inputs"][input], "red (1).png");
    }
}

#[tokio::test]
async fn a_value_that_is_no_local_file_is_left_for_the_server() {
    let server = replay(&["success/submit"]).await;
    for value in ["red.png", "sub/dir/green.png", "clip.mp4 [output]", "", "\0", "C:\\x.png"] {
        comfyui(&server).submit(&with(vec![image(value)])).await.unwrap();
        assert_eq!(posted(&server, "/prompt").await["prompt"], job().prompt);
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
        let input = FileInput { key: "57:8_image".to_owned(), media, ..image(uri) };
        ComfyUi::new(&server.uri(), &options).unwrap().submit(&with(vec![input])).await.unwrap();
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
        let error = comfyui(&server).submit(&with(vec![image(value)])).await.unwrap_err();
        assert!(matches!(error, Error::RemoteFile { .. } | Error::DataUri { .. }), "{error}");
    }
    let mut nowhere = image("data:,x");
    nowhere.places = vec![("99".to_owned(), "image".to_owned())];
    let error = comfyui(&server).submit(&with(vec![nowhere])).await.unwrap_err();
    assert!(matches!(error, Error::Upload { .. } | Error::Submission(_)), "{error}");
    assert!(!requests(&server).await.contains(&"POST /prompt".to_owned()));
}

#[tokio::test]
async fn a_refused_upload_names_the_input_and_the_job_is_not_sent() {
    let server = replay(&["upload_traversal", "success/submit"]).await;
    let (_folder, path) = file("red.png");
    let error = comfyui(&server).submit(&with(vec![image(path.to_str().unwrap())])).await.unwrap_err();
    assert_eq!(error.to_string(), "cannot upload `red.png` for `1_image`");
    assert!(!error.is_retryable());
    let Error::Upload { source, .. } = error else { panic!("{error}") };
    assert!(matches!(*source, Error::Service { status: 400, .. }), "{source}");
    assert_eq!(requests(&server).await, ["POST /upload/image"]);
}
