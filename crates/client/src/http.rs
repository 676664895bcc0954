//! The one place that speaks HTTP: addresses, headers, limits, and what a failed exchange becomes.
//!
//! It keeps the crate's promises about secrets (they are in the headers of requests and nowhere else; what a server repeats of
//! them is taken out as its answer arrives, so that no reader of an answer need think of it), about size
//! (answers are cut off at [`LIMIT`]) and about repetition (there is none, and no redirect is followed, as it would turn
//! a POST into a GET or carry headers elsewhere).

use std::fmt;
use std::sync::Once;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use reqwest::header::{
    self, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER,
};
use reqwest::multipart::Form;
use reqwest::{Client, RequestBuilder, StatusCode, Url};
use serde::Deserialize;
use serde_json::Value;

use crate::named::shown;
use crate::secret::Secrets;
use crate::{Error, Secret, answer};

/// The most bytes of an answer that are read. ComfyUI's `/queue` holds every waiting prompt and can be some MiB.
const LIMIT: usize = 64 << 20;
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
    secrets: Secrets,
    upload_timeout: Duration,
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("base", &shown(&self.base)).finish_non_exhaustive()
    }
}

impl Http {
    /// A client for the server at `base`, which may have a path. User and password in it become a header. Unless `insecure`,
    /// no secret is sent unencrypted to another machine.
    pub(crate) fn new(
        base: &str,
        headers: &[(String, Secret)],
        timeouts: Timeouts,
        insecure: bool,
    ) -> Result<Self, Error> {
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
            // A token can stand where the user does.
            let secret = base.password().filter(|password| !password.is_empty()).unwrap_or(base.username());
            secrets.push(percent_decode_str(secret).decode_utf8_lossy().into_owned());
            secrets.push(secret.to_owned());
            secrets.extend(parts(&value));
            sent.insert(AUTHORIZATION, value);
        }
        // Neither fails for a URL with a host, which every http URL has.
        let _ = base.set_username("");
        let _ = base.set_password(None);
        for (name, value) in headers {
            // What is no name may be a value in the wrong place.
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| Error::Header("…".to_owned()))?;
            let refused = |_| Error::Header(name.as_str().to_owned());
            let mut value = HeaderValue::from_str(value.reveal().trim()).map_err(refused)?;
            value.set_sensitive(true);
            if !is_public(&name) {
                secrets.extend(parts(&value));
            }
            sent.insert(name, value);
        }
        if !secrets.is_empty() && base.scheme() == "http" && !is_loopback(&base) && !insecure {
            return Err(Error::Insecure { url: shown(&base) });
        }
        let secrets = Secrets::new(secrets);
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
        self.send(self.client.get(url), shown, &self.secrets).await
    }

    /// The same for an answer that is kept as it is, such as a catalog.
    pub(crate) async fn get_data(&self, url: Url) -> Result<Reply, Error> {
        let shown = shown(&url);
        self.send(self.client.get(url), shown, &self.secrets.in_data()).await
    }

    /// Posts the text of a JSON document, or nothing.
    pub(crate) async fn post(&self, url: Url, json: Option<String>) -> Result<Reply, Error> {
        let shown = shown(&url);
        let request = self.client.post(url);
        let request = match json {
            Some(json) => request.header(CONTENT_TYPE, "application/json").body(json),
            None => request.body(""),
        };
        self.send(request, shown, &self.secrets).await
    }

    /// Posts a form with files.
    pub(crate) async fn post_form(&self, url: Url, form: Form) -> Result<Reply, Error> {
        let shown = shown(&url);
        let request = self.client.post(url).multipart(form).timeout(self.upload_timeout);
        self.send(request, shown, &self.secrets).await
    }

    /// Sends a request, and takes `secrets` out of the answer.
    async fn send(&self, request: RequestBuilder, url: String, secrets: &Secrets) -> Result<Reply, Error> {
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
        let location = header(LOCATION).and_then(|target| Url::parse(target).ok());
        let location = location.map(|target| self.secrets.strip(shown(&target)));
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > LIMIT {
                return Err(Error::TooLarge { url, limit: LIMIT });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply { url, status, retry_after, location, body: secrets.strip_body(body) })
    }
}

