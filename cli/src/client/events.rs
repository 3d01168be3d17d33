//! Reads an export's progress as server-sent events, one snapshot at a time.
//! It does not reconnect: whoever follows an export falls back to asking.

use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::BoxStream;
use tokio_util::bytes::Bytes;

use crate::api::Progress;

/// The server pings every 15 s; a connection silent for three pings is dead.
const SILENCE_MAX: Duration = Duration::from_secs(45);
/// A snapshot is a few hundred bytes; a longer line is no snapshot.
const LINE_BYTES_MAX: usize = 64 << 10;

/// The events of one connection.
pub struct ProgressEvents {
    bytes: BoxStream<'static, Result<Bytes, reqwest::Error>>,
    lines: Lines,
}

impl ProgressEvents {
    pub(super) fn of(answer: reqwest::Response) -> Self {
        Self { bytes: answer.bytes_stream().boxed(), lines: Lines::default() }
    }

    /// The next snapshot; `None` when the connection ends, falls silent or carries something else.
    pub async fn next(&mut self) -> Option<Progress> {
        loop {
            while let Some(line) = self.lines.next() {
                // Event names, ids and pings are skipped: the snapshot alone says everything.
                if let Some(data) = line.strip_prefix("data:") {
                    return serde_json::from_str(data.trim()).ok();
                }
            }
            let piece = tokio::time::timeout(SILENCE_MAX, self.bytes.next()).await.ok()??.ok()?;
            self.lines.push(&piece)?;
        }
    }
}

/// Cuts a stream of bytes into lines.
#[derive(Default)]
struct Lines {
    waiting: Vec<u8>,
}

impl Lines {
    /// Takes more bytes; `None` when a line grows beyond its bound.
    fn push(&mut self, bytes: &[u8]) -> Option<()> {
        self.waiting.extend_from_slice(bytes);
        (self.waiting.len() <= LINE_BYTES_MAX).then_some(())
    }

    fn next(&mut self) -> Option<String> {
        let end = self.waiting.iter().position(|&byte| byte == b'\n')?;
        let line: Vec<u8> = self.waiting.drain(..=end).collect();
        Some(String::from_utf8_lossy(&line).trim_end().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_however_the_bytes_arrive() {
        let mut lines = Lines::default();
        let mut seen = Vec::new();
        for piece in ["id: 1\nda", "ta: {}", "\r\n\n:ping", "\n"] {
            lines.push(piece.as_bytes()).expect("short lines");
            seen.extend(std::iter::from_fn(|| lines.next()));
        }
        assert_eq!(seen, ["id: 1", "data: {}", "", ":ping"]);
        assert_eq!(lines.push(&vec![b'x'; LINE_BYTES_MAX + 1]), None);
    }
}
