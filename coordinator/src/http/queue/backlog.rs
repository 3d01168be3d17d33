//! What everything that waits or runs still takes, learnt from what was rendered before. Orders nothing.

use farm_core::backlog::backlog;
use farm_core::estimate::Range;

use crate::store::{Store, StoreError};

/// Milliseconds of one slot for everything that is left; `None` when some of it is of a kind of which too little was rendered.
pub async fn left(store: &Store) -> Result<Option<Range>, StoreError> {
    let mut sum = Range::default();
    for (kind, left) in store.tasks_left().await? {
        let Some(of_kind) = backlog(&store.samples_of_kind(kind).await?, left) else { return Ok(None) };
        sum = sum.plus(of_kind);
    }
    Ok(Some(sum))
}
