//! The operations on exports. Renders nothing: an order goes into the ledger, and the loops are nudged.

mod cancel_or_delete;
mod create;
mod create_many;
mod download;
mod estimate;
mod events;
mod extend;
mod list;
mod list_of_video;
pub mod place;
pub mod progress;
mod report;
pub mod request;
mod retry;
mod share;
pub mod show;
mod view;

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::Deps;
use crate::storage::{Storage, StorageError};
use crate::store::exports::StoredFile;

pub use create_many::ORDERS_MAX;
pub use events::PING_EVERY;
pub use share::{HOURS_MAX, origin};

/// Progress streams open at once; each looks at the ledger at most four times a second.
const STREAMS_MAX: usize = 1000;

/// All operations on exports.
pub type Operations = (
    create::CreateExport,
    create_many::CreateExports,
    estimate::EstimateExport,
    list_of_video::ListExportsOfVideo,
    list::ListExports,
    view::ViewExport,
    progress::ExportProgress,
    download::DownloadExport,
    report::ExportReport,
    retry::RetryExport,
    extend::ExtendExport,
    share::ShareExport,
    cancel_or_delete::CancelOrDeleteExport,
);

/// All operations on exports on their handles.
pub fn operations(deps: &Deps) -> Operations {
    let Deps { store, storage, nudge, clock, tasks, config, limits, .. } = deps.clone();
    let counter = place::Counter { store: store.clone(), nudge: nudge.clone(), clock: clock.clone(), limits };
    let look = show::Look { store: store.clone(), storage: storage.clone(), clock: clock.clone() };
    (
        create::CreateExport { counter: counter.clone(), look: look.clone() },
        create_many::CreateExports { counter: counter.clone(), look: look.clone() },
        estimate::EstimateExport { store: store.clone(), counter: counter.clone() },
        list_of_video::ListExportsOfVideo { store: store.clone(), look: look.clone() },
        list::ListExports { store: store.clone(), look: look.clone() },
        view::ViewExport { store: store.clone(), storage: storage.clone(), look: look.clone() },
        progress::ExportProgress {
            events: events::Events { look: look.clone(), nudge: nudge.clone(), stop: tasks.stop().clone() },
            look: look.clone(),
            clock: clock.clone(),
            places: Arc::new(Semaphore::new(STREAMS_MAX)),
        },
        download::DownloadExport { store: store.clone(), storage: storage.clone(), clock: clock.clone() },
        report::ExportReport { store: store.clone() },
        retry::RetryExport { store: store.clone(), counter, look: look.clone() },
        extend::ExtendExport { store: store.clone(), look: look.clone(), clock: clock.clone() },
        share::ShareExport { store: store.clone(), clock: clock.clone(), public_url: config.public_url },
        cancel_or_delete::CancelOrDeleteExport { store, storage, look, nudge, clock },
    )
}

/// Removes what the object store may hold for a file.
pub async fn remove(storage: &Storage, file: &StoredFile) -> Result<(), StorageError> {
    storage.remove(&file.s3_key, file.upload_id.as_deref()).await
}
