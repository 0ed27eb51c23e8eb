//! Every store function, on SQLite and on PostgreSQL.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]
mod access;
mod affected;
mod agent;
mod audit;
mod claim;
mod closure;
mod crematorium;
mod draft;
mod equipment;
mod keys;
mod migrations;
mod money;
mod object;
mod outage;
mod paper;
mod plans;
mod race;
mod request;
mod sample;
mod setting;
mod signing;
mod work;
