//! Waiting for what Meilisearch has only queued.
//!
//! The SDK's own reading of tasks fails for a cancelled task and for kinds of tasks that it doesn't know, and its clock counts
//! only the pauses. So tasks are read as they come.

use std::time::Duration;

use meilisearch_sdk::errors::Error;
use meilisearch_sdk::request::{HttpClient, Method};
use serde::Deserialize;

use super::http::Http;
use crate::search::engine::EngineFault;

const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

#[derive(Debug, Deserialize)]
struct Task {
    status: String,
    error: Option<TaskError>,
}

#[derive(Debug, Clone, Deserialize, thiserror::Error)]
#[error("{code}: {message}")]
pub(super) struct TaskError {
    pub code: String,
    message: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Debug, thiserror::Error)]
enum Undone {
    #[error("the task was cancelled")]
    Cancelled,
    #[error("the task did not end in {} s", .0.as_secs())]
    Late(Duration),
    #[error("the task has the unknown status {0}")]
    Unknown(String),
    #[error("the task failed and does not say why")]
    Unexplained,
}

/// How a task ended.
#[derive(Debug)]
pub(super) enum End {
    Done,
    Failed(TaskError),
}

impl End {
    pub fn accepted(self) -> Result<(), EngineFault> {
        match self {
            Self::Done => Ok(()),
            // A request that is wrong stays wrong, unless it is only the index that is gone; anything else may pass.
            Self::Failed(error) if error.kind == "invalid_request" && error.code != "index_not_found" => {
                Err(EngineFault::Rejected(Box::new(error)))
            }
            Self::Failed(error) => Err(EngineFault::unavailable(error)),
        }
    }

    /// As `accepted`, where a failure of this code means that the work was done before.
    pub fn accepted_or(self, code: &str) -> Result<(), EngineFault> {
        match self {
            Self::Failed(error) if error.code == code => Ok(()),
            other => other.accepted(),
        }
    }
}

pub(super) async fn end_of(http: &Http, host: &str, task: u32, deadline: Duration) -> Result<End, EngineFault> {
    let waiting = async {
        let url = format!("{host}/tasks/{task}");
        let mut pause = FIRST_PAUSE;
        loop {
            let task: Task = read(http, &url).await.map_err(EngineFault::unavailable)?;
            match (task.status.as_str(), task.error) {
                ("succeeded", _) => return Ok(End::Done),
                ("failed", Some(error)) => return Ok(End::Failed(error)),
                ("failed", None) => return Err(EngineFault::unavailable(Undone::Unexplained)),
                ("canceled", _) => return Err(EngineFault::unavailable(Undone::Cancelled)),
                ("enqueued" | "processing", _) => {}
                (unknown, _) => return Err(EngineFault::unavailable(Undone::Unknown(unknown.to_owned()))),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    };
    let late = |_| EngineFault::unavailable(Undone::Late(deadline));
    tokio::time::timeout(deadline, waiting).await.map_err(late)?
}

async fn read(http: &Http, url: &str) -> Result<Task, Error> {
    http.request::<(), (), Task>(url, Method::Get { query: () }, 200).await
}
