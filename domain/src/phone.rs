//! Thai phone numbers: mobiles, landlines, extensions.
use crate::text::{is_hyphen, plain};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The longest extension, in digits.
const EXTENSION_MAX: usize = 6;

/// What stands before an extension; a longer mark comes before the one it begins with.
const EXTENSION_MARKS: [&str; 8] = ["ต่อ", "กด", "extension", "ext.", "ext", "x.", "x", "#"];

/// A number that can be called in Thailand: a mobile (06, 08, 09 and eight digits) or a landline
/// (02, 03, 04, 05, 07 and seven digits), with an extension or without.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone {
    /// Nine or ten digits with the leading 0.
    number: String,
    extension: Option<String>,
}

/// Why a text is not a Thai phone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// Nothing was typed.
    #[error("Enter a phone number.")]
    Empty,
    /// Something other than digits and what stands between them.
    #[error("Enter the phone number in digits only.")]
    Letters,
    /// Too few or too many digits for how it begins.
    #[error(
        "A phone number that begins with {} has {expected} digits (you typed {found}).",
        .begins.as_str()
    )]
    Length {
        /// How many digits there were, the leading 0 included.
        found: usize,
        /// How many there should be.
        expected: usize,
        /// What kind of number it begins like.
        begins: Beginning,
    },
    /// It begins like no Thai number.
    #[error("A phone number begins with 0, such as 081 234 5678 or 075 218 017.")]
    Prefix,
    /// A country code other than 66.
    #[error("Enter a Thai phone number.")]
    Foreign,
    /// The extension is not one to six digits.
    #[error("Enter the extension in 1 to 6 digits, such as ext 12.")]
    Extension,
}

/// How a number begins, which decides its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// 06, 08, 09: ten digits.
    Mobile,
    /// 02: nine digits.
    Bangkok,
    /// 03, 04, 05, 07: nine digits.
    Province,
}

impl Beginning {
    fn of(number: &str) -> Option<Self> {
        match number.as_bytes() {
            [b'0', b'6' | b'8' | b'9', ..] => Some(Self::Mobile),
            [b'0', b'2', ..] => Some(Self::Bangkok),
            [b'0', b'3' | b'4' | b'5' | b'7', ..] => Some(Self::Province),
            _ => None,
        }
    }

    fn length(self) -> usize {
        match self {
            Self::Mobile => 10,
            Self::Bangkok | Self::Province => 9,
        }
    }

    /// As the error sentences say it.
    fn as_str(self) -> &'static str {
        match self {
            Self::Mobile => "06, 08, 09",
            Self::Bangkok => "02",
            Self::Province => "03, 04, 05, 07",
        }
    }
}

impl PhoneError {
    /// A stable machine word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "missing",
            Self::Letters => "letters",
            Self::Length { .. } => "length",
            Self::Prefix => "prefix",
            Self::Foreign => "foreign",
            Self::Extension => "extension",
        }
    }

    /// What to do, in Thai.
    pub fn th(self) -> String {
        match self {
            Self::Empty => "กรุณาพิมพ์หมายเลขโทรศัพท์".to_owned(),
            Self::Letters => "กรุณาพิมพ์หมายเลขโทรศัพท์เป็นตัวเลขเท่านั้น".to_owned(),
            Self::Length {
                found,
                expected,
                begins,
            } => format!(
                "หมายเลขที่ขึ้นต้นด้วย {} ต้องมี {expected} หลัก (พิมพ์มา {found} หลัก)",
                begins.as_str()
            ),
            Self::Prefix => "หมายเลขโทรศัพท์ขึ้นต้นด้วย 0 เช่น 081 234 5678 หรือ 075 218 017".to_owned(),
            Self::Foreign => "กรุณาพิมพ์หมายเลขโทรศัพท์ในประเทศไทย".to_owned(),
            Self::Extension => "กรุณาพิมพ์หมายเลขต่อเป็นตัวเลข 1 ถึง 6 หลัก เช่น ต่อ 12".to_owned(),
        }
    }

    /// What to do, in English.
    pub fn en(self) -> String {
        self.to_string()
    }
}

