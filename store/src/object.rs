//! Files in the vault that no row names yet, or any more: what is loose is swept.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::params;
use domain::time::Instant;

/// Notes a file that no row names, before it is written.
pub async fn loosen(tx: &mut Tx, name: &str, now: Instant) -> Result<()> {
    tx.execute(
        "INSERT INTO loose_object (name, since, doomed) VALUES ($1, $2, 0) ON CONFLICT (name) DO NOTHING",
        params![name, now],
    )
    .await?;
    Ok(())
}

/// A row of this transaction names the file from now on. False: it is being swept, or was never kept.
pub async fn settle(tx: &mut Tx, name: &str) -> Result<bool> {
    let changed = tx.execute(
        "DELETE FROM loose_object WHERE name = $1 AND doomed = 0",
        params![name],
    );
    Ok(changed.await? == 1)
}

/// Files that are loose since before an instant, the oldest first.
pub async fn loose(conn: &mut Conn, before: Instant, limit: u32) -> Result<Vec<String>> {
    conn.fetch_all(
        "SELECT name FROM loose_object WHERE since < $1 ORDER BY since, name LIMIT $2",
        params![before, limit],
        |row| row.of("loose_object", "name").text("name"),
    )
    .await
}

/// From now on nothing can settle the file. False: something has.
pub async fn doom(tx: &mut Tx, name: &str) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE loose_object SET doomed = 1 WHERE name = $1",
        params![name],
    );
    Ok(changed.await? == 1)
}

/// The file is deleted.
pub async fn forget(tx: &mut Tx, name: &str) -> Result<()> {
    tx.execute("DELETE FROM loose_object WHERE name = $1", params![name])
        .await?;
    Ok(())
}
