//! The crematorium: cells of time, rounds, closures, beliefs, what is free, and the application.
pub mod application;
pub mod availability;
pub mod belief;
pub mod cell;
pub mod rules;
pub mod wish;

pub use application::{Application, Residence};
pub use availability::{DayAvailability, Occupied, OfferDay, OfferState};
pub use belief::{Advice, Belief};
pub use cell::{CellRange, Claim};
pub use rules::{Facility, Rules};
pub use wish::{Booker, CremationWish, PavilionWish, Wish};
