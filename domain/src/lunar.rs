//! The civil Thai lunar calendar: a table of years, never a formula, and no answer beyond it.
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How long a lunar year is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum YearKind {
    /// ปกติ, 354 days.
    Normal,
    /// อธิกวาร, 355 days: month 7 has 30.
    ExtraDay,
    /// อธิกมาส, 384 days: month 8 comes twice, 30 days each.
    ExtraMonth,
}

impl YearKind {
    pub const ALL: [Self; 3] = [Self::Normal, Self::ExtraDay, Self::ExtraMonth];

    /// The word of the file.
    pub fn code(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::ExtraDay => "extra_day",
            Self::ExtraMonth => "extra_month",
        }
    }

    /// Days of the year: 354, 355 or 384.
    pub fn days(self) -> u16 {
        self.months().map(|month| u16::from(month.days)).sum()
    }

    /// The months in order; odd ones have 29 days and even ones 30.
    fn months(self) -> impl Iterator<Item = Month> {
        (1..=12).flat_map(move |number| {
            let days = match (number, self) {
                (7, Self::ExtraDay) => 30,
                _ if number % 2 == 1 => 29,
                _ => 30,
            };
            let again = number == 8 && self == Self::ExtraMonth;
            let month = |second| Month {
                number,
                second,
                days,
            };
            std::iter::once(month(false)).chain(again.then(|| month(true)))
        })
    }
}

#[derive(Clone, Copy, Debug)]
struct Month {
    number: u8,
    second: bool,
    days: u8,
}

/// One year of the calendar, as the table and the staff's own corrections give it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LunarYear {
    /// The year พ.ศ. that most of the lunar year lies in.
    pub be: i32,
    /// Waxing 1 of month 1, in November or December of the year before.
    pub first_day: NaiveDate,
    /// Its length.
    pub kind: YearKind,
    /// The last date that is settled, where the whole year is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_until: Option<NaiveDate>,
}

impl LunarYear {
    /// The first day of the next year; `None` only at the end of the calendar's range.
    fn next_first_day(&self) -> Option<NaiveDate> {
        self.first_day
            .checked_add_days(Days::new(u64::from(self.kind.days())))
    }

    /// The last day that may be answered for.
    fn last_day(&self) -> NaiveDate {
        let end = self
            .next_first_day()
            .and_then(|next| next.pred_opt())
            .unwrap_or(self.first_day);
        self.confirmed_until
            .map_or(end, |confirmed| confirmed.min(end))
    }
}

/// Why a table of years cannot be used; each names the year พ.ศ. to correct.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LunarError {
    /// A year's length does not reach the first day of the next.
    #[error("lunar year {be} BE ends on {ends}, but {} BE begins on {next_begins}", be + 1)]
    DoesNotJoin {
        /// The year whose kind or first day is wrong, or the one after it.
        be: i32,
        /// Its last day by its kind.
        ends: NaiveDate,
        /// The first day given for the next year.
        next_begins: NaiveDate,
    },
    /// There are years before and after this one, but not it.
    #[error("lunar year {be} BE is missing between years that are given")]
    Missing {
        /// The year to add.
        be: i32,
    },
}

impl LunarError {
    /// The year พ.ศ. to correct.
    pub fn be(&self) -> i32 {
        match self {
            Self::DoesNotJoin { be, .. } | Self::Missing { be } => *be,
        }
    }

    /// A stable machine word.
    pub fn code(&self) -> &'static str {
        match self {
            Self::DoesNotJoin { .. } => "does_not_join",
            Self::Missing { .. } => "missing",
        }
    }

    /// What to do, in Thai.
    pub fn th(&self) -> String {
        match self {
            Self::DoesNotJoin { be, .. } => format!(
                "ปีจันทรคติ พ.ศ. {be} ไม่ต่อกับวันแรกของ พ.ศ. {} กรุณาตรวจสอบชนิดปีและวันแรก",
                be + 1
            ),
            Self::Missing { be } => format!("กรุณาเพิ่มปีจันทรคติ พ.ศ. {be}"),
        }
    }

    /// What to do, in English.
    pub fn en(&self) -> String {
        match self {
            Self::DoesNotJoin { be, .. } => format!(
                "Lunar year {be} BE does not reach the first day of {} BE. Check its kind and first day.",
                be + 1
            ),
            Self::Missing { be } => format!("Add lunar year {be} BE."),
        }
    }
}

