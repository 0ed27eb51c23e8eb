//! The server through its router: the API, headers, health, and pages as they are read.
#![expect(
    clippy::expect_used,
    reason = "a test that is surprised has nothing better to do than to fail"
)]
mod agent;
mod api;
mod bad_input;
mod changes;
mod codes;
mod counter;
mod files;
mod harness;
mod headers;
mod health;
mod loans;
mod open_data;
mod openapi;
mod pages;
#[path = "../photos/mod.rs"]
mod photos;
mod staff_routes;
