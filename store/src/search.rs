//! Search by MACs of normalised prefixes: no names in clear, no `LIKE`. The inbox's filter reads them.
use crate::conn::Tx;
use crate::error::Result;
use crate::value::{Bind, params};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

/// Sets the prefixes by which a request is found; earlier ones go.
///
/// All rows in one statement: a name has dozens of prefixes, and each statement costs a turn of the writer.
pub async fn index(tx: &mut Tx, request_id: Uuid, macs: &[String]) -> Result<()> {
    forget(tx, request_id).await?;
    if macs.is_empty() {
        return Ok(());
    }
    let mut sql = String::from("INSERT INTO search_token (request_id, token_mac) VALUES ");
    let mut params = params![request_id];
    for (n, mac) in macs.iter().enumerate() {
        sql.push_str(if n == 0 { "($1, $" } else { "), ($1, $" });
        sql.push_str(&(n + 2).to_string());
        params.push(mac.value());
    }
    sql.push_str(") ON CONFLICT DO NOTHING");
    // Put together from literals and numbers; every value is bound.
    tx.execute(AssertSqlSafe(sql), params).await?;
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

/// Requests with one prefix, the newest first. For tests: the desk asks otherwise.
#[cfg(any(test, feature = "testing"))]
pub async fn find(conn: &mut crate::conn::Conn, mac: &str, limit: u32) -> Result<Vec<Uuid>> {
    conn.fetch_all(
        "SELECT request_id FROM search_token WHERE token_mac = $1 ORDER BY request_id DESC LIMIT $2",
        params![mac, limit],
        |row| row.of("search_token", "request_id").uuid("request_id"),
    )
    .await
}
