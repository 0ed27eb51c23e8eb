//! Lending medical equipment: types and units, the request, the queue, the loan, the way back to the shelf.
//!
//! | module | what it decides |
//! |---|---|
//! | `settings` | types, supplies and loan rules of one municipality |
//! | `asset_number` | เลขครุภัณฑ์ as it is compared |
//! | `unit` | what state one piece is in, and who may change it |
//! | `service` | when a piece must be serviced before it is lent again |
//! | `application` | the request: raw answers in, every error at once or a checked whole out |
//! | `need` | the score of need, with its reasons |
//! | `line` | one piece of a request, from asking to giving back |
//! | `queue` | whose turn it is, and when |
//! | `supply` | consumables: a ledger by lot, first expired first out |
//! | `register` | the old paper register as a file |
pub mod application;
pub mod asset_number;
pub mod line;
pub mod need;
pub mod queue;
pub mod register;
pub mod service;
pub mod settings;
pub mod supply;
pub mod unit;

pub use application::{Delivery, Health, LoanApplication};
pub use asset_number::AssetNumber;
pub use settings::{EquipmentType, LoanSettings, SupplyType};
pub use unit::UnitState;
