//! What an export needs next, decided from facts alone. Asking twice gives the same answer, so late is never wrong.

use std::time::Duration;

use crate::deadline::whole_minutes;
use crate::status::{ExportStatus, Phase};
use crate::work::Encoder;

/// What the ledger says of one export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// What everyone sees.
    pub status: ExportStatus,
    /// The last step taken.
    pub phase: Phase,
    /// The encoder an output would be planned for now; `None` while no node with one is connected.
    pub encoder: Option<Encoder>,
    /// Tasks not yet done.
    pub open_tasks: u64,
    /// Why a task failed for good, if one did.
    pub poison: Option<String>,
    /// What it was granted, once that is over.
    pub overdue: Option<Duration>,
}

/// One idempotent step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Make the plan and put its tasks into the books.
    Plan {
        /// Who encodes picture.
        encoder: Encoder,
    },
    /// All parts are here: begin to lay out and upload the files.
    BeginUpload,
    /// Lay out and upload the files, or go on with it.
    Publish,
    /// Give up and say why.
    Fail {
        /// From the closed list of codes.
        code: &'static str,
        /// One sentence for people.
        message: String,
    },
    /// It ended without files: take its tasks off the books, remove what it had uploaded.
    CleanUp,
}

/// The code of an export whose source could not be rendered.
pub const RENDER_FAILED: &str = "render_failed";
/// The code of an export that took longer than it may.
pub const TIMED_OUT: &str = "timed_out";
/// The code of an export whose parts do not make a file.
pub const ASSEMBLY_FAILED: &str = "assembly_failed";
/// The code of an export with a file that came out larger than its owner's files may be.
pub const OUTPUT_TOO_LARGE: &str = "output_too_large";

/// The next step of an export, if there is one to take now.
#[must_use]
pub fn next_actions(facts: &Facts) -> Vec<Action> {
    match (facts.status, facts.phase) {
        (ExportStatus::Completed, _) | (_, Phase::Published | Phase::Ended) => Vec::new(),
        (ExportStatus::Failed | ExportStatus::Cancelled, _) => vec![Action::CleanUp],
        (ExportStatus::Pending | ExportStatus::Processing, Phase::Rendering | Phase::Uploading)
            if let Some(granted) = facts.overdue =>
        {
            vec![Action::Fail { code: TIMED_OUT, message: too_late(granted) }]
        }
        (ExportStatus::Pending | ExportStatus::Processing, Phase::Accepted) => {
            facts.encoder.iter().map(|encoder| Action::Plan { encoder: encoder.clone() }).collect()
        }
        (ExportStatus::Pending | ExportStatus::Processing, Phase::Rendering) => {
            if let Some(message) = &facts.poison {
                vec![Action::Fail { code: RENDER_FAILED, message: message.clone() }]
            } else if facts.open_tasks == 0 {
                vec![Action::BeginUpload]
            } else {
                Vec::new()
            }
        }
        (ExportStatus::Pending | ExportStatus::Processing, Phase::Uploading) => vec![Action::Publish],
    }
}

fn too_late(granted: Duration) -> String {
    let minutes = whole_minutes(granted);
    format!(
        "The export took longer than its {minutes} minutes. Retry it, what is rendered is kept; and extend its time while it runs."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(status: ExportStatus, phase: Phase) -> Facts {
        Facts { status, phase, encoder: None, open_tasks: 0, poison: None, overdue: None }
    }

    #[test]
    fn an_export_waits_for_an_encoder_and_for_its_parts() {
        let mut pending = facts(ExportStatus::Pending, Phase::Accepted);
        assert_eq!(next_actions(&pending), []);
        let encoder = Encoder { family: "x264".to_owned(), identity: "x264/164".to_owned() };
        pending.encoder = Some(encoder.clone());
        assert_eq!(next_actions(&pending), [Action::Plan { encoder }]);
        let mut rendering = facts(ExportStatus::Processing, Phase::Rendering);
        rendering.open_tasks = 1;
        assert_eq!(next_actions(&rendering), []);
        rendering.open_tasks = 0;
        assert_eq!(next_actions(&rendering), [Action::BeginUpload]);
        assert_eq!(next_actions(&facts(ExportStatus::Processing, Phase::Uploading)), [Action::Publish]);
    }

    #[test]
    fn one_lost_task_ends_the_export_even_while_others_run() {
        let mut rendering = facts(ExportStatus::Processing, Phase::Rendering);
        (rendering.open_tasks, rendering.poison) = (3, Some("The video is damaged.".to_owned()));
        let expected = Action::Fail { code: RENDER_FAILED, message: "The video is damaged.".to_owned() };
        assert_eq!(next_actions(&rendering), [expected]);
    }

    #[test]
    fn an_export_that_takes_too_long_says_so_whatever_it_waits_for() {
        for phase in [Phase::Rendering, Phase::Uploading] {
            let mut late = facts(ExportStatus::Processing, phase);
            (late.open_tasks, late.overdue) = (3, Some(Duration::from_mins(30)));
            let actions = next_actions(&late);
            let [Action::Fail { code: TIMED_OUT, message }] = actions.as_slice() else { panic!("{actions:?}") };
            assert!(message.contains("its 30 minutes"), "{message}");
        }
        let waiting = Facts { overdue: Some(Duration::ZERO), ..facts(ExportStatus::Pending, Phase::Accepted) };
        assert_eq!(next_actions(&waiting), [], "before rendering begins no time runs");
    }

    #[test]
    fn the_ended_are_cleaned_up_once() {
        for phase in [Phase::Accepted, Phase::Rendering, Phase::Uploading] {
            assert_eq!(next_actions(&facts(ExportStatus::Cancelled, phase)), [Action::CleanUp]);
            assert_eq!(next_actions(&facts(ExportStatus::Failed, phase)), [Action::CleanUp]);
        }
        assert_eq!(next_actions(&facts(ExportStatus::Cancelled, Phase::Ended)), []);
        assert_eq!(next_actions(&facts(ExportStatus::Completed, Phase::Published)), []);
    }
}
