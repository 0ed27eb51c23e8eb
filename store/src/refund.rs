//! Refunds: requests to the finance division, one for each thing they follow from.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::{Row, params};
use domain::fee::{NoteKind, RefundCause, RefundStatus};
use domain::money::Satang;
use domain::time::Instant;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRow {
    pub id: Uuid,
    pub request_id: Uuid,
    pub reference: String,
    /// What it follows from: `note:…` or `payment:…`.
    pub source: String,
    pub kind: NoteKind,
    pub cause: RefundCause,
    /// What was paid too much, or for what is not wanted any more.
    pub paid: Satang,
    pub percent: u8,
    pub days_left: i64,
    pub amount: Satang,
    pub kept: Satang,
    pub status: RefundStatus,
    pub asked_at: Instant,
    pub sent_at: Option<Instant>,
    pub closed_at: Option<Instant>,
    pub changed_by: Option<Uuid>,
    pub reason: Option<String>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, request_id, reference, source, kind, cause, paid, percent, days_left, amount, kept, status, \
             asked_at, sent_at, closed_at, changed_by, reason FROM refund ",
            $rest
        )
    };
}

fn parse(row: &Row) -> Result<RefundRow> {
    let row = row.of("refund", "id");
    Ok(RefundRow {
        id: row.uuid("id")?,
        request_id: row.uuid("request_id")?,
        reference: row.text("reference")?,
        source: row.text("source")?,
        kind: row.word("kind", NoteKind::parse)?,
        cause: row.word("cause", RefundCause::parse)?,
        paid: Satang(row.int("paid")?),
        percent: row.number("percent")?,
        days_left: row.int("days_left")?,
        amount: Satang(row.int("amount")?),
        kept: Satang(row.int("kept")?),
        status: row.word("status", RefundStatus::parse)?,
        asked_at: row.instant("asked_at")?,
        sent_at: row.instant_or_null("sent_at")?,
        closed_at: row.instant_or_null("closed_at")?,
        changed_by: row.uuid_or_null("changed_by")?,
        reason: row.text_or_null("reason")?,
    })
}

/// Asks for a refund. False: its source has one already.
pub async fn insert(tx: &mut Tx, refund: &RefundRow) -> Result<bool> {
    let inserted = tx.execute(
        "INSERT INTO refund (id, request_id, reference, source, kind, cause, paid, percent, days_left, amount, kept,
             status, asked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING",
        params![
            refund.id,
            refund.request_id,
            &refund.reference,
            &refund.source,
            refund.kind.code(),
            refund.cause.code(),
            refund.paid.0,
            refund.percent,
            refund.days_left,
            refund.amount.0,
            refund.kept.0,
            refund.status.code(),
            refund.asked_at,
        ],
    );
    Ok(inserted.await? == 1)
}

/// A refund's next state, if it is still in the one it was seen in.
pub async fn apply(tx: &mut Tx, seen: RefundStatus, next: &RefundRow) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE refund SET status = $1, amount = $2, kept = $3, sent_at = $4, closed_at = $5, changed_by = $6,
             reason = $7
         WHERE id = $8 AND status = $9",
        params![
            next.status.code(),
            next.amount.0,
            next.kept.0,
            next.sent_at,
            next.closed_at,
            next.changed_by,
            next.reason.as_deref(),
            next.id,
            seen.code(),
        ],
    );
    Ok(changed.await? == 1)
}

pub async fn by_id(conn: &mut Conn, id: Uuid) -> Result<Option<RefundRow>> {
    conn.fetch_optional(select!("WHERE id = $1"), params![id], parse)
        .await
}

/// A request's refunds, oldest first.
pub async fn of(conn: &mut Conn, request_id: Uuid) -> Result<Vec<RefundRow>> {
    conn.fetch_all(
        select!("WHERE request_id = $1 ORDER BY id"),
        params![request_id],
        parse,
    )
    .await
}

/// Refunds in one state, newest first, before the last one of the page before.
pub async fn refunds_in(
    conn: &mut Conn,
    status: RefundStatus,
    before: Option<Uuid>,
    limit: u32,
) -> Result<Vec<RefundRow>> {
    conn.fetch_all(
        select!("WHERE status = $1 AND id < $2 ORDER BY id DESC LIMIT $3"),
        params![status.code(), before.unwrap_or(Uuid::max()), limit],
        parse,
    )
    .await
}
