//! Consumables: lots and the ledger that is only added to; a lot's stock changes in its entry's own transaction.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::{Bind, Row, Value, params};
use chrono::NaiveDate;
use domain::equipment::supply::EntryKind;
use domain::time::Instant;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LotRow {
    pub id: Uuid,
    /// The supply's id in the settings.
    pub kind: String,
    /// The maker's lot number, or empty.
    pub lot: String,
    pub expires_on: Option<NaiveDate>,
    pub on_hand: i64,
    pub created_at: Instant,
}

/// One line of the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryRow {
    pub id: Uuid,
    pub lot_id: Uuid,
    pub entry: EntryKind,
    pub change: i64,
    /// The lot's stock after it.
    pub balance: i64,
    /// The number of the paper it stands on.
    pub document: String,
    pub reason: String,
    /// To whose request it was given.
    pub request_id: Option<Uuid>,
    pub at: Instant,
    pub actor_id: Option<Uuid>,
}

impl Bind for EntryKind {
    const NULL: Value = Value::Text(None);

    fn value(self) -> Value {
        self.code().value()
    }
}

fn parse_lot(row: &Row) -> Result<LotRow> {
    let row = row.of("supply_lot", "id");
    Ok(LotRow {
        id: row.uuid("id")?,
        kind: row.text("kind")?,
        lot: row.text("lot")?,
        expires_on: row.date_or_null("expires_on")?,
        on_hand: row.int("on_hand")?,
        created_at: row.instant("created_at")?,
    })
}

fn parse_entry(row: &Row) -> Result<EntryRow> {
    let row = row.of("supply_entry", "id");
    Ok(EntryRow {
        id: row.uuid("id")?,
        lot_id: row.uuid("lot_id")?,
        entry: row.word("entry", EntryKind::parse)?,
        change: row.int("change")?,
        balance: row.int("balance")?,
        document: row.text("document")?,
        reason: row.text("reason")?,
        request_id: row.uuid_or_null("request_id")?,
        at: row.instant("at")?,
        actor_id: row.uuid_or_null("actor_id")?,
    })
}

/// A new lot, with nothing in it yet.
pub async fn insert_lot(tx: &mut Tx, lot: &LotRow) -> Result<()> {
    tx.execute(
        "INSERT INTO supply_lot (id, kind, lot, expires_on, on_hand, created_at) VALUES ($1, $2, $3, $4, 0, $5)",
        params![lot.id, &lot.kind, &lot.lot, lot.expires_on, lot.created_at],
    )
    .await?;
    Ok(())
}

/// Lots of a supply, in the order they were received, empty ones too.
pub async fn lots(conn: &mut Conn, kind: &str) -> Result<Vec<LotRow>> {
    conn.fetch_all(
        "SELECT id, kind, lot, expires_on, on_hand, created_at FROM supply_lot WHERE kind = $1 ORDER BY id",
        params![kind],
        parse_lot,
    )
    .await
}

pub async fn lot(conn: &mut Conn, id: Uuid) -> Result<Option<LotRow>> {
    conn.fetch_optional(
        "SELECT id, kind, lot, expires_on, on_hand, created_at FROM supply_lot WHERE id = $1",
        params![id],
        parse_lot,
    )
    .await
}

/// How many of each supply are on the shelf.
pub async fn stock(conn: &mut Conn) -> Result<Vec<(String, i64)>> {
    conn.fetch_all(
        "SELECT kind, CAST(SUM(on_hand) AS BIGINT) AS n FROM supply_lot GROUP BY kind ORDER BY kind",
        params![],
        |row| {
            let row = row.of("supply_lot", "kind");
            Ok((row.text("kind")?, row.int("n")?))
        },
    )
    .await
}

/// Changes a lot's stock, if enough is there: the stock after it, or `None` when it would go below zero.
/// Whoever comes next waits for this transaction.
pub async fn change(tx: &mut Tx, lot_id: Uuid, change: i64) -> Result<Option<i64>> {
    tx.fetch_optional(
        "UPDATE supply_lot SET on_hand = on_hand + $1 WHERE id = $2 AND on_hand + $3 >= 0
         RETURNING id, on_hand",
        params![change, lot_id, change],
        |row| row.of("supply_lot", "id").int("on_hand"),
    )
    .await
}

/// Adds a line to the book.
pub async fn insert_entry(tx: &mut Tx, entry: &EntryRow) -> Result<()> {
    tx.execute(
        "INSERT INTO supply_entry (id, lot_id, entry, change, balance, document, reason, request_id, at, actor_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            entry.id,
            entry.lot_id,
            entry.entry,
            entry.change,
            entry.balance,
            &entry.document,
            &entry.reason,
            entry.request_id,
            entry.at,
            entry.actor_id,
        ],
    )
    .await?;
    Ok(())
}

/// A lot's book, oldest first.
pub async fn entries(conn: &mut Conn, lot_id: Uuid) -> Result<Vec<EntryRow>> {
    conn.fetch_all(
        "SELECT id, lot_id, entry, change, balance, document, reason, request_id, at, actor_id FROM supply_entry
         WHERE lot_id = $1 ORDER BY id",
        params![lot_id],
        parse_entry,
    )
    .await
}

/// What was given with a request, oldest first.
pub async fn given(conn: &mut Conn, request_id: Uuid) -> Result<Vec<EntryRow>> {
    conn.fetch_all(
        "SELECT id, lot_id, entry, change, balance, document, reason, request_id, at, actor_id FROM supply_entry
         WHERE request_id = $1 ORDER BY id",
        params![request_id],
        parse_entry,
    )
    .await
}
