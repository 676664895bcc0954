//! Runs ComfyUI jobs: one [`Executor`] for the RunComfy Model API ([`runcomfy`]) and for a ComfyUI server
//! ([`comfyui`]), with the same job, the same states and the same results.
//!
//! An executor takes nothing but a checked [`Job`](comfyc::job::Job), which holds the forms that all of them need: RunComfy
//! gets the job's model id and payload, a ComfyUI its prompt, with its files brought to the server first.
//!
//! ```no_run
//! use comfyc::{Catalog, Compiler};
//! use comfyc_client::{Secret, runcomfy::RunComfy};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let compiler = Compiler::new(Catalog::embedded());
//! let workflow = compiler.workflow("workflows/wan-2-2/first-last-frame", |file| std::fs::read(file))?;
//! let job = compiler.job(&workflow, [("6_text", "puppies, playing")])?;
//!
//! let executor = RunComfy::new(&Secret::new("token"), &Default::default())?;
//! let outcome = comfyc_client::run(&executor, &job).await?;
//! # Ok(())
//! # }
//! ```
//!
//! [`run`] submits and waits; [`Executor::submit`] and [`wait`] are its two halves, for a caller who keeps the id of the job.
//!
//! Invariants:
//!
//! - **Only a checked job is sent.** Nothing of it is judged again here. What only one service asks of it is an error
//!   before the job is sent: RunComfy needs a model id, a ComfyUI files that can be brought to it.
//! - **A submission is sent at most once.** Nothing here repeats it, and an answer that got lost is
//!   [`Error::OutcomeUnknown`], never a plain network error: the job may be running and may cost money.
//! - **A secret never shows.** Tokens, header values and passwords in URLs are in nothing that this crate returns, also when
//!   a server repeats them in its answer, and in no `Debug` of what it is given. They are sent encrypted, or to this machine,
//!   or where `insecure` allows it.
//! - **A workflow takes its own files only.** A default may come from a stranger: the file that it names is uploaded from the
//!   folders of [`comfyui::Options::folders`]. What the caller names may lie anywhere.
//! - **A server is not trusted.** Answers are bounded in size, redirects are not followed, addresses that a server
//!   hands out are never called with the caller's token, and ids are checked before they become part of a URL.
//! - **An unknown word is not a failure.** See [`Status::Unknown`].
//!
//! This crate reads no environment variable (but for the proxy variables, which `reqwest` honours) and writes no file.
//! Sockets, the journal, retries and downloads are not here yet.

pub mod comfyui;
pub mod outcome;
pub mod runcomfy;

mod answer;
mod error;
mod executor;
mod http;
mod named;
mod receipt;
mod request_id;
mod secret;
mod status;
mod wait;

pub use error::{Error, Refusal};
pub use executor::{AnyExecutor, Executor};
pub use http::Timeouts;
pub use named::named;
pub use outcome::{Cancellation, Outcome};
pub use receipt::{NodeError, Receipt};
pub use request_id::{InvalidRequestId, RequestId};
pub use secret::Secret;
pub use status::Status;
pub use wait::{WaitOptions, run, wait};
