//! The desk's tests, in one program: booking, races, and a random year against a naive model.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]
mod affected;
mod agent;
mod booking;
mod bundle;
mod change;
mod closure;
mod document;
mod loan;
mod money;
mod papers;
mod races;
mod races_change;
mod races_loan;
mod shelf;
mod signing;
mod support;
mod year;
