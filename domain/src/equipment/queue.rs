//! Whose turn it is, and when: by priority, then by time.
use super::need::Priority;
use crate::time::Instant;
use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};

/// A place in the queue of a type: the smallest is next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn {
    pub priority: Priority,
    pub since: Instant,
}

/// What a type's loans say about when something comes back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    /// The first day of each open loan.
    pub out_since: Vec<NaiveDate>,
    /// Units on their way back to the shelf: dirty, cleaned, inspected.
    pub coming: usize,
    /// The median of how long past loans of the type took, in days; `None` without any.
    pub median_days: Option<u32>,
}

/// Units that are cleaned and inspected are ready within so many days.
const SHELF_DAYS: i64 = 3;

/// The Monday of the week in which the `place`-th in line (from 1) can expect a unit; `None` where no unit of the type
/// is in use, so that nothing can be expected.
///
/// Each unit comes back when its loan is as long as past loans were, or tomorrow when it is longer already; a unit that
/// was lent again comes back after another such time. Without past loans the longest loan is assumed.
pub fn expected_week(
    place: usize,
    outlook: &Outlook,
    longest_days: u32,
    today: NaiveDate,
) -> Option<NaiveDate> {
    let length = i64::from(outlook.median_days.unwrap_or(longest_days).max(1));
    let tomorrow = today + TimeDelta::days(1);
    let mut back: Vec<NaiveDate> = outlook
        .out_since
        .iter()
        .map(|since| (*since + TimeDelta::days(length)).max(tomorrow))
        .chain(std::iter::repeat_n(
            today + TimeDelta::days(SHELF_DAYS),
            outlook.coming,
        ))
        .collect();
    back.sort_unstable();
    let ahead = place.max(1) - 1;
    let rounds = ahead.checked_div(back.len())?;
    let date = *back.get(ahead % back.len())?;
    let rounds = i64::try_from(rounds).ok()?.min(100);
    Some(monday(date + TimeDelta::days(length * rounds)))
}

/// The Monday of a date's week.
pub fn monday(date: NaiveDate) -> NaiveDate {
    date.week(Weekday::Mon).first_day()
}

/// The week in words: ISO 8601, `2026-W50`.
pub fn week_code(date: NaiveDate) -> String {
    let week = date.iso_week();
    format!("{}-W{:02}", week.year(), week.week())
}

/// The median of lengths, the lower of two; `None` of none.
pub fn median(mut days: Vec<u32>) -> Option<u32> {
    days.sort_unstable();
    let middle = days.len().checked_sub(1)? / 2;
    days.get(middle).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn need_goes_before_time_and_time_before_nothing() {
        let turn = |priority, minute: i64| Turn {
            priority,
            since: Instant::from_timestamp(minute * 60, 0).expect("an instant"),
        };
        let mut turns = [
            turn(Priority::Third, 1),
            turn(Priority::First, 9),
            turn(Priority::Second, 2),
            turn(Priority::First, 3),
        ];
        turns.sort_unstable();
        let order: Vec<_> = turns
            .iter()
            .map(|turn| (turn.priority.number(), turn.since.timestamp() / 60))
            .collect();
        assert_eq!(order, [(1, 3), (1, 9), (2, 2), (3, 1)]);
    }

    #[test]
    fn the_week_follows_past_loans() {
        let today = day("2026-11-25");
        let outlook = |out: &[&str], coming, median_days| Outlook {
            out_since: out.iter().map(|text| day(text)).collect(),
            coming,
            median_days,
        };
        for (place, outlook, expected) in [
            // Nothing is out and nothing comes: nothing can be promised.
            (1, outlook(&[], 0, Some(30)), None),
            // Thirty days after 1 November is Tuesday 1 December; its Monday is 30 November.
            (1, outlook(&["2026-11-01"], 0, Some(30)), Some("2026-11-30")),
            // Longer out than usual: any day now.
            (1, outlook(&["2026-01-01"], 0, Some(30)), Some("2026-11-23")),
            // The second waits for the second loan, the third for the first unit's next one.
            (
                2,
                outlook(&["2026-11-01", "2026-11-15"], 0, Some(30)),
                Some("2026-12-14"),
            ),
            (
                3,
                outlook(&["2026-11-01", "2026-11-15"], 0, Some(30)),
                Some("2026-12-28"),
            ),
            // On its way to the shelf.
            (1, outlook(&["2026-11-24"], 1, Some(30)), Some("2026-11-23")),
            // No past loan: the longest is assumed.
            (1, outlook(&["2026-11-25"], 0, None), Some("2027-02-22")),
        ] {
            let expected = expected.map(day);
            assert_eq!(
                expected_week(place, &outlook, 90, today),
                expected,
                "{place} {outlook:?}"
            );
        }
    }

    #[test]
    fn medians_and_weeks() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![9, 1, 5]), Some(5));
        assert_eq!(median(vec![4, 1, 3, 2]), Some(2));
        assert_eq!(week_code(day("2027-01-01")), "2026-W53");
        assert_eq!(monday(day("2026-11-29")), day("2026-11-23"));
    }
}
