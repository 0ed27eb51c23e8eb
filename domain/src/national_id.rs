//! The Thai national ID with its check digit, and passport numbers.
use crate::text::{is_hyphen, plain};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Digits of a national ID.
const LENGTH: usize = 13;

/// The shortest and longest passport number.
const PASSPORT_LENGTH: std::ops::RangeInclusive<usize> = 5..=15;

/// A national ID (เลขประจำตัวประชาชน) whose check digit is right: that proves the typing, not the
/// person. The first digit is 0 to 8; 0 and 5–8 are given to people without Thai nationality or
/// with corrected papers.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NationalId(String);

/// Why a text is not a national ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Nothing was typed.
    #[error("Enter the 13-digit national ID number.")]
    Empty,
    /// Not thirteen digits.
    #[error("A national ID number has 13 digits (you typed {found}).")]
    Length {
        /// How many digits there were.
        found: usize,
    },
    /// Something other than digits, spaces and hyphens.
    #[error("Enter the national ID number in digits only.")]
    Letters,
    /// The last digit does not fit the others.
    #[error("This national ID number is not right. Check each digit against the card.")]
    Checksum,
    /// No ID begins with 9.
    #[error("A national ID number does not begin with 9. Check it against the card.")]
    FirstDigit,
}

impl IdError {
    /// A stable machine word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "missing",
            Self::Length { .. } => "length",
            Self::Letters => "letters",
            Self::Checksum => "checksum",
            Self::FirstDigit => "first_digit",
        }
    }

    /// What to do, in Thai.
    pub fn th(self) -> String {
        match self {
            Self::Empty => "กรุณาพิมพ์เลขประจำตัวประชาชน 13 หลัก".to_owned(),
            Self::Length { found } => {
                format!("เลขประจำตัวประชาชนต้องมี 13 หลัก (พิมพ์มา {found} หลัก)")
            }
            Self::Letters => "กรุณาพิมพ์เลขประจำตัวประชาชนเป็นตัวเลขเท่านั้น".to_owned(),
            Self::Checksum => "เลขประจำตัวประชาชนไม่ถูกต้อง กรุณาตรวจสอบทีละหลักกับบัตร".to_owned(),
            Self::FirstDigit => "เลขประจำตัวประชาชนไม่ขึ้นต้นด้วย 9 กรุณาตรวจสอบกับบัตร".to_owned(),
        }
    }

    /// What to do, in English.
    pub fn en(self) -> String {
        self.to_string()
    }
}

impl NationalId {
    /// Reads thirteen digits, Thai or Arabic, with or without spaces and hyphens.
    pub fn parse(raw: &str) -> Result<Self, IdError> {
        let text = plain(raw);
        if text.is_empty() {
            return Err(IdError::Empty);
        }
        let digits: String = text
            .chars()
            .filter(|c| *c != ' ' && !is_hyphen(*c))
            .collect();
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(IdError::Letters);
        }
        let Some((body, check)) = digits
            .split_at_checked(LENGTH - 1)
            .filter(|_| digits.len() == LENGTH)
        else {
            return Err(IdError::Length {
                found: digits.len(),
            });
        };
        if body.starts_with('9') {
            return Err(IdError::FirstDigit);
        }
        if check.parse() != Ok(check_digit(body)) {
            return Err(IdError::Checksum);
        }
        Ok(Self(digits))
    }

    /// The thirteen digits: personal data, to be stored encrypted and never logged.
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// "x-xxxx-xxxxx-12-1": enough to tell two people of a family apart.
    pub fn masked(&self) -> String {
        let shown = self.0.get(10..).unwrap_or_default();
        grouped(&format!("xxxxxxxxxx{shown}"))
    }
}

/// N13 = (11 − (Σ (14 − i)·Nᵢ) mod 11) mod 10 for the first twelve digits, counted from 1.
fn check_digit(body: &str) -> u32 {
    let sum: u32 = (2..=13)
        .rev()
        .zip(body.chars().filter_map(|c| c.to_digit(10)))
        .map(|(weight, digit)| weight * digit)
        .sum();
    (11 - sum % 11) % 10
}

/// 1-2345-67890-12-1
fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(LENGTH + 4);
    for (position, c) in digits.chars().enumerate() {
        if matches!(position, 1 | 5 | 10 | 12) {
            out.push('-');
        }
        out.push(c);
    }
    out
}

