//! Lines of the bank's file: each comes once, however often its file does, and none is lost.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::{Row, params};
use chrono::NaiveDate;
use domain::fee::{LineStatus, Mismatch};
use domain::money::Satang;
use domain::time::{Instant, TimeOfDay};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankLineRow {
    pub id: Uuid,
    pub bank: String,
    pub fingerprint: String,
    pub paid_on: NaiveDate,
    pub paid_time: Option<TimeOfDay>,
    pub amount: Satang,
    pub ref1: String,
    pub ref2: String,
    pub status: LineStatus,
    pub reason: Option<Mismatch>,
    pub note_id: Option<Uuid>,
    pub imported_at: Instant,
    pub imported_by: Uuid,
    pub decided_at: Option<Instant>,
    pub decided_by: Option<Uuid>,
    pub decided_reason: Option<String>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, bank, fingerprint, paid_on, paid_time, amount, ref1, ref2, status, reason, note_id, \
             imported_at, imported_by, decided_at, decided_by, decided_reason FROM bank_line ",
            $rest
        )
    };
}

fn parse(row: &Row) -> Result<BankLineRow> {
    let row = row.of("bank_line", "id");
    Ok(BankLineRow {
        id: row.uuid("id")?,
        bank: row.text("bank")?,
        fingerprint: row.text("fingerprint")?,
        paid_on: row.date("paid_on")?,
        paid_time: row.time_or_null("paid_time")?,
        amount: Satang(row.int("amount")?),
        ref1: row.text("ref1")?,
        ref2: row.text("ref2")?,
        status: row.word("status", LineStatus::parse)?,
        reason: row.word_or_null("reason", Mismatch::parse)?,
        note_id: row.uuid_or_null("note_id")?,
        imported_at: row.instant("imported_at")?,
        imported_by: row.uuid("imported_by")?,
        decided_at: row.instant_or_null("decided_at")?,
        decided_by: row.uuid_or_null("decided_by")?,
        decided_reason: row.text_or_null("decided_reason")?,
    })
}

/// Keeps a line. False: it came before.
pub async fn insert(tx: &mut Tx, line: &BankLineRow) -> Result<bool> {
    let inserted = tx.execute(
        "INSERT INTO bank_line (id, bank, fingerprint, paid_on, paid_time, amount, ref1, ref2, status, reason, note_id,
             imported_at, imported_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING",
        params![
            line.id,
            &line.bank,
            &line.fingerprint,
            line.paid_on,
            line.paid_time,
            line.amount.0,
            &line.ref1,
            &line.ref2,
            line.status.code(),
            line.reason.map(Mismatch::code),
            line.note_id,
            line.imported_at,
            line.imported_by,
        ],
    );
    Ok(inserted.await? == 1)
}

/// Whether a line came before, for the dry run.
pub async fn known(conn: &mut Conn, bank: &str, fingerprint: &str) -> Result<bool> {
    let found = conn.count(
        "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM bank_line WHERE bank = $1 AND fingerprint = $2",
        params![bank, fingerprint],
    );
    Ok(found.await? > 0)
}

/// What a line came to when it was matched. False: it is not unmatched any more.
pub async fn settle(
    tx: &mut Tx,
    id: Uuid,
    status: LineStatus,
    reason: Option<Mismatch>,
    note_id: Option<Uuid>,
) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE bank_line SET status = $1, reason = $2, note_id = $3 WHERE id = $4 AND status = 'unmatched'",
        params![status.code(), reason.map(Mismatch::code), note_id, id],
    );
    Ok(changed.await? == 1)
}

/// What an officer decided about a line. False: somebody else decided first.
pub async fn decide(
    tx: &mut Tx,
    id: Uuid,
    status: LineStatus,
    note_id: Option<Uuid>,
    by: Uuid,
    reason: &str,
    now: Instant,
) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE bank_line SET status = $1, note_id = $2, decided_at = $3, decided_by = $4, decided_reason = $5
         WHERE id = $6 AND status = 'unmatched'",
        params![status.code(), note_id, now, by, reason, id],
    );
    Ok(changed.await? == 1)
}

/// A line whose payment was undone is nobody's again.
pub async fn release(tx: &mut Tx, id: Uuid) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE bank_line SET status = 'unmatched', note_id = NULL WHERE id = $1 AND status IN ('matched', 'assigned')",
        params![id],
    );
    Ok(changed.await? == 1)
}

pub async fn by_id(conn: &mut Conn, id: Uuid) -> Result<Option<BankLineRow>> {
    conn.fetch_optional(select!("WHERE id = $1"), params![id], parse)
        .await
}

/// Lines in one state, newest first, before the last one of the page before.
pub async fn lines_in(
    conn: &mut Conn,
    status: LineStatus,
    before: Option<Uuid>,
    limit: u32,
) -> Result<Vec<BankLineRow>> {
    conn.fetch_all(
        select!("WHERE status = $1 AND id < $2 ORDER BY id DESC LIMIT $3"),
        params![status.code(), before.unwrap_or(Uuid::max()), limit],
        parse,
    )
    .await
}
