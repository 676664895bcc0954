//! The one place that speaks HTTP: addresses, headers, limits, and what a failed exchange becomes.
//!
//! It keeps the crate's promises about secrets (they are in the headers of requests and nowhere else), about size
//! (answers are cut off at [`LIMIT`]) and about repetition (there is none, and no redirect is followed, as it would turn
//! a POST into a GET or carry headers elsewhere).

use std::fmt;
use std::sync::Once;
use std::time::Duration;

use reqwest::header::{
    AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER,
};
use reqwest::multipart::Form;
use reqwest::{Client, RequestBuilder, StatusCode, Url};
use serde::Deserialize;
use serde_json::Value;

use crate::{Error, Secret, answer};

/// The most bytes of an answer that are read. ComfyUI's `/queue` holds every waiting prompt and can be some MiB.
const LIMIT: usize = 64 << 20;
/// Below this a secret is not looked for in answers: it would match by chance, and is no secret.
const SHORTEST_SECRET: usize = 4;
/// The longest pause that a server can ask for.
const LONGEST_RETRY_AFTER: Duration = Duration::from_mins(10);

/// How long things may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Making a connection. Default: 10 seconds.
    pub connect: Duration,
    /// One exchange, answer included. Default: 60 seconds.
    pub request: Duration,
    /// The upload of one file. Default: 10 minutes.
    pub upload: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            request: Duration::from_mins(1),
            upload: Duration::from_mins(10),
        }
    }
}

/// A client for one server.
pub(crate) struct Http {
    client: Client,
    base: Url,
    headers: HeaderMap,
    secrets: Vec<String>,
    upload_timeout: Duration,
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("base", &shown(&self.base)).finish_non_exhaustive()
    }
}

