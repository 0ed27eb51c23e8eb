//! The program as it is run: killed in the middle, and two of it on one database.
#![expect(
    clippy::expect_used,
    reason = "a test that cannot be set up has failed"
)]
mod durability;
mod installation;
mod s3;
mod two_servers;
mod uploads;
