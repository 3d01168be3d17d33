//! Remembers what this command has put on the farm and would have to take away if it stopped now.
//! Files on this machine clean up after themselves (see `download`).

use std::cell::Cell;

use uuid::Uuid;

use crate::client::Client;

/// What is on the farm only because of this command, and of no use without the rest of it.
#[derive(Debug, Default)]
pub struct Trail {
    video: Cell<Option<Uuid>>,
    export: Cell<Option<Uuid>>,
    over: Cell<bool>,
}

impl Trail {
    /// A video was made that nobody has used yet.
    pub fn uploading(&self, video: Uuid) {
        self.video.set(Some(video));
    }

    /// An export was accepted: it runs, and its video is worth keeping.
    pub fn ordered(&self, export: Uuid) {
        self.video.set(None);
        self.export.set(Some(export));
    }

    /// The export is over.
    pub fn over(&self) {
        self.over.set(true);
    }

    /// The export that was ordered, whatever became of it.
    pub fn export(&self) -> Option<Uuid> {
        self.export.get()
    }

    /// Cancels and deletes what is left; what fails here is swept by the farm in time.
    pub async fn clean_up(&self, client: &Client) {
        if let Some(export) = self.export.get().filter(|_| !self.over.get()) {
            let _ = client.cancel_export(export).await;
        }
        if let Some(video) = self.video.take() {
            let _ = client.delete_video(video).await;
        }
    }
}
