//! Parts in the ledger: which bytes are a part, and its header. The payloads are in the part store.

use std::collections::{HashMap, HashSet};

use farm_core::content_key::ContentKey;
use farm_core::ids::NodeId;
use farm_core::part::PartHeader;
use service::Timestamp;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::{Store, StoreError, Tx};
use crate::{read, within, write};

/// Keys named in one statement; both databases take many more.
const KEYS_AT_ONCE_MAX: usize = 200;
/// The first byte of a stored header: how the rest is written.
const HEADER_VERSION: u8 = 2;
/// Headers without levels.
const HEADER_VERSION_UNLEVELLED: u8 = 1;

/// A part that has just been received.
#[derive(Clone, Debug)]
pub struct NewPart {
    /// What it is.
    pub key: ContentKey,
    /// The attempt whose bytes these are.
    pub epoch: i64,
    /// All of its header.
    pub header: PartHeader,
    /// BLAKE3 of the payload.
    pub payload_hash: [u8; 32],
    /// Identity of the encoder.
    pub encoder: String,
    /// Who rendered it.
    pub node: NodeId,
    /// How long that took.
    pub render_ms: u64,
}

/// A part as the ledger holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPart {
    /// The attempt whose bytes count; names the file in the part store.
    pub epoch: i64,
    /// Enough to lay out a file.
    pub header: PartHeader,
    /// BLAKE3 of the payload.
    pub payload_hash: [u8; 32],
    /// Identity of the encoder.
    pub encoder: String,
    /// Who rendered it.
    pub node: NodeId,
    /// How long that took.
    pub render_ms: u64,
    /// Version of the node program then; `None` for parts from before it was kept.
    pub node_version: Option<String>,
    /// The node's media library then; `None` for parts from before it was kept.
    pub media_library: Option<String>,
}

#[derive(sqlx::FromRow)]
struct PartRow {
    content_key: Vec<u8>,
    epoch: i64,
    header: Vec<u8>,
    payload_hash: Vec<u8>,
    encoder: String,
    node_id: Uuid,
    render_ms: i64,
    node_version: Option<String>,
    media_library: Option<String>,
}

impl PartRow {
    fn into_part(self) -> Result<(ContentKey, StoredPart), StoreError> {
        let key = key_from_bytes(&self.content_key)?;
        let part = StoredPart {
            epoch: self.epoch,
            header: header_from_bytes(&self.header).ok_or_else(|| inconsistent("header", &key))?,
            payload_hash: self.payload_hash.try_into().map_err(|_| inconsistent("payload_hash", &key))?,
            encoder: self.encoder,
            node: NodeId(self.node_id),
            render_ms: u64::try_from(self.render_ms).unwrap_or(0),
            node_version: self.node_version,
            media_library: self.media_library,
        };
        Ok((key, part))
    }
}

impl Tx {
    /// Makes received bytes a part. False when the part was there already: the first bytes stay.
    pub async fn insert_part(&mut self, part: &NewPart, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "-- parts.insert_part
            insert into parts (content_key, epoch, header, frame_count, size_bytes, payload_hash, encoder, node_id,
                               render_ms, created_at, used_at, node_version, media_library)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10,
                    -- As the node is now: it may be another program by the time a report names it.
                    (select facts ->> 'version' from nodes where id = $8),
                    (select facts ->> 'media_library' from nodes where id = $8))
            on conflict (content_key) do nothing";
        let frame_count = i64::try_from(part.header.frames.len()).unwrap_or(i64::MAX);
        let size = i64::try_from(part.header.payload_bytes).unwrap_or(i64::MAX);
        let inserted = within!(self, |db| sqlx::query(SQL)
            .bind(part.key.0.as_slice())
            .bind(part.epoch)
            .bind(header_to_bytes(&part.header))
            .bind(frame_count)
            .bind(size)
            .bind(part.payload_hash.as_slice())
            .bind(&part.encoder)
            .bind(part.node.0)
            .bind(i64::try_from(part.render_ms).unwrap_or(i64::MAX))
            .bind(now.0)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("insert a part"))?;
        Ok(inserted == 1)
    }
}

