//! Running numbers: one counter a series and year, taken in the transaction that issues.
use crate::conn::Tx;
use crate::error::Result;
use crate::value::params;
use domain::number::Series;

/// The next number of a series in a year, from 1. A transaction that rolls back gives it back, so nothing is skipped;
/// two that issue at once wait for each other.
pub async fn next(tx: &mut Tx, series: Series, year: u16) -> Result<u32> {
    let first = tx.execute(
        "INSERT INTO number_counter (series, year, last) VALUES ($1, $2, 1) ON CONFLICT DO NOTHING",
        params![series.code(), year],
    );
    if first.await? == 1 {
        return Ok(1);
    }
    tx.fetch_one(
        "UPDATE number_counter SET last = last + 1 WHERE series = $1 AND year = $2 RETURNING series, last",
        params![series.code(), year],
        |row| row.of("number_counter", "series").number("last"),
    )
    .await
}
