//! Working time: opening hours, closed days, and deadlines counted in them, on Bangkok's clock.
use crate::time::{Instant, TimeOfDay, at, local_date};
use chrono::{Datelike, NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How far the next opening may be away, in days: further is no opening.
const HORIZON_DAYS: usize = 400;

/// How far a deadline may be away, in days: twenty years.
const LONGEST_DAYS: usize = 20 * 366;

/// A stretch of one day: open from `open` until just before `close`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "RawSpan")]
pub struct Span {
    /// When it begins.
    pub open: TimeOfDay,
    /// When it ends, later than `open`.
    pub close: TimeOfDay,
}

/// A span that closes before it opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Closing time {close} must be after opening time {open}.")]
pub struct SpanError {
    open: TimeOfDay,
    close: TimeOfDay,
}

impl SpanError {
    /// A stable machine word.
    pub fn code(self) -> &'static str {
        "out_of_order"
    }

    /// What to do, in Thai.
    pub fn th(self) -> String {
        format!(
            "เวลาปิด {} ต้องอยู่หลังเวลาเปิด {}",
            self.close.th(),
            self.open.th()
        )
    }

    /// What to do, in English.
    pub fn en(self) -> String {
        self.to_string()
    }
}

impl Span {
    /// The stretch between two times of one day, the second later than the first.
    pub fn new(open: TimeOfDay, close: TimeOfDay) -> Result<Self, SpanError> {
        if open < close {
            Ok(Self { open, close })
        } else {
            Err(SpanError { open, close })
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSpan {
    open: TimeOfDay,
    close: TimeOfDay,
}

impl TryFrom<RawSpan> for Span {
    type Error = SpanError;

    fn try_from(raw: RawSpan) -> Result<Self, SpanError> {
        Self::new(raw.open, raw.close)
    }
}

/// When an office works. Spans may overlap or be out of order; they are counted once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WorkingTime {
    /// The hours of each weekday, Monday first.
    pub weekly: [Vec<Span>; 7],
    /// Dates on which the weekly hours do not hold: holidays, maintenance.
    pub closed: BTreeSet<NaiveDate>,
    /// Hours of single dates, besides the weekly ones; on a closed date the only ones.
    pub extra: BTreeMap<NaiveDate, Vec<Span>>,
}

impl WorkingTime {
    /// Whether it is open at this moment; the closing minute is no longer open.
    pub fn is_open(&self, instant: Instant) -> bool {
        self.opening(local_date(instant))
            .iter()
            .any(|stretch| (stretch.open..stretch.close).contains(&instant))
    }

    /// Whether a date has any hours.
    pub fn is_open_day(&self, date: NaiveDate) -> bool {
        self.spans(date).any(|span| span.open < span.close)
    }

    /// The earliest open moment from this one on: itself when open. `None` when there is none
    /// within 400 days.
    pub fn next_open(&self, instant: Instant) -> Option<Instant> {
        local_date(instant)
            .iter_days()
            .take(HORIZON_DAYS)
            .flat_map(|date| self.opening(date))
            .find(|stretch| stretch.close > instant)
            .map(|stretch| stretch.open.max(instant))
    }

    /// The deadline: the earliest moment at which so many working minutes have passed. Zero and
    /// less give the moment itself. `None` when nothing is open for 400 days, or when it lies
    /// beyond twenty years.
    pub fn add(&self, instant: Instant, minutes: i64) -> Option<Instant> {
        if minutes <= 0 {
            return Some(instant);
        }
        let mut left = TimeDelta::try_minutes(minutes)?;
        let mut idle_days = 0;
        for date in local_date(instant).iter_days().take(LONGEST_DAYS) {
            idle_days += 1;
            for stretch in self.opening(date) {
                let from = stretch.open.max(instant);
                let length = stretch.close - from;
                if length <= TimeDelta::zero() {
                    continue;
                }
                if length >= left {
                    return from.checked_add_signed(left);
                }
                left -= length;
                idle_days = 0;
            }
            if idle_days > HORIZON_DAYS {
                return None;
            }
        }
        None
    }

    /// Whole working minutes from one moment to a later one; 0 when the second is not later.
    pub fn between(&self, from: Instant, to: Instant) -> i64 {
        if to <= from {
            return 0;
        }
        let last = local_date(to);
        local_date(from)
            .iter_days()
            .take_while(|date| *date <= last)
            .flat_map(|date| self.opening(date))
            .map(|stretch| (stretch.close.min(to) - stretch.open.max(from)).max(TimeDelta::zero()))
            .sum::<TimeDelta>()
            .num_minutes()
    }

    /// The n-th open day after a date; 0 is [`Self::next_open_day`]. `None` when nothing is open
    /// for 400 days.
    pub fn add_days(&self, date: NaiveDate, open_days: u32) -> Option<NaiveDate> {
        if open_days == 0 {
            return self.next_open_day(date);
        }
        let mut day = date;
        for _ in 0..open_days {
            day = self.next_open_day(day.succ_opt()?)?;
        }
        Some(day)
    }

    /// The date itself when it has hours, else the first later one that has: where a due date
    /// moves. `None` when there is none within 400 days.
    pub fn next_open_day(&self, date: NaiveDate) -> Option<NaiveDate> {
        date.iter_days()
            .take(HORIZON_DAYS)
            .find(|date| self.is_open_day(*date))
    }

    fn spans(&self, date: NaiveDate) -> impl Iterator<Item = &Span> {
        // Monday is 0, so never beyond 6.
        let weekday = usize::try_from(date.weekday().num_days_from_monday()).unwrap_or_default();
        let weekly = if self.closed.contains(&date) {
            None
        } else {
            self.weekly.get(weekday)
        };
        weekly.into_iter().chain(self.extra.get(&date)).flatten()
    }

    /// The open stretches of a date in order, none touching another.
    fn opening(&self, date: NaiveDate) -> Vec<Stretch> {
        let mut minutes: Vec<(u16, u16)> = self
            .spans(date)
            .map(|span| (span.open.minutes(), span.close.minutes()))
            .filter(|(open, close)| open < close)
            .collect();
        minutes.sort_unstable();
        minutes.dedup_by(|next, kept| {
            let joins = next.0 <= kept.1;
            if joins {
                kept.1 = kept.1.max(next.1);
            }
            joins
        });
        minutes
            .into_iter()
            .map(|(open, close)| Stretch {
                open: at(date, open),
                close: at(date, close),
            })
            .collect()
    }
}

/// A span on a date.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    open: Instant,
    close: Instant,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error as ValueError, MapDeserializer};

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn moment(text: &str) -> Instant {
        let (day, time) = text.split_once(' ').unwrap();
        TimeOfDay::parse(time).unwrap().on(date(day))
    }

