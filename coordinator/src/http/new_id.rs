//! The id of what a creating call creates: the same one however often the call is made with one idempotency key.
//! Keeps no answers.

use poem::{FromRequest, Request, RequestBody};
use uuid::Uuid;

/// The id that what is created shall have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewId {
    /// The id.
    pub id: Uuid,
    /// An earlier call was broken off: what has this id may be there already.
    pub again: bool,
}

/// The last bits of a `UUIDv7` are as random as can be, and nothing else is.
const RANDOM: u128 = (1 << 62) - 1;

impl NewId {
    /// What a call that creates several things gives the n-th of them: the same however often it is made.
    pub fn nth(self, n: usize) -> NewId {
        let id = self.id.as_u128();
        let random = id.wrapping_add(n as u128) & RANDOM;
        NewId { id: Uuid::from_u128((id & !RANDOM) | random), ..self }
    }
}

impl<'a> FromRequest<'a> for NewId {
    async fn from_request(request: &'a Request, _body: &mut RequestBody) -> poem::Result<Self> {
        let decided = request.data::<NewId>().copied();
        Ok(decided.unwrap_or_else(|| NewId { id: Uuid::now_v7(), again: false }))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_thing_of_a_call_has_an_id_of_its_own_and_always_the_same() {
        for last in ["8000-000000000000", "bfff-ffffffffffff"] {
            let new = NewId { id: format!("01977a5e-6c2f-7b7a-{last}").parse().unwrap(), again: true };
            assert_eq!(new.nth(0), new);
            let ids: BTreeSet<Uuid> = (0..50).map(|n| new.nth(n).id).collect();
            assert_eq!(ids.len(), 50);
            for (n, id) in ids.iter().enumerate() {
                assert_eq!((id.get_version_num(), id.get_variant()), (7, uuid::Variant::RFC4122), "{n}: {id}");
            }
            assert_eq!(new.nth(7), new.nth(7));
        }
    }
}