impl fmt::Display for NationalId {
    /// "1-2345-67890-12-1", as on the card.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&grouped(&self.0))
    }
}

impl fmt::Debug for NationalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NationalId(…)")
    }
}

impl FromStr for NationalId {
    type Err = IdError;

    fn from_str(raw: &str) -> Result<Self, IdError> {
        Self::parse(raw)
    }
}

impl TryFrom<String> for NationalId {
    type Error = IdError;

    fn try_from(raw: String) -> Result<Self, IdError> {
        Self::parse(&raw)
    }
}

impl From<NationalId> for String {
    fn from(id: NationalId) -> Self {
        id.0
    }
}

/// A passport number: 5 to 15 ASCII letters and digits in upper case, of any country.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Passport(String);

/// Why a text is not a passport number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PassportError {
    /// Nothing was typed.
    #[error("Enter the passport number.")]
    Empty,
    /// Too short or too long.
    #[error("A passport number has 5 to 15 characters (you typed {found}).")]
    Length {
        /// How many letters and digits there were.
        found: usize,
    },
    /// Something other than A–Z, 0–9, spaces and hyphens.
    #[error("Enter the passport number in letters A to Z and digits only.")]
    Characters,
}

impl PassportError {
    /// A stable machine word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "missing",
            Self::Length { .. } => "length",
            Self::Characters => "characters",
        }
    }

    /// What to do, in Thai.
    pub fn th(self) -> String {
        match self {
            Self::Empty => "กรุณาพิมพ์เลขที่หนังสือเดินทาง".to_owned(),
            Self::Length { found } => {
                format!("เลขที่หนังสือเดินทางมี 5 ถึง 15 ตัว (พิมพ์มา {found} ตัว)")
            }
            Self::Characters => "กรุณาพิมพ์เลขที่หนังสือเดินทางเป็นตัวอักษร A–Z และตัวเลขเท่านั้น".to_owned(),
        }
    }

    /// What to do, in English.
    pub fn en(self) -> String {
        self.to_string()
    }
}

impl Passport {
    /// Reads letters and digits; spaces and hyphens are left out, small letters become capitals.
    pub fn parse(raw: &str) -> Result<Self, PassportError> {
        let text = plain(raw);
        if text.is_empty() {
            return Err(PassportError::Empty);
        }
        let number: String = text
            .chars()
            .filter(|c| *c != ' ' && !is_hyphen(*c))
            .map(|c| c.to_ascii_uppercase())
            .collect();
        if !number.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            Err(PassportError::Characters)
        } else if !PASSPORT_LENGTH.contains(&number.len()) {
            Err(PassportError::Length {
                found: number.len(),
            })
        } else {
            Ok(Self(number))
        }
    }

    /// The number in capitals: personal data.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// "xxxxxx567": the last three characters.
    pub fn masked(&self) -> String {
        let hidden = self.0.len().saturating_sub(3);
        format!(
            "{}{}",
            "x".repeat(hidden),
            self.0.get(hidden..).unwrap_or_default()
        )
    }
}

impl fmt::Display for Passport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Passport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passport(…)")
    }
}

impl FromStr for Passport {
    type Err = PassportError;

    fn from_str(raw: &str) -> Result<Self, PassportError> {
        Self::parse(raw)
    }
}

impl TryFrom<String> for Passport {
    type Error = PassportError;

    fn try_from(raw: String) -> Result<Self, PassportError> {
        Self::parse(&raw)
    }
}

