//! How long an export may take from the moment rendering begins, and by how much that can be extended.
//! Reads no clock: what was granted so far is an argument.

use std::time::Duration;

use crate::problem::{Problem, ProblemCode};

/// What every export is granted (reliability.md, G17).
pub const GRANTED_FIRST: Duration = Duration::from_mins(30);
/// No single extension is longer: an export nobody looks after ends the same day.
pub const EXTENSION_MINUTES_MAX: u32 = 240;
/// No export is granted more in all.
pub const GRANTED_MAX: Duration = Duration::from_hours(24);

/// What is granted after an extension of `granted` by `minutes`, both counted from the moment rendering began.
pub fn extended(granted: Duration, minutes: u32) -> Result<Duration, Problem> {
    let problem = |message: String| Problem::new("minutes", ProblemCode::InvalidNumber, message);
    if minutes == 0 || minutes > EXTENSION_MINUTES_MAX {
        return Err(problem(format!("An extension is 1 to {EXTENSION_MINUTES_MAX} minutes long.")));
    }
    let longer = granted.saturating_add(Duration::from_mins(u64::from(minutes)));
    if longer > GRANTED_MAX {
        let (all, now) = (whole_minutes(GRANTED_MAX), whole_minutes(granted));
        return Err(problem(format!(
            "An export may take at most {all} minutes in all; this one is granted {now} already."
        )));
    }
    Ok(longer)
}

/// Minutes for a sentence, rounded to nearest.
#[must_use]
pub const fn whole_minutes(granted: Duration) -> u64 {
    (granted.as_secs() + 30) / 60
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn extensions_add_up_to_a_day() {
        assert_eq!(extended(GRANTED_FIRST, 30), Ok(Duration::from_hours(1)));
        for refused in [0, 241, u32::MAX] {
            assert_eq!(extended(GRANTED_FIRST, refused).unwrap_err().field, "minutes");
        }
        assert_eq!(extended(Duration::from_hours(23), 60), Ok(GRANTED_MAX));
        let refused = extended(Duration::from_hours(23), 61).unwrap_err();
        assert!(refused.message.contains("1440 minutes") && refused.message.contains("1380"), "{refused}");
    }

    proptest! {
        #[test]
        fn time_is_only_ever_added_and_never_without_bound(minutes in proptest::collection::vec(0_u32..300, 0..40)) {
            let mut granted = GRANTED_FIRST;
            for more in minutes {
                if let Ok(longer) = extended(granted, more) {
                    prop_assert!(longer > granted && longer <= GRANTED_MAX);
                    granted = longer;
                }
            }
        }
    }
}
