//! Servers to talk to: `wiremock` where an answer is wanted, a bare socket where none is.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use comfyc_client::submission::{FileInput, Media};
use comfyc_client::{RequestId, Submission, WaitOptions};
use serde::Deserialize;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// One recorded exchange with ComfyUI 0.33.0.
#[derive(Clone, Deserialize)]
pub(crate) struct Exchange {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) sent: Value,
    pub(crate) status: u16,
    pub(crate) json: Value,
}

/// An exchange from the recordings.
#[track_caller]
pub(crate) fn recorded(name: &str) -> Exchange {
    let all: HashMap<String, Exchange> =
        serde_json::from_str(include_str!("fixtures/comfyui-0.33.0.json")).unwrap();
    all.get(name).unwrap_or_else(|| panic!("no recording `{name}`")).clone()
}

/// The recorded answer.
pub(crate) fn answer(exchange: &Exchange) -> ResponseTemplate {
    let answer = ResponseTemplate::new(exchange.status);
    if exchange.json.is_null() { answer } else { answer.set_body_json(&exchange.json) }
}

/// A server that gives these recorded answers, and 404 to everything else.
pub(crate) async fn replay(names: &[&str]) -> MockServer {
    let server = MockServer::start().await;
    for name in names {
        let exchange = recorded(name);
        give(&server, &exchange.method, &exchange.path, answer(&exchange)).await;
    }
    server
}

/// Lets a server answer one route.
pub(crate) async fn give(server: &MockServer, verb: &str, route: &str, answer: ResponseTemplate) {
    Mock::given(method(verb)).and(path(route)).respond_with(answer).mount(server).await;
}

/// Lets a server answer one route in JSON.
pub(crate) async fn give_json(server: &MockServer, verb: &str, route: &str, status: u16, json: Value) {
    give(server, verb, route, ResponseTemplate::new(status).set_body_json(json)).await;
}

/// Method and path of every request that a server got.
pub(crate) async fn requests(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.unwrap();
    requests.iter().map(|request| format!("{} {}", request.method, request.url.path())).collect()
}

/// A server that reads every request to its end and then hangs up. Returns its URL, the number of connections so far,
/// and what was sent over the last.
pub(crate) fn hang_up() -> (String, Arc<AtomicUsize>, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let sent = Arc::new(Mutex::new(Vec::new()));
    let (count, kept) = (Arc::clone(&connections), Arc::clone(&sent));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            count.fetch_add(1, Ordering::SeqCst);
            *kept.lock().unwrap() = read_request(&mut stream.unwrap());
        }
    });
    (url, connections, sent)
}

/// A server that answers the first request of each connection, keeps the connection, and hangs up after the second.
/// Returns its URL, and method and path of every request.
pub(crate) fn answer_then_hang_up(json: &'static str) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let heads = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&heads);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            for is_first in [true, false] {
                let request = String::from_utf8(read_request(&mut stream)).unwrap();
                let Some((head, _)) = request.split_once(" HTTP/1.1") else { break };
                kept.lock().unwrap().push(head.to_owned());
                if is_first {
                    let length = json.len();
                    write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{json}").unwrap();
                }
            }
        }
    });
    (url, heads)
}

/// All of a small request: its head and as much body as it announces.
fn read_request(stream: &mut TcpStream) -> Vec<u8> {
    let mut buffer = vec![0; 65_536];
    let mut all = Vec::new();
    while !is_whole(&all) {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(length) => all.extend_from_slice(&buffer[..length]),
        }
    }
    all
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let announced = head.to_lowercase().lines().find_map(|line| {
        line.strip_prefix("content-length:").and_then(|length| length.trim().parse::<usize>().ok())
    });
    body.len() >= announced.unwrap_or(0)
}

/// A URL on loopback at which nobody listens.
pub(crate) fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// The prompt id in the path or answer of a recording.
pub(crate) fn id_of(scenario: &str) -> RequestId {
    let submit = recorded(&format!("{scenario}/submit"));
    RequestId::new(submit.sent["prompt_id"].as_str().unwrap()).unwrap()
}

/// The job of the README of RunComfy's first workflow, and a prompt for it.
pub(crate) fn job() -> Submission {
    let payload = json!({
        "62_image": "Runcomfy_Example_1259_2.png",
        "6_text": "Puppy, playing, happy, barking, joyful",
        "68_image": "Runcomfy_Example_1259_1.png",
    });
    Submission {
        model: Some("community/wan-2-2/first-last-frame".to_owned()),
        payload,
        prompt: recorded("success/submit").sent["prompt"].clone(),
        files: Vec::new(),
    }
}

/// An image input of node 1.
pub(crate) fn image(value: &str) -> FileInput {
    FileInput {
        key: "1_image".to_owned(),
        media: Media::Image,
        places: vec![("1".to_owned(), "image".to_owned())],
        value: value.to_owned(),
    }
}

/// Waiting without pauses worth the name.
pub(crate) fn at_once() -> WaitOptions {
    WaitOptions { first: Duration::from_millis(1), longest: Duration::from_millis(1), patience: 3 }
}