impl Http {
    /// A client for the server at `base`, which may have a path. User and password in it become a header.
    pub(crate) fn new(base: &str, headers: &[(String, Secret)], timeouts: Timeouts) -> Result<Self, Error> {
        let mut base = Url::parse(base.trim()).map_err(|_| Error::BaseUrl("is not a URL"))?;
        if !matches!(base.scheme(), "http" | "https") {
            return Err(Error::BaseUrl("does not begin with `http://` or `https://`"));
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err(Error::BaseUrl("has a query or a fragment"));
        }
        let client = client(&base, timeouts)?;
        let mut secrets = Vec::new();
        let mut sent = HeaderMap::new();
        if let Some(value) = authorization_in(&client, &base)? {
            secrets.extend(base.password().map(str::to_owned));
            secrets.extend(parts(&value));
            sent.insert(AUTHORIZATION, value);
        }
        // Neither fails for a URL with a host, which every http URL has.
        let _ = base.set_username("");
        let _ = base.set_password(None);
        for (name, value) in headers {
            let refused = || Error::Header(answer::clean(name, 100));
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused())?;
            let mut value = HeaderValue::from_str(value.reveal().trim()).map_err(|_| refused())?;
            value.set_sensitive(true);
            secrets.extend(parts(&value));
            sent.insert(name, value);
        }
        secrets.retain(|secret| secret.len() >= SHORTEST_SECRET);
        // The longest first, so that no rest of one remains when another is a part of it.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Ok(Self { client, base, headers: sent, secrets, upload_timeout: timeouts.upload })
    }

    /// The address of a path below the base. Each segment is escaped as far as a path demands it.
    pub(crate) fn url<'a>(&self, segments: impl IntoIterator<Item = &'a str>) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    pub(crate) async fn get(&self, url: Url) -> Result<Reply, Error> {
        let shown = shown(&url);
        self.send(self.client.get(url), shown).await
    }

    /// Posts a JSON document, or nothing.
    pub(crate) async fn post(&self, url: Url, json: Option<&Value>) -> Result<Reply, Error> {
        let shown = shown(&url);
        let request = self.client.post(url);
        let request = match json {
            Some(json) => request.header(CONTENT_TYPE, "application/json").body(json.to_string()),
            None => request.body(""),
        };
        self.send(request, shown).await
    }

    /// Posts a form with files.
    pub(crate) async fn post_form(&self, url: Url, form: Form) -> Result<Reply, Error> {
        let shown = shown(&url);
        self.send(self.client.post(url).multipart(form).timeout(self.upload_timeout), shown).await
    }

    async fn send(&self, request: RequestBuilder, url: String) -> Result<Reply, Error> {
        let failed = |error: reqwest::Error| {
            let source = error.without_url();
            let url = url.clone();
            // A request that cannot be built, or finds nobody, has not left this machine.
            if source.is_connect() || source.is_builder() {
                Error::Connect { url, source }
            } else {
                Error::Transport { url, source }
            }
        };
        let mut response = request.headers(self.headers.clone()).send().await.map_err(failed)?;
        let status = response.status();
        let header = |name: HeaderName| response.headers().get(name).and_then(|value| value.to_str().ok());
        let retry_after = header(RETRY_AFTER)
            .and_then(|seconds| seconds.trim().parse().ok())
            .map(|seconds| Duration::from_secs(seconds).min(LONGEST_RETRY_AFTER));
        let location = header(LOCATION).map(str::to_owned);
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > LIMIT {
                return Err(Error::TooLarge { url, limit: LIMIT });
            }
            body.extend_from_slice(&chunk);
        }
        if !status.is_success() && !self.secrets.is_empty() {
            // The raw JSON of an error is kept in it, so what it repeats goes at once.
            body = self.without_secrets(String::from_utf8_lossy(&body).into_owned()).into_bytes();
        }
        Ok(Reply { url, status, retry_after, location, body })
    }

    /// The error that an answer stands for, with every secret of this client taken out of the service's words.
    pub(crate) fn service_error(&self, reply: &Reply) -> Error {
        let json: Option<Value> = serde_json::from_slice(&reply.body).ok();
        let message = json.as_ref().and_then(answer::message).or_else(|| reply.plain_words());
        let code = json.as_ref().and_then(Value::as_object).and_then(answer::code);
        Error::Service {
            url: reply.url.clone(),
            status: reply.status.as_u16(),
            code: code.map(|code| self.without_secrets(code)),
            message: self.without_secrets(message.unwrap_or_else(|| "no reason given".to_owned())),
            retry_after: reply.retry_after,
        }
    }

    /// A text of the server without the secrets that it may repeat.
    pub(crate) fn without_secrets(&self, text: String) -> String {
        self.secrets.iter().fold(text, |text, secret| {
            if text.contains(secret.as_str()) { text.replace(secret.as_str(), "…") } else { text }
        })
    }
}

/// An answer that arrived whole, whatever it says.
#[derive(Debug)]
pub(crate) struct Reply {
    /// Where it came from, fit to be shown.
    pub(crate) url: String,
    pub(crate) status: StatusCode,
    retry_after: Option<Duration>,
    location: Option<String>,
    body: Vec<u8>,
}

impl Reply {
    pub(crate) fn is_success(&self) -> bool {
        self.status.is_success()
    }

    /// The body as JSON of a type.
    pub(crate) fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Error> {
        serde_json::from_slice(&self.body)
            .map_err(|source| Error::Unreadable { url: self.url.clone(), source })
    }

