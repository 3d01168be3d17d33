//! What everything that waits or runs still takes, learnt from what was rendered before. Orders nothing.

use farm_core::backlog::backlog;
use farm_core::estimate::Range;

use crate::store::{Store, StoreError};

/// Milliseconds of one slot for everything that is left; `None` when some of it is of a recipe of which too little was rendered.
pub async fn left(store: &Store) -> Result<Option<Range>, StoreError> {
    let mut sum = Range::default();
    for (alike, left) in store.left().await? {
        let Some(range) = backlog(&store.samples_of(&alike).await?, left) else { return Ok(None) };
        sum = sum.plus(range);
    }
    Ok(Some(sum))
}
