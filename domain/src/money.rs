//! Money in satang, hundredths of a baht.
use crate::text::plain;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// An amount in satang; negative for what is paid back. Settings and databases hold the integer.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Satang(pub i64);

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Nothing was typed.
    #[error("Enter the amount.")]
    Empty,
    /// Not baht with at most two decimals.
    #[error("Enter the amount in baht, such as 1,500 or 1,500.50.")]
    Format,
    /// More than can be kept.
    #[error("The amount is too large. Check it.")]
    TooLarge,
}

impl MoneyError {
    /// A stable machine word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "missing",
            Self::Format => "format",
            Self::TooLarge => "too_large",
        }
    }

    /// What to do, in Thai.
    pub fn th(self) -> String {
        match self {
            Self::Empty => "กรุณาพิมพ์จำนวนเงิน",
            Self::Format => "กรุณาพิมพ์จำนวนเงินเป็นบาท เช่น 1,500 หรือ 1,500.50",
            Self::TooLarge => "จำนวนเงินมากเกินไป กรุณาตรวจสอบ",
        }
        .to_owned()
    }

    /// What to do, in English.
    pub fn en(self) -> String {
        self.to_string()
    }
}

impl Satang {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The largest single fee or payment there is, ten million baht: what is more was mistyped. Sums may be larger.
    pub const LARGEST: Self = Self(1_000_000_000);

    /// Whole baht; `None` when too many to keep.
    pub fn from_baht(baht: i64) -> Option<Self> {
        baht.checked_mul(100).map(Self)
    }

    /// The sum, or `None` when it cannot be kept.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or `None` when it cannot be kept.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// So many times the amount (nights, uses, units), or `None` when it cannot be kept.
    pub fn checked_mul(self, times: i64) -> Option<Self> {
        self.0.checked_mul(times).map(Self)
    }

    /// The sum of all, or `None` when it cannot be kept.
    pub fn checked_sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }

    /// Reads baht with at most two decimals: "1500", "1,500.50", "๑,๕๐๐ บาท", "฿1,500", "-20".
    /// Commas must stand between thousands, so that "1,50" is not taken for 150.
    pub fn parse(raw: &str) -> Result<Self, MoneyError> {
        let text = plain(raw);
        if text.is_empty() {
            return Err(MoneyError::Empty);
        }
        let text = text
            .strip_suffix("บาท")
            .or_else(|| text.strip_suffix("baht"))
            .unwrap_or(&text)
            .trim_end();
        let (negative, text) = match text.strip_prefix(['-', '\u{2212}']) {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let text = text.strip_prefix('฿').unwrap_or(text).trim_start();
        let (baht, satang) = text.split_once('.').unwrap_or((text, "00"));
        let baht = ungrouped(baht).ok_or(MoneyError::Format)?;
        if !(1..=2).contains(&satang.len()) || !satang.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(MoneyError::Format);
        }
        // An i128 overflows only on more digits than an i64 could ever take.
        let amount: i128 = format!("{baht}{satang:0<2}")
            .parse()
            .map_err(|_| MoneyError::TooLarge)?;
        i64::try_from(if negative { -amount } else { amount })
            .map(Self)
            .map_err(|_| MoneyError::TooLarge)
    }

    /// "1,500 บาท", "1,500.50 บาท"
    pub fn th(self) -> String {
        format!("{} บาท", self.short())
    }

    /// "1,500 baht", "1,500.50 baht"
    pub fn en(self) -> String {
        format!("{} baht", self.short())
    }

    /// Without the decimals of a whole number of baht.
    fn short(self) -> String {
        let text = self.to_string();
        text.strip_suffix(".00").map_or(text.clone(), str::to_owned)
    }
}

/// The digits of a number with commas between its thousands, or with none at all.
fn ungrouped(text: &str) -> Option<String> {
    let digits = |group: &str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    let mut groups = text.split(',');
    let first = groups.next()?;
    let grouped = first.len() <= 3 || !text.contains(',');
    (grouped && digits(first) && groups.all(|group| group.len() == 3 && digits(group)))
        .then(|| text.replace(',', ""))
}

impl fmt::Display for Satang {
    /// "1,500.00"
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amount = self.0.unsigned_abs();
        let baht = (amount / 100).to_string();
        if self.0 < 0 {
            f.write_str("-")?;
        }
        for (position, c) in baht.chars().enumerate() {
            if position > 0 && (baht.len() - position).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{c}")?;
        }
        write!(f, ".{:02}", amount % 100)
    }
}