    /// The body as text; bytes that are none are shown as such.
    pub(crate) fn into_text(self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The error of an answer that lacks something.
    pub(crate) fn lacks(&self, expected: &'static str) -> Error {
        Error::Unexpected { url: self.url.clone(), expected }
    }

    /// What can be said about an error whose body is no JSON. Pages of HTML are not for people at a terminal.
    fn plain_words(&self) -> Option<String> {
        if self.status.is_redirection() {
            let target = Url::parse(self.location.as_deref()?).ok()?;
            return Some(format!("it has moved to {}; give that as the base URL", shown(&target)));
        }
        let text = std::str::from_utf8(&self.body).ok().map(str::trim);
        let reason = || self.status.canonical_reason().map(str::to_lowercase);
        match text.filter(|text| !text.is_empty() && !text.starts_with(['<', '{', '['])) {
            Some(text) => Some(answer::clean(text, 200)),
            None => reason(),
        }
    }
}

/// A URL without what may be secret in it: user, password, query and fragment.
pub(crate) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

fn client(base: &Url, timeouts: Timeouts) -> Result<Client, Error> {
    install_tls();
    let mut builder = Client::builder()
        .user_agent(concat!("comfyc/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(timeouts.connect)
        .timeout(timeouts.request)
        // Shorter than the patience of servers, so that no submission is written to a connection that is closing.
        .pool_idle_timeout(Duration::from_secs(15));
    if base.scheme() == "http" {
        // Without redirects no HTTPS can follow; so a machine without root certificates can still talk to its ComfyUI,
        // and no time is spent on loading them.
        builder = builder.tls_certs_only([]);
    }
    if is_loopback(base) {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| Error::Setup(error.without_url()))
}

/// Makes `ring` the process's provider of cryptography, unless the application has chosen one. Root certificates are the
/// operating system's (`rustls-platform-verifier`).
fn install_tls() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that there is one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The header that user and password in a URL stand for, as `reqwest` itself would send it.
fn authorization_in(client: &Client, url: &Url) -> Result<Option<HeaderValue>, Error> {
    if url.username().is_empty() && url.password().is_none() {
        return Ok(None);
    }
    let mut request = client.get(url.clone()).build().map_err(|error| Error::Setup(error.without_url()))?;
    Ok(request.headers_mut().remove(AUTHORIZATION).map(|mut value| {
        value.set_sensitive(true);
        value
    }))
}

/// A header's value, and what follows its scheme (`Bearer …`), which a server may repeat alone.
fn parts(value: &HeaderValue) -> Vec<String> {
    let Ok(text) = std::str::from_utf8(value.as_bytes()) else { return Vec::new() };
    let credentials = text.split_once(' ').map(|(_, credentials)| credentials.trim().to_owned());
    std::iter::once(text.to_owned()).chain(credentials).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn http(base: &str) -> Result<Http, Error> {
        Http::new(base, &[], Timeouts::default())
    }

    #[test]
    fn a_base_url_may_have_a_path_with_or_without_a_slash_at_its_end() {
        for (base, expected) in [
            ("http://127.0.0.1:8188", "http://127.0.0.1:8188/history/x"),
            ("http://h/comfy", "http://h/comfy/history/x"),
            ("http://h/a/comfy/", "http://h/a/comfy/history/x"),
        ] {
            assert_eq!(http(base).unwrap().url(["history", "x"]).as_str(), expected);
        }
    }

    #[test]
    fn a_base_url_that_cannot_be_one_is_refused_without_repeating_it() {
        for base in
            ["", "127.0.0.1:8188", "user:pw@host", "ftp://user:pw@h", "http://h/?token=pw", "http://h/#pw"]
        {
            let error = http(base).unwrap_err();
            assert!(matches!(error, Error::BaseUrl(_)));
            assert!(!format!("{error} {error:?}").contains("pw"));
        }
    }

    #[test]
    fn user_and_password_of_a_url_become_a_header() {
        let http = http("http://us%65r:p%40ss@h/comfy").unwrap();
        assert_eq!(http.url(["x"]).as_str(), "http://h/comfy/x");
        assert_eq!(http.headers.get(AUTHORIZATION).unwrap(), "Basic dXNlcjpwQHNz");
        assert_eq!(http.without_secrets("Basic dXNlcjpwQHNz or p%40ss".to_owned()), "… or …");
    }

    #[test]
    fn https_clients_can_be_built() {
        let http = http("https://localhost:1");
        assert!(http.is_ok() || matches!(http, Err(Error::Setup(_))), "only missing roots may prevent it");
    }

    #[test]
    fn loopback_is_recognised() {
        for (url, expected) in [
            ("http://localhost/", true),
            ("http://127.0.0.2/", true),
            ("http://[::1]:1/", true),
            ("http://h/", false),
        ] {
            assert_eq!(is_loopback(&Url::parse(url).unwrap()), expected);
        }
    }
}
