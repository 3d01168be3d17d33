//! The database's own clock inside statements, so that leases do not depend on any coordinator's. Reads no clock itself.

use sqlx::AssertSqlSafe;

use super::{Store, Tx};

/// How statements written for both databases spell "now", in microseconds since 1970.
const SPELLING: &str = "now_micros()";
/// Milliseconds are as fine as SQLite's clock gets.
const SQLITE: &str = "cast(unixepoch('subsec') * 1000000 as integer)";
/// Not `now()`, which stands still inside a transaction.
const POSTGRES: &str = "(extract(epoch from clock_timestamp()) * 1000000)::bigint";

/// A statement with `now_micros()` in it, spelled for one database.
fn spell(sql: &'static str, clock: &str) -> AssertSqlSafe<String> {
    // Safe: both texts are constants of this program.
    AssertSqlSafe(sql.replace(SPELLING, clock))
}

impl Store {
    /// Spells `now_micros()` as this database does.
    pub(super) fn clocked(&self, sql: &'static str) -> AssertSqlSafe<String> {
        match self {
            Store::Sqlite { .. } => spell(sql, SQLITE),
            Store::Postgres(_) => spell(sql, POSTGRES),
        }
    }
}

impl Tx {
    /// Spells `now_micros()` as this database does.
    pub(super) fn clocked(&self, sql: &'static str) -> AssertSqlSafe<String> {
        match self {
            Tx::Sqlite(_) => spell(sql, SQLITE),
            Tx::Postgres(_) => spell(sql, POSTGRES),
        }
    }
}