impl Phone {
    /// Reads a number with Thai or Arabic digits; spaces, hyphens, dots and brackets between them;
    /// +66, 66 or 0066 for the leading 0; and "ต่อ 12", "ext 12" or "#12" after it.
    pub fn parse(raw: &str) -> Result<Self, PhoneError> {
        let text = plain(raw).to_lowercase();
        if text.is_empty() {
            return Err(PhoneError::Empty);
        }
        let (main, extension) = split_extension(&text);
        let extension = extension.map(parse_extension).transpose()?;
        let (international, main) = match main.trim_start().strip_prefix('+') {
            Some(rest) => (true, rest),
            None => (false, main),
        };
        let digits: String = main
            .chars()
            .filter(|c| !is_hyphen(*c) && !matches!(c, ' ' | '.' | '(' | ')' | '/'))
            .collect();
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(PhoneError::Letters);
        }
        let number = national(&digits, international)?;
        let begins = Beginning::of(&number).ok_or(PhoneError::Prefix)?;
        if number.len() != begins.length() {
            return Err(PhoneError::Length {
                found: number.len(),
                expected: begins.length(),
                begins,
            });
        }
        Ok(Self { number, extension })
    }

    /// The digits with the leading 0 and without the extension: "0812345678".
    pub fn canonical(&self) -> &str {
        &self.number
    }

    /// The digits of the extension, if there is one.
    pub fn extension(&self) -> Option<&str> {
        self.extension.as_deref()
    }

    /// The last four digits, which together with a reference show a case: treat as a secret.
    pub fn last4(&self) -> &str {
        self.number
            .get(self.number.len().saturating_sub(4)..)
            .unwrap_or_default()
    }

    /// "081-234-5678", "075-218-017", "02-123-4567", and " #12" with an extension.
    pub fn display(&self) -> String {
        self.with_extension(" #")
    }

    /// As [`Self::display`], with "ต่อ 12".
    pub fn th(&self) -> String {
        self.with_extension(" ต่อ ")
    }

    /// As [`Self::display`], with "ext. 12".
    pub fn en(&self) -> String {
        self.with_extension(" ext. ")
    }

    /// Whether it can receive SMS: 06, 08, 09.
    pub fn is_mobile(&self) -> bool {
        Beginning::of(&self.number) == Some(Beginning::Mobile)
    }

    /// The link that dials it (RFC 3966): "tel:+66812345678", "tel:+6675218017;ext=12".
    pub fn tel_uri(&self) -> String {
        let number = self.number.trim_start_matches('0');
        match &self.extension {
            Some(extension) => format!("tel:+66{number};ext={extension}"),
            None => format!("tel:+66{number}"),
        }
    }

    fn with_extension(&self, mark: &str) -> String {
        let area = match Beginning::of(&self.number) {
            Some(Beginning::Bangkok) => 2,
            _ => 3,
        };
        let (area, rest) = self.number.split_at_checked(area).unwrap_or_default();
        let (exchange, line) = rest.split_at_checked(3).unwrap_or_default();
        match &self.extension {
            Some(extension) => format!("{area}-{exchange}-{line}{mark}{extension}"),
            None => format!("{area}-{exchange}-{line}"),
        }
    }
}

/// The number before an extension mark, and what follows the mark.
fn split_extension(text: &str) -> (&str, Option<&str>) {
    EXTENSION_MARKS
        .iter()
        .find_map(|mark| text.split_once(mark))
        .map_or((text, None), |(main, extension)| (main, Some(extension)))
}

