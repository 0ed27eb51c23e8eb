//! Leases: one holder at a time, among several servers; a crashed holder's lease simply ends.
use crate::conn::Tx;
use crate::error::Result;
use crate::value::params;
use domain::time::Instant;

/// Takes a lease that is free or has ended, or renews one's own. False: another has it.
pub async fn acquire(
    tx: &mut Tx,
    name: &str,
    owner: &str,
    until: Instant,
    now: Instant,
) -> Result<bool> {
    let taken = tx.execute(
        "INSERT INTO lease (name, owner, lease_until) VALUES ($1, $2, $3)
         ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, lease_until = excluded.lease_until
         WHERE lease.owner = excluded.owner OR lease.lease_until <= $4",
        params![name, owner, until, now],
    );
    Ok(taken.await? == 1)
}

/// Gives one's own lease back. False: one had none.
pub async fn release(tx: &mut Tx, name: &str, owner: &str) -> Result<bool> {
    let released = tx.execute(
        "DELETE FROM lease WHERE name = $1 AND owner = $2",
        params![name, owner],
    );
    Ok(released.await? == 1)
}

/// Who has a lease now. For tests: the desk asks otherwise.
#[cfg(any(test, feature = "testing"))]
pub async fn holder(
    conn: &mut crate::conn::Conn,
    name: &str,
    now: Instant,
) -> Result<Option<String>> {
    conn.fetch_optional(
        "SELECT name, owner FROM lease WHERE name = $1 AND lease_until > $2",
        params![name, now],
        |row| row.of("lease", "name").text("owner"),
    )
    .await
}
