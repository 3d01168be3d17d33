//! Clusters: runs of blocks that begin where players can go, and everything between the payloads. Knows no tracks.

use super::blocks::Block;
use super::ebml::{Elements, size_width};
use super::ids;

/// No cluster is longer: times in it count from its own, in 16 bits, and readers hold a whole one.
const CLUSTER_MS_MAX: u64 = 5_000;
/// No cluster of more than one block is larger.
const CLUSTER_BYTES_MAX: u64 = 5_000_000;

/// Track, time and flags in front of a block's payload.
const BLOCK_HEAD_BYTES: u64 = 4;
/// A decoder can begin here; no lacing.
const FLAG_KEY: u8 = 0x80;

/// All clusters, but for the payloads.
#[derive(Default)]
pub(super) struct Written {
    /// Everything between the payloads, one after another.
    pub(super) heads: Vec<u8>,
    /// Where in `heads` each block's payload belongs.
    pub(super) ends: Vec<usize>,
    pub(super) clusters: Vec<Cluster>,
}

/// A cluster as the cues see it.
pub(super) struct Cluster {
    pub(super) time_ms: u64,
    /// Its head included.
    pub(super) size_bytes: u64,
    /// Whether it begins with a frame that players can go to.
    pub(super) is_entrance: bool,
}

/// A cluster that is being written.
struct Open {
    time_ms: u64,
    is_entrance: bool,
    /// Where it begins among the heads.
    start: usize,
    content_start: usize,
    payload_bytes: u64,
}

impl Open {
    fn begin(out: &mut Elements, first: &Block) -> Open {
        let start = out.len();
        out.wide_head(ids::CLUSTER, 0);
        let content_start = out.len();
        out.uint(ids::TIMESTAMP, first.time_ms);
        Open { time_ms: first.time_ms, is_entrance: first.is_entrance(), start, content_start, payload_bytes: 0 }
    }

    fn takes(&self, out: &Elements, block: &Block) -> bool {
        let size_bytes = (out.len() - self.start) as u64 + self.payload_bytes + block.length;
        !block.is_entrance() && block.time_ms - self.time_ms <= CLUSTER_MS_MAX && size_bytes <= CLUSTER_BYTES_MAX
    }

    fn close(self, out: &mut Elements) -> Cluster {
        let content_bytes = (out.len() - self.content_start) as u64 + self.payload_bytes;
        out.close(ids::CLUSTER, self.start, content_bytes);
        let size_bytes = (self.content_start - self.start) as u64 + content_bytes;
        Cluster { time_ms: self.time_ms, size_bytes, is_entrance: self.is_entrance }
    }
}

/// Writes the clusters of all blocks.
pub(super) fn write(blocks: impl Iterator<Item = Block>) -> Written {
    let mut out = Elements::default();
    let mut ends = Vec::new();
    let mut clusters = Vec::new();
    let mut open: Option<Open> = None;
    for block in blocks {
        let mut cluster = match open.take() {
            Some(cluster) if cluster.takes(&out, &block) => cluster,
            full => {
                clusters.extend(full.map(|cluster| cluster.close(&mut out)));
                Open::begin(&mut out, &block)
            }
        };
        ends.push(write_block(&mut out, &block, block.time_ms - cluster.time_ms));
        cluster.payload_bytes += block.length;
        open = Some(cluster);
    }
    clusters.extend(open.map(|cluster| cluster.close(&mut out)));
    Written { heads: out.into_bytes(), ends, clusters }
}

/// Writes what is around a block's payload, and says where between it the payload belongs.
fn write_block(out: &mut Elements, block: &Block, time_in_cluster: u64) -> usize {
    let content_bytes = BLOCK_HEAD_BYTES + block.length;
    if block.discard_ns == 0 {
        out.head(ids::SIMPLE_BLOCK, content_bytes);
        block_head(out, block, time_in_cluster, if block.key { FLAG_KEY } else { 0 });
        return out.len();
    }
    let mut discard = Elements::default();
    discard.int(ids::DISCARD_PADDING, block.discard_ns);
    let discard = discard.into_bytes();
    // A group without a reference block is a key frame.
    let block_bytes = 1 + size_width(content_bytes) as u64 + content_bytes;
    out.head(ids::BLOCK_GROUP, block_bytes + discard.len() as u64);
    out.head(ids::BLOCK, content_bytes);
    block_head(out, block, time_in_cluster, 0);
    let end = out.len();
    out.raw(&discard);
    end
}

fn block_head(out: &mut Elements, block: &Block, time_in_cluster: u64, flags: u8) {
    let time = u16::try_from(time_in_cluster).expect("clusters are short");
    out.raw(&[0x80 | block.track]);
    out.raw(&time.to_be_bytes());
    out.raw(&[flags]);
}
