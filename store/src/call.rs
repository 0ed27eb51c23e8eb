//! "โทรแจ้งผล": telephone calls to make, so that telling people never depends on a provider.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::{Row, params};
use domain::time::Instant;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRow {
    pub id: Uuid,
    pub request_id: Uuid,
    /// The event to tell: one call per event.
    pub event_id: Uuid,
    /// The event's code.
    pub about: String,
    pub due_at: Instant,
    pub done: bool,
    pub attempts: u32,
    pub outcome: Option<String>,
    pub called_at: Option<Instant>,
    pub called_by: Option<Uuid>,
    pub created_at: Instant,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, request_id, event_id, about, due_at, status, attempts, outcome, called_at, called_by, \
             created_at FROM call_task ",
            $rest
        )
    };
}

fn parse(row: &Row) -> Result<CallRow> {
    let row = row.of("call_task", "id");
    Ok(CallRow {
        id: row.uuid("id")?,
        request_id: row.uuid("request_id")?,
        event_id: row.uuid("event_id")?,
        about: row.text("about")?,
        due_at: row.instant("due_at")?,
        done: row.word("status", |status| match status {
            "open" => Some(false),
            "done" => Some(true),
            _ => None,
        })?,
        attempts: row.number("attempts")?,
        outcome: row.text_or_null("outcome")?,
        called_at: row.instant_or_null("called_at")?,
        called_by: row.uuid_or_null("called_by")?,
        created_at: row.instant("created_at")?,
    })
}

/// A call to make about an event. False: the event has one already.
pub async fn insert(
    tx: &mut Tx,
    id: Uuid,
    request_id: Uuid,
    event_id: Uuid,
    about: &str,
    due_at: Instant,
    now: Instant,
) -> Result<bool> {
    let inserted = tx.execute(
        "INSERT INTO call_task (id, request_id, event_id, about, due_at, status, created_at)
         VALUES ($1, $2, $3, $4, $5, 'open', $6) ON CONFLICT (event_id) DO NOTHING",
        params![id, request_id, event_id, about, due_at, now],
    );
    Ok(inserted.await? == 1)
}

pub async fn by_id(conn: &mut Conn, id: Uuid) -> Result<Option<CallRow>> {
    conn.fetch_optional(select!("WHERE id = $1"), params![id], parse)
        .await
}

/// Open calls, the most urgent first, after the last one of the page before.
pub async fn open(
    conn: &mut Conn,
    after: Option<(Instant, Uuid)>,
    limit: u32,
) -> Result<Vec<CallRow>> {
    // Every row is after the nil id at 1970.
    let (due_at, id) = after.unwrap_or_default();
    conn.fetch_all(
        select!("WHERE status = 'open' AND (due_at, id) > ($1, $2) ORDER BY due_at, id LIMIT $3"),
        params![due_at, id, limit],
        parse,
    )
    .await
}

/// A request's calls, oldest first.
pub async fn of(conn: &mut Conn, request_id: Uuid) -> Result<Vec<CallRow>> {
    conn.fetch_all(
        select!("WHERE request_id = $1 ORDER BY id"),
        params![request_id],
        parse,
    )
    .await
}

/// Notes a call. `done` closes it; otherwise it is tried again. False: it was closed already.
pub async fn record(
    tx: &mut Tx,
    id: Uuid,
    outcome: &str,
    done: bool,
    by: Uuid,
    now: Instant,
) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE call_task SET attempts = attempts + 1, outcome = $1, called_at = $2, called_by = $3, status = $4
         WHERE id = $5 AND status = 'open'",
        params![outcome, now, by, if done { "done" } else { "open" }, id],
    );
    Ok(changed.await? == 1)
}

/// Closes the open calls of a request about something that is settled; the number.
pub async fn close(tx: &mut Tx, request_id: Uuid, about: &str) -> Result<u64> {
    tx.execute(
        "UPDATE call_task SET status = 'done' WHERE request_id = $1 AND about = $2 AND status = 'open'",
        params![request_id, about],
    )
    .await
}

/// Closes every open call of a request: newer news stand in their place. The number.
pub async fn supersede(tx: &mut Tx, request_id: Uuid) -> Result<u64> {
    tx.execute(
        "UPDATE call_task SET status = 'done' WHERE request_id = $1 AND status = 'open'",
        params![request_id],
    )
    .await
}

/// The same, but a call to confirm the request stays: what happened does not confirm it.
pub async fn supersede_news(tx: &mut Tx, request_id: Uuid) -> Result<u64> {
    tx.execute(
        "UPDATE call_task SET status = 'done' WHERE request_id = $1 AND status = 'open' AND about <> 'verify'",
        params![request_id],
    )
    .await
}
