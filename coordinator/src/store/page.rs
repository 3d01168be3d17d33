//! Which part of a list is wanted, and the one query by which every list is read page by page. Knows no list.

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

/// Reads a page of a list, and how long all of it is: `select` what `from` where, in the `order` of a time and then of an id, and
/// behind the parameters that `bind` has, those of `limit`. An index for the order serves both of its directions.
#[macro_export]
macro_rules! paged {
    (
        $store:expr, $page:expr, $name:literal, $row:ty,
        select [$($select:tt)*], from [$($from:tt)*], order [$at:literal, $id:literal], limit $limit:literal,
        bind [$($bind:expr),*], doing $doing:literal
    ) => {{
        const NEWEST: &str = concat!(
            "-- ", $name, ".page\nselect ", $($select)*, " from ", $($from)*, " order by ", $at, " desc, ", $id, " desc ", $limit
        );
        const OLDEST: &str =
            concat!("-- ", $name, ".page\nselect ", $($select)*, " from ", $($from)*, " order by ", $at, ", ", $id, " ", $limit);
        const COUNT: &str = concat!("-- ", $name, ".count\nselect count(*) from ", $($from)*);
        let (page, listing): ($crate::store::page::Page, _) = ($page, || $crate::store::StoreError::during($doing));
        let sql = if page.newest_first { NEWEST } else { OLDEST };
        let rows: Vec<$row> = $crate::read!($store, |db| sqlx::query_as(sql)
            $(.bind($bind))*
            .bind(page.limit())
            .bind(page.offset())
            .fetch_all(db)
            .await)
        .map_err(listing())?;
        let total: i64 = $crate::read!($store, |db| sqlx::query_scalar(COUNT)$(.bind($bind))*.fetch_one(db).await)
            .map_err(listing())?;
        (rows, u64::try_from(total).expect("no count is negative"))
    }};
}
