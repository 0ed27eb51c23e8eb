//! Running numbers of what the office issues: gap-free within a year, printed in the city's own format.
use crate::thai_date;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The longest format: a number must fit a line of a letter and of a table.
const LONGEST: usize = 60;

/// A sequence of its own, counted from 1 in every year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Series {
    Permit,
    Refusal,
    /// Every other letter: defects, late notices, answers to appeals.
    Letter,
    /// Appeals as they are received.
    Appeal,
}

impl Series {
    pub const ALL: [Self; 4] = [Self::Permit, Self::Refusal, Self::Letter, Self::Appeal];

    /// The word of the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Permit => "permit",
            Self::Refusal => "refusal",
            Self::Letter => "letter",
            Self::Appeal => "appeal",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|series| series.code() == code)
    }
}

/// Which year a series begins anew with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberYear {
    /// 1 January, as registers of correspondence do.
    #[default]
    Calendar,
    /// 1 October, as the budget does.
    Fiscal,
}

impl NumberYear {
    /// The Buddhist year of a date.
    pub fn of(self, date: NaiveDate) -> u16 {
        let year = match self {
            Self::Calendar => thai_date::buddhist_year(NaiveDate::max(date, FIRST)),
            Self::Fiscal => thai_date::fiscal_year_be(NaiveDate::max(date, FIRST)),
        };
        u16::try_from(year).unwrap_or(u16::MAX)
    }
}

/// No office issued anything by this program before.
const FIRST: NaiveDate = match NaiveDate::from_ymd_opt(2000, 1, 1) {
    Some(date) => date,
    None => NaiveDate::MIN,
};

/// Why a text is no format of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    #[error("must contain {{n}}, the running number")]
    NoNumber,
    #[error("knows only {{n}} (the number) and {{be}} (the Buddhist year)")]
    UnknownWord,
    #[error("must be one line of at most {LONGEST} characters")]
    TooLong,
}

/// How a number is printed: `ตง 52005/{n}`, `{n}/{be}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NumberFormat(String);

impl NumberFormat {
    pub fn parse(raw: &str) -> Result<Self, FormatError> {
        let text = raw.trim();
        if text.chars().count() > LONGEST || text.chars().any(char::is_control) {
            return Err(FormatError::TooLong);
        }
        if !text.contains("{n}") {
            return Err(FormatError::NoNumber);
        }
        if text
            .replace("{n}", "")
            .replace("{be}", "")
            .contains(['{', '}'])
        {
            return Err(FormatError::UnknownWord);
        }
        Ok(Self(text.to_owned()))
    }

    /// The number of a year, as it is printed.
    pub fn print(&self, n: u32, be: u16) -> String {
        self.0
            .replace("{n}", &n.to_string())
            .replace("{be}", &be.to_string())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for NumberFormat {
    fn default() -> Self {
        Self("{n}/{be}".to_owned())
    }
}

impl TryFrom<String> for NumberFormat {
    type Error = FormatError;

    fn try_from(raw: String) -> Result<Self, FormatError> {
        Self::parse(&raw)
    }
}

impl From<NumberFormat> for String {
    fn from(format: NumberFormat) -> Self {
        format.0
    }
}

impl fmt::Display for NumberFormat {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// How one series is numbered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Numbering {
    pub format: NumberFormat,
    pub year: NumberYear,
}

impl Numbering {
    pub fn new(format: NumberFormat, year: NumberYear) -> Self {
        Self { format, year }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn a_format_holds_the_number_and_perhaps_the_year() {
        for (raw, printed) in [
            ("{n}/{be}", "12/2569"),
            ("ตง 52005/{n}", "ตง 52005/12"),
            (" ฌส.{n}/{be} ", "ฌส.12/2569"),
            ("{be}-{n}", "2569-12"),
        ] {
            let format = NumberFormat::parse(raw).expect(raw);
            assert_eq!(format.print(12, 2569), printed);
        }
    }

    #[test]
    fn a_text_that_cannot_number_is_refused_with_the_reason() {
        for (raw, error) in [
            ("", FormatError::NoNumber),
            ("ตง 52005", FormatError::NoNumber),
            ("{n}/{year}", FormatError::UnknownWord),
            ("{n}}", FormatError::UnknownWord),
            ("{n}\n{be}", FormatError::TooLong),
            (&format!("{{n}}{}", "x".repeat(60)), FormatError::TooLong),
        ] {
            assert_eq!(NumberFormat::parse(raw), Err(error), "{raw:?}");
        }
    }

    #[test]
    fn a_series_begins_anew_on_1_january_or_1_october() {
        for (day, calendar, fiscal) in [
            ("2026-09-30", 2569, 2569),
            ("2026-10-01", 2569, 2570),
            ("2026-12-31", 2569, 2570),
            ("2027-01-01", 2570, 2570),
        ] {
            assert_eq!(NumberYear::Calendar.of(date(day)), calendar, "{day}");
            assert_eq!(NumberYear::Fiscal.of(date(day)), fiscal, "{day}");
        }
        // A clock at its epoch gives no panic and no negative year.
        assert_eq!(NumberYear::Calendar.of(NaiveDate::MIN), 2543);
    }

    #[test]
    fn series_are_known_by_their_words() {
        for series in Series::ALL {
            assert_eq!(Series::parse(series.code()), Some(series));
        }
        assert_eq!(Series::parse("receipt"), None);
    }
}