impl Store {
    /// The parts of `keys` that are there. Headers are large: 8 bytes a frame at rest, 24 in memory.
    pub async fn parts(&self, keys: &[ContentKey]) -> Result<HashMap<ContentKey, StoredPart>, StoreError> {
        let mut parts = HashMap::with_capacity(keys.len());
        for keys in keys.chunks(KEYS_AT_ONCE_MAX) {
            let sql = format!(
                "-- parts.parts
                select content_key, epoch, header, payload_hash, encoder, node_id, render_ms, node_version, media_library
                from parts where content_key in ({})",
                placeholders(keys.len(), 1)
            );
            let rows: Vec<PartRow> = read!(self, |db| {
                let mut query = sqlx::query_as(AssertSqlSafe(sql));
                for key in keys {
                    query = query.bind(key.0.as_slice());
                }
                query.fetch_all(db).await
            })
            .map_err(StoreError::during("read part headers"))?;
            for row in rows {
                let (key, part) = row.into_part()?;
                parts.insert(key, part);
            }
        }
        Ok(parts)
    }

    /// Which of `keys` are there.
    pub async fn parts_present(&self, keys: &[ContentKey]) -> Result<HashSet<ContentKey>, StoreError> {
        let mut present = HashSet::with_capacity(keys.len());
        for keys in keys.chunks(KEYS_AT_ONCE_MAX) {
            let sql = format!(
                "-- parts.parts_present
                select content_key from parts where content_key in ({})",
                placeholders(keys.len(), 1)
            );
            let rows: Vec<Vec<u8>> = read!(self, |db| {
                let mut query = sqlx::query_scalar(AssertSqlSafe(sql));
                for key in keys {
                    query = query.bind(key.0.as_slice());
                }
                query.fetch_all(db).await
            })
            .map_err(StoreError::during("look for parts"))?;
            for key in rows {
                present.insert(key_from_bytes(&key)?);
            }
        }
        Ok(present)
    }

    /// Notes that parts were used: they are kept for a while longer.
    pub async fn touch_parts(&self, keys: &[ContentKey], now: Timestamp) -> Result<(), StoreError> {
        for keys in keys.chunks(KEYS_AT_ONCE_MAX) {
            let sql = format!(
                "-- parts.touch_parts
                update parts set used_at = $1 where content_key in ({})",
                placeholders(keys.len(), 2)
            );
            write!(self, |db| {
                let mut query = sqlx::query(AssertSqlSafe(sql)).bind(now.0);
                for key in keys {
                    query = query.bind(key.0.as_slice());
                }
                query.execute(db).await.map(drop)
            })
            .map_err(StoreError::during("note the use of parts"))?;
        }
        Ok(())
    }

    /// Forgets a part whose bytes turned out damaged, if they are still the ones of that attempt. Its file may go then.
    pub async fn forget_part(&self, key: &ContentKey, epoch: i64) -> Result<bool, StoreError> {
        const SQL: &str = "-- parts.forget_part
            delete from parts where content_key = $1 and epoch = $2";
        let deleted = write!(self, |db| sqlx::query(SQL)
            .bind(key.0.as_slice())
            .bind(epoch)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("forget a part"))?;
        Ok(deleted == 1)
    }

    /// Every file of the part store that is a part.
    pub async fn part_files(&self) -> Result<HashSet<(ContentKey, i64)>, StoreError> {
        const SQL: &str = "-- parts.part_files
            select content_key, epoch from parts";
        let rows: Vec<(Vec<u8>, i64)> =
            read!(self, |db| sqlx::query_as(SQL).fetch_all(db).await).map_err(StoreError::during("list the parts"))?;
        rows.into_iter().map(|(key, epoch)| Ok((key_from_bytes(&key)?, epoch))).collect()
    }
}

fn placeholders(count: usize, first: usize) -> String {
    (first..first + count).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ")
}

