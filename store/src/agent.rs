//! Agents' accounts, and what became of the requests they sent.
use crate::conn::{Conn, Tx};
use crate::credential::SealedTotp;
use crate::error::Result;
use crate::value::{Row, params};
use domain::agent::{OrganisationKind, Record, Standing};
use domain::time::Instant;
use std::fmt;
use uuid::Uuid;

#[derive(Clone, PartialEq, Eq)]
pub struct AgentRow {
    pub id: Uuid,
    pub kind: OrganisationKind,
    pub organisation: String,
    /// The person who signs in.
    pub name: String,
    /// Canonical; unique among accounts that were not refused.
    pub phone: String,
    pub licence: Option<String>,
    pub standing: Standing,
    /// Why it was refused or closed.
    pub reason: Option<String>,
    pub decided_at: Option<Instant>,
    pub decided_by: Option<Uuid>,
    pub password_hash: String,
    pub totp: SealedTotp,
    /// When the second factor was first shown to work.
    pub enrolled_at: Option<Instant>,
    pub created_at: Instant,
}

impl fmt::Debug for AgentRow {
    /// Neither names nor phones nor hashes belong in a log.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("AgentRow")
            .field("id", &self.id)
            .field("standing", &self.standing)
            .finish_non_exhaustive()
    }
}

macro_rules! columns {
    () => {
        "id, kind, organisation, name, phone, licence, standing, reason, decided_at, decided_by, password_hash, \
         totp_sealed, key_id, enrolled_at, created_at"
    };
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT ", columns!(), " FROM agent ", $rest)
    };
}

fn parse(row: &Row) -> Result<AgentRow> {
    let row = row.of("agent", "id");
    Ok(AgentRow {
        id: row.uuid("id")?,
        kind: row.word("kind", OrganisationKind::parse)?,
        organisation: row.text("organisation")?,
        name: row.text("name")?,
        phone: row.text("phone")?,
        licence: row.text_or_null("licence")?,
        standing: row.word("standing", Standing::parse)?,
        reason: row.text_or_null("reason")?,
        decided_at: row.instant_or_null("decided_at")?,
        decided_by: row.uuid_or_null("decided_by")?,
        password_hash: row.text("password_hash")?,
        totp: SealedTotp {
            sealed: row.text("totp_sealed")?,
            key_id: row.text("key_id")?,
        },
        enrolled_at: row.instant_or_null("enrolled_at")?,
        created_at: row.instant("created_at")?,
    })
}

/// A new account. False: the phone has one that was not refused.
pub async fn insert(tx: &mut Tx, agent: &AgentRow) -> Result<bool> {
    let inserted = tx.execute(
        concat!(
            "INSERT INTO agent (", columns!(), ")
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT DO NOTHING"
        ),
        params![
            agent.id,
            agent.kind.code(),
            &agent.organisation,
            &agent.name,
            &agent.phone,
            agent.licence.as_deref(),
            agent.standing.code(),
            agent.reason.as_deref(),
            agent.decided_at,
            agent.decided_by,
            &agent.password_hash,
            &agent.totp.sealed,
            &agent.totp.key_id,
            agent.enrolled_at,
            agent.created_at,
        ],
    );
    Ok(inserted.await? == 1)
}

pub async fn by_id(conn: &mut Conn, id: Uuid) -> Result<Option<AgentRow>> {
    conn.fetch_optional(select!("WHERE id = $1"), params![id], parse)
        .await
}

/// The account that a phone signs in to: the latest, for earlier ones were refused.
pub async fn by_phone(conn: &mut Conn, phone: &str) -> Result<Option<AgentRow>> {
    conn.fetch_optional(
        select!("WHERE phone = $1 ORDER BY id DESC LIMIT 1"),
        params![phone],
        parse,
    )
    .await
}

/// A page of accounts of one standing, the oldest first, after the last one of the page before.
pub async fn page(
    conn: &mut Conn,
    standing: Standing,
    after: Option<Uuid>,
    limit: u32,
) -> Result<Vec<AgentRow>> {
    // Every id is after the nil one.
    conn.fetch_all(
        select!("WHERE standing = $1 AND id > $2 ORDER BY id LIMIT $3"),
        params![standing.code(), after.unwrap_or_default(), limit],
        parse,
    )
    .await
}

/// How many accounts have a standing.
pub async fn count(conn: &mut Conn, standing: Standing) -> Result<u64> {
    conn.count(
        "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM agent WHERE standing = $1",
        params![standing.code()],
    )
    .await
}

/// Writes what the office decided, if the account still has this standing. False: somebody else decided first.
pub async fn decide(
    tx: &mut Tx,
    id: Uuid,
    was: Standing,
    next: Standing,
    reason: Option<&str>,
    by: Uuid,
    now: Instant,
) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE agent SET standing = $1, reason = $2, decided_at = $3, decided_by = $4 WHERE id = $5 AND standing = $6",
        params![next.code(), reason, now, by, id, was.code()],
    );
    Ok(changed.await? == 1)
}

/// Notes that the second factor works. False: it was shown before.
pub async fn enrol(tx: &mut Tx, id: Uuid, now: Instant) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE agent SET enrolled_at = $1 WHERE id = $2 AND enrolled_at IS NULL",
        params![now, id],
    );
    Ok(changed.await? == 1)
}

/// Gives an account a new password and a new second factor, which is still to be shown. False: no such account.
pub async fn reset(tx: &mut Tx, id: Uuid, password_hash: &str, totp: &SealedTotp) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE agent SET password_hash = $1, totp_sealed = $2, key_id = $3, totp_step = 0, enrolled_at = NULL
         WHERE id = $4",
        params![password_hash, &totp.sealed, &totp.key_id, id],
    );
    Ok(changed.await? == 1)
}

/// Another password in place of the one that was shown. False: it is another one by now.
pub async fn set_password(tx: &mut Tx, id: Uuid, was: &str, password_hash: &str) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE agent SET password_hash = $1 WHERE id = $2 AND password_hash = $3",
        params![password_hash, id, was],
    );
    Ok(changed.await? == 1)
}

/// What an agent sent since a moment, and how much of it was withdrawn, cancelled or taken away.
pub async fn record(conn: &mut Conn, id: Uuid, since: Instant) -> Result<Record> {
    let found = conn
        .fetch_optional(
            "SELECT CAST(COUNT(*) AS BIGINT) AS sent,
                 CAST(COALESCE(SUM(CASE WHEN request.status IN ('withdrawn', 'cancelled') THEN 1 ELSE 0 END), 0) AS BIGINT)
                     AS ended,
                 CAST(COALESCE(SUM(CASE WHEN request.status IN ('withdrawn', 'cancelled') AND EXISTS (
                     SELECT 1 FROM request_event WHERE request_event.request_id = request.id
                         AND request_event.event IN ('withdrawn', 'cancelled')
                         AND request_event.actor_kind = 'agent') THEN 1 ELSE 0 END), 0) AS BIGINT) AS ended_by_agent,
                 CAST(COALESCE(SUM(CASE WHEN authority.revoked_at IS NULL THEN 0 ELSE 1 END), 0) AS BIGINT) AS revoked
             FROM authority JOIN request ON request.id = authority.request_id
             WHERE authority.agent_id = $1 AND authority.given_at >= $2",
            params![id, since],
            |row| {
                let row = row.of("authority", "sent");
                Ok(Record {
                    sent: row.number("sent")?,
                    ended: row.number("ended")?,
                    ended_by_agent: row.number("ended_by_agent")?,
                    revoked: row.number("revoked")?,
                })
            },
        )
        .await?;
    Ok(found.unwrap_or_default())
}