fn parse_extension(text: &str) -> Result<String, PhoneError> {
    let digits =
        text.trim_matches(|c: char| matches!(c, ' ' | '.' | ':' | ')' | '(') || is_hyphen(c));
    let plausible = (1..=EXTENSION_MAX).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    if plausible {
        Ok(digits.to_owned())
    } else {
        Err(PhoneError::Extension)
    }
}

/// The number as dialled in Thailand, with its leading 0 (also after "+66 (0)").
fn national(digits: &str, international: bool) -> Result<String, PhoneError> {
    let subscriber = if international {
        Some(digits.strip_prefix("66").ok_or(PhoneError::Foreign)?)
    } else if let Some(rest) = digits.strip_prefix("00") {
        Some(rest.strip_prefix("66").ok_or(PhoneError::Foreign)?)
    } else {
        digits.strip_prefix("66")
    };
    Ok(match subscriber {
        Some(rest) if rest.starts_with('0') => rest.to_owned(),
        Some(rest) => format!("0{rest}"),
        None => digits.to_owned(),
    })
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.display())
    }
}

impl fmt::Debug for Phone {
    // Not even the last four digits: they open a case.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(…)")
    }
}

impl FromStr for Phone {
    type Err = PhoneError;

    fn from_str(raw: &str) -> Result<Self, PhoneError> {
        Self::parse(raw)
    }
}

impl TryFrom<String> for Phone {
    type Error = PhoneError;

    fn try_from(raw: String) -> Result<Self, PhoneError> {
        Self::parse(&raw)
    }
}