/// Which half of the lunar month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// ข้างขึ้น, 15 days.
    Waxing,
    /// ข้างแรม, 14 or 15 days.
    Waning,
}

/// A date of the lunar calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LunarDay {
    /// The lunar year พ.ศ., which begins in November or December of the year before.
    pub year_be: i32,
    /// 1–12.
    pub month: u8,
    /// Whether it is the second month 8 of an อธิกมาส year.
    pub second: bool,
    /// Which half of the month.
    pub phase: Phase,
    /// 1–15.
    pub day: u8,
    /// วันพระ: waxing 8 and 15, waning 8, and the last day of the month.
    pub holy_day: bool,
}

impl LunarDay {
    /// "แรม 1 ค่ำ เดือน 12", "ขึ้น 15 ค่ำ เดือน 8 หลัง"
    pub fn th(self) -> String {
        let phase = match self.phase {
            Phase::Waxing => "ขึ้น",
            Phase::Waning => "แรม",
        };
        let second = if self.second { " หลัง" } else { "" };
        format!("{phase} {} ค่ำ เดือน {}{second}", self.day, self.month)
    }

    /// "waning 1, month 12", "waxing 15, second month 8"
    pub fn en(self) -> String {
        let phase = match self.phase {
            Phase::Waxing => "waxing",
            Phase::Waning => "waning",
        };
        let second = if self.second { "second " } else { "" };
        format!("{phase} {}, {second}month {}", self.day, self.month)
    }
}

/// A lunar year that nobody has confirmed yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unconfirmed {
    /// พ.ศ.
    pub be: i32,
    /// The day it must begin on, to join the year before.
    pub first_day: NaiveDate,
}

/// Consecutive lunar years that join up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LunarCalendar {
    years: BTreeMap<i32, LunarYear>,
}

/// The built-in table (ปฏิทินหลวง มหานิกาย): พ.ศ., first day, kind.
const TABLE: [(i32, (i32, u32, u32), YearKind); 7] = [
    (2567, (2023, 12, 13), YearKind::Normal),
    (2568, (2024, 12, 1), YearKind::ExtraDay),
    (2569, (2025, 11, 21), YearKind::ExtraMonth),
    (2570, (2026, 12, 10), YearKind::Normal),
    (2571, (2027, 11, 29), YearKind::Normal),
    (2572, (2028, 11, 17), YearKind::ExtraMonth),
    // Sources disagree whether this year is normal or has an extra day, at the end of month 7.
    (2573, (2029, 12, 6), YearKind::Normal),
];

/// The last settled date of the last year of [`TABLE`].
const CONFIRMED_UNTIL: (i32, (i32, u32, u32)) = (2573, (2030, 6, 29));

impl LunarCalendar {
    /// The years 2567–2573; 2573 only until 29 June 2030, after which its kind is disputed.
    pub fn built_in() -> Self {
        let date = |(year, month, day)| NaiveDate::from_ymd_opt(year, month, day);
        let years = TABLE.into_iter().filter_map(|(be, first_day, kind)| {
            let (disputed, until) = CONFIRMED_UNTIL;
            let year = LunarYear {
                be,
                first_day: date(first_day)?,
                kind,
                confirmed_until: if be == disputed { date(until) } else { None },
            };
            Some((be, year))
        });
        Self {
            years: years.collect(),
        }
    }

    /// This calendar with years replaced or added by their `be`. Every year's length must reach
    /// the first day of the next, and none may be missing between two.
    pub fn with_overrides(mut self, overrides: &[LunarYear]) -> Result<Self, LunarError> {
        self.years
            .extend(overrides.iter().map(|year| (year.be, year.clone())));
        for (year, next) in self.years.values().zip(self.years.values().skip(1)) {
            if next.be != year.be + 1 {
                return Err(LunarError::Missing { be: year.be + 1 });
            }
            if year.next_first_day() != Some(next.first_day) {
                return Err(LunarError::DoesNotJoin {
                    be: year.be,
                    ends: year
                        .next_first_day()
                        .and_then(|day| day.pred_opt())
                        .unwrap_or(year.first_day),
                    next_begins: next.first_day,
                });
            }
        }
        Ok(self)
    }

