//! The RunComfy Model API: published workflows by model id, a flat payload in, addresses of files out.
//!
//! Written to the published documentation and to what the service's own clients rely on. What shapes this module:
//!
//! - There is no idempotency key, so a lost answer to a submission cannot be resolved, only reported.
//! - `/status` ends in `completed` whether the job went well or not; only `/result` knows.
//! - An error can come with HTTP status 200.
//! - Answers name addresses (`status_url` and so on). They are not used: every URL is built here, so that the token goes
//!   to the base URL and nowhere else.

use comfyc::check::Checked;
use comfyc::job::Job;
use reqwest::Url;
use serde_json::{Map, Value};

use crate::http::{Http, Reply};
use crate::outcome::{Artifact, Content, Failure};
use crate::{Cancellation, Error, Executor, Outcome, Receipt, RequestId, Secret, Status, Timeouts, answer};

/// Where the Model API lives.
pub const BASE_URL: &str = "https://model-api.runcomfy.net";

/// The longest model id that is tried.
const LONGEST_MODEL_ID: usize = 512;

/// How to talk to the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Another server with the same API. Default: [`BASE_URL`].
    pub base_url: String,
    /// Whether results are to say what they cost. Default: no.
    pub include_cost: bool,
    /// How long things may take.
    pub timeouts: Timeouts,
    /// Whether the token may be sent unencrypted, to an `http://` address beyond this machine. Default: no.
    pub insecure: bool,
}

impl Default for Options {
    fn default() -> Self {
        let timeouts = Timeouts::default();
        Self { base_url: BASE_URL.to_owned(), include_cost: false, timeouts, insecure: false }
    }
}

/// The executor for the Model API.
#[derive(Debug)]
pub struct RunComfy {
    http: Http,
    include_cost: bool,
}

impl RunComfy {
    /// An executor that identifies itself with `token`.
    ///
    /// Fails when the token is empty or no header's value, and when the base URL cannot be one or is not encrypted.
    pub fn new(token: &Secret, options: &Options) -> Result<Self, Error> {
        let token = token.reveal().trim();
        if token.is_empty() {
            return Err(Error::MissingToken);
        }
        let bearer = [("authorization".to_owned(), Secret::new(format!("Bearer {token}")))];
        let http = Http::new(&options.base_url, &bearer, options.timeouts, options.insecure)?;
        Ok(Self { http, include_cost: options.include_cost })
    }

    fn request_url(&self, id: &RequestId, what: &str) -> Url {
        self.http.url(["v1", "requests", id.as_str(), what])
    }

    async fn send(&self, url: Url, payload: &Value) -> Result<Receipt, Error> {
        let reply = self.http.post(url, Some(payload.to_string())).await?;
        let fields = fields(&reply, "request_id")?;
        let id = fields.get("request_id").and_then(Value::as_str).unwrap_or_default();
        let id = RequestId::new(id).map_err(|_| reply.lacks("valid `request_id`"))?;
        Ok(Receipt { id, warnings: Vec::new(), raw: Value::Object(fields) })
    }
}

impl Executor for RunComfy {
    async fn submit(&self, job: &Checked<Job>) -> Result<Receipt, Error> {
        let model = job.model().ok_or(Error::MissingModel)?;
        let url = self.http.url(["v1", "models"].into_iter().chain(model_path(model)?));
        self.send(url, &job.payload().to_json()).await.map_err(|error| error.of_submission(None))
    }

    async fn status(&self, id: &RequestId) -> Result<Status, Error> {
        let reply = self.http.get(self.request_url(id, "status")).await?;
        Ok(status_in(&of_request(&reply, id)?))
    }

    async fn result(&self, id: &RequestId) -> Result<Outcome, Error> {
        let mut url = self.request_url(id, "result");
        if self.include_cost {
            url.set_query(Some("include_cost=true"));
        }
        let reply = self.http.get(url).await?;
        let mut fields = of_request(&reply, id)?;
        let status = status_in(&fields);
        let mut artifacts = Vec::new();
        match fields.remove("output") {
            Some(Value::Object(channels)) => {
                for (channel, value) in channels {
                    collect(&channel, value, &mut artifacts);
                }
            }
            Some(other) => collect("output", other, &mut artifacts),
            None => {}
        }
        let failure = failure_in(&status, &fields);
        let cost = fields.remove("cost").filter(|cost| !cost.is_null());
        Ok(Outcome { status, artifacts, failure, cost })
    }

    async fn cancel(&self, id: &RequestId) -> Result<Cancellation, Error> {
        let reply = self.http.post(self.request_url(id, "cancel"), None).await?;
        let fields = of_request(&reply, id)?;
        match fields.get("outcome").and_then(Value::as_str) {
            Some("cancelled" | "canceled") => Ok(Cancellation::Cancelled),
            Some("not_cancellable") => Ok(Cancellation::NotCancellable),
            _ if status_in(&fields) == Status::Cancelled => Ok(Cancellation::Cancelled),
            _ => Err(reply.lacks("known `outcome`")),
        }
    }
}

/// The fields of an answer that has the text `needed`; every other answer is an error, whatever its HTTP status.
fn fields(reply: &Reply, needed: &'static str) -> Result<Map<String, Value>, Error> {
    if !reply.is_success() {
        return Err(reply.service_error());
    }
    let json: Value = reply.json()?;
    let has_message = answer::message(&json).is_some();
    let Value::Object(fields) = json else { return Err(reply.lacks("JSON object")) };
    let has_code = answer::code(&fields).is_some();
    match fields.get(needed).and_then(Value::as_str) {
        // `{"status": "error", "error_code": …}` is no state of a job.
        Some(word) if needed == "status" && has_code && is_unknown(word) => Err(reply.service_error()),
        Some(_) => Ok(fields),
        None if has_code || has_message => Err(reply.service_error()),
        None => Err(reply.lacks(needed)),
    }
}

