//! An index: it makes a video ready, or says why it never will be.

use farm_core::retry::Fault;
use farm_core::video::VideoFacts;
use farm_core::work::Work;
use timeline::FrameTable;
use tracing::info;
use wire::v1;

use super::{Verdict, nudge, off_the_runtime};
use crate::ingest::control;
use crate::ingest::index_check::{self, Refusal};
use crate::ingest::session::Session;
use crate::store::{Attempt, Promise, StoreError};

/// Takes an index in.
pub(super) async fn take(session: &Session, attempt: &Attempt, result: v1::IndexResult) -> Result<Verdict, StoreError> {
    let ports = &session.hall.ports;
    let Some(promise) = ports.store.attempt_promise(attempt).await? else {
        return Ok(if ports.store.is_done(attempt).await? { Verdict::Taken } else { Verdict::Lost });
    };
    if promise.work != Work::Index {
        return Ok(Verdict::Broken("an index was sent for a part".to_owned()));
    }
    match off_the_runtime(move || index_check::check(result.index)).await {
        Ok(Ok((facts, table))) => commit(session, attempt, &promise, &facts, &table).await,
        Ok(Err(Refusal::Unsupported(sentence))) => {
            control::fail(session, attempt, Fault::Unsupported, &sentence, "refused by its index").await?;
            Ok(Verdict::Taken)
        }
        Ok(Err(Refusal::Senseless(reason))) => Ok(Verdict::Broken(reason)),
        Err(panicked) => Ok(Verdict::NotNow(panicked.to_string())),
    }
}

/// The video is ready and its task done, both or neither.
async fn commit(
    session: &Session,
    attempt: &Attempt,
    promise: &Promise,
    facts: &VideoFacts,
    table: &FrameTable,
) -> Result<Verdict, StoreError> {
    let ports = &session.hall.ports;
    let mut tx = ports.store.begin().await?;
    if tx.complete_task(attempt).await?.is_none() {
        return Ok(Verdict::Lost);
    }
    if !tx.video_indexed(promise.video, facts, table, ports.clock.now()).await? {
        return Ok(Verdict::Lost);
    }
    tx.commit().await?;
    let (video, frames) = (promise.video, table.frame_count());
    info!(video.id = %video, frames, "Indexed video {video}: {frames} frames");
    nudge(session, attempt);
    Ok(Verdict::Taken)
}
