//! Payments: each note is paid once, and a receipt's number is used once in a fiscal year.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::{Row, params};
use chrono::NaiveDate;
use domain::fee::{Method, NoteKind};
use domain::money::Satang;
use domain::time::Instant;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentRow {
    pub id: Uuid,
    pub note_id: Uuid,
    pub request_id: Uuid,
    pub kind: NoteKind,
    pub method: Method,
    pub amount: Satang,
    pub paid_on: NaiveDate,
    /// Fiscal year พ.ศ. and number of the official receipt, once keyed.
    pub receipt: Option<(i32, String)>,
    pub bank_line_id: Option<Uuid>,
    pub cleared_at: Option<Instant>,
    pub entered_at: Instant,
    pub entered_by: Option<Uuid>,
    pub undone: Option<Undone>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    pub at: Instant,
    pub by: Option<Uuid>,
    pub reason: String,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, note_id, request_id, kind, method, amount, paid_on, receipt_year, receipt_number, \
             bank_line_id, cleared_at, entered_at, entered_by, undone_at, undone_by, undone_reason FROM payment ",
            $rest
        )
    };
}

fn parse(row: &Row) -> Result<PaymentRow> {
    let row = row.of("payment", "id");
    Ok(PaymentRow {
        id: row.uuid("id")?,
        note_id: row.uuid("note_id")?,
        request_id: row.uuid("request_id")?,
        kind: row.word("kind", NoteKind::parse)?,
        method: row.word("method", Method::parse)?,
        amount: Satang(row.int("amount")?),
        paid_on: row.date("paid_on")?,
        receipt: row
            .number_or_null("receipt_year")?
            .zip(row.text_or_null("receipt_number")?),
        bank_line_id: row.uuid_or_null("bank_line_id")?,
        cleared_at: row.instant_or_null("cleared_at")?,
        entered_at: row.instant("entered_at")?,
        entered_by: row.uuid_or_null("entered_by")?,
        undone: match row.instant_or_null("undone_at")? {
            Some(at) => Some(Undone {
                at,
                by: row.uuid_or_null("undone_by")?,
                reason: row.text_or_null("undone_reason")?.unwrap_or_default(),
            }),
            None => None,
        },
    })
}

/// Notes a payment. False: the note is paid, or the receipt's number is used.
pub async fn insert(tx: &mut Tx, payment: &PaymentRow) -> Result<bool> {
    let (year, number) = payment.receipt.clone().unzip();
    let inserted = tx.execute(
        "INSERT INTO payment (id, note_id, request_id, kind, method, amount, paid_on, receipt_year, receipt_number,
             bank_line_id, cleared_at, entered_at, entered_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING",
        params![
            payment.id,
            payment.note_id,
            payment.request_id,
            payment.kind.code(),
            payment.method.code(),
            payment.amount.0,
            payment.paid_on,
            year.map(i64::from),
            number,
            payment.bank_line_id,
            payment.cleared_at,
            payment.entered_at,
            payment.entered_by,
        ],
    );
    Ok(inserted.await? == 1)
}

/// Keys the receipt of a payment that came without one. False: it has one, was undone, or the number is used.
pub async fn set_receipt(tx: &mut Tx, id: Uuid, year: i32, number: &str) -> Result<bool> {
    let taken = tx
        .count(
            "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM payment
             WHERE receipt_year = $1 AND receipt_number = $2 AND undone_at IS NULL",
            params![i64::from(year), number],
        )
        .await?;
    if taken > 0 {
        return Ok(false);
    }
    let changed = tx.execute(
        "UPDATE payment SET receipt_year = $1, receipt_number = $2
         WHERE id = $3 AND receipt_number IS NULL AND undone_at IS NULL",
        params![i64::from(year), number, id],
    );
    Ok(changed.await? == 1)
}

/// Takes a payment back. False: it was undone already.
pub async fn undo(
    tx: &mut Tx,
    id: Uuid,
    by: Option<Uuid>,
    reason: &str,
    now: Instant,
) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE payment SET undone_at = $1, undone_by = $2, undone_reason = $3 WHERE id = $4 AND undone_at IS NULL",
        params![now, by, reason, id],
    );
    Ok(changed.await? == 1)
}

/// The bank's file has it too. False: it has had it before.
pub async fn clear(tx: &mut Tx, id: Uuid, bank_line_id: Uuid, now: Instant) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE payment SET cleared_at = $1, bank_line_id = $2
         WHERE id = $3 AND method = 'qr' AND cleared_at IS NULL AND undone_at IS NULL",
        params![now, bank_line_id, id],
    );
    Ok(changed.await? == 1)
}

pub async fn by_id(conn: &mut Conn, id: Uuid) -> Result<Option<PaymentRow>> {
    conn.fetch_optional(select!("WHERE id = $1"), params![id], parse)
        .await
}

/// A request's payments, oldest first, undone ones too.
pub async fn of(conn: &mut Conn, request_id: Uuid) -> Result<Vec<PaymentRow>> {
    conn.fetch_all(
        select!("WHERE request_id = $1 ORDER BY id"),
        params![request_id],
        parse,
    )
    .await
}

/// What pays a note now.
pub async fn of_note(conn: &mut Conn, note_id: Uuid) -> Result<Option<PaymentRow>> {
    conn.fetch_optional(
        select!("WHERE note_id = $1 AND undone_at IS NULL"),
        params![note_id],
        parse,
    )
    .await
}

/// Everything that was paid on a day, oldest first, undone ones too.
pub async fn on_day(conn: &mut Conn, day: NaiveDate) -> Result<Vec<PaymentRow>> {
    conn.fetch_all(
        select!("WHERE paid_on = $1 ORDER BY id"),
        params![day],
        parse,
    )
    .await
}
