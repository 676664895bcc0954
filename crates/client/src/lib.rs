//! Runs ComfyUI jobs: one [`Executor`] for the RunComfy Model API ([`runcomfy`]) and for a ComfyUI server
//! ([`comfyui`]), with the same job, the same states and the same results.
//!
//! Invariants:
//!
//! - **A submission is sent at most once.** Nothing here repeats it, and an answer that got lost is
//!   [`Error::OutcomeUnknown`], never a plain network error: the job may be running and may cost money.
//! - **A secret never shows.** Tokens, header values and passwords in URLs are in no `Debug` and no `Display`, neither
//!   of an executor nor of an error, also when a server repeats them in its answer.
//! - **A server is not trusted.** Answers are bounded in size, redirects are not followed, addresses that a server
//!   hands out are never called with the caller's token, and ids are checked before they become part of a URL.
//! - **An unknown word is not a failure.** See [`Status::Unknown`].
//!
//! This crate reads no environment variable (but for the proxy variables, which `reqwest` honours) and writes no file.
//! Sockets, the journal, retries and downloads are not here yet.

pub mod comfyui;
pub mod outcome;
pub mod runcomfy;
pub mod submission;

mod answer;
mod error;
mod executor;
mod http;
mod receipt;
mod request_id;
mod secret;
mod status;
mod wait;

pub use error::{Error, Refusal};
pub use executor::{AnyExecutor, Executor};
pub use http::Timeouts;
pub use outcome::{Cancellation, Outcome};
pub use receipt::{NodeError, Receipt};
pub use request_id::RequestId;
pub use secret::Secret;
pub use status::Status;
pub use submission::Submission;
pub use wait::{WaitOptions, wait};
