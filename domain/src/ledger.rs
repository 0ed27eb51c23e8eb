//! Double entry in satang: what an act writes into the ledger. Debits are positive; every posting adds up to nothing.
use crate::fee::{Line, Method};
use crate::money::Satang;
use std::fmt;

/// Where money stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// What families owe.
    Receivable,
    /// Earned, by item.
    Fee(String),
    /// Let go by exemptions.
    Exempted,
    Cash,
    /// Taken by QR at the counter, not in the bank's file yet.
    QrClearing,
    Bank,
    /// Came through the bank, and nobody knows for what yet.
    Suspense,
    /// Came through the bank and is none of this service's.
    SetAside,
    /// To be paid back.
    RefundPayable,
    /// Paid back by the finance division.
    Treasury,
    /// Kept when a booking ended late.
    Retained,
}

impl fmt::Display for Account {
    /// As the database keeps it: `receivable`, `fee:furnace`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Fee(item) => return write!(out, "fee:{item}"),
            Self::Receivable => "receivable",
            Self::Exempted => "exempted",
            Self::Cash => "cash",
            Self::QrClearing => "qr_clearing",
            Self::Bank => "bank",
            Self::Suspense => "suspense",
            Self::SetAside => "set_aside",
            Self::RefundPayable => "refund_payable",
            Self::Treasury => "treasury",
            Self::Retained => "retained",
        };
        out.write_str(name)
    }
}

/// Entries that add up to nothing; there is no other way to make one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Posting(Vec<(Account, Satang)>);

impl Posting {
    pub fn entries(&self) -> &[(Account, Satang)] {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// From one account to another: the pair adds up by itself.
    #[must_use]
    pub fn and(mut self, debit: Account, credit: Account, amount: Satang) -> Self {
        if amount != Satang::ZERO {
            self.0.push((debit, amount));
            self.0.push((credit, Satang(-amount.0)));
        }
        self
    }

    fn one(debit: Account, credit: Account, amount: Satang) -> Self {
        Self::default().and(debit, credit, amount)
    }

    /// The opposite, for what is taken back.
    #[must_use]
    pub fn reversed(&self) -> Self {
        let opposite = |(account, amount): &(Account, Satang)| (account.clone(), Satang(-amount.0));
        Self(self.0.iter().map(opposite).collect())
    }

    /// A note is issued: what is to be paid is owed, what is exempted is let go, both are earned by item.
    pub fn note(lines: &[Line]) -> Self {
        lines.iter().fold(Self::default(), |posting, line| {
            let fee = || Account::Fee(line.item.clone());
            posting.and(Account::Receivable, fee(), line.net.most).and(
                Account::Exempted,
                fee(),
                line.relief.most,
            )
        })
    }

    /// Somebody pays.
    pub fn payment(method: Method, amount: Satang) -> Self {
        let from = match method {
            Method::Cash => Account::Cash,
            Method::Qr => Account::QrClearing,
            Method::Bank => Account::Suspense,
        };
        Self::one(from, Account::Receivable, amount)
    }

    /// A line of the bank's file.
    pub fn arrived(amount: Satang) -> Self {
        Self::one(Account::Bank, Account::Suspense, amount)
    }

    /// The line of a payment that was taken by QR at the counter.
    pub fn cleared(amount: Satang) -> Self {
        Self::one(Account::Suspense, Account::QrClearing, amount)
    }

    /// A line that is none of this service's.
    pub fn set_aside(amount: Satang) -> Self {
        Self::one(Account::Suspense, Account::SetAside, amount)
    }

    /// Money to go back, and what is kept of it.
    pub fn refund(amount: Satang, kept: Satang) -> Self {
        Self::one(Account::Receivable, Account::RefundPayable, amount).and(
            Account::Receivable,
            Account::Retained,
            kept,
        )
    }

    /// The finance division paid.
    pub fn refund_paid(amount: Satang) -> Self {
        Self::one(Account::RefundPayable, Account::Treasury, amount)
    }

    /// The finance division did not, or less goes back than was asked.
    pub fn refund_less(amount: Satang) -> Self {
        Self::one(Account::RefundPayable, Account::Retained, amount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_posting_adds_up_to_nothing_and_so_does_its_reverse() {
        let amount = Satang(12_345);
        let postings = [
            Posting::payment(Method::Cash, amount),
            Posting::payment(Method::Bank, amount),
            Posting::arrived(amount),
            Posting::cleared(amount),
            Posting::set_aside(amount),
            Posting::refund(amount, Satang(5)),
            Posting::refund_paid(amount),
            Posting::refund_less(amount),
        ];
        for posting in postings {
            for entries in [posting.reversed(), posting] {
                let sum: i64 = entries.entries().iter().map(|(_, amount)| amount.0).sum();
                assert_eq!(sum, 0, "{entries:?}");
                assert!(entries.entries().len() >= 2);
            }
        }
        assert!(Posting::refund(Satang(0), Satang(0)).is_empty());
        assert_eq!(
            Account::Fee("furnace".to_owned()).to_string(),
            "fee:furnace"
        );
    }
}
