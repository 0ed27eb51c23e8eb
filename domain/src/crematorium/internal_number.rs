//! The office's own number for somebody nobody can name: `2569-0001`, counted in each year พ.ศ.
use crate::text;
use std::fmt;

/// A number given by the office, unique within this installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InternalNumber {
    /// พ.ศ., 2500 to 2999.
    pub year: u16,
    /// From 1.
    pub count: u32,
}

impl InternalNumber {
    /// Thai digits and spaces are fine.
    pub fn parse(raw: &str) -> Option<Self> {
        let typed = text::ascii_digits(&text::clean(raw));
        let (year, count) = typed.split_once(['-', '/'])?;
        let digits = |part: &str| {
            let part = part.trim();
            (!part.is_empty() && part.len() <= 9 && part.bytes().all(|b| b.is_ascii_digit()))
                .then(|| part.parse::<u32>().ok())
                .flatten()
        };
        let year = u16::try_from(digits(year)?).ok()?;
        let count = digits(count)?;
        ((2500..3000).contains(&year) && count > 0).then_some(Self { year, count })
    }
}

impl fmt::Display for InternalNumber {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}-{:04}", self.year, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_reads_as_it_was_written_and_nothing_else_is_one() {
        for (raw, shown) in [
            ("2569-0001", "2569-0001"),
            (" ๒๕๖๙-๐๐๑๒ ", "2569-0012"),
            ("2569/7", "2569-0007"),
            ("2569 - 12345", "2569-12345"),
        ] {
            let number = InternalNumber::parse(raw).expect(raw);
            assert_eq!(number.to_string(), shown);
            assert_eq!(InternalNumber::parse(shown), Some(number));
        }
        for raw in [
            "", "2569", "2569-", "-1", "2569-0", "2026-1", "2569-x", "2569--1", "99999-1",
        ] {
            assert_eq!(InternalNumber::parse(raw), None, "{raw}");
        }
    }
}
