//! Months in UTC as stretches of microseconds: what usage is counted by. Reads no clock.

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// A month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Month {
    /// Such as `2026-11`.
    pub name: String,
    /// Its first instant, microseconds since 1970.
    pub from: i64,
    /// The first instant after it.
    pub until: i64,
}

/// The month in which `now` lies and those before it, `count` in all, the newest first.
#[must_use]
pub fn months_until(now: i64, count: u32) -> Vec<Month> {
    let (year, month) = month_of(now.div_euclid(DAY));
    // Months since year 0, so that going back is subtraction.
    let newest = year * 12 + month - 1;
    let one = |back: u32| {
        let place = newest - i64::from(back);
        let (year, month) = (place.div_euclid(12), place.rem_euclid(12) + 1);
        let next = place + 1;
        Month {
            name: format!("{year:04}-{month:02}"),
            from: first_day(year, month) * DAY,
            until: first_day(next.div_euclid(12), next.rem_euclid(12) + 1) * DAY,
        }
    };
    (0..count).map(one).collect()
}

/// Days from 1970-01-01 to the first of a month of the Gregorian calendar, by whole eras of 400 years (146,097 days) that begin
/// in March, so that the day that comes and goes is the last of its year.
fn first_day(year: i64, month: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The year and month in which a day lies.
fn month_of(day: i64) -> (i64, i64) {
    // 146,097 days are 4,800 months: never more than a month off, and corrected by looking.
    let guess = 1970 * 12 + (day * 4_800).div_euclid(146_097);
    let begins = |place: i64| first_day(place.div_euclid(12), place.rem_euclid(12) + 1);
    let place = (guess - 1..=guess + 1).rev().find(|&place| begins(place) <= day).unwrap_or(guess - 1);
    (place.div_euclid(12), place.rem_euclid(12) + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn months_have_their_names_and_lengths() {
        // 2024-02-29T12:00:00Z.
        let months = months_until(1_709_208_000_000_000, 3);
        let named: Vec<(&str, i64)> =
            months.iter().map(|month| (month.name.as_str(), (month.until - month.from) / DAY)).collect();
        assert_eq!(named, [("2024-02", 29), ("2024-01", 31), ("2023-12", 31)]);
        assert_eq!(months[0].from, 1_706_745_600_000_000);
        assert_eq!(months_until(0, 1)[0], Month { name: "1970-01".to_owned(), from: 0, until: 31 * DAY });
        assert_eq!(months_until(-1, 1)[0].name, "1969-12");
    }

    proptest! {
        #[test]
        fn now_lies_in_the_newest_and_the_others_join_without_a_gap(now in -60_000_000_000_000_000_i64..250_000_000_000_000_000, count in 1_u32..50) {
            let months = months_until(now, count);
            prop_assert_eq!(months.len(), count as usize);
            prop_assert!(months[0].from <= now && now < months[0].until);
            prop_assert!(months.windows(2).all(|pair| pair[1].until == pair[0].from));
            prop_assert!(months.iter().all(|month| (28..=31).contains(&((month.until - month.from) / DAY))));
        }
    }
}
