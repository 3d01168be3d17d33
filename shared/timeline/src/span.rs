//! Half-open spans of media time. What their ticks count, whoever holds them knows.

use crate::rate::Ticks;

/// All instants `t` with `start <= t < end`. A span whose end is not after its start is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// First instant inside.
    pub start: Ticks,
    /// First instant after the inside.
    pub end: Ticks,
}

impl Span {
    /// The span `[start, end)`.
    #[must_use]
    pub const fn new(start: Ticks, end: Ticks) -> Span {
        Span { start, end }
    }

    /// Distance from start to end; zero for an empty span.
    #[must_use]
    pub fn length(self) -> Ticks {
        Ticks((self.end.0 - self.start.0).max(0))
    }

    /// Whether the instant lies inside.
    #[must_use]
    pub fn contains(self, instant: Ticks) -> bool {
        self.start <= instant && instant < self.end
    }
}
