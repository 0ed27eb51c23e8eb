//! Drafts: what residents typed, kept raw on the server; and the codes that carry one to another phone.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::{Row, json, lang, params};
use domain::form::{Lang, RawFields};
use domain::time::Instant;
use std::fmt;
use uuid::Uuid;

#[derive(Clone, PartialEq, Eq)]
pub struct DraftRow {
    pub id: Uuid,
    /// MAC of the session or account that owns it.
    pub owner_mac: String,
    pub service: String,
    pub lang: Lang,
    pub fields: RawFields,
    /// 1 when new; grows by one with every save.
    pub version: i64,
    /// Until when its places are held.
    pub hold_until: Option<Instant>,
    pub hold_extensions: u32,
    /// The request it became.
    pub request_id: Option<Uuid>,
    pub created_at: Instant,
    pub updated_at: Instant,
    pub expires_at: Instant,
}

impl fmt::Debug for DraftRow {
    /// Logs never hold what was typed.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("DraftRow")
            .field("id", &self.id)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

macro_rules! columns {
    () => {
        "id, owner_mac, service, lang, fields, version, hold_until, hold_extensions, request_id, created_at, \
         updated_at, expires_at"
    };
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT ", columns!(), " FROM draft ", $rest)
    };
}

fn parse(row: &Row) -> Result<DraftRow> {
    let row = row.of("draft", "id");
    Ok(DraftRow {
        id: row.uuid("id")?,
        owner_mac: row.text("owner_mac")?,
        service: row.text("service")?,
        lang: row.word("lang", lang)?,
        fields: row.json("fields")?,
        version: row.int("version")?,
        hold_until: row.instant_or_null("hold_until")?,
        hold_extensions: row.number("hold_extensions")?,
        request_id: row.uuid_or_null("request_id")?,
        created_at: row.instant("created_at")?,
        updated_at: row.instant("updated_at")?,
        expires_at: row.instant("expires_at")?,
    })
}

pub async fn insert(tx: &mut Tx, draft: &DraftRow) -> Result<()> {
    tx.execute(
        concat!(
            "INSERT INTO draft (",
            columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
        ),
        params![
            draft.id,
            &draft.owner_mac,
            &draft.service,
            draft.lang,
            json(&draft.fields)?,
            draft.version,
            draft.hold_until,
            draft.hold_extensions,
            draft.request_id,
            draft.created_at,
            draft.updated_at,
            draft.expires_at,
        ],
    )
    .await?;
    Ok(())
}

/// The draft, for its owner only and before it expires.
pub async fn load(
    conn: &mut Conn,
    id: Uuid,
    owner_mac: &str,
    now: Instant,
) -> Result<Option<DraftRow>> {
    conn.fetch_optional(
        select!("WHERE id = $1 AND owner_mac = $2 AND expires_at > $3"),
        params![id, owner_mac, now],
        parse,
    )
    .await
}

/// Every draft an owner can still send, the newest first.
pub async fn of_owner(conn: &mut Conn, owner_mac: &str, now: Instant) -> Result<Vec<DraftRow>> {
    conn.fetch_all(
        select!("WHERE owner_mac = $1 AND expires_at > $2 AND request_id IS NULL ORDER BY id DESC"),
        params![owner_mac, now],
        parse,
    )
    .await
}

/// Saves what was typed, if nobody saved since `version` was read and it was not sent. False: load it again.
pub async fn save(
    tx: &mut Tx,
    id: Uuid,
    version: i64,
    fields: &RawFields,
    lang: Lang,
    now: Instant,
) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE draft SET fields = $1, lang = $2, updated_at = $3, version = version + 1
         WHERE id = $4 AND version = $5 AND request_id IS NULL",
        params![json(fields)?, lang, now, id, version],
    );
    Ok(changed.await? == 1)
}

/// Notes until when its places are held, and how often that was extended. False: it was sent already.
pub async fn set_hold(
    tx: &mut Tx,
    id: Uuid,
    until: Option<Instant>,
    extensions: u32,
    now: Instant,
) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE draft SET hold_until = $1, hold_extensions = $2, updated_at = $3 WHERE id = $4 AND request_id IS NULL",
        params![until, extensions, now, id],
    );
    Ok(changed.await? == 1)
}

/// Notes the request it became, and erases what was typed: the request has it now. False: it was sent already.
pub async fn mark_submitted(tx: &mut Tx, id: Uuid, request_id: Uuid, now: Instant) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE draft SET request_id = $1, fields = '{}', hold_until = NULL, updated_at = $2, version = version + 1
         WHERE id = $3 AND request_id IS NULL",
        params![request_id, now, id],
    );
    Ok(changed.await? == 1)
}

/// Gives a draft to another session or account: it was carried to another phone.
pub async fn set_owner(tx: &mut Tx, id: Uuid, owner_mac: &str, now: Instant) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE draft SET owner_mac = $1, updated_at = $2 WHERE id = $3",
        params![owner_mac, now, id],
    );
    Ok(changed.await? == 1)
}

/// Keeps the MAC of a code that carries a draft until `expires_at`.
pub async fn insert_code(
    tx: &mut Tx,
    code_mac: &str,
    draft_id: Uuid,
    expires_at: Instant,
) -> Result<()> {
    tx.execute(
        "INSERT INTO draft_code (code_mac, draft_id, expires_at) VALUES ($1, $2, $3)",
        params![code_mac, draft_id, expires_at],
    )
    .await?;
    Ok(())
}

/// The draft a valid code carries; the code works once.
pub async fn use_code(tx: &mut Tx, code_mac: &str, now: Instant) -> Result<Option<Uuid>> {
    tx.fetch_optional(
        "DELETE FROM draft_code WHERE code_mac = $1 AND expires_at > $2 RETURNING code_mac, draft_id",
        params![code_mac, now],
        |row| row.of("draft_code", "code_mac").uuid("draft_id"),
    )
    .await
}

/// Erases expired drafts with their codes and holds, at most `limit` drafts; the number.
pub async fn delete_expired(tx: &mut Tx, now: Instant, limit: u32) -> Result<u64> {
    tx.execute(
        "DELETE FROM draft_code WHERE expires_at <= $1",
        params![now],
    )
    .await?;
    let expired = tx
        .fetch_all(
            "SELECT id FROM draft WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2",
            params![now, limit],
            |row| row.of("draft", "id").uuid("id"),
        )
        .await?;
    let mut deleted = 0;
    for id in expired {
        crate::claim::release(tx, id).await?;
        tx.execute("DELETE FROM draft_code WHERE draft_id = $1", params![id])
            .await?;
        deleted += tx
            .execute("DELETE FROM draft WHERE id = $1", params![id])
            .await?;
    }
    Ok(deleted)
}
