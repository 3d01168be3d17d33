//! Source bytes for a child: bounded range GETs, a small cache, a few retries.
//! Knows nothing of what the bytes mean, and reads nothing ahead: the child does, who knows whether it reads on.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::RANGE;
use reqwest::{Client, StatusCode};

use super::failure::RenderFailure;

/// The unit of reading and of caching; what a look at a single number in a file costs.
pub const BLOCK_BYTES: u64 = 64 << 10;
/// Blocks kept, least recently used first out: 8 MiB.
const BLOCKS_MAX: usize = 128;
/// Blocks one GET asks for at the most: 1 MiB.
const BLOCKS_PER_GET_MAX: u64 = 16;
/// Tries of one GET. With [`TRY_MAX`] well inside the stall watchdog.
const TRIES_MAX: u32 = 4;
/// How long one try may take.
const TRY_MAX: Duration = Duration::from_secs(5);
/// Wait before the second try; doubled before each further one.
const BACKOFF: Duration = Duration::from_millis(150);
/// What a read costs besides its bytes: makes a walk in tiny steps dear.
const READ_COST_BYTES: u64 = 4096;
/// How often a source may be read over.
const BUDGET_FACTOR: u64 = 4;
/// Reads that are free for every source.
const BUDGET_FREE_BYTES: u64 = 16 << 20;

/// A client for presigned URLs: no proxies, no redirects, bounded connects.
#[must_use]
pub fn source_client() -> Client {
    // The process has one TLS provider; whoever comes first installs it.
    let _already = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(TRY_MAX)
        .pool_idle_timeout(Duration::from_secs(20))
        .build()
        .expect("a client without files or names to load is always built")
}

/// How many bytes a child may ask for in all.
#[derive(Clone, Copy, Debug)]
pub struct ReadBudget {
    left: u64,
}

impl ReadBudget {
    /// The budget for a source; a task of `passes` separate cuts may read it over for each.
    #[must_use]
    pub fn new(source_bytes: u64, passes: u64) -> ReadBudget {
        let factor = BUDGET_FACTOR.saturating_add(passes);
        ReadBudget { left: source_bytes.saturating_mul(factor).saturating_add(BUDGET_FREE_BYTES) }
    }

    fn spend(&mut self, length: u32) -> Result<(), RenderFailure> {
        let cost = u64::from(length) + READ_COST_BYTES;
        self.left = self.left.checked_sub(cost).ok_or_else(|| {
            RenderFailure::media("The video file is damaged: it sends its reader round in circles.")
                .because("the byte budget of the source is spent")
        })?;
        Ok(())
    }
}

/// Reads one source by its presigned URL.
#[derive(Debug)]
pub struct RangeReader {
    client: Client,
    url: String,
    size: u64,
    budget: ReadBudget,
    /// Most recently used first.
    blocks: VecDeque<(u64, Bytes)>,
    fetched_bytes: u64,
}

impl RangeReader {
    /// A reader of the `size` bytes behind `url`.
    #[must_use]
    pub fn new(client: Client, url: String, size: u64, budget: ReadBudget) -> RangeReader {
        RangeReader { client, url, size, budget, blocks: VecDeque::new(), fetched_bytes: 0 }
    }

    /// Bytes that really came from storage so far.
    #[must_use]
    pub fn fetched_bytes(&self) -> u64 {
        self.fetched_bytes
    }

    /// The bytes at `offset`, in pieces, fewer than `length` only where the source ends.
    pub async fn read(&mut self, offset: u64, length: u32) -> Result<Vec<Bytes>, RenderFailure> {
        self.budget.spend(length)?;
        let end = offset.saturating_add(u64::from(length)).min(self.size);
        let mut pieces = Vec::new();
        let mut at = offset;
        while at < end {
            let number = at / BLOCK_BYTES;
            let block = self.block(number, (end - 1) / BLOCK_BYTES).await?;
            let start = number * BLOCK_BYTES;
            let until = end.min(start + block.len() as u64);
            pieces.push(block.slice(within(at - start)..within(until - start)));
            at = until;
        }
        Ok(pieces)
    }

