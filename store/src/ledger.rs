//! The ledger: append-only double entry; a thing is recorded once, and what is recorded adds up to nothing.
use crate::conn::{Conn, Tx};
use crate::error::{Result, StoreError};
use crate::value::params;
use domain::ledger::Posting;
use domain::money::Satang;
use domain::time::Instant;
use uuid::Uuid;

/// What a posting is about.
#[derive(Clone, Copy, Debug)]
pub struct Txn<'a> {
    pub id: Uuid,
    /// What it records, such as `note:…`: the same source is posted once.
    pub source: &'a str,
    pub request_id: Option<Uuid>,
    pub at: Instant,
    pub actor_kind: &'a str,
    pub actor_id: Option<Uuid>,
}

/// Appends a posting. False: its source is in the ledger already, and nothing was written.
pub async fn post(tx: &mut Tx, txn: &Txn<'_>, posting: &Posting) -> Result<bool> {
    let inserted = tx.execute(
        "INSERT INTO ledger_txn (id, source, request_id, at, actor_kind, actor_id)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (source) DO NOTHING",
        params![
            txn.id,
            txn.source,
            txn.request_id,
            txn.at,
            txn.actor_kind,
            txn.actor_id
        ],
    );
    if inserted.await? == 0 {
        return Ok(false);
    }
    for (n, (account, amount)) in (0i64..).zip(posting.entries()) {
        tx.execute(
            "INSERT INTO ledger_entry (txn_id, n, account, amount) VALUES ($1, $2, $3, $4)",
            params![txn.id, n, account.to_string(), amount.0],
        )
        .await?;
    }
    // The rows as they were written, not as they were meant.
    let sum = tx
        .fetch_one(
            "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS n FROM ledger_entry WHERE txn_id = $1",
            params![txn.id],
            |row| row.of("ledger_entry", "n").int("n"),
        )
        .await?;
    if sum != 0 {
        return Err(StoreError::Row {
            table: "ledger_txn",
            column: "id",
            row: txn.id.to_string(),
            why: "the entries do not add up to nothing".to_owned(),
        });
    }
    Ok(true)
}

/// What one account holds for one request.
pub async fn balance(conn: &mut Conn, request_id: Uuid, account: &str) -> Result<Satang> {
    conn.fetch_one(
        "SELECT CAST(COALESCE(SUM(ledger_entry.amount), 0) AS BIGINT) AS n
         FROM ledger_txn JOIN ledger_entry ON ledger_entry.txn_id = ledger_txn.id
         WHERE ledger_txn.request_id = $1 AND ledger_entry.account = $2",
        params![request_id, account],
        |row| row.of("ledger_entry", "n").int("n").map(Satang),
    )
    .await
}

/// Every account with what it holds, for the books of a day.
pub async fn accounts(conn: &mut Conn) -> Result<Vec<(String, Satang)>> {
    conn.fetch_all(
        "SELECT account, CAST(SUM(amount) AS BIGINT) AS n FROM ledger_entry GROUP BY account ORDER BY account",
        params![],
        |row| {
            let row = row.of("ledger_entry", "account");
            Ok((row.text("account")?, Satang(row.int("n")?)))
        },
    )
    .await
}

/// Transactions that do not add up: none, ever.
pub async fn unbalanced(conn: &mut Conn) -> Result<u64> {
    conn.count(
        "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM (
             SELECT txn_id FROM ledger_entry GROUP BY txn_id HAVING SUM(amount) <> 0) AS wrong",
        params![],
    )
    .await
}
