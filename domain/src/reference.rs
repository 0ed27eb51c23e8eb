//! The reference number of a case: eleven random digits and a check digit.
use crate::text::{is_hyphen, plain};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Digits of a reference, the check digit included.
const LENGTH: usize = 12;

/// The smallest body: the first digit is not 0.
const FIRST: u64 = 10_000_000_000;

/// How many bodies there are.
const BODIES: u64 = 9 * FIRST;

/// The order-10 quasigroup that H. Michael Damm published in 2004: it finds every wrong digit and
/// every swap of two neighbours.
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

/// A case's number: twelve digits, the first not 0, the last a Damm check digit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reference(String);

/// Why a text is not a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// Nothing was typed.
    #[error("Enter the 12-digit reference number.")]
    Empty,
    /// Something other than digits, spaces, hyphens and dots.
    #[error("Enter the reference number in digits only.")]
    Letters,
    /// Not twelve digits.
    #[error("A reference number has 12 digits (you typed {found}).")]
    Length {
        /// How many digits there were.
        found: usize,
    },
    /// A digit is wrong or two are swapped.
    #[error("This reference number is not right. Check each digit against the slip.")]
    Check,
}

impl ReferenceError {
    /// A stable machine word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "missing",
            Self::Letters => "letters",
            Self::Length { .. } => "length",
            Self::Check => "checksum",
        }
    }

    /// What to do, in Thai.
    pub fn th(self) -> String {
        match self {
            Self::Empty => "กรุณาพิมพ์เลขที่คำขอ 12 หลัก".to_owned(),
            Self::Letters => "กรุณาพิมพ์เลขที่คำขอเป็นตัวเลขเท่านั้น".to_owned(),
            Self::Length { found } => {
                format!("เลขที่คำขอต้องมี 12 หลัก (พิมพ์มา {found} หลัก)")
            }
            Self::Check => "เลขที่คำขอไม่ถูกต้อง กรุณาตรวจสอบทีละหลักกับใบรับคำขอ".to_owned(),
        }
    }

    /// What to do, in English.
    pub fn en(self) -> String {
        self.to_string()
    }
}

impl Reference {
    /// The reference for 64 random bits, every one as likely as another to within 1 in 10⁸.
    pub fn from_random(random: u64) -> Self {
        // The high half of the product is below BODIES, so it always fits.
        let body = u64::try_from((u128::from(random) * u128::from(BODIES)) >> 64).unwrap_or(0);
        let body = (FIRST + body).to_string();
        let check = damm(&body);
        Self(format!("{body}{check}"))
    }

    /// Reads twelve digits, Thai or Arabic, with spaces, hyphens or dots between them.
    pub fn parse(raw: &str) -> Result<Self, ReferenceError> {
        let text = plain(raw);
        if text.is_empty() {
            return Err(ReferenceError::Empty);
        }
        let digits: String = text
            .chars()
            .filter(|c| !matches!(c, ' ' | '.') && !is_hyphen(*c))
            .collect();
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            Err(ReferenceError::Letters)
        } else if digits.len() != LENGTH {
            Err(ReferenceError::Length {
                found: digits.len(),
            })
        } else if damm(&digits) != 0 || digits.starts_with('0') {
            Err(ReferenceError::Check)
        } else {
            Ok(Self(digits))
        }
    }

    /// The twelve digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// "4839 2017 5567", as it is shown and read aloud.
    pub fn grouped(&self) -> String {
        let mut out = String::with_capacity(LENGTH + 2);
        for (position, c) in self.0.chars().enumerate() {
            if position > 0 && position % 4 == 0 {
                out.push(' ');
            }
            out.push(c);
        }
        out
    }
}

/// The check digit of some digits; 0 when they end with their own.
fn damm(digits: &str) -> u8 {
    digits
        .bytes()
        .map(|byte| usize::from(byte.wrapping_sub(b'0')))
        .fold(0, |interim, digit| {
            DAMM.get(usize::from(interim))
                .and_then(|row| row.get(digit))
                .copied()
                .unwrap_or(interim)
        })
}

impl fmt::Display for Reference {
    /// The twelve digits without spaces, for paths and databases.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(raw: &str) -> Result<Self, ReferenceError> {
        Self::parse(raw)
    }
}

impl TryFrom<String> for Reference {
    type Error = ReferenceError;

    fn try_from(raw: String) -> Result<Self, ReferenceError> {
        Self::parse(&raw)
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error as ValueError, StrDeserializer};

