//! Fees: the schedule a city sets, and the price of one request explained line by line.
//!
//! | module | what it gives |
//! |---|---|
//! | `settings` | items, rates, exemptions, refunds, where to pay: the section `money` of the municipality's file |
//! | `account` | the states of notes, payments, exemptions and refunds, and their numbers |
//! | `quote` | a request's price: certain lines, metered lines as an estimate with a ceiling, ranges while the rate is open |
mod account;
mod quote;
mod settings;

pub use account::{
    ExemptionStatus, LineStatus, Method, Mismatch, NoteKind, NoteStatus, Number, RefundCause,
    RefundStatus, fiscal_year, refunded,
};
pub use quote::{Extra, Facts, Line, PAVILION, Quantity, Quote, Range, Relief, night_rates, quote};
pub use settings::{
    Biller, ExemptionRule, FeeItem, FeeOf, Metered, MoneySettings, NoGift, PavilionRate, PayAt,
    Rate, Receipts, RefundStep, StatementColumns, Unit,
};
