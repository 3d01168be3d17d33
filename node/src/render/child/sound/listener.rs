//! A thread that listens to sound while it is being decoded.
//! Does not know what it listens for.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

/// Pieces on their way to a thread at most.
const PIECES_WAITING_MAX: usize = 8;

/// A thread that takes pieces of sound and has something to say when there are no more.
pub struct Listener<T> {
    pieces: SyncSender<Arc<[f32]>>,
    thread: JoinHandle<T>,
}

impl<T: Send + 'static> Listener<T> {
    /// Starts a thread of this name, which takes pieces until they end.
    pub fn start(name: &str, listen: impl FnOnce(Receiver<Arc<[f32]>>) -> T + Send + 'static) -> io::Result<Self> {
        let (pieces, taken) = sync_channel(PIECES_WAITING_MAX);
        let thread = Builder::new().name(name.to_owned()).spawn(move || listen(taken))?;
        Ok(Self { pieces, thread })
    }

    /// Gives it a piece; waits while too many are on their way. One that listens no longer is heard out by `finish`.
    pub fn push(&self, piece: Arc<[f32]>) {
        // It has stopped early, and says why at the end.
        let _ = self.pieces.send(piece);
    }

    /// Ends the sound; waits for what there is to say.
    pub fn finish(self) -> T {
        drop(self.pieces);
        self.thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_is_heard_in_its_turn() {
        let listener =
            Listener::start("test", |pieces| pieces.iter().flat_map(|piece| piece.to_vec()).collect::<Vec<_>>());
        let listener = listener.unwrap();
        let sound: Vec<f32> = (0_u8..200).map(f32::from).collect();
        sound.chunks(7).for_each(|piece| listener.push(piece.into()));
        assert_eq!(listener.finish(), sound);
    }

    #[test]
    fn one_that_stops_early_is_no_hindrance() {
        let listener = Listener::start("test", |pieces| pieces.recv().unwrap().len()).unwrap();
        (0..100).for_each(|_| listener.push([0.5; 3].into()));
        assert_eq!(listener.finish(), 3);
    }
}