impl From<Phone> for String {
    /// "0812345678", or "075218017#12" with an extension.
    fn from(phone: Phone) -> Self {
        match phone.extension {
            Some(extension) => format!("{}#{extension}", phone.number),
            None => phone.number,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (raw, number, extension) in [
            ("0812345678", "0812345678", None),
            ("081-234-5678", "0812345678", None),
            ("081 234 5678", "0812345678", None),
            ("081.234.5678", "0812345678", None),
            ("(081) 234-5678", "0812345678", None),
            ("๐๘๑-๒๓๔-๕๖๗๘", "0812345678", None),
            ("+66812345678", "0812345678", None),
            ("+66 81 234 5678", "0812345678", None),
            ("+66 (0)81 234 5678", "0812345678", None),
            ("66812345678", "0812345678", None),
            ("0066812345678", "0812345678", None),
            ("๐๖๑๒๓๔๕๖๗๘", "0612345678", None),
            ("0912345678", "0912345678", None),
            ("075218017", "075218017", None),
            ("075-218017", "075218017", None),
            ("+6675218017", "075218017", None),
            ("02-123-4567", "021234567", None),
            ("6621234567", "021234567", None),
            ("038123456", "038123456", None),
            ("043 123 456", "043123456", None),
            ("053123456", "053123456", None),
            ("075-218-017 ต่อ 12", "075218017", Some("12")),
            ("075218017 ต่อ ๑๒", "075218017", Some("12")),
            ("075218017ต่อ12", "075218017", Some("12")),
            ("075218017 ext 12", "075218017", Some("12")),
            ("075218017 Ext. 12", "075218017", Some("12")),
            ("075218017 extension 12", "075218017", Some("12")),
            ("075218017 x12", "075218017", Some("12")),
            ("075218017#12", "075218017", Some("12")),
            ("075218017 (ต่อ 12)", "075218017", Some("12")),
            ("\u{202a}081\u{a0}234\u{a0}5678\u{202c}", "0812345678", None),
        ] {
            let phone = Phone::parse(raw).unwrap_or_else(|error| panic!("{raw}: {error}"));
            assert_eq!(
                (phone.canonical(), phone.extension()),
                (number, extension),
                "{raw}"
            );
        }
    }

    #[test]
    fn what_is_no_phone_says_why() {
        let length = |found, expected, begins| PhoneError::Length {
            found,
            expected,
            begins,
        };
        for (raw, error, code) in [
            ("", PhoneError::Empty, "missing"),
            ("  ", PhoneError::Empty, "missing"),
            ("ไม่มี", PhoneError::Letters, "letters"),
            ("08123x5678a", PhoneError::Extension, "extension"),
            ("081234567", length(9, 10, Beginning::Mobile), "length"),
            ("08123456789", length(11, 10, Beginning::Mobile), "length"),
            ("+6681234567", length(9, 10, Beginning::Mobile), "length"),
            ("02123456", length(8, 9, Beginning::Bangkok), "length"),
            ("0752180170", length(10, 9, Beginning::Province), "length"),
            ("0112345678", PhoneError::Prefix, "prefix"),
            ("1669", PhoneError::Prefix, "prefix"),
            ("812345678", PhoneError::Prefix, "prefix"),
            ("-", PhoneError::Prefix, "prefix"),
            ("+", PhoneError::Foreign, "foreign"),
            ("+60123456789", PhoneError::Foreign, "foreign"),
            ("0060123456789", PhoneError::Foreign, "foreign"),
            ("075218017 ต่อ", PhoneError::Extension, "extension"),
            ("075218017 ต่อ 1234567", PhoneError::Extension, "extension"),
            ("075218017 ต่อ 1#2", PhoneError::Extension, "extension"),
            ("0812345678, 0898765432", PhoneError::Letters, "letters"),
            ("08 1234 5678+", PhoneError::Letters, "letters"),
        ] {
            let found = Phone::parse(raw).unwrap_err();
            assert_eq!((found, found.code()), (error, code), "{raw}");
            assert!(!found.th().is_empty() && found.en().ends_with('.'));
        }
        assert_eq!(
            length(9, 10, Beginning::Mobile).th(),
            "หมายเลขที่ขึ้นต้นด้วย 06, 08, 09 ต้องมี 10 หลัก (พิมพ์มา 9 หลัก)"
        );
    }

    #[test]
    fn numbers_are_written_in_groups() {
        for (raw, display, uri, mobile) in [
            ("0812345678", "081-234-5678", "tel:+66812345678", true),
            ("075218017", "075-218-017", "tel:+6675218017", false),
            ("021234567", "02-123-4567", "tel:+6621234567", false),
            (
                "075218017#12",
                "075-218-017 #12",
                "tel:+6675218017;ext=12",
                false,
            ),
        ] {
            let phone = Phone::parse(raw).unwrap();
            assert_eq!(phone.display(), display);
            assert_eq!(phone.tel_uri(), uri);
            assert_eq!(phone.is_mobile(), mobile, "{raw}");
            assert_eq!(String::from(phone), raw);
        }
        let phone = Phone::parse("075218017#12").unwrap();
        assert_eq!(
            (phone.th(), phone.en()),
            ("075-218-017 ต่อ 12".into(), "075-218-017 ext. 12".into())
        );
        assert_eq!(phone.last4(), "8017");
    }

    #[test]
    fn a_phone_stays_out_of_logs() {
        assert_eq!(
            format!("{:?}", Phone::parse("0812345678").unwrap()),
            "Phone(…)"
        );
    }

    proptest! {
        #[test]
        fn a_printed_phone_parses_to_itself(raw in "(0[689][0-9]{8}|0[23457][0-9]{7})(#[0-9]{1,6})?") {
            let phone = Phone::parse(&raw).unwrap();
            for text in [phone.display(), phone.th(), phone.en(), String::from(phone.clone())] {
                prop_assert_eq!(Phone::parse(&text), Ok(phone.clone()), "{}", text);
            }
            let dialled = phone.tel_uri().replace("tel:", "").replace(";ext=", "#");
            prop_assert_eq!(Phone::parse(&dialled), Ok(phone));
        }

        #[test]
        fn no_text_panics(raw in any::<String>(), typed in "[+#0-9๐-๙ ()ต่อ.-]{0,20}") {
            let _ = Phone::parse(&raw);
            let _ = Phone::parse(&typed);
        }
    }
}