    /// One block, from the cache or fetched together with those behind it that the same read wants.
    async fn block(&mut self, number: u64, last_wanted: u64) -> Result<Bytes, RenderFailure> {
        if let Some(place) = self.blocks.iter().position(|(cached, _)| *cached == number) {
            let block = self.blocks.remove(place).expect("the place was found a line above");
            self.blocks.push_front(block.clone());
            return Ok(block.1);
        }
        let is_missing = |number: &u64| !self.blocks.iter().any(|(cached, _)| cached == number);
        let wanted = (number..=last_wanted).take_while(is_missing).take(within(BLOCKS_PER_GET_MAX)).count() as u64;
        let start = number * BLOCK_BYTES;
        let end = ((number + wanted) * BLOCK_BYTES).min(self.size);
        let mut bytes = self.fetch(start, end).await?;
        let first = bytes.split_to(bytes.len().min(within(BLOCK_BYTES)));
        let mut following = number + 1;
        while !bytes.is_empty() {
            let block = bytes.split_to(bytes.len().min(within(BLOCK_BYTES)));
            self.keep(following, block);
            following += 1;
        }
        self.keep(number, first.clone());
        Ok(first)
    }

    fn keep(&mut self, number: u64, block: Bytes) {
        self.blocks.retain(|(cached, _)| *cached != number);
        self.blocks.truncate(BLOCKS_MAX - 1);
        self.blocks.push_front((number, block));
    }

    /// `start..end` of the source, with retries where another try may help.
    async fn fetch(&mut self, start: u64, end: u64) -> Result<Bytes, RenderFailure> {
        let mut wait = BACKOFF;
        for tried in 1.. {
            let failed = match tokio::time::timeout(TRY_MAX, self.fetch_once(start, end)).await {
                Ok(Ok(bytes)) => {
                    self.fetched_bytes += end - start;
                    return Ok(bytes);
                }
                Ok(Err(failed)) => failed,
                Err(elapsed) => FetchError::again(elapsed),
            };
            if !failed.worth_another_try || tried == TRIES_MAX {
                return Err(failed.failure);
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
        unreachable!("the last try returns")
    }

    async fn fetch_once(&self, start: u64, end: u64) -> Result<Bytes, FetchError> {
        let request = self.client.get(&self.url).header(RANGE, format!("bytes={start}-{}", end - 1));
        let mut response = request.send().await.map_err(FetchError::network)?;
        match response.status() {
            StatusCode::PARTIAL_CONTENT => {}
            StatusCode::OK => return Err(FetchError::final_("Storage does not serve parts of files.", "status 200")),
            StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => {
                return Err(FetchError::final_("The link to the video is no longer valid.", response.status()));
            }
            StatusCode::NOT_FOUND | StatusCode::RANGE_NOT_SATISFIABLE => {
                return Err(FetchError::final_("The video is no longer in storage as it was.", response.status()));
            }
            status => return Err(FetchError::again(format!("status {status}"))),
        }
        let expected = within(end - start);
        let mut bytes = BytesMut::with_capacity(expected);
        while let Some(piece) = response.chunk().await.map_err(FetchError::network)? {
            if bytes.len() + piece.len() > expected {
                return Err(FetchError::final_("Storage sent more than it was asked for.", "body too long"));
            }
            bytes.extend_from_slice(&piece);
        }
        if bytes.len() < expected {
            return Err(FetchError::again(format!("{} of {expected} bytes came", bytes.len())));
        }
        Ok(bytes.freeze())
    }
}

/// One try that failed.
struct FetchError {
    failure: RenderFailure,
    worth_another_try: bool,
}

impl FetchError {
    fn network(error: reqwest::Error) -> FetchError {
        // The URL is a credential: it stays out of every message.
        FetchError::again(chain(&error.without_url()))
    }

    fn again(detail: impl std::fmt::Display) -> FetchError {
        let failure = RenderFailure::infra("The video could not be read from storage.").because(detail);
        FetchError { failure, worth_another_try: true }
    }

    fn final_(message: &str, detail: impl std::fmt::Display) -> FetchError {
        FetchError { failure: RenderFailure::infra(message).because(detail), worth_another_try: false }
    }
}

/// An error and everything below it: reqwest says the cause only there.
fn chain(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn within(bytes: u64) -> usize {
    usize::try_from(bytes).expect("distances within a read are far below the address space")
}
