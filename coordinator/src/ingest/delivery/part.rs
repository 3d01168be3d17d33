//! A part: header against promise, payload against hash, file before ledger, ledger before receipt.

use std::os::unix::fs::FileExt as _;

use farm_core::content_key::ContentKey;
use farm_core::estimate::{Measure, measure};
use farm_core::part::PartHeader;
use farm_core::work::{TaskKind, Work};
use quinn::RecvStream;
use tracing::info;
use wire::v1;

use super::{Verdict, nudge, off_the_runtime};
use crate::ingest::session::Session;
use crate::ingest::{files_check, part_check};
use crate::parts::{PartStore, ReceiveError};
use crate::store::charges::Charge;
use crate::store::parts::NewPart;
use crate::store::{Attempt, Promise, StoreError};

/// How AAC parts name their encoder: there is one.
const SOUND_ENCODER: &str = "avenc_aac";
/// How files name theirs.
const FILE_ENCODER: &str = "preview";

/// A header that keeps its promise.
struct Checked {
    key: ContentKey,
    header: PartHeader,
    encoder: String,
    payload_hash: [u8; 32],
    render_ms: u64,
    measure: Measure,
}

/// Takes a part in whose header has come and whose payload follows on `from`.
pub(super) async fn take(
    session: &Session,
    attempt: &Attempt,
    header: v1::PartHeader,
    from: &mut RecvStream,
) -> Result<Verdict, StoreError> {
    let ports = &session.hall.ports;
    let Some(promise) = ports.store.attempt_promise(attempt).await? else {
        // Received before, and only the receipt was lost.
        return Ok(if ports.store.is_done(attempt).await? { Verdict::Taken } else { Verdict::Lost });
    };
    let checked = match off_the_runtime(move || checked(&header, &promise)).await {
        Ok(Ok(checked)) => checked,
        Ok(Err(reason)) => return Ok(Verdict::Broken(reason)),
        Err(panicked) => return Ok(Verdict::NotNow(panicked.to_string())),
    };
    let bytes = checked.header.payload_bytes;
    match ports.parts.receive(&checked.key, attempt.epoch, bytes, &checked.payload_hash, from).await {
        Ok(()) => {}
        Err(cause) => return Ok(refusal(cause)),
    }
    let (received, epoch) = (ports.parts.clone(), attempt.epoch);
    match off_the_runtime(move || look_at_files(&received, epoch, &checked).map(|()| checked)).await {
        Ok(Ok(checked)) => commit(session, attempt, checked).await,
        Ok(Err(verdict)) => Ok(verdict),
        Err(panicked) => Ok(Verdict::NotNow(panicked.to_string())),
    }
}

/// Files are what they are called, as far as their first bytes tell: people's browsers will be given them.
fn look_at_files(parts: &PartStore, epoch: i64, checked: &Checked) -> Result<(), Verdict> {
    let not_now = |cause: anyhow::Error| Verdict::NotNow(format!("{cause:#}"));
    let beginnings = files_check::beginnings(&checked.header);
    if beginnings.is_empty() {
        return Ok(());
    }
    let payload = parts.read(&checked.key, epoch).map_err(|cause| not_now(cause.into()))?;
    for (kind, start) in beginnings {
        let mut bytes = [0; files_check::MAGIC_BYTES];
        // What is too short to be anything is nothing.
        let is_long_enough = payload.read_exact_at(&mut bytes, start).is_ok();
        if !is_long_enough || !files_check::begins_well(kind, &bytes) {
            parts.remove(&checked.key, epoch).map_err(|cause| not_now(cause.into()))?;
            return Err(Verdict::Broken(format!("its {} is none", kind.as_str())));
        }
    }
    Ok(())
}

fn checked(header: &v1::PartHeader, promise: &Promise) -> Result<Checked, String> {
    let key = promise.content_key.ok_or("an index yields no part")?;
    if header.content_key != key.0 {
        return Err("it is another part than was asked for".to_owned());
    }
    let encoder = match &promise.work {
        Work::Picture(work) => work.recipe.encoder.identity.clone(),
        Work::Sound(_) | Work::Index => SOUND_ENCODER.to_owned(),
        Work::Preview(_) | Work::Poster(_) => FILE_ENCODER.to_owned(),
    };
    let kept = part_check::check(header, &promise.work)?;
    let measure = measure(&promise.work);
    Ok(Checked { key, header: kept, encoder, payload_hash: header.payload_hash, render_ms: header.render_ms, measure })
}

fn refusal(cause: ReceiveError) -> Verdict {
    let retry = matches!(cause, ReceiveError::Read(_) | ReceiveError::Keep(_));
    let reason = format!("{:#}", anyhow::Error::from(cause));
    if retry { Verdict::NotNow(reason) } else { Verdict::Broken(reason) }
}

/// The part and the task's end become true together, or not at all.
async fn commit(session: &Session, attempt: &Attempt, checked: Checked) -> Result<Verdict, StoreError> {
    let ports = &session.hall.ports;
    let (frames, bytes, key) = (checked.header.frames.len(), checked.header.payload_bytes, checked.key);
    let part = NewPart {
        key,
        epoch: attempt.epoch,
        header: checked.header,
        payload_hash: checked.payload_hash,
        encoder: checked.encoder,
        node: attempt.node,
        render_ms: checked.render_ms,
    };
    let mut tx = ports.store.begin().await?;
    let now = ports.clock.now();
    tx.insert_part(&part, now).await?;
    let Some(done) = tx.complete_task(attempt).await? else {
        // The file stays without a row: the sweep of the part store takes it.
        return Ok(Verdict::Lost);
    };
    let charge = Charge {
        attempt,
        kind: done.kind,
        measure: &checked.measure,
        render_ms: checked.render_ms,
        size_bytes: bytes,
        frame_count: if done.kind == TaskKind::Picture { frames as u64 } else { 0 },
    };
    tx.charge(&charge, now).await?;
    tx.commit().await?;
    let (task, node, kind) = (attempt.task, attempt.node, done.kind.as_str());
    info!(task.id = %task, node.id = %node, epoch = attempt.epoch, frames, bytes, others = done.others,
        "Received the {kind} of task {task} from node {node}");
    nudge(session, attempt);
    Ok(Verdict::Taken)
}
