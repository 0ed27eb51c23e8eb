//! The payload of a Thai QR bill payment: `EMVCo` tags, tag 30 with the biller and two references.
use crate::money::Satang;
use crc::{CRC_16_IBM_3740, Crc};
use std::fmt::Write as _;

/// The application of bill payments within Thailand.
const BILL_PAYMENT: &str = "A000000677010112";
/// Known to banks as CRC-16/CCITT-FALSE.
const CHECK: Crc<u16> = Crc::<u16>::new(&CRC_16_IBM_3740);

/// What a bank needs to pay a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BillPayment<'a> {
    /// Fifteen digits: tax ID and suffix.
    pub biller: &'a str,
    /// Our reference number.
    pub ref1: &'a str,
    /// The number of the note.
    pub ref2: &'a str,
    pub amount: Satang,
}

/// Why there is no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QrError {
    #[error("the biller ID is not fifteen digits")]
    Biller,
    #[error("a reference is not one to twenty digits and capital letters")]
    Reference,
    #[error("the amount is not more than nothing and at most ten digits")]
    Amount,
}

impl BillPayment<'_> {
    /// The text of the code. Tags stand in the order banks print them; 00 is first and 63 last.
    pub fn payload(&self) -> Result<String, QrError> {
        if !is_biller(self.biller) {
            return Err(QrError::Biller);
        }
        let fits = |reference: &str| {
            (1..=20).contains(&reference.len())
                && reference
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
        };
        if !fits(self.ref1) || !fits(self.ref2) {
            return Err(QrError::Reference);
        }
        if self.amount <= Satang::ZERO || self.amount.0 >= 1_000_000_000_000 {
            return Err(QrError::Amount);
        }
        let bill = [
            tag("00", BILL_PAYMENT),
            tag("01", self.biller),
            tag("02", self.ref1),
            tag("03", self.ref2),
        ]
        .concat();
        let amount = format!("{}.{:02}", self.amount.0 / 100, self.amount.0 % 100);
        let mut payload = [
            tag("00", "01"),
            // With an amount: to be used once.
            tag("01", "12"),
            tag("30", &bill),
            tag("53", "764"),
            tag("58", "TH"),
            tag("54", &amount),
            "6304".to_owned(),
        ]
        .concat();
        let check = CHECK.checksum(payload.as_bytes());
        // Writing to a String cannot fail.
        let _ = write!(payload, "{check:04X}");
        Ok(payload)
    }
}

/// Whether a text is a biller ID: fifteen digits.
pub fn is_biller(text: &str) -> bool {
    text.len() == 15 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Two digits of tag, two of length, the value; every value here is shorter than a hundred bytes.
fn tag(id: &str, value: &str) -> String {
    format!("{id}{:02}{value}", value.len())
}
