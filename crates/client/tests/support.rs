//! Servers to talk to: `wiremock` where an answer is wanted, a bare socket where none is.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use comfyc::catalog::Catalog;
use comfyc::check::{self, Checked};
use comfyc::front::api;
use comfyc::interface::{Builder, Exposed, Media, Payload};
use comfyc::job::Job;
use comfyc::source::{Source, Sources, Syntax};
use comfyc::workflow::Workflow;
use comfyc_client::{RequestId, WaitOptions};
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

/// What a job is made of.
pub(crate) struct Recipe {
    pub(crate) model: Option<&'static str>,
    pub(crate) prompt: Value,
    pub(crate) inputs: Vec<Exposed>,
    pub(crate) payload: Value,
}

impl Recipe {
    /// Makes the job. Nothing but the payload is checked, so that a prompt may be a part of one.
    #[track_caller]
    pub(crate) fn job(self) -> Checked<Job> {
        static CATALOG: OnceLock<Catalog> = OnceLock::new();
        let catalog = CATALOG.get_or_init(Catalog::embedded);
        let source = Source::new("prompt.json", Syntax::Json, self.prompt.to_string());
        let (graph, found) = api::parse(&source, Sources::default().add(source.clone()));
        assert!(found.is_empty(), "{found:?}");
        let mut interface = self.inputs.into_iter().fold(Builder::new(), Builder::expose).build();
        let found = interface.bind(&graph, catalog);
        assert!(found.is_empty(), "{found:?}");
        let model = self.model.map(str::to_owned);
        let workflow = Checked::assume_checked(Workflow::new(graph, interface).with_model(model));
        let mut given = Payload::new();
        for (key, value) in self.payload.as_object().unwrap() {
            given.set(key, value.clone(), None);
        }
        check::job(&workflow, &given, catalog).unwrap_or_else(|refused| panic!("{:?}", refused.diagnostics))
    }
}

/// The prompt of the recordings as RunComfy's first workflow, with two of its inputs published.
pub(crate) fn recipe() -> Recipe {
    Recipe {
        model: Some("community/wan-2-2/first-last-frame"),
        prompt: recorded("success/submit").sent["prompt"].clone(),
        inputs: vec![image("1_image"), Exposed::string("3_filename_prefix")],
        payload: json!({"1_image": "red.png"}),
    }
}

/// The job of the recordings.
pub(crate) fn job() -> Checked<Job> {
    recipe().job()
}

/// The job of the recordings with another picture.
#[track_caller]
pub(crate) fn job_with(picture: &str) -> Checked<Job> {
    Recipe { payload: json!({ "1_image": picture }), ..recipe() }.job()
}

/// A published picture.
pub(crate) fn image(key: &str) -> Exposed {
    Exposed::string(key).media(Media::Image).required()
}

/// Waiting without pauses worth the name.
pub(crate) fn at_once() -> WaitOptions {
    WaitOptions { first: Duration::from_millis(1), longest: Duration::from_millis(1), patience: 3 }
}
