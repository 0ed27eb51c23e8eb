//! What families observe: advice, never refusal. Kept in the draft only, deleted on sending.
use crate::form::Text;
use crate::lunar::{LunarDay, Phase};
use chrono::{Datelike, NaiveDate, Weekday};
use serde::Serialize;

use super::availability::{OfferDay, OfferState};

/// A custom a family may tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Belief {
    Friday,
    HolyDay,
    Tuesday,
    Thursday,
    /// Odd days of the waxing moon and even days of the waning moon suit a cremation.
    OddEven,
}

/// One sentence that speaks against a date, for those who observe the custom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Advice {
    pub code: &'static str,
    #[serde(skip)]
    pub text: Text,
}

impl Belief {
    pub const ALL: [Self; 5] = [
        Self::Friday,
        Self::HolyDay,
        Self::Tuesday,
        Self::Thursday,
        Self::OddEven,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::Friday => "friday",
            Self::HolyDay => "holy_day",
            Self::Tuesday => "tuesday",
            Self::Thursday => "thursday",
            Self::OddEven => "odd_even",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|belief| belief.code() == code)
    }

    /// The words beside the tick.
    pub fn label(self) -> Text {
        match self {
            Self::Friday => Text::new("เว้นวันศุกร์", "Not on a Friday"),
            Self::HolyDay => Text::new("เว้นวันพระ", "Not on a Buddhist holy day"),
            Self::Tuesday => Text::new("เว้นวันอังคาร", "Not on a Tuesday"),
            Self::Thursday => Text::new("เว้นวันพฤหัสบดี", "Not on a Thursday"),
            Self::OddEven => Text::new(
                "ข้างขึ้นวันคี่ ข้างแรมวันคู่",
                "Odd days of the waxing moon, even days of the waning moon",
            ),
        }
    }

    /// Whether the custom speaks against a date. Without a confirmed lunar day, lunar customs say nothing.
    pub fn speaks_against(self, date: NaiveDate, lunar: Option<&LunarDay>) -> bool {
        match self {
            Self::Friday => date.weekday() == Weekday::Fri,
            Self::Tuesday => date.weekday() == Weekday::Tue,
            Self::Thursday => date.weekday() == Weekday::Thu,
            Self::HolyDay => lunar.is_some_and(|day| day.holy_day),
            Self::OddEven => lunar.is_some_and(|day| {
                let odd = day.day % 2 == 1;
                odd != (day.phase == Phase::Waxing)
            }),
        }
    }

    fn advice(self) -> Advice {
        let text = match self {
            Self::Friday => Text::new("วันศุกร์ บางครอบครัวเว้น", "A Friday; some families avoid it"),
            Self::HolyDay => Text::new(
                "วันพระ บางครอบครัวเว้น",
                "A Buddhist holy day; some families avoid it",
            ),
            Self::Tuesday => {
                Text::new("วันอังคาร บางครอบครัวเว้น", "A Tuesday; some families avoid it")
            }
            Self::Thursday => Text::new(
                "วันพฤหัสบดี บางครอบครัวเว้น",
                "A Thursday; some families avoid it",
            ),
            Self::OddEven => Text::new(
                "ไม่ตรงธรรมเนียมข้างขึ้นวันคี่ ข้างแรมวันคู่",
                "Not an odd waxing or even waning day; some families observe this",
            ),
        };
        Advice {
            code: self.code(),
            text,
        }
    }
}

/// Everything that custom says against a date.
pub fn advice(date: NaiveDate, lunar: Option<&LunarDay>) -> Vec<Advice> {
    Belief::ALL
        .into_iter()
        .filter(|belief| belief.speaks_against(date, lunar))
        .map(Belief::advice)
        .collect()
}

/// Whether a date suits a family; `None` when it ticked nothing.
pub fn suits(observed: &[Belief], date: NaiveDate, lunar: Option<&LunarDay>) -> Option<bool> {
    (!observed.is_empty()).then(|| {
        !observed
            .iter()
            .any(|belief| belief.speaks_against(date, lunar))
    })
}

