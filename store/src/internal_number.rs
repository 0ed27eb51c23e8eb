//! Numbers of the office for people nobody can name, counted in each year.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::params;
use domain::crematorium::InternalNumber;

/// The next number of a year พ.ศ. Nobody else gets it, and one that rolls back leaves no gap.
pub async fn next(tx: &mut Tx, year: u16) -> Result<InternalNumber> {
    let counted = tx.fetch_optional(
        "INSERT INTO internal_number (year, last) VALUES ($1, 1)
         ON CONFLICT (year) DO UPDATE SET last = internal_number.last + 1 RETURNING year, last",
        params![year],
        |row| row.of("internal_number", "year").number("last"),
    );
    let count = counted.await?.unwrap_or(1);
    Ok(InternalNumber { year, count })
}

/// Whether the office has given a number.
pub async fn was_given(conn: &mut Conn, number: InternalNumber) -> Result<bool> {
    let last: Option<u32> = conn
        .fetch_optional(
            "SELECT year, last FROM internal_number WHERE year = $1",
            params![number.year],
            |row| row.of("internal_number", "year").number("last"),
        )
        .await?;
    Ok(last.is_some_and(|last| number.count <= last))
}
