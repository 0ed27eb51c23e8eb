//! Work for people that no list of requests shows: a message that could not be sent.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::{Row, params};
use domain::time::Instant;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRow {
    pub id: Uuid,
    pub kind: String,
    pub request_id: Option<Uuid>,
    /// JSON; identifiers only.
    pub body: String,
    pub created_at: Instant,
    pub done_at: Option<Instant>,
    pub done_by: Option<Uuid>,
}

fn parse(row: &Row) -> Result<TaskRow> {
    let row = row.of("staff_task", "id");
    Ok(TaskRow {
        id: row.uuid("id")?,
        kind: row.text("kind")?,
        request_id: row.uuid_or_null("request_id")?,
        body: row.text("body")?,
        created_at: row.instant("created_at")?,
        done_at: row.instant_or_null("done_at")?,
        done_by: row.uuid_or_null("done_by")?,
    })
}

pub async fn insert(
    tx: &mut Tx,
    id: Uuid,
    kind: &str,
    request_id: Option<Uuid>,
    body: &str,
    now: Instant,
) -> Result<()> {
    tx.execute(
        "INSERT INTO staff_task (id, kind, request_id, body, created_at) VALUES ($1, $2, $3, $4, $5)",
        params![id, kind, request_id, body, now],
    )
    .await?;
    Ok(())
}

/// The same, for work that may be told of twice. False: this task is there already, done or not.
pub async fn insert_once(
    tx: &mut Tx,
    id: Uuid,
    kind: &str,
    request_id: Option<Uuid>,
    body: &str,
    now: Instant,
) -> Result<bool> {
    let inserted = tx.execute(
        "INSERT INTO staff_task (id, kind, request_id, body, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (id) DO NOTHING",
        params![id, kind, request_id, body, now],
    );
    Ok(inserted.await? == 1)
}

/// Open tasks, oldest first, after the last one of the page before.
pub async fn open(conn: &mut Conn, after: Option<Uuid>, limit: u32) -> Result<Vec<TaskRow>> {
    conn.fetch_all(
        "SELECT id, kind, request_id, body, created_at, done_at, done_by FROM staff_task
         WHERE done_at IS NULL AND id > $1 ORDER BY id LIMIT $2",
        params![after.unwrap_or_default(), limit],
        parse,
    )
    .await
}

/// The tasks of one kind that a request has or had.
pub async fn of_request(conn: &mut Conn, request_id: Uuid, kind: &str) -> Result<Vec<TaskRow>> {
    conn.fetch_all(
        "SELECT id, kind, request_id, body, created_at, done_at, done_by FROM staff_task
         WHERE request_id = $1 AND kind = $2 ORDER BY id",
        params![request_id, kind],
        parse,
    )
    .await
}

/// Closes a task that nobody has to do any more. False: it was closed already.
pub async fn drop(tx: &mut Tx, id: Uuid, now: Instant) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE staff_task SET done_at = $1 WHERE id = $2 AND done_at IS NULL",
        params![now, id],
    );
    Ok(changed.await? == 1)
}

/// Closes every open task of one kind that nobody has to do any more; the number.
pub async fn drop_all(tx: &mut Tx, request_id: Uuid, kind: &str, now: Instant) -> Result<u64> {
    tx.execute(
        "UPDATE staff_task SET done_at = $1 WHERE request_id = $2 AND kind = $3 AND done_at IS NULL",
        params![now, request_id, kind],
    )
    .await
}

/// Closes the open tasks of a kind that a request has; the number.
pub async fn close(
    tx: &mut Tx,
    request_id: Uuid,
    kind: &str,
    by: Uuid,
    now: Instant,
) -> Result<u64> {
    tx.execute(
        "UPDATE staff_task SET done_at = $1, done_by = $2 WHERE request_id = $3 AND kind = $4 AND done_at IS NULL",
        params![now, by, request_id, kind],
    )
    .await
}

/// Closes a task. False: it was closed already.
pub async fn finish(tx: &mut Tx, id: Uuid, by: Uuid, now: Instant) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE staff_task SET done_at = $1, done_by = $2 WHERE id = $3 AND done_at IS NULL",
        params![now, by, id],
    );
    Ok(changed.await? == 1)
}