    /// The lunar date; `None` outside the confirmed years: the calendar does not guess.
    pub fn day(&self, date: NaiveDate) -> Option<LunarDay> {
        let year = self
            .years
            .values()
            .find(|year| (year.first_day..=year.last_day()).contains(&date))?;
        let mut left = (date - year.first_day).num_days();
        for month in year.kind.months() {
            let days = i64::from(month.days);
            if left >= days {
                left -= days;
                continue;
            }
            // 1..=30
            let number = u8::try_from(left + 1).ok()?;
            let (phase, day) = match number {
                1..=15 => (Phase::Waxing, number),
                _ => (Phase::Waning, number - 15),
            };
            return Some(LunarDay {
                year_be: year.be,
                month: month.number,
                second: month.second,
                phase,
                day,
                holy_day: matches!(number, 8 | 15 | 23) || number == month.days,
            });
        }
        None
    }

    /// The last date up to which every date from the first year on has an answer.
    pub fn last_confirmed(&self) -> NaiveDate {
        let mut last = NaiveDate::MIN;
        for year in self.years.values() {
            last = year.last_day();
            if year.next_first_day() != last.succ_opt() {
                break;
            }
        }
        last
    }

    /// The year that an office confirms next: the one after the last, or the last while it is not settled whole.
    pub fn unconfirmed(&self) -> Option<Unconfirmed> {
        let last = self.years.values().next_back()?;
        let next = last.next_first_day()?;
        Some(if last.confirmed_until.is_some() {
            Unconfirmed {
                be: last.be,
                first_day: last.first_day,
            }
        } else {
            Unconfirmed {
                be: last.be + 1,
                first_day: next,
            }
        })
    }

    /// Every วันพระ of a lunar year, in order, as far as it is confirmed.
    pub fn holy_days(&self, be: i32) -> Vec<(NaiveDate, LunarDay)> {
        let Some(year) = self.years.get(&be) else {
            return Vec::new();
        };
        year.first_day
            .iter_days()
            .take_while(|date| *date <= year.last_day())
            .filter_map(|date| Some((date, self.day(date)?)))
            .filter(|(_, day)| day.holy_day)
            .collect()
    }

    /// The three feasts of a lunar year; `None` for one that is not settled.
    pub fn feasts(&self, be: i32) -> [Option<NaiveDate>; 3] {
        let extra = self
            .years
            .get(&be)
            .is_some_and(|year| year.kind == YearKind::ExtraMonth);
        // In a year with two months 8, Makha and Visakha are a month later and Asalha is in the second.
        let later = u8::from(extra);
        let days = self.holy_days(be);
        [(3 + later, false), (6 + later, false), (8, extra)].map(|(month, second)| {
            days.iter()
                .find(|(_, day)| {
                    day.month == month
                        && day.second == second
                        && day.phase == Phase::Waxing
                        && day.day == 15
                })
                .map(|(date, _)| *date)
        })
    }

    /// The years of the calendar in order.
    pub fn years(&self) -> impl Iterator<Item = &LunarYear> {
        self.years.values()
    }
}

impl Default for LunarCalendar {
    fn default() -> Self {
        Self::built_in()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Datelike, Weekday};
    use proptest::prelude::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn year(be: i32, first_day: &str, kind: YearKind) -> LunarYear {
        LunarYear {
            be,
            first_day: date(first_day),
            kind,
            confirmed_until: None,
        }
    }

    #[test]
    fn years_have_354_355_or_384_days() {
        assert_eq!(
            [YearKind::Normal, YearKind::ExtraDay, YearKind::ExtraMonth].map(YearKind::days),
            [354, 355, 384]
        );
    }

    #[test]
    fn every_day_of_2026_agrees_with_the_published_holy_days() {
        let mut listed: BTreeMap<NaiveDate, (i32, u8, bool, Phase, u8)> = BTreeMap::new();
        for line in include_str!("../tests/fixtures/wanphra_2026.csv")
            .lines()
            .skip(1)
        {
            let cells: Vec<&str> = line.split(',').collect();
            let (month, second) = match cells[2] {
                "88" => (8, true),
                month => (month.parse().unwrap(), false),
            };
            let phase = match cells[3] {
                "W" => Phase::Waxing,
                "N" => Phase::Waning,
                other => panic!("{other}"),
            };
            let day = cells[4].parse().unwrap();
            listed.insert(
                date(cells[0]),
                (cells[1].parse().unwrap(), month, second, phase, day),
            );
        }
        assert_eq!(listed.len(), 49);
        let calendar = LunarCalendar::built_in();
        for day in date("2026-01-01")
            .iter_days()
            .take_while(|day| day.year() == 2026)
        {
            let found = calendar.day(day).unwrap();
            let holy = found.holy_day.then_some((
                found.year_be,
                found.month,
                found.second,
                found.phase,
                found.day,
            ));
            assert_eq!(holy.as_ref(), listed.get(&day), "{day}");
        }
    }

