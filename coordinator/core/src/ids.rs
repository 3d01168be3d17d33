//! Ids as types of their own: nobody passes a node where a task belongs.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(out)
            }
        }
    )*};
}

id! {
    /// Somebody with an account.
    UserId
    /// An uploaded source.
    VideoId
    /// An order for finished files.
    ExportId
    /// A unit of work a node leases.
    TaskId
    /// A machine with slots.
    NodeId
    /// A bearer token.
    TokenId
    /// A browser that is signed in.
    SessionId
    /// Settings kept under a name.
    PresetId
    /// An address that is told what happened.
    WebhookId
    /// A message to a webhook.
    DeliveryId
}
