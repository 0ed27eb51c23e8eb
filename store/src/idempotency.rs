//! Idempotency keys of channels: a repeat gets the same answer, and waits while the first still runs.
use crate::conn::Tx;
use crate::error::Result;
use crate::value::params;
use chrono::TimeDelta;
use domain::time::Instant;
use uuid::Uuid;

/// How long answers are kept.
pub const KEPT: TimeDelta = TimeDelta::days(7);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// The first with this key: do the work, then [`finish`]. A rollback frees the key.
    Fresh,
    /// The same body as before: answer 201 with these bytes.
    Replay { response: String },
    /// Another body: 422.
    Reused,
}

/// Occupies a key, as the first thing in the transaction that does the work.
///
/// A repeat waits here for the first: on SQLite as the next writer, on PostgreSQL for the first's row. So a key that
/// is seen was committed with its answer.
pub async fn begin(
    tx: &mut Tx,
    token_id: Uuid,
    path: &str,
    key: &str,
    body_hash: &str,
    now: Instant,
) -> Result<Begun> {
    let inserted = tx.execute(
        "INSERT INTO idempotency (token_id, path, key, body_hash, response, created_at)
         VALUES ($1, $2, $3, $4, '', $5) ON CONFLICT DO NOTHING",
        params![token_id, path, key, body_hash, now],
    );
    if inserted.await? == 1 {
        return Ok(Begun::Fresh);
    }
    let (kept, response) = tx
        .fetch_one(
            "SELECT key, body_hash, response FROM idempotency WHERE token_id = $1 AND path = $2 AND key = $3",
            params![token_id, path, key],
            |row| {
                let row = row.of("idempotency", "key");
                Ok((row.text("body_hash")?, row.text("response")?))
            },
        )
        .await?;
    Ok(if kept == body_hash {
        Begun::Replay { response }
    } else {
        Begun::Reused
    })
}

/// Keeps the bytes of the 201, in the transaction that [`begin`] found fresh.
pub async fn finish(
    tx: &mut Tx,
    token_id: Uuid,
    path: &str,
    key: &str,
    response: &str,
) -> Result<()> {
    tx.execute(
        "UPDATE idempotency SET response = $1 WHERE token_id = $2 AND path = $3 AND key = $4",
        params![response, token_id, path, key],
    )
    .await?;
    Ok(())
}

/// Deletes answers older than seven days; the number.
pub async fn delete_old(tx: &mut Tx, now: Instant) -> Result<u64> {
    tx.execute(
        "DELETE FROM idempotency WHERE created_at < $1",
        params![now - KEPT],
    )
    .await
}