    #[test]
    fn the_three_feasts_fall_where_the_table_says() {
        let calendar = LunarCalendar::built_in();
        for (be, makha, visakha, asalha) in [
            (2567, "2024-02-24", "2024-05-22", "2024-07-20"),
            (2568, "2025-02-12", "2025-05-11", "2025-07-10"),
            (2569, "2026-03-03", "2026-05-31", "2026-07-29"),
            (2570, "2027-02-21", "2027-05-20", "2027-07-18"),
            (2571, "2028-02-10", "2028-05-08", "2028-07-06"),
            (2572, "2029-02-27", "2029-05-27", "2029-07-25"),
        ] {
            let extra = calendar.years[&be].kind == YearKind::ExtraMonth;
            let later = u8::from(extra);
            for (feast, month, second) in [
                (makha, 3 + later, false),
                (visakha, 6 + later, false),
                (asalha, 8, extra),
            ] {
                let expected = LunarDay {
                    year_be: be,
                    month,
                    second,
                    phase: Phase::Waxing,
                    day: 15,
                    holy_day: true,
                };
                assert_eq!(calendar.day(date(feast)), Some(expected), "{feast}");
            }
        }
    }

    #[test]
    fn feasts_and_holy_days_are_listed_to_compare_with_the_announcement() {
        let calendar = LunarCalendar::built_in();
        for (be, feasts, holy) in [
            (2568, ["2025-02-12", "2025-05-11", "2025-07-10"], 48),
            (2569, ["2026-03-03", "2026-05-31", "2026-07-29"], 52),
            (2570, ["2027-02-21", "2027-05-20", "2027-07-18"], 48),
        ] {
            assert_eq!(
                calendar.feasts(be),
                feasts.map(|day| Some(date(day))),
                "{be}"
            );
            assert_eq!(calendar.holy_days(be).len(), holy, "{be}");
        }
        // 2573 is settled until 29 June 2030 only: Asalha would be a guess.
        assert_eq!(calendar.feasts(2573)[2], None);
        assert_eq!(calendar.feasts(2580), [None; 3]);
        assert!(calendar.holy_days(2580).is_empty());
    }

    #[test]
    fn the_year_to_confirm_next_joins_the_one_before() {
        let built_in = LunarCalendar::built_in();
        let next = built_in.unconfirmed().unwrap();
        assert_eq!((next.be, next.first_day), (2573, date("2029-12-06")));
        let settled = built_in
            .with_overrides(&[year(2573, "2029-12-06", YearKind::ExtraDay)])
            .unwrap();
        let next = settled.unconfirmed().unwrap();
        assert_eq!((next.be, next.first_day), (2574, date("2030-11-26")));
        let wrong = settled.with_overrides(&[year(2574, "2030-11-25", YearKind::Normal)]);
        assert_eq!(wrong.unwrap_err().be(), 2573);
    }

    #[test]
    fn the_traps_are_known() {
        let calendar = LunarCalendar::built_in();
        let may_day = calendar.day(date("2026-05-01")).unwrap();
        assert_eq!(date("2026-05-01").weekday(), Weekday::Fri);
        assert_eq!(may_day.th(), "ขึ้น 15 ค่ำ เดือน 6");
        assert!(may_day.holy_day);
        let asalha = calendar.day(date("2026-07-29")).unwrap();
        assert_eq!(asalha.th(), "ขึ้น 15 ค่ำ เดือน 8 หลัง");
        assert_eq!(asalha.en(), "waxing 15, second month 8");
        let first_eighth = calendar.day(date("2026-06-29")).unwrap();
        assert_eq!(first_eighth.th(), "ขึ้น 15 ค่ำ เดือน 8");
        let waning = calendar.day(date("2026-11-25")).unwrap();
        assert_eq!(
            (waning.th(), waning.en()),
            ("แรม 1 ค่ำ เดือน 12".into(), "waning 1, month 12".into())
        );
        assert!(!waning.holy_day);
        // An extra day makes waning 15 of month 7 the last day, not waning 14.
        let short_of_the_end = calendar.day(date("2025-06-24")).unwrap();
        assert_eq!(
            (short_of_the_end.th().as_str(), short_of_the_end.holy_day),
            ("แรม 14 ค่ำ เดือน 7", false)
        );
        let extra_day = calendar.day(date("2025-06-25")).unwrap();
        assert_eq!(
            (extra_day.th().as_str(), extra_day.holy_day),
            ("แรม 15 ค่ำ เดือน 7", true)
        );
    }

