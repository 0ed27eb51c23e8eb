//! The states of notes, payments, exemptions and refunds, and the numbers they carry.
use crate::form::Text;
use crate::money::Satang;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// An enum of words: `code` and `parse` from one list, and what people read.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $code:literal, $th:literal, $en:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($variant),+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word of addresses and of the database.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            pub fn parse(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.code() == code)
            }

            pub fn words(self) -> Text {
                match self { $(Self::$variant => Text::new($th, $en)),+ }
            }
        }
    };
}

words! {
    /// What a note asks for.
    NoteKind {
        Fee = "fee", "ค่าธรรมเนียม", "Fees";
        Meter = "meter", "ค่าใช้จ่ายตามมิเตอร์", "Metered charges";
    }
}

words! {
    NoteStatus {
        Open = "open", "รอชำระ", "To be paid";
        Paid = "paid", "ชำระแล้ว", "Paid";
        Superseded = "superseded", "มีใบใหม่แทนแล้ว", "Replaced by a newer note";
        Void = "void", "ยกเลิกแล้ว", "Void";
    }
}

words! {
    /// How money came.
    Method {
        Cash = "cash", "เงินสด", "Cash";
        Qr = "qr", "คิวอาร์ที่เคาน์เตอร์", "QR at the counter";
        Bank = "bank", "โอนผ่านธนาคาร", "Through the bank";
    }
}

words! {
    ExemptionStatus {
        Asked = "asked", "รอผู้อนุมัติตัดสิน", "Waiting for a decision";
        Granted = "granted", "อนุมัติแล้ว", "Granted";
        Refused = "refused", "ไม่อนุมัติ", "Refused";
    }
}

words! {
    LineStatus {
        Matched = "matched", "ตรงกับใบแจ้งชำระ", "Matched";
        Cleared = "cleared", "ตรงกับที่รับที่เคาน์เตอร์", "Taken at the counter before";
        Unmatched = "unmatched", "ยังไม่ทราบว่าเป็นของคำขอใด", "Not matched";
        Assigned = "assigned", "เจ้าหน้าที่จับคู่แล้ว", "Assigned by an officer";
        SetAside = "set_aside", "ไม่ใช่ของงานนี้", "Not ours";
    }
}

words! {
    /// Why money that came stands on nobody's account yet.
    Mismatch {
        NoNote = "no_note", "ไม่พบใบแจ้งชำระเลขนี้", "There is no note of this number";
        OtherReference = "other_reference", "เลขอ้างอิง 1 ไม่ใช่ของใบแจ้งชำระนี้", "Reference 1 belongs to another request";
        Replaced = "replaced", "ใบแจ้งชำระนี้มีใบใหม่แทนหรือยกเลิกแล้ว", "The note was replaced or is void";
        Amount = "amount", "จำนวนเงินไม่เท่ากับในใบแจ้งชำระ", "The amount differs from the note's";
        PaidBefore = "paid_before", "ใบแจ้งชำระนี้ชำระแล้ว", "The note is paid already";
        Exemption = "exemption", "รอตัดสินคำขอยกเว้น ยังรับชำระไม่ได้", "An exemption is being decided: nothing is taken until then";
    }
}

words! {
    RefundStatus {
        Asked = "asked", "ยังไม่ส่งกองคลัง", "Not sent yet";
        Sent = "sent", "ส่งกองคลังแล้ว", "With the finance division";
        Paid = "paid", "คืนเงินแล้ว", "Paid back";
        Refused = "refused", "ไม่คืนเงิน", "Refused";
    }
}

words! {
    /// Why money goes back.
    RefundCause {
        Cancelled = "cancelled", "ยกเลิกการใช้", "The booking ended";
        Cheaper = "cheaper", "ยอดลดลงหลังการเปลี่ยนแปลง", "A change made it cheaper";
        Overpaid = "overpaid", "ชำระเกิน", "Paid too much";
    }
}

/// The fiscal year of a date, พ.ศ.: 1 October to 30 September, named for the year it ends in.
pub fn fiscal_year(date: NaiveDate) -> i32 {
    crate::thai_date::fiscal_year_be(date)
}

/// The number of a note or of an own receipt: "70-000012"; without the hyphen it is a bank's reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number {
    /// พ.ศ.
    pub year: i32,
    pub number: i64,
}

impl Number {
    /// "70000012"
    pub fn digits(self) -> String {
        format!("{:02}{:06}", self.year.rem_euclid(100), self.number)
    }

    /// Reads the digits as they come back, hyphen, spaces and Thai digits aside; the century is the one of `near`.
    pub fn parse(raw: &str, near: i32) -> Option<Self> {
        let text: String = crate::text::ascii_digits(raw)
            .chars()
            .filter(|c| !matches!(c, '-' | ' ' | '\u{a0}'))
            .collect();
        if !(8..=12).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (year, number) = text.split_at(2);
        let year: i32 = year.parse().ok()?;
        Some(Self {
            year: near - near.rem_euclid(100) + year,
            number: number.parse().ok().filter(|number| *number > 0)?,
        })
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{:02}-{:06}", self.year.rem_euclid(100), self.number)
    }
}

/// The part of an amount that goes back, rounded half up to a satang.
pub fn refunded(paid: Satang, percent: u8) -> Satang {
    super::quote::ratio(paid, i64::from(percent.min(100)), 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fiscal_year_begins_in_october() {
        for (date, year) in [
            ("2026-09-30", 2569),
            ("2026-10-01", 2570),
            ("2026-12-31", 2570),
            ("2027-01-01", 2570),
            ("2027-09-30", 2570),
        ] {
            assert_eq!(fiscal_year(date.parse().unwrap()), year, "{date}");
        }
    }

    #[test]
    fn a_number_comes_back_as_it_went_out() {
        let number = Number {
            year: 2570,
            number: 12,
        };
        assert_eq!(number.to_string(), "70-000012");
        assert_eq!(number.digits(), "70000012");
        for raw in ["70000012", "70-000012", " ๗๐-๐๐๐๐๑๒ "] {
            assert_eq!(Number::parse(raw, 2570), Some(number), "{raw}");
        }
        for raw in ["", "70", "70-000000", "7000001x", "7000000000000012"] {
            assert_eq!(Number::parse(raw, 2570), None, "{raw}");
        }
    }

    #[test]
    fn every_word_parses_to_itself() {
        assert!(
            NoteStatus::ALL
                .iter()
                .all(|word| NoteStatus::parse(word.code()) == Some(*word))
        );
        assert!(
            Mismatch::ALL
                .iter()
                .all(|word| Mismatch::parse(word.code()) == Some(*word))
        );
        assert_eq!(Method::parse("cheque"), None);
    }
}
