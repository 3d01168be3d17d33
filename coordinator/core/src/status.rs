//! The states of videos, exports and tasks, as stored and shown.
//! Which may follow which, the ledger's conditional updates say.

use serde::{Deserialize, Serialize};

macro_rules! states {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// As stored, sent and shown.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Reads what [`Self::as_str`] gives; `None` for anything else.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

states! {
    /// Where a video is on its way in.
    VideoStatus {
        /// Its bytes are still coming.
        Uploading = "uploading",
        /// Its bytes are here; it is hashed, then a node looks what it is.
        Indexing = "indexing",
        /// It can be exported.
        Ready = "ready",
        /// It cannot be exported, and says why.
        Failed = "failed",
    }
}
states! {
    /// What everyone sees of an export.
    ExportStatus {
        /// Accepted, nothing done yet.
        Pending = "pending",
        /// Being made.
        Processing = "processing",
        /// Its files are there.
        Completed = "completed",
        /// It ended without files, and says why.
        Failed = "failed",
        /// Somebody no longer wanted it.
        Cancelled = "cancelled",
    }
}
states! {
    /// How far an export is, step by step; each step is idempotent.
    Phase {
        /// In the books.
        Accepted = "accepted",
        /// It has a plan; its tasks are in the books.
        Rendering = "rendering",
        /// All parts are here; files are being laid out and uploaded.
        Uploading = "uploading",
        /// Files are published.
        Published = "published",
        /// It ended without files.
        Ended = "ended",
    }
}
states! {
    /// Where a task is.
    TaskState {
        /// May be claimed.
        Ready = "ready",
        /// A node has it until its lease ends.
        Leased = "leased",
        /// Its part is in the part store.
        Done = "done",
        /// It failed for good.
        Poisoned = "poisoned",
        /// Its export ended without it.
        Dropped = "dropped",
    }
}

impl ExportStatus {
    /// Whether nothing will change any more.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}
