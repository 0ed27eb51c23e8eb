//! The crematorium: cells of time, rounds, closures, beliefs, what is free, and the application.
pub mod application;
pub mod availability;
pub mod belief;
pub mod case_type;
pub mod cell;
pub mod change;
pub mod coffin;
pub mod internal_number;
pub mod particulars;
pub mod required;
pub mod rules;
pub mod wish;

pub use application::{Application, Residence};
pub use availability::{DayAvailability, Occupied, OfferDay, OfferState};
pub use belief::{Advice, Belief};
pub use case_type::CaseType;
pub use cell::{CellRange, Claim};
pub use coffin::{CoffinSize, Implants};
pub use internal_number::InternalNumber;
pub use required::CaseFacts;
pub use rules::{Facility, Rules};
pub use wish::{AshWish, Booker, CremationWish, PavilionWish, Wish};
