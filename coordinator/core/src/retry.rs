//! What becomes of a task whose attempt failed: tried again, after how long, or given up.
//! Knows nothing of leases or clocks.

use std::time::Duration;

/// Attempts that may fail by the source's fault. The second one tells a broken file from a broken node.
pub const MEDIA_FAILURES_MAX: u32 = 2;
/// Attempts that may fail by nodes' fault. More than that is no accident: the task breaks nodes.
pub const NODE_FAILURES_MAX: u32 = 5;
/// The wait after a first failure; it doubles with every attempt.
const BACK_OFF_FIRST: Duration = Duration::from_secs(1);
/// No wait is longer.
const BACK_OFF_MAX: Duration = Duration::from_mins(1);

/// Whose fault a failed attempt is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The source is nothing Reelfarm accepts, and never will be.
    Unsupported,
    /// The source broke the decoder, or held less than it promised.
    Media,
    /// The node's encoder, memory or disk; or the node was lost.
    Node,
    /// What lies between: storage, network.
    Infra,
}

/// Failures of a task so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// By the source's fault.
    pub media: u32,
    /// By nodes' fault.
    pub node: u32,
}

/// What to do after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The failures, this one counted.
    pub failures: Failures,
    /// The task's fate.
    pub next: Next,
}

/// A failed task's fate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It may be claimed again after a while.
    Again {
        /// How long nobody may.
        wait: Duration,
    },
    /// It is given up.
    Poisoned,
}

/// Judges attempt number `attempt` (from 1), which failed by `fault` after the failures counted `before`.
#[must_use]
pub fn after_failure(fault: Fault, before: Failures, attempt: i64) -> Verdict {
    let failures = match fault {
        Fault::Media => Failures { media: before.media.saturating_add(1), ..before },
        Fault::Node => Failures { node: before.node.saturating_add(1), ..before },
        Fault::Unsupported | Fault::Infra => before,
    };
    let given_up =
        fault == Fault::Unsupported || failures.media >= MEDIA_FAILURES_MAX || failures.node >= NODE_FAILURES_MAX;
    let next = if given_up { Next::Poisoned } else { Next::Again { wait: wait_after(fault, attempt) } };
    Verdict { failures, next }
}

/// A broken file or node is tried elsewhere at once; what lies between gets time to recover.
fn wait_after(fault: Fault, attempt: i64) -> Duration {
    match fault {
        Fault::Infra => {
            let doublings = u32::try_from(attempt.clamp(1, 16) - 1).unwrap_or(0);
            BACK_OFF_FIRST.saturating_mul(1 << doublings).min(BACK_OFF_MAX)
        }
        Fault::Unsupported | Fault::Media | Fault::Node => Duration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn run(fault: Fault) -> Vec<Next> {
        let mut failures = Failures::default();
        let mut fates = Vec::new();
        for attempt in 1..=20 {
            let verdict = after_failure(fault, failures, attempt);
            failures = verdict.failures;
            fates.push(verdict.next);
            if verdict.next == Next::Poisoned {
                break;
            }
        }
        fates
    }

    #[test]
    fn media_gets_two_tries_nodes_five_and_an_unsupported_source_none() {
        assert_eq!(run(Fault::Unsupported), [Next::Poisoned]);
        assert_eq!(run(Fault::Media), [Next::Again { wait: Duration::ZERO }, Next::Poisoned]);
        assert_eq!(run(Fault::Node).len(), 5);
        assert_eq!(run(Fault::Node).last(), Some(&Next::Poisoned));
    }

    #[test]
    fn storage_and_network_are_waited_for_longer_and_longer() {
        let fates = run(Fault::Infra);
        assert_eq!(fates.len(), 20);
        assert_eq!(fates[0], Next::Again { wait: Duration::from_secs(1) });
        assert_eq!(fates[1], Next::Again { wait: Duration::from_secs(2) });
        assert_eq!(fates[19], Next::Again { wait: BACK_OFF_MAX });
    }

    proptest! {
        #[test]
        fn failures_never_shrink_and_waits_are_bounded(media in 0u32..9, node in 0u32..9, attempt in any::<i64>(), which in 0usize..4) {
            let fault = [Fault::Unsupported, Fault::Media, Fault::Node, Fault::Infra][which];
            let before = Failures { media, node };
            let verdict = after_failure(fault, before, attempt);
            prop_assert!(verdict.failures.media >= media && verdict.failures.node >= node);
            if let Next::Again { wait } = verdict.next {
                prop_assert!(wait <= BACK_OFF_MAX);
                prop_assert!(verdict.failures.media < MEDIA_FAILURES_MAX && verdict.failures.node < NODE_FAILURES_MAX);
            }
        }
    }
}
