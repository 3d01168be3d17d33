//! Which part of a list is wanted. Knows no list.

/// No list gives more at once.
pub const LIMIT_MAX: u32 = 100;

/// A page of a list in order of creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// From 1.
    pub number: u32,
    /// Rows on a page; at most [`LIMIT_MAX`] are given.
    pub limit: u32,
    /// Newest first instead of oldest first.
    pub newest_first: bool,
}

impl Page {
    /// Rows to give.
    #[must_use]
    pub fn limit(self) -> i64 {
        i64::from(self.limit.min(LIMIT_MAX))
    }

    /// Rows to skip.
    #[must_use]
    pub fn offset(self) -> i64 {
        i64::from(self.number.saturating_sub(1)) * self.limit()
    }
}

impl Default for Page {
    fn default() -> Page {
        Page { number: 1, limit: 10, newest_first: true }
    }
}
