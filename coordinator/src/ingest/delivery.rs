//! One delivery: a part or an index on a stream of its own. Lease, promise, header and hash are checked before the
//! ledger says it is there; only then the node hears so and may forget its copy.

mod index;
mod part;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use farm_core::retry::Fault;
use quinn::{RecvStream, SendStream, VarInt};
use tokio::io::AsyncReadExt as _;
use tokio::sync::SemaphorePermit;
use tracing::{debug, warn};
use wire::v1::{IndexResult, Message, PartHeader, PartRefused, Receipt};
use wire::{PREFACE_BYTES, Preface, Received, TABLE_BYTES_MAX, read_message};

use super::session::Session;
use super::{Hall, control};
use crate::store::{Attempt, StoreError};

/// The header of a twelve-hour sound is 64 MB.
const HEADER_MAX: Duration = Duration::from_mins(2);
/// The largest part, 5 GB, over 12 Mb/s. A node that stalls does not keep its place for ever.
const PAYLOAD_MAX: Duration = Duration::from_hours(1);
/// When a node may send again what failed by our fault.
const RETRY_AFTER_MS: u32 = 2_000;
/// What people read when nodes return nothing usable.
const UNUSABLE: &str = "The farm's nodes returned nothing usable for a stretch of the video.";

/// How a delivery ends.
enum Verdict {
    /// It is safe here.
    Taken,
    /// The lease is another's, or nobody wants it any more.
    Lost,
    /// It is not what was promised: the attempt has failed.
    Broken(String),
    /// We could not; it may come again.
    NotNow(String),
}

/// Receives one delivery and answers it.
pub(super) async fn receive(session: Arc<Session>, to: SendStream, mut from: RecvStream) -> anyhow::Result<()> {
    let hall = &session.hall;
    let place = hall.deliveries.acquire().await.context("wait for a place")?;
    let (message, room) = match tokio::time::timeout(HEADER_MAX, read_header(hall, &mut from)).await {
        Ok(Ok(read)) => read,
        // The node is gone or talks nonsense; its lease will tell.
        Ok(Err(cause)) => {
            debug!("Dropped a delivery: {cause:#}");
            return Ok(());
        }
        Err(_late) => return Ok(()),
    };
    let Some((attempt, judged)) = judge(&session, message, &mut from).await? else {
        debug!("Dropped a delivery of an unknown kind");
        return Ok(());
    };
    let verdict = match judged {
        Ok(verdict) => verdict,
        Err(cause) => after_doubt(&session, &attempt, cause).await,
    };
    drop((room, place));
    answer(&session, &attempt, verdict, to, from).await
}

/// Reads the first message once there is room in memory for what its preface announces.
async fn read_header<'a>(hall: &'a Hall, from: &mut RecvStream) -> anyhow::Result<(Received, SemaphorePermit<'a>)> {
    let mut preface = [0; PREFACE_BYTES];
    from.read_exact(&mut preface).await?;
    let announced = Preface::read(preface, TABLE_BYTES_MAX)?.length;
    let room = hall.header_mib.acquire_many(announced.div_ceil(1 << 20)).await?;
    let message = read_message(&mut preface.as_slice().chain(from), TABLE_BYTES_MAX).await?;
    Ok((message, room))
}

/// Whose delivery it is, and what becomes of it; `None` for a message that is no delivery.
/// Headers can be large: decoding one must not hold up the other nodes.
async fn judge(
    session: &Session,
    message: Received,
    from: &mut RecvStream,
) -> anyhow::Result<Option<(Attempt, Result<Verdict, StoreError>)>> {
    if message.kind() == PartHeader::KIND {
        let header: PartHeader = off_the_runtime(move || wire::decode(message.frame())).await??;
        let attempt = session.attempt(header.task, header.epoch);
        let taken = tokio::time::timeout(PAYLOAD_MAX, part::take(session, &attempt, header, from)).await;
        let stalled = || Ok(Verdict::NotNow("the payload did not come in time".to_owned()));
        Ok(Some((attempt, taken.unwrap_or_else(|_late| stalled()))))
    } else if message.kind() == IndexResult::KIND {
        let result: IndexResult = off_the_runtime(move || wire::decode(message.frame())).await??;
        let attempt = session.attempt(result.task, result.epoch);
        Ok(Some((attempt, index::take(session, &attempt, result).await)))
    } else {
        Ok(None)
    }
}

async fn off_the_runtime<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> anyhow::Result<T> {
    tokio::task::spawn_blocking(work).await.context("decode a delivery")
}

/// A ledger that failed in the middle of a commit may have done it: ask it again.
async fn after_doubt(session: &Session, attempt: &Attempt, cause: StoreError) -> Verdict {
    match session.hall.ports.store.is_done(attempt).await {
        Ok(true) => Verdict::Taken,
        Ok(false) | Err(_) => Verdict::NotNow(format!("{:#}", anyhow::Error::from(cause))),
    }
}

async fn answer(
    session: &Session,
    attempt: &Attempt,
    verdict: Verdict,
    mut to: SendStream,
    mut from: RecvStream,
) -> anyhow::Result<()> {
    let (task, node, epoch) = (attempt.task, attempt.node, attempt.epoch);
    let wire_task = task.0.as_u128();
    let refused =
        |reason: String, retry_after_ms| wire::encode(&PartRefused { task: wire_task, epoch, reason, retry_after_ms });
    let message = match verdict {
        Verdict::Taken => wire::encode(&Receipt { task: wire_task, epoch }),
        Verdict::Lost => refused("The lease is lost, or nobody wants the part any more.".to_owned(), 0),
        Verdict::Broken(reason) => {
            control::fail(session, attempt, Fault::Node, UNUSABLE, &reason).await?;
            refused(reason, 0)
        }
        Verdict::NotNow(reason) => {
            warn!(task.id = %task, node.id = %node, "Could not take task {task} from node {node} now: {reason}");
            refused(reason, RETRY_AFTER_MS)
        }
    };
    let _all_read_already = from.stop(VarInt::from_u32(0));
    if to.write_all(&message).await.is_ok() && to.finish().is_ok() {
        // Until the node has it, or is gone: dropping the stream earlier could drop the answer.
        let _gone = to.stopped().await;
    }
    Ok(())
}

/// Whoever waits for a finished task hears of it.
fn nudge(session: &Session, attempt: &Attempt) {
    session.let_go(attempt);
    let nudge = &session.hall.ports.nudge;
    nudge.advance();
    nudge.dispatch();
    nudge.progress();
}
