//! Answers at rest: sealed under what only the caller has, its token or cookie and its key. The ledger alone opens none.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use uuid::Uuid;

/// What keys are derived for; never changes.
const CONTEXT: &str = "reelfarm 2026-11 answers of creating calls";

/// Seals and opens the answer of one call.
pub struct Seal {
    key: LessSafeKey,
}

impl Seal {
    /// Of the call that creates `object`, asked with `credential` and `idempotency_key`.
    pub fn new(credential: &str, idempotency_key: &str, object: Uuid) -> Seal {
        let mut material = Vec::new();
        for piece in [credential.as_bytes(), idempotency_key.as_bytes(), object.as_bytes()] {
            material.extend((piece.len() as u64).to_le_bytes());
            material.extend(piece);
        }
        let key = blake3::derive_key(CONTEXT, &material);
        let key = UnboundKey::new(&AES_256_GCM, &key).expect("32 bytes are a key");
        Seal { key: LessSafeKey::new(key) }
    }

    /// The answer, for the ledger.
    pub fn close(&self, answer: &[u8]) -> Vec<u8> {
        let mut sealed = answer.to_vec();
        let sealing = self.key.seal_in_place_append_tag(nonce(), Aad::empty(), &mut sealed);
        sealing.expect("an answer is far shorter than AES-GCM's limit");
        sealed
    }

    /// The answer, unless it was sealed under something else.
    pub fn open(&self, mut sealed: Vec<u8>) -> Option<Vec<u8>> {
        let length = self.key.open_in_place(nonce(), Aad::empty(), &mut sealed).ok()?.len();
        sealed.truncate(length);
        Some(sealed)
    }
}

/// Each key seals one answer, for it holds the id of what was created; so the nonce may stand still.
fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; NONCE_LEN])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_call_opens_it() {
        let object = Uuid::from_u128(7);
        let sealed = Seal::new("rf_1", "key", object).close(b"the answer");
        assert!(!sealed.windows(6).any(|window| window == b"answer"));
        assert_eq!(Seal::new("rf_1", "key", object).open(sealed.clone()), Some(b"the answer".to_vec()));
        for other in
            [Seal::new("rf_2", "key", object), Seal::new("rf_1k", "ey", object), Seal::new("rf_1", "key", Uuid::nil())]
        {
            assert_eq!(other.open(sealed.clone()), None);
        }
        assert_eq!(Seal::new("rf_1", "key", object).open(vec![1]), None);
    }
}
