//! Following a job to its end by asking again and again.

use std::time::Duration;

use comfyc::{Checked, Job};

use crate::{Error, Executor, Outcome, RequestId, Status};

/// How often to ask, and how patiently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitOptions {
    /// The first pause. Default: 1 second.
    pub first: Duration,
    /// The longest pause; each is half again as long as the one before. Default: 5 seconds, which is what RunComfy's own
    /// clients do.
    pub longest: Duration,
    /// How many questions in a row may fail in a retryable way ([`Error::is_retryable`]). Default: 5.
    pub patience: u32,
}

impl Default for WaitOptions {
    fn default() -> Self {
        Self { first: Duration::from_secs(1), longest: Duration::from_secs(5), patience: 5 }
    }
}

/// Submits a job and waits until it has ended. If it is dropped, or fails after the submission, the job goes on and its id is
/// lost: a caller who wants to come back to it submits and [`wait`]s.
pub async fn run<E: Executor>(executor: &E, job: &Checked<Job>) -> Result<Outcome, Error> {
    let receipt = executor.submit(job).await?;
    wait(executor, &receipt.id, &WaitOptions::default(), |_| {}).await
}

/// Asks until the job has ended, and returns what it came to.
///
/// `on_status` is called with the first status and with each that differs from the one before. A job of unknown status
/// counts as going on. There is no time limit: a job may wait in a queue for hours. Dropping the future stops the
/// questions and nothing else; the job can be waited for again.
pub async fn wait<E: Executor>(
    executor: &E,
    id: &RequestId,
    options: &WaitOptions,
    mut on_status: impl FnMut(&Status) + Send,
) -> Result<Outcome, Error> {
    let mut pause = options.first.min(options.longest);
    let mut failures = 0;
    let mut last = None;
    loop {
        let mut asked_to_wait = Duration::ZERO;
        match ask(executor, id).await {
            Ok(outcome) => {
                failures = 0;
                if last.as_ref() != Some(&outcome.status) {
                    on_status(&outcome.status);
                }
                if outcome.status.is_final() {
                    return Ok(outcome);
                }
                last = Some(outcome.status);
            }
            Err(error) if error.is_retryable() && failures < options.patience => {
                failures += 1;
                asked_to_wait = error.retry_after().unwrap_or_default();
            }
            Err(error) => return Err(error),
        }
        tokio::time::sleep(pause.max(asked_to_wait)).await;
        pause = (pause * 3 / 2).min(options.longest);
    }
}

/// The status; and of a job that has ended, the result. A service that calls a job ended before its result is ready
/// gives a result that is still going on, and is asked again.
async fn ask<E: Executor>(executor: &E, id: &RequestId) -> Result<Outcome, Error> {
    let status = executor.status(id).await?;
    // There is nothing to be had of a job that the server does not know.
    if status.is_final() && status != Status::Lost {
        executor.result(id).await
    } else {
        Ok(Outcome::only(status))
    }
}
