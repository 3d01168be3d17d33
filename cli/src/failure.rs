//! Why a command did not do what was asked, in one line, and the exit status that says so.
//! It decides nothing about retries: whoever makes a `Failure` has already given up.

use std::process::ExitCode;

/// Why a command did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// What was asked cannot be done as asked: a bad file, range, option, or a farm already there. Exit status 2.
    #[error("{0}")]
    Refused(String),
    /// It could have been done but did not succeed. Exit status 1.
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
    /// The user stopped it. Exit status 130, as shells have it for Ctrl-C.
    #[error("stopped")]
    Interrupted,
}

impl Failure {
    /// A refusal, for `map_err` and `ok_or_else`.
    pub fn refused(reason: impl Into<String>) -> Self {
        Self::Refused(reason.into())
    }

    /// A failure that has no deeper cause to show.
    pub fn failed(reason: impl Into<String>) -> Self {
        Self::Failed(anyhow::Error::msg(reason.into()))
    }

    /// The whole chain of causes on one line, whatever line breaks the causes carry.
    pub fn line(&self) -> String {
        let text = match self {
            Self::Failed(error) => format!("{error:#}"),
            other => other.to_string(),
        };
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The exit status of the contract: 2 for what cannot be done as asked, 1 for what failed.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Refused(_) => ExitCode::from(2),
            Self::Failed(_) => ExitCode::FAILURE,
            Self::Interrupted => ExitCode::from(130),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_one_line_with_its_causes() {
        let cause = anyhow::anyhow!("no such\n  table").context("failed to read\nthe ledger");
        assert_eq!(Failure::Failed(cause).line(), "failed to read the ledger: no such table");
        assert_eq!(Failure::refused("a\nb").line(), "a b");
    }
}
