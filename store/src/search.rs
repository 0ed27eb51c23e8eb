//! Search by MACs of normalised prefixes: no names in clear, no `LIKE`. The inbox's filter reads them.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::params;
use uuid::Uuid;

/// Sets the prefixes by which a request is found; earlier ones go.
pub async fn index(tx: &mut Tx, request_id: Uuid, macs: &[String]) -> Result<()> {
    tx.execute(
        "DELETE FROM search_token WHERE request_id = $1",
        params![request_id],
    )
    .await?;
    for mac in macs {
        tx.execute(
            "INSERT INTO search_token (token_mac, request_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            params![mac, request_id],
        )
        .await?;
    }
    Ok(())
}

/// Forgets by what a request is found: its people were erased. The number of prefixes.
pub async fn forget(tx: &mut Tx, request_id: Uuid) -> Result<u64> {
    tx.execute(
        "DELETE FROM search_token WHERE request_id = $1",
        params![request_id],
    )
    .await
}

/// Requests with one prefix, the newest first.
pub async fn find(conn: &mut Conn, mac: &str, limit: u32) -> Result<Vec<Uuid>> {
    conn.fetch_all(
        "SELECT request_id FROM search_token WHERE token_mac = $1 ORDER BY request_id DESC LIMIT $2",
        params![mac, limit],
        |row| row.of("search_token", "request_id").uuid("request_id"),
    )
    .await
}
