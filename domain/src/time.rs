//! Instants, the local time of Bangkok, and times of day.
use crate::text::plain;
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A moment; the clock that gives it is always an argument.
pub type Instant = DateTime<Utc>;

/// Thailand has had one offset and no summer time since 1920.
const BANGKOK: FixedOffset = match FixedOffset::east_opt(7 * 60 * 60) {
    Some(offset) => offset,
    None => panic!("seven hours is an offset"),
};

/// Minutes in a day.
pub const DAY_MINUTES: u16 = 24 * 60;

/// The offset of Asia/Bangkok, +07:00.
pub const fn bangkok() -> FixedOffset {
    BANGKOK
}

/// The moment on a clock in Bangkok.
pub fn local(instant: Instant) -> DateTime<FixedOffset> {
    instant.with_timezone(&BANGKOK)
}

/// The calendar date in Bangkok.
pub fn local_date(instant: Instant) -> NaiveDate {
    local(instant).date_naive()
}

/// The minute of the day in Bangkok, 0..=1439.
pub fn local_minute(instant: Instant) -> u16 {
    let time = local(instant).time();
    // At most 1439.
    u16::try_from(time.hour() * 60 + time.minute()).unwrap_or(0)
}

/// The moment a Bangkok date reaches a minute of the day, 0..=1440: 1440 is the next midnight.
pub fn at(date: NaiveDate, minute_of_day: u16) -> Instant {
    let offset = TimeDelta::minutes(i64::from(minute_of_day) - 7 * 60);
    date.and_time(NaiveTime::MIN)
        .and_utc()
        .checked_add_signed(offset)
        // Only within a day of chrono's own last or first date, some 262,000 years away.
        .unwrap_or(DateTime::UNIX_EPOCH)
}

/// Microseconds since 1970, as databases store instants.
pub fn micros(instant: Instant) -> i64 {
    instant.timestamp_micros()
}

/// The instant of stored microseconds; `None` outside the years 1 to 9999.
pub fn from_micros(micros: i64) -> Option<Instant> {
    DateTime::from_timestamp_micros(micros).filter(|instant| (1..=9999).contains(&instant.year()))
}

/// A time on a clock: minutes after midnight, 0..=1439.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(u16);

/// Why a text is not a time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Nothing was typed.
    #[error("Enter the time.")]
    Empty,
    /// Not hours and minutes.
    #[error("Enter the time as hours and minutes, such as 13:00.")]
    Format,
    /// No such hour or minute.
    #[error("Enter a time from 00:00 to 23:59.")]
    Range,
}

impl TimeError {
    /// A stable machine word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "missing",
            Self::Format => "format",
            Self::Range => "out_of_range",
        }
    }

    /// What to do, in Thai.
    pub fn th(self) -> String {
        match self {
            Self::Empty => "กรุณาพิมพ์เวลา",
            Self::Format => "กรุณาพิมพ์เวลาเป็นชั่วโมงและนาที เช่น 13.00",
            Self::Range => "กรุณาพิมพ์เวลาตั้งแต่ 00.00 ถึง 23.59",
        }
        .to_owned()
    }

    /// What to do, in English.
    pub fn en(self) -> String {
        self.to_string()
    }
}

impl TimeOfDay {
    /// 00:00.
    pub const MIDNIGHT: Self = Self(0);

    /// The time this many minutes after midnight; `None` from 1440 on.
    pub const fn from_minutes(minutes: u16) -> Option<Self> {
        if minutes < DAY_MINUTES {
            Some(Self(minutes))
        } else {
            None
        }
    }

    /// The time of this hour (0..=23) and minute (0..=59).
    pub const fn new(hour: u16, minute: u16) -> Option<Self> {
        if hour < 24 && minute < 60 {
            Some(Self(hour * 60 + minute))
        } else {
            None
        }
    }

    /// What a clock in Bangkok shows, seconds dropped.
    pub fn of(instant: Instant) -> Self {
        Self(local_minute(instant))
    }

    /// Reads "13:00", "13.00", "9.30", "๑๓.๐๐ น." and "13 น.".
    pub fn parse(raw: &str) -> Result<Self, TimeError> {
        let text = plain(raw);
        if text.is_empty() {
            return Err(TimeError::Empty);
        }
        let unmarked = text.strip_suffix("น.").or_else(|| text.strip_suffix('น'));
        let clock = unmarked.unwrap_or(&text).trim();
        let (hour, minute) = match clock.split_once([':', '.']) {
            Some((hour, minute)) => (hour, minute),
            None if unmarked.is_some() => (clock, "00"),
            None => return Err(TimeError::Format),
        };
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !(1..=2).contains(&hour.len()) || minute.len() != 2 || !digits(hour) || !digits(minute) {
            return Err(TimeError::Format);
        }
        match (hour.parse(), minute.parse()) {
            (Ok(hour), Ok(minute)) => Self::new(hour, minute).ok_or(TimeError::Range),
            _ => Err(TimeError::Format),
        }
    }