/// An answer that arrived whole, whatever it says.
#[derive(Debug)]
pub(crate) struct Reply {
    /// Where it came from, fit to be shown.
    pub(crate) url: String,
    pub(crate) status: StatusCode,
    retry_after: Option<Duration>,
    /// Where it is to be found instead, fit to be shown.
    location: Option<String>,
    /// Without the secrets that it may have repeated.
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

    /// The error that an answer stands for.
    pub(crate) fn service_error(&self) -> Error {
        let json: Option<Value> = serde_json::from_slice(&self.body).ok();
        let message = json.as_ref().and_then(answer::message).or_else(|| self.plain_words());
        Error::Service {
            url: self.url.clone(),
            status: self.status.as_u16(),
            code: json.as_ref().and_then(Value::as_object).and_then(answer::code),
            message: message.unwrap_or_else(|| "no reason given".to_owned()),
            retry_after: self.retry_after,
        }
    }

    /// The error of an answer that lacks something.
    pub(crate) fn lacks(&self, expected: &'static str) -> Error {
        Error::Unexpected { url: self.url.clone(), expected }
    }

    /// What can be said about an error whose body is no JSON. Pages of HTML are not for people at a terminal.
    fn plain_words(&self) -> Option<String> {
        if self.status.is_redirection() {
            let target = self.location.as_deref()?;
            return Some(format!("it has moved to {target}; give that as the base URL"));
        }
        let text = std::str::from_utf8(&self.body).ok().map(str::trim);
        let reason = || self.status.canonical_reason().map(str::to_lowercase);
        match text.filter(|text| !text.is_empty() && !text.starts_with(['<', '{', '['])) {
            Some(text) => Some(answer::clean(text, 200)),
            None => reason(),
        }
    }
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
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
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

/// Whether a header says nothing that anybody would hide. A proxy may take a secret in any other.
fn is_public(name: &HeaderName) -> bool {
    const PUBLIC: [HeaderName; 10] = [
        header::ACCEPT,
        header::ACCEPT_ENCODING,
        header::ACCEPT_LANGUAGE,
        header::CACHE_CONTROL,
        CONTENT_TYPE,
        header::FORWARDED,
        header::HOST,
        header::ORIGIN,
        header::REFERER,
        header::USER_AGENT,
    ];
    PUBLIC.contains(name) || name.as_str().starts_with("x-forwarded-")
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
        Http::new(base, &[], Timeouts::default(), true)
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
        for said in ["Basic dXNlcjpwQHNz", "dXNlcjpwQHNz", "p%40ss", "p@ss"] {
            assert_eq!(http.secrets.strip(format!("bad {said}!")), "bad …!");
        }
        let http = self::http("http://t%6Fken:@h/").unwrap();
        assert_eq!(http.secrets.strip("user token".to_owned()), "user …");
    }

    #[test]
    fn a_secret_leaves_this_machine_encrypted_or_not_at_all() {
        let made = |base: &str, header: &str, insecure| {
            let headers = [(header.to_owned(), Secret::new("value"))];
            Http::new(base, &headers, Timeouts::default(), insecure).map(|_| ())
        };
        for header in ["authorization", "X-Api-Key", "cookie"] {
            let error = made("http://user:pw@198.51.100.1/x", header, false).unwrap_err();
            assert!(matches!(&error, Error::Insecure { url } if url == "http://198.51.100.1/x"), "{error}");
            assert!(made("http://h", header, true).is_ok());
            assert!(made("http://127.0.0.1:1", header, false).is_ok());
            assert!(made("http://comfy.localhost", header, false).is_ok());
            assert!(!matches!(made("https://h", header, false), Err(Error::Insecure { .. })));
        }
        assert!(made("http://h", "accept", false).is_ok());
        assert!(made("http://h", "x-forwarded-for", false).is_ok());
        assert!(Http::new("http://pw@h", &[], Timeouts::default(), false).is_err());
        assert!(Http::new("http://h", &[], Timeouts::default(), false).is_ok());
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
