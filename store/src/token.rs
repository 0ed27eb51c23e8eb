//! Channels' tokens: only their MACs are kept.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::{Row, params};
use domain::time::Instant;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    pub id: Uuid,
    /// The channel's name.
    pub name: String,
    pub token_mac: String,
    /// Requests a minute; 0 is no limit.
    pub per_minute: u32,
    pub created_at: Instant,
    pub revoked_at: Option<Instant>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, token_mac, per_minute, created_at, revoked_at FROM channel_token ",
            $rest
        )
    };
}

fn parse(row: &Row) -> Result<TokenRow> {
    let row = row.of("channel_token", "id");
    Ok(TokenRow {
        id: row.uuid("id")?,
        name: row.text("name")?,
        token_mac: row.text("token_mac")?,
        per_minute: row.number("per_minute")?,
        created_at: row.instant("created_at")?,
        revoked_at: row.instant_or_null("revoked_at")?,
    })
}

pub async fn insert(tx: &mut Tx, token: &TokenRow) -> Result<()> {
    tx.execute(
        "INSERT INTO channel_token (id, name, token_mac, per_minute, created_at, revoked_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        params![
            token.id,
            &token.name,
            &token.token_mac,
            token.per_minute,
            token.created_at,
            token.revoked_at
        ],
    )
    .await?;
    Ok(())
}

/// The token with this MAC, unless it was revoked.
pub async fn find(conn: &mut Conn, token_mac: &str) -> Result<Option<TokenRow>> {
    conn.fetch_optional(
        select!("WHERE token_mac = $1 AND revoked_at IS NULL"),
        params![token_mac],
        parse,
    )
    .await
}

/// Every token, oldest first.
pub async fn list(conn: &mut Conn) -> Result<Vec<TokenRow>> {
    conn.fetch_all(select!("ORDER BY id"), params![], parse)
        .await
}

/// Ends a token. False: it was revoked already.
pub async fn revoke(tx: &mut Tx, id: Uuid, now: Instant) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE channel_token SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL",
        params![now, id],
    );
    Ok(changed.await? == 1)
}