    #[test]
    fn the_check_digit_is_the_published_one() {
        assert_eq!(damm("572"), 4);
        assert_eq!(damm("5724"), 0);
        for row in 0..10 {
            assert_eq!(DAMM[row][row], 0);
            let (mut across, mut down) = (DAMM[row], DAMM.map(|other| other[row]));
            across.sort_unstable();
            down.sort_unstable();
            assert_eq!(
                (across, down),
                (
                    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
                    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
                )
            );
        }
    }

    #[test]
    fn random_bits_fill_the_whole_range() {
        assert!(
            Reference::from_random(0)
                .as_str()
                .starts_with("10000000000")
        );
        assert!(
            Reference::from_random(u64::MAX)
                .as_str()
                .starts_with("99999999999")
        );
        assert!(
            Reference::from_random(u64::MAX / 2)
                .as_str()
                .starts_with("54999999999")
        );
    }

    #[test]
    fn references_are_read_as_people_write_them() {
        let reference = Reference::from_random(7_000_000_000_000_000_000);
        let digits = reference.as_str().to_owned();
        assert_eq!(
            reference.grouped(),
            format!("{} {} {}", &digits[..4], &digits[4..8], &digits[8..])
        );
        let thai: String = digits
            .chars()
            .map(|c| char::from_u32(u32::from(c) - u32::from('0') + u32::from('๐')).unwrap())
            .collect();
        for raw in [
            digits.clone(),
            reference.grouped(),
            reference.grouped().replace(' ', "-"),
            reference.grouped().replace(' ', "."),
            format!("  {thai}\n"),
        ] {
            assert_eq!(Reference::parse(&raw), Ok(reference.clone()), "{raw}");
        }
        let read = |text: &'static str| {
            let text: StrDeserializer<'_, ValueError> = text.into_deserializer();
            Reference::deserialize(text)
        };
        assert!(read("100000000000").is_err());
        assert!(read("x").is_err());
    }

    #[test]
    fn what_is_no_reference_says_why() {
        for (raw, error, code) in [
            ("", ReferenceError::Empty, "missing"),
            (
                "12345678901",
                ReferenceError::Length { found: 11 },
                "length",
            ),
            (
                "1234567890123",
                ReferenceError::Length { found: 13 },
                "length",
            ),
            ("-", ReferenceError::Length { found: 0 }, "length"),
            ("12345678901a", ReferenceError::Letters, "letters"),
            ("000000000000", ReferenceError::Check, "checksum"),
            ("000000000572", ReferenceError::Check, "checksum"),
            ("000000005724", ReferenceError::Check, "checksum"),
        ] {
            let found = Reference::parse(raw).unwrap_err();
            assert_eq!((found, found.code()), (error, code), "{raw}");
            assert!(!found.th().is_empty() && !found.en().is_empty());
        }
    }

    proptest! {
        #[test]
        fn a_printed_reference_parses_to_itself(random in any::<u64>()) {
            let reference = Reference::from_random(random);
            prop_assert_eq!(reference.as_str().len(), LENGTH);
            for text in [reference.to_string(), reference.grouped(), String::from(reference.clone())] {
                prop_assert_eq!(Reference::parse(&text), Ok(reference.clone()), "{}", text);
            }
        }

        #[test]
        fn every_wrong_digit_and_every_swap_is_refused(random in any::<u64>()) {
            let reference = Reference::from_random(random);
            for at in 0..LENGTH {
                for digit in b'0'..=b'9' {
                    let mut bytes = reference.as_str().as_bytes().to_vec();
                    if bytes[at] != digit {
                        bytes[at] = digit;
                        let wrong = String::from_utf8(bytes).unwrap();
                        prop_assert_eq!(Reference::parse(&wrong), Err(ReferenceError::Check), "{}", wrong);
                    }
                }
                let mut bytes = reference.as_str().as_bytes().to_vec();
                if at > 0 && bytes[at - 1] != bytes[at] {
                    bytes.swap(at - 1, at);
                    let swapped = String::from_utf8(bytes).unwrap();
                    prop_assert_eq!(Reference::parse(&swapped), Err(ReferenceError::Check), "{}", swapped);
                }
            }
        }

        #[test]
        fn no_text_panics(raw in any::<String>(), typed in "[0-9๐-๙ .-]{0,16}") {
            let _ = Reference::parse(&raw);
            let _ = Reference::parse(&typed);
        }
    }
}
