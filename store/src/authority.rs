//! By what authority an agent acts on a request: one row a request, at most.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::{Row, params};
use domain::agent::{Authority, ConfirmedBy};
use domain::time::Instant;
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuthorityRow {
    pub request_id: Uuid,
    pub agent_id: Uuid,
    pub given_at: Instant,
    pub authority: Authority,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT request_id, agent_id, given_at, confirmed_at, confirmed_by, revoked_at FROM authority ",
            $rest
        )
    };
}

fn parse(row: &Row) -> Result<AuthorityRow> {
    let row = row.of("authority", "request_id");
    let by = row.text_or_null("confirmed_by")?;
    let confirmed = match (
        by.as_deref().map(ConfirmedBy::parse),
        row.instant_or_null("confirmed_at")?,
    ) {
        (Some(Some(by)), Some(at)) => Some((by, at)),
        (None, None) => None,
        _ => return Err(row.impossible("confirmed_by", "a known way and its moment go together")),
    };
    Ok(AuthorityRow {
        request_id: row.uuid("request_id")?,
        agent_id: row.uuid("agent_id")?,
        given_at: row.instant("given_at")?,
        authority: Authority {
            confirmed,
            revoked_at: row.instant_or_null("revoked_at")?,
        },
    })
}

/// An agent sends a request for a family: not confirmed yet.
pub async fn insert(tx: &mut Tx, request_id: Uuid, agent_id: Uuid, now: Instant) -> Result<()> {
    tx.execute(
        "INSERT INTO authority (request_id, agent_id, given_at) VALUES ($1, $2, $3)",
        params![request_id, agent_id, now],
    )
    .await?;
    Ok(())
}

/// The agent of a request, if it has one.
pub async fn of(conn: &mut Conn, request_id: Uuid) -> Result<Option<AuthorityRow>> {
    conn.fetch_optional(select!("WHERE request_id = $1"), params![request_id], parse)
        .await
}

/// Writes the next state, if nobody confirmed or revoked meanwhile. False: somebody did.
pub async fn apply(
    tx: &mut Tx,
    request_id: Uuid,
    was: &Authority,
    next: &Authority,
) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE authority SET confirmed_at = $1, confirmed_by = $2, revoked_at = $3
         WHERE request_id = $4 AND CASE WHEN confirmed_at IS NULL THEN 1 ELSE 0 END = $5
             AND CASE WHEN revoked_at IS NULL THEN 1 ELSE 0 END = $6",
        params![
            next.confirmed.map(|(_, at)| at),
            next.confirmed.map(|(by, _)| by.code()),
            next.revoked_at,
            request_id,
            was.confirmed.is_none(),
            was.revoked_at.is_none(),
        ],
    );
    Ok(changed.await? == 1)
}

/// A page of the requests an agent still acts on, the newest first, before the last one of the page before.
pub async fn page(
    conn: &mut Conn,
    agent_id: Uuid,
    before: Option<Uuid>,
    limit: u32,
) -> Result<Vec<AuthorityRow>> {
    conn.fetch_all(
        select!(
            "WHERE agent_id = $1 AND request_id < $2 AND revoked_at IS NULL ORDER BY request_id DESC LIMIT $3"
        ),
        // Every id is before the greatest.
        params![agent_id, before.unwrap_or(Uuid::max()), limit],
        parse,
    )
    .await
}
