//! Late decisions: a written reason every seven days until the office has decided.
//!
//! Licensing Facilitation Act พ.ศ. 2558 s.10, with a copy to the public-sector development commission each time.
use crate::time::Instant;
use chrono::TimeDelta;

/// The longest reason; it must fit the letter.
pub const LONGEST_REASON: usize = 2000;

/// How many notices an undecided request must have had by now: one as soon as it is late, and one more every
/// `every_days`. A clock that jumps changes nothing that was counted before: notices are numbered.
pub fn notices_due(decide_by: Instant, now: Instant, every_days: u16) -> u32 {
    let late = now - decide_by;
    if late <= TimeDelta::zero() {
        return 0;
    }
    let every = i64::from(every_days.max(1));
    u32::try_from(late.num_days() / every + 1).unwrap_or(u32::MAX)
}

/// By when the n-th notice (from 1) must have been written.
pub fn write_by(decide_by: Instant, n: u32, every_days: u16) -> Instant {
    decide_by + TimeDelta::days(i64::from(n) * i64::from(every_days.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().expect("an instant")
    }

    #[test]
    fn the_first_notice_is_due_when_it_is_late_and_one_more_every_seven_days() {
        let decide_by = at("2026-11-23T06:00:00Z");
        for (now, due) in [
            ("2026-11-22T06:00:00Z", 0),
            ("2026-11-23T06:00:00Z", 0),
            ("2026-11-23T06:00:01Z", 1),
            ("2026-11-30T05:59:59Z", 1),
            ("2026-11-30T06:00:00Z", 2),
            ("2026-12-07T06:00:00Z", 3),
        ] {
            assert_eq!(notices_due(decide_by, at(now), 7), due, "{now}");
        }
        assert_eq!(write_by(decide_by, 1, 7), at("2026-11-30T06:00:00Z"));
        assert_eq!(write_by(decide_by, 3, 7), at("2026-12-14T06:00:00Z"));
    }

    #[test]
    fn an_impossible_setting_still_counts_whole_days() {
        let decide_by = at("2026-11-23T06:00:00Z");
        assert_eq!(notices_due(decide_by, at("2026-11-25T06:00:00Z"), 0), 3);
    }
}
