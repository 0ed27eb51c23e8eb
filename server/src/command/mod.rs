//! What each command does.
pub mod backup;
pub mod data;
pub mod seed;
pub mod serve;
pub mod staff;

use crate::cli::Failure;
use std::io::Write;

/// Writes what a command makes to standard output. A closed pipe is a failure: the secret would be lost unseen.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .map_err(|error| Failure::of(&error))
}