    #[test]
    fn nothing_is_guessed_outside_the_confirmed_years() {
        let calendar = LunarCalendar::built_in();
        assert_eq!(calendar.day(date("2023-12-12")), None);
        assert_eq!(
            calendar
                .day(date("2023-12-13"))
                .map(LunarDay::th)
                .as_deref(),
            Some("ขึ้น 1 ค่ำ เดือน 1")
        );
        assert_eq!(
            calendar
                .day(date("2030-06-29"))
                .map(LunarDay::th)
                .as_deref(),
            Some("แรม 14 ค่ำ เดือน 7")
        );
        assert_eq!(calendar.day(date("2030-06-30")), None);
        assert_eq!(calendar.day(NaiveDate::MAX), None);
        assert_eq!(calendar.day(NaiveDate::MIN), None);
        assert_eq!(calendar.last_confirmed(), date("2030-06-29"));
    }

    #[test]
    fn built_in_years_join_up() {
        assert_eq!(
            LunarCalendar::built_in().with_overrides(&[]),
            Ok(LunarCalendar::built_in())
        );
        assert_eq!(LunarCalendar::built_in().years().count(), TABLE.len());
    }

    #[test]
    fn staff_may_settle_the_disputed_year_and_add_the_next() {
        let calendar = LunarCalendar::built_in()
            .with_overrides(&[
                year(2574, "2030-11-26", YearKind::Normal),
                year(2573, "2029-12-06", YearKind::ExtraDay),
            ])
            .unwrap();
        assert_eq!(
            calendar
                .day(date("2030-06-30"))
                .map(LunarDay::th)
                .as_deref(),
            Some("แรม 15 ค่ำ เดือน 7")
        );
        assert_eq!(calendar.last_confirmed(), date("2031-11-14"));
    }

    #[test]
    fn a_year_still_unconfirmed_leaves_a_hole_before_the_next() {
        let calendar = LunarCalendar::built_in()
            .with_overrides(&[year(2574, "2030-11-25", YearKind::Normal)])
            .unwrap();
        assert_eq!(calendar.day(date("2030-11-24")), None);
        assert!(calendar.day(date("2030-11-25")).is_some());
        assert_eq!(calendar.last_confirmed(), date("2030-06-29"));
    }

    #[test]
    fn years_that_do_not_join_are_refused_by_name() {
        for (overrides, be) in [
            (vec![year(2570, "2026-12-10", YearKind::ExtraDay)], 2570),
            (vec![year(2570, "2026-12-11", YearKind::Normal)], 2569),
            (vec![year(2574, "2030-11-24", YearKind::Normal)], 2573),
            (vec![year(2575, "2031-11-14", YearKind::Normal)], 2574),
            (vec![year(2573, "+262142-12-01", YearKind::Normal)], 2572),
        ] {
            let error = LunarCalendar::built_in()
                .with_overrides(&overrides)
                .unwrap_err();
            assert_eq!(error.be(), be, "{error}");
            assert!(error.th().contains(&be.to_string()) && error.en().contains(&be.to_string()));
        }
    }

    proptest! {
        #[test]
        fn each_day_follows_the_one_before(days in 1u64..2390) {
            let calendar = LunarCalendar::built_in();
            let today = date("2023-12-13") + Days::new(days);
            prop_assume!(today <= calendar.last_confirmed());
            let (before, now) = (calendar.day(today - Days::new(1)).unwrap(), calendar.day(today).unwrap());
            if now.day > 1 {
                prop_assert_eq!((before.phase, before.day, before.month), (now.phase, now.day - 1, now.month));
            } else if now.phase == Phase::Waning {
                prop_assert_eq!((before.phase, before.day), (Phase::Waxing, 15));
            } else {
                prop_assert!(before.phase == Phase::Waning && before.day >= 14);
            }
            if now.phase == Phase::Waxing && now.day == 1 {
                prop_assert!(before.holy_day);
            }
        }

        #[test]
        fn no_date_panics(days in any::<i32>()) {
            let calendar = LunarCalendar::built_in();
            if let Some(day) = NaiveDate::from_num_days_from_ce_opt(days) {
                let _ = calendar.day(day);
            }
        }
    }
}
