//! What can go wrong between this crate and the world.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use crate::{InvalidRequestId, NodeError, RequestId};

/// An error of an executor. No variant holds a token, the value of a header or the password of a URL.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A base URL cannot be used. It is not repeated, because it may hold a password where none can be found.
    #[error("the base URL {0}")]
    BaseUrl(&'static str),

    /// No token was given to a service that needs one.
    #[error("RunComfy needs an API token, and none was given")]
    MissingToken,

    /// A token, header or password would be sent to another machine unencrypted, which nobody has allowed. Nothing was sent.
    #[error("{url} is not encrypted, and the token, header or password for it would be sent in the clear")]
    Insecure {
        /// The address without user, password and query.
        url: String,
    },

    /// A header, or the token, holds characters that HTTP does not allow.
    #[error("`{0}` is no HTTP header, or its value holds characters that HTTP does not allow")]
    Header(String),

    /// An id that no service can have given.
    #[error(transparent)]
    RequestId(#[from] InvalidRequestId),

    /// A model id that cannot be a path.
    #[error("`{0}` is no model id, which is names of letters, digits, `.`, `_` and `-` joined by `/`")]
    ModelId(String),

    /// The job has no model id, and RunComfy knows workflows by nothing else. Nothing was sent.
    #[error("the job has no model id, by which RunComfy knows workflows")]
    MissingModel,

    /// A ComfyUI was given the address of a file.
    #[error(
        "`{key}` is the address `{url}`, but a ComfyUI takes the name of a file that it has or a local path"
    )]
    RemoteFile {
        /// The published key.
        key: String,
        /// The address without user, password and query.
        url: String,
    },

    /// A list names a file that would have to be uploaded. The job was not sent.
    #[error("`{key}` is a list of files, but a ComfyUI is brought files only for inputs that take one")]
    FileInList {
        /// The published key.
        key: String,
    },

    /// A `data:` URI cannot be decoded.
    #[error("`{key}` is a `data:` URI that cannot be decoded")]
    DataUri {
        /// The published key.
        key: String,
    },

    /// The workflow itself names a file outside of the folders that it may take files from. Nothing was sent.
    #[error("the default of `{key}` names `{}`, which is outside of the workflow's folder", path.display())]
    FileOutside {
        /// The published key.
        key: String,
        /// The file, as the workflow names it.
        path: PathBuf,
    },

    /// A local file cannot be read.
    #[error("cannot read `{}` for `{key}`", path.display())]
    File {
        /// The published key.
        key: String,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },

    /// A file could not be uploaded. The job was not sent.
    #[error("cannot upload `{name}` for `{key}`")]
    Upload {
        /// The published key.
        key: String,
        /// The name under which it was to be uploaded.
        name: String,
        /// Why not.
        source: Box<Self>,
    },

    /// The HTTP client cannot be set up, for example because the system's root certificates cannot be read.
    #[error("cannot set up the HTTP client")]
    Setup(#[source] reqwest::Error),

    /// No connection was made, so nothing was sent.
    #[error("cannot connect to {url}")]
    Connect {
        /// The address without user, password and query.
        url: String,
        /// Why not.
        source: reqwest::Error,
    },

    /// The connection broke or the time was up.
    #[error("no answer from {url}")]
    Transport {
        /// The address without user, password and query.
        url: String,
        /// Why not.
        source: reqwest::Error,
    },

    /// An answer is larger than is reasonable, and was not read to its end.
    #[error("the answer of {url} is larger than {limit} bytes")]
    TooLarge {
        /// The address without user, password and query.
        url: String,
        /// The most that is read.
        limit: usize,
    },

    /// An answer is not the JSON that was expected.
    #[error("the answer of {url} is not the expected JSON")]
    Unreadable {
        /// The address without user, password and query.
        url: String,
        /// Where it differs.
        source: serde_json::Error,
    },

    /// An answer is JSON and lacks what it must have.
    #[error("the answer of {url} has no {expected}")]
    Unexpected {
        /// The address without user, password and query.
        url: String,
        /// What is missing.
        expected: &'static str,
    },

    /// The service answered with an error, possibly with HTTP status 200.
    #[error("{url} answered {status}{}: {message}", code.as_deref().map(|c| format!(" (error code {c})")).unwrap_or_default())]
    Service {
        /// The address without user, password and query.
        url: String,
        /// The HTTP status.
        status: u16,
        /// The service's own code, such as RunComfy's `404001`.
        code: Option<String>,
        /// The service's words.
        message: String,
        /// How long the service asks to wait.
        retry_after: Option<Duration>,
    },

    /// The service does not know this request: it never was, or its time is over.
    #[error("the service does not know `{id}`, or the request has expired")]
    UnknownRequest {
        /// The request.
        id: RequestId,
        /// The service's answer.
        source: Box<Self>,
    },

    /// A ComfyUI will not run the prompt.
    #[error("ComfyUI refuses the prompt: {0}")]
    Refused(Box<Refusal>),

    /// A submission was sent and its answer is missing or unusable: **it may have been accepted**, so sending it again
    /// may run, and cost, a second job.
    #[error("it is unknown whether the job was accepted{}", id.as_ref().map(|id| format!(" (as `{id}`)")).unwrap_or_default())]
    OutcomeUnknown {
        /// The id that the job has if it was accepted. A ComfyUI takes the id that the client chose (servers that are
        /// too old for that choose their own), so its status settles the question; RunComfy has no such thing.
        id: Option<RequestId>,
        /// What happened to the answer.
        source: Box<Self>,
    },
}

