//! The poster of a finished file: a few hundred kilobytes, stored in one request before its file is published.
//! Makes none: a node did.

use std::sync::Arc;

use farm_core::content_key::ContentKey;
use farm_core::part::FileKind;
use farm_core::plan::Plan;

use super::payload::Payload;
use super::{PublishError, Publisher, transfer};
use crate::assemble::{Layout, Piece};
use crate::store::outputs::UploadStep;

/// Stores the poster of the file `number`, if it has one. Done twice, it is done.
pub(super) async fn store(
    publisher: &Publisher,
    step: UploadStep,
    plan: &Plan,
    number: u32,
    payload: &Arc<Payload>,
) -> Result<(), PublishError> {
    let output = plan.outputs.iter().find(|output| output.number == number);
    let Some(part) = output.and_then(|output| output.poster) else { return Ok(()) };
    let layout = Arc::new(file(payload, part, FileKind::Poster)?);
    let bytes = transfer::read(Arc::clone(payload), Arc::clone(&layout), 0..layout.size_bytes()).await?;
    let key = format!("exports/{}/{}/{number}.{}", step.export, step.epoch, FileKind::Poster.extension());
    if !publisher.store.lay_down_poster(step, number, &key).await? {
        return Err(PublishError::Unwanted);
    }
    Ok(publisher.storage.put(&key, FileKind::Poster.content_type(), bytes).await?)
}

/// Where a file lies in its part.
pub(super) fn file(payload: &Payload, part: ContentKey, kind: FileKind) -> Result<Layout, PublishError> {
    let headers = payload.headers();
    let header = headers.get(&part).ok_or(PublishError::PartLost { part })?;
    let entry = header.files().iter().find(|entry| entry.kind == kind).ok_or(PublishError::PartLost { part })?;
    let mut layout = Layout::default();
    for slice in header.slices(entry) {
        layout.push(Piece::Slice { part, offset: slice.start, length: slice.end - slice.start });
    }
    Ok(layout)
}
