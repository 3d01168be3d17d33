//! One life cycle for both servers: configuration, supervised tasks, shutdown, telemetry, clock.
//! Knows nothing of exports, media or databases.

pub mod clock;
pub mod config;
pub mod lifecycle;
pub mod secret;
pub mod supervision;
pub mod telemetry;

pub use clock::{Clock, SystemClock, Timestamp};
pub use lifecycle::Lifecycle;
pub use secret::Secret;
pub use supervision::{OnEnd, Stop, Tasks};