/// ComfyUI's reasons for not taking a prompt.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}{}", if details.is_empty() { String::new() } else { format!(" ({details})") })]
#[non_exhaustive]
pub struct Refusal {
    /// ComfyUI's name of the rule, such as `prompt_outputs_failed_validation`.
    pub kind: String,
    /// ComfyUI's sentence about it.
    pub message: String,
    /// What was found.
    pub details: String,
    /// What each node has done wrong.
    pub node_errors: Vec<NodeError>,
    /// The answer as it came.
    pub raw: Value,
}

impl Error {
    /// Whether the same call may be made again, unchanged, with a chance of success and without any danger of running a
    /// second job.
    ///
    /// True when no connection was made; when a call other than a submission got no answer; and when the service
    /// itself said to come back: 408, 429, 500, 502, 503, 504, as HTTP status or as the first half of a six-digit code.
    /// An upload is as retryable as its cause. [`OutcomeUnknown`](Self::OutcomeUnknown) is never retryable, and a
    /// submission that ends in 408 or 5xx is one: a gateway gives such answers for work that goes on behind it.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Connect { .. } | Self::Transport { .. } => true,
            Self::Service { .. } => matches!(self.service_status(), Some(408 | 429 | 500 | 502 | 503 | 504)),
            Self::Upload { source, .. } => source.is_retryable(),
            _ => false,
        }
    }

    /// How long the service asks to wait before the next call.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Service { retry_after, .. } => *retry_after,
            Self::Upload { source, .. }
            | Self::UnknownRequest { source, .. }
            | Self::OutcomeUnknown { source, .. } => source.retry_after(),
            _ => None,
        }
    }

    /// The status that the service means: the one in its code, which counts also where HTTP says 200.
    pub(crate) fn service_status(&self) -> Option<u16> {
        let Self::Service { status, code, .. } = self else { return None };
        let of_code = code
            .as_deref()
            .filter(|code| code.len() == 6)
            .and_then(|code| code.parse::<u32>().ok())
            .and_then(|code| u16::try_from(code / 1000).ok())
            .filter(|status| (400..600).contains(status));
        Some(of_code.unwrap_or(*status))
    }

    /// What this error means when it is the answer to a submission: everything that leaves open whether the job was
    /// accepted becomes [`OutcomeUnknown`](Self::OutcomeUnknown).
    pub(crate) fn of_submission(self, id: Option<RequestId>) -> Self {
        let open = match &self {
            Self::Transport { .. }
            | Self::TooLarge { .. }
            | Self::Unreadable { .. }
            | Self::Unexpected { .. } => true,
            Self::Service { .. } => {
                self.service_status().is_some_and(|status| status == 408 || status >= 500)
            }
            _ => false,
        };
        if open { Self::OutcomeUnknown { id, source: Box::new(self) } } else { self }
    }

    /// What this error means when it is the answer to a question about a request.
    pub(crate) fn of_request(self, id: &RequestId) -> Self {
        match &self {
            Self::Service { code: Some(code), .. } if code == "404001" => {
                Self::UnknownRequest { id: id.clone(), source: Box::new(self) }
            }
            _ => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(status: u16, code: Option<&str>) -> Error {
        let code = code.map(str::to_owned);
        Error::Service { url: "u".to_owned(), status, code, message: "m".to_owned(), retry_after: None }
    }

    #[test]
    fn a_service_error_is_retryable_by_its_code_before_its_http_status() {
        for (status, code, expected) in [
            (429, None, true),
            (503, None, true),
            (501, None, false),
            (422, None, false),
            (200, Some("500001"), true),
            (200, Some("400002"), false),
            (502, Some("400004"), false),
            (429, Some("10001"), true),
            (200, Some("busy"), false),
        ] {
            assert_eq!(service(status, code).is_retryable(), expected, "{status} {code:?}");
        }
    }

    #[test]
    fn a_submission_that_may_have_been_accepted_is_never_retryable() {
        for (status, code) in [(500, None), (502, None), (504, None), (408, None), (200, Some("500001"))] {
            let error = service(status, code).of_submission(None);
            assert!(matches!(error, Error::OutcomeUnknown { .. }), "{status}");
            assert!(!error.is_retryable());
        }
        for (status, code) in [(400, None), (401, None), (429, None), (200, Some("400002"))] {
            assert!(matches!(service(status, code).of_submission(None), Error::Service { .. }), "{status}");
        }
    }

    #[test]
    fn messages_are_one_lowercase_phrase_without_a_full_stop() {
        let id = RequestId::new("r-1").unwrap();
        for (error, expected) in [
            (service(200, Some("404001")), "u answered 200 (error code 404001): m"),
            (service(500, None), "u answered 500: m"),
            (
                service(500, None).of_submission(Some(id)),
                "it is unknown whether the job was accepted (as `r-1`)",
            ),
            (service(500, None).of_submission(None), "it is unknown whether the job was accepted"),
        ] {
            assert_eq!(error.to_string(), expected);
        }
    }
}
