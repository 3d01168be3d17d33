//! What everything that waits or runs still takes, learnt from what was rendered before. Orders nothing.

use farm_core::backlog::backlog;
use farm_core::estimate::Range;
use farm_core::work::TaskKind;

use crate::store::{Store, StoreError};

/// Milliseconds of one slot for everything that is left; `None` when it has pictures of a recipe of which too little was rendered.
/// Sound and posters take a small share: where they are not known yet, they are left out.
pub async fn left(store: &Store) -> Result<Option<Range>, StoreError> {
    let mut sum = Range::default();
    for (kind, alike, left) in store.left().await? {
        match backlog(&store.samples_of(&alike).await?, left) {
            Some(range) => sum = sum.plus(range),
            None if kind == TaskKind::Picture => return Ok(None),
            None => {}
        }
    }
    Ok(Some(sum))
}
