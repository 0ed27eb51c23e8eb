//! Jobs: the outbox and every other piece of work that happens after a commit.
use crate::conn::{Conn, Store, Tx};
use crate::error::Result;
use crate::value::{Row, params};
use domain::time::Instant;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRow {
    pub id: Uuid,
    pub kind: String,
    /// JSON; identifiers only.
    pub body: String,
    /// This attempt, 1 for the first.
    pub attempts: u32,
    pub lease_until: Instant,
    pub created_at: Instant,
}

/// A piece of work to do after the commit.
#[derive(Clone, Copy, Debug)]
pub struct NewJob<'a> {
    pub id: Uuid,
    pub kind: &'a str,
    /// What makes the work the same work: one row per event and kind.
    pub dedupe: &'a str,
    pub body: &'a str,
    pub run_at: Instant,
}

/// Puts a job into the outbox. False: the same work is there already.
pub async fn enqueue(tx: &mut Tx, job: &NewJob<'_>, now: Instant) -> Result<bool> {
    let inserted = tx.execute(
        "INSERT INTO job (id, kind, dedupe, body, status, run_at, created_at)
         VALUES ($1, $2, $3, $4, 'available', $5, $6) ON CONFLICT (dedupe) DO NOTHING",
        params![job.id, job.kind, job.dedupe, job.body, job.run_at, now],
    );
    Ok(inserted.await? == 1)
}

/// Leases the job that has been due longest; `None` when none is due.
pub async fn claim(
    store: &Store,
    owner: &str,
    lease_until: Instant,
    now: Instant,
) -> Result<Option<JobRow>> {
    loop {
        let (claimed, due) = store
            .write(async |tx| {
                let claimed = claim_once(tx, owner, lease_until, now).await?;
                // On PostgreSQL another worker may have taken the row this one chose: then there may be others.
                let due = claimed.is_none() && is_due(tx, now).await?;
                Ok::<_, crate::StoreError>((claimed, due))
            })
            .await?;
        if claimed.is_some() || !due {
            return Ok(claimed);
        }
    }
}

async fn claim_once(
    tx: &mut Tx,
    owner: &str,
    lease_until: Instant,
    now: Instant,
) -> Result<Option<JobRow>> {
    tx.fetch_optional(
        "UPDATE job SET status = 'running', lease_until = $1, lease_owner = $2, attempts = attempts + 1
         WHERE id = (SELECT id FROM job WHERE status = 'available' AND run_at <= $3 ORDER BY run_at, id LIMIT 1)
         AND status = 'available' RETURNING id, kind, body, attempts, lease_until, created_at",
        params![lease_until, owner, now],
        parse,
    )
    .await
}

fn parse(row: &Row) -> Result<JobRow> {
    let row = row.of("job", "id");
    Ok(JobRow {
        id: row.uuid("id")?,
        kind: row.text("kind")?,
        body: row.text("body")?,
        attempts: row.number("attempts")?,
        lease_until: row.instant("lease_until")?,
        created_at: row.instant("created_at")?,
    })
}

/// Whether a job waits that should run by now: a reader's question, so that idle workers do not write.
pub async fn is_due(conn: &mut Conn, now: Instant) -> Result<bool> {
    let first = conn.fetch_optional(
        "SELECT id FROM job WHERE status = 'available' AND run_at <= $1 ORDER BY run_at, id LIMIT 1",
        params![now],
        |row| row.of("job", "id").uuid("id"),
    );
    Ok(first.await?.is_some())
}

/// Makes jobs available again whose worker's lease ended; the number.
pub async fn free_ended_leases(tx: &mut Tx, now: Instant) -> Result<u64> {
    tx.execute(
        "UPDATE job SET status = 'available', lease_until = NULL, lease_owner = NULL
         WHERE status = 'running' AND lease_until <= $1",
        params![now],
    )
    .await
}

/// Notes that a job is done. False: its lease had ended and another worker has it.
pub async fn finish(tx: &mut Tx, id: Uuid, owner: &str, now: Instant) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE job SET status = 'done', finished_at = $1, lease_until = NULL, lease_owner = NULL, last_error = NULL
         WHERE id = $2 AND status = 'running' AND lease_owner = $3",
        params![now, id, owner],
    );
    Ok(changed.await? == 1)
}

/// Puts a failed job back, to run at `run_at`. False: as for [`finish`].
pub async fn retry(
    tx: &mut Tx,
    id: Uuid,
    owner: &str,
    run_at: Instant,
    error: &str,
) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE job SET status = 'available', run_at = $1, last_error = $2, lease_until = NULL, lease_owner = NULL
         WHERE id = $3 AND status = 'running' AND lease_owner = $4",
        params![run_at, error, id, owner],
    );
    Ok(changed.await? == 1)
}

/// Gives a job up: the caller makes a staff task of it in the same transaction. False: as for [`finish`].
pub async fn give_up(
    tx: &mut Tx,
    id: Uuid,
    owner: &str,
    error: &str,
    now: Instant,
) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE job SET status = 'failed', finished_at = $1, last_error = $2, lease_until = NULL, lease_owner = NULL
         WHERE id = $3 AND status = 'running' AND lease_owner = $4",
        params![now, error, id, owner],
    );
    Ok(changed.await? == 1)
}

/// How many jobs stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobCounts {
    pub available: u64,
    pub running: u64,
    pub done: u64,
    pub failed: u64,
}

/// For the metrics.
pub async fn counts(conn: &mut Conn) -> Result<JobCounts> {
    let rows = conn
        .fetch_all(
            "SELECT status, CAST(COUNT(*) AS BIGINT) AS n FROM job GROUP BY status",
            params![],
            |row| {
                let row = row.of("job", "status");
                Ok((row.text("status")?, row.number::<u64>("n")?))
            },
        )
        .await?;
    let of = |status: &str| {
        rows.iter()
            .find(|(found, _)| found == status)
            .map_or(0, |(_, n)| *n)
    };
    Ok(JobCounts {
        available: of("available"),
        running: of("running"),
        done: of("done"),
        failed: of("failed"),
    })
}

/// Deletes jobs that ended before an instant; the number. Their dedupe names are free again.
pub async fn delete_finished(tx: &mut Tx, before: Instant) -> Result<u64> {
    tx.execute("DELETE FROM job WHERE finished_at < $1", params![before])
        .await
}
