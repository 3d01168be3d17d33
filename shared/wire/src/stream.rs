//! Reads messages off a byte stream, never taking more memory than the preface was allowed to announce.
//! Knows no transport: anything that can be read will do.

use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::frame::{Frame, FrameError};
use crate::preface::{PREFACE_BYTES, Preface};

/// A message that has been read whole but not yet decoded.
#[derive(Clone, Debug)]
pub struct Received {
    preface: Preface,
    body: Vec<u8>,
}

impl Received {
    /// Which message it claims to be.
    #[must_use]
    pub fn kind(&self) -> u16 {
        self.preface.kind
    }

    /// For [`crate::decode`].
    #[must_use]
    pub fn frame(&self) -> Frame<'_> {
        Frame { preface: self.preface, body: &self.body }
    }
}

/// Why no message could be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The stream broke, or ended in the middle of a message.
    #[error("read a message off the stream")]
    Stream(#[from] std::io::Error),
    /// What came is no message.
    #[error(transparent)]
    Frame(#[from] FrameError),
}

/// Reads the next message; its body may have `limit` bytes.
pub async fn read_message(from: &mut (impl AsyncRead + Unpin), limit: usize) -> Result<Received, ReadError> {
    let mut preface = [0; PREFACE_BYTES];
    from.read_exact(&mut preface).await?;
    let preface = Preface::read(preface, limit).map_err(FrameError::from)?;
    // Grows with what really comes: an announced length alone costs nothing.
    let mut body = Vec::new();
    let read = from.take(u64::from(preface.length)).read_to_end(&mut body).await?;
    if read < preface.length as usize {
        return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into());
    }
    Ok(Received { preface, body })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::v1::Release;
    use crate::{MESSAGE_BYTES_MAX, decode, encode};

    #[tokio::test]
    async fn a_message_reads_back_and_a_cut_one_does_not() {
        let message = Release { task: 7, epoch: 2 };
        let bytes = encode(&message);
        let received = read_message(&mut bytes.as_slice(), MESSAGE_BYTES_MAX).await.unwrap();
        assert_eq!(decode::<Release>(received.frame()).unwrap(), message);
        for cut in 0..bytes.len() {
            assert!(read_message(&mut &bytes[..cut], MESSAGE_BYTES_MAX).await.is_err());
        }
    }
}
