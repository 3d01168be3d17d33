//! The doorbell: what NATS carries. A task and its epoch, nothing else; SQL is the ledger.

use uuid::Uuid;

/// The JetStream stream all doorbells go through.
pub const STREAM: &str = "TASKS";

/// "There is work": rung by the coordinator, taken by any node of the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doorbell {
    /// The task to claim.
    pub task: Uuid,
    /// The task's epoch when it was rung; a claim for another epoch is refused.
    pub epoch: i64,
}

impl Doorbell {
    /// The message body: 16 bytes of id, 8 of epoch, little-endian.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 24] {
        let mut bytes = [0; 24];
        bytes[..16].copy_from_slice(self.task.as_bytes());
        bytes[16..].copy_from_slice(&self.epoch.to_le_bytes());
        bytes
    }

    /// Reads a message body; `None` when it is not 24 bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Doorbell> {
        let (task, epoch) = bytes.split_first_chunk::<16>()?;
        Some(Doorbell { task: Uuid::from_bytes(*task), epoch: i64::from_le_bytes(epoch.try_into().ok()?) })
    }
}

/// `task.<pool>.<export>.<task>`; an index task stands under its video's id.
#[must_use]
pub fn subject(pool: &str, owner: Uuid, task: Uuid) -> String {
    format!("task.{pool}.{owner}.{task}")
}

/// Every doorbell of one pool.
#[must_use]
pub fn pool_filter(pool: &str) -> String {
    format!("task.{pool}.>")
}

/// The durable pull consumer all nodes of a pool share.
#[must_use]
pub fn consumer(pool: &str) -> String {
    format!("pool-{pool}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doorbell_reads_back() {
        let rung = Doorbell { task: Uuid::from_u128(7), epoch: 3 };
        assert_eq!(Doorbell::from_bytes(&rung.to_bytes()), Some(rung));
        assert_eq!(Doorbell::from_bytes(&[0; 23]), None);
    }
}