impl From<Passport> for String {
    fn from(passport: Passport) -> Self {
        passport.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A valid ID with these first twelve digits.
    fn completed(body: &str) -> String {
        format!("{body}{}", check_digit(body))
    }

    #[test]
    fn ids_are_read_as_people_write_them() {
        for raw in [
            "1234567890121",
            "1-2345-67890-12-1",
            " 1 2345 67890 12 1 ",
            "๑๒๓๔๕๖๗๘๙๐๑๒๑",
            "๑-๒๓๔๕-๖๗๘๙๐-๑๒-๑",
            "1–2345–67890–12–1",
            "1234567890121\u{200b}",
        ] {
            let id = NationalId::parse(raw).unwrap();
            assert_eq!(id.digits(), "1234567890121", "{raw}");
            assert_eq!(id.to_string(), "1-2345-67890-12-1");
        }
    }

    #[test]
    fn ids_begin_with_0_to_8() {
        for first in 0..=8 {
            let id = completed(&format!("{first}23456789012"));
            assert_eq!(NationalId::parse(&id).unwrap().digits(), id);
        }
        let nine = completed("923456789012");
        assert_eq!(NationalId::parse(&nine), Err(IdError::FirstDigit));
    }

    #[test]
    fn what_is_no_id_says_why() {
        for (raw, error, code) in [
            ("", IdError::Empty, "missing"),
            (" \n", IdError::Empty, "missing"),
            ("-", IdError::Length { found: 0 }, "length"),
            ("123456789012", IdError::Length { found: 12 }, "length"),
            ("12345678901211", IdError::Length { found: 14 }, "length"),
            ("123456789012a", IdError::Letters, "letters"),
            ("ไม่ทราบ", IdError::Letters, "letters"),
            ("1234567890122", IdError::Checksum, "checksum"),
            ("9234567890121", IdError::FirstDigit, "first_digit"),
        ] {
            let found = NationalId::parse(raw).unwrap_err();
            assert_eq!((found, found.code()), (error, code), "{raw}");
            assert!(!found.th().is_empty() && !found.en().is_empty());
        }
        assert_eq!(
            IdError::Length { found: 12 }.th(),
            "เลขประจำตัวประชาชนต้องมี 13 หลัก (พิมพ์มา 12 หลัก)"
        );
    }

    #[test]
    fn ids_and_passports_stay_out_of_logs() {
        let id = NationalId::parse("1234567890121").unwrap();
        assert_eq!(format!("{id:?}"), "NationalId(…)");
        assert_eq!(id.masked(), "x-xxxx-xxxxx-12-1");
        let passport = Passport::parse("AA1234567").unwrap();
        assert_eq!(format!("{passport:?}"), "Passport(…)");
        assert_eq!(passport.masked(), "xxxxxx567");
    }

    #[test]
    fn passports_are_letters_and_digits() {
        for (raw, expected) in [
            ("aa1234567", "AA1234567"),
            (" AA 123-4567 ", "AA1234567"),
            ("๑๒๓๔๕", "12345"),
            ("ABCDE1234567890", "ABCDE1234567890"),
        ] {
            assert_eq!(Passport::parse(raw).unwrap().as_str(), expected, "{raw}");
        }
        for (raw, error) in [
            ("", PassportError::Empty),
            ("AB12", PassportError::Length { found: 4 }),
            ("ABCDE12345678901", PassportError::Length { found: 16 }),
            ("กข12345", PassportError::Characters),
            ("AB/1234", PassportError::Characters),
        ] {
            assert_eq!(Passport::parse(raw), Err(error), "{raw}");
            assert!(!error.th().is_empty() && !error.en().is_empty() && !error.code().is_empty());
        }
    }

    proptest! {
        #[test]
        fn a_printed_id_parses_to_itself(body in "[0-8][0-9]{11}") {
            let id = NationalId::parse(&completed(&body)).unwrap();
            prop_assert_eq!(NationalId::parse(&id.to_string()), Ok(id.clone()));
            prop_assert_eq!(NationalId::try_from(String::from(id.clone())), Ok(id));
        }

        #[test]
        fn no_text_panics(raw in any::<String>(), typed in "[0-9๐-๙ -]{0,20}") {
            for raw in [&raw, &typed] {
                let _ = NationalId::parse(raw);
                if let Ok(passport) = Passport::parse(raw) {
                    prop_assert_eq!(Passport::parse(passport.as_str()), Ok(passport));
                }
            }
        }

        #[test]
        fn swapped_neighbours_are_refused_where_the_check_digit_can_tell(
            body in "[0-8]{2}[0-9]{10}", at in 0usize..11
        ) {
            let mut swapped = body.clone().into_bytes();
            swapped.swap(at, at + 1);
            let swapped = String::from_utf8(swapped).unwrap();
            // Mod 11 folded to one digit: remainders 0 and 10, and 1 and 11, look alike.
            if check_digit(&body) > 1 && check_digit(&swapped) > 1 && swapped != body {
                let typed = format!("{swapped}{}", check_digit(&body));
                prop_assert_eq!(NationalId::parse(&typed), Err(IdError::Checksum));
            }
        }
    }
}
