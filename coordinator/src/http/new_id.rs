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

impl<'a> FromRequest<'a> for NewId {
    async fn from_request(request: &'a Request, _body: &mut RequestBody) -> poem::Result<Self> {
        let decided = request.data::<NewId>().copied();
        Ok(decided.unwrap_or_else(|| NewId { id: Uuid::now_v7(), again: false }))
    }
}
