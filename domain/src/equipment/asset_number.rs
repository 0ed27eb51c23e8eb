//! เลขครุภัณฑ์: free text of the municipality, never parsed; only compared.
use crate::form::FieldError;
use crate::text;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The longest number that is kept, in characters.
pub const MOST: usize = 40;

/// An asset number as it is shown: white space tidied, digits of any script as 0 to 9.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AssetNumber(String);

impl AssetNumber {
    /// Reads a number as somebody typed or scanned it; the error names `field`.
    pub fn parse(field: &str, raw: &str) -> Result<Self, FieldError> {
        let shown = text::ascii_digits(&text::clean(raw));
        let error = |code, th: String, en: String| Err(FieldError::new(field, code, th, en));
        if shown.is_empty() {
            return error(
                "missing",
                "กรอกเลขครุภัณฑ์".to_owned(),
                "Enter the asset number".to_owned(),
            );
        }
        if shown.chars().count() > MOST {
            return error(
                "too_long",
                format!("เลขครุภัณฑ์ยาวเกิน {MOST} ตัว"),
                format!("The asset number is longer than {MOST} characters"),
            );
        }
        let number = Self(shown);
        if number.key().is_empty() {
            return error(
                "format",
                "เลขครุภัณฑ์ต้องมีตัวเลขหรือตัวอักษร".to_owned(),
                "An asset number has digits or letters".to_owned(),
            );
        }
        Ok(number)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes two numbers the same: letters and digits only, in capitals. Strokes, dots and spaces are how each
    /// clerk writes them.
    pub fn key(&self) -> String {
        key(&self.0)
    }
}

/// The key of any text: what is searched for need not be a whole number.
pub fn key(raw: &str) -> String {
    text::ascii_digits(&text::clean(raw))
        .chars()
        .filter(|c| c.is_alphanumeric() || is_thai_mark(*c))
        .flat_map(char::to_uppercase)
        .collect()
}

/// Vowels and tone marks above and below are no letters to Unicode, but tell two Thai words apart.
fn is_thai_mark(c: char) -> bool {
    matches!(c, '\u{0e31}' | '\u{0e34}'..='\u{0e3a}' | '\u{0e47}'..='\u{0e4e}')
}

impl fmt::Display for AssetNumber {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl TryFrom<String> for AssetNumber {
    type Error = String;

    fn try_from(raw: String) -> Result<Self, Self::Error> {
        Self::parse("asset_number", &raw).map_err(|error| error.text.en)
    }
}

impl From<AssetNumber> for String {
    fn from(number: AssetNumber) -> Self {
        number.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_spaces_and_strokes_of_any_hand_are_one_number() {
        let number = |raw| AssetNumber::parse("n", raw).map(|number| number.key());
        let one = number("6530-001-0001/65");
        for same in [
            "๖๕๓๐-๐๐๑-๐๐๐๑/๖๕",
            " 6530 001 0001 / 65 ",
            "6530–001–0001/65",
            "6530.001.0001/65",
        ] {
            assert_eq!(number(same), one, "{same}");
        }
        assert_ne!(number("6530-001-0002/65"), one);
        assert_ne!(number("ทน.กส-1"), number("ทน.กน-1"));
        assert_eq!(number("tn-a1"), number("TN A1"));
    }

    #[test]
    fn what_is_no_number_says_why() {
        for (raw, code) in [("", "missing"), (" \u{200b}", "missing"), ("-/-", "format")] {
            assert_eq!(AssetNumber::parse("n", raw).map_err(|e| e.code), Err(code));
        }
        let long = "9".repeat(MOST + 1);
        assert_eq!(
            AssetNumber::parse("n", &long).map_err(|e| e.code),
            Err("too_long")
        );
    }
}