    fn span(open: &str, close: &str) -> Span {
        Span::new(
            TimeOfDay::parse(open).unwrap(),
            TimeOfDay::parse(close).unwrap(),
        )
        .unwrap()
    }

    /// Monday to Friday with a lunch break; a holiday on Monday 7 December 2026; a Saturday
    /// morning on the 28th; a few hours on the holiday of the 10th.
    fn office() -> WorkingTime {
        let day = vec![span("13:00", "16:30"), span("08:30", "12:00")];
        let weekly = [
            day.clone(),
            day.clone(),
            day.clone(),
            day.clone(),
            day,
            vec![],
            vec![],
        ];
        WorkingTime {
            weekly,
            closed: ["2026-12-07", "2026-12-10"].map(date).into(),
            extra: [
                (date("2026-11-28"), vec![span("09:00", "12:00")]),
                (date("2026-12-10"), vec![span("10:00", "11:00")]),
            ]
            .into(),
        }
    }

    #[test]
    fn it_is_open_from_the_opening_to_before_the_closing() {
        for (when, open) in [
            ("2026-11-23 08:29", false),
            ("2026-11-23 08:30", true),
            ("2026-11-23 11:59", true),
            ("2026-11-23 12:00", false),
            ("2026-11-23 13:00", true),
            ("2026-11-23 16:30", false),
            ("2026-11-28 10:00", true),
            ("2026-11-29 10:00", false),
            ("2026-12-07 10:00", false),
            ("2026-12-10 09:00", false),
            ("2026-12-10 10:30", true),
        ] {
            assert_eq!(office().is_open(moment(when)), open, "{when}");
        }
    }

