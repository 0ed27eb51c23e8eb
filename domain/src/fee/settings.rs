//! The section `money` of a municipality's file. Everything has a default: a city without it charges for pavilions only.
use crate::crematorium::Wish;
use crate::form::Text;
use crate::money::Satang;
use crate::municipality::CaseType;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Who issues the official receipt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Receipts {
    /// The finance division's own system; the cashier keys its number here.
    #[default]
    Finance,
    /// Sala, gap-free by fiscal year.
    Sala,
}

/// What a fee is counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Use,
    Night,
    Kwh,
}

impl Unit {
    pub fn code(self) -> &'static str {
        match self {
            Self::Use => "use",
            Self::Night => "night",
            Self::Kwh => "kwh",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        [Self::Use, Self::Night, Self::Kwh]
            .into_iter()
            .find(|unit| unit.code() == code)
    }

    /// "ครั้ง", "คืน", "หน่วย"
    pub fn words(self) -> Text {
        match self {
            Self::Use => Text::new("ครั้ง", "use"),
            Self::Night => Text::new("คืน", "night"),
            Self::Kwh => Text::new("หน่วยไฟฟ้า", "kWh"),
        }
    }
}

/// Which part of a booking an item belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeOf {
    /// Whoever books a furnace round.
    Cremation,
    /// Whoever books pavilion nights.
    Pavilion,
    /// Whoever books a time at an ash table.
    Ash,
}

/// What an item costs for some types of case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Empty: every type that no other rate names.
    #[serde(default)]
    pub case_types: Vec<CaseType>,
    pub in_area: Satang,
    pub out_of_area: Satang,
}

/// Read from a meter afterwards: until then an estimate, and never more than the ceiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metered {
    /// Whole units.
    pub estimate: u32,
    pub ceiling: u32,
}

/// One thing that is charged for. A new price is a new entry of the same id with a later `valid_from`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeeItem {
    pub id: String,
    pub name: Text,
    pub of: FeeOf,
    pub unit: Unit,
    pub rates: Vec<Rate>,
    #[serde(default)]
    pub metered: Option<Metered>,
    /// Only charged when the family asks for it, such as a cold coffin: an officer adds it with how many.
    #[serde(default)]
    pub on_request: bool,
    pub valid_from: NaiveDate,
    pub legal_basis: Text,
}

impl FeeItem {
    /// Whether a booking holds what the item belongs to.
    pub fn fits(&self, wish: &Wish) -> bool {
        match self.of {
            FeeOf::Cremation => wish.cremation.is_some(),
            FeeOf::Pavilion => wish.pavilion.is_some(),
            FeeOf::Ash => wish.ash.is_some(),
        }
    }

    /// The rate of a type of case; the one that names it wins over the one for all.
    pub fn rate(&self, case_type: CaseType) -> Option<&Rate> {
        let named = |rate: &&Rate| rate.case_types.contains(&case_type);
        self.rates
            .iter()
            .find(named)
            .or_else(|| self.rates.iter().find(|rate| rate.case_types.is_empty()))
    }
}

/// What a pavilion costs people from elsewhere, where that differs from its `price_per_night`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PavilionRate {
    pub pavilion: String,
    pub out_of_area: Satang,
}

/// A rule by which fees are let go, wholly or in part; somebody named decides each case before payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExemptionRule {
    pub code: String,
    pub name: Text,
    /// The clause that allows it.
    pub clause: Text,
    /// What shows that it applies.
    pub evidence: Text,
    pub percent: u8,
    /// Ids of items (`pavilion` for the nights); empty: everything.
    #[serde(default)]
    pub items: Vec<String>,
}

/// How much is paid back when a booking ends: the step with the most days that were still left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefundStep {
    /// At least so many days before the first place booked.
    pub days_before: u16,
    pub percent: u8,
}

/// Where the bank's file finds the municipality's account: tag 30 of a Thai QR code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Biller {
    /// Fifteen digits: tax ID and suffix.
    pub id: String,
    pub name: Text,
    /// True while the number is made up: every note then says that it cannot be paid.
    pub sample: bool,
}

/// Where and when fees are paid in cash.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayAt {
    pub place: Text,
    pub hours: Text,
    /// Until when it should be paid, in words. Never a threat: nothing is cancelled by machine.
    pub advice: Text,
}

/// No gift, no favour; and how to report who asks for one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoGift {
    pub words: Text,
    pub report: Text,
}

/// How the bank names its columns. Each list holds every name that is understood, in any case, spaces aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StatementColumns {
    /// The bank, as the import's rows are kept under it.
    pub bank: String,
    pub date: Vec<String>,
    pub time: Vec<String>,
    pub amount: Vec<String>,
    pub ref1: Vec<String>,
    pub ref2: Vec<String>,
    /// The bank's own number of the transaction.
    pub transaction: Vec<String>,
}

impl Default for StatementColumns {
    fn default() -> Self {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            bank: "bank".to_owned(),
            date: names(&["วันที่", "วันที่ทำรายการ", "วันที่ชำระ", "date", "payment date"]),
            time: names(&["เวลา", "เวลาทำรายการ", "time", "payment time"]),
            amount: names(&["จำนวนเงิน", "ยอดเงิน", "amount", "payment amount"]),
            ref1: names(&["ref1", "ref.1", "reference 1", "เลขอ้างอิง 1", "รหัสอ้างอิง 1"]),
            ref2: names(&["ref2", "ref.2", "reference 2", "เลขอ้างอิง 2", "รหัสอ้างอิง 2"]),
            transaction: names(&[
                "เลขที่รายการ",
                "เลขที่ธุรกรรม",
                "transaction id",
                "transaction no",
                "transaction",
            ]),
        }
    }
}

/// Everything about money that a city sets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MoneySettings {
    pub receipts: Receipts,
    pub biller: Option<Biller>,
    /// Absent: the office's name and hours.
    pub pay_at: Option<PayAt>,
    pub items: Vec<FeeItem>,
    pub pavilion_rates: Vec<PavilionRate>,
    pub pavilion_basis: Text,
    pub exemptions: Vec<ExemptionRule>,
    pub refunds: Vec<RefundStep>,
    pub refund_basis: Text,
    pub no_gift: Option<NoGift>,
    pub statement: StatementColumns,
}

impl MoneySettings {
    /// The entries in force on a date, in the file's order: of one id the last to begin.
    pub fn in_force(&self, on: NaiveDate) -> Vec<&FeeItem> {
        let begun = |item: &&FeeItem| item.valid_from <= on;
        self.items
            .iter()
            .filter(begun)
            .filter(|item| {
                self.items
                    .iter()
                    .filter(begun)
                    .all(|other| other.id != item.id || other.valid_from <= item.valid_from)
            })
            .collect()
    }

    pub fn exemption(&self, code: &str) -> Option<&ExemptionRule> {
        self.exemptions.iter().find(|rule| rule.code == code)
    }

    /// The part that is paid back with so many days left, in percent. Without a table everything is.
    pub fn refund_percent(&self, days_left: i64) -> u8 {
        if self.refunds.is_empty() {
            return 100;
        }
        self.refunds
            .iter()
            .filter(|step| i64::from(step.days_before) <= days_left)
            .max_by_key(|step| step.days_before)
            .map_or(0, |step| step.percent)
    }
}