    /// Minutes after midnight, 0..=1439.
    pub const fn minutes(self) -> u16 {
        self.0
    }

    /// 0..=23.
    pub const fn hour(self) -> u16 {
        self.0 / 60
    }

    /// 0..=59.
    pub const fn minute(self) -> u16 {
        self.0 % 60
    }

    /// The moment a Bangkok date reaches this time.
    pub fn on(self, date: NaiveDate) -> Instant {
        at(date, self.0)
    }

    /// "13.00 น.", with a no-break space: the unit never stands alone on a line.
    pub fn th(self) -> String {
        format!("{:02}.{:02}\u{a0}น.", self.hour(), self.minute())
    }

    /// "13:00"
    pub fn en(self) -> String {
        self.to_string()
    }
}

impl fmt::Display for TimeOfDay {
    /// "13:00", the API's form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour(), self.minute())
    }
}

impl FromStr for TimeOfDay {
    type Err = TimeError;

    fn from_str(raw: &str) -> Result<Self, TimeError> {
        Self::parse(raw)
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = TimeError;

    fn try_from(raw: String) -> Result<Self, TimeError> {
        Self::parse(&raw)
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        time.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn bangkok_is_seven_hours_ahead() {
        let evening: Instant = "2026-11-22T17:00:00Z".parse().unwrap();
        assert_eq!(local_date(evening), date("2026-11-23"));
        assert_eq!(local_minute(evening), 0);
        assert_eq!(local(evening).to_rfc3339(), "2026-11-23T00:00:00+07:00");
    }

    #[test]
    fn minutes_of_a_day_run_to_the_next_midnight() {
        let day = date("2026-11-23");
        assert_eq!(at(day, 0).to_rfc3339(), "2026-11-22T17:00:00+00:00");
        assert_eq!(at(day, 540).to_rfc3339(), "2026-11-23T02:00:00+00:00");
        assert_eq!(at(day, 1440), at(date("2026-11-24"), 0));
    }

    #[test]
    fn stored_instants_outside_the_calendar_are_none() {
        assert_eq!(from_micros(i64::MAX), None);
        assert_eq!(from_micros(i64::MIN), None);
        assert_eq!(from_micros(0).map(|instant| instant.year()), Some(1970));
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        for (raw, expected) in [
            ("13:00", "13:00"),
            ("13.00", "13:00"),
            ("๑๓.๐๐ น.", "13:00"),
            ("๑๓.๐๐น.", "13:00"),
            (" 9.05 ", "09:05"),
            ("13 น.", "13:00"),
            ("13 น", "13:00"),
            ("00:00", "00:00"),
            ("23:59", "23:59"),
        ] {
            assert_eq!(
                TimeOfDay::parse(raw).unwrap().to_string(),
                expected,
                "{raw}"
            );
        }
    }

    #[test]
    fn what_is_no_time_says_why() {
        for (raw, error) in [
            ("", TimeError::Empty),
            ("  ", TimeError::Empty),
            ("น.", TimeError::Format),
            ("13", TimeError::Format),
            ("1300", TimeError::Format),
            ("13:0", TimeError::Format),
            ("13:00:00", TimeError::Format),
            ("+1:00", TimeError::Format),
            ("1:+0", TimeError::Format),
            ("บ่ายโมง", TimeError::Format),
            ("24:00", TimeError::Range),
            ("12:60", TimeError::Range),
        ] {
            assert_eq!(TimeOfDay::parse(raw), Err(error), "{raw}");
            assert!(!error.th().is_empty() && !error.en().is_empty() && !error.code().is_empty());
        }
    }

    #[test]
    fn times_are_written_for_both_languages() {
        let time = TimeOfDay::new(9, 5).unwrap();
        assert_eq!(
            (time.th(), time.en()),
            ("09.05\u{a0}น.".to_owned(), "09:05".to_owned())
        );
        assert_eq!((time.minutes(), time.hour(), time.minute()), (545, 9, 5));
        assert_eq!(TimeOfDay::from_minutes(1440), None);
        assert_eq!(TimeOfDay::new(23, 60), None);
        assert_eq!(TimeOfDay::of(at(date("2026-11-23"), 545)), time);
        assert_eq!(time.on(date("2026-11-23")), at(date("2026-11-23"), 545));
    }

    proptest! {
        #[test]
        fn a_printed_time_parses_to_itself(minutes in 0..DAY_MINUTES) {
            let time = TimeOfDay::from_minutes(minutes).unwrap();
            prop_assert_eq!(TimeOfDay::parse(&time.to_string()), Ok(time));
            prop_assert_eq!(TimeOfDay::parse(&time.th()), Ok(time));
            prop_assert_eq!(TimeOfDay::try_from(String::from(time)), Ok(time));
        }

        #[test]
        fn no_text_panics(raw in any::<String>()) {
            let _ = TimeOfDay::parse(&raw);
        }

        #[test]
        fn stored_instants_come_back(stored in -62_135_596_800_000_000i64..253_402_300_800_000_000) {
            prop_assert_eq!(from_micros(stored).map(micros), Some(stored));
        }
    }
}
