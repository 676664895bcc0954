//! What every place that can run a job has to offer.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use comfyc::check::Checked;
use comfyc::job::Job;

use crate::{Cancellation, Error, Outcome, Receipt, RequestId, Status};

/// Runs jobs, which only [`comfyc::check::job`] makes. Implement it for further services; to follow a job to its end
/// there is [`wait`](crate::wait).
pub trait Executor: Send + Sync {
    /// Sends a job, once. An implementation never sends it again after the first byte left: when it cannot tell whether
    /// the job was accepted, it says [`Error::OutcomeUnknown`].
    fn submit(&self, job: &Checked<Job>) -> impl Future<Output = Result<Receipt, Error>> + Send;

    /// Asks where a job stands.
    fn status(&self, id: &RequestId) -> impl Future<Output = Result<Status, Error>> + Send;

    /// Asks what a job came to; allowed at any time, see [`Outcome`].
    fn result(&self, id: &RequestId) -> impl Future<Output = Result<Outcome, Error>> + Send;

    /// Asks for the end of a job. Doing so twice does no harm.
    fn cancel(&self, id: &RequestId) -> impl Future<Output = Result<Cancellation, Error>> + Send;
}

/// An executor chosen at run time.
///
/// [`Executor`] returns unnamed futures, so there is no `dyn Executor`. An enum of the two services would do for this
/// crate but close the trait to others, and a second public trait with boxed futures would make every method name
/// ambiguous where both are in scope. So the object-safe trait is private, and this type is an `Executor` like any other.
///
/// ```
/// use comfyc_client::{AnyExecutor, Secret, comfyui::ComfyUi, runcomfy::RunComfy};
///
/// fn choose(local: bool) -> Result<AnyExecutor, comfyc_client::Error> {
///     Ok(if local {
///         AnyExecutor::new(ComfyUi::new("http://127.0.0.1:8188", &Default::default())?)
///     } else {
///         AnyExecutor::new(RunComfy::new(&Secret::new("token"), &Default::default())?)
///     })
/// }
/// assert!(choose(true).is_ok());
/// ```
#[derive(Clone)]
pub struct AnyExecutor(Arc<dyn Erased>);

impl AnyExecutor {
    /// Hides the type of an executor.
    pub fn new(executor: impl Executor + 'static) -> Self {
        Self(Arc::new(executor))
    }
}

impl fmt::Debug for AnyExecutor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyExecutor").finish_non_exhaustive()
    }
}

impl Executor for AnyExecutor {
    async fn submit(&self, job: &Checked<Job>) -> Result<Receipt, Error> {
        self.0.submit_boxed(job).await
    }

    async fn status(&self, id: &RequestId) -> Result<Status, Error> {
        self.0.status_boxed(id).await
    }

    async fn result(&self, id: &RequestId) -> Result<Outcome, Error> {
        self.0.result_boxed(id).await
    }

    async fn cancel(&self, id: &RequestId) -> Result<Cancellation, Error> {
        self.0.cancel_boxed(id).await
    }
}

type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// The object-safe form of [`Executor`].
trait Erased: Send + Sync {
    fn submit_boxed<'a>(&'a self, job: &'a Checked<Job>) -> Boxed<'a, Receipt>;
    fn status_boxed<'a>(&'a self, id: &'a RequestId) -> Boxed<'a, Status>;
    fn result_boxed<'a>(&'a self, id: &'a RequestId) -> Boxed<'a, Outcome>;
    fn cancel_boxed<'a>(&'a self, id: &'a RequestId) -> Boxed<'a, Cancellation>;
}

impl<E: Executor> Erased for E {
    fn submit_boxed<'a>(&'a self, job: &'a Checked<Job>) -> Boxed<'a, Receipt> {
        Box::pin(self.submit(job))
    }

    fn status_boxed<'a>(&'a self, id: &'a RequestId) -> Boxed<'a, Status> {
        Box::pin(self.status(id))
    }

    fn result_boxed<'a>(&'a self, id: &'a RequestId) -> Boxed<'a, Outcome> {
        Box::pin(self.result(id))
    }

    fn cancel_boxed<'a>(&'a self, id: &'a RequestId) -> Boxed<'a, Cancellation> {
        Box::pin(self.cancel(id))
    }
}
