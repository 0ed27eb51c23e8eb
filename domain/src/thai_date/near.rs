//! Dates as an officer types them in a hurry: without separators, with two digits of the year, or as a word.
use super::{DatePartError, ERA, Era, TypedDate, days_in, finish, parse_month, plain, split_era};
use chrono::{Datelike, Days, NaiveDate};

/// How far from today a year of two digits may lie: the two eras are 43 years apart, so only one can.
const NEAR_YEARS: i32 = 5;

/// How far from today a day without a year may lie.
const HALF_A_YEAR: i64 = 184;

/// Words for days around today, in days from today.
const WORDS: [(&str, i64); 12] = [
    ("วันนี้", 0),
    ("today", 0),
    ("เมื่อวาน", -1),
    ("เมื่อวานนี้", -1),
    ("yesterday", -1),
    ("วานซืน", -2),
    ("เมื่อวานซืน", -2),
    ("เมื่อวานซืนนี้", -2),
    ("พรุ่งนี้", 1),
    ("tomorrow", 1),
    ("มะรืน", 2),
    ("มะรืนนี้", 2),
];

/// Reads everything that [`super::parse`] reads, and around a known day also "เมื่อวาน", "23112569", "231169",
/// "23/11/69", "23/11/26" and "23/11". What could mean two days is refused as before.
pub fn parse_near(raw: &str, today: NaiveDate) -> Result<NaiveDate, Vec<DatePartError>> {
    let text = plain(raw);
    let lower = text.to_lowercase();
    if let Some((_, days)) = WORDS.iter().find(|(word, _)| *word == lower)
        && let Some(date) = days_from(today, *days)
    {
        return Ok(date);
    }
    let text = separated(&text).unwrap_or(text);
    match TypedDate::read(&text) {
        Some(mut typed) => {
            if let Some(year) = whole_year(&typed, today) {
                typed.year = year;
            }
            finish(&typed)
        }
        None => super::parse(&text),
    }
}

fn days_from(today: NaiveDate, days: i64) -> Option<NaiveDate> {
    let distance = Days::new(days.unsigned_abs());
    if days < 0 {
        today.checked_sub_days(distance)
    } else {
        today.checked_add_days(distance)
    }
}

/// "23112569" and "231169" with their separators; eight digits that begin with a year are taken as such.
fn separated(text: &str) -> Option<String> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, until: usize| text.get(from..until);
    match text.len() {
        8 => {
            let month: u32 = part(2, 4)?.parse().ok()?;
            if (1..=12).contains(&month) {
                Some(format!("{}/{}/{}", part(0, 2)?, part(2, 4)?, part(4, 8)?))
            } else {
                Some(format!("{}-{}-{}", part(0, 4)?, part(4, 6)?, part(6, 8)?))
            }
        }
        6 => Some(format!("{}/{}/{}", part(0, 2)?, part(2, 4)?, part(4, 6)?)),
        _ => None,
    }
}

/// The year in four digits, where two were typed or none; `None` leaves it as typed.
fn whole_year(typed: &TypedDate, today: NaiveDate) -> Option<String> {
    let (era, digits) = split_era(&typed.year);
    if digits.is_empty() {
        return nearest_year(typed, today);
    }
    let two: i32 = digits.parse().ok().filter(|_| digits.len() == 2)?;
    let near = |year: &i32| (year - today.year()).abs() <= NEAR_YEARS;
    let buddhist = Some(2500 + two - ERA).filter(near);
    let christian = Some(2000 + two).filter(near);
    let year = match era {
        Some(Era::Buddhist) => buddhist?,
        Some(Era::Christian) => christian?,
        None => buddhist.xor(christian)?,
    };
    Some(year.to_string())
}

