//! Where a job stands: one vocabulary for every service.

use std::fmt;

/// The state of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// It waits for its turn.
    Queued {
        /// How many jobs the service counts before it, where the service says so.
        position: Option<u64>,
    },
    /// It is being worked on.
    Running,
    /// It ended, and whether well or badly is not known yet: RunComfy's `/status` says no more than `completed`, the
    /// result tells.
    Completed,
    /// It ended well.
    Succeeded,
    /// It ended badly.
    Failed,
    /// It was cancelled, before or while it ran.
    Cancelled,
    /// The server does not know it. A ComfyUI that was restarted has forgotten its queue and history; a job that was
    /// cancelled while it was queued leaves no trace there either.
    Lost,
    /// A word that this version does not know: where the job stands is still unknown, and it may well be going on.
    Unknown(String),
}

impl Status {
    /// Whether the job will not change any more.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Completed | Self::Succeeded | Self::Failed | Self::Cancelled | Self::Lost => true,
            Self::Queued { .. } | Self::Running | Self::Unknown(_) => false,
        }
    }

    /// Maps a word of a service. Both vocabularies of RunComfy (`/status` and `/result`) are known, and the words its
    /// clients have met besides; ComfyUI's `/api/jobs` uses a subset of them.
    pub(crate) fn from_word(word: &str, position: Option<u64>) -> Self {
        match word {
            "in_queue" | "pending" | "waiting" => Self::Queued { position },
            "in_progress" | "starting" | "processing" => Self::Running,
            "completed" => Self::Completed,
            "succeeded" => Self::Succeeded,
            "failed" => Self::Failed,
            "cancelled" | "canceled" => Self::Cancelled,
            other => Self::Unknown(crate::answer::clean(other, 64)),
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Queued { position: Some(position) } => write!(f, "queued (position {position})"),
            Self::Queued { position: None } => f.write_str("queued"),
            Self::Running => f.write_str("running"),
            Self::Completed => f.write_str("completed"),
            Self::Succeeded => f.write_str("succeeded"),
            Self::Failed => f.write_str("failed"),
            Self::Cancelled => f.write_str("cancelled"),
            Self::Lost => f.write_str("lost"),
            Self::Unknown(word) => write!(f, "unknown (`{word}`)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_published_word_is_known() {
        for (word, expected) in [
            ("in_queue", "queued (position 3)"),
            ("pending", "queued (position 3)"),
            ("waiting", "queued (position 3)"),
            ("in_progress", "running"),
            ("starting", "running"),
            ("processing", "running"),
            ("completed", "completed"),
            ("succeeded", "succeeded"),
            ("failed", "failed"),
            ("cancelled", "cancelled"),
            ("canceled", "cancelled"),
        ] {
            assert_eq!(Status::from_word(word, Some(3)).to_string(), expected);
        }
    }

    #[test]
    fn an_unknown_word_is_neither_final_nor_a_failure() {
        let status = Status::from_word("warming_up", None);
        assert_eq!(status, Status::Unknown("warming_up".to_owned()));
        assert!(!status.is_final());
    }
}
