//! What a child complains about on standard error: its end is kept for the log, its length is bounded.
//! Does not judge what is said.

use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::process::ChildStderr;

use super::failure::RenderFailure;

/// The end of what a child wrote that goes into the log.
const TAIL_BYTES: usize = 2000;
/// How long to wait for the last words of a child that has ended; only one that left somebody behind takes that long.
const LAST_WORDS_MAX: Duration = Duration::from_secs(1);

/// A child's standard error, being read.
#[derive(Debug)]
pub struct Complaint {
    stderr: ChildStderr,
    tail: Vec<u8>,
    bytes: usize,
    bytes_max: usize,
}

impl Complaint {
    /// Listens; more than `bytes_max` is more than a child may say.
    #[must_use]
    pub fn new(stderr: ChildStderr, bytes_max: usize) -> Complaint {
        Complaint { stderr, tail: Vec::new(), bytes: 0, bytes_max }
    }

    /// Returns only when the child complains without end.
    pub async fn overflow(&mut self) -> RenderFailure {
        while self.hear().await {
            if self.bytes > self.bytes_max {
                return RenderFailure::media("The video file is damaged: decoding it yields nothing but errors.")
                    .because(self.text());
            }
        }
        std::future::pending().await
    }

    /// Everything that a child which has ended still had to say, as far as it counts.
    pub async fn last_words(mut self) -> String {
        let _in_time = tokio::time::timeout(LAST_WORDS_MAX, async { while self.hear().await {} }).await;
        self.text()
    }

    /// Hears a piece; false at the end.
    async fn hear(&mut self) -> bool {
        let heard = self.stderr.read_buf(&mut self.tail).await.unwrap_or(0);
        self.bytes = self.bytes.saturating_add(heard);
        let surplus = self.tail.len().saturating_sub(TAIL_BYTES);
        self.tail.drain(..surplus);
        heard > 0
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.tail).into_owned()
    }
}