/// The next dates that suit a family, of the days it can choose from: only those that can be booked.
pub fn next_suiting(days: &[OfferDay], most: usize) -> Vec<NaiveDate> {
    days.iter()
        .filter(|day| day.suits == Some(true) && matches!(day.state, OfferState::Open { .. }))
        .map(|day| day.date)
        .take(most)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lunar::LunarCalendar;

    fn codes(date: &str) -> Vec<&'static str> {
        let date: NaiveDate = date.parse().expect("a date");
        let lunar = LunarCalendar::built_in().day(date);
        advice(date, lunar.as_ref())
            .iter()
            .map(|advice| advice.code)
            .collect()
    }

    #[test]
    fn advice_follows_the_weekday_and_the_moon() {
        for (date, expected) in [
            ("2026-11-24", vec!["holy_day", "tuesday"]), // waxing 15: odd, suits
            ("2026-11-25", vec!["odd_even"]),            // waning 1
            ("2026-11-26", vec!["thursday"]),            // waning 2
            ("2026-11-27", vec!["friday", "odd_even"]),  // waning 3
            ("2026-11-28", vec![]),                      // waning 4
            ("2026-05-01", vec!["friday", "holy_day"]),  // Friday and waxing 15
        ] {
            assert_eq!(codes(date), expected, "{date}");
        }
    }

    #[test]
    fn a_family_that_ticks_nothing_gets_no_verdict_and_nobody_is_refused() {
        let date: NaiveDate = "2026-11-27".parse().expect("a date");
        assert_eq!(suits(&[], date, None), None);
        assert_eq!(suits(&[Belief::Friday], date, None), Some(false));
        assert_eq!(
            suits(&[Belief::HolyDay, Belief::OddEven], date, None),
            Some(true),
            "no lunar day, no verdict"
        );
    }

    /// From the 24th on: open unless listed as closed or full.
    fn days(beliefs: &[Belief], closed: &[&str]) -> Vec<OfferDay> {
        let calendar = LunarCalendar::built_in();
        let first: NaiveDate = "2026-11-24".parse().expect("a date");
        first
            .iter_days()
            .take(31)
            .map(|date| {
                let lunar = calendar.day(date);
                let state = if closed.contains(&date.to_string().as_str()) {
                    OfferState::Full
                } else {
                    OfferState::Open {
                        rounds: Vec::new(),
                        pavilion: None,
                    }
                };
                OfferDay {
                    date,
                    suits: suits(beliefs, date, lunar.as_ref()),
                    lunar,
                    state,
                }
            })
            .collect()
    }

    #[test]
    fn the_next_dates_that_suit_can_all_be_booked() {
        use Belief::{Friday, HolyDay, OddEven, Thursday, Tuesday};
        for (ticked, taken, expected) in [
            // The 25th is waning 1: the rule speaks against it; the 26th and 28th suit.
            (vec![OddEven], vec![], ["24", "26", "28", "30", "02"]),
            (
                vec![OddEven],
                vec!["2026-11-26"],
                ["24", "28", "30", "02", "04"],
            ),
            (vec![Friday], vec![], ["24", "25", "26", "28", "29"]),
            // The 24th is waxing 15 and the 2nd waning 8.
            (vec![HolyDay], vec![], ["25", "26", "27", "28", "29"]),
            (
                vec![HolyDay, Tuesday, Thursday, Friday],
                vec![],
                ["25", "28", "29", "30", "05"],
            ),
            (
                vec![HolyDay, OddEven],
                vec!["2026-11-28"],
                ["26", "30", "04", "06", "08"],
            ),
        ] {
            let days = days(&ticked, &taken);
            let found: Vec<String> = next_suiting(&days, 5)
                .iter()
                .map(|date| date.format("%d").to_string())
                .collect();
            assert_eq!(found, expected, "{ticked:?} without {taken:?}");
        }
        assert!(
            next_suiting(&days(&[], &[]), 5).is_empty(),
            "nothing ticked, nothing advised"
        );
    }

    #[test]
    fn beyond_the_confirmed_calendar_the_moon_speaks_against_nothing() {
        let date: NaiveDate = "2030-07-15".parse().expect("a date");
        assert_eq!(LunarCalendar::built_in().day(date), None);
        for belief in [Belief::HolyDay, Belief::OddEven] {
            assert!(!belief.speaks_against(date, None), "{belief:?}");
        }
    }
}