/// The year that brings a day and a month nearest to today.
fn nearest_year(typed: &TypedDate, today: NaiveDate) -> Option<String> {
    let month = parse_month(&typed.month).ok()?;
    let day: u32 = typed.day.parse().ok()?;
    let year = (today.year() - 1..=today.year() + 1)
        .filter(|year| (1..=days_in(*year, month)).contains(&day))
        .filter_map(|year| NaiveDate::from_ymd_opt(year, month, day))
        .filter(|date| (*date - today).num_days().abs() <= HALF_A_YEAR)
        .min_by_key(|date| (*date - today).num_days().abs())?
        .year();
    Some(year.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn near(typed: &str) -> Option<String> {
        let read = parse_near(typed, date("2026-11-23"));
        read.ok().map(|date| date.to_string())
    }

    #[test]
    fn a_hurried_date_is_read_around_today() {
        for (typed, expected) in [
            ("วันนี้", "2026-11-23"),
            ("เมื่อวาน", "2026-11-22"),
            (" เมื่อวานนี้ ", "2026-11-22"),
            ("Yesterday", "2026-11-22"),
            ("วานซืน", "2026-11-21"),
            ("พรุ่งนี้", "2026-11-24"),
            ("มะรืน", "2026-11-25"),
            ("23112569", "2026-11-23"),
            ("๒๓๑๑๒๕๖๙", "2026-11-23"),
            ("23112026", "2026-11-23"),
            ("20261123", "2026-11-23"),
            ("25691123", "2026-11-23"),
            ("231169", "2026-11-23"),
            ("231126", "2026-11-23"),
            ("23/11/69", "2026-11-23"),
            ("23-11-26", "2026-11-23"),
            ("23 พ.ย. 69", "2026-11-23"),
            ("23 พ.ย. พ.ศ. 69", "2026-11-23"),
            ("1/1/70", "2027-01-01"),
            ("23/11", "2026-11-23"),
            ("23 พ.ย.", "2026-11-23"),
            ("31/12", "2026-12-31"),
            ("2/1", "2027-01-02"),
            ("1/7", "2026-07-01"),
            // What is read without a day to stand near is read the same.
            ("20 พ.ย. 2569", "2026-11-20"),
            ("2026-11-20", "2026-11-20"),
        ] {
            assert_eq!(near(typed).as_deref(), Some(expected), "{typed}");
        }
    }

    #[test]
    fn what_could_mean_two_days_or_none_is_refused() {
        for (typed, code) in [
            ("", "missing"),
            ("23/11/47", "two_digit_year"),
            ("23 พ.ย. ค.ศ. 69", "two_digit_year"),
            ("23/11/6", "two_digit_year"),
            ("32112569", "out_of_range"),
            ("300269", "not_in_month"),
            ("2311256", "format"),
            ("2311", "format"),
            ("เมื่อไรก็ได้", "format"),
            ("วันอังคาร 23/11/69", "wrong_weekday"),
        ] {
            let errors = parse_near(typed, date("2026-11-23")).unwrap_err();
            let codes: Vec<_> = errors.iter().map(|error| error.code).collect();
            assert!(codes.contains(&code), "{typed}: {codes:?}");
        }
    }

    #[test]
    fn a_leap_day_without_a_year_is_the_nearest_there_is() {
        let read = parse_near("29/2", date("2027-11-23"));
        assert_eq!(read, Ok(date("2028-02-29")));
        assert!(parse_near("29/2", date("2025-11-23")).is_err());
    }

    proptest! {
        #[test]
        fn digits_alone_and_two_digits_of_the_year_read_back_the_same_day(days in 0u64..1500) {
            let day = date("2024-11-23") + Days::new(days);
            let today = date("2026-11-23");
            let buddhist = super::super::buddhist_year(day);
            for typed in [
                format!("{}{}", day.format("%d%m"), buddhist),
                format!("{}{:02}", day.format("%d%m"), buddhist % 100),
                day.format("%d/%m/%y").to_string(),
                day.format("%Y%m%d").to_string(),
            ] {
                prop_assert_eq!(parse_near(&typed, today), Ok(day), "{}", typed);
            }
        }

        #[test]
        fn nothing_typed_makes_it_fall_over(typed in ".{0,40}") {
            let _read_or_refused = parse_near(&typed, date("2026-11-23"));
        }
    }
}