    #[test]
    fn the_next_opening_is_now_or_the_next_span() {
        for (when, expected) in [
            ("2026-11-23 09:00", "2026-11-23 09:00"),
            ("2026-11-23 07:00", "2026-11-23 08:30"),
            ("2026-11-23 12:00", "2026-11-23 13:00"),
            ("2026-11-23 16:30", "2026-11-24 08:30"),
            ("2026-11-27 18:00", "2026-11-28 09:00"),
            ("2026-11-28 12:00", "2026-11-30 08:30"),
            ("2026-12-04 16:30", "2026-12-08 08:30"),
        ] {
            assert_eq!(
                office().next_open(moment(when)),
                Some(moment(expected)),
                "{when}"
            );
        }
    }

    #[test]
    fn deadlines_skip_lunch_nights_weekends_and_holidays() {
        for (from, minutes, expected) in [
            ("2026-11-23 09:00", 0, "2026-11-23 09:00"),
            ("2026-11-22 09:00", 0, "2026-11-22 09:00"),
            ("2026-11-23 09:00", -5, "2026-11-23 09:00"),
            ("2026-11-23 09:00", 180, "2026-11-23 12:00"),
            ("2026-11-23 09:00", 181, "2026-11-23 13:01"),
            ("2026-11-23 09:00", 240, "2026-11-23 14:00"),
            ("2026-11-23 15:00", 240, "2026-11-24 11:00"),
            ("2026-11-27 15:30", 240, "2026-11-28 12:00"),
            ("2026-11-27 15:30", 241, "2026-11-30 08:31"),
            ("2026-12-04 16:00", 60, "2026-12-08 09:00"),
            ("2026-12-05 16:00", 60, "2026-12-08 09:30"),
            ("2026-12-09 16:00", 60, "2026-12-10 10:30"),
            // Thirty working days of 420 minutes, with 180 on a Saturday and 60 on a holiday.
            ("2026-11-23 08:30", 30 * 420, "2027-01-05 11:30"),
        ] {
            assert_eq!(
                office().add(moment(from), minutes),
                Some(moment(expected)),
                "{from} {minutes}"
            );
        }
    }

    #[test]
    fn working_minutes_between_two_moments() {
        for (from, to, minutes) in [
            ("2026-11-23 09:00", "2026-11-23 09:00", 0),
            ("2026-11-23 10:00", "2026-11-23 09:00", 0),
            ("2026-11-23 09:00", "2026-11-23 13:30", 210),
            ("2026-11-22 00:00", "2026-11-23 00:00", 0),
            ("2026-11-23 00:00", "2026-11-24 00:00", 420),
            ("2026-11-27 16:00", "2026-11-30 09:00", 30 + 180 + 30),
            ("2026-12-07 00:00", "2026-12-11 00:00", 420 + 420 + 60),
        ] {
            assert_eq!(
                office().between(moment(from), moment(to)),
                minutes,
                "{from} {to}"
            );
        }
    }

    #[test]
    fn seconds_are_kept_in_deadlines_and_dropped_in_minutes() {
        let from = moment("2026-11-23 11:59") + TimeDelta::seconds(30);
        let due = office().add(from, 1).unwrap();
        assert_eq!(due, moment("2026-11-23 13:00") + TimeDelta::seconds(30));
        assert_eq!(office().between(from, due), 1);
        assert_eq!(office().between(from, due - TimeDelta::seconds(1)), 0);
    }

    #[test]
    fn open_days_are_counted_from_the_day_after() {
        for (from, days, expected) in [
            ("2026-11-23", 0, "2026-11-23"),
            ("2026-11-22", 0, "2026-11-23"),
            ("2026-11-23", 1, "2026-11-24"),
            ("2026-11-27", 1, "2026-11-28"),
            ("2026-11-27", 2, "2026-11-30"),
            ("2026-12-04", 1, "2026-12-08"),
            ("2026-12-05", 1, "2026-12-08"),
            ("2026-12-09", 1, "2026-12-10"),
        ] {
            assert_eq!(
                office().add_days(date(from), days),
                Some(date(expected)),
                "{from} + {days}"
            );
        }
        assert_eq!(
            office().next_open_day(date("2026-12-05")),
            Some(date("2026-12-08"))
        );
        assert_eq!(
            office().next_open_day(date("2026-12-08")),
            Some(date("2026-12-08"))
        );
    }

