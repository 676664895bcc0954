//! A ComfyUI server of one's own, over plain HTTP.
//!
//! `/history/{id}` is the authority on how a job ended, `/queue` on whether it waits or runs; where both are silent,
//! `/api/jobs/{id}` (newer servers) or a second look into the history settles it. A job that is in none of them is
//! [`Status::Lost`]. Written for ComfyUI 0.33.0; older servers without `/api/jobs` work as well.
//!
//! The client chooses the prompt id, which makes a lost answer recoverable: the status of
//! [`Error::OutcomeUnknown`]'s id says whether the job was accepted.

mod history;
mod queue;
mod upload;

use std::path::PathBuf;

use comfyc::back::{Layout, prompt};
use comfyc::check::Checked;
use comfyc::graph::Graph;
use comfyc::job::Job;
use reqwest::StatusCode;
use serde_json::{Value, json};

use self::history::Entry;
use self::queue::Place;
use crate::http::{Http, Reply};
use crate::receipt::NodeError;
use crate::{
    Cancellation, Error, Executor, Outcome, Receipt, Refusal, RequestId, Secret, Status, Timeouts, answer,
};

/// How to talk to the server.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Headers for every request: ComfyUI has no authentication, so people put a proxy in front.
    pub headers: Vec<(String, Secret)>,
    /// The folder below the server's input folder into which files are uploaded. Default: none.
    pub upload_folder: String,
    /// Whether an uploaded file replaces one of the same name. Default: no, the server then finds another name. Jobs
    /// that wait in the queue read their files when they run, so replacing can change them.
    pub overwrite: bool,
    /// Where the files are that the workflow itself names, by its defaults: they are looked for in these folders, in this
    /// order, and taken from nowhere else, also by a link. Default: none. Files that the caller names may lie anywhere.
    pub folders: Vec<PathBuf>,
    /// Whether headers and passwords may be sent unencrypted, to an `http://` address beyond this machine. Default: no.
    pub insecure: bool,
    /// How long things may take.
    pub timeouts: Timeouts,
}

/// The executor for a ComfyUI server.
#[derive(Debug)]
pub struct ComfyUi {
    http: Http,
    client_id: String,
    upload_folder: String,
    overwrite: bool,
    folders: Vec<PathBuf>,
}

impl ComfyUi {
    /// An executor for the server at `base_url`, which may have a path, and user and password.
    pub fn new(base_url: &str, options: &Options) -> Result<Self, Error> {
        Ok(Self {
            http: Http::new(base_url, &options.headers, options.timeouts, options.insecure)?,
            client_id: RequestId::random().into(),
            upload_folder: options.upload_folder.clone(),
            overwrite: options.overwrite,
            folders: options.folders.clone(),
        })
    }

    /// An id for [`submit_as`](Self::submit_as), to be written down before the job is sent.
    pub fn new_id() -> RequestId {
        RequestId::random()
    }

    /// Sends a job under an id from [`new_id`](Self::new_id): local files first, then the prompt.
    pub async fn submit_as(&self, job: &Checked<Job>, id: &RequestId) -> Result<Receipt, Error> {
        let prompt = self.place_files(job).await?;
        let body = submission(&prompt, &self.client_id, id);
        self.post_prompt(body).await.map_err(|error| error.of_submission(Some(id.clone())))
    }

    /// The server's `/object_info`: the text of every class it knows.
    pub async fn object_info(&self) -> Result<String, Error> {
        let reply = self.http.get_data(self.http.url(["object_info"])).await?;
        if reply.is_success() { Ok(reply.into_text()) } else { Err(reply.service_error()) }
    }

    /// The server's rules for nodes of classes that are gone; `None` when it does not know the route.
    pub async fn node_replacements(&self) -> Result<Option<Value>, Error> {
        self.read_if_there("node_replacements").await
    }

    /// The server's version, where it tells one.
    pub async fn version(&self) -> Result<Option<String>, Error> {
        let stats = self.read_if_there("system_stats").await?;
        let version = stats.as_ref().and_then(|stats| stats.get("system")?.get("comfyui_version")?.as_str());
        Ok(version.filter(|version| !version.is_empty()).map(|version| answer::clean(version, 100)))
    }

    /// The JSON of a route that older servers do not have.
    async fn read_if_there(&self, route: &str) -> Result<Option<Value>, Error> {
        let reply = self.http.get_data(self.http.url([route])).await?;
        if is_missing(&reply) {
            return Ok(None);
        }
        if reply.is_success() { reply.json().map(Some) } else { Err(reply.service_error()) }
    }

    async fn post_prompt(&self, body: String) -> Result<Receipt, Error> {
        let reply = self.http.post(self.http.url(["prompt"]), Some(body)).await?;
        if reply.status == StatusCode::BAD_REQUEST {
            return Err(Self::refusal(&reply));
        }
        if !reply.is_success() {
            return Err(reply.service_error());
        }
        let raw: Value = reply.json()?;
        // A server that is too old to take a client's id gives its own.
        let id = raw.get("prompt_id").and_then(Value::as_str).unwrap_or_default();
        let id = RequestId::new(id).map_err(|_| reply.lacks("valid `prompt_id`"))?;
        let warnings = raw.get("node_errors").map(NodeError::all).unwrap_or_default();
        Ok(Receipt { id, warnings, raw })
    }