impl FromStr for Satang {
    type Err = MoneyError;

    fn from_str(raw: &str) -> Result<Self, MoneyError> {
        Self::parse(raw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (raw, satang) in [
            ("0", 0),
            ("1500", 150_000),
            ("1,500.50", 150_050),
            ("1500.5", 150_050),
            ("๑,๕๐๐.๒๕", 150_025),
            ("1,500 บาท", 150_000),
            ("1,500บาท", 150_000),
            ("1,500.50 baht", 150_050),
            ("฿1,500", 150_000),
            ("-20", -2000),
            ("1,234,567.89", 123_456_789),
        ] {
            assert_eq!(Satang::parse(raw), Ok(Satang(satang)), "{raw}");
        }
    }

    #[test]
    fn what_is_no_amount_says_why() {
        for (raw, error) in [
            ("", MoneyError::Empty),
            ("บาท", MoneyError::Format),
            ("-", MoneyError::Format),
            ("--1", MoneyError::Format),
            ("1,50", MoneyError::Format),
            ("1500,000", MoneyError::Format),
            (",500", MoneyError::Format),
            ("1.500", MoneyError::Format),
            ("1.", MoneyError::Format),
            (".5", MoneyError::Format),
            ("1.-5", MoneyError::Format),
            ("+5", MoneyError::Format),
            ("ฟรี", MoneyError::Format),
            ("92233720368547758.08", MoneyError::TooLarge),
            (
                "99999999999999999999999999999999999999999999",
                MoneyError::TooLarge,
            ),
        ] {
            assert_eq!(Satang::parse(raw), Err(error), "{raw}");
            assert!(!error.th().is_empty() && !error.en().is_empty() && !error.code().is_empty());
        }
    }

    #[test]
    fn amounts_are_written_in_thousands() {
        for (satang, display, th) in [
            (0, "0.00", "0 บาท"),
            (5, "0.05", "0.05 บาท"),
            (99_999, "999.99", "999.99 บาท"),
            (100_000, "1,000.00", "1,000 บาท"),
            (150_000, "1,500.00", "1,500 บาท"),
            (150_050, "1,500.50", "1,500.50 บาท"),
            (123_456_789, "1,234,567.89", "1,234,567.89 บาท"),
            (-2000, "-20.00", "-20 บาท"),
            (
                i64::MIN,
                "-92,233,720,368,547,758.08",
                "-92,233,720,368,547,758.08 บาท",
            ),
        ] {
            assert_eq!(Satang(satang).to_string(), display);
            assert_eq!(Satang(satang).th(), th);
        }
        assert_eq!(Satang(150_000).en(), "1,500 baht");
    }

    #[test]
    fn sums_that_cannot_be_kept_are_none() {
        assert_eq!(Satang(1).checked_add(Satang(2)), Some(Satang(3)));
        assert_eq!(Satang(1).checked_sub(Satang(2)), Some(Satang(-1)));
        assert_eq!(Satang(150).checked_mul(3), Some(Satang(450)));
        assert_eq!(Satang::from_baht(15), Some(Satang(1500)));
        assert_eq!(
            Satang::checked_sum([Satang(1), Satang(2), Satang(3)]),
            Some(Satang(6))
        );
        assert_eq!(Satang(i64::MAX).checked_add(Satang(1)), None);
        assert_eq!(Satang(i64::MIN).checked_sub(Satang(1)), None);
        assert_eq!(Satang(i64::MAX).checked_mul(2), None);
        assert_eq!(Satang::from_baht(i64::MAX), None);
        assert_eq!(Satang::checked_sum([Satang(i64::MAX), Satang(1)]), None);
    }

    proptest! {
        #[test]
        fn a_printed_amount_parses_to_itself(satang in any::<i64>()) {
            for text in [Satang(satang).to_string(), Satang(satang).th(), Satang(satang).en()] {
                prop_assert_eq!(Satang::parse(&text), Ok(Satang(satang)), "{}", text);
            }
        }

        #[test]
        fn no_text_panics(raw in any::<String>(), typed in "[-฿0-9๐-๙,. บาท]{0,50}") {
            let _ = Satang::parse(&raw);
            let _ = Satang::parse(&typed);
        }
    }
}