    #[test]
    fn an_office_that_never_opens_has_no_deadline() {
        let never = WorkingTime::default();
        let now = moment("2026-11-23 09:00");
        assert_eq!(never.next_open(now), None);
        assert_eq!(never.add(now, 1), None);
        assert_eq!(never.add(now, 0), Some(now));
        assert_eq!(never.add_days(date("2026-11-23"), 1), None);
        assert_eq!(never.between(now, moment("2027-11-23 09:00")), 0);
        assert_eq!(office().add(now, i64::MAX), None);
    }

    #[test]
    fn overlapping_spans_count_once() {
        let mut twice = office();
        twice.weekly[0] = vec![
            span("08:30", "12:00"),
            span("09:00", "10:00"),
            span("12:00", "13:00"),
        ];
        assert_eq!(
            twice.between(moment("2026-11-23 00:00"), moment("2026-11-24 00:00")),
            270
        );
        assert!(twice.is_open(moment("2026-11-23 12:00")));
    }

    #[test]
    fn a_span_must_close_after_it_opens() {
        let (eight, nine) = (
            TimeOfDay::parse("08:00").unwrap(),
            TimeOfDay::parse("09:00").unwrap(),
        );
        let error = Span::new(nine, eight).unwrap_err();
        assert_eq!(
            error.th(),
            "เวลาปิด 08.00\u{a0}น. ต้องอยู่หลังเวลาเปิด 09.00\u{a0}น."
        );
        assert_eq!(
            error.en(),
            "Closing time 08:00 must be after opening time 09:00."
        );
        assert!(Span::new(nine, nine).is_err());
        let read = |open: &'static str, close: &'static str| {
            let map: MapDeserializer<'_, _, ValueError> =
                MapDeserializer::new([("open", open), ("close", close)].into_iter());
            Span::deserialize(map.into_deserializer())
        };
        assert_eq!(read("08:30", "16:30"), Ok(span("08:30", "16:30")));
        assert!(read("16:30", "08:30").is_err());
        assert!(read("08:30", "24:30").is_err());
    }

    fn any_office() -> impl Strategy<Value = WorkingTime> {
        let spans = || {
            proptest::collection::vec((0u16..1440, 0u16..1440), 0..3).prop_map(|pairs| {
                pairs
                    .into_iter()
                    .filter_map(|(a, b)| {
                        let (open, close) =
                            (TimeOfDay::from_minutes(a)?, TimeOfDay::from_minutes(b)?);
                        Span::new(open, close).ok()
                    })
                    .collect::<Vec<_>>()
            })
        };
        let day = || (0i64..60).prop_map(|days| date("2026-11-23") + TimeDelta::days(days));
        (
            proptest::array::uniform7(spans()),
            proptest::collection::btree_set(day(), 0..10),
            proptest::collection::btree_map(day(), spans(), 0..5),
        )
            .prop_map(|(weekly, closed, extra)| WorkingTime {
                weekly,
                closed,
                extra,
            })
    }

    proptest! {
        #[test]
        fn a_deadline_is_as_far_as_it_was_set(
            office in any_office(), from in 0i64..5_000_000, minutes in 1i64..20_000
        ) {
            let from = moment("2026-11-23 00:00") + TimeDelta::seconds(from);
            if let Some(due) = office.add(from, minutes) {
                prop_assert_eq!(office.between(from, due), minutes);
                prop_assert_eq!(office.between(from, due - TimeDelta::microseconds(1)), minutes - 1);
            } else {
                // Only what takes over a thousand ordinary weeks is too far away.
                let week = office.between(moment("2027-06-07 00:00"), moment("2027-06-14 00:00"));
                prop_assert!(week * 1000 < minutes);
            }
        }

        #[test]
        fn the_next_opening_is_open_and_nothing_before_it_is(office in any_office(), from in 0i64..5_000_000) {
            let from = moment("2026-11-23 00:00") + TimeDelta::seconds(from);
            if let Some(open) = office.next_open(from) {
                prop_assert!(open >= from && office.is_open(open));
                prop_assert_eq!(office.between(from, open), 0);
            }
        }

        #[test]
        fn minutes_add_up(office in any_office(), a in 0i64..80_000, b in 0i64..80_000, c in 0i64..80_000) {
            let mut minutes = [a, b, c];
            minutes.sort_unstable();
            let [a, b, c] = minutes.map(|m| moment("2026-11-23 00:00") + TimeDelta::minutes(m));
            prop_assert_eq!(office.between(a, b) + office.between(b, c), office.between(a, c));
        }
    }
}