/// The fields of an answer about a request.
fn of_request(reply: &Reply, id: &RequestId) -> Result<Map<String, Value>, Error> {
    fields(reply, "status").map_err(|error| error.of_request(id))
}

/// The segments of a model id. It goes into the path as it is, so nothing in it may need escaping or lead elsewhere.
fn model_path(model: &str) -> Result<impl Iterator<Item = &str>, Error> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+@:".contains(&byte);
    let is_name = |name: &str| !matches!(name, "" | "." | "..") && name.bytes().all(allowed);
    if model.len() > LONGEST_MODEL_ID || !model.split('/').all(is_name) {
        return Err(Error::ModelId(answer::clean(model, 100)));
    }
    Ok(model.split('/'))
}

fn is_unknown(word: &str) -> bool {
    matches!(Status::from_word(word, None), Status::Unknown(_))
}

fn status_in(fields: &Map<String, Value>) -> Status {
    let word = fields.get("status").and_then(Value::as_str).unwrap_or_default();
    Status::from_word(word, fields.get("queue_position").and_then(Value::as_u64))
}

/// The shape of a failure is not documented: anything under `error`, or the keys of an error answer.
fn failure_in(status: &Status, fields: &Map<String, Value>) -> Option<Failure> {
    let said = fields.get("error").filter(|error| !is_empty(error));
    if said.is_none() && *status != Status::Failed {
        return None;
    }
    let error = said.cloned().unwrap_or_else(|| Value::Object(fields.clone()));
    let message = answer::message(&error).unwrap_or_else(|| match said {
        Some(said) => answer::clean(&said.to_string(), 500),
        None => "no reason given".to_owned(),
    });
    let first = error.as_array().and_then(|errors| errors.first()).unwrap_or(&error);
    let kind = first.as_object().and_then(answer::code).or_else(|| answer::code(fields));
    Some(Failure { message, kind, node: None, class: None, raw: error })
}

fn is_empty(error: &Value) -> bool {
    match error {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// Takes every address out of a value, and keeps what holds none as it is. The depth is bounded by the JSON parser.
fn collect(channel: &str, value: Value, artifacts: &mut Vec<Artifact>) {
    let url = match &value {
        Value::String(text) => Some(text),
        Value::Object(fields) => match fields.get("url") {
            Some(Value::String(text)) => Some(text),
            _ => None,
        },
        _ => None,
    };
    let url = url.filter(|text| is_address(text)).cloned();
    let content = match (url, value) {
        (_, Value::Null) => return,
        (None, Value::Array(items)) => {
            return items.into_iter().for_each(|item| collect(channel, item, artifacts));
        }
        (None, Value::Object(fields)) if fields.values().any(holds_address) => {
            return fields.into_iter().for_each(|(channel, value)| collect(&channel, value, artifacts));
        }
        (None, raw) => (Content::Value, raw),
        (Some(url), raw) => (Content::Url(url), raw),
    };
    let (content, raw) = content;
    artifacts.push(Artifact { node: None, channel: channel.to_owned(), content, raw });
}

fn holds_address(value: &Value) -> bool {
    match value {
        Value::String(text) => is_address(text),
        Value::Array(items) => items.iter().any(holds_address),
        Value::Object(fields) => fields.values().any(holds_address),
        _ => false,
    }
}

/// Whether a text is the address of a file and not a sentence that begins with one.
fn is_address(text: &str) -> bool {
    let has_scheme = text.starts_with("https://") || text.starts_with("http://");
    has_scheme && !text.contains(|c: char| c.is_whitespace() || c.is_control()) && Url::parse(text).is_ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_model_id_is_a_relative_path_of_plain_names() {
        for good in ["community/wan-2-2/first-last-frame", "a", "Google/Veo3.1/Fast", "x/y_z~1"] {
            assert_eq!(model_path(good).unwrap().collect::<Vec<_>>().join("/"), good);
        }
        for bad in [
            "",
            "/a",
            "a/",
            "a//b",
            "../a",
            "a/../b",
            "a/.",
            "a b",
            "a%2e",
            "a?b",
            "a#b",
            "ä",
            "a\\b",
            &"x".repeat(513),
        ] {
            assert!(matches!(model_path(bad), Err(Error::ModelId(_))), "{bad}");
        }
    }

    #[test]
    fn addresses_are_found_wherever_the_output_has_them() {
        let mut found = Vec::new();
        collect(
            "output",
            json!({
                "images": ["https://c/1.png", {"url": "https://c/2.png", "width": 8}],
                "nested": {"audio": "https://c/a.wav"},
                "text": ["see https://c/x for more", "https://c/x y"],
                "size": {"width": 8, "height": 8},
                "seed": 7,
                "none": null,
            }),
            &mut found,
        );
        let found: Vec<_> =
            found.iter().map(|artifact| (artifact.channel.as_str(), artifact.url())).collect();
        assert_eq!(
            found,
            [
                ("images", Some("https://c/1.png")),
                ("images", Some("https://c/2.png")),
                ("audio", Some("https://c/a.wav")),
                ("text", None),
                ("text", None),
                ("size", None),
                ("seed", None),
            ]
        );
    }
}
