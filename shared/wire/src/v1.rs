//! The messages of wire version 1. Published types are frozen: a change is a new version file. Version 1 is published with the
//! first release; until then it grows in place (decision 0005).

use rkyv::{Archive, Deserialize, Serialize};

/// A message with a number in the preface.
pub trait Message {
    /// The preface's `kind`.
    const KIND: u16;
}

macro_rules! messages {
    ($($(#[$doc:meta])* $kind:literal $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Archive, Clone, Debug, Deserialize, PartialEq, Serialize)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }
        impl Message for $name { const KIND: u16 = $kind; }
    )*};
}

macro_rules! records {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Archive, Clone, Debug, Deserialize, PartialEq, Serialize)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }
    )*};
}

macro_rules! choices {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident $(($inner:ty))?,)* })*) => {$(
        $(#[$doc])*
        #[derive(Archive, Clone, Debug, Deserialize, PartialEq, Serialize)]
        pub enum $name { $($(#[$variant_doc])* $variant $(($inner))?,)* }
    )*};
}

mod index;
mod part;
mod work;

pub use index::*;
pub use part::*;
pub use work::*;

messages! {
    /// Node → coordinator, first on the control stream. Who it is, the certificate says.
    1 Hello {
        /// Oldest wire version accepted.
        oldest_version: u16,
        /// Newest wire version spoken.
        current_version: u16,
        /// Random, the same for the whole life of the node's process: another one means all its old attempts are gone.
        instance: u128,
        /// Encodes it can run at once.
        slot_count: u32,
        /// What it is and can do.
        facts: NodeFacts,
    }
    /// Coordinator → node: the agreed version and the rules of the lease.
    2 Welcome {
        /// The wire version both use from here on.
        version: u16,
        /// How long a lease lasts after a claim or renewal.
        lease_ms: u32,
        /// How often the node renews.
        heartbeat_ms: u32,
        /// The pools whose doorbells this node takes.
        pools: Vec<String>,
    }
    /// Coordinator → node instead of `Welcome`, before it closes the connection.
    3 Rejected {
        /// One sentence for the node's log.
        reason: String,
    }
    /// Node → coordinator: may I have this task?
    4 Claim {
        /// The task on the doorbell.
        task: u128,
        /// The epoch on the doorbell.
        epoch: i64,
    }
    /// Coordinator → node: the task is yours, under a new epoch.
    5 Grant {
        /// The claimed task.
        task: u128,
        /// The attempt's epoch: names the lease in every later message.
        epoch: i64,
        /// BLAKE3 that names the part; all zero for a task that yields none.
        content_key: [u8; 32],
        /// Presigned GET of the source, byte ranges allowed.
        source_url: String,
        /// Size of the source.
        source_bytes: u64,
        /// The video the source belongs to.
        video: u128,
        /// What to do.
        work: Work,
    }
    /// Coordinator → node: somebody else has it, or it is over.
    6 ClaimRefused {
        /// The task asked for.
        task: u128,
        /// The epoch asked for.
        epoch: i64,
    }
    /// Node → coordinator every heartbeat: I am still at it.
    7 Renew {
        /// The leased task.
        task: u128,
        /// The attempt's epoch.
        epoch: i64,
        /// Progress so far.
        frames_done: u64,
    }
    /// Coordinator → node: the lease runs anew from now.
    8 Renewed {
        /// The leased task.
        task: u128,
        /// The attempt's epoch.
        epoch: i64,
    }
    /// Coordinator → node: stop, the lease is another's or the export is over. Also sent unasked on cancel.
    9 Stop {
        /// The task.
        task: u128,
        /// The attempt's epoch.
        epoch: i64,
    }
    /// Node → coordinator, at most a few times a second: progress without a renewal.
    10 Progress {
        /// The leased task.
        task: u128,
        /// The attempt's epoch.
        epoch: i64,
        /// Frames encoded (picture, poster), or milliseconds done (sound, preview).
        frames_done: u64,
    }
    /// Node → coordinator: the attempt failed.
    11 Failed {
        /// The task.
        task: u128,
        /// The attempt's epoch.
        epoch: i64,
        /// Whose fault it is.
        class: FailureClass,
        /// One sentence a person can act on.
        message: String,
        /// What the library said, for the log.
        detail: String,
    }
    /// Node → coordinator: given back unfinished, nobody's fault (drain).
    12 Release {
        /// The task.
        task: u128,
        /// The attempt's epoch.
        epoch: i64,
    }
    /// Coordinator → node: claim nothing more. Node → coordinator: I claim nothing more.
    13 Drain {}
    /// Node → coordinator, opens a part stream; the payload follows.
    20 PartHeader {
        /// The task that yielded it.
        task: u128,
        /// The attempt's epoch.
        epoch: i64,
        /// As granted.
        content_key: [u8; 32],
        /// Track-level facts; equal in every part of an output.
        codec: CodecConfig,
        /// Ticks per second of all times below: numerator.
        rate_num: u32,
        /// Ticks per second of all times below: denominator.
        rate_den: u32,
        /// Access units in payload (decode) order.
        frames: Vec<PartFrame>,
        /// Bytes that follow.
        payload_bytes: u64,
        /// BLAKE3 of the payload.
        payload_hash: [u8; 32],
        /// Wall-clock milliseconds the attempt took.
        render_ms: u64,
        /// What levelling did to each segment, in output order; empty where nothing was levelled.
        levels: Vec<SegmentLevel>,
    }
    /// Node → coordinator, opens an index stream; nothing follows.
    21 IndexResult {
        /// The task that yielded it.
        task: u128,
        /// The attempt's epoch.
        epoch: i64,
        /// What was learnt.
        index: Index,
    }
    /// Coordinator → node on the part or index stream: it is safe here, forget yours.
    22 Receipt {
        /// The task.
        task: u128,
        /// The attempt's epoch.
        epoch: i64,
    }
    /// Coordinator → node on the part or index stream: not taken.
    23 PartRefused {
        /// The task.
        task: u128,
        /// The attempt's epoch.
        epoch: i64,
        /// One sentence for the log.
        reason: String,
        /// Send it again after so long; 0 means never.
        retry_after_ms: u32,
    }
}

records! {
    /// What a node is and can do.
    NodeFacts {
        /// The node program's version.
        version: String,
        /// Host name, for people.
        host: String,
        /// Logical processors.
        cpu_count: u32,
        /// The media library and its version.
        media_library: String,
        /// Picture encoders that passed the probe on this node.
        encoders: Vec<EncoderFact>,
        /// Layers of the media sandbox that are active.
        sandbox_layers: Vec<String>,
    }
    /// One picture encoder that really encoded on this node.
    EncoderFact {
        /// The row of the encoder table: `x264`, `nvenc`, …; also the pool's name.
        family: String,
        /// Family and exact versions: equal identity, equal bytes.
        identity: String,
    }
}

choices! {
    /// Whose fault a failed attempt is.
    FailureClass {
        /// The source is not something Reelfarm accepts: final, said to the user (index only).
        Unsupported,
        /// The source broke the decoder or kept less than it promised: tried once more elsewhere.
        Media,
        /// This node: its encoder, memory or disk.
        Node,
        /// What lies between: storage, network.
        Infra,
    }
}
