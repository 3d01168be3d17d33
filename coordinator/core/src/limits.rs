//! How much somebody may order and keep: whether one more fits, and when to ask again. Counts nothing itself.

use std::time::Duration;

use crate::role::Role;

/// Orders are counted over this time, sliding.
pub const ORDERS_WINDOW: Duration = Duration::from_hours(1);
/// When to ask again for an export while others are under way: some are over in seconds.
const ACTIVE_WAIT: Duration = Duration::from_secs(15);

/// How much one user may order and keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Exports under way at once.
    pub active_exports: u32,
    /// Orders in an hour.
    pub exports_per_hour: u32,
    /// Bytes of videos and files together, and of files still to come.
    pub storage_bytes: u64,
    /// Bytes of one finished file.
    pub file_bytes: u64,
    /// Minutes of one slot in a month, if that is bounded.
    pub minutes_per_month: Option<u32>,
}

/// What one user has ordered and keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Use {
    /// Exports under way.
    pub active_exports: u32,
    /// Orders in the last hour.
    pub orders_in_hour: u32,
    /// How long ago the order was that must leave the window before another fits.
    pub next_leaves: Duration,
    /// Bytes of videos and files, and of files still to come.
    pub held_bytes: u64,
    /// What one slot took for them this month.
    pub rendered_this_month: Duration,
    /// Until the next month.
    pub month_left: Duration,
}

/// Why one more does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excess {
    /// Too many are under way.
    Active {
        /// How many may be.
        max: u32,
        /// When to ask again.
        wait: Duration,
    },
    /// Too many were ordered within the hour.
    Hourly {
        /// How many may be.
        max: u32,
        /// When to ask again.
        wait: Duration,
    },
    /// The month's minutes are used up.
    Budget {
        /// How many there are.
        max: u32,
        /// Until the next month.
        wait: Duration,
    },
    /// There is no room for what would come.
    Storage {
        /// Bytes there may be.
        max: u64,
        /// Bytes there are.
        held: u64,
        /// Bytes that would come.
        more: u64,
    },
    /// One file would be too large.
    File {
        /// Bytes it may have.
        max: u64,
        /// Bytes it would have.
        expected: u64,
    },
}

/// Whether limits bind somebody in this role: those who run the farm know what they do.
#[must_use]
pub fn bind(role: Role) -> bool {
    !role.may(Role::Operator)
}

/// Whether an export fits whose files will have so many bytes each.
pub fn admit_export(limits: &Limits, now: &Use, expected: &[u64]) -> Result<(), Excess> {
    if let Some(&largest) = expected.iter().max().filter(|&&largest| largest > limits.file_bytes) {
        return Err(Excess::File { max: limits.file_bytes, expected: largest });
    }
    if now.active_exports >= limits.active_exports {
        return Err(Excess::Active { max: limits.active_exports, wait: ACTIVE_WAIT });
    }
    if now.orders_in_hour >= limits.exports_per_hour {
        let wait = ORDERS_WINDOW.saturating_sub(now.next_leaves).max(Duration::from_secs(1));
        return Err(Excess::Hourly { max: limits.exports_per_hour, wait });
    }
    if let Some(max) = limits.minutes_per_month
        && now.rendered_this_month >= Duration::from_mins(u64::from(max))
    {
        return Err(Excess::Budget { max, wait: now.month_left });
    }
    admit_bytes(limits, now, expected.iter().fold(0, |sum: u64, bytes| sum.saturating_add(*bytes)))
}

/// How many more exports fit by their number and by the month's minutes. Whether their files do, depends on what is ordered.
#[must_use]
pub fn exports_left(limits: &Limits, now: &Use) -> u32 {
    let is_spent = |max| now.rendered_this_month >= Duration::from_mins(u64::from(max));
    if limits.minutes_per_month.is_some_and(is_spent) {
        return 0;
    }
    let at_once = limits.active_exports.saturating_sub(now.active_exports);
    at_once.min(limits.exports_per_hour.saturating_sub(now.orders_in_hour))
}

/// Whether so many more bytes fit.
pub fn admit_bytes(limits: &Limits, now: &Use, more: u64) -> Result<(), Excess> {
    let fits = now.held_bytes.saturating_add(more) <= limits.storage_bytes;
    if fits { Ok(()) } else { Err(Excess::Storage { max: limits.storage_bytes, held: now.held_bytes, more }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        active_exports: 3,
        exports_per_hour: 10,
        storage_bytes: 1000,
        file_bytes: 500,
        minutes_per_month: Some(60),
    };

    #[test]
    fn the_last_that_fits_fits() {
        let nearly = Use { active_exports: 2, orders_in_hour: 9, held_bytes: 300, ..Use::default() };
        assert_eq!(admit_export(&LIMITS, &nearly, &[500, 200]), Ok(()));
        assert_eq!(admit_bytes(&LIMITS, &nearly, 700), Ok(()));
    }

    #[test]
    fn each_limit_says_what_it_is_and_when_to_ask_again() {
        let with = |active_exports, orders_in_hour, held_bytes| {
            let next_leaves = Duration::from_mins(20);
            let now = Use { active_exports, orders_in_hour, next_leaves, held_bytes, ..Use::default() };
            admit_export(&LIMITS, &now, &[400, 100]).unwrap_err()
        };
        assert_eq!(with(3, 0, 0), Excess::Active { max: 3, wait: Duration::from_secs(15) });
        assert_eq!(with(0, 10, 0), Excess::Hourly { max: 10, wait: Duration::from_mins(40) });
        assert_eq!(with(0, 0, 501), Excess::Storage { max: 1000, held: 501, more: 500 });
        let large = admit_export(&LIMITS, &Use { active_exports: 3, ..Use::default() }, &[1, 501]);
        assert_eq!(large, Err(Excess::File { max: 500, expected: 501 }), "waiting would not help");
        assert_eq!(admit_bytes(&LIMITS, &Use { held_bytes: u64::MAX, ..Use::default() }, 1).map_err(drop), Err(()));
    }

    #[test]
    fn a_months_minutes_last_until_the_next() {
        let wait = Duration::from_hours(50);
        let spent =
            |minutes| Use { rendered_this_month: Duration::from_mins(minutes), month_left: wait, ..Use::default() };
        assert_eq!(admit_export(&LIMITS, &spent(59), &[1]), Ok(()));
        assert_eq!(admit_export(&LIMITS, &spent(60), &[1]), Err(Excess::Budget { max: 60, wait }));
        let free = Limits { minutes_per_month: None, ..LIMITS };
        assert_eq!(admit_export(&free, &spent(1_000_000), &[1]), Ok(()));
    }

    #[test]
    fn as_many_are_left_as_are_admitted_one_after_the_other() {
        for active in 0..5 {
            for ordered in 0..12 {
                for minutes in [0, 59, 60] {
                    let rendered_this_month = Duration::from_mins(minutes);
                    let now =
                        Use { active_exports: active, orders_in_hour: ordered, rendered_this_month, ..Use::default() };
                    let mut then = now;
                    let mut admitted = 0;
                    while admit_export(&LIMITS, &then, &[]).is_ok() {
                        admitted += 1;
                        then.active_exports += 1;
                        then.orders_in_hour += 1;
                    }
                    assert_eq!(exports_left(&LIMITS, &now), admitted, "{now:?}");
                }
            }
        }
    }

    #[test]
    fn limits_bind_creators_alone() {
        assert!(bind(Role::Creator) && !bind(Role::Operator) && !bind(Role::Admin));
    }
}
