//! What the office issues and somebody signs: its numbers, its life, and what a verification page may say of it.
use crate::document::Kind;
use crate::number::Series;
use serde::{Deserialize, Serialize};

/// The sequence the number of a kind is taken from.
pub fn series(kind: Kind) -> Series {
    match kind {
        Kind::Permit => Series::Permit,
        Kind::Refusal => Series::Refusal,
        _ => Series::Letter,
    }
}

/// Where an issued document stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssuedStatus {
    /// Numbered, and waiting for a signature.
    Pending,
    /// Signed electronically.
    Signed,
    /// Printed and signed in ink; the scan is attached.
    WetInk,
    /// It counts no more: what it permitted was cancelled, or the order was set aside.
    Revoked,
    /// A newer version of the same number stands in its place.
    Superseded,
}

impl IssuedStatus {
    pub const ALL: [Self; 5] = [
        Self::Pending,
        Self::Signed,
        Self::WetInk,
        Self::Revoked,
        Self::Superseded,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Signed => "signed",
            Self::WetInk => "wet_ink",
            Self::Revoked => "revoked",
            Self::Superseded => "superseded",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }

    pub fn th(self) -> &'static str {
        match self {
            Self::Pending => "รอลงนาม",
            Self::Signed => "ลงนามแล้ว",
            Self::WetInk => "ลงนามด้วยหมึกแล้ว",
            Self::Revoked => "เพิกถอนแล้ว",
            Self::Superseded => "มีฉบับใหม่แทน",
        }
    }

    pub fn en(self) -> &'static str {
        match self {
            Self::Pending => "Waiting for a signature",
            Self::Signed => "Signed",
            Self::WetInk => "Signed in ink",
            Self::Revoked => "Revoked",
            Self::Superseded => "Replaced by a newer one",
        }
    }

    /// The one table of what may follow what: code, SQL guard and test read it.
    pub fn may_become(self, next: Self) -> bool {
        match self {
            Self::Pending => next != Self::Pending,
            Self::Signed | Self::WetInk => matches!(next, Self::Revoked | Self::Superseded),
            Self::Revoked | Self::Superseded => false,
        }
    }

    /// Whether somebody has signed it and it still counts.
    pub fn is_in_force(self) -> bool {
        matches!(self, Self::Signed | Self::WetInk)
    }
}

/// What the verification page says of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    Valid,
    /// It was printed, but nobody has signed it.
    NotSigned,
    /// A newer version stands in its place.
    Changed,
    Revoked,
    /// The case behind it is frozen: nothing may be done with it until that is settled.
    Suspended,
    /// What was signed is not what is kept, or its record does not fit: do not accept it.
    Damaged,
}

impl Validity {
    /// What an untouched record says.
    pub fn of(status: IssuedStatus, frozen: bool) -> Self {
        match status {
            IssuedStatus::Pending => Self::NotSigned,
            IssuedStatus::Revoked => Self::Revoked,
            IssuedStatus::Superseded => Self::Changed,
            IssuedStatus::Signed | IssuedStatus::WetInk if frozen => Self::Suspended,
            IssuedStatus::Signed | IssuedStatus::WetInk => Self::Valid,
        }
    }
}

/// A verification code as people type it: groups, small letters, and the digits that look like its letters.
///
/// Base32 (A–Z, 2–7) of 80 random bits: sixteen characters.
pub fn parse_code(raw: &str) -> Option<String> {
    let typed: String = crate::text::ascii_digits(raw)
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_uppercase() {
            '0' => 'O',
            '1' => 'I',
            '8' => 'B',
            other => other,
        })
        .take(CODE_LENGTH + 1)
        .collect();
    let right =
        typed.len() == CODE_LENGTH && typed.chars().all(|c| matches!(c, 'A'..='Z' | '2'..='7'));
    right.then_some(typed)
}

const CODE_LENGTH: usize = 16;

/// A code in groups of four, easier to read and to type.
pub fn group_code(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    letters
        .chunks(4)
        .map(|group| group.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_follow_what() {
        let mut lines = Vec::new();
        for from in IssuedStatus::ALL {
            let next: Vec<_> = IssuedStatus::ALL
                .into_iter()
                .filter(|next| from.may_become(*next))
                .map(IssuedStatus::code)
                .collect();
            lines.push(format!("{} -> {}", from.code(), next.join(", ")));
        }
        assert_eq!(
            lines,
            [
                "pending -> signed, wet_ink, revoked, superseded",
                "signed -> revoked, superseded",
                "wet_ink -> revoked, superseded",
                "revoked -> ",
                "superseded -> ",
            ]
        );
    }

    #[test]
    fn only_a_signed_document_of_a_case_that_is_not_frozen_is_valid() {
        for status in IssuedStatus::ALL {
            for frozen in [false, true] {
                let valid = Validity::of(status, frozen) == Validity::Valid;
                assert_eq!(
                    valid,
                    status.is_in_force() && !frozen,
                    "{status:?} {frozen}"
                );
            }
        }
        assert_eq!(
            Validity::of(IssuedStatus::Pending, true),
            Validity::NotSigned
        );
        assert_eq!(
            Validity::of(IssuedStatus::Signed, true),
            Validity::Suspended
        );
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = "ABCDEFGHIJKO2345";
        assert_eq!(group_code(code), "ABCD-EFGH-IJKO-2345");
        for typed in [code, "ABCD-EFGH-IJKO-2345", " abcd efgh 1jk0 2345 "] {
            assert_eq!(parse_code(typed).as_deref(), Some(code), "{typed}");
        }
        for typed in [
            "",
            "ABC",
            "ABCD-EFGH-IJKO-2349",
            "ABCD-EFGH-IJKO-23455",
            "กขคงกขคงกขคงกขคง",
        ] {
            assert_eq!(parse_code(typed), None, "{typed}");
        }
    }

    #[test]
    fn permits_and_refusals_are_numbered_by_themselves_and_letters_together() {
        let signed = Kind::ALL.into_iter().filter(|kind| kind.is_signed());
        let numbered: Vec<_> = signed
            .map(|kind| (kind.code(), series(kind).code()))
            .collect();
        assert_eq!(
            numbered,
            [
                ("permit", "permit"),
                ("refusal", "refusal"),
                ("defects", "letter"),
                ("late_notice", "letter"),
                ("appeal_answer", "letter"),
            ]
        );
    }

    #[test]
    fn words_and_codes_agree() {
        for status in IssuedStatus::ALL {
            assert_eq!(IssuedStatus::parse(status.code()), Some(status));
        }
    }
}