fn header_to_bytes(header: &PartHeader) -> Vec<u8> {
    postcard::to_extend(header, vec![HEADER_VERSION]).expect("a header is numbers and lists")
}

fn header_from_bytes(bytes: &[u8]) -> Option<PartHeader> {
    match bytes.split_first()? {
        (&HEADER_VERSION, header) => postcard::from_bytes(header).ok(),
        // Levels come last, and an empty list is written as its length.
        (&HEADER_VERSION_UNLEVELLED, header) => postcard::from_bytes(&[header, &[0]].concat()).ok(),
        _ => None,
    }
}

pub(super) fn key_from_bytes(bytes: &[u8]) -> Result<ContentKey, StoreError> {
    let key = bytes.try_into().map(ContentKey);
    key.map_err(|_| StoreError::Inconsistent { table: "parts", column: "content_key", row: hex::encode(bytes) })
}

fn inconsistent(column: &'static str, key: &ContentKey) -> StoreError {
    StoreError::Inconsistent { table: "parts", column, row: key.to_string() }
}

#[cfg(test)]
pub(crate) mod tests {
    use farm_core::part::{PartCodec, PartFrame, SegmentLevel};
    use timeline::Rate;

    use super::*;

    /// A part of two frames of sound.
    pub(crate) fn part(key: u8, epoch: i64) -> NewPart {
        let codec = PartCodec::Aac {
            specific_config: vec![0x11, 0x90],
            channels: 2,
            sample_rate: 48_000,
            priming_samples: 1024,
            sample_count: 99,
            bitrate_bps: 160_000,
        };
        let frame = PartFrame { pts: -1024, duration: 1024, size_bytes: 300, key: true };
        NewPart {
            key: ContentKey([key; 32]),
            epoch,
            header: PartHeader {
                codec,
                rate: Rate::SOUND,
                frames: vec![frame; 2],
                payload_bytes: 600,
                levels: vec![LEVEL],
            },
            payload_hash: [key; 32],
            encoder: "avenc_aac".to_owned(),
            node: NodeId(Uuid::nil()),
            render_ms: 12,
        }
    }

    const LEVEL: SegmentLevel = SegmentLevel {
        loudness_in_mlufs: Some(-20_000),
        gain_mdb: 6_000,
        loudness_out_mlufs: Some(-14_000),
        true_peak_out_mdbtp: Some(-1_500),
    };

    #[test]
    fn headers_from_before_there_were_levels_are_read() {
        let mut header = part(1, 1).header;
        header.levels.clear();
        let mut old = header_to_bytes(&header);
        old[0] = HEADER_VERSION_UNLEVELLED;
        assert_eq!(old.pop(), Some(0));
        assert_eq!(header_from_bytes(&old), Some(header));
    }

    #[tokio::test]
    async fn the_first_bytes_of_a_part_stay() {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/ledger.db", dir.path().display());
        let store = Store::open(&url).await.unwrap();
        for (key, epoch, first) in [(1, 1, true), (1, 2, false), (2, 7, true)] {
            let mut tx = store.begin().await.unwrap();
            assert_eq!(tx.insert_part(&part(key, epoch), Timestamp(5)).await.unwrap(), first);
            tx.commit().await.unwrap();
        }
        let keys: Vec<ContentKey> = (0..=255).map(|key| ContentKey([key; 32])).collect();
        let parts = store.parts(&keys).await.unwrap();
        assert_eq!(parts.len(), 2);
        let found = &parts[&ContentKey([1; 32])];
        assert_eq!((found.epoch, &found.header), (1, &part(1, 1).header));
        assert_eq!(store.parts_present(&keys).await.unwrap(), parts.keys().copied().collect::<HashSet<_>>());
        store.touch_parts(&keys, Timestamp(9)).await.unwrap();
        assert!(!store.forget_part(&ContentKey([1; 32]), 2).await.unwrap(), "another attempt's bytes");
        assert!(store.forget_part(&ContentKey([1; 32]), 1).await.unwrap());
        assert_eq!(store.part_files().await.unwrap(), HashSet::from([(ContentKey([2; 32]), 7)]));
    }
}
