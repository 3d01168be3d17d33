//! The name of a part: equal source, span, recipe and encoder give an equal key, so cache and resume are one mechanism.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use crate::ids::ExportId;
use crate::work::Work;

/// Changes whenever equal keys would no longer mean equal bytes.
const GENERATION: &str = "reelfarm part, generation 4";

/// BLAKE3 of (source hash, source span, recipe, encoder identity).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentKey(pub [u8; 32]);

impl ContentKey {
    /// The key of the part that `work` on the source with `source_hash` (BLAKE3 of its bytes) yields. With an export's id it
    /// is that export's own: no other ever has the same.
    #[must_use]
    pub fn of(source_hash: &[u8; 32], work: &Work, own: Option<ExportId>) -> ContentKey {
        let work = serde_json::to_vec(work).expect("work holds only numbers, strings and lists");
        let mut hasher = blake3::Hasher::new_derive_key(GENERATION);
        hasher.update(source_hash).update(&work);
        if let Some(ExportId(export)) = own {
            hasher.update(export.as_bytes());
        }
        ContentKey(*hasher.finalize().as_bytes())
    }
}

impl fmt::Display for ContentKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl FromStr for ContentKey {
    type Err = blake3::HexError;

    fn from_str(hex: &str) -> Result<ContentKey, blake3::HexError> {
        blake3::Hash::from_hex(hex).map(|hash| ContentKey(*hash.as_bytes()))
    }
}

impl Serialize for ContentKey {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ContentKey {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<ContentKey, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}
