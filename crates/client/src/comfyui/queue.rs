//! Reading `/queue`: `{queue_running, queue_pending}`, lists of `[number, id, prompt, extra data, outputs]`.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::http::Reply;
use crate::{Error, RequestId, Status};

/// Where in the queue a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Running,
    /// How many jobs wait before it.
    Waiting(u64),
}

impl Place {
    pub(super) fn status(self) -> Status {
        match self {
            Self::Running => Status::Running,
            Self::Waiting(position) => Status::Queued { position: Some(position) },
        }
    }
}

/// The prompts in the items can be large and many, so they stay unread.
#[derive(Deserialize)]
struct Queue<'a> {
    #[serde(borrow, default)]
    queue_running: Vec<Vec<&'a RawValue>>,
    #[serde(borrow, default)]
    queue_pending: Vec<Vec<&'a RawValue>>,
}

/// Finds a job.
pub(super) fn place(reply: &Reply, id: &RequestId) -> Result<Option<Place>, Error> {
    let queue: Queue<'_> = reply.json()?;
    if queue.queue_running.iter().any(|item| is(item, id)) {
        return Ok(Some(Place::Running));
    }
    let Some(own) = queue.queue_pending.iter().find(|item| is(item, id)) else { return Ok(None) };
    // The list is a heap as the server keeps it; the numbers are the order.
    let own = number(own);
    let before = queue.queue_pending.iter().filter(|item| number(item) < own).count();
    Ok(Some(Place::Waiting(u64::try_from(before).unwrap_or(u64::MAX))))
}

fn is(item: &[&RawValue], id: &RequestId) -> bool {
    item.get(1)
        .is_some_and(|raw| serde_json::from_str::<String>(raw.get()).is_ok_and(|own| own == id.as_str()))
}

/// A job's number in line; negative for those put to the front, and any number a client asked for.
fn number(item: &[&RawValue]) -> f64 {
    item.first().and_then(|raw| raw.get().parse().ok()).unwrap_or(f64::INFINITY)
}