    /// What a 400 to a prompt means: ComfyUI's own `{error, node_errors}`, or something in front of it.
    fn refusal(reply: &Reply) -> Error {
        let raw: Value = reply.json().unwrap_or_default();
        let Some(error) = raw.get("error") else { return reply.service_error() };
        let text = |field: &str| {
            let text = error.get(field).and_then(Value::as_str).unwrap_or_default();
            answer::clean(text, 2_000)
        };
        Error::Refused(Box::new(Refusal {
            kind: text("type"),
            message: answer::message(error).unwrap_or_else(|| "no reason given".to_owned()),
            details: text("details"),
            node_errors: raw.get("node_errors").map(NodeError::all).unwrap_or_default(),
            raw,
        }))
    }

    /// What the history has of a job: nothing, until it ends.
    async fn history(&self, id: &RequestId) -> Result<Option<Entry>, Error> {
        let reply = self.read(&["history", id.as_str()]).await?;
        history::entry(&reply, id)
    }

    async fn place_in_queue(&self, id: &RequestId) -> Result<Option<Place>, Error> {
        queue::place(&self.read(&["queue"]).await?, id)
    }

    /// What `/api/jobs` says; `None` when it does not know the job or the server does not know the route.
    async fn job_status(&self, id: &RequestId) -> Result<Option<Status>, Error> {
        let reply = self.http.get(self.http.url(["api", "jobs", id.as_str()])).await?;
        if is_missing(&reply) {
            return Ok(None);
        }
        if !reply.is_success() {
            return Err(reply.service_error());
        }
        let job: Value = reply.json()?;
        let word = job.get("status").and_then(Value::as_str).ok_or_else(|| reply.lacks("`status`"))?;
        Ok(Some(match Status::from_word(word, None) {
            // Here the word means success: what ended otherwise is `failed` or `cancelled`.
            Status::Completed => Status::Succeeded,
            status => status,
        }))
    }

    /// Where a job stands that the history did not have a moment ago.
    async fn status_outside_history(&self, id: &RequestId) -> Result<Status, Error> {
        if let Some(place) = self.place_in_queue(id).await? {
            return Ok(place.status());
        }
        // It may have ended between the two questions. A server moves a job from its queue to its history in one step,
        // so whoever is in neither now is unknown to it.
        if let Some(status) = self.job_status(id).await? {
            return Ok(status);
        }
        Ok(self.history(id).await?.map_or(Status::Lost, |entry| entry.status()))
    }

    async fn read(&self, path: &[&str]) -> Result<Reply, Error> {
        let reply = self.http.get(self.http.url(path.iter().copied())).await?;
        if reply.is_success() { Ok(reply) } else { Err(reply.service_error()) }
    }

    async fn write(&self, path: &[&str], body: &Value) -> Result<(), Error> {
        let reply = self.http.post(self.http.url(path.iter().copied()), Some(body.to_string())).await?;
        if reply.is_success() { Ok(()) } else { Err(reply.service_error()) }
    }

    /// Cancels with the means of servers without `/api/jobs`. The oldest of them interrupt whatever runs, so this asks
    /// first whether it is this job.
    async fn cancel_by_queue(&self, id: &RequestId) -> Result<Cancellation, Error> {
        let mut place = self.place_in_queue(id).await?;
        let was_waiting = matches!(place, Some(Place::Waiting(_)));
        if was_waiting {
            self.write(&["queue"], &json!({ "delete": [id.as_str()] })).await?;
            // It may have begun before it was to be deleted.
            place = self.place_in_queue(id).await?;
        }
        if matches!(place, Some(Place::Running)) {
            self.write(&["interrupt"], &json!({ "prompt_id": id.as_str() })).await?;
            return Ok(Cancellation::Cancelled);
        }
        let is_gone = was_waiting && place.is_none() && self.history(id).await?.is_none();
        Ok(if is_gone { Cancellation::Cancelled } else { Cancellation::NotCancellable })
    }
}

impl Executor for ComfyUi {
    async fn submit(&self, job: &Checked<Job>) -> Result<Receipt, Error> {
        self.submit_as(job, &Self::new_id()).await
    }

    async fn status(&self, id: &RequestId) -> Result<Status, Error> {
        match self.history(id).await? {
            Some(entry) => Ok(entry.status()),
            None => self.status_outside_history(id).await,
        }
    }

    async fn result(&self, id: &RequestId) -> Result<Outcome, Error> {
        if let Some(entry) = self.history(id).await? {
            return Ok(entry.into_outcome(&self.http));
        }
        let status = self.status_outside_history(id).await?;
        if !status.is_final() || status == Status::Lost {
            return Ok(Outcome::only(status));
        }
        // It has just ended.
        Ok(self.history(id).await?.map_or(Outcome::only(status), |entry| entry.into_outcome(&self.http)))
    }

    async fn cancel(&self, id: &RequestId) -> Result<Cancellation, Error> {
        let reply = self.http.post(self.http.url(["api", "jobs", id.as_str(), "cancel"]), None).await?;
        // An unknown job is answered with `false`; 404 and 405 are about the route.
        if is_missing(&reply) {
            return self.cancel_by_queue(id).await;
        }
        if !reply.is_success() {
            return Err(reply.service_error());
        }
        let answer: Value = reply.json()?;
        match answer.get("cancelled").and_then(Value::as_bool) {
            Some(true) => Ok(Cancellation::Cancelled),
            Some(false) => Ok(Cancellation::NotCancellable),
            None => Err(reply.lacks("`cancelled`")),
        }
    }
}

/// The body of `POST /prompt`.
fn submission(prompt: &Graph, client_id: &str, id: &RequestId) -> String {
    let prompt = prompt::write(prompt, Layout::Compact);
    let (client_id, id) = (Value::from(client_id), Value::from(id.as_str()));
    format!(r#"{{"prompt":{prompt},"client_id":{client_id},"prompt_id":{id}}}"#)
}

fn is_missing(reply: &Reply) -> bool {
    matches!(reply.status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED)
}
