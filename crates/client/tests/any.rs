//! The trait is open, its futures can be sent, and an executor can be chosen at run time.

use comfyc::check::Checked;
use comfyc::job::Job;
use comfyc_client::comfyui::{ComfyUi, Options};
use comfyc_client::{AnyExecutor, Cancellation, Error, Executor, Outcome, Receipt, RequestId, Status, wait};

use crate::support::{at_once, id_of, replay};

/// An executor of somebody else.
struct Forgetful;

impl Executor for Forgetful {
    async fn submit(&self, _: &Checked<Job>) -> Result<Receipt, Error> {
        Err(Error::MissingToken)
    }

    async fn status(&self, _: &RequestId) -> Result<Status, Error> {
        Ok(Status::Lost)
    }

    async fn result(&self, _: &RequestId) -> Result<Outcome, Error> {
        Err(Error::MissingToken)
    }

    async fn cancel(&self, _: &RequestId) -> Result<Cancellation, Error> {
        Ok(Cancellation::NotCancellable)
    }
}

#[tokio::test]
async fn any_executor_can_be_chosen_at_run_time_and_used_from_a_task() {
    let server = replay(&["success/history"]).await;
    let executors = [
        AnyExecutor::new(Forgetful),
        AnyExecutor::new(ComfyUi::new(&server.uri(), &Options::default()).unwrap()),
    ];
    let mut ended = Vec::new();
    for executor in executors {
        let task = tokio::spawn(async move {
            let _ = executor.cancel(&id_of("success")).await;
            wait(&executor, &id_of("success"), &at_once(), |_| {}).await.unwrap().status
        });
        ended.push(task.await.unwrap());
    }
    assert_eq!(ended, [Status::Lost, Status::Succeeded]);
}
