//! The desk's tests, in one program: booking, races, and a random year against a naive model.
mod booking;
mod races;
mod support;
mod year;
